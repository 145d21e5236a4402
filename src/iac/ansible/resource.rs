//! What in Ansible's files is something of its own, that a later version can be compared with.

use std::collections::BTreeSet;

use super::inventory;
use super::say::{below, entries, item};
use super::{Kind, VAULT};
use crate::document::{Identity, Node, Route};
use crate::iac::Resource;

/// The parts of a document that are compared with what they were: the hosts of inventories, the variables of
/// groups, hosts and roles, plays, and the roles and collections that are required. Each counts in its file alone.
#[must_use]
pub fn resources(kind: Kind, path: &str, root: &Node) -> Vec<Resource> {
    let mut found = Found { path, known: BTreeSet::new(), resources: Vec::new() };
    match kind {
        Kind::Inventory => {
            // Where most is said of a host stands for it.
            let hosts = inventory::hosts(root);
            for wanted in [true, false] {
                for (name, route, _) in hosts.iter().filter(|(_, _, said)| *said == wanted) {
                    found.add("host", name, route.clone());
                }
            }
        }
        Kind::Vars => {
            for entry in entries(root) {
                found.add("variable", &entry.key, below(&Route::default(), &entry.key));
            }
        }
        Kind::Playbook => {
            for (index, play) in root.as_sequence().unwrap_or_default().iter().enumerate() {
                let name = ["name", "hosts"].iter().find_map(|key| play.get(key).and_then(Node::as_str));
                if let Some(name) = name.filter(|_| play.get("hosts").is_some()) {
                    found.add("play", name, item(&Route::default(), index));
                }
            }
        }
        Kind::Requirements => {
            found.required("role", root, &Route::default());
            for (key, kind) in [("roles", "role"), ("collections", "collection")] {
                if let Some(list) = root.get(key) {
                    found.required(kind, list, &below(&Route::default(), key));
                }
            }
        }
        Kind::Tasks | Kind::Handlers | Kind::RoleMeta | Kind::ArgumentSpecs | Kind::Galaxy | Kind::Vault => {}
    }
    found.resources
}

struct Found<'p> {
    path: &'p str,
    known: BTreeSet<(&'static str, String)>,
    resources: Vec<Resource>,
}

impl Found<'_> {
    /// Adds a resource; the first with a name counts.
    fn add(&mut self, kind: &'static str, name: &str, route: Route) {
        if name.is_empty() || name.starts_with(VAULT) || !self.known.insert((kind, name.to_owned())) {
            return;
        }
        let identity = Identity {
            group: "ansible".to_owned(),
            kind: kind.to_owned(),
            namespace: Some(self.path.to_owned()),
            name: name.to_owned(),
        };
        self.resources.push(Resource { identity, route });
    }

    fn required(&mut self, kind: &'static str, list: &Node, route: &Route) {
        for (index, node) in list.as_sequence().unwrap_or_default().iter().enumerate() {
            let name = node.as_str().or_else(|| {
                ["name", "role", "src", "source"].iter().find_map(|key| node.get(key).and_then(Node::as_str))
            });
            if let Some(name) = name {
                self.add(kind, name, item(route, index));
            }
        }
    }
}
