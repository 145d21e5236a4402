use super::*;

fn source(name: &str, text: &str) -> PolicySource {
    PolicySource { name: name.to_owned(), text: text.to_owned() }
}

fn compile(sources: &[PolicySource]) -> Result<PolicySet, Vec<PolicyError>> {
    PolicySet::compile(sources, &[], &CompileOptions::default())
}

/// `line:column message | help` of every mistake of one file.
fn mistakes(text: &str) -> Vec<String> {
    let errors = compile(&[source("p.rego", text)]).err().unwrap_or_default();
    errors
        .iter()
        .map(|error| {
            let place = error.place.as_ref().map_or("-".to_owned(), |place| format!("{}:{}", place.line, place.column));
            let help = error.help.as_ref().map_or(String::new(), |help| format!(" | {help}"));
            format!("{place} {}{help}", error.message)
        })
        .collect()
}

#[test]
fn rules_of_all_packages_in_order() {
    let set = compile(&[
        source(
            "b.rego",
            "package b\n\nwarn_x contains \"m\" if input.x\ndeny contains \"m\" if input.x\nhelper := 1\n",
        ),
        source("a.rego", "package a.b\ndeny[msg] { msg := \"m\" }\ndeny[msg] { msg := \"n\" }\n"),
        source("lib.rego", "package lib\nf(x) := x\n"),
        source("a_test.rego", "package a.b_test\ndeny contains \"no\" if true\n"),
    ])
    .unwrap();
    let rules: Vec<_> =
        set.rules().iter().map(|rule| (rule.id.as_str(), rule.severity, rule.source.as_str(), rule.line)).collect();
    assert_eq!(
        rules,
        [
            ("a.b.deny", Severity::Deny, "a.rego", 2),
            ("b.deny", Severity::Deny, "b.rego", 4),
            ("b.warn_x", Severity::Warn, "b.rego", 3),
        ]
    );
}

#[test]
fn namespaces_are_compared_for_equality() {
    let sources = [
        source("a.rego", "package main\ndeny contains \"m\" if input.x\n"),
        source("b.rego", "package main.gke\ndeny contains \"m\" if input.x\n"),
        source("c.rego", "package lib\nf(x) := x\n"),
    ];
    let compile = |names: &[&str]| {
        let namespaces = names.iter().map(|name| (*name).to_owned()).collect();
        PolicySet::compile(&sources, &[], &CompileOptions { namespaces, ..CompileOptions::default() })
    };
    let set = compile(&["main"]).unwrap();
    assert_eq!(set.rules().iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["main.deny"]);
    let errors = compile(&["main", "lib", "nope"]).unwrap_err();
    let shown: Vec<_> = errors.iter().map(|error| (error.message.as_str(), error.help.as_deref().unwrap())).collect();
    let help = "packages with such rules: main, main.gke";
    assert_eq!(
        shown,
        [
            ("namespace `lib` has no deny, violation or warn rule", help),
            ("namespace `nope` has no deny, violation or warn rule", help),
        ]
    );
}

#[test]
fn a_set_that_would_never_refuse() {
    assert_eq!(
        mistakes("package main\nallow := true\n"),
        ["- no deny, violation or warn rule: these policies would never refuse anything | packages: main"]
    );
    assert_eq!(compile(&[]).unwrap_err().len(), 1);
}

#[test]
fn rules_that_give_no_set() {
    let fix = "| write `deny contains msg if { … msg := \"…\" }`";
    for (text, expected) in [
        ("deny := true", "is true or false"),
        ("deny if input.x", "is true or false"),
        ("deny := \"no\" if input.x", "is a string"),
        ("deny := sprintf(\"%v\", [input.x]) if input.x", "is a string"),
        ("deny[msg] if { msg := \"a\" }", "uses `if` without `contains` and is an object"),
        ("deny[\"a\"] := \"b\" if input.x", "is an object"),
        ("deny.a contains \"b\" if input.x", "is an object"),
        ("deny := {\"a\": 1}", "is an object"),
        ("deny(x) := x", "is a function"),
        ("default deny := false", "is true or false by default"),
    ] {
        let expected = format!("2:1 `deny` {expected}, so it would never refuse anything {fix}");
        let expected = if text.starts_with("default") { expected.replace("2:1", "2:9") } else { expected };
        assert_eq!(mistakes(&format!("package main\n{text}\n")), [expected], "{text}");
    }
    for text in [
        "deny := [msg | msg := input.x[_]]",
        "deny = {\"a\"} { input.x }",
        "deny := input.a - input.b",
        "default deny := []\ndeny := [\"a\"] if input.x",
        "deny contains \"a\"",
        "deny_message(x) := x\ndeny contains deny_message(\"a\") if input.x",
    ] {
        assert_eq!(mistakes(&format!("package main\n{text}\n")), [""; 0], "{text}");
    }
}

#[test]
fn what_reaches_outside_is_refused() {
    for (call, reason) in [
        ("http.send({\"url\": \"x\"})", "a policy cannot reach the network; put what it needs to know under `data:`"),
        ("net.lookup_ip_addr(\"x\")", "a policy cannot ask the network for names; put addresses under `data:`"),
        ("opa.runtime()", "a policy cannot read the environment; put settings under `data:`"),
        ("rand.intn(\"x\", 5)", "the same push must always get the same verdict, so nothing is random"),
        ("uuid.rfc4122(\"x\")", "the same push must always get the same verdict, so nothing is random"),
    ] {
        let name = call.split_once('(').unwrap().0;
        assert_eq!(
            mistakes(&format!("package main\ndeny contains \"a\" if {{\n\tx := {call}\n}}\n")),
            [format!("3:7 `{name}` is not allowed | {reason}")]
        );
    }
}

#[test]
fn unknown_functions() {
    let rule =
        |body: &str| mistakes(&format!("package main\nlonely(x) := x\ndeny contains \"a\" if {{\n  {body}\n}}\n"));
    assert_eq!(rule("startwith(input.a, \"b\")"), ["4:3 unknown function `startwith` | did you mean `startswith`?"]);
    assert_eq!(rule("lonley(1)"), ["4:3 unknown function `lonley` | did you mean `lonely`?"]);
    assert_eq!(
        rule("re_match(\"a\", input.a)"),
        ["4:3 `re_match` is not in Rego v1 | write `regex.match(pattern, value)`"]
    );
    assert_eq!(rule("data.lib.nothing(1)"), ["4:3 unknown function `data.lib.nothing`"]);
    assert_eq!(rule("lonely(1, 2, 3)"), ["4:3 `lonely` takes 1 argument, not 3"]);
    assert_eq!(rule("count()"), ["4:3 `count` takes 1 argument, not 0"]);
    // In a rule nothing asks for, too.
    assert_eq!(mistakes("package main\nunused := nope(1)\ndeny contains \"a\" if input.x\n").len(), 1);
}

#[test]
fn every_file_that_does_not_parse() {
    let errors = compile(&[
        source("a.rego", "package main\nimport rego.v1\ndeny contains msg {\n  msg := \"a\"\n}\n"),
        source("b.rego", "package main\ndeny[msg] {\n  msg := \n}\n"),
        source("c.rego", "package main\ndeny := true\n"),
    ])
    .unwrap_err();
    let places: Vec<_> = errors
        .iter()
        .map(|error| {
            let place = error.place.as_ref().unwrap();
            (place.source.as_str(), place.line, error.message.as_str())
        })
        .collect();
    assert_eq!(
        places,
        [
            ("a.rego", 3, "`if` keyword is required before rule body"),
            ("b.rego", 2, "expecting }"),
            ("c.rego", 2, "`deny` is true or false, so it would never refuse anything"),
        ]
    );
    assert_eq!(&*errors[1].place.as_ref().unwrap().text, "package main\ndeny[msg] {\n  msg := \n}\n");
}

#[test]
fn unsafe_variables() {
    let errors = compile(&[
        source("a.rego", "package a\ndeny contains msg if {\n\tinput.x == nowhere\n\tmsg := \"a\"\n}\n"),
        source("b.rego", "package b\ndeny contains msg if {\n  msg := \"b\"\n  other > 1\n}\n"),
    ])
    .unwrap_err();
    let places: Vec<_> = errors
        .iter()
        .map(|error| error.place.as_ref().map(|place| (place.source.as_str(), place.line, place.column)))
        .collect();
    assert_eq!(places, [Some(("a.rego", 3, 13)), Some(("b.rego", 4, 3))], "{errors:?}");
}

#[test]
fn rules_that_depend_on_themselves() {
    let found = |text: &str| mistakes(&format!("package main\n{text}\ndeny contains \"x\" if input.x\n"));
    let wrong = "rules must not depend on themselves: ";
    assert_eq!(found("a := b\nb := a"), [format!("2:1 {wrong}main.a → main.b → main.a")]);
    assert_eq!(found("f(x) := f(x - 1) if x > 0\nf(0) := 1"), [format!("2:1 {wrong}main.f → main.f")]);
    assert_eq!(found("a := data.main[input.x]"), [format!("2:1 {wrong}main.a → main.a")]);
    assert_eq!(found("p contains x if { some x in data.main.q }\nq contains x if p[x]").len(), 1);
    for fine in [
        "name := f(input.x)\nf(name) := name",
        "xs := [x | x := input.xs[_]]\nx := xs[0]",
        "a := 1\nb := [a | a := input.a]\nc(b) := b.a",
        "every_ok if { every v in input.v { v } }\nv := every_ok",
    ] {
        assert_eq!(found(fine), [""; 0], "{fine}");
    }
}

#[test]
fn versions_are_told_apart_by_file() {
    let set = compile(&[
        source("v0.rego", "package v0\ndeny[msg] { input.x; msg = \"a\" }\n"),
        source("v1.rego", "package v1\ndeny contains msg if { some x in input.x; msg := x }\n"),
        source(
            "future.rego",
            "package future\nimport future.keywords\ndeny contains msg if { every x in input.x { x }; msg := \"c\" }\n",
        ),
    ])
    .unwrap();
    assert_eq!(set.rules().len(), 3);
}

#[test]
fn an_alias_is_that_of_its_file() {
    let set = compile(&[
        source("a.rego", "package main\nimport data.one.lib\ndeny contains lib.x\n"),
        source("b.rego", "package main\nimport data.two.lib\ndeny contains lib.x\n"),
        source("one.rego", "package one.lib\nx := \"1\"\n"),
        source("two.rego", "package two.lib\nx := \"2\"\n"),
    ])
    .unwrap();
    let outcome = set.evaluator(0).evaluate(&Value::Null, &Value::Null, None).unwrap();
    let messages: Vec<_> = outcome.violations.iter().map(|violation| violation.message.as_str()).collect();
    assert_eq!(messages, ["1", "2"]);
}

#[test]
fn ids_come_from_metadata() {
    let meta = |id: &str| format!("# METADATA\n# title: T\n# custom:\n#   id: {id}\n");
    let rule = "deny contains \"m\" if input.x\n";
    let ids = |text: String| {
        let set = compile(&[source("p.rego", &text)]).unwrap();
        set.rules().iter().map(|rule| rule.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(format!("package a\n{}{rule}", meta("no-x"))), ["no-x"]);
    assert_eq!(ids(format!("package a\n{}{rule}{rule}", meta("no-x"))), ["no-x"]);
    assert_eq!(ids(format!("package a\n{}{rule}{}{rule}", meta("no-x"), meta("no-y"))), ["a.deny"]);
    assert_eq!(ids(format!("{}package a\n{rule}", meta("no-x"))), ["no-x"]);
    assert_eq!(ids(format!("{}package a\n{rule}warn contains \"m\"\n", meta("no-x"))), ["a.deny", "a.warn"]);
    let set = compile(&[source("p.rego", &format!("package a\n{}{rule}", meta("no-x")))]).unwrap();
    assert_eq!(set.rules()[0].metadata.title.as_deref(), Some("T"));
}

#[test]
fn many_packages() {
    let rules = |n| {
        format!("package p{n:03}\ndeny contains \"m{n}\" if input.x == {n}\nwarn contains \"w\" if input.y == {n}\n")
    };
    let sources: Vec<_> = (0..140).map(|n| source(&format!("{n}.rego"), &rules(n))).collect();
    let set = compile(&sources).unwrap();
    let outcome =
        set.evaluator(0).evaluate(&Value::from_json_str("{\"x\": 130}").unwrap(), &Value::Null, None).unwrap();
    let found: Vec<_> =
        outcome.violations.iter().map(|violation| (violation.rule, violation.message.as_str())).collect();
    assert_eq!(found, [(260, "m130")]);
}

#[test]
fn a_set_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<PolicySet>();
    sent::<Evaluator>();
}
