//! Resources that a root module makes no more.

use std::collections::{BTreeMap, BTreeSet};

use super::{DESTRUCTION, PROTECTION, Terraform, matters, named};
use crate::{
    document::{Identity, Step, Unit},
    git::RepoPath,
    gitops::TreeError,
    iac::terraform::{Estate, How, Lost, Placed, Repetition, compare, folder_of},
    rule::{FileText, RuleError, Surroundings, enforce},
    verdict::{Finding, OldPlace, Place, Severity},
};

/// Folders whose modules show how something is used, or test it: nobody keeps what they make.
const SHOWN: &[&str] = &[
    "demo",
    "demos",
    "docs",
    "e2e",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "sample",
    "samples",
    "test",
    "testdata",
    "testing",
    "tests",
    "tutorials",
    "wrappers",
];

/// Folders that are looked into on the way to the root modules that call one.
const MOST_CALLERS: usize = 10_000;

impl Terraform {
    /// Compares all root modules that lead to the folders.
    pub(super) fn destroyed(
        &self,
        after: &dyn Surroundings,
        before: &dyn Surroundings,
        folders: &BTreeSet<String>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        // Whatever a root module loses, it loses in a folder that changed; who calls those is asked only then.
        let mut suspicious = BTreeSet::new();
        for folder in folders {
            let old = before.terraform_estate(folder)?;
            if old.resources.iter().any(matters) {
                let new = after.terraform_estate(folder)?;
                let outcome = compare(&old, &new, &matters);
                let unprotected = outcome.kept.iter().any(|(was, now)| was.protected && !now.protected);
                if new.files == 0 || outcome.cut || unprotected || !outcome.lost.is_empty() {
                    suspicious.insert(folder.clone());
                }
            }
        }
        let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
        let mut sides = Sides { before, after, texts: BTreeMap::new() };
        for root in roots(before, suspicious)? {
            let old = before.terraform_estate(&root)?;
            if !old.resources.iter().any(matters) {
                continue;
            }
            let new = after.terraform_estate(&root)?;
            if new.files == 0 {
                self.abandoned(&root, &old, &mut sides, folders, &mut seen, findings)?;
                continue;
            }
            let outcome = compare(&old, &new, &matters);
            for lost in &outcome.lost {
                if seen.insert(key(lost.was)) {
                    self.tell_lost(&root, lost, &mut sides, findings)?;
                }
            }
            for (was, now) in &outcome.kept {
                if was.protected && !now.protected && seen.insert(key(was)) {
                    self.tell_unprotected(was, now, &mut sides, findings)?;
                }
            }
            if outcome.cut {
                let place = Place::file(RepoPath::new(root.as_str()));
                let mut finding =
                    Finding::new(DESTRUCTION, format!("the moves in {} are too many to follow", shown(&root)))
                        .at(place);
                finding.help = Some("make them in several pushes".to_owned());
                enforce(&mut finding, self.0.enforce);
                findings.push(finding);
            }
        }
        Ok(())
    }

    fn tell_lost(
        &self,
        root: &str,
        lost: &Lost<'_>,
        sides: &mut Sides<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        let was = lost.was;
        let (kind, name) = named(was);
        let path = RepoPath::new(was.file.as_str());
        if !self.selects(kind, name, &path) {
            return Ok(());
        }
        let address = crate::text::shortened(&was.address.to_string(), 200);
        let (what, help) = words(lost, &address);
        let why = if was.protected { "it says `prevent_destroy`" } else { "its data is lost" };
        let (severity, message) = match (lost.certain, is_shown(root)) {
            (false, _) => (Severity::Warn, format!("{what}; a module that is not read here may still declare it")),
            (true, true) => (Severity::Warn, format!("{what}, and {why}")),
            (true, false) => (Severity::Deny, format!("{what}, and {why}")),
        };
        let place = match lost.now {
            Some(now) => sides.place(now, after_key(&lost.how), Some("its data is lost"))?,
            None => None,
        };
        let mut finding = Finding::new(DESTRUCTION, message).at(place.unwrap_or_else(|| Place::file(path.clone())));
        finding.help = Some(help);
        finding.severity = severity;
        finding.resource = Some(identity(was));
        finding.old = sides.old_place(was)?;
        enforce(&mut finding, self.0.enforce);
        findings.push(finding);
        Ok(())
    }

    fn tell_unprotected(
        &self,
        was: &Placed,
        now: &Placed,
        sides: &mut Sides<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        let (kind, name) = named(now);
        let path = RepoPath::new(now.file.as_str());
        if !self.selects(kind, name, &path) {
            return Ok(());
        }
        let address = crate::text::shortened(&now.address.to_string(), 200);
        let place = sides.place(now, Some("lifecycle"), Some("was protected"))?;
        let message =
            format!("{address} may be destroyed from now on: it does not say `prevent_destroy = true` any more");
        let mut finding = Finding::new(PROTECTION, message).at(place.unwrap_or_else(|| Place::file(path.clone())));
        finding.help = Some("leave it, unless the resource is to go in a later push".to_owned());
        finding.severity = Severity::Warn;
        finding.resource = Some(identity(now));
        finding.old = sides.old_place(was)?;
        enforce(&mut finding, self.0.enforce);
        findings.push(finding);
        Ok(())
    }

    /// A root module that is gone as a whole: Terraform is run where it was no more, and destroys nothing. What
    /// says `prevent_destroy` can hardly have been destroyed before, and is nobody's then.
    fn abandoned(
        &self,
        root: &str,
        old: &Estate,
        sides: &mut Sides<'_>,
        folders: &BTreeSet<String>,
        seen: &mut BTreeSet<(String, String)>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        // Where the module went, if it went to another folder.
        let mut arrived = BTreeSet::new();
        for folder in folders.iter().filter(|folder| *folder != root) {
            let new = sides.after.terraform_estate(folder)?;
            let known = sides.before.terraform_estate(folder)?;
            let known: BTreeSet<_> = known.resources.into_iter().map(|one| one.address).collect();
            arrived.extend(new.resources.into_iter().map(|one| one.address).filter(|one| !known.contains(one)));
        }
        for was in old.resources.iter().filter(|one| matters(one) && !arrived.contains(&one.address)) {
            let (kind, name) = named(was);
            let path = RepoPath::new(was.file.as_str());
            if !self.selects(kind, name, &path) || !seen.insert(key(was)) {
                continue;
            }
            let address = crate::text::shortened(&was.address.to_string(), 200);
            let message = format!("{address} is left alone: the root module in {} is gone", shown(root));
            let mut finding = Finding::new(DESTRUCTION, message).at(Place::file(path.clone()));
            finding.help = Some(if was.protected {
                "it says `prevent_destroy`: take that away, or destroy it, in a push before this one".to_owned()
            } else {
                "destroy what it made first, or let it go with `removed { lifecycle { destroy = false } }`".to_owned()
            });
            finding.severity = if was.protected && !is_shown(root) { Severity::Deny } else { Severity::Warn };
            finding.resource = Some(identity(was));
            finding.old = sides.old_place(was)?;
            enforce(&mut finding, self.0.enforce);
            findings.push(finding);
        }
        Ok(())
    }
}

/// The file and the block: one that several modules use is told once.
fn key(placed: &Placed) -> (String, String) {
    (placed.file.clone(), placed.route.to_string())
}

fn identity(placed: &Placed) -> Identity {
    let (kind, name) = named(placed);
    Identity {
        group: "terraform".to_owned(),
        kind: kind.to_owned(),
        namespace: Some(folder_of(&placed.file)),
        name: name.to_owned(),
    }
}

fn shown(folder: &str) -> &str {
    if folder.is_empty() { "the repository's root" } else { folder }
}

fn is_shown(folder: &str) -> bool {
    folder.split('/').any(|part| SHOWN.contains(&part))
}

/// The root modules that lead to any of these folders, as the repository was. A folder that only examples and tests
/// call is one itself: others may use it from elsewhere.
fn roots(before: &dyn Surroundings, folders: BTreeSet<String>) -> Result<BTreeSet<String>, TreeError> {
    let mut roots = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut left: Vec<String> = folders.into_iter().collect();
    while let Some(folder) = left.pop() {
        if !seen.insert(folder.clone()) || seen.len() > MOST_CALLERS {
            continue;
        }
        let calling = before.calling(&folder)?;
        let callers: BTreeSet<String> = calling.iter().map(|path| folder_of_caller(&path.to_text())).collect();
        let real: Vec<String> = callers
            .into_iter()
            .filter(|caller| *caller != folder && (is_shown(&folder) || !is_shown(caller)))
            .collect();
        if real.is_empty() {
            roots.insert(folder);
        } else {
            left.extend(real);
        }
    }
    Ok(roots)
}

fn folder_of_caller(path: &str) -> String {
    path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()
}

/// What is said of a loss, and what to do.
fn words(lost: &Lost<'_>, address: &str) -> (String, String) {
    let restore = "restore the block, or say `moved { from to }` if it has another address now, or `removed { lifecycle { destroy = false } }` to let it go";
    match &lost.how {
        How::Gone => (format!("{address} is destroyed: nothing declares it any more"), restore.to_owned()),
        How::Call(module) => (
            format!("{address} is destroyed: nothing calls {module} any more"),
            restore.replace("the block", "the call"),
        ),
        How::Removed => (
            format!("{address} is destroyed: its `removed` block does not say `destroy = false`"),
            "say `lifecycle { destroy = false }` in the `removed` block to let it go".to_owned(),
        ),
        How::MovedNowhere(to) => (
            format!("{address} is destroyed: it moves to {to}, which nothing declares"),
            format!("declare {to}, or correct the `moved` block"),
        ),
        How::Empty(Repetition::Each(_)) => (
            format!("{address} is destroyed: its `for_each` has no key"),
            "restore its keys, or first let it go with `removed { lifecycle { destroy = false } }`".to_owned(),
        ),
        How::Empty(Repetition::Count(_) | Repetition::Once) => (
            format!("{address} is destroyed: its `count` is 0, or it is not enabled"),
            "restore it, or first let it go with `removed { lifecycle { destroy = false } }`".to_owned(),
        ),
        How::Fewer(keys) => {
            let keys = crate::text::shortened(&keys.join("], ["), 80);
            (
                format!("instances of {address} are destroyed: it has no [{keys}] any more"),
                "restore them, or say `moved` for what has another key now".to_owned(),
            )
        }
        How::Rekeyed { at, was, now } => (
            format!("{address} is destroyed: {at} had {}, and has {}", was.name(), now.name()),
            format!(
                "say `moved` for its instances, with the key that each has now: `moved {{ from = {at}, to = {at}[…] }}`"
            ),
        ),
    }
}

/// The argument of the new block that does it.
fn after_key(how: &How) -> Option<&'static str> {
    match how {
        How::Gone | How::Call(_) | How::Removed | How::MovedNowhere(_) => None,
        How::Empty(Repetition::Each(_)) => Some("for_each"),
        How::Empty(Repetition::Count(_) | Repetition::Once) => Some("count"),
        How::Fewer(keys) => Some(if keys.iter().any(|key| key.starts_with('"')) { "for_each" } else { "count" }),
        How::Rekeyed { now, .. } => match now {
            Repetition::Once => None,
            Repetition::Count(_) => Some("count"),
            Repetition::Each(_) => Some("for_each"),
        },
    }
}

/// Both sides, with the files that places were asked for in.
struct Sides<'a> {
    before: &'a dyn Surroundings,
    after: &'a dyn Surroundings,
    texts: BTreeMap<(bool, String), Option<FileText>>,
}

impl Sides<'_> {
    fn text(&mut self, new: bool, path: &str) -> Result<Option<&FileText>, TreeError> {
        let key = (new, path.to_owned());
        if !self.texts.contains_key(&key) {
            let text = if new { self.after.text(path)? } else { self.before.text(path)? };
            self.texts.insert(key.clone(), text);
        }
        Ok(self.texts.get(&key).and_then(Option::as_ref))
    }

    /// The place of a block of the new side, or of an argument in it.
    fn place(
        &mut self,
        placed: &Placed,
        argument: Option<&str>,
        label: Option<&str>,
    ) -> Result<Option<Place>, TreeError> {
        let Some(text) = self.text(true, &placed.file)? else { return Ok(None) };
        let Some(unit) = first(text) else { return Ok(None) };
        let mut route = placed.route.clone();
        if let Some(argument) = argument {
            let longer = route.child(Step::Key(argument.to_owned()));
            if longer.locate(unit.node).exact {
                route = longer;
            }
        }
        let mut place = text.place(&unit, &route);
        if let Some(excerpt) = &mut place.excerpt {
            excerpt.label = label.map(str::to_owned);
        }
        Ok(Some(place))
    }

    fn old_place(&mut self, placed: &Placed) -> Result<Option<OldPlace>, TreeError> {
        let Some(text) = self.text(false, &placed.file)? else { return Ok(None) };
        let Some(unit) = first(text) else { return Ok(None) };
        let line = text.line(&unit, &placed.route);
        Ok(Some(OldPlace { path: RepoPath::new(placed.file.as_str()), line }))
    }
}

fn first(text: &FileText) -> Option<Unit<'_>> {
    text.whole(text.documents.first()?.index)
}
