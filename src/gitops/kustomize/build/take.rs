//! Values as kustomize reads them.
//!
//! Files are parsed as the API server's clients read them, by YAML 1.1. kustomize resolves some plain
//! scalars otherwise, and what it writes says so to whoever applies it: `yes` is a string, a date a
//! time. The text at the place of a value tells.

use chrono::NaiveDate;

use crate::document::{Entry, Node, Source, Span, Value};

use super::{
    object::Id,
    sources::{shift, shifted},
};

/// An object or a patch as kustomize reads it, with addresses for places.
pub(super) fn manifest(node: &Node, source: &Source, base: u32) -> Result<Node, String> {
    if let Value::Sequence(_) = node.value {
        // A JSON patch, which kustomize reads by YAML 1.1.
        return Ok(shifted(node, base));
    }
    let mut node = Taking { source, base }.node(node, false)?;
    if let Value::Mapping(entries) = &mut node.value {
        for metadata in entries.iter_mut().filter(|entry| entry.key == "metadata") {
            annotations_as_texts(&mut metadata.value, source, base);
        }
    }
    Ok(node)
}

struct Taking<'a> {
    source: &'a Source,
    base: u32,
}

impl Taking<'_> {
    /// `in_flow`: whether the value is part of a collection in brackets.
    fn node(&self, node: &Node, in_flow: bool) -> Result<Node, String> {
        let in_flow = in_flow || raw(self.source, node.span).is_some_and(|text| text.starts_with(['{', '[']));
        let value = match &node.value {
            Value::Sequence(items) => {
                Value::Sequence(items.iter().map(|item| self.node(item, in_flow)).collect::<Result<_, _>>()?)
            }
            Value::Mapping(entries) => {
                Value::Mapping(entries.iter().map(|entry| self.entry(entry, in_flow)).collect::<Result<_, _>>()?)
            }
            Value::Bool(_) => match raw(self.source, node.span) {
                Some(text) if is_word(text) => Value::String(text.to_owned()),
                Some(_) | None => node.value.clone(),
            },
            Value::String(text) => match (raw(self.source, node.span), time(text)) {
                // In brackets kustomize writes quotes around what has a colon.
                (Some(written), Some(time)) if written == text && !(in_flow && text.contains(':')) => {
                    Value::String(time)
                }
                (Some(written), _) if written.starts_with('>') => Value::String(refolded(text)),
                (Some(_) | None, _) => node.value.clone(),
            },
            Value::Null | Value::Number(_) => node.value.clone(),
        };
        Ok(Node { value, span: shift(node.span, self.base) })
    }

    fn entry(&self, entry: &Entry, in_flow: bool) -> Result<Entry, String> {
        let text = raw(self.source, entry.key_span).unwrap_or("");
        let key = match entry.key.as_str() {
            "true" | "false" if is_word(text) => text,
            // kustomize cannot write such an object.
            key @ ("true" | "false" | "null") if text.eq_ignore_ascii_case(key) => {
                return Err(format!("the key `{text}` is no string"));
            }
            key if text == key && (key.parse::<f64>().is_ok_and(f64::is_finite) || time(key).is_some()) => {
                return Err(format!("the key `{text}` is no string"));
            }
            key => key,
        };
        let value = self.node(&entry.value, in_flow)?;
        Ok(Entry { key: key.to_owned(), key_span: shift(entry.key_span, self.base), value })
    }
}

/// Annotations are strings for kustomize, whatever they are written as. A null may stand for the removal
/// of one.
fn annotations_as_texts(metadata: &mut Node, source: &Source, base: u32) {
    let Some(annotations) = super::edit::get_mut(metadata, "annotations") else { return };
    let Some(entries) = super::edit::entries_mut(annotations) else { return };
    for entry in entries {
        let span = entry.value.span;
        let within = Span { start: span.start.saturating_sub(base), end: span.end.saturating_sub(base) };
        let text = raw(source, within).unwrap_or("");
        match &entry.value.value {
            Value::Bool(_) | Value::Number(_) => entry.value.value = Value::String(text.to_owned()),
            // A date is no time here.
            Value::String(_) if time(text).is_some() => entry.value.value = Value::String(text.to_owned()),
            Value::Null | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => {}
        }
    }
}

/// The text at a place.
pub(super) fn raw(source: &Source, span: Span) -> Option<&str> {
    source.text().get(span.start as usize..span.end as usize)
}

/// What a folded text (`>`) says after kustomize has written it as one and read it again: in front of a
/// line that begins with a blank there is a line more.
fn refolded(text: &str) -> String {
    let is_blank = |line: &str| line.starts_with([' ', '\t']);
    let body = text.trim_start_matches('\n');
    // Texts that end in a space, or hold what cannot be printed, are not written as folded ones.
    let is_printable = |c: char| matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..);
    if body.is_empty() || text.ends_with(' ') || !text.chars().all(is_printable) {
        return text.to_owned();
    }
    let adds = !is_blank(body);
    let mut folded = "\n".repeat(text.len() - body.len());
    let mut rest = body;
    while let Some(end) = rest.find('\n') {
        let (line, behind) = rest.split_at(end);
        let next = behind.trim_start_matches('\n');
        let breaks = behind.len() - next.len();
        folded.push_str(line);
        let written = breaks + usize::from(adds && !is_blank(line));
        let kept = match (next.is_empty(), is_blank(line) || is_blank(next)) {
            (true, _) if breaks == 1 => 1,
            (true, _) | (false, true) => written,
            (false, false) => written - 1,
        };
        if kept == 0 {
            folded.push(' ');
        }
        folded.push_str(&"\n".repeat(kept));
        rest = next;
    }
    folded.push_str(rest);
    folded
}

/// Whether a plain scalar is a boolean in YAML 1.1 only.
fn is_word(text: &str) -> bool {
    matches!(
        text,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF"
    )
}

/// What a plain scalar becomes that is a date or a time.
fn time(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.get(4) != Some(&b'-') || !bytes.iter().take(4).all(u8::is_ascii_digit) {
        return None;
    }
    let (date, rest) = text.split_at(text.find(['T', 't', ' ']).unwrap_or(text.len()));
    let mut parts = date.split('-');
    let mut part = |most: usize| {
        let part = parts.next()?;
        (1..=most).contains(&part.len()).then(|| part.parse::<u32>().ok())?
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    if parts.next().is_some() {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let date = format!("{year:04}-{month:02}-{day:02}");
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let (separator, clock) = rest.split_at(1);
    let (clock, zone) = clock.split_at(clock.find(['Z', '+', '-']).unwrap_or(clock.len()));
    // Behind a space there is no zone, behind a letter there has to be one.
    if (separator == " ") != zone.is_empty() {
        return None;
    }
    let zone = match zone.as_bytes() {
        [] | b"Z" | b"+00:00" | b"-00:00" => "Z",
        [b'+' | b'-', _, _, b':', _, _] => zone,
        _ => return None,
    };
    let mut parts = clock.split(':');
    let part = |text: &str, limit: u32| {
        let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|number| fits && *number < limit)
    };
    let (hour, minute) = (part(parts.next()?, 24)?, part(parts.next()?, 60)?);
    let (second, fraction) = parts.next().map(|text| text.split_once('.').unwrap_or((text, "")))?;
    let second = part(second, 60)?;
    if parts.next().is_some() || fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{date}T{hour:02}:{minute:02}:{second:02}{point}{fraction}{zone}"))
}

/// The objects that a document stands for: itself, nothing, or the items of a list.
pub(super) fn objects(document: Node) -> Result<Vec<Node>, String> {
    let mut found = Vec::new();
    // Items come behind everything else, as kustomize has them; a list in a list is one level deeper.
    let mut open = std::collections::VecDeque::from([document]);
    while let Some(node) = open.pop_front() {
        match &node.value {
            Value::Null => continue,
            Value::Mapping(entries) if entries.is_empty() => continue,
            Value::Sequence(items) if items.is_empty() => continue,
            Value::Mapping(_) => {}
            Value::Sequence(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(format!("an object was expected, found {}", node.kind_name()));
            }
        }
        let id = Id::of(&node);
        if id.kind.is_empty() {
            return Err("an object has no kind".to_owned());
        }
        let is_list = id.kind.ends_with("List");
        if !is_list && id.name.is_empty() {
            return Err(format!("an object of kind {} has no name, or one that is no string", id.kind));
        }
        match node.get("items").map(|items| &items.value) {
            Some(Value::Sequence(items)) if is_list => open.extend(items.iter().cloned()),
            Some(Value::Null) if is_list => {}
            Some(_) if is_list => return Err(format!("`items` of a {} is no list", id.kind)),
            Some(_) | None => found.push(node),
        }
    }
    Ok(found)
}
