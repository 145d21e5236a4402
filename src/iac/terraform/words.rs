//! What this room says in more than one place.

use crate::document::{Entry, Node, Value};
pub(super) use crate::text::{nearest, quoted};

/// How many violations one file is told at most: whoever made more will see the rest next time.
pub(super) const MOST: usize = 50;

/// The entries of a mapping; none where there is no mapping.
pub(super) fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => &[],
    }
}

/// The folder and the name of a path.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether a text is a name as HCL has it: a letter or `_`, then letters, digits, `_` and `-`.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name)
}

/// Whether a name may begin with this.
pub(super) fn starts_name(char: char) -> bool {
    char == '_' || char.is_alphabetic()
}

/// Whether a name may go on with this.
pub(super) fn continues_name(char: char) -> bool {
    char == '_' || char == '-' || char.is_alphanumeric()
}

/// The expression of a text that is one interpolation and nothing else (`${x}`); else the text
/// itself, as JSON and old files write addresses.
pub(super) fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).map_or(text, str::trim)
}
