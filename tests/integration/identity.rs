//! Which object is which: across files, clusters, namespaces, versions and broken revisions.

use crate::common::{Scene, deployment};

const ALL: &str = "\
version: 1
immutability:
  fields:
    - match: {kind: Deployment}
      path: .spec.selector
      transition: immutable
  resources:
    - forbid: [delete, rename]
";

fn changed(name: &str) -> String {
    deployment(name, "x:1").replace(&format!("matchLabels: {{app: {name}}}"), "matchLabels: {app: other}")
}

fn without_namespace(text: &str) -> String {
    let text = text.replace(", namespace: shop", "").replace("  namespace: shop\n", "");
    assert!(!text.contains("namespace"), "{text}");
    text
}

#[test]
fn one_object_in_two_clusters_is_two() {
    let scene = Scene::new(ALL);
    scene
        .write("clusters/a/cart.yaml", deployment("cart", "cart:1"))
        .write("clusters/b/x.yaml", "a: 1\n")
        .push("one")
        .ok();
    scene.git(&["mv", "clusters/a/cart.yaml", "clusters/b/cart.yaml"]).ok();
    scene.push("into the other cluster").refused(&["Deployment shop/cart is deleted", "clusters/a/cart.yaml"]);
    scene.reset();
    // Another selector in another cluster changes nothing.
    scene.write("clusters/b/cart.yaml", changed("cart")).push("another one").ok();
    // The cluster gets another name, with all that is in it.
    scene.git(&["mv", "clusters/a", "clusters/c"]).ok();
    scene.push("renamed").ok();
    scene.git(&["mv", "clusters/c", "clusters/d"]).ok();
    scene
        .write("clusters/d/cart.yaml", changed("cart"))
        .push("renamed and changed")
        .refused(&["immutable-field", "clusters/d/cart.yaml"]);
}

#[test]
fn clusters_are_known_by_name_elsewhere() {
    let scene = Scene::new(ALL);
    scene
        .write("clusters/alpha/x.yaml", "a: 1\n")
        .write("clusters/beta/x.yaml", "a: 1\n")
        .write("apps/alpha/cart.yaml", deployment("cart", "cart:1"))
        .push("one")
        .ok();
    scene.git(&["mv", "apps/alpha", "apps/beta"]).ok();
    // Of a cluster that stays, only one folder moved.
    scene.write("apps/alpha/y.yaml", "a: 1\n").push("moved").refused(&["Deployment shop/cart is deleted"]);
}

#[test]
fn into_a_base_that_the_cluster_takes() {
    let scene = Scene::new(ALL);
    scene
        .write("overlays/a/kustomization.yaml", "resources: [cart.yaml]\n")
        .write("overlays/a/cart.yaml", deployment("cart", "cart:1"))
        .write("overlays/b/kustomization.yaml", "resources: [cart.yaml]\n")
        .write("overlays/b/cart.yaml", deployment("cart", "cart:1"))
        .push("one")
        .ok();
    // Both clusters take it from one place now.
    scene
        .remove("overlays/a/cart.yaml")
        .remove("overlays/b/cart.yaml")
        .write("overlays/a/kustomization.yaml", "resources: [../../base]\n")
        .write("overlays/b/kustomization.yaml", "resources: [../../base]\n")
        .write("base/kustomization.yaml", "resources: [cart.yaml]\n")
        .write("base/cart.yaml", deployment("cart", "cart:1"))
        .push("shared")
        .ok();
    scene.git(&["mv", "base/cart.yaml", "overlays/a/cart.yaml"]).ok();
    scene
        .write("overlays/a/kustomization.yaml", "resources: [cart.yaml]\n")
        .write("overlays/b/kustomization.yaml", "resources: [cart.yaml]\n")
        .write("overlays/b/cart.yaml", deployment("cart", "cart:1"))
        .write("base/kustomization.yaml", "resources: []\n")
        .push("apart again")
        .ok();
}

#[test]
fn a_namespace_that_was_there_all_along_is_no_rename() {
    let scene = Scene::new(ALL);
    scene
        .write("apps/kustomization.yaml", "namespace: shop\nresources: [cart.yaml]\n")
        .write("apps/cart.yaml", without_namespace(&deployment("cart", "cart:1")))
        .push("one")
        .ok();
    scene.write("apps/cart.yaml", deployment("cart", "cart:1")).push("written").ok();
    scene.write("apps/cart.yaml", without_namespace(&deployment("cart", "cart:1"))).push("and not").ok();
    scene
        .write("apps/cart.yaml", changed("cart"))
        .push("written and changed")
        .refused(&["spec.selector of Deployment shop/cart is immutable"]);
    scene.reset();
    // Into the folder of another namespace: there it is another object.
    scene
        .write("other/kustomization.yaml", "namespace: other\nresources: [cart.yaml]\n")
        .write("apps/kustomization.yaml", "namespace: shop\nresources: []\n")
        .git(&["mv", "apps/cart.yaml", "other/cart.yaml"])
        .ok();
    scene.push("moved").refused(&["Deployment shop/cart becomes", "other/cart"]);
}

#[test]
fn flux_says_the_namespace() {
    let scene = Scene::new(ALL);
    let flux = |path: &str, namespace: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {namespace}, namespace: flux-system}}\nspec: {{path: ./{path}, targetNamespace: {namespace}, sourceRef: {{kind: GitRepository, name: x}}}}\n"
        )
    };
    let cart = without_namespace(&deployment("cart", "cart:1"));
    scene
        .write("flux/a.yaml", flux("apps/a", "shop"))
        .write("flux/b.yaml", flux("apps/b", "shop"))
        .write("flux/c.yaml", flux("apps/c", "other"))
        .write("apps/a/cart.yaml", &cart)
        .push("one")
        .ok();
    scene.write("x", "").git(&["mv", "apps/a", "apps/b"]).ok();
    scene.push("same namespace").ok();
    scene.git(&["mv", "apps/b", "apps/c"]).ok();
    scene.push("another namespace").refused(&["Deployment cart becomes"]);
}

#[test]
fn kinds_without_a_namespace_have_none_whatever_is_written() {
    let scene = Scene::new(ALL);
    let role = |namespace: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: reader\n{namespace}rules: []\n"
        )
    };
    scene.write("a.yaml", role("  namespace: a\n")).push("one").ok();
    scene.write("a.yaml", role("  namespace: b\n")).push("two").ok();
    scene.write("a.yaml", role("")).push("none").ok();
    scene.remove("a.yaml").write("b.yaml", role("  namespace: c\n")).push("moved").ok();
}

#[test]
fn a_group_that_was_handed_on_is_the_same() {
    let scene = Scene::new(ALL);
    let old = deployment("cart", "cart:1").replace("apps/v1", "extensions/v1beta1");
    scene.write("cart.yaml", &old).push("one").ok();
    scene.write("cart.yaml", changed("cart")).push("changed").refused(&["immutable-field"]);
    scene.reset();
    scene.write("cart.yaml", deployment("cart", "cart:1")).push("today's").ok();
    scene.write("cart.yaml", &old).push("back").ok();
    scene.remove("cart.yaml").write("moved.yaml", deployment("cart", "cart:1")).push("moved").ok();
}

#[test]
fn an_object_that_stands_twice_is_told_and_compared() {
    let scene = Scene::new(ALL);
    scene.write("apps/cart.yaml", deployment("cart", "cart:1")).push("one").ok();
    scene
        .write("apps/copy.yaml", deployment("cart", "cart:1"))
        .push("a copy")
        .ok()
        .says(0, &["duplicate-object", "Deployment shop/cart stands in apps/cart.yaml:1 as well"]);
    // What stands twice can be taken away once.
    scene.remove("apps/copy.yaml").push("one less").ok();
    scene.write("apps/copy.yaml", changed("cart")).push("another copy").refused(&["immutable-field", "apps/copy.yaml"]);
    scene.reset();
    let twice = format!("{}---\n{}", deployment("cart", "cart:1"), deployment("cart", "cart:1"));
    scene.write("apps/cart.yaml", twice).push("in one file").ok().says(0, &["duplicate-object"]);
    scene.write("elsewhere/cart.yaml", deployment("cart", "cart:1")).push("elsewhere").ok();
}

#[test]
fn patches_are_no_duplicates() {
    let scene = Scene::new(ALL);
    scene
        .write("app/kustomization.yaml", "resources: [cart.yaml]\npatches: [{path: patch.yaml}]\n")
        .write("app/cart.yaml", deployment("cart", "cart:1"))
        .push("one")
        .ok();
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: shop}\nspec: {replicas: 3}\n";
    let ran = scene.write("app/patch.yaml", patch).push("patch").ok();
    assert!(!ran.stderr.contains("duplicate"), "{ran}");
    // A patch that replaces what was whole is not compared with it.
    scene
        .write("app/cart.yaml", deployment("cart", "cart:2"))
        .write("app/patch.yaml", format!("{patch}---\n{patch}").replace("replicas: 3", "paused: true"));
    scene.push("both").ok();
}

#[test]
fn a_broken_revision_is_no_gap() {
    let scene = Scene::new(
        "version: 1\nimmutability:\n  refs: [{match: refs/tags/**, forbid: delete}]\nexisting: report\nfiles: [{match: cart.yaml, ignore: true}]\n",
    );
    scene.write("cart.yaml", deployment("cart", "cart:1")).push("good").ok();
    scene.write("cart.yaml", "a: [\n").push("broken").ok();
    scene.write("other.yaml", "a: 1\n").push("and so it stays").ok();
    scene.configure(ALL);
    scene.write("cart.yaml", changed("cart")).push("mended and changed").refused(&["immutable-field", "was cart"]);
    scene.reset();
    scene.remove("cart.yaml").push("removed").refused(&["Deployment shop/cart is deleted"]);
    scene.reset();
    scene
        .remove("cart.yaml")
        .write("moved.yaml", changed("cart"))
        .push("moved")
        .refused(&["immutable-field", "moved.yaml"]);
    scene.reset();
    scene.write("cart.yaml", deployment("cart", "cart:2")).push("mended").ok();
    // What was empty for a while is compared, too; what it was emptied of went then.
    scene.configure("version: 1\nimmutability: {refs: [{match: refs/tags/**, forbid: delete}]}\n");
    scene.write("cart.yaml", "").push("emptied").ok();
    scene.configure(ALL);
    scene.write("cart.yaml", changed("cart")).push("filled").refused(&["immutable-field"]);
    scene.reset();
    scene.write("cart.yaml", deployment("other", "cart:1")).push("something else").ok();
}

#[test]
fn what_could_never_be_read_is_told() {
    let scene = Scene::new(
        "version: 1\nimmutability: {refs: [{match: refs/tags/**, forbid: delete}]}\nfiles: [{match: cart.yaml, ignore: true}]\n",
    );
    scene.write("cart.yaml", "a: [\n").push("broken").ok();
    scene.configure(ALL);
    scene.write("cart.yaml", deployment("cart", "cart:1")).push("mended").ok();
    let ran = scene.pushgate(&["check", "--base", "HEAD^", "--config", "../server.git/pushgate.yaml", "-o", "json"]);
    assert!(ran.stdout.contains("not-compared") && ran.stdout.contains("no revision of it could be read"), "{ran}");
}
