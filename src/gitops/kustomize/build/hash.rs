//! The hash at the end of the names of generated objects.

use sha2::{Digest, Sha256};

use crate::document::{Node, Value};

use super::{Object, edit};

/// Adds a hash of what they say to the names of those objects that want one.
pub(super) fn hashes(objects: &mut [Object]) {
    for object in objects.iter_mut().filter(|object| object.hashed) {
        let hash = hash(&object.node);
        object.remember();
        if let Some(name) = edit::get_mut(&mut object.node, "metadata").and_then(|node| edit::get_mut(node, "name")) {
            let text = format!("{}-{hash}", name.as_str().unwrap_or(""));
            *name = edit::text(text, name.span);
        }
    }
}

fn hash(node: &Node) -> String {
    let kind = node.get("kind").and_then(Node::as_str).unwrap_or("");
    let mut json = String::from("{");
    // In the order of their names. The name is always empty: kustomize looks for it in a wrong place.
    let mut field = |name: &str, value: Option<&Node>, always: bool| {
        let is_mapping = value.is_some_and(|value| matches!(value.value, Value::Mapping(_)));
        if !always && !is_mapping {
            return;
        }
        if json.len() > 1 {
            json.push(',');
        }
        string(&mut json, name);
        json.push(':');
        match value {
            Some(value) => write(&mut json, value),
            None => json.push_str("\"\""),
        }
    };
    if kind == "ConfigMap" {
        field("binaryData", node.get("binaryData"), false);
    }
    field("data", node.get("data"), true);
    field("kind", node.get("kind"), true);
    field("name", None, true);
    if kind == "Secret" {
        field("stringData", node.get("stringData"), false);
        field("type", node.get("type"), true);
    }
    json.push('}');
    let digest = Sha256::digest(json.as_bytes());
    // No digit that looks like a letter, and no vowel, so that no word comes about.
    digest
        .iter()
        .take(5)
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .map(|digit| match digit {
            '0' => 'g',
            '1' => 'h',
            '3' => 'k',
            'a' => 'm',
            'e' => 't',
            digit => digit,
        })
        .collect()
}

/// Writes a value as Go's `encoding/json` does.
fn write(json: &mut String, node: &Node) {
    match &node.value {
        Value::Null => json.push_str("null"),
        Value::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => json.push_str(&number.to_string()),
        Value::String(text) => string(json, text),
        Value::Sequence(items) => {
            json.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                write(json, item);
            }
            json.push(']');
        }
        Value::Mapping(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|a, b| a.key.cmp(&b.key));
            json.push('{');
            for (index, entry) in sorted.into_iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                string(json, &entry.key);
                json.push(':');
                write(json, &entry.value);
            }
            json.push('}');
        }
    }
}

fn string(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                json.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => json.push(c),
        }
    }
    json.push('"');
}
