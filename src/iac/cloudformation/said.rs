//! What is said, and the words that are needed in more than one place.

use crate::document::Violation;
use crate::iac::Said;
pub(super) use crate::text::{nearest, quoted};

/// How many violations of a sort one template is told at most: whoever made more will see the rest
/// next time.
const MOST: usize = 50;
/// Names that are listed in a help.
const LISTED: usize = 10;

/// Collects what is said.
#[derive(Debug, Default)]
pub(super) struct Saying {
    pub said: Said,
}

impl Saying {
    /// Whether so much is wrong that nothing more need be looked for: what it costs to find the words
    /// for what is wrong is spent on few things only.
    pub fn is_enough(&self) -> bool {
        self.said.wrong.len() >= MOST
    }

    /// The service refuses it.
    pub fn wrong(&mut self, violation: Violation) {
        if self.said.wrong.len() < MOST {
            self.said.wrong.push(violation);
        }
    }

    /// It may be right.
    pub fn doubtful(&mut self, violation: Violation) {
        if self.said.doubtful.len() < MOST {
            self.said.doubtful.push(violation);
        }
    }

    /// Wrong where it is known what was meant; else it may be newer than what pushgate knows.
    pub fn unless_new(&mut self, meant: Option<&str>, violation: Violation) {
        match meant {
            Some(meant) => self.wrong(violation.with_help(format!("did you mean `{meant}`?"))),
            None => self.doubtful(violation),
        }
    }
}

/// "did you mean", or what there is.
pub(super) fn meant_or_listed(wrong: &str, known: &[&str], what: &str) -> Option<String> {
    match nearest(wrong, known.iter().copied()) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if known.is_empty() => None,
        None => Some(format!("{what}: {}", listed(known))),
    }
}

/// `a`, `b` and 3 more.
pub(super) fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| quoted(name)).collect();
    match names.len().saturating_sub(LISTED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
