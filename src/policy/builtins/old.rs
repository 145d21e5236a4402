//! Builtins OPA has for modules of Rego v0 only.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use regorus::Value;

use super::Own;
use super::arguments::{elements, text};
use super::patterns;

pub(super) const TABLE: &[Own] = &[
    own!("all", 1, all),
    own!("any", 1, any),
    own!("cast_array", 1, cast_array),
    own!("cast_boolean", 1, cast_boolean),
    own!("cast_null", 1, cast_null),
    own!("cast_object", 1, cast_object),
    own!("cast_set", 1, cast_set),
    own!("cast_string", 1, cast_string),
    own!("re_match", 2, re_match),
    own!("set_diff", 2, set_diff),
];

/// Whether OPA has a builtin for modules of v0 only, and what to write in v1.
pub(super) fn advice(name: &str) -> Option<&'static str> {
    Some(match name {
        "all" => "write `every x in xs { x }`",
        "any" => "write `true in xs` or a rule with `some`",
        "cast_array" => "write `[x | some x in xs]`",
        "cast_boolean" => "write `is_boolean(x)`",
        "cast_null" => "write `is_null(x)`",
        "cast_object" => "write `is_object(x)`",
        "cast_set" => "write `{x | some x in xs}`",
        "cast_string" => "write `is_string(x)`",
        "net.cidr_overlap" => "write `net.cidr_contains(net, address)`",
        "re_match" => "write `regex.match(pattern, value)`",
        "set_diff" => "write `a - b`",
        _ => return None,
    })
}

fn all(arguments: &[Value]) -> Result<Value> {
    let [items] = arguments else { bail!("wrong number of arguments") };
    Ok(Value::from(elements(items)?.into_iter().all(|item| *item == Value::from(true))))
}

fn any(arguments: &[Value]) -> Result<Value> {
    let [items] = arguments else { bail!("wrong number of arguments") };
    Ok(Value::from(elements(items)?.into_iter().any(|item| *item == Value::from(true))))
}

fn cast_array(arguments: &[Value]) -> Result<Value> {
    let [items] = arguments else { bail!("wrong number of arguments") };
    Ok(Value::from(elements(items)?.into_iter().cloned().collect::<Vec<_>>()))
}

fn cast_set(arguments: &[Value]) -> Result<Value> {
    let [items] = arguments else { bail!("wrong number of arguments") };
    Ok(Value::from(elements(items)?.into_iter().cloned().collect::<BTreeSet<_>>()))
}

fn cast_boolean(arguments: &[Value]) -> Result<Value> {
    match arguments {
        [value @ Value::Bool(_)] => Ok(value.clone()),
        _ => bail!("wants a boolean"),
    }
}

fn cast_null(arguments: &[Value]) -> Result<Value> {
    match arguments {
        [Value::Null] => Ok(Value::Null),
        _ => bail!("wants null"),
    }
}

fn cast_object(arguments: &[Value]) -> Result<Value> {
    match arguments {
        [value @ Value::Object(_)] => Ok(value.clone()),
        _ => bail!("wants an object"),
    }
}

fn cast_string(arguments: &[Value]) -> Result<Value> {
    match arguments {
        [value @ Value::String(_)] => Ok(value.clone()),
        _ => bail!("wants a string"),
    }
}

fn re_match(arguments: &[Value]) -> Result<Value> {
    let [pattern, value] = arguments else { bail!("wrong number of arguments") };
    let (pattern, value) = (text(pattern)?, text(value)?);
    Ok(Value::from(patterns::compile(pattern)?.is_match(value)))
}

fn set_diff(arguments: &[Value]) -> Result<Value> {
    match arguments {
        [Value::Set(a), Value::Set(b)] => Ok(Value::from(a.difference(b))),
        _ => bail!("wants two sets"),
    }
}
