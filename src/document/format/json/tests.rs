#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::document::format::testing::{problem, read, slice, values};
use crate::document::format::{Format, parse};
use crate::document::{ParseLimits, ProblemKind, Value};

const BOTH: [Format; 2] = [Format::Json, Format::Jsonc];

#[test]
fn values_are_read() {
    let text = " {\"a\": [1, -2.5, true, false, null, {}, []], \"b\": \"x\"}\r\n\t";
    for format in BOTH {
        assert_eq!(values(format, text), [r#"{"a":[1,-2.5,true,false,null,{},[]],"b":"x"}"#]);
    }
    assert_eq!(values(Format::Json, "1"), ["1"]);
}

#[test]
fn values_stand_where_they_are_written() {
    let parsed = read(Format::Json, "{ \"ä\" : [ 1 , {\"b\":\"ü\"} ] }");
    let root = &parsed.documents[0].root;
    let entry = root.entry("ä").unwrap();
    assert_eq!(slice(&parsed, root.span), parsed.source.text());
    assert_eq!(slice(&parsed, entry.key_span), "\"ä\"");
    assert_eq!(slice(&parsed, entry.value.span), "[ 1 , {\"b\":\"ü\"} ]");
    let items = entry.value.as_sequence().unwrap();
    assert_eq!(slice(&parsed, items[0].span), "1");
    assert_eq!(slice(&parsed, items[1].get("b").unwrap().span), "\"ü\"");
}

#[test]
fn numbers_keep_what_they_say() {
    let text = "[-0, 0, 9223372036854775807, 18446744073709551615, 123456789012345678901234567890, 1.0, 1e2, 1.5E-1, 1e400, -1e400]";
    assert_eq!(
        values(Format::Json, text),
        [
            r#"[0,0,9223372036854775807,18446744073709551615,123456789012345678901234567890,1,100,0.15,"1e400","-1e400"]"#
        ]
    );
}

#[test]
fn bad_numbers_are_refused_whole() {
    for number in ["01", "-", "-01", "1.", "1.e1", "1e", "1e+", "0x1", "1_0", "1a", "-a", "1.2.3", "1-2"] {
        let (message, place) = problem(Format::Json, &format!("[{number}]"));
        assert_eq!((message, place), (format!("`{number}` is no JSON number"), number.to_owned()));
    }
    assert_eq!(problem(Format::Json, "[+1]").1, "+");
    assert_eq!(problem(Format::Json, "[.5]").1, ".");
    assert_eq!(problem(Format::Json, "[NaN]").0, "`NaN` is no JSON value");
}

#[test]
fn escapes_are_read() {
    let text = r#"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"]"#;
    let parsed = read(Format::Json, text);
    let items = parsed.documents[0].root.as_sequence().unwrap();
    assert_eq!(items[0].value, Value::String("\"\\/\u{8}\u{c}\n\r\té😀".to_owned()));
}

#[test]
fn half_a_surrogate_pair_is_replaced() {
    let cases = [
        ("\\ud800", "\u{fffd}"),
        ("\\udc00x", "\u{fffd}x"),
        ("\\ud800\\u0041", "\u{fffd}A"),
        ("\\ud800\\ud800\\udc00", "\u{fffd}\u{10000}"),
        ("\\ud800\\n", "\u{fffd}\n"),
    ];
    for (written, meant) in cases {
        let parsed = read(Format::Json, &format!("\"{written}\""));
        assert_eq!(parsed.documents[0].root.as_str(), Some(meant), "{written}");
    }
}

#[test]
fn bad_strings_are_refused() {
    assert_eq!(problem(Format::Json, r#"["\x"]"#), ("`\\x` is no escape of JSON".to_owned(), "\\x".to_owned()));
    assert_eq!(problem(Format::Json, r#"["\u12"]"#).0, "`\\u` is no escape of JSON");
    assert_eq!(problem(Format::Json, r#"["\é"]"#).1, "\\é");
    assert_eq!(problem(Format::Json, "[\"a\nb\"]").1, "\"");
    assert_eq!(problem(Format::Json, "[\"abc").0, "the quote that opens here is not closed on its line");
    assert_eq!(problem(Format::Json, "[\"a\tb\"]").0, "a control character in a string must be written `\\u0009`");
    assert_eq!(problem(Format::Json, "['a']").0, "a string in single quotes");
}

#[test]
fn structure_is_checked() {
    let cases = [
        ("[1 2]", "expected `,` or `]`", "2"),
        ("[1,,2]", "a value is missing", ","),
        ("[,1]", "a value is missing", ","),
        ("[1", "the `[` that opens here is never closed", "["),
        ("[1,", "the `[` that opens here is never closed", "["),
        ("[", "the `[` that opens here is never closed", "["),
        ("{\"a\": 1", "the `{` that opens here is never closed", "{"),
        ("{\"a\" 1}", "expected `:` behind the key", "1"),
        ("{\"a\":}", "a value is missing", "}"),
        ("{a: 1}", "expected a key in double quotes", "a"),
        ("{,}", "expected a key in double quotes", ","),
        ("[1}", "expected `,` or `]`", "}"),
        ("[}", "a value is missing", "}"),
        ("1 2", "text behind the end of the value", "2"),
        ("{}}", "text behind the end of the value", "}"),
        ("]", "a value is missing", "]"),
        ("é", "no JSON value begins like this", "é"),
        ("{\"a\":", "the file ends before its value does", ""),
    ];
    for (text, message, place) in cases {
        for format in BOTH {
            assert_eq!(problem(format, text), (message.to_owned(), place.to_owned()), "{text}");
            assert!(read(format, text).documents.is_empty());
        }
    }
}

#[test]
fn an_empty_file_is_not_json() {
    for text in ["", " \n", "\u{feff}"] {
        for format in BOTH {
            assert_eq!(problem(format, text).0, "an empty file is not JSON", "{text:?}");
        }
    }
}

#[test]
fn comments_and_trailing_commas_are_for_jsonc() {
    let text = "// a\n{\"b\": [1, /* c */ 2,], // d\n /**/\"e\": \"//f\",}\n/* g */";
    assert_eq!(values(Format::Jsonc, text), [r#"{"b":[1,2],"e":"//f"}"#]);
    assert_eq!(problem(Format::Json, text), ("JSON has no comments".to_owned(), "// a".to_owned()));
    assert_eq!(problem(Format::Json, "[1, ]"), ("a comma behind the last item".to_owned(), ",".to_owned()));
    assert_eq!(problem(Format::Jsonc, "[1, ,]").0, "a value is missing");
    assert_eq!(problem(Format::Jsonc, "[,]").0, "a value is missing");
    assert_eq!(problem(Format::Jsonc, "[1] /* x").1, "/*");
    assert_eq!(problem(Format::Jsonc, "[1] / x").0, "text behind the end of the value");
}

#[test]
fn repeated_keys_are_told_and_the_last_counts() {
    let parsed = read(Format::Json, "{\"a\": 1, \"b\": {\"c\": 1, \"\\u0063\": 2}, \"a\": 3}");
    let told: Vec<_> = parsed.problems.iter().map(|problem| (problem.kind, slice(&parsed, problem.span))).collect();
    assert_eq!(told, [(ProblemKind::DuplicateKey, "\"\\u0063\""), (ProblemKind::DuplicateKey, "\"a\"")]);
    assert_eq!(parsed.problems[1].related.clone().unwrap().0.start, 1);
    assert_eq!(crate::document::dump::value_json(&parsed.documents[0].root).to_string(), r#"{"a":3,"b":{"c":2}}"#);
}

#[test]
fn nesting_passes_a_limit() {
    let limits = ParseLimits { depth: 2, ..ParseLimits::default() };
    assert_eq!(parse(Format::Json, b"[{\"a\": 1}, []]", &limits).problems, []);
    assert_eq!(parse(Format::Json, b"[{\"a\": []}]", &limits).problems[0].kind, ProblemKind::Limit);
    for opener in ["[", "{\"a\":"] {
        assert_eq!(read(Format::Json, &opener.repeat(100_000)).problems[0].kind, ProblemKind::Limit);
    }
}
