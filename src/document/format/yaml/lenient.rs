//! What libyaml reads, and so every Kubernetes tool, and the parser refuses.
//!
//! The text is changed into one that both read alike, byte for byte in place, so that every offset
//! stays what it was. Only tried once the parser has refused the text.

use granit_parser::ErrorKind;

use super::{gap, message};
use crate::document::Span;

/// So many times a text of `length` bytes is changed: each time it is parsed from its beginning, and
/// all of that may take as long as one text of 64 MiB.
pub(super) fn most_changes(length: usize) -> usize {
    ((64 << 20) / length.max(1)).clamp(4, 1_000)
}

/// What was changed in a text, for the composer to read it as it was written.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    /// Collections in brackets that a change is right for; to be confirmed by the parser.
    pub(super) brackets: Vec<Span>,
    /// Offsets of the `_` that stand for a byte which the parser would refuse, in no order.
    pub(super) underscores: Vec<(usize, StandsFor)>,
    /// The character that stands for `\'` in double quotes; the text holds it nowhere else.
    pub(super) apostrophe: Option<char>,
}

/// What a `_` at the begin of a plain scalar stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StandsFor {
    /// A `-` that is the whole scalar.
    Dash,
    /// The `*` of an alias.
    Star,
}

impl Changes {
    /// What the plain scalar that begins at this offset really begins with.
    pub(super) fn begins(&self, at: usize) -> Option<StandsFor> {
        self.underscores.iter().find(|(offset, _)| *offset == at).map(|(_, stands_for)| *stands_for)
    }
}

/// A text that was refused, and where.
pub(super) struct Refused<'t> {
    pub(super) text: &'t str,
    pub(super) kind: &'t ErrorKind,
    pub(super) at: usize,
    /// Where the outermost bracket opened.
    pub(super) open: Option<usize>,
    /// The end of the last node before `at`.
    pub(super) cursor: usize,
}

/// A text that says the same and may be readable; what was changed in it is added to `changes`.
pub(super) fn change(refused: &Refused<'_>, changes: &mut Changes) -> Option<String> {
    let Refused { text, at, .. } = *refused;
    match refused.kind {
        ErrorKind::CommentNotSeparated => detach_comment(text, at),
        ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed | ErrorKind::TabInIndentation => {
            let open = refused.open.or_else(|| gap::bracket(text, refused.cursor))?;
            let (mended, brackets) = indent_with_spaces(text, open)?;
            changes.brackets.push(brackets);
            Some(mended)
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            changes.underscores.push((at, StandsFor::Dash));
            with_underscore(text, at, '-')
        }
        ErrorKind::UnknownAnchor | ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey
            if message::is_alias_key(text, at) =>
        {
            changes.underscores.push((at, StandsFor::Star));
            with_underscore(text, at, '*')
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            let apostrophe = changes.apostrophe.or_else(|| unused(text))?;
            changes.apostrophe = Some(apostrophe);
            without_apostrophes(text, at, apostrophe)
        }
        _ => None,
    }
}

/// `[-]` becomes `[_]`, and `*name: x` becomes `_name: x`.
fn with_underscore(text: &str, at: usize, found: char) -> Option<String> {
    let rest = text.get(at..)?.strip_prefix(found)?;
    Some(format!("{}_{rest}", text.get(..at)?))
}

/// A character of two bytes that the text holds neither as it is nor as an escape.
fn unused(text: &str) -> Option<char> {
    let text = text.to_ascii_lowercase();
    ('\u{7c0}'..='\u{7ff}').find(|c| !text.contains(*c) && !text.contains(&format!("{:x}", u32::from(*c))))
}

/// Puts a character in the place of every `\'` in the double-quoted text that opens at `open`.
fn without_apostrophes(text: &str, open: usize, apostrophe: char) -> Option<String> {
    let end = quote_end(text.as_bytes(), open, b'"')?;
    let mut changed = text.get(..open)?.to_owned();
    let mut left = text.get(open..end)?;
    while let Some(at) = left.find('\\') {
        changed.push_str(left.get(..at)?);
        left = left.get(at..)?;
        // A backslash and what it escapes.
        let escape = left.char_indices().nth(2).map_or(left.len(), |(end, _)| end);
        match left.get(..escape)? {
            "\\'" => changed.push(apostrophe),
            other => changed.push_str(other),
        }
        left = left.get(escape..)?;
    }
    changed.push_str(left);
    changed.push_str(text.get(end..)?);
    (changed != text).then_some(changed)
}

/// `"a"# comment` becomes `"a" #comment`.
fn detach_comment(text: &str, at: usize) -> Option<String> {
    let rest = text.get(at..)?.strip_prefix('#')?;
    let mut changed = text.get(..at)?.to_owned();
    changed.push(' ');
    let mut kept = rest;
    if let Some(first) = rest.chars().next().filter(|first| !matches!(first, '\r' | '\n')) {
        changed.extend(std::iter::repeat_n('#', first.len_utf8()));
        kept = rest.get(first.len_utf8()..)?;
    }
    changed.push_str(kept);
    Some(changed)
}

/// Tabs that indent the lines of a collection in brackets become spaces: there, blanks at the begin
/// of a line say nothing, even inside of quotes. Also the place of the collection.
fn indent_with_spaces(text: &str, open: usize) -> Option<(String, Span)> {
    let end = closing(text.as_bytes(), open)?;
    let mut changed = text.get(..open)?.to_owned();
    for (number, line) in text.get(open..end)?.split_inclusive('\n').enumerate() {
        let content = line.trim_start_matches([' ', '\t']);
        if number == 0 {
            changed.push_str(line);
        } else {
            changed.extend(std::iter::repeat_n(' ', line.len() - content.len()));
            changed.push_str(content);
        }
    }
    changed.push_str(text.get(end..)?);
    (changed != text).then(|| (changed, Span::new(open, end)))
}

/// The end of the collection whose bracket opens at `open`, as far as brackets, quotes and comments
/// tell.
fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = open;
    // The last byte that is no blank, to tell a quote from an apostrophe.
    let mut before = b'[';
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'"' | b'\'' if matches!(before, b'[' | b'{' | b',' | b':' | b'?') => at = quote_end(bytes, at, *byte)?,
            b'#' if at > 0 && bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace) => {
                at += bytes.get(at..)?.iter().position(|byte| *byte == b'\n')?;
            }
            _ => {}
        }
        if let Some(byte) = bytes.get(at).filter(|byte| !byte.is_ascii_whitespace()) {
            before = *byte;
        }
        at += 1;
    }
    None
}

/// Where the quote that opens at `open` is closed.
pub(super) fn quote_end(bytes: &[u8], open: usize, quote: u8) -> Option<usize> {
    let mut at = open + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote == b'"' => at += 1,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests;
