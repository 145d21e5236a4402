//! Cutting a text into tokens.
//!
//! A quoted string or heredoc is cut into pieces: whitespace is stripped (`~`) and indentation
//! dropped (`<<-`) piece by piece, so where they are cut counts, and it is where HCL's scanner does.

use super::super::mapping::shown;
use super::token::{Kind, Token};
use super::{character, syntax};
use crate::document::{Problem, Span};

/// The tokens of a text, closed by one of [`Kind::End`]; behind what cannot be a token there are none.
pub(super) fn lex(text: &str, start: usize) -> (Vec<Token>, Option<Problem>) {
    // A token of a usual file has about six bytes; an estimate only.
    let tokens = Vec::with_capacity(text.len() / 6);
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: start, tokens, open: Vec::new() };
    let problem = lexer.run().err();
    lexer.push(Kind::End, lexer.at);
    (lexer.tokens, problem)
}

/// What the scanner is inside of.
enum Open {
    Quote {
        start: usize,
    },
    Heredoc {
        start: usize,
        /// Where the name that ends it stands.
        name: (usize, usize),
        at_line_start: bool,
    },
    /// `${` or `%{`, with the number of braces open in it.
    Sequence {
        braces: usize,
    },
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tokens: Vec<Token>,
    open: Vec<Open>,
}

type Step = Result<(), Problem>;

impl Lexer<'_> {
    fn run(&mut self) -> Step {
        loop {
            match self.open.last() {
                Some(Open::Quote { start }) => {
                    let start = *start;
                    self.quoted(start)?;
                }
                Some(Open::Heredoc { start, name, at_line_start }) => {
                    let (start, name, at_line_start) = (*start, *name, *at_line_start);
                    self.heredoc(start, name, at_line_start)?;
                }
                Some(Open::Sequence { .. }) | None => {
                    let Some(byte) = self.byte(0) else { return Ok(()) };
                    self.plain(byte)?;
                }
            }
        }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// A token from here to `end`.
    fn push(&mut self, kind: Kind, end: usize) {
        self.tokens.push(Token { kind, span: Span::new(self.at, end) });
        self.at = end;
    }

    fn plain(&mut self, byte: u8) -> Step {
        let next = self.byte(1);
        let (kind, length) = match byte {
            b' ' | b'\t' => {
                self.at += 1;
                return Ok(());
            }
            b'\n' => (Kind::Newline, 1),
            b'\r' if next == Some(b'\n') => (Kind::Newline, 2),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                self.push(Kind::Identifier, self.identifier_end(self.at));
                return Ok(());
            }
            b'0'..=b'9' => {
                self.push(Kind::Number, self.number_end());
                return Ok(());
            }
            b'"' => {
                self.open.push(Open::Quote { start: self.at });
                (Kind::OpenQuote, 1)
            }
            b'#' | b'/' if byte == b'#' || next == Some(b'/') => {
                // The line break behind it stays: it ends what stands before the comment.
                self.at = self.rest().find('\n').map_or(self.text.len(), |end| self.at + end);
                return Ok(());
            }
            b'/' if next == Some(b'*') => return self.block_comment(),
            b'{' => {
                if let Some(Open::Sequence { braces }) = self.open.last_mut() {
                    *braces += 1;
                }
                (Kind::OpenBrace, 1)
            }
            b'}' => (self.close_brace(), 1),
            b'~' if next == Some(b'}') => {
                self.close_brace();
                (Kind::SequenceEnd, 2)
            }
            b'[' => (Kind::OpenBracket, 1),
            b']' => (Kind::CloseBracket, 1),
            b'(' => (Kind::OpenParen, 1),
            b')' => (Kind::CloseParen, 1),
            b',' => (Kind::Comma, 1),
            b'?' => (Kind::Question, 1),
            b'*' => (Kind::Star, 1),
            b'-' => (Kind::Minus, 1),
            b'.' if next == Some(b'.') && self.byte(2) == Some(b'.') => (Kind::Ellipsis, 3),
            b'.' => (Kind::Dot, 1),
            b':' if next == Some(b':') => (Kind::DoubleColon, 2),
            b':' => (Kind::Colon, 1),
            b'&' | b'|' if next == Some(byte) => (Kind::Operator, 2),
            b'=' | b'!' | b'<' | b'>' if next == Some(b'=') => (Kind::Operator, 2),
            b'=' if next == Some(b'>') => (Kind::FatArrow, 2),
            b'=' => (Kind::Equal, 1),
            b'!' => (Kind::Bang, 1),
            b'<' if next == Some(b'<') => return self.begin_heredoc(),
            b'<' | b'>' | b'+' | b'/' | b'%' => (Kind::Operator, 1),
            _ => return self.other(),
        };
        self.push(kind, self.at + length);
        Ok(())
    }

    /// What a closing brace closes.
    fn close_brace(&mut self) -> Kind {
        match self.open.last_mut() {
            Some(Open::Sequence { braces: 0 }) => {
                self.open.pop();
                Kind::SequenceEnd
            }
            Some(Open::Sequence { braces }) => {
                *braces -= 1;
                Kind::CloseBrace
            }
            Some(Open::Quote { .. } | Open::Heredoc { .. }) | None => Kind::CloseBrace,
        }
    }

    fn identifier_end(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        let ascii = rest.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'));
        let Some(ascii) = ascii else { return self.text.len() };
        if rest.as_bytes().get(ascii).is_some_and(u8::is_ascii) {
            return start + ascii;
        }
        let continues = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || character::continues_name(c);
        start + rest.find(|c| !continues(c)).unwrap_or(rest.len())
    }

    /// `digit (digit | '.' | [eE] [+-]? digit)*`, not ended by a point. Whether it is a number is
    /// not asked here: `1.2.3` is one token, too.
    fn number_end(&self) -> usize {
        let digit = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut at = self.at + 1;
        let mut end = at;
        loop {
            match self.bytes.get(at) {
                Some(b'0'..=b'9') => at += 1,
                Some(b'.') => {
                    at += 1;
                    continue;
                }
                Some(b'e' | b'E') if digit(at + 1) => at += 2,
                Some(b'e' | b'E') if matches!(self.bytes.get(at + 1), Some(b'+' | b'-')) && digit(at + 2) => at += 3,
                Some(_) | None => return end,
            }
            end = at;
        }
    }

    fn block_comment(&mut self) -> Step {
        let Some(end) = self.text.get(self.at + 2..).and_then(|rest| rest.find("*/")) else {
            let span = Span::new(self.at, self.at + 2);
            return Err(syntax("the comment that opens here is never closed", span, "", "close it with `*/`"));
        };
        self.at += end + 4;
        Ok(())
    }

    /// `<<NAME` or `<<-NAME`, and nothing behind it on its line.
    fn begin_heredoc(&mut self) -> Step {
        let indented = self.byte(2) == Some(b'-');
        let start = self.at + if indented { 3 } else { 2 };
        let first = self.text.get(start..).and_then(|rest| rest.chars().next());
        let named = first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || character::begins_name(c));
        let end = if named { self.identifier_end(start) } else { start };
        let line_break = match self.text.get(end..).unwrap_or_default() {
            rest if rest.starts_with('\n') => 1,
            rest if rest.starts_with("\r\n") => 2,
            _ => 0,
        };
        if self.byte(2) == Some(b'<') {
            // An operator, and perhaps a heredoc behind it.
            self.push(Kind::Operator, self.at + 1);
            return Ok(());
        }
        if !named || line_break == 0 {
            let message = "`<<` begins a heredoc: expected a name and the end of the line behind it";
            let help = "write `<<NAME` or `<<-NAME` as the last thing on its line, without quotes or blanks";
            return Err(syntax(message, Span::new(self.at, end), "", help));
        }
        self.open.push(Open::Heredoc { start: self.at, name: (start, end), at_line_start: true });
        let kind = if indented { Kind::OpenIndentedHeredoc } else { Kind::OpenHeredoc };
        self.push(kind, end + line_break);
        Ok(())
    }

    /// A name in other scripts, or no token.
    fn other(&mut self) -> Step {
        let Some(c) = self.rest().chars().next() else { return Ok(()) };
        if character::begins_name(c) {
            self.push(Kind::Identifier, self.identifier_end(self.at));
            return Ok(());
        }
        let help = match c {
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => "strings are written in straight double quotes",
            '`' => "a text of several lines is written as a heredoc (`<<NAME`)",
            ';' => "arguments are separated by line breaks, items by commas",
            '&' => "the operator for \"and\" is `&&`",
            '|' => "the operator for \"or\" is `||`",
            '^' | '~' => "HCL has no operators on bits",
            '$' => "`${` has a meaning in quoted strings and heredocs only",
            '\\' => "a backslash has a meaning in quoted strings only",
            '\r' => "end the line with a line feed, alone or behind the carriage return",
            '@' => "put the text in double quotes",
            _ => "remove it, or put it in double quotes",
        };
        let label = character::name(c);
        let message = match label {
            Some(name) => format!("{name} has no meaning in HCL here"),
            None => format!("`{c}` has no meaning in HCL here"),
        };
        Err(syntax(&message, Span::new(self.at, self.at + c.len_utf8()), label.unwrap_or_default(), help))
    }

    /// `${`, `%{`, `$${` and `%%{` at a `$` or `%`: true where one was read.
    fn sequence(&mut self, sign: u8, text: Kind) -> bool {
        let (kind, brace) = match (self.byte(1), self.byte(2)) {
            (Some(b'{'), _) if sign == b'$' => (Kind::Interpolation, 1),
            (Some(b'{'), _) => (Kind::Directive, 1),
            (Some(second), Some(b'{')) if second == sign => (text, 2),
            _ => return false,
        };
        let strip = usize::from(self.byte(brace + 1) == Some(b'~'));
        let mut end = self.at + brace + 1 + strip;
        if kind == text {
            // Of a heredoc, such a piece takes the end of its line with it.
            if text == Kind::HeredocText {
                let rest = self.text.get(end..).unwrap_or_default();
                end += if rest.starts_with('\n') { 1 } else { 2 * usize::from(rest.starts_with("\r\n")) };
            }
            let ends_line = self.bytes.get(end - 1) == Some(&b'\n');
            self.at_line_start(ends_line);
        } else {
            self.at_line_start(false);
            self.open.push(Open::Sequence { braces: 0 });
        }
        self.push(kind, end);
        true
    }

    fn at_line_start(&mut self, is: bool) {
        if let Some(Open::Heredoc { at_line_start, .. }) = self.open.last_mut() {
            *at_line_start = is;
        }
    }

    /// One piece of a quoted string.
    fn quoted(&mut self, start: usize) -> Step {
        let unclosed = || {
            let message = "the quote that opens here is not closed on its line";
            let help = "add the closing quote; write a line break as `\\n`, or the text as a heredoc (`<<NAME`)";
            Err(syntax(message, Span::new(start, start + 1), "", help))
        };
        match self.byte(0) {
            Some(b'"') => {
                self.open.pop();
                self.push(Kind::CloseQuote, self.at + 1);
                return Ok(());
            }
            Some(b'\n' | b'\r') | None => return unclosed(),
            Some(sign @ (b'$' | b'%')) => {
                if !self.sequence(sign, Kind::QuotedText) {
                    self.push(Kind::QuotedText, self.at + 1);
                }
                return Ok(());
            }
            Some(_) => {}
        }
        let mut end = self.at;
        loop {
            match self.bytes.get(end) {
                Some(b'\\') => match self.bytes.get(end + 1) {
                    Some(b'\n' | b'\r') | None => return unclosed(),
                    // Only the first byte of a character: the others are none that mean anything.
                    Some(_) => end += 2,
                },
                Some(b'"' | b'$' | b'%' | b'\n' | b'\r') | None => break,
                Some(_) => end += 1,
            }
        }
        self.push(Kind::QuotedText, end);
        Ok(())
    }

    /// One piece of a heredoc.
    fn heredoc(&mut self, start: usize, name: (usize, usize), at_line_start: bool) -> Step {
        if let Some(sign @ (b'$' | b'%')) = self.byte(0) {
            if !self.sequence(sign, Kind::HeredocText) {
                // The character behind the sign belongs to its piece where a line ends behind that.
                let with_next = self.byte(1).is_some() && matches!(self.byte(2), Some(b'\n' | b'\r'));
                self.at_line_start(false);
                self.push(Kind::HeredocText, self.at + 1 + usize::from(with_next));
            }
            return Ok(());
        }
        let rest = self.rest();
        let length = rest.bytes().position(|byte| matches!(byte, b'$' | b'%' | b'\n' | b'\r')).unwrap_or(rest.len());
        let end = self.at + length;
        let line_break = match self.bytes.get(end) {
            Some(b'$' | b'%') => 0,
            Some(b'\r') if self.bytes.get(end + 1) == Some(&b'\n') => 2,
            Some(b'\n') => 1,
            Some(b'\r') => {
                let message = "a carriage return without a line feed in a heredoc";
                let help = "end the line with a line feed, alone or behind the carriage return";
                return Err(syntax(message, Span::new(end, end + 1), "", help));
            }
            Some(_) | None => return Err(self.unclosed_heredoc(start, name)),
        };
        if line_break == 0 {
            self.at_line_start(false);
            self.push(Kind::HeredocText, end);
            return Ok(());
        }
        let name = self.text.get(name.0..name.1).unwrap_or_default();
        if at_line_start && self.text.get(self.at..end).is_some_and(|line| line.trim() == name) {
            self.open.pop();
            self.push(Kind::CloseHeredoc, end);
            self.push(Kind::Newline, end + line_break);
        } else {
            self.at_line_start(true);
            self.push(Kind::HeredocText, end + line_break);
        }
        Ok(())
    }

    fn unclosed_heredoc(&self, start: usize, name: (usize, usize)) -> Problem {
        let name_text = shown(self.text.get(name.0..name.1).unwrap_or_default());
        let last = self.text.lines().next_back().unwrap_or_default();
        let help = if last.trim() == name_text {
            format!("the line `{name_text}` that ends it needs a line break at its end")
        } else {
            format!("end it with a line that holds nothing but `{name_text}`")
        };
        let message = format!("the heredoc that opens here is never closed: expected a line `{name_text}`");
        syntax(&message, Span::new(start, name.1), "", &help)
    }
}
