//! Values of CEL, of manifests and of expressions.

use std::cmp::Ordering;

use super::Open;
use crate::{
    document::{Node, Number, Value},
    immutability::{Amount, Likeness, Sort, compare, is_substituted, likeness},
};

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Val<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    /// A list or mapping of a manifest.
    Node(&'a Node),
    List(Vec<Val<'a>>),
    Optional(Option<Box<Val<'a>>>),
    /// A quantity or duration.
    Amount(Amount),
}

pub(super) type Found<T> = Result<T, Open>;

impl<'a> Val<'a> {
    /// A value of a manifest.
    pub fn of(node: &'a Node) -> Self {
        match &node.value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(Number::Int(number)) => Self::Int(*number),
            Value::Number(Number::Float(number)) => Self::Double(*number),
            Value::Number(number @ (Number::UInt(_) | Number::Big(_))) => {
                Self::Double(number.to_string().parse().unwrap_or(f64::MAX))
            }
            Value::String(text) => Self::Text(text.clone()),
            Value::Sequence(_) | Value::Mapping(_) => Self::Node(node),
        }
    }

    /// The field of a mapping.
    pub fn field(&self, key: &str) -> Found<Option<Self>> {
        match self {
            Self::Node(node) if matches!(node.value, Value::Mapping(_)) => {
                Ok(node.get(key).filter(|value| value.value != Value::Null).map(Self::of))
            }
            Self::Optional(Some(inner)) => inner.field(key),
            Self::Optional(None) => Ok(None),
            Self::Text(text) if is_substituted(text) => Err(Open::Substituted),
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Double(_)
            | Self::Text(_)
            | Self::Node(_)
            | Self::List(_)
            | Self::Amount(_) => Err(Open::Fails),
        }
    }

    /// The items of a list, or the keys of a mapping.
    pub fn items(&self) -> Found<Vec<Self>> {
        match self {
            Self::List(items) => Ok(items.clone()),
            Self::Node(node) => Ok(match node.as_sequence() {
                Some(items) => items.iter().map(Self::of).collect(),
                None => node.entries().iter().map(|entry| Self::Text(entry.key.clone())).collect(),
            }),
            Self::Text(text) if is_substituted(text) => Err(Open::Substituted),
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Double(_)
            | Self::Text(_)
            | Self::Optional(_)
            | Self::Amount(_) => Err(Open::Fails),
        }
    }

    pub fn truth(&self) -> Found<bool> {
        match self {
            Self::Bool(value) => Ok(*value),
            Self::Text(text) if is_substituted(text) => Err(Open::Substituted),
            _ => Err(Open::Fails),
        }
    }

    pub fn text(&self) -> Found<&str> {
        match self {
            Self::Text(text) if is_substituted(text) => Err(Open::Substituted),
            Self::Text(text) => Ok(text),
            _ => Err(Open::Fails),
        }
    }

    fn is_open(&self) -> bool {
        matches!(self, Self::Text(text) if is_substituted(text))
    }

    /// Whether two values are one.
    pub fn equals(&self, other: &Self) -> Found<bool> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => match likeness(a, b) {
                Likeness::Equal => Ok(true),
                Likeness::Different => Ok(false),
                Likeness::Unknown => Err(Open::Substituted),
            },
            (a, b) if a.is_open() || b.is_open() => Err(Open::Substituted),
            (Self::Node(a), Self::Node(b)) => nodes_equal(a, b),
            (Self::Null, Self::Null) => Ok(true),
            (Self::Bool(a), Self::Bool(b)) => Ok(a == b),
            (Self::Optional(a), Self::Optional(b)) => match (a, b) {
                (None, None) => Ok(true),
                (Some(a), Some(b)) => a.equals(b),
                (None, Some(_)) | (Some(_), None) => Ok(false),
            },
            (Self::Amount(a), Self::Amount(b)) => Ok(a == b),
            (Self::Int(_) | Self::Double(_), Self::Int(_) | Self::Double(_)) => {
                Ok(self.order(other)? == Ordering::Equal)
            }
            (Self::List(_) | Self::Node(_), Self::List(_) | Self::Node(_)) => {
                let (a, b) = (self.items()?, other.items()?);
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (a, b) in a.iter().zip(&b) {
                    if !a.equals(b)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (_, _) => Ok(false),
        }
    }

    /// How two values compare.
    pub fn order(&self, other: &Self) -> Found<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Ok(a.cmp(b)),
            (Self::Int(_) | Self::Double(_), Self::Int(_) | Self::Double(_)) => {
                self.number()?.partial_cmp(&other.number()?).ok_or(Open::Fails)
            }
            (Self::Text(a), Self::Text(b)) if !self.is_open() && !other.is_open() => Ok(a.cmp(b)),
            (Self::Bool(a), Self::Bool(b)) => Ok(a.cmp(b)),
            (Self::Amount(a), Self::Amount(b)) => Ok(a.cmp(b)),
            (a, b) if a.is_open() || b.is_open() => Err(Open::Substituted),
            (_, _) => Err(Open::Fails),
        }
    }

    fn number(&self) -> Found<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "as CEL compares an integer with a double")]
            Self::Int(number) => Ok(*number as f64),
            Self::Double(number) => Ok(*number),
            _ => Err(Open::Fails),
        }
    }
}

/// What is written otherwise and says the same is the same. Whether the order of a list counts is not known here.
fn nodes_equal(a: &Node, b: &Node) -> Found<bool> {
    let plain = compare(Some(a), Some(b), &|_| Sort::Plain);
    if plain.is_same() {
        return Ok(true);
    }
    if plain.differences.is_empty() {
        return Err(Open::Substituted);
    }
    let unordered = compare(Some(a), Some(b), &|_| Sort::Set);
    if unordered.differences.is_empty() { Err(Open::Unsupported) } else { Ok(false) }
}
