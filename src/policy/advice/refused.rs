//! What loading refuses: all of it.

use super::super::compile::{CompileOptions, PolicySet};
use super::super::found::Found;
use super::super::metadata::Annotated;
use super::super::parse::{self, File, Printing};
use super::super::{PolicySource, data_value, engine, lint};
use super::{Advice, AdviceOptions};
use crate::document::Node;

pub(super) fn refused(
    sources: &[PolicySource],
    data: &[(String, Node)],
    files: &[File],
    complete: bool,
    options: &AdviceOptions,
    advice: &mut Vec<Advice>,
) {
    let mut errors = lint::rules(files, false);
    if complete {
        errors.extend(lint::references(files));
    }
    match data_value(data) {
        Ok(data) if complete && errors.is_empty() => {
            errors.extend(engine::compile(files, &data).err().into_iter().flatten());
        }
        Ok(_) => {}
        Err(wrong) => errors.extend(wrong),
    }
    let clean = complete && errors.is_empty() && advice.is_empty();
    if clean && !sources.is_empty() {
        let judging = files_that_judge(sources);
        let annotations: Vec<_> = judging.iter().map(|_| Annotated::default()).collect();
        let found = Found::new(&judging, &annotations);
        match found.select(&options.namespaces, false) {
            Ok(_) => {
                let compile = CompileOptions { namespaces: options.namespaces.clone(), ..CompileOptions::default() };
                if let Err(wrong) = PolicySet::compile(sources, data, &compile) {
                    errors.extend(wrong);
                }
            }
            // A library on its own is no mistake; a configuration that names one is.
            Err(wrong) if options.judges_documents.is_some() => errors.extend(wrong),
            Err(wrong) => advice.extend(wrong.into_iter().map(|error| Advice::warning("nothing-judges", error))),
        }
    }
    advice.extend(errors.into_iter().map(|error| Advice::error("refused", error)));
}

fn files_that_judge(sources: &[PolicySource]) -> Vec<File> {
    let judging: Vec<_> = sources.iter().filter(|source| !source.name.ends_with("_test.rego")).collect();
    parse::parse(&judging, Printing::Off).files
}
