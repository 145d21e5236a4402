//! Values in Rego notation, as OPA's `Term.String()` writes them.

use regorus::Value;

use super::go_format;

/// Writes a value as Rego: `{"a": [1, null]}`, `{1, 2}` for a set, `set()` for the empty one.
pub(super) fn rego(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number.format_decimal()),
        Value::String(text) => out.push_str(&go_format::quote(text, '"', false)),
        Value::Array(items) => list(out, items.iter(), '[', ']'),
        Value::Set(items) if items.is_empty() => out.push_str("set()"),
        Value::Set(items) => list(out, items.iter_sorted(), '{', '}'),
        Value::Object(fields) => {
            out.push('{');
            for (index, (key, value)) in fields.iter_sorted().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write(out, key);
                out.push_str(": ");
                write(out, value);
            }
            out.push('}');
        }
        Value::Undefined => out.push_str("<undefined>"),
    }
}

fn list<'a>(out: &mut String, items: impl Iterator<Item = &'a Value>, open: char, close: char) {
    out.push(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(out, item);
    }
    out.push(close);
}
