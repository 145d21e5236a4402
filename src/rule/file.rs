//! A file as rules see it, and the places in it.

use std::sync::Arc;

use crate::{
    document::{Located, Node, Part, Route, Source, Span, Unit, Violation},
    git::RepoPath,
    verdict::{Excerpt, Finding, Place},
};

/// A file whose documents are judged.
#[derive(Clone, Debug)]
pub struct FileText {
    /// Its path.
    pub path: RepoPath,
    /// Its text.
    pub source: Arc<Source>,
    /// Name of its format; `text` where it is not declarative.
    pub format: &'static str,
    /// Whether it is a template of a Helm chart, which says what it says only when it is rendered.
    pub template: bool,
}

impl FileText {
    /// The place of a route below a unit: the entry's key and value together where they stand on
    /// one line, the key alone where the value goes on for more; the nearest ancestor where the
    /// route leads nowhere.
    #[must_use]
    pub fn place(&self, unit: &Unit<'_>, route: &Route) -> Place {
        let located = route.locate(unit.node);
        let mut full = unit.route.clone();
        let length = if located.exact { route.0.len() } else { reached(unit.node, route) };
        full.0.extend(route.0.iter().take(length).cloned());
        Place {
            path: self.path.clone(),
            document: Some(unit.document),
            route: Some(full),
            excerpt: Some(Excerpt {
                source: self.source.clone(),
                span: self.shown_span(&located),
                label: None,
                related: Vec::new(),
            }),
        }
    }

    /// A finding of a rule for what is wrong with a value of a unit.
    #[must_use]
    pub fn finding(&self, rule: &str, unit: &Unit<'_>, violation: Violation) -> Finding {
        let mut place = self.place(unit, &violation.route);
        if let Some(excerpt) = &mut place.excerpt {
            excerpt.span = self.part_span(unit, &violation.route, violation.part).unwrap_or(excerpt.span);
            let words = violation.words.as_deref();
            excerpt.span = words.and_then(|words| self.words_in(unit, &violation.route, words)).unwrap_or(excerpt.span);
            excerpt.label = violation.label;
            let related = violation.related.map(|(route, label)| {
                let span = self.part_span(unit, &route, Part::Value);
                (span.unwrap_or_else(|| self.shown_span(&route.locate(unit.node))), label)
            });
            excerpt.related = related.into_iter().collect();
        }
        let mut finding = Finding::new(rule, violation.message).at(place);
        finding.help = violation.help;
        finding.resource.clone_from(&unit.identity);
        finding
    }

    /// Where words stand in a value; `None` where they are written otherwise.
    fn words_in(&self, unit: &Unit<'_>, route: &Route, words: &str) -> Option<Span> {
        let located = route.locate(unit.node);
        let value = located.node.span;
        let text = self.source.text().get(value.start as usize..value.end as usize).filter(|_| located.exact)?;
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let whole = |at: &usize| {
            let before = text.get(..*at).unwrap_or_default().chars().next_back();
            let after = text.get(at + words.len()..).unwrap_or_default().chars().next();
            !before.is_some_and(|c| is_word(c) || c == '.') && !after.is_some_and(is_word)
        };
        let at = text.match_indices(words).map(|(at, _)| at).find(whole)? + value.start as usize;
        Some(Span::new(at, at + words.len()))
    }

    /// The key or the value at a route, as far as it stands on its first line; `None` where the
    /// route leads nowhere, or the value is written elsewhere.
    fn part_span(&self, unit: &Unit<'_>, route: &Route, part: Part) -> Option<Span> {
        let located = route.locate(unit.node);
        let value = located.node.span;
        match (part, located.entry) {
            _ if !located.exact => None,
            (Part::Key, Some(entry)) => Some(entry.key_span),
            (Part::Key, None) => None,
            // A collection that begins on a line of its own is shown by its key.
            (Part::Value, Some(entry)) => {
                let (start, end) = self.source.range(value);
                let beside = value.start >= entry.key_span.end
                    && self.source.position(entry.key_span.end as usize).line == start.line;
                if start.line == end.line {
                    Some(value)
                } else {
                    Some(if beside { self.first_line(value) } else { entry.key_span })
                }
            }
            (Part::Value, None) => Some(self.first_line(value)),
        }
    }

    /// 1-based line where a route below a unit begins.
    #[must_use]
    pub fn line(&self, unit: &Unit<'_>, route: &Route) -> usize {
        let located = route.locate(unit.node);
        self.source.position(self.shown_span(&located).start as usize).line
    }

    fn shown_span(&self, located: &Located<'_>) -> Span {
        let value = located.node.span;
        match located.entry {
            // An aliased value stands elsewhere, perhaps before its key.
            Some(entry) if value.start >= entry.key_span.end => {
                let whole = Span { start: entry.key_span.start, end: value.end };
                let (start, end) = self.source.range(whole);
                if start.line == end.line { whole } else { entry.key_span }
            }
            Some(_) => value,
            None => {
                let (start, end) = self.source.range(value);
                if start.line == end.line { value } else { self.first_line(value) }
            }
        }
    }

    /// A span cut at the end of its first line.
    fn first_line(&self, span: Span) -> Span {
        let rest = self.source.text().get(span.start as usize..span.end as usize).unwrap_or_default();
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        Span::new(span.start as usize, span.start as usize + length)
    }
}

/// How many steps of a route can be followed.
fn reached(root: &Node, route: &Route) -> usize {
    (0..=route.0.len())
        .rev()
        .find(|length| Route(route.0.iter().take(*length).cloned().collect()).locate(root).exact)
        .unwrap_or(0)
}
