//! What is applied, before and after, and which is which.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    document::{Identity, Node, Role, Route, Unit, identity_of},
    gate::files::TextFile,
    git::RepoPath,
    gitops::kustomize::build::Built,
    rule::{Construction, FileText, Pair, Side},
};

/// One object that is applied.
pub(in crate::gate) struct Applied {
    identity: Identity,
    text: FileText,
    document: usize,
    route: Route,
    from: From,
}

/// Where its value is kept.
enum From {
    Built { all: Arc<Built>, index: usize },
    File(Arc<TextFile>),
}

impl Applied {
    fn node(&self) -> Option<&Node> {
        match &self.from {
            From::Built { all, index } => all.objects.get(*index).map(|object| &object.node),
            From::File(file) => {
                let document = file.documents_read().iter().find(|document| document.index == self.document)?;
                Some(self.route.locate(&document.root).node)
            }
        }
    }

    /// The folder that it is applied from, and what it is.
    fn key(&self) -> (String, Identity) {
        let folder = self.text.built.as_ref().map(|built| built.folder.clone()).unwrap_or_default();
        (folder, self.identity.clone())
    }

    /// Where it is written.
    fn written_at(&self) -> (&RepoPath, usize, &Route) {
        (&self.text.path, self.document, &self.route)
    }

    fn unit(&self) -> Option<Unit<'_>> {
        Some(Unit {
            document: self.document,
            route: self.route.clone(),
            node: self.node()?,
            identity: Some(self.identity.clone()),
            unstated: false,
            role: Role::Judged,
        })
    }
}

/// What is applied on one side, by the folder that it is applied from.
#[derive(Default)]
pub(super) struct Pool(BTreeMap<(String, Identity), Applied>);

impl Pool {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The objects that were built of a folder.
    pub fn add_built(&mut self, folder: &str, all: &Arc<Built>) {
        let sources = Arc::new(all.sources.clone());
        for (index, object) in all.objects.iter().enumerate() {
            // What gets a new name with every content is never changed, and never gone for good.
            let Some(identity) = identity_of(&object.node).filter(|_| !object.is_hashed()) else { continue };
            let Some(file) = all.sources.file(object.file) else { continue };
            let text = FileText {
                path: RepoPath::new(file.path.as_str()),
                source: file.source.clone(),
                format: "yaml",
                template: false,
                built: Some(Construction { folder: folder.to_owned(), sources: sources.clone() }),
                documents: Arc::default(),
            };
            let from = From::Built { all: all.clone(), index };
            let (document, route) = (object.document, Route::default());
            let applied = Applied { identity: identity.clone(), text, document, route, from };
            self.0.entry((folder.to_owned(), identity)).or_insert(applied);
        }
    }

    /// The objects of files that are applied as they lie.
    pub fn add_files(&mut self, folder: &str, files: &[Arc<TextFile>]) {
        for file in files {
            let units = file.units();
            for (_, unit) in units.iter() {
                let Some(identity) = unit.identity.clone() else { continue };
                let applied = Applied {
                    identity: identity.clone(),
                    text: file.text.clone(),
                    document: unit.document,
                    route: unit.route.clone(),
                    from: From::File(file.clone()),
                };
                self.0.entry((folder.to_owned(), identity)).or_insert(applied);
            }
        }
    }
}

/// Objects of changed files that are applied as they lie.
#[derive(Default)]
pub(super) struct Elsewhere {
    pub before: BTreeSet<Identity>,
    pub after: BTreeSet<Identity>,
}

/// An object on both sides, or on the one that it is on.
pub(super) struct Both<'p> {
    old: Option<&'p Applied>,
    new: Option<&'p Applied>,
    /// What came in its place under another name.
    became: Option<&'p Applied>,
}

impl Both<'_> {
    /// Hands it to whoever judges it.
    pub fn with<E>(&self, judge: impl FnOnce(&Pair<'_>, Option<Side<'_>>) -> Result<(), E>) -> Result<(), E> {
        let units = [self.old, self.new, self.became].map(|applied| applied.and_then(Applied::unit));
        let [old, new, became] = [self.old, self.new, self.became]
            .into_iter()
            .zip(&units)
            .map(|(applied, unit)| applied.zip(unit.as_ref()).map(|(applied, unit)| Side { file: &applied.text, unit }))
            .collect::<Vec<_>>()
            .try_into()
            .unwrap_or([None; 3]);
        match (old, new) {
            (Some(old), Some(new)) => judge(&Pair::Both { old, new }, became),
            (Some(old), None) => judge(&Pair::Deleted(old), became),
            (None, Some(new)) => judge(&Pair::Added(new), became),
            (None, None) => Ok(()),
        }
    }
}

/// What is which: first within a folder, then what left one folder and came to another of the same cluster.
pub(super) fn pairs<'p, E>(
    (before, after): (&'p Pool, &'p Pool),
    (part_before, part_after): (&'p Pool, &'p Pool),
    elsewhere: &dyn Fn() -> Result<Elsewhere, E>,
    related: &dyn Fn(&str, &str) -> Result<bool, E>,
) -> Result<Vec<Both<'p>>, E> {
    let mut pairs = Vec::new();
    let mut gone: Vec<&Applied> = Vec::new();
    for (key, old) in &before.0 {
        match after.0.get(key) {
            Some(new) => {
                let same = old.node().zip(new.node()).is_some_and(|(old, new)| old.same_value(new));
                if !same {
                    pairs.push(Both { old: Some(old), new: Some(new), became: None });
                }
            }
            None => gone.push(old),
        }
    }
    let mut came: Vec<&Applied> =
        after.0.iter().filter(|(key, _)| !before.0.contains_key(key)).map(|(_, new)| new).collect();
    // Where several folders lose or gain an object of one name, they are variants, and nobody knows which is which.
    let only = |all: &[&Applied], one: &Applied| all.iter().filter(|other| other.identity == one.identity).count() == 1;
    let mut index = 0;
    while let Some(old) = gone.get(index).copied() {
        let new =
            came.iter().position(|new| new.identity == old.identity).filter(|_| only(&gone, old) && only(&came, old));
        match new.and_then(|at| came.get(at).map(|new| (at, *new))) {
            Some((at, new)) if related(&old.text.applied_at(), &new.text.applied_at())? => {
                pairs.push(Both { old: Some(old), new: Some(new), became: None });
                gone.remove(index);
                came.remove(at);
            }
            Some(_) | None => index += 1,
        }
    }
    // What was only part of something, or will be, is compared with what its own folder makes of it.
    came.retain(|new| match part_before.0.get(&new.key()) {
        Some(old) => {
            pairs.push(Both { old: Some(old), new: Some(new), became: None });
            false
        }
        None => true,
    });
    gone.retain(|old| match part_after.0.get(&old.key()) {
        Some(new) => {
            pairs.push(Both { old: Some(old), new: Some(new), became: None });
            false
        }
        None => true,
    });
    if gone.is_empty() && came.is_empty() {
        return Ok(pairs);
    }
    // What came from a file that is applied as it lies, or went to one, was compared with that.
    let elsewhere = elsewhere()?;
    came.retain(|new| !elsewhere.before.contains(&new.identity));
    pairs.extend(came.iter().map(|new| Both { old: None, new: Some(*new), became: None }));
    for old in gone.into_iter().filter(|old| !elsewhere.after.contains(&old.identity)) {
        // Another folder of the same cluster has it still, or anew.
        let mut others = after.0.values().filter(|new| new.identity == old.identity);
        if others.try_fold(false, |found, new| Ok(found || related(&old.text.applied_at(), &new.text.applied_at())?))? {
            continue;
        }
        let is_kind =
            |new: &Applied| (&new.identity.group, &new.identity.kind) == (&old.identity.group, &old.identity.kind);
        // The same document in the same folder called otherwise, or the same name in another namespace.
        let is_it = |new: &Applied| {
            let stayed = new.written_at() == old.written_at() && new.text.applied_at() == old.text.applied_at();
            is_kind(new) && (stayed || new.identity.name == old.identity.name)
        };
        let mut candidates = came.iter().copied().filter(|new| is_it(new));
        let became = candidates.next().filter(|_| candidates.next().is_none());
        pairs.push(Both { old: Some(old), new: None, became });
    }
    Ok(pairs)
}
