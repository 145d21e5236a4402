//! Rules over fields that can never hold, and those that may.

use super::{Layer, problems};

/// Entries that are mistakes.
const NEVER: &[&str] = &[
    "match: {kind: Deploymnt, group: apps}, path: .spec.selector, transition: immutable",
    "match: {kind: [Pod, Node, Foo], group: ''}, path: .spec, transition: immutable",
    "match: {kind: Deployment, group: batch}, path: .spec, transition: immutable",
    "match: {kind: Deployment, group: apps}, path: .spec.selektor, transition: immutable",
    "match: {kind: Deployment}, path: .spec.selecter, transition: immutable",
    "match: {kind: Deployment, group: apps}, path: .spec.engine, transition: immutable",
    "match: {kind: Deployment}, path: .spec.template.spec.containers.image, transition: immutable",
    "match: {kind: Deployment, group: apps}, path: '.spec.replicas[*]', transition: immutable",
    "match: {kind: [Deployment, StatefulSet], group: apps}, path: .spec.serviceName, transition: immutable",
    "match: {kind: StatefulSet}, path: .spec, transition: {only: [replica, .template]}",
    "match: {kind: ConfigMap}, path: .immutable, transition: grow-only",
    "match: {kind: ConfigMap}, path: .data, transition: {states: {a: []}}",
    "match: {kind: Deployment}, path: .spec.replicas, transition: add-only",
    "match: {kind: Deployment}, path: .spec.replicas, transition: {only: [a]}",
    "match: {kind: PersistentVolume, namespace: prod}, path: .spec, transition: immutable",
    "match: {kind: A}, path: .a, transition: {only: []}",
    "match: {kind: A}, path: .a, transition: {only: [.]}",
    "match: {kind: A}, path: .a, transition: {only: [b..c]}",
    "match: {kind: A}, path: .a, transition: {}",
    "match: {kind: A}, path: .a, transition: {states: {draft: [activ], active: []}}",
    "match: {kind: A}, path: .a, transition: {states: {draft: [gone]}}",
    "match: {kind: A}, path: .a, transition: {states: {draft: [draft]}}",
    "match: {kind: A}, path: .a, transition: {states: {draft: [b, b], b: []}}",
    "match: {kind: A}, path: .a, transition: {states: {draft: [], draft: []}}",
    "match: {kind: A}, path: .a, transition: {states: {draft: active}}",
    "match: {kind: A}, path: .a, transition: grow-onyl",
    "match: {kind: A}, path: .a, transition: immutable, when: new.tier == tierr",
    "match: {kind: A}, path: .a, transition: immutable, when: 'true'",
    "match: {kind: A}, path: .a, transition: immutable, when: 'new.a =='",
    "catalogue: kubernets",
    "catalogue: terraform, version: '1.30'",
    "catalogue: kubernetes, match: {kind: Deploymnt, group: apps}",
    "catalogue: cloudformation, match: {group: apps}",
    "catalogue: kubernetes, transition: immutable",
];

/// An entry of `immutability.fields`.
fn field(entry: &str) -> String {
    format!("version: 1\nimmutability:\n  fields:\n    - {{{entry}}}\n")
}

#[test]
fn rules_that_can_never_hold() {
    let mut report = String::new();
    for entry in NEVER {
        report.push_str(&format!("{entry}\n"));
        report.extend(problems(&field(entry), Layer::Server).iter().map(|problem| format!("    {problem}\n")));
    }
    insta::assert_snapshot!(report, @r#"
    match: {kind: Deploymnt, group: apps}, path: .spec.selector, transition: immutable
        4:22 `Deploymnt` is no kind of `apps`, so nothing would be enforced (did you mean `Deployment`?)
    match: {kind: [Pod, Node, Foo], group: ''}, path: .spec, transition: immutable
        4:34 `Foo` is no kind of the core group, so nothing would be enforced (it has no such kind in any version)
    match: {kind: Deployment, group: batch}, path: .spec, transition: immutable
        4:22 `Deployment` is no kind of `batch`, so nothing would be enforced (it is a kind of another group)
    match: {kind: Deployment, group: apps}, path: .spec.selektor, transition: immutable
        4:54 Deployment has no field `.spec.selektor`, so nothing would be enforced (did you mean `selector`?)
    match: {kind: Deployment}, path: .spec.selecter, transition: immutable
        4:41 Deployment has no field `.spec.selecter`, so nothing would be enforced (did you mean `selector`?)
    match: {kind: Deployment, group: apps}, path: .spec.engine, transition: immutable
        4:54 Deployment has no field `.spec.engine`, so nothing would be enforced (there is `minReadySeconds`, `paused`, `progressDeadlineSeconds`, `replicas`, `revisionHistoryLimit`, `selector`, `strategy`, `template`)
    match: {kind: Deployment}, path: .spec.template.spec.containers.image, transition: immutable
        4:41 Deployment has no field `.spec.template.spec.containers.image`, so nothing would be enforced (it is a list: write `[*]` for its items)
    match: {kind: Deployment, group: apps}, path: '.spec.replicas[*]', transition: immutable
        4:54 Deployment has no field `.spec.replicas[*]`, so nothing would be enforced (nothing is below it)
    match: {kind: [Deployment, StatefulSet], group: apps}, path: .spec.serviceName, transition: immutable
        4:69 Deployment has no field `.spec.serviceName`, so nothing would be enforced (there is `minReadySeconds`, `paused`, `progressDeadlineSeconds`, `replicas`, `revisionHistoryLimit`, `selector`, `strategy`, `template`)
    match: {kind: StatefulSet}, path: .spec, transition: {only: [replica, .template]}
        4:69 StatefulSet has no field `.spec.replica`, so nothing would be enforced (did you mean `replicas`?)
    match: {kind: ConfigMap}, path: .immutable, transition: grow-only
        4:64 `.immutable` of ConfigMap is a boolean: `grow-only` says nothing about it (write `immutable`, `set-once` or `keep`)
    match: {kind: ConfigMap}, path: .data, transition: {states: {a: []}}
        4:59 `.data` of ConfigMap is a mapping: `states` says nothing about it (a state is a single value: name the field that holds it)
    match: {kind: Deployment}, path: .spec.replicas, transition: add-only
        4:69 `.spec.replicas` of Deployment is a number: `add-only` says nothing about it (write `immutable`, `set-once` or `keep`)
    match: {kind: Deployment}, path: .spec.replicas, transition: {only: [a]}
        4:69 `.spec.replicas` of Deployment is a number: `only` says nothing about it (it is for mappings and lists: write `immutable`)
    match: {kind: PersistentVolume, namespace: prod}, path: .spec, transition: immutable
        4:51 `PersistentVolume` has no namespace, so nothing would be enforced (remove `namespace`)
    match: {kind: A}, path: .a, transition: {only: []}
        4:55 `only` is empty (list something, or remove it)
    match: {kind: A}, path: .a, transition: {only: [.]}
        4:56 all of it may change then (name the fields that may change)
    match: {kind: A}, path: .a, transition: {only: [b..c]}
        4:57 `..` is not supported (name every key on the way)
    match: {kind: A}, path: .a, transition: {}
        4:48 `transition` is empty (known in `transition`: `only`, `states`)
    match: {kind: A}, path: .a, transition: {states: {draft: [activ], active: []}}
        4:66 `activ` is no state of this machine (did you mean `active`?)
    match: {kind: A}, path: .a, transition: {states: {draft: [gone]}}
        4:66 `gone` is no state of this machine (add `gone: []` if nothing follows it)
    match: {kind: A}, path: .a, transition: {states: {draft: [draft]}}
        4:66 `draft` follows itself (remove it: a state may stay as it is anyway)
    match: {kind: A}, path: .a, transition: {states: {draft: [b, b], b: []}}
        4:69 `b` stands twice in `draft` (remove one of the two)
    match: {kind: A}, path: .a, transition: {states: {draft: [], draft: []}}
        4:69 key `draft` is written twice in one mapping (remove one of them: some readers refuse it, and others disagree on which one counts)
    match: {kind: A}, path: .a, transition: {states: {draft: active}}
        4:65 `active` is no state of this machine (add `active: []` if nothing follows it)
    match: {kind: A}, path: .a, transition: grow-onyl
        4:48 unknown value `grow-onyl` for `transition` (did you mean `grow-only`?)
    match: {kind: A}, path: .a, transition: immutable, when: new.tier == tierr
        4:77 use of undefined variable `tierr` is unsafe (`old` and `new` are the documents before and after)
    match: {kind: A}, path: .a, transition: immutable, when: 'true'
        4:65 the condition asks for neither `old` nor `new` (they are the documents before and after, as in `new.spec.tier == "prod"`)
    match: {kind: A}, path: .a, transition: immutable, when: 'new.a =='
        4:65 expecting expression
    catalogue: kubernets
        4:19 unknown value `kubernets` for `catalogue` (did you mean `kubernetes`?)
    catalogue: terraform, version: '1.30'
        4:30 `version` is that of Kubernetes, which is not named here (remove it)
    catalogue: kubernetes, match: {kind: Deploymnt, group: apps}
        4:45 `Deploymnt` is no kind of `apps`, so nothing would be enforced (did you mean `Deployment`?)
    catalogue: cloudformation, match: {group: apps}
        4:50 nothing of the group `apps` is in the catalogue `cloudformation` (remove `group`)
    catalogue: kubernetes, transition: immutable
        4:31 `transition` says nothing without `path` (remove it)
    "#);
}

#[test]
fn rules_that_may_hold() {
    for entry in [
        "match: {kind: Deployment, group: apps}, path: .spec.selector, transition: immutable",
        "match: {kind: Deployment}, path: '.spec.template.spec.containers[*].resources.limits.cpu', transition: grow-only",
        "match: {kind: Deployment}, path: '.metadata.labels[\"app\"]', transition: keep",
        "match: {kind: ConfigMap, group: ''}, path: '.data[*]', transition: set-once",
        "match: {kind: StatefulSet}, path: .spec, transition: {only: [replicas, .template]}",
        "match: {kind: PersistentVolumeClaim}, path: .spec.resources.requests.storage, transition: grow-only",
        // Another group may have a kind of that name.
        "match: {kind: Service}, path: .spec.traffic, transition: immutable",
        "match: {kind: Service, group: serving.knative.dev}, path: .spec.traffik, transition: immutable",
        "match: {kind: CustomResourceDefinition}, path: '.spec.versions[*].schema.openAPIV3Schema.properties.x', transition: keep",
        "match: {kind: HorizontalPodAutoscaler, group: autoscaling}, path: .spec.targetCPUUtilizationPercentage, transition: keep",
        "match: {kind: PodSecurityPolicy, group: policy}, path: .spec.x, transition: keep",
        "match: {kind: PersistentVolume, namespace: '*'}, path: .spec, transition: immutable",
        "match: {kind: aws_db_instance, group: terraform}, path: .engine, transition: immutable",
        "match: {kind: A}, path: .a, transition: {states: {draft: [], other: []}}",
        "match: {paths: 'x/**'}, path: .a, transition: shrink-only, when: 'some x in new.a; x == old.b'",
    ] {
        if let Err(errors) = super::server(&field(entry)) {
            panic!("{}", errors.render(false));
        }
    }
}
