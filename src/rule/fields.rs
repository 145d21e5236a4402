//! Fields that may change only in some way: `immutability.fields`.

use std::borrow::Cow;

use super::{Pair, Rule, RuleError, Scope, Side, breach, enforce, selects_pair};
use crate::{
    config::{FieldPart, FieldRule, Motion, Transition},
    document::{Node, Route},
    git::RefName,
    immutability::{Breach, Objection, Sort, Unknown, is_absent, is_written_alike, judge, select, words::dotted},
    kubernetes::normal,
    verdict::{Finding, Severity},
};

/// Id of the rule.
pub const ID: &str = "immutable-field";
/// Id of what is said where nobody can know whether a field changes.
pub const UNDECIDABLE: &str = "undecidable";

/// One entry of `immutability.fields`.
pub struct FieldImmutability(FieldRule);

impl FieldImmutability {
    pub(super) fn new(rule: FieldRule) -> Self {
        Self(rule)
    }

    /// What it has to say, whether or not its condition holds.
    fn judge(&self, pair: &Pair<'_>) -> Vec<Finding> {
        // The server keeps it as `data`.
        let as_written = self.0.path.parts().first() == Some(&FieldPart::Key("stringData".to_owned()));
        let (old, new) = (Object::of(pair.before(), as_written), Object::of(pair.after(), as_written));
        let named = new.named.or(old.named);
        let sort =
            |route: &Route| named.map_or(Sort::Plain, |(api_version, kind)| normal::sort(api_version, kind, route));
        let kind = pair.identity().map(|identity| identity.kind.as_str());
        let mut findings = Vec::new();
        for selected in select(&self.0.path, old.node.as_deref(), new.node.as_deref(), &sort) {
            let has_states = match &self.0.transition {
                Transition::States(_) => true,
                Transition::Motion(_) | Transition::Only(_) => false,
            };
            // What was not written was not set, whatever is put in its place.
            let written = pair.before().map(|side| selected.spot.old_route.locate(side.unit.node));
            let was_set = written.is_some_and(|written| written.exact && !is_absent(written.node));
            if self.0.transition == Transition::Motion(Motion::SetOnce) && !was_set {
                continue;
            }
            // What is in something new has not changed; but it may begin in a state that there is not.
            if selected.is_fresh && !has_states {
                continue;
            }
            let outcome = judge(&self.0.transition, selected.spot, kind, &sort);
            findings.extend(outcome.objections.into_iter().map(|objection| self.refuse(objection, pair)));
            findings.extend(outcome.unknown.into_iter().map(|unknown| tell(unknown, pair)));
        }
        findings
    }

    fn refuse(&self, objection: Objection<'_>, pair: &Pair<'_>) -> Finding {
        let Objection { comparison, allowed, values, help } = objection;
        let (field, subject) = (dotted(comparison.spot.shown()), breach::subject(pair));
        let values = values.filter(|_| !breach::is_hidden(pair, &comparison.spot));
        let values = values.map(|values| format!(": {values}")).unwrap_or_default();
        let help = self.0.help.clone().unwrap_or(help);
        breach::finding(Breach::of(ID, &comparison, format!("{field} of {subject} {allowed}{values}"), help), pair)
    }
}

/// One side as it would be kept.
struct Object<'a> {
    node: Option<Cow<'a, Node>>,
    /// `apiVersion` and kind, of an object of Kubernetes.
    named: Option<(&'a str, &'a str)>,
}

impl<'a> Object<'a> {
    fn of(side: Option<Side<'a>>, as_written: bool) -> Self {
        let Some(Side { unit, .. }) = side else { return Self { node: None, named: None } };
        let is_object = unit.identity.as_ref().is_some_and(|identity| !identity.is_of_tool());
        let api_version = unit.node.get("apiVersion").and_then(Node::as_str).filter(|_| is_object);
        let named = api_version.zip(unit.kind());
        let node = match named {
            Some((api_version, kind)) if !as_written => normal::normalized(api_version, kind, unit.node),
            Some(_) | None => Cow::Borrowed(unit.node),
        };
        Self { node: Some(node), named }
    }
}

/// A warning that nobody can know here whether a field changes.
fn tell(unknown: Unknown<'_>, pair: &Pair<'_>) -> Finding {
    let Unknown { spot, why, discreet, help } = unknown;
    let why = if breach::is_hidden(pair, &spot) { discreet } else { why };
    let (field, subject) = (dotted(spot.shown()), breach::subject(pair));
    let breach = Breach {
        rule: UNDECIDABLE,
        severity: Severity::Warn,
        route: spot.shown().clone(),
        before: spot.before,
        after: spot.after,
        edited: Some(spot),
        message: format!("{field} of {subject} {why}"),
        label: None,
        help: help.to_owned(),
    };
    breach::finding(breach, pair)
}

impl Rule for FieldImmutability {
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
        let judges = match (pair, &self.0.transition) {
            (Pair::Both { .. }, _) | (Pair::Added(_), Transition::States(_)) => true,
            (Pair::Added(_), Transition::Motion(_) | Transition::Only(_)) | (Pair::Deleted(_), _) => false,
        };
        let is_untouched = match pair {
            Pair::Both { old, new } => is_written_alike(old.unit.node, new.unit.node),
            Pair::Added(_) | Pair::Deleted(_) => false,
        };
        if !judges || is_untouched || !selects_pair(&self.0.selection, pair) {
            return Ok(());
        }
        let mut found = self.judge(pair);
        if found.is_empty() {
            return Ok(());
        }
        if let Some(condition) = &self.0.when {
            let (old, new) = (pair.before().map(|side| side.unit.node), pair.after().map(|side| side.unit.node));
            let failed = |source| RuleError::Policy { path: pair.shown().file.path.clone(), source };
            let holds = condition.holds(old, new, scope.time).map_err(failed)?;
            if !holds {
                return Ok(());
            }
        }
        for finding in &mut found {
            enforce(finding, self.0.enforce);
        }
        findings.append(&mut found);
        Ok(())
    }
}
