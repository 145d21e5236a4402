//! Which packages and rules of a set judge, and what they are called.

use std::collections::{BTreeMap, BTreeSet};

use super::compile::RuleInfo;
use super::error::PolicyError;
use super::metadata::{Annotated, Metadata};
use super::namespaces::Wanted;
use super::parse::File;
use super::{conventions, syntax};

/// A package chosen to judge, before compilation.
pub(super) struct Selected {
    /// `data.<package>`
    path: String,
    /// Indexes into the rules selected.
    pub(super) rules: std::ops::Range<usize>,
    /// `data.<package>.exception`, if there is one.
    pub(super) exception: Option<String>,
}

impl Selected {
    /// Entry points: one for each rule, then the exceptions.
    pub(super) fn paths<'a>(&'a self, rules: &'a [RuleInfo]) -> impl Iterator<Item = String> + 'a {
        rules
            .get(self.rules.clone())
            .unwrap_or_default()
            .iter()
            .map(|rule| format!("{}.{}", self.path, rule.name))
            .chain(self.exception.clone())
    }
}

/// The packages that judge, their rules, and what there is to say of names that brought none.
pub(super) type Selection = (Vec<Selected>, Vec<RuleInfo>, Vec<String>);

/// What the packages of a set hold.
#[derive(Default)]
pub(super) struct Found {
    /// By name.
    packages: BTreeMap<String, FoundPackage>,
}

#[derive(Default)]
struct FoundPackage {
    path: String,
    rules: BTreeMap<String, FoundRule>,
    has_exception: bool,
    metadata: Option<Metadata>,
}

struct FoundRule {
    source: String,
    line: usize,
    /// Of its definitions, without repetition.
    metadata: Vec<Metadata>,
}

impl Found {
    pub(super) fn new(files: &[File], annotations: &[Annotated]) -> Self {
        let mut found = Self::default();
        for (file, annotated) in files.iter().zip(annotations) {
            let package = found.packages.entry(file.package_name()).or_default();
            package.path = file.path_to(std::iter::empty());
            package.metadata = package.metadata.take().or_else(|| annotated.package().cloned());
            for rule in &file.module.policy {
                let name = syntax::root_name(syntax::head_reference(rule));
                package.has_exception |= name == Some("exception");
                let Some(name) = conventions::judging_name(rule) else { continue };
                let line = usize::try_from(rule.span().line).unwrap_or(0);
                let known = package.rules.entry(name.to_owned()).or_insert_with(|| FoundRule {
                    source: file.name.clone(),
                    line,
                    metadata: Vec::new(),
                });
                if let Some(metadata) = annotated.rule(line).filter(|metadata| !known.metadata.contains(metadata)) {
                    known.metadata.push(metadata.clone());
                }
            }
        }
        found
    }

    /// The packages asked for, with their rules, and what is counted as passed although nothing judges: a mistake
    /// but for `conftest`.
    pub(super) fn select(&self, namespaces: &[String], conftest: bool) -> Result<Selection, Vec<PolicyError>> {
        let mut wanted = Vec::with_capacity(namespaces.len());
        let (mut broken, mut missing) = (Vec::new(), Vec::new());
        for name in namespaces {
            match Wanted::new(name) {
                None => broken.push(PolicyError::new(format!("`{name}` is no pattern of namespaces")).help(
                    "`*` is any text, `?` one character, `[a-z]` one of these; write `\\[` for the character itself",
                )),
                Some(one) => {
                    if !self.judging().any(|package| one.matches(package)) {
                        missing.push(self.missing(name));
                    }
                    wanted.push(one);
                }
            }
        }
        if !broken.is_empty() {
            return Err(broken);
        }
        if !missing.is_empty() && !conftest {
            return Err(missing);
        }
        let mut rules = Vec::new();
        let mut selected = Vec::new();
        for (name, package) in &self.packages {
            if package.rules.is_empty() || !(wanted.is_empty() || wanted.iter().any(|one| one.matches(name))) {
                continue;
            }
            let start = rules.len();
            rules.extend(package.rules.iter().filter_map(|(rule, found)| package.info(name, rule, found)));
            selected.push(Selected {
                path: package.path.clone(),
                rules: start..rules.len(),
                exception: package.has_exception.then(|| format!("{}.exception", package.path)),
            });
        }
        let mut notes: Vec<String> = missing.into_iter().map(|error| error.message).collect();
        if rules.is_empty() {
            let nothing = self.nothing();
            if !conftest {
                return Err(vec![nothing]);
            }
            notes.push(nothing.message);
        }
        Ok((selected, rules, notes))
    }

    /// The mistake of a name that no package with rules has.
    fn missing(&self, name: &str) -> PolicyError {
        let error = PolicyError::new(format!("namespace `{name}` has no deny, violation or warn rule"));
        let near = self
            .judging()
            .map(|known| (strsim::damerau_levenshtein(known, name), known))
            .filter(|(distance, _)| *distance <= 2.max(name.len() / 4))
            .min();
        let judging = self.judging().collect::<Vec<_>>().join(", ");
        match near {
            Some((_, near)) => error.help(format!("did you mean `{near}`? packages with such rules: {judging}")),
            None if judging.is_empty() => error,
            None => error.help(format!("packages with such rules: {judging}")),
        }
    }

    fn judging(&self) -> impl Iterator<Item = &str> {
        self.packages.iter().filter(|(_, package)| !package.rules.is_empty()).map(|(name, _)| name.as_str())
    }

    pub(super) fn nothing(&self) -> PolicyError {
        let packages = self.packages.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let error = PolicyError::new("no deny, violation or warn rule: these policies would never refuse anything");
        if packages.is_empty() {
            error.help("there is no policy file")
        } else {
            error.help(format!("packages: {packages}"))
        }
    }
}

impl FoundPackage {
    fn info(&self, package: &str, name: &str, found: &FoundRule) -> Option<RuleInfo> {
        // A result does not tell which definition it is from, so ids that differ say nothing.
        let ids: BTreeSet<_> = found.metadata.iter().filter_map(|metadata| metadata.id.as_deref()).collect();
        let own = match found.metadata.as_slice() {
            [only] => Some(only.clone()),
            [] | [_, ..] => None,
        };
        let of_package = if self.rules.len() == 1 { self.metadata.clone() } else { None };
        let mut metadata = own.or(of_package.filter(|_| found.metadata.is_empty())).unwrap_or_default();
        if let [only] = ids.iter().collect::<Vec<_>>().as_slice() {
            metadata.id = Some((**only).to_owned());
        }
        Some(RuleInfo {
            id: metadata.id.clone().unwrap_or_else(|| format!("{package}.{name}")),
            package: package.to_owned(),
            name: name.to_owned(),
            severity: conventions::severity(name)?,
            metadata,
            source: found.source.clone(),
            line: found.line,
        })
    }
}
