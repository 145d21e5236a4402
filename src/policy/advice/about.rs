//! What policies say about themselves, what they read, and what they waive.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Rule};

use super::super::error::PolicyError;
use super::super::parse::File;
use super::super::syntax::{self, Walk};
use super::super::{conventions, recursion};
use super::{Advice, Set, is_test};

pub(super) fn about(set: &Set<'_>, advice: &mut Vec<Advice>) {
    duplicate_ids(set, advice);
    admission(set, advice);
    exceptions(set, advice);
    for file in set.files.iter().filter(|file| !file.module.rego_v1) {
        deprecated(file, advice);
    }
    if set.options.strict {
        undocumented(set, advice);
    }
}

fn line(rule: &Rule) -> usize {
    usize::try_from(rule.span().line).unwrap_or(0)
}

/// Judging rules outside of tests, with their names.
fn judging<'a>(set: &'a Set<'_>) -> impl Iterator<Item = (usize, &'a File, &'a Rule, &'a str)> {
    set.files.iter().enumerate().filter(|(_, file)| !is_test(file)).flat_map(|(at, file)| {
        let rules = file.module.policy.iter();
        rules.filter_map(move |rule| Some((at, file, rule.as_ref(), conventions::judging_name(rule)?)))
    })
}

/// One id must mean one rule: waivers and reports name rules by it.
fn duplicate_ids(set: &Set<'_>, advice: &mut Vec<Advice>) {
    let mut seen: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for (at, file, rule, name) in judging(set) {
        let annotated = set.annotations.get(at);
        let Some(id) = annotated.and_then(|annotated| annotated.rule(line(rule))).and_then(|own| own.id.as_deref())
        else {
            continue;
        };
        let path = format!("{}.{name}", file.package_name());
        let (first, place) = seen.entry(id).or_insert_with(|| (path.clone(), format!("{}:{}", file.name, line(rule))));
        if *first != path {
            let error = PolicyError::new(format!("the id `{id}` is that of {first}, too ({place})"))
                .at(file.place(syntax::head_reference(rule).span()))
                .help("give each rule an id of its own: waivers and reports name rules by it");
            advice.push(Advice::warning("duplicate-id", error));
        }
    }
}

fn undocumented(set: &Set<'_>, advice: &mut Vec<Advice>) {
    let mut seen = BTreeSet::new();
    for (at, file, rule, name) in judging(set) {
        let annotated = set.annotations.get(at);
        let says = |metadata: Option<&super::super::Metadata>| {
            metadata.is_some_and(|metadata| metadata.title.is_some() || metadata.description.is_some())
        };
        let documented = says(annotated.and_then(|annotated| annotated.rule(line(rule))))
            || says(annotated.and_then(|annotated| annotated.package()));
        if !documented && seen.insert(file.path_to([name])) {
            let error = PolicyError::new(format!("`{name}` has neither title nor description"))
                .at(file.place(syntax::head_reference(rule).span()))
                .help("say what it wants in a `# METADATA` block before it: `pushgate explain` prints that");
            advice.push(Advice::warning("undocumented", error));
        }
    }
}

/// `input.review.object` and `input.request.object` are what admission webhooks get; no document has them.
fn admission(set: &Set<'_>, advice: &mut Vec<Advice>) {
    if set.options.judges_documents == Some(false) {
        return;
    }
    // Where nothing says what a set judges, only one that reads both is in doubt.
    let mut of_requests: Vec<(&File, &Rule, &str, &'static str)> = Vec::new();
    let mut of_documents: BTreeSet<String> = BTreeSet::new();
    for (_, file, rule, name) in judging(set) {
        let mut request = None;
        let mut reads_document = false;
        let mut see = |expression: &Expr| {
            if !matches!(expression, Expr::RefDot { .. } | Expr::RefBrack { .. }) {
                return;
            }
            let Some(path) = recursion::static_prefix(expression) else { return };
            let mut path = path.iter().map(String::as_str);
            if path.next() != Some("input") {
                return;
            }
            match (path.next(), path.next()) {
                (Some("review"), Some("object" | "kind" | "operation")) => request = Some("input.review"),
                (Some("request"), Some("object" | "kind" | "operation")) => request = Some("input.request"),
                (Some("kind" | "metadata" | "spec" | "apiVersion"), _) => reads_document = true,
                (_, _) => {}
            }
        };
        Walk { see: &mut see, statement: &mut |_| {} }.rule_without_name(rule);
        if reads_document {
            of_documents.insert(file.package_name());
        } else if let Some(request) = request {
            of_requests.push((file, rule, name, request));
        }
    }
    for (file, rule, name, what) in of_requests {
        let package = file.package_name();
        if set.options.judges_documents == Some(true) || of_documents.contains(&package) {
            let error = PolicyError::new(format!("`{name}` reads `{what}`, which no document has: it never fires"))
                .at(file.place(syntax::head_reference(rule).span()))
                .help("read `input.kind` and its like, or judge changes: `input: change` has `input.review`");
            advice.push(Advice::warning("admission-input", error));
        }
    }
}

/// Names in an `exception` that no rule has waive nothing.
fn exceptions(set: &Set<'_>, advice: &mut Vec<Advice>) {
    let mut suffixes: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (_, file, _, name) in judging(set) {
        suffixes.entry(file.package_name()).or_default().insert(conventions::suffix(name));
    }
    for file in set.files.iter().filter(|file| !is_test(file)) {
        let empty = BTreeSet::new();
        let known = suffixes.get(&file.package_name()).unwrap_or(&empty);
        for rule in &file.module.policy {
            if syntax::root_name(syntax::head_reference(rule)) != Some("exception") {
                continue;
            }
            let mut statement = |statement: &LiteralStmt| {
                let Literal::Expr { expr, .. } = &statement.literal else { return };
                let Expr::AssignExpr { op: AssignOp::Eq | AssignOp::ColEq, rhs, .. } = expr.as_ref() else { return };
                let Expr::Array { items, .. } = rhs.as_ref() else { return };
                for item in items {
                    let Expr::String { value, span, .. } = item.as_ref() else { continue };
                    let Ok(name) = value.as_string() else { continue };
                    if !known.contains(name.as_ref()) {
                        let error = PolicyError::new(format!(
                            "no rule is named `deny_{name}` or its like, so this waives nothing"
                        ))
                        .at(file.place(span));
                        let stripped = conventions::suffix(name);
                        let error = if conventions::severity(name).is_some() && known.contains(stripped) {
                            error.help(format!("name it without the prefix: \"{stripped}\""))
                        } else {
                            error.help(format!("names that rules have here: {}", listed(known)))
                        };
                        advice.push(Advice::warning("empty-exception", error));
                    }
                }
            };
            Walk { see: &mut |_| {}, statement: &mut statement }.rule_without_name(rule);
        }
    }
}

fn listed(names: &BTreeSet<&str>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// Builtins that Rego v1 has no more.
fn deprecated(file: &File, advice: &mut Vec<Advice>) {
    let own: BTreeSet<&str> =
        file.module.policy.iter().filter_map(|rule| syntax::root_name(syntax::head_reference(rule))).collect();
    let mut see = |expression: &Expr| {
        let Expr::Call { fcn, .. } = expression else { return };
        let Some(name) = syntax::components(fcn).map(|components| components.join(".")) else { return };
        if own.contains(name.as_str()) {
            return;
        }
        let instead = match name.as_str() {
            "any" => "`true in xs`, or a rule with `some`",
            "all" => "`every x in xs { x }`",
            "re_match" => "`regex.match`",
            "net.cidr_overlap" => "`net.cidr_contains`",
            "set_diff" => "`a - b`",
            "cast_string" => "`is_string`",
            "cast_boolean" => "`is_boolean`",
            "cast_array" => "`is_array`",
            "cast_set" => "`is_set`",
            "cast_object" => "`is_object`",
            "cast_null" => "`is_null`",
            _ => return,
        };
        let error = PolicyError::new(format!("`{name}` is deprecated, and no part of Rego v1"))
            .at(file.place(fcn.span()))
            .help(format!("write {instead}"));
        advice.push(Advice::warning("deprecated-builtin", error));
    };
    Walk { see: &mut see, statement: &mut |_| {} }.module(&file.module);
}
