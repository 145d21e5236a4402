//! Where objects stand in a repository, and whose they are: the namespace and the cluster that a file's
//! objects end up in, as far as the tree shows it.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{
    GateError,
    world::{World, tree_error},
};
use crate::{
    document::{
        Identity, Source,
        format::{Format, parse},
        units,
    },
    git::{File, GitError, RepoPath},
    gitops::{
        TreeError,
        clusters::{Cluster, ClusterNames},
    },
    kubernetes::scope,
    rule::{Namespace, Standing, Surroundings as _},
};

impl World<'_> {
    /// The objects in all manifests in which any of some words stands.
    pub(super) fn find_standing(&self, words: &BTreeSet<String>) -> Result<Vec<Standing>, TreeError> {
        let is_one = |path: &RepoPath| Format::detect(&path.to_text()).is_some_and(Format::holds_manifests);
        let search = |(path, file): &(RepoPath, File)| match self.bytes(path, file) {
            Ok(bytes) => Ok(self.standing_in(path, &bytes, words)),
            // It is judged, or refused, where it is changed.
            Err(GateError::Git(GitError::FileTooLarge { .. })) => Ok(Vec::new()),
            Err(error) => Err(tree_error(&error)),
        };
        let found: Vec<Result<Vec<Standing>, TreeError>> = self.all(&is_one)?.par_iter().map(search).collect();
        Ok(found.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// The objects in one file, if any of the words stands in it.
    pub(super) fn standing_in(&self, path: &RepoPath, bytes: &[u8], words: &BTreeSet<String>) -> Vec<Standing> {
        // In many words together nothing is gained by looking for each.
        const MOST_WORDS: usize = 20;
        let is_worth_it = std::str::from_utf8(bytes).is_ok_and(|text| {
            text.contains("kind") && (words.len() > MOST_WORDS || words.iter().any(|word| text.contains(word)))
        });
        let Some(format) = Format::detect(&path.to_text()).filter(|_| is_worth_it) else { return Vec::new() };
        let parsed = parse(format, bytes, &self.limits.parse());
        // What cannot be read as a whole says nothing; it is refused where it is changed.
        if parsed.problems.iter().any(|problem| problem.kind.is_fatal()) {
            return Vec::new();
        }
        let line = |source: &Source, at: u32| source.position(at as usize).line;
        let units = parsed.documents.iter().flat_map(units);
        let standing = units.map(|unit| Standing {
            path: path.clone(),
            line: line(&parsed.source, unit.node.span.start),
            identity: unit.identity,
            node: unit.node.clone(),
        });
        standing.collect()
    }

    /// The namespace that an object in a file is in.
    pub(super) fn find_namespace(&self, path: &str, identity: &Identity) -> Result<Namespace, TreeError> {
        let written = || identity.namespace.clone().map_or(Namespace::Unknown, Namespace::Named);
        if identity.is_of_tool() {
            return Ok(written());
        }
        if scope::is_namespaced(&identity.group, &identity.kind) == Some(false) {
            return Ok(Namespace::Outside);
        }
        let ways = self.kustomized()?.ways(path);
        // What all that take it put it into counts before what it says itself.
        let namespaces: BTreeSet<Option<&str>> = ways.iter().map(|(_, namespace)| namespace.as_deref()).collect();
        if let [Some(only)] = namespaces.iter().copied().collect::<Vec<_>>().as_slice() {
            return Ok(Namespace::Named((*only).to_owned()));
        }
        if identity.namespace.is_some() || namespaces.len() > 1 {
            return Ok(written());
        }
        let index = self.index()?;
        let applied: BTreeSet<Option<&str>> = ways.iter().flat_map(|(folder, _)| index.namespaces_at(folder)).collect();
        Ok(match applied.iter().copied().collect::<Vec<_>>().as_slice() {
            [Some(only)] => Namespace::Named((*only).to_owned()),
            [..] => Namespace::Unknown,
        })
    }

    /// Whether the repository defines a kind as one that lives in no namespace.
    pub(super) fn is_outside_namespaces(&self, identity: &Identity) -> Result<bool, TreeError> {
        if let Some(namespaced) = scope::is_namespaced(&identity.group, &identity.kind) {
            return Ok(!namespaced);
        }
        let definitions = self.custom_resources(&identity.group, &identity.kind)?;
        Ok(!definitions.is_empty() && definitions.iter().all(|definition| !definition.namespaced))
    }

    /// The clusters and environments that the folders of a path name.
    pub(super) fn find_clusters(&self, path: &str) -> Result<Vec<Cluster>, TreeError> {
        let names = self.clusters.get_or_init(|| ClusterNames::of(self)).as_ref().map_err(Clone::clone)?;
        Ok(names.named(path))
    }

    /// What the paths of those name that have a file applied.
    pub(super) fn find_appliers(&self, path: &str) -> Result<Vec<Vec<Cluster>>, TreeError> {
        let kustomized = self.kustomized()?;
        let mut appliers: BTreeSet<String> = kustomized.takers(path).into_iter().map(str::to_owned).collect();
        let folders: Vec<String> = kustomized.ways(path).into_iter().map(|(folder, _)| folder).collect();
        let covers = |above: &str| {
            folders.iter().any(|folder| {
                above.is_empty()
                    || folder.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        appliers.extend(self.pointing_at(&covers)?.iter().map(RepoPath::to_text));
        appliers.iter().map(|applier| self.find_clusters(applier)).collect()
    }
}
