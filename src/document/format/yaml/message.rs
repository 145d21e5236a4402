//! What is wrong with a YAML text, in the words of a person.

use granit_parser::{ErrorKind, ScanError};

use super::scalar::Tag;
use crate::document::format::mapping::{shown, too_deep};
use crate::document::{ParseLimits, Problem, ProblemKind, Span};

fn syntax(message: impl Into<String>, span: Span, help: &str) -> Problem {
    Problem {
        kind: ProblemKind::Syntax,
        message: message.into(),
        span,
        label: None,
        related: None,
        help: (!help.is_empty()).then(|| help.to_owned()),
    }
}

/// The first character that no YAML text may hold, or that would make two readers see two texts.
pub(super) fn forbidden_character(text: &str) -> Option<Problem> {
    let bytes = text.as_bytes();
    // Only bytes that can begin such a character are looked at more closely.
    let suspicious = |byte: u8| matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 0x7f | 0xc2 | 0xe2 | 0xef);
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| suspicious(*byte)) {
        let at = from + at;
        let found = text.get(at..)?.chars().next()?;
        let span = Span::new(at, at + found.len_utf8());
        let code = u32::from(found);
        match found {
            '\u{85}' | '\u{2028}' | '\u{2029}' => {
                let message = format!("the line break U+{code:04X} is one only for readers of YAML 1.1");
                return Some(syntax(message, span, "remove it, or write it as an escape in double quotes"));
            }
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                let message = format!("the control character U+{code:04X} is not allowed in YAML");
                return Some(syntax(message, span, "remove it, or write it as an escape in double quotes"));
            }
            _ => from = span.end as usize,
        }
    }
    None
}

/// An alias that stands inside of what it names.
pub(super) fn endless_alias(text: &str, at: Span) -> Problem {
    let name = text.get(at.start as usize + 1..at.end as usize).unwrap_or_default();
    let help = "a value cannot hold itself; name another anchor";
    syntax(format!("`*{}` stands inside of the value it names", shown(name)), at, help)
}

/// A key that is a list or a mapping.
pub(super) fn collection_as_key(what: &str, at: Span) -> Problem {
    syntax(
        format!("{what} cannot be a key"),
        at,
        "put quotes around text that begins with `{` or `[`, such as \"{{ x }}\"",
    )
}

/// `<<` with something else than mappings.
pub(super) fn merge_of_no_mapping(at: Span) -> Problem {
    syntax("`<<` can only merge mappings", at, "name an anchor of a mapping, or put quotes around \"<<\"")
}

/// `[?x]` or `[:x]`.
pub(super) fn indicator_in_brackets(text: &str, at: Span) -> Problem {
    let help = "put quotes around it: readers of YAML 1.1 take its first character for the sign of a key or value";
    syntax(format!("`{}` in brackets is read in two ways", shown(text)), at, help)
}

/// `[!tag, x]`.
pub(super) fn tag_in_brackets(at: Span) -> Problem {
    let help = "put a blank behind the tag: readers of YAML 1.1 take what follows for a part of it";
    syntax("a tag right before the end of an entry is read in two ways", at, help)
}

/// `--- |` with text that is not indented.
pub(super) fn block_scalar_without_indent(at: Span) -> Problem {
    syntax("text of `|` or `>` that is not indented is read in two ways", at, "indent the text by at least one blank")
}

/// `{key:}`.
pub(super) fn colon_in_brackets(at: Span) -> Problem {
    let help = "write the value (`null` for none): readers of YAML 1.1 take the colon for a part of the key";
    syntax("a colon right before the end of an entry is read in two ways", at, help)
}

/// Refuses an anchor that for readers of YAML 1.1 ends earlier, so that its rest is a value.
pub(super) fn check_anchor(name: &str, at: Span) -> Result<(), Problem> {
    if name.contains(['?', ':', '%', '@', '`']) {
        let help = "use letters, digits, `-` and `_` in anchors";
        return Err(syntax(format!("the anchor `&{}` is read in two ways", shown(name)), at, help));
    }
    Ok(())
}

/// A scalar that is not what its tag says.
pub(super) fn not_of_its_tag(text: &str, tag: Tag, at: Span) -> Problem {
    let (tag, what) = tag.described();
    syntax(format!("`{}` is tagged `{tag}` and is not {what}", shown(text)), at, "correct the value or remove the tag")
}

/// Where the parser stopped.
pub(super) fn place_of(text: &str, error: &ScanError) -> usize {
    error.marker().byte_offset().unwrap_or(text.len()).min(text.len())
}

/// An error of the parser.
pub(super) fn of_error(text: &str, error: &ScanError, limits: &ParseLimits) -> Problem {
    let at = place_of(text, error);
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return too_deep(limits.depth, character(text, at));
    }
    let told = of_kind(text, at, error.kind());
    let (message, span, help) = told.unwrap_or_else(|| (error.info(), character(text, at), ""));
    syntax(message, span, help)
}

/// The character at an offset; nothing of a line end.
fn character(text: &str, at: usize) -> Span {
    let width = text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| !matches!(c, '\r' | '\n'));
    Span::new(at, at + width.map_or(0, char::len_utf8))
}

/// The line that holds an offset, up to the offset.
fn line_before(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    before.get(before.rfind(['\r', '\n']).map_or(0, |end| end + 1)..).unwrap_or_default()
}

/// What is wrong and where, in place of what the parser says: its words are those of a grammar.
fn of_kind(text: &str, at: usize, kind: &ErrorKind) -> Option<(String, Span, &'static str)> {
    let here = character(text, at);
    let say = |message: &str, help: &'static str| Some((message.to_owned(), here, help));
    match kind {
        ErrorKind::MappingValueNotAllowed => {
            if line_before(text, at).contains(": ") {
                say("a second `: ` in one line", "put quotes around the value if the colon belongs to it")
            } else {
                say(
                    "a `key:` where the value before goes on",
                    "check the indentation of this line, and the line before for a missing space behind its colon",
                )
            }
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::ExpectedDocumentStart
        | ErrorKind::InvalidIndentation => Some(out_of_place(text, at, kind)),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => {
            let place = tab(text, at).unwrap_or(here);
            Some(("a tab is used as indentation".to_owned(), place, "indent with spaces"))
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => say(
            "a line that is neither `key: value` nor a list item",
            "a colon or a blank behind it may be missing, or a line above may not be closed",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            say("a list item `- ` cannot begin here", "begin the list on a line of its own")
        }
        ErrorKind::UnknownAnchor => {
            let rest = text.get(at..).unwrap_or_default();
            let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}');
            let name = rest.get(..rest.find(is_end).unwrap_or(rest.len())).unwrap_or_default();
            let help = if name.ends_with(':') {
                "put a blank between the alias and the colon"
            } else {
                "define the anchor above, in the same document, or put quotes around text that begins with `*`"
            };
            Some((format!("no anchor of the name `{}`", shown(name)), Span::new(at, at + name.len()), help))
        }
        ErrorKind::UnexpectedCharacter { character } => {
            Some((format!("a value cannot begin with `{character}`"), here, "put quotes around the value"))
        }
        ErrorKind::UnclosedQuotedScalar => say("the quote that opens here is never closed", "add the closing quote"),
        ErrorKind::DocumentIndicatorInQuotedScalar => {
            say("the quote that opens here is not closed before the next document", "add the closing quote")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => say(
            "text behind a closing quote",
            "put the whole value into quotes, and write a quote in it twice or as `\\\"`",
        ),
        ErrorKind::UnclosedFlowCollection { open } => {
            Some((format!("the `{open}` that opens here is never closed"), here, "add the closing bracket"))
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            Some((format!("`{open}` is closed by `{close}`"), here, "close it with its own bracket"))
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            say("a closing bracket that nothing opens", "remove it, or put quotes around the value")
        }
        ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::InvalidColonPlacement => say(
            "a list or mapping in brackets is not closed",
            "add the missing `,` or closing bracket before this place",
        ),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => {
            let place = bad_escape(text, at).unwrap_or(here);
            let written = text.get(place.start as usize..place.end as usize).unwrap_or_default();
            let help = "in double quotes a backslash is written `\\\\`; in single quotes it stands for itself";
            let help = if written == "\\'" { "in double quotes `'` is written without a backslash" } else { help };
            Some((format!("`{}` is no escape of YAML", shown(written)), place, help))
        }
        ErrorKind::InvalidBlockScalarHeader => {
            say("text behind `|` or `>`", "begin the text on the next line, indented")
        }
        ErrorKind::InvalidBlockScalarIndent => say(
            "the text of `|` or `>` begins with a blank line that is indented deeper",
            "remove the blanks on that line",
        ),
        ErrorKind::CommentInterceptedScalar => {
            say("a comment inside of a text of several lines", "put quotes around the text, or move the comment")
        }
        ErrorKind::BomInsideDocument => say("a byte order mark inside of the file", "remove it"),
        ErrorKind::UndeclaredTagHandle => say("a tag with a prefix that no `%TAG` declares", ""),
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => say("a lone `-` in brackets", "put quotes around it"),
        // Rare ones, whose own words will do.
        _ => None,
    }
}

/// Something that is neither the next entry of a mapping or list, nor its end.
fn out_of_place(text: &str, at: usize, kind: &ErrorKind) -> (String, Span, &'static str) {
    let here = character(text, at);
    let before = line_before(text, at);
    if before.starts_with([' ', '\t']) && before.trim_start_matches(' ').starts_with('\t') {
        let place = tab(text, at).unwrap_or(here);
        return ("a tab is used as indentation".to_owned(), place, "indent with spaces");
    }
    match before.trim_end().chars().next_back() {
        Some('"' | '\'') => {
            return ("text behind a closing quote".to_owned(), here, "put the whole value into one pair of quotes");
        }
        Some(']' | '}') => {
            return ("text behind a closing bracket".to_owned(), here, "put quotes around the whole value");
        }
        Some(_) | None => {}
    }
    let message = match kind {
        ErrorKind::ExpectedBlockSequenceEntry => "a line that belongs neither to the list above nor to what holds it",
        ErrorKind::ExpectedBlockMappingKey => "a line that belongs neither to the mapping above nor to what holds it",
        _ => "text that belongs to nothing before it",
    };
    (message.to_owned(), here, "check its indentation: entries of one mapping or list begin in one column")
}

/// The tab that a message about a tab means: in the indentation of the line, or of the next one.
fn tab(text: &str, at: usize) -> Option<Span> {
    let line_start = at - line_before(text, at).len();
    let bytes = text.as_bytes();
    let mut start = line_start;
    loop {
        let rest = bytes.get(start..)?;
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if let Some(tab) = rest.get(..blanks)?.iter().position(|byte| *byte == b'\t') {
            return Some(Span::new(start + tab, start + tab + 1));
        }
        // Multi-line texts are blamed on their first line.
        start += rest.iter().position(|byte| *byte == b'\n')? + 1;
    }
}

/// The first escape that is none in the double-quoted text which begins at `at`.
fn bad_escape(text: &str, at: usize) -> Option<Span> {
    let mut from = at;
    loop {
        let start = from + text.get(from..)?.find('\\')?;
        let escaped = text.get(start + 1..)?;
        let kind = escaped.chars().next()?;
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            '0' | 'a' | 'b' | 't' | '\t' | 'n' | 'v' | 'f' | 'r' | 'e' | ' ' | '"' | '/' | '\\' | 'N' | '_' | 'L'
            | 'P' | '\r' | '\n' => 0,
            _ => return Some(Span::new(start, start + 1 + kind.len_utf8())),
        };
        let end = start + 1 + kind.len_utf8() + digits;
        let hex = text.get(start + 2..end).unwrap_or_default();
        if digits > 0 && u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).is_none() {
            let written = escaped.chars().skip(1).take_while(char::is_ascii_hexdigit).take(digits).count();
            return Some(Span::new(start, start + 2 + written));
        }
        from = end;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use crate::document::ProblemKind;
    use crate::document::format::Format;
    use crate::document::format::testing::{read, slice};

    #[test]
    fn problems_are_told_in_plain_words_at_their_place() {
        let cases = [
            ("a: b: c", "a second `: ` in one line", ":"),
            ("a:1\nb: 2", "a `key:` where the value before goes on", ":"),
            ("a: b\n  c: d", "a `key:` where the value before goes on", ":"),
            ("a:\n\t- b", "a tab is used as indentation", "\t"),
            ("a:\n  b: 1\n\tc: 2", "a tab is used as indentation", "\t"),
            ("a:\n  b: 1\n c: 2", "a line that belongs neither to the mapping above nor to what holds it", "c"),
            ("a:\n  - b\n  c: 1", "a line that belongs neither to the list above nor to what holds it", "c"),
            ("a: 1\nb", "a line that is neither `key: value` nor a list item", "b"),
            ("a: - b", "a list item `- ` cannot begin here", "-"),
            ("a: @x", "a value cannot begin with `@`", "@"),
            ("a: `x`", "a value cannot begin with ```", "`"),
            ("a: \"b\nc: 1", "the quote that opens here is never closed", "\""),
            ("a: 'x'y", "text behind a closing quote", "y"),
            ("a: 'b'\n 'c'", "a line that belongs neither to the mapping above", "'"),
            ("x: [a]b", "text behind a closing bracket", "b"),
            ("a: {{ x }}b", "text behind a closing bracket", "b"),
            ("a: [1, 2\nb: 3", "a list or mapping in brackets is not closed", ":"),
            ("a: [b", "the `[` that opens here is never closed", "["),
            ("a: [}", "`[` is closed by `}`", "["),
            ("a: ]", "a closing bracket that nothing opens", "]"),
            ("a: \"é\\zb\"", "`\\z` is no escape of YAML", "\\z"),
            ("a: \"\\x4\"", "`\\x4` is no escape of YAML", "\\x4"),
            ("a: \"\\ud800\"", "`\\ud800` is no escape of YAML", "\\ud800"),
            ("a: \"it\\'s\"", "`\\'` is no escape of YAML", "\\'"),
            ("a: |x\n  b", "text behind `|` or `>`", "|"),
            ("a: b #c\n  d", "a comment inside of a text of several lines", "#"),
            ("a: *é", "no anchor of the name `*é`", "*é"),
            ("a: 1\n\u{feff}b: 2", "a byte order mark inside of the file", "\u{feff}"),
        ];
        for (text, message, place) in cases {
            let parsed = read(Format::Yaml, text);
            assert_eq!(parsed.problems.len(), 1, "{text:?}");
            let problem = &parsed.problems[0];
            assert_eq!(problem.kind, ProblemKind::Syntax);
            assert!(problem.message.starts_with(message), "{text:?}: {}", problem.message);
            assert_eq!(slice(&parsed, problem.span), place, "{text:?}");
            assert!(problem.help.is_some(), "{text:?}");
        }
    }
}
