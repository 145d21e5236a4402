//! `$(NAME)` in a text. `$$` is a `$` that begins nothing.

use crate::document::{Number, Value};

/// What a text became.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filled {
    /// The value of the one variable that the text consists of.
    Value(Value),
    /// A text.
    Text(String),
}

/// Fills in the variables that `value` knows; others stay as they are written.
pub(super) fn expand<'v>(text: &str, mut value: impl FnMut(&str) -> Option<&'v Value>) -> Filled {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, found) = rest.split_at(at);
        filled.push_str(before);
        let behind = found.get(1..).unwrap_or_default();
        if let Some(inner) = behind.strip_prefix('(') {
            if let Some((name, after)) = inner.split_once(')') {
                if let Some(known) = value(name) {
                    if text.len() == name.len() + 3 {
                        return Filled::Value(known.clone());
                    }
                    filled.push_str(&written(known));
                } else {
                    filled.push_str("$(");
                    filled.push_str(name);
                    filled.push(')');
                }
                rest = after;
            } else {
                filled.push_str("$(");
                rest = inner;
            }
        } else if let Some(after) = behind.strip_prefix('$') {
            filled.push('$');
            rest = after;
        } else {
            filled.push('$');
            // The character behind it is taken over with it.
            let next = behind.chars().next();
            filled.extend(next);
            rest = behind.get(next.map_or(0, char::len_utf8)..).unwrap_or_default();
        }
    }
    filled.push_str(rest);
    Filled::Text(filled)
}

/// A value inside of a text, as Go prints it.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(Number::Float(float)) => go_float(*float),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => String::new(),
    }
}

/// Go's `%v`: an exponent of at least two digits below 1e-4 and from 1e21.
fn go_float(float: f64) -> String {
    if float == 0.0 || (1e-4..1e21).contains(&float.abs()) {
        return float.to_string();
    }
    let text = format!("{float:e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in_as_kustomize_does() {
        let values = [("A", Value::String("x".into())), ("N", Value::Number(Number::Int(8)))];
        let find = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        let cases = [
            ("$(A)-$(A)", "x-x"),
            ("--$(N)--", "--8--"),
            ("$$(A)_$(A)", "$(A)_x"),
            ("$(B)", "$(B)"),
            ("$(A$(N))", "$(A$(N))"),
            ("foo$(A", "foo$(A"),
            ("$A ${A} $", "$A ${A} $"),
            ("$$$$$$$(A)", "$$$x"),
            ("--$($($(", "--$($($("),
            (r"a\$(A)", r"a\x"),
            ("$()", "$()"),
            ("$é$(A)", "$éx"),
        ];
        for (text, expected) in cases {
            assert_eq!(expand(text, find), Filled::Text(expected.to_owned()), "{text}");
        }
        assert_eq!(expand("$(N)", find), Filled::Value(Value::Number(Number::Int(8))));
    }
}
