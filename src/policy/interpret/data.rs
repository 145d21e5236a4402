//! References into `data`: what rules give, and what lies under it.

use std::collections::BTreeSet;

use regorus::Value;

use super::ir::{Kind, Node, Term};
use super::lower::HIDDEN;
use super::machine::{Flow, Machine, NextValue, Stop};
use super::operators::element;
use super::values::One;

/// A place in `data`.
struct At<'p> {
    /// Packages and rules there.
    node: Option<&'p Node>,
    /// What lies there.
    base: Option<Value>,
    /// Its path, where it matters.
    path: Vec<Value>,
}

impl<'p> Machine<'p> {
    fn root(&self) -> At<'p> {
        let at = At { node: Some(&self.program.tree), base: self.context.data.clone(), path: Vec::new() };
        self.unless_replaced(at)
    }

    fn unless_replaced(&self, mut at: At<'p>) -> At<'p> {
        if self.context.replaced.contains(&at.path) {
            at.node = None;
        }
        at
    }

    fn child(&self, at: &At<'p>, key: &Value) -> At<'p> {
        let mut path = Vec::new();
        if !self.context.replaced.is_empty() {
            path.clone_from(&at.path);
            path.push(key.clone());
        }
        let child = At {
            node: at.node.and_then(|node| node.children.get(key)),
            base: at.base.as_ref().and_then(|base| self.stored(base, key)).cloned(),
            path,
        };
        if self.context.replaced.is_empty() { child } else { self.unless_replaced(child) }
    }

    /// What lies at a key: paths into what OPA stores are made of strings, whatever they are written as.
    fn stored<'v>(&self, base: &'v Value, key: &Value) -> Option<&'v Value> {
        element(base, key).or_else(|| match (base, key) {
            (Value::Object(fields), Value::Number(_)) if self.context.replaced.is_empty() => {
                fields.get(&Value::from(key.to_string()))
            }
            _ => None,
        })
    }

    /// Whether a reference ends here: at a rule.
    fn is_end(at: &At<'p>) -> bool {
        at.node.is_some_and(|node| node.group.is_some())
    }

    /// What stands at a path.
    pub(super) fn at(&mut self, path: &[Value]) -> Result<Option<Value>, Stop> {
        let mut at = self.root();
        for key in path {
            at = self.child(&at, key);
        }
        self.extent(&at)
    }

    pub(super) fn single_of_data(&mut self, path: &'p [Term]) -> Result<One, Stop> {
        let mut at = self.root();
        let mut rest = path;
        while !Self::is_end(&at) {
            let Some((key, after)) = rest.split_first() else { break };
            let key = match key {
                Term::Constant(key) => key.clone(),
                key => match self.single(key)? {
                    One::Value(key) => key,
                    other => return Ok(other),
                },
            };
            at = self.child(&at, &key);
            rest = after;
            if at.node.is_none() && at.base.is_none() {
                return Ok(One::Undefined);
            }
        }
        match self.extent(&at)? {
            Some(value) => self.index(value, rest),
            None => Ok(One::Undefined),
        }
    }

    pub(super) fn each_of_data(&mut self, path: &'p [Term], next: NextValue<'_, 'p>) -> Flow {
        let root = self.root();
        self.each_at(&root, path, next)
    }

    fn each_at(&mut self, at: &At<'p>, path: &'p [Term], next: NextValue<'_, 'p>) -> Flow {
        let Some((key, rest)) = path.split_first().filter(|_| !Self::is_end(at)) else {
            return match self.extent(at)? {
                Some(value) => self.parts(&value, path, next),
                None => Ok(()),
            };
        };
        if !self.is_open(key) {
            return self.each(key, &mut |machine, key| {
                let child = machine.child(at, &key);
                machine.each_at(&child, rest, next)
            });
        }
        for name in keys(at) {
            self.tick()?;
            let child = self.child(at, &name);
            self.matching(key, &name, &mut |machine| machine.each_at(&child, rest, next))?;
        }
        Ok(())
    }

    /// All there is at a place: what rules give, over what lies there.
    fn extent(&mut self, at: &At<'p>) -> Result<Option<Value>, Stop> {
        let Some(node) = at.node else { return Ok(at.base.clone()) };
        let group = node.group.and_then(|index| Some((index, self.program.groups.get(index)?)));
        let mut value = match group {
            Some((_, group)) if group.kind == Kind::Function => None,
            Some((index, group)) => {
                let value = self.group(index, node)?;
                if group.kind == Kind::Partial {
                    return Ok(value);
                }
                value
            }
            None => match &at.base {
                Some(base @ Value::Object(_)) => Some(base.clone()),
                Some(_) | None => Some(Value::new_object()),
            },
        };
        for name in node.children.keys().filter(|name| !is_hidden(name)) {
            let child = self.child(at, name);
            let stored = child.base.is_some() && Self::is_end(&child);
            let child = self.deeper(|machine| machine.extent(&child))?;
            if let Some(child) = child {
                let all = value.get_or_insert_with(Value::new_object);
                if let Ok(fields) = all.as_object_mut() {
                    match fields.get_mut(name) {
                        // Of a whole package, what lies there comes before what rules say.
                        Some(first) if stored => merge(first, &child),
                        Some(_) | None => {
                            fields.insert(name.clone(), child);
                        }
                    }
                }
            }
        }
        Ok(value)
    }
}

/// Adds fields that are not there.
fn merge(into: &mut Value, from: &Value) {
    if let (Ok(fields), Ok(added)) = (into.as_object_mut(), from.as_object()) {
        for (key, value) in added.iter_sorted() {
            match fields.get_mut(key) {
                Some(first) => merge(first, value),
                None => {
                    fields.insert(key.clone(), value.clone());
                }
            }
        }
    }
}

/// What this tool adds to a set is no part of `data`.
fn is_hidden(name: &Value) -> bool {
    name.as_string().is_ok_and(|name| name.starts_with(HIDDEN))
}

/// Keys of a place, in order.
fn keys(at: &At<'_>) -> BTreeSet<Value> {
    let mut keys: BTreeSet<Value> = BTreeSet::new();
    if let Some(node) = at.node {
        keys.extend(node.children.keys().filter(|name| !is_hidden(name)).cloned());
    }
    match &at.base {
        Some(Value::Object(fields)) => keys.extend(fields.iter_sorted().map(|(key, _)| key.clone())),
        Some(Value::Array(items)) => keys.extend((0..items.len()).map(Value::from)),
        Some(Value::Set(items)) => keys.extend(items.iter_sorted().cloned()),
        Some(_) | None => {}
    }
    keys
}
