//! What came in the place of what is gone, under another name. In Git that is one change; for a cluster it is
//! a deletion and a creation.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    GateError,
    judge::Judge,
    moves::{Came, Lone, Whole},
    removals::Chosen,
    same,
};
use crate::{
    document::{Identity, Route},
    git::RepoPath,
};

/// Most pairs of files whose texts are compared for whether one is the other under another name.
const MOST_COMPARED: usize = 500;

/// Group and kind.
type Kind = (String, String);

fn kind(identity: &Identity) -> Kind {
    let [group, kind, _] = same::key(identity);
    (group, kind)
}

/// What left and what came, by number.
type LeftAndCame = (Vec<usize>, Vec<usize>);

/// New names by old ones, one for one; all by their numbers.
#[derive(Default)]
struct Renamed {
    of: BTreeMap<usize, usize>,
    taken: BTreeSet<usize>,
}

impl Renamed {
    fn take(&mut self, old: usize, new: usize) {
        if !self.of.contains_key(&old) && self.taken.insert(new) {
            self.of.insert(old, new);
        }
    }
}

impl Judge<'_> {
    /// What some of those that are gone became: what stands in the same place of the same file, the only one of
    /// its kind that came into a file that one left, or what is in a file much like the one that went.
    pub(super) fn renamed(
        &self,
        whole: &Whole<'_>,
        (gone, left): Chosen<'_, '_, Lone>,
        (came, new): Chosen<'_, '_, Came>,
        wanted: &[usize],
    ) -> Result<BTreeMap<usize, usize>, GateError> {
        let mut renamed = Renamed::default();
        let mut by_place: BTreeMap<(&RepoPath, usize, &Route), usize> = BTreeMap::new();
        let mut in_file: BTreeMap<(&RepoPath, Kind), LeftAndCame> = BTreeMap::new();
        let mut in_new_files: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
        for &index in new {
            let Some((one, change)) = came.get(index) else { continue };
            by_place.insert((&change.path, one.lone.document, &one.lone.route), index);
            in_file.entry((&change.path, kind(&one.lone.identity))).or_default().1.push(index);
            if change.before.is_none() {
                in_new_files.entry(kind(&one.lone.identity)).or_default().push(index);
            }
        }
        for &index in left {
            let Some((lone, change)) = gone.get(index) else { continue };
            if let Some((left, _)) = in_file.get_mut(&(&change.path, kind(&lone.identity))) {
                left.push(index);
            }
        }
        for &old in wanted {
            let Some((lone, change)) = gone.get(old) else { continue };
            let there = by_place.get(&(&change.path, lone.document, &lone.route));
            let Some((new, (one, _))) = there.and_then(|new| Some((*new, came.get(*new)?))) else { continue };
            // Another kind by the name is the same thing in another shape; what is neither is something else.
            if kind(&one.lone.identity) == kind(&lone.identity) || one.lone.identity.name == lone.identity.name {
                renamed.take(old, new);
            }
        }
        for &old in wanted {
            let Some((lone, change)) = gone.get(old) else { continue };
            if let Some((left, new)) = in_file.get(&(&change.path, kind(&lone.identity)))
                && let ([_], [only]) = (left.as_slice(), new.as_slice())
            {
                renamed.take(old, *only);
            }
        }
        let mut compared = 0;
        for &old in wanted {
            let Some((lone, change)) = gone.get(old) else { continue };
            if renamed.of.contains_key(&old) || change.after.is_some() {
                continue;
            }
            for &new in in_new_files.get(&kind(&lone.identity)).into_iter().flatten() {
                let Some((one, to)) = came.get(new) else { continue };
                if compared >= MOST_COMPARED
                    || renamed.taken.contains(&new)
                    || !self.may_share_cluster(&change.path.to_text(), &to.path.to_text())?
                {
                    continue;
                }
                compared += 1;
                let sides = self.at_hand(whole, change, false)?.zip(self.at_hand(whole, to, true)?);
                // Manifests of one kind are much alike anyhow, so that something else has to speak for it as well.
                let is_near = lone.identity.name == one.lone.identity.name
                    || change.path.parent() == to.path.parent()
                    || change.path.file_name() == to.path.file_name();
                let least = if is_near { same::HALF } else { same::NEARLY_ALL };
                if sides.is_some_and(|(a, b)| same::alike(a.text.source.text(), b.text.source.text()) >= least) {
                    renamed.take(old, new);
                    break;
                }
            }
        }
        Ok(renamed.of)
    }
}
