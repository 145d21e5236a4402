//! A value and the way to it.

use crate::document::{Entry, Node, Route, Step, Value};

/// A value in an object. The way to it is only written down when it is asked for.
pub(super) struct Place<'p> {
    pub(super) node: &'p Node,
    step: Option<(&'p Place<'p>, Crumb<'p>)>,
}

enum Crumb<'p> {
    Key(&'p str),
    Index(usize),
}

impl<'p> Place<'p> {
    pub(super) fn root(node: &'p Node) -> Self {
        Self { node, step: None }
    }

    /// The value under a key; `null` is none.
    pub(super) fn get<'s>(&'s self, key: &'s str) -> Option<Place<'s>> {
        let node = self.node.get(key).filter(|node| !matches!(node.value, Value::Null))?;
        Some(Place { node, step: Some((self, Crumb::Key(key))) })
    }

    /// The text under a key.
    pub(super) fn text(&self, key: &str) -> Option<&'p str> {
        self.node.get(key).and_then(Node::as_str)
    }

    /// The entries, where this is a mapping.
    pub(super) fn entries(&self) -> &'p [Entry] {
        match &self.node.value {
            Value::Mapping(entries) => entries,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => &[],
        }
    }

    /// The value of an entry of this mapping.
    pub(super) fn of<'s>(&'s self, entry: &'s Entry) -> Place<'s> {
        Place { node: &entry.value, step: Some((self, Crumb::Key(&entry.key))) }
    }

    /// The items, where this is a list.
    pub(super) fn items(&self) -> impl Iterator<Item = Place<'_>> {
        let items = self.node.as_sequence().unwrap_or_default();
        items.iter().enumerate().map(move |(index, node)| Place { node, step: Some((self, Crumb::Index(index))) })
    }

    /// The way from the object's root.
    pub(super) fn route(&self) -> Route {
        let mut steps = Vec::new();
        let mut place = self;
        while let Some((outer, crumb)) = &place.step {
            steps.push(match crumb {
                Crumb::Key(key) => Step::Key((*key).to_owned()),
                Crumb::Index(index) => Step::Index(*index),
            });
            place = outer;
        }
        steps.reverse();
        Route(steps)
    }

    /// The way to a key of this mapping.
    pub(super) fn route_to(&self, key: &str) -> Route {
        self.route().child(Step::Key(key.to_owned()))
    }
}
