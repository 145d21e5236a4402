#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::super::PolicySource;
use super::super::compile::{CompileOptions, PolicySet};
use super::{File, rewrite};

fn one(text: &str) -> File {
    let source = PolicySource { name: "a.rego".to_owned(), text: text.to_owned() };
    rewrite(&[&source], true).pop().unwrap()
}

/// The text as it is for regorus, without the package line.
fn v1(rest: &str) -> String {
    let text = one(&format!("package a\n{rest}")).v1.unwrap().text;
    assert_eq!(text.lines().count(), rest.lines().count() + 1, "{text}");
    text.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn what_needs_nothing_stays() {
    let text = "p contains x if {\n\tsome x in input.xs # a `{` comment\n\tnot x == \"$\"\n}\n";
    assert_eq!(v1(text), text);
}

#[test]
fn each_form_on_its_lines() {
    assert_eq!(v1("p := -input.x"), "p := (0 - input.x)");
    assert_eq!(v1("p := [- 1, 1 -2, .5]"), "p := [-1, 1 - 2, 0.5]");
    assert_eq!(v1("p if {\n  x := input.n # c\n  (x + 1) == 6\n}"), "p if {\n  x := input.n; # c\n  (x + 1) == 6\n}");
    assert_eq!(v1("p if { split(input.s,\n  x) }"), "p if { split(input.s,\n  x) }");
    assert_eq!(v1("p if { input.n + 1 = x }"), "p if { (input.n + 1) = x }");
    assert_eq!(v1("p if {\n print(1,\n 2) }"), "p if {\n true\n }");
    assert_eq!(v1("p if { if.x }"), "p if { data.a.if.x }");
    assert_eq!(
        v1("p := $\"a{input.x}\\{{1.50}\""),
        "p := internal.template_string([\"a\",{pushgate__as1 | pushgate__as1 := [input.x][_]},\"{\",\"1.50\",\"\"])"
    );
}

#[test]
fn chained_bodies_are_rules() {
    let File { v1, v0 } = one("package a\np[x] { x := 1 } {\n  x := 2 }\n");
    assert!(v1.is_err());
    assert_eq!(v0.unwrap().text, "package a\np[x] { x := 1 }  p[x] {\n  x := 2 }\n");
}

fn mistakes(text: &str) -> Vec<String> {
    let source = PolicySource { name: "a.rego".to_owned(), text: text.to_owned() };
    let errors = PolicySet::compile(&[source], &[], &CompileOptions::default()).unwrap_err();
    let told = |error: super::super::PolicyError| {
        let place = error.place.unwrap();
        format!("{}:{}+{} {}", place.line, place.column, place.length, error.message)
    };
    errors.into_iter().map(told).collect()
}

#[test]
fn places_are_those_of_the_text_as_written() {
    let deny = "deny contains \"a\" if input.a\n";
    assert_eq!(
        mistakes(&format!("package main\nx := [-input.a, $\"a{{input.b}}\", nope(1)]\n{deny}")),
        ["2:32+4 unknown function `nope`"]
    );
    assert_eq!(
        mistakes(&format!("package main\nx := [-input.a, $\"a{{nope(1)}}\"]\n{deny}")),
        ["2:21+4 unknown function `nope`"]
    );
    // Of the analysis of regorus, with the name as written.
    let body = "x := [y | y := -input.a]; y := [y | y := x]; z == y";
    let told = mistakes(&format!("package main\nq if {{ {body} }}\n{deny}"));
    assert_eq!(told, ["2:53+1 use of undefined variable `z` is unsafe"]);
}

#[test]
fn what_opa_refuses_is_refused() {
    let deny = "deny contains \"a\" if input.a\n";
    let refused = |rule: &str| mistakes(&format!("package main\n{rule}\n{deny}"));
    let without = |name: &str| format!("use of undefined variable `{name}` is unsafe");
    assert_eq!(refused("q if { not input.xs[_] > 1 }"), [format!("2:21+1 {}", without("_"))]);
    assert_eq!(refused("q contains x if not input.xs[x]"), [format!("2:30+1 {}", without("x"))]);
    assert_eq!(refused("q if { x == 1; x := 2 }"), ["2:16+1 `x` is used above this, its declaration"]);
    assert_eq!(
        refused("q := 1\nq contains 2"),
        ["3:1+1 `main.q` is defined in several ways: as a value, a set or a function"]
    );
    assert_eq!(refused("default q := 1\ndefault q := 2"), ["3:9+1 `main.q` has several defaults"]);
    assert_eq!(refused("not.q := 1"), ["2:1+1 `not` is a keyword, with which the name of a rule cannot begin here"]);
    assert_eq!(refused("q := 1\0 deny contains 2"), ["2:7+1 a policy must not contain a null character"]);
}
