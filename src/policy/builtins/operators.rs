//! Operators by name: `plus(1, 2)`, `eq(x, y)`, `internal.member_2(x, xs)`.

use anyhow::{Result, bail};
use regorus::Value;

use super::Own;
use super::fault::arithmetic;

pub(super) const TABLE: &[Own] = &[
    own!("and", 2, and),
    own!("div", 2, div),
    own!("eq", 2, equal),
    own!("equal", 2, equal),
    own!("gt", 2, gt),
    own!("gte", 2, gte),
    own!("internal.member_2", 2, member),
    own!("internal.member_3", 3, member_of),
    own!("lt", 2, lt),
    own!("lte", 2, lte),
    own!("minus", 2, minus),
    own!("mul", 2, mul),
    own!("neq", 2, neq),
    own!("or", 2, or),
    own!("plus", 2, plus),
    own!("rem", 2, rem),
];

fn plus(arguments: &[Value]) -> Result<Value> {
    arithmetic('+', arguments)
}

fn minus(arguments: &[Value]) -> Result<Value> {
    arithmetic('-', arguments)
}

fn mul(arguments: &[Value]) -> Result<Value> {
    arithmetic('*', arguments)
}

fn div(arguments: &[Value]) -> Result<Value> {
    arithmetic('/', arguments)
}

fn rem(arguments: &[Value]) -> Result<Value> {
    arithmetic('%', arguments)
}

fn and(arguments: &[Value]) -> Result<Value> {
    match arguments {
        [Value::Set(a), Value::Set(b)] => Ok(Value::from(a.intersection(b))),
        _ => bail!("wants two sets"),
    }
}

fn or(arguments: &[Value]) -> Result<Value> {
    match arguments {
        [Value::Set(a), Value::Set(b)] => Ok(Value::from(a.union(b))),
        _ => bail!("wants two sets"),
    }
}

fn pair(arguments: &[Value]) -> Result<(&Value, &Value)> {
    match arguments {
        [a, b] => Ok((a, b)),
        _ => bail!("wrong number of arguments"),
    }
}

fn equal(arguments: &[Value]) -> Result<Value> {
    pair(arguments).map(|(a, b)| Value::from(a == b))
}

fn neq(arguments: &[Value]) -> Result<Value> {
    pair(arguments).map(|(a, b)| Value::from(a != b))
}

fn lt(arguments: &[Value]) -> Result<Value> {
    pair(arguments).map(|(a, b)| Value::from(a < b))
}

fn lte(arguments: &[Value]) -> Result<Value> {
    pair(arguments).map(|(a, b)| Value::from(a <= b))
}

fn gt(arguments: &[Value]) -> Result<Value> {
    pair(arguments).map(|(a, b)| Value::from(a > b))
}

fn gte(arguments: &[Value]) -> Result<Value> {
    pair(arguments).map(|(a, b)| Value::from(a >= b))
}

fn member(arguments: &[Value]) -> Result<Value> {
    let (item, items) = pair(arguments)?;
    Ok(Value::from(match items {
        Value::Array(items) => items.iter().any(|other| other == item),
        Value::Set(items) => items.contains(item),
        Value::Object(fields) => fields.iter_sorted().any(|(_, value)| value == item),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Undefined => false,
    }))
}

#[expect(clippy::redundant_closure_for_method_calls, reason = "the type of numbers has no public name")]
fn member_of(arguments: &[Value]) -> Result<Value> {
    let [key, item, items] = arguments else { bail!("wrong number of arguments") };
    Ok(Value::from(match items {
        Value::Array(items) => {
            let index = key.as_number().ok().and_then(|key| key.as_u64()).and_then(|at| usize::try_from(at).ok());
            index.and_then(|index| items.as_slice().get(index)) == Some(item)
        }
        Value::Set(items) => key == item && items.contains(item),
        Value::Object(fields) => fields.get(key) == Some(item),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Undefined => false,
    }))
}
