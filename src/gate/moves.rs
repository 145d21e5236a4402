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
pub(super) struct OldPlaces {
    of: BTreeMap<Identity, Vec<usize>>,
    /// What belongs to a file or folder, in files that are gone: by all but that.
    left: BTreeMap<[String; 3], Vec<Identity>>,
}

/// All that identifies a part of a document but the file or folder that it is in.
fn unplaced(identity: &Identity) -> [String; 3] {
    [&identity.group, &identity.kind, &identity.name].map(Clone::clone)
}

impl OldPlaces {
    /// The changes whose old side holds an object, other than that of `path`.
    pub fn elsewhere<'c>(&self, identity: &Identity, path: &RepoPath, all: &'c [Change]) -> Vec<&'c Change> {
        let indexes = self.of.get(identity).into_iter().flatten();
        indexes.filter_map(|index| all.get(*index)).filter(|change| change.path != *path).collect()
    }

    /// What a part of a document was before its file or folder got another name; only where there is
    /// just one that it can have been.
    pub fn renamed(&self, identity: &Identity) -> Option<&Identity> {
        let left = self.left.get(&unplaced(identity)).filter(|_| identity.is_of_tool())?;
        match left.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// Something that came into a file from another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrived {
    /// What it is.
    pub identity: Identity,
    /// What it was: another file or folder gives it another identity.
    pub was: Identity,
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
        arrived: Vec<(Arrived, &Change)>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        let mut sources: BTreeMap<Identity, Vec<&Change>> = BTreeMap::new();
        for (identity, change) in gone {
            sources.entry(identity).or_default().push(change);
        }
        let mut alike: BTreeMap<(&RepoPath, &RepoPath), bool> = BTreeMap::new();
        // What kept its name is taken first: it is not left for what did not.
        let (kept, renamed): (Vec<_>, Vec<_>) = arrived.into_iter().partition(|(one, _)| one.identity == one.was);
        for (Arrived { identity, was }, target) in kept.into_iter().chain(renamed) {
            let source = sources.get(&was).and_then(|changes| changes.first()).copied();
            if let Some(source) = source.filter(|_| identity != was)
                && !alike.contains_key(&(&source.path, &target.path))
            {
                let (old, new) = (self.at_hand(whole, source, false)?, self.at_hand(whole, target, true)?);
                let same =
                    old.zip(new).is_some_and(|(old, new)| is_alike(old.text.source.text(), new.text.source.text()));
                alike.insert((&source.path, &target.path), same);
            }
            let is_other = source.is_some_and(|source| alike.get(&(&source.path, &target.path)) == Some(&false));
            let candidates = sources.get_mut(&was).filter(|_| !is_other);
            let chosen = likeliest(candidates, &target.path);
            let old = chosen.map(|source| self.at_hand(whole, source, false)).transpose()?.flatten();
            let Some(new) = self.at_hand(whole, target, true)? else { continue };
            let old_units = old.as_ref().map(|old| old.objects(&was)).unwrap_or_default();
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
            for (_, unit) in file.units_and_parts().iter() {
                if let Some(identity) = &unit.identity {
                    places.of.entry(identity.clone()).or_default().push(index);
                    if identity.is_of_tool() && change.after.is_none() {
                        places.left.entry(unplaced(identity)).or_default().push(identity.clone());
                    }
                }
            }
        }
        Ok(whole.old_places.get_or_init(|| places))
    }
}

/// Whether a text is another with a few changes: at least half of the lines are the same, as Git asks for a
/// renamed file.
fn is_alike(old: &str, new: &str) -> bool {
    let lines = |text: &'_ str| {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let (old, new) = (lines(old), lines(new));
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &old {
        *left.entry(line).or_default() += 1;
    }
    let mut common = 0;
    for line in &new {
        if let Some(count) = left.get_mut(line.as_str()).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    2 * common >= old.len().max(new.len())
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
