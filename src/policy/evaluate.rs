//! Running a compiled set over one input at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::Value;

use super::compile::Compiled;
use super::conventions;
use super::error::EvalError;
use super::inventory::Inventory;
use super::result::{self, Violation};
use super::run::Runner;

/// A rule waived for this input by an `exception`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Index into `PolicySet::rules`.
    pub rule: usize,
    /// What the exception named: the rule without `deny_`, `violation_` or `warn_`.
    pub suffix: String,
    /// How many violations it dropped; 0 when the rule would not have fired.
    pub waived: usize,
}

/// What a set says about one input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// By rule, then by message.
    pub violations: Vec<Violation>,
    /// By rule.
    pub exceptions: Vec<Exception>,
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
}

impl Evaluator {
    pub(super) fn new(set: Arc<Compiled>, now: i64) -> Self {
        let runner = Runner::new(&set.programs, set.interpreter.as_ref(), set.max_instructions, set.time, now);
        // `true`: the first evaluation sets the data in any case.
        Self { set, runner, inventory: None, data_is_set: true }
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
        self.set_data(file.filter(|_| set.reads.file))?;
        self.runner.set_input(input);
        let values = self.values_at_one_go(&set);
        let mut outcome = Outcome::default();
        for package in &set.packages {
            let exceptions = match &package.exception {
                Some(entry) => self.runner.run(entry)?,
                None => Value::Undefined,
            };
            for index in package.rules.clone() {
                let (Some(rule), Some(entry)) = (set.rules.get(index), set.entries.get(index)) else { continue };
                let value = match values.get(&index) {
                    Some(value) => value.clone(),
                    None => self.runner.run(entry)?,
                };
                let violations = result::violations(index, &rule.path(), &value, document)?;
                let suffix = conventions::suffix(&rule.name);
                if names(&exceptions, suffix) {
                    let waived = violations.len();
                    outcome.exceptions.push(Exception { rule: index, suffix: suffix.to_owned(), waived });
                } else {
                    outcome.violations.extend(violations);
                }
            }
        }
        Ok(outcome)
    }

    /// The values of the rules that are evaluated at one go. Where that fails, or a rule among them
    /// has no value, there are none, and each is evaluated on its own to say which one it is.
    fn values_at_one_go(&mut self, set: &Compiled) -> BTreeMap<usize, Value> {
        let mut values = BTreeMap::new();
        for together in &set.together {
            let Ok(all) = self.runner.run(&together.entry) else { continue };
            let Ok(all) = all.as_object() else { continue };
            for index in together.rules.clone() {
                if let Some(value) = all.get(&Value::from(index.to_string().as_str())) {
                    values.insert(index, value.clone());
                }
            }
        }
        values
    }

    /// Sets what is no data of the set's own, or takes it away.
    fn set_data(&mut self, file: Option<(&str, &str)>) -> Result<(), EvalError> {
        if file.is_none() && !self.data_is_set {
            return Ok(());
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
        self.runner.set_data(&data).map_err(|message| EvalError::Failed {
            rule: "data".to_owned(),
            message,
            place: None,
        })
    }
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
