//! Whether two objects in two places are the same one.

use std::collections::BTreeMap;

use super::{GateError, judge::Judge, moves::Lone};
use crate::{
    document::Identity,
    git::Change,
    gitops::{
        Tree as _, TreeError,
        clusters::{self, Cluster},
    },
    kubernetes::scope,
    rule::{Namespace, RuleError, Side, Surroundings, Wholeness},
};

/// All that makes an object the one it is but its namespace: group, kind and name.
pub(super) type Key = [String; 3];

/// The key of an object. A group that was handed on is the one that it is today.
pub(super) fn key(identity: &Identity) -> Key {
    let group =
        if identity.is_of_tool() { &identity.group } else { scope::group_today(&identity.group, &identity.kind) };
    [group.to_owned(), identity.kind.clone(), identity.name.clone()]
}

/// How sure it is that two objects are the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sameness {
    /// They are not.
    Other,
    /// They are if what applies them puts one where the other is.
    Likely,
    /// They are.
    Same,
}

impl Judge<'_> {
    /// Whether two objects of one key in one file are the same.
    pub(super) fn is_same_in_file(&self, path: &str, old: &Identity, new: &Identity) -> Result<bool, GateError> {
        if key(old) != key(new) {
            return Ok(false);
        }
        if old.namespace == new.namespace {
            return Ok(true);
        }
        Ok(!old.is_of_tool() && self.namespaces(path, old, path, new)? != Sameness::Other)
    }

    /// Whether the namespaces of two objects are the same.
    fn namespaces(
        &self,
        old_path: &str,
        old: &Identity,
        new_path: &str,
        new: &Identity,
    ) -> Result<Sameness, GateError> {
        let before = self.sides.old.namespace_of(old_path, old).map_err(RuleError::from)?;
        let after = self.sides.new.namespace_of(new_path, new).map_err(RuleError::from)?;
        Ok(match (before, after) {
            (Namespace::Outside, _) | (_, Namespace::Outside) => Sameness::Same,
            (Namespace::Named(old), Namespace::Named(new)) if old == new => Sameness::Same,
            (Namespace::Named(_), Namespace::Named(_)) => {
                let outside = self.sides.new.is_outside_namespaces(new).map_err(RuleError::from)?;
                if outside { Sameness::Same } else { Sameness::Other }
            }
            (Namespace::Unknown, _) | (_, Namespace::Unknown) if old.namespace == new.namespace => Sameness::Same,
            (Namespace::Unknown, _) | (_, Namespace::Unknown) => Sameness::Likely,
        })
    }

    /// Whether an object that came into a file is one that left another, by where both stand and what they
    /// say. What stays the same and is protected by nobody is not looked at as closely.
    pub(super) fn sameness(
        &self,
        (gone, from): (&Lone, &Change),
        (came, to): (&Lone, &Change),
        (old, new): (Side<'_>, Side<'_>),
    ) -> Result<Sameness, GateError> {
        if gone.identity.is_of_tool() {
            let renamed = || {
                from.after.is_none() && to.before.is_none() && is_alike(old.file.source.text(), new.file.source.text())
            };
            let same = gone.identity.namespace == came.identity.namespace || renamed();
            return Ok(if same { Sameness::Same } else { Sameness::Other });
        }
        if gone.identity == came.identity
            && old.unit.node.same_value(new.unit.node)
            && !crate::rule::is_protected(&self.rules, &self.scope, old)
        {
            return Ok(Sameness::Same);
        }
        let (from, to) = (from.path.to_text(), to.path.to_text());
        let is_patch = |world: &dyn Surroundings, path: &str| -> Result<bool, TreeError> {
            Ok(world.kustomized()?.wholeness(path) == Wholeness::Patch)
        };
        let patches = (is_patch(self.sides.old, &from), is_patch(self.sides.new, &to));
        if patches.0.map_err(RuleError::from)? != patches.1.map_err(RuleError::from)? {
            return Ok(Sameness::Other);
        }
        if !self.share_cluster(&from, &to)? {
            return Ok(Sameness::Other);
        }
        self.namespaces(&from, &gone.identity, &to, &came.identity)
    }

    /// Whether what stood at one path and what stands at another may be for the same cluster, by the names of
    /// their folders alone.
    pub(super) fn may_share_cluster(&self, old: &str, new: &str) -> Result<bool, GateError> {
        let (old, new) = self.clusters(old, new)?;
        Ok(clusters::agree(&old, &new) || self.was_renamed(&old, &new)?)
    }

    /// The same, with what has them applied.
    pub(super) fn share_cluster(&self, old_path: &str, new_path: &str) -> Result<bool, GateError> {
        let (old, new) = self.clusters(old_path, new_path)?;
        let named =
            |appliers: Vec<Vec<Cluster>>| appliers.into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>();
        let among = |all: &[Vec<Cluster>], one: &[Cluster]| {
            all.is_empty() || all.iter().any(|applier| clusters::agree(applier, one))
        };
        Ok(match (old.last(), new.last()) {
            (None, None) => true,
            (Some(_), Some(_)) => clusters::agree(&old, &new) || self.was_renamed(&old, &new)?,
            // Into a place for several: it stays for those that take it from there.
            (Some(one), None) => {
                let is_left = self.sides.new.at(&one.folder).map_err(RuleError::from)?.is_some();
                !is_left || among(&named(self.sides.new.applied_in(new_path).map_err(RuleError::from)?), &old)
            }
            (None, Some(_)) => among(&named(self.sides.old.applied_in(old_path).map_err(RuleError::from)?), &new),
        })
    }

    fn clusters(&self, old: &str, new: &str) -> Result<(Vec<Cluster>, Vec<Cluster>), GateError> {
        let old = self.sides.old.clusters_of(old).map_err(RuleError::from)?;
        Ok((old, self.sides.new.clusters_of(new).map_err(RuleError::from)?))
    }

    /// Whether the folders of clusters got other names, with all that is in them.
    fn was_renamed(&self, old: &[Cluster], new: &[Cluster]) -> Result<bool, GateError> {
        let left: Vec<_> = old.iter().filter(|one| !new.iter().any(|other| other.name == one.name)).collect();
        let came: Vec<_> = new.iter().filter(|one| !old.iter().any(|other| other.name == one.name)).collect();
        if left.len() != came.len() {
            return Ok(false);
        }
        for (left, came) in left.into_iter().zip(came) {
            let stays = self.sides.new.at(&left.folder).map_err(RuleError::from)?.is_some();
            let was_there = self.sides.old.at(&came.folder).map_err(RuleError::from)?.is_some();
            if stays || was_there {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Half of the lines, in percent: what Git asks of a file that got another name.
pub(super) const HALF: usize = 50;
/// Nearly all of the lines, in percent.
pub(super) const NEARLY_ALL: usize = 80;

/// Whether a text is another with a few changes.
pub(super) fn is_alike(old: &str, new: &str) -> bool {
    alike(old, new) >= HALF
}

/// How many lines of two texts are the same, in percent of the longer one.
pub(super) fn alike(old: &str, new: &str) -> usize {
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
    (100_usize * common).checked_div(old.len().max(new.len())).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_alike_by_their_lines() {
        assert_eq!(alike("a\nb\n", "b\n  a\n"), 100);
        assert_eq!(alike("a\nb\n", "a\nc\n"), 50);
        assert_eq!(alike("a\na\n", "a\nc\n"), 50);
        assert_eq!(alike("a\n", "a\nb\nc\nd\n"), 25);
        assert_eq!(alike("", ""), 100);
        assert!(is_alike("a\nb", "a\nc") && !is_alike("a\nb\nc", "a\nd\ne"));
    }

    #[test]
    fn a_group_that_was_handed_on_has_one_key() {
        let of = |group: &str| Identity {
            group: group.to_owned(),
            kind: "Deployment".to_owned(),
            namespace: None,
            name: "x".to_owned(),
        };
        assert_eq!(key(&of("extensions")), key(&of("apps")));
        assert_ne!(key(&of("example.org")), key(&of("apps")));
    }
}
