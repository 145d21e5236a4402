//! Which objects a patch is for.

use regex::Regex;

use super::{labels::Labels, scalar};
use crate::document::Node;
use crate::gitops::kustomize::build::object::{Id, Object};
use crate::gitops::words::field;
use crate::text::quoted;

/// A `target`: conditions on group, version, kind, name, namespace, labels and annotations. What is
/// empty asks for nothing.
#[derive(Debug)]
pub(in super::super) struct Selector {
    /// What it says, without expressions.
    pub(in super::super) id: Id,
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Labels,
    annotations: Labels,
    /// Whether it asks for labels or annotations.
    pub(in super::super) has_labels: bool,
}

/// A regular expression that has to match a whole text.
#[derive(Debug)]
enum Pattern {
    Any,
    Text(String),
    Expression(Box<Regex>),
}

impl Pattern {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::Any);
        }
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/')) {
            return Ok(Self::Text(text.to_owned()));
        }
        let expression = Regex::new(&format!("^(?:{text})$"));
        let expression = expression.map_err(|_| format!("{} is no regular expression", quoted(text)))?;
        Ok(Self::Expression(Box::new(expression)))
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Text(expected) => expected == text,
            Self::Expression(expression) => expression.is_match(text),
        }
    }
}

impl Selector {
    /// Reads a `target`, `select` or `reject`.
    pub(in super::super) fn read(node: &Node) -> Result<Self, String> {
        let text = |name| string(node, name).map(str::to_owned);
        let id = Id {
            group: text("group")?,
            version: text("version")?,
            kind: text("kind")?,
            namespace: text("namespace")?,
            name: text("name")?,
        };
        let (labels, annotations) = (text("labelSelector")?, text("annotationSelector")?);
        Ok(Self {
            group: Pattern::read(&id.group)?,
            version: Pattern::read(&id.version)?,
            kind: Pattern::read(&id.kind)?,
            name: Pattern::read(&id.name)?,
            namespace: Pattern::read(&id.namespace)?,
            has_labels: !labels.is_empty() || !annotations.is_empty(),
            labels: Labels::read(&labels)?,
            annotations: Labels::read(&annotations)?,
            id,
        })
    }

    /// Whether it selects an object, by the name that it has or by the one that it had first.
    pub(in super::super) fn selects(&self, object: &Object) -> bool {
        let (now, first) = (object.id(), object.original());
        let either =
            |pattern: &Pattern, text: fn(&Id) -> &str| pattern.matches(text(&first)) || pattern.matches(text(&now));
        either(&self.namespace, Id::effective_namespace)
            && either(&self.name, |id| &id.name)
            && self.selects_type(&now)
            && self.selects_labels(&object.node)
    }

    /// Whether the regular expressions match an id.
    pub(in super::super) fn selects_id(&self, id: &Id) -> bool {
        self.selects_type(id) && self.name.matches(&id.name) && self.namespace.matches(&id.namespace)
    }

    fn selects_type(&self, id: &Id) -> bool {
        self.group.matches(&id.group) && self.version.matches(&id.version) && self.kind.matches(&id.kind)
    }

    /// Whether labels and annotations are those asked for.
    pub(in super::super) fn selects_labels(&self, node: &Node) -> bool {
        !self.has_labels
            || (self.labels.matches(&texts(node, "labels")) && self.annotations.matches(&texts(node, "annotations")))
    }
}

/// The labels or annotations of an object, as texts.
fn texts(node: &Node, name: &str) -> Vec<(String, String)> {
    let entries = node.get("metadata").and_then(|metadata| metadata.get(name)).map_or(&[][..], Node::entries);
    entries.iter().map(|entry| (entry.key.clone(), as_text(&entry.value))).collect()
}

/// A value as the text that it is written as; empty for collections.
pub(in super::super) fn as_text(node: &Node) -> String {
    scalar::exact_text(&node.value, node.span).unwrap_or_else(|| scalar::text(&node.value))
}

/// The text of a field; empty where there is none.
pub(in super::super) fn string<'a>(node: &'a Node, name: &str) -> Result<&'a str, String> {
    use crate::document::Value;
    match field(node, name).map(|node| &node.value) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_)) => {
            Err(format!("{} has to be a text", quoted(name)))
        }
    }
}
