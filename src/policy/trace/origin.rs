//! Values that know where in the input they are from.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::Value;

use super::weigh::Choice;

/// A path into the input, grown at its end and shared.
#[derive(Clone, Debug, Default)]
pub(super) struct Path(Option<Arc<Link>>);

#[derive(Debug)]
struct Link {
    parent: Path,
    key: Value,
    length: usize,
    /// How many of the steps so far were taken by going through a collection.
    iterated: usize,
    /// Whether this one was, and in which undertaking: a negation is one.
    iteration: Option<usize>,
}

impl Path {
    pub(super) fn child(&self, key: Value, iteration: Option<usize>) -> Self {
        let iterated = self.iterated() + usize::from(iteration.is_some());
        Self(Some(Arc::new(Link { parent: self.clone(), key, length: self.len() + 1, iterated, iteration })))
    }

    /// The path up to the first collection that was gone through since an undertaking began: where
    /// no element fits, it is the collection that lacks one.
    pub(super) fn before(&self, undertaking: usize) -> Self {
        let mut found = self;
        let mut here = self;
        while let Some(link) = &here.0 {
            if link.iteration.is_some_and(|number| number >= undertaking) {
                found = &link.parent;
            }
            here = &link.parent;
        }
        found.clone()
    }

    /// The same, as if its collections had been gone through before anything else.
    pub(super) fn settled(&self) -> Self {
        match &self.0 {
            Some(link) => link.parent.settled().child(link.key.clone(), link.iteration.map(|_| 0)),
            None => Self::default(),
        }
    }

    /// The same, its last collection gone through in this undertaking.
    fn gone_through(&self, undertaking: usize) -> Self {
        match &self.0 {
            Some(link) if link.iteration.is_some() => link.parent.child(link.key.clone(), Some(undertaking)),
            Some(link) => link.parent.gone_through(undertaking).child(link.key.clone(), None),
            None => Self::default(),
        }
    }

    pub(super) fn starts_with(&self, other: &Self) -> bool {
        self.len() >= other.len() && self.first(other.len()) == *other
    }

    pub(super) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |link| link.length)
    }

    pub(super) fn iterated(&self) -> usize {
        self.0.as_ref().map_or(0, |link| link.iterated)
    }

    /// The last key, if it is a name.
    pub(super) fn name(&self) -> Option<&str> {
        self.0.as_ref().and_then(|link| link.key.as_string().ok()).map(|key| &**key)
    }

    /// Whether this is a field of what has that name.
    pub(super) fn is_in(&self, name: &str) -> bool {
        self.0.as_ref().and_then(|link| link.parent.name()) == Some(name)
    }

    /// Whether this is a field of an item of a list: `items`, its index, the field.
    pub(super) fn is_in_items(&self) -> bool {
        let list = self.0.as_ref().and_then(|link| link.parent.0.as_ref()).map(|link| &link.parent);
        list.and_then(Self::name) == Some("items")
    }

    pub(super) fn keys(&self) -> Vec<&Value> {
        let mut keys = Vec::with_capacity(self.len());
        let mut here = self;
        while let Some(link) = &here.0 {
            keys.push(&link.key);
            here = &link.parent;
        }
        keys.reverse();
        keys
    }

    /// The first steps of this path.
    fn first(&self, length: usize) -> Self {
        let mut here = self;
        while let Some(link) = here.0.as_ref().filter(|link| link.length > length) {
            here = &link.parent;
        }
        here.clone()
    }

    /// What both have in common from the root on.
    pub(super) fn common(&self, other: &Self) -> Self {
        let (ours, theirs) = (self.keys(), other.keys());
        self.first(ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count())
    }

    /// The collection that was gone through last on the way; the path itself where there is none.
    pub(super) fn collection(&self) -> Self {
        let mut here = self;
        while let Some(link) = &here.0 {
            if link.iteration.is_some() {
                return link.parent.clone();
            }
            here = &link.parent;
        }
        self.clone()
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.keys() == other.keys()
    }
}

/// Elements of a collection that was put together, by key; those of a set by themselves.
pub(super) type Parts = BTreeMap<Value, Traced>;

/// A value, and where it is from.
#[derive(Clone, Debug)]
pub(super) struct Traced {
    pub(super) value: Value,
    /// It is what stands there, or would stand there if it were given.
    pub(super) at: Option<Path>,
    /// It was worked out from this.
    pub(super) from: Option<Arc<Choice>>,
    /// It was put together from these.
    pub(super) parts: Option<Arc<Parts>>,
}

impl Traced {
    /// A value that has nothing to do with the input.
    pub(super) fn plain(value: Value) -> Self {
        Self { value, at: None, from: None, parts: None }
    }

    pub(super) fn at(value: Value, path: Path) -> Self {
        Self { at: Some(path), ..Self::plain(value) }
    }

    pub(super) fn from(value: Value, choice: Option<Choice>) -> Self {
        Self { from: choice.map(Arc::new), ..Self::plain(value) }
    }

    pub(super) fn array(items: Vec<Self>) -> Self {
        let value = Value::from(items.iter().map(|item| item.value.clone()).collect::<Vec<_>>());
        Self::of(value, items.into_iter().enumerate().map(|(index, item)| (Value::from(index), item)).collect())
    }

    /// Where several elements are the same, the first says where it is from.
    pub(super) fn set(items: Vec<Self>) -> Self {
        let mut parts = Parts::new();
        for item in items {
            parts.entry(item.value.clone()).or_insert(item);
        }
        Self::of(Value::from(parts.keys().cloned().collect::<std::collections::BTreeSet<_>>()), parts)
    }

    pub(super) fn object(fields: Vec<(Value, Self)>) -> Self {
        let mut parts = Parts::new();
        for (key, value) in fields {
            parts.entry(key).or_insert(value);
        }
        let value = parts.iter().map(|(key, part)| (key.clone(), part.value.clone())).collect::<BTreeMap<_, _>>();
        Self::of(Value::from(value), parts)
    }

    pub(super) fn of(value: Value, parts: Parts) -> Self {
        Self { parts: Some(Arc::new(parts)), ..Self::plain(value) }
    }

    /// Whether a condition of this value holds.
    pub(super) fn holds(&self) -> bool {
        !matches!(self.value, Value::Bool(false) | Value::Undefined)
    }

    /// What is under a key.
    pub(super) fn child(&self, key: &Value) -> Option<Self> {
        let value = match &self.value {
            Value::Object(fields) => fields.get(key)?,
            Value::Array(items) => match key {
                Value::Number(number) if number.is_integer() => items.get(usize::try_from(key.as_u64().ok()?).ok()?)?,
                _ => return None,
            },
            Value::Set(items) => items.get(key)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Undefined => return None,
        };
        Some(self.part(key, value, None))
    }

    fn part(&self, key: &Value, value: &Value, iteration: Option<usize>) -> Self {
        if let Some(part) = self.parts.as_ref().and_then(|parts| parts.get(key)) {
            let at = match (&part.at, iteration) {
                (Some(path), Some(undertaking)) => Some(path.gone_through(undertaking)),
                (at, _) => at.clone(),
            };
            return Self { at, ..part.clone() };
        }
        match &self.at {
            Some(path) => Self::at(value.clone(), path.child(key.clone(), iteration)),
            None => Self { from: self.from.clone(), ..Self::plain(value.clone()) },
        }
    }

    /// All elements with their keys; those of a set are their own keys.
    pub(super) fn elements(&self, undertaking: usize) -> Vec<(Value, Self)> {
        let iteration = Some(undertaking);
        match &self.value {
            Value::Object(fields) => {
                fields.iter_sorted().map(|(key, value)| (key.clone(), self.part(key, value, iteration))).collect()
            }
            Value::Array(items) => {
                let keyed = items.iter().enumerate().map(|(index, value)| (Value::from(index), value));
                keyed.map(|(key, value)| (key.clone(), self.part(&key, value, iteration))).collect()
            }
            Value::Set(items) => {
                items.iter_sorted().map(|value| (value.clone(), self.part(value, value, iteration))).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Undefined => Vec::new(),
        }
    }
}
