//! What makes pods: selectors, templates, restart policies.

use super::{Report, metadata, place::Place, pod};
use crate::{
    document::{Node, Value, Violation},
    text::shortened,
};

/// A `Deployment`, `ReplicaSet`, `StatefulSet` or `DaemonSet`.
pub(super) fn controller(report: &mut Report<'_>, object: &Place<'_>, kind: &str) {
    let Some(spec) = object.get("spec") else { return };
    if let Some(found) = spec.get("selector") {
        let is_empty = |key: &str| match found.node.get(key).map(|node| &node.value) {
            Some(Value::Mapping(entries)) => entries.is_empty(),
            Some(Value::Sequence(items)) => items.is_empty(),
            Some(Value::Null) | None => true,
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_)) => false,
        };
        if matches!(found.node.value, Value::Mapping(_)) && is_empty("matchLabels") && is_empty("matchExpressions") {
            let violation = Violation::of_value(found.route(), format!("`selector` of a {kind} must not be empty"));
            let violation = violation.labelled("selects nothing by name");
            report
                .tell(violation.with_help("add `matchLabels` with labels of the pod template").lacking("matchLabels"));
        }
        selector(report, &spec, &found);
    }
    let claims = spec.get("volumeClaimTemplates").filter(|_| kind == "StatefulSet");
    template(report, &spec, claims.as_ref());
    restarts(report, &spec, kind, &["Always"], true);
}

/// A `ReplicationController`. Its selector may be left out, and is a mapping of labels.
pub(super) fn replication_controller(report: &mut Report<'_>, object: &Place<'_>) {
    let Some(spec) = object.get("spec") else { return };
    template(report, &spec, None);
    restarts(report, &spec, "ReplicationController", &["Always"], true);
}

pub(super) fn job(report: &mut Report<'_>, object: &Place<'_>) {
    if let Some(spec) = object.get("spec") {
        job_spec(report, &spec);
    }
}

pub(super) fn cron_job(report: &mut Report<'_>, object: &Place<'_>) {
    let Some(spec) = object.get("spec") else { return };
    let Some(job) = spec.get("jobTemplate") else { return };
    if let Some(spec) = job.get("spec") {
        job_spec(report, &spec);
    }
}

pub(super) fn pod_template(report: &mut Report<'_>, object: &Place<'_>) {
    template(report, object, None);
}

fn job_spec(report: &mut Report<'_>, spec: &Place<'_>) {
    let manual = matches!(spec.node.get("manualSelector").map(|node| &node.value), Some(Value::Bool(true)));
    if manual && let Some(found) = spec.get("selector") {
        selector(report, spec, &found);
    }
    template(report, spec, None);
    restarts(report, spec, "Job", &["OnFailure", "Never"], false);
}

fn template(report: &mut Report<'_>, spec: &Place<'_>, claims: Option<&Place<'_>>) {
    let Some(template) = spec.get("template") else { return };
    if let Some(metadata) = template.get("metadata") {
        metadata::labels_and_annotations(report, &metadata);
    }
    if let Some(spec) = template.get("spec") {
        pod::spec(report, &spec, claims);
    }
}

/// Whether pods may be restarted as the template says. `default` says if it may say nothing.
fn restarts(report: &mut Report<'_>, spec: &Place<'_>, kind: &str, allowed: &[&str], default: bool) {
    let Some(template) = spec.get("template") else { return };
    let Some(pod) = template.get("spec") else { return };
    let choices: Vec<String> = allowed.iter().map(|choice| format!("`{choice}`")).collect();
    let choices = choices.join(" or ");
    match pod.get("restartPolicy").map(|place| &place.node.value) {
        Some(Value::String(policy)) if !policy.is_empty() => {
            // What is no policy at all is told by the schema.
            let known = matches!(policy.as_str(), "Always" | "OnFailure" | "Never");
            if known && !allowed.contains(&policy.as_str()) {
                let message = format!("`restartPolicy` of a {kind} must be {choices}, found `{policy}`");
                report.tell(Violation::of_value(pod.route_to("restartPolicy"), message).labelled("not allowed here"));
            }
        }
        Some(Value::String(_)) | None if !default => {
            let message = format!("a {kind} needs `restartPolicy`: {choices}");
            let violation = Violation::of_key(pod.route(), message).labelled("has no `restartPolicy`");
            let help = "without it the policy is `Always`, which is refused here";
            report.tell(violation.with_help(help).lacking("restartPolicy"));
        }
        Some(_) | None => {}
    }
}

/// A selector has to choose the pods that the template beside it makes.
fn selector(report: &mut Report<'_>, spec: &Place<'_>, selector: &Place<'_>) {
    let Some(template) = spec.get("template") else { return };
    let metadata = template.get("metadata");
    let found = metadata.as_ref().and_then(|metadata| metadata.get("labels"));
    let labels = found.as_ref().map_or(&[][..], |labels| labels.entries());
    let place = || match (&found, &metadata) {
        (Some(labels), _) => labels.route(),
        (None, Some(metadata)) => metadata.route(),
        (None, None) => template.route(),
    };
    // A label that is written later could be any of those looked for.
    let open = labels
        .iter()
        .any(|entry| report.is_open(&entry.key) || entry.value.as_str().is_none_or(|text| report.is_open(text)));
    if open {
        return;
    }
    let value = |key: &str| labels.iter().find(|entry| entry.key == key).and_then(|entry| entry.value.as_str());
    if let Some(matching) = selector.get("matchLabels") {
        metadata::labels(report, &matching, "label");
        for entry in matching.entries() {
            let Some(wanted) = entry.value.as_str() else { continue };
            if report.is_open(wanted) || report.is_open(&entry.key) || value(&entry.key) == Some(wanted) {
                continue;
            }
            let key = shortened(&entry.key, 60);
            let message = format!(
                "the selector asks for `{key}: {}`, and the pod template has no such label",
                shortened(wanted, 60)
            );
            let (second, label) = match (value(&entry.key), &found) {
                (Some(other), Some(labels)) => {
                    (labels.route_to(&entry.key), format!("is `{}` here", shortened(other, 40)))
                }
                (Some(_) | None, _) => (place(), format!("no `{key}` here")),
            };
            report.tell(
                Violation::of_value(matching.of(entry).route(), message)
                    .labelled("matches no pod of this template")
                    .related(second, label)
                    .with_help("write the same label in both places")
                    .lacking("labels"),
            );
        }
    }
    let Some(expressions) = selector.get("matchExpressions") else { return };
    for expression in expressions.items() {
        let (Some(key), Some(operator)) = (expression.text("key"), expression.text("operator")) else { continue };
        let values: Vec<&str> = expression
            .node
            .get("values")
            .and_then(Node::as_sequence)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::as_str)
            .collect();
        if report.is_open(key) || values.iter().any(|value| report.is_open(value)) {
            continue;
        }
        let label = value(key);
        let good = match operator {
            "In" => label.is_some_and(|label| values.contains(&label)),
            "NotIn" => label.is_none_or(|label| !values.contains(&label)),
            "Exists" => label.is_some(),
            "DoesNotExist" => label.is_none(),
            _ => true,
        };
        if !good {
            let message = format!("the selector rules out the labels of the pod template by `{}`", shortened(key, 60));
            report.tell(
                Violation::of_value(expression.route(), message)
                    .labelled("matches no pod of this template")
                    .related(place(), "labels of the pods")
                    .with_help("change the expression or the labels, so that it holds for them")
                    .lacking("labels"),
            );
        }
    }
}
