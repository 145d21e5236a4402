//! Unification, and patterns.

use regorus::Value;

use super::ir::Term;
use super::machine::{FaultKind, Flow, Machine, Next};
use super::values::One;

impl<'p> Machine<'p> {
    /// Whether a pattern has a variable without value, outside references, calls and bodies.
    pub(super) fn is_open(&self, pattern: &Term) -> bool {
        match pattern {
            Term::Local(slot) => self.local(*slot).is_none(),
            Term::Array(items) => items.iter().any(|item| self.is_open(item)),
            Term::Object(fields) => fields.iter().any(|(_, value)| self.is_open(value)),
            Term::Constant(_) | Term::Reference(_) | Term::Set(_) | Term::Comprehension(_) | Term::Call(_) => false,
        }
    }

    /// Makes both sides the same.
    pub(super) fn unify(&mut self, left: &'p Term, right: &'p Term, next: Next<'_, 'p>) -> Flow {
        match (left, right) {
            (Term::Array(left), Term::Array(right)) if left.len() == right.len() => {
                let pairs: Vec<_> = left.iter().zip(right).collect();
                return self.unify_all(pairs, next);
            }
            (Term::Object(left), Term::Object(right)) if left.len() == right.len() => {
                if let Some(pairs) = self.fields(left, right)? {
                    return self.unify_all(pairs, next);
                }
                return Ok(());
            }
            (Term::Array(_), Term::Array(_)) | (Term::Object(_), Term::Object(_)) => return Ok(()),
            (_, _) => {}
        }
        let (pattern, other) = if self.is_open(left) { (left, right) } else { (right, left) };
        if self.is_open(pattern) && self.is_open(other) {
            let message = "neither side of a unification has a value here".to_owned();
            return Err(self.fault(FaultKind::Failed(message)));
        }
        self.each(other, &mut |machine, value| machine.matching(pattern, &value, next))
    }

    /// Pairs of values with the same key; `None` where a key has no other.
    #[allow(clippy::type_complexity)]
    fn fields(
        &mut self,
        left: &'p [(Term, Term)],
        right: &'p [(Term, Term)],
    ) -> Result<Option<Vec<(&'p Term, &'p Term)>>, super::machine::Stop> {
        let mut keys = Vec::with_capacity(right.len());
        for (key, value) in right {
            if let One::Value(key) = self.single(key)? {
                keys.push((key, value));
            }
        }
        let mut pairs = Vec::with_capacity(left.len());
        for (key, value) in left {
            let One::Value(key) = self.single(key)? else { return Ok(None) };
            let Some((_, other)) = keys.iter().find(|(other, _)| *other == key) else { return Ok(None) };
            pairs.push((value, *other));
        }
        Ok(Some(pairs))
    }

    /// Unifies pair by pair; those first of which one side has a value.
    fn unify_all(&mut self, mut pairs: Vec<(&'p Term, &'p Term)>, next: Next<'_, 'p>) -> Flow {
        let ready = pairs.iter().position(|(left, right)| !self.is_open(left) || !self.is_open(right));
        let at = match ready {
            Some(at) => at,
            None if pairs.is_empty() => return next(self),
            None => 0,
        };
        let (left, right) = pairs.remove(at);
        self.unify(left, right, &mut |machine| machine.unify_all(pairs.clone(), next))
    }

    /// Matches a value with a pattern.
    pub(super) fn matching(&mut self, pattern: &'p Term, value: &Value, next: Next<'_, 'p>) -> Flow {
        match pattern {
            Term::Local(slot) => match self.local(*slot) {
                Some(known) => {
                    if known == value {
                        next(self)
                    } else {
                        Ok(())
                    }
                }
                None => self.bind(*slot, value.clone(), next),
            },
            Term::Constant(constant) => {
                if constant == value {
                    next(self)
                } else {
                    Ok(())
                }
            }
            Term::Array(patterns) => match value {
                Value::Array(items) if items.len() == patterns.len() => {
                    self.matching_all(patterns, items.as_slice(), next)
                }
                _ => Ok(()),
            },
            Term::Object(patterns) => match value {
                Value::Object(fields) if fields.len() == patterns.len() => {
                    let mut values = Vec::with_capacity(patterns.len());
                    for (key, _) in patterns {
                        let One::Value(key) = self.single(key)? else { return Ok(()) };
                        let Some(value) = fields.get(&key) else { return Ok(()) };
                        values.push(value.clone());
                    }
                    self.matching_fields(patterns, &values, next)
                }
                _ => Ok(()),
            },
            Term::Reference(_) | Term::Set(_) | Term::Comprehension(_) | Term::Call(_) => {
                self.each(pattern, &mut |machine, other| if other == *value { next(machine) } else { Ok(()) })
            }
        }
    }

    fn matching_all(&mut self, patterns: &'p [Term], values: &[Value], next: Next<'_, 'p>) -> Flow {
        let (Some((pattern, patterns)), Some((value, values))) = (patterns.split_first(), values.split_first()) else {
            return next(self);
        };
        self.matching(pattern, value, &mut |machine| machine.matching_all(patterns, values, next))
    }

    fn matching_fields(&mut self, patterns: &'p [(Term, Term)], values: &[Value], next: Next<'_, 'p>) -> Flow {
        let (Some(((_, pattern), patterns)), Some((value, values))) = (patterns.split_first(), values.split_first())
        else {
            return next(self);
        };
        self.matching(pattern, value, &mut |machine| machine.matching_fields(patterns, values, next))
    }
}
