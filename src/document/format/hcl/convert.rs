//! Expressions become values.

use super::super::mapping::MappingBuilder;
use super::expression::{Expression, ExpressionKind, Literal};
use super::literal::number_value;
use super::parser::Parser;
use super::template::Part;
use crate::document::{Entry, Node, Span, Value};

impl Parser<'_> {
    /// The value of an expression: what it says, or its text as `${…}`.
    pub(super) fn node(&mut self, expression: Expression) -> Option<Node> {
        let span = expression.span;
        let value = match expression.kind {
            ExpressionKind::Wrap(inner) => self.node(*inner)?.value,
            ExpressionKind::List(items) => self.sequence(items)?,
            ExpressionKind::Object(pairs) => self.mapping(pairs)?,
            scalar @ (ExpressionKind::Literal(_)
            | ExpressionKind::Unary(_)
            | ExpressionKind::Senseless(_)
            | ExpressionKind::Template(_)
            | ExpressionKind::Reference
            | ExpressionKind::Conditional(_)
            | ExpressionKind::Other) => self.scalar(&scalar, span)?,
        };
        Some(Node { value, span })
    }

    fn scalar(&mut self, kind: &ExpressionKind, span: Span) -> Option<Value> {
        Some(match kind {
            ExpressionKind::Literal(literal) | ExpressionKind::Unary(literal) => match literal {
                Literal::Null => Value::Null,
                Literal::Bool(value) => Value::Bool(*value),
                Literal::Number(text) => number_value(text),
            },
            ExpressionKind::Senseless(message) => return self.wrong(message, span, "", ""),
            ExpressionKind::Template(parts) => {
                let mut text = String::new();
                self.write_parts(&mut text, parts);
                Value::String(text)
            }
            ExpressionKind::Wrap(_)
            | ExpressionKind::List(_)
            | ExpressionKind::Object(_)
            | ExpressionKind::Reference
            | ExpressionKind::Conditional(_)
            | ExpressionKind::Other => Value::String(format!("${{{}}}", self.source(span))),
        })
    }

    fn sequence(&mut self, items: Vec<Expression>) -> Option<Value> {
        let mut nodes = Vec::with_capacity(items.len());
        for item in items {
            nodes.push(self.node(item)?);
        }
        Some(Value::Sequence(nodes))
    }

    /// The last of a repeated key counts, as in Terraform.
    fn mapping(&mut self, pairs: Vec<Expression>) -> Option<Value> {
        let mut mapping = MappingBuilder::with_capacity(pairs.len() / 2);
        let mut pairs = pairs.into_iter();
        while let Some(key) = pairs.next() {
            let value = self.node(pairs.next()?)?;
            self.entry(&mut mapping, &key, value);
        }
        Some(Value::Mapping(mapping.finish()))
    }

    fn entry(&self, mapping: &mut MappingBuilder, key: &Expression, value: Node) {
        let mut text = String::new();
        if matches!(key.kind, ExpressionKind::Reference) {
            text.push_str(self.source(key.span));
        } else {
            self.write(&mut text, key);
        }
        mapping.write(Entry { key: text, key_span: key.span, value });
    }

    /// The text of an expression. A closing parenthesis that stands right behind it belongs to it
    /// in the reference's output.
    fn source(&self, span: Span) -> &str {
        let (start, end) = (span.start as usize, span.end as usize);
        let extra = usize::from(self.text.as_bytes().get(end) == Some(&b')'));
        self.text.get(start..end + extra).unwrap_or_default()
    }

    fn write_parts(&self, text: &mut String, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Text(literal) => write_literal(text, literal),
                Part::Expression(expression) => self.write(text, expression),
                Part::If { condition, then, otherwise } => {
                    self.write_if(text, *condition);
                    self.write_parts(text, then);
                    let before = text.len();
                    text.push_str(ELSE);
                    self.write_parts(text, otherwise);
                    end_if(text, before);
                }
                Part::For { names: (first, second), collection, body } => {
                    text.push_str("%{for ");
                    text.push_str(self.slice(*first));
                    if let Some(second) = second {
                        text.push_str(", ");
                        text.push_str(self.slice(*second));
                    }
                    text.push_str(" in ");
                    text.push_str(self.source(*collection));
                    text.push('}');
                    self.write_parts(text, body);
                    text.push_str("%{endfor}");
                }
            }
        }
    }

    /// An expression as a part of a template, or as a key.
    fn write(&self, text: &mut String, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Literal(Literal::Null) => text.push_str("null"),
            ExpressionKind::Literal(Literal::Bool(value)) => text.push_str(if *value { "true" } else { "false" }),
            ExpressionKind::Literal(Literal::Number(number)) => text.push_str(number),
            ExpressionKind::Template(parts) => self.write_parts(text, parts),
            ExpressionKind::Wrap(inner) => self.write(text, inner),
            ExpressionKind::Conditional(conditional) => {
                self.write_if(text, conditional.condition);
                self.write(text, &conditional.then);
                let before = text.len();
                text.push_str(ELSE);
                self.write(text, &conditional.otherwise);
                end_if(text, before);
            }
            ExpressionKind::Unary(_)
            | ExpressionKind::Senseless(_)
            | ExpressionKind::List(_)
            | ExpressionKind::Object(_)
            | ExpressionKind::Reference
            | ExpressionKind::Other => {
                text.push_str("${");
                text.push_str(self.source(expression.span));
                text.push('}');
            }
        }
    }

    fn write_if(&self, text: &mut String, condition: Span) {
        text.push_str("%{if ");
        text.push_str(self.source(condition));
        text.push('}');
    }
}

const ELSE: &str = "%{else}";

/// Closes an `if`; without its `else`, begun at `before`, where that holds nothing.
fn end_if(text: &mut String, before: usize) {
    if text.len() == before + ELSE.len() {
        text.truncate(before);
    }
    text.push_str("%{endif}");
}

/// A literal in which nothing may be taken for a sequence.
fn write_literal(text: &mut String, literal: &str) {
    if literal.contains("${") || literal.contains("%{") {
        text.push_str(&literal.replace("${", "$${").replace("%{", "%%{"));
    } else {
        text.push_str(literal);
    }
}
