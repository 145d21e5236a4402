//! Objects as kustomize builds them: what may not change is compared where it is applied.

use crate::common::{Scene, deployment};

const SELECTOR: &str = "\
version: 1
immutability:
  fields:
    - match: {kind: Deployment, group: apps}
      path: .spec.selector
      transition: immutable
";

fn kustomization(lines: &str) -> String {
    format!("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n{lines}")
}

/// A base and an overlay that takes it.
fn scene() -> Scene {
    let scene = Scene::new(SELECTOR);
    scene
        .write("base/cart.yaml", deployment("cart", "cart:1"))
        .write("base/kustomization.yaml", kustomization("resources: [cart.yaml]\n"))
        .write("prod/kustomization.yaml", kustomization("resources: [../base]\ncommonLabels:\n  tier: prod\n"))
        .push("one")
        .ok();
    scene
}

#[test]
fn a_label_of_an_overlay_that_comes_into_selectors_is_refused_where_it_stands() {
    let scene = scene();
    scene.write("prod/kustomization.yaml", kustomization("resources: [../base]\ncommonLabels:\n  tier: live\n"));
    scene.push("tier").refused(&["immutable-field", "prod/kustomization.yaml:5:", "was prod", "Deployment shop/cart"]);
    scene.reset();
    // Taken away: there is no line left to point at, but the file is told.
    scene.write("prod/kustomization.yaml", kustomization("resources: [../base]\n"));
    scene.push("none").refused(&["immutable-field", "prod/kustomization.yaml", "is gone"]);
    scene.reset();
    scene.write(
        "prod/kustomization.yaml",
        kustomization("resources: [../base]\ncommonLabels:\n  tier: prod\nimages:\n  - {name: cart, newTag: '2'}\n"),
    );
    scene.push("image").ok();
}

#[test]
fn a_change_of_a_base_is_told_once_for_all_overlays() {
    let scene = scene();
    scene.write("test/kustomization.yaml", kustomization("resources: [../base]\nnamespace: test\n")).push("two").ok();
    let changed = deployment("cart", "cart:1").replace("matchLabels: {app: cart}", "matchLabels: {app: cart-v2}");
    let ran = scene.write("base/cart.yaml", changed).push("base");
    ran.refused(&["1 finding", "base/cart.yaml:9:", "was cart", "and so of another object"]);
}

#[test]
fn what_is_written_otherwise_and_applied_the_same_is_good() {
    let scene = scene();
    // The label moves from the overlay into the manifest.
    let changed = deployment("cart", "cart:1").replace("{app: cart}", "{app: cart, tier: prod}");
    scene.write("base/cart.yaml", changed);
    scene.write("prod/kustomization.yaml", kustomization("resources: [../base]\n"));
    scene.push("the same").ok();
}

#[test]
fn a_patch_that_changes_a_selector_is_refused_in_the_patch() {
    let scene = scene();
    let patch =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: shop}\nspec:\n  replicas: 3\n";
    let all = kustomization("resources: [../base]\ncommonLabels:\n  tier: prod\npatches: [{path: cart.yaml}]\n");
    scene.write("prod/cart.yaml", patch).write("prod/kustomization.yaml", all).push("patch").ok();
    scene.write("prod/cart.yaml", format!("{patch}  selector:\n    matchLabels:\n      app: other\n"));
    scene.push("selector").refused(&["immutable-field", "prod/cart.yaml:8:", "was cart"]);
}

#[test]
fn a_kustomization_that_comes_to_files_that_were_applied_as_they_lay_counts() {
    let scene = Scene::new(SELECTOR);
    scene.write("apps/cart.yaml", deployment("cart", "cart:1")).push("one").ok();
    scene.write("apps/kustomization.yaml", kustomization("resources: [cart.yaml]\n")).push("plain").ok();
    scene.remove("apps/kustomization.yaml").push("none").ok();
    let labels = kustomization("resources: [cart.yaml]\ncommonLabels: {tier: prod}\n");
    scene.write("apps/kustomization.yaml", labels);
    scene.push("labels").refused(&["immutable-field", "apps/kustomization.yaml:4:"]);
}

#[test]
fn what_cannot_be_built_is_compared_as_it_lies() {
    let scene = scene();
    let remote = kustomization("resources: [../base, 'https://example.com/x//y?ref=v1']\n");
    scene.write("prod/kustomization.yaml", remote).push("remote").ok();
    let changed = deployment("cart", "cart:1").replace("matchLabels: {app: cart}", "matchLabels: {app: cart-v2}");
    scene.write("base/cart.yaml", changed);
    scene.push("base").refused(&["immutable-field", "base/cart.yaml:9:"]);
    let config = scene.folder().join("server.git/pushgate.yaml");
    let config = config.to_str().expect("text");
    let ran = scene.pushgate(&["check", "--base", "HEAD~1", "-v", "--config", config]);
    ran.says(1, &["prod/kustomization.yaml", "compared as they lie"]);
}

const KEPT: &str = "\
version: 1
immutability:
  resources:
    - match: {kind: [Deployment, ConfigMap]}
      forbid: [delete, rename]
";

#[test]
fn what_a_kustomization_does_not_take_any_more_is_gone() {
    let scene = scene();
    scene.configure(KEPT);
    scene.write(
        "base/kustomization.yaml",
        kustomization("resources: []\nconfigMapGenerator: [{name: a, literals: [b=1]}]\n"),
    );
    scene.push("dropped").refused(&["Deployment shop/cart", "base/cart.yaml"]);
    scene.reset();
    // Taken by the overlay itself: it is applied as before.
    scene.write("base/kustomization.yaml", kustomization("resources: []\n"));
    let itself = kustomization("resources: [../base, cart.yaml]\ncommonLabels:\n  tier: prod\n");
    scene.write("prod/kustomization.yaml", itself).write("prod/cart.yaml", deployment("cart", "cart:1"));
    scene.push("moved").ok();
    scene.remove("prod/cart.yaml");
    scene.write("prod/kustomization.yaml", kustomization("resources: [../base]\n"));
    scene.push("deleted").refused(&["Deployment shop/cart"]);
}

#[test]
fn another_prefix_makes_other_objects() {
    let scene = scene();
    scene.configure(KEPT);
    let prefix = |prefix: &str| kustomization(&format!("resources: [../base]\ncommonLabels:\n  tier: prod\n{prefix}"));
    scene.write("prod/kustomization.yaml", prefix("namePrefix: live-\n"));
    scene.push("prefix").refused(&["1 finding", "Deployment shop/cart", "live-cart"]);
    scene.reset();
    scene.write("prod/kustomization.yaml", prefix("namespace: other\n"));
    scene.push("namespace").refused(&["1 finding", "Deployment shop/cart", "other"]);
}

#[test]
fn what_is_named_by_its_content_may_change() {
    let scene = scene();
    scene.configure(KEPT);
    let generated = |value: u8| {
        let generator = format!("configMapGenerator:\n  - {{name: settings, literals: [a={value}]}}\n");
        kustomization(&format!("resources: [../base]\ncommonLabels:\n  tier: prod\n{generator}"))
    };
    scene.write("prod/kustomization.yaml", generated(1)).push("one").ok();
    scene.write("prod/kustomization.yaml", generated(2)).push("two").ok();
}

#[test]
fn what_was_only_taken_by_others_is_compared_when_it_stands_alone() {
    let scene = scene();
    scene
        .write("mid/kustomization.yaml", kustomization("resources: [../base]\n"))
        .write("prod/kustomization.yaml", kustomization("resources: [../mid]\ncommonLabels:\n  tier: prod\n"))
        .push("three")
        .ok();
    let changed = deployment("cart", "cart:1").replace("matchLabels: {app: cart}", "matchLabels: {app: cart-v2}");
    scene
        .remove("prod/kustomization.yaml")
        .write("other/kustomization.yaml", kustomization("resources: [../base]\n"))
        .write("base/cart.yaml", changed)
        .push("alone")
        .refused(&["immutable-field", "base/cart.yaml:9:", "was cart"]);
}
