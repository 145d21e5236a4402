//! `pushgate replay`: a history, commit by commit, as if each had been pushed.

mod journal;
mod progress;
mod record;
mod show;
mod summary;
mod work;

use std::{num::NonZeroUsize, path::PathBuf, sync::Arc};

use super::{
    Global, Output, environment,
    outcome::{self, Outcome},
};
use crate::{
    config::Existing,
    gate::GateError,
    git::{GitError, MainLine, RefName, Repository},
    report::{human::Door, json},
    text::escaped,
};
use journal::{Header, Journal};
use progress::Progress;
use record::{Failure, Record};
use summary::Summary;
use work::Work;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every commit on the main line (from each to its first parent) is judged as a push that changes the
ref from its first parent to it; one without a parent as a new ref. The rules are those of today.
Policies see the commit's own date as the time of the push.

Examples:
  pushgate replay main                           the whole history of a branch
  pushgate replay v1.0..main                     what came after a tag
  pushgate replay --resume replay.jsonl main     goes on where it was stopped
  pushgate replay -o jsonl main | jq 'select(.verdict == \"reject\")'

Exit codes: 0 nothing would be refused, 1 something would be, 2 a commit has no verdict, or usage.
docs/replay.md shows how to try a rule on the past before it is enforced.")]
pub(super) struct ReplayArgs {
    /// `A..B`, commits that lead to B and not to A; or `B`, all that lead to it
    #[arg(value_name = "RANGE")]
    range: String,
    /// As if pushed to this ref [default: the current branch, else the default branch]
    #[arg(long = "ref", value_name = "REF")]
    ref_name: Option<String>,
    /// Threads [default: one for each processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Keep results in this file, and go on where it ends
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
}

/// Characters that wait to be printed at most.
const HELD: usize = 1 << 16;

/// Why it could not begin, or go on.
enum Stopped {
    Gate(GateError),
    Told(Failure),
}

impl From<GateError> for Stopped {
    fn from(error: GateError) -> Self {
        Self::Gate(error)
    }
}

impl From<GitError> for Stopped {
    fn from(error: GitError) -> Self {
        Self::Gate(error.into())
    }
}

fn told(message: impl Into<String>, help: &str) -> Stopped {
    Stopped::Told(Failure { message: message.into(), help: Some(help.to_owned()) })
}

pub(super) fn run(args: &ReplayArgs, global: &Global) -> Outcome {
    match replay(args, global) {
        Ok(outcome) => outcome,
        Err(Stopped::Gate(error)) => outcome::no_verdict(&error, "no verdict", Door::Check, global),
        Err(Stopped::Told(Failure { message, help })) => {
            let hint = help.as_ref().map(|help| format!("hint: {}\n", escaped(help))).unwrap_or_default();
            match global.output {
                Output::Json => outcome::say(&json::failure(&message, help.as_deref())),
                Output::Human | Output::Jsonl | Output::Junit | Output::Tap => {
                    outcome::tell(&format!("error: {}\n{hint}", escaped(&message)));
                }
            }
            Outcome::NoVerdict
        }
    }
}

fn replay(args: &ReplayArgs, global: &Global) -> Result<Outcome, Stopped> {
    let repository = environment::history_repository()?;
    let gate = environment::history_gate(global.config.as_deref(), &repository)?;
    if global.verbose {
        gate.tell_builtin_errors();
    }
    let name = ref_name(args.ref_name.as_deref(), &repository)?;
    let line = main_line(&args.range, &repository)?;
    let passed_over = gate.rules_passed_over(&name);
    if passed_over > 0 && args.ref_name.is_none() && !global.quiet {
        outcome::tell(&format!(
            "hint: {} not hold for {name}; to judge as for another ref: --ref main\n",
            if passed_over == 1 { "1 rule does".to_owned() } else { format!("{passed_over} rules do") }
        ));
    }
    let header = Header::new(&line, &name, gate.stamp());
    let mut teller = Teller {
        global,
        existing: gate.config().existing,
        progress: Progress::new(line.commits.len(), global.quiet),
        summary: Summary::default(),
        journal: None,
        held: String::new(),
    };
    teller.begin(&header);
    if let Some(file) = &args.resume {
        let journal = Journal::open(file, &header, &line, &mut |record| teller.tell(&record)).map_err(Stopped::Told)?;
        teller.journal = Some(journal);
    }
    let first = teller.summary.commits;
    teller.progress.begin_at(first);
    let available = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let jobs = args.jobs.map_or_else(available, NonZeroUsize::get);
    let work = Arc::new(Work::new(gate, repository, &line, name, first, jobs));
    let judged = work.judge_all(jobs, &mut |records| teller.take(records));
    teller.progress.clear();
    // The process ends now: nothing is gained by taking all that apart.
    std::mem::forget(work);
    judged.map_err(Stopped::Told)?;
    Ok(teller.end(&header))
}

/// The ref that the commits are judged for.
fn ref_name(named: Option<&str>, repository: &Repository) -> Result<RefName, Stopped> {
    let full = |name: &str| match name {
        name if name.starts_with("refs/") => RefName::try_from(name),
        name => RefName::try_from(format!("refs/heads/{name}").as_str()),
    };
    if let Some(name) = named {
        return Ok(full(name).map_err(GateError::from)?);
    }
    let default = || {
        let origin = RefName::try_from("refs/remotes/origin/HEAD").ok()?;
        let there = repository.resolve(&origin).ok()?;
        full(there.as_str().strip_prefix("refs/remotes/origin/").filter(|name| *name != "HEAD")?).ok()
    };
    repository.head_branch().or_else(default).ok_or_else(|| {
        told("no branch is checked out, so it is not clear what the commits are judged for", "name the ref: --ref main")
    })
}

/// The commits of a range as somebody writes it.
fn main_line(range: &str, repository: &Repository) -> Result<MainLine, Stopped> {
    let commit = |name: &str| repository.commit_of(if name.is_empty() { "HEAD" } else { name });
    let (base, tip) = match range.split_once("..") {
        Some((_, tip)) if tip.starts_with('.') => {
            return Err(told(
                format!("`{}` has three dots, and so two sides", escaped(range)),
                "write A..B: the commits that lead to B and not to A",
            ));
        }
        Some((base, tip)) => (Some(commit(base)?), commit(tip)?),
        None => (None, commit(range)?),
    };
    Ok(repository.main_line(tip, base)?)
}

/// Says what is found, as it comes.
struct Teller<'g> {
    global: &'g Global,
    existing: Existing,
    progress: Progress,
    summary: Summary,
    journal: Option<Journal>,
    /// What is not printed yet.
    held: String,
}

impl Teller<'_> {
    fn begin(&mut self, header: &Header) {
        if self.global.output == Output::Json {
            let head = serde_json::to_string(header).unwrap_or_default();
            self.held.push_str(head.strip_suffix('}').unwrap_or(&head));
            self.held.push_str(",\"commits\":[");
        }
    }

    /// Counts a commit, and adds what is to be printed of it.
    fn tell(&mut self, record: &Record) {
        match self.global.output {
            Output::Json => {
                self.held.push_str(if self.summary.commits == 0 { "\n" } else { ",\n" });
                self.held.push_str(record.line().trim_end());
            }
            Output::Jsonl => self.held.push_str(&record.line()),
            Output::Human | Output::Junit | Output::Tap => {
                self.held.push_str(&show::commit(record, self.existing, self.global.verbose));
            }
        }
        self.summary.add(record, self.existing);
        if self.held.len() > HELD {
            self.print();
        }
    }

    fn print(&mut self) {
        if !self.held.is_empty() {
            self.progress.clear();
            outcome::say(&std::mem::take(&mut self.held));
        }
    }

    /// Takes what was judged, in the order of history.
    fn take(&mut self, records: &[Record]) -> Result<(), Failure> {
        if let Some(journal) = &mut self.journal {
            for record in records {
                journal.write(&record.line())?;
            }
        }
        for record in records {
            self.tell(record);
        }
        self.print();
        self.progress.show(&self.summary);
        Ok(())
    }

    /// Says what it comes to, and how the command ends.
    fn end(mut self, header: &Header) -> Outcome {
        let outcome = match (self.summary.errors, self.summary.refused) {
            (0, 0) => Outcome::Accepted,
            (0, _) => Outcome::Refused,
            (_, _) => Outcome::NoVerdict,
        };
        match self.global.output {
            Output::Json => self.held.push_str(&format!("\n],\"summary\":{}}}\n", self.summary.json())),
            Output::Jsonl => {}
            Output::Human | Output::Junit | Output::Tap => {
                if !self.global.quiet || outcome != Outcome::Accepted {
                    if self.summary.refused + self.summary.errors > 0 {
                        self.held.push('\n');
                    }
                    self.held.push_str(&show::summary(&self.summary, header));
                }
            }
        }
        outcome::say(&self.held);
        if self.global.output == Output::Jsonl && !self.global.quiet {
            outcome::tell(&show::summary(&self.summary, header));
        }
        outcome
    }
}
