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
