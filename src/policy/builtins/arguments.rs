//! Taking arguments apart, and what must not get too large.

use anyhow::{Result, anyhow};
use regorus::Value;

/// Elements of a collection a builtin makes.
pub(super) const MOST_ELEMENTS: usize = 1 << 20;

/// Bytes of a text a builtin makes.
pub(super) const MOST_BYTES: usize = 16 << 20;

pub(super) fn text(value: &Value) -> Result<&str> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(anyhow!("wants a string")),
    }
}

pub(super) fn integer(value: &Value) -> Result<i64> {
    match value {
        Value::Number(number) => number.as_i64().ok_or_else(|| anyhow!("wants an integer of 64 bits")),
        _ => Err(anyhow!("wants a number")),
    }
}

/// The elements of an array or, in order, of a set.
pub(super) fn elements(value: &Value) -> Result<Vec<&Value>> {
    match value {
        Value::Array(items) => Ok(items.iter().collect()),
        Value::Set(items) => Ok(items.iter_sorted().collect()),
        _ => Err(anyhow!("wants an array or a set")),
    }
}

/// An argument asks for more than there is room or time for. To a policy an error is "undefined": what was
/// pushed could switch a rule off that way, so there is no verdict.
pub(super) fn too_much(message: impl Into<String>) -> anyhow::Error {
    let message = message.into();
    super::fault::fault(message.clone());
    anyhow!(message)
}
