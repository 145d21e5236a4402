//! Kustomizations that kustomize would refuse: `check: kustomization`.

use super::{FileText, Rule, RuleError, Scope, enforce, selects, selects_path, selects_ref};
use crate::{
    config::{FileAction, FileRule, RuleConfig},
    document::{Unit, Violation, format::Format},
    git::{RefName, RepoPath},
    gitops::{
        At, TreeError,
        kustomize::{self, Role, Target},
    },
    text::shortened,
    verdict::{Finding, Place, Severity},
};

/// Id of the rule.
pub const ID: &str = "kustomization";
/// Id of what is said of bases from elsewhere.
pub const REMOTE: &str = "remote-base";

/// `check: kustomization` of one entry of `rules`.
pub struct Kustomizations {
    config: RuleConfig,
    /// Which files are declarative.
    files: Vec<FileRule>,
}

impl Kustomizations {
    pub(super) fn new(config: RuleConfig, files: &[FileRule]) -> Self {
        Self { config, files: files.to_vec() }
    }

    /// Kustomize takes files of any name as manifests; those whose names do not say so are judged by
    /// nobody.
    fn unjudged(&self, scope: &Scope<'_>, path: &str, unit: &Unit<'_>) -> Result<Vec<Violation>, TreeError> {
        let mut found = Vec::new();
        for reference in kustomize::references(path, unit.node) {
            let manifests = match reference.role {
                Role::Resource | Role::Patch | Role::JsonPatch => true,
                Role::Component
                | Role::GeneratorInput
                | Role::Plugin
                | Role::Config
                | Role::HelmValues
                | Role::HelmChart => false,
            };
            let Target::Local(target) = reference.target else { continue };
            let file = RepoPath::new(target.as_str());
            let rule = self.files.iter().find(|rule| rule.matches.matches(file.as_bytes())).map(|rule| &rule.action);
            let judged = match rule {
                // That it is left out is somebody's decision.
                Some(FileAction::Ignore | FileAction::Format(_)) => true,
                None => Format::detect(&target).is_some_and(Format::holds_manifests),
            };
            if manifests && !judged && scope.tree.at(&target)? == Some(At::File) {
                let message = format!("`{}` is applied but not judged", shortened(&target, 80));
                let help = "let its name end in .yaml, or have it listed under `files` with its format";
                found.push(Violation::of_value(reference.route, message).with_help(help));
            }
        }
        Ok(found)
    }
}

impl Rule for Kustomizations {
    fn selects_ref(&self, name: &RefName) -> bool {
        selects_ref(&self.config.selection, name)
    }

    fn depends_on_tree(&self) -> bool {
        true
    }

    fn on_empty(&self, file: &FileText, findings: &mut Vec<Finding>) {
        let is_one = kustomize::NAMES.iter().any(|name| file.path.file_name() == name.as_bytes());
        if is_one && selects_path(&self.config.selection, &file.path) {
            let mut finding = Finding::new(ID, format!("{} is empty, which kustomize refuses", file.path))
                .at(Place::file(file.path.clone()))
                .with_help("list `resources`, or remove the file");
            enforce(&mut finding, self.config.enforce);
            findings.push(finding);
        }
    }

    fn on_unit(
        &self,
        scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        // Other tools would not find such a file either; nothing can be said of what it points at.
        let Ok(path) = std::str::from_utf8(file.path.as_bytes()).map(str::to_owned) else { return Ok(()) };
        let judged = selects(&self.config.selection, file, unit) && !file.template && unit.route.0.is_empty();
        if !judged || !kustomize::is_kustomization(&path, unit.node) {
            return Ok(());
        }
        let unjudged = self.unjudged(scope, &path, unit)?;
        for violation in kustomize::validate(unit.node).into_iter().chain(unjudged) {
            let mut finding = file.finding(ID, unit, violation);
            enforce(&mut finding, self.config.enforce);
            findings.push(finding);
        }
        for remote in kustomize::remote(&path, unit.node) {
            let mut finding = file.finding(REMOTE, unit, remote.violation);
            // Whether it has to be pinned is said by `pins`.
            finding.severity = Severity::Info;
            findings.push(finding);
        }
        Ok(())
    }
}
