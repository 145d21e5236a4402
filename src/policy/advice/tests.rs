#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

fn advice_for(texts: &[(&str, &str)], options: &AdviceOptions) -> Vec<(&'static str, usize)> {
    let sources: Vec<_> =
        texts.iter().map(|(name, text)| PolicySource { name: (*name).to_owned(), text: (*text).to_owned() }).collect();
    let advice = advise(&sources, &[], options);
    advice.iter().map(|advice| (advice.kind, advice.error.place.as_ref().map_or(0, |place| place.line))).collect()
}

/// What is said of one file, with a rule that judges added at its end.
fn about(text: &str) -> Vec<(&'static str, usize)> {
    let text = format!("package main\n{text}\ndeny_last contains \"last\" if input.last\n");
    advice_for(&[("p.rego", &text)], &AdviceOptions::default())
}

#[test]
fn good_policies_get_no_advice() {
    let good = "package main\n\nimport data.lib\n\ndeny contains msg if {\n\tinput.kind == \"Pod\"\n\tsome i, container in input.spec.containers\n\tlib.bad(container)\n\tmsg := sprintf(\"%v: %v\", [i, container.name])\n}\n\nwarn_b contains {\"msg\": \"b\", \"n\": 1} if {\n\tinput.kind == \"Service\"\n\tinput.xs[_] == 1\n\tinput.xs[_] == 2\n\tcount(input.xs) == 2\n\tnot allowed\n}\n\nallowed if input.allowed\n\nelse := false\n";
    let lib =
        "package lib\n\nbad(container) if container.bad\n\nbad(container) if container.worse\n\nspare(x, _) := x\n";
    assert_eq!(advice_for(&[("p.rego", good), ("lib.rego", lib)], &AdviceOptions::default()), []);
}

#[test]
fn all_that_loading_refuses() {
    let text =
        "package main\ndeny contains msg if { msg := nope(1) }\ndeny contains 1 if http.send({})\nwarn := \"x\"\n";
    let found = advice_for(&[("p.rego", text)], &AdviceOptions::default());
    let refused: Vec<_> = found.iter().filter(|(kind, _)| *kind == "refused").map(|(_, line)| *line).collect();
    assert_eq!(refused, [2, 3, 4]);
    // Mistakes that the engine's analysis finds, which stops at its first.
    let text =
        "package main\nhelper if a == 1\ndeny contains \"x\" if { helper; b == 1 }\nwarn contains \"y\" if c == 1\n";
    let found = advice_for(&[("p.rego", text)], &AdviceOptions::default());
    assert_eq!(found, [("refused", 2), ("refused", 3), ("refused", 4)]);
    // A file that does not parse does not hide the others' mistakes.
    let found = advice_for(
        &[
            ("a.rego", "package a\ndeny contains\n"),
            ("b.rego", "package b\nimport data.x\ndeny contains \"a\" if true\n"),
        ],
        &AdviceOptions::default(),
    );
    assert_eq!(found.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["syntax", "unused-import"]);
}

#[test]
fn what_is_never_used() {
    assert_eq!(about("import data.a.b\nimport data.c as d\nhelper if d"), [("unused-import", 2), ("unused-rule", 4)]);
    assert_eq!(about("f(x) := x + 1\ng(x) := f(x)"), [("unused-rule", 2), ("unused-rule", 3)]);
    assert_eq!(about("deny contains \"a\" if { x := 1; some y; input.z }"), [("unused-variable", 2); 2]);
    assert_eq!(
        about("deny contains \"a\" if f(1, 2)\nf(x, y) if x == 1\nf(x, y) if x == 2"),
        [("unused-parameter", 3)]
    );
    assert_eq!(about("deny contains \"a\" if f(1, 2)\nf(x, y) if x == 1\nf(x, y) if y == 2"), []);
    // A call within a reference is a use.
    assert_eq!(about("deny contains x if x := f(1)[_]\nf(x) := [x]"), []);
    // What a test uses is used.
    let texts = [
        ("p.rego", "package main\ndeny contains \"a\" if input.a\nhelper := 1\n"),
        ("p_test.rego", "package main\ntest_x if helper == one\none := 1\ntwo := 2\n"),
    ];
    assert_eq!(advice_for(&texts, &AdviceOptions::default()), [("unused-rule", 4)]);
}

#[test]
fn wrong_results() {
    assert_eq!(about("deny contains {\"message\": \"x\"} if input.a"), [("wrong-result", 2)]);
    assert_eq!(about("deny contains x if { input.a; x := 1 }"), [("wrong-result", 2)]);
    assert_eq!(about("deny contains [\"a\"] if input.a"), [("wrong-result", 2)]);
    assert_eq!(
        about("deny contains \"a\" if input.a\ndeny contains {\"msg\": \"a\"} if input.b"),
        [("mixed-results", 3)]
    );
    assert_eq!(about("deny contains object.union(x, {\"a\": 1}) if x := input.a"), []);
}

#[test]
fn bodies_that_never_hold() {
    for body in [
        "input.kind == \"a\"; input.kind == \"b\"",
        "input.kind == \"a\"; input[\"kind\"] != \"a\"",
        "input.kind == \"a\"; not input.kind == \"a\"",
        "some x in input.xs; x.kind == \"a\"; \"b\" == x.kind",
        "false",
        "1 == 2",
        "count(input.xs) == \"3\"",
        "n := count(input.xs); n == \"3\"",
        "is_string(input.a); is_number(input.a)",
        "is_string(input.a); input.a == 1",
    ] {
        assert_eq!(about(&format!("deny contains \"x\" if {{ {body} }}")), [("never-true", 2)], "{body}");
    }
    for body in [
        "input.xs[_] == 1; input.xs[_] == 2",
        "input.kind == \"a\"; input.kind == \"a\"",
        "input.kind != \"a\"; input.kind != \"b\"",
        "input.kind == \"a\" with input as {}; input.kind == \"b\"",
        "not false",
        "x := 1; x == input.a",
        "count(input.xs) != \"3\"",
        "input.replicas == \"3\"; input.count == 3",
    ] {
        assert_eq!(about(&format!("deny contains \"x\" if {{ {body} }}")), [], "{body}");
    }
}

#[test]
fn names_that_are_nearly_right() {
    assert_eq!(about("denyy contains \"a\" if input.a"), [("nearly-judging", 2)]);
    assert_eq!(about("violations contains \"a\" if input.a\ndeny contains x if some x in violations"), []);
    let texts = [
        ("a.rego", "package main\ndeny contains \"a\" if input.a\n"),
        ("b.rego", "package Main\ndeny contains \"a\" if input.a\n"),
        ("c.rego", "package main\ndeny contains \"c\" if input.c\n"),
    ];
    assert_eq!(advice_for(&texts, &AdviceOptions::default()), [("package-spelling", 1)]);
    let texts = [
        ("a_test.rego", "package a\ndeny contains \"a\" if input.a\n"),
        ("b.rego", "package b\ndeny contains \"a\" if input.a\n"),
    ];
    assert_eq!(advice_for(&texts, &AdviceOptions::default()).first(), Some(&("judging-in-test", 2)));
}

#[test]
fn what_a_configuration_knows() {
    let texts = [
        ("a.rego", "package a\ndeny contains \"a\" if input.review.object.spec\n"),
        ("b.rego", "package b\ndeny contains \"a\" if input.a\n"),
    ];
    assert_eq!(advice_for(&texts, &AdviceOptions::default()), []);
    let options = |namespaces: &[&str], judges_documents| AdviceOptions {
        namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
        judges_documents,
        strict: false,
    };
    assert_eq!(advice_for(&texts, &options(&["b"], Some(false))), [("unreachable-package", 1)]);
    assert_eq!(advice_for(&texts, &options(&[], Some(true))), [("admission-input", 2)]);
    assert_eq!(advice_for(&texts, &options(&["c"], Some(true)))[0].0, "unreachable-package");
    let library = [("a.rego", "package a\nf(x) := x\n")];
    assert_eq!(advice_for(&library, &AdviceOptions::default()), [("nothing-judges", 0)]);
    assert_eq!(advice_for(&library, &options(&[], Some(true))), [("refused", 0)]);
}

#[test]
fn what_policies_say_of_themselves() {
    let text = "package main\n# METADATA\n# title: A\n# custom: {id: same}\ndeny_a contains \"a\" if input.a\n# METADATA\n# custom: {id: same}\ndeny_b contains \"b\" if input.b\nexception contains rules if { input.x; rules := [\"a\", \"deny_b\", \"zz\"] }\n";
    let found = advice_for(&[("p.rego", text)], &AdviceOptions::default());
    assert_eq!(found, [("duplicate-id", 8), ("empty-exception", 9), ("empty-exception", 9)]);
    let strict = AdviceOptions { strict: true, ..AdviceOptions::default() };
    assert!(advice_for(&[("p.rego", text)], &strict).contains(&("undocumented", 8)));
    let old = "package main\ndeny[msg] { any([true]); msg := \"x\" }\n";
    assert!(advice_for(&[("p.rego", old)], &AdviceOptions::default()).contains(&("deprecated-builtin", 2)));
}
