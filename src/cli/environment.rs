//! What the environment says, read in one place.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::{
    gate::{Cache, Gate, GateError, load::CONFIG_NAME},
    git::{GitError, Purpose, Quarantine, Repository},
};

/// Where a server's configuration may lie if its repositories have none of their own.
const SYSTEM_CONFIG: &str = "/etc/pushgate/pushgate.yaml";

/// The folder this process was started in.
pub(super) fn current_dir() -> Result<PathBuf, GateError> {
    env::current_dir().map_err(|error| GateError::Unreadable { name: ".".to_owned(), reason: error.to_string() })
}

fn set(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Opens the repository that a server hook runs in, with the objects in quarantine.
pub(super) fn server_repository() -> Result<Repository, GateError> {
    let here = current_dir()?;
    // Git starts server hooks in the Git folder, with GIT_DIR naming it (run-command.c).
    let git_dir = here.join(set("GIT_DIR").unwrap_or_else(|| OsString::from(".")));
    for (variable, what, help) in [
        (
            "GIT_NAMESPACE",
            "is served in a namespace (GIT_NAMESPACE), which pushgate does not judge yet",
            "serve it without namespaces",
        ),
        (
            "GIT_SHALLOW_FILE",
            "got a shallow push, whose history is not all there",
            "set receive.shallowUpdate=false, and push from a full clone",
        ),
    ] {
        if set(variable).is_some() {
            return Err(GitError::Unsupported { path: git_dir, what, help }.into());
        }
    }
    let quarantine = Quarantine::from_git(
        set("GIT_OBJECT_DIRECTORY").as_deref(),
        set("GIT_ALTERNATE_OBJECT_DIRECTORIES").as_deref(),
        &git_dir,
        &here,
    )?;
    Ok(Repository::open(&git_dir, quarantine.as_ref())?)
}

/// Opens the repository that a command was started in.
pub(super) fn local_repository() -> Result<Repository, GateError> {
    match set("GIT_DIR") {
        Some(git_dir) => Ok(Repository::open(&current_dir()?.join(git_dir), None)?),
        None => Ok(Repository::discover(&current_dir()?)?),
    }
}

/// Opens the repository that a command was started in, to judge its history.
pub(super) fn history_repository() -> Result<Repository, GateError> {
    match set("GIT_DIR") {
        Some(git_dir) => Ok(Repository::open_for(Purpose::History, &current_dir()?.join(git_dir), None)?),
        None => Ok(Repository::discover_for(Purpose::History, &current_dir()?)?),
    }
}

/// The gate that a command judges a history of this repository by: a bare one has the configuration of a server.
pub(super) fn history_gate(named: Option<&Path>, repository: &Repository) -> Result<Gate, GateError> {
    if let Some(root) = repository.work_dir() {
        return Gate::for_client(&client_config(named, Some(&root))?);
    }
    let variable = set("PUSHGATE_CONFIG").map(PathBuf::from);
    let named = named.map(Path::to_owned).or(variable);
    // Nothing is kept in the Git folder: who only looks changes nothing.
    Gate::for_server(repository, &server_config(named.as_deref(), repository)?, None)
}

/// The index that Git wants judged: `GIT_INDEX_FILE`, which may be a lock file.
pub(super) fn index_file(repository: &Repository) -> Result<PathBuf, GateError> {
    match set("GIT_INDEX_FILE") {
        Some(file) => Ok(current_dir()?.join(file)),
        None => Ok(repository.git_dir().join("index")),
    }
}

/// The values of `git push -o` (`GIT_PUSH_OPTION_COUNT` and its numbered fellows).
pub(super) fn push_options() -> Vec<String> {
    let count = set("GIT_PUSH_OPTION_COUNT").and_then(|count| count.to_str()?.parse::<usize>().ok()).unwrap_or(0);
    (0..count.min(1000))
        .filter_map(|number| env::var_os(format!("GIT_PUSH_OPTION_{number}")))
        .map(|option| option.to_string_lossy().into_owned())
        .collect()
}

/// Where the hook keeps compiled policies. Entries of another build of this program are not its own.
pub(super) fn policy_cache(repository: &Repository) -> Cache {
    let program = env::current_exe().and_then(std::fs::metadata);
    let identity = program.and_then(|program| Ok((program.len(), program.modified()?)));
    let build = format!("{} {identity:?}", env!("CARGO_PKG_VERSION"));
    Cache::of(repository.git_dir(), build.into_bytes())
}

/// The configuration of a server: `--config`, else in the Git folder, else in `/etc`.
pub(super) fn server_config(named: Option<&Path>, repository: &Repository) -> Result<PathBuf, GateError> {
    let places = match named {
        Some(file) => vec![file.to_owned()],
        None => vec![repository.git_dir().join(CONFIG_NAME), PathBuf::from(SYSTEM_CONFIG)],
    };
    first_existing(&places, "an administrator writes one; what it looks like: pushgate help config")
}

/// The configuration of a client command: `--config`, `$PUSHGATE_CONFIG`, else in the work tree.
pub(super) fn client_config(named: Option<&Path>, work_dir: Option<&Path>) -> Result<PathBuf, GateError> {
    let variable = set("PUSHGATE_CONFIG").map(PathBuf::from);
    let places = match (named.map(Path::to_owned).or(variable), work_dir) {
        (Some(file), _) => vec![file],
        (None, Some(root)) => vec![root.join(".pushgate").join(CONFIG_NAME), root.join(CONFIG_NAME)],
        (None, None) => {
            let here = current_dir()?;
            vec![here.join(".pushgate").join(CONFIG_NAME), here.join(CONFIG_NAME)]
        }
    };
    first_existing(&places, "name one by --config; what it looks like: pushgate help config")
}

fn first_existing(places: &[PathBuf], help: &str) -> Result<PathBuf, GateError> {
    // A file that is there but cannot be read must not give way to another one.
    let there = |place: &&PathBuf| place.symlink_metadata().is_ok();
    if let [named] = places
        && !there(&named)
    {
        let reason = "there is no such file (named by --config or PUSHGATE_CONFIG)".to_owned();
        return Err(GateError::Unreadable { name: named.display().to_string(), reason });
    }
    places.iter().find(there).cloned().ok_or_else(|| GateError::NoConfig {
        looked: places.iter().map(|place| place.display().to_string()).collect(),
        help: help.to_owned(),
    })
}
