//! What rules are told of a push as a whole: its refs, the commits that it brings, the files that change.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{
    Gate, GateError, Memory,
    facts::Known,
    files::{Reader, Selected, Spent, TextFile, select, select_name},
    judge::over_limit,
    world::{Files, World},
};
use crate::{
    document::Identity,
    git::{Change, Content, File, Oid, Peeled, RefName, RepoPath, Repository},
    push::{Push, RefChange, RefUpdate},
    rule::{ChangeKind, ChangedPath, Overview, Scope, UpdateOverview, Wanted},
    verdict::Finding,
};

/// Most commits of a push that policies are told of.
const MOST_COMMITS: usize = 10_000;

impl Gate {
    /// Judges the push as a whole, where a rule has something to say about that.
    pub(super) fn judge_push<'r>(
        &self,
        repository: &'r Repository,
        push: &Push,
        memory: &mut Memory<'r>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        let Some(wanted) = self.wanted() else { return Ok(()) };
        let mut updates = Vec::with_capacity(push.updates.len());
        for update in &push.updates {
            updates.push(self.update_overview(repository, push, update, wanted, memory)?);
        }
        // Which tree a rule asks about depends on the refs that it is about.
        let mut worlds = Vec::with_capacity(updates.len());
        for update in &updates {
            let tree = update.new.map(|new| repository.peel(new)).transpose()?.and_then(Peeled::tree);
            let known = Known { remembered: memory.remembered, ..self.known(None) };
            worlds.push(tree.map(|tree| self.world(Files::Tree { repository, tree: Some(tree) }).knowing(known)));
        }
        let worlds: Vec<_> = worlds.iter().map(Option::as_ref).collect();
        self.ask_about_push(repository, push, &Overview { push, updates }, &worlds, findings)
    }

    /// The same for what the index would make of a branch and its tip.
    pub(super) fn judge_commit(
        &self,
        repository: &Repository,
        push: &Push,
        (name, old): (RefName, Option<Oid>),
        changes: &[Change],
        world: &World<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        let Some(wanted) = self.wanted() else { return Ok(()) };
        let changes = self.changed_paths(repository, changes, wanted)?;
        let action = if old.is_some() { "update" } else { "create" };
        let (commits, fast_forward, new) = (Vec::new(), true, None);
        let update = UpdateOverview { name, action, old, new, fast_forward, commits, changes };
        self.ask_about_push(repository, push, &Overview { push, updates: vec![update] }, &[Some(world)], findings)
    }

    /// What the rules together want to know; `None` where none has anything to say.
    fn wanted(&self) -> Option<Wanted> {
        let all = self.rules.for_ref(None).filter_map(crate::rule::Rule::wants_push);
        all.reduce(|a, b| Wanted { resources: a.resources || b.resources, inventory: a.inventory || b.inventory })
    }

    /// `worlds` has the tree of each update.
    fn ask_about_push(
        &self,
        repository: &Repository,
        push: &Push,
        overview: &Overview<'_>,
        worlds: &[Option<&World<'_>>],
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        let nothing = self.world(Files::Tree { repository, tree: None });
        for rule in self.rules.for_ref(None) {
            let mut trees = overview.updates.iter().zip(worlds).filter(|(update, _)| rule.selects_ref(&update.name));
            let tree = trees.find_map(|(_, world)| *world).unwrap_or(&nothing);
            let scope = Scope {
                ref_name: None,
                pusher: &push.pusher,
                options: &push.options,
                time: push.time,
                old: None,
                new: None,
                tree,
            };
            rule.on_push(&scope, overview, findings)?;
        }
        Ok(())
    }

    fn update_overview<'r>(
        &self,
        repository: &'r Repository,
        push: &Push,
        update: &RefUpdate,
        wanted: Wanted,
        memory: &mut Memory<'r>,
    ) -> Result<UpdateOverview, GateError> {
        let peeled = |id: Option<Oid>| id.map(|id| repository.peel(id)).transpose();
        let (old, new) = (peeled(update.change.before())?, peeled(update.change.after())?);
        let (before, after) = (old.and_then(Peeled::commit), new.and_then(Peeled::commit));
        let name = repository.resolve(&update.name)?;
        let commits = match after {
            Some(tip) => {
                let mut known = memory.tips(repository, &push.known, &self.rules)?;
                known.extend(before);
                let Some(commits) = repository.new_commits(tip, &known, MOST_COMMITS)? else {
                    let what = format!("{name} gets more commits than a policy with `input: push` is told of");
                    return Err(GateError::Unreadable {
                        name: "the push".to_owned(),
                        reason: format!("{what} ({MOST_COMMITS}): push them in several parts"),
                    });
                };
                commits.iter().map(|commit| repository.commit_facts(commit.id)).collect::<Result<_, _>>()?
            }
            None => Vec::new(),
        };
        // A new ref is compared with what the repository has of its history.
        let base = match (update.change, after) {
            (RefChange::Create { .. }, Some(tip)) => {
                let known = memory.tips(repository, &push.known, &self.rules)?;
                match repository.history().merge_bases(tip, &known)?.first() {
                    Some(base) => repository.peel(*base)?.tree(),
                    None => None,
                }
            }
            _ => old.and_then(Peeled::tree),
        };
        let changes = match new.and_then(Peeled::tree) {
            Some(tree) => repository.changes(base, Some(tree), self.config.limits.files)?,
            None => Vec::new(),
        };
        let fast_forward = match (before, after) {
            (Some(old), Some(new)) => repository.history().is_ancestor(old, new)?,
            (None, _) => true,
            (Some(_), None) => false,
        };
        let changes = self.changed_paths(repository, &changes, wanted)?;
        let action = match update.change {
            RefChange::Create { .. } => "create",
            RefChange::Update { .. } => "update",
            RefChange::Delete { .. } => "delete",
        };
        let (old, new) = (update.change.before(), update.change.after());
        Ok(UpdateOverview { name, action, old, new, fast_forward, commits, changes })
    }

    fn changed_paths(
        &self,
        repository: &Repository,
        changes: &[Change],
        wanted: Wanted,
    ) -> Result<Vec<ChangedPath>, GateError> {
        let content = |file: Option<&File>| match file.map(|file| &file.content) {
            Some(Content::Object(id)) => Some(*id),
            Some(Content::Bytes(_)) | None => None,
        };
        let gone = changes.iter().filter(|change| change.after.is_none());
        let mut left: BTreeMap<Oid, Vec<&RepoPath>> = BTreeMap::new();
        for change in gone {
            if let Some(id) = content(change.before.as_ref()) {
                left.entry(id).or_default().push(&change.path);
            }
        }
        let mut all = Vec::with_capacity(changes.len());
        for change in changes {
            let came = content(change.after.as_ref()).filter(|_| change.before.is_none());
            let old_path =
                came.and_then(|id| left.get_mut(&id)).filter(|paths| !paths.is_empty()).map(|paths| paths.remove(0));
            let kind = match (&change.before, &change.after) {
                (None, _) if old_path.is_some() => ChangeKind::Moved,
                (None, _) => ChangeKind::Added,
                (Some(_), None) => ChangeKind::Deleted,
                (Some(_), Some(_)) => ChangeKind::Modified,
            };
            let format = match select_name(&self.config, &change.path) {
                Selected::As(format) => Some(format.name()),
                Selected::ByContent | Selected::Unread | Selected::No | Selected::LeftOut => None,
            };
            let (path, old_path) = (change.path.clone(), old_path.cloned());
            all.push(ChangedPath { path, old_path, kind, format, resources: Vec::new() });
        }
        if wanted.resources {
            let spent = Spent::default();
            let reader = Reader { config: &self.config, repository: Some(repository), spent: &spent };
            let of_each: Vec<_> = changes.par_iter().map(|change| resources(&reader, change)).collect();
            for (changed, resources) in all.iter_mut().zip(of_each) {
                changed.resources = resources?;
            }
        }
        Ok(all)
    }
}

/// What becomes of the resources in a file, in the order of their names. A side that cannot be read has none:
/// it is a finding of its own.
fn resources(reader: &Reader<'_>, change: &Change) -> Result<Vec<(Identity, ChangeKind)>, GateError> {
    let side = |file: Option<&File>| -> Result<Option<TextFile>, GateError> {
        let Some(file) = file else { return Ok(None) };
        match reader.read_again(&change.path, file, select(reader.config, &change.path, file)) {
            Ok(super::files::Reading::Text(text)) => Ok(Some(text)),
            Ok(_) => Ok(None),
            Err(error) => over_limit(error),
        }
    };
    let (old, new) = (side(change.before.as_ref())?, side(change.after.as_ref())?);
    let (old, new) = (old.as_ref().map(TextFile::units_and_parts), new.as_ref().map(TextFile::units_and_parts));
    let identities = |units: Option<&super::files::Units<'_>>| -> Vec<Identity> {
        units.into_iter().flat_map(super::files::Units::iter).filter_map(|(_, unit)| unit.identity.clone()).collect()
    };
    let mut all = identities(old.as_ref());
    all.extend(identities(new.as_ref()));
    all.sort();
    all.dedup();
    let one = |identity: Identity| {
        let before = old.as_ref().and_then(|units| units.object(&identity));
        let after = new.as_ref().and_then(|units| units.object(&identity));
        let kind = match (before, after) {
            (Some(before), Some(after)) if before.node.same_value(after.node) => return None,
            (Some(_), Some(_)) => ChangeKind::Modified,
            (None, Some(_)) => ChangeKind::Added,
            (_, None) => ChangeKind::Deleted,
        };
        Some((identity, kind))
    };
    Ok(all.into_iter().filter_map(one).collect())
}
