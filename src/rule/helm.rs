//! Helm charts that Helm would refuse, and values that do not match their schema: `check: helm-chart`.

use super::{FileText, Rule, RuleError, Scope, Surroundings, enforce, selects, selects_path, selects_ref};
use crate::{
    config::RuleConfig,
    document::{
        Node, ParseLimits, Route, Span, Step, Unit, Value, Violation,
        format::{Format, parse},
    },
    git::{Change, RefName, RepoPath},
    gitops::{
        TreeError,
        helm::{self, Checked, Part},
    },
    verdict::{Finding, Place, Severity},
};

/// Id of the rule.
pub const ID: &str = "helm-chart";

/// How the reason of a schema that is none begins.
const UNUSABLE: &str = "the schema cannot be used";

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
                let place = file.place(unit, &Route::default());
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

    fn depends_on_tree(&self) -> bool {
        true
    }

    fn on_empty(&self, file: &FileText, findings: &mut Vec<Finding>) {
        if file.path.file_name() == b"Chart.yaml" && selects_path(&self.0.selection, &file.path) {
            let mut finding = Finding::new(ID, format!("{} is empty, which Helm refuses", file.path))
                .at(Place::file(file.path.clone()))
                .with_help("write `apiVersion`, `name` and `version`, or remove the file");
            enforce(&mut finding, self.0.enforce);
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
        // Of a file that is a list, the items are units; the first stands for all.
        let is_list = unit.route.0 == [Step::Index(0)];
        let first = unit.document == 0 && (unit.route.0.is_empty() || is_list);
        if !first || !selects(&self.0.selection, file, unit) {
            return Ok(());
        }
        let mut found = Vec::new();
        let name = file.path.file_name();
        if matches!(name, b"requirements.yaml" | b"Chart.yaml") || name.starts_with(b"values") {
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
                Some(chart) if chart.part == Part::Values && is_list => {
                    let violation = Violation::of_value(Route::default(), "values have to be a mapping, found a list");
                    found.push(file.finding(ID, unit, violation.with_help("give each value a name")));
                }
                Some(chart) if chart.part == Part::Schema => {
                    let nothing = Node { value: Value::Null, span: Span::default() };
                    if let Checked::NotChecked(reason) = helm::check_values(&nothing, unit.node, None) {
                        let unusable = reason.starts_with(UNUSABLE);
                        let mut finding = file.finding(ID, unit, Violation::of_value(Route::default(), reason));
                        finding.help = Some("values are not compared with it".to_owned());
                        // Helm refuses what it cannot use; the rest is only too much to be checked here.
                        finding.severity = if unusable { Severity::Deny } else { Severity::Info };
                        found.push(finding);
                    }
                }
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
    fn affected(
        &self,
        scope: &Scope<'_>,
        _before: &dyn Surroundings,
        changes: &[Change],
    ) -> Result<Vec<RepoPath>, RuleError> {
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
