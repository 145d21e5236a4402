//! What is written in a file, before its substitutions are resolved.

use std::collections::HashMap;

use super::joined;
use crate::document::{Span, Value};

/// Number of an object in [`Model`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ObjectId(pub(super) usize);

/// Number of a field in [`Model`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FieldId(pub(super) usize);

/// What is written for a value.
pub(super) enum Expr {
    Scalar(Value, Span),
    /// The blanks between two pieces of a value.
    Blank(Span),
    Object(ObjectId),
    List(Vec<Expr>, Span),
    /// Values one after the other: texts, lists, or objects.
    Pieces(Vec<Expr>, Span),
    Substitution(Substitution),
    /// What the field was before `+=`.
    Before(Span),
}

/// `${a.b}`
pub(super) struct Substitution {
    /// Its number among all of the file.
    pub(super) number: usize,
    pub(super) path: Vec<String>,
    pub(super) is_optional: bool,
    pub(super) span: Span,
}

/// One writing of a field.
pub(super) struct Layer {
    pub(super) key_span: Span,
    pub(super) expr: Expr,
}

/// A field with all that is written into it, the first at the bottom.
pub(super) struct Field {
    pub(super) key: String,
    pub(super) layers: Vec<Layer>,
}

#[derive(Default)]
pub(super) struct Object {
    pub(super) fields: Vec<FieldId>,
    /// Fields by key. Never iterated.
    places: HashMap<String, FieldId>,
    pub(super) span: Option<Span>,
}

/// All objects and fields of a file.
#[derive(Default)]
pub(super) struct Model {
    objects: Vec<Object>,
    fields: Vec<Field>,
}

impl Model {
    pub(super) fn new_object(&mut self, span: Option<Span>) -> ObjectId {
        self.objects.push(Object { span, ..Object::default() });
        ObjectId(self.objects.len() - 1)
    }

    pub(super) fn object(&self, id: ObjectId) -> Option<&Object> {
        self.objects.get(id.0)
    }

    pub(super) fn field(&self, id: FieldId) -> Option<&Field> {
        self.fields.get(id.0)
    }

    pub(super) fn field_count(&self) -> usize {
        self.fields.len()
    }

    pub(super) fn find(&self, object: ObjectId, key: &str) -> Option<FieldId> {
        self.objects.get(object.0)?.places.get(key).copied()
    }

    /// The field with this key, made if it is not there.
    pub(super) fn field_of(&mut self, object: ObjectId, key: &str) -> FieldId {
        if let Some(field) = self.find(object, key) {
            return field;
        }
        let id = FieldId(self.fields.len());
        self.fields.push(Field { key: key.to_owned(), layers: Vec::new() });
        if let Some(object) = self.objects.get_mut(object.0) {
            object.fields.push(id);
            object.places.insert(key.to_owned(), id);
        }
        id
    }

    /// Notes that the object also stands at `span`.
    pub(super) fn cover(&mut self, object: ObjectId, span: Span) {
        if let Some(object) = self.objects.get_mut(object.0) {
            object.span = Some(object.span.map_or(span, |old| joined(old, span)));
        }
    }

    /// The object that further keys of a dotted key stand in: the last that was written into the field, or a new one.
    pub(super) fn object_in(&mut self, field: FieldId, key_span: Span) -> ObjectId {
        if let Some(Layer { expr: Expr::Object(object), .. }) = self.field(field).and_then(|field| field.layers.last())
        {
            return *object;
        }
        let object = self.new_object(None);
        self.write(field, Layer { key_span, expr: Expr::Object(object) }, false);
        object
    }

    /// Writes into a field. A value that `hides` what stood there needs nothing of it.
    pub(super) fn write(&mut self, field: FieldId, layer: Layer, hides: bool) {
        let mut merges = Vec::new();
        self.put(field, layer, hides, &mut merges);
        // Objects in one another, without recursion.
        while let Some((into, from)) = merges.pop() {
            let Some(from) = self.objects.get_mut(from.0).map(std::mem::take) else { continue };
            if let Some(span) = from.span {
                self.cover(into, span);
            }
            for source in from.fields {
                let Some(source) = self.fields.get_mut(source.0) else { continue };
                let (key, layers) = (std::mem::take(&mut source.key), std::mem::take(&mut source.layers));
                let target = self.field_of(into, &key);
                for layer in layers {
                    self.put(target, layer, false, &mut merges);
                }
            }
        }
    }

    fn put(&mut self, field: FieldId, layer: Layer, hides: bool, merges: &mut Vec<(ObjectId, ObjectId)>) {
        let Some(Field { layers, .. }) = self.fields.get_mut(field.0) else { return };
        match (layers.last(), &layer.expr) {
            (Some(Layer { expr: Expr::Object(into), .. }), Expr::Object(from)) => {
                merges.push((*into, *from));
                return;
            }
            _ if hides => layers.clear(),
            _ => {}
        }
        layers.push(layer);
    }

    /// `field += item`
    pub(super) fn append(&mut self, field: FieldId, key_span: Span, item: Expr, span: Span) {
        let Some(Field { layers, .. }) = self.fields.get_mut(field.0) else { return };
        let known = layers.last_mut().and_then(|layer| match &mut layer.expr {
            Expr::List(items, list) => Some((items, list)),
            Expr::Pieces(pieces, _) => match pieces.as_mut_slice() {
                [Expr::Before(_), Expr::List(items, list)] => Some((items, list)),
                _ => None,
            },
            Expr::Scalar(..) | Expr::Blank(_) | Expr::Object(_) | Expr::Substitution(_) | Expr::Before(_) => None,
        });
        if let Some((items, list)) = known {
            items.push(item);
            *list = joined(*list, span);
            return;
        }
        let list = Expr::List(vec![item], span);
        let expr = if layers.is_empty() { list } else { Expr::Pieces(vec![Expr::Before(span), list], span) };
        layers.push(Layer { key_span, expr });
    }
}

impl Expr {
    /// Where it stands; an object knows itself.
    pub(super) fn span(&self, model: &Model) -> Span {
        match self {
            Self::Scalar(_, span)
            | Self::Blank(span)
            | Self::List(_, span)
            | Self::Pieces(_, span)
            | Self::Substitution(Substitution { span, .. })
            | Self::Before(span) => *span,
            Self::Object(object) => model.object(*object).and_then(|object| object.span).unwrap_or_default(),
        }
    }
}
