//! Following a rule through an input: expressions and references.

use regorus::Value;
use regorus::unstable::{ArithOp, BinOp, BoolOp, Expr, Query};

use super::call::size;
use super::eval::{Eval, Found, Stop, Ways};
use super::origin::{Parts, Path, Traced};
use super::state::{Local, State};
use super::weigh::Choice;

/// A step of a reference.
#[derive(Clone, Copy)]
enum Step<'p> {
    Name(&'p Value),
    Index(&'p Expr),
}

impl<'p> Eval<'p> {
    /// All values of an expression; where it has none, what was missed is left.
    pub(super) fn eval(&mut self, expr: &'p Expr, state: &State<'p>) -> Found<Ways<'p>> {
        self.nested(|eval| eval.expression(expr, state))
    }

    fn expression(&mut self, expr: &'p Expr, state: &State<'p>) -> Found<Ways<'p>> {
        match expr {
            Expr::String { value, .. }
            | Expr::RawString { value, .. }
            | Expr::Number { value, .. }
            | Expr::Bool { value, .. }
            | Expr::Null { value, .. } => Ok(vec![(Traced::plain(value.clone()), state.clone())]),
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr, state),
            Expr::Array { items, .. } => {
                let ways = self.each(items.iter().map(|item| &**item), state)?;
                Ok(ways.into_iter().map(|(items, state)| (Traced::array(items), state)).collect())
            }
            Expr::Set { items, .. } => {
                let ways = self.each(items.iter().map(|item| &**item), state)?;
                Ok(ways.into_iter().map(|(items, state)| (Traced::set(items), state)).collect())
            }
            Expr::Object { fields, .. } => {
                let ways = self.each(fields.iter().flat_map(|(_, key, value)| [&**key, &**value]), state)?;
                let object = |items: Vec<Traced>| {
                    let pairs = items.chunks_exact(2).filter_map(|pair| match pair {
                        [key, value] => Some((key.value.clone(), value.clone())),
                        _ => None,
                    });
                    Traced::object(pairs.collect())
                };
                Ok(ways.into_iter().map(|(items, state)| (object(items), state)).collect())
            }
            Expr::ArrayCompr { term, query, .. } => {
                self.comprehension(&[term], query, state, |rows| Traced::array(rows.into_iter().flatten().collect()))
            }
            Expr::SetCompr { term, query, .. } => {
                self.comprehension(&[term], query, state, |rows| Traced::set(rows.into_iter().flatten().collect()))
            }
            Expr::ObjectCompr { key, value, query, .. } => self.comprehension(&[key, value], query, state, |rows| {
                let pairs = rows.into_iter().filter_map(|row| match row.as_slice() {
                    [key, value] => Some((key.value.clone(), value.clone())),
                    _ => None,
                });
                Traced::object(pairs.collect())
            }),
            Expr::Call { fcn, params, span, .. } => self.call(span, fcn, params, state),
            Expr::UnaryExpr { expr, .. } => {
                let ways = self.eval(expr, state)?;
                let negative = |value: &Traced| {
                    let zero = Value::from(0_u64);
                    zero.as_number().ok()?.sub(value.value.as_number().ok()?).ok().map(Value::from)
                };
                Ok(ways
                    .into_iter()
                    .filter_map(|(value, state)| Some((Traced { value: negative(&value)?, ..value }, state)))
                    .collect())
            }
            Expr::BinExpr { op, lhs, rhs, .. } => self.two(lhs, rhs, state, |eval, a, b| {
                let (Value::Set(x), Value::Set(y)) = (&a.value, &b.value) else { return None };
                let value = match op {
                    BinOp::Union => x.union(y),
                    BinOp::Intersection => x.intersection(y),
                };
                Some(eval.assembled(value.into_value(), &[a, b]))
            }),
            Expr::BoolExpr { op, lhs, rhs, .. } => self.two(lhs, rhs, state, |eval, a, b| {
                let (x, y) = (&a.value, &b.value);
                let holds = match op {
                    BoolOp::Lt => x < y,
                    BoolOp::Le => x <= y,
                    BoolOp::Eq => x == y,
                    BoolOp::Ge => x >= y,
                    BoolOp::Gt => x > y,
                    BoolOp::Ne => x != y,
                };
                Some(Traced::from(Value::Bool(holds), eval.of_both(a, b)))
            }),
            Expr::ArithExpr { op, lhs, rhs, .. } => self.two(lhs, rhs, state, |eval, a, b| eval.arithmetic(op, a, b)),
            Expr::AssignExpr { .. } => Err(Stop::Unknown),
            Expr::Membership { key, value, collection, .. } => {
                if key.as_ref().is_some_and(|key| self.is_pattern(key, state)) || self.is_pattern(value, state) {
                    return Err(Stop::Unbound);
                }
                let parts = key.iter().map(|key| &**key).chain([&**value, &**collection]);
                let mut ways = Ways::new();
                for (items, state) in self.each(parts, state)? {
                    self.step(items.last().map_or(0, |collection| size(&collection.value)))?;
                    ways.push((self.membership(&items), state));
                }
                Ok(ways)
            }
        }
    }

    /// Every way to give all of these a value.
    pub(super) fn each(
        &mut self,
        items: impl Iterator<Item = &'p Expr>,
        state: &State<'p>,
    ) -> Found<Vec<(Vec<Traced>, State<'p>)>> {
        let mut ways = vec![(Vec::new(), state.clone())];
        for item in items {
            let mut next = Vec::new();
            for (values, state) in ways {
                for (value, state) in self.eval(item, &state)? {
                    // What is made of a value looks at its parts.
                    self.step(1 + value.parts.as_ref().map_or(0, |parts| parts.len()))?;
                    let mut values = values.clone();
                    values.push(value);
                    next.push((values, state));
                }
            }
            ways = next;
        }
        Ok(ways)
    }

    fn two(
        &mut self,
        lhs: &'p Expr,
        rhs: &'p Expr,
        state: &State<'p>,
        result: impl Fn(&Self, &Traced, &Traced) -> Option<Traced>,
    ) -> Found<Ways<'p>> {
        let mut ways = Vec::new();
        for (values, state) in self.each([lhs, rhs].into_iter(), state)? {
            let [a, b] = values.as_slice() else { continue };
            if let Some(value) = result(self, a, b) {
                ways.push((value, state));
            } else {
                let choice = self.of_both(a, b);
                self.miss(choice);
            }
        }
        Ok(ways)
    }

    fn of_both(&self, a: &Traced, b: &Traced) -> Option<Choice> {
        self.roots.better(self.roots.choice(a), self.roots.choice(b))
    }

    fn arithmetic(&self, op: &ArithOp, a: &Traced, b: &Traced) -> Option<Traced> {
        if let (Value::Set(x), Value::Set(y), ArithOp::Sub) = (&a.value, &b.value, op) {
            let left = self.assembled(x.difference(y).into_value(), &[a]);
            // What is missing is missing in the other.
            let from = if self.roots.choice(a).is_some() { None } else { self.roots.base(b) };
            return Some(match from {
                Some(from) => Traced::from(left.value, Some(from)),
                None => left,
            });
        }
        let (x, y) = (a.value.as_number().ok()?, b.value.as_number().ok()?);
        let result = match op {
            ArithOp::Add => x.add(y),
            ArithOp::Sub => x.sub(y),
            ArithOp::Mul => x.mul(y),
            ArithOp::Div => x.clone().divide(y),
            ArithOp::Mod => x.clone().modulo(y),
        };
        Some(Traced::from(Value::from(result.ok()?), self.of_both(a, b)))
    }

    fn membership(&self, items: &[Traced]) -> Traced {
        let (key, value, collection) = match items {
            [value, collection] => (None, value, collection),
            [key, value, collection] => (Some(key), value, collection),
            _ => return Traced::plain(Value::Bool(false)),
        };
        let found = collection
            .elements(self.undertaking)
            .into_iter()
            .find(|(index, element)| element.value == value.value && key.is_none_or(|key| key.value == *index));
        let choice = self.roots.choice(value);
        match found {
            Some((_, element)) => {
                Traced::from(Value::Bool(true), self.roots.better(self.roots.choice(&element), choice))
            }
            None => Traced::from(Value::Bool(false), choice.or_else(|| self.roots.base(collection))),
        }
    }

    fn comprehension(
        &mut self,
        terms: &[&'p Expr],
        query: &'p Query,
        state: &State<'p>,
        collect: impl Fn(Vec<Vec<Traced>>) -> Traced,
    ) -> Found<Ways<'p>> {
        let mark = self.misses.len();
        let closed = std::mem::replace(&mut self.closed, false);
        let undertaking = self.begin();
        let rows = self.rows_of(terms, query, state);
        self.closed = closed;
        let mut collected = collect(rows?);
        let reason = self.reason(mark).map(|reason| reason.before(undertaking));
        if collected.parts.as_ref().is_none_or(|parts| parts.is_empty()) {
            collected.from = reason.map(std::sync::Arc::new);
        }
        Ok(vec![(collected, state.clone())])
    }

    fn rows_of(&mut self, terms: &[&'p Expr], query: &'p Query, state: &State<'p>) -> Found<Vec<Vec<Traced>>> {
        let mut rows = Vec::new();
        for after in self.query(query, state.unread())? {
            for (values, after) in self.each(terms.iter().copied(), &after)? {
                rows.push(values.into_iter().map(|value| self.given(value, &after)).collect());
            }
        }
        Ok(rows)
    }

    /// A collection made of elements of others.
    pub(super) fn assembled(&self, value: Value, of: &[&Traced]) -> Traced {
        let mut known = Parts::new();
        for (_, element) in of.iter().flat_map(|other| other.elements(self.undertaking)) {
            known.entry(element.value.clone()).or_insert(element);
        }
        let keyed: Vec<(Value, Value)> =
            Traced::plain(value.clone()).elements(0).into_iter().map(|(key, element)| (key, element.value)).collect();
        let parts: Parts =
            keyed.into_iter().filter_map(|(key, element)| Some((key, known.get(&element)?.clone()))).collect();
        let from = if parts.is_empty() {
            of.iter().map(|other| self.roots.base(other)).fold(None, |a, b| self.roots.better(a, b))
        } else {
            None
        };
        Traced { from: from.map(std::sync::Arc::new), ..Traced::of(value, parts) }
    }

    fn reference(&mut self, expr: &'p Expr, state: &State<'p>) -> Found<Ways<'p>> {
        let mut steps = Vec::new();
        let mut base = expr;
        loop {
            match base {
                Expr::RefDot { refr, field, .. } => {
                    steps.push(Step::Name(&field.1));
                    base = refr;
                }
                Expr::RefBrack { refr, index, .. } => {
                    steps.push(match index.as_ref() {
                        Expr::String { value, .. } | Expr::RawString { value, .. } => Step::Name(value),
                        index => Step::Index(index),
                    });
                    base = refr;
                }
                _ => break,
            }
        }
        steps.reverse();
        let Expr::Var { span, .. } = base else {
            let ways = self.eval(base, state)?;
            return self.follow(ways, &steps);
        };
        let name = span.text();
        match state.local(name) {
            Local::Bound(value) => self.follow(vec![(value, state.clone())], &steps),
            Local::Declared => Err(Stop::Unbound),
            Local::Unknown => {
                let path = self.program.global(state.file, name).ok_or(Stop::Unbound)?;
                self.global(&path, &steps, state)
            }
        }
    }

    /// What a path that begins with `input` or `data` and goes on with steps leads to.
    fn global(&mut self, path: &[String], steps: &[Step<'p>], state: &State<'p>) -> Found<Ways<'p>> {
        let Some((root, rest)) = path.split_first() else { return Err(Stop::Unknown) };
        let mut names: Vec<String> = rest.to_vec();
        let mut steps = steps;
        if root == "input" {
            let mut here = self.input.clone();
            for name in &names {
                let Some(child) = here.child(&Value::from(name.as_str())) else {
                    self.missed(&here, Some(&Value::from(name.as_str())), &[]);
                    return Ok(Vec::new());
                };
                here = child;
            }
            return self.follow(vec![(here, state.clone())], steps);
        }
        loop {
            if self.program.rule(&names).is_some() {
                let value = self.rule(&names)?;
                return match value {
                    Some(value) => self.follow(vec![(value, state.clone())], steps),
                    None => Ok(Vec::new()),
                };
            }
            if !self.program.has_rules_below(&names) {
                break;
            }
            // A package: only what has a fixed name can be asked for.
            let Some((step, after)) = steps.split_first() else { return Err(Stop::Unknown) };
            let name = match step {
                Step::Name(name) => (*name).clone(),
                Step::Index(index) if !self.is_pattern(index, state) => {
                    let Some((name, _)) = self.eval(index, state)?.into_iter().next() else { return Ok(Vec::new()) };
                    name.value
                }
                Step::Index(_) => return Err(Stop::Unknown),
            };
            names.push(name.as_string().map_err(|_| Stop::Unknown)?.to_string());
            steps = after;
        }
        let mut here = Traced::plain(self.data.clone());
        for name in &names {
            match here.child(&Value::from(name.as_str())) {
                Some(child) => here = child,
                None => return Ok(Vec::new()),
            }
        }
        self.follow(vec![(here, state.clone())], steps)
    }

    fn follow(&mut self, mut ways: Ways<'p>, steps: &[Step<'p>]) -> Found<Ways<'p>> {
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            let mut next = Vec::new();
            for (value, state) in ways {
                match step {
                    Step::Name(key) => self.one(&value, key, after, &state, &mut next),
                    Step::Index(index) if self.is_pattern(index, &state) => {
                        let elements = value.elements(self.undertaking);
                        self.step(elements.len())?;
                        if elements.is_empty() {
                            self.missed(&value, None, &[]);
                        }
                        for (key, element) in elements {
                            let key = self.key(key, &element, &value);
                            for state in self.matched(index, &key, &state)? {
                                next.push((element.clone(), state));
                            }
                        }
                    }
                    Step::Index(index) => {
                        for (key, state) in self.eval(index, &state)? {
                            self.one(&value, &key.value, after, &state, &mut next);
                        }
                    }
                }
            }
            ways = next;
            rest = after;
        }
        Ok(ways)
    }

    fn one(&mut self, value: &Traced, key: &Value, rest: &[Step<'p>], state: &State<'p>, next: &mut Ways<'p>) {
        match value.child(key) {
            Some(child) => next.push((child, state.clone())),
            None => self.missed(value, Some(key), rest),
        }
    }

    /// Nothing is there: neither the key nor what comes after it.
    fn missed(&mut self, value: &Traced, key: Option<&Value>, rest: &[Step<'p>]) {
        let choice = match (&value.at, key) {
            (Some(path), Some(key)) => {
                let mut path: Path = path.child(key.clone(), None);
                for step in rest {
                    match step {
                        Step::Name(name) => path = path.child((*name).clone(), None),
                        Step::Index(_) => break,
                    }
                }
                self.roots.tested(&path)
            }
            (Some(path), None) => self.roots.tested(path),
            (None, _) if value.parts.is_some() => self.roots.base(value),
            (None, _) => value.from.as_deref().cloned(),
        };
        self.miss(choice);
    }
}
