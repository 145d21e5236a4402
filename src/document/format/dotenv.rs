//! `NAME=value` files, as `gotenv` reads them strictly: flat, strings only.
//!
//! `$NAME` and `${NAME}` stand for what the file said before. What it did not say stays as it is written:
//! the environment is nobody's to read here. A name alone, which passes a variable on, has no value: `null`.
//! Of a name that is written again the last counts.

use std::collections::HashMap;
use std::ops::Range;

use super::Reading;
use super::encoding::BOM;
use super::mapping::{MappingBuilder, limit, shown};
use super::parts::{Budget, Logical, entry, helped, reading};
use crate::document::{Node, ParseLimits, Problem, Span, Value};

/// Variables may put so many bytes into the values of one file.
const MOST_EXPANDED: usize = 1 << 20;

/// Reads the variables of a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let known = Known { values: HashMap::new(), expanded: 0 };
    let mut reader = Reader { text, at: start, known, entries: MappingBuilder::default() };
    reading(reader.file(&mut Budget::new(limits)).map(|()| {
        let span = Span::new(start, text.len());
        Node { value: Value::Mapping(reader.entries.finish()), span }
    }))
}

#[cfg(test)]
mod tests;

struct Reader<'t> {
    text: &'t str,
    at: usize,
    known: Known,
    entries: MappingBuilder,
}

/// What the variables read so far say.
struct Known {
    /// Never iterated.
    values: HashMap<String, String>,
    expanded: usize,
}

impl Reader<'_> {
    fn file(&mut self, budget: &mut Budget) -> Result<(), Problem> {
        while let Some(range) = self.line() {
            let range = trimmed(self.text, &range);
            let line = self.slice(&range);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            budget.take(2, Span::new(range.start, range.start))?;
            let mut whole = Logical::default();
            whole.push(line, range.start);
            if let Some(quote) = open_quote(line) {
                self.until_closed(quote, &mut whole, &range)?;
            }
            self.variable(&whole)?;
        }
        Ok(())
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The place of the next line, without its end: `\n`, `\r\n` or `\r`.
    fn line(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let behind = rest.get(length..).unwrap_or_default();
        let range = self.at..self.at + length;
        self.at = range.end + if behind.starts_with("\r\n") { 2 } else { usize::from(!behind.is_empty()) };
        Some(range)
    }

    /// Adds lines up to the one that closes a quote.
    fn until_closed(&mut self, quote: char, whole: &mut Logical, first: &Range<usize>) -> Result<(), Problem> {
        let mut end = first.end;
        while let Some(range) = self.line() {
            let line = self.slice(&range);
            whole.push("\n", end);
            whole.push(line, range.start);
            end = range.end;
            let closing = line.rfind(quote);
            if closing.is_some_and(|at| !is_escaped(line, at)) {
                return Ok(());
            }
        }
        let line = self.slice(first);
        let at = first.start + line.find(quote).unwrap_or_default();
        let message = format!("the value that begins with {quote} is never closed");
        Err(helped(message, Span::new(at, at + 1), format!("add the closing {quote}")))
    }

    fn variable(&mut self, line: &Logical) -> Result<(), Problem> {
        let Some(Parts { key, value }) = parts(&line.text) else {
            return Err(wrong(line));
        };
        let name = line.text.get(key.clone()).unwrap_or_default();
        let (value, place) = match value {
            None => (Value::Null, key.end..key.end),
            Some(range) => {
                let range = trimmed(&line.text, &range);
                let written = line.text.get(range.clone()).unwrap_or_default();
                let value = self.known.value(written).map_err(|too_much| {
                    limit(too_much, line.span(&range), Some("write the values without variables"))
                })?;
                self.known.values.insert(name.to_owned(), value.clone());
                (Value::String(value), range)
            }
        };
        let node = Node { value, span: line.span(&place) };
        // The last of a repeated name counts, as it does in a shell.
        let _ = self.entries.write(entry(name, line.span(&key), node));
        Ok(())
    }
}

/// The range without blanks at its ends.
fn trimmed(text: &str, range: &Range<usize>) -> Range<usize> {
    let slice = text.get(range.clone()).unwrap_or_default();
    let start = range.end - slice.trim_start().len();
    start..start + slice.trim().len()
}

/// The quote that a line opens and does not close.
fn open_quote(line: &str) -> Option<char> {
    let at = line.find('=').or_else(|| line.find(':')).filter(|at| *at > 0)?;
    let value = line.get(at + 1..)?.trim();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let closing = value.rfind(quote).filter(|at| *at > 0);
    let is_closed = closing.is_some_and(|at| !is_escaped(value, at));
    (!is_closed).then_some(quote)
}

/// Whether the backslashes before a place escape what stands there.
fn is_escaped(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
}

/// Where the name and the value of a line stand.
#[derive(Debug)]
struct Parts {
    key: Range<usize>,
    value: Option<Range<usize>>,
}

fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{c}' | '\r' | ' ')
}

fn parts(line: &str) -> Option<Parts> {
    let behind = line.strip_prefix("export").filter(|rest| rest.starts_with(is_blank));
    let exported = behind.and_then(|rest| assignment(line, line.len() - rest.trim_start_matches(is_blank).len()));
    exported.or_else(|| assignment(line, 0))
}

/// What stands from `start`: `name=value`, `name: value` or a name alone, and a comment.
fn assignment(line: &str, start: usize) -> Option<Parts> {
    let rest = line.get(start..)?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-')).unwrap_or(rest.len());
    let key = start..start + end;
    if key.is_empty() {
        return None;
    }
    let behind = rest.get(end..)?;
    let unblank = behind.trim_start_matches(is_blank);
    let at = |rest: &str| line.len() - rest.len();
    let from = if let Some(value) = unblank.strip_prefix('=') {
        at(value.trim_start_matches(is_blank))
    } else if let Some(value) = behind.strip_prefix(':').filter(|value| value.starts_with(is_blank)) {
        at(value) + 1
    } else {
        return is_tail(behind).then_some(Parts { key, value: None });
    };
    let value = value(line.get(from..)?)?;
    Some(Parts { key, value: Some(from + value.start..from + value.end) })
}

/// Whether there is nothing but blanks and a comment.
fn is_tail(rest: &str) -> bool {
    let rest = rest.trim_start_matches(is_blank);
    rest.is_empty() || (rest.starts_with('#') && !rest.contains('\n'))
}

/// Where a value stands before its comment: in quotes up to the last one that can close them, or up to `#`.
fn value(rest: &str) -> Option<Range<usize>> {
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(end) = quote.and_then(|quote| closing(rest, quote)) {
        return Some(0..end);
    }
    let end = rest.find(['#', '\n']).unwrap_or(rest.len());
    is_tail(rest.get(end..)?).then_some(0..end)
}

/// The end of the quoted text that `rest` begins with: behind the last quote that only a tail follows.
fn closing(rest: &str, quote: char) -> Option<usize> {
    let last = rest.rfind(quote).filter(|at| *at > 0)?;
    if is_tail(rest.get(last + 1..)?) {
        return Some(last + 1);
    }
    // Those before it must be followed by a comment that holds the others: by blanks and `#`, and no line
    // feed behind that. So they stand behind the last line feed, or blanks lie between them and it.
    let feed = rest.rfind('\n').map_or(0, |at| rest.get(..at).unwrap_or_default().trim_end_matches(is_blank).len());
    let from = feed.saturating_sub(1);
    let from = (from..=last).find(|at| rest.is_char_boundary(*at))?;
    let quotes = rest.get(from..last)?.rmatch_indices(quote).map(|(at, _)| from + at);
    for at in quotes.filter(|at| *at > 0) {
        let behind = rest.get(at + 1..)?.trim_start_matches(is_blank);
        if behind.starts_with('#') && is_tail(behind) {
            return Some(at + 1);
        }
    }
    None
}

impl Known {
    /// What a written value says, or how much too much that is.
    fn value(&mut self, written: &str) -> Result<String, String> {
        let inner = |quote: char| written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(literal) = inner('\'') {
            return Ok(literal.to_owned());
        }
        match inner('"') {
            Some(text) => self.expand(&unescaped(&text.replace("\\n", "\n").replace("\\r", "\r"))),
            None => self.expand(written),
        }
    }

    /// Puts values in the place of variables.
    fn expand(&mut self, text: &str) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, found) = rest.split_at(at);
            let name_from = if found.starts_with("${") { 2 } else { 1 };
            let named = found.get(name_from..).unwrap_or_default();
            let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            let name = named.len() - named.trim_start_matches(is_name).len();
            let behind = named.get(name..).unwrap_or_default();
            let end = name_from + name + usize::from(behind.starts_with('}'));
            let (reference, behind) = found.split_at(end);
            rest = behind;
            if let Some(before) = before.strip_suffix('\\') {
                out.push_str(before);
                out.push_str(reference);
                continue;
            }
            out.push_str(before);
            let Some(value) = named.get(..name).filter(|name| !name.is_empty()).and_then(|name| self.values.get(name))
            else {
                out.push_str(reference);
                continue;
            };
            self.expanded += value.len();
            if self.expanded > MOST_EXPANDED {
                return Err(format!("the variables of the file put more than {MOST_EXPANDED} bytes into its values"));
            }
            out.push_str(value);
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// Without the backslashes that escape; that before a `$` stays for the variables.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('$') => out.push_str("\\$"),
            Some(escaped) => out.push(escaped),
            None => out.push(c),
        }
    }
    out
}

/// What is wrong with a line that is no assignment.
fn wrong(line: &Logical) -> Problem {
    let span = line.span(&(0..line.text.len()));
    let first = line.text.lines().next().unwrap_or_default();
    let message = format!("expected `NAME=value`, found `{}`", shown(first));
    let name = line.text.split(['=', ':']).next().unwrap_or_default().trim();
    let help = if line.text.contains('\n') {
        "nothing but a comment may stand behind the closing quote"
    } else if line.text.contains('=') && name.contains(char::is_whitespace) {
        "a name holds no blanks; put `#` before a comment"
    } else if line.text.contains('=') {
        "a name holds letters, digits, `_`, `.` and `-`; put `#` before a comment"
    } else {
        "write `NAME=value`, or `#` before a comment"
    };
    helped(message, span, help)
}
