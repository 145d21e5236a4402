//! Fields and values in a few words.

use crate::{
    document::{Node, Route, Step, Value},
    text::shortened,
};

/// A route as people write it: `spec.ports[0].name`.
#[must_use]
pub fn dotted(route: &Route) -> String {
    let mut text = String::new();
    for step in &route.0 {
        match step {
            Step::Key(key) if key.contains(['.', '/', ' ', '[', '"']) || key.is_empty() => {
                text.push_str(&format!("[\"{}\"]", shortened(key, 60)));
            }
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&shortened(key, 60));
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    if text.is_empty() { "the document".to_owned() } else { text }
}

/// The last key on the way to a value.
#[must_use]
pub fn last_key(route: &Route) -> String {
    let last = route.0.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    shortened(last.unwrap_or("it"), 30)
}

/// A value in a few words.
#[must_use]
pub fn brief(node: &Node) -> String {
    let mut out = String::new();
    write(node, &mut out);
    shortened(&out, 40)
}

fn write(node: &Node, out: &mut String) {
    if out.len() > 48 {
        return;
    }
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(&value.to_string()),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) if text.is_empty() => out.push_str("\"\""),
        Value::String(text) => out.push_str(&shortened(text, 60)),
        Value::Sequence(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Mapping(entries) => {
            out.push('{');
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                out.push_str(&shortened(&entry.key, 60));
                out.push_str(": ");
                write(&entry.value, out);
            }
            out.push('}');
        }
    }
}
