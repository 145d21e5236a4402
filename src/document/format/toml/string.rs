//! Strings, in one line or in many, with escapes or without.

use super::{Reader, no_controls, syntax};
use crate::document::format::mapping::shown;
use crate::document::{Problem, Span};

impl Reader<'_> {
    /// A string of any of the four kinds.
    pub(super) fn string(&mut self) -> Result<String, Problem> {
        let open = self.at;
        let quote = if self.rest().starts_with('"') { '"' } else { '\'' };
        let triple = if quote == '"' { "\"\"\"" } else { "'''" };
        let is_long = self.rest().starts_with(triple);
        self.at += if is_long { 3 } else { 1 };
        if is_long {
            self.line_end();
        }
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let is_end = |c: char| c == quote || (c == '\\' && quote == '"') || (c.is_ascii_control() && c != '\t');
            let plain = rest.find(is_end).unwrap_or(rest.len());
            text.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            let rest = self.rest();
            match rest.chars().next() {
                Some(c) if c == quote => {
                    let quotes = rest.chars().take_while(|c| *c == quote).count();
                    if !is_long {
                        self.at += 1;
                        return Ok(text);
                    }
                    // Up to two quotes may stand right before the three that close.
                    let inside = if quotes < 3 { quotes } else { (quotes - 3).min(2) };
                    text.extend(std::iter::repeat_n(quote, inside));
                    self.at += if quotes < 3 { quotes } else { inside + 3 };
                    if quotes >= 3 {
                        return Ok(text);
                    }
                }
                Some('\\') => self.escape(&mut text, is_long)?,
                Some('\n') if is_long => {
                    text.push('\n');
                    self.at += 1;
                }
                Some('\r') if is_long && rest.starts_with("\r\n") => {
                    // Kept as it is written.
                    text.push_str("\r\n");
                    self.at += 2;
                }
                Some('\n' | '\r') if !is_long => {
                    let help = "add the quote; a text of many lines is written between three quotes on each side";
                    return Err(self.unclosed(open, &quote.to_string(), help));
                }
                None => {
                    let close = if is_long { triple.to_owned() } else { quote.to_string() };
                    return Err(self.unclosed(open, &close, "add the closing quotes"));
                }
                Some(c) => {
                    no_controls(rest.get(..c.len_utf8()).unwrap_or_default(), self.at, "a string")?;
                    self.at += c.len_utf8();
                }
            }
        }
    }

    fn unclosed(&self, open: usize, close: &str, help: &str) -> Problem {
        let mut problem = self.expected(&format!("the closing `{close}`"), help);
        problem.related = Some((Span::new(open, open + close.len()), "the text begins here".to_owned()));
        problem
    }

    /// What a backslash begins.
    fn escape(&mut self, text: &mut String, is_long: bool) -> Result<(), Problem> {
        let start = self.at;
        self.at += 1;
        let letter = self.rest().chars().next();
        let behind = self.at + letter.map_or(0, char::len_utf8);
        let plain = match letter {
            Some('b') => Some('\u{8}'),
            Some('t') => Some('\t'),
            Some('n') => Some('\n'),
            Some('f') => Some('\u{c}'),
            Some('r') => Some('\r'),
            Some('e') => Some('\u{1b}'),
            Some(c @ ('"' | '\\')) => Some(c),
            Some('x') => self.code(behind, 2),
            Some('u') => self.code(behind, 4),
            Some('U') => self.code(behind, 8),
            Some(' ' | '\t' | '\n' | '\r') if is_long => {
                // A backslash at the end of a line takes all blanks up to the next text.
                self.blanks();
                if !self.line_end() {
                    let help = "a backslash is written `\\\\`";
                    return Err(syntax("text behind a `\\` that should end the line", Span::new(start, self.at), help));
                }
                loop {
                    self.blanks();
                    if !self.line_end() {
                        return Ok(());
                    }
                }
            }
            Some(_) | None => None,
        };
        let Some(c) = plain else {
            let written = self.text.get(start..behind).unwrap_or_default();
            let message = format!("`{}` is no escape of TOML", shown(written));
            let help = "a backslash is written `\\\\`; between single quotes nothing is escaped";
            return Err(syntax(&message, Span::new(start, behind), help));
        };
        text.push(c);
        self.at += match letter {
            Some('x') => 3,
            Some('u') => 5,
            Some('U') => 9,
            _ => 1,
        };
        Ok(())
    }

    /// The character with the number that these digits write.
    fn code(&self, at: usize, digits: usize) -> Option<char> {
        let digits = self.text.get(at..at + digits)?;
        let code = u32::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        char::from_u32(code)
    }
}
