//! OPA's grammar of files, rules and bodies.

use super::terms::Parser;
use super::token::{Fault, Kind, Token};
use super::tree::{
    Body, BodyKind, Head, Import, Literal, LiteralKind, Module, Operator, Rule, Span, Step, Term, TermKind,
};

/// Parses a file in Rego v1, or v0 with the keywords it imports.
pub(super) fn module(text: &str, tokens: &[Token], v1: bool) -> Result<Module, Fault> {
    let mut parser = Parser::new(text, tokens, v1);
    if !parser.is_word("package") {
        return Err(parser.fault("a file begins with `package`"));
    }
    parser.advance();
    let path = parser.path()?;
    let package = parser.components(&path)?;
    let mut imports = Vec::new();
    let mut rules = Vec::new();
    loop {
        if parser.token().kind == Kind::End {
            break;
        }
        if parser.is_sign(";") {
            parser.advance();
        } else if parser.is_word("import") && !parser.reference_ahead() {
            let late = !rules.is_empty();
            imports.push(Import { late, ..parser.import()? });
        } else {
            rules.push(parser.rule()?);
        }
    }
    Ok(Module { package, package_end: path.span.end, imports, rules })
}

impl Parser<'_> {
    /// The path of a package or an import.
    fn path(&mut self) -> Result<Term, Fault> {
        if self.token().kind != Kind::Name {
            return Err(self.fault("expected a path"));
        }
        let name = self.name();
        self.finish(name)
    }

    fn components(&self, path: &Term) -> Result<Vec<String>, Fault> {
        match &path.kind {
            TermKind::Var => Ok(vec![self.of(path.span).to_owned()]),
            TermKind::Ref(head, steps) => {
                let mut components = vec![self.of(head.span).to_owned()];
                for step in steps {
                    components.push(match step {
                        Step::Dot(name) => self.of(*name).to_owned(),
                        Step::Bracket(Term { kind: TermKind::Scalar, span }) => self.string(*span)?,
                        Step::Bracket(term) => return Err(Fault::new(term.span.start, "expected a string")),
                    });
                }
                Ok(components)
            }
            _ => Err(Fault::new(path.span.start, "expected a path")),
        }
    }

    fn import(&mut self) -> Result<Import, Fault> {
        let at = self.advance().start;
        let path = self.path()?;
        let path = self.components(&path)?;
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["rego", "v1"] | ["future", "keywords"] => self.add_keywords(&["if", "contains", "in", "every"]),
            ["future", "keywords", "every"] => self.add_keywords(&["every", "in"]),
            ["future", "keywords", keyword @ ("if" | "contains" | "in")] => self.add_keywords(&[keyword]),
            ["data" | "input", ..] => {}
            [first @ ("rego" | "future"), ..] => {
                return Err(Fault::new(at, format!("`import {first}.…` of this name is not known")));
            }
            _ => return Err(Fault::new(at, "an import begins with `data`, `input`, `future` or `rego`")),
        }
        let mut alias = None;
        if self.is_word("as") {
            self.advance();
            if self.token().kind != Kind::Name || self.is_keyword() {
                return Err(self.fault("expected a name"));
            }
            let name = self.name();
            alias = Some(self.of(name.span).to_owned());
        }
        Ok(Import { span: Span { start: at, end: self.last_end() }, path, alias, late: false })
    }

    fn rule(&mut self) -> Result<Rule, Fault> {
        let start = self.token().start;
        let default = self.is_word("default") && !self.reference_ahead();
        if default {
            self.advance();
        }
        let head = self.head()?;
        let mut rule = Rule { span: Span { start, end: self.last_end() }, head, has_if: false, bodies: Vec::new() };
        if default {
            return Ok(rule);
        }
        let if_ = self.is_keyword_word("if") && !self.reference_ahead();
        rule.has_if = if_;
        if if_ {
            let at = self.advance().start;
            let query = self.if_body()?;
            rule.bodies.push(Body {
                span: Span { start: at, end: self.last_end() },
                kind: BodyKind::First,
                value: None,
                query,
            });
        } else if self.is_sign("{") {
            if self.v1 {
                return Err(self.fault("`if` is needed before the body of a rule"));
            }
            let at = self.token().start;
            let query = self.braced_body()?;
            rule.bodies.push(Body {
                span: Span { start: at, end: self.last_end() },
                kind: BodyKind::First,
                value: None,
                query,
            });
        } else {
            return Ok(rule);
        }
        while self.is_word("else") && !self.reference_ahead() {
            let body = self.else_body()?;
            rule.bodies.push(body);
        }
        while self.is_sign("{") {
            if rule.bodies.len() > 1 && rule.bodies.last().is_some_and(|body| body.kind == BodyKind::Else) {
                return Err(self.fault("expected `else`"));
            }
            let at = self.token().start;
            let query = self.braced_body()?;
            rule.bodies.push(Body {
                span: Span { start: at, end: self.last_end() },
                kind: BodyKind::Chained,
                value: None,
                query,
            });
        }
        rule.span.end = self.last_end();
        Ok(rule)
    }

    fn else_body(&mut self) -> Result<Body, Fault> {
        let start = self.advance().start;
        let mut value = None;
        if self.is_sign(":=") || self.is_sign("=") {
            self.advance();
            value = Some(self.term_in(true)?);
        }
        let query = if self.is_keyword_word("if") {
            self.advance();
            if self.is_sign("{") { self.braced_body()? } else { vec![self.literal()?] }
        } else if self.is_sign("{") {
            if self.v1 {
                return Err(self.fault("`if` is needed before the body of a rule"));
            }
            self.braced_body()?
        } else if value.is_some() {
            Vec::new()
        } else {
            return Err(self.fault("expected a value or a body after `else`"));
        };
        Ok(Body { span: Span { start, end: self.last_end() }, kind: BodyKind::Else, value, query })
    }

    fn head(&mut self) -> Result<Head, Fault> {
        let start = self.token().start;
        if self.token().kind != Kind::Name || (self.is_keyword() && !self.reference_ahead()) {
            return Err(self.fault("expected the name of a rule"));
        }
        let name = self.name();
        // Here, unlike in a body, white space may come before the parameters.
        let spaced = self.is_sign("(") && !self.token().new_line;
        let mut name = if spaced { self.call(name)? } else { self.finish(name)? };
        let mut parameters = None;
        if let TermKind::Call(function, arguments) = name.kind {
            name = *function;
            parameters = Some(arguments);
        }
        match &name.kind {
            TermKind::Var => {}
            TermKind::Ref(head, _) if matches!(head.kind, TermKind::Var) => {}
            _ => return Err(Fault::new(start, "expected the name of a rule")),
        }
        let mut head =
            Head { span: Span { start, end: self.last_end() }, name, parameters, contains: None, value: None };
        if self.is_keyword_word("contains") && !self.reference_ahead() {
            self.advance();
            head.contains = Some(self.term_in(true)?);
        } else if self.is_sign(":=") || self.is_sign("=") {
            let assign = self.is_sign(":=");
            self.advance();
            head.value = Some((assign, self.term_in(true)?));
        }
        head.span.end = self.last_end();
        Ok(head)
    }

    /// The body after `if`: a literal, or literals in braces; and whether there are no braces.
    fn if_body(&mut self) -> Result<Vec<Literal>, Fault> {
        if !self.is_sign("{") {
            return Ok(vec![self.literal()?]);
        }
        let (position, depth) = (self.position, self.depth);
        // `{…}` may be a value; but a set never fails, so that is a body.
        if let Ok(literal) = self.literal()
            && !matches!(&literal.kind, LiteralKind::Term(Term { kind: TermKind::Set(_), .. }))
        {
            return Ok(vec![literal]);
        }
        (self.position, self.depth) = (position, depth);
        self.braced_body()
    }

    fn braced_body(&mut self) -> Result<Vec<Literal>, Fault> {
        self.expect("{")?;
        let query = self.query("}")?;
        self.expect("}")?;
        Ok(query)
    }

    /// Literals up to a closing sign, which is not taken.
    pub(super) fn query(&mut self, end: &str) -> Result<Vec<Literal>, Fault> {
        self.deeper()?;
        if self.is_sign(end) {
            return Err(self.fault("a body must not be empty"));
        }
        let mut query = Vec::new();
        loop {
            query.push(self.literal()?);
            if self.is_sign(";") {
                self.advance();
                continue;
            }
            if self.is_sign(end) {
                self.depth -= 1;
                return Ok(query);
            }
            if !self.token().new_line {
                return Err(self.fault(format!("expected a new line, `;` or `{end}`")));
            }
        }
    }

    pub(super) fn literal(&mut self) -> Result<Literal, Fault> {
        let start = self.token().start;
        let reference = self.is_keyword() && self.reference_ahead();
        let negated = !reference && self.is_word("not");
        if negated {
            self.advance();
        }
        let kind = if !reference && !negated && self.is_word("some") {
            self.some()?
        } else if !reference && !negated && self.is_keyword_word("every") && !self.reference_ahead() {
            self.every()?
        } else {
            let left = self.term_in_or_keyword(reference)?;
            if self.is_sign(":=") || self.is_sign("=") {
                let assign = self.is_sign(":=");
                self.advance();
                LiteralKind::Bind { assign, left, right: self.term_in(true)? }
            } else {
                LiteralKind::Term(left)
            }
        };
        let with_start = self.last_end();
        let mut with = Vec::new();
        while self.is_word("with") && !(self.token().new_line && self.reference_ahead()) {
            self.advance();
            let target = self.path()?;
            if !self.is_word("as") {
                return Err(self.fault("expected `as`"));
            }
            self.advance();
            with.push((target, self.term_in(true)?));
        }
        Ok(Literal { span: Span { start, end: self.last_end() }, negated, kind, with, with_start })
    }

    fn some(&mut self) -> Result<LiteralKind, Fault> {
        self.advance();
        let (position, depth) = (self.position, self.depth);
        if let Ok(term) = self.term_in(true)
            && let TermKind::Infix(Operator::In, mut operands) = term.kind
        {
            let domain = operands.pop();
            let value = operands.pop();
            if let (Some(domain), Some(value)) = (domain, value) {
                return Ok(LiteralKind::SomeIn { key: operands.pop(), value, domain });
            }
        }
        (self.position, self.depth) = (position, depth);
        let mut names = Vec::new();
        loop {
            if self.token().kind != Kind::Name || self.is_keyword() {
                return Err(self.fault("expected a name"));
            }
            names.push(self.name().span);
            if !self.is_sign(",") {
                return Ok(LiteralKind::SomeVars(names));
            }
            self.advance();
        }
    }

    fn every(&mut self) -> Result<LiteralKind, Fault> {
        let at = self.advance().start;
        let wrong = || Fault::new(at, "expected `every x in xs { … }`");
        let term = self.term_in(true)?;
        let TermKind::Infix(Operator::In, operands) = term.kind else { return Err(wrong()) };
        let is_name = |term: &Term| matches!(term.kind, TermKind::Var);
        let (key, value, domain) = match <[Term; 2]>::try_from(operands) {
            Ok([value, domain]) if is_name(&value) => (None, value.span, domain),
            Ok(_) => return Err(wrong()),
            Err(operands) => match <[Term; 3]>::try_from(operands) {
                Ok([key, value, domain]) if is_name(&key) && is_name(&value) => (Some(key.span), value.span, domain),
                Ok(_) | Err(_) => return Err(wrong()),
            },
        };
        let body = self.braced_body()?;
        Ok(LiteralKind::Every { key, value, domain, body })
    }
}
