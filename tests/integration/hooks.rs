//! The contracts of the hooks: what Git gives them, and what they must not touch.

use std::fs;

use crate::common::{PUSHGATE, REFS_ONLY, Scene, deployment};

#[test]
fn quarantined_objects_are_seen_loose_and_packed() {
    for limit in ["1", "1000"] {
        let scene = Scene::new(REFS_ONLY);
        scene.git_in(&scene.server, &["config", "receive.unpackLimit", limit]).ok();
        scene.write("a.yaml", "a: 1\n").push("good").ok();
        let before = scene.server_state();
        scene.write("b.yaml", "b: [\n").push("bad").refused(&["b.yaml"]);
        assert_eq!(scene.server_state(), before, "unpackLimit {limit}: refs and objects are as before");
    }
}

#[test]
fn nothing_is_written_into_the_quarantine_nor_left_behind() {
    let scene = Scene::new(REFS_ONLY);
    let temporary = scene.folder().join("tmp");
    fs::create_dir(&temporary).expect("a folder");
    scene.install_script(
        "pre-receive",
        &format!(
            "export TMPDIR=../tmp; ls -R \"$GIT_OBJECT_DIRECTORY\" > before; '{PUSHGATE}' hook pre-receive || exit; ls -R \"$GIT_OBJECT_DIRECTORY\" > after\n"
        ),
    );
    scene.write("a.yaml", "a: 1\n").push("good").ok();
    let read = |name: &str| fs::read_to_string(scene.server.join(name)).expect("a listing");
    assert_eq!(read("before"), read("after"));
    assert_eq!(fs::read_dir(&temporary).expect("a folder").count(), 0);
    assert!(!scene.server.join("objects/info/alternates").exists());
}

#[test]
fn a_push_that_only_deletes_has_no_quarantine() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    scene.git(&["push", "origin", "HEAD:refs/heads/topic"]).ok();
    scene.git(&["push", "origin", ":refs/heads/topic"]).ok();
    assert_eq!(scene.server_ref("refs/heads/topic"), "");
}

#[test]
fn a_server_with_alternates_and_a_colon_in_its_path() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    let fork = scene.folder().join("fork: of it.git");
    let fork_path = fork.to_str().expect("text").to_owned();
    scene.git(&["clone", "--quiet", "--bare", "--shared", "../server.git", &fork_path]).ok();
    fs::copy(scene.server.join("pushgate.yaml"), fork.join("pushgate.yaml")).expect("configuration");
    fs::copy(scene.server.join("hooks/pre-receive"), fork.join("hooks/pre-receive")).expect("hook");
    scene.write("a.yaml", "a: [\n").commit("bad");
    scene.git(&["push", &fork_path, "HEAD:refs/heads/main"]).refused(&["a.yaml"]);
    scene.write("a.yaml", "a: 2\n").commit("good");
    scene.git(&["push", &fork_path, "HEAD:refs/heads/main"]).ok();
}

#[test]
fn a_commit_graph_on_the_server_changes_nothing() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    scene.write("a.yaml", "a: 2\n").push("two").ok();
    scene.git_in(&scene.server, &["commit-graph", "write", "--reachable", "--changed-paths"]).ok();
    scene.write("a.yaml", "a: 3\n").push("three").ok();
    scene.git(&["reset", "--quiet", "--hard", "HEAD~2"]).ok();
    scene.git(&["push", "--force", "origin", "HEAD:refs/heads/main"]).refused(&["may not lose commits"]);
}

#[test]
fn the_update_hook_refuses_ref_by_ref() {
    let scene = Scene::new(REFS_ONLY);
    fs::remove_file(scene.server.join("hooks/pre-receive")).expect("removed");
    scene.install("update", "hook update");
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    scene.git(&["branch", "good"]).ok();
    scene.write("a.yaml", "a: [\n").commit("bad");
    scene.git(&["push", "origin", "good", "HEAD:refs/heads/bad"]).says(1, &["a.yaml", "hook declined"]);
    assert!(!scene.server_ref("refs/heads/good").is_empty());
    assert_eq!(scene.server_ref("refs/heads/bad"), "");
    scene
        .pushgate_in(&scene.server, &["hook", "update", "refs/heads/x", "1", "2"], None)
        .says(2, &["does not have the form"]);
}

/// A work tree with a configuration of its own and a hook that runs on this side.
fn client(hook: &str) -> Scene {
    let scene = Scene::new(REFS_ONLY);
    fs::remove_file(scene.server.join("hooks/pre-receive")).expect("removed");
    scene.write("pushgate.yaml", "version: 1\nrules:\n  - rego: policy\n");
    scene.write("policy/main.rego", "package main\ndeny contains \"no x\" if input.x\n");
    let path = scene.work.join(".git/hooks").join(hook);
    crate::common::write(&path, format!("#!/bin/sh\nexec '{PUSHGATE}' hook {hook} \"$@\"\n").as_bytes());
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("mode");
    scene
}

#[test]
fn pre_push_judges_before_anything_leaves() {
    let scene = client("pre-push");
    scene.write("a.yaml", "x: 1\n").commit("bad");
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).says(1, &["push refused", "no x", "a.yaml:1:1"]);
    scene.write("a.yaml", "a: 1\n").commit("good");
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).ok();
    // A new branch is compared with what the remote is known to have, not with the branch itself.
    scene.git(&["checkout", "--quiet", "-b", "topic"]).ok();
    scene.write("b.yaml", "x: 1\n").commit("bad on topic");
    scene.git(&["push", "origin", "topic"]).says(1, &["b.yaml"]);
    // Nothing to push, and a deletion.
    scene.git(&["push", "origin", "main"]).ok();
    scene.git(&["push", "origin", "main:refs/heads/gone"]).ok();
    scene.git(&["push", "origin", ":refs/heads/gone"]).ok();
}

#[test]
fn pre_push_without_the_remote_s_tip_falls_back_to_what_is_known() {
    let scene = client("pre-push");
    scene.write("a.yaml", "a: 1\n").commit("one");
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).ok();
    let line = |id: &str| format!("refs/heads/main {id} refs/heads/main {}\n", "1".repeat(40));
    scene.write("a.yaml", "x: 1\n").commit("bad");
    let id = scene.id("HEAD");
    scene
        .pushgate_in(&scene.work, &["hook", "pre-push", "origin", "../server.git"], Some(line(&id).as_bytes()))
        .says(1, &["no x"]);
}

#[test]
fn pre_commit_judges_the_index_that_git_names() {
    let scene = client("pre-commit");
    scene.write("a.yaml", "a: 1\n").commit("good");
    // What is staged counts, not what lies in the folder.
    scene.write("a.yaml", "x: 1\n");
    scene.git(&["add", "a.yaml"]).ok();
    scene.write("a.yaml", "a: 2\n");
    scene.git(&["commit", "-m", "bad"]).says(1, &["commit refused", "no x", "a.yaml:1:1"]);
    // `commit -a` and `commit PATH` stage in an index of their own (a lock file).
    scene.git(&["add", "a.yaml"]).ok();
    scene.git(&["commit", "--quiet", "-m", "good"]).ok();
    scene.write("a.yaml", "x: 2\n");
    scene.git(&["commit", "-a", "-m", "bad"]).says(1, &["no x"]);
    scene.write("b.yaml", "x: 1\n");
    scene.git(&["add", "b.yaml"]).ok();
    scene.write("a.yaml", "a: 3\n");
    scene.git(&["commit", "-m", "only a", "--", "a.yaml"]).ok();
    scene.git(&["commit", "-m", "b"]).says(1, &["b.yaml"]);
}

#[test]
fn hooks_without_configuration_refuse() {
    let scene = Scene::new(REFS_ONLY);
    fs::remove_file(scene.server.join("pushgate.yaml")).expect("removed");
    scene.write("a.yaml", "a: 1\n").push("one").refused(&["no configuration found", "pushgate.yaml"]);
    // A link that leads nowhere is no reason to look elsewhere.
    std::os::unix::fs::symlink("nowhere", scene.server.join("pushgate.yaml")).expect("a link");
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).refused(&["cannot read"]);
}

#[test]
fn json_from_a_hook_goes_to_the_pusher() {
    let scene = Scene::new(REFS_ONLY);
    scene.install("pre-receive", "hook pre-receive --output json");
    scene.write("a.yaml", deployment("cart", "cart:1")).push("good").says(0, &["\"verdict\": \"accept\""]);
    scene.write("a.yaml", "a: [\n").push("bad").refused(&["\"verdict\": \"reject\"", "\"rule\": \"syntax\""]);
}
