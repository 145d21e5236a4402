//! How long policies take to load, and to say what they have to say.
//!
//! ```text
//! cargo bench --bench policy
//! ```
//!
//! Prints how long a process takes that checks one small file by 200 policy files, against one that does
//! so by a single one: reading, refusing what cannot be trusted, and compiling, nothing kept from before. Then
//! the median of evaluating a set of 20 rules over a Deployment, in microseconds, with and without findings.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark that cannot go on fails loudly")]

use std::{
    fs,
    hint::black_box,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use pushgate::{
    document::{
        ParseLimits,
        format::{Format, parse},
    },
    policy::{CompileOptions, PolicySet, PolicySource, input_value},
};

const PROCESSES: usize = 15;
const ROUNDS: usize = 20_000;

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop, labels: {app: cart, owner: team-cart}}
spec:
  replicas: 3
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      serviceAccountName: cart
      securityContext: {runAsNonRoot: true}
      containers:
        - name: app
          image: registry.example.org/cart:1.4.2
          ports: [{name: http, containerPort: 8080}]
          env: [{name: LOG_LEVEL, value: info}]
          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
          readinessProbe: {httpGet: {path: /ready, port: http}}
        - name: proxy
          image: registry.example.org/proxy:2.0.1
          resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 64Mi}}
          readinessProbe: {tcpSocket: {port: 9000}}
";

/// A policy file as teams write them: helpers, conditions on containers, a message.
fn policy(number: usize, package: &str) -> String {
    format!(
        r#"# METADATA
# title: Containers must not use tag t{number}
# description: What a tag means changes, so it must not be t{number}.
# custom:
#   id: no-tag-{number}
package {package}

import rego.v1

workloads_{number} := {{"Deployment", "StatefulSet", "DaemonSet", "Job"}}

is_workload_{number} if input.kind in workloads_{number}

containers_{number} contains container if {{
	is_workload_{number}
	some list in ["containers", "initContainers"]
	some container in input.spec.template.spec[list]
}}

tag_{number}(image) := tag if {{
	parts := split(image, ":")
	count(parts) > 1
	tag := parts[count(parts) - 1]
}}

tag_{number}(image) := "latest" if not contains(image, ":")

deny_{number} contains msg if {{
	some container in containers_{number}
	tag_{number}(container.image) == "t{number}"
	msg := sprintf("container %s of %s has the tag t{number}", [container.name, input.metadata.name])
}}

warn_{number} contains msg if {{
	some container in containers_{number}
	not container.resources.limits.memory
	msg := sprintf("container %s of %s may take all memory", [container.name, input.metadata.name])
}}
"#
    )
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    fs::write(root.join("cart.yaml"), DEPLOYMENT).expect("a manifest");
    for count in [1, 200] {
        let policies = root.join(format!("policies-{count}"));
        fs::create_dir(&policies).expect("a folder");
        for number in 0..count {
            let text = policy(number, &format!("team.rule_{number}"));
            fs::write(policies.join(format!("rule_{number}.rego")), text).expect("a policy");
        }
        let config = format!("version: 1\nrules:\n  - rego: policies-{count}\n");
        fs::write(root.join(format!("{count}.yaml")), config).expect("a configuration");
    }
    let (one, many) = (process(root, 1), process(root, 200));
    println!("a process with 1 policy file: {:.1} ms", milliseconds(one));
    println!("a process with 200 policy files: {:.1} ms", milliseconds(many));
    println!("200 policy files: {:.1} ms", milliseconds(many.saturating_sub(one)));
    rules("20 rules over a Deployment, no finding", "1.4.2");
    rules("20 rules over a Deployment, findings in all of them", "t0");
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The median of several processes.
fn process(root: &Path, count: usize) -> Duration {
    let mut times: Vec<_> = (0..PROCESSES)
        .map(|_| {
            let config = format!("{count}.yaml");
            let start = Instant::now();
            let out = Command::new(env!("CARGO_BIN_EXE_pushgate"))
                .args(["check", "--config", &config, "cart.yaml"])
                .current_dir(root)
                .output()
                .expect("a process");
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            start.elapsed()
        })
        .collect();
    times.sort();
    times[PROCESSES / 2]
}

/// Prints the median of evaluating 20 rules over a Deployment whose images have this tag.
fn rules(title: &str, tag: &str) {
    let text = (0..10).map(|number| policy(number, "main")).collect::<Vec<_>>();
    let sources: Vec<_> = text
        .iter()
        .enumerate()
        .map(|(number, text)| PolicySource {
            name: format!("{number}.rego"),
            text: text.replace(&format!("== \"t{number}\""), "== \"t0\""),
        })
        .collect();
    let set = PolicySet::compile(&sources, &[], &CompileOptions::default()).expect("policies");
    assert_eq!(set.rules().len(), 20);
    let manifest = DEPLOYMENT.replace(":1.4.2", &format!(":{tag}"));
    let parsed = parse(Format::Yaml, manifest.as_bytes(), &ParseLimits::default());
    let input = input_value(&parsed.documents[0].root);
    let mut evaluator = set.evaluator(0);
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(evaluator.evaluate(black_box(&input), &input, None).expect("an outcome"));
            start.elapsed()
        })
        .collect();
    times.sort();
    println!("{title}: {:.1} µs", times[ROUNDS / 2].as_secs_f64() * 1e6);
}
