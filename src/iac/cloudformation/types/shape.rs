//! Records of the table, as they are asked for.

use super::table::Table;

/// Sorts of values, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Sorts(u8);

impl Sorts {
    /// Strings.
    pub const STRING: Self = Self(0b00_0001);
    /// Numbers.
    pub const NUMBER: Self = Self(0b00_0110);
    /// Booleans.
    pub const BOOLEAN: Self = Self(0b00_1000);
    /// Strings, numbers and booleans, which the service makes of each other.
    pub const PLAIN: Self = Self(0b00_1111);
    /// Mappings.
    pub const OBJECT: Self = Self(0b01_0000);
    /// Lists.
    pub const ARRAY: Self = Self(0b10_0000);

    /// Whether some of the others are in it.
    pub fn any_of(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Names of the sorts, in the order of their bits.
    #[cfg(test)]
    pub fn names(self) -> Vec<&'static str> {
        let all = ["string", "integer", "number", "boolean", "object", "array"];
        all.iter().enumerate().filter(|(bit, _)| self.0 >> bit & 1 == 1).map(|(_, name)| *name).collect()
    }
}

/// What becomes of properties that have no schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Others {
    /// Refused.
    Refused,
    /// They may be anything.
    Kept,
    /// Each looks like this node.
    Each(usize),
}

/// A property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Property {
    /// Its name.
    pub name: &'static str,
    /// The node that its value looks like.
    pub node: usize,
    /// Whether it has to be there.
    pub required: bool,
}

/// What a value may look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Shape {
    /// Sorts of values that will do.
    pub sorts: Sorts,
    /// Properties of a mapping, by name.
    pub properties: Vec<Property>,
    /// Other properties.
    pub others: Others,
    /// The node that items of a list look like.
    pub items: Option<usize>,
    /// All that a plain value may be; empty where it may be anything.
    pub choices: Vec<&'static str>,
    /// Whether capitals do not count in choices.
    pub caseless: bool,
    /// Sets of properties of which one has to be there; empty where nothing is asked.
    pub needs: Vec<Vec<&'static str>>,
}

impl Shape {
    /// A property, by name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        let at = self.properties.binary_search_by(|property| property.name.cmp(name)).ok()?;
        self.properties.get(at)
    }
}

/// What a node says; `None` where the table is damaged.
pub(super) fn read(table: &Table, node: usize) -> Option<Shape> {
    let mut record = Record { table, rest: table.node(node)? };
    let head = u16::from_le_bytes([record.byte()?, record.byte()?]);
    let has = |bit: u16| head >> bit & 1 == 1;
    let mut properties = Vec::new();
    if has(8) {
        let count = record.varint()?;
        properties.reserve(count.min(1024));
        for _ in 0..count {
            let name = record.text()?;
            let link = record.varint()?;
            properties.push(Property { name, node: link >> 1, required: link & 1 == 1 });
        }
    }
    let others = match head >> 6 & 3 {
        0 => Others::Refused,
        1 => Others::Kept,
        2 => Others::Each(record.varint()?),
        _ => return None,
    };
    let items = if has(9) { Some(record.varint()?) } else { None };
    let choices = if has(10) { record.texts()? } else { Vec::new() };
    let needs = if has(12) { record.lists()? } else { Vec::new() };
    let sorts = Sorts(u8::try_from(head & 0x3F).ok()?);
    Some(Shape { sorts, properties, others, items, choices, caseless: has(11), needs })
}

/// One of the four parts of a list of paths.
pub(super) fn paths(table: &Table, index: usize, part: usize) -> Option<Vec<Vec<&'static str>>> {
    let mut record = Record { table, rest: table.paths(index)? };
    for _ in 0..part {
        for _ in 0..record.varint()? {
            for _ in 0..record.varint()? {
                record.varint()?;
            }
        }
    }
    record.lists()
}

/// A record, as far as it is not read yet.
struct Record<'a> {
    table: &'a Table,
    rest: &'static [u8],
}

impl Record<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
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

    fn text(&mut self) -> Option<&'static str> {
        let index = self.varint()?;
        self.table.string(index)
    }

    fn texts(&mut self) -> Option<Vec<&'static str>> {
        let count = self.varint()?;
        (0..count).map(|_| self.text()).collect()
    }

    fn lists(&mut self) -> Option<Vec<Vec<&'static str>>> {
        let count = self.varint()?;
        (0..count).map(|_| self.texts()).collect()
    }
}
