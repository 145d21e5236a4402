//! What a policy can say that sees the whole push, and the whole tree: `input: push` and `data.inventory`.

use crate::common::{Scene, deployment};

fn scene(rules: &str, policy: &str) -> Scene {
    let scene = Scene::new(&format!("version: 1\nrules:\n{rules}"));
    scene.server_file("policy/main.rego", policy);
    scene
}

#[test]
fn a_change_here_needs_a_change_there() {
    let scene = scene(
        "  - {rego: policy, input: push}\n",
        r#"package main

import rego.v1

paths contains change.path if some change in input.updates[_].changes

deny contains {"msg": "say in CHANGELOG.md what changes for users", "path": path} if {
	some path in paths
	startswith(path, "apps/")
	not "CHANGELOG.md" in paths
}
"#,
    );
    scene.write("apps/cart.yaml", deployment("cart", "cart:1")).push("one").refused(&[
        "error: push refused: 1 finding",
        "main.deny: apps/cart.yaml: say in CHANGELOG.md what changes for",
        "apps/cart.yaml",
    ]);
    scene.write("CHANGELOG.md", "- cart\n").push("two").ok();
    scene.write("README.md", "x\n").push("three").ok();
}

#[test]
fn refs_commits_resources_and_who_pushes() {
    let scene = scene(
        "  - {rego: policy, input: push}\n",
        r#"package main

import rego.v1

update := input.updates[0]

deny contains sprintf("%s %s %s %v %d", [update.ref, update.kind, update.action, update.fast_forward, count(update.commits)])

deny contains sprintf("%s: %s", [commit.author.email, trim_space(commit.message)]) if {
	some commit in update.commits
	not commit.has_signature
}

deny contains sprintf("%s %s %s", [change.path, resource.change, resource.name]) if {
	some change in update.changes
	some resource in change.resources
}

deny contains sprintf("pushed by %s with %v", [input.push.pusher.name, input.push.options]) if is_number(input.push.pusher.id)
"#,
    );
    let ran = scene.write("apps/cart.yaml", deployment("cart", "cart:1")).push("first words");
    ran.refused(&[
        "refs/heads/main branch create true 1",
        ": first words",
        "apps/cart.yaml added cart",
        "pushed by ",
        "with []",
    ]);
}

#[test]
fn what_one_push_says_of_a_moved_file() {
    let scene = scene(
        "  - {rego: policy, input: push, match: {paths: [\"apps/**\"]}}\n",
        r#"package main

import rego.v1

deny contains sprintf("%s from %v %s %v", [change.path, change.old_path, change.change, change.format]) if {
	some change in input.updates[_].changes
	change.change != "added"
}
"#,
    );
    scene.write("apps/cart.yaml", deployment("cart", "cart:1")).push("one").ok();
    scene.write("docs/readme.txt", "x\n").push("nothing selected").ok();
    scene.git(&["mv", "apps/cart.yaml", "apps/basket.yaml"]).ok();
    scene
        .push("two")
        .refused(&["apps/basket.yaml from apps/cart.yaml moved yaml", "apps/cart.yaml from null deleted yaml"]);
}

#[test]
fn a_push_that_cannot_be_judged_as_a_whole_is_refused() {
    let scene = scene(
        "  - {rego: policy, input: push}\n",
        "package main\n\nimport rego.v1\n\ndeny contains 7 if input.updates[0].ref\n",
    );
    scene.write("a.yaml", "a: 1\n").push("one").says(1, &["the push: main.deny: a result must be"]);
}

const UNIQUE_HOST: &str = r#"package main

import rego.v1

hosts(object) := {rule.host | some rule in object.spec.rules}

deny contains sprintf("%s is taken by %s/%s", [host, namespace, name]) if {
	input.kind == "Ingress"
	some namespace, versions in data.inventory.namespace
	some name, other in versions["networking.k8s.io/v1"].Ingress
	[namespace, name] != [input.metadata.namespace, input.metadata.name]
	some host in hosts(input) & hosts(other)
}
"#;

fn ingress(namespace: &str, name: &str, host: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  rules:\n    - host: {host}\n"
    )
}

#[test]
fn the_inventory_is_the_tree_after_the_push() {
    let scene = scene("  - {rego: policy}\n", UNIQUE_HOST);
    scene.write("shop/a.yaml", ingress("shop", "a", "a.example.org")).push("one").ok();
    scene
        .write("team/b.yaml", ingress("team", "b", "a.example.org"))
        .push("two")
        .refused(&["main.deny: a.example.org is taken by shop/a", "team/b.yaml"]);
    // The other one goes in the same push: nothing is left to collide with.
    scene.write("shop/a.yaml", ingress("shop", "a", "b.example.org"));
    scene.push("three").ok();
}

#[test]
fn what_collided_before_is_not_new() {
    let scene = scene("  - {rego: policy, enforce: warn}\n", UNIQUE_HOST);
    scene.write("shop/a.yaml", ingress("shop", "a", "a.example.org"));
    scene.write("team/b.yaml", ingress("team", "b", "a.example.org")).push("one").says(0, &["2 warnings"]);
    scene.server_file("pushgate.yaml", "version: 1\nrules:\n  - {rego: policy}\n");
    let longer = format!("{}    - host: c.example.org\n", ingress("team", "b", "a.example.org"));
    scene.write("team/b.yaml", longer).push("two").ok();
}

#[test]
fn a_push_rule_sees_what_is_left_without() {
    let scene = scene(
        "  - {rego: policy, input: push}\n",
        r#"package main

import rego.v1

deny contains sprintf("%s still needs the ServiceAccount %s", [name, account]) if {
	some change in input.updates[0].changes
	some resource in change.resources
	resource.kind == "ServiceAccount"
	resource.change == "deleted"
	account := resource.name
	some name, deployment in data.inventory.namespace[resource.namespace]["apps/v1"].Deployment
	deployment.spec.template.spec.serviceAccountName == account
}
"#,
    );
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: robot, namespace: shop}\n";
    let user = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: shop}\nspec:\n  template:\n    spec: {serviceAccountName: robot}\n";
    scene.write("account.yaml", account).write("cart.yaml", user).push("one").ok();
    scene.remove("account.yaml");
    scene.push("two").refused(&["cart still needs the ServiceAccount robot"]);
}

#[test]
fn the_inventory_of_a_push_is_that_of_its_first_selected_ref() {
    let scene = scene(
        "  - {rego: policy, input: push, match: {refs: [refs/heads/main]}}\n",
        "package main\n\nimport rego.v1\n\ndeny contains sprintf(\"%s\", [name]) if some name, _ in data.inventory.cluster.v1.Namespace\n",
    );
    scene.commit("nothing");
    scene.git(&["push", "origin", "HEAD:refs/heads/aaa"]).ok();
    scene.write("a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n").commit("one");
    scene.git(&["push", "origin", ":refs/heads/aaa", "HEAD:refs/heads/main"]).refused(&["main.deny: shop"]);
}

#[test]
fn the_index_is_a_push_to_come() {
    let scene = scene(
        "  - {rego: policy, input: push}\n",
        "package main\n\nimport rego.v1\n\ndeny contains sprintf(\"%s %v\", [change.path, input.updates[0].new]) if some change in input.updates[0].changes\n",
    );
    scene.write("a.yaml", "a: 1\n");
    scene.git(&["add", "a.yaml"]);
    scene.pushgate(&["check", "--config", "../server.git/pushgate.yaml", "--staged"]).says(1, &["a.yaml null"]);
}

/// Every example of the documentation loads, as what it says it is.
#[test]
fn examples_of_the_documentation_work() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policies.md")).unwrap();
    let mut examples = 0;
    for section in text.split("\n## ").skip(1) {
        for block in section.split("```rego\n").skip(1) {
            let policy = block.split("```").next().unwrap();
            let input = ["push", "change"].into_iter().find(|kind| section.starts_with(&format!("`input: {kind}`")));
            let scene = scene(&format!("  - {{rego: policy, input: {}}}\n", input.unwrap_or("document")), policy);
            scene.write("apps/cart.yaml", deployment("cart", "cart:1")).push("one");
            let ran = scene.write("apps/cart.yaml", deployment("cart", "cart:2")).push("two");
            assert!(
                !ran.to_string().contains("policies must be mended") && !ran.to_string().contains("until they work"),
                "{ran}\n{policy}"
            );
            examples += 1;
        }
    }
    assert!(examples >= 8, "{examples}");
}
