//! Coming from conftest: its command line, its conventions, documents that are judged together, files that policies read.

use std::{fs, os::unix::ffi::OsStrExt as _, path::Path};

use serde_json::{Value, json};

use crate::common::{PUSHGATE, Ran, Scene, deployment, hermetic, pushgate, run, write};

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        write(&folder.path().join(path), text.as_bytes());
    }
    folder
}

fn check(folder: &Path, arguments: &str) -> Ran {
    pushgate(folder, &[&["check"], arguments.split_whitespace().collect::<Vec<_>>().as_slice()].concat())
}

/// What a check says, sorted: path, severity, message.
#[track_caller]
fn said(folder: &Path, arguments: &str) -> (i32, Vec<String>) {
    let ran = check(folder, &format!("{arguments} -o json"));
    let found = ran.json();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or("-").to_owned();
    let line = |finding: &Value| {
        let (path, severity, message) = (text(finding, "path"), text(finding, "severity"), text(finding, "message"));
        format!("{path} {severity} {message}")
    };
    let mut said: Vec<String> = found["findings"].as_array().expect("findings").iter().map(line).collect();
    said.sort();
    (ran.status, said)
}

const KINDS: &str = "package main\n\ndeny_kind contains sprintf(\"no %s\", [input.kind]) if input.kind\n\nwarn contains \"odd\" if input.odd\n";

#[test]
fn policies_on_the_command_line_judge_without_a_configuration() {
    let place = folder(&[
        ("policy/deep/kinds.rego", KINDS),
        ("policy/kinds_test.rego", "package main\n\ntest_broken if nonsense(1)\n"),
        ("in/a.yaml", "kind: A\n"),
        ("in/b.json", r#"[{"kind": "B"}, {"odd": true}]"#),
        ("in/notes.txt", "kind: no\n"),
        ("in/deep/c.toml", "kind = \"C\"\n"),
        ("odd.yaml", "odd: 1\n"),
        ("text", "kind: T\n"),
        // Would be found, and refuses everything.
        ("pushgate.yaml", "nonsense: 1\n"),
    ]);
    let here = place.path();
    let all = ["in/a.yaml deny no A", "in/b.json deny no B", "in/b.json warn odd", "in/deep/c.toml deny no C"];
    assert_eq!(said(here, "--policy policy in"), (1, all.map(str::to_owned).to_vec()));
    assert_eq!(said(here, "-p policy ./in/a.yaml"), (1, vec!["in/a.yaml deny no A".to_owned()]));
    assert_eq!(said(here, "-p policy odd.yaml"), (0, vec!["odd.yaml warn odd".to_owned()]));
    assert_eq!(said(here, "-p policy --fail-on-warn odd.yaml").0, 1);
    check(here, "-p policy --fail-on-warn odd.yaml").says(1, &["error: refused: 1 warning (--fail-on-warn)"]);
    // Whatever is named is read, or is an error.
    assert_eq!(said(here, "-p policy --parser yaml text"), (1, vec!["text deny no T".to_owned()]));
    check(here, "-p policy text").says(2, &["cannot read text: its name does not say what it is", "--parser yaml"]);
    check(here, "-p policy none.yaml").says(2, &["cannot read none.yaml"]);
    assert_eq!(said(here, "-p policy --parser toml in/a.yaml").1.len(), 1, "YAML is no TOML");
    let stdin = |arguments: &[&str], input: &str| {
        let mut command = std::process::Command::new(PUSHGATE);
        run(hermetic(command.current_dir(here).arg("check").args(arguments)), Some(input.as_bytes()))
    };
    stdin(&["-p", "policy", "-"], "kind: S\n").says(1, &["no S", "[-:1:1]"]);
    stdin(&["-p", "policy", "--parser", "toml", "-"], "kind = 'S'\n").says(1, &["no S"]);
    stdin(&["-p", "policy", "--stdin-name", "x.yaml", "-"], "kind: S\n").says(1, &["no S", "[x.yaml:1:1]"]);
    let named = ["-p", "policy", "--stdin-name", "odd.yaml", "-", "odd.yaml"];
    stdin(&named, "kind: S\n").says(2, &["standard input is called the same"]);
    let other = std::ffi::OsStr::from_bytes(b"in/odd\xff.yaml");
    fs::write(here.join(other), "kind: D\n").expect("written");
    check(here, "-p policy in").says(1, &["no D", "refused: 4 findings"]);
}

#[test]
fn namespaces_are_names_and_patterns() {
    let deny = |package: &str| format!("package {package}\n\ndeny contains \"{package}\"\n");
    let files: Vec<(String, String)> = ["main", "k8s.a", "k8s.a.b", "lib"]
        .iter()
        .map(|package| (format!("policy/{package}.rego"), deny(package)))
        .chain([("policy/none.rego".to_owned(), "package none\n\nx := 1\n".to_owned())])
        .chain([("a.yaml".to_owned(), "a: 1\n".to_owned())])
        .collect();
    let place = folder(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    for (arguments, expected) in [
        ("", &["main"][..]),
        ("-n lib", &["lib"]),
        ("--namespace lib --namespace main", &["lib", "main"]),
        ("-n lib,main", &["lib", "main"]),
        ("-n k8s.*", &["k8s.a", "k8s.a.b"]),
        ("-n *", &["k8s.a", "k8s.a.b", "lib", "main"]),
        ("-n [k-l]*", &["k8s.a", "k8s.a.b", "lib"]),
        ("-n ?ai?", &["main"]),
        ("--all-namespaces", &["k8s.a", "k8s.a.b", "lib", "main"]),
    ] {
        let expected: Vec<String> = expected.iter().map(|package| format!("a.yaml deny {package}")).collect();
        assert_eq!(said(place.path(), &format!("-p policy {arguments} a.yaml")), (1, expected), "{arguments}");
    }
    for (arguments, wanted) in [
        ("-n mian", "did you mean `main`?"),
        ("-n none", "namespace `none` has no deny, violation or warn rule"),
        ("-n zz*", "packages with such rules: k8s.a, k8s.a.b, lib, main"),
        ("-n main[", "`main[` is no pattern of namespaces"),
        ("-n main --all-namespaces", "cannot be used with"),
    ] {
        check(place.path(), &format!("-p policy {arguments} a.yaml")).says(2, &[wanted]);
    }
    // The same in the configuration.
    let scene = Scene::new("version: 1\nrules:\n  - {rego: policy, namespaces: ['k8s.*']}\n");
    for (path, text) in &files {
        scene.server_file(path, text);
    }
    let ran = scene.write("a.yaml", "a: 1\n").push("one");
    ran.refused(&["refused: 2 findings", "k8s.a.deny", "k8s.a.b.deny"]);
}

#[test]
fn data_lies_below_its_folders_and_says_what_opa_reads() {
    let policy = "package main\n\nimport data.sub\n\ndeny contains sprintf(\"%v %v %v %v\", [data.top, sub.inner, data.listed, input.on])\n";
    let place = folder(&[
        ("policy/a.rego", policy),
        ("data/top.yaml", "top: yes\n"),
        ("data/sub/inner.json", r#"{"inner": 2}"#),
        ("data/notes.txt", "{"),
        ("more.yml", "listed: [no, true]\n"),
        ("a.yaml", "on: yes\n"),
        ("b.json", r#"{"on": "x"}"#),
    ]);
    let here = place.path();
    let (status, said) = said(here, "-p policy -d data --data more.yml b.json");
    assert_eq!((status, said.as_slice()), (1, &["b.json deny yes 2 [\"no\", true] x".to_owned()][..]));
    for (text, wanted) in [
        ("top: 1\n", "data.top has one value here and another in"),
        ("top: [\n", "line 1: the `[` that opens here is never closed"),
        ("- a\n", "data file must hold a mapping"),
        ("a: 1\n---\nb: 1\n", "a data file is one document"),
    ] {
        write(&here.join("other.yaml"), text.as_bytes());
        check(here, "-p policy -d data -d other.yaml b.json").says(2, &[wanted]);
    }
    check(here, "-p policy -d data/notes.txt b.json").says(2, &["data is YAML or JSON, by its name"]);
    check(here, "-p policy -d policy/a.rego a.yaml").says(0, &["no findings"]);
    check(here, "-p policy -d missing b.json").says(2, &["cannot read missing", "named by --policy or --data"]);
}

const EXCEPTION: &str = r#"package main

deny_root contains sprintf("%s runs as root", [input.name]) if input.root

deny_root contains "nameless" if not input.name

warn_old contains "old" if input.old

deny contains "bare" if input.bare

exception contains rules if {
	input.name == "legacy"
	rules := ["root", "old"]
}

exception contains [""] if input.name == "bare"
"#;

#[test]
fn exceptions_waive_a_rule_for_a_document_and_say_so() {
    let place = folder(&[
        ("policy/a.rego", EXCEPTION),
        ("a.yaml", "name: legacy\nroot: true\nold: 1\n---\nname: other\nroot: true\n"),
        ("b.yaml", "name: bare\nbare: 1\nroot: true\n"),
    ]);
    let here = place.path();
    let found = check(here, "-p policy a.yaml b.yaml -o json").json();
    let waived: Vec<_> = found["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| (finding["message"].clone(), finding["severity"].clone(), finding["waiver"].clone()))
        .collect();
    let expected = [
        ("other runs as root", "deny", Value::Null),
        ("bare runs as root", "deny", Value::Null),
        ("legacy runs as root", "info", json!("the exception `root`")),
        ("old", "info", json!("the exception `old`")),
        ("bare", "info", json!("an exception")),
    ];
    for (message, severity, waiver) in expected {
        assert!(waived.contains(&(json!(message), json!(severity), waiver.clone())), "{message}: {waived:?}");
    }
    assert_eq!(waived.len(), 5);
    assert_eq!(found["counts"]["waived"], 3);
    assert_eq!(found["counts"]["deny"], 2);
    check(here, "-p policy a.yaml")
        .says(1, &["refused: 1 finding", "hint: 2 findings waived by exceptions: -v names them"]);
    check(here, "-p policy a.yaml -v").says(1, &["legacy runs as root (waived by the exception `root`)"]);
    // What is only waived refuses nothing.
    write(&here.join("c.yaml"), b"name: legacy\nroot: true\n");
    assert_eq!(check(here, "-p policy c.yaml").status, 0);
}

#[test]
fn policies_know_the_file_and_either_rego() {
    let place = folder(&[
        ("policy/v0.rego", "package main\n\ndeny[msg] {\n  msg := sprintf(\"v0 %s\", [data.conftest.file.name])\n}\n"),
        (
            "policy/v1.rego",
            "package main\n\ndeny contains $msg if {\n\tmsg := data.conftest.file.dir\n}\n".replace('$', "").as_str(),
        ),
        ("in/a.yaml", "a: 1\n"),
    ]);
    let here = fs::canonicalize(place.path()).expect("a path");
    let expected = vec![format!("in/a.yaml deny {}/in", here.display()), "in/a.yaml deny v0 a.yaml".to_owned()];
    let (status, said) = said(&here, "-p policy in/a.yaml");
    assert_eq!((status, said), (1, expected));
    check(&here, "-p policy/v0.rego --rego-version v0 in/a.yaml").says(1, &["v0 a.yaml"]);
    check(&here, "-p policy/v1.rego --rego-version v1 in/a.yaml").says(1, &["main.deny"]);
    let ran = check(&here, "-p policy --rego-version v1 in/a.yaml");
    ran.says(2, &["read as Rego v1, as asked for", "policy/v0.rego:3"]);
    check(&here, "-p policy --rego-version v0 in/a.yaml").says(2, &["policy/v1.rego:3"]);
    check(&here, "-p policy --rego-version v2 in/a.yaml").says(2, &["write v0 or v1"]);
}

const ODD: &str = r#"package main

deny := {"msg": "an object"} if input.object

deny_true if input.sure

deny_mixed := [1, "", {"msg": ""}, "real"] if input.mixed

violation contains "fine" if input.fine
"#;

#[test]
fn what_conftest_counts_as_passed_is_a_mistake_unless_asked_for() {
    let place = folder(&[
        ("policy/odd.rego", ODD),
        ("empty/nothing.rego", "package main\n\nx := 1\n"),
        ("a.yaml", "{object: 1, sure: true, mixed: 1}\n"),
        ("items.yaml", "apiVersion: v1\nkind: List\nitems: [{kind: ConfigMap, apiVersion: v1, fine: 1}]\n"),
        ("fine/a.rego", "package main\n\ndeny contains \"fine\" if input.fine\n"),
        ("fine.yaml", "fine: 1\n"),
    ]);
    let here = place.path();
    check(here, "-p policy a.yaml")
        .says(2, &["`deny` is an object, so it would never refuse anything", "`deny_true` is true or false"]);
    let (status, said) = said(here, "-p policy --compat conftest a.yaml");
    let refused: Vec<_> = said.iter().map(String::as_str).filter(|line| line.contains(" deny ")).collect();
    assert_eq!((status, refused), (1, vec!["a.yaml deny real"]));
    let ran = check(here, "-p policy --compat conftest -v a.yaml");
    let ran = ran.says(1, &["main.deny_true: gives true, no set of messages", "passed, as conftest counts it"]);
    ran.says(1, &["main.deny_mixed: gives 1, no message", "main.deny_mixed: gives an empty message"]);
    assert_eq!(check(here, "-p policy --compat conftest fine.yaml").status, 1);
    // conftest does not look into lists of manifests.
    assert_eq!(check(here, "-p fine items.yaml").status, 1);
    assert_eq!(check(here, "-p fine --compat conftest items.yaml").status, 0);

    check(here, "-p empty a.yaml").says(2, &["namespace `main` has no deny, violation or warn rule"]);
    check(here, "-p empty --all-namespaces a.yaml").says(2, &["these policies would never refuse anything"]);
    let ran = check(here, "-p empty --compat conftest -v a.yaml");
    ran.says(0, &["note: namespace `main` has no deny, violation or warn rule: passed, as conftest counts it"]);
    let ran = check(here, "-p policy -n none --compat conftest -v a.yaml");
    ran.says(0, &["note: namespace `none` has no deny"]);
    // Still mistakes, in conftest as well.
    write(&here.join("bad/a.rego"), b"package main\n\ndeny[msg] if { msg := \"x\" }\n");
    check(here, "-p bad --compat conftest a.yaml").says(2, &["uses `if` without `contains`"]);
    write(&here.join("bad/a.rego"), b"package main\n\ndeny contains {\"message\": \"x\"}\n");
    check(here, "-p bad --compat conftest a.yaml").says(2, &["`msg` field must be present"]);

    let scene = Scene::new("version: 1\nrules:\n  - {rego: policy, compat: conftest}\n");
    scene.server_file("policy/odd.rego", ODD);
    scene.write("a.yaml", "sure: true\n").push("passed").ok();
    scene.write("b.yaml", "mixed: true\n").push("refused").refused(&["refused: 1 finding", "real"]);
    scene.configure("version: 1\nrules:\n  - {rego: policy, compat: opa}\n");
    scene.push("no such tool").says(1, &["unknown value `opa` for `compat`"]);
}

#[test]
fn bad_command_lines_are_no_verdict() {
    let place = folder(&[
        ("policy/a.rego", KINDS),
        ("empty/readme.md", "x"),
        ("tests/a_test.rego", "package main\n\ntest_a if true\n"),
        ("a.yaml", "a: 1\n"),
        ("a.cue", "a: 1\n"),
        ("bad.yaml", "a: [\n"),
    ]);
    let here = place.path();
    for (arguments, wanted) in [
        ("-p policy", "required arguments were not provided"),
        ("-p missing a.yaml", "cannot read missing"),
        ("-p empty a.yaml", "cannot read empty: no .rego file there"),
        ("-p tests a.yaml", "cannot read tests: no .rego file there"),
        ("-p policy -p empty a.yaml", "cannot read empty: no .rego file there"),
        ("-p policy --parser ymal a.yaml", "did you mean `yaml`?"),
        ("-p policy --parser hcl1 a.yaml", "files of hcl1 are not read"),
        ("-p policy --parser nonsense a.yaml", "known formats: yaml, json"),
        ("-p policy a.cue", "files of its language are not read"),
        ("-p policy empty", "no files there that are read"),
        ("-p policy --compat opa a.yaml", "the only one is conftest"),
        ("-p policy --config x.yaml a.yaml", "--policy and --config exclude each other"),
        ("--namespace main a.yaml", "--policy"),
        ("--combine a.yaml", "--policy"),
        ("-p policy --base HEAD", "cannot be used with"),
    ] {
        check(here, arguments).says(2, &[wanted]);
    }
    // What is no YAML is a finding, and refuses.
    check(here, "-p policy bad.yaml").says(1, &["syntax: "]);
}

const DOUBLE: &str = r#"package main

deny contains {"msg": msg, "path": [string_j, "contents", "name"]} if {
	some i, j
	i < j
	input[i].contents.name == input[j].contents.name
	string_j := j
	msg := sprintf("%s is in %s already", [input[j].contents.name, input[i].path])
}
"#;

#[test]
fn combined_documents_are_one_input() {
    let policy = r#"package main

warn contains json.marshal([[e.path, e.contents] | some e in input])

warn contains sprintf("%s in %s", [data.conftest.file.name, data.conftest.file.dir]) if input[0].contents.told

deny_loc contains {"msg": "by _loc", "_loc": {"file": "in/b.yaml", "line": 3}} if input[0].contents.told

deny_file contains {"msg": "by path", "path": "in/a.yaml"} if input[0].contents.told

deny_key contains {"msg": "by key", "path": ["0", "contents", "told"]} if input[0].contents.told

deny_none contains "nowhere" if input[0].contents.told
"#;
    let place = folder(&[
        ("policy/a.rego", policy),
        ("in/b.yaml", "x: 1\n---\n- w: no\n---\nz: 1\n"),
        ("in/a.yaml", "# a\ntold: 1\n"),
        ("in/c.json", r#"[1, {"q": []}]"#),
    ]);
    let here = fs::canonicalize(place.path()).expect("a path");
    let found = check(&here, "-p policy --combine in/c.json in -o json").json();
    let findings = found["findings"].as_array().expect("findings");
    let find = |start: &str| {
        findings
            .iter()
            .find(|finding| finding["message"].as_str().is_some_and(|message| message.starts_with(start)))
            .expect("found")
    };
    assert_eq!(
        find("[[")["message"],
        r#"[["in/a.yaml",{"told":1}],["in/b.yaml",{"x":1}],["in/b.yaml",[{"w":false}]],["in/b.yaml",{"z":1}],["in/c.json",1],["in/c.json",{"q":[]}]]"#
    );
    assert_eq!(find("Combined")["message"], format!("Combined in {}", here.display()));
    for (message, path, line) in [
        ("by _loc", json!("in/b.yaml"), json!(3)),
        ("by path", json!("in/a.yaml"), json!(2)),
        ("by key", json!("in/a.yaml"), json!(2)),
        // The policy names none: this is what its condition read.
        ("nowhere", json!("in/a.yaml"), json!(2)),
    ] {
        let finding = find(message);
        assert_eq!((&finding["path"], &finding["line"]), (&path, &line), "{message}");
    }
    check(&here, "-p policy in/a.yaml").says(0, &["1 document in 1 file"]);
}

#[test]
fn a_gate_judges_all_documents_when_one_of_them_changes() {
    let rules = |rule: &str| format!("version: 1\nrules:\n  - {{rego: policy, input: documents{rule}}}\n");
    let scene = Scene::new(&rules(", match: {paths: ['apps/**']}"));
    scene.server_file("policy/a.rego", DOUBLE);
    scene.write("apps/a.yaml", "name: one\n").write("apps/b.yaml", "name: two\n").write("b.yaml", "name: one\n");
    scene.push("no two").ok();
    // Against a file that did not change, and at the line of the one that comes later.
    let ran = scene.write("apps/c.yaml", "kind: X\nname: one\n").push("double");
    ran.refused(&["refused: 1 finding", "one is in apps/a.yaml already", "apps/c.yaml:2:1"]);
    // The index, before it is committed.
    scene.git(&["reset", "--quiet", "--soft", "origin/main"]).ok();
    scene.write("pushgate.yaml", rules(", match: {paths: ['apps/**']}")).write("policy/a.rego", DOUBLE);
    scene.pushgate(&["check", "--staged"]).says(1, &["one is in apps/a.yaml already", "apps/c.yaml:2:1"]);
    scene.pushgate(&["check", "apps"]).says(1, &["one is in apps/a.yaml already"]);
    scene.remove("pushgate.yaml").remove("policy/a.rego");
    scene.reset();

    // What was there before is not new; another of its kind is.
    scene.configure("version: 1\nimmutability: {refs: [{match: [refs/x/y], forbid: [delete]}]}\n");
    scene.write("apps/c.yaml", "name: one\n").push("unjudged").ok();
    scene.configure(&rules(", match: {paths: ['apps/**']}"));
    scene.write("apps/d.yaml", "name: four\n").push("old").says(0, &["1 older finding"]);
    scene
        .write("apps/e.yaml", "name: two\n")
        .push("new")
        .refused(&["refused: 1 finding", "two is in apps/b.yaml already"]);
    scene.reset();
    scene.configure(&format!("existing: deny\n{}", rules("")));
    scene.write("apps/d.yaml", "name: five\n").push("strict").refused(&["one is in apps/a.yaml already (not new)"]);
    scene.reset();
    scene.configure(&rules(", match: {paths: ['apps/**']}"));
    // Nothing of theirs changed.
    let ran = scene.write("other.yaml", "name: one\n").push("elsewhere").ok();
    assert!(!ran.stderr.contains("older"), "{ran}");
    // What stood only on the way to a tip was never judged together.
    scene.write("apps/g.yaml", "name: four\n").commit("brings a double");
    let between = scene.id("HEAD");
    scene.remove("apps/g.yaml").push("and takes it back").ok();
    let ran = scene.git(&["push", "origin", &format!("{between}:refs/heads/between")]);
    ran.refused(&["refused: 1 finding", "four is in apps/d.yaml already"]);
    // A branch is compared with what it leaves.
    scene.git(&["checkout", "--quiet", "-b", "topic"]).ok();
    scene.write("apps/f.yaml", "name: four\n").commit("on a branch");
    let ran = scene.git(&["push", "origin", "topic"]);
    ran.refused(&["refused: 1 finding", "four is in apps/d.yaml already"]);
}

#[test]
fn documents_that_go_are_missed_by_those_that_stay() {
    let policy = "package main\n\ndeny contains sprintf(\"%s has no service\", [d.contents.app]) if {\n\tsome d in input\n\td.contents.kind == \"Deployment\"\n\tnot served(d.contents.app)\n}\n\nserved(app) if {\n\tsome s in input\n\ts.contents.kind == \"Service\"\n\ts.contents.app == app\n}\n";
    let scene = Scene::new("version: 1\nrules:\n  - {rego: policy, input: documents}\n");
    scene.server_file("policy/a.rego", policy);
    scene.write("d.yaml", "kind: Deployment\napp: a\n").write("s.yaml", "kind: Service\napp: a\n").push("both").ok();
    // The policy names no place: what changed is one.
    scene
        .write("e.yaml", "kind: Deployment\napp: e\n")
        .push("alone")
        .refused(&["main.deny: e has no service", "e.yaml:2:1"]);
    scene.reset();
    scene.remove("s.yaml").push("gone").refused(&["a has no service"]);
    scene.reset();
    scene.write("s.yaml", "kind: [\n").push("broken").refused(&["a has no service", "syntax"]);
    scene.reset();
    scene.configure("version: 1\nlimits: {documents: 1}\nrules:\n  - {rego: policy, input: documents}\n");
    scene
        .write("d.yaml", "kind: Deployment\napp: a\nx: 1\n")
        .push("too many")
        .says(1, &["more documents than allowed"]);
}

#[test]
fn policies_parse_texts_and_files_of_their_own() {
    let policy = r#"package main

nginx := parse_config("hcl2", `a "b" { c = 1 }`)

deny contains sprintf("%v %v", [nginx.a.b[0].c, parse_config_file("known.yaml").names]) if input.embedded

deny contains parse_config("yaml", input.data).x

deny contains sprintf("%v", [[e.path | some e in parse_combined_config_files(["sub/a.json", "known.yaml"])]]) if input.combined
"#;
    let files: &[(&str, &str)] = &[
        ("policy/a.rego", policy),
        ("policy/known.yaml", "names: [a]\n"),
        ("policy/sub/a.json", "{}"),
        ("a.yaml", "embedded: 1\n"),
        ("b.yaml", "combined: 1\n"),
        ("c.yaml", "data: 'x: inner'\n"),
        ("d.yaml", "data: 'x: ['\n"),
    ];
    let place = folder(files);
    let here = place.path();
    let expected =
        ["a.yaml deny 1 [\"a\"]", "b.yaml deny [\"policy/known.yaml\", \"policy/sub/a.json\"]", "c.yaml deny inner"];
    let (status, said) = said(here, "-p policy a.yaml b.yaml c.yaml d.yaml");
    assert_eq!((status, said), (1, expected.map(str::to_owned).to_vec()));

    // From a folder of the server, and from a ref: nothing but what lies there.
    let scene = Scene::new("version: 1\nrules: [{rego: policy}]\n");
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with("policy/")) {
        scene.server_file(path, text);
        scene.write(&format!(".pushgate/{path}"), text);
    }
    scene.write("a.yaml", "embedded: 1\n").push("folder").refused(&["1 [\"a\"]"]);
    scene
        .remove("a.yaml")
        .write(".pushgate/pushgate.yaml", "version: 1\nrules: [{rego: policy}]\n")
        .push("policies")
        .ok();
    scene.configure("version: 1\npolicy: {source: {ref: refs/heads/main}}\n");
    scene.write("a.yaml", "embedded: 1\n").push("ref").refused(&["1 [\"a\"]"]);
    // Each again: what was compiled is kept.
    scene.push("again").refused(&["1 [\"a\"]"]);
    scene
        .remove("a.yaml")
        .remove(".pushgate/policy/known.yaml")
        .push("away")
        .refused(&["cannot read known.yaml", "policy/a.rego"]);
    scene.reset();
    let outside = policy.replace("known.yaml", "../../a.yaml");
    scene
        .write("a.yaml", "x: 1\n")
        .write(".pushgate/policy/a.rego", outside)
        .push("out")
        .refused(&["cannot read ../../a.yaml"]);
}

#[test]
fn files_of_policies_stay_in_their_folder() {
    let reads =
        |path: &str| format!("package main\n\ndeny contains \"read\" if parse_config_file(\"{path}\").secret\n");
    let place =
        folder(&[("secret.yaml", "secret: 1\n"), ("here/a.yaml", "a: 1\n"), ("here/policy/own.yaml", "secret: 1\n")]);
    let here = place.path().join("here");
    std::os::unix::fs::symlink("../../secret.yaml", here.join("policy/link.yaml")).expect("a link");
    let absolute = place.path().join("secret.yaml").display().to_string();
    for (path, status, wanted) in [
        ("own.yaml", 1, "read"),
        ("../policy/own.yaml", 1, "read"),
        ("../../secret.yaml", 2, "it is not where policies may read from"),
        ("link.yaml", 2, "it is not where policies may read from"),
        (absolute.as_str(), 2, "the path is absolute"),
        ("none.yaml", 2, "cannot read none.yaml"),
    ] {
        write(&here.join("policy/a.rego"), reads(path).as_bytes());
        check(&here, "-p policy a.yaml").says(status, &[wanted]);
    }
    write(&here.join("policy/a.rego"), b"package main\n\ndeny contains \"x\" if parse_config_file(input.path)\n");
    check(&here, "-p policy a.yaml").says(2, &["`parse_config_file` is not allowed", "constant strings"]);
    write(&here.join("policy/a.rego"), b"package main\n\ndeny contains \"x\" if parse_config(input.format, \"{}\")\n");
    check(&here, "-p policy a.yaml").says(0, &["no findings"]);
    write(&here.join("a.yaml"), b"format: cue\n");
    check(&here, "-p policy a.yaml").says(2, &["parse_config: unknown parser `cue`"]);
    write(&here.join("policy/a.rego"), b"package main\n\ndeny contains \"x\" if parse_config(\"jsno\", \"{}\")\n");
    check(&here, "-p policy a.yaml").says(2, &["unknown parser `jsno`", "did you mean `json`?"]);
}

#[test]
fn unit_tests_read_examples_beside_them() {
    let place = folder(&[
        ("policy/a.rego", "package main\n\ndeny contains \"small\" if input.replicas < 2\n"),
        (
            "policy/a_test.rego",
            "package main\n\ntest_file if deny[\"small\"] with input as parse_config_file(\"example.yaml\")\n\ntest_text if count(deny) == 0 with input as parse_config(\"toml\", \"replicas = 3\")\n\ntest_all if count(input_of_two) == 2\n\ninput_of_two := parse_combined_config_files([\"two.yaml\"])\n",
        ),
        ("policy/example.yaml", "replicas: 1\n"),
        ("policy/two.yaml", "a: 1\n---\nb: 1\n"),
    ]);
    pushgate(place.path(), &["test", "policy"]).says(0, &["3 policy tests: 3 passed"]);
}

#[test]
fn other_files_that_a_policy_points_at_are_named() {
    let policy = "package main\n\ndeny contains {\"msg\": \"there\", \"_loc\": {\"file\": \"other.json\", \"line\": 3}}\n\nwarn contains {\"msg\": \"here\", \"_loc\": {\"file\": \"in/a.yaml\", \"line\": 2}}\n";
    let place = folder(&[("policy/a.rego", policy), ("in/a.yaml", "a: 1\nb: 2\n")]);
    let ran = check(place.path(), "-p policy in/a.yaml");
    ran.says(1, &["the policy points at other.json:3", "[in/a.yaml:1:1]", "[in/a.yaml:2:1]"]);
}

#[test]
fn manifests_in_a_push_meet_the_same_policies() {
    // What CI says by conftest's command line, the gate says by the configuration.
    let policy = "package main\n\ndeny contains \"latest\" if {\n\tsome c in input.spec.template.spec.containers\n\tendswith(c.image, \":latest\")\n}\n";
    let scene = Scene::new("version: 1\nrules: [{rego: policy}]\n");
    scene.server_file("policy/a.rego", policy);
    scene.write("policy/a.rego", policy).write("cart.yaml", deployment("cart", "cart:latest"));
    scene.pushgate(&["check", "--policy", "policy", "cart.yaml"]).says(1, &["main.deny: latest"]);
    scene.push("one").refused(&["main.deny: latest"]);
}
