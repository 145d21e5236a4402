//! The fields that kustomize knows to hold names of other objects.

use std::borrow::Cow;

use super::{config::Referred, field_spec::FieldSpec};

/// Where the pods are in what has a template of them, by kind: those whose fields may name
/// `ConfigMaps` and Secrets.
const CARRIERS: [(&str, &str); 8] = [
    ("Pod", ""),
    ("PodTemplate", "template/"),
    ("Deployment", "spec/template/"),
    ("ReplicaSet", "spec/template/"),
    ("DaemonSet", "spec/template/"),
    ("StatefulSet", "spec/template/"),
    ("Job", "spec/template/"),
    ("CronJob", "spec/jobTemplate/spec/template/"),
];

/// The same for other names; kustomize leaves out some, and has one more.
const OTHER_CARRIERS: [(&str, &str); 7] = [
    ("Pod", ""),
    ("StatefulSet", "spec/template/"),
    ("Deployment", "spec/template/"),
    ("ReplicationController", "spec/template/"),
    ("CronJob", "spec/jobTemplate/spec/template/"),
    ("Job", "spec/template/"),
    ("DaemonSet", "spec/template/"),
];

const CONFIG_MAP: [&str; 6] = [
    "spec/volumes/configMap/name",
    "spec/containers/env/valueFrom/configMapKeyRef/name",
    "spec/initContainers/env/valueFrom/configMapKeyRef/name",
    "spec/containers/envFrom/configMapRef/name",
    "spec/initContainers/envFrom/configMapRef/name",
    "spec/volumes/projected/sources/configMap/name",
];

const SECRET: [&str; 7] = [
    "spec/volumes/secret/secretName",
    "spec/containers/env/valueFrom/secretKeyRef/name",
    "spec/initContainers/env/valueFrom/secretKeyRef/name",
    "spec/containers/envFrom/secretRef/name",
    "spec/initContainers/envFrom/secretRef/name",
    "spec/imagePullSecrets/name",
    "spec/volumes/projected/sources/secret/name",
];

const ADMISSION: &str = "admissionregistration.k8s.io";
const RBAC: &str = "rbac.authorization.k8s.io";

type Row =
    (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str, &'static str, &'static str)]);

/// What is referred to (group, version, kind), and by which fields (group, version, kind, path) besides
/// those of pods.
#[rustfmt::skip]
const OTHERS: [Row; 15] = [
    ("", "", "Deployment", &[("", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name")]),
    ("", "", "ReplicationController", &[("", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name")]),
    ("", "", "ReplicaSet", &[("", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name")]),
    ("", "", "StatefulSet", &[("", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name")]),
    ("", "v1", "ConfigMap", &[
        ("", "", "Node", "spec/configSource/configMap"),
        ("", "", "Role", "rules/resourceNames"),
        ("", "", "ClusterRole", "rules/resourceNames"),
        ("", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap"),
    ]),
    ("", "v1", "Secret", &[
        ("", "", "Ingress", "spec/tls/secretName"),
        ("", "", "Ingress", "metadata/annotations/ingress.kubernetes.io\\/auth-secret"),
        ("", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret"),
        ("", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret"),
        ("", "", "ServiceAccount", "imagePullSecrets/name"),
        ("", "", "StorageClass", "parameters/secretName"),
        ("", "", "StorageClass", "parameters/adminSecretName"),
        ("", "", "StorageClass", "parameters/userSecretName"),
        ("", "", "StorageClass", "parameters/secretRef"),
        ("", "", "Role", "rules/resourceNames"),
        ("", "", "ClusterRole", "rules/resourceNames"),
        ("serving.knative.dev", "v1", "Service", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"),
        ("", "", "PersistentVolume", "spec/azureFile/secretName"),
    ]),
    ("", "v1", "Service", &[
        ("apps", "", "StatefulSet", "spec/serviceName"),
        ("", "", "Ingress", "spec/rules/http/paths/backend/serviceName"),
        ("", "", "Ingress", "spec/backend/serviceName"),
        ("", "", "Ingress", "spec/rules/http/paths/backend/service/name"),
        ("", "", "Ingress", "spec/defaultBackend/service/name"),
        ("apiregistration.k8s.io", "", "APIService", "spec/service/name"),
        (ADMISSION, "", "ValidatingWebhookConfiguration", "webhooks/clientConfig/service"),
        (ADMISSION, "", "MutatingWebhookConfiguration", "webhooks/clientConfig/service"),
    ]),
    (RBAC, "", "Role", &[(RBAC, "", "RoleBinding", "roleRef/name")]),
    (RBAC, "", "ClusterRole", &[
        (RBAC, "", "RoleBinding", "roleRef/name"),
        (RBAC, "", "ClusterRoleBinding", "roleRef/name"),
    ]),
    ("", "v1", "ServiceAccount", &[
        (RBAC, "", "RoleBinding", "subjects"),
        (RBAC, "", "ClusterRoleBinding", "subjects"),
    ]),
    ("", "v1", "PersistentVolumeClaim", &[]),
    ("", "v1", "PersistentVolume", &[
        ("", "", "PersistentVolumeClaim", "spec/volumeName"),
        ("", "", "ClusterRole", "rules/resourceNames"),
    ]),
    ("storage.k8s.io", "v1", "StorageClass", &[
        ("", "", "PersistentVolume", "spec/storageClassName"),
        ("", "", "PersistentVolumeClaim", "spec/storageClassName"),
        ("", "", "StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName"),
    ]),
    ("scheduling.k8s.io", "v1", "PriorityClass", &[]),
    (ADMISSION, "", "ValidatingAdmissionPolicy", &[
        (ADMISSION, "", "ValidatingAdmissionPolicyBinding", "spec/policyName"),
    ]),
];

/// All of them.
pub(super) fn references() -> Vec<Referred> {
    OTHERS
        .iter()
        .map(|(group, version, kind, fields)| {
            let mut specs: Vec<FieldSpec> = Vec::new();
            match *kind {
                "ConfigMap" => of_pods(&mut specs, &CARRIERS, &CONFIG_MAP),
                "Secret" => of_pods(&mut specs, &CARRIERS, &SECRET),
                "ServiceAccount" => of_pods(&mut specs, &OTHER_CARRIERS, &["spec/serviceAccountName"]),
                "PersistentVolumeClaim" => {
                    of_pods(&mut specs, &OTHER_CARRIERS, &["spec/volumes/persistentVolumeClaim/claimName"]);
                }
                "PriorityClass" => of_pods(&mut specs, &OTHER_CARRIERS, &["spec/priorityClassName"]),
                _ => {}
            }
            specs.extend(
                fields.iter().map(|(group, version, kind, path)| FieldSpec::new(group, version, kind, path, false)),
            );
            Referred {
                group: (*group).to_owned(),
                version: (*version).to_owned(),
                kind: (*kind).to_owned(),
                referrers: specs,
            }
        })
        .collect()
}

fn of_pods(specs: &mut Vec<FieldSpec>, carriers: &[(&'static str, &str)], paths: &[&str]) {
    for (kind, before) in carriers {
        specs.extend(paths.iter().map(|path| FieldSpec {
            path: Cow::Owned(format!("{before}{path}")),
            ..FieldSpec::new("", "", kind, "", false)
        }));
    }
}
