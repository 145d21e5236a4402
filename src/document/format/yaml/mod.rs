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
use self::lenient::Refused;
use super::Reading;
use super::mapping::{Problems, limit};
use crate::document::{Document, ParseLimits, Problem, Span};

/// Reads a stream of documents.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    if let Some(problem) = message::forbidden_character(text) {
        return Reading { documents: Vec::new(), problems: vec![problem] };
    }
    let mut furthest = attempt(text, lenient::Changes::default(), limits);
    let mut change = furthest.change.take();
    // Of all attempts together, so that they cannot cost much more than one.
    let mut nodes_left = limits.nodes.saturating_mul(2).saturating_sub(furthest.nodes);
    for _ in 0..lenient::most_changes(text.len()) {
        let Some((mended, changes)) = change.filter(|_| nodes_left > 0) else { break };
        let mut next = attempt(&mended, changes, limits);
        nodes_left = nodes_left.saturating_sub(next.nodes);
        change = next.change.take();
        // A problem may be told behind one that it hides, so this one may lie before the last.
        if next.reached > furthest.reached {
            furthest = next;
        }
    }
    furthest.reading
}

/// One parse of a text.
struct Attempt {
    reading: Reading,
    /// How far it came.
    reached: usize,
    /// How many nodes it read.
    nodes: usize,
    /// For a text that the parser refuses, one that it may read, and all changes in it.
    change: Option<(String, lenient::Changes)>,
}

/// Parses a text that holds some changes.
fn attempt(text: &str, changes: lenient::Changes, limits: &ParseLimits) -> Attempt {
    let mut documents = Vec::new();
    let mut problems = Problems::default();
    let mut composer = Composer::new(text, changes, limits);
    let end = read_documents(text, limits, &mut composer, &mut documents, &mut problems);
    let (reached, change) = match end {
        Ok(()) if composer.changes().brackets.iter().all(|at| composer.has_brackets(*at)) => (usize::MAX, None),
        // The change reached into something that is no collection in brackets.
        Ok(()) => (0, None),
        Err(stop) => {
            let reached = match &stop.error {
                Some(error) => message::place_of(text, error),
                None => stop.problem.span.start as usize,
            };
            problems.found.push(stop.problem);
            let (open, cursor) = (composer.open_bracket(), composer.cursor());
            let change = stop.error.and_then(|error| {
                let at = message::place_of(text, &error);
                let mut changes = composer.changes().clone();
                let mended = lenient::change(&Refused { text, kind: error.kind(), at, open, cursor }, &mut changes)?;
                Some((mended, changes))
            });
            (reached, change)
        }
    };
    Attempt { reading: Reading { documents, problems: problems.found }, reached, nodes: composer.nodes_read(), change }
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
        let (event, place) = match next {
            Ok(event) => event,
            Err(error) => {
                let problem = message::of_error(text, &error, composer.progress(), limits);
                return Err(Box::new(Stop { problem, error: Some(error) }));
            }
        };
        match event {
            Event::DocumentStart(explicit, _) => {
                let at = span(&place);
                if index >= limits.documents {
                    let message =
                        format!("the file holds more than {} documents (`limits.documents`)", limits.documents);
                    return Err(limit(message, at, None).into());
                }
                message::check_marks(text, composer.cursor(), at.start as usize)?;
                composer.start_document(explicit.then_some(at));
            }
            Event::DocumentEnd => {
                let graph = composer.finish_document(span(&place));
                if let Some(root) = graph.root() {
                    let root = build::tree(text, &graph, root, limits.depth, &mut budget, problems)?;
                    documents.push(Document { index, root });
                }
                index += 1;
            }
            event => composer.take(event, span(&place))?,
        }
    }
    message::check_marks(text, composer.cursor(), text.len())?;
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
mod tests;
