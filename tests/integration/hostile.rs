//! What no honest client sends, and what goes wrong on a server.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::common::{PUSHGATE, REFS_ONLY, Scene, hermetic, ran};

const ZERO: &str = "0000000000000000000000000000000000000000";

fn scene() -> Scene {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    scene
}

#[test]
fn malformed_input_is_no_verdict() {
    let scene = scene();
    let id = scene.id("HEAD");
    for (input, says) in [
        (String::new(), "got no ref updates"),
        (format!("{ZERO} {id} refs/heads/x"), "line feed"),
        (format!("{ZERO} {id}\n"), "does not have the form"),
        (format!("{ZERO} {id} HEAD\n"), "does not begin with refs/"),
        (format!("{ZERO} {id} refs/heads/../../config\n"), "no valid ref name"),
        (format!("{ZERO} {id} refs/heads/\x1b[31mred\n"), "\\u{1b}[31mred"),
        (format!("{ZERO} {ZERO} refs/heads/x\n"), "does not have the form"),
        (format!("{ZERO} {id} refs/heads/x\n{ZERO} {id} refs/heads/x\n"), "named twice"),
        (format!("{ZERO} {id} refs/heads/x\n{ZERO} {id} refs/approvals/by-bob junk\n"), "line 2"),
        (format!("{ZERO} {} refs/heads/x\n", "1".repeat(40)), "cannot read object 1111"),
        (format!("{} {id} refs/heads/main\n", "1".repeat(40)), "refs/heads/main is not at 1111"),
        (format!("{ZERO} {id} refs/heads/main\n"), "refs/heads/main is not at nothing"),
    ] {
        let ran = scene.hook(input.as_bytes()).says(2, &["error: push refused: ", says]);
        assert!(!ran.stderr.contains('\x1b'), "{ran}");
    }
    let ran = scene.hook(format!("{ZERO} {id} refs/heads/\u{ff}\n").as_bytes());
    assert_eq!(ran.status, 0, "UTF-8 names are fine: {ran}");
    let mut bad = format!("{ZERO} {id} refs/heads/").into_bytes();
    bad.extend(b"\xff\n");
    scene.hook(&bad).says(2, &["not UTF-8"]);
}

#[test]
fn a_closed_stdin_or_stderr_never_accepts() {
    let scene = scene();
    let hook = |script: &str| {
        let mut command = Command::new("sh");
        command.current_dir(&scene.server).args(["-c", script]);
        hermetic(&mut command).env("GIT_DIR", ".").env("PUSHGATE", PUSHGATE);
        ran(command.stdin(Stdio::null()).output().expect("a shell"))
    };
    assert_eq!(hook("$PUSHGATE hook pre-receive <&-").status, 2);
    assert_eq!(hook("echo broken | $PUSHGATE hook pre-receive 2>&- >&-").status, 2);
    let id = scene.id("HEAD");
    assert_eq!(hook(&format!("echo '{ZERO} {id} refs/heads/x' | $PUSHGATE hook pre-receive 2>&- >&-")).status, 0);
    scene.write("a.yaml", "a: [\n").commit("bad");
    scene.git(&["push", "../server.git", "HEAD:refs/heads/main"]).refused(&["a.yaml"]);
    // The reader is gone: the verdict stays.
    scene.install_script(
        "pre-receive",
        &format!("('{PUSHGATE}' hook pre-receive; echo $? > code) 2>&1 | true; exit $(cat code)\n"),
    );
    let _ = scene.git(&["push", "origin", "HEAD:refs/heads/main"]);
    assert_eq!(fs::read_to_string(scene.server.join("code")).expect("a code").trim(), "1");
}

#[test]
fn replacement_refs_neither_hide_nor_enter() {
    let scene = scene();
    let benign = scene.id("HEAD:a.yaml");
    scene.write("bad.yaml", "a: [\n").commit("bad");
    let bad = scene.id("HEAD:bad.yaml");
    // Already on the server by other means: what is judged is still the real content.
    scene.git(&["push", "../server.git", "HEAD^:refs/heads/carrier"]).ok();
    scene.git_in(&scene.server, &["update-ref", &format!("refs/replace/{bad}"), &benign]).ok();
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).refused(&["bad.yaml"]);
    scene.git_in(&scene.server, &["update-ref", "-d", &format!("refs/replace/{bad}")]).ok();
    scene.git(&["replace", &bad, &benign]).ok();
    scene
        .git(&["push", "origin", &format!("refs/replace/{bad}")])
        .refused(&["replacement-ref", "keep replacement refs on your own machine"]);
}

/// Writes a tree object from raw entries, whatever they are, and a commit of it on top of HEAD.
fn crafted(scene: &Scene, entries: &[(&str, &str, &str)]) -> String {
    let mut tree = Vec::new();
    for (mode, name, id) in entries {
        tree.extend(format!("{mode} {name}\0").bytes());
        tree.extend((0..40).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).expect("hex")));
    }
    let tree = scene
        .git_with(&scene.work, &["hash-object", "-t", "tree", "--literally", "-w", "--stdin"], &tree)
        .ok()
        .stdout
        .trim()
        .to_owned();
    scene.git(&["commit-tree", &tree, "-p", "HEAD", "-m", "crafted"]).ok().stdout.trim().to_owned()
}

#[test]
fn trees_that_a_checkout_would_read_otherwise_are_refused() {
    let scene = scene();
    let blob = scene.id("HEAD:a.yaml");
    let tree = scene.id("HEAD^{tree}");
    for (entries, says) in [
        (vec![("100644", "a.yaml", &*blob), ("100644", "a.yaml", &*blob)], "the same name twice"),
        (
            vec![("100644", "a.yaml", &*blob), ("100644", "a.yaml.b", &*blob), ("40000", "a.yaml", &*tree)],
            "the same name twice",
        ),
        (vec![("100644", "..", &*blob)], "no file can have this name"),
        (vec![("40000", ".git", &*tree)], "overwrite the repository's own folder"),
        (vec![("40000", ".GIT", &*tree)], "overwrite the repository's own folder"),
        (vec![("100644", "x/y.yaml", &*blob)], "a name holds no slash"),
        (vec![("100644", "b.yaml", &*blob), ("100644", "a.yaml", &*blob)], "not in Git's order"),
    ] {
        let commit = crafted(&scene, &entries);
        scene.git(&["push", "origin", &format!("{commit}:refs/heads/main")]).refused(&[says]);
    }
}

#[test]
fn a_tree_with_more_paths_than_atoms_ends_in_time() {
    let scene = Scene::new(&format!("{REFS_ONLY}limits: {{files: 5000}}\n"));
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    let mut tree = scene.id("HEAD^{tree}");
    for _ in 0..10 {
        let listing: String = (0..10).map(|number| format!("040000 tree {tree}\td{number}\n")).collect();
        tree = scene.git_with(&scene.work, &["mktree"], listing.as_bytes()).ok().stdout.trim().to_owned();
    }
    let commit = scene.git(&["commit-tree", &tree, "-p", "HEAD", "-m", "bomb"]).ok().stdout.trim().to_owned();
    scene
        .git(&["push", "origin", &format!("{commit}:refs/heads/main")])
        .refused(&["more than 5000 files", "limits.files"]);
}

#[test]
fn large_files_are_refused_before_they_are_read() {
    let scene = Scene::new(&format!("{REFS_ONLY}limits: {{file-size: 1MiB}}\n"));
    let big = format!("a: {}\n", "x".repeat(2 << 20));
    scene.write("big.txt", &big).push("no declarative file").ok();
    scene
        .write("big.yaml", &big)
        .push("big")
        .refused(&["big.yaml has 2097156 bytes; the limit is 1048576", "limits.file-size"]);
}

#[test]
fn bombs_in_documents_are_limits() {
    let scene = Scene::new(REFS_ONLY);
    let mut bomb = String::from("a0: &a0 [x, x]\n");
    for level in 1..40 {
        bomb.push_str(&format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    }
    scene.write("a.yaml", &bomb).push("aliases").refused(&["a.yaml:", "limits"]);
    scene.write("a.yaml", "[".repeat(100_000)).push("nesting").refused(&["a.yaml:", "limits"]);
    scene.remove("a.yaml").write("a.json", "[".repeat(100_000)).push("nesting").refused(&["a.json:", "limits"]);
}

#[test]
fn missing_objects_are_no_verdict() {
    let scene = scene();
    scene.write("b.yaml", "b: 1\n").commit("two");
    let (head, blob) = (scene.id("HEAD"), scene.id("HEAD:b.yaml"));
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).ok();
    scene.git_in(&scene.server, &["update-ref", "refs/heads/main", &scene.id("HEAD~1")]).ok();
    let object = scene.server.join("objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(&object).expect("a loose object");
    let old = scene.id("HEAD~1");
    scene.hook(format!("{old} {head} refs/heads/main\n").as_bytes()).says(2, &["cannot read file", &blob]);
}

#[test]
fn repositories_that_would_be_read_wrongly_are_refused() {
    let scene = scene();
    let id = scene.id("HEAD");
    let line = format!("{ZERO} {id} refs/heads/x\n");
    scene.git_in(&scene.server, &["config", "remote.origin.promisor", "true"]).ok();
    scene.hook(line.as_bytes()).says(2, &["is a partial clone", "fetch what is missing"]);
    scene.git_in(&scene.server, &["config", "--unset", "remote.origin.promisor"]).ok();
    scene.git_in(&scene.server, &["config", "extensions.partialClone", "origin"]).ok();
    scene.git_in(&scene.server, &["config", "core.repositoryFormatVersion", "1"]).ok();
    scene.hook(line.as_bytes()).says(2, &["is a partial clone"]);
    scene.git_in(&scene.server, &["config", "--unset", "extensions.partialClone"]).ok();
    scene.hook(line.as_bytes()).ok();
    let config = scene.server.join("config");
    let text = fs::read_to_string(&config).expect("a configuration");
    fs::write(&config, format!("{text}[extensions]\n\trefStorage = reftable\n")).expect("written");
    let ran = scene.hook(line.as_bytes());
    assert_eq!(ran.status, 2, "{ran}");
    fs::write(&config, text).expect("written");
    fs::write(scene.server.join("HEAD"), "ref: refs/heads/.invalid\n").expect("written");
    let ran = scene.hook(line.as_bytes());
    assert_eq!(ran.status, 2, "{ran}");
}

#[test]
fn variables_that_git_would_not_set_are_refused() {
    let scene = scene();
    let id = scene.id("HEAD");
    let hook = |name: &str, value: &str| {
        let mut command = Command::new(PUSHGATE);
        command.current_dir(&scene.server).args(["hook", "pre-receive"]);
        hermetic(&mut command).env("GIT_DIR", ".").env(name, value);
        crate::common::run(&mut command, Some(format!("{ZERO} {id} refs/heads/x\n").as_bytes()))
    };
    let elsewhere = scene.work.join(".git/objects");
    hook("GIT_OBJECT_DIRECTORY", elsewhere.to_str().expect("text"))
        .says(2, &["does not name objects of this repository"]);
    hook("GIT_NAMESPACE", "ns").says(2, &["GIT_NAMESPACE"]);
    hook("GIT_SHALLOW_FILE", "x").says(2, &["shallow push"]);
    // A server's configuration comes from no variable.
    hook("PUSHGATE_CONFIG", "/dev/null").ok();
}

#[test]
fn a_hook_that_takes_too_long_refuses_in_time() {
    let scene = Scene::new("version: 1\nrules: [{rego: slow.rego}]\nlimits: {time: 200ms}\n");
    scene.server_file(
        "slow.rego",
        "package main\n\ndeny contains \"never\" if {\n\tsome a in numbers.range(1, 3000)\n\tsome b in numbers.range(1, 3000)\n\ta * b == -1\n}\n",
    );
    let temporary = scene.folder().join("tmp");
    fs::create_dir(&temporary).expect("a folder");
    scene.install_script(
        "pre-receive",
        &format!("TMPDIR='{}' exec '{PUSHGATE}' hook pre-receive\n", temporary.display()),
    );
    scene.write("a.yaml", "a: 1\n").push("slow").refused(&["push refused", "took longer than 200 ms", "limits.time"]);
    assert_eq!(fs::read_dir(&temporary).expect("a folder").count(), 0, "nothing is left behind");
}

#[test]
fn a_panic_refuses() {
    let scene = scene();
    let id = scene.id("HEAD");
    // With too little memory for a second thread the standard library panics; a little less, and
    // nothing works at all. A good push is accepted as soon as there is enough, and not before.
    let mut panicked = false;
    for kibibytes in (10_000..2_000_000).step_by(500) {
        let script =
            format!("ulimit -v {kibibytes}; echo '{ZERO} {id} refs/heads/x' | exec '{PUSHGATE}' hook pre-receive");
        let mut command = Command::new("sh");
        hermetic(command.current_dir(&scene.server).args(["-c", &script])).env("GIT_DIR", ".");
        let ran = ran(command.stdin(Stdio::null()).output().expect("a shell"));
        if ran.stderr.contains("pushgate failed at") {
            // With hardly any memory left the report of a panic may end in an abort: a refusal as well.
            assert!(ran.status == 2 || ran.status > 128, "{ran}");
            panicked |= ran.status == 2;
            assert!(ran.stderr.contains("nothing was accepted"), "{ran}");
        }
        if ran.status == 0 {
            assert!(panicked, "no limit made it panic: {kibibytes}");
            return;
        }
    }
    panic!("no limit was enough");
}

#[test]
fn names_and_values_of_the_pusher_cannot_forge_output() {
    let scene = Scene::new("version: 1\nrules: [{rego: echo.rego}]\n");
    scene.server_file("echo.rego", "package main\n\ndeny contains input.message\n");
    let ran = scene
        .write("x\u{1b}[2J\n.yaml", "message: \"\\e[31mred\\nerror: push accepted\\u202e\"\n")
        .push("hostile")
        .refused(&["\\u{1b}[31mred\\nerror: push accepted\\u{202e}"]);
    assert!(
        !ran.stderr.contains("\u{1b}[31m") && !ran.stderr.contains('\u{202e}') && !ran.stderr.contains("[2J\n"),
        "{ran}"
    );
}
