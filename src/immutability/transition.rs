//! How a field may change, and whether it did otherwise.

use std::cmp::Ordering;

use super::{
    Comparison, Sort, Spot, amount,
    compare::{self, is_absent, text_of},
    compare_except, compare_spot, items,
    substitution::{is_substituted, is_whole},
    words::brief,
};
use crate::{
    config::{FieldPath, Motion, States, Transition},
    document::{Node, Route, Value},
};

/// What is to be said of a change.
#[derive(Clone, Debug, Default)]
pub struct Outcome<'a> {
    /// What may not be.
    pub objections: Vec<Objection<'a>>,
    /// Of what nobody can say whether it may be.
    pub unknown: Vec<Unknown<'a>>,
}

/// A change that may not be.
#[derive(Clone, Debug)]
pub struct Objection<'a> {
    /// The field, and what of it differs.
    pub comparison: Comparison<'a>,
    /// What may be, behind the name of the field: `may only grow`.
    pub allowed: String,
    /// More, with values in it: `was 10Gi, is 5Gi`. Not for everybody where they are secret.
    pub values: Option<String>,
    /// What to do.
    pub help: String,
}

/// A change of which nobody can say whether it may be.
#[derive(Clone, Debug)]
pub struct Unknown<'a> {
    /// Where.
    pub spot: Spot<'a>,
    /// Why, behind the name of the field.
    pub why: String,
    /// The same without values in it.
    pub discreet: String,
    /// What to do.
    pub help: &'static str,
}

/// What collections may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entries {
    Come,
    Go,
}

/// Judges a field on both sides. `kind`: what the whole is called, where it could be made anew.
#[must_use]
pub fn judge<'a>(
    transition: &Transition,
    spot: Spot<'a>,
    kind: Option<&str>,
    sort: &dyn Fn(&Route) -> Sort,
) -> Outcome<'a> {
    match transition {
        Transition::Only(fields) => only(spot, fields, sort),
        Transition::States(states) => steps(spot, states),
        Transition::Motion(motion) => moved(*motion, spot, kind, sort),
    }
}

fn moved<'a>(motion: Motion, spot: Spot<'a>, kind: Option<&str>, sort: &dyn Fn(&Route) -> Sort) -> Outcome<'a> {
    let anew = || match kind {
        Some(kind) => {
            format!("restore the old value, or create a new {kind} under another name and delete this one")
        }
        None => "restore the old value".to_owned(),
    };
    let comparison = compare_spot(spot, sort);
    let is_gone = comparison.spot.after.is_none_or(is_absent);
    let (allowed, help) = match motion {
        Motion::Immutable if is_gone => ("is immutable and may not be removed", anew()),
        Motion::Immutable => ("is immutable", anew()),
        Motion::SetOnce if is_unset(comparison.spot.before) => return Outcome::default(),
        Motion::SetOnce if is_gone => ("may be set once and may not be removed", anew()),
        Motion::SetOnce => ("may be set once and not change afterwards", anew()),
        Motion::Keep => return kept(comparison),
        Motion::GrowOnly => return sized(comparison, Ordering::Less, sort),
        Motion::ShrinkOnly => return sized(comparison, Ordering::Greater, sort),
        Motion::AddOnly => return entries(comparison, Entries::Come, "may get new entries, nothing else", sort),
        Motion::RemoveOnly => return entries(comparison, Entries::Go, "may lose entries, nothing else", sort),
    };
    object(comparison, allowed, None, help)
}

/// Objects to whatever differs.
fn object(
    comparison: Comparison<'_>,
    allowed: impl Into<String>,
    values: Option<String>,
    help: impl Into<String>,
) -> Outcome<'_> {
    if comparison.differences.is_empty() {
        return Outcome { objections: Vec::new(), unknown: all_filled_in(comparison.undecided) };
    }
    let objection = Objection { comparison, allowed: allowed.into(), values, help: help.into() };
    Outcome { objections: vec![objection], unknown: Vec::new() }
}

/// One word for all places below a field.
fn all_filled_in(spots: Vec<Spot<'_>>) -> Vec<Unknown<'_>> {
    let more = spots.len().saturating_sub(1);
    let mut first: Vec<Unknown<'_>> = spots.into_iter().take(1).map(filled_in).collect();
    for unknown in first.iter_mut().filter(|_| more > 0) {
        let more = format!(" (as in {more} more places)");
        unknown.why.push_str(&more);
        unknown.discreet.push_str(&more);
    }
    first
}

fn filled_in(spot: Spot<'_>) -> Unknown<'_> {
    let is_open = |side: Option<&Node>| side.is_some_and(compare::holds_substitution);
    let why = match (spot.before, spot.after) {
        (_, Some(after)) if is_open(spot.after) => {
            format!("is {}: whether it changes is not known here", crate::text::quoted(&brief(after)))
        }
        (Some(before), _) if is_open(spot.before) => {
            format!("was {}: whether it changes is not known here", crate::text::quoted(&brief(before)))
        }
        (_, _) => "stands beside a key that is filled in: whether it changes is not known here".to_owned(),
    };
    Unknown {
        spot,
        why,
        discreet: "is filled in later: whether it changes is not known here".to_owned(),
        help: "make sure that it stays what it was",
    }
}

fn not_comparable(spot: Spot<'_>) -> Unknown<'_> {
    let told =
        |side: Option<&Node>| side.map_or_else(|| "nothing".to_owned(), |node| crate::text::quoted(&brief(node)));
    let why = format!("cannot be compared: {} and {} are not both amounts", told(spot.before), told(spot.after));
    Unknown {
        spot,
        why,
        discreet: "cannot be compared: its values are not both amounts".to_owned(),
        help: "write a number, a quantity such as 10Gi, or a duration such as 15d",
    }
}

/// Whether there is nothing, or a text that says nothing.
fn is_unset(side: Option<&Node>) -> bool {
    side.is_none_or(|node| is_absent(node) || node.as_str() == Some(""))
}

fn kept(comparison: Comparison<'_>) -> Outcome<'_> {
    let spot = &comparison.spot;
    if is_unset(spot.before) || !is_unset(spot.after) {
        return Outcome::default();
    }
    object(comparison, "may change but not be removed", None, "set it again")
}

/// `right`: how the value before has to compare with the one after.
fn sized<'a>(comparison: Comparison<'a>, right: Ordering, sort: &dyn Fn(&Route) -> Sort) -> Outcome<'a> {
    let (allowed, help, may) = match right {
        Ordering::Less => ("may only grow", "restore the old value, or write a larger one", Entries::Come),
        Ordering::Greater | Ordering::Equal => {
            ("may only shrink", "restore the old value, or write a smaller one", Entries::Go)
        }
    };
    if comparison.is_same() {
        return Outcome::default();
    }
    let spot = &comparison.spot;
    let is_collection = |side: Option<&Node>| {
        side.is_some_and(|node| matches!(node.value, Value::Sequence(_) | Value::Mapping(_)) && !is_absent(node))
    };
    if is_collection(spot.before) || is_collection(spot.after) {
        return entries(comparison, may, allowed, sort);
    }
    let (before, after) = match (spot.before, spot.after) {
        _ if is_unset(spot.before) => return Outcome::default(),
        (Some(_), _) if is_unset(spot.after) => {
            return object(comparison, format!("{allowed} and may not be removed"), None, help);
        }
        (Some(before), Some(after)) => (before, after),
        (_, _) => return Outcome::default(),
    };
    let is_open = |node: &Node| node.as_str().is_some_and(is_substituted);
    if is_open(before) || is_open(after) {
        return Outcome { objections: Vec::new(), unknown: vec![filled_in(comparison.spot)] };
    }
    let values = format!("was {}, is {}", brief(before), brief(after));
    match amount::ordering(before, after) {
        Some(ordering) if ordering == right || ordering == Ordering::Equal => Outcome::default(),
        Some(_) => object(comparison, allowed, Some(values), help),
        None if amount::is_amount(before) && !amount::is_amount(after) => {
            object(comparison, allowed, Some(format!("{values}, which is no amount")), help)
        }
        None => Outcome { objections: Vec::new(), unknown: vec![not_comparable(comparison.spot)] },
    }
}

/// A list or mapping whose entries may only come, or only go. Each by itself stays as it is.
fn entries<'a>(comparison: Comparison<'a>, may: Entries, allowed: &str, sort: &dyn Fn(&Route) -> Sort) -> Outcome<'a> {
    if comparison.is_same() {
        return Outcome::default();
    }
    let spot = comparison.spot;
    let list = spot.shown().clone();
    let own = list_sort(&spot, sort(&list));
    let whole = compare_spot(spot.clone(), &|route| if *route == list { own } else { sort(route) });
    let (depth, old_depth) = (spot.route.0.len(), spot.old_route.0.len());
    let objected: Vec<Spot<'a>> = whole
        .differences
        .iter()
        .filter(|found| {
            let came = found.before.is_none_or(is_absent) && found.route.0.len() <= depth + 1;
            let went = found.after.is_none_or(is_absent) && found.old_route.0.len() <= old_depth + 1;
            match may {
                Entries::Come => !came,
                Entries::Go => !went,
            }
        })
        .cloned()
        .collect();
    let help = match may {
        Entries::Come => "restore what was there; new entries may stand beside it",
        Entries::Go => "take out what is new, and restore what was changed",
    };
    let undecided = whole.undecided;
    if objected.is_empty() && whole.differences.is_empty() {
        return Outcome { objections: Vec::new(), unknown: all_filled_in(undecided) };
    }
    object(Comparison { spot, differences: objected, undecided }, allowed, None, help)
}

/// Lists are sets here; where items have names, those tell them apart.
fn list_sort(spot: &Spot<'_>, known: Sort) -> Sort {
    const NAMES: [&[&str]; 3] = [&["name"], &["id"], &["key"]];
    if let Sort::Keyed(_) = known {
        return known;
    }
    let items = |side: Option<&'_ Node>| side.and_then(Node::as_sequence).unwrap_or_default().to_vec();
    let (old, new) = (items(spot.before), items(spot.after));
    let named = NAMES.into_iter().find(|keys| !old.is_empty() && items::by_keys(&old, &new, keys).is_some());
    named.map_or(Sort::Set, Sort::Keyed)
}

fn only<'a>(spot: Spot<'a>, fields: &[FieldPath], sort: &dyn Fn(&Route) -> Sort) -> Outcome<'a> {
    let comparison = compare_except(spot, fields, sort);
    if comparison.differences.is_empty() {
        return object(comparison, "", None, "");
    }
    let listed: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    let allowed = format!("may not change; only {} may", listed.join(", "));
    let objections = comparison.by_entry().into_iter().map(|comparison| Objection {
        comparison,
        allowed: allowed.clone(),
        values: None,
        help: "restore the old value".to_owned(),
    });
    Outcome { objections: objections.collect(), unknown: Vec::new() }
}

fn steps<'a>(spot: Spot<'a>, states: &States) -> Outcome<'a> {
    let all = || format!("write one of {}", listed(states.0.iter().map(|(name, _)| name)));
    let (before, after) = (State::of(spot.before), State::of(spot.after));
    let next = |state: &str| states.0.iter().find(|(name, _)| name == state).map(|(_, next)| next);
    let unknown = |spot: Spot<'a>| Outcome { objections: Vec::new(), unknown: vec![filled_in(spot)] };
    match (before, after) {
        (before, after) if before == after && before.is_text() => Outcome::default(),
        _ if compare_spot(spot.clone(), &|_| Sort::Plain).is_same() => Outcome::default(),
        (State::Open(text), State::None) if !is_whole(&text) => {
            step_refused(spot, "may change its state but not be removed", None, all())
        }
        (State::Open(_), _) | (_, State::Open(_)) => unknown(spot),
        (_, State::None) => step_refused(spot, "may change its state but not be removed", None, all()),
        (_, State::No(what)) => step_refused(spot, &format!("is no state but {what}"), None, all()),
        (_, State::Named(after)) if next(&after).is_none() => {
            step_refused(spot, "has no such state", Some(brief_text(&after)), all())
        }
        // What was in no state may enter any.
        (State::None | State::No(_), State::Named(_)) => Outcome::default(),
        (State::Named(before), State::Named(after)) => match next(&before) {
            None => Outcome::default(),
            Some(next) if next.contains(&after) => Outcome::default(),
            Some(next) => {
                let way = format!("from {} to {}", brief_text(&before), brief_text(&after));
                let help = match next.as_slice() {
                    [] => "restore the old value: no other state follows it".to_owned(),
                    [..] => format!("restore the old value, or write {}", listed(next)),
                };
                step_refused(spot, "may not take this step", Some(way), help)
            }
        },
    }
}

/// What stands where a state is looked for.
#[derive(PartialEq, Eq)]
enum State {
    None,
    Named(String),
    /// Something that is filled in.
    Open(String),
    /// Something that is no state: what it is called.
    No(&'static str),
}

impl State {
    fn is_text(&self) -> bool {
        match self {
            Self::Named(_) | Self::Open(_) => true,
            Self::None | Self::No(_) => false,
        }
    }

    fn of(side: Option<&Node>) -> Self {
        let Some(node) = side.filter(|_| !is_unset(side)) else { return Self::None };
        match text_of(node) {
            Some(text) if is_substituted(&text) => Self::Open(text),
            Some(text) => Self::Named(text),
            None => Self::No(node.kind_name()),
        }
    }
}

fn step_refused<'a>(spot: Spot<'a>, allowed: &str, values: Option<String>, help: String) -> Outcome<'a> {
    let differences = vec![spot.clone()];
    let comparison = Comparison { spot, differences, undecided: Vec::new() };
    let objection = Objection { comparison, allowed: allowed.to_owned(), values, help };
    Outcome { objections: vec![objection], unknown: Vec::new() }
}

fn listed<'n>(names: impl IntoIterator<Item = &'n String>) -> String {
    names.into_iter().map(|name| brief_text(name)).collect::<Vec<_>>().join(", ")
}

fn brief_text(text: &str) -> String {
    format!("`{}`", crate::text::shortened(text, 40))
}

#[cfg(test)]
#[path = "transition_test.rs"]
mod tests;
