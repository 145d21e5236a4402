//! HCL, read as `hclsyntax` of Terraform reads it, in the shape that `hcl2json` gives it.
//!
//! Blocks become lists under their type and labels, arguments their values. What must be evaluated
//! stays text: `"${var.name}"`. Unlike there, blocks of one type with and without labels are no
//! error (the latter stand under the label `""`), and a block and an argument of one name are one
//! repeated key: their tools refuse them or take only one.

mod body;
mod character;
mod collection;
mod convert;
mod expression;
mod lexer;
mod literal;
mod parser;
mod template;
#[cfg(test)]
mod tests;
mod token;

use super::Reading;
use super::encoding::BOM;
use crate::document::{Document, ParseLimits, Problem, ProblemKind, Span};

/// Reads a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let (tokens, unlexed) = lexer::lex(text, start);
    let mut parser = parser::Parser::new(text, &tokens, unlexed, limits);
    let root = parser.file(start);
    let mut problems = parser.problems.found;
    if let Some(root) = root {
        return Reading { documents: vec![Document { index: 0, root }], problems };
    }
    problems.push(parser.fatal.unwrap_or_else(|| syntax("this is not HCL", Span::new(start, start), "", "")));
    Reading { documents: Vec::new(), problems }
}

/// A problem of syntax; an empty label or help is none.
fn syntax(message: &str, span: Span, label: &str, help: &str) -> Problem {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Problem {
        kind: ProblemKind::Syntax,
        message: message.to_owned(),
        span,
        label: some(label),
        related: None,
        help: some(help),
    }
}
