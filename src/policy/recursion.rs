//! Rules that depend on themselves: an error in OPA, and no end in regorus.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Module, Rule, RuleHead};

use super::error::PolicyError;
use super::parse::File;
use super::syntax::{self, Walk};

/// The first rule of each circle of rules that depend on each other.
pub(super) fn recursion(files: &[File]) -> Vec<PolicyError> {
    let rules = Graph::new(files);
    let mut done = BTreeSet::new();
    let mut errors = Vec::new();
    for start in rules.nodes.keys() {
        if let Some(circle) = rules.circle(start, &mut done) {
            let names = circle.iter().map(|path| path.trim_start_matches("data.")).collect::<Vec<_>>();
            let error = PolicyError::new(format!("rules must not depend on themselves: {}", names.join(" → ")));
            let place = circle.first().and_then(|path| rules.nodes.get(*path)).map(|node| node.place(files));
            errors.push(PolicyError { place: place.flatten(), ..error });
        }
    }
    errors
}

/// All definitions of one rule name.
#[derive(Default)]
struct Node {
    /// Index of the file and of the rule in it, of the first definition.
    first: (usize, usize),
    /// Paths it refers to, as far as they are known before evaluation.
    uses: BTreeSet<String>,
}

impl Node {
    fn place(&self, files: &[File]) -> Option<super::Place> {
        let file = files.get(self.first.0)?;
        let rule = file.module.policy.get(self.first.1)?;
        Some(file.place(syntax::head_reference(rule).span()))
    }
}

struct Graph {
    nodes: BTreeMap<String, Node>,
}

impl Graph {
    fn new(files: &[File]) -> Self {
        let mut nodes: BTreeMap<String, Node> = BTreeMap::new();
        for (at, file) in files.iter().enumerate() {
            for (index, rule) in file.module.policy.iter().enumerate() {
                if let Some(name) = syntax::root_name(syntax::head_reference(rule)) {
                    nodes
                        .entry(file.path_to([name]))
                        .or_insert_with(|| Node { first: (at, index), uses: BTreeSet::new() })
                        .uses
                        .extend(uses(file, rule));
                }
            }
        }
        Self { nodes }
    }

    /// A circle that can be reached from a rule, beginning and ending with the same rule.
    fn circle<'a>(&'a self, start: &'a str, done: &mut BTreeSet<&'a str>) -> Option<Vec<&'a str>> {
        let mut path: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(node) = next.take() {
                if let Some(position) = path.iter().position(|(open, _)| *open == node) {
                    let circle = path.iter().skip(position).map(|(open, _)| *open).chain([node]).collect();
                    done.extend(path.iter().map(|(open, _)| *open));
                    return Some(circle);
                }
                if !done.contains(node) {
                    path.push((node, self.targets(node)));
                }
            }
            let (node, targets) = path.last_mut()?;
            next = targets.pop();
            if next.is_none() {
                done.insert(node);
                path.pop();
            }
        }
    }

    /// The rules a rule uses: those at, above or below the paths it refers to.
    fn targets(&self, node: &str) -> Vec<&str> {
        let uses = self.nodes.get(node).into_iter().flat_map(|node| &node.uses);
        uses.flat_map(|used| {
            let ends = used.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(at, _)| at);
            let above = ends.filter_map(|end| self.nodes.get_key_value(used.get(..end)?));
            let below = self.nodes.range(used.clone()..).take_while(|(path, _)| path.starts_with(used.as_str()));
            let below = below.filter(|(path, _)| {
                path.get(used.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            });
            above.chain(below).map(|(path, _)| path.as_str()).collect::<Vec<_>>()
        })
        .collect()
    }
}

/// Paths a rule refers to: `data.…` as far as it is made of names, names of its package, imports.
pub(super) fn uses(file: &File, rule: &Rule) -> BTreeSet<String> {
    let local = locals(rule);
    let mut uses = BTreeSet::new();
    let mut add = |expression: &Expr| {
        let reference = match expression {
            Expr::Call { fcn, .. } => fcn.as_ref(),
            other => other,
        };
        let Some(components) = static_prefix(reference) else { return };
        let Some(root) = components.first() else { return };
        if root == "data" {
            // `data` and `data[x]` alone would be everything; OPA refuses those by itself.
            if components.len() > 1 {
                uses.insert(syntax::path(components.iter().map(String::as_str)));
            }
        } else if !local.contains(root.as_str()) {
            match imported(&file.module, root) {
                Some(target) => {
                    let rest = components.iter().skip(1);
                    uses.insert(syntax::path(target.iter().chain(rest).map(String::as_str)));
                }
                None => {
                    uses.insert(file.path_to(components.iter().map(String::as_str)));
                }
            }
        }
    };
    // Of `data.a.b` only the whole counts, not the `data.a` in it. Parents are seen first.
    let mut parts: BTreeSet<*const Expr> = BTreeSet::new();
    let mut see = |expression: &Expr| {
        if let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = expression
            // `f(x)[_]` uses `f`.
            && !matches!(refr.as_ref(), Expr::Call { .. })
        {
            parts.insert(std::ptr::from_ref(refr.as_ref()));
        }
        let whole = !parts.contains(&std::ptr::from_ref(expression));
        if whole
            && matches!(expression, Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Call { .. })
        {
            add(expression);
        }
    };
    // Not the name in the head: that is what is defined.
    Walk { see: &mut see, statement: &mut |_| {} }.rule_without_name(rule);
    uses
}

/// The names at the start of a reference: `a.b` of `a.b[x].c`.
pub(super) fn static_prefix(reference: &Expr) -> Option<Vec<String>> {
    match reference {
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => {
            syntax::components(reference).or_else(|| static_prefix(refr))
        }
        other => syntax::components(other),
    }
}

pub(super) fn imported(module: &Module, alias: &str) -> Option<Vec<String>> {
    module.imports.iter().find_map(|import| {
        let path = syntax::components(&import.refr)?;
        let name = import.r#as.as_ref().map_or(path.last()?.as_str(), |alias| alias.text()).to_owned();
        (name == alias && path.first().is_some_and(|root| root == "data")).then_some(path)
    })
}

/// Names a rule gives a meaning of its own anywhere: parameters, `:=`, `some`, `every`.
pub(super) fn locals(rule: &Rule) -> BTreeSet<String> {
    let mut local = BTreeSet::new();
    let arguments = match rule {
        Rule::Spec { head: RuleHead::Func { args, .. }, .. } | Rule::Default { args, .. } => args.as_slice(),
        Rule::Spec { head: RuleHead::Compr { .. } | RuleHead::Set { .. }, .. } => &[],
    };
    for argument in arguments {
        names(argument, &mut local);
    }
    let mut bound = BTreeSet::new();
    let mut see = |expression: &Expr| {
        if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = expression {
            names(lhs, &mut bound);
        }
    };
    let mut statement = |statement: &LiteralStmt| match &statement.literal {
        Literal::SomeVars { vars, .. } => local.extend(vars.iter().map(|name| name.text().to_owned())),
        Literal::SomeIn { key, value, .. } => {
            if let Some(key) = key {
                names(key, &mut local);
            }
            names(value, &mut local);
        }
        Literal::Every { key, value, .. } => {
            local.extend(key.iter().chain([value]).map(|name| name.text().to_owned()));
        }
        Literal::Expr { .. } | Literal::NotExpr { .. } => {}
    };
    Walk { see: &mut see, statement: &mut statement }.rule_without_name(rule);
    local.extend(bound);
    local
}

/// The variables of a pattern.
pub(super) fn names(pattern: &Expr, into: &mut BTreeSet<String>) {
    match pattern {
        Expr::Var { span, .. } => {
            into.insert(span.text().to_owned());
        }
        Expr::Array { items, .. } => items.iter().for_each(|item| names(item, into)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| names(value, into)),
        _ => {}
    }
}
