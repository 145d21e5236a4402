//! What names of a set mean: rules of packages, imports of files.

use std::collections::{BTreeMap, BTreeSet};

use regorus::Value;
use regorus::unstable::{Expr, Rule, RuleHead};

use super::super::parse::File;
use super::super::syntax;

/// Names of a set.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By package the first names of its rules.
    rules: BTreeMap<Vec<String>, BTreeSet<String>>,
    /// By path from `data` on.
    pub(super) groups: BTreeMap<Vec<Value>, Known>,
    /// Paths of rules with empty parentheses.
    pub(super) empty: BTreeSet<Vec<Value>>,
}

/// A rule as others see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// Index of its group.
    pub(super) group: usize,
    /// How many arguments it takes; `None` for what is no function.
    pub(super) arity: Option<usize>,
}

/// What a rule defines.
pub(super) struct Defined<'r> {
    /// From `data` on, as far as it is known before evaluation.
    pub(super) path: Vec<Value>,
    /// The other keys.
    pub(super) keys: Vec<Key<'r>>,
    /// The element of `p contains x`.
    pub(super) element: Option<Key<'r>>,
    pub(super) arity: Option<usize>,
}

/// A key in the head of a rule.
pub(super) enum Key<'r> {
    Constant(Value),
    Expression(&'r Expr),
}

/// What a rule defines.
pub(super) fn defined<'r>(file: &File, rule: &'r Rule) -> Defined<'r> {
    let mut steps: Vec<Key<'r>> = Vec::new();
    let mut current = syntax::head_reference(rule);
    loop {
        match current {
            Expr::RefDot { refr, field, .. } => {
                steps.push(Key::Constant(Value::from(field.0.text())));
                current = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                steps.push(constant(index).map_or(Key::Expression(index.as_ref()), Key::Constant));
                current = refr;
            }
            other => {
                steps.push(Key::Constant(Value::from(other.span().text())));
                break;
            }
        }
    }
    steps.reverse();
    let (mut element, mut arity) = (None, None);
    match rule {
        Rule::Spec { head: RuleHead::Set { key: Some(key), .. }, .. } => {
            element = Some(Key::Expression(key.as_ref()));
        }
        // `a.b { … }` of Rego v0 is `a contains "b"`.
        Rule::Spec { head: RuleHead::Set { key: None, .. }, .. } => element = steps.pop(),
        Rule::Spec { head: RuleHead::Func { args, .. }, .. } => {
            // `p() = 1` is `p = 1` to OPA.
            arity = Some(args.len()).filter(|count| *count > 0);
        }
        Rule::Default { args, .. } if !args.is_empty() => arity = Some(args.len()),
        Rule::Spec { head: RuleHead::Compr { .. }, .. } | Rule::Default { .. } => {}
    }
    let mut path: Vec<Value> = file.package.iter().map(|name| Value::from(name.as_str())).collect();
    let mut keys = Vec::new();
    for step in steps {
        match step {
            Key::Constant(name) if keys.is_empty() => path.push(name),
            step => keys.push(step),
        }
    }
    Defined { path, keys, element, arity }
}

/// The value of a scalar.
pub(super) fn constant(expression: &Expr) -> Option<Value> {
    match expression {
        Expr::String { value, .. }
        | Expr::RawString { value, .. }
        | Expr::Number { value, .. }
        | Expr::Bool { value, .. } => Some(value.clone()),
        Expr::Null { .. } => Some(Value::Null),
        Expr::UnaryExpr { expr, .. } => match expr.as_ref() {
            Expr::Number { value: Value::Number(number), .. } => number.neg().map(Value::Number),
            _ => None,
        },
        _ => None,
    }
}

impl Names {
    pub(super) fn rule(&mut self, file: &File, name: &str) {
        self.rules.entry(file.package.clone()).or_default().insert(name.to_owned());
    }

    /// Whether the file's package has rules whose paths begin with this name.
    pub(super) fn is_rule(&self, file: &File, name: &str) -> bool {
        self.rules.get(&file.package).is_some_and(|names| names.contains(name))
    }

    pub(super) fn function(&self, path: &[String]) -> Option<(usize, usize)> {
        let path: Vec<Value> = path.iter().map(|name| Value::from(name.as_str())).collect();
        let known = self.groups.get(&path)?;
        Some((known.group, known.arity?))
    }
}

/// What an import of the file makes of a name: a path from `data` or `input` on.
pub(super) fn imported(file: &File, name: &str) -> Option<Vec<String>> {
    file.module.imports.iter().find_map(|import| {
        let path = syntax::components(&import.refr)?;
        if matches!(path.first()?.as_str(), "rego" | "future") {
            return None;
        }
        let alias = import.r#as.as_ref().map_or(path.last()?.as_str(), |alias| alias.text());
        (alias == name).then_some(path)
    })
}
