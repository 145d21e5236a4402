//! Every mistake and doubt in a set of policies, at its line: `pushgate policy lint`.
//!
//! Errors are what keeps a set from being loaded, and what would end without a verdict. Warnings are what may be
//! meant otherwise. What is said must be right: a reader who was sent to good code once does not come back.

mod about;
mod constant;
mod names;
mod refused;
mod shape;
mod unused;

use std::collections::BTreeSet;

use super::error::{Place, PolicyError};
use super::metadata::{self, Annotated};
use super::parse::{self, File, Parsed, Printing};
use super::reach::Reach;
use super::{PolicySource, conventions, test};
use crate::document::Node;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdviceLevel {
    /// The set cannot be used, or a rule cannot judge.
    Error,
    /// It may be meant otherwise.
    Warning,
}

/// A mistake or a doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What kind it is: `unused-import`.
    pub kind: &'static str,
    /// How bad it is.
    pub level: AdviceLevel,
    /// What is wrong, where, and what to do.
    pub error: PolicyError,
}

impl Advice {
    fn error(kind: &'static str, error: PolicyError) -> Self {
        Self { kind, level: AdviceLevel::Error, error }
    }

    fn warning(kind: &'static str, error: PolicyError) -> Self {
        Self { kind, level: AdviceLevel::Warning, error }
    }
}

/// How a set is used, as far as that is known.
#[derive(Clone, Debug, Default)]
pub struct AdviceOptions {
    /// Packages that judge; empty: all that have rules for it.
    pub namespaces: Vec<String>,
    /// Whether the set judges documents, and not changes; `None` where no configuration says.
    pub judges_documents: Option<bool>,
    /// Look at documentation, and at what only libraries have, too.
    pub strict: bool,
}

/// What all checks look at.
struct Set<'a> {
    files: &'a [File],
    annotations: &'a [Annotated],
    reach: Reach<'a>,
    options: &'a AdviceOptions,
}

impl Set<'_> {
    /// Whether a package is asked to judge.
    fn is_selected(&self, package: &str) -> bool {
        self.options.namespaces.is_empty() || self.options.namespaces.iter().any(|name| name == package)
    }

    /// Whether what begins here is evaluated: judging rules, exceptions, and what other tools ask for.
    fn is_judged(&self, file: &File, name: &str) -> bool {
        !is_test(file)
            && (conventions::severity(name).is_some() || name == "exception" || name.starts_with("__"))
            && self.is_selected(&file.package_name())
    }

    /// Packages with a rule that judges.
    fn judging_packages(&self) -> BTreeSet<String> {
        let judging = self.files.iter().filter(|file| {
            !is_test(file) && file.module.policy.iter().any(|rule| conventions::judging_name(rule).is_some())
        });
        judging.map(File::package_name).collect()
    }
}

/// Whether a file holds unit tests, and judges nothing.
fn is_test(file: &File) -> bool {
    file.name.ends_with("_test.rego")
}

/// Everything there is to say about a set, in the order of the sources and lines.
#[must_use]
pub fn advise(sources: &[PolicySource], data: &[(String, Node)], options: &AdviceOptions) -> Vec<Advice> {
    let all: Vec<_> = sources.iter().collect();
    let Parsed { files, errors } = parse::parse(&all, Printing::On);
    let complete = errors.is_empty();
    let mut advice: Vec<Advice> = errors.into_iter().map(|error| Advice::error("syntax", error)).collect();
    let annotations: Vec<_> = files
        .iter()
        .map(|file| {
            metadata::read(&file.name, &file.text).unwrap_or_else(|wrong| {
                advice.extend(wrong.into_iter().map(|error| Advice::error("metadata", error)));
                Annotated::default()
            })
        })
        .collect();
    refused::refused(sources, data, &files, complete, options, &mut advice);
    let set = Set { files: &files, annotations: &annotations, reach: Reach::new(&files), options };
    shape::shapes(&set, &mut advice);
    constant::constants(&set, &mut advice);
    about::about(&set, &mut advice);
    names::names(&set, &mut advice);
    unused::in_files(&set, &mut advice);
    // A rule may be used by a file that does not parse.
    if complete {
        unused::in_set(&set, &mut advice);
    }
    in_order(advice, sources)
}

fn in_order(mut advice: Vec<Advice>, sources: &[PolicySource]) -> Vec<Advice> {
    advice.sort_by_cached_key(|advice| {
        let place = advice.error.place.as_ref();
        let file = place.and_then(|place| sources.iter().position(|source| source.name == place.source));
        let at = place.map_or((usize::MAX, 0), |place| (place.line, place.column));
        (file.unwrap_or(usize::MAX), at, advice.level, advice.kind)
    });
    // Two checks may see the same mistake. A rule whose name is nearly right is not used: that goes without saying, and
    // comes behind it.
    let mut seen: BTreeSet<(String, usize, usize, String)> = BTreeSet::new();
    advice.retain(|advice| {
        let Some(Place { source, line, column, .. }) = &advice.error.place else { return true };
        let what = match advice.kind {
            "nearly-judging" | "unused-rule" => "unused-rule".to_owned(),
            _ => advice.error.message.clone(),
        };
        seen.insert((source.clone(), *line, *column, what))
    });
    advice
}

#[cfg(test)]
mod tests;
