//! Patches that are written inside a kustomization: YAML in a text, with the places of the text.

use crate::document::{Document, Entry, Node, ParseLimits, Span, Value, format};
use crate::gitops::kustomize::build::{sources::SourceFile, take};

/// The documents in a text of a file; `None` when it is no YAML.
pub(super) fn documents(node: &Node, file: &SourceFile) -> Option<Vec<Node>> {
    let text = node.as_str()?;
    let parsed = format::parse(format::Format::Yaml, text.as_bytes(), &ParseLimits::default());
    if parsed.problems.iter().any(|problem| problem.kind.is_fatal()) {
        return None;
    }
    let places = Places::of(text, node.span, file);
    let taken = |document: &Document| take::manifest(&document.root, &parsed.source, 0).ok();
    parsed.documents.iter().map(|document| Some(places.moved(taken(document)?))).collect()
}

/// Where the lines of a text stand.
struct Places {
    /// Where each line begins: in the text, and as an address.
    lines: Vec<(u32, u32)>,
    /// The place of the text as a whole.
    whole: Span,
}

impl Places {
    fn of(text: &str, whole: Span, file: &SourceFile) -> Self {
        let lines = file.slice(whole).and_then(|written| lines(text, written, whole.start)).unwrap_or_default();
        Self { lines, whole }
    }

    fn moved(&self, node: Node) -> Node {
        let value = match node.value {
            Value::Sequence(items) => Value::Sequence(items.into_iter().map(|item| self.moved(item)).collect()),
            Value::Mapping(entries) => Value::Mapping(
                entries
                    .into_iter()
                    .map(|entry| {
                        let key_span = self.span(entry.key_span);
                        Entry { key: entry.key, key_span, value: self.moved(entry.value) }
                    })
                    .collect(),
            ),
            scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => scalar,
        };
        Node { value, span: self.span(node.span) }
    }

    fn span(&self, span: Span) -> Span {
        let address = |offset: u32| {
            let line = self.lines.partition_point(|(start, _)| *start <= offset).checked_sub(1)?;
            let (start, address) = self.lines.get(line)?;
            Some((address + (offset - start)).min(self.whole.end))
        };
        match (address(span.start), address(span.end)) {
            (Some(start), Some(end)) => Span { start, end },
            _ => self.whole,
        }
    }
}

/// Where the lines of a text begin, in it and in the file; `None` when the text is not written line by
/// line as it is.
fn lines(text: &str, written: &str, base: u32) -> Option<Vec<(u32, u32)>> {
    let mut lines = Vec::new();
    let address = |offset: usize| base.checked_add(u32::try_from(offset).ok()?);
    if !text.contains('\n')
        && let Some(at) = written.find(text)
    {
        return Some(vec![(0, address(at)?)]);
    }
    let mut from = if written.starts_with(['|', '>']) { written.find('\n')? + 1 } else { 0 };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let rest = written.get(from..)?;
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let found = rest.get(..length)?.trim_end_matches(['\n', '\r']);
        let line_text = line.trim_end_matches(['\n', '\r']);
        let before = if line_text.is_empty() { 0 } else { found.strip_suffix(line_text)?.len() };
        // Nothing but its indentation stands before a line.
        if !found.get(..before)?.trim_start().is_empty() {
            return None;
        }
        lines.push((u32::try_from(start).ok()?, address(from + before)?));
        from += length;
        start += line.len();
    }
    Some(lines)
}
