#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::document::{
    ParseLimits,
    format::{Format, parse},
};

fn json(text: &str) -> Node {
    let parsed = parse(Format::Json, text.as_bytes(), &ParseLimits::default());
    assert!(parsed.problems.is_empty(), "{text}: {:?}", parsed.problems);
    parsed.documents.into_iter().next().unwrap().root
}

/// The template with one resource, and what else it has.
fn template(kind: &str, properties: &str, more: &str) -> String {
    format!(
        r#"{{"Resources": {{"It": {{"Type": "{kind}", "Properties": {{{properties}}}}}, "Other": {{"Type": "AWS::KMS::Key"}}, "Third": {{"Type": "AWS::KMS::Key"}}}}{more}}}"#
    )
}

fn changes(old: &str, new: &str) -> Vec<(About, bool, String)> {
    let (old, new) = (json(old), json(new));
    let changes = Templates::new(&old, &new).changes();
    changes.into_iter().map(|change| (change.about, change.fatal, change.message)).collect()
}

/// What is said of a change of a stateful bucket's name: whether it is fatal; `None` for nothing.
fn name(old: &str, new: &str, more: &str) -> Option<bool> {
    let of = |name: &str| {
        let property = if name.is_empty() { String::new() } else { format!(r#""BucketName": {name}"#) };
        template("AWS::S3::Bucket", &property, more)
    };
    changes(&of(old), &of(new)).first().map(|(_, fatal, _)| *fatal)
}

#[test]
fn values_are_compared_by_what_is_known_of_them() {
    let p = r#", "Parameters": {"P": {"Type": "String", "Default": "a"}, "Q": {"Type": "String"}}"#;
    for (old, new, expected) in [
        (r#""a""#, r#""a""#, None),
        (r#""a""#, r#""b""#, Some(true)),
        ("1", r#""1""#, None),
        ("", r#""a""#, Some(true)),
        (r#""a""#, "", Some(true)),
        ("", "false", Some(false)),
        ("", r#"{"Ref": "AWS::NoValue"}"#, None),
        (r#""a""#, r#"{"Ref": "P"}"#, Some(false)),
        (r#"{"Ref": "P"}"#, r#"{"Ref": "Q"}"#, Some(false)),
        (r#"{"Ref": "P"}"#, r#"{"Fn::Sub": "${P}"}"#, None),
        (r#"{"Fn::Sub": "a-${P}"}"#, r#"{"Fn::Join": ["-", ["a", {"Ref": "P"}]]}"#, None),
        (r#"{"Fn::Sub": "a-${P}"}"#, r#"{"Fn::Sub": "b-${P}"}"#, Some(true)),
        (r#"{"Fn::Sub": ["${x}", {"x": "a"}]}"#, r#""a""#, None),
        (r#"{"Fn::Sub": "${!x}"}"#, r#""${x}""#, None),
        (r#"{"Ref": "Other"}"#, r#"{"Ref": "Third"}"#, Some(true)),
        (r#"{"Fn::GetAtt": ["Other", "Arn"]}"#, r#"{"Fn::GetAtt": "Other.Arn"}"#, None),
        (r#"{"Fn::If": ["C", "a", "a"]}"#, r#""a""#, None),
        (r#"{"Fn::If": ["C", "a", "b"]}"#, r#""a""#, Some(false)),
        (r#"{"Fn::If": ["C", "a", "b"]}"#, r#"{"Fn::If": ["C", "x", "y"]}"#, Some(true)),
        (r#"{"Fn::If": ["C", "a", "b"]}"#, r#"{"Fn::If": ["C", "a", "y"]}"#, Some(false)),
        (r#"{"Fn::ImportValue": "a"}"#, r#"{"Fn::ImportValue": "b"}"#, Some(false)),
        (r#"{"Fn::ImportValue": "a"}"#, r#"{"Fn::ImportValue": "a"}"#, None),
    ] {
        assert_eq!(name(old, new, p), expected, "{old} -> {new}");
    }
}

#[test]
fn what_stands_beside_a_resource_may_change_it() {
    let of = |value: &str, more: &str| template("AWS::S3::Bucket", &format!(r#""BucketName": {value}"#), more);
    let mapping = |value: &str| format!(r#", "Mappings": {{"M": {{"a": {{"b": "{value}"}}}}}}"#);
    let written = r#"{"Fn::FindInMap": ["M", "a", "b"]}"#;
    let open = r#"{"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "b"]}"#;
    let fatal = |value: &str, old: &str, new: &str| {
        changes(&of(value, old), &of(value, new)).first().map(|(_, fatal, message)| (*fatal, message.clone()))
    };
    assert!(fatal(written, &mapping("x"), &mapping("y")).unwrap().0);
    let (known, message) = fatal(open, &mapping("x"), &mapping("y")).unwrap();
    assert!(!known && message.ends_with("the mapping M changed"), "{message}");
    // A condition that stands on one that changed.
    let conditions = |value: &str| {
        format!(
            r#", "Conditions": {{"A": {{"Fn::Equals": ["{value}", "x"]}}, "B": {{"Fn::Not": [{{"Condition": "A"}}]}}}}"#
        )
    };
    let by_condition = r#"{"Fn::If": ["B", "x", "y"]}"#;
    let (known, message) = fatal(by_condition, &conditions("x"), &conditions("y")).unwrap();
    assert!(!known && message.ends_with("the condition B changed"), "{message}");
    assert_eq!(fatal(by_condition, &conditions("x"), &conditions("x")), None);
}

#[test]
fn paths_lead_into_lists_and_mappings() {
    let of = |attribute: &str, kind: &str| {
        let properties =
            format!(r#""KeySchema": [{{"AttributeName": "{attribute}", "KeyType": "HASH"}}], "BillingMode": "{kind}""#);
        template("AWS::DynamoDB::Table", &properties, "")
    };
    assert!(changes(&of("id", "A"), &of("id", "B")).is_empty());
    let said = changes(&of("id", "A"), &of("key", "A"));
    assert!(
        said.iter().any(|(about, _, message)| *about == About::Replacement && message.contains("KeySchema")),
        "{said:?}"
    );
}

#[test]
fn loops_are_told_where_they_make_what_keeps_data() {
    let of = |names: &str| {
        format!(
            r#"{{"Transform": "AWS::LanguageExtensions", "Resources": {{"Fn::ForEach::Buckets": ["N", {names}, {{"B${{N}}": {{"Type": "AWS::S3::Bucket"}}}}]}}}}"#
        )
    };
    assert_eq!(changes(&of(r#"["a"]"#), &of(r#"["a"]"#)), []);
    let said = changes(&of(r#"["a", "b"]"#), &of(r#"["a"]"#));
    assert!(matches!(said.as_slice(), [(About::Deletion, false, _)]), "{said:?}");
}

#[test]
fn secrets_are_not_shown() {
    let of = |password: &str| {
        let properties = format!(r#""AuthToken": "{password}", "ReplicationGroupDescription": "x""#);
        template("AWS::ElastiCache::ReplicationGroup", &properties, "")
    };
    let (old, new) = (json(&of("hunter2hunter2")), json(&of("other")));
    for change in Templates::new(&old, &new).changes() {
        assert!(!change.label.contains("hunter2") && !change.message.contains("hunter2"), "{change:?}");
    }
}

#[test]
fn a_template_of_nothing_is_compared() {
    for (old, new) in
        [("{}", "{}"), (r#"{"Resources": []}"#, "{}"), (r#"{"Resources": {"A": 1}}"#, r#"{"Resources": {"A": {}}}"#)]
    {
        assert_eq!(changes(old, new), []);
    }
}
