//! Shapes: which keys there are, and what each may hold.

use crate::document::{Entry, Node, Number, Route, Step, Value, Violation};

use super::{MOST, entries, scalar};
pub(super) use crate::text::{nearest, quoted};

/// What a value may be.
#[derive(Debug)]
pub(super) enum Shape {
    /// Whatever there is.
    Anything,
    /// A text.
    Text,
    /// A text, or a number.
    TextOrNumber,
    /// A text, a number, a boolean, or nothing.
    Scalar,
    /// A text, or a boolean.
    TextOrFlag,
    /// A boolean, in a text or not.
    Flag,
    /// A boolean, and no text.
    BareFlag,
    /// A whole number, in a text or not.
    Whole,
    /// A number, in a text or not.
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A duration.
    Duration,
    /// A number of bytes in a text.
    Size,
    /// A number of bytes, in a text or not.
    SizeOrNumber,
    /// A port in the short notation.
    Port,
    /// A mount in the short notation.
    Mount,
    /// A name of a host with its address.
    Host,
    /// A name of a container.
    ContainerName,
    /// When an image is pulled.
    PullPolicy,
    /// Nothing.
    Nothing,
    /// A list of such values.
    List(&'static Shape),
    /// A mapping of any names to such values.
    Map(&'static Shape),
    /// A mapping of names of services, networks and so on.
    Names(&'static Shape),
    /// A mapping with these keys; those of the second list must be there.
    Object(&'static [Field], &'static [&'static str]),
    /// The same, of keys from two lists.
    Both(&'static [Field], &'static [Field]),
    /// One of these, which are told apart by what sort of value each is.
    Either(&'static [Shape]),
}

/// A key and what it holds.
pub(super) type Field = (&'static str, Shape);

/// What is wrong with a value, in the order of the text.
pub(super) fn check(shape: &'static Shape, node: &Node) -> Vec<Violation> {
    let mut check = Check { violations: Vec::new() };
    check.variables(node, &mut Vec::new());
    check.value(shape, node, &Route::default());
    check.violations
}

struct Check {
    violations: Vec<Violation>,
}

impl Check {
    /// Variables stand everywhere, also where nothing else is known.
    fn variables(&mut self, node: &Node, way: &mut Vec<Step>) {
        if self.violations.len() >= MOST {
            return;
        }
        match &node.value {
            Value::String(text) => {
                if let Some(what) = scalar::variable(text) {
                    let help = "close it (`${NAME}`), or write `$$` for a `$` of its own";
                    self.violations.push(Violation::of_value(Route(way.clone()), what).with_help(help));
                }
            }
            Value::Mapping(entries) => {
                for entry in entries {
                    way.push(Step::Key(entry.key.clone()));
                    self.variables(&entry.value, way);
                    way.pop();
                }
            }
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    way.push(Step::Index(index));
                    self.variables(item, way);
                    way.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn value(&mut self, shape: &'static Shape, node: &Node, route: &Route) {
        if self.violations.len() >= MOST {
            return;
        }
        if is_reset(node) {
            return;
        }
        if !shape.takes(node) {
            self.wrong_sort(shape, node, route);
            return;
        }
        match (shape, &node.value) {
            (Shape::Either(shapes), _) => {
                if let Some(shape) = shapes.iter().find(|shape| shape.takes(node)) {
                    self.value(shape, node, route);
                }
            }
            (Shape::List(shape), Value::Sequence(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(shape, item, &route.child(Step::Index(index)));
                }
            }
            (Shape::Map(shape), Value::Mapping(entries)) => {
                for entry in entries {
                    self.value(shape, &entry.value, &route.child(Step::Key(entry.key.clone())));
                }
            }
            (Shape::Names(shape), Value::Mapping(entries)) => self.names(shape, entries, route),
            (Shape::Object(fields, required), Value::Mapping(_)) => self.object(fields, &[], required, node, route),
            (Shape::Both(fields, more), Value::Mapping(_)) => self.object(fields, more, &[], node, route),
            (_, Value::String(text)) => self.text(shape, text, route),
            (Shape::Port, Value::Number(number)) => self.text(shape, &number.to_string(), route),
            (_, Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_)) => {}
        }
    }

    fn names(&mut self, shape: &'static Shape, entries: &[Entry], route: &Route) {
        for entry in entries {
            let here = route.child(Step::Key(entry.key.clone()));
            let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
            if !entry.key.contains("{{") && (entry.key.is_empty() || !entry.key.bytes().all(good)) {
                let help = "names are made of letters, digits, `.`, `_` and `-`";
                let message = format!("{} is no name that Compose takes", quoted(&entry.key));
                self.violations.push(Violation::of_key(here, message).with_help(help));
            } else {
                self.value(shape, &entry.value, &here);
            }
        }
    }

    fn object(
        &mut self,
        fields: &'static [Field],
        more: &'static [Field],
        required: &[&str],
        node: &Node,
        route: &Route,
    ) {
        for entry in entries(node) {
            let here = route.child(Step::Key(entry.key.clone()));
            let known = fields.iter().chain(more).find(|(name, _)| *name == entry.key);
            match known {
                Some((_, shape)) => self.value(shape, &entry.value, &here),
                None if entry.key.starts_with("x-") => {}
                None => {
                    let names = fields.iter().chain(more).map(|(name, _)| *name);
                    let help = match nearest(&entry.key, names) {
                        Some(name) => format!("did you mean `{name}`?"),
                        None => {
                            "take it away, or let its name begin with `x-`: Compose refuses keys that it does not know"
                                .to_owned()
                        }
                    };
                    let message = format!("{} is no key that Compose knows here", quoted(&entry.key));
                    self.violations.push(Violation::of_key(here, message).with_help(help));
                }
            }
        }
        for name in required {
            if node.get(name).is_none() {
                let violation = Violation::of_key(route.clone(), format!("`{name}` is missing"));
                self.violations.push(violation.lacking(*name).with_help(format!("add `{name}:`")));
            }
        }
    }

    fn text(&mut self, shape: &'static Shape, text: &str, route: &Route) {
        if scalar::has_variable(text) {
            return;
        }
        let wrong = match shape {
            Shape::Flag if !scalar::is_flag(text) => Some("expected `true` or `false`".to_owned()),
            Shape::Whole if text.parse::<i64>().is_err() => Some("expected a whole number".to_owned()),
            Shape::Number if text.parse::<f64>().is_err() => Some("expected a number".to_owned()),
            Shape::Word(words) if !words.contains(&text) => Some(format!("expected {}", listed(words))),
            Shape::Duration if !scalar::is_duration(text) => {
                Some("expected a duration with its unit, such as `1m30s`".to_owned())
            }
            Shape::Size | Shape::SizeOrNumber if !scalar::is_size(text) => {
                Some("expected a number of bytes, such as `64m` or `1gb`".to_owned())
            }
            Shape::Port => scalar::port(text),
            Shape::Mount if !scalar::is_mount(text) => {
                Some("expected `SOURCE:TARGET[:OPTIONS]`, and nothing empty between colons".to_owned())
            }
            Shape::Host if !text.contains([':', '=']) => Some("expected `HOST=ADDRESS`".to_owned()),
            Shape::ContainerName if !scalar::is_container_name(text) => {
                Some("expected a name of two characters or more: letters, digits, `_`, `.` and `-`".to_owned())
            }
            Shape::PullPolicy if !scalar::is_pull_policy(text) => Some(
                "expected `always`, `never`, `missing`, `build`, `daily`, `weekly` or `every_` and a duration"
                    .to_owned(),
            ),
            _ => None,
        };
        if let Some(wrong) = wrong {
            let violation = Violation::of_value(route.clone(), format!("{wrong}, found {}", quoted(text)));
            self.violations.push(violation);
        }
    }

    fn wrong_sort(&mut self, shape: &'static Shape, node: &Node, route: &Route) {
        let name = route.0.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(quoted(key)),
            Step::Index(_) => None,
        });
        let subject = match (name, route.0.last()) {
            (Some(name), Some(Step::Index(_))) => format!("an item of {name}"),
            (Some(name), _) => name,
            (None, _) => "a Compose file".to_owned(),
        };
        let expected = shape.expected();
        let message = format!("{subject} must be {expected}, found {}", node.kind_name());
        let help = match (&node.value, shape) {
            (Value::Null, _) => "write a value, or take the key away".to_owned(),
            (Value::Number(_) | Value::Bool(_), Shape::Text | Shape::Duration | Shape::Size | Shape::Word(_)) => {
                "put it in quotes: Compose does not take it for a text".to_owned()
            }
            _ => format!("write {expected}"),
        };
        self.violations.push(Violation::of_value(route.clone(), message).labelled(node.kind_name()).with_help(help));
    }
}

impl Shape {
    /// Whether a value is of the right sort.
    fn takes(&self, node: &Node) -> bool {
        let is_text = matches!(node.value, Value::String(_)) || is_word(node);
        let is_number = matches!(node.value, Value::Number(_));
        let is_flag = matches!(node.value, Value::Bool(_));
        match self {
            Self::Anything => true,
            Self::Text
            | Self::Word(_)
            | Self::Duration
            | Self::Size
            | Self::Mount
            | Self::Host
            | Self::ContainerName
            | Self::PullPolicy => is_text,
            Self::TextOrNumber | Self::SizeOrNumber | Self::Number => is_text || is_number,
            Self::Port => is_text || matches!(node.value, Value::Number(Number::Int(_) | Number::UInt(_))),
            Self::Whole => is_text || matches!(&node.value, Value::Number(Number::Int(_) | Number::UInt(_))),
            Self::Scalar => is_text || is_number || is_flag || node.value == Value::Null,
            Self::TextOrFlag | Self::Flag => is_text || is_flag,
            Self::BareFlag => is_flag || is_text && node.as_str().is_none_or(scalar::is_flag),
            Self::Nothing => node.value == Value::Null,
            Self::List(_) => matches!(node.value, Value::Sequence(_)),
            Self::Map(_) | Self::Names(_) | Self::Object(..) | Self::Both(..) => {
                matches!(node.value, Value::Mapping(_))
            }
            Self::Either(shapes) => shapes.iter().any(|shape| shape.takes(node)),
        }
    }

    fn expected(&self) -> String {
        match self {
            Self::Anything => "anything".to_owned(),
            Self::Text | Self::Word(_) | Self::Mount | Self::Host | Self::ContainerName | Self::PullPolicy => {
                "a string".to_owned()
            }
            Self::Duration => "a duration in a string".to_owned(),
            Self::Size => "a number of bytes in a string".to_owned(),
            Self::TextOrNumber | Self::SizeOrNumber => "a string or a number".to_owned(),
            Self::Scalar => "a string, a number, a boolean or nothing".to_owned(),
            Self::TextOrFlag => "a string or a boolean".to_owned(),
            Self::Flag | Self::BareFlag => "a boolean".to_owned(),
            Self::Whole => "a whole number".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Port => "a port".to_owned(),
            Self::Nothing => "nothing".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Map(_) | Self::Names(_) | Self::Object(..) | Self::Both(..) => "a mapping".to_owned(),
            Self::Either(shapes) => {
                let mut names: Vec<String> = Vec::new();
                for shape in *shapes {
                    let name = shape.expected();
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                names.join(" or ")
            }
        }
    }
}

/// A boolean that only YAML 1.1 takes for one (`yes`, `off`): Compose reads a string. It is told by its
/// length, since nothing else is left of it.
fn is_word(node: &Node) -> bool {
    let length = node.span.end.saturating_sub(node.span.start);
    matches!(node.value, Value::Bool(_)) && !matches!(length, 4 | 5)
}

/// Whether this is nothing behind a tag (`!reset null`), which takes away what another file says. Without a
/// tag it would be no string, and in quotes it would be longer.
fn is_reset(node: &Node) -> bool {
    let length = node.span.end.saturating_sub(node.span.start);
    node.as_str().is_some_and(|text| matches!(text, "null" | "~" | "") && u32::try_from(text.len()) == Ok(length))
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => String::new(),
    }
}
