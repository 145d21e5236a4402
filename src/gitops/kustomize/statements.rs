//! What fields of a kustomization have to say together, beyond their shape.

use crate::{
    document::{Node, Route, Step, Value, Violation},
    gitops::words::{MOST, entries, entry, field, is_unset, items, nearest, quoted, text},
};

/// What is wrong, at most [`MOST`] things. Values of a wrong shape are passed over.
pub(super) fn check(node: &Node) -> Vec<Violation> {
    let mut check = Check { node, violations: Vec::new() };
    check.version();
    if check.is_empty() {
        let message = "the kustomization is empty: kustomize refuses to build it";
        let help = "list what it is made of under `resources`, or remove the file";
        check.add(Violation::of_value(Route::default(), message).with_help(help));
    }
    check.paths();
    check.patches();
    check.replacements();
    check.generators("configMapGenerator");
    check.generators("secretGenerator");
    check.charts();
    check.order();
    check.violations
}

struct Check<'a> {
    node: &'a Node,
    violations: Vec<Violation>,
}

impl<'a> Check<'a> {
    fn add(&mut self, violation: Violation) {
        if self.violations.len() < MOST {
            self.violations.push(violation);
        }
    }

    /// The items of a list at the root, each with its route.
    fn listed(&self, name: &str) -> Vec<(Route, &'a Node)> {
        listed(self.node, &Route::default(), name)
    }

    fn version(&mut self) {
        let kind = text(self.node, "kind").unwrap_or("Kustomization");
        let required = match kind {
            "Kustomization" => "kustomize.config.k8s.io/v1beta1",
            "Component" => "kustomize.config.k8s.io/v1alpha1",
            other => {
                let message = format!("kind {} is neither `Kustomization` nor `Component`", quoted(other));
                let help = match nearest(other, ["Kustomization", "Component"]) {
                    Some(kind) => format!("did you mean `{kind}`?"),
                    None => "give the file another name, or make it a kustomization".to_owned(),
                };
                self.add(Violation::of_value(at(self.node, "kind"), message).with_help(help));
                return;
            }
        };
        if let Some(version) = text(self.node, "apiVersion")
            && version != required
        {
            let message = format!("apiVersion of a {kind} has to be `{required}`, found {}", quoted(version));
            self.add(
                Violation::of_value(at(self.node, "apiVersion"), message).with_help(format!("write `{required}`")),
            );
        }
    }

    /// Whether it says nothing but its kind (`Kustomization.CheckEmpty`).
    fn is_empty(&self) -> bool {
        match &self.node.value {
            Value::Null => true,
            Value::Mapping(entries) => entries.iter().all(|entry| {
                is_unset(&entry.value)
                    || entry.key.eq_ignore_ascii_case("kind")
                    || entry.key.eq_ignore_ascii_case("apiVersion")
            }),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => false,
        }
    }

    fn paths(&mut self) {
        for name in ["resources", "bases", "components", "crds", "configurations"] {
            for (route, item) in self.listed(name) {
                if is_unset(item) {
                    let message = format!("an item of `{name}` is empty, a path was expected");
                    self.add(Violation::of_value(route, message).with_help("remove the item, or write a path"));
                }
            }
        }
    }

    fn patches(&mut self) {
        for (route, patch) in self.listed("patches") {
            self.either(&route, patch, text(patch, "patch").is_some_and(|text| !text.trim().is_empty()));
        }
        for (route, patch) in self.listed("patchesJson6902") {
            self.either(&route, patch, text(patch, "patch").is_some());
            let name = field(patch, "target").and_then(|target| text(target, "name"));
            if name.is_none() && field(patch, "target").is_none_or(|target| is_object(target) || is_unset(target)) {
                let message = "a patch under `patchesJson6902` needs the name of its target";
                let help = "write `target.name`, or move the patch to `patches`, where a target may be matched";
                self.add(Violation::of_value(route, message).with_help(help));
            }
        }
    }

    fn either(&mut self, route: &Route, patch: &Node, inline: bool) {
        if !is_object(patch) && !is_unset(patch) {
            return;
        }
        let set = |name| field(patch, name).is_some_and(|value| !is_unset(value));
        match (inline, set("path")) {
            (true, true) => {
                let message = "the patch has both `path` and `patch`, kustomize takes one of them";
                let violation = Violation::of_value(at_in(patch, route, "patch"), message)
                    .related(at_in(patch, route, "path"), "the other one")
                    .with_help("remove one of the two");
                self.add(violation);
            }
            (false, false) => {
                let message = "the patch has neither `path` nor `patch`";
                let help = "name a file under `path`, or write the patch under `patch`";
                self.add(Violation::of_value(route.clone(), message).with_help(help));
            }
            (true, false) | (false, true) => {}
        }
    }

    fn replacements(&mut self) {
        for (route, replacement) in self.listed("replacements") {
            let set = |name| field(replacement, name).is_some_and(|value| value.value != Value::Null);
            let inline = if set("source") { Some("source") } else { None }
                .or_else(|| (!items(replacement, "targets").is_empty()).then_some("targets"));
            if let (Some(name), Some(_)) = (inline, text(replacement, "path")) {
                let message = format!("the replacement has both `path` and `{name}`, kustomize takes one of them");
                let violation = Violation::of_value(at_in(replacement, &route, name), message)
                    .related(at_in(replacement, &route, "path"), "the other one")
                    .with_help("remove one of the two");
                self.add(violation);
            }
        }
    }

    fn generators(&mut self, name: &str) {
        for (route, generator) in self.listed(name) {
            if (is_object(generator) || is_unset(generator)) && field(generator, "name").is_none_or(is_unset) {
                let what = if name == "secretGenerator" { "Secret" } else { "ConfigMap" };
                let message = format!("a {what} that is generated needs a name");
                self.add(Violation::of_value(route.clone(), message).with_help("write `name`"));
            }
            for (route, item) in listed(generator, &route, "files") {
                let written = item.as_str();
                if is_unset(item) || written.is_some_and(|text| !is_file_source(text)) {
                    // Here a value could be a secret, put under `files` by mistake.
                    let message = "an item of `files` has to be a path, or `key=path` with one `=`";
                    let help = "values themselves belong under `literals`";
                    self.add(Violation::of_value(route, message).with_help(help));
                }
            }
            for (route, item) in listed(generator, &route, "literals") {
                if is_unset(item) || item.as_str().is_some_and(|text| text.starts_with('=') || !text.contains('=')) {
                    let message = "an item of `literals` has to be `key=value`";
                    let help = "files belong under `files`, files full of `key=value` under `envs`";
                    self.add(Violation::of_value(route, message).with_help(help));
                }
            }
            for (route, item) in listed(generator, &route, "envs") {
                if is_unset(item) {
                    let message = "an item of `envs` is empty, a path was expected";
                    self.add(Violation::of_value(route, message).with_help("remove the item, or write a path"));
                }
            }
        }
    }

    fn charts(&mut self) {
        const MERGES: [&str; 3] = ["merge", "override", "replace"];
        for (list, name) in [("helmCharts", "name"), ("helmChartInflationGenerator", "chartName")] {
            for (route, chart) in self.listed(list) {
                if (is_object(chart) || is_unset(chart)) && field(chart, name).is_none_or(is_unset) {
                    let message = format!("a chart under `{list}` needs a name");
                    self.add(Violation::of_value(route.clone(), message).with_help(format!("write `{name}`")));
                }
                if let Some(merge) = text(chart, "valuesMerge").filter(|merge| !MERGES.contains(merge)) {
                    let message =
                        format!("valuesMerge has to be `merge`, `override` or `replace`, found {}", quoted(merge));
                    let violation = Violation::of_value(at_in(chart, &route, "valuesMerge"), message);
                    self.add(suggest(violation, merge, &MERGES));
                }
            }
        }
    }

    fn order(&mut self) {
        const ORDERS: [&str; 2] = ["fifo", "legacy"];
        let Some(options) = entry(self.node, "sortOptions").filter(|entry| is_object(&entry.value)) else { return };
        let order = field(&options.value, "order");
        if order.is_none_or(|order| is_unset(order) || order.as_str().is_some_and(|order| !ORDERS.contains(&order))) {
            let route = at(self.node, "sortOptions");
            let route = if order.is_some() { at_in(&options.value, &route, "order") } else { route };
            let message = match order.and_then(Node::as_str).filter(|order| !order.is_empty()) {
                Some(order) => format!("order has to be `fifo` or `legacy`, found {}", quoted(order)),
                None => "sortOptions needs `order`: `fifo` or `legacy`".to_owned(),
            };
            self.add(suggest(Violation::of_value(route, message), order.and_then(Node::as_str).unwrap_or(""), &ORDERS));
        }
    }
}

/// Whether kustomize reads the text as `path` or `key=path` (`generators.ParseFileSource`).
fn is_file_source(text: &str) -> bool {
    match text.split_once('=') {
        None => true,
        Some((key, path)) => !key.is_empty() && !path.is_empty() && !path.contains('='),
    }
}

fn suggest(violation: Violation, wrong: &str, known: &[&str]) -> Violation {
    match nearest(wrong, known.iter().copied()) {
        Some(name) => violation.with_help(format!("did you mean `{name}`?")),
        None => violation,
    }
}

fn is_object(node: &Node) -> bool {
    matches!(node.value, Value::Mapping(_)) && entries(node).iter().all(|entry| !entry.key.contains("{{"))
}

fn at(node: &Node, name: &str) -> Route {
    at_in(node, &Route::default(), name)
}

/// The way to a field, under the name that the file writes it with.
fn at_in(node: &Node, route: &Route, name: &str) -> Route {
    let written = entry(node, name).map_or(name, |entry| &entry.key);
    route.child(Step::Key(written.to_owned()))
}

/// The items of a list in a mapping, each with its route.
pub(super) fn listed<'a>(node: &'a Node, route: &Route, name: &str) -> Vec<(Route, &'a Node)> {
    let route = at_in(node, route, name);
    items(node, name).iter().enumerate().map(|(index, item)| (route.child(Step::Index(index)), item)).collect()
}
