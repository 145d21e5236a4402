//! What this room says in more than one place.

use crate::document::{Entry, Node, Value};
pub(super) use crate::text::{nearest, quoted};

/// How many violations one file is told at most: whoever made more will see the rest next time.
pub(super) const MOST: usize = 50;

/// The entry of a mapping as Go's `encoding/json` finds it: by its name, else by its name in
/// other capitals.
pub(super) fn entry<'a>(node: &'a Node, name: &str) -> Option<&'a Entry> {
    node.entry(name).or_else(|| entries(node).iter().find(|entry| entry.key.eq_ignore_ascii_case(name)))
}

/// The value under a name, found as [`entry`] does.
pub(super) fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    entry(node, name).map(|entry| &entry.value)
}

/// The text under a name; `None` also for an empty one.
pub(super) fn text<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    field(node, name).and_then(Node::as_str).filter(|text| !text.is_empty())
}

/// The items under a name; none where there is no list.
pub(super) fn items<'a>(node: &'a Node, name: &str) -> &'a [Node] {
    field(node, name).and_then(Node::as_sequence).unwrap_or_default()
}

/// The entries of a mapping; none where there is no mapping.
pub(super) fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => &[],
    }
}

/// Whether a text is filled in by someone else before it is used: templates of Go, Jinja and
/// Copier, and variables of Flux and of shells.
pub(super) fn is_placeholder(text: &str) -> bool {
    ["{{", "{%", "${", "<%"].iter().any(|mark| text.contains(mark))
}

/// Whether this says as much as nothing does: no value, or an empty text.
pub(super) fn is_unset(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        let known = ["resources", "components", "patches", "env", "namespace"];
        for (wrong, right) in [
            ("resource", Some("resources")),
            ("Resources", Some("resources")),
            ("namspace", Some("namespace")),
            ("envs", Some("env")),
            ("x", None),
            ("foo", None),
            ("replicas", None),
        ] {
            assert_eq!(nearest(wrong, known), right, "{wrong}");
        }
        assert_eq!(nearest(&"x".repeat(1_000_000), known), None);
        assert_eq!(nearest("b.yaml", ["a.yaml"]), Some("a.yaml"));
    }
}
