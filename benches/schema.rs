//! How long it takes to compare a manifest with Kubernetes' own types.
//!
//! ```text
//! cargo bench --bench schema
//! ```
//!
//! Prints the time of the first comparison of a process, which decodes what a Deployment is made of,
//! the median of many that follow, and what parsing the same text takes, in microseconds.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark that cannot go on fails loudly")]

use std::{hint::black_box, time::Instant};

use pushgate::{
    document::{
        ParseLimits,
        format::{Format, parse},
    },
    kubernetes::{
        Version,
        builtin::{Lookup, definition, lookup},
        meaning,
        schema::Schema,
        validate::{Context, Definitions, ambiguous, validate},
    },
};

const ROUNDS: usize = 20_000;

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
  labels: {app.kubernetes.io/name: cart, app.kubernetes.io/part-of: shop}
  annotations:
    example.org/owner: team-cart
spec:
  replicas: 3
  revisionHistoryLimit: 3
  selector:
    matchLabels: {app.kubernetes.io/name: cart}
  strategy:
    rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}
  template:
    metadata:
      labels: {app.kubernetes.io/name: cart}
    spec:
      serviceAccountName: cart
      securityContext: {runAsNonRoot: true}
      containers:
        - name: app
          image: registry.example.org/cart:1.4.2
          args: [--listen, ':8080']
          ports:
            - {name: http, containerPort: 8080}
          env:
            - {name: LOG_LEVEL, value: info}
            - name: DATABASE_URL
              valueFrom: {secretKeyRef: {name: cart, key: url}}
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 256Mi}
          readinessProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 5
          volumeMounts:
            - {name: config, mountPath: /etc/cart}
      volumes:
        - name: config
          configMap: {name: cart}
";

struct Types(Version);

impl Definitions for Types {
    fn get(&self, number: u16) -> Option<&Schema> {
        definition(self.0, number)
    }
}

fn main() {
    let limits = ParseLimits::default();
    let parsed = parse(Format::Yaml, DEPLOYMENT.as_bytes(), &limits);
    let node = &parsed.documents[0].root;
    let types = Types(Version::NEWEST);
    let source = &parsed.source;
    let context =
        Context { definitions: &types, source, partial: false, metadata: None, secret: false, templated: false };
    let compare = || {
        let Lookup::Known(number) = lookup(types.0, "apps/v1", "Deployment") else { return usize::MAX };
        let schema = types.get(number).expect("a definition");
        let said = validate(schema, node, &context).len() + ambiguous(schema, node, &context).len();
        said + meaning::check("apps/v1", "Deployment", node, &context).len()
    };
    let started = Instant::now();
    assert_eq!(compare(), 0);
    println!("first comparison: {:.1} us", started.elapsed().as_secs_f64() * 1e6);
    println!("one that follows: {:.1} us (median)", median(|| black_box(compare())));
    println!(
        "parsing the text: {:.1} us (median)",
        median(|| parse(Format::Yaml, black_box(DEPLOYMENT.as_bytes()), &limits).documents.len())
    );
}

/// Microseconds.
fn median(mut work: impl FnMut() -> usize) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            black_box(work());
            started.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}
