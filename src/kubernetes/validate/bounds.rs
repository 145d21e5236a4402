//! Ranges, lengths and patterns: what a `CustomResourceDefinition` says beside sorts.

use super::walk::Checker;
use crate::{
    document::{Node, Number, Value, Violation},
    kubernetes::schema::{Bounds, Rare, Schema},
    text::{counted, shortened},
};

impl<'a> Checker<'a> {
    /// What few schemas have.
    pub(super) fn rare(&mut self, schema: &'a Schema, rare: &'a Rare, node: &'a Node) {
        match &node.value {
            Value::Number(number) => self.range(rare, number),
            Value::String(text) => {
                self.extent(rare.length, || text.chars().count(), "character");
                self.pattern(rare, text);
            }
            Value::Sequence(items) => self.extent(rare.items, || items.len(), "item"),
            Value::Mapping(entries) => self.extent(rare.fields, || entries.len(), "field"),
            Value::Null | Value::Bool(_) => {}
        }
        self.alternatives(schema, rare, node);
    }

    fn range(&mut self, rare: &Rare, number: &Number) {
        let value = as_float(number);
        let asked = match (rare.minimum, rare.maximum, rare.multiple_of) {
            (Some((least, false)), _, _) if value < least => format!("{least} or more"),
            (Some((least, true)), _, _) if value <= least => format!("more than {least}"),
            (_, Some((most, false)), _) if value > most => format!("{most} or less"),
            (_, Some((most, true)), _) if value >= most => format!("less than {most}"),
            (_, _, Some(factor)) if !is_multiple(value, factor) => format!("a multiple of {factor}"),
            _ => return,
        };
        let found = if self.context.secret {
            String::new()
        } else {
            format!(", found `{}`", shortened(&number.to_string(), 40))
        };
        let message = format!("{} must be {asked}{found}", self.trail.name());
        self.tell(Violation::of_value(self.trail.route(), message).labelled("out of range"));
    }

    /// Counts only where a bound asks for it.
    fn extent(&mut self, bounds: Bounds, count: impl FnOnce() -> usize, noun: &str) {
        // A patch need not hold all there is.
        let min = bounds.min.filter(|_| !self.context.partial || noun == "character");
        if min.is_none() && bounds.max.is_none() {
            return;
        }
        let count = count();
        let found = u64::try_from(count).unwrap_or(u64::MAX);
        let words = |bound: u64| counted(usize::try_from(bound).unwrap_or(usize::MAX), noun);
        let asked = match (min, bounds.max) {
            (Some(min), _) if found < min => format!("at least {}", words(min)),
            (_, Some(max)) if found > max => format!("at most {}", words(max)),
            _ => return,
        };
        let message = format!("{} must have {asked}, found {count}", self.trail.name());
        self.tell(Violation::of_value(self.trail.route(), message).labelled(counted(count, noun)));
    }

    fn pattern(&mut self, rare: &Rare, text: &str) {
        let Some(pattern) = &rare.pattern else { return };
        if self.patterns.allow(pattern, text) {
            return;
        }
        let found = if self.context.secret { String::new() } else { format!(", found \"{}\"", shortened(text, 40)) };
        let message = format!("{} does not have the form that its schema asks for{found}", self.trail.name());
        let violation = Violation::of_value(self.trail.route(), message).labelled("does not match the pattern");
        self.tell(violation.with_help(format!("it has to match the regular expression `{}`", shortened(pattern, 120))));
    }
}

fn as_float(number: &Number) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "the API server compares floats, too")]
    match number {
        Number::Int(int) => *int as f64,
        Number::UInt(int) => *int as f64,
        Number::Big(digits) => digits.parse().unwrap_or(f64::INFINITY),
        Number::Float(float) => *float,
    }
}

/// Whether dividing leaves nothing, but for what floats cannot say.
fn is_multiple(value: f64, factor: f64) -> bool {
    if factor <= 0.0 {
        return true;
    }
    let times = value / factor;
    (times - times.round()).abs() <= 1e-9 * times.abs().max(1.0)
}
