//! APIs that were gone before the oldest version in the table, what became of others, and kinds in
//! groups of Kubernetes that only clients read.

/// APIs that are no more.
pub(super) struct Removed {
    api_version: &'static str,
    /// First minor version without them; `None` for alphas so old that nobody asks.
    pub minor: Option<u8>,
    kinds: &'static [&'static str],
}

const fn removed(api_version: &'static str, minor: u8, kinds: &'static [&'static str]) -> Removed {
    Removed { api_version, minor: Some(minor), kinds }
}

const fn long_gone(api_version: &'static str, kinds: &'static [&'static str]) -> Removed {
    Removed { api_version, minor: None, kinds }
}

/// By `apiVersion`. The minors are those of the deprecation guide and of the `APILifecycleRemoved`
/// methods in k8s.io/api; what was removed in 1.26 and later is told by the table.
const REMOVED: &[Removed] = &[
    removed("admissionregistration.k8s.io/v1alpha1", 14, &["InitializerConfiguration"]),
    removed(
        "admissionregistration.k8s.io/v1beta1",
        22,
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    ),
    removed("apiextensions.k8s.io/v1beta1", 22, &["CustomResourceDefinition"]),
    removed("apiregistration.k8s.io/v1beta1", 22, &["APIService"]),
    long_gone("apps/v1alpha1", &["PetSet"]),
    removed("apps/v1beta1", 16, &["ControllerRevision", "Deployment", "DeploymentRollback", "Scale", "StatefulSet"]),
    removed(
        "apps/v1beta2",
        16,
        &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "Scale", "StatefulSet"],
    ),
    removed("auditregistration.k8s.io/v1alpha1", 19, &["AuditSink"]),
    removed("authentication.k8s.io/v1beta1", 22, &["TokenReview"]),
    removed(
        "authorization.k8s.io/v1beta1",
        22,
        &["LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
    ),
    long_gone("autoscaling/v2alpha1", &["HorizontalPodAutoscaler"]),
    removed("autoscaling/v2beta1", 25, &["HorizontalPodAutoscaler"]),
    removed("batch/v1beta1", 25, &["CronJob", "JobTemplate"]),
    removed("batch/v2alpha1", 21, &["CronJob", "JobTemplate", "ScheduledJob"]),
    removed("certificates.k8s.io/v1beta1", 22, &["CertificateSigningRequest"]),
    removed("coordination.k8s.io/v1beta1", 22, &["Lease"]),
    long_gone("discovery.k8s.io/v1alpha1", &["EndpointSlice"]),
    removed("discovery.k8s.io/v1beta1", 25, &["EndpointSlice"]),
    removed("events.k8s.io/v1beta1", 25, &["Event"]),
    removed("extensions/v1beta1", 22, &["Ingress"]),
    removed(
        "extensions/v1beta1",
        16,
        &["DaemonSet", "Deployment", "DeploymentRollback", "NetworkPolicy", "PodSecurityPolicy", "ReplicaSet", "Scale"],
    ),
    long_gone("extensions/v1beta1", &["HorizontalPodAutoscaler", "Job", "ThirdPartyResource"]),
    long_gone("flowcontrol.apiserver.k8s.io/v1alpha1", &["FlowSchema", "PriorityLevelConfiguration"]),
    removed("networking.k8s.io/v1beta1", 22, &["Ingress", "IngressClass"]),
    long_gone("node.k8s.io/v1alpha1", &["RuntimeClass"]),
    removed("node.k8s.io/v1beta1", 25, &["RuntimeClass"]),
    long_gone("policy/v1alpha1", &["PodDisruptionBudget"]),
    removed("policy/v1beta1", 25, &["Eviction", "PodDisruptionBudget", "PodSecurityPolicy"]),
    long_gone("rbac.authorization.k8s.io/v1alpha1", &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
    removed("rbac.authorization.k8s.io/v1beta1", 22, &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
    long_gone("scheduling.k8s.io/v1alpha1", &["PriorityClass"]),
    removed("scheduling.k8s.io/v1beta1", 22, &["PriorityClass"]),
    removed("settings.k8s.io/v1alpha1", 20, &["PodPreset"]),
    removed("storage.k8s.io/v1alpha1", 24, &["CSIStorageCapacity", "VolumeAttachment"]),
    removed("storage.k8s.io/v1beta1", 22, &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]),
];

/// Whether a group had a kind, in whatever version.
pub(super) fn had(group: &str, kind: &str) -> bool {
    REMOVED.iter().any(|removed| {
        removed.api_version.split_once('/').is_some_and(|(of, _)| of == group) && removed.kinds.contains(&kind)
    })
}

/// The removal of an API before the oldest version of the table. The list of a kind went with it.
pub(super) fn find(api_version: &str, kind: &str) -> Option<&'static Removed> {
    let single = kind.strip_suffix("List").unwrap_or(kind);
    REMOVED.iter().find(|removed| removed.api_version == api_version && removed.kinds.contains(&single))
}

/// Whether a group was Kubernetes' own and nothing of it is left, and no custom resource can be in
/// it: their groups have a dot.
pub(super) fn is_gone(group: &str) -> bool {
    group == "extensions"
}

/// What to do instead, for a kind that is in no API any more.
pub(super) fn instead(kind: &str) -> &'static str {
    match kind.strip_suffix("List").unwrap_or(kind) {
        "PodSecurityPolicy" => {
            "use Pod Security Admission (`pod-security.kubernetes.io/enforce` on the namespace) or a policy engine"
        }
        "PetSet" => "use `StatefulSet` of `apps/v1`",
        "ScheduledJob" => "use `CronJob` of `batch/v1`",
        "ThirdPartyResource" => "use `CustomResourceDefinition` of `apiextensions.k8s.io/v1`",
        "DeploymentRollback" => "use `kubectl rollout undo`",
        "InitializerConfiguration" => "use a `MutatingWebhookConfiguration` of `admissionregistration.k8s.io/v1`",
        "PodPreset" => "use an admission webhook that changes pods",
        "AuditSink" => "configure the audit webhook of the API server",
        _ => "nothing took its place: delete the object",
    }
}

/// What has to change besides `apiVersion`, in a few words: the API that an object comes from, and
/// its kind.
pub(super) fn hint(api_version: &str, kind: &str) -> Option<&'static str> {
    match (api_version, kind) {
        ("extensions/v1beta1" | "networking.k8s.io/v1beta1", "Ingress") => {
            Some("there a `backend` has `service.name` and `service.port.number`, and each path a `pathType`")
        }
        ("extensions/v1beta1" | "apps/v1beta1" | "apps/v1beta2", "Deployment" | "DaemonSet" | "ReplicaSet")
        | ("apps/v1beta1" | "apps/v1beta2", "StatefulSet") => {
            Some("there `spec.selector` has to be written, and cannot be changed later")
        }
        ("autoscaling/v2alpha1" | "autoscaling/v2beta1", "HorizontalPodAutoscaler") => {
            Some("there the targets of a metric are below `target`, such as `target.averageUtilization`")
        }
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler")
        | ("batch/v1beta1" | "batch/v2alpha1", "CronJob")
        | ("rbac.authorization.k8s.io/v1beta1", _)
        | ("scheduling.k8s.io/v1beta1" | "scheduling.k8s.io/v1alpha1", "PriorityClass") => {
            Some("nothing else has to change")
        }
        ("policy/v1beta1", "PodDisruptionBudget") => {
            Some("there an empty `spec.selector` selects every pod of the namespace, not none")
        }
        ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition") => {
            Some("there each of `spec.versions` has a `schema.openAPIV3Schema` of its own")
        }
        ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration") => {
            Some("there each webhook needs `sideEffects` and `admissionReviewVersions`")
        }
        ("certificates.k8s.io/v1beta1", "CertificateSigningRequest") => {
            Some("there `spec.signerName` and `spec.usages` have to be written")
        }
        ("discovery.k8s.io/v1beta1", "EndpointSlice") => {
            Some("there `topology` of an endpoint is `nodeName`, `zone` and `deprecatedTopology`")
        }
        (
            "flowcontrol.apiserver.k8s.io/v1beta1" | "flowcontrol.apiserver.k8s.io/v1beta2",
            "PriorityLevelConfiguration",
        ) => Some("there `assuredConcurrencyShares` is `nominalConcurrencyShares`"),
        ("node.k8s.io/v1alpha1", "RuntimeClass") => Some("there `spec.runtimeHandler` is `handler`"),
        _ => None,
    }
}

/// Whether a kind in a group of Kubernetes is no object of a cluster: something clients, webhooks
/// or the machinery read.
#[must_use]
pub fn is_for_clients(api_version: &str, kind: &str) -> bool {
    match api_version {
        "v1" => {
            // kubeconfig, `kubectl get`, and what the API server and old schedulers read.
            matches!(kind, "Config" | "EncryptionConfig" | "List" | "Policy" | "SerializedReference")
                || is_for_machinery(kind)
        }
        "apiextensions.k8s.io/v1" | "apiextensions.k8s.io/v1beta1" => {
            kind == "ConversionReview" || is_for_machinery(kind)
        }
        _ => is_for_machinery(kind),
    }
}

/// Kinds that are registered in every group for the sake of requests.
fn is_for_machinery(kind: &str) -> bool {
    matches!(
        kind,
        "CreateOptions"
            | "DeleteOptions"
            | "GetOptions"
            | "ListOptions"
            | "PatchOptions"
            | "UpdateOptions"
            | "WatchEvent"
    )
}
