//! What is made of anchors, aliases, merge keys, tags and keys.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fmt::Write;

use crate::document::format::testing::{problem, read, slice, values};
use crate::document::format::{Format, parse};
use crate::document::{ParseLimits, Problem, ProblemKind};

fn value(text: &str) -> String {
    values(Format::Yaml, text).remove(0)
}

#[test]
fn aliases_stand_for_the_last_anchor_before_them() {
    assert_eq!(value("a: &x 1\nb: *x\nc: &x [2]\nd: *x\n"), r#"{"a":1,"b":1,"c":[2],"d":[2]}"#);
    assert_eq!(value("a: &x k\n*x : 1\n"), r#"{"a":"k","k":1}"#);
    assert_eq!(value("&k a: 1\nb: *k\n"), r#"{"a":1,"b":"a"}"#);
    assert_eq!(value("a: &x\nb: *x\n"), r#"{"a":null,"b":null}"#);
}

#[test]
fn aliases_without_anchor_are_refused() {
    assert_eq!(problem(Format::Yaml, "a: *ä\n"), ("no anchor of the name `*ä`".to_owned(), "*ä".to_owned()));
    assert_eq!(problem(Format::Yaml, "a: &x 1\n---\nb: *x\n").1, "*x", "anchors end with their document");
}

#[test]
fn values_that_hold_themselves_are_refused() {
    assert_eq!(
        problem(Format::Yaml, "&a [1, *a]"),
        ("`*a` stands inside of the value it names".to_owned(), "*a".to_owned())
    );
    assert_eq!(problem(Format::Yaml, "x: &a\n  <<: *a\n").1, "*a");
}

#[test]
fn merge_keys_bring_in_mappings() {
    assert_eq!(value("a: &a {x: 1}\nb: {<<: *a, z: 2}\n"), r#"{"a":{"x":1},"b":{"x":1,"z":2}}"#);
    assert_eq!(value("<<: {a: 1}\n<<: {b: 2}\n"), r#"{"a":1,"b":2}"#);
    assert_eq!(
        value("a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc: {<<: [*a, *b]}\n"),
        r#"{"a":{"x":1},"b":{"x":2,"z":3},"c":{"x":1,"z":3}}"#
    );
    assert_eq!(value("!!merge <<: {a: 1}"), r#"{"a":1}"#);
}

#[test]
fn the_later_of_merged_and_written_keys_counts() {
    assert_eq!(value("{<<: {a: 1}, a: 2}"), r#"{"a":2}"#);
    // What `sigs.k8s.io/yaml` does, other than the specification of merge keys.
    assert_eq!(value("{a: 2, <<: {a: 1}}"), r#"{"a":1}"#);
}

#[test]
fn merge_keys_need_mappings() {
    for text in ["<<: 1", "<<: [1]", "<<: [[{a: 1}]]", "a: &x 1\n<<: *x"] {
        assert_eq!(problem(Format::Yaml, text).0, "`<<` can only merge mappings", "{text}");
    }
}

#[test]
fn a_merge_key_that_is_data_stays_a_key() {
    assert_eq!(value("\"<<\": 1"), r#"{"<<":1}"#);
    assert_eq!(value("<<: !include x.yaml"), r#"{"<<":"x.yaml"}"#);
}

#[test]
fn unknown_tags_are_data() {
    assert_eq!(
        value("a: !Ref 1\nb: !vault |\n  x\nc: !!python/name:os.x\nd: !t {x: 1}\ne: !s [1]\nf: !x\n"),
        r#"{"a":"1","b":"x\n","c":"","d":{"x":1},"e":[1],"f":""}"#
    );
    assert_eq!(
        value("a: !!set {x, z}\nb: !!omap [x: 1]\nc: !!timestamp 2001-01-01\n"),
        r#"{"a":{"x":null,"z":null},"b":[{"x":1}],"c":"2001-01-01"}"#
    );
    assert_eq!(problem(Format::Yaml, "a: !!int x").0, "`x` is tagged `!!int` and is not an integer");
}

#[test]
fn keys_become_strings() {
    assert_eq!(
        value("1: a\n1.5: b\ntrue: c\n~: d\n2001-01-01: e\n"),
        r#"{"1":"a","1.5":"b","true":"c","null":"d","2001-01-01":"e"}"#
    );
    assert_eq!(value("on: push"), r#"{"true":"push"}"#);
}

#[test]
fn collections_are_no_keys() {
    assert_eq!(problem(Format::Yaml, "a: {{ x }}").0, "a mapping cannot be a key");
    assert_eq!(problem(Format::Yaml, "? [a]\n: 1").0, "a list cannot be a key");
    assert_eq!(problem(Format::Yaml, "a: &x [1]\n*x : 1").1, "*x");
}

#[test]
fn repeated_keys_are_told_at_both_places() {
    let parsed = read(Format::Yaml, "a: 1\nb:\n  1: x\n  '1': y\na: 2\na: 3\n");
    assert_eq!(parsed.documents.len(), 1);
    let told: Vec<_> = parsed.problems.iter().map(|p| (p.span, p.related.clone().unwrap().0)).collect();
    assert_eq!(
        told.iter().map(|(again, first)| (slice(&parsed, *again), first.start)).collect::<Vec<_>>(),
        [("'1'", 10), ("a", 0), ("a", 0)]
    );
    let Problem { kind, message, label, help, .. } = parsed.problems[1].clone();
    assert_eq!(kind, ProblemKind::DuplicateKey);
    assert_eq!(message, "key `a` is written twice in one mapping");
    assert_eq!(label.as_deref(), Some("written again here"));
    assert!(help.unwrap().contains("remove one"));
    assert_eq!(
        parsed.documents[0].root.get("a").unwrap().value,
        crate::document::Value::Number(crate::document::Number::Int(3))
    );
}

#[test]
fn a_repeated_key_of_an_anchored_mapping_is_told_once() {
    assert_eq!(read(Format::Yaml, "a: &x {b: 1, b: 2}\nc: *x\nd: {<<: *x}\n").problems.len(), 1);
}

#[test]
fn keys_behind_an_alias_are_checked_again() {
    for anchored in ["1", "[1]", "{x: 1}"] {
        let text = format!("a: &x {anchored}\nb: *x\nb: 2\n");
        assert_eq!(problem(Format::Yaml, &text).0, "key `b` is written twice in one mapping");
    }
}

#[test]
fn problems_are_told_in_the_order_of_the_text() {
    let parsed = read(Format::Yaml, "a: 1\na: {b: 1, b: 2}\n");
    let told: Vec<_> = parsed.problems.iter().map(|problem| slice(&parsed, problem.span)).collect();
    assert_eq!(told, ["a", "b"]);
}

#[test]
fn a_key_that_overrides_a_merged_one_is_not_repeated() {
    assert_eq!(value("a: &x {b: 1}\nc: {<<: *x, b: 2}\n"), r#"{"a":{"b":1},"c":{"b":2}}"#);
}

#[test]
fn expansion_is_bounded() {
    let mut bomb = "a0: &a0 x\n".to_owned();
    for level in 1..30 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    assert_eq!(read(Format::Yaml, &bomb).problems[0].kind, ProblemKind::Limit);
    let merges = format!("a: &a {{{}}}\nb:\n{}", "k: 1", "- <<: [*a, *a, *a, *a]\n".repeat(30_000));
    assert_eq!(read(Format::Yaml, &merges).problems[0].kind, ProblemKind::Limit);
    // A few large texts are as much as many small ones.
    let texts = format!("a: &a {}\nb:\n{}", "x".repeat(1 << 20), "- *a\n".repeat(1_000));
    assert_eq!(read(Format::Yaml, &texts).problems[0].kind, ProblemKind::Limit);
    let keys = format!("a: &a {}\nb:\n{}", "x".repeat(1 << 20), "- *a : 1\n".repeat(1_000));
    assert_eq!(read(Format::Yaml, &keys).problems[0].kind, ProblemKind::Limit);
    // The limit is for all documents of a file together, and counts exactly.
    let limits = ParseLimits { alias_nodes: 6, ..ParseLimits::default() };
    let good = "a: &a [1, 2]\nb: *a\n---\na: &a [1, 2]\nb: *a\n";
    assert_eq!(parse(Format::Yaml, good.as_bytes(), &limits).problems, []);
    let more = format!("{good}---\na: &a 1\nb: *a\n");
    let parsed = parse(Format::Yaml, more.as_bytes(), &limits);
    assert_eq!((parsed.problems[0].kind, parsed.documents.len()), (ProblemKind::Limit, 2));
}

#[test]
fn aliases_cannot_nest_past_the_limit() {
    let limits = ParseLimits { depth: 50, ..ParseLimits::default() };
    let mut text = "a0: &a0 [1]\n".to_owned();
    for level in 1..48 {
        writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    assert_eq!(parse(Format::Yaml, text.as_bytes(), &limits).problems, []);
    for level in 48..50 {
        writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    let problems = parse(Format::Yaml, text.as_bytes(), &limits).problems;
    assert_eq!(problems[0].kind, ProblemKind::Limit);
    assert!(problems[0].message.contains("nested deeper than 50"), "{problems:?}");
}

#[test]
fn short_forms_are_functions_in_templates_of_cloudformation() {
    let template = |body: &str| {
        let text = format!("AWSTemplateFormatVersion: '2010-09-09'\n{body}");
        values(Format::Yaml, &text)[0].replace(r#"{"AWSTemplateFormatVersion":"2010-09-09","#, "{")
    };
    let cases = [
        ("a: !Ref B", r#"{"a":{"Ref":"B"}}"#),
        ("a: !Condition B", r#"{"a":{"Condition":"B"}}"#),
        ("a: !GetAtt B.C.D", r#"{"a":{"Fn::GetAtt":["B","C.D"]}}"#),
        ("a: !GetAtt [B, C]", r#"{"a":{"Fn::GetAtt":["B","C"]}}"#),
        ("a: !GetAtt B", r#"{"a":{"Fn::GetAtt":"B"}}"#),
        ("a: !Sub 12", r#"{"a":{"Fn::Sub":"12"}}"#),
        ("a: !Sub\n- x\n- {w: !Ref z}", r#"{"a":{"Fn::Sub":["x",{"w":{"Ref":"z"}}]}}"#),
        (
            "a: !If [c, !Ref 'AWS::NoValue', &x !Ref d]\nb: *x",
            r#"{"a":{"Fn::If":["c",{"Ref":"AWS::NoValue"},{"Ref":"d"}]},"b":{"Ref":"d"}}"#,
        ),
        ("a: !Transform {Name: m}", r#"{"a":{"Fn::Transform":{"Name":"m"}}}"#),
        // Not known: what it would be called, so that it can be told.
        ("a: !Equal [x]", r#"{"a":{"Fn::Equal":["x"]}}"#),
        ("a: !Rain::Embed x", r#"{"a":{"Rain::Embed":"x"}}"#),
        ("a: !!str x", r#"{"a":"x"}"#),
        ("N: [y, n, on]", r#"{"N":["y","n",true]}"#),
    ];
    for (text, json) in cases {
        assert_eq!(template(text), json, "{text}");
    }
    // It is one by the types of its resources as well; and nothing else is.
    let by_type = "Resources: {B: {Type: 'AWS::S3::Bucket', P: !Ref x}}";
    assert_eq!(values(Format::Yaml, by_type)[0], r#"{"Resources":{"B":{"Type":"AWS::S3::Bucket","P":{"Ref":"x"}}}}"#);
    assert_eq!(values(Format::Yaml, "a: !Ref x\nb: !If [c]")[0], r#"{"a":"x","b":["c"]}"#);
}

#[test]
fn a_short_form_is_where_its_tag_is() {
    let parsed = read(Format::Yaml, "Transform: AWS::Serverless-2016-10-31\na:\n  !If # c\n  - x\n  - !Sub |\n    y\n");
    let root = &parsed.documents[0].root;
    let function = root.get("a").unwrap().entry("Fn::If").unwrap();
    assert_eq!(slice(&parsed, function.key_span), "!If");
    assert_eq!(slice(&parsed, root.get("a").unwrap().span).lines().count(), 4);
    let sub = function.value.as_sequence().unwrap()[1].entry("Fn::Sub").unwrap();
    assert_eq!(slice(&parsed, sub.key_span), "!Sub");
}

#[test]
fn a_short_form_is_a_level_of_nesting() {
    let limits = |depth| ParseLimits { depth, ..ParseLimits::default() };
    let text = "Transform: AWS::X\na: !If [!If [!Ref x]]\n";
    // The document, and a mapping and a list for each.
    assert_eq!(parse(Format::Yaml, text.as_bytes(), &limits(6)).problems, []);
    assert_eq!(parse(Format::Yaml, text.as_bytes(), &limits(5)).problems[0].kind, ProblemKind::Limit);
    let deep = format!("Transform: AWS::X\na: {}1{}\n", "!If [".repeat(700), "]".repeat(700));
    assert_eq!(parse(Format::Yaml, deep.as_bytes(), &limits(usize::MAX)).problems[0].kind, ProblemKind::Limit);
}
