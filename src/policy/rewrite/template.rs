//! Template strings: `$"…{x}…"`.

use super::forms::Forms;
use super::token::Fault;
use super::tree::{Literal, LiteralKind, Part, Term, TermKind};

impl Forms<'_> {
    /// What a constant in a template string is printed as: as it is written.
    fn constant(&self, literal: &Literal) -> Option<String> {
        let LiteralKind::Term(Term { kind: TermKind::Scalar, span }) = &literal.kind else { return None };
        let text = self.of(*span);
        match text.chars().next()? {
            '"' => serde_json::from_str(text).ok(),
            '`' => Some(text.trim_matches('`').to_owned()),
            _ => Some(text.to_owned()),
        }
    }

    /// `$"a{x}"` is `internal.template_string(["a", {v | v := [x][_]}])`.
    pub(super) fn template(&mut self, parts: &[Part]) {
        let mut constant = false;
        for (index, part) in parts.iter().enumerate() {
            match part {
                Part::Piece { span, raw, first, last } => {
                    let text = self.of(*span);
                    let inner = text.get(if *first { 2 } else { 1 }..text.len() - 1).unwrap_or("");
                    let Some(value) = piece(inner, *raw) else {
                        self.faults.push(Fault::new(span.start, "this template string has an unknown escape sequence"));
                        return;
                    };
                    let mut new = String::from(match (first, constant) {
                        (true, _) => "internal.template_string([",
                        (false, true) => ",",
                        (false, false) => "},",
                    });
                    new.push_str(&serde_json::Value::from(value).to_string());
                    constant = match parts.get(index + 1) {
                        Some(Part::Expression(literal)) => self.constant(literal).is_some(),
                        Some(Part::Piece { .. }) | None => false,
                    };
                    let name = self.name();
                    new.push_str(&match (last, constant) {
                        (true, _) => "])".to_owned(),
                        (false, true) => ",".to_owned(),
                        (false, false) => format!(",{{{name} | {name} := ["),
                    });
                    self.edits.replace(*span, new);
                }
                Part::Expression(literal) => {
                    if let Some(text) = self.constant(literal) {
                        self.edits.replace(literal.span, serde_json::Value::from(text).to_string());
                    } else {
                        self.literal(literal);
                        self.edits.insert(literal.with_start, "][_]");
                    }
                }
            }
        }
    }
}

/// What a piece of a template string stands for.
fn piece(inner: &str, raw: bool) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&'{') => {}
            '\\' if !raw => {
                text.push('\\');
                text.extend(characters.next());
            }
            other => text.push(other),
        }
    }
    if raw { Some(text) } else { serde_json::from_str(&format!("\"{text}\"")).ok() }
}
