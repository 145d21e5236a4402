//! From sources to a compiled set.
//!
//! Files are parsed, checked, and turned into a program of the interpreter. Every rule that judges, and every
//! `exception`, is an entry of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use regorus::Value;
use serde::{Deserialize, Serialize};

use super::engine;
use super::error::PolicyError;
use super::evaluate::Evaluator;
use super::found::Found;
use super::interpret::Program;
use super::metadata::{self, Annotated, Metadata};
use super::parse::{self, Parsed, Printing};
use super::trace::Tracer;
use super::value::data_value;
use super::{PolicySource, lint};
use crate::document::Node;

/// How weighty a rule's violations are, by conftest's naming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// `deny…`, `violation…`
    Deny,
    /// `warn…`
    Warn,
}

/// A version of Rego.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegoVersion {
    /// As before OPA 1.0.
    V0,
    /// As since OPA 1.0.
    V1,
}

/// How a set is compiled and run.
#[derive(Clone, Debug)]
pub struct CompileOptions {
    /// Packages that judge (`main`, `k8s.*`); empty: every package with a rule that does.
    pub namespaces: Vec<String>,
    /// Whether what conftest counts as passed is passed: packages that do not exist or judge nothing, and rules that
    /// give anything but messages. Else these are mistakes.
    pub conftest: bool,
    /// The version that every file is written in; found out for each where it is not said.
    pub rego_version: Option<RegoVersion>,
    /// Steps one rule may take for one document.
    pub max_instructions: usize,
    /// Time one rule may take for one document.
    pub time: Option<Duration>,
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self { namespaces: Vec::new(), conftest: false, rego_version: None, max_instructions: 50_000_000, time: None }
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
    fn of(files: &[parse::File]) -> Self {
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
    /// The path of its `exception`, if it has one.
    pub(super) exception: Option<String>,
}

#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) rules: Vec<RuleInfo>,
    /// The path of each of `rules`.
    pub(super) entries: Vec<String>,
    pub(super) packages: Vec<Package>,
    pub(super) program: Arc<Program>,
    /// Whether builtins that fail are to be told of.
    pub(super) tells_errors: AtomicBool,
    /// What it was made from.
    pub(super) sources: Vec<PolicySource>,
    pub(super) data: Value,
    pub(super) reads: Reads,
    /// As in `CompileOptions`.
    pub(super) conftest: bool,
    /// What is counted as passed from the start.
    pub(super) notes: Vec<String>,
    /// The version that all of it is written in, where that was said.
    pub(super) rego_version: Option<RegoVersion>,
    /// Finds places of violations; made when the first is asked for.
    pub(super) tracer: OnceLock<Tracer>,
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
        let Parsed { files, mut errors } = parse::parse_as(&sources, Printing::Off, options.rego_version);
        let complete = errors.is_empty();
        errors.extend(lint::rules(&files, options.conftest));
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
        let (packages, rules, notes) = found.select(&options.namespaces, options.conftest).map_err(|wrong| {
            // Rules may be missing because their file did not parse.
            if complete {
                errors.extend(wrong);
            }
            in_order(std::mem::take(&mut errors), &sources)
        })?;
        if !errors.is_empty() {
            return Err(in_order(errors, &sources));
        }

        if packages.is_empty() && !options.conftest {
            return Err(vec![found.nothing()]);
        }
        let program = engine::compile(&files, &data).map_err(|errors| in_order(errors, &sources))?;
        let entries =
            packages.iter().flat_map(|package| package.paths(&rules).take(package.rules.len())).collect::<Vec<_>>();
        let packages = packages
            .into_iter()
            .map(|package| Package { rules: package.rules, exception: package.exception })
            .collect();
        Ok(Self {
            inner: Arc::new(Compiled {
                rules,
                entries,
                packages,
                program: Arc::new(program),
                reads: Reads::of(&files),
                tells_errors: AtomicBool::new(false),
                sources: sources.into_iter().cloned().collect(),
                data,
                conftest: options.conftest,
                notes,
                rego_version: options.rego_version,
                tracer: OnceLock::new(),
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

    /// Asks for word of builtins that fail, which changes no verdict.
    pub fn tell_builtin_errors(&self) {
        self.inner.tells_errors.store(true, Ordering::Relaxed);
    }

    /// Whether someone asked for word of builtins that fail.
    #[must_use]
    pub fn tells_builtin_errors(&self) -> bool {
        self.inner.tells_errors.load(Ordering::Relaxed)
    }

    /// What is counted as passed from the start, as conftest does; nothing unless the set is compiled for that.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.inner.notes
    }

    /// An evaluator of this set, for one thread. `now` is what `time.now_ns()` answers: the time of
    /// the push, in nanoseconds since 1970.
    #[must_use]
    pub fn evaluator(&self, now: i64) -> Evaluator {
        Evaluator::new(Arc::clone(&self.inner), now)
    }
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

#[cfg(test)]
#[path = "compile_test.rs"]
mod tests;
