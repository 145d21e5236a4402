//! What nothing reaches: rules and functions, imports, variables, parameters.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Module, Rule, RuleHead, Span};

use super::super::error::PolicyError;
use super::super::parse::File;
use super::super::syntax::{self, Walk};
use super::{Advice, Set, is_test, test};

pub(super) fn in_files(set: &Set<'_>, advice: &mut Vec<Advice>) {
    for file in set.files {
        imports(file, advice);
        for rule in &file.module.policy {
            variables(file, rule, advice);
        }
    }
    parameters(set, advice);
}

/// Rules that nothing which judges or tests reaches.
pub(super) fn in_set(set: &Set<'_>, advice: &mut Vec<Advice>) {
    let judging = set.judging_packages();
    if judging.is_empty() {
        return;
    }
    let used = set.reach.from(|file, name| {
        set.is_judged(file, name) || test::is_test_name(name) || !set.is_selected(&file.package_name())
    });
    let mut seen = BTreeSet::new();
    for file in set.files {
        // What a library offers need not be asked for by these policies.
        if !set.options.strict && !judging.contains(&file.package_name()) && !is_test(file) {
            continue;
        }
        for rule in &file.module.policy {
            let reference = syntax::head_reference(rule);
            let Some(name) = syntax::root_name(reference) else { continue };
            let path = file.path_to([name]);
            if used.contains(path.as_str()) || set.is_judged(file, name) || !seen.insert(path) {
                continue;
            }
            let what = match rule.as_ref() {
                Rule::Spec { head: RuleHead::Func { .. }, .. } => "function",
                Rule::Spec { .. } | Rule::Default { .. } => "rule",
            };
            let error = PolicyError::new(format!("no rule that judges, and no test, uses the {what} `{name}`"))
                .at(file.place(reference.span()))
                .help("remove it, or use it");
            advice.push(Advice::warning("unused-rule", error));
        }
    }
}

/// Every name that a module uses at the beginning of a reference.
fn names_used(module: &Module) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    let mut modified = BTreeSet::new();
    let mut see = |expression: &Expr| match expression {
        Expr::Var { span, .. } => {
            calls.insert(span.text().to_owned());
        }
        Expr::Call { fcn, .. } => calls.extend(syntax::root_name(fcn).map(str::to_owned)),
        _ => {}
    };
    let mut statement = |statement: &LiteralStmt| {
        modified.extend(statement.with_mods.iter().filter_map(|with| syntax::root_name(&with.refr)).map(str::to_owned));
    };
    Walk { see: &mut see, statement: &mut statement }.module(module);
    calls.extend(modified);
    calls
}

fn imports(file: &File, advice: &mut Vec<Advice>) {
    let used = names_used(&file.module);
    for import in &file.module.imports {
        let Some(path) = syntax::components(&import.refr) else { continue };
        if matches!(path.first().map(String::as_str), Some("rego" | "future") | None) {
            continue;
        }
        let Some(alias) = import.r#as.as_ref().map(Span::text).or(path.last().map(String::as_str)) else { continue };
        if !used.contains(alias) {
            let error = PolicyError::new(format!("the import `{alias}` is not used"))
                .at(file.place(import.refr.span()))
                .help("remove it");
            advice.push(Advice::warning("unused-import", error));
        }
    }
}

/// Names that a rule gives a value and never asks for. A name with `_` before it says so itself.
fn variables(file: &File, rule: &Rule, advice: &mut Vec<Advice>) {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    let mut given: Vec<(String, Span)> = Vec::new();
    let mut declared: Vec<(String, Span)> = Vec::new();
    let mut see = |expression: &Expr| match expression {
        Expr::Var { span, .. } => *uses.entry(span.text().to_owned()).or_default() += 1,
        Expr::Call { fcn, .. } => {
            if let Some(name) = syntax::root_name(fcn) {
                *uses.entry(name.to_owned()).or_default() += 1;
            }
        }
        Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } => patterns(lhs, &mut given),
        _ => {}
    };
    let mut statement = |statement: &LiteralStmt| {
        if let Literal::SomeVars { vars, .. } = &statement.literal {
            declared.extend(vars.iter().map(|name| (name.text().to_owned(), name.clone())));
        }
    };
    Walk { see: &mut see, statement: &mut statement }.rule_without_name(rule);
    let counted = |name: &str| uses.get(name).copied().unwrap_or(0);
    let given = given.into_iter().filter(|(name, _)| counted(name) == 1);
    let declared = declared.into_iter().filter(|(name, _)| counted(name) == 0);
    for (name, span) in given.chain(declared).filter(|(name, _)| !name.starts_with('_')) {
        let error = PolicyError::new(format!("the variable `{name}` is never used"))
            .at(file.place(&span))
            .help("remove it, or write `_`");
        advice.push(Advice::warning("unused-variable", error));
    }
}

fn patterns(pattern: &Expr, into: &mut Vec<(String, Span)>) {
    match pattern {
        Expr::Var { span, .. } => into.push((span.text().to_owned(), span.clone())),
        Expr::Array { items, .. } => items.iter().for_each(|item| patterns(item, into)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| patterns(value, into)),
        _ => {}
    }
}

/// Parameters that no definition of a function uses.
fn parameters(set: &Set<'_>, advice: &mut Vec<Advice>) {
    type Definitions<'a> = Vec<(&'a File, &'a Rule)>;
    let mut functions: BTreeMap<String, Definitions<'_>> = BTreeMap::new();
    for file in set.files {
        for rule in &file.module.policy {
            if let Rule::Spec { head: RuleHead::Func { refr, .. }, .. } = rule.as_ref()
                && let Some(name) = syntax::components(refr)
            {
                let path = file.path_to(name.iter().map(String::as_str));
                functions.entry(path).or_default().push((file, rule));
            }
        }
    }
    for definitions in functions.values() {
        let most = definitions.iter().map(|(_, rule)| arguments(rule).len()).max().unwrap_or(0);
        for position in 0..most {
            let unused = definitions.iter().map(|(file, rule)| unused_at(file, rule, position));
            let unused: Option<Vec<_>> = unused.collect();
            if let Some((file, span)) = unused.and_then(|unused| unused.into_iter().next()) {
                let error = PolicyError::new(format!("the parameter `{}` is never used", span.text()))
                    .at(file.place(span))
                    .help("remove it, or write `_`");
                advice.push(Advice::warning("unused-parameter", error));
            }
        }
    }
}

fn arguments(rule: &Rule) -> &[regorus::unstable::Ref<Expr>] {
    match rule {
        Rule::Spec { head: RuleHead::Func { args, .. }, .. } => args,
        Rule::Spec { .. } | Rule::Default { .. } => &[],
    }
}

/// The parameter of a definition, if it is a name that is never used.
fn unused_at<'a>(file: &'a File, rule: &'a Rule, position: usize) -> Option<(&'a File, &'a Span)> {
    let Expr::Var { span, .. } = arguments(rule).get(position)?.as_ref() else { return None };
    let name = span.text();
    if name.starts_with('_') {
        return None;
    }
    let mut uses = 0_usize;
    let mut see = |expression: &Expr| match expression {
        Expr::Var { span, .. } if span.text() == name => uses += 1,
        Expr::Call { fcn, .. } if syntax::root_name(fcn) == Some(name) => uses += 1,
        _ => {}
    };
    Walk { see: &mut see, statement: &mut |_| {} }.rule_without_name(rule);
    (uses == 1).then_some((file, span))
}
