//! Rules written in Rego: one entry of `rules` with `rego`.

use std::sync::{Arc, Mutex, PoisonError};

pub(super) use regorus::Value as Rego;

use super::{
    FileText, Overview, Pair, Rule, RuleError, Scope, UpdateOverview, Wanted, enforce,
    push::{self, id, object, pushed, resource, text},
    selects, selects_path, selects_ref,
};
use crate::{
    config::{InputKind, RegoConfig, RuleConfig},
    document::{Route, Source, Unit},
    git::{RefName, RepoPath},
    policy::{EvalError, Evaluator, PolicySet, Violation, input_value},
    verdict::{Excerpt, Finding, Place, Severity},
};

/// One entry of `rules`.
pub struct RegoRule {
    config: RuleConfig,
    rego: RegoConfig,
    policies: Arc<PolicySet>,
    /// Evaluators that no thread uses at the moment.
    idle: Mutex<Vec<Evaluator>>,
}

impl RegoRule {
    pub(super) fn new(config: RuleConfig, rego: RegoConfig, policies: Arc<PolicySet>) -> Self {
        Self { config, rego, policies, idle: Mutex::new(Vec::new()) }
    }

    fn selects(&self, file: &FileText, unit: &Unit<'_>) -> bool {
        selects(&self.config.selection, file, unit)
    }

    /// Evaluates the policies over one input; the findings are about the unit.
    fn judge(
        &self,
        scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        input: &Input,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        let folder = file.path.parent().map(|folder| folder.to_text()).unwrap_or_default();
        let name = String::from_utf8_lossy(file.path.file_name()).into_owned();
        let failed = |source| RuleError::Policy { path: file.path.clone(), source };
        for violation in self.evaluate(scope, input, Some((&name, &folder)), failed)? {
            findings.push(self.finding(file, unit, violation));
        }
        Ok(())
    }

    fn evaluate(
        &self,
        scope: &Scope<'_>,
        input: &Input,
        file: Option<(&str, &str)>,
        failed: impl FnOnce(EvalError) -> RuleError,
    ) -> Result<Vec<Violation>, RuleError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut evaluator = taken.unwrap_or_else(|| self.policies.evaluator(scope.time));
        if self.policies.reads().inventory {
            evaluator.set_inventory(Some(scope.tree.inventory()?));
        }
        let outcome = evaluator.evaluate(&input.value, &input.document, file).map_err(failed)?;
        idle().push(evaluator);
        Ok(outcome.violations)
    }

    /// A finding about the push as a whole, at the file that the policy names, if it names one.
    fn finding_of_push(&self, scope: &Scope<'_>, updates: &[&UpdateOverview], violation: Violation) -> Finding {
        let named = violation.file.clone().or_else(|| {
            let path = violation.metadata.get("path").and_then(serde_json::Value::as_str)?;
            let changes = updates.iter().flat_map(|update| &update.changes);
            changes.map(|change| change.path.to_text()).find(|known| known == path)
        });
        let place = named.map(|path| {
            let text = scope.tree.read(&path).ok().flatten();
            let source = text.map(|bytes| Arc::new(Source::new(String::from_utf8_lossy(&bytes).into_owned())));
            let excerpt = source.zip(violation.line).map(|(source, line)| line_excerpt(&source, line));
            Place { path: RepoPath::new(path), document: None, route: None, excerpt }
        });
        let mut finding = self.about(violation);
        finding.place = place;
        if let [update] = updates {
            finding.ref_name = Some(update.name.clone());
            finding.commit = update.new;
        }
        finding
    }

    fn finding(&self, file: &FileText, unit: &Unit<'_>, mut violation: Violation) -> Finding {
        let place = match (violation.route.take(), violation.line) {
            (Some(route), _) => file.place(unit, &route),
            (None, Some(line)) => line_place(file, unit, line),
            (None, None) => file.place(unit, &Route::default()),
        };
        let mut finding = self.about(violation).at(place);
        finding.resource.clone_from(&unit.identity);
        finding
    }

    /// A finding without a place.
    fn about(&self, violation: Violation) -> Finding {
        let rule = self.policies.rules().get(violation.rule);
        let id = violation.id.or_else(|| rule.map(|rule| rule.id.clone())).unwrap_or_else(|| self.rego.path.clone());
        let mut finding = Finding::new(id, violation.message);
        finding.help = violation.help.or_else(|| rule.and_then(|rule| rule.metadata.help.clone()));
        finding.severity = match rule.map(|rule| rule.severity) {
            Some(crate::policy::Severity::Deny) | None => Severity::Deny,
            Some(crate::policy::Severity::Warn) => Severity::Warn,
        };
        enforce(&mut finding, self.config.enforce);
        finding
    }
}

/// What a policy is given, and the document in it that paths lead into.
struct Input {
    value: Rego,
    document: Rego,
}

/// The place of a line that the policy names itself.
fn line_place(file: &FileText, unit: &Unit<'_>, line: usize) -> Place {
    let excerpt = Some(line_excerpt(&file.source, line));
    Place { path: file.path.clone(), document: Some(unit.document), route: None, excerpt }
}

fn line_excerpt(source: &Arc<Source>, line: usize) -> Excerpt {
    let start = source.offset(line, 1);
    let text = source.line(line);
    let indent = text.len() - text.trim_start().len();
    let span = crate::document::Span::new(start + indent, start + text.trim_end().len());
    Excerpt { source: source.clone(), span, label: None, related: Vec::new() }
}

impl Rule for RegoRule {
    fn selects_ref(&self, name: &RefName) -> bool {
        selects_ref(&self.config.selection, name)
    }

    fn on_unit(
        &self,
        scope: &Scope<'_>,
        file: &FileText,
        unit: &Unit<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        match self.rego.input {
            InputKind::Document if self.selects(file, unit) => {
                let document = input_value(unit.node);
                self.judge(scope, file, unit, &Input { value: document.clone(), document }, findings)
            }
            InputKind::Document | InputKind::Change | InputKind::Push => Ok(()),
        }
    }

    fn compares(&self) -> bool {
        self.rego.input == InputKind::Change
    }

    fn depends_on_ref(&self) -> bool {
        self.rego.input == InputKind::Change
    }

    fn depends_on_tree(&self) -> bool {
        self.policies.reads().inventory
    }

    fn wants_push(&self) -> Option<Wanted> {
        let reads = self.policies.reads();
        let wanted = Wanted { resources: reads.resources, inventory: reads.inventory };
        (self.rego.input == InputKind::Push).then_some(wanted)
    }

    fn on_push(
        &self,
        scope: &Scope<'_>,
        overview: &Overview<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        let updates: Vec<_> = overview.updates.iter().filter(|update| self.selects_ref(&update.name)).collect();
        let mut paths = updates.iter().flat_map(|update| &update.changes).map(|change| &change.path);
        let is_selected =
            self.config.selection.paths.is_none() || paths.any(|path| selects_path(&self.config.selection, path));
        if self.rego.input != InputKind::Push || updates.is_empty() || !is_selected {
            return Ok(());
        }
        let input = Input { value: push::input(scope, &updates), document: Rego::Undefined };
        for violation in self.evaluate(scope, &input, None, RuleError::PushPolicy)? {
            findings.push(self.finding_of_push(scope, &updates, violation));
        }
        Ok(())
    }

    fn on_pair(&self, scope: &Scope<'_>, pair: &Pair<'_>, findings: &mut Vec<Finding>) -> Result<(), RuleError> {
        let selected =
            [pair.before(), pair.after()].into_iter().flatten().any(|side| self.selects(side.file, side.unit));
        match self.rego.input {
            InputKind::Change if selected => {
                let shown = pair.shown();
                let input = change_input(scope, pair);
                self.judge(scope, shown.file, shown.unit, &input, findings)
            }
            InputKind::Change | InputKind::Document | InputKind::Push => Ok(()),
        }
    }
}

/// What a policy with `input: change` sees.
fn change_input(scope: &Scope<'_>, pair: &Pair<'_>) -> Input {
    let shown = pair.shown();
    let side = |side: Option<super::Side<'_>>| side.map_or(Rego::Null, |side| input_value(side.unit.node));
    let (old, new) = (side(pair.before()), side(pair.after()));
    let document = if pair.after().is_some() { new.clone() } else { old.clone() };
    let value = object([
        ("path", Rego::from(shown.file.path.to_text().as_str())),
        ("old_path", pair.before().map_or(Rego::Null, |old| Rego::from(old.file.path.to_text().as_str()))),
        ("change", Rego::from(pair.kind().name())),
        ("format", Rego::from(shown.file.format)),
        ("resource", pair.identity().map_or(Rego::Null, |identity| object(resource(identity)))),
        ("old", old.clone()),
        ("new", new.clone()),
        ("push", pushed(scope)),
        (
            "ref",
            object([
                ("name", text(scope.ref_name.map(RefName::as_str))),
                ("kind", Rego::from(scope.ref_kind())),
                ("old", id(scope.old)),
                ("new", id(scope.new)),
            ]),
        ),
        ("review", review(scope, pair, old, new)),
    ]);
    Input { value, document }
}

/// The change as the API server would put it to an admission webhook (`AdmissionRequest`).
fn review(scope: &Scope<'_>, pair: &Pair<'_>, old: Rego, new: Rego) -> Rego {
    let operation = match pair {
        Pair::Added(_) => "CREATE",
        Pair::Deleted(_) => "DELETE",
        Pair::Both { .. } => "UPDATE",
    };
    let Some(identity) = pair.identity() else { return Rego::Null };
    let api_version =
        pair.shown().unit.node.get("apiVersion").and_then(crate::document::Node::as_str).unwrap_or_default();
    let version = api_version.rsplit_once('/').map_or(api_version, |(_, version)| version);
    object([
        (
            "kind",
            object([
                ("group", Rego::from(identity.group.as_str())),
                ("version", Rego::from(version)),
                ("kind", Rego::from(identity.kind.as_str())),
            ]),
        ),
        ("name", Rego::from(identity.name.as_str())),
        ("namespace", text(identity.namespace.as_deref())),
        ("operation", Rego::from(operation)),
        ("object", new),
        ("oldObject", old),
        ("userInfo", object([("username", Rego::from(scope.pusher.name.as_str()))])),
    ])
}
