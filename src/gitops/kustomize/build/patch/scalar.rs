//! Texts of scalars. kustomize works on texts as they are written, of which a value remembers only
//! what it means and where it stands.

use crate::document::{Number, ParseLimits, Span, Value, format};

/// The text of a scalar in its usual notation; empty for collections and null.
pub(in super::super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => String::new(),
    }
}

/// The text of a scalar, if it is written in its usual notation; `None` where it may be another.
pub(in super::super) fn exact_text(value: &Value, span: Span) -> Option<String> {
    let text = text(value);
    match value {
        Value::Number(_) | Value::Bool(_) => (length(span) == text.len()).then_some(text),
        Value::String(_) => Some(text),
        Value::Null => Some(null_text(span).to_owned()),
        Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// How a null is written.
pub(in super::super) fn null_text(span: Span) -> &'static str {
    match length(span) {
        0 => "",
        1 => "~",
        _ => "null",
    }
}

/// Whether a string is written without quotes and on one line, as far as its place tells.
pub(in super::super) fn is_plain(text: &str, span: Span) -> bool {
    length(span) == text.len()
}

/// Whether a scalar is written without quotes, as numbers and booleans are.
pub(super) fn has_no_quotes(value: &Value, span: Span) -> bool {
    match value {
        Value::String(text) => is_plain(text, span),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => true,
    }
}

/// How many bytes a place has.
pub(super) fn length(span: Span) -> usize {
    span.end.saturating_sub(span.start) as usize
}

/// What a text says that is written without quotes and tag, as kustomize writes what it made anew.
pub(in super::super) fn plain(text: &str) -> Value {
    let simple = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_' | '~');
    if text.is_empty() || !text.chars().all(simple) {
        return if text.is_empty() { Value::Null } else { Value::String(text.to_owned()) };
    }
    let parsed = format::parse(format::Format::Yaml, text.as_bytes(), &ParseLimits::default());
    match parsed.documents.into_iter().next().map(|document| document.root.value) {
        // `yes` and the like are texts for kustomize.
        Some(Value::Bool(_)) if !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false") => {
            Value::String(text.to_owned())
        }
        Some(value @ (Value::Null | Value::Bool(_) | Value::Number(_))) if parsed.problems.is_empty() => value,
        Some(_) | None => Value::String(text.to_owned()),
    }
}

/// The value that a scalar has when its text is replaced and its type is kept; `None` when the text is
/// none of that type.
pub(in super::super) fn retyped(old: &Value, text: &str) -> Option<Value> {
    match old {
        Value::String(_) => Some(Value::String(text.to_owned())),
        Value::Number(Number::Float(_)) => match plain(text) {
            number @ Value::Number(_) => Some(number),
            Value::Null | Value::Bool(_) | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => None,
        },
        Value::Number(_) => match plain(text) {
            number @ Value::Number(Number::Int(_) | Number::UInt(_) | Number::Big(_)) => Some(number),
            Value::Number(Number::Float(_))
            | Value::Null
            | Value::Bool(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => None,
        },
        Value::Bool(_) => match plain(text) {
            value @ Value::Bool(_) => Some(value),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => None,
        },
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}
