//! Reading files for a build, within its limits.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    document::{Node, Value},
    gitops::{
        kustomize::{NAMES, fields::KUSTOMIZATION, remote::is_web, validate},
        shape::Shape,
        tree::{At, Place, Tree, TreeError, joined, place},
    },
};

use super::{Limits, Parse, Parsed, Sources, Unbuilt, edit, sources::shifted, take};

/// Why a build stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// The repository cannot be read.
    Tree(TreeError),
    /// What there is cannot be built.
    Unbuilt(Unbuilt),
}

impl From<TreeError> for Stop {
    fn from(error: TreeError) -> Self {
        // A file that is too large is in the way of this build only.
        if error.is_too_large() { Self::from(error.to_string()) } else { Self::Tree(error) }
    }
}

impl From<Unbuilt> for Stop {
    fn from(unbuilt: Unbuilt) -> Self {
        Self::Unbuilt(unbuilt)
    }
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self::Unbuilt(Unbuilt::new(message))
    }
}

impl Stop {
    /// Says which file is in the way, unless that was said.
    pub(super) fn at(self, path: &str) -> Self {
        match self {
            Self::Unbuilt(unbuilt) if unbuilt.path.is_empty() => {
                Self::Unbuilt(Unbuilt { path: path.to_owned(), ..unbuilt })
            }
            other => other,
        }
    }
}

/// A file that was parsed.
#[derive(Clone)]
struct File {
    parsed: Arc<Parsed>,
    base: u32,
    index: u32,
}

/// A kustomization, as it is read.
pub(super) struct Kustomization {
    /// What it says, with the names of fields as they are documented, and without nulls.
    pub(super) node: Node,
    /// Its path.
    pub(super) path: String,
    /// Its file in the sources.
    pub(super) file: u32,
}

/// What a build reads and has read.
pub(super) struct Session<'a> {
    tree: &'a dyn Tree,
    parse: &'a Parse<'a>,
    limits: &'a Limits,
    pub(super) sources: Sources,
    pub(super) reads: BTreeSet<String>,
    files: BTreeMap<String, File>,
    objects: usize,
    nodes: usize,
    read: usize,
}

impl<'a> Session<'a> {
    pub(super) fn new(tree: &'a dyn Tree, parse: &'a Parse<'a>, limits: &'a Limits) -> Self {
        Self {
            tree,
            parse,
            limits,
            sources: Sources::default(),
            reads: BTreeSet::new(),
            files: BTreeMap::new(),
            objects: 0,
            nodes: 0,
            read: 0,
        }
    }

    /// What is at a path.
    pub(super) fn at(&mut self, path: &str) -> Result<Option<At>, Stop> {
        self.reads.insert(path.to_owned());
        Ok(self.tree.at(path)?)
    }

    /// Where a path leads that a file in `folder` names.
    pub(super) fn place(folder: &str, written: &str) -> Result<String, Stop> {
        if is_web(written) {
            return Err(format!("{written} is on the web: what is remote is not built").into());
        }
        match place(folder, written) {
            Place::Inside(path) => Ok(path),
            Place::Outside => Err(format!("{written} is outside of the repository").into()),
        }
    }

    /// The content of a file that a file in `folder` names.
    pub(super) fn content(&mut self, folder: &str, written: &str) -> Result<Vec<u8>, Stop> {
        let path = Self::place(folder, written)?;
        let content = match self.at(&path)? {
            Some(At::File) => {
                self.spend_file()?;
                self.tree.read(&path)?
            }
            Some(At::Folder) => return Err(format!("{written} is a folder, a file was expected").into()),
            Some(At::Elsewhere) => return Err(format!("{written} is in another repository").into()),
            None => None,
        };
        content.ok_or_else(|| format!("{written} is not there").into())
    }

    /// The documents of a file that a file in `folder` names, as kustomize reads manifests.
    pub(super) fn manifests(&mut self, folder: &str, written: &str) -> Result<(u32, Vec<Node>), Stop> {
        let path = Self::place(folder, written)?;
        let file = self.file(folder, written, &path)?;
        let documents: Result<Vec<Node>, String> =
            file.parsed.documents.iter().map(|node| take::manifest(node, &file.parsed.source, file.base)).collect();
        let documents = documents.map_err(|message| Stop::from(message).at(&path))?;
        for document in &documents {
            self.spend_nodes(edit::count(document)).map_err(|stop| stop.at(&path))?;
        }
        Ok((file.index, documents))
    }

    fn file(&mut self, folder: &str, written: &str, path: &str) -> Result<File, Stop> {
        if let Some(file) = self.files.get(path) {
            return Ok(file.clone());
        }
        let content = self.content(folder, written)?;
        let Some(parsed) = (self.parse)(path, &content) else {
            return Err(Stop::from("it cannot be read as YAML".to_owned()).at(path));
        };
        let Some(base) = self.sources.add(path, Arc::clone(&parsed.source)) else {
            return Err(format!("the files of the build are too large: {written} is one too many").into());
        };
        let index = u32::try_from(self.sources.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let file = File { parsed, base, index };
        self.files.insert(path.to_owned(), file.clone());
        Ok(file)
    }

    /// The kustomization of a folder.
    pub(super) fn kustomization(&mut self, folder: &str) -> Result<Kustomization, Stop> {
        let mut found = None;
        for name in NAMES {
            let path = joined(folder, name);
            if self.at(&path)? == Some(At::File) {
                if found.is_some() {
                    return Err(Stop::from("there are two kustomizations in its folder".to_owned()).at(&path));
                }
                found = Some((name, path));
            }
        }
        let Some((name, path)) = found else {
            let message = "there is no kustomization in the folder".to_owned();
            return Err(Stop::from(message).at(if folder.is_empty() { "." } else { folder }));
        };
        let file = self.file(folder, name, &path).map_err(|stop| stop.at(&path))?;
        let empty = Node { value: Value::Null, span: crate::document::Span::default() };
        let node = file.parsed.documents.first().unwrap_or(&empty);
        if let Some(violation) = validate(node).into_iter().next() {
            return Err(Stop::from(violation.message).at(&path));
        }
        let node = canonical(&shifted(node, file.base), &KUSTOMIZATION);
        Ok(Kustomization { node, path, file: file.index })
    }

    /// Counts objects that were added.
    pub(super) fn spend_objects(&mut self, count: usize) -> Result<(), Stop> {
        self.objects = self.objects.saturating_add(count);
        if self.objects > self.limits.objects {
            return Err(format!("the build has more than {} objects", self.limits.objects).into());
        }
        Ok(())
    }

    /// Counts keys and values that were added.
    pub(super) fn spend_nodes(&mut self, count: usize) -> Result<(), Stop> {
        self.nodes = self.nodes.saturating_add(count);
        if self.nodes > self.limits.nodes {
            return Err(format!("the build has more than {} keys and values", self.limits.nodes).into());
        }
        Ok(())
    }

    fn spend_file(&mut self) -> Result<(), Stop> {
        self.read = self.read.saturating_add(1);
        if self.read > self.limits.files {
            return Err(format!("the build reads more than {} files", self.limits.files).into());
        }
        Ok(())
    }

    /// Looks whether kustomizations are nested too deeply.
    pub(super) fn check_depth(&self, depth: usize) -> Result<(), Stop> {
        if depth > self.limits.depth {
            return Err(format!("kustomizations are nested more than {} deep", self.limits.depth).into());
        }
        Ok(())
    }
}

/// A value with the names of fields as they are documented: kustomize reads them in any capitals. A null
/// says as much as nothing.
fn canonical(node: &Node, shape: &Shape) -> Node {
    let value = match (&node.value, shape) {
        (Value::Mapping(entries), Shape::Object(fields)) => {
            let mut named = Vec::new();
            for (name, shape) in *fields {
                let entry = entries.iter().find(|entry| entry.key == *name);
                let entry = entry.or_else(|| entries.iter().rev().find(|entry| entry.key.eq_ignore_ascii_case(name)));
                if let Some(entry) = entry.filter(|entry| entry.value.value != Value::Null) {
                    let mut entry = entry.clone();
                    (*name).clone_into(&mut entry.key);
                    entry.value = canonical(&entry.value, shape);
                    named.push(entry);
                }
            }
            Value::Mapping(named)
        }
        (Value::Sequence(items), Shape::List(shape)) => {
            Value::Sequence(items.iter().map(|item| canonical(item, shape)).collect())
        }
        (value, _) => value.clone(),
    };
    Node { value, span: node.span }
}
