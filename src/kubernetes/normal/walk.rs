//! The walk through a manifest along its types.

use std::{collections::BTreeMap, sync::OnceLock};

use super::{
    PRESENT,
    defaults::{DEFAULTS, Preset},
    followed,
    pointers::TYPES,
    special::{SPECIAL, Special},
};
use crate::{
    document::{Entry, Node, Number, Span, Value},
    kubernetes::{
        builtin::number_of,
        schema::{Accepts, Link, Others, Schema},
    },
};

/// What is known of a type besides its schema.
#[derive(Default)]
struct Knowledge {
    /// Fields that keep a value that says nothing; `None` where that is not known.
    pointers: Option<&'static str>,
    defaults: &'static [(&'static str, Preset)],
    special: Option<Special>,
}

/// What is known, by the number of the definition.
fn known() -> &'static BTreeMap<u16, Knowledge> {
    static KNOWN: OnceLock<BTreeMap<u16, Knowledge>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let number = |name: &str| number_of(&format!("io.k8s.api.{name}"));
        let mut known: BTreeMap<u16, Knowledge> = BTreeMap::new();
        for (name, pointers) in TYPES {
            if let Some(number) = number(name) {
                known.entry(number).or_default().pointers = Some(pointers);
            }
        }
        for (name, defaults) in DEFAULTS {
            if let Some(number) = number(name) {
                known.entry(number).or_default().defaults = defaults;
            }
        }
        for (name, special) in SPECIAL {
            if let Some(number) = number(name) {
                known.entry(number).or_default().special = Some(*special);
            }
        }
        known
    })
}

/// Makes a value what the API server stores, by its type. `marks`: whether empty mappings that are not the same as none get
/// [`PRESENT`].
pub(super) fn fill(node: &mut Node, link: &Link, marks: bool) {
    let Some(schema) = followed(link) else { return };
    let span = node.span;
    match &mut node.value {
        Value::Mapping(entries) if schema.accepts == Accepts::Object => {
            let knowledge = match link {
                Link::Definition(number) => known().get(number),
                Link::Inline(_) => None,
            };
            mapping(entries, schema, knowledge, span, marks);
        }
        Value::Sequence(items) => {
            for item in items {
                if let Some(link) = &schema.items {
                    fill(item, link, marks);
                }
            }
        }
        Value::Mapping(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn mapping(entries: &mut Vec<Entry>, schema: &Schema, knowledge: Option<&Knowledge>, span: Span, marks: bool) {
    let is_closed = schema.others == Others::Refused && !schema.properties.is_empty();
    entries.retain(|entry| match schema.property(&entry.key) {
        _ if entry.value.as_sequence().is_some_and(<[Node]>::is_empty) => false,
        _ if entry.value.value == Value::Null => false,
        // The server drops what it does not know.
        None => !is_closed,
        Some(link) => match knowledge.and_then(|knowledge| knowledge.pointers) {
            Some(pointers) => !says_nothing(&entry.value, link) || keeps(pointers, &entry.key, "?"),
            None => true,
        },
    });
    // What makes entries of entries comes first, so that they are walked through, too.
    if let Some(knowledge) = knowledge {
        if let Some(special) = knowledge.special {
            special(entries, span);
        }
        for (key, default) in knowledge.defaults {
            add(entries, key, span, || value(*default, span));
        }
    }
    for entry in &mut *entries {
        match (schema.property(&entry.key), &schema.others) {
            (Some(link), _) | (None, Others::Each(link)) => fill(&mut entry.value, link, marks),
            (None, Others::Refused | Others::Kept) => {}
        }
    }
    if let Some(pointers) = knowledge.and_then(|knowledge| knowledge.pointers).filter(|_| marks) {
        for entry in entries.iter_mut().filter(|entry| keeps(pointers, &entry.key, "")) {
            let span = entry.value.span;
            if let Value::Mapping(inner) = &mut entry.value.value
                && inner.is_empty()
            {
                add(inner, PRESENT, span, || Value::Bool(true));
            }
        }
    }
}

/// Whether a scalar is what Go takes for none.
fn says_nothing(node: &Node, link: &Link) -> bool {
    let accepts = followed(link).map(|schema| schema.accepts);
    match &node.value {
        Value::String(text) => text.is_empty() && matches!(accepts, Some(Accepts::String | Accepts::IntOrString)),
        Value::Number(Number::Int(0)) => matches!(accepts, Some(Accepts::Integer | Accepts::IntOrString)),
        Value::Bool(false) => accepts == Some(Accepts::Boolean),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => false,
    }
}

/// Whether a field is among those that keep an empty value, with that mark.
fn keeps(pointers: &str, key: &str, mark: &str) -> bool {
    pointers.split(' ').any(|one| one.strip_suffix(mark) == Some(key))
}

/// Adds an entry that is not there.
pub(super) fn add(entries: &mut Vec<Entry>, key: &str, span: Span, value: impl FnOnce() -> Value) {
    if !entries.iter().any(|entry| entry.key == key) {
        let span = Span { end: span.start, ..span };
        let value = Node { value: value(), span };
        entries.push(Entry { key: key.to_owned(), key_span: span, value });
    }
}

fn value(default: Preset, span: Span) -> Value {
    match default {
        Preset::Text(text) => Value::String(text.to_owned()),
        Preset::Number(number) => Value::Number(Number::Int(number)),
        Preset::Flag(flag) => Value::Bool(flag),
        Preset::Mapping => Value::Mapping(Vec::new()),
        Preset::Only(text) => Value::Sequence(vec![Node { value: Value::String(text.to_owned()), span }]),
    }
}
