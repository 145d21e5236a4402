//! Why there is no verdict.

use crate::{
    config::ConfigErrors,
    git::{GitError, InvalidRefName},
    policy::{EvalError, PolicyError},
    push::MalformedPush,
    rule::RuleError,
};

/// Why there is no verdict. In a hook every one of these refuses the push.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// Git could not be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The hook was not called as Git calls it.
    #[error(transparent)]
    Push(#[from] MalformedPush),
    /// A ref name in the configuration.
    #[error(transparent)]
    RefName(#[from] InvalidRefName),
    /// There is no configuration.
    #[error("no configuration found; looked for {}", looked.join(", "))]
    NoConfig {
        /// Where it was looked for.
        looked: Vec<String>,
        /// How to make one.
        help: String,
    },
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// The policies cannot be used.
    #[error("{} in the policies", crate::text::counted(.0.len(), "mistake"))]
    Policies(Vec<PolicyError>),
    /// A file of configuration or policies cannot be read.
    #[error("cannot read {name}: {reason}")]
    Unreadable {
        /// The file or folder.
        name: String,
        /// Why not.
        reason: String,
    },
    /// The ref that the policies should come from does not exist.
    #[error("the policies should come from {name}, which does not exist here yet")]
    NoPolicyRef {
        /// The ref.
        name: String,
    },
    /// The ref that the policies should come from holds no configuration.
    #[error("the policies should come from {name} in the policy ref, where there is no such file yet")]
    NoPolicyConfig {
        /// The file.
        name: String,
    },
    /// A rule could not judge.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A single file holds more than allowed.
    #[error("{place}: {message}")]
    FileLimit {
        /// Path and line.
        place: String,
        /// What there is too much of, with the limit.
        message: String,
    },
    /// Judging took longer than allowed.
    #[error("judging it took longer than {} ms (`limits.time`)", limit.as_millis())]
    Time {
        /// The limit.
        limit: std::time::Duration,
    },
    /// The push holds more than allowed.
    #[error("the push holds {what}; the limit is {limit} (`limits.{option}`)")]
    Limit {
        /// What there is too much of.
        what: String,
        /// The limit.
        limit: u64,
        /// Its key in the configuration.
        option: &'static str,
    },
}

impl GateError {
    /// What to do about it, where there is something to say.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Git(error) => error.help(),
            Self::Push(error) => Some(error.help()),
            Self::NoConfig { help, .. } => Some(help.clone()),
            Self::NoPolicyRef { name } => Some(format!(
                "an administrator brings in the first commit on the server, past the hook: git fetch CLONE {name}:{name}"
            )),
            Self::NoPolicyConfig { .. } => Some(
                "commit it in a clone; then an administrator brings it in on the server, past the hook: git fetch CLONE REF:REF"
                    .to_owned(),
            ),
            Self::Limit { option, .. } => Some(format!(
                "push in smaller steps, or let the administrator raise `limits.{option}` in pushgate.yaml"
            )),
            Self::Time { .. } => {
                Some("push in smaller steps, or let the administrator raise `limits.time` in pushgate.yaml".to_owned())
            }
            Self::FileLimit { .. } => {
                Some("simplify the file, or let the administrator raise that limit".to_owned())
            }
            Self::Rule(RuleError::Policy { source: EvalError::Limit { .. }, .. }) => {
                Some("let the administrator raise `limits.policy-instructions`, or mend the policy".to_owned())
            }
            Self::Rule(RuleError::Tree(_)) => {
                Some("tell the administrator: what a file points at could not be looked up".to_owned())
            }
            Self::Rule(_) => Some("tell whoever writes the policies; nothing is accepted until they work".to_owned()),
            Self::Unreadable { .. } | Self::Config(_) | Self::Policies(_) | Self::RefName(_) => None,
        }
    }
}
