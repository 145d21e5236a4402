//! Who may decide what, and both together.

use super::{FULL, problems, server};
use crate::config::{Config, Existing, Layer, PolicySourceConfig, show};

const SOURCE: &str = "version: 1\npolicy: {source: {ref: refs/heads/main}}\n";

fn repository(text: &str) -> Config {
    Config::from_text(".pushgate/pushgate.yaml", text.as_bytes(), Layer::Repository).unwrap()
}

#[test]
fn a_repository_does_not_decide_for_the_server() {
    let found = problems(FULL, Layer::Repository);
    assert_eq!(
        found,
        [
            "2:1 `host` may only be set in the server's file (remove it here)",
            "3:1 `policy` may only be set in the server's file (remove it here)",
            "51:1 `limits` may only be set in the server's file (remove it here)",
        ]
    );
    assert!(Config::from_text("pushgate.yaml", FULL.as_bytes(), Layer::Client).is_ok());
}

#[test]
fn a_misspelt_key_of_the_server_is_no_way_around() {
    assert_eq!(
        problems("version: 1\nlimit: {time: 1h}\nrules: [{rego: a}]", Layer::Repository),
        ["2:1 unknown key `limit` (did you mean `limits`?)"]
    );
}

#[test]
fn the_source_of_policies_has_a_default_path() {
    let source = server(SOURCE).unwrap().policy_source;
    assert_eq!(source, PolicySourceConfig::Ref { name: "refs/heads/main".to_owned(), path: ".pushgate".to_owned() });
}

#[test]
fn lists_follow_those_of_the_server() {
    let server = server(FULL).unwrap();
    let added = repository("version: 1\nfiles: [{match: x, format: json}]\nrules: [{rego: mine}]\nexisting: ignore\n");
    let merged = Config::merge(server.clone(), added).unwrap();
    let rules: Vec<_> = merged.rules.iter().map(|rule| (super::rego(rule), rule.layer)).collect();
    assert_eq!(
        rules,
        [
            ("policies/kubernetes", Layer::Server),
            ("policies/other.rego", Layer::Server),
            ("", Layer::Server),
            ("", Layer::Server),
            ("", Layer::Server),
            ("mine", Layer::Repository)
        ]
    );
    assert_eq!(merged.files.len(), 3);
    assert_eq!((merged.existing, merged.limits), (Existing::Deny, server.limits));
    assert!(show(&merged).contains("rego: mine"));
}

#[test]
fn immutability_of_both_holds() {
    let added = repository(
        "version: 1\nimmutability:\n  refs: [{match: '**', forbid: create}]\n  paths: [{match: b, allow: []}]\n  \
         fields: [{match: {kind: A}, path: .b, transition: immutable}]\n",
    );
    let (server, added_rules) = (server(FULL).unwrap(), added.immutability.clone());
    let merged = Config::merge(server.clone(), added).unwrap().immutability;
    assert_eq!(merged.refs, [server.immutability.refs, added_rules.refs].concat());
    assert_eq!(merged.paths, [server.immutability.paths, added_rules.paths].concat());
    assert_eq!(merged.resources, server.immutability.resources);
    assert_eq!(merged.fields, [server.immutability.fields, added_rules.fields].concat());
}

#[test]
fn existing_is_for_the_repository_where_the_server_is_silent() {
    let merged = Config::merge(server(SOURCE).unwrap(), repository("version: 1\nrules: [{rego: a}]\nexisting: ignore"));
    assert_eq!(merged.unwrap().existing, Existing::Ignore);
    let silent = Config::merge(server(SOURCE).unwrap(), repository("version: 1\nrules: [{rego: a}]"));
    assert_eq!(silent.unwrap().existing, Existing::Report);
}

#[test]
fn both_together_have_to_refuse_something() {
    let errors = Config::merge(server(SOURCE).unwrap(), repository("version: 1\nexisting: deny\n")).unwrap_err();
    insta::assert_snapshot!(errors.render(false), @r"
    error: the server's and the repository's configuration together: 1 mistake

      × this configuration refuses nothing
      help: add an entry to `rules` or `immutability`
    ");
}
