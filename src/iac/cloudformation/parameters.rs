//! The `Parameters` section.

use crate::document::{Node, Violation};

use super::said::{Saying, listed, meant_or_listed, nearest, quoted};
use super::value::{entries, function, is_alphanumeric, is_mapping, makes_more, plain};
use super::way::Way;

const FIELDS: &[&str] = &[
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

/// Types of parameters that are one value.
const SINGLE: &[&str] = &[
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
    "AWS::SSM::Parameter::Name",
    "CommaDelimitedList",
    "Number",
    "String",
];

/// Judges the parameters.
pub(super) fn check(section: &Node, way: &Way, saying: &mut Saying) {
    for entry in entries(section).iter().filter(|entry| !makes_more(&entry.key)) {
        if saying.is_enough() {
            return;
        }
        let way = way.key(&entry.key);
        if !is_alphanumeric(&entry.key) {
            saying.wrong(
                Violation::of_key(
                    way.route(),
                    format!("the parameter {} has a name that will not do", quoted(&entry.key)),
                )
                .labelled("letters and digits only")
                .with_help("names of parameters are made of letters and digits"),
            );
        }
        if is_mapping(&entry.value) {
            parameter(&entry.key, &entry.value, &way, saying);
        }
    }
}

fn parameter(name: &str, node: &Node, way: &Way, saying: &mut Saying) {
    for field in entries(node) {
        if !FIELDS.contains(&field.key.as_str()) && !makes_more(&field.key) {
            let here = way.key(&field.key);
            let violation = Violation::of_key(here.route(), format!("a parameter has no {}", quoted(&field.key)))
                .labelled("unknown");
            saying.wrong(Violation { help: meant_or_listed(&field.key, FIELDS, "parameters have"), ..violation });
        }
    }
    if let Some(values) = node.get("AllowedValues")
        && values.as_sequence().is_none()
        && function(values).is_none()
    {
        saying.wrong(
            Violation::of_value(way.key("AllowedValues").route(), "`AllowedValues` is not a list")
                .labelled(format!("{}, not a list", values.kind_name()))
                .with_help("write it as a list, with one item if there is but one"),
        );
    }
    let Some(sort) = node.get("Type") else {
        if !entries(node).iter().any(|field| makes_more(&field.key)) {
            saying.wrong(
                Violation::of_key(way.route(), format!("the parameter {} has no `Type`", quoted(name)))
                    .labelled("no `Type`")
                    .lacking("Type")
                    .with_help("mostly it is `String`; others are `Number`, `CommaDelimitedList`, `AWS::EC2::VPC::Id`"),
            );
        }
        return;
    };
    let Some(text) = sort.as_str() else { return };
    let here = way.key("Type");
    if let Some(wrong) = unknown(text) {
        let violation = Violation::of_value(here.route(), format!("there is no type of parameters {}", quoted(text)))
            .labelled("unknown type");
        match nearest(wrong, SINGLE.iter().copied()) {
            Some(meant) if wrong == text => saying.wrong(violation.with_help(format!("did you mean `{meant}`?"))),
            None if wrong == text => saying.wrong(violation.with_help(format!("there are {}", listed(SINGLE)))),
            // What stands between `<` and `>` is not documented in full.
            Some(_) | None => saying.doubtful(violation),
        }
    }
    default(text, node, way, saying);
}

/// The part of a type that is not known.
fn unknown(text: &str) -> Option<&str> {
    let inner = |before: &str| text.strip_prefix(before).and_then(|rest| rest.strip_suffix('>'));
    let single = |text: &&str| !SINGLE.contains(text);
    if let Some(value) = inner("AWS::SSM::Parameter::Value<") {
        let value = value.strip_prefix("List<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(value);
        return Some(value).filter(single);
    }
    Some(inner("List<").unwrap_or(text)).filter(single)
}

/// The default has to be one of the values that are allowed.
fn default(sort: &str, node: &Node, way: &Way, saying: &mut Saying) {
    let (Some(default), Some(allowed)) = (node.get("Default"), node.get("AllowedValues").and_then(Node::as_sequence))
    else {
        return;
    };
    // The default of these is the name of what is looked up.
    if sort.starts_with("AWS::SSM::") {
        return;
    }
    let Some(written) = plain(default) else { return };
    if allowed.iter().any(|value| function(value).is_some() || plain(value).is_none()) {
        return;
    }
    let values: Vec<String> = allowed.iter().filter_map(plain).collect();
    let is_list = sort == "CommaDelimitedList" || sort.starts_with("List<");
    let parts: Vec<&str> = if is_list { written.split(',').map(str::trim).collect() } else { vec![written.as_str()] };
    // Neither the service nor anybody takes that many.
    if values.len().saturating_mul(parts.len()) > 1_000_000 {
        return;
    }
    let same = |part: &str, value: &str| {
        part == value || matches!((part.parse::<f64>(), value.parse::<f64>()), (Ok(a), Ok(b)) if (a - b).abs() < 1e-9)
    };
    // Lists are allowed as a whole, too.
    if values.contains(&written) {
        return;
    }
    if let Some(part) = parts.iter().find(|part| !values.iter().any(|value| same(part, value))) {
        let names: Vec<&str> = values.iter().map(String::as_str).collect();
        saying.wrong(
            Violation::of_value(way.key("Default").route(), format!("{} is not in `AllowedValues`", quoted(part)))
                .labelled("not allowed")
                .related(way.key("AllowedValues").route(), "the values that are")
                .with_help(match nearest(part, names.iter().copied()) {
                    Some(meant) => format!("did you mean {}?", quoted(meant)),
                    None => "take one of the values that are allowed, or allow this one".to_owned(),
                }),
        );
    }
}
