//! Where things stand: what each case asks for is marked in its text by `«` and `»`.

use pushgate::document::format::{Format, parse};
use pushgate::document::{Entry, Node, ParseLimits, Parsed, Route, Span, Step, Value};

fn read(text: &str) -> Parsed {
    let parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
    assert_eq!(parsed.problems, [], "{text:?}");
    parsed
}

/// The place of a value by number of its document and JSON Pointer (`1/a/0`); with `@` before it that of its key.
fn place(parsed: &Parsed, which: &str) -> Span {
    let (is_key, which) = which.strip_prefix('@').map_or((false, which), |rest| (true, rest));
    let mut steps = which.split('/');
    let index: usize = steps.next().expect("a number").parse().expect("a number");
    let document = parsed.documents.iter().find(|document| document.index == index).expect("a document");
    let step = |step: &str| step.parse().map_or_else(|_| Step::Key(step.to_owned()), Step::Index);
    let found = Route(steps.map(step).collect()).locate(&document.root);
    assert!(found.exact, "{which}");
    if is_key { found.entry.expect("an entry").key_span } else { found.node.span }
}

fn marked(text: &str, at: Span) -> String {
    let (start, end) = (at.start as usize, at.end as usize);
    format!("{}«{}»{}", &text[..start], &text[start..end], &text[end..])
}

const CASES: &[(&str, &str)] = &[
    // Characters of several bytes.
    ("0/é", "é: «ü»\n"),
    ("@0/é", "«é»: ü\n"),
    ("0/日/1", "日: [本, «語»]\n"),
    ("0/k", "ä: 😀\nk: «😀 x# y» # z\n"),
    ("@0/😀", "a: é\n«'😀'»: b\n"),
    ("0/a", "a: «\"é\\u00e9\\\n  😀\"» # c\n"),
    // Ends of lines.
    ("0/a", "a: «b»\r\nc: d\r\n"),
    ("0/c", "a: b\r\nc: «d»\r\n"),
    ("0/c", "a:\r\n- b\r\nc: «d\r\n  e»\r\nf: g"),
    ("0/a", "a: «|\r\n  é\r\n\r\n  x»\r\n\r\nb: c\r\n"),
    ("0/a", "a:\r\n  «b: c\r\n  d: e»\r\nf: g\r\n"),
    ("0/c", "a: b\rc: «d»\r"),
    ("0/a", "a:\r  «b: c\r  d:\r  - e»\rf: g\r"),
    ("0/a", "a: «|\r  x\r\r  y»\r\rb: c\r"),
    ("0/a", "a: «>-\n  x\r  y»\nb: c\n"),
    ("0/b", "a: 'x\r\n  y'\r\nb: «z»"),
    // A byte order mark.
    ("@0/a", "\u{feff}«a»: b\n"),
    ("0", "\u{feff}«a: b\nc: d»\n"),
    ("0", "\u{feff}«{\"a\": 1}»"),
    ("0/0", "\u{feff}# c\n- «é»\n"),
    ("0", "\u{feff}---\n«- a»\n"),
    ("0/a", "a: «x\u{feff}y»\n"),
    // Block scalars.
    ("0/a", "a: «|\n  x\n  y»\n"),
    ("0/a", "a: «|2-\n   x\n  y»\n\n\nb: c\n"),
    ("0/a", "a: «>+ # c\n  x»\n\n\n"),
    ("0/a", "a: «|»\nb: c\n"),
    ("0/a", "a: «|»\n\n\nb: c\n"),
    ("0/a", "a: «|\n  x  »\n  \nb: c\n"),
    ("0/a", "a: !t &x «|\n  x»\n# c\n"),
    ("0/a", "a:\n  # c |\n  «>\n   é\n\n   # no comment»\n\n  # c\nb: |\n x\n"),
    ("0/0", "- «|-\n x»\n- >\n y\n"),
    ("0/1", "- |-\n x\n- «>\n y»\n"),
    ("0", "--- «|\n x»\n...\n"),
    ("0/a", "a: «|\n  x»\n---\nb: c\n"),
    ("0/a", "a: «|\n  x»"),
    ("@0/k\n", "? «|\n  k»\n: v\n"),
    // Collections in brackets.
    ("0/a", "a: «[b, {c: d}, ]» # c\n"),
    ("0/a/1", "a: [b, «{c: d}», ]\n"),
    ("0/a/1/c", "a: [b, {c: «d»}, ]\n"),
    ("0/a", "a: «{\n  b: [c,\n\n  d]\n}»\n"),
    ("0/a/b", "a: {\n  b: «[c,\n\n  d]»\n}\n"),
    ("0/a/0", "a: [«b: c», d]\n"),
    ("0/a/1", "a: [b, «\"c\" : d»]\n"),
    ("0/a/b", "a: {b:«» , c: d}\n"),
    ("0/a/b", "a: {b«», c: d}\n"),
    ("@0/a/b", "a: {x: 1, «\"b\"»: d}\n"),
    ("0/a", "a: «[]»\n"),
    ("0/a", "a:\n\n  «{}»\nb: c\n"),
    ("0/a/0", "a: [\n\t«b»,\n\t'c'\n]\n"),
    // Collections in blocks.
    ("0", "# c\n\n«a: b\nc:\n- d»\n\n# c\n"),
    ("0/a", "a:\n«- b\n- c»\nd: e\n"),
    ("0/a", "a: # c - d\n  # - e\n  «- b\n  -\n    c: d»\n"),
    ("0/a/1", "a:\n- b\n- «c: d\n  e: f»\n- g\n"),
    ("0/0", "- «- a\n  - b»\n- c\n"),
    ("0/a", "a: !!map &x\n  «b: c»\n"),
    ("0/a", "a:«»\nb: c\n"),
    ("0/a", "a: # c\n  «b»\n"),
    ("0/1", "- a\n-«» # c\n- b\n"),
    ("0/a", "? a # c\n: «b»\n"),
    ("@0/a", "? «a» # c\n: b\n"),
    ("0/a", "a: «b\n  c\n\n  d»\n  # e\nf: g\n"),
    ("0/a", "a: «'b\n\n  c'»\n"),
    // Aliases and merge keys.
    ("0/b", "a: &x [c]\nb: «*x»\n"),
    ("0/b/0", "a: &x [«c»]\nb: *x\n"),
    ("@0/k", "a: &x k\n«*x» : b\n"),
    ("@0/k", "a: &x k\n«*x»: b\n"),
    ("0/b/c", "a: &x {c: «d»}\nb:\n  <<: *x\n"),
    ("@0/b/c", "a: &x {«c»: d}\nb:\n  <<: *x\n"),
    ("0/b", "a: &x {c: d}\nb:\n  «<<: *x»\n"),
    ("0/b/c", "a: &x {c: d}\nb:\n  <<: *x\n  c: «e»\n"),
    ("0/b/c/0", "a: &x {c: &y [«é»]}\nb:\n  <<: [*x]\n"),
    ("0/b/0", "a: &x k\nb: [«*x», -]\n"),
    ("0/b/1", "a: &x k\nb: [*x, «-»]\n"),
    // Several documents.
    ("1/a", "a: b\n---\na: «c»\n"),
    ("1/a", "é: b\r\n--- # c\r\na: «c»\r\n...\r\n"),
    ("1", "a: b\n--- «'c'»\n"),
    ("2", "---\n---\n--- «{a: b}»\n---\n"),
    ("1/a/0", "\u{feff}a: b\n...\n---\na:\n- «c»\n"),
    ("1", "%YAML 1.1\n---\na\n...\n# c\n%TAG !e! x:\n---\n«- !e!t b»\n"),
    // Behind what the parser is given in other words.
    ("0/c", "a: \"it\\'s\"\nb: [-]\nc: «é»\n"),
    ("0/a", "a: «\"it\\'s\"»\n"),
    ("0/b", "a: [\n\tx]# é\nb: «c»\n"),
];

#[test]
fn everything_stands_where_it_is_written() {
    let mut wrong = Vec::new();
    for (which, case) in CASES {
        let text = case.replace(['«', '»'], "");
        let found = marked(&text, place(&read(&text), which));
        if found != *case {
            wrong.push(format!("{which} should be {case:?} and is {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The text at the place of each string and key of the record is its text, as far as that can be told without reading
/// escapes: in one line exactly, in several lines word for word.
#[test]
fn strings_stand_at_their_text() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/yaml/recorded.jsonl");
    let record = std::fs::read_to_string(path).expect("a record");
    let mut checked = 0;
    for line in record.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line of the record");
        let text = line["in"].as_str().expect("a text");
        // Of binary data the text is not the value.
        if !text.contains("binary") {
            let parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
            parsed.documents.iter().for_each(|document| check(text, &document.root, &mut checked));
        }
    }
    assert!(checked > 10_000, "{checked}");
}

fn check(text: &str, node: &Node, checked: &mut usize) {
    let written = |span: Span| text.get(span.start as usize..span.end as usize).expect("a place in the text");
    match &node.value {
        Value::String(value) => {
            *checked += 1;
            // The two parts of `!GetAtt Resource.Attribute` stand at the same place.
            let of_function = text.contains("!GetAtt") && written(node.span).contains(value.as_str());
            assert!(
                is_written(written(node.span), value) || of_function,
                "{text:?}: {:?} for {value:?}",
                written(node.span)
            );
        }
        Value::Sequence(items) => items.iter().for_each(|item| check(text, item, checked)),
        Value::Mapping(entries) => {
            for Entry { key, key_span, value } in entries {
                *checked += 1;
                let here = written(*key_span);
                let is_short =
                    here.strip_prefix('!').is_some_and(|short| key == short || key.strip_prefix("Fn::") == Some(short));
                assert!(
                    is_written(here, key) || is_no_string(here) || is_short,
                    "{text:?}: {here:?} for the key {key:?}"
                );
                check(text, value, checked);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether `value` can be what is written `here`.
fn is_written(here: &str, value: &str) -> bool {
    let quoted = |quote| here.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let lines = here.contains(['\n', '\r']);
    let same_words = |here: &str| here.split_whitespace().eq(value.split_whitespace());
    match here.chars().next() {
        Some('*') => true,
        Some('|' | '>') => same_words(here.split_once(['\n', '\r']).map_or("", |(_, content)| content)),
        Some('"') => {
            quoted('"').is_some_and(|inner| inner.contains('\\') || inner == value || lines && same_words(inner))
        }
        Some('\'') => quoted('\'').is_some_and(|inner| {
            let inner = inner.replace("''", "'");
            inner == value || lines && same_words(&inner)
        }),
        // One name for all notations.
        Some('.' | '+' | '-') if here.to_lowercase().trim_start_matches('+') == value => true,
        Some(_) | None => here == value || lines && same_words(here),
    }
}

/// Whether this plain text is null, a boolean or a number.
fn is_no_string(here: &str) -> bool {
    let read = parse(Format::Yaml, format!("- {here}").as_bytes(), &ParseLimits::default());
    let item = read.documents.first().and_then(|document| document.root.as_sequence()?.first());
    item.is_some_and(|item| matches!(item.value, Value::Null | Value::Bool(_) | Value::Number(_)))
}
