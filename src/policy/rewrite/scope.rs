//! Names of variables: those that OPA refuses because they are declared twice in one body, or used above their
//! declaration. `:=`, `some` and `every` declare a name from there on in their body and in bodies within; before it, in
//! the same body, the name is that of the body around.

use std::collections::{BTreeMap, BTreeSet};

use super::token::Fault;
use super::tree::{Body, Comprehension, Literal, LiteralKind, Part, Rule, Span, Step, Term, TermKind};

/// A body, or what takes its place: where a declaration is valid.
type BodyId = usize;

/// What declares a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Parameter,
    Assignment,
    Some,
}

struct Occurrence<'t> {
    name: &'t str,
    /// The innermost body that it is in.
    body: Option<BodyId>,
    /// Whether a body declares it.
    declared: bool,
}

/// Walks a rule and finds what each name means.
pub(super) struct Scopes<'t> {
    text: &'t str,
    /// Names declared so far, for each open body.
    declared: Vec<(BodyId, BTreeMap<&'t str, By>)>,
    /// Those that the statement under way declares: `some x, x in xs` is one declaration.
    together: BTreeSet<&'t str>,
    bodies: usize,
    pub(super) faults: Vec<Fault>,
    occurrences: Vec<Occurrence<'t>>,
}

impl<'t> Scopes<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            declared: Vec::new(),
            together: BTreeSet::new(),
            bodies: 0,
            faults: Vec::new(),
            occurrences: Vec::new(),
        }
    }

    /// Finds what is wrong with the names of a rule.
    pub(super) fn rule(&mut self, rule: &'t Rule) {
        for (index, body) in rule.bodies.iter().enumerate() {
            self.unit(rule, (index == 0).then_some(rule), Some(body));
        }
        if rule.bodies.is_empty() {
            self.unit(rule, Some(rule), None);
        }
    }

    /// A body with the head, or with the value of its `else`.
    fn unit(&mut self, rule: &'t Rule, head: Option<&'t Rule>, body: Option<&'t Body>) {
        self.open();
        for parameter in rule.head.parameters.iter().flatten() {
            self.pattern(parameter, Some(By::Parameter));
        }
        if let Some(body) = body {
            self.query(&body.query);
            if let Some(value) = &body.value {
                self.term(value);
            }
        }
        if let Some(Rule { head, .. }) = head {
            if let TermKind::Ref(_, steps) = &head.name.kind {
                self.steps(steps);
            }
            for term in head.contains.iter().chain(head.value.as_ref().map(|(_, value)| value)) {
                self.term(term);
            }
        }
        self.close();
        self.occurrences.clear();
        self.bodies = 0;
        self.declared.clear();
    }

    fn open(&mut self) {
        self.declared.push((self.bodies, BTreeMap::new()));
        self.bodies += 1;
    }

    fn close(&mut self) {
        self.declared.pop();
    }

    fn of(&self, span: Span) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or("")
    }

    fn declare(&mut self, span: Span, by: By) {
        let name = self.of(span);
        if name == "_" {
            return;
        }
        if let Some((body, names)) = self.declared.last_mut() {
            let seen = |occurrence: &&Occurrence| {
                occurrence.name == name && !occurrence.declared && occurrence.body == Some(*body)
            };
            if self.occurrences.iter().any(|occurrence| seen(&occurrence)) {
                self.faults.push(Fault::new(span.start, format!("`{name}` is used above this, its declaration")));
            }
            let again = names.insert(name, by).filter(|_| by != By::Parameter && !self.together.contains(name));
            if let Some(first) = again {
                let what = match first {
                    By::Parameter => "is a parameter of this function",
                    By::Assignment => "has a value by `:=` above this",
                    By::Some => "is declared above this",
                };
                self.faults.push(Fault::new(span.start, format!("`{name}` {what}: give one of them another name")));
            }
            if by == By::Some {
                self.together.insert(name);
            }
        }
        self.occurs(span);
    }

    fn occurs(&mut self, span: Span) {
        let name = self.of(span);
        if matches!(name, "_" | "input" | "data") {
            return;
        }
        let declared = self.declared.iter().any(|(_, names)| names.contains_key(name));
        let body = self.declared.last().map(|(body, _)| *body);
        self.occurrences.push(Occurrence { name, body, declared });
    }

    fn query(&mut self, query: &'t [Literal]) {
        for literal in query {
            self.literal(literal);
        }
    }

    fn literal(&mut self, literal: &'t Literal) {
        self.together.clear();
        self.parts(literal);
    }

    fn parts(&mut self, literal: &'t Literal) {
        match &literal.kind {
            LiteralKind::Term(term) => self.whole(term),
            LiteralKind::Bind { assign: true, left, right } => {
                self.term(right);
                for (_, value) in &literal.with {
                    self.term(value);
                }
                self.pattern(left, Some(By::Assignment));
                return;
            }
            LiteralKind::Bind { assign: false, left, right } => {
                self.term(left);
                self.term(right);
            }
            LiteralKind::SomeVars(names) => names.iter().for_each(|name| self.declare(*name, By::Some)),
            LiteralKind::SomeIn { key, value, domain } => {
                self.term(domain);
                for pattern in key.iter().chain([value]) {
                    self.pattern(pattern, Some(By::Some));
                }
            }
            LiteralKind::Every { key, value, domain, body } => {
                self.term(domain);
                self.open();
                key.iter().chain([value]).for_each(|name| self.declare(*name, By::Some));
                self.query(body);
                self.close();
            }
        }
        for (_, value) in &literal.with {
            self.term(value);
        }
    }

    /// A term whose names are declared, but for keys of objects.
    fn pattern(&mut self, pattern: &'t Term, declares: Option<By>) {
        match &pattern.kind {
            TermKind::Var => match declares {
                Some(by) => self.declare(pattern.span, by),
                None => self.term(pattern),
            },
            TermKind::Array(items) => items.iter().for_each(|item| self.pattern(item, declares)),
            TermKind::Object(fields) => {
                for (key, value) in fields {
                    self.term(key);
                    self.pattern(value, declares);
                }
            }
            TermKind::Parens(inner) => self.pattern(inner, declares),
            _ => self.term(pattern),
        }
    }

    /// A whole expression: its operands stay in a negation, calls in them do not.
    fn whole(&mut self, term: &'t Term) {
        match &term.kind {
            TermKind::Call(..) | TermKind::Infix(..) | TermKind::Minus(_) => term.each(&mut |inner| self.term(inner)),
            TermKind::Parens(inner) => self.whole(inner),
            _ => self.term(term),
        }
    }

    fn term(&mut self, term: &'t Term) {
        match &term.kind {
            TermKind::Var => self.occurs(term.span),
            TermKind::Comprehension(comprehension) => {
                let Comprehension { heads, body } = comprehension.as_ref();
                self.open();
                self.query(body);
                for head in heads {
                    self.term(head);
                }
                self.close();
            }
            TermKind::Template(parts) => {
                for part in parts {
                    if let Part::Expression(literal) = part {
                        self.literal(literal);
                    }
                }
            }
            TermKind::Ref(head, steps) => {
                self.term(head);
                self.steps(steps);
            }
            TermKind::Call(..) | TermKind::Infix(..) | TermKind::Minus(_) => {
                term.each(&mut |inner| self.term(inner));
            }
            TermKind::Scalar | TermKind::Array(_) | TermKind::Set(_) | TermKind::Object(_) | TermKind::Parens(_) => {
                term.each(&mut |inner| self.term(inner));
            }
        }
    }

    fn steps(&mut self, steps: &'t [Step]) {
        for step in steps {
            if let Step::Bracket(index) = step {
                self.term(index);
            }
        }
    }
}
