//! The fields that kustomize changes unless a kustomization says otherwise.

use super::field_spec::FieldSpec;

/// `namePrefix` and `nameSuffix`.
pub(super) const NAME: [FieldSpec; 1] = [FieldSpec::new("", "", "", "metadata/name", false)];

/// `namespace`, besides `metadata.namespace`.
pub(super) const NAMESPACE: [FieldSpec; 3] = [
    FieldSpec::new("", "", "Namespace", "metadata/name", true),
    FieldSpec::new("apiregistration.k8s.io", "", "APIService", "spec/service/namespace", true),
    FieldSpec::new(
        "apiextensions.k8s.io",
        "",
        "CustomResourceDefinition",
        "spec/conversion/webhook/clientConfig/service/namespace",
        false,
    ),
];

/// `commonLabels`, and `labels` with `includeSelectors`, besides the labels of templates and claims.
pub(super) const SELECTOR_LABELS: [FieldSpec; 22] = [
    FieldSpec::new("", "v1", "Service", "spec/selector", true),
    FieldSpec::new("", "v1", "ReplicationController", "spec/selector", true),
    FieldSpec::new("", "", "Deployment", "spec/selector/matchLabels", true),
    FieldSpec::new(
        "apps",
        "",
        "Deployment",
        "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        false,
    ),
    FieldSpec::new(
        "apps",
        "",
        "Deployment",
        "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
        false,
    ),
    FieldSpec::new(
        "apps",
        "",
        "Deployment",
        "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        false,
    ),
    FieldSpec::new(
        "apps",
        "",
        "Deployment",
        "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
        false,
    ),
    FieldSpec::new(
        "apps",
        "",
        "Deployment",
        "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
        false,
    ),
    FieldSpec::new("", "", "ReplicaSet", "spec/selector/matchLabels", true),
    FieldSpec::new("", "", "DaemonSet", "spec/selector/matchLabels", true),
    FieldSpec::new("apps", "", "StatefulSet", "spec/selector/matchLabels", true),
    FieldSpec::new(
        "apps",
        "",
        "StatefulSet",
        "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        false,
    ),
    FieldSpec::new(
        "apps",
        "",
        "StatefulSet",
        "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
        false,
    ),
    FieldSpec::new(
        "apps",
        "",
        "StatefulSet",
        "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
        false,
    ),
    FieldSpec::new(
        "apps",
        "",
        "StatefulSet",
        "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
        false,
    ),
    FieldSpec::new(
        "apps",
        "",
        "StatefulSet",
        "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
        false,
    ),
    FieldSpec::new("batch", "", "Job", "spec/selector/matchLabels", false),
    FieldSpec::new("batch", "", "CronJob", "spec/jobTemplate/spec/selector/matchLabels", false),
    FieldSpec::new("policy", "", "PodDisruptionBudget", "spec/selector/matchLabels", false),
    FieldSpec::new("networking.k8s.io", "", "NetworkPolicy", "spec/podSelector/matchLabels", false),
    FieldSpec::new("networking.k8s.io", "", "NetworkPolicy", "spec/ingress/from/podSelector/matchLabels", false),
    FieldSpec::new("networking.k8s.io", "", "NetworkPolicy", "spec/egress/to/podSelector/matchLabels", false),
];

/// `labels` with `includeTemplates`.
pub(super) const TEMPLATE_LABELS: [FieldSpec; 9] = [
    FieldSpec::new("", "", "", "metadata/labels", true),
    FieldSpec::new("", "v1", "ReplicationController", "spec/template/metadata/labels", true),
    FieldSpec::new("", "", "Deployment", "spec/template/metadata/labels", true),
    FieldSpec::new("", "", "ReplicaSet", "spec/template/metadata/labels", true),
    FieldSpec::new("", "", "DaemonSet", "spec/template/metadata/labels", true),
    FieldSpec::new("apps", "", "StatefulSet", "spec/template/metadata/labels", true),
    FieldSpec::new("batch", "", "Job", "spec/template/metadata/labels", true),
    FieldSpec::new("batch", "", "CronJob", "spec/jobTemplate/metadata/labels", true),
    FieldSpec::new("batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/labels", true),
];

/// `labels` with `includeVolumeClaimTemplates`.
pub(super) const CLAIM_LABELS: [FieldSpec; 1] =
    [FieldSpec::new("apps", "", "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels", true)];

/// `commonAnnotations`.
pub(super) const ANNOTATIONS: [FieldSpec; 9] = [
    FieldSpec::new("", "", "", "metadata/annotations", true),
    FieldSpec::new("", "v1", "ReplicationController", "spec/template/metadata/annotations", true),
    FieldSpec::new("", "", "Deployment", "spec/template/metadata/annotations", true),
    FieldSpec::new("", "", "ReplicaSet", "spec/template/metadata/annotations", true),
    FieldSpec::new("", "", "DaemonSet", "spec/template/metadata/annotations", true),
    FieldSpec::new("", "", "StatefulSet", "spec/template/metadata/annotations", true),
    FieldSpec::new("batch", "", "Job", "spec/template/metadata/annotations", true),
    FieldSpec::new("batch", "", "CronJob", "spec/jobTemplate/metadata/annotations", true),
    FieldSpec::new("batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/annotations", true),
];

/// `images`.
pub(super) const IMAGES: [FieldSpec; 7] = [
    FieldSpec::new("", "", "", "spec/containers[]/image", true),
    FieldSpec::new("", "", "", "spec/initContainers[]/image", true),
    FieldSpec::new("", "", "", "spec/volumes[]/image/reference", true),
    FieldSpec::new("", "", "", "spec/template/spec/containers[]/image", true),
    FieldSpec::new("", "", "", "spec/template/spec/initContainers[]/image", true),
    FieldSpec::new("", "", "", "spec/template/spec/volumes[]/image/reference", true),
    FieldSpec::new("", "", "", "spec/jobTemplate/spec/template/spec/volumes[]/image/reference", true),
];

/// `replicas`.
pub(super) const REPLICAS: [FieldSpec; 4] = [
    FieldSpec::new("", "", "Deployment", "spec/replicas", true),
    FieldSpec::new("", "", "ReplicationController", "spec/replicas", true),
    FieldSpec::new("", "", "ReplicaSet", "spec/replicas", true),
    FieldSpec::new("", "", "StatefulSet", "spec/replicas", true),
];
