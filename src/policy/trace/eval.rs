//! Following a rule through an input: bodies and rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::Value;
use regorus::unstable::{Expr, LiteralStmt, Query, Rule, RuleAssign, RuleBody, RuleHead};

use super::origin::{Path, Traced};
use super::program::{Definition, Program, Shape};
use super::state::State;
use super::weigh::{Choice, Class, Roots, together};

/// Why nothing more can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// A name has no value yet: a later statement may give it one.
    Unbound,
    /// Something that is not followed.
    Unknown,
    /// It takes too long.
    Limit,
}

pub(super) type Found<T> = Result<T, Stop>;

/// Ways on from a state, each with a value.
pub(super) type Ways<'p> = Vec<(Traced, State<'p>)>;

/// How deep expressions and rules may nest.
const DEEPEST: usize = 100;

/// Follows rules through one input.
pub(super) struct Eval<'p> {
    pub(super) program: &'p Program,
    pub(super) input: Traced,
    pub(super) data: Value,
    pub(super) roots: &'p Roots,
    /// Values of rules, and why they have none.
    pub(super) rules: BTreeMap<Vec<String>, (Option<Traced>, Vec<Choice>)>,
    /// Why what was tried last did not hold.
    pub(super) misses: Vec<Choice>,
    /// Whether a name must have its value from elsewhere.
    pub(super) closed: bool,
    /// Numbers what is tried and may come to nothing: negations, rules, comprehensions.
    pub(super) undertaking: usize,
    steps: usize,
    depth: usize,
}

impl<'p> Eval<'p> {
    pub(super) fn new(program: &'p Program, input: Traced, data: Value, roots: &'p Roots, steps: usize) -> Self {
        Self {
            program,
            input,
            data,
            roots,
            rules: BTreeMap::new(),
            misses: Vec::new(),
            closed: false,
            undertaking: 0,
            steps,
            depth: 0,
        }
    }

    /// Counts what is done.
    pub(super) fn step(&mut self, count: usize) -> Found<()> {
        self.steps = self.steps.checked_sub(count).ok_or(Stop::Limit)?;
        Ok(())
    }

    /// Begins something that may come to nothing.
    pub(super) fn begin(&mut self) -> usize {
        self.undertaking += 1;
        self.undertaking
    }

    /// Goes a level down.
    pub(super) fn nested<T>(&mut self, go: impl FnOnce(&mut Self) -> Found<T>) -> Found<T> {
        self.step(1)?;
        if self.depth >= DEEPEST {
            return Err(Stop::Limit);
        }
        self.depth += 1;
        let found = go(self);
        self.depth -= 1;
        found
    }

    pub(super) fn miss(&mut self, choice: Option<Choice>) {
        self.misses.extend(choice);
    }

    /// What did not hold since `mark`, as one reason.
    pub(super) fn reason(&mut self, mark: usize) -> Option<Choice> {
        let reason = self.misses.get(mark..).and_then(together);
        self.misses.truncate(mark);
        reason
    }

    /// All ways through a body. Where there is none, what its furthest statement missed is left.
    pub(super) fn query(&mut self, query: &'p Query, state: State<'p>) -> Found<Vec<State<'p>>> {
        let mark = self.misses.len();
        let mut states = vec![state];
        let mut pending: Vec<&'p LiteralStmt> = query.stmts.iter().collect();
        while !pending.is_empty() {
            let mut next = None;
            for (index, statement) in pending.iter().enumerate() {
                match self.statements(statement, &states) {
                    Ok(found) => {
                        next = Some((index, found));
                        break;
                    }
                    Err(Stop::Unbound) => self.misses.truncate(mark),
                    Err(stop) => return Err(stop),
                }
            }
            let (index, found) = next.ok_or(Stop::Unbound)?;
            pending.remove(index);
            states = found;
            if states.is_empty() {
                return Ok(states);
            }
            self.misses.truncate(mark);
        }
        Ok(states)
    }

    /// The value of the rule at a path; `None` where it has none, with the reasons left.
    pub(super) fn rule(&mut self, path: &[String]) -> Found<Option<Traced>> {
        if let Some((value, misses)) = self.rules.get(path) {
            self.misses.extend(misses.iter().cloned());
            return Ok(value.clone());
        }
        let program = self.program;
        let definitions = program.rule(path).ok_or(Stop::Unknown)?;
        let mark = self.misses.len();
        let closed = std::mem::replace(&mut self.closed, false);
        let undertaking = self.begin();
        let value = self.nested(|eval| eval.defined(definitions));
        self.closed = closed;
        // A rule stands by itself: nothing around it can give its names a value.
        let value = value.map_err(|stop| if stop == Stop::Unbound { Stop::Unknown } else { stop })?;
        if value.is_some() {
            self.misses.truncate(mark);
        }
        for miss in self.misses.iter_mut().skip(mark) {
            *miss = miss.clone().before(undertaking);
        }
        self.rules.insert(path.to_vec(), (value.clone(), self.misses.get(mark..).unwrap_or_default().to_vec()));
        Ok(value)
    }

    fn defined(&mut self, definitions: &'p [Definition]) -> Found<Option<Traced>> {
        let mark = self.misses.len();
        let mut elements = Vec::new();
        let mut fields = Vec::new();
        let mut default = None;
        let mut collection = None;
        for definition in definitions {
            match (definition.shape, definition.rule.as_ref()) {
                (Shape::Value, Rule::Spec { head: RuleHead::Compr { assign, .. }, bodies, .. }) => {
                    let ways = self.bodies(assign.as_ref(), bodies, &State::new(definition.file))?;
                    if let Some((value, state)) = ways.into_iter().next() {
                        let mut value = self.given(value, &state);
                        // A message that a rule gives is there for what the rule tested.
                        if value.from.as_ref().is_some_and(|from| from.class == Class::Message) {
                            let why = self.roots.best(&state.seen(), Some(&value));
                            value.from = why.map(Arc::new).or(value.from);
                        }
                        return Ok(Some(value));
                    }
                }
                (Shape::Default, Rule::Default { value, .. }) => {
                    default = self.eval(value, &State::new(definition.file))?.into_iter().next();
                }
                (Shape::Set, Rule::Spec { .. }) => {
                    collection = Some(Shape::Set);
                    elements.extend(self.rows(definition)?.into_iter().map(|(value, _)| value));
                }
                (Shape::Object, Rule::Spec { head: RuleHead::Compr { refr, assign, .. }, bodies, .. }) => {
                    collection = Some(Shape::Object);
                    let Expr::RefBrack { index, .. } = refr.as_ref() else { return Err(Stop::Unknown) };
                    for (value, state) in self.bodies(assign.as_ref(), bodies, &State::new(definition.file))? {
                        for (key, state) in self.eval(index, &state)? {
                            fields.push((key.value, self.given(value.clone(), &state)));
                        }
                    }
                }
                _ => return Err(Stop::Unknown),
            }
        }
        let reason = self.misses.get(mark..).and_then(together);
        Ok(match collection {
            Some(Shape::Set) => {
                Some(Traced { from: reason.filter(|_| elements.is_empty()).map(Arc::new), ..Traced::set(elements) })
            }
            Some(_) => {
                Some(Traced { from: reason.filter(|_| fields.is_empty()).map(Arc::new), ..Traced::object(fields) })
            }
            None => default.map(|(value, _)| Traced::from(value.value, reason)),
        })
    }

    /// What a definition of a set adds to it, each with the way to it.
    pub(super) fn rows(&mut self, definition: &'p Definition) -> Found<Ways<'p>> {
        let Rule::Spec { head: RuleHead::Set { key: Some(key), .. }, bodies, .. } = definition.rule.as_ref() else {
            return Err(Stop::Unknown);
        };
        let start = State::new(definition.file);
        let states = match bodies.first() {
            Some(body) => self.query(&body.query, start)?,
            None => vec![start],
        };
        let mut rows = Vec::new();
        for state in states {
            for (value, state) in self.eval(key, &state)? {
                rows.push((self.given(value, &state), state));
            }
        }
        Ok(rows)
    }

    /// The values that a definition of a rule with one value gives.
    pub(super) fn values(&mut self, definition: &'p Definition) -> Found<Ways<'p>> {
        match definition.rule.as_ref() {
            Rule::Spec { head: RuleHead::Compr { assign, .. }, bodies, .. } => {
                self.bodies(assign.as_ref(), bodies, &State::new(definition.file))
            }
            Rule::Spec { .. } | Rule::Default { .. } => Err(Stop::Unknown),
        }
    }

    /// The values of a rule or function by its bodies, tried one after the other.
    pub(super) fn bodies(
        &mut self,
        assign: Option<&'p RuleAssign>,
        bodies: &'p [RuleBody],
        start: &State<'p>,
    ) -> Found<Ways<'p>> {
        let states = |eval: &mut Self, body: Option<&'p RuleBody>| match body {
            Some(body) => eval.query(&body.query, start.clone()),
            None => Ok(vec![start.clone()]),
        };
        let count = bodies.len().max(1);
        for number in 0..count {
            let body = bodies.get(number);
            let assigned = body.and_then(|body| body.assign.as_ref()).or(if number == 0 { assign } else { None });
            let mut ways = Vec::new();
            for state in states(self, body)? {
                match assigned {
                    Some(assigned) => ways.extend(self.eval(&assigned.value, &state)?),
                    None => ways.push((Traced::plain(Value::Bool(true)), state)),
                }
            }
            if !ways.is_empty() {
                return Ok(ways);
            }
        }
        Ok(Vec::new())
    }

    /// What a body gave, with why it did.
    pub(super) fn given(&self, value: Traced, state: &State<'p>) -> Traced {
        let made_of = self.roots.choice(&value);
        let why = self.roots.best(&state.seen(), Some(&value));
        let from = match &value.value {
            Value::Bool(_) if made_of.is_none() => why,
            Value::Array(_) | Value::Object(_) | Value::Set(_) => match (value.from.as_deref(), why) {
                (Some(from), Some(why)) if why.class > from.class => Some(why),
                (Some(from), _) => Some(from.clone()),
                (None, why) => why.filter(|why| why.class >= Class::Soft),
            },
            _ => {
                let made_of = made_of.filter(|_| value.at.is_none());
                match (made_of, why) {
                    // A message about an element is there for what was found of that element.
                    (Some(made_of), Some(why))
                        if made_of.class == Class::Message
                            && why.class > Class::Message
                            && made_of.paths.iter().any(|path| why.is_of_element(path)) =>
                    {
                        Some(why)
                    }
                    (made_of, why) => made_of.or(why),
                }
            }
        };
        // A part of the input is there for a reason of its own, or for none.
        let about = |from: &Choice, at: &Path| self.roots.tested(at).is_some() && from.is_about(at);
        let from = from.filter(|from| value.at.as_ref().is_none_or(|at| about(from, at)));
        Traced { from: from.map(Arc::new), ..value }
    }

    /// The key of an element, as something that can be tested.
    pub(super) fn key(&self, key: Value, element: &Traced, collection: &Traced) -> Traced {
        if matches!(collection.value, Value::Set(_)) {
            return element.clone();
        }
        let path = element.at.as_ref().and_then(|path| self.roots.tested(path));
        Traced::from(key, path.or_else(|| element.from.as_deref().cloned()))
    }
}
