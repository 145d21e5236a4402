//! The threads that judge, and the order of what they say.
//!
//! Each takes a run of neighbouring commits at a time, and keeps what it found out about one for the next. What comes
//! too early waits, so that the order is that of history.

use std::{
    collections::BTreeMap,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use super::record::{Failure, Record};
use crate::{
    gate::{Gate, GateError, Remembered},
    git::{MainLine, Oid, RefName, Repository},
    push::{KnownRefs, Push, Pusher, RefChange, RefUpdate},
};

/// Most commits that a thread takes at a time.
const RUN: usize = 64;
/// Stack of a thread that judges: as much as the one that a hook judges on has.
const STACK: usize = 8 << 20;
/// How often it is looked whether a commit takes too long.
const LOOK: Duration = Duration::from_millis(50);
/// How many times the limit is waited for a thread that may have to share its processor, before it is given up.
const PATIENCE: u32 = 20;

/// What all threads share.
pub(super) struct Work {
    pub gate: Gate,
    pub repository: Repository,
    /// The commits, each with its first parent.
    steps: Vec<(Oid, Option<Oid>)>,
    pub name: RefName,
    pusher: Pusher,
    /// The first commit that no thread has taken yet.
    next: AtomicUsize,
    run: usize,
}

/// What a thread is at: the commit, the end of its run, and since when.
#[derive(Clone, Copy)]
struct At {
    commit: usize,
    end: usize,
    since: Instant,
}

/// A thread, as the one that waits sees it.
#[derive(Default)]
struct Desk {
    at: Mutex<(Option<At>, bool)>,
}

impl Desk {
    fn lock(&self) -> std::sync::MutexGuard<'_, (Option<At>, bool)> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, at: At) {
        self.lock().0 = Some(at);
    }

    /// Whether what was found still counts: nobody has given up waiting.
    fn end(&self) -> bool {
        let mut desk = self.lock();
        desk.0 = None;
        !desk.1
    }

    /// Gives up waiting for a commit that takes longer than this.
    fn give_up(&self, limit: Duration) -> Option<At> {
        let mut desk = self.lock();
        let late = desk.0.filter(|at| !desk.1 && at.since.elapsed() > limit)?;
        desk.1 = true;
        Some(late)
    }
}

impl Work {
    /// `first`: the first commit that is not judged yet.
    pub fn new(gate: Gate, repository: Repository, line: &MainLine, name: RefName, first: usize, jobs: usize) -> Self {
        let parents = std::iter::once(line.before).chain(line.commits.iter().copied().map(Some));
        let steps: Vec<_> = line.commits.iter().copied().zip(parents).collect();
        let left = steps.len().saturating_sub(first);
        let run = left.div_ceil(jobs.max(1)).clamp(1, RUN);
        let pusher = Pusher::of_process();
        Self { gate, repository, steps, name, pusher, next: AtomicUsize::new(first), run }
    }

    /// Judges all commits that are left. What is said of them is passed to `each` in the order of history, as soon as
    /// there is something, and now and then while there is nothing.
    pub fn judge_all(
        self: &Arc<Self>,
        jobs: usize,
        each: &mut dyn FnMut(&[Record]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut expected = self.next.load(Ordering::Relaxed);
        let total = self.steps.len();
        let (send, receive) = mpsc::channel();
        let mut desks = Vec::new();
        for _ in 0..jobs.min(total.saturating_sub(expected)) {
            desks.push(self.start(0..0, &send)?);
        }
        let mut early: BTreeMap<usize, Record> = BTreeMap::new();
        let limit = self.gate.config().limits.time;
        while expected < total {
            match receive.recv_timeout(LOOK) {
                Ok((index, record)) => {
                    early.insert(index, record);
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            while let Ok((index, record)) = receive.try_recv() {
                early.insert(index, record);
            }
            for desk in &mut desks {
                if let Some(late) = desk.give_up(limit.saturating_mul(PATIENCE)) {
                    // The thread may never end. It goes with the process.
                    if let Some((commit, parent)) = self.steps.get(late.commit).copied() {
                        let facts = self.repository.commit_facts(commit).ok();
                        let record = Record::new(commit, parent, facts.as_ref(), Err(too_long(limit)));
                        early.insert(late.commit, record);
                    }
                    *desk = self.start(late.commit + 1..late.end, &send)?;
                }
            }
            let mut ready = Vec::new();
            while let Some(record) = early.remove(&expected) {
                ready.push(record);
                expected += 1;
            }
            each(&ready)?;
        }
        Ok(())
    }

    fn start(self: &Arc<Self>, run: Range<usize>, send: &Sender<(usize, Record)>) -> Result<Arc<Desk>, Failure> {
        let desk = Arc::new(Desk::default());
        let (work, own, send) = (self.clone(), desk.clone(), send.clone());
        let thread = thread::Builder::new().stack_size(STACK).spawn(move || work.judge_runs(run, &own, &send));
        match thread {
            Ok(_) => Ok(desk),
            Err(error) => Err(Failure { message: format!("cannot start a thread: {error}"), help: None }),
        }
    }

    fn judge_runs(&self, mut run: Range<usize>, desk: &Desk, send: &Sender<(usize, Record)>) {
        // What is done in parallel within a push is done by this thread alone: the others have commits of their own.
        let _pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        let mut remembered = Remembered::default();
        loop {
            if run.is_empty() {
                let first = self.next.fetch_add(self.run, Ordering::Relaxed);
                run = first..(first + self.run).min(self.steps.len());
                if run.is_empty() {
                    return;
                }
            }
            for (index, step) in run.clone().zip(self.steps.iter().skip(run.start)) {
                desk.begin(At { commit: index, end: run.end, since: Instant::now() });
                let record = self.judge(*step, &mut remembered);
                if !desk.end() || send.send((index, record)).is_err() {
                    return;
                }
            }
            run = 0..0;
        }
    }

    fn judge(&self, (commit, parent): (Oid, Option<Oid>), remembered: &mut Remembered) -> Record {
        let begun = spent();
        let change = match parent {
            Some(old) => RefChange::Update { old, new: commit },
            None => RefChange::Create { new: commit },
        };
        let facts = self.repository.commit_facts(commit).ok();
        let seconds = facts.as_ref().map_or(0, |facts| facts.committer.time);
        let push = Push {
            pusher: self.pusher.clone(),
            options: Vec::new(),
            // The push of a commit follows it. So what a policy says of a time does not depend on today's.
            time: seconds.saturating_mul(1_000_000_000),
            updates: vec![RefUpdate { name: self.name.clone(), change }],
            known: KnownRefs::Updated,
        };
        let judge = || self.gate.judge_next(&self.repository, push, remembered);
        let judged = catch_unwind(AssertUnwindSafe(judge));
        let limit = self.gate.config().limits.time;
        let judged = match &judged {
            // What else runs on the machine, other threads among it, must not decide what is said.
            _ if spent().saturating_sub(begun) > limit => Err(too_long(limit)),
            Ok(Ok(verdict)) => Ok(verdict),
            Ok(Err(error)) => Err(Failure::from(error)),
            Err(_) => {
                *remembered = Remembered::default();
                let help = Some("this is a mistake in pushgate, please report it".to_owned());
                Err(Failure { message: "pushgate failed while judging it".to_owned(), help })
            }
        };
        Record::new(commit, parent, facts.as_ref(), judged)
    }
}

/// The time that this thread has had a processor.
fn spent() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

fn too_long(limit: Duration) -> Failure {
    Failure::from(&GateError::Time { limit })
}
