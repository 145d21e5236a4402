//! Files that could not be read for a while: what they say now is compared with what they said before
//! that.

use super::{
    GateError,
    files::TextFile,
    judge::{Judge, over_limit},
};
use crate::{
    git::{Change, File, GitError, RepoPath},
    rule::builtin,
    verdict::{Finding, Place, Severity},
};

/// Most commits that are gone back.
const MOST_COMMITS: usize = 1_000;

/// What an old side is compared as.
pub(super) enum Bridge {
    /// As it is.
    AsItIs,
    /// As an earlier revision had it.
    Earlier(TextFile),
    /// Nothing of it could be read, as far back as was looked; with whether that is all of it.
    Nothing {
        /// Whether there is no further revision.
        is_all: bool,
    },
}

impl Judge<'_> {
    /// What the old side of a file is compared as, where it cannot be read or holds nothing.
    pub(super) fn bridge(&self, path: &RepoPath, old: Option<&TextFile>) -> Result<Bridge, GateError> {
        let is_lost = |old: &&TextFile| !old.text.template && (!old.is_sound() || old.documents() == 0);
        let (Some(_), Some(tip), Some(repository)) = (old.filter(is_lost), self.since, self.reader.repository) else {
            return Ok(Bridge::AsItIs);
        };
        let mut found = None;
        let mut takes = |file: &File| -> Result<bool, GateError> {
            let earlier = self.old_side(path, file).or_else(over_limit)?;
            found = earlier.filter(|earlier| earlier.is_sound() && earlier.documents() > 0);
            Ok(found.is_some())
        };
        let (_, is_all) =
            repository.find_earlier(tip, path, MOST_COMMITS, &mut takes).or_else(|error| match error {
                // What was there before is not this push's fault.
                GateError::Git(GitError::Object { .. }) => Ok((None, false)),
                error => Err(error),
            })?;
        Ok(match found {
            Some(earlier) => Bridge::Earlier(earlier),
            None => Bridge::Nothing { is_all },
        })
    }

    /// One side of a file, the old one as it is compared.
    pub(super) fn compared_side(&self, change: &Change, new: bool) -> Result<Option<TextFile>, GateError> {
        let side = self.side(&change.path, if new { change.after.as_ref() } else { change.before.as_ref() })?;
        match side {
            Some(side) if !new && !side.is_sound() => match self.bridge(&change.path, Some(&side))? {
                Bridge::Earlier(earlier) => Ok(Some(earlier)),
                Bridge::AsItIs | Bridge::Nothing { .. } => Ok(Some(side)),
            },
            side => Ok(side),
        }
    }
}

/// What is told where there is nothing to compare with.
pub(super) fn not_compared(path: &RepoPath, is_all: bool) -> Finding {
    let why = if is_all {
        "no revision of it could be read".to_owned()
    } else {
        format!("it could not be read in the last {MOST_COMMITS} commits")
    };
    let mut finding = Finding::new(builtin::NOT_COMPARED, format!("{path} was compared with nothing: {why}"))
        .at(Place::file(path.clone()))
        .with_help("nothing says whether it changes what may not change: look at it with care");
    finding.severity = if is_all { Severity::Info } else { Severity::Warn };
    finding
}
