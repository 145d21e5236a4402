//! What can go wrong with a policy: when it is loaded, and when it runs.

use std::sync::Arc;
use std::time::Duration;

use crate::document::Source;

/// A place in a policy or data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's name, as in `PolicySource::name`.
    pub source: String,
    /// The file's text.
    pub text: Arc<str>,
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
    /// Number of characters concerned, on this line; at least 1.
    pub length: usize,
}

impl Place {
    /// The place of a range of bytes; a range over several lines ends with its first.
    pub(super) fn of(source: &str, text: &Arc<str>, start: usize, end: usize) -> Self {
        let lines = Source::new(text.to_string());
        let position = lines.position(start);
        let shown = text.get(start..end).unwrap_or("").lines().next().unwrap_or("");
        Self {
            source: source.to_owned(),
            text: Arc::clone(text),
            line: position.line,
            column: position.column,
            length: shown.trim_end().chars().count().max(1),
        }
    }
}

/// Why a policy set cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    /// What is wrong, in one line, without the place and without a final full stop.
    pub message: String,
    /// Where; `None` for a mistake of the set as a whole.
    pub place: Option<Place>,
    /// What to do.
    pub help: Option<String>,
}

impl PolicyError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, help: None }
    }

    pub(super) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A bound an evaluation ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// `CompileOptions::max_instructions`.
    #[error("{0} instructions")]
    Instructions(usize),
    /// `CompileOptions::time`.
    #[error("{} ms", .0.as_millis())]
    Time(Duration),
    /// Memory, or the size of a compiled regular expression.
    #[error("too much memory")]
    Memory,
    /// Rules and statements within each other.
    #[error("{0} steps within each other")]
    Depth(usize),
}

/// A place as the end of a message.
fn at(place: Option<&(String, usize, usize)>) -> String {
    place.map_or_else(String::new, |(name, line, _)| format!(", at {name}:{line}"))
}

/// Why a policy gave no answer about a document. There is no verdict then: none of these is "no
/// violation".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A result is an object without a `msg` that is a string (conftest aborts the run as well).
    #[error("{rule}: `msg` field must be present and a string, got {got}")]
    Message {
        /// Path of the rule, `<package>.<rule>`.
        rule: String,
        /// The element, in Rego notation, shortened.
        got: String,
    },
    /// A result is neither a string nor an object.
    #[error("{rule}: a result must be a string or an object with `msg`, got {got}")]
    Element {
        /// Path of the rule.
        rule: String,
        /// The element, in Rego notation, shortened.
        got: String,
    },
    /// The rule's value is neither a set nor an array.
    #[error("{rule}: the rule must give a set or an array of messages, got {got}")]
    NotASet {
        /// Path of the rule.
        rule: String,
        /// The value, in Rego notation, shortened.
        got: String,
    },
    /// The evaluation was stopped.
    #[error("{rule}: stopped after {limit}{}", at(place.as_ref()))]
    Limit {
        /// Path of the rule.
        rule: String,
        /// What it ran into.
        limit: Limit,
        /// Where in the policy: name, 1-based line and column.
        place: Option<(String, usize, usize)>,
    },
    /// The evaluation failed.
    #[error("{rule}: {message}{}", at(place.as_ref()))]
    Failed {
        /// Path of the rule.
        rule: String,
        /// What happened.
        message: String,
        /// The place in the policy, where known: name, 1-based line and column.
        place: Option<(String, usize, usize)>,
    },
}
