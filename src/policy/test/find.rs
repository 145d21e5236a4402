//! Which rules are tests, and what they are called.

use std::collections::BTreeMap;

use regorus::Value;
use regorus::unstable::{Expr, Module, Ref, Rule, RuleHead};

use super::super::interpret::Program;
use super::super::parse::File;
use super::super::syntax;

/// A definition of a test.
pub(super) struct Test<'f> {
    /// `<package>.<rule>`, with `#01` where it is the second of its name.
    pub(super) name: String,
    pub(super) file: &'f File,
    /// Which of the files that is.
    pub(super) index: usize,
    /// How many definitions of the same name come before.
    number: usize,
    pub(super) rule: &'f Ref<Rule>,
    /// Components of the reference up to the name that begins with `test_`.
    pub(super) reference: Vec<String>,
    /// Named `todo_test_…`.
    pub(super) skipped: bool,
    /// The keys of `test_x[case]`.
    pub(super) keys: Vec<&'f Expr>,
}

impl Test<'_> {
    pub(super) fn module(&self) -> &Ref<Module> {
        &self.file.module
    }

    pub(super) fn line(&self) -> usize {
        usize::try_from(syntax::head_reference(self.rule).span().line).unwrap_or(0)
    }

    /// Where the test stands, from `data` on.
    pub(super) fn path(&self) -> Vec<Value> {
        let names = self.file.package.iter().chain(&self.reference);
        let mut path: Vec<Value> = names.map(|name| Value::from(name.as_str())).collect();
        if let (Some(last), Some(name)) = (path.last_mut(), self.own_name()) {
            *last = Value::from(name);
        }
        path
    }

    /// What a second definition of a name is called, as in OPA; `None` for the first.
    fn own_name(&self) -> Option<String> {
        let name = self.reference.last().filter(|_| self.number > 0)?;
        Some(format!("{name}#{:02}", self.number))
    }

    /// Makes the test one of its own, where it is not the first of its name.
    pub(super) fn move_in(&self, program: &mut Program) {
        if let Some(name) = self.own_name() {
            let at = self.file.package.len() + self.reference.len() - 1;
            program.move_definition((self.index, self.file), self.rule, at, &name);
        }
    }
}

/// Whether a rule of this name is a test, to be run or not.
pub(in super::super) fn is_test_name(name: &str) -> bool {
    name.starts_with("test_") || name.starts_with("todo_test_")
}

/// The tests of all files, by name; each definition is a test of its own, as in OPA.
pub(super) fn tests<'f>(files: &'f [File], filter: Option<&regex::Regex>) -> Vec<Test<'f>> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let mut tests = Vec::new();
    for (index, file) in files.iter().enumerate() {
        for rule in &file.module.policy {
            let Some((reference, keys)) = named(rule) else { continue };
            let path = file.path_to(reference.iter().map(String::as_str));
            let shown = path.strip_prefix("data.").unwrap_or(&path).to_owned();
            let number = count.entry(path.clone()).or_default();
            let name = if *number == 0 { shown.clone() } else { format!("{shown}#{number:02}") };
            let earlier = *number;
            *number += 1;
            if filter.is_none_or(|filter| filter.is_match(&shown) || filter.is_match(&path)) {
                let skipped = reference.last().is_some_and(|name| name.starts_with("todo_test_"));
                tests.push(Test { name, file, index, number: earlier, rule, reference, skipped, keys });
            }
        }
    }
    tests.sort_by(|a, b| a.name.cmp(&b.name));
    tests
}

/// The name of a test, and the keys behind it; `None` for any other rule.
fn named(rule: &Rule) -> Option<(Vec<String>, Vec<&Expr>)> {
    let Rule::Spec { head, .. } = rule else { return None };
    let mut steps: Vec<Result<String, &Expr>> = Vec::new();
    let mut current = syntax::head_reference(rule);
    loop {
        match current {
            Expr::Var { span, .. } => {
                steps.push(Ok(span.text().to_owned()));
                break;
            }
            Expr::RefDot { refr, field, .. } => {
                steps.push(Ok(field.0.text().to_owned()));
                current = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                steps.push(match index.as_ref() {
                    Expr::String { value, .. } | Expr::RawString { value, .. } => {
                        Ok(value.as_string().ok()?.to_string())
                    }
                    other => Err(other),
                });
                current = refr;
            }
            _ => return None,
        }
    }
    steps.reverse();
    let ground = steps.iter().take_while(|step| step.is_ok()).count();
    let at = steps.iter().take(ground).position(|step| step.as_ref().is_ok_and(|name| is_test_name(name)))?;
    let behind = steps.iter().skip(at + 1).filter_map(|step| step.as_ref().err().copied()).collect::<Vec<_>>();
    let keys = match head {
        RuleHead::Compr { .. } => behind,
        RuleHead::Set { .. } | RuleHead::Func { .. } => Vec::new(),
    };
    let reference = steps.into_iter().take(at + 1).filter_map(Result::ok).collect();
    Some((reference, keys))
}
