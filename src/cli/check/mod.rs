//! `pushgate check`: the same judgement, before anything is pushed.

mod policies;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read as _,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::cli::{
    Global, Output, environment,
    outcome::{self, Outcome},
};
use crate::{
    config::Existing,
    document::format::Format,
    gate::{Gate, GateError},
    git::{RefName, RepoPath, Repository, StagedIndex},
    push::{Push, RefChange, RefUpdate},
    report::human::Door,
    verdict::Verdict,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pushgate check --base origin/main        what a push of the current branch would bring
  pushgate check --base v1.2 --head v1.3   a range, as if pushed to the current branch
  pushgate check --staged                  what the next commit would bring
  pushgate check apps/ clusters/           files as they lie (what they say, not how they changed)
  helm template chart | pushgate check -   standard input
  pushgate check -p policy deploy.yaml     as conftest would: these policies, no configuration")]
pub(in crate::cli) struct CheckArgs {
    /// Judge what changed since this revision, or since the branch left it
    #[arg(long, value_name = "REV", conflicts_with_all = ["staged", "paths"])]
    base: Option<String>,
    /// Up to this revision
    #[arg(long, value_name = "REV", requires = "base", default_value = "HEAD")]
    head: String,
    /// As if pushed to this ref [default: the current branch]
    #[arg(long = "ref", value_name = "REF", requires = "base")]
    ref_name: Option<String>,
    /// Judge the index against HEAD
    #[arg(long, conflicts_with = "paths")]
    staged: bool,
    /// What standard input is called, for rules that select by path [default: stdin.yaml]
    #[arg(long, value_name = "PATH")]
    stdin_name: Option<String>,
    #[command(flatten)]
    policies: policies::PolicyArgs,
    /// Files and folders; `-` is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(in crate::cli) fn run(args: &CheckArgs, global: &Global) -> Outcome {
    if args.policies.are_given() {
        return policies::run(&args.policies, &args.paths, args.stdin_name.as_deref(), global);
    }
    let judged = match (&args.base, args.staged, args.paths.as_slice()) {
        (Some(base), _, _) => range(base, args, global),
        (None, true, _) => staged(global),
        (None, false, []) => {
            outcome::tell(
                "error: nothing to check\n\
                 hint: name a base (--base origin/main), the index (--staged), or files (PATH…)\n",
            );
            return Outcome::NoVerdict;
        }
        (None, false, paths) => files(paths, args.stdin_name.as_deref().unwrap_or("stdin.yaml"), global),
    };
    match judged {
        Ok((verdict, existing)) => outcome::report(&verdict, existing, Door::Check, global),
        Err(error) => outcome::no_verdict(&error, "no verdict", Door::Check, global),
    }
}

type Judged = Result<(Verdict, Existing), GateError>;

fn range(base: &str, args: &CheckArgs, global: &Global) -> Judged {
    let repository = environment::local_repository()?;
    let gate = client_gate(&repository, global)?;
    if global.verbose {
        gate.tell_builtin_errors();
    }
    let name = match &args.ref_name {
        Some(name) if name.starts_with("refs/") => RefName::try_from(name.as_str())?,
        Some(name) => RefName::try_from(format!("refs/heads/{name}").as_str())?,
        // A CI job often has no branch checked out.
        None => repository.head_branch().map_or_else(|| RefName::try_from("refs/heads/HEAD"), Ok)?,
    };
    let (base, new) = (repository.commit_of(base)?, repository.commit_of(&args.head)?);
    // What the base has got since is not taken back by this branch: it will be merged or rebased
    // before it can be pushed there.
    let old = repository.history().merge_bases(new, &[base])?.first().copied().unwrap_or(base);
    let passed_over = gate.rules_passed_over(&name);
    if passed_over > 0 && args.ref_name.is_none() && global.output == Output::Human && !global.quiet {
        outcome::tell(&format!(
            "hint: {} not hold for {name}; to judge as for another ref: --ref main\n",
            if passed_over == 1 { "1 rule does".to_owned() } else { format!("{passed_over} rules do") }
        ));
    }
    let mut push = Push::by_this_process();
    push.updates.push(RefUpdate { name, change: RefChange::Update { old, new } });
    let existing = gate.config().existing;
    gate.judge(&repository, push).map(|verdict| (verdict, existing))
}

fn staged(global: &Global) -> Judged {
    let repository = environment::local_repository()?;
    let gate = client_gate(&repository, global)?;
    if global.verbose {
        gate.tell_builtin_errors();
    }
    let index = environment::index_file(&repository)?;
    let existing = gate.config().existing;
    gate.judge_staged(&repository, &index, Push::by_this_process()).map(|verdict| (verdict, existing))
}

fn client_gate(repository: &Repository, global: &Global) -> Result<Gate, GateError> {
    Gate::for_client(&environment::client_config(global.config.as_deref(), repository.work_dir().as_deref())?)
}

fn files(paths: &[PathBuf], stdin_name: &str, global: &Global) -> Judged {
    let here = environment::current_dir()?;
    // Rules select by paths from the root of the repository, wherever the command is started.
    let repository = Repository::discover(&here).ok();
    let root = repository.as_ref().and_then(Repository::work_dir);
    let gate = Gate::for_client(&environment::client_config(global.config.as_deref(), root.as_deref())?)?;
    if global.verbose {
        gate.tell_builtin_errors();
    }
    let tracked = tracked_files(repository.as_ref());
    let root = root.unwrap_or(here);
    let mut found = BTreeMap::new();
    for path in paths {
        if path.as_os_str() == "-" {
            found.insert(RepoPath::new(stdin_name), read_stdin()?);
        } else {
            collect(&gate, &root, &tracked, path, &mut found)?;
        }
    }
    if found.is_empty() {
        return Err(GateError::Unreadable {
            name: paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "),
            reason: "no declarative files there".to_owned(),
        });
    }
    let existing = gate.config().existing;
    gate.judge_files(root, found, tracked, Push::by_this_process()).map(|verdict| (verdict, existing))
}

fn read_stdin() -> Result<Arc<[u8]>, GateError> {
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut bytes) {
        // A command before the pipe that failed must not pass for one that has nothing to say.
        Ok(_) if bytes.trim_ascii().is_empty() => {
            Err(GateError::Unreadable { name: "standard input".to_owned(), reason: "it is empty".to_owned() })
        }
        Ok(_) => Ok(bytes.into()),
        Err(error) => Err(GateError::Unreadable { name: "standard input".to_owned(), reason: error.to_string() }),
    }
}

/// The files that Git tracks; none where there is no repository, or its index is none that can be read.
fn tracked_files(repository: Option<&Repository>) -> BTreeSet<RepoPath> {
    let index = repository.and_then(|repository| {
        let file = environment::index_file(repository).ok()?;
        StagedIndex::read(repository, &file).ok()
    });
    index.iter().flat_map(|index| index.files().map(|(path, _)| path.clone())).collect()
}

/// Reads a file, or below a folder what is declarative, and what Git tracks if a rule looks at any text. A
/// file that somebody names is judged or is an error, never passed over.
fn collect(
    gate: &Gate,
    root: &Path,
    tracked: &BTreeSet<RepoPath>,
    path: &Path,
    found: &mut BTreeMap<RepoPath, Arc<[u8]>>,
) -> Result<(), GateError> {
    let unreadable = |path: &Path, reason: String| GateError::Unreadable { name: path.display().to_string(), reason };
    let io = |path: &Path, error: &std::io::Error| unreadable(path, error.to_string());
    let full = fs::canonicalize(path).map_err(|error| io(path, &error))?;
    if full.is_file() {
        let name = name_from(root, &full);
        if !gate.judges(&name) && !gate.reads_texts() {
            let known = Format::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ");
            return Err(unreadable(path, format!("its name says none of {known}, or the configuration leaves it out")));
        }
        found.insert(name, fs::read(&full).map_err(|error| io(path, &error))?.into());
        return Ok(());
    }
    let mut folders = vec![full];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| io(&folder, &error))? {
            let entry = entry.map_err(|error| io(&folder, &error))?;
            let kind = entry.file_type().map_err(|error| io(&folder, &error))?;
            let below = entry.path();
            let name = name_from(root, &below);
            if kind.is_dir() && entry.file_name() != ".git" {
                folders.push(below);
            } else if kind.is_file() && (gate.judges(&name) || (gate.reads_texts() && tracked.contains(&name))) {
                found.insert(name, fs::read(&below).map_err(|error| io(&below, &error))?.into());
            }
        }
    }
    Ok(())
}

fn name_from(root: &Path, path: &Path) -> RepoPath {
    let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    RepoPath::new(path.strip_prefix(root).unwrap_or(path).as_os_str().as_bytes().to_vec())
}
