//! Rego: conftest's conventions, the change with both sides, and policies that do not work.

use crate::common::{Scene, deployment};

fn scene(rules: &str, policy: &str) -> Scene {
    let scene = Scene::new(&format!("version: 1\nrules:\n{rules}"));
    scene.server_file("policy/main.rego", policy);
    scene
}

const DOCUMENT: &str = "  - rego: policy\n";

#[test]
fn conftest_policies_run_as_they_are() {
    let scene = scene(
        DOCUMENT,
        r#"package main

import rego.v1

deny contains msg if {
	input.kind == "Deployment"
	not input.spec.template.spec.securityContext.runAsNonRoot
	msg := sprintf("%s must not run as root (%d replicas)", [input.metadata.name, input.spec.replicas])
}

violation contains {"msg": "say who owns it", "path": ["metadata", "name"], "help": "add an owner"} if {
	input.kind == "Deployment"
	not input.metadata.annotations.owner
}

warn contains "few replicas" if input.spec.replicas < 3
"#,
    );
    let ran = scene.write("apps/cart.yaml", deployment("cart", "cart:1")).push("one");
    ran.refused(&[
        "error: push refused: 2 findings",
        "main.deny: cart must not run as root (2 replicas)",
        "main.violation: say who owns it",
        "apps/cart.yaml:4:3",
        "help: add an owner",
        "main.warn: few replicas",
    ]);
}

#[test]
fn findings_point_at_the_field_without_the_policys_help() {
    let scene = scene(
        DOCUMENT,
        r#"package main

import rego.v1

deny contains msg if {
	some c in input.spec.template.spec.containers
	not c.resources.limits
	msg := sprintf("%s has no limits", [c.name])
}

deny contains msg if {
	input.kind == "Deployment"
	containers[c]
	endswith(c.image, ":latest")
	msg := sprintf("%s uses latest", [c.name])
}

containers contains c if c := input.spec.template.spec.containers[_]
"#,
    );
    let more = "        - name: side
          image: side:latest
          resources: {requests: {cpu: 1}}
        - {name: last, image: 'last:1'}
";
    let manifest = deployment("cart", "cart:1").replace("replicas: 2", "replicas: 3") + more;
    let ran = scene.write("cart.yaml", &manifest).push("one");
    ran.refused(&["app has no limits", "cart.yaml:15:11", "cart.yaml:18:11", "cart.yaml:19:11", "cart.yaml:20:11"]);
    scene.git(&["fetch", "--quiet", "origin"]).ok();
    let ran = scene.pushgate(&["check", "--config", "../server.git/pushgate.yaml", "--output", "json", "cart.yaml"]);
    let found = ran.json();
    let places: Vec<_> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["message"].as_str().unwrap(), finding["route"].as_str().unwrap()))
        .collect();
    let container = "/spec/template/spec/containers";
    assert_eq!(
        places,
        [
            ("app has no limits", format!("{container}/0").as_str()),
            ("side uses latest", &format!("{container}/1/image")),
            ("side has no limits", &format!("{container}/1/resources")),
            ("last has no limits", &format!("{container}/2")),
        ]
    );
}

#[test]
fn findings_about_a_change_point_into_the_document() {
    let scene = scene(
        "  - rego: policy\n    input: change\n",
        "package main\n\nimport rego.v1\n\ndeny contains \"fewer\" if input.new.spec.replicas < input.old.spec.replicas\n",
    );
    scene.write("cart.yaml", deployment("cart", "cart:1")).push("one").ok();
    scene
        .write("cart.yaml", deployment("cart", "cart:1").replace("replicas: 2", "replicas: 1"))
        .push("fewer")
        .refused(&["main.deny: fewer", "cart.yaml:7:3"]);
}

#[test]
fn warnings_are_shown_and_let_in() {
    let scene = scene(DOCUMENT, "package other\n\nimport rego.v1\n\nwarn_small contains \"small\" if input.a\n");
    scene
        .write("a.yaml", "a: 1\n")
        .push("one")
        .says(0, &["warning: 1 warning", "other.warn_small: small", "a.yaml:1:1"]);
}

#[test]
fn old_rego_runs_too() {
    let scene = scene(
        DOCUMENT,
        "package main\n\ndeny[msg] {\n  input.kind == \"Service\"\n  msg = sprintf(\"no %v\", [input.kind])\n}\n\nviolation[{\"msg\": msg}] { input.x; msg := \"x\" }\n",
    );
    scene.write("a.yaml", "kind: Service\n").push("one").refused(&["no Service"]);
    scene.write("a.yaml", "x: 1\n").push("two").refused(&["main.violation: x"]);
}

#[test]
fn every_document_and_item_is_judged() {
    let scene = scene(
        DOCUMENT,
        "package main\n\nimport rego.v1\n\ndeny contains sprintf(\"bad %v\", [input.bad]) if input.bad\n",
    );
    scene.write("a.yaml", "a: 1\n---\nb: 2\n---\nbad: third\n").push("one").refused(&["bad third", "a.yaml:5:1"]);
    scene.write("a.yaml", "- a: 1\n- bad: item\n").push("two").refused(&["bad item", "a.yaml:2:3"]);
    scene
        .write("a.yaml", "apiVersion: v1\nkind: List\nitems:\n  - kind: ConfigMap\n    bad: inner\n")
        .push("three")
        .refused(&["bad inner", "error: push refused: 1 finding"]);
}

#[test]
fn selection_by_path_ref_and_kind() {
    let scene = scene(
        "  - rego: policy\n    match: {paths: ['apps/**'], refs: [refs/heads/main], kinds: [Deployment]}\n",
        "package main\n\nimport rego.v1\n\ndeny contains \"never\"\n",
    );
    scene
        .write("other/cart.yaml", deployment("cart", "cart:1"))
        .write("apps/s.yaml", "kind: Service\n")
        .push("not selected")
        .ok();
    scene.write("apps/cart.yaml", deployment("cart", "cart:1")).commit("selected");
    scene.git(&["push", "origin", "HEAD:refs/heads/topic"]).ok();
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).refused(&["never", "apps/cart.yaml"]);
}

#[test]
fn what_was_there_before_does_not_block() {
    let policy = "package main\n\nimport rego.v1\n\ndeny contains sprintf(\"%v uses latest\", [c.name]) if {\n\tsome c in input.spec.template.spec.containers\n\tendswith(c.image, \":latest\")\n}\n";
    let scene = scene("  - rego: policy\n    match: {refs: [refs/heads/main]}\n", policy);
    // In before the rule was.
    scene.configure(
        "version: 1\nimmutability: {refs: [{match: x/**, forbid: [delete]}]}\n".replace("x/**", "refs/x/**").as_str(),
    );
    scene.write("cart.yaml", deployment("cart", "cart:latest")).push("old").ok();
    scene.configure("version: 1\nrules:\n  - rego: policy\n");
    let more = deployment("cart", "cart:latest").replace("replicas: 2", "replicas: 3");
    scene
        .write("cart.yaml", &more)
        .push("unrelated")
        .says(0, &["hint: 1 older finding in the changed files, not counted"]);
    // Moving it makes it no newer; copying it does.
    scene.git(&["mv", "cart.yaml", "moved.yaml"]).ok();
    scene.push("moved").ok();
    scene.write("copy.yaml", more.replace("shop", "other")).push("copied").refused(&["copy.yaml", "app uses latest"]);
    scene.reset();
    scene.write("copy.yaml", &more).push("copied as it is").refused(&["copy.yaml"]);
    scene.reset();
    scene.configure("version: 1\nexisting: deny\nrules:\n  - rego: policy\n");
    scene
        .write("moved.yaml", more.replace("replicas: 3", "replicas: 4"))
        .push("strict")
        .refused(&["moved.yaml", "(not new)"]);
}

#[test]
fn dry_runs_and_lowered_rules_let_in() {
    let policy = "package main\n\nimport rego.v1\n\ndeny contains \"no\"\n";
    let quiet = scene("  - rego: policy\n    enforce: dry-run\n", policy);
    quiet.write("a.yaml", "a: 1\n").push("one").ok();
    let warn = scene("  - rego: policy\n    enforce: warn\n", policy);
    warn.write("a.yaml", "a: 1\n").push("one").says(0, &["warning: 1 warning", "main.deny: no"]);
}

#[test]
fn a_change_has_both_sides() {
    let scene = scene(
        "  - rego: policy\n    input: change\n",
        r#"package main

import rego.v1

deny contains {"msg": msg, "path": ["spec", "replicas"]} if {
	input.change == "modified"
	input.new.spec.replicas < input.old.spec.replicas
	msg := sprintf("%s goes from %d to %d on %s", [input.resource.name, input.old.spec.replicas, input.new.spec.replicas, input.ref.name])
}

deny contains sprintf("%s is deleted from %s", [input.resource.name, input.path]) if {
	input.change == "deleted"
	input.new == null
	input.review.operation == "DELETE"
}

deny contains sprintf("%s moved from %s to %s", [input.resource.name, input.old_path, input.path]) if input.change == "moved"

deny contains "added with a push option" if {
	input.change == "added"
	"why=not" in input.push.options
	input.old == null
}
"#,
    );
    scene.git_in(&scene.server, &["config", "receive.advertisePushOptions", "true"]).ok();
    scene.write("cart.yaml", deployment("cart", "cart:1")).push("one").ok();
    scene
        .write("cart.yaml", deployment("cart", "cart:1").replace("replicas: 2", "replicas: 1"))
        .push("fewer")
        .refused(&["cart goes from 2 to 1 on refs/heads/main", "cart.yaml:7:3"]);
    scene.reset();
    scene.git(&["mv", "cart.yaml", "other.yaml"]).ok();
    scene.push("moved").refused(&["cart moved from cart.yaml to other.yaml"]);
    scene.reset();
    scene.remove("cart.yaml").push("deleted").refused(&["cart is deleted from cart.yaml"]);
    scene.reset();
    scene.write("new.yaml", deployment("new", "new:1")).commit("added");
    scene.git(&["push", "-o", "why=not", "origin", "HEAD:refs/heads/main"]).refused(&["added with a push option"]);
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).ok();
}

#[test]
fn policies_that_would_not_work_are_no_verdict() {
    for (policy, says) in [
        ("package main\n\ndeny contains x if { x := }\n", "policy/main.rego:3:"),
        ("package main\n\nallow if input.a\n", "no deny, violation or warn rule"),
        ("package main\n\nimport rego.v1\n\ndeny contains http.send({\"url\": \"http://x\"}).body\n", "http.send"),
        ("package main\n\nimport rego.v1\n\ndeny contains no_such_function(input)\n", "no_such_function"),
        ("package main\n\nimport rego.v1\n\ndeny if input.a\n", "deny"),
    ] {
        let scene = scene(DOCUMENT, policy);
        scene.write("a.yaml", "a: 1\n").push("one").refused(&["error: push refused", says]);
    }
    let scene = scene("  - rego: nowhere\n", "package main\n");
    scene.write("a.yaml", "a: 1\n").push("one").refused(&["cannot read", "nowhere"]);
    scene.configure("version: 1\nrules:\n  - {rego: policy, namespaces: [other]}\n");
    scene.server_file("policy/main.rego", "package main\n\nimport rego.v1\n\ndeny contains \"x\"\n");
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).refused(&["other", "main"]);
    scene.server_file("empty/readme.txt", "nothing");
    scene.configure("version: 1\nrules:\n  - {rego: empty}\n");
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).refused(&["no .rego file there"]);
}

#[test]
fn results_without_a_message_are_no_verdict() {
    let scene = scene(
        DOCUMENT,
        "package main\n\nimport rego.v1\n\ndeny contains {\"message\": \"x\"} if input.a\n\ndeny contains 7 if input.b\n",
    );
    scene.write("a.yaml", "c: 1\n").push("neither").ok();
    scene.write("a.yaml", "a: 1\n").push("object").refused(&["a.yaml: main.deny", "msg"]);
    scene.write("a.yaml", "b: 1\n").push("number").refused(&["a.yaml: main.deny"]);
}

#[test]
fn data_files_are_data() {
    let scene = scene(
        "  - {rego: policy, data: [data]}\n",
        "package main\n\nimport rego.v1\n\ndeny contains \"port\" if input.port in data.lists.ports\n\ndeny contains \"file\" if {\n\tinput.file\n\tdata.conftest.file.name == \"a.yaml\"\n}\n",
    );
    scene.server_file("data/ports.yaml", "lists: {ports: [22, 0x17]}\n");
    scene.write("a.yaml", "port: 23\n").push("port").refused(&["main.deny: port"]);
    scene.write("a.yaml", "file: 1\n").push("file").refused(&["main.deny: file"]);
    scene.write("a.yaml", "port: 80\n").push("fine").ok();
    scene.server_file("data/broken.yaml", "a: [\n");
    scene.git(&["push", "origin", "HEAD:refs/heads/topic"]).refused(&["broken.yaml"]);
}
