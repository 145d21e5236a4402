//! Objects as they are applied: what kustomize makes of the files that changed, before and after.
//!
//! A file says what is applied only where no kustomization takes it. So rules about what is applied
//! (`Rule::compares_applied`) are told of the objects that are built of the changed files, and findings point at the line
//! that makes the difference. Where a kustomization cannot be built, its files are compared as they lie.

mod applied;
mod build;
mod place;

pub(super) use build::Builds;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use rayon::prelude::*;

use super::{GateError, judge::Judge, world::World};
use crate::{
    git::{Change, RepoPath},
    rule::{Gone, Kustomized, Pair, RuleError, Surroundings as _, Wholeness, builtin, is_protected},
    verdict::Finding,
};
use applied::Pool;
use build::Outcome;

/// Which changed files rules about what is applied are not told of, as they are told of what is built of them.
#[derive(Default)]
pub(super) struct Covered {
    before: BTreeSet<RepoPath>,
    after: BTreeSet<RepoPath>,
    /// Those that are not applied by themselves: merged into something else, or beside what is taken.
    aside_before: BTreeSet<RepoPath>,
    aside_after: BTreeSet<RepoPath>,
}

impl Covered {
    /// Whether what stands in a file is part of something that was compared as a whole, on each side that there is.
    pub fn covers(&self, before: Option<&RepoPath>, after: Option<&RepoPath>) -> bool {
        let patches =
            (before.map(|path| self.aside_before.contains(path)), after.map(|path| self.aside_after.contains(path)));
        // What is merged into something, or is not applied, is not that thing.
        let is_mismatch = matches!(patches, (Some(old), Some(new)) if old != new);
        is_mismatch
            || before.is_none_or(|path| self.before.contains(path))
                && after.is_none_or(|path| self.after.contains(path))
    }
}

/// One applied folder on both sides.
struct Root {
    before: Option<Arc<Outcome>>,
    after: Option<Arc<Outcome>>,
}

impl Judge<'_> {
    /// Compares what is built of the changed files. Says which of them are judged with that.
    pub(super) fn built(&self, changes: &[Change], findings: &mut Vec<Finding>) -> Result<Covered, GateError> {
        let mut covered = Covered::default();
        if !self.compares() || !self.rules.iter().any(|rule| rule.compares_applied()) {
            return Ok(covered);
        }
        let (old, new) = (self.sides.old, self.sides.new);
        let paths: Vec<String> = changes.iter().map(|change| change.path.to_text()).collect();
        let (old_all, new_all) =
            (old.kustomized().map_err(RuleError::from)?, new.kustomized().map_err(RuleError::from)?);
        let all = || paths.iter().map(String::as_str);
        let (mut old_roots, mut new_roots) = (old_all.roots(all()), new_all.roots(all()));
        // What one side applies from a folder the other may apply from another one.
        let counterparts = |from: &Kustomized, roots: &BTreeSet<String>, here: &Kustomized| {
            let moved = roots.iter().filter(|folder| !here.is_root(folder));
            let files = moved.flat_map(|folder| from.taken_by_folder(folder));
            files.flat_map(|file| here.roots_of(&file)).collect::<BTreeSet<String>>()
        };
        let (of_new, of_old) = (counterparts(new_all, &new_roots, old_all), counterparts(old_all, &old_roots, new_all));
        old_roots.extend(of_new);
        new_roots.extend(of_old);
        let folders: BTreeSet<String> = old_roots.union(&new_roots).cloned().collect();
        let of = |folder: &String| -> Result<(String, Root), GateError> {
            let side = |world: &World<'_>, all: &Kustomized| {
                if all.is_root(folder) { self.gate.builds.build(world, folder).map(Some) } else { Ok(None) }
            };
            Ok((folder.clone(), Root { before: side(old, old_all)?, after: side(new, new_all)? }))
        };
        let roots: Vec<Result<(String, Root), GateError>> =
            if folders.len() < 4 { folders.iter().map(of).collect() } else { folders.par_iter().map(of).collect() };
        let roots: BTreeMap<String, Root> = roots.into_iter().collect::<Result<_, _>>()?;
        for (change, path) in changes.iter().zip(&paths) {
            if is_covered(path, old_all, &roots, |root| root.before.as_ref()) {
                covered.before.insert(change.path.clone());
            }
            if matches!(old_all.wholeness(path), Wholeness::Patch | Wholeness::Unused) {
                covered.aside_before.insert(change.path.clone());
            }
            if matches!(new_all.wholeness(path), Wholeness::Patch | Wholeness::Unused) {
                covered.aside_after.insert(change.path.clone());
            }
            if is_covered(path, new_all, &roots, |root| root.after.as_ref()) {
                covered.after.insert(change.path.clone());
            }
        }
        let mut found = Vec::new();
        for outcome in roots.values().filter_map(|root| root.after.as_ref()) {
            if let Err(unbuilt) = &outcome.result {
                found.push(builtin::not_built(&unbuilt.path, &unbuilt.message));
            }
        }
        self.compare_built(changes, &roots, (old_all, new_all), &covered, &mut found)?;
        place::settle(&mut found, changes, &roots);
        findings.append(&mut found);
        Ok(covered)
    }

    /// Pairs what was applied with what will be.
    fn compare_built(
        &self,
        changes: &[Change],
        roots: &BTreeMap<String, Root>,
        (old_all, new_all): (&Kustomized, &Kustomized),
        covered: &Covered,
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        let (mut before, mut after) = (Pool::default(), Pool::default());
        // What a folder makes that is only taken by others on that side.
        let (mut part_before, mut part_after) = (Pool::default(), Pool::default());
        for (folder, root) in roots {
            let (old, new) = (root.before.as_ref(), root.after.as_ref());
            // The same inputs, the same objects: nothing that is applied changed.
            if old.zip(new).is_some_and(|(old, new)| Arc::ptr_eq(old, new)) {
                continue;
            }
            match (old.map(|old| &old.result), new.map(|new| &new.result)) {
                // What one side does not tell cannot be compared with the other; the files are, as they lie.
                (Some(Err(_)), _) | (_, Some(Err(_))) | (None, None) => {}
                (Some(Ok(old)), Some(Ok(new))) => {
                    before.add_built(folder, old);
                    after.add_built(folder, new);
                }
                // Before there was a kustomization, the files were applied as they lay, or not at all.
                (None, Some(Ok(new))) => {
                    after.add_built(folder, new);
                    if old_all.has(folder) {
                        let part = self.gate.builds.build(self.sides.old, folder)?;
                        part.result.iter().for_each(|part| part_before.add_built(folder, part));
                    } else {
                        let files = self.lying(self.sides.old, folder, new_all, old_all)?;
                        before.add_files(folder, &files);
                    }
                }
                (Some(Ok(old)), None) => {
                    before.add_built(folder, old);
                    if new_all.has(folder) {
                        let part = self.gate.builds.build(self.sides.new, folder)?;
                        part.result.iter().for_each(|part| part_after.add_built(folder, part));
                    } else {
                        let files = self.lying(self.sides.new, folder, old_all, new_all)?;
                        after.add_files(folder, &files);
                    }
                }
            }
        }
        if before.is_empty() && after.is_empty() {
            return Ok(());
        }
        let elsewhere = || self.elsewhere(changes, covered);
        let related = |old: &str, new: &str| self.share_cluster(old, new);
        for both in applied::pairs((&before, &after), (&part_before, &part_after), &elsewhere, &related)? {
            both.with(|pair, became| {
                for rule in self.rules.iter().filter(|rule| rule.compares() && rule.compares_applied()) {
                    rule.on_pair(&self.scope, pair, findings)?;
                }
                match pair {
                    Pair::Deleted(old) if is_protected(&self.rules, &self.scope, *old) => {
                        self.gone(&Gone { old: *old, became, unsure: None, before: self.sides.old }, findings)
                    }
                    Pair::Deleted(_) | Pair::Added(_) | Pair::Both { .. } => Ok(()),
                }
            })?;
        }
        Ok(())
    }

    /// The files of one side that a kustomization of the other side takes, where no kustomization took them here.
    fn lying(
        &self,
        world: &World<'_>,
        folder: &str,
        taking: &Kustomized,
        here: &Kustomized,
    ) -> Result<Vec<Arc<super::files::TextFile>>, GateError> {
        let mut files = Vec::new();
        for path in taking.taken_by_folder(folder) {
            if !here.roots_of(&path).is_empty() || taking.wholeness(&path) == Wholeness::Patch {
                continue;
            }
            let path = RepoPath::new(path);
            let file = world.file(&path)?;
            files.extend(self.side(&path, file.as_ref())?.filter(super::files::TextFile::is_sound).map(Arc::new));
        }
        Ok(files)
    }

    /// The objects in changed files that are applied as they lie, before and after: what is not built any more may have
    /// come there.
    fn elsewhere(&self, changes: &[Change], covered: &Covered) -> Result<applied::Elsewhere, GateError> {
        let mut elsewhere = applied::Elsewhere::default();
        for change in changes {
            for (file, covered, into) in [
                (&change.before, &covered.before, &mut elsewhere.before),
                (&change.after, &covered.after, &mut elsewhere.after),
            ] {
                if file.is_none() || covered.contains(&change.path) {
                    continue;
                }
                let Some(text) = self.side(&change.path, file.as_ref())? else { continue };
                into.extend(text.units().iter().filter_map(|(_, unit)| unit.identity.clone()));
            }
        }
        Ok(elsewhere)
    }
}

/// Whether all that is built of a file on one side is compared with the other.
fn is_covered(
    path: &str,
    all: &Kustomized,
    roots: &BTreeMap<String, Root>,
    side: impl Fn(&Root) -> Option<&Arc<Outcome>>,
) -> bool {
    let of_file = all.roots_of(path);
    let is_built = |outcome: &Arc<Outcome>| outcome.result.is_ok();
    let built = |folder: &String| {
        roots.get(folder).is_some_and(|root| {
            let sides = [root.before.as_ref(), root.after.as_ref()];
            side(root).is_some() && sides.into_iter().flatten().all(is_built)
        })
    };
    !of_file.is_empty() && of_file.iter().all(built)
}
