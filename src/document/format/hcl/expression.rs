//! Expressions: everything that stands behind an `=`.
//!
//! Of what must be evaluated only the place is kept: its text is its value.

use super::parser::{Opened, Parser};
use super::token::{Kind, Token};
use super::{literal, template::Part};
use crate::document::Span;

pub(super) struct Expression {
    pub(super) kind: ExpressionKind,
    pub(super) span: Span,
}

pub(super) enum ExpressionKind {
    Literal(Literal),
    /// `-` or `!` and a literal, and what that makes.
    Unary(Literal),
    /// `-true` and the like: what the operator does not go with.
    Senseless(&'static str),
    Template(Vec<Part>),
    /// A template that is one `${…}` and nothing else: it is what stands in it.
    Wrap(Box<Expression>),
    List(Vec<Expression>),
    /// Keys and values by turns.
    Object(Vec<Expression>),
    /// A name with steps that are all constant: `a.b[0]`.
    Reference,
    Conditional(Box<Conditional>),
    /// Whatever else must be evaluated.
    Other,
}

pub(super) enum Literal {
    Null,
    Bool(bool),
    /// As [`literal::number`] writes it, with its sign.
    Number(String),
}

pub(super) struct Conditional {
    pub(super) condition: Span,
    pub(super) then: Expression,
    pub(super) otherwise: Expression,
}

impl ExpressionKind {
    /// Whether an index by it is a constant: a literal, or a quoted string without anything to fill in.
    fn is_constant(&self) -> bool {
        match self {
            Self::Literal(_) => true,
            Self::Template(parts) => match parts.as_slice() {
                [] | [Part::Text(_)] => true,
                [Part::Expression(only)] => matches!(only.kind, Self::Literal(_)),
                _ => false,
            },
            Self::Unary(_)
            | Self::Senseless(_)
            | Self::Wrap(_)
            | Self::List(_)
            | Self::Object(_)
            | Self::Reference
            | Self::Conditional(_)
            | Self::Other => false,
        }
    }
}

const VALUE: &str = "a value";

/// Functions that read an expression leave what it is in [`Parser::made`] and return its place: they
/// recurse, and what they return would stand on the stack several times.
impl Parser<'_> {
    /// An expression with operators and conditions.
    pub(super) fn expression(&mut self) -> Option<Span> {
        let mut span = self.operand()?;
        // Which operator binds stronger is nothing that shows in the text.
        while matches!(self.peek_kind(), Kind::Operator | Kind::Star | Kind::Minus) {
            self.next();
            span.end = self.operand()?.end;
            self.made = ExpressionKind::Other;
        }
        if self.peek_kind() == Kind::Question { self.conditional(span) } else { Some(span) }
    }

    /// The expression that was just read.
    pub(super) fn take_made(&mut self, span: Span) -> Expression {
        Expression { kind: std::mem::replace(&mut self.made, ExpressionKind::Other), span }
    }

    /// Puts the expression that was just read behind others.
    pub(super) fn collect(&mut self, into: &mut Vec<Expression>, span: Span) -> Option<()> {
        self.count(1, span)?;
        into.push(self.take_made(span));
        Some(())
    }

    fn conditional(&mut self, condition: Span) -> Option<Span> {
        let question = self.next().span;
        self.enter(1, question)?;
        let then = self.expression()?;
        let then = Box::new(self.take_made(then));
        let opened = Opened { span: question, what: "condition" };
        self.expect(Kind::Colon, "`:` and the value for when the condition does not hold", Some(opened))?;
        let otherwise = self.expression()?;
        self.leave(1);
        self.make_conditional(condition, *then, otherwise);
        Some(Span { end: otherwise.end, ..condition })
    }

    fn make_conditional(&mut self, condition: Span, then: Expression, otherwise: Span) {
        let otherwise = self.take_made(otherwise);
        self.made = ExpressionKind::Conditional(Box::new(Conditional { condition, then, otherwise }));
    }

    /// A value with the signs before it and the steps behind it.
    fn operand(&mut self) -> Option<Span> {
        let first = self.peek();
        let mut signs = 0_usize;
        while matches!(self.peek_kind(), Kind::Minus | Kind::Bang) {
            self.next();
            signs += 1;
        }
        let mut span = self.term()?;
        span.end = self.steps(span.end)?;
        if signs > 0 {
            span.start = first.span.start;
            self.sign(first.kind == Kind::Minus, signs);
        }
        Some(span)
    }

    /// Puts signs before the expression that was just read.
    fn sign(&mut self, minus: bool, signs: usize) {
        self.made = match std::mem::replace(&mut self.made, ExpressionKind::Other) {
            ExpressionKind::Literal(literal) if signs == 1 => signed(minus, literal),
            _ => ExpressionKind::Other,
        };
    }

    fn term(&mut self) -> Option<Span> {
        let token = self.peek();
        match token.kind {
            Kind::Identifier => self.named(),
            Kind::Number => self.literal_number(),
            Kind::OpenQuote | Kind::OpenHeredoc | Kind::OpenIndentedHeredoc => self.template(),
            Kind::OpenParen => self.parentheses(),
            Kind::OpenBracket => self.list(),
            Kind::OpenBrace => self.object(),
            _ => self.no_term(token),
        }
    }

    #[cold]
    #[inline(never)]
    fn no_term<T>(&mut self, token: Token) -> Option<T> {
        let help = match token.kind {
            Kind::Operator => "an operator stands between two values",
            Kind::Newline => "write the value on this line; inside of parentheses it may go on behind a line break",
            Kind::Equal => "two values are compared with `==`",
            _ => "",
        };
        self.unexpected(VALUE, None, help)
    }

    fn literal_number(&mut self) -> Option<Span> {
        let token = self.next();
        self.made = ExpressionKind::Literal(Literal::Number(self.number(token)?));
        Some(token.span)
    }

    fn number(&mut self, token: Token) -> Option<String> {
        let number = literal::number(self.slice(token.span));
        if number.is_none() {
            let help = "numbers are decimal: digits, one point at most, and an exponent (`1.5e3`) at most";
            return self.wrong("this is no number of HCL", token.span, "", help);
        }
        number
    }

    /// What a name is: a call, a literal or a reference.
    fn named(&mut self) -> Option<Span> {
        let span = self.next().span;
        if matches!(self.peek_kind(), Kind::OpenParen | Kind::DoubleColon) {
            return self.call(span);
        }
        self.made = match self.slice(span) {
            "true" => ExpressionKind::Literal(Literal::Bool(true)),
            "false" => ExpressionKind::Literal(Literal::Bool(false)),
            "null" => ExpressionKind::Literal(Literal::Null),
            _ => ExpressionKind::Reference,
        };
        Some(span)
    }

    fn call(&mut self, name: Span) -> Option<Span> {
        let open = self.call_open()?;
        let opened = Some(Opened { span: Span { end: open.end, ..name }, what: "call" });
        let newlines = self.inside(open)?;
        loop {
            if self.peek_kind() == Kind::CloseParen {
                break;
            }
            self.expression()?;
            if self.take(Kind::Comma).is_none() {
                break;
            }
        }
        let close = self.call_close(opened)?;
        self.outside(newlines);
        self.made = ExpressionKind::Other;
        Some(Span { end: close.end, ..name })
    }

    /// The rest of the function's name, and `(`.
    fn call_open(&mut self) -> Option<Span> {
        while self.take(Kind::DoubleColon).is_some() {
            self.expect(Kind::Identifier, "the name of a function behind `::`", None)?;
        }
        self.expect(Kind::OpenParen, "`(` behind the name of the function", None)
    }

    fn call_close(&mut self, opened: Option<Opened>) -> Option<Span> {
        let expected = match self.take(Kind::Ellipsis) {
            Some(_) => "`)` behind the last argument (`...`)",
            None => "`,` or `)` behind an argument",
        };
        self.expect(Kind::CloseParen, expected, opened)
    }

    /// Into a bracket: line breaks do not count. Returns whether they did.
    pub(super) fn inside(&mut self, span: Span) -> Option<bool> {
        self.enter(1, span)?;
        self.open.push(span);
        Some(std::mem::replace(&mut self.newlines, false))
    }

    pub(super) fn outside(&mut self, newlines: bool) {
        self.newlines = newlines;
        self.open.pop();
        self.leave(1);
    }

    fn parentheses(&mut self) -> Option<Span> {
        let open = self.next().span;
        let newlines = self.inside(open)?;
        self.expression()?;
        let close = self.expect(Kind::CloseParen, "`)`", Some(Opened { span: open, what: "parenthesis" }))?;
        self.outside(newlines);
        self.made = ExpressionKind::Other;
        Some(Span { end: close.end, ..open })
    }

    /// Attributes, indexes and splats behind a value that ends at `end`: returns where they end.
    fn steps(&mut self, mut end: u32) -> Option<u32> {
        loop {
            let is_reference = matches!(self.made, ExpressionKind::Reference);
            let constant = match self.peek_kind() {
                Kind::Dot => self.dot(&mut end)?,
                Kind::OpenBracket => self.index(&mut end)?,
                _ => return Some(end),
            };
            self.made = if is_reference && constant { ExpressionKind::Reference } else { ExpressionKind::Other };
        }
    }

    /// A step behind a dot: whether it is constant.
    fn dot(&mut self, end: &mut u32) -> Option<bool> {
        self.next();
        let token = self.peek();
        match token.kind {
            Kind::Identifier => {
                *end = self.next().span.end;
                Some(true)
            }
            Kind::Number => {
                *end = self.legacy_index()?;
                Some(true)
            }
            Kind::Star => {
                *end = self.next().span.end;
                while self.take(Kind::Dot).is_some() {
                    *end = match self.peek_kind() {
                        Kind::Number => self.legacy_index()?,
                        _ => self.expect(Kind::Identifier, "the name of an attribute behind `.`", None)?.end,
                    };
                }
                Some(false)
            }
            _ => self.unexpected("the name of an attribute behind `.`", None, ""),
        }
    }

    /// `.0`, as old configurations write `[0]`.
    fn legacy_index(&mut self) -> Option<u32> {
        let token = self.next();
        if self.slice(token.span).contains('.') {
            let help = "write the indexes in brackets: `[0][1]`";
            return self.wrong("two indexes behind each other cannot be written with dots", token.span, "", help);
        }
        self.number(token)?;
        Some(token.span.end)
    }

    fn index(&mut self, end: &mut u32) -> Option<bool> {
        let open = self.next().span;
        let opened = Some(Opened { span: open, what: "index" });
        if self.take(Kind::Star).is_some() {
            *end = self.expect(Kind::CloseBracket, "`]` behind `[*`", opened)?.end;
            return Some(false);
        }
        let newlines = self.inside(open)?;
        self.expression()?;
        let constant = self.made.is_constant();
        *end = self.expect(Kind::CloseBracket, "`]`", opened)?.end;
        self.outside(newlines);
        Some(constant)
    }
}

fn signed(minus: bool, literal: Literal) -> ExpressionKind {
    match (minus, literal) {
        (true, Literal::Number(text)) if text == "0" => ExpressionKind::Unary(Literal::Number(text)),
        (true, Literal::Number(text)) => ExpressionKind::Unary(Literal::Number(format!("-{text}"))),
        (false, Literal::Bool(value)) => ExpressionKind::Unary(Literal::Bool(!value)),
        (true, Literal::Null | Literal::Bool(_)) => ExpressionKind::Senseless("`-` needs a number behind it"),
        (false, Literal::Null | Literal::Number(_)) => ExpressionKind::Senseless("`!` needs a boolean behind it"),
    }
}
