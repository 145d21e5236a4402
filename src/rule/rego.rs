//! Rules written in Rego: one entry of `rules` with `rego`.

use std::sync::{Arc, Mutex, PoisonError};

use regorus::Value as Rego;

use super::{FileText, Pair, Rule, RuleError, Scope, enforce, selects, selects_ref};
use crate::{
    config::{InputKind, RegoConfig, RuleConfig},
    document::{Identity, Route, Unit},
    git::{Oid, RefName},
    policy::{Evaluator, PolicySet, Violation, input_value},
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
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut evaluator = taken.unwrap_or_else(|| self.policies.evaluator(scope.time));
        let folder = file.path.parent().map(|folder| folder.to_text()).unwrap_or_default();
        let name = String::from_utf8_lossy(file.path.file_name()).into_owned();
        let outcome = evaluator
            .evaluate(&input.value, &input.document, Some((&name, &folder)))
            .map_err(|source| RuleError::Policy { path: file.path.clone(), source })?;
        idle().push(evaluator);
        for violation in outcome.violations {
            findings.push(self.finding(file, unit, violation));
        }
        Ok(())
    }

    fn finding(&self, file: &FileText, unit: &Unit<'_>, violation: Violation) -> Finding {
        let rule = self.policies.rules().get(violation.rule);
        let id = violation.id.or_else(|| rule.map(|rule| rule.id.clone())).unwrap_or_else(|| self.rego.path.clone());
        let place = match (violation.route, violation.line) {
            (Some(route), _) => file.place(unit, &route),
            (None, Some(line)) => line_place(file, unit, line),
            (None, None) => file.place(unit, &Route::default()),
        };
        let mut finding = Finding::new(id, violation.message).at(place);
        finding.help = violation.help.or_else(|| rule.and_then(|rule| rule.metadata.help.clone()));
        finding.resource.clone_from(&unit.identity);
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
    let start = file.source.offset(line, 1);
    let text = file.source.line(line);
    let indent = text.len() - text.trim_start().len();
    let span = crate::document::Span::new(start + indent, start + text.trim_end().len());
    Place {
        path: file.path.clone(),
        document: Some(unit.document),
        route: None,
        excerpt: Some(Excerpt { source: file.source.clone(), span, label: None, related: Vec::new() }),
    }
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
            InputKind::Document | InputKind::Change => Ok(()),
        }
    }

    fn compares(&self) -> bool {
        self.rego.input == InputKind::Change
    }

    fn depends_on_ref(&self) -> bool {
        self.rego.input == InputKind::Change
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
            InputKind::Change | InputKind::Document => Ok(()),
        }
    }
}

/// An object of a policy's input.
fn object<const N: usize>(fields: [(&str, Rego); N]) -> Rego {
    Rego::from(
        fields.into_iter().map(|(key, value)| (Rego::from(key), value)).collect::<std::collections::BTreeMap<_, _>>(),
    )
}

fn text(text: Option<&str>) -> Rego {
    text.map_or(Rego::Null, Rego::from)
}

/// What a policy with `input: change` sees.
fn change_input(scope: &Scope<'_>, pair: &Pair<'_>) -> Input {
    let shown = pair.shown();
    let side = |side: Option<super::Side<'_>>| side.map_or(Rego::Null, |side| input_value(side.unit.node));
    let (old, new) = (side(pair.before()), side(pair.after()));
    let document = if pair.after().is_some() { new.clone() } else { old.clone() };
    let id = |id: Option<Oid>| id.map_or(Rego::Null, |id| Rego::from(id.to_string().as_str()));
    let pusher =
        object([("name", Rego::from(scope.pusher.name.as_str())), ("id", Rego::from(u64::from(scope.pusher.uid)))]);
    let options = Rego::from(scope.options.iter().map(|option| Rego::from(option.as_str())).collect::<Vec<_>>());
    let value = object([
        ("path", Rego::from(shown.file.path.to_text().as_str())),
        ("old_path", pair.before().map_or(Rego::Null, |old| Rego::from(old.file.path.to_text().as_str()))),
        ("change", Rego::from(pair.kind().name())),
        ("format", Rego::from(shown.file.format)),
        ("resource", pair.identity().map_or(Rego::Null, resource)),
        ("old", old.clone()),
        ("new", new.clone()),
        ("push", object([("pusher", pusher.clone()), ("options", options)])),
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

fn resource(identity: &Identity) -> Rego {
    object([
        ("kind", Rego::from(identity.kind.as_str())),
        ("group", Rego::from(identity.group.as_str())),
        ("namespace", text(identity.namespace.as_deref())),
        ("name", Rego::from(identity.name.as_str())),
    ])
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
