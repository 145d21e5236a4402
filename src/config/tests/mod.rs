//! The room as others see it: texts in, configurations or reports out.

mod agree;
mod fitting;
mod layers;
mod refuse;
mod report;

use super::{Config, ConfigErrors, JudgeConfig, Layer, RuleConfig, show};

/// A configuration with every key there is.
const FULL: &str = r#"version: 1
host: plain
policy:
  source: {ref: refs/heads/main, path: .pushgate}
repository: {url: ["https://git.example.com/team/gitops.git", "git@git.example.com:team/gitops"]}
files:
  - {match: ["clusters/**/*.yaml", "apps/*.yml"], format: yaml}
  - match: vendor/**
    ignore: true
rules:
  - rego: ./policies//kubernetes/
    namespaces: [main, kubernetes.*]
    input: change
    compat: conftest
    rego-version: v0
    match: {paths: ["clusters/**"], refs: refs/heads/main, kinds: [Deployment], formats: [yaml, json]}
    enforce: dry-run
    data: policies/data.yaml
  - rego: policies/other.rego
  - {schema: kubernetes, version: "1.30"}
  - {check: [kustomization, plaintext-secret], enforce: warn}
  - {pins: [commit, digest, tag, version], match: {kinds: Application}}
immutability:
  refs:
    - match: ["refs/heads/main", "refs/heads/release/**"]
      forbid: [delete, rewrite]
  paths:
    - match: "releases/**"
      refs: "**"
      allow: [create]
    - match: legal/**
      allow: []
  fields:
    - match: {kind: Database, group: example.org, namespace: "prod-*", name: [a, b], paths: "**/*.yaml", refs: ["refs/**"]}
      path: .spec.nodes[*]["disk.size"]
      transition: immutable
      when: new.spec.tier == "prod"
      help: make a new one
      enforce: warn
    - {match: {kind: Database}, path: .spec, transition: {only: [replicas, ".template[*].spec"]}}
    - {match: {kind: Database}, path: .state, transition: {states: {draft: [active], active: [retired, draft], retired: []}}}
    - catalogue: kubernetes
      version: "1.36"
      match: {paths: "clusters/**"}
  resources:
    - match: {kind: [PersistentVolumeClaim], group: "", namespace: db, name: "data-*", labels: [tier=prod, keep], paths: "clusters/**", refs: "refs/heads/**"}
      forbid: [delete, rename, orphan]
      help: ask the owners of the data
      enforce: warn
existing: deny
limits:
  time: 1500ms
  file-size: 1MB
  total-size: 1GiB
  documents: 10
  files: 20
  depth: 100
  aliases: 30
  nodes: 40000
  policy-instructions: 1000000
"#;

/// The policies that a rule names.
fn rego(rule: &RuleConfig) -> &str {
    match &rule.judge {
        JudgeConfig::Rego(rego) => &rego.path,
        JudgeConfig::Schema { .. } | JudgeConfig::Checks(_) | JudgeConfig::Pins(_) => "",
    }
}

/// Reads a text as the server's file.
fn server(text: &str) -> Result<Config, ConfigErrors> {
    Config::from_text("pushgate.yaml", text.as_bytes(), Layer::Server)
}

/// The problems of a text in a short form: `line:column message (help)`.
fn problems(text: &str, layer: Layer) -> Vec<String> {
    let errors = Config::from_text("pushgate.yaml", text.as_bytes(), layer).expect_err("a configuration that is wrong");
    let brief = |problem| {
        let (start, _) = errors.range(problem);
        let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{} {}{help}", start.line, start.column, problem.message)
    };
    errors.problems().iter().map(brief).collect()
}

#[test]
fn defaults_are_filled_in() {
    let config = server("version: 1\nrules: [{rego: policies}]\n").unwrap();
    insta::assert_snapshot!(show(&config), @"
    version: 1
    host: plain
    rules:
    - rego: policies
      input: document
      enforce: deny
    existing: report
    limits:
      time: 4s
      file-size: 64MiB
      total-size: 256MiB
      documents: 100000
      files: 1000000
      depth: 512
      aliases: 100000
      nodes: 5000000
      policy-instructions: 50000000
    ");
    assert!(!config.existing_written);
}

#[test]
fn everything_is_shown_as_it_counts() {
    insta::assert_snapshot!(show(&server(FULL).unwrap()), @r#"
    version: 1
    host: plain
    policy:
      source:
        ref: refs/heads/main
        path: .pushgate
    repository:
      url:
      - https://git.example.com/team/gitops.git
      - git@git.example.com:team/gitops
    files:
    - match:
      - clusters/**/*.yaml
      - apps/*.yml
      format: yaml
    - match:
      - vendor/**
      ignore: true
    rules:
    - rego: policies/kubernetes
      namespaces:
      - main
      - kubernetes.*
      input: change
      compat: conftest
      rego-version: v0
      data:
      - policies/data.yaml
      match:
        paths:
        - clusters/**
        refs:
        - refs/heads/main
        kinds:
        - Deployment
        formats:
        - yaml
        - json
      enforce: dry-run
    - rego: policies/other.rego
      input: document
      enforce: deny
    - schema:
      - kubernetes
      version: '1.30'
      enforce: deny
    - check:
      - kustomization
      - plaintext-secret
      enforce: warn
    - pins:
      - commit
      - digest
      - tag
      - version
      match:
        kinds:
        - Application
      enforce: deny
    immutability:
      refs:
      - match:
        - refs/heads/main
        - refs/heads/release/**
        forbid:
        - delete
        - rewrite
      paths:
      - match:
        - releases/**
        refs:
        - '**'
        allow:
        - create
      - match:
        - legal/**
        allow: []
      fields:
      - match:
          kind:
          - Database
          group: example.org
          namespace:
          - prod-*
          name:
          - a
          - b
          paths:
          - '**/*.yaml'
          refs:
          - refs/**
        path: .spec.nodes[*]["disk.size"]
        transition: immutable
        when: new.spec.tier == "prod"
        help: make a new one
        enforce: warn
      - match:
          kind:
          - Database
        path: .spec
        transition:
          only:
          - .replicas
          - .template[*].spec
      - match:
          kind:
          - Database
        path: .state
        transition:
          states:
            draft:
            - active
            active:
            - retired
            - draft
            retired: []
      - catalogue: kubernetes
        version: '1.36'
        match:
          paths:
          - clusters/**
      resources:
      - match:
          kind:
          - PersistentVolumeClaim
          group: ''
          namespace:
          - db
          name:
          - data-*
          labels:
          - tier=prod
          - keep
          paths:
          - clusters/**
          refs:
          - refs/heads/**
        forbid:
        - delete
        - rename
        - orphan
        help: ask the owners of the data
        enforce: warn
    existing: deny
    limits:
      time: 1500ms
      file-size: 1MB
      total-size: 1GiB
      documents: 10
      files: 20
      depth: 100
      aliases: 30
      nodes: 40000
      policy-instructions: 1000000
    "#);
}

#[test]
fn what_is_shown_is_the_same_configuration() {
    for text in [FULL, "version: 1\nimmutability: {refs: [{match: refs/tags/**, forbid: delete}]}"] {
        let shown = show(&server(text).unwrap());
        assert_eq!(show(&server(&shown).unwrap()), shown);
    }
    for word in
        ["on", "null", "1e3", "0x1f", "010", "~", "- a", "a: b", "é", "{}", "2027-01-31", "\u{202e}", "\u{e0001}"]
    {
        let text = serde_json::json!({ "version": 1, "rules": [{ "rego": word }] }).to_string();
        let shown = show(&server(&text).unwrap());
        assert!(!shown.contains('\u{202e}'), "{shown}");
        assert_eq!(rego(server(&shown).unwrap().rules.first().unwrap()), word, "{shown}");
    }
}

#[test]
fn a_rule_knows_where_it_is_written() {
    let config = server(FULL).unwrap();
    let second = config.rules.get(1).unwrap();
    assert_eq!(FULL.get(second.span.start as usize..).unwrap().lines().next(), Some("rego: policies/other.rego"));
    assert_eq!(second.layer, Layer::Server);
}
