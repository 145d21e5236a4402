//! Words of Rego's source text, as OPA takes them.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword.
    Name,
    Number,
    /// A string, in quotes or raw.
    Text,
    /// A piece of a template string: `$"…{`, `}…{`, `}…"`.
    Piece {
        raw: bool,
        first: bool,
        last: bool,
    },
    /// An operator or separator.
    Sign,
    /// Behind the last token.
    End,
}

/// A token and its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether white space or a comment comes before it.
    pub(super) spaced: bool,
    /// Whether it is on another line than the token before it.
    pub(super) new_line: bool,
}

/// Why a text is no Rego.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

/// Takes a text apart.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let mut lexer =
        Lexer { text: text.as_bytes(), at: 0, tokens: Vec::with_capacity(text.len() / 4), templates: Vec::new() };
    if text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
    }
    if let Some(at) = text.find('\0') {
        return Err(Fault::new(at, "a policy must not contain a null character"));
    }
    while lexer.next()? {}
    Ok(lexer.tokens)
}

struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    tokens: Vec<Token>,
    /// Open template strings: raw or not, and how many braces are open in the expression.
    templates: Vec<(bool, usize)>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip(&mut self, while_: impl Fn(u8) -> bool) {
        while self.at < self.text.len() && while_(self.peek(0)) {
            self.at += 1;
        }
    }

    /// Takes one token; `false` at the end.
    fn next(&mut self) -> Result<bool, Fault> {
        let (mut spaced, mut new_line) = (false, self.tokens.is_empty());
        loop {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    new_line = true;
                    self.at += 1;
                }
                b'#' => self.skip(|byte| byte != b'\n'),
                _ => break,
            }
            spaced = true;
        }
        let start = self.at;
        let kind = if start >= self.text.len() { Kind::End } else { self.kind()? };
        self.tokens.push(Token { kind, start, end: self.at, spaced, new_line });
        if kind == Kind::End && !self.templates.is_empty() {
            return Err(Fault::new(start, "a template string is not ended"));
        }
        Ok(kind != Kind::End)
    }

    fn kind(&mut self) -> Result<Kind, Fault> {
        let start = self.at;
        let first = self.peek(0);
        match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                self.skip(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                return Ok(Kind::Name);
            }
            b'0'..=b'9' => return self.number(),
            b'"' => {
                self.at += 1;
                self.quoted(false)?;
                return Ok(Kind::Text);
            }
            b'`' => {
                self.at += 1;
                self.skip(|byte| byte != b'`');
                if self.at >= self.text.len() {
                    return Err(Fault::new(start, "a raw string is not ended"));
                }
                self.at += 1;
                return Ok(Kind::Text);
            }
            b'$' => {
                let raw = match self.peek(1) {
                    b'"' => false,
                    b'`' => true,
                    _ => return Err(Fault::new(start, "`$` begins nothing here")),
                };
                self.at += 2;
                return self.piece(raw, true);
            }
            b'}' if self.templates.last().is_some_and(|(_, open)| *open == 0) => {
                self.at += 1;
                let raw = self.templates.pop().is_some_and(|(raw, _)| raw);
                return self.piece(raw, false);
            }
            _ => {}
        }
        match (first, &mut self.templates.last_mut()) {
            (b'{', Some((_, open))) => *open += 1,
            (b'}', Some((_, open))) => *open -= 1,
            _ => {}
        }
        let long = matches!((first, self.peek(1)), (b':' | b'=' | b'!' | b'<' | b'>', b'='));
        if !long && !b"[]{}(),:+-*/%&|=><;.".contains(&first) {
            return Err(Fault::new(start, "this character begins nothing in Rego"));
        }
        self.at += if long { 2 } else { 1 };
        Ok(Kind::Sign)
    }

    fn number(&mut self) -> Result<Kind, Fault> {
        let start = self.at;
        self.skip(|byte| byte.is_ascii_digit());
        if self.peek(0) == b'.' {
            self.at += 1;
            if !self.peek(0).is_ascii_digit() {
                return Err(Fault::new(start, "digits must follow the decimal point"));
            }
            self.skip(|byte| byte.is_ascii_digit());
        }
        if matches!(self.peek(0), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(0), b'+' | b'-') {
                self.at += 1;
            }
            if !self.peek(0).is_ascii_digit() {
                return Err(Fault::new(start, "digits must follow the `e` of a number"));
            }
            self.skip(|byte| byte.is_ascii_digit());
        }
        if self.peek(0).is_ascii_alphabetic() || self.peek(0) == b'_' {
            return Err(Fault::new(start, "a number cannot be followed by letters"));
        }
        Ok(Kind::Number)
    }

    /// Reads on to the closing quote, or in a template to the next `{`: whether it is the quote.
    fn quoted(&mut self, template: bool) -> Result<bool, Fault> {
        let start = self.at;
        loop {
            let byte = self.peek(0);
            if self.at >= self.text.len() || byte == b'\n' {
                return Err(Fault::new(start.saturating_sub(1), "a string is not ended on its line"));
            }
            self.at += 1;
            match byte {
                b'"' => return Ok(true),
                b'{' if template => return Ok(false),
                b'\\' => {
                    match self.peek(0) {
                        b'\\' | b'"' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u' => {}
                        b'{' if template => {}
                        _ => return Err(Fault::new(self.at - 1, "this escape sequence is not known")),
                    }
                    self.at += 1;
                }
                _ => {}
            }
        }
    }

    /// A piece of a template string, behind its first quote or the `}` of an expression.
    fn piece(&mut self, raw: bool, first: bool) -> Result<Kind, Fault> {
        let last = if raw {
            let start = self.at;
            loop {
                if self.at >= self.text.len() {
                    return Err(Fault::new(start, "a template string is not ended"));
                }
                let byte = self.peek(0);
                self.at += 1;
                match byte {
                    b'`' => break true,
                    b'{' => break false,
                    b'\\' if self.peek(0) == b'{' => self.at += 1,
                    _ => {}
                }
            }
        } else {
            self.quoted(true)?
        };
        if !last {
            self.templates.push((raw, 0));
        }
        Ok(Kind::Piece { raw, first, last })
    }
}
