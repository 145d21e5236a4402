//! The tree every syntax is parsed into: values, and where each of them stands in the text.

use std::borrow::Cow;
use std::fmt;

/// A half-open range of bytes in a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte; equal to `start` for a place without extent.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets; offsets past 4 GiB saturate (file size limits lie far below).
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end.max(start)) }
    }
}

/// A value together with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What a policy sees.
    pub value: Value,
    /// Where the value is written. For an alias (`*x`) the place of the alias itself; the children
    /// of an aliased collection keep the places where they are really written.
    pub span: Span,
}

/// A JSON-shaped value. Tags that are no part of the core schema are data of the format
/// (`!Ref x` of `CloudFormation`) and are turned into values by the format, never constructed.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, exact for integers of any size.
    Number(Number),
    /// A string.
    String(String),
    /// A list; its order counts.
    Sequence(Vec<Node>),
    /// A mapping in the order of the text; keys are unique (the last of a repeated key counts).
    Mapping(Vec<Entry>),
}

/// One `key: value` of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as JSON would write it: `1: x` has the key `"1"`, `on: x` in YAML 1.1 `"true"`.
    pub key: String,
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

/// A number in canonical form: equal numbers compare equal (`1`, `1.0` and `0x1` are one number).
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// Fits in 64 bits with sign.
    Int(i64),
    /// Larger than `i64::MAX`, fits in 64 bits without sign.
    UInt(u64),
    /// An integer outside of 64 bits: decimal digits with an optional leading `-`.
    Big(String),
    /// Not an integer, or beyond 2^53; always finite (a format turns `.inf` and `.nan` into strings).
    Float(f64),
}

impl Number {
    /// The canonical number for a finite float: integral values up to 2^53 become integers.
    /// `None` for an infinity or not-a-number.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if !value.is_finite() {
            return None;
        }
        if value.fract() == 0.0 && value.abs() <= EXACT {
            #[expect(clippy::cast_possible_truncation, reason = "integral and within 2^53")]
            return Some(Self::Int(value as i64));
        }
        Some(Self::Float(value))
    }

    /// The canonical number for decimal digits with an optional sign (`-` or `+`, `_` not allowed).
    /// `None` when `digits` is anything else.
    #[must_use]
    pub fn from_decimal(digits: &str) -> Option<Self> {
        let (negative, magnitude) = match digits.as_bytes().first()? {
            b'-' => (true, digits.get(1..)?),
            b'+' => (false, digits.get(1..)?),
            _ => (false, digits),
        };
        if magnitude.is_empty() || !magnitude.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let magnitude = magnitude.trim_start_matches('0');
        let magnitude = if magnitude.is_empty() { "0" } else { magnitude };
        let text = if negative && magnitude != "0" { format!("-{magnitude}") } else { magnitude.to_owned() };
        if let Ok(int) = text.parse::<i64>() {
            return Some(Self::Int(int));
        }
        if let Ok(int) = text.parse::<u64>() {
            return Some(Self::UInt(int));
        }
        Some(Self::Big(text))
    }
}

impl fmt::Display for Number {
    /// Writes the number as JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => int.fmt(f),
            Self::UInt(int) => int.fmt(f),
            Self::Big(digits) => f.write_str(digits),
            Self::Float(float) => {
                if float.abs() >= 1e21 || float.abs() < 1e-6 {
                    write!(f, "{float:e}")
                } else {
                    float.fmt(f)
                }
            }
        }
    }
}

impl Node {
    /// The entry of a mapping with this key; `None` when there is none or this is no mapping.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Mapping(entries) => entries.iter().find(|entry| entry.key == key),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => None,
        }
    }

    /// The value under a key of a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entries of a mapping, in order; none where this is no mapping.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => &[],
        }
    }

    /// The text of a string value.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// The items of a sequence, in order.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_) => None,
        }
    }

    /// Whether both say the same, wherever it is written: the order of keys, the notation of
    /// numbers and strings and the places do not count; the order of lists does.
    #[must_use]
    pub fn same_value(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Sequence(a), Value::Sequence(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_value(b))
            }
            (Value::Mapping(a), Value::Mapping(b)) => {
                a.len() == b.len()
                    && a.iter().all(|entry| other.get(&entry.key).is_some_and(|value| entry.value.same_value(value)))
            }
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Sequence(_)
                | Value::Mapping(_),
                _,
            ) => false,
        }
    }

    /// What the value is called in a message to a person: "a list", "a string" and so on.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }
}

/// One step of a [`Route`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into a mapping, by key.
    Key(String),
    /// Into a sequence, by 0-based index.
    Index(usize),
}

/// A path of keys and indexes from a document's root to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route(pub Vec<Step>);

/// Where a route leads: the value itself, or the nearest ancestor that exists.
#[derive(Clone, Copy, Debug)]
pub struct Located<'a> {
    /// The value found.
    pub node: &'a Node,
    /// The entry that holds it, when its parent is a mapping.
    pub entry: Option<&'a Entry>,
    /// Whether the whole route was followed.
    pub exact: bool,
}

impl Route {
    /// Follows the route from `root` as far as it leads.
    #[must_use]
    pub fn locate<'a>(&self, root: &'a Node) -> Located<'a> {
        let mut found = Located { node: root, entry: None, exact: true };
        for step in &self.0 {
            let next = match step {
                Step::Key(key) => found.node.entry(key).map(|entry| (&entry.value, Some(entry))),
                Step::Index(index) => {
                    found.node.as_sequence().and_then(|items| items.get(*index)).map(|item| (item, None))
                }
            };
            match next {
                Some((node, entry)) => found = Located { node, entry, exact: true },
                None => return Located { exact: false, ..found },
            }
        }
        found
    }

    /// This route and one step more.
    #[must_use]
    pub fn child(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Route {
    /// Writes the route as a JSON Pointer (RFC 6901); the root is the empty string.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| match step {
            Step::Key(key) => {
                let escaped: Cow<'_, str> = if key.contains(['~', '/']) {
                    key.replace('~', "~0").replace('/', "~1").into()
                } else {
                    key.into()
                };
                write!(f, "/{escaped}")
            }
            Step::Index(index) => write!(f, "/{index}"),
        })
    }
}
