//! OPA's grammar of arrays, sets, objects, comprehensions and template strings.

use super::terms::Parser;
use super::token::{Fault, Kind, Token};
use super::tree::{Comprehension, Part, Span, Term, TermKind};

impl Parser<'_> {
    /// The body of a comprehension at `|`; nothing where what follows is none.
    fn comprehension(&mut self, heads: &[Term], end: &str, start: usize) -> Option<Term> {
        let (position, depth) = (self.position, self.depth);
        self.advance();
        let body = self.query(end);
        match body {
            Ok(body) if self.is_sign(end) => {
                self.advance();
                let span = Span { start, end: self.last_end() };
                let heads = heads.to_vec();
                Some(Term { span, kind: TermKind::Comprehension(Box::new(Comprehension { heads, body })) })
            }
            Ok(_) | Err(_) => {
                (self.position, self.depth) = (position, depth);
                None
            }
        }
    }

    pub(super) fn array(&mut self) -> Result<Term, Fault> {
        let start = self.advance().start;
        let mut items = Vec::new();
        if self.is_sign(",") {
            self.advance();
            items = self.list("]", items)?;
        } else if !self.is_sign("]") {
            let mut first = self.term()?;
            if self.is_sign("|")
                && let Some(comprehension) = self.comprehension(std::slice::from_ref(&first), "]", start)
            {
                return Ok(comprehension);
            }
            first = self.infix(Some(first), false)?;
            items = self.rest(first, "]")?;
        }
        self.expect("]")?;
        Ok(Term { span: Span { start, end: self.last_end() }, kind: TermKind::Array(items) })
    }

    /// A list of which the first term is known.
    fn rest(&mut self, first: Term, end: &str) -> Result<Vec<Term>, Fault> {
        if self.is_sign(end) {
            return Ok(vec![first]);
        }
        if !self.is_sign(",") {
            return Err(self.fault(format!("expected `,` or `{end}`")));
        }
        self.advance();
        self.list(end, vec![first])
    }

    /// A set, an object or a comprehension of one.
    pub(super) fn braces(&mut self) -> Result<Term, Fault> {
        let start = self.advance().start;
        let mut span = Span { start, end: start };
        if self.is_sign("}") {
            self.advance();
            span.end = self.last_end();
            return Ok(Term { span, kind: TermKind::Object(Vec::new()) });
        }
        let leading = self.is_sign(",");
        if leading {
            self.advance();
        }
        let mut first = self.term()?;
        if self.is_sign("|")
            && !leading
            && let Some(comprehension) = self.comprehension(std::slice::from_ref(&first), "}", start)
        {
            return Ok(comprehension);
        }
        first = self.infix(Some(first), false)?;
        if !self.is_sign(":") {
            let items = self.rest(first, "}")?;
            self.expect("}")?;
            span.end = self.last_end();
            return Ok(Term { span, kind: TermKind::Set(items) });
        }
        self.advance();
        let mut value = self.term()?;
        if self.is_sign("|")
            && !leading
            && let Some(comprehension) = self.comprehension(&[first.clone(), value.clone()], "}", start)
        {
            return Ok(comprehension);
        }
        value = self.infix(Some(value), false)?;
        let mut fields = vec![(first, value)];
        while !self.is_sign("}") {
            self.expect(",")?;
            if self.is_sign("}") {
                break;
            }
            let key = self.term_in(false)?;
            self.expect(":")?;
            fields.push((key, self.term_in(false)?));
        }
        self.expect("}")?;
        span.end = self.last_end();
        Ok(Term { span, kind: TermKind::Object(fields) })
    }

    pub(super) fn template(&mut self) -> Result<Term, Fault> {
        let start = self.token().start;
        let mut parts = Vec::new();
        loop {
            let Token { kind: Kind::Piece { raw, first, last }, start: piece, end, .. } = self.token() else {
                return Err(self.fault("expected `}` after the expression in a template string"));
            };
            if first != parts.is_empty() {
                return Err(self.fault("expected `}` after the expression in a template string"));
            }
            self.advance();
            parts.push(Part::Piece { span: Span { start: piece, end }, raw, first, last });
            if last {
                break;
            }
            parts.push(Part::Expression(Box::new(self.literal()?)));
        }
        let span = Span { start, end: self.last_end() };
        Ok(Term { span, kind: TermKind::Template(parts) })
    }
}
