//! From sources to a compiled set.
//!
//! Every rule that judges, and every `exception`, becomes an entry point of a VM program. What the
//! VM compiler cannot do (`with`, some shapes of partial objects) is left to the interpreter, rule
//! by rule.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use regorus::rvm::Program;
use regorus::{Engine, Value};
use serde::{Deserialize, Serialize};

use super::engine::{self, Answering, Backend, CompileError, Entry};
use super::error::PolicyError;
use super::evaluate::Evaluator;
use super::found::Found;
use super::metadata::{self, Annotated, Metadata};
use super::parse::{self, File, Parsed, Printing};
use super::value::data_value;
use super::{PolicySource, lint, syntax};
use crate::document::Node;

/// How weighty a rule's violations are, by conftest's naming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// `deny…`, `violation…`
    Deny,
    /// `warn…`
    Warn,
}

/// How a set is compiled and run.
#[derive(Clone, Debug)]
pub struct CompileOptions {
    /// Packages that judge (`main`, `kubernetes.admission`); empty: every package with a rule that does.
    pub namespaces: Vec<String>,
    /// VM instructions one rule may take for one document.
    pub max_instructions: usize,
    /// Time one rule may take for one document.
    pub time: Option<Duration>,
    /// Interpret everything.
    pub interpret: bool,
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self { namespaces: Vec::new(), max_instructions: 50_000_000, time: None, interpret: false }
    }
}

/// A rule that judges: all definitions of one name in one package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleInfo {
    /// `custom.id` of its METADATA, else `<package>.<rule>`.
    pub id: String,
    /// Its package, without `data.`.
    pub package: String,
    /// Its name: `deny`, `warn_labels`.
    pub name: String,
    /// By its name.
    pub severity: Severity,
    /// What it says about itself; empty where several definitions say different things.
    pub metadata: Metadata,
    /// The file with its first definition.
    pub source: String,
    /// 1-based line of its first definition.
    pub line: usize,
}

impl RuleInfo {
    /// `<package>.<rule>`
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.package, self.name)
    }
}

/// A compiled set of policies; cheap to clone and to share between threads.
#[derive(Clone, Debug)]
pub struct PolicySet {
    pub(super) inner: Arc<Compiled>,
}

/// What a set may read beside its input, by the words in its files: what nothing reads is not worked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reads {
    /// `data.conftest.file`.
    pub file: bool,
    /// `data.inventory`.
    pub inventory: bool,
    /// `resources` of the changes of a push.
    pub resources: bool,
}

impl Reads {
    fn of(files: &[File]) -> Self {
        let mention = |word: &str| files.iter().any(|file| file.text.contains(word));
        // `data[name]` may be any of them.
        let any = files.iter().any(|file| {
            file.text.match_indices("data").any(|(at, word)| {
                let rest = file.text.get(at + word.len()..).unwrap_or_default();
                rest.trim_start().starts_with('[')
            })
        });
        Self {
            file: any || mention("conftest"),
            inventory: any || mention("inventory"),
            resources: mention("resources"),
        }
    }
}

/// A package that judges.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Package {
    /// Indexes into `Compiled::rules`.
    pub(super) rules: std::ops::Range<usize>,
    pub(super) exception: Option<Entry>,
}

/// Rules that are evaluated at one go, so that what they all ask of a library is worked out once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Together {
    /// Indexes into `Compiled::rules`.
    pub(super) rules: std::ops::Range<usize>,
    /// Gives an object: the value of each rule by its index.
    pub(super) entry: Entry,
}

#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) rules: Vec<RuleInfo>,
    /// One for each of `rules`.
    pub(super) entries: Vec<Entry>,
    pub(super) packages: Vec<Package>,
    pub(super) together: Vec<Together>,
    pub(super) programs: Vec<Arc<Program>>,
    /// The same as regorus compiled them: what can be stored.
    pub(super) stock: Vec<Arc<Program>>,
    /// Present when an entry needs it.
    pub(super) interpreter: Option<Engine>,
    pub(super) data: Value,
    pub(super) reads: Reads,
    pub(super) max_instructions: usize,
    pub(super) time: Option<Duration>,
}

impl PolicySet {
    /// Compiles Rego sources and data files into one set. Unit tests (`*_test.rego`) are left out.
    ///
    /// # Errors
    /// Every mistake found, in the order of the sources: what does not parse; what would silently
    /// never fire; unknown and refused functions; a set, or an asked namespace, without any rule
    /// that judges; conflicting data.
    pub fn compile(
        sources: &[PolicySource],
        data: &[(String, Node)],
        options: &CompileOptions,
    ) -> Result<Self, Vec<PolicyError>> {
        let sources: Vec<_> = sources.iter().filter(|source| !source.name.ends_with("_test.rego")).collect();
        let Parsed { mut engine, files, mut errors } = parse::parse(&sources, Printing::Off);
        let complete = errors.is_empty();
        errors.extend(lint::rules(&files));
        if complete {
            errors.extend(lint::references(&files));
        }
        let annotations: Vec<_> = files
            .iter()
            .map(|file| {
                metadata::read(&file.name, &file.text).unwrap_or_else(|wrong| {
                    errors.extend(wrong);
                    Annotated::default()
                })
            })
            .collect();
        let data = data_value(data).unwrap_or_else(|wrong| {
            errors.extend(wrong);
            Value::new_object()
        });
        let found = Found::new(&files, &annotations);
        let (packages, rules) = found.select(&options.namespaces).map_err(|wrong| {
            // Rules may be missing because their file did not parse.
            if complete {
                errors.extend(wrong);
            }
            in_order(std::mem::take(&mut errors), &sources)
        })?;
        if !errors.is_empty() {
            return Err(in_order(errors, &sources));
        }

        let failed = |error: &dyn std::fmt::Display| vec![placed(&error.to_string(), &sources, &files)];
        let mut paths = packages.iter().flat_map(|package| package.paths(&rules)).collect::<Vec<_>>();
        let rule_paths: Vec<String> =
            packages.iter().flat_map(|package| package.paths(&rules).take(package.rules.len())).collect();
        let together = together(rule_paths.len());
        for (number, range) in together.iter().enumerate() {
            let (path, text) = one_go(number, range.clone(), &rule_paths);
            engine.add_policy(path.clone(), text).map_err(|error| failed(&error))?;
            paths.push(path);
        }
        if paths.is_empty() {
            return Err(vec![found.nothing()]);
        }
        let Answering { entries, programs, stock, interpreter } =
            engine::compile(engine, &files, &data, paths, options.interpret).map_err(|error| match error {
                CompileError::Analysis(text) => analysed(&sources, &files, &text),
                CompileError::Machine(text) => failed(&text),
            })?;
        let mut entries = entries.into_iter();
        let mut judging = Vec::with_capacity(rules.len());
        let packages = packages
            .into_iter()
            .map(|package| {
                judging.extend(entries.by_ref().take(package.rules.len()));
                let exception = if package.exception.is_some() { entries.next() } else { None };
                Package { rules: package.rules, exception }
            })
            .collect();
        let together = together
            .into_iter()
            .zip(entries)
            .filter(|(_, entry)| entry.backend != Backend::Interpreter)
            .map(|(rules, entry)| Together { rules, entry })
            .collect();
        Ok(Self {
            inner: Arc::new(Compiled {
                rules,
                entries: judging,
                packages,
                together,
                programs,
                stock,
                interpreter,
                data,
                reads: Reads::of(&files),
                max_instructions: options.max_instructions,
                time: options.time,
            }),
        })
    }

    /// The rules that judge, ordered by package and name.
    #[must_use]
    pub fn rules(&self) -> &[RuleInfo] {
        &self.inner.rules
    }

    /// What it may read beside its input.
    #[must_use]
    pub fn reads(&self) -> Reads {
        self.inner.reads
    }

    /// An evaluator of this set, for one thread. `now` is what `time.now_ns()` answers: the time of
    /// the push, in nanoseconds since 1970.
    #[must_use]
    pub fn evaluator(&self, now: i64) -> Evaluator {
        Evaluator::new(Arc::clone(&self.inner), now)
    }

    /// Paths of rules the VM compiler could not compile and the interpreter runs (slower, same answers).
    pub fn interpreted(&self) -> impl Iterator<Item = &str> {
        self.inner.entries.iter().filter(|entry| entry.backend == Backend::Interpreter).map(|entry| entry.path.as_str())
    }
}

/// Rules evaluated at one go; each takes a register.
const RULES_AT_ONE_GO: usize = 60;

/// Which rules are evaluated at one go. One alone gains nothing.
fn together(count: usize) -> Vec<std::ops::Range<usize>> {
    (0..count)
        .step_by(RULES_AT_ONE_GO)
        .map(|start| start..(start + RULES_AT_ONE_GO).min(count))
        .filter(|range| range.len() > 1)
        .collect()
}

/// A module that evaluates several rules at one go: the path of its rule, and its text.
fn one_go(number: usize, range: std::ops::Range<usize>, rules: &[String]) -> (String, String) {
    let fields: Vec<String> =
        range.clone().zip(rules.iter().skip(range.start)).map(|(index, path)| format!("\"{index}\": {path}")).collect();
    let package = format!("pushgate_one_go_{number}");
    (format!("data.{package}.all"), format!("package {package}\n\nall := {{{}}}\n", fields.join(", ")))
}

/// Mistakes as a reader meets them: by file, then by line; those of the whole set last.
fn in_order(mut errors: Vec<PolicyError>, sources: &[&PolicySource]) -> Vec<PolicyError> {
    errors.sort_by_cached_key(|error| match &error.place {
        Some(place) => {
            (sources.iter().position(|source| source.name == place.source).unwrap_or(usize::MAX), place.line)
        }
        None => (usize::MAX, usize::MAX),
    });
    errors
}

/// regorus stops at its first mistake; looking at each package by itself finds one in each.
fn analysed(sources: &[&PolicySource], files: &[File], first: &str) -> Vec<PolicyError> {
    let mut packages: BTreeMap<String, Vec<&PolicySource>> = BTreeMap::new();
    for (source, file) in sources.iter().zip(files) {
        packages.entry(file.package_name()).or_default().push(source);
    }
    let errors: Vec<_> = packages
        .values()
        .filter_map(|sources| {
            let Parsed { mut engine, .. } = parse::parse(sources, Printing::Off);
            let error = engine.compile_with_entrypoint(&"data".into()).err()?;
            Some(parse::from_regorus(&error.to_string(), sources)).filter(|error| error.place.is_some())
        })
        .collect();
    if errors.is_empty() { vec![placed(first, sources, files)] } else { errors }
}

/// An error with the place regorus gives, else that of the last rule its message names.
fn placed(text: &str, sources: &[&PolicySource], files: &[File]) -> PolicyError {
    let mut error = parse::from_regorus(text, sources);
    if error.place.is_none() {
        error.place = files.iter().find_map(|file| {
            file.module.policy.iter().find_map(|rule| {
                let reference = syntax::head_reference(rule);
                let path = file.path_to([syntax::root_name(reference)?]);
                text.ends_with(&path).then(|| file.place(reference.span()))
            })
        });
    }
    if let Some((_, chain)) = error.message.split_once("recursion detected in rule call chain: ") {
        error.message = format!("rules must not depend on themselves: {chain}");
    }
    error
}

#[cfg(test)]
#[path = "compile_test.rs"]
mod tests;
