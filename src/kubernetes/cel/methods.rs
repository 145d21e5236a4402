//! Functions and operators over values.

use std::cmp::Ordering;

use super::{
    Open,
    value::{Found, Val},
};
use crate::{document::Node, immutability::Amount};

/// Calls a function, or a method of `of`.
pub(super) fn call<'a>(of: Option<&Val<'a>>, name: &str, arguments: &[Val<'a>]) -> Found<Val<'a>> {
    if let Some(Val::Optional(inner)) = of {
        return match (name, arguments) {
            ("hasValue", []) => Ok(Val::Bool(inner.is_some())),
            ("value", []) => inner.as_deref().cloned().ok_or(Open::Fails),
            ("orValue", [other]) => Ok(inner.as_deref().unwrap_or(other).clone()),
            _ => Err(Open::Unsupported),
        };
    }
    let mut all: Vec<&Val<'a>> = of.into_iter().collect();
    all.extend(arguments);
    let texts = |holds: fn(&str, &str) -> bool| match all.as_slice() {
        [a, b] => Ok(Val::Bool(holds(a.text()?, b.text()?))),
        _ => Err(Open::Unsupported),
    };
    match (name, all.as_slice()) {
        ("size", [one]) => size(one),
        ("startsWith", _) => texts(|a, b| a.starts_with(b)),
        ("endsWith", _) => texts(|a, b| a.ends_with(b)),
        ("contains", [Val::Text(_), _]) => texts(|a, b| a.contains(b)),
        ("lowerAscii", [one]) => Ok(Val::Text(one.text()?.to_ascii_lowercase())),
        ("upperAscii", [one]) => Ok(Val::Text(one.text()?.to_ascii_uppercase())),
        ("trim", [one]) => Ok(Val::Text(one.text()?.trim().to_owned())),
        ("quantity", [one]) => Amount::quantity(&scalar(one)?).map(Val::Amount).ok_or(Open::Fails),
        ("duration", [one]) => Amount::duration(one.text()?).map(Val::Amount).ok_or(Open::Fails),
        ("isQuantity", [one]) => Ok(Val::Bool(Amount::quantity(one.text()?).is_some())),
        ("isGreaterThan", [a, b]) => Ok(Val::Bool(a.order(b)? == Ordering::Greater)),
        ("isLessThan", [a, b]) => Ok(Val::Bool(a.order(b)? == Ordering::Less)),
        ("compareTo", [a, b]) => Ok(Val::Int(match a.order(b)? {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })),
        ("int", [one]) => match one {
            Val::Int(number) => Ok(Val::Int(*number)),
            _ => one.text()?.parse().map(Val::Int).map_err(|_| Open::Fails),
        },
        ("string", [one]) => scalar(one).map(Val::Text),
        _ => Err(Open::Unsupported),
    }
}

/// A scalar as text.
fn scalar(value: &Val<'_>) -> Found<String> {
    match value {
        Val::Bool(value) => Ok(value.to_string()),
        Val::Int(number) => Ok(number.to_string()),
        Val::Double(number) => Ok(number.to_string()),
        other => other.text().map(str::to_owned),
    }
}

fn size<'a>(value: &Val<'a>) -> Found<Val<'a>> {
    let count = match value {
        Val::Text(_) => value.text()?.chars().count(),
        Val::Node(node) => node.as_sequence().map_or_else(|| node.entries().len(), <[Node]>::len),
        other => other.items()?.len(),
    };
    i64::try_from(count).map(Val::Int).map_err(|_| Open::Unsupported)
}

/// `+`, `-`, `*`, `/` and `%`.
pub(super) fn arithmetic<'a>(operator: &str, left: &Val<'a>, right: &Val<'a>) -> Found<Val<'a>> {
    match (operator, left, right) {
        (_, Val::Int(a), Val::Int(b)) => {
            let result = match operator {
                "+" => a.checked_add(*b),
                "-" => a.checked_sub(*b),
                "*" => a.checked_mul(*b),
                "/" => a.checked_div(*b),
                _ => a.checked_rem(*b),
            };
            result.map(Val::Int).ok_or(Open::Fails)
        }
        ("+", Val::Text(_), Val::Text(_)) => Ok(Val::Text(format!("{}{}", left.text()?, right.text()?))),
        ("+", Val::List(_) | Val::Node(_), Val::List(_) | Val::Node(_)) => {
            let mut all = left.items()?;
            all.extend(right.items()?);
            Ok(Val::List(all))
        }
        _ => Err(Open::Unsupported),
    }
}
