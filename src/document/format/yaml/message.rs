//! What is wrong with a YAML text, in the words of a person.

use granit_parser::{ErrorKind, ScanError};

use super::gap;
use super::scalar::Tag;
use crate::document::format::encoding::BOM;
use crate::document::format::mapping::{shown, syntax, too_deep};
use crate::document::{ParseLimits, Problem, Span};

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

const COMMENT_INSIDE: &str = "a comment inside of a text of several lines";
const MOVE_COMMENT: &str = "put quotes around the text, or move the comment";

/// Refuses a comment in the plain text at `at`: the parser passes over one that follows a tab.
pub(super) fn check_comments(text: &str, at: Span) -> Result<(), Problem> {
    let written = text.get(at.start as usize..at.end as usize).unwrap_or_default();
    for (sign, _) in written.match_indices('#') {
        if written.get(..sign).is_some_and(|before| before.ends_with([' ', '\t', '\r', '\n'])) {
            let sign = at.start as usize + sign;
            return Err(syntax(COMMENT_INSIDE, Span::new(sign, sign + 1), MOVE_COMMENT));
        }
    }
    Ok(())
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

/// What was read when the parser stopped.
#[derive(Clone, Copy)]
pub(super) struct Progress {
    /// The end of the last node.
    pub(super) cursor: usize,
    /// Where the innermost collection opened, if it is in brackets.
    pub(super) bracket: Option<usize>,
}

/// An error of the parser.
pub(super) fn of_error(text: &str, error: &ScanError, progress: Progress, limits: &ParseLimits) -> Problem {
    let at = place_of(text, error);
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return too_deep(limits.depth, character(text, at));
    }
    let told = of_kind(text, at, error.kind());
    let (message, span, help) = told.unwrap_or_else(|| (error.info(), character(text, at), ""));
    if message == BEHIND_QUOTE
        && let Some(problem) = unclosed_quote(text, progress.cursor, span)
    {
        return problem;
    }
    let bracket = progress.bracket.filter(|_| message == OPEN_BRACKET && character(text, at) == span);
    let related = bracket.map(|open| (Span::new(open, open + 1), "opens here".to_owned()));
    Problem { related, ..syntax(message, span, help) }
}

const BEHIND_QUOTE: &str = "text behind a closing quote";
const OPEN_BRACKET: &str = "a list or mapping in brackets is not closed";

/// For text at `behind` that follows a closing quote: whether the quote opened on a line before, so that one is missing
/// there, and closes what the next one should open.
fn unclosed_quote(text: &str, cursor: usize, behind: Span) -> Option<Problem> {
    let quoted = gap::quoted(text, cursor, behind.start as usize)?;
    let (start, end) = (quoted.start as usize, quoted.end as usize);
    if !text.get(start..end)?.contains(['\n', '\r']) {
        return None;
    }
    let related = Some((behind, "follows the closing quote".to_owned()));
    let label = Some("opens here".to_owned());
    let message = "the quote that opens here is closed on another line, and text follows";
    Some(Problem {
        label,
        related,
        ..syntax(message, Span::new(start, start + 1), "add the closing quote where it is missing")
    })
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
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey if is_alias_key(text, at) => {
            let (message, span) = unknown_anchor(text, at);
            Some((message, span, DEFINE_ANCHOR))
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => say(
            "a line that is neither `key: value` nor a list item",
            "a colon or a blank behind it may be missing, or a line above may not be closed",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            say("a list item `- ` cannot begin here", "begin the list on a line of its own")
        }
        ErrorKind::UnknownAnchor => {
            let (message, span) = unknown_anchor(text, at);
            Some((message, span, DEFINE_ANCHOR))
        }
        ErrorKind::UnexpectedCharacter { character } => {
            Some((format!("a value cannot begin with `{character}`"), here, "put quotes around the value"))
        }
        ErrorKind::UnclosedQuotedScalar => say("the quote that opens here is never closed", "add the closing quote"),
        ErrorKind::DocumentIndicatorInQuotedScalar => {
            say("the quote that opens here is not closed before the next document", "add the closing quote")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            say(BEHIND_QUOTE, "put the whole value into quotes, and write a quote in it twice or as `\\\"`")
        }
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
        | ErrorKind::InvalidColonPlacement => {
            say(OPEN_BRACKET, "add the missing `,` or closing bracket before this place")
        }
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
            Some((format!("`{}` is no escape of YAML", shown(written)), place, help))
        }
        ErrorKind::InvalidBlockScalarHeader => {
            say("text behind `|` or `>`", "begin the text on the next line, indented")
        }
        ErrorKind::InvalidBlockScalarIndent => say(
            "the text of `|` or `>` begins with a blank line that is indented deeper",
            "remove the blanks on that line",
        ),
        ErrorKind::CommentInterceptedScalar => say(COMMENT_INSIDE, MOVE_COMMENT),
        ErrorKind::BomInsideDocument => say("a byte order mark inside of the file", "remove it"),
        ErrorKind::UndeclaredTagHandle => say("a tag with a prefix that no `%TAG` declares", ""),
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => say("a lone `-` in brackets", "put quotes around it"),
        // Rare ones, whose own words will do.
        _ => None,
    }
}

const DEFINE_ANCHOR: &str =
    "define the anchor above, in the same document, or put quotes around text that begins with `*`";

/// The alias that begins at an offset, with its `*`, as the parser reads it.
pub(super) fn alias_name(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}');
    rest.get(..rest.find(is_end).unwrap_or(rest.len())).unwrap_or_default()
}

/// Whether an alias begins at an offset that is a key with its colon right behind it: `*name: x`.
pub(super) fn is_alias_key(text: &str, at: usize) -> bool {
    let name = alias_name(text, at).strip_prefix('*').and_then(|name| name.strip_suffix(':')).unwrap_or_default();
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn unknown_anchor(text: &str, at: usize) -> (String, Span) {
    let name = alias_name(text, at);
    (format!("no anchor of the name `{}`", shown(name.trim_end_matches(':'))), Span::new(at, at + name.len()))
}

/// An alias that is a key and names nothing.
pub(super) fn key_without_anchor(at: Span) -> Problem {
    syntax("no anchor of this name", at, DEFINE_ANCHOR)
}

/// Refuses a byte order mark that begins a line between `from` and the document at `to`, unless it begins the text:
/// there the parser passes over it, while other readers take it for the first character of what follows.
pub(super) fn check_marks(text: &str, from: usize, to: usize) -> Result<(), Problem> {
    let Some(gap) = text.get(from..to) else { return Ok(()) };
    for (at, mark) in gap.match_indices(BOM) {
        let line = line_before(text, from + at);
        let begins_text = line.len() == from + at && line.chars().all(|c| c == BOM);
        if !begins_text && line.chars().all(|c| matches!(c, ' ' | '\t' | BOM)) {
            let here = Span::new(from + at, from + at + mark.len());
            return Err(syntax("a byte order mark inside of the file", here, "remove it"));
        }
    }
    Ok(())
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
            return (BEHIND_QUOTE.to_owned(), here, "put the whole value into one pair of quotes");
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

/// The first escape that is none in the double-quoted text which begins at `at`. The last to be named
/// is `\'`, which is read where nothing else is wrong.
fn bad_escape(text: &str, at: usize) -> Option<Span> {
    let mut apostrophe = None;
    let mut from = at + 1;
    loop {
        let start = from + text.get(from..)?.find(['\\', '"'])?;
        let escaped = text.get(start..)?.strip_prefix('\\');
        let Some((escaped, kind)) = escaped.and_then(|escaped| Some((escaped, escaped.chars().next()?))) else {
            return apostrophe;
        };
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            '\'' => {
                apostrophe = apostrophe.or(Some(Span::new(start, start + 2)));
                0
            }
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
mod tests;
