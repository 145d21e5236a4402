//! `pushgate policy`, and what a policy says of itself when asked to.

use crate::common::{Scene, deployment};

const SAME: &str = "---
cases:
  - note: own/sum
    query: data.t.p = x
    modules:
      - |
        package t

        p := sum([y | some y in input.ys])
    input: {ys: [1, 2]}
    want_result:
      - x: 3
  - note: own/conflict
    query: data.t.p = x
    modules: [\"package t\\n\\np := 1\\n\\np := 2\\n\"]
    want_error_code: eval_conflict_error
  - note: own/network
    query: data.t.p = x
    modules: [\"package t\\n\\np := http.send({})\\n\"]
    want_result: []
";

const DIFFERENT: &str = r#"{"cases": [{"note": "own/wrong", "query": "x = 1 + 1", "want_result": [{"x": 3}]}]}"#;

#[test]
fn the_compliance_suite_is_run_and_scored() {
    let scene = Scene::new("version: 1\n");
    let run = |arguments: &[&str]| scene.pushgate(arguments);
    run(&["policy", "compliance", "nowhere"]).says(2, &["nowhere"]);
    scene.write("cases/v1/a.yaml", SAME).write("cases/note.json", "[1]");
    run(&["policy", "compliance", "cases"]).says(
        0,
        &["refused: 1 case: `…` is not allowed", "3 cases: 2 passed, 1 refused, 0 listed, 0 silently different"],
    );
    scene.write("cases/v1/b.json", DIFFERENT);
    run(&["policy", "compliance", "cases"])
        .says(1, &["DIFFERENT: own/wrong", "got  [{\"x\":2}]", "1 silently different"]);
    let ran = run(&["policy", "compliance", "cases", "-o", "json"]);
    let json = ran.json();
    assert_eq!(json["cases"], 4);
    assert_eq!(json["passed"], 2);
    assert_eq!(json["refused"][0]["cases"][0], "own/network");
    assert_eq!(json["different"][0]["case"], "own/wrong");
    scene.write("empty/x.json", "{}");
    run(&["policy", "compliance", "empty"]).says(2, &["no cases below empty"]);
}

#[test]
fn builtins_that_fail_are_told_of_when_asked() {
    let scene = Scene::new("version: 1\n");
    scene.write("pushgate.yaml", "version: 1\nrules:\n  - rego: policy\n");
    let policy = "package main\n\nimport rego.v1\n\ndeny contains \"many\" if to_number(input.metadata.name) > 3\n";
    scene.write("policy/main.rego", policy).write("a.yaml", deployment("cart", "cart:1"));
    scene.pushgate(&["check", "a.yaml"]).says(0, &["no findings"]);
    scene
        .pushgate(&["check", "-v", "a.yaml"])
        .says(0, &["main.deny: `to_number` is undefined at", "/policy/main.rego:5: to_number: no number"]);
}

#[test]
fn what_never_ends_is_no_verdict_that_says_where() {
    let scene = Scene::new("version: 1\n");
    scene.write("pushgate.yaml", "version: 1\nrules:\n  - rego: policy\nlimits: {policy-instructions: 20000}\n");
    let policy = "package main\n\nimport rego.v1\n\ndeny contains \"x\" if {\n\tsome a in numbers.range(1, 3000)\n\tsome b in numbers.range(1, 3000)\n\ta + b < 0\n}\n";
    scene.write("policy/main.rego", policy).write("a.yaml", deployment("cart", "cart:1"));
    scene.pushgate(&["check", "a.yaml"]).says(
        2,
        &["main.deny: stopped after 20000 instructions, at ", "/policy/main.rego:8", "limits.policy-instructions"],
    );
}

#[test]
fn a_broken_policy_is_told_of_once() {
    let scene = Scene::new("version: 1\n");
    scene
        .write("policy/main.rego", "package main\n\ndeny contains msg if\n\tmsg := \"x\"\n}\n")
        .write("a.yaml", "a: 1\n");
    let ran = scene.pushgate(&["check", "--policy", "policy", "a.yaml"]);
    let ran = ran.says(2, &["no verdict: 1 mistake in the policies", "policy/main.rego:5:1"]);
    assert!(!ran.stderr.contains("treated as identifier"), "{ran}");
}
