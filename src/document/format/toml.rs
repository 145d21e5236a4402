//! TOML 1.1, and so TOML 1.0 as well.
//!
//! Dates and times are strings: with a zone as RFC 3339 has them, those without one in UTC, a date at
//! midnight, a time in the year 0, as Go's `toml` hands them on as JSON. `inf` and `nan` are strings, since
//! JSON has neither; so is a float that 64 bits cannot hold.

use super::Reading;
use super::encoding::BOM;
use super::mapping::{Problems, syntax, too_deep, too_many};
use crate::document::{Document, Node, ParseLimits, Problem, Span};

mod scalar;
mod string;
mod table;
#[cfg(test)]
mod tests;
mod value;

use table::{Tables, Target};

/// Reads a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let at = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut reader =
        Reader { text, at, limits: *limits, nodes: 0, tables: Tables::new(at), problems: Problems::default() };
    let done = reader.document();
    let Reader { tables, problems: Problems { found: mut problems, .. }, .. } = reader;
    match done {
        Ok(()) => Reading { documents: vec![Document { index: 0, root: tables.finish() }], problems },
        Err(problem) => {
            problems.push(problem);
            Reading { documents: Vec::new(), problems }
        }
    }
}

/// A part of a dotted key.
struct Part {
    name: String,
    span: Span,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    limits: ParseLimits,
    nodes: usize,
    tables: Tables,
    problems: Problems,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<(), Problem> {
        let mut current = Target::ROOT;
        loop {
            self.blanks_and_lines()?;
            match self.peek() {
                None => return Ok(()),
                Some(b'[') => current = self.header()?,
                Some(_) => self.pair(current)?,
            }
            self.blanks();
            self.comment()?;
            if self.at < self.text.len() && !self.line_end() {
                let help = "a key with its value, or a table's header, has a line of its own";
                return Err(self.expected("the end of the line", help));
            }
        }
    }

    /// `[a.b]` or `[[a.b]]`; returns the table that it opens.
    fn header(&mut self) -> Result<Target, Problem> {
        let start = self.at;
        let is_list = self.rest().starts_with("[[");
        let (open, close) = if is_list { ("[[", "]]") } else { ("[", "]") };
        self.at += open.len();
        self.blanks();
        let path = self.key()?;
        self.blanks();
        if !self.rest().starts_with(close) {
            let mut problem = self.expected(&format!("`{close}`"), "close the header");
            problem.related = Some((Span::new(start, start + open.len()), "opened here".to_owned()));
            return Err(problem);
        }
        self.at += close.len();
        self.depth(path.len() + usize::from(is_list), start)?;
        self.count(path.len() * 2)?;
        let span = Span::new(start, self.at);
        if is_list { self.tables.list(&path, span) } else { self.tables.open(&path, span, &mut self.problems) }
    }

    /// `a.b = value`, in a table.
    fn pair(&mut self, table: Target) -> Result<(), Problem> {
        let start = self.at;
        let path = self.key()?;
        self.equals()?;
        let depth = self.tables.depth(table) + path.len();
        self.depth(depth, start)?;
        let value = self.value(depth)?;
        // The value has counted itself.
        self.count((path.len() * 2).saturating_sub(1))?;
        self.tables.write(table, path, value, &mut self.problems)
    }

    fn equals(&mut self) -> Result<(), Problem> {
        self.blanks();
        if self.peek() != Some(b'=') {
            return Err(self.expected("`=` behind the key", "a value is written `key = value`"));
        }
        self.at += 1;
        self.blanks();
        Ok(())
    }

    /// `a."b c".d`
    fn key(&mut self) -> Result<Vec<Part>, Problem> {
        let mut path = Vec::new();
        loop {
            let start = self.at;
            let name = if let Some(b'"' | b'\'') = self.peek() {
                if self.rest().starts_with("\"\"\"") || self.rest().starts_with("'''") {
                    let help = "a key is written with one quote on each side";
                    return Err(self.wrong("a key cannot be a text of many lines", 3, help));
                }
                self.string()?
            } else {
                let rest = self.rest();
                let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                let length = rest.find(|c| !is_bare(c)).unwrap_or(rest.len());
                if length == 0 {
                    let help = "a key is made of letters, digits, `_` and `-`; others stand in double quotes";
                    return Err(self.expected("a key", help));
                }
                self.at += length;
                rest.get(..length).unwrap_or_default().to_owned()
            };
            path.push(Part { name, span: Span::new(start, self.at) });
            let behind = self.at;
            self.blanks();
            if self.peek() != Some(b'.') {
                self.at = behind;
                return Ok(path);
            }
            self.at += 1;
            self.blanks();
        }
    }

    fn depth(&self, depth: usize, start: usize) -> Result<(), Problem> {
        if depth > self.limits.depth {
            return Err(too_deep(self.limits.depth, Span::new(start, start + 1)));
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize) -> Result<(), Problem> {
        self.nodes += nodes;
        if self.nodes > self.limits.nodes {
            return Err(too_many(self.limits.nodes, Span::new(self.at, self.at)));
        }
        Ok(())
    }

    fn blanks_and_lines(&mut self) -> Result<(), Problem> {
        loop {
            self.blanks();
            self.comment()?;
            if !self.line_end() {
                return Ok(());
            }
        }
    }

    fn blanks(&mut self) {
        self.at += self.rest().bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    }

    /// Steps over a line ending; returns whether there was one.
    fn line_end(&mut self) -> bool {
        let rest = self.rest();
        let length = if rest.starts_with('\n') {
            1
        } else if rest.starts_with("\r\n") {
            2
        } else {
            0
        };
        self.at += length;
        length > 0
    }

    fn comment(&mut self) -> Result<(), Problem> {
        let rest = self.rest();
        if !rest.starts_with('#') {
            return Ok(());
        }
        let length = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        let line = line.strip_suffix('\r').filter(|_| length < rest.len()).unwrap_or(line);
        no_controls(line, self.at, "a comment")?;
        self.at += line.len();
        Ok(())
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// What was expected here, and what is found instead.
    fn expected(&self, what: &str, help: &str) -> Problem {
        let (found, width) = match self.rest().chars().next() {
            None => ("the end of the file".to_owned(), 0),
            Some('\n' | '\r') => ("the end of the line".to_owned(), 0),
            Some(c) if c.is_control() => (format!("the control character U+{:04X}", u32::from(c)), c.len_utf8()),
            Some(c) => (format!("`{c}`"), c.len_utf8()),
        };
        self.wrong(&format!("expected {what}, found {found}"), width, help)
    }

    fn wrong(&self, message: &str, width: usize, help: &str) -> Problem {
        syntax(message, Span::new(self.at, self.at + width), help)
    }
}

/// Refuses control characters other than tabs.
fn no_controls(text: &str, start: usize, place: &str) -> Result<(), Problem> {
    match text.bytes().position(|byte| byte.is_ascii_control() && byte != b'\t') {
        Some(at) => {
            let byte = text.as_bytes().get(at).copied().unwrap_or_default();
            let message = format!("the control character U+{byte:04X} is not allowed in {place}");
            Err(syntax(&message, Span::new(start + at, start + at + 1), "remove it, or write it as an escape"))
        }
        None => Ok(()),
    }
}

/// The smallest span that holds both.
fn joined(a: Span, b: Span) -> Span {
    Span { start: a.start.min(b.start), end: a.end.max(b.end) }
}

/// A value that is done, with where it stands.
type Done = Result<Node, Problem>;
