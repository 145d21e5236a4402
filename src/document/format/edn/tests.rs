#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::many_single_char_names)]

use super::super::testing::{problem, read, slice, values};
use super::super::{Format, parse};
use super::scalar::go_float;
use crate::document::{ParseLimits, ProblemKind};

#[track_caller]
fn is(text: &str, json: &str) {
    assert_eq!(values(Format::Edn, text), [json], "{text:?}");
}

#[test]
fn scalars_are_strings() {
    let cases = [
        ("\u{feff}; c\n:a/b", r#"":a/b""#),
        ("[nil true sym a/b / + -x]", r#"["<nil>","true","sym","a/b","/","+","-x"]"#),
        ("[1 -2 +3 -0 12N 0x1F 010 2r101 1/2]", r#"["1","-2","3","0","12","31","8","5","1/2"]"#),
        ("[123456789012345678901234567890]", r#"["123456789012345678901234567890"]"#),
        (
            "[1.0 2.50 1e6 1e5 1.5e-7 0.0001 -0.0 1.50M 1e400 ##Inf]",
            r###"["1","2.5","1e+06","100000","1.5e-07","0.0001","-0","1.5","1e400","##Inf"]"###,
        ),
        (
            r#"["a\"\n\u00e9\ud83d\ude00\\" "b
c"]"#,
            r#"["a\"\né😀\\","b\nc"]"#,
        ),
        (r"[\a \newline \u0041 \( \é \o101]", r#"["97","10","65","40","233","65"]"#),
    ];
    for (text, json) in cases {
        is(text, json);
    }
    for (float, text) in
        [(123_456.789, "123456.789"), (1_234_567.0, "1.234567e+06"), (1e21, "1e+21"), (0.000_012, "1.2e-05")]
    {
        assert_eq!(go_float(float), text);
    }
}

#[test]
fn collections() {
    let cases = [
        ("{:a 1, \"b\" (2 [3] #{4}) nil x [1 2] y}", r#"{":a":"1","b":["2",["3"],["4"]],"<nil>":"x","[1 2]":"y"}"#),
        ("{:a #_ 1 2 #_#_ :x :y :b 3 #_z}", r#"{":a":"2",":b":"3"}"#),
        ("#:n{:a 1 :m/b 2 :_/c 3 \"d\" 4}", r#"{":n/a":"1",":m/b":"2",":c":"3","d":"4"}"#),
        ("[^:x a ^{:y 1} [b]]", r#"["a",["b"]]"#),
        ("[#foo 1 #a/b \"x\" #p {:d 1} #q #r [2]]", r##"["#foo 1","#a/b x",{"#p":{":d":"1"}},{"#q":{"#r":["2"]}}]"##),
    ];
    for (text, json) in cases {
        is(text, json);
    }
}

#[test]
fn instants_are_written_as_go_writes_them() {
    let cases = [
        ("1985-04-12T23:20:50.520Z", "1985-04-12 23:20:50.52 +0000 UTC"),
        ("2020-01-01T00:00:00-00:00", "2020-01-01 00:00:00 +0000 UTC"),
        ("2020-01-01T00:00:00+02:00", "2020-01-01 00:00:00 +0200 +0200"),
        ("1985-04", "#inst 1985-04"),
    ];
    for (written, value) in cases {
        is(&format!("#inst \"{written}\""), &format!("\"{value}\""));
    }
}

#[test]
fn each_form_is_a_document() {
    assert_eq!(values(Format::Edn, "{:a 1} {:a 2}"), [r#"{":a":"1"}"#, r#"{":a":"2"}"#]);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let cases = [
        ("", "expected a value, found the end of the file", ""),
        ("; c", "expected a value, found the end of the file", ""),
        ("{:a", "expected `}`, found the end of the file", ""),
        ("{:a}", "expected a value, found `}`", "}"),
        ("[1 2)", "expected `]`, found `)`", ")"),
        ("{:a 1]", "expected `}`, found `]`", "]"),
        ("{:a 1}}", "`}` closes nothing", "}"),
        ("[#_]", "expected a value, found `]`", "]"),
        ("[#foo]", "expected a value, found `]`", "]"),
        ("#foo", "expected a value, found the end of the file", ""),
        ("#_", "expected a value, found the end of the file", ""),
        ("[\"a", "expected `\"`, found the end of the file", ""),
        (r#"["\q"]"#, "`\\q` is no escape of EDN", "\\q"),
        (r"[\foo]", "`\\foo` is no character of EDN", "\\foo"),
        ("[:]", "`:` is no keyword of EDN", ":"),
        ("[::a]", "`::a` is no keyword of EDN", "::a"),
        ("[:a/]", "`:a/` is no keyword of EDN", ":a/"),
        ("[1a]", "`1a` is no number of EDN", "1a"),
        ("[1.2.3]", "`1.2.3` is no number of EDN", "1.2.3"),
        ("[@x]", "`@x` is no symbol of EDN", "@x"),
        ("[#\"re\"]", "no form of EDN begins like this", "#\""),
        ("##x", "no value of EDN begins with `##`", "##x"),
        ("#:a 1", "expected a namespace and `{` behind `#:`", "1"),
    ];
    for (text, message, place) in cases {
        let (found, at) = problem(Format::Edn, text);
        assert_eq!((found.as_str(), at.as_str()), (message, place), "{text:?}");
    }
    for (text, place) in
        [("{:a {:b 1}", "{"), ("#{1", "#{"), ("[1)", "["), ("{:a}", ":a"), ("[#foo]", "#foo"), ("#_", "#_")]
    {
        let parsed = read(Format::Edn, text);
        assert_eq!(slice(&parsed, parsed.problems[0].related.clone().unwrap().0), place, "{text:?}");
    }
}

#[test]
fn a_key_that_is_written_twice() {
    let parsed = read(Format::Edn, "{:a 1 :a 2}");
    assert_eq!(parsed.problems[0].kind, ProblemKind::DuplicateKey);
    assert_eq!(parsed.problems[0].span.start, 6);
}

#[test]
fn everything_has_its_place() {
    let text = " {:a #{1 \"x\"} ;c\n :b #t [2]} ";
    let parsed = read(Format::Edn, text);
    let show = |span| slice(&parsed, span).to_owned();
    let root = &parsed.documents[0].root;
    assert_eq!(show(root.span), text.trim());
    let a = root.entry(":a").unwrap();
    assert_eq!((show(a.key_span), show(a.value.span)), (":a".to_owned(), "#{1 \"x\"}".to_owned()));
    assert_eq!(show(a.value.as_sequence().unwrap()[1].span), "\"x\"");
    let b = root.get(":b").unwrap();
    let tag = b.entry("#t").unwrap();
    assert_eq!(
        (show(b.span), show(tag.key_span), show(tag.value.span)),
        ("#t [2]".to_owned(), "#t".to_owned(), "[2]".to_owned())
    );
}

#[test]
fn limits_hold() {
    let limits = ParseLimits { depth: 3, nodes: 4, documents: 2, ..ParseLimits::default() };
    let kind = |text: &str| parse(Format::Edn, text.as_bytes(), &limits).problems.first().map(|problem| problem.kind);
    for good in ["[[[1]]]", "1 2", "[1 2 3]", "#a #b #c 1"] {
        assert_eq!(kind(good), None, "{good:?}");
    }
    for text in ["[[[[1]]]]", "1 2 3", "[1 2 3 4]", "#a #b #c #d 1", "#_ #_ #_ #_ 1"] {
        assert_eq!(kind(text), Some(ProblemKind::Limit), "{text:?}");
    }
    for deep in ["[", "{:a ", "#a ", "#_ ", "#{", "^"] {
        assert_eq!(read(Format::Edn, &deep.repeat(10_000)).problems[0].kind, ProblemKind::Limit);
    }
}
