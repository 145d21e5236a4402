#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use sha2::{Digest, Sha256};

use super::table::EMBEDDED;
use super::*;

/// The table says what the script wrote: the same text comes out of both.
#[test]
fn the_table_says_what_was_told() {
    use std::fmt::Write as _;
    let mut told = String::new();
    for number in 0..EMBEDDED.nodes() {
        let shape = shape(number).unwrap();
        write!(told, "{number} {}", shape.sorts.names().join("|")).unwrap();
        for property in &shape.properties {
            let mark = if property.required { "!" } else { "" };
            write!(told, " .{}{mark}={}", property.name, property.node).unwrap();
        }
        match shape.others {
            Others::Refused => told.push_str(" refused"),
            Others::Kept => told.push_str(" kept"),
            Others::Each(node) => write!(told, " each={node}").unwrap(),
        }
        if let Some(items) = shape.items {
            write!(told, " items={items}").unwrap();
        }
        if !shape.choices.is_empty() {
            let mark = if shape.caseless { "~" } else { "" };
            write!(told, " choices={}{mark}", shape.choices.join("|")).unwrap();
        }
        if !shape.needs.is_empty() {
            let sets: Vec<String> = shape.needs.iter().map(|set| set.join("+")).collect();
            write!(told, " needs={}", sets.join("|")).unwrap();
        }
        told.push('\n');
    }
    for kind in all() {
        let lists =
            [Paths::CreateOnly, Paths::ConditionalCreateOnly, Paths::ReadOnly, Paths::Deprecated].map(|which| {
                let paths: Vec<String> = kind.paths(which).iter().map(|path| path.join("/")).collect();
                paths.join(" ")
            });
        let (state, replacement) = (kind.facts & 3, kind.facts >> 2 & 3);
        writeln!(told, "{} {} {state} {replacement} {} [{}]", kind.name(), kind.node, kind.date, lists.join(";"))
            .unwrap();
    }
    let mut digest = String::new();
    for byte in Sha256::digest(told.as_bytes()) {
        write!(digest, "{byte:02x}").unwrap();
    }
    assert_eq!(digest, include_str!("../../../../data/cloudformation.bin.told.sha256").trim());
}

#[test]
fn every_type_is_found_by_its_name() {
    let mut count = 0;
    for kind in all() {
        assert_eq!(find(&kind.name()).unwrap().name(), kind.name());
        count += 1;
    }
    assert_eq!(count, 1898);
    assert!(find("AWS::S3::Buckets").is_none());
    assert!(find("Bucket").is_none());
}

#[test]
fn a_type_says_what_is_known_of_it() {
    let bucket = find("AWS::S3::Bucket").unwrap();
    assert!(bucket.paths(Paths::CreateOnly).contains(&vec!["BucketName"]));
    assert!(bucket.paths(Paths::ReadOnly).contains(&vec!["Arn"]));
    assert!(bucket.paths(Paths::ReadOnly).contains(&vec!["MetadataConfiguration", "Destination"]));
    assert_eq!(bucket.lifecycle(), (Lifecycle::Current, ""));
    let shape = bucket.shape().unwrap();
    assert_eq!(shape.others, Others::Refused);
    assert!(shape.property("BucketName").is_some_and(|property| !property.required));
    assert!(shape.property("Bucketname").is_none());
    assert!(find("AWS::Lambda::Function").unwrap().shape().unwrap().property("Code").unwrap().required);
    assert_eq!(date(), "2026-10-20");
}

/// A definition that contains itself is a circle in the table, and has an end in every value.
#[test]
fn definitions_may_contain_themselves() {
    let rule = find("AWS::WAFv2::WebACL").unwrap().shape().unwrap();
    assert!(rule.property("Rules").is_some());
}
