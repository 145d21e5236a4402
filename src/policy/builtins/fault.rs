//! Builtins no policy can name: compiled programs call them where `repair` put them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use anyhow::{Result, bail};
use regorus::Value;

use super::Builtin;

#[derive(Default)]
struct State {
    /// What must not go unnoticed; the first only.
    fault: Option<String>,
    /// By rule: the parameters of its last call, and the value it gave.
    values: BTreeMap<Value, (Vec<Value>, Value)>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Begins an evaluation on this thread.
pub(in super::super) fn begin() {
    STATE.take();
}

/// What makes the evaluation that just ended worthless.
pub(in super::super) fn take_fault() -> Option<String> {
    STATE.take().fault
}

fn fault(message: String) {
    STATE.with_borrow_mut(|state| {
        state.fault.get_or_insert(message);
    });
}

/// The function of a name that `repair` uses.
pub(in super::super) fn internal(name: &str) -> Builtin {
    match name {
        "+" => |_, _, arguments, _| arithmetic('+', arguments),
        "-" => |_, _, arguments, _| arithmetic('-', arguments),
        "*" => |_, _, arguments, _| arithmetic('*', arguments),
        "/" => |_, _, arguments, _| arithmetic('/', arguments),
        "%" => |_, _, arguments, _| arithmetic('%', arguments),
        "record" => |_, _, arguments, _| record(arguments),
        "unique" => |_, _, arguments, _| {
            unique(arguments);
            Ok(Value::Undefined)
        },
        "release" => |_, _, _, _| Ok(Value::Undefined),
        other => {
            other.strip_prefix(super::PACKED).and_then(super::packed).unwrap_or(|_, _, _, _| bail!("no such function"))
        }
    }
}

/// OPA's `plus`, `minus`, `mul`, `div` and `rem`: undefined where they fail.
fn arithmetic(operator: char, arguments: &[Value]) -> Result<Value> {
    let result = match (arguments, operator) {
        ([Value::Set(a), Value::Set(b)], '-') => return Ok(Value::from(a.difference(b))),
        ([Value::Number(a), Value::Number(b)], _) => match operator {
            '+' => a.add(b),
            '-' => a.sub(b),
            '*' => a.mul(b),
            '/' | '%' if b.as_f64() == Some(0.0) => bail!("division by zero"),
            '/' => a.clone().divide(b),
            _ if !a.is_integer() || !b.is_integer() => bail!("modulo on floating-point number"),
            _ => a.clone().modulo(b),
        },
        _ => bail!("wrong type of operand"),
    };
    // Numbers of any size are fine in OPA: what regorus cannot compute must not pass in silence.
    result.map(Value::Number).inspect_err(|error| fault(error.to_string()))
}

/// Notes the value a rule gives, and gives it back.
fn record(arguments: &[Value]) -> Result<Value> {
    let [rule, value, parameters @ ..] = arguments else { bail!("wrong number of arguments") };
    STATE.with_borrow_mut(|state| match state.values.get(rule) {
        Some((known, first)) if known == parameters => {
            if first != value {
                let name = rule.as_string().map_or("", |name| name.trim_start_matches("data."));
                let (first, second) = (super::notation(first), super::notation(value));
                state.fault.get_or_insert_with(|| format!("`{name}` has conflicting values: {first} and {second}"));
            }
        }
        Some(_) | None => {
            state.values.insert(rule.clone(), (parameters.to_vec(), value.clone()));
        }
    });
    Ok(value.clone())
}

/// Checks that a key of an object does not get a second value.
fn unique(arguments: &[Value]) {
    if let [Value::Object(fields), key, value] = arguments
        && let Some(first) = fields.get(key).filter(|first| *first != value)
    {
        let [key, first, second] = [key, first, value].map(super::notation);
        fault(format!("the key {key} of an object has conflicting values: {first} and {second}"));
    }
}
