//! What is said of one object while its fields are gone through.

use super::{About, IGNORED, IMMUTABLE, UNDECIDABLE, advice};
use crate::{
    document::{Node, Route},
    immutability::{Breach, Comparison, Sort, Spot, compare_spot, words::dotted},
    kubernetes::normal,
    verdict::Severity,
};

/// Goes through the fields of an object.
pub(super) struct Judge<'j, 'a> {
    pub about: &'j About<'j>,
    /// Both sides, as the API server stores them.
    pub root: Spot<'a>,
    pub said: Vec<Breach<'a>>,
}

impl<'a> Judge<'_, 'a> {
    /// A value of the old side.
    pub fn before(&self, keys: &[&str]) -> Option<&'a Node> {
        self.root.below(keys).before
    }

    /// A value of the new side.
    pub fn after(&self, keys: &[&str]) -> Option<&'a Node> {
        self.root.below(keys).after
    }

    /// The text of a field on both sides.
    pub fn texts(&self, keys: &[&str]) -> (Option<&'a str>, Option<&'a str>) {
        (self.before(keys).and_then(Node::as_str), self.after(keys).and_then(Node::as_str))
    }

    pub fn compare(&self, spot: Spot<'a>) -> Comparison<'a> {
        let about = self.about;
        let sort = |route: &Route| -> Sort { normal::sort(about.api_version, about.kind, route) };
        compare_spot(spot, &sort)
    }

    /// A field that may not change.
    pub fn immutable(&mut self, keys: &[&str]) {
        let comparison = self.compare(self.root.below(keys));
        self.refuse(&comparison);
    }

    /// A mapping of which only some fields may change: each other one that does is refused.
    pub fn only(&mut self, keys: &[&str], free: &[&str]) {
        let spot = self.root.below(keys);
        for key in keys_of(&spot) {
            if !free.contains(&key) {
                let comparison = self.compare(spot.entry(key));
                self.refuse(&comparison);
            }
        }
    }

    /// A difference that is refused; what nobody can decide is told.
    pub fn refuse(&mut self, comparison: &Comparison<'a>) {
        if comparison.differences.is_empty() {
            self.tell_undecided(comparison);
            return;
        }
        let field = dotted(comparison.spot.shown());
        let subject = &self.about.subject;
        let message = match comparison.spot.after {
            Some(_) => format!("{field} of {subject} is immutable"),
            None => format!("{field} of {subject} is immutable and may not be removed"),
        };
        let help = advice::help(self.about, comparison.spot.shown());
        self.said.push(Breach::of(IMMUTABLE, comparison, message, help));
    }

    /// A difference that is refused for a reason of its own.
    pub fn refuse_as(&mut self, comparison: &Comparison<'a>, message: String, help: impl Into<String>) {
        if comparison.differences.is_empty() {
            self.tell_undecided(comparison);
        } else {
            self.said.push(Breach::of(IMMUTABLE, comparison, message, help));
        }
    }

    /// A difference that nobody can judge without the cluster, or that has no effect.
    pub fn warn(&mut self, rule: &'static str, comparison: &Comparison<'a>, message: String, help: impl Into<String>) {
        if !comparison.differences.is_empty() {
            self.said.push(Breach::of(rule, comparison, message, help).weighing(Severity::Warn));
        }
    }

    /// A field whose change the API server does not take over.
    pub fn ignored(&mut self, keys: &[&str]) {
        let comparison = self.compare(self.root.below(keys));
        let message = format!(
            "{} of {} is not taken over: the API server keeps its own value without a word",
            dotted(comparison.spot.shown()),
            self.about.subject
        );
        self.warn(IGNORED, &comparison, message, "leave the field out of the manifest");
    }

    fn tell_undecided(&mut self, comparison: &Comparison<'a>) {
        let Some(spot) = comparison.undecided.first() else { return };
        let route = comparison.spot.shown();
        let message = format!(
            "whether {} of {} changes is not known here: {} is filled in later, and the field is immutable",
            dotted(route),
            self.about.subject,
            dotted(spot.shown())
        );
        self.said.push(Breach {
            rule: UNDECIDABLE,
            severity: Severity::Info,
            route: route.clone(),
            before: comparison.spot.before,
            after: comparison.spot.after,
            edited: Some(spot.clone()),
            message,
            label: None,
            help: "see that it stays the same where it is filled in".to_owned(),
        });
    }
}

/// The keys of a mapping on either side, those of the old one first.
pub(super) fn keys_of<'a>(spot: &Spot<'a>) -> Vec<&'a str> {
    let keys =
        |side: Option<&'a Node>| side.map(Node::entries).unwrap_or_default().iter().map(|entry| entry.key.as_str());
    let mut all: Vec<&str> = keys(spot.before).collect();
    let added: Vec<&str> = keys(spot.after).filter(|key| !all.contains(key)).collect();
    all.extend(added);
    all
}
