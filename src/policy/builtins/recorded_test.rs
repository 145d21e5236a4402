//! Answers of OPA, recorded.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::Value as Json;

use crate::policy::PolicySource;
use crate::policy::engine;
use crate::policy::parse::{self, Parsed, Printing};
use crate::policy::run::Runner;

/// What each expression gives; nothing where it is undefined.
fn ours(expressions: &[&str], input: &Json, old: bool) -> Vec<Result<Option<Json>, String>> {
    let mut text = String::from("package kit\n\n");
    for (index, expression) in expressions.iter().enumerate() {
        text += &if old {
            format!("r{index} = x {{ x := {expression} }}\n")
        } else {
            format!("r{index} := x if {{ x := {expression} }}\n")
        };
    }
    let source = PolicySource { name: "kit.rego".to_owned(), text };
    let Parsed { errors, files } = parse::parse(&[&source], Printing::Off);
    assert!(errors.is_empty(), "{errors:?}");
    let errors = crate::policy::lint::references(&files);
    assert!(errors.is_empty(), "{errors:?}");
    let data = regorus::Value::new_object();
    let program = engine::compile(&files, &data).unwrap();
    let mut runner = Runner::new(program.into(), 50_000_000, None, 0);
    runner.set_input(&regorus::Value::from_json_str(&input.to_string()).unwrap());
    runner.set_data(&data);
    let answer = |index| match runner.run(&format!("data.kit.r{index}")) {
        Ok(regorus::Value::Undefined) => Ok(None),
        Ok(value) => Ok(Some(crate::policy::result::json(&value))),
        Err(error) => Err(error.to_string()),
    };
    (0..expressions.len()).map(answer).collect()
}

/// `1` and `1.0` are the same number.
fn value(json: &Json) -> regorus::Value {
    regorus::Value::from_json_str(&json.to_string()).unwrap()
}

fn differences(recorded: &str) -> Vec<String> {
    let recorded: Json = serde_json::from_str(recorded).unwrap();
    let mut wrong = Vec::new();
    for (version, old) in [("v1", false), ("v0", true)] {
        for chunk in recorded[version].as_array().unwrap().chunks(60) {
            let expressions: Vec<&str> = chunk.iter().map(|row| row[0].as_str().unwrap()).collect();
            let answers = ours(&expressions, &recorded["input"], old);
            for (row, answer) in chunk.iter().zip(answers) {
                let wanted = row[1].get(0);
                let same = match &answer {
                    Ok(got) => got.as_ref().map(value) == wanted.map(value),
                    Err(_) => false,
                };
                if !same {
                    let shown = |json: Option<&Json>| json.map_or("undefined".to_owned(), Json::to_string);
                    let got = answer.map_or_else(|error| error, |got| shown(got.as_ref()));
                    wrong.push(format!("{}: {got} instead of {}", row[0], shown(wanted)));
                }
            }
        }
    }
    wrong
}

#[test]
fn answers_as_opa() {
    let wrong = differences(include_str!("recorded.json"));
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
