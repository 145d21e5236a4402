//! A file as rules see it, and the places in it.

use std::sync::Arc;

use crate::{
    document::{Document, Located, Node, Part, Role, Route, Source, Span, Unit, Violation},
    git::RepoPath,
    gitops::kustomize::{NAMES, build::Sources},
    verdict::{Excerpt, Finding, OldPlace, Place},
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
    /// Its documents; none where it is not declarative.
    pub documents: Arc<[Document]>,
    /// How it was built, where kustomize made an object of several files.
    pub built: Option<Construction>,
}

/// How an object was built by kustomize.
#[derive(Clone, Debug)]
pub struct Construction {
    /// The folder of the kustomization that is applied.
    pub folder: String,
    /// The files that its values are from.
    pub sources: Arc<Sources>,
}

/// Where a value really stands.
struct Standing<'a> {
    path: Option<&'a str>,
    source: &'a Arc<Source>,
    /// The value.
    value: Span,
    /// Its key, where that stands in the same file.
    key: Option<Span>,
}

impl FileText {
    /// The document with this number, as a unit.
    #[must_use]
    pub fn whole(&self, document: usize) -> Option<Unit<'_>> {
        let found = self.documents.iter().find(|one| one.index == document)?;
        let (route, node) = (Route::default(), &found.root);
        Some(Unit { document, route, node, identity: None, unstated: false, role: Role::Judged })
    }

    /// The place of a route below a unit: the entry's key and value together where they stand on
    /// one line, the key alone where the value goes on for more; the nearest ancestor where the
    /// route leads nowhere.
    #[must_use]
    pub fn place(&self, unit: &Unit<'_>, route: &Route) -> Place {
        let located = route.locate(unit.node);
        let standing = self.standing(&located);
        let mut full = unit.route.clone();
        let length = if located.exact { route.0.len() } else { reached(unit.node, route) };
        full.0.extend(route.0.iter().take(length).cloned());
        let here = standing.path.is_none_or(|path| self.path.as_bytes() == path.as_bytes());
        Place {
            path: standing.path.map_or_else(|| self.path.clone(), RepoPath::new),
            document: here.then_some(unit.document),
            route: here.then_some(full),
            excerpt: Some(Excerpt {
                source: standing.source.clone(),
                span: shown_span(&standing),
                label: None,
                related: Vec::new(),
            }),
        }
    }

    /// The path that says who applies it: that of the outermost kustomization where it was built by one.
    #[must_use]
    pub fn applied_at(&self) -> String {
        match &self.built {
            Some(built) if built.folder.is_empty() => NAMES[0].to_owned(),
            Some(built) => format!("{}/{}", built.folder, NAMES[0]),
            None => self.path.to_text(),
        }
    }

    /// Where a value stands: in the file itself, or in the one that it came from.
    fn standing<'a>(&'a self, located: &Located<'_>) -> Standing<'a> {
        let value = located.node.span;
        let key = located.entry.map(|entry| entry.key_span);
        let Some(built) = &self.built else { return Standing { path: None, source: &self.source, value, key } };
        let found = |span| built.sources.locate(span);
        match found(value) {
            Some((file, value)) => {
                let key = key.and_then(found).filter(|(other, _)| other.path == file.path).map(|(_, span)| span);
                Standing { path: Some(&file.path), source: &file.source, value, key }
            }
            None => Standing { path: None, source: &self.source, value: Span::default(), key: None },
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
                (span.unwrap_or_else(|| shown_span(&self.standing(&route.locate(unit.node)))), label)
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
                    Some(if beside { first_line(&self.source, value) } else { entry.key_span })
                }
            }
            (Part::Value, None) => Some(first_line(&self.source, value)),
        }
    }

    /// The place of a route below a unit of the old side.
    #[must_use]
    pub fn old_place(&self, unit: &Unit<'_>, route: &Route) -> OldPlace {
        let standing = self.standing(&route.locate(unit.node));
        let line = standing.source.position(shown_span(&standing).start as usize).line;
        OldPlace { path: standing.path.map_or_else(|| self.path.clone(), RepoPath::new), line }
    }

    /// 1-based line where a route below a unit begins.
    #[must_use]
    pub fn line(&self, unit: &Unit<'_>, route: &Route) -> usize {
        let standing = self.standing(&route.locate(unit.node));
        standing.source.position(shown_span(&standing).start as usize).line
    }
}

fn shown_span(standing: &Standing<'_>) -> Span {
    let Standing { source, value, key, .. } = *standing;
    match key {
        // An aliased value stands elsewhere, perhaps before its key.
        Some(key) if value.start >= key.end => {
            let whole = Span { start: key.start, end: value.end };
            let (start, end) = source.range(whole);
            if start.line == end.line { whole } else { key }
        }
        Some(_) => value,
        None => {
            let (start, end) = source.range(value);
            if start.line == end.line { value } else { first_line(source, value) }
        }
    }
}

/// A span cut at the end of its first line.
fn first_line(source: &Source, span: Span) -> Span {
    let rest = source.text().get(span.start as usize..span.end as usize).unwrap_or_default();
    let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
    Span::new(span.start as usize, span.start as usize + length)
}

/// How many steps of a route can be followed.
fn reached(root: &Node, route: &Route) -> usize {
    (0..=route.0.len())
        .rev()
        .find(|length| Route(route.0.iter().take(*length).cloned().collect()).locate(root).exact)
        .unwrap_or(0)
}
