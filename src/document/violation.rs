//! What is wrong with a value that could be parsed.

use super::Route;

/// One thing that is wrong with a value, for whoever judges files to make a finding of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Way to the value, from the unit's root; for a missing field to the mapping that lacks it.
    pub route: Route,
    /// Which part of it is underlined.
    pub part: Part,
    /// What is wrong, in one line, without the place and without a final full stop.
    pub message: String,
    /// What stands there, in a few words.
    pub label: Option<String>,
    /// A second place that belongs to it, with what stands there.
    pub related: Option<(Route, String)>,
    /// What to do.
    pub help: Option<String>,
    /// What is not there, where that is all that is wrong: something else may add it.
    pub lacking: Option<String>,
    /// The words in the value that it is about, where the value says more.
    pub words: Option<String>,
}

/// The part of an entry that a [`Violation`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The key: it should not be there, or what it holds lacks something.
    Key,
    /// The value.
    Value,
}

impl Violation {
    /// A violation by the value at a route.
    #[must_use]
    pub fn of_value(route: Route, message: impl Into<String>) -> Self {
        Self {
            route,
            part: Part::Value,
            message: message.into(),
            label: None,
            related: None,
            help: None,
            lacking: None,
            words: None,
        }
    }

    /// A violation by the key at a route.
    #[must_use]
    pub fn of_key(route: Route, message: impl Into<String>) -> Self {
        Self { part: Part::Key, ..Self::of_value(route, message) }
    }

    /// The same with a few words beside the place.
    #[must_use]
    pub fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..self }
    }

    /// The same with a second place.
    #[must_use]
    pub fn related(self, route: Route, label: impl Into<String>) -> Self {
        Self { related: Some((route, label.into())), ..self }
    }

    /// The same about these words in the value.
    #[must_use]
    pub fn about(self, words: impl Into<String>) -> Self {
        Self { words: Some(words.into()), ..self }
    }

    /// The same for something that is not there.
    #[must_use]
    pub fn lacking(self, what: impl Into<String>) -> Self {
        Self { lacking: Some(what.into()), ..self }
    }

    /// The same with what to do.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
