//! `PersistentVolumeClaim`s: they may get larger, and little else.

use super::{IGNORED, UNDECIDABLE, judge::Judge, once_set};
use crate::{
    config::FieldPath,
    document::{Node, Value},
    immutability::{Amount, Breach, compare_except, is_substituted, words::brief},
    kubernetes::normal,
    verdict::Severity,
};

const CLASS: &str = "storageClassName";
const ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";
/// Fields with a rule of their own.
const OTHERS: &[&str] = &["dataSource", "dataSourceRef", "resources", CLASS, "volumeAttributesClassName", "volumeName"];

pub(super) fn judge(judge: &mut Judge<'_, '_>) {
    judge.only(&["spec"], OTHERS);
    let free: Vec<FieldPath> = [".requests.storage"].iter().filter_map(|path| path.parse().ok()).collect();
    let (api_version, kind) = (judge.about.api_version, judge.about.kind);
    let sort = |route: &_| normal::sort(api_version, kind, route);
    let resources = compare_except(judge.root.below(&["spec", "resources"]), &free, &sort);
    judge.refuse(&resources);
    size(judge);
    once_set(judge, &["spec", "volumeName"]);
    class(judge);
    source(judge);
    if judge.about.version.minor() >= 34 {
        attributes(judge);
    }
}

/// A quantity.
fn amount(node: &Node) -> Option<Amount> {
    match &node.value {
        Value::Number(number) => Amount::quantity(&number.to_string()),
        Value::String(text) => Amount::quantity(text),
        Value::Null | Value::Bool(_) | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

fn size(judge: &mut Judge<'_, '_>) {
    let keys = ["spec", "resources", "requests", "storage"];
    let spot = judge.root.below(&keys);
    let comparison = judge.compare(spot.clone());
    let is_open = |node: Option<&Node>| node.and_then(Node::as_str).is_some_and(is_substituted);
    match (spot.before, spot.after) {
        (Some(_), Some(_)) if is_open(spot.before) || is_open(spot.after) => judge.refuse(&{
            let mut comparison = comparison;
            comparison.differences.clear();
            comparison
        }),
        (Some(old), Some(new)) => {
            // A size that is none is for those to tell who look at one side.
            if amount(old).zip(amount(new)).is_some_and(|(old, new)| new < old) {
                let message = format!(
                    "{} may not shrink: spec.resources.requests.storage was {}, is {}",
                    judge.about.subject,
                    brief(old),
                    brief(new)
                );
                let help =
                    "restore the size, or make a new PersistentVolumeClaim, copy the data and point the pods at it";
                judge.refuse_as(&comparison, message, help);
            }
        }
        (Some(_), None) => judge.refuse(&comparison),
        (None, _) => {}
    }
}

fn class(judge: &mut Judge<'_, '_>) {
    let spot = judge.root.below(&["spec", CLASS]);
    let annotated = judge.root.below(&["metadata", "annotations", ANNOTATION]);
    let text = |node: Option<&Node>| node.and_then(Node::as_str).map(str::to_owned);
    let (old, new) = (text(annotated.before), text(annotated.after));
    if old.is_some() && spot.before.is_none() && text(spot.after) == old && (new.is_none() || new == old) {
        return;
    }
    if old.is_some() || new.is_some() {
        let comparison = judge.compare(annotated);
        judge.refuse(&comparison);
    }
    let comparison = judge.compare(spot.clone());
    if spot.before.is_some() {
        judge.refuse(&comparison);
        return;
    }
    let message = format!(
        "spec.{CLASS} of {} is immutable once the cluster has filled in its default class",
        judge.about.subject
    );
    judge.warn(UNDECIDABLE, &comparison, message, "see that it is the class in the cluster, or leave it out");
}

/// What the volume is made from stands in two fields, of which the API server fills in the other.
fn source(judge: &mut Judge<'_, '_>) {
    let written = |node: &Node, field: &str| node.get("spec").is_some_and(|spec| spec.get(field).is_some());
    let (old, new) = judge.about.written;
    let is_written = |field: &&str| written(old, field) || written(new, field);
    for field in ["dataSourceRef", "dataSource"].into_iter().filter(is_written) {
        let comparison = judge.compare(judge.root.below(&["spec", field]));
        if !comparison.is_same() {
            judge.refuse(&comparison);
            return;
        }
    }
    for field in ["dataSourceRef", "dataSource"] {
        let is_gone = written(old, field) && !written(new, "dataSource") && !written(new, "dataSourceRef");
        let spot = judge.root.below(&["spec", field]);
        if is_gone && spot.after.is_some() {
            judge.said.push(Breach {
                rule: IGNORED,
                severity: Severity::Warn,
                route: spot.route,
                before: spot.before,
                after: None,
                edited: None,
                message: format!(
                    "spec.{field} of {} is gone, and stays in the cluster: the API server has copied it",
                    judge.about.subject
                ),
                label: None,
                help: "restore it, so that the manifest says what is there".to_owned(),
            });
        }
    }
}

fn attributes(judge: &mut Judge<'_, '_>) {
    let spot = judge.root.below(&["spec", "volumeAttributesClassName"]);
    let is_set = |node: Option<&Node>| node.and_then(Node::as_str).is_some_and(|text| !text.is_empty());
    if is_set(spot.before) && !is_set(spot.after) {
        let comparison = judge.compare(spot);
        let message = format!(
            "spec.volumeAttributesClassName of {} may not be taken away once the cluster has applied it",
            judge.about.subject
        );
        judge.warn(UNDECIDABLE, &comparison, message, "name another class, or restore it");
    }
}
