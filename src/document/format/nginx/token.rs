//! Words and punctuation of a configuration.

use std::ops::Range;

use crate::document::format::mapping::shown;
use crate::document::format::parts::helped;
use crate::document::{Problem, Span};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name or parameter, with its quotes.
    Word,
    /// `;`
    Semicolon,
    /// `{`
    Open,
    /// `}`
    Close,
}

pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

/// The tokens of a text from a place.
pub(super) struct Tokens<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

impl<'t> Tokens<'t> {
    pub(super) fn slice(&self, span: &Range<usize>) -> &'t str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next token; comments and blanks are stepped over.
    pub(super) fn next(&mut self) -> Result<Option<Token>, Problem> {
        while let Some(byte) = self.peek() {
            if byte == b'#' {
                let rest = self.text.get(self.at..).unwrap_or_default();
                self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
            } else if is_blank(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
        let start = self.at;
        let Some(byte) = self.peek() else { return Ok(None) };
        let kind = match byte {
            b';' => Kind::Semicolon,
            b'{' => Kind::Open,
            b'}' => Kind::Close,
            b'"' | b'\'' => {
                self.quoted(byte)?;
                return Ok(Some(Token { kind: Kind::Word, span: start..self.at }));
            }
            _ => {
                self.word();
                return Ok(Some(Token { kind: Kind::Word, span: start..self.at }));
            }
        };
        self.at += 1;
        Ok(Some(Token { kind, span: start..self.at }))
    }

    /// A word without quotes ends before a blank, `;` or `{`; that of `${name}` belongs to it.
    fn word(&mut self) {
        let mut after_dollar = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => {
                    self.at += 1;
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    self.at += rest.chars().next().map_or(0, char::len_utf8);
                    after_dollar = false;
                    continue;
                }
                b'{' if after_dollar => {}
                b';' | b'{' => break,
                _ if is_blank(byte) => break,
                _ => {}
            }
            after_dollar = byte == b'$';
            self.at += 1;
        }
    }

    fn quoted(&mut self, quote: u8) -> Result<(), Problem> {
        let start = self.at;
        self.at += 1;
        loop {
            let Some(byte) = self.peek() else {
                let message = format!("the quote that opens here is never closed: `{}`", char::from(quote));
                return Err(helped(message, Span::new(start, start + 1), "add the closing quote"));
            };
            self.at += 1;
            if byte == b'\\' && self.peek().is_some() {
                self.at += 1;
            } else if byte == quote {
                break;
            }
        }
        match self.peek() {
            Some(byte) if is_blank(byte) || matches!(byte, b';' | b'{' | b')') => Ok(()),
            None => Ok(()),
            Some(_) => {
                let rest = self.text.get(self.at..).unwrap_or_default();
                let length = rest.find(|c: char| c.is_whitespace() || matches!(c, ';' | '{')).unwrap_or(rest.len());
                let written = rest.get(..length).unwrap_or_default();
                let message =
                    format!("expected a blank, `;` or `{{` behind the closing quote, found `{}`", shown(written));
                let help = "put the whole parameter in quotes";
                Err(helped(message, Span::new(self.at, self.at + length), help))
            }
        }
    }
}
