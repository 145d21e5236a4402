//! The project itself: that its map is true, and that its rules for itself are kept.

use std::{fs, path::Path};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn sources(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(ROOT).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path.strip_prefix(ROOT).expect("below").to_str().expect("text").to_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_path_in_the_map_exists() {
    for document in ["docs/architecture.md", "docs/configuration.md", "README.md", "CONTRIBUTING.md"] {
        for word in read(document).split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "policies/", "examples/", "docs/", "benches/", "hooks/", ".ci/"]
                .iter()
                .any(|folder| word.starts_with(folder));
            if is_path && !word.contains(['*', ' ', '<']) {
                assert!(Path::new(ROOT).join(word).exists(), "{document} names {word}, which does not exist");
            }
        }
    }
}

#[test]
fn no_test_file_is_forgotten() {
    let registered = read("tests/integration/main.rs") + &read("tests/integration/yaml/mod.rs");
    for file in sources("tests/integration") {
        let stem = Path::new(&file).file_stem().expect("a name").to_str().expect("text").to_owned();
        let listed = registered.contains(&format!("mod {stem};"));
        assert!(listed || ["main", "mod"].contains(&stem.as_str()), "{file} is not registered");
    }
}

#[test]
fn every_rule_family_is_in_the_list() {
    let list = read("src/rule/mod.rs");
    for family in
        ["refs", "paths", "fields", "rego", "schema", "iac", "kustomize", "helm", "references", "pins", "secrets"]
    {
        assert!(Path::new(ROOT).join(format!("src/rule/{family}.rs")).exists());
        assert!(list.contains(&format!("{family}::")), "{family} is not built");
    }
    let known = [
        "breach",
        "builtin",
        "fields",
        "gone",
        "resources",
        "catalogue",
        "file",
        "gone",
        "helm",
        "iac",
        "kustomize",
        "kustomized",
        "mod",
        "orphans",
        "pair",
        "paths",
        "pins",
        "push",
        "references",
        "refs",
        "rego",
        "resources",
        "schema",
        "secrets",
        "select",
        "together",
    ];
    for file in sources("src/rule") {
        // A family is a file or a folder.
        let below = file.strip_prefix("src/rule/").expect("in that room");
        let stem = below.split('/').next().unwrap_or(below).trim_end_matches(".rs");
        assert!(known.contains(&stem), "{file}: add it to `Rules::build` and to this list");
    }
}

/// Invariant: only the room that owns something touches it.
#[test]
fn rooms_keep_to_themselves() {
    for file in sources("src") {
        let text = read(&file);
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let in_room = |rooms: &[&str]| rooms.iter().any(|room| file.starts_with(room));
        for (word, rooms) in [
            ("gix::", &["src/git/"][..]),
            ("regorus", &["src/policy/", "src/rule/rego.rs"]),
            ("std::env::", &["src/cli/", "src/main.rs"]),
            ("std::io::stdin", &["src/cli/"]),
            ("std::io::stdout", &["src/cli/"]),
            ("process::exit", &["src/cli/", "src/main.rs"]),
            ("Accept(())", &["src/verdict/mod.rs"]),
        ] {
            assert!(in_room(rooms) || !code.contains(word), "{file} uses {word}");
        }
        if in_room(&["src/rule/", "src/verdict/", "src/report/"]) {
            assert!(
                !code.contains("HashMap") && !code.contains("HashSet"),
                "{file}: what is iterated must have an order"
            );
        }
    }
}

#[test]
fn files_stay_small() {
    for file in sources("src") {
        let lines = read(&file).lines().count();
        assert!(lines <= 620, "{file} has {lines} lines: cut it");
    }
}
