//! Objects that are gone, and what came in their place.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    GateError,
    judge::Judge,
    moves::{At, Came, Lone, Whole},
    same::{self, Key},
};
use crate::{
    document::Identity,
    git::Change,
    rule::{Gone, Namespace, Pair, RuleError, Side, Standing, Surroundings as _, Wholeness},
    verdict::Finding,
};

/// Objects of one side, and which of them are concerned, by number.
pub(super) type Chosen<'a, 'c, T> = (&'a [At<'c, T>], &'a [usize]);

impl Judge<'_> {
    /// Tells of what is gone.
    pub(super) fn removals(
        &self,
        whole: &Whole<'_>,
        (gone, left): Chosen<'_, '_, Lone>,
        (came, new): Chosen<'_, '_, Came>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        let mut protected: Vec<usize> = Vec::new();
        for &index in left {
            let Some((lone, change)) = gone.get(index) else { continue };
            let Some(old) = self.at_hand(whole, change, false)? else { continue };
            let Some(unit) = lone.unit(&old) else { continue };
            let side = Side { file: &old.text, unit: &unit };
            self.pair(&Pair::Deleted(side), findings)?;
            // What was built of it says whether it is gone.
            let is_built = self.covered().covers(Some(&change.path), None);
            if !is_built && crate::rule::is_protected(&self.rules, &self.scope, side) {
                protected.push(index);
            }
        }
        if protected.is_empty() {
            return Ok(());
        }
        let standing = self.standing_still(gone, &protected)?;
        let renamed = self.renamed(whole, (gone, left), (came, new), &protected)?;
        for index in protected {
            let Some((lone, change)) = gone.get(index) else { continue };
            let Some(old) = self.at_hand(whole, change, false)? else { continue };
            let Some(unit) = lone.unit(&old) else { continue };
            if self.still_stands((lone, change), standing.get(&same::key(&lone.identity)))? {
                continue;
            }
            let successor = renamed.get(&index).and_then(|index| came.get(*index));
            let file = match successor {
                Some((_, change)) => self.at_hand(whole, change, true)?,
                None => None,
            };
            let after = file.as_ref().zip(successor).and_then(|(file, (one, _))| Some((file, one.lone.unit(file)?)));
            let became = after.as_ref().map(|(file, unit)| Side { file: &file.text, unit });
            let old = Side { file: &old.text, unit: &unit };
            self.gone(&Gone { old, became, unsure: None, before: self.sides.old }, findings)?;
        }
        Ok(())
    }

    /// Where objects of the same group, kind and name stand after the push.
    fn standing_still(
        &self,
        gone: &[At<'_, Lone>],
        protected: &[usize],
    ) -> Result<BTreeMap<Key, Vec<Standing>>, GateError> {
        let identities = || protected.iter().filter_map(|index| gone.get(*index)).map(|(lone, _)| &lone.identity);
        let manifests = || identities().filter(|identity| !identity.is_of_tool());
        let names: BTreeSet<String> = manifests().map(|identity| identity.name.clone()).collect();
        let keys: BTreeSet<Key> = manifests().map(same::key).collect();
        let mut standing: BTreeMap<Key, Vec<Standing>> = BTreeMap::new();
        if names.is_empty() {
            return Ok(standing);
        }
        for one in self.sides.new.standing(&names).map_err(RuleError::from)? {
            let Some(key) = one.identity.as_ref().map(same::key) else { continue };
            if keys.contains(&key) {
                standing.entry(key).or_default().push(one);
            }
        }
        Ok(standing)
    }

    /// Whether an object that left a file stands in another one still, and stood there before: twice is once too
    /// often, and taking one away removes nothing.
    fn still_stands(
        &self,
        (lone, change): (&Lone, &Change),
        standing: Option<&Vec<Standing>>,
    ) -> Result<bool, GateError> {
        let from = change.path.to_text();
        for one in standing.into_iter().flatten() {
            let Some(identity) = &one.identity else { continue };
            let path = one.path.to_text();
            let is_patch = self.sides.new.kustomized().map_err(RuleError::from)?.wholeness(&path) == Wholeness::Patch;
            if !is_patch && self.share_cluster(&from, &path)? && self.same_namespace(&from, lone, &path, identity)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn same_namespace(&self, from: &str, lone: &Lone, path: &str, identity: &Identity) -> Result<bool, GateError> {
        let old = self.sides.old.namespace_of(from, &lone.identity).map_err(RuleError::from)?;
        let new = self.sides.new.namespace_of(path, identity).map_err(RuleError::from)?;
        Ok(match (old, new) {
            (Namespace::Outside, _) | (_, Namespace::Outside) => true,
            (Namespace::Named(old), Namespace::Named(new)) => old == new,
            (Namespace::Unknown, _) | (_, Namespace::Unknown) => lone.identity.namespace == identity.namespace,
        })
    }
}
