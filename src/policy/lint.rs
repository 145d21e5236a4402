//! What must not be in a policy: what would silently make a rule not fire, or reach outside.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Rule, RuleHead, Span};

use super::error::PolicyError;
use super::parse::File;
use super::syntax::{self, Walk};
use super::{builtins, conventions, recursion};

/// Checks each rule by itself; every mistake found. `conftest`: only what conftest refuses of what rules that judge give.
pub(super) fn rules(files: &[File], conftest: bool) -> Vec<PolicyError> {
    let shape = move |file, rule| {
        conventions::shape_error(file, rule).filter(|_| !conftest || conventions::is_refused_by_conftest(rule))
    };
    files.iter().flat_map(|file| file.module.policy.iter().filter_map(move |rule| shape(file, rule))).collect()
}

/// Checks what the files of a set say about each other: all of them must be there.
pub(super) fn references(files: &[File]) -> Vec<PolicyError> {
    let functions = functions(files);
    let mut errors = conflicts(files);
    errors.extend(recursion::recursion(files));
    for file in files {
        calls(file, &functions, &mut errors);
    }
    errors
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

/// What a name is defined as; all its definitions must be of one kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function(usize),
    Set,
    Value,
}

/// Rules of one name and of several kinds, or with several defaults: OPA refuses them.
fn conflicts(files: &[File]) -> Vec<PolicyError> {
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    let mut defaults = BTreeSet::new();
    let mut errors = Vec::new();
    for file in files {
        for rule in &file.module.policy {
            let reference = syntax::head_reference(rule);
            let Some(components) = syntax::components(reference) else { continue };
            let path = file.path_to(components.iter().map(String::as_str));
            let name = path.trim_start_matches("data.").to_owned();
            let kind = match rule.as_ref() {
                Rule::Default { args, .. } if args.is_empty() => Kind::Value,
                Rule::Default { args, .. } | Rule::Spec { head: RuleHead::Func { args, .. }, .. } => {
                    Kind::Function(args.len())
                }
                Rule::Spec { head: RuleHead::Set { .. }, .. } => Kind::Set,
                Rule::Spec { head: RuleHead::Compr { .. }, .. } => Kind::Value,
            };
            let error = |message: String| {
                PolicyError::new(message).at(file.place(reference.span())).help("give one of them another name")
            };
            if matches!(rule.as_ref(), Rule::Default { .. }) && !defaults.insert(path.clone()) {
                errors.push(error(format!("`{name}` has several defaults")));
            }
            if *kinds.entry(path).or_insert(kind) != kind {
                errors.push(error(format!("`{name}` is defined in several ways: as a value, a set or a function")));
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
        if let Expr::Call { fcn, params, .. } = expression {
            errors.extend(call(file, functions, &aliases, fcn, params.len()));
        }
    };
    Walk { see: &mut see, statement: &mut |_| {} }.module(&file.module);
}

fn call(
    file: &File,
    functions: &Functions,
    aliases: &BTreeMap<String, Vec<String>>,
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
        if let Some(advice) = builtins::refusal_in_v1(&name).filter(|_| file.module.rego_v1) {
            return Some(error(format!("`{name}` is not in Rego v1")).help(advice));
        }
        match builtins::arity(&name) {
            Some(arity) => arity,
            None if name == "print" => return None,
            None => return Some(unknown(file, functions, function, &name)),
        }
    };
    // One more than the function takes is the old notation for its result: `plus(1, 2, x)`.
    if arguments == arity || arguments == arity + 1 {
        return None;
    }
    let plural = if arity == 1 { "" } else { "s" };
    Some(error(format!("`{name}` takes {arity} argument{plural}, not {arguments}")))
}

fn unknown(file: &File, functions: &Functions, function: &Expr, name: &str) -> PolicyError {
    let error = PolicyError::new(format!("unknown function `{name}`")).at(file.place(function.span()));
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
