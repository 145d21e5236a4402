//! Immutability of fields, by the identity of the resource.

use crate::common::{Scene, deployment};

const SELECTOR: &str = "\
version: 1
immutability:
  fields:
    - match: {kind: Deployment, group: apps}
      path: .spec.selector
      transition: immutable
    - match: {kind: PersistentVolumeClaim, group: ''}
      path: .spec.storageClassName
      transition: immutable
";

fn scene() -> Scene {
    let scene = Scene::new(SELECTOR);
    scene.write("apps/cart.yaml", deployment("cart", "cart:1")).push("one").ok();
    scene
}

fn changed() -> String {
    deployment("cart", "cart:1").replace("matchLabels: {app: cart}", "matchLabels: {app: cart-v2}")
}

#[test]
fn a_changed_field_is_refused_where_it_stands() {
    let scene = scene();
    let ran = scene.write("apps/cart.yaml", changed()).push("selector");
    insta::assert_snapshot!(ran.refused(&[]).stderr.replace(scene.folder().to_str().expect("text"), ""), @"
    remote: error: push refused: 1 finding in refs/heads/main
    remote:
    remote:   × immutable-field: spec.selector of Deployment shop/cart is
    remote:   │ immutable
    remote:     ╭─[apps/cart.yaml:9:19]
    remote:   8 │   selector:
    remote:   9 │     matchLabels: {app: cart-v2}
    remote:     ·                   ──────┬─────
    remote:     ·                         ╰── was cart
    remote:  10 │   template:
    remote:     ╰────
    remote:   help: restore the old value, or create a new Deployment under
    remote:         another name and delete this one
    remote:
    remote: hint: see it before pushing: pushgate check --base origin/main
    To ../server.git
     ! [remote rejected] HEAD -> main (pre-receive hook declined)
    error: failed to push some refs to '../server.git'
    ");
}

#[test]
fn the_resource_is_followed_into_another_file() {
    let scene = scene();
    scene.git(&["mv", "apps/cart.yaml", "moved.yaml"]).ok();
    scene.write("moved.yaml", changed()).push("moved").refused(&["immutable-field", "moved.yaml:9:", "was cart"]);
    scene.reset();
    // Into a file with others, in another version of its API, as JSON.
    scene.remove("apps/cart.yaml");
    scene.write("all.yaml", format!("a: 1\n---\n{}", changed())).push("joined").refused(&["all.yaml:11:"]);
    scene.reset();
    scene.remove("apps/cart.yaml");
    let json = r#"{"apiVersion": "apps/v1beta1", "kind": "Deployment", "metadata": {"name": "cart", "namespace": "shop"},
 "spec": {"selector": {"matchLabels": {"app": "other"}}}}"#;
    scene.write("cart.json", json).push("json").refused(&["cart.json:2:"]);
    scene.reset();
    scene.git(&["mv", "apps/cart.yaml", "moved.yaml"]).ok();
    scene.push("moved as it is").ok();
}

#[test]
fn lists_are_unpacked() {
    let scene = scene();
    scene.remove("apps/cart.yaml");
    let item = changed().lines().map(|line| format!("    {line}\n")).collect::<String>();
    let list = format!("apiVersion: v1\nkind: List\nitems:\n  -{}", &item[3..]);
    scene.write("list.yaml", list).push("wrapped").refused(&["immutable-field", "list.yaml:12:"]);
}

#[test]
fn values_count_not_text() {
    let scene = scene();
    scene
        .write(
            "apps/cart.yaml",
            deployment("cart", "cart:2").replace(
                "matchLabels: {app: cart}",
                "matchExpressions: []\n    matchLabels:\n      \"app\": 'cart' # same",
            ),
        )
        .push("other notation")
        .ok();
}

#[test]
fn removing_and_adding_are_changes_and_null_is_nothing() {
    let scene = Scene::new(SELECTOR);
    let claim = |class: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: data, namespace: db}}\nspec:\n  accessModes: [ReadWriteOnce]\n{class}"
        )
    };
    scene.write("pvc.yaml", claim("")).push("one").ok();
    scene.write("pvc.yaml", claim("  storageClassName: null\n")).push("null").ok();
    scene.write("pvc.yaml", claim("  storageClassName: fast\n")).push("set").refused(&["was not set", "pvc.yaml:6:3"]);
    scene.reset();
    let other = claim("  storageClassName: fast\n").replace("name: data", "name: other");
    scene.write("other.yaml", &other).push("another").ok();
    scene
        .write("other.yaml", other.replace("  storageClassName: fast\n", ""))
        .push("removed")
        .refused(&["may not be removed", "was fast"]);
}

#[test]
fn an_object_that_stands_twice_is_compared_twice() {
    let scene = scene();
    let twice = format!("{}---\n{}", deployment("cart", "cart:1"), changed());
    scene.write("apps/cart.yaml", &twice).push("twice").refused(&["apps/cart.yaml:26:"]);
    scene.reset();
    scene.remove("apps/cart.yaml").write("moved.yaml", &twice).push("twice elsewhere").refused(&["moved.yaml:26:"]);
}

#[test]
fn another_name_is_another_resource() {
    let scene = scene();
    scene.write("apps/cart.yaml", changed().replace("name: cart\n", "name: cart-v2\n")).push("renamed").ok();
    scene.write("apps/cart.yaml", changed().replace("namespace: shop", "namespace: other")).push("elsewhere").ok();
    scene.remove("apps/cart.yaml").push("gone").ok();
    scene.write("apps/cart.yaml", deployment("cart", "cart:1")).push("back").ok();
}

#[test]
fn two_of_a_name_in_two_folders_stay_apart() {
    let scene = Scene::new(SELECTOR);
    scene
        .write("clusters/a/cart.yaml", deployment("cart", "cart:1"))
        .write("clusters/b/cart.yaml", changed())
        .push("two")
        .ok();
    // Each moves; neither is compared with the other.
    scene.git(&["mv", "clusters", "sites"]).ok();
    scene.push("moved both").ok();
    scene.write("sites/b/cart.yaml", deployment("cart", "cart:1")).push("b changed").refused(&["sites/b/cart.yaml"]);
}

#[test]
fn fields_of_files_that_are_no_resources() {
    let scene = Scene::new(
        "version: 1\nimmutability:\n  fields:\n    - match: {paths: ['clusters/*/id.yaml']}\n      path: .cluster.id\n      transition: immutable\n    - match: {kind: Job}\n      path: '.spec.template.spec.containers[*].image'\n      transition: immutable\n      help: delete the Job first\n",
    );
    scene.write("clusters/a/id.yaml", "cluster: {id: 17, size: 3}\n").push("one").ok();
    scene.write("clusters/a/id.yaml", "cluster: {id: 17.0, size: 4}\n").push("same number").ok();
    scene
        .write("clusters/a/id.yaml", "cluster: {id: 18, size: 4}\n")
        .push("changed")
        .refused(&["cluster.id of clusters/a/id.yaml is immutable", "was 17"]);
    scene.reset();
    let job = |image: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: once}}\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          image: {image}\n"
        )
    };
    scene.write("job.yaml", job("a:1")).push("job").ok();
    scene.write("job.yaml", job("a:2")).push("job changed").refused(&[
        "spec.template.spec.containers[0].image of Job once is immutable",
        "job.yaml:9:11",
        "delete the Job first",
    ]);
}

#[test]
fn secrets_are_not_shown() {
    let scene = Scene::new(
        "version: 1\nimmutability:\n  fields:\n    - {match: {kind: Secret}, path: .data, transition: immutable}\n",
    );
    let secret =
        |value: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: key}}\ndata:\n  password: {value}\n");
    scene.write("s.yaml", secret("b2xkLXBhc3N3b3Jk")).push("one").ok();
    let ran = scene.write("s.yaml", secret("bmV3")).push("two").refused(&["was another value"]);
    assert!(!ran.stderr.contains("b2xkLXBhc3N3b3Jk"), "{ran}");
}

/// A configuration with one rule over a kind of its own.
fn rule(entry: &str) -> String {
    format!("version: 1\nimmutability:\n  fields:\n    - {{match: {{kind: Database}}, {entry}}}\n")
}

fn database(spec: &str) -> String {
    format!("apiVersion: example.org/v1\nkind: Database\nmetadata: {{name: main, namespace: db}}\nspec:\n{spec}")
}

#[test]
fn a_size_may_only_grow() {
    let scene = Scene::new(&rule("path: .spec.size, transition: grow-only"));
    let size = |size: &str| database(&format!("  size: {size}\n"));
    scene.write("d.yaml", size("10Gi")).push("one").ok();
    scene.write("d.yaml", size("10240Mi")).push("same").ok();
    scene.write("d.yaml", size("11Gi")).push("more").ok();
    scene.write("d.yaml", size("5Gi")).push("less").refused(&[
        "spec.size of Database db/main may only grow: was 11Gi, is 5Gi",
        "d.yaml:5:3",
        "write a larger one",
    ]);
    scene.reset();
    scene.write("d.yaml", database("  other: 1\n")).push("gone").refused(&["may only grow and may not be removed"]);
    scene.reset();
    let told = scene.write("d.yaml", size("'${SIZE}'")).push("filled in").ok();
    assert!(told.stderr.contains("undecidable"), "{told}");
}

#[test]
fn a_state_machine_is_followed() {
    let scene =
        Scene::new(&rule("path: .spec.state, transition: {states: {draft: [active], active: [retired], retired: []}}"));
    let state = |state: &str| database(&format!("  state: {state}\n"));
    scene.write("d.yaml", state("draft")).push("draft").ok();
    let other = state("actve").replace("name: main", "name: other");
    scene.write("e.yaml", other).push("typo").refused(&["has no such state: `actve`", "`active`", "e.yaml:5:3"]);
    scene.reset();
    scene.write("d.yaml", state("retired")).push("jump").refused(&["from `draft` to `retired`", "write `active`"]);
    scene.reset();
    scene.write("d.yaml", state("active")).push("active").ok();
    scene.write("d.yaml", state("retired")).push("retired").ok();
    scene.write("d.yaml", state("active")).push("back").refused(&["no other state follows it"]);
    scene.reset();
    scene.write("d.yaml", database("  other: 1\n")).push("gone").refused(&["may change its state but not be removed"]);
}

#[test]
fn all_but_some_fields_stay() {
    let scene = Scene::new(&rule("path: .spec, transition: {only: [replicas, .template.spec]}"));
    scene.write("d.yaml", database("  replicas: 1\n  engine: a\n")).push("one").ok();
    scene.write("d.yaml", database("  replicas: 2\n  engine: a\n  template: {spec: {x: 1}}\n")).push("fine").ok();
    scene.write("d.yaml", database("  replicas: 3\n  engine: b\n  zone: c\n")).push("others").refused(&[
        "spec.engine of Database db/main may not change; only `.replicas`, `.template.spec` may",
        "spec.zone of Database db/main",
        "d.yaml:6:3",
        "was a",
    ]);
}

#[test]
fn items_are_followed_by_their_names() {
    let scene = Scene::new(&rule("path: '.spec.shards[*].disk', transition: immutable"));
    let shards = |shards: &str| database(&format!("  shards: [{shards}]\n"));
    scene.write("d.yaml", shards("{name: a, disk: 1}, {name: b, disk: 2}")).push("one").ok();
    scene.write("d.yaml", shards("{name: c, disk: 3}, {name: b, disk: 2}, {name: a, disk: 1}")).push("inserted").ok();
    scene
        .write("d.yaml", shards("{name: c, disk: 3}, {name: b, disk: 9}, {name: a, disk: 1}"))
        .push("changed")
        .refused(&["spec.shards[1].disk of Database db/main is immutable", "was 2"]);
}

#[test]
fn a_condition_decides_whether_a_rule_counts() {
    let scene = Scene::new(&rule("path: .spec.engine, transition: immutable, when: old.spec.tier == \"prod\""));
    let engine = |tier: &str, engine: &str| database(&format!("  tier: {tier}\n  engine: {engine}\n"));
    scene.write("d.yaml", engine("dev", "a")).push("dev").ok();
    scene.write("d.yaml", engine("prod", "b")).push("from dev").ok();
    scene
        .write("d.yaml", engine("prod", "c"))
        .push("in prod")
        .refused(&["spec.engine of Database db/main is immutable"]);
    // Undefined is not true.
    let scene = Scene::new(&rule("path: .spec.engine, transition: immutable, when: old.spec.nothing.x == 1"));
    scene.write("d.yaml", engine("dev", "a")).push("one").ok();
    scene.write("d.yaml", engine("dev", "b")).push("two").ok();
    // What fails is no answer.
    let scene = Scene::new(&rule("path: .spec.engine, transition: immutable, when: to_number(old.spec.tier) == 1"));
    scene.write("d.yaml", engine("dev", "a")).push("one").ok();
    let ran = scene.write("d.yaml", engine("dev", "b")).push("two");
    assert!(ran.status != 0 && ran.stderr.contains("to_number"), "{ran}");
}

#[test]
fn what_is_enforced_less_is_told_and_let_in() {
    let scene = Scene::new(&rule("path: .spec.engine, transition: immutable, enforce: warn"));
    scene.write("d.yaml", database("  engine: a\n")).push("one").ok();
    let ran = scene.write("d.yaml", database("  engine: b\n")).push("two").ok();
    assert!(ran.stderr.contains("warning") && ran.stderr.contains("immutable-field"), "{ran}");
    let scene = Scene::new(&rule("path: .spec.engine, transition: immutable, enforce: dry-run"));
    scene.write("d.yaml", database("  engine: a\n")).push("one").ok();
    scene.write("d.yaml", database("  engine: b\n")).push("two").ok();
}

#[test]
fn amounts_that_are_secret_are_not_shown() {
    let scene = Scene::new(&rule("path: .spec.apiKey, transition: grow-only"));
    scene.write("d.yaml", database("  apiKey: 987654\n")).push("one").ok();
    let ran = scene.write("d.yaml", database("  apiKey: 1234\n")).push("two").refused(&["may only grow"]);
    assert!(!ran.stderr.contains("987654"), "{ran}");
}
