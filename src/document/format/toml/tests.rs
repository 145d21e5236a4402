#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::many_single_char_names)]

use super::super::testing::{problem, read, slice, values};
use super::super::{Format, parse};
use crate::document::{ParseLimits, ProblemKind};

#[track_caller]
fn is(text: &str, json: &str) {
    assert_eq!(values(Format::Toml, text), [json], "{text:?}");
}

#[test]
fn values_are_those_of_go() {
    let cases = [
        ("", "{}"),
        ("\u{feff}a = 1 # c\r\nb = 'x'\r\n", r#"{"a":1,"b":"x"}"#),
        (
            "a = 1_000\nb = -0\nc = +7\nd = 0xDEAD_beef\ne = 0o17\nf = 0b11",
            r#"{"a":1000,"b":0,"c":7,"d":3735928559,"e":15,"f":3}"#,
        ),
        ("a = 9223372036854775807\nb = -9223372036854775808", r#"{"a":9223372036854775807,"b":-9223372036854775808}"#),
        ("a = 3.14\nb = 1e3\nc = -2E-2\nd = 6.626e-34", r#"{"a":3.14,"b":1000,"c":-0.02,"d":6.626e-34}"#),
        ("a = inf\nb = -inf\nc = +nan\nd = 1e400", r#"{"a":"inf","b":"-inf","c":"nan","d":"1e400"}"#),
        ("a = true\nb = false", r#"{"a":true,"b":false}"#),
        (r#"a = "\u00e9\U0001f600\t\e\x41\"""#, r#"{"a":"é😀\t\u001bA\""}"#),
        ("a = \"\"\"\nx\\\n   y\n  \"z\"\"\"\"", r#"{"a":"xy\n  \"z\""}"#),
        ("a = '''\nx\\n'''''", r#"{"a":"x\\n''"}"#),
        ("a = [1, [2, 'x'], {b = 3},\n # c\n]", r#"{"a":[1,[2,"x"],{"b":3}]}"#),
        ("a = {\n b.c = 1, # c\n b.d = 2,\n}", r#"{"a":{"b":{"c":1,"d":2}}}"#),
        ("a.'b c'.\"\\u0064\" = 1\n3.14 = 2", r#"{"a":{"b c":{"d":1}},"3":{"14":2}}"#),
        ("[a . b]\nc = 1\n[a]\nd = 2\n[x]", r#"{"a":{"b":{"c":1},"d":2},"x":{}}"#),
        ("[[a]]\nb = 1\n[a.c]\nd = 1\n[[a]]\n[[a.e]]\nf = 1", r#"{"a":[{"b":1,"c":{"d":1}},{"e":[{"f":1}]}]}"#),
    ];
    for (text, json) in cases {
        is(text, json);
    }
}

#[test]
fn dates_and_times_are_strings_as_go_writes_them() {
    let cases = [
        ("1979-05-27T07:32:00Z", "1979-05-27T07:32:00Z"),
        ("1979-05-27 00:32:00.999990-07:00", "1979-05-27T00:32:00.99999-07:00"),
        ("1979-05-27t07:32z", "1979-05-27T07:32:00Z"),
        ("1979-05-27T07:32:00+00:00", "1979-05-27T07:32:00Z"),
        ("1979-05-27T07:32:00", "1979-05-27T07:32:00Z"),
        ("1979-05-27", "1979-05-27T00:00:00Z"),
        ("07:32:00.5", "0000-01-01T07:32:00.5Z"),
        ("07:32", "0000-01-01T07:32:00Z"),
        ("2000-02-29", "2000-02-29T00:00:00Z"),
    ];
    for (written, value) in cases {
        is(&format!("a = {written} # c"), &format!("{{\"a\":\"{value}\"}}"));
        is(&format!("a = [{written}]"), &format!("{{\"a\":[\"{value}\"]}}"));
    }
    for wrong in [
        "1979-13-27",
        "1979-02-30",
        "1900-02-29",
        "25:00:00",
        "07:60:00",
        "07:32:00.",
        "1979-05-27T07",
        "1979-05-27T07:32:00+24:00",
    ] {
        let (message, place) = problem(Format::Toml, &format!("a = {wrong}"));
        assert_eq!((message, place.as_str()), (format!("`{wrong}` is no date or time of TOML"), wrong));
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let cases = [
        ("a = ", "expected a value, found the end of the file", ""),
        ("a = \nb = 1", "expected a value, found the end of the line", ""),
        ("a", "expected `=` behind the key, found the end of the file", ""),
        ("a b = 1", "expected `=` behind the key, found `b`", "b"),
        ("= 1", "expected a key, found `=`", "="),
        ("a = 1 b = 2", "expected the end of the line, found `b`", "b"),
        ("a = x", "expected a value, found `x`", "x"),
        ("a = True", "expected a value, found `True`", "True"),
        ("a = 010", "`010` is no number of TOML: it begins with a zero", "010"),
        ("a = 1__0", "`1__0` is no number of TOML", "1__0"),
        ("a = 1.", "`1.` is no number of TOML", "1."),
        ("a = .5", "`.5` is no number of TOML", ".5"),
        ("a = 9223372036854775808", "`9223372036854775808` does not fit in 64 bits", "9223372036854775808"),
        ("a = 'x", "expected the closing `'`, found the end of the file", ""),
        ("a = \"x\n\"", "expected the closing `\"`, found the end of the line", ""),
        ("a = \"\\q\"", "`\\q` is no escape of TOML", "\\q"),
        ("a = \"\\ud800\"", "`\\u` is no escape of TOML", "\\u"),
        ("a = \"\u{1}\"", "the control character U+0001 is not allowed in a string", "\u{1}"),
        ("# \u{7f}", "the control character U+007F is not allowed in a comment", "\u{7f}"),
        ("a = [1 2]", "expected `,` or `]`, found `2`", "2"),
        ("a = [1,,2]", "expected a value, found `,`", ","),
        ("a = [1", "expected `,` or `]`, found the end of the file", ""),
        ("a = {b = 1", "expected `,` or `}`, found the end of the file", ""),
        ("a = {,}", "expected a key, found `,`", ","),
        ("[a", "expected `]`, found the end of the file", ""),
        ("[]", "expected a key, found `]`", "]"),
        ("[[a]", "expected `]]`, found `]`", "]"),
        ("[a] b = 1", "expected the end of the line, found `b`", "b"),
        ("\"\"\"a\"\"\" = 1", "a key cannot be a text of many lines", "\"\"\""),
        ("a = 1\r", "expected the end of the line, found the end of the line", ""),
        ("a = 1\na.b = 2", "`a` is a number already, not a table", "a"),
        ("a = {}\na.b = 2", "the inline table `a` cannot be extended", "a"),
        ("a = []\n[[a]]", "`a` is a list already, and cannot be extended", "a"),
        ("[[a]]\n[a]", "`a` is a list of tables already", "a"),
        ("[a]\n[[a]]", "`a` is a table already, not a list of tables", "a"),
        ("a.b = 1\n[a]", "the table `a` is written by dotted keys already", "a"),
        ("[a.b]\n[a]\nb.c = 1", "the table `b` is written already", "b"),
        ("[[a.b]]\n[a]\nb.c = 1", "`b` is a list of tables, which dotted keys cannot extend", "b"),
    ];
    for (text, message, place) in cases {
        let (found, at) = problem(Format::Toml, text);
        assert_eq!((found.as_str(), at.as_str()), (message, place), "{text:?}");
    }
}

#[test]
fn what_belongs_to_a_problem_is_shown_with_it() {
    for (text, place) in
        [("a = [1", "["), ("[[a]", "[["), ("a = 'x", "'"), ("b = 1\nb.c = 2", "b"), ("x = 1\nx = 2", "x")]
    {
        let parsed = read(Format::Toml, text);
        let (span, _) = parsed.problems[0].related.clone().unwrap();
        assert_eq!(slice(&parsed, span), place, "{text:?}");
        assert!(parsed.problems[0].help.is_some());
    }
}

#[test]
fn keys_that_are_written_twice() {
    for text in ["a = 1\na = 2", "[a]\n[a]", "a = {b = 1, b = 2}", "[a.b]\n[a]\nb = 1", "a.b = 1\na.b = 2"] {
        let parsed = read(Format::Toml, text);
        let kinds: Vec<ProblemKind> = parsed.problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds, [ProblemKind::DuplicateKey], "{text:?}");
    }
}

#[test]
fn everything_has_its_place() {
    let text = "t = 1\n[a.b] # c\nc.d = [1, 'x']\n\n[[l]]\ne = {f = 2}\n[a]\ng = 3\n";
    let parsed = read(Format::Toml, text);
    let root = &parsed.documents[0].root;
    let show = |span| slice(&parsed, span).to_owned();
    assert_eq!(show(root.span), text.trim_end());
    let a = root.entry("a").unwrap();
    assert_eq!(show(a.key_span), "a");
    assert!(show(a.value.span).starts_with("[a.b]") && show(a.value.span).ends_with("g = 3"));
    let b = a.value.entry("b").unwrap();
    assert_eq!((show(b.key_span), show(b.value.span)), ("b".to_owned(), "[a.b] # c\nc.d = [1, 'x']".to_owned()));
    let d = b.value.get("c").unwrap().entry("d").unwrap();
    assert_eq!((show(d.key_span), show(d.value.span)), ("d".to_owned(), "[1, 'x']".to_owned()));
    assert_eq!(show(d.value.as_sequence().unwrap()[1].span), "'x'");
    let l = root.entry("l").unwrap();
    assert_eq!((show(l.key_span), show(l.value.span)), ("l".to_owned(), "[[l]]\ne = {f = 2}".to_owned()));
    let e = l.value.as_sequence().unwrap()[0].entry("e").unwrap();
    assert_eq!(show(e.value.get("f").unwrap().span), "2");
}

#[test]
fn limits_hold() {
    let limits = ParseLimits { depth: 5, nodes: 12, ..ParseLimits::default() };
    let kind = |text: &str| parse(Format::Toml, text.as_bytes(), &limits).problems.first().map(|problem| problem.kind);
    for good in ["a = [[[[1]]]]", "a.b.c.d.e = 1", "[a.b.c.d]\ne = 1", "a = {b = {c = {d = 1}}}", "[[a]]\nb.c.d = 1"] {
        assert_eq!(kind(good), None, "{good:?}");
    }
    let deep = [
        "a = [[[[[1]]]]]",
        "a.b.c.d.e.f = 1",
        "[a.b.c.d.e.f]",
        "a = {b.c.d.e.f = 1}",
        "[a.b.c]\nd.e.f = 1",
        "[[a.b.c.d.e]]",
        "a=1\nb=1\nc=1\nd=1\ne=1\nf=1\ng=1",
        "a = [1,2,3,4,5,6,7,8,9,0,1,2]",
    ];
    for text in deep {
        assert_eq!(kind(text), Some(ProblemKind::Limit), "{text:?}");
    }
    for deep in ["[", "{a=", "[{a=", "a."] {
        let text = format!("a = {}", deep.repeat(10_000));
        assert!(!read(Format::Toml, &text).problems.is_empty());
    }
}
