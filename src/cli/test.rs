//! `pushgate test`: unit tests of policies.

use std::path::PathBuf;

use super::{
    Global,
    outcome::{Outcome, no_verdict, say, tell},
};
use crate::{
    gate::{GateError, policies::policy_sources},
    policy::{TestStatus, run_tests},
    report::human::Door,
    text::counted,
};

#[derive(Debug, clap::Args)]
pub(super) struct TestArgs {
    /// Run only tests whose name contains this
    #[arg(long, value_name = "TEXT")]
    run: Option<String>,
    /// Policies with their tests, and data files
    #[arg(value_name = "PATH", default_value = "policies")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &TestArgs, global: &Global) -> Outcome {
    let (mut sources, mut data) = (Vec::new(), Vec::new());
    for path in &args.paths {
        match policy_sources(path) {
            Ok((more_sources, more_data)) => {
                sources.extend(more_sources);
                data.extend(more_data);
            }
            Err(error) => return no_verdict(&error, "no tests run", Door::Check, global),
        }
    }
    let report = match run_tests(&sources, &data, args.run.as_deref()) {
        Ok(report) => report,
        Err(errors) => return no_verdict(&GateError::Policies(errors), "no tests run", Door::Check, global),
    };
    if report.cases.is_empty() {
        match &args.run {
            Some(text) => tell(&format!("error: no test's name contains `{}`\n", crate::text::shortened(text, 80))),
            None => tell("error: no tests found\nhint: a test is a rule named `test_…`, in a file beside the policy\n"),
        }
        return Outcome::NoVerdict;
    }
    let mut out = String::new();
    for case in &report.cases {
        let status = match &case.status {
            TestStatus::Passed if global.verbose => "passed".to_owned(),
            TestStatus::Passed => continue,
            TestStatus::Failed => "FAILED".to_owned(),
            TestStatus::Skipped => "skipped".to_owned(),
            TestStatus::Error(error) => format!("ERROR: {error}"),
        };
        out.push_str(&format!("{}:{}: {}: {status}\n", case.source, case.line, case.name));
        for line in &case.prints {
            out.push_str(&format!("  {line}\n"));
        }
    }
    let count = |wanted: fn(&TestStatus) -> bool| report.cases.iter().filter(|case| wanted(&case.status)).count();
    out.push_str(&format!(
        "{}: {} passed, {} failed, {} skipped\n",
        counted(report.cases.len(), "policy test"),
        count(|status| matches!(status, TestStatus::Passed)),
        count(|status| matches!(status, TestStatus::Failed | TestStatus::Error(_))),
        count(|status| matches!(status, TestStatus::Skipped)),
    ));
    say(&out);
    if report.is_success() { Outcome::Accepted } else { Outcome::Refused }
}
