//! Mappings while they are read: keys found again, and how that is told.

use std::collections::HashMap;

use crate::document::{Entry, Problem, ProblemKind, Span};

/// Up to this many keys are searched one by one; more are hashed.
const FEW: usize = 12;

/// So many repeated keys are told one by one; nobody reads more, and each costs memory.
const MOST_TOLD: usize = 1_000;

/// A mapping in the order of its text.
#[derive(Default)]
pub(super) struct MappingBuilder {
    entries: Vec<Entry>,
    /// For every entry, where its key was first written in this very mapping; `None` for one that
    /// was only merged in.
    first: Vec<Option<Span>>,
    /// Places of the keys in `entries`, once there are more than [`FEW`]. Never iterated.
    places: HashMap<String, usize>,
}

impl MappingBuilder {
    pub(super) fn with_capacity(entries: usize) -> Self {
        Self { entries: Vec::with_capacity(entries), first: Vec::with_capacity(entries), places: HashMap::new() }
    }

    /// Adds an entry that is written here, in place of one with the same key. Returns the key
    /// and where it was written first, if it was.
    pub(super) fn write(&mut self, entry: Entry) -> Option<(&str, Span)> {
        let span = entry.key_span;
        let place = self.put(entry);
        let first = self.first.get_mut(place)?;
        if let Some(first) = first {
            return self.entries.get(place).map(|entry| (entry.key.as_str(), *first));
        }
        *first = Some(span);
        None
    }

    /// Adds an entry that comes from another mapping, in place of one with the same key.
    pub(super) fn merge(&mut self, entry: Entry) {
        self.put(entry);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn finish(mut self) -> Vec<Entry> {
        // There are many small ones, and they are kept until everything is judged.
        self.entries.shrink_to_fit();
        self.entries
    }

    fn put(&mut self, entry: Entry) -> usize {
        let known = if self.entries.len() <= FEW {
            self.entries.iter().position(|other| other.key == entry.key)
        } else {
            if self.places.is_empty() {
                self.places = self.entries.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect();
            }
            self.places.get(&entry.key).copied()
        };
        let place = known.unwrap_or(self.entries.len());
        if let Some(other) = self.entries.get_mut(place) {
            *other = entry;
        } else {
            if !self.places.is_empty() {
                self.places.insert(entry.key.clone(), place);
            }
            self.entries.push(entry);
            self.first.push(None);
        }
        place
    }
}

/// The problems of a text while it is read.
#[derive(Default)]
pub(super) struct Problems {
    pub(super) found: Vec<Problem>,
    repeated: usize,
}

impl Problems {
    /// Notes that `key` at `again` was already written at `first`.
    pub(super) fn repeated_key(&mut self, key: &str, again: Span, first: Span) {
        self.repeated += 1;
        if self.repeated <= MOST_TOLD {
            self.found.push(Problem {
                kind: ProblemKind::DuplicateKey,
                message: format!("key `{}` is written twice in one mapping", shown(key)),
                span: again,
                label: Some("written again here".to_owned()),
                related: Some((first, "first written here".to_owned())),
                help: Some(
                    "remove one of them: some readers refuse it, and others disagree on which one counts".to_owned(),
                ),
            });
        } else if self.repeated == MOST_TOLD + 1 {
            self.found.push(limit(format!("more than {MOST_TOLD} keys are written twice"), again, None));
        }
    }
}

/// What is not well-formed; an empty help is none.
pub(super) fn syntax(message: impl Into<String>, span: Span, help: &str) -> Problem {
    Problem {
        kind: ProblemKind::Syntax,
        message: message.into(),
        span,
        label: None,
        related: None,
        help: (!help.is_empty()).then(|| help.to_owned()),
    }
}

/// A limit that was passed.
pub(super) fn limit(message: String, span: Span, help: Option<&str>) -> Problem {
    Problem { kind: ProblemKind::Limit, message, span, label: None, related: None, help: help.map(ToOwned::to_owned) }
}

/// The limit on nesting, passed at `at`.
pub(super) fn too_deep(depth: usize, at: Span) -> Problem {
    limit(format!("lists and mappings are nested deeper than {depth} levels (`limits.depth`)"), at, None)
}

/// The limit on values in one file, passed at `at`.
pub(super) fn too_many(nodes: usize, at: Span) -> Problem {
    limit(format!("the file holds more than {nodes} keys and values (`limits.nodes`)"), at, Some("split the file"))
}

/// The start of a text from the file, short enough for a message and without line breaks.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text.chars().take(LONGEST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::document::{Node, Value};

    fn entry(key: &str, at: usize) -> Entry {
        let span = Span::new(at, at + 1);
        Entry { key: key.to_owned(), key_span: span, value: Node { value: Value::String(at.to_string()), span } }
    }

    #[test]
    fn the_last_of_a_repeated_key_counts_at_the_place_of_the_first() {
        // Also past the number of keys that are searched one by one.
        for others in [1, FEW - 1, FEW, FEW + 1, 100] {
            let mut mapping = MappingBuilder::default();
            for at in 0..others {
                assert_eq!(mapping.write(entry(&format!("k{at}"), at)), None);
            }
            for at in [500, 501] {
                assert_eq!(mapping.write(entry("k0", at)), Some(("k0", Span::new(0, 1))), "{others}");
            }
            assert_eq!(mapping.write(entry("new", 502)), None);
            assert_eq!(mapping.write(entry("new", 503)), Some(("new", Span::new(502, 503))), "{others}");
            let entries = mapping.finish();
            assert_eq!(entries.len(), others + 1);
            assert_eq!((entries[0].key.as_str(), entries[0].value.as_str()), ("k0", Some("501")));
        }
    }

    #[test]
    fn a_merged_key_may_be_written_once() {
        let mut mapping = MappingBuilder::default();
        mapping.merge(entry("a", 1));
        assert_eq!(mapping.write(entry("a", 2)), None);
        assert_eq!(mapping.write(entry("a", 3)), Some(("a", Span::new(2, 3))));
        assert_eq!(mapping.finish()[0].value.as_str(), Some("3"));
    }

    #[test]
    fn repeated_keys_are_told_up_to_a_limit() {
        let mut problems = Problems::default();
        for at in 0..MOST_TOLD + 10 {
            problems.repeated_key("a", Span::new(at, at), Span::default());
        }
        assert_eq!(problems.found.len(), MOST_TOLD + 1);
        assert_eq!(problems.found.last().unwrap().kind, ProblemKind::Limit);
    }

    #[test]
    fn long_and_wild_texts_are_shown_short() {
        assert_eq!(shown("a\nb\u{1b}"), "a\u{fffd}b\u{fffd}");
        assert_eq!(shown(&"x".repeat(100)), format!("{}…", "x".repeat(60)));
    }
}
