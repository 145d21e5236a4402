//! `.gitignore` and files like it, in the shape `[[{Kind, Value, Original}…]]`.
//!
//! Each line is an entry: a `Path`, a `NegatedPath`, a `Comment` or `Empty`. Every text is good.

use super::Reading;
use super::encoding::BOM;
use super::parts::{Budget, Word, entry, reading};
use crate::document::{Node, ParseLimits, Problem, Span, Value};

/// Reads the lines of a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    reading(lines(text, limits))
}

fn lines(text: &str, limits: &ParseLimits) -> Result<Node, Problem> {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut budget = Budget::new(limits);
    let mut at = start;
    let mut entries = Vec::new();
    for line in text.get(start..).unwrap_or_default().split('\n') {
        let whole = Span::new(at, at + line.len());
        budget.take(7, whole)?;
        let (kind, value) = judge(line);
        let word = |text: &str| Word::new(text, whole).into_node();
        let fields = vec![
            entry("Kind", whole, word(kind)),
            entry("Value", whole, word(&value)),
            entry("Original", whole, word(line)),
        ];
        entries.push(Node { value: Value::Mapping(fields), span: whole });
        at += line.len() + 1;
    }
    let span = Span::new(start, text.len());
    let entries = Node { value: Value::Sequence(entries), span };
    Ok(Node { value: Value::Sequence(vec![entries]), span })
}

/// The kind of a line, and what it says without its marks.
fn judge(line: &str) -> (&'static str, String) {
    // A blank behind a backslash belongs to the path.
    let cut = line.trim_end_matches(' ');
    let escaped = usize::from(cut.ends_with('\\') && cut.len() < line.len());
    let stripped = line.get(..cut.len() + escaped).unwrap_or(line);
    if stripped.is_empty() {
        ("Empty", line.to_owned())
    } else if let Some(comment) = stripped.strip_prefix('#') {
        ("Comment", comment.trim().to_owned())
    } else if let Some(path) = stripped.strip_prefix('!') {
        ("NegatedPath", unescaped(path))
    } else {
        ("Path", unescaped(stripped))
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' || chars.next_if_eq(&'\\').is_some() {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::document::ParseLimits;
    use crate::document::ProblemKind;
    use crate::document::format::testing::{read, slice, values};
    use crate::document::format::{Format, parse};

    #[test]
    fn each_line_is_an_entry() {
        let text = "# c \n\n*.o  \n!a\\ \n\\#x\\\\y\n  \n b";
        assert_eq!(
            values(Format::Ignore, text),
            [concat!(
                r##"[[{"Kind":"Comment","Value":"c","Original":"# c "},{"Kind":"Empty","Value":"","Original":""},"##,
                r#"{"Kind":"Path","Value":"*.o","Original":"*.o  "},{"Kind":"NegatedPath","Value":"a ","Original":"!a\\ "},"#,
                r##"{"Kind":"Path","Value":"#x\\y","Original":"\\#x\\\\y"},{"Kind":"Empty","Value":"  ","Original":"  "},"##,
                r#"{"Kind":"Path","Value":" b","Original":" b"}]]"#
            )]
        );
        assert_eq!(values(Format::Ignore, ""), [r#"[[{"Kind":"Empty","Value":"","Original":""}]]"#]);
    }

    #[test]
    fn entries_stand_where_their_lines_are() {
        let parsed = read(Format::Ignore, "\u{feff}a\n\u{e9}  \n");
        let entries = parsed.documents[0].root.as_sequence().unwrap()[0].as_sequence().unwrap();
        let texts: Vec<_> = entries.iter().map(|entry| slice(&parsed, entry.get("Value").unwrap().span)).collect();
        assert_eq!(texts, ["a", "\u{e9}  ", ""]);
    }

    #[test]
    fn the_number_of_lines_is_limited() {
        let limits = ParseLimits { nodes: 14, ..ParseLimits::default() };
        assert_eq!(parse(Format::Ignore, b"a\nb", &limits).problems, []);
        let problems = parse(Format::Ignore, b"a\nb\n", &limits).problems;
        assert_eq!(problems[0].kind, ProblemKind::Limit);
    }
}
