//! What becomes of an object when another manifest of it is applied.
//!
//! Whoever applies a manifest changes what changed in it: what the API server filled in when the object was created stays,
//! and is not filled in anew. So a field that depended on another one keeps what it was.

use super::{PRESENT, followed};
use crate::{
    document::{Entry, Node, Value},
    kubernetes::schema::{Link, ListKind, Others},
};

/// `live` is what the API server stores for `old`. What comes from `new` keeps its places, and lists their order.
pub(super) fn merged(live: &Node, old: Option<&Node>, new: &Node, link: Option<&Link>) -> Node {
    let schema = link.and_then(followed);
    let value = match (&live.value, &new.value) {
        (Value::Mapping(there), Value::Mapping(wanted)) => {
            let child = |key: &str| {
                schema.and_then(|schema| {
                    schema.property(key).or(match &schema.others {
                        Others::Each(link) => Some(link),
                        Others::Refused | Others::Kept => None,
                    })
                })
            };
            let wanted = wanted.iter().filter(|entry| entry.value.value != Value::Null);
            let mut entries: Vec<Entry> = wanted
                .map(|entry| {
                    let before = old.and_then(|old| old.get(&entry.key));
                    let value = match live.get(&entry.key) {
                        Some(live) => merged(live, before, &entry.value, child(&entry.key)),
                        None => entry.value.clone(),
                    };
                    Entry { value, ..entry.clone() }
                })
                .collect();
            let is_of_server = |entry: &&Entry| {
                entry.key != PRESENT
                    && new.get(&entry.key).is_none()
                    && old.is_none_or(|old| old.get(&entry.key).is_none_or(|value| value.value == Value::Null))
            };
            entries.extend(there.iter().filter(is_of_server).cloned());
            Value::Mapping(entries)
        }
        (Value::Sequence(there), Value::Sequence(wanted)) => match schema.map(|schema| &schema.list) {
            Some(ListKind::Map(keys)) => {
                let is_same = |a: &Node, b: &Node| {
                    keys.iter().all(|key| match (a.get(key), b.get(key)) {
                        (Some(a), Some(b)) => a.same_value(b),
                        // It is filled in.
                        (None, _) | (_, None) => true,
                    })
                };
                let items = schema.and_then(|schema| schema.items.as_ref());
                let before = old.and_then(Node::as_sequence).unwrap_or_default();
                let merge = |item: &Node| match there.iter().find(|live| is_same(live, item)) {
                    Some(live) => merged(live, before.iter().find(|old| is_same(old, item)), item, items),
                    None => item.clone(),
                };
                Value::Sequence(wanted.iter().map(merge).collect())
            }
            Some(ListKind::Atomic | ListKind::Set) | None => new.value.clone(),
        },
        (_, _) => new.value.clone(),
    };
    Node { value, span: new.span }
}
