//! The catalogue of CloudFormation, through real pushes.

use crate::common::Scene;

const ON: &str = "version: 1\nimmutability: {fields: [{catalogue: cloudformation}]}\n";

/// A template with one resource.
fn template(kind: &str, more: &str) -> String {
    format!(
        "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n  It:\n    Type: {kind}\n{more}"
    )
}

/// Pushes a template and then another, with what the second push says.
fn change(old: &str, new: &str) -> crate::common::Ran {
    let scene = Scene::new(ON);
    scene.write("stack.yaml", old).push("start").ok();
    scene.write("stack.yaml", new).push("change")
}

const TABLE: &str = "AWS::DynamoDB::Table";

fn table(name: &str, more: &str) -> String {
    template(TABLE, &format!("{more}    Properties:\n      TableName: {name}\n      BillingMode: PAY_PER_REQUEST\n"))
}

#[test]
fn what_keeps_data_is_not_replaced() {
    change(&table("a", ""), &table("b", "")).refused(&[
        "cloudformation-replacement",
        "TableName of AWS::DynamoDB::Table It cannot be changed: the resource is replaced",
        "stack.yaml:8:",
        "was a",
        "UpdateReplacePolicy: Retain",
    ]);
    change(&table("a", ""), &table("b", "    UpdateReplacePolicy: Retain\n")).says(0, &["the old one is kept"]);
    change(&table("a", ""), &table("b", "    UpdateReplacePolicy: Snapshot\n")).refused(&["cannot be changed"]);
    let cluster = |name: &str, policy: &str| {
        template(
            "AWS::RDS::DBCluster",
            &format!(
                "    UpdateReplacePolicy: {policy}\n    Properties:\n      Engine: aurora-mysql\n      DatabaseName: {name}\n"
            ),
        )
    };
    change(&cluster("a", "Snapshot"), &cluster("b", "Snapshot")).says(0, &["the old one is kept"]);
    change(&cluster("a", "Delete"), &cluster("b", "Delete")).refused(&["`UpdateReplacePolicy: Retain` or"]);
    // What is not fixed may change.
    change(&table("a", ""), &table("a", "").replace("PAY_PER_REQUEST", "PROVISIONED")).ok();
    let queue = |name: &str| template("AWS::IAM::Role", &format!("    Properties:\n      RoleName: {name}\n"));
    change(&queue("a"), &queue("b")).says(0, &["cloudformation-replacement", "AWS::IAM::Role It"]);
}

#[test]
fn what_a_deployment_decides_is_told_and_not_refused() {
    let parameters = |default: &str| format!("Parameters:\n  Name: {{Type: String, Default: {default}}}\n");
    let named = |name: &str, default: &str| table(name, "") + &parameters(default);
    change(&named("a", "a"), &named("!Ref Name", "a")).says(0, &["known only when it is deployed"]);
    change(&named("!Ref Name", "a"), &named("!Ref Name", "b")).says(0, &["the default of the parameter Name changed"]);
    change(&named("!Sub 'x-${Name}'", "a"), &named("!Sub 'y-${Name}'", "a")).refused(&["TableName"]);
    let ran = change(&named("!Sub '${Name}'", "a"), &named("!Ref Name", "a")).ok();
    assert!(!ran.stderr.contains("cloudformation-replacement"), "{ran}");
    let mapped = |value: &str| table("!FindInMap [M, a, b]", "") + &format!("Mappings:\n  M: {{a: {{b: {value}}}}}\n");
    change(&mapped("one"), &mapped("two")).refused(&["TableName"]);
}

#[test]
fn what_keeps_data_is_not_deleted() {
    let gone = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n";
    change(&table("a", ""), gone).refused(&[
        "cloudformation-deletion",
        "AWS::DynamoDB::Table It is deleted with its data",
        "the policy that is deployed counts",
        "stack.yaml",
    ]);
    for policy in ["Retain", "RetainExceptOnCreate"] {
        change(&table("a", &format!("    DeletionPolicy: {policy}\n")), gone).ok();
    }
    change(&table("a", "    DeletionPolicy: Snapshot\n"), gone).refused(&["is deleted with its data"]);
    change(&template("AWS::RDS::DBInstance", "    DeletionPolicy: Snapshot\n"), gone).ok();
    change(&template("AWS::RDS::DBInstance", ""), gone).refused(&["but for a last snapshot"]);
    change(&template("AWS::SNS::Subscription", ""), gone).ok();
    let renamed = table("a", "").replace("  It:", "  That:");
    change(&table("a", ""), &renamed).refused(&["its logical id is That now", "keep the logical id", "stack.yaml:5:"]);
    change(&table("a", ""), &template("AWS::SQS::Queue", ""))
        .refused(&["It was a AWS::DynamoDB::Table and is a AWS::SQS::Queue"]);
}

#[test]
fn policies_that_get_weaker_are_told() {
    let kept = table("a", "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n");
    change(&kept, &table("a", ""))
        .says(0, &["cloudformation-policy", "DeletionPolicy Retain", "UpdateReplacePolicy Retain"]);
    change(&kept, &kept.replace("DeletionPolicy: Retain", "DeletionPolicy: RetainExceptOnCreate")).ok();
    let conditional = |name: &str| {
        table("a", &format!("    Condition: {name}\n")) + "Conditions:\n  A: !Equals [!Ref 'AWS::Region', x]\n"
    };
    change(&(table("a", "") + "Conditions:\n  A: !Equals [!Ref 'AWS::Region', x]\n"), &conditional("A"))
        .says(0, &["it has the condition A now"]);
}

#[test]
fn a_template_that_goes_deletes_nothing_and_one_that_moves_stays_itself() {
    let scene = Scene::new(ON);
    scene.write("a.yaml", table("a", "")).write("b.yaml", table("b", "")).write("c.md", "x").push("start").ok();
    scene.git(&["mv", "a.yaml", "moved.yaml"]).ok();
    let ran = scene.push("moved").ok();
    assert!(!ran.stderr.contains("cloudformation-"), "{ran}");
    scene.git(&["mv", "moved.yaml", "again.yaml"]).ok();
    scene.write("again.yaml", table("z", ""));
    scene.push("moved and changed").refused(&["TableName of AWS::DynamoDB::Table It", "again.yaml:8:", "was a"]);
    scene.reset();
    scene.remove("b.yaml");
    scene.push("gone").says(0, &["AWS::DynamoDB::Table It is left alone: its template is gone"]);
}

#[test]
fn the_serverless_model_and_macros_are_understood() {
    let serverless = |kind: &str, properties: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  It:\n    Type: {kind}\n    Properties:\n{properties}"
        )
    };
    let simple = serverless("AWS::Serverless::SimpleTable", "      TableName: a\n");
    let full = serverless(TABLE, "      TableName: a\n      KeySchema: [{AttributeName: id, KeyType: HASH}]\n");
    change(&simple, &full).ok();
    change(&simple, &simple.replace(": a", ": b")).refused(&["TableName"]);
    let own = |more: &str| format!("Transform: [Own]\nResources:\n  Topic: {{Type: AWS::SNS::Topic}}\n{more}");
    change(&own("  It: {Type: AWS::S3::Bucket}\n"), &own("")).says(0, &["macros or loops may make it"]);
}

#[test]
fn an_unchangeable_volume_and_a_taken_name_are_said() {
    let volume = |zone: &str| {
        template(
            "AWS::EC2::Volume",
            &format!(
                "    UpdateReplacePolicy: Retain\n    Properties:\n      AvailabilityZone: {zone}\n      Size: 8\n"
            ),
        )
    };
    change(&volume("a"), &volume("b")).refused(&["AvailabilityZone", "the deployment fails"]);
    let stream = |key: &str| {
        template(
            "AWS::RDS::DBInstance",
            &format!("    Properties:\n      DBInstanceIdentifier: db\n      DBName: {key}\n"),
        )
    };
    change(&stream("x"), &stream("y")).refused(&["DBName", "DBInstanceIdentifier unchanged the new one"]);
}
