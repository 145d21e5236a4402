#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::{check, check_custom};
use crate::kubernetes::validate::{
    Context,
    testing::{known, read, root, told},
};

#[track_caller]
fn wrong_in(text: &str, partial: bool) -> Vec<String> {
    let parsed = read(text);
    let known = known();
    let context = Context {
        definitions: &known,
        source: &parsed.source,
        partial,
        metadata: None,
        secret: false,
        templated: false,
    };
    let object = root(&parsed);
    let text = |key: &str| object.get(key).and_then(|node| node.as_str()).unwrap_or("");
    if text("apiVersion") == "example.org/v1" {
        return told(check_custom(object, &context));
    }
    told(check(text("apiVersion"), text("kind"), object, &context))
}

#[track_caller]
fn wrong(text: &str) -> Vec<String> {
    wrong_in(text, false)
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
    matchExpressions: [{key: tier, operator: In, values: [a, b]}]
  template:
    metadata: {labels: {app: web, tier: a}}
    spec:
      initContainers:
        - {name: init, image: a, volumeMounts: [{name: tmp, mountPath: /tmp}]}
      containers:
        - name: web
          ports: [{name: http, containerPort: 80}]
          env: [{name: a.b}]
          volumeMounts: [{name: tmp, mountPath: /tmp}]
      volumes: [{name: tmp, emptyDir: {}}]
";

#[track_caller]
fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(DEPLOYMENT.contains(from), "{from}");
    wrong(&DEPLOYMENT.replace(from, to))
}

#[test]
fn a_good_object_is_good() {
    assert_eq!(wrong(DEPLOYMENT), [""; 0]);
}

#[test]
fn selectors_choose_their_own_pods() {
    let cases = [
        (
            "labels: {app: web,",
            "labels: {app: cart,",
            "/spec/selector/matchLabels/app: the selector asks for `app: web`, and the pod template has no such label [/spec/template/metadata/labels/app is `cart` here] (write the same label in both places)",
        ),
        (
            "metadata: {labels: {app: web, tier: a}}",
            "metadata: {labels: {tier: a}}",
            "/spec/selector/matchLabels/app: the selector asks for `app: web`, and the pod template has no such label [/spec/template/metadata/labels no `app` here] (write the same label in both places)",
        ),
        (
            "tier: a}}",
            "tier: c}}",
            "/spec/selector/matchExpressions/0: the selector rules out the labels of the pod template by `tier` [/spec/template/metadata/labels labels of the pods] (change the expression or the labels, so that it holds for them)",
        ),
        (
            "operator: In,",
            "operator: NotIn,",
            "/spec/selector/matchExpressions/0: the selector rules out the labels of the pod template by `tier` [/spec/template/metadata/labels labels of the pods] (change the expression or the labels, so that it holds for them)",
        ),
        ("operator: In,", "operator: Exists,", ""),
        ("labels: {app: web,", "labels: {app: \"${APP}\",", ""),
        ("matchLabels: {app: web}", "matchLabels: {app: \"${APP}\"}", ""),
        ("matchLabels: {app: web}", "matchLabels: {}", ""),
    ];
    for (from, to, expected) in cases {
        assert_eq!(changed(from, to).join("\n"), expected, "{to}");
    }
    let empty = DEPLOYMENT
        .replace("matchLabels: {app: web}", "matchLabels: {}")
        .replace("matchExpressions: [{key: tier, operator: In, values: [a, b]}]", "matchExpressions: []");
    assert_eq!(
        wrong(&empty),
        [
            "/spec/selector: `selector` of a Deployment must not be empty (add `matchLabels` with labels of the pod template)"
        ]
    );
    let text = DEPLOYMENT.replace("labels: {app: web,", "labels: {app: cart,");
    assert_eq!(wrong_in(&text, true), [""; 0], "a patch");
}

#[test]
fn names_are_spelt_by_kind() {
    let name = |api: &str, kind: &str, name: &str| {
        wrong(&format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{name: \"{name}\"}}\nspec: {{}}"))
    };
    let long = "a".repeat(64);
    let good = [
        ("v1", "ConfigMap", "a.b"),
        ("v1", "ConfigMap", "${NAME}"),
        ("v1", "Service", "1-a"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "system:Foo"),
        ("apps/v1", "Deployment", long.as_str()),
        ("example.org/v1", "Widget", "a.b"),
        ("unknown/v1", "Config", "Any thing"),
        ("events.k8s.io/v1", "Event", "a.B"),
        ("policy/v1", "PodDisruptionBudget", "maxUnavailable"),
        ("v1", "Namespace", "_"),
        ("v1", "Namespace", "$(name)"),
    ];
    for (api, kind, text) in good {
        assert_eq!(name(api, kind, text), [""; 0], "{kind} {text}");
    }
    let bad = [
        ("v1", "ConfigMap", "My_Config"),
        ("v1", "ConfigMap", ""),
        ("v1", "Service", "a.b"),
        ("v1", "Namespace", "a.b"),
        ("v1", "Namespace", long.as_str()),
        ("batch/v1", "Job", long.as_str()),
        ("rbac.authorization.k8s.io/v1", "Role", "a/b"),
        ("example.org/v1", "Widget", "A"),
    ];
    for (api, kind, text) in bad {
        assert_eq!(name(api, kind, text).len(), 1, "{kind} {text}: {:?}", name(api, kind, text));
    }
    assert_eq!(
        name("v1", "ConfigMap", "My_Config"),
        [
            "/metadata/name: `name` must be a DNS subdomain name, found \"My_Config\" (only lower-case letters, digits, `-` and `.`, each part beginning and ending with a letter or digit; for instance `my-config`)"
        ]
    );
    assert_eq!(
        name("batch/v1", "CronJob", &"a".repeat(53)),
        ["/metadata/name: `name` of a CronJob has 53 characters, at most 52 are allowed"]
    );
    let generated = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: a-}";
    assert_eq!(wrong(generated), [""; 0]);
    assert_eq!(wrong(&generated.replace("a-", "A-")).len(), 1);
    assert_eq!(
        wrong("apiVersion: v1\nkind: Secret\nmetadata: {}"),
        ["/metadata: the object has no name (add `name` to `metadata`)"]
    );
    assert_eq!(wrong("apiVersion: v1\nkind: Pod\nspec: {}"), [""; 0], "a template for what makes pods");
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b.c}\nspec: {group: b.c, names: {plural: x}}";
    assert_eq!(
        wrong(definition),
        ["/metadata/name: the name of this definition must be `x.b.c` [/spec/names the plural is here]"]
    );
    assert_eq!(wrong(&definition.replace("plural: x", "plural: a")), [""; 0]);
}

#[test]
fn labels_annotations_and_namespaces_are_spelt() {
    let metadata =
        |text: &str| wrong(&format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, {text}}}")).join("\n");
    assert_eq!(metadata("labels: {a: '', b.c/D: v_1}, annotations: {A.io/x: 'any thing'}, namespace: b"), "");
    assert_eq!(
        metadata("labels: {a: 'b c'}"),
        "/metadata/labels/a: `a` must be a label value, found \"b c\" (only letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit; for instance `b_c`)"
    );
    assert_eq!(
        metadata("labels: {a/b/c: x}"),
        "/metadata/labels/a~1b~1c: `a/b/c` cannot be the key of a label (only one `/` is allowed)"
    );
    assert_eq!(
        metadata("annotations: {-a: x}").split(':').nth(1),
        Some(
            " `-a` cannot be the key of an annotation (only letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit, after a domain and `/` or without)"
        )
    );
    assert!(metadata("namespace: a.b").starts_with("/metadata/namespace: `namespace` must be a DNS label"));
    let large = "x".repeat(256 * 1024);
    assert!(metadata(&format!("annotations: {{a: {large}}}")).ends_with("at most 262144 are allowed"));
}

#[test]
fn pods_hang_together() {
    let cases = [
        (
            "name: init, image",
            "name: web, image",
            "/spec/template/spec/initContainers/0/name: an init container has the name of a container: `web` [/spec/template/spec/containers/0/name first here] (give it another name)",
        ),
        (
            "volumes: [{name: tmp, emptyDir: {}}]",
            "volumes: [{name: temp}, {name: x}]",
            "/spec/template/spec/containers/0/volumeMounts/0/name: no volume of this pod is called `tmp` (add it to `volumes`, or mount one of `temp`, `x`)\n/spec/template/spec/initContainers/0/volumeMounts/0/name: no volume of this pod is called `tmp` (add it to `volumes`, or mount one of `temp`, `x`)",
        ),
        ("volumes: [{name: tmp, emptyDir: {}}]", "volumes: [{name: '${V}'}]", ""),
        (
            "- name: web",
            "- name: Web",
            "/spec/template/spec/containers/0/name: `name` must be a DNS label, found \"Web\" (only lower-case letters, digits and `-`, beginning and ending with a letter or digit; for instance `web`)",
        ),
        (
            "{name: http, containerPort: 80}",
            "{name: a-very-long-name, containerPort: 80}",
            "/spec/template/spec/containers/0/ports/0/name: `name` must be a port name, found \"a-very-long-name\" (at most 15 characters are allowed)",
        ),
        (
            "{name: http, containerPort: 80}",
            "{name: http, containerPort: 80}, {name: http, containerPort: 81}",
            "/spec/template/spec/containers/0/ports/1/name: two ports have the same name: `http` [/spec/template/spec/containers/0/ports/0/name first here] (give each port a name of its own)",
        ),
        (
            "containerPort: 80",
            "containerPort: 70000",
            "/spec/template/spec/containers/0/ports/0/containerPort: `containerPort` must be from 1 to 65535, found `70000`",
        ),
        (
            "name: a.b",
            "name: a=b",
            "/spec/template/spec/containers/0/env/0/name: `name` must be a variable name, found \"a=b\" (only printable ASCII characters without `=`)",
        ),
        (
            "    spec:\n",
            "    spec:\n      restartPolicy: Never\n",
            "/spec/template/spec/restartPolicy: `restartPolicy` of a Deployment must be `Always`, found `Never`",
        ),
    ];
    for (from, to, expected) in cases {
        assert_eq!(changed(from, to).join("\n"), expected, "{to}");
    }
    let set = DEPLOYMENT
        .replace("kind: Deployment", "kind: StatefulSet")
        .replace("volumes: [{name: tmp, emptyDir: {}}]", "volumes: []");
    assert_eq!(wrong(&set).len(), 2);
    assert_eq!(wrong(&format!("{set}  volumeClaimTemplates: [{{metadata: {{name: tmp}}}}]\n")), [""; 0]);
    let job = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {jobTemplate: {spec: {template: {spec: {containers: []}}}}}";
    assert_eq!(
        wrong(job),
        [
            "/spec/jobTemplate/spec/template/spec: a Job needs `restartPolicy`: `OnFailure` or `Never` (without it the policy is `Always`, which is refused here)"
        ]
    );
    assert_eq!(wrong(&job.replace("containers: []", "restartPolicy: Never")), [""; 0]);
}

#[test]
fn services_name_their_ports() {
    let ports = |text: &str| {
        wrong(&format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{selector: {{a: b}}, ports: [{text}]}}"
        ))
        .join("\n")
    };
    assert_eq!(ports("{port: 80, targetPort: http}"), "");
    assert_eq!(ports("{name: a-name-longer-than-fifteen, port: 80}, {name: b, port: 81}"), "");
    assert_eq!(
        ports("{port: 80}, {name: b, port: 81}"),
        "/spec/ports/0: each of several ports needs a name (add `name`, such as `http`)"
    );
    assert_eq!(ports("{port: 0}"), "/spec/ports/0/port: `port` must be from 1 to 65535, found `0`");
    assert!(
        ports("{port: 80, targetPort: \"80\"}")
            .starts_with("/spec/ports/0/targetPort: `targetPort` must be a port name")
    );
}

#[test]
fn data_has_keys_and_a_size() {
    let map = |text: &str| wrong(&format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{text}")).join("\n");
    assert_eq!(map("data: {a.b_C-1: x}\nbinaryData: {b: eA==}"), "");
    assert_eq!(
        map("data: {a/b: x}"),
        "/data/a~1b: `a/b` cannot be a key of data (only letters, digits, `-`, `_` and `.`, not beginning with `..`; for instance `a_b`)"
    );
    assert_eq!(
        map("data: {a: x}\nbinaryData: {a: eA==}"),
        "/binaryData/a: `a` is in `data` and in `binaryData` [/data/a first here] (remove one of the two)"
    );
    let large = "x".repeat(1024 * 1024 + 1);
    assert_eq!(
        map(&format!("data: {{a: {large}}}")),
        ": the ConfigMap holds 1048577 bytes, at most 1048576 are allowed (split it, or keep large files elsewhere)"
    );
}
