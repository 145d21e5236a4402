//! Our answers against those of OPA.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use regorus::Value;
use serde_json::Value as Json;

use super::super::{begin, current_fault, find, set_now};
use crate::policy::{CompileOptions, PolicySet, PolicySource};

/// An answer: `{"v": …}`, `{}` where there is none, or `{"fault": …}`.
pub(in super::super) fn answer(name: &str, arguments: &[Json]) -> Json {
    let arguments: Vec<Value> =
        arguments.iter().map(|argument| Value::from_json_str(&argument.to_string()).unwrap()).collect();
    begin();
    let result = (find(name).unwrap().function)(&arguments);
    match (current_fault(), result) {
        (Some(fault), _) => serde_json::json!({"fault": fault}),
        (None, Ok(value)) => {
            serde_json::json!({"v": serde_json::from_str::<Json>(&value.to_json_str().unwrap()).unwrap()})
        }
        (None, Err(_)) => serde_json::json!({}),
    }
}

/// Whether two values are the same, numbers by value.
pub(in super::super) fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.to_string() == b.to_string() || a.as_f64() == b.as_f64() && a.is_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// Keys, certificates and tokens made for this, and what OPA 1.22.2 says to them.
#[test]
fn as_opa_answers() {
    let vectors: Json = serde_json::from_str(include_str!("vectors.json")).unwrap();
    set_now(vectors["now"].as_i64().unwrap());
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() > 300);
    for case in cases {
        let (name, arguments, wanted) = (case[0].as_str().unwrap(), case[1].as_array().unwrap(), &case[2]);
        let got = answer(name, arguments);
        assert!(same(&got, wanted), "{name} of {arguments:?}\n{got}\nbut OPA says\n{wanted}");
    }
}

/// What may not be compared without a verdict, and why.
#[test]
fn no_verdict_where_opa_may_differ() {
    let fault = |name: &str, arguments: Json| answer(name, arguments.as_array().unwrap())["fault"].to_string();
    let header = serde_json::json!({"alg": "ES256"});
    let key = serde_json::json!({
        "kty": "EC", "crv": "P-256", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let message = fault("io.jwt.encode_sign", serde_json::json!([header, {}, key]));
    assert!(message.contains("random"), "{message}");
    assert!(!message.contains("jpsQnnGQ"), "a secret in a message");
    let hs = serde_json::json!({"kty": "oct", "k": "c2VjcmV0"});
    let message = fault("io.jwt.encode_sign", serde_json::json!([{"alg": "HS256"}, {"a": 1.5}, hs]));
    assert!(message.contains("number"), "{message}");
    // An RSA key of a version with more than two primes.
    let message = fault(
        "crypto.parse_private_keys",
        serde_json::json!([
            "-----BEGIN RSA PRIVATE KEY-----\nMBICAQECAQECAQECAQECAQECAQE=\n-----END RSA PRIVATE KEY-----\n"
        ]),
    );
    assert!(message.contains("primes"), "{message}");
    // Half of a surrogate pair in a header.
    let message = fault("io.jwt.decode", serde_json::json!(["eyJhIjoiXHVkODAwIn0.e30.e30"]));
    assert!(message.contains("unusual"), "{message}");
}

/// Both the machine and the interpreter call them, at the time of the push, and stop where there is no verdict.
#[test]
fn in_policies() {
    const TOKEN: &str =
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSIsImV4cCI6MTAwfQ.4sMes2MXXgk3FZlc8GB54QcqApfWSyomS3AgaJdiCYI";
    for more in ["", "default f(_) := 1\n"] {
        let text = format!(
            "package main\nimport rego.v1\n{more}deny contains claims.sub if {{ \
             [true, _, claims] := io.jwt.decode_verify(input.token, {{\"secret\": \"secret\"}}) }}\n\
             warn contains crypto.md5(input.token)\n"
        );
        let source = PolicySource { name: "p.rego".to_owned(), text };
        let set = PolicySet::compile(&[source], &[], &CompileOptions::default()).unwrap();
        let ask = |token: &str, now: i64| {
            let input = Value::from_json_str(&serde_json::json!({"token": token}).to_string()).unwrap();
            let outcome = set.evaluator(now).evaluate(&input, &input, None);
            outcome.map(|outcome| outcome.violations.into_iter().map(|it| it.message).collect::<Vec<_>>())
        };
        let digest = "c67d4efa776a5b5f1a22be1c81c0e531";
        assert_eq!(ask(TOKEN, 99_000_000_000).unwrap(), ["me", digest], "{more}");
        assert_eq!(ask(TOKEN, 100_000_000_000).unwrap(), [digest], "{more}");
        let error = ask("eyJhIjoiXHVkODAwIn0.e30.e30", 0).unwrap_err();
        assert!(format!("{error:?}").contains("cannot tell what OPA would answer"), "{error:?}");
    }
}
