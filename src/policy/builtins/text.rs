//! Builtins over strings and arrays that regorus has not, or has otherwise than OPA.

use anyhow::{Result, bail};
use regorus::Value;

use super::Own;
use super::arguments::{MOST_ELEMENTS, integer, text, too_much};

pub(super) const TABLE: &[Own] =
    &[own!("array.flatten", 1, flatten), own!("strings.split_n", 3, split_n), own!("trace", 1, trace)];

fn flatten(arguments: &[Value]) -> Result<Value> {
    let [Value::Array(items)] = arguments else { bail!("wants an array") };
    let mut flat = Vec::with_capacity(items.len());
    for item in items.iter() {
        match item {
            Value::Array(inner) => flat.extend(inner.iter().cloned()),
            other => flat.push(other.clone()),
        }
        if flat.len() > 16 * MOST_ELEMENTS {
            return Err(too_much("array.flatten: too many elements"));
        }
    }
    Ok(Value::from(flat))
}

/// The parts of a string, or its characters where the delimiter is empty.
fn parts<'t>(value: &'t str, delimiter: &str) -> Vec<&'t str> {
    if delimiter.is_empty() {
        value.char_indices().filter_map(|(at, c)| value.get(at..at + c.len_utf8())).collect()
    } else {
        value.split(delimiter).collect()
    }
}

/// The first `n` parts; the last ones for a negative number.
fn split_n(arguments: &[Value]) -> Result<Value> {
    let [value, delimiter, count] = arguments else { bail!("wrong number of arguments") };
    let (value, delimiter, count) = (text(value)?, text(delimiter)?, integer(count)?);
    let parts = parts(value, delimiter);
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX).min(parts.len());
    let kept = if count < 0 { parts.len() - size..parts.len() } else { 0..size };
    Ok(Value::from(parts.get(kept).unwrap_or_default().iter().map(|part| Value::from(*part)).collect::<Vec<_>>()))
}

/// Notes are for OPA's traces: there are none here.
fn trace(arguments: &[Value]) -> Result<Value> {
    match arguments {
        [Value::String(_)] => Ok(Value::from(true)),
        _ => bail!("wants a string"),
    }
}
