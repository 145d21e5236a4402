//! The fields in which variables are filled in.

use crate::document::{Node, Value};
use crate::gitops::kustomize::build::field_spec::is_name;
use crate::gitops::kustomize::build::object::Id;
use crate::gitops::kustomize::build::patch::select::string;

/// A path of fields, in objects of some type. Lists on the way are passed through.
#[derive(Clone, Debug)]
pub(super) struct Place {
    group: String,
    version: String,
    kind: String,
    path: Vec<String>,
}

/// Kinds with a pod template at `spec/template`.
const TEMPLATED: [&str; 5] = ["DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"];

/// What of a pod's containers may hold variables, below `spec` of the pod.
const IN_CONTAINERS: [&str; 8] = [
    "containers/args",
    "containers/command",
    "containers/env/value",
    "containers/volumeMounts/mountPath",
    "initContainers/args",
    "initContainers/command",
    "initContainers/env/value",
    "initContainers/volumeMounts/mountPath",
];

/// Other fields; those of no kind are of all.
const OTHERS: [(&str, &str); 16] = [
    // The path lacks a `spec`: it is that of kustomize all the same.
    ("CronJob", "spec/jobTemplate/spec/template/volumes/nfs/server"),
    ("DaemonSet", "spec/template/spec/volumes/nfs/server"),
    ("Deployment", "spec/template/spec/volumes/nfs/server"),
    ("Deployment", "spec/template/metadata/annotations"),
    ("Ingress", "spec/rules/host"),
    ("Ingress", "spec/tls/hosts"),
    ("Ingress", "spec/tls/secretName"),
    ("Job", "spec/template/spec/volumes/nfs/server"),
    ("Pod", "spec/volumes/nfs/server"),
    ("ReplicaSet", "spec/template/spec/volumes/nfs/server"),
    ("Service", "spec/ports/port"),
    ("Service", "spec/ports/targetPort"),
    ("StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server"),
    ("PersistentVolume", "spec/nfs/server"),
    ("", "metadata/labels"),
    ("", "metadata/annotations"),
];

/// The fields that kustomize knows without being told.
pub(super) fn built_in() -> impl Iterator<Item = Place> {
    let in_pods = |kind: &'static str, before: &'static str| {
        IN_CONTAINERS.iter().map(move |path| Place::of(kind, &format!("{before}{path}")))
    };
    let templated = TEMPLATED.into_iter().flat_map(move |kind| in_pods(kind, "spec/template/spec/"));
    let others = OTHERS.iter().map(|(kind, path)| Place::of(kind, path));
    in_pods("CronJob", "spec/jobTemplate/spec/template/spec/")
        .chain(in_pods("Pod", "spec/"))
        .chain(templated)
        .chain(others)
}

impl Place {
    fn of(kind: &str, path: &str) -> Self {
        Self {
            group: String::new(),
            version: String::new(),
            kind: kind.to_owned(),
            path: path.split('/').map(str::to_owned).collect(),
        }
    }

    /// An entry of `varReference`.
    pub(super) fn read(node: &Node) -> Result<Self, String> {
        let text = |name| string(node, name).map(str::to_owned);
        let mut path: Vec<String> = Vec::new();
        let written = string(node, "path")?;
        for part in written.strip_prefix('/').filter(|_| written.len() > 1).unwrap_or(written).split('/') {
            match path.last_mut() {
                Some(last) if last.ends_with('\\') => {
                    last.pop();
                    last.push('/');
                    last.push_str(part);
                }
                Some(_) | None => path.push(part.to_owned()),
            }
        }
        Ok(Self { group: text("group")?, version: text("version")?, kind: text("kind")?, path })
    }

    /// Whether it is a field of such objects.
    pub(super) fn is_for(&self, id: &Id) -> bool {
        id.is_selected(&self.group, &self.version, &self.kind)
    }

    /// Calls `set` for what is at the path, of all items of lists on the way.
    pub(super) fn visit(
        &self,
        node: &mut Node,
        set: &mut dyn FnMut(&mut Node) -> Result<(), String>,
    ) -> Result<(), String> {
        visit(node, &self.path, set)
    }
}

fn visit(node: &mut Node, path: &[String], set: &mut dyn FnMut(&mut Node) -> Result<(), String>) -> Result<(), String> {
    let Some((part, rest)) = path.split_first() else { return set(node) };
    match &mut node.value {
        Value::Null => Ok(()),
        Value::Sequence(items) => items.iter_mut().try_for_each(|item| visit(item, path, set)),
        Value::Mapping(entries) => {
            let part = part.strip_suffix("[]").unwrap_or(part);
            if !is_name(part) {
                return Err(format!("`{part}` in the path of a field with variables is no name of a field"));
            }
            match entries.iter_mut().find(|entry| entry.key == part) {
                Some(entry) => visit(&mut entry.value, rest, set),
                None => Ok(()),
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err(format!("variables are expected below a mapping or list, found {}", node.kind_name()))
        }
    }
}
