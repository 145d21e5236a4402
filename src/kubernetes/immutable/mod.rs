//! Which fields of Kubernetes' own kinds may not change, version by version, as the API server judges an update.
//!
//! This room knows the rules. It must not know files, pushes or how findings are shown, and asks nothing of a
//! repository: what only a cluster could say is told as a warning.

mod advice;
mod claim;
mod custom;
mod definition;
mod job;
mod judge;
mod known;
mod pod;
mod service;
mod table;
#[cfg(test)]
mod tests;
mod volume;

use self::{
    judge::Judge,
    table::{Effect, FieldRule, RULES},
};
use super::{Version, crd::Transitions};
use crate::{
    document::{Entry, Node, Value},
    immutability::{Breach, Spot, words::dotted},
};

pub use advice::loses_data;

/// Id of changes that the API server refuses.
pub const IMMUTABLE: &str = "immutable-field";
/// Id of changes that it does not take over.
pub const IGNORED: &str = "ignored-field";
/// Id of changes that cannot be judged here.
pub const UNDECIDABLE: &str = "undecidable";

/// What is judged.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// Version of the cluster.
    pub version: Version,
    /// API group, in today's place: a Deployment of `extensions` is one of `apps`.
    pub group: &'a str,
    /// `apiVersion` of the new side.
    pub api_version: &'a str,
    /// Kind.
    pub kind: &'a str,
    /// What it is called in messages, as `Deployment shop/cart`.
    pub subject: String,
    /// Both sides as they are written.
    pub written: (&'a Node, &'a Node),
}

/// The group that a kind is in today.
#[must_use]
pub fn group_today<'a>(group: &'a str, kind: &str) -> &'a str {
    match (group, kind) {
        ("extensions", "Deployment" | "DaemonSet" | "ReplicaSet") => "apps",
        ("extensions", "Ingress" | "NetworkPolicy" | "IngressClass") => "networking.k8s.io",
        ("extensions", "Job") => "batch",
        (group, _) => group,
    }
}

/// Kinds that are decided in code, with the fields whose change asks for it.
const CODED: &[(&str, &str, &[&str])] = &[
    ("", "ConfigMap", &["data", "binaryData", "immutable"]),
    ("", "PersistentVolume", &["spec"]),
    ("", "PersistentVolumeClaim", &["spec", "metadata"]),
    ("", "Pod", &["spec"]),
    ("", "Secret", &["data", "stringData", "immutable", "type"]),
    ("", "Service", &["spec"]),
    ("apiextensions.k8s.io", "CustomResourceDefinition", &["spec"]),
    ("apps", "StatefulSet", &["spec"]),
    ("batch", "Job", &["spec"]),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", &["spec"]),
    ("networking.k8s.io", "ServiceCIDR", &["spec"]),
    ("storage.k8s.io", "CSINode", &["spec"]),
];

/// Fields that the API server fills in itself, whatever a manifest says.
const FILLED_IN: &[&[&str]] = &[
    &["metadata", "creationTimestamp"],
    &["metadata", "deletionTimestamp"],
    &["metadata", "generation"],
    &["metadata", "resourceVersion"],
    &["metadata", "selfLink"],
    &["metadata", "uid"],
    &["status"],
];

fn holds(rule: &FieldRule, group: &str, kind: &str, version: Version) -> bool {
    let minor = version.minor();
    rule.group == group && rule.kind == kind && rule.minors.0 <= minor && minor <= rule.minors.1
}

/// Whether any field differs, as it is written, that a rule is about. It costs little, and nearly always says no.
#[must_use]
pub fn concerns(about: &About<'_>, old: &Node, new: &Node) -> bool {
    let root = Spot::root(Some(old), Some(new));
    let differs = |keys: &[&str]| {
        let spot = root.below(keys);
        match (spot.before, spot.after) {
            (Some(old), Some(new)) => !old.same_value(new),
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        }
    };
    let coded = CODED.iter().find(|(group, kind, _)| *group == about.group && *kind == about.kind);
    let by_table = |rule: &FieldRule| {
        let path = match rule.path {
            // Without a selector the labels of the template were one.
            ["spec", "selector"] if root.below(rule.path).before.is_none() || root.below(rule.path).after.is_none() => {
                &["spec"]
            }
            path => path,
        };
        holds(rule, about.group, about.kind, about.version) && differs(path)
    };
    coded.is_some_and(|(_, _, keys)| keys.iter().any(|key| differs(&[key])))
        || RULES.iter().any(by_table)
        || FILLED_IN.iter().any(|keys| differs(keys))
}

/// Everything that is to be said of a change; both sides as the API server stores them.
#[must_use]
pub fn breaches<'a>(about: &About<'_>, old: &'a Node, new: &'a Node) -> Vec<Breach<'a>> {
    let mut judge = Judge { about, root: Spot::root(Some(old), Some(new)), said: Vec::new() };
    for rule in RULES.iter().filter(|rule| holds(rule, about.group, about.kind, about.version)) {
        match rule.effect {
            Effect::Refused => judge.immutable(rule.path),
            Effect::RefusedBut(free) => judge.only(rule.path, free),
            Effect::RefusedOnceSet => once_set(&mut judge, rule.path),
            Effect::Ignored => judge.ignored(rule.path),
        }
    }
    match (about.group, about.kind) {
        ("", "ConfigMap") => frozen(&mut judge, &["data", "binaryData"]),
        ("", "PersistentVolume") => volume::judge(&mut judge),
        ("", "PersistentVolumeClaim") => claim::judge(&mut judge),
        ("", "Pod") => pod::judge(&mut judge),
        ("", "Secret") => frozen(&mut judge, &["data"]),
        ("", "Service") => service::judge(&mut judge),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition::judge(&mut judge),
        ("apps", "StatefulSet") => left_over(&mut judge),
        ("batch", "Job") => job::judge(&mut judge),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration") => {
            if judge.after(&["metadata", "name"]).and_then(Node::as_str) == Some("exempt") {
                judge.only(&["spec"], &["exempt"]);
            }
        }
        ("networking.k8s.io", "ServiceCIDR") => service_cidr(&mut judge),
        ("storage.k8s.io", "CSINode") => csi_node(&mut judge),
        (_, _) => {}
    }
    for keys in FILLED_IN {
        filled_in(&mut judge, keys);
    }
    judge.said
}

/// Kinds of custom resources whose definitions say nothing of changes: nobody has to look for them.
const SILENT: &[(&str, &[&str])] = &[
    ("argoproj.io", &["Application", "ApplicationSet", "AppProject"]),
    ("cert-manager.io", &["Certificate", "ClusterIssuer", "Issuer"]),
    ("helm.toolkit.fluxcd.io", &[]),
    ("image.toolkit.fluxcd.io", &[]),
    ("kustomize.toolkit.fluxcd.io", &[]),
    ("monitoring.coreos.com", &[]),
    ("networking.istio.io", &[]),
    ("notification.toolkit.fluxcd.io", &[]),
    ("source.toolkit.fluxcd.io", &[]),
];

/// Whether the definition of a custom resource may say something of a change.
#[must_use]
pub fn concerns_definition(about: &About<'_>, old: &Node, new: &Node) -> bool {
    let is_silent =
        SILENT.iter().any(|(group, kinds)| *group == about.group && (kinds.is_empty() || kinds.contains(&about.kind)));
    // Kinds of Kubernetes' own have no definition, and what has no group of its own is none.
    if is_silent || !about.group.contains('.') || is_own(about.group) {
        return false;
    }
    let differs = |entry: &Entry, other: &Node| {
        !matches!(entry.key.as_str(), "apiVersion" | "kind" | "metadata" | "status")
            && other.get(&entry.key).is_none_or(|value| !value.same_value(&entry.value))
    };
    old.entries().iter().any(|entry| differs(entry, new)) || new.entries().iter().any(|entry| differs(entry, old))
}

/// Whether a group is of Kubernetes' own.
fn is_own(group: &str) -> bool {
    RULES.iter().any(|rule| rule.group == group)
        || matches!(
            group,
            "admissionregistration.k8s.io"
                | "apiextensions.k8s.io"
                | "authentication.k8s.io"
                | "authorization.k8s.io"
                | "events.k8s.io"
                | "flowcontrol.apiserver.k8s.io"
                | "internal.apiserver.k8s.io"
        )
}

/// What is to be said of a change by one definition of a custom resource, both sides with their defaults; `None` where
/// the repository has no definition.
#[must_use]
pub fn custom_breaches<'a>(
    about: &About<'_>,
    transitions: Option<&Transitions>,
    old: &'a Node,
    new: &'a Node,
) -> Vec<Breach<'a>> {
    let mut judge = Judge { about, root: Spot::root(Some(old), Some(new)), said: Vec::new() };
    if let Some(transitions) = transitions {
        custom::judge(&mut judge, transitions);
    }
    known::judge(&mut judge, transitions.is_some());
    judge.said
}

/// A field that the API server fills in itself; it is told only where its value changes.
fn filled_in(judge: &mut Judge<'_, '_>, keys: &[&str]) {
    let spot = judge.root.below(keys);
    // Tools that write definitions leave an empty one in them.
    if judge.about.kind == "CustomResourceDefinition" && keys == ["status"] {
        return;
    }
    // Taking it out is what should be done about it.
    if spot.after.is_some_and(|after| after.value != Value::Null) {
        judge.ignored(keys);
    }
}

/// Once it has a value it keeps it.
fn once_set(judge: &mut Judge<'_, '_>, keys: &[&str]) {
    let comparison = judge.compare(judge.root.below(keys));
    let says_something = |node: &Node| match &node.value {
        Value::String(text) => !text.is_empty(),
        Value::Sequence(items) => items.iter().any(|item| item.as_str() != Some("")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Mapping(_) => true,
    };
    if comparison.spot.before.is_some_and(says_something) {
        // A node's ranges stand in two fields, of which each is filled in from the other.
        let (old, new) = judge.texts(&["spec", "podCIDR"]);
        let is_refilled = judge.about.kind == "Node"
            && (comparison.spot.after.is_none() || (keys == ["spec", "podCIDRs"] && old.is_some() && old == new));
        if is_refilled {
            return;
        }
        judge.refuse(&comparison);
        return;
    }
    let message = format!(
        "{} of {} may be set already in the cluster, and is immutable then",
        dotted(comparison.spot.shown()),
        judge.about.subject
    );
    judge.warn(UNDECIDABLE, &comparison, message, "see that it is what the cluster has, or leave it out");
}

/// Details of rolling updates that were filled in stay, where nothing takes them away, and are wrong beside `OnDelete`.
fn left_over(judge: &mut Judge<'_, '_>) {
    let (_, new) = judge.texts(&["spec", "updateStrategy", "type"]);
    let spot = judge.root.below(&["spec", "updateStrategy"]);
    let details = spot.entry("rollingUpdate");
    if new == Some("OnDelete") && details.before.is_some() && details.after.is_some() {
        let comparison = judge.compare(spot);
        let message = format!(
            "spec.updateStrategy of {} cannot become OnDelete so: rollingUpdate, which the API server has filled in, stays",
            judge.about.subject
        );
        judge.refuse_as(&comparison, message, "write `rollingUpdate: null` beside `type: OnDelete`");
    }
}

/// A `ConfigMap` or `Secret` with `immutable: true`.
fn frozen(judge: &mut Judge<'_, '_>, fields: &[&str]) {
    if judge.before(&["immutable"]).is_none_or(|node| node.value != Value::Bool(true)) {
        return;
    }
    for field in fields.iter().chain(&["immutable"]) {
        judge.immutable(&[field]);
    }
}

/// A range of the other family may be added to one.
fn service_cidr(judge: &mut Judge<'_, '_>) {
    let keys = ["spec", "cidrs"];
    let items = |node: Option<&Node>| node.and_then(Node::as_sequence).map(<[Node]>::to_vec).unwrap_or_default();
    let may_grow = judge.about.version.minor() >= 33;
    let is_growth = match (items(judge.before(&keys)).as_slice(), items(judge.after(&keys)).as_slice()) {
        ([old], [first, _]) => old.same_value(first),
        (_, _) => false,
    };
    if !(may_grow && is_growth) {
        judge.immutable(&keys);
    }
}

/// A driver of a node keeps all but what can be allocated.
fn csi_node(judge: &mut Judge<'_, '_>) {
    let spot = judge.root.below(&["spec", "drivers"]);
    let items = |node: Option<&Node>| node.and_then(Node::as_sequence).map(<[Node]>::len).unwrap_or_default();
    for old in 0..items(spot.before) {
        for new in 0..items(spot.after) {
            let driver = spot.item(Some(old), Some(new));
            let name = driver.entry("name");
            if name.before.and_then(Node::as_str) != name.after.and_then(Node::as_str) {
                continue;
            }
            for key in judge::keys_of(&driver) {
                if key != "allocatable" || judge.about.version.minor() < 35 {
                    let comparison = judge.compare(driver.entry(key));
                    judge.refuse(&comparison);
                }
            }
        }
    }
}
