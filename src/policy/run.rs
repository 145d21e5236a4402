//! Running what is compiled: the machines and the interpreter of one thread.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use regorus::rvm::vm::VmError;
use regorus::rvm::{Program, RegoVM};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, LimitError, Value};

use super::builtins;
use super::engine::{Backend, Entry};
use super::error::{EvalError, Limit};

/// How often the time limit is looked at, in instructions.
const CLOCK_INTERVAL: NonZeroU32 = NonZeroU32::new(1000).unwrap();

/// What evaluates entries, on one thread.
#[derive(Debug)]
pub(super) struct Runner {
    machines: Vec<RegoVM>,
    interpreter: Option<Engine>,
    /// What `time.now_ns()` answers.
    now: i64,
}

impl Runner {
    /// `now` is in nanoseconds since 1970; the limits are those of one entry over one input.
    pub(super) fn new(
        programs: &[Arc<Program>],
        interpreter: Option<&Engine>,
        max_instructions: usize,
        time: Option<Duration>,
        now: i64,
    ) -> Self {
        let timer = time.map(|limit| ExecutionTimerConfig { limit, check_interval: CLOCK_INTERVAL });
        let machines = programs
            .iter()
            .map(|program| {
                let mut machine = RegoVM::new();
                machine.load_program(Arc::clone(program));
                machine.set_max_instructions(max_instructions);
                machine.set_execution_timer_config(timer);
                // As OPA and conftest by default: a builtin that fails is undefined.
                machine.set_strict_builtin_errors(false);
                machine
            })
            .collect();
        let mut interpreter = interpreter.cloned();
        if let (Some(interpreter), Some(timer)) = (&mut interpreter, timer) {
            interpreter.set_execution_timer_config(timer);
        }
        Self { machines, interpreter, now }
    }

    pub(super) fn set_input(&mut self, input: &Value) {
        for machine in &mut self.machines {
            machine.set_input(input.clone());
        }
        if let Some(interpreter) = &mut self.interpreter {
            interpreter.set_input(input.clone());
        }
    }

    /// Replaces all data.
    pub(super) fn set_data(&mut self, data: &Value) -> Result<(), String> {
        for machine in &mut self.machines {
            machine.set_data(data.clone()).map_err(|error| error.to_string())?;
        }
        if let Some(interpreter) = &mut self.interpreter {
            interpreter.clear_data();
            interpreter.add_data(data.clone()).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// The value of an entry; `Undefined` where it has none.
    pub(super) fn run(&mut self, entry: &Entry) -> Result<Value, EvalError> {
        let rule = || entry.path.trim_start_matches("data.").to_owned();
        let unknown = || EvalError::Failed { rule: rule(), message: "not compiled".to_owned(), place: None };
        builtins::set_now(self.now);
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
