//! The catalogue of Terraform, through real pushes.

use serde_json::json;

use crate::common::{REFS_ONLY, Scene};

const ON: &str = "version: 1\nimmutability: {fields: [{catalogue: terraform}]}\n";

const KEPT: &str = "resource \"aws_db_instance\" \"main\" {\n  engine = \"mysql\"\n\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n";
const BUCKET: &str = "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"logs\"\n}\n";
const OTHER: &str = "resource \"aws_instance\" \"web\" {\n  ami = \"x\"\n}\n";

fn scene(files: &[(&str, &str)]) -> Scene {
    let scene = Scene::new(ON);
    for (path, text) in files {
        scene.write(path, text);
    }
    scene.push("start").ok();
    scene
}

#[test]
fn a_block_that_is_gone_is_refused_where_it_keeps_data() {
    let scene = scene(&[("live/main.tf", OTHER), ("live/db.tf", KEPT), ("live/logs.tf", BUCKET)]);
    scene.remove("live/db.tf");
    scene.push("the database goes").refused(&[
        "terraform-destruction",
        "aws_db_instance.main is destroyed: nothing declares it any more",
        "it says `prevent_destroy`",
        "live/db.tf",
        "removed {",
    ]);
    scene.reset();
    scene.write("live/logs.tf", "# nothing\n");
    scene.push("the bucket goes").refused(&["aws_s3_bucket.logs is destroyed", "its data is lost"]);
    scene.reset();
    scene.write("live/main.tf", "# nothing\n");
    scene.push("deleting what keeps nothing is everyday").ok();
    // What counts is the folder, not the file.
    scene.write("live/main.tf", KEPT).remove("live/db.tf");
    scene.push("into another file").ok();
    scene.write(
        "live/main.tf",
        "removed {\n  from = aws_db_instance.main\n\n  lifecycle {\n    destroy = false\n  }\n}\n",
    );
    scene.push("let go").ok();
    scene
        .write("live/logs.tf", "removed {\n  from = aws_s3_bucket.logs\n\n  lifecycle {\n    destroy = true\n  }\n}\n");
    scene.push("destroyed in so many words").refused(&["its `removed` block does not say `destroy = false`"]);
}

#[test]
fn another_address_needs_a_move() {
    let scene = scene(&[("main.tf", BUCKET)]);
    let renamed = BUCKET.replace("\"logs\" {", "\"audit\" {");
    scene.write("main.tf", &renamed);
    scene.push("renamed").refused(&["aws_s3_bucket.logs is destroyed", "moved {"]);
    scene.reset();
    let moved = |from: &str, to: &str| format!("moved {{\n  from = {from}\n  to   = {to}\n}}\n");
    let chain = moved("aws_s3_bucket.logs", "aws_s3_bucket.old") + &moved("aws_s3_bucket.old", "aws_s3_bucket.audit");
    scene.write("main.tf", renamed.clone() + &chain);
    scene.push("with a chain of moves").ok();
    scene.write("main.tf", "module \"store\" {\n  source = \"./store\"\n}\n".to_owned() + &chain);
    scene.write("store/main.tf", &renamed);
    scene.push("into a module").refused(&["aws_s3_bucket.audit is destroyed: nothing declares it"]);
    scene.write(
        "main.tf",
        "module \"store\" {\n  source = \"./store\"\n}\n".to_owned()
            + &chain
            + &moved("aws_s3_bucket.audit", "module.store.aws_s3_bucket.audit"),
    );
    scene.push("with its move").ok();
    scene.write("store/main.tf", OTHER);
    scene.push("gone from the module").refused(&["module.store.aws_s3_bucket.audit", "store/main.tf"]);
    scene.reset();
    let nowhere = moved("module.store.aws_s3_bucket.audit", "module.store.aws_s3_bucket.there");
    scene.write("store/main.tf", OTHER);
    scene.write("main.tf", "module \"store\" {\n  source = \"./store\"\n}\n".to_owned() + &nowhere);
    scene.push("moved to nowhere").refused(&["it moves to module.store.aws_s3_bucket.there, which nothing declares"]);
    scene.reset();
    scene.write("main.tf", "module \"shop\" {\n  source = \"./store\"\n}\n");
    scene.push("the call has another name").refused(&["nothing calls module.store any more"]);
    scene.write(
        "main.tf",
        "module \"shop\" {\n  source = \"./store\"\n}\n".to_owned() + &moved("module.store", "module.shop"),
    );
    scene.push("with a move of the module").ok();
}

#[test]
fn instances_are_counted() {
    let bucket = |more: &str| format!("resource \"aws_s3_bucket\" \"logs\" {{\n  {more}\n  bucket = \"logs\"\n}}\n");
    let scene = scene(&[("main.tf", BUCKET)]);
    scene.write("main.tf", bucket("count = 1"));
    scene.push("Terraform sees to that itself").ok();
    scene.write("main.tf", bucket("count = 0"));
    scene.push("none").refused(&["its `count` is 0", "main.tf:2:"]);
    scene.write("main.tf", bucket("for_each = toset([\"a\", \"b\"])"));
    scene.push("by keys").refused(&["aws_s3_bucket.logs had `count`, and has `for_each`", "main.tf:2:"]);
    let moved = "moved {\n  from = aws_s3_bucket.logs[0]\n  to   = aws_s3_bucket.logs[\"a\"]\n}\n";
    scene.write("main.tf", bucket("for_each = toset([\"a\", \"b\"])") + moved);
    scene.push("with a move").ok();
    scene.write("main.tf", bucket("for_each = toset([\"a\"])") + moved);
    scene.push("one fewer").refused(&["instances of aws_s3_bucket.logs are destroyed", "[\"b\"]"]);
    scene.reset();
    scene.write("main.tf", bucket("for_each = var.keys") + moved);
    scene.push("what is not known is not refused").ok();
}

#[test]
fn modules_with_count_are_not_moved_by_themselves() {
    let scene = scene(&[("main.tf", "module \"m\" {\n  source = \"./m\"\n}\n"), ("m/main.tf", BUCKET)]);
    scene.write("main.tf", "module \"m\" {\n  source = \"./m\"\n  count  = 1\n}\n");
    scene.push("counted").refused(&["module.m had neither `count` nor `for_each`, and has `count`"]);
    scene.write(
        "main.tf",
        "module \"m\" {\n  source = \"./m\"\n  count  = 1\n}\nmoved {\n  from = module.m\n  to   = module.m[0]\n}\n",
    );
    scene.push("with a move").ok();
    scene.write(
        "main.tf",
        "module \"m\" {\n  source = \"hashicorp/m/aws\"\n  count  = 1\n}\nmoved {\n  from = module.m\n  to   = module.m[0]\n}\n",
    );
    scene.push("from somewhere else").ok().says(0, &["not read here"]);
}

#[test]
fn protection_that_is_taken_away_is_told_and_refused_with_what_it_protects_from() {
    let scene = scene(&[("main.tf", KEPT)]);
    let open = KEPT.replace("true", "false");
    scene.write("main.tf", &open);
    scene.push("it is the honest way").says(0, &["terraform-protection", "aws_db_instance.main may be destroyed"]);
    scene.write("main.tf", KEPT);
    scene.push("back").ok();
    scene.write("main.tf", open.replace("mysql", "postgres"));
    scene.push("and another engine").refused(&["terraform-replacement", "engine", "`prevent_destroy` is taken away"]);
    scene.write("main.tf", KEPT.replace("mysql", "postgres"));
    scene
        .push("it is only known of providers")
        .says(0, &["terraform-replacement", "which its `prevent_destroy` forbids"]);
    scene.write(
        "main.tf",
        KEPT.replace("engine = \"mysql\"", "engine = \"maria\"").replace("true", "true\n    ignore_changes = [engine]"),
    );
    let ran = scene.push("ignored").ok();
    assert!(!ran.stderr.contains("terraform-replacement"), "{ran}");
}

#[test]
fn a_root_module_that_goes_or_moves_is_no_destruction() {
    let scene =
        scene(&[("a/main.tf", BUCKET), ("b/main.tf", KEPT), ("c/main.tf", OTHER), ("examples/x/main.tf", BUCKET)]);
    scene.remove("a/main.tf");
    scene.push("gone").says(0, &["aws_s3_bucket.logs is left alone"]);
    scene.git(&["mv", "b", "d"]).ok();
    let ran = scene.push("moved").ok();
    assert!(!ran.stderr.contains("terraform-destruction"), "{ran}");
    scene.remove("d/main.tf");
    scene.push("gone while it is protected").refused(&["it says `prevent_destroy`"]);
    scene.reset();
    scene.write("examples/x/main.tf", OTHER);
    scene.push("nobody keeps what an example makes").says(0, &["terraform-destruction"]);
}

#[test]
fn a_module_is_compared_where_it_is_called() {
    let scene = scene(&[
        ("live/main.tf", "module \"db\" {\n  source = \"../db\"\n}\n"),
        ("other/main.tf", "module \"db\" {\n  source = \"../db\"\n}\n"),
        ("db/main.tf", KEPT),
        ("new/main.tf", KEPT),
        ("empty/main.tf", OTHER),
    ]);
    scene.write("live/main.tf", "module \"db\" {\n  source = \"../new\"\n}\n");
    scene.push("another source with the same in it").ok();
    scene.write("other/main.tf", "module \"db\" {\n  source = \"../empty\"\n}\n");
    scene.push("another source without it").refused(&["module.db.aws_db_instance.main is destroyed"]);
    scene.reset();
    // Its callers say where it went.
    scene.write("db/main.tf", OTHER);
    let text = "module \"db\" {\n  source = \"../db\"\n}\nmoved {\n  from = module.db.aws_db_instance.main\n  to   = aws_db_instance.main\n}\n";
    scene.write("other/main.tf", text.to_owned() + KEPT);
    scene.push("into its caller").ok();
}

#[test]
fn plans_say_what_they_delete() {
    let change = |address: &str, kind: &str, actions: &[&str], paths: serde_json::Value| {
        json!({"address": address, "mode": "managed", "type": kind, "name": "x", "provider_name": "p",
               "action_reason": "replace_because_cannot_update",
               "change": {"actions": actions, "before": {}, "after": {}, "replace_paths": paths}})
    };
    let plan = |changes: Vec<serde_json::Value>| {
        let plan = json!({"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {},
                          "resource_changes": changes, "configuration": {}});
        serde_json::to_string_pretty(&plan).unwrap()
    };
    let scene = Scene::new(ON);
    scene.write("readme.md", "x").push("start").ok();
    scene.write(
        "plan.json",
        plan(vec![change("aws_db_instance.x", "aws_db_instance", &["create", "delete"], json!([["engine"]]))]),
    );
    scene.push("replaced").refused(&[
        "terraform-replacement",
        "the plan replaces aws_db_instance.x: engine",
        "plan.json:",
        "cannot be updated",
    ]);
    scene.write("plan.json", plan(vec![change("aws_s3_bucket.x", "aws_s3_bucket", &["delete"], json!(null))]));
    scene.push("deleted").refused(&["terraform-destruction", "the plan destroys aws_s3_bucket.x"]);
    scene.write("plan.json", plan(vec![change("aws_instance.x", "aws_instance", &["delete"], json!(null))]));
    scene.push("nothing is kept in it").says(0, &["the plan destroys aws_instance.x"]);
    scene.write("plan.json", plan(vec![change("aws_s3_bucket.x", "aws_s3_bucket", &["forget"], json!(null))]));
    scene.push("let go").ok();
    // What was there before is nobody's news.
    scene.configure(REFS_ONLY);
    scene.write("plan.json", plan(vec![change("aws_s3_bucket.x", "aws_s3_bucket", &["delete"], json!(null))]));
    scene.push("past the gate").ok();
    scene.configure(ON);
    scene.write(
        "plan.json",
        plan(vec![
            change("aws_instance.y", "aws_instance", &["create"], json!(null)),
            change("aws_s3_bucket.x", "aws_s3_bucket", &["delete"], json!(null)),
        ]),
    );
    scene.push("something else").ok();
}

#[test]
fn the_selection_and_the_weight_count() {
    let scene = scene(&[("main.tf", BUCKET)]);
    scene.configure("version: 1\nimmutability: {fields: [{catalogue: terraform, match: {kind: aws_db_instance}}]}\n");
    scene.write("main.tf", OTHER);
    scene.push("of another type").ok();
    scene.configure(ON);
    scene.write("main.tf", BUCKET).push("back").ok();
    scene.configure("version: 1\nimmutability: {fields: [{catalogue: terraform, enforce: warn}]}\n");
    scene.write("main.tf", OTHER);
    scene.push("told").says(0, &["terraform-destruction"]);
    scene.configure(&format!("{ON}files: [{{match: ['vendor/**'], ignore: true}}]\n"));
    scene.write("vendor/main.tf", BUCKET).push("left out").ok();
    scene.write("vendor/main.tf", OTHER).push("as well when it changes").ok();
}
