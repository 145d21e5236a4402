//! Arguments that Terraform itself defines: which there are, which must be there, and which have
//! to be written out.

use crate::document::{Node, Route, Value, Violation};

use super::super::{
    block::{Block, arguments, blocks},
    version,
    words::{bare, nearest, quoted},
};
use super::Check;

/// Blocks all of whose arguments are known, with those that they must have.
const CLOSED: [(&str, usize, &[&str], &[&str]); 5] = [
    (
        "variable",
        1,
        &["default", "description", "type", "sensitive", "nullable", "ephemeral", "validation", "deprecated", "const"],
        &[],
    ),
    (
        "output",
        1,
        &[
            "value",
            "description",
            "sensitive",
            "ephemeral",
            "depends_on",
            "precondition",
            "postcondition",
            "deprecated",
            "type",
        ],
        &["value"],
    ),
    ("moved", 0, &["from", "to"], &["from", "to"]),
    ("removed", 0, &["from", "lifecycle", "connection", "provisioner"], &["from"]),
    ("import", 0, &["to", "id", "identity", "provider", "for_each"], &["to"]),
];

/// Blocks that hold conditions, and what those are called in them.
const CONDITIONS: [(&str, usize, &[&str]); 6] = [
    ("variable", 1, &["validation"]),
    ("output", 1, &["precondition"]),
    ("check", 1, &["assert"]),
    ("resource", 2, &["precondition", "postcondition"]),
    ("data", 2, &["precondition", "postcondition"]),
    ("ephemeral", 2, &["precondition", "postcondition"]),
];

const LIFECYCLE: &[&str] = &[
    "create_before_destroy",
    "prevent_destroy",
    "ignore_changes",
    "replace_triggered_by",
    "precondition",
    "postcondition",
    "action_trigger",
    "enabled",
    "destroy",
];

const TERRAFORM: &[&str] = &[
    "required_version",
    "required_providers",
    "backend",
    "cloud",
    "provider_meta",
    "experiments",
    "language",
    "encryption",
    "state_store",
];

pub(super) fn check(check: &mut Check<'_>) {
    let root = check.root;
    let syntax = check.syntax;
    let top = |kind, labels| blocks(root, &Route::default(), kind, labels, syntax).good;
    for (kind, labels, known, required) in CLOSED {
        for block in top(kind, labels) {
            unknown(check, &block, kind, known);
            // An override says only what it changes.
            if !super::super::folder::is_override(check.file) {
                for key in required.iter().filter(|key| block.body.get(key).is_none()) {
                    missing(check, &block, kind, key);
                }
            }
            if kind == "variable" {
                variable(check, &block);
            }
        }
    }
    for (kind, labels) in [("resource", 2), ("data", 2), ("ephemeral", 2), ("module", 1)] {
        for block in top(kind, labels) {
            repetition(check, &block);
            if kind != "module" {
                for lifecycle in block.inner("lifecycle", 0, syntax) {
                    unknown(check, &lifecycle, "lifecycle", LIFECYCLE);
                    flags(check, &lifecycle);
                }
            }
        }
    }
    for (kind, labels, nested) in CONDITIONS {
        for block in top(kind, labels) {
            let holders = match kind {
                "resource" | "data" | "ephemeral" => block.inner("lifecycle", 0, syntax),
                _ => vec![block],
            };
            for (holder, name) in holders.iter().flat_map(|holder| nested.iter().map(move |name| (holder, *name))) {
                for condition in holder.inner(name, 0, syntax) {
                    unknown(check, &condition, name, &["condition", "error_message"]);
                    for key in ["condition", "error_message"] {
                        if condition.body.get(key).is_none() {
                            missing(check, &condition, name, key);
                        }
                    }
                }
            }
        }
    }
    for block in top("terraform", 0) {
        unknown(check, &block, "terraform", TERRAFORM);
        constraint(check, block.to("required_version"), block.body.get("required_version"));
        for providers in block.inner("required_providers", 0, syntax) {
            for entry in arguments(providers.body, syntax) {
                let route = providers.to(&entry.key);
                match entry.value.entry("version") {
                    Some(version) => {
                        let route = super::super::folder::argument(&route, "version");
                        constraint(check, route, Some(&version.value));
                    }
                    None => constraint(check, route, Some(&entry.value)),
                }
            }
        }
    }
    for block in top("provider", 1).into_iter().chain(top("module", 1)) {
        constraint(check, block.to("version"), block.body.get("version"));
    }
}

fn unknown(check: &mut Check<'_>, block: &Block<'_>, kind: &str, known: &[&str]) {
    for entry in arguments(block.body, check.syntax).filter(|entry| !known.contains(&entry.key.as_str())) {
        let help = match nearest(&entry.key, known.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("remove it: `{kind}` may have {}", listed(known)),
        };
        let message = format!("{} is not an argument of `{kind}`", quoted(&entry.key));
        check.wrong(Violation::of_key(block.to(&entry.key), message).labelled("unknown argument").with_help(help));
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn missing(check: &mut Check<'_>, block: &Block<'_>, kind: &str, key: &str) {
    let message = format!("`{kind}` lacks its argument `{key}`");
    let violation = Violation::of_key(block.name_route(), message).labelled(format!("no `{key}`")).lacking(key);
    check.wrong(violation.with_help(format!("write `{key} = …` in the block")));
}

fn variable(check: &mut Check<'_>, block: &Block<'_>) {
    // Terraform 0.11 had its types in quotes; every one since 0.14 refuses them.
    if let Some(written) = block.body.get("type").and_then(Node::as_str)
        && check.syntax == super::Syntax::Native
        && matches!(written, "string" | "list" | "map")
    {
        let right = if written == "string" { "string".to_owned() } else { format!("{written}(string)") };
        let message = format!("the type {} stands in quotes, as only Terraform 0.11 reads it", quoted(written));
        let violation = Violation::of_value(block.to("type"), message).labelled("in quotes");
        check.doubtful(violation.with_help(format!("write `type = {right}`")));
    }
}

fn repetition(check: &mut Check<'_>, block: &Block<'_>) {
    if block.body.get("count").is_some() && block.body.get("for_each").is_some() {
        let message = "`count` and `for_each` stand in one block: only one of them can say how many there are";
        let violation = Violation::of_key(block.to("for_each"), message).labelled("the second of them");
        check.wrong(violation.related(block.to("count"), "the first").with_help("remove one of them"));
    }
}

/// Arguments that are read before anything is evaluated.
fn flags(check: &mut Check<'_>, lifecycle: &Block<'_>) {
    for key in ["prevent_destroy", "create_before_destroy"] {
        let Some(node) = lifecycle.body.get(key) else { continue };
        let written = match &node.value {
            Value::Bool(_) | Value::Null => continue,
            Value::String(text) if matches!(bare(text), "true" | "false") => continue,
            Value::String(text) => quoted(text),
            Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => node.kind_name().to_owned(),
        };
        let message = format!("`{key}` has to be `true` or `false`, written out, found {written}");
        let violation = Violation::of_value(lifecycle.to(key), message).labelled("not a literal");
        let violation = violation.with_help("Terraform reads it before it knows any variable: write `true` or `false`");
        // OpenTofu is about to evaluate the first.
        if key == "prevent_destroy" { check.doubtful(violation) } else { check.wrong(violation) }
    }
}

fn constraint(check: &mut Check<'_>, route: Route, node: Option<&Node>) {
    let Some(text) = node.and_then(Node::as_str).filter(|text| !text.contains("${")) else { return };
    let Some(why) = version::mistake(text) else { return };
    let message = format!("{} is not a constraint of versions: {why}", quoted(text));
    let violation = Violation::of_value(route, message).labelled("no constraint");
    check.wrong(violation.with_help("write it like `~> 5.0` or `>= 5.1, < 6.0`"));
}
