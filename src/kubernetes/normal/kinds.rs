//! What the API server makes of a manifest as a whole.

use super::walk::add;
use crate::document::{Entry, Node, Number, Span, Value};

/// Makes what is there even if a manifest does not have it, so that defaults in it are filled in.
pub(super) fn begin(kind: &str, object: &mut Node) {
    let span = object.span;
    if let ("CSIDriver", Some(all)) = (kind, mapping(object)) {
        all.retain(|entry| entry.value.value != Value::Null);
        add(all, "spec", span, || Value::Mapping(Vec::new()));
    }
}

/// Fills in what a kind is filled in with when it is created, and never again.
pub(super) fn create(kind: &str, object: &mut Node) {
    match kind {
        "Job" => job(object),
        "PersistentVolumeClaim" => drop_sources(object),
        "Pod" => {
            let span = object.span;
            if let Some(spec) = entries(object, "spec") {
                let account = || Value::String("default".to_owned());
                add(spec, "serviceAccountName", span, account);
                add(spec, "serviceAccount", span, account);
                if !spec.iter().any(|entry| entry.key == "priorityClassName") {
                    add(spec, "priority", span, || Value::Number(Number::Int(0)));
                    add(spec, "preemptionPolicy", span, || Value::String("PreemptLowerPriority".to_owned()));
                }
            }
        }
        _ => {}
    }
}

/// Fills in what a kind is filled in with besides its types.
pub(super) fn fill(api_version: &str, kind: &str, object: &mut Node) {
    match kind {
        "Secret" => secret(object),
        "ConfigMap" => unfold(object, "binaryData"),
        "Pod" => pod(object),
        "PersistentVolumeClaim" => claim(object),
        "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet"
            if matches!(api_version, "extensions/v1beta1" | "apps/v1beta1") =>
        {
            selected(object);
        }
        _ => {}
    }
}

fn entries<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Vec<Entry>> {
    mapping(node)?.iter_mut().find(|entry| entry.key == key).and_then(|entry| mapping(&mut entry.value))
}

fn mapping(node: &mut Node) -> Option<&mut Vec<Entry>> {
    match &mut node.value {
        Value::Mapping(entries) => Some(entries),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => None,
    }
}

fn items<'e>(entries: &'e mut [Entry], key: &str) -> impl Iterator<Item = &'e mut Node> {
    let list = entries.iter_mut().find(|entry| entry.key == key).and_then(|entry| match &mut entry.value.value {
        Value::Sequence(items) => Some(items),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_) => None,
    });
    list.into_iter().flatten()
}

/// `stringData` is what `data` is made of.
fn secret(object: &mut Node) {
    unfold(object, "data");
    let Some(all) = mapping(object) else { return };
    let Some(at) = all.iter().position(|entry| entry.key == "stringData") else { return };
    let plain = all.remove(at);
    let span = plain.value.span;
    add(all, "data", span, || Value::Mapping(Vec::new()));
    let Some(data) = entries(object, "data") else { return };
    for entry in plain.value.entries() {
        let Some(text) = entry.value.as_str() else { continue };
        let mut encoded = entry.clone();
        // What is filled in later decides what it encodes to.
        if !crate::immutability::is_substituted(text) {
            encoded.value.value = Value::String(base64(text.as_bytes()));
        }
        data.retain(|known| known.key != entry.key);
        data.push(encoded);
    }
}

/// Takes out of base64 what does not count.
fn unfold(object: &mut Node, key: &str) {
    for entry in entries(object, key).into_iter().flatten() {
        if let Value::String(text) = &mut entry.value.value {
            text.retain(|c| !matches!(c, '\n' | '\r'));
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, index| bits << 8 | usize::from(chunk.get(index).copied().unwrap_or(0)));
        for index in 0..4 {
            let digit = ALPHABET.get(bits >> (18 - 6 * index) & 63).copied().filter(|_| index <= chunk.len());
            text.push(digit.map_or('=', char::from));
        }
    }
    text
}

/// The server names the pods of a job, unless the job names them itself.
fn job(object: &mut Node) {
    let name = object.get("metadata").and_then(|metadata| metadata.get("name")).map(|name| name.value.clone());
    let spec = object.get("spec");
    let is_manual =
        spec.and_then(|spec| spec.get("manualSelector")).is_some_and(|node| node.value == Value::Bool(true));
    let Some(name) = name.filter(|_| !is_manual) else { return };
    let Some(spec) = entries(object, "spec") else { return };
    let Some(template) = spec.iter_mut().find(|entry| entry.key == "template") else { return };
    let span = template.value.span;
    let Some(template) = mapping(&mut template.value) else { return };
    let Some(labels) = within(template, "metadata", span).and_then(|metadata| within(metadata, "labels", span)) else {
        return;
    };
    for key in ["batch.kubernetes.io/job-name", "job-name"] {
        add(labels, key, span, || name.clone());
    }
}

fn within<'e>(all: &'e mut Vec<Entry>, key: &str, span: Span) -> Option<&'e mut Vec<Entry>> {
    add(all, key, span, || Value::Mapping(Vec::new()));
    all.iter_mut().find(|entry| entry.key == key).and_then(|entry| mapping(&mut entry.value))
}

fn pod(object: &mut Node) {
    let span = object.span;
    let Some(spec) = entries(object, "spec") else { return };
    add(spec, "enableServiceLinks", span, || Value::Bool(true));
    let on_host = spec.iter().any(|entry| entry.key == "hostNetwork" && entry.value.value == Value::Bool(true));
    for list in ["containers", "initContainers"] {
        for container in items(spec, list).filter_map(mapping) {
            requests(container);
            if on_host {
                for port in items(container, "ports").filter_map(mapping) {
                    let inside =
                        port.iter().find(|entry| entry.key == "containerPort").map(|entry| entry.value.clone());
                    if let Some(inside) = inside {
                        add(port, "hostPort", inside.span, || inside.value);
                    }
                }
            }
        }
    }
}

/// A container asks for what it is limited to.
fn requests(container: &mut [Entry]) {
    let Some(resources) = container.iter_mut().find(|entry| entry.key == "resources") else { return };
    let limits = resources.value.get("limits").map(|limits| limits.entries().to_vec()).unwrap_or_default();
    let span = resources.value.span;
    let Some(requests) = mapping(&mut resources.value).filter(|_| !limits.is_empty()) else { return };
    let Some(requests) = within(requests, "requests", span) else { return };
    for limit in limits {
        add(requests, &limit.key, span, || limit.value.value);
    }
}

/// Drops what a claim cannot be made from: what is neither a claim nor a snapshot in the older field, and what is in
/// another namespace. What a claim was made from stays.
pub(super) fn drop_sources(object: &mut Node) {
    let Some(spec) = entries(object, "spec") else { return };
    let text = |source: &Node, key: &str| source.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    spec.retain(|entry| entry.key != "dataSourceRef" || text(&entry.value, "namespace").is_empty());
    let has_newer = spec.iter().any(|entry| entry.key == "dataSourceRef");
    spec.retain(|entry| {
        let source = (text(&entry.value, "apiGroup"), text(&entry.value, "kind"));
        let is_known = matches!(
            (source.0.as_str(), source.1.as_str()),
            ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot")
        );
        entry.key != "dataSource" || has_newer || is_known
    });
}

/// What a volume is made from stands in two fields.
fn claim(object: &mut Node) {
    let Some(spec) = entries(object, "spec") else { return };
    let find = |spec: &[Entry], key: &str| spec.iter().find(|entry| entry.key == key).map(|entry| entry.value.clone());
    match (find(spec, "dataSource"), find(spec, "dataSourceRef")) {
        (Some(source), None) => add(spec, "dataSourceRef", source.span, || source.value),
        (None, Some(source)) if source.get("namespace").is_none() => {
            add(spec, "dataSource", source.span, || source.value);
        }
        (_, _) => {}
    }
}

/// The first versions of these APIs took the labels of the template for a selector.
fn selected(object: &mut Node) {
    let labels = ["spec", "template", "metadata", "labels"].iter().try_fold(&*object, |node, key| node.get(key));
    let Some(labels) = labels.cloned() else { return };
    let Some(spec) = entries(object, "spec") else { return };
    let span = labels.span;
    let matched = Entry { key: "matchLabels".to_owned(), key_span: span, value: labels };
    add(spec, "selector", span, || Value::Mapping(vec![matched]));
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_padded() {
        for (text, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("\u{ff}?>", "w78/Pg==")]
        {
            assert_eq!(base64(text.as_bytes()), encoded, "{text}");
        }
    }
}
