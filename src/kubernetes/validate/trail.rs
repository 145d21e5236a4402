//! The way from the root to the value that is looked at, cheap to extend.

use crate::{
    document::{Route, Step},
    text,
};

/// One step, borrowed from the document.
#[derive(Clone, Copy)]
pub(super) enum Crumb<'a> {
    Key(&'a str),
    Index(usize),
}

/// Steps from the root.
#[derive(Default)]
pub(super) struct Trail<'a>(Vec<Crumb<'a>>);

impl<'a> Trail<'a> {
    pub(super) fn push(&mut self, crumb: Crumb<'a>) {
        self.0.push(crumb);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    pub(super) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The way to the value that is looked at.
    pub(super) fn route(&self) -> Route {
        Route(self.0.iter().map(step).collect())
    }

    /// What the value is called: its key with backticks, and its number where it is in a list.
    pub(super) fn name(&self) -> String {
        let key = self.0.iter().rposition(|crumb| matches!(crumb, Crumb::Key(_)));
        match key.and_then(|at| self.0.get(at..)) {
            Some(crumbs) => format!("`{}`", dotted(crumbs)),
            None if self.0.is_empty() => "the document".to_owned(),
            None => format!("`{}`", dotted(&self.0)),
        }
    }

    /// The key of the mapping that holds the value.
    pub(super) fn holder(&self) -> Option<&'a str> {
        self.0.iter().rev().skip(1).find_map(|crumb| match crumb {
            Crumb::Key(key) => Some(*key),
            Crumb::Index(_) => None,
        })
    }

    /// The first `steps` steps and one key more: `spec.template`.
    pub(super) fn place(&self, steps: usize, key: Option<&str>) -> String {
        let mut crumbs: Vec<Crumb<'_>> = self.0.iter().take(steps).copied().collect();
        crumbs.extend(key.map(Crumb::Key));
        dotted(&crumbs)
    }
}

fn step(crumb: &Crumb<'_>) -> Step {
    match crumb {
        Crumb::Key(key) => Step::Key((*key).to_owned()),
        Crumb::Index(index) => Step::Index(*index),
    }
}

fn dotted(crumbs: &[Crumb<'_>]) -> String {
    let mut out = String::new();
    for crumb in crumbs {
        match crumb {
            Crumb::Key(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(&text::shortened(key, 60));
            }
            Crumb::Index(index) => out.push_str(&format!("[{index}]")),
        }
    }
    out
}
