//! Unit tests of policies: rules named `test_…`, as `opa test` and `conftest verify` run them.
//!
//! They run on what judges. Why one failed is found by evaluating its body again, statement by statement
//! ([`explain`]).

mod case;
mod coverage;
mod explain;
mod find;
mod probe;
mod run;

use std::time::Duration;

use regorus::Value;

use super::error::{Place, PolicyError};
use super::parse::{self, Parsed, Printing};
use super::reach::Reach;
use super::{PolicySource, conventions, engine, lint, syntax};
use crate::document::Node;

pub use coverage::{Coverage, FileCoverage};
pub(super) use find::is_test_name;

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestStatus {
    /// It is true.
    Passed,
    /// It is not.
    Failed,
    /// It is named `todo_test_…`.
    Skipped,
    /// It could not be evaluated.
    Error(String),
}

/// One case of a test that has several: `test_x[case]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubCase {
    /// The keys of the case, joined by `/`.
    pub name: String,
    /// Whether it is true.
    pub passed: bool,
    /// Why not, where that could be found out.
    pub failure: Option<Failure>,
}

/// Why a test failed: the statement of its body that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong, in one line.
    pub message: String,
    /// The statement.
    pub place: Place,
    /// What is in it, with the values that were had.
    pub values: Vec<(String, String)>,
}

/// One test.
#[derive(Clone, Debug)]
pub struct TestCase {
    /// `<package>.<rule>`; the second definition of the same name ends with `#01`.
    pub name: String,
    /// What became of it.
    pub status: TestStatus,
    /// The file it is defined in.
    pub source: String,
    /// 1-based line of its definition.
    pub line: usize,
    /// What it printed, a line each.
    pub prints: Vec<String>,
    /// Why it failed, where that could be found out.
    pub failure: Option<Failure>,
    /// The cases of `test_x[case]`, by name.
    pub cases: Vec<SubCase>,
    /// How long it took.
    pub time: Duration,
}

/// A judging rule that no test reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untested {
    /// `<package>.<rule>`
    pub rule: String,
    /// The file with its first definition.
    pub source: String,
    /// 1-based line of it.
    pub line: usize,
}

/// All tests of a set.
#[derive(Clone, Debug, Default)]
pub struct TestReport {
    /// By name.
    pub cases: Vec<TestCase>,
    /// Lines that the tests reached, if asked for.
    pub coverage: Option<Coverage>,
    /// Judging rules that no test reads, by name. Empty when only some tests were run.
    pub untested: Vec<Untested>,
}

impl TestReport {
    /// Whether no test failed or could not be evaluated.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.cases.iter().all(|case| match case.status {
            TestStatus::Passed | TestStatus::Skipped => true,
            TestStatus::Failed | TestStatus::Error(_) => false,
        })
    }
}

/// Called with the number of tests that have ended, and of all.
pub type Progress<'p> = &'p (dyn Fn(usize, usize) + Sync);

/// How tests are run.
pub struct TestOptions<'p> {
    /// Only tests with a matching name, with or without `data.` before it.
    pub filter: Option<regex::Regex>,
    /// What one test may take.
    pub timeout: Option<Duration>,
    /// Note which lines are reached.
    pub coverage: bool,
    /// How many threads; at least 1.
    pub threads: usize,
    /// What `time.now_ns()` answers.
    pub now: i64,
    /// Hears of every test that ended.
    pub progress: Option<Progress<'p>>,
}

impl Default for TestOptions<'_> {
    fn default() -> Self {
        Self { filter: None, timeout: None, coverage: false, threads: 1, now: 0, progress: None }
    }
}

/// Runs the tests of all packages.
///
/// # Errors
/// Every mistake that keeps the set from being evaluated.
pub fn run_tests(
    sources: &[PolicySource],
    data: &[(String, Node)],
    options: &TestOptions<'_>,
) -> Result<TestReport, Vec<PolicyError>> {
    let sources: Vec<_> = sources.iter().collect();
    let Parsed { files, mut errors } = parse::parse(&sources, Printing::On);
    if errors.is_empty() {
        errors.extend(lint::rules(&files, true));
        errors.extend(lint::references(&files));
    }
    let data = super::data_value(data).unwrap_or_else(|wrong| {
        errors.extend(wrong);
        Value::new_object()
    });
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut program = engine::compile(&files, &data)?;
    for test in find::tests(&files, None) {
        test.move_in(&mut program);
    }
    let tests = find::tests(&files, options.filter.as_ref());
    let (results, reached) = run::run(&program, &tests, options);
    let coverage = options.coverage.then(|| coverage::coverage(&files, &reached));
    let probe = probe::Probe { program: &program, now: options.now, timeout: options.timeout };
    let mut cases = Vec::with_capacity(tests.len());
    for (test, result) in tests.iter().zip(results) {
        cases.push(case::finish(probe, test, result));
    }
    explain::explain(probe, &files, &tests, &mut cases);
    let untested = if options.filter.is_none() { untested(&files) } else { Vec::new() };
    Ok(TestReport { cases, coverage, untested })
}

/// Judging rules outside of tests that no test reads, directly or through others.
fn untested(files: &[parse::File]) -> Vec<Untested> {
    let reach = Reach::new(files);
    let reached = reach.from(|_, name| is_test_name(name));
    let mut untested: Vec<Untested> = Vec::new();
    for file in files.iter().filter(|file| !file.name.ends_with("_test.rego")) {
        for rule in &file.module.policy {
            let Some(name) = conventions::judging_name(rule) else { continue };
            let shown = format!("{}.{name}", file.package_name());
            if !reached.contains(file.path_to([name]).as_str()) && untested.iter().all(|known| known.rule != shown) {
                let line = usize::try_from(syntax::head_reference(rule).span().line).unwrap_or(0);
                untested.push(Untested { rule: shown, source: file.name.clone(), line });
            }
        }
    }
    untested.sort_by(|a, b| a.rule.cmp(&b.rule));
    untested
}

#[cfg(test)]
mod tests;
