//! Filling in a template.

use std::cmp::Ordering;

use anyhow::{Context, Result, bail};
use regorus::Value;

use super::super::arguments::{MOST_BYTES, MOST_ELEMENTS, too_much};
use super::super::sprintf::sprintf;
use super::tree::{Node, Operand, Pipeline};

pub(super) fn render(nodes: &[Node], values: &Value) -> Result<String> {
    let root = Thing::of(values);
    let mut renderer = Renderer { out: String::new(), variables: vec![(String::new(), root.clone())], steps: 0 };
    renderer.list(nodes, &root)?;
    Ok(renderer.out)
}

/// A value in a template. Numbers of the policy are texts to Go (`json.Number`), those of a template are numbers.
#[derive(Clone, Debug, PartialEq)]
enum Thing {
    /// A key that is not there, or null.
    Nothing,
    Bool(bool),
    Int(i64),
    Text(String),
    /// A number of the policy.
    Number(String),
    List(Vec<Thing>),
    Map(Vec<(String, Thing)>),
}

impl Thing {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null | Value::Undefined => Self::Nothing,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.format_decimal()),
            Value::String(text) => Self::Text(text.to_string()),
            Value::Array(items) => Self::List(items.iter().map(Self::of).collect()),
            Value::Set(items) => Self::List(items.iter_sorted().map(Self::of).collect()),
            Value::Object(fields) => {
                let key = |key: &Value| match key {
                    Value::String(text) => text.to_string(),
                    other => super::super::notation(other),
                };
                let mut fields: Vec<_> =
                    fields.iter_sorted().map(|(name, value)| (key(name), Self::of(value))).collect();
                fields.sort_by(|a, b| a.0.cmp(&b.0));
                Self::Map(fields)
            }
        }
    }

    fn is_true(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Bool(value) => *value,
            Self::Int(number) => *number != 0,
            Self::Text(text) | Self::Number(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(fields) => !fields.is_empty(),
        }
    }

    fn field(&self, name: &str) -> Result<Self> {
        match self {
            Self::Map(fields) => {
                Ok(fields.iter().find(|(key, _)| key == name).map_or(Self::Nothing, |(_, value)| value.clone()))
            }
            // Of a key that is not there nothing is there either.
            Self::Nothing => Ok(Self::Nothing),
            _ => bail!("can't evaluate field {name}"),
        }
    }

    fn fields(&self, names: &[String]) -> Result<Self> {
        names.iter().try_fold(self.clone(), |thing, name| thing.field(name))
    }

    /// As `fmt.Print` has it.
    fn print(&self, out: &mut String, inside: bool) {
        match self {
            Self::Nothing if inside => out.push_str("<nil>"),
            Self::Nothing => out.push_str("<no value>"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(number) => out.push_str(&number.to_string()),
            Self::Text(text) | Self::Number(text) => out.push_str(text),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    item.print(out, true);
                }
                out.push(']');
            }
            Self::Map(fields) => {
                out.push_str("map[");
                for (index, (key, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(' ');
                    }
                    out.push_str(key);
                    out.push(':');
                    value.print(out, true);
                }
                out.push(']');
            }
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        self.print(&mut out, true);
        out
    }
}

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

struct Renderer {
    out: String,
    variables: Vec<(String, Thing)>,
    steps: usize,
}

impl Renderer {
    fn list(&mut self, nodes: &[Node], dot: &Thing) -> Result<Flow> {
        for node in nodes {
            self.steps += 1;
            if self.out.len() > MOST_BYTES || self.steps > MOST_ELEMENTS {
                return Err(too_much("strings.render_template: the text gets too long"));
            }
            let known = self.variables.len();
            let flow = match node {
                Node::Text(text) => {
                    self.out.push_str(text);
                    continue;
                }
                Node::Print(pipeline) => {
                    let value = self.pipeline(pipeline, dot)?;
                    if pipeline.variables.is_empty() {
                        value.print(&mut self.out, false);
                    }
                    continue;
                }
                Node::Break => return Ok(Flow::Break),
                Node::Continue => return Ok(Flow::Continue),
                Node::If(pipeline, body, otherwise) => {
                    let value = self.pipeline(pipeline, dot)?;
                    self.list(if value.is_true() { body } else { otherwise }, dot)?
                }
                Node::With(pipeline, body, otherwise) => {
                    let value = self.pipeline(pipeline, dot)?;
                    if value.is_true() { self.list(body, &value)? } else { self.list(otherwise, dot)? }
                }
                Node::Range(pipeline, body, otherwise) => self.range(pipeline, body, otherwise, dot)?,
            };
            self.variables.truncate(known);
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn range(&mut self, pipeline: &Pipeline, body: &[Node], otherwise: &[Node], dot: &Thing) -> Result<Flow> {
        let plain = Pipeline { variables: Vec::new(), declared: false, commands: pipeline.commands.clone() };
        let items: Vec<(Thing, Thing)> = match self.pipeline(&plain, dot)? {
            Thing::List(items) => {
                let index = |index: usize| Thing::Int(i64::try_from(index).unwrap_or(i64::MAX));
                items.into_iter().enumerate().map(|(at, item)| (index(at), item)).collect()
            }
            Thing::Map(fields) => fields.into_iter().map(|(key, value)| (Thing::Text(key), value)).collect(),
            Thing::Nothing => Vec::new(),
            Thing::Int(_) | Thing::Text(_) | Thing::Number(_) | Thing::Bool(_) => bail!("range can't iterate over it"),
        };
        if items.is_empty() {
            return self.list(otherwise, dot);
        }
        let known = self.variables.len();
        for (key, item) in items {
            match pipeline.variables.as_slice() {
                [] => {}
                _ if !pipeline.declared => {
                    return Err(too_much("strings.render_template: `range` with `=` is not supported"));
                }
                [one] => self.variables.push((one.clone(), item.clone())),
                [first, second, ..] => {
                    self.variables.push((first.clone(), key));
                    self.variables.push((second.clone(), item.clone()));
                }
            }
            let flow = self.list(body, &item)?;
            self.variables.truncate(known);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Thing) -> Result<Thing> {
        let mut value = None;
        for command in &pipeline.commands {
            value = Some(self.command(command, value, dot)?);
        }
        let value = value.context("missing value for command")?;
        if let [name, ..] = pipeline.variables.as_slice() {
            if pipeline.declared {
                self.variables.push((name.clone(), value.clone()));
            } else {
                let slot = self.variables.iter_mut().rev().find(|(known, _)| known == name);
                slot.with_context(|| format!("undefined variable ${name}"))?.1 = value.clone();
            }
        }
        Ok(value)
    }

    fn command(&mut self, command: &[Operand], last: Option<Thing>, dot: &Thing) -> Result<Thing> {
        let (first, rest) = command.split_first().context("missing value for command")?;
        if let Operand::Name(name) = first
            && !matches!(name.as_str(), "true" | "false" | "nil")
        {
            if matches!(name.as_str(), "and" | "or") {
                return self.decide(name == "and", rest, last, dot);
            }
            let mut arguments = rest.iter().map(|operand| self.operand(operand, dot)).collect::<Result<Vec<_>>>()?;
            arguments.extend(last);
            return call(name, &arguments);
        }
        if !rest.is_empty() || last.is_some() {
            bail!("can't give arguments to what is no function");
        }
        if matches!(first, Operand::Name(name) if name == "nil") {
            bail!("nil is not a command");
        }
        self.operand(first, dot)
    }

    /// `and` and `or` look at no more arguments than they must.
    fn decide(&mut self, all: bool, operands: &[Operand], last: Option<Thing>, dot: &Thing) -> Result<Thing> {
        let mut value = None;
        for operand in operands {
            let next = self.operand(operand, dot)?;
            if next.is_true() != all {
                return Ok(next);
            }
            value = Some(next);
        }
        last.or(value).context("wrong number of args")
    }

    fn operand(&mut self, operand: &Operand, dot: &Thing) -> Result<Thing> {
        Ok(match operand {
            Operand::Name(name) => match name.as_str() {
                "true" => Thing::Bool(true),
                "false" => Thing::Bool(false),
                "nil" => Thing::Nothing,
                name => call(name, &[])?,
            },
            Operand::Field(names) => dot.fields(names)?,
            Operand::Variable(name, names) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                known.with_context(|| format!("undefined variable ${name}"))?.1.fields(names)?
            }
            Operand::Text(text) => Thing::Text(text.clone()),
            Operand::Number(number) => Thing::Int(number.parse().context("number is too large")?),
            Operand::Inner(pipeline) => self.pipeline(pipeline, dot)?,
        })
    }
}

fn order(a: &Thing, b: &Thing) -> Result<Ordering> {
    match (a, b) {
        (Thing::Int(a), Thing::Int(b)) => Ok(a.cmp(b)),
        // A number of the policy is a string to Go.
        (Thing::Text(a) | Thing::Number(a), Thing::Text(b) | Thing::Number(b)) => Ok(a.cmp(b)),
        _ => bail!("incompatible types for comparison"),
    }
}

fn same(a: &Thing, b: &Thing) -> Result<bool> {
    match (a, b) {
        (Thing::Bool(a), Thing::Bool(b)) => Ok(a == b),
        (Thing::Nothing, Thing::Nothing) => Ok(true),
        (Thing::Nothing, _) | (_, Thing::Nothing) => Ok(false),
        (Thing::List(_) | Thing::Map(_), _) | (_, Thing::List(_) | Thing::Map(_)) => bail!("non-comparable type"),
        _ => order(a, b).map(Ordering::is_eq),
    }
}

fn call(name: &str, arguments: &[Thing]) -> Result<Thing> {
    Ok(match (name, arguments) {
        ("not", [value]) => Thing::Bool(!value.is_true()),
        ("eq", [first, rest @ ..]) if !rest.is_empty() => {
            let mut found = false;
            for other in rest {
                if same(first, other)? {
                    found = true;
                    break;
                }
            }
            Thing::Bool(found)
        }
        ("ne", [a, b]) => Thing::Bool(!same(a, b)?),
        ("lt", [a, b]) => Thing::Bool(order(a, b)?.is_lt()),
        ("le", [a, b]) => Thing::Bool(order(a, b)?.is_le()),
        ("gt", [a, b]) => Thing::Bool(order(a, b)?.is_gt()),
        ("ge", [a, b]) => Thing::Bool(order(a, b)?.is_ge()),
        ("len", [value]) => {
            let length = match value {
                Thing::Text(text) | Thing::Number(text) => text.len(),
                Thing::List(items) => items.len(),
                Thing::Map(fields) => fields.len(),
                Thing::Nothing | Thing::Bool(_) | Thing::Int(_) => bail!("len of it"),
            };
            Thing::Int(i64::try_from(length)?)
        }
        ("index", [value, keys @ ..]) => keys.iter().try_fold(value.clone(), |value, key| match (&value, key) {
            (Thing::List(items), Thing::Int(at)) => {
                let item = usize::try_from(*at).ok().and_then(|at| items.get(at));
                item.cloned().context("index out of range")
            }
            (Thing::Map(_), Thing::Text(key) | Thing::Number(key)) => value.field(key),
            _ => bail!("can't index it"),
        })?,
        ("printf", [Thing::Text(format), rest @ ..])
            if rest.iter().all(|thing| matches!(thing, Thing::Text(_) | Thing::Number(_) | Thing::Int(_)))
                && only_plain_verbs(format) =>
        {
            let values: Vec<Value> = rest.iter().map(|thing| Value::from(thing.text())).collect();
            Thing::Text(sprintf(format, &values))
        }
        ("println", things) => {
            let things: Vec<String> = things.iter().map(Thing::text).collect();
            Thing::Text(things.join(" ") + "\n")
        }
        ("print", [thing]) => Thing::Text(thing.text()),
        ("call" | "html" | "js" | "urlquery" | "slice" | "print" | "printf", _) => {
            return Err(too_much(format!("strings.render_template: `{name}` so called is not supported")));
        }
        ("not" | "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "len" | "index", _) => {
            bail!("wrong number of args for {name}")
        }
        _ => bail!("function \"{name}\" not defined"),
    })
}

/// Whether a format has `%s` and `%v` only, which print numbers as their text.
fn only_plain_verbs(format: &str) -> bool {
    format.split('%').skip(1).all(|verb| verb.starts_with(['s', 'v']))
}
