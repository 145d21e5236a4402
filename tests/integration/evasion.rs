//! Ways around the gate that were found by trying, and what closes each.

use std::os::unix::fs::symlink;

use crate::common::{Scene, deployment};

const RULES: &str = "\
version: 1
rules:
  - rego: policy
immutability:
  paths:
    - {match: ['releases/**'], allow: [create]}
  fields:
    - {match: {kind: Deployment}, path: .spec.selector, transition: immutable}
";
const NO_EVIL: &str = "package main\n\nimport rego.v1\n\ndeny contains \"evil\" if input.spec.template.spec.containers[_].image == \"evil\"\n";

fn scene() -> Scene {
    let scene = Scene::new(RULES);
    scene.server_file("policy/main.rego", NO_EVIL);
    scene.write("web.yaml", deployment("web", "web:1")).push("one").ok();
    scene
}

fn evil() -> String {
    deployment("web", "evil")
}

fn other_selector() -> String {
    deployment("web", "web:1").replace("matchLabels: {app: web}", "matchLabels: {app: other}")
}

#[test]
fn a_commit_on_the_way_to_a_tip_is_no_judged_tip() {
    let scene = scene();
    scene.write("evil.yaml", evil()).commit("evil");
    scene.remove("evil.yaml").commit("gone again");
    // What main would hold is fine; the commit before it never was a tip.
    scene.git(&["push", "origin", "main"]).ok();
    scene.git(&["push", "origin", "main~1:refs/tags/v1"]).refused(&["main.deny: evil", "evil.yaml"]);
    scene.git(&["push", "origin", "main~1:refs/heads/prod"]).refused(&["evil.yaml"]);
    // An old tip, and a branch cut from before the tip, are what they were.
    scene.git(&["push", "origin", "main~2:refs/tags/v0"]).ok();
    scene.git(&["checkout", "--quiet", "-b", "topic", "main~2"]).ok();
    scene.write("more.yaml", deployment("more", "more:1")).commit("more");
    scene.git(&["push", "origin", "topic"]).ok();
}

#[test]
fn a_branch_cut_before_a_release_takes_nothing_away() {
    let scene = scene();
    let before = scene.id("HEAD");
    scene.write("releases/1.yaml", "release: 1\n").push("release").ok();
    scene.git(&["checkout", "--quiet", "-b", "topic", &before]).ok();
    scene.write("more.yaml", deployment("more", "more:1")).commit("more");
    scene.git(&["push", "origin", "topic"]).ok();
}

#[test]
fn a_merge_of_two_tips_brings_nothing_new() {
    let scene = Scene::new("version: 1\nimmutability: {refs: [{match: refs/heads/main, forbid: [delete]}]}\n");
    scene.write("web.yaml", deployment("web", "web:1")).push("one").ok();
    scene.git(&["checkout", "--quiet", "-b", "legacy"]).ok();
    scene.write("old.yaml", evil().replace("name: web", "name: old")).commit("before the rule was");
    scene.git(&["push", "origin", "legacy"]).ok();
    scene.configure(RULES);
    scene.server_file("policy/main.rego", NO_EVIL);
    scene.git(&["checkout", "--quiet", "main"]).ok();
    scene.write("more.yaml", deployment("more", "more:1")).push("more").ok();
    scene.git(&["merge", "--quiet", "--no-edit", "legacy"]).ok();
    scene.git(&["push", "origin", "main:refs/heads/merged"]).ok();
}

#[test]
fn a_lie_about_one_ref_is_no_base_for_another() {
    let scene = scene();
    scene.git(&["checkout", "--quiet", "--orphan", "side"]).ok();
    scene.write("evil.yaml", evil());
    let base = scene.commit("evil");
    let tip = scene.commit("the same tree");
    scene.git(&["push", "../server.git", &format!("{base}:refs/heads/x")]).refused(&["evil.yaml"]);
    // As the protocol allows and no client does: the old id of a ref that is not there.
    let zero = "0".repeat(40);
    scene
        .hook(format!("{base} {tip} refs/heads/aaa\n{zero} {tip} refs/heads/prod\n").as_bytes())
        .says(2, &["refs/heads/aaa is not at"]);
}

#[test]
fn change_rules_that_look_at_the_ref_are_asked_for_each() {
    let scene = Scene::new("version: 1\nrules: [{rego: policy, input: change}]\n");
    scene.server_file(
        "policy/main.rego",
        "package main\n\nimport rego.v1\n\ndeny contains \"not on prod\" if {\n\tinput.ref.name == \"refs/heads/prod\"\n\tinput.new.evil\n}\n",
    );
    scene.write("a.yaml", "evil: 1\n").commit("one");
    scene.git(&["push", "origin", "HEAD:refs/heads/aaa", "HEAD:refs/heads/prod"]).refused(&["not on prod"]);
}

#[test]
fn a_link_in_place_of_a_manifest_is_a_finding() {
    let scene = scene();
    scene.git(&["mv", "web.yaml", "web.txt"]).ok();
    scene.write("web.txt", evil());
    symlink("web.txt", scene.work.join("web.yaml")).expect("a link");
    scene.push("link").refused(&["link: web.yaml is a symbolic link to web.txt, which is not judged"]);
    scene.reset();
    symlink("/etc/passwd", scene.work.join("outside.yaml")).expect("a link");
    scene.push("outside").refused(&["outside.yaml is a symbolic link to /etc/passwd"]);
    scene.reset();
    symlink("../../up.yaml", scene.work.join("up.yaml")).expect("a link");
    scene.push("up").refused(&["up.yaml"]);
    scene.reset();
    std::fs::create_dir(scene.work.join("sub")).expect("a folder");
    symlink("../web.yaml", scene.work.join("sub/same.yaml")).expect("a link");
    scene.push("to a manifest").ok();
    // Moved, the same target leads out of the repository.
    scene.git(&["mv", "sub/same.yaml", "same.yaml"]).ok();
    scene.push("moved link").refused(&["same.yaml is a symbolic link to ../web.yaml"]);
    scene.reset();
    // However deep.
    let mut deep = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: deep}, spec: {template: {spec: {containers: [{image: evil}]}}}}".to_owned();
    for _ in 0..40 {
        deep = format!("{{apiVersion: v1, kind: List, items: [{deep}]}}");
    }
    scene.write("deep.yaml", format!("{deep}\n")).push("deep").refused(&["main.deny: evil"]);
}

#[test]
fn every_list_that_consumers_unpack_is_unpacked() {
    let scene = scene();
    let item = |text: &str| {
        let body: String = text.lines().flat_map(|line| ["    ", line, "\n"]).collect();
        format!("  -{}", &body[3..])
    };
    for head in ["kind: List\n", "apiVersion: x/v1\nkind: Bundle\n", "apiVersion: v1\nkind: List\n"] {
        let list = format!("{head}items:\n{}", item(&evil().replace("name: web", "name: new")));
        scene.write("list.yaml", list).push("wrapped").refused(&["main.deny: evil", "list.yaml"]);
        scene.reset();
    }
    let bare = deployment("web", "web:1").replace("apiVersion: apps/v1\nkind: Deployment\n", "");
    let typed = |text: &str| format!("apiVersion: apps/v1\nkind: DeploymentList\nitems:\n{}", item(text));
    scene.write("list.yaml", typed(&bare.replace("name: web", "name: new"))).push("typed").refused(&[
        "list-item",
        "Deployment shop/new",
        "write apiVersion and kind",
    ]);
    scene.reset();
    let changed = bare.replace("matchLabels: {app: web}", "matchLabels: {app: other}");
    scene.write("web.yaml", typed(&changed)).push("typed and changed").refused(&["immutable-field"]);
}

#[test]
fn attributes_that_change_what_is_checked_out_are_refused() {
    let scene = scene();
    // Patterns that match no file here, or `git add` itself would stumble.
    for bad in [
        "new.yaml working-tree-encoding=UTF-16LE\n",
        "# x\nconf* text working-tree-encoding=latin1\n",
        "x/** working-tree-encoding=UTF-16BE\n",
    ] {
        scene.write(".gitattributes", bad).push("converted").refused(&[
            "gitattributes",
            "converts files",
            ".gitattributes:",
        ]);
        scene.reset();
    }
    scene
        .write("scripts/.gitattributes", "*.ps1 text working-tree-encoding=UTF-16LE eol=CRLF\n*.yaml text eol=lf\n")
        .push("fine")
        .ok();
}

#[test]
fn an_old_finding_excuses_no_second_one() {
    let scene = Scene::new("version: 1\nimmutability: {refs: [{match: refs/heads/main, forbid: [delete]}]}\n");
    let two = |first: &str, second: &str| {
        deployment("web", first).replace(
            "        - name: app\n",
            &format!("        - name: side\n          image: {second}\n        - name: app\n"),
        )
    };
    scene.write("web.yaml", two("evil", "web:1")).write("keys.yaml", "x: {a: 1, a: 2}\ny: {a: 1}\n");
    // In before the gate was.
    let hook = scene.server.join("hooks/pre-receive");
    std::fs::rename(&hook, scene.server.join("hooks/off")).expect("hook off");
    scene.push("old").ok();
    std::fs::rename(scene.server.join("hooks/off"), &hook).expect("hook on");
    scene.configure("version: 1\nrules: [{rego: policy}]\n");
    scene.server_file("policy/main.rego", "package main\n\nimport rego.v1\n\ndeny contains {\"msg\": \"evil\", \"path\": [\"spec\", \"template\", \"spec\", \"containers\", i, \"image\"]} if input.spec.template.spec.containers[i].image == \"evil\"\n");
    scene.write("web.yaml", two("evil", "web:2")).push("still one").ok();
    scene.write("web.yaml", two("evil", "evil")).push("a second").refused(&["1 finding in", "main.deny: evil"]);
    scene.reset();
    scene.write("keys.yaml", "x: {a: 1, a: 3}\ny: {a: 1}\n").push("still one").ok();
    scene
        .write("keys.yaml", "x: {a: 1, a: 3}\ny: {a: 1, a: 2}\n")
        .push("a second")
        .refused(&["duplicate-key", "keys.yaml:2:"]);
}

#[test]
fn what_is_not_new_is_known_wherever_it_goes() {
    let scene = Scene::new("version: 1\nimmutability: {refs: [{match: refs/heads/main, forbid: [delete]}]}\n");
    let hook = scene.server.join("hooks/pre-receive");
    std::fs::rename(&hook, scene.server.join("hooks/off")).expect("hook off");
    scene.write("broken.yaml", "a: [\n").write("tasks.yaml", "- name: one\n  bad: 1\n- name: two\n").push("old").ok();
    std::fs::rename(scene.server.join("hooks/off"), &hook).expect("hook on");
    scene.configure("version: 1\nrules: [{rego: policy}]\n");
    scene.server_file("policy/main.rego", "package main\n\nimport rego.v1\n\ndeny contains \"bad\" if input.bad\n");
    // Moved as it is, or with another mode.
    scene.git(&["mv", "broken.yaml", "moved.yaml"]).ok();
    scene.git(&["update-index", "--chmod=+x", "moved.yaml"]).ok();
    scene.git(&["commit", "--quiet", "-m", "moved"]).ok();
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).ok();
    scene.reset();
    // Pushed down by an insertion, and then renamed.
    scene.write("tasks.yaml", "- name: zero\n- name: one\n  bad: 1\n- name: two\n").push("inserted").ok();
    scene.git(&["mv", "tasks.yaml", "other.yaml"]).ok();
    scene.push("renamed").ok();
    // Edited, it is read again.
    scene.write("moved.yaml", "a: [1\n").push("edited").refused(&["syntax", "moved.yaml"]);
}

#[test]
fn files_kept_elsewhere_are_refused_and_old_giants_may_go() {
    let scene = Scene::new(&format!("{RULES}limits: {{file-size: 1KiB}}\n"));
    scene.server_file("policy/main.rego", "package main\n\nimport rego.v1\n\ndeny contains \"x\" if input.x\n");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    scene.write("big.yaml", pointer).push("pointer").refused(&["lfs-pointer", "big.yaml"]);
    scene.remove("big.yaml").write("big.bin", pointer).push("no manifest").ok();
    let hook = scene.server.join("hooks/pre-receive");
    std::fs::rename(&hook, scene.server.join("hooks/off")).expect("hook off");
    scene.write("giant.json", format!("\"{}\"", "x".repeat(4096))).push("giant").ok();
    std::fs::rename(scene.server.join("hooks/off"), &hook).expect("hook on");
    scene.remove("giant.json").push("gone").ok();
}

#[test]
fn a_namespace_that_was_not_written_makes_no_other_object() {
    let scene = Scene::new(RULES);
    scene.server_file("policy/main.rego", "package main\n\nimport rego.v1\n\ndeny contains \"x\" if input.x\n");
    let bare = |text: String| text.replace("  namespace: shop\n", "");
    scene.write("web.yaml", bare(deployment("web", "web:1"))).push("one").ok();
    scene.write("web.yaml", other_selector()).push("written now").refused(&["immutable-field", "was web"]);
    scene.write("web.yaml", deployment("web", "web:1")).push("only written").ok();
    scene.write("web.yaml", bare(other_selector())).push("and taken away").refused(&["immutable-field"]);
}

#[test]
fn a_file_of_many_objects_is_moved_in_one_go() {
    let scene = Scene::new(&RULES.replace("version: 1", "version: 1\nlimits: {time: 3s}"));
    scene.server_file("policy/main.rego", "package main\n\nimport rego.v1\n\nwarn contains \"small\" if input.data\n");
    let many: Vec<String> = (0..1500)
        .map(|n| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}, namespace: x}}\ndata: {{a: b}}\n"))
        .collect();
    scene.write("many.yaml", many.join("---\n")).push("many").ok();
    scene.git(&["mv", "many.yaml", "moved.yaml"]).ok();
    scene.push("moved").says(0, &["1500 older findings"]);
}

#[test]
fn a_policy_ref_can_neither_go_nor_be_emptied() {
    let scene = Scene::new("version: 1\npolicy:\n  source: {ref: refs/heads/policies, path: .}\n");
    scene
        .write("pushgate.yaml", "version: 1\nrules: [{rego: p.rego}]\n")
        .write("p.rego", "package main\n\nimport rego.v1\n\ndeny contains \"x\" if input.x\n");
    scene.commit("policies");
    scene.git_in(&scene.server, &["fetch", "--quiet", "../work", "main:policies"]).ok();
    scene.git(&["push", "origin", ":refs/heads/policies"]).refused(&["policy-source", "may not be deleted"]);
    scene.write("pushgate.yaml", "version: 1\n").commit("nothing left");
    scene.git(&["push", "origin", "HEAD:refs/heads/policies"]).refused(&["policy-source", "refuses nothing"]);
    scene.git(&["reset", "--quiet", "--hard", "HEAD~1"]).ok();
    scene.write("p.rego", "package main\n\nimport rego.v1\n\ndeny contains \"y\" if input.y\n").commit("another rule");
    scene.git(&["push", "origin", "HEAD:refs/heads/policies"]).ok();
}

const ALL: &str = "\
version: 1
repository: {url: https://git.example.com/team/gitops}
rules:
  - {schema: kubernetes, version: '1.36'}
  - check: [kustomization, helm-chart, missing-reference, plaintext-secret]
";
/// A Deployment that no server would take.
const BAD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replicas: 1}\n";

#[test]
fn a_change_of_mode_excuses_nothing_that_other_files_decide() {
    let scene = Scene::new(ALL);
    scene.write("d.yaml", deployment("d", "d:1")).write("e.yaml", deployment("e", "e:1"));
    scene.write("kustomization.yaml", "resources: [d.yaml, e.yaml]\n").push("good").ok();
    scene.remove("e.yaml");
    scene.git(&["update-index", "--chmod=+x", "kustomization.yaml"]).ok();
    std::process::Command::new("chmod").args(["+x"]).arg(scene.work.join("kustomization.yaml")).status().unwrap();
    scene.push("made executable").refused(&["missing-reference", "`e.yaml` is not in the repository"]);
}

#[test]
fn what_becomes_a_resource_has_to_be_whole() {
    let scene = Scene::new(ALL);
    scene.write("a/d.yaml", deployment("bad", "d:1")).write("a/bad.yaml", BAD);
    scene.write("a/kustomization.yaml", "resources: [d.yaml]\npatches: [{path: bad.yaml}]\n").push("a patch").ok();
    scene
        .write("a/kustomization.yaml", "resources: [d.yaml, bad.yaml]\n")
        .push("a resource")
        .refused(&["a/bad.yaml:4", "selector"]);
    scene.reset();
    scene.remove("a/kustomization.yaml");
    scene.push("nobody says that it is one").refused(&["a/bad.yaml:4", "selector"]);
}

#[test]
fn a_patch_elsewhere_does_not_excuse_what_is_applied_as_it_lies() {
    let scene = Scene::new(ALL);
    scene.write("flux/apps.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec: {path: ./apps, prune: true, interval: 1m, sourceRef: {kind: GitRepository, name: flux-system}}\n");
    scene.write("apps/good.yaml", deployment("good", "d:1")).push("Flux applies the folder").ok();
    scene.write("apps/bad.yaml", BAD).write(
        "z/kustomization.yaml",
        "resources: [../apps/good.yaml]\npatches: [{path: ../apps/bad.yaml, target: {kind: Deployment}}]\n",
    );
    scene.push("said to be a patch").refused(&["apps/bad.yaml:4", "selector"]);
}

#[test]
fn a_manifest_that_does_not_say_what_it_is_is_refused() {
    let scene = Scene::new(ALL);
    for (bad, says) in [
        (BAD.replace("apps/v1", "null"), "`apiVersion` has to be a string"),
        (BAD.replace("apps/v1", "1"), "`apiVersion` has to be a string"),
        (BAD.replace("apiVersion: apps/v1\n", ""), "no `apiVersion`"),
        (BAD.replace("kind: Deployment", "kind: [Deployment]"), "`kind` has to be a string"),
        (format!("{BAD}sops: {{mac: x}}\n"), "selector"),
    ] {
        scene.write("bad.yaml", &bad).push("no").refused(&["bad.yaml", says]);
    }
}

#[test]
fn a_folder_that_becomes_a_file_is_gone() {
    let scene = Scene::new(ALL);
    scene.write("flux.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec:\n  path: ./apps\n  prune: true\n  interval: 1m\n  sourceRef: {kind: GitRepository, name: flux-system}\n");
    scene.write("apps/good.yaml", deployment("good", "d:1")).push("good").ok();
    std::fs::remove_dir_all(scene.work.join("apps")).unwrap();
    scene.write("apps", "a file\n").push("a file").refused(&[
        "missing-reference",
        "flux.yaml:5",
        "is a file, but a folder is needed",
    ]);
}

#[test]
fn facts_are_found_again_when_the_limits_change() {
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: dbs.example.org}\nspec:\n  group: example.org\n  scope: Namespaced\n  names: {kind: Db, plural: dbs}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}}]\n";
    let scene = Scene::new(ALL);
    scene.write("crd.yaml", crd.to_owned() + &"#".repeat(4000)).push("a definition").ok();
    scene.configure(&format!("{ALL}limits: {{file-size: 2KiB}}\n"));
    let db =
        |size: &str| format!("apiVersion: example.org/v1\nkind: Db\nmetadata: {{name: a}}\nspec: {{size: {size}}}\n");
    scene.write("a.yaml", db("many")).push("its definition is too large to be read").ok();
    scene.configure(ALL);
    scene
        .write("b.yaml", db("lots").replace("name: a", "name: b"))
        .push("now it is read")
        .refused(&["b.yaml:4", "lots"]);
}

#[test]
fn what_cannot_be_compared_to_the_end_is_not_taken_as_good() {
    let scene = Scene::new("version: 1\nrules: [{schema: kubernetes}]\nlimits: {time: 60s}\n");
    let forms: Vec<String> = (0..3000).map(|n| format!("{{properties: {{a: {{enum: ['{n}']}}}}}}")).collect();
    scene.write(
        "crd.yaml",
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: ws.example.org}}\nspec:\n  group: example.org\n  scope: Namespaced\n  names: {{kind: W, plural: ws}}\n  versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, properties: {{l: {{type: array, items: {{type: object, properties: {{a: {{type: string}}}}, anyOf: [{}]}}}}}}}}}}}}]\n",
            forms.join(", ")
        ),
    );
    scene.write(
        "w.yaml",
        format!("apiVersion: example.org/v1\nkind: W\nmetadata: {{name: a}}\nl: [{}]\n", "{a: '2999'}, ".repeat(900)),
    );
    scene.push("more than anybody compares").refused(&["w.yaml", "too many alternatives to be compared"]);
}

#[test]
fn what_was_good_as_one_format_is_judged_again_as_another() {
    let scene = Scene::new("version: 1\nrules: [{schema: kubernetes}]\n");
    let bad = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {container: []}\n";
    for (name, number) in [("a.properties", 1), ("hosts", 2), ("b.cue", 3), (".gitignore", 4)] {
        let text = format!("{bad}# {number}\n");
        scene.write(name, &text).push("as something else").ok();
        scene.git(&["mv", name, "pod.yaml"]).ok();
        scene.push("as a manifest").refused(&["kubernetes-schema", "pod.yaml:4"]);
        scene.reset();
        // What cannot be read at all is no older sin either.
        scene.write(name, format!("a: [{number}\n")).push("no YAML").ok();
        scene.git(&["mv", name, "pod.yaml"]).ok();
        scene.push("broken").refused(&["syntax", "pod.yaml:1"]);
        scene.reset();
    }
}
