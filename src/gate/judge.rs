//! Judges the files that a ref update changes.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::{
    Gate, GateError,
    conceal::Hidden,
    disguise,
    files::{Reader, Selected, Spent, TextFile, UnitKey, Units, select_name},
    gap::{Bridge, not_compared},
    moves::{Came, Lone, Whole},
    pairs::FileUnits,
    problem::problem_finding,
    render::Covered,
    world::World,
};
use crate::{
    document::{ProblemKind, Source, Span, Unit},
    git::{Change, File, GitError, Oid, RepoPath, Repository},
    policy::with_places,
    rule::{FileText, Rule, Scope, builtin},
    verdict::{Counts, Finding, Status},
};

/// Below so many files, starting threads costs more than it saves.
const PARALLEL_FROM: usize = 32;

/// In so many changed files of a ref a finding points at the field that a policy read; in those after them at the document,
/// where the policy does not say more itself.
const MOST_PLACED: usize = 500;

/// One ref update being judged.
pub(super) struct Judge<'a> {
    pub(super) gate: &'a Gate,
    pub(super) reader: Reader<'a>,
    pub(super) scope: Scope<'a>,
    pub(super) sides: Sides<'a>,
    /// Whether there is an old side, which says what was there before.
    pub(super) both_sides: bool,
    /// Whether what changed is judged, and not just what is there.
    compare: bool,
    /// Trees whose files have been judged by the same rules.
    known: &'a [Oid],
    /// The commit that is compared with.
    pub(super) since: Option<Oid>,
    pub(super) rules: Vec<&'a dyn Rule>,
    /// Which changed files are judged by what is built of them.
    covered: OnceLock<Covered>,
}

/// The repository before and after.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub old: &'a World<'a>,
    pub new: &'a World<'a>,
}

/// What judging one changed file leaves for the end.
#[derive(Default)]
pub(super) struct Judged {
    pub findings: Vec<Finding>,
    counts: Counts,
    /// Objects of the old file that the new one does not have.
    pub gone: Vec<Lone>,
    /// Objects of the new file that the old one did not have.
    pub came: Vec<Came>,
    /// What must not be shown of the new file.
    pub hidden: Vec<(Arc<Source>, Span)>,
    /// What is said of the file's text, which is known or new by itself.
    pub texts: Vec<Finding>,
}

impl<'a> Judge<'a> {
    pub fn new(
        gate: &'a Gate,
        repository: Option<&'a Repository>,
        spent: &'a Spent,
        scope: Scope<'a>,
        sides: Sides<'a>,
    ) -> Self {
        let rules = gate.rules.for_ref(scope.ref_name).collect();
        let reader = Reader { config: &gate.config, repository, spent };
        Self {
            gate,
            reader,
            scope,
            sides,
            both_sides: true,
            compare: true,
            known: &[],
            since: None,
            rules,
            covered: OnceLock::new(),
        }
    }

    /// Judges what files say, not how they changed: there is no old side to compare with.
    pub fn state_only(mut self) -> Self {
        self.both_sides = false;
        self.compare = false;
        self
    }

    /// What it says of a file that stands the same in one of these trees is known already.
    pub fn knowing(mut self, trees: &'a [Oid]) -> Self {
        self.known = trees;
        self
    }

    /// What could not be read in this commit is compared with what was there before it.
    pub fn since(mut self, commit: Option<Oid>) -> Self {
        self.since = commit;
        self
    }

    /// Judges what files say; the old side tells what is known already, not what they changed from.
    pub fn beside(mut self) -> Self {
        self.compare = false;
        self
    }

    /// Judges all changed files.
    pub fn changes(&self, changes: &[Change], findings: &mut Vec<Finding>) -> Result<Counts, GateError> {
        if self.compare {
            for change in changes {
                for rule in &self.rules {
                    rule.on_path(&self.scope, change, findings);
                }
            }
        }
        let mut built = Vec::new();
        let covered = self.built(changes, &mut built)?;
        let _ = self.covered.set(covered);
        let whole = Whole::new(changes);
        // Which files those are must not depend on what is done first.
        let last = changes.get(MOST_PLACED).map(|change| &change.path);
        let judge = |change: &Change| {
            let is_placed = last.is_none_or(|last| change.path < *last);
            with_places(is_placed, || self.change(change, &whole))
        };
        // All of them are judged before the first failure is told, so that it is always the same.
        let judged: Vec<Result<Judged, GateError>> = if changes.len() < PARALLEL_FROM {
            changes.iter().map(judge).collect()
        } else {
            changes.par_iter().map(judge).collect()
        };
        let mut counts = Counts { rules: self.rules.len(), ..Counts::default() };
        let (mut gone, mut came) = (Vec::new(), Vec::new());
        let mut hidden = Hidden::default();
        let first = findings.len();
        for (change, one) in changes.iter().zip(judged) {
            let mut one = one?;
            findings.append(&mut one.findings);
            findings.append(&mut one.texts);
            counts += one.counts;
            hidden.add(&change.path, one.hidden);
            gone.extend(one.gone.into_iter().map(|lone| (lone, change)));
            came.extend(one.came.into_iter().map(|lone| (lone, change)));
        }
        self.moves(&whole, &gone, &came, findings)?;
        if self.compares() {
            let is_declared = |change: &&Change| match select_name(&self.gate.config, &change.path) {
                Selected::As(_) | Selected::ByContent => true,
                Selected::Unread | Selected::No | Selected::LeftOut => false,
            };
            let declared: Vec<&Change> = changes.iter().filter(is_declared).collect();
            for rule in self.rules.iter().filter(|rule| rule.compares()) {
                rule.on_changes(&self.scope, self.sides.old, &declared, findings)?;
            }
        }
        if self.compare {
            self.affected(changes, findings)?;
            for change in self.stranded(changes)? {
                let Judged { findings: mut found, texts, hidden: of_file, .. } = self.change(&change, &whole)?;
                hidden.add(&change.path, of_file);
                findings.extend(texts);
                for finding in found.iter_mut().filter(|finding| finding.rule == builtin::SYNTAX) {
                    let help =
                        "its chart has no Chart.yaml any more, so it is no template: restore that, or remove this";
                    finding.help = Some(help.to_owned());
                }
                findings.append(&mut found);
            }
        }
        findings.append(&mut built);
        hidden.conceal(findings.get_mut(first..).unwrap_or_default());
        Ok(counts)
    }

    /// Which changed files are judged by what is built of them.
    pub(super) fn covered(&self) -> &Covered {
        self.covered.get_or_init(Covered::default)
    }

    pub(super) fn compares(&self) -> bool {
        self.compare && self.rules.iter().any(|rule| rule.compares())
    }

    /// Judges one changed file.
    fn change(&self, change: &Change, whole: &Whole<'_>) -> Result<Judged, GateError> {
        let mut judged = Judged::default();
        let new = match &change.after {
            Some(file) => self.new_side(change, file, &mut judged)?,
            None => None,
        };
        let mut units = Units::default();
        let mut said = Vec::new();
        if let Some(new) = &new {
            judged.counts.files = 1;
            judged.counts.documents = new.documents();
            judged.findings.extend(new.problems.iter().map(|problem| problem_finding(&new.text, problem)));
            units = if self.compares() { new.units_and_parts() } else { new.units() };
            self.empty(new, &mut judged.findings);
            for (key, unit) in units.iter() {
                if !self.gate.config.is_policies_alone() {
                    judged.findings.extend(disguise::unstated_kind(&new.text, unit));
                }
                for rule in self.rules.iter().filter(|rule| rule.looks_at(unit)) {
                    let mut findings = Vec::new();
                    rule.on_unit(&self.scope, &new.text, unit, &mut findings)?;
                    if !findings.is_empty() {
                        said.push(Said { key, unit, rule: *rule, findings });
                    }
                }
            }
        }
        let old = match &change.before {
            // Over a limit and going: good riddance.
            Some(file) if new.is_none() && change.after.is_none() => {
                self.old_side(&change.path, file).or_else(over_limit)?
            }
            Some(file) if self.compares() || !judged.findings.is_empty() || !said.is_empty() => {
                self.old_side(&change.path, file)?
            }
            Some(_) | None => None,
        };
        let of_old = if self.compares() { TextFile::units_and_parts } else { TextFile::units };
        let old_units = old.as_ref().map(of_old).unwrap_or_default();
        self.text(change, new.as_ref(), &units, whole, &mut judged)?;
        if self.stood_there(change)? {
            // The very same file in the very same place: nothing that is said of it is new.
            // But for what other files decide, which may be others now.
            let said = said.iter_mut().filter(|said| !said.rule.depends_on_tree());
            for finding in judged.findings.iter_mut().chain(said.flat_map(|said| &mut said.findings)) {
                finding.status = Status::Existing;
            }
        } else if self.moved_from(change, whole).is_some() {
            judged.findings.iter_mut().for_each(|finding| finding.status = Status::Existing);
        } else if let Some(old) = &old {
            mark_known_problems(&mut judged.findings, old);
        }
        for mut said in said {
            let mut known = match (&old, old_units.counterpart(said.key, said.unit)) {
                (Some(old), Some(unit)) => self.said_of(said.rule, &old.text, unit)?,
                (_, _) => self.said_elsewhere(&said, change, whole)?,
            };
            known.mark(&mut said.findings);
            for mut finding in said.findings {
                finding.resource.clone_from(&said.unit.identity);
                judged.findings.push(finding);
            }
        }
        // What cannot be read now is neither gone nor changed; the finding says what it is.
        let unreadable = change.after.is_some() && new.as_ref().is_none_or(|new| !new.is_sound());
        if !self.compares() {
            return Ok(judged);
        }
        if unreadable {
            let is_hidden = new.is_none() && judged.findings.iter().any(Finding::is_not_judged);
            if let Some(old) = old.as_ref().filter(|_| is_hidden) {
                self.out_of_sight(FileUnits::new(old, &old_units), &mut judged.findings)?;
            }
            return Ok(judged);
        }
        let new = new.as_ref().map(|new| FileUnits::new(new, &units));
        match self.bridge(&change.path, old.as_ref())? {
            Bridge::Earlier(earlier) => {
                let was_empty = old.as_ref().is_some_and(TextFile::is_sound);
                let earlier_units = earlier.units_and_parts();
                self.pairs(Some(FileUnits::new(&earlier, &earlier_units)), new, whole, &mut judged)?;
                if was_empty {
                    // What it was emptied of went when it was.
                    judged.gone.clear();
                }
            }
            bridge => {
                if let Bridge::Nothing { is_all } = bridge
                    && units.iter().any(|(_, unit)| unit.identity.is_some())
                {
                    judged.findings.push(not_compared(&change.path, is_all));
                }
                let old = old.as_ref().map(|old| FileUnits::new(old, &old_units));
                self.pairs(old, new, whole, &mut judged)?;
            }
        }
        Ok(judged)
    }

    /// Whether the new file, as it is, was there before: with another mode, or in a tree that was
    /// judged.
    fn stood_there(&self, change: &Change) -> Result<bool, GateError> {
        let Some(after) = change.after.as_ref().filter(|_| self.both_sides) else { return Ok(false) };
        if change.before.as_ref().is_some_and(|before| same_file(before, after)) {
            return Ok(true);
        }
        for tree in self.known {
            if let Some(repository) = self.reader.repository
                && repository.file_at(*tree, &change.path)?.is_some_and(|known| same_file(&known, after))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The path that a file left for this one, as it is; only one that was judged there.
    fn moved_from<'w>(&self, change: &Change, whole: &'w Whole<'_>) -> Option<&'w Change> {
        let after = change.after.as_ref().filter(|after| {
            // A link that moves leads elsewhere.
            self.both_sides && change.before.is_none() && after.mode.is_file()
        })?;
        // What is good as properties may be no good as a manifest.
        let read_as = |path: &RepoPath| match select_name(&self.gate.config, path) {
            Selected::As(format) => Some(format),
            Selected::ByContent | Selected::Unread | Selected::No | Selected::LeftOut => None,
        };
        let format = read_as(&change.path)?;
        let was_judged_as = |path: &RepoPath| read_as(path) == Some(format);
        whole.changes.iter().find(|other| {
            other.after.is_none()
                && other.before.as_ref().is_some_and(|before| same_file(before, after))
                && was_judged_as(&other.path)
        })
    }

    /// What a rule says of the unit where it may have moved from, as it was there: an object in any
    /// old file, anything else in the old place of the whole file.
    fn said_elsewhere(&self, said: &Said<'_, '_>, change: &Change, whole: &Whole<'_>) -> Result<Messages, GateError> {
        let mut known = Messages::default();
        if !self.both_sides {
            return Ok(known);
        }
        let Some(identity) = &said.unit.identity else {
            if let Some(source) = self.moved_from(change, whole)
                && let Some(old) = self.side(&source.path, source.before.as_ref())?
                && let Some(unit) = old.units().get(said.key)
            {
                known = self.said_of(said.rule, &old.text, unit)?;
            }
            return Ok(known);
        };
        for source in self.old_places(whole)?.elsewhere(identity, &change.path, whole.changes) {
            // A copy is no move: what stays where it was excuses nothing elsewhere.
            let stays = self.at_hand(whole, source, true)?;
            if stays.is_some_and(|file| !file.objects(identity).is_empty()) {
                continue;
            }
            if let Some(old) = self.old_at_hand(whole, source)?
                && let Some(unit) = old.objects(identity).first()
            {
                known.0.append(&mut self.said_of(said.rule, &old.text, unit)?.0);
            }
        }
        Ok(known)
    }

    /// What a rule says of a unit of the old side.
    pub(super) fn said_of(&self, rule: &dyn Rule, text: &FileText, unit: &Unit<'_>) -> Result<Messages, GateError> {
        let mut found = Vec::new();
        rule.on_unit(&self.old_scope(), text, unit, &mut found)?;
        Ok(Messages(found))
    }

    /// The scope for what was there before.
    pub(super) fn old_scope(&self) -> Scope<'a> {
        Scope { tree: self.sides.old, ..self.scope.clone() }
    }
}

/// Whether both are files of one content; the mode of execution does not count.
fn same_file(a: &File, b: &File) -> bool {
    a.content == b.content && a.mode.is_file() == b.mode.is_file()
}

/// Nothing, for a file that is over a limit.
pub(super) fn over_limit(error: GateError) -> Result<Option<TextFile>, GateError> {
    match error {
        GateError::FileLimit { .. } | GateError::Git(GitError::FileTooLarge { .. }) => Ok(None),
        error => Err(error),
    }
}

/// What was said before.
#[derive(Default)]
pub(super) struct Messages(pub Vec<Finding>);

impl Messages {
    /// Marks what was said before, each as often as it was said: first what is at the same place,
    /// then what reads the same. A second violation that reads like the first is new.
    pub fn mark(&mut self, findings: &mut [Finding]) {
        let route = |finding: &Finding| finding.place.as_ref().and_then(|place| place.route.clone());
        for exact in [true, false] {
            for finding in findings.iter_mut().filter(|finding| finding.status == Status::New) {
                let known = self.0.iter().position(|old| {
                    old.rule == finding.rule
                        && old.message == finding.message
                        && old.subject == finding.subject
                        // What was only a warning is no excuse for more.
                        && old.severity <= finding.severity
                        && (!exact || route(old) == route(finding))
                });
                if let Some(known) = known {
                    self.0.swap_remove(known);
                    finding.status = Status::Existing;
                }
            }
        }
    }
}

/// What one rule says of one unit of the new side.
struct Said<'u, 'r> {
    key: &'u UnitKey,
    unit: &'u Unit<'u>,
    rule: &'r dyn Rule,
    findings: Vec<Finding>,
}

/// Marks the keys that stood twice before, each as often as it did. A file that cannot be read is
/// not judged any further, so what it holds is always new.
fn mark_known_problems(findings: &mut [Finding], old: &TextFile) {
    let known = old.problems.iter().filter(|problem| problem.kind == ProblemKind::DuplicateKey);
    Messages(known.map(|problem| problem_finding(&old.text, problem)).collect()).mark(findings);
}
