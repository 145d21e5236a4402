//! The catalogue `kubernetes` of `immutability.fields`.

use crate::common::{Scene, deployment};

const CATALOGUE: &str = "\
version: 1
immutability:
  fields:
    - catalogue: kubernetes
      version: '1.36'
";

fn job(metadata: &str, image: &str) -> String {
    format!(
        "apiVersion: batch/v1
kind: Job
metadata:
  name: once
  namespace: shop
{metadata}spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: once
          image: {image}
"
    )
}

fn claim(metadata: &str, size: &str) -> String {
    format!(
        "apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: shop
{metadata}spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: {size}
"
    )
}

const FORCE: &str = "  annotations: {kustomize.toolkit.fluxcd.io/force: enabled}\n";

#[test]
fn what_the_api_server_refuses_is_refused_where_it_stands() {
    let scene = Scene::new(CATALOGUE);
    scene.write("cart.yaml", deployment("cart", "cart:1")).write("job.yaml", job("", "a:1")).push("one").ok();
    scene.write("cart.yaml", deployment("cart", "cart:2")).push("an image").ok();
    let other = deployment("cart", "cart:1").replace("matchLabels: {app: cart}", "matchLabels: {app: cart-v2}");
    scene.write("cart.yaml", other).push("selector").refused(&[
        "immutable-field: spec.selector of Deployment shop/cart is immutable",
        "cart.yaml:9:19",
        "was cart",
    ]);
    scene.reset();
    scene.write("job.yaml", job("", "a:2")).push("job").refused(&[
        "immutable-field: spec.template of Job shop/once is immutable",
        "job.yaml:12:11",
        "was a:1",
        "give the Job a new name",
    ]);
}

#[test]
fn what_the_api_server_fills_in_is_no_change() {
    let scene = Scene::new(CATALOGUE);
    scene.write("job.yaml", job("", "a:1")).push("one").ok();
    let filled_in =
        job("", "a:1\n          imagePullPolicy: IfNotPresent\n          terminationMessagePath: /dev/termination-log")
            .replace(
                "  template:",
                "  backoffLimit: 6\n  completions: 1\n  parallelism: 1\n  suspend: false\n  template:",
            )
            .replace(
                "restartPolicy: Never",
                "restartPolicy: Never\n      dnsPolicy: ClusterFirst\n      terminationGracePeriodSeconds: 30",
            );
    scene.write("job.yaml", filled_in).push("filled in").ok();
}

#[test]
fn claims_grow_and_do_not_shrink() {
    let scene = Scene::new(CATALOGUE);
    scene.write("pvc.yaml", claim("", "10Gi")).push("one").ok();
    scene.write("pvc.yaml", claim("", "10240Mi")).push("the same").ok();
    scene.write("pvc.yaml", claim("", "20Gi")).push("larger").ok();
    scene.write("pvc.yaml", claim("", "5Gi")).push("smaller").refused(&[
        "PersistentVolumeClaim shop/data may not shrink: spec.resources.requests.storage was 20Gi, is 5Gi",
        "pvc.yaml:10:",
    ]);
    scene.reset();
    // To delete it and create it anew loses what is in it.
    scene.write("pvc.yaml", claim(FORCE, "5Gi")).push("forced").refused(&["force: enabled` would delete the"]);
}

#[test]
fn recreation_that_is_wanted_is_a_warning() {
    let scene = Scene::new(CATALOGUE);
    scene.write("job.yaml", job("", "a:1")).push("one").ok();
    scene.write("job.yaml", job(FORCE, "a:2")).push("Flux").ok().says(0, &["deleted and created anew", "warning"]);
    let argo = |options: &str| format!("  annotations: {{argocd.argoproj.io/sync-options: '{options}'}}\n");
    scene.write("job.yaml", job(&argo("Replace=true"), "a:3")).push("replaced").refused(&["spec.template"]);
    scene.write("job.yaml", job(&argo("Force=true, Replace=true"), "a:3")).push("forced").ok();
    let hook = "  annotations: {argocd.argoproj.io/hook: PreSync}\n";
    scene.write("job.yaml", job(hook, "a:4")).push("hook").ok();
    scene.write("job.yaml", job("", "a:5")).push("no hook any more").refused(&["spec.template"]);
}

#[test]
fn who_applies_it_may_say_that_all_is_recreated() {
    let flux = |force: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: apps, namespace: flux-system}}
spec:
  interval: 10m
  path: ./apps
  prune: true
  force: {force}
  sourceRef: {{kind: GitRepository, name: flux-system}}
"
        )
    };
    let scene = Scene::new(CATALOGUE);
    scene.write("apps/job.yaml", job("", "a:1")).write("flux/apps.yaml", flux("false")).push("one").ok();
    scene.write("apps/job.yaml", job("", "a:2")).push("not forced").refused(&["spec.template"]);
    scene.write("flux/apps.yaml", flux("true")).push("forced").ok().says(0, &["of Kustomization flux-system/apps"]);
    // Elsewhere it says nothing.
    scene.write("other/job.yaml", job("", "a:1").replace("once", "twice")).push("other").ok();
    scene
        .write("other/job.yaml", job("", "a:2").replace("once", "twice"))
        .push("other changed")
        .refused(&["spec.template"]);
}

#[test]
fn what_is_filled_in_later_is_not_refused() {
    let scene = Scene::new(CATALOGUE);
    scene.write("job.yaml", job("", "'a:${TAG}'")).push("one").ok();
    scene.write("job.yaml", job("", "'a:${OTHER}'")).push("two").ok();
    scene.write("job.yaml", job("", "'b:${OTHER}'")).push("another image").refused(&["spec.template"]);
    scene.reset();
    // What it is called is not known either: it may be another one each time.
    let named = |image: &str| job("", image).replace("name: once\n  namespace", "name: once-${ts}\n  namespace");
    scene.write("named.yaml", named("a:1")).push("named").ok();
    scene.write("named.yaml", named("a:2")).push("named otherwise").ok();
}

#[test]
fn secrets_are_compared_by_what_they_hold_and_not_shown() {
    let secret = |rest: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: key, namespace: shop}}\nimmutable: true\n{rest}")
    };
    let scene = Scene::new(CATALOGUE);
    scene.write("s.yaml", secret("data:\n  password: aHVudGVyMg==\n")).push("one").ok();
    scene.write("s.yaml", secret("stringData:\n  password: hunter2\n")).push("in clear").ok();
    let ran = scene.write("s.yaml", secret("stringData:\n  password: hunter3\n")).push("another");
    let ran = ran.refused(&["data of Secret shop/key is immutable", "s.yaml:6:", "was another value"]);
    assert!(!ran.stderr.contains("hunter2") && !ran.stderr.contains("aHVudGVyMg"), "{ran}");
}

#[test]
fn definitions_say_what_may_not_change() {
    let definition = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: databases.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Database, plural: databases}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              x-kubernetes-validations:
                - {rule: '!has(oldSelf.region) || has(self.region)', message: region may not be removed}
              properties:
                engine:
                  type: string
                  default: postgres
                  x-kubernetes-validations:
                    - {rule: self == oldSelf, message: engine is immutable}
                size:
                  type: integer
                  x-kubernetes-validations:
                    - {rule: self >= oldSelf}
                region: {type: string}
                odd:
                  type: string
                  x-kubernetes-validations:
                    - {rule: 'url(self).getHost() == url(oldSelf).getHost()'}
";
    let database = |spec: &str| {
        format!("apiVersion: example.org/v1\nkind: Database\nmetadata: {{name: a, namespace: b}}\nspec:\n{spec}")
    };
    let scene = Scene::new(CATALOGUE);
    scene.write("crd.yaml", definition);
    scene.write("db.yaml", database("  region: eu\n  size: 3\n  odd: a\n")).push("one").ok();
    scene.write("db.yaml", database("  region: eu\n  size: 4\n  odd: a\n  engine: postgres\n")).push("fine").ok();
    scene
        .write("db.yaml", database("  region: eu\n  size: 4\n  odd: a\n  engine: mysql\n"))
        .push("engine")
        .refused(&["spec.engine of Database b/a may not change so: engine is immutable", "db.yaml:8:3"]);
    scene.reset();
    scene
        .write("db.yaml", database("  region: eu\n  size: 2\n  odd: a\n"))
        .push("smaller")
        .refused(&["spec.size of Database"]);
    scene.reset();
    scene.write("db.yaml", database("  size: 4\n  odd: a\n")).push("gone").refused(&["region may not be removed"]);
    scene.reset();
    scene.write("db.yaml", database("  region: eu\n  size: 4\n  odd: b\n"));
    scene.push("not understood").ok();
    let ran = scene.pushgate(&["check", "--base", "HEAD~1", "-v", "--config", "../server.git/pushgate.yaml"]);
    ran.says(0, &["undecidable", "a rule over that which is not judged"]);
}

#[test]
fn well_known_definitions_are_known() {
    let scene = Scene::new(CATALOGUE);
    let rollout = |label: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {{name: a, namespace: b}}\nspec:\n  selector:\n    matchLabels: {{app: {label}}}\n"
        )
    };
    scene.write("r.yaml", rollout("a")).push("one").ok();
    scene
        .write("r.yaml", rollout("b"))
        .push("two")
        .refused(&["spec.selector of Rollout b/a is immutable", "r.yaml:6:"]);
}

#[test]
fn patches_do_not_say_what_else_is_there() {
    let scene = Scene::new(CATALOGUE);
    let patch = |spec: &str| {
        format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: db, namespace: shop}}\nspec:\n  replicas: 2\n{spec}"
        )
    };
    scene.write("overlay/kustomization.yaml", "resources: [../base]\npatches:\n  - path: patch.yaml\n");
    scene.write("base/kustomization.yaml", "resources: []\n");
    scene.write("overlay/patch.yaml", patch("  serviceName: db\n")).push("one").ok();
    scene.write("overlay/patch.yaml", patch("")).push("gone").ok();
    scene.write("overlay/patch.yaml", patch("  serviceName: db\n")).push("back").ok();
    scene.write("overlay/patch.yaml", patch("  serviceName: other\n")).push("changed").refused(&["spec.serviceName"]);
}

#[test]
fn a_catalogue_may_only_warn_or_select() {
    let scene = Scene::new(&format!("{CATALOGUE}      enforce: warn\n"));
    scene.write("job.yaml", job("", "a:1")).push("one").ok();
    scene.write("job.yaml", job("", "a:2")).push("two").ok().says(0, &["immutable-field", "warning"]);
    let scene = Scene::new(&format!("{CATALOGUE}      match: {{kind: Deployment}}\n"));
    scene.write("job.yaml", job("", "a:1")).push("one").ok();
    scene.write("job.yaml", job("", "a:2")).push("two").ok();
}
