//! Immutability of paths: append-only folders.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::common::Scene;

const APPEND_ONLY: &str = "\
version: 1
immutability:
  paths:
    - match: ['releases/**']
      allow: [create]
    - match: ['frozen/**']
      allow: []
";

fn scene() -> Scene {
    let scene = Scene::new(APPEND_ONLY);
    scene.write("releases/one.yaml", "release: 1\n").write("releases/notes.txt", "text\n").push("first").ok();
    scene
}

#[test]
fn new_files_may_be_added() {
    let scene = scene();
    scene.write("releases/two.yaml", "release: 2\n").write("releases/deep/er/three.json", "{}\n").push("more").ok();
}

#[test]
fn a_frozen_folder_takes_nothing() {
    scene().write("frozen/new.yaml", "a: 1\n").push("add").refused(&["frozen/new.yaml may not be added"]);
}

#[test]
fn what_is_in_stays_as_it_is() {
    let scene = scene();
    scene
        .write("releases/one.yaml", "release: 1 # edited\n")
        .push("change")
        .refused(&["immutable-path", "releases/one.yaml may not be changed"]);
    scene.reset();
    // Any file, declarative or not.
    scene.write("releases/notes.txt", "other\n").push("change").refused(&["releases/notes.txt may not be changed"]);
    scene.reset();
    scene.remove("releases/one.yaml").push("delete").refused(&["releases/one.yaml may not be deleted or moved"]);
    scene.reset();
    scene.git(&["mv", "releases/one.yaml", "elsewhere.yaml"]).ok();
    scene.push("move").refused(&["releases/one.yaml may not be deleted or moved"]);
    scene.reset();
    let file = scene.work.join("releases/one.yaml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("mode");
    scene.push("mode").refused(&["releases/one.yaml may not be given another mode"]);
    scene.reset();
    scene.remove("releases/one.yaml");
    symlink("../elsewhere", &file).expect("a link");
    scene.push("type").refused(&["releases/one.yaml may not be replaced by something else than a file"]);
    scene.reset();
    scene.remove("releases/one.yaml").write("releases/one.yaml/inner.yaml", "a: 1\n");
    scene.push("folder").refused(&["releases/one.yaml may not be deleted"]);
    scene.reset();
    // The folder itself becomes a link.
    std::fs::remove_dir_all(scene.work.join("releases")).expect("removed");
    symlink("elsewhere", scene.work.join("releases")).expect("a link");
    scene.push("folder to link").refused(&["releases/one.yaml may not be deleted"]);
}

#[test]
fn odd_names_are_paths_like_any_other() {
    let scene = scene();
    for name in ["releases/with space.yaml", "releases/ü.yaml", "releases/new\nline.yaml", "releases/\"quoted\".yaml"]
    {
        scene.write(name, "a: 1\n").push("add").ok();
        scene.write(name, "a: 2\n").push("change").refused(&["immutable-path"]);
        scene.reset();
    }
}
