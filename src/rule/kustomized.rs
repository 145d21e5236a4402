//! What the kustomizations of a repository make of its files.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    document::{Node, Value},
    gitops::kustomize::{NAMES, Reference, Role, Target, references},
};

/// What a kustomization says of others: what it points at, and what it adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kustomization {
    targets: Vec<(String, Role)>,
    added: Added,
    /// Whether it is only part of what takes it.
    component: bool,
    /// The namespace that it puts everything into.
    namespace: Option<String>,
}

impl Kustomization {
    /// Reads one.
    #[must_use]
    pub fn read(path: &str, node: &Node) -> Self {
        let local = |reference: Reference| match reference.target {
            Target::Local(path) => Some((path, reference.role)),
            Target::Remote(_) | Target::Outside | Target::Inline | Target::Unknown => None,
        };
        let namespace = node.get("namespace").and_then(Node::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let component = node.get("kind").and_then(Node::as_str) == Some("Component");
        Self {
            targets: references(path, node).into_iter().filter_map(local).collect(),
            added: Added::by(node),
            component,
            namespace,
        }
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
    /// All of them, by path.
    all: BTreeSet<String>,
    /// Those that are components: only part of what takes them.
    components: BTreeSet<String>,
    /// The namespaces that they put everything into.
    namespaces: BTreeMap<String, String>,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
        self.all.insert(kustomization.to_owned());
        if one.component {
            self.components.insert(kustomization.to_owned());
        }
        if let Some(namespace) = &one.namespace {
            self.namespaces.insert(kustomization.to_owned(), namespace.clone());
        }
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

    /// The files that the kustomization of a folder takes, by itself or through others.
    #[must_use]
    pub fn taken_by_folder(&self, folder: &str) -> BTreeSet<String> {
        NAMES.iter().flat_map(|name| self.taken_by(&joined(folder, name))).collect()
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

    /// The folders that are applied of which something may be another thing when some files are others: those of the
    /// kustomizations that take them, by themselves or through others, and that no other takes.
    #[must_use]
    pub fn roots<'p>(&self, changed: impl IntoIterator<Item = &'p str>) -> BTreeSet<String> {
        let (mut roots, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut left: Vec<&str> = Vec::new();
        for path in changed {
            left.extend(self.of(path).map(|(kustomization, _)| kustomization));
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            if NAMES.contains(&name) {
                // Or one that is gone, or was not there: those that point at its folder.
                left.extend(self.of(folder).map(|(kustomization, _)| kustomization));
                left.extend(self.all.get(path).map(String::as_str));
            }
        }
        while let Some(kustomization) = left.pop() {
            if !seen.insert(kustomization) {
                continue;
            }
            let folder = folder_of(kustomization);
            let above = left.len();
            left.extend(self.of(folder).map(|(taking, _)| taking));
            if left.len() == above && !self.components.contains(kustomization) {
                roots.insert(folder.to_owned());
            }
        }
        roots
    }

    /// Whether a folder has a kustomization that is applied, and not only taken by another.
    #[must_use]
    pub fn is_root(&self, folder: &str) -> bool {
        self.has(folder)
            && self.of(folder).next().is_none()
            && NAMES.iter().any(|name| {
                let path = joined(folder, name);
                self.all.contains(&path) && !self.components.contains(&path)
            })
    }

    /// The folders that are applied of which a file is part.
    #[must_use]
    pub fn roots_of(&self, path: &str) -> BTreeSet<String> {
        self.roots([path])
    }

    /// The ways that a file is taken, from the outermost kustomization of each: its folder, and the namespace
    /// that the objects in the file are put into on that way. The file's own folder where nothing takes it.
    #[must_use]
    pub fn ways(&self, path: &str) -> BTreeSet<(String, Option<String>)> {
        let (mut ways, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut left: Vec<(String, Option<String>, bool)> = vec![(path.to_owned(), None, true)];
        while let Some((target, inner, is_file)) = left.pop() {
            let takes = |role| matches!(role, Role::Resource | Role::Component);
            let mut is_taken = false;
            for (kustomization, _) in self.of(&target).filter(|(_, role)| takes(*role)) {
                is_taken = true;
                // What stands further out is applied last.
                let namespace = self.namespaces.get(kustomization).cloned().or_else(|| inner.clone());
                let folder = folder_of(kustomization).to_owned();
                if seen.insert((folder.clone(), namespace.clone())) {
                    left.push((folder, namespace, false));
                }
            }
            if !is_taken {
                ways.insert((if is_file { folder_of(&target).to_owned() } else { target }, inner));
            }
        }
        ways
    }

    /// The kustomizations that take a file, by themselves or through others.
    #[must_use]
    pub fn takers(&self, path: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut left = vec![path];
        while let Some(target) = left.pop() {
            for (kustomization, role) in self.of(target) {
                if matches!(role, Role::Resource | Role::Component) && found.insert(kustomization) {
                    left.push(folder_of(kustomization));
                }
            }
        }
        found
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
