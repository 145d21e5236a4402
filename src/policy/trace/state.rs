//! How far a body has come: what its names stand for, and what it has read.

use std::sync::Arc;

use super::origin::Traced;
use super::weigh::{Choice, Evidence, Role};

/// One way through a body; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct State<'p> {
    /// The file that the body is in.
    pub(super) file: usize,
    names: Option<Arc<Binding<'p>>>,
    seen: Option<Arc<Seen>>,
}

#[derive(Debug)]
struct Binding<'p> {
    name: &'p str,
    /// `None`: declared, and without a value so far.
    value: Option<Traced>,
    rest: Option<Arc<Binding<'p>>>,
}

#[derive(Debug)]
struct Seen {
    evidence: Evidence,
    rest: Option<Arc<Seen>>,
}

/// What a name stands for here.
pub(super) enum Local {
    Bound(Traced),
    Declared,
    Unknown,
}

impl<'p> State<'p> {
    pub(super) fn new(file: usize) -> Self {
        Self { file, names: None, seen: None }
    }

    pub(super) fn bind(&self, name: &'p str, value: Option<Traced>) -> Self {
        Self { names: Some(Arc::new(Binding { name, value, rest: self.names.clone() })), ..self.clone() }
    }

    pub(super) fn local(&self, name: &str) -> Local {
        let mut here = self.names.as_ref();
        while let Some(binding) = here {
            if binding.name == name {
                return binding.value.clone().map_or(Local::Declared, Local::Bound);
            }
            here = binding.rest.as_ref();
        }
        Local::Unknown
    }

    /// Whether both have the same names.
    pub(super) fn same_names(&self, other: &Self) -> bool {
        match (&self.names, &other.names) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        }
    }

    pub(super) fn saw(&self, choice: Option<Choice>, role: Role, order: u32) -> Self {
        match choice.filter(|choice| !choice.paths.is_empty()) {
            Some(choice) => {
                let evidence = Evidence { choice, role, order };
                Self { seen: Some(Arc::new(Seen { evidence, rest: self.seen.clone() })), ..self.clone() }
            }
            None => self.clone(),
        }
    }

    /// The same, having read nothing.
    pub(super) fn unread(&self) -> Self {
        Self { seen: None, ..self.clone() }
    }

    /// All that was read, the last first.
    pub(super) fn seen(&self) -> Vec<&Evidence> {
        let mut all = Vec::new();
        let mut here = self.seen.as_ref();
        while let Some(seen) = here {
            all.push(&seen.evidence);
            here = seen.rest.as_ref();
        }
        all
    }
}
