//! Sorts of values, and scalars.

use super::{Context, notation, placeholder, quantity, walk::Checker, written::Written};
use crate::{
    document::{Node, Number, Value, Violation},
    kubernetes::schema::{Accepts, Format, Schema},
    text::{escaped, shortened},
};

/// Whether a value is of the sort that a schema asks for.
pub(super) enum Fit {
    /// It is good, and nothing more can be said of it.
    Good,
    /// It is, and has to be looked into.
    Look,
    /// It is not.
    Bad,
}

/// Whether the value is of the right sort.
pub(super) fn fit(schema: &Schema, node: &Node, context: &Context<'_>) -> Fit {
    use Accepts::{Anything, Array, Boolean, IntOrString, Integer, Number as AnyNumber, Object, Quantity};
    let fits = match (schema.accepts, &node.value) {
        (accepts, Value::Null) => {
            return if schema.nullable || context.partial || accepts == Anything { Fit::Good } else { Fit::Bad };
        }
        (accepts, Value::String(text)) => {
            if placeholder::is_filled_in(text, context.templated) {
                let scalar = !matches!(accepts, Object | Array);
                let whole = placeholder::is_whole(text, context.templated)
                    && matches!(Written::of(node, context.source), Written::Plain(_));
                return if scalar || whole { Fit::Good } else { Fit::Bad };
            }
            matches!(accepts, Anything | Accepts::String | IntOrString | Quantity)
        }
        (Anything, _)
        | (Object, Value::Mapping(_))
        | (Array, Value::Sequence(_))
        | (Boolean, Value::Bool(_))
        | (AnyNumber | Quantity, Value::Number(_)) => true,
        (Integer | IntOrString, Value::Number(number)) => is_whole(number),
        (
            Object | Array | Boolean | AnyNumber | Quantity | Integer | IntOrString | Accepts::String,
            Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_),
        ) => false,
    };
    if fits { Fit::Look } else { Fit::Bad }
}

/// Whether this is anything but a string (or `null`, which is told elsewhere).
pub(super) fn is_no_string(node: &Node, context: &Context<'_>) -> bool {
    match &node.value {
        Value::String(_) => false,
        Value::Null => !context.partial,
        Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => true,
    }
}

fn is_whole(number: &Number) -> bool {
    match number {
        Number::Int(_) | Number::UInt(_) | Number::Big(_) => true,
        Number::Float(float) => float.fract() == 0.0,
    }
}

/// What a schema asks for, in words.
pub(super) fn expected(accepts: Accepts) -> &'static str {
    match accepts {
        Accepts::Anything => "a value",
        Accepts::Object => "a mapping",
        Accepts::Array => "a list",
        Accepts::String => "a string",
        Accepts::Integer => "a whole number",
        Accepts::Number => "a number",
        Accepts::Boolean => "`true` or `false`",
        Accepts::IntOrString => "a whole number or a string",
        Accepts::Quantity => "a quantity such as `500m` or `1Gi`",
    }
}

/// A value as it is shown in a message: with its sort.
fn shown(node: &Node, secret: bool) -> String {
    match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::Sequence(_) | Value::Mapping(_) => node.kind_name().to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) if secret => node.kind_name().to_owned(),
        Value::Bool(bool) => format!("the boolean `{bool}`"),
        Value::Number(number) => format!("the number `{}`", shortened(&number.to_string(), 40)),
        Value::String(text) => format!("the string \"{}\"", shortened(text, 40)),
    }
}

/// The violation of a value that is of another sort than it should be.
pub(super) fn wrong_type(checker: &Checker<'_>, accepts: Accepts, node: &Node) -> Violation {
    let context = checker.context;
    let name = checker.trail.name();
    let message = format!("{name} must be {}, found {}", expected(accepts), shown(node, context.secret));
    let label = match &node.value {
        Value::Null => "nothing here".to_owned(),
        _ => node.kind_name().to_owned(),
    };
    let violation = Violation::of_value(checker.trail.route(), message).labelled(label);
    match help(accepts, node, context) {
        Some(help) => violation.with_help(help),
        None => violation,
    }
}

/// What to do about a value of the wrong sort.
fn help(accepts: Accepts, node: &Node, context: &Context<'_>) -> Option<String> {
    let written = Written::of(node, context.source);
    match (accepts, &node.value) {
        (Accepts::String, Value::Bool(_) | Value::Number(_)) => Some(quoting(node, written, context.secret)),
        (Accepts::String, Value::Null) => match written {
            Written::Plain(word) => {
                Some(format!("YAML reads `{word}` as nothing; if the word is meant, put it in quotes: \"{word}\""))
            }
            Written::Quoted(_) | Written::Otherwise => Some("write a value, or \"\" for an empty one".to_owned()),
        },
        (_, Value::Null) => Some(format!("write {}, or take the key away", expected(accepts))),
        (Accepts::Integer | Accepts::Number, Value::String(text)) if Number::from_decimal(text.trim()).is_some() => {
            Some("remove the quotes".to_owned())
        }
        (Accepts::Number, Value::String(text)) if text.parse::<f64>().is_ok() => Some("remove the quotes".to_owned()),
        (Accepts::Boolean, Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "false" => Some("remove the quotes".to_owned()),
            "yes" | "on" | "y" | "1" => Some("write `true`, without quotes".to_owned()),
            "no" | "off" | "n" | "0" => Some("write `false`, without quotes".to_owned()),
            _ => None,
        },
        (Accepts::Boolean, Value::Number(Number::Int(0))) => Some("write `false`".to_owned()),
        (Accepts::Boolean, Value::Number(Number::Int(1))) => Some("write `true`".to_owned()),
        (Accepts::Array, Value::String(text))
            if !context.secret && text.len() <= 40 && !text.contains(['"', '\\', '\n']) =>
        {
            Some(format!("write it as a list: [\"{}\"]", escaped(text)))
        }
        (Accepts::Array, _) => Some("begin each item with `- `".to_owned()),
        (Accepts::Object, Value::Sequence(_)) => Some("write `key: value` without the `- `".to_owned()),
        (Accepts::Object, Value::String(_)) => Some("write `key: value` lines below it".to_owned()),
        (Accepts::Integer, Value::Number(_)) => Some("write a number without decimals".to_owned()),
        _ => None,
    }
}

/// How to make a string of what YAML takes for something else.
fn quoting(node: &Node, written: Written<'_>, secret: bool) -> String {
    let (Written::Plain(plain), false) = (written, secret) else {
        return "put it in quotes".to_owned();
    };
    let read = match &node.value {
        Value::Bool(bool) => bool.to_string(),
        Value::Number(number) => shortened(&number.to_string(), 40),
        Value::Null | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => String::new(),
    };
    let plain = shortened(plain, 40);
    if plain == read {
        format!("put it in quotes: \"{plain}\"")
    } else {
        format!("YAML reads `{plain}` as {read} here; put it in quotes: \"{plain}\"")
    }
}

impl<'a> Checker<'a> {
    /// A string of the right sort: its notation.
    pub(super) fn string(&mut self, schema: &'a Schema, text: &str) {
        let secret = self.context.secret;
        let shown = || if secret { "this".to_owned() } else { format!("\"{}\"", shortened(text, 40)) };
        if schema.accepts == Accepts::Quantity && !quantity::is_quantity(text) {
            let message = format!("{} must be a quantity, found the string {}", self.trail.name(), shown());
            let help = if secret { None } else { Some(quantity::help(text)) };
            let violation = Violation::of_value(self.trail.route(), message).labelled("no quantity");
            return self.tell(Violation { help, ..violation });
        }
        let (good, what, help) = match &schema.format {
            Some(Format::Byte) => {
                let help = match self.trail.holder() {
                    Some("data") if secret => "encode it (`base64 -w0`), or write it as plain text under `stringData`",
                    Some("binaryData") => "encode it (`base64 -w0`), or write it as plain text under `data`",
                    Some(_) | None => "encode it (`base64 -w0`)",
                };
                (notation::is_base64(text), "base64", help)
            }
            Some(Format::DateTime) => {
                (notation::is_date_time(text), "a date and time (RFC 3339)", "write it as `2006-01-02T15:04:05Z`")
            }
            Some(Format::Date) => (notation::is_date(text), "a date (RFC 3339)", "write it as `2006-01-02`"),
            Some(Format::Duration) => (notation::is_duration(text), "a duration", "write it as `1h30m`"),
            Some(Format::Int32 | Format::Int64 | Format::Other(_)) | None => return,
        };
        if !good {
            let name = self.trail.name();
            let found = if secret { "something else".to_owned() } else { shown() };
            let message = format!("{name} must be {what}, found {found}");
            self.tell(Violation::of_value(self.trail.route(), message).labelled(format!("not {what}")).with_help(help));
        }
    }

    /// A number of the right sort: its range.
    pub(super) fn number(&mut self, schema: &'a Schema, number: &Number) {
        #[expect(clippy::cast_precision_loss, reason = "compared with floats only, which are as coarse")]
        let (fits, bits, least, most) = match &schema.format {
            Some(Format::Int32) => {
                let fits = match number {
                    Number::Int(int) => i32::try_from(*int).is_ok(),
                    Number::UInt(_) | Number::Big(_) => false,
                    Number::Float(float) => *float >= f64::from(i32::MIN) && *float <= f64::from(i32::MAX),
                };
                (fits, 32, i64::from(i32::MIN), i64::from(i32::MAX))
            }
            Some(Format::Int64) => {
                let fits = match number {
                    Number::Int(_) => true,
                    Number::UInt(_) | Number::Big(_) => false,
                    Number::Float(float) => *float >= i64::MIN as f64 && *float < i64::MAX as f64,
                };
                (fits, 64, i64::MIN, i64::MAX)
            }
            Some(Format::Byte | Format::DateTime | Format::Date | Format::Duration | Format::Other(_)) | None => return,
        };
        if !fits {
            let name = self.trail.name();
            let found = if self.context.secret {
                "another".to_owned()
            } else {
                format!("`{}`", shortened(&number.to_string(), 40))
            };
            let message = format!("{name} must be a number of {bits} bits, found {found}");
            let violation = Violation::of_value(self.trail.route(), message).labelled("too large or too small");
            self.tell(violation.with_help(format!("write a number from {least} to {most}")));
        }
    }

    /// One of few values.
    pub(super) fn choices(&mut self, schema: &'a Schema, node: &Node) {
        // To Kubernetes' own types the empty string is one that is not there.
        let absent = schema.nullable && node.as_str() == Some("");
        if absent || schema.choices.iter().any(|choice| same(choice, &node.value)) {
            return;
        }
        let name = self.trail.name();
        let known: Vec<String> = schema.choices.iter().filter_map(choice).collect();
        let said = if self.context.secret { "something else".to_owned() } else { shown(node, false) };
        let expected = match known.as_slice() {
            [only] => format!("`{only}`"),
            [] => "one of the values its schema lists".to_owned(),
            all if all.len() <= 6 => {
                let all: Vec<String> = all.iter().map(|one| format!("`{one}`")).collect();
                format!("one of {}", all.join(", "))
            }
            all => format!("one of {} values", all.len()),
        };
        let violation = Violation::of_value(self.trail.route(), format!("{name} must be {expected}, found {said}"))
            .labelled("not one of them");
        let nearest = node.as_str().filter(|_| !self.context.secret).and_then(|text| {
            super::fields::nearest(
                text,
                schema.choices.iter().filter_map(|choice| match choice {
                    Value::String(text) => Some(text.as_str()),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => None,
                }),
            )
        });
        let help = match nearest {
            Some(nearest) => Some(format!("did you mean `{}`?", shortened(nearest, 60))),
            None if known.len() > 6 => {
                let first: Vec<String> = known.iter().take(20).map(|one| format!("`{one}`")).collect();
                Some(format!("known values: {}", first.join(", ")))
            }
            None => None,
        };
        self.tell(Violation { help, ..violation });
    }
}

/// A scalar choice as it is shown.
fn choice(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(bool) => Some(bool.to_string()),
        Value::Number(number) => Some(shortened(&number.to_string(), 60)),
        // Nobody writes it; it is what is absent.
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(shortened(text, 60)),
        Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// Whether two values say the same, wherever they are written.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Sequence(_), Value::Sequence(_)) | (Value::Mapping(_), Value::Mapping(_)) => {
            let node = |value: &Value| Node { value: value.clone(), span: crate::document::Span::default() };
            node(a).same_value(&node(b))
        }
        _ => a == b,
    }
}
