//! Data files of policies, as OPA loads them.

use crate::document::{Entry, Node, Source, Span, Value};

/// Words that documents have for true and false, and data files have not: OPA reads those by another library.
const WORDS: [&str; 16] =
    ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF"];

/// Makes strings of the words that are no booleans in data files.
pub(super) fn without_old_booleans(node: &mut Node, source: &Source) {
    let word = |span: Span| written(source.text(), span).filter(|word| WORDS.contains(word)).map(str::to_owned);
    match &mut node.value {
        Value::Bool(_) => {
            if let Some(text) = word(node.span) {
                node.value = Value::String(text);
            }
        }
        Value::Sequence(items) => items.iter_mut().for_each(|item| without_old_booleans(item, source)),
        Value::Mapping(entries) => {
            for entry in entries {
                if matches!(entry.key.as_str(), "true" | "false")
                    && let Some(text) = word(entry.key_span)
                {
                    entry.key = text;
                }
                without_old_booleans(&mut entry.value, source);
            }
        }
        Value::Null | Value::Number(_) | Value::String(_) => {}
    }
}

/// The plain scalar at a span, behind an anchor or where an alias leads.
fn written(text: &str, span: Span) -> Option<&str> {
    let here = text.get(span.start as usize..span.end as usize)?;
    let there = match here.strip_prefix('*') {
        Some(name) => {
            // The last anchor of a name before an alias counts.
            let before = text.get(..span.start as usize)?;
            let anchor = |(at, _): (usize, &str)| {
                let rest = before.get(at + 1..)?.strip_prefix(name)?;
                rest.starts_with(char::is_whitespace).then(|| rest.trim_start())
            };
            before.rmatch_indices('&').find_map(anchor)?
        }
        None if here.starts_with('&') => here.split_once(char::is_whitespace)?.1.trim_start(),
        None => here,
    };
    there.split(|end: char| end.is_whitespace() || matches!(end, ',' | ']' | '}')).next()
}

/// What a data file says, below the folders that it is in: of the folder `d`, `d/a/b.yaml` is part of `data.a`.
pub(super) fn below_folders(entry: &str, name: &str, node: Node) -> Node {
    let inside = if entry == "." { Some(name) } else { name.strip_prefix(entry.trim_end_matches('/')) };
    let inside = inside.unwrap_or_default().trim_start_matches('/');
    let folders = inside.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').rev().filter(|folder| !folder.is_empty()).fold(node, |value, folder| {
        let span = Span::default();
        let entry = Entry { key: folder.to_owned(), key_span: span, value };
        Node { value: Value::Mapping(vec![entry]), span }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::document::{
        ParseLimits,
        dump::value_json,
        format::{Format, parse},
    };

    fn read(text: &str) -> (Source, Node) {
        let mut parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
        (parsed.source, parsed.documents.remove(0).root)
    }

    #[test]
    fn yes_and_no_are_words() {
        let (source, mut node) = read("a: yes\nb: [No, true, FALSE, \"on\"]\non: &x off\nc: *x\nd: {n: n}\n");
        without_old_booleans(&mut node, &source);
        let json = value_json(&node);
        assert_eq!(json["a"], "yes");
        assert_eq!(json["b"], serde_json::json!(["No", true, false, "on"]));
        assert_eq!(json["on"], "off");
        assert_eq!(json["c"], "off");
        assert_eq!(json["d"]["n"], "n");
    }

    #[test]
    fn folders_become_keys() {
        for (entry, name, expected) in [
            ("d", "d/x.yaml", "1"),
            ("d/", "d/a/b/x.yaml", r#"{"a":{"b":1}}"#),
            (".", "a/x.yaml", r#"{"a":1}"#),
            ("d/x.yaml", "d/x.yaml", "1"),
            ("/e", "/e/a/x.yaml", r#"{"a":1}"#),
        ] {
            let node = below_folders(entry, name, read("1").1);
            assert_eq!(value_json(&node).to_string(), expected, "{entry} {name}");
        }
    }
}
