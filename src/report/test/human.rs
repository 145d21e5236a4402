//! Test results for people.

use super::{TestCounts, one_line};
use crate::{
    gate::load::policy_finding,
    policy::{Coverage, Failure, PolicyError, TestCase, TestReport, TestStatus},
    report::{Style, human::diagnostic},
    text::{counted, escaped},
};

/// Policies without a test named in full.
const UNTESTED: usize = 10;

/// Writes results: failures in full, the others with `verbose` only, and a summary.
#[must_use]
pub fn human(report: &TestReport, style: Style, quiet: bool) -> String {
    let mut out = String::new();
    for case in &report.cases {
        let status = match &case.status {
            TestStatus::Passed if style.verbose => "passed".to_owned(),
            TestStatus::Passed => continue,
            TestStatus::Skipped if quiet => continue,
            TestStatus::Skipped => "skipped".to_owned(),
            TestStatus::Failed => "FAILED".to_owned(),
            TestStatus::Error(error) => format!("ERROR: {}", escaped(error)),
        };
        out.push_str(&format!("{}:{}: {}: {status}\n", escaped(&case.source), case.line, escaped(&case.name)));
        details(&mut out, case, style);
    }
    if let Some(coverage) = &report.coverage {
        out.push_str(&of_coverage(coverage, style));
    }
    let named = report.untested.iter().take(if style.verbose { usize::MAX } else { UNTESTED });
    for untested in named.filter(|_| !quiet) {
        out.push_str(&format!(
            "{}:{}: {}: no test reads it\n",
            escaped(&untested.source),
            untested.line,
            escaped(&untested.rule)
        ));
    }
    if report.untested.len() > UNTESTED && !style.verbose && !quiet {
        out.push_str(&format!("… and {} more that no test reads (-v)\n", report.untested.len() - UNTESTED));
    }
    let counts = TestCounts::of(report);
    if !quiet || counts.failed + counts.errors > 0 {
        let errors = if counts.errors > 0 { format!(", {} with errors", counts.errors) } else { String::new() };
        out.push_str(&format!(
            "{}: {} passed, {} failed{errors}, {} skipped\n",
            counted(report.cases.len(), "policy test"),
            counts.passed,
            counts.failed,
            counts.skipped,
        ));
    }
    out
}

fn details(out: &mut String, case: &TestCase, style: Style) {
    for line in &case.prints {
        out.push_str(&format!("  {}\n", escaped(line)));
    }
    for sub in case.cases.iter().filter(|sub| !sub.passed || style.verbose) {
        out.push_str(&format!("  {}: {}\n", escaped(&sub.name), if sub.passed { "passed" } else { "FAILED" }));
        if let Some(failure) = &sub.failure {
            out.push_str(&of_failure(failure, style));
        }
    }
    if let Some(failure) = &case.failure {
        out.push_str(&of_failure(failure, style));
    }
}

/// The statement that fails, drawn as findings are, with the values in it.
fn of_failure(failure: &Failure, style: Style) -> String {
    let error = PolicyError { message: failure.message.clone(), place: Some(failure.place.clone()), help: None };
    let mut out = diagnostic(&policy_finding("failed", &error), style);
    for (text, value) in &failure.values {
        out.push_str(&format!("    {} = {}\n", escaped(&one_line(text)), escaped(value)));
    }
    out.push('\n');
    out
}

fn of_coverage(coverage: &Coverage, style: Style) -> String {
    let mut out = String::new();
    for file in &coverage.files {
        if file.uncovered.is_empty() && !style.verbose {
            continue;
        }
        out.push_str(&format!("{}: {:.1} % covered", escaped(&file.name), file.percent()));
        if !file.uncovered.is_empty() {
            out.push_str(&format!(", not lines {}", ranges(&file.uncovered)));
        }
        out.push('\n');
    }
    out.push_str(&format!("coverage: {:.1} %\n", coverage.percent()));
    out
}

/// Line numbers with runs of them put together: `3-5, 9`.
pub(super) fn ranges(lines: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            Some(_) | None => runs.push((*line, *line)),
        }
    }
    let shown =
        runs.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") });
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_lines() {
        assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), "1-3, 7, 9-10");
        assert_eq!(ranges(&[]), "");
    }
}
