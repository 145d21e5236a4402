//! Objects while they are built, and the names they had.

use crate::document::{Node, Route, Span};

/// One object of a build.
#[derive(Clone, Debug)]
pub struct Object {
    /// What it says. The spans are addresses of [`Sources`](super::Sources).
    pub node: Node,
    /// The file that the object itself is from: an index of [`Sources`](super::Sources).
    pub file: u32,
    /// Which document of that file, from 0.
    pub document: usize,
    /// How it was called before each transformation that may change that, the oldest first.
    pub(super) previous: Vec<Id>,
    /// Prefixes that its name was given, in order.
    pub(super) prefixes: Vec<String>,
    /// Suffixes that its name was given, in order.
    pub(super) suffixes: Vec<String>,
    /// Whether a hash of its content is added to its name at the end.
    pub(super) hashed: bool,
    /// Names of the `vars` that take their value from it.
    pub(super) vars: Vec<String>,
    /// Where the values are from that several of its fields share, by their addresses: see [`super::share`].
    pub(super) shared: Vec<Span>,
    /// Where shared values were before the change under way.
    pub(super) noted: Vec<(Route, Span)>,
}

impl Object {
    /// An object as it is read.
    pub(super) fn new(node: Node, file: u32, document: usize) -> Self {
        Self {
            node,
            file,
            document,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            hashed: false,
            vars: Vec::new(),
            shared: Vec::new(),
            noted: Vec::new(),
        }
    }

    /// Whether its name changes with its content.
    #[must_use]
    pub fn is_hashed(&self) -> bool {
        self.hashed
    }

    /// How it is called now.
    pub(super) fn id(&self) -> Id {
        Id::of(&self.node)
    }

    /// How it was called first.
    pub(super) fn original(&self) -> Id {
        self.previous.first().map_or_else(|| self.id(), |id| self.dated(id))
    }

    /// How it was called before, the oldest first; not how it is called now.
    pub(super) fn previous(&self) -> impl Iterator<Item = Id> + '_ {
        self.previous.iter().map(|id| self.dated(id))
    }

    /// Notes how it is called now, before that changes.
    pub(super) fn remember(&mut self) {
        let mut id = self.id();
        let namespace = id.effective_namespace().to_owned();
        id.namespace = namespace;
        self.previous.push(id);
    }

    /// Of former names kustomize keeps kind, namespace and name; group and version are those of today.
    fn dated(&self, id: &Id) -> Id {
        let now = self.id();
        Id { group: now.group, version: now.version, ..id.clone() }
    }
}

/// What identifies an object in a build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

/// The namespace of what is in none.
pub(super) const NO_NAMESPACE: &str = "_non_namespaceable_";

impl Id {
    /// How the object of a node is called; what is missing is empty.
    pub(super) fn of(node: &Node) -> Self {
        let text = |node: Option<&Node>| node.and_then(Node::as_str).unwrap_or("").to_owned();
        let metadata = node.get("metadata");
        let (group, version) = Self::split_version(node.get("apiVersion").and_then(Node::as_str).unwrap_or(""));
        Self {
            group,
            version,
            kind: text(node.get("kind")),
            namespace: text(metadata.and_then(|metadata| metadata.get("namespace"))),
            name: text(metadata.and_then(|metadata| metadata.get("name"))),
        }
    }

    /// Group, version and kind of a node.
    pub(super) fn of_type(node: &Node) -> Self {
        let (group, version) = Self::split_version(node.get("apiVersion").and_then(Node::as_str).unwrap_or(""));
        let kind = node.get("kind").and_then(Node::as_str).unwrap_or("").to_owned();
        Self { group, version, kind, namespace: String::new(), name: String::new() }
    }

    /// Group and version of an `apiVersion`.
    pub(super) fn split_version(text: &str) -> (String, String) {
        let (group, version) = text.split_once('/').unwrap_or(("", text));
        (group.to_owned(), version.to_owned())
    }

    /// Whether kustomize knows that such objects are in no namespace.
    pub(super) fn is_cluster_scoped(&self) -> bool {
        super::scope::is_cluster_scoped(&self.group, &self.version, &self.kind)
    }

    /// The namespace that counts: none and `default` are the same.
    pub(super) fn effective_namespace(&self) -> &str {
        if self.is_cluster_scoped() {
            NO_NAMESPACE
        } else if self.namespace.is_empty() {
            "default"
        } else {
            &self.namespace
        }
    }

    /// Whether both mean the same object.
    pub(super) fn equals(&self, other: &Self) -> bool {
        self.same_kind_and_name(other) && self.effective_namespace() == other.effective_namespace()
    }

    /// Whether both have group, version, kind and name in common.
    pub(super) fn same_kind_and_name(&self, other: &Self) -> bool {
        self.name == other.name && self.group == other.group && self.version == other.version && self.kind == other.kind
    }

    /// Whether group, version and kind are those asked for; empty ones ask for nothing.
    pub(super) fn is_selected(&self, group: &str, version: &str, kind: &str) -> bool {
        (group.is_empty() || self.group == group)
            && (version.is_empty() || self.version == version)
            && (kind.is_empty() || self.kind == kind)
    }
}
