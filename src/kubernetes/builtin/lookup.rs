//! Which definition an object has to keep to.

use super::table::EMBEDDED;
use super::unknown::{self, Unknown};
use super::{Version, removed};

/// What is known of an `apiVersion` and `kind`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// An API of Kubernetes' own: the number of its definition.
    Known(u16),
    /// No API of Kubernetes' own: a custom resource, or a file for a client (kustomize, kubeadm,
    /// kubeconfig and so on).
    Foreign,
    /// Kubernetes' own by its group, but this version does not have it.
    Unknown(Unknown),
}

/// What a version of Kubernetes knows of an `apiVersion` and `kind`.
#[must_use]
pub fn lookup(version: Version, api_version: &str, kind: &str) -> Lookup {
    if let Some(api) = EMBEDDED.api_named(api_version, kind)
        && api.is_in(version)
    {
        return Lookup::Known(api.definition);
    }
    if removed::is_for_clients(api_version, kind) {
        return Lookup::Foreign;
    }
    unknown::explain(version, api_version, kind).map_or(Lookup::Foreign, Lookup::Unknown)
}

/// Group and kind of every API that any version of Kubernetes has; one of several versions more than once.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    EMBEDDED.apis().map(|api| (api.group(), api.kind))
}

/// The definitions of a kind in every version of its API, in this group or in any; without repetitions.
#[must_use]
pub fn definitions_of(group: Option<&str>, kind: &str) -> Vec<u16> {
    let is_meant = |api: &super::table::Api| api.kind == kind && group.is_none_or(|group| api.group() == group);
    let mut found: Vec<u16> = EMBEDDED.apis().filter(is_meant).map(|api| api.definition).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The kinds of a group that are objects, without their lists, sorted; none where the group is not Kubernetes' own.
#[must_use]
pub fn kinds_of(group: &str) -> Vec<&'static str> {
    let is_object = |kind: &str| !kind.ends_with("List");
    let mut found: Vec<&str> =
        EMBEDDED.apis().filter(|api| api.group() == group && is_object(api.kind)).map(|api| api.kind).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a group had a kind before the oldest version that is known.
#[must_use]
pub fn had_kind(group: &str, kind: &str) -> bool {
    removed::had(group, kind)
}
