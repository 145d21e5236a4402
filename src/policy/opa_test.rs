//! What OPA 1.22.2 answers to policies over odd inputs, recorded in `opa_cases.json`: for each
//! case the Rego files and runs of an input and the messages of all judging rules, sorted; `null`
//! where OPA gives an error, when loading or evaluating.

use regorus::Value;

use super::{CompileOptions, PolicySet, PolicySource};

#[derive(serde::Deserialize)]
struct Case {
    name: String,
    policies: Vec<String>,
    runs: Vec<(serde_json::Value, Option<Vec<String>>)>,
}

#[test]
fn answers_as_opa() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("opa_cases.json")).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let files = case.policies.iter().enumerate();
        let sources: Vec<_> =
            files.map(|(n, text)| PolicySource { name: format!("{n}.rego"), text: text.clone() }).collect();
        let set = PolicySet::compile(&sources, &[], &CompileOptions::default());
        let mut evaluator = set.as_ref().ok().map(|set| set.evaluator(0));
        for (input, expected) in &case.runs {
            let input = Value::from_json_str(&input.to_string()).unwrap();
            let outcome = evaluator.as_mut().and_then(|evaluator| evaluator.evaluate(&input, &input, None).ok());
            let actual = outcome.map(|outcome| {
                let mut messages: Vec<_> = outcome.violations.into_iter().map(|violation| violation.message).collect();
                messages.sort();
                messages
            });
            if actual != *expected {
                wrong.push(format!("{}: {input}: {actual:?} instead of {expected:?}", case.name));
            }
        }
    }
    assert!(cases.len() > 150, "{}", cases.len());
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}
