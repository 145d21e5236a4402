//! How a command ends: what is printed, and the exit code.

use std::{
    io::{IsTerminal as _, Write as _},
    process::ExitCode,
};

use super::{Color, Global, Output};
use crate::{
    config::Existing,
    gate::GateError,
    report::{Style, failure, human, human::Door, json},
    verdict::{Decision, Verdict},
};

/// How a command ends; the exit code, whatever was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// 0
    Accepted,
    /// 1
    Refused,
    /// 2
    NoVerdict,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}

impl Outcome {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Accepted => 0,
            Self::Refused => 1,
            Self::NoVerdict => 2,
        }
    }
}

/// Writes text to standard output. A reader that has gone away changes nothing.
pub(super) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes text to standard error, in one go, so that Git passes on whole lines.
pub(super) fn tell(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// How text for people is written.
pub(super) fn style(global: &Global) -> Style {
    let color = match global.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && std::io::stderr().is_terminal()
        }
    };
    Style { color, verbose: global.verbose }
}

/// Prints a verdict, and says how the command ends.
pub(super) fn report(verdict: &Verdict, existing: Existing, door: Door, global: &Global) -> Outcome {
    let outcome = match verdict.decision {
        Decision::Accept(_) => Outcome::Accepted,
        Decision::Reject => Outcome::Refused,
    };
    let silent = global.quiet && outcome == Outcome::Accepted;
    match (global.output, door) {
        (Output::Json, Door::Check | Door::Policies) => say(&json::verdict(verdict)),
        (Output::Json, Door::Server | Door::PrePush | Door::PreCommit) => tell(&json::verdict(verdict)),
        (Output::Human | Output::Jsonl | Output::Junit | Output::Tap, _) if silent => {}
        (Output::Human | Output::Jsonl | Output::Junit | Output::Tap, Door::Check | Door::Policies) => {
            tell(&human::verdict(verdict, existing, door, style(global)));
            tell(&human::summary(verdict));
        }
        (
            Output::Human | Output::Jsonl | Output::Junit | Output::Tap,
            Door::Server | Door::PrePush | Door::PreCommit,
        ) => {
            tell(&human::verdict(verdict, existing, door, style(global)));
        }
    }
    outcome
}

/// Prints why there is no verdict. `refused` says what that means here.
pub(super) fn no_verdict(error: &GateError, refused: &str, door: Door, global: &Global) -> Outcome {
    match (global.output, door) {
        (Output::Human | Output::Jsonl | Output::Junit | Output::Tap, _) => {
            tell(&failure::human(error, refused, style(global)));
        }
        (Output::Json, Door::Check | Door::Policies) => {
            say(&json::failure(&failure::plain(error), error.help().as_deref()));
        }
        (Output::Json, Door::Server | Door::PrePush | Door::PreCommit) => {
            tell(&json::failure(&failure::plain(error), error.help().as_deref()));
        }
    }
    Outcome::NoVerdict
}
