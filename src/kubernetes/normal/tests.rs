use super::*;
use crate::gitops::testing::yaml;

/// A manifest as it is stored, written as JSON with sorted keys.
fn shown(text: &str) -> String {
    let node = yaml(text);
    let text = |key: &str| node.get(key).and_then(Node::as_str).expect("a kind").to_owned();
    write(&normalized(&text("apiVersion"), &text("kind"), &node))
}

fn write(node: &Node) -> String {
    use crate::document::Value;
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Sequence(items) => format!("[{}]", items.iter().map(write).collect::<Vec<_>>().join(", ")),
        Value::Mapping(entries) => {
            let mut all: Vec<String> =
                entries.iter().map(|entry| format!("{}: {}", entry.key, write(&entry.value))).collect();
            all.sort();
            format!("{{{}}}", all.join(", "))
        }
    }
}

#[test]
fn defaults_are_filled_in_down_to_the_last_field() {
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: b, image: 'c:1', ports: [{containerPort: 1}], livenessProbe: {httpGet: {port: 2}}, env: []}], volumes: [{name: d}, {name: e, secret: {secretName: f}}]}}}\n";
    insta::assert_snapshot!(shown(job), @"{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {backoffLimit: 6, completionMode: NonIndexed, completions: 1, manualSelector: false, parallelism: 1, podReplacementPolicy: TerminatingOrFailed, suspend: false, template: {metadata: {labels: {batch.kubernetes.io/job-name: a, job-name: a}}, spec: {containers: [{image: c:1, imagePullPolicy: IfNotPresent, livenessProbe: {failureThreshold: 3, httpGet: {path: /, port: 2, scheme: HTTP}, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1}, name: b, ports: [{containerPort: 1, protocol: TCP}], terminationMessagePath: /dev/termination-log, terminationMessagePolicy: File}], dnsPolicy: ClusterFirst, restartPolicy: Always, schedulerName: default-scheduler, securityContext: {}, terminationGracePeriodSeconds: 30, volumes: [{emptyDir: {}, name: d}, {name: e, secret: {defaultMode: 420, secretName: f}}]}}}}");
}

#[test]
fn what_says_nothing_is_left_out() {
    let pod = |rest: &str| shown(&format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{{rest}}}\n"));
    let plain = pod("containers: [{name: b, image: c}]");
    assert_eq!(
        plain,
        pod("containers: [{name: b, image: c, stdin: false, workingDir: '', env: null, command: [], nonsense: 1}]")
    );
    assert_eq!(plain, pod("containers: [{name: b, image: c}], hostname: '', hostNetwork: false"));
    // What has a pointer keeps what says nothing.
    assert_ne!(plain, pod("containers: [{name: b, image: c}], automountServiceAccountToken: false"));
    assert_ne!(plain, pod("containers: [{name: b, image: c, securityContext: {privileged: false}}]"));
}

#[test]
fn other_versions_of_an_api_mean_the_same() {
    let cron = |version: &str| {
        shown(&format!(
            "apiVersion: {version}\nkind: CronJob\nmetadata: {{name: a}}\nspec: {{schedule: '* * * * *'}}\n"
        ))
        .replace(version, "x")
    };
    assert_eq!(cron("batch/v1"), cron("batch/v1beta1"));
    assert!(cron("batch/v1beta1").contains("concurrencyPolicy: Allow"), "{}", cron("batch/v1beta1"));
}

#[test]
fn what_is_not_of_kubernetes_stays_as_it_is() {
    let node = yaml("apiVersion: example.org/v1\nkind: A\nspec: {x: null}\n");
    assert!(matches!(normalized("example.org/v1", "A", &node), Cow::Borrowed(_)));
    let node = yaml("apiVersion: apps/v1\nkind: Nonsense\n");
    assert!(matches!(normalized("apps/v1", "Nonsense", &node), Cow::Borrowed(_)));
}

#[test]
fn places_are_compared_by_their_type() {
    let at = |keys: &[&str]| {
        keys.iter().fold(Route::default(), |route, key| match key.parse() {
            Ok(index) => route.child(Step::Index(index)),
            Err(_) => route.child(Step::Key((*key).to_owned())),
        })
    };
    let job = |keys: &[&str]| sort("batch/v1", "Job", &at(keys));
    let container = ["spec", "template", "spec", "containers", "0"];
    assert_eq!(job(&[&container[..], &["resources", "limits", "cpu"]].concat()), Sort::Quantity);
    assert_eq!(job(&[&container[..], &["env", "0", "value"]].concat()), Sort::Plain);
    assert_eq!(sort("v1", "ResourceQuota", &at(&["spec", "scopes"])), Sort::Set);
    assert_eq!(sort("example.org/v1", "A", &at(&["spec"])), Sort::Plain);
}

#[test]
fn what_was_filled_in_stays_when_another_manifest_is_applied() {
    let service =
        |rest: &str| yaml(&format!("apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{{rest}}}\n"));
    let (old, new) = (
        service("ports: [{name: x, port: 1}, {name: y, port: 2}]"),
        service("ports: [{name: x, port: 3}], type: NodePort"),
    );
    let live = stored("v1", "Service", &old);
    let after = updated("v1", "Service", &live, &old, &new);
    insta::assert_snapshot!(write(&after), @"{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {externalTrafficPolicy: Cluster, internalTrafficPolicy: Cluster, ports: [{name: x, port: 3, protocol: TCP, targetPort: 3}], sessionAffinity: None, type: NodePort}}");
}
