//! Helm charts that Helm would refuse, and values that do not match their schema: `check: helm-chart`.

use super::{FileText, Rule, RuleError, Scope, enforce, selects, selects_ref};
use crate::{
    config::RuleConfig,
    document::{
        Node, ParseLimits, Unit,
        format::{Format, parse},
    },
    git::{Change, RefName, RepoPath},
    gitops::{
        TreeError,
        helm::{self, Checked, Part},
    },
    verdict::{Finding, Severity},
};

/// Id of the rule.
pub const ID: &str = "helm-chart";

/// `check: helm-chart` of one entry of `rules`.
pub struct Charts(RuleConfig);

impl Charts {
    pub(super) fn new(config: RuleConfig) -> Self {
        Self(config)
    }

    /// Compares values with the schema beside them.
    fn values(
        scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        chart: &str,
        findings: &mut Vec<Finding>,
    ) -> Result<(), TreeError> {
        let chart = RepoPath::new(chart);
        // A schema that cannot be read is a finding where it is changed.
        let Some(schema) = read(scope, &chart.join("values.schema.json"), Format::Json)? else { return Ok(()) };
        let metadata = read(scope, &chart.join("Chart.yaml"), Format::Yaml)?;
        match helm::check_values(unit.node, &schema, metadata.as_ref()) {
            Checked::Done(violations) => {
                findings.extend(violations.into_iter().map(|violation| file.finding(ID, unit, violation)));
            }
            Checked::NotChecked(reason) => {
                let place = file.place(unit, &crate::document::Route::default());
                let mut finding = Finding::new(ID, format!("the values are not compared with their schema: {reason}"));
                finding.severity = Severity::Info;
                findings.push(finding.at(place));
            }
        }
        Ok(())
    }
}

fn read(scope: &Scope<'_>, path: &RepoPath, format: Format) -> Result<Option<Node>, TreeError> {
    let Some(bytes) = scope.tree.read(&path.to_text())? else { return Ok(None) };
    let parsed = parse(format, &bytes, &ParseLimits::default());
    let sound = !parsed.problems.iter().any(|problem| problem.kind.is_fatal());
    Ok(parsed.documents.into_iter().next().filter(|_| sound).map(|document| document.root))
}

impl Rule for Charts {
    fn selects_ref(&self, name: &RefName) -> bool {
        selects_ref(&self.0.selection, name)
    }

    fn on_unit(
        &self,
        scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        let path = file.path.to_text();
        if !selects(&self.0.selection, &file.path, unit) || !unit.route.0.is_empty() || unit.document > 0 {
            return Ok(());
        }
        let mut found = Vec::new();
        let name = file.path.file_name();
        if name == b"requirements.yaml" || name == b"Chart.yaml" || name.starts_with(b"values") {
            let described = |complaints: Vec<helm::Complaint>| {
                let one = |complaint: helm::Complaint| {
                    let mut finding = file.finding(ID, unit, complaint.violation);
                    if !complaint.refused {
                        finding.severity = Severity::Warn;
                    }
                    finding
                };
                complaints.into_iter().map(one).collect::<Vec<_>>()
            };
            match helm::chart_of(&path, scope.tree)? {
                Some(chart) if chart.part == Part::Metadata => found.extend(described(helm::validate(unit.node))),
                Some(chart) if chart.part == Part::Values => {
                    Self::values(scope, file, unit, &chart.chart, &mut found)?;
                }
                None if name == b"requirements.yaml" && is_chart(scope, &file.path)? => {
                    found.extend(described(helm::requirements(unit.node)));
                }
                Some(_) | None => {}
            }
        }
        for mut finding in found {
            enforce(&mut finding, self.0.enforce);
            findings.push(finding);
        }
        Ok(())
    }

    /// The values beside schemas that changed.
    fn affected(&self, scope: &Scope<'_>, changes: &[Change]) -> Result<Vec<RepoPath>, RuleError> {
        let mut affected = Vec::new();
        for change in changes.iter().filter(|change| change.path.file_name() == b"values.schema.json") {
            let folder = change.path.parent().unwrap_or_else(|| RepoPath::new(""));
            let names = scope.tree.list(&folder.to_text())?;
            affected.extend(names.iter().filter(|name| name.starts_with("values")).map(|name| folder.join(name)));
        }
        Ok(affected)
    }
}

fn is_chart(scope: &Scope<'_>, path: &RepoPath) -> Result<bool, TreeError> {
    let folder = path.parent().unwrap_or_else(|| RepoPath::new(""));
    Ok(scope.tree.at(&folder.join("Chart.yaml").to_text())?.is_some())
}
