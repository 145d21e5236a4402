//! Tests of policies, and what is said of policies themselves.

use crate::common::Scene;

const POLICY: &str = "\
package main

import rego.v1

deny contains msg if {
\tinput.kind == \"Pod\"
\tsome container in input.spec.containers
\tcontainer.privileged
\tmsg := sprintf(\"%v is privileged\", [container.name])
}

warn_limits contains \"no limits\" if not input.limits
";

const TESTS: &str = "\
package main_test

import data.main
import rego.v1

pod(privileged) := {
\t\"kind\": \"Pod\",
\t\"spec\": {\"containers\": [{\"name\": \"web\", \"privileged\": privileged}]},
}

test_privileged if main.deny == {\"web is privileged\"} with input as pod(true)

test_not_privileged if {
\tdenied := main.deny with input as pod(true)
\tcount(denied) == 0
}

test_cases[name] if {
\tsome name, case in {\"no\": false, \"yes\": true}
\tcount(main.deny) == 0 with input as pod(case)
}

todo_test_later if false
";

fn scene() -> Scene {
    let scene = Scene::new("version: 1\n");
    scene.write("policy/main.rego", POLICY).write("policy/main_test.rego", TESTS);
    scene
}

#[test]
fn a_failed_test_shows_the_statement_and_the_values() {
    let ran = scene().pushgate(&["test", "policy"]).says(
        1,
        &[
            "policy/main_test.rego:13: main_test.test_not_privileged: FAILED",
            "failed: `count(denied) == 0` is false",
            "[policy/main_test.rego:15:2]",
            "count(denied) = 1",
            "denied = {\"web is privileged\"}",
            "yes: FAILED",
            "main_test.todo_test_later: skipped",
            "policy/main.rego:12: main.warn_limits: no test reads it",
            "4 policy tests: 1 passed, 2 failed, 1 skipped",
        ],
    );
    assert!(!ran.stdout.contains("test_privileged: "), "passed tests are shown with -v only: {ran}");
    scene().pushgate(&["test", "-v", "policy"]).says(1, &["main_test.test_privileged: passed", "no: passed"]);
}

#[test]
fn results_for_machines() {
    let scene = scene();
    let ran = scene.pushgate(&["test", "-o", "json", "--coverage", "policy"]).says(1, &[]);
    let json = ran.json();
    assert_eq!(json["counts"], serde_json::json!({"passed": 1, "failed": 2, "skipped": 1, "errors": 0}));
    assert_eq!(json["tests"][0]["cases"][1]["failure"]["line"], 20, "{ran}");
    assert_eq!(json["coverage"]["files"][0]["path"], "policy/main.rego");
    assert_eq!(json["coverage"]["files"][0]["uncovered"], serde_json::json!([12]));
    scene.pushgate(&["test", "-o", "junit", "policy"]).says(
        1,
        &[
            "<testsuites name=\"pushgate\" tests=\"4\" failures=\"2\" errors=\"0\" skipped=\"1\"",
            "<testcase classname=\"main_test\" name=\"test_privileged\" file=\"policy/main_test.rego\" line=\"11\"",
            "<failure message=\"`count(denied) == 0` is false\">policy/main_test.rego:15:2:",
            "<skipped/>",
        ],
    );
    scene.pushgate(&["test", "-o", "tap", "policy"]).says(
        1,
        &[
            "TAP version 13\n1..4\n",
            "not ok 1 - main_test.test_cases\n",
            "# failed case: yes\n",
            "ok 4 - main_test.todo_test_later # SKIP",
        ],
    );
    scene.pushgate(&["check", "-o", "tap", "policy"]).says(2, &["this command has no such output"]);
}

#[test]
fn coverage_has_a_threshold() {
    let scene = scene();
    let run = ["test", "--run", "test_privileged"];
    scene
        .pushgate(&[&run[..], &["--threshold", "90", "policy"]].concat())
        .says(1, &["policy/main.rego: 83.3 % covered, not lines 12", "coverage is 83.3 %, less than 90 %"]);
    scene.pushgate(&[&run[..], &["--threshold", "80", "policy"]].concat()).says(0, &["coverage: 83.3 %"]);
    scene.pushgate(&["test", "--threshold", "101", "policy"]).says(2, &["a number from 0 to 100"]);
}

#[test]
fn data_beside_policies_and_data_that_is_named() {
    let scene = Scene::new("version: 1\n");
    scene
        .write("policy/a_test.rego", "package a_test\n\ntest_a if data.lib.x == 1\n\ntest_b if data.z == 2\n")
        .write("policy/lib/data.json", "{\"x\": 1}")
        .write("policy/fixture.yaml", "a: 1\n---\na: 2\n")
        .write("more/deep/data.yaml", "z: 2\n");
    scene.pushgate(&["test", "--data", "more", "policy"]).says(0, &["2 passed"]);
    scene
        .pushgate(&["test", "policy"])
        .says(1, &["`data.z == 2` is undefined", "1 file beside the policies not read as data: policy/fixture.yaml"]);
    scene.pushgate(&["test", "--data", "policy/fixture.yaml", "policy"]).says(2, &["a data file is one document"]);
    scene.pushgate(&["test", "--data", "policy/a_test.rego", "policy"]).says(2, &["no data file there"]);
}

#[test]
fn what_cannot_be_run_is_no_success() {
    let scene = scene();
    scene.pushgate(&["test", "--run", "(", "policy"]).says(2, &["--run is no regular expression"]);
    scene.pushgate(&["test", "--timeout", "soon", "policy"]).says(2, &["a duration such as 5s"]);
    scene.pushgate(&["test", "nowhere"]).says(2, &["cannot read nowhere"]);
    scene.write("policy/broken.rego", "package main\n\ndeny contains msg if nope(1)\n");
    scene.pushgate(&["test", "policy"]).says(2, &["no tests run", "unknown function `nope`", "policy/broken.rego:3"]);
    scene.remove("policy/broken.rego").remove("policy/main_test.rego");
    scene.pushgate(&["test", "policy"]).says(2, &["no tests found"]);
}

#[test]
fn lint_says_what_is_wrong_with_policies() {
    let scene = scene();
    scene.pushgate(&["policy", "lint", "policy"]).says(0, &["2 policy files: nothing found"]);
    scene.write(
        "policy/more.rego",
        "package main\n\nimport data.lib\n\ndenyy contains \"x\" if input.x\n\ndeny_a contains \"a\" if {\n\tinput.kind == \"Pod\"\n\tinput.kind == \"Job\"\n}\n",
    );
    let warnings = [
        "unused-import: the import `lib` is not used",
        "nearly-judging: `denyy` judges nothing",
        "rename it to `deny`",
        "never-true: `input.kind == \"Job\"` contradicts `input.kind == \"Pod\"` (line 8)",
        "policy/more.rego:9:2",
        "3 policy files: 0 errors, 3 warnings",
    ];
    scene.pushgate(&["policy", "lint", "policy"]).says(0, &warnings);
    scene.pushgate(&["policy", "lint", "--strict", "policy"]).says(1, &["undocumented"]);
    scene.write(
        "policy/more.rego",
        "package main\n\ndeny_a contains \"a\" if y == 1\n\ndeny_b contains \"b\" if x == 1\n",
    );
    let ran = scene.pushgate(&["policy", "lint", "-o", "json", "policy"]).says(1, &[]);
    let lines: Vec<_> =
        ran.json()["problems"].as_array().unwrap().iter().map(|problem| problem["line"].clone()).collect();
    assert_eq!(lines, [3, 5], "{ran}");
    scene.pushgate(&["policy", "lint", "nowhere"]).says(2, &["cannot read nowhere"]);
    scene.remove("policy/more.rego").remove("policy/main.rego").remove("policy/main_test.rego");
    scene.write("policy/empty.yaml", "a: 1\n");
    scene.pushgate(&["policy", "lint", "policy"]).says(2, &["no .rego file there"]);
}

#[test]
fn lint_looks_at_the_policies_of_the_configuration() {
    let scene = scene();
    scene.write("pushgate.yaml", "version: 1\nrules:\n  - {rego: policy, namespaces: [main]}\n");
    scene.write(
        "policy/other.rego",
        "package other\n\nimport rego.v1\n\ndeny contains \"x\" if input.review.object.x\n",
    );
    scene.pushgate(&["policy", "lint"]).says(
        0,
        &[
            "unreachable-package: the rules of package `other` judge nothing",
            "admission-input: `deny` reads `input.review`",
        ],
    );
    scene.write("pushgate.yaml", "version: 1\nrules:\n  - {rego: policy, namespaces: [absent]}\n");
    scene.pushgate(&["policy", "lint"]).says(1, &["namespace `absent` has no deny, violation or warn rule"]);
}
