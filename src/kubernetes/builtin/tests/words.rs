//! What is said of APIs that are not there.

use super::super::{Field, Lookup, lookup};
use super::version;

/// The words in one text: field, message, label, help.
fn words(text: &str, api_version: &str, kind: &str) -> String {
    match lookup(version(text), api_version, kind) {
        Lookup::Unknown(unknown) => {
            let field = match unknown.field {
                Field::ApiVersion => "apiVersion",
                Field::Kind => "kind",
            };
            let help = unknown.help.map_or(String::new(), |help| format!(" | {help}"));
            format!("{field}: {} | {}{help}", unknown.message, unknown.label)
        }
        other => panic!("{api_version} {kind} is {other:?}"),
    }
}

macro_rules! says {
    ($($version:literal $api:literal $kind:literal => $words:literal)+) => {
        $(assert_eq!(words($version, $api, $kind), $words);)+
    };
}

#[test]
fn what_was_removed_before_the_table_begins() {
    says! {
        "1.36" "extensions/v1beta1" "Ingress" =>
            "apiVersion: `extensions/v1beta1` Ingress was removed in Kubernetes 1.22 | removed in 1.22 | use `networking.k8s.io/v1`; there a `backend` has `service.name` and `service.port.number`, and each path a `pathType`"
        "1.25" "extensions/v1beta1" "Deployment" =>
            "apiVersion: `extensions/v1beta1` Deployment was removed in Kubernetes 1.16 | removed in 1.16 | use `apps/v1`; there `spec.selector` has to be written, and cannot be changed later"
        "1.36" "extensions/v1beta1" "Job" =>
            "apiVersion: `extensions/v1beta1` Job is not in Kubernetes any more | removed long ago | use `batch/v1`"
        "1.36" "extensions/v1beta1" "IngressList" =>
            "apiVersion: `extensions/v1beta1` IngressList was removed in Kubernetes 1.22 | removed in 1.22 | use `networking.k8s.io/v1`"
        "1.36" "policy/v1beta1" "PodSecurityPolicy" =>
            "apiVersion: `policy/v1beta1` PodSecurityPolicy was removed in Kubernetes 1.25 | removed in 1.25 | use Pod Security Admission (`pod-security.kubernetes.io/enforce` on the namespace) or a policy engine"
        "1.36" "policy/v1beta1" "PodDisruptionBudget" =>
            "apiVersion: `policy/v1beta1` PodDisruptionBudget was removed in Kubernetes 1.25 | removed in 1.25 | use `policy/v1`; there an empty `spec.selector` selects every pod of the namespace, not none"
        "1.36" "batch/v1beta1" "CronJob" =>
            "apiVersion: `batch/v1beta1` CronJob was removed in Kubernetes 1.25 | removed in 1.25 | use `batch/v1`; nothing else has to change"
        "1.36" "autoscaling/v2beta1" "HorizontalPodAutoscaler" =>
            "apiVersion: `autoscaling/v2beta1` HorizontalPodAutoscaler was removed in Kubernetes 1.25 | removed in 1.25 | use `autoscaling/v2`; there the targets of a metric are below `target`, such as `target.averageUtilization`"
        "1.36" "rbac.authorization.k8s.io/v1beta1" "ClusterRole" =>
            "apiVersion: `rbac.authorization.k8s.io/v1beta1` ClusterRole was removed in Kubernetes 1.22 | removed in 1.22 | use `rbac.authorization.k8s.io/v1`; nothing else has to change"
        "1.36" "apiextensions.k8s.io/v1beta1" "CustomResourceDefinition" =>
            "apiVersion: `apiextensions.k8s.io/v1beta1` CustomResourceDefinition was removed in Kubernetes 1.22 | removed in 1.22 | use `apiextensions.k8s.io/v1`; there each of `spec.versions` has a `schema.openAPIV3Schema` of its own"
        "1.36" "events.k8s.io/v1beta1" "Event" =>
            "apiVersion: `events.k8s.io/v1beta1` Event was removed in Kubernetes 1.25 | removed in 1.25 | use `events.k8s.io/v1`"
        "1.36" "admissionregistration.k8s.io/v1alpha1" "InitializerConfiguration" =>
            "apiVersion: `admissionregistration.k8s.io/v1alpha1` InitializerConfiguration was removed in Kubernetes 1.14 | removed in 1.14 | use a `MutatingWebhookConfiguration` of `admissionregistration.k8s.io/v1`"
        "1.36" "settings.k8s.io/v1alpha1" "PodPreset" =>
            "apiVersion: `settings.k8s.io/v1alpha1` PodPreset was removed in Kubernetes 1.20 | removed in 1.20 | use an admission webhook that changes pods"
        "1.36" "apps/v1beta2" "Scale" =>
            "apiVersion: `apps/v1beta2` Scale was removed in Kubernetes 1.16 | removed in 1.16 | use `autoscaling/v1`"
    }
}

#[test]
fn what_other_versions_have() {
    says! {
        "1.36" "autoscaling/v2beta2" "HorizontalPodAutoscaler" =>
            "apiVersion: `autoscaling/v2beta2` HorizontalPodAutoscaler was removed in Kubernetes 1.26 | removed in 1.26 | use `autoscaling/v2`; nothing else has to change"
        "1.36" "flowcontrol.apiserver.k8s.io/v1beta2" "PriorityLevelConfiguration" =>
            "apiVersion: `flowcontrol.apiserver.k8s.io/v1beta2` PriorityLevelConfiguration was removed in Kubernetes 1.29 | removed in 1.29 | use `flowcontrol.apiserver.k8s.io/v1`; there `assuredConcurrencyShares` is `nominalConcurrencyShares`"
        "1.36" "flowcontrol.apiserver.k8s.io/v1beta3" "FlowSchema" =>
            "apiVersion: `flowcontrol.apiserver.k8s.io/v1beta3` FlowSchema was removed in Kubernetes 1.32 | removed in 1.32 | use `flowcontrol.apiserver.k8s.io/v1`"
        "1.36" "networking.k8s.io/v1alpha1" "ClusterCIDR" =>
            "apiVersion: `networking.k8s.io/v1alpha1` ClusterCIDR was removed in Kubernetes 1.29 | removed in 1.29 | nothing took its place: delete the object"
        "1.28" "networking.k8s.io/v1" "ServiceCIDR" =>
            "apiVersion: `networking.k8s.io/v1` ServiceCIDR is in Kubernetes 1.33 and later; `version` says 1.28 | not in 1.28 | set `version` to that of the cluster, or leave the object out"
        "1.25" "networking.k8s.io/v1" "ServiceCIDR" =>
            "apiVersion: `networking.k8s.io/v1` ServiceCIDR is in Kubernetes 1.33 and later; `version` says 1.25 | not in 1.25 | set `version` to that of the cluster, or leave the object out"
        "1.28" "admissionregistration.k8s.io/v1" "ValidatingAdmissionPolicy" =>
            "apiVersion: `admissionregistration.k8s.io/v1` ValidatingAdmissionPolicy is in Kubernetes 1.30 and later; `version` says 1.28 | not in 1.28 | use `admissionregistration.k8s.io/v1beta1`, or set `version` to that of the cluster"
        "1.25" "resource.k8s.io/v1alpha2" "ResourceClass" =>
            "apiVersion: `resource.k8s.io/v1alpha2` ResourceClass is in Kubernetes 1.27 to 1.30 only; `version` says 1.25 | not in 1.25 | set `version` to that of the cluster, or leave the object out"
    }
}

#[test]
fn what_is_written_wrong() {
    says! {
        "1.36" "v1" "Deployment" =>
            "apiVersion: `Deployment` is not in `v1` | has no `Deployment` | use `apps/v1`"
        "1.36" "apps/v1" "Service" =>
            "apiVersion: `Service` is not in `apps/v1` | has no `Service` | use `v1`"
        "1.36" "networking.k8s.io/v1" "Deployment" =>
            "apiVersion: `Deployment` is not in `networking.k8s.io/v1` | has no `Deployment` | use `apps/v1`"
        "1.36" "batch/v2" "CronJob" =>
            "apiVersion: `CronJob` is not in `batch/v2` | has no `CronJob` | use `batch/v1`"
        "1.36" "v2" "Pod" =>
            "apiVersion: `Pod` is not in `v2` | has no `Pod` | use `v1`"
        "1.36" "V1" "Pod" =>
            "apiVersion: `Pod` is not in `V1` | has no `Pod` | use `v1`"
        "1.36" "apps/" "Deployment" =>
            "apiVersion: `Deployment` is not in `apps/` | has no `Deployment` | use `apps/v1`"
        "1.36" "apps" "Deployment" =>
            "apiVersion: `Deployment` is not in `apps` | has no `Deployment` | use `apps/v1`"
        "1.36" "app/v1" "Deployment" =>
            "apiVersion: `Deployment` is not in `app/v1` | has no `Deployment` | use `apps/v1`"
        "1.36" "Apps/v1" "Deployment" =>
            "apiVersion: `Deployment` is not in `Apps/v1` | has no `Deployment` | use `apps/v1`"
        "1.36" "networkin.k8s.io/v1" "Ingress" =>
            "apiVersion: `Ingress` is not in `networkin.k8s.io/v1` | has no `Ingress` | use `networking.k8s.io/v1`"
        "1.36" "apps/v1" "Deploymnt" =>
            "kind: `apps/v1` has no kind `Deploymnt` | unknown kind | did you mean `Deployment`?"
        "1.36" "apps/v1" "deployment" =>
            "kind: `apps/v1` has no kind `deployment` | unknown kind | did you mean `Deployment`?"
        "1.36" "apps/v2" "Deploymnt" =>
            "kind: `apps/v2` has no kind `Deploymnt` | unknown kind | did you mean `Deployment` of `apps/v1`?"
        "1.36" "v1" "configmap" =>
            "kind: `v1` has no kind `configmap` | unknown kind | did you mean `ConfigMap`?"
        "1.36" "v1" "Sevrice" =>
            "kind: `v1` has no kind `Sevrice` | unknown kind | did you mean `Service`?"
        "1.36" "v1" "Deploymnt" =>
            "kind: `v1` has no kind `Deploymnt` | unknown kind | did you mean `Deployment` of `apps/v1`?"
        "1.36" "apps/v1" "Config\u{1b}Map" =>
            "kind: `apps/v1` has no kind `Config\\u{1b}Map` | unknown kind | did you mean `ConfigMap` of `v1`?"
        "1.36" "apps/v1" "Something" =>
            "kind: `apps/v1` has no kind `Something` | unknown kind | it has `ControllerRevision`, `DaemonSet`, `Deployment`, `ReplicaSet`, `StatefulSet`"
        "1.36" "v1" "pod" =>
            "kind: `v1` has no kind `pod` | unknown kind | did you mean `Pod`?"
        "1.36" "apps/v7" "Something" =>
            "apiVersion: `apps/v7` is not in Kubernetes 1.36 | no such API | 1.36 has `apps/v1`"
        "1.36" "extensions/v1" "Something" =>
            "apiVersion: `extensions/v1` is not in Kubernetes 1.36 | no such API"
        "1.30" "lifecycle.k8s.io/v1alpha1" "Something" =>
            "apiVersion: `lifecycle.k8s.io/v1alpha1` is not in Kubernetes 1.30 | no such API"
    }
}

#[test]
fn what_is_none_of_our_business() {
    for (api_version, kind) in [
        ("v1", "Config"),
        ("v1", "List"),
        ("v1", "Template"),
        ("v1", "DeploymentConfig"),
        ("v1", "Route"),
        ("v1", "Policy"),
        ("v1", "Something"),
        ("v2", "Something"),
        ("", ""),
        ("", "Deployment"),
        ("/", "Deployment"),
        ("1", "Deployment"),
        ("apps/v1/v2", "Deployment"),
        ("gateway.networking.k8s.io/v1", "Gateway"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshot"),
        ("metrics.k8s.io/v1beta1", "PodMetrics"),
        ("networking.x-k8s.io/v1", "Ingress"),
        ("cluster.x-k8s.io/v1beta1", "Cluster"),
        ("kubeadm.k8s.io/v1beta3", "ClusterConfiguration"),
        ("kubelet.config.k8s.io/v1beta1", "KubeletConfiguration"),
        ("kustomize.config.k8s.io/v1beta1", "Kustomization"),
        ("audit.k8s.io/v1", "Policy"),
        ("apiserver.config.k8s.io/v1", "EncryptionConfiguration"),
        ("client.authentication.k8s.io/v1", "ExecCredential"),
        ("admission.k8s.io/v1", "AdmissionReview"),
        ("imagepolicy.k8s.io/v1alpha1", "ImageReview"),
        ("apiextensions.k8s.io/v1", "ConversionReview"),
        ("policy/v1", "DeleteOptions"),
        ("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"),
        ("apps.openshift.io/v1", "DeploymentConfig"),
        ("serving.knative.dev/v1", "Service"),
        ("argoproj.io/v1alpha1", "Application"),
        ("skaffold/v4beta6", "Config"),
    ] {
        for text in ["1.25", "1.37"] {
            assert_eq!(lookup(version(text), api_version, kind), Lookup::Foreign, "{text} {api_version} {kind}");
        }
    }
}

#[test]
fn endless_names_are_not_compared() {
    let long = "Deployment".repeat(800_000);
    assert_eq!(lookup(version("1.36"), &long, "Pod"), Lookup::Foreign);
    assert_eq!(lookup(version("1.36"), &format!("{long}/v1"), "Pod"), Lookup::Foreign);
    let Lookup::Unknown(unknown) = lookup(version("1.36"), "apps/v1", &long) else { panic!("not unknown") };
    assert!(unknown.message.len() < 200, "{}", unknown.message);
}
