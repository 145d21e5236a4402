//! What a resource says of its creation, update and deletion.

use crate::document::{Node, Value, Violation};

use super::said::{Saying, listed, nearest, quoted};
use super::value::{entries, function, is_mapping, is_open};
use super::way::Way;

/// Types of which a snapshot can be kept.
const SNAPSHOTS: &[&str] = &[
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];

const CREATION: &[&str] = &["AutoScalingCreationPolicy", "ResourceSignal", "StartFleet"];

const UPDATE: &[&str] = &[
    "AutoScalingInstanceRefresh",
    "AutoScalingReplacingUpdate",
    "AutoScalingRollingUpdate",
    "AutoScalingScheduledAction",
    "CodeDeployLambdaAliasUpdate",
    "EnableVersionUpgrade",
    "StartAfterUpdate",
    "StopBeforeUpdate",
    "UseOnlineResharding",
];

/// `DeletionPolicy`, or else `UpdateReplacePolicy`.
pub(super) fn deletion(node: &Node, sort: &str, is_deletion: bool, way: &Way, saying: &mut Saying) {
    let field = if is_deletion { "DeletionPolicy" } else { "UpdateReplacePolicy" };
    let Some(written) = node.as_str() else {
        if node.value != Value::Null && function(node).is_none() && !is_open(node) {
            saying.wrong(
                Violation::of_value(way.route(), format!("`{field}` is not a string"))
                    .labelled(format!("{}, not a string", node.kind_name())),
            );
        }
        return;
    };
    let mut choices = vec!["Delete", "Retain"];
    if is_deletion {
        choices.push("RetainExceptOnCreate");
    }
    if SNAPSHOTS.contains(&sort) {
        choices.push("Snapshot");
    }
    if choices.contains(&written) {
        return;
    }
    if written == "Snapshot" {
        let violation = Violation::of_value(way.route(), format!("{} cannot be kept as a snapshot", quoted(sort)))
            .labelled("no snapshots of these")
            .with_help(format!("`{field}` is one of {}", listed(&choices)));
        // Somebody's own types may learn it, and it is handed on to what is made of others.
        if sort.starts_with("AWS::") && !sort.starts_with("AWS::Serverless::") {
            saying.wrong(violation);
        }
        return;
    }
    let help = match nearest(written, choices.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("it is one of {}", listed(&choices)),
    };
    saying.wrong(
        Violation::of_value(way.route(), format!("there is no `{field}` {}", quoted(written)))
            .labelled("unknown policy")
            .with_help(help),
    );
}

/// `CreationPolicy`.
pub(super) fn creation(node: &Node, way: &Way, saying: &mut Saying) {
    keys(node, "CreationPolicy", CREATION, way, saying);
}

/// `UpdatePolicy`.
pub(super) fn update(node: &Node, way: &Way, saying: &mut Saying) {
    keys(node, "UpdatePolicy", UPDATE, way, saying);
}

fn keys(node: &Node, field: &str, known: &[&str], way: &Way, saying: &mut Saying) {
    if !is_mapping(node) || is_open(node) || function(node).is_some() {
        return;
    }
    for entry in entries(node).iter().filter(|entry| !known.contains(&entry.key.as_str())) {
        let violation =
            Violation::of_key(way.key(&entry.key).route(), format!("`{field}` has no {}", quoted(&entry.key)))
                .labelled("unknown")
                .with_help(format!("it has {}", listed(known)));
        saying.unless_new(nearest(&entry.key, known.iter().copied()), violation);
    }
}
