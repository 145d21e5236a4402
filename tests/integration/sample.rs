//! The sample repository and the starter policies, pushed and varied.

use std::path::Path;

use crate::common::{Scene, pushgate};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The sample in a repository of its own, its policies on `main`, the gate in front of it.
fn scene() -> Scene {
    let scene = Scene::new("version: 1\npolicy:\n  source: {ref: refs/heads/main, path: .pushgate}\n");
    copy(&Path::new(ROOT).join("examples/gitops"), &scene.work);
    scene.commit("import");
    scene.git_in(&scene.server, &["fetch", "--quiet", "../work", "main:main"]).ok();
    scene
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}

fn edit(scene: &Scene, path: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(scene.work.join(path)).expect("a file");
    assert_eq!(text.matches(from).count(), 1, "{from:?} in {path}");
    scene.write(path, text.replace(from, to));
}

#[test]
fn the_sample_has_80_files_and_is_good() {
    let scene = scene();
    let files = scene.git(&["ls-files", ":!:.pushgate"]).ok().stdout.lines().count();
    assert!(files >= 80, "{files} files");
    // As a first import into a repository with the same rules.
    let fresh = Scene::new(
        "version: 1\nrules: [{rego: policies/document, data: [data.yaml]}]\nimmutability: {paths: [{match: 'releases/**', allow: [create]}]}\n",
    );
    copy(&Path::new(ROOT).join("policies"), &fresh.server.join("policies"));
    std::fs::copy(scene.work.join(".pushgate/data.yaml"), fresh.server.join("data.yaml")).expect("copied");
    copy(&scene.work, &fresh.work.join("sample"));
    std::fs::remove_dir_all(fresh.work.join("sample/.git")).expect("removed");
    fresh.push("import").ok();
    // And as it lies.
    let ran = scene.pushgate(&["check", "."]);
    assert_eq!(ran.status, 0, "{ran}");
}

#[test]
fn good_changes_are_accepted() {
    let scene = scene();
    edit(&scene, "apps/cart/base/deployment.yaml", "shop/cart:2.14.0", "shop/cart:2.14.1");
    scene.push("a version").ok();
    scene.write("releases/2026-11-19.yaml", "release: 2026-11-19\n").push("a release").ok();
    edit(&scene, "apps/cart/base/deployment.yaml", "shop/cart:2.14.1", "shop/cart:2.14.2");
    scene.git(&["mv", "apps/search/base/frontend.yaml", "apps/search/base/moved.yaml"]).ok();
    edit(&scene, "apps/search/base/kustomization.yaml", "- frontend.yaml", "- moved.yaml");
    scene.push("moved as it is").ok();
    scene.git(&["tag", "v1.0"]).ok();
    scene.git(&["push", "origin", "v1.0"]).ok();
    scene.git(&["revert", "--no-edit", "HEAD"]).ok();
    scene.git(&["push", "origin", "HEAD:refs/heads/main"]).ok();
}

#[test]
fn bad_changes_are_refused_at_their_place() {
    let cart = "apps/cart/base/deployment.yaml";
    for (path, from, to, says) in [
        (
            cart,
            "registry.shop.example/shop/cart:2.14.0",
            "registry.shop.example/shop/cart:latest",
            &["image-tag-pinned", "deployment.yaml:42:11"][..],
        ),
        (
            cart,
            "  selector:\n    matchLabels:\n      app.kubernetes.io/name: cart\n",
            "  selector:\n    matchLabels:\n      app.kubernetes.io/name: cart-v2\n",
            &["immutable-field", "deployment.yaml:16:7", "was cart"],
        ),
        (
            "apps/catalogue/base/service.yaml",
            "    - name: http\n      port: 80\n",
            "    - name: http\n\t  port: 80\n",
            &["syntax", "service.yaml:14:1", "tab"],
        ),
        ("releases/2026-10-15.yaml", "checkout: 5.1.0", "checkout: 5.1.1", &["immutable-path"]),
        (
            "apps/payments/overlays/production/kustomization.yaml",
            "    count: 4",
            "    count: 0",
            &["no-replica-drop-to-zero", "kustomization.yaml:7:"],
        ),
    ] {
        let scene = scene();
        edit(&scene, path, from, to);
        scene.push("bad").refused(says);
    }
    let scene = scene();
    scene.remove("apps/catalogue/base/pvc.yaml").push("deleted").refused(&["no-data-deletion"]);
}

#[test]
fn the_policies_own_tests_pass() {
    let ran = pushgate(Path::new(ROOT), &["test", "policies"]).says(0, &[" 0 failed"]);
    assert!(ran.stdout.contains("policy tests: "), "{ran}");
}

#[test]
fn every_policy_has_documentation_and_a_test() {
    let listed = pushgate(Path::new(ROOT), &["explain"]).ok().stdout;
    let mut folders = vec![Path::new(ROOT).join("policies")];
    let mut rules = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rego") {
                let stem = path.file_stem().expect("a name").to_str().expect("text").to_owned();
                if stem.ends_with("_test") {
                    continue;
                }
                assert!(path.with_file_name(format!("{stem}_test.rego")).exists(), "{stem} has no test");
                let text = std::fs::read_to_string(&path).expect("a policy");
                if let Some(id) = text.lines().find_map(|line| line.strip_prefix("#   id: ")) {
                    rules += 1;
                    assert!(listed.contains(id), "{id} is not listed");
                    assert!(text.contains("How to fix"), "{id} does not say how to fix it");
                }
            }
        }
    }
    assert!(rules >= 15, "{rules} rules");
}
