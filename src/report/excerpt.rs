//! The lines of a text that a finding is about, as miette shows them.

use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::WIDTH;
use crate::{document::Span, text::is_unsafe, verdict::Excerpt};

/// Lines shown before and behind the lines concerned.
const CONTEXT: usize = 1;
/// A second place is shown with the first when it is at most so many lines away.
const NEAR: usize = 12;
/// Longest part of a line that is shown, in characters.
const LINE: usize = WIDTH - 10;

/// Some lines, made safe to print and cut to size, with what is underlined in them.
#[derive(Debug)]
pub(super) struct Shown {
    name: String,
    text: String,
    /// 1-based number of the first line.
    first_line: usize,
    /// 1-based place that the heading names.
    place: (usize, usize),
    pub labels: Vec<LabeledSpan>,
    /// Places that are too far away to be shown: line and what is there.
    pub far: Vec<(usize, String)>,
}

impl Shown {
    /// Cuts the lines out of a text.
    pub fn new(name: String, excerpt: &Excerpt) -> Self {
        let source = &excerpt.source;
        let (start, _) = source.range(excerpt.span);
        let mut marks = vec![(excerpt.span, excerpt.label.clone(), true)];
        let mut far = Vec::new();
        for (span, label) in &excerpt.related {
            let line = source.range(*span).0.line;
            if line.abs_diff(start.line) <= NEAR {
                marks.push((*span, Some(label.clone()), false));
            } else {
                far.push((line, label.clone()));
            }
        }
        let lines = marks.iter().map(|(span, ..)| source.range(*span).0.line);
        let first_line = lines.clone().min().unwrap_or(1).saturating_sub(CONTEXT).max(1);
        let last_line = (lines.max().unwrap_or(1) + CONTEXT).min(source.line_count());
        let mut shown =
            Self { name, text: String::new(), first_line, place: (start.line, start.column), labels: Vec::new(), far };
        for line in first_line..=last_line {
            let on_line: Vec<_> = marks
                .iter()
                .filter_map(|(span, label, primary)| {
                    columns(excerpt, *span, line).map(|columns| (columns, label.clone(), *primary))
                })
                .collect();
            shown.push_line(source.line(line), on_line);
        }
        // A file that ends with a line feed has an empty last line, which says nothing.
        while shown.text.ends_with("\n\n") {
            shown.text.pop();
        }
        shown
    }

    /// Adds a line with what is underlined in it, in 0-based columns.
    fn push_line(&mut self, line: &str, marks: Vec<(Range<usize>, Option<String>, bool)>) {
        let chars: Vec<char> = line.trim_start_matches('\u{feff}').chars().collect();
        let focus = marks.iter().map(|(columns, ..)| columns.clone()).next().unwrap_or(0..0);
        let from = window(chars.len(), &focus);
        let to = (from + LINE).min(chars.len());
        if from > 0 {
            self.text.push('…');
        }
        let mut offsets = Vec::with_capacity(to - from + 1);
        for c in chars.get(from..to).unwrap_or_default() {
            offsets.push(self.text.len());
            // A tab stays one: miette draws it, and what is underlined stays aligned.
            if is_unsafe(*c) && *c != '\t' { self.text.extend(c.escape_default()) } else { self.text.push(*c) }
        }
        offsets.push(self.text.len());
        if to < chars.len() {
            self.text.push('…');
        }
        let at = |column: usize| {
            let index = column.clamp(from, to) - from;
            offsets.get(index).copied().unwrap_or(self.text.len())
        };
        for (columns, label, primary) in marks {
            let (start, end) = (at(columns.start), at(columns.end));
            let span = (start, end.saturating_sub(start));
            self.labels.push(if primary {
                LabeledSpan::new_primary_with_span(label, span)
            } else {
                LabeledSpan::new_with_span(label, span)
            });
        }
        self.text.push('\n');
    }
}

/// The 0-based columns of a span on the line where it begins; at least one column wide.
fn columns(excerpt: &Excerpt, span: Span, line: usize) -> Option<Range<usize>> {
    let (start, end) = excerpt.source.range(span);
    if start.line != line {
        return None;
    }
    let from = start.column.saturating_sub(1);
    let to = if end.line == line { end.column.saturating_sub(1) } else { excerpt.source.line(line).chars().count() };
    Some(from..to.max(from + 1))
}

/// First character shown of a line so that what is underlined can be seen.
fn window(length: usize, focus: &Range<usize>) -> usize {
    if length <= LINE || focus.end <= LINE {
        0
    } else {
        let width = focus.len().min(LINE / 2);
        (focus.start + width).saturating_sub(LINE * 3 / 4).min(length.saturating_sub(LINE / 2))
    }
}

impl SourceCode for Shown {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Without context miette asks for the place in the heading.
        if (context_lines_before, context_lines_after) == (0, 0) {
            let bytes = self.text.get(span.offset()..span.offset() + span.len()).unwrap_or_default().as_bytes();
            return Ok(Box::new(MietteSpanContents::new_named(
                self.name.clone(),
                bytes,
                *span,
                self.place.0.saturating_sub(1),
                self.place.1.saturating_sub(1),
                1,
            )));
        }
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            (0, self.text.len()).into(),
            self.first_line.saturating_sub(1),
            0,
            self.text.lines().count(),
        )))
    }
}
