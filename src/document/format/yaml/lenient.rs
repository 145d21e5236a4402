//! What libyaml reads, and so every Kubernetes tool, and the parser refuses.
//!
//! The text is changed into one that both read alike, byte for byte in place, so that every offset
//! stays what it was. Only tried once the parser has refused the text.

use granit_parser::ErrorKind;

use super::gap;
use crate::document::Span;

/// So many times a text of `length` bytes is changed: each time it is parsed from its beginning, and
/// all of that may take as long as one text of 64 MiB.
pub(super) fn most_changes(length: usize) -> usize {
    ((64 << 20) / length.max(1)).clamp(4, 1_000)
}

/// A text that says the same and may be readable.
pub(super) struct Change {
    pub(super) text: String,
    /// The collection in brackets that the change is right for; to be confirmed by the parser.
    pub(super) brackets: Option<Span>,
}

/// Changes the text that was refused at `at`; `open` is where the outermost bracket opened, and
/// `cursor` the end of the last node before `at`.
pub(super) fn change(text: &str, kind: &ErrorKind, at: usize, open: Option<usize>, cursor: usize) -> Option<Change> {
    match kind {
        ErrorKind::CommentNotSeparated => detach_comment(text, at),
        ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed | ErrorKind::TabInIndentation => {
            let open = open.or_else(|| gap::bracket(text, cursor))?;
            indent_with_spaces(text, open)
        }
        _ => None,
    }
}

/// `"a"# comment` becomes `"a" #comment`.
fn detach_comment(text: &str, at: usize) -> Option<Change> {
    let rest = text.get(at..)?.strip_prefix('#')?;
    let mut changed = text.get(..at)?.to_owned();
    changed.push(' ');
    let mut kept = rest;
    if let Some(first) = rest.chars().next().filter(|first| !matches!(first, '\r' | '\n')) {
        changed.extend(std::iter::repeat_n('#', first.len_utf8()));
        kept = rest.get(first.len_utf8()..)?;
    }
    changed.push_str(kept);
    Some(Change { text: changed, brackets: None })
}

/// Tabs that indent the lines of a collection in brackets become spaces: there, blanks at the begin
/// of a line say nothing, even inside of quotes.
fn indent_with_spaces(text: &str, open: usize) -> Option<Change> {
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
    (changed != text).then_some(Change { text: changed, brackets: Some(Span::new(open, end)) })
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
fn quote_end(bytes: &[u8], open: usize, quote: u8) -> Option<usize> {
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
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use crate::document::format::Format;
    use crate::document::format::testing::{problem, read, slice, values};

    #[test]
    fn tabs_may_indent_what_is_in_brackets() {
        for text in [
            "a: {\n\t\"b\": 1,\n\t\"c\": [\n\t\t1\n\t]}\n",
            "a:\n  {\n\tb: 1, c: [\n  \t1]}",
            "a: {b: 1, # it's }\n\tc: [1]\n}",
        ] {
            assert_eq!(values(Format::Yaml, text), [r#"{"a":{"b":1,"c":[1]}}"#], "{text:?}");
        }
        assert_eq!(
            values(Format::Yaml, "- {\n\ta: 'x ]',\n\tb: \"\\\"}\"}\n- [\n\tc\n  ]\n"),
            [r#"[{"a":"x ]","b":"\"}"},["c"]]"#]
        );
    }

    #[test]
    fn places_do_not_move() {
        let parsed = read(Format::Yaml, "a: [\n\t\tbc,\n\tdé]# x\ne: f");
        assert_eq!(parsed.problems, []);
        let root = &parsed.documents[0].root;
        assert_eq!(slice(&parsed, root.get("a").unwrap().as_sequence().unwrap()[1].span), "dé");
        assert_eq!(slice(&parsed, root.get("e").unwrap().span), "f");
    }

    #[test]
    fn places_behind_a_comment_do_not_move() {
        let parsed = read(Format::Yaml, "a: \"b\"#é\nc: d\n");
        assert_eq!(slice(&parsed, parsed.documents[0].root.get("c").unwrap().span), "d");
    }

    #[test]
    fn tabs_indent_nothing_else() {
        assert_eq!(problem(Format::Yaml, "a:\n\tb: 1\n").1, "\t");
        assert_eq!(problem(Format::Yaml, "a: {\n\tb: 1\n\nc: |\n  \tx\n").1, "\t", "never closed");
    }

    #[test]
    fn comments_may_touch_quotes_and_brackets() {
        assert_eq!(
            values(Format::Yaml, "a: \"b\"# c\nd: [e]#f\ng: {h: 1}#\ni: 'j'#é'\n"),
            [r#"{"a":"b","d":["e"],"g":{"h":1},"i":"j"}"#]
        );
        assert_eq!(values(Format::Yaml, "a: b#c\n"), [r#"{"a":"b#c"}"#]);
    }

    #[test]
    fn the_problem_behind_a_change_is_told() {
        assert_eq!(problem(Format::Yaml, "a: [\n\tb]\nc: *x\n").1, "*x");
    }
}
