//! What the judgement of one push leaves for the next, where many are judged one after the other: what was found out
//! about trees, folders and files, by their ids.
//!
//! A tree differs from the one before it in a few files, so what is known of one is brought up to the next. Nothing
//! here decides anything: without it the same is found out again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    facts::{Definitions, Facts},
    world::{Files, Folder, World, tree_error},
};
use crate::{
    git::{Change, File, Oid, RepoPath, Repository},
    gitops::{TreeError, kustomize},
    policy::Object,
    rule::{Kustomization, Kustomized},
};

/// Trees of which facts are kept: both sides of a push, and those of a commit that it merges.
const TREES: usize = 4;
/// Folders that are kept.
const FOLDERS: usize = 8_192;
/// Files with definitions of custom resources that are kept as read.
const DEFINITIONS: usize = 256;

/// What is remembered from push to push. One thread at a time judges with it.
#[derive(Default)]
pub struct Remembered {
    facts: Mutex<Trees<Vec<Arc<Facts>>>>,
    kustomizations: Mutex<Trees<Kustomizations>>,
    objects: Mutex<Trees<Objects>>,
    folders: Mutex<BTreeMap<Oid, Arc<Folder>>>,
    definitions: Mutex<BTreeMap<String, Definitions>>,
}

/// The kustomizations of a tree: each as read, and what they come to.
#[derive(Clone, Default)]
pub(super) struct Kustomizations {
    pub files: BTreeMap<RepoPath, Arc<Kustomization>>,
    pub all: Arc<Kustomized>,
}

/// The objects of a tree, by file.
pub(super) type Objects = BTreeMap<RepoPath, Arc<Vec<Object>>>;

/// Reads the objects in a file.
pub(super) type ReadObjects<'r> = &'r dyn Fn(&RepoPath, File) -> Result<Vec<Object>, TreeError>;

/// What is known of the last trees, the latest at the end.
struct Trees<T>(Vec<(Oid, T)>);

impl<T> Default for Trees<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Trees<T> {
    /// What is known of this tree, or of another that may be near to it.
    fn nearest(&self, tree: Oid) -> Option<(Oid, T)> {
        let same = self.0.iter().find(|(known, _)| *known == tree);
        same.or(self.0.last()).cloned()
    }

    fn keep(&mut self, tree: Oid, known: T) {
        self.0.retain(|(other, _)| *other != tree);
        if self.0.len() >= TREES {
            self.0.remove(0);
        }
        self.0.push((tree, known));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Remembered {
    pub(super) fn facts(&self, tree: Oid) -> Option<(Oid, Vec<Arc<Facts>>)> {
        lock(&self.facts).nearest(tree)
    }

    pub(super) fn keep_facts(&self, tree: Oid, facts: Vec<Arc<Facts>>) {
        lock(&self.facts).keep(tree, facts);
    }

    pub(super) fn kustomizations(&self, tree: Oid) -> Option<(Oid, Kustomizations)> {
        lock(&self.kustomizations).nearest(tree)
    }

    pub(super) fn keep_kustomizations(&self, tree: Oid, known: Kustomizations) {
        lock(&self.kustomizations).keep(tree, known);
    }

    pub(super) fn objects(&self, tree: Oid) -> Option<(Oid, Objects)> {
        lock(&self.objects).nearest(tree)
    }

    pub(super) fn keep_objects(&self, tree: Oid, known: Objects) {
        lock(&self.objects).keep(tree, known);
    }

    pub(super) fn folder(&self, tree: Oid) -> Option<Arc<Folder>> {
        lock(&self.folders).get(&tree).cloned()
    }

    pub(super) fn keep_folder(&self, tree: Oid, folder: Arc<Folder>) {
        let mut folders = lock(&self.folders);
        if folders.len() >= FOLDERS {
            folders.clear();
        }
        folders.insert(tree, folder);
    }

    /// The definitions in a file, by the id of its content.
    pub(super) fn definitions(&self, content: &str) -> Option<Definitions> {
        lock(&self.definitions).get(content).cloned()
    }

    pub(super) fn keep_definitions(&self, content: &str, definitions: Definitions) {
        let mut known = lock(&self.definitions);
        if known.len() >= DEFINITIONS {
            known.clear();
        }
        known.insert(content.to_owned(), definitions);
    }
}

impl World<'_> {
    /// What all kustomizations point at, where that is remembered. Where it cannot be brought up to this tree, all is
    /// read again, to the same verdict as without a memory.
    pub(super) fn kustomized_remembered(&self) -> Option<Arc<Kustomized>> {
        let (repository, tree, remembered) = self.with_memory()?;
        self.kustomized_from(repository, tree, remembered).ok()
    }

    /// The same for the objects in all files that are wanted.
    pub(super) fn objects_remembered(
        &self,
        wanted: &dyn Fn(&RepoPath) -> bool,
        read: ReadObjects<'_>,
    ) -> Option<Objects> {
        let (repository, tree, remembered) = self.with_memory()?;
        self.objects_from(repository, tree, remembered, wanted, read).ok()
    }

    fn with_memory(&self) -> Option<(&Repository, Oid, &Remembered)> {
        match (&self.files, self.remembered()) {
            (Files::Tree { repository, tree: Some(tree) }, Some(remembered)) => Some((repository, *tree, remembered)),
            (Files::Tree { .. } | Files::Staged { .. } | Files::Folder { .. }, _) => None,
        }
    }

    /// What differs in a tree from another that something is known of.
    fn since(&self, repository: &Repository, before: Option<Oid>, tree: Oid) -> Result<Vec<Change>, TreeError> {
        let changes = repository.changes(before, Some(tree), self.limits.files);
        changes.map_err(|error| tree_error(&error.into()))
    }

    /// What all kustomizations of a tree point at, from what is known of another.
    fn kustomized_from(
        &self,
        repository: &Repository,
        tree: Oid,
        remembered: &Remembered,
    ) -> Result<Arc<Kustomized>, TreeError> {
        let (before, known) = remembered.kustomizations(tree).unzip();
        let mut known: Kustomizations = known.unwrap_or_default();
        if before != Some(tree) {
            let changes = self.since(repository, before, tree)?;
            let is_one = |path: &RepoPath| kustomize::NAMES.iter().any(|name| path.file_name() == name.as_bytes());
            let mut differs = false;
            for change in changes.into_iter().filter(|change| is_one(&change.path)) {
                let after = change.after.filter(|file| file.mode.is_file());
                let one = after.map(|file| self.kustomization(&change.path, &file)).transpose()?.flatten();
                let one = one.map(Arc::new);
                // A new image or label makes no other kustomization of it.
                differs |= known.files.get(&change.path) != one.as_ref();
                match one {
                    Some(one) => known.files.insert(change.path, one),
                    None => known.files.remove(&change.path),
                };
            }
            if differs {
                let mut all = Kustomized::default();
                known.files.iter().for_each(|(path, one)| all.add(&path.to_text(), one));
                known.all = Arc::new(all);
            }
            remembered.keep_kustomizations(tree, known.clone());
        }
        Ok(known.all)
    }

    /// The objects in all files of a tree that are wanted, from what is known of another.
    fn objects_from(
        &self,
        repository: &Repository,
        tree: Oid,
        remembered: &Remembered,
        wanted: &dyn Fn(&RepoPath) -> bool,
        read: ReadObjects<'_>,
    ) -> Result<Objects, TreeError> {
        let (before, known) = remembered.objects(tree).unzip();
        let mut known = known.unwrap_or_default();
        if before != Some(tree) {
            for change in self.since(repository, before, tree)?.into_iter().filter(|change| wanted(&change.path)) {
                let after = change.after.filter(|file| file.mode.is_file());
                let found = after.map(|file| read(&change.path, file)).transpose()?;
                match found.filter(|found| !found.is_empty()) {
                    Some(found) => known.insert(change.path, Arc::new(found)),
                    None => known.remove(&change.path),
                };
            }
            remembered.keep_objects(tree, known.clone());
        }
        Ok(known)
    }
}
