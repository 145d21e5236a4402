//! `Chart.yaml` and `requirements.yaml`.

use crate::{
    document::{Node, Route, Step, Value, Violation},
    gitops::{
        shape::{
            Reader,
            Shape::{self, Anything, Flag, List, Map, Object, Text},
            check,
        },
        words::{MOST, entry, field, is_placeholder, is_unset, items, quoted, text},
    },
};

/// Something wrong with a chart's description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Whether Helm refuses to load the chart; otherwise only `helm lint` or `helm package` do.
    pub refused: bool,
    /// What it is.
    pub violation: Violation,
}

const DEPENDENCY: Shape = Object(&[
    ("name", Text),
    ("version", Text),
    ("repository", Text),
    ("condition", Text),
    ("tags", List(&Text)),
    ("enabled", Flag),
    ("import-values", List(&Anything)),
    ("alias", Text),
]);

const CHART: Shape = Object(&[
    ("apiVersion", Text),
    ("name", Text),
    ("version", Text),
    ("kubeVersion", Text),
    ("description", Text),
    ("type", Text),
    ("keywords", List(&Text)),
    ("home", Text),
    ("sources", List(&Text)),
    ("dependencies", List(&DEPENDENCY)),
    ("maintainers", List(&Object(&[("name", Text), ("email", Text), ("url", Text)]))),
    ("icon", Text),
    ("appVersion", Text),
    ("deprecated", Flag),
    ("annotations", Map(&Text)),
    ("condition", Text),
    ("tags", Text),
]);

const HELM: Reader = Reader { name: "Helm", closed: false, converts: true };

/// What is wrong with a `Chart.yaml`. Fields that Helm does not know are no finding, as it passes
/// them over.
#[must_use]
pub fn validate(node: &Node) -> Vec<Complaint> {
    let mut found = Found::new(&CHART, node);
    found.name(node);
    found.version(node);
    found.kind(node);
    found.api_version(node);
    found.numbers(node);
    for (index, maintainer) in items(node, "maintainers").iter().enumerate() {
        let route = at(node, "maintainers").child(Step::Index(index));
        if maintainer.value == Value::Null {
            found.refuse(Violation::of_value(route, "a maintainer is empty").with_help("remove the item"));
        } else if field(maintainer, "name").is_some_and(is_unset)
            || (is_mapping(maintainer) && field(maintainer, "name").is_none())
        {
            found.lint(Violation::of_value(route, "a maintainer needs a name").with_help("write `name`"));
        }
    }
    found.dependencies(node);
    found.complaints
}

/// What is wrong with a `requirements.yaml`, the dependencies of charts of the old sort.
#[must_use]
pub fn requirements(node: &Node) -> Vec<Complaint> {
    let mut found = Found::new(&CHART, node);
    found.dependencies(node);
    found.complaints
}

struct Found {
    complaints: Vec<Complaint>,
    /// Of what is below these, nothing more is said.
    wrong_shape: Vec<Route>,
}

impl Found {
    fn new(shape: &'static Shape, node: &Node) -> Self {
        let violations = check(shape, node, HELM);
        Self {
            wrong_shape: violations.iter().map(|violation| violation.route.clone()).collect(),
            complaints: violations.into_iter().map(|violation| Complaint { refused: true, violation }).collect(),
        }
    }

    fn refuse(&mut self, violation: Violation) {
        self.add(true, violation);
    }

    fn lint(&mut self, violation: Violation) {
        self.add(false, violation);
    }

    fn add(&mut self, refused: bool, violation: Violation) {
        let told = self.wrong_shape.iter().any(|route| violation.route.0.starts_with(&route.0));
        if !told && self.complaints.len() < MOST {
            self.complaints.push(Complaint { refused, violation });
        }
    }

    fn name(&mut self, node: &Node) {
        match scalar(node, "name") {
            None => {
                self.refuse(Violation::of_value(Route::default(), "the chart has no name").with_help("write `name`"));
            }
            Some(name) if is_placeholder(&name) => {}
            Some(name) if name.contains('/') || name == "." || name == ".." => {
                let message = format!("{} cannot be the name of a chart", quoted(&name));
                let help = "use letters, digits and `-`; the folder of the chart has the same name";
                self.refuse(Violation::of_value(at(node, "name"), message).with_help(help));
            }
            Some(_) => {}
        }
    }

    fn version(&mut self, node: &Node) {
        match scalar(node, "version") {
            None => self.refuse(
                Violation::of_value(Route::default(), "the chart has no version")
                    .with_help("write `version`, such as `1.2.3`"),
            ),
            Some(version) if is_placeholder(&version) || is_semantic(&version) => {}
            Some(version) => {
                let message = format!("version {} is no semantic version", quoted(&version));
                self.refuse(Violation::of_value(at(node, "version"), message).with_help("write one such as `1.2.3`"));
            }
        }
    }

    fn kind(&mut self, node: &Node) {
        let Some(kind) = scalar(node, "type").filter(|kind| !is_placeholder(kind)) else { return };
        if !matches!(kind.as_str(), "application" | "library") {
            let message = format!("type has to be `application` or `library`, found {}", quoted(&kind));
            self.refuse(Violation::of_value(at(node, "type"), message).with_help("remove it for an application"));
        } else if scalar(node, "apiVersion").is_some_and(|version| version == "v1") {
            let message = "charts of apiVersion `v1` have no type";
            self.lint(Violation::of_key(at(node, "type"), message).with_help("write `apiVersion: v2`"));
        }
    }

    fn api_version(&mut self, node: &Node) {
        match scalar(node, "apiVersion") {
            None => self.lint(
                Violation::of_value(Route::default(), "the chart has no apiVersion")
                    .with_help("write `apiVersion: v2`"),
            ),
            Some(version) if is_placeholder(&version) || matches!(version.as_str(), "v1" | "v2" | "v3") => {}
            Some(version) => {
                let message = format!("apiVersion has to be `v1` or `v2`, found {}", quoted(&version));
                self.lint(Violation::of_value(at(node, "apiVersion"), message).with_help("write `apiVersion: v2`"));
            }
        }
    }

    /// `appVersion: 1.10` is 1.1 before Helm sees it.
    fn numbers(&mut self, node: &Node) {
        for name in ["version", "appVersion"] {
            if let Some(value) = field(node, name)
                && matches!(value.value, Value::Number(_) | Value::Bool(_))
            {
                let found = value.kind_name();
                let message = format!("`{name}` is read as {found}, which loses zeros at its end");
                self.lint(Violation::of_value(at(node, name), message).with_help("put it in quotes"));
            }
        }
    }

    fn dependencies(&mut self, node: &Node) {
        let list = items(node, "dependencies");
        if !list.is_empty() && scalar(node, "apiVersion").is_some_and(|version| version == "v1") {
            let message = "charts of apiVersion `v1` have their dependencies in `requirements.yaml`";
            self.lint(Violation::of_key(at(node, "dependencies"), message).with_help("write `apiVersion: v2`"));
        }
        let mut names: std::collections::BTreeMap<String, Route> = std::collections::BTreeMap::new();
        for (index, dependency) in list.iter().enumerate() {
            let route = at(node, "dependencies").child(Step::Index(index));
            if dependency.value == Value::Null {
                self.refuse(Violation::of_value(route, "a dependency is empty").with_help("remove the item"));
                continue;
            }
            let Some(name) = scalar(dependency, "name") else {
                if is_mapping(dependency) {
                    self.lint(Violation::of_value(route, "a dependency needs a name").with_help("write `name`"));
                }
                continue;
            };
            let alias = scalar(dependency, "alias");
            if let Some(alias) = alias.as_ref().filter(|alias| !is_placeholder(alias))
                && !alias.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            {
                let message = format!("{} cannot be an alias", quoted(alias));
                let route = route.child(Step::Key("alias".to_owned()));
                self.refuse(Violation::of_value(route, message).with_help("use letters, digits, `-` and `_`"));
            }
            // What stands in a template twice can become two names.
            let key = alias.unwrap_or(name);
            if is_placeholder(&key) {
                continue;
            }
            if let Some(first) = names.get(&key) {
                let message = format!("two dependencies are called {}", quoted(&key));
                let violation = Violation::of_value(route, message)
                    .related(first.clone(), "the other one")
                    .with_help("give one of them an `alias`");
                self.refuse(violation);
            } else {
                names.insert(key, route);
            }
        }
    }
}

fn at(node: &Node, name: &str) -> Route {
    Route(vec![Step::Key(entry(node, name).map_or(name, |entry| &entry.key).to_owned())])
}

fn is_mapping(node: &Node) -> bool {
    matches!(node.value, Value::Mapping(_))
}

/// The text that Helm takes a scalar for; `None` for nothing and for an empty text.
fn scalar(node: &Node, name: &str) -> Option<String> {
    match &field(node, name)?.value {
        Value::Bool(bool) => Some(bool.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) => text(node, name).map(str::to_owned),
        // The shape is wrong, which was said.
        Value::Sequence(_) | Value::Mapping(_) => Some("1".to_owned()),
        Value::Null => None,
    }
}

/// Whether Helm takes this for a version (`semver.NewVersion`): one to three numbers, maybe a `v`
/// before and a pre-release and build behind.
fn is_semantic(version: &str) -> bool {
    let version = version.strip_prefix('v').unwrap_or(version);
    let (version, build) = version.split_once('+').map_or((version, None), |(version, build)| (version, Some(build)));
    let (core, pre) = version.split_once('-').map_or((version, None), |(core, pre)| (core, Some(pre)));
    let mut numbers = 0_usize;
    let whole = core.split('.').all(|number| {
        numbers += 1;
        number.bytes().all(|byte| byte.is_ascii_digit()) && number.parse::<u64>().is_ok()
    });
    let legal = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let leads_with_zero =
        |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit());
    whole
        && numbers <= 3
        && pre.is_none_or(|pre| pre.split('.').all(|part| legal(part) && !leads_with_zero(part)))
        && build.is_none_or(|build| build.split('.').all(legal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gitops::testing::{told, yaml};

    fn complaints(text: &str) -> Vec<String> {
        let complaints = validate(&yaml(text));
        complaints
            .iter()
            .map(|complaint| {
                let lint = if complaint.refused { "" } else { "lint " };
                format!("{lint}{}", told(std::slice::from_ref(&complaint.violation))[0])
            })
            .collect()
    }

    #[test]
    fn good_charts_are_good() {
        for text in [
            "apiVersion: v2\nname: cart\nversion: 1.2.3\nappVersion: '1.10'\ntype: application\nwhatever: {x: 1}",
            "apiVersion: v1\nname: cart\nversion: v1.2\nannotations: {a: 1, b: true}\nkeywords: [1]",
            "apiVersion: v2\nname: '{{ name }}'\nversion: ${VERSION}\ntype: '{{ x }}'",
            "apiversion: v2\nNAME: x\nVersion: 0.1.0-alpha.1+build.5",
            "apiVersion: v2\nname: x\nversion: 1.0.0\ndependencies:\n- {name: a, version: 1.x, repository: ''}\n- {name: a, alias: b-c_D}\n- {name: c, enabled: true, tags: [x], import-values: [a, {child: x, parent: y}]}",
        ] {
            assert_eq!(complaints(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_helm_refuses_is_told_apart_from_what_lint_does() {
        assert_eq!(
            complaints("description: x"),
            [
                ": the chart has no name (write `name`)",
                ": the chart has no version (write `version`, such as `1.2.3`)",
                "lint : the chart has no apiVersion (write `apiVersion: v2`)",
            ]
        );
        assert_eq!(
            complaints(
                "apiVersion: v9\nname: a/b\nversion: one\ntype: app\ndeprecated: 'yes'\nmaintainers: [null, {email: x}]"
            ),
            [
                "/deprecated: `deprecated` has to be `true` or `false`, found a string (write the value without quotes)",
                "/name: `a/b` cannot be the name of a chart (use letters, digits and `-`; the folder of the chart has the same name)",
                "/version: version `one` is no semantic version (write one such as `1.2.3`)",
                "/type: type has to be `application` or `library`, found `app` (remove it for an application)",
                "lint /apiVersion: apiVersion has to be `v1` or `v2`, found `v9` (write `apiVersion: v2`)",
                "/maintainers/0: a maintainer is empty (remove the item)",
                "lint /maintainers/1: a maintainer needs a name (write `name`)",
            ]
        );
        assert_eq!(
            complaints("apiVersion: v2\nname: x\nversion: '1'\nappVersion: 1.10"),
            ["lint /appVersion: `appVersion` is read as a number, which loses zeros at its end (put it in quotes)"]
        );
    }

    #[test]
    fn dependencies_have_one_name_each() {
        assert_eq!(
            complaints(
                "apiVersion: v2\nname: x\nversion: 1.0.0\ndependencies: [{name: a}, {name: b, alias: a}, {name: c, alias: a.b}, null, {version: 1}]"
            ),
            [
                "/dependencies/1: two dependencies are called `a` (give one of them an `alias`)",
                "/dependencies/2/alias: `a.b` cannot be an alias (use letters, digits, `-` and `_`)",
                "/dependencies/3: a dependency is empty (remove the item)",
                "lint /dependencies/4: a dependency needs a name (write `name`)",
            ]
        );
        assert_eq!(requirements(&yaml("dependencies: [{name: a, version: 1.0.0}]")), []);
        assert!(requirements(&yaml("dependencies: {a: b}"))[0].refused);
    }

    #[test]
    fn versions_are_read_as_loosely_as_helm_does() {
        for (version, good) in [
            ("1", true),
            ("v1.2", true),
            ("01.2.3", true),
            ("1.2.3-rc.1+x.y", true),
            ("1.2.3+x-y", true),
            ("1.2.3.4", false),
            ("1.2.3-", false),
            ("1.2.3-01", false),
            ("1.2.3-a..b", false),
            ("1.2.3_4", false),
            (" 1.2.3", false),
            ("latest", false),
            ("99999999999999999999.0.0", false),
        ] {
            assert_eq!(is_semantic(version), good, "{version}");
        }
    }
}
