//! From the value of a test to what became of it.

use regorus::Value;
use regorus::unstable::{LiteralStmt, Rule};

use super::super::{builtins, written};
use super::find::Test;
use super::probe::Probe;
use super::run::Ran;
use super::{SubCase, TestCase, TestStatus};

/// Most statements before the one that gives a case its name.
const MOST_STATEMENTS: usize = 40;

pub(super) fn finish(probe: Probe<'_>, test: &Test<'_>, ran: Ran) -> TestCase {
    let mut cases = Vec::new();
    let status = match ran.value {
        _ if test.skipped => TestStatus::Skipped,
        Err(error) => TestStatus::Error(error),
        Ok(value) if test.keys.is_empty() => match value {
            Value::Bool(true) => TestStatus::Passed,
            _ => TestStatus::Failed,
        },
        Ok(value) => {
            cases = of_value(&value, &mut Vec::new());
            for (name, _) in begun(probe, test) {
                if cases.iter().all(|case| case.name != name) {
                    cases.push(SubCase { name, passed: false, failure: None });
                }
            }
            cases.sort_by(|a, b| a.name.cmp(&b.name));
            if cases.iter().all(|case| case.passed) { TestStatus::Passed } else { TestStatus::Failed }
        }
    };
    TestCase {
        name: test.name.clone(),
        status,
        source: test.file.name.clone(),
        line: test.line(),
        prints: ran.prints,
        failure: None,
        cases,
        time: ran.time,
    }
}

/// The cases in the value of a test: objects within objects, to values that should be true.
fn of_value(value: &Value, keys: &mut Vec<String>) -> Vec<SubCase> {
    match value {
        Value::Object(fields) => fields
            .iter_sorted()
            .flat_map(|(key, value)| {
                keys.push(key_name(key));
                let cases = of_value(value, keys);
                keys.pop();
                cases
            })
            .collect(),
        Value::Undefined => Vec::new(),
        other => vec![SubCase { name: keys.join("/"), passed: *other == Value::Bool(true), failure: None }],
    }
}

fn key_name(key: &Value) -> String {
    match key {
        Value::String(text) => text.to_string(),
        other => builtins::notation(other),
    }
}

/// The first body of a test.
pub(super) fn statements<'t>(test: &Test<'t>) -> &'t [LiteralStmt] {
    match test.rule.as_ref() {
        Rule::Spec { bodies, .. } => bodies.first().map_or(&[], |body| body.query.stmts.as_slice()),
        Rule::Default { .. } => &[],
    }
}

/// The keys of a test as an array of Rego.
pub(super) fn keys(test: &Test<'_>) -> String {
    let keys: Vec<&str> = test.keys.iter().map(|key| written::written(key.span())).collect();
    format!("[{}]", keys.join(", "))
}

/// The cases that were begun: those that the body names, whether it then holds or not; name and keys.
pub(super) fn begun(probe: Probe<'_>, test: &Test<'_>) -> Vec<(String, Value)> {
    let Some((_, values)) = naming(probe, test) else { return Vec::new() };
    let mut begun: Vec<(String, Value)> = Vec::new();
    for value in values {
        let Ok(items) = value.as_array() else { continue };
        let name = items.iter().map(key_name).collect::<Vec<_>>().join("/");
        if begun.iter().all(|(known, _)| *known != name) {
            begun.push((name, value.clone()));
        }
    }
    begun
}

/// How many statements it takes until the keys have values, and which ones.
pub(super) fn naming(probe: Probe<'_>, test: &Test<'_>) -> Option<(usize, Vec<Value>)> {
    let statements = statements(test);
    let keys = keys(test);
    let mut written = String::new();
    for (number, statement) in statements.iter().take(MOST_STATEMENTS).enumerate() {
        written.push_str(&format!("{};\n", written::written(&statement.span)));
        let question = format!("[{keys} |\n{}]", written.trim_end_matches([';', '\n']));
        if let Ok(values) = probe.ask(test.file, &[question]) {
            let cases = values.first().and_then(|value| value.as_array().ok());
            return cases.map(|cases| (number + 1, cases.iter().cloned().collect()));
        }
    }
    None
}
