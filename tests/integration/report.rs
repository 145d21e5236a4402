//! What a pusher sees, to the letter.

use crate::common::{Scene, deployment};

/// What comes behind `remote: `.
fn seen(stderr: &str) -> String {
    stderr
        .lines()
        .filter_map(|line| line.strip_prefix("remote:"))
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

#[test]
fn a_refusal_to_the_letter() {
    let scene = Scene::new(
        "version: 1\nrules: [{rego: p.rego}]\nimmutability:\n  fields:\n    - {match: {kind: Deployment}, path: .spec.selector, transition: immutable}\n  refs:\n    - {match: refs/heads/main, forbid: [delete]}\n",
    );
    scene.server_file(
        "p.rego",
        "package main\n\nimport rego.v1\n\nwarn contains {\"msg\": \"latest moves\", \"path\": [\"spec\", \"template\", \"spec\", \"containers\", 0, \"image\"], \"help\": \"name a version\"} if endswith(input.spec.template.spec.containers[0].image, \":latest\")\n",
    );
    scene.write("apps/cart/deployment.yaml", deployment("cart", "cart:1")).push("one").ok();
    let bad = deployment("cart", "cart:latest").replace("matchLabels: {app: cart}", "matchLabels: {app: cart-v2}");
    let ran = scene.write("apps/cart/deployment.yaml", bad).push("two").refused(&[]);
    insta::assert_snapshot!(seen(&ran.stderr), @"
    error: push refused: 1 finding in refs/heads/main

      × immutable-field: spec.selector of Deployment shop/cart is
      │ immutable
        ╭─[apps/cart/deployment.yaml:9:19]
      8 │   selector:
      9 │     matchLabels: {app: cart-v2}
        ·                   ──────┬─────
        ·                         ╰── was cart
     10 │   template:
        ╰────
      help: restore the old value, or create a new Deployment under
            another name and delete this one

      ⚠ main.warn: latest moves
        ╭─[apps/cart/deployment.yaml:16:11]
     15 │         - name: app
     16 │           image: cart:latest
        ·           ──────────────────
        ╰────
      help: name a version

    hint: see it before pushing: pushgate check --base origin/main
    ");
}

#[test]
fn everything_fits_80_columns() {
    let scene = Scene::new("version: 1\nrules: [{rego: p.rego}]\n");
    scene.server_file(
        "p.rego",
        "package main\n\nimport rego.v1\n\ndeny contains {\"msg\": concat(\" \", [w | some i in numbers.range(1, 60); w := sprintf(\"word%d\", [i])]), \"path\": [\"long\"]} if input.long\n",
    );
    let text = format!("long: \"{}\"\n{}: 1\n", "ä".repeat(3000), "k".repeat(300));
    let ran = scene.write("some/rather/long/path/to/a/file.yaml", text).push("long").refused(&["file.yaml:1:1"]);
    for line in ran.stderr.lines().filter(|line| line.starts_with("remote:")) {
        assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
    }
}

#[test]
fn a_flood_of_findings_is_cut() {
    let scene = Scene::new("version: 1\nrules: [{rego: p.rego}]\n");
    scene.server_file("p.rego", "package main\n\nimport rego.v1\n\ndeny contains \"x\" if input.x\n");
    for number in 0..60 {
        scene.write(&format!("f{number}.yaml"), "x: 1\n");
    }
    let ran = scene.push("many").refused(&["60 findings", "hint: and 40 findings more"]);
    assert_eq!(ran.stderr.matches("main.deny: x").count(), 20);
}

#[test]
fn colours_only_where_asked_for() {
    let scene = Scene::new("version: 1\nrules: [{rego: p.rego}]\n");
    scene.server_file("p.rego", "package main\n\nimport rego.v1\n\ndeny contains \"x\" if input.x\n");
    scene.write("a.yaml", "x: 1\n").commit("one");
    let check = |arguments: &[&str]| {
        let all = [&["check", "--config", "../server.git/pushgate.yaml", "a.yaml"], arguments].concat();
        scene.pushgate(&all).stderr
    };
    assert!(!check(&[]).contains('\x1b'));
    assert!(check(&["--color", "always"]).contains('\x1b'));
}
