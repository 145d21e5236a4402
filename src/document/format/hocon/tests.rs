#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::many_single_char_names)]

use super::super::testing::{problem, read, slice, values};
use super::super::{DEEPEST, Format, parse};

use crate::document::{ParseLimits, ProblemKind};

#[track_caller]
fn is(text: &str, json: &str) {
    assert_eq!(values(Format::Hocon, text), [json], "{text:?}");
}

#[test]
fn values_are_those_of_the_specification() {
    let cases = [
        ("", "{}"),
        ("\u{feff}# only a comment", "{}"),
        (r#"{"a": [1, -2.5e3, true, null, "é\n"]}"#, r#"{"a":[1,-2500,true,null,"é\n"]}"#),
        ("a = 1, b : x y \nc{d=2}", r#"{"a":1,"b":"x y","c":{"d":2}}"#),
        ("a.b.c = 1\na.\"b.d\" = 2\na b.c = 3", r#"{"a":{"b":{"c":1},"b.d":2},"a b":{"c":3}}"#),
        ("a = 010\nb = 1.50 x\nc = 64k\nd = .5\ne = 1e+5", r#"{"a":10,"b":"1.50 x","c":"64k","d":".5","e":100000}"#),
        ("a = \"5\"\nb = true x\nc = 75 seconds // c", r#"{"a":"5","b":"true x","c":"75 seconds"}"#),
        ("a = \"\"\"x\n\"y\" \\n\"\"\"\"", r#"{"a":"x\n\"y\" \\n\""}"#),
        ("a = [\n1\n2,\n3,\n]", r#"{"a":[1,2,3]}"#),
        ("a = [1] [2]\nb = {c=1} {d=2}", r#"{"a":[1,2],"b":{"c":1,"d":2}}"#),
        ("a {b=1, c=2}\na {c=3}\na.d = 4", r#"{"a":{"b":1,"c":3,"d":4}}"#),
        ("a {b=1}\na = 5\na {c=2}", r#"{"a":{"c":2}}"#),
        ("a = [1]\na += 2\nb += x", r#"{"a":[1,2],"b":["x"]}"#),
        ("[1, {a=2}]", r#"[1,{"a":2}]"#),
    ];
    for (text, json) in cases {
        is(text, json);
    }
}

#[test]
fn substitutions_are_resolved_within_the_file() {
    let cases = [
        ("a = ${b.c}, b { c = 1 }", r#"{"a":1,"b":{"c":1}}"#),
        ("a = \"x-\"${v}-y, v = 1.0", r#"{"a":"x-1.0-y","v":1}"#),
        ("a = ${b}x, b = ${c}, c = 1.0", r#"{"a":"1.0x","b":1,"c":1}"#),
        ("a = ${b} { y = 2 }, b { x = 1 }", r#"{"a":{"x":1,"y":2},"b":{"x":1}}"#),
        ("a = ${b} [3], b = [1]", r#"{"a":[1,3],"b":[1]}"#),
        ("a = 1\na = ${a}2\na = ${a}3", r#"{"a":"123"}"#),
        ("a = [1]\na = ${a} [2]\na += 3", r#"{"a":[1,2,3]}"#),
        ("a { x = 1, y = ${a.x} }", r#"{"a":{"x":1,"y":1}}"#),
        ("a = ${b}{ y = ${a.x} }, b { x = 1 }", r#"{"a":{"x":1,"y":1},"b":{"x":1}}"#),
        ("foo { a { c = 1 } }\nfoo = ${foo.a}\nfoo { a = 2 }", r#"{"foo":{"a":2,"c":1}}"#),
        ("a = ${x.y}, x = ${z}, z { y = 7 }", r#"{"a":7,"x":{"y":7},"z":{"y":7}}"#),
        ("p = 1\np = ${?HOME}", r#"{"p":1}"#),
        ("a = ${?b}, c = x ${?b}, d = [${?b}], e = ${?b}5", r#"{"c":"x ","d":[],"e":5}"#),
        ("a = ${HOME}/x, b = ${c} [1], d = ${ e.f }", r#"{"a":"${HOME}/x","b":[1],"d":"${ e.f }"}"#),
        ("PATH = ${PATH}\":/x\"", r#"{"PATH":"${PATH}:/x"}"#),
        ("a = ${?b}, b = ${?a}", "{}"),
    ];
    for (text, json) in cases {
        is(text, json);
    }
}

#[test]
fn includes_are_left_out() {
    is(
        "include \"x\"\na = 1\ninclude required(file(\"y\")), b { include url(\"z\"), c = 2 }",
        r#"{"a":1,"b":{"c":2}}"#,
    );
    is("includes = 1, \"include\" = 2", r#"{"includes":1,"include":2}"#);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let cases = [
        ("a", "expected `=`, `:` or `{` behind the key `a`, found the end of the file", ""),
        ("a = ", "expected a value, found the end of the file", ""),
        ("a = ,", "expected a value, found `,`", ","),
        ("= 1", "expected a key, found `=`", "="),
        ("a..b = 1", "a part of the key is empty", "."),
        ("a. = 1", "a part of the key is empty", ""),
        ("{a=1", "expected `}`, found the end of the file", ""),
        ("a=[1", "expected `]`, found the end of the file", ""),
        ("a=1}", "`}` closes nothing", "}"),
        ("{a=1} b", "expected the end of the file, found `b`", "b"),
        ("a=[1,,2]", "two commas in a row", ","),
        ("a=\"x", "expected the closing quote, found the end of the file", ""),
        ("a=\"x\n\"", "expected the closing quote, found the end of the line", ""),
        ("a=\"\"\"x", "expected the closing quote, found the end of the file", ""),
        ("a=\"\\q\"", "`\\q` is no escape of HOCON", "\\q"),
        ("a = http://x", "`:` stands in quotes only", ":"),
        ("a = $x", "`$` stands in quotes only", "$"),
        ("a = ${x", "expected `}`, found the end of the file", ""),
        ("a = ${}", "expected a name, found `}`", "}"),
        ("a = [1] x", "a list and text cannot be put together", "[1] x"),
        ("a = ${b} x, b = [1]", "a list and a string cannot be put together", "${b} x"),
        ("a {} {}", "expected `,` or a new line, found `{`", "{"),
        ("include = 1", "expected the name of a file behind `include`, found ` `", " "),
        ("a = ${b}, b = ${a}", "the value needs itself", "${a}"),
        ("a { b = ${a} }", "the value needs itself", "${a}"),
    ];
    for (text, message, place) in cases {
        let (found, at) = problem(Format::Hocon, text);
        assert_eq!((found.as_str(), at.as_str()), (message, place), "{text:?}");
    }
    for (text, place) in [("a {b=1", "{"), ("a=[1 }", "["), ("a=\"x", "\""), ("a=${x", "${")] {
        let parsed = read(Format::Hocon, text);
        assert_eq!(slice(&parsed, parsed.problems[0].related.clone().unwrap().0), place, "{text:?}");
    }
}

#[test]
fn everything_has_its_place() {
    let text = "a.b = 1 # c\nx { y = [ 2, ${a.b} ] }\na.c = p q\nx { z = ${a} }\n";
    let parsed = read(Format::Hocon, text);
    let show = |span| slice(&parsed, span).to_owned();
    let root = &parsed.documents[0].root;
    assert_eq!(show(root.span), text.trim_end());
    let a = root.entry("a").unwrap();
    assert_eq!((show(a.key_span), a.key_span.start), ("a".to_owned(), 0));
    let c = a.value.entry("c").unwrap();
    assert_eq!((show(c.key_span), show(c.value.span)), ("c".to_owned(), "p q".to_owned()));
    let y = root.get("x").unwrap().entry("y").unwrap();
    assert_eq!((show(y.key_span), show(y.value.span)), ("y".to_owned(), "[ 2, ${a.b} ]".to_owned()));
    // A substitution stands where it is written; what an object holds, where that is written.
    assert_eq!(show(y.value.as_sequence().unwrap()[1].span), "${a.b}");
    let z = root.get("x").unwrap().entry("z").unwrap();
    assert_eq!(show(z.value.span), "${a}");
    assert_eq!(show(z.value.get("c").unwrap().span), "p q");
}

#[test]
fn limits_hold() {
    let limits = ParseLimits { depth: 3, nodes: 9, alias_nodes: 6, ..ParseLimits::default() };
    let kind = |text: &str| parse(Format::Hocon, text.as_bytes(), &limits).problems.first().map(|problem| problem.kind);
    for good in ["a=[[[1]]]", "a.b.c=[1]", "a=1,b=2,c=3,d=4", "a=[1,2,3],b=${a}"] {
        assert_eq!(kind(good), None, "{good:?}");
    }
    for text in
        ["a=[[[[1]]]]", "a.b.c.d.e=1", "a=1,b=2,c=3,d=4,e=5", "a=[1,2,3,4],b=${a},c=${a}", "a=[1,2],b=[${a},${a},${a}]"]
    {
        assert_eq!(kind(text), Some(ProblemKind::Limit), "{text:?}");
    }
    for deep in ["[", "{a=", "a.", "[{a=", "a{"] {
        let text = format!("{}b = 1", deep.repeat(10_000));
        assert_eq!(read(Format::Hocon, &text).problems[0].kind, ProblemKind::Limit, "{deep}");
    }
    let limits = ParseLimits { depth: DEEPEST, ..ParseLimits::default() };
    for (open, close) in [("[", "]"), ("{a=", "}")] {
        let deepest = format!("a = {}1{}\nb = ${{a}}", open.repeat(DEEPEST - 5), close.repeat(DEEPEST - 5));
        assert_eq!(parse(Format::Hocon, deepest.as_bytes(), &limits).problems, []);
    }
    let chain = format!("a = x\n{}", "a = ${a}x\n".repeat(DEEPEST / 3));
    assert_eq!(read(Format::Hocon, &chain).problems, []);
}

#[test]
fn substitutions_cannot_make_a_file_large_or_slow() {
    let mut lists = "a0 = [1, 1]\n".to_owned();
    let mut texts = "a0 = 0123456789\n".to_owned();
    let mut nothing = "a0 = ${?x}\n".to_owned();
    let mut chain = "a = x\n".to_owned();
    for at in 1..60 {
        lists.push_str(&format!("a{at} = [${{a{}}}, ${{a{}}}]\n", at - 1, at - 1));
        texts.push_str(&format!("a{at} = ${{a{}}}${{a{}}}\n", at - 1, at - 1));
        nothing.push_str(&format!("a{at} = ${{?a{}}}${{?a{}}}\n", at - 1, at - 1));
    }
    for _ in 0..5_000 {
        chain.push_str("a = ${a}x\n");
    }
    for text in [lists, texts, nothing, chain] {
        assert_eq!(read(Format::Hocon, &text).problems[0].kind, ProblemKind::Limit, "{:?}", &text[..40]);
    }
    let appended = format!("a = []\n{}", "a += 1\n".repeat(20_000));
    assert_eq!(read(Format::Hocon, &appended).documents[0].root.get("a").unwrap().as_sequence().unwrap().len(), 20_000);
}
