//! Pushes: what is being asked, and by whom.
//!
//! One reader for each hook contract turns what Git says into a [`Push`]. This room must not know
//! trees or documents. Next, `git/` finds out what the push would change.

mod contract;
mod pusher;

pub use contract::{MalformedPush, pre_push, pre_receive, update};
pub use pusher::Pusher;

use crate::git::{Oid, RefName};

/// All that is asked for at once: accepted as a whole or refused as a whole.
#[derive(Clone, Debug)]
pub struct Push {
    /// Who asks.
    pub pusher: Pusher,
    /// The values of `git push -o`, in order.
    pub options: Vec<String>,
    /// When, in nanoseconds since 1970: the only clock that policies see.
    pub time: i64,
    /// The refs to change, in the order of the push; no ref twice.
    pub updates: Vec<RefUpdate>,
    /// Which refs say what the receiving repository has already.
    pub known: KnownRefs,
}

/// Which refs say what the receiving repository has already: new refs are compared with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownRefs {
    /// The refs of the repository that judges: it is the one that receives.
    Own,
    /// What was last seen of a remote, by its name: the repository that judges is the one that sends.
    Remote(String),
    /// None but those that the push updates, as they were before it: the repository that judges has refs that
    /// came later.
    Updated,
}

impl KnownRefs {
    /// The part of the ref names that they share here; `None` where there are none.
    #[must_use]
    pub fn prefix(&self) -> Option<String> {
        match self {
            Self::Own => Some("refs/".to_owned()),
            Self::Remote(remote) => Some(format!("refs/remotes/{remote}/")),
            Self::Updated => None,
        }
    }

    /// The name of a ref of this repository as the receiving repository has it.
    #[must_use]
    pub fn name_there(&self, name: &RefName) -> Option<RefName> {
        match self {
            Self::Own => Some(name.clone()),
            Self::Remote(_) | Self::Updated => {
                let branch = name.as_str().strip_prefix(&self.prefix()?)?;
                RefName::try_from(format!("refs/heads/{branch}").as_str()).ok()
            }
        }
    }
}

impl Push {
    /// A push of no refs by this process's account, now.
    #[must_use]
    pub fn by_this_process() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let time = i64::try_from(since.as_nanos()).unwrap_or(i64::MAX);
        Self { pusher: Pusher::of_process(), options: Vec::new(), time, updates: Vec::new(), known: KnownRefs::Own }
    }
}

/// One ref that should change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// The ref, as the pusher names it.
    pub name: RefName,
    /// What should become of it.
    pub change: RefChange,
}

/// What should become of a ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefChange {
    /// It does not exist yet.
    Create {
        /// What it should point to.
        new: Oid,
    },
    /// It should point elsewhere, forward or not.
    Update {
        /// What it points to. The pusher says so; Git refuses the update if it is not true.
        old: Oid,
        /// What it should point to.
        new: Oid,
    },
    /// It should vanish.
    Delete {
        /// What it points to.
        old: Oid,
    },
}

impl RefChange {
    /// What the ref points to before.
    #[must_use]
    pub fn before(self) -> Option<Oid> {
        match self {
            Self::Create { .. } => None,
            Self::Update { old, .. } | Self::Delete { old } => Some(old),
        }
    }

    /// What the ref points to afterwards.
    #[must_use]
    pub fn after(self) -> Option<Oid> {
        match self {
            Self::Create { new } | Self::Update { new, .. } => Some(new),
            Self::Delete { .. } => None,
        }
    }
}
