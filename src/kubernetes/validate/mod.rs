//! Strict structural validation: does a value look as its schema says?
//!
//! This room owns how a schema is held against a value, and the words for what differs. It must not
//! know where schemas come from, nor which file the value is in. Whoever judges files makes
//! findings of the [`Violation`]s.

mod alternative;
mod ambiguous;
mod bounds;
mod fields;
mod list;
mod notation;
mod pattern;
pub mod placeholder;
mod quantity;
mod scalar;
mod trail;
mod walk;
mod written;

pub use ambiguous::{ambiguous, readings};

use crate::{
    document::{Node, Route, Source, Violation},
    kubernetes::schema::Schema,
};

/// Where definitions are looked up.
pub trait Definitions {
    /// The definition with this number; `None` where there is none, and anything goes.
    fn get(&self, number: u16) -> Option<&Schema>;
}

/// What is known beside schema and value.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Where definitions are looked up.
    pub definitions: &'a dyn Definitions,
    /// The text of the file, to see how a scalar is written.
    pub source: &'a Source,
    /// Whether this is a patch: nothing has to be there.
    pub partial: bool,
    /// What `metadata` of an object looks like (`ObjectMeta`), for custom resources and objects in objects.
    pub metadata: Option<&'a Schema>,
    /// Whether values must never be printed.
    pub secret: bool,
    /// Whether `{{ … }}` in a string is filled in later.
    pub templated: bool,
}

/// As many violations are told of one value. Whoever mends these will see the rest.
pub const MOST: usize = 50;

/// What is wrong with a value, in the order of its text; nothing for a good one. At most [`MOST`].
#[must_use]
pub fn validate(schema: &Schema, node: &Node, context: &Context<'_>) -> Vec<Violation> {
    let mut checker = walk::Checker::new(context, MOST);
    checker.check(schema, node);
    if checker.attempts == 0 {
        // Not known to be good.
        let message = "its definition has too many alternatives to be compared with this";
        let help = "make either simpler; what fits none of them would be refused by the API server";
        checker.found.push(Violation::of_value(Route::default(), message).with_help(help));
    }
    checker.found
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
pub(crate) mod testing;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
