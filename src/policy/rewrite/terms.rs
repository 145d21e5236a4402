//! OPA's grammar of terms and expressions.

use super::token::{Fault, Kind, Token};
use super::tree::{Operator, Span, Step, Term, TermKind};

/// How deep terms and bodies may be in each other.
const DEPTH: usize = 200;

/// A place in the tokens of a text.
pub(super) struct Parser<'t> {
    text: &'t str,
    tokens: &'t [Token],
    /// Index of the next token.
    pub(super) position: usize,
    pub(super) v1: bool,
    /// Keywords that are imported.
    keywords: Vec<&'static str>,
    pub(super) depth: usize,
    /// Tokens that may still be taken: what is tried twice must not be tried for ever.
    fuel: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, tokens: &'t [Token], v1: bool) -> Self {
        let fuel = 10_000 + tokens.len() * 50;
        let mut parser = Self { text, tokens, position: 0, v1, keywords: Vec::new(), depth: 0, fuel };
        if v1 {
            parser.add_keywords(&["if", "contains", "in", "every"]);
        }
        parser
    }

    pub(super) fn add_keywords(&mut self, keywords: &[&str]) {
        for known in ["if", "contains", "in", "every"] {
            if keywords.contains(&known) && !self.keywords.contains(&known) {
                self.keywords.push(known);
            }
        }
    }

    pub(super) fn token(&self) -> Token {
        self.ahead(0)
    }

    fn ahead(&self, count: usize) -> Token {
        let end = Token { kind: Kind::End, start: self.text.len(), end: self.text.len(), spaced: true, new_line: true };
        self.tokens.get(self.position + count).copied().unwrap_or(end)
    }

    pub(super) fn advance(&mut self) -> Token {
        let token = self.token();
        self.position += 1;
        self.fuel = self.fuel.saturating_sub(1);
        token
    }

    /// The end of the token that was taken last.
    pub(super) fn last_end(&self) -> usize {
        self.position.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.end)
    }

    pub(super) fn of(&self, span: Span) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or("")
    }

    fn word(&self, token: Token) -> &'t str {
        self.of(Span { start: token.start, end: token.end })
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.token().start, message)
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        let token = self.token();
        token.kind == Kind::Sign && self.word(token) == sign
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        let token = self.token();
        token.kind == Kind::Name && self.word(token) == word
    }

    /// Whether the next token is this word, and it is a keyword here.
    pub(super) fn is_keyword_word(&self, word: &str) -> bool {
        self.is_word(word) && self.keywords.contains(&word)
    }

    pub(super) fn is_keyword(&self) -> bool {
        let token = self.token();
        let word = self.word(token);
        token.kind == Kind::Name
            && (matches!(
                word,
                "as" | "default" | "else" | "false" | "import" | "package" | "not" | "null" | "some" | "true" | "with"
            ) || self.keywords.contains(&word))
    }

    /// Whether the token after the next makes a keyword a name: `if.x`, `not["x"]`.
    pub(super) fn reference_ahead(&self) -> bool {
        let next = self.ahead(1);
        next.kind == Kind::Sign && !next.spaced && matches!(self.word(next), "." | "[")
    }

    pub(super) fn expect(&mut self, sign: &str) -> Result<Token, Fault> {
        if self.is_sign(sign) { Ok(self.advance()) } else { Err(self.fault(format!("expected `{sign}`"))) }
    }

    pub(super) fn deeper(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.fault("this is nested too deeply"));
        }
        if self.fuel == 0 {
            return Err(self.fault("this is too complicated to parse"));
        }
        Ok(())
    }

    /// The value of a string token.
    pub(super) fn string(&self, span: Span) -> Result<String, Fault> {
        let text = self.of(span);
        if let Some(raw) = text.strip_prefix('`') {
            return Ok(raw.trim_end_matches('`').to_owned());
        }
        serde_json::from_str(text).map_err(|_| Fault::new(span.start, "expected a string"))
    }

    /// The next token as a name.
    pub(super) fn name(&mut self) -> Term {
        let token = self.advance();
        Term { span: Span { start: token.start, end: token.end }, kind: TermKind::Var }
    }

    /// What a literal begins with: a keyword may be the name of a reference there.
    pub(super) fn term_in_or_keyword(&mut self, keyword: bool) -> Result<Term, Fault> {
        if !keyword {
            return self.term_in(true);
        }
        let name = self.name();
        let first = self.finish(name)?;
        self.infix(Some(first), true)
    }

    /// A whole expression, with `k, v in xs` if `pairs`.
    pub(super) fn term_in(&mut self, pairs: bool) -> Result<Term, Fault> {
        self.infix(None, pairs)
    }

    /// The same, of which the first term may be known.
    pub(super) fn infix(&mut self, first: Option<Term>, pairs: bool) -> Result<Term, Fault> {
        self.deeper()?;
        let mut left = self.level(0, first)?;
        loop {
            if pairs && self.is_sign(",") {
                let (position, depth) = (self.position, self.depth);
                self.advance();
                if let Ok(middle) = self.level(0, None)
                    && self.is_in()
                {
                    self.advance();
                    let right = self.level(0, None)?;
                    left = joined(Operator::In, vec![left, middle, right]);
                    continue;
                }
                (self.position, self.depth) = (position, depth);
            }
            if !self.is_in() {
                break;
            }
            self.advance();
            let right = self.level(0, None)?;
            left = joined(Operator::In, vec![left, right]);
        }
        self.depth -= 1;
        Ok(left)
    }

    fn is_in(&self) -> bool {
        self.is_keyword_word("in") && !self.reference_ahead()
    }

    /// Operators by how loosely they bind: comparisons, `|`, `&`, sums, products.
    fn level(&mut self, level: usize, first: Option<Term>) -> Result<Term, Fault> {
        if level == 5 {
            return match first {
                Some(first) => Ok(first),
                None => self.term(),
            };
        }
        let mut left = self.level(level + 1, first)?;
        while let Some(operator) = self.operator(level) {
            self.advance();
            let right = self.level(level + 1, None)?;
            left = joined(operator, vec![left, right]);
        }
        Ok(left)
    }

    fn operator(&self, level: usize) -> Option<Operator> {
        let token = self.token();
        if token.kind != Kind::Sign {
            return None;
        }
        match (level, self.word(token)) {
            (0, "==") => Some(Operator::Equal),
            (0, "!=" | "<" | "<=" | ">" | ">=") => Some(Operator::Compare),
            (1, "|") => Some(Operator::Or),
            (2, "&") => Some(Operator::And),
            (3, "+") => Some(Operator::Add),
            (3, "-") => Some(Operator::Sub),
            (4, "*" | "/" | "%") => Some(Operator::Factor),
            _ => None,
        }
    }

    pub(super) fn term(&mut self) -> Result<Term, Fault> {
        self.deeper()?;
        let term = self.term_inside()?;
        self.depth -= 1;
        Ok(term)
    }

    fn term_inside(&mut self) -> Result<Term, Fault> {
        let token = self.token();
        let start = token.start;
        match token.kind {
            Kind::Name => match self.word(token) {
                "true" | "false" | "null" => {
                    self.advance();
                    Ok(Term { span: Span { start, end: token.end }, kind: TermKind::Scalar })
                }
                "contains" => {
                    let name = self.name();
                    self.finish(name)
                }
                _ if self.is_keyword() => Err(self.fault("a keyword cannot stand here")),
                _ => {
                    let name = self.name();
                    self.finish(name)
                }
            },
            Kind::Number | Kind::Text => {
                self.advance();
                Ok(Term { span: Span { start, end: token.end }, kind: TermKind::Scalar })
            }
            Kind::Piece { .. } => self.template(),
            Kind::Sign => match self.word(token) {
                "-" => {
                    self.advance();
                    let next = self.token();
                    if next.kind == Kind::Name && (!self.is_keyword() || self.is_word("contains")) {
                        let name = self.name();
                        let term = self.finish(name)?;
                        let span = Span { start, end: term.span.end };
                        return Ok(Term { span, kind: TermKind::Minus(Box::new(term)) });
                    }
                    self.number(start)
                }
                "." => self.number(start),
                "[" => {
                    let array = self.array()?;
                    self.finish(array)
                }
                "{" => {
                    let braces = self.braces()?;
                    self.finish(braces)
                }
                "(" => {
                    self.advance();
                    let inner = self.term_in(true)?;
                    self.expect(")")?;
                    let end = self.last_end();
                    let term = Term { span: Span { start, end }, kind: TermKind::Parens(Box::new(inner)) };
                    self.finish(term)
                }
                _ => Err(self.fault("expected an expression")),
            },
            Kind::End => Err(self.fault("expected an expression")),
        }
    }

    /// A number behind its sign.
    fn number(&mut self, start: usize) -> Result<Term, Fault> {
        if self.is_sign(".") {
            self.advance();
        }
        if self.token().kind != Kind::Number {
            return Err(self.fault("expected a number"));
        }
        let end = self.advance().end;
        Ok(Term { span: Span { start, end }, kind: TermKind::Scalar })
    }

    /// What follows a term without white space: fields, indexes and arguments.
    pub(super) fn finish(&mut self, head: Term) -> Result<Term, Fault> {
        let start = head.span.start;
        let mut term = head;
        loop {
            let token = self.token();
            if token.kind != Kind::Sign || token.spaced {
                return Ok(term);
            }
            let step = match self.word(token) {
                "." => {
                    self.advance();
                    let name = self.token();
                    if name.kind != Kind::Name || name.spaced {
                        return Err(self.fault("expected a name after the dot"));
                    }
                    self.advance();
                    Step::Dot(Span { start: name.start, end: name.end })
                }
                "[" => {
                    self.advance();
                    let index = self.term_in(true)?;
                    self.expect("]")?;
                    Step::Bracket(index)
                }
                "(" => {
                    if matches!(term.kind, TermKind::Var | TermKind::Ref(..)) {
                        term = self.call(term)?;
                        continue;
                    }
                    return Err(self.fault("only a name can be called"));
                }
                _ => return Ok(term),
            };
            let span = Span { start, end: self.last_end() };
            term = match term.kind {
                TermKind::Ref(head, mut steps) => {
                    steps.push(step);
                    Term { span, kind: TermKind::Ref(head, steps) }
                }
                kind => Term { span, kind: TermKind::Ref(Box::new(Term { kind, span: term.span }), vec![step]) },
            };
        }
    }

    pub(super) fn call(&mut self, function: Term) -> Result<Term, Fault> {
        self.expect("(")?;
        let arguments = self.list(")", Vec::new())?;
        self.expect(")")?;
        let span = Span { start: function.span.start, end: self.last_end() };
        Ok(Term { span, kind: TermKind::Call(Box::new(function), arguments) })
    }

    /// Terms up to a closing sign, which is not taken.
    pub(super) fn list(&mut self, end: &str, mut terms: Vec<Term>) -> Result<Vec<Term>, Fault> {
        while !self.is_sign(end) {
            terms.push(self.term_in(false)?);
            if self.is_sign(end) {
                break;
            }
            if !self.is_sign(",") {
                return Err(self.fault(format!("expected `,` or `{end}`")));
            }
            self.advance();
        }
        Ok(terms)
    }
}

fn joined(operator: Operator, operands: Vec<Term>) -> Term {
    let start = operands.first().map_or(0, |first| first.span.start);
    let end = operands.last().map_or(start, |last| last.span.end);
    Term { span: Span { start, end }, kind: TermKind::Infix(operator, operands) }
}
