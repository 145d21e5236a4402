//! The bytes of `data/kubernetes.bin`, read in place.
//!
//! The layout is told in `scripts/kubernetes-schemas.py`, which writes them. Every offset is
//! checked: a damaged table has fewer things in it, and nothing worse.

use super::Version;

/// The table that comes with pushgate.
pub(super) static EMBEDDED: Table = Table::new(include_bytes!("../../../data/kubernetes.bin"));

/// What stands for "not there" among the contents.
const NOTHING: usize = 0xFFFF;
/// Where the directory of the sections begins, and the bytes of an entry.
const DIRECTORY: (usize, usize) = (8, 8);

/// Parts of the table, in the order of the directory.
#[derive(Clone, Copy)]
enum Section {
    StringEnds,
    Strings,
    NodeEnds,
    Nodes,
    Packages,
    Definitions,
    Runs,
    Contents,
    Kinds,
}

/// A table of schemas.
pub(super) struct Table {
    bytes: &'static [u8],
}

/// An API: a kind of objects in a version of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Api {
    /// `apiVersion`.
    pub group_version: &'static str,
    /// `kind`.
    pub kind: &'static str,
    /// Number of its definition.
    pub definition: u16,
    /// Bit set of the versions that have it, by column.
    columns: u16,
}

impl Api {
    /// The group: what stands before the `/`, nothing for the core.
    pub fn group(&self) -> &'static str {
        self.group_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Whether a version of Kubernetes has it.
    pub fn is_in(&self, version: Version) -> bool {
        self.columns.checked_shr(version.column().into()).is_some_and(|bits| bits & 1 == 1)
    }
}

impl Table {
    pub const fn new(bytes: &'static [u8]) -> Self {
        Self { bytes }
    }

    /// A number of `width` bytes.
    fn number(&self, at: usize, width: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(width)?)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
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

    /// How many contents of definitions there are.
    pub fn contents(&self) -> usize {
        self.section(Section::Contents).map_or(0, |(_, count)| count)
    }

    /// The node of a content.
    pub fn content(&self, index: usize) -> Option<usize> {
        self.number(self.record(Section::Contents, index, 2)?, 2)
    }

    /// How many definitions there are.
    fn definitions(&self) -> usize {
        // The last record only closes the one before.
        self.section(Section::Definitions).map_or(0, |(_, count)| count.saturating_sub(1))
    }

    /// What a definition says in a version of Kubernetes: the index of a content.
    pub fn content_of(&self, definition: usize, version: Version) -> Option<usize> {
        let first = self.number(self.record(Section::Definitions, definition, 4)?.checked_add(2)?, 2)?;
        let end = self.number(self.record(Section::Definitions, definition.checked_add(1)?, 4)?.checked_add(2)?, 2)?;
        let mut content = None;
        for run in first..end {
            let at = self.record(Section::Runs, run, 3)?;
            if self.number(at, 1)? > version.column().into() {
                break;
            }
            content = Some(self.number(at + 1, 2)?).filter(|content| *content != NOTHING);
        }
        content
    }

    /// A package, and the number of its first definition.
    fn package(&self, index: usize) -> Option<(&'static str, usize)> {
        let at = self.record(Section::Packages, index, 4)?;
        Some((self.string(self.number(at, 2)?)?, self.number(at + 2, 2)?))
    }

    /// The last part of a definition's name.
    fn last_part(&self, definition: usize) -> Option<&'static str> {
        self.string(self.number(self.record(Section::Definitions, definition, 4)?, 2)?)
    }

    /// The number of a definition.
    pub fn definition_named(&self, name: &str) -> Option<u16> {
        let (package, last) = name.rsplit_once('.')?;
        let packages = self.section(Section::Packages)?.1;
        let index = search(packages, |index| Some(self.package(index)?.0.cmp(package)))?;
        let first = self.package(index)?.1;
        let end = self.package(index + 1).map_or(self.definitions(), |(_, next)| next);
        let found = search(end.checked_sub(first)?, |index| Some(self.last_part(first + index)?.cmp(last)))?;
        u16::try_from(first + found).ok()
    }

    /// Every API, by `apiVersion`, then `kind`.
    pub fn apis(&'static self) -> impl Iterator<Item = Api> {
        (0..self.section(Section::Kinds).map_or(0, |(_, count)| count)).map_while(|index| self.api(index))
    }

    fn api(&self, index: usize) -> Option<Api> {
        let at = self.record(Section::Kinds, index, 8)?;
        Some(Api {
            group_version: self.string(self.number(at, 2)?)?,
            kind: self.string(self.number(at + 2, 2)?)?,
            definition: self.u16(at + 4)?,
            columns: self.u16(at + 6)?,
        })
    }

    /// The API of this name, in whatever versions of Kubernetes.
    pub fn api_named(&self, api_version: &str, kind: &str) -> Option<Api> {
        let count = self.section(Section::Kinds)?.1;
        let index = search(count, |index| {
            let api = self.api(index)?;
            Some(api.group_version.cmp(api_version).then_with(|| api.kind.cmp(kind)))
        })?;
        self.api(index)
    }

    /// The name of a definition.
    #[cfg(test)]
    pub fn name(&self, definition: usize) -> Option<String> {
        let packages = (0..self.section(Section::Packages)?.1).filter_map(|index| self.package(index));
        let (package, _) = packages.take_while(|(_, first)| *first <= definition).last()?;
        Some(format!("{package}.{}", self.last_part(definition)?))
    }

    /// The numbers of all definitions.
    #[cfg(test)]
    pub fn numbers(&self) -> std::ops::Range<usize> {
        0..self.definitions()
    }

    /// Number of the oldest version's column, and how many columns there are.
    #[cfg(test)]
    pub fn columns(&self) -> Option<(usize, usize)> {
        Some((self.number(4, 1)?, self.number(5, 1)?))
    }
}

/// The index among `count` sorted things at which `compare` finds them equal. It is told how a thing
/// compares to what is sought, and `None` where the thing cannot be read.
fn search(count: usize, compare: impl Fn(usize) -> Option<std::cmp::Ordering>) -> Option<usize> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match compare(middle)? {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Equal => return Some(middle),
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}
