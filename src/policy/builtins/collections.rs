//! Arrays, sets and objects as OPA has them, where regorus differs or has no bounds.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use regorus::Value;

use super::Own;
use super::fault::{self, MOST_ELEMENTS};

pub(super) const TABLE: &[Own] = &[
    own!("json.filter", 2, json_filter),
    own!("json.remove", 2, json_remove),
    own!("max", 1, max),
    own!("min", 1, min),
    own!("numbers.range", 2, range),
    own!("object.subset", 2, subset),
    own!("sort", 1, sort),
    own!("to_number", 1, to_number),
];

/// The order of the types of values.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
        Value::Set(_) => 6,
        Value::Undefined => 7,
    }
}

/// OPA's order of values: to regorus sets come before objects. Objects are compared entry by entry, a key with its value.
pub(in crate::policy) fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Array(a), Value::Array(b)) => compare_all(a.iter(), b.iter()),
        (Value::Set(a), Value::Set(b)) => compare_all(sorted(a.iter()).into_iter(), sorted(b.iter()).into_iter()),
        (Value::Object(a), Value::Object(b)) => compare_all(entries(by_key(a.iter())), entries(by_key(b.iter()))),
        _ => rank(left).cmp(&rank(right)).then_with(|| left.cmp(right)),
    }
}

/// Keys and values one after the other.
fn entries<'a>(fields: Vec<(&'a Value, &'a Value)>) -> impl Iterator<Item = &'a Value> {
    fields.into_iter().flat_map(|(key, value)| [key, value])
}

/// Element by element, then by length.
fn compare_all<'a>(mut left: impl Iterator<Item = &'a Value>, mut right: impl Iterator<Item = &'a Value>) -> Ordering {
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match compare(a, b) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

fn sorted<'a>(items: impl Iterator<Item = &'a Value>) -> Vec<&'a Value> {
    let mut items: Vec<_> = items.collect();
    items.sort_by(|a, b| compare(a, b));
    items
}

fn by_key<'a>(fields: impl Iterator<Item = (&'a Value, &'a Value)>) -> Vec<(&'a Value, &'a Value)> {
    let mut fields: Vec<_> = fields.collect();
    fields.sort_by(|a, b| compare(a.0, b.0));
    fields
}

fn items<'a>(arguments: &'a [Value], name: &str) -> Result<Vec<&'a Value>> {
    match arguments {
        [Value::Array(items)] => Ok(items.iter().collect()),
        [Value::Set(items)] => Ok(items.iter_sorted().collect()),
        _ => bail!("{name}: wants an array or a set"),
    }
}

fn sort(arguments: &[Value]) -> Result<Value> {
    let items = sorted(items(arguments, "sort")?.into_iter());
    Ok(Value::from(items.into_iter().cloned().collect::<Vec<_>>()))
}

fn max(arguments: &[Value]) -> Result<Value> {
    items(arguments, "max")?.into_iter().max_by(|a, b| compare(a, b)).cloned().context("max: empty")
}

fn min(arguments: &[Value]) -> Result<Value> {
    items(arguments, "min")?.into_iter().min_by(|a, b| compare(a, b)).cloned().context("min: empty")
}

/// Up or down, both ends included.
fn range(arguments: &[Value]) -> Result<Value> {
    let [Value::Number(first), Value::Number(last)] = arguments else { bail!("numbers.range: wants two numbers") };
    if !first.is_integer() || !last.is_integer() {
        bail!("numbers.range: wants integers");
    }
    let most = i128::try_from(MOST_ELEMENTS).unwrap_or(i128::MAX);
    let (first, last) = match (first.as_i128(), last.as_i128()) {
        (Some(first), Some(last)) if first.checked_sub(last).is_some_and(|span| span.abs() < most) => (first, last),
        _ => {
            fault::fault(format!("`numbers.range` gives too much: the limit is {MOST_ELEMENTS} elements"));
            bail!("numbers.range: too much");
        }
    };
    let numbers: Vec<Value> = if first <= last {
        (first..=last).map(Value::from).collect()
    } else {
        (last..=first).rev().map(Value::from).collect()
    };
    Ok(Value::from(numbers))
}

/// A number, or what `strconv.ParseFloat` of Go makes of a string.
fn to_number(arguments: &[Value]) -> Result<Value> {
    match arguments {
        [Value::Null] => Ok(Value::from(0_u64)),
        [Value::Bool(value)] => Ok(Value::from(u64::from(*value))),
        [number @ Value::Number(_)] => Ok(number.clone()),
        [Value::String(text)] => {
            let plain = text.strip_prefix(['+', '-']).unwrap_or(text);
            let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((plain, "0"));
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let digits = mantissa.replacen('.', "", 1).replace('_', "");
            if !is_digits(&digits) || !is_digits(exponent) {
                bail!("to_number: no number");
            }
            if text.replace('_', "").parse::<f64>().is_ok_and(f64::is_infinite) {
                bail!("to_number: out of range");
            }
            Value::from_numeric_string(text)
        }
        _ => bail!("to_number: wants null, a boolean, a number or a string"),
    }
}

/// The most comparisons of elements of two arrays.
const MOST_COMPARISONS: usize = 100_000_000;

/// Whether an array holds another in one piece.
fn array_subset(large: &[Value], small: &[Value]) -> Result<bool> {
    if large.len().saturating_mul(small.len()) > MOST_COMPARISONS {
        fault::fault("`object.subset` compares arrays that are too long".to_owned());
        bail!("object.subset: too long");
    }
    Ok(small.is_empty() || large.windows(small.len()).any(|window| window == small))
}

fn object_subset(large: &Value, small: &Value) -> Result<bool> {
    let (Value::Object(large), Value::Object(small)) = (large, small) else { return Ok(false) };
    for (key, small) in small.iter_sorted() {
        let Some(large) = large.get(key) else { return Ok(false) };
        let holds = match (large, small) {
            (Value::Object(_), Value::Object(_)) => object_subset(large, small)?,
            (Value::Set(large), Value::Set(small)) => small.iter().all(|item| large.contains(item)),
            (Value::Array(large), Value::Array(small)) => array_subset(large.as_slice(), small.as_slice())?,
            _ => large == small,
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

fn subset(arguments: &[Value]) -> Result<Value> {
    let [large, small] = arguments else { bail!("object.subset: wants two values") };
    Ok(Value::from(match (large, small) {
        (Value::Object(_), Value::Object(_)) => object_subset(large, small)?,
        (Value::Set(large), Value::Set(small)) => small.iter().all(|item| large.contains(item)),
        (Value::Array(large), Value::Array(small)) => array_subset(large.as_slice(), small.as_slice())?,
        // As OPA counts: an element that is there twice counts twice.
        (Value::Array(large), Value::Set(small)) => {
            let found = large.iter().filter(|item| small.contains(item)).count();
            !large.is_empty() && found >= small.len()
        }
        _ => bail!("object.subset: wants two values of the same type"),
    }))
}

/// What paths lead to.
#[derive(Debug)]
enum Paths {
    /// Everything from here on.
    All,
    Some(BTreeMap<Value, Self>),
}

impl Paths {
    fn read(paths: &Value) -> Result<Self> {
        let paths: Vec<&Value> = match paths {
            Value::Array(items) => items.iter().collect(),
            Value::Set(items) => items.iter_sorted().collect(),
            _ => bail!("wants an array or a set of paths"),
        };
        let mut root = BTreeMap::new();
        for path in paths {
            insert(&mut root, &segments(path)?);
        }
        Ok(Self::Some(root))
    }

    fn get(&self, key: &Value) -> Option<&Self> {
        match self {
            Self::All => None,
            Self::Some(fields) => fields.get(key),
        }
    }
}

/// Adds a path; one that leads on from the end of another adds nothing.
fn insert(fields: &mut BTreeMap<Value, Paths>, path: &[Value]) {
    match path {
        [] => {}
        [last] => {
            fields.insert(last.clone(), Paths::All);
        }
        [first, rest @ ..] => {
            if let Paths::Some(fields) = fields.entry(first.clone()).or_insert_with(|| Paths::Some(BTreeMap::new())) {
                insert(fields, rest);
            }
        }
    }
}

/// A JSON pointer, or an array of keys.
fn segments(path: &Value) -> Result<Vec<Value>> {
    match path {
        Value::Array(keys) => Ok(keys.iter().cloned().collect()),
        Value::String(text) if text.is_empty() => Ok(Vec::new()),
        Value::String(text) => {
            let parts = text.trim_start_matches('/').split('/');
            Ok(parts.map(|part| Value::from(part.replace("~1", "/").replace("~0", "~"))).collect())
        }
        _ => bail!("wants paths"),
    }
}

fn json_filter(arguments: &[Value]) -> Result<Value> {
    let [value @ Value::Object(_), paths] = arguments else { bail!("json.filter: wants an object and paths") };
    Ok(filter(value, &Paths::read(paths)?))
}

fn filter(value: &Value, paths: &Paths) -> Value {
    let Paths::Some(_) = paths else { return value.clone() };
    match value {
        Value::Array(items) => Value::from(
            items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| Some(filter(item, paths.get(&index_key(index))?)))
                .collect::<Vec<_>>(),
        ),
        Value::Set(items) => {
            Value::from(items.iter().filter_map(|item| Some(filter(item, paths.get(item)?))).collect::<BTreeSet<_>>())
        }
        Value::Object(fields) => Value::from(
            fields
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), filter(value, paths.get(key)?))))
                .collect::<BTreeMap<_, _>>(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Undefined => value.clone(),
    }
}

fn index_key(index: usize) -> Value {
    Value::from(index.to_string())
}

fn json_remove(arguments: &[Value]) -> Result<Value> {
    let [value @ Value::Object(_), paths] = arguments else { bail!("json.remove: wants an object and paths") };
    remove(value, Some(&Paths::read(paths)?)).context("json.remove: nothing is left")
}

fn remove(value: &Value, paths: Option<&Paths>) -> Option<Value> {
    let paths = match paths {
        None => return Some(value.clone()),
        Some(Paths::All) => return None,
        Some(paths) => paths,
    };
    Some(match value {
        Value::Array(items) => Value::from(
            items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| remove(item, paths.get(&index_key(index))))
                .collect::<Vec<_>>(),
        ),
        Value::Set(items) => {
            Value::from(items.iter().filter_map(|item| remove(item, paths.get(item))).collect::<BTreeSet<_>>())
        }
        Value::Object(fields) => Value::from(
            fields
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), remove(value, paths.get(key))?)))
                .collect::<BTreeMap<_, _>>(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Undefined => value.clone(),
    })
}
