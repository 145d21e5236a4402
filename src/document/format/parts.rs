//! What the small formats have in common: a budget of nodes, and nodes that are quickly made.

use std::ops::Range;

use super::Reading;
use super::mapping::too_many;
use crate::document::{Document, Entry, Node, ParseLimits, Problem, ProblemKind, Span, Value};

/// How many keys and values a file may still hold.
pub(super) struct Budget {
    left: usize,
    limit: usize,
}

impl Budget {
    pub(super) fn new(limits: &ParseLimits) -> Self {
        Self { left: limits.nodes, limit: limits.nodes }
    }

    /// Takes `nodes` keys and values that stand at `span`.
    pub(super) fn take(&mut self, nodes: usize, span: Span) -> Result<(), Problem> {
        match self.left.checked_sub(nodes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(too_many(self.limit, Span { end: span.start, ..span })),
        }
    }
}

/// A piece of the text, with what it says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Span,
}

impl Word {
    pub(super) fn new(text: impl Into<String>, span: Span) -> Self {
        Self { text: text.into(), span }
    }

    pub(super) fn into_node(self) -> Node {
        Node { value: Value::String(self.text), span: self.span }
    }
}

/// A line put together from those it was continued on.
#[derive(Default)]
pub(super) struct Logical {
    pub(super) text: String,
    /// Where pieces of `text` begin, and where they stand in the file.
    pieces: Vec<(usize, usize)>,
}

impl Logical {
    /// Adds a piece of the file that stands at `at`.
    pub(super) fn push(&mut self, text: &str, at: usize) {
        if !text.is_empty() || self.pieces.is_empty() {
            self.pieces.push((self.text.len(), at));
            self.text.push_str(text);
        }
    }

    /// Where a range of the line stands in the file.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        // Nothing stands behind what comes before it, not on the next line.
        let end = range.end.checked_sub(1).map_or_else(|| self.place(0), |last| self.place(last) + 1);
        let start = if range.is_empty() { end } else { self.place(range.start) };
        Span::new(start, end)
    }

    fn place(&self, offset: usize) -> usize {
        let next = self.pieces.partition_point(|(logical, _)| *logical <= offset);
        let piece = next.checked_sub(1).and_then(|index| self.pieces.get(index));
        piece.map_or(0, |(logical, source)| source + (offset - logical))
    }
}

/// The span of a range of the text.
pub(super) fn span(range: &Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

/// An entry of a mapping.
pub(super) fn entry(key: impl Into<String>, key_span: Span, value: Node) -> Entry {
    Entry { key: key.into(), key_span, value }
}

/// A list of words.
pub(super) fn list(words: Vec<Word>, span: Span) -> Node {
    Node { value: Value::Sequence(words.into_iter().map(Word::into_node).collect()), span }
}

/// A problem with the syntax, without a label and help.
pub(super) fn syntax(message: impl Into<String>, span: Span) -> Problem {
    Problem { kind: ProblemKind::Syntax, message: message.into(), span, label: None, related: None, help: None }
}

/// The same with what to do.
pub(super) fn helped(message: impl Into<String>, span: Span, help: impl Into<String>) -> Problem {
    Problem { help: Some(help.into()), ..syntax(message, span) }
}

/// The one document of a text, or what is wrong with it.
pub(super) fn reading(root: Result<Node, Problem>) -> Reading {
    match root {
        Ok(root) => Reading { documents: vec![Document { index: 0, root }], problems: Vec::new() },
        Err(problem) => Reading { documents: Vec::new(), problems: vec![problem] },
    }
}
