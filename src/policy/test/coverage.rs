//! Which lines of the policies the tests reached.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Literal, LiteralStmt, Rule, RuleHead, Span};

use super::super::parse::File;
use super::super::syntax::Walk;
use super::super::written;
use super::find;
use super::run::Reached;

/// The lines of one file that can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCoverage {
    /// Its name.
    pub name: String,
    /// 1-based lines that were evaluated.
    pub covered: Vec<u32>,
    /// 1-based lines that were not.
    pub uncovered: Vec<u32>,
}

impl FileCoverage {
    /// Lines reached of all that can be, in percent.
    #[must_use]
    pub fn percent(&self) -> f64 {
        percent(self.covered.len(), self.uncovered.len())
    }
}

/// What the tests of a set reached. Files with tests are not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// In the order of the sources.
    pub files: Vec<FileCoverage>,
}

impl Coverage {
    /// Lines reached of all that can be, in percent.
    #[must_use]
    pub fn percent(&self) -> f64 {
        percent(
            self.files.iter().map(|file| file.covered.len()).sum(),
            self.files.iter().map(|file| file.uncovered.len()).sum(),
        )
    }
}

/// One decimal, cut and not rounded: 100 % means that every line was reached.
fn percent(covered: usize, uncovered: usize) -> f64 {
    let all = covered + uncovered;
    if all == 0 {
        return 100.0;
    }
    let per_mille = u32::try_from(covered.saturating_mul(1000) / all).unwrap_or(1000);
    f64::from(per_mille) / 10.0
}

/// A statement, or a value in a head, is reached when any line of it is; it counts at its first.
pub(super) fn coverage(files: &[File], reached: &Reached) -> Coverage {
    let mut all = Vec::new();
    for file in files.iter().filter(|file| !is_test_file(file)) {
        let mut lines: BTreeMap<u32, bool> = BTreeMap::new();
        let none = BTreeSet::new();
        let reached = reached.get(&file.name).unwrap_or(&none);
        for rule in &file.module.policy {
            let mut count = |span: &Span, noted: Option<u32>| {
                let last = span.line.saturating_add(line_breaks(span));
                let is_reached = match noted {
                    Some(line) => reached.contains(&line),
                    None => reached.range(span.line..=last).next().is_some(),
                };
                *lines.entry(span.line).or_default() |= is_reached;
            };
            of_rule(rule, &mut count);
        }
        let (covered, uncovered): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(_, reached)| *reached);
        let numbers = |lines: Vec<(u32, bool)>| lines.into_iter().map(|(line, _)| line).collect();
        all.push(FileCoverage { name: file.name.clone(), covered: numbers(covered), uncovered: numbers(uncovered) });
    }
    Coverage { files: all }
}

fn is_test_file(file: &File) -> bool {
    file.name.ends_with("_test.rego") || !find::tests(std::slice::from_ref(file), None).is_empty()
}

/// Notes spans of a rule, and the line that stands for one where it is another than its own: heads are noted at the
/// beginning of the rule or `else`.
fn of_rule(rule: &Rule, note: &mut impl FnMut(&Span, Option<u32>)) {
    let mut value = |expression: &Expr, clause: &Span| {
        // What is constant is no work that could be left undone.
        if !is_constant(expression) {
            note(expression.span(), Some(clause.line));
        }
    };
    if let Rule::Spec { head, bodies, .. } = rule {
        match head {
            RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => {
                if let Some(assign) = assign {
                    value(&assign.value, rule.span());
                }
            }
            RuleHead::Set { key: Some(key), .. } => value(key, rule.span()),
            RuleHead::Set { key: None, .. } => {}
        }
        for body in bodies {
            if let Some(assign) = body.assign.as_ref().filter(|_| body.is_else) {
                value(&assign.value, &body.span);
            }
        }
    }
    let mut statement = |statement: &LiteralStmt| match &statement.literal {
        Literal::SomeVars { .. } => {}
        Literal::SomeIn { span, .. }
        | Literal::Expr { span, .. }
        | Literal::NotExpr { span, .. }
        | Literal::Every { span, .. } => note(span, None),
    };
    Walk { see: &mut |_| {}, statement: &mut statement }.rule_without_name(rule);
}

fn is_constant(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. }
    )
}

fn line_breaks(span: &Span) -> u32 {
    u32::try_from(written::written(span).matches('\n').count()).unwrap_or(0)
}
