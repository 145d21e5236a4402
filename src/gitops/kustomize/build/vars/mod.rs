//! Variables: `vars` declares them, `$(NAME)` in some fields of objects stands for their values.

mod expand;
mod fields;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::document::{Node, Number, Span, Value};
use crate::gitops::words::field;
use crate::text::quoted;

use self::expand::Filled;
use super::object::Id;
use super::patch::{count, select::string};
use super::path::{lookup, split};
use super::{Object, Unbuilt};

/// How many nodes filling in variables may look at.
const WORK: usize = 20_000_000;

/// Notes at the objects which variables of a kustomization read from them (`Object::vars`): called
/// for each kustomization that declares some, when its objects are otherwise done.
pub(super) fn bind(objects: &mut [Object], declared: &[Node]) -> Result<(), Unbuilt> {
    for variable in declared {
        let name = name(variable)?;
        let wanted = reference(variable).map_err(Unbuilt::new)?;
        let is_wanted = |id: &Id| {
            id.same_kind_and_name(&wanted)
                && (wanted.namespace.is_empty() || id.effective_namespace() == wanted.namespace)
        };
        let mut found =
            objects.iter_mut().filter(|object| is_wanted(&object.id()) || object.previous().any(|id| is_wanted(&id)));
        if let Some(object) = found.next() {
            if found.next().is_some() {
                return Err(Unbuilt::new(format!("the variable {} matches more than one object", quoted(name))));
            }
            object.vars.push(name.to_owned());
        }
    }
    Ok(())
}

fn name(variable: &Node) -> Result<&str, Unbuilt> {
    string(variable, "name").map_err(Unbuilt::new)
}

/// The object that a variable names.
fn reference(variable: &Node) -> Result<Id, String> {
    let Some(reference) = field(variable, "objref") else { return Ok(Id::default()) };
    let text = |name| string(reference, name).map(str::to_owned);
    let (mut group, mut version) = (text("group")?, text("version")?);
    let api_version = text("apiVersion")?;
    match *api_version.split('/').collect::<Vec<_>>().as_slice() {
        [""] => {}
        [only] => only.clone_into(&mut version),
        [first, second] => {
            first.clone_into(&mut group);
            second.clone_into(&mut version);
        }
        _ => {}
    }
    Ok(Id { group, version, kind: text("kind")?, namespace: text("namespace")?, name: text("name")? })
}

/// What a variable stands for.
#[derive(Clone, Debug)]
struct Variable {
    /// `None` for a mapping or a list: the reference stays as it is written.
    value: Option<Value>,
    /// What stands for it in the kustomization.
    span: Span,
}

/// Puts in the values of all declared variables: called once, when all names are final. `fields`
/// are `varReference` entries of the kustomizations' own `configurations`, besides the built-in ones.
pub(super) fn vars(objects: &mut [Object], declared: &[Node], fields: &[Node]) -> Result<(), Unbuilt> {
    if declared.is_empty() {
        return Ok(());
    }
    let mut variables: BTreeMap<String, Variable> = BTreeMap::new();
    for declaration in declared {
        let name = name(declaration)?;
        let variable = variable(objects, declaration, name).map_err(Unbuilt::new)?;
        if variables.insert(name.to_owned(), variable).is_some() {
            return Err(Unbuilt::new(format!("the variable {} is declared twice", quoted(name))));
        }
    }
    let own = fields.iter().map(fields::Place::read).collect::<Result<Vec<_>, _>>().map_err(Unbuilt::new)?;
    let mut work = WORK;
    for object in objects.iter_mut() {
        let id = object.id();
        for place in fields::built_in().chain(own.iter().cloned()) {
            if !place.is_for(&id) {
                continue;
            }
            let mut set = |node: &mut Node| {
                work = count(node, work).ok_or("the variables take too much work")?;
                fill(node, &variables)
            };
            place.visit(&mut object.node, &mut set).map_err(Unbuilt::new)?;
        }
    }
    Ok(())
}

fn variable(objects: &[Object], declaration: &Node, name: &str) -> Result<Variable, String> {
    let from = objects.iter().find(|object| object.vars.iter().any(|variable| variable == name));
    let from = from.ok_or_else(|| format!("there is no object for the variable {}", quoted(name)))?;
    let place = field(declaration, "fieldref");
    let path = match place.map_or(Ok(""), |place| string(place, "fieldPath"))? {
        "" => "metadata.name",
        path => path,
    };
    let parts: Vec<String> = split(path).into_iter().flat_map(indexed).collect();
    let value = lookup(&from.node, &parts)?;
    let value = value.ok_or_else(|| format!("the object of the variable {} has no {}", quoted(name), quoted(path)))?;
    let written = place.and_then(|place| field(place, "fieldPath")).or_else(|| field(declaration, "objref"));
    let span = written.unwrap_or(declaration).span;
    let value = match &value.value {
        Value::Sequence(_) | Value::Mapping(_) => None,
        Value::Null => Some(Value::String(super::path::text(value))),
        Value::Number(Number::UInt(_) | Number::Big(_)) => {
            return Err(format!("the value of the variable {} is too large a number", quoted(name)));
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(value.value.clone()),
    };
    Ok(Variable { value, span })
}

/// `ports[0]` is `ports` and `0`.
fn indexed(part: String) -> Vec<String> {
    let split = part.strip_suffix(']').and_then(|part| part.rsplit_once('['));
    match split {
        Some((before, index)) if !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()) => {
            [before, index].into_iter().filter(|part| !part.is_empty()).map(str::to_owned).collect()
        }
        Some(_) | None => vec![part],
    }
}

/// Fills in variables in the text at a node, or in the texts directly below it.
fn fill(node: &mut Node, variables: &BTreeMap<String, Variable>) -> Result<(), String> {
    match &mut node.value {
        Value::String(_) => {
            fill_text(node, variables);
            Ok(())
        }
        Value::Mapping(entries) => {
            for entry in entries {
                fill_text(&mut entry.value, variables);
            }
            Ok(())
        }
        Value::Sequence(items) => items.iter_mut().try_for_each(|item| {
            if item.as_str().is_none() {
                return Err("a list of texts in which variables are filled in has an item that is none".to_owned());
            }
            fill_text(item, variables);
            Ok(())
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn fill_text(node: &mut Node, variables: &BTreeMap<String, Variable>) {
    let Some(text) = node.as_str() else { return };
    let mut span = None;
    let filled = expand::expand(text, |name| {
        let variable = variables.get(name)?;
        let value = variable.value.as_ref()?;
        span = span.or(Some(variable.span));
        Some(value)
    });
    let value = match filled {
        Filled::Value(value) => value,
        Filled::Text(text) => Value::String(text),
    };
    if value != node.value {
        *node = Node { value, span: span.unwrap_or(node.span) };
    }
}
