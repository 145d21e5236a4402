//! Policies that are given all documents at once: `input: documents`, the `--combine` of conftest.

use super::{
    FileText, RuleError, Scope,
    push::object,
    rego::{Input, Rego, RegoRule, Spot, is_same_file, line_place, spot},
    selects,
};
use crate::{
    document::{Route, Step, Unit},
    git::RepoPath,
    policy::{Violation, input_value},
    verdict::{Finding, Place},
};

/// What conftest calls all documents together.
const NAME: &str = "Combined";

/// A document among all that are judged together.
pub struct Gathered<'a> {
    /// The file.
    pub file: &'a FileText,
    /// The document: all of it, or an item where a file is one list.
    pub unit: Unit<'a>,
}

impl RegoRule {
    /// Evaluates the policies over all documents, which are in the order of their paths.
    pub(super) fn judge_all(
        &self,
        scope: &Scope<'_>,
        all: &[Gathered<'_>],
        findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        let selected: Vec<&Gathered<'_>> =
            all.iter().filter(|one| selects(&self.config.selection, one.file, &one.unit)).collect();
        let entry = |one: &&Gathered<'_>| {
            let path = Rego::from(one.file.path.to_text().as_str());
            object([("path", path), ("contents", input_value(one.unit.node))])
        };
        let value = Rego::from(selected.iter().map(entry).collect::<Vec<_>>());
        let input = Input { document: value.clone(), value };
        let failed = |source| RuleError::Policy { path: RepoPath::new("all documents together"), source };
        let outcome = self.evaluate(scope, &input, Some((NAME, &self.folder(""))), failed)?;
        self.tell(outcome, &|violation| spot_among(&selected, violation), findings);
        Ok(())
    }
}

/// Where a violation in all documents is: where its path leads, in the file that the policy names, or in the only one
/// there is.
fn spot_among(all: &[&Gathered<'_>], violation: Option<&Violation>) -> Spot {
    let nowhere = Spot { place: None, resource: None, elsewhere: None };
    let only = match all {
        [first, rest @ ..] if rest.iter().all(|one| one.file.path == first.file.path) => Some(*first),
        [] | [_, ..] => None,
    };
    let Some(violation) = violation else { return nowhere };
    if let Some((one, route)) = violation.route.as_ref().and_then(|route| entry_at(all, route)) {
        let place = Some(one.file.place(&one.unit, &route));
        return Spot { place, resource: one.unit.identity.clone(), elsewhere: None };
    }
    let named = violation.file.clone().or_else(|| text_at(violation, &["path", "file", "filename"]));
    let one = named.and_then(|named| {
        let exact = all.iter().find(|one| one.file.path.to_text() == named);
        exact.or_else(|| all.iter().find(|one| is_same_file(&named, &one.file.path.to_text()))).copied()
    });
    match (one.or(only), violation.line) {
        (Some(one), Some(line)) if line <= one.file.source.line_count() => {
            Spot { place: Some(line_place(one.file, &one.unit, line)), ..nowhere }
        }
        // Which of its documents is meant, nobody says.
        (Some(one), _) if all.iter().filter(|other| other.file.path == one.file.path).count() > 1 => {
            Spot { place: Some(Place::file(one.file.path.clone())), ..nowhere }
        }
        (Some(one), _) => spot(one.file, &one.unit, None),
        (None, _) => nowhere,
    }
}

/// The document that a route into the list leads to, and the rest of the way.
fn entry_at<'a, 'g>(all: &[&'a Gathered<'g>], route: &Route) -> Option<(&'a Gathered<'g>, Route)> {
    let (Step::Index(index), rest) = route.0.split_first()? else { return None };
    let rest = match rest.split_first() {
        Some((Step::Key(key), rest)) if key == "contents" => rest.to_vec(),
        Some(_) | None => Vec::new(),
    };
    Some((all.get(*index)?, Route(rest)))
}

/// The first of these keys of a violation that is a text.
fn text_at(violation: &Violation, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| violation.metadata.get(*key)?.as_str().map(ToOwned::to_owned))
}
