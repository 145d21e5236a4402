//! One resource of both templates, and what is said of it.

use super::{About, Change, route, stateful};
use crate::{
    document::{Node, Step},
    iac::cloudformation::value::{function, plain},
};

/// What a policy says of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// It, or a snapshot of it, is kept.
    Kept,
    /// It is lost.
    Lost,
    /// A deployment decides.
    Open,
}

impl Policy {
    pub fn of(resource: &Node, name: &str, kind: &str) -> Self {
        let Some(policy) = resource.get(name) else { return Self::Lost };
        match policy.as_str() {
            Some("Retain" | "RetainExceptOnCreate") => Self::Kept,
            Some("Snapshot") if stateful::has_snapshots(kind) => Self::Kept,
            None if function(policy).is_some() => Self::Open,
            Some(_) | None => Self::Lost,
        }
    }
}

/// What a change of a property does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Force {
    /// The service refuses it.
    Never,
    /// It makes the resource anew.
    Always,
    /// It may.
    Sometimes,
}

/// A resource of both templates.
pub(super) struct Subject<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    pub old: &'a Node,
    pub new: &'a Node,
    pub stateful: bool,
}

impl Subject<'_> {
    pub fn change(
        &self,
        about: About,
        fatal: bool,
        path: &[&str],
        message: String,
        label: String,
        help: String,
    ) -> Change {
        let way = |side: &Node| {
            let mut route = route(&[self.id]);
            let mut here = side;
            for step in path {
                let Some(next) = here.get(step) else { break };
                route = route.child(Step::Key((*step).to_owned()));
                here = next;
            }
            route
        };
        let (route, before) = (way(self.new), way(self.old));
        let (id, kind) = (self.id.to_owned(), self.kind.to_owned());
        Change { about, fatal, id, kind, route, before, message, label, help }
    }

    pub fn replaced(&self, path: &[&str], force: Force, open: Option<&str>, taken: Option<&str>) -> Change {
        let (kind, id) = (self.kind, self.id);
        let policy = Policy::of(self.new, "UpdateReplacePolicy", kind);
        let property = path.join(".");
        let what = match (force, open) {
            (Force::Never, None) => format!("{property} of {kind} {id} cannot be changed: the deployment fails"),
            (Force::Never, Some(reason)) => {
                format!("{property} of {kind} {id} cannot be changed, and may be: {reason}")
            }
            (Force::Always, None) => format!("{property} of {kind} {id} cannot be changed: the resource is replaced"),
            (Force::Always, Some(reason)) => format!("{kind} {id} is replaced if {property} changes: {reason}"),
            (Force::Sometimes, _) => format!("a change of {property} may replace {kind} {id}"),
        };
        let (fatal, message) = match (self.stateful, force, policy) {
            (_, Force::Never, _) => (open.is_none(), what),
            (true, _, Policy::Kept) => (false, format!("{what}, and the old one is kept")),
            (true, _, Policy::Open) => {
                (false, format!("{what}; its UpdateReplacePolicy is known only when it is deployed"))
            }
            (true, Force::Always, Policy::Lost) if open.is_none() => {
                (true, format!("{what}, and what is in it is lost"))
            }
            (false, _, _) | (true, Force::Always | Force::Sometimes, Policy::Lost) => (false, what),
        };
        let mut help = if fatal && force == Force::Always {
            let keep = if stateful::has_snapshots(kind) {
                "`UpdateReplacePolicy: Retain` or `Snapshot`"
            } else {
                "`UpdateReplacePolicy: Retain`"
            };
            format!("restore the old value, or say {keep} and bring the data over to the new one")
        } else if force == Force::Never {
            "restore the old value, or make a new resource under another logical id and bring the data over".to_owned()
        } else {
            "see in a change set what is replaced before it is deployed".to_owned()
        };
        if let Some(name) = taken.filter(|_| force == Force::Always && open.is_none()) {
            help.push_str(&format!("; with {name} unchanged the new one cannot be made, as the name is taken"));
        }
        let mut full = vec!["Properties"];
        full.extend(path);
        let label = self.label(path);
        self.change(About::Replacement, fatal, &full, message, label, help)
    }

    /// What a property was.
    pub fn label(&self, path: &[&str]) -> String {
        let mut here = self.old.get("Properties");
        for step in path {
            here = here.and_then(|node| node.get(step));
        }
        match here {
            None => "was not set".to_owned(),
            Some(_) if path.iter().any(|step| crate::secret::is_name_of_secret(step)) => "was another value".to_owned(),
            Some(node) => match plain(node) {
                Some(text) => format!("was {}", crate::text::shortened(&text, 40)),
                None => "was another value".to_owned(),
            },
        }
    }

    pub fn retyped(&self, now: &str) -> Change {
        let (kind, id) = (self.kind, self.id);
        let lost = self.stateful && Policy::of(self.new, "UpdateReplacePolicy", kind) == Policy::Lost;
        self.change(
            About::Replacement,
            lost,
            &["Type"],
            format!("{id} was a {kind} and is a {now}: CloudFormation does not update a type"),
            format!("was {kind}"),
            "give the new resource a logical id of its own".to_owned(),
        )
    }
}
