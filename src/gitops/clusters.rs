//! Several clusters or environments in one repository, as its folders tell them apart: the same object
//! under `clusters/a` and `clusters/b` are two objects.

use std::collections::BTreeSet;

use super::tree::{At, Tree, TreeError};

/// Folders whose subfolders are one for each cluster, environment or the like.
const KINDS: [&str; 9] =
    ["clusters", "cluster", "environments", "envs", "env", "overlays", "sites", "regions", "tenants"];

/// Subfolders of those that are for all of them.
const SHARED: [&str; 16] = [
    "apps",
    "base",
    "bases",
    "common",
    "components",
    "config",
    "core",
    "crds",
    "default",
    "flux",
    "flux-system",
    "global",
    "infrastructure",
    "lib",
    "shared",
    "templates",
];

/// Names that environments commonly have, wherever they stand in a path.
const COMMON: [&str; 11] = [
    "dev",
    "development",
    "nonprod",
    "preprod",
    "preproduction",
    "prod",
    "production",
    "sandbox",
    "stage",
    "staging",
    "uat",
];

/// A folder of a cluster or an environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cluster {
    /// What it is called.
    pub name: String,
    /// The folder itself.
    pub folder: String,
}

/// The clusters of a repository, by what its upper folders are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterNames(BTreeSet<String>);

impl ClusterNames {
    /// Looks at the folders of a tree, two levels down. One alone tells nothing apart.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    pub fn of(tree: &dyn Tree) -> Result<Self, TreeError> {
        let mut names = BTreeSet::new();
        let mut look = |folder: &str| -> Result<(), TreeError> {
            for name in tree.list(folder)? {
                let inner = format!("{folder}/{name}");
                if !SHARED.contains(&name.as_str()) && tree.at(&inner)? == Some(At::Folder) {
                    names.insert(name);
                }
            }
            Ok(())
        };
        // `overlays` are variants of one thing, not clusters that everything else is sorted by.
        let is_kind = |name: &str| KINDS.contains(&name) && !matches!(name, "overlays" | "cluster");
        for name in tree.list("")? {
            if is_kind(&name) {
                look(&name)?;
            } else if tree.at(&name)? == Some(At::Folder) {
                for inner in tree.list(&name)?.into_iter().filter(|inner| is_kind(inner)) {
                    look(&format!("{name}/{inner}"))?;
                }
            }
        }
        Ok(if names.len() > 1 { Self(names) } else { Self::default() })
    }

    /// The clusters and environments that the folders of a path name, the outermost first.
    #[must_use]
    pub fn named(&self, path: &str) -> Vec<Cluster> {
        let Some((folders, _)) = path.rsplit_once('/') else { return Vec::new() };
        let parts: Vec<&str> = folders.split('/').collect();
        let mut found: Vec<Cluster> = Vec::new();
        let mut before = "";
        for (index, part) in parts.iter().enumerate() {
            let is_one = (KINDS.contains(&before) && !KINDS.contains(part) && !SHARED.contains(part))
                || COMMON.contains(part)
                || self.0.contains(*part);
            // `clusters/prod/apps/overlays/prod` names one.
            if is_one && !found.iter().any(|one| one.name == *part) {
                let folder = parts.iter().take(index + 1).copied().collect::<Vec<_>>().join("/");
                found.push(Cluster { name: (*part).to_owned(), folder });
            }
            before = part;
        }
        found
    }
}

/// Whether what is in one place may be in the other as well, by the names of both alone: one of them may
/// name more than the other.
#[must_use]
pub fn agree(a: &[Cluster], b: &[Cluster]) -> bool {
    let holds = |all: &[Cluster], some: &[Cluster]| some.iter().all(|one| all.iter().any(|two| one.name == two.name));
    holds(a, b) || holds(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gitops::testing::Files;

    fn files(paths: &[&str]) -> Files {
        Files::new(&paths.iter().map(|path| (*path, "")).collect::<Vec<_>>())
    }

    fn names(path: &str) -> Vec<String> {
        ClusterNames::default().named(path).into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn folders_name_clusters() {
        for (path, expected) in [
            ("clusters/a/x.yaml", &["a"][..]),
            ("apps/cart/overlays/eu/x.yaml", &["eu"]),
            ("clusters/a/tenants/b/x.yaml", &["a", "b"]),
            ("clusters/prod/apps/overlays/prod/x.yaml", &["prod"]),
            ("apps/production/x.yaml", &["production"]),
            ("clusters/x.yaml", &[]),
            ("clusters/base/x.yaml", &[]),
            ("cluster/apps/x.yaml", &[]),
            ("apps/base/x.yaml", &[]),
            ("x.yaml", &[]),
        ] {
            assert_eq!(names(path), expected, "{path}");
        }
    }

    #[test]
    fn names_of_clusters_count_elsewhere_too() {
        let tree = files(&["clusters/a/x.yaml", "clusters/b/x.yaml", "clusters/base/x.yaml", "apps/a/x.yaml"]);
        let known = ClusterNames::of(&tree).unwrap();
        assert_eq!(known.named("apps/a/x.yaml"), [Cluster { name: "a".to_owned(), folder: "apps/a".to_owned() }]);
        assert_eq!(known.named("apps/base/x.yaml"), []);
        let one = ClusterNames::of(&files(&["clusters/a/x.yaml"])).unwrap();
        assert_eq!(one, ClusterNames::default());
    }

    #[test]
    fn what_names_no_cluster_agrees_with_all() {
        let named = |path| ClusterNames::default().named(path);
        assert!(agree(&named("envs/a/x.yaml"), &named("overlays/a/x.yaml")));
        assert!(agree(&named("base/x.yaml"), &named("overlays/a/x.yaml")));
        assert!(agree(&named("envs/a/x.yaml"), &named("envs/a/overlays/b/x.yaml")));
        assert!(!agree(&named("envs/a/x.yaml"), &named("envs/b/x.yaml")));
    }
}
