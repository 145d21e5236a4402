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
