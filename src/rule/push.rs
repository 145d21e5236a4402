//! The push as a whole, as rules see it, and what a policy with `input: push` is given.

use std::collections::BTreeMap;

use super::rego::Rego;

use super::{ChangeKind, Scope};
use crate::{
    document::Identity,
    git::{CommitFacts, Oid, Person, RefKind, RefName, RepoPath},
    push::Push,
};

/// What a rule wants to know of a push.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The resources in changed files: both sides of each are read for it.
    pub resources: bool,
    /// All objects of the tree.
    pub inventory: bool,
}

/// A push as a whole.
#[derive(Debug)]
pub struct Overview<'a> {
    /// What was asked for.
    pub push: &'a Push,
    /// What becomes of each ref, in the order of the push.
    pub updates: Vec<UpdateOverview>,
}

/// What becomes of one ref.
#[derive(Clone, Debug)]
pub struct UpdateOverview {
    /// The ref that really changes.
    pub name: RefName,
    /// `create`, `update` or `delete`.
    pub action: &'static str,
    /// What it points to.
    pub old: Option<Oid>,
    /// What it should point to; nothing where that is no commit yet.
    pub new: Option<Oid>,
    /// Whether nothing of its history is lost.
    pub fast_forward: bool,
    /// The commits that the repository did not have, the newest first.
    pub commits: Vec<CommitFacts>,
    /// The files that change, by path.
    pub changes: Vec<ChangedPath>,
}

/// A file that changes.
#[derive(Clone, Debug)]
pub struct ChangedPath {
    /// Where it is, or was.
    pub path: RepoPath,
    /// Where it was, where the same file is elsewhere now.
    pub old_path: Option<RepoPath>,
    /// What becomes of it.
    pub kind: ChangeKind,
    /// Its format, where it is declarative.
    pub format: Option<&'static str>,
    /// What becomes of the resources in it; empty unless wanted.
    pub resources: Vec<(Identity, ChangeKind)>,
}

pub(super) fn object<const N: usize>(fields: [(&str, Rego); N]) -> Rego {
    Rego::from(fields.into_iter().map(|(key, value)| (Rego::from(key), value)).collect::<BTreeMap<_, _>>())
}

pub(super) fn text(text: Option<&str>) -> Rego {
    text.map_or(Rego::Null, Rego::from)
}

pub(super) fn id(id: Option<Oid>) -> Rego {
    id.map_or(Rego::Null, |id| Rego::from(id.to_string().as_str()))
}

/// Who pushes, and with which options.
pub(super) fn pushed(scope: &Scope<'_>) -> Rego {
    let pusher =
        object([("name", Rego::from(scope.pusher.name.as_str())), ("id", Rego::from(u64::from(scope.pusher.uid)))]);
    let options = Rego::from(scope.options.iter().map(|option| Rego::from(option.as_str())).collect::<Vec<_>>());
    object([("pusher", pusher), ("options", options)])
}

pub(super) fn resource(identity: &Identity) -> [(&'static str, Rego); 4] {
    [
        ("kind", Rego::from(identity.kind.as_str())),
        ("group", Rego::from(identity.group.as_str())),
        ("namespace", text(identity.namespace.as_deref())),
        ("name", Rego::from(identity.name.as_str())),
    ]
}

fn list<T>(items: &[T], one: impl Fn(&T) -> Rego) -> Rego {
    Rego::from(items.iter().map(one).collect::<Vec<_>>())
}

fn person(person: &Person) -> Rego {
    object([
        ("name", Rego::from(person.name.as_str())),
        ("email", Rego::from(person.email.as_str())),
        ("time", Rego::from(person.time)),
    ])
}

fn commit(commit: &CommitFacts) -> Rego {
    object([
        ("id", id(Some(commit.id))),
        ("parents", list(&commit.parents, |parent| id(Some(*parent)))),
        ("author", person(&commit.author)),
        ("committer", person(&commit.committer)),
        ("message", Rego::from(commit.message.as_str())),
        ("has_signature", Rego::from(commit.has_signature)),
    ])
}

fn changed(change: &ChangedPath) -> Rego {
    let of_resource = |(identity, kind): &(Identity, ChangeKind)| {
        let [kind_, group, namespace, name] = resource(identity);
        object([kind_, group, namespace, name, ("change", Rego::from(kind.name()))])
    };
    object([
        ("path", Rego::from(change.path.to_text().as_str())),
        ("old_path", text(change.old_path.as_ref().map(RepoPath::to_text).as_deref())),
        ("change", Rego::from(change.kind.name())),
        ("format", text(change.format)),
        ("resources", list(&change.resources, of_resource)),
    ])
}

/// What a policy with `input: push` sees of those updates.
pub(super) fn input(scope: &Scope<'_>, updates: &[&UpdateOverview]) -> Rego {
    let update = |update: &&UpdateOverview| {
        let kind = match update.name.kind() {
            RefKind::Branch => "branch",
            RefKind::Tag => "tag",
            RefKind::Other => "other",
        };
        object([
            ("ref", Rego::from(update.name.as_str())),
            ("kind", Rego::from(kind)),
            ("action", Rego::from(update.action)),
            ("old", id(update.old)),
            ("new", id(update.new)),
            ("fast_forward", Rego::from(update.fast_forward)),
            ("commits", list(&update.commits, commit)),
            ("changes", list(&update.changes, changed)),
        ])
    };
    object([("push", pushed(scope)), ("updates", list(updates, update))])
}
