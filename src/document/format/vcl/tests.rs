#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::document::format::testing::{problem, read, slice, values};
use crate::document::format::{Format, parse};
use crate::document::{ParseLimits, ProblemKind};

#[track_caller]
fn reads(text: &str, json: &str) {
    assert_eq!(values(Format::Vcl, text), [json], "{text:?}");
}

#[test]
fn declarations_are_read() {
    reads(
        "vcl 4.1; # c\nimport std;\nimport vsthrottle;\ninclude \"a.vcl\";\nacl a { \"10.0.0.0\"/8; ! \"10.0.0.1\"; \"localhost\"; }",
        r#"{"vcl":["4.1"],"import":["std","vsthrottle"],"include":["a.vcl"],"acl":{"a":["10.0.0.0/8","!10.0.0.1","localhost"]}}"#,
    );
    reads(
        "backend b {\n .host = \"h\"; .port = \"80\"; .t = 60s; .u = 500ms; .v = 1.5m; .m = 800; .z = 2KB; .x = true;\n .probe = { .url = \"/\"; .request = \"GET /\" \"Host: h\"; }\n}\nbackend none none;\nprobe p { .window = 5; }",
        concat!(
            r#"{"backend":{"b":{"host":"h","port":"80","t":60,"u":0.5,"v":90,"m":800,"z":2048,"x":true,"#,
            r#""probe":{"url":"/","request":["GET /","Host: h"]}},"none":null},"probe":{"p":{"window":5}}}"#
        ),
    );
    reads("", "{}");
}

#[test]
fn bodies_are_text() {
    reads(
        "sub vcl_recv {\n  if (a) { /* } */ set req.x = {\" } \"}; }\n}\nsub vcl_recv { return (pass); }\ntable t { \"a\": \"b\", }",
        r#"{"sub":{"vcl_recv":["if (a) { /* } */ set req.x = {\" } \"}; }","return (pass);"]},"table":{"t":["\"a\": \"b\","]}}"#,
    );
    reads("C{ int a; }C\nsub f STRING { }", r#"{"sub":{"f":[""]}}"#);
}

#[test]
fn they_stand_where_they_are_written() {
    let parsed = read(Format::Vcl, "\u{feff}backend b { .host = \"h\"; }\nacl a { \"1\"/8; }");
    let root = &parsed.documents[0].root;
    let host = root.get("backend").unwrap().get("b").unwrap().entry("host").unwrap();
    assert_eq!((slice(&parsed, host.key_span), slice(&parsed, host.value.span)), (".host", "\"h\""));
    let entries = root.get("acl").unwrap().get("a").unwrap();
    assert_eq!(slice(&parsed, entries.as_sequence().unwrap()[0].span), "\"1\"/8");
}

#[test]
fn what_is_wrong_is_told() {
    let refused = |text: &str| {
        let (message, place) = problem(Format::Vcl, text);
        format!("{message} @ {place}")
    };
    assert_eq!(refused("sub a {\n if (x) {\n}\n"), "what opens here is never closed @ {");
    assert_eq!(refused("backend b { host = 1; }"), "expected `.field = value;`, found `host` @ host");
    assert_eq!(refused("backend b { .host = 1 }"), "expected `;` behind `.host`, found `}` @ }");
    assert_eq!(refused("acl a { ; }"), "expected an address, found `;` @ ;");
    assert_eq!(refused("} sub a {}"), "expected a declaration, found `}` @ }");
    assert_eq!(refused("import std"), "expected `;` or `{` behind `import`, found the end of the file @ ");
    assert_eq!(refused("sub a { \"b\n }"), "the quote that opens here is not closed on its line @ \"");
    assert_eq!(refused("/* a"), "the comment that opens here is never closed @ /*");
    let twice = read(Format::Vcl, "acl a { \"1\"; }\nacl a { \"2\"; }").problems;
    assert_eq!(twice.iter().map(|problem| problem.kind).collect::<Vec<_>>(), [ProblemKind::DuplicateKey]);
    let limits = ParseLimits { nodes: 10, ..ParseLimits::default() };
    assert_eq!(parse(Format::Vcl, b"acl a { \"1\"; \"2\"; }", &limits).problems, []);
    assert_eq!(
        parse(Format::Vcl, b"acl a { \"1\"; \"2\"; } acl b { \"1\"; }", &limits).problems[0].kind,
        ProblemKind::Limit
    );
}
