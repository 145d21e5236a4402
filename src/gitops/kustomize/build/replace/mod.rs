//! Replacements: values copied from one object, or from the kustomization, into fields of others.

mod targets;
#[cfg(test)]
mod tests;

use crate::document::{Node, Span, Value};
use crate::gitops::words::{field, items};
use crate::text::quoted;

use self::targets::Target;
use super::object::Id;
use super::patch::{count, keeps_annotations, scalar, select::string};
use super::path::{lookup, split};
use super::{Object, Unbuilt};

/// How many nodes all replacements of a kustomization may look at and copy.
const WORK: usize = 2_000_000;

/// Applies `replacements`. `read` gives the documents of a file that the kustomization names by a
/// path.
pub(super) fn replacements(
    objects: &mut [Object],
    kustomization: &Node,
    read: &mut dyn FnMut(&str) -> Result<Vec<Node>, Unbuilt>,
) -> Result<(), Unbuilt> {
    let mut work = WORK;
    for item in items(kustomization, "replacements") {
        let path = string(item, "path").map_err(Unbuilt::new)?;
        let failed = |message: String| Unbuilt { path: path.to_owned(), message };
        if path.is_empty() {
            one(objects, item, &mut work).map_err(failed)?;
            continue;
        }
        if is_set(item, "source") || !items(item, "targets").is_empty() {
            return Err(failed("a replacement has both `path` and a source or targets".to_owned()));
        }
        let documents = read(path)?;
        match documents.first() {
            Some(Node { value: Value::Sequence(list), .. }) => {
                for item in list {
                    one(objects, item, &mut work).map_err(failed)?;
                }
            }
            Some(single @ Node { value: Value::Mapping(_), .. }) => one(objects, single, &mut work).map_err(failed)?,
            Some(_) | None => return Err(failed("the file has no replacements".to_owned())),
        }
    }
    Ok(())
}

fn is_set(node: &Node, name: &str) -> bool {
    field(node, name).is_some_and(|value| value.value != Value::Null)
}

/// `options` of a source or of targets.
#[derive(Clone, Debug, Default)]
struct Options {
    delimiter: String,
    index: i64,
    create: bool,
}

impl Options {
    fn read(node: &Node) -> Result<Self, String> {
        let Some(options) = field(node, "options").filter(|options| options.value != Value::Null) else {
            return Ok(Self::default());
        };
        let index = match field(options, "index").map(|index| &index.value) {
            None | Some(Value::Null) => 0,
            Some(Value::Number(crate::document::Number::Int(index))) => *index,
            Some(_) => return Err("`index` has to be a whole number".to_owned()),
        };
        let create = match field(options, "create").map(|create| &create.value) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(create)) => *create,
            Some(_) => return Err("`create` has to be `true` or `false`".to_owned()),
        };
        Ok(Self { delimiter: string(options, "delimiter")?.to_owned(), index, create })
    }
}

/// Where a value is from.
struct Source {
    /// The object, and the path in it; `None` for a value of the kustomization.
    object: Option<(usize, Vec<String>)>,
    /// The value itself.
    value: Node,
    /// Whether it is a text of the kustomization, of no type: where it is put in the place of a mapping or
    /// list, it is what it looks like.
    untyped: bool,
    /// What stands for the source in the kustomization.
    span: Span,
}

/// One replacement.
fn one(objects: &mut [Object], replacement: &Node, work: &mut usize) -> Result<(), String> {
    let targets = field(replacement, "targets").and_then(Node::as_sequence);
    let (Some(targets), true) = (targets, is_set(replacement, "source") || is_set(replacement, "sourceValue")) else {
        return Err("a replacement needs a source and targets".to_owned());
    };
    let source = source(objects, replacement)?;
    for target in targets {
        let target = Target::read(target)?;
        for index in 0..objects.len() {
            let Some(object) = objects.get_mut(index) else { continue };
            *work = work.checked_sub(1).ok_or("the replacements take too much work")?;
            if !target.selects(object)? {
                continue;
            }
            let is_mapping = matches!(source.value.value, Value::Mapping(_));
            if target.fills_annotations() && (keeps_annotations(object) || !is_mapping) {
                return Err("a replacement fills all annotations, in which kustomize keeps former names".to_owned());
            }
            object.note_shared();
            target.fill(&mut object.node, &source, work)?;
            object.settle_shared();
            if let Some((_, path)) = source.object.as_ref().filter(|(from, _)| *from == index)
                && !lookup(&object.node, path).is_ok_and(|now| now.is_some_and(|now| now.same_value(&source.value)))
            {
                // kustomize does not copy the source beforehand: what follows would be something else.
                return Err("a replacement changes its own source".to_owned());
            }
        }
    }
    Ok(())
}

fn source(objects: &[Object], replacement: &Node) -> Result<Source, String> {
    let source = field(replacement, "source").filter(|source| source.value != Value::Null);
    let given = field(replacement, "sourceValue").filter(|value| value.value != Value::Null);
    let source = match (source, given) {
        (Some(_), Some(_)) => return Err("a replacement has both `source` and `sourceValue`".to_owned()),
        (None, Some(given)) => {
            if given.as_str().is_none() {
                return Err("`sourceValue` has to be a text".to_owned());
            }
            return Ok(Source { object: None, value: given.clone(), untyped: true, span: given.span });
        }
        (Some(source), None) => source,
        (None, None) => return Err("a replacement needs a source".to_owned()),
    };
    let wanted = wanted(source)?;
    let mut found = objects.iter().enumerate().filter(|(_, object)| is_selected(object, &wanted));
    let called = || {
        let parts = [&wanted.kind, &wanted.namespace, &wanted.name];
        quoted(&parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" "))
    };
    let (index, object) = match (found.next(), found.next()) {
        (Some(found), None) => found,
        (Some(_), Some(_)) => return Err(format!("the source of a replacement matches several objects: {}", called())),
        (None, _) => return Err(format!("the source of a replacement matches nothing: {}", called())),
    };
    let path = match string(source, "fieldPath")? {
        "" => "metadata.name",
        path => path,
    };
    let parts = split(path);
    let value = lookup(&object.node, &parts)?.filter(|value| !super::patch::is_empty(value));
    let value = value.ok_or_else(|| format!("the source of a replacement has no {}", quoted(path)))?;
    let span = field(source, "fieldPath").map_or(source.span, |path| path.span);
    let options = Options::read(source)?;
    if options.delimiter.is_empty() {
        return Ok(Source { object: Some((index, parts)), value: value.clone(), untyped: false, span });
    }
    let text = written(value)?;
    let piece = usize::try_from(options.index).ok().and_then(|index| text.split(&options.delimiter).nth(index));
    let piece = piece.ok_or("the index of a replacement's source is beyond its value")?;
    let refined = scalar::retyped(&value.value, piece);
    // A piece of a number may be none; what is written from it is a text all the same.
    let refined = refined.unwrap_or_else(|| Value::String(piece.to_owned()));
    Ok(Source { object: None, value: Node { value: refined, span: value.span }, untyped: false, span })
}

/// The text of a scalar as it is written.
fn written(value: &Node) -> Result<String, String> {
    match value.value {
        Value::Sequence(_) | Value::Mapping(_) => {
            Err(format!("a delimiter can be used with a single value only, not with {}", value.kind_name()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            scalar::exact_text(&value.value, value.span)
                .ok_or_else(|| "a value of a replacement is written in an unusual notation".to_owned())
        }
    }
}

/// What `source` asks for.
fn wanted(source: &Node) -> Result<Id, String> {
    let text = |name| string(source, name).map(str::to_owned);
    Ok(Id {
        group: text("group")?,
        version: text("version")?,
        kind: text("kind")?,
        namespace: text("namespace")?,
        name: text("name")?,
    })
}

/// Whether an object has or had what is asked for.
fn is_selected(object: &Object, wanted: &Id) -> bool {
    std::iter::once(object.id()).chain(object.previous()).any(|id| id_is_selected(&id, wanted))
}

/// Whether an id is what is asked for. Objects without a namespace count as those in `default`, even
/// where they are in none.
fn id_is_selected(id: &Id, wanted: &Id) -> bool {
    fn namespace(id: &Id) -> &str {
        if id.namespace.is_empty() { "default" } else { &id.namespace }
    }
    id.is_selected(&wanted.group, &wanted.version, &wanted.kind)
        && (wanted.name.is_empty() || id.name == wanted.name)
        && (wanted.namespace.is_empty() || namespace(id) == namespace(wanted))
}

/// Counts what is copied.
fn spend(value: &Node, work: &mut usize) -> Result<(), String> {
    *work = count(value, *work).ok_or("the replacements take too much work")?;
    Ok(())
}
