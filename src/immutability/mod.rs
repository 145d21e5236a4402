//! What changed between two sides of a document, and whether it may.
//!
//! This room compares values by meaning and knows transitions: immutable, set once, only growing and the like. It must not
//! know Git, rules or how findings are shown. What it says, a [`Breach`], goes to `rule/`.

mod amount;
mod compare;
mod items;
mod select;
mod substitution;
mod transition;
pub mod words;

pub use amount::Amount;
pub use compare::{
    Comparison, Sort, compare, compare_except, compare_spot, holds_substitution, is_absent, is_written_alike,
};
pub use select::{Selected, select};
pub use substitution::{Likeness, is_substituted, likeness};
pub use transition::{Objection, Outcome, Unknown, judge};

use crate::{
    document::{Node, Route, Step},
    verdict::Severity,
};

/// A value before and after, and where it is on both sides.
#[derive(Clone, Debug)]
pub struct Spot<'a> {
    /// From the unit's root, on the new side. An entry that is gone has the route that it would have; an item that is gone
    /// the route of its list.
    pub route: Route,
    /// The same on the old side.
    pub old_route: Route,
    /// Before; `None` where there was nothing.
    pub before: Option<&'a Node>,
    /// After; `None` where there is nothing any more.
    pub after: Option<&'a Node>,
}

impl<'a> Spot<'a> {
    /// Two documents, or two values that nothing is known of but themselves.
    #[must_use]
    pub fn root(before: Option<&'a Node>, after: Option<&'a Node>) -> Self {
        Self { route: Route::default(), old_route: Route::default(), before, after }
    }

    /// Where it is on the side where there is something: the new one, if there is on both.
    #[must_use]
    pub fn shown(&self) -> &Route {
        if self.after.is_none() && self.before.is_some() { &self.old_route } else { &self.route }
    }

    /// What stands under a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Self {
        let step = Step::Key(key.to_owned());
        let value = |side: Option<&'a Node>| side.and_then(|node| node.get(key));
        Self {
            route: self.route.child(step.clone()),
            old_route: self.old_route.child(step),
            before: value(self.before),
            after: value(self.after),
        }
    }

    /// What stands behind keys within each other.
    #[must_use]
    pub fn below(&self, keys: &[&str]) -> Self {
        keys.iter().fold(self.clone(), |spot, key| spot.entry(key))
    }

    /// An item of a list, by its number on each side.
    #[must_use]
    pub fn item(&self, old: Option<usize>, new: Option<usize>) -> Self {
        let of = |side: Option<&'a Node>, index: Option<usize>| side?.as_sequence()?.get(index?);
        let way = |route: &Route, index: Option<usize>| match index {
            Some(index) => route.child(Step::Index(index)),
            None => route.clone(),
        };
        Self {
            route: way(&self.route, new),
            old_route: way(&self.old_route, old),
            before: of(self.before, old),
            after: of(self.after, new),
        }
    }
}

/// A change that may not be.
#[derive(Clone, Debug)]
pub struct Breach<'a> {
    /// Id of the rule.
    pub rule: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// The field that the rule is about, from the unit's root, on the side where it is.
    pub route: Route,
    /// What it held.
    pub before: Option<&'a Node>,
    /// What it holds.
    pub after: Option<&'a Node>,
    /// The narrowest place that was edited; the field itself where it is not known.
    pub edited: Option<Spot<'a>>,
    /// What is wrong, in one line.
    pub message: String,
    /// What to say beside the place; `was …` where there is nothing better. Not shown where the value is a secret.
    pub label: Option<String>,
    /// What to do.
    pub help: String,
}

impl<'a> Breach<'a> {
    /// A breach of a rule by a field that differs; `comparison` is that of the field.
    #[must_use]
    pub fn of(
        rule: &'static str,
        comparison: &Comparison<'a>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let field = &comparison.spot;
        Self {
            rule,
            severity: Severity::Deny,
            route: field.shown().clone(),
            before: field.before,
            after: field.after,
            edited: comparison.narrowest(),
            message: message.into(),
            label: None,
            help: help.into(),
        }
    }

    /// The same, weighing otherwise.
    #[must_use]
    pub fn weighing(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same with what to say beside the place.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}
