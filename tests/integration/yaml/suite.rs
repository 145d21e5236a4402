//! The YAML test suite, case by case: what we read otherwise than it asks for is in `yaml-test-suite.tsv`, with the
//! reason.
//!
//! The suite is not in this repository. To compare, and to see what a change would do to the list:
//!
//! ```sh
//! git clone -b data https://github.com/yaml/yaml-test-suite
//! YAML_TEST_SUITE=yaml-test-suite cargo test --test yaml suite -- --ignored
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Deserializer, Value};

use super::answers::{Answer, same, same_float};

/// Every case below a folder: its name (`ABCD`, or `ABCD/01` where an entry has several) and its folder.
fn cases(suite: &Path) -> BTreeMap<String, PathBuf> {
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect()
    };
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    let mut found = BTreeMap::new();
    // `name` and `tags` hold the same cases again, in other orders.
    for entry in
        folders(suite).into_iter().filter(|path| name(path).len() == 4 && name(path) != "tags" && name(path) != "name")
    {
        if entry.join("in.yaml").exists() {
            found.insert(name(&entry), entry.clone());
        }
        for part in folders(&entry).into_iter().filter(|path| path.join("in.yaml").exists()) {
            found.insert(format!("{}/{}", name(&entry), name(&part)), part);
        }
    }
    found
}

/// How we differ from what a case asks for: `same`, `refused`, `accepted` or `differs`.
fn verdict(case: &Path) -> &'static str {
    let text = fs::read_to_string(case.join("in.yaml")).expect("a text");
    let ours = Answer::of(&text);
    match (case.join("error").exists(), ours.refused()) {
        (true, Some(_)) => "same",
        (true, None) => "accepted",
        (false, Some(_)) => "refused",
        (false, None) => {
            // Not every case can be said in JSON.
            let Ok(json) = fs::read_to_string(case.join("in.json")) else { return "same" };
            let values =
                Deserializer::from_str(&json).into_iter::<Value>().collect::<Result<Vec<_>, _>>().expect("JSON");
            if ours.says(&values, |a, b| same(a, b, &same_float)) { "same" } else { "differs" }
        }
    }
}

/// How many cases are read as the suite asks for, and those that are not: name and verdict.
fn listed() -> (usize, BTreeMap<String, String>) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/yaml/yaml-test-suite.tsv");
    let list = fs::read_to_string(path).expect("the list");
    let mut rows = list.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
    let same = rows.next().expect("a count");
    assert_eq!(same[0], "same");
    let row = |row: Vec<&str>| {
        assert!(row.len() == 3 && !row[2].is_empty(), "a case has a name, a verdict and a reason: {row:?}");
        (row[0].to_owned(), row[1].to_owned())
    };
    (same[1].parse().expect("a number"), rows.map(row).collect())
}

#[test]
#[ignore = "needs the suite"]
fn the_suite_is_read_as_the_list_says() {
    let suite = PathBuf::from(env::var_os("YAML_TEST_SUITE").expect("YAML_TEST_SUITE: the suite's `data` branch"));
    let cases = cases(&suite);
    let others: BTreeMap<String, String> = cases
        .iter()
        .map(|(name, case)| (name.clone(), verdict(case).to_owned()))
        .filter(|(_, verdict)| verdict != "same")
        .collect();
    let (same, listed) = listed();
    assert_eq!(others, listed);
    assert_eq!(cases.len() - others.len(), same);
}

#[test]
fn the_list_is_whole() {
    let (same, listed) = listed();
    assert_eq!(same + listed.len(), 402);
    assert!(listed.values().all(|verdict| ["refused", "accepted", "differs"].contains(&verdict.as_str())));
}
