//! Test results in the Test Anything Protocol, version 13.

use super::lines;
use crate::{
    policy::{TestCase, TestReport, TestStatus},
    text::escaped,
};

/// Writes results.
#[must_use]
pub fn tap(report: &TestReport) -> String {
    let mut out = format!("TAP version 13\n1..{}\n", report.cases.len());
    for (number, case) in (1..).zip(&report.cases) {
        let name = escaped(&case.name).replace('#', "\\#");
        match &case.status {
            TestStatus::Passed => out.push_str(&format!("ok {number} - {name}\n")),
            TestStatus::Skipped => out.push_str(&format!("ok {number} - {name} # SKIP todo_test\n")),
            TestStatus::Failed => {
                out.push_str(&format!("not ok {number} - {name}\n"));
                notes(&mut out, case);
            }
            TestStatus::Error(error) => {
                out.push_str(&format!("not ok {number} - {name}\n# {}\n", escaped(error)));
            }
        }
    }
    out
}

fn notes(out: &mut String, case: &TestCase) {
    out.push_str(&format!("# {}:{}\n", escaped(&case.source), case.line));
    let failed = case.cases.iter().filter(|sub| !sub.passed);
    for sub in failed.clone() {
        out.push_str(&format!("# failed case: {}\n", escaped(&sub.name)));
    }
    for failure in case.failure.iter().chain(failed.filter_map(|sub| sub.failure.as_ref())) {
        for line in lines(failure) {
            out.push_str(&format!("# {}\n", escaped(&line)));
        }
    }
}
