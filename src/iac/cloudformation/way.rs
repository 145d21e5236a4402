//! The way to a value, kept on the stack: it becomes a [`Route`] only where something is said.

use crate::document::{Route, Step};

/// The way from the root to a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way<'a> {
    before: Option<&'a Way<'a>>,
    step: At<'a>,
}

#[derive(Clone, Copy, Debug)]
enum At<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Way<'a> {
    /// The root.
    pub fn root() -> Self {
        Self { before: None, step: At::Root }
    }

    /// Into a mapping.
    pub fn key(&'a self, key: &'a str) -> Self {
        Self { before: Some(self), step: At::Key(key) }
    }

    /// Into a list.
    pub fn index(&'a self, index: usize) -> Self {
        Self { before: Some(self), step: At::Index(index) }
    }

    /// The name of the mapping or list that this is in, or of itself.
    pub fn last_key(&self) -> Option<&'a str> {
        let mut here = Some(self);
        while let Some(way) = here {
            if let At::Key(key) = way.step {
                return Some(key);
            }
            here = way.before;
        }
        None
    }

    /// The same as a route.
    pub fn route(&self) -> Route {
        let mut steps = Vec::new();
        let mut here = Some(self);
        while let Some(way) = here {
            match way.step {
                At::Root => {}
                At::Key(key) => steps.push(Step::Key(key.to_owned())),
                At::Index(index) => steps.push(Step::Index(index)),
            }
            here = way.before;
        }
        steps.reverse();
        Route(steps)
    }
}
