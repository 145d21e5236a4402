use super::*;
use crate::document::{Entry as DocumentEntry, Node, Span, Value as Document};
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
    let outcome = set.evaluator(0).evaluate(&json(input), None).unwrap();
    outcome.violations.into_iter().map(|violation| violation.message).collect()
}

#[test]
fn sets_and_arrays_of_messages() {
    let set = compile(
        "package main\ndeny contains msg if { some x in input.xs; msg := sprintf(\"%5.1f|%d\", [x, \"s\"]) }\nwarn_list := [m | m := input.xs[_]; is_string(m)]\nviolation contains {\"msg\": \"v\", \"path\": [\"xs\", 0]} if input.v\n",
    );
    assert_eq!(
        messages(&set, r#"{"xs": [1.25, "b", "a"], "v": true}"#),
        ["    b|%!d(string=s)", "%!f(string=    a)|%!d(string=s)", "%!f(string=    b)|%!d(string=s)", "v", "a", "b"]
            .map(|text| text.replace("    b|%!d", "  1.2|%!d"))
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
            let outcome = evaluator.evaluate(&json(input), None).unwrap();
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
    let outcome = set.evaluator(0).evaluate(&json(r#"{"xs": ["a", "b"], "waive": true}"#), None).unwrap();
    assert_eq!(outcome.violations.len(), 1);
    let waived: Vec<_> =
        outcome.exceptions.iter().map(|e| (set.rules()[e.rule].name.as_str(), e.suffix.as_str(), e.waived)).collect();
    assert_eq!(waived, [("deny_root", "root", 2), ("warn_root", "root", 1)]);
}

#[test]
fn an_exception_of_the_bare_name() {
    let set = compile("package main\ndeny contains \"a\" if input.x\ndeny_b contains \"b\" if input.x\nexception[rules] { rules := [\"\"] }\n".replace("contains \"a\" if", "[\"a\"] { true; ").replace("deny [", "deny[").replace("input.x\ndeny_b contains \"b\" if input.x", "input.x }\ndeny_b[\"b\"] { input.x }").as_str());
    assert_eq!(messages(&set, r#"{"x": 1}"#), ["b"]);
}

#[test]
fn results_that_are_no_messages_stop_the_run() {
    for (rule, expected) in [
        ("deny contains x if x := input.a", r#"main.deny: a result must be a string or an object with `msg`, got 1"#),
        (
            "deny contains {\"message\": \"x\"} if input.a",
            r#"main.deny: `msg` field must be present and a string, got {"message": "x"}"#,
        ),
        ("deny := input.a", "main.deny: the rule must give a set or an array of messages, got 1"),
        ("x := {\"a\": 1}\ndeny := x", r#"main.deny: the rule must give a set or an array of messages, got {"a": 1}"#),
    ] {
        let set = compile(&format!("package main\n{rule}\n"));
        let error = set.evaluator(0).evaluate(&json(r#"{"a": 1}"#), None).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_conflict_of_values_is_an_error_with_a_place() {
    let set = compile("package main\np := 1 if input.a\np := 2 if input.b\ndeny contains \"x\" if p > 0\n");
    assert_eq!(messages(&set, r#"{"a": true}"#), ["x"]);
    let error = set.evaluator(0).evaluate(&json(r#"{"a": true, "b": true}"#), None).unwrap_err();
    assert!(matches!(&error, EvalError::Failed { rule, .. } if rule == "main.deny"), "{error:?}");
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
        let outcome = evaluator.evaluate(&Value::Null, file).unwrap();
        outcome.violations.into_iter().map(|violation| violation.message).collect::<Vec<_>>()
    };
    assert_eq!(run(Some(("a.yaml", "/x"))), ["a.yaml /x 5", "5"]);
    assert_eq!(run(None), ["5"]);
    assert_eq!(run(Some(("b.yaml", "/y"))), ["b.yaml /y 5", "5"]);
}

#[test]
fn a_package_may_be_named_conftest() {
    let set = compile("package conftest\ndeny contains data.conftest.file.name if input.x\n");
    let outcome = set.evaluator(0).evaluate(&json(r#"{"x": 1}"#), Some(("a.yaml", "/"))).unwrap();
    assert_eq!(outcome.violations[0].message, "a.yaml");
}

#[test]
fn the_clock_is_the_time_of_the_push() {
    let text = "package main\ndeny contains msg if { msg := sprintf(\"%d\", [time.now_ns()]) }\nwarn contains x if { x := sprintf(\"%v\", [time.clock([time.now_ns(), \"Local\"])]) }\n";
    for text in [text.to_owned(), format!("{text}p if input.x with input as {{}}\ndeny contains \"x\" if p\n")] {
        let set = compile(&text);
        let outcome = set.evaluator(1_700_000_000_000_000_000).evaluate(&Value::Null, None).unwrap();
        // `Local` would read the host's time zone: undefined.
        let found: Vec<_> = outcome.violations.iter().map(|violation| violation.message.as_str()).collect();
        assert_eq!(found, ["1700000000000000000"]);
    }
}

#[test]
fn an_evaluation_is_limited() {
    let text = "package main\ndeny contains \"x\" if { some a in numbers.range(1, 2000); some b in numbers.range(1, 2000); a * b == -1 }\n";
    let few = set(&[text], &CompileOptions { max_instructions: 10_000, ..CompileOptions::default() });
    let error = few.evaluator(0).evaluate(&Value::Null, None).unwrap_err();
    assert_eq!(error, EvalError::Limit { rule: "main.deny".to_owned(), limit: Limit::Instructions(10_000) });
    let limit = std::time::Duration::from_millis(5);
    for text in [text.to_owned(), text.replace("a * b == -1", "a * b == -1 with input as 1")] {
        let short = set(&[&text], &CompileOptions { time: Some(limit), ..CompileOptions::default() });
        let mut evaluator = short.evaluator(0);
        let error = evaluator.evaluate(&Value::Null, None).unwrap_err();
        assert_eq!(error, EvalError::Limit { rule: "main.deny".to_owned(), limit: Limit::Time(limit) });
    }
}

#[test]
fn an_evaluator_works_on_after_an_error() {
    let text = "package main\nn := input.n\ndeny contains \"x\" if { some a in numbers.range(1, n); a == n }\n";
    let set = set(&[text], &CompileOptions { max_instructions: 5_000, ..CompileOptions::default() });
    let mut evaluator = set.evaluator(0);
    assert!(evaluator.evaluate(&json(r#"{"n": 100000}"#), None).is_err());
    assert_eq!(evaluator.evaluate(&json(r#"{"n": 3}"#), None).unwrap().violations.len(), 1);
}

#[test]
fn what_the_machine_cannot_do_is_interpreted() {
    let text = "package main\np if input.a\ndeny contains sprintf(\"%05.1f\", [1.5]) if p with input as {\"a\": 1}\ndeny_two contains \"two\" if input.b\nexception contains [\"two\"] if input.c\n";
    let set = compile(text);
    assert_eq!(set.interpreted().collect::<Vec<_>>(), ["data.main.deny"]);
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
