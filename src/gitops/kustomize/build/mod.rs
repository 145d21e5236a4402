//! `kustomize build` in memory, with the place of every value.

mod config;
mod edit;
mod field_spec;
mod finish;
mod generate;
mod hash;
mod images;
mod names;
mod object;
mod order;
mod patch;
mod path;
mod references_table;
mod replace;
mod scope;
mod session;
mod share;
mod sources;
mod tables;
mod take;
mod target;
#[cfg(test)]
mod tests;
mod transform;
mod vars;

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    document::{Node, Source},
    gitops::tree::{Tree, TreeError},
};

pub use object::Object;
pub use sources::{SourceFile, Sources};

/// How much a build may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Objects, those of nested kustomizations counted each time.
    pub objects: usize,
    /// Keys and values of all objects.
    pub nodes: usize,
    /// Files read.
    pub files: usize,
    /// Kustomizations in kustomizations.
    pub depth: usize,
}

/// A file read as YAML.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// Its text, which the places point into.
    pub source: Arc<Source>,
    /// Its documents. Their numbers are told with the objects, so that one which holds nothing should be a
    /// null here.
    pub documents: Vec<Node>,
}

/// How a file is read as YAML documents, by its path and content. The caller may remember them. `None` for
/// what cannot be read as such.
pub type Parse<'a> = dyn Fn(&str, &[u8]) -> Option<Arc<Parsed>> + 'a;

/// What a build gives.
#[derive(Clone, Debug)]
pub struct Built {
    /// The objects, in kustomize's order.
    pub objects: Vec<Object>,
    /// The files they are from.
    pub sources: Sources,
    /// Every path that was looked at, files and folders, also those where nothing was.
    pub reads: BTreeSet<String>,
}

/// Why a kustomization is not built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbuilt {
    /// The file that is in the way; of the functions for patches, replacements and variables the
    /// one named by `path`, and empty for the kustomization itself.
    pub path: String,
    /// What is in the way, in one line, without a final full stop.
    pub message: String,
}

impl Unbuilt {
    /// Something in the kustomization itself is in the way.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { path: String::new(), message: message.into() }
    }
}

/// Builds the kustomization of a folder, as `kustomize build` does.
///
/// Files are read wherever they are in the repository, as with `--load-restrictor LoadRestrictionsNone`.
/// Labels and annotations of `buildMetadata` are left out.
///
/// # Errors
/// [`TreeError`] when the repository cannot be read. What cannot be built is no error: the inner result
/// says why.
pub fn build(
    tree: &dyn Tree,
    parse: &Parse<'_>,
    folder: &str,
    limits: &Limits,
) -> Result<Result<Built, Unbuilt>, TreeError> {
    let mut reads = BTreeSet::new();
    build_noting(tree, parse, folder, limits, &mut reads)
}

/// Builds as [`build()`] does, and notes every path that was looked at also where nothing is built.
///
/// # Errors
/// As [`build()`].
pub fn build_noting(
    tree: &dyn Tree,
    parse: &Parse<'_>,
    folder: &str,
    limits: &Limits,
    reads: &mut BTreeSet<String>,
) -> Result<Result<Built, Unbuilt>, TreeError> {
    let mut session = session::Session::new(tree, parse, limits);
    let result = target::gather(&mut session, folder, &mut Vec::new())
        .and_then(|gathered| finish::finish(gathered, &session.sources));
    reads.extend(session.reads.iter().cloned());
    match result {
        Ok(objects) => Ok(Ok(Built { objects, sources: session.sources, reads: session.reads })),
        Err(session::Stop::Unbuilt(unbuilt)) if unbuilt.path.is_empty() => {
            // What is done at the end is done for the whole build.
            let path = if folder.is_empty() { "." } else { folder }.to_owned();
            Ok(Err(Unbuilt { path, ..unbuilt }))
        }
        Err(session::Stop::Unbuilt(unbuilt)) => Ok(Err(unbuilt)),
        Err(session::Stop::Tree(error)) => Err(error),
    }
}
