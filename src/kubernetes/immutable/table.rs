//! Rules that depend on nothing but the field and the version of the cluster.
//!
//! Facts: `pkg/apis/*/validation` and `pkg/registry` of Kubernetes 1.20 to 1.36.

/// What the API server does when a field changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It refuses the object.
    Refused,
    /// It refuses the object if a field changes that is not one of these.
    RefusedBut(&'static [&'static str]),
    /// It refuses the object if the field had a value. Where Git had none, the cluster may have one.
    RefusedOnceSet,
    /// It keeps the old value without a word.
    Ignored,
}

/// A rule over a field of a kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldRule {
    pub group: &'static str,
    pub kind: &'static str,
    /// Keys from the object's root.
    pub path: &'static [&'static str],
    pub effect: Effect,
    /// First and last minor version that it holds for.
    pub minors: (u8, u8),
}

impl FieldRule {
    const fn since(self, first: u8) -> Self {
        Self { minors: (first, self.minors.1), ..self }
    }

    const fn until(self, last: u8) -> Self {
        Self { minors: (self.minors.0, last), ..self }
    }
}

const fn rule(group: &'static str, kind: &'static str, path: &'static [&'static str], effect: Effect) -> FieldRule {
    FieldRule { group, kind, path, effect, minors: (0, u8::MAX) }
}

const fn refused(group: &'static str, kind: &'static str, path: &'static [&'static str]) -> FieldRule {
    rule(group, kind, path, Effect::Refused)
}

const fn ignored(group: &'static str, kind: &'static str, path: &'static [&'static str]) -> FieldRule {
    rule(group, kind, path, Effect::Ignored)
}

const STORAGE: &str = "storage.k8s.io";
const RBAC: &str = "rbac.authorization.k8s.io";
const NETWORK: &str = "networking.k8s.io";
const RESOURCE: &str = "resource.k8s.io";
const SCHEDULING: &str = "scheduling.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";

/// Fields of a `StatefulSet`'s `spec` that may change.
const STATEFUL_SET: &[&str] =
    &["minReadySeconds", "persistentVolumeClaimRetentionPolicy", "replicas", "template", "updateStrategy"];
const STATEFUL_SET_26: &[&str] =
    &["minReadySeconds", "ordinals", "persistentVolumeClaimRetentionPolicy", "replicas", "template", "updateStrategy"];
const STATEFUL_SET_33: &[&str] = &[
    "minReadySeconds",
    "ordinals",
    "persistentVolumeClaimRetentionPolicy",
    "replicas",
    "revisionHistoryLimit",
    "template",
    "updateStrategy",
];

/// All of them. What is not here is decided in code, or may change.
pub(super) const RULES: &[FieldRule] = &[
    refused("apiregistration.k8s.io", "APIService", &["spec", "group"]),
    refused("apiregistration.k8s.io", "APIService", &["spec", "version"]),
    refused("apps", "ControllerRevision", &["data"]),
    refused("apps", "DaemonSet", &["spec", "selector"]),
    refused("apps", "Deployment", &["spec", "selector"]),
    refused("apps", "ReplicaSet", &["spec", "selector"]),
    rule("apps", "StatefulSet", &["spec"], Effect::RefusedBut(STATEFUL_SET)).until(25),
    rule("apps", "StatefulSet", &["spec"], Effect::RefusedBut(STATEFUL_SET_26)).since(26).until(32),
    rule("apps", "StatefulSet", &["spec"], Effect::RefusedBut(STATEFUL_SET_33)).since(33),
    ignored(CERTIFICATES, "CertificateSigningRequest", &["spec"]),
    refused(CERTIFICATES, "ClusterTrustBundle", &["spec", "signerName"]),
    refused(CERTIFICATES, "PodCertificateRequest", &["spec"]),
    refused("coordination.k8s.io", "LeaseCandidate", &["spec", "leaseName"]),
    refused("discovery.k8s.io", "EndpointSlice", &["addressType"]),
    refused(NETWORK, "IPAddress", &["spec", "parentRef"]),
    refused(NETWORK, "IngressClass", &["spec", "controller"]),
    refused("node.k8s.io", "RuntimeClass", &["handler"]),
    refused(RBAC, "ClusterRoleBinding", &["roleRef"]),
    refused(RBAC, "RoleBinding", &["roleRef"]),
    refused(RESOURCE, "ResourceClaim", &["spec"]),
    refused(RESOURCE, "ResourceClaimTemplate", &["spec"]),
    refused(RESOURCE, "ResourcePoolStatusRequest", &["spec"]),
    refused(RESOURCE, "ResourceSlice", &["spec", "driver"]),
    refused(RESOURCE, "ResourceSlice", &["spec", "nodeName"]),
    refused(RESOURCE, "ResourceSlice", &["spec", "pool", "name"]),
    refused(SCHEDULING, "PodGroup", &["spec"]),
    refused(SCHEDULING, "PriorityClass", &["preemptionPolicy"]),
    refused(SCHEDULING, "PriorityClass", &["value"]),
    refused(SCHEDULING, "Workload", &["spec", "controllerRef"]),
    refused(SCHEDULING, "Workload", &["spec", "podGroupTemplates"]).since(36),
    refused(SCHEDULING, "Workload", &["spec", "podGroups"]).until(35),
    refused(STORAGE, "CSIDriver", &["spec", "attachRequired"]),
    refused(STORAGE, "CSIDriver", &["spec", "fsGroupPolicy"]).until(29),
    refused(STORAGE, "CSIDriver", &["spec", "podInfoOnMount"]).until(29),
    refused(STORAGE, "CSIDriver", &["spec", "volumeLifecycleModes"]),
    refused(STORAGE, "CSIStorageCapacity", &["nodeTopology"]),
    refused(STORAGE, "CSIStorageCapacity", &["storageClassName"]),
    refused(STORAGE, "StorageClass", &["parameters"]),
    refused(STORAGE, "StorageClass", &["provisioner"]),
    refused(STORAGE, "StorageClass", &["reclaimPolicy"]),
    refused(STORAGE, "StorageClass", &["volumeBindingMode"]),
    refused(STORAGE, "VolumeAttachment", &["spec"]),
    refused(STORAGE, "VolumeAttributesClass", &["driverName"]),
    refused(STORAGE, "VolumeAttributesClass", &["parameters"]),
    refused("storagemigration.k8s.io", "StorageVersionMigration", &["spec"]),
    ignored("", "Namespace", &["spec", "finalizers"]),
    refused("", "Node", &["spec", "externalID"]),
    rule("", "Node", &["spec", "podCIDR"], Effect::RefusedOnceSet),
    rule("", "Node", &["spec", "podCIDRs"], Effect::RefusedOnceSet),
    rule("", "Node", &["spec", "providerID"], Effect::RefusedOnceSet),
    refused("", "ResourceQuota", &["spec", "scopes"]),
    refused("", "Secret", &["type"]),
];
