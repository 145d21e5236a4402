//! The names that a template declares.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::Node;

use super::transforms::{self, Transforms};
use super::value::{entries, is_mapping, is_open, makes_more};

/// The names of one section.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    known: BTreeMap<&'a str, &'a Node>,
    /// Whether there are others that are not written.
    pub open: bool,
}

impl<'a> Names<'a> {
    fn of(root: &'a Node, section: &str, open: bool) -> Self {
        let Some(node) = root.get(section) else { return Self { known: BTreeMap::new(), open } };
        let known = entries(node)
            .iter()
            .filter(|entry| !makes_more(&entry.key))
            .map(|entry| (entry.key.as_str(), &entry.value))
            .collect();
        Self { known, open: open || is_open(node) || !is_mapping(node) }
    }

    /// What a name stands for.
    pub fn get(&self, name: &str) -> Option<&'a Node> {
        self.known.get(name).copied()
    }

    /// Whether there is such a name.
    pub fn has(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// All that are written.
    pub fn all(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.known.keys().copied()
    }
}

/// What a template declares.
#[derive(Debug)]
pub(super) struct Template<'a> {
    pub transforms: Transforms,
    /// Whether defaults of the Serverless Application Model are set for the whole template.
    pub globals: bool,
    pub parameters: Names<'a>,
    pub mappings: Names<'a>,
    pub conditions: Names<'a>,
    pub resources: Names<'a>,
    /// Ids of resources that more resources are made of: those of the Serverless Application Model, and
    /// modules.
    makers: BTreeSet<&'a str>,
}

impl<'a> Template<'a> {
    /// What is declared in this document.
    pub fn of(root: &'a Node) -> Self {
        let transforms = transforms::of(root);
        let open = transforms.include || is_open(root);
        let resources = Names::of(root, "Resources", open);
        let makers = resources
            .known
            .iter()
            .filter(|(_, node)| {
                type_of(node).is_some_and(|name| name.starts_with("AWS::Serverless::") || name.ends_with("::MODULE"))
            })
            .map(|(id, _)| *id)
            .collect();
        Self {
            transforms,
            globals: root.get("Globals").is_some(),
            parameters: Names::of(root, "Parameters", open),
            mappings: Names::of(root, "Mappings", open),
            conditions: Names::of(root, "Conditions", open),
            resources,
            makers,
        }
    }

    /// The type of a resource, by its logical id.
    pub fn type_of(&self, id: &str) -> Option<&'a str> {
        type_of(self.resources.get(id)?)
    }

    /// Whether there may be a resource of this name that is not written: those that are made of others
    /// are named after them.
    pub fn may_be_made(&self, name: &str) -> bool {
        self.resources.open
            || (self.transforms.serverless && name.starts_with("Serverless"))
            || (!self.makers.is_empty()
                && (1..=name.len()).filter_map(|end| name.get(..end)).any(|id| self.makers.contains(id)))
    }
}

fn type_of(resource: &Node) -> Option<&str> {
    resource.get("Type").and_then(Node::as_str)
}
