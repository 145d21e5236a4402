//! Jobs: what they run may not change, unless they are suspended.

use super::{UNDECIDABLE, judge::Judge};
use crate::{
    config::FieldPath,
    document::{Node, Value},
    immutability::{Comparison, Spot, compare_except, words::dotted},
    kubernetes::normal,
};

/// Labels whose value only the API server knows.
const OF_SERVER: [&str; 2] = ["batch.kubernetes.io/controller-uid", "controller-uid"];

/// Fields of the template that may change while a Job is suspended.
const SCHEDULING: [&str; 6] = [
    ".metadata.labels",
    ".metadata.annotations",
    ".spec.nodeSelector",
    ".spec.tolerations",
    ".spec.affinity.nodeAffinity",
    ".spec.schedulingGates",
];
/// Those that may since 1.36.
const RESOURCES: [&str; 2] = [".spec.containers[*].resources", ".spec.initContainers[*].resources"];

pub(super) fn judge(judge: &mut Judge<'_, '_>) {
    for field in ["backoffLimitPerIndex", "completionMode", "managedBy", "podFailurePolicy", "successPolicy"] {
        judge.immutable(&["spec", field]);
    }
    completions(judge);
    selector(judge);
    template(judge);
}

fn completions(judge: &mut Judge<'_, '_>) {
    let keys = ["spec", "completions"];
    let mode = judge.after(&["spec", "completionMode"]).and_then(Node::as_str);
    if mode != Some("Indexed") || judge.about.version.minor() < 27 {
        return judge.immutable(&keys);
    }
    let comparison = judge.compare(judge.root.below(&keys));
    let both = comparison.spot.after.zip(judge.after(&["spec", "parallelism"]));
    if both.is_none_or(|(completions, parallelism)| completions.same_value(parallelism)) {
        return;
    }
    let message = format!("spec.completions of {} may only change together with spec.parallelism", judge.about.subject);
    judge.refuse_as(&comparison, message, "give both the same number, or restore the old one");
}

/// The API server makes the selector, by a label that it makes as well.
fn selector(judge: &mut Judge<'_, '_>) {
    let comparison = judge.compare(judge.root.below(&["spec", "selector"]));
    refuse_but_generated(judge, comparison);
}

/// Refuses what differs, but for labels that the API server may have made.
fn refuse_but_generated<'a>(judge: &mut Judge<'_, 'a>, mut comparison: Comparison<'a>) {
    let is_generated = |spot: &Spot<'a>| {
        let only_of_server = |node: &Node| match &node.value {
            Value::Mapping(entries) => {
                let labels = entries.iter().flat_map(|entry| match entry.key.as_str() {
                    "matchLabels" => entry.value.entries().to_vec(),
                    _ => vec![entry.clone()],
                });
                labels.into_iter().all(|entry| OF_SERVER.contains(&entry.key.as_str()))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => false,
        };
        let last = crate::immutability::words::last_key(spot.shown());
        let is_added = spot.before.is_none() || spot.after.is_none();
        let only = spot.before.or(spot.after);
        is_added && (OF_SERVER.contains(&last.as_str()) || only.is_some_and(only_of_server))
    };
    let (generated, others): (Vec<_>, Vec<_>) = comparison.differences.into_iter().partition(is_generated);
    comparison.differences = others;
    if comparison.differences.is_empty() && !generated.is_empty() {
        comparison.differences = generated;
        let message = format!(
            "{} of {} is immutable, and only the cluster knows the labels that the API server made",
            dotted(comparison.spot.shown()),
            judge.about.subject
        );
        judge.warn(UNDECIDABLE, &comparison, message, "leave the labels out: the API server makes them");
    } else {
        judge.refuse(&comparison);
    }
}

fn template(judge: &mut Judge<'_, '_>) {
    let spot = judge.root.below(&["spec", "template"]);
    let is_suspended = judge.before(&["spec", "suspend"]).is_some_and(|node| node.value == Value::Bool(true));
    if !is_suspended {
        let comparison = judge.compare(spot);
        return refuse_but_generated(judge, comparison);
    }
    let resources = RESOURCES.iter().filter(|_| judge.about.version.minor() >= 36);
    let free: Vec<FieldPath> = SCHEDULING.iter().chain(resources).filter_map(|path| path.parse().ok()).collect();
    let (api_version, kind) = (judge.about.api_version, judge.about.kind);
    let fixed = compare_except(spot.clone(), &free, &|route| normal::sort(api_version, kind, route));
    if !fixed.is_same() {
        return judge.refuse(&fixed);
    }
    let comparison = judge.compare(spot.clone());
    let label = spot.below(&["metadata", "labels", "batch.kubernetes.io/job-name"]);
    // With all labels those go that the API server made.
    if label.before.is_some() && label.after.is_none() {
        return judge.refuse(&comparison);
    }
    let message = format!(
        "spec.template of {} may only change while it is suspended and runs nothing, which only the cluster knows",
        judge.about.subject
    );
    judge.warn(UNDECIDABLE, &comparison, message, "see that the Job has not started");
}
