//! Elements, and what they are as values.

use std::collections::HashMap;

use crate::document::{Entry, Node, Span, Value};

/// An element while it is read.
pub(super) struct Element<'t> {
    /// Its name with the prefix.
    pub(super) written: &'t str,
    pub(super) name_span: Span,
    start: usize,
    pub(super) end: usize,
    /// All text that stands directly in it.
    pub(super) text: String,
    /// Where text that is not blank begins and ends.
    text_place: Option<(usize, usize)>,
    children: Vec<Child>,
    /// Places in `children` by key, once there are some. Never iterated.
    places: HashMap<String, usize>,
    /// Attributes with their prefix and place, to find one that is written twice. Never iterated.
    attributes: HashMap<&'t str, Span>,
}

/// What stands under one key.
struct Child {
    key: String,
    key_span: Span,
    values: Vec<Node>,
}

impl<'t> Element<'t> {
    pub(super) fn new(written: &'t str, start: usize) -> Self {
        Self {
            written,
            name_span: Span::new(start + 1, start + 1 + written.len()),
            start,
            end: start,
            text: String::new(),
            text_place: None,
            children: Vec::new(),
            places: HashMap::new(),
            attributes: HashMap::new(),
        }
    }

    /// Adds an attribute. Returns where it was written before, if it was.
    pub(super) fn attribute(&mut self, written: &'t str, name: Span, value: String, span: Span) -> Option<Span> {
        let key = format!("-{}", local(written));
        self.add(key, name, Node { value: Value::String(value), span });
        let first = *self.attributes.entry(written).or_insert(name);
        (first != name).then_some(first)
    }

    /// Notes where `text` that begins at `start` stands.
    pub(super) fn note_text(&mut self, text: &str, start: usize) {
        let inner = trimmed(text);
        if inner.is_empty() {
            return;
        }
        let start = start + text.find(inner).unwrap_or(0);
        let (first, _) = self.text_place.unwrap_or((start, start));
        self.text_place = Some((first, start + inner.len()));
    }

    pub(super) fn adopt(&mut self, child: Element<'_>) {
        let (key, key_span) = (local(child.written).to_owned(), child.name_span);
        self.add(key, key_span, child.finish());
    }

    fn add(&mut self, key: String, key_span: Span, node: Node) {
        if let Some(child) = self.places.get(&key).and_then(|place| self.children.get_mut(*place)) {
            child.values.push(node);
        } else {
            self.places.insert(key.clone(), self.children.len());
            self.children.push(Child { key, key_span, values: vec![node] });
        }
    }

    fn finish(self) -> Node {
        let whole = Span::new(self.start, self.end);
        let text = trimmed(&self.text).to_owned();
        let text_span = self.text_place.map_or(whole, |(start, end)| Span::new(start, end));
        let text = Node { value: Value::String(text), span: text_span };
        if self.children.is_empty() {
            return text;
        }
        let mut entries = Vec::with_capacity(self.children.len() + 1);
        if text.as_str().is_some_and(|text| !text.is_empty()) {
            entries.push(Entry { key: "#content".to_owned(), key_span: text_span, value: text });
        }
        for Child { key, key_span, mut values } in self.children {
            let value = if values.len() > 1 {
                let start = values.first().map_or(0, |node| node.span.start);
                let end = values.last().map_or(0, |node| node.span.end);
                Node { value: Value::Sequence(values), span: Span { start, end } }
            } else if let Some(node) = values.pop() {
                node
            } else {
                continue;
            };
            entries.push(Entry { key, key_span, value });
        }
        Node { value: Value::Mapping(entries), span: whole }
    }
}

/// The document: one key with the root element.
pub(super) fn named(root: Element<'_>, start: usize, end: usize) -> Node {
    let (key, key_span) = (local(root.written).to_owned(), root.name_span);
    let span = Span::new(root.start.max(start), root.end.min(end));
    Node { value: Value::Mapping(vec![Entry { key, key_span, value: root.finish() }]), span }
}

/// The name without its prefix.
fn local(name: &str) -> &str {
    match name.split_once(':') {
        Some((prefix, local)) if !prefix.is_empty() && !local.is_empty() => local,
        _ => name,
    }
}

/// The text without what cannot be seen at both ends.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
            || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    })
}
