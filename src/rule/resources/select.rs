//! Which resources a rule is about.

use super::text;
use crate::{
    config::{Label, ResourceMatch},
    document::{Identity, Node, Unit},
    gitops::{TreeError, kustomize},
    kubernetes::{builtin, scope},
    rule::{Namespace, Side, Surroundings},
};

/// Whether a rule is about a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// That cannot be told, for this reason.
    Unsure(String),
}

/// Whether a text is filled in before it is applied.
pub(super) fn is_open(text: &str) -> bool {
    ["{{", "{%", "${", "$(", "<%"].iter().any(|mark| text.contains(mark))
}

/// Whether an object has a label; one whose value is filled in later counts as having it.
pub(super) fn has_label(node: &Node, label: &Label) -> bool {
    let labels = node.get("metadata").and_then(|metadata| metadata.get("labels"));
    let Some(value) = labels.and_then(|labels| labels.get(&label.key)) else { return false };
    let text = value.as_str();
    label.value.as_deref().is_none_or(|wanted| text == Some(wanted) || text.is_some_and(is_open))
}

/// Whether a side has the labels and stands in the paths that a rule asks for.
pub(super) fn has_labels_and_path(selection: &ResourceMatch, side: Side<'_>) -> bool {
    selection.paths.as_ref().is_none_or(|globs| globs.matches(side.file.path.as_bytes()))
        && selection.labels.iter().all(|label| has_label(side.unit.node, label))
}

/// Whether a part of a file of another tool is something that the tool makes, and not only said to it.
fn is_made(identity: &Identity) -> bool {
    const SAID: [&str; 10] =
        ["action", "backend", "check", "local", "output", "provider", "provider_lock", "variable", "data", "ephemeral"];
    match identity.group.as_str() {
        "terraform" => !SAID.contains(&identity.kind.split('.').next().unwrap_or_default()),
        "cloudformation" => identity.kind.contains("::"),
        "compose" => true,
        _ => false,
    }
}

/// Whether a unit describes something that is made somewhere, and no settings of a program. What a rule
/// names by its kind is meant, whatever it is.
fn is_resource(unit: &Unit<'_>, is_named: bool) -> bool {
    if let Some(identity) = unit.identity.as_ref().filter(|identity| identity.is_of_tool()) {
        return is_named || is_made(identity);
    }
    let (Some(api_version), Some(kind)) = (text(unit.node, &["apiVersion"]), unit.kind()) else {
        return unit.identity.is_some();
    };
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    // A list is its items.
    group != kustomize::GROUP
        && !builtin::is_for_clients(api_version, kind)
        && unit.node.get("items").and_then(Node::as_sequence).is_none()
}

/// Whether a rule may be about a resource, as far as its file alone tells: all but its namespace, and names
/// that are filled in later.
pub(super) fn may_fit(selection: &ResourceMatch, side: Side<'_>) -> bool {
    let unit = side.unit;
    let kind = unit.kind();
    let group = match &unit.identity {
        Some(identity) => Some(identity.group.as_str()),
        None => text(unit.node, &["apiVersion"]).map(|api| api.split_once('/').map_or("", |(group, _)| group)),
    };
    let of_kind = selection.kinds.is_empty() || kind.is_some_and(|kind| selection.kinds.iter().any(|k| k == kind));
    let of_group = selection.group.as_ref().is_none_or(|wanted| {
        group.is_some_and(|group| group == wanted || scope::group_today(group, kind.unwrap_or_default()) == wanted)
    });
    let of_name = selection.name.as_ref().is_none_or(|globs| {
        let name = unit.identity.as_ref().map(|identity| identity.name.as_str());
        name.is_none_or(|name| is_open(name) || globs.matches(name.as_bytes()))
    });
    kind.is_some()
        && group.is_some()
        && of_kind
        && of_group
        && of_name
        && has_labels_and_path(selection, side)
        && is_resource(unit, !selection.kinds.is_empty())
}

/// Whether a rule is about a resource.
///
/// # Errors
/// [`TreeError`] when the repository cannot be read.
pub(super) fn fit(selection: &ResourceMatch, tree: &dyn Surroundings, side: Side<'_>) -> Result<Fit, TreeError> {
    let Some(identity) = side.unit.identity.as_ref().filter(|_| may_fit(selection, side)) else { return Ok(Fit::No) };
    if selection.name.as_ref().is_some_and(|globs| is_open(&identity.name) && !globs.matches(identity.name.as_bytes()))
    {
        return Ok(Fit::Unsure("its name is filled in later".to_owned()));
    }
    let Some(globs) = &selection.namespace else { return Ok(Fit::Yes) };
    Ok(match tree.namespace_of(&side.file.path.to_text(), identity)? {
        Namespace::Named(name) if globs.matches(name.as_bytes()) => Fit::Yes,
        Namespace::Named(name) if is_open(&name) => Fit::Unsure("its namespace is filled in later".to_owned()),
        Namespace::Outside | Namespace::Named(_) => Fit::No,
        Namespace::Unknown => Fit::Unsure("nothing in the repository says its namespace".to_owned()),
    })
}
