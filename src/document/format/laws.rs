//! What holds for every text.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::testing::{read, slice};
use super::{Format, parse};
use crate::document::{Node, ParseLimits, Parsed, Span, Value};

const SAMPLES: &[&str] = &[
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web # the name\n  labels: {app: web, tier: \"a b\"}\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n      - name: web\n        image: 'registry/web:1.2'\n        args: [--port, 0x50, -v, yes, ~, 1.5e3]\n        command:\n          - sh\n          - -c\n          - |\n            echo ü\n            exit 0\n        env:\n        -\n        - {name: é, value: }\n---\n# nothing\n---\na: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: !Ref f\n",
    "? a\n: - b\n  -   - c\n      - \"d\n        e\"\n\"f\\tg\": >-\n  h\n  i\n\n  j\nk: !!str 12\nl: [m: n, {o: p, q}, [r, s]]\nt: u\n  v\n",
    "{\"a\": [1, -2.5e3, true, null, \"\\u00e9\\n\"], \"b\": {\"c\": {}, \"d\": []}}\n",
    "a: {\n\tb: 1\n}# c\nd: \"e\"#f\n",
];

/// Every node of a document with the place that must hold it: its parent's, unless it stands where
/// an alias was expanded.
fn each<'a>(parsed: &Parsed, node: &'a Node, within: Span, visit: &mut impl FnMut(&'a Node, Span)) {
    visit(node, within);
    if slice(parsed, node.span).starts_with('*') {
        return;
    }
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| each(parsed, item, node.span, visit)),
        Value::Mapping(entries) => {
            // A merged entry stands elsewhere, key and value.
            let own = |span: Span| span.start >= node.span.start && span.end <= node.span.end;
            for entry in entries.iter().filter(|entry| own(entry.key_span)) {
                each(parsed, &entry.value, node.span, visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn children_stand_inside_of_their_parents() {
    let mut seen = 0;
    for sample in SAMPLES {
        let parsed = read(Format::Yaml, sample);
        assert_eq!(parsed.problems, []);
        for document in &parsed.documents {
            each(&parsed, &document.root, Span::new(0, sample.len()), &mut |node, within| {
                seen += 1;
                assert!(within.start <= node.span.start && node.span.end <= within.end, "{node:?} in {within:?}");
                let text = slice(&parsed, node.span);
                assert_eq!(text, text.trim(), "{node:?}");
            });
        }
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn scalars_say_the_same_when_they_are_read_alone() {
    let mut seen = 0;
    for sample in SAMPLES {
        let parsed = read(Format::Yaml, sample);
        for document in &parsed.documents {
            each(&parsed, &document.root, document.root.span, &mut |node, _| {
                let text = slice(&parsed, node.span);
                let tagged = parsed.source.text()[..node.span.start as usize]
                    .rsplit(' ')
                    .nth(1)
                    .is_some_and(|w| w.starts_with('!'));
                if matches!(node.value, Value::Sequence(_) | Value::Mapping(_))
                    || text.is_empty()
                    || text.starts_with('*')
                    || tagged
                {
                    return;
                }
                seen += 1;
                let alone = read(Format::Yaml, &format!("{text}\n"));
                let mut value = alone.documents[0].root.value.clone();
                if let (Value::String(alone), Value::String(here)) = (&mut value, &node.value) {
                    // The line feeds at the end of a block scalar are no part of its place.
                    alone.truncate(
                        alone.trim_end_matches('\n').len() + (here.len() - here.trim_end_matches('\n').len()),
                    );
                }
                assert_eq!(value, node.value, "{text:?}");
            });
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn json_is_yaml() {
    let json = read(Format::Json, SAMPLES[2]);
    let yaml = read(Format::Yaml, SAMPLES[2]);
    assert_eq!(json.documents[0].root, yaml.documents[0].root, "values and places");
}

#[test]
fn no_bytes_make_it_panic() {
    // xorshift, so that a failure can be repeated.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let limits = ParseLimits { depth: 40, nodes: 10_000, alias_nodes: 500, documents: 20 };
    let spice = b"[]{}:,-?|>&*!%@`'\"#<\\\n\r\t ~ax0.\xc3\xa9\xff\0";
    let mut good = 0;
    for _ in 0..6_000 {
        let mut bytes = SAMPLES[random(SAMPLES.len())].as_bytes().to_vec();
        bytes.truncate(random(bytes.len()) + 1);
        for _ in 0..=random(4) {
            let at = random(bytes.len() + 1);
            match random(3) {
                0 => bytes.insert(at, spice[random(spice.len())]),
                1 if at < bytes.len() => drop(bytes.remove(at)),
                _ => {
                    let from = random(bytes.len() + 1);
                    let piece = bytes[from.min(at)..from.max(at)].to_vec();
                    bytes.splice(at..at, piece.into_iter().take(30));
                }
            }
        }
        for format in Format::ALL {
            let parsed = parse(*format, &bytes, &limits);
            good += usize::from(parsed.problems.is_empty());
            for problem in &parsed.problems {
                let text = parsed.source.text();
                assert!(text.get(problem.span.start as usize..problem.span.end as usize).is_some(), "{problem:?}");
            }
            for document in &parsed.documents {
                each(&parsed, &document.root, document.root.span, &mut |_, _| {});
            }
        }
    }
    assert!(good > 500, "{good} of them should be good");
}
