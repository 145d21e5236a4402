#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

fn case(text: &str) -> Compared {
    compare(&serde_json::from_str(text).unwrap())
}

fn is_different(text: &str) -> bool {
    matches!(case(text), Compared::Different { .. })
}

#[test]
fn rows_have_no_order_and_arrays_have() {
    let rows = r#"{"query": "x = [2, 1][_]", "want_result": [{"x": 1}, {"x": 2}]}"#;
    assert_eq!(case(rows), Compared::Same);
    let array = r#"{"query": "x = [2, 1]", "want_result": [{"x": [1, 2]}]}"#;
    assert!(is_different(array));
    let sorted = r#"{"query": "x = [2, 1]", "want_result": [{"x": [1, 2]}], "sort_bindings": true}"#;
    assert_eq!(case(sorted), Compared::Same);
    assert!(is_different(r#"{"query": "x = 1", "want_result": [{"x": 1}, {"x": 1}]}"#));
}

#[test]
fn numbers_are_compared_exactly() {
    let big = r#"{"query": "x = 9007199254740993", "want_result": [{"x": 9007199254740993}]}"#;
    assert_eq!(case(big), Compared::Same);
    assert!(is_different(r#"{"query": "x = 9007199254740993", "want_result": [{"x": 9007199254740992}]}"#));
    assert_eq!(case(r#"{"query": "x = 1", "want_result": [{"x": 1.0}]}"#), Compared::Same);
}

#[test]
fn sets_and_keys_are_json() {
    let text = r#"{"query": "x = {{1}: {2, 1}, 3: \"a\"}", "want_result": [{"x": {"[1]": [1, 2], "3": "a"}}]}"#;
    assert_eq!(case(text), Compared::Same);
}

#[test]
fn errors_are_told_from_answers() {
    let conflict = r#"{"query": "data.t.p = x", "modules": ["package t\np := 1\np := 2"], "want_error_code": "eval_conflict_error"}"#;
    assert_eq!(case(conflict), Compared::Same);
    let none =
        r#"{"query": "data.t.p = x", "modules": ["package t\np := 1"], "want_error_code": "eval_conflict_error"}"#;
    assert!(is_different(none));
    let refused = r#"{"query": "data.t.p = x", "modules": ["package t\np := nope(1)"], "want_result": []}"#;
    assert!(matches!(case(refused), Compared::Refused(why) if why.contains("unknown function")));
    let strict = r#"{"query": "x = to_number(\"a\")", "want_error": "x", "strict_error": true}"#;
    assert_eq!(case(strict), Compared::Same);
    assert!(is_different(r#"{"query": "x = to_number(\"a\")", "want_error": "x"}"#));
    assert!(is_different(r#"{"query": "input.a", "input": {"a": 1}, "want_defined": false}"#));
}
