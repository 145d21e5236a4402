//! JSON as OPA reads and writes it, which is as Go's `encoding/json` does.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use regorus::Value;

use super::Own;
use super::fault::{self, MOST_TEXT};

pub(super) const TABLE: &[Own] = &[
    own!("json.is_valid", 1, is_valid),
    own!("json.marshal", 1, marshal),
    own!("json.marshal_with_options", 2, marshal_with_options),
    own!("json.unmarshal", 1, unmarshal),
];

/// How a value is laid out.
struct Layout<'a> {
    pretty: bool,
    prefix: &'a str,
    indent: &'a str,
}

const COMPACT: Layout = Layout { pretty: false, prefix: "", indent: "" };

fn marshal(arguments: &[Value]) -> Result<Value> {
    let [value] = arguments else { bail!("json.marshal: wants a value") };
    let mut out = String::new();
    write(&mut out, value, &COMPACT, 0)?;
    Ok(Value::from(out))
}

fn marshal_with_options(arguments: &[Value]) -> Result<Value> {
    let [value, Value::Object(options)] = arguments else { bail!("json.marshal_with_options: wants options") };
    let (mut pretty, mut prefix, mut indent) = (!options.is_empty(), "", "\t");
    for (option, value) in options.iter_sorted() {
        match (option.as_string().map(|name| &**name), value) {
            (Ok("pretty"), Value::Bool(is_pretty)) => pretty = *is_pretty,
            (Ok("prefix"), Value::String(text)) => prefix = text,
            (Ok("indent"), Value::String(text)) => indent = text,
            _ => bail!("json.marshal_with_options: wrong option"),
        }
    }
    let mut out = String::new();
    if pretty {
        out.push_str(prefix);
    }
    write(&mut out, value, &Layout { pretty, prefix, indent }, 0)?;
    Ok(Value::from(out))
}

fn line(out: &mut String, layout: &Layout, depth: usize) {
    if layout.pretty {
        out.push('\n');
        out.push_str(layout.prefix);
        for _ in 0..depth {
            out.push_str(layout.indent);
        }
    }
}

fn write(out: &mut String, value: &Value, layout: &Layout, depth: usize) -> Result<()> {
    fault::room("json.marshal", out.len(), MOST_TEXT)?;
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(_) => out.push_str(&number(value)),
        Value::String(text) => string(out, text),
        Value::Array(items) => list(out, items.iter(), layout, depth)?,
        Value::Set(items) => list(out, items.iter_sorted(), layout, depth)?,
        Value::Object(fields) => {
            let mut entries = Vec::with_capacity(fields.len());
            for (key, value) in fields.iter_sorted() {
                entries.push((key_text(key)?, value));
            }
            // Keys that are no strings are sorted as the strings they become.
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            if entries.is_empty() {
                out.push_str("{}");
                return Ok(());
            }
            out.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, layout, depth + 1);
                string(out, &key);
                out.push_str(if layout.pretty { ": " } else { ":" });
                write(out, value, layout, depth + 1)?;
            }
            line(out, layout, depth);
            out.push('}');
        }
        Value::Undefined => bail!("an undefined value"),
    }
    Ok(())
}

/// The text a key of an object becomes.
pub(super) fn key_text(key: &Value) -> Result<String> {
    if let Value::String(text) = key {
        return Ok(text.to_string());
    }
    let mut out = String::new();
    write(&mut out, key, &COMPACT, 0)?;
    Ok(out)
}

fn list<'a>(out: &mut String, items: impl Iterator<Item = &'a Value>, layout: &Layout, depth: usize) -> Result<()> {
    out.push('[');
    let mut empty = true;
    for item in items {
        if !empty {
            out.push(',');
        }
        empty = false;
        line(out, layout, depth + 1);
        write(out, item, layout, depth + 1)?;
    }
    if !empty {
        line(out, layout, depth);
    }
    out.push(']');
    Ok(())
}

/// A number: an integer in full, another one with an exponent where it is very small.
pub(super) fn number(value: &Value) -> String {
    let Value::Number(number) = value else { return String::new() };
    match number.as_f64() {
        Some(float) if !number.is_integer() && float.abs() < 1e-6 => format!("{float:e}"),
        _ => number.format_decimal(),
    }
}

/// Writes a string as Go writes it in JSON.
pub(super) fn string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// The deepest JSON that is read.
const DEEPEST: usize = 120;

/// Reads JSON; what is too deep to be read is a fault.
fn read(text: &str) -> Result<Value> {
    if depth(text) > DEEPEST {
        fault::fault(format!("`json.unmarshal` reads JSON of at most {DEEPEST} levels"));
        bail!("json.unmarshal: too deep");
    }
    let text = without_lone_surrogates(text);
    Value::from_json_str(&text).inspect_err(|error| {
        // A number there is no room for: JSON all the same.
        if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() {
            fault::fault(format!("`json.unmarshal`: {error}"));
        }
    })
}

/// How deep brackets are nested, outside of strings.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// JSON with `\ud800` without its other half as `\ufffd`, which is what Go reads.
fn without_lone_surrogates(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("\\ud") && !text.contains("\\uD") {
        return text.into();
    }
    let code = |at: &str| at.strip_prefix("\\u").and_then(|rest| u32::from_str_radix(rest.get(..4)?, 16).ok());
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, _)) = rest.split_once('\\') {
        out.push_str(before);
        let escape = rest.get(before.len()..).unwrap_or("");
        let second = escape.get(6..).and_then(code);
        let length = match (code(escape), second) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0xd800..0xe000), _) => {
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or("");
                continue;
            }
            // `\\` is one escape, so that what follows it is not taken for another one.
            _ => escape.char_indices().nth(2).map_or(escape.len(), |(at, _)| at),
        };
        out.push_str(escape.get(..length).unwrap_or(escape));
        rest = escape.get(length..).unwrap_or("");
    }
    out.push_str(rest);
    out.into()
}

fn unmarshal(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text)] = arguments else { bail!("json.unmarshal: wants a string") };
    read(text)
}

#[expect(clippy::unnecessary_wraps, reason = "the type of a builtin")]
fn is_valid(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(matches!(arguments, [Value::String(text)] if read(text).is_ok())))
}
