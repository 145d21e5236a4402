//! What runs: one evaluation, with bodies as searches.

use std::time::{Duration, Instant};

use regorus::Value;

use super::Program;
use super::ir::{Body, Function, Goal, Replacement, Site, Slot, Step, Target, With};
use super::watch::Watch;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Fault {
    pub(in super::super) kind: FaultKind,
    pub(in super::super) site: Site,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum FaultKind {
    Instructions(usize),
    Time(Duration),
    Memory,
    /// More rules and statements within each other than asked for.
    Depth(usize),
    Failed(String),
}

/// A builtin that failed, which is undefined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct BuiltinError {
    pub(in super::super) site: Site,
    pub(in super::super) name: String,
    pub(in super::super) message: String,
}

/// Why a search ends before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// Whoever asked has what they wanted.
    Enough,
    Fault(Box<Fault>),
}

pub(super) type Flow = Result<(), Stop>;
/// What comes after a step, for each of its solutions.
pub(super) type Next<'n, 'p> = &'n mut dyn FnMut(&mut Machine<'p>) -> Flow;
/// The same, with the value of a term.
pub(super) type NextValue<'n, 'p> = &'n mut dyn FnMut(&mut Machine<'p>, Value) -> Flow;

/// How often the clock is read, in steps.
const CLOCK_INTERVAL: usize = 1_000;
/// What a value in a collection takes, in bytes, roughly.
pub(super) const ELEMENT: usize = 64;
/// The bytes that one entry may take.
pub(super) const MAX_MEMORY: usize = 512 << 20;
/// The most builtin errors that are noted.
const MAX_ERRORS: usize = 100;

/// What a `with` changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    pub(super) input: Value2,
    pub(super) data: Value2,
    /// Paths in `data` whose rules are replaced by what `data` holds.
    pub(super) replaced: Vec<Vec<Value>>,
    pub(super) mocks: Vec<(String, Mock)>,
    /// By group what it is, when known.
    pub(super) cache: Vec<Option<Value>>,
}

/// A value that may be missing.
pub(super) type Value2 = Option<Value>;

#[derive(Clone, Debug)]
pub(super) enum Mock {
    Value(Value),
    Function(Function, String),
}

/// One evaluation.
#[derive(Debug)]
pub(super) struct Machine<'p> {
    pub(super) program: &'p Program,
    pub(super) context: Context,
    pub(super) frame: Vec<Value>,
    pub(super) depth: usize,
    pub(super) max_depth: usize,
    pub(super) max_steps: usize,
    pub(super) steps: usize,
    pub(super) time: Option<Duration>,
    pub(super) started: Instant,
    pub(super) memory: usize,
    pub(super) site: Site,
    pub(super) errors: Vec<BuiltinError>,
    /// Only where someone asked for it.
    pub(super) watch: Option<Box<Watch>>,
}

impl<'p> Machine<'p> {
    pub(super) fn note(&mut self, name: &str, message: String) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(BuiltinError { site: self.site, name: name.to_owned(), message });
        }
    }

    pub(super) fn fault(&self, kind: FaultKind) -> Stop {
        Stop::Fault(Box::new(Fault { kind, site: self.site }))
    }

    /// Counts a step.
    pub(super) fn tick(&mut self) -> Flow {
        self.steps += 1;
        if self.steps > self.max_steps {
            return Err(self.fault(FaultKind::Instructions(self.max_steps)));
        }
        if self.steps.is_multiple_of(CLOCK_INTERVAL) {
            self.look_at_clock()?;
        }
        Ok(())
    }

    pub(super) fn look_at_clock(&self) -> Flow {
        match self.time {
            Some(limit) if self.started.elapsed() > limit => Err(self.fault(FaultKind::Time(limit))),
            Some(_) | None => Ok(()),
        }
    }

    /// Counts memory.
    pub(super) fn charge(&mut self, bytes: usize) -> Flow {
        self.memory = self.memory.saturating_add(bytes);
        if self.memory > MAX_MEMORY { Err(self.fault(FaultKind::Memory)) } else { Ok(()) }
    }

    pub(super) fn memory(&self) -> usize {
        self.memory
    }

    /// What was taken since is free again.
    pub(super) fn release(&mut self, memory: usize) {
        self.memory = memory;
    }

    /// Goes one level deeper.
    pub(super) fn deeper<T>(&mut self, then: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        if self.depth >= self.max_depth {
            return Err(self.fault(FaultKind::Depth(self.max_depth)));
        }
        self.depth += 1;
        let result = then(self);
        self.depth -= 1;
        result
    }

    pub(super) fn local(&self, slot: Slot) -> Option<&Value> {
        self.frame.get(slot).filter(|value| **value != Value::Undefined)
    }

    /// Gives a variable a value for what comes next.
    pub(super) fn bind(&mut self, slot: Slot, value: Value, next: Next<'_, 'p>) -> Flow {
        if let Some(place) = self.frame.get_mut(slot) {
            *place = value;
        }
        let flow = next(self);
        if let Some(place) = self.frame.get_mut(slot) {
            *place = Value::Undefined;
        }
        flow
    }

    /// All solutions of a body.
    pub(super) fn body(&mut self, body: &'p Body, next: Next<'_, 'p>) -> Flow {
        self.steps_from(&body.steps, next)
    }

    fn steps_from(&mut self, steps: &'p [Step], next: Next<'_, 'p>) -> Flow {
        let Some((step, rest)) = steps.split_first() else { return next(self) };
        self.site = step.site;
        self.tick()?;
        if let Some(watch) = &mut self.watch {
            watch.reached(step.site);
        }
        self.deeper(|machine| {
            if step.with.is_empty() {
                machine.goal(&step.goal, &mut |machine| machine.steps_from(rest, next))
            } else {
                machine.with(&step.with, &step.goal, &mut |machine| machine.steps_from(rest, next))
            }
        })
    }

    /// Whether there is a solution.
    pub(super) fn exists(&mut self, search: impl FnOnce(&mut Self, Next<'_, 'p>) -> Flow) -> Result<bool, Stop> {
        match search(self, &mut |_| Err(Stop::Enough)) {
            Ok(()) => Ok(false),
            Err(Stop::Enough) => Ok(true),
            Err(fault) => Err(fault),
        }
    }

    fn goal(&mut self, goal: &'p Goal, next: Next<'_, 'p>) -> Flow {
        match goal {
            Goal::Term(term) => self.each(term, &mut |machine, value| match value {
                Value::Bool(false) => Ok(()),
                _ => next(machine),
            }),
            Goal::Unify(left, right) => self.unify(left, right, next),
            Goal::Not(goal) => {
                if self.exists(|machine, next| machine.goal(goal, next))? {
                    return Ok(());
                }
                next(self)
            }
            Goal::SomeIn { key, value, collection } => self.each(collection, &mut |machine, collection| {
                machine.elements(&collection, &mut |machine, index, element| {
                    machine.tick()?;
                    match key {
                        Some(key) => {
                            machine.matching(key, &index, &mut |machine| machine.matching(value, &element, next))
                        }
                        None => machine.matching(value, &element, next),
                    }
                })
            }),
            Goal::Every { key, value, domain, body } => self.each(domain, &mut |machine, domain| {
                if !matches!(domain, Value::Array(_) | Value::Set(_) | Value::Object(_)) {
                    return Ok(());
                }
                let mut all = true;
                let found = machine.elements(&domain, &mut |machine, index, element| {
                    machine.tick()?;
                    let holds = machine.exists(|machine, next| {
                        let mut body = |machine: &mut Machine<'p>| machine.body(body, next);
                        let mut value = |machine: &mut Machine<'p>| machine.bind(*value, element.clone(), &mut body);
                        match key {
                            Some(key) => machine.bind(*key, index.clone(), &mut value),
                            None => value(machine),
                        }
                    })?;
                    all &= holds;
                    if holds { Ok(()) } else { Err(Stop::Enough) }
                });
                match found {
                    Ok(()) | Err(Stop::Enough) => {}
                    Err(fault) => return Err(fault),
                }
                if all { next(machine) } else { Ok(()) }
            }),
        }
    }

    /// Every element of a collection with its key; nothing else has any.
    pub(super) fn elements(
        &mut self,
        collection: &Value,
        next: &mut dyn FnMut(&mut Self, Value, Value) -> Flow,
    ) -> Flow {
        match collection {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    next(self, Value::from(index), item.clone())?;
                }
            }
            Value::Set(items) => {
                for item in items.iter_sorted() {
                    next(self, item.clone(), item.clone())?;
                }
            }
            Value::Object(fields) => {
                for (key, value) in fields.iter_sorted() {
                    next(self, key.clone(), value.clone())?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Undefined => {}
        }
        Ok(())
    }

    fn with(&mut self, modifiers: &'p [With], goal: &'p Goal, next: Next<'_, 'p>) -> Flow {
        self.replacements(modifiers, &mut Vec::new(), &mut |machine, values| {
            let mut inner = machine.context.clone();
            for (modifier, value) in modifiers.iter().zip(values) {
                inner.replace(&modifier.target, value);
            }
            inner.cache.fill(None);
            std::mem::swap(&mut machine.context, &mut inner);
            let flow = machine.goal(goal, &mut |machine| {
                std::mem::swap(&mut machine.context, &mut inner);
                let flow = next(machine);
                std::mem::swap(&mut machine.context, &mut inner);
                flow
            });
            std::mem::swap(&mut machine.context, &mut inner);
            flow
        })
    }

    /// What the modifiers put in place, for each solution.
    fn replacements(
        &mut self,
        modifiers: &'p [With],
        values: &mut Vec<Mock>,
        next: &mut dyn FnMut(&mut Self, &[Mock]) -> Flow,
    ) -> Flow {
        let Some((first, rest)) = modifiers.split_first() else { return next(self, values) };
        match &first.value {
            Replacement::Function(function, name) => {
                values.push(Mock::Function(function.clone(), name.clone()));
                let flow = self.replacements(rest, values, next);
                values.pop();
                flow
            }
            Replacement::Term(term) => self.each(term, &mut |machine, value| {
                values.push(Mock::Value(value));
                let flow = machine.replacements(rest, values, next);
                values.pop();
                flow
            }),
        }
    }
}

impl Context {
    fn replace(&mut self, target: &Target, mock: &Mock) {
        match (target, mock) {
            (Target::Function(name), mock) => {
                self.mocks.retain(|(other, _)| other != name);
                self.mocks.push((name.clone(), mock.clone()));
            }
            (Target::Input(path), Mock::Value(value)) => put(&mut self.input, path, value.clone()),
            (Target::Data(path), Mock::Value(value)) => {
                put(&mut self.data, path, value.clone());
                self.replaced.push(path.clone());
            }
            (Target::Input(_) | Target::Data(_), Mock::Function(..)) => {}
        }
    }
}

/// Puts a value into nested objects; what is no object on the way gives way.
fn put(into: &mut Value2, path: &[Value], value: Value) {
    let Some((key, rest)) = path.split_first() else {
        *into = Some(value);
        return;
    };
    if !matches!(into, Some(Value::Object(_))) {
        *into = Some(Value::new_object());
    }
    if let Some(Ok(fields)) = into.as_mut().map(Value::as_object_mut) {
        let mut child = fields.get(key).cloned();
        put(&mut child, rest, value);
        if let Some(child) = child {
            fields.insert(key.clone(), child);
        }
    }
}
