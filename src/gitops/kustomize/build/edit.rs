//! Changing nodes.

use crate::document::{Entry, Node, Span, Value};

/// A string with a place.
pub(super) fn text(text: impl Into<String>, span: Span) -> Node {
    Node { value: Value::String(text.into()), span }
}

/// A mapping with a place.
pub(super) fn mapping(entries: Vec<Entry>, span: Span) -> Node {
    Node { value: Value::Mapping(entries), span }
}

/// An entry whose key has the place of its value.
pub(super) fn entry(key: impl Into<String>, value: Node) -> Entry {
    Entry { key: key.into(), key_span: value.span, value }
}

/// The entries of a mapping; `None` where this is no mapping.
pub(super) fn entries_mut(node: &mut Node) -> Option<&mut Vec<Entry>> {
    match &mut node.value {
        Value::Mapping(entries) => Some(entries),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => None,
    }
}

/// The value under a key of a mapping.
pub(super) fn get_mut<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    entries_mut(node)?.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
}

/// Sets the value under a key of a mapping: in its place, or at the end. Whether this is a mapping.
pub(super) fn set(node: &mut Node, key: &str, key_span: Span, value: Node) -> bool {
    let Some(entries) = entries_mut(node) else { return false };
    match entries.iter_mut().find(|entry| entry.key == key) {
        Some(entry) => {
            entry.key_span = key_span;
            entry.value = value;
        }
        None => entries.push(Entry { key: key.to_owned(), key_span, value }),
    }
    true
}

/// Removes a key of a mapping.
pub(super) fn remove(node: &mut Node, key: &str) {
    if let Some(entries) = entries_mut(node) {
        entries.retain(|entry| entry.key != key);
    }
}

/// Keys and values of a node, itself among them.
pub(super) fn count(node: &Node) -> usize {
    let mut count = 0_usize;
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        count += 1;
        match &node.value {
            Value::Sequence(items) => open.extend(items),
            Value::Mapping(entries) => open.extend(entries.iter().map(|entry| &entry.value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    count
}
