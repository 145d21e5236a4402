#![allow(clippy::unwrap_used)]

use super::super::{CompileOptions, PolicySet, PolicySource};
use regorus::Value;

const POD: &str = r#"{
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "p", "labels": {"app": "shop"}},
    "spec": {
        "hostNetwork": true,
        "containers": [
            {"name": "a", "image": "a:1", "resources": {"limits": {"cpu": 1}}, "ports": [{"containerPort": 80}]},
            {"name": "b", "image": "b:latest", "resources": {}, "securityContext": {"privileged": true}},
            {"name": "c", "image": "c:latest"}
        ]
    }
}"#;

/// The outcome of a policy (without its header) over an input that is about a document.
fn judge(policy: &str, input: &Value, document: &Value) -> Vec<super::super::Violation> {
    let text = format!("package main\n\nimport rego.v1\n\n{policy}");
    let sources = [PolicySource { name: "p.rego".to_owned(), text }];
    let set = PolicySet::compile(&sources, &[], &CompileOptions::default()).unwrap();
    // As it is kept between pushes, where it can be kept.
    let set = set.to_bytes().and_then(|bytes| PolicySet::from_bytes(&bytes)).unwrap_or(set);
    set.evaluator(0).evaluate(input, document, None).unwrap().violations
}

/// Messages and places of what a policy (without its header) says of an input.
fn places_of(policy: &str, input: &str) -> Vec<String> {
    let input = Value::from_json_str(input).unwrap();
    shown(judge(policy, &input, &input))
}

fn shown(violations: Vec<super::super::Violation>) -> Vec<String> {
    let place = |route: Option<crate::document::Route>| route.map_or_else(String::new, |route| route.to_string());
    violations.into_iter().map(|found| format!("{} {}", found.message, place(found.route))).collect()
}

#[track_caller]
fn check(policy: &str, expected: &[&str]) {
    assert_eq!(places_of(policy, POD), expected, "{policy}");
}

#[test]
fn the_field_of_the_right_element() {
    check(
        "deny contains msg if { some c in input.spec.containers; not c.resources.limits; msg := sprintf(\"%s\", [c.name]) }",
        &["b /spec/containers/1/resources/limits", "c /spec/containers/2/resources/limits"],
    );
    check(
        "deny contains msg if { c := input.spec.containers[_]; endswith(c.image, \":latest\"); msg := c.name }",
        &["b /spec/containers/1/image", "c /spec/containers/2/image"],
    );
    check(
        "deny contains msg if { input.spec.containers[i].image; image := input.spec.containers[i].image; [_, tag] := split(image, \":\"); tag == \"latest\"; msg := sprintf(\"%d\", [i]) }",
        &["1 /spec/containers/1/image", "2 /spec/containers/2/image"],
    );
}

#[test]
fn what_selects_counts_for_less() {
    check("deny contains \"x\" if { input.spec.hostNetwork; input.kind == \"Pod\" }", &["x /spec/hostNetwork"]);
    check("deny contains \"x\" if { input.kind == \"Pod\" }", &["x /kind"]);
    check(
        "deny contains msg if { input.kind == \"Pod\"; some c in input.spec.containers; msg := c.name }",
        &["a /spec/containers/0", "b /spec/containers/1", "c /spec/containers/2"],
    );
    check(
        "deny contains \"x\" if { not input.metadata.labels.owner; input.kind == \"Pod\" }",
        &["x /metadata/labels/owner"],
    );
}

#[test]
fn through_rules_and_functions() {
    let helpers = "
containers contains c if { input.kind == \"Pod\"; c := input.spec.containers[_] }
latest(image) if endswith(image, \":latest\")
privileged(c) if c.securityContext.privileged
privileged(c) if \"ALL\" in c.securityContext.capabilities.add
limited(c) if { c.resources.limits.cpu; c.resources.limits.memory }
is_pod if input.kind == \"Pod\"
default root := true
root := false if input.spec.securityContext.runAsNonRoot
";
    let with = |rule: &str| format!("{helpers}\n{rule}");
    check(
        &with("deny contains c.name if { is_pod; some c in containers; latest(c.image) }"),
        &["b /spec/containers/1/image", "c /spec/containers/2/image"],
    );
    check(
        &with("deny contains c.name if { containers[c]; privileged(c); is_pod }"),
        &["b /spec/containers/1/securityContext/privileged"],
    );
    check(
        &with("deny contains c.name if { containers[c]; not limited(c) }"),
        &[
            "a /spec/containers/0/resources/limits/memory",
            "b /spec/containers/1/resources/limits/cpu",
            "c /spec/containers/2/resources/limits/cpu",
        ],
    );
    check(&with("deny contains \"root\" if { root; is_pod }"), &["root /spec/securityContext/runAsNonRoot"]);
    check(
        &with("bad contains c if { some c in containers; privileged(c) }\ndeny contains c.name if some c in bad"),
        &["b /spec/containers/1/securityContext/privileged"],
    );
}

#[test]
fn collections() {
    check(
        "deny contains msg if { provided := {l | input.metadata.labels[l]}; missing := {\"owner\"} - provided; count(missing) > 0; msg := sprintf(\"%v\", [missing]) }",
        &["{\"owner\"} /metadata/labels"],
    );
    check(
        "deny contains \"x\" if count([c | some c in input.spec.containers; c.securityContext.privileged]) > 0",
        &["x /spec/containers/1/securityContext/privileged"],
    );
    check("deny contains \"x\" if count(input.spec.containers) > 2", &["x /spec/containers"]);
    check(
        "deny contains msg if { walk(input, [path, value]); value == \"c:latest\"; msg := \"walked\" }",
        &["walked /spec/containers/2/image"],
    );
    check(
        "deny contains c.name if { some c in input.spec.containers; object.get(c, [\"securityContext\", \"privileged\"], false) != true }",
        &["a /spec/containers/0/securityContext/privileged", "c /spec/containers/2/securityContext/privileged"],
    );
    check(
        "deny contains \"x\" if not every_ok\n\nevery_ok if { every c in input.spec.containers { c.resources } }",
        &["x /spec/containers/2/resources"],
    );
    check("deny contains \"x\" if not \"x\" in [c.name | some c in input.spec.containers]", &["x /spec/containers"]);
}

#[test]
fn what_the_policy_says_wins() {
    check("deny contains {\"msg\": \"x\", \"path\": [\"metadata\"]} if input.spec.hostNetwork", &["x /metadata"]);
    let input = Value::from_json_str(POD).unwrap();
    let line = "deny contains {\"msg\": \"x\", \"_loc\": {\"line\": 3}} if input.spec.hostNetwork";
    let found = judge(line, &input, &input);
    assert_eq!((found[0].line, found[0].route.as_ref()), (Some(3), None));
    check("deny contains {\"msg\": \"x\", \"path\": \"a/file\"} if input.spec.hostNetwork", &["x /spec/hostNetwork"]);
}

#[test]
fn of_several_elements_the_first() {
    check(
        "deny contains \"x\" if endswith(input.spec.containers[_].image, \":latest\")",
        &["x /spec/containers/1/image"],
    );
    check(
        "deny := [msg | some c in input.spec.containers; endswith(c.image, \":latest\"); msg := c.name]",
        &["b /spec/containers/1/image", "c /spec/containers/2/image"],
    );
}

#[test]
fn what_no_element_fits_is_the_collection() {
    let policy = "deny contains c.name if { some c in input.spec.containers; c.ports; not exposes(c) }
exposes(c) if c.ports[_].containerPort == 443";
    check(policy, &["a /spec/containers/0/ports"]);
    check(
        "deny contains \"x\" if count([p | p := input.spec.containers[_].ports[_]; p.containerPort == 443]) == 0",
        &["x /spec/containers"],
    );
}

#[test]
fn other_inputs_for_a_rule() {
    let policy = "deny contains msg if { some c in input.spec.containers; msg := bad with input as c }
bad := sprintf(\"%s\", [input.name]) if input.securityContext.privileged";
    check(policy, &["b /spec/containers/1/securityContext/privileged"]);
    // What is not followed has no place.
    check(
        "deny contains \"x\" if { bad with data.limit as 1 }\n\nbad if { input.spec.hostNetwork; data.limit == 1 }",
        &["x "],
    );
}

#[test]
fn a_change_leads_into_its_document() {
    let change = |old: &str, new: &str| {
        let (old, new) = (Value::from_json_str(old).unwrap(), Value::from_json_str(new).unwrap());
        let fields = [("old", old), ("new", new), ("change", Value::from("modified"))];
        Value::from(
            fields
                .into_iter()
                .map(|(key, value)| (Value::from(key), value))
                .collect::<std::collections::BTreeMap<_, _>>(),
        )
    };
    let policy = "
deny contains \"fewer\" if input.new.spec.replicas < input.old.spec.replicas
deny contains \"gone\" if { input.change == \"modified\"; input.old.spec.paused; not input.new.spec.paused }
deny contains \"was\" if input.old.spec.host.name
deny contains \"any\" if input.change == \"modified\"
";
    let input = change(
        r#"{"spec": {"replicas": 3, "paused": true, "host": {"name": "x"}}}"#,
        r#"{"spec": {"replicas": 1, "host": {}}}"#,
    );
    let new = input.as_object().unwrap().get(&Value::from("new")).unwrap().clone();
    assert_eq!(
        shown(judge(policy, &input, &new)),
        ["any ", "fewer /spec/replicas", "gone /spec/paused", "was /spec/host/name"]
    );
    let input = change(r#"{"spec": {"replicas": 3, "host": {"name": "x"}}}"#, "null");
    let old = input.as_object().unwrap().get(&Value::from("old")).unwrap().clone();
    assert_eq!(shown(judge(policy, &input, &old)), ["any ", "was /spec/host/name"]);
}

#[test]
fn hostile_inputs_lose_no_violation() {
    let deep = (0..400).fold(Value::from(1_u64), |inner, _| Value::from(vec![inner]));
    let policy = "deny contains \"x\" if { walk(input, [_, value]); value == 1 }";
    assert_eq!(shown(judge(policy, &deep, &deep)), ["x "]);
    let wide = format!("{{\"xs\": [{}]}}", (0..50).map(|n| n.to_string()).collect::<Vec<_>>().join(","));
    let policy =
        "deny contains \"x\" if { some a in input.xs; some b in input.xs; some c in input.xs; a + b + c == 0 }";
    assert_eq!(places_of(policy, &wide), ["x "]);
    // Functions that call each other, deeper than is followed.
    let chain = (0..36).map(|n| format!("f{n}(x) if f{}(x)", n + 1)).collect::<Vec<_>>().join("\n");
    let policy = format!("deny contains \"x\" if f0(input.a)\n\n{chain}\nf36(x) if x == 1\n");
    assert_eq!(places_of(&policy, "{\"a\": 1}"), ["x "]);
}
