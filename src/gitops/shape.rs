//! Shapes of configuration files: which fields there are and what they hold, as the Go programs
//! that read them decode them (`encoding/json`): `null` is nothing, and names of fields may be
//! written in any capitals.

use crate::document::{Node, Number, Route, Step, Value, Violation};

use super::words::{MOST, nearest, quoted};

/// What a field may hold.
#[derive(Debug)]
pub(super) enum Shape {
    /// Whatever there is.
    Anything,
    /// A string.
    Text,
    /// A boolean.
    Flag,
    /// A whole number of 64 bits.
    Whole,
    /// A mapping, with any names, to values of this shape.
    Map(&'static Shape),
    /// A list of values of this shape.
    List(&'static Shape),
    /// A mapping with these fields.
    Object(&'static [(&'static str, Shape)]),
}

/// How strictly a program reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader {
    /// Its name, as it begins a sentence of help.
    pub(super) name: &'static str,
    /// Whether it refuses fields that it does not know.
    pub(super) closed: bool,
    /// Whether it takes numbers and booleans for the strings they are written as.
    pub(super) converts: bool,
}

/// What is wrong with a value, at most [`MOST`] things.
pub(super) fn check(shape: &'static Shape, node: &Node, reader: Reader) -> Vec<Violation> {
    let mut check = Check { reader, violations: Vec::new() };
    check.value(shape, node, &Route::default());
    check.violations
}

struct Check {
    reader: Reader,
    violations: Vec<Violation>,
}

impl Check {
    fn value(&mut self, shape: &'static Shape, node: &Node, route: &Route) {
        if self.violations.len() >= MOST || node.value == Value::Null {
            return;
        }
        match (shape, &node.value) {
            (Shape::Anything, _)
            | (Shape::Text, Value::String(_))
            | (Shape::Flag, Value::Bool(_))
            | (Shape::Whole, Value::Number(Number::Int(_))) => {}
            (Shape::Text, Value::Bool(_) | Value::Number(_)) if self.reader.converts => {}
            (Shape::List(items), Value::Sequence(list)) => {
                for (index, item) in list.iter().enumerate() {
                    self.value(items, item, &route.child(Step::Index(index)));
                }
            }
            (Shape::Map(values), Value::Mapping(entries)) => {
                for entry in entries {
                    self.value(values, &entry.value, &route.child(Step::Key(entry.key.clone())));
                }
            }
            (Shape::Object(fields), Value::Mapping(entries)) => {
                for entry in entries {
                    let known = fields
                        .iter()
                        .find(|(name, _)| *name == entry.key)
                        .or_else(|| fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(&entry.key)));
                    let route = route.child(Step::Key(entry.key.clone()));
                    match known {
                        Some((_, shape)) => self.value(shape, &entry.value, &route),
                        None if self.reader.closed => self.unknown(fields, &entry.key, route),
                        None => {}
                    }
                }
            }
            (
                Shape::Text | Shape::Flag | Shape::Whole | Shape::Map(_) | Shape::List(_) | Shape::Object(_),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Sequence(_)
                | Value::Mapping(_),
            ) => self.mismatch(shape, node, route),
        }
    }

    fn unknown(&mut self, fields: &[(&str, Shape)], key: &str, route: Route) {
        if self.violations.len() >= MOST {
            return;
        }
        let reader = self.reader.name;
        let help = match nearest(key, fields.iter().map(|(name, _)| *name)) {
            Some(name) => format!("did you mean `{name}`? {reader} refuses fields that it does not know"),
            None => format!("remove it: {reader} refuses fields that it does not know"),
        };
        let message = format!("{} is not a field that {reader} knows", quoted(key));
        self.violations.push(Violation::of_key(route, message).labelled("unknown field").with_help(help));
    }

    fn mismatch(&mut self, shape: &Shape, node: &Node, route: &Route) {
        let expected = match shape {
            Shape::Anything => return,
            Shape::Text => "a string",
            Shape::Flag => "`true` or `false`",
            Shape::Whole => "a whole number",
            Shape::Map(_) | Shape::Object(_) => "a mapping",
            Shape::List(Shape::Text) => "a list of strings",
            Shape::List(_) => "a list",
        };
        let subject = match route.0.last() {
            Some(Step::Key(key)) => quoted(key),
            Some(Step::Index(index)) => format!("item {} of the list", index + 1),
            None => "the document".to_owned(),
        };
        let help = match (shape, &node.value) {
            (Shape::Text, Value::Bool(_) | Value::Number(_)) => Some("put the value in quotes"),
            (Shape::Flag | Shape::Whole, Value::String(_)) => Some("write the value without quotes"),
            (Shape::List(Shape::Text), Value::String(_)) => Some("write it as a list, each item after `- `"),
            (
                Shape::Anything
                | Shape::Text
                | Shape::Flag
                | Shape::Whole
                | Shape::Map(_)
                | Shape::List(_)
                | Shape::Object(_),
                _,
            ) => None,
        };
        let found = node.kind_name();
        let message = format!("{subject} has to be {expected}, found {found}");
        let violation = Violation::of_value(route.clone(), message).labelled(format!("this is {found}"));
        self.violations.push(match help {
            Some(help) => violation.with_help(help),
            None => violation,
        });
    }
}
