//! Properties files of Java, in the shape `magiconair/properties` gives: flat, strings only.
//!
//! `${a}` stays as it is written. Of a key that is written again the last counts. Lines go on and pairs
//! of `\ud83d\ude00` are read as Java does it.

use super::Reading;
use super::encoding::BOM;
use super::mapping::{MappingBuilder, shown};
use super::parts::{Budget, Word, entry, helped, reading};
use crate::document::{Node, ParseLimits, Problem, Span, Value};

/// Reads the properties of a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    reading(Reader { text, at: start }.file(&mut Budget::new(limits)))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn file(&mut self, budget: &mut Budget) -> Result<Node, Problem> {
        let start = self.at;
        let mut entries = MappingBuilder::default();
        loop {
            self.skip(|c| is_blank(c) || is_end(c));
            match self.peek() {
                None => break,
                Some('#' | '!') => self.skip(|c| !is_end(c)),
                Some(_) => {
                    let Some(key) = self.key()? else { continue };
                    budget.take(2, key.span)?;
                    self.skip(is_blank);
                    if matches!(self.peek(), Some(':' | '=')) {
                        self.at += 1;
                    }
                    self.skip(is_blank);
                    let value = self.value()?;
                    // The last of a repeated key counts, by definition.
                    let _ = entries.write(entry(key.text, key.span, value.into_node()));
                }
            }
        }
        Ok(Node { value: Value::Mapping(entries.finish()), span: Span::new(start, self.text.len()) })
    }

    /// A name; `None` where only the continuation of a line stands, and nothing behind it.
    fn key(&mut self) -> Result<Option<Word>, Problem> {
        let start = self.at;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if is_blank(c) || is_end(c) || matches!(c, ':' | '=') {
                break;
            }
            self.at += c.len_utf8();
            if c == '\\' { self.escape(&mut text)? } else { text.push(c) }
        }
        let span = Span::new(start, self.at);
        if text.is_empty() && self.peek().is_none_or(is_end) {
            return Ok(None);
        }
        if text.is_empty() {
            let found = self.rest().lines().next().unwrap_or_default();
            let message = format!("expected the name of a property, found `{}`", shown(found));
            let place = Span::new(start, start + found.len());
            return Err(helped(message, place, "write a name before it; a comment begins with `#` or `!`"));
        }
        Ok(Some(Word { text, span }))
    }

    fn value(&mut self) -> Result<Word, Problem> {
        let start = self.at;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if is_end(c) {
                break;
            }
            self.at += c.len_utf8();
            if c == '\\' { self.escape(&mut text)? } else { text.push(c) }
        }
        Ok(Word { text, span: Span::new(start, self.at) })
    }

    /// What stands behind a backslash. One before the end of a line continues the line, one at the end
    /// of the file escapes nothing.
    fn escape(&mut self, text: &mut String) -> Result<(), Problem> {
        let Some(c) = self.peek() else { return Ok(()) };
        self.at += c.len_utf8();
        match c {
            'u' => return self.unicode(text),
            '\n' | '\r' => {
                if c == '\r' && self.peek() == Some('\n') {
                    self.at += 1;
                }
                self.skip(is_blank);
            }
            'f' => text.push('\u{c}'),
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            _ => text.push(c),
        }
        Ok(())
    }

    /// The digits behind `\u`, and the other half of a pair.
    fn unicode(&mut self, text: &mut String) -> Result<(), Problem> {
        let start = self.at - 2;
        let Some(unit) = self.hex4() else {
            let end =
                self.at + self.rest().chars().take(4).take_while(|c| !is_end(*c)).map(char::len_utf8).sum::<usize>();
            let written = self.text.get(start..end).unwrap_or_default();
            let message = format!("`{}` is no escape of a character", shown(written));
            let help = "`\\u` is followed by four hexadecimal digits; a backslash is written `\\\\`";
            return Err(helped(message, Span::new(start, end), help));
        };
        let mut code = unit;
        if (0xd800..0xdc00).contains(&unit) && self.rest().starts_with("\\u") {
            let behind = self.at;
            self.at += 2;
            match self.hex4() {
                Some(low @ 0xdc00..=0xdfff) => code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00),
                // Not the other half: an escape of its own.
                _ => self.at = behind,
            }
        }
        text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
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

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, kind: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(kind).len();
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

fn is_end(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::document::format::testing::{problem, read, slice, values};
    use crate::document::format::{Format, parse};
    use crate::document::{ParseLimits, ProblemKind};

    #[test]
    fn names_and_values_are_read() {
        let text = "# c\n! c\r\n a = 1 \nb:2\nc 3\nd\n\n e=x\\\n   y\\tz\nf\\ g=\\u00e9\\:\nh=${x:y}${\nh=i";
        assert_eq!(
            values(Format::Properties, text),
            [r#"{"a":"1 ","b":"2","c":"3","d":"","e":"xy\tz","f g":"é:","h":"i"}"#]
        );
        assert_eq!(values(Format::Properties, ""), ["{}"]);
    }

    #[test]
    fn lines_and_characters_are_read_as_in_java() {
        assert_eq!(values(Format::Properties, "a=b\\\r\n  c\r\nd\\\n e=f"), [r#"{"a":"bc","de":"f"}"#]);
        assert_eq!(values(Format::Properties, r"a=\ud83d\ude00\ud83d\u0041\q"), ["{\"a\":\"\u{1f600}\u{fffd}Aq\"}"]);
        assert_eq!(values(Format::Properties, "a=b\\"), [r#"{"a":"b"}"#]);
    }

    #[test]
    fn a_line_that_goes_on_with_nothing_is_no_property() {
        assert_eq!(values(Format::Properties, "a=1\n\\\n\n\\\n"), [r#"{"a":"1"}"#]);
    }

    #[test]
    fn they_stand_where_they_are_written() {
        let parsed = read(Format::Properties, "\u{feff}# x\n a.b = c \\\n d\n");
        let entry = parsed.documents[0].root.entry("a.b").unwrap();
        assert_eq!(slice(&parsed, entry.key_span), "a.b");
        assert_eq!(slice(&parsed, entry.value.span), "c \\\n d");
    }

    #[test]
    fn what_is_wrong_is_told() {
        let (message, place) = problem(Format::Properties, "a=\\u00g1\n");
        assert_eq!((message.as_str(), place.as_str()), ("`\\u00g1` is no escape of a character", "\\u00g1"));
        let (message, place) = problem(Format::Properties, "a=1\n=======\n");
        assert_eq!(message, "expected the name of a property, found `=======`");
        assert_eq!(place, "=======");
        let limits = ParseLimits { nodes: 3, ..ParseLimits::default() };
        assert_eq!(parse(Format::Properties, b"a=1\nb=2", &limits).problems[0].kind, ProblemKind::Limit);
    }
}
