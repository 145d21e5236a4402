//! Names of other objects: where one got another name, what refers to it has to follow.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Node, Span, Value};

use super::{
    Object,
    config::{Config, Referred},
    edit,
    field_spec::{FieldSpec, Made},
    object::{Id, NO_NAMESPACE},
};

/// An object that was called otherwise before.
struct Renamed {
    id: Id,
    /// What it was called first.
    original: Id,
    previous: Vec<Id>,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
    /// Where its name is from, and its namespace.
    name_span: Span,
    namespace_span: Span,
}

/// Brings the names that fields hold up to date.
pub(super) fn references(objects: &mut [Object], config: &Config) -> Result<(), String> {
    let renamed: Vec<Renamed> = objects.iter().filter_map(renamed).collect();
    let mut by_name: BTreeMap<&str, Vec<&Renamed>> = BTreeMap::new();
    for object in &renamed {
        let names: BTreeSet<&str> = object.previous.iter().map(|id| id.name.as_str()).collect();
        for name in names {
            by_name.entry(name).or_default().push(object);
        }
    }
    if by_name.is_empty() {
        return Ok(());
    }
    let mut origins: BTreeMap<String, Vec<Id>> = BTreeMap::new();
    for object in objects.iter() {
        origins.entry(object.original().effective_namespace().to_owned()).or_default().push(object.id());
    }
    for object in objects.iter_mut() {
        let original = object.original();
        let referrer = Referrer::new(object);
        for referred in &config.references {
            for field in referred.referrers.iter().filter(|field| field.selects(&original)) {
                let lookup = Lookup { referrer: &referrer, referred, field, by_name: &by_name, origins: &origins };
                lookup.update(&mut object.node)?;
            }
        }
    }
    Ok(())
}

fn renamed(object: &Object) -> Option<Renamed> {
    let previous: Vec<Id> = object.previous().collect();
    let original = previous.first()?.clone();
    let metadata = object.node.get("metadata")?;
    let span = |key| metadata.get(key).map_or(metadata.span, |node| node.span);
    Some(Renamed {
        id: object.id(),
        original,
        previous,
        prefixes: object.prefixes.clone(),
        suffixes: object.suffixes.clone(),
        name_span: span("name"),
        namespace_span: span("namespace"),
    })
}

/// An object whose fields may hold names.
struct Referrer {
    id: Id,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
    /// Namespaces of the accounts that a `RoleBinding` binds.
    bound: BTreeSet<String>,
    /// Group and kind of what a binding refers to.
    role: Option<(String, String)>,
}

impl Referrer {
    fn new(object: &Object) -> Self {
        let id = object.id();
        let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
        let subjects = match id.kind.as_str() {
            "RoleBinding" => object.node.get("subjects").and_then(Node::as_sequence).unwrap_or_default(),
            _ => &[],
        };
        let bound = subjects
            .iter()
            .filter(|subject| subject.get("kind").and_then(Node::as_str) == Some("ServiceAccount"))
            .filter_map(|subject| text(subject, "namespace"))
            .collect();
        let role = object.node.get("roleRef").and_then(|role| Some((text(role, "apiGroup")?, text(role, "kind")?)));
        Self { id, prefixes: object.prefixes.clone(), suffixes: object.suffixes.clone(), bound, role }
    }

    /// Whether it may refer to an object at all.
    fn reaches(&self, other: &Id) -> bool {
        self.id.is_cluster_scoped()
            || other.is_cluster_scoped()
            || other.effective_namespace() == self.id.effective_namespace()
            || self.bound.contains(&other.namespace)
    }

    /// Whether it refers to what is in its own namespace, or in none. Accounts are bound across namespaces.
    fn is_beside(&self, other: &Id) -> bool {
        self.id.is_cluster_scoped()
            || other.is_cluster_scoped()
            || other.kind == "ServiceAccount"
            || other.effective_namespace() == self.id.effective_namespace()
    }

    /// Whether both got their prefixes and suffixes from the same kustomizations.
    fn shares_affixes(&self, other: &Renamed, lenient: bool) -> bool {
        let same = |a: &[String], b: &[String]| {
            (lenient && (a.is_empty() || b.is_empty()))
                || (a.is_empty() == b.is_empty() && a.iter().rev().zip(b.iter().rev()).all(|(a, b)| a == b))
        };
        same(&self.prefixes, &other.prefixes) && same(&self.suffixes, &other.suffixes)
    }
}

/// A field of an object that may hold the name of another.
struct Lookup<'a> {
    referrer: &'a Referrer,
    referred: &'a Referred,
    field: &'a FieldSpec,
    by_name: &'a BTreeMap<&'a str, Vec<&'a Renamed>>,
    /// All objects by the namespace that they were in first.
    origins: &'a BTreeMap<String, Vec<Id>>,
}

impl<'a> Lookup<'a> {
    fn update(&self, object: &mut Node) -> Result<(), String> {
        let field = FieldSpec { group: "".into(), version: "".into(), kind: "".into(), ..self.field.clone() };
        // Nothing is made: there is no name to put in.
        field.visit(object, Made::Nothing, Span::default(), &mut |node| match &mut node.value {
            Value::Null => Ok(()),
            Value::Sequence(items) => items.iter_mut().try_for_each(|item| match &item.value {
                Value::Null => Ok(()),
                Value::Mapping(_) => self.mapping(item),
                Value::Bool(_) | Value::Number(_) | Value::String(_) => self.scalar(item),
                Value::Sequence(_) => Err("a name or a mapping was expected, found a list".to_owned()),
            }),
            Value::Mapping(_) => self.mapping(node),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => self.scalar(node),
        })
    }

    fn scalar(&self, node: &mut Node) -> Result<(), String> {
        let Some(name) = node.as_str() else { return Ok(()) };
        let found = self.select(name, |_| true, |a, b| a.id.name == b.id.name)?;
        if let Some(found) = found
            && found.id.name != name
        {
            *node = edit::text(found.id.name.clone(), found.name_span);
        }
        Ok(())
    }

    /// A mapping with a name and perhaps a namespace, which helps to tell which object is meant.
    fn mapping(&self, node: &mut Node) -> Result<(), String> {
        let Some(name) = node.get("name") else {
            return Err("a mapping that refers to an object has no `name`".to_owned());
        };
        let name = name.as_str().unwrap_or("").to_owned();
        let namespace = node.get("namespace").and_then(Node::as_str).map(str::to_owned);
        // What was in that namespace first; only if nothing was, what is there now.
        let in_original = |other: &Renamed| {
            namespace
                .as_deref()
                .is_some_and(|namespace| namespace != NO_NAMESPACE && other.original.effective_namespace() == namespace)
        };
        let by_original = namespace.is_some() && self.any_in_original(namespace.as_deref().unwrap_or(""));
        let is_candidate = |other: &Renamed| match &namespace {
            None => true,
            Some(_) if by_original => in_original(other),
            Some(namespace) => namespace != NO_NAMESPACE && other.id.effective_namespace() == namespace,
        };
        let same = |a: &Renamed, b: &Renamed| a.id.name == b.id.name && a.id.namespace == b.id.namespace;
        let Some(found) = self.select(&name, is_candidate, same)? else { return Ok(()) };
        if found.id.name == name && found.id.namespace.is_empty() {
            return Ok(());
        }
        if found.id.name != name {
            let key_span = node.entry("name").map_or(found.name_span, |entry| entry.key_span);
            edit::set(node, "name", key_span, edit::text(found.id.name.clone(), found.name_span));
        }
        if !found.id.namespace.is_empty() && namespace.as_deref() != Some(&found.id.namespace) {
            let key_span = node.entry("namespace").map_or(found.namespace_span, |entry| entry.key_span);
            edit::set(node, "namespace", key_span, edit::text(found.id.namespace.clone(), found.namespace_span));
        }
        Ok(())
    }

    /// Whether any object that may be referred to was in a namespace first.
    fn any_in_original(&self, namespace: &str) -> bool {
        namespace != NO_NAMESPACE
            && self.origins.get(namespace).is_some_and(|ids| ids.iter().any(|id| self.referrer.reaches(id)))
    }

    fn select(
        &self,
        name: &str,
        is_candidate: impl Fn(&Renamed) -> bool,
        same: impl Fn(&Renamed, &Renamed) -> bool,
    ) -> Result<Option<&'a Renamed>, String> {
        let Some(named) = self.by_name.get(name) else { return Ok(None) };
        let of_type = |id: &Id| id.is_selected(&self.referred.group, &self.referred.version, &self.referred.kind);
        let role = self.referrer.role.as_ref().filter(|_| self.field.path.ends_with("roleRef/name"));
        let mut candidates: Vec<&Renamed> = named
            .iter()
            .copied()
            .filter(|other| is_candidate(other) && self.referrer.reaches(&other.id))
            .filter(|other| other.previous.iter().any(of_type))
            .filter(|other| {
                role.is_none_or(|(group, kind)| other.previous.iter().any(|id| id.is_selected(group, "", kind)))
            })
            .filter(|other| self.referrer.is_beside(&other.id))
            .collect();
        if candidates.len() != 1 {
            candidates.retain(|other| self.referrer.shares_affixes(other, true));
            if candidates.len() > 1 {
                candidates.retain(|other| self.referrer.shares_affixes(other, false));
            }
        }
        let Some((first, others)) = candidates.split_first() else { return Ok(None) };
        if others.iter().all(|other| same(first, other)) {
            return Ok(Some(first));
        }
        Err(format!("{name} may refer to more than one {}", self.referred.kind))
    }
}
