//! Resources that may not go.

use crate::common::{Scene, deployment};

const PROTECTED: &str = "\
version: 1
immutability:
  resources:
    - match: {kind: [PersistentVolumeClaim, Namespace, CustomResourceDefinition]}
      forbid: [delete, rename]
";

fn claim(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: {name}\n  namespace: db\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {{requests: {{storage: 1Gi}}}}\n"
    )
}

fn scene() -> Scene {
    let scene = Scene::new(PROTECTED);
    scene.write("db/pvc.yaml", claim("data")).write("db/cart.yaml", deployment("cart", "cart:1")).push("one").ok();
    scene
}

#[test]
fn a_deleted_file_is_refused() {
    let scene = scene();
    let ran = scene.remove("db/pvc.yaml").push("gone");
    insta::assert_snapshot!(ran.refused(&[]).stderr.replace(scene.folder().to_str().expect("text"), ""), @"
    remote: error: push refused: 1 finding in refs/heads/main
    remote:
    remote:   × immutable-resource: PersistentVolumeClaim db/data is deleted: it
    remote:   │ stood in db/pvc.yaml:1
    remote:   help: restore it; where it has to go, whoever keeps the rules can
    remote:         let it go
    remote:
    remote: hint: see it before pushing: pushgate check --base origin/main
    To ../server.git
     ! [remote rejected] HEAD -> main (pre-receive hook declined)
    error: failed to push some refs to '../server.git'
    ");
    scene.reset();
    scene.remove("db/cart.yaml").push("not protected").ok();
}

#[test]
fn documents_and_items_are_resources() {
    let scene = scene();
    scene.write("all.yaml", format!("{}---\n{}", claim("a"), claim("b"))).push("two").ok();
    scene
        .write("all.yaml", claim("b"))
        .push("document")
        .refused(&["PersistentVolumeClaim db/a is deleted", "all.yaml:1"]);
    scene.reset();
    let list = |names: &[&str]| {
        let items = names.iter().map(|name| {
            format!("- {{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: {name}, namespace: db}}}}\n")
        });
        format!("apiVersion: v1\nkind: List\nitems:\n{}", items.collect::<String>())
    };
    scene.write("list.yaml", list(&["first", "second"])).push("list").ok();
    scene
        .write("list.yaml", list(&["second"]))
        .push("item")
        .refused(&["PersistentVolumeClaim db/first is deleted", "list.yaml:4"]);
    scene.reset();
    scene.write("list.yaml", "").push("emptied").refused(&["db/first is deleted", "db/second is deleted"]);
    scene.reset();
    scene.write("list.yaml", list(&["second", "first"])).push("order").ok();
}

#[test]
fn a_move_is_no_deletion() {
    let scene = scene();
    scene.git(&["mv", "db/pvc.yaml", "db/claim.yaml"]).ok();
    scene.push("another name").ok();
    scene.remove("db/claim.yaml").write("db/all.yaml", format!("{}---\n{}", deployment("x", "x:1"), claim("data")));
    scene.push("another document").ok();
    let item = claim("data").lines().map(|line| format!("    {line}\n")).collect::<String>();
    scene.write("db/all.yaml", format!("apiVersion: v1\nkind: List\nitems:\n  -{}", &item[3..])).push("a list").ok();
    scene.remove("db/all.yaml").push("gone").refused(&["PersistentVolumeClaim db/data is deleted"]);
}

#[test]
fn a_rename_is_a_deletion() {
    let scene = scene();
    let ran = scene.write("db/pvc.yaml", claim("other")).push("renamed");
    insta::assert_snapshot!(ran.refused(&[]).stderr.replace(scene.folder().to_str().expect("text"), ""), @"
    remote: error: push refused: 1 finding in refs/heads/main
    remote:
    remote:   × immutable-resource: PersistentVolumeClaim db/data becomes
    remote:   │ PersistentVolumeClaim db/other, which deletes it: it stood in
    remote:   │ db/pvc.yaml:1
    remote:    ╭─[db/pvc.yaml:4:3]
    remote:  3 │ metadata:
    remote:  4 │   name: other
    remote:    ·   ─────┬─────
    remote:    ·        ╰── was PersistentVolumeClaim db/data
    remote:  5 │   namespace: db
    remote:    ╰────
    remote:   help: keep its name, namespace and kind: with another one it is
    remote:         deleted and a new one is made
    remote:
    remote: hint: see it before pushing: pushgate check --base origin/main
    To ../server.git
     ! [remote rejected] HEAD -> main (pre-receive hook declined)
    error: failed to push some refs to '../server.git'
    ");
    scene.reset();
    scene
        .write("db/pvc.yaml", claim("data").replace("namespace: db", "namespace: shop"))
        .push("elsewhere")
        .refused(&["PersistentVolumeClaim db/data becomes PersistentVolumeClaim shop/data", "db/pvc.yaml:5:"]);
    scene.reset();
    scene.remove("db/pvc.yaml").write("new/pvc.yaml", claim("other")).push("file and name").refused(&[
        "PersistentVolumeClaim db/data becomes PersistentVolumeClaim db/other",
        "it stood in db/pvc.yaml:1",
        "new/pvc.yaml:4:",
    ]);
}

#[test]
fn what_is_filled_in_later_may_be_the_same() {
    let scene = scene();
    scene
        .write("db/pvc.yaml", claim("$(name)"))
        .push("filled in")
        .ok()
        .says(0, &["unknown-identity", "is PersistentVolumeClaim db/data under another name cannot be told"]);
}

#[test]
fn another_application_is_no_rename() {
    let scene = Scene::new("version: 1\nimmutability: {resources: [{forbid: rename}]}\n");
    scene.write("apps/a/a.yaml", deployment("a", "a:1")).push("one").ok();
    // Much alike, as manifests of one kind are; but neither name nor file nor folder is the same.
    scene.remove("apps/a/a.yaml").write("apps/b/b.yaml", deployment("b", "b:7")).push("another").ok();
    scene.remove("apps/b/b.yaml").write("apps/b/c.yaml", deployment("c", "b:7")).push("renamed").refused(&["becomes"]);
}

#[test]
fn only_what_is_forbidden_is_refused() {
    let rule = |forbid: &str| {
        format!(
            "version: 1\nimmutability:\n  resources:\n    - match: {{kind: PersistentVolumeClaim}}\n      forbid: {forbid}\n"
        )
    };
    let scene = Scene::new(&rule("rename"));
    scene.write("a.yaml", claim("a")).write("b.yaml", claim("b")).push("two").ok();
    scene.remove("a.yaml").push("deleted").ok();
    scene.write("b.yaml", claim("c")).push("renamed").refused(&["becomes PersistentVolumeClaim db/c"]);
    scene.configure(&rule("delete"));
    scene.push("renamed").refused(&["becomes PersistentVolumeClaim db/c, which deletes it"]);
}

#[test]
fn selected_by_group_label_path_name_and_namespace() {
    let scene = Scene::new(
        "version: 1\nimmutability:\n  resources:\n    - match: {labels: [tier=prod, keep]}\n      forbid: delete\n    - match: {kind: Deployment, group: apps, name: 'core-*'}\n      forbid: delete\n      help: ask the core team\n    - match: {kind: Deployment, namespace: vault}\n      forbid: delete\n    - match: {paths: 'system/**'}\n      forbid: delete\n      enforce: warn\n",
    );
    let labelled = |labels: &str| {
        deployment("labelled", "x:1").replace("namespace: shop", &format!("namespace: shop\n  labels: {labels}"))
    };
    scene
        .write("a/labelled.yaml", labelled("{tier: prod, keep: ''}"))
        .write("a/half.yaml", labelled("{tier: prod}").replace("name: labelled", "name: half"))
        .write("a/core.yaml", deployment("core-dns", "x:1"))
        .write("a/other.yaml", deployment("other", "x:1"))
        .write("a/vault.yaml", deployment("vault", "x:1").replace("namespace: shop", "namespace: vault"))
        .write("system/x.yaml", deployment("x", "x:1"))
        .push("all")
        .ok();
    for (file, wanted) in [
        ("a/labelled.yaml", Some("Deployment shop/labelled is deleted")),
        ("a/half.yaml", None),
        ("a/core.yaml", Some("ask the core team")),
        ("a/other.yaml", None),
        ("a/vault.yaml", Some("Deployment vault/vault is deleted")),
    ] {
        let ran = scene.remove(file).push(file);
        match wanted {
            Some(wanted) => {
                ran.refused(&[wanted]);
                scene.reset();
            }
            None => {
                ran.ok();
            }
        }
    }
    scene.remove("system/x.yaml").push("warned").ok().says(0, &["Deployment shop/x is deleted"]);
    // In two pushes: the first is told.
    scene
        .write("a/labelled.yaml", labelled("{tier: prod}"))
        .push("label")
        .ok()
        .says(0, &["Deployment shop/labelled is no longer protected: its label `keep` is gone"]);
}

#[test]
fn patches_are_no_resources() {
    let scene = Scene::new(PROTECTED);
    let patch = claim("data").replace("1Gi", "2Gi");
    scene
        .write("base/kustomization.yaml", "resources: [pvc.yaml]\n")
        .write("base/pvc.yaml", claim("data"))
        .write("overlays/prod/kustomization.yaml", "resources: [../../base]\npatches: [{path: pvc.yaml}]\n")
        .write("overlays/prod/pvc.yaml", &patch)
        .push("one")
        .ok();
    scene
        .write("overlays/prod/kustomization.yaml", "resources: [../../base]\n")
        .remove("overlays/prod/pvc.yaml")
        .push("no patch")
        .ok();
    // Of what comes from elsewhere there is nothing but the patch.
    scene
        .write(
            "far/kustomization.yaml",
            "resources: ['https://example.org/x.git//base']\npatches: [{path: pvc.yaml}]\n",
        )
        .write("far/pvc.yaml", claim("far"))
        .push("a remote base")
        .ok();
    scene
        .write("far/kustomization.yaml", "resources: ['https://example.org/x.git//base']\n")
        .remove("far/pvc.yaml")
        .push("not patched any more")
        .ok();
    scene
        .write("base/kustomization.yaml", "resources: []\n")
        .remove("base/pvc.yaml")
        .push("gone")
        .refused(&["PersistentVolumeClaim db/data is deleted"]);
}

#[test]
fn what_cannot_be_told_is_said() {
    let scene = Scene::new(
        "version: 1\nimmutability:\n  resources:\n    - match: {kind: [PersistentVolumeClaim, Job], name: data, namespace: db}\n      forbid: [delete, rename]\n",
    );
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: once-}\nspec: {}\n";
    scene
        .write("a/filled.yaml", claim("'${NAME}'"))
        .write("a/job.yaml", job)
        .write("b/unnamed.yaml", claim("data").replace("  namespace: db\n", ""))
        .push("one")
        .ok();
    scene.remove("a/filled.yaml").push("filled in").ok().says(0, &["unknown-identity", "its name is filled in later"]);
    scene
        .write("a/talos.yaml", "apiVersion: v1alpha1\nkind: EthernetConfig\nrings: {rx: 1}\n")
        .push("settings of a program")
        .ok();
    let ran = scene.remove("a/talos.yaml").push("no object").ok();
    assert!(!ran.stderr.contains("unknown-identity"), "{ran}");
    scene.remove("a/job.yaml").push("generated").ok().says(0, &["which Job is removed", "made when it is applied"]);
    scene.remove("b/unnamed.yaml").push("no namespace").ok().says(0, &["nothing in the repository says its namespace"]);
}

#[test]
fn what_others_need_is_not_orphaned() {
    let scene = Scene::new("version: 1\nimmutability:\n  resources:\n    - forbid: orphan\n");
    let named =
        |kind: &str, name: &str| format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop}}\n");
    let user = deployment("cart", "cart:1").replace(
        "    spec:\n",
        "    spec:\n      serviceAccountName: runner\n      volumes: [{name: a, configMap: {name: settings}}]\n",
    );
    assert!(user.contains("runner"), "{user}");
    scene
        .write("ns.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
        .write("sa.yaml", named("ServiceAccount", "runner"))
        .write("cm.yaml", named("ConfigMap", "settings"))
        .write("unused.yaml", named("ConfigMap", "unused"))
        .write("cart.yaml", user)
        .write(
            "crd.yaml",
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: boats.example.org}\nspec: {group: example.org, scope: Namespaced, names: {kind: Boat, plural: boats}, versions: []}\n",
        )
        .write("boat.yaml", "apiVersion: example.org/v1\nkind: Boat\nmetadata: {name: titanic, namespace: sea}\n")
        .push("all")
        .ok();
    for (file, wanted) in [
        ("sa.yaml", "ServiceAccount shop/runner is removed but is still needed by Deployment shop/cart (cart.yaml:1)"),
        ("cm.yaml", "ConfigMap shop/settings is removed but is still needed by Deployment shop/cart (cart.yaml:1)"),
        ("crd.yaml", "is still needed by Boat sea/titanic (boat.yaml:1)"),
        ("ns.yaml", "and 1 more"),
    ] {
        scene.remove(file).push(file).refused(&[wanted]);
        scene.reset();
    }
    scene.remove("unused.yaml").push("unused").ok();
    scene.write("cart.yaml", deployment("cart", "cart:1")).remove("cm.yaml").remove("sa.yaml").push("together").ok();
    scene.remove("boat.yaml").remove("crd.yaml").push("both").ok();
}

#[test]
fn parts_of_other_tools() {
    let scene = Scene::new(
        "version: 1\nimmutability:\n  resources:\n    - match: {kind: aws_db_instance, group: terraform}\n      forbid: [delete, rename]\n    - match: {kind: 'AWS::RDS::DBInstance'}\n      forbid: delete\n",
    );
    scene
        .write("main.tf", "resource \"aws_db_instance\" \"main\" {\n  engine = \"postgres\"\n}\n")
        .write("t.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Db: {Type: 'AWS::RDS::DBInstance'}\n  Q: {Type: 'AWS::SQS::Queue'}\n")
        .push("one")
        .ok();
    scene.write("main.tf", "locals {}\n").push("gone").refused(&["aws_db_instance.main is deleted", "main.tf:1"]);
    scene.reset();
    let renamed = "resource \"aws_db_instance\" \"other\" {\n  engine = \"postgres\"\n}\n";
    scene.write("main.tf", renamed).push("renamed").refused(&["becomes aws_db_instance.other"]);
    scene.reset();
    let moved = "moved {\n  from = aws_db_instance.main\n  to   = aws_db_instance.other\n}\n";
    scene.write("main.tf", format!("{renamed}{moved}")).push("moved").ok();
    scene
        .write("t.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Q: {Type: 'AWS::SQS::Queue'}\n")
        .push("template")
        .refused(&["AWS::RDS::DBInstance Db is deleted"]);
}

#[test]
fn what_is_only_said_to_a_tool_is_no_resource() {
    let scene = Scene::new("version: 1\nimmutability: {resources: [{forbid: delete}]}\n");
    let said = "variable \"a\" {}\n\ndata \"aws_ami\" \"b\" {}\n\nprovider \"aws\" {}\n";
    scene.write("main.tf", format!("{said}\nresource \"aws_sqs_queue\" \"q\" {{}}\n")).push("one").ok();
    scene.write("main.tf", "resource \"aws_sqs_queue\" \"q\" {}\n").push("said less").ok();
    scene.write("main.tf", said).push("gone").refused(&["aws_sqs_queue.q is deleted"]);
}

#[test]
fn what_can_never_match_is_a_mistake() {
    let scene = Scene::new(PROTECTED);
    scene.write("a.yaml", "a: 1\n").push("one").ok();
    for (rule, wanted) in [
        ("{match: {kind: pvc}, forbid: delete}", "write it as manifests do: `PersistentVolumeClaim`"),
        ("{match: {kind: Namespaces}, forbid: delete}", "write it as manifests do: `Namespace`"),
        ("{match: {kind: Namespace, namespace: a}, forbid: delete}", "in no namespace"),
        ("{match: {kind: PersistentVolumeClaim, group: apps}, forbid: delete}", "of the core group"),
        ("{match: {group: terraform, labels: a}, forbid: delete}", "has no labels"),
        ("{match: {kind: Deployment}, forbid: orphan}", "nothing in a repository points at such resources"),
        ("{match: {labels: '!a'}, forbid: delete}", "selects no labels"),
        ("{match: {kind: Pod}, forbid: remove}", "write one of `delete`, `rename`, `orphan`"),
        ("{match: {kind: Pod}, forbid: delet}", "did you mean `delete`?"),
    ] {
        scene.configure(&format!("version: 1\nimmutability:\n  resources:\n    - {rule}\n"));
        let ran = scene.write("a.yaml", format!("a: '{rule}'\n").replace("''", "'")).push("x");
        assert_ne!(ran.status, 0, "{rule}");
        ran.says(1, &[wanted, "pushgate.yaml:4:"]);
        scene.reset();
    }
}
