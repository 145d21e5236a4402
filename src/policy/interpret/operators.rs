//! Operators of the language, and builtins that are the same under a name.

use std::cmp::Ordering;

use anyhow::{Result, bail};
use regorus::Value;

use super::super::builtins::{arithmetic, compare};
use super::ir::Operator;

/// The builtin that an operator is.
pub(super) fn name(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "equal",
        Operator::NotEqual => "neq",
        Operator::Less => "lt",
        Operator::LessOrEqual => "lte",
        Operator::Greater => "gt",
        Operator::GreaterOrEqual => "gte",
        Operator::Plus => "plus",
        Operator::Minus => "minus",
        Operator::Times => "mul",
        Operator::Divide => "div",
        Operator::Remainder => "rem",
        Operator::And => "and",
        Operator::Or => "or",
        Operator::Member => "internal.member_2",
        Operator::MemberWithKey => "internal.member_3",
        Operator::Walk => "walk",
        Operator::Print => "print",
    }
}

/// The operator of a builtin's name, and how many arguments it takes.
pub(super) fn named(name: &str) -> Option<(Operator, usize)> {
    Some(match name {
        "equal" | "eq" => (Operator::Equal, 2),
        "neq" => (Operator::NotEqual, 2),
        "lt" => (Operator::Less, 2),
        "lte" => (Operator::LessOrEqual, 2),
        "gt" => (Operator::Greater, 2),
        "gte" => (Operator::GreaterOrEqual, 2),
        "plus" => (Operator::Plus, 2),
        "minus" => (Operator::Minus, 2),
        "mul" => (Operator::Times, 2),
        "div" => (Operator::Divide, 2),
        "rem" => (Operator::Remainder, 2),
        "and" => (Operator::And, 2),
        "or" => (Operator::Or, 2),
        "internal.member_2" => (Operator::Member, 2),
        "internal.member_3" => (Operator::MemberWithKey, 3),
        "walk" => (Operator::Walk, 1),
        "print" => (Operator::Print, 0),
        _ => return None,
    })
}

/// What an operator gives; an error is undefined.
pub(super) fn apply(operator: Operator, arguments: &[Value]) -> Result<Value> {
    if operator == Operator::Print {
        return Ok(Value::Bool(true));
    }
    if let (Operator::MemberWithKey, [key, value, collection]) = (operator, arguments) {
        return Ok(Value::Bool(match collection {
            Value::Array(_) | Value::Object(_) | Value::Set(_) => {
                element(collection, key).is_some_and(|found| found == value)
            }
            _ => false,
        }));
    }
    let [left, right] = arguments else { bail!("wrong number of arguments") };
    Ok(match operator {
        Operator::Equal => Value::Bool(left == right),
        Operator::NotEqual => Value::Bool(left != right),
        Operator::Less => Value::Bool(compare(left, right) == Ordering::Less),
        Operator::LessOrEqual => Value::Bool(compare(left, right) != Ordering::Greater),
        Operator::Greater => Value::Bool(compare(left, right) == Ordering::Greater),
        Operator::GreaterOrEqual => Value::Bool(compare(left, right) != Ordering::Less),
        Operator::Plus => return arithmetic('+', arguments),
        Operator::Minus => return arithmetic('-', arguments),
        Operator::Times => return arithmetic('*', arguments),
        Operator::Divide => return arithmetic('/', arguments),
        Operator::Remainder => return arithmetic('%', arguments),
        Operator::And => match (left, right) {
            (Value::Set(left), Value::Set(right)) => Value::from(left.intersection(right)),
            _ => bail!("operands must be sets"),
        },
        Operator::Or => match (left, right) {
            (Value::Set(left), Value::Set(right)) => Value::from(left.union(right)),
            _ => bail!("operands must be sets"),
        },
        Operator::Member => Value::Bool(match right {
            Value::Array(items) => items.iter().any(|item| item == left),
            Value::Set(items) => items.contains(left),
            Value::Object(fields) => fields.iter().any(|(_, value)| value == left),
            _ => false,
        }),
        Operator::MemberWithKey | Operator::Walk | Operator::Print => bail!("wrong number of arguments"),
    })
}

/// The element of a collection at a key.
pub(super) fn element<'v>(collection: &'v Value, key: &Value) -> Option<&'v Value> {
    match collection {
        Value::Object(fields) => fields.get(key),
        Value::Set(items) => items.get(key),
        Value::Array(items) => match key {
            Value::Number(number) => items.get(usize::try_from(number.as_u64()?).ok()?),
            _ => None,
        },
        _ => None,
    }
}
