//! What is not built, and the limits.

use std::collections::BTreeSet;

use super::{DEPLOYMENT, LIMITS, parsed, refused, try_build};
use crate::gitops::{
    kustomize::build::{Limits, build, build_noting},
    testing::Files,
};

#[test]
fn what_is_not_built_says_why_and_where() {
    let one = |kustomization: &str| refused(&[("kustomization.yaml", kustomization), ("web.yaml", DEPLOYMENT)]);
    let k = "kustomization.yaml";
    for (kustomization, message) in [
        ("resources: [nope.yaml]", "nope.yaml is not there"),
        ("resources: [../x]", "../x is outside of the repository"),
        (
            "resources: [https://example.org/x.yaml]",
            "https://example.org/x.yaml is on the web: what is remote is not built",
        ),
        (
            "resources: ['github.com/a/b?ref=v1']",
            "github.com/a/b?ref=v1 is in another repository: what is remote is not built",
        ),
        ("resources: [.]", ". contains the kustomization that it is named in"),
        ("resources: [web.yaml, web.yaml]", "Deployment web is there twice"),
        ("helmCharts: [{name: a, repo: b}]", "`helmCharts`: Helm charts are not built"),
        ("transformers: [t.yaml]", "`transformers`: plugins are not built"),
        ("foo: bar", "`foo` is not a field that kustomize knows"),
        (
            "configMapGenerator: [{name: a, behavior: merge}]",
            "the generated ConfigMap a has the behavior `merge`, and there is nothing to merge",
        ),
        ("configMapGenerator: [{name: a, literals: [a=b, a=c]}]", "`configMapGenerator` gives a the key `a` twice"),
        ("configMapGenerator: [{name: a, files: [no.txt]}]", "no.txt is not there"),
        (
            "{resources: [web.yaml], replicas: [{name: x, count: 1}]}",
            "`replicas` names x, and no object that has replicas is called so",
        ),
    ] {
        assert_eq!(one(kustomization), format!("{k}: {message}"), "{kustomization}");
    }
    assert_eq!(refused(&[("a.yaml", "")]), ".: there is no kustomization in the folder");
    let bad = [(k, "resources: [a.yaml]"), ("a.yaml", "a: [")];
    assert_eq!(refused(&bad), "a.yaml: it cannot be read as YAML");
    let bad = [
        (k, "resources: [a.yaml]"),
        ("a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {1: x}}"),
    ];
    assert_eq!(refused(&bad), "a.yaml: the key `1` is no string");
}

#[test]
fn cycles_and_towers_end() {
    let cycle = [
        ("kustomization.yaml", "resources: [a]"),
        ("a/kustomization.yaml", "resources: [../b]"),
        ("b/kustomization.yaml", "resources: [../a]"),
    ];
    assert_eq!(refused(&cycle), "b/kustomization.yaml: ../a contains the kustomization that it is named in");
    let mut tower: Vec<(String, String)> = (0..10_000)
        .map(|level| (format!("k{level}/kustomization.yaml"), format!("resources: [../k{}]", level + 1)))
        .collect();
    tower.push(("kustomization.yaml".to_owned(), "resources: [k0]".to_owned()));
    let tower: Vec<(&str, &str)> = tower.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(refused(&tower), "k19/kustomization.yaml: kustomizations are nested more than 20 deep");
}

#[test]
fn limits_stop_a_build() {
    let files = [("kustomization.yaml", "resources: [web.yaml]"), ("web.yaml", DEPLOYMENT)];
    let stopped = |limits: Limits| try_build(&files, "", &limits).unwrap_err().message;
    assert_eq!(stopped(Limits { objects: 1, ..LIMITS }), "the build has more than 1 objects");
    assert_eq!(stopped(Limits { nodes: 20, ..LIMITS }), "the build has more than 20 keys and values");
    assert_eq!(stopped(Limits { files: 1, ..LIMITS }), "the build reads more than 1 files");
    // Each level takes the one below twice: a build of 2^20 objects.
    let mut files: Vec<(String, String)> = Vec::new();
    for level in 0..18 {
        for side in ["a", "b"] {
            let text = format!("resources: [../{}a, ../{}b]\nnamePrefix: {side}", level + 1, level + 1);
            files.push((format!("{level}{side}/kustomization.yaml"), text));
        }
    }
    for side in ["a", "b"] {
        files.push((format!("18{side}/kustomization.yaml"), format!("configMapGenerator: [{{name: {side}}}]")));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let unbuilt = try_build(&files, "0a", &LIMITS).unwrap_err();
    assert_eq!(unbuilt.message, "the build has more than 1000 objects");
}

#[test]
fn an_unreadable_repository_is_no_answer() {
    let files = Files::new(&[("kustomization.yaml", "resources: [unreadable]")]);
    assert!(build(&files, &parsed, "", &LIMITS).is_err());
    let mut reads = BTreeSet::new();
    let files = Files::new(&[("kustomization.yaml", "resources: [none]")]);
    assert!(build_noting(&files, &parsed, "", &LIMITS, &mut reads).unwrap().is_err());
    assert!(reads.contains("none") && reads.contains("kustomization.yml"), "{reads:?}");
}

#[test]
fn variables_may_not_leave_an_object_without_a_name_nor_go_by_positions() {
    let vars = "vars: [{name: V, objref: {kind: ConfigMap, name: a, apiVersion: v1}, fieldref: {fieldpath: data.v}}]";
    let refused_with = |path: &str| {
        refused(&[
            ("kustomization.yaml", &format!("resources: [a.yaml]\nconfigurations: [conf.yaml]\n{vars}\n")),
            ("conf.yaml", &format!("varReference: [{{kind: Foo, path: {path}}}]")),
            (
                "a.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {v: ''}}\n---\n\
                 {apiVersion: x/v1, kind: Foo, metadata: {name: $(V)}, spec: [{a: b}]}",
            ),
        ])
    };
    assert_eq!(refused_with("metadata/name"), ".: an object of kind Foo has no name in the end");
    let message = refused_with("spec/0/a");
    assert_eq!(message, ".: `0` in the path of a field with variables is no name of a field");
}
