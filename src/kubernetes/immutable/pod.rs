//! Pods: nearly nothing may change.

use super::judge::{Judge, keys_of};
use crate::{
    config::FieldPath,
    document::{Node, Number, Value},
    immutability::{compare_except, words::last_key},
    kubernetes::normal,
};

/// Fields with a rule of their own, or none.
const FREE: [&str; 6] = [
    ".containers[*].image",
    ".initContainers[*].image",
    ".activeDeadlineSeconds",
    ".tolerations",
    ".schedulingGates",
    ".terminationGracePeriodSeconds",
];
/// Those of a Pod that waits for its scheduling gates.
const FREE_IF_GATED: [&str; 2] = [".nodeSelector", ".affinity.nodeAffinity"];

pub(super) fn judge(judge: &mut Judge<'_, '_>) {
    let is_gated = judge.about.version.minor() >= 27 && !items(judge.before(&["spec", "schedulingGates"])).is_empty();
    let gated = FREE_IF_GATED.iter().filter(|_| is_gated);
    let free: Vec<FieldPath> = FREE.iter().chain(gated).filter_map(|path| path.parse().ok()).collect();
    let (api_version, kind) = (judge.about.api_version, judge.about.kind);
    let sort = |route: &_| normal::sort(api_version, kind, route);
    let spec = judge.root.below(&["spec"]);
    let mut fixed = compare_except(spec, &free, &sort);
    for entry in fixed.by_entry() {
        let is_refilled = match last_key(entry.spot.shown()).as_str() {
            // It is another name of the account's.
            "serviceAccount" => true,
            "preemptionPolicy" | "priority" => entry.spot.before.is_none() || entry.spot.after.is_none(),
            _ => false,
        };
        if !is_refilled {
            judge.refuse(&entry);
        }
    }
    fixed.differences.clear();
    judge.refuse(&fixed);
    deadline(judge);
    tolerations(judge);
    gates(judge);
    grace(judge);
    if is_gated {
        node_selector(judge);
        node_affinity(judge);
    }
}

fn items(node: Option<&Node>) -> &[Node] {
    node.and_then(Node::as_sequence).unwrap_or_default()
}

fn int(node: Option<&Node>) -> Option<i64> {
    match node.map(|node| &node.value) {
        Some(Value::Number(Number::Int(number))) => Some(*number),
        Some(_) | None => None,
    }
}

fn deadline(judge: &mut Judge<'_, '_>) {
    let keys = ["spec", "activeDeadlineSeconds"];
    let is_fine = match (int(judge.before(&keys)), int(judge.after(&keys))) {
        (Some(old), Some(new)) => new <= old,
        (None, _) => judge.before(&keys).is_none(),
        (Some(_), None) => false,
    };
    if !is_fine {
        let comparison = judge.compare(judge.root.below(&keys));
        let message = format!("spec.activeDeadlineSeconds of {} may only get smaller", judge.about.subject);
        judge.refuse_as(&comparison, message, "restore it, or make a new Pod under another name");
    }
}

fn tolerations(judge: &mut Judge<'_, '_>) {
    let keys = ["spec", "tolerations"];
    let but_seconds = |node: &Node| {
        let mut node = node.clone();
        if let Value::Mapping(entries) = &mut node.value {
            entries.retain(|entry| entry.key != "tolerationSeconds");
        }
        node
    };
    let new: Vec<Node> = items(judge.after(&keys)).iter().map(but_seconds).collect();
    let is_kept = |old: &Node| new.iter().any(|new| new.same_value(&but_seconds(old)));
    if !items(judge.before(&keys)).iter().all(is_kept) {
        let comparison = judge.compare(judge.root.below(&keys));
        let message = format!("spec.tolerations of {} may be added to, and none may change or go", judge.about.subject);
        judge.refuse_as(&comparison, message, "restore them, or make a new Pod under another name");
    }
}

fn gates(judge: &mut Judge<'_, '_>) {
    let keys = ["spec", "schedulingGates"];
    let names = |node| items(node).iter().filter_map(|gate| gate.get("name")?.as_str()).collect::<Vec<_>>();
    let old = names(judge.before(&keys));
    if names(judge.after(&keys)).iter().any(|name| !old.contains(name)) {
        let comparison = judge.compare(judge.root.below(&keys));
        let message =
            format!("spec.schedulingGates of {} may be taken away, and none may be added", judge.about.subject);
        judge.refuse_as(&comparison, message, "restore them, or make a new Pod under another name");
    }
}

fn grace(judge: &mut Judge<'_, '_>) {
    let keys = ["spec", "terminationGracePeriodSeconds"];
    let is_mended = int(judge.before(&keys)).is_some_and(|old| old < 0) && int(judge.after(&keys)) == Some(1);
    if !is_mended {
        judge.immutable(&keys);
    }
}

fn node_selector(judge: &mut Judge<'_, '_>) {
    let spot = judge.root.below(&["spec", "nodeSelector"]);
    for key in keys_of(&spot) {
        if spot.before.is_some_and(|old| old.get(key).is_some()) {
            let comparison = judge.compare(spot.entry(key));
            judge.refuse(&comparison);
        }
    }
}

/// Terms stay as many as they are, and may only get stricter.
fn node_affinity(judge: &mut Judge<'_, '_>) {
    let keys =
        ["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];
    let (old, new) = (items(judge.before(&keys)), items(judge.after(&keys)));
    let gets_stricter = |old: &Node, new: &Node| {
        let is_empty =
            |term: &Node| ["matchExpressions", "matchFields"].iter().all(|field| items(term.get(field)).is_empty());
        // A term without requirements selects nothing, and keeps to that.
        (!is_empty(old) || is_empty(new))
            && ["matchExpressions", "matchFields"].iter().all(|field| {
                let (old, new) = (items(old.get(field)), items(new.get(field)));
                old.iter().all(|requirement| new.iter().any(|other| other.same_value(requirement)))
            })
    };
    let is_fine =
        old.is_empty() || (old.len() == new.len() && old.iter().zip(new).all(|(old, new)| gets_stricter(old, new)));
    if !is_fine {
        judge.immutable(&keys);
    }
}
