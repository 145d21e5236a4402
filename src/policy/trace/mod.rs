//! Where in the document a violation is, when its policy does not say.
//!
//! The rule that fired is followed once more through its input, by an evaluator whose values know
//! where they are from: a name, an element of a set and what a function gives still have the place
//! that they were read from. What a body tested last, of that which is about what its message
//! speaks of, is what it objects to; where something is not there, that is where it would stand.
//! Only what names and selects a resource counts for less.
//!
//! A place is a courtesy: it never changes what was decided. Only a result that is exactly the
//! violation's gets its place, what cannot be followed gives none, and the work is bounded.

mod call;
mod eval;
mod origin;
mod program;
mod state;
mod statement;
mod term;
mod weigh;

use regorus::Value;

use self::eval::Eval;
use self::origin::{Path, Traced};
use self::program::{Program, Shape};
use self::weigh::{Choice, Roots};
use super::PolicySource;
use super::parse::{self, Printing};
use crate::document::{Route, Step};

/// Steps that following all rules through one input may take.
const STEPS: usize = 100_000;

/// Finds places; made once for a set.
#[derive(Debug)]
pub(super) struct Tracer {
    program: Program,
}

impl Tracer {
    pub(super) fn new(sources: &[PolicySource]) -> Self {
        let sources: Vec<_> = sources.iter().collect();
        Self { program: Program::new(&parse::parse(&sources, Printing::Off).files) }
    }

    /// Begins with an input.
    pub(super) fn input<'a>(&'a self, roots: &'a InputRoots, input: &Value, data: &Value) -> Trace<'a> {
        let input = Traced::at(input.clone(), Path::default());
        Trace {
            eval: Eval::new(&self.program, input, data.clone(), &roots.0, STEPS),
            program: &self.program,
            roots: &roots.0,
        }
    }
}

/// Where in an input the document stands that it is about.
#[derive(Debug)]
pub(super) struct InputRoots(Roots);

impl InputRoots {
    /// `whole`: the input is the document. Else it is a change, and the document is its new side, or
    /// its old side where there is no other.
    pub(super) fn new(whole: bool) -> Self {
        Self(Roots(if whole {
            vec![Vec::new()]
        } else {
            vec![vec!["new"], vec!["review", "object"], vec!["old"], vec!["review", "oldObject"]]
        }))
    }
}

/// Follows rules through one input.
pub(super) struct Trace<'a> {
    eval: Eval<'a>,
    program: &'a Program,
    roots: &'a Roots,
}

impl Trace<'_> {
    /// Everything that a rule gives for the input, with the place of each, in a fixed order. What
    /// cannot be followed is left out.
    pub(super) fn results(&mut self, package: &str, name: &str) -> Vec<(Value, Route)> {
        let Some(path) = self.program.path(package, name) else { return Vec::new() };
        let mut results = Vec::new();
        for definition in self.program.rule(&path).unwrap_or_default() {
            match definition.shape {
                Shape::Set => {
                    let Ok(rows) = self.eval.rows(definition) else { continue };
                    for (value, state) in rows {
                        let choice = self.roots.best(&state.seen(), Some(&value));
                        results.extend(choice.and_then(|choice| self.route(&choice)).map(|route| (value.value, route)));
                    }
                }
                Shape::Value => {
                    let Ok(ways) = self.eval.values(definition) else { continue };
                    for (value, state) in ways {
                        for (_, element) in value.elements(0) {
                            let own = element.from.as_deref().filter(|from| from.decided).cloned();
                            let body = self.roots.best(&state.seen(), Some(&element));
                            let choice = match (own, body) {
                                (Some(own), Some(body)) => Some(if body.class > own.class { body } else { own }),
                                (own, body) => own.or(body),
                            };
                            results.extend(
                                choice.and_then(|choice| self.route(&choice)).map(|route| (element.value, route)),
                            );
                        }
                    }
                }
                Shape::Object | Shape::Function | Shape::Default | Shape::Other => {}
            }
        }
        results
    }

    /// What all places of a choice have in common; `None` where that is the document.
    fn route(&self, choice: &Choice) -> Option<Route> {
        let path = choice.paths.iter().cloned().reduce(|a, b| a.common(&b))?;
        let keys = self.roots.within(&path)?;
        keys.iter().map(step).collect::<Option<Vec<_>>>().map(Route)
    }
}

fn step(key: &Value) -> Option<Step> {
    match key {
        Value::String(text) => Some(Step::Key(text.to_string())),
        Value::Number(_) => key.as_u64().ok().and_then(|index| usize::try_from(index).ok()).map(Step::Index),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Set(_) | Value::Object(_) | Value::Undefined => None,
    }
}

#[cfg(test)]
mod tests;
