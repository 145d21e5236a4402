//! The `Resources` section.

use crate::document::{Entry, Node, Value, Violation};

use super::attributes;
use super::names::Template;
use super::properties;
use super::references::{Place, condition, depends_on, walk};
use super::said::{Saying, meant_or_listed, quoted};
use super::types::{self, Lifecycle};
use super::value::{entries, function, is_alphanumeric, is_mapping, is_open, makes_more};
use super::way::Way;

/// What a resource may have.
const FIELDS: &[&str] = &[
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

/// Judges all resources.
pub(super) fn check_all(template: &Template, section: &Node, way: &Way, saying: &mut Saying) {
    for entry in entries(section).iter().filter(|entry| !makes_more(&entry.key)) {
        if saying.is_enough() {
            return;
        }
        check(template, entry, &way.key(&entry.key), saying);
    }
}

fn check(template: &Template, entry: &Entry, way: &Way, saying: &mut Saying) {
    let resource = &entry.value;
    if !is_alphanumeric(&entry.key) {
        saying.wrong(
            Violation::of_key(way.route(), format!("{} will not do for the id of a resource", quoted(&entry.key)))
                .labelled("letters and digits only")
                .with_help("logical ids are made of letters and digits"),
        );
    }
    if !is_mapping(resource) {
        if resource.value != Value::Null {
            saying.wrong(
                Violation::of_value(way.route(), format!("the resource {} is not a mapping", quoted(&entry.key)))
                    .labelled(format!("{}, not a mapping", resource.kind_name()))
                    .with_help("give it a `Type` and `Properties`"),
            );
        }
        return;
    }
    let sort = resource.get("Type");
    if sort.is_none() && !is_open(resource) {
        saying.wrong(
            Violation::of_key(way.route(), format!("the resource {} has no `Type`", quoted(&entry.key)))
                .labelled("no `Type`")
                .lacking("Type")
                .with_help("say what it is, for example `Type: AWS::S3::Bucket`"),
        );
    }
    let name = sort.and_then(Node::as_str).unwrap_or_default();
    fields(template, entry, name, way, saying);
    kind(template, resource, name, way, saying);
}

/// What a resource has beside its properties.
fn fields(template: &Template, entry: &Entry, sort: &str, way: &Way, saying: &mut Saying) {
    let is_custom = sort == "AWS::CloudFormation::CustomResource" || sort.starts_with("Custom::");
    for field in entries(&entry.value) {
        if saying.is_enough() {
            return;
        }
        let here = way.key(&field.key);
        match field.key.as_str() {
            "Type" | "Properties" => {
                let wanted_text = field.key == "Type";
                let fits = if wanted_text { field.value.as_str().is_some() } else { is_mapping(&field.value) };
                if !fits && field.value.value != Value::Null {
                    let what = if wanted_text { "a string" } else { "a mapping" };
                    saying.wrong(
                        Violation::of_value(here.route(), format!("`{}` is not {what}", field.key))
                            .labelled(format!("{}, not {what}", field.value.kind_name())),
                    );
                }
                walk(template, Place::Value, &field.value, &here, saying);
            }
            "Metadata" => walk(template, Place::Value, &field.value, &here, saying),
            "Condition" => {
                if !matches!(field.value.value, Value::String(_) | Value::Null) && !is_call(&field.value) {
                    saying.wrong(
                        Violation::of_value(here.route(), "`Condition` is not the name of a condition")
                            .labelled(format!("{}, not a name", field.value.kind_name()))
                            .with_help("write the condition under `Conditions`, and its name here"),
                    );
                }
                condition(template, &field.value, &here, saying);
            }
            "DependsOn" => {
                if !matches!(field.value.value, Value::String(_) | Value::Sequence(_) | Value::Null)
                    && !is_call(&field.value)
                {
                    saying.wrong(
                        Violation::of_value(here.route(), "`DependsOn` takes ids of resources")
                            .labelled(format!("{}, not an id or a list of them", field.value.kind_name())),
                    );
                }
                depends_on(template, &field.value, &here, saying);
            }
            "DeletionPolicy" => attributes::deletion(&field.value, sort, true, &here, saying),
            "UpdateReplacePolicy" => attributes::deletion(&field.value, sort, false, &here, saying),
            "CreationPolicy" => {
                attributes::creation(&field.value, &here, saying);
                walk(template, Place::Value, &field.value, &here, saying);
            }
            "UpdatePolicy" => {
                attributes::update(&field.value, &here, saying);
                walk(template, Place::Value, &field.value, &here, saying);
            }
            "Version" if is_custom => {}
            "Connectors" | "IgnoreGlobals" if template.transforms.serverless => {}
            key if makes_more(key) => {}
            key => {
                let violation =
                    Violation::of_key(here.route(), format!("a resource has no {}", quoted(key))).labelled("unknown");
                let is_property = || types::find(sort)?.shape()?.property(key).map(|_| ());
                let help = if is_property().is_some() {
                    Some("put it under `Properties`".to_owned())
                } else {
                    meant_or_listed(key, FIELDS, "resources have")
                };
                saying.wrong(Violation { help, ..violation });
            }
        }
    }
}

/// Whether a value is, or holds, a function: macros let them stand in more places.
fn is_call(node: &Node) -> bool {
    function(node).is_some() || is_open(node)
}

/// The type, and what it says of the properties.
fn kind(template: &Template, resource: &Node, name: &str, way: &Way, saying: &mut Saying) {
    let is_serverless = name.starts_with("AWS::Serverless::");
    let own = name.starts_with("AWS::") || name.starts_with("Alexa::");
    if name.starts_with("Custom::") {
        if let Some(kind) = types::find("AWS::CloudFormation::CustomResource") {
            properties::check(template, resource, name, &kind, way, saying);
        }
        return;
    }
    if name.is_empty() || name.ends_with("::MODULE") {
        return;
    }
    let here = way.key("Type");
    if !own {
        // Whoever writes a type of somebody's own writes three parts, and not nearly AWS for the first.
        let meant = types::of_aws(name);
        if (name.split("::").count() < 3 && !name.contains("${")) || meant.is_some() {
            let violation = unknown(name, &here);
            let help = meant.map(|meant| format!("did you mean `{meant}`?")).or(violation.help);
            saying.wrong(Violation { help, ..violation });
        }
        return;
    }
    if is_serverless && !template.transforms.serverless {
        saying.wrong(
            Violation::of_value(here.route(), format!("{name} is a type of the Serverless Application Model"))
                .labelled("unknown without its macro")
                .with_help("add `Transform: AWS::Serverless-2016-10-31` to the template"),
        );
        return;
    }
    let Some(kind) = types::find(name) else {
        let violation = unknown(name, &here);
        // A service may be newer than the table; a slip of the pen is no service.
        let may_be_new = types::nearest(name).is_none() && name.split("::").count() >= 3;
        if may_be_new {
            saying.doubtful(violation);
        } else {
            saying.wrong(violation);
        }
        return;
    };
    let (lifecycle, date) = kind.lifecycle();
    let said = match lifecycle {
        Lifecycle::Current | Lifecycle::Maintenance => None,
        Lifecycle::Sunset => Some(("is going to be closed", "closing")),
        Lifecycle::Shutdown => Some(("is closed", "closed")),
    };
    if let Some((said, label)) = said {
        let when = if date.is_empty() { String::new() } else { format!(" ({date})") };
        saying.doubtful(
            Violation::of_value(here.route(), format!("the service of {name} {said}{when}"))
                .labelled(label)
                .with_help("look for what replaces it"),
        );
    }
    properties::check(template, resource, name, &kind, way, saying);
}

fn unknown(name: &str, here: &Way) -> Violation {
    let help = match types::nearest(name) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("pushgate knows the types as of {}; a warning, for it may be newer", types::date()),
    };
    Violation::of_value(here.route(), format!("there is no type of resources {}", quoted(name)))
        .labelled("unknown type")
        .with_help(help)
}
