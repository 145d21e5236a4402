//! Values of variables: literals of Python, as `ast.literal_eval` reads them. Whatever is none is a text.

use super::super::mapping::MappingBuilder;
use super::number::number;
use crate::document::{Entry, Node, Span, Value};

/// Python gives up on brackets nested deeper, and takes the value for a text.
const DEEPEST: usize = 200;

/// What a value is.
pub(super) enum Literal {
    /// A literal, and how many keys and values are in it.
    Value(Node, usize),
    /// No literal.
    Text,
    /// A literal that Ansible fails on: a list or mapping as the key of a mapping.
    Unhashable,
    /// Nested deeper than allowed.
    TooDeep,
    /// It holds more than allowed.
    TooMany,
}

/// How much it may hold.
pub(super) struct Room {
    pub(super) depth: usize,
    pub(super) nodes: usize,
}

/// Reads the value that stands at `span`; `exact` says that the file has it as it is in `text`.
pub(super) fn read(text: &str, span: Span, exact: bool, room: Room) -> Literal {
    // Most values are plain words.
    if !text.trim_start().starts_with(|c: char| {
        c.is_ascii_digit()
            || matches!(c, '[' | '{' | '(' | '"' | '\'' | '-' | '+' | '.' | 'T' | 'F' | 'N' | 's')
            || matches!(c.to_ascii_lowercase(), 'r' | 'b' | 'u')
    }) {
        return Literal::Text;
    }
    let mut reader = Reader { text, at: 0, span, exact, room, nodes: 0 };
    reader.blanks();
    match reader.list_or_value() {
        Ok(node) => {
            reader.blanks();
            if reader.rest().is_empty() { Literal::Value(node, reader.nodes) } else { Literal::Text }
        }
        Err(Failure::NoLiteral) => Literal::Text,
        Err(Failure::Unhashable) => Literal::Unhashable,
        Err(Failure::TooDeep) => Literal::TooDeep,
        Err(Failure::TooMany) => Literal::TooMany,
    }
}

enum Failure {
    NoLiteral,
    Unhashable,
    TooDeep,
    TooMany,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    span: Span,
    exact: bool,
    room: Room,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// Skips blanks, and a comment, which ends the text.
    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\u{c}']).len();
        if self.peek() == Some('#') {
            self.at = self.text.len();
        }
    }

    fn from(&self, start: usize) -> Span {
        if self.exact {
            let base = self.span.start as usize;
            Span::new(base + start, base + self.at)
        } else {
            self.span
        }
    }

    fn counted(&mut self) -> Result<(), Failure> {
        self.nodes += 1;
        if self.nodes > self.room.nodes { Err(Failure::TooMany) } else { Ok(()) }
    }

    /// Values with commas between them are a tuple, also without brackets.
    fn list_or_value(&mut self) -> Result<Node, Failure> {
        let start = self.at;
        let first = self.value(0)?;
        let mut end = self.at;
        self.blanks();
        if self.peek() != Some(',') {
            self.at = end;
            return Ok(first);
        }
        let mut items = vec![first];
        while self.take(',') {
            end = self.at;
            self.blanks();
            if self.rest().is_empty() {
                break;
            }
            items.push(self.value(1)?);
            end = self.at;
            self.blanks();
        }
        let behind = std::mem::replace(&mut self.at, end);
        let span = self.from(start);
        self.at = behind;
        Ok(Node { value: Value::Sequence(items), span })
    }

    /// A value; its depth is bounded by [`DEEPEST`].
    fn value(&mut self, depth: usize) -> Result<Node, Failure> {
        self.counted()?;
        let start = self.at;
        let value = match self.peek().ok_or(Failure::NoLiteral)? {
            open @ ('(' | '[' | '{') => {
                if depth >= DEEPEST {
                    return Err(Failure::NoLiteral);
                }
                if depth >= self.room.depth {
                    return Err(Failure::TooDeep);
                }
                self.at += 1;
                self.blanks();
                match open {
                    '(' => self.tuple(depth + 1)?,
                    '[' => Value::Sequence(self.items(depth + 1, ']', Vec::new())?),
                    _ => self.mapping(depth + 1)?,
                }
            }
            '"' | '\'' => Value::String(self.strings()?),
            '.' if self.rest().starts_with("...") => {
                self.at += 3;
                Value::String("...".to_owned())
            }
            '0'..='9' | '.' => self.number(false)?,
            sign @ ('-' | '+') => {
                self.at += 1;
                self.blanks();
                match self.peek() {
                    Some('0'..='9' | '.') => self.number(sign == '-')?,
                    Some(_) | None => return Err(Failure::NoLiteral),
                }
            }
            _ => self.word()?,
        };
        Ok(Node { value, span: self.from(start) })
    }

    fn word(&mut self) -> Result<Value, Failure> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (word, behind) = rest.split_at_checked(end).ok_or(Failure::NoLiteral)?;
        if behind.starts_with(['"', '\'']) {
            return self.strings().map(Value::String);
        }
        self.at += end;
        match word {
            "True" => Ok(Value::Bool(true)),
            "False" => Ok(Value::Bool(false)),
            "None" => Ok(Value::Null),
            "set" => {
                self.blanks();
                let opened = self.take('(');
                self.blanks();
                if opened && self.take(')') { Ok(Value::Sequence(Vec::new())) } else { Err(Failure::NoLiteral) }
            }
            _ => Err(Failure::NoLiteral),
        }
    }

    /// Behind `(`: a tuple, or one value in brackets.
    fn tuple(&mut self, depth: usize) -> Result<Value, Failure> {
        if self.take(')') {
            return Ok(Value::Sequence(Vec::new()));
        }
        let first = self.value(depth)?;
        self.blanks();
        if self.take(')') {
            return Ok(first.value);
        }
        if !self.take(',') {
            return Err(Failure::NoLiteral);
        }
        self.blanks();
        self.items(depth, ')', vec![first]).map(Value::Sequence)
    }

    /// The items up to a bracket.
    fn items(&mut self, depth: usize, close: char, mut items: Vec<Node>) -> Result<Vec<Node>, Failure> {
        loop {
            if self.take(close) {
                return Ok(items);
            }
            items.push(self.value(depth)?);
            self.blanks();
            if self.take(close) {
                return Ok(items);
            }
            if !self.take(',') {
                return Err(Failure::NoLiteral);
            }
            self.blanks();
        }
    }

    /// Behind `{`: a mapping, or a set, which becomes a list.
    fn mapping(&mut self, depth: usize) -> Result<Value, Failure> {
        if self.take('}') {
            return Ok(Value::Mapping(Vec::new()));
        }
        let first = self.value(depth)?;
        self.blanks();
        if self.peek() != Some(':') {
            let mut items = vec![first];
            if !self.take('}') {
                if !self.take(',') {
                    return Err(Failure::NoLiteral);
                }
                self.blanks();
                items = self.items(depth, '}', items)?;
            }
            if items.iter().any(|item| key_of(item).is_none()) {
                return Err(Failure::Unhashable);
            }
            return Ok(Value::Sequence(items));
        }
        let mut mapping = MappingBuilder::default();
        let mut unhashable = false;
        let mut key = first;
        loop {
            if !self.take(':') {
                return Err(Failure::NoLiteral);
            }
            self.blanks();
            let value = self.value(depth)?;
            match key_of(&key) {
                Some(name) => mapping.merge(Entry { key: name, key_span: key.span, value }),
                None => unhashable = true,
            }
            self.blanks();
            let more = self.take(',');
            self.blanks();
            if self.take('}') {
                break;
            }
            if !more {
                return Err(Failure::NoLiteral);
            }
            key = self.value(depth)?;
            self.blanks();
        }
        if unhashable { Err(Failure::Unhashable) } else { Ok(Value::Mapping(mapping.finish())) }
    }

    /// Strings beside each other are one.
    fn strings(&mut self) -> Result<String, Failure> {
        let mut text = String::new();
        let mut bytes = None;
        loop {
            let rest = self.rest();
            let end = rest.find(['"', '\'']).ok_or(Failure::NoLiteral)?;
            let prefix = rest.get(..end).unwrap_or_default().to_ascii_lowercase();
            let (raw, is_bytes) = match prefix.as_str() {
                "" | "u" => (false, false),
                "r" => (true, false),
                "b" => (false, true),
                "br" | "rb" => (true, true),
                _ => return Err(Failure::NoLiteral),
            };
            // Texts and bytes are never joined.
            if *bytes.get_or_insert(is_bytes) != is_bytes {
                return Err(Failure::NoLiteral);
            }
            self.at += end;
            self.string(raw, is_bytes, &mut text)?;
            let end = self.at;
            self.blanks();
            let rest = self.rest();
            let is_next = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with(['"', '\'']);
            if !is_next {
                self.at = end;
                return Ok(text);
            }
        }
    }

    fn string(&mut self, raw: bool, is_bytes: bool, text: &mut String) -> Result<(), Failure> {
        let quote = self.peek().ok_or(Failure::NoLiteral)?;
        let triple: String = [quote; 3].iter().collect();
        let close = if self.rest().starts_with(&triple) { triple } else { quote.to_string() };
        self.at += close.len();
        loop {
            let rest = self.rest();
            if rest.starts_with(&close) {
                self.at += close.len();
                return Ok(());
            }
            let c = rest.chars().next().ok_or(Failure::NoLiteral)?;
            self.at += c.len_utf8();
            if is_bytes && !c.is_ascii() {
                return Err(Failure::NoLiteral);
            }
            match c {
                '\\' if raw => {
                    text.push('\\');
                    let next = self.peek().ok_or(Failure::NoLiteral)?;
                    text.push(next);
                    self.at += next.len_utf8();
                }
                '\\' => self.escape(is_bytes, text)?,
                _ => text.push(c),
            }
        }
    }

    fn escape(&mut self, is_bytes: bool, text: &mut String) -> Result<(), Failure> {
        let c = self.peek().ok_or(Failure::NoLiteral)?;
        self.at += c.len_utf8();
        let digits = match c {
            'x' => 2,
            'u' if !is_bytes => 4,
            'U' if !is_bytes => 8,
            '0'..='7' => {
                let rest = self.text.get(self.at - 1..).unwrap_or_default();
                let count = rest.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                let code = u32::from_str_radix(rest.get(..count).unwrap_or_default(), 8).unwrap_or_default();
                self.at += count - 1;
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                return Ok(());
            }
            _ => {
                let plain = match c {
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\u{b}',
                    '\\' | '\'' | '"' => c,
                    // Not an escape: the backslash stays.
                    _ => {
                        text.push('\\');
                        c
                    }
                };
                text.push(plain);
                return Ok(());
            }
        };
        let hex = self.rest().get(..digits).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).ok_or(Failure::NoLiteral)?;
        if code > 0x0010_ffff {
            return Err(Failure::NoLiteral);
        }
        self.at += digits;
        text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        Ok(())
    }

    fn number(&mut self, negative: bool) -> Result<Value, Failure> {
        let rest = self.rest();
        let mut end = 0;
        let bytes = rest.as_bytes();
        while let Some(byte) = bytes.get(end) {
            let is_sign = matches!(byte, b'+' | b'-')
                && end > 0
                && matches!(bytes.get(end - 1), Some(b'e' | b'E'))
                && !rest.starts_with("0x")
                && !rest.starts_with("0X");
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || is_sign) {
                break;
            }
            end += 1;
        }
        let written = rest.get(..end).unwrap_or_default();
        // A letter beyond ASCII that is stuck to it makes it no number.
        if rest.get(end..).and_then(|rest| rest.chars().next()).is_some_and(|c| !c.is_ascii()) {
            return Err(Failure::NoLiteral);
        }
        let value = number(written, negative).ok_or(Failure::NoLiteral)?;
        self.at += end;
        Ok(value)
    }
}

/// A value as the key of a mapping, as JSON has it.
fn key_of(node: &Node) -> Option<String> {
    match &node.value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(value) => Some(value.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Sequence(_) | Value::Mapping(_) => None,
    }
}
