//! Definitions: records of the table become schemas, each once and only when it is asked for.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::Version;
use super::table::{EMBEDDED, Table};
use crate::document::{Number, Value};
use crate::kubernetes::schema::{Accepts, Format, Link, ListKind, Others, Property, Schema, Text};

/// Schemas made so far, by content: versions of Kubernetes that say the same share one.
static MADE: OnceLock<Vec<OnceLock<Option<Box<Schema>>>>> = OnceLock::new();

/// What a definition says in a version of Kubernetes; `None` where that version does not have it.
/// The first call makes the schema, later ones find it without a lock.
#[must_use]
pub fn definition(version: Version, number: u16) -> Option<&'static Schema> {
    let content = EMBEDDED.content_of(number.into(), version)?;
    let made = MADE.get_or_init(|| (0..EMBEDDED.contents()).map(|_| OnceLock::new()).collect());
    let schema = made.get(content)?.get_or_init(|| {
        let node = EMBEDDED.content(content)?;
        schema(&EMBEDDED, node).map(Box::new)
    });
    schema.as_deref()
}

/// The number of a definition by its name in `OpenAPI`, such as
/// `io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta`.
#[must_use]
pub fn number_of(name: &str) -> Option<u16> {
    EMBEDDED.definition_named(name)
}

/// The schema of a node; `None` where the table is damaged.
pub(super) fn schema(table: &Table, node: usize) -> Option<Schema> {
    let mut record = Record { table, node, rest: table.node(node)? };
    let head = record.bits()?;
    let accepts = match head & 0xF {
        0 => Accepts::Anything,
        1 => Accepts::Object,
        2 => Accepts::Array,
        3 => Accepts::String,
        4 => Accepts::Integer,
        5 => Accepts::Number,
        6 => Accepts::Boolean,
        7 => Accepts::IntOrString,
        8 => Accepts::Quantity,
        _ => return None,
    };
    let format = match head >> 9 & 7 {
        0 => None,
        1 => Some(Format::Int32),
        2 => Some(Format::Int64),
        3 => Some(Format::Byte),
        4 => Some(Format::DateTime),
        5 => Some(Format::Other("double".to_owned())),
        _ => return None,
    };
    let (mut properties, mut required) = (Vec::new(), Vec::new());
    if head >> 12 & 1 == 1 {
        for _ in 0..record.varint()? {
            let name = record.text()?;
            let link = record.varint()?;
            if link & 1 == 1 {
                required.push(name.clone());
            }
            properties.push(Property { name, schema: record.link_to(link >> 1)? });
        }
    }
    let others = match head >> 5 & 3 {
        0 => Others::Refused,
        1 => Others::Kept,
        2 => Others::Each(record.link()?),
        _ => return None,
    };
    let items = if head >> 13 & 1 == 1 { Some(record.link()?) } else { None };
    let list = match head >> 7 & 3 {
        0 => ListKind::Atomic,
        1 => ListKind::Set,
        2 => ListKind::Map(record.texts()?),
        _ => return None,
    };
    let choices = if head >> 14 & 1 == 1 { record.texts()? } else { Vec::new() };
    let default = if head >> 15 & 1 == 1 { Some(record.scalar()?) } else { None };
    Some(Schema {
        accepts,
        nullable: head >> 4 & 1 == 1,
        properties,
        required,
        others,
        items,
        list,
        choices: choices.into_iter().map(|choice| Value::String(choice.into_owned())).collect(),
        format,
        embedded: false,
        default,
        rare: None,
    })
}

/// The record of a node, as far as it is not read yet.
struct Record<'a> {
    table: &'a Table,
    node: usize,
    rest: &'static [u8],
}

impl Record<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn bits(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn varint(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<Text> {
        let index = self.varint()?;
        self.table.string(index).map(Cow::Borrowed)
    }

    fn texts(&mut self) -> Option<Vec<Text>> {
        let count = self.varint()?;
        (0..count).map(|_| self.text()).collect()
    }

    fn link(&mut self) -> Option<Link> {
        let link = self.varint()?;
        self.link_to(link)
    }

    fn link_to(&self, link: usize) -> Option<Link> {
        if link & 1 == 1 {
            return u16::try_from(link >> 1).ok().map(Link::Definition);
        }
        let inner = link >> 1;
        // The nodes in a node come before it, so this ends.
        if inner >= self.node {
            return None;
        }
        schema(self.table, inner).map(|schema| Link::Inline(Box::new(schema)))
    }

    fn scalar(&mut self) -> Option<Value> {
        match self.byte()? {
            0 => Some(Value::Bool(false)),
            1 => Some(Value::Bool(true)),
            2 => Some(Value::Number(Number::Int(i64::try_from(self.varint()?).ok()?))),
            3 => Some(Value::String(self.text()?.into_owned())),
            _ => None,
        }
    }
}
