//! YAML streams.
//!
//! Three steps for each document: `granit-parser` turns the text into events, `compose` puts these
//! into a graph with exact places (anchors and aliases are still anchors and aliases), and `build`
//! makes the tree of values out of the graph, expanding aliases and merge keys within limits.
//!
//! The syntax is that of YAML 1.2 with the leniencies of libyaml; what scalars say is YAML 1.1 (see
//! `scalar`). Text that readers of YAML 1.1 and 1.2 would split into different lines is refused.

mod build;
mod compose;
mod gap;
mod lenient;
mod message;
mod scalar;

use granit_parser::{Event, Options, Parser, ScanError};

use self::compose::Composer;
use super::Reading;
use super::mapping::{Problems, limit};
use crate::document::{Document, ParseLimits, Problem, Span};

/// Reads a stream of documents.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    if let Some(problem) = message::forbidden_character(text) {
        return Reading { documents: Vec::new(), problems: vec![problem] };
    }
    let mut changed_brackets = Vec::new();
    let mut attempt = attempt(text, &changed_brackets, limits);
    for _ in 0..lenient::most_changes(text.len()) {
        let Some(change) = attempt.change.take() else { break };
        changed_brackets.extend(change.brackets);
        let next = self::attempt(&change.text, &changed_brackets, limits);
        if next.reached <= attempt.reached {
            break;
        }
        attempt = next;
    }
    attempt.reading
}

/// One parse of a text.
struct Attempt {
    reading: Reading,
    /// How far it came.
    reached: usize,
    /// For a text that the parser refuses, one that it may read.
    change: Option<lenient::Change>,
}

/// Parses a text in which the collections at `changed_brackets` were changed.
fn attempt(text: &str, changed_brackets: &[Span], limits: &ParseLimits) -> Attempt {
    let mut documents = Vec::new();
    let mut problems = Problems::default();
    let mut composer = Composer::new(text, limits.depth);
    let end = read_documents(text, limits, &mut composer, &mut documents, &mut problems);
    let (reached, change) = match end {
        Ok(()) if changed_brackets.iter().all(|at| composer.has_brackets(*at)) => (usize::MAX, None),
        // The change reached into something that is no collection in brackets.
        Ok(()) => (0, None),
        Err(stop) => {
            let at = stop.problem.span.start as usize;
            problems.found.push(stop.problem);
            let change = stop.error.and_then(|error| {
                let at = message::place_of(text, &error);
                lenient::change(text, error.kind(), at, composer.open_bracket(), composer.cursor())
            });
            (at, change)
        }
    };
    Attempt { reading: Reading { documents, problems: problems.found }, reached, change }
}

/// Why a text was not read to its end.
struct Stop {
    problem: Problem,
    /// The parser's error, if it was one.
    error: Option<ScanError>,
}

impl From<Problem> for Box<Stop> {
    fn from(problem: Problem) -> Self {
        Self::new(Stop { problem, error: None })
    }
}

fn read_documents<'t>(
    text: &'t str,
    limits: &ParseLimits,
    composer: &mut Composer<'t>,
    documents: &mut Vec<Document>,
    problems: &mut Problems,
) -> Result<(), Box<Stop>> {
    let mut budget = build::Budget::new(limits.alias_nodes);
    let mut index = 0;
    for next in Parser::new_from_str_with_options(text, options(limits)) {
        let (event, place) = next
            .map_err(|error| Box::new(Stop { problem: message::of_error(text, &error, limits), error: Some(error) }))?;
        match event {
            Event::DocumentStart(explicit, _) => {
                let at = span(&place);
                if index >= limits.documents {
                    let message = format!("the file holds more than {} documents", limits.documents);
                    return Err(limit(message, at, None).into());
                }
                composer.start_document(explicit.then_some(at));
            }
            Event::DocumentEnd => {
                let graph = composer.finish_document(span(&place));
                if let Some(root) = graph.root() {
                    let root = build::tree(&graph, root, limits.depth, &mut budget, problems)?;
                    documents.push(Document { index, root });
                }
                index += 1;
            }
            event => composer.take(event, span(&place))?,
        }
    }
    Ok(())
}

fn options(limits: &ParseLimits) -> Options {
    let mut options = Options::default();
    options.set_emit_comments(false);
    // libyaml, and so every Kubernetes tool, adds no line feed that is not there.
    options.block_scalar_eof_without_line_feed = true;
    // Their names are looked at.
    options.emit_anchor_events = true;
    options.flow_nesting_limit = limits.depth;
    options.block_nesting_limit = limits.depth;
    options
}

/// Where an event stands, in bytes: the parser always knows them for a text in memory.
fn span(place: &granit_parser::Span) -> Span {
    place.byte_range().map_or_else(Span::default, |range| Span::new(range.start, range.end))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
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
}
