//! What the API server does not let change.

use crate::{
    config::CatalogueRule,
    document::{Node, ParseLimits, Step, format::Format, format::parse, units},
    git::RefName,
    gitops::{
        TreeError, argocd, flux,
        recreate::{Mark, mark, of_applier},
    },
    immutability::{Breach, is_substituted},
    kubernetes::{
        Version,
        crd::{self, Transitions},
        immutable::{self, About, IGNORED, UNDECIDABLE},
        normal::{stored, updated},
    },
    rule::{Pair, Rule, RuleError, Scope, Side, Wholeness, breach, enforce, read_if_small, schema, selects_pair},
    verdict::{Finding, Severity},
};

/// One entry of `immutability.fields`.
pub(super) struct Kubernetes(pub CatalogueRule);

impl Rule for Kubernetes {
    fn selects_ref(&self, name: &RefName) -> bool {
        self.0.selection.refs.as_ref().is_none_or(|globs| globs.matches(name.as_str().as_bytes()))
    }

    fn compares(&self) -> bool {
        true
    }

    fn compares_applied(&self) -> bool {
        true
    }

    fn on_pair(&self, scope: &Scope<'_>, pair: &Pair<'_>, findings: &mut Vec<Finding>) -> Result<(), RuleError> {
        let Pair::Both { old, new } = pair else { return Ok(()) };
        let Some(identity) = pair.identity().filter(|identity| !identity.is_of_tool()) else { return Ok(()) };
        let Some(api_version) = new.unit.node.get("apiVersion").and_then(Node::as_str) else { return Ok(()) };
        if !selects_pair(&self.0.selection, pair) {
            return Ok(());
        }
        let about = About {
            version: self.0.version.unwrap_or(Version::NEWEST),
            group: immutable::group_today(&identity.group, &identity.kind),
            api_version,
            kind: &identity.kind,
            subject: breach::subject(pair),
            written: (old.unit.node, new.unit.node),
        };
        let mut found = Vec::new();
        if immutable::concerns(&about, old.unit.node, new.unit.node) {
            let was = old.unit.node.get("apiVersion").and_then(Node::as_str).unwrap_or(api_version);
            let before = stored(was, &identity.kind, old.unit.node);
            let after = updated(api_version, &identity.kind, &before, old.unit.node, new.unit.node);
            for breach in immutable::breaches(&about, &before, &after) {
                found.push((is_one_sided(&breach), finding(breach, pair)));
            }
        }
        if immutable::concerns_definition(&about, old.unit.node, new.unit.node) {
            found.extend(by_definition(scope, &about, pair)?);
        }
        let mut circumstances = Circumstances { scope, new: *new, about: &about, known: None };
        for (is_one_sided, mut finding) in found {
            if finding.severity == Severity::Deny && is_substituted(&identity.name) {
                UNDECIDABLE.clone_into(&mut finding.rule);
                finding.severity = Severity::Info;
                finding.message = format!("{}, if it is one object: its name is filled in later", finding.message);
            } else if finding.severity == Severity::Deny {
                circumstances.weigh(&mut finding, is_one_sided)?;
            }
            enforce(&mut finding, self.0.enforce);
            findings.push(finding);
        }
        Ok(())
    }
}

/// What the definition of a custom resource says. Clusters may have different ones: it is enough to fit one.
fn by_definition(scope: &Scope<'_>, about: &About<'_>, pair: &Pair<'_>) -> Result<Vec<(bool, Finding)>, TreeError> {
    let version = about.api_version.split_once('/').map_or("", |(_, version)| version);
    let mut definitions = scope.tree.custom_resources(about.group, about.kind)?;
    definitions.retain(|one| one.served && one.version == version);
    let told = |transitions: Option<&Transitions>| {
        let (mut old, mut new) = (about.written.0.clone(), about.written.1.clone());
        if let Some(transitions) = transitions {
            crd::fill(&mut old, transitions);
            crd::fill(&mut new, transitions);
        }
        let said = immutable::custom_breaches(about, transitions, &old, &new);
        said.into_iter().map(|breach| (is_one_sided(&breach), finding(breach, pair))).collect::<Vec<_>>()
    };
    if definitions.is_empty() {
        return Ok(told(None));
    }
    let refusals =
        |said: &Vec<(bool, Finding)>| said.iter().filter(|(_, finding)| finding.severity == Severity::Deny).count();
    let best = definitions.iter().map(|one| told(Some(&one.transitions))).min_by_key(refusals);
    Ok(best.unwrap_or_default())
}

/// Whether what was edited stands on one side only.
fn is_one_sided(breach: &Breach<'_>) -> bool {
    let (before, after) = match &breach.edited {
        Some(spot) => (spot.before, spot.after),
        None => (breach.before, breach.after),
    };
    before.is_none() || after.is_none()
}

/// The finding at the place where the value is written.
fn finding(mut breach: Breach<'_>, pair: &Pair<'_>) -> Finding {
    let is_secret = pair.identity().is_some_and(|identity| identity.kind == "Secret");
    let plain = pair.after().and_then(|side| side.unit.node.get("stringData"));
    if let (true, Some(plain), Some(spot)) = (is_secret, plain, &mut breach.edited) {
        // What is compared as `data` may stand in `stringData`.
        for route in [&mut spot.route, &mut breach.route] {
            if let [Step::Key(field), rest @ ..] = route.0.as_mut_slice()
                && field == "data"
                && !matches!(rest, [Step::Key(key), ..] if plain.get(key).is_none())
            {
                "stringData".clone_into(field);
            }
        }
    }
    breach::finding(breach, pair)
}

/// What may make a change that the API server refuses a good one.
struct Circumstances<'c, 's> {
    scope: &'c Scope<'s>,
    new: Side<'c>,
    about: &'c About<'c>,
    known: Option<Known>,
}

/// A mark, with the name of who says it of all that it applies.
type Applier = (Mark, Option<String>);

/// What was found out about the object.
#[derive(Clone)]
struct Known {
    /// What it says of itself, or who applies it, with the name of that.
    mark: Option<Applier>,
    /// Whether it is merged into something else.
    is_patch: bool,
}

impl Circumstances<'_, '_> {
    fn known(&mut self) -> Result<Known, TreeError> {
        if let Some(known) = &self.known {
            return Ok(known.clone());
        }
        let path = self.new.file.path.to_text();
        let mark = match mark(self.new.unit.node) {
            Some(mark) => Some((mark, None)),
            None => applied(self.scope, &self.new.file.applied_at())?,
        };
        let is_patch = schema::wholeness(self.scope, &path)? == Wholeness::Patch;
        let known = Known { mark, is_patch };
        self.known = Some(known.clone());
        Ok(known)
    }

    /// Weighs a finding by what the object says of itself and by who applies it.
    fn weigh(&mut self, finding: &mut Finding, is_one_sided: bool) -> Result<(), TreeError> {
        let Known { mark, is_patch } = self.known()?;
        let (group, kind) = (self.about.group, self.about.kind);
        if is_patch && is_one_sided {
            UNDECIDABLE.clone_into(&mut finding.rule);
            finding.severity = Severity::Warn;
            finding.message = format!("{}, and what the patch is merged into may say the same", finding.message);
        }
        let Some((mark, applier)) = mark else { return Ok(()) };
        let of = applier.map(|name| format!(" of {name}")).unwrap_or_default();
        let words = format!("`{}`{of}", mark.words());
        match mark {
            Mark::Kept(_) => {
                IGNORED.clone_into(&mut finding.rule);
                finding.severity = Severity::Warn;
                finding.message = format!("{}, and {words} keeps it as it is", finding.message);
                finding.help = Some("take the mark away to have changes applied, or restore the field".to_owned());
            }
            Mark::Anew(_) | Mark::Recreated(_) | Mark::Perhaps(_) if immutable::loses_data(group, kind) => {
                finding.help = Some(format!(
                    "{words} would delete the {kind}, and what it holds with it; {}",
                    finding.help.take().unwrap_or_default()
                ));
            }
            Mark::Anew(_) => {
                finding.severity = Severity::Info;
                finding.message = format!("{}, and made anew each time by {words}", finding.message);
                finding.help = None;
            }
            Mark::Recreated(_) => {
                finding.severity = Severity::Warn;
                finding.message = format!("{}: {words} has it deleted and created anew", finding.message);
                finding.help = Some("take the mark away again when that is done".to_owned());
            }
            Mark::Perhaps(_) => {
                finding.severity = Severity::Warn;
                finding.message =
                    format!("{}, and {words} deletes the old one only if it ended as it says", finding.message);
                finding.help = Some("let the hook be deleted before it is created (`BeforeHookCreation`)".to_owned());
            }
        }
        Ok(())
    }
}

/// Who applies a file and says what becomes of objects that cannot be changed: of those that point at folders around it
/// the ones whose folder is nearest.
fn applied(scope: &Scope<'_>, path: &str) -> Result<Option<Applier>, TreeError> {
    let covers = |folder: &str| {
        let folder = folder.trim_end_matches('/');
        folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    let mut nearest: Vec<(usize, Option<Applier>)> = Vec::new();
    for file in scope.tree.pointing_at(&covers)? {
        let name = file.to_text();
        let Some(bytes) = read_if_small(scope.tree, &name)? else { continue };
        let Some(format) = Format::detect(&name) else { continue };
        let parsed = parse(format, &bytes, &ParseLimits::default());
        for unit in parsed.documents.iter().flat_map(units) {
            let references = flux::paths(unit.node).into_iter().chain(argocd::paths(unit.node));
            let Some(depth) = references.map(|one| one.path).filter(|path| covers(path)).map(|path| path.len()).max()
            else {
                continue;
            };
            let name = unit.identity.as_ref().map(ToString::to_string);
            nearest.push((depth, of_applier(unit.node).map(|mark| (mark, name))));
        }
    }
    let Some(depth) = nearest.iter().map(|(depth, _)| *depth).max() else { return Ok(None) };
    // All that apply it have to say so: one that does not would fail.
    let marks: Vec<_> = nearest.into_iter().filter(|(other, _)| *other == depth).map(|(_, mark)| mark).collect();
    Ok(if marks.iter().all(Option::is_some) { marks.into_iter().flatten().next() } else { None })
}
