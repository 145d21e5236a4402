//! Patches put to objects: what they may change of a name, and what kustomize keeps in annotations
//! while it builds.

use super::merge::{Merge, Pair};
use super::tree::Arena;
use super::{Outcome, called, json, scalar, select};
use crate::document::{Entry, Node, Value};
use crate::gitops::kustomize::build::object::{Id, Object};

/// What a strategic merge patch may change besides.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    pub(super) name: bool,
    pub(super) kind: bool,
}

/// How many nodes an object may have.
const NODES: usize = 500_000;

/// Merges a patch into a target.
pub(super) fn merge(target: &mut Node, patch: Node, work: &mut usize) -> Result<Outcome, String> {
    if patch.get("$patch").and_then(Node::as_str) == Some("replace") {
        // kustomize makes the result and drops it: the object stays as it is.
        return Ok(Outcome::Kept);
    }
    let mut arena = Arena::default();
    let root = arena.take(std::mem::replace(target, Node { value: Value::Null, span: target.span }));
    let patch = arena.take(patch);
    *work = work.checked_sub(arena.len()).ok_or("the patches take too much work")?;
    let merged =
        Merge { arena: &mut arena, work, depth: 0 }.walk(Pair { target: Some(root), patch: Some(patch) }, None)?;
    let Some(merged) = merged else { return Ok(Outcome::Deleted) };
    *target = arena.give(merged, &mut { NODES }).ok_or("the patch makes the object too large")?;
    Ok(if super::is_empty(target) { Outcome::Deleted } else { Outcome::Kept })
}

/// Merges a patch into all objects chosen.
pub(super) fn to_chosen(
    objects: &mut Vec<Object>,
    chosen: &[bool],
    patch: &Node,
    options: Options,
    work: &mut usize,
) -> Result<(), String> {
    let patch = for_chosen(patch)?;
    let mut kept = Vec::with_capacity(objects.len());
    for (mut object, chosen) in std::mem::take(objects).into_iter().zip(chosen) {
        let outcome = if *chosen { to_one(&mut object, &patch, options, work)? } else { Outcome::Kept };
        match outcome {
            Outcome::Kept => kept.push((object, *chosen)),
            Outcome::Deleted => {}
        }
    }
    if options.name || options.kind {
        let ids: Vec<Id> = kept.iter().map(|(object, _)| object.id()).collect();
        for (index, (_, changed)) in kept.iter().enumerate() {
            let Some(id) = ids.get(index).filter(|_| *changed) else { continue };
            if ids.iter().filter(|other| other.equals(id)).count() > 1 {
                return Err(format!("after the patch there are two objects {}", called(&id.kind, &id.name)));
            }
        }
    }
    *objects = kept.into_iter().map(|(object, _)| object).collect();
    Ok(())
}

/// Merges each patch into the object that it names.
pub(super) fn to_named(
    objects: &mut Vec<Object>,
    patches: &[Node],
    options: Options,
    work: &mut usize,
) -> Result<(), String> {
    for patch in patches {
        let index = named(objects, patch)?;
        let Some(object) = objects.get_mut(index) else { continue };
        let noted = if options.name || options.kind { Some(with_options(patch)?) } else { None };
        match to_one(object, noted.as_ref().unwrap_or(patch), options, work)? {
            Outcome::Kept => {}
            Outcome::Deleted => {
                objects.remove(index);
            }
        }
    }
    Ok(())
}

/// The object that a patch names, by the name that it has or by one that it had.
pub(super) fn named(objects: &[Object], patch: &Node) -> Result<usize, String> {
    let id = Id::of(patch);
    let mut found = objects
        .iter()
        .enumerate()
        .filter(|(_, object)| object.id().equals(&id) || object.previous().any(|previous| previous.equals(&id)));
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        (Some(_), Some(_)) => Err(format!("the patch matches more than one object {}", called(&id.kind, &id.name))),
        (None, _) => Err(format!("the patch matches nothing: there is no {}", called(&id.kind, &id.name))),
    }
}

/// A patch as kustomize prepares it for objects that are chosen by a target: group and version are
/// theirs, labels and annotations are texts, and none of them when they are empty.
fn for_chosen(patch: &Node) -> Result<Node, String> {
    let mut patch = patch.clone();
    let Value::Mapping(entries) = &mut patch.value else { return Ok(patch) };
    entries.retain(|entry| entry.key != "apiVersion");
    if let Some(metadata) = entries.iter_mut().find(|entry| entry.key == "metadata") {
        stringify(&mut metadata.value, "labels", false)?;
        stringify(&mut metadata.value, "annotations", false)?;
    }
    Ok(patch)
}

/// A patch as kustomize prepares it when it may change a name or a kind: that is noted in annotations,
/// so that they are texts.
fn with_options(patch: &Node) -> Result<Node, String> {
    let mut patch = patch.clone();
    if let Value::Mapping(entries) = &mut patch.value
        && let Some(metadata) = entries.iter_mut().find(|entry| entry.key == "metadata")
    {
        stringify(&mut metadata.value, "annotations", false)?;
    }
    Ok(patch)
}

/// Makes texts of labels or annotations, and removes them where there are none. `anew` is for those
/// that were written anew, where every null is written as `null`.
fn stringify(metadata: &mut Node, name: &str, anew: bool) -> Result<(), String> {
    let Value::Mapping(entries) = &mut metadata.value else { return Ok(()) };
    let Some(index) = entries.iter().position(|entry| entry.key == name) else { return Ok(()) };
    let Some(Entry { value: Node { value: Value::Mapping(labels), .. }, .. }) = entries.get_mut(index) else {
        entries.remove(index);
        return Ok(());
    };
    for label in labels.iter_mut() {
        if !label.key.is_empty() && !matches!(scalar::plain(&label.key), Value::String(_)) {
            // Keys lose their quotes, and kustomize does not write what is no string then.
            return Err(format!("the key {} of {name} is no string", crate::text::quoted(&label.key)));
        }
        let text =
            if anew && label.value.value == Value::Null { "null".to_owned() } else { select::as_text(&label.value) };
        label.value.value = Value::String(text);
    }
    if labels.is_empty() {
        entries.remove(index);
    }
    Ok(())
}

fn to_one(object: &mut Object, patch: &Node, options: Options, work: &mut usize) -> Result<Outcome, String> {
    if options.name || options.kind {
        object.remember();
    }
    if drops_annotations(patch) {
        // That is where kustomize keeps these.
        object.previous.clear();
        object.prefixes.clear();
        object.suffixes.clear();
        object.hashed = false;
    }
    let before = Identity::of(&object.node);
    object.note_shared();
    if merge(&mut object.node, patch.clone(), work)? == Outcome::Deleted {
        return Ok(Outcome::Deleted);
    }
    object.settle_shared();
    before.restore(&mut object.node, options);
    Ok(Outcome::Kept)
}

/// Whether a patch removes annotations as a whole.
fn drops_annotations(patch: &Node) -> bool {
    let drops = |node: &Node| {
        node.value == Value::Null || matches!(node.get("$patch").and_then(Node::as_str), Some("delete" | "replace"))
    };
    patch.get("metadata").is_some_and(|metadata| drops(metadata) || metadata.get("annotations").is_some_and(drops))
}

/// Whether kustomize keeps something in annotations of the object that is not in our tree.
pub(in super::super) fn keeps_annotations(object: &Object) -> bool {
    !object.previous.is_empty() || !object.prefixes.is_empty() || !object.suffixes.is_empty() || object.hashed
}

/// What a patch does not change of an object unless it is allowed to.
struct Identity {
    version: Option<Entry>,
    kind: Option<Entry>,
    /// Where metadata stands; what is in it does not count.
    metadata: Option<Entry>,
    name: Option<Entry>,
    namespace: Option<Entry>,
}

impl Identity {
    fn of(node: &Node) -> Self {
        let metadata = |key| node.get("metadata").and_then(|metadata| metadata.entry(key)).cloned();
        Self {
            version: node.entry("apiVersion").cloned(),
            kind: node.entry("kind").cloned(),
            metadata: node.entry("metadata").map(|entry| Entry {
                key: entry.key.clone(),
                key_span: entry.key_span,
                value: Node { value: Value::Null, span: entry.value.span },
            }),
            name: metadata("name"),
            namespace: metadata("namespace"),
        }
    }

    /// Puts back what may not change, and the places of what did not.
    fn restore(self, node: &mut Node, options: Options) {
        put(node, "apiVersion", self.version, true);
        put(node, "kind", self.kind, options.kind);
        let namespace = self.namespace.filter(|entry| !select::as_text(&entry.value).is_empty());
        let Value::Mapping(entries) = &mut node.value else { return };
        if entries.iter().all(|entry| entry.key != "metadata")
            && let Some(metadata) = self.metadata
            && (!options.name || namespace.is_some())
        {
            let value = Node { value: Value::Mapping(Vec::new()), ..metadata.value };
            entries.push(Entry { value, ..metadata });
        }
        if let Some(metadata) = entries.iter_mut().find(|entry| entry.key == "metadata") {
            put(&mut metadata.value, "name", self.name, options.name);
            put(&mut metadata.value, "namespace", namespace, false);
        }
    }
}

/// Puts an entry back, or, where it may change, only if its value is still the same.
fn put(node: &mut Node, key: &str, old: Option<Entry>, may_change: bool) {
    let Value::Mapping(entries) = &mut node.value else { return };
    let index = entries.iter().position(|entry| entry.key == key);
    match (index.and_then(|index| entries.get_mut(index)), old) {
        (Some(new), Some(old)) => {
            if !may_change || new.value.same_value(&old.value) {
                *new = old;
            }
        }
        (None, Some(old)) if !may_change => entries.push(old),
        (Some(_), None) if !may_change => {
            if let Some(index) = index {
                entries.remove(index);
            }
        }
        (None | Some(_), None) | (None, Some(_)) => {}
    }
}

/// Applies a JSON patch to an object. Where kustomize notes the former name, it does so in
/// annotations: they are there for the operations, whether the object has some or not.
pub(super) fn operations(object: &mut Object, operations: &Node, remember: bool) -> Result<(), String> {
    if remember {
        object.remember();
    }
    // The object is read anew, value by value.
    object.unshare();
    if keeps_annotations(object) {
        if copies_annotations(operations) {
            return Err("the JSON patch copies annotations, in which kustomize keeps former names".to_owned());
        }
        add_annotations(&mut object.node);
    }
    json::apply(&mut object.node, operations)?;
    let Value::Mapping(entries) = &mut object.node.value else {
        return Err("the JSON patch makes something else of the object than a mapping".to_owned());
    };
    if let Some(metadata) = entries.iter_mut().find(|entry| entry.key == "metadata") {
        if !matches!(metadata.value.value, Value::Mapping(_)) {
            return Err("the JSON patch makes something else of the metadata than a mapping".to_owned());
        }
        if let Some(Value::Sequence(_)) = metadata.value.get("annotations").map(|annotations| &annotations.value) {
            return Err("the JSON patch makes a list of the annotations".to_owned());
        }
        stringify(&mut metadata.value, "annotations", true)?;
    }
    Ok(())
}

/// Whether operations look at annotations as a whole.
fn copies_annotations(operations: &Node) -> bool {
    let is_whole = |node: Option<&Node>| {
        node.and_then(Node::as_str).is_some_and(|path| matches!(path, "" | "/metadata" | "/metadata/annotations"))
    };
    operations.as_sequence().unwrap_or_default().iter().any(|operation| {
        let is_test = operation.get("op").and_then(Node::as_str) == Some("test");
        is_whole(operation.get("from")) || (is_test && is_whole(operation.get("path")))
    })
}

fn add_annotations(node: &mut Node) {
    let Value::Mapping(entries) = &mut node.value else { return };
    let Some(metadata) = entries.iter_mut().find(|entry| entry.key == "metadata") else { return };
    let span = metadata.value.span;
    let Value::Mapping(entries) = &mut metadata.value.value else { return };
    let empty = Node { value: Value::Mapping(Vec::new()), span };
    match entries.iter_mut().find(|entry| entry.key == "annotations") {
        Some(entry) if entry.value.value == Value::Null => entry.value = empty,
        Some(_) => {}
        None => entries.push(Entry { key: "annotations".to_owned(), key_span: span, value: empty }),
    }
}
