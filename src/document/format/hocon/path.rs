//! Keys, and the names in substitutions.

use super::super::mapping::syntax;
use super::parse::{Reader, is_blank, is_plain};
use crate::document::{Problem, Span};

/// A part of a dotted key.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) span: Span,
}

/// A part while it is read.
struct Open {
    name: String,
    start: usize,
    end: usize,
    is_quoted: bool,
}

impl Reader<'_> {
    /// `a."b c".d`: up to a character that belongs to no key. What is not there is called `what`.
    pub(super) fn path(&mut self, what: &str) -> Result<Vec<Part>, Problem> {
        let mut parts = Vec::new();
        let mut open = Open { name: String::new(), start: self.at, end: self.at, is_quoted: false };
        loop {
            let rest = self.rest();
            let first = rest.chars().next();
            match first {
                Some('"') => {
                    let before = self.at;
                    let text = self.string()?;
                    if open.name.is_empty() && !open.is_quoted {
                        open.start = before;
                    }
                    open.name.push_str(&text);
                    open.end = self.at;
                    open.is_quoted = true;
                }
                Some('.') => {
                    self.finish(&mut parts, open, what)?;
                    self.at += 1;
                    open = Open { name: String::new(), start: self.at, end: self.at, is_quoted: false };
                }
                Some(c) if is_blank(c) => {
                    let before = self.at;
                    self.blanks();
                    // Blanks at the end of the key do not belong to it; those within do.
                    let goes_on = self.peek().is_some_and(|c| c == '"' || c == '.' || is_plain(c));
                    if !goes_on || self.rest().starts_with("//") {
                        break;
                    }
                    open.name.push_str(self.text.get(before..self.at).unwrap_or_default());
                    open.end = self.at;
                }
                Some(c) if is_plain(c) && !rest.starts_with("//") => {
                    let length =
                        rest.find(|c| !is_plain(c) || c == '.' || c == '/').unwrap_or(rest.len()).max(c.len_utf8());
                    open.name.push_str(rest.get(..length).unwrap_or_default());
                    self.at += length;
                    open.end = self.at;
                }
                _ => break,
            }
        }
        self.finish(&mut parts, open, what)?;
        Ok(parts)
    }

    fn finish(&self, parts: &mut Vec<Part>, open: Open, what: &str) -> Result<(), Problem> {
        if open.name.is_empty() && !open.is_quoted {
            let help = "put other characters than letters, digits, `-` and `_` between double quotes";
            if parts.is_empty() && self.peek() != Some('.') {
                return Err(self.expected(what, help));
            }
            let width = self.peek().filter(|c| *c == '.').map_or(0, char::len_utf8);
            let help = "put the part between two points, or between double quotes";
            return Err(syntax("a part of the key is empty", Span::new(self.at, self.at + width), help));
        }
        parts.push(Part { name: open.name, span: Span::new(open.start, open.end) });
        Ok(())
    }
}
