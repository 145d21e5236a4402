use super::*;
use crate::document::{Entry as DocumentEntry, Node, Span, Value as Document};
use crate::policy::error::Limit;
use crate::policy::{CompileOptions, PolicySet, PolicySource};

fn set(texts: &[&str], options: &CompileOptions) -> PolicySet {
    let sources: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| PolicySource { name: format!("{n}.rego"), text: (*text).to_owned() })
        .collect();
    PolicySet::compile(&sources, &[], options).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn compile(text: &str) -> PolicySet {
    set(&[text], &CompileOptions::default())
}

fn json(text: &str) -> Value {
    Value::from_json_str(text).unwrap()
}

fn messages(set: &PolicySet, input: &str) -> Vec<String> {
    let outcome = set.evaluator(0).evaluate(&json(input), &json(input), None).unwrap();
    outcome.violations.into_iter().map(|violation| violation.message).collect()
}

#[test]
fn sets_and_arrays_of_messages() {
    let set = compile(
        "package main\ndeny contains msg if { some x in input.xs; msg := sprintf(\"%5.1f|%d\", [x, \"s\"]) }\nwarn_list := [m | m := input.xs[_]; is_string(m)]\nviolation contains {\"msg\": \"v\", \"path\": [\"xs\", 0]} if input.v\n",
    );
    assert_eq!(
        messages(&set, r#"{"xs": [1.25, "b", "a"], "v": true}"#),
        ["  1.2|%!d(string=s)", "%!f(string=    a)|%!d(string=s)", "%!f(string=    b)|%!d(string=s)", "v", "a", "b"]
    );
    assert_eq!(messages(&set, "{}"), [""; 0]);
    assert_eq!(messages(&set, "null"), [""; 0]);
}

#[test]
fn nothing_is_kept_between_inputs() {
    let text = "package main\nimport rego.v1\nnames := {c.name | some c in input.containers}\nbad(x) if regex.match(\"^b\", x)\ndeny contains n if { some n in names; bad(n) }\nexception contains [\"\"] if input.skip\n";
    let set = compile(text);
    let mut evaluator = set.evaluator(0);
    let inputs = [
        (r#"{"containers": [{"name": "b1"}]}"#, vec!["b1"]),
        (r#"{"containers": [{"name": "a"}]}"#, vec![]),
        (r#"{"containers": [{"name": "b2"}, {"name": "b3"}]}"#, vec!["b2", "b3"]),
        (r#"{"containers": [{"name": "b1"}], "skip": true}"#, vec![]),
        ("{}", vec![]),
    ];
    for _ in 0..3 {
        for (input, expected) in &inputs {
            let outcome = evaluator.evaluate(&json(input), &json(input), None).unwrap();
            let found: Vec<_> = outcome.violations.iter().map(|violation| violation.message.as_str()).collect();
            assert_eq!(&found, expected, "{input}");
        }
    }
}

#[test]
fn exceptions_waive_one_rule_for_one_document() {
    let set = compile(
        "package main\ndeny_root contains msg if { some x in input.xs; msg := x }\nwarn_root contains \"w\" if input.xs\ndeny_other contains \"o\" if input.xs\nexception contains rules if { input.waive; rules := [\"root\"] }\n",
    );
    assert_eq!(messages(&set, r#"{"xs": ["a", "b"]}"#), ["o", "a", "b", "w"]);
    let outcome = set
        .evaluator(0)
        .evaluate(&json(r#"{"xs": ["a", "b"], "waive": true}"#), &json(r#"{"xs": ["a", "b"], "waive": true}"#), None)
        .unwrap();
    assert_eq!(outcome.violations.len(), 1);
    let waived: Vec<_> = outcome
        .exceptions
        .iter()
        .map(|e| (set.rules()[e.rule].name.as_str(), e.suffix.as_str(), e.waived.len()))
        .collect();
    assert_eq!(waived, [("deny_root", "root", 2), ("warn_root", "root", 1)]);
}

#[test]
fn an_exception_of_the_bare_name() {
    let set = compile(
        "package main\ndeny[\"a\"] { input.x }\ndeny_b[\"b\"] { input.x }\nexception[rules] { rules := [\"\"] }\n",
    );
    assert_eq!(messages(&set, r#"{"x": 1}"#), ["b"]);
}

#[test]
fn results_that_are_no_messages_stop_the_run() {
    for (rule, expected) in [
        ("deny contains x if x := input.a", "main.deny: a result must be a string or an object with `msg`, got 1"),
        (
            "deny contains {\"message\": \"x\"} if input.a",
            r#"main.deny: `msg` field must be present and a string, got {"message": "x"}"#,
        ),
        ("deny := input.a", "main.deny: the rule must give a set or an array of messages, got 1"),
        ("x := {\"a\": 1}\ndeny := x", r#"main.deny: the rule must give a set or an array of messages, got {"a": 1}"#),
    ] {
        let set = compile(&format!("package main\n{rule}\n"));
        let error = set.evaluator(0).evaluate(&json(r#"{"a": 1}"#), &json(r#"{"a": 1}"#), None).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn two_values_for_one_thing_are_an_error() {
    for (text, input, expected) in [
        (
            "p := 1 if input.a\np := 2 if input.b\ndeny contains \"x\" if p > 0",
            r#"{"a": 1, "b": 1}"#,
            "`main.p` has conflicting values: 1 and 2",
        ),
        (
            "p := x if some x in input.xs\ndeny contains \"x\" if p > 0",
            r#"{"xs": [1, 1, 2]}"#,
            "`main.p` has conflicting values: 1 and 2",
        ),
        (
            "f(c) := 80 if c.http\nf(c) := 443 if c.https\ndeny contains c.n if { some c in input.cs; f(c) < 100 }",
            r#"{"cs": [{"n": "a", "http": 1}, {"n": "b", "http": 1, "https": 1}]}"#,
            "`main.f` has conflicting values: 80 and 443",
        ),
        (
            "deny contains \"x\" if { o := {x.k: x.v | some x in input.xs}; o.a > 1 }",
            r#"{"xs": [{"k": "a", "v": 2}, {"k": "a", "v": 1}]}"#,
            "the key \"a\" of an object has conflicting values: 2 and 1",
        ),
        (
            "o[x.k] := x.v if some x in input.xs\ndeny contains \"x\" if o.a > 1",
            r#"{"xs": [{"k": "a", "v": 2}, {"k": "a", "v": 1}]}"#,
            "the key \"a\" of an object has conflicting values: 2 and 1",
        ),
    ] {
        let set = compile(&format!("package main\n{text}\n"));
        let mut evaluator = set.evaluator(0);
        let error = evaluator.evaluate(&json(input), &json(input), None).unwrap_err();
        let shown = error.to_string();
        assert!(shown.starts_with(&format!("main.deny: {expected}, at ")), "{text}: {shown}");
        assert_eq!(evaluator.evaluate(&json("{}"), &json("{}"), None).unwrap().violations, []);
    }
    let agreeing = "f(c) := 80 if c.http\nf(c) := 40 * 2 if c.web\nf(c) := 1 if c.x\ndeny contains c.n if { some c in input.cs; f(c) == 80 }\n";
    let set = compile(&format!("package main\n{agreeing}"));
    let input = r#"{"cs": [{"n": "a", "http": 1, "web": 1}, {"n": "b", "x": 1}, {"n": "c", "web": 1}]}"#;
    assert_eq!(messages(&set, input), ["a", "c"]);
}

#[test]
fn one_odd_element_hides_no_other() {
    let odd = r#"{"cs": [{"n": "a", "v": "x"}, {"n": "b"}, {"n": "c", "v": null}, {"n": "d", "v": 7}, {"n": "e", "v": [1]}, {"n": "f", "v": 9}]}"#;
    for condition in [
        "c.v + 1 > 5",
        "c.v - 1 > 5",
        "c.v * 2 > 5",
        "c.v / 2 > 1",
        "c.v % 2 == 1",
        "5 < c.v + 0",
        "is_number(c.v); c.v > 1",
    ] {
        let set = compile(&format!("package main\ndeny contains c.n if {{ some c in input.cs; {condition} }}\n"));
        assert_eq!(messages(&set, odd), ["d", "f"], "{condition}");
    }
    for (term, expected) in [
        ("count([inc(c.v) | some c in input.cs])", "2"),
        ("count([c.v | some c in input.cs])", "5"),
        ("count([upper(c.v) | c := input.cs[_]])", "1"),
        ("count({c.n: inc(c.v) | some c in input.cs})", "2"),
        ("count({inc(c.v) | some c in input.cs})", "2"),
        ("sum([x | x := input.cs[_].v + 1])", "18"),
        ("count([x | some c in input.cs; x := [e | some e in c.v]])", "6"),
        ("count([kind(c) | some c in input.cs])", "6"),
        ("count([1 | some c in input.cs; kind(c) == \"none\"])", "5"),
        ("count([1 | some c in input.cs; not upper(c.v) == \"Y\"])", "1"),
        ("count([1 | some c in input.cs; not c.v < 5])", "4"),
        ("count([1 | some c in input.cs; not inc(c.v) > 5])", "0"),
        ("count([1 | some c in input.cs; not c.v == 7])", "5"),
        ("count(\"hé😀\")", "3"),
    ] {
        let helpers = "inc(v) := v + 1\nkind(c) := \"list\" if { some e in c.v; e > 0 } else := \"none\"\n";
        let set = compile(&format!("package main\n{helpers}deny contains sprintf(\"%d\", [{term}])\n"));
        assert_eq!(messages(&set, odd), [expected], "{term}");
    }
    let set = compile(
        "package main\ninc(v) := v + 1\no[c.n] := inc(c.v) if some c in input.cs\ndeny contains n if some n, _ in o\n",
    );
    assert_eq!(messages(&set, odd), ["d", "f"]);
}

#[test]
fn numbers_that_cannot_be_computed_are_an_error() {
    let set = compile("package main\ndeny contains \"x\" if input.a * input.a > 1\n");
    assert_eq!(messages(&set, r#"{"a": 123456789012345678901234567890}"#), ["x"]);
    assert_eq!(messages(&set, r#"{"a": 1e200}"#), ["x"]);
}

#[test]
fn data_and_the_file_being_judged() {
    let node = |value| Node { value, span: Span::default() };
    let mapping = |key: &str, value| {
        node(Document::Mapping(vec![DocumentEntry { key: key.to_owned(), key_span: Span::default(), value }]))
    };
    let data = [("d.yaml".to_owned(), mapping("conftest", mapping("max", node(Document::String("5".to_owned())))))];
    let text = "package main\ndeny contains sprintf(\"%s %s %s\", [data.conftest.file.name, data.conftest.file.dir, data.conftest.max])\nwarn contains data.conftest.max\n";
    let source = PolicySource { name: "p.rego".to_owned(), text: text.to_owned() };
    let set = PolicySet::compile(&[source], &data, &CompileOptions::default()).unwrap();
    let mut evaluator = set.evaluator(0);
    let mut run = |file| {
        let outcome = evaluator.evaluate(&Value::Null, &Value::Null, file).unwrap();
        outcome.violations.into_iter().map(|violation| violation.message).collect::<Vec<_>>()
    };
    assert_eq!(run(Some(("a.yaml", "/x"))), ["a.yaml /x 5", "5"]);
    assert_eq!(run(None), ["5"]);
    assert_eq!(run(Some(("b.yaml", "/y"))), ["b.yaml /y 5", "5"]);
}

#[test]
fn a_package_may_be_named_conftest() {
    let set = compile("package conftest\ndeny contains data.conftest.file.name if input.x\n");
    let outcome = set.evaluator(0).evaluate(&json(r#"{"x": 1}"#), &json(r#"{"x": 1}"#), Some(("a.yaml", "/"))).unwrap();
    assert_eq!(outcome.violations[0].message, "a.yaml");
}

#[test]
fn the_clock_is_the_time_of_the_push() {
    let text = "package main\ndeny contains msg if { msg := sprintf(\"%d\", [time.now_ns()]) }\nwarn contains x if { x := sprintf(\"%v\", [time.clock([time.now_ns(), \"Local\"])]) }\n";
    for text in [text.to_owned(), format!("{text}p if input.x with input as {{}}\ndeny contains \"x\" if p\n")] {
        let set = compile(&text);
        let outcome = set.evaluator(1_700_000_000_000_000_000).evaluate(&Value::Null, &Value::Null, None).unwrap();
        // `Local` would read the host's time zone: undefined.
        let found: Vec<_> = outcome.violations.iter().map(|violation| violation.message.as_str()).collect();
        assert_eq!(found, ["1700000000000000000"]);
    }
}

#[test]
fn an_evaluation_is_limited() {
    let text = "package main\ndeny contains \"x\" if { some a in numbers.range(1, 2000); some b in numbers.range(1, 2000); a * b == -1 }\n";
    let few = set(&[text], &CompileOptions { max_instructions: 10_000, ..CompileOptions::default() });
    let error = few.evaluator(0).evaluate(&Value::Null, &Value::Null, None).unwrap_err();
    assert_eq!(error.to_string(), "main.deny: stopped after 10000 instructions, at 0.rego:2");
    let limit = std::time::Duration::from_millis(5);
    for text in [text.to_owned(), text.replace("a * b == -1", "a * b == -1 with input as 1")] {
        let short = set(&[&text], &CompileOptions { time: Some(limit), ..CompileOptions::default() });
        let mut evaluator = short.evaluator(0);
        let error = evaluator.evaluate(&Value::Null, &Value::Null, None).unwrap_err();
        assert!(matches!(error, EvalError::Limit { limit: Limit::Time(it), .. } if it == limit), "{error}");
    }
}

#[test]
fn an_evaluator_works_on_after_an_error() {
    let text = "package main\nn := input.n\ndeny contains \"x\" if { some a in numbers.range(1, n); a == n }\n";
    let set = set(&[text], &CompileOptions { max_instructions: 5_000, ..CompileOptions::default() });
    let mut evaluator = set.evaluator(0);
    assert!(evaluator.evaluate(&json(r#"{"n": 100000}"#), &json(r#"{"n": 100000}"#), None).is_err());
    assert_eq!(evaluator.evaluate(&json(r#"{"n": 3}"#), &json(r#"{"n": 3}"#), None).unwrap().violations.len(), 1);
}

#[test]
fn input_can_be_replaced() {
    let text = "package main\np if input.a\ndeny contains sprintf(\"%05.1f\", [1.5]) if p with input as {\"a\": 1}\ndeny_two contains \"two\" if input.b\nexception contains [\"two\"] if input.c\n";
    let set = compile(text);
    assert_eq!(messages(&set, r#"{"b": 1}"#), ["001.5", "two"]);
    assert_eq!(messages(&set, r#"{"b": 1, "c": 1}"#), ["001.5"]);
}

#[test]
fn prints_say_nothing_and_stop_nothing() {
    let set = compile(
        "package main\ndeny contains msg if {\n  print(\"é\",\n    input.nothing, 1)\n  msg := \"a\"; print()\n}\n",
    );
    assert_eq!(messages(&set, "{}"), ["a"]);
}

#[test]
fn a_stored_set_answers_alike() {
    let text = "package main\n# METADATA\n# custom: {id: no-x}\ndeny contains sprintf(\"%05d %v\", [x + 1, data.conftest.file.name]) if { some x in input.xs; not x < 2 }\nf(x) := 1 if x > 1\nf(x) := 2 if x > 5\nwarn_f contains sprintf(\"%v\", [f(x)]) if some x in input.xs\nexception contains [\"f\"] if input.waive\n";
    let set = compile(text);
    let stored = PolicySet::from_bytes(&set.to_bytes().unwrap()).unwrap();
    assert_eq!(stored.rules(), set.rules());
    for input in [r#"{"xs": [1, "a", 3]}"#, r#"{"xs": [3, 9]}"#, r#"{"xs": [5], "waive": 1}"#] {
        let run = |set: &PolicySet| set.evaluator(0).evaluate(&json(input), &json(input), Some(("a.yaml", "/")));
        assert_eq!(run(&stored), run(&set), "{input}");
    }
    let bytes = set.to_bytes().unwrap();
    for broken in [&bytes[..bytes.len() - 1], &bytes[1..], b"", b"pushgate"] {
        assert!(PolicySet::from_bytes(broken).is_none());
    }
}
