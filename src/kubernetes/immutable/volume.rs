//! `PersistentVolume`s: what they stand for may not change.

use super::judge::{Judge, keys_of};
use crate::{config::FieldPath, document::Node, immutability::compare_except, kubernetes::normal};

/// Fields that name no source and may change.
const FREE: [&str; 8] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
];

pub(super) fn judge(judge: &mut Judge<'_, '_>) {
    let spec = judge.root.below(&["spec"]);
    let (api_version, kind) = (judge.about.api_version, judge.about.kind);
    let sort = |route: &_| normal::sort(api_version, kind, route);
    for key in keys_of(&spec) {
        if FREE.contains(&key) {
            continue;
        }
        let field = spec.entry(key);
        // The secret for growing may come later.
        let lacks_secret = key == "csi"
            && field.before.is_some_and(|csi| csi.get("controllerExpandSecretRef").is_none())
            && field.after.is_some();
        let free: Vec<FieldPath> = [".controllerExpandSecretRef"]
            .iter()
            .filter(|_| lacks_secret)
            .filter_map(|path| path.parse().ok())
            .collect();
        let comparison = compare_except(field, &free, &sort);
        judge.refuse(&comparison);
    }
    if judge.before(&["spec", "nodeAffinity"]).is_some() {
        judge.immutable(&["spec", "nodeAffinity"]);
    }
    let attributes = ["spec", "volumeAttributesClassName"];
    let is_gone = judge.before(&attributes).and_then(Node::as_str).is_some() && judge.after(&attributes).is_none();
    if is_gone && judge.about.version.minor() >= 34 {
        judge.immutable(&attributes);
    }
}
