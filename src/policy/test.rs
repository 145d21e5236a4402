//! Unit tests of policies: rules named `test_…`, as `opa test` and `conftest verify` run them.

use std::collections::BTreeMap;

use regorus::Value;

use super::error::PolicyError;
use super::parse::{self, Parsed, Printing};
use super::{PolicySource, builtins, lint, syntax};
use crate::document::Node;

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

/// One test.
#[derive(Clone, Debug)]
pub struct TestCase {
    /// `<package>.<rule>`
    pub name: String,
    /// What became of it.
    pub status: TestStatus,
    /// The file with its first definition.
    pub source: String,
    /// 1-based line of its first definition.
    pub line: usize,
    /// What it printed, a line each.
    pub prints: Vec<String>,
}

/// All tests of a set, ordered by name.
#[derive(Clone, Debug, Default)]
pub struct TestReport {
    /// The tests.
    pub cases: Vec<TestCase>,
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

/// Runs the tests of all packages whose name contains `filter`, with the interpreter: tests live
/// on `with`, which the VM has not.
///
/// # Errors
/// Every mistake that keeps the set from being evaluated.
pub fn run_tests(
    sources: &[PolicySource],
    data: &[(String, Node)],
    filter: Option<&str>,
) -> Result<TestReport, Vec<PolicyError>> {
    let sources: Vec<_> = sources.iter().collect();
    let Parsed { mut engine, files, mut errors } = parse::parse(&sources, Printing::On);
    if errors.is_empty() {
        errors.extend(lint::rules(&files));
        errors.extend(lint::references(&files));
    }
    let data = super::data_value(data).unwrap_or_else(|wrong| {
        errors.extend(wrong);
        Value::new_object()
    });
    if !errors.is_empty() {
        return Err(errors);
    }
    let failed = |text: String| vec![parse::from_regorus(&text, &sources)];
    engine.set_strict_builtin_errors(false);
    engine.set_gather_prints(true);
    builtins::add_to_engine(&mut engine).map_err(|error| failed(error.to_string()))?;
    builtins::set_now(0);
    engine.add_data(data).map_err(|error| failed(error.to_string()))?;

    let mut tests = BTreeMap::new();
    for file in &files {
        for rule in &file.module.policy {
            let Some(name) = syntax::root_name(syntax::head_reference(rule)) else { continue };
            let skipped = name.starts_with("todo_test_");
            if !skipped && !name.starts_with("test_") {
                continue;
            }
            let shown = format!("{}.{name}", file.package_name());
            if filter.is_none_or(|filter| shown.contains(filter)) {
                let line = usize::try_from(rule.span().line).unwrap_or(0);
                tests.entry(shown).or_insert((file, file.path_to([name]), line, skipped));
            }
        }
    }
    // Rules that would fail every test alike (an unsafe variable) are a mistake of the set.
    if let Some((_, path, ..)) = tests.values().next() {
        engine.compile_with_entrypoint(&path.as_str().into()).map_err(|error| failed(error.to_string()))?;
    }
    let mut report = TestReport::default();
    for (name, (file, path, line, skipped)) in tests {
        engine.set_input(Value::new_object());
        let status = if skipped { TestStatus::Skipped } else { status(engine.eval_rule(path)) };
        let prints = engine.take_prints().unwrap_or_default();
        report.cases.push(TestCase { name, status, source: file.name.clone(), line, prints });
    }
    Ok(report)
}

fn status(result: anyhow::Result<Value>) -> TestStatus {
    match result {
        Ok(Value::Bool(true)) => TestStatus::Passed,
        Ok(Value::Bool(false) | Value::Undefined) => TestStatus::Failed,
        Ok(_) => TestStatus::Error("a test must be true or false".to_owned()),
        Err(error) => TestStatus::Error(parse::from_regorus(&error.to_string(), &[]).message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(texts: &[(&str, &str)], filter: Option<&str>) -> Result<TestReport, Vec<PolicyError>> {
        let sources: Vec<_> = texts
            .iter()
            .map(|(name, text)| PolicySource { name: (*name).to_owned(), text: (*text).to_owned() })
            .collect();
        run_tests(&sources, &[], filter)
    }

    const POLICY: (&str, &str) =
        ("p.rego", "package main\ndeny contains sprintf(\"%05d\", [x]) if some x in input.xs\n");

    #[test]
    fn each_test_has_a_status_and_a_place() {
        let tests = "package main_test\nimport data.main\n\ntest_fires if { print(\"here\", 1); main.deny[\"00007\"] with input as {\"xs\": [7]} }\ntest_fails if { count(main.deny) == 2 with input as {\"xs\": [7]} }\ntest_false := false\ntodo_test_later if { true }\ntest_errors if { main.deny with input as {\"xs\": 1} }\nhelper := 1\n";
        let report = run(&[POLICY, ("p_test.rego", tests)], None).unwrap();
        let cases: Vec<_> = report
            .cases
            .iter()
            .map(|case| {
                (case.name.as_str(), case.line, matches!(case.status, TestStatus::Error(_)), case.status.clone())
            })
            .map(|(name, line, error, status)| {
                (name, line, if error { TestStatus::Error(String::new()) } else { status })
            })
            .collect();
        assert_eq!(
            cases,
            [
                ("main_test.test_errors", 8, TestStatus::Error(String::new())),
                ("main_test.test_fails", 5, TestStatus::Failed),
                ("main_test.test_false", 6, TestStatus::Failed),
                ("main_test.test_fires", 4, TestStatus::Passed),
                ("main_test.todo_test_later", 7, TestStatus::Skipped),
            ]
        );
        assert!(!report.is_success());
        let printed: Vec<_> = report.cases.iter().flat_map(|case| &case.prints).collect();
        assert_eq!(printed.len(), 1);
        assert!(printed[0].contains("here 1"), "{printed:?}");
        let report = run(&[POLICY, ("p_test.rego", tests)], Some("fires")).unwrap();
        assert_eq!(report.cases.len(), 1);
        assert!(report.is_success());
    }

    #[test]
    fn a_mistake_of_the_set_is_no_failed_test() {
        let errors = run(&[POLICY, ("p_test.rego", "package main_test\ntest_a if nope(1)\n")], None).unwrap_err();
        assert_eq!(errors[0].message, "unknown function `nope`");
        let errors = run(&[POLICY, ("p_test.rego", "package main_test\ntest_a if x == 1\n")], None).unwrap_err();
        assert_eq!(errors[0].place.as_ref().unwrap().line, 2);
    }
}
