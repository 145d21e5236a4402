//! Which items of two lists are the same one.

use std::collections::BTreeMap;

use super::substitution::is_substituted;
use crate::document::{Entry, Node, Value};

/// An item by its numbers on both sides.
pub(super) type Matched = (Option<usize>, Option<usize>);

/// Matches items by the values of fields; `None` where an item has no such value of its own.
pub(super) fn by_keys(old: &[Node], new: &[Node], keys: &[&str]) -> Option<Vec<Matched>> {
    let names = |side: &[Node]| -> Option<Vec<String>> {
        let names: Vec<String> = side.iter().map(|item| name_of(item, keys)).collect::<Option<_>>()?;
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        (sorted.len() == names.len()).then_some(names)
    };
    let (before, after) = (names(old)?, names(new)?);
    let places: BTreeMap<&String, usize> = after.iter().enumerate().map(|(index, name)| (name, index)).collect();
    let known: BTreeMap<&String, usize> = before.iter().enumerate().map(|(index, name)| (name, index)).collect();
    let kept = before.iter().enumerate().map(|(index, name)| (Some(index), places.get(name).copied()));
    let added = after.iter().enumerate().filter(|(_, name)| !known.contains_key(name));
    Some(kept.chain(added.map(|(index, _)| (None, Some(index)))).collect())
}

/// Matches items by the field that names them, as far as people name items: else by their number.
pub(super) fn by_name(old: &[Node], new: &[Node]) -> Vec<Matched> {
    let named = ["name", "id", "key"].into_iter().find_map(|key| by_keys(old, new, &[key]));
    named.unwrap_or_else(|| {
        let longest = old.len().max(new.len());
        (0..longest).map(|index| ((index < old.len()).then_some(index), (index < new.len()).then_some(index))).collect()
    })
}

/// What names an item. A part that is absent is a part that says nothing, if another says something.
fn name_of(item: &Node, keys: &[&str]) -> Option<String> {
    let Value::Mapping(_) = &item.value else { return None };
    let mut name = String::new();
    let mut says_something = false;
    for key in keys {
        let text = match item.get(key).map(|node| &node.value) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) if is_substituted(text) => return None,
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(value)) => value.to_string(),
            Some(Value::Sequence(_) | Value::Mapping(_)) => return None,
        };
        says_something |= !text.is_empty();
        name.push_str(&format!("{}:{text}", text.len()));
    }
    says_something.then_some(name)
}

/// A text that two values share only if they say the same, and nearly always if they do.
pub(super) fn canonical(node: &Node) -> String {
    fn write(value: &Value, out: &mut String) {
        match value {
            Value::Null => out.push('n'),
            Value::Bool(bool) => out.push(if *bool { 't' } else { 'f' }),
            Value::Number(number) => out.push_str(&format!("#{number};")),
            Value::String(text) => out.push_str(&format!("\"{}:{text}", text.len())),
            Value::Sequence(items) => {
                out.push_str(&format!("[{}:", items.len()));
                for item in items {
                    write(&item.value, out);
                }
            }
            Value::Mapping(entries) => {
                let mut sorted: Vec<&Entry> =
                    entries.iter().filter(|entry| !super::compare::is_absent(&entry.value)).collect();
                sorted.sort_unstable_by(|a, b| a.key.cmp(&b.key));
                out.push_str(&format!("{{{}:", sorted.len()));
                for entry in sorted {
                    out.push_str(&format!("\"{}:{}", entry.key.len(), entry.key));
                    write(&entry.value.value, out);
                }
            }
        }
    }
    let mut out = String::new();
    write(&node.value, &mut out);
    out
}
