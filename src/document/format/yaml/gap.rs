//! What stands between two nodes: the parser reports nodes, and for some not where they begin.
//!
//! It places a block scalar at its first character of content, an empty value anywhere up to the
//! next token, and a list that is not indented behind its first dash. These functions walk over the
//! text between two nodes, in which only indicators, properties, blanks and comments can stand.

use super::lenient;
use crate::document::Span;

/// A walk over the text between two nodes.
struct Gap<'t> {
    text: &'t str,
    at: usize,
}

/// What a walk comes across.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// `-` of a list.
    Dash,
    /// `:` of a value.
    Colon,
    /// `|` or `>`.
    BlockScalar,
    /// `?`, `,`, an anchor, a tag.
    Other,
}

impl Iterator for Gap<'_> {
    /// What it is, where it starts and where it ends.
    type Item = (Mark, usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let start = self.at;
            let length_until = |stop: &dyn Fn(&u8) -> bool| rest.iter().position(stop).unwrap_or(rest.len());
            let (mark, length) = match rest.first()? {
                b' ' | b'\t' | b'\r' | b'\n' => {
                    self.at += 1;
                    continue;
                }
                0xef if rest.starts_with("\u{feff}".as_bytes()) => {
                    self.at += 3;
                    continue;
                }
                b'#' => {
                    self.at += length_until(&|byte| matches!(byte, b'\r' | b'\n'));
                    continue;
                }
                b'-' => (Mark::Dash, 1),
                b':' => (Mark::Colon, 1),
                b'|' | b'>' => (Mark::BlockScalar, 1),
                b'?' | b',' => (Mark::Other, 1),
                b'&' => (Mark::Other, length_until(&|byte| is_end(*byte) || matches!(byte, b',' | b']' | b'}'))),
                b'!' if rest.starts_with(b"!<") => (Mark::Other, length_until(&|byte| *byte == b'>') + 1),
                b'!' => (Mark::Other, length_until(&|byte| is_end(*byte) || matches!(byte, b',' | b']' | b'}'))),
                _ => return None,
            };
            self.at += length;
            return Some((mark, start, start + length));
        }
    }
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Where the first dash behind `from` stands.
pub(super) fn dash(text: &str, from: usize) -> Option<usize> {
    Gap { text, at: from }.find(|(mark, ..)| *mark == Mark::Dash).map(|(_, start, _)| start)
}

/// The place right behind the dash that an empty item behind `from` is.
pub(super) fn behind_dash(text: &str, from: usize) -> Option<usize> {
    Gap { text, at: from }.find(|(mark, ..)| *mark == Mark::Dash).map(|(.., end)| end)
}

/// The place right behind the colon that follows the key which ends at `from`; `None` for a key
/// without one.
pub(super) fn behind_colon(text: &str, from: usize) -> Option<usize> {
    Gap { text, at: from }.next().filter(|(mark, ..)| *mark == Mark::Colon).map(|(.., end)| end)
}

/// Where the bracket stands that opens the first node behind `from`; `None` where another begins.
pub(super) fn bracket(text: &str, from: usize) -> Option<usize> {
    let mut gap = Gap { text, at: from };
    gap.by_ref().for_each(drop);
    let begins = text.as_bytes().get(gap.at)?;
    matches!(begins, b'[' | b'{').then_some(gap.at)
}

/// The quoted text behind `from` that ends at `end`, blanks aside. Between `from` and it there may be whole nodes.
pub(super) fn quoted(text: &str, mut from: usize, end: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let ends_word = |byte: &u8| is_end(*byte) || matches!(byte, b'[' | b'{' | b',');
    while from < end {
        let mut gap = Gap { text, at: from };
        gap.by_ref().for_each(drop);
        let start = gap.at;
        from = match *bytes.get(start)? {
            quote @ (b'"' | b'\'') => {
                let close = lenient::quote_end(bytes, start, quote)? + 1;
                if text.get(close..end)?.trim_matches([' ', '\t']).is_empty() {
                    return Some(Span::new(start, close));
                }
                close
            }
            _ => start + bytes.get(start..)?.iter().position(ends_word)?.max(1),
        };
    }
    None
}

/// Start and end of a block scalar that is the first node behind `from`, the parser placing its
/// content up to `end`: from its `|` or `>` to its last character that is no blank line.
pub(super) fn block_scalar(text: &str, from: usize, end: usize) -> Option<(usize, usize)> {
    let (_, start, indicator) = Gap { text, at: from }.find(|(mark, ..)| *mark == Mark::BlockScalar)?;
    let bytes = text.as_bytes();
    let is_modifier = |byte: &u8| matches!(byte, b'+' | b'-' | b'0'..=b'9');
    let header = indicator + bytes.get(indicator..)?.iter().take_while(|byte| is_modifier(byte)).count();
    let mut last = end;
    while let Some(content) = text.get(header..last) {
        // Blanks at the end of a line are content; a line of blanks is none.
        let line = content.trim_end_matches([' ', '\t']);
        if !line.ends_with(['\r', '\n']) {
            let is_comment_of_header = !content.contains(['\r', '\n']);
            return Some((start, if is_comment_of_header { header } else { last }));
        }
        last = header + line.trim_end_matches(['\r', '\n']).len();
    }
    Some((start, header))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn dashes_are_found_behind_comments_and_properties() {
        assert_eq!(dash("a: # - no\n- 1", 1), Some(10));
        assert_eq!(dash("a: &x-y !t-u\n- 1", 1), Some(13));
        assert_eq!(dash("a: !<x - y>\n- 1", 1), Some(12));
        assert_eq!(dash("a: b - 1", 1), None);
        assert_eq!(behind_dash("- 1\n-  # x\n", 3), Some(5));
    }

    #[test]
    fn colons_are_found_only_next_to_the_key() {
        assert_eq!(behind_colon("a: b", 1), Some(2));
        assert_eq!(behind_colon("a   : b", 1), Some(5));
        assert_eq!(behind_colon("? a # x\n: b", 3), Some(9));
        assert_eq!(behind_colon("{a, b: c}", 2), None);
    }

    #[test]
    fn brackets_are_found_as_the_next_node() {
        assert_eq!(bracket("a: # [\n  &x !t [", 1), Some(15));
        assert_eq!(bracket("- {", 0), Some(2));
        assert_eq!(bracket("a: b [", 1), None);
    }

    #[test]
    fn quoted_texts_are_found_by_their_end() {
        let slice = |text: &'static str, end: usize| {
            quoted(text, 0, end).map(|span| text.get(span.start as usize..span.end as usize).unwrap())
        };
        assert_eq!(slice("- \"a\nb\"  c", 9), Some("\"a\nb\""));
        assert_eq!(slice("k: ['it''s', \"\\\"\"]", 17), Some("\"\\\"\""));
        assert_eq!(slice("it's: 'x'", 9), Some("'x'"));
        assert_eq!(slice("a: 'x' y", 8), None);
        assert_eq!(slice("a: 'x", 6), None);
    }

    #[test]
    fn block_scalars_reach_from_indicator_to_last_content() {
        let slice = |text: &'static str, from: usize| {
            let (start, end) = block_scalar(text, from, text.len()).unwrap();
            text.get(start..end).unwrap()
        };
        assert_eq!(slice("a: |\n  x\n  y\n", 1), "|\n  x\n  y");
        assert_eq!(slice("a: !t|u &x>y |2-  # | c\n   x \n\n \n", 1), "|2-  # | c\n   x ");
        assert_eq!(slice("a: # > no\n  >+\n  x\n\n\n", 1), ">+\n  x");
        assert_eq!(slice("a: |-\n\n  \n", 1), "|-");
        assert_eq!(slice("a: |- # x\n", 1), "|-");
        assert_eq!(slice("a: |", 1), "|");
    }
}
