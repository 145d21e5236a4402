//! Modules of a repository, and what they call.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    document::{Node, Route},
    gitops::{At, Place, Tree, TreeError, place},
};

use super::{
    address::{Address, Call},
    folder::{Class, Folder, Parse},
    refactoring::Refactoring,
    repetition::Repetition,
};

/// The modules of one state of a repository; each folder is read once.
pub struct Modules<'a> {
    tree: &'a dyn Tree,
    parse: &'a Parse<'a>,
    read: &'a Folders,
}

/// What was read of one state of a repository, by folder.
#[derive(Debug, Default)]
pub struct Folders(Mutex<BTreeMap<String, Arc<Folder>>>);

impl Folders {
    fn read(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Folder>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Modules<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Modules").finish_non_exhaustive()
    }
}

/// A module with what it calls: all that is needed to check its files.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// What its files declare.
    pub folder: Arc<Folder>,
    /// Where its calls lead, by their names.
    pub callees: BTreeMap<String, Callee>,
}

/// Where a call of a module leads.
#[derive(Clone, Debug)]
pub enum Callee {
    /// To a folder of this repository.
    Folder(Arc<Folder>),
    /// To a path of this repository where no module is.
    Nothing {
        /// The path.
        path: String,
        /// Whether there is a folder at all.
        folder: bool,
    },
    /// To somewhere else, or it cannot be told.
    Elsewhere,
}

/// A resource in the tree of modules below a root module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its address from the root module, without keys of instances.
    pub address: Address,
    /// Path of the file that declares it.
    pub file: String,
    /// Way to its body.
    pub route: Route,
    /// Whether its block says `prevent_destroy = true`.
    pub protected: bool,
    /// How the calls that lead to it, from the outermost, and at last itself make their instances.
    pub repetition: Vec<Repetition>,
}

/// All that a root module makes, through the modules of the same repository.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    /// Managed resources, by address and in order.
    pub resources: Vec<Placed>,
    /// What all modules say of resources that moved, as the root module sees it.
    pub refactoring: Refactoring,
    /// Whether every module in it was read: else a resource that is not here may still be there.
    pub complete: bool,
    /// The modules of which not all was read, by the calls that lead to them: there, and below, anything may be.
    pub unread: Vec<Vec<Call>>,
    /// All calls of modules, by the calls that lead to them and themselves.
    pub calls: BTreeSet<Vec<Call>>,
    /// Number of files that the root module is made of.
    pub files: usize,
}

/// Calls in calls that are followed.
const DEEPEST: usize = 32;
/// Resources, and calls, that are followed from one root.
const MOST: usize = 100_000;

/// A module that is still to be looked into.
#[derive(Default)]
struct Branch {
    /// The calls that lead to it.
    way: Vec<Call>,
    /// The folders that they lead through.
    folders: Vec<String>,
    /// How each call makes its instances.
    repetition: Vec<Repetition>,
}

/// A list with one more.
fn with<T: Clone>(list: &[T], more: T) -> Vec<T> {
    list.iter().cloned().chain([more]).collect()
}

impl<'a> Modules<'a> {
    /// The modules of a repository, of which some may have been read. `parse` gives the content of a file in the
    /// shape of `hcl2json`, and nothing where it cannot be read.
    #[must_use]
    pub fn new(tree: &'a dyn Tree, parse: &'a Parse<'a>, read: &'a Folders) -> Self {
        Self { tree, parse, read }
    }

    /// What the files of a folder declare.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    pub fn folder(&self, path: &str) -> Result<Arc<Folder>, TreeError> {
        if let Some(folder) = self.read.read().get(path) {
            return Ok(Arc::clone(folder));
        }
        let folder = Arc::new(Folder::read(self.tree, path, self.parse)?);
        self.read.read().insert(path.to_owned(), Arc::clone(&folder));
        Ok(folder)
    }

    /// The module in a folder.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    pub fn module(&self, path: &str) -> Result<Module, TreeError> {
        let folder = self.folder(path)?;
        let mut callees = BTreeMap::new();
        for (name, call) in &folder.calls {
            callees.insert(name.clone(), self.callee(path, call.source.as_deref())?);
        }
        Ok(Module { folder, callees })
    }

    /// Where a call in a folder leads.
    fn callee(&self, folder: &str, source: Option<&str>) -> Result<Callee, TreeError> {
        let Some(path) = source.filter(|source| is_local(source)) else { return Ok(Callee::Elsewhere) };
        if path.contains("${") || path.contains("//") || path.contains('\\') {
            return Ok(Callee::Elsewhere);
        }
        let Place::Inside(path) = place(folder, path) else { return Ok(Callee::Elsewhere) };
        match self.at(&path)? {
            Some(At::Folder) => {}
            Some(At::Elsewhere) => return Ok(Callee::Elsewhere),
            Some(At::File) | None => return Ok(Callee::Nothing { path, folder: false }),
        }
        let called = self.folder(&path)?;
        if called.files == 0 && called.complete {
            return Ok(Callee::Nothing { path, folder: true });
        }
        Ok(Callee::Folder(called))
    }

    /// What is at a path; the root is always a folder.
    fn at(&self, path: &str) -> Result<Option<At>, TreeError> {
        if path.is_empty() { Ok(Some(At::Folder)) } else { self.tree.at(path) }
    }

    /// All that a root module makes. Modules of other places are not followed.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    pub fn estate(&self, root: &str) -> Result<Estate, TreeError> {
        let mut estate = Estate { complete: true, ..Estate::default() };
        let mut calls = 0;
        let mut known: BTreeMap<String, Module> = BTreeMap::new();
        let mut left = vec![Branch { folders: vec![root.to_owned()], ..Branch::default() }];
        while let Some(Branch { way, folders, repetition }) = left.pop() {
            let Some(path) = folders.last() else { continue };
            if estate.resources.len() >= MOST || estate.refactoring.len() >= MOST {
                estate.complete = false;
                estate.unread.push(Vec::new());
                break;
            }
            if !known.contains_key(path) {
                known.insert(path.clone(), self.module(path)?);
            }
            let Some(module) = known.get(path) else { continue };
            estate.complete &= module.folder.complete;
            if module.folder.unread {
                estate.unread.push(way.clone());
            }
            if way.is_empty() {
                estate.files = module.folder.files;
            }
            for name in module.folder.names(Class::Resource) {
                let Some((kind, label)) = name.split_once('.') else { continue };
                let Some(site) = module.folder.sites(Class::Resource, name).iter().find(|site| !site.overrides) else {
                    continue;
                };
                let file = if path.is_empty() { site.file.clone() } else { format!("{path}/{}", site.file) };
                estate.resources.push(Placed {
                    address: Address::managed(kind, label).within(&way),
                    file,
                    route: site.body.clone(),
                    protected: module.folder.protects(kind, label),
                    repetition: with(&repetition, module.folder.repeats(Class::Resource, name)),
                });
            }
            estate.refactoring.extend(module.folder.refactoring.within(&way));
            for (name, callee) in &module.callees {
                calls += 1;
                let deeper = with(&way, Call { name: name.clone(), key: None });
                estate.calls.insert(deeper.clone());
                let Callee::Folder(called) = callee else {
                    estate.complete = false;
                    estate.unread.push(deeper);
                    continue;
                };
                // A module that calls itself, if only by others, has no end.
                if way.len() >= DEEPEST || calls >= MOST || folders.contains(&called.path) {
                    estate.complete = false;
                    estate.unread.push(deeper);
                    continue;
                }
                // Before Terraform 0.13 a module may have had a variable of that name, and calls no number.
                let is_variable = ["count", "for_each"].iter().any(|name| called.variables.contains_key(*name));
                let repeats = module.folder.repeats(Class::Module, name);
                left.push(Branch {
                    way: deeper,
                    folders: with(&folders, called.path.clone()),
                    repetition: with(&repetition, if is_variable { Repetition::Once } else { repeats }),
                });
            }
        }
        estate.resources.sort_by(|a, b| a.address.cmp(&b.address));
        Ok(estate)
    }

    /// The folders that modules in these folders call directly: a folder that none calls is that of
    /// a root module.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    pub fn called<'f>(&self, folders: impl IntoIterator<Item = &'f str>) -> Result<BTreeSet<String>, TreeError> {
        let mut called = BTreeSet::new();
        for folder in folders {
            for callee in self.module(folder)?.callees.into_values() {
                if let Callee::Folder(folder) = callee {
                    called.insert(folder.path.clone());
                }
            }
        }
        Ok(called)
    }
}

impl Module {
    /// The module in a folder, read on its own. [`Modules`] remembers what was read.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    pub fn read(tree: &dyn Tree, folder: &str, parse: &Parse<'_>) -> Result<Self, TreeError> {
        Modules::new(tree, parse, &Folders::default()).module(folder)
    }
}

/// The folders of this repository that the calls in a file lead to.
#[must_use]
pub fn calls(path: &str, root: &Node) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let bodies = |call: &Node| match call.as_sequence() {
        Some(bodies) => bodies.to_vec(),
        None => vec![call.clone()],
    };
    let calls = root.get("module").map(Node::entries).unwrap_or_default();
    let bodies = calls.iter().flat_map(|call| bodies(&call.value));
    let sources = bodies.filter_map(|body| body.get("source").and_then(Node::as_str).map(str::to_owned));
    let local = sources.filter(|source| is_local(source)).filter_map(|source| match place(folder, &source) {
        Place::Inside(path) => Some(path),
        Place::Outside => None,
    });
    local.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Whether a source is a path relative to the calling module.
pub(super) fn is_local(source: &str) -> bool {
    source == "." || source == ".." || source.starts_with("./") || source.starts_with("../")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::iac::terraform::{
        refactoring::Fate,
        testing::{Files, parsed},
    };

    fn repository() -> Files {
        Files::new(&[
            (
                "live/main.tf",
                r#"{"resource": {"a": {"x": [{"lifecycle": [{"prevent_destroy": true}]}]}}, "module": {"one": [{"source": "../net"}], "two": [{"source": "../net", "count": 2}]}}"#,
            ),
            ("live/moves.tf", r#"{"removed": [{"from": "${a.gone}", "lifecycle": [{"destroy": false}]}]}"#),
            (
                "net/m.tf",
                r#"{"resource": {"b": {"y": [{}]}}, "module": {"deep": [{"source": "./deep"}]}, "moved": [{"from": "${b.old}", "to": "${b.y}"}]}"#,
            ),
            ("net/deep/m.tf.json", r#"{"resource": {"c": {"z": {}}}}"#),
            (
                "loop/m.tf",
                r#"{"module": {"again": [{"source": "./"}], "back": [{"source": "../loop"}]}, "resource": {"d": {"w": [{}]}}}"#,
            ),
            ("far/m.tf", r#"{"module": {"far": [{"source": "hashicorp/x/y"}]}}"#),
        ])
    }

    #[test]
    fn resources_are_placed_below_their_root() {
        let files = repository();
        let parse = |_: &str, bytes: &[u8]| parsed(bytes);
        let folders = Folders::default();
        let modules = Modules::new(&files, &parse, &folders);
        let estate = modules.estate("live").unwrap();
        let placed: Vec<String> = estate
            .resources
            .iter()
            .map(|one| format!("{} {}{} {}", one.address, one.file, one.route, one.protected))
            .collect();
        assert_eq!(
            placed,
            [
                "a.x live/main.tf/resource/a/x/0 true",
                "module.one.b.y net/m.tf/resource/b/y/0 false",
                "module.one.module.deep.c.z net/deep/m.tf.json/resource/c/z false",
                "module.two.b.y net/m.tf/resource/b/y/0 false",
                "module.two.module.deep.c.z net/deep/m.tf.json/resource/c/z false",
            ]
        );
        assert!(estate.complete);
        let fate = |text| estate.refactoring.fate(&Address::parse(text).unwrap());
        assert_eq!(fate("module.two.b.old"), Fate::Moved(Address::parse("module.two.b.y").unwrap()));
        assert_eq!(fate("a.gone"), Fate::Forgotten);
        assert_eq!(fate("b.old"), Fate::Unsaid);
    }

    #[test]
    fn modules_without_end_or_elsewhere_leave_it_incomplete() {
        let files = repository();
        let parse = |_: &str, bytes: &[u8]| parsed(bytes);
        let folders = Folders::default();
        let modules = Modules::new(&files, &parse, &folders);
        let estate = modules.estate("loop").unwrap();
        assert_eq!((estate.resources.len(), estate.complete), (1, false));
        assert!(!modules.estate("far").unwrap().complete);
        assert_eq!(modules.estate("nowhere").unwrap().resources, []);
        let called = modules.called(["live", "net", "loop", "far"]).unwrap();
        assert_eq!(called.iter().map(String::as_str).collect::<Vec<_>>(), ["loop", "net", "net/deep"]);
    }
}
