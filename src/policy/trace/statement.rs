//! Following a rule through an input: statements and patterns.

use regorus::Value;
use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, LiteralStmt};

use super::eval::{Eval, Found, Stop};
use super::origin::Traced;
use super::state::{Local, State};
use super::weigh::{Choice, Class, Role};

impl<'p> Eval<'p> {
    /// Every way on from these states by a statement.
    pub(super) fn statements(&mut self, statement: &'p LiteralStmt, states: &[State<'p>]) -> Found<Vec<State<'p>>> {
        let mut next = Vec::new();
        for state in states {
            next.extend(self.nested(|eval| eval.statement(statement, state))?);
        }
        Ok(next)
    }

    fn statement(&mut self, statement: &'p LiteralStmt, state: &State<'p>) -> Found<Vec<State<'p>>> {
        if statement.with_mods.is_empty() {
            return self.literal(&statement.literal, state, statement.span.start);
        }
        // Only another input; what else can be replaced is not followed.
        let mut input = None;
        for modifier in &statement.with_mods {
            match modifier.refr.as_ref() {
                Expr::Var { span, .. } if span.text() == "input" => {
                    input = self.eval(&modifier.r#as, state)?.into_iter().next();
                }
                _ => return Err(Stop::Unknown),
            }
        }
        let Some((input, _)) = input else { return Ok(Vec::new()) };
        let before = std::mem::replace(&mut self.input, input);
        let rules = std::mem::take(&mut self.rules);
        let found = self.literal(&statement.literal, state, statement.span.start);
        self.input = before;
        self.rules = rules;
        found
    }

    fn literal(&mut self, literal: &'p Literal, state: &State<'p>, order: u32) -> Found<Vec<State<'p>>> {
        match literal {
            Literal::SomeVars { vars, .. } => {
                Ok(vec![vars.iter().fold(state.clone(), |state, name| state.bind(name.text(), None))])
            }
            Literal::SomeIn { key, value, collection, .. } => {
                let mut next = Vec::new();
                for (collection, after) in self.eval(collection, state)? {
                    let declared = declare(value, &after);
                    let declared = key.as_ref().map_or(declared.clone(), |key| declare(key, &declared));
                    let elements = collection.elements(self.undertaking);
                    self.step(elements.len())?;
                    if elements.is_empty() {
                        let choice = self.roots.choice(&collection);
                        self.miss(choice);
                    }
                    for (index, element) in elements {
                        let states = match key {
                            Some(key) => {
                                let index = self.key(index, &element, &collection);
                                self.matched(key, &index, &declared)?
                            }
                            None => vec![declared.clone()],
                        };
                        for state in states {
                            for state in self.matched(value, &element, &state)? {
                                next.push(self.bound(&state, &element, order));
                            }
                        }
                    }
                }
                Ok(next)
            }
            Literal::Expr { expr, .. } => self.condition(expr, state, order),
            Literal::NotExpr { expr, .. } => self.negation(expr, state, order),
            Literal::Every { key, value, domain, query, .. } => {
                let mut next = Vec::new();
                for (domain, after) in self.eval(domain, state)? {
                    let mut all = true;
                    let mark = self.misses.len();
                    for (index, element) in domain.elements(0) {
                        let index = self.key(index, &element, &domain);
                        let inner = after.bind(value.text(), Some(element));
                        let inner = key.iter().fold(inner, |inner, key| inner.bind(key.text(), Some(index.clone())));
                        all &= !self.query(query, inner)?.is_empty();
                    }
                    if all {
                        self.misses.truncate(mark);
                        next.push(after.saw(self.roots.choice(&domain), Role::Binding, order));
                    }
                }
                Ok(next)
            }
        }
    }

    /// A statement that must hold.
    fn condition(&mut self, expr: &'p Expr, state: &State<'p>, order: u32) -> Found<Vec<State<'p>>> {
        if let Expr::AssignExpr { op, lhs, rhs, .. } = expr {
            let state = if *op == AssignOp::ColEq { declare(lhs, state) } else { state.clone() };
            return self.unify(lhs, rhs, &state, order);
        }
        let mut next = Vec::new();
        for (value, after) in self.eval(expr, state)? {
            if !value.holds() {
                let choice = self.roots.choice(&value);
                self.miss(choice);
            } else if !after.same_names(state) && gives_elements(expr) {
                next.push(self.bound(&after, &value, order));
            } else {
                let choice = self.roots.choice(&value);
                let choice = if is_word(expr) { choice.map(selecting) } else { choice };
                next.push(after.saw(choice, Role::Condition, order));
            }
        }
        Ok(next)
    }

    fn negation(&mut self, expr: &'p Expr, state: &State<'p>, order: u32) -> Found<Vec<State<'p>>> {
        let mark = self.misses.len();
        let closed = std::mem::replace(&mut self.closed, true);
        let undertaking = self.begin();
        let found = self.condition(expr, &state.unread(), order);
        self.closed = closed;
        if let Some(holds) = found?.first() {
            // What holds is an element of its own, whatever was gone through to find it.
            let reason = self.roots.best(&holds.seen(), None).map(Choice::settled);
            self.misses.truncate(mark);
            self.miss(reason);
            return Ok(Vec::new());
        }
        let mut reason = self.reason(mark).map(|reason| reason.before(undertaking));
        if let Some(reason) = &mut reason {
            match reason.class {
                Class::Condition if is_exemption(expr) => reason.class = Class::Soft,
                Class::Soft
                | Class::Identity
                | Class::Element
                | Class::Reason
                | Class::Equal
                | Class::Binding
                | Class::Message
                    if !is_exemption(expr) =>
                {
                    reason.class = Class::Condition;
                }
                Class::Name
                | Class::Kind
                | Class::Version
                | Class::Message
                | Class::Binding
                | Class::Soft
                | Class::Identity
                | Class::Element
                | Class::Reason
                | Class::Equal
                | Class::Condition => {}
            }
        }
        Ok(vec![state.saw(reason, Role::Condition, order)])
    }

    /// A value got a name: where it stands, and why it is there.
    fn bound(&self, state: &State<'p>, value: &Traced, order: u32) -> State<'p> {
        let at = value.at.as_ref().and_then(|path| self.roots.tested(path));
        let from = value.from.as_deref().cloned();
        let part = if at.is_none() && from.is_none() { self.roots.choice(value) } else { None };
        state.saw(at, Role::Binding, order).saw(from, Role::Binding, order).saw(part, Role::Binding, order)
    }

    /// `lhs = rhs`, in whichever direction it works.
    fn unify(&mut self, lhs: &'p Expr, rhs: &'p Expr, state: &State<'p>, order: u32) -> Found<Vec<State<'p>>> {
        let (pattern, source) = if !self.is_pattern(lhs, state) {
            (rhs, lhs)
        } else if !self.is_pattern(rhs, state) {
            (lhs, rhs)
        } else {
            return Err(Stop::Unbound);
        };
        let compares = !self.is_pattern(pattern, state);
        let mut next = Vec::new();
        for (value, after) in self.eval(source, state)? {
            if compares {
                for (other, after) in self.eval(pattern, &after)? {
                    let choice = self.roots.better(self.roots.choice(&value), self.roots.choice(&other));
                    if value.value == other.value {
                        let word = [lhs, rhs].into_iter().any(is_text);
                        let choice = if word { choice.map(selecting) } else { choice };
                        next.push(after.saw(choice, Role::Condition, order));
                    } else {
                        self.miss(choice);
                    }
                }
            } else {
                for after in self.matched(pattern, &value, &after)? {
                    next.push(self.bound(&after, &value, order));
                }
            }
        }
        Ok(next)
    }

    /// Whether an expression has a name in it that has no value here.
    pub(super) fn is_pattern(&self, expr: &Expr, state: &State<'p>) -> bool {
        match expr {
            Expr::Var { span, .. } => self.is_unbound(span.text(), state),
            Expr::Array { items, .. } => items.iter().any(|item| self.is_pattern(item, state)),
            Expr::Object { fields, .. } => fields.iter().any(|(_, _, value)| self.is_pattern(value, state)),
            _ => false,
        }
    }

    pub(super) fn is_unbound(&self, name: &str, state: &State<'p>) -> bool {
        name == "_"
            || match state.local(name) {
                Local::Bound(_) => false,
                Local::Declared => true,
                Local::Unknown => self.program.global(state.file, name).is_none(),
            }
    }

    /// The ways in which a value fits a pattern.
    pub(super) fn matched(&mut self, pattern: &'p Expr, value: &Traced, state: &State<'p>) -> Found<Vec<State<'p>>> {
        if let Expr::Var { span, .. } = pattern
            && self.is_unbound(span.text(), state)
        {
            let name = span.text();
            if self.closed && name != "_" && !matches!(state.local(name), Local::Declared) {
                return Err(Stop::Unbound);
            }
            return Ok(vec![if name == "_" { state.clone() } else { state.bind(name, Some(value.clone())) }]);
        }
        if self.is_pattern(pattern, state) {
            let parts: Vec<(Value, &'p Expr)> = match (pattern, &value.value) {
                (Expr::Array { items, .. }, Value::Array(values)) if items.len() == values.len() => {
                    items.iter().enumerate().map(|(index, item)| (Value::from(index), &**item)).collect()
                }
                (Expr::Object { fields, .. }, Value::Object(values)) if fields.len() == values.len() => {
                    let mut parts = Vec::new();
                    for (_, key, value) in fields {
                        let Some((key, _)) = self.eval(key, state)?.into_iter().next() else { return Ok(Vec::new()) };
                        parts.push((key.value, &**value));
                    }
                    parts
                }
                _ => Vec::new(),
            };
            let mut states = if parts.is_empty() { Vec::new() } else { vec![state.clone()] };
            for (key, part) in parts {
                let mut next = Vec::new();
                if let Some(inner) = value.child(&key) {
                    for state in &states {
                        next.extend(self.matched(part, &inner, state)?);
                    }
                }
                states = next;
            }
            return Ok(states);
        }
        let mut next = Vec::new();
        for (other, after) in self.eval(pattern, state)? {
            if other.value == value.value {
                next.push(after);
            } else {
                let choice = self.roots.better(self.roots.choice(value), self.roots.choice(&other));
                self.miss(choice);
            }
        }
        Ok(next)
    }
}

/// Whether an expression goes through a collection and gives its elements: `xs[x]`, `walk(xs, [p, v])`.
fn gives_elements(expr: &Expr) -> bool {
    match expr {
        Expr::RefBrack { index, .. } => matches!(index.as_ref(), Expr::Var { .. } | Expr::Array { .. }),
        Expr::Call { .. } => true,
        _ => false,
    }
}

/// Whether an expression compares with a word, or with words of a list.
fn is_word(expr: &Expr) -> bool {
    match expr {
        Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. } => is_text(lhs) || is_text(rhs),
        Expr::Membership { collection, .. } => is_text(collection),
        _ => false,
    }
}

fn is_text(expr: &Expr) -> bool {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => {
            value.as_string().is_ok_and(|text| !text.is_empty())
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().all(|item| is_text(item)),
        _ => false,
    }
}

fn selecting(choice: Choice) -> Choice {
    Choice { class: choice.class.min(Class::Equal), ..choice }
}

/// Whether what is negated is, by its name, about exceptions from the rule.
fn is_exemption(expr: &Expr) -> bool {
    let text = expr.span().text();
    let name = text.split(['(', '[']).next().unwrap_or(text).to_ascii_lowercase();
    ["exempt", "exclu", "except", "ignore", "skip", "allowlist", "whitelist"].iter().any(|word| name.contains(word))
}

/// The names of a pattern, as new ones.
pub(super) fn declare<'p>(pattern: &'p Expr, state: &State<'p>) -> State<'p> {
    match pattern {
        Expr::Var { span, .. } if span.text() != "_" => state.bind(span.text(), None),
        Expr::Array { items, .. } => items.iter().fold(state.clone(), |state, item| declare(item, &state)),
        Expr::Object { fields, .. } => fields.iter().fold(state.clone(), |state, (_, _, value)| declare(value, &state)),
        _ => state.clone(),
    }
}
