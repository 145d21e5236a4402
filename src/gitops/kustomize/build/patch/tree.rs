//! A tree of values whose nodes may be shared, as kustomize's merge works on one: a part of the
//! patch that becomes a part of the target is the same node in both.

use crate::document::{Entry, Node, Span, Value};

/// A node of an [`Arena`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(usize);

/// A key, where it is written, and its value.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) value: Id,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Null. One that is kept stays in a mapping that it is put into.
    Null { kept: bool },
    /// Any other scalar.
    Scalar(Value),
    /// A mapping.
    Mapping(Vec<Field>),
    /// A list.
    Sequence(Vec<Id>),
}

/// Sorts of nodes; of what is null or missing there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Scalar,
    Mapping,
    Sequence,
}

/// Nodes.
#[derive(Debug, Default)]
pub(super) struct Arena {
    nodes: Vec<(What, Span)>,
}

impl Arena {
    /// Takes in a tree.
    pub(super) fn take(&mut self, node: Node) -> Id {
        let what = match node.value {
            Value::Null => What::Null { kept: false },
            Value::Sequence(items) => What::Sequence(items.into_iter().map(|item| self.take(item)).collect()),
            Value::Mapping(entries) => What::Mapping(
                entries
                    .into_iter()
                    .map(|entry| Field { key: entry.key, key_span: entry.key_span, value: self.take(entry.value) })
                    .collect(),
            ),
            scalar @ (Value::Bool(_) | Value::Number(_) | Value::String(_)) => What::Scalar(scalar),
        };
        self.add(what, node.span)
    }

    /// A new node.
    pub(super) fn add(&mut self, what: What, span: Span) -> Id {
        self.nodes.push((what, span));
        Id(self.nodes.len() - 1)
    }

    /// The tree below a node, as values of its own. `left` is how many nodes it may have.
    pub(super) fn give(&self, id: Id, left: &mut usize) -> Option<Node> {
        *left = left.checked_sub(1)?;
        let value = match self.what(id) {
            What::Null { .. } => Value::Null,
            What::Scalar(value) => value.clone(),
            What::Sequence(items) => {
                Value::Sequence(items.iter().map(|item| self.give(*item, left)).collect::<Option<_>>()?)
            }
            What::Mapping(fields) => Value::Mapping(
                fields
                    .iter()
                    .map(|field| {
                        let value = self.give(field.value, left)?;
                        Some(Entry { key: field.key.clone(), key_span: field.key_span, value })
                    })
                    .collect::<Option<_>>()?,
            ),
        };
        Some(Node { value, span: self.span(id) })
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn what(&self, id: Id) -> &What {
        self.nodes.get(id.0).map_or(&What::Null { kept: false }, |(what, _)| what)
    }

    pub(super) fn span(&self, id: Id) -> Span {
        self.nodes.get(id.0).map_or_else(Span::default, |(_, span)| *span)
    }

    /// Makes a node what another is; they share what is below.
    pub(super) fn become_like(&mut self, id: Id, other: Id) {
        if id != other {
            let (what, span) = (self.what(other).clone(), self.span(other));
            self.set(id, what, span);
        }
    }

    /// Replaces what a node is.
    pub(super) fn set(&mut self, id: Id, what: What, span: Span) {
        if let Some(node) = self.nodes.get_mut(id.0) {
            *node = (what, span);
        }
    }

    /// Replaces the items of a list.
    pub(super) fn set_items(&mut self, list: Id, items: Vec<Id>) {
        let span = self.span(list);
        self.set(list, What::Sequence(items), span);
    }

    /// The sort of a node; `None` for null.
    pub(super) fn sort(&self, id: Id) -> Option<Sort> {
        match self.what(id) {
            What::Null { .. } => None,
            What::Scalar(_) => Some(Sort::Scalar),
            What::Mapping(_) => Some(Sort::Mapping),
            What::Sequence(_) => Some(Sort::Sequence),
        }
    }

    /// Whether there is nothing, or null.
    pub(super) fn is_missing(&self, id: Option<Id>) -> bool {
        id.is_none_or(|id| self.sort(id).is_none())
    }

    /// Whether a node is null or a mapping without keys.
    pub(super) fn is_empty_mapping(&self, id: Id) -> bool {
        match self.what(id) {
            What::Null { .. } => true,
            What::Mapping(fields) => fields.is_empty(),
            What::Scalar(_) | What::Sequence(_) => false,
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self, id: Id) -> &[Id] {
        match self.what(id) {
            What::Sequence(items) => items,
            What::Null { .. } | What::Scalar(_) | What::Mapping(_) => &[],
        }
    }

    /// The fields of a mapping; none of anything else.
    pub(super) fn fields(&self, id: Id) -> &[Field] {
        match self.what(id) {
            What::Mapping(fields) => fields,
            What::Null { .. } | What::Scalar(_) | What::Sequence(_) => &[],
        }
    }

    /// A field of a mapping.
    pub(super) fn field(&self, id: Id, key: &str) -> Option<&Field> {
        self.fields(id).iter().find(|field| field.key == key)
    }

    /// The value of a field.
    pub(super) fn get(&self, id: Id, key: &str) -> Option<Id> {
        self.field(id, key).map(|field| field.value)
    }

    /// Adds a field behind the others.
    pub(super) fn push(&mut self, id: Id, field: Field) {
        if let Some((What::Mapping(fields), _)) = self.nodes.get_mut(id.0) {
            fields.push(field);
        }
    }

    /// Says where the key of a field is written.
    pub(super) fn set_key_span(&mut self, id: Id, key: &str, span: Span) {
        if let Some((What::Mapping(fields), _)) = self.nodes.get_mut(id.0)
            && let Some(field) = fields.iter_mut().find(|field| field.key == key)
        {
            field.key_span = span;
        }
    }

    /// Removes a field.
    pub(super) fn clear(&mut self, id: Id, key: &str) {
        if let Some((What::Mapping(fields), _)) = self.nodes.get_mut(id.0)
            && let Some(index) = fields.iter().position(|field| field.key == key)
        {
            fields.remove(index);
        }
    }

    /// The text of a scalar; empty for anything else.
    pub(super) fn text(&self, id: Id) -> String {
        match self.what(id) {
            What::Null { .. } => super::scalar::null_text(self.span(id)).to_owned(),
            What::Scalar(value) => super::scalar::text(value),
            What::Mapping(_) | What::Sequence(_) => String::new(),
        }
    }
}
