//! Streams, and their limits.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use crate::document::format::testing::{problem, read, values};
use crate::document::format::{Format, parse};
use crate::document::{ParseLimits, ProblemKind, Value};

fn indexes(text: &str) -> Vec<usize> {
    read(Format::Yaml, text).documents.iter().map(|document| document.index).collect()
}

#[test]
fn every_document_of_a_stream_is_read() {
    assert_eq!(
        values(Format::Yaml, "a: 1\n---\nb: 2\n--- c\n...\n---\n- d\n"),
        [r#"{"a":1}"#, r#"{"b":2}"#, r#""c""#, r#"["d"]"#]
    );
    assert_eq!(indexes("a: 1\n---\nb: 2\n"), [0, 1]);
}

#[test]
fn documents_that_hold_nothing_are_counted_only() {
    for text in ["", "\n", "# only\n", "---\n", "--- # c\n...\n", "\u{feff}"] {
        assert_eq!(values(Format::Yaml, text), [""; 0], "{text:?}");
    }
    assert_eq!(indexes("---\n---\na: 1\n---\n# c\n---\nb\n---\n"), [1, 3]);
}

#[test]
fn null_is_a_document() {
    assert_eq!(values(Format::Yaml, "null"), ["null"]);
    assert_eq!(values(Format::Yaml, "--- ~\n---\n!!null\n"), ["null", "null"]);
}

#[test]
fn documents_before_an_error_stay() {
    let parsed = read(Format::Yaml, "a: 1\n---\nb: [\n---\nc: 3\n");
    assert_eq!(parsed.documents.len(), 1);
    assert_eq!(parsed.problems.len(), 1);
    assert_eq!(parsed.problems[0].kind, ProblemKind::Syntax);
}

#[test]
fn line_ends_of_windows_are_line_ends() {
    assert_eq!(
        values(Format::Yaml, "a: 1\r\nb:\r\n  - x\r\n  - |\r\n    t\r\n    u\r\n"),
        [r#"{"a":1,"b":["x","t\nu\n"]}"#]
    );
}

#[test]
fn a_block_scalar_at_the_end_of_the_text_gets_no_line_feed() {
    assert_eq!(values(Format::Yaml, "a: |\n  x"), [r#"{"a":"x"}"#]);
    assert_eq!(values(Format::Yaml, "a: |\n  x\n"), [r#"{"a":"x\n"}"#]);
}

#[test]
fn too_many_documents_pass_a_limit() {
    let limits = ParseLimits { documents: 2, ..ParseLimits::default() };
    assert_eq!(parse(Format::Yaml, b"a\n---\nb\n", &limits).problems, []);
    let parsed = parse(Format::Yaml, b"a\n---\nb\n---\nc\n", &limits);
    assert_eq!(parsed.problems[0].kind, ProblemKind::Limit);
    assert_eq!(parsed.documents.len(), 2);
}

#[test]
fn nesting_passes_a_limit() {
    let limits = ParseLimits { depth: 3, ..ParseLimits::default() };
    for (fits, deep) in [("[[[1]]]", "[[[[1]]]]"), ("a: {b: [1]}", "a: {b: [{}]}"), ("- - - x", "- - - - x")] {
        assert_eq!(parse(Format::Yaml, fits.as_bytes(), &limits).problems, [], "{fits}");
        assert_eq!(parse(Format::Yaml, deep.as_bytes(), &limits).problems[0].kind, ProblemKind::Limit, "{deep}");
    }
    for opener in ["[", "{a: ", "- ", "? "] {
        let problems = read(Format::Yaml, &opener.repeat(100_000)).problems;
        assert_eq!(problems[0].kind, ProblemKind::Limit, "{opener}");
    }
}

#[test]
fn text_that_only_some_readers_break_into_lines_is_refused() {
    for character in ['\u{85}', '\u{2028}', '\u{2029}'] {
        let (message, place) = problem(Format::Yaml, &format!("a: b # c{character}d: e\n"));
        assert!(message.contains("only for readers of YAML 1.1"), "{message}");
        assert_eq!(place, character.to_string());
    }
    assert_eq!(problem(Format::Yaml, "é: \u{1}").1, "\u{1}");
    assert_eq!(problem(Format::Yaml, "a: \u{7f}").1, "\u{7f}");
    assert_eq!(values(Format::Yaml, "é: “x”\u{1f600}\tx"), [r#"{"é":"“x”😀\tx"}"#]);
}

#[test]
fn directives_are_accepted() {
    assert_eq!(values(Format::Yaml, "%YAML 1.2\n---\na: yes\n"), [r#"{"a":true}"#]);
    assert_eq!(values(Format::Yaml, "%TAG !y! tag:yaml.org,2002:\n---\na: !y!str 1\n"), [r#"{"a":"1"}"#]);
}

#[test]
fn a_document_may_be_a_scalar() {
    assert!(matches!(read(Format::Yaml, "hello").documents[0].root.value, Value::String(_)));
}

#[test]
fn a_byte_order_mark_begins_the_text_only() {
    for text in [
        "\u{feff}a: 1\n",
        "\u{feff}\u{feff}# c\na: 1\n",
        "# \u{feff}\na: 1\n",
        "\u{feff}---\na: 1\n",
        "a: 1\n# \u{feff}\n",
    ] {
        assert_eq!(values(Format::Yaml, text), [r#"{"a":1}"#], "{text:?}");
    }
    // Other readers take these for the first character of a key, or of `---`.
    let marked = [
        "# c\n\u{feff}a: 1\n",
        "\n \u{feff}a: 1\n",
        "a: 1\n---\n\u{feff}b: 2\n",
        "a: 1\n...\n\u{feff}---\nb: 2\n",
        "# c\n\u{feff}\n",
    ];
    for text in marked {
        assert_eq!(problem(Format::Yaml, text).1, "\u{feff}", "{text:?}");
    }
}

fn limited(text: &str, limits: &ParseLimits) -> Option<String> {
    let problem = parse(Format::Yaml, text.as_bytes(), limits).problems.pop()?;
    assert_eq!(problem.kind, ProblemKind::Limit, "{problem:?}");
    Some(problem.message)
}

#[test]
fn too_many_nodes_pass_a_limit() {
    let limits = ParseLimits { nodes: 7, ..ParseLimits::default() };
    // A mapping, two keys, a list of two, and a string.
    for (fits, more) in [
        ("a: [1, 2]\nb: x\n", "a: [1, 2]\nb: [x]\n"),
        ("a: 1\n---\n- b\n- c\n---\nd\n", "a: 1\n---\n- b\n- c\n---\nd:\n"),
    ] {
        assert_eq!(limited(fits, &limits), None);
        assert_eq!(limited(more, &limits).unwrap(), "the file holds more than 7 keys and values (`limits.nodes`)");
    }
    let json = |text: &str| parse(Format::Json, text.as_bytes(), &limits).problems;
    assert_eq!(json(r#"{"a": [1, 2], "b": 3}"#), []);
    assert_eq!(json(r#"{"a": [1, 2], "b": [3]}"#)[0].kind, ProblemKind::Limit);
    assert_eq!(json("[[], [], [], [], [], []]"), []);
    assert_eq!(json("[[], [], [], [], [], [], []]")[0].kind, ProblemKind::Limit);
}

#[test]
fn the_default_limit_bounds_short_nodes_and_no_real_file() {
    const LARGEST_FILE: usize = 64 << 20;
    let nodes = ParseLimits::default().nodes;
    // `[],` has three bytes a node; a plan of Terraform has 14, the densest of 10,000 real files, all of
    // them below 8 MiB, more than six.
    assert!(nodes < LARGEST_FILE / 3);
    assert!(nodes > LARGEST_FILE / 14);
}

#[test]
fn every_limit_is_named_with_its_option() {
    let limits = ParseLimits::default();
    for open in ["[", "{a: ", "- ", "? ", "[{a: "] {
        let message = limited(&open.repeat(10_000), &limits).unwrap();
        assert_eq!(message, "lists and mappings are nested deeper than 512 levels (`limits.depth`)", "{open}");
    }
    let steps: String = (0..10_000).flat_map(|level| [" ".repeat(level), "a:\n".to_owned()]).collect();
    assert!(limited(&steps, &limits).unwrap().contains("`limits.depth`"));
    let mut bomb = "a0: &a0 x\n".to_owned();
    for level in 1..10 {
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")));
    }
    assert!(limited(&bomb, &limits).unwrap().contains("`limits.aliases`"));
    assert!(limited(&"---\n".repeat(100_001), &limits).unwrap().contains("`limits.documents`"));
    assert!(limited(&"a\n---\n".repeat(100_001), &limits).unwrap().contains("`limits.documents`"));
}

#[test]
fn large_and_plain_texts_are_read() {
    let anchors: String =
        (0..100_000).flat_map(|at: u32| ["- &a".to_owned(), at.to_string(), " x\n".to_owned()]).collect();
    let texts = [
        anchors,
        format!("a: {}\n", "x".repeat(1 << 20)),
        format!("a: {}\n", "x ".repeat(1 << 19)),
        format!("a: \"{}\"\n", "\\n".repeat(1 << 19)),
        format!("a: [{}b]\n", "1234567, ".repeat(1 << 17)),
        format!("a: |\n  {}\n", "x".repeat(1 << 20)),
    ];
    for text in texts {
        let parsed = read(Format::Yaml, &text);
        assert_eq!(parsed.problems, []);
        assert_eq!(parsed.documents.len(), 1);
    }
}

#[test]
fn other_encodings_are_named() {
    let wide = |text: &str, big: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let wider = |text: &str, big: bool| -> Vec<u8> {
        text.chars().flat_map(|c| if big { u32::from(c).to_be_bytes() } else { u32::from(c).to_le_bytes() }).collect()
    };
    for text in ["a: é\n", "\u{feff}a: é\n", "# c\n---\nb: c\n"] {
        for big in [false, true] {
            for (bytes, name) in [(wide(text, big), "UTF-16"), (wider(text, big), "UTF-32")] {
                let problems = parse(Format::Yaml, &bytes, &ParseLimits::default()).problems;
                assert_eq!(problems.len(), 1);
                assert_eq!(problems[0].kind, ProblemKind::Encoding);
                assert_eq!(problems[0].message, format!("the file is {name}, not UTF-8"), "{text:?}");
            }
        }
    }
}

#[test]
fn attempts_to_read_a_text_are_bounded() {
    // Each `[-]` is one more attempt.
    let dashes = |count| "- [-]\n".repeat(count);
    assert_eq!(read(Format::Yaml, &dashes(300)).problems, []);
    let limits = ParseLimits { nodes: 5_000, ..ParseLimits::default() };
    let problems = parse(Format::Yaml, dashes(300).as_bytes(), &limits).problems;
    assert_eq!(problems[0].message, "a lone `-` in brackets");
    let problems = parse(Format::Yaml, "- \"it\\'s\"\n".repeat(300).as_bytes(), &limits).problems;
    assert_eq!(problems[0].message, "`\\'` is no escape of YAML");
}
