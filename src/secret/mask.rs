//! Texts without the secrets in them, and secrets without their text.

use sha2::{Digest, Sha256};

use crate::document::Span;

/// SHA-256 of a secret.
pub type Fingerprint = [u8; 32];

/// What a character of a secret is replaced by.
const MASK: char = '•';

/// Tells whether two secrets are the same without holding either. Never to be shown or stored:
/// a short password can be guessed from it.
#[must_use]
pub fn fingerprint(secret: &str) -> Fingerprint {
    Sha256::digest(secret.as_bytes()).into()
}

/// The text with every character in the spans replaced by `•`. Line endings and the spaces that a
/// line begins with stay, so lines and columns are those of the text; offsets of bytes are not:
/// see [`span_in_masked`]. Spans may overlap and come in any order.
#[must_use]
pub fn masked(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in joined(text, spans) {
        out.push_str(text.get(at..start).unwrap_or_default());
        let mut indented = false;
        for c in text.get(start..end).unwrap_or_default().chars() {
            indented = matches!(c, '\n' | '\r') || (indented && matches!(c, ' ' | '\t'));
            out.push(if indented { c } else { MASK });
        }
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Where a span of the text lies in what [`masked`] makes of it with these spans.
#[must_use]
pub fn span_in_masked(text: &str, spans: &[Span], span: Span) -> Span {
    // What is before an offset is masked the same, whatever follows.
    let moved = |offset: u32| masked(text.get(..floor(text, offset)).unwrap_or_default(), spans).len();
    Span::new(moved(span.start), moved(span.end))
}

/// The spans as ranges of whole characters of the text, in order, those that touch joined.
fn joined(text: &str, spans: &[Span]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<_> = spans.iter().map(|span| (floor(text, span.start), floor(text, span.end))).collect();
    ranges.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            Some(_) | None => joined.push((start, end)),
        }
    }
    joined
}

/// The offset, or the nearest one before it that a character begins at.
fn floor(text: &str, offset: u32) -> usize {
    let mut at = usize::try_from(offset).unwrap_or(usize::MAX).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Source;

    fn at(text: &str, part: &str) -> Span {
        let start = text.find(part).unwrap();
        Span::new(start, start + part.len())
    }

    #[test]
    fn characters_are_replaced_one_by_one() {
        let text = "a: hünter2 # ok";
        assert_eq!(masked(text, &[at(text, "hünter2")]), "a: ••••••• # ok");
        assert_eq!(masked(text, &[]), text);
        assert_eq!(masked(text, &[at(text, "hünt"), at(text, "ter2"), at(text, "n")]), "a: ••••••• # ok");
    }

    #[test]
    fn lines_and_their_indentation_stay() {
        let text = "key: |\n  one two\r\n  three\nend";
        assert_eq!(masked(text, &[at(text, "|\n  one two\r\n  three")]), "key: •\n  •••••••\r\n  •••••\nend");
    }

    #[test]
    fn spans_of_another_text_do_no_harm() {
        assert_eq!(masked("ä", &[Span::new(1, 9)]), "•");
        assert_eq!(masked("ab", &[Span::new(7, 9)]), "ab");
        assert_eq!(masked("", &[Span::new(0, 9)]), "");
    }

    #[test]
    fn places_can_be_found_again() {
        let text = "a: hünter2\nb: other # x\n";
        let spans = [at(text, "hünter2"), at(text, "other")];
        let masked = masked(text, &spans);
        let (before, after) = (Source::new(text.to_owned()), Source::new(masked.clone()));
        for part in ["a", "hünter2", "b", "other", "# x"] {
            let span = at(text, part);
            let moved = span_in_masked(text, &spans, span);
            assert_eq!(before.range(span), after.range(moved), "{part}");
            assert_eq!(
                masked.get(moved.start as usize..moved.end as usize).unwrap().chars().count(),
                part.chars().count()
            );
        }
    }

    #[test]
    fn fingerprints_tell_secrets_apart() {
        assert_eq!(fingerprint("a"), fingerprint("a"));
        assert_ne!(fingerprint("a"), fingerprint("b"));
    }
}
