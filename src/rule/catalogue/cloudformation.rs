//! What CloudFormation replaces or deletes.

use std::collections::BTreeSet;

use crate::{
    config::CatalogueRule,
    document::{Identity, Role, Unit},
    git::{Change, RefName, RepoPath},
    iac::cloudformation::{
        is_template,
        replacement::{self, About, Templates, left_alone},
        resources,
    },
    rule::{FileText, Pair, Rule, RuleError, Scope, Side, Surroundings, enforce, selects_object},
    verdict::{Finding, OldPlace, Place, Severity},
};

/// A resource is made anew.
pub const REPLACEMENT: &str = "cloudformation-replacement";
/// A resource is deleted.
pub const DELETION: &str = "cloudformation-deletion";
/// What protects a resource is taken away.
pub const POLICY: &str = "cloudformation-policy";

/// One entry of `immutability.fields`.
pub(super) struct CloudFormation(pub CatalogueRule);

impl Rule for CloudFormation {
    fn selects_ref(&self, name: &RefName) -> bool {
        self.0.selection.refs.as_ref().is_none_or(|globs| globs.matches(name.as_str().as_bytes()))
    }

    fn compares(&self) -> bool {
        true
    }

    /// A template that stays where it is.
    fn on_pair(&self, scope: &Scope<'_>, pair: &Pair<'_>, findings: &mut Vec<Finding>) -> Result<(), RuleError> {
        match pair {
            Pair::Both { old, new } if is_document(old.unit) && is_template(old.unit.node) => {
                if is_template(new.unit.node) {
                    let changes = Templates::new(old.unit.node, new.unit.node).changes();
                    self.tell(*old, *new, changes, findings);
                } else {
                    self.left_alone(*old, "it is no template any more", findings);
                }
            }
            Pair::Deleted(old) if is_document(old.unit) && is_template(old.unit.node) => {
                // A file that is gone may be another one now.
                if scope.tree.at(&old.file.path.to_text())?.is_some() {
                    self.left_alone(*old, "it is no template any more", findings);
                }
            }
            Pair::Added(_) | Pair::Both { .. } | Pair::Deleted(_) => {}
        }
        Ok(())
    }

    /// Templates whose files are gone: each is compared with the new one that has most of its resources.
    fn on_changes(
        &self,
        scope: &Scope<'_>,
        before: &dyn Surroundings,
        changes: &[&Change],
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        let gone = changes.iter().filter(|change| change.before.is_some() && change.after.is_none());
        let old = templates(before, gone.map(|change| &change.path))?;
        if old.is_empty() {
            return Ok(());
        }
        let added = changes.iter().filter(|change| change.before.is_none() && change.after.is_some());
        let mut new = templates(scope.tree, added.map(|change| &change.path))?;
        for old in &old {
            let Some(old_unit) = old.text.whole(old.document) else { continue };
            let old_side = Side { file: &old.text, unit: &old_unit };
            let common = |new: &Template| 2 * old.ids.intersection(&new.ids).count();
            let alike = |new: &&Template| common(new) >= old.ids.len().max(1);
            // Of several that are as much alike the first; the same name counts first.
            let best = new
                .iter()
                .filter(alike)
                .rev()
                .max_by_key(|new| (common(new), new.text.path.file_name() == old.text.path.file_name()));
            match best.and_then(|best| Some((best, best.text.whole(best.document)?))) {
                Some((best, unit)) => {
                    let changes = Templates::new(old_unit.node, unit.node).changes();
                    self.tell(old_side, Side { file: &best.text, unit: &unit }, changes, findings);
                    let taken = best.text.path.clone();
                    new.retain(|new| new.text.path != taken);
                }
                None => self.left_alone(old_side, "its template is gone", findings),
            }
        }
        Ok(())
    }
}

/// A template in a file of its own.
struct Template {
    text: FileText,
    document: usize,
    /// The types and logical ids of its resources.
    ids: BTreeSet<(String, String)>,
}

/// Templates of one push that are compared with each other where their files came or went.
const MOST_MOVED: usize = 1_000;

fn templates<'p>(
    tree: &dyn Surroundings,
    paths: impl Iterator<Item = &'p RepoPath>,
) -> Result<Vec<Template>, RuleError> {
    let mut templates = Vec::new();
    for path in paths.take(MOST_MOVED) {
        let path = path.to_text();
        let Some(text) = tree.text(&path)? else { continue };
        let Some((document, ids)) =
            text.documents.iter().find(|document| is_template(&document.root)).map(|document| {
                let resources = resources(&path, &document.root).into_iter();
                (document.index, resources.map(|one| (one.identity.kind, one.identity.name)).collect())
            })
        else {
            continue;
        };
        templates.push(Template { text, document, ids });
    }
    Ok(templates)
}

fn is_document(unit: &Unit<'_>) -> bool {
    unit.role == Role::Judged && unit.route.0.is_empty() && unit.identity.is_none()
}

fn identity(side: Side<'_>, kind: &str, id: &str) -> Identity {
    Identity {
        group: "cloudformation".to_owned(),
        kind: kind.to_owned(),
        namespace: Some(side.file.path.to_text()),
        name: id.to_owned(),
    }
}

impl CloudFormation {
    fn selects(&self, identity: &Identity, sides: &[Side<'_>]) -> bool {
        let paths: Vec<_> = sides.iter().map(|side| &side.file.path).collect();
        selects_object(&self.0.selection, Some(&identity.kind), Some(identity), &paths)
    }

    fn tell(&self, old: Side<'_>, new: Side<'_>, changes: Vec<replacement::Change>, findings: &mut Vec<Finding>) {
        if old.file.template || new.file.template {
            return;
        }
        for change in changes {
            let identity = identity(new, &change.kind, &change.id);
            if !self.selects(&identity, &[old, new]) {
                continue;
            }
            let mut place = new.file.place(new.unit, &change.route);
            if let Some(excerpt) = &mut place.excerpt {
                excerpt.label = Some(change.label);
            }
            let rule = match change.about {
                About::Replacement => REPLACEMENT,
                About::Deletion => DELETION,
                About::Policy => POLICY,
            };
            let mut finding = Finding::new(rule, change.message).at(place).with_help(change.help);
            finding.severity = if change.fatal { Severity::Deny } else { Severity::Warn };
            finding.resource = Some(identity);
            let line = old.file.line(old.unit, &change.before);
            finding.old = Some(OldPlace { path: old.file.path.clone(), line });
            enforce(&mut finding, self.0.enforce);
            findings.push(finding);
        }
    }

    /// A stack is not deleted because its template is: nothing is lost, and nothing looks after it any more. Where a
    /// service syncs stacks from Git, it stops at a template that is not there.
    fn left_alone(&self, old: Side<'_>, why: &str, findings: &mut Vec<Finding>) {
        for (id, kind) in left_alone(old.unit.node) {
            let identity = identity(old, &kind, &id);
            let line = old.file.line(old.unit, &replacement::route(&[&id]));
            self.warn_left(old, identity, line, why, findings);
        }
    }

    fn warn_left(&self, old: Side<'_>, identity: Identity, line: usize, why: &str, findings: &mut Vec<Finding>) {
        if !self.selects(&identity, &[old]) || old.file.template {
            return;
        }
        let message = format!("{} {} is left alone: {why}", identity.kind, identity.name);
        let mut finding = Finding::new(DELETION, message).at(Place::file(old.file.path.clone()));
        finding.help =
            Some("if its stack is still there, delete that first, or move what it holds to another one".to_owned());
        finding.severity = Severity::Warn;
        finding.resource = Some(identity);
        finding.old = Some(OldPlace { path: old.file.path.clone(), line });
        enforce(&mut finding, self.0.enforce);
        findings.push(finding);
    }
}
