//! What the kustomizations of a repository make of its files.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    document::{Node, Value},
    gitops::kustomize::{NAMES, Reference, Role, Target, references},
};

/// What a kustomization says of others: what it points at, and what it adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kustomization {
    targets: Vec<(String, Role)>,
    added: Added,
}

impl Kustomization {
    /// Reads one.
    #[must_use]
    pub fn read(path: &str, node: &Node) -> Self {
        let local = |reference: Reference| match reference.target {
            Target::Local(path) => Some((path, reference.role)),
            Target::Remote(_) | Target::Outside | Target::Inline | Target::Unknown => None,
        };
        Self { targets: references(path, node).into_iter().filter_map(local).collect(), added: Added::by(node) }
    }
}

/// What the kustomizations of a repository point at.
#[derive(Debug, Default)]
pub struct Kustomized {
    /// Kustomizations by what they point at, and as what.
    by_target: BTreeMap<String, Vec<(String, Role)>>,
    /// Folders that have one.
    folders: BTreeSet<String>,
    /// What they point at, by kustomization.
    targets: BTreeMap<String, Vec<String>>,
    /// What those add that add anything.
    added: BTreeMap<String, Added>,
}

/// Whether what stands in a file is all that is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wholeness {
    /// It is applied as it stands, as far as is known.
    Whole,
    /// Kustomizations take it and may add to it.
    Completed(Added),
    /// It is merged into something else.
    Patch,
    /// It lies beside or below a kustomization, and none takes it.
    Unused,
}

/// What kustomizations may add to what they take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Anything, by patches and the like.
    anything: bool,
    /// Labels and selectors.
    labels: bool,
    /// Namespaces.
    namespace: bool,
}

/// Fields of a kustomization by which anything can be added.
const ANYTHING: [&str; 8] = [
    "components",
    "configurations",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "transformers",
    "vars",
];

/// Whether any of these `labels` is added to selectors as well.
fn selects(labels: &[Node]) -> bool {
    labels.iter().any(|item| item.get("includeSelectors").is_some_and(|value| value.value == Value::Bool(true)))
}

impl Added {
    /// What a kustomization may add.
    pub(super) fn by(node: &Node) -> Self {
        let has = |field: &str| node.get(field).is_some();
        Self {
            anything: ANYTHING.into_iter().any(has),
            labels: has("commonLabels") || node.get("labels").and_then(Node::as_sequence).is_some_and(selects),
            namespace: has("namespace"),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            anything: self.anything || other.anything,
            labels: self.labels || other.labels,
            namespace: self.namespace || other.namespace,
        }
    }

    /// Whether what is lacking may come from here.
    #[must_use]
    pub fn covers(self, lacking: &str) -> bool {
        match lacking {
            "labels" | "matchLabels" | "selector" if self.labels => true,
            "namespace" if self.namespace => true,
            _ => self.anything,
        }
    }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

impl Kustomized {
    /// Adds one of them.
    pub fn add(&mut self, kustomization: &str, one: &Kustomization) {
        for (path, role) in &one.targets {
            self.targets.entry(kustomization.to_owned()).or_default().push(path.clone());
            self.by_target.entry(path.clone()).or_default().push((kustomization.to_owned(), *role));
        }
        self.folders.insert(folder_of(kustomization).to_owned());
        if one.added != Added::default() {
            self.added.insert(kustomization.to_owned(), one.added);
        }
    }

    /// The kustomizations that point at a path, and as what.
    pub fn of(&self, path: &str) -> impl Iterator<Item = (&str, Role)> {
        self.by_target.get(path).into_iter().flatten().map(|(kustomization, role)| (kustomization.as_str(), *role))
    }

    /// Whether a folder has a kustomization.
    #[must_use]
    pub fn has(&self, folder: &str) -> bool {
        self.folders.contains(folder)
    }

    fn is_below_one(&self, path: &str) -> bool {
        let mut above = Some(path);
        while let Some(current) = above.filter(|current| !current.is_empty()) {
            let folder = folder_of(current);
            if self.has(folder) {
                return true;
            }
            above = Some(folder);
        }
        false
    }

    /// The files that a kustomization takes, by itself or through others.
    #[must_use]
    pub fn taken_by(&self, kustomization: &str) -> BTreeSet<String> {
        let (mut files, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut left = vec![kustomization.to_owned()];
        while let Some(current) = left.pop() {
            if !seen.insert(current.clone()) {
                continue;
            }
            for target in self.targets.get(&current).into_iter().flatten() {
                if self.has(target) {
                    left.extend(NAMES.iter().map(|name| joined(target, name)));
                } else {
                    files.insert(target.clone());
                }
            }
        }
        files
    }

    /// What becomes of the manifests in a file.
    #[must_use]
    pub fn wholeness(&self, path: &str) -> Wholeness {
        let is_patch = |role| matches!(role, Role::Patch | Role::JsonPatch | Role::Plugin);
        // What is a patch for one and a resource for another has to be whole.
        if self.of(path).next().is_some() && self.of(path).all(|(_, role)| is_patch(role)) {
            return Wholeness::Patch;
        }
        if self.of(path).next().is_none() && self.is_below_one(path) {
            return Wholeness::Unused;
        }
        // Upwards through all kustomizations that take it, or take one that does.
        let (mut seen, mut added) = (BTreeSet::new(), Added::default());
        let mut left: Vec<&str> = self.of(path).map(|(kustomization, _)| kustomization).collect();
        while let Some(kustomization) = left.pop() {
            if seen.insert(kustomization) {
                added = added.and(self.added.get(kustomization).copied().unwrap_or_default());
                left.extend(self.of(folder_of(kustomization)).map(|(kustomization, _)| kustomization));
            }
        }
        if added == Added::default() { Wholeness::Whole } else { Wholeness::Completed(added) }
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
            ("labelled/kustomization.yaml", "resources: [c.yaml]\ncommonLabels: {app: c}"),
            ("prod/kustomization.yaml", "resources: [../base]\npatches: [{path: p.yaml}, {path: ../base/b.yaml}]"),
        ] {
            let parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
            all.add(path, &Kustomization::read(path, &parsed.documents[0].root));
        }
        let anything = Added { anything: true, ..Added::default() };
        assert!(anything.covers("containers") && !Added { labels: true, ..Added::default() }.covers("containers"));
        for (path, wholeness) in [
            ("base/a.yaml", Wholeness::Completed(anything)),
            ("base/b.yaml", Wholeness::Completed(anything)),
            ("labelled/c.yaml", Wholeness::Completed(Added { labels: true, ..Added::default() })),
            ("plain/a.yaml", Wholeness::Whole),
            ("prod/p.yaml", Wholeness::Patch),
            ("elsewhere.yaml", Wholeness::Whole),
            ("prod/patches/old.yaml", Wholeness::Unused),
        ] {
            assert_eq!(all.wholeness(path), wholeness, "{path}");
        }
        let taken = all.taken_by("prod/kustomization.yaml");
        assert_eq!(taken.iter().map(String::as_str).collect::<Vec<_>>(), ["base/a.yaml", "base/b.yaml", "prod/p.yaml"]);
    }
}
