//! Kustomizations: what they may say, and what they point at.
//!
//! Facts are those of kustomize 5.7 and 5.8 (`types.Kustomization`, `target.KustTarget`,
//! `git.NewRepoSpecFromURL`). What those versions refuse differently is let through.

pub mod build;
mod fields;
mod missing;
mod references;
mod remote;
mod statements;
#[cfg(test)]
mod tests;

use crate::document::{Node, Violation};

pub use missing::{Missing, Sort, missing};
pub use references::{Reference, Role, Target, references};
pub use remote::{GitSource, Remote, git_source, remote};

use super::{shape, tree::split, words};

/// The names under which kustomize looks for a kustomization, in its order.
pub const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// API group of kustomizations and components.
pub const GROUP: &str = "kustomize.config.k8s.io";

/// Whether a file is one that kustomize reads as a kustomization: by its name, whatever it says
/// that it is, or by its kind. A `Kustomization` of Flux is none, whatever its file is called.
#[must_use]
pub fn is_kustomization(path: &str, node: &Node) -> bool {
    let text = |key| node.get(key).and_then(Node::as_str);
    let group = text("apiVersion").map(|version| version.split_once('/').map_or("", |(group, _)| group));
    match group {
        Some("kustomize.toolkit.fluxcd.io") => false,
        Some(GROUP) if matches!(text("kind"), Some("Kustomization" | "Component")) => true,
        Some(_) | None => NAMES.contains(&split(path).1),
    }
}

/// What kustomize refuses in a kustomization, told from the kustomization alone. Fields that are
/// deprecated are no finding. At most some fifty violations.
#[must_use]
pub fn validate(node: &Node) -> Vec<Violation> {
    let reader = shape::Reader { name: "kustomize", closed: true, converts: false };
    let mut violations = shape::check(&fields::KUSTOMIZATION, node, reader);
    let wrong_shape: Vec<_> = violations.iter().map(|violation| violation.route.clone()).collect();
    for violation in statements::check(node) {
        // Of a value that is not even the right sort, nothing more is said.
        if violations.len() < words::MOST && !wrong_shape.iter().any(|route| violation.route.0.starts_with(&route.0)) {
            violations.push(violation);
        }
    }
    violations
}
