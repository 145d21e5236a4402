//! Results of policy tests, for people and machines.

mod human;
mod json;
mod junit;
mod tap;

pub use human::human;
pub use json::json;
pub use junit::junit;
pub use tap::tap;

use crate::policy::{Failure, TestReport, TestStatus};

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestCounts {
    /// True ones.
    pub passed: usize,
    /// Those that are not.
    pub failed: usize,
    /// `todo_test_…`
    pub skipped: usize,
    /// Those that could not be evaluated.
    pub errors: usize,
}

impl TestCounts {
    /// Counts the tests of a report.
    #[must_use]
    pub fn of(report: &TestReport) -> Self {
        let mut counts = Self::default();
        for case in &report.cases {
            match case.status {
                TestStatus::Passed => counts.passed += 1,
                TestStatus::Failed => counts.failed += 1,
                TestStatus::Skipped => counts.skipped += 1,
                TestStatus::Error(_) => counts.errors += 1,
            }
        }
        counts
    }
}

/// A failure as lines of text: what and where, then the values.
fn lines(failure: &Failure) -> Vec<String> {
    let place = &failure.place;
    let mut lines = vec![format!("{}:{}:{}: {}", place.source, place.line, place.column, failure.message)];
    lines.extend(failure.values.iter().map(|(text, value)| format!("  {} = {value}", one_line(text))));
    lines
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
