//! Immutability of refs, and what a ref is compared with.

use crate::common::{REFS_ONLY, Scene, deployment};

#[test]
fn branches_only_move_forward() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    let first = scene.id("HEAD");
    scene.write("a.yaml", "a: 2\n").push("two").ok();
    scene.git(&["reset", "--quiet", "--hard", &first]).ok();
    scene.write("a.yaml", "a: 3\n").commit("another two");
    scene.git(&["push", "--force", "origin", "HEAD:refs/heads/main"]).refused(&[
        "protected-ref: branch main may not lose commits",
        "refs/heads/main",
        "git revert",
    ]);
    scene.git(&["push", "origin", ":refs/heads/main"]).refused(&["branch main may not be deleted"]);
    // What is not protected may.
    scene.git(&["push", "origin", "HEAD:refs/heads/topic"]).ok();
    scene.git(&["push", "--force", "origin", &format!("{first}:refs/heads/topic")]).ok();
    scene.git(&["push", "origin", ":refs/heads/topic"]).ok();
}

#[test]
fn a_merge_of_the_old_tip_is_no_rewrite() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    scene.git(&["checkout", "--quiet", "-b", "side"]).ok();
    scene.write("b.yaml", "b: 1\n").commit("side");
    scene.git(&["checkout", "--quiet", "main"]).ok();
    scene.write("a.yaml", "a: 2\n").push("two").ok();
    scene.git(&["checkout", "--quiet", "side"]).ok();
    scene.git(&["merge", "--quiet", "--no-edit", "main"]).ok();
    scene.git(&["push", "origin", "side:refs/heads/main"]).ok();
}

#[test]
fn commit_dates_do_not_decide_what_is_forward() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    scene.write("a.yaml", "a: 2\n").commit("two");
    let tree = scene.id("HEAD^{tree}");
    let parent = scene.id("HEAD~1");
    // A child that says it is older than its parent.
    let old = scene.git_with(
        &scene.work,
        &["hash-object", "-t", "commit", "-w", "--stdin"],
        format!("tree {tree}\nparent {parent}\nauthor A <a@b> 100 +0000\ncommitter A <a@b> 100 +0000\n\nold\n")
            .as_bytes(),
    );
    let old = old.ok().stdout.trim().to_owned();
    scene.git(&["push", "origin", &format!("{old}:refs/heads/main")]).ok();
}

#[test]
fn tags_stay_where_they_are() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    scene.git(&["tag", "light"]).ok();
    scene.git(&["tag", "-a", "-m", "annotated", "noted"]).ok();
    scene.git(&["tag", "-a", "-m", "a tag of a tag", "nested", "noted"]).ok();
    scene.git(&["push", "origin", "light", "noted", "nested"]).ok();
    scene.write("a.yaml", "a: 2\n").push("two").ok();
    for tag in ["light", "noted", "nested"] {
        scene.git(&["tag", "--force", "-a", "-m", "moved", tag]).ok();
        scene
            .git(&["push", "--force", "origin", tag])
            .refused(&[&format!("tag {tag} may not be moved"), "make a new tag"]);
        scene.git(&["push", "origin", &format!(":refs/tags/{tag}")]).refused(&["may not be deleted"]);
    }
}

#[test]
fn tags_of_trees_and_blobs_are_judged_for_what_they_are() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    scene.git(&["tag", "blob", "HEAD:a.yaml"]).ok();
    scene.git(&["tag", "tree", "HEAD^{tree}"]).ok();
    scene.git(&["tag", "-a", "-m", "tree", "noted-tree", "HEAD^{tree}"]).ok();
    scene.git(&["push", "origin", "blob", "tree", "noted-tree"]).ok();
    scene.write("broken.yaml", "a: [\n").commit("broken");
    scene.git(&["tag", "-a", "-m", "tree", "broken-tree", "HEAD^{tree}"]).ok();
    scene.git(&["push", "origin", "broken-tree"]).refused(&["syntax", "broken.yaml:"]);
}

#[test]
fn one_bad_ref_refuses_all() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    let before = scene.server_state();
    scene.git(&["branch", "good"]).ok();
    scene.write("a.yaml", "a: [\n").commit("bad");
    scene
        .git(&["push", "origin", "good:refs/heads/good", "HEAD:refs/heads/bad"])
        .refused(&["error: push refused: 1 finding in refs/heads/bad", "a.yaml"]);
    assert_eq!(scene.server_state(), before, "refs and objects are as before");
}

#[test]
fn a_new_branch_is_judged_by_what_it_adds() {
    let scene = Scene::new(REFS_ONLY);
    // Broken when the gate was not there yet.
    std::fs::rename(scene.server.join("hooks/pre-receive"), scene.server.join("hooks/off")).expect("hook off");
    scene.write("old.yaml", "a: [\n").push("broken long ago").ok();
    std::fs::rename(scene.server.join("hooks/off"), scene.server.join("hooks/pre-receive")).expect("hook on");
    scene.write("new.yaml", "a: 1\n").commit("good");
    scene.git(&["push", "origin", "HEAD:refs/heads/topic"]).ok();
    // No commit of its own at all.
    scene.git(&["push", "origin", "origin/main:refs/heads/empty"]).ok();
    scene.write("new.yaml", "a: {\n").commit("bad");
    scene.git(&["push", "origin", "HEAD:refs/heads/other"]).refused(&["new.yaml"]);
}

#[test]
fn a_new_history_is_judged_whole() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    scene.git(&["checkout", "--quiet", "--orphan", "root"]).ok();
    scene.write("a.yaml", "a: 1\n").write("b.yaml", "b: [\n").commit("orphan");
    scene.git(&["push", "origin", "root"]).refused(&["b.yaml"]);
    scene.write("b.yaml", "b: 1\n").commit("mended");
    scene.git(&["push", "origin", "root"]).ok();
}

const POLICY_ON_MAIN: &str = "\
version: 1
rules:
  - rego: policy
    match: {refs: [refs/heads/main, 'refs/heads/release/**']}
";
const NO_LATEST: &str = "\
package main

import rego.v1

deny contains msg if {
	some container in input.spec.template.spec.containers
	endswith(container.image, \":latest\")
	msg := sprintf(\"%s uses latest\", [container.name])
}
";

#[test]
fn what_came_in_by_an_unprotected_branch_is_judged_where_it_counts() {
    let scene = Scene::new(POLICY_ON_MAIN);
    scene.server_file("policy/main.rego", NO_LATEST);
    scene.write("app.yaml", deployment("cart", "cart:1")).push("one").ok();
    scene.write("app.yaml", deployment("cart", "cart:latest")).commit("latest");
    // The rule does not hold there.
    scene.git(&["push", "origin", "HEAD:refs/heads/topic"]).ok();
    // Nothing is new to the repository now, and all of it is new to these.
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).refused(&["app uses latest", "app.yaml"]);
    scene.git(&["push", "origin", "HEAD:refs/heads/release/1"]).refused(&["app uses latest"]);
}

#[test]
fn a_symbolic_ref_is_the_ref_it_points_to() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    let first = scene.id("HEAD");
    scene.write("a.yaml", "a: 2\n").push("two").ok();
    scene.git_in(&scene.server, &["symbolic-ref", "refs/heads/alias", "refs/heads/main"]).ok();
    scene
        .git(&["push", "--force", "origin", &format!("{first}:refs/heads/alias")])
        .refused(&["branch main may not lose commits"]);
    scene.git(&["push", "origin", ":refs/heads/alias"]).refused(&["branch main may not be deleted"]);
}

#[test]
fn sha256_repositories_work() {
    let scene = Scene::with_init(REFS_ONLY, &["--object-format=sha256"]);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    assert_eq!(scene.id("HEAD").len(), 64);
    scene.write("a.yaml", "a: [\n").push("two").refused(&["syntax", "a.yaml"]);
    scene.git(&["push", "origin", ":refs/heads/main"]).refused(&["may not be deleted"]);
}

#[test]
fn many_branches_at_once_are_judged_once_each() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").commit("one");
    let mut arguments = vec!["push".to_owned(), "origin".to_owned()];
    arguments.extend((0..40).map(|number| format!("HEAD:refs/heads/b{number}")));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    scene.git(&arguments).ok();
    assert!(!scene.server_ref("refs/heads/b39").is_empty());
}
