#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::document::format::testing::{problem, read, slice, values};
use crate::document::format::{Format, parse};
use crate::document::{ParseLimits, ProblemKind};

#[track_caller]
fn reads(text: &str, json: &str) {
    assert_eq!(values(Format::Nginx, text), [json], "{text:?}");
}

#[test]
fn directives_and_blocks_are_read() {
    reads(
        "# c\nuser a b; # c\nevents {}\nhttp {\n  server { listen 80; }\n  gzip on;\n}\n",
        concat!(
            r#"{"directives":[{"name":"user","parameters":["a","b"]},{"name":"events","block":{"directives":[]}},"#,
            r#"{"name":"http","block":{"directives":[{"name":"gzip","parameters":["on"]},"#,
            r#"{"name":"server","block":{"directives":[{"name":"listen","parameters":["80"]}]}}]}}]}"#
        ),
    );
    reads("", r#"{"directives":[]}"#);
}

#[test]
fn words_are_cut_as_nginx_does_it() {
    let parameters = |text: &str| {
        let parsed = read(Format::Nginx, text);
        assert_eq!(parsed.problems, [], "{text:?}");
        let directive = &parsed.documents[0].root.get("directives").unwrap().as_sequence().unwrap()[0];
        let words = directive.get("parameters").unwrap().as_sequence().unwrap();
        words.iter().map(|word| word.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(parameters("a \"b ; \\\" c\" 'd{}' e\"f;"), ["\"b ; \\\" c\"", "'d{}'", "e\"f"]);
    assert_eq!(parameters("a ${b}c$d/${e} f#g \\;\\{;"), ["${b}c$d/${e}", "f#g", "\\;\\{"]);
    assert_eq!(parameters("a \"b\\\\\" c;"), ["\"b\\\\\"", "c"]);
    assert_eq!(parameters("a\n  b\r\n  # c\n  d;"), ["b", "d"]);
}

#[test]
fn the_servers_of_an_upstream_are_in_order() {
    reads(
        "upstream u { server a:1 weight=2 down backup=1 weight=3; least_conn; }",
        concat!(
            r#"{"directives":[{"name":"upstream","parameters":["u"],"block":{"directives":[{"name":"least_conn"},"#,
            r#"{"name":"server","parameters":["a:1","backup=1","weight=3","down"]}]}}]}"#
        ),
    );
}

#[test]
fn blocks_of_lua_are_stepped_over() {
    let lua = "location / { content_by_lua_block {\n  -- }\n  local a = { '}', \"\\\"}\", [[ } ]], [=[ ]] } ]=] }\n --[[ } ]] } d e; }";
    reads(
        lua,
        concat!(
            r#"{"directives":[{"name":"location","parameters":["/"],"block":{"directives":["#,
            r#"{"name":"content_by_lua_block","block":{"directives":[]}},{"name":"d","parameters":["e"]}]}}]}"#
        ),
    );
}

#[test]
fn they_stand_where_they_are_written() {
    let parsed = read(Format::Nginx, "\u{feff}a {\n b  \"c\" d ;\n}\n");
    let block = &parsed.documents[0].root.get("directives").unwrap().as_sequence().unwrap()[0];
    assert_eq!(slice(&parsed, block.span), "a {\n b  \"c\" d ;\n}");
    assert_eq!(slice(&parsed, block.get("block").unwrap().span), "{\n b  \"c\" d ;\n}");
    let inner = &block.get("block").unwrap().get("directives").unwrap().as_sequence().unwrap()[0];
    assert_eq!(slice(&parsed, inner.get("parameters").unwrap().span), "\"c\" d");
}

#[test]
fn what_is_wrong_is_told() {
    let refused = |text: &str| {
        let (message, place) = problem(Format::Nginx, text);
        format!("{message} @ {place}")
    };
    assert_eq!(refused("http {\n a;\n"), "expected `}`, found the end of the file @ ");
    assert_eq!(refused("a b"), "expected `;` behind `a`, found the end of the file @ ");
    assert_eq!(refused("a { b }"), "expected `;` behind `b`, found `}` @ }");
    assert_eq!(refused("a;}"), "expected a directive, found `}` @ }");
    assert_eq!(refused("a;;"), "expected a directive, found `;` @ ;");
    assert_eq!(refused("a {{ b }};"), "expected a directive, found `{` @ {");
    assert_eq!(refused("a \"b;"), "the quote that opens here is never closed: `\"` @ \"");
    assert_eq!(refused("a \"b\"c;"), "expected a blank, `;` or `{` behind the closing quote, found `c` @ c");
    assert_eq!(refused("x_by_lua_block { ' }"), "the block of Lua that opens here is never closed @ {");
}

#[test]
fn limits_hold() {
    let deep = format!("{}{}", "a {".repeat(1000), "}".repeat(1000));
    assert_eq!(read(Format::Nginx, &deep).problems[0].kind, ProblemKind::Limit);
    let limits = ParseLimits { nodes: 20, ..ParseLimits::default() };
    assert_eq!(parse(Format::Nginx, b"a b; c d; e f;", &limits).problems[0].kind, ProblemKind::Limit);
}
