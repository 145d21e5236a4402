//! The decoder and the JSON Schema say the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Config, FULL, Layer};
use crate::config::json_schema;
use crate::config::keys::{Shape, TABLES, Table};
use crate::config::words::Keyword as _;
use crate::document::format::Format;

fn full() -> Value {
    serde_yaml::from_str(FULL).unwrap()
}

struct Judges(jsonschema::Validator);

impl Judges {
    fn new() -> Self {
        Self(jsonschema::draft202012::new(&json_schema()).unwrap())
    }

    fn decoder(value: &Value) -> bool {
        Config::from_text("pushgate.yaml", value.to_string().as_bytes(), Layer::Server).is_ok()
    }

    fn both_accept(&self, value: &Value) {
        if let Err(errors) = Config::from_text("pushgate.yaml", value.to_string().as_bytes(), Layer::Server) {
            panic!("{}", errors.render(false));
        }
        assert!(
            self.0.is_valid(value),
            "{:?}\n{value:#}",
            self.0.iter_errors(value).map(|e| e.to_string()).collect::<Vec<_>>()
        );
    }

    fn both_refuse(&self, value: &Value, why: &str) {
        assert!(!Self::decoder(value), "the decoder accepts {why}:\n{value:#}");
        assert!(!self.0.is_valid(value), "the schema accepts {why}:\n{value:#}");
    }
}

/// Every mapping of a value that a table describes, as a JSON pointer.
fn mappings(value: &Value, at: &str, table: &'static Table) -> Vec<(String, &'static Table)> {
    let mut found = vec![(at.to_owned(), table)];
    for key in table.keys {
        let Some(inner) = value.get(key.name) else { continue };
        let at = format!("{at}/{}", key.name);
        match &key.shape {
            Shape::Table(table) => found.extend(mappings(inner, &at, table)),
            Shape::WordOrTable { table, .. } if inner.is_object() => found.extend(mappings(inner, &at, table)),
            Shape::Tables(table) => {
                for (index, item) in inner.as_array().unwrap().iter().enumerate() {
                    found.extend(mappings(item, &format!("{at}/{index}"), table));
                }
            }
            Shape::Version
            | Shape::True
            | Shape::One(_)
            | Shape::Many(_)
            | Shape::Word(_)
            | Shape::Words { .. }
            | Shape::WordOrTable { .. }
            | Shape::Machine
            | Shape::Amount { .. } => {}
        }
    }
    found
}

#[test]
fn the_full_example_has_every_key() {
    let full = full();
    let mut used = BTreeSet::new();
    for (at, table) in mappings(&full, "", TABLES.first().unwrap()) {
        let keys = full.pointer(&at).unwrap().as_object().unwrap().keys();
        used.extend(keys.map(|key| (table.place, key.clone())));
    }
    let known = TABLES.iter().flat_map(|table| table.names().map(|name| (table.place, name.to_owned())));
    assert_eq!(used, known.collect());
    Judges::new().both_accept(&full);
}

#[test]
fn every_key_is_read() {
    let (judges, full) = (Judges::new(), full());
    for (at, table) in mappings(&full, "", TABLES.first().unwrap()) {
        for key in full.pointer(&at).unwrap().as_object().unwrap().keys() {
            for wrong in [json!(null), json!({}), json!({"x": 1}), json!([{}]), json!([[]]), json!(-1), json!(" ")] {
                let mut changed = full.clone();
                *changed.pointer_mut(&format!("{at}/{key}")).unwrap() = wrong.clone();
                judges.both_refuse(&changed, &format!("{wrong} for {key} in {}", table.what));
            }
        }
    }
}

#[test]
fn no_other_key_is_known() {
    let (judges, full) = (Judges::new(), full());
    for (at, table) in mappings(&full, "", TABLES.first().unwrap()) {
        let planned = table.planned.iter().map(|planned| planned.name);
        for name in planned.chain(["unknown", "Match", "matches", "x"]) {
            let mut changed = full.clone();
            changed.pointer_mut(&at).unwrap().as_object_mut().unwrap().insert(name.to_owned(), json!("a"));
            judges.both_refuse(&changed, &format!("{name} in {}", table.what));
        }
    }
}

#[test]
fn the_same_keys_are_required() {
    let (judges, full) = (Judges::new(), full());
    let mut required = 0;
    for (at, table) in mappings(&full, "", TABLES.first().unwrap()) {
        for key in full.pointer(&at).unwrap().as_object().unwrap().keys() {
            let mut changed = full.clone();
            changed.pointer_mut(&at).unwrap().as_object_mut().unwrap().shift_remove(key);
            let accepted = Judges::decoder(&changed);
            assert_eq!(accepted, judges.0.is_valid(&changed), "{key} left out in {}:\n{changed:#}", table.what);
            required += usize::from(!accepted);
        }
    }
    assert!(required > 10, "{required}");
}

#[test]
fn every_word_is_understood() {
    let (judges, full) = (Judges::new(), full());
    for (at, table) in mappings(&full, "", TABLES.first().unwrap()) {
        for key in table.keys {
            let Some(place) = full.pointer(&at).and_then(|map| map.get(key.name)).map(|_| format!("{at}/{}", key.name))
            else {
                continue;
            };
            let (Shape::Word(known) | Shape::Words { known, .. } | Shape::WordOrTable { known, .. }) = key.shape else {
                continue;
            };
            let vocabulary = known();
            for (word, says) in &vocabulary.words {
                assert!(says.ends_with('.'), "{word}: {says}");
                let mut changed = full.clone();
                *changed.pointer_mut(&place).unwrap() = json!(word);
                if matches!(key.name, "schema" | "catalogue") && *word != "kubernetes" {
                    changed.pointer_mut(&at).unwrap().as_object_mut().unwrap().shift_remove("version");
                }
                judges.both_accept(&changed);
            }
            for word in vocabulary.planned.iter().chain(&["unknown", "DENY", ""]) {
                let mut changed = full.clone();
                *changed.pointer_mut(&place).unwrap() = json!(word);
                judges.both_refuse(&changed, &format!("{word} for {} in {}", key.name, table.what));
            }
        }
    }
}

#[test]
fn strings_and_amounts_agree() {
    let (judges, full) = (Judges::new(), full());
    for (place, good, bad) in [
        ("/version", json!([1]), json!([0, 2, "1", true])),
        (
            "/limits/time",
            json!(["500ms", "4s", "1m", "1h", "4 s", 4, 3600]),
            json!(["", "s", "4S", "4d", "1.5s", 0, 3601, 1e9]),
        ),
        ("/limits/file-size", json!(["8MiB", "500kB", 1024, "4096"]), json!(["8M", "8mib", "MiB", 0, 1023])),
        ("/limits/depth", json!([8, 1000]), json!([7, 1001, "512", "8B"])),
        (
            "/rules/0/rego",
            json!(["a", ".", "a/b.rego", "..a", "a../b"]),
            json!(["", "/a", "../a", "a/../b", "a/..", "a\\b"]),
        ),
        ("/rules/0/namespaces", json!(["main", "a.b_c"]), json!(["", "data.main", "a-b", "a..b", "1a", []])),
        ("/rules/0/match/kinds", json!(["A", ["A", "AWS::S3::Bucket"]]), json!(["a/B", "A*", "", [], ["A", "A"]])),
        (
            "/rules/0/match/paths",
            json!(["a", "**", "a/**/b", "{a,b}/c", "\\!a", ".a/b", "..."]),
            json!(["", "!a", "a/", "/a", "./a", "../a", ["a", "a"]]),
        ),
        (
            "/rules/0/match/refs",
            json!(["refs/heads/main", "**", "**/main", "refs/**"]),
            json!(["", "main", "heads/main", "*", "refs/", "refs/heads/"]),
        ),
        (
            "/policy/source/ref",
            json!(["refs/heads/main", "refs/heads/a/b-c.d"]),
            json!(["main", "refs/", "refs/heads/*", "refs/heads/a b", "refs/heads/a/"]),
        ),
        ("/rules/2/version", json!(["1.25", "1.37"]), json!(["1.24", "1.38", 1.3, "v1.30", "1.30.1", ""])),
        (
            "/repository/url",
            json!(["https://a.b/c", "git@a.b:c/d.git", "a.b/c/d"]),
            json!(["", "a", "/a/b", "a/", "a b/c"]),
        ),
        ("/rules/3/check", json!(["helm-chart", ["helm-chart"]]), json!([[], "helm", ["helm-chart", "helm-chart"]])),
        ("/immutability/fields/0/path", json!([".", ".a", ".a[0]", ".[0]"]), json!(["", "a", "$.a", "/a"])),
        (
            "/immutability/fields/0/transition",
            json!(["keep", {"only": "a"}, {"only": [".a", "b.c[*]"]}, {"states": {"a": "b", "b": []}}]),
            json!([{"only": []}, {"only": ["a", "a"]}, {"only": [" "]}, {"only": ["..a"]}, {"only": "a", "states": {"a": []}}, {"states": {}}, {"states": {"a": null}}, {"states": {"a": [1]}}, {"states": {" ": []}}, ["keep"]]),
        ),
        ("/immutability/fields/0/when", json!(["new.a", "old.a == 1"]), json!(["", 1, ["new.a"]])),
        ("/immutability/fields/0/match/group", json!(["x", "example.org"]), json!(["apps/v1", "*.org", ["apps"]])),
        ("/immutability/fields/0/match/name", json!(["a", "a-*", ["a", "b"]]), json!(["", "a/b", "!a", []])),
        (
            "/immutability/resources/0/match/labels",
            json!(["a", "a=b", "a.b/c-d==e", "a="]),
            json!(["", "=a", "a b", "!a", "a in (b)", "-a", "a/b/c", "a!=b", "a=b=c"]),
        ),
        ("/immutability/resources/0/forbid", json!(["delete", ["rename", "orphan"]]), json!([[], "update"])),
        ("/immutability/paths/0/allow", json!(["create", ["create"], []]), json!(["delete", ["create", "create"]])),
        ("/immutability/refs/0/forbid", json!(["delete", ["create", "update"]]), json!([[], ["delete", "delete"]])),
        ("/files/1/ignore", json!([true]), json!([false, "true", 1])),
    ] {
        let with = |value: &Value| {
            let mut changed = full.clone();
            *changed.pointer_mut(place).unwrap() = value.clone();
            changed
        };
        good.as_array().unwrap().iter().for_each(|value| judges.both_accept(&with(value)));
        bad.as_array()
            .unwrap()
            .iter()
            .for_each(|value| judges.both_refuse(&with(value), &format!("{value} at {place}")));
    }
}

#[test]
fn every_format_has_a_word() {
    let words: Vec<_> = Format::WORDS.iter().map(|(word, format, _)| (*word, *format)).collect();
    let formats: Vec<_> = Format::ALL.iter().map(|format| (format.name(), *format)).collect();
    assert_eq!(words, formats);
}

#[test]
fn every_table_is_listed() {
    fn below(table: &'static Table) -> Vec<&'static str> {
        let inner = table.keys.iter().flat_map(|key| match &key.shape {
            Shape::Table(table) | Shape::Tables(table) | Shape::WordOrTable { table, .. } => below(table),
            Shape::Version
            | Shape::True
            | Shape::One(_)
            | Shape::Many(_)
            | Shape::Word(_)
            | Shape::Words { .. }
            | Shape::Machine
            | Shape::Amount { .. } => Vec::new(),
        });
        std::iter::once(table.place).chain(inner).collect()
    }
    let listed: Vec<_> = TABLES.iter().map(|table| table.place).collect();
    assert_eq!(below(TABLES.first().unwrap()), listed);
}
