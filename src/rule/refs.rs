//! Refs that may not change: `immutability.refs`.

use super::{Rule, Transition};
use crate::{
    config::{Config, RefAction, RefRule},
    git::{RefKind, RefName},
    push::RefChange,
    verdict::Finding,
};

/// Id of the rule.
pub const ID: &str = "protected-ref";

/// All entries of `immutability.refs`.
pub struct RefRules(Vec<RefRule>);

impl RefRules {
    pub(super) fn new(config: &Config) -> Self {
        Self(config.immutability.refs.clone())
    }
}

impl Rule for RefRules {
    fn selects_ref(&self, _name: &RefName) -> bool {
        // Ref rules judge the ref, not the content that it brings: they make no ref a better or
        // worse base to compare with.
        true
    }

    fn on_ref(&self, transition: &Transition<'_>, findings: &mut Vec<Finding>) {
        let name = transition.name;
        let forbidden = |action| {
            self.0.iter().any(|rule| rule.matches.matches(name.as_str().as_bytes()) && rule.forbid.contains(&action))
        };
        let what = match name.kind() {
            RefKind::Branch => format!("branch {}", name.short()),
            RefKind::Tag => format!("tag {}", name.as_str().trim_start_matches("refs/tags/")),
            RefKind::Other => format!("ref {name}"),
        };
        let mut object = |message: String, help: &str| {
            findings.push(Finding::new(ID, message).with_help(help));
        };
        match transition.change {
            RefChange::Create { .. } if forbidden(RefAction::Create) => {
                object(
                    format!("{what} may not be created"),
                    "push to a name that may be created, or ask an administrator",
                );
            }
            RefChange::Delete { .. } if forbidden(RefAction::Delete) => {
                object(format!("{what} may not be deleted"), "leave it; if it has to go, ask an administrator");
            }
            RefChange::Update { .. } if forbidden(RefAction::Update) => {
                let help = match name.kind() {
                    RefKind::Tag => "a published version stays what it is: make a new tag",
                    RefKind::Branch | RefKind::Other => "it is frozen: push to another name",
                };
                object(format!("{what} may not be moved"), help);
            }
            RefChange::Update { .. } if forbidden(RefAction::Rewrite) && transition.rewrites() => {
                object(
                    format!("{what} may not lose commits (not a fast-forward)"),
                    "pull, then push without --force; to undo a change, git revert it",
                );
            }
            RefChange::Create { .. } | RefChange::Update { .. } | RefChange::Delete { .. } => {}
        }
    }
}
