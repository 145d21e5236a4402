//! Secrets that come in unencrypted: `check: plaintext-secret`.

use super::{FileText, Rule, RuleError, Scope, enforce, selects_path, selects_ref};
use crate::{
    config::RuleConfig,
    document::{Span, Unit},
    git::RefName,
    secret,
    verdict::{Excerpt, Finding, Place, Severity},
};

/// Id of the rule.
pub const ID: &str = "plaintext-secret";

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
        for unit in units {
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
            let mut finding = Finding::new(ID, format!("{} in clear", one.what)).at(Place {
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
