//! Words, strings and marks of VCL.

use std::ops::Range;

use crate::document::format::parts::{Word, helped, span};
use crate::document::{Number, Problem, Value};

/// What stands at a place.
#[derive(Debug)]
pub(super) enum Token {
    /// A name or number with its unit.
    Word(Range<usize>),
    /// A string, with its quotes.
    Text(Range<usize>),
    /// `C{ … }C`
    CCode(Range<usize>),
    /// Another character.
    Mark(u8, Range<usize>),
}

impl Token {
    pub(super) fn range(&self) -> Range<usize> {
        match self {
            Self::Word(range) | Self::Text(range) | Self::CCode(range) | Self::Mark(_, range) => range.clone(),
        }
    }
}

pub(super) struct Scanner<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Scanner<'t> {
    pub(super) fn slice(&self, range: &Range<usize>) -> &'t str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The next token; comments and blanks are stepped over.
    pub(super) fn next(&mut self) -> Result<Option<Token>, Problem> {
        self.skip_blanks()?;
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let long =
            [("{\"", "\"}"), ("\"\"\"", "\"\"\""), ("C{", "}C")].into_iter().find(|(open, _)| rest.starts_with(open));
        if let Some((open, close)) = long {
            let Some(end) = rest.get(open.len()..).unwrap_or_default().find(close) else {
                let place = span(&(start..start + open.len()));
                return Err(helped(
                    format!("the `{open}` that opens here is never closed"),
                    place,
                    format!("add `{close}`"),
                ));
            };
            self.at += open.len() + end + close.len();
            let range = start..self.at;
            return Ok(Some(if open == "C{" { Token::CCode(range) } else { Token::Text(range) }));
        }
        if first == '"' {
            let inner = rest.get(1..).unwrap_or_default();
            let Some(end) = inner.find(['"', '\n']).filter(|end| inner.as_bytes().get(*end) == Some(&b'"')) else {
                let help = "add the closing quote; a string of several lines is written `{\"…\"}`";
                return Err(helped(
                    "the quote that opens here is not closed on its line",
                    span(&(start..start + 1)),
                    help,
                ));
            };
            self.at += end + 2;
            return Ok(Some(Token::Text(start..self.at)));
        }
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '%');
        if first != '-' && is_word(first) {
            self.at += rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            return Ok(Some(Token::Word(start..self.at)));
        }
        self.at += first.len_utf8();
        Ok(Some(Token::Mark(u8::try_from(first).unwrap_or(0), start..self.at)))
    }

    fn skip_blanks(&mut self) -> Result<(), Problem> {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with('#') || trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                let Some(end) = comment.find("*/") else {
                    let place = span(&(self.at..self.at + 2));
                    return Err(helped("the comment that opens here is never closed", place, "add `*/`"));
                };
                self.at += end + 4;
            } else {
                return Ok(());
            }
        }
    }

    /// Steps over a mark, if it is the next.
    pub(super) fn skip_mark(&mut self, mark: u8) -> Result<(), Problem> {
        self.skip_blanks()?;
        if self.text.as_bytes().get(self.at) == Some(&mark) {
            self.at += 1;
        }
        Ok(())
    }

    /// The text of a block up to the `}` of its `{`, which is stepped over.
    pub(super) fn body(&mut self, brace: &Range<usize>) -> Result<Range<usize>, Problem> {
        let mut depth = 0_usize;
        loop {
            match self.next()? {
                Some(Token::Mark(b'{', _)) => depth += 1,
                Some(Token::Mark(b'}', range)) if depth == 0 => return Ok(brace.end..range.start),
                Some(Token::Mark(b'}', _)) => depth -= 1,
                Some(_) => {}
                None => return Err(unclosed(brace)),
            }
        }
    }
}

/// What opens at a place and has no end.
pub(super) fn unclosed(open: &Range<usize>) -> Problem {
    helped("what opens here is never closed", span(open), "add the closing `}`")
}

/// A string without its quotes.
pub(super) fn unquoted(text: &str) -> &str {
    for (open, close) in [("{\"", "\"}"), ("\"\"\"", "\"\"\""), ("\"", "\"")] {
        let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if let Some(inner) = inner {
            return inner;
        }
    }
    text
}

/// What a field says: a string, several of them, a number, a boolean, or the text that is written.
pub(super) fn value(scanner: &Scanner<'_>, tokens: &[Token], place: &Range<usize>) -> Value {
    let written = scanner.slice(place);
    match tokens {
        [Token::Text(range)] => Value::String(unquoted(scanner.slice(range)).to_owned()),
        [_] => match written {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => measure(written).map_or_else(|| Value::String(written.to_owned()), Value::Number),
        },
        tokens if tokens.iter().all(|token| matches!(token, Token::Text(_))) => {
            let texts = tokens.iter().map(Token::range);
            let words = texts.map(|range| Word::new(unquoted(scanner.slice(&range)), span(&range)).into_node());
            Value::Sequence(words.collect())
        }
        _ => Value::String(written.to_owned()),
    }
}

/// A number: times in seconds, sizes in bytes.
fn measure(text: &str) -> Option<Number> {
    if let Some(number) = Number::from_decimal(text) {
        return Some(number);
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    // Divided, not multiplied, for half a second to be half a second.
    let (times, parts) = match unit {
        "" | "s" | "B" => (1.0, 1.0),
        "ms" => (1.0, 1000.0),
        "m" => (60.0, 1.0),
        "h" => (3600.0, 1.0),
        "d" => (86_400.0, 1.0),
        "w" => (604_800.0, 1.0),
        "y" => (31_536_000.0, 1.0),
        "KB" => (1024.0, 1.0),
        "MB" => (1_048_576.0, 1.0),
        "GB" => (1_073_741_824.0, 1.0),
        "TB" => (1_099_511_627_776.0, 1.0),
        _ => return None,
    };
    digits.parse::<f64>().ok().and_then(|number| Number::from_f64(number * times / parts))
}
