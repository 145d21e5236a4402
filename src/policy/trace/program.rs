//! The rules of a set by their paths.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Module, Ref, Rule, RuleHead};

use super::super::parse::File;
use super::super::syntax;

/// A definition of a rule.
#[derive(Debug)]
pub(super) struct Definition {
    /// Index into [`Program::files`].
    pub(super) file: usize,
    pub(super) rule: Ref<Rule>,
    pub(super) shape: Shape,
}

/// What a definition adds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Value,
    Set,
    Object,
    Function,
    Default,
    /// None of these; nothing is known of what it gives.
    Other,
}

#[derive(Debug)]
struct Names {
    package: Vec<String>,
    /// What a name stands for: a path that begins with `input` or `data`.
    imports: BTreeMap<String, Vec<String>>,
}

/// All rules of a set.
#[derive(Debug)]
pub(super) struct Program {
    files: Vec<Names>,
    /// Paths of packages by their names as people write them.
    packages: BTreeMap<String, Vec<String>>,
    _modules: Vec<Ref<Module>>,
    rules: BTreeMap<Vec<String>, Vec<Definition>>,
    /// Everything that a path of a rule begins with.
    prefixes: BTreeSet<Vec<String>>,
}

impl Program {
    pub(super) fn new(files: &[File]) -> Self {
        let mut rules: BTreeMap<Vec<String>, Vec<Definition>> = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            for rule in &file.module.policy {
                let Some((name, shape)) = shape(rule) else { continue };
                let path = file.package.iter().cloned().chain(name).collect();
                rules.entry(path).or_default().push(Definition { file: index, rule: rule.clone(), shape });
            }
        }
        let prefixes = rules
            .keys()
            .flat_map(|path| (0..=path.len()).filter_map(|n| path.get(..n)))
            .map(<[String]>::to_vec)
            .collect();
        let names = |file: &File| Names { package: file.package.clone(), imports: imports(&file.module) };
        Self {
            files: files.iter().map(names).collect(),
            packages: files.iter().map(|file| (file.package_name(), file.package.clone())).collect(),
            _modules: files.iter().map(|file| file.module.clone()).collect(),
            rules,
            prefixes,
        }
    }

    /// The definitions of the rule at a path (without `data`).
    pub(super) fn rule(&self, path: &[String]) -> Option<&[Definition]> {
        self.rules.get(path).map(Vec::as_slice)
    }

    /// The path of a rule by the name of its package.
    pub(super) fn path(&self, package: &str, rule: &str) -> Option<Vec<String>> {
        let mut path = self.packages.get(package)?.clone();
        path.push(rule.to_owned());
        Some(path)
    }

    /// Whether there are rules at a path or below it.
    pub(super) fn has_rules_below(&self, path: &[String]) -> bool {
        self.prefixes.contains(path)
    }

    /// What a name that is not local means: a path that begins with `input` or `data`.
    pub(super) fn global(&self, file: usize, name: &str) -> Option<Vec<String>> {
        if matches!(name, "input" | "data") {
            return Some(vec![name.to_owned()]);
        }
        let names = self.files.get(file)?;
        let mut own = names.package.clone();
        own.push(name.to_owned());
        if self.has_rules_below(&own) {
            own.insert(0, "data".to_owned());
            return Some(own);
        }
        names.imports.get(name).cloned()
    }
}

fn imports(module: &Module) -> BTreeMap<String, Vec<String>> {
    let import = module.imports.iter().filter_map(|import| {
        let path = syntax::components(&import.refr)?;
        let alias = import.r#as.as_ref().map(|alias| alias.text().to_owned()).or_else(|| path.last().cloned())?;
        matches!(path.first()?.as_str(), "input" | "data").then_some((alias, path))
    });
    import.collect()
}

/// The name a rule adds to, within its package, and how.
fn shape(rule: &Rule) -> Option<(Vec<String>, Shape)> {
    match rule {
        Rule::Default { refr, args, .. } => {
            let shape = if args.is_empty() { Shape::Default } else { Shape::Other };
            Some((syntax::components(refr)?, shape))
        }
        Rule::Spec { head: RuleHead::Func { refr, .. }, .. } => Some((syntax::components(refr)?, Shape::Function)),
        Rule::Spec { head: RuleHead::Set { refr, key, .. }, .. } => {
            Some((syntax::components(refr)?, if key.is_some() { Shape::Set } else { Shape::Other }))
        }
        Rule::Spec { head: RuleHead::Compr { refr, .. }, .. } => match (syntax::components(refr), refr.as_ref()) {
            (Some(name), _) => Some((name, Shape::Value)),
            (None, Expr::RefBrack { refr, .. }) => match syntax::components(refr) {
                Some(name) => Some((name, Shape::Object)),
                None => Some((vec![syntax::root_name(refr)?.to_owned()], Shape::Other)),
            },
            (None, _) => Some((vec![syntax::root_name(refr)?.to_owned()], Shape::Other)),
        },
    }
}
