//! Which kinds kustomize knows to be in no namespace.

/// Kinds that are in no namespace, by `apiVersion`, in order.
const CLUSTER_SCOPED: [(&str, &str, &[&str]); 21] = [
    ("", "v1", &["ComponentStatus", "Namespace", "Node", "NodeProxyOptions", "PersistentVolume"]),
    ("admissionregistration.k8s.io", "v1", &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]),
    ("admissionregistration.k8s.io", "v1beta1", &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]),
    ("apiextensions.k8s.io", "v1", &["CustomResourceDefinition"]),
    ("apiextensions.k8s.io", "v1beta1", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", "v1", &["APIService"]),
    ("apiregistration.k8s.io", "v1beta1", &["APIService"]),
    ("certificates.k8s.io", "v1", &["CertificateSigningRequest"]),
    ("certificates.k8s.io", "v1beta1", &["CertificateSigningRequest"]),
    ("flowcontrol.apiserver.k8s.io", "v1beta1", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("networking.k8s.io", "v1", &["IngressClass"]),
    ("networking.k8s.io", "v1beta1", &["IngressClass"]),
    ("node.k8s.io", "v1", &["RuntimeClass"]),
    ("node.k8s.io", "v1beta1", &["RuntimeClass"]),
    ("policy", "v1beta1", &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", "v1", &["ClusterRole", "ClusterRoleBinding"]),
    ("rbac.authorization.k8s.io", "v1beta1", &["ClusterRole", "ClusterRoleBinding"]),
    ("scheduling.k8s.io", "v1", &["PriorityClass"]),
    ("scheduling.k8s.io", "v1beta1", &["PriorityClass"]),
    ("storage.k8s.io", "v1", &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]),
    ("storage.k8s.io", "v1beta1", &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]),
];

/// Whether kustomize knows that objects of this type are in no namespace. Of what it does not know
/// it says that they are in one.
pub(super) fn is_cluster_scoped(group: &str, version: &str, kind: &str) -> bool {
    CLUSTER_SCOPED.iter().any(|(g, v, kinds)| *g == group && *v == version && kinds.contains(&kind))
}
