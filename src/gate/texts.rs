//! What is looked at beyond the documents of the files that changed: their text, and files that point
//! at them.

use std::{collections::BTreeSet, sync::Arc};

use rayon::prelude::*;

use super::{
    GateError,
    conceal::Hidden,
    files::{Reading, Selected, TextFile, Units, select},
    judge::{Judge, Judged, Messages, over_limit},
    moves::Whole,
};
use crate::{
    document::{Role, Source, Unit},
    git::{Change, File, GitError, RepoPath},
    gitops::Tree as _,
    iac::terraform,
    rule::{FileText, Rule, builtin},
    secret,
    verdict::{Finding, Status},
};

/// Most bytes of a file that is searched although nobody judges it.
const MOST_SEARCHED: u64 = 8 << 20;

/// Most files that are looked into for what came from them.
const MOST_GONE: usize = 500;

impl Judge<'_> {
    /// Asks the rules that look at texts about a changed file, declarative or not.
    pub(super) fn text(
        &self,
        change: &Change,
        new: Option<&TextFile>,
        units: &Units<'_>,
        whole: &Whole<'_>,
        judged: &mut Judged,
    ) -> Result<(), GateError> {
        let mut rules = self.rules.iter().filter(|rule| rule.reads_text()).peekable();
        let Some(after) = change.after.as_ref().filter(|_| rules.peek().is_some()) else { return Ok(()) };
        let text = match new {
            Some(new) => new.text.clone(),
            None => match self.plain_text(&change.path, after)? {
                Plain::Text(text) => text,
                Plain::Binary => return Ok(()),
                Plain::TooLarge => {
                    // It may be told already, as a file that only its content could have told.
                    if judged.findings.iter().all(|finding| finding.rule != builtin::LARGE_FILE) {
                        judged.findings.push(builtin::not_judged(&change.path, builtin::LARGE_FILE));
                    }
                    return Ok(());
                }
            },
        };
        let units: Vec<&Unit<'_>> = units.iter().map(|(_, unit)| unit).filter(|unit| unit.role != Role::Part).collect();
        for rule in rules {
            let mut findings = Vec::new();
            let hidden = rule.on_text(&self.scope, &text, &units, &mut findings)?;
            judged.hidden.extend(hidden.into_iter().map(|span| (text.source.clone(), span)));
            if self.both_sides {
                self.mark_known(*rule, change, whole, &mut findings)?;
            }
            judged.texts.append(&mut findings);
        }
        Ok(())
    }

    /// Marks what was there before: in the same file, or in one that goes with this push.
    fn mark_known(
        &self,
        rule: &dyn Rule,
        change: &Change,
        whole: &Whole<'_>,
        findings: &mut [Finding],
    ) -> Result<(), GateError> {
        let gone = || whole.changes.iter().filter(|other| other.after.is_none());
        let moved = gone().filter(|other| {
            other.before.as_ref().zip(change.after.as_ref()).is_some_and(|(a, b)| a.content == b.content)
        });
        for source in std::iter::once(change).chain(moved).chain(gone().take(MOST_GONE)) {
            if findings.iter().all(|finding| finding.status == Status::Existing) {
                break;
            }
            self.text_before(rule, source)?.mark(findings);
        }
        Ok(())
    }

    /// What a rule says of the text that the file had.
    fn text_before(&self, rule: &dyn Rule, change: &Change) -> Result<Messages, GateError> {
        let mut known = Messages::default();
        let Some(before) = &change.before else { return Ok(known) };
        let selected = select(&self.gate.config, &change.path, before);
        let declarative = match self.reader.read_again(&change.path, before, selected) {
            Ok(Reading::Text(text)) => Some(text),
            Ok(Reading::Encrypted | Reading::LfsPointer | Reading::Plain)
            | Err(GateError::FileLimit { .. } | GateError::Git(GitError::FileTooLarge { .. })) => None,
            Err(error) => return Err(error),
        };
        let scope = self.old_scope();
        if let Some(file) = &declarative {
            let units = file.units();
            let units: Vec<&Unit<'_>> =
                units.iter().map(|(_, unit)| unit).filter(|unit| unit.role != Role::Part).collect();
            rule.on_text(&scope, &file.text, &units, &mut known.0)?;
        } else if let Plain::Text(text) = self.plain_text(&change.path, before)? {
            rule.on_text(&scope, &text, &[], &mut known.0)?;
        }
        Ok(known)
    }

    /// The text of a file that is not declarative, or cannot be read as what it should be.
    fn plain_text(&self, path: &RepoPath, file: &File) -> Result<Plain, GateError> {
        if !file.mode.is_file() {
            return Ok(Plain::Binary);
        }
        let bytes = match self.sides.new.bytes_up_to(path, file, MOST_SEARCHED) {
            Ok(bytes) => bytes,
            Err(GateError::Git(GitError::FileTooLarge { .. })) => return Ok(Plain::TooLarge),
            Err(error) => return Err(error),
        };
        let Some(text) = secret::text_of(&bytes) else { return Ok(Plain::Binary) };
        let source = Arc::new(Source::new(text.into_owned()));
        Ok(Plain::Text(FileText {
            path: path.clone(),
            source,
            format: "text",
            template: false,
            built: None,
            documents: Arc::default(),
        }))
    }

    /// Looks into the texts that a commit brought and a later one took away: they stay in the
    /// repository. Gives what is new in them.
    pub(super) fn passing(&self, changes: &[Change], findings: &mut Vec<Finding>) -> Result<(), GateError> {
        let whole = Whole::new(changes);
        let one = |change: &Change| -> Result<Judged, GateError> {
            let mut judged = Judged::default();
            let file = match &change.after {
                Some(file) => self.side(&change.path, Some(file)).or_else(over_limit)?,
                None => None,
            };
            let units = file.as_ref().map(TextFile::units).unwrap_or_default();
            self.text(change, file.as_ref(), &units, &whole, &mut judged)?;
            // What the branch had before the push is no news, whatever became of it in between.
            let at_base = Change { path: change.path.clone(), before: self.sides.old.file(&change.path)?, after: None };
            for rule in self.rules.iter().filter(|rule| rule.reads_text()) {
                if judged.texts.iter().any(|finding| finding.status == Status::New) {
                    self.text_before(*rule, &at_base)?.mark(&mut judged.texts);
                }
            }
            Ok(judged)
        };
        let (mut hidden, mut found) = (Hidden::default(), Vec::new());
        let judged: Vec<Result<Judged, GateError>> = changes.par_iter().map(one).collect();
        for (change, judged) in changes.iter().zip(judged) {
            let judged = judged?;
            hidden.add(&change.path, judged.hidden);
            found.extend(judged.texts.into_iter().filter(|finding| finding.status == Status::New));
        }
        hidden.conceal(&mut found);
        findings.append(&mut found);
        Ok(())
    }

    /// States of Terraform among files that a later commit takes away, by their names.
    pub(super) fn passing_states(&self, changes: &[Change]) -> Vec<Finding> {
        let is_one = |change: &&Change| {
            let selected = change.after.as_ref().map(|file| select(&self.gate.config, &change.path, file));
            selected.is_some_and(|selected| selected != Selected::LeftOut)
                && terraform::is_state(&change.path.to_text(), None)
        };
        // One that was there before is no news.
        let is_new = |change: &&Change| change.before.is_none();
        changes.iter().filter(is_one).filter(is_new).map(|change| builtin::terraform_state(&change.path)).collect()
    }

    /// Judges again what did not change but points at what did.
    pub(super) fn affected(&self, changes: &[Change], findings: &mut Vec<Finding>) -> Result<(), GateError> {
        for rule in &self.rules {
            let paths: BTreeSet<RepoPath> = rule.affected(&self.scope, self.sides.old, changes)?.into_iter().collect();
            for path in paths {
                let judged = changes.binary_search_by(|change| change.path.cmp(&path)).is_ok();
                let (new, old) = (self.sides.new.file(&path)?, self.sides.old.file(&path)?);
                let Some(new) = new.filter(|_| !judged).map(|file| self.side(&path, Some(&file))) else { continue };
                let Some(new) = new? else { continue };
                let old = self.side(&path, old.as_ref())?;
                let old_units = old.as_ref().map(TextFile::units).unwrap_or_default();
                for (key, unit) in new.units().iter().filter(|(_, unit)| rule.looks_at(unit)) {
                    let mut found = Vec::new();
                    rule.on_unit(&self.scope, &new.text, unit, &mut found)?;
                    if let Some((old, unit)) = old.as_ref().zip(old_units.counterpart(key, unit))
                        && !found.is_empty()
                    {
                        self.said_of(*rule, &old.text, unit)?.mark(&mut found);
                    }
                    findings.append(&mut found);
                }
            }
        }
        Ok(())
    }

    /// Asks the rules about a file that holds no document.
    pub(super) fn empty(&self, file: &TextFile, findings: &mut Vec<Finding>) {
        if file.is_sound() && file.documents() == 0 {
            for rule in &self.rules {
                rule.on_empty(&file.text, findings);
            }
        }
    }

    /// The templates of charts that are charts no more: what is left of them are files like any other,
    /// as if they were new.
    pub(super) fn stranded(&self, changes: &[Change]) -> Result<Vec<Change>, GateError> {
        let gone = changes.iter().filter(|change| change.after.is_none() && change.path.file_name() == b"Chart.yaml");
        let mut stranded = Vec::new();
        for chart in gone {
            let folder = chart.path.parent().unwrap_or_else(|| RepoPath::new("")).join("templates");
            let mut folders = vec![folder];
            while let Some(folder) = folders.pop() {
                for name in self.sides.new.list(&folder.to_text()).map_err(crate::rule::RuleError::from)? {
                    let path = folder.join(&name);
                    match self.sides.new.file(&path)? {
                        Some(_) if changes.binary_search_by(|change| change.path.cmp(&path)).is_ok() => {}
                        Some(file) => stranded.push(Change { path, before: None, after: Some(file) }),
                        None => folders.push(path),
                    }
                }
            }
        }
        Ok(stranded)
    }
}

/// What a file turned out to be that nobody parses.
enum Plain {
    Text(FileText),
    Binary,
    TooLarge,
}
