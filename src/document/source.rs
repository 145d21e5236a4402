//! A text and the places in it.

use super::node::Span;

/// A place as people count: lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters (Unicode scalar values).
    pub column: usize,
}

/// The decoded text of a file (a byte order mark at its start is kept, and belongs to no value).
#[derive(Clone, Debug, Default)]
pub struct Source {
    text: String,
    /// Offset of the first byte of each line.
    line_starts: Vec<usize>,
}

impl Source {
    /// Takes a text and finds its lines (ended by `\n`, `\r\n` or a lone `\r`).
    #[must_use]
    pub fn new(text: String) -> Self {
        let bytes = text.as_bytes();
        let mut line_starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                line_starts.push(at + 1);
            }
        }
        Self { text, line_starts }
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of a byte offset; an offset past the end is the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.line_starts.get(index)).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        // A byte order mark has no width in any editor.
        let mark = usize::from(start == 0 && before.starts_with('\u{feff}'));
        Position { line, column: before.chars().count() - mark + 1 }
    }

    /// The byte offset of a 1-based line and column; past the end of the line, its end.
    #[must_use]
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let start =
            line.checked_sub(1).and_then(|index| self.line_starts.get(index)).copied().unwrap_or(self.text.len());
        let text = self.line(line);
        let mark = usize::from(start == 0 && text.starts_with('\u{feff}'));
        let within = text.char_indices().nth(column.saturating_sub(1) + mark).map_or(text.len(), |(at, _)| at);
        start + within
    }

    /// First and last place of a span; the second is the place behind its last character.
    #[must_use]
    pub fn range(&self, span: Span) -> (Position, Position) {
        (self.position(span.start as usize), self.position(span.end as usize))
    }

    /// The text of a 1-based line without its line ending; empty for a line that does not exist.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        let Some(start) = line.checked_sub(1).and_then(|index| self.line_starts.get(index)) else { return "" };
        let end = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        self.text.get(*start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// Number of lines; a text that ends with a line ending has an empty last line.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }
}
