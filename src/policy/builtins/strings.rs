//! Builtins on strings as OPA has them: positions are characters, case is mapped one to one as Go does.

use anyhow::{Context as _, Result, bail};
use regorus::Value;

use super::Own;
use super::fault::{self, MOST_ELEMENTS, MOST_TEXT};

pub(super) const TABLE: &[Own] = &[
    own!("concat", 2, concat),
    own!("contains", 2, contains),
    own!("endswith", 2, endswith),
    own!("format_int", 2, format_int),
    own!("indexof", 2, indexof),
    own!("indexof_n", 2, indexof_n),
    own!("lower", 1, lower),
    own!("replace", 3, replace),
    own!("split", 2, split),
    own!("startswith", 2, startswith),
    own!("strings.any_prefix_match", 2, any_prefix_match),
    own!("strings.any_suffix_match", 2, any_suffix_match),
    own!("strings.count", 2, count),
    own!("strings.replace_n", 2, replace_n),
    own!("strings.reverse", 1, reverse),
    own!("substring", 3, substring),
    own!("trim", 2, trim),
    own!("trim_left", 2, trim_left),
    own!("trim_prefix", 2, trim_prefix),
    own!("trim_right", 2, trim_right),
    own!("trim_space", 1, trim_space),
    own!("trim_suffix", 2, trim_suffix),
    own!("upper", 1, upper),
];

fn one<'a>(arguments: &'a [Value], name: &str) -> Result<&'a str> {
    match arguments {
        [Value::String(text)] => Ok(text),
        _ => bail!("{name}: wants a string"),
    }
}

fn two<'a>(arguments: &'a [Value], name: &str) -> Result<(&'a str, &'a str)> {
    match arguments {
        [Value::String(a), Value::String(b)] => Ok((a, b)),
        _ => bail!("{name}: wants two strings"),
    }
}

/// An integer of 64 bits.
pub(super) fn int(value: &Value) -> Result<i64> {
    let Value::Number(number) = value else { bail!("wants a number") };
    if !number.is_integer() {
        bail!("wants an integer");
    }
    number.as_i64().context("wants an integer of 64 bits")
}

fn concat(arguments: &[Value]) -> Result<Value> {
    let [Value::String(delimiter), parts] = arguments else { bail!("concat: wants a string and a collection") };
    let parts = strings(parts)?;
    let length = parts.iter().map(|part| part.len() + delimiter.len()).sum::<usize>();
    fault::room("concat", length, MOST_TEXT)?;
    Ok(Value::from(parts.join(delimiter)))
}

fn string(value: &Value) -> Result<&str> {
    match value {
        Value::String(text) => Ok(text),
        _ => bail!("wants strings"),
    }
}

/// The strings of an array or a set, in order.
fn strings(value: &Value) -> Result<Vec<&str>> {
    match value {
        Value::Array(items) => items.iter().map(string).collect(),
        Value::Set(items) => items.iter_sorted().map(string).collect(),
        _ => bail!("wants an array or a set"),
    }
}

fn contains(arguments: &[Value]) -> Result<Value> {
    let (text, search) = two(arguments, "contains")?;
    Ok(Value::from(text.contains(search)))
}

fn startswith(arguments: &[Value]) -> Result<Value> {
    let (text, search) = two(arguments, "startswith")?;
    Ok(Value::from(text.starts_with(search)))
}

fn endswith(arguments: &[Value]) -> Result<Value> {
    let (text, search) = two(arguments, "endswith")?;
    Ok(Value::from(text.ends_with(search)))
}

/// A number without its fraction in base 2, 8, 10 or 16.
fn format_int(arguments: &[Value]) -> Result<Value> {
    let [Value::Number(number), base] = arguments else { bail!("format_int: wants two numbers") };
    let whole = if number.is_integer() {
        number.format_decimal()
    } else {
        format!("{}", number.as_f64().context("no float")?.trunc() + 0.0)
    };
    let Value::Number(whole) = Value::from_numeric_string(&whole)? else { bail!("format_int: no number") };
    Ok(Value::from(match int(base)? {
        2 => whole.format_bin(),
        8 => whole.format_octal(),
        10 => whole.format_decimal(),
        16 => whole.format_hex(),
        _ => bail!("format_int: wants base 2, 8, 10 or 16"),
    }))
}

fn indexof(arguments: &[Value]) -> Result<Value> {
    let (text, search) = two(arguments, "indexof")?;
    if search.is_empty() {
        bail!("indexof: empty search string");
    }
    let Some((before, _)) = text.split_once(search) else { return Ok(Value::from(-1_i64)) };
    Ok(Value::from(before.chars().count()))
}

/// Positions may overlap.
fn indexof_n(arguments: &[Value]) -> Result<Value> {
    let (text, search) = two(arguments, "indexof_n")?;
    let first = search.chars().next().context("indexof_n: empty search string")?;
    // Where every other start is found at once; what overlaps is found from the next character on.
    let (mut found, mut rest, mut position) = (Vec::new(), text, 0);
    while let Some(at) = rest.find(search) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        position += before.chars().count();
        fault::room("indexof_n", found.len(), MOST_ELEMENTS)?;
        found.push(Value::from(position));
        position += 1;
        rest = from.get(first.len_utf8()..).unwrap_or("");
    }
    Ok(Value::from(found))
}

/// Go's `unicode.ToLower`: one character gives one.
fn lower_character(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        // The only one of more than one character: `İ`.
        (Some(first), Some(_)) => first,
        (None, _) => character,
    }
}

/// Go's `unicode.ToUpper`: one character gives one.
fn upper_character(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        // Several characters in the full mapping: few have another one in the simple mapping.
        _ => match character {
            '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
                char::from_u32(u32::from(character) + 8).unwrap_or(character)
            }
            '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => char::from_u32(u32::from(character) + 9).unwrap_or(character),
            other => other,
        },
    }
}

fn lower(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(one(arguments, "lower")?.chars().map(lower_character).collect::<String>()))
}

fn upper(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(one(arguments, "upper")?.chars().map(upper_character).collect::<String>()))
}

fn replace(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text), Value::String(old), Value::String(new)] = arguments else {
        bail!("replace: wants three strings")
    };
    // As `matches` finds the empty string at every character and at the end.
    let count = text.matches(&**old).count();
    fault::room("replace", text.len().saturating_add(count.saturating_mul(new.len())), MOST_TEXT)?;
    Ok(Value::from(text.replace(&**old, new)))
}

fn split(arguments: &[Value]) -> Result<Value> {
    let (text, delimiter) = two(arguments, "split")?;
    let mut parts = Vec::new();
    let mut push = |part: &str| {
        parts.push(Value::from(part));
        fault::room("split", parts.len(), MOST_ELEMENTS)
    };
    if delimiter.is_empty() {
        for character in text.chars() {
            push(character.encode_utf8(&mut [0; 4]))?;
        }
    } else {
        for part in text.split(delimiter) {
            push(part)?;
        }
    }
    Ok(Value::from(parts))
}

/// A string or a collection of them.
fn bases(value: &Value) -> Result<Vec<&str>> {
    match value {
        Value::String(text) => Ok(vec![text]),
        other => strings(other),
    }
}

fn any_prefix_match(arguments: &[Value]) -> Result<Value> {
    let [texts, prefixes] = arguments else { bail!("strings.any_prefix_match: wants two arguments") };
    let texts = bases(texts)?.into_iter().map(str::to_owned).collect();
    let prefixes = bases(prefixes)?.into_iter().map(str::to_owned).collect();
    Ok(Value::from(any_begins(texts, prefixes)))
}

fn any_suffix_match(arguments: &[Value]) -> Result<Value> {
    let [texts, suffixes] = arguments else { bail!("strings.any_suffix_match: wants two arguments") };
    let reversed = |text: &str| text.chars().rev().collect::<String>();
    let texts = bases(texts)?.into_iter().map(reversed).collect();
    let suffixes = bases(suffixes)?.into_iter().map(reversed).collect();
    Ok(Value::from(any_begins(texts, suffixes)))
}

/// Texts that begin with a prefix are those that follow it in order.
fn any_begins(mut texts: Vec<String>, prefixes: Vec<String>) -> bool {
    texts.sort_unstable();
    prefixes.into_iter().any(|prefix| {
        let at = texts.partition_point(|text| *text < prefix);
        texts.get(at).is_some_and(|text| text.starts_with(&prefix))
    })
}

fn count(arguments: &[Value]) -> Result<Value> {
    let (text, search) = two(arguments, "strings.count")?;
    Ok(Value::from(text.matches(search).count()))
}

/// Every pattern at once, from left to right; where several match, the first in order.
fn replace_n(arguments: &[Value]) -> Result<Value> {
    let [Value::Object(patterns), Value::String(text)] = arguments else {
        bail!("strings.replace_n: wants an object and a string")
    };
    let (mut empty, mut old, mut new) = (None, Vec::new(), Vec::new());
    for (key, value) in patterns.iter_sorted() {
        let (Value::String(key), Value::String(value)) = (key, value) else {
            bail!("strings.replace_n: wants strings in the object")
        };
        if key.is_empty() {
            empty = Some(&**value);
        } else {
            old.push(&**key);
            new.push(&**value);
        }
    }
    let matcher = aho_corasick::AhoCorasick::builder()
        .match_kind(aho_corasick::MatchKind::LeftmostFirst)
        .build(&old)
        .inspect_err(|error| fault::fault(format!("`strings.replace_n`: {error}")))?;
    let mut out = Vec::with_capacity(text.len());
    // The empty pattern is everywhere, between the bytes of a character, too.
    let between = |out: &mut Vec<u8>, bytes: &[u8]| {
        let Some(value) = empty else {
            out.extend_from_slice(bytes);
            return fault::room("strings.replace_n", out.len(), MOST_TEXT);
        };
        for byte in bytes {
            out.extend_from_slice(value.as_bytes());
            out.push(*byte);
        }
        fault::room("strings.replace_n", out.len().saturating_add(value.len()), MOST_TEXT)
    };
    let bytes = text.as_bytes();
    if let Some(value) = empty {
        fault::room("strings.replace_n", bytes.len().saturating_mul(value.len()), MOST_TEXT)?;
    }
    let mut end = 0;
    for found in matcher.find_iter(&**text) {
        between(&mut out, bytes.get(end..found.start()).unwrap_or_default())?;
        out.extend_from_slice(empty.unwrap_or("").as_bytes());
        out.extend_from_slice(new.get(found.pattern().as_usize()).copied().unwrap_or("").as_bytes());
        end = found.end();
    }
    between(&mut out, bytes.get(end..).unwrap_or_default())?;
    out.extend_from_slice(empty.unwrap_or("").as_bytes());
    Ok(Value::from(lossy(&out)))
}

/// Bytes as text. Go lets a string be no text; each byte that is none is one U+FFFD to it, and here.
pub(super) fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n(char::REPLACEMENT_CHARACTER, chunk.invalid().len()));
    }
    text
}

fn reverse(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(one(arguments, "strings.reverse")?.chars().rev().collect::<String>()))
}

/// A negative length means up to the end.
fn substring(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text), start, length] = arguments else { bail!("substring: wants a string and two numbers") };
    let (start, length) = (int(start)?, int(length)?);
    let start = usize::try_from(start).ok().context("substring: negative offset")?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    Ok(Value::from(text.chars().skip(start).take(length).collect::<String>()))
}

/// Whether a character is in a set of them; quick for sets of any size.
fn in_set(characters: &str) -> impl Fn(char) -> bool {
    let mut characters: Vec<char> = characters.chars().collect();
    characters.sort_unstable();
    move |character| characters.binary_search(&character).is_ok()
}

fn trim(arguments: &[Value]) -> Result<Value> {
    let (text, characters) = two(arguments, "trim")?;
    let is_in = in_set(characters);
    Ok(Value::from(text.trim_start_matches(&is_in).trim_end_matches(&is_in)))
}

fn trim_left(arguments: &[Value]) -> Result<Value> {
    let (text, characters) = two(arguments, "trim_left")?;
    Ok(Value::from(text.trim_start_matches(in_set(characters))))
}

fn trim_right(arguments: &[Value]) -> Result<Value> {
    let (text, characters) = two(arguments, "trim_right")?;
    Ok(Value::from(text.trim_end_matches(in_set(characters))))
}

fn trim_prefix(arguments: &[Value]) -> Result<Value> {
    let (text, prefix) = two(arguments, "trim_prefix")?;
    Ok(Value::from(text.strip_prefix(prefix).unwrap_or(text)))
}

fn trim_suffix(arguments: &[Value]) -> Result<Value> {
    let (text, suffix) = two(arguments, "trim_suffix")?;
    Ok(Value::from(text.strip_suffix(suffix).unwrap_or(text)))
}

fn trim_space(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(one(arguments, "trim_space")?.trim()))
}
