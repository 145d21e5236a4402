//! What the commits of a push brought that its last one does not hold.
//!
//! Engines apply tips, so tips are judged. But what a commit brought stays in the repository, and so
//! rules over texts look into each.

use std::collections::BTreeSet;

use super::{Gate, GateError, judge::Judge};
use crate::{
    git::{Change, Content, Oid, RepoPath, Repository},
    rule::builtin,
    verdict::{Finding, Severity},
};

/// Most commits of a push whose own texts are looked into.
const MOST_COMMITS: usize = 1_000;

impl Gate {
    /// Judges what the commits on the way brought and took back: a secret that was removed again is in
    /// the repository all the same.
    pub(super) fn judge_passing(
        &self,
        repository: &Repository,
        (old, tip): (Option<Oid>, Oid),
        tips: &mut dyn FnMut() -> Result<Vec<Oid>, GateError>,
        judged: &[Change],
        judge: &Judge<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), GateError> {
        // What other refs have is asked only where it matters.
        let mut commits = match old {
            Some(old) => repository.new_commits(tip, &[old], MOST_COMMITS)?,
            None => None,
        };
        if commits.as_ref().is_none_or(|commits| commits.iter().any(|commit| commit.before.len() > 1)) {
            let mut known = tips()?;
            known.extend(old);
            commits = repository.new_commits(tip, &known, MOST_COMMITS)?;
        }
        let Some(commits) = commits else {
            let message =
                format!("more than {MOST_COMMITS} new commits: what only those before the last hold is not judged");
            let mut finding = Finding::new(builtin::LONG_HISTORY, message);
            finding.severity = Severity::Info;
            findings.push(finding);
            return Ok(());
        };
        let mut seen: BTreeSet<(RepoPath, Oid)> = BTreeSet::new();
        let blob = |change: &Change| match change.after.as_ref().map(|file| &file.content) {
            Some(Content::Object(id)) => Some((change.path.clone(), *id)),
            Some(Content::Bytes(_)) | None => None,
        };
        seen.extend(judged.iter().filter_map(blob));
        let told: BTreeSet<[u8; 32]> = findings.iter().filter_map(|finding| finding.subject).collect();
        for commit in commits.iter().filter(|commit| commit.id != tip) {
            let mut parents = commit.before.iter();
            let first = parents.next().copied();
            let mut changes = repository.changes(first, Some(commit.tree), self.config.limits.files)?;
            // Of a merge only what none of its parents has.
            for parent in parents {
                let others = repository.changes(Some(*parent), Some(commit.tree), self.config.limits.files)?;
                changes.retain(|change| others.binary_search_by(|other| other.path.cmp(&change.path)).is_ok());
            }
            // What goes may have gone to where something comes.
            changes.retain(|change| blob(change).is_none_or(|blob| seen.insert(blob)));
            let mut found = Vec::new();
            judge.passing(&changes, &mut found)?;
            found.extend(judge.passing_states(&changes));
            found.retain(|finding| finding.subject.is_none_or(|subject| !told.contains(&subject)));
            if found.is_empty() {
                continue;
            }
            let known: Vec<Oid> = tips()?.into_iter().filter(|known| *known != tip || old.is_none()).collect();
            if repository.history().merge_bases(commit.id, &known)?.contains(&commit.id) {
                // A ref of the repository has it.
                continue;
            }
            for finding in &mut found {
                let short: String = commit.id.to_string().chars().take(10).collect();
                finding.message = format!("{} in commit {short}, which a later one takes back", finding.message);
                finding.help = Some(
                    "it would stay in the history: take it out of that commit (git rebase -i), and make a new secret"
                        .to_owned(),
                );
            }
            findings.append(&mut found);
        }
        Ok(())
    }
}
