//! Fields of objects that a kustomization changes: which there are, and the way to them.

use std::borrow::Cow;

use crate::document::{Entry, Node, Span, Value};

use super::object::Id;

/// A field, of objects of some type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldSpec {
    pub(super) group: Cow<'static, str>,
    pub(super) version: Cow<'static, str>,
    pub(super) kind: Cow<'static, str>,
    /// Names with `/` between them. Lists on the way are gone through; behind a name, `[]` says that
    /// there is one.
    pub(super) path: Cow<'static, str>,
    /// Whether the field is made where it is missing.
    pub(super) create: bool,
}

/// What a field is that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// Nothing is made.
    Nothing,
    /// A scalar.
    Scalar,
    /// A mapping.
    Mapping,
}

impl FieldSpec {
    /// A field of objects of any type.
    pub(super) const fn of_all(path: &'static str, create: bool) -> Self {
        Self::new("", "", "", path, create)
    }

    pub(super) const fn new(
        group: &'static str,
        version: &'static str,
        kind: &'static str,
        path: &'static str,
        create: bool,
    ) -> Self {
        Self {
            group: Cow::Borrowed(group),
            version: Cow::Borrowed(version),
            kind: Cow::Borrowed(kind),
            path: Cow::Borrowed(path),
            create,
        }
    }

    /// Whether objects with this identity have the field.
    pub(super) fn selects(&self, id: &Id) -> bool {
        id.is_selected(&self.group, &self.version, &self.kind)
    }

    /// Adds a field to others as kustomize does: once, and always made or never.
    pub(super) fn merge(list: &mut Vec<Self>, new: &Self) -> Result<(), String> {
        let same = |wanted: &str, given: &str| wanted.is_empty() || wanted == given;
        let known = list.iter().find(|known| {
            same(&new.group, &known.group)
                && same(&new.version, &known.version)
                && same(&new.kind, &known.kind)
                && known.path == new.path
        });
        match known {
            Some(known) if known.create != new.create => {
                Err(format!("the field `{}` is configured twice, with and without `create`", new.path))
            }
            Some(_) => Ok(()),
            None => {
                list.push(new.clone());
                Ok(())
            }
        }
    }

    /// Adds all fields of a list.
    pub(super) fn merge_all(list: &mut Vec<Self>, new: &[Self]) -> Result<(), String> {
        new.iter().try_for_each(|spec| Self::merge(list, spec))
    }

    /// Calls `set` with every value that the field has in an object, if it is of the right type. What is
    /// made has the place `span`.
    pub(super) fn visit(
        &self,
        object: &mut Node,
        made: Made,
        span: Span,
        set: &mut dyn FnMut(&mut Node) -> Result<(), String>,
    ) -> Result<(), String> {
        if !self.selects(&Id::of_type(object)) {
            return Ok(());
        }
        let parts = split(&self.path);
        let made = if self.create { made } else { Made::Nothing };
        walk(object, &parts, made, span, set).map_err(|problem| {
            let id = Id::of(object);
            format!("the field `{}` of {} {}: {problem}", self.path, id.kind, id.name)
        })
    }
}

/// The parts of a path; `\/` is a slash in a name.
pub(super) fn split(path: &str) -> Vec<String> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('/');
                last.push_str(part);
            }
            Some(_) | None => parts.push(part.to_owned()),
        }
    }
    parts
}

fn walk(
    node: &mut Node,
    parts: &[String],
    made: Made,
    span: Span,
    set: &mut dyn FnMut(&mut Node) -> Result<(), String>,
) -> Result<(), String> {
    let Some((part, rest)) = parts.split_first() else { return set(node) };
    match &mut node.value {
        Value::Null => Ok(()),
        // The same part of the path for each item. Lists in lists are as deep as the file.
        Value::Sequence(items) => items.iter_mut().try_for_each(|item| walk(item, parts, made, span, set)),
        Value::Mapping(entries) => {
            let (name, is_list) = part.strip_suffix("[]").map_or((part.as_str(), false), |name| (name, true));
            if !is_name(name) {
                return Err(format!("`{part}` is no name of a field"));
            }
            let empty = match made {
                _ if is_list => Some(Value::Sequence(Vec::new())),
                Made::Nothing => None,
                Made::Scalar if rest.is_empty() => Some(Value::String(String::new())),
                Made::Scalar | Made::Mapping => Some(Value::Mapping(Vec::new())),
            };
            let is_made = made != Made::Nothing && !is_list;
            if is_made && entries.iter().all(|entry| entry.key != name) {
                let value = Node { value: Value::Null, span };
                entries.push(Entry { key: name.to_owned(), key_span: span, value });
            }
            let Some(entry) = entries.iter_mut().find(|entry| entry.key == name) else { return Ok(()) };
            if let (Value::Null, Some(empty)) = (&entry.value.value, empty) {
                entry.value.value = empty;
            }
            walk(&mut entry.value, rest, made, span, set)
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err(format!("a mapping with `{part}` was expected, found {}", node.kind_name()))
        }
    }
}

/// Whether a part of a path is the name of a field. Lists are gone through without a part of their own;
/// kustomize refuses positions and wildcards once they meet a mapping.
pub(super) fn is_name(part: &str) -> bool {
    !(part.is_empty() || part == "-" || part == "*" || part.starts_with('[') || part.parse::<u64>().is_ok())
}

/// Sets a scalar: what [`FieldSpec::visit`] calls for fields that hold one.
pub(super) fn set_text(node: &mut Node, text: &str, span: Span) -> Result<(), String> {
    match &node.value {
        Value::Mapping(_) | Value::Sequence(_) => Err(format!("a string was expected, found {}", node.kind_name())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            *node = Node { value: Value::String(text.to_owned()), span };
            Ok(())
        }
    }
}
