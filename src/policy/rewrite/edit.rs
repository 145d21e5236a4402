//! Changes of a text that keep its lines, and the way back from the changed text to the original.

use super::tree::Span;

/// Changes to make; none may overlap another.
#[derive(Debug, Default)]
pub(super) struct Edits {
    edits: Vec<Edit>,
}

#[derive(Clone, Debug)]
struct Edit {
    span: Span,
    text: String,
}

impl Edits {
    pub(super) fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Puts text before what is at an offset, behind what was put there before.
    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(Span { start: at, end: at }, text);
    }

    pub(super) fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.edits.push(Edit { span, text: text.into() });
    }

    /// Takes out a part of the text, with its changes: what it would have become.
    pub(super) fn cut(&mut self, text: &str, span: Span, instead: impl Into<String>) -> String {
        let inside = |edit: &Edit| edit.span.start >= span.start && edit.span.end <= span.end;
        let mut within: Vec<Edit> = self.edits.iter().filter(|edit| inside(edit)).cloned().collect();
        self.edits.retain(|edit| !inside(edit));
        within.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let (changed, _) = applied(text, &within, span);
        self.replace(span, instead);
        changed
    }

    /// The changed text, and the way back.
    pub(super) fn apply(mut self, text: &str) -> (String, Map) {
        // What is put in comes before what is replaced at the same place.
        self.edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        applied(text, &self.edits, Span { start: 0, end: text.len() })
    }
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

fn applied(text: &str, edits: &[Edit], span: Span) -> (String, Map) {
    let mut changed = String::with_capacity(span.end - span.start + 64);
    let mut map = Map::default();
    let mut at = span.start;
    for edit in edits {
        changed.push_str(text.get(at..edit.span.start).unwrap_or(""));
        let start = changed.len();
        changed.push_str(&edit.text);
        let before = lines(text.get(edit.span.start..edit.span.end).unwrap_or(""));
        changed.extend(std::iter::repeat_n('\n', before.saturating_sub(lines(&edit.text))));
        map.changes.push(Change { start, end: changed.len(), original: edit.span });
        at = edit.span.end;
    }
    changed.push_str(text.get(at..span.end).unwrap_or(""));
    (changed, map)
}

/// Leads from places in a changed text to the original.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    changes: Vec<Change>,
}

#[derive(Clone, Debug)]
struct Change {
    /// In the changed text.
    start: usize,
    end: usize,
    original: Span,
}

impl Map {
    /// The offset in the original text; of what was put in, that of what it stands for.
    pub(super) fn original(&self, offset: usize) -> usize {
        let count = self.changes.partition_point(|change| change.start <= offset);
        // Several changes may begin at one place: the last that is not empty counts.
        let Some(change) = count.checked_sub(1).and_then(|last| self.changes.get(last)) else { return offset };
        if offset < change.end { change.original.start } else { change.original.end + (offset - change.end) }
    }

    /// The offset in the original text of the end of a range.
    pub(super) fn original_end(&self, offset: usize) -> usize {
        let count = self.changes.partition_point(|change| change.start < offset);
        let Some(change) = count.checked_sub(1).and_then(|last| self.changes.get(last)) else { return offset };
        if offset <= change.end { change.original.end } else { change.original.end + (offset - change.end) }
    }
}
