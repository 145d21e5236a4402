//! From what may not be to a finding at its place.

use super::Pair;
use crate::{
    document::{Node, Route, Step, Value},
    git::RepoPath,
    immutability::{
        Breach, Spot, is_substituted,
        words::{brief, dotted, last_key},
    },
    kubernetes::immutable::UNDECIDABLE,
    secret,
    verdict::{Finding, Place, Severity},
};

/// What a pair is called in a message: the object, or the file.
pub(super) fn subject(pair: &Pair<'_>) -> String {
    match pair.identity() {
        Some(identity) => identity.to_string(),
        None => path_of(pair).to_string(),
    }
}

fn path_of<'a>(pair: &Pair<'a>) -> &'a RepoPath {
    &pair.shown().file.path
}

/// Whether the value of a field is nothing to show: what a Secret holds is not for everybody who may push, nor what has the
/// name of a secret.
pub(super) fn is_hidden(pair: &Pair<'_>, spot: &Spot<'_>) -> bool {
    pair.identity().is_some_and(|identity| identity.kind == "Secret")
        || names_secret(spot.shown())
        || [spot.before, spot.after].into_iter().flatten().any(holds_secret)
}

/// A finding of what may not be, at the narrowest place that was edited.
pub(super) fn finding(breach: Breach<'_>, pair: &Pair<'_>) -> Finding {
    let Breach { rule, severity, route, before, after, edited, message, label, help } = breach;
    let field = Spot { route: route.clone(), old_route: route, before, after };
    let spot = edited.unwrap_or_else(|| field.clone());
    let place = match pair {
        Pair::Added(new) | Pair::Both { new, .. } => {
            let mut place = new.file.place(new.unit, &spot.route);
            // The field as a whole, where the place is in the object's own file.
            place.route = place.route.and(new.file.place(new.unit, &field.route).route);
            if let Some(excerpt) = &mut place.excerpt {
                excerpt.label = match (is_hidden(pair, &spot), label) {
                    (true, _) if is_something(spot.before) => Some("was another value".to_owned()),
                    (true, _) => Some("was not set".to_owned()),
                    (false, Some(label)) => Some(label),
                    (false, None) => Some(was(&spot, &field)),
                };
            }
            place
        }
        // The file may be gone, and what stood in it is.
        Pair::Deleted(old) => Place::file(old.file.path.clone()),
    };
    let mut finding = Finding::new(rule, message).at(place).with_help(help);
    finding.severity = severity;
    finding.resource = pair.identity().cloned();
    if severity == Severity::Deny && is_nameless(pair) {
        // Two of one text may become two objects.
        UNDECIDABLE.clone_into(&mut finding.rule);
        finding.severity = Severity::Warn;
        finding.message = format!("{}, if it is the same object: its name is filled in later", finding.message);
        finding.help = Some("nothing, if each gets a name of its own".to_owned());
    }
    finding.old = pair.before().map(|old| old.file.old_place(old.unit, &spot.old_route));
    finding
}

/// Whether what the object is called is only known when something has been filled in.
fn is_nameless(pair: &Pair<'_>) -> bool {
    pair.identity().is_some_and(|identity| {
        [Some(&identity.name), identity.namespace.as_ref()]
            .into_iter()
            .flatten()
            .any(|text| is_substituted(text) || text.contains("$("))
    })
}

fn is_something(node: Option<&Node>) -> bool {
    node.is_some_and(|node| node.value != Value::Null)
}

/// What was there before, in a few words.
fn was(spot: &Spot<'_>, field: &Spot<'_>) -> String {
    let Some(before) = spot.before.filter(|before| before.value != Value::Null) else {
        return "was not set".to_owned();
    };
    if spot.after.is_some() {
        return format!("was {}", brief(before));
    }
    if field.after.is_none() {
        return format!("{} is gone, was {}", last_key(&spot.old_route), brief(before));
    }
    // There is no place to show but what it was taken out of.
    let gone = match spot.old_route.0.last() {
        Some(Step::Key(key)) => {
            format!("{}: {}", dotted(&Route(vec![Step::Key(key.clone())])), brief(before))
        }
        Some(Step::Index(_)) | None => brief(before),
    };
    format!("{} is gone", crate::text::shortened(&gone, 44))
}

/// Whether any key on the way to a value is the name of a secret.
fn names_secret(route: &Route) -> bool {
    route.0.iter().any(|step| match step {
        Step::Key(key) => secret::is_name_of_secret(key),
        Step::Index(_) => false,
    })
}

/// Whether any key in a value is the name of a secret.
fn holds_secret(node: &Node) -> bool {
    node.entries().iter().any(|entry| secret::is_name_of_secret(&entry.key) || holds_secret(&entry.value))
        || node.as_sequence().unwrap_or_default().iter().any(holds_secret)
}
