//! Running what is compiled: the state of one thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use regorus::Value;

use super::builtins;
use super::error::{EvalError, Limit};
use super::evaluate::BuiltinError;
use super::interpret::{FaultKind, Program, State};

/// What evaluates rules, on one thread.
#[derive(Debug)]
pub(super) struct Runner {
    program: Arc<Program>,
    state: State,
    /// What `time.now_ns()` answers.
    now: i64,
}

impl Runner {
    /// `now` is in nanoseconds since 1970; the limits are those of one rule over one input.
    pub(super) fn new(program: Arc<Program>, max_instructions: usize, time: Option<Duration>, now: i64) -> Self {
        let state = State::new(&program, max_instructions, time);
        Self { program, state, now }
    }

    /// Makes `time.now_ns()` answer the time of the push.
    pub(super) fn set_time(&self) {
        builtins::set_now(self.now);
    }

    /// Sets the time of the push, for the inputs that follow.
    pub(super) fn set_now(&mut self, now: i64) {
        self.now = now;
    }

    /// Replaces the input; `Undefined` for none.
    pub(super) fn set_input(&mut self, input: &Value) {
        self.state.set_input(Some(input.clone()).filter(|input| *input != Value::Undefined));
    }

    /// Replaces all data.
    pub(super) fn set_data(&mut self, data: &Value) {
        self.state.set_data(data.clone());
    }

    /// The value of what stands at a path (`data.main.deny`); `Undefined` where it has none.
    pub(super) fn run(&mut self, path: &str) -> Result<Value, EvalError> {
        let rule = || path.trim_start_matches("data.").to_owned();
        let failed = |message: String, place| EvalError::Failed { rule: rule(), message, place };
        let Some(at) = self.program.path(path) else { return Err(failed("not compiled".to_owned(), None)) };
        builtins::set_now(self.now);
        builtins::begin();
        // A panic in a builtin is no verdict, and must not take the process with it.
        let value = catch_unwind(AssertUnwindSafe(|| self.state.value(&self.program, at)));
        let Ok(value) = value else {
            self.state.reset(&self.program);
            return Err(failed("the evaluation failed without saying why".to_owned(), None));
        };
        match value {
            Ok(value) => Ok(value.unwrap_or(Value::Undefined)),
            Err(fault) => {
                let place = Some((self.program.file(fault.site).to_owned(), fault.site.line, fault.site.column));
                let limit = match fault.kind {
                    FaultKind::Failed(message) => return Err(failed(message, place)),
                    FaultKind::Instructions(limit) => Limit::Instructions(limit),
                    FaultKind::Time(limit) => Limit::Time(limit),
                    FaultKind::Memory => Limit::Memory,
                    FaultKind::Depth(limit) => Limit::Depth(limit),
                };
                Err(EvalError::Limit { rule: rule(), limit, place })
            }
        }
    }

    /// Takes the errors of builtins since the last time, as those of a rule.
    pub(super) fn builtin_errors(&mut self, rule: usize) -> Vec<BuiltinError> {
        let program = &self.program;
        let errors = self.state.take_errors().into_iter();
        errors
            .map(|error| BuiltinError {
                rule,
                name: error.name,
                message: error.message,
                source: program.file(error.site).to_owned(),
                line: error.site.line,
                column: error.site.column,
            })
            .collect()
    }
}
