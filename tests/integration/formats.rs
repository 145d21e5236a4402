//! Formats: what policies see of each, where it stands, and what is said of a broken one. Each row of
//! `docs/formats.md` stands here.

use serde_json::{Value, json};

use crate::common::{REFS_ONLY, Scene, pushgate, write};

/// One syntax.
struct Row {
    format: &'static str,
    /// A name that it is recognised by.
    name: &'static str,
    good: &'static str,
    /// What a policy sees.
    value: Value,
    /// A JSON Pointer, and the line and column where that value begins.
    place: (&'static str, [u64; 2]),
    broken: &'static str,
    /// Line and column of what is wrong, and what is said of it.
    said: (&'static str, &'static str),
}

fn rows() -> Vec<Row> {
    vec![
        Row {
            format: "yaml",
            name: "a.yaml",
            good: "a:\n- on\n- 0x10\n",
            value: json!({"a": [true, 16]}),
            place: ("/a/1", [3, 3]),
            broken: "a: [1\n",
            said: ("a.yaml:1:4", "`[`"),
        },
        Row {
            format: "json",
            name: "a.json",
            good: "{\n  \"a\": [1, {}]\n}",
            value: json!({"a": [1, {}]}),
            place: ("/a/0", [2, 9]),
            broken: "a: 1\n",
            said: ("a.json:1:1", "this is YAML"),
        },
        Row {
            format: "jsonc",
            name: "tsconfig.json",
            good: "{\n  // why\n  \"a\": 1,\n}",
            value: json!({"a": 1}),
            place: ("/a", [3, 8]),
            broken: "{\"a\": /* 1}",
            said: ("tsconfig.json:1:7", "comment"),
        },
        Row {
            format: "hcl",
            name: "main.tf",
            good: "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x-${var.env}\"\n  count  = 2\n}\n",
            value: json!({"resource": {"aws_s3_bucket": {"b": [{"bucket": "x-${var.env}", "count": 2}]}}}),
            place: ("/resource/aws_s3_bucket/b/0/bucket", [2, 12]),
            broken: "a = <<EOT\ntext\n",
            said: ("main.tf:1:5", "EOT"),
        },
        Row {
            format: "toml",
            name: "a.toml",
            good: "[a]\nb = 1979-05-27\nc = [1, \"x\"]\n",
            value: json!({"a": {"b": "1979-05-27T00:00:00Z", "c": [1, "x"]}}),
            place: ("/a/c/1", [3, 9]),
            broken: "[a]\nb = \n",
            said: ("a.toml:2:5", "value"),
        },
        Row {
            format: "ini",
            name: "a.ini",
            good: "[a]\nb = 1\nc = text\n",
            value: json!({"a": {"b": 1, "c": "text"}}),
            place: ("/a/c", [3, 5]),
            broken: "[a\nb = 1\n",
            said: ("a.ini:1:1", "]"),
        },
        Row {
            format: "inventory",
            name: "inventory/hosts",
            good: "[web]\nw1 ansible_port=22\n",
            value: json!({"all": {"children": {"web": {"hosts": {"w1": {"ansible_port": 22}}}}}}),
            place: ("/all/children/web/hosts/w1/ansible_port", [2, 17]),
            broken: "[web]\nw1 ansible_port=22\n[web:sorts]\nx\n",
            said: ("inventory/hosts:3", "sorts"),
        },
        Row {
            format: "dotenv",
            name: ".env",
            good: "# c\nexport A=1\nB='x y'\n",
            value: json!({"A": "1", "B": "x y"}),
            place: ("/B", [3, 3]),
            broken: "A=1\nB C\n",
            said: (".env:2:1", "NAME=value"),
        },
        Row {
            format: "properties",
            name: "a.properties",
            good: "a.b = x\\\n  y\nc:1\n",
            value: json!({"a.b": "xy", "c": "1"}),
            place: ("/c", [3, 3]),
            broken: "a = \\u12\n",
            said: ("a.properties:1", "\\u"),
        },
        Row {
            format: "xml",
            name: "a.xml",
            good: "<a b=\"1\">\n  <c>x</c><c>y</c>\n</a>\n",
            value: json!({"a": {"-b": "1", "c": ["x", "y"]}}),
            place: ("/a/c/1", [2, 14]),
            broken: "<a>\n  <b>\n</a>\n",
            said: ("a.xml:3:", "b"),
        },
        Row {
            format: "hocon",
            name: "a.hocon",
            good: "a { b = 1, c = ${a.b} }\n",
            value: json!({"a": {"b": 1, "c": 1}}),
            place: ("/a/b", [1, 9]),
            broken: "a { b = 1\n",
            said: ("a.hocon:", "}"),
        },
        Row {
            format: "dockerfile",
            name: "Dockerfile",
            good: "FROM alpine AS base\nRUN apk add curl\n",
            value: json!([[
                {"Cmd": "from", "SubCmd": "", "JSON": false, "Flags": [], "Value": ["alpine", "AS", "base"], "Stage": 0},
                {"Cmd": "run", "SubCmd": "", "JSON": false, "Flags": [], "Value": ["apk add curl"], "Stage": 0},
            ]]),
            place: ("/0/1", [2, 1]),
            broken: "FROM alpine\nRUNN x\n",
            said: ("Dockerfile:2:1", "RUN"),
        },
        Row {
            format: "ignore",
            name: ".gitignore",
            good: "id_rsa\n!a\n",
            value: json!([[
                {"Kind": "Path", "Value": "id_rsa", "Original": "id_rsa"},
                {"Kind": "NegatedPath", "Value": "a", "Original": "!a"},
                {"Kind": "Empty", "Value": "", "Original": ""},
            ]]),
            place: ("/0/1", [2, 1]),
            broken: "",
            said: ("", ""),
        },
        Row {
            format: "edn",
            name: "a.edn",
            good: "{:a [1 \"x\"]}\n",
            value: json!({":a": ["1", "x"]}),
            place: ("/:a/1", [1, 8]),
            broken: "{:a [1}\n",
            said: ("a.edn:1:7", "]"),
        },
        Row {
            format: "nginx",
            name: "nginx.conf",
            good: "server {\n  listen 80;\n}\n",
            value: json!({"directives": [{"name": "server", "block": {"directives": [{"name": "listen", "parameters": ["80"]}]}}]}),
            place: ("/directives/0/block/directives/0", [2, 3]),
            broken: "server {\n  listen 80\n}\n",
            said: ("nginx.conf:3:1", ";"),
        },
        Row {
            format: "vcl",
            name: "a.vcl",
            good: "acl purge {\n  \"127.0.0.1\";\n}\n",
            value: json!({"acl": {"purge": ["127.0.0.1"]}}),
            place: ("/acl/purge/0", [2, 3]),
            broken: "acl purge {\n",
            said: ("a.vcl:", "}"),
        },
    ]
}

#[test]
fn policies_see_what_they_always_saw() {
    let folder = tempfile::tempdir().expect("a folder");
    for Row { format, name, good, value, place: (pointer, [line, column]), .. } in rows() {
        write(&folder.path().join(name), good.as_bytes());
        let ran = pushgate(folder.path(), &["parse", name]).ok();
        assert_eq!(ran.json(), value, "{format}");
        let named = pushgate(folder.path(), &["parse", "--parser", format, name]).ok();
        assert_eq!(named.json(), value, "{format}");
        let positions = pushgate(folder.path(), &["parse", "--positions", name]).ok().json();
        let found = &positions["positions"][pointer]["value"];
        assert_eq!([&found[0], &found[1]], [&json!(line), &json!(column)], "{format} {pointer}: {positions:#}");
    }
}

#[test]
fn a_broken_file_is_refused_at_its_place() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("readme.md", "x\n").push("start").ok();
    for Row { format, name, broken, said: (place, words), .. } in rows() {
        if broken.is_empty() {
            continue;
        }
        scene.write(name, broken);
        let ran = scene.push(format).refused(&["syntax", place, words]);
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        scene.reset();
    }
}

#[test]
fn a_good_file_of_each_is_accepted_and_judged() {
    let scene = Scene::new(&format!("{REFS_ONLY}rules: [{{rego: policies}}]\n"));
    scene.server_file(
        "policies/all.rego",
        "package main\nimport rego.v1\nwarn contains \"seen\" if {\n  input\n}\nwarn contains \"seen\" if {\n  not input\n}\n",
    );
    for Row { name, good, .. } in rows() {
        scene.write(name, good);
    }
    let ran = scene.push("all of them").ok();
    for Row { format, name, .. } in rows() {
        assert!(ran.stderr.contains(&format!("[{name}:")), "{format} reaches no policy:\n{ran}");
    }
}

#[test]
fn every_format_has_a_row() {
    let schema = pushgate(std::path::Path::new("."), &["config", "schema"]).ok().stdout;
    let table = include_str!("../../docs/formats.md");
    let mut known = 0;
    for Row { format, .. } in rows() {
        assert!(schema.contains(&format!("\"{format}\"")), "{format} is no word of the configuration");
        assert!(table.contains(&format!("| `{format}` |")), "docs/formats.md has no row for {format}");
        known += 1;
    }
    let rows = table.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 7).count();
    assert_eq!(rows, known, "docs/formats.md has rows that nothing shows");
}

#[test]
fn programs_are_reported_as_not_judged() {
    let scene = Scene::new(REFS_ONLY);
    scene
        .write("a.yaml", "a: 1\n")
        .write("a.cue", "x: int\n")
        .write("b.jsonnet", "{a: 1}\n")
        .write("Jenkinsfile", "pipeline {}\n");
    scene.push("programs").ok().says(0, &["3 files not judged"]);
    let said = ["a.cue", "b.jsonnet", "Jenkinsfile"].map(|name| format!("{name} is of a language that is not read"));
    let ran = scene.pushgate(&["--config", "../server.git/pushgate.yaml", "check", "-v", "."]);
    ran.says(0, &said.each_ref().map(String::as_str));
    // What an administrator leaves out is not told.
    scene.configure(&format!("{REFS_ONLY}files: [{{match: '**/*.cue', ignore: true}}]\n"));
    let ran = scene.pushgate(&["--config", "../server.git/pushgate.yaml", "check", "-v", "a.yaml", "a.cue"]);
    assert!(!ran.to_string().contains("not judged"), "{ran}");
}

#[test]
fn what_lies_beside_may_be_a_link_or_elsewhere() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("readme.md", "x\n").push("start").ok();
    std::os::unix::fs::symlink("../shared/.env", scene.work.join(".env")).expect("a link");
    scene.write("a.xml", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    scene.push("beside").ok().says(0, &["1 file not judged"]);
    std::os::unix::fs::symlink("/etc/main.tf", scene.work.join("main.tf")).expect("a link");
    scene.push("applied").refused(&["link", "main.tf"]);
}

#[test]
fn old_encodings_are_read_where_the_format_allows_them() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("a.properties", b"a=caf\xe9\n").write("b.xml", b"<?xml version='1.0' encoding='latin1'?><a>\xe9</a>");
    scene.push("old encodings").ok();
    scene.write("c.toml", b"a='\xe9'\n").push("toml").refused(&["c.toml:1:4", "not UTF-8"]);
}

#[test]
fn a_policy_may_be_about_some_formats() {
    let scene = Scene::new("version: 1\nrules: [{rego: p.rego, match: {formats: [hcl, dockerfile]}}]\n");
    scene.server_file("p.rego", "package main\nimport rego.v1\ndeny contains \"seen\" if input\n");
    scene.write("a.yaml", "a: 1\n").write(".gitignore", "x\n").push("others").ok();
    scene.write("a.tf", "locals {}\n").push("one of them").refused(&["seen", "a.tf:1"]);
}
