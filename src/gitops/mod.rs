//! What `GitOps` tools read besides manifests: kustomizations, Helm charts, and the objects of Flux
//! and Argo CD that point to folders and to other repositories.
//!
//! This room owns what these files may say and what they point at. It sees the repository only
//! through [`Tree`], and must not know Git, pushes or rules. What it finds goes to the rules, as
//! [`Violation`](crate::document::Violation)s and references.

pub mod argocd;
pub mod clusters;
pub mod flux;
pub mod helm;
pub mod kustomize;
pub mod recreate;
mod shape;
pub mod source;
#[cfg(test)]
pub(crate) mod testing;
mod tree;
mod words;

pub use source::{Expected, Origin, PathReference, Pin, SourceReference, What, url_name};
pub use tree::{At, Place, Tree, TreeError, place, within};
