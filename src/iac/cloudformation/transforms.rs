//! Macros: what changes a template before the service reads it.

use crate::document::{Node, Value};

use super::value::entries;

/// What the macros of a template may do to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each of them is there or not")]
pub(super) struct Transforms {
    /// A macro of somebody's own, or a command that reads the template first: either may make
    /// anything of anything.
    pub foreign: bool,
    /// The Serverless Application Model: types and resources of its own.
    pub serverless: bool,
    /// More functions, in more places.
    pub extensions: bool,
    /// A file is put in at the top: there may be sections and names that are not written here.
    pub include: bool,
}

/// Sections of templates that a command reads before the service does (`aws cloudformation package`,
/// `rain pkg`): it puts modules in their places.
const BEFORE: &[&str] = &["Constants", "Modules", "Packages", "Rain"];

/// Whether something is to be put in by `rain pkg` before the service reads the template.
fn has_directive(node: &Node) -> bool {
    match &node.value {
        Value::Mapping(entries) => entries.iter().any(|entry| {
            entry.key.starts_with("Rain::") || entry.key.starts_with("Fn::Rain::") || has_directive(&entry.value)
        }),
        Value::Sequence(items) => items.iter().any(has_directive),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The names of the macros in the `Transform` section, which is a name, a function or a list of them.
pub(super) fn named(root: &Node) -> Vec<&str> {
    let Some(section) = root.get("Transform") else { return Vec::new() };
    let one = std::slice::from_ref(section);
    let items = section.as_sequence().unwrap_or(one);
    items.iter().filter_map(|item| item.as_str().or_else(|| item.get("Name")?.as_str())).collect()
}

/// What the macros of a template may do.
pub(super) fn of(root: &Node) -> Transforms {
    let mut transforms = Transforms::default();
    for name in named(root) {
        match name {
            "AWS::LanguageExtensions" => transforms.extensions = true,
            "AWS::Include" => transforms.include = true,
            "AWS::CodeDeployBlueGreen" | "AWS::ServiceCatalog" | "AWS::CodeStar" => {}
            _ if name.starts_with("AWS::Serverless-") => transforms.serverless = true,
            // It makes the function that rotates a secret.
            _ if name.starts_with("AWS::SecretsManager-") => transforms.include = true,
            _ => transforms.foreign = true,
        }
    }
    // A list with functions in it, or nothing that is a name.
    let written = match root.get("Transform").map(|section| &section.value) {
        None | Some(Value::Null) => 0,
        Some(Value::Sequence(items)) => items.len(),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_)) => 1,
    };
    transforms.foreign |= written > named(root).len();
    transforms.foreign |= entries(root).iter().any(|entry| BEFORE.contains(&entry.key.as_str())) || has_directive(root);
    transforms
}
