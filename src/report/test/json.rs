//! Test results as one JSON object.

use serde_json::{Value, json};

use super::TestCounts;
use crate::policy::{Coverage, Failure, TestCase, TestReport, TestStatus};

/// Writes results.
#[must_use]
pub fn json(report: &TestReport) -> String {
    let counts = TestCounts::of(report);
    let object = json!({
        "pushgate": env!("CARGO_PKG_VERSION"),
        "tests": report.cases.iter().map(case).collect::<Vec<_>>(),
        "counts": {
            "passed": counts.passed,
            "failed": counts.failed,
            "skipped": counts.skipped,
            "errors": counts.errors,
        },
        "coverage": report.coverage.as_ref().map(coverage),
        "untested": report.untested.iter().map(|rule| {
            json!({"rule": rule.rule, "path": rule.source, "line": rule.line})
        }).collect::<Vec<_>>(),
    });
    format!("{object:#}\n")
}

fn case(case: &TestCase) -> Value {
    let (status, error) = match &case.status {
        TestStatus::Passed => ("passed", None),
        TestStatus::Failed => ("failed", None),
        TestStatus::Skipped => ("skipped", None),
        TestStatus::Error(error) => ("error", Some(error)),
    };
    json!({
        "name": case.name,
        "status": status,
        "error": error,
        "path": case.source,
        "line": case.line,
        "seconds": case.time.as_secs_f64(),
        "prints": case.prints,
        "failure": case.failure.as_ref().map(failure),
        "cases": case.cases.iter().map(|sub| json!({
            "name": sub.name,
            "status": if sub.passed { "passed" } else { "failed" },
            "failure": sub.failure.as_ref().map(failure),
        })).collect::<Vec<_>>(),
    })
}

fn failure(failure: &Failure) -> Value {
    json!({
        "message": failure.message,
        "path": failure.place.source,
        "line": failure.place.line,
        "column": failure.place.column,
        "values": failure.values.iter().map(|(text, value)| {
            json!({"expression": text, "value": value})
        }).collect::<Vec<_>>(),
    })
}

fn coverage(coverage: &Coverage) -> Value {
    json!({
        "percent": coverage.percent(),
        "files": coverage.files.iter().map(|file| json!({
            "path": file.name,
            "percent": file.percent(),
            "covered": file.covered,
            "uncovered": file.uncovered,
        })).collect::<Vec<_>>(),
    })
}
