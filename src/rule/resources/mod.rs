//! Resources that may not go: `immutability.resources`.

mod orphans;
mod select;

use super::{Gone, Pair, Rule, RuleError, Scope, Side, Wholeness, enforce};
use crate::{
    config::{ResourceAction, ResourceRule},
    document::{Identity, Node, Route, Step},
    git::RefName,
    gitops::TreeError,
    iac::terraform::{Address, Fate},
    text::shortened,
    verdict::{Finding, OldPlace, Place, Severity},
};
use orphans::Need;
use select::Fit;

/// Id of the rule.
pub const ID: &str = "immutable-resource";
/// Id of what is said of resources of which it cannot be told which they are.
pub const UNKNOWN: &str = "unknown-identity";

/// Most of those that need something that are named.
const MOST_NAMED: usize = 3;

/// One entry of `immutability.resources`.
pub struct ResourceProtection(ResourceRule);

impl ResourceProtection {
    pub(super) fn new(rule: ResourceRule) -> Self {
        Self(rule)
    }

    fn forbids(&self, action: ResourceAction) -> bool {
        self.0.forbid.contains(&action)
    }

    /// A finding about what stood in a place of the old side.
    fn finding(&self, old: Side<'_>, message: String, help: &str) -> Finding {
        let mut finding = Finding::new(ID, message).at(Place::file(old.file.path.clone()));
        finding.help = Some(self.0.help.clone().unwrap_or_else(|| help.to_owned()));
        finding.resource.clone_from(&old.unit.identity);
        finding.old = Some(OldPlace { path: old.file.path.clone(), line: line(old) });
        finding
    }

    /// What is said where it cannot be told whether the rule is broken.
    fn undecided(&self, old: Side<'_>, message: String) -> Finding {
        let mut finding = self.finding(old, message, "say in the manifest which one is meant, or look at it with care");
        UNKNOWN.clone_into(&mut finding.rule);
        finding.severity = Severity::Warn;
        enforce(&mut finding, self.0.enforce);
        finding
    }

    /// A renaming that is refused, or a deletion.
    fn removal(&self, gone: &Gone<'_>, identity: &Identity) -> Option<Finding> {
        let stood = format!("it stood in {}:{}", gone.old.file.path, line(gone.old));
        match gone.became.and_then(|new| Some((new, new.unit.identity.as_ref()?))) {
            Some((new, name)) if self.forbids(ResourceAction::Rename) || self.forbids(ResourceAction::Delete) => {
                let message = format!("{identity} becomes {}, which deletes it: {stood}", told_apart(identity, name));
                let help = "keep its name, namespace and kind: with another one it is deleted and a new one is made";
                let mut finding = self.finding(gone.old, message, help);
                let changed = if name.kind != identity.kind {
                    vec!["kind"]
                } else if name.name != identity.name {
                    vec!["metadata", "name"]
                } else {
                    vec!["metadata", "namespace"]
                };
                let route = Route(changed.into_iter().map(|key| Step::Key(key.to_owned())).collect());
                let mut place = new.file.place(new.unit, &route);
                if let Some(excerpt) = &mut place.excerpt {
                    excerpt.label = Some(shortened(&format!("was {identity}"), 50));
                }
                finding.place = Some(place);
                Some(finding)
            }
            None if self.forbids(ResourceAction::Delete) => {
                let help = "restore it; where it has to go, whoever keeps the rules can let it go";
                Some(self.finding(gone.old, format!("{identity} is deleted: {stood}"), help))
            }
            Some(_) | None => None,
        }
    }

    /// What others in the repository still need.
    fn orphaning(&self, scope: &Scope<'_>, gone: &Gone<'_>, identity: &Identity) -> Result<Option<Finding>, TreeError> {
        let needed_by = orphans::needed_by(scope, gone, identity)?;
        let mut sure = needed_by.iter().filter(|(need, _)| *need == Need::Sure).count();
        let is_sure = sure > 0;
        if needed_by.is_empty() {
            return Ok(None);
        }
        if !is_sure {
            sure = needed_by.len();
        }
        let named: Vec<String> = needed_by
            .iter()
            .filter(|(need, _)| !is_sure || *need == Need::Sure)
            .take(MOST_NAMED)
            .map(|(_, one)| match &one.identity {
                Some(identity) => format!("{identity} ({}:{})", one.path, one.line),
                None => format!("{}:{}", one.path, one.line),
            })
            .collect();
        let more = if sure > MOST_NAMED { format!(" and {} more", sure - MOST_NAMED) } else { String::new() };
        let verb = if is_sure { "is still needed by" } else { "may still be needed by" };
        let message = format!("{identity} is removed but {verb} {}{more}", named.join(", "));
        let mut finding = self.finding(gone.old, message, "remove what needs it first, or in the same push");
        if !is_sure {
            finding.severity = Severity::Warn;
        }
        Ok(Some(finding))
    }

    /// A resource that the rule protected and protects no longer: the next push may remove it.
    fn let_go(&self, old: Side<'_>, new: Side<'_>) -> Option<Finding> {
        let identity = new.unit.identity.as_ref()?;
        let lost = self.0.selection.labels.iter().find(|label| !select::has_label(new.unit.node, label));
        let why = match lost {
            Some(label) => format!("its label `{label}` is gone"),
            None => format!("{} is not among the protected paths", new.file.path),
        };
        let message = format!("{identity} is no longer protected: {why}");
        let mut finding = self.finding(old, message, "any later push may remove it: undo this unless that is meant");
        finding.severity = Severity::Warn;
        let whole = Route::default();
        let labels = Route(["metadata", "labels"].map(|key| Step::Key(key.to_owned())).to_vec());
        finding.place = Some(new.file.place(new.unit, if lost.is_some() { &labels } else { &whole }));
        enforce(&mut finding, self.0.enforce);
        Some(finding)
    }
}

/// The line where a unit says its name.
fn line(side: Side<'_>) -> usize {
    side.file.line(side.unit, &Route::default())
}

/// A new name in words: with the group where that alone tells it from the old one.
fn told_apart(old: &Identity, new: &Identity) -> String {
    match &new.namespace {
        None if old.namespace.is_some() && old.name == new.name => format!("{new} without a namespace"),
        _ if old.to_string() == new.to_string() => format!("{new} of {}", new.group),
        Some(_) | None => new.to_string(),
    }
}

/// What Terraform is told to make of a resource whose block is gone; `None` for what is none.
fn fate(scope: &Scope<'_>, old: Side<'_>, identity: &Identity) -> Result<Option<Fate>, TreeError> {
    if identity.group != "terraform" {
        return Ok(None);
    }
    let path = old.file.path.to_text();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let module = scope.tree.terraform_module(folder)?;
    Ok(Some(module.folder.refactoring.fate(&Address::managed(&identity.kind, &identity.name))))
}

impl Rule for ResourceProtection {
    fn selects_ref(&self, name: &RefName) -> bool {
        self.0.selection.refs.as_ref().is_none_or(|globs| globs.matches(name.as_str().as_bytes()))
    }

    fn compares(&self) -> bool {
        true
    }

    fn compares_applied(&self) -> bool {
        true
    }

    fn protects(&self, _scope: &Scope<'_>, old: Side<'_>) -> bool {
        select::may_fit(&self.0.selection, old)
    }

    fn on_pair(&self, _scope: &Scope<'_>, pair: &Pair<'_>, findings: &mut Vec<Finding>) -> Result<(), RuleError> {
        match pair {
            Pair::Deleted(old) if old.unit.identity.is_none() && select::may_fit(&self.0.selection, *old) => {
                let kind = old.unit.kind().unwrap_or("resource");
                let metadata = old.unit.node.get("metadata");
                if metadata.is_none() && self.0.selection.kinds.is_empty() {
                    // Settings of a program that name a version and a kind: no object of anything.
                    return Ok(());
                }
                let why = if metadata.and_then(|metadata| metadata.get("generateName")).is_some() {
                    "its name is made when it is applied"
                } else {
                    "it has no name"
                };
                let (path, line) = (&old.file.path, line(*old));
                let message = format!("which {kind} is removed from {path}:{line} cannot be told: {why}");
                findings.push(self.undecided(*old, message));
            }
            Pair::Both { old, new } if select::may_fit(&self.0.selection, *old) => {
                if !select::has_labels_and_path(&self.0.selection, *new) {
                    findings.extend(self.let_go(*old, *new));
                }
            }
            Pair::Added(_) | Pair::Deleted(_) | Pair::Both { .. } => {}
        }
        Ok(())
    }

    fn on_gone(&self, scope: &Scope<'_>, gone: &Gone<'_>, findings: &mut Vec<Finding>) -> Result<(), RuleError> {
        let Some(identity) = &gone.old.unit.identity else { return Ok(()) };
        let fit = select::fit(&self.0.selection, gone.before, gone.old)?;
        let is_kept = matches!(fate(scope, gone.old, identity)?, Some(Fate::Moved(_) | Fate::Forgotten));
        if fit == Fit::No || is_kept {
            return Ok(());
        }
        let path = gone.old.file.path.to_text();
        let wholeness =
            if identity.is_of_tool() { Wholeness::Whole } else { gone.before.kustomized()?.wholeness(&path) };
        if wholeness == Wholeness::Patch {
            // What it was merged into is a resource; this is none.
            return Ok(());
        }
        if let Some(why) = gone.unsure {
            findings.push(self.undecided(gone.old, format!("whether {identity} is still there cannot be told: {why}")));
            return Ok(());
        }
        if let Fit::Unsure(why) = fit {
            let message = format!("{identity} is removed, and whether it may be cannot be told: {why}");
            findings.push(self.undecided(gone.old, message));
            return Ok(());
        }
        let is_open =
            |name: &Identity| select::is_open(&name.name) || name.namespace.as_deref().is_some_and(select::is_open);
        let successor = gone.became.and_then(|new| new.unit.identity.as_ref());
        if let Some(new) = successor.filter(|new| is_open(identity) || is_open(new)) {
            let message =
                format!("whether {new} is {identity} under another name cannot be told: it is filled in later");
            findings.push(self.undecided(gone.old, message));
            return Ok(());
        }
        let mut found: Vec<Finding> = self.removal(gone, identity).into_iter().collect();
        if self.forbids(ResourceAction::Orphan) {
            found.extend(self.orphaning(scope, gone, identity)?);
        }
        for finding in &mut found {
            if wholeness == Wholeness::Unused {
                finding.message.push_str("; no kustomization takes the file");
                finding.severity = finding.severity.max(Severity::Warn);
            }
            enforce(finding, self.0.enforce);
        }
        findings.append(&mut found);
        Ok(())
    }
}

/// A text in an object.
fn text<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n str> {
    keys.iter().try_fold(node, |node, key| node.get(key)).and_then(Node::as_str).filter(|text| !text.is_empty())
}
