//! The files that a build was made from, in one space of addresses.

use std::sync::Arc;

use crate::document::{Entry, Node, Source, Span, Value};

/// A file that values of a build are from.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path in the repository.
    pub path: String,
    /// Its text.
    pub source: Arc<Source>,
    /// The address of its first byte.
    base: u32,
}

impl SourceFile {
    /// The text at an address of this file.
    pub(super) fn slice(&self, span: Span) -> Option<&str> {
        let within = |address: u32| address.checked_sub(self.base).map(|offset| offset as usize);
        self.source.text().get(within(span.start)?..within(span.end)?)
    }
}

/// The files of a build. Each has its own range of addresses, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Takes in a file and says where its addresses begin; `None` when there are no more addresses.
    pub(super) fn add(&mut self, path: &str, source: Arc<Source>) -> Option<u32> {
        let base = self.files.last().map_or(Some(0), |last| end(last)?.checked_add(1))?;
        let file = SourceFile { path: path.to_owned(), source, base };
        if end(&file)? >= super::share::FIRST {
            return None;
        }
        self.files.push(file);
        Some(base)
    }

    /// The file of an address and the place in it.
    #[must_use]
    pub fn locate(&self, span: Span) -> Option<(&SourceFile, Span)> {
        let index = self.files.partition_point(|file| file.base <= span.start).checked_sub(1)?;
        let file = self.files.get(index)?;
        let end = end(file)?;
        let within = |address: u32| address.min(end).saturating_sub(file.base);
        Some((file, Span { start: within(span.start), end: within(span.end) }))
    }

    /// A file by its index.
    #[must_use]
    pub fn file(&self, index: u32) -> Option<&SourceFile> {
        self.files.get(index as usize)
    }

    /// All of them, in the order in which they were read.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// The address behind the last byte of a file.
fn end(file: &SourceFile) -> Option<u32> {
    file.base.checked_add(u32::try_from(file.source.text().len()).ok()?)
}

/// A node whose places are addresses: shifted by where its file begins.
pub(super) fn shifted(node: &Node, base: u32) -> Node {
    let value = match &node.value {
        Value::Sequence(items) => Value::Sequence(items.iter().map(|item| shifted(item, base)).collect()),
        Value::Mapping(entries) => Value::Mapping(
            entries
                .iter()
                .map(|entry| Entry {
                    key: entry.key.clone(),
                    key_span: shift(entry.key_span, base),
                    value: shifted(&entry.value, base),
                })
                .collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => node.value.clone(),
    };
    Node { value, span: shift(node.span, base) }
}

pub(super) fn shift(span: Span, base: u32) -> Span {
    Span { start: span.start.saturating_add(base), end: span.end.saturating_add(base) }
}
