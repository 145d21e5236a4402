//! Paths that may not change: `immutability.paths`.

use super::{Rule, Scope};
use crate::{
    config::{PathAction, PathRule},
    git::{Change, RefName},
    verdict::{Finding, Place},
};

/// Id of the rule.
pub const ID: &str = "immutable-path";

/// One entry of `immutability.paths`.
pub struct PathImmutability(PathRule);

impl PathImmutability {
    pub(super) fn new(rule: PathRule) -> Self {
        Self(rule)
    }
}

impl Rule for PathImmutability {
    fn selects_ref(&self, name: &RefName) -> bool {
        self.0.refs.as_ref().is_none_or(|refs| refs.matches(name.as_str().as_bytes()))
    }

    fn on_path(&self, _scope: &Scope<'_>, change: &Change, findings: &mut Vec<Finding>) {
        if !self.0.matches.matches(change.path.as_bytes()) {
            return;
        }
        let (done, help) = match (&change.before, &change.after) {
            (None, None) => return,
            (None, Some(_)) if self.0.allow.contains(&PathAction::Create) => return,
            (None, Some(_)) => ("added", "nothing may be added here; put the file elsewhere"),
            (Some(_), None) => {
                ("deleted or moved", "leave the file where it is; if it is wrong, add a new one beside it")
            }
            (Some(old), Some(new)) if old.mode.is_file() != new.mode.is_file() => (
                "replaced by something else than a file",
                "restore the file: git restore --source COMMIT PATH, with a commit that has it",
            ),
            (Some(old), Some(new)) if old.mode != new.mode && old.content == new.content => {
                ("given another mode", "restore its mode: git update-index --chmod=-x PATH (or +x)")
            }
            (Some(_), Some(_)) => ("changed", "restore the file and add a new one beside it"),
        };
        let message = format!("{} may not be {done}: the path is immutable", change.path);
        findings.push(Finding::new(ID, message).at(Place::file(change.path.clone())).with_help(help));
    }
}
