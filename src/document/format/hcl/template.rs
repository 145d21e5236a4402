//! Templates: quoted strings and heredocs, with what is to be filled in.

use super::expression::Expression;
use super::expression::ExpressionKind;
use super::literal;
use super::parser::{Opened, Parser};
use super::token::{Kind, Token};
use crate::document::Span;

/// A part of a template.
pub(super) enum Part {
    Text(String),
    Expression(Expression),
    If { condition: Span, then: Vec<Part>, otherwise: Vec<Part> },
    For { names: (Span, Option<Span>), collection: Span, body: Vec<Part> },
}

/// What a template is made of, one behind the other.
enum Piece {
    Text(String),
    Expression(Expression),
    If(Span, Span),
    Else(Span),
    EndIf(Span),
    For(Span, (Span, Option<Span>), Span),
    EndFor(Span),
}

/// A directive whose end has not come, with the parts before it.
struct OpenDirective {
    span: Span,
    before: Vec<Part>,
    kind: Directive,
}

enum Directive {
    If { condition: Span, then: Option<Vec<Part>> },
    For { names: (Span, Option<Span>), collection: Span },
}

impl Parser<'_> {
    /// A quoted string or heredoc.
    pub(super) fn template(&mut self) -> Option<Span> {
        let open = self.next();
        self.enter(1, open.span)?;
        let mut pieces = Vec::new();
        let end = self.pieces(open.span, &mut pieces)?;
        self.finish_template(open, pieces)?;
        self.leave(1);
        Some(Span { end, ..open.span })
    }

    fn finish_template(&mut self, open: Token, mut pieces: Vec<Piece>) -> Option<()> {
        if open.kind == Kind::OpenIndentedHeredoc {
            drop_indentation(&mut pieces);
        }
        self.made = if matches!(pieces.as_slice(), [Piece::Expression(_)]) {
            match pieces.pop() {
                Some(Piece::Expression(only)) => ExpressionKind::Wrap(Box::new(only)),
                _ => ExpressionKind::Other,
            }
        } else {
            ExpressionKind::Template(self.parts(pieces)?)
        };
        Some(())
    }

    /// What stands in a template, up to its end: returns where that is.
    fn pieces(&mut self, open: Span, pieces: &mut Vec<Piece>) -> Option<u32> {
        let mut strip_next = false;
        loop {
            let token = self.next();
            let strip = std::mem::take(&mut strip_next);
            match token.kind {
                Kind::CloseQuote | Kind::CloseHeredoc => return Some(token.span.end),
                Kind::QuotedText | Kind::HeredocText => self.text_piece(token, strip, pieces)?,
                Kind::Interpolation | Kind::Directive => strip_next = self.filled_in(token, pieces)?,
                _ => return self.unexpected("the end of the text", Some(Opened { span: open, what: "text" }), ""),
            }
        }
    }

    fn text_piece(&mut self, token: Token, strip: bool, pieces: &mut Vec<Piece>) -> Option<()> {
        let mut text = literal::normalised(self.piece(token)?);
        if strip {
            text.drain(..text.len() - text.trim_start().len());
        }
        pieces.push(Piece::Text(text));
        Some(())
    }

    /// `${…}` or `%{…}`: whether it strips what follows.
    fn filled_in(&mut self, token: Token, pieces: &mut Vec<Piece>) -> Option<bool> {
        if self.slice(token.span).ends_with('~')
            && let Some(Piece::Text(text)) = pieces.last_mut()
        {
            text.truncate(text.trim_end().len());
        }
        let newlines = self.inside(token.span)?;
        if token.kind == Kind::Interpolation {
            let span = self.expression()?;
            pieces.push(Piece::Expression(self.take_made(span)));
        } else {
            let piece = self.directive(token)?;
            pieces.push(piece);
        }
        let strips = self.sequence_end(token)?;
        self.outside(newlines);
        Some(strips)
    }

    /// The end of what `open` opened: whether it strips what follows.
    fn sequence_end(&mut self, open: Token) -> Option<bool> {
        if let Some(end) = self.take(Kind::SequenceEnd) {
            return Some(self.slice(end.span).starts_with('~'));
        }
        self.no_sequence_end(open)
    }

    #[cold]
    #[inline(never)]
    fn no_sequence_end<T>(&mut self, open: Token) -> Option<T> {
        let help = match (open.kind, self.peek_kind()) {
            (Kind::Directive, _) => "a literal `%{` is written `%%{`",
            (_, Kind::OpenQuote | Kind::CloseQuote | Kind::End) => "close it with `}` before the text ends",
            (_, _) => "a literal `${`, for another language, is written `$${`",
        };
        self.unexpected("`}`", Some(Opened { span: open.span, what: "sequence" }), help)
    }

    /// What a piece of text says.
    fn piece(&mut self, token: Token) -> Option<String> {
        let written = self.slice(token.span);
        if token.kind == Kind::HeredocText {
            return Some(literal::heredoc_text(written).to_owned());
        }
        match literal::quoted_text(written) {
            Ok(text) => Some(text),
            Err((at, length, right)) => {
                let start = token.span.start as usize + at;
                let help = format!(
                    "the escapes are `\\n`, `\\r`, `\\t`, `\\\"`, `\\\\`, `\\uNNNN`, `\\UNNNNNNNN`: write {right}"
                );
                self.wrong("this is no escape of HCL", Span::new(start, start + length), "", &help)
            }
        }
    }

    /// A quoted string without anything to fill in, whose quote was just read: what it says, and where it ends.
    pub(super) fn plain_string(&mut self, open: Token) -> Option<(String, Span)> {
        let mut string = String::new();
        loop {
            let token = self.peek();
            match token.kind {
                Kind::CloseQuote => {
                    self.next();
                    return Some((string, Span { end: token.span.end, ..open.span }));
                }
                Kind::QuotedText => {
                    self.next();
                    string.push_str(&self.piece(token)?);
                }
                _ => {
                    let help = "a literal `${` is written `$${`, a literal `%{` is written `%%{`";
                    return self.unexpected("a text without anything to fill in", None, help);
                }
            }
        }
    }

    /// The keyword of a directive and what belongs to it.
    fn directive(&mut self, open: Token) -> Option<Piece> {
        let opened = Some(Opened { span: open.span, what: "directive" });
        let keyword = self.expect(Kind::Identifier, "`if`, `else`, `endif`, `for` or `endfor`", opened)?;
        let span = Span { end: keyword.end, ..open.span };
        Some(match self.slice(keyword) {
            "if" => Piece::If(span, self.expression()?),
            "else" => Piece::Else(span),
            "endif" => Piece::EndIf(span),
            "endfor" => Piece::EndFor(span),
            "for" => {
                let names = self.for_names(opened)?;
                Piece::For(span, names, self.expression()?)
            }
            _ => {
                let help = "a literal `%{` is written `%%{`";
                let message = "expected `if`, `else`, `endif`, `for` or `endfor` behind `%{`";
                return self.wrong(message, keyword, "this is none of them", help);
            }
        })
    }

    /// Puts what stands between the begin and the end of a directive into it.
    fn parts(&mut self, pieces: Vec<Piece>) -> Option<Vec<Part>> {
        let mut open: Vec<OpenDirective> = Vec::new();
        let mut parts: Vec<Part> = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => match parts.last_mut() {
                    Some(Part::Text(before)) => before.push_str(&text),
                    _ => parts.push(Part::Text(text)),
                },
                Piece::Expression(expression) => parts.push(Part::Expression(expression)),
                Piece::If(span, condition) => {
                    self.enter(1, span)?;
                    let kind = Directive::If { condition, then: None };
                    open.push(OpenDirective { span, before: std::mem::take(&mut parts), kind });
                }
                Piece::For(span, names, collection) => {
                    self.enter(1, span)?;
                    let kind = Directive::For { names, collection };
                    open.push(OpenDirective { span, before: std::mem::take(&mut parts), kind });
                }
                Piece::Else(span) => match open.last_mut() {
                    Some(OpenDirective { kind: Directive::If { then: then @ None, .. }, .. }) => {
                        *then = Some(std::mem::take(&mut parts));
                    }
                    _ => return self.unbalanced("else", span, open.last()),
                },
                Piece::EndIf(span) => match open.pop() {
                    Some(OpenDirective { before, kind: Directive::If { condition, then }, .. }) => {
                        let last = std::mem::replace(&mut parts, before);
                        let (then, otherwise) = match then {
                            Some(then) => (then, last),
                            None => (last, Vec::new()),
                        };
                        parts.push(Part::If { condition, then, otherwise });
                        self.leave(1);
                    }
                    other => return self.unbalanced("endif", span, other.as_ref()),
                },
                Piece::EndFor(span) => match open.pop() {
                    Some(OpenDirective { before, kind: Directive::For { names, collection }, .. }) => {
                        let body = std::mem::replace(&mut parts, before);
                        parts.push(Part::For { names, collection, body });
                        self.leave(1);
                    }
                    other => return self.unbalanced("endfor", span, other.as_ref()),
                },
            }
        }
        if let Some(OpenDirective { span, kind, .. }) = open.last() {
            let (word, end) = match kind {
                Directive::If { .. } => ("if", "endif"),
                Directive::For { .. } => ("for", "endfor"),
            };
            let message = format!("the `%{{{word}` that opens here is never closed");
            return self.wrong(&message, *span, "", &format!("add `%{{{end}}}` before the text ends"));
        }
        Some(parts)
    }

    #[cold]
    #[inline(never)]
    fn unbalanced<T>(&mut self, word: &str, span: Span, open: Option<&OpenDirective>) -> Option<T> {
        let help = match open {
            Some(OpenDirective { kind: Directive::If { then: Some(_), .. }, .. }) => {
                "close the `%{else}` with `%{endif}`"
            }
            Some(OpenDirective { kind: Directive::If { then: None, .. }, .. }) => "close the `%{if` with `%{endif}`",
            Some(OpenDirective { kind: Directive::For { .. }, .. }) => "close the `%{for` with `%{endfor}`",
            None => "remove it, or open what it belongs to",
        };
        self.wrong::<T>(&format!("there is nothing here that `%{{{word}}}` could belong to"), span, "", help);
        if let (Some(problem), Some(open)) = (&mut self.fatal, open) {
            problem.related = Some((open.span, "this is still open".to_owned()));
        }
        None
    }
}

/// Drops the blanks that every line of a heredoc begins with; lines of nothing but blanks do not count.
fn drop_indentation(pieces: &mut [Piece]) {
    let mut least = usize::MAX;
    let mut at_line_start = true;
    let mut lines: Vec<&mut String> = Vec::new();
    for piece in pieces {
        let begins_line = std::mem::take(&mut at_line_start);
        match piece {
            Piece::Text(text) => {
                at_line_start = text.ends_with('\n');
                let blank = text.trim_start().is_empty() && at_line_start;
                if begins_line && !blank {
                    least = least.min(text.chars().take_while(|c| c.is_whitespace()).count());
                    lines.push(text);
                }
            }
            Piece::Expression(_)
            | Piece::If(..)
            | Piece::Else(_)
            | Piece::EndIf(_)
            | Piece::For(..)
            | Piece::EndFor(_) => {
                if begins_line {
                    least = 0;
                }
            }
        }
    }
    for text in lines {
        let width: usize = text.chars().take(least).map(char::len_utf8).sum();
        text.drain(..width);
    }
}
