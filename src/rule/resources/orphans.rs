//! What in a repository needs something that is removed.

use std::collections::BTreeSet;

use super::text;
use crate::{
    document::{Identity, Node, Value},
    gitops::{TreeError, clusters},
    rule::{Gone, Namespace, Scope, Standing, Wholeness},
};

/// How sure it is that something is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It is.
    Sure,
    /// It is if both are in one namespace, which nothing says.
    Likely,
}

/// Whether a cluster has something of this name whatever is applied to it.
fn is_given(identity: &Identity) -> bool {
    let name = identity.name.as_str();
    match identity.kind.as_str() {
        "Namespace" => matches!(name, "default" | "kube-system" | "kube-public" | "kube-node-lease"),
        "ServiceAccount" => name == "default",
        "ConfigMap" => name == "kube-root-ca.crt",
        "ClusterRole" => matches!(name, "admin" | "cluster-admin" | "edit" | "view") || name.starts_with("system:"),
        "PriorityClass" => name.starts_with("system-"),
        _ => false,
    }
}

/// What in the repository, as it is after the push, needs something that is gone.
///
/// # Errors
/// [`TreeError`] when the repository cannot be read.
pub(super) fn needed_by(
    scope: &Scope<'_>,
    gone: &Gone<'_>,
    identity: &Identity,
) -> Result<Vec<(Need, Standing)>, TreeError> {
    let is_known =
        crate::config::NEEDED_KINDS.iter().any(|(group, kind)| *group == identity.group && *kind == identity.kind);
    if !is_known || is_given(identity) {
        return Ok(Vec::new());
    }
    let node = gone.old.unit.node;
    let defined = text(node, &["spec", "group"]).zip(text(node, &["spec", "names", "kind"]));
    let word = match (identity.kind.as_str(), defined) {
        ("CustomResourceDefinition", Some((group, _))) => group,
        ("CustomResourceDefinition", None) => return Ok(Vec::new()),
        _ => identity.name.as_str(),
    };
    let from = gone.old.file.path.to_text();
    let namespace = gone.before.namespace_of(&from, identity)?;
    let cluster = gone.before.clusters_of(&from)?;
    let mut found = Vec::new();
    for one in scope.tree.standing(&BTreeSet::from([word.to_owned()]))? {
        let path = one.path.to_text();
        if makes(&one.node, identity) {
            // Something else makes it now.
            return Ok(Vec::new());
        }
        let needs = match (&one.identity, defined) {
            (Some(other), Some((group, kind))) if identity.kind == "CustomResourceDefinition" => {
                other.group == group && other.kind == kind
            }
            (_, _) if identity.kind == "CustomResourceDefinition" => false,
            (Some(other), _) if identity.kind == "Namespace" => {
                other.namespace.as_deref() == Some(&identity.name) || puts_into(&one.node, &identity.name)
            }
            (None, _) if identity.kind == "Namespace" => puts_into(&one.node, &identity.name),
            (_, _) => names(&one.node, identity),
        };
        if !needs
            || !clusters::agree(&cluster, &scope.tree.clusters_of(&path)?)
            || scope.tree.kustomized()?.wholeness(&path) == Wholeness::Patch
        {
            continue;
        }
        let need = match &one.identity {
            Some(other) if namespace != Namespace::Outside && !is_across(&one.node, identity, &namespace) => {
                match (&namespace, scope.tree.namespace_of(&path, other)?) {
                    (Namespace::Named(a), Namespace::Named(b)) if a == &b => Need::Sure,
                    (Namespace::Named(_), Namespace::Named(_)) => continue,
                    (Namespace::Unknown, Namespace::Unknown) => Need::Sure,
                    (_, _) => Need::Likely,
                }
            }
            Some(_) | None => Need::Sure,
        };
        found.push((need, one));
    }
    Ok(found)
}

/// Whether a subject says the namespace of a service account itself.
fn is_across(node: &Node, identity: &Identity, namespace: &Namespace) -> bool {
    let Namespace::Named(namespace) = namespace else { return false };
    let subjects = node.get("subjects").and_then(Node::as_sequence).unwrap_or_default();
    subjects.iter().any(|subject| {
        identity.kind == "ServiceAccount"
            && text(subject, &["name"]) == Some(&identity.name)
            && text(subject, &["namespace"]) == Some(namespace)
    })
}

/// Whether an object or a kustomization puts others into a namespace.
fn puts_into(node: &Node, namespace: &str) -> bool {
    let paths: [&[&str]; 4] = [
        &["spec", "targetNamespace"],
        &["spec", "install", "targetNamespace"],
        &["spec", "destination", "namespace"],
        &["namespace"],
    ];
    paths.iter().any(|path| text(node, path) == Some(namespace))
}

/// Whether something makes an object of this kind and name.
fn makes(node: &Node, identity: &Identity) -> bool {
    let name = identity.name.as_str();
    let generator = match identity.kind.as_str() {
        "ConfigMap" => "configMapGenerator",
        "Secret" => "secretGenerator",
        _ => return false,
    };
    let generators = node.get(generator).and_then(Node::as_sequence).unwrap_or_default();
    if generators.iter().any(|one| text(one, &["name"]) == Some(name)) {
        return true;
    }
    if identity.kind != "Secret" {
        return false;
    }
    let own = || text(node, &["metadata", "name"]) == Some(name);
    match text(node, &["kind"]) {
        Some("SealedSecret" | "SopsSecret" | "VaultSecret" | "OnePasswordItem" | "BitwardenSecret") => own(),
        Some("ExternalSecret" | "ClusterExternalSecret") => match text(node, &["spec", "target", "name"]) {
            Some(target) => target == name,
            None => own(),
        },
        Some("Certificate") => text(node, &["spec", "secretName"]) == Some(name),
        Some(_) | None => false,
    }
}

/// Whether an object names another one that it cannot do without, in the fields in which objects of
/// Kubernetes do.
fn names(node: &Node, identity: &Identity) -> bool {
    let name = Some(identity.name.as_str());
    let is_optional = |node: &Node| node.get("optional").is_some_and(|value| value.value == Value::Bool(true));
    let named = |node: &Node, key: &str| text(node, &[key]) == name && !is_optional(node);
    let here = node.entries().iter().any(|entry| {
        let value = &entry.value;
        match (identity.kind.as_str(), entry.key.as_str()) {
            ("ServiceAccount", "serviceAccountName" | "serviceAccount")
            | ("PersistentVolumeClaim", "claimName")
            | ("StorageClass", "storageClassName" | "volume.beta.kubernetes.io/storage-class")
            | ("PriorityClass", "priorityClassName")
            | ("IngressClass", "ingressClassName" | "kubernetes.io/ingress.class") => value.as_str() == name,
            ("ServiceAccount", "subjects") => items(value)
                .iter()
                .any(|subject| text(subject, &["kind"]) == Some("ServiceAccount") && text(subject, &["name"]) == name),
            ("ConfigMap", "configMap" | "configMapRef" | "configMapKeyRef")
            | ("Secret", "secretRef" | "secretKeyRef") => named(value, "name"),
            // A volume, or a source of one that is put together.
            ("Secret", "secret") => named(value, "secretName") || named(value, "name"),
            ("Secret", "imagePullSecrets") => items(value).iter().any(|item| named(item, "name")),
            ("Secret", "tls") => items(value).iter().any(|item| named(item, "secretName")),
            ("ConfigMap" | "Secret", "valuesFrom" | "substituteFrom") => {
                items(value).iter().any(|item| text(item, &["kind"]) == Some(&identity.kind) && named(item, "name"))
            }
            ("Role" | "ClusterRole", "roleRef") => {
                text(value, &["kind"]) == Some(&identity.kind) && text(value, &["name"]) == name
            }
            (_, _) => false,
        }
    });
    here || node.entries().iter().any(|entry| names(&entry.value, identity))
        || node.as_sequence().unwrap_or_default().iter().any(|item| names(item, identity))
}

fn items(node: &Node) -> &[Node] {
    node.as_sequence().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{
        ParseLimits,
        format::{Format, parse},
    };

    fn yaml(text: &str) -> Node {
        parse(Format::Yaml, text.as_bytes(), &ParseLimits::default()).documents[0].root.clone()
    }

    fn of(group: &str, kind: &str, name: &str) -> Identity {
        Identity { group: group.to_owned(), kind: kind.to_owned(), namespace: None, name: name.to_owned() }
    }

    #[test]
    fn objects_name_what_they_need() {
        for (kind, text) in [
            ("ServiceAccount", "spec: {template: {spec: {serviceAccountName: x}}}"),
            ("ServiceAccount", "subjects: [{kind: User, name: x}, {kind: ServiceAccount, name: x}]"),
            ("PersistentVolumeClaim", "spec: {volumes: [{persistentVolumeClaim: {claimName: x}}]}"),
            ("ConfigMap", "spec: {volumes: [{configMap: {name: x}}]}"),
            ("ConfigMap", "spec: {containers: [{envFrom: [{configMapRef: {name: x}}]}]}"),
            ("ConfigMap", "spec: {valuesFrom: [{kind: ConfigMap, name: x}]}"),
            ("Secret", "spec: {volumes: [{projected: {sources: [{secret: {name: x}}]}}]}"),
            ("Secret", "spec: {containers: [{env: [{valueFrom: {secretKeyRef: {name: x, key: a}}}]}]}"),
            ("Secret", "spec: {imagePullSecrets: [{name: x}]}"),
            ("Secret", "spec: {tls: [{hosts: [a], secretName: x}]}"),
            ("StorageClass", "spec: {volumeClaimTemplates: [{spec: {storageClassName: x}}]}"),
            ("Role", "roleRef: {kind: Role, name: x}"),
        ] {
            assert!(names(&yaml(text), &of("", kind, "x")), "{kind} {text}");
            assert!(!names(&yaml(text), &of("", kind, "y")), "{kind} {text}");
        }
        for (kind, text) in [
            ("ConfigMap", "spec: {volumes: [{configMap: {name: x, optional: true}}]}"),
            ("ConfigMap", "spec: {volumes: [{name: x}]}"),
            ("Role", "roleRef: {kind: ClusterRole, name: x}"),
            ("ServiceAccount", "subjects: [{kind: User, name: x}]"),
        ] {
            assert!(!names(&yaml(text), &of("", kind, "x")), "{kind} {text}");
        }
    }

    #[test]
    fn what_something_else_makes_is_not_missed() {
        let secret = of("", "Secret", "x");
        for text in [
            "secretGenerator: [{name: x}]",
            "{kind: SealedSecret, metadata: {name: x}}",
            "{kind: ExternalSecret, metadata: {name: y}, spec: {target: {name: x}}}",
            "{kind: Certificate, metadata: {name: y}, spec: {secretName: x}}",
        ] {
            assert!(makes(&yaml(text), &secret), "{text}");
        }
        assert!(!makes(&yaml("{kind: ExternalSecret, metadata: {name: x}, spec: {target: {name: other}}}"), &secret));
        assert!(!makes(&yaml("configMapGenerator: [{name: x}]"), &secret));
    }
}
