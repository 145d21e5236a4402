//! Variables: of a play, a task or a role, and in files of their own.

use super::names::is_variable;
use super::say::{Saying, below, entries, is_mapping, mismatch, quoted};
use super::{VAULT, is_vault};
use crate::document::{Entry, Node, Route, Value, Violation};

/// Checks `vars` of a play, a block, a task or a role.
pub(super) fn check_inline(saying: &mut Saying, node: &Node, route: &Route, subject: &str) {
    if node.value != Value::Null && !is_mapping(node) {
        let help = "write one variable a line: `name: value`, without `- `";
        saying.wrong(mismatch(route.clone(), subject, "a mapping", node).with_help(help));
    }
    for entry in entries(node).iter().filter(|entry| !is_variable(&entry.key) && !is_letter(entry)) {
        saying.wrong(bad_name(&entry.key, below(route, &entry.key), "Ansible refuses any other"));
    }
}

/// Whether a name is `y` or the like, which is a boolean only for other readers.
fn is_letter(entry: &Entry) -> bool {
    entry.key_span.end - entry.key_span.start == 1 && matches!(entry.key.as_str(), "true" | "false")
}

/// Checks a file of variables.
pub(super) fn check_file(saying: &mut Saying, root: &Node) {
    let is_good = match &root.value {
        Value::Null | Value::Mapping(_) => true,
        Value::String(text) => is_vault(text) || text.starts_with(VAULT),
        Value::Bool(_) | Value::Number(_) | Value::Sequence(_) => false,
    };
    if !is_good {
        let help = "write one variable a line: `name: value`, without `- `";
        saying.wrong(mismatch(Route::default(), "a file of variables", "a mapping", root).with_help(help));
    }
    for entry in entries(root).iter().filter(|entry| !is_variable(&entry.key) && !is_letter(entry)) {
        saying.doubtful(bad_name(&entry.key, below(&Route::default(), &entry.key), "no template can name any other"));
    }
}

fn bad_name(name: &str, route: Route, why: &str) -> Violation {
    let help = format!("a name begins with a letter or `_`, and goes on with letters, digits and `_`; {why}");
    Violation::of_key(route, format!("{} cannot be the name of a variable", quoted(name)))
        .labelled("no such name")
        .with_help(help)
}
