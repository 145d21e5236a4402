//! What a document is about: the units that policies judge, and the names of resources.

use std::fmt;

use super::{Document, Node, Route, Step, Value};

/// What makes a resource the same one in two revisions: for a Kubernetes object, whatever file or
/// version of its API it is written in, group, kind, namespace and name (`metav1.ObjectMeta`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// API group; empty for the core group. For what is no Kubernetes object the tool: `terraform`,
    /// `cloudformation`, `ansible`, `compose`.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace as written; `None` when the manifest has none. For what is no Kubernetes object the folder
    /// or file that its name is unique in.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl Identity {
    /// Whether it is no Kubernetes object, and its group is the name of the tool that it is for.
    #[must_use]
    pub fn is_of_tool(&self) -> bool {
        matches!(self.group.as_str(), "ansible" | "cloudformation" | "compose" | "terraform")
    }
}

impl fmt::Display for Identity {
    /// `Deployment shop/cart`, `aws_s3_bucket.logs`, `AWS::S3::Bucket Logs`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            // In a plan the name is the whole address.
            _ if self.group == "terraform" && self.name.contains(&format!("{}.", self.kind)) => f.write_str(&self.name),
            _ if self.group == "terraform" => write!(f, "{}.{}", self.kind, self.name),
            // The place says in which file.
            Some(_) if self.is_of_tool() => write!(f, "{} {}", self.kind, self.name),
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
    /// What it is in its document.
    pub role: Role,
}

/// What a [`Unit`] is in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What policies are given: the document, or an item of one that is a list.
    Judged,
    /// A document that is a list. Only rules that look at documents as a whole are given it.
    Whole,
    /// A part of what is judged that is something of its own, as a resource of a Terraform module is: it
    /// is only compared with what it was before.
    Part,
}

impl Unit<'_> {
    /// The unit's `kind`, written or taken over from the list that it is in.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        let of_identity = self.identity.as_ref().map(|identity| identity.kind.as_str());
        // A part is what its place makes of it, whatever fields it has.
        let written = || self.node.get("kind").and_then(Node::as_str);
        if self.role == Role::Part { of_identity } else { written().or(of_identity) }
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
    units.push(Unit { document, route, node, identity, unstated, role: Role::Judged });
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

/// The object that a manifest describes, where it names one.
#[must_use]
pub fn identity_of(node: &Node) -> Option<Identity> {
    let text = |key| node.get(key).and_then(Node::as_str);
    identity(node, text("apiVersion")?, text("kind")?)
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
