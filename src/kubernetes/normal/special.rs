//! Defaults of types that depend on other fields of the same value.

use super::walk::add;
use crate::{
    document::{Entry, Node, Number, Span, Value},
    immutability::is_substituted,
};

/// Fills in what a type depends on itself for. What is `null` or says nothing is gone already.
pub(super) type Special = fn(&mut Vec<Entry>, Span);

/// Types by name, below `io.k8s.api.`.
pub(super) const SPECIAL: &[(&str, Special)] = &[
    ("apps.v1.DaemonSetSpec", daemon_set),
    ("apps.v1.DeploymentStrategy", deployment_strategy),
    ("apps.v1.DeploymentSpec", deployment),
    ("apps.v1.StatefulSetSpec", stateful_set),
    ("apps.v1.StatefulSetUpdateStrategy", stateful_set_strategy),
    ("batch.v1.JobSpec", job),
    ("core.v1.Container", container),
    ("core.v1.EphemeralContainer", container),
    ("core.v1.PodSpec", pod),
    ("core.v1.ServicePort", service_port),
    ("core.v1.ServiceSpec", service),
    ("core.v1.Volume", volume),
    ("networking.v1.NetworkPolicySpec", network_policy),
    ("rbac.v1.Subject", subject),
    ("resource.v1.DeviceSubRequest", device_request),
    ("resource.v1.ExactDeviceRequest", device_request),
];

fn get<'e>(entries: &'e [Entry], key: &str) -> Option<&'e Node> {
    entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
}

fn get_mut<'e>(entries: &'e mut [Entry], key: &str) -> Option<&'e mut Node> {
    entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
}

/// The entries of a mapping that is there, or is made.
fn inner<'e>(entries: &'e mut Vec<Entry>, key: &str, span: Span) -> Option<&'e mut Vec<Entry>> {
    add(entries, key, span, || Value::Mapping(Vec::new()));
    match &mut get_mut(entries, key)?.value {
        Value::Mapping(inner) => Some(inner),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => None,
    }
}

fn is(entries: &[Entry], key: &str, text: &str) -> bool {
    get(entries, key).and_then(Node::as_str) == Some(text)
}

fn text(text: &str) -> impl FnOnce() -> Value {
    || Value::String(text.to_owned())
}

fn number(number: i64) -> impl FnOnce() -> Value {
    move || Value::Number(Number::Int(number))
}

fn daemon_set(entries: &mut Vec<Entry>, span: Span) {
    let Some(strategy) = inner(entries, "updateStrategy", span) else { return };
    add(strategy, "type", span, text("RollingUpdate"));
    if is(strategy, "type", "RollingUpdate")
        && let Some(update) = inner(strategy, "rollingUpdate", span)
    {
        add(update, "maxUnavailable", span, number(1));
        add(update, "maxSurge", span, number(0));
    }
}

fn deployment(entries: &mut Vec<Entry>, span: Span) {
    inner(entries, "strategy", span);
}

fn deployment_strategy(entries: &mut Vec<Entry>, span: Span) {
    add(entries, "type", span, text("RollingUpdate"));
    if is(entries, "type", "RollingUpdate")
        && let Some(update) = inner(entries, "rollingUpdate", span)
    {
        add(update, "maxUnavailable", span, text("25%"));
        add(update, "maxSurge", span, text("25%"));
    }
}

fn stateful_set(entries: &mut Vec<Entry>, span: Span) {
    inner(entries, "updateStrategy", span);
    inner(entries, "persistentVolumeClaimRetentionPolicy", span);
    let Some(Node { value: Value::Sequence(claims), .. }) = get_mut(entries, "volumeClaimTemplates") else { return };
    for claim in claims {
        if let Value::Mapping(claim) = &mut claim.value {
            // Which kind it is goes without saying.
            claim.retain(|entry| !matches!(entry.key.as_str(), "apiVersion" | "kind"));
            inner(claim, "spec", span);
            if let Some(status) = inner(claim, "status", span) {
                add(status, "phase", span, text("Pending"));
            }
        }
    }
}

fn stateful_set_strategy(entries: &mut Vec<Entry>, span: Span) {
    if get(entries, "type").is_none() {
        add(entries, "type", span, text("RollingUpdate"));
        inner(entries, "rollingUpdate", span);
    }
    if is(entries, "type", "RollingUpdate")
        && get(entries, "rollingUpdate").is_some()
        && let Some(update) = inner(entries, "rollingUpdate", span)
    {
        add(update, "partition", span, number(0));
    }
}

fn job(entries: &mut Vec<Entry>, span: Span) {
    if get(entries, "parallelism").is_none() {
        add(entries, "completions", span, number(1));
    }
    add(entries, "parallelism", span, number(1));
    let limit = if get(entries, "backoffLimitPerIndex").is_some() { i64::from(i32::MAX) } else { 6 };
    add(entries, "backoffLimit", span, number(limit));
    let has_policy = get(entries, "podFailurePolicy").is_some();
    add(entries, "podReplacementPolicy", span, text(if has_policy { "Failed" } else { "TerminatingOrFailed" }));
}

fn container(entries: &mut Vec<Entry>, span: Span) {
    let policy = get(entries, "image").and_then(Node::as_str).map_or(Some("IfNotPresent"), pull_policy);
    if let Some(policy) = policy {
        add(entries, "imagePullPolicy", span, text(policy));
    }
}

/// How an image is pulled where nothing says it; `None` where the tag is not known here.
fn pull_policy(image: &str) -> Option<&'static str> {
    if is_substituted(image) {
        return None;
    }
    let name = image.rsplit_once('/').map_or(image, |(_, name)| name);
    let (name, is_digested) = match name.split_once('@') {
        Some((name, _)) => (name, true),
        None => (name, image.contains('@')),
    };
    match name.split_once(':') {
        Some((_, "latest")) => Some("Always"),
        Some(_) => Some("IfNotPresent"),
        None if is_digested || image.is_empty() => Some("IfNotPresent"),
        None => Some("Always"),
    }
}

/// The field has an old name, too. What stands under the new one counts.
fn pod(entries: &mut Vec<Entry>, span: Span) {
    // The server drops it, as long as the feature is an alpha one.
    entries.retain(|entry| entry.key != "schedulingGroup");
    let find = |key: &str| get(entries, key).map(|node| node.value.clone());
    if let Some(name) = find("serviceAccountName").or_else(|| find("serviceAccount")) {
        add(entries, "serviceAccountName", span, || name.clone());
        add(entries, "serviceAccount", span, || name.clone());
        if let Some(alias) = get_mut(entries, "serviceAccount") {
            alias.value = name;
        }
    }
}

fn service_port(entries: &mut Vec<Entry>, span: Span) {
    if let Some(port) = get(entries, "port").map(|port| port.value.clone()) {
        add(entries, "targetPort", span, || port);
    }
}

fn service(entries: &mut Vec<Entry>, span: Span) {
    add(entries, "type", span, text("ClusterIP"));
    let kind = get(entries, "type").and_then(Node::as_str).unwrap_or_default().to_owned();
    if kind != "ExternalName" {
        add(entries, "internalTrafficPolicy", span, text("Cluster"));
    }
    let is_balanced = kind == "LoadBalancer";
    let is_reachable = is_balanced || kind == "NodePort" || get(entries, "externalIPs").is_some();
    if is_reachable {
        add(entries, "externalTrafficPolicy", span, text("Cluster"));
    }
    if is_balanced {
        add(entries, "allocateLoadBalancerNodePorts", span, || Value::Bool(true));
    }
}

fn volume(entries: &mut Vec<Entry>, span: Span) {
    if !entries.iter().any(|entry| entry.key != "name") {
        add(entries, "emptyDir", span, || Value::Mapping(Vec::new()));
    }
    if let Some(Node { value: Value::Mapping(image), .. }) = get_mut(entries, "image")
        && let Some(policy) = get(image, "reference").and_then(Node::as_str).map_or(Some("IfNotPresent"), pull_policy)
    {
        add(image, "pullPolicy", span, text(policy));
    }
}

fn network_policy(entries: &mut Vec<Entry>, span: Span) {
    let has_egress = get(entries, "egress").is_some();
    let kinds = ["Ingress", "Egress"].into_iter().take(if has_egress { 2 } else { 1 });
    let kinds = kinds.map(|kind| Node { value: Value::String(kind.to_owned()), span }).collect();
    add(entries, "policyTypes", span, || Value::Sequence(kinds));
}

fn subject(entries: &mut Vec<Entry>, span: Span) {
    if is(entries, "kind", "User") || is(entries, "kind", "Group") {
        add(entries, "apiGroup", span, text("rbac.authorization.k8s.io"));
    }
}

fn device_request(entries: &mut Vec<Entry>, span: Span) {
    if get(entries, "allocationMode").is_none() || is(entries, "allocationMode", "ExactCount") {
        add(entries, "count", span, number(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_says_how_it_is_pulled() {
        for (image, policy) in [
            ("a", Some("Always")),
            ("a:latest", Some("Always")),
            ("a:1", Some("IfNotPresent")),
            ("host:5000/a", Some("Always")),
            ("host:5000/a:1", Some("IfNotPresent")),
            ("a@sha256:00", Some("IfNotPresent")),
            ("a:latest@sha256:00", Some("Always")),
            ("a:${TAG}", None),
        ] {
            assert_eq!(pull_policy(image), policy, "{image}");
        }
    }
}
