//! `pushgate replay`: a history, commit by commit, as if each had been pushed.

use std::{
    fs,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::common::{PUSHGATE, Ran, Scene, deployment, hermetic};

const CONFIG: &str = "\
version: 1
rules:
  - rego: policy
  - rego: change
    input: change
  - rego: pushed
    input: push
  - schema: kubernetes
    version: '1.36'
  - check: [kustomization, missing-reference, plaintext-secret]
immutability:
  refs:
    - {match: refs/heads/main, forbid: [delete, rewrite]}
  paths:
    - {match: ['releases/**'], allow: [create]}
  fields:
    - {match: {kind: Deployment}, path: .spec.selector, transition: immutable}
";

const CRD: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: carts.example.org}
spec:
  group: example.org
  names: {kind: Cart, plural: carts}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}
";

fn cart(field: &str) -> String {
    format!("apiVersion: example.org/v1\nkind: Cart\nmetadata: {{name: c, namespace: shop}}\nspec: {{{field}}}\n")
}

/// A server that answers in JSON, and a history with something of everything.
fn scene() -> Scene {
    let scene = Scene::new(CONFIG);
    scene.install("pre-receive", "--output json hook pre-receive");
    scene.server_file("policy/a.rego", "package main\n\ndeny contains \"no latest\" if endswith(input.spec.template.spec.containers[_].image, \":latest\")\n\nwarn contains \"few\" if input.spec.replicas < 2\n");
    scene.server_file("policy/b.rego", "package main\n\nwarn contains msg if {\n\tinput.kind == \"Deployment\"\n\tsome name, _ in data.inventory.namespace.shop[\"apps/v1\"].Deployment\n\tname != input.metadata.name\n\tmsg := sprintf(\"beside %s\", [name])\n}\n");
    scene.server_file("change/a.rego", "package change\n\ndeny contains msg if {\n\tinput.change == \"deleted\"\n\tinput.resource.kind == \"Deployment\"\n\tmsg := sprintf(\"%s goes\", [input.resource.name])\n}\n");
    scene.server_file("pushed/a.rego", "package pushed\n\nwarn contains msg if {\n\tcount(input.push.updates[0].commits) > 1\n\tmsg := sprintf(\"%d commits\", [count(input.push.updates[0].commits)])\n}\n");
    scene
}

/// Commits it, and moves the clock of the next by half a month.
fn commit(scene: &Scene, number: u64, message: &str) -> String {
    let date = format!("{} +0000", 1_700_000_000 + number * 15 * 86_400);
    scene.git(&["add", "--all"]).ok();
    let mut command = Command::new("git");
    command.current_dir(&scene.work).args(["commit", "--quiet", "--allow-empty", "--message", message]);
    let ran = hermetic(&mut command).env("GIT_COMMITTER_DATE", date).output().expect("git runs");
    assert!(ran.status.success(), "{ran:?}");
    scene.id("HEAD")
}

fn history(scene: &Scene) {
    scene.write("apps/cart.yaml", deployment("cart", "cart:latest")).write("readme", "x");
    commit(scene, 0, "root");
    scene.write("apps/cart.yaml", deployment("cart", "cart:latest").replace("replicas: 2", "replicas: 1"));
    commit(scene, 1, "fewer");
    scene.write("apps/kustomization.yaml", "resources: [cart.yaml, shop.yaml]\n");
    commit(scene, 2, "missing reference");
    scene.write("apps/shop.yaml", deployment("shop", "shop:1").replace("      labels: {app: shop}\n", ""));
    commit(scene, 3, "mended, but invalid");
    scene.write(
        "apps/kustomization.yaml",
        "resources: [cart.yaml, shop.yaml]\npatches: [{path: p.yaml}]\ncommonLabels: {app: shop}\n",
    );
    scene.write("apps/p.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {replicas: 3}\n");
    commit(scene, 4, "a patch may add it");
    scene.write("crd.yaml", CRD).write("apps/c.yaml", cart("size: 1"));
    commit(scene, 5, "custom");
    scene.write("apps/c.yaml", cart("size: big"));
    commit(scene, 6, "wrong");
    scene.git(&["checkout", "--quiet", "-b", "side", "HEAD~2"]).ok();
    scene.write("settings.env", "PASSWORD=hunter2-is-no-good-9f8a7\n");
    commit(scene, 7, "a secret");
    scene.remove("settings.env").write("apps/side.yaml", deployment("side", "side:latest"));
    commit(scene, 8, "taken back");
    scene.git(&["checkout", "--quiet", "main"]).ok();
    scene.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "side"]).ok();
    scene.git(&["mv", "apps/cart.yaml", "apps/moved.yaml"]).ok();
    scene.write("apps/kustomization.yaml", "resources: [moved.yaml, shop.yaml]\n").remove("apps/p.yaml");
    commit(scene, 10, "moved, and nothing adds it any more");
    scene.write("apps/moved.yaml", deployment("cart", "cart:1").replace("{app: cart}", "{app: other}"));
    scene.write("releases/1.yaml", "a: 1\n");
    commit(scene, 11, "selector");
    scene.write("releases/1.yaml", "a: 2\n").remove("apps/side.yaml").remove("crd.yaml");
    commit(scene, 12, "deleted");
    scene.write("broken.yaml", "a: [\n");
    commit(scene, 13, "broken");
    scene.write("broken.yaml", "a: []\n").write("apps/c.yaml", cart("size: 3"));
    commit(scene, 14, "whole again");
}

fn records(ran: &Ran) -> Vec<Value> {
    ran.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// What a real push of a commit gets, where the ref is at its parent.
fn pushed(scene: &Scene, commit: &str, parent: Option<&str>) -> Value {
    match parent {
        Some(parent) => scene.git_in(&scene.server, &["update-ref", "refs/heads/main", parent]).ok(),
        None => scene.git_in(&scene.server, &["update-ref", "-d", "refs/heads/main"]).ok(),
    };
    let ran = scene.git(&["push", "origin", &format!("{commit}:refs/heads/main")]);
    let told: String =
        ran.stderr.lines().filter_map(|line| line.strip_prefix("remote:")).collect::<Vec<_>>().join("\n");
    if told.trim().is_empty() {
        return json!({"verdict": "accept"});
    }
    serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}\n{ran}"))
}

#[test]
fn each_commit_gets_what_a_push_of_it_gets() {
    let scene = scene();
    history(&scene);
    let config = scene.server.join("pushgate.yaml");
    let config = config.to_str().expect("text");
    let all = scene.pushgate(&["replay", "--config", config, "-o", "jsonl", "-q", "--ref", "main", "main"]);
    assert_eq!((all.status, all.stderr.as_str()), (1, ""), "{all}");
    let records = records(&all);
    let line: Vec<String> =
        scene.git(&["rev-list", "--first-parent", "--reverse", "main"]).stdout.lines().map(str::to_owned).collect();
    assert_eq!(records.iter().map(|record| record["commit"].as_str().unwrap()).collect::<Vec<_>>(), line);
    scene.git_in(&scene.server, &["fetch", "--quiet", "../work", "main"]).ok();
    let mut answers = Vec::new();
    let mut rules = std::collections::BTreeSet::new();
    for (record, before) in records.iter().zip(std::iter::once(None).chain(line.iter().map(Some))) {
        let push = pushed(&scene, record["commit"].as_str().unwrap(), before.map(String::as_str));
        assert_eq!(record["parent"].as_str(), before.map(String::as_str));
        assert_eq!(record["verdict"], push["verdict"], "{record:#}\n{push:#}");
        assert_eq!(record["findings"], push["findings"], "{}", record["subject"]);
        assert_eq!(record["counts"], push["counts"], "{}", record["subject"]);
        answers.push(format!("{} {}", record["verdict"].as_str().unwrap(), record["subject"].as_str().unwrap()));
        rules.extend(record["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].to_string()));
    }
    // The history is worth it.
    assert_eq!(
        answers,
        [
            "reject root",
            "accept fewer",
            "reject missing reference",
            "reject mended, but invalid",
            "accept a patch may add it",
            "accept custom",
            "reject wrong",
            "reject merge",
            "reject moved, and nothing adds it any more",
            "reject selector",
            "reject deleted",
            "reject broken",
            "accept whole again",
        ]
    );
    assert!(rules.len() >= 9, "{rules:?}");
}

/// A plain history in the work tree, and its configuration beside it.
fn plain() -> Scene {
    let scene = Scene::new("version: 1\nimmutability: {refs: [{match: 'refs/tags/**', forbid: [delete]}]}\n");
    let config = "version: 1\nrules: [{rego: policy}]\nimmutability:\n  fields: [{match: {kind: Deployment}, path: .spec.selector, transition: immutable}]\n";
    crate::common::write(&scene.folder().join("conf/pushgate.yaml"), config.as_bytes());
    let policy = "package main\n\ndeny contains \"no x\" if input.x\n\nwarn contains \"w\" if input.w\n";
    crate::common::write(&scene.folder().join("conf/policy/a.rego"), policy.as_bytes());
    scene
}

/// So many commits; every third is bad.
fn commits(scene: &Scene, count: u64) {
    for number in 0..count {
        let key = if number % 3 == 2 { "x" } else { "w" };
        scene.write(&format!("f{number}.yaml"), format!("{key}: {number}1\n"));
        commit(scene, number, &format!("commit {number}"));
    }
}

fn replay(scene: &Scene, arguments: &[&str]) -> Ran {
    scene.pushgate(&[&["replay", "--config", "../conf/pushgate.yaml"], arguments].concat())
}

fn subjects(ran: &Ran) -> Vec<String> {
    records(ran).iter().map(|record| record["subject"].as_str().unwrap_or("-").to_owned()).collect()
}

#[test]
fn the_same_bytes_whatever_the_number_of_threads() {
    let scene = scene();
    history(&scene);
    let config = scene.server.join("pushgate.yaml");
    for output in ["human", "json", "jsonl"] {
        let with = |jobs: &str| {
            let config = config.to_str().expect("text");
            scene.pushgate(&["replay", "--config", config, "-o", output, "--jobs", jobs, "main"]).to_string()
        };
        let one = with("1");
        assert!(one.contains("status: 1"), "{one}");
        assert_eq!(one, with("3"));
        assert_eq!(one, with("16"));
    }
}

#[test]
fn what_it_comes_to_by_rule_and_month() {
    let scene = plain();
    commits(&scene, 8);
    let ran = replay(&scene, &["--jobs", "2", "main"]);
    let id = |revision: &str| scene.id(revision)[..10].to_owned();
    assert_eq!(ran.status, 1, "{ran}");
    assert_eq!(ran.stderr, "");
    let digest = ran.stdout.split("(sha256:").nth(1).and_then(|rest| rest.split(')').next()).expect("a digest");
    assert_eq!(
        ran.stdout.replace(digest, "DIGEST"),
        format!(
            "\
refused    {two} 2023-12-14 commit 2
  deny: main.deny f2.yaml:1:1: no x
refused    {five} 2024-01-28 commit 5
  deny: main.deny f5.yaml:1:1: no x

8 commits judged as pushes to refs/heads/main, {first} 2023-11-14 to {last} 2024-02-27
by ../conf/pushgate.yaml (sha256:DIGEST): 6 accepted, 2 would be refused, 0 without a verdict

rule       refuses  deny  warn  info  existing  first                  last
main.deny        2     2     0     0         0  2023-12-14 {two}  2024-01-28 {five}
main.warn        0     0     6     0         0  2023-11-14 {first}  2024-02-27 {last}

month    commits  refused  no verdict  new findings
2023-11        2        0           0  2 main.warn
2023-12        2        1           0  1 main.deny, 1 main.warn
2024-01        2        1           0  1 main.deny, 1 main.warn
2024-02        2        0           0  2 main.warn
",
            two = id("main~5"),
            five = id("main~2"),
            first = id("main~7"),
            last = id("main"),
        )
    );
    let json = replay(&scene, &["-o", "json", "main"]).json();
    assert_eq!(json["replay"]["ref"], "refs/heads/main");
    assert_eq!(json["commits"].as_array().unwrap().len(), 8);
    assert_eq!(json["commits"][2]["findings"][0]["path"], "f2.yaml");
    assert_eq!(json["commits"][2]["author"], "Ada");
    assert_eq!(json["commits"][2]["date"], "2023-12-14T22:13:20Z");
    let summary = &json["summary"];
    assert_eq!((&summary["accepted"], &summary["refused"], &summary["errors"]), (&json!(6), &json!(2), &json!(0)));
    assert_eq!(summary["rules"][0]["rule"], "main.deny");
    assert_eq!(summary["rules"][0]["last"], json!({"commit": scene.id("main~2"), "date": "2024-01-28"}));
    assert_eq!(
        summary["months"][1],
        json!({"month": "2023-12", "commits": 2, "refused": 1, "errors": 0, "rules": {"main.deny": 1, "main.warn": 1}})
    );
    // Whoever wants to hear only of trouble.
    assert_eq!(replay(&scene, &["-q", "main~6"]).to_string(), "status: 0\n--- stdout\n--- stderr\n");
    replay(&scene, &["-v", "main~6"]).says(0, &["accepted   ", "warn: main.warn f0.yaml:1:1: w"]);
}

#[test]
fn ranges_are_those_of_git() {
    let scene = plain();
    commits(&scene, 4);
    scene.git(&["tag", "--annotate", "--message", "v1", "v1", "main~2"]).ok();
    scene.git(&["branch", "side", "main~2"]).ok();
    scene.git(&["checkout", "--quiet", "side"]).ok();
    scene.write("s.yaml", "w: 1\n");
    commit(&scene, 9, "on the side");
    scene.git(&["checkout", "--quiet", "main"]).ok();
    let of = |range: &str| subjects(&replay(&scene, &["-q", "-o", "jsonl", range]));
    assert_eq!(of("main"), ["commit 0", "commit 1", "commit 2", "commit 3"]);
    assert_eq!(of("v1..main"), ["commit 2", "commit 3"]);
    assert_eq!(of("v1.."), ["commit 2", "commit 3"]);
    assert_eq!(of("..v1"), [] as [&str; 0]);
    assert_eq!(of("v1"), ["commit 0", "commit 1"]);
    // It left the main line there.
    assert_eq!(of("side..main"), ["commit 2", "commit 3"]);
    assert_eq!(of("main..side"), ["on the side"]);
    let first = &records(&replay(&scene, &["-q", "-o", "jsonl", "side..main"]))[0];
    assert_eq!(first["parent"], scene.id("v1^{commit}"));
    replay(&scene, &["main..main"]).says(0, &["0 commits judged"]);
    assert_eq!(replay(&scene, &["-o", "json", "main..main"]).json()["commits"], json!([]));
    replay(&scene, &["v1...main"]).says(2, &["three dots", "hint: write A..B"]);
    replay(&scene, &["nowhere"]).says(2, &["`nowhere` names no commit"]);
    replay(&scene, &["main..nowhere"]).says(2, &["`nowhere` names no commit"]);
    replay(&scene, &[]).says(2, &["RANGE"]);
    replay(&scene, &["--jobs", "0", "main"]).says(2, &["--jobs"]);
    replay(&scene, &["-o", "tap", "main"]).says(2, &["no such output"]);
    scene.pushgate(&["check", "-o", "jsonl", "--base", "main"]).says(2, &["replay has jsonl"]);
}

#[test]
fn the_ref_is_the_current_branch_or_the_one_that_is_named() {
    let scene = plain();
    let config = "version: 1\nrules: [{rego: policy, match: {refs: [refs/heads/main]}}]\n";
    crate::common::write(&scene.folder().join("conf/pushgate.yaml"), config.as_bytes());
    commits(&scene, 3);
    replay(&scene, &["main"]).says(1, &["judged as pushes to refs/heads/main,", "1 would be refused"]);
    scene.git(&["checkout", "--quiet", "-b", "topic"]).ok();
    replay(&scene, &["main"]).says(0, &["refs/heads/topic", "hint: 1 rule does not hold for refs/heads/topic"]);
    replay(&scene, &["--ref", "main", "topic"]).says(1, &["refs/heads/main"]);
    scene.git(&["checkout", "--quiet", "--detach"]).ok();
    replay(&scene, &["main"]).says(2, &["no branch is checked out", "hint: name the ref: --ref main"]);
    scene.git(&["push", "--quiet", "origin", "main"]).ok();
    scene.git(&["remote", "set-head", "origin", "main"]).ok();
    replay(&scene, &["main"]).says(1, &["judged as pushes to refs/heads/main,"]);
}

#[test]
fn a_bare_repository_is_replayed_by_its_own_configuration_and_left_as_it_is() {
    let scene = plain();
    commits(&scene, 3);
    scene.git(&["push", "--quiet", "origin", "main"]).ok();
    scene.server_file("policy/a.rego", "package main\n\ndeny contains \"no x\" if input.x\n");
    scene.configure("version: 1\nrules: [{rego: policy}]\n");
    let (before, listed) = (scene.server_state(), fs::read_dir(&scene.server).expect("a folder").count());
    scene.pushgate_in(&scene.server, &["replay", "main"], None).says(1, &["1 would be refused"]);
    assert_eq!((before, listed), (scene.server_state(), fs::read_dir(&scene.server).expect("a folder").count()));
    // The policies of a ref are those that it has today.
    scene.configure("version: 1\npolicy: {source: {ref: refs/heads/main, path: .pushgate}}\n");
    scene.pushgate_in(&scene.server, &["replay", "main"], None).says(2, &[".pushgate/pushgate.yaml"]);
    scene.write(".pushgate/pushgate.yaml", "version: 1\nrules: [{rego: policies}]\n");
    scene.write(".pushgate/policies/a.rego", "package main\n\ndeny contains \"no w\" if input.w\n");
    commit(&scene, 3, "policies");
    let id = scene.id("HEAD");
    scene.git_in(&scene.server, &["fetch", "--quiet", "../work", "main:main"]).ok();
    scene
        .pushgate_in(&scene.server, &["replay", "main~3..main"], None)
        .says(1, &[&format!("by refs/heads/main at {id}"), "commit 1", "no w", "2 accepted, 1 would be refused"]);
}

#[test]
fn what_is_missing_costs_the_commits_that_need_it() {
    let scene = plain();
    commits(&scene, 6);
    let blob = scene.id("main~1:f4.yaml");
    fs::remove_file(scene.work.join(".git/objects").join(&blob[..2]).join(&blob[2..])).expect("a loose object");
    let ran = replay(&scene, &["main"]);
    ran.says(
        2,
        &[
            "no verdict",
            "commit 4",
            &format!("error: cannot read file {blob}"),
            "hint: bring it here: git fetch",
            "3 accepted, 2 would be refused, 1 without a verdict",
            "without a verdict:\n  1 commit, first ",
        ],
    );
    let record = &records(&replay(&scene, &["-q", "-o", "jsonl", "main"]))[4];
    assert_eq!(
        (&record["verdict"], &record["counts"], &record["findings"]),
        (&json!("error"), &json!(null), &json!([]))
    );
    assert!(record["error"]["message"].as_str().unwrap().contains(&blob));
    assert_eq!(replay(&scene, &["-o", "json", "main"]).json()["summary"]["reasons"][0]["commits"], 1);
}

#[test]
fn partial_and_shallow_clones() {
    let scene = plain();
    commits(&scene, 4);
    scene.git(&["config", "uploadpack.allowFilter", "true"]).ok();
    let url = format!("file://{}", scene.work.display());
    let clone = |name: &str, option: &str| {
        scene.git_in(scene.folder(), &["clone", "--quiet", option, "--no-checkout", &url, name]).ok();
        scene.folder().join(name)
    };
    let run = |folder: &std::path::Path, range: &str| {
        scene.pushgate_in(folder, &["replay", "--config", "../conf/pushgate.yaml", range], None)
    };
    let partial = clone("partial", "--filter=blob:none");
    run(&partial, "main").says(2, &["cannot read file", "0 accepted, 0 would be refused, 4 without a verdict"]);
    // Nothing else judges there.
    scene
        .pushgate_in(&partial, &["check", "--config", "../conf/pushgate.yaml", "--base", "main~1"], None)
        .says(2, &["partial clone"]);
    let shallow = clone("shallow", "--depth=2");
    run(&shallow, "main").says(
        2,
        &[
            &format!("cannot read object {}", scene.id("main~2")),
            "hint: bring it here: git fetch --unshallow",
            "1 accepted, 0 would be refused, 1 without a verdict",
        ],
    );
    run(&shallow, "main~1..main").says(0, &["1 commit judged"]);
}

#[test]
fn it_goes_on_where_it_was_stopped() {
    let scene = plain();
    commits(&scene, 9);
    let file = scene.folder().join("record.jsonl");
    let replay = |arguments: &[&str]| replay(&scene, &[&["--resume", "../record.jsonl"], arguments].concat());
    let outputs = ["human", "json", "jsonl"];
    let whole = outputs.map(|output| {
        let _ = fs::remove_file(&file);
        replay(&["-o", output, "main"]).to_string()
    });
    let record = fs::read(&file).expect("a record");
    // Wherever it is cut, in a line or between two.
    for cut in (0..record.len()).step_by(97).chain([record.len()]) {
        fs::write(&file, &record[..cut]).expect("written");
        let output = outputs[cut % 3];
        assert_eq!(replay(&["-o", output, "main"]).to_string(), whole[cut % 3], "{cut} {output}");
        assert_eq!(fs::read(&file).expect("a record"), record, "{cut}");
    }
    // What was judged is not judged again.
    let told = String::from_utf8(record.clone()).expect("text").replace("\"no x\"", "\"no X\"");
    fs::write(&file, &told).expect("written");
    replay(&["main"]).says(1, &["no X"]);
    // A line that is none of this history, and all after it, are judged again.
    let torn = told.replacen("\"verdict\":\"reject\"", "\"verdict\":?", 1);
    fs::write(&file, torn).expect("written");
    assert_eq!(replay(&["main"]).to_string(), whole[0]);
    assert_eq!(fs::read(&file).expect("a record"), record);
}

#[test]
fn it_goes_on_after_it_was_killed() {
    let scene = plain();
    commits(&scene, 60);
    let whole = replay(&scene, &["-o", "jsonl", "-q", "main"]);
    let file = scene.folder().join("record.jsonl");
    let mut command = Command::new(PUSHGATE);
    command.args(["replay", "--config", "../conf/pushgate.yaml", "--resume", "../record.jsonl", "-q", "main"]);
    let mut child = hermetic(command.current_dir(&scene.work)).stdout(Stdio::null()).spawn().expect("it starts");
    let has_some = || fs::read_to_string(&file).is_ok_and(|text| text.lines().count() > 3);
    while !has_some() && child.try_wait().expect("a child").is_none() {}
    // SIGKILL.
    let _ = child.kill();
    child.wait().expect("it ends");
    let again = replay(&scene, &["--resume", "../record.jsonl", "-o", "jsonl", "-q", "main"]);
    assert_eq!(again.to_string(), whole.to_string());
    let record = fs::read_to_string(&file).expect("a record");
    assert_eq!(record.lines().skip(1).collect::<Vec<_>>(), whole.stdout.lines().collect::<Vec<_>>());
}

#[test]
fn a_record_of_something_else_is_refused() {
    let scene = plain();
    commits(&scene, 4);
    let replay = |arguments: &[&str]| replay(&scene, &[&["--resume", "../record.jsonl"], arguments].concat());
    replay(&["main~1"]).says(1, &[]);
    let record = fs::read(scene.folder().join("record.jsonl")).expect("a record");
    let help = "hint: name another file, or remove this one";
    replay(&["main"]).says(2, &["../record.jsonl holds a replay of another range: the beginning to", help]);
    replay(&["main~3..main~1"]).says(2, &["another range", help]);
    replay(&["--ref", "release", "main~1"])
        .says(2, &["for another ref: refs/heads/main, not refs/heads/release", help]);
    crate::common::write(
        &scene.folder().join("conf/policy/b.rego"),
        b"package main\n\ndeny contains \"z\" if input.z\n",
    );
    replay(&["main~1"]).says(2, &["by other rules: configuration and policies were sha256:", help]);
    assert_eq!(fs::read(scene.folder().join("record.jsonl")).expect("a record"), record);
    replay(&["-o", "json", "main"]).says(2, &["\"verdict\": \"error\"", "by other rules"]);
    for text in ["version: 1\n", "{}\n", "{\"pushgate\":\"0.1.0\"}\n"] {
        crate::common::write(&scene.folder().join("record.jsonl"), text.as_bytes());
        replay(&["main"]).says(2, &["is no record of a replay", "hint: name a file that does not exist yet"]);
        assert_eq!(fs::read_to_string(scene.folder().join("record.jsonl")).expect("a record"), text);
    }
    let other =
        String::from_utf8(record).expect("text").replacen("\"pushgate\":\"0.1.0\"", "\"pushgate\":\"0.0.1\"", 1);
    crate::common::write(&scene.folder().join("record.jsonl"), other.as_bytes());
    replay(&["main~1"]).says(2, &["of pushgate 0.0.1, this is 0.1.0"]);
    replay(&["--resume", "../nowhere/record", "main"]).says(2, &[]);
}

#[test]
fn a_policy_sees_the_time_of_the_commit() {
    let scene = plain();
    let policy = "package main\n\ndeny contains msg if {\n\tinput.w\n\t[year, month, _] := time.date(time.now_ns())\n\tmsg := sprintf(\"%d-%d\", [year, month])\n}\n";
    crate::common::write(&scene.folder().join("conf/policy/a.rego"), policy.as_bytes());
    for number in 0..3 {
        scene.write(&format!("f{number}.yaml"), "w: 1\n");
        commit(&scene, 2 * number, "y");
    }
    let records = records(&replay(&scene, &["-q", "--jobs", "1", "-o", "jsonl", "main"]));
    let messages: Vec<_> = records.iter().map(|record| record["findings"][0]["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["2023-11", "2023-12", "2024-1"]);
}

#[test]
fn a_commit_that_takes_too_long_has_no_verdict_and_the_rest_goes_on() {
    let scene = plain();
    let config = "version: 1\nlimits: {time: 10ms}\nrules: [{rego: policy}]\n";
    crate::common::write(&scene.folder().join("conf/pushgate.yaml"), config.as_bytes());
    let policy = "package main\n\ndeny contains \"slow\" if {\n\tinput.slow\n\tall := numbers.range(1, 700)\n\tcount([1 | some a in all; some b in all; a == b]) > 5000\n}\n";
    crate::common::write(&scene.folder().join("conf/policy/a.rego"), policy.as_bytes());
    scene.write("a.yaml", "slow: 1\n");
    commit(&scene, 0, "slow");
    scene.write("b", "fast\n");
    commit(&scene, 1, "fast");
    let ran = replay(&scene, &["-q", "-o", "jsonl", "--jobs", "1", "main"]);
    assert_eq!(ran.status, 2, "{ran}");
    let records = records(&ran);
    assert_eq!(records[0]["error"]["message"], "judging it took longer than 10 ms (`limits.time`)");
    assert_eq!(records.len(), 2);
}
