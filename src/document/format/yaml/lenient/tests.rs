//! What is read although the parser refuses it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

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
fn a_lone_dash_may_stand_in_brackets() {
    assert_eq!(
        values(Format::Yaml, "a: [apply, -f, -]\nb: {-: 1, c: -}\n_: [-, _]\n"),
        [r#"{"a":["apply","-f","-"],"b":{"-":1,"c":"-"},"_":["-","_"]}"#]
    );
    let parsed = read(Format::Yaml, "a: [-, x]\n");
    assert_eq!(slice(&parsed, parsed.documents[0].root.get("a").unwrap().as_sequence().unwrap()[0].span), "-");
    assert_eq!(read(Format::Yaml, "a: [- x]\n").problems.len(), 1);
}

#[test]
fn the_colon_may_touch_an_alias_that_is_a_key() {
    assert_eq!(
        values(Format::Yaml, "a: &x 1\n*x: 2\nb: &x z\nc:\n- *x: 3\n- *x:\n- _x: 4\n"),
        [r#"{"a":1,"1":2,"b":"z","c":[{"z":3},{"z":null},{"_x":4}]}"#]
    );
    assert_eq!(problem(Format::Yaml, "*x: 2\n").1, "*x:");
    assert_eq!(problem(Format::Yaml, "a: &x 1\nb: 2\n*y: 2\n").1, "*y:");
    assert_eq!(problem(Format::Yaml, "a: &x 1\n---\n*x: 2\n").1, "*x:", "anchors end with their document");
    assert_eq!(problem(Format::Yaml, "&x a: {*x: 2, *z}\n").1, "*z");
}

#[test]
fn an_apostrophe_may_be_escaped() {
    assert_eq!(
        values(Format::Yaml, r#"{a: "it\'s", "\'\\\'": "\'ü\'", c: "\\'", d: '\'}"#),
        [r#"{"a":"it's","'\\'":"'ü'","c":"\\'","d":"\\"}"#]
    );
    // Characters that could stand in are in use.
    assert_eq!(values(Format::Yaml, "[\"\\'\\u07C0\\u07c1\u{7c2}\"]"), ["[\"'\u{7c0}\u{7c1}\u{7c2}\"]"]);
    assert_eq!(problem(Format::Yaml, r#"a: "\'\z""#).1, r"\z");
}

#[test]
fn the_problem_behind_a_change_is_told() {
    assert_eq!(problem(Format::Yaml, "a: [\n\tb]\nc: *x\n").1, "*x");
}
