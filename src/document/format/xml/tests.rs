#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::many_single_char_names)]

use super::super::testing::{problem, read, slice, values};
use super::super::{Format, parse};
use crate::document::{ParseLimits, ProblemKind};

#[track_caller]
fn is(text: &str, json: &str) {
    assert_eq!(values(Format::Xml, text), [json], "{text:?}");
}

#[test]
fn elements_are_keys() {
    let cases = [
        ("<a/>", r#"{"a":""}"#),
        ("\u{feff}<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<!-- c --><a> x\r\n y </a>\n", r#"{"a":"x\n y"}"#),
        ("<?xml version='1.1'?><a/>", r#"{"a":""}"#),
        ("<a><b>1</b><b>2</b><c/></a>", r#"{"a":{"b":["1","2"],"c":""}}"#),
        ("<a b='1' c = \"x &amp; y\">t</a>", r##"{"a":{"#content":"t","-b":"1","-c":"x & y"}}"##),
        ("<x:a xmlns:x=\"u\" x:id='1' id='2'><x:b/></x:a>", r#"{"a":{"-x":"u","-id":["1","2"],"b":""}}"#),
        ("<a>&lt;&#65;&#x42;&quot;&apos;&gt;</a>", r#"{"a":"<AB\"'>"}"#),
        ("<größe>ü</größe>", r#"{"größe":"ü"}"#),
        ("<a b='  x\n y '/>", r#"{"a":{"-b":"  x\n y "}}"#),
    ];
    for (text, json) in cases {
        is(text, json);
    }
}

#[test]
fn no_text_of_an_element_is_hidden() {
    is("<a>x<!-- c -->y</a>", r#"{"a":"xy"}"#);
    is("<a>\n <![CDATA[<x> & y]]>\n</a>", r#"{"a":"<x> & y"}"#);
    is("<a>x<b/>\n</a>", r##"{"a":{"#content":"x","b":""}}"##);
}

#[test]
fn entities_of_the_file_itself_are_put_in() {
    let declared = "<!DOCTYPE a [<!-- ' --><!ELEMENT a ANY><!ENTITY e \"x&#33;\"><!ENTITY e 'z'><!ENTITY m '<b/>'><!ENTITY n '&e;'>\
                    <!ENTITY f SYSTEM 'file:///etc/passwd'>]>";
    is(&format!("{declared}<a>&e;</a>"), r#"{"a":"x!"}"#);
    is(&format!("{declared}<a b='&e;'/>"), r#"{"a":{"-b":"x!"}}"#);
    is(&format!("{declared}<a>&m;&n;&f;</a>"), r#"{"a":"&m;&n;&f;"}"#);
    is("<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"x.dtd\"><a>&nbsp;</a>", r#"{"a":"&nbsp;"}"#);
    is("<!DOCTYPE a [<!ENTITY % p 'x'> %p; ]><a>&q;</a>", r#"{"a":"&q;"}"#);
    let (message, place) = problem(Format::Xml, &format!("{declared}<a>&nbsp;</a>"));
    assert_eq!((message.as_str(), place.as_str()), ("the entity `&nbsp;` is not declared", "&nbsp;"));
}

#[test]
fn entities_cannot_make_a_file_large() {
    let text = format!("<!DOCTYPE a [<!ENTITY e '{}'>]><a>{}</a>", "x".repeat(10_000), "&e;".repeat(200));
    let parsed = read(Format::Xml, &text);
    assert_eq!(parsed.problems[0].kind, ProblemKind::Limit);
    assert!(parsed.problems[0].message.starts_with("entities add more than"));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let cases = [
        ("<!-- -->", "expected an element, found the end of the file", ""),
        ("x", "expected `<`: text stands before the root element", "x"),
        ("<a/> x y ", "text behind the end of the root element", "x y"),
        ("<a/><b/>", "a second root element", "<"),
        ("<a><b></a>", "expected `</b>`, found `</a>`", "a"),
        ("<a><b>", "expected `</b>`, found the end of the file", ""),
        ("</a>", "`</a>` closes an element that was never opened", "a"),
        ("<a", "expected `>` or an attribute, found the end of the file", ""),
        ("<a <b/>", "expected `>` or an attribute, found `<`", "<"),
        ("<a></a", "expected `>` behind `</a`", ""),
        ("<a x=1/>", "expected a quote behind `x=`", "1"),
        ("<a x/>", "expected `=` behind the attribute `x`", "/"),
        ("<a x='1'y='2'/>", "expected a space, `>` or `/>`", "y"),
        ("<a x='1>", "expected the closing quote, found the end of the file", ""),
        ("<a x='<'/>", "expected the closing quote, found `<`", "<"),
        ("<a>x & y</a>", "a `&` alone is no XML", "&"),
        ("<a>&lt</a>", "expected `;` behind `&lt`", "&lt"),
        ("<a>&#0;</a>", "`&#0;` is no character", "&#0;"),
        ("<a>&#xd800;</a>", "`&#xd800;` is no character", "&#xd800;"),
        ("<a>a < b</a>", "expected the name of an element", " "),
        ("<a>]]></a>", "`]]>` stands outside of a CDATA section", "]]>"),
        ("<a><!-- x", "expected `-->`, found the end of the file", ""),
        ("<!-- a -- b --><a/>", "XML has no `--` inside of a comment", "--"),
        ("<a>\u{1}</a>", "the character U+0001 is not allowed in XML", "\u{1}"),
        ("<!doctype html><a/>", "no markup of XML begins like this", "<!"),
        ("<a/><!DOCTYPE a>", "`<!DOCTYPE` stands behind the begin of the root element", "<!DOCTYPE"),
        ("<!DOCTYPE a [<!ENTITY", "expected `>`, found the end of the file", ""),
        ("<a/><![CDATA[x]]>", "text behind the end of the root element", "<![CDATA["),
    ];
    for (text, message, place) in cases {
        let (found, at) = problem(Format::Xml, text);
        assert_eq!((found.as_str(), at.as_str()), (message, place), "{text:?}");
    }
}

#[test]
fn an_unclosed_element_is_shown_with_its_problem() {
    for text in ["<a>\n<b>\n</a>", "<a><b>", "<c><b </c>"] {
        let parsed = read(Format::Xml, text);
        let (span, _) = parsed.problems[0].related.clone().unwrap();
        assert_eq!(slice(&parsed, span), "b", "{text:?}");
    }
}

#[test]
fn an_attribute_that_is_written_twice() {
    let parsed = read(Format::Xml, "<a b='1' b='2'/>");
    assert_eq!(parsed.problems[0].kind, ProblemKind::DuplicateKey);
    assert_eq!(parsed.problems[0].span.start, 9);
}

#[test]
fn everything_has_its_place() {
    let text = "<r>\n <p k=' v '> 80 </p>\n <q/>\n <p> <!-- c --> 81\n</p>\n</r>\n";
    let parsed = read(Format::Xml, text);
    let show = |span| slice(&parsed, span).to_owned();
    let root = parsed.documents[0].root.entry("r").unwrap();
    assert_eq!((show(root.key_span), show(root.value.span)), ("r".to_owned(), text.trim_end().to_owned()));
    let p = root.value.entry("p").unwrap();
    assert_eq!((show(p.key_span), p.key_span.start), ("p".to_owned(), 6));
    let items = p.value.as_sequence().unwrap();
    assert_eq!(show(items[0].span), "<p k=' v '> 80 </p>");
    assert_eq!(show(items[0].get("#content").unwrap().span), "80");
    let k = items[0].entry("-k").unwrap();
    assert_eq!((show(k.key_span), show(k.value.span)), ("k".to_owned(), " v ".to_owned()));
    assert_eq!(show(items[1].span), "81");
    assert_eq!(show(root.value.get("q").unwrap().span), "<q/>");
}

#[test]
fn limits_hold() {
    let limits = ParseLimits { depth: 4, nodes: 6, ..ParseLimits::default() };
    let kind = |text: &str| parse(Format::Xml, text.as_bytes(), &limits).problems.first().map(|problem| problem.kind);
    assert_eq!(kind("<a><b/></a>"), None);
    assert_eq!(kind("<a><b><c/></b></a>"), Some(ProblemKind::Limit));
    assert_eq!(kind("<a b='1'><c/></a>"), None);
    assert_eq!(kind("<a b='1' d='1'><c/></a>"), Some(ProblemKind::Limit));
    let deep = format!("{}{}", "<a>".repeat(256), "</a>".repeat(256));
    assert_eq!(read(Format::Xml, &deep).problems, []);
    assert_eq!(read(Format::Xml, &"<a>".repeat(100_000)).problems[0].kind, ProblemKind::Limit);
}
