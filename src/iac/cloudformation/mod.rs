//! Templates of `CloudFormation` and of the Serverless Application Model, judged without AWS.
//!
//! This room knows what the service refuses in a template: its sections, its functions and
//! references, and the types of resources that come with pushgate (`types/`). Values that only a
//! deployment knows (functions, parameters, macros) are never judged. It takes templates in which
//! short forms (`!Ref x`) are already long (`{"Ref": "x"}`).

mod attributes;
mod conditions;
mod cycles;
mod fixed;
mod names;
mod outputs;
mod parameters;
mod properties;
mod references;
pub mod replacement;
mod resource;
mod said;
mod sections;
#[cfg(test)]
mod tests;
mod transforms;
mod types;
mod value;
mod way;

use crate::document::{Identity, Node, Route, Step};

use super::{Resource, Said};
pub use fixed::{Fixed, fixed};
use said::Saying;
pub use types::Order;
use value::entries;

/// Whether a macro of somebody's own, or a command such as `rain`, makes something else of a template before the
/// service reads it: then nothing can be said of it.
#[must_use]
pub fn is_made_elsewhere(root: &Node) -> bool {
    transforms::of(root).foreign
}

/// Whether a document is a template.
#[must_use]
pub fn is_template(root: &Node) -> bool {
    if root.get("AWSTemplateFormatVersion").is_some() {
        return true;
    }
    let own = |name: &str| ["AWS::", "Alexa::", "Custom::"].iter().any(|vendor| name.starts_with(vendor));
    if transforms::named(root).iter().any(|name| name.starts_with("AWS::")) {
        return true;
    }
    root.get("Resources").is_some_and(|resources| {
        entries(resources).iter().any(|entry| entry.value.get("Type").and_then(Node::as_str).is_some_and(own))
    })
}

/// The resources of a template; `path` is that of its file, which logical ids belong to.
#[must_use]
pub fn resources(path: &str, root: &Node) -> Vec<Resource> {
    let Some(section) = root.get("Resources") else { return Vec::new() };
    let below = Route(vec![Step::Key("Resources".to_owned())]);
    entries(section)
        .iter()
        .filter_map(|entry| {
            Some(Resource {
                identity: Identity {
                    group: "cloudformation".to_owned(),
                    kind: entry.value.get("Type")?.as_str()?.to_owned(),
                    namespace: Some(path.to_owned()),
                    name: entry.key.clone(),
                },
                route: below.child(Step::Key(entry.key.clone())),
            })
        })
        .collect()
}

/// What is said of a template.
#[must_use]
pub fn check(root: &Node) -> Said {
    let mut saying = Saying::default();
    sections::check(root, &mut saying);
    saying.said
}
