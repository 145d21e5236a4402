//! As much of CEL as rules of `CustomResourceDefinition`s over a value before and after need.
//!
//! This room reads expressions and evaluates them over values. It must not know schemas or findings. What it does not
//! know, it says: an expression has a result, or none that is known here.

mod eval;
mod lexer;
mod methods;
mod parser;
#[cfg(test)]
mod tests;
mod value;

use crate::document::Node;

/// An expression over `self` and `oldSelf`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression(parser::Expr);

/// Why an expression has no result here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// It uses what is not known here.
    Unsupported,
    /// It depends on what is filled in before the object is applied.
    Substituted,
    /// It fails: a field that it needs is not there, or is of another type.
    Fails,
}

/// What an expression is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The value after the change.
    pub new: &'a Node,
    /// The value before it.
    pub old: Option<&'a Node>,
    /// Whether `oldSelf` is an optional value (`optionalOldSelf`).
    pub optional: bool,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// [`Open::Unsupported`] where it is none that is known here.
    pub fn parse(text: &str) -> Result<Self, Open> {
        parser::parse(text).map(Self).ok_or(Open::Unsupported)
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// [`Open`] where nobody here can say it.
    pub fn holds(&self, subject: &Subject<'_>) -> Result<bool, Open> {
        eval::holds(&self.0, subject)
    }

    /// The fields of `self` and `oldSelf` that it looks at, by their keys.
    #[must_use]
    pub fn fields(&self) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        self.0.fields(&mut found);
        found
    }
}
