//! From syntax trees to `ir`: terms.

use regorus::Value;
use regorus::unstable::{ArithOp, BinOp, BoolOp, Expr, Query, Ref, Span};

use super::super::{builtins, syntax};
use super::ir::{Call, Collected, Comprehension, Function, Operator, Reference, Root, Term};
use super::lower::{Lower, Wrong, site};
use super::names::{constant, imported};
use super::{operators, order};

impl Lower<'_> {
    pub(super) fn term(&mut self, expression: &Expr) -> Result<Term, Wrong> {
        if let Some(value) = constant(expression) {
            return Ok(Term::Constant(value));
        }
        let span = expression.span();
        Ok(match expression {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {
                return Err(self.wrong(span, "a value was expected"));
            }
            Expr::Var { .. } => {
                let term = self.variable(span.text());
                if let Term::Local(slot) = term {
                    self.scopes.mention(slot, span);
                }
                term
            }
            Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expression)?,
            Expr::Array { items, .. } => composite(self.terms(items)?, Term::Array, Value::from),
            Expr::Set { items, .. } => composite(self.terms(items)?, Term::Set, |values| {
                Value::from(values.into_iter().collect::<std::collections::BTreeSet<_>>())
            }),
            Expr::Object { fields, .. } => {
                let mut terms = Vec::with_capacity(fields.len());
                for (_, key, value) in fields {
                    terms.push((self.term(key)?, self.term(value)?));
                }
                object(terms)
            }
            Expr::ArrayCompr { term, query, .. } => self.comprehension(Collected::Array, None, term, query)?,
            Expr::SetCompr { term, query, .. } => self.comprehension(Collected::Set, None, term, query)?,
            Expr::ObjectCompr { key, value, query, .. } => {
                self.comprehension(Collected::Object, Some(key), value, query)?
            }
            Expr::Call { fcn, params, .. } => self.call(span, fcn, params, None)?,
            Expr::UnaryExpr { expr, .. } => {
                let zero = Term::Constant(Value::from(0_u64));
                let arguments = vec![zero, self.term(expr)?];
                self.operation(Operator::Minus, arguments, span, Vec::new())
            }
            Expr::BinExpr { op, lhs, rhs, .. } => {
                let operator = match op {
                    BinOp::Intersection => Operator::And,
                    BinOp::Union => Operator::Or,
                };
                self.binary(operator, lhs, rhs, span)?
            }
            Expr::BoolExpr { op, lhs, rhs, .. } => {
                let operator = match op {
                    BoolOp::Lt => Operator::Less,
                    BoolOp::Le => Operator::LessOrEqual,
                    BoolOp::Eq => Operator::Equal,
                    BoolOp::Ge => Operator::GreaterOrEqual,
                    BoolOp::Gt => Operator::Greater,
                    BoolOp::Ne => Operator::NotEqual,
                };
                self.binary(operator, lhs, rhs, span)?
            }
            Expr::ArithExpr { op, lhs, rhs, .. } => {
                let operator = match op {
                    ArithOp::Add => Operator::Plus,
                    ArithOp::Sub => Operator::Minus,
                    ArithOp::Mul => Operator::Times,
                    ArithOp::Div => Operator::Divide,
                    ArithOp::Mod => Operator::Remainder,
                };
                self.binary(operator, lhs, rhs, span)?
            }
            Expr::Membership { key, value, collection, .. } => {
                let mut arguments = Vec::with_capacity(3);
                for argument in key.iter().chain([value, collection]) {
                    arguments.push(self.term(argument)?);
                }
                let operator = if key.is_some() { Operator::MemberWithKey } else { Operator::Member };
                self.operation(operator, arguments, span, Vec::new())
            }
            Expr::AssignExpr { .. } => return Err(self.wrong(span, "an assignment has no value")),
        })
    }

    pub(super) fn terms(&mut self, expressions: &[Ref<Expr>]) -> Result<Vec<Term>, Wrong> {
        expressions.iter().map(|expression| self.term(expression)).collect()
    }

    fn variable(&mut self, name: &str) -> Term {
        if name == "_" {
            return Term::Local(self.scopes.fresh());
        }
        if let Some(slot) = self.scopes.find(name) {
            return Term::Local(slot);
        }
        let reference = |root, path: Vec<Term>| Term::Reference(Box::new(Reference { root, path }));
        let names =
            |names: &[String]| names.iter().map(|name| Term::Constant(Value::from(name.as_str()))).collect::<Vec<_>>();
        if !self.scopes.is_declared(name) {
            if let Some((root, path)) = imported(self.file, name).as_deref().and_then(<[String]>::split_first) {
                let root = if root == "input" { Root::Input } else { Root::Data };
                return reference(root, names(path));
            }
            if self.names.is_rule(self.file, name) {
                let mut path = names(&self.file.package);
                path.push(Term::Constant(Value::from(name)));
                return reference(Root::Data, path);
            }
            match name {
                "input" => return reference(Root::Input, Vec::new()),
                "data" => return reference(Root::Data, Vec::new()),
                _ => {}
            }
        }
        Term::Local(self.scopes.declare(name))
    }

    fn reference(&mut self, expression: &Expr) -> Result<Term, Wrong> {
        let mut path = Vec::new();
        let mut current = expression;
        loop {
            match current {
                Expr::RefDot { refr, field, .. } => {
                    path.push(Term::Constant(Value::from(field.0.text())));
                    current = refr;
                }
                Expr::RefBrack { refr, index, .. } => {
                    path.push(self.term(index)?);
                    current = refr;
                }
                _ => break,
            }
        }
        path.reverse();
        Ok(match self.term(current)? {
            Term::Reference(mut reference) => {
                reference.path.extend(path);
                Term::Reference(reference)
            }
            other => Term::Reference(Box::new(Reference { root: Root::Term(other), path })),
        })
    }

    fn comprehension(
        &mut self,
        collected: Collected,
        key: Option<&Ref<Expr>>,
        value: &Expr,
        query: &Query,
    ) -> Result<Term, Wrong> {
        let (mut body, (key, value), start) = self.body(Some(query), |lower| {
            let key = key.map(|key| lower.term(key)).transpose()?;
            Ok((key, lower.term(value)?))
        })?;
        for term in key.iter().chain([&value]) {
            order::variables(term, &mut |slot| {
                if slot < start {
                    body.free.insert(slot);
                }
            });
        }
        Ok(Term::Comprehension(Box::new(Comprehension {
            collected,
            key,
            value,
            body,
            site: site(self.index, &query.span),
        })))
    }

    fn binary(&mut self, operator: Operator, left: &Ref<Expr>, right: &Ref<Expr>, span: &Span) -> Result<Term, Wrong> {
        let arguments = vec![self.term(left)?, self.term(right)?];
        Ok(self.operation(operator, arguments, span, vec![left.clone(), right.clone()]))
    }

    fn operation(&self, operator: Operator, arguments: Vec<Term>, span: &Span, expressions: Vec<Ref<Expr>>) -> Term {
        Term::Call(Box::new(Call {
            function: Function::Operator(operator),
            name: operators::name(operator).to_owned(),
            arguments,
            site: site(self.index, span),
            span: span.clone(),
            expressions,
        }))
    }

    /// The function of this name, the name by which `with` replaces it, and how many arguments it takes.
    pub(super) fn function(&self, function: &Expr) -> Option<(Function, String, usize)> {
        let components = syntax::components(function)?;
        let (first, rest) = components.split_first()?;
        let own = || self.file.package.iter().chain(&components).cloned().collect::<Vec<_>>();
        let path = if first == "data" { rest.to_vec() } else { own() };
        let target = imported(self.file, first).and_then(|target| {
            let (root, path) = target.split_first()?;
            (root == "data").then(|| path.iter().chain(rest).cloned().collect::<Vec<_>>())
        });
        let known = [Some(path), target].into_iter().flatten().find_map(|path| {
            let (group, arity) = self.names.function(&path)?;
            let name = syntax::path(std::iter::once("data").chain(path.iter().map(String::as_str)));
            Some((Function::Rule(group), name, arity))
        });
        known.or_else(|| {
            let name = syntax::path(components.iter().map(String::as_str));
            if let Some((operator, arity)) = operators::named(&name) {
                return Some((Function::Operator(operator), name, arity));
            }
            if builtins::refusal(&name).is_some() {
                return None;
            }
            Some((Function::Builtin(builtins::function(&name)?), name.clone(), builtins::arity(&name)?))
        })
    }

    /// `p()`, where `p() = 1` is a rule.
    fn rule_without_arguments(&mut self, function: &Expr) -> Option<Term> {
        if self.names.empty.is_empty() {
            return None;
        }
        let term = self.term(function).ok()?;
        let Term::Reference(reference) = &term else { return None };
        let keys = reference.path.iter().map(|key| match key {
            Term::Constant(key) => Some(key.clone()),
            _ => None,
        });
        let path = keys.collect::<Option<Vec<_>>>().filter(|_| matches!(reference.root, Root::Data))?;
        self.names.empty.contains(&path).then_some(term)
    }

    /// A call; `output` takes the argument that stands for the result, where there is one.
    pub(super) fn call(
        &mut self,
        span: &Span,
        function: &Expr,
        parameters: &[Ref<Expr>],
        output: Option<&mut Option<Term>>,
    ) -> Result<Term, Wrong> {
        if parameters.is_empty()
            && let Some(rule) = self.rule_without_arguments(function)
        {
            return Ok(rule);
        }
        let Some((function, name, arity)) = self.function(function) else {
            return Err(self.wrong(function.span(), format!("unknown function `{}`", function.span().text())));
        };
        let mut arguments = self.terms(parameters)?;
        let prints = matches!(function, Function::Operator(Operator::Print));
        match output {
            Some(output) if !prints && arguments.len() == arity + 1 => *output = arguments.pop(),
            Some(_) | None => {}
        }
        if arguments.len() != arity && !prints {
            return Err(self.wrong(span, format!("`{name}` takes {arity} arguments, not {}", parameters.len())));
        }
        let expressions = parameters.iter().take(arity).cloned().collect();
        let site = site(self.index, span);
        Ok(Term::Call(Box::new(Call { function, name, arguments, site, span: span.clone(), expressions })))
    }
}

/// A composite of constants is one.
fn composite(terms: Vec<Term>, open: fn(Vec<Term>) -> Term, closed: impl FnOnce(Vec<Value>) -> Value) -> Term {
    let values = terms.iter().map(|term| match term {
        Term::Constant(value) => Some(value.clone()),
        _ => None,
    });
    match values.collect::<Option<Vec<_>>>() {
        Some(values) => Term::Constant(closed(values)),
        None => open(terms),
    }
}

fn object(fields: Vec<(Term, Term)>) -> Term {
    let mut values = std::collections::BTreeMap::new();
    for (key, value) in &fields {
        let (Term::Constant(key), Term::Constant(value)) = (key, value) else { return Term::Object(fields) };
        if values.insert(key.clone(), value.clone()).is_some_and(|other| other != *value) {
            return Term::Object(fields);
        }
    }
    Term::Constant(Value::from(values))
}
