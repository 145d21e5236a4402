//! Tokens: the smallest pieces of a text that mean something.

use crate::document::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    OpenQuote,
    CloseQuote,
    /// `<<NAME` with its line break.
    OpenHeredoc,
    /// `<<-NAME` with its line break: the indentation that all lines have is dropped.
    OpenIndentedHeredoc,
    /// The name that ends a heredoc, with the blanks around it.
    CloseHeredoc,
    /// `+ / % && || == != < <= > >=`: every operator between two operands that is nothing else.
    Operator,
    Star,
    Minus,
    Bang,
    Equal,
    Dot,
    Comma,
    DoubleColon,
    Ellipsis,
    FatArrow,
    Question,
    Colon,
    /// `${` or `${~`.
    Interpolation,
    /// `%{` or `%{~`.
    Directive,
    /// `}` or `~}` that ends one of them.
    SequenceEnd,
    /// A piece of a quoted string, escapes and all.
    QuotedText,
    /// A piece of a heredoc.
    HeredocText,
    Number,
    Identifier,
    Newline,
    /// The end of the file, or of what of it can be cut into tokens.
    End,
}

/// A token and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}
