//! `yaml.unmarshal` and `yaml.is_valid`: texts as `gopkg.in/yaml.v3` reads them, which has booleans and nulls of
//! YAML 1.2 and numbers of both versions. Documents that are pushed are read otherwise (see `document/format`).

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, bail};
use granit_parser::{Event, Options, Parser, ScalarStyle};
use regorus::Value;

use super::Own;
use super::arguments::{MOST_ELEMENTS, text, too_much};
use crate::document::ParseLimits;
use crate::document::format::{Format, parse as parse_document};

pub(super) const TABLE: &[Own] = &[own!("yaml.is_valid", 1, is_valid), own!("yaml.unmarshal", 1, unmarshal)];

fn unmarshal(arguments: &[Value]) -> Result<Value> {
    let [value] = arguments else { bail!("wrong number of arguments") };
    read(text(value)?)
}

#[expect(clippy::unnecessary_wraps, reason = "builtins may fail")]
fn is_valid(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(matches!(arguments, [Value::String(text)] if read(text).is_ok())))
}

/// How deep collections may be in each other.
const DEEPEST: usize = 200;

/// A collection whose end has not come.
struct Open {
    is_mapping: bool,
    anchor: usize,
    items: Vec<Value>,
    /// Which of the items are the key `<<`.
    merges: Vec<usize>,
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    /// By number; never iterated.
    anchors: HashMap<usize, Value>,
    root: Option<Value>,
    nodes: usize,
}

/// The first document of a text; null for none.
fn read(text: &str) -> Result<Value> {
    if text.lines().any(|line| line.strip_prefix("%YAML").is_some_and(|version| version.trim() != "1.1")) {
        bail!("found incompatible YAML document");
    }
    if text.starts_with('\t') {
        bail!("found character that cannot start any token");
    }
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.block_scalar_eof_without_line_feed = true;
    options.flow_nesting_limit = DEEPEST;
    options.block_nesting_limit = DEEPEST;
    let mut first = None;
    let mut reader = Reader::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let Ok((event, _)) = event else {
            // What only one of two readers can read is not for us to judge.
            let read = parse_document(Format::Yaml, text.as_bytes(), &ParseLimits::default());
            if read.problems.is_empty() {
                return Err(too_much("yaml.unmarshal: a text that readers of YAML read differently"));
            }
            bail!("not YAML");
        };
        match event {
            Event::DocumentEnd => {
                let done = std::mem::take(&mut reader);
                reader.nodes = done.nodes;
                if first.is_none() {
                    first = Some(done.root.unwrap_or(Value::Null));
                }
            }
            // Of those behind the first only the syntax counts.
            _ if first.is_some() => {}
            event => reader.take(event)?,
        }
    }
    Ok(first.unwrap_or(Value::Null))
}

impl Reader {
    fn take(&mut self, event: Event<'_>) -> Result<()> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
                let plain = style == ScalarStyle::Plain;
                // The parser writes `~` for nothing, which is the same.
                let merge = plain && tag.is_none() && text == "<<";
                let value = scalar(&text, plain, tag.as_deref())?;
                self.add(value, anchor, merge)
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().context("unknown anchor")?;
                self.nodes += size(&value, MOST_ELEMENTS);
                self.add(value, 0, false)
            }
            Event::SequenceStart(_, anchor, _) => self.start(false, anchor),
            Event::MappingStart(_, anchor, _) => self.start(true, anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop().context("end of nothing")?;
                let value = if open.is_mapping { mapping(&open)? } else { Value::from(open.items) };
                self.add(value, open.anchor, false)
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, is_mapping: bool, anchor: usize) -> Result<()> {
        if self.open.len() >= DEEPEST {
            return Err(too_much("yaml.unmarshal: collections are nested too deeply"));
        }
        self.open.push(Open { is_mapping, anchor, items: Vec::new(), merges: Vec::new() });
        Ok(())
    }

    fn add(&mut self, value: Value, anchor: usize, merge: bool) -> Result<()> {
        self.nodes += 1;
        if self.nodes > MOST_ELEMENTS {
            return Err(too_much("yaml.unmarshal: too many values"));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            Some(open) => {
                if merge && open.is_mapping && open.items.len() % 2 == 0 {
                    open.merges.push(open.items.len());
                }
                open.items.push(value);
            }
            None => self.root = Some(value),
        }
        Ok(())
    }
}

/// How many values there are in one, counted up to `most`.
fn size(value: &Value, most: usize) -> usize {
    let inner: &mut dyn Iterator<Item = &Value> = match value {
        Value::Array(items) => &mut items.iter(),
        Value::Object(fields) => &mut fields.iter_sorted().map(|(_, value)| value),
        _ => return 1,
    };
    let mut sum = 1;
    for value in inner {
        if sum > most {
            break;
        }
        sum += size(value, most - sum);
    }
    sum
}

fn mapping(open: &Open) -> Result<Value> {
    let mut fields: BTreeMap<Value, Value> = BTreeMap::new();
    let mut merged = Vec::new();
    for (index, pair) in open.items.chunks(2).enumerate() {
        let [key, value] = pair else { bail!("key without value") };
        if open.merges.contains(&(index * 2)) {
            match value {
                Value::Array(items) => merged.extend(items.iter().cloned()),
                other => merged.push(other.clone()),
            }
            continue;
        }
        let key = match key {
            Value::String(_) => key.clone(),
            Value::Bool(value) => Value::from(if *value { "true" } else { "false" }),
            Value::Number(number) => match number.as_i64() {
                Some(_) => Value::from(number.format_decimal()),
                None => return Err(too_much("yaml.unmarshal: a key that is a float or a large number")),
            },
            _ => bail!("unsupported map key"),
        };
        fields.insert(key, value.clone());
    }
    for other in merged {
        let Value::Object(other) = other else { bail!("map merge requires map or sequence of maps as the value") };
        for (key, value) in other.iter_sorted() {
            fields.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    Ok(Value::from(fields))
}

fn scalar(text: &str, plain: bool, tag: Option<&str>) -> Result<Value> {
    let tag = tag.map(|tag| tag.strip_prefix("tag:yaml.org,2002:").unwrap_or(tag));
    match tag {
        None if plain => resolved(text),
        Some("int" | "bool" | "null" | "float") => {
            let value = resolved(text)?;
            let fits = match &value {
                Value::Null => tag == Some("null"),
                Value::Bool(_) => tag == Some("bool"),
                Value::Number(number) => tag == Some("float") || (tag == Some("int") && number.is_integer()),
                _ => false,
            };
            if fits { Ok(value) } else { bail!("cannot decode {text} by its tag") }
        }
        Some("binary") => Err(too_much("yaml.unmarshal: the tag !!binary is not supported")),
        None | Some(_) => Ok(Value::from(text)),
    }
}

/// What a scalar without quotes is.
pub(super) fn resolved(text: &str) -> Result<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::from(true)),
        "false" | "False" | "FALSE" => return Ok(Value::from(false)),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf"
        | "-.INF" => bail!("no number of JSON"),
        _ => {}
    }
    if text.starts_with('.') {
        let float = if is_float(text) { text.parse::<f64>().ok() } else { None };
        return Ok(float.map_or_else(|| Value::from(text), Value::from));
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')) {
        return Ok(Value::from(text));
    }
    let plain = text.replace('_', "");
    if let Some(number) = whole(&plain) {
        return Ok(number);
    }
    if is_float(&plain)
        && let Some(float) = plain.parse::<f64>().ok().filter(|float| float.is_finite())
    {
        return Ok(Value::from(float));
    }
    Ok(Value::from(text))
}

/// An integer of 64 bits, with or without sign: decimal, `0x`, `0o`, `0b`, or octal with a zero in front.
fn whole(text: &str) -> Option<Value> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, lower.get(2..)?),
        Some("0o") => (8, lower.get(2..)?),
        Some("0b") => (2, lower.get(2..)?),
        Some(start) if start.starts_with('0') => (8, lower.get(1..)?),
        Some(_) | None => (10, lower.as_str()),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return i64::try_from(-i128::from(magnitude)).ok().map(Value::from);
    }
    // A plus goes with 63 bits only.
    (!text.starts_with('+') || i64::try_from(magnitude).is_ok()).then(|| Value::from(magnitude))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(before) && digits(behind) && !(before.is_empty() && behind.is_empty()) && exponent_fits
}
