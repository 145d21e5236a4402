//! Rules written in Rego: one entry of `rules` with `rego`.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

pub(super) use regorus::Value as Rego;

use super::{
    FileText, Gathered, Overview, Pair, Rule, RuleError, Scope, UpdateOverview, Wanted, enforce,
    push::{self, id, object, pushed, resource, text},
    selects, selects_path, selects_ref,
};
use crate::{
    config::{Compat, InputKind, RegoConfig, RuleConfig},
    document::{Identity, Route, Source, Step, Unit},
    git::{RefName, RepoPath},
    policy::{BuiltinError, EvalError, Evaluator, Outcome, PolicySet, Violation, input_value},
    verdict::{Excerpt, Finding, Place, Severity},
};

/// One entry of `rules`.
pub struct RegoRule {
    pub(super) config: RuleConfig,
    pub(super) rego: RegoConfig,
    policies: Arc<PolicySet>,
    /// Evaluators that no thread uses at the moment.
    idle: Mutex<Vec<Evaluator>>,
}

/// Where something that a policy says is.
pub(super) struct Spot {
    pub(super) place: Option<Place>,
    pub(super) resource: Option<Identity>,
    /// What else the policy points at.
    pub(super) elsewhere: Option<String>,
}

impl RegoRule {
    pub(super) fn new(config: RuleConfig, rego: RegoConfig, policies: Arc<PolicySet>) -> Self {
        Self { config, rego, policies, idle: Mutex::new(Vec::new()) }
    }

    fn selects(&self, file: &FileText, unit: &Unit<'_>) -> bool {
        // What is unpacked from a list of manifests, conftest never sees.
        let unpacked = || unit.route.0.iter().any(|step| matches!(step, Step::Key(_)));
        selects(&self.config.selection, file, unit) && !(self.rego.compat == Some(Compat::Conftest) && unpacked())
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
        let folder = self.folder(&file.path.parent().map(|folder| folder.to_text()).unwrap_or_default());
        let name = String::from_utf8_lossy(file.path.file_name()).into_owned();
        let failed = |source| RuleError::Policy { path: file.path.clone(), source };
        let outcome = self.evaluate(scope, input, Some((&name, &folder)), failed)?;
        if self.policies.tells_builtin_errors() {
            findings.extend(outcome.builtin_errors.iter().map(|error| self.note(file, unit, error)));
        }
        self.tell(outcome, &|violation| spot(file, unit, violation), findings);
        Ok(())
    }

    /// A folder as `data.conftest.file.dir` has it.
    pub(super) fn folder(&self, folder: &str) -> String {
        match &self.rego.alone {
            Some(alone) if folder.is_empty() => alone.folder.clone(),
            Some(alone) => Path::new(&alone.folder).join(folder).display().to_string(),
            None => folder.to_owned(),
        }
    }

    /// Evaluates the policies over one input. `file` is what `data.conftest.file` says.
    pub(super) fn evaluate(
        &self,
        scope: &Scope<'_>,
        input: &Input,
        file: Option<(&str, &str)>,
        failed: impl FnOnce(EvalError) -> RuleError,
    ) -> Result<Outcome, RuleError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut evaluator = taken.unwrap_or_else(|| self.policies.evaluator(scope.time));
        evaluator.set_time(scope.time);
        if self.policies.reads().inventory {
            evaluator.set_inventory(Some(scope.tree.inventory()?));
        }
        let outcome = evaluator.evaluate(&input.value, &input.document, file).map_err(failed)?;
        idle().push(evaluator);
        Ok(outcome)
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

    /// A builtin that failed: no finding about the document, but maybe why there is none.
    fn note(&self, file: &FileText, unit: &Unit<'_>, error: &BuiltinError) -> Finding {
        let rule = self.policies.rules().get(error.rule);
        let id = rule.map_or_else(|| self.rego.path.clone(), |rule| rule.id.clone());
        let message = format!("`{}` is undefined at {}:{}: {}", error.name, error.source, error.line, error.message);
        let mut finding = Finding::new(id, message).at(file.place(unit, &Route::default()));
        finding.resource.clone_from(&unit.identity);
        finding.severity = Severity::Info;
        finding
    }

    /// Makes findings of what the policies say: what counts, what an exception waived, and what conftest counts as
    /// passed. `spot` says where a violation is, or all of what was judged.
    pub(super) fn tell(
        &self,
        outcome: Outcome,
        spot: &dyn Fn(Option<&Violation>) -> Spot,
        findings: &mut Vec<Finding>,
    ) {
        let at = |violation: Violation| {
            let Spot { place, resource, elsewhere } = spot(Some(&violation));
            let mut finding = self.about(violation);
            (finding.place, finding.resource) = (place, resource);
            finding.help = finding.help.or(elsewhere);
            finding
        };
        findings.extend(outcome.violations.into_iter().map(at));
        for exception in outcome.exceptions {
            let name = exception.suffix;
            let by = if name.is_empty() { "an exception".to_owned() } else { format!("the exception `{name}`") };
            findings.extend(exception.waived.into_iter().map(at).map(|mut finding| {
                finding.severity = Severity::Info;
                finding.waiver = Some(by.clone());
                finding
            }));
        }
        for passed in outcome.passed {
            let Some(rule) = self.policies.rules().get(passed.rule) else { continue };
            let Spot { place, resource, .. } = spot(None);
            let message = format!("{}: passed, as conftest counts it", passed.what);
            let mut finding = Finding::new(rule.id.clone(), message);
            finding.severity = Severity::Info;
            (finding.place, finding.resource) = (place, resource);
            findings.push(finding);
        }
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

/// Where a violation in a unit is: where the policy says, else the whole unit.
pub(super) fn spot(file: &FileText, unit: &Unit<'_>, violation: Option<&Violation>) -> Spot {
    let (route, line) = violation.map_or((None, None), |violation| (violation.route.as_ref(), violation.line));
    let named = violation.and_then(|violation| violation.file.as_deref());
    let other = named.filter(|named| !is_same_file(named, &file.path.to_text()));
    let whole = || file.place(unit, &Route::default());
    let place = match (route, line) {
        (Some(route), _) => file.place(unit, route),
        (None, Some(line)) if other.is_none() => line_place(file, unit, line),
        (None, Some(_) | None) => whole(),
    };
    let elsewhere = other.map(|other| match line {
        Some(line) => format!("the policy points at {other}:{line}"),
        None => format!("the policy points at {other}"),
    });
    Spot { place: Some(place), resource: unit.identity.clone(), elsewhere }
}

/// Whether a policy means a file by a name: as it is, or told from another folder.
pub(super) fn is_same_file(named: &str, path: &str) -> bool {
    let below =
        |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    let (named, path) = (named.trim_start_matches("./"), path.trim_start_matches("./"));
    !named.is_empty() && (below(named, path) || below(path, named))
}

/// What a policy is given, and the document in it that paths lead into.
pub(super) struct Input {
    pub(super) value: Rego,
    pub(super) document: Rego,
}

/// The place of a line that the policy names itself.
pub(super) fn line_place(file: &FileText, unit: &Unit<'_>, line: usize) -> Place {
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
            InputKind::Document | InputKind::Documents | InputKind::Change | InputKind::Push => Ok(()),
        }
    }

    fn gathers(&self, path: &RepoPath) -> bool {
        self.rego.input == InputKind::Documents && selects_path(&self.config.selection, path)
    }

    fn on_all(&self, scope: &Scope<'_>, all: &[Gathered<'_>], findings: &mut Vec<Finding>) -> Result<(), RuleError> {
        self.judge_all(scope, all, findings)
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
        for violation in self.evaluate(scope, &input, None, RuleError::PushPolicy)?.violations {
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
            InputKind::Change | InputKind::Document | InputKind::Documents | InputKind::Push => Ok(()),
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
