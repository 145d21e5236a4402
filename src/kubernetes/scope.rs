//! What makes an object of Kubernetes the same one, beyond what its manifest says: which kinds live in
//! no namespace, and which groups are two names for one thing.

use super::builtin;

/// Kinds of Kubernetes' own that live in no namespace.
const IN_NO_NAMESPACE: &[(&str, &[&str])] = &[
    ("", &["ComponentStatus", "Namespace", "Node", "PersistentVolume"]),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("internal.apiserver.k8s.io", &["StorageVersion"]),
    ("networking.k8s.io", &["IPAddress", "IngressClass", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
    ("resource.k8s.io", &["DeviceClass", "DeviceTaintRule", "ResourceSlice"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    ("storage.k8s.io", &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"]),
    ("storagemigration.k8s.io", &["StorageVersionMigration"]),
];

/// The group that a kind of Kubernetes' own has today: `extensions` was handed on to others, and what is
/// stored by one name is read by the other.
#[must_use]
pub fn group_today<'a>(group: &'a str, kind: &str) -> &'a str {
    match (group, kind) {
        ("extensions", "DaemonSet" | "Deployment" | "ReplicaSet") => "apps",
        ("extensions", "Ingress" | "NetworkPolicy") => "networking.k8s.io",
        ("extensions", "PodSecurityPolicy") => "policy",
        ("", "Event") => "events.k8s.io",
        (group, _) => group,
    }
}

/// Whether objects of a kind live in a namespace; `None` for kinds that are not Kubernetes' own.
#[must_use]
pub fn is_namespaced(group: &str, kind: &str) -> Option<bool> {
    let group = group_today(group, kind);
    let outside = |(of, kinds): &(&str, &[&str])| *of == group && kinds.contains(&kind);
    if IN_NO_NAMESPACE.iter().any(outside) {
        return Some(false);
    }
    builtin::kinds().any(|(of, known)| of == group && known == kind).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_in_no_namespace_exist() {
        // `ComponentStatus` and the like are known to every version; what only old ones had is not in the table.
        let gone = ["PodSecurityPolicy"];
        for (group, kinds) in IN_NO_NAMESPACE {
            for kind in kinds.iter().filter(|kind| !gone.contains(kind)) {
                assert!(builtin::kinds().any(|known| known == (*group, *kind)), "{group} {kind}");
            }
        }
        assert_eq!(is_namespaced("apps", "Deployment"), Some(true));
        assert_eq!(is_namespaced("extensions", "Deployment"), Some(true));
        assert_eq!(is_namespaced("", "Namespace"), Some(false));
        assert_eq!(is_namespaced("example.org", "Namespace"), None);
    }

    #[test]
    fn a_group_that_was_handed_on_is_another_name() {
        assert_eq!(group_today("extensions", "Ingress"), "networking.k8s.io");
        assert_eq!(group_today("extensions", "Foo"), "extensions");
        assert_eq!(group_today("batch", "Job"), "batch");
    }
}
