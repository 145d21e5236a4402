//! HOCON, with its substitutions resolved within the file.
//!
//! Values are what the format's specification says: a number in quotes is a string, lists are lists.
//! Nothing outside of the file is read, no environment and no other file. So an `include` is left
//! out, a `${?name}` that the file does not define is nothing, and a `${name}` that it does not define stays
//! as it is written, since it may come from elsewhere. Values that need each other are a problem.

use super::encoding::BOM;
use super::{DEEPEST, Reading};
use crate::document::{Document, ParseLimits, ProblemKind, Span};

mod model;
mod parse;
mod path;
mod resolve;
mod scalar;
#[cfg(test)]
mod tests;

/// How far values may lie within one another.
#[derive(Clone, Copy)]
struct Reach {
    /// Nesting of what is written.
    depth: usize,
    /// Values that are resolved within one another, over substitutions.
    levels: usize,
}

/// What any stack holds; nearly every file stays within.
const NEAR: Reach = Reach { depth: 60, levels: 60 };

/// What a stack of [`STACK`] bytes holds.
const FAR: Reach = Reach { depth: DEEPEST, levels: DEEPEST + 10 };
const STACK: usize = 64 << 20;

/// Reads a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let reading = read_within(text, limits, NEAR);
    if reading.problems.iter().all(|problem| problem.kind != ProblemKind::Limit) {
        return reading;
    }
    // Substitutions are resolved recursively: what lies deep needs a stack of its own.
    let again = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        thread.spawn_scoped(scope, || read_within(text, limits, FAR)).ok()?.join().ok()
    });
    again.unwrap_or(reading)
}

fn read_within(text: &str, limits: &ParseLimits, reach: Reach) -> Reading {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let limits = ParseLimits { depth: limits.depth.min(reach.depth), ..*limits };
    let resolved =
        parse::parse(text, start, &limits).and_then(|file| resolve::resolve(text, &file, &limits, reach.levels));
    match resolved {
        Ok(root) => Reading { documents: vec![Document { index: 0, root }], problems: Vec::new() },
        Err(problem) => Reading { documents: Vec::new(), problems: vec![problem] },
    }
}

/// The smallest span that holds both.
fn joined(a: Span, b: Span) -> Span {
    Span { start: a.start.min(b.start), end: a.end.max(b.end) }
}
