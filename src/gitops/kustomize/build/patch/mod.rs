//! Patches: strategic merge patches and JSON patches.

mod apply;
mod inline;
mod json;
pub(super) mod labels;
mod list;
mod merge;
pub(super) mod scalar;
mod schema;
pub(super) mod select;
#[cfg(test)]
pub(super) mod tests;
mod tree;

use crate::document::{Node, Value};
use crate::gitops::words::{field, items};
use crate::text::quoted;

use self::apply::Options;
use self::select::Selector;
use super::sources::SourceFile;
use super::{Object, Unbuilt};

pub(super) use self::apply::keeps_annotations;
pub(super) use self::json::{count, deeper_than};

/// What became of the target of a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is there, changed or not.
    Kept,
    /// The patch deletes it.
    Deleted,
}

/// How many nodes all patches of a kustomization may look at. It bounds what a patch of many objects
/// by many patches costs.
const WORK: usize = 20_000_000;

/// Applies a strategic merge patch.
#[cfg(test)]
pub(super) fn strategic(target: &mut Node, patch: &Node) -> Result<Outcome, String> {
    let mut work = WORK;
    apply::merge(target, patch.clone(), &mut work)
}

/// Applies a JSON patch (RFC 6902).
#[cfg(test)]
pub(super) fn json6902(target: &mut Node, operations: &Node) -> Result<(), String> {
    json::apply(target, operations)
}

/// What gives the documents of a file that the kustomization names by a path.
pub(super) type Read<'a> = dyn FnMut(&str) -> Result<Vec<Node>, Unbuilt> + 'a;

/// Applies `patchesStrategicMerge` and then `patches`: kustomize's first transformations. `file` is
/// the one that the kustomization itself is from.
pub(super) fn patches(
    objects: &mut Vec<Object>,
    kustomization: &Node,
    file: &SourceFile,
    read: &mut Read<'_>,
) -> Result<(), Unbuilt> {
    let mut work = WORK;
    legacy_merges(objects, kustomization, file, read, &mut work)?;
    for patch in items(kustomization, "patches") {
        one(objects, patch, file, read, &mut work)?;
    }
    Ok(())
}

/// Applies `patchesJson6902`. kustomize does that later than other patches: behind namespace, prefix,
/// suffix, labels and annotations, before replicas and images.
pub(super) fn patches_json6902(
    objects: &mut [Object],
    kustomization: &Node,
    file: &SourceFile,
    read: &mut Read<'_>,
) -> Result<(), Unbuilt> {
    for patch in items(kustomization, "patchesJson6902") {
        let (documents, path) = written(patch, file, read)?;
        let failed = |message: String| Unbuilt { path: path.clone(), message };
        let selector = target(patch).map_err(failed)?.filter(|selector| !selector.id.name.is_empty());
        let selector = selector.ok_or_else(|| failed("a JSON patch needs the name of its target".to_owned()))?;
        let operations = documents.first().filter(|first| is_operations(first) && !is_empty(first));
        let operations = operations.ok_or_else(|| failed("the JSON patch has no operations".to_owned()))?;
        for object in objects.iter_mut().filter(|object| selector.selects(object)) {
            apply::operations(object, operations, false).map_err(failed)?;
        }
    }
    Ok(())
}

/// What a patch is.
enum Content {
    /// Strategic merge patches.
    Merges(Vec<Node>),
    /// The operations of a JSON patch.
    Operations(Node),
    /// Neither: nothing is in it.
    Nothing,
}

fn content(documents: Vec<Node>) -> Result<Content, String> {
    let objects: Vec<&Node> = documents.iter().filter(|document| !is_empty(document)).collect();
    if objects.is_empty() {
        return Ok(Content::Nothing);
    }
    if objects.iter().all(|document| is_object(document)) {
        return Ok(Content::Merges(unpacked(documents.into_iter().filter(|document| !is_empty(document)).collect())?));
    }
    match documents.into_iter().next() {
        Some(first) if is_operations(&first) => Ok(Content::Operations(first)),
        Some(_) | None => {
            Err("the patch is neither an object with a kind and a name nor a list of JSON patch operations".to_owned())
        }
    }
}

/// Lists of objects are what is in them.
fn unpacked(documents: Vec<Node>) -> Result<Vec<Node>, String> {
    let mut found = Vec::new();
    let mut waiting = std::collections::VecDeque::from(documents);
    while let Some(document) = waiting.pop_front() {
        let is_list = document.get("kind").and_then(Node::as_str).is_some_and(|kind| kind.ends_with("List"));
        match document.get("items").filter(|_| is_list).map(|items| &items.value) {
            None => found.push(document),
            Some(Value::Null) => {}
            Some(Value::Sequence(items)) => {
                let items: Vec<Node> = items.iter().filter(|item| !is_empty(item)).cloned().collect();
                if !items.iter().all(is_object) {
                    return Err("the list of patches has an item without a kind or name".to_owned());
                }
                waiting.extend(items);
            }
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_)) => {
                return Err("`items` of the list of patches is no list".to_owned());
            }
        }
    }
    Ok(found)
}

/// Whether kustomize drops a document before it looks at it.
pub(super) fn is_empty(document: &Node) -> bool {
    match &document.value {
        Value::Null => true,
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn is_object(document: &Node) -> bool {
    let filled =
        |node: Option<&Node>| node.is_some_and(|node| !select::as_text(node).is_empty() && node.value != Value::Null);
    let kind = document.get("kind");
    filled(kind)
        && (kind.and_then(Node::as_str).is_some_and(|kind| kind.ends_with("List"))
            || filled(document.get("metadata").and_then(|metadata| metadata.get("name"))))
}

fn is_operations(document: &Node) -> bool {
    document.as_sequence().is_some_and(|items| items.iter().all(|item| matches!(item.value, Value::Mapping(_))))
}

/// The documents of a patch, from its file or from the kustomization, and the path of the file.
fn written(patch: &Node, file: &SourceFile, read: &mut Read<'_>) -> Result<(Vec<Node>, String), Unbuilt> {
    let written = select::string(patch, "path").map_err(Unbuilt::new)?;
    let inline = field(patch, "patch").filter(|inline| inline.as_str().is_some_and(|text| !text.trim().is_empty()));
    match (written, inline) {
        ("", None) => Err(Unbuilt::new("a patch has neither `path` nor `patch`")),
        ("", Some(inline)) => {
            let documents = inline::documents(inline, file);
            let documents = documents.ok_or_else(|| Unbuilt::new("a patch in the kustomization cannot be read"))?;
            Ok((documents, String::new()))
        }
        (_, Some(_)) => Err(Unbuilt::new("a patch has both `path` and `patch`")),
        (written, None) => Ok((read(written)?, written.to_owned())),
    }
}

fn target(patch: &Node) -> Result<Option<Selector>, String> {
    field(patch, "target").filter(|target| target.value != Value::Null).map(Selector::read).transpose()
}

/// One item of `patches`.
fn one(
    objects: &mut Vec<Object>,
    patch: &Node,
    file: &SourceFile,
    read: &mut Read<'_>,
    work: &mut usize,
) -> Result<(), Unbuilt> {
    let (documents, source) = written(patch, file, read)?;
    let failed = |message: String| Unbuilt { path: source.clone(), message };
    let selector = target(patch).map_err(failed)?;
    let allows = |name| {
        let option = field(patch, "options").and_then(|options| field(options, name));
        option.is_some_and(|option| option.value == Value::Bool(true))
    };
    let options = Options { name: allows("allowNameChange"), kind: allows("allowKindChange") };
    match (content(documents).map_err(failed)?, selector) {
        (Content::Nothing, _) => Ok(()),
        (Content::Operations(_), None) => Err(failed("a JSON patch needs a target".to_owned())),
        (Content::Operations(operations), Some(selector)) => {
            for object in objects.iter_mut().filter(|object| selector.selects(object)) {
                *work = count(&object.node, *work)
                    .and_then(|work| count(&operations, work))
                    .ok_or_else(|| failed("the patches take too much work".to_owned()))?;
                apply::operations(object, &operations, true).map_err(failed)?;
            }
            Ok(())
        }
        (Content::Merges(patches), Some(selector)) => {
            let [patch] = patches.as_slice() else {
                return Err(failed("a patch with a target has to be one document".to_owned()));
            };
            let chosen: Vec<bool> = objects.iter().map(|object| selector.selects(object)).collect();
            apply::to_chosen(objects, &chosen, patch, options, work).map_err(failed)
        }
        (Content::Merges(patches), None) => {
            apply::to_named(objects, &patches, options, work).map_err(failed)?;
            Ok(())
        }
    }
}

/// `patchesStrategicMerge`: each item is a path, or a patch itself.
fn legacy_merges(
    objects: &mut Vec<Object>,
    kustomization: &Node,
    file: &SourceFile,
    read: &mut Read<'_>,
    work: &mut usize,
) -> Result<(), Unbuilt> {
    let mut patches = Vec::new();
    for item in items(kustomization, "patchesStrategicMerge") {
        let text = item.as_str().ok_or_else(|| Unbuilt::new("an item of `patchesStrategicMerge` is no text"))?;
        let inline = inline::documents(item, file).and_then(|documents| match content(documents) {
            Ok(Content::Merges(patches)) => Some(patches),
            Ok(Content::Nothing) => Some(Vec::new()),
            Ok(Content::Operations(_)) | Err(_) => None,
        });
        let (documents, path) = match inline {
            Some(documents) => (documents, ""),
            None => match content(read(text)?) {
                Ok(Content::Merges(patches)) => (patches, text),
                Ok(Content::Nothing) => (Vec::new(), text),
                Ok(Content::Operations(_)) => {
                    return Err(Unbuilt { path: text.to_owned(), message: "a JSON patch is none to merge".to_owned() });
                }
                Err(message) => return Err(Unbuilt { path: text.to_owned(), message }),
            },
        };
        patches.extend(documents.into_iter().map(|patch| (patch, path)));
    }
    for (patch, path) in patches {
        let failed = |message: String| Unbuilt { path: path.to_owned(), message };
        let index = apply::named(objects, &patch).map_err(failed)?;
        let chosen: Vec<bool> = (0..objects.len()).map(|other| other == index).collect();
        apply::to_chosen(objects, &chosen, &patch, Options::default(), work).map_err(failed)?;
    }
    Ok(())
}

/// How an object is called in a message.
fn called(kind: &str, name: &str) -> String {
    format!("{} {}", quoted(kind), quoted(name))
}
