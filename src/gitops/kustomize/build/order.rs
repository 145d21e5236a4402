//! The order of the objects.

use std::cmp::Ordering;

use crate::document::Node;

use super::{Object, object::Id};

/// Kinds that come first, as others need them.
const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come last, as they may be in the way of others.
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Sorts objects as the `sortOptions` of the outermost kustomization say, or by their kinds.
pub(super) fn sort(objects: &mut [Object], options: Option<&Node>) {
    if options.and_then(|options| options.get("order")).and_then(Node::as_str) == Some("fifo") {
        return;
    }
    let own = options.and_then(|options| options.get("legacySortOptions"));
    let listed = |key: &str, usual: &[&str]| -> Vec<String> {
        match own {
            Some(own) => {
                let kinds = own.get(key).and_then(Node::as_sequence).unwrap_or_default();
                kinds.iter().filter_map(Node::as_str).map(str::to_owned).collect()
            }
            None => usual.iter().map(|kind| (*kind).to_owned()).collect(),
        }
    };
    let (first, last) = (listed("orderFirst", &FIRST), listed("orderLast", &LAST));
    let rank = |kind: &str| {
        let at = |kinds: &[String]| kinds.iter().rposition(|known| known == kind);
        match (at(&last), at(&first)) {
            (Some(at), _) => (1, at),
            (None, Some(at)) => (-1, at),
            (None, None) => (0, 0),
        }
    };
    objects.sort_by_cached_key(|object| {
        let id = object.id();
        Key { rank: rank(&id.kind), type_name: type_name(&id), is_namespace: id.kind == "Namespace", name: name(&id) }
    });
}

#[derive(PartialEq, Eq)]
struct Key {
    rank: (i8, usize),
    type_name: String,
    is_namespace: bool,
    name: String,
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_type = self.type_name.cmp(&other.type_name);
        // Namespaces without a group come first.
        let by_type = if self.is_namespace && other.is_namespace { by_type.reverse() } else { by_type };
        self.rank.cmp(&other.rank).then(by_type).then_with(|| self.name.cmp(&other.name))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn or<'a>(text: &'a str, empty: &'a str) -> &'a str {
    if text.is_empty() { empty } else { text }
}

fn type_name(id: &Id) -> String {
    format!("{}_{}_{}", or(&id.group, "~G"), or(&id.version, "~V"), or(&id.kind, "~K"))
}

fn name(id: &Id) -> String {
    format!("{}|{}", or(&id.namespace, "~X"), or(&id.name, "~N"))
}
