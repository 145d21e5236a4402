//! Running tests, on several threads.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use regorus::Value;

use super::super::builtins;
use super::super::interpret::{Fault, FaultKind, Program, Site, State, Watch};
use super::TestOptions;
use super::find::Test;

/// Deep evaluations take threads of their own; this is for all others.
const STACK: usize = 16 << 20;

/// What running a test gave.
pub(super) struct Ran {
    pub(super) value: Result<Value, String>,
    pub(super) prints: Vec<String>,
    pub(super) time: Duration,
}

/// Lines that were evaluated, by file.
pub(super) type Reached = BTreeMap<String, BTreeSet<u32>>;

/// Runs all tests; results in their order.
pub(super) fn run(program: &Program, tests: &[Test<'_>], options: &TestOptions<'_>) -> (Vec<Ran>, Reached) {
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Ran)>> = Mutex::new(Vec::with_capacity(tests.len()));
    let reached: Mutex<Reached> = Mutex::default();
    let work = || {
        let fresh = || {
            let mut state = State::new(program, usize::MAX, options.timeout);
            state.watch(options.coverage);
            state
        };
        let mut state = fresh();
        builtins::set_now(options.now);
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(test) = tests.get(at) else { break };
            let ran = catch_unwind(AssertUnwindSafe(|| one(program, &mut state, test))).unwrap_or_else(|_| {
                // What the state holds now is anybody's guess. A test that has no answer has not passed.
                state = fresh();
                let value =
                    Err("the evaluation failed without saying why: this is a mistake in pushgate, please report it"
                        .to_owned());
                Ran { value, prints: Vec::new(), time: Duration::ZERO }
            });
            results.lock().unwrap_or_else(PoisonError::into_inner).push((at, ran));
            let ended = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some(progress) = options.progress {
                progress(ended, tests.len());
            }
        }
        if options.coverage {
            gather(program, &mut state, &mut reached.lock().unwrap_or_else(PoisonError::into_inner));
        }
    };
    let threads = options.threads.clamp(1, tests.len().max(1));
    std::thread::scope(|scope| {
        let spawned = (1..threads)
            .map_while(|_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok())
            .count();
        debug_assert!(spawned < threads, "this thread works, too");
        work();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    let reached = reached.into_inner().unwrap_or_else(PoisonError::into_inner);
    (results.into_iter().map(|(_, ran)| ran).collect(), reached)
}

fn one(program: &Program, state: &mut State, test: &Test<'_>) -> Ran {
    let begun = Instant::now();
    if test.skipped {
        return Ran { value: Ok(Value::Undefined), prints: Vec::new(), time: Duration::ZERO };
    }
    builtins::begin();
    // A test knows nothing of those before it.
    state.set_input(None);
    let value = state.value(program, &test.path());
    let prints = state.watched().map(Watch::take_prints).unwrap_or_default();
    let prints =
        prints.into_iter().map(|(site, said)| format!("{}:{}: {said}", program.file(site), site.line)).collect();
    let value = value.map(|value| value.unwrap_or(Value::Undefined)).map_err(|fault| reason(program, fault));
    Ran { value, prints, time: begun.elapsed() }
}

fn reason(program: &Program, fault: Fault) -> String {
    let message = match fault.kind {
        FaultKind::Time(limit) => return format!("stopped after {} s (--timeout)", limit.as_secs_f64()),
        FaultKind::Failed(message) => message,
        FaultKind::Instructions(limit) => format!("stopped after {limit} instructions"),
        FaultKind::Memory => "stopped: too much memory".to_owned(),
        FaultKind::Depth(limit) => format!("stopped after {limit} steps within each other"),
    };
    match program.file(fault.site) {
        "" => message,
        file => format!("{message} ({file}:{}:{})", fault.site.line, fault.site.column),
    }
}

fn gather(program: &Program, state: &mut State, reached: &mut Reached) {
    let Some(watch) = state.watched() else { return };
    for (file, line) in watch.lines() {
        let name = program.file(Site { file, line, column: 1 });
        reached.entry(name.to_owned()).or_default().extend(u32::try_from(line));
    }
}
