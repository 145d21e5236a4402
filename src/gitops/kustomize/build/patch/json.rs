//! JSON patches (RFC 6902), with what kustomize's library takes besides: `replace` sets keys that are
//! not there, indexes may count from the end.

use crate::document::{Entry, Node, Span, Value};
use crate::text::quoted;

/// How many nodes an object may have after a patch, and how deep they may lie.
const NODES: usize = 500_000;
const DEPTH: usize = 600;

/// Applies all operations, in order.
pub(super) fn apply(target: &mut Node, operations: &Node) -> Result<(), String> {
    let mut left = NODES;
    for operation in operations.as_sequence().ok_or("a JSON patch has to be a list of operations")? {
        one(target, operation, &mut left)?;
    }
    write_nulls(target, None);
    Ok(())
}

fn one(target: &mut Node, operation: &Node, left: &mut usize) -> Result<(), String> {
    let text = |key: &str| operation.get(key).and_then(Node::as_str);
    let kind = text("op").ok_or("an operation of a JSON patch has no `op`")?;
    let (path, place) = match operation.get("path") {
        Some(Node { value: Value::String(path), span }) => (path.as_str(), *span),
        Some(_) | None => return Err(format!("the operation {} has no `path`", quoted(kind))),
    };
    let failed = |why: &str| format!("JSON patch: {kind} of {}: {why}", quoted(path));
    let value = || operation.get("value").cloned().unwrap_or(Node { value: Value::Null, span: operation.span });
    match kind {
        "add" => {
            let value = value();
            spend(&value, path, left)?;
            parent(target, path).and_then(|(place_in, key)| add(place_in, &key, place, value)).map_err(failed)
        }
        "remove" => parent(target, path).and_then(|(place_in, key)| remove(place_in, &key)).map(drop).map_err(failed),
        "replace" => {
            let value = value();
            spend(&value, path, left)?;
            if path.is_empty() {
                if !matches!(value.value, Value::Mapping(_)) {
                    return Err(failed("only a mapping can replace the whole object"));
                }
                *target = value;
                return Ok(());
            }
            parent(target, path).and_then(|(place_in, key)| replace(place_in, &key, place, value)).map_err(failed)
        }
        "move" => {
            let from = text("from").ok_or_else(|| failed("it has no `from`"))?;
            let value = parent(target, from).and_then(|(place_in, key)| remove(place_in, &key)).map_err(failed)?;
            spend(&value, path, left)?;
            parent(target, path).and_then(|(place_in, key)| add(place_in, &key, place, value)).map_err(failed)
        }
        "copy" => {
            let from = text("from").ok_or_else(|| failed("it has no `from`"))?;
            let found = parent(target, from).and_then(|(place_in, key)| get(place_in, &key)).map_err(failed)?;
            let value = found.unwrap_or(Node { value: Value::Null, span: place });
            spend(&value, path, left)?;
            parent(target, path).and_then(|(place_in, key)| add(place_in, &key, place, value)).map_err(failed)
        }
        "test" => {
            let expected = value();
            let same = if path.is_empty() {
                target.same_value(&expected)
            } else {
                let found = parent(target, path).and_then(|(place_in, key)| get(place_in, &key)).map_err(failed)?;
                found.map_or(expected.value == Value::Null, |found| found.same_value(&expected))
            };
            if same { Ok(()) } else { Err(failed("the value is another")) }
        }
        other => Err(format!("the operation {} is none of JSON patches", quoted(other))),
    }
}

/// The collection that a path leads into, and the last part of the path.
fn parent<'a>(target: &'a mut Node, path: &str) -> Result<(&'a mut Node, String), &'static str> {
    const MISSING: &str = "there is no such path in the object";
    let (_, path) = path.split_once('/').ok_or(MISSING)?;
    let (parents, last) = path.rsplit_once('/').map_or((None, path), |(parents, last)| (Some(parents), last));
    let mut node = target;
    for part in parents.into_iter().flat_map(|parents| parents.split('/')) {
        let part = unescaped(part);
        node = match &mut node.value {
            Value::Mapping(entries) => entries.iter_mut().find(|entry| entry.key == part).map(|entry| &mut entry.value),
            Value::Sequence(items) => {
                let index = index(&part, items.len(), false)?;
                items.get_mut(index)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        }
        .ok_or(MISSING)?;
    }
    match node.value {
        Value::Mapping(_) | Value::Sequence(_) => Ok((node, unescaped(last))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(MISSING),
    }
}

fn unescaped(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('~') {
        let (before, found) = rest.split_at(at);
        text.push_str(before);
        let (letter, length) = match found.as_bytes().get(1) {
            Some(b'0') => ('~', 2),
            Some(b'1') => ('/', 2),
            Some(_) | None => ('~', 1),
        };
        text.push(letter);
        rest = found.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// The index that a part of a path names; `behind` allows the one behind the last.
fn index(part: &str, length: usize, behind: bool) -> Result<usize, &'static str> {
    const OUTSIDE: &str = "there is no such index in the list";
    let number: i64 = part.parse().map_err(|_| "a list needs an index")?;
    let length = if behind { length + 1 } else { length };
    let index = if number < 0 {
        length.checked_sub(number.unsigned_abs().try_into().unwrap_or(usize::MAX))
    } else {
        number.try_into().ok()
    };
    index.filter(|index| *index < length).ok_or(OUTSIDE)
}

fn get(node: &Node, key: &str) -> Result<Option<Node>, &'static str> {
    match &node.value {
        Value::Sequence(items) => Ok(items.get(index(key, items.len(), false)?).cloned()),
        Value::Mapping(_) => Ok(node.get(key).cloned()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(None),
    }
}

fn add(node: &mut Node, key: &str, key_span: Span, value: Node) -> Result<(), &'static str> {
    match &mut node.value {
        Value::Sequence(items) if key == "-" => items.push(value),
        Value::Sequence(items) => items.insert(index(key, items.len(), true)?, value),
        Value::Mapping(entries) => set(entries, key, key_span, value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}

fn replace(node: &mut Node, key: &str, key_span: Span, value: Node) -> Result<(), &'static str> {
    match &mut node.value {
        Value::Sequence(items) => {
            let index = index(key, items.len(), false)?;
            if let Some(item) = items.get_mut(index) {
                *item = value;
            }
        }
        Value::Mapping(entries) => set(entries, key, key_span, value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}

fn set(entries: &mut Vec<Entry>, key: &str, key_span: Span, value: Node) {
    let entry = Entry { key: key.to_owned(), key_span, value };
    match entries.iter_mut().find(|entry| entry.key == key) {
        Some(old) => *old = entry,
        None => entries.push(entry),
    }
}

fn remove(node: &mut Node, key: &str) -> Result<Node, &'static str> {
    match &mut node.value {
        Value::Sequence(items) => {
            let index = index(key, items.len(), false)?;
            Ok(items.remove(index))
        }
        Value::Mapping(entries) => {
            let index = entries.iter().position(|entry| entry.key == key);
            index.map(|index| entries.remove(index).value).ok_or("there is no such key")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Err("there is no such key"),
    }
}

/// Counts the nodes that are put in at a path, and how deep they will lie.
fn spend(node: &Node, path: &str, left: &mut usize) -> Result<(), String> {
    let parts = path.bytes().filter(|byte| *byte == b'/').count();
    if deeper_than(node, DEPTH.saturating_sub(parts)) {
        return Err("the patch puts values too deep into each other".to_owned());
    }
    *left = count(node, *left).ok_or("the patch makes the object too large")?;
    Ok(())
}

/// What is left of a number of nodes without those of a tree.
pub(in super::super) fn count(node: &Node, left: usize) -> Option<usize> {
    let left = left.checked_sub(1)?;
    match &node.value {
        Value::Sequence(items) => items.iter().try_fold(left, |left, item| count(item, left)),
        Value::Mapping(entries) => entries.iter().try_fold(left, |left, entry| count(&entry.value, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(left),
    }
}

/// Whether values lie deeper than `most` in each other. It looks no deeper than that.
pub(in super::super) fn deeper_than(node: &Node, most: usize) -> bool {
    let Some(rest) = most.checked_sub(1) else { return true };
    match &node.value {
        Value::Sequence(items) => items.iter().any(|item| deeper_than(item, rest)),
        Value::Mapping(entries) => entries.iter().any(|entry| deeper_than(&entry.value, rest)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// After a JSON patch, a null that was left out counts as one that is written: it gets a place with
/// extent.
fn write_nulls(node: &mut Node, key: Option<Span>) {
    match &mut node.value {
        Value::Null => {
            if let Some(key) = key.filter(|_| node.span.start == node.span.end) {
                node.span = key;
            }
        }
        Value::Sequence(items) => items.iter_mut().for_each(|item| write_nulls(item, None)),
        Value::Mapping(entries) => {
            for entry in entries {
                write_nulls(&mut entry.value, Some(entry.key_span));
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
