//! Git: what a push would change, read in place.
//!
//! The only room that talks to gix. It opens repositories (with the objects of a push that is not
//! accepted yet), reads refs, history, trees and blobs, and says what changed between two trees.
//! It must not know rules, documents or reports. Next, `document/` reads what the changed files say.

mod history;
mod index;
mod names;
mod quarantine;
mod repository;
mod tree;

pub use history::{CommitFacts, History, MainLine, NewCommit, Person};
pub use index::StagedIndex;
pub use names::{InvalidRefName, Oid, RefKind, RefName, RepoPath};
pub use quarantine::Quarantine;
pub use repository::{Peeled, Purpose, Repository};
pub use tree::{Change, Content, File, FileMode, Inside};

/// Why Git could not be read. Every one of them ends in "no verdict": the push is refused.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The folder is no repository, or cannot be opened.
    #[error("cannot open the repository {}: {reason}", path.display())]
    Open {
        /// The folder.
        path: std::path::PathBuf,
        /// What gix said.
        reason: String,
    },
    /// The repository uses something that would be read wrongly.
    #[error("the repository {} {what}", path.display())]
    Unsupported {
        /// The folder.
        path: std::path::PathBuf,
        /// What it uses.
        what: &'static str,
        /// What to do about it.
        help: &'static str,
    },
    /// The folder for the quarantined objects is not what Git would name.
    #[error("{variable} does not name objects of this repository: {value}")]
    Quarantine {
        /// The environment variable.
        variable: &'static str,
        /// Its value.
        value: String,
    },
    /// The private view of the object folders could not be made.
    #[error("cannot make a view of the pushed objects: {0}")]
    View(#[source] std::io::Error),
    /// An object cannot be read.
    #[error("cannot read {what} {id}: {reason}")]
    Object {
        /// What the object should be.
        what: &'static str,
        /// Its id.
        id: Oid,
        /// Why not.
        reason: String,
    },
    /// A file is larger than allowed.
    #[error("{path} has {size} bytes; the limit is {limit}")]
    FileTooLarge {
        /// The file.
        path: RepoPath,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes (`limits.file-size`).
        limit: u64,
    },
    /// More files changed than allowed.
    #[error("the push changes more than {limit} files")]
    TooManyFiles {
        /// The limit (`limits.files`).
        limit: usize,
    },
    /// A tree holds a name that no file can have.
    #[error("the tree {tree} holds an entry that Git would not check out safely: {name} ({why})")]
    BadTreeEntry {
        /// The tree object.
        tree: Oid,
        /// The entry's name, quoted.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The refs cannot be read.
    #[error("cannot read the refs: {0}")]
    Refs(String),
    /// A revision that somebody named does not exist.
    #[error("`{name}` names no commit here ({reason})")]
    Revision {
        /// The revision as given.
        name: String,
        /// What gix said.
        reason: String,
    },
    /// The history cannot be read.
    #[error("cannot walk the history: {0}")]
    History(String),
    /// The index cannot be read.
    #[error("cannot read the index {}: {reason}", path.display())]
    Index {
        /// The index file.
        path: std::path::PathBuf,
        /// Why not.
        reason: String,
    },
}

impl GitError {
    /// What to do about it, where there is something to say.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unsupported { help, .. } => Some((*help).to_owned()),
            Self::FileTooLarge { .. } => {
                Some("take the file out of the push, or let the administrator raise `limits.file-size`".to_owned())
            }
            Self::TooManyFiles { .. } => {
                Some("push in smaller steps, or let the administrator raise `limits.files`".to_owned())
            }
            Self::BadTreeEntry { .. } => Some("rewrite the commit without it; `git fsck` names it".to_owned()),
            Self::Object { .. } => Some("push again; if it stays, run `git fsck` on both sides".to_owned()),
            Self::Quarantine { .. } => {
                Some("the variable is set by Git itself; let no client set it (sshd: no `AcceptEnv GIT_*`)".to_owned())
            }
            Self::Revision { .. } => Some("look for it: git branch --all; bring it here: git fetch origin".to_owned()),
            Self::Open { .. } => Some("run it inside a Git repository".to_owned()),
            Self::View(_) | Self::Refs(_) | Self::History(_) | Self::Index { .. } => None,
        }
    }
}
