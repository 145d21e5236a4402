//! Paths that may not change: `immutability.paths`.

use super::{Rule, Scope};
use crate::{
    config::{Config, PathAction, PathRule},
    git::{Change, RefName},
    verdict::{Finding, Place},
};

/// Id of the rule.
pub const ID: &str = "immutable-path";

/// All entries of `immutability.paths`.
pub struct PathRules(Vec<PathRule>);

impl PathRules {
    pub(super) fn new(config: &Config) -> Self {
        Self(config.immutability.paths.clone())
    }
}

fn applies(rule: &PathRule, name: Option<&RefName>) -> bool {
    match (&rule.refs, name) {
        (Some(refs), Some(name)) => refs.matches(name.as_str().as_bytes()),
        (None, _) | (Some(_), None) => true,
    }
}

impl Rule for PathRules {
    fn selects_ref(&self, name: &RefName) -> bool {
        self.0.iter().any(|rule| applies(rule, Some(name)))
    }

    fn on_path(&self, scope: &Scope<'_>, change: &Change, findings: &mut Vec<Finding>) {
        let rules = self.0.iter().filter(|rule| applies(rule, scope.ref_name));
        let mut guarded = rules.filter(|rule| rule.matches.matches(change.path.as_bytes())).peekable();
        if guarded.peek().is_none() {
            return;
        }
        let (done, help) = match (&change.before, &change.after) {
            (None, None) => return,
            (None, Some(_)) => {
                if guarded.all(|rule| rule.allow.contains(&PathAction::Create)) {
                    return;
                }
                ("added", "nothing may be added here; put the file elsewhere")
            }
            (Some(_), None) => {
                ("deleted or moved", "leave the file where it is; if it is wrong, add a new one beside it")
            }
            (Some(old), Some(new)) if old.mode.is_file() != new.mode.is_file() => {
                ("replaced by something else than a file", "restore it: git checkout the old version of this path")
            }
            (Some(old), Some(new)) if old.mode != new.mode && old.content == new.content => {
                ("given another mode", "restore its mode: git update-index --chmod")
            }
            (Some(_), Some(_)) => ("changed", "restore the file and add a new one beside it"),
        };
        let message = format!("{} may not be {done}: the path is immutable", change.path);
        findings.push(Finding::new(ID, message).at(Place::file(change.path.clone())).with_help(help));
    }
}
