//! Comparison by meaning.

use std::collections::BTreeMap;

use super::{
    Spot,
    amount::quantity_of,
    items::{self, Matched},
    substitution::{Likeness, is_substituted, is_whole, likeness},
};
use crate::{
    config::{FieldPart, FieldPath},
    document::{Node, Route, Step, Value},
};

/// How the values of a place are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// As they are; the order of a list counts.
    Plain,
    /// As amounts: `1Gi` is `1024Mi`, `1` is `"1"`.
    Quantity,
    /// A list whose order does not count.
    Set,
    /// A list whose order does not count, and whose items are the same where these fields are.
    Keyed(&'static [&'static str]),
}

/// What two values have not in common.
#[derive(Clone, Debug)]
pub struct Comparison<'a> {
    /// What was compared.
    pub spot: Spot<'a>,
    /// The narrowest places that differ, in the order of the old side, then what is new.
    pub differences: Vec<Spot<'a>>,
    /// The narrowest places of which nobody can say it: something is filled in there before it is applied.
    pub undecided: Vec<Spot<'a>>,
}

impl<'a> Comparison<'a> {
    /// Whether both say the same, for all that is known.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.differences.is_empty() && self.undecided.is_empty()
    }

    /// The narrowest place with all differences; `None` where nothing differs.
    #[must_use]
    pub fn narrowest(&self) -> Option<Spot<'a>> {
        around(&self.spot, &self.differences)
    }

    /// The differences, those below the same entry or item of the value together.
    #[must_use]
    pub fn by_entry(&self) -> Vec<Comparison<'a>> {
        let depth = (self.spot.route.0.len(), self.spot.old_route.0.len());
        let mut groups: Vec<(Vec<Step>, Vec<Spot<'a>>)> = Vec::new();
        for spot in &self.differences {
            let below = |route: &Route, depth: usize| route.0.get(depth).cloned();
            let first: Vec<Step> =
                below(&spot.route, depth.0).or_else(|| below(&spot.old_route, depth.1)).into_iter().collect();
            match groups.iter_mut().find(|(known, _)| *known == first) {
                Some((_, group)) => group.push(spot.clone()),
                None => groups.push((first, vec![spot.clone()])),
            }
        }
        let group = |(first, differences): (Vec<Step>, Vec<Spot<'a>>)| {
            let spot = match (first.as_slice(), differences.as_slice()) {
                ([Step::Key(key)], _) => self.spot.entry(key),
                (_, [only]) => only.clone(),
                (_, _) => around(&self.spot, &differences).unwrap_or_else(|| self.spot.clone()),
            };
            Comparison { spot, differences, undecided: Vec::new() }
        };
        groups.into_iter().map(group).collect()
    }
}

/// The narrowest place that has all these in it.
fn around<'a>(spot: &Spot<'a>, all: &[Spot<'a>]) -> Option<Spot<'a>> {
    let (first, others) = all.split_first()?;
    if others.is_empty() {
        return Some(first.clone());
    }
    let shared = |route: &dyn Fn(&Spot<'a>) -> Route, base: &Route| {
        let first = route(first);
        let shared = others.iter().map(|other| first.0.iter().zip(&route(other).0).take_while(|(a, b)| a == b).count());
        shared.min().unwrap_or(0).saturating_sub(base.0.len())
    };
    // Both routes lead down in step, but for numbers of items.
    let depth =
        shared(&|spot| spot.route.clone(), &spot.route).min(shared(&|spot| spot.old_route.clone(), &spot.old_route));
    let mut found = spot.clone();
    for index in 0..depth {
        let step = |route: &Route, base: &Route| route.0.get(base.0.len() + index).cloned();
        found = match (step(&first.old_route, &spot.old_route), step(&first.route, &spot.route)) {
            (Some(Step::Key(_)), Some(Step::Key(key))) => found.entry(&key),
            (Some(Step::Index(old)), Some(Step::Index(new))) => found.item(Some(old), Some(new)),
            (_, _) => break,
        };
    }
    Some(found)
}

/// Compares two values. `sort` says how the values at a route, told from the roots of these two, are compared.
#[must_use]
pub fn compare<'a>(old: Option<&'a Node>, new: Option<&'a Node>, sort: &dyn Fn(&Route) -> Sort) -> Comparison<'a> {
    compare_spot(Spot::root(old, new), sort)
}

/// Compares the two values of a place. The routes given to `sort` begin where those of the place do.
#[must_use]
pub fn compare_spot<'a>(spot: Spot<'a>, sort: &dyn Fn(&Route) -> Sort) -> Comparison<'a> {
    compare_except(spot, &[], sort)
}

/// Compares the two values of a place but for some fields below it.
#[must_use]
pub fn compare_except<'a>(spot: Spot<'a>, free: &[FieldPath], sort: &dyn Fn(&Route) -> Sort) -> Comparison<'a> {
    let mut walk = Walk { sort, differences: Vec::new(), undecided: Vec::new() };
    let free: Vec<&[FieldPart]> = free.iter().map(FieldPath::parts).collect();
    walk.compare(spot.clone(), &free);
    Comparison { spot, differences: walk.differences, undecided: walk.undecided }
}

/// Whether a value is as good as none: `null`, an empty list or mapping, a mapping of nothing else. An empty string is a
/// value.
#[must_use]
pub fn is_absent(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.iter().all(|entry| is_absent(&entry.value)),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Whether two values are the same down to the order of keys, which most are: that is found out fast.
#[must_use]
pub fn is_written_alike(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Sequence(a), Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_written_alike(a, b))
        }
        (Value::Mapping(a), Value::Mapping(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.key == b.key && is_written_alike(&a.value, &b.value))
        }
        (a, b) => a == b,
    }
}

/// Steps after which nothing is narrowed down any more: the stack bounds this.
const DEEPEST: usize = 200;

/// Most pairs of items of two sets that are compared with each other, where they are not written alike.
const MOST_PAIRS: usize = 10_000;

struct Walk<'s, 'a> {
    sort: &'s dyn Fn(&Route) -> Sort,
    differences: Vec<Spot<'a>>,
    undecided: Vec<Spot<'a>>,
}

impl<'a> Walk<'_, 'a> {
    /// `free`: ways from here to what is not compared.
    fn compare(&mut self, spot: Spot<'a>, free: &[&[FieldPart]]) {
        if free.iter().any(|way| way.is_empty()) {
            return;
        }
        if spot.before.zip(spot.after).is_some_and(|(before, after)| is_written_alike(before, after)) {
            return;
        }
        let present = |side: Option<&'a Node>| side.filter(|node| !is_absent(node));
        match (present(spot.before), present(spot.after)) {
            (None, None) => {}
            (Some(only), None) | (None, Some(only)) => self.one_sided(spot, only, free),
            // Not written alike, so deep down.
            (Some(_), Some(_)) if spot.route.0.len().max(spot.old_route.0.len()) > DEEPEST => {
                self.differences.push(spot);
            }
            (Some(old), Some(new)) => match (&old.value, &new.value) {
                (Value::Mapping(_), Value::Mapping(_)) => self.mappings(&spot, old, new, free),
                (Value::Sequence(before), Value::Sequence(after)) => self.lists(spot, before, after, free),
                (_, _) => match scalars(old, new, (self.sort)(spot.shown())) {
                    Likeness::Equal => {}
                    Likeness::Different => self.differences.push(spot),
                    Likeness::Unknown => self.undecided.push(spot),
                },
            },
        }
    }

    /// What is there on one side only. It may hold nothing but what is not compared.
    fn one_sided(&mut self, spot: Spot<'a>, only: &'a Node, free: &[&[FieldPart]]) {
        match &only.value {
            Value::Mapping(entries) if !free.is_empty() => {
                for entry in entries {
                    self.compare(spot.entry(&entry.key), &ways(free, &Step::Key(entry.key.clone())));
                }
            }
            Value::Sequence(items) if !free.is_empty() => {
                for index in 0..items.len() {
                    let item = if spot.after.is_some_and(|after| std::ptr::eq(after, only)) {
                        spot.item(None, Some(index))
                    } else {
                        spot.item(Some(index), None)
                    };
                    self.compare(item, &ways(free, &Step::Index(index)));
                }
            }
            Value::String(text) if is_whole(text) => self.undecided.push(spot),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => self.differences.push(spot),
        }
    }

    fn mappings(&mut self, spot: &Spot<'a>, old: &'a Node, new: &'a Node, free: &[&[FieldPart]]) {
        // Looked up by key: a mapping may have very many.
        let values = |node: &'a Node| -> BTreeMap<&'a str, &'a Node> {
            node.entries().iter().map(|entry| (entry.key.as_str(), &entry.value)).collect()
        };
        let (before, after) = (values(old), values(new));
        // A key that is filled in may be any that the other side has and this one has not.
        let is_open = before.keys().filter(|key| !after.contains_key(*key)).any(|key| is_substituted(key))
            || after.keys().filter(|key| !before.contains_key(*key)).any(|key| is_substituted(key));
        let added = new.entries().iter().filter(|entry| !before.contains_key(entry.key.as_str()));
        for entry in old.entries().iter().chain(added) {
            let key = entry.key.as_str();
            let (before, after) = (before.get(key).copied(), after.get(key).copied());
            if before.zip(after).is_some_and(|(before, after)| is_written_alike(before, after)) {
                continue;
            }
            let step = Step::Key(key.to_owned());
            let free = ways(free, &step);
            let entry =
                Spot { route: spot.route.child(step.clone()), old_route: spot.old_route.child(step), before, after };
            if is_open && (before.is_none() || after.is_none()) {
                if !free.iter().any(|way| way.is_empty()) {
                    self.undecided.push(entry);
                }
            } else {
                self.compare(entry, &free);
            }
        }
    }

    fn lists(&mut self, spot: Spot<'a>, old: &'a [Node], new: &'a [Node], free: &[&[FieldPart]]) {
        let sort = (self.sort)(spot.shown());
        let matched = match sort {
            Sort::Set => return self.sets(&spot, old, new),
            Sort::Keyed(keys) => items::by_keys(old, new, keys),
            Sort::Plain | Sort::Quantity => None,
        };
        if let Some(matched) = matched {
            return self.items(&spot, &matched, free);
        }
        if old.len() == new.len() {
            let matched: Vec<Matched> = (0..old.len()).map(|index| (Some(index), Some(index))).collect();
            return self.items(&spot, &matched, free);
        }
        if old.iter().chain(new).any(|item| item.as_str().is_some_and(is_whole)) {
            self.undecided.push(spot);
            return;
        }
        // What is the same at both ends was not edited.
        let shorter = old.len().min(new.len());
        let begin = (0..shorter).take_while(|index| self.is_same(&spot, *index, *index, free)).count();
        let end = (0..shorter - begin)
            .take_while(|index| self.is_same(&spot, old.len() - 1 - index, new.len() - 1 - index, free))
            .count();
        if begin + end < shorter {
            self.differences.push(spot);
            return;
        }
        let gone = (begin..old.len() - end).map(|index| (Some(index), None));
        let added = (begin..new.len() - end).map(|index| (None, Some(index)));
        self.items(&spot, &gone.chain(added).collect::<Vec<_>>(), free);
    }

    fn items(&mut self, spot: &Spot<'a>, matched: &[Matched], free: &[&[FieldPart]]) {
        for (old, new) in matched {
            let index = new.or(*old).unwrap_or_default();
            let item = spot.item(*old, *new);
            // An item that says nothing is an item none the less.
            match (item.before, item.after) {
                (Some(only), None) | (None, Some(only)) if is_absent(only) => self.differences.push(item),
                (_, _) => self.compare(item, &ways(free, &Step::Index(index))),
            }
        }
    }

    fn is_same(&self, spot: &Spot<'a>, old: usize, new: usize, free: &[&[FieldPart]]) -> bool {
        let mut walk = Walk { sort: self.sort, differences: Vec::new(), undecided: Vec::new() };
        walk.compare(spot.item(Some(old), Some(new)), &ways(free, &Step::Index(new)));
        walk.differences.is_empty() && walk.undecided.is_empty()
    }

    fn sets(&mut self, spot: &Spot<'a>, old: &'a [Node], new: &'a [Node]) {
        let (gone, added) = self.unmatched(spot, old, new);
        let is_open =
            |side: &[Node], left: &[usize]| left.iter().filter_map(|index| side.get(*index)).any(holds_substitution);
        if is_open(old, &gone) || is_open(new, &added) {
            self.undecided.push(spot.clone());
            return;
        }
        self.differences.extend(gone.into_iter().map(|index| spot.item(Some(index), None)));
        self.differences.extend(added.into_iter().map(|index| spot.item(None, Some(index))));
    }

    /// The items of two sets that the other one has not. How often a set has an item says nothing.
    fn unmatched(&self, spot: &Spot<'a>, old: &[Node], new: &[Node]) -> (Vec<usize>, Vec<usize>) {
        let written = |side: &[Node]| -> BTreeMap<String, usize> {
            side.iter().enumerate().map(|(index, item)| (items::canonical(item), index)).collect()
        };
        let (before, after) = (written(old), written(new));
        let left = |side: &BTreeMap<String, usize>, other: &BTreeMap<String, usize>| {
            let mut left: Vec<usize> =
                side.iter().filter(|(text, _)| !other.contains_key(*text)).map(|(_, index)| *index).collect();
            left.sort_unstable();
            left
        };
        let (mut gone, mut added) = (left(&before, &after), left(&after, &before));
        if gone.len().saturating_mul(added.len()) <= MOST_PAIRS {
            let is_in =
                |index: usize, others: &[usize]| others.iter().any(|other| self.is_same(spot, index, *other, &[]));
            let kept: Vec<usize> = gone.iter().copied().filter(|index| !is_in(*index, &added)).collect();
            added.retain(|other| !gone.iter().any(|index| self.is_same(spot, *index, *other, &[])));
            gone = kept;
        }
        (gone, added)
    }
}

/// The ways that lead on through a step.
fn ways<'w>(free: &[&'w [FieldPart]], step: &Step) -> Vec<&'w [FieldPart]> {
    free.iter().filter_map(|way| way.split_first()).filter(|(part, _)| part.takes(step)).map(|(_, rest)| rest).collect()
}

/// Whether anything in a value is filled in before it is applied.
#[must_use]
pub fn holds_substitution(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => is_substituted(text),
        Value::Sequence(items) => items.iter().any(holds_substitution),
        Value::Mapping(entries) => {
            entries.iter().any(|entry| is_substituted(&entry.key) || holds_substitution(&entry.value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Compares values that are not both lists or both mappings.
fn scalars(old: &Node, new: &Node, sort: Sort) -> Likeness {
    let (Some(before), Some(after)) = (text_of(old), text_of(new)) else {
        // What is filled in may be a collection.
        let is_open = |node: &Node| node.as_str().is_some_and(is_whole);
        return if is_open(old) || is_open(new) { Likeness::Unknown } else { Likeness::Different };
    };
    match likeness(&before, &after) {
        // Who reads `1` and who reads `"1"` read the same, where both are read at all.
        Likeness::Different if amounts_agree(old, new, sort) => Likeness::Equal,
        found => found,
    }
}

/// Whether two scalars are one amount. Where it is not known that they are quantities, a number or units on both sides say
/// so: `1.10` and `1.1` may be versions.
fn amounts_agree(old: &Node, new: &Node, sort: Sort) -> bool {
    let is_number = |node: &Node| matches!(node.value, Value::Number(_));
    let has_unit = |node: &Node| node.as_str().is_some_and(|text| text.ends_with(|c: char| c.is_ascii_alphabetic()));
    let is_meant = match sort {
        Sort::Quantity => true,
        Sort::Plain | Sort::Set | Sort::Keyed(_) => {
            is_number(old) || is_number(new) || (has_unit(old) && has_unit(new))
        }
    };
    is_meant && quantity_of(old).zip(quantity_of(new)).is_some_and(|(a, b)| a == b)
}

/// A scalar as text.
pub(super) fn text_of(node: &Node) -> Option<String> {
    match &node.value {
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

#[cfg(test)]
#[path = "compare_test.rs"]
mod tests;
