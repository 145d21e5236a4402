//! `pushgate hook …`: the gate as Git calls it.

use std::{
    ffi::{OsStr, OsString},
    io::Read as _,
    os::unix::ffi::OsStrExt as _,
    sync::mpsc,
    time::Duration,
};

use clap::Subcommand;

use super::{
    Global, environment,
    outcome::{self, Outcome},
};
use crate::{
    config::Existing,
    gate::{Gate, GateError},
    git::Repository,
    push::{self, KnownRefs, Push, RefChange, RefUpdate},
    report::human::Door,
    verdict::Verdict,
};

#[derive(Debug, Subcommand)]
pub(super) enum HookCommand {
    /// Judge a push on the server, before any ref moves (reads `<old> <new> <ref>` lines)
    PreReceive,
    /// Judge one ref on the server, where a host has no pre-receive hook
    Update {
        /// The ref
        #[arg(value_name = "REF")]
        name: OsString,
        /// What it points to
        old: OsString,
        /// What it should point to
        new: OsString,
    },
    /// Judge a push before it leaves this machine
    PrePush {
        /// Name of the remote
        remote: OsString,
        /// Its address
        url: OsString,
    },
    /// Judge a commit before it is made
    PreCommit,
}

/// Largest input read from Git, in bytes; more is malformed (see `push::pre_receive`).
const MAX_INPUT: u64 = (64 << 20) + 1;

pub(super) fn run(command: &HookCommand, global: &Global) -> Outcome {
    let (door, refused, judged) = match command {
        HookCommand::PreReceive => (Door::Server, "push refused", server(None, global)),
        HookCommand::Update { name, old, new } => {
            (Door::Server, "push refused", server(Some([name, old, new]), global))
        }
        HookCommand::PrePush { remote, .. } => (Door::PrePush, "push refused", pre_push(remote, global)),
        HookCommand::PreCommit => (Door::PreCommit, "commit refused", pre_commit(global)),
    };
    match judged {
        Ok((verdict, existing)) => outcome::report(&verdict, existing, door, global),
        Err(error) => outcome::no_verdict(&error, refused, door, global),
    }
}

type Judged = Result<(Verdict, Existing), GateError>;

/// Both server hooks. Everything that Git has to say is read before anything else happens.
fn server(update: Option<[&OsString; 3]>, global: &Global) -> Judged {
    let input = match update {
        None => read_input()?,
        Some(_) => Vec::new(),
    };
    let repository = environment::server_repository()?;
    let mut push = Push::by_this_process();
    push.options = environment::push_options();
    push.updates = match update {
        None => push::pre_receive(&input, repository.id_length())?,
        Some([name, old, new]) => {
            let bytes = |text: &OsStr| text.as_bytes().to_vec();
            push::update(&bytes(name), &bytes(old), &bytes(new), repository.id_length())?
        }
    };
    // Git compares the same when it moves the ref, and refuses that ref alone. By then another ref
    // of the push may have been judged by what this one would have brought.
    for update in &push.updates {
        if repository.find_ref(&update.name)? != update.change.before() {
            let claimed = update.change.before().map_or("nothing".to_owned(), |id| id.to_string());
            return Err(push::MalformedPush::Stale { name: update.name.clone(), claimed }.into());
        }
    }
    let config = environment::server_config(global.config.as_deref(), &repository)?;
    let cache = environment::policy_cache(&repository);
    let gate = Gate::for_server(&repository, &config, Some(&cache))?;
    if global.verbose {
        gate.tell_builtin_errors();
    }
    let existing = gate.config().existing;
    let time = gate.config().limits.time;
    let judged = within(time, global, || repository.abandon(), || gate.judge(&repository, push));
    // The process ends now. Taking programs and indexes apart piece by piece would only keep the
    // pusher waiting; what lies outside of the process is removed.
    repository.abandon();
    std::mem::forget((gate, repository));
    judged.map(|verdict| (verdict, existing))
}

/// Refuses in time: Git itself never does, hosts do so without a word, and a hook that hangs holds
/// the pusher's connection. What is being done at that moment is given up with the process.
fn within<T>(limit: Duration, global: &Global, abandon: impl Fn() + Send, work: impl FnOnce() -> T) -> T {
    let (done, waiting) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if waiting.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
                let error = GateError::Time { limit };
                let outcome = outcome::no_verdict(&error, "push refused", Door::Server, global);
                abandon();
                std::process::exit(i32::from(outcome.code()));
            }
        });
        let result = work();
        drop(done);
        result
    })
}

fn read_input() -> Result<Vec<u8>, GateError> {
    let mut input = Vec::new();
    std::io::stdin()
        .lock()
        .take(MAX_INPUT)
        .read_to_end(&mut input)
        .map_err(|error| GateError::Unreadable { name: "standard input".to_owned(), reason: error.to_string() })?;
    Ok(input)
}

fn pre_push(remote: &OsStr, global: &Global) -> Judged {
    let input = read_input()?;
    let repository = environment::local_repository()?;
    let config = environment::client_config(global.config.as_deref(), repository.work_dir().as_deref())?;
    let gate = Gate::for_client(&config)?;
    if global.verbose {
        gate.tell_builtin_errors();
    }
    let existing = gate.config().existing;
    let mut push = Push::by_this_process();
    push.known = KnownRefs::Remote(remote.to_string_lossy().into_owned());
    for update in push::pre_push(&input, repository.id_length())? {
        push.updates.push(as_seen_from_here(&repository, update));
    }
    gate.judge(&repository, push).map(|verdict| (verdict, existing))
}

/// A push whose old tip was never fetched is judged like a new branch, against what is known of
/// the remote; the server, which knows its own tip, judges again.
fn as_seen_from_here(repository: &Repository, update: RefUpdate) -> RefUpdate {
    match update.change {
        RefChange::Update { old, new } if repository.peel(old).is_err() => {
            RefUpdate { change: RefChange::Create { new }, ..update }
        }
        RefChange::Create { .. } | RefChange::Update { .. } | RefChange::Delete { .. } => update,
    }
}

fn pre_commit(global: &Global) -> Judged {
    let repository = environment::local_repository()?;
    let config = environment::client_config(global.config.as_deref(), repository.work_dir().as_deref())?;
    let gate = Gate::for_client(&config)?;
    if global.verbose {
        gate.tell_builtin_errors();
    }
    let index = environment::index_file(&repository)?;
    let existing = gate.config().existing;
    gate.judge_staged(&repository, &index, Push::by_this_process()).map(|verdict| (verdict, existing))
}
