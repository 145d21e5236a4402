//! What OPA 1.22.2 answers to calls of builtins, recorded in `answers.json`: for each expression
//! over `input` some inputs and the answer in Rego notation; `null` where it is undefined.
//!
//! In an input `{"$set": […]}` is a set.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use regorus::Value;

use crate::policy::engine;
use crate::policy::parse::{self, Parsed, Printing};
use crate::policy::run::Runner;
use crate::policy::{PolicySource, lint};

#[derive(serde::Deserialize)]
struct Group {
    expression: String,
    cases: Vec<(serde_json::Value, Option<String>)>,
}

fn decoded(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Array(items) => Value::from(items.iter().map(decoded).collect::<Vec<_>>()),
        serde_json::Value::Object(fields) => match fields.get("$set") {
            Some(items) => Value::from(items.as_array().unwrap().iter().map(decoded).collect::<BTreeSet<_>>()),
            None => Value::from(
                fields
                    .iter()
                    .map(|(key, value)| (Value::from(key.as_str()), decoded(value)))
                    .collect::<BTreeMap<_, _>>(),
            ),
        },
        other => Value::from_json_str(&other.to_string()).unwrap(),
    }
}

/// A term with its numbers written in one way: `1.0` is `1`, `1e2` is `100`.
fn plain(term: &str) -> String {
    let number = regex::Regex::new(r#""(?:\\.|[^"\\])*"|-?[0-9][0-9.eE+-]*"#).unwrap();
    let one = |found: &regex::Captures| {
        if found[0].starts_with('"') {
            return found[0].to_owned();
        }
        Value::from_numeric_string(&found[0]).map_or(found[0].to_owned(), |value| match value.as_f64() {
            Ok(0.0) => "0".to_owned(),
            _ => super::notation(&value),
        })
    };
    number.replace_all(term, one).into_owned()
}

/// All that differs: expression, input, ours, OPA's.
fn differences(groups: &[Group]) -> Vec<String> {
    let mut text = "package answers\n\nimport rego.v1\n\n".to_owned();
    for (index, group) in groups.iter().enumerate() {
        text += &format!("r{index} := x if x := {}\n", group.expression);
    }
    let source = PolicySource { name: "answers.rego".to_owned(), text };
    let Parsed { files, errors } = parse::parse(&[&source], Printing::Off);
    assert!(errors.is_empty(), "{errors:?}");
    let errors = lint::references(&files);
    assert!(errors.is_empty(), "{errors:?}");
    let program = engine::compile(&files, &Value::new_object()).unwrap();
    let mut runner = Runner::new(program.into(), 50_000_000, None, 0);
    let mut wrong = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        for (input, expected) in &group.cases {
            runner.set_input(&decoded(input));
            let actual = match runner.run(&format!("data.answers.r{index}")) {
                Ok(Value::Undefined) => None,
                Ok(value) => Some(plain(&super::notation(&value))),
                Err(error) => Some(format!("no verdict: {error}").replace('\n', " ")),
            };
            if actual != expected.as_deref().map(plain) {
                wrong.push(format!("{}\t{input}\t{actual:?}\t{expected:?}", group.expression));
            }
        }
    }
    wrong
}

#[test]
fn answers_as_opa() {
    let groups: Vec<Group> = serde_json::from_str(include_str!("answers.json")).unwrap();
    let failed = differences(&groups);
    assert!(failed.is_empty(), "{} wrong\n{}", failed.len(), failed.join("\n"));
}

/// What must not be "undefined", which whoever pushes could use to switch a rule off.
#[test]
fn too_much_is_no_verdict() {
    let long = "a".repeat(100_000);
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let many: Vec<_> = std::iter::repeat_n(Value::from(long.as_str()), 1000).collect();
    let number = |digits: &str| Value::from_numeric_string(digits).unwrap();
    let text = |text: &str| Value::from(text);
    let cases: Vec<(&str, Vec<Value>)> = vec![
        ("regex.match(input[0], input[1])", vec![text(r"\pL{1000}\pL{1000}\pL{1000}"), text("a")]),
        ("regex.match(input[0], input[1])", vec![text("a(?i)*"), text("a")]),
        ("regex.match(input[0], input[1])", vec![text(&format!("{}a{}", "(".repeat(300), ")".repeat(300))), text("a")]),
        ("regex.replace(input[0], input[1], input[2])", vec![text(&long), text("a"), text(&long)]),
        ("replace(input[0], input[1], input[2])", vec![text(&long), text("a"), text(&long)]),
        ("strings.replace_n({\"a\": input[0]}, input[1])", vec![text(&long), text(&long)]),
        ("concat(\"\", input)", many),
        ("numbers.range(input[0], input[1])", vec![number("1"), number("1000000000000")]),
        ("numbers.range(input[0], input[1])", vec![number("0"), number("1e40")]),
        ("bits.lsh(input[0], input[1])", vec![number("1"), number("1000000000")]),
        ("net.cidr_expand(input[0])", vec![text("::/0")]),
        ("json.unmarshal(input[0])", vec![text(&deep)]),
        ("json.unmarshal(input[0])", vec![text("1e2147483648")]),
        ("input[0] * input[1]", vec![number("1e-300"), number("1e-300")]),
        ("product(input)", vec![number("1e-300"), number("1e-300")]),
    ];
    for (expression, arguments) in cases {
        for rule in [format!("r := x if x := {expression}"), format!("r := 1 if not {expression}")] {
            let text = format!("package answers\n\nimport rego.v1\n\n{rule}\n");
            let source = PolicySource { name: "answers.rego".to_owned(), text };
            let Parsed { files, .. } = parse::parse(&[&source], Printing::Off);
            let program = engine::compile(&files, &Value::new_object()).unwrap();
            let mut runner = Runner::new(program.into(), 50_000_000, None, 0);
            runner.set_input(&Value::from(arguments.clone()));
            assert!(runner.run("data.answers.r").is_err(), "{rule}");
        }
    }
}
