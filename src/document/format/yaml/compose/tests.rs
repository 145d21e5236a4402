//! Where things stand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use crate::document::format::Format;
use crate::document::format::testing::{problem, read, slice, values};
use crate::document::{Route, Step};

/// What stands at the value of a route, given as a JSON Pointer without escapes.
#[track_caller]
fn at(text: &str, pointer: &str) -> String {
    let parsed = read(Format::Yaml, text);
    assert_eq!(parsed.problems, []);
    let steps = pointer.split('/').skip(1);
    let steps = steps.map(|step| step.parse().map_or_else(|_| Step::Key(step.to_owned()), Step::Index)).collect();
    let located = Route(steps).locate(&parsed.documents[0].root).node.span;
    slice(&parsed, located).to_owned()
}

#[test]
fn scalars_stand_where_they_are_written() {
    let text = "ä: é # c\nö: \"ü\\n\"\ns: 'it''s'\nm: a\n  b\nd: \"x\n  y\"\n";
    assert_eq!(at(text, "/ä"), "é");
    assert_eq!(at(text, "/ö"), "\"ü\\n\"");
    assert_eq!(at(text, "/s"), "'it''s'");
    assert_eq!(at(text, "/m"), "a\n  b");
    assert_eq!(at(text, "/d"), "\"x\n  y\"");
}

#[test]
fn block_scalars_stand_from_their_indicator() {
    let text = "a: # c\n  |-\n  ü\n  x\n\n# c\nb: !t >\n\n  y\nc: |\nd:\n- |+\n  z\n\n\n";
    assert_eq!(at(text, "/a"), "|-\n  ü\n  x");
    assert_eq!(at(text, "/b"), ">\n\n  y");
    assert_eq!(at(text, "/c"), "|");
    assert_eq!(at(text, "/d/0"), "|+\n  z");
    assert_eq!(at("--- |\n x\n", ""), "|\n x");
    assert_eq!(at("# |\n|\n x\n", ""), "|\n x");
}

#[test]
fn collections_stand_from_first_to_last() {
    let text = "# c\na:\n  b: 1\n  c:\n  - x # c\n  - y\n\n# c\nf: {d: [1, 2 ], e: }\ng:\n  - - 1\n    - 2\n  -  h: 3\n     i:\n";
    assert_eq!(at(text, "/a"), "b: 1\n  c:\n  - x # c\n  - y");
    assert_eq!(at(text, "/a/c"), "- x # c\n  - y");
    assert_eq!(at(text, "/f"), "{d: [1, 2 ], e: }");
    assert_eq!(at(text, "/f/d"), "[1, 2 ]");
    assert_eq!(at(text, "/g"), "- - 1\n    - 2\n  -  h: 3\n     i:");
    assert_eq!(at(text, "/g/0"), "- 1\n    - 2");
    assert_eq!(at(text, "/g/1"), "h: 3\n     i:");
    assert!(at(text, "").starts_with("a:\n"));
    assert_eq!(at("[a: b]", "/0"), "a: b");
}

#[test]
fn properties_are_no_part_of_a_value() {
    let text = "a: &x !t b\nc: &y\n  d: 1\ne: !s\n- 1\n";
    assert_eq!(at(text, "/a"), "b");
    assert_eq!(at(text, "/c"), "d: 1");
    assert_eq!(at(text, "/e"), "- 1");
}

#[test]
fn nothing_stands_right_behind_the_colon_or_dash() {
    let places = |text: &str, pointer: &str| {
        let parsed = read(Format::Yaml, text);
        let steps = pointer.split('/').skip(1);
        let steps = steps.map(|step| step.parse().map_or_else(|_| Step::Key(step.to_owned()), Step::Index)).collect();
        let span = Route(steps).locate(&parsed.documents[0].root).node.span;
        (span.start, span.end)
    };
    assert_eq!(places("a:   \nb: 1\n", "/a"), (2, 2));
    assert_eq!(places("a  : # c\nb: 1\n", "/a"), (4, 4));
    assert_eq!(places("-  # c\n- 1\n", "/0"), (1, 1));
    assert_eq!(places("- 1\n# - c\n-\n", "/1"), (11, 11));
    assert_eq!(places("{a, b: }", "/a"), (2, 2));
    assert_eq!(places("{a, b: }", "/b"), (6, 6));
    assert_eq!(places("? a\n? b\n", "/a"), (3, 3));
    assert_eq!(places("a: &x  \n", "/a"), (5, 5));
}

#[test]
fn keys_stand_where_they_are_written() {
    let parsed = read(Format::Yaml, "&x ä: 1\n\"b c\" : 2\n? d\n: 3\n*x : 4\n");
    let root = &parsed.documents[0].root;
    let crate::document::Value::Mapping(entries) = &root.value else { panic!("{root:?}") };
    let keys: Vec<_> = entries.iter().map(|entry| slice(&parsed, entry.key_span)).collect();
    assert_eq!(keys, ["*x", "\"b c\"", "d"], "the alias writes the key `ä` again");
}

#[test]
fn an_alias_stands_where_it_is_written() {
    let text = "a: &x {b: 1}\nc: *x\n";
    assert_eq!(at(text, "/c"), "*x");
    assert_eq!(at(text, "/c/b"), "1");
}

#[test]
fn what_readers_see_differently_in_brackets_is_refused() {
    assert_eq!(problem(Format::Yaml, "a: {?b: 1}").1, "?b");
    assert_eq!(problem(Format::Yaml, "[:x]").1, ":x");
    assert_eq!(problem(Format::Yaml, "{a: 1, b:}").1, ":");
    assert_eq!(problem(Format::Yaml, "[a:, b]").1, ":");
    assert!(problem(Format::Yaml, "[!t, b]").0.contains("a tag right before"));
    assert_eq!(problem(Format::Yaml, "a: &b:c d").1, "&b:c");
    assert!(problem(Format::Yaml, "|\nx\n").0.contains("not indented"));
    // The same is clear outside of brackets, or with a blank or quotes.
    assert_eq!(values(Format::Yaml, "?b: 1\nc: :x\nd: [!t , ? x]\ne: {\"f\":}\ng: {h: , i: }\n").len(), 1);
}
