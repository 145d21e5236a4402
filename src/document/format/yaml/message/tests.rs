//! What is told, and where.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use crate::document::format::Format;
use crate::document::format::testing::{read, slice};
use crate::document::{ProblemKind, Span};

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
        ("a: \"b\nc: \"d\"\ne: f", "the quote that opens here is closed on another line", "\""),
        ("a: ['b, c]\nd: 'e'", "the quote that opens here is closed on another line", "'"),
        ("- x\n- 'b\n- 'c\n  d", "the quote that opens here is closed on another line", "'"),
        ("a: b\n\t# c\n  d", "a comment inside of a text of several lines", "#"),
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
        ("a: \"it\\'s \\z\"", "`\\z` is no escape of YAML", "\\z"),
        ("a: 1\n*b: 2", "no anchor of the name `*b`", "*b:"),
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

#[test]
fn what_belongs_to_a_problem_is_told() {
    let related = |text: &str| read(Format::Yaml, text).problems.remove(0).related.map(|(place, _)| place);
    assert_eq!(related("a: \"b\nc: \"d\"\n"), Some(Span::new(10, 11)));
    assert_eq!(related("a: [{b: 1\nc: 2}]\n"), Some(Span::new(4, 5)));
    assert_eq!(related("a: 'b'c\n"), None);
}
