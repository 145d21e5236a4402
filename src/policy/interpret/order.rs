//! In which order the statements of a body run: each when all it needs has a value. This is OPA's order, and it
//! shows in arrays made by comprehensions.

use std::collections::BTreeSet;

use super::ir::{Goal, Reference, Replacement, Root, Site, Slot, Step, Term};

/// Variables that nothing gives a value.
pub(super) struct Unsafe {
    pub(super) variables: Vec<Slot>,
    pub(super) site: Site,
}

/// Orders the statements of a body whose own variables begin with `start`.
pub(super) fn order(steps: Vec<Step>, start: Slot) -> Result<Vec<Step>, Unsafe> {
    let mut safe = BTreeSet::new();
    let mut waiting = steps;
    let mut ordered = Vec::with_capacity(waiting.len());
    loop {
        let before = ordered.len();
        let mut rest = Vec::new();
        for step in waiting {
            let known = Known { safe: &safe, start };
            let outputs = known.outputs(&step);
            if needed(&step).iter().all(|slot| known.has(*slot) || outputs.contains(slot)) && known.closures(&step) {
                safe.extend(outputs);
                ordered.push(step);
            } else {
                rest.push(step);
            }
        }
        waiting = rest;
        if ordered.len() == before {
            break;
        }
    }
    let Some(first) = waiting.first() else { return Ok(ordered) };
    let known = Known { safe: &safe, start };
    let variables = needed(first).into_iter().filter(|slot| !known.has(*slot)).collect();
    Err(Unsafe { variables, site: first.site })
}

/// Variables from around (below `start`) that the statements read.
pub(super) fn free(steps: &[Step], start: Slot) -> BTreeSet<Slot> {
    let mut free = BTreeSet::new();
    for step in steps {
        free.extend(needed(step).into_iter().filter(|slot| *slot < start));
    }
    free
}

/// All variables of a statement; of bodies within it those from around them.
fn needed(step: &Step) -> BTreeSet<Slot> {
    let mut all = BTreeSet::new();
    let mut add = |slot| {
        all.insert(slot);
    };
    goal_variables(&step.goal, &mut add);
    for with in &step.with {
        if let Replacement::Term(term) = &with.value {
            variables(term, &mut add);
        }
    }
    all
}

fn goal_variables(goal: &Goal, see: &mut dyn FnMut(Slot)) {
    match goal {
        Goal::Term(term) => variables(term, see),
        Goal::Unify(left, right) => {
            variables(left, see);
            variables(right, see);
        }
        Goal::Not(goal) => goal_variables(goal, see),
        Goal::SomeIn { key, value, collection } => {
            key.iter().chain([value, collection]).for_each(|term| variables(term, see));
        }
        Goal::Every { domain, body, .. } => {
            variables(domain, see);
            body.free.iter().for_each(|slot| see(*slot));
        }
    }
}

/// All variables of a term; of bodies within it those from around them.
pub(super) fn variables(term: &Term, see: &mut dyn FnMut(Slot)) {
    match term {
        Term::Constant(_) => {}
        Term::Local(slot) => see(*slot),
        Term::Reference(reference) => {
            if let Root::Term(root) = &reference.root {
                variables(root, see);
            }
            reference.path.iter().for_each(|key| variables(key, see));
        }
        Term::Array(items) | Term::Set(items) => items.iter().for_each(|item| variables(item, see)),
        Term::Object(fields) => {
            for (key, value) in fields {
                variables(key, see);
                variables(value, see);
            }
        }
        Term::Comprehension(comprehension) => comprehension.body.free.iter().for_each(|slot| see(*slot)),
        Term::Call(call) => call.arguments.iter().for_each(|argument| variables(argument, see)),
    }
}

/// Variables that must have a value before: those that bodies within a term read.
fn closed_over(term: &Term, see: &mut dyn FnMut(Slot)) {
    match term {
        Term::Constant(_) | Term::Local(_) => {}
        Term::Reference(reference) => {
            if let Root::Term(root) = &reference.root {
                closed_over(root, see);
            }
            reference.path.iter().for_each(|key| closed_over(key, see));
        }
        Term::Array(items) | Term::Set(items) => items.iter().for_each(|item| closed_over(item, see)),
        Term::Object(fields) => {
            for (key, value) in fields {
                closed_over(key, see);
                closed_over(value, see);
            }
        }
        Term::Comprehension(_) => variables(term, see),
        Term::Call(call) => call.arguments.iter().for_each(|argument| closed_over(argument, see)),
    }
}

/// What has a value at some point of a body.
struct Known<'s> {
    safe: &'s BTreeSet<Slot>,
    start: Slot,
}

impl Known<'_> {
    fn has(&self, slot: Slot) -> bool {
        slot < self.start || self.safe.contains(&slot)
    }

    fn closures(&self, step: &Step) -> bool {
        let mut all = true;
        let mut see = |slot| all &= self.has(slot);
        match &step.goal {
            Goal::Term(term) => closed_over(term, &mut see),
            Goal::Unify(left, right) => {
                closed_over(left, &mut see);
                closed_over(right, &mut see);
            }
            Goal::Not(_) => {}
            Goal::SomeIn { key, value, collection } => {
                key.iter().chain([value, collection]).for_each(|term| closed_over(term, &mut see));
            }
            Goal::Every { domain, body, .. } => {
                closed_over(domain, &mut see);
                body.free.iter().for_each(|slot| see(*slot));
            }
        }
        all
    }

    /// Variables that a statement gives a value.
    fn outputs(&self, step: &Step) -> BTreeSet<Slot> {
        let mut outputs = BTreeSet::new();
        for with in &step.with {
            if let Replacement::Term(term) = &with.value {
                self.of_references(term, &mut outputs);
                if !self.is_safe(term, &outputs) {
                    return BTreeSet::new();
                }
            }
        }
        match &step.goal {
            Goal::Term(term) => self.of_references(term, &mut outputs),
            Goal::Unify(Term::Local(slot), term) if step.bound => {
                let mut all = true;
                variables(term, &mut |slot| all &= self.has(slot));
                if all {
                    outputs.insert(*slot);
                }
            }
            Goal::Unify(left, right) => {
                self.of_references(left, &mut outputs);
                self.of_references(right, &mut outputs);
                outputs.retain(|slot| !self.has(*slot));
                while self.unified(left, right, &mut outputs) {}
            }
            Goal::Not(_) => {}
            Goal::SomeIn { key, value, collection } => {
                self.of_references(collection, &mut outputs);
                if self.is_safe(collection, &outputs) {
                    for term in key.iter().chain([value]) {
                        pattern_variables(term, &mut outputs);
                    }
                    for term in key.iter().chain([value]) {
                        self.of_references(term, &mut outputs);
                    }
                }
            }
            Goal::Every { domain, .. } => self.of_references(domain, &mut outputs),
        }
        outputs
    }

    fn is_safe(&self, term: &Term, outputs: &BTreeSet<Slot>) -> bool {
        let mut all = true;
        variables(term, &mut |slot| all &= self.has(slot) || outputs.contains(&slot));
        all
    }

    /// The variables in the brackets of references whose root is known.
    fn of_references(&self, term: &Term, outputs: &mut BTreeSet<Slot>) {
        match term {
            Term::Constant(_) | Term::Local(_) | Term::Comprehension(_) => {}
            Term::Reference(reference) => self.of_reference(reference, outputs),
            Term::Array(items) | Term::Set(items) => items.iter().for_each(|item| self.of_references(item, outputs)),
            Term::Object(fields) => {
                for (key, value) in fields {
                    self.of_references(key, outputs);
                    self.of_references(value, outputs);
                }
            }
            Term::Call(call) => call.arguments.iter().for_each(|argument| self.of_references(argument, outputs)),
        }
    }

    fn of_reference(&self, reference: &Reference, outputs: &mut BTreeSet<Slot>) {
        if let Root::Term(root) = &reference.root {
            self.of_references(root, outputs);
            if !self.is_safe(root, outputs) {
                return;
            }
        }
        for key in &reference.path {
            pattern_variables(key, outputs);
            self.of_references(key, outputs);
        }
    }

    /// One round of unification; whether it gave a variable a value.
    fn unified(&self, left: &Term, right: &Term, outputs: &mut BTreeSet<Slot>) -> bool {
        let before = outputs.len();
        match (left, right) {
            (Term::Array(left), Term::Array(right)) => {
                for (left, right) in left.iter().zip(right) {
                    self.unified(left, right, outputs);
                }
            }
            (Term::Object(left), Term::Object(right)) => {
                for (key, value) in left {
                    let same = |other: &Term| match (key, other) {
                        (Term::Constant(a), Term::Constant(b)) => a == b,
                        (Term::Local(a), Term::Local(b)) => a == b,
                        (_, _) => false,
                    };
                    if let Some((_, other)) = right.iter().find(|(other, _)| same(other)) {
                        self.unified(value, other, outputs);
                    }
                }
            }
            (_, _) => {
                for (pattern, other) in [(left, right), (right, left)] {
                    if self.is_safe(other, outputs) {
                        pattern_variables(pattern, outputs);
                    }
                }
            }
        }
        outputs.retain(|slot| !self.has(*slot));
        outputs.len() > before
    }
}

/// Variables that matching a pattern with a value binds.
fn pattern_variables(pattern: &Term, into: &mut BTreeSet<Slot>) {
    match pattern {
        Term::Local(slot) => {
            into.insert(*slot);
        }
        Term::Array(items) => items.iter().for_each(|item| pattern_variables(item, into)),
        Term::Object(fields) => fields.iter().for_each(|(_, value)| pattern_variables(value, into)),
        Term::Constant(_) | Term::Reference(_) | Term::Set(_) | Term::Comprehension(_) | Term::Call(_) => {}
    }
}
