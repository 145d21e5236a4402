//! Values of a template: what is a function, and what is a plain value.

use crate::document::{Entry, Node, Value};

/// Functions that may stand where a value may stand, and those of conditions.
pub(super) const FUNCTIONS: &[&str] = &[
    "Fn::And",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::Equals",
    "Fn::FindInMap",
    "Fn::GetAZs",
    "Fn::GetAtt",
    "Fn::GetStackOutput",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Not",
    "Fn::Or",
    "Fn::RefAll",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Fn::Transform",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
];

/// What a function is that repeats what is under it: its name goes on with one of the template.
const FOR_EACH: &str = "Fn::ForEach::";

/// The entries of a mapping; none where there is no mapping.
pub(super) fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => &[],
    }
}

/// Whether a value is a mapping.
pub(super) fn is_mapping(node: &Node) -> bool {
    matches!(node.value, Value::Mapping(_))
}

/// The function that a value is: a mapping with nothing else in it.
pub(super) fn function(node: &Node) -> Option<&Entry> {
    match entries(node) {
        [only] if only.key == "Ref" || only.key.starts_with("Fn::") => Some(only),
        [] | [_] | [_, _, ..] => None,
    }
}

/// Whether a key makes something else out of what it stands among.
pub(super) fn makes_more(key: &str) -> bool {
    key == "Fn::Transform" || key.starts_with(FOR_EACH)
}

/// Whether other keys than those written will be in a mapping when it is used.
pub(super) fn is_open(node: &Node) -> bool {
    entries(node).iter().any(|entry| makes_more(&entry.key))
}

/// Whether a value is taken out of what it is in.
pub(super) fn is_no_value(node: &Node) -> bool {
    function(node).is_some_and(|entry| entry.key == "Ref" && entry.value.as_str() == Some("AWS::NoValue"))
}

/// A plain value as the text that the service makes of it.
pub(super) fn plain(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// Whether a name is made of letters and digits only, as names in templates have to be.
pub(super) fn is_alphanumeric(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
