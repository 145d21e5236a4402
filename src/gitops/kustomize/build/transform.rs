//! Namespace, prefixes and suffixes of names, labels, annotations and numbers of replicas.

use std::collections::BTreeMap;

use crate::document::{Entry, Node, Number, Span, Value};

use super::{
    Object,
    config::Config,
    edit,
    field_spec::{FieldSpec, Made, set_text},
    object::Id,
};

/// Puts objects into a namespace, as `namespace` does.
pub(super) fn namespace(objects: &mut [Object], namespace: &Node, config: &Config) -> Result<(), String> {
    let Some(name) = namespace.as_str().filter(|name| !name.is_empty()) else { return Ok(()) };
    let span = namespace.span;
    let mut names: BTreeMap<Key, usize> = BTreeMap::new();
    for object in objects.iter() {
        *names.entry(key(&object.id())).or_default() += 1;
    }
    for object in objects.iter_mut() {
        let before = key(&object.id());
        object.remember();
        place_in_namespace(&mut object.node, name, span, &config.namespace)?;
        let id = object.id();
        let after = key(&id);
        if before != after {
            if let Some(count) = names.get_mut(&before) {
                *count = count.saturating_sub(1);
            }
            *names.entry(after.clone()).or_default() += 1;
        }
        if names.get(&after).is_some_and(|count| *count > 1) {
            return Err(format!("`namespace` makes two objects one: {} {} would be in {name} twice", id.kind, id.name));
        }
    }
    Ok(())
}

type Key = (String, String, String, String, String);

/// What two objects of a build may not have in common.
pub(super) fn key(id: &Id) -> Key {
    let namespace = id.effective_namespace().to_owned();
    (id.group.clone(), id.version.clone(), id.kind.clone(), namespace, id.name.clone())
}

fn place_in_namespace(node: &mut Node, name: &str, span: Span, fields: &[FieldSpec]) -> Result<(), String> {
    const IN_METADATA: FieldSpec = FieldSpec::of_all("metadata/namespace", true);
    let id = Id::of_type(node);
    let set = &mut |node: &mut Node| set_text(node, name, span);
    if !id.is_cluster_scoped() {
        IN_METADATA.visit(node, Made::Scalar, span, set)?;
    }
    let is_binding = |kind: &str| matches!(kind, "RoleBinding" | "ClusterRoleBinding");
    let binds = is_binding(&id.kind);
    if binds && let Some(subjects) = edit::get_mut(node, "subjects") {
        match &mut subjects.value {
            Value::Null => {}
            // Only the account that every namespace has; others are found by their names later.
            Value::Sequence(subjects) => {
                for subject in subjects {
                    if subject.get("name").and_then(Node::as_str) == Some("default") {
                        edit::set(subject, "namespace", span, edit::text(name, span));
                    }
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_) => {
                return Err(format!("`subjects` of {} is no list", id.kind));
            }
        }
    }
    for field in fields {
        let is_name = field.path == "metadata/name" && !(id.group.is_empty() && id.version == "v1");
        let is_subject = binds && is_binding(&field.kind) && field.path == "subjects/namespace";
        if field.path != "metadata/namespace" && !is_name && !is_subject {
            field.visit(node, Made::Scalar, span, set)?;
        }
    }
    Ok(())
}

/// Which end of a name is added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// `namePrefix`.
    Prefix,
    /// `nameSuffix`.
    Suffix,
}

/// Adds to names, as `namePrefix` and `nameSuffix` do.
pub(super) fn affix(objects: &mut [Object], affix: &Node, end: End, config: &Config) -> Result<(), String> {
    let Some(text) = affix.as_str().filter(|text| !text.is_empty()) else { return Ok(()) };
    let fields = match end {
        End::Prefix => &config.prefix,
        End::Suffix => &config.suffix,
    };
    for object in objects {
        let id = object.original();
        let keeps_its_name = matches!(id.kind.as_str(), "CustomResourceDefinition" | "Namespace")
            || (id.group == "apiregistration.k8s.io" && id.kind == "APIService");
        if keeps_its_name {
            continue;
        }
        for field in fields.iter().filter(|field| field.selects(&id)) {
            if field.path == "metadata/name" {
                match end {
                    End::Prefix => object.prefixes.push(text.to_owned()),
                    End::Suffix => object.suffixes.push(text.to_owned()),
                }
                object.remember();
            }
            field.visit(&mut object.node, Made::Scalar, affix.span, &mut |node| {
                let name = match (node.as_str().unwrap_or(""), end) {
                    (name, End::Prefix) => format!("{text}{name}"),
                    (name, End::Suffix) => format!("{name}{text}"),
                };
                set_text(node, &name, affix.span)
            })?;
        }
    }
    Ok(())
}

/// Adds labels as `labels` and `commonLabels` do.
pub(super) fn labels(objects: &mut [Object], kustomization: &Node, config: &Config) -> Result<(), String> {
    for label in kustomization.get("labels").and_then(Node::as_sequence).unwrap_or_default() {
        let is_set = |name| label.get(name).is_some_and(|flag| flag.value == Value::Bool(true));
        let own = label.get("fields").and_then(Node::as_sequence).unwrap_or_default();
        let mut fields: Vec<FieldSpec> = own.iter().map(super::config::spec).collect();
        FieldSpec::merge_all(&mut fields, &config.labels)?;
        if is_set("includeSelectors") {
            FieldSpec::merge_all(&mut fields, &config.selector_labels)?;
        } else {
            if is_set("includeTemplates") {
                FieldSpec::merge_all(&mut fields, &config.template_labels)?;
            }
            if is_set("includeVolumeClaimTemplates") {
                FieldSpec::merge_all(&mut fields, &config.claim_labels)?;
            }
            FieldSpec::merge(&mut fields, &FieldSpec::of_all("metadata/labels", true))?;
        }
        pairs(objects, label.get("pairs"), &fields)?;
    }
    pairs(objects, kustomization.get("commonLabels"), &config.selector_labels)
}

/// Adds annotations as `commonAnnotations` does.
pub(super) fn annotations(objects: &mut [Object], kustomization: &Node, config: &Config) -> Result<(), String> {
    pairs(objects, kustomization.get("commonAnnotations"), &config.annotations)
}

fn pairs(objects: &mut [Object], pairs: Option<&Node>, fields: &[FieldSpec]) -> Result<(), String> {
    let Some(pairs) = pairs.map(Node::entries).filter(|pairs| !pairs.is_empty()) else { return Ok(()) };
    for object in objects {
        object.note_shared();
        for pair in pairs {
            let shared = object.share(pair.value.span);
            for field in fields {
                field
                    .visit(&mut object.node, Made::Mapping, pair.key_span, &mut |node| set_pair(node, pair, shared))?;
            }
        }
        object.settle_shared();
    }
    Ok(())
}

/// Sets a key of a mapping. Where it is new its value is one with others that are.
fn set_pair(node: &mut Node, pair: &Entry, shared: Span) -> Result<(), String> {
    // JSON says the same of `null` and of an empty text here.
    let text = pair.value.as_str().unwrap_or("");
    match &node.value {
        // A null that is not to be made anything of stays what it is.
        Value::Null => Ok(()),
        Value::Mapping(_) => {
            let span = if node.get(&pair.key).is_some() { pair.value.span } else { shared };
            edit::set(node, &pair.key, pair.key_span, edit::text(text, span));
            Ok(())
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => {
            Err(format!("a mapping was expected, found {}", node.kind_name()))
        }
    }
}

/// Sets numbers of replicas as `replicas` does.
pub(super) fn replicas(objects: &mut [Object], kustomization: &Node, config: &Config) -> Result<(), String> {
    for replica in kustomization.get("replicas").and_then(Node::as_sequence).unwrap_or_default() {
        let name = replica.get("name").and_then(Node::as_str).unwrap_or("");
        let zero = Node { value: Value::Number(Number::Int(0)), span: replica.span };
        let count = replica.get("count").unwrap_or(&zero);
        let mut found = false;
        for field in &config.replicas {
            for object in objects.iter_mut() {
                let matches = |id: &Id| id.name == name && field.selects(id);
                if !object.previous().any(|id| matches(&id)) && !matches(&object.id()) {
                    continue;
                }
                found = true;
                field.visit(&mut object.node, Made::Scalar, count.span, &mut |node| match &node.value {
                    Value::Mapping(_) | Value::Sequence(_) => {
                        Err(format!("a number was expected, found {}", node.kind_name()))
                    }
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                        *node = count.clone();
                        Ok(())
                    }
                })?;
            }
        }
        if !found {
            return Err(format!("`replicas` names {name}, and no object that has replicas is called so"));
        }
    }
    Ok(())
}
