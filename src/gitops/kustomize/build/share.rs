//! Values that kustomize holds once and shows in several places.
//!
//! A label or an annotation that is added to an object is one value for kustomize, in all fields of
//! the object that got it. Whatever sets it later in one of them has set it in all: a label that an
//! overlay gives to `metadata.labels` only goes into the selector, too, if the base put it there as a
//! common label. Such values have addresses of their own here, which tell them apart.

use crate::document::{Node, Route, Span, Step, Value};

use super::Object;

/// Where the addresses of shared values begin. Files have those below.
pub(super) const FIRST: u32 = 1 << 31;

impl Object {
    /// A new shared value, which is from this place: its own address.
    pub(super) fn share(&mut self, span: Span) -> Span {
        let index = u32::try_from(self.shared.len()).unwrap_or(u32::MAX);
        let address = FIRST.saturating_add(index);
        self.shared.push(span);
        Span { start: address, end: address }
    }

    /// Notes where shared values are, before something may set them. Those in lists are found by their
    /// address only.
    pub(super) fn note_shared(&mut self) {
        self.noted.clear();
        if !self.shared.is_empty() {
            note(&self.node, &mut Vec::new(), &mut self.noted);
        }
    }

    /// Sets shared values everywhere that were set in one place since they were noted.
    pub(super) fn settle_shared(&mut self) {
        for (route, address) in std::mem::take(&mut self.noted) {
            let located = route.locate(&self.node);
            let is_text = matches!(located.node.value, Value::String(_) | Value::Number(_) | Value::Bool(_));
            if !located.exact || !is_text || located.node.span == address {
                continue;
            }
            let now = located.node.clone();
            let place = self.plain(now.span);
            if let Some(place_of) = index(address).and_then(|index| self.shared.get_mut(index)) {
                *place_of = place;
            }
            set_all(&mut self.node, address, &now.value);
            set_at(&mut self.node, &route, address);
        }
    }

    /// Ends sharing: each place has a value of its own from now on.
    pub(super) fn unshare(&mut self) {
        self.settle_shared();
        let shared = std::mem::take(&mut self.shared);
        if !shared.is_empty() {
            place_all(&mut self.node, &shared);
        }
    }

    /// Where a value is from, shared or not.
    fn plain(&self, span: Span) -> Span {
        index(span).and_then(|index| self.shared.get(index)).copied().unwrap_or(span)
    }
}

/// Which shared value an address is of.
fn index(span: Span) -> Option<usize> {
    span.start.checked_sub(FIRST).map(|index| index as usize)
}

fn note(node: &Node, keys: &mut Vec<Step>, noted: &mut Vec<(Route, Span)>) {
    for entry in node.entries() {
        keys.push(Step::Key(entry.key.clone()));
        if index(entry.value.span).is_some() {
            noted.push((Route(keys.clone()), entry.value.span));
        } else {
            note(&entry.value, keys, noted);
        }
        keys.pop();
    }
}

/// Calls something with every value inside of a value.
fn each(node: &mut Node, change: &mut dyn FnMut(&mut Node)) {
    change(node);
    match &mut node.value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| each(item, change)),
        Value::Mapping(entries) => entries.iter_mut().for_each(|entry| each(&mut entry.value, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn set_all(node: &mut Node, address: Span, value: &Value) {
    each(node, &mut |node| {
        if node.span == address {
            node.value = value.clone();
        }
    });
}

fn set_at(node: &mut Node, route: &Route, address: Span) {
    let mut at = Some(node);
    for step in &route.0 {
        at = match (at, step) {
            (Some(node), Step::Key(key)) => super::edit::get_mut(node, key),
            (_, Step::Key(_) | Step::Index(_)) => None,
        };
    }
    if let Some(node) = at {
        node.span = address;
    }
}

fn place_all(node: &mut Node, shared: &[Span]) {
    each(node, &mut |node| {
        if let Some(place) = index(node.span).and_then(|index| shared.get(index)) {
            node.span = *place;
        }
    });
}
