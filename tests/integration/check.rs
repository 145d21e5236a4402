//! `pushgate check`, and the other commands a person runs.

use crate::common::{Scene, deployment};

fn scene() -> Scene {
    let scene = Scene::new("version: 1\nimmutability: {refs: [{match: 'refs/tags/**', forbid: [delete]}]}\n");
    scene.write(
        "pushgate.yaml",
        "version: 1\nrules:\n  - rego: policy\nimmutability:\n  fields:\n    - {match: {kind: Deployment}, path: .spec.selector, transition: immutable}\n",
    );
    scene.write("policy/main.rego", "package main\n\nimport rego.v1\n\ndeny contains \"no x\" if input.x\n");
    scene.write("apps/cart.yaml", deployment("cart", "cart:1")).push("one").ok();
    scene
}

#[test]
fn a_range_is_judged_as_it_would_be_pushed() {
    let scene = scene();
    scene.write(
        "apps/cart.yaml",
        deployment("cart", "cart:1").replace("matchLabels: {app: cart}", "matchLabels: {app: other}"),
    );
    scene.write("b.yaml", "x: 1\n").commit("two");
    scene.pushgate(&["check", "--base", "origin/main"]).says(
        1,
        &["error: refused: 2 findings in refs/heads/main", "apps/cart.yaml:9:", "b.yaml:1:1", "2 documents in 2 files"],
    );
    scene.pushgate(&["check", "--base", "HEAD", "--head", "HEAD"]).says(0, &["0 documents in 0 files: no findings"]);
    scene.pushgate(&["check", "--base", "HEAD~1", "--ref", "release/1"]).says(1, &["refs/heads/release/1"]);
    scene.pushgate(&["check", "--base", "nowhere"]).says(2, &["`nowhere` names no commit"]);
    // From a folder below.
    scene.pushgate_in(&scene.work.join("apps"), &["check", "--base", "HEAD~1"], None).says(1, &["apps/cart.yaml"]);
    scene.git(&["checkout", "--quiet", "--detach"]).ok();
    scene.pushgate(&["check", "--base", "HEAD~1"]).says(1, &["b.yaml"]);
}

#[test]
fn what_the_base_has_got_since_is_not_taken_back() {
    let scene = scene();
    scene.git(&["checkout", "--quiet", "-b", "topic"]).ok();
    scene.write("b.yaml", "b: 1\n").commit("mine");
    scene.git(&["checkout", "--quiet", "main"]).ok();
    scene
        .write("apps/cart.yaml", deployment("cart", "cart:1").replace("replicas", "x: 1\n  replicas"))
        .commit("theirs");
    scene.git(&["checkout", "--quiet", "topic"]).ok();
    scene.pushgate(&["check", "--base", "main"]).says(0, &["1 document in 1 file"]);
}

#[test]
fn the_index_is_judged_against_head() {
    let scene = scene();
    scene.pushgate(&["check", "--staged"]).says(0, &["0 documents in 0 files"]);
    scene.write("b.yaml", "x: 1\n");
    scene.pushgate(&["check", "--staged"]).ok();
    scene.git(&["add", "b.yaml"]).ok();
    scene.pushgate(&["check", "--staged"]).says(1, &["b.yaml"]);
    scene.git(&["rm", "--quiet", "--cached", "b.yaml"]).ok();
    scene.git(&["add", "--intent-to-add", "b.yaml"]).ok();
    scene.pushgate(&["check", "--staged"]).ok();
}

#[test]
fn files_are_judged_as_they_lie() {
    let scene = scene();
    scene.write("apps/bad.yaml", "x: 1\n").write("apps/broken.json", "{").write("apps/readme.md", "x");
    scene.pushgate(&["check", "apps"]).says(1, &["2 findings", "apps/bad.yaml:1:1", "apps/broken.json:1:"]);
    scene.pushgate(&["check", "apps/cart.yaml"]).ok();
    scene.pushgate_in(&scene.work.join("apps"), &["check", "bad.yaml"], None).says(1, &["apps/bad.yaml"]);
    scene.pushgate_in(&scene.work, &["check", "-"], Some(b"x: 1\n")).says(1, &["stdin.yaml:1:1"]);
    scene
        .pushgate_in(&scene.work, &["check", "--stdin-name", "apps/in.json", "-"], Some(b"{\"x\": 1}"))
        .says(1, &["apps/in.json:1:2"]);
    scene.pushgate(&["check", "nowhere.yaml"]).says(2, &["cannot read nowhere.yaml"]);
    scene.pushgate(&["check", "apps/readme.md"]).says(2, &["cannot read apps/readme.md"]);
    scene.pushgate(&["check", "policy"]).says(2, &["no declarative files there"]);
    scene.pushgate(&["check"]).says(2, &["nothing to check"]);
}

#[test]
fn output_as_json() {
    let scene = scene();
    scene
        .write(
            "apps/cart.yaml",
            deployment("cart", "cart:1").replace("{app: cart}\n  template", "{app: other}\n  template"),
        )
        .commit("two");
    let ran = scene.pushgate(&["check", "--output", "json", "--base", "HEAD~1"]);
    assert_eq!(ran.status, 1, "{ran}");
    let json = ran.json();
    assert_eq!(json["verdict"], "reject");
    assert_eq!(json["push"]["ref"], "refs/heads/main");
    assert_eq!(json["push"]["new"], scene.id("HEAD"));
    let finding = &json["findings"][0];
    assert_eq!(finding["rule"], "immutable-field");
    assert_eq!((finding["severity"].as_str(), finding["status"].as_str()), (Some("deny"), Some("new")));
    assert_eq!(
        (finding["path"].as_str(), finding["line"].as_u64(), finding["column"].as_u64()),
        (Some("apps/cart.yaml"), Some(9), Some(19))
    );
    assert_eq!(finding["route"], "/spec/selector");
    assert_eq!(
        finding["resource"],
        serde_json::json!({"kind": "Deployment", "group": "apps", "namespace": "shop", "name": "cart"})
    );
    assert_eq!(finding["old"], serde_json::json!({"path": "apps/cart.yaml", "line": 9}));
    assert_eq!(json["counts"]["documents"], 1);
    let ran = scene.pushgate(&["check", "--output", "json", "--base", "nowhere"]);
    assert_eq!((ran.status, ran.json()["verdict"].as_str()), (2, Some("error")));
}

#[test]
fn rules_of_other_refs_are_not_forgotten_in_silence() {
    let scene = scene();
    scene.write("pushgate.yaml", "version: 1\nrules: [{rego: policy, match: {refs: [refs/heads/main]}}]\n");
    scene.commit("rules for main");
    scene.git(&["checkout", "--quiet", "-b", "topic"]).ok();
    scene.write("b.yaml", "x: 1\n").commit("bad");
    scene
        .pushgate(&["check", "--base", "main"])
        .says(0, &["hint: 1 rule does not hold for refs/heads/topic", "--ref main"]);
    scene.pushgate(&["check", "--base", "main", "--ref", "main"]).says(1, &["b.yaml"]);
}

#[test]
fn what_the_server_would_refuse_in_a_repository_s_file_is_refused_here() {
    let scene = scene();
    scene.write(".pushgate/pushgate.yaml", "version: 1\nlimits: {time: 9s}\nrules: [{rego: policy}]\n");
    scene.write(".pushgate/policy/main.rego", "package main\n\ndeny contains \"x\" if input.x\n");
    scene.pushgate(&["config", "check"]).says(2, &["limits", "server"]);
}

#[test]
fn usage_mistakes_are_no_verdict() {
    let scene = scene();
    scene.pushgate_in(&scene.work, &["check", "-"], Some(b" \n")).says(2, &["standard input: it is empty"]);
    scene.pushgate(&["explain", "--output", "json"]).says(2, &["no JSON output"]);
    scene.pushgate(&["check", "--config", "nowhere.yaml", "apps"]).says(2, &["nowhere.yaml", "named by --config"]);
    scene.pushgate(&["help", "config"]).says(0, &["/etc/pushgate/pushgate.yaml", "version: 1"]);
    scene
        .pushgate_in(std::path::Path::new("/"), &["check", "--base", "main"], None)
        .says(2, &["run it inside a Git repository"]);
    scene.pushgate(&["chekc"]).says(2, &["chekc"]);
    scene.pushgate(&["check", "--output", "xml"]).says(2, &["human, json"]);
    scene.pushgate(&["hook"]).says(2, &[]);
    scene.pushgate(&["--version"]).says(0, &["pushgate 0.1.0"]);
    scene.pushgate(&["--help"]).says(0, &["Exit codes"]);
}

#[test]
fn rules_explain_themselves() {
    let scene = scene();
    scene.pushgate(&["explain", "immutable-field"]).says(0, &["How to fix"]);
    scene.pushgate(&["explain", "main.deny"]).says(0, &["policy/main.rego:5"]);
    scene.pushgate(&["explain", "image-tag-pinned"]).says(0, &["Images are pinned"]);
    scene.pushgate(&["explain", "immutable-feild"]).says(2, &["did you mean `immutable-field`"]);
    scene.pushgate(&["explain"]).says(0, &["syntax", "no-privileged-container"]);
}

#[test]
fn policy_tests_pass_and_fail() {
    let scene = scene();
    scene.write("policy/main_test.rego", "package main_test\n\nimport rego.v1\nimport data.main\n\ntest_x if count(main.deny) == 1 with input as {\"x\": 1}\n\ntest_y if count(main.deny) == 1 with input as {\"y\": 1}\n");
    scene
        .pushgate(&["test", "policy"])
        .says(1, &["main_test.test_y: FAILED", "policy/main_test.rego:8", "2 policy tests: 1 passed, 1 failed"]);
    scene.pushgate(&["test", "--run", "test_x", "policy"]).says(0, &["1 passed"]);
    scene.pushgate(&["test", "--run", "nothing", "policy"]).says(2, &["no test's name matches `nothing`"]);
}
