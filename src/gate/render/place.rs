//! Where findings about built objects point.

use std::collections::BTreeMap;

use super::Root;
use crate::{
    git::{Change, RepoPath},
    verdict::{Finding, Place},
};

/// Lets findings point at files that the push changed, and says once what several objects have in common.
pub(super) fn settle(findings: &mut Vec<Finding>, changes: &[Change], roots: &BTreeMap<String, Root>) {
    let is_changed = |path: &RepoPath| changes.binary_search_by(|change| change.path.cmp(path)).is_ok();
    for finding in findings.iter_mut() {
        let Some(place) = &finding.place else { continue };
        if is_changed(&place.path) {
            continue;
        }
        // What makes the difference is not there any more, or is named elsewhere: a line that was taken out.
        let old = finding.old.as_ref().map(|old| &old.path).filter(|path| is_changed(path));
        let cause = old.cloned().or_else(|| nearest_change(&place.path, changes, roots));
        if let Some(cause) = cause {
            let label = place.excerpt.as_ref().and_then(|excerpt| excerpt.label.as_ref());
            let label = label.map(|label| format!(": {label}")).unwrap_or_default();
            finding.message = format!("{}{label}", finding.message);
            finding.place = Some(Place::file(cause));
        }
    }
    let mut first: BTreeMap<(String, RepoPath, Option<usize>, String), usize> = BTreeMap::new();
    let mut others: BTreeMap<usize, usize> = BTreeMap::new();
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings.drain(..) {
        let Some(place) = &finding.place else {
            kept.push(finding);
            continue;
        };
        // The same said of another object that is built of the same lines.
        let name = finding.resource.as_ref().map(ToString::to_string).unwrap_or_default();
        let said = if name.is_empty() { finding.message.clone() } else { finding.message.replace(&name, "") };
        let line = place.range().map(|(start, _)| start.line);
        let key = (finding.rule.clone(), place.path.clone(), line, said);
        if let Some(index) = first.get(&key) {
            *others.entry(*index).or_default() += 1;
        } else {
            first.insert(key, kept.len());
            kept.push(finding);
        }
    }
    for (index, count) in others {
        if let Some(finding) = kept.get_mut(index) {
            let objects = if count == 1 { "another object".to_owned() } else { format!("{count} other objects") };
            finding.message = format!("{}, and so of {objects}", finding.message);
        }
    }
    *findings = kept;
}

/// The changed file that objects of the same folder are built of: a kustomization first.
fn nearest_change(path: &RepoPath, changes: &[Change], roots: &BTreeMap<String, Root>) -> Option<RepoPath> {
    let text = path.to_text();
    let built = roots.values().filter_map(|root| root.after.as_ref()?.result.as_ref().ok());
    let reads: Vec<_> = built.filter(|built| built.reads.contains(&text)).collect();
    let is_read = |change: &&Change| reads.iter().any(|built| built.reads.contains(&change.path.to_text()));
    let mut all: Vec<&Change> = changes.iter().filter(is_read).collect();
    all.sort_by_key(|change| !change.path.file_name().starts_with(b"kustomization"));
    all.first().map(|change| change.path.clone())
}
