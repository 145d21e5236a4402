//! The words of a line that names hosts, as Python's `shlex.split` finds them: in quotes or not, with
//! backslashes, up to a comment.

use super::line::Line;
use super::syntax;
use crate::document::{Problem, Span};

/// A word without its quotes.
pub(super) struct Word {
    pub(super) text: String,
    /// Where it is written, with its quotes.
    pub(super) span: Span,
    /// The first `=`: where in `text`, and where it is written.
    equals: Option<(usize, usize)>,
    /// Whether it is written as it reads.
    exact: bool,
}

/// A part of a word.
pub(super) struct Part<'w> {
    pub(super) text: &'w str,
    pub(super) span: Span,
    /// Whether it is written as it reads.
    pub(super) exact: bool,
}

impl Word {
    /// The name and the value around the first `=`.
    pub(super) fn pair(&self) -> Option<(Part<'_>, Part<'_>)> {
        let (at, written) = self.equals?;
        let name =
            Part { text: self.text.get(..at)?, span: Span::new(self.span.start as usize, written), exact: self.exact };
        let value = Part {
            text: self.text.get(at + 1..)?,
            span: Span::new(written + 1, self.span.end as usize),
            exact: self.exact,
        };
        Some((name, value))
    }

    /// The place of the bytes from `from` to `to`; the whole word where it is not written as it reads.
    pub(super) fn part(&self, from: usize, to: usize) -> Span {
        if self.exact {
            let start = self.span.start as usize;
            Span::new(start + from, start + to)
        } else {
            self.span
        }
    }
}

/// The words of a line.
pub(super) fn split(line: &Line<'_>) -> Result<Vec<Word>, Problem> {
    let mut words = Vec::new();
    let mut current: Option<Word> = None;
    let mut characters = line.text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(current.take()),
            '#' => break,
            _ => {
                let word = current.get_or_insert_with(|| Word {
                    text: String::new(),
                    span: line.part(at, at),
                    equals: None,
                    exact: true,
                });
                let end = match c {
                    '\\' => {
                        word.exact = false;
                        let Some((at, escaped)) = characters.next() else {
                            let message = "the backslash at the end of the line escapes nothing".to_owned();
                            let span = line.part(at, at + 1);
                            return Err(syntax(message, span, "nothing follows", "write it twice, or remove it"));
                        };
                        word.push(escaped, line.start + at);
                        at + escaped.len_utf8()
                    }
                    '\'' | '"' => {
                        word.exact = false;
                        quoted(line, word, c, at, &mut characters)?
                    }
                    _ => {
                        word.push(c, line.start + at);
                        at + c.len_utf8()
                    }
                };
                word.span = Span::new(word.span.start as usize, line.start + end);
            }
        }
    }
    words.extend(current);
    Ok(words)
}

impl Word {
    fn push(&mut self, c: char, written: usize) {
        if c == '=' && self.equals.is_none() {
            self.equals = Some((self.text.len(), written));
        }
        self.text.push(c);
    }
}

/// Reads on to the quote that closes; returns where it ends.
fn quoted(
    line: &Line<'_>,
    word: &mut Word,
    quote: char,
    open: usize,
    characters: &mut std::str::CharIndices<'_>,
) -> Result<usize, Problem> {
    let unclosed = || {
        let message = "the quote that opens here is not closed on its line".to_owned();
        let help = "close it, or write a backslash before a quote that belongs to the value";
        syntax(message, line.part(open, open + 1), "opened here", help)
    };
    while let Some((at, c)) = characters.next() {
        match c {
            _ if c == quote => return Ok(at + 1),
            // Only in double quotes, and only before one or before itself: else the backslash stays.
            '\\' if quote == '"' => {
                let (next_at, next) = characters.next().ok_or_else(unclosed)?;
                if next != '"' && next != '\\' {
                    word.push('\\', line.start + at);
                }
                word.push(next, line.start + next_at);
            }
            _ => word.push(c, line.start + at),
        }
    }
    Err(unclosed())
}
