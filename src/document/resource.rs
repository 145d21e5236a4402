//! What a document is about: the units that policies judge, and the names of resources.

use std::fmt;

use super::{Document, Node, Route, Step, Value};

/// What makes a Kubernetes object the same object in two revisions, whatever file or version of
/// its API it is written in (`metav1.ObjectMeta`: group, kind, namespace and name).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// API group; empty for the core group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace as written; `None` when the manifest has none.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl fmt::Display for Identity {
    /// `Deployment shop/cart`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// A value that rules judge on its own.
#[derive(Clone, Debug)]
pub struct Unit<'a> {
    /// Number of its document in the file.
    pub document: usize,
    /// Way from the document's root to the value.
    pub route: Route,
    /// The value.
    pub node: &'a Node,
    /// The object it describes, where it names one.
    pub identity: Option<Identity>,
    /// Whether it takes its kind from the list that it is in, and does not say it itself.
    pub unstated: bool,
}

impl Unit<'_> {
    /// The unit's `kind`, written or taken over from the list that it is in.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.node.get("kind").and_then(Node::as_str).or(self.identity.as_ref().map(|identity| identity.kind.as_str()))
    }
}

/// The units of a document: its root; for a root that is a list each item instead, as conftest
/// does; for a list of manifests also each item, or a policy that looks at `kind` would miss what
/// the API server unpacks (`resource.Builder.Flatten`).
#[must_use]
pub fn units(document: &Document) -> Vec<Unit<'_>> {
    let mut units = Vec::new();
    match &document.root.value {
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(document.index, Route(vec![Step::Index(index)]), item, None, &mut units);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_) => {
            collect(document.index, Route::default(), &document.root, None, &mut units);
        }
    }
    units
}

/// Lists in lists are unpacked to the end: `limits.depth` bounds how many there can be.
fn collect<'a>(document: usize, route: Route, node: &'a Node, list: Option<(&str, &str)>, units: &mut Vec<Unit<'a>>) {
    let api_version = node.get("apiVersion").and_then(Node::as_str).or(list.map(|(api_version, _)| api_version));
    let kind = node.get("kind").and_then(Node::as_str).or(list.map(|(_, kind)| kind));
    let identity = api_version.zip(kind).and_then(|(api_version, kind)| identity(node, api_version, kind));
    let below = route.child(Step::Key("items".to_owned()));
    let unstated = list.is_some() && node.get("kind").is_none();
    units.push(Unit { document, route, node, identity, unstated });
    let items = node.get("items").and_then(Node::as_sequence).unwrap_or_default();
    // The items of a `ConfigMapList` need not repeat what the list says. Whatever else has `items`
    // that are manifests is unpacked, too: consumers ask for no more than the field
    // (`unstructured.IsList`).
    let inherited = match (api_version, kind.and_then(|kind| kind.strip_suffix("List"))) {
        (Some(api_version), Some(kind)) if !kind.is_empty() => Some((api_version, kind)),
        (Some(_) | None, Some(_) | None) => None,
    };
    for (index, item) in items.iter().enumerate() {
        if inherited.is_some() || item.get("kind").is_some() {
            collect(document, below.child(Step::Index(index)), item, inherited, units);
        }
    }
}

fn identity(node: &Node, api_version: &str, kind: &str) -> Option<Identity> {
    let metadata = node.get("metadata")?;
    let text = |key| metadata.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    Some(Identity {
        group: api_version.rsplit_once('/').map_or("", |(group, _)| group).to_owned(),
        kind: kind.to_owned(),
        namespace: text("namespace").map(str::to_owned),
        name: text("name")?.to_owned(),
    })
}
