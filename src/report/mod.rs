//! Reports: verdicts and failures, told to people and machines.
//!
//! One file an output. A report is text made of a verdict; it must not know how findings came
//! about, and it never changes what was decided.

pub mod advice;
mod excerpt;
pub mod failure;
pub mod human;
pub mod json;
pub mod test;

/// How text for people is written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether ANSI colours may be used.
    pub color: bool,
    /// Whether findings that do not block are shown in full.
    pub verbose: bool,
}

/// Width that fits an 80-column terminal behind `remote: `.
pub const WIDTH: usize = 72;
