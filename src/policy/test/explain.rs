//! Why a test failed: its body is evaluated again, a statement more each time, and then what the
//! first statement that does not hold is made of.

use std::collections::BTreeSet;

use regorus::Value;
use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Rule, RuleHead, Span};

use super::super::error::Place;
use super::super::parse::File;
use super::super::reach::Reach;
use super::super::{builtins, recursion, syntax, written};
use super::find::Test;
use super::probe::{Probe, Unasked};
use super::{Failure, TestCase, TestStatus, case};

/// Most tests that are explained: each costs several evaluations of its body.
const MOST_EXPLAINED: usize = 50;

/// Longest value shown, in characters.
const LONGEST_VALUE: usize = 400;

/// Longest expression shown, in characters.
const LONGEST_EXPRESSION: usize = 100;

/// Says of failed tests and cases why.
pub(super) fn explain(probe: Probe<'_>, files: &[File], tests: &[Test<'_>], cases: &mut [TestCase]) {
    let mut left = MOST_EXPLAINED;
    let mut reach = None;
    for (test, case) in tests.iter().zip(cases) {
        if case.status != TestStatus::Failed || left == 0 {
            continue;
        }
        let reach = reach.get_or_insert_with(|| Reach::new(files));
        let asker = Asker { probe, test, reach };
        if test.keys.is_empty() {
            left -= 1;
            case.failure = asker.failure(None);
        } else if let Some((named_at, _)) = case::naming(probe, test) {
            let begun = case::begun(probe, test);
            for sub in case.cases.iter_mut().filter(|sub| !sub.passed) {
                let Some((_, keys)) = begun.iter().find(|(name, _)| *name == sub.name) else { continue };
                if left > 0 {
                    left -= 1;
                    let only = format!("{} == {}", case::keys(test), builtins::notation(keys));
                    sub.failure = asker.failure(Some((named_at, &only)));
                }
            }
        }
    }
}

struct Asker<'a, 'f> {
    probe: Probe<'a>,
    test: &'a Test<'f>,
    reach: &'a Reach<'a>,
}

/// What an expression gave, in each way that the statements before it hold.
type Tries = Vec<Option<Value>>;

impl Asker<'_, '_> {
    fn file(&self) -> &File {
        self.test.file
    }

    fn place(&self, span: &Span) -> Place {
        self.file().place(span)
    }

    fn ask(&self, questions: &[String]) -> Result<Vec<Value>, Unasked> {
        self.probe.ask(self.file(), questions)
    }

    /// The statement that fails. `only` narrows the body to one case, after so many statements.
    fn failure(&self, only: Option<(usize, &str)>) -> Option<Failure> {
        let statements = self.in_order(case::statements(self.test));
        let before = |count: usize| {
            let mut written: Vec<&str> = Vec::new();
            for (number, statement) in statements.iter().take(count).enumerate() {
                written.push(written::written(&statement.span));
                if let Some((at, only)) = only.filter(|(at, _)| *at == number + 1) {
                    debug_assert!(at > 0, "a case has a name only after a statement");
                    written.push(only);
                }
            }
            if written.is_empty() { "true".to_owned() } else { written.join(";\n") }
        };
        let questions: Vec<String> = (1..=statements.len()).map(|count| format!("[0 |\n{}]", before(count))).collect();
        let holds = if questions.is_empty() { Vec::new() } else { self.ask(&questions).ok()? };
        let fails = holds.iter().position(|value| !value.as_array().is_ok_and(|ways| !ways.is_empty()));
        match fails.and_then(|at| Some((at, *statements.get(at)?))) {
            Some((at, statement)) => Some(self.of_statement(statement, &before(at))),
            None => self.of_head(&before(statements.len())),
        }
    }

    /// The statements in an order in which each has what it needs: mostly as they are written.
    fn in_order<'s>(&self, statements: &'s [LiteralStmt]) -> Vec<&'s LiteralStmt> {
        let prefix = |order: &[&LiteralStmt]| {
            let written: Vec<&str> = order.iter().map(|statement| written::written(&statement.span)).collect();
            format!("[0 |\n{}]", written.join(";\n"))
        };
        let all: Vec<&LiteralStmt> = statements.iter().collect();
        let each: Vec<String> = (1..=all.len()).map(|count| prefix(all.get(..count).unwrap_or_default())).collect();
        if all.len() < 2 || self.ask(&each).is_ok() {
            return all;
        }
        let mut left = all.clone();
        let mut order: Vec<&LiteralStmt> = Vec::new();
        while !left.is_empty() {
            let next = left.iter().position(|statement| {
                let mut tried = order.clone();
                tried.push(statement);
                self.ask(&[prefix(&tried)]).is_ok()
            });
            let Some(next) = next else { return all };
            order.push(left.remove(next));
        }
        order
    }

    /// A body that holds, with a value that is not true.
    fn of_head(&self, before: &str) -> Option<Failure> {
        let Rule::Spec { head, bodies, .. } = self.test.rule.as_ref() else { return None };
        let span = syntax::head_reference(self.test.rule).span();
        let assign = bodies.first().and_then(|body| body.assign.as_ref()).or(match head {
            RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => assign.as_ref(),
            RuleHead::Set { .. } => None,
        });
        let failure = |message: &str, span: &Span, values| {
            Some(Failure { message: message.to_owned(), place: self.place(span), values })
        };
        match (head, assign) {
            (RuleHead::Set { .. }, _) => failure("a test is true or false, not a set", span, Vec::new()),
            (RuleHead::Func { .. }, _) => failure("a test is no function", span, Vec::new()),
            (RuleHead::Compr { .. }, Some(assign)) => {
                let mut parts = Parts::new(self);
                parts.whole(&assign.value);
                let (values, _) = self.values(parts.found, before, "");
                failure("the value of the test is not `true`", assign.value.span(), values)
            }
            (RuleHead::Compr { .. }, None) => failure("the test has no value that is `true`", span, Vec::new()),
        }
    }

    fn of_statement(&self, statement: &LiteralStmt, before: &str) -> Failure {
        if let Some(failure) = self.of_modifiers(statement, before) {
            return failure;
        }
        let with = written::modifiers(statement);
        let mut parts = Parts::new(self);
        let (subject, span) = match &statement.literal {
            Literal::SomeVars { span, .. } => (None, span),
            Literal::SomeIn { span, collection, .. } => {
                parts.whole(collection);
                (None, span)
            }
            Literal::Expr { span, expr } | Literal::NotExpr { span, expr } => {
                let subject = match expr.as_ref() {
                    Expr::AssignExpr { lhs, rhs, op: AssignOp::ColEq, .. } => {
                        parts.without(lhs);
                        parts.whole(rhs);
                        Some(rhs.as_ref())
                    }
                    other => {
                        parts.whole(other);
                        Some(other)
                    }
                };
                (subject, span)
            }
            Literal::Every { span, domain, .. } => {
                parts.whole(domain);
                (None, span)
            }
        };
        let place = self.place(span);
        let found = std::mem::take(&mut parts.found);
        let (mut values, tries) = self.values(found, before, with);
        let result = subject.and_then(|subject| {
            let name = written::written(subject.span());
            let at = values.iter().position(|(text, _)| text == name)?;
            Some((at, values.get(at)?.1.clone()))
        });
        let shown = written::shown(span, LONGEST_EXPRESSION);
        let mut message = match (&statement.literal, &result) {
            (Literal::NotExpr { expr, .. }, _) => {
                format!("`{shown}` does not hold: `{}` does", written::shown(expr.span(), LONGEST_EXPRESSION))
            }
            (Literal::SomeIn { .. }, _) => format!("`{shown}` finds nothing"),
            (Literal::Every { .. }, _) => format!("`{}` does not hold", head_of_every(&shown)),
            (Literal::Expr { .. }, Some((_, value))) if value == "false" => format!("`{shown}` is false"),
            (Literal::Expr { .. }, Some((_, value))) if value == UNDEFINED => format!("`{shown}` is undefined"),
            (Literal::Expr { .. } | Literal::SomeVars { .. }, _) => format!("`{shown}` does not hold"),
        };
        // The message has said it.
        if let Some((at, value)) = result
            && (value == "false" || value == UNDEFINED)
        {
            values.remove(at);
        }
        if tries > 1 {
            message.push_str(&format!(", in none of {tries} ways to come here; the values are of the first"));
        }
        if let Literal::Every { key, value, domain, query, .. } = &statement.literal {
            values.extend(self.every(key.as_ref(), value, domain, &query.stmts, before, with));
        }
        Failure { message, place, values }
    }

    /// A value of `with` that there is not.
    fn of_modifiers(&self, statement: &LiteralStmt, before: &str) -> Option<Failure> {
        statement.with_mods.iter().find_map(|modifier| {
            let value = modifier.r#as.as_ref();
            if self.probe.is_function(self.file(), value) {
                return None;
            }
            let text = written::written(value.span());
            let question = format!("[0 |\n{before};\npushgate_value := {text}]");
            let answer = self.ask(&[question]).ok()?.into_iter().next()?;
            if answer.as_array().ok()?.is_empty() {
                let mut parts = Parts::new(self);
                parts.whole(value);
                let (values, _) = self.values(parts.found, before, "");
                let message = "a value of `with` is undefined".to_owned();
                return Some(Failure { message, place: self.place(value.span()), values });
            }
            None
        })
    }

    /// The first element for which an `every` does not hold.
    fn every(
        &self,
        key: Option<&Span>,
        value: &Span,
        domain: &Expr,
        body: &[LiteralStmt],
        before: &str,
        with: &str,
    ) -> Option<(String, String)> {
        let names = key.map_or_else(|| value.text().to_owned(), |key| format!("{}, {}", key.text(), value.text()));
        let body: Vec<&str> = body.iter().map(|statement| written::written(&statement.span)).collect();
        let domain = written::written(domain.span());
        let question = format!(
            "[[{names}] |\n{before};\nsome {names} in {domain} {with};\ncount([0 |\n{}]) == 0 {with}]",
            body.join(";\n")
        );
        let values = self.ask(&[question]).ok()?;
        let first = values.first()?.as_array().ok()?.iter().next()?.as_array().ok()?;
        let shown: Vec<String> = first.iter().map(shown).collect();
        Some((format!("first {names} for which it does not"), shown.join(", ")))
    }

    /// The values of expressions where the statements before hold, and in how many ways they do.
    fn values(&self, parts: Vec<Part>, before: &str, with: &str) -> (Vec<(String, String)>, usize) {
        let question = |part: &Part| format!("[[pushgate_value | pushgate_value := {} {with}] |\n{before}]", part.text);
        let questions: Vec<String> = parts.iter().map(question).collect();
        let answers: Vec<Option<Value>> = if questions.is_empty() {
            Vec::new()
        } else {
            match self.ask(&questions) {
                Ok(values) => values.into_iter().map(Some).collect(),
                Err(Unasked) => questions
                    .iter()
                    .map(|question| self.ask(std::slice::from_ref(question)).ok()?.into_iter().next())
                    .collect(),
            }
        };
        let mut tries = 1;
        let mut values: Vec<(String, String)> = Vec::new();
        // Of `a.b.c` that is undefined the longest part with a value says most.
        let mut undefined: Option<(usize, String)> = None;
        for (part, answer) in parts.into_iter().zip(answers) {
            let Some(answer) = answer else { continue };
            let ways: Tries = answer
                .as_array()
                .map(|ways| ways.iter().map(|way| way.as_array().ok().and_then(|way| way.first().cloned())).collect())
                .unwrap_or_default();
            tries = tries.max(ways.len());
            let Some(first) = ways.into_iter().next() else { continue };
            if part.prefix_of.is_some() && undefined.as_ref().map(|(of, _)| Some(*of)) != Some(part.prefix_of) {
                continue;
            }
            match first {
                None if part.prefix_of.is_none() => {
                    undefined = Some((part.id, part.text.clone()));
                    values.push((part.text, UNDEFINED.to_owned()));
                }
                None => {}
                Some(value) => {
                    if part.prefix_of.is_some() {
                        undefined = None;
                    }
                    if values.iter().all(|(known, _)| *known != part.text) {
                        values.push((part.text, shown(&value)));
                    }
                }
            }
        }
        (values, tries)
    }
}

/// How what has no value is shown.
const UNDEFINED: &str = "undefined";

fn shown(value: &Value) -> String {
    let text = builtins::notation(value);
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

fn head_of_every(text: &str) -> &str {
    text.split_once('{').map_or(text, |(head, _)| head.trim_end())
}

/// An expression whose value says something.
struct Part {
    id: usize,
    text: String,
    /// The part that this is the beginning of; asked for when that one is undefined.
    prefix_of: Option<usize>,
}

/// The expressions within a statement.
struct Parts<'a> {
    asker: &'a Asker<'a, 'a>,
    found: Vec<Part>,
    /// Names that have no value yet.
    unbound: BTreeSet<String>,
}

impl<'a> Parts<'a> {
    fn new<'x: 'a>(asker: &'a Asker<'x, 'x>) -> Self {
        Self { asker, found: Vec::new(), unbound: BTreeSet::new() }
    }

    /// What this statement gives a value itself.
    fn without(&mut self, pattern: &Expr) {
        recursion::names(pattern, &mut self.unbound);
    }

    fn add(&mut self, span: &Span, prefix_of: Option<usize>) -> usize {
        let text = written::written(span).to_owned();
        let id = self.found.len();
        if !text.is_empty() && self.found.iter().all(|part| part.text != text) {
            self.found.push(Part { id, text, prefix_of });
        }
        id
    }

    /// An expression and those in it.
    fn whole(&mut self, expression: &Expr) {
        match expression {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {}
            Expr::Var { span, .. } => {
                let name = span.text();
                let is_value = !matches!(name, "_" | "data") && !self.unbound.contains(name);
                if is_value
                    && recursion::imported(self.asker.test.module(), name).is_none_or(|path| self.is_rule(&path))
                {
                    self.add(span, None);
                }
            }
            Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expression),
            Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().for_each(|item| self.whole(item)),
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| self.whole(value)),
            Expr::ArrayCompr { span, .. } | Expr::SetCompr { span, .. } | Expr::ObjectCompr { span, .. } => {
                self.add(span, None);
            }
            Expr::Call { span, params, .. } => {
                self.add(span, None);
                for parameter in params {
                    self.whole(parameter);
                }
            }
            Expr::UnaryExpr { span, expr, .. } => {
                self.add(span, None);
                self.whole(expr);
            }
            Expr::BinExpr { span, lhs, rhs, .. }
            | Expr::BoolExpr { span, lhs, rhs, .. }
            | Expr::ArithExpr { span, lhs, rhs, .. } => {
                self.add(span, None);
                self.whole(lhs);
                self.whole(rhs);
            }
            Expr::AssignExpr { lhs, rhs, .. } => {
                self.whole(lhs);
                self.whole(rhs);
            }
            Expr::Membership { span, key, value, collection, .. } => {
                self.add(span, None);
                if let Some(key) = key {
                    self.whole(key);
                }
                self.whole(value);
                self.whole(collection);
            }
        }
    }

    fn is_rule(&self, path: &[String]) -> bool {
        self.asker.reach.is_rule(&syntax::path(path.iter().map(String::as_str)))
    }

    /// A reference, its beginnings from the longest, and the keys in it.
    fn reference(&mut self, reference: &Expr) {
        let whole = self.add(reference.span(), None);
        let mut current = reference;
        loop {
            let (below, index) = match current {
                Expr::RefDot { refr, .. } => (refr.as_ref(), None),
                Expr::RefBrack { refr, index, .. } => (refr.as_ref(), Some(index.as_ref())),
                _ => return,
            };
            if let Some(index) = index {
                self.whole(index);
            }
            if self.is_value(below) {
                self.add(below.span(), Some(whole));
            }
            current = below;
        }
    }

    /// Whether the beginning of a reference is something, rather than a package or all of `input`'s packages.
    fn is_value(&self, reference: &Expr) -> bool {
        let Some(root) = syntax::root_name(reference) else { return true };
        if self.unbound.contains(root) {
            return false;
        }
        let components = recursion::static_prefix(reference).unwrap_or_default();
        if root == "data" {
            return self.is_rule(&components);
        }
        match recursion::imported(self.asker.test.module(), root) {
            Some(target) => {
                let path: Vec<String> = target.into_iter().chain(components.into_iter().skip(1)).collect();
                self.is_rule(&path)
            }
            None => true,
        }
    }
}
