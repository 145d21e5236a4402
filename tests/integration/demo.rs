//! `pushgate demo`.

use crate::common::pushgate;

#[test]
fn the_demo_plays_and_can_be_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = pushgate(folder.path(), &["demo", "--keep", "kept"]).says(
        0,
        &[
            "→ accepted",
            "→ refused",
            "image-tag-pinned",
            "immutable-field",
            "protected-ref",
            "× syntax",
            "did you mean `revisionHistoryLimit`?",
            "missing-reference",
            "immutable-path",
            "All pushes ended as they should",
        ],
    );
    assert_eq!(ran.stdout.matches("→ accepted").count(), 3, "{ran}");
    assert_eq!(ran.stdout.matches("→ refused").count(), 8, "{ran}");
    let work = folder.path().join("kept/work");
    pushgate(&work, &["config", "check"]).says(0, &["ok: "]);
    pushgate(&work, &["check", "--base", "HEAD~1"]).ok();
    pushgate(&folder.path().join("kept/server.git"), &["config", "check"]).says(0, &["ok: "]);
    pushgate(folder.path(), &["demo", "--keep", "kept"]).says(2, &["is not empty"]);
}
