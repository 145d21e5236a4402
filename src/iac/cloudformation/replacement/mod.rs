//! What a stack makes anew, or deletes, when one template takes the place of another.
//!
//! Resources are the same by their logical ids. No value is asked for: what a deployment decides is told as
//! undecided. This room must not know files or findings; what it says goes to `rule/catalogue/`.

mod sameness;
mod stateful;
mod subject;
mod term;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Node, Route, Step};

use super::{
    fixed::fixed,
    transforms,
    types::Order,
    value::{entries, is_open, makes_more},
};
use sameness::{Revisions, Sameness};
pub use stateful::is_stateful;
use subject::{Force, Policy, Subject};
use term::{Context, Term};

/// What is said about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A resource is made anew.
    Replacement,
    /// A resource is deleted.
    Deletion,
    /// What protects a resource is taken away.
    Policy,
}

/// What becomes of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about.
    pub about: About,
    /// Whether what is in the resource is lost, or the service refuses it; else it is only told.
    pub fatal: bool,
    /// The resource's logical id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// Way to what causes it, in the new template; in the old one where it is gone.
    pub route: Route,
    /// Way to the same in the old template.
    pub before: Route,
    /// What is wrong, in one line.
    pub message: String,
    /// What to say beside the place.
    pub label: String,
    /// What to do.
    pub help: String,
}

/// Two revisions of a template.
pub struct Templates<'a> {
    old: &'a Node,
    new: &'a Node,
    revisions: Revisions,
    /// Whether the new template has resources that are not written in it.
    open: bool,
    /// Whether nothing that a resource may depend on changed beside it.
    alone: bool,
}

impl<'a> Templates<'a> {
    /// The revisions, by their roots.
    #[must_use]
    pub fn new(old: &'a Node, new: &'a Node) -> Self {
        let revisions = Revisions::new(old, new);
        let transforms = transforms::of(new);
        let written_openly = new.get("Resources").is_none_or(is_open);
        let open = transforms.foreign || transforms.include || written_openly;
        let alone = revisions.changed.is_empty();
        Self { old, new, revisions, open, alone }
    }

    /// What becomes of all resources of the old template.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for entry in self.old.get("Resources").map(entries).unwrap_or_default() {
            if makes_more(&entry.key) {
                self.repeated(&entry.key, &entry.value, &mut changes);
                continue;
            }
            let Some(kind) = type_of(&entry.value) else { continue };
            match resource(self.new, &entry.key) {
                Some(new) => self.resource_changes(&entry.key, kind, &entry.value, new, &mut changes),
                None => changes.extend(self.gone(&entry.key, kind, &entry.value)),
            }
        }
        changes
    }

    fn resource_changes(&self, id: &str, kind: &str, old: &Node, new: &Node, changes: &mut Vec<Change>) {
        if self.alone && old.same_value(new) {
            return;
        }
        let subject = Subject { id, kind, old, new, stateful: is_stateful(kind) };
        let Some(new_kind) = type_of(new) else { return };
        if stateful::made(kind) != stateful::made(new_kind) {
            changes.push(subject.retyped(new_kind));
            return;
        }
        self.replaced(&subject, changes);
        if subject.stateful {
            self.policies(&subject, changes);
        }
    }

    /// Properties that cannot be changed.
    fn replaced(&self, subject: &Subject<'_>, changes: &mut Vec<Change>) {
        let fixed = stateful::serverless(subject.kind).map_or_else(
            || fixed(subject.kind).map(|fixed| (fixed.always, fixed.sometimes, fixed.order)),
            |properties| Some((properties.iter().map(|name| vec![*name]).collect(), Vec::new(), None)),
        );
        let (always, sometimes, order) = fixed.unwrap_or_default();
        let never: Vec<Vec<&str>> = stateful::never(subject.kind).iter().map(|name| vec![*name]).collect();
        if always.is_empty() && sometimes.is_empty() && never.is_empty() {
            return;
        }
        let properties = |context: Context<'_>, resource: &Node| {
            resource.get("Properties").map_or(Term::Absent, |properties| context.term(properties))
        };
        let old = properties(Context::new(self.old), subject.old);
        let new = properties(Context::new(self.new), subject.new);
        let mut told: BTreeSet<Vec<&str>> = BTreeSet::new();
        let taken = self.taken_name(&old, &new, &always).filter(|_| order != Some(Order::DeleteFirst));
        for (paths, force) in [(&never, Force::Never), (&always, Force::Always), (&sometimes, Force::Sometimes)] {
            for path in paths {
                // What is in a property that is told is told with it.
                if (1..=path.len()).any(|length| path.get(..length).is_some_and(|part| told.contains(part))) {
                    continue;
                }
                let sameness = self.revisions.at(&old, &new, path);
                let open = match sameness {
                    Sameness::Same => continue,
                    Sameness::Different => None,
                    // Whether something else is made anew that holds nothing is not worth the doubt.
                    Sameness::Open(_) if !subject.stateful || force == Force::Sometimes => continue,
                    Sameness::Open(reason) => Some(reason),
                };
                changes.push(subject.replaced(path, force, open.as_deref(), taken.as_deref()));
                told.insert(path.clone());
            }
        }
    }

    /// The name that people gave a resource, where it stays the same: it is in the way of the new one.
    fn taken_name(&self, old: &Term, new: &Term, always: &[Vec<&str>]) -> Option<String> {
        let (Term::Map(old), Term::Map(new)) = (old, new) else { return None };
        let name = stateful::names().iter().find(|name| {
            let is_fixed = || always.iter().any(|path| path.as_slice() == [**name]);
            let same = || {
                self.revisions.at(
                    old.get(**name).unwrap_or(&Term::Absent),
                    new.get(**name).unwrap_or(&Term::Absent),
                    &[],
                )
            };
            old.contains_key(**name) && is_fixed() && same() == Sameness::Same
        })?;
        Some((*name).to_owned())
    }

    /// What protects a resource that keeps state.
    fn policies(&self, subject: &Subject<'_>, changes: &mut Vec<Change>) {
        for (name, what) in [("DeletionPolicy", "deleted"), ("UpdateReplacePolicy", "replaced")] {
            let (before, after) =
                (Policy::of(subject.old, name, subject.kind), Policy::of(subject.new, name, subject.kind));
            if before != Policy::Kept || after == Policy::Kept {
                continue;
            }
            let was = subject.old.get(name).and_then(Node::as_str).unwrap_or_default();
            changes.push(subject.change(
                About::Policy,
                false,
                &[name],
                format!(
                    "{name} {was} of {} {} is taken away: what is in it is lost when it is {what}",
                    subject.kind, subject.id
                ),
                format!("was {was}"),
                format!("leave `{name}: {was}`, unless it may go"),
            ));
        }
        let condition = |side: &Node| side.get("Condition").and_then(Node::as_str).map(str::to_owned);
        let (before, after) = (condition(subject.old), condition(subject.new));
        if let Some(now) = after {
            let names = BTreeSet::from([now.clone()]);
            let reason = match before {
                None => Some(format!("it has the condition {now} now")),
                Some(before) if before != now => Some(format!("its condition was {before}, and is {now}")),
                Some(_) => self.revisions.reason(&names).map(str::to_owned),
            };
            if let Some(reason) = reason {
                changes.push(subject.change(
                    About::Deletion,
                    false,
                    &["Condition"],
                    format!("{} {} is deleted where its condition does not hold: {reason}", subject.kind, subject.id),
                    "decided when it is deployed".to_owned(),
                    "see that the condition holds wherever the resource is deployed".to_owned(),
                ));
            }
        }
    }

    /// A resource that the new template does not have.
    fn gone(&self, id: &str, kind: &str, old: &Node) -> Option<Change> {
        if !is_stateful(kind) {
            return None;
        }
        let renamed = self.renamed(kind, old);
        let policy = Policy::of(old, "DeletionPolicy", kind);
        let what = match &renamed {
            Some(now) => format!("{kind} {id} is deleted: its logical id is {now} now"),
            None => format!("{kind} {id} is deleted with its data"),
        };
        let before = route(&[id]);
        let place = match &renamed {
            Some(now) => route(&[now]),
            None => before.clone(),
        };
        let change = |fatal, message: String, help: &str| Change {
            about: About::Deletion,
            fatal,
            id: id.to_owned(),
            kind: kind.to_owned(),
            route: place.clone(),
            before: before.clone(),
            message,
            label: match &renamed {
                Some(_) => format!("was {id}"),
                None => format!("{id} is gone"),
            },
            help: help.to_owned(),
        };
        let keep = if stateful::has_snapshots(kind) {
            "`DeletionPolicy: Retain` or `Snapshot`"
        } else {
            "`DeletionPolicy: Retain`"
        };
        match policy {
            Policy::Kept => renamed.as_ref().map(|now| {
                let message = format!("{kind} {now} is made anew: it was {id}, which is left behind");
                change(false, message, "keep the logical id, or import what is left behind under the new one")
            }),
            Policy::Open => Some(change(
                false,
                format!("{what}: its DeletionPolicy is known only when it is deployed"),
                "see that the policy that is deployed retains it",
            )),
            Policy::Lost if self.open => Some(change(
                false,
                format!("{kind} {id} is not written any more, and macros or loops may make it"),
                "see in a change set that it is not deleted",
            )),
            Policy::Lost => {
                let in_cluster =
                    old.get("Properties").is_some_and(|properties| properties.get("DBClusterIdentifier").is_some());
                let says_nothing = old.get("DeletionPolicy").is_none();
                let message = if says_nothing && stateful::snapshot_by_default(kind, in_cluster) {
                    format!("{what}; but for a last snapshot, which is taken by default")
                } else {
                    what
                };
                let keep_id = if renamed.is_some() { "keep the logical id, or first" } else { "first" };
                let help = format!(
                    "{keep_id} push and deploy {keep} on {id} alone, then this: the policy that is deployed counts, one that is added now does not help"
                );
                Some(change(true, message, &help))
            }
        }
    }

    /// The logical id that a resource seems to have now: of a new one of its type that says the same.
    fn renamed(&self, kind: &str, old: &Node) -> Option<String> {
        let added = self
            .new
            .get("Resources")
            .map(entries)
            .unwrap_or_default()
            .iter()
            .filter(|entry| type_of(&entry.value) == Some(kind) && resource(self.old, &entry.key).is_none());
        let same = |new: &Node| match (old.get("Properties"), new.get("Properties")) {
            (Some(old), Some(new)) => old.same_value(new),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let mut same = added.filter(|entry| same(&entry.value));
        match (same.next(), same.next()) {
            (Some(only), None) => Some(only.key.clone()),
            (_, _) => None,
        }
    }

    /// `Fn::ForEach` and the like: which resources it makes is not found out here.
    fn repeated(&self, key: &str, old: &Node, changes: &mut Vec<Change>) {
        let new = resource(self.new, key);
        let same = self.alone && new.is_some_and(|new| new.same_value(old));
        let Some(kind) = stateful_within(old).filter(|_| !same) else { return };
        changes.push(Change {
            about: About::Deletion,
            fatal: false,
            id: key.to_owned(),
            kind: kind.to_owned(),
            route: route(&[key]),
            before: route(&[key]),
            message: format!(
                "which {kind} {} makes is not found out here, and it changed",
                crate::text::shortened(key, 60)
            ),
            label: "changed".to_owned(),
            help: "see in a change set that none of them is deleted or replaced".to_owned(),
        });
    }
}

/// A resource of a template.
fn resource<'r>(root: &'r Node, id: &str) -> Option<&'r Node> {
    root.get("Resources")?.get(id)
}

/// A type that keeps state, of a resource in a value.
fn stateful_within(node: &Node) -> Option<&str> {
    if let Some(kind) = type_of(node).filter(|kind| is_stateful(kind)) {
        return Some(kind);
    }
    let items = node.as_sequence().unwrap_or_default().iter();
    items.chain(entries(node).iter().map(|entry| &entry.value)).find_map(stateful_within)
}

/// The resources of a template that keep state, with their types.
#[must_use]
pub fn left_alone(root: &Node) -> BTreeMap<String, String> {
    let resources = root.get("Resources").map(entries).unwrap_or_default();
    let stateful = resources.iter().filter_map(|entry| {
        let kind = type_of(&entry.value).filter(|kind| is_stateful(kind))?;
        Some((entry.key.clone(), kind.to_owned()))
    });
    stateful.collect()
}

fn type_of(resource: &Node) -> Option<&str> {
    resource.get("Type")?.as_str()
}

/// The way to a resource, or to something in it.
#[must_use]
pub fn route(steps: &[&str]) -> Route {
    let mut route = Route(vec![Step::Key("Resources".to_owned())]);
    route.0.extend(steps.iter().map(|step| Step::Key((*step).to_owned())));
    route
}
