//! Items of a list that are the same one.

use std::{borrow::Cow, collections::BTreeMap};

use super::{placeholder, trail::Crumb, walk::Checker};
use crate::{
    document::{Entry, Node, Route, Step, Value, Violation},
    kubernetes::schema::{Link, ListKind, Schema, Text},
    text::shortened,
};

impl<'a> Checker<'a> {
    /// Tells items that are there twice.
    pub(super) fn repeated(&mut self, schema: &'a Schema, items: &'a [Node]) {
        if items.len() < 2 || self.is_full() {
            return;
        }
        match &schema.list {
            ListKind::Atomic => {}
            ListKind::Set => self.repeated_values(items),
            ListKind::Map(keys) => self.repeated_keys(schema, keys, items),
        }
    }

    fn repeated_values(&mut self, items: &'a [Node]) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            if self.is_full() {
                return;
            }
            if holds_placeholder(item, self.context.templated) {
                continue;
            }
            let mut canonical = String::new();
            write_canonical(&item.value, &mut canonical);
            if let Some(first) = seen.get(&canonical).copied() {
                let value = scalar_text(&item.value).filter(|_| !self.context.secret);
                let value = value.map(|value| format!(": `{}`", shortened(&value, 60))).unwrap_or_default();
                let message = format!("{} holds the same item twice{value}", self.trail.name());
                self.trail.push(Crumb::Index(index));
                let route = self.trail.route();
                self.trail.pop();
                let first = self.trail.route().child(Step::Index(first));
                self.tell(
                    Violation::of_value(route, message)
                        .labelled("again here")
                        .related(first, "first here")
                        .with_help("remove one of the two"),
                );
            } else {
                seen.insert(canonical, index);
            }
        }
    }

    fn repeated_keys(&mut self, schema: &'a Schema, keys: &'a [Text], items: &'a [Node]) {
        let item_schema = schema.items.as_ref().and_then(|link| self.follow(link));
        let default = |key: &str| -> Option<&'a Value> {
            let link: &'a Link = item_schema?.property(key)?;
            self.follow(link)?.default.as_ref()
        };
        let defaults: Vec<Option<&Value>> = keys.iter().map(|key| default(key)).collect();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            if self.is_full() {
                return;
            }
            let Some(identity) = identity(item, keys, &defaults, self.context.templated) else { continue };
            if let Some(first) = seen.get(&identity).copied() {
                let violation = self.repeated_item(keys, &defaults, item, index, first);
                self.tell(violation);
            } else {
                seen.insert(identity, index);
            }
        }
    }

    fn repeated_item(
        &self,
        keys: &[Text],
        defaults: &[Option<&Value>],
        item: &Node,
        index: usize,
        first: usize,
    ) -> Violation {
        let list = self.trail.route();
        let place = |index: usize| -> Route {
            let item = list.child(Step::Index(index));
            match keys {
                [key] => item.child(Step::Key(key.as_ref().to_owned())),
                _ => item,
            }
        };
        let names: Vec<String> = keys.iter().map(|key| format!("`{}`", shortened(key, 60))).collect();
        let values: Vec<String> = keys
            .iter()
            .zip(defaults)
            .filter_map(|(key, default)| scalar_text(key_value(item, key, *default)?))
            .map(|value| format!("`{}`", shortened(&value, 60)))
            .collect();
        let values = if self.context.secret { String::new() } else { format!(": {}", values.join(", ")) };
        let message = format!("two items of {} have the same {}{values}", self.trail.name(), names.join(" and "));
        Violation::of_value(place(index), message)
            .labelled("again here")
            .related(place(first), "first here")
            .with_help("remove one of the two, or give them different keys: server-side apply refuses it")
    }
}

/// What makes an item the one it is; `None` where that cannot be said.
fn identity(item: &Node, keys: &[Text], defaults: &[Option<&Value>], templated: bool) -> Option<String> {
    // A patch that takes an item away may stand beside the one that adds it.
    if item.entry("$patch").is_some() {
        return None;
    }
    let mut out = String::new();
    for (key, default) in keys.iter().zip(defaults) {
        let value = key_value(item, key, *default)?;
        match value {
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => return None,
            Value::String(text) if placeholder::is_filled_in(text, templated) => return None,
            Value::Bool(_) | Value::Number(_) | Value::String(_) => write_canonical(value, &mut out),
        }
    }
    Some(out)
}

/// The value of a key of an item, or what counts where it is absent.
fn key_value<'v>(item: &'v Node, key: &str, default: Option<&'v Value>) -> Option<&'v Value> {
    match item.get(key).map(|node| &node.value) {
        Some(Value::Null) | None => match &item.value {
            Value::Mapping(_) => default,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => None,
        },
        Some(value) => Some(value),
    }
}

fn holds_placeholder(node: &Node, templated: bool) -> bool {
    match &node.value {
        Value::String(text) => placeholder::is_filled_in(text, templated),
        Value::Sequence(items) => items.iter().any(|item| holds_placeholder(item, templated)),
        Value::Mapping(entries) => entries.iter().any(|entry| holds_placeholder(&entry.value, templated)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn scalar_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Bool(bool) => Some(bool.to_string().into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// A text that two values share exactly when they say the same.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push('n'),
        Value::Bool(bool) => out.push(if *bool { 't' } else { 'f' }),
        Value::Number(number) => out.push_str(&format!("#{number};")),
        Value::String(text) => out.push_str(&format!("\"{}:{text}", text.len())),
        Value::Sequence(items) => {
            out.push_str(&format!("[{}:", items.len()));
            for item in items {
                write_canonical(&item.value, out);
            }
        }
        Value::Mapping(entries) => {
            out.push_str(&format!("{{{}:", entries.len()));
            let mut sorted: Vec<&Entry> = entries.iter().collect();
            sorted.sort_unstable_by(|a, b| a.key.cmp(&b.key));
            for entry in sorted {
                out.push_str(&format!("\"{}:{}", entry.key.len(), entry.key));
                write_canonical(&entry.value.value, out);
            }
        }
    }
}
