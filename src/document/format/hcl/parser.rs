//! The parser's place in the tokens, its limits, and what it finds wrong.
//!
//! Functions of the parser return `None` once [`Parser::fatal`] is set. They recurse as deep as
//! `limits.depth` allows, so their frames are kept small: problems are built in functions of their own.

use super::super::mapping::{Problems, shown, too_deep, too_many};
use super::expression::ExpressionKind;
use super::syntax;
use super::token::{Kind, Token};
use crate::document::{ParseLimits, Problem, Span};

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    tokens: &'t [Token],
    at: usize,
    /// Whether line breaks count: not inside of brackets, parentheses and sequences.
    pub(super) newlines: bool,
    depth: usize,
    /// What opens the brackets and blocks that are not closed yet.
    pub(super) open: Vec<Span>,
    nodes: usize,
    limits: &'t ParseLimits,
    /// Why the tokens end before the text does.
    unlexed: Option<Problem>,
    pub(super) problems: Problems,
    /// What the expression is that was read last.
    pub(super) made: ExpressionKind,
    /// What ends the reading.
    pub(super) fatal: Option<Problem>,
}

/// Something that is open, for messages.
#[derive(Clone, Copy)]
pub(super) struct Opened {
    pub(super) span: Span,
    pub(super) what: &'static str,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, tokens: &'t [Token], unlexed: Option<Problem>, limits: &'t ParseLimits) -> Self {
        Self {
            text,
            tokens,
            at: 0,
            newlines: true,
            depth: 0,
            open: Vec::new(),
            nodes: 0,
            limits,
            unlexed,
            problems: Problems::default(),
            made: ExpressionKind::Other,
            fatal: None,
        }
    }

    /// Whether the tokens end before the text does.
    pub(super) fn is_cut_off(&self) -> bool {
        self.unlexed.is_some()
    }

    /// The next token that counts.
    pub(super) fn peek(&mut self) -> Token {
        loop {
            let Some(token) = self.tokens.get(self.at).or(self.tokens.last()) else {
                return Token { kind: Kind::End, span: Span::new(self.text.len(), self.text.len()) };
            };
            if token.kind != Kind::Newline || self.newlines {
                return *token;
            }
            self.at += 1;
        }
    }

    pub(super) fn peek_kind(&mut self) -> Kind {
        self.peek().kind
    }

    /// Steps over the next token that counts. The end stays.
    pub(super) fn next(&mut self) -> Token {
        let token = self.peek();
        if token.kind != Kind::End {
            self.at += 1;
        }
        token
    }

    /// Steps over the next token if it is one of this kind.
    pub(super) fn take(&mut self, kind: Kind) -> Option<Token> {
        (self.peek_kind() == kind).then(|| self.next())
    }

    /// Steps over the next token, which must be of this kind; returns its place.
    pub(super) fn expect(&mut self, kind: Kind, expected: &str, opened: Option<Opened>) -> Option<Span> {
        if self.peek_kind() == kind {
            return Some(self.next().span);
        }
        self.unexpected(expected, opened, "")
    }

    /// Whether the next token is this word.
    pub(super) fn is_word(&mut self, word: &str) -> bool {
        let token = self.peek();
        token.kind == Kind::Identifier && self.slice(token.span) == word
    }

    /// Whether the next token on whatever line is this word.
    pub(super) fn is_word_on_any_line(&self, word: &str) -> bool {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        let token = rest.iter().find(|token| token.kind != Kind::Newline);
        token.is_some_and(|token| token.kind == Kind::Identifier && self.slice(token.span) == word)
    }

    pub(super) fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// One level deeper, at `span`.
    pub(super) fn enter(&mut self, levels: usize, span: Span) -> Option<()> {
        self.depth += levels;
        if self.depth > self.limits.depth {
            self.fatal = Some(too_deep(self.limits.depth, span));
            return None;
        }
        Some(())
    }

    pub(super) fn leave(&mut self, levels: usize) {
        self.depth -= levels.min(self.depth);
    }

    /// Takes so many keys and values into account.
    pub(super) fn count(&mut self, nodes: usize, span: Span) -> Option<()> {
        self.nodes += nodes;
        if self.nodes > self.limits.nodes {
            self.fatal = Some(too_many(self.limits.nodes, span));
            return None;
        }
        Some(())
    }

    /// The next token is not what was expected.
    #[cold]
    #[inline(never)]
    pub(super) fn unexpected<T>(&mut self, expected: &str, opened: Option<Opened>, help: &str) -> Option<T> {
        let token = self.peek();
        if token.kind == Kind::End && self.unlexed.is_some() {
            self.fatal = self.unlexed.take();
            return None;
        }
        let found = self.name(token);
        let mut problem = syntax(&format!("expected {expected}, found {found}"), token.span, &found, help);
        let innermost = self.open.last().filter(|_| token.kind == Kind::End);
        problem.related = match (opened, innermost) {
            (Some(opened), _) => Some((opened.span, format!("the {} opens here", opened.what))),
            (None, Some(open)) => Some((*open, "this is still open".to_owned())),
            (None, None) => None,
        };
        if problem.help.is_none() && token.kind == Kind::End && problem.related.is_some() {
            problem.help = Some("close what is open, or look for a closing bracket too few in it".to_owned());
        }
        self.fatal = Some(problem);
        None
    }

    /// Something is wrong that is more than one unexpected token.
    #[cold]
    #[inline(never)]
    pub(super) fn wrong<T>(&mut self, message: &str, span: Span, label: &str, help: &str) -> Option<T> {
        self.fatal = Some(syntax(message, span, label, help));
        None
    }

    /// What a token is called in a message.
    fn name(&self, token: Token) -> String {
        match token.kind {
            Kind::End => "the end of the file".to_owned(),
            Kind::Newline => "the end of the line".to_owned(),
            Kind::OpenQuote => "a quoted string".to_owned(),
            Kind::OpenHeredoc | Kind::OpenIndentedHeredoc => "a heredoc".to_owned(),
            Kind::CloseHeredoc => "the end of the heredoc".to_owned(),
            Kind::OpenBrace
            | Kind::CloseBrace
            | Kind::OpenBracket
            | Kind::CloseBracket
            | Kind::OpenParen
            | Kind::CloseParen
            | Kind::CloseQuote
            | Kind::Operator
            | Kind::Star
            | Kind::Minus
            | Kind::Bang
            | Kind::Equal
            | Kind::Dot
            | Kind::Comma
            | Kind::DoubleColon
            | Kind::Ellipsis
            | Kind::FatArrow
            | Kind::Question
            | Kind::Colon
            | Kind::Interpolation
            | Kind::Directive
            | Kind::SequenceEnd
            | Kind::QuotedText
            | Kind::HeredocText
            | Kind::Number
            | Kind::Identifier => format!("`{}`", shown(self.slice(token.span))),
        }
    }
}
