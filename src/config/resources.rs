//! `immutability.resources`: which resources may not go, and what cannot be meant by that.

use serde::Serialize;

use super::decode::Decoder;
use super::fields::Fields;
use super::glob::GlobList;
use super::model::Enforce;
use super::problem::ConfigProblem;
use super::read::{globs, strings};
use super::words::{Complaint, keywords};
use crate::document::Span;
use crate::kubernetes::{builtin, scope};

/// Which resources may not go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResourceRule {
    /// The resources; all if nothing narrows it down.
    #[serde(rename = "match", skip_serializing_if = "ResourceMatch::is_all")]
    pub selection: ResourceMatch,
    /// What is refused. Never empty.
    pub forbid: Vec<ResourceAction>,
    /// What to tell someone who has tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What its findings do.
    #[serde(skip_serializing_if = "is_deny")]
    pub enforce: Enforce,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_deny(enforce: &Enforce) -> bool {
    *enforce == Enforce::Deny
}

/// Which resources a rule is about: those that everything written here holds for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ResourceMatch {
    /// Kinds, exact; any if empty.
    #[serde(rename = "kind", skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// API group without version, exact; empty for the core group. The name of a tool for what is no
    /// object of Kubernetes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<GlobList>,
    /// Names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<GlobList>,
    /// Labels of the object before the push, all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// Paths of files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paths: Option<GlobList>,
    /// Refs that are pushed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refs: Option<GlobList>,
}

impl ResourceMatch {
    /// Whether it is about all resources.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

keywords! {
    /// What a push can do to a resource.
    ResourceAction {
        /// Remove it; giving it another name or namespace removes it as well.
        Delete = "delete",
        /// Give it another name, namespace or kind.
        Rename = "rename",
        /// Remove it while others in the repository still need it.
        Orphan = "orphan",
    } planned []
}

/// A label that a resource has to have, with any value or with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its key.
    pub key: String,
    /// Its value; any if absent.
    pub value: Option<String>,
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}={value}", self.key),
            None => f.write_str(&self.key),
        }
    }
}

impl Serialize for Label {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Label {
    /// Reads `key`, `key=value` or `key==value`.
    pub(super) fn parse(text: &str) -> Result<Self, Complaint> {
        let refuse = |help: &str| Err(Complaint::new(format!("`{text}` selects no labels")).help(help));
        if text.starts_with('!') || text.contains("!=") {
            return refuse("labels cannot be negated: write those that a resource has to have");
        }
        if text.contains([' ', ',', '(']) {
            return refuse("write each label of its own: `labels: [tier=prod, keep]`");
        }
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Some(value.strip_prefix('=').unwrap_or(value))),
            None => (text, None),
        };
        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let letter = |c: char| c.is_ascii_alphanumeric();
        let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
        let good_prefix = prefix.is_none_or(|prefix| is_made_of(prefix, lower, ".-"));
        let good_value = value.is_none_or(|value| value.is_empty() || is_made_of(value, letter, "_.-"));
        if good_prefix && good_value && is_made_of(name, letter, "_.-") {
            return Ok(Self { key: key.to_owned(), value: value.map(str::to_owned) });
        }
        refuse("such as `tier=prod`, or `example.org/keep` for any value")
    }
}

/// Whether a text begins and ends with such a character, and has only such and these others between.
fn is_made_of(text: &str, of: impl Fn(char) -> bool, between: &str) -> bool {
    text.starts_with(&of) && text.ends_with(&of) && text.chars().all(|c| of(c) || between.contains(c))
}

/// What removing objects of a kind can orphan; what nothing in a repository points at is not here.
pub const NEEDED_KINDS: [(&str, &str); 11] = [
    ("", "ConfigMap"),
    ("", "Namespace"),
    ("", "PersistentVolumeClaim"),
    ("", "Secret"),
    ("", "ServiceAccount"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("networking.k8s.io", "IngressClass"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "Role"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "StorageClass"),
];

/// Short names that people know from the command line.
const SHORT: [(&str, &str); 18] = [
    ("cm", "ConfigMap"),
    ("crd", "CustomResourceDefinition"),
    ("crds", "CustomResourceDefinition"),
    ("cj", "CronJob"),
    ("deploy", "Deployment"),
    ("ds", "DaemonSet"),
    ("ing", "Ingress"),
    ("netpol", "NetworkPolicy"),
    ("ns", "Namespace"),
    ("pc", "PriorityClass"),
    ("po", "Pod"),
    ("pv", "PersistentVolume"),
    ("pvc", "PersistentVolumeClaim"),
    ("rs", "ReplicaSet"),
    ("sa", "ServiceAccount"),
    ("sc", "StorageClass"),
    ("sts", "StatefulSet"),
    ("svc", "Service"),
];

/// Reads one entry.
pub(super) fn read(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> Option<ResourceRule> {
    let forbid = decoder.words::<ResourceAction>(fields, "forbid");
    let within = decoder.table(fields, "match");
    let selection = match &within {
        Some(within) => ResourceMatch {
            kinds: strings(decoder, within, "kind").unwrap_or_default(),
            group: decoder.text(within, "group"),
            namespace: globs(decoder, within, "namespace"),
            name: globs(decoder, within, "name"),
            labels: labels(decoder, within),
            paths: globs(decoder, within, "paths"),
            refs: globs(decoder, within, "refs"),
        },
        None => ResourceMatch::default(),
    };
    let help = decoder.text(fields, "help");
    let enforce = decoder.word(fields, "enforce").unwrap_or(Enforce::Deny);
    if let Some(within) = &within {
        kinds(decoder, within, &selection);
        never(decoder, within, &selection);
    }
    if forbid.as_deref() == Some(&[ResourceAction::Orphan]) && !can_orphan(&selection) {
        let kinds: Vec<&str> = NEEDED_KINDS.iter().map(|(_, kind)| *kind).collect();
        let problem = ConfigProblem::new(place(fields, "forbid"), "nothing in a repository points at such resources");
        decoder.note(problem.help(format!("`orphan` says something of {}", kinds.join(", "))));
    }
    Some(ResourceRule { selection, forbid: forbid?, help, enforce })
}

fn labels(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> Vec<Label> {
    let texts = decoder.texts(fields, "labels").unwrap_or_default();
    texts.iter().filter_map(|(text, _)| Label::parse(text).ok()).collect()
}

fn place(fields: &Fields<'_>, key: &str) -> Span {
    fields.find(key).map_or_else(Span::default, |(_, entry)| entry.value.span)
}

fn can_orphan(selection: &ResourceMatch) -> bool {
    let fits = |(group, kind): &(&str, &str)| {
        (selection.kinds.is_empty() || selection.kinds.iter().any(|wanted| wanted == kind))
            && selection.group.as_ref().is_none_or(|wanted| wanted == group)
    };
    NEEDED_KINDS.iter().any(fits)
}

/// Notes kinds that are written as nobody writes them in a manifest.
fn kinds(decoder: &mut Decoder<'_>, within: &Fields<'_>, selection: &ResourceMatch) {
    if selection.kinds.is_empty() {
        return;
    }
    for (kind, span) in decoder.texts(within, "kind").unwrap_or_default() {
        // Terraform and others have names of their own for what they make.
        if selection.group.as_deref().is_some_and(is_tool) || builtin::kinds().any(|(_, known)| known == kind) {
            continue;
        }
        let short = SHORT.iter().find(|(short, _)| *short == kind).map(|(_, long)| *long);
        let alike = |known: &str| {
            known.eq_ignore_ascii_case(&kind)
                || kind.strip_suffix('s').is_some_and(|one| one.eq_ignore_ascii_case(known))
                || kind.strip_suffix("es").is_some_and(|one| one.eq_ignore_ascii_case(known))
        };
        let meant = short.or_else(|| builtin::kinds().map(|(_, known)| known).find(|known| alike(known)));
        if let Some(meant) = meant {
            let problem = ConfigProblem::new(span, format!("no resource is of kind `{kind}`"));
            decoder.note(problem.help(format!("write it as manifests do: `{meant}`")));
        }
    }
}

fn is_tool(group: &str) -> bool {
    matches!(group, "ansible" | "cloudformation" | "compose" | "terraform")
}

/// Notes what together matches nothing.
fn never(decoder: &mut Decoder<'_>, within: &Fields<'_>, selection: &ResourceMatch) {
    let tool = selection.group.as_deref().filter(|group| is_tool(group));
    if let Some(tool) = tool {
        for (key, what) in [("labels", "labels of Kubernetes"), ("namespace", "namespace")] {
            if within.has(key) {
                let message = format!("this can never match: a resource of `{tool}` has no {what}");
                let help = format!("remove `{key}`, or narrow it down by `paths`");
                decoder.note(ConfigProblem::new(place(within, key), message).help(help));
            }
        }
        return;
    }
    let Some(group) = &selection.group else {
        let all_outside = !selection.kinds.is_empty()
            && selection.kinds.iter().all(|kind| {
                let mut known = builtin::kinds().filter(|(_, known)| known == kind).peekable();
                known.peek().is_some() && known.all(|(group, kind)| scope::is_namespaced(group, kind) == Some(false))
            });
        if all_outside && within.has("namespace") {
            decoder.note(in_no_namespace(place(within, "namespace")));
        }
        return;
    };
    // A group that Kubernetes has itself, where none of the kinds is in.
    let of_group = |kind: &String| builtin::kinds().any(|(of, known)| of == group && known == kind);
    let is_known = |kind: &String| builtin::kinds().any(|(_, known)| known == kind);
    let none_of_them =
        !selection.kinds.is_empty() && selection.kinds.iter().all(|kind| is_known(kind) && !of_group(kind));
    if none_of_them && builtin::kinds().any(|(of, _)| of == group) {
        let kind = selection.kinds.first().map_or("", String::as_str);
        let home = builtin::kinds().find(|(_, known)| *known == kind).map_or("", |(group, _)| group);
        let help = if home.is_empty() {
            format!("`{kind}` is of the core group: write `group: \"\"`, or remove it")
        } else {
            format!("`{kind}` is of the group `{home}`")
        };
        let message = format!("this can never match: the group `{group}` has none of these kinds");
        decoder.note(ConfigProblem::new(place(within, "group"), message).help(help));
    } else if !selection.kinds.is_empty()
        && selection.kinds.iter().all(|kind| scope::is_namespaced(group, kind) == Some(false))
        && within.has("namespace")
    {
        decoder.note(in_no_namespace(place(within, "namespace")));
    }
}

fn in_no_namespace(span: Span) -> ConfigProblem {
    ConfigProblem::new(span, "this can never match: resources of these kinds are in no namespace")
        .help("remove `namespace`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_keys_with_or_without_values() {
        let label = |key: &str, value: Option<&str>| Label { key: key.to_owned(), value: value.map(str::to_owned) };
        assert_eq!(Label::parse("keep"), Ok(label("keep", None)));
        assert_eq!(Label::parse("example.org/tier=prod"), Ok(label("example.org/tier", Some("prod"))));
        assert_eq!(Label::parse("tier==prod"), Ok(label("tier", Some("prod"))));
        assert_eq!(Label::parse("tier="), Ok(label("tier", Some(""))));
        for wrong in ["", "!keep", "a!=b", "a in (b)", "a,b", "a b", "=b", "A/b", "a/b/c", "a=b=c", "a=-"] {
            assert!(Label::parse(wrong).is_err(), "{wrong}");
        }
    }
}
