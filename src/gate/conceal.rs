//! What must not be shown, wherever it comes up.
//!
//! A rule that finds secrets says where they are. Whatever any rule says of the same file is shown
//! without them: in excerpts, messages, labels and help. What may be a secret by where it stands is
//! hidden whether anybody looked for secrets or not.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    document::{Source, Span},
    git::RepoPath,
    secret,
    verdict::{Excerpt, Finding},
};

/// Texts shorter than this are not looked for in messages: they stand in many words.
const SHORTEST: usize = 6;
/// The same for those that are nothing but letters.
const LONG_WORD: usize = 16;
/// Most texts looked for in the messages about one file.
const MOST: usize = 200;
/// What stands for a secret in a message.
const MASK: &str = "•••";

/// What rules found in files that must not be shown.
#[derive(Default)]
pub(super) struct Hidden(BTreeMap<RepoPath, Vec<(Arc<Source>, Span)>>);

/// A text as it may be shown, and what was taken out of it.
struct Shown {
    clear: Arc<Source>,
    /// The same text where nothing is hidden.
    masked: Arc<Source>,
    secrets: Vec<String>,
}

impl Hidden {
    /// Adds what must not be shown of a file.
    pub fn add(&mut self, path: &RepoPath, spans: Vec<(Arc<Source>, Span)>) {
        if !spans.is_empty() {
            self.0.entry(path.clone()).or_default().extend(spans);
        }
    }

    /// Makes what is hidden unreadable in all findings, whichever rule they are of.
    pub fn conceal(&self, findings: &mut [Finding]) {
        // Texts are masked once, however many findings show them.
        let mut shown: BTreeMap<RepoPath, Shown> = BTreeMap::new();
        for finding in findings {
            let Some(place) = &mut finding.place else { continue };
            if let Some(excerpt) = &mut place.excerpt {
                if shown.get(&place.path).is_none_or(|shown| !Arc::ptr_eq(&shown.clear, &excerpt.source)) {
                    shown.insert(place.path.clone(), self.shown(&place.path, &excerpt.source));
                }
                if let Some(shown) = shown.get(&place.path).filter(|shown| !Arc::ptr_eq(&shown.clear, &shown.masked)) {
                    mask_excerpt(excerpt, &shown.masked);
                    let labels = excerpt.label.iter_mut().chain(excerpt.related.iter_mut().map(|(_, label)| label));
                    for text in labels.chain([&mut finding.message]) {
                        shown.secrets.iter().for_each(|secret| mask_word(text, secret));
                    }
                }
                // What was there before can come up as well, and is in no text that is looked at here.
                excerpt.label.iter_mut().for_each(mask_text);
            }
            mask_text(&mut finding.message);
        }
    }

    fn shown(&self, path: &RepoPath, source: &Arc<Source>) -> Shown {
        let text = source.text();
        let mut spans = secret::veiled(&path.to_text(), text);
        // Of the side that a rule has looked at, what it found; of the other, what tells itself.
        let found = self.0.get(path).into_iter().flatten().filter(|(of, _)| Arc::ptr_eq(of, source));
        spans.extend(found.map(|(_, span)| *span));
        spans.extend(secret::in_text(text).iter().map(|found| found.span));
        let slice = |span: &Span| text.get(span.start as usize..span.end as usize);
        let bare = |text: &str| text.trim_matches(['"', '\'', '{', '}', '[', ']', ',', ' ']).to_owned();
        // A word that anybody may write is looked for in vain, and found in other places.
        let long = |text: &String| {
            let letters = text.chars().all(char::is_alphabetic);
            text.chars().count() >= if letters { LONG_WORD } else { SHORTEST }
        };
        let mut secrets: Vec<String> = spans.iter().filter_map(slice).map(bare).filter(long).collect();
        // The longest first: one may be part of another.
        secrets.sort_by(|a, b| (b.len(), a).cmp(&(a.len(), b)));
        secrets.dedup();
        secrets.truncate(MOST);
        let masked =
            if spans.is_empty() { source.clone() } else { Arc::new(Source::new(secret::masked(text, &spans))) };
        Shown { clear: source.clone(), masked, secrets }
    }
}

/// Masks a text where it stands as a word of its own.
fn mask_word(text: &mut String, secret: &str) {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(secret)).map(|at| at + from) {
        let end = at + secret.len();
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let behind = text.get(end..).and_then(|text| text.chars().next());
        if before.is_some_and(is_word) || behind.is_some_and(is_word) {
            from = end;
        } else {
            text.replace_range(at..end, MASK);
            from = at + MASK.len();
        }
    }
}

/// Masks what tells itself to be a secret.
fn mask_text(text: &mut String) {
    let spans: Vec<Span> = secret::in_text(text).iter().map(|found| found.span).collect();
    if !spans.is_empty() {
        *text = secret::masked(text, &spans);
    }
}

fn mask_excerpt(excerpt: &mut Excerpt, masked: &Arc<Source>) {
    let clear = excerpt.source.clone();
    // Every character is still one character, so lines and columns are the same.
    let moved = |span: Span| {
        let offset = |at: u32| {
            let position = clear.position(at as usize);
            masked.offset(position.line, position.column)
        };
        Span::new(offset(span.start), offset(span.end))
    };
    excerpt.span = moved(excerpt.span);
    for (span, _) in &mut excerpt.related {
        *span = moved(*span);
    }
    excerpt.source = masked.clone();
}
