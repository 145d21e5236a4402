//! Mistakes one by one.

use super::{Config, FULL, Layer, problems};
use crate::config::keys::TABLES;

/// Rules that make the rest of a file count.
const RULES: &str = "rules: [{rego: a}]";

fn only(text: &str) -> String {
    let found = problems(text, Layer::Server);
    assert_eq!(found.len(), 1, "{text}\n{found:#?}");
    found.into_iter().next().unwrap_or_default()
}

#[test]
fn what_is_not_built_is_refused() {
    let version = env!("CARGO_PKG_VERSION");
    let help = "(remove it; nothing would be enforced)";
    for (text, name) in [
        ("commits: {message: x}", "commits"),
        ("waivers: []", "waivers"),
        ("bypass: {allow: [x]}", "bypass"),
        ("record: {directory: x}", "record"),
        ("notify: []", "notify"),
        ("server: {listen: x}", "server"),
        ("limits: {memory: 1GiB}", "memory"),
        ("policy: {source: {repository: x}}", "repository"),
        ("policy: {source: {bundle: x}}", "bundle"),
    ] {
        let found = only(&format!("version: 1\n{RULES}\n{text}\n"));
        assert!(found.ends_with(&format!(" `{name}` is not supported by pushgate {version} {help}")), "{found}");
    }
    let found = only("version: 1\nrules: [{rego: a}, {gatekeeper: x}]\n");
    assert!(found.ends_with(&format!(" `gatekeeper` is not supported by pushgate {version} {help}")), "{found}");
}

#[test]
fn words_that_are_not_built_are_refused() {
    let version = env!("CARGO_PKG_VERSION");
    let mut texts: Vec<(String, &str)> = vec![
        ("immutability: {refs: [{match: '**', forbid: [delete, merge-commits]}]}".to_owned(), "merge-commits"),
        ("immutability: {refs: [{match: '**', forbid: unsigned}]}".to_owned(), "unsigned"),
        (format!("{RULES}\nfiles: [{{match: a, format: kubernetes}}]"), "kubernetes"),
    ];
    for word in ["gitlab", "gitea", "forgejo", "gitolite", "ghes", "bitbucket", "gerrit"] {
        texts.push((format!("{RULES}\nhost: {word}"), word));
    }
    for (text, word) in texts {
        let found = only(&format!("version: 1\n{text}\n"));
        let expected =
            format!(" `{word}` is not supported by pushgate {version} (nothing would be enforced; supported: ");
        assert!(found.contains(&expected), "{found}");
    }
}

#[test]
fn a_file_that_refuses_nothing() {
    for text in ["version: 1", "version: 1\nexisting: deny", "version: 1\nfiles: [{match: a, ignore: true}]"] {
        assert_eq!(only(text), "1:1 this configuration refuses nothing (add an entry to `rules` or `immutability`)");
    }
}

#[test]
fn single_mistakes() {
    let mut report = String::new();
    for text in [
        "rules: [{rego: a}]",
        "version: 2\nrules: [{rego: a}]",
        "version: 1\nrules: []",
        "version: 1\nrules:",
        "version: 1\nrules: [a]",
        "version: 1\nrules: [{}]",
        "version: 1\nimmutability: {}",
        "version: 1\nrules: [{match: {paths: a}}]",
        "version: 1\nrules: [{rego: a, gatekeeper: b}]",
        "version: 1\nrules: [{rego: /etc/passwd}]",
        "version: 1\nrules: [{rego: a, data: [b, ../c]}]",
        "version: 1\nrules: [{rego: a, match: {}}]",
        "version: 1\nrules: [{rego: a, match: {kinds: []}}]",
        "version: 1\nrules: [{rego: a, match: {kinds: [A, A]}}]",
        "version: 1\nrules: [{rego: a, match: {paths: ['!b']}}]",
        "version: 1\nrules: [{rego: a, match: {paths: /b}}]",
        "version: 1\nrules: [{rego: a, forbid: [delete]}]",
        "version: 1\nrules: [{rego: a, existing: deny}]",
        "version: 1\nrule: [{rego: a}]",
        "version: 1\nrules: [{rego: a}]\nfiles: [{match: a}]",
        "version: 1\nrules: [{rego: a}]\nfiles: [{match: a, ignore: true, format: yaml}]",
        "version: 1\nrules: [{rego: a, version: '1.30'}]",
        "version: 1\nrules: [{schema: kubernetes, namespaces: a}]",
        "version: 1\nrules: [{schema: kubernetes, version: 1.30}]",
        "version: 1\nrules: [{schema: [terraform, ansible], version: '1.30'}]",
        "version: 1\nrules: [{schema: kubernetes, version: '1.24'}]",
        "version: 1\nrules: [{schema: kubernetes, check: helm-chart}]",
        "version: 1\nrules: [{rego: a}]\nrepository: {url: gitops}",
        "version: 1\nrules: [{rego: a}]\nfiles: [{match: a, ignore: false}]",
        "version: 1\nrules: [{rego: a}]\nfiles: [{match: a, ignore: true}, {match: [b, a], format: yaml}]",
        "version: 1\nrules: [{rego: a}]\nfiles: [{match: '**', ignore: true}, {match: b, format: yaml}]",
        "version: 1\nrules: [{rego: a}]\nlimits: {file-size: 300MiB}",
        "version: 1\nrules: [{rego: a}]\nlimits: {aliases: 0}",
        "version: 1\nrules: [{rego: a}]\nlimits: {time: 1.5s}",
        "version: 1\nrules: [{rego: a}]\nlimits: {time: -1}",
        "version: 1\nrules: [{rego: a}]\nlimits: {time: 4000}",
        "version: 1\nrules: [{rego: a}]\nlimits: {documents: true}",
        "version: 1\nrules: [{rego: a}]\nlimits: {documents: 99999999999999999999999999}",
        "version: 1\nrules: [{rego: a}]\npolicy: {source: {path: a}}",
        "version: 1\nrules: [{rego: a}]\npolicy: {source: {ref: main}}",
        "version: 1\nrules: [{rego: a}]\npolicy: {source: {ref: refs/heads/*}}",
        "version: 1\nimmutability: {refs: [{match: main, forbid: delete}]}",
        "version: 1\nimmutability: {paths: [{match: a}]}",
        "version: 1\nimmutability: {paths: [{match: a, allow: [create, delete]}]}",
        "version: 1\nimmutability: {fields: [{match: {kinds: A}, path: .a, transition: immutable}]}",
        "version: 1\nimmutability: {fields: [{match: {kind: 1}, path: .a, transition: immutable}]}",
        "version: 1\nimmutability: {fields: [{match: {group: apps/v1}, path: .a, transition: immutable}]}",
        "version: 1\nrules: [{rego: a}]\n---\nversion: 1",
    ] {
        let found = problems(text, Layer::Server).join("\n    ");
        report.extend([text.replace('\n', " | "), format!("\n    {found}\n")]);
    }
    insta::assert_snapshot!(report, @r#"
    rules: [{rego: a}]
        1:1 `version` is missing (add `version`: Version of this file's format)
    version: 2 | rules: [{rego: a}]
        1:10 version 2 is not supported by pushgate 0.1.0 (write `version: 1`)
    version: 1 | rules: []
        2:8 `rules` is empty (list something, or remove it)
    version: 1 | rules:
        2:7 `rules` has no value (each entry starts with `- `)
    version: 1 | rules: [a]
        2:9 a rule should be a mapping, not a string (known in a rule: `rego`, `namespaces`, `input`, `compat`, `rego-version`, `data`, `schema`, `version`, `check`, `pins`, `match`, `enforce`)
    version: 1 | rules: [{}]
        2:9 a rule is empty (known in a rule: `rego`, `namespaces`, `input`, `compat`, `rego-version`, `data`, `schema`, `version`, `check`, `pins`, `match`, `enforce`)
    version: 1 | immutability: {}
        2:15 `immutability` is empty (known in `immutability`: `refs`, `paths`, `fields`, `resources`)
    version: 1 | rules: [{match: {paths: a}}]
        2:10 one of `rego`, `schema`, `check`, `pins` is missing (add `rego`: Policy file or directory, relative to the source of policies; or add `schema`: Structural validation by what the tools take that files are for; or add `check`: Checks that come with pushgate; or add `pins`: How Flux and Argo CD objects may say which revision of a source they take)
    version: 1 | rules: [{rego: a, gatekeeper: b}]
        2:19 `gatekeeper` is not supported by pushgate 0.1.0 (remove it; nothing would be enforced)
        2:19 `rego` and `gatekeeper` exclude each other (write an entry for each)
    version: 1 | rules: [{rego: /etc/passwd}]
        2:16 `/etc/passwd` is an absolute path (paths are relative to where the policies come from)
    version: 1 | rules: [{rego: a, data: [b, ../c]}]
        2:29 `../c` leaves the directory of the policies (put what is needed below that directory)
    version: 1 | rules: [{rego: a, match: {}}]
        2:26 `match` is empty (known in `match` of a rule: `paths`, `refs`, `kinds`, `formats`)
    version: 1 | rules: [{rego: a, match: {kinds: []}}]
        2:34 `kinds` is empty (list something, or remove it)
    version: 1 | rules: [{rego: a, match: {kinds: [A, A]}}]
        2:38 `A` stands twice in `kinds` (remove one of the two)
    version: 1 | rules: [{rego: a, match: {paths: ['!b']}}]
        2:35 patterns cannot be negated (list what shall match; `\!` is a literal `!`)
    version: 1 | rules: [{rego: a, match: {paths: /b}}]
        2:34 `/b` matches no path (paths start at the repository's root: write `b`)
    version: 1 | rules: [{rego: a, forbid: [delete]}]
        2:19 unknown key `forbid` (known in a rule: `rego`, `namespaces`, `input`, `compat`, `rego-version`, `data`, `schema`, `version`, `check`, `pins`, `match`, `enforce`)
    version: 1 | rules: [{rego: a, existing: deny}]
        2:19 unknown key `existing` (`existing` belongs at the top of the file; known in a rule: `rego`, `namespaces`, `input`, `compat`, `rego-version`, `data`, `schema`, `version`, `check`, `pins`, `match`, `enforce`)
    version: 1 | rule: [{rego: a}]
        2:1 unknown key `rule` (did you mean `rules`?)
    version: 1 | rules: [{rego: a}] | files: [{match: a}]
        3:10 one of `format`, `ignore` is missing (add `format`: Read them as this format; or add `ignore`: Leave them unread)
    version: 1 | rules: [{rego: a}] | files: [{match: a, ignore: true, format: yaml}]
        3:34 `ignore` and `format` exclude each other (write an entry for each)
    version: 1 | rules: [{rego: a, version: '1.30'}]
        2:19 `version` says nothing without `schema` (remove it)
    version: 1 | rules: [{schema: kubernetes, namespaces: a}]
        2:30 `namespaces` says nothing without `rego` (remove it)
    version: 1 | rules: [{schema: kubernetes, version: 1.30}]
        2:39 `version` should be a string, not a number (put it in quotes if this text is meant)
    version: 1 | rules: [{schema: [terraform, ansible], version: '1.30'}]
        2:40 `version` is that of Kubernetes, which is not named here (remove it)
    version: 1 | rules: [{schema: kubernetes, version: '1.24'}]
        2:39 no schemas for Kubernetes `1.24` (write one of "1.25" to "1.37")
    version: 1 | rules: [{schema: kubernetes, check: helm-chart}]
        2:30 `schema` and `check` exclude each other (write an entry for each)
    version: 1 | rules: [{rego: a}] | repository: {url: gitops}
        3:19 `gitops` is no URL of a repository (such as https://git.example.com/team/gitops)
    version: 1 | rules: [{rego: a}] | files: [{match: a, ignore: false}]
        3:28 `ignore: false` says nothing (remove it)
    version: 1 | rules: [{rego: a}] | files: [{match: a, ignore: true}, {match: [b, a], format: yaml}]
        3:47 `a` stands in an earlier entry of `files` (remove it, or move its entry up)
    version: 1 | rules: [{rego: a}] | files: [{match: '**', ignore: true}, {match: b, format: yaml}]
        3:46 `b` never counts: an earlier entry takes every file (remove it, or move its entry up)
    version: 1 | rules: [{rego: a}] | limits: {file-size: 300MiB}
        3:21 `file-size` is larger than `total-size` (a file of that size could never be read)
    version: 1 | rules: [{rego: a}] | limits: {aliases: 0}
        3:19 `aliases` cannot be zero (from 1 to 100000000)
    version: 1 | rules: [{rego: a}] | limits: {time: 1.5s}
        3:16 `1.5s` is not a whole number (such as `4s` or `500ms`)
    version: 1 | rules: [{rego: a}] | limits: {time: -1}
        3:16 `-1` is not a duration (such as `4s` or `500ms`)
    version: 1 | rules: [{rego: a}] | limits: {time: 4000}
        3:16 `time` of 4000s is out of bounds (from 10ms to 1h)
    version: 1 | rules: [{rego: a}] | limits: {documents: true}
        3:21 `documents` should be a number, not a boolean (a whole number such as `1000`)
    version: 1 | rules: [{rego: a}] | limits: {documents: 99999999999999999999999999}
        3:21 `99999999999999999999999999` is too large (a whole number such as `1000`)
    version: 1 | rules: [{rego: a}] | policy: {source: {path: a}}
        3:19 `ref` is missing (add `ref`: Full name of a protected ref; its tree before the push counts)
    version: 1 | rules: [{rego: a}] | policy: {source: {ref: main}}
        3:24 `main` is not a full ref name (write `refs/heads/main`)
    version: 1 | rules: [{rego: a}] | policy: {source: {ref: refs/heads/*}}
        3:24 `refs/heads/*` is not a ref name (exactly one ref, such as `refs/heads/main`)
    version: 1 | immutability: {refs: [{match: main, forbid: delete}]}
        2:31 `main` matches no ref (a ref is matched by its full name: write `refs/heads/main`)
    version: 1 | immutability: {paths: [{match: a}]}
        2:25 `allow` is missing (add `allow`: What is not refused: `[create]` to let files be added, `[]` to let nothing happen)
    version: 1 | immutability: {paths: [{match: a, allow: [create, delete]}]}
        2:51 unknown value `delete` for an item of `allow` (write `create`)
    version: 1 | immutability: {fields: [{match: {kinds: A}, path: .a, transition: immutable}]}
        2:34 unknown key `kinds` (did you mean `kind`?)
    version: 1 | immutability: {fields: [{match: {kind: 1}, path: .a, transition: immutable}]}
        2:40 `kind` should be a string, not a number (put it in quotes if this text is meant)
    version: 1 | immutability: {fields: [{match: {group: apps/v1}, path: .a, transition: immutable}]}
        2:41 `apps/v1` is not a group (write the group without its version: `apps`)
    version: 1 | rules: [{rego: a}] | --- | version: 1
        4:1 a second document (a configuration is one document: remove what follows `---`)
    "#);
}

#[test]
fn messages_are_of_one_style() {
    let mut texts: Vec<String> = FULL.lines().map(|line| FULL.replacen(line, &line.replace(": ", ": []"), 1)).collect();
    texts.extend(FULL.lines().map(|line| FULL.replacen(line, &line.replace(": ", "x: "), 1)));
    let wrong = texts.iter().filter_map(|text| Config::from_text("c", text.as_bytes(), Layer::Client).err());
    let mut count = 0;
    for problem in wrong.flat_map(|errors| errors.problems().to_vec()) {
        assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{problem:?}");
        assert!(problem.help.is_none_or(|help| !help.is_empty() && !help.ends_with('.')), "{}", problem.message);
        count += 1;
    }
    assert!(count > 40, "{count}");
}

#[test]
fn limits_document_their_defaults() {
    let shown = crate::config::show(&super::server("version: 1\nrules: [{rego: a}]").unwrap());
    let limits = TABLES.iter().find(|table| table.place == "limits").unwrap();
    for key in limits.keys {
        let default = key.says.split_once("(default: ").and_then(|(_, rest)| rest.strip_suffix(").")).unwrap();
        assert!(shown.contains(&format!("  {}: {default}\n", key.name)), "{} {default}\n{shown}", key.name);
    }
}
