//! Pairs of manifests, and what is said of them. What the API server does with each was looked up in its source.

use super::*;
use crate::{
    gitops::testing::yaml as node,
    kubernetes::normal::{stored, updated},
};

/// What is said, as `deny spec.x` and the like.
fn said_in(version: &str, old: &str, new: &str) -> Vec<String> {
    let (old, new) = (node(old), node(new));
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    let (was, api_version, kind) = (text(&old, "apiVersion"), text(&new, "apiVersion"), text(&new, "kind"));
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let about = About {
        version: Version::parse(version).expect("a version"),
        group: group_today(group, &kind),
        api_version: &api_version,
        kind: &kind,
        subject: format!("{kind} x"),
        written: (&old, &new),
    };
    if !concerns(&about, &old, &new) {
        return Vec::new();
    }
    let before = stored(&was, &kind, &old);
    let after = updated(&api_version, &kind, &before, &old, &new);
    let said = breaches(&about, &before, &after);
    said.iter().map(|one| format!("{} {}", one.severity.name(), dotted(&one.route))).collect()
}

fn said(old: &str, new: &str) -> Vec<String> {
    said_in("1.36", old, new)
}

/// A manifest of a kind with one line of `spec`.
fn of(head: &str, spec: &str) -> String {
    let (api_version, kind) = head.rsplit_once(' ').expect("two words");
    format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x, namespace: y}}\nspec: {{{spec}}}\n")
}

#[track_caller]
fn denied(head: &str, old: &str, new: &str, field: &str) {
    assert_eq!(said(&of(head, old), &of(head, new)), [format!("deny {field}")], "{old} -> {new}");
    assert_eq!(said(&of(head, old), &of(head, old)), [""; 0]);
}

#[track_caller]
fn fine(head: &str, old: &str, new: &str) {
    assert_eq!(said(&of(head, old), &of(head, new)), [""; 0], "{old} -> {new}");
    assert_eq!(said(&of(head, new), &of(head, old)), [""; 0], "{new} -> {old}");
}

#[track_caller]
fn warned(head: &str, old: &str, new: &str, field: &str) {
    assert_eq!(said(&of(head, old), &of(head, new)), [format!("warn {field}")], "{old} -> {new}");
}

#[test]
fn selectors_do_not_change() {
    let head = "apps/v1 Deployment";
    denied(head, "selector: {matchLabels: {a: b}}", "selector: {matchLabels: {a: c}}", "spec.selector");
    denied(head, "selector: {matchLabels: {a: b}}", "selector: {matchLabels: {a: b, c: d}}", "spec.selector");
    fine(head, "selector: {matchLabels: {a: b}}, replicas: 1", "selector: {matchLabels: {a: b}, matchExpressions: []}");
    let old = of("extensions/v1beta1 Deployment", "template: {metadata: {labels: {a: b}}}");
    let new = |label: &str| {
        of(head, &format!("selector: {{matchLabels: {{a: {label}}}}}, template: {{metadata: {{labels: {{a: b}}}}}}"))
    };
    assert_eq!(said(&old, &new("b")), [""; 0]);
    assert_eq!(said(&old, &new("c")), ["deny spec.selector"]);
}

#[test]
fn stateful_sets_keep_all_but_a_few_fields() {
    let head = "apps/v1 StatefulSet";
    denied(head, "serviceName: a", "serviceName: b", "spec.serviceName");
    denied(head, "serviceName: a", "", "spec.serviceName");
    fine(head, "podManagementPolicy: OrderedReady", "");
    fine(head, "revisionHistoryLimit: 3", "revisionHistoryLimit: 4");
    fine(head, "template: {spec: {hostname: a}}, replicas: 1", "template: {spec: {hostname: b}}, replicas: 3");
    let claim = |rest: &str| format!("volumeClaimTemplates: [{{metadata: {{name: a}}, spec: {{{rest}}}}}]");
    let size = |size: &str| claim(&format!("resources: {{requests: {{storage: {size}}}}}"));
    denied(head, &size("1Gi"), &size("2Gi"), "spec.volumeClaimTemplates");
    fine(head, &size("1Gi"), &size("1024Mi"));
    fine(head, &claim("accessModes: [ReadWriteOnce]"), &claim("accessModes: [ReadWriteOnce], volumeMode: Filesystem"));
    denied(head, &claim("storageClassName: ''"), &claim(""), "spec.volumeClaimTemplates");
    let typed = "volumeClaimTemplates: [{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a, creationTimestamp: null}, status: {}}]";
    fine(head, &claim(""), typed);
    // What was filled in when it was created stays, and does not go with the other way.
    denied(head, "", "updateStrategy: {type: OnDelete}", "spec.updateStrategy");
    fine(head, "updateStrategy: {type: RollingUpdate}", "updateStrategy: {type: OnDelete}");
    let with_null = of(head, "updateStrategy: {type: OnDelete, rollingUpdate: null}");
    assert_eq!(said(&of(head, ""), &with_null), [""; 0]);
    let old = of(head, "revisionHistoryLimit: 3");
    assert_eq!(said_in("1.32", &old, &of(head, "revisionHistoryLimit: 4")), ["deny spec.revisionHistoryLimit"]);
    assert_eq!(
        said_in("1.25", &of(head, "ordinals: {start: 1}"), &of(head, "ordinals: {start: 2}")),
        ["deny spec.ordinals"]
    );
}

#[test]
fn jobs_keep_what_they_run() {
    let head = "batch/v1 Job";
    let template = |container: &str, rest: &str| {
        format!("template: {{spec: {{restartPolicy: Never, containers: [{{name: a, {container}}}]}}}}{rest}")
    };
    denied(head, &template("image: 'a:1'", ""), &template("image: 'a:2'", ""), "spec.template");
    fine(head, &template("image: 'a:1'", ""), &template("image: 'a:1', imagePullPolicy: IfNotPresent", ""));
    denied(
        head,
        &template("image: 'a:1'", ""),
        &template("image: 'a:1', imagePullPolicy: Always", ""),
        "spec.template",
    );
    fine(head, &template("image: a", ""), &template("image: a, resources: {limits: {}}, env: [], stdin: false", ""));
    denied(head, &template("image: a", ""), &template("image: a, securityContext: {}", ""), "spec.template");
    fine(head, &template("image: a", ""), &template("image: a", ", backoffLimit: 3, parallelism: 1, completions: 1"));
    denied(head, &template("image: a", ""), &template("image: a", ", completions: 2"), "spec.completions");
    // Without parallelism there is one completion, and what was filled in stays.
    let parallel = template("image: a", ", parallelism: 2");
    assert_eq!(said(&of(head, &template("image: a", "")), &of(head, &parallel)), [""; 0]);
    assert_eq!(
        said(&of(head, &parallel), &of(head, &template("image: a", ", parallelism: 2, completions: 1"))),
        ["deny spec.completions"]
    );
    fine(head, &template("image: a", ""), &template("image: a", ", manualSelector: false"));
    denied(
        head,
        &template("image: a", ""),
        &template("image: a", ", completionMode: Indexed, completions: 1"),
        "spec.completionMode",
    );
    let indexed =
        |n: u8, m: u8| template("image: a", &format!(", completionMode: Indexed, completions: {n}, parallelism: {m}"));
    fine(head, &indexed(2, 2), &indexed(3, 3));
    denied(head, &indexed(2, 2), &indexed(3, 2), "spec.completions");
    let labels = |labels: &str| format!("template: {{metadata: {{labels: {{{labels}}}}}}}");
    assert_eq!(said(&of(head, &labels("")), &of(head, &labels("job-name: x"))), [""; 0]);
    denied(head, &labels("job-name: x"), &labels(""), "spec.template");
    denied(head, &labels(""), &labels("job-name: other"), "spec.template");
    denied(head, &labels(""), &labels("a: b"), "spec.template");
    warned(head, &labels(""), &labels("controller-uid: 12-34"), "spec.template");
    let manual = "selector: {matchLabels: {a: b}}, manualSelector: true, ";
    let named = labels("job-name: x, batch.kubernetes.io/job-name: x");
    denied(head, &named, &format!("{manual}{named}"), "spec.selector");
    let suspended = |rest: &str| format!("suspend: true, template: {{spec: {{{rest}}}}}");
    warned(head, &suspended(""), &suspended("nodeSelector: {a: b}"), "spec.template");
    denied(head, &suspended(""), &suspended("hostname: a"), "spec.template");
}

#[test]
fn services_keep_their_addresses() {
    let head = "v1 Service";
    denied(head, "clusterIP: 10.0.0.1", "clusterIP: 10.0.0.2", "spec.clusterIP");
    denied(head, "clusterIP: None", "clusterIP: 10.0.0.2", "spec.clusterIP");
    denied(head, "", "clusterIP: None", "spec.clusterIP");
    denied(head, "clusterIP: 10.0.0.1", "clusterIP: None", "spec.clusterIP");
    warned(head, "", "clusterIP: 10.0.0.1", "spec.clusterIP");
    warned(head, "clusterIP: None", "", "spec.clusterIP");
    assert_eq!(said(&of(head, "clusterIP: 10.0.0.1"), &of(head, "")), [""; 0]);
    fine(head, "clusterIP: ''", "");
    fine(head, "type: ExternalName, externalName: a", "clusterIP: None");
    fine(head, "type: ClusterIP, ports: [{port: 80}]", "ports: [{port: 80, protocol: TCP, targetPort: 80}]");
    fine(head, "type: ClusterIP", "type: NodePort");
    let balanced = |rest: &str| format!("type: LoadBalancer, {rest}");
    denied(head, &balanced("loadBalancerClass: a"), &balanced("loadBalancerClass: b"), "spec.loadBalancerClass");
    denied(head, &balanced(""), &balanced("loadBalancerClass: b"), "spec.loadBalancerClass");
    fine(head, &balanced("loadBalancerClass: a"), "type: ClusterIP");
    denied(head, "ipFamilies: [IPv4]", "ipFamilies: [IPv6]", "spec.ipFamilies[0]");
    warned(head, "", "ipFamilies: [IPv6]", "spec.ipFamilies[0]");
    fine(head, "ipFamilies: [IPv4], clusterIP: None", "ipFamilies: [IPv6], clusterIP: None");
}

#[test]
fn claims_grow() {
    let head = "v1 PersistentVolumeClaim";
    let size = |size: &str| format!("resources: {{requests: {{storage: {size}}}}}");
    denied(head, &size("2Gi"), &size("1Gi"), "spec.resources.requests.storage");
    assert_eq!(said(&of(head, &size("1Gi")), &of(head, &size("2Gi"))), [""; 0]);
    fine(head, &size("1Gi"), &size("1024Mi"));
    fine(head, &size("1Gi"), &format!("{}, volumeMode: Filesystem", size("1Gi")));
    denied(head, "accessModes: [ReadWriteOnce]", "accessModes: [ReadWriteMany]", "spec.accessModes");
    denied(head, "storageClassName: a", "storageClassName: b", "spec.storageClassName");
    denied(head, "storageClassName: a", "", "spec.storageClassName");
    warned(head, "", "storageClassName: a", "spec.storageClassName");
    denied(head, "volumeName: a", "volumeName: b", "spec.volumeName");
    warned(head, "", "volumeName: b", "spec.volumeName");
    denied(head, "", "dataSource: {kind: PersistentVolumeClaim, name: a}", "spec.dataSource");
    warned(head, "dataSource: {kind: PersistentVolumeClaim, name: a}", "", "spec.dataSource");
    fine(
        head,
        "dataSource: {kind: PersistentVolumeClaim, name: a}",
        "dataSourceRef: {kind: PersistentVolumeClaim, name: a}",
    );
    // What a claim cannot be made from is dropped when it is new, and stays where it is.
    fine(head, "", "dataSource: {kind: x, name: a}");
    let restored = "dataSourceRef: {apiGroup: x.org, kind: Y, name: a}";
    warned(head, restored, "", "spec.dataSourceRef");
    denied(head, "", restored, "spec.dataSourceRef");
    assert_eq!(said(&of(head, &size("'${SIZE}'")), &of(head, &size("1Gi"))), ["info spec.resources.requests.storage"]);
}

#[test]
fn volumes_keep_their_source() {
    let head = "v1 PersistentVolume";
    denied(head, "nfs: {server: a, path: /b}", "nfs: {server: c, path: /b}", "spec.nfs");
    fine(head, "nfs: {server: a, path: /b}", "nfs: {server: a, path: /b, readOnly: false}, volumeMode: Filesystem");
    fine(head, "hostPath: {path: /b}, storageClassName: a", "hostPath: {path: /b, type: ''}, capacity: {storage: 1Gi}");
    let old = of(head, "csi: {driver: a}");
    assert_eq!(said(&old, &of(head, "csi: {driver: a, controllerExpandSecretRef: {name: b}}")), [""; 0]);
    denied(head, "csi: {driver: a, controllerExpandSecretRef: {name: b}}", "csi: {driver: a}", "spec.csi");
    let affinity = |zone: &str| {
        format!(
            "nodeAffinity: {{required: {{nodeSelectorTerms: [{{matchExpressions: [{{key: z, operator: In, values: [{zone}]}}]}}]}}}}"
        )
    };
    denied(head, &affinity("a"), &affinity("b"), "spec.nodeAffinity");
    assert_eq!(said(&of(head, ""), &of(head, &affinity("b"))), [""; 0]);
}

#[test]
fn pods_keep_nearly_all() {
    let head = "v1 Pod";
    let container = |rest: &str| format!("containers: [{{name: a, image: b, {rest}}}]");
    fine(head, "containers: [{name: a, image: 'b:1'}]", "containers: [{name: a, image: 'c:2'}]");
    denied(head, &container(""), &container("command: [x]"), "spec.containers");
    fine(
        head,
        &container("resources: {limits: {cpu: 1}}"),
        &container("resources: {limits: {cpu: 1}, requests: {cpu: 1000m}}"),
    );
    denied(head, "nodeName: a", "nodeName: b", "spec.nodeName");
    fine(head, "", "serviceAccountName: default, dnsPolicy: ClusterFirst");
    denied(head, "activeDeadlineSeconds: 5", "activeDeadlineSeconds: 6", "spec.activeDeadlineSeconds");
    assert_eq!(said(&of(head, "activeDeadlineSeconds: 6"), &of(head, "activeDeadlineSeconds: 5")), [""; 0]);
    let toleration = "tolerations: [{key: a, operator: Exists}]";
    assert_eq!(said(&of(head, ""), &of(head, toleration)), [""; 0]);
    denied(head, toleration, "", "spec.tolerations");
    // Admission fills these in again.
    fine(head, "", "priority: 0, preemptionPolicy: PreemptLowerPriority");
    assert_eq!(said(&of(head, "priority: 5"), &of(head, "")), [""; 0]);
    denied(head, "priority: 5", "priority: 6", "spec.priority");
    let gated = |rest: &str| format!("schedulingGates: [{{name: a}}], {rest}");
    assert_eq!(said(&of(head, &gated("")), &of(head, &gated("nodeSelector: {a: b}"))), [""; 0]);
    denied(head, "", "nodeSelector: {a: b}", "spec.nodeSelector");
    denied(head, "", "schedulingGates: [{name: a}]", "spec.schedulingGates");
}

#[test]
fn what_is_frozen_stays() {
    let map = |rest: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\n{rest}");
    let frozen = map("immutable: true\ndata: {a: b}\n");
    assert_eq!(said(&frozen, &map("immutable: true\ndata: {a: c}\n")), ["deny data"]);
    assert_eq!(said(&frozen, &map("data: {a: b}\n")), ["deny immutable"]);
    assert_eq!(said(&map("data: {a: b}\n"), &frozen), [""; 0]);
    let secret = |rest: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\n{rest}");
    let frozen = secret("immutable: true\ndata: {a: Yg==}\n");
    assert_eq!(said(&frozen, &secret("immutable: true\nstringData: {a: b}\n")), [""; 0]);
    assert_eq!(said(&frozen, &secret("immutable: true\nstringData: {a: c}\n")), ["deny data"]);
    assert_eq!(said(&secret("type: Opaque\n"), &secret("")), [""; 0]);
    assert_eq!(said(&secret("type: kubernetes.io/tls\n"), &secret("")), ["deny type"]);
}

#[test]
fn the_rest_of_the_table() {
    let of = |head: &str, rest: &str| {
        let (api_version, kind) = head.rsplit_once(' ').expect("two words");
        format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x}}\n{rest}\n")
    };
    for (head, old, new, expected) in [
        ("storage.k8s.io/v1 StorageClass", "provisioner: a", "provisioner: b", "deny provisioner"),
        ("storage.k8s.io/v1 StorageClass", "parameters: {a: b}", "parameters: {a: c}", "deny parameters"),
        ("storage.k8s.io/v1 StorageClass", "reclaimPolicy: Delete", "", ""),
        ("storage.k8s.io/v1 StorageClass", "allowVolumeExpansion: false", "allowVolumeExpansion: true", ""),
        (
            "rbac.authorization.k8s.io/v1 RoleBinding",
            "roleRef: {kind: Role, name: a}",
            "roleRef: {kind: Role, name: b}",
            "deny roleRef",
        ),
        (
            "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
            "roleRef: {kind: ClusterRole, name: a}",
            "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: a}",
            "",
        ),
        ("scheduling.k8s.io/v1 PriorityClass", "value: 1", "value: 2", "deny value"),
        ("scheduling.k8s.io/v1 PriorityClass", "value: 1", "value: 1\npreemptionPolicy: PreemptLowerPriority", ""),
        ("networking.k8s.io/v1 IngressClass", "spec: {controller: a}", "spec: {controller: b}", "deny spec.controller"),
        ("v1 ResourceQuota", "spec: {scopes: [A, B]}", "spec: {scopes: [B, A]}", ""),
        ("v1 ResourceQuota", "spec: {scopes: [A, B]}", "spec: {scopes: [B]}", "deny spec.scopes"),
        ("storage.k8s.io/v1 CSIDriver", "spec: {attachRequired: true}", "spec: {podInfoOnMount: true}", ""),
        ("storage.k8s.io/v1 CSIDriver", "spec: {}", "spec: {attachRequired: false}", "deny spec.attachRequired"),
        ("storage.k8s.io/v1 CSIDriver", "", "spec: {attachRequired: true}", ""),
        (
            "rbac.authorization.k8s.io/v1 RoleBinding",
            "roleRef: {apiGroup: '', kind: Role, name: a}",
            "roleRef: {kind: Role, name: a}",
            "",
        ),
        ("v1 Node", "spec: {podCIDRs: [a]}", "spec: {podCIDRs: [b]}", "deny spec.podCIDRs"),
        ("v1 Node", "spec: {podCIDRs: [a]}", "", ""),
        ("v1 Node", "", "spec: {providerID: a}", "warn spec.providerID"),
        ("networking.k8s.io/v1 ServiceCIDR", "spec: {cidrs: [a]}", "spec: {cidrs: [a, b]}", ""),
        ("networking.k8s.io/v1 ServiceCIDR", "spec: {cidrs: [a, b]}", "spec: {cidrs: [a]}", "deny spec.cidrs"),
        ("v1 Namespace", "spec: {finalizers: [a]}", "spec: {finalizers: [b]}", "warn spec.finalizers"),
        ("v1 Namespace", "status: {phase: a}", "status: {phase: b}", "warn status"),
        ("v1 Namespace", "status: {phase: a}", "", ""),
        (
            "apiextensions.k8s.io/v1 CustomResourceDefinition",
            "spec: {scope: Cluster}",
            "spec: {scope: Namespaced}",
            "deny spec.scope",
        ),
        (
            "apiextensions.k8s.io/v1 CustomResourceDefinition",
            "spec: {versions: [{name: a, storage: true}]}",
            "spec: {versions: [{name: b, storage: true}]}",
            "deny spec.versions",
        ),
        (
            "apiextensions.k8s.io/v1 CustomResourceDefinition",
            "spec: {versions: [{name: a, storage: true}]}",
            "spec: {versions: [{name: a, storage: false}, {name: b, storage: true}]}",
            "",
        ),
        (
            "apiextensions.k8s.io/v1 CustomResourceDefinition",
            "spec: {versions: [{name: a, storage: true}, {name: b}]}",
            "spec: {versions: [{name: a, storage: true}]}",
            "",
        ),
    ] {
        let said = said(&of(head, old), &of(head, new));
        assert_eq!(said.join(", "), expected, "{head}: {old} -> {new}");
    }
}
