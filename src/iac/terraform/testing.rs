//! What the tests of this room use.

#![allow(clippy::panic)]

use crate::document::{
    Node, ParseLimits, Violation,
    format::{Format, parse},
};

pub(super) use crate::gitops::testing::Files;

/// What a file in JSON says; nothing where it is no JSON.
pub(super) fn parsed(bytes: &[u8]) -> Option<Node> {
    let parsed = parse(Format::Json, bytes, &ParseLimits::default());
    if parsed.problems.is_empty() { parsed.documents.into_iter().next().map(|document| document.root) } else { None }
}

/// The value of a text that is good JSON.
#[track_caller]
pub(super) fn json(text: &str) -> Node {
    parsed(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
}

/// Violations as `route: message (help)`.
pub(super) fn told(violations: &[Violation]) -> Vec<String> {
    violations
        .iter()
        .map(|violation| {
            let help = violation.help.as_deref().map_or(String::new(), |help| format!(" ({help})"));
            format!("{}: {}{help}", violation.route, violation.message)
        })
        .collect()
}
