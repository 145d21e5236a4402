//! What OPA refuses to load because one path would mean two things.

use std::collections::BTreeMap;

use regorus::Value;
use regorus::unstable::Rule;

use super::super::error::PolicyError;
use super::super::parse::File;
use super::super::syntax;
use super::lower;
use super::names::defined;
use super::operators::element;

/// How a path is defined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Complete,
    Partial,
    Function,
}

impl Shape {
    fn name(self) -> &'static str {
        match self {
            Self::Complete => "a value",
            Self::Partial => "a collection",
            Self::Function => "a function",
        }
    }
}

/// Rules that data stands in the place of, rules of several kinds at one path, and rules below complete ones.
pub(in super::super) fn clashes(files: &[File], data: &Value) -> Vec<PolicyError> {
    let mut errors = Vec::new();
    let mut shapes: BTreeMap<Vec<Value>, (Shape, bool, usize)> = BTreeMap::new();
    let mut defaults: BTreeMap<Vec<Value>, usize> = BTreeMap::new();
    for file in files {
        for rule in &file.module.policy {
            let defined = defined(file, rule);
            let place = file.place(syntax::head_reference(rule).span());
            let path = lower::name(&defined.path);
            let shown = path.trim_start_matches("data.");
            let mut at = Some(data);
            for key in &defined.path {
                at = at.and_then(|value| element(value, key));
            }
            if at.is_some() {
                errors.push(
                    PolicyError::new(format!("rule `{shown}` has the path of something in the data"))
                        .at(place.clone())
                        .help("give one of them another name"),
                );
            }
            if matches!(rule.as_ref(), Rule::Default { .. }) {
                let count = defaults.entry(defined.path.clone()).or_default();
                *count += 1;
                if *count > 1 {
                    errors.push(PolicyError::new(format!("`{shown}` has several defaults")).at(place));
                }
                continue;
            }
            let is_set = defined.element.is_some() && defined.keys.is_empty();
            let shape = match (defined.arity, &defined.element, defined.keys.is_empty()) {
                (Some(_), _, _) => Shape::Function,
                (None, None, true) => Shape::Complete,
                (None, _, _) => Shape::Partial,
            };
            let arity = defined.arity.unwrap_or_default();
            let (first, first_is_set, first_arity) =
                *shapes.entry(defined.path.clone()).or_insert((shape, is_set, arity));
            if first != shape || first_is_set != is_set {
                let kind = |shape: Shape, is_set: bool| if is_set { "a set" } else { shape.name() };
                errors.push(
                    PolicyError::new(format!(
                        "`{shown}` is {} here and {} elsewhere",
                        kind(shape, is_set),
                        kind(first, first_is_set)
                    ))
                    .at(place)
                    .help("give one of them another name"),
                );
            } else if first_arity != arity {
                errors.push(
                    PolicyError::new(format!("`{shown}` takes {arity} arguments here and {first_arity} elsewhere"))
                        .at(place)
                        .help("give one of them another name"),
                );
            }
        }
    }
    errors
}
