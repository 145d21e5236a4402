//! Strings, numbers and words.

use super::super::mapping::syntax;
use super::model::Expr;
use super::parse::{Reader, is_plain};
use crate::document::format::mapping::shown;
use crate::document::{Number, Problem, Span, Value};

impl Reader<'_> {
    pub(super) fn string_expr(&mut self) -> Result<Expr, Problem> {
        let start = self.at;
        let text = self.string()?;
        Ok(Expr::Scalar(Value::String(text), Span::new(start, self.at)))
    }

    /// A string between one or three quotes.
    pub(super) fn string(&mut self) -> Result<String, Problem> {
        let open = self.at;
        if let Some(rest) = self.rest().strip_prefix("\"\"\"") {
            let Some(length) = rest.find("\"\"\"") else {
                self.at = self.text.len();
                return Err(self.unclosed_quote(open, 3, "close the text with three quotes"));
            };
            // Quotes right before the closing ones belong to the text.
            let behind = rest.get(length..).unwrap_or_default();
            let length = length + behind.len() - behind.trim_start_matches('"').len() - 3;
            self.at += length + 6;
            return Ok(rest.get(..length).unwrap_or_default().to_owned());
        }
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(['"', '\\', '\n']).unwrap_or(rest.len());
            text.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some('"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some('\\') => self.escape(&mut text)?,
                _ => {
                    return Err(self.unclosed_quote(
                        open,
                        1,
                        "add the quote; a text of many lines stands between `\"\"\"`",
                    ));
                }
            }
        }
    }

    fn unclosed_quote(&self, open: usize, quotes: usize, help: &str) -> Problem {
        let mut problem = self.expected("the closing quote", help);
        problem.related = Some((Span::new(open, open + quotes), "the text begins here".to_owned()));
        problem
    }

    fn escape(&mut self, text: &mut String) -> Result<(), Problem> {
        let start = self.at;
        self.at += 1;
        let letter = self.peek();
        self.at += letter.map_or(0, char::len_utf8);
        let plain = match letter {
            Some(c @ ('"' | '\\' | '/')) => Some(c),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => self.unicode(),
            Some(_) | None => None,
        };
        let Some(c) = plain else {
            let written = self.text.get(start..self.at).unwrap_or_default();
            let message = format!("`{}` is no escape of HOCON", shown(written));
            let help = "a backslash is written `\\\\`; between three quotes nothing is escaped";
            return Err(syntax(&message, Span::new(start, self.at), help));
        };
        text.push(c);
        Ok(())
    }

    fn unicode(&mut self) -> Option<char> {
        let unit = self.hex4()?;
        if (0xd800..0xdc00).contains(&unit) && self.rest().starts_with("\\u") {
            let behind = self.at;
            self.at += 2;
            if let Some(low @ 0xdc00..=0xdfff) = self.hex4() {
                return char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            }
            self.at = behind;
        }
        Some(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    /// Text without quotes, up to a blank or a character that stands in quotes only.
    pub(super) fn unquoted(&mut self) -> Expr {
        let start = self.at;
        let rest = self.rest();
        let number = rest.find(|c: char| !c.is_ascii_digit() && !"eE+-.".contains(c)).unwrap_or(rest.len());
        let mut length = rest.find(|c| !is_plain(c)).unwrap_or(rest.len());
        if let Some(comment) = rest.get(..length).and_then(|text| text.find("//")) {
            length = comment;
        }
        // `1e+5`: the one place of a plus outside of quotes.
        if number > length && rest.get(..number).and_then(number_value).is_some() {
            length = number;
        }
        self.at += length;
        let word = rest.get(..length).unwrap_or_default();
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => number_value(word).map_or_else(|| Value::String(word.to_owned()), Value::Number),
        };
        Expr::Scalar(value, Span::new(start, self.at))
    }
}

/// The number that a text is, if it is one.
pub(super) fn number_value(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return None;
    }
    Number::from_decimal(text).or_else(|| {
        let good = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'e' | b'E' | b'+' | b'-' | b'.'));
        good.then(|| text.parse().ok().and_then(Number::from_f64)).flatten()
    })
}
