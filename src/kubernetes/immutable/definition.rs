//! `CustomResourceDefinition`s: what objects are called and stored as may not change.

use super::judge::Judge;
use crate::{
    document::{Node, Value},
    immutability::Spot,
    text::quoted,
};

pub(super) fn judge(judge: &mut Judge<'_, '_>) {
    for keys in [&["spec", "group"][..], &["spec", "names", "plural"], &["spec", "names", "kind"]] {
        judge.immutable(keys);
    }
    scope(judge);
    stored(judge);
    preserved(judge);
}

/// The first version of the API took nothing for namespaces.
fn scope(judge: &mut Judge<'_, '_>) {
    let said = |node: Option<&Node>| node.and_then(Node::as_str).unwrap_or("Namespaced").to_owned();
    let keys = ["spec", "scope"];
    if said(judge.before(&keys)) != said(judge.after(&keys)) {
        judge.immutable(&keys);
    }
}

fn is_true(node: Option<&Node>) -> bool {
    node.is_some_and(|node| node.value == Value::Bool(true))
}

/// The names of the versions, and the one that objects are stored in.
fn versions(spec: &Node) -> (Vec<&str>, Option<&str>) {
    let listed = spec.get("versions").and_then(Node::as_sequence).unwrap_or_default();
    let name = |version: &'_ Node| version.get("name").and_then(Node::as_str).map(str::len);
    if listed.iter().all(|version| name(version).is_none()) {
        let only = spec.get("version").and_then(Node::as_str);
        return (only.into_iter().collect(), only);
    }
    let names = listed.iter().filter_map(|version| version.get("name")?.as_str());
    let stored = listed.iter().find(|version| is_true(version.get("storage")));
    (names.collect(), stored.and_then(|version| version.get("name")?.as_str()))
}

/// A version that objects were stored in has to stay, until all were stored anew.
fn stored(judge: &mut Judge<'_, '_>) {
    let spec = judge.root.below(&["spec"]);
    let (Some(old), Some(new)) = (spec.before, spec.after) else { return };
    let Some(stored) = versions(old).1 else { return };
    if versions(new).0.contains(&stored) {
        return;
    }
    let spot = Spot { ..spec.entry("versions") };
    let comparison = judge.compare(spot);
    let message =
        format!("version {} of {} may not be removed: objects are stored in it", quoted(stored), judge.about.subject);
    let help = "keep it with `served: false, storage: false` until all objects are stored in another version";
    judge.refuse_as(&comparison, message, help);
}

/// Keeping all unknown fields belongs to the first version of the API.
fn preserved(judge: &mut Judge<'_, '_>) {
    let keys = ["spec", "preserveUnknownFields"];
    if judge.about.api_version.ends_with("/v1") && is_true(judge.after(&keys)) && !is_true(judge.before(&keys)) {
        let comparison = judge.compare(judge.root.below(&keys));
        let message = format!("spec.preserveUnknownFields of {} may not become true", judge.about.subject);
        judge.refuse_as(&comparison, message, "set `x-kubernetes-preserve-unknown-fields: true` in the schema instead");
    }
}
