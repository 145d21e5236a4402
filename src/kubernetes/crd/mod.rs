//! Custom resources: what a `CustomResourceDefinition` in the repository says its objects look like.
//!
//! This room owns how such a definition is read. It must not know how values are held against
//! schemas, and evaluates no CEL rules: it counts them, and keeps those over changes. The [`CustomResource`]s go to whoever looks up
//! the schema of a manifest.

mod structural;
mod transition;

#[cfg(test)]
mod tests;

pub use transition::{TransitionRule, Transitions, fill};

use crate::{
    document::{Node, Route, Step, Value},
    kubernetes::schema::{Accepts, Schema},
};

/// One version of a kind that a `CustomResourceDefinition` makes known.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomResource {
    /// API group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Version of the API, as in `apiVersion: group/version`.
    pub version: String,
    /// Whether the API server takes objects of this version.
    pub served: bool,
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
    /// What an object looks like. `metadata` is as [`crate::kubernetes::validate::Context`] says.
    pub schema: Schema,
    /// How many CEL rules (`x-kubernetes-validations`) there are, none of which the schema holds.
    pub rules: usize,
    /// What the schema says of changes.
    pub transitions: Transitions,
}

/// Why a `CustomResourceDefinition` says nothing about its objects.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// Way to what is not as it should be, or to the mapping that lacks it.
    pub route: Route,
    /// What is wrong, in one line without a full stop.
    pub reason: String,
}

impl Unreadable {
    fn new(route: Route, reason: impl Into<String>) -> Self {
        Self { route, reason: reason.into() }
    }
}

/// Reads a `CustomResourceDefinition`, of `apiextensions.k8s.io/v1` or `v1beta1`: each of its
/// versions, in the order of the text. A version without a schema takes anything.
///
/// # Errors
/// When the names, the versions or a schema cannot be understood.
pub fn read(crd: &Node) -> Result<Vec<CustomResource>, Unreadable> {
    let at = |keys: &[&str]| Route(keys.iter().map(|key| Step::Key((*key).to_owned())).collect());
    let Some(spec) = crd.get("spec") else { return Err(Unreadable::new(Route::default(), "there is no `spec`")) };
    let text = |node: Option<&Node>, route: &[&str], what: &str| {
        node.and_then(Node::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| Unreadable::new(at(route), format!("{what} is not known")))
    };
    let group = text(spec.get("group"), &["spec"], "the group")?;
    let kind = text(spec.get("names").and_then(|names| names.get("kind")), &["spec"], "the kind")?;
    let namespaced = spec.get("scope").and_then(Node::as_str) != Some("Cluster");
    let old = crd.get("apiVersion").and_then(Node::as_str) == Some("apiextensions.k8s.io/v1beta1");
    // In v1beta1 unknown fields are kept unless the definition says otherwise.
    let kept = match spec.get("preserveUnknownFields").map(|node| &node.value) {
        Some(Value::Bool(kept)) => *kept,
        Some(Value::Null | Value::Number(_) | Value::String(_) | Value::Sequence(_) | Value::Mapping(_)) | None => old,
    };
    let shared = spec.get("validation").and_then(|validation| validation.get("openAPIV3Schema"));
    let resource = |version: String, served: bool, schema: Option<(&Node, Route)>| {
        let mut rules = 0;
        let transitions = schema.as_ref().map(|(node, _)| transition::read(node)).unwrap_or_default();
        let schema = match schema {
            Some((node, route)) => structural::read(node, &route, kept, &mut rules)?,
            None => Schema { accepts: Accepts::Object, nullable: false, embedded: true, ..Schema::anything() },
        };
        Ok(CustomResource {
            group: group.clone(),
            kind: kind.clone(),
            version,
            served,
            namespaced,
            schema,
            rules,
            transitions,
        })
    };
    let shared_at = || at(&["spec", "validation", "openAPIV3Schema"]);
    match spec.get("versions").and_then(Node::as_sequence).unwrap_or_default() {
        [] => {
            let version = text(spec.get("version"), &["spec"], "the version")?;
            Ok(vec![resource(version, true, shared.map(|schema| (schema, shared_at())))?])
        }
        versions => versions
            .iter()
            .enumerate()
            .map(|(index, version)| {
                let route = at(&["spec", "versions"]).child(Step::Index(index));
                let Some(name) = version.get("name").and_then(Node::as_str) else {
                    return Err(Unreadable::new(route, "the version has no name"));
                };
                let served = !matches!(version.get("served").map(|served| &served.value), Some(Value::Bool(false)));
                let own = version.get("schema").and_then(|schema| schema.get("openAPIV3Schema"));
                let own = own.map(|schema| {
                    let route = route.child(Step::Key("schema".to_owned()));
                    (schema, route.child(Step::Key("openAPIV3Schema".to_owned())))
                });
                resource(name.to_owned(), served, own.or_else(|| shared.map(|schema| (schema, shared_at()))))
            })
            .collect(),
    }
}
