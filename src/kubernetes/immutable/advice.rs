//! What to do about a change that the API server refuses, by kind.

use super::About;
use crate::document::{Route, Step};

/// Whether deleting and creating an object of this kind again would lose what nobody can bring back.
#[must_use]
pub fn loses_data(group: &str, kind: &str) -> bool {
    matches!(
        (group, kind),
        ("", "PersistentVolumeClaim" | "PersistentVolume" | "Namespace")
            | ("apps", "StatefulSet")
            | ("apiextensions.k8s.io", "CustomResourceDefinition")
    )
}

/// What to do, in one line.
pub(super) fn help(about: &About<'_>, route: &Route) -> String {
    let kind = about.kind;
    let field = match route.0.get(1) {
        Some(Step::Key(key)) => key.as_str(),
        Some(Step::Index(_)) | None => "",
    };
    let text = match (about.group, kind, field) {
        ("apps", "StatefulSet", "volumeClaimTemplates") => {
            "restore it; to resize, edit the PersistentVolumeClaims, then `kubectl delete statefulset --cascade=orphan` and apply"
        }
        ("apps", "StatefulSet", _) => {
            "restore it; to change it, `kubectl delete statefulset --cascade=orphan`, which keeps the pods and claims, and apply"
        }
        ("", "PersistentVolumeClaim", _) => {
            "restore it, or make a new PersistentVolumeClaim, copy the data and point the pods at it"
        }
        ("", "PersistentVolume", _) => {
            "restore it, or make a new PersistentVolume under another name and move its claim"
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition", _) => {
            "restore it; a new definition under another name and a migration of its objects is the only way"
        }
        ("batch", "Job", _) => {
            "give the Job a new name, or have it recreated (explain immutable-field says how): a Job runs once"
        }
        ("", "ConfigMap" | "Secret", _) => {
            return format!(
                "make a new {kind} under another name and point at that one, or have it recreated (explain immutable-field)"
            );
        }
        (_, "RoleBinding" | "ClusterRoleBinding", _) => {
            return format!(
                "make a new {kind} under another name and delete this one, or have it recreated (explain immutable-field)"
            );
        }
        ("storage.k8s.io", "StorageClass", _) => {
            "make a new StorageClass under another name; volumes that exist keep what they were made with"
        }
        (_, _, _) => {
            return format!(
                "restore the old value, create a new {kind} under another name, or have it recreated (explain immutable-field)"
            );
        }
    };
    text.to_owned()
}
