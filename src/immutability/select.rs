//! What a path leads to, on both sides.

use std::collections::BTreeMap;

use super::{
    Sort, Spot,
    items::{self, Matched},
    substitution::is_whole,
};
use crate::{
    config::{FieldPart, FieldPath},
    document::{Node, Route, Step, Value},
};

/// A field that a path leads to.
#[derive(Clone, Debug)]
pub struct Selected<'a> {
    /// Where, and what stands there.
    pub spot: Spot<'a>,
    /// Whether it is in an item or entry that was not there before, where the path takes all of them.
    pub is_fresh: bool,
    /// Whether the path ends here because something is filled in that may be all that is below.
    is_end: bool,
}

/// The fields that a path leads to on either side, in the order of the old one, then what is new. Items of lists are matched
/// by what names them, so that one that is put before others does not count as a change of them all.
#[must_use]
pub fn select<'a>(
    path: &FieldPath,
    old: Option<&'a Node>,
    new: Option<&'a Node>,
    sort: &dyn Fn(&Route) -> Sort,
) -> Vec<Selected<'a>> {
    let mut found = vec![Selected { spot: Spot::root(old, new), is_fresh: false, is_end: false }];
    for part in path.parts() {
        found = found.into_iter().flat_map(|selected| selected.step(part, sort)).collect();
    }
    found.retain(|selected| selected.spot.before.is_some() || selected.spot.after.is_some());
    found
}

impl<'a> Selected<'a> {
    fn step(self, part: &FieldPart, sort: &dyn Fn(&Route) -> Sort) -> Vec<Self> {
        let Spot { before, after, .. } = self.spot;
        let is_open = |side: Option<&Node>| side.and_then(Node::as_str).is_some_and(is_whole);
        if self.is_end || is_open(before) || is_open(after) {
            return vec![Self { is_end: true, ..self }];
        }
        let on = |spot| Self { spot, is_fresh: self.is_fresh, is_end: false };
        match part {
            FieldPart::Key(key) => vec![on(self.spot.entry(key))],
            FieldPart::Index(index) => vec![on(self.spot.item(Some(*index), Some(*index)))],
            FieldPart::Each => self.each(sort),
        }
    }

    fn each(&self, sort: &dyn Fn(&Route) -> Sort) -> Vec<Self> {
        let children = |side: Option<&'a Node>| -> (&'a [Node], bool) {
            match side.map(|node| &node.value) {
                Some(Value::Sequence(items)) => (items.as_slice(), true),
                Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_)) | None => {
                    (&[], false)
                }
            }
        };
        let ((old, was_list), (new, is_list)) = (children(self.spot.before), children(self.spot.after));
        let mut found = Vec::new();
        let mut add = |spot: Spot<'a>, is_fresh| {
            found.push(Self { spot, is_fresh: self.is_fresh || is_fresh, is_end: false });
        };
        if was_list || is_list {
            let matched: Vec<Matched> = match sort(self.spot.shown()) {
                Sort::Keyed(keys) => items::by_keys(old, new, keys),
                Sort::Plain | Sort::Quantity | Sort::Set => None,
            }
            .unwrap_or_else(|| items::by_name(old, new));
            for (old, new) in matched {
                add(self.spot.item(old, new), old.is_none());
            }
        }
        let entries = |side: Option<&'a Node>| side.map(Node::entries).unwrap_or_default();
        let values = |side: Option<&'a Node>| -> BTreeMap<&'a str, &'a Node> {
            entries(side).iter().map(|entry| (entry.key.as_str(), &entry.value)).collect()
        };
        let (before, after) = (values(self.spot.before), values(self.spot.after));
        let added = entries(self.spot.after).iter().filter(|entry| !before.contains_key(entry.key.as_str()));
        for entry in entries(self.spot.before).iter().chain(added) {
            let (step, key) = (Step::Key(entry.key.clone()), entry.key.as_str());
            let spot = Spot {
                route: self.spot.route.child(step.clone()),
                old_route: self.spot.old_route.child(step),
                before: before.get(key).copied(),
                after: after.get(key).copied(),
            };
            let is_new = spot.before.is_none();
            add(spot, is_new);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{ParseLimits, format};

    fn found(path: &str, old: &str, new: &str) -> Vec<String> {
        let parse = |text: &str| format::parse(format::Format::Yaml, text.as_bytes(), &ParseLimits::default());
        let (old, new) = (parse(old), parse(new));
        let root = |parsed: &'_ crate::document::Parsed| parsed.documents.first().map(|document| document.root.clone());
        let (old, new) = (root(&old), root(&new));
        let brief = |node: Option<&Node>| node.map_or_else(|| "-".to_owned(), crate::immutability::words::brief);
        select(&path.parse().expect("a path"), old.as_ref(), new.as_ref(), &|_| Sort::Plain)
            .iter()
            .map(|Selected { spot, is_fresh, .. }| {
                let fresh = if *is_fresh { " fresh" } else { "" };
                format!("{} {} {} {}{fresh}", spot.old_route, brief(spot.before), spot.route, brief(spot.after))
            })
            .collect()
    }

    #[test]
    fn items_are_followed_by_name() {
        assert_eq!(
            found(".a[*].v", "a: [{name: x, v: 1}, {name: b, v: 2}]", "a: [{name: c, v: 3}, {name: x, v: 1}]"),
            ["/a/0/v 1 /a/1/v 1", "/a/1/v 2 /a/v -", "/a/v - /a/0/v 3 fresh"]
        );
        assert_eq!(found(".a[*]", "a: [1, 2]", "a: [3]"), ["/a/0 1 /a/0 3", "/a/1 2 /a -"]);
        assert_eq!(found(".a[*]", "a: {k: 1}", "a: {k: 2, l: 3}"), ["/a/k 1 /a/k 2", "/a/l - /a/l 3 fresh"]);
        // A list that becomes a mapping: what was there is gone.
        assert_eq!(found(".a[*]", "a: [1]", "a: {k: 2}"), ["/a/0 1 /a -", "/a/k - /a/k 2 fresh"]);
    }

    #[test]
    fn what_is_filled_in_ends_the_way() {
        assert_eq!(found(".a.b.c", "a: {b: {c: 1}}", "a: '${A}'"), ["/a {b: {c: 1}} /a ${A}"]);
        assert_eq!(found(".a[*].c", "a: '${A}'", "a: '${A}'"), ["/a ${A} /a ${A}"]);
        assert!(found(".a.b", "a: 1", "b: 1").is_empty());
    }
}
