//! A verdict for machines: one JSON object. Its shape is part of the contract with users.

use serde_json::{Value, json};

use crate::{
    document::Identity,
    push::{RefChange, RefUpdate},
    verdict::{Decision, Finding, Place, Severity, Status, Verdict},
};

/// Writes a verdict as one JSON object, indented.
#[must_use]
pub fn verdict(verdict: &Verdict) -> String {
    let updates: Vec<Value> = verdict.push.updates.iter().map(ref_update).collect();
    let mut push = match updates.first() {
        Some(first) => first.clone(),
        None => json!({}),
    };
    if let Value::Object(fields) = &mut push {
        fields.insert("pusher".into(), verdict.push.pusher.name.clone().into());
        fields.insert("updates".into(), updates.into());
    }
    let object = json!({
        "pushgate": env!("CARGO_PKG_VERSION"),
        "verdict": match verdict.decision { Decision::Accept(_) => "accept", Decision::Reject => "reject" },
        "policy": {"digest": verdict.policy.digest, "source": verdict.policy.source},
        "push": push,
        "findings": findings(verdict),
        "counts": counts(verdict),
    });
    format!("{object:#}\n")
}

/// The findings of a verdict.
#[must_use]
pub fn findings(verdict: &Verdict) -> Vec<Value> {
    verdict.findings.iter().map(finding).collect()
}

/// How much was looked at and found.
#[must_use]
pub fn counts(verdict: &Verdict) -> Value {
    json!({
        "files": verdict.counts.files,
        "documents": verdict.counts.documents,
        "rules": verdict.counts.rules,
        "deny": new(verdict, Severity::Deny),
        "warn": new(verdict, Severity::Warn),
        "waived": verdict.count(|finding| finding.waiver.is_some()),
        "existing": verdict.count(|finding| finding.status == Status::Existing),
    })
}

/// Writes that there is no verdict.
#[must_use]
pub fn failure(message: &str, help: Option<&str>) -> String {
    let object = json!({
        "pushgate": env!("CARGO_PKG_VERSION"),
        "verdict": "error",
        "error": {"message": message, "help": help},
        "findings": [],
    });
    format!("{object:#}\n")
}

fn new(verdict: &Verdict, severity: Severity) -> usize {
    verdict.count(|finding| finding.severity == severity && finding.status == Status::New)
}

fn ref_update(update: &RefUpdate) -> Value {
    let id = |id: Option<crate::git::Oid>| id.map(|id| id.to_string());
    json!({
        "ref": update.name.as_str(),
        "action": match update.change {
            RefChange::Create { .. } => "create",
            RefChange::Update { .. } => "update",
            RefChange::Delete { .. } => "delete",
        },
        "old": id(update.change.before()),
        "new": id(update.change.after()),
    })
}

fn finding(finding: &Finding) -> Value {
    let place = finding.place.as_ref();
    let range = place.and_then(Place::range);
    json!({
        "rule": finding.rule,
        "severity": finding.severity.name(),
        "status": finding.status.name(),
        "message": finding.message,
        "path": place.map(|place| place.path.to_text()),
        "line": range.map(|(start, _)| start.line),
        "column": range.map(|(start, _)| start.column),
        "end_line": range.map(|(_, end)| end.line),
        "end_column": range.map(|(_, end)| end.column),
        "document": place.and_then(|place| place.document),
        "route": place.and_then(|place| place.route.as_ref()).map(ToString::to_string),
        "resource": finding.resource.as_ref().map(resource),
        "ref": finding.ref_name.as_ref().map(crate::git::RefName::as_str),
        "commit": finding.commit.map(|id| id.to_string()),
        "old": finding.old.as_ref().map(|old| json!({"path": old.path.to_text(), "line": old.line})),
        "help": finding.help,
        "waiver": finding.waiver,
    })
}

fn resource(identity: &Identity) -> Value {
    json!({
        "kind": identity.kind,
        "group": identity.group,
        "namespace": identity.namespace,
        "name": identity.name,
    })
}
