//! What must not be in a policy: what would silently make a rule not fire, or reach outside.

use std::collections::BTreeMap;

use regorus::unstable::{Expr, Rule, RuleHead, Span};

use super::error::PolicyError;
use super::parse::File;
use super::syntax::{self, Walk};
use super::{builtins, conventions, recursion};

/// Checks each rule by itself; every mistake found.
pub(super) fn rules(files: &[File]) -> Vec<PolicyError> {
    let of_rule =
        |file, rule| [chained_bodies(file, rule), parameters(file, rule), conventions::shape_error(file, rule)];
    files
        .iter()
        .flat_map(|file| file.module.policy.iter().flat_map(move |rule| of_rule(file, rule)))
        .flatten()
        .collect()
}

/// Checks what the files of a set say about each other: all of them must be there.
pub(super) fn references(files: &[File]) -> Vec<PolicyError> {
    let functions = functions(files);
    let mut errors = imports(files);
    errors.extend(recursion::recursion(files));
    for file in files {
        calls(file, &functions, &mut errors);
    }
    errors
}

/// The VM passes on at most eight arguments, and drops the others without a word; two of them we need.
const MOST_PARAMETERS: usize = 6;

fn parameters(file: &File, rule: &Rule) -> Option<PolicyError> {
    let Rule::Spec { head: RuleHead::Func { refr, args, .. }, .. } = rule else { return None };
    (args.len() > MOST_PARAMETERS).then(|| {
        PolicyError::new(format!("a function has at most {MOST_PARAMETERS} parameters, not {}", args.len()))
            .at(file.place(refr.span()))
            .help("pass an object")
    })
}

/// Paths of all functions of the set, with how many arguments they take.
type Functions = BTreeMap<String, usize>;

fn functions(files: &[File]) -> Functions {
    let mut functions = Functions::new();
    for file in files {
        for rule in &file.module.policy {
            if let Rule::Spec { head: RuleHead::Func { refr, args, .. }, .. } = rule.as_ref()
                && let Some(name) = syntax::components(refr)
            {
                functions.insert(file.path_to(name.iter().map(String::as_str)), args.len());
            }
        }
    }
    functions
}

/// `f(x) = y { … } { … }`: OPA tries both bodies, regorus only the first. A rule would silently
/// not fire.
fn chained_bodies(file: &File, rule: &Rule) -> Option<PolicyError> {
    let Rule::Spec { bodies, .. } = rule else { return None };
    let second = bodies.iter().skip(1).find(|body| !body.is_else)?;
    Some(
        PolicyError::new("chained rule bodies (`} {`) are not supported")
            .at(file.place(&second.span))
            .help("write each body as a rule of its own, with the same head"),
    )
}

/// regorus keeps imports by package, OPA by file: one alias must not have two meanings.
fn imports(files: &[File]) -> Vec<PolicyError> {
    let mut seen: BTreeMap<(String, String), (String, &str)> = BTreeMap::new();
    let mut errors = Vec::new();
    for file in files {
        for (alias, path, span) in aliases(file) {
            let path = path.join(".");
            let (first, where_) =
                seen.entry((file.package_name(), alias.clone())).or_insert((path.clone(), &file.name));
            if *first != path {
                errors.push(
                    PolicyError::new(format!("`{alias}` is {path} here and {first} in {where_}, in the same package"))
                        .at(file.place(span))
                        .help(format!("import one of them under another name: `import {path} as …`")),
                );
            }
        }
    }
    errors
}

fn aliases(file: &File) -> impl Iterator<Item = (String, Vec<String>, &Span)> {
    file.module.imports.iter().filter_map(|import| {
        let path = syntax::components(&import.refr)?;
        if matches!(path.first()?.as_str(), "rego" | "future") {
            return None;
        }
        let alias = match &import.r#as {
            Some(alias) => alias.text().to_owned(),
            None => path.last()?.clone(),
        };
        Some((alias, path, &import.span))
    })
}

fn calls(file: &File, functions: &Functions, errors: &mut Vec<PolicyError>) {
    let aliases: BTreeMap<String, Vec<String>> = aliases(file).map(|(alias, path, _)| (alias, path)).collect();
    let mut see = |expression: &Expr| {
        if let Expr::Call { span, fcn, params, .. } = expression {
            errors.extend(call(file, functions, &aliases, span, fcn, params.len()));
        }
    };
    Walk { see: &mut see, statement: &mut |_| {} }.module(&file.module);
}

fn call(
    file: &File,
    functions: &Functions,
    aliases: &BTreeMap<String, Vec<String>>,
    span: &Span,
    function: &Expr,
    arguments: usize,
) -> Option<PolicyError> {
    let components = syntax::components(function)?;
    let parts = || components.iter().map(String::as_str);
    let name = syntax::path(parts());
    let imported = || {
        let target = aliases.get(components.first()?)?;
        Some(syntax::path(target.iter().map(String::as_str).chain(parts().skip(1))))
    };
    let known = functions
        .get(&name)
        .or_else(|| functions.get(&imported()?))
        .or_else(|| functions.get(&file.path_to(parts())))
        .copied();
    let error = |message: String| PolicyError::new(message).at(file.place(function.span()));
    let arity = if let Some(arity) = known {
        arity
    } else {
        if let Some(reason) = builtins::refusal(&name) {
            return Some(error(format!("`{name}` is not allowed")).help(reason));
        }
        match builtins::arity(&name) {
            Some(arity) => arity,
            None if name == "print" => return None,
            None => return Some(unknown(file, functions, span, function, &name)),
        }
    };
    // One more than the function takes is the old notation for its result: `plus(1, 2, x)`.
    if arguments == arity || arguments == arity + 1 {
        return None;
    }
    let plural = if arity == 1 { "" } else { "s" };
    Some(error(format!("`{name}` takes {arity} argument{plural}, not {arguments}")))
}

fn unknown(file: &File, functions: &Functions, call: &Span, function: &Expr, name: &str) -> PolicyError {
    let error = PolicyError::new(format!("unknown function `{name}`")).at(file.place(function.span()));
    // `input.a\n(input.b)`: OPA ends the expression with the line, regorus reads on.
    let between = call.text().get(function.span().text().len()..).unwrap_or("");
    if between.trim_start_matches([' ', '\t', '\r']).starts_with('\n') {
        return error.help("the `(` on the next line continues this one: begin that line with something else");
    }
    if let Some(advice) = builtins::advice(name) {
        return error.help(advice);
    }
    let package = file.path_to(std::iter::empty());
    let own = functions.keys().filter_map(|path| path.strip_prefix(&package)?.strip_prefix('.'));
    let near = builtins::names()
        .into_iter()
        .chain(own)
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .filter(|(distance, _)| *distance <= 2.max(name.len() / 4))
        .min();
    match near {
        Some((_, near)) => error.help(format!("did you mean `{near}`?")),
        None => error,
    }
}
