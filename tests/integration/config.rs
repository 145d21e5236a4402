//! The configuration: where it comes from, and what is wrong with it.

use crate::common::{REFS_ONLY, Scene, deployment, pushgate, write};

const MISTAKES: &str = "\
version: 2
rulez: []
immutability:
  refs:
    - match: [refs/heads/main]
      fobid: [delete]
  paths:
    - match: ['releases/[']
      allow: [create]
  fields:
    - match: {kind: Deployment}
      path: spec.selector
      transition: set-once
limits: {time: soon}
";

#[test]
fn every_mistake_is_reported_at_its_line() {
    let scene = Scene::new(MISTAKES);
    let ran = scene.write("a.yaml", "a: 1\n").push("one");
    ran.refused(&[
        "the configuration cannot be used",
        "pushgate.yaml:1:",
        "rulez",
        "did you mean",
        "fobid",
        "`forbid`",
        "pushgate.yaml:8:",
        "set-once",
        "not supported",
        "soon",
    ]);
}

#[test]
fn check_show_and_schema() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("pushgate.yaml"), REFS_ONLY.as_bytes());
    pushgate(folder.path(), &["config", "check"]).says(0, &["ok: 0 policy rules, 2 immutability rules"]);
    let shown = pushgate(folder.path(), &["config", "show"])
        .says(0, &["limits:", "time: 4s", "existing: report", "refs/tags/**"]);
    // What is shown is a configuration that says the same.
    write(&folder.path().join("again.yaml"), shown.stdout.as_bytes());
    assert_eq!(pushgate(folder.path(), &["config", "show", "--config", "again.yaml"]).ok().stdout, shown.stdout);
    let schema = pushgate(folder.path(), &["config", "schema"]).ok().json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    write(&folder.path().join("pushgate.yaml"), MISTAKES.as_bytes());
    pushgate(folder.path(), &["config", "check"]).says(2, &["fobid", "rulez"]);
    write(&folder.path().join("paths.yaml"), b"version: 1\nrules: [{rego: one}, {rego: two}]\n");
    pushgate(folder.path(), &["config", "check", "--config", "paths.yaml"])
        .says(2, &["cannot read", "one", "two", "named by `rego`"]);
    pushgate(folder.path(), &["config", "check", "--config", "nowhere.yaml"]).says(2, &["nowhere.yaml"]);
}

#[test]
fn a_configuration_that_enforces_nothing_is_refused() {
    for nothing in ["", "version: 1\n", "version: 1\nrules: []\n", "# version: 1\n"] {
        let scene = Scene::new(nothing);
        scene.write("a.yaml", "a: 1\n").push("one").refused(&["pushgate.yaml"]);
    }
}

#[test]
fn what_is_not_built_yet_is_refused() {
    for (key, says) in
        [("rules: [{gatekeeper: x}]", "gatekeeper"), ("waivers: []", "waivers"), ("host: gitlab", "gitlab")]
    {
        let scene = Scene::new(&format!("{REFS_ONLY}{key}\n"));
        scene.write("a.yaml", "a: 1\n").push("one").refused(&[says, "not supported"]);
    }
}

#[test]
fn what_the_documentation_shows_is_a_configuration() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).expect("a document");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("a document");
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("policies/main.rego"), b"package main\n\ndeny contains \"x\" if input.x\n");
    write(&folder.path().join("data.yaml"), b"a: 1\n");
    let blocks = text.split("```yaml\n").skip(1).chain(readme.split("```yaml\n").skip(1));
    let mut checked = 0;
    for block in blocks.filter_map(|block| block.split("```").next()) {
        if block.trim_end().ends_with("path: .pushgate}") {
            continue; // a server's file, whose rules are elsewhere
        }
        write(&folder.path().join("pushgate.yaml"), block.as_bytes());
        pushgate(folder.path(), &["config", "check"]).says(0, &["ok: "]);
        checked += 1;
    }
    assert_eq!(checked, 3);
}

const SOURCE: &str = "version: 1\npolicy:\n  source: {ref: refs/heads/main, path: .pushgate}\n";

fn with_policies_in_main() -> Scene {
    let scene = Scene::new(SOURCE);
    scene.write(".pushgate/pushgate.yaml", "version: 1\nrules:\n  - rego: policies\n");
    scene
        .write(".pushgate/policies/main.rego", "package main\n\nimport rego.v1\n\ndeny contains \"no x\" if input.x\n");
    scene.write("a.yaml", "a: 1\n");
    // The first push is the administrator's, past the hook.
    scene.commit("first");
    scene
        .git(&["push", "origin", "HEAD:refs/heads/main"])
        .refused(&["refs/heads/main, which does not exist here yet", "git fetch"]);
    scene.git_in(&scene.server, &["fetch", "--quiet", "../work", "main:main"]).ok();
    scene
}

#[test]
fn policies_come_from_the_old_tip_of_a_protected_ref() {
    let scene = with_policies_in_main();
    scene.write("a.yaml", "x: 1\n").push("bad").refused(&["main.deny: no x"]);
    // A push that takes the rule away is judged by it all the same, on whatever ref.
    scene
        .write(".pushgate/policies/main.rego", "package main\n\nimport rego.v1\n\ndeny contains \"no z\" if input.z\n");
    scene.push("rule and breach at once").refused(&["no x"]);
    scene.git(&["push", "origin", "HEAD:refs/heads/topic"]).refused(&["no x"]);
    // The rule alone may change; from then on the new one counts.
    scene.write("a.yaml", "a: 1\n").push("new rule").ok();
    scene.write("a.yaml", "x: 1\n").push("x is fine now").ok();
    scene.write("a.yaml", "z: 1\n").push("z is not").refused(&["no z"]);
}

#[test]
fn a_policy_ref_is_never_left_broken() {
    let scene = with_policies_in_main();
    scene.write(".pushgate/policies/main.rego", "package main\n\ndeny contains x if {\n").push("broken policy");
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).refused(&["policy-source", ".pushgate/policies/main.rego:"]);
    scene.reset();
    scene
        .write(".pushgate/pushgate.yaml", "version: 1\nrules:\n  - rega: policies\n")
        .push("broken configuration")
        .refused(&["policy-source", ".pushgate/pushgate.yaml:3:5", "did you mean"]);
    scene.reset();
    scene
        .remove(".pushgate/pushgate.yaml")
        .push("gone")
        .refused(&["policy-source", "leave the server without .pushgate/pushgate.yaml"]);
    scene.reset();
    scene
        .write(".pushgate/pushgate.yaml", "version: 1\nlimits: {time: 10m}\nrules:\n  - rego: policies\n")
        .push("not for a repository to say")
        .refused(&["policy-source", "limits"]);
    // On another ref it is a file like any other.
    scene.git(&["push", "origin", "HEAD:refs/heads/topic"]).ok();
}

#[test]
fn the_server_s_own_rules_are_added() {
    let scene = with_policies_in_main();
    scene.configure(&format!("{SOURCE}immutability:\n  refs:\n    - {{match: refs/heads/main, forbid: [delete]}}\n"));
    scene.git(&["push", "origin", ":refs/heads/main"]).refused(&["may not be deleted"]);
    scene.write("a.yaml", "x: 1\n").push("bad").refused(&["no x"]);
}

#[test]
fn the_digest_names_what_was_judged_by() {
    let scene = with_policies_in_main();
    let digest = |scene: &Scene| {
        let ran = scene.pushgate(&["check", "--output", "json", "a.yaml"]);
        ran.json()["policy"]["digest"].as_str().expect("a digest").to_owned()
    };
    let first = digest(&scene);
    assert!(first.starts_with("sha256:") && first.len() == 71, "{first}");
    scene.write("cart.yaml", deployment("cart", "cart:1"));
    assert_eq!(digest(&scene), first);
    scene
        .write(".pushgate/policies/main.rego", "package main\n\nimport rego.v1\n\ndeny contains \"no z\" if input.z\n");
    assert_ne!(digest(&scene), first);
}
