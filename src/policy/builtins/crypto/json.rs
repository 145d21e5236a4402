//! Values as Go writes its structures to JSON.

use std::collections::BTreeMap;

use num_bigint::{BigInt, BigUint};
use regorus::Value;

use super::text::{self, Alphabet};

pub(super) fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::from(fields.into_iter().map(|(name, value)| (Value::from(name), value)).collect::<BTreeMap<_, _>>())
}

/// Bytes, which are base64.
pub(super) fn bytes(bytes: &[u8]) -> Value {
    Value::from(text::to_base64(bytes, Alphabet::Standard, true))
}

/// Bytes that need not be there.
pub(super) fn bytes_or_null(value: Option<&[u8]>) -> Value {
    value.map_or(Value::Null, bytes)
}

pub(super) fn text(text: &str) -> Value {
    Value::from(text)
}

/// A slice: `null` where nothing was ever added.
pub(super) fn list<T>(items: &[T], value: impl Fn(&T) -> Value) -> Value {
    if items.is_empty() { Value::Null } else { all(items, value) }
}

/// A slice that is there even if it is empty.
pub(super) fn all<T>(items: &[T], value: impl Fn(&T) -> Value) -> Value {
    Value::from(items.iter().map(value).collect::<Vec<_>>())
}

pub(super) fn texts(items: &[String]) -> Value {
    list(items, |item| text(item))
}

pub(super) fn oid(oid: &[u32]) -> Value {
    all(oid, |number| Value::from(u64::from(*number)))
}

pub(super) fn integer(number: &BigInt) -> Value {
    Value::from_numeric_string(&number.to_string()).unwrap_or(Value::Undefined)
}

pub(super) fn natural(number: &BigUint) -> Value {
    Value::from_numeric_string(&number.to_string()).unwrap_or(Value::Undefined)
}
