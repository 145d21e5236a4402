//! What the kustomizations of a repository make of its files.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    document::Node,
    gitops::kustomize::{Role, Target, references},
};

/// What the kustomizations of a repository point at.
#[derive(Debug, Default)]
pub struct Kustomized {
    /// Kustomizations by what they point at, and as what.
    by_target: BTreeMap<String, Vec<(String, Role)>>,
    /// Those that change what they take.
    changing: BTreeSet<String>,
}

/// Whether what stands in a file is all that is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wholeness {
    /// It is applied as it stands, as far as is known.
    Whole,
    /// A kustomization takes it and may add to it.
    Completed,
    /// It is merged into something else.
    Patch,
}

/// Fields of a kustomization that may give a manifest what it lacks.
const CHANGING: [&str; 14] = [
    "commonAnnotations",
    "commonLabels",
    "components",
    "labels",
    "namePrefix",
    "namespace",
    "nameSuffix",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "replicas",
    "transformers",
    "vars",
];

impl Kustomized {
    /// Adds one of them.
    pub fn add(&mut self, kustomization: &str, node: &Node) {
        for reference in references(kustomization, node) {
            if let Target::Local(path) = reference.target {
                self.by_target.entry(path).or_default().push((kustomization.to_owned(), reference.role));
            }
        }
        if CHANGING.iter().any(|field| node.get(field).is_some()) {
            self.changing.insert(kustomization.to_owned());
        }
    }

    /// The kustomizations that point at a path, and as what.
    pub fn of(&self, path: &str) -> impl Iterator<Item = (&str, Role)> {
        self.by_target.get(path).into_iter().flatten().map(|(kustomization, role)| (kustomization.as_str(), *role))
    }

    /// What becomes of the manifests in a file.
    #[must_use]
    pub fn wholeness(&self, path: &str) -> Wholeness {
        let is_patch = |role| matches!(role, Role::Patch | Role::JsonPatch | Role::Plugin);
        // What is a patch for one and a resource for another has to be whole.
        if self.of(path).next().is_some() && self.of(path).all(|(_, role)| is_patch(role)) {
            return Wholeness::Patch;
        }
        // Upwards through all kustomizations that take it, or take one that does.
        let mut seen = BTreeSet::new();
        let mut left: Vec<&str> = self.of(path).map(|(kustomization, _)| kustomization).collect();
        while let Some(kustomization) = left.pop() {
            if self.changing.contains(kustomization) {
                return Wholeness::Completed;
            }
            if seen.insert(kustomization) {
                let folder = kustomization.rsplit_once('/').map_or("", |(folder, _)| folder);
                left.extend(self.of(folder).map(|(kustomization, _)| kustomization));
            }
        }
        Wholeness::Whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{
        ParseLimits,
        format::{Format, parse},
    };

    #[test]
    fn what_a_kustomization_may_complete_need_not_be_whole() {
        let mut all = Kustomized::default();
        for (path, text) in [
            ("base/kustomization.yaml", "resources: [a.yaml, b.yaml]"),
            ("plain/kustomization.yaml", "resources: [a.yaml]"),
            ("prod/kustomization.yaml", "resources: [../base]\npatches: [{path: p.yaml}, {path: ../base/b.yaml}]"),
        ] {
            let parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
            all.add(path, &parsed.documents[0].root);
        }
        for (path, wholeness) in [
            ("base/a.yaml", Wholeness::Completed),
            ("base/b.yaml", Wholeness::Completed),
            ("plain/a.yaml", Wholeness::Whole),
            ("prod/p.yaml", Wholeness::Patch),
            ("elsewhere.yaml", Wholeness::Whole),
        ] {
            assert_eq!(all.wholeness(path), wholeness, "{path}");
        }
    }
}
