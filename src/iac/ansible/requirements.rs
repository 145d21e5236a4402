//! What `ansible-galaxy` installs and builds.

use super::say::{Saying, below, did_you_mean, entries, is_mapping, item, mismatch, nearest, one_slip, quoted};
use crate::document::{Node, Route, Value, Violation};

const ROLE: &[&str] = &["src", "name", "role", "version", "scm", "include"];
const COLLECTION: &[&str] = &["name", "version", "source", "type", "signatures"];
const SOURCES: &[&str] = &["galaxy", "git", "url", "file", "dir", "subdirs"];
const GALAXY: &[&str] = &[
    "namespace",
    "name",
    "version",
    "readme",
    "authors",
    "description",
    "license",
    "license_file",
    "tags",
    "dependencies",
    "repository",
    "documentation",
    "homepage",
    "issues",
    "build_ignore",
    "manifest",
];

/// Checks a file of requirements.
pub(super) fn check(saying: &mut Saying, root: &Node) {
    let route = Route::default();
    match &root.value {
        Value::Sequence(items) => list(saying, items, &route, role),
        Value::Mapping(entries) => {
            for entry in entries {
                let at = below(&route, &entry.key);
                let each = match entry.key.as_str() {
                    "roles" => role,
                    "collections" => collection,
                    key => {
                        let near = did_you_mean(nearest(key, ["roles", "collections"]));
                        let message = format!("{} is neither `roles` nor `collections`", quoted(key));
                        let help = format!("{near}`ansible-galaxy` refuses a file with anything else");
                        saying.wrong(Violation::of_key(at, message).labelled("unknown").with_help(help));
                        continue;
                    }
                };
                match &entry.value.value {
                    Value::Null => {}
                    Value::Sequence(items) => list(saying, items, &at, each),
                    Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_) => {
                        let violation = mismatch(at, &quoted(&entry.key), "a list", &entry.value);
                        saying.wrong(violation.with_help("begin each of them with `- `"));
                    }
                }
            }
        }
        Value::Null => {
            let violation = Violation::of_value(route, "the file requires nothing").labelled("empty");
            saying.wrong(violation.with_help("write `roles` or `collections`, or remove the file"));
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            saying.wrong(mismatch(route, "a file of requirements", "a mapping or a list", root));
        }
    }
}

fn list(saying: &mut Saying, items: &[Node], route: &Route, each: fn(&mut Saying, &Node, &Route)) {
    for (index, node) in items.iter().enumerate() {
        let route = item(route, index);
        match &node.value {
            Value::String(_) | Value::Mapping(_) => each(saying, node, &route),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) => {
                let violation = mismatch(route, "a requirement", "a name or a mapping", node);
                saying.wrong(violation.with_help("write `- name: …` and its `version`"));
            }
        }
    }
}

fn role(saying: &mut Saying, node: &Node, route: &Route) {
    if let Some(text) = node.as_str() {
        if text.matches(',').count() > 2 {
            let message = format!("{} is not a role", quoted(text));
            let violation = Violation::of_value(route.clone(), message).labelled("too many commas");
            saying.wrong(violation.with_help("write `name`, `name,version` or `source,version,name`"));
        }
        return;
    }
    if ["src", "name", "role", "include"].iter().all(|key| node.get(key).is_none()) {
        let violation = Violation::of_value(route.clone(), "the role has neither `src` nor `name`");
        let violation = violation.labelled("no `src` here").lacking("src");
        saying.wrong(violation.with_help("write `src` with the name of the role or its address"));
    }
    slips(saying, node, route, ROLE, "a role");
}

fn collection(saying: &mut Saying, node: &Node, route: &Route) {
    if node.as_str().is_some() {
        return;
    }
    let kind = node.get("type").and_then(Node::as_str);
    if let Some(kind) = kind.filter(|kind| !SOURCES.contains(kind)) {
        let near = did_you_mean(nearest(kind, SOURCES.iter().copied()));
        let list = SOURCES.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let violation = Violation::of_value(below(route, "type"), format!("{} is not a `type`", quoted(kind)));
        saying.wrong(violation.labelled("unknown").with_help(format!("{near}the types are {list}")));
    }
    let is_named = node.get("name").is_some() || (kind != Some("galaxy") && node.get("source").is_some());
    if !is_named {
        let violation = Violation::of_value(route.clone(), "the collection has no `name`");
        let violation = violation.labelled("no `name` here").lacking("name");
        saying.wrong(violation.with_help("write `name` with `namespace.collection`"));
    }
    slips(saying, node, route, COLLECTION, "a collection");
}

/// Fields that are not known are dropped without a word; they may be notes.
fn slips(saying: &mut Saying, node: &Node, route: &Route, known: &[&'static str], subject: &str) {
    for entry in entries(node).iter().filter(|entry| !known.contains(&entry.key.as_str())) {
        if let Some(near) = one_slip(&entry.key, known.iter().copied()) {
            let message = format!("{} is not a field of {subject}", quoted(&entry.key));
            let help = format!("did you mean `{near}`? Other fields are dropped without a word");
            let violation = Violation::of_key(below(route, &entry.key), message).labelled("dropped");
            saying.wrong(violation.with_help(help));
        }
    }
}

/// Checks `galaxy.yml`.
pub(super) fn check_galaxy(saying: &mut Saying, root: &Node) {
    let route = Route::default();
    if !is_mapping(root) {
        saying.wrong(mismatch(route, "`galaxy.yml`", "a mapping", root));
        return;
    }
    for name in ["namespace", "name", "version", "readme", "authors"] {
        if root.get(name).is_none() {
            let violation = Violation::of_value(route.clone(), format!("the collection has no `{name}`"));
            let violation = violation.labelled(format!("no `{name}` here")).lacking(name);
            saying.wrong(violation.with_help("`ansible-galaxy` builds no collection without it"));
        }
    }
    for entry in entries(root).iter().filter(|entry| !GALAXY.contains(&entry.key.as_str())) {
        let near = did_you_mean(nearest(&entry.key, GALAXY.iter().copied()));
        let message = format!("{} is not a field of `galaxy.yml`", quoted(&entry.key));
        let help = format!("{near}`ansible-galaxy` drops a field that it does not know");
        let violation = Violation::of_key(below(&route, &entry.key), message).labelled("dropped");
        saying.doubtful(violation.with_help(help));
    }
}
