//! Lists and objects, and `for` expressions that make them.

use super::expression::ExpressionKind;
use super::parser::{Opened, Parser};
use super::token::Kind;
use crate::document::Span;

impl Parser<'_> {
    pub(super) fn list(&mut self) -> Option<Span> {
        let open = self.next().span;
        let newlines = self.inside(open)?;
        let close = if self.is_word("for") {
            self.for_expression(open, Kind::CloseBracket)?
        } else {
            self.items(Opened { span: open, what: "list" })?
        };
        self.outside(newlines);
        Some(Span { end: close.end, ..open })
    }

    fn items(&mut self, opened: Opened) -> Option<Span> {
        let mut items = Vec::new();
        loop {
            if self.peek_kind() == Kind::CloseBracket {
                break;
            }
            let item = self.expression()?;
            self.collect(&mut items, item)?;
            if self.take(Kind::Comma).is_none() {
                break;
            }
        }
        self.made = ExpressionKind::List(items);
        self.expect(Kind::CloseBracket, "`,` or `]` behind an item", Some(opened))
    }

    pub(super) fn object(&mut self) -> Option<Span> {
        let open = self.next().span;
        let is_for = self.is_word_on_any_line("for");
        let newlines = self.inside(open)?;
        let close = if is_for {
            self.for_expression(open, Kind::CloseBrace)?
        } else {
            self.newlines = true;
            self.pairs(Opened { span: open, what: "object" })?
        };
        self.outside(newlines);
        Some(Span { end: close.end, ..open })
    }

    fn pairs(&mut self, opened: Opened) -> Option<Span> {
        let mut pairs = Vec::new();
        loop {
            if self.take(Kind::Newline).is_some() {
                continue;
            }
            if self.peek_kind() == Kind::CloseBrace {
                break;
            }
            self.key_ahead(opened)?;
            let key = self.expression()?;
            self.collect(&mut pairs, key)?;
            self.separator(opened)?;
            let value = self.expression()?;
            self.collect(&mut pairs, value)?;
            if !self.another() {
                break;
            }
        }
        self.made = ExpressionKind::Object(pairs);
        self.expect(Kind::CloseBrace, "`,`, `}` or the end of the line behind an item", Some(opened))
    }

    /// Whether an item of an object may follow.
    fn another(&mut self) -> bool {
        self.take(Kind::Comma).is_some() || self.take(Kind::Newline).is_some()
    }

    fn key_ahead(&mut self, opened: Opened) -> Option<()> {
        match self.peek_kind() {
            Kind::End => self.unexpected("a key or `}`", Some(opened), ""),
            _ => Some(()),
        }
    }

    fn separator(&mut self, opened: Opened) -> Option<()> {
        match self.take(Kind::Equal).or_else(|| self.take(Kind::Colon)) {
            Some(_) => Some(()),
            None => self.no_separator(Some(opened)),
        }
    }

    #[cold]
    #[inline(never)]
    fn no_separator<T>(&mut self, opened: Option<Opened>) -> Option<T> {
        let help = match self.peek_kind() {
            Kind::OpenBrace => "in an object, write `key = { … }`; blocks stand in bodies only",
            Kind::Identifier | Kind::Number => "put a key that is more than a name in double quotes",
            _ => "",
        };
        self.unexpected("`=` or `:` behind the key", opened, help)
    }

    /// From `for` to the bracket that closes it.
    fn for_expression(&mut self, open: Span, closer: Kind) -> Option<Span> {
        let opened = Opened { span: open, what: "`for` expression" };
        self.next();
        self.for_names(Some(opened))?;
        self.expression()?;
        self.expect(Kind::Colon, "`:` behind what `for` goes through", Some(opened))?;
        let value = self.expression()?;
        if self.for_arrow(value, closer)? {
            self.expression()?;
        }
        self.for_group(closer)?;
        if self.is_word("if") {
            self.next();
            self.expression()?;
        }
        self.made = ExpressionKind::Other;
        let expected = if closer == Kind::CloseBracket { "`]`" } else { "`}`" };
        self.expect(closer, expected, Some(opened))
    }

    /// Whether `=>` stands behind a value: it must in an object, and must not in a list.
    fn for_arrow(&mut self, value: Span, closer: Kind) -> Option<bool> {
        let arrow = self.take(Kind::FatArrow);
        if let Some(arrow) = arrow
            && closer == Kind::CloseBracket
        {
            let help = "write `{for … : key => value}` for an object";
            return self.wrong("a `for` expression in `[…]` has no keys", arrow.span, "", help);
        }
        if arrow.is_none() && closer == Kind::CloseBrace {
            let help = "write `{for … : key => value}`, or `[for … : value]` for a list";
            return self.wrong("a `for` expression in `{…}` needs a key and `=>`", value, "", help);
        }
        Some(arrow.is_some())
    }

    fn for_group(&mut self, closer: Kind) -> Option<()> {
        if let Some(ellipsis) = self.take(Kind::Ellipsis)
            && closer == Kind::CloseBracket
        {
            let help = "remove the dots, or write `{for … : key => value...}`";
            return self.wrong("a `for` expression in `[…]` cannot group (`...`)", ellipsis.span, "", help);
        }
        Some(())
    }

    /// `name in` or `key, value in`: returns the places of the first name and the second.
    pub(super) fn for_names(&mut self, opened: Option<Opened>) -> Option<(Span, Option<Span>)> {
        let first = self.expect(Kind::Identifier, "a name behind `for`", opened)?;
        let second = match self.take(Kind::Comma) {
            Some(_) => Some(self.expect(Kind::Identifier, "a second name behind the comma", opened)?),
            None => None,
        };
        if !self.is_word("in") {
            return self.unexpected("`in` behind the names of `for`", opened, "");
        }
        self.next();
        Some((first, second))
    }
}
