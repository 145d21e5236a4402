//! Lines of a Dockerfile: those that are written, and those that go on behind an escape character.

use std::ops::Range;

use crate::document::format::parts::helped;
use crate::document::{Problem, Span};

/// `BuildKit` reads no longer line.
const LONGEST: usize = 65_535;

/// The lines of a text, with their line feeds.
pub(super) struct Lines<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl Lines<'_> {
    /// The place of the next line.
    pub(super) fn next(&mut self) -> Result<Option<Range<usize>>, Problem> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        let content = rest.find('\n').unwrap_or(rest.len());
        if content > LONGEST {
            let message = format!("the line is longer than {LONGEST} bytes, which no builder reads");
            return Err(helped(message, Span::new(self.at, self.at), "break the line with a `\\` at its end"));
        }
        let start = self.at;
        self.at = (start + content + 1).min(self.text.len());
        Ok(Some(start..self.at))
    }
}

/// The line without the escape character that continues it; `None` when it is not continued.
pub(super) fn continued(line: &str, escape: char) -> Option<&str> {
    let before = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!before.ends_with(escape)).then_some(before)
}

/// Whether a line is a comment.
pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}
