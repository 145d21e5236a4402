//! Objects that leave one file and come into another.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use super::{
    GateError,
    duplicates::{Beside, duplicate},
    files::TextFile,
    judge::Judge,
    same::{self, Key, Sameness},
};
use crate::{
    document::{Identity, Route, Unit},
    git::{Change, RepoPath},
    rule::{Pair, Side},
    verdict::Finding,
};

/// An object that stands on one side of a file only.
#[derive(Clone, Debug)]
pub(super) struct Lone {
    pub identity: Identity,
    pub document: usize,
    pub route: Route,
}

impl Lone {
    pub fn new(identity: &Identity, unit: &Unit<'_>) -> Self {
        Self { identity: identity.clone(), document: unit.document, route: unit.route.clone() }
    }

    /// The unit in its file.
    pub fn unit<'f>(&self, file: &'f TextFile) -> Option<Unit<'f>> {
        let is_it = |unit: &Unit<'_>| unit.document == self.document && unit.route == self.route;
        file.objects(&self.identity).into_iter().find(is_it)
    }
}

/// An object that came into a file.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub lone: Lone,
    /// Whether another file had one like it, so that it is still to be compared.
    pub is_open: bool,
}

/// Where objects stood before, in the old sides of all changed files: what an object may have
/// moved from. Files by their number in the list of changes.
#[derive(Default)]
pub(super) struct OldPlaces {
    of: BTreeMap<Key, Vec<usize>>,
}

impl OldPlaces {
    /// The changes whose old side holds an object, in whatever namespace, other than that of `path`.
    pub fn elsewhere<'c>(&self, identity: &Identity, path: &RepoPath, all: &'c [Change]) -> Vec<&'c Change> {
        let indexes = self.of.get(&same::key(identity)).into_iter().flatten();
        indexes.filter_map(|index| all.get(*index)).filter(|change| change.path != *path).collect()
    }

    /// Whether there are any.
    pub fn is_elsewhere(&self, identity: &Identity, path: &RepoPath, all: &[Change]) -> bool {
        let mut indexes = self.of.get(&same::key(identity)).into_iter().flatten();
        indexes.any(|index| all.get(*index).is_some_and(|change| change.path != *path))
    }
}

/// All changes of the ref update, and what is found out about them on the way.
pub(super) struct Whole<'a> {
    pub changes: &'a [Change],
    old_places: OnceLock<OldPlaces>,
    /// Files read lately because objects moved out of or into them.
    read: Mutex<ReadLately>,
    /// What lies beside changed files.
    pub(super) beside: Mutex<BTreeMap<RepoPath, Arc<Beside>>>,
}

impl<'a> Whole<'a> {
    pub fn new(changes: &'a [Change]) -> Self {
        Self { changes, old_places: OnceLock::new(), read: Mutex::default(), beside: Mutex::default() }
    }
}

/// Files by path and side; `None` for one that there is nothing to read in.
type ReadLately = BTreeMap<(RepoPath, Which), Option<Arc<TextFile>>>;

/// Which side of a file is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Which {
    /// The old one as it stood there.
    Old,
    /// The old one as it is compared.
    Compared,
    /// The new one.
    New,
}

/// Most files kept at hand while objects are followed.
const AT_HAND: usize = 32;

/// Of so many pairs of objects of one name, all are weighed; of more only those in files of one name.
const MOST_WEIGHED: usize = 20_000;

/// What left and what came, of one key.
#[derive(Default)]
struct Group {
    gone: Vec<usize>,
    came: Vec<usize>,
}

/// An object with the change of its file.
pub(super) type At<'c, T> = (T, &'c Change);

/// Which object came from which, by their numbers.
#[derive(Default)]
struct Matched {
    /// What came, with what it is compared with.
    source: BTreeMap<usize, usize>,
    /// What is still there, elsewhere.
    kept: BTreeSet<usize>,
    known: BTreeMap<(usize, usize), Sameness>,
}

impl Judge<'_> {
    /// Brings together what left one file and what came into another, and judges it as one.
    pub(super) fn moves(
        &self,
        whole: &Whole<'_>,
        gone: &[At<'_, Lone>],
        came: &[At<'_, Came>],
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
        for (index, (one, _)) in came.iter().enumerate().filter(|(_, (one, _))| one.is_open) {
            groups.entry(same::key(&one.lone.identity)).or_default().came.push(index);
        }
        for (index, (lone, _)) in gone.iter().enumerate() {
            if let Some(group) = groups.get_mut(&same::key(&lone.identity)) {
                group.gone.push(index);
            }
        }
        let mut matched = Matched::default();
        for group in groups.values() {
            self.match_group(whole, gone, came, group, &mut matched)?;
        }
        for (index, (one, target)) in came.iter().enumerate().filter(|(_, (one, _))| one.is_open) {
            let Some(new) = self.at_hand(whole, target, true)? else { continue };
            let Some(unit) = one.lone.unit(&new) else { continue };
            let side = Side { file: &new.text, unit: &unit };
            let source = match matched.source.get(&index).and_then(|index| gone.get(*index)) {
                Some((lone, change)) => Some((lone.clone(), *change)),
                None => self.copied(whole, &one.lone, target)?,
            };
            let old = match &source {
                Some((_, change)) => self.at_hand(whole, change, false)?,
                None => None,
            };
            let before = old.as_ref().zip(source.as_ref()).and_then(|(old, (lone, _))| Some((old, lone.unit(old)?)));
            match &before {
                Some((old, unit)) => {
                    let old = Side { file: &old.text, unit };
                    if !matched.source.contains_key(&index)
                        && self.are_applied_together(&old.file.path, &target.path)?
                    {
                        findings.push(duplicate(&one.lone.identity, old, side));
                    }
                    self.pair(&Pair::Both { old, new: side }, findings)?;
                }
                None => self.pair(&Pair::Added(side), findings)?,
            }
        }
        self.twice_in_push(whole, came, findings)?;
        let left: Vec<usize> = (0..gone.len()).filter(|index| !matched.kept.contains(index)).collect();
        let unsourced: Vec<usize> = (0..came.len()).filter(|index| !matched.source.contains_key(index)).collect();
        self.removals(whole, (gone, &left), (came, &unsourced), findings)
    }

    /// Says of each object that came which one it was, the surest and likeliest first.
    fn match_group(
        &self,
        whole: &Whole<'_>,
        gone: &[At<'_, Lone>],
        came: &[At<'_, Came>],
        group: &Group,
        matched: &mut Matched,
    ) -> Result<(), GateError> {
        let is_large = group.gone.len().saturating_mul(group.came.len()) > MOST_WEIGHED;
        let mut weighed = Vec::new();
        for &new in &group.came {
            let Some((one, target)) = came.get(new) else { continue };
            for &old in &group.gone {
                let Some((lone, source)) = gone.get(old) else { continue };
                if is_large && source.path.file_name() != target.path.file_name() {
                    continue;
                }
                let of_tool = lone.identity.is_of_tool();
                if of_tool || self.may_share_cluster(&source.path.to_text(), &target.path.to_text())? {
                    let alike = lone.identity.namespace == one.lone.identity.namespace;
                    weighed.push((alike, common_end(&source.path, &target.path), old, new));
                }
            }
        }
        // The most alike first; of equals those that stand first.
        weighed.sort_by(|a, b| (b.0, b.1, a.2, a.3).cmp(&(a.0, a.1, b.2, b.3)));
        for wanted in [Sameness::Same, Sameness::Likely] {
            for &(_, _, old, new) in &weighed {
                if matched.kept.contains(&old) || matched.source.contains_key(&new) {
                    continue;
                }
                if self.sameness_of(whole, (gone, old), (came, new), matched)? == wanted {
                    matched.source.insert(new, old);
                    matched.kept.insert(old);
                }
            }
        }
        // What was one may be several now, one for each cluster, and several may be one.
        for &(_, _, old, new) in &weighed {
            let (is_kept, has_source) = (matched.kept.contains(&old), matched.source.contains_key(&new));
            if is_kept == has_source || is_large {
                continue;
            }
            if self.sameness_of(whole, (gone, old), (came, new), matched)? == Sameness::Same {
                matched.source.entry(new).or_insert(old);
                matched.kept.insert(old);
            }
        }
        Ok(())
    }

    fn sameness_of(
        &self,
        whole: &Whole<'_>,
        (gone, old): (&[At<'_, Lone>], usize),
        (came, new): (&[At<'_, Came>], usize),
        matched: &mut Matched,
    ) -> Result<Sameness, GateError> {
        if let Some(known) = matched.known.get(&(old, new)) {
            return Ok(*known);
        }
        let (Some((lone, from)), Some((one, to))) = (gone.get(old), came.get(new)) else { return Ok(Sameness::Other) };
        let sameness = self.sameness_at(whole, (lone, from), (&one.lone, to))?;
        matched.known.insert((old, new), sameness);
        Ok(sameness)
    }

    fn sameness_at(
        &self,
        whole: &Whole<'_>,
        (lone, from): (&Lone, &Change),
        (one, to): (&Lone, &Change),
    ) -> Result<Sameness, GateError> {
        let (Some(old), Some(new)) = (self.at_hand(whole, from, false)?, self.at_hand(whole, to, true)?) else {
            return Ok(Sameness::Other);
        };
        let (Some(before), Some(after)) = (lone.unit(&old), one.unit(&new)) else { return Ok(Sameness::Other) };
        let sides = (Side { file: &old.text, unit: &before }, Side { file: &new.text, unit: &after });
        self.sameness((lone, from), (one, to), sides)
    }

    /// The same object as another changed file had, and has still: a consumer may take either, so that the one
    /// that came is compared with what there was.
    fn copied<'c>(
        &self,
        whole: &Whole<'c>,
        one: &Lone,
        target: &Change,
    ) -> Result<Option<(Lone, &'c Change)>, GateError> {
        for change in self.old_places(whole)?.elsewhere(&one.identity, &target.path, whole.changes) {
            if !self.may_share_cluster(&change.path.to_text(), &target.path.to_text())? {
                continue;
            }
            let Some(old) = self.at_hand(whole, change, false)? else { continue };
            let stays = self.at_hand(whole, change, true)?.is_some_and(|new| !new.objects(&one.identity).is_empty());
            let lone = old.objects(&one.identity).first().map(|unit| Lone::new(&one.identity, unit));
            if let Some(lone) = lone.filter(|_| stays)
                && self.sameness_at(whole, (&lone, change), (one, target))? == Sameness::Same
            {
                return Ok(Some((lone, change)));
            }
        }
        Ok(None)
    }

    /// One side of a change, read again or still at hand; the old one as it is compared.
    pub(super) fn at_hand(
        &self,
        whole: &Whole<'_>,
        change: &Change,
        new: bool,
    ) -> Result<Option<Arc<TextFile>>, GateError> {
        self.read_lately(whole, change, if new { Which::New } else { Which::Compared })
    }

    /// The old side of a change as it stood there.
    pub(super) fn old_at_hand(&self, whole: &Whole<'_>, change: &Change) -> Result<Option<Arc<TextFile>>, GateError> {
        self.read_lately(whole, change, Which::Old)
    }

    fn read_lately(
        &self,
        whole: &Whole<'_>,
        change: &Change,
        which: Which,
    ) -> Result<Option<Arc<TextFile>>, GateError> {
        let read = || whole.read.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (change.path.clone(), which);
        if let Some(file) = read().get(&key) {
            return Ok(file.clone());
        }
        let file = match which {
            Which::Old => self.side(&change.path, change.before.as_ref())?,
            Which::Compared => self.compared_side(change, false)?,
            Which::New => self.compared_side(change, true)?,
        };
        let file = file.map(Arc::new);
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
            let Some(file) = self.compared_side(change, false)? else { continue };
            for (_, unit) in file.units_and_parts().iter() {
                if let Some(identity) = &unit.identity {
                    places.of.entry(same::key(identity)).or_default().push(index);
                }
            }
        }
        places.of.values_mut().for_each(Vec::dedup);
        Ok(whole.old_places.get_or_init(|| places))
    }
}

/// How many parts of two paths are the same, from the end.
fn common_end(old: &RepoPath, new: &RepoPath) -> usize {
    let (old, new) = (old.to_text(), new.to_text());
    old.rsplit('/').zip(new.rsplit('/')).take_while(|(a, b)| a == b).count()
}
