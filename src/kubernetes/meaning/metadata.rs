//! Names, namespaces, labels and annotations.

use std::borrow::Cow;

use super::{Report, place::Place, syntax::Syntax};
use crate::{
    document::{Part, Value, Violation},
    text::shortened,
};

/// Bytes that the annotations of an object may have in all.
const ANNOTATIONS: usize = 256 * 1024;

/// What people write for a namespace that kustomize sets (`namespace:` in a kustomization), also as
/// the name of a `Namespace`.
const REPLACED: &str = "_";

/// `metadata` of one of Kubernetes' own objects.
pub(super) fn object(report: &mut Report<'_>, object: &Place<'_>, group: &str, kind: &str) {
    let syntax = name_syntax(group, kind);
    let Some(metadata) = object.get("metadata") else {
        // Files with a pod are also read by what makes pods of them and names them itself.
        if syntax.is_some() && kind != "Pod" {
            let violation = Violation::of_key(object.route(), "the object has no name").labelled("has no `metadata`");
            report.tell(violation.with_help("add `metadata.name`"));
        }
        return;
    };
    if let Some(syntax) = syntax {
        names(report, &metadata, syntax, kind != "Pod");
    }
    let most = match (group, kind) {
        // Its jobs have its name and eleven characters more.
        ("batch", "CronJob") => 52,
        // It becomes the value of a label.
        ("batch", "Job") => 63,
        _ => usize::MAX,
    };
    if let Some(name) = metadata.text("name")
        && name.len() > most
        && name.len() <= 253
        && !report.is_open(name)
    {
        let message = format!("`name` of a {kind} has {} characters, at most {most} are allowed", name.len());
        report.tell(Violation::of_value(metadata.route_to("name"), message).labelled("too long"));
    }
    if (group, kind) == ("apiextensions.k8s.io", "CustomResourceDefinition") {
        definition(report, object, &metadata);
    }
    shared(report, &metadata);
}

/// `metadata` of a custom resource.
pub(super) fn custom(report: &mut Report<'_>, object: &Place<'_>) {
    if let Some(metadata) = object.get("metadata") {
        names(report, &metadata, Syntax::Subdomain, false);
        shared(report, &metadata);
    }
}

/// How the API server wants the names of a kind; `None` where that is not known here.
fn name_syntax(group: &str, kind: &str) -> Option<Syntax> {
    match (group, kind) {
        // A service was a stricter label before Kubernetes 1.34.
        ("", "Namespace" | "Service") => Some(Syntax::Label),
        (
            "",
            "ConfigMap"
            | "Endpoints"
            | "LimitRange"
            | "Node"
            | "PersistentVolume"
            | "PersistentVolumeClaim"
            | "Pod"
            | "PodTemplate"
            | "ReplicationController"
            | "ResourceQuota"
            | "Secret"
            | "ServiceAccount",
        )
        | ("apps", "ControllerRevision" | "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
        | ("batch", "CronJob" | "Job")
        | ("networking.k8s.io", "Ingress" | "IngressClass" | "NetworkPolicy")
        | ("autoscaling", "HorizontalPodAutoscaler")
        | ("storage.k8s.io", "CSIDriver" | "StorageClass")
        | ("scheduling.k8s.io", "PriorityClass")
        | ("coordination.k8s.io", "Lease")
        | ("discovery.k8s.io", "EndpointSlice")
        | ("node.k8s.io", "RuntimeClass")
        | (
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration"
            | "ValidatingAdmissionPolicy"
            | "ValidatingAdmissionPolicyBinding"
            | "ValidatingWebhookConfiguration",
        )
        | ("apiextensions.k8s.io", "CustomResourceDefinition")
        | ("flowcontrol.apiserver.k8s.io", "FlowSchema" | "PriorityLevelConfiguration") => Some(Syntax::Subdomain),
        ("rbac.authorization.k8s.io", "ClusterRole" | "ClusterRoleBinding" | "Role" | "RoleBinding")
        | ("policy", "PodDisruptionBudget")
        | ("apiregistration.k8s.io", "APIService") => Some(Syntax::PathSegment),
        _ => None,
    }
}

fn names(report: &mut Report<'_>, metadata: &Place<'_>, syntax: Syntax, needed: bool) {
    let name = metadata.get("name");
    let generated = metadata.get("generateName");
    let is_empty = |place: &Option<Place<'_>>| place.as_ref().is_none_or(|place| place.node.as_str() == Some(""));
    if is_empty(&name) && is_empty(&generated) {
        if needed {
            let violation = Violation::of_key(metadata.route(), "the object has no name").labelled("has no `name`");
            report.tell(violation.with_help("add `name` to `metadata`"));
        }
        return;
    }
    if let Some(place) = name.filter(|place| !matches!(place.node.as_str(), Some("" | REPLACED))) {
        spelling(report, &place, "name", syntax);
    }
    if let Some(place) = generated
        && let Some(prefix) = place.node.as_str().filter(|prefix| !prefix.is_empty())
    {
        // Characters are put behind it: it may end in a dash.
        let whole = prefix.strip_suffix('-').map_or(Cow::Borrowed(prefix), |front| format!("{front}a").into());
        if !report.is_open(prefix) && syntax.refusal(&whole).is_some() {
            tell(report, &place, "generateName", syntax, prefix);
        }
    }
}

/// A `CustomResourceDefinition` is named after what it defines.
fn definition(report: &mut Report<'_>, object: &Place<'_>, metadata: &Place<'_>) {
    let Some(spec) = object.get("spec") else { return };
    let plural = spec.get("names").and_then(|names| names.text("plural").map(str::to_owned));
    let (Some(plural), Some(group), Some(name)) = (plural, spec.text("group"), metadata.text("name")) else { return };
    if [plural.as_str(), group, name].iter().any(|text| report.is_open(text)) {
        return;
    }
    let expected = format!("{plural}.{group}");
    if name != expected {
        let message = format!("the name of this definition must be `{}`", shortened(&expected, 100));
        let violation = Violation::of_value(metadata.route_to("name"), message);
        let violation = violation.labelled("not `spec.names.plural` and `spec.group`");
        report.tell(violation.related(spec.route_to("names"), "the plural is here"));
    }
}

/// What is the same for every object.
fn shared(report: &mut Report<'_>, metadata: &Place<'_>) {
    if let Some(place) = metadata.get("namespace").filter(|place| !matches!(place.node.as_str(), Some("" | REPLACED))) {
        spelling(report, &place, "namespace", Syntax::Label);
    }
    labels_and_annotations(report, metadata);
}

/// Labels and annotations, also of a template.
pub(super) fn labels_and_annotations(report: &mut Report<'_>, metadata: &Place<'_>) {
    if let Some(place) = metadata.get("labels") {
        labels(report, &place, "label");
    }
    let Some(annotations) = metadata.get("annotations") else { return };
    let mut size = 0;
    for entry in annotations.entries() {
        // Their capitals do not count, not even in the domain.
        key(report, &annotations, &entry.key, "annotation", &entry.key.to_ascii_lowercase());
        size += entry.key.len() + entry.value.as_str().map_or(0, str::len);
    }
    if size > ANNOTATIONS {
        let message = format!("the annotations have {size} bytes, at most {ANNOTATIONS} are allowed");
        report.tell(Violation::of_key(annotations.route(), message).labelled("too large"));
    }
}

/// A mapping of labels, or of what labels have to be.
pub(super) fn labels(report: &mut Report<'_>, labels: &Place<'_>, what: &str) {
    for entry in labels.entries() {
        key(report, labels, &entry.key, what, &entry.key);
        spelling(report, &labels.of(entry), &shortened(&entry.key, 60), Syntax::LabelValue);
    }
}

fn key(report: &mut Report<'_>, holder: &Place<'_>, key: &str, what: &str, compared: &str) {
    let Some(refusal) = Syntax::QualifiedName.refusal(compared).filter(|_| !report.is_open(key)) else { return };
    let message = format!("`{}` cannot be the key of {}", shortened(key, 80), article(what));
    let violation = Violation { part: Part::Key, ..Violation::of_value(holder.route_to(key), message) };
    report.tell(violation.labelled("not allowed").with_help(refusal));
}

fn article(what: &str) -> String {
    let vowel = what.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {what}", if vowel { "an" } else { "a" })
}

/// Tells a text that is not spelt as it should be. Other values than texts are passed over.
pub(super) fn spelling(report: &mut Report<'_>, place: &Place<'_>, field: &str, syntax: Syntax) {
    if let Value::String(text) = &place.node.value
        && !report.is_open(text)
        && syntax.refusal(text).is_some()
    {
        tell(report, place, field, syntax, text);
    }
}

fn tell(report: &mut Report<'_>, place: &Place<'_>, field: &str, syntax: Syntax, text: &str) {
    let refusal = syntax.refusal(text).unwrap_or("it is not allowed");
    let message = format!("`{field}` must be {}, found \"{}\"", syntax.name(), shortened(text, 80));
    let help = match syntax.mended(text) {
        Some(mended) => format!("{refusal}; for instance `{}`", shortened(&mended, 80)),
        None => refusal.to_owned(),
    };
    report.tell(Violation::of_value(place.route(), message).labelled(format!("not {}", syntax.name())).with_help(help));
}
