//! What files say: YAML and JSON as they lie in real repositories.

use serde_json::json;

use crate::common::{REFS_ONLY, Scene, pushgate, write};

/// What a policy sees of a file.
fn parsed(name: &str, text: impl AsRef<[u8]>) -> serde_json::Value {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join(name), text.as_ref());
    pushgate(folder.path(), &["parse", name]).ok().json()
}

#[test]
fn yaml_scalars_are_those_of_yaml_1_1() {
    let value = parsed(
        "a.yaml",
        "yes: on\noctal: 0644\nhex: 0x1F\nfloat: 1e3\nnothing: ~\ndate: 2026-11-23\nquoted: 'no'\nbig: 123456789012345678901234567890\n1: one\n",
    );
    assert_eq!(
        value,
        json!({
            "true": true, "octal": 420, "hex": 31, "float": 1000, "nothing": null, "date": "2026-11-23",
            "quoted": "no", "big": serde_json::from_str::<serde_json::Value>("123456789012345678901234567890").expect("a number"),
            "1": "one"
        })
    );
}

#[test]
fn every_document_counts() {
    let value =
        parsed("a.yaml", "---\na: 1\n--- # with a comment\nb: |\n  ---\n  text\n---\n# nothing\n---\nc: 3\n...\n");
    assert_eq!(value, json!([{"a": 1}, {"b": "---\ntext\n"}, {"c": 3}]));
}

#[test]
fn anchors_aliases_and_merges_are_resolved() {
    let value = parsed(
        "a.yaml",
        "base: &base {a: 1, b: 2}\nover: {<<: *base, b: 3}\nkey: &k name\n? *k\n: by alias\nagain: &k second\nlast: *k\n",
    );
    assert_eq!(
        value,
        json!({
            "base": {"a": 1, "b": 2}, "over": {"a": 1, "b": 3}, "key": "name", "name": "by alias",
            "again": "second", "last": "second"
        })
    );
}

#[test]
fn tags_are_data() {
    let value =
        parsed("a.yaml", "a: !Ref Bucket\nb: !vault |\n  $ANSIBLE_VAULT\nc: !!python/name:os.system\nd: !!str 1\n");
    assert_eq!(value["a"], "Bucket");
    assert_eq!(value["b"], "$ANSIBLE_VAULT\n");
    assert_eq!(value["d"], "1");
}

#[test]
fn positions_name_every_key_and_value() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("a.yaml"), "ü:\r\n  - name: \"x y\"\r\n    m: 1\r\n".as_bytes());
    let value = pushgate(folder.path(), &["parse", "--positions", "a.yaml"]).ok().json();
    assert_eq!(value["value"], json!({"ü": [{"name": "x y", "m": 1}]}));
    assert_eq!(value["positions"]["/ü"]["key"], json!([1, 1, 1, 2]));
    assert_eq!(value["positions"]["/ü/0/name"], json!({"key": [2, 5, 2, 9], "value": [2, 11, 2, 16]}));
    assert_eq!(value["positions"]["/ü/0/m"]["value"], json!([3, 8, 3, 9]));
}

#[test]
fn json_is_strict_and_knows_its_places() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder.path().join("a.json"), b"{\n  \"a\": [1, 2.50, \"x\\u00fc\"]\n}\n");
    let value = pushgate(folder.path(), &["parse", "--positions", "a.json"]).ok().json();
    assert_eq!(value["value"], json!({"a": [1, 2.5, "xü"]}));
    assert_eq!(value["positions"]["/a/1"]["value"], json!([2, 12, 2, 16]));
    for bad in ["{'a': 1}", "{\"a\": 1,}", "{\"a\": 01}", "", "{} {}", "// no\n{}", "[1 2]", "nul"] {
        write(&folder.path().join("bad.json"), bad.as_bytes());
        pushgate(folder.path(), &["parse", "bad.json"]).says(1, &["syntax", "bad.json:"]);
    }
    // Comments where they are known to be allowed.
    write(&folder.path().join("tsconfig.json"), b"{\n  // why\n  \"a\": 1,\n}\n");
    assert_eq!(pushgate(folder.path(), &["parse", "tsconfig.json"]).ok().json(), json!({"a": 1}));
}

#[test]
fn duplicate_keys_are_shown_at_both_places() {
    let scene = Scene::new(REFS_ONLY);
    let ran = scene.write("a.yaml", "metadata:\n  name: one\n  labels: {}\n  name: two\n").push("twice");
    ran.refused(&["duplicate-key", "a.yaml:4:3", "first written here", "written again here"]);
    scene
        .write("a.yaml", "metadata: {}\n")
        .write("a.json", "{\"a\": 1,\n \"a\": 2}\n")
        .push("twice")
        .refused(&["duplicate-key", "a.json:2:2"]);
}

#[test]
fn broken_files_are_refused_at_their_line() {
    for (name, text, place) in [
        ("tab.yaml", "a:\n\tb: 1\n", "tab.yaml:2:1"),
        ("escape.yaml", "a: \"\\q\"\n", "escape.yaml:1:"),
        ("indent.yaml", "a:\n    b: 1\n  c: 2\n", "indent.yaml:3:"),
        ("alias.yaml", "a: *nowhere\n", "alias.yaml:1:4"),
        ("open.yaml", "a: [1, 2\nb: 3\n", "open.yaml:"),
        ("later.yaml", "a: 1\n---\nb: {\n", "later.yaml:"),
        ("open.json", "{\"a\": [1, 2}\n", "open.json:1:12"),
    ] {
        let scene = Scene::new(REFS_ONLY);
        scene.write(name, text).push("broken").refused(&["syntax", place, "help"]);
    }
}

#[test]
fn encodings_other_than_utf_8_are_refused() {
    let scene = Scene::new(REFS_ONLY);
    scene.write("latin.yaml", b"a: caf\xe9\n").push("latin").refused(&["latin.yaml:1:", "UTF-8"]);
    let utf16: Vec<u8> = "\u{feff}a: 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    scene.remove("latin.yaml").write("wide.yaml", utf16).push("wide").refused(&["wide.yaml", "UTF-16"]);
    // A byte order mark and CRLF are fine.
    scene.remove("wide.yaml").write("mark.yaml", "\u{feff}a: 1\r\nb: 2\r\n").push("mark").ok();
}

#[test]
fn what_is_no_document_is_let_in() {
    let scene = Scene::new(REFS_ONLY);
    scene
        .write("empty.yaml", "")
        .write("comment.yaml", "# nothing yet\n")
        .write("image.png", b"\x89PNG\0\xff")
        .write("notes.md", "a: [\n")
        .write("charts/web/Chart.yaml", "name: web\nversion: 1.0.0\n")
        .write("charts/web/templates/deployment.yaml", "{{- if .Values.x }}\na: {{ .Values.a }}\n{{- end }}\n")
        .write("secret.yaml", b"\0GITCRYPT\0\x01\x02\xff")
        .push("all fine")
        .says(0, &["hint: 2 files not judged"]);
    // A template that is YAML as it stands is judged.
    scene.write("charts/web/templates/plain.yaml", "a: 1\na: 2\n").push("plain").refused(&["duplicate-key"]);
    scene.write("charts/web/templates/plain.yaml", "a: [\n").push("broken").refused(&["syntax"]);
    scene.reset();
    // A link is no document, whatever its target would read like.
    std::os::unix::fs::symlink("a: [", scene.work.join("link")).expect("a link");
    std::os::unix::fs::symlink("charts/web/Chart.yaml", scene.work.join("link.yaml")).expect("a link");
    scene.push("links").ok();
    // Without a chart above, it is broken YAML.
    scene.write("templates/x.yaml", "{{- if }}\n").push("no chart").refused(&["templates/x.yaml"]);
    let ran = scene.pushgate(&["check", "-v", "--config", "../server.git/pushgate.yaml", "--base", "HEAD~1"]);
    ran.says(1, &["templates/x.yaml"]);
}

#[test]
fn the_configuration_says_what_is_declarative() {
    let scene = Scene::new(&format!(
        "{REFS_ONLY}files:\n  - match: ['vendor/**']\n    ignore: true\n  - match: ['**/*.conf']\n    format: json\n"
    ));
    scene.write("vendor/broken.yaml", "a: [\n").push("ignored").ok();
    scene.write("x/y.conf", "{").push("named").refused(&["x/y.conf:1:"]);
}
