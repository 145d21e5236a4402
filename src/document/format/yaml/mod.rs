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
mod message;
mod scalar;

use granit_parser::{Event, Options, Parser};

use super::Reading;
use super::mapping::{Problems, limit};
use crate::document::{Document, ParseLimits, Problem, Span};

/// Reads a stream of documents.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let mut documents = Vec::new();
    let mut problems = Problems::default();
    let end = match message::forbidden_character(text) {
        Some(problem) => Err(problem),
        None => read_documents(text, limits, &mut documents, &mut problems),
    };
    if let Err(problem) = end {
        problems.found.push(problem);
    }
    Reading { documents, problems: problems.found }
}

fn read_documents(
    text: &str,
    limits: &ParseLimits,
    documents: &mut Vec<Document>,
    problems: &mut Problems,
) -> Result<(), Problem> {
    let mut budget = build::Budget::new(limits.alias_nodes);
    let mut composer = compose::Composer::new(text, limits.depth);
    let mut index = 0;
    for next in Parser::new_from_str_with_options(text, options(limits)) {
        let (event, place) = next.map_err(|error| message::of_error(text, &error, limits))?;
        match event {
            Event::DocumentStart(..) => {
                let at = span(&place);
                if index >= limits.documents {
                    return Err(limit(format!("the file holds more than {} documents", limits.documents), at, None));
                }
                composer.start_document(at);
            }
            Event::DocumentEnd => {
                let graph = composer.finish_document();
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
    options.flow_nesting_limit = limits.depth;
    options.block_nesting_limit = limits.depth;
    options
}

/// Where an event stands, in bytes: the parser always knows them for a text in memory.
fn span(place: &granit_parser::Span) -> Span {
    place.byte_range().map_or_else(Span::default, |range| Span::new(range.start, range.end))
}
