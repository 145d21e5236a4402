//! What is done once, when everything is gathered.

use crate::document::{Node, Value};

use super::{
    Object, Sources, edit, hash::hashes, names::references, order::sort, session::Stop, take::raw, target::Gathered,
    vars::vars,
};

/// Says that an object is for tools that read the repository, and not for clusters.
const LOCAL: &str = "config.kubernetes.io/local-config";

/// Hashes, names, variables, and what is not for clusters.
pub(super) fn finish(gathered: Gathered, sources: &Sources) -> Result<Vec<Object>, Stop> {
    let Gathered { mut objects, config, vars: declared, order } = gathered;
    objects.iter_mut().for_each(Object::unshare);
    hashes(&mut objects);
    references(&mut objects, &config)?;
    vars(&mut objects, &declared, &config.variables)?;
    // Variables may have left a name empty.
    if let Some(id) = objects.iter().map(Object::id).find(|id| id.name.is_empty() && !id.kind.ends_with("List")) {
        return Err(format!("an object of kind {} has no name in the end", id.kind).into());
    }
    objects.retain(|object| !is_local(&object.node));
    sort(&mut objects, order.as_ref());
    for object in &mut objects {
        annotations(&mut object.node, sources);
    }
    Ok(objects)
}

fn is_local(node: &Node) -> bool {
    let annotations = node.get("metadata").and_then(|metadata| metadata.get("annotations"));
    annotations.and_then(|annotations| annotations.get(LOCAL)).is_some_and(|value| value.as_str() != Some("false"))
}

/// kustomize writes annotations anew: as strings, and not at all where there are none.
fn annotations(node: &mut Node, sources: &Sources) {
    let Some(metadata) = edit::get_mut(node, "metadata") else { return };
    let Some(annotations) = edit::get_mut(metadata, "annotations") else { return };
    let entries = match &mut annotations.value {
        Value::Mapping(entries) if !entries.is_empty() => entries,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => {
            edit::remove(metadata, "annotations");
            return;
        }
    };
    for entry in entries {
        let span = entry.value.span;
        let written = || {
            let (file, span) = sources.locate(span)?;
            raw(&file.source, span).map(str::to_owned)
        };
        match &entry.value.value {
            Value::String(_) => {}
            Value::Null => entry.value.value = Value::String(written().unwrap_or_default()),
            Value::Bool(value) => entry.value.value = Value::String(value.to_string()),
            Value::Number(number) => entry.value.value = Value::String(number.to_string()),
            Value::Sequence(_) | Value::Mapping(_) => entry.value.value = Value::String(String::new()),
        }
    }
}
