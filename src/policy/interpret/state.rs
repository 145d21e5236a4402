//! What stays between evaluations.

use std::time::{Duration, Instant};

use regorus::Value;

use super::super::builtins;
use super::Program;
use super::ir::{Clause, Site};
use super::machine::{BuiltinError, Context, Fault, FaultKind, Machine, Stop};
use super::watch::Watch;

/// How many steps within each other fit on any stack.
const SHALLOW: usize = 100;
/// And on a large one.
const DEEP: usize = 4_000;
const LARGE_STACK: usize = 256 << 20;
/// What stays between evaluations: input, data, and what is known of both.
#[derive(Debug)]
pub(in super::super) struct State {
    context: Context,
    max_steps: usize,
    time: Option<Duration>,
    errors: Vec<BuiltinError>,
    watch: Option<Box<Watch>>,
}

/// What is to be evaluated.
#[derive(Clone, Copy)]
enum Asked<'a> {
    /// What stands at a path from `data` on.
    Path(&'a [Value]),
    /// What a clause of no rule gives.
    Clause(&'a Clause),
}

impl State {
    pub(in super::super) fn new(program: &Program, max_steps: usize, time: Option<Duration>) -> Self {
        let context =
            Context { data: Some(program.data.clone()), cache: vec![None; program.groups.len()], ..Context::default() };
        Self { context, max_steps, time, errors: Vec::new(), watch: None }
    }

    /// Notes from now on what is printed, and, if asked for, which lines are reached.
    pub(in super::super) fn watch(&mut self, lines: bool) {
        self.watch = Some(Box::new(Watch::new(lines)));
    }

    /// What was noted.
    pub(in super::super) fn watched(&mut self) -> Option<&mut Watch> {
        self.watch.as_deref_mut()
    }

    /// Replaces the input.
    pub(in super::super) fn set_input(&mut self, input: Option<Value>) {
        self.context.input = input;
        self.context.cache.fill(None);
    }

    /// Replaces all data.
    pub(in super::super) fn set_data(&mut self, data: Value) {
        self.context.data = Some(data);
        self.context.cache.fill(None);
    }

    /// The value of what stands at a path from `data` on; `None` where there is none.
    ///
    /// Steps within each other take stack: most evaluations need little, and the rest get a thread with more.
    pub(in super::super) fn value(&mut self, program: &Program, path: &[Value]) -> Result<Option<Value>, Fault> {
        self.asked(program, Asked::Path(path))
    }

    /// The value of a clause of no rule: the last of those it has.
    pub(super) fn value_of_clause(&mut self, program: &Program, clause: &Clause) -> Result<Option<Value>, Fault> {
        self.asked(program, Asked::Clause(clause))
    }

    fn asked(&mut self, program: &Program, asked: Asked<'_>) -> Result<Option<Value>, Fault> {
        let printed = self.watch.as_ref().map_or(0, |watch| watch.prints.len());
        match self.shallow(program, asked, SHALLOW) {
            Err(Fault { kind: FaultKind::Depth(_), .. }) => {
                // All of it is evaluated again, and printed again.
                if let Some(watch) = &mut self.watch {
                    watch.prints.truncate(printed);
                }
                self.on_large_stack(program, asked)
            }
            other => other,
        }
    }

    fn on_large_stack(&mut self, program: &Program, asked: Asked<'_>) -> Result<Option<Value>, Fault> {
        let now = builtins::now();
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(LARGE_STACK).spawn_scoped(scope, || {
                builtins::set_now(now);
                builtins::begin();
                self.shallow(program, asked, DEEP)
            });
            let failed =
                |message: &str| Err(Fault { kind: FaultKind::Failed(message.to_owned()), site: Site::default() });
            match thread.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => failed("the evaluation failed without saying why"),
                Err(_) => failed("there is no memory for a deep evaluation"),
            }
        })
    }

    fn shallow(&mut self, program: &Program, asked: Asked<'_>, max_depth: usize) -> Result<Option<Value>, Fault> {
        let mut machine = Machine {
            program,
            context: std::mem::take(&mut self.context),
            frame: Vec::new(),
            depth: 0,
            max_depth,
            max_steps: self.max_steps,
            steps: 0,
            time: self.time,
            started: Instant::now(),
            memory: 0,
            site: Site::default(),
            errors: std::mem::take(&mut self.errors),
            watch: self.watch.take(),
        };
        let flow = match asked {
            Asked::Path(path) => machine.at(path),
            Asked::Clause(clause) => machine.value_of_clause(clause),
        };
        self.errors = machine.errors;
        self.watch = machine.watch;
        self.context = machine.context;
        match flow {
            Ok(value) => Ok(value),
            Err(Stop::Enough) => Ok(None),
            Err(Stop::Fault(fault)) => {
                self.reset(program);
                Err(*fault)
            }
        }
    }

    /// Forgets what is known of input and data, and all that a `with` replaced: what was under way ended in between.
    pub(in super::super) fn reset(&mut self, program: &Program) {
        self.context.replaced.clear();
        self.context.mocks.clear();
        self.context.cache = vec![None; program.groups.len()];
    }

    /// Takes the errors of builtins since the last time, by place.
    pub(in super::super) fn take_errors(&mut self) -> Vec<BuiltinError> {
        let mut errors = std::mem::take(&mut self.errors);
        errors.sort();
        errors.dedup();
        errors
    }
}
