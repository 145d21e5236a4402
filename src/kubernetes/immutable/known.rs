//! Well-known custom resources, for repositories without their definitions.

use super::judge::{Judge, keys_of};
use crate::{
    config::{FieldPart, FieldPath},
    document::{Node, Value},
    immutability::Spot,
};

/// What is not let change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Whatever it was.
    Always,
    /// Once it is set.
    Set,
    /// If another field had this value.
    Old(&'static [&'static str], &'static str),
    /// That it is there, or is not.
    Presence,
}

/// Where the rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// The definition says it.
    Definition,
    /// A webhook says it, so a definition in the repository does not.
    Webhook,
}

struct Known {
    group: &'static str,
    kind: &'static str,
    path: &'static str,
    fields: &'static [&'static str],
    when: When,
    from: From,
}

const fn known(group: &'static str, kind: &'static str, path: &'static str, fields: &'static [&'static str]) -> Known {
    Known { group, kind, path, fields, when: When::Always, from: From::Definition }
}

impl Known {
    const fn when(self, when: When) -> Self {
        Self { when, ..self }
    }

    const fn by_webhook(self) -> Self {
        Self { from: From::Webhook, ..self }
    }
}

const CROSSPLANE: &str = "apiextensions.crossplane.io";
const POSTGRES: &str = "postgresql.cnpg.io";
const SNAPSHOT: &str = "snapshot.storage.k8s.io";
const KARPENTER: &str = "karpenter.sh";

/// All of them. Without fields the rule is about the path itself.
const KNOWN: &[Known] = &[
    known("argoproj.io", "Rollout", ".spec", &["selector"]),
    known("gateway.networking.k8s.io", "GatewayClass", ".spec", &["controllerName"]),
    known("gateway.networking.x-k8s.io", "XMesh", ".spec", &["controllerName"]),
    known(
        CROSSPLANE,
        "CompositeResourceDefinition",
        ".spec",
        &["claimNames", "enforcedCompositionRef", "group", "names", "scope"],
    ),
    known(CROSSPLANE, "Composition", ".spec", &["compositeTypeRef"]),
    known(CROSSPLANE, "ManagedResourceDefinition", ".spec", &["group", "names", "scope"]),
    known(CROSSPLANE, "ManagedResourceDefinition", ".spec", &["state"]).when(When::Old(&["spec", "state"], "Active")),
    known("fluxcd.controlplane.io", "FluxInstance", ".spec.sync", &["name"]),
    known(KARPENTER, "NodeClaim", ".spec", &[]),
    known(KARPENTER, "NodePool", ".spec.template.spec.nodeClassRef", &["group", "kind"]),
    known(KARPENTER, "NodePool", ".spec", &["replicas"]).when(When::Presence),
    known(SNAPSHOT, "VolumeSnapshot", ".spec.source", &["persistentVolumeClaimName", "volumeSnapshotContentName"]),
    known(SNAPSHOT, "VolumeSnapshotContent", ".spec.source", &["snapshotHandle", "volumeHandle"]),
    known(SNAPSHOT, "VolumeSnapshotContent", ".spec", &["sourceVolumeMode"]),
    known(POSTGRES, "Backup", ".spec", &[]),
    known(POSTGRES, "Cluster", ".spec", &["serviceAccountName"]),
    known(
        POSTGRES,
        "Database",
        ".spec",
        &[
            "builtinLocale",
            "collationVersion",
            "encoding",
            "icuLocale",
            "icuRules",
            "locale",
            "localeCType",
            "localeCollate",
            "localeProvider",
            "name",
            "template",
        ],
    ),
    known("minio.min.io", "Tenant", ".spec.pools[*]", &["servers", "volumesPerServer"]),
    known("ceph.rook.io", "CephCluster", ".spec", &["dataDirHostPath"]),
    known("ceph.rook.io", "CephCluster", ".spec.network", &["provider"]).when(When::Set),
    known("kueue.x-k8s.io", "LocalQueue", ".spec", &["clusterQueue"]),
    known("cert-manager.io", "CertificateRequest", ".spec", &[]).by_webhook(),
    known("elbv2.k8s.aws", "TargetGroupBinding", ".spec", &["targetGroupARN"]).by_webhook(),
];

/// Judges by what is known. `defined`: the repository has the definition.
pub(super) fn judge(judge: &mut Judge<'_, '_>, defined: bool) {
    let (group, kind) = (judge.about.group, judge.about.kind);
    let counts =
        |known: &&Known| known.group == group && known.kind == kind && (known.from == From::Webhook || !defined);
    for known in KNOWN.iter().filter(counts) {
        for spot in places(&judge.root, known.path) {
            if known.fields.is_empty() {
                for key in keys_of(&spot) {
                    let comparison = judge.compare(spot.entry(key));
                    judge.refuse(&comparison);
                }
            }
            for field in known.fields {
                let spot = spot.entry(field);
                let is_set = |node: Option<&Node>| {
                    node.is_some_and(|node| !matches!(node.as_str(), Some("")) && node.value != Value::Null)
                };
                let holds = match known.when {
                    // Definitions compare what is there before and after.
                    When::Always => spot.before.is_some() && spot.after.is_some(),
                    When::Set => is_set(spot.before) && is_set(spot.after),
                    When::Old(keys, text) => judge.before(keys).and_then(Node::as_str) == Some(text),
                    When::Presence => spot.before.is_some() != spot.after.is_some(),
                };
                if holds {
                    let comparison = judge.compare(spot);
                    judge.refuse(&comparison);
                }
            }
        }
    }
}

/// The places that a path leads to, those of items on both sides by their names.
fn places<'a>(root: &Spot<'a>, path: &str) -> Vec<Spot<'a>> {
    let Ok(parsed) = path.parse::<FieldPath>() else { return Vec::new() };
    let mut spots = vec![root.clone()];
    for part in parsed.parts() {
        spots = spots.iter().flat_map(|spot| step(spot, part)).collect();
    }
    spots
}

fn step<'a>(spot: &Spot<'a>, part: &FieldPart) -> Vec<Spot<'a>> {
    match part {
        FieldPart::Key(key) => vec![spot.entry(key)],
        FieldPart::Index(index) => vec![spot.item(Some(*index), Some(*index))],
        FieldPart::Each => {
            let items = |node: Option<&'a Node>| node.and_then(Node::as_sequence).unwrap_or_default();
            let name = |node: &'a Node| node.get("name").and_then(Node::as_str);
            let (old, new) = (items(spot.before), items(spot.after));
            let pairs = new.iter().enumerate().filter_map(|(index, item)| {
                let before = match name(item) {
                    Some(wanted) => old.iter().position(|item| name(item) == Some(wanted)),
                    None => (index < old.len()).then_some(index),
                };
                Some((before?, index))
            });
            pairs.map(|(before, after)| spot.item(Some(before), Some(after))).collect()
        }
    }
}
