//! Running a compiled set over one input at a time.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::Value;

use super::compile::Compiled;
use super::conventions;
use super::error::EvalError;
use super::inventory::Inventory;
use super::result::{self, Violation};
use super::run::Runner;
use super::trace::{InputRoots, Tracer};

/// A rule waived for this input by an `exception`.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// Index into `PolicySet::rules`.
    pub rule: usize,
    /// What the exception named: the rule without `deny_`, `violation_` or `warn_`.
    pub suffix: String,
    /// The violations it dropped; none when the rule would not have fired.
    pub waived: Vec<Violation>,
}

/// Something a rule gave that conftest counts as passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Index into `PolicySet::rules`.
    pub rule: usize,
    /// What it gave: `gives true, no set of messages`.
    pub what: String,
}

/// A builtin that failed while a rule was evaluated. What it was to give is undefined then, which may be why a rule
/// says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltinError {
    /// Index into `PolicySet::rules`.
    pub rule: usize,
    /// Its name: `to_number`.
    pub name: String,
    /// What was wrong.
    pub message: String,
    /// The file with the call.
    pub source: String,
    /// 1-based line of the call.
    pub line: usize,
    /// 1-based column of the call.
    pub column: usize,
}

/// What a set says about one input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// By rule, then by message.
    pub violations: Vec<Violation>,
    /// By rule.
    pub exceptions: Vec<Exception>,
    /// Builtins that failed, which made something undefined, as in OPA: by place, without repetition.
    pub builtin_errors: Vec<BuiltinError>,
    /// By rule; only of sets compiled for that.
    pub passed: Vec<Passed>,
}

thread_local! {
    /// Whether places of violations are looked for on this thread.
    static PLACES: Cell<bool> = const { Cell::new(true) };
}

/// Does some work in which places of violations are looked for, or not: that costs some twenty times what finding the
/// violations does.
pub fn with_places<T>(wanted: bool, work: impl FnOnce() -> T) -> T {
    let before = PLACES.replace(wanted);
    let done = work();
    PLACES.set(before);
    done
}

/// Evaluates a set; belongs to one thread.
#[derive(Debug)]
pub struct Evaluator {
    set: Arc<Compiled>,
    runner: Runner,
    /// `data.inventory`.
    inventory: Option<Inventory>,
    /// Whether the data differs from the set's own.
    data_is_set: bool,
    /// What policies see as `data`, but for rules.
    data: Value,
}

impl Evaluator {
    pub(super) fn new(set: Arc<Compiled>, now: i64) -> Self {
        let runner = Runner::new(Arc::clone(&set.program), set.max_instructions, set.time, now);
        // `true`: the first evaluation sets the data in any case.
        let data = set.data.clone();
        Self { set, runner, inventory: None, data_is_set: true, data }
    }

    /// Sets the time of the push from now on, in nanoseconds since 1970. What was found out at another time is not
    /// kept: every evaluation sets its input anew.
    pub fn set_time(&mut self, now: i64) {
        self.runner.set_now(now);
    }

    /// Sets what `data.inventory` is from now on.
    pub fn set_inventory(&mut self, inventory: Option<&Inventory>) {
        let wanted = inventory.filter(|_| self.set.reads.inventory);
        let is_known = match (&self.inventory, wanted) {
            (Some(known), Some(wanted)) => known.is(wanted),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !is_known {
            self.data_is_set = true;
            self.inventory = wanted.cloned();
        }
    }

    /// Evaluates every rule over `input`. `document` is what the paths of violations lead into: the
    /// input itself, or the document that the input is about. `file` is the base name and the directory of the file it
    /// is from, for `data.conftest.file`.
    ///
    /// # Errors
    /// There is no verdict about the input when any rule cannot be evaluated or gives something
    /// that is no message.
    pub fn evaluate(
        &mut self,
        input: &Value,
        document: &Value,
        file: Option<(&str, &str)>,
    ) -> Result<Outcome, EvalError> {
        let set = Arc::clone(&self.set);
        self.set_data(file.filter(|_| set.reads.file));
        self.runner.set_input(input);
        let mut outcome = Outcome::default();
        for package in &set.packages {
            let exceptions = match &package.exception {
                Some(entry) => self.runner.run(entry)?,
                None => Value::Undefined,
            };
            for index in package.rules.clone() {
                let (Some(rule), Some(entry)) = (set.rules.get(index), set.entries.get(index)) else { continue };
                let value = self.runner.run(entry)?;
                outcome.builtin_errors.extend(self.runner.builtin_errors(index));
                let violations = if set.conftest {
                    let (violations, passed) = result::violations_of_conftest(index, &rule.path(), &value, document)?;
                    outcome.passed.extend(passed.into_iter().map(|what| Passed { rule: index, what }));
                    violations
                } else {
                    result::violations(index, &rule.path(), &value, document)?
                };
                let suffix = conventions::suffix(&rule.name);
                if names(&exceptions, suffix) {
                    let suffix = suffix.to_owned();
                    outcome.exceptions.push(Exception { rule: index, suffix, waived: violations });
                } else {
                    outcome.violations.extend(violations);
                }
            }
        }
        if PLACES.get() && outcome.violations.iter().any(without_place) {
            self.find_places(&mut outcome.violations, input, document);
        }
        Ok(outcome)
    }

    /// Gives places to violations whose policies name none.
    fn find_places(&self, violations: &mut [Violation], input: &Value, document: &Value) {
        let set = &self.set;
        let tracer = set.tracer.get_or_init(|| Tracer::new(&set.sources));
        let roots = InputRoots::new(input == document);
        self.runner.set_time();
        let mut trace = tracer.input(&roots, input, &self.data);
        // Indexes of the violations without a place, by rule and message.
        let mut wanting: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
        for (index, violation) in violations.iter().enumerate().filter(|(_, violation)| without_place(violation)) {
            wanting.entry((violation.rule, violation.message.clone())).or_default().push(index);
        }
        for (index, rule) in set.rules.iter().enumerate() {
            if wanting.range((index, String::new())..).next().is_none_or(|((rule, _), _)| *rule != index) {
                continue;
            }
            for (value, route) in trace.results(&rule.package, &rule.name) {
                let Ok(found) = result::one(index, &rule.path(), &value, document) else { continue };
                let Some(same) = wanting.get(&(index, found.message.clone())) else { continue };
                for known in same {
                    // Where several elements give the same violation, the first is shown.
                    if let Some(violation) = violations.get_mut(*known).filter(|violation| **violation == found) {
                        violation.route = Some(route.clone());
                    }
                }
            }
        }
    }

    /// Sets what is no data of the set's own, or takes it away.
    fn set_data(&mut self, file: Option<(&str, &str)>) {
        if file.is_none() && !self.data_is_set {
            return;
        }
        self.data_is_set = file.is_some();
        let mut data = self.set.data.clone();
        if let Some((name, directory)) = file {
            let file = [("name", name), ("dir", directory)];
            let file = file.iter().map(|(key, text)| (Value::from(*key), Value::from(*text))).collect();
            insert(&mut data, &["conftest", "file"], object(file));
        }
        if let Some(inventory) = &self.inventory {
            insert(&mut data, &["inventory"], inventory.value().clone());
        }
        self.data = data;
        self.runner.set_data(&self.data);
    }
}

fn without_place(violation: &Violation) -> bool {
    violation.route.is_none() && violation.line.is_none()
}

fn object(fields: BTreeMap<Value, Value>) -> Value {
    Value::from(fields)
}

/// Puts a value into nested objects; what is no object on the way gives way.
fn insert(into: &mut Value, path: &[&str], value: Value) {
    let [key, rest @ ..] = path else {
        *into = value;
        return;
    };
    let mut fields: BTreeMap<Value, Value> = match into.as_object() {
        Ok(fields) => fields.iter_sorted().map(|(key, value)| (key.clone(), value.clone())).collect(),
        Err(_) => BTreeMap::new(),
    };
    insert(fields.entry(Value::from(*key)).or_insert_with(Value::new_object), rest, value);
    *into = object(fields);
}

/// Whether `exception[_][_] == suffix` holds (conftest `policy/engine.go`: `query` of exceptions).
fn names(exceptions: &Value, suffix: &str) -> bool {
    elements(exceptions).into_iter().flat_map(elements).any(|name| name.as_string().is_ok_and(|name| &**name == suffix))
}

fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Set(items) => items.iter_sorted().collect(),
        Value::Object(fields) => fields.iter_sorted().map(|(_, value)| value).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Undefined => Vec::new(),
    }
}

#[cfg(test)]
#[path = "evaluate_test.rs"]
mod tests;
