//! Secrets that come in unencrypted: `check: plaintext-secret`.

use std::collections::BTreeSet;

use super::{FileText, Rule, RuleError, Scope, Surroundings, enforce, read_if_small, selects_path, selects_ref};
use crate::{
    config::RuleConfig,
    document::{Role, Span, Step, Unit, Violation, format::Format},
    git::{Change, RefName, RepoPath},
    gitops::kustomize::{self, Role as Referred, Target},
    iac::{self, Kind, terraform},
    secret::{self, Settings},
    text::shortened,
    verdict::{Excerpt, Finding, Place, Severity},
};

/// Id of the rule.
pub const ID: &str = "plaintext-secret";

/// What the settings in a document are for; `None` where names of fields say nothing of secrets.
fn settings(path: &str, format: &str, root: &Unit<'_>) -> Option<Settings> {
    match iac::kind_of(path, root.node) {
        Some(Kind::Terraform(terraform::Kind::State | terraform::Kind::Plan)) => Some(Settings::TerraformState),
        Some(Kind::Terraform(_)) => Some(Settings::Terraform),
        Some(Kind::CloudFormation) => Some(Settings::CloudFormation),
        Some(Kind::Ansible(_)) => Some(Settings::Ansible),
        Some(Kind::Compose) => Some(Settings::Compose),
        None => settings_of_format(format, path),
    }
}

fn settings_of_format(format: &str, path: &str) -> Option<Settings> {
    match format {
        "hcl" => Some(Settings::Terraform),
        "inventory" => Some(Settings::Ansible),
        "dockerfile" => Some(Settings::Dockerfile),
        "dotenv" | "ini" => Some(Settings::Flat),
        "toml" | "properties" | "hocon" | "xml" | "edn" => Some(Settings::Tree),
        _ if is_of_application(path) => Some(Settings::Tree),
        _ => None,
    }
}

/// Whether a YAML or JSON file holds the settings of a program, by the name that its framework looks for.
fn is_of_application(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let begins =
        |word: &str| stem.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']));
    match extension {
        "yml" | "yaml" => begins("application") || begins("bootstrap") || stem == "database",
        "json" => begins("appsettings"),
        _ => false,
    }
}

/// `check: plaintext-secret` of one entry of `rules`.
pub struct PlaintextSecrets(RuleConfig);

impl PlaintextSecrets {
    pub(super) fn new(config: RuleConfig) -> Self {
        Self(config)
    }
}

impl Rule for PlaintextSecrets {
    fn selects_ref(&self, name: &RefName) -> bool {
        selects_ref(&self.0.selection, name)
    }

    fn depends_on_tree(&self) -> bool {
        true
    }

    /// The inputs of a `secretGenerator` that lie in the repository in clear.
    fn on_unit(
        &self,
        scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        let path = file.path.to_text();
        let judged = selects_path(&self.0.selection, &file.path) && !file.template && unit.route.0.is_empty();
        if !judged || !kustomize::is_kustomization(&path, unit.node) {
            return Ok(());
        }
        for reference in kustomize::references(&path, unit.node) {
            let Target::Local(target) = &reference.target else { continue };
            let of_secret = reference.route.0.first() == Some(&Step::Key("secretGenerator".to_owned()));
            if !of_secret || reference.role != Referred::GeneratorInput {
                continue;
            }
            let Some(content) = scope.tree.read(target)? else { continue };
            if !secret::is_clear_input(&content) {
                continue;
            }
            // Without its folder: it is the same one when both move.
            let name = target.rsplit('/').next().unwrap_or(target);
            let message = format!("`{}` goes into a Secret and lies in the repository in clear", shortened(name, 80));
            let help = "encrypt it, or leave it out of the repository and make a new secret: this one was sent";
            let mut finding = file.finding(ID, unit, Violation::of_value(reference.route, message).with_help(help));
            enforce(&mut finding, self.0.enforce);
            findings.push(finding);
        }
        Ok(())
    }

    /// The kustomizations that make secrets of files that came in.
    fn affected(
        &self,
        scope: &Scope<'_>,
        _before: &dyn Surroundings,
        changes: &[Change],
    ) -> Result<Vec<RepoPath>, RuleError> {
        // Kustomize takes inputs from its folder or below.
        let mut folders = BTreeSet::new();
        for change in changes.iter().filter(|change| change.after.is_some()) {
            let mut folder = change.path.parent().unwrap_or_else(|| RepoPath::new(""));
            while folders.insert(folder.clone()) && !folder.as_bytes().is_empty() {
                folder = folder.parent().unwrap_or_else(|| RepoPath::new(""));
            }
        }
        let mut affected = Vec::new();
        for path in folders.iter().flat_map(|folder| kustomize::NAMES.map(|name| folder.join(name))) {
            let text = read_if_small(scope.tree, &path.to_text())?.unwrap_or_default();
            if String::from_utf8_lossy(&text).contains("secretGenerator") {
                affected.push(path);
            }
        }
        Ok(affected)
    }

    fn reads_text(&self) -> bool {
        true
    }

    fn on_text(
        &self,
        _scope: &Scope<'_>,
        file: &FileText,
        units: &[&Unit<'_>],
        findings: &mut Vec<Finding>,
    ) -> Result<Vec<Span>, RuleError> {
        let selection = &self.0.selection;
        if !selects_path(selection, &file.path) {
            return Ok(Vec::new());
        }
        let mut found = secret::in_text(file.source.text());
        let mut resources = Vec::new();
        let path = file.path.to_text();
        // A template, or broken: its lines say what they say.
        if file.format == "text"
            && let Some(settings) = Format::detect(&path).and_then(|format| settings_of_format(format.name(), &path))
        {
            found.extend(secret::in_lines(settings, &path, file.source.text()));
        }
        for unit in units.iter().filter(|unit| unit.route.0.is_empty()) {
            let Some(settings) = settings(&path, file.format, unit) else { continue };
            let of_file = secret::in_settings(settings, &path, unit.node);
            resources.extend(of_file.iter().map(|one| (one.span, *unit)));
            found.extend(of_file);
        }
        for unit in units.iter().filter(|unit| unit.role == Role::Judged) {
            let is_root = |other: &&&Unit<'_>| other.document == unit.document && other.route.0.is_empty();
            let root = units.iter().find(is_root).map_or(unit.node, |root| root.node);
            let of_unit = secret::in_manifest(unit, root);
            resources.extend(of_unit.iter().map(|one| (one.span, *unit)));
            found.extend(of_unit);
        }
        let mut hidden = Vec::new();
        for one in secret::merged(found) {
            let unit = resources.iter().find(|(span, _)| *span == one.span).map(|(_, unit)| *unit);
            let kind = unit.and_then(Unit::kind);
            if selection.kinds.as_ref().is_some_and(|kinds| !kinds.iter().any(|wanted| Some(wanted.as_str()) == kind)) {
                continue;
            }
            let excerpt = Excerpt { source: file.source.clone(), span: one.span, label: None, related: Vec::new() };
            let mut route = unit.map(|unit| unit.route.clone());
            if let Some((route, below)) = route.as_mut().zip(one.route) {
                route.0.extend(below.0);
            }
            let mut finding = Finding::new(
                ID,
                if one.what.ends_with("not encrypted") { one.what } else { format!("{} in clear", one.what) },
            )
            .at(Place {
                path: file.path.clone(),
                document: unit.map(|unit| unit.document),
                route,
                excerpt: Some(excerpt),
            });
            finding.resource = unit.and_then(|unit| unit.identity.clone());
            finding.help = Some(one.help);
            finding.subject = Some(one.fingerprint);
            if !one.certain {
                finding.severity = Severity::Warn;
            }
            enforce(&mut finding, self.0.enforce);
            findings.push(finding);
            hidden.push(one.span);
        }
        Ok(hidden)
    }
}
