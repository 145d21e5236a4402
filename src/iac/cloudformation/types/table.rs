//! The bytes of `data/cloudformation.bin`, read in place.
//!
//! The layout is told in `scripts/cloudformation-schemas.py`, which writes them. Every offset is
//! checked: a damaged table has fewer things in it, and nothing worse.

use super::Kind;

/// The table that comes with pushgate.
pub(super) static EMBEDDED: Table = Table { bytes: include_bytes!("../../../../data/cloudformation.bin") };

/// Where the directory of the sections begins, and the bytes of an entry.
const DIRECTORY: (usize, usize) = (8, 8);
/// Bytes of a type's record.
const KIND: usize = 12;

/// Parts of the table, in the order of the directory.
#[derive(Clone, Copy)]
enum Section {
    StringEnds,
    Strings,
    NodeEnds,
    Nodes,
    PathEnds,
    Paths,
    Kinds,
}

/// A table of types.
pub(super) struct Table {
    bytes: &'static [u8],
}

impl Table {
    /// A number of `width` bytes.
    fn number(&self, at: usize, width: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    /// Where a section begins, and how many records it has.
    fn section(&self, section: Section) -> Option<(usize, usize)> {
        let at = DIRECTORY.0 + section as usize * DIRECTORY.1;
        Some((self.number(at, 4)?, self.number(at + 4, 4)?))
    }

    /// Where the record of a section begins, when it has that many.
    fn record(&self, section: Section, index: usize, width: usize) -> Option<usize> {
        let (start, count) = self.section(section)?;
        if index >= count {
            return None;
        }
        start.checked_add(index.checked_mul(width)?)
    }

    /// A stretch of bytes, one of many that follow each other.
    fn stretch(&self, ends: Section, of: Section, index: usize) -> Option<&'static [u8]> {
        let end = self.number(self.record(ends, index, 3)?, 3)?;
        let start = match index.checked_sub(1) {
            Some(before) => self.number(self.record(ends, before, 3)?, 3)?,
            None => 0,
        };
        let (offset, length) = self.section(of)?;
        self.bytes.get(offset..offset.checked_add(length)?)?.get(start..end)
    }

    /// A string.
    pub fn string(&self, index: usize) -> Option<&'static str> {
        std::str::from_utf8(self.stretch(Section::StringEnds, Section::Strings, index)?).ok()
    }

    /// The record of a node.
    pub fn node(&self, index: usize) -> Option<&'static [u8]> {
        self.stretch(Section::NodeEnds, Section::Nodes, index)
    }

    /// How many nodes there are.
    #[cfg(test)]
    pub fn nodes(&self) -> usize {
        self.section(Section::NodeEnds).map_or(0, |(_, count)| count)
    }

    /// A list of paths.
    pub fn paths(&self, index: usize) -> Option<&'static [u8]> {
        self.stretch(Section::PathEnds, Section::Paths, index)
    }

    /// The day of the schemas.
    pub fn date(&self) -> Option<&'static str> {
        self.string(self.number(4, 2)?)
    }

    /// Every type, by name.
    pub fn kinds(&'static self) -> impl Iterator<Item = Kind> {
        (0..self.section(Section::Kinds).map_or(0, |(_, count)| count)).map_while(|index| self.kind(index))
    }

    fn kind(&self, index: usize) -> Option<Kind> {
        let at = self.record(Section::Kinds, index, KIND)?;
        Some(Kind {
            before: self.string(self.number(at, 2)?)?,
            last: self.string(self.number(at + 2, 2)?)?,
            node: self.number(at + 4, 3)?,
            paths: self.number(at + 7, 2)?,
            facts: *self.bytes.get(at + 9)?,
            date: self.string(self.number(at + 10, 2)?)?,
        })
    }

    /// The type of this name.
    pub fn kind_named(&self, before: &str, last: &str) -> Option<Kind> {
        let (mut low, mut high) = (0, self.section(Section::Kinds)?.1);
        while low < high {
            let middle = low + (high - low) / 2;
            let kind = self.kind(middle)?;
            match kind.before.cmp(before).then_with(|| kind.last.cmp(last)) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(kind),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}
