//! Values of keywords, and where pointers lead.

use serde_json::{Map, Value as Json};

use super::{
    json::Decimal,
    node::{Bound, Node},
};

/// What is wrong with a schema.
#[derive(Debug)]
pub(super) struct Mistake(pub(super) String);

pub(super) type Parsed<T> = Result<T, Mistake>;

pub(super) fn mistake<T>(text: impl Into<String>) -> Parsed<T> {
    Err(Mistake(text.into()))
}

pub(super) fn invalid_type<T>(expected: &str, given: &str) -> Parsed<T> {
    mistake(format!("Invalid type. Expected: {expected}, given: {given}"))
}

pub(super) fn pointed<'s>(root: &'s Json, pointer: &str) -> Parsed<&'s Json> {
    let mut at = root;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let inner = match at {
            Json::Array(items) => step.parse().ok().and_then(|index: usize| items.get(index)),
            other => other.get(&step),
        };
        at = inner.ok_or_else(|| Mistake(format!("Object has no key '{step}'")))?;
    }
    Ok(at)
}

pub(super) fn sorted(fields: &Map<String, Json>) -> Vec<(&String, &Json)> {
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort_unstable_by(|a, b| a.0.cmp(b.0));
    sorted
}

/// `%2F` and its like in a pointer.
pub(super) fn decoded(pointer: &str) -> String {
    let mut bytes = Vec::with_capacity(pointer.len());
    let mut rest = pointer.bytes();
    while let Some(byte) = rest.next() {
        let hex = (byte == b'%').then(|| rest.as_slice_of(2)).flatten();
        match hex {
            Some(value) => bytes.push(value),
            None => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) trait Hex {
    fn as_slice_of(&mut self, digits: usize) -> Option<u8>;
}

impl Hex for std::str::Bytes<'_> {
    fn as_slice_of(&mut self, digits: usize) -> Option<u8> {
        let text: Vec<u8> = self.clone().take(digits).collect();
        let value = u8::from_str_radix(std::str::from_utf8(&text).ok()?, 16).ok()?;
        self.nth(digits.checked_sub(1)?);
        Some(value)
    }
}

pub(super) fn string<'s>(fields: &'s Map<String, Json>, key: &str) -> Parsed<Option<&'s str>> {
    match fields.get(key) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => invalid_type("string", key),
    }
}

pub(super) fn list<'s>(fields: &'s Map<String, Json>, key: &str) -> Parsed<Option<&'s [Json]>> {
    match fields.get(key) {
        None => Ok(None),
        Some(Json::Array(items)) => Ok(Some(items)),
        Some(_) => mistake(format!("{key} must be of an array")),
    }
}

pub(super) fn size(fields: &Map<String, Json>, key: &str) -> Parsed<Option<usize>> {
    let Some(value) = fields.get(key) else { return Ok(None) };
    let Some(size) = value.as_i64() else { return mistake(format!("{key} must be of an integer")) };
    match usize::try_from(size) {
        Ok(size) => Ok(Some(size)),
        Err(_) => mistake(format!("{key} must be greater than or equal to 0")),
    }
}

pub(super) fn bound(value: &Json) -> Option<Bound> {
    let mut shown = String::new();
    let flags = super::super::go_format::Flags { precision: Some(10), ..Default::default() };
    super::super::go_format::float(&mut shown, value.as_f64()?, 'g', &flags);
    Some(Bound { number: Decimal::of(value)?, shown })
}

pub(super) const TYPES: [&str; 7] = ["array", "boolean", "integer", "number", "null", "object", "string"];

pub(super) fn types(fields: &Map<String, Json>, node: &mut Node) -> Parsed<()> {
    let names: Vec<&Json> = match fields.get("type") {
        None => return Ok(()),
        Some(name @ Json::String(_)) => vec![name],
        Some(Json::Array(names)) => names.iter().collect(),
        Some(_) => return invalid_type("type", "string/Array Of Strings"),
    };
    for name in names {
        let Json::String(name) = name else { return invalid_type("type", "string/Array Of Strings") };
        if !TYPES.contains(&name.as_str()) {
            return mistake(format!(
                "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{}]",
                TYPES.join(" ")
            ));
        }
        if node.types.contains(name) {
            return mistake(format!("{name} type is duplicated"));
        }
        node.types.push(name.clone());
    }
    Ok(())
}
