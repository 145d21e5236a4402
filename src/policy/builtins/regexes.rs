//! `regex.*` as OPA has them: Go's patterns (see `go_regex`), and what Go's `regexp` makes of matches.
//!
//! A pattern that Go reads and we do not is a fault, not "undefined"; so is one that is too large.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use anyhow::{Result, bail};
use regex::{Captures, Regex, RegexBuilder};
use regorus::Value;

use super::Own;
use super::fault::{self, MOST_ELEMENTS, MOST_TEXT};
use super::go_regex::{self, Translated, Unreadable};

pub(super) const TABLE: &[Own] = &[
    own!("regex.find_all_string_submatch_n", 3, find_all_string_submatch_n),
    own!("regex.find_n", 3, find_n),
    own!("regex.is_valid", 1, is_valid),
    own!("regex.match", 2, is_match),
    own!("regex.replace", 3, replace),
    own!("regex.split", 2, split),
];

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) regex: Regex,
    /// The names of its groups, from the first.
    names: Vec<String>,
}

/// Why there is none.
#[derive(Clone, Debug)]
enum NoPattern {
    Invalid,
    /// A text for people.
    Fault(String),
}

/// Patterns kept by a thread.
const MOST_KEPT: usize = 256;

/// The most memory of one compiled pattern, in bytes.
const MOST_COMPILED: usize = 10 << 20;

thread_local! {
    static KEPT: RefCell<HashMap<String, Result<Rc<Pattern>, NoPattern>>> = RefCell::default();
}

fn build(text: &str) -> Result<Rc<Pattern>, NoPattern> {
    let shown = || {
        let short: String = text.chars().take(60).collect();
        if short.len() == text.len() { short } else { format!("{short}…") }
    };
    let unsupported = || NoPattern::Fault(format!("the regular expression `{}` is not supported", shown()));
    let Translated { pattern, names } = go_regex::translate(text).map_err(|reason| match reason {
        Unreadable::Invalid => NoPattern::Invalid,
        Unreadable::Unsupported => unsupported(),
    })?;
    let regex = RegexBuilder::new(&pattern).size_limit(MOST_COMPILED).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            NoPattern::Fault(format!("the regular expression `{}` is too large", shown()))
        }
        _ => unsupported(),
    })?;
    Ok(Rc::new(Pattern { regex, names }))
}

fn kept(text: &str) -> Result<Rc<Pattern>, NoPattern> {
    KEPT.with_borrow_mut(|kept| {
        if let Some(known) = kept.get(text) {
            return known.clone();
        }
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        let built = build(text);
        kept.insert(text.to_owned(), built.clone());
        built
    })
}

/// A pattern as Go reads it; an error for what is none.
pub(super) fn pattern(text: &str) -> Result<Rc<Pattern>> {
    kept(text).map_err(|reason| match reason {
        NoPattern::Invalid => anyhow::anyhow!("invalid regular expression"),
        NoPattern::Fault(message) => {
            fault::fault(message.clone());
            anyhow::anyhow!(message)
        }
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the type of a builtin")]
fn is_valid(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text)] = arguments else { return Ok(Value::from(false)) };
    Ok(Value::from(match kept(text) {
        Ok(_) | Err(NoPattern::Fault(_)) => true,
        Err(NoPattern::Invalid) => false,
    }))
}

fn is_match(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text), Value::String(value)] = arguments else { bail!("regex.match: wants two strings") };
    Ok(Value::from(pattern(text)?.regex.is_match(value)))
}

/// How many matches are asked for; all when negative.
fn asked(count: &Value) -> Result<usize> {
    let Value::Number(count) = count else { bail!("wants a number") };
    if !count.is_integer() {
        bail!("wants an integer");
    }
    let count = count.as_i64().ok_or_else(|| anyhow::anyhow!("wants an integer of 64 bits"))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

fn find_n(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text), Value::String(value), count] = arguments else { bail!("regex.find_n: wants strings") };
    let (pattern, count) = (pattern(text)?, asked(count)?);
    let mut found = Vec::new();
    for one in pattern.regex.find_iter(value).take(count) {
        fault::room("regex.find_n", found.len(), MOST_ELEMENTS)?;
        found.push(Value::from(one.as_str()));
    }
    Ok(Value::from(found))
}

fn find_all_string_submatch_n(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text), Value::String(value), count] = arguments else {
        bail!("regex.find_all_string_submatch_n: wants strings")
    };
    let (pattern, count) = (pattern(text)?, asked(count)?);
    let (mut found, mut elements) = (Vec::new(), 0);
    for captures in pattern.regex.captures_iter(value).take(count) {
        let groups: Vec<_> =
            captures.iter().map(|group| Value::from(group.map_or("", |group| group.as_str()))).collect();
        elements += groups.len();
        fault::room("regex.find_all_string_submatch_n", elements, MOST_ELEMENTS)?;
        found.push(Value::from(groups));
    }
    Ok(Value::from(found))
}

fn split(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text), Value::String(value)] = arguments else { bail!("regex.split: wants two strings") };
    let pattern = pattern(text)?;
    if !text.is_empty() && value.is_empty() {
        return Ok(Value::from(vec![Value::from("")]));
    }
    let (mut begin, mut end) = (0, 0);
    let mut parts = Vec::new();
    for one in pattern.regex.find_iter(value) {
        fault::room("regex.split", parts.len(), MOST_ELEMENTS)?;
        end = one.start();
        if one.end() != 0 {
            parts.push(Value::from(value.get(begin..end).unwrap_or("")));
        }
        begin = one.end();
    }
    if end != value.len() {
        parts.push(Value::from(value.get(begin..).unwrap_or("")));
    }
    Ok(Value::from(parts))
}

fn replace(arguments: &[Value]) -> Result<Value> {
    let [Value::String(value), Value::String(text), Value::String(template)] = arguments else {
        bail!("regex.replace: wants three strings")
    };
    let pattern = pattern(text)?;
    let mut out = String::new();
    let mut end = 0;
    for captures in pattern.regex.captures_iter(value) {
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(value.get(end..whole.start()).unwrap_or(""));
        expand(&mut out, template, &pattern, &captures);
        fault::room("regex.replace", out.len(), MOST_TEXT)?;
        end = whole.end();
    }
    out.push_str(value.get(end..).unwrap_or(""));
    Ok(Value::from(out))
}

/// Appends a template with its `$1`, `${1}`, `$name` and `${name}` replaced; `$$` is `$`.
fn expand(out: &mut String, template: &str, pattern: &Pattern, captures: &Captures) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let Some((name, after)) = reference(after) else {
            out.push('$');
            rest = after;
            continue;
        };
        let group = match group_number(name) {
            Some(number) => captures.get(number),
            None => pattern
                .names
                .iter()
                .zip(1..)
                .filter(|(known, _)| *known == name)
                .find_map(|(_, number)| captures.get(number)),
        };
        out.push_str(group.map_or("", |group| group.as_str()));
        rest = after;
    }
    out.push_str(rest);
}

/// The name that follows a `$`, and what follows the name.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (inside, braced) = match text.strip_prefix('{') {
        Some(inside) => (inside, true),
        None => (text, false),
    };
    let end = inside.find(|c: char| c != '_' && !is_letter_or_digit(c)).unwrap_or(inside.len());
    let (name, after) = inside.split_at_checked(end)?;
    if name.is_empty() {
        return None;
    }
    if braced { after.strip_prefix('}').map(|after| (name, after)) } else { Some((name, after)) }
}

/// Go's `unicode.IsLetter` and `unicode.IsDigit`.
fn is_letter_or_digit(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    kept(r"^[\pL\p{Nd}]$").is_ok_and(|pattern| pattern.regex.is_match(character.encode_utf8(&mut [0; 4])))
}

/// The number a name is; a leading zero makes it a name.
fn group_number(name: &str) -> Option<usize> {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    is_number.then(|| name.parse().ok().filter(|number| *number < 1_000_000_000)).flatten()
}
