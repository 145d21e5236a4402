//! Objects that leave one file and come into another.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use super::{GateError, files::TextFile, judge::Judge};
use crate::{
    document::Identity,
    git::{Change, RepoPath},
    rule::{Pair, Side},
    verdict::Finding,
};

/// Where objects stood before, in the old sides of all changed files: what an object may have
/// moved from. Files by their number in the list of changes.
#[derive(Default)]
pub(super) struct OldPlaces(BTreeMap<Identity, Vec<usize>>);

impl OldPlaces {
    /// The changes whose old side holds an object, other than that of `path`.
    pub fn elsewhere<'c>(&self, identity: &Identity, path: &RepoPath, all: &'c [Change]) -> Vec<&'c Change> {
        let indexes = self.0.get(identity).into_iter().flatten();
        indexes.filter_map(|index| all.get(*index)).filter(|change| change.path != *path).collect()
    }
}

/// All changes of the ref update, and what is found out about them on the way.
pub(super) struct Whole<'a> {
    pub changes: &'a [Change],
    old_places: OnceLock<OldPlaces>,
    /// Files read lately because objects moved out of or into them, by path; the new side is `true`.
    read: Mutex<ReadLately>,
}

impl<'a> Whole<'a> {
    pub fn new(changes: &'a [Change]) -> Self {
        Self { changes, old_places: OnceLock::new(), read: Mutex::default() }
    }
}

/// Files by path and side; `None` for one that there is nothing to read in.
type ReadLately = BTreeMap<(RepoPath, bool), Option<Arc<TextFile>>>;

/// Most files kept at hand while objects are followed.
const AT_HAND: usize = 32;

impl Judge<'_> {
    /// Brings together what left one file and what came into another, and judges it as one.
    pub(super) fn moves(
        &self,
        whole: &Whole<'_>,
        gone: Vec<(Identity, &Change)>,
        arrived: Vec<(Identity, &Change)>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        let mut sources: BTreeMap<Identity, Vec<&Change>> = BTreeMap::new();
        for (identity, change) in gone {
            sources.entry(identity).or_default().push(change);
        }
        for (identity, target) in arrived {
            let chosen = likeliest(sources.get_mut(&identity), &target.path);
            let old = chosen.map(|source| self.at_hand(whole, source, false)).transpose()?.flatten();
            let Some(new) = self.at_hand(whole, target, true)? else { continue };
            let old_units = old.as_ref().map(|old| old.objects(&identity)).unwrap_or_default();
            let before = old.as_ref().zip(old_units.first());
            let before = before.map(|(old, unit)| Side { file: &old.text, unit });
            // An object that stands twice in the file is compared twice: a consumer may take either.
            for unit in &new.objects(&identity) {
                let new = Side { file: &new.text, unit };
                match before {
                    Some(old) => self.pair(&Pair::Both { old, new }, findings)?,
                    None => self.pair(&Pair::Added(new), findings)?,
                }
            }
        }
        for (identity, changes) in sources {
            for change in changes {
                let Some(old) = self.at_hand(whole, change, false)? else { continue };
                if let Some(unit) = old.objects(&identity).first() {
                    self.pair(&Pair::Deleted(Side { file: &old.text, unit }), findings)?;
                }
            }
        }
        Ok(())
    }

    /// One side of a change, read again or still at hand.
    pub(super) fn at_hand(
        &self,
        whole: &Whole<'_>,
        change: &Change,
        new: bool,
    ) -> Result<Option<Arc<TextFile>>, GateError> {
        let read = || whole.read.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (change.path.clone(), new);
        if let Some(file) = read().get(&key) {
            return Ok(file.clone());
        }
        let side = if new { &change.after } else { &change.before };
        let file = self.side(&change.path, side.as_ref())?.map(Arc::new);
        let mut read = read();
        if read.len() >= AT_HAND {
            read.clear();
        }
        read.insert(key, file.clone());
        Ok(file)
    }

    /// Where objects stood before; found out when the first object turns up that its own old file
    /// did not have. Two threads may find it out at once, to the same result.
    pub(super) fn old_places<'w>(&self, whole: &'w Whole<'_>) -> Result<&'w OldPlaces, GateError> {
        if let Some(places) = whole.old_places.get() {
            return Ok(places);
        }
        let mut places = OldPlaces::default();
        for (index, change) in whole.changes.iter().enumerate() {
            let Some(file) = self.side(&change.path, change.before.as_ref())? else { continue };
            for (_, unit) in file.units().iter() {
                if let Some(identity) = &unit.identity {
                    places.0.entry(identity.clone()).or_default().push(index);
                }
            }
        }
        Ok(whole.old_places.get_or_init(|| places))
    }
}

/// Takes the change that an object most likely moved away by: the one whose path ends most like
/// the new one, else the first.
fn likeliest<'c>(candidates: Option<&mut Vec<&'c Change>>, target: &RepoPath) -> Option<&'c Change> {
    let candidates = candidates?;
    let common = |path: &RepoPath| {
        let components = |path: &'_ RepoPath| path.to_text().rsplit('/').map(str::to_owned).collect::<Vec<_>>();
        components(path).iter().zip(&components(target)).take_while(|(a, b)| a == b).count()
    };
    let best =
        candidates.iter().enumerate().rev().max_by_key(|(_, change)| common(&change.path)).map(|(index, _)| index)?;
    Some(candidates.remove(best))
}
