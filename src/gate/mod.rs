//! The gate: the one way from a push to a verdict.
//!
//! ```text
//! Push → what each ref update changes → what the changed files say → findings → verdict
//! ```
//!
//! Nothing flows back. The gate knows no host, no format and no output; [`load`] makes one from a
//! configuration and its policies.

pub mod beside;
mod cache;
mod conceal;
mod data;
mod disguise;
mod duplicates;
mod error;
mod facts;
mod files;
mod gap;
mod judge;
pub mod load;
mod moves;
mod overview;
mod pairs;
mod passing;
pub mod policies;
mod problem;
mod remembered;
mod removals;
mod renames;
mod render;
mod same;
mod side;
mod sources;
mod standing;
mod texts;
mod together;
mod unfilled;
mod world;

pub use cache::Cache;
pub use error::GateError;
pub use problem::problem_finding;
pub use remembered::Remembered;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    config::{Config, PolicySourceConfig},
    git::{Change, Content, File, FileMode, History, Oid, Peeled, RefName, RepoPath, Repository, StagedIndex},
    policy::PolicySet,
    push::{KnownRefs, Push, RefChange, RefUpdate},
    rule::{Rules, Scope, Transition, builtin},
    verdict::{Counts, Finding, PolicyStamp, Verdict, decide},
};
use facts::Known;
use files::Spent;
use judge::{Judge, Sides};
use world::{Files, World};

/// A configuration with its policies compiled: everything that a verdict depends on but the push.
pub struct Gate {
    config: Config,
    rules: Rules,
    policies: Vec<Arc<PolicySet>>,
    stamp: PolicyStamp,
    /// What the server's own file says, where the repository's adds to it.
    server: Option<Config>,
    /// Where is kept what is found out about the repository.
    cache: Option<Cache>,
    /// What kustomizations were built to.
    builds: render::Builds,
}

impl Gate {
    /// Asks policies for word of builtins that fail.
    pub fn tell_builtin_errors(&self) {
        self.policies.iter().for_each(|policies| policies.tell_builtin_errors());
    }

    /// The policies, one set for each rule of the configuration.
    #[must_use]
    pub fn policies(&self) -> &[Arc<PolicySet>] {
        &self.policies
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Number of rules that do not hold for a ref.
    #[must_use]
    pub fn rules_passed_over(&self, name: &RefName) -> usize {
        self.rules.passed_over(name)
    }

    /// Whether something would be said of a file of this name.
    #[must_use]
    pub fn judges(&self, path: &RepoPath) -> bool {
        disguise::is_looked_at(&self.config, path)
    }

    /// Whether any rule looks at texts that are not declarative.
    #[must_use]
    pub fn reads_texts(&self) -> bool {
        self.rules.for_ref(None).any(crate::rule::Rule::reads_text)
    }

    /// What verdicts of this gate were reached by.
    #[must_use]
    pub fn stamp(&self) -> &PolicyStamp {
        &self.stamp
    }

    /// Judges a push: every ref that it changes, and on each every file that it changes.
    ///
    /// # Errors
    /// [`GateError`] whenever any part of the push could not be judged. There is no verdict then.
    pub fn judge(&self, repository: &Repository, push: Push) -> Result<Verdict, GateError> {
        self.judge_with(repository, push, Memory::default())
    }

    /// The same for one of many pushes, with what those before it left. The verdict is the same; it costs less.
    ///
    /// # Errors
    /// As [`Gate::judge`].
    pub fn judge_next(
        &self,
        repository: &Repository,
        push: Push,
        remembered: &Remembered,
    ) -> Result<Verdict, GateError> {
        self.judge_with(repository, push, Memory { remembered: Some(remembered), ..Memory::default() })
    }

    fn judge_with<'r>(
        &self,
        repository: &'r Repository,
        push: Push,
        mut memory: Memory<'r>,
    ) -> Result<Verdict, GateError> {
        let mut findings = Vec::new();
        let mut counts = Counts::default();
        for update in &push.updates {
            let name = repository.resolve(&update.name)?;
            let mut found = Vec::new();
            self.judge_ref(repository, &name, update, &mut found)?;
            if let Some(new) = update.change.after() {
                counts += self.judge_content(repository, &push, &name, update, new, &mut memory, &mut found)?;
            }
            for finding in &mut found {
                finding.ref_name = Some(name.clone());
                finding.commit = update.change.after();
            }
            findings.append(&mut found);
        }
        self.judge_push(repository, &push, &mut memory, &mut findings)?;
        Ok(decide(push, findings, counts, self.config.existing, self.stamp.clone()))
    }

    /// Judges the ref itself.
    fn judge_ref(
        &self,
        repository: &Repository,
        name: &RefName,
        update: &RefUpdate,
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        if let (PolicySourceConfig::Ref { name: source, .. }, RefChange::Delete { .. }) =
            (&self.config.policy_source, update.change)
            && repository.resolve(&RefName::try_from(source.as_str())?)? == *name
        {
            findings.push(
                Finding::new(builtin::POLICY_SOURCE, format!("{name} holds the policies and may not be deleted"))
                    .with_help("without it every push would be refused; move the policies first (`policy.source`)"),
            );
        }
        if name.as_str().starts_with("refs/replace/") && update.change.after().is_some() {
            findings.push(
                Finding::new(
                    builtin::REPLACEMENT_REF,
                    format!("{name} would make Git show other objects than those judged"),
                )
                .with_help("keep replacement refs on your own machine"),
            );
        }
        let failure = RefCell::new(None);
        let forward = || match update.change {
            RefChange::Update { old, new } => match (repository.peel(old)?.commit(), repository.peel(new)?.commit()) {
                (Some(old), Some(new)) => repository.history().is_ancestor(old, new),
                (None, _) | (_, None) => Ok(old == new),
            },
            RefChange::Create { .. } | RefChange::Delete { .. } => Ok(true),
        };
        let transition = Transition { name, change: update.change, forward: &forward, failure: &failure };
        for rule in self.rules.for_ref(Some(name)) {
            rule.on_ref(&transition, findings);
        }
        match failure.into_inner() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// Judges what the ref would hold.
    #[expect(clippy::too_many_arguments, reason = "one call, from the loop above")]
    fn judge_content<'r>(
        &self,
        repository: &'r Repository,
        push: &Push,
        name: &RefName,
        update: &RefUpdate,
        new: Oid,
        memory: &mut Memory<'r>,
        findings: &mut Vec<Finding>,
    ) -> Result<Counts, GateError> {
        let selected = self.rules.selected(name);
        let target = repository.peel(new)?;
        let Some(tree) = target.tree() else { return Ok(Counts::default()) };
        let judged_as = Judgement { name: self.rules.depends_on_ref(&selected).then(|| name.clone()), selected };
        let base = match update.change {
            RefChange::Update { old, .. } => {
                let old = repository.peel(old)?;
                Base { tree: old.tree(), commit: old.commit(), ..Base::default() }
            }
            RefChange::Create { .. } => memory.find(repository, &push.known, &self.rules, &judged_as, target)?,
            RefChange::Delete { .. } => Base::default(),
        };
        self.judge_policy_source(repository, name, base.tree, tree, findings)?;
        // The same transition under the same rules says the same: a first push of fifty branches
        // is judged once.
        let reads_texts = self.rules.for_ref(Some(name)).any(crate::rule::Rule::reads_text);
        let commit = target.commit().filter(|_| reads_texts);
        if !memory.judged.insert((base.tree, tree, commit, judged_as.clone())) {
            return Ok(Counts::default());
        }
        let limit = self.config.limits.files;
        let known = Known { remembered: memory.remembered, ..self.known(base.tree) };
        let world = |tree| self.world(Files::Tree { repository, tree }).knowing(known);
        let after = world(Some(tree));
        let scope = Scope {
            ref_name: Some(name),
            pusher: &push.pusher,
            options: &push.options,
            time: push.time,
            old: update.change.before(),
            new: Some(new),
            tree: &after,
        };
        let spent = memory.spent.clone();
        let judge = |old| {
            Judge::new(self, Some(repository), &spent, scope.clone(), Sides { old, new: &after })
                .knowing(&base.known)
                .since(base.commit)
        };
        let changes = repository.changes(base.tree, Some(tree), limit)?;
        let (before, beside) = (world(base.tree), base.beside.map(|tip| world(Some(tip))));
        let mut counts = judge(&before).changes(&changes, findings)?;
        if base.beside.is_none() {
            judge(&before).together(&changes, findings)?;
        }
        if let (Some(tip), Some(beside)) = (base.beside, &beside) {
            let judged: BTreeSet<&RepoPath> = changes.iter().map(|change| &change.path).collect();
            let mut others = repository.changes(Some(tip), Some(tree), limit)?;
            // Together they were judged as the tip has them, and never as they were on the way there.
            judge(beside).together(&others, findings)?;
            others.retain(|change| change.after.is_some() && !judged.contains(&change.path));
            counts += judge(beside).beside().changes(&others, findings)?;
        }
        if let Some(commit) = commit {
            let old = update.change.before().map(|old| repository.peel(old)).transpose()?.and_then(Peeled::commit);
            let mut tips = || memory.tips(repository, &push.known, &self.rules);
            self.judge_passing(repository, (old, commit), &mut tips, &changes, &judge(&before), findings)?;
        }
        // What a later ref of this push shares with this one has been judged here.
        if let Some(commit) = target.commit() {
            memory.in_this_push.push((judged_as, commit));
        }
        Ok(counts)
    }

    /// A push to the ref that the policies come from must leave a configuration that works, or
    /// every later push would be refused, the one that mends it among them.
    fn judge_policy_source(
        &self,
        repository: &Repository,
        name: &RefName,
        before: Option<Oid>,
        tree: Oid,
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        match &self.config.policy_source {
            PolicySourceConfig::Ref { name: source, path }
                if repository.resolve(&RefName::try_from(source.as_str())?)? == *name =>
            {
                // What did not change works: this push is judged by it.
                let path = RepoPath::new(if path == "." { "" } else { path.as_str() });
                let folder = |tree| repository.folder_at(tree, &path);
                if before.map(folder).transpose()?.flatten() == folder(tree)? && before.is_some() {
                    return Ok(());
                }
                load::check_tree(self.server.as_ref(), repository, tree, &path.to_text(), findings)
            }
            PolicySourceConfig::Ref { .. } | PolicySourceConfig::Directory => Ok(()),
        }
    }

    /// Judges the index against a commit, as if it were committed to a branch.
    ///
    /// # Errors
    /// As [`Gate::judge`].
    pub fn judge_staged(&self, repository: &Repository, index: &Path, push: Push) -> Result<Verdict, GateError> {
        let name = repository.head_branch();
        let head = repository.head_commit();
        let tree = head.map(|head| repository.peel(head)).transpose()?.and_then(Peeled::tree);
        let index = StagedIndex::read(repository, index)?;
        let changes = index.changes(repository, tree, self.config.limits.files)?;
        let known = self.known(tree);
        let before = self.world(Files::Tree { repository, tree }).knowing(known);
        let after = self.world(Files::Staged { repository, index: &index });
        let scope = Scope {
            ref_name: name.as_ref(),
            pusher: &push.pusher,
            options: &push.options,
            time: push.time,
            old: head,
            new: None,
            tree: &after,
        };
        let mut findings = Vec::new();
        let spent = Spent::default();
        let sides = Sides { old: &before, new: &after };
        let judge = Judge::new(self, Some(repository), &spent, scope, sides).since(head);
        let counts = judge.changes(&changes, &mut findings)?;
        judge.together(&changes, &mut findings)?;
        let there = name.clone().map_or_else(|| RefName::try_from("refs/heads/HEAD"), Ok)?;
        self.judge_commit(repository, &push, (there, head), &changes, &after, &mut findings)?;
        for finding in &mut findings {
            finding.ref_name.clone_from(&name);
            finding.commit = None;
        }
        Ok(decide(push, findings, counts, self.config.existing, self.stamp.clone()))
    }

    /// Judges files as they lie below a folder: what they say, not how they changed. What they point at
    /// is looked for in the folder, and among the files that Git tracks there.
    ///
    /// # Errors
    /// As [`Gate::judge`].
    pub fn judge_files(
        &self,
        root: PathBuf,
        files: BTreeMap<RepoPath, Arc<[u8]>>,
        tracked: BTreeSet<RepoPath>,
        push: Push,
    ) -> Result<Verdict, GateError> {
        let changes: Vec<Change> = files
            .iter()
            .map(|(path, bytes)| Change {
                path: path.clone(),
                before: None,
                after: Some(File { mode: FileMode::Regular, content: Content::Bytes(bytes.clone()) }),
            })
            .collect();
        let after = self.world(Files::Folder { root, given: files, tracked });
        let scope = Scope {
            ref_name: None,
            pusher: &push.pusher,
            options: &push.options,
            time: push.time,
            old: None,
            new: None,
            tree: &after,
        };
        let mut findings = Vec::new();
        let spent = Spent::default();
        let sides = Sides { old: &after, new: &after };
        let judge = Judge::new(self, None, &spent, scope, sides).state_only();
        let counts = judge.changes(&changes, &mut findings)?;
        judge.together(&changes, &mut findings)?;
        Ok(decide(push, findings, counts, self.config.existing, self.stamp.clone()))
    }

    fn world<'a>(&'a self, files: Files<'a>) -> World<'a> {
        World::new(files, &self.config.limits)
    }

    fn known(&self, base: Option<Oid>) -> Known<'_> {
        Known { cache: self.cache.as_ref(), base, remembered: None }
    }
}

/// What judges a ref: the rules by their numbers, and the ref itself where rules are told of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Judgement {
    selected: BTreeSet<usize>,
    name: Option<RefName>,
}

/// What a ref is compared with.
#[derive(Default)]
struct Base {
    /// The tree that it changes; `None` where all is new.
    tree: Option<Oid>,
    /// The commit of that tree.
    commit: Option<Oid>,
    /// Trees of judged tips: a file that is in one of them has been judged.
    known: Vec<Oid>,
    /// The tree of a judged tip, where `tree` is not one itself. The commits on the way to a tip
    /// were never judged, so what differs from the tip is judged now.
    beside: Option<Oid>,
}

/// What the judgement of a push remembers from ref to ref.
#[derive(Default)]
struct Memory<'r> {
    /// What is known of history so far.
    history: Option<History<'r>>,
    /// Tips of the repository's refs, with the rules that judged them; read when first needed.
    existing: Option<Vec<(BTreeSet<usize>, Oid)>>,
    /// Tips that this push has brought so far.
    in_this_push: Vec<(Judgement, Oid)>,
    /// Transitions judged so far: trees before and after, the commit where those on the way count, and by
    /// what.
    judged: BTreeSet<(Option<Oid>, Oid, Option<Oid>, Judgement)>,
    /// How much has been read.
    spent: Arc<Spent>,
    /// What earlier pushes left, where many are judged.
    remembered: Option<&'r Remembered>,
}

impl<'r> Memory<'r> {
    /// The tips of the refs that the repository has.
    fn tips(&mut self, repository: &Repository, known: &KnownRefs, rules: &Rules) -> Result<Vec<Oid>, GateError> {
        if self.existing.is_none() {
            self.existing = Some(existing_tips(repository, known, rules)?);
        }
        Ok(self.existing.iter().flatten().map(|(_, tip)| *tip).collect())
    }

    /// Finds what a new ref is compared with: the nearest commit that some ref already has whose
    /// content went through at least the same rules. So a branch cut from `main` is judged by what
    /// it adds, and content that came in through an unprotected branch is judged when a protected
    /// one is made of it. Where there is no such commit, all is new.
    fn find(
        &mut self,
        repository: &'r Repository,
        known: &KnownRefs,
        rules: &Rules,
        judged_as: &Judgement,
        target: Peeled,
    ) -> Result<Base, GateError> {
        let Some(commit) = target.commit() else { return Ok(Base::default()) };
        if self.existing.is_none() {
            self.existing = Some(existing_tips(repository, known, rules)?);
        }
        let existing = self.existing.iter().flatten();
        let existing = existing.filter(|(by, _)| by.is_superset(&judged_as.selected)).map(|(_, tip)| *tip);
        let brought = self.in_this_push.iter();
        let brought = brought
            .filter(|(by, _)| by.name == judged_as.name && by.selected.is_superset(&judged_as.selected))
            .map(|(_, tip)| *tip);
        let mut seen = BTreeSet::new();
        let tips: Vec<Oid> = existing.chain(brought).filter(|tip| seen.insert(*tip)).collect();
        let history = self.history.get_or_insert_with(|| repository.history());
        let commons = history.merge_bases(commit, &tips)?;
        let Some(first) = commons.first() else { return Ok(Base::default()) };
        let tree = |commit: Oid| repository.peel(commit).map(Peeled::tree);
        let mut base = Base { tree: tree(*first)?, commit: Some(*first), ..Base::default() };
        for common in commons.iter().filter(|common| tips.contains(common)) {
            base.known.extend(tree(*common)?);
        }
        if !tips.contains(first) {
            for tip in &tips {
                if history.is_ancestor(*first, *tip)? {
                    base.beside = tree(*tip)?;
                    break;
                }
            }
            base.known.extend(base.beside);
        }
        Ok(base)
    }
}

/// The tips of all refs with the rules that judged them; the default branch's first, from which most
/// others come.
fn existing_tips(
    repository: &Repository,
    known: &KnownRefs,
    rules: &Rules,
) -> Result<Vec<(BTreeSet<usize>, Oid)>, GateError> {
    let default = repository.head_branch();
    let mut tips = Vec::new();
    let refs = known.prefix().map(|prefix| repository.refs(&prefix)).transpose()?;
    for (name, id) in refs.into_iter().flatten() {
        // An old ref whose object is damaged is no base; it is not this push's fault.
        if let (Some(name), Ok(Peeled::Commit { commit, .. })) = (known.name_there(&name), repository.peel(id)) {
            tips.push((Some(&name) != default.as_ref(), rules.selected(&name), commit));
        }
    }
    tips.sort_by_key(|(further, ..)| *further);
    Ok(tips.into_iter().map(|(_, selected, tip)| (selected, tip)).collect())
}
