//! Running a compiled set over one input at a time.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use regorus::rvm::RegoVM;
use regorus::rvm::vm::VmError;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, LimitError, Value};

use super::compile::{Backend, Compiled, Entry};
use super::error::{EvalError, Limit};
use super::result::{self, Violation};
use super::{builtins, conventions};

/// How often the time limit is looked at, in instructions.
const CLOCK_INTERVAL: NonZeroU32 = NonZeroU32::new(1000).unwrap();

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
    machines: Vec<RegoVM>,
    interpreter: Option<Engine>,
    now: i64,
    /// Whether `data.conftest.file` is set.
    file_is_set: bool,
}

impl Evaluator {
    pub(super) fn new(set: Arc<Compiled>, now: i64) -> Self {
        let timer = set.time.map(|limit| ExecutionTimerConfig { limit, check_interval: CLOCK_INTERVAL });
        let machines = set
            .programs
            .iter()
            .map(|program| {
                let mut machine = RegoVM::new();
                machine.load_program(Arc::clone(program));
                machine.set_max_instructions(set.max_instructions);
                machine.set_execution_timer_config(timer);
                // As OPA and conftest by default: a builtin that fails is undefined.
                machine.set_strict_builtin_errors(false);
                machine
            })
            .collect();
        let mut interpreter = set.interpreter.clone();
        if let (Some(interpreter), Some(timer)) = (&mut interpreter, timer) {
            interpreter.set_execution_timer_config(timer);
        }
        // `true`: the first evaluation sets the data in any case.
        Self { set, machines, interpreter, now, file_is_set: true }
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
        builtins::set_now(self.now);
        let set = Arc::clone(&self.set);
        self.set_file(file.filter(|_| set.reads_file))?;
        for machine in &mut self.machines {
            machine.set_input(input.clone());
        }
        if let Some(interpreter) = &mut self.interpreter {
            interpreter.set_input(input.clone());
        }
        let values = self.values_at_one_go(&set);
        let mut outcome = Outcome::default();
        for package in &set.packages {
            let exceptions = match &package.exception {
                Some(entry) => self.run(entry)?,
                None => Value::Undefined,
            };
            for index in package.rules.clone() {
                let (Some(rule), Some(entry)) = (set.rules.get(index), set.entries.get(index)) else { continue };
                let value = match values.get(&index) {
                    Some(value) => value.clone(),
                    None => self.run(entry)?,
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
            let Ok(all) = self.run(&together.entry) else { continue };
            let Ok(all) = all.as_object() else { continue };
            for index in together.rules.clone() {
                if let Some(value) = all.get(&Value::from(index.to_string().as_str())) {
                    values.insert(index, value.clone());
                }
            }
        }
        values
    }

    fn run(&mut self, entry: &Entry) -> Result<Value, EvalError> {
        let rule = || entry.path.trim_start_matches("data.").to_owned();
        let unknown = || EvalError::Failed { rule: rule(), message: "not compiled".to_owned(), place: None };
        match entry.backend {
            Backend::Machine { program, entry } => {
                let machine = self.machines.get_mut(program).ok_or_else(unknown)?;
                builtins::begin();
                let value =
                    machine.execute_entry_point_by_index(entry).map_err(|error| failed(rule(), &error, machine))?;
                match builtins::take_fault() {
                    Some(message) => Err(EvalError::Failed { rule: rule(), message, place: None }),
                    None => Ok(value),
                }
            }
            Backend::Interpreter => {
                let engine = self.interpreter.as_mut().ok_or_else(unknown)?;
                engine.eval_rule(entry.path.clone()).map_err(|error| match error.downcast_ref::<LimitError>() {
                    Some(LimitError::TimeLimitExceeded { limit, .. }) => {
                        EvalError::Limit { rule: rule(), limit: Limit::Time(*limit) }
                    }
                    Some(_) => EvalError::Limit { rule: rule(), limit: Limit::Memory },
                    None => {
                        let text = error.to_string();
                        let parsed = super::parse::from_regorus(&text, &[]);
                        EvalError::Failed { rule: rule(), message: parsed.message, place: None }
                    }
                })
            }
        }
    }

    /// Sets `data.conftest.file`, or takes it away.
    fn set_file(&mut self, file: Option<(&str, &str)>) -> Result<(), EvalError> {
        if file.is_none() && !self.file_is_set {
            return Ok(());
        }
        self.file_is_set = file.is_some();
        let mut data = self.set.data.clone();
        if let Some((name, directory)) = file {
            let file = [("name", name), ("dir", directory)];
            let file = file.iter().map(|(key, text)| (Value::from(*key), Value::from(*text))).collect();
            insert(&mut data, &["conftest", "file"], object(file));
        }
        let failed = |message: String| EvalError::Failed { rule: "data.conftest".to_owned(), message, place: None };
        for machine in &mut self.machines {
            machine.set_data(data.clone()).map_err(|error| failed(error.to_string()))?;
        }
        if let Some(interpreter) = &mut self.interpreter {
            interpreter.clear_data();
            interpreter.add_data(data).map_err(|error| failed(error.to_string()))?;
        }
        Ok(())
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

fn failed(rule: String, error: &VmError, machine: &RegoVM) -> EvalError {
    let limit = match error {
        VmError::InstructionLimitExceeded { limit, .. } => Limit::Instructions(*limit),
        VmError::TimeLimitExceeded { limit, .. } => Limit::Time(*limit),
        VmError::MemoryLimitExceeded { .. }
        | VmError::MemoryBudgetExceeded { .. }
        | VmError::RegexSizeLimitExceeded { .. } => Limit::Memory,
        other => {
            // Every variant carries the program counter, and only its text can be asked for it.
            let text = other.to_string();
            let (message, counter) = match text.rsplit_once("pc=") {
                Some((message, counter)) => (message, counter.trim_end_matches(')').parse::<usize>().ok()),
                None => (text.as_str(), None),
            };
            let program = machine.get_program();
            let place = counter.and_then(|counter| program.get_instruction_span(counter)).and_then(|span| {
                let source = program.get_source_name(span.source_index)?;
                Some((source.to_owned(), span.line, span.column))
            });
            let message = message.trim_end_matches([' ', '(', ',']).to_owned();
            return EvalError::Failed { rule, message, place };
        }
    };
    EvalError::Limit { rule, limit }
}

#[cfg(test)]
#[path = "evaluate_test.rs"]
mod tests;
