#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::format_collect)]

use std::time::Duration;

use regorus::Value;

use super::super::parse::{self, Parsed, Printing};
use super::super::{PolicySource, engine};
use super::{FaultKind, State};

/// What stands at a path of a set over an input, as text; an error begins with `!`.
fn ask_limited(texts: &[&str], path: &str, input: &str, steps: usize, time: Option<Duration>) -> String {
    let sources: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| PolicySource { name: format!("{n}.rego"), text: (*text).to_owned() })
        .collect();
    let Parsed { files, errors } = parse::parse(&sources.iter().collect::<Vec<_>>(), Printing::Off);
    if let Some(error) = errors.first() {
        return format!("! {}", error.message);
    }
    let data = Value::from_json_str(r#"{"base": {"a": {"x": 1}, "b": [1, 2]}}"#).unwrap();
    let program = match engine::compile(&files, &data) {
        Ok(program) => program,
        Err(errors) => return format!("! {}", errors[0].message),
    };
    let mut state = State::new(&program, steps, time);
    state.set_input(Some(Value::from_json_str(input).unwrap()));
    super::super::builtins::begin();
    match state.value(&program, program.path(path).unwrap()) {
        Ok(Some(value)) => super::super::builtins::notation(&value),
        Ok(None) => "undefined".to_owned(),
        Err(fault) => {
            let why = match fault.kind {
                FaultKind::Failed(message) => message,
                other => format!("{other:?}"),
            };
            format!("! {why} at {}:{}", program.file(fault.site), fault.site.line)
        }
    }
}

fn ask(text: &str, input: &str) -> String {
    ask_limited(&[&format!("package t\n{text}\n")], "data.t.p", input, 1_000_000, None)
}

#[test]
fn what_lies_deep_is_an_error_and_no_end() {
    let chain = |length: usize| {
        let rules = (1..length).map(|n| format!("p{n} := p{} + 1\n", n - 1)).collect::<String>();
        format!("p0 := 1\n{rules}p := p{}", length - 1)
    };
    assert_eq!(ask(&chain(200), "{}"), "200");
    assert!(ask(&chain(4_100), "{}").starts_with("! Depth(4000)"));
    let body = |length: usize| {
        let statements = (0..length).map(|n| format!("  some x{n} in [1, 2]\n  x{n} == 1\n")).collect::<String>();
        format!("p if {{\n{statements}}}")
    };
    assert_eq!(ask(&body(150), "{}"), "true");
    assert!(ask(&body(4_100), "{}").starts_with("! Depth(4000)"));
    let nested = |depth: usize| format!("p := {}1{}", "[x | x := ".repeat(depth), "]".repeat(depth));
    assert!(ask(&nested(8), "{}").starts_with("[["));
}

#[test]
fn what_grows_is_stopped() {
    let limited = |text: &str| {
        let text = format!("package t\n{text}\n");
        ask_limited(&[&text], "data.t.p", "{}", 300_000, None)
    };
    let doubling: String = (1..40).map(|n| format!("s{n} := concat(\"\", [s{m}, s{m}])\n", m = n - 1)).collect();
    assert_eq!(
        limited(&format!("s0 := \"0123456789abcdef\"\n{doubling}p := count(s39)")),
        "! `concat` gives too much: the limit is 67108864 bytes at 0.rego:25"
    );
    let arrays: String = (1..40).map(|n| format!("a{n} := array.concat(a{m}, a{m})\n", m = n - 1)).collect();
    assert_eq!(limited(&format!("a0 := [1, 2, 3, 4]\n{arrays}p := count(a39)")), "! Memory at 0.rego:23");
    let rows = "p := [[x, y, z] | some x in numbers.range(1, 90); some y in numbers.range(1, 90); some z in numbers.range(1, 90)]";
    assert!(limited(rows).starts_with("! Instructions(300000) at 0.rego:2"));
    let set = "p contains [x, y] if { some x in numbers.range(1, 900); some y in numbers.range(1, 900) }";
    assert!(limited(set).starts_with("! Instructions(300000) at 0.rego:2"));
}

#[test]
fn time_ends_an_evaluation() {
    let text = "package t\np if { some x in numbers.range(1, 900); some y in numbers.range(1, 900); x + y < 0 }\n";
    let answer = ask_limited(&[text], "data.t.p", "{}", usize::MAX, Some(Duration::from_millis(5)));
    assert_eq!(answer, "! Time(5ms) at 0.rego:2");
}

#[test]
fn answers() {
    for (text, input, expected) in [
        // Rules.
        ("p := x if { x := input.a } else := 2 if input.b else := 3", "{}", "3"),
        (
            "p := 1 if input.a\np := 2 if input.b\ndefault p := 0",
            r#"{"a": 1, "b": 1}"#,
            "! `t.p` has conflicting values: 1 and 2 at 0.rego:3",
        ),
        ("default p := [x | some x in [1, 2]]", "{}", "[1, 2]"),
        ("f(x) := 1 if x > 1\nf(0) := 2\ndefault f(_) := 9\np := [f(5), f(0), f(1)]", "{}", "[1, 2, 9]"),
        (
            "p.a.b := 1\np.a.c contains 2\np.d[x] := x if some x in [\"k\"]",
            "{}",
            r#"{"a": {"b": 1, "c": {2}}, "d": {"k": "k"}}"#,
        ),
        ("p[x].n := 1 if some x in [\"a\"]\np.a.m := 2", "{}", r#"{"a": {"m": 2, "n": 1}}"#),
        (
            "p[x] := {\"n\": 1} if some x in [\"a\"]\np.a.m := 2",
            "{}",
            "! `t.p.a.m` has a value and parts of another at one path at 0.rego:3",
        ),
        (
            "p[x] := y if some [x, y] in [[1, 2], [1, 3]]",
            "{}",
            "! the key 1 of an object has conflicting values: 2 and 3 at 0.rego:2",
        ),
        // Bodies.
        ("p := [x | x = input[i]; i = 1]", "[5, 6]", "[6]"),
        ("p if { [x, 1] = [y, x]; y == 1 }", "{}", "true"),
        ("p := x if { {\"a\": [x, _]} = input }", r#"{"a": [1, 2]}"#, "1"),
        ("p := {[x, y] | some x, y; input[x].n = y}", r#"{"a": {"n": 1}, "b": {"n": 2}}"#, r#"{["a", 1], ["b", 2]}"#),
        ("p if not input.x == 1", "{}", "true"),
        ("p if not count(input.x) == 1", "{}", "undefined"),
        ("p if not startswith(input.x, \"a\")", "{}", "undefined"),
        ("p if every x in input { x > 0 }", "[1, 2]", "true"),
        ("p if every x in input { x > 0 }", "5", "undefined"),
        ("p := [x | x := input.xs[_]; x + 1 > 2]", r#"{"xs": [1, "a", 2]}"#, "[2]"),
        ("p := v if walk(input, [[\"a\", 0], v])", r#"{"a": [7]}"#, "7"),
        // Scopes.
        ("x := 1\np := [x | some x in [2]]", "{}", "[2]"),
        ("p := [y | y := x] if { x := 1; y := 2; y > x }", "{}", "[1]"),
        ("p := x if { x := 1; every x in [2] { x == 2 } }", "{}", "1"),
        // Only bodies within mention the name: each has a variable of its own.
        (
            "i := 9\np := [a, b] if { some i; a := [x | x := input.xs[i]]; b := [i | input.xs[i] == 2] }",
            "{\"xs\": [1, 2]}",
            "[[1, 2], [1]]",
        ),
        ("p if { y == 1; y := 2 }", "{}", "! `y` is used above this, its declaration"),
        // Data.
        ("p := data.base", "{}", r#"{"a": {"x": 1}, "b": [1, 2]}"#),
        ("p := [k | data.base[k]]", "{}", r#"["a", "b"]"#),
        ("p := data.base.b[1]", "{}", "2"),
        // With.
        ("q := input.a\np := [q, x] if { x := q with input as {\"a\": 2} }", r#"{"a": 1}"#, "[1, 2]"),
        ("q := data.base.a.x\np := x if { x := q with data.base.a as {\"x\": 9} }", "{}", "9"),
        ("q := 1\nr := q + 1\np := x if { x := r with data.t.q as 5 }", "{}", "6"),
        (
            "f(x) := x + 1\np := [x, y] if { x := count([1]) with count as f(3); y := count([1]) with count as 8 }",
            "{}",
            "[4, 8]",
        ),
        ("f(x) := 7\np := x if { x := count([1]) with count as f }", "{}", "7"),
    ] {
        assert_eq!(ask(text, input), expected, "{text}");
    }
}

#[test]
fn what_takes_no_arguments_is_no_function() {
    assert_eq!(ask("q() := 1 if input.a\nelse := 2\np := q", "{}"), "2");
    assert_eq!(ask("q() := 1\np := [q(), x] if x := data.t.q() with data.t.q as 2", "{}"), "[1, 2]");
    assert_eq!(ask("q := 1\np := q()", "{}"), "! unknown function `q`");
}

#[test]
fn packages_are_objects() {
    let texts =
        ["package t\np := data.lib\n", "package lib\nq := 1\nf(x) := x\nu if false\n", "package lib.sub\ng(x) := x\n"];
    assert_eq!(ask_limited(&texts, "data.t.p", "{}", 1_000, None), r#"{"q": 1, "sub": {}}"#);
}

#[test]
fn what_means_two_things_is_refused() {
    for (text, expected) in [
        ("p := 1\np contains 2", "! `t.p` is a set here and a value elsewhere"),
        ("p(x) := 1\np := 2", "! `t.p` is a value here and a function elsewhere"),
        ("f(x) := 1\nf(x, y) := 2\np := 1", "! `t.f` takes 2 arguments here and 1 elsewhere"),
        ("default p := 1\ndefault p := 2", "! `t.p` has several defaults"),
    ] {
        assert_eq!(ask(text, "{}"), expected, "{text}");
    }
    let texts = ["package base\na := 1\n", "package t\np := 1\n"];
    assert_eq!(
        ask_limited(&texts, "data.t.p", "{}", 1_000, None),
        "! rule `base.a` has the path of something in the data"
    );
}
