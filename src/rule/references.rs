//! What kustomizations, Flux and Argo CD objects point at but the repository does not have:
//! `check: missing-reference`.

use std::collections::BTreeSet;

use super::{FileText, GitRepository, Rule, RuleError, Scope, Surroundings, enforce, selects, selects_ref};
use crate::{
    config::RuleConfig,
    document::{Step, Unit, Violation},
    git::{Change, RefName, RepoPath},
    gitops::{At, Expected, Origin, PathReference, TreeError, argocd, flux, kustomize, url_name},
    text::shortened,
    verdict::{Finding, Severity},
};

/// Id of the rule.
pub const ID: &str = "missing-reference";

/// What Flux' own bootstrap calls the repository that it installs itself from.
const FLUX_ITSELF: &str = "flux-system";

/// `check: missing-reference` of one entry of `rules`.
pub struct References {
    config: RuleConfig,
    /// Normal forms of the URLs of this repository.
    own: BTreeSet<String>,
}

impl References {
    pub(super) fn new(config: RuleConfig, urls: &[String]) -> Self {
        Self { config, own: own_names(urls) }
    }

    /// Whether a path is looked for in what the push makes of this repository.
    fn is_here(&self, scope: &Scope<'_>, unit: &Unit<'_>, origin: &Origin) -> Result<bool, TreeError> {
        match origin {
            Origin::Repository { url, revision } => Ok(self.is_own(url) && follows(scope, revision.as_deref(), None)),
            Origin::Object { kind, .. } if kind != "GitRepository" => Ok(false),
            Origin::Object { name, namespace, .. } => {
                let known = scope.tree.git_repositories(name)?;
                let namespace =
                    namespace.as_deref().or(unit.identity.as_ref().and_then(|one| one.namespace.as_deref()));
                // Where either does not say its namespace, the name decides.
                let same = |one: &&GitRepository| match (one.namespace.as_deref(), namespace) {
                    (Some(a), Some(b)) => a == b,
                    (None, _) | (_, None) => true,
                };
                let known: Vec<&GitRepository> = known.iter().filter(same).collect();
                if known.is_empty() {
                    // The object is not in this repository: Flux' own is by custom, others may be anything.
                    return Ok(name == FLUX_ITSELF);
                }
                Ok(known.iter().all(|one| {
                    let own = self.is_own(&one.url) || (self.own.is_empty() && one.name == FLUX_ITSELF);
                    own && !one.fixed && follows(scope, one.branch.as_deref(), Some("master"))
                }))
            }
        }
    }

    fn is_own(&self, url: &str) -> bool {
        url_name(url).is_some_and(|name| self.own.contains(&name))
    }

    fn path(
        &self,
        scope: &Scope<'_>,
        unit: &Unit<'_>,
        reference: PathReference,
    ) -> Result<Option<Violation>, TreeError> {
        if !self.is_here(scope, unit, &reference.origin)? {
            return Ok(None);
        }
        let path = format!("`{}`", shortened(&reference.path, 80));
        let there = scope.tree.at(&reference.path)?;
        let message = match (there, reference.expected) {
            (Some(At::Elsewhere), _)
            | (Some(At::File), Expected::File | Expected::Either)
            | (Some(At::Folder), Expected::Folder | Expected::Either) => return Ok(None),
            (None, Expected::Folder) => format!("the folder {path} is not in the repository"),
            (None, Expected::File | Expected::Either) => format!("{path} is not in the repository"),
            (Some(At::File), Expected::Folder) => format!("{path} is a file, but a folder is needed"),
            (Some(At::Folder), Expected::File) => format!("{path} is a folder, but a file is needed"),
        };
        Ok(Some(Violation::of_value(reference.route, message).with_help("add it in the same push, or mend the path")))
    }
}

/// Normal forms of the URLs of this repository.
pub(super) fn own_names(urls: &[String]) -> BTreeSet<String> {
    urls.iter().filter_map(|url| url_name(url)).collect()
}

/// Whether what is pushed is what a source with this revision takes. No revision stands for the
/// default branch, or for one that the engine assumes.
fn follows(scope: &Scope<'_>, revision: Option<&str>, assumed: Option<&str>) -> bool {
    let Some(name) = scope.ref_name else { return true };
    match revision.filter(|revision| !revision.is_empty() && *revision != "HEAD").or(assumed) {
        Some(branch) => name.as_str() == branch || name.as_str().strip_prefix("refs/heads/") == Some(branch),
        None => scope.tree.default_branch().is_none_or(|default| default == *name),
    }
}

impl Rule for References {
    fn selects_ref(&self, name: &RefName) -> bool {
        selects_ref(&self.config.selection, name)
    }

    fn depends_on_tree(&self) -> bool {
        true
    }

    fn depends_on_ref(&self) -> bool {
        true
    }

    fn on_unit(
        &self,
        scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        if file.template || !selects(&self.config.selection, file, unit) {
            return Ok(());
        }
        let mut found = Vec::new();
        // Other tools would not find such a file either; nothing can be said of what it points at.
        let Ok(path) = std::str::from_utf8(file.path.as_bytes()).map(str::to_owned) else { return Ok(()) };
        if unit.route.0.is_empty() && kustomize::is_kustomization(&path, unit.node) {
            for missing in kustomize::missing(&path, unit.node, scope.tree)? {
                let missing_at = missing.violation.route.clone();
                let mut finding = file.finding(ID, unit, missing.violation);
                // Inputs that hold secrets are kept out of Git on purpose.
                let first = missing_at.0.first();
                if missing.role == Some(kustomize::Role::GeneratorInput)
                    && first == Some(&Step::Key("secretGenerator".to_owned()))
                {
                    finding.severity = Severity::Warn;
                }
                found.push(finding);
            }
        }
        for reference in flux::paths(unit.node).into_iter().chain(argocd::paths(unit.node)) {
            let violation = self.path(scope, unit, reference)?;
            found.extend(violation.map(|violation| file.finding(ID, unit, violation)));
        }
        for mut finding in found {
            enforce(&mut finding, self.config.enforce);
            findings.push(finding);
        }
        Ok(())
    }

    fn affected(
        &self,
        scope: &Scope<'_>,
        _before: &dyn Surroundings,
        changes: &[Change],
    ) -> Result<Vec<RepoPath>, RuleError> {
        let gone: Vec<&Change> = changes.iter().filter(|change| change.after.is_none()).collect();
        if gone.is_empty() {
            return Ok(Vec::new());
        }
        // With a file its folder may go, or what made the folder one that can be built.
        let (mut near, mut vanished) = (BTreeSet::new(), BTreeSet::new());
        for change in gone {
            let mut above = Some(change.path.clone());
            while let Some(path) = above {
                above = path.parent();
                let text = path.to_text();
                match scope.tree.at(&text)? {
                    // The folder stands: a kustomization may be gone from it.
                    Some(At::Folder | At::Elsewhere) => {
                        near.insert(text);
                        break;
                    }
                    // A file where a folder was is as good as nothing.
                    Some(At::File) | None => vanished.insert(text),
                };
            }
        }
        let mut affected = BTreeSet::new();
        let kustomized = scope.tree.kustomized()?;
        for path in near.iter().chain(&vanished) {
            affected.extend(kustomized.of(path).map(|(kustomization, _)| RepoPath::new(kustomization)));
        }
        affected.extend(scope.tree.pointing_at(&|path| vanished.contains(path))?);
        Ok(affected.into_iter().collect())
    }
}
