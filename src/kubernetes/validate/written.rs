//! How a scalar is written in its file.

use crate::document::{Node, Source};

/// The notation of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written<'a> {
    /// Without quotes: the text, in one line.
    Plain(&'a str),
    /// Between quotes: the text with them.
    Quoted(&'a str),
    /// Any other: a block, an alias, with a tag or an anchor, or nothing at all.
    Otherwise,
}

impl<'a> Written<'a> {
    /// How this node is written.
    pub(super) fn of(node: &Node, source: &'a Source) -> Self {
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        let text = source.text().get(start..end).unwrap_or("");
        if is_tagged(source.text(), start) {
            return Self::Otherwise;
        }
        match text.as_bytes().first() {
            None | Some(b'|' | b'>' | b'!' | b'*' | b'&' | b'[' | b'{') => Self::Otherwise,
            Some(b'"' | b'\'') => Self::Quoted(text),
            Some(_) if text.contains(['\n', '\r']) => Self::Otherwise,
            Some(_) => Self::Plain(text),
        }
    }
}

/// Whether a tag (`!!str`) stands before the text at `start`.
fn is_tagged(text: &str, start: usize) -> bool {
    // Longer tags are left aside, so that the text is not gone through again for each scalar.
    let before = text.as_bytes().get(start.saturating_sub(80)..start).unwrap_or_default().trim_ascii_end();
    before.rsplit(u8::is_ascii_whitespace).next().is_some_and(|word| word.starts_with(b"!"))
}
