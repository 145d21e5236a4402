//! JSON, strictly as RFC 8259 has it, and JSON with comments.
//!
//! Numbers keep what they say: integers of any size are exact; others are floats of 64 bits, and one
//! that these cannot hold (`1e400`) is kept as a string, as it is in YAML. The escape of half a
//! surrogate pair becomes U+FFFD, as in Go.

use super::Reading;
use super::encoding::BOM;
use super::mapping::{MappingBuilder, Problems, shown, syntax, too_deep, too_many};
use crate::document::{Document, Entry, Node, Number, ParseLimits, Problem, Span, Value};

/// Which JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// RFC 8259.
    Strict,
    /// With `//` and `/* */` comments and a comma behind the last item.
    WithComments,
}

/// Reads the one value that a text is.
pub(super) fn read(text: &str, dialect: Dialect, limits: &ParseLimits) -> Reading {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut reader = Reader { text, at: start, dialect, limits: *limits, problems: Problems::default() };
    match reader.document() {
        Ok(root) => Reading { documents: vec![Document { index: 0, root }], problems: reader.problems.found },
        Err(problem) => {
            reader.problems.found.push(problem);
            Reading { documents: Vec::new(), problems: reader.problems.found }
        }
    }
}

#[cfg(test)]
mod tests;

const MISSING: &str = "a value is missing";

/// A collection whose end has not come.
struct Open {
    start: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    /// With the key whose value is being read.
    Mapping(MappingBuilder, Option<(String, Span)>),
}

impl Content {
    fn finish(self) -> Value {
        match self {
            Self::Sequence(mut items) => {
                items.shrink_to_fit();
                Value::Sequence(items)
            }
            Self::Mapping(mapping, _) => Value::Mapping(mapping.finish()),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    dialect: Dialect,
    limits: ParseLimits,
    problems: Problems,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Node, Problem> {
        self.skip_blanks()?;
        if self.peek().is_none() {
            let help = "an empty value is written `{}`, `[]` or `null`";
            return Err(syntax("an empty file is not JSON", Span::new(self.at, self.at), help));
        }
        let root = self.value()?;
        self.skip_blanks()?;
        match self.peek() {
            None => Ok(root),
            Some(_) => Err(self.unexpected("text behind the end of the value", "a JSON file holds one value")),
        }
    }

    /// A value with all it holds. Without recursion, so that the stack holds whatever the limit on
    /// depth is.
    fn value(&mut self) -> Result<Node, Problem> {
        let mut open: Vec<Open> = Vec::new();
        let mut nodes = 0;
        loop {
            self.skip_blanks()?;
            let start = self.at;
            nodes += match open.last() {
                // With its key.
                Some(Open { content: Content::Mapping(..), .. }) => 2,
                Some(Open { content: Content::Sequence(_), .. }) | None => 1,
            };
            if nodes > self.limits.nodes {
                return Err(too_many(self.limits.nodes, Span::new(start, start)));
            }
            let mut done = match self.peek() {
                Some(b'{' | b'[') if open.len() >= self.limits.depth => {
                    return Err(too_deep(self.limits.depth, Span::new(start, start + 1)));
                }
                Some(b'{') => {
                    self.bump();
                    open.push(Open { start, content: Content::Mapping(MappingBuilder::default(), None) });
                    None
                }
                Some(b'[') => {
                    self.bump();
                    open.push(Open { start, content: Content::Sequence(Vec::new()) });
                    None
                }
                _ => {
                    let value = self.scalar()?;
                    Some(Node { value, span: Span::new(start, self.at) })
                }
            };
            // Hands what is done to what holds it, until something holds one value more.
            loop {
                let Some(holder) = open.last_mut() else {
                    return done.ok_or_else(|| self.unexpected(MISSING, ""));
                };
                if self.advance(holder, done.take())? {
                    break;
                }
                if let Some(Open { start, content }) = open.pop() {
                    done = Some(Node { value: content.finish(), span: Span::new(start, self.at) });
                }
            }
        }
    }

    /// Takes the value of a collection that is done (none of them at its begin), and reads on to where
    /// the next begins. Returns whether there is one; else the collection is closed.
    fn advance(&mut self, holder: &mut Open, done: Option<Node>) -> Result<bool, Problem> {
        let (bracket, close) = match &holder.content {
            Content::Sequence(_) => ('[', b']'),
            Content::Mapping(..) => ('{', b'}'),
        };
        let is_first = done.is_none();
        if let Some(node) = done {
            self.accept(&mut holder.content, node);
        }
        self.skip_blanks()?;
        let mut comma = None;
        match self.peek() {
            Some(b',') if !is_first => comma = Some(self.bump()),
            Some(byte) if is_first || byte == close => {}
            Some(_) => return Err(self.unexpected(&format!("expected `,` or `{}`", char::from(close)), "")),
            None => return Err(unclosed(bracket, holder.start)),
        }
        self.skip_blanks()?;
        match (self.peek(), &mut holder.content) {
            (Some(byte), _) if byte == close => {
                if let (Some(at), Dialect::Strict) = (comma, self.dialect) {
                    let help = "remove the comma";
                    return Err(syntax("a comma behind the last item", Span::new(at, at + 1), help));
                }
                self.bump();
                Ok(false)
            }
            (None, _) => Err(unclosed(bracket, holder.start)),
            (Some(_), Content::Sequence(_)) => Ok(true),
            (Some(b'"'), Content::Mapping(_, pending)) => {
                *pending = Some(self.key()?);
                Ok(true)
            }
            (Some(_), Content::Mapping(..)) => Err(self.unexpected("expected a key in double quotes", "")),
        }
    }

    fn accept(&mut self, content: &mut Content, node: Node) {
        match content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping(mapping, pending) => {
                let Some((key, key_span)) = pending.take() else { return };
                if let Some((key, first)) = mapping.write(Entry { key, key_span, value: node }) {
                    self.problems.repeated_key(key, key_span, first);
                }
            }
        }
    }

    /// A key with its colon.
    fn key(&mut self) -> Result<(String, Span), Problem> {
        let start = self.at;
        let key = self.string()?;
        let span = Span::new(start, self.at);
        self.skip_blanks()?;
        if self.peek() != Some(b':') {
            return Err(self.unexpected("expected `:` behind the key", ""));
        }
        self.bump();
        Ok((key, span))
    }

    fn scalar(&mut self) -> Result<Value, Problem> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(byte) if byte.is_ascii_alphabetic() => self.word(),
            Some(b'\'') => Err(self.unexpected("a string in single quotes", "use double quotes")),
            Some(b',' | b']' | b'}' | b':') => Err(self.unexpected(MISSING, "")),
            Some(_) => Err(self.unexpected("no JSON value begins like this", "strings are written in double quotes")),
            None => Err(self.unexpected("the file ends before its value does", "")),
        }
    }

    fn word(&mut self) -> Result<Value, Problem> {
        let start = self.at;
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => {
                let message = format!("`{}` is no JSON value", shown(word));
                return Err(syntax(&message, Span::new(start, start + end), "strings are written in double quotes"));
            }
        };
        self.at += end;
        Ok(value)
    }

    /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
    fn number(&mut self) -> Result<Value, Problem> {
        let start = self.at;
        self.skip(|byte| byte == b'-', 1);
        let whole = self.at;
        self.skip(|byte| byte.is_ascii_digit(), usize::MAX);
        let mut good = self.at > whole && (self.at == whole + 1 || self.text.as_bytes().get(whole) != Some(&b'0'));
        let mut is_integer = true;
        if self.peek() == Some(b'.') {
            self.bump();
            is_integer = false;
            good &= self.skip(|byte| byte.is_ascii_digit(), usize::MAX) > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.bump();
            is_integer = false;
            self.skip(|byte| matches!(byte, b'+' | b'-'), 1);
            good &= self.skip(|byte| byte.is_ascii_digit(), usize::MAX) > 0;
        }
        // Whatever is stuck to a number belongs to the message, not to the next token.
        good &= self.skip(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-' | b'_'), usize::MAX)
            == 0;
        let span = Span::new(start, self.at);
        let written = self.text.get(start..self.at).unwrap_or_default();
        if !good {
            let help = "JSON numbers are decimal, without a leading `+`, `0` or point";
            return Err(syntax(format!("`{}` is no JSON number", shown(written)), span, help));
        }
        if is_integer && let Some(number) = Number::from_decimal(written) {
            return Ok(Value::Number(number));
        }
        let number = written.parse().ok().and_then(Number::from_f64);
        Ok(number.map_or_else(|| Value::String(written.to_owned()), Value::Number))
    }

    fn string(&mut self) -> Result<String, Problem> {
        let open = self.bump();
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
            text.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.bump();
                    return Ok(text);
                }
                Some(b'\\') => self.escape(&mut text)?,
                Some(b'\n' | b'\r') | None => {
                    let help = "add the closing quote; a line break in a string is written `\\n`";
                    let span = Span::new(open, open + 1);
                    return Err(syntax("the quote that opens here is not closed on its line", span, help));
                }
                Some(byte) => {
                    let message = format!("a control character in a string must be written `\\u{byte:04x}`");
                    return Err(self.unexpected(&message, ""));
                }
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Result<(), Problem> {
        let start = self.bump();
        let escaped = self.peek();
        let character = match escaped {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.bump();
                return self.unicode_escape(start, text);
            }
            Some(_) | None => {
                let width = self.rest().chars().next().map_or(0, char::len_utf8);
                return Err(self.bad_escape(start, self.at + width));
            }
        };
        self.bump();
        text.push(character);
        Ok(())
    }

    fn unicode_escape(&mut self, start: usize, text: &mut String) -> Result<(), Problem> {
        let unit = self.hex4().ok_or_else(|| self.bad_escape(start, self.at))?;
        let pair = (0xd800..0xdc00).contains(&unit) && self.rest().starts_with("\\u");
        if pair {
            let behind = self.at;
            self.at += 2;
            if let Some(low @ 0xdc00..=0xdfff) = self.hex4() {
                let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                return Ok(());
            }
            // Not the other half: an escape of its own, read again as one.
            self.at = behind;
        }
        text.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        Ok(())
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let unit = u32::from_str_radix(digits, 16).ok()?;
        self.at += 4;
        Some(unit)
    }

    fn bad_escape(&self, start: usize, end: usize) -> Problem {
        let written = self.text.get(start..end).unwrap_or_default();
        let message = format!("`{}` is no escape of JSON", shown(written));
        syntax(&message, Span::new(start, end), "a backslash is written `\\\\`")
    }

    fn skip_blanks(&mut self) -> Result<(), Problem> {
        loop {
            self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'), usize::MAX);
            let start = self.at;
            let rest = self.rest();
            let length = if rest.starts_with("//") {
                rest.find(['\n', '\r']).unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                let Some(end) = rest.get(2..).and_then(|rest| rest.find("*/")) else {
                    return Err(syntax("the comment that opens here is never closed", Span::new(start, start + 2), ""));
                };
                end + 4
            } else {
                return Ok(());
            };
            match self.dialect {
                Dialect::WithComments => self.at += length,
                Dialect::Strict => {
                    let span = Span::new(start, start + length);
                    return Err(syntax("JSON has no comments", span, "remove the comment"));
                }
            }
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over a byte that was peeked at; returns its place.
    fn bump(&mut self) -> usize {
        self.at += 1;
        self.at - 1
    }

    /// Steps over bytes of a kind, `most` of them at most; returns how many.
    fn skip(&mut self, kind: impl Fn(u8) -> bool, most: usize) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let count = rest.iter().take(most).take_while(|byte| kind(**byte)).count();
        self.at += count;
        count
    }

    fn unexpected(&self, message: &str, help: &str) -> Problem {
        let width = self.rest().chars().next().map_or(0, char::len_utf8);
        syntax(message, Span::new(self.at, self.at + width), help)
    }
}

fn unclosed(bracket: char, open: usize) -> Problem {
    let message = format!("the `{bracket}` that opens here is never closed");
    syntax(&message, Span::new(open, open + 1), "add the closing bracket")
}
