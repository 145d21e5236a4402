//! The fields that a replacement fills.

use regex::Regex;

use crate::document::{Entry, Node, Span, Step, Value};
use crate::gitops::kustomize::build::object::{Id, Object};
use crate::gitops::kustomize::build::patch::{deeper_than, scalar, select::Selector};
use crate::gitops::kustomize::build::path::{entry, list, search, split};
use crate::gitops::words::{field, items};
use crate::text::quoted;

use super::{Options, Source, id_is_selected, is_selected, spend, written};

/// How deep values may lie in each other.
const DEPTH: usize = 600;

/// An item of `targets`.
pub(super) struct Target {
    select: Selector,
    reject: Vec<Selector>,
    paths: Vec<String>,
    options: Options,
}

/// A field that was found.
struct Found {
    route: Vec<Step>,
    /// Whether it was made for the replacement: its type is what its text says.
    made: bool,
}

impl Target {
    pub(super) fn read(node: &Node) -> Result<Self, String> {
        let select = field(node, "select").filter(|select| select.value != Value::Null);
        let select = Selector::read(select.ok_or("a target of a replacement needs `select`")?)?;
        let reject = items(node, "reject").iter().map(Selector::read).collect::<Result<_, _>>()?;
        let text = |path: &Node| path.as_str().map(str::to_owned).ok_or("an item of `fieldPaths` is no text");
        let mut paths = items(node, "fieldPaths").iter().map(text).collect::<Result<Vec<_>, _>>()?;
        if paths.is_empty() {
            paths.push("metadata.name".to_owned());
        }
        Ok(Self { select, reject, paths, options: Options::read(node)? })
    }

    /// Whether an object is to be filled. kustomize 5.7 compares names, 5.8 reads them as regular
    /// expressions: where that makes a difference nothing is said.
    pub(super) fn selects(&self, object: &Object) -> Result<bool, String> {
        let rejects_labels = |reject: &Selector| reject.has_labels && reject.selects_labels(&object.node);
        if !self.select.selects_labels(&object.node) || self.reject.iter().any(rejects_labels) {
            return Ok(false);
        }
        let by_name = |reject: &&Selector| reject.id != Id::default();
        let exact = is_selected(object, &self.select.id)
            && !self.reject.iter().filter(by_name).any(|reject| is_selected(object, &reject.id));
        let ids: Vec<Id> = std::iter::once(object.id()).chain(object.previous()).collect();
        let matches = |selector: &Selector| {
            let id = &selector.id;
            ids.iter().any(|found| {
                // An empty namespace is the default one in both versions for what follows here.
                selector.selects_id(found) || (id.namespace == "default" && id_is_selected(found, id))
            })
        };
        let by_expression = matches(&self.select) && !self.reject.iter().filter(by_name).any(matches);
        if exact == by_expression {
            return Ok(exact);
        }
        Err("a replacement selects by a regular expression, which kustomize 5.7 and 5.8 read differently".to_owned())
    }

    /// Whether it may put something else in the place of all annotations.
    pub(super) fn fills_annotations(&self) -> bool {
        self.paths.iter().any(|path| matches!(split(path).join(".").as_str(), "metadata" | "metadata.annotations"))
    }

    /// Puts a value into all fields.
    pub(super) fn fill(&self, root: &mut Node, source: &Source, work: &mut usize) -> Result<(), String> {
        let Source { value, span, .. } = source;
        for path in &self.paths {
            let create = self.options.create.then(|| empty_like(&value.value));
            let mut search = Search { create, span: *span, found: Vec::new(), work };
            let parts = split(path);
            search.walk(root, &parts, &mut Vec::new(), false)?;
            let found = search.found;
            if found.is_empty() {
                return Err(format!("a target of a replacement has no {}", quoted(path)));
            }
            for found in found {
                spend(value, work)?;
                if deeper_than(value, DEPTH.saturating_sub(found.route.len())) {
                    return Err("the replacements put values too deep into each other".to_owned());
                }
                if let Some(place) = at(root, &found.route) {
                    self.set(place, source, found.made)?;
                }
            }
        }
        Ok(())
    }

    fn set(&self, place: &mut Node, source: &Source, made: bool) -> Result<(), String> {
        let Source { value, span, .. } = source;
        let is_scalar = !matches!(place.value, Value::Sequence(_) | Value::Mapping(_));
        let mut text = None;
        if !self.options.delimiter.is_empty() {
            if !is_scalar {
                return Err("a delimiter can be used with a single value only".to_owned());
            }
            text = Some(
                self.joined(&if made { scalar::text(&place.value) } else { written(place)? }, &value_text(value)?),
            );
        }
        if !is_scalar {
            let new = match value.as_str().filter(|_| source.untyped) {
                Some(text) => scalar::plain(text),
                None => value.value.clone(),
            };
            *place = Node { value: new, span: *span };
            return Ok(());
        }
        let text = text.map_or_else(|| value_text(value), Ok)?;
        let new = if made { Some(scalar::plain(&text)) } else { scalar::retyped(&place.value, &text) };
        let new =
            new.ok_or_else(|| format!("a replacement writes {} where there is {}", quoted(&text), place.kind_name()))?;
        if made || new != place.value {
            // A null has to look like one that is left out.
            let span = if new == Value::Null { Span { end: span.start, ..*span } } else { *span };
            *place = Node { value: new, span };
        }
        Ok(())
    }

    fn joined(&self, old: &str, value: &str) -> String {
        let mut pieces: Vec<&str> = old.split(self.options.delimiter.as_str()).collect();
        match usize::try_from(self.options.index) {
            Err(_) => pieces.insert(0, value),
            Ok(index) => match pieces.get_mut(index) {
                Some(piece) => *piece = value,
                None => pieces.push(value),
            },
        }
        pieces.join(&self.options.delimiter)
    }
}

/// The text of a value; empty for a collection.
fn value_text(value: &Node) -> Result<String, String> {
    match value.value {
        Value::Sequence(_) | Value::Mapping(_) => Ok(String::new()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => written(value),
    }
}

/// What is made where there is nothing, for a value of this sort.
fn empty_like(value: &Value) -> Value {
    match value {
        Value::Sequence(_) => Value::Sequence(Vec::new()),
        Value::Mapping(_) => Value::Mapping(Vec::new()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Value::String(String::new()),
    }
}

fn at<'a>(root: &'a mut Node, route: &[Step]) -> Option<&'a mut Node> {
    let mut node = root;
    for step in route {
        node = match (step, &mut node.value) {
            (Step::Key(key), Value::Mapping(entries)) => &mut entries.iter_mut().find(|entry| entry.key == *key)?.value,
            (Step::Index(index), Value::Sequence(items)) => items.get_mut(*index)?,
            (
                Step::Key(_) | Step::Index(_),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Sequence(_)
                | Value::Mapping(_),
            ) => return None,
        };
    }
    Some(node)
}

/// A search for all fields at a path.
struct Search<'a> {
    /// What is made at the end of a path that is not there, if anything is.
    create: Option<Value>,
    span: Span,
    found: Vec<Found>,
    work: &'a mut usize,
}

impl Search<'_> {
    fn walk(&mut self, node: &mut Node, path: &[String], route: &mut Vec<Step>, made: bool) -> Result<(), String> {
        *self.work = self.work.checked_sub(1).ok_or("the replacements take too much work")?;
        let Some((part, rest)) = path.split_first() else {
            self.found.push(Found { route: route.clone(), made });
            return Ok(());
        };
        if let Ok(index) = part.parse::<usize>() {
            return self.index(node, index, rest, route);
        }
        if let Some(search) = search(part) {
            let (field, value) = search?;
            return self.matching(node, field, value, rest, route);
        }
        if part == "*" {
            for index in 0..list(node)?.len() {
                self.item(node, index, rest, route, false)?;
            }
            return Ok(());
        }
        // The key that an item was made with is as new as the item.
        let mut made = made && rest.is_empty();
        if entry(node, part)?.is_none() {
            let Some(new) = self.new_value(rest.first()) else { return Ok(()) };
            let Value::Mapping(entries) = &mut node.value else {
                return Err("a replacement would make a field of nothing".to_owned());
            };
            made = rest.is_empty();
            let value = Node { value: new, span: self.span };
            entries.push(Entry { key: part.clone(), key_span: self.span, value });
        }
        let Value::Mapping(entries) = &mut node.value else { return Ok(()) };
        let Some(entry) = entries.iter_mut().find(|entry| entry.key == *part) else { return Ok(()) };
        route.push(Step::Key(part.clone()));
        let result = self.walk(&mut entry.value, rest, route, made);
        route.pop();
        result
    }

    /// What is made before the next part of a path; `None` when nothing is to be made.
    fn new_value(&self, next: Option<&String>) -> Option<Value> {
        let last = self.create.clone()?;
        Some(match next {
            None => last,
            Some(part) if (part.starts_with('[') && part.ends_with(']')) || part.parse::<usize>().is_ok() => {
                Value::Sequence(Vec::new())
            }
            Some(part) if part.is_empty() => last,
            Some(_) => Value::Mapping(Vec::new()),
        })
    }

    fn item(
        &mut self,
        node: &mut Node,
        index: usize,
        rest: &[String],
        route: &mut Vec<Step>,
        made: bool,
    ) -> Result<(), String> {
        let Value::Sequence(items) = &mut node.value else { return Ok(()) };
        let Some(item) = items.get_mut(index) else { return Ok(()) };
        route.push(Step::Index(index));
        let result = self.walk(item, rest, route, made);
        route.pop();
        result
    }

    fn index(&mut self, node: &mut Node, index: usize, rest: &[String], route: &mut Vec<Step>) -> Result<(), String> {
        let length = list(node)?.len();
        let mut made = false;
        if length == index
            && let Some(new) = self.new_value(rest.first())
        {
            let Value::Sequence(items) = &mut node.value else {
                return Err("a replacement would make an item of nothing".to_owned());
            };
            made = rest.is_empty();
            items.push(Node { value: new, span: self.span });
        } else if length <= index {
            return Err(format!("a replacement asks for item {index} of a list that has {length}"));
        }
        self.item(node, index, rest, route, made)
    }

    fn matching(
        &mut self,
        node: &mut Node,
        field: &str,
        value: &str,
        rest: &[String],
        route: &mut Vec<Step>,
    ) -> Result<(), String> {
        let before = self.found.len();
        let expression = Regex::new(value).map_err(|_| format!("{} is no regular expression", quoted(value)))?;
        let length = list(node)?.len();
        self.items_matching(node, field, &expression, rest, route)?;
        if self.found.len() > before || self.create.is_none() {
            return Ok(());
        }
        let Value::Sequence(items) = &mut node.value else {
            return Err("a replacement would make an item of nothing".to_owned());
        };
        let text = Node { value: scalar::plain(value), span: self.span };
        items.push(if field.is_empty() {
            text
        } else {
            let entry = Entry { key: field.to_owned(), key_span: self.span, value: text };
            Node { value: Value::Mapping(vec![entry]), span: self.span }
        });
        if field.is_empty() {
            route.push(Step::Index(length));
            self.found.push(Found { route: route.clone(), made: true });
            route.pop();
            return Ok(());
        }
        let made_here = rest.first().is_some_and(|part| part == field) && rest.len() == 1;
        self.item(node, length, rest, route, made_here)?;
        if self.found.len() == before {
            return Err("a replacement makes an item that it does not find".to_owned());
        }
        Ok(())
    }

    fn items_matching(
        &mut self,
        node: &mut Node,
        field: &str,
        expression: &Regex,
        rest: &[String],
        route: &mut Vec<Step>,
    ) -> Result<(), String> {
        for index in 0..list(node)?.len() {
            *self.work = self.work.checked_sub(1).ok_or("the replacements take too much work")?;
            let Some(item) = list(node)?.get(index) else { continue };
            let found = if field.is_empty() { Some(item) } else { item.get(field) };
            if !found.is_some_and(|found| expression.is_match(&as_written(found))) {
                continue;
            }
            if field.is_empty() {
                route.push(Step::Index(index));
                self.found.push(Found { route: route.clone(), made: false });
                route.pop();
            } else {
                self.item(node, index, rest, route, false)?;
            }
        }
        Ok(())
    }
}

/// A value as YAML, with its quotes.
fn as_written(node: &Node) -> String {
    match &node.value {
        Value::String(text) if !scalar::is_plain(text, node.span) => format!("\"{text}\""),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => {
            crate::gitops::kustomize::build::path::text(node)
        }
    }
}
