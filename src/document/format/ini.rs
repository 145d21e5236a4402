//! INI files, as `go-ini` reads them: `{section: {key: value}}`.
//!
//! Numbers and booleans are read as such, inline comments begin with `#` or `;`, the last of a repeated key
//! counts, and what stands before every section (or in `DEFAULT`) is no part of the value.
//!
//! `go-ini` refuses a line without `=`, which other readers know. Where a file has one, it is read as they do:
//! deeper indented lines continue the value above, joined by line feeds, and a key alone is `true`.

use std::collections::HashMap;
use std::ops::Range;

use super::Reading;
use super::encoding::BOM;
use super::mapping::MappingBuilder;
use super::parts::{Budget, entry, helped, reading, span};
use crate::document::{Node, ParseLimits, Problem, Span, Value};

mod value;

#[cfg(test)]
mod tests;

/// The section of what stands before all others.
const DEFAULT: &str = "DEFAULT";

/// Reads the sections of a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let root = match Reader::new(text, false).file(&mut Budget::new(limits)) {
        Err(Stop::Bare) => Reader::new(text, true).file(&mut Budget::new(limits)),
        done => done,
    };
    reading(root.map_err(|stop| match stop {
        Stop::Problem(problem) => problem,
        Stop::Bare => helped("expected `key = value`", Span::default(), ""),
    }))
}

/// Why a file is not read to its end.
enum Stop {
    Problem(Problem),
    /// A line is no `key = value`, and the file is to be read as other readers do.
    Bare,
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

struct Section {
    name: String,
    key: Span,
    /// From its first key to its last value.
    place: Option<Range<usize>>,
    entries: MappingBuilder,
    /// The number of the next key that is `-`.
    count: usize,
}

impl Section {
    fn new(name: &str, key: Span) -> Self {
        Self { name: name.to_owned(), key, place: None, entries: MappingBuilder::default(), count: 1 }
    }

    fn write(&mut self, key: String, key_span: Range<usize>, text: &str, place: &Range<usize>) {
        let whole = self.place.get_or_insert(key_span.clone());
        whole.start = whole.start.min(key_span.start);
        whole.end = whole.end.max(place.end);
        let node = Node { value: value::typed(text), span: span(place) };
        // The last of a repeated key counts.
        let _ = self.entries.write(entry(key, span(&key_span), node));
    }
}

/// A value that deeper indented lines may continue.
struct Open {
    key: String,
    key_span: Range<usize>,
    indent: usize,
    text: String,
    place: Range<usize>,
}

struct Reader<'t> {
    text: &'t str,
    start: usize,
    at: usize,
    /// Whether lines without `=` are read.
    lenient: bool,
    sections: Vec<Section>,
    /// Places in `sections`. Never iterated.
    places: HashMap<String, usize>,
    current: usize,
    open: Option<Open>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, lenient: bool) -> Self {
        let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
        let sections = vec![Section::new(DEFAULT, Span::new(start, start))];
        let places = HashMap::from([(DEFAULT.to_owned(), 0)]);
        Self { text, start, at: start, lenient, sections, places, current: 0, open: None }
    }

    fn file(mut self, budget: &mut Budget) -> Result<Node, Stop> {
        while let Some(range) = self.line() {
            let raw = self.slice(&range);
            let indent = raw.len() - raw.trim_start().len();
            let range = range.start + indent..range.end;
            let line = self.slice(&range);
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if self.open.as_ref().is_some_and(|open| self.lenient && indent > open.indent) {
                self.continue_value(&range);
            } else if line.starts_with('[') {
                self.flush();
                budget.take(2, Span::new(range.start, range.start))?;
                self.section(&range)?;
            } else {
                self.flush();
                budget.take(2, Span::new(range.start, range.start))?;
                self.key(&range, indent)?;
            }
        }
        self.flush();
        Ok(self.finish())
    }

    fn finish(self) -> Node {
        // `go-ini` does not show what stands before any section; nothing that is there is to be hidden here.
        let shown = self.sections.into_iter().filter(|section| section.name != DEFAULT || !section.entries.is_empty());
        let entries = shown.map(|section| {
            let behind = section.key.end as usize;
            let place = section.place.unwrap_or(behind..behind);
            let node = Node { value: Value::Mapping(section.entries.finish()), span: span(&place) };
            entry(section.name, section.key, node)
        });
        Node { value: Value::Mapping(entries.collect()), span: Span::new(self.start, self.text.len()) }
    }

    fn slice(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The place of the next line, with its line feed.
    fn line(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        self.at += rest.find('\n').map_or(rest.len(), |at| at + 1);
        Some(start..self.at)
    }

    fn section(&mut self, range: &Range<usize>) -> Result<(), Problem> {
        let line = self.slice(range);
        let whole = range.start..range.start + line.trim_end().len();
        let Some(close) = line.rfind(']') else {
            return Err(helped("the section that opens here is never closed", span(&whole), "add `]` behind its name"));
        };
        let name = line.get(1..close).unwrap_or_default();
        if name.is_empty() {
            return Err(helped("a section has no name", span(&whole), "write it between `[` and `]`"));
        }
        let key = Span::new(range.start + 1, range.start + close);
        self.current = self.places.get(name).copied().unwrap_or(self.sections.len());
        if let Some(section) = self.sections.get_mut(self.current) {
            section.count = 1;
        } else {
            self.places.insert(name.to_owned(), self.current);
            self.sections.push(Section::new(name, key));
        }
        Ok(())
    }

    fn key(&mut self, range: &Range<usize>, indent: usize) -> Result<(), Stop> {
        let line = self.slice(range);
        let content = range.start..range.start + line.trim_end().len();
        let quote = ["\"\"\"", "\"", "`"]
            .into_iter()
            .find(|quote| line.starts_with(quote) && (quote.len() == 1 || line.len() > 6));
        let (name, delimiter) = if let Some(quote) = quote {
            let behind = line.get(quote.len()..).unwrap_or_default();
            let Some(end) = behind.find(quote) else {
                // It may be a line that goes on.
                if self.lenient {
                    let place = Span::new(range.start, range.start + quote.len());
                    let message = format!("the key that begins with {quote} is never closed");
                    return Err(helped(message, place, format!("add the closing {quote}")).into());
                }
                return Err(Stop::Bare);
            };
            let end = quote.len() + end;
            let after = end + quote.len();
            let delimiter = line.get(after..).unwrap_or_default().find(['=', ':']).map(|at| after + at);
            (quote.len()..end, delimiter)
        } else {
            let delimiter = line.find(['=', ':']);
            (0..delimiter.unwrap_or(line.trim_end().len()), delimiter)
        };
        let Some(delimiter) = delimiter else { return self.bare(&content) };
        let written = line.get(name.clone()).unwrap_or_default();
        let lead = written.len() - written.trim_start().len();
        let name_at = range.start + name.start + lead;
        let mut name = written.trim().to_owned();
        if name.is_empty() {
            let message = format!("expected a key before `{}`", line.get(delimiter..=delimiter).unwrap_or_default());
            return Err(helped(message, span(&content), "write `key = value`").into());
        }
        let key_span = name_at..name_at + name.len();
        if name == "-"
            && let Some(section) = self.sections.get_mut(self.current)
        {
            name = format!("#{}", section.count);
            section.count += 1;
        }
        let (text, place) = self.value(range.start + delimiter + 1..range.end)?;
        self.open = Some(Open { key: name, key_span, indent, text, place });
        Ok(())
    }

    /// A line without `=`.
    fn bare(&mut self, content: &Range<usize>) -> Result<(), Stop> {
        if !self.lenient {
            return Err(Stop::Bare);
        }
        let line = self.slice(content);
        let name = line.get(..line.find(['#', ';']).unwrap_or(line.len())).unwrap_or_default().trim_end();
        let key_span = content.start..content.start + name.len();
        let place = key_span.end..key_span.end;
        // A value, for those below it not to continue the one above.
        let indent = usize::MAX;
        self.open = Some(Open { key: name.to_owned(), key_span, indent, text: "true".to_owned(), place });
        Ok(())
    }

    fn continue_value(&mut self, range: &Range<usize>) {
        let line = self.slice(range).trim_end();
        if let Some(open) = &mut self.open {
            open.text.push('\n');
            open.text.push_str(line);
            open.place.end = range.start + line.len();
        }
    }

    fn flush(&mut self) {
        if let Some(Open { key, key_span, text, place, .. }) = self.open.take()
            && let Some(section) = self.sections.get_mut(self.current)
        {
            section.write(key, key_span, &text, &place);
        }
    }

    /// The text of the value that begins in a range, which may go on behind it, and where it stands.
    fn value(&mut self, range: Range<usize>) -> Result<(String, Range<usize>), Problem> {
        let rest = self.slice(&range);
        let line = rest.trim_start();
        let start = range.end - line.len();
        if line.is_empty() {
            let end = range.start;
            return Ok((String::new(), end..end));
        }
        let quote =
            ["\"\"\"", "`"].into_iter().find(|quote| line.starts_with(quote) && (quote.len() == 1 || line.len() > 3));
        if let Some(quote) = quote {
            let inner = line.get(quote.len()..).unwrap_or_default();
            if let Some(end) = inner.rfind(quote) {
                let text = inner.get(..end).unwrap_or_default().to_owned();
                return Ok((text, start..start + end + 2 * quote.len()));
            }
            return self.until_closed(quote, start, inner.to_owned());
        }
        let line = line.trim_end();
        let end = start + line.len();
        if let Some(first) = line.strip_suffix('\\') {
            return Ok(self.continued(first.to_owned(), start, end));
        }
        let line = line.get(..line.find(['#', ';']).unwrap_or(line.len())).unwrap_or_default().trim_end();
        let place = start..start + line.len();
        Ok((value::unquoted(line).to_owned(), place))
    }

    /// Adds lines up to the one that closes a quote.
    fn until_closed(&mut self, quote: &str, start: usize, mut text: String) -> Result<(String, Range<usize>), Problem> {
        while let Some(range) = self.line() {
            let line = self.slice(&range);
            if let Some(end) = line.rfind(quote) {
                text.push_str(line.get(..end).unwrap_or_default());
                return Ok((text, start..range.start + end + quote.len()));
            }
            text.push_str(line);
        }
        let message = format!("the value that begins with {quote} is never closed");
        Err(helped(message, Span::new(start, start + quote.len()), format!("add the closing {quote}")))
    }

    /// Adds lines while the one before ends with a backslash.
    fn continued(&mut self, mut text: String, start: usize, mut end: usize) -> (String, Range<usize>) {
        while let Some(range) = self.line() {
            let line = self.slice(&range).trim();
            if line.is_empty() {
                break;
            }
            end = range.start + self.slice(&range).trim_end().len();
            text.push_str(line);
            let Some(shorter) = text.strip_suffix('\\').map(str::len) else { break };
            text.truncate(shorter);
        }
        (text, start..end)
    }
}
