//! Roles: where plays and other roles ask for them, and what they say of themselves.

use super::keyword::{self, META, ROLE};
use super::say::{Saying, below, entries, is_mapping, item, mismatch, nearest, quoted};
use crate::document::{Node, Route, Value, Violation};

const DEPENDENCIES: &str = "`dependencies`";

/// Checks a list of roles: of a play, or of those that a role depends on.
pub(super) fn check_list(saying: &mut Saying, node: &Node, route: &Route, subject: &str) {
    if node.value == Value::Null {
        return;
    }
    let Some(items) = node.as_sequence() else {
        let violation = mismatch(route.clone(), subject, "a list of roles", node);
        saying.wrong(violation.with_help("begin each role with `- `"));
        return;
    };
    for (index, role) in items.iter().enumerate() {
        check_one(saying, role, &item(route, index), subject);
    }
}

fn check_one(saying: &mut Saying, node: &Node, route: &Route, subject: &str) {
    match &node.value {
        Value::String(text) => {
            if text.contains(',') {
                let message = format!("{} is not the name of a role", quoted(text));
                let help = "write `- role: name`; its version goes into `requirements.yml`";
                saying.wrong(Violation::of_value(route.clone(), message).labelled("a comma").with_help(help));
            } else if text.trim().is_empty() {
                saying.wrong(nameless(route));
            }
        }
        Value::Mapping(entries) => {
            let name = node.get("role").or_else(|| node.get("name"));
            // Where a role is fetched from may stand for its name, where a role depends on it.
            let name = name.or_else(|| node.get("src").filter(|_| subject == DEPENDENCIES));
            if name.and_then(Node::as_str).is_none_or(str::is_empty) {
                saying.wrong(nameless(route));
            }
            for entry in entries {
                if let Some(holds) = keyword::holds(ROLE, &entry.key) {
                    keyword::check(saying, holds, entry, &below(route, &entry.key));
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) => {
            let violation = mismatch(route.clone(), "a role", "a text or a mapping", node);
            saying.wrong(violation.with_help("write its name, or `role: name` and its parameters"));
        }
    }
}

fn nameless(route: &Route) -> Violation {
    Violation::of_value(route.clone(), "the role has no name")
        .labelled("neither `role` nor `name`")
        .lacking("role")
        .with_help("write `role: name` beside its parameters")
}

/// Checks `meta/main.yml`.
pub(super) fn check_meta(saying: &mut Saying, root: &Node) {
    let route = Route::default();
    if root.value == Value::Null {
        return;
    }
    if !is_mapping(root) {
        let help = "write `galaxy_info` and `dependencies` as keys, without `- `";
        saying.wrong(mismatch(route, "`meta/main.yml`", "a mapping", root).with_help(help));
        return;
    }
    for entry in entries(root) {
        let at = below(&route, &entry.key);
        match entry.key.as_str() {
            "dependencies" => check_list(saying, &entry.value, &at, DEPENDENCIES),
            "argument_specs" => specs(saying, &entry.value, &at),
            key => match keyword::holds(META, key) {
                Some(holds) => keyword::check(saying, holds, entry, &at),
                None => keyword::unknown(saying, META, "a role", key, at),
            },
        }
    }
}

/// Checks `meta/argument_specs.yml`.
pub(super) fn check_specs(saying: &mut Saying, root: &Node, route: &Route) {
    if let Some(node) = root.get("argument_specs") {
        specs(saying, node, &below(route, "argument_specs"));
    } else if root.value != Value::Null {
        let violation = Violation::of_value(route.clone(), "the file has no `argument_specs`").labelled("not here");
        let help = "write what each entry point takes below `argument_specs`";
        saying.wrong(violation.lacking("argument_specs").with_help(help));
    }
}

fn specs(saying: &mut Saying, node: &Node, route: &Route) {
    if !is_mapping(node) {
        if node.value != Value::Null {
            saying.wrong(mismatch(route.clone(), "`argument_specs`", "a mapping", node));
        }
        return;
    }
    for entry in entries(node) {
        let route = below(route, &entry.key);
        if is_mapping(&entry.value) {
            options(saying, &entry.value, &route);
        } else {
            saying.wrong(mismatch(route, &format!("what {} takes", quoted(&entry.key)), "a mapping", &entry.value));
        }
    }
}

/// Checks `options` and those in them; their depth is bounded by that of the document.
fn options(saying: &mut Saying, node: &Node, route: &Route) {
    const TYPES: &[&str] =
        &["str", "list", "dict", "bool", "int", "float", "path", "raw", "jsonarg", "json", "bytes", "bits"];
    let Some(inner) = node.get("options") else { return };
    let route = below(route, "options");
    if !is_mapping(inner) && inner.value != Value::Null {
        saying.wrong(mismatch(route, "`options`", "a mapping", inner));
        return;
    }
    for option in entries(inner) {
        let route = below(&route, &option.key);
        for key in ["type", "elements"] {
            let Some(text) = option.value.get(key).and_then(Node::as_str) else { continue };
            if !TYPES.contains(&text) {
                let near = super::say::did_you_mean(nearest(text, TYPES.iter().copied()));
                let list = TYPES.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let violation = Violation::of_value(below(&route, key), format!("{} is not a type", quoted(text)));
                saying.wrong(violation.labelled("unknown type").with_help(format!("{near}the types are {list}")));
            }
        }
        options(saying, &option.value, &route);
    }
}
