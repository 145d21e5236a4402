//! What the API server stores for a manifest, as far as that decides whether a field changed: defaults are filled in,
//! what says nothing is left out, and what is written in two ways becomes one.
//!
//! This room knows Kubernetes' own types. It must not know which fields may change, files or findings. The values it
//! makes keep the places of what they were made from, and items of lists keep their numbers.

mod defaults;
mod kinds;
mod merge;
mod pointers;
mod special;
#[cfg(test)]
mod tests;
mod walk;

use std::borrow::Cow;

use crate::{
    document::{Node, Route, Step},
    immutability::Sort,
    kubernetes::{
        Version,
        builtin::{Lookup, definition, lookup},
        schema::{Accepts, Link, Others, Schema},
    },
};

/// The key that an empty mapping gets where the API server tells it from none, so that no comparison takes it for none.
pub const PRESENT: &str = "{}";

/// A manifest as the API server would store it; the manifest itself where it is of no kind of Kubernetes' own.
#[must_use]
pub fn normalized<'a>(api_version: &str, kind: &str, node: &'a Node) -> Cow<'a, Node> {
    created(api_version, kind, node, false)
}

/// The same with [`PRESENT`] in mappings that are empty and not the same as none.
#[must_use]
pub fn stored<'a>(api_version: &str, kind: &str, node: &'a Node) -> Cow<'a, Node> {
    created(api_version, kind, node, true)
}

fn created<'a>(api_version: &str, kind: &str, node: &'a Node, marks: bool) -> Cow<'a, Node> {
    let Some(number) = number(api_version, kind) else { return Cow::Borrowed(node) };
    let mut normal = node.clone();
    kinds::begin(kind, &mut normal);
    walk::fill(&mut normal, &Link::Definition(number), marks);
    kinds::create(kind, &mut normal);
    kinds::fill(api_version, kind, &mut normal);
    Cow::Owned(normal)
}

/// What an object becomes when another manifest of it is applied. `live` is what is [`stored`] for the old one.
#[must_use]
pub fn updated<'a>(api_version: &str, kind: &str, live: &Node, old: &Node, new: &'a Node) -> Cow<'a, Node> {
    let Some(number) = number(api_version, kind) else { return Cow::Borrowed(new) };
    let link = Link::Definition(number);
    let mut normal = merge::merged(live, Some(old), new, Some(&link));
    kinds::begin(kind, &mut normal);
    walk::fill(&mut normal, &link, true);
    let had_source =
        live.get("spec").is_some_and(|spec| spec.get("dataSource").or(spec.get("dataSourceRef")).is_some());
    if kind == "PersistentVolumeClaim" && !had_source {
        kinds::drop_sources(&mut normal);
    }
    kinds::fill(api_version, kind, &mut normal);
    Cow::Owned(normal)
}

/// How the values at a place of a manifest are compared.
#[must_use]
pub fn sort(api_version: &str, kind: &str, route: &Route) -> Sort {
    if kind == "ResourceQuota" && *route == keys(&["spec", "scopes"]) {
        return Sort::Set;
    }
    let Some(number) = number(api_version, kind) else { return Sort::Plain };
    let mut schema = definition(Version::NEWEST, number);
    for step in &route.0 {
        let Some(here) = schema else { return Sort::Plain };
        let link = match step {
            Step::Key(key) => here.property(key).or(match &here.others {
                Others::Each(link) => Some(link),
                Others::Refused | Others::Kept => None,
            }),
            Step::Index(_) => here.items.as_ref(),
        };
        schema = link.and_then(followed);
    }
    match schema.map(|schema| schema.accepts) {
        Some(Accepts::Quantity) => Sort::Quantity,
        Some(
            Accepts::Anything
            | Accepts::Object
            | Accepts::Array
            | Accepts::String
            | Accepts::Integer
            | Accepts::Number
            | Accepts::Boolean
            | Accepts::IntOrString,
        )
        | None => Sort::Plain,
    }
}

/// The schema that a link leads to.
fn followed(link: &Link) -> Option<&Schema> {
    match link {
        Link::Inline(schema) => Some(schema),
        Link::Definition(number) => definition(Version::NEWEST, *number),
    }
}

fn keys(keys: &[&str]) -> Route {
    Route(keys.iter().map(|key| Step::Key((*key).to_owned())).collect())
}

/// The definition of a kind. What defines custom resources is large, and left as it is. An API that was removed means what the one that took its place means.
fn number(api_version: &str, kind: &str) -> Option<u16> {
    if kind == "CustomResourceDefinition" {
        return None;
    }
    let modern = |api_version: &str| match lookup(Version::NEWEST, api_version, kind) {
        Lookup::Known(number) => Some(number),
        Lookup::Foreign | Lookup::Unknown(_) => None,
    };
    let group = match api_version.split_once('/') {
        Some(("extensions", _)) => match kind {
            "Ingress" | "NetworkPolicy" => "networking.k8s.io",
            "Job" => "batch",
            _ => "apps",
        },
        Some((group, _)) => group,
        None => return modern(api_version),
    };
    // The stable version is what the server stores; others say the same with the same names as far as they are listed.
    let renamed = matches!(group, "resource.k8s.io" | "autoscaling");
    let stable = || modern(&format!("{group}/v1"));
    if renamed { modern(api_version).or_else(stable) } else { stable().or_else(|| modern(api_version)) }
}
