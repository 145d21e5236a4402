//! The sections of a template.

use crate::document::{Node, Value, Violation};

use super::names::Template;
use super::said::{Saying, listed, meant_or_listed, quoted};
use super::value::{entries, is_mapping, is_open, makes_more};
use super::way::Way;
use super::{conditions, cycles, outputs, parameters, resource};

/// Sections that the service knows.
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// Judges a whole template.
pub(super) fn check(root: &Node, saying: &mut Saying) {
    let template = Template::of(root);
    // What a macro of somebody's own makes of the rest, nobody here can tell.
    if template.transforms.foreign || !is_mapping(root) {
        return;
    }
    let way = Way::root();
    nulls(root, &way, saying);
    names(root, &template, saying);
    for entry in entries(root) {
        let way = way.key(&entry.key);
        let is_section = matches!(
            entry.key.as_str(),
            "Parameters" | "Mappings" | "Conditions" | "Resources" | "Outputs" | "Rules" | "Metadata" | "Globals"
        );
        if is_section && !is_mapping(&entry.value) && entry.value.value != Value::Null {
            saying.wrong(
                Violation::of_value(way.route(), format!("`{}` is not a mapping", entry.key))
                    .labelled(format!("{}, not a mapping", entry.value.kind_name()))
                    .with_help("write each name as a key, with what it stands for under it"),
            );
            continue;
        }
        match entry.key.as_str() {
            "AWSTemplateFormatVersion" => version(&entry.value, &way, saying),
            "Parameters" => parameters::check(&entry.value, &way, saying),
            "Conditions" => conditions::check(&template, &entry.value, &way, saying),
            "Resources" => {
                resource::check_all(&template, &entry.value, &way, saying);
                cycles::check(&template, &entry.value, saying);
            }
            "Outputs" => outputs::check(&template, &entry.value, &way, saying),
            // What rules, metadata, mappings and hooks hold is not looked into.
            _ => {}
        }
    }
}

fn names(root: &Node, template: &Template, saying: &mut Saying) {
    let way = Way::root();
    for entry in entries(root) {
        if saying.is_enough() {
            return;
        }
        let known = SECTIONS.contains(&entry.key.as_str()) || makes_more(&entry.key);
        if known || (entry.key == "Globals" && template.transforms.serverless) {
            continue;
        }
        let here = way.key(&entry.key);
        let violation = Violation::of_key(here.route(), format!("{} is no section of a template", quoted(&entry.key)))
            .labelled("unknown section");
        let help = if entry.key == "Globals" {
            Some("say `Transform: AWS::Serverless-2016-10-31`, which knows `Globals`".to_owned())
        } else {
            meant_or_listed(&entry.key, SECTIONS, "sections are")
        };
        saying.wrong(Violation { help, ..violation });
    }
    let open = is_open(root) || template.transforms.include;
    match root.get("Resources") {
        None if !open => saying.wrong(
            Violation::of_value(way.route(), "the template has no `Resources`")
                .lacking("Resources")
                .with_help("add `Resources` with at least one resource, or take the file out"),
        ),
        Some(section) if matches!(&section.value, Value::Mapping(entries) if entries.is_empty()) => saying.wrong(
            Violation::of_key(way.key("Resources").route(), "`Resources` is empty")
                .labelled("no resource")
                .with_help("a template needs at least one resource"),
        ),
        None | Some(_) => {}
    }
}

fn version(node: &Node, way: &Way, saying: &mut Saying) {
    const VERSIONS: &[&str] = &["2010-09-09"];
    if node.as_str().is_some_and(|text| !VERSIONS.contains(&text)) {
        saying.wrong(
            Violation::of_value(way.route(), "there is no such version of templates")
                .labelled("unknown version")
                .with_help(format!("the only version is {}", listed(VERSIONS))),
        );
    }
}

/// The service takes no `null`, wherever it stands.
fn nulls(node: &Node, way: &Way, saying: &mut Saying) {
    if saying.is_enough() {
        return;
    }
    match &node.value {
        Value::Null => saying.wrong(
            Violation::of_key(
                way.route(),
                format!("{} has no value", quoted(way.last_key().unwrap_or("the template"))),
            )
            .labelled("nothing here")
            .with_help("CloudFormation takes no `null`: give it a value, or leave it out"),
        ),
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                nulls(item, &way.index(index), saying);
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                // A short form without an argument (`!GetAZs`) has the empty string for one.
                let argument = entries.len() == 1 && entry.key.starts_with("Fn::") && entry.value.value == Value::Null;
                if !argument {
                    nulls(&entry.value, &way.key(&entry.key), saying);
                }
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
