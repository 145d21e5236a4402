//! The repository as it is on one side of a push, as far as rules ask about it.
//!
//! What changed is judged without it; it is asked for what a changed file points at: the files that a
//! kustomization names, the definition of a custom resource. Nothing is listed or read before a rule
//! asks.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use rayon::prelude::*;

use super::{
    GateError, Remembered,
    facts::{Index, Known},
};
use crate::{
    config::Limits,
    document::{
        Identity, Node,
        format::{Format, parse},
        units,
    },
    git::{Content, File, FileMode, GitError, Inside, Oid, RefName, RepoPath, Repository, StagedIndex},
    gitops::{
        At, Tree, TreeError,
        clusters::{Cluster, ClusterNames},
        kustomize,
    },
    iac::terraform,
    kubernetes::crd::CustomResource,
    policy::{Inventory, Object},
    rule::{FileText, GitRepository, Kustomization, Kustomized, Namespace, Standing, Surroundings},
};

/// Most links that are followed on the way to a file.
const MAX_LINKS: usize = 16;

/// Where the files of one side are.
pub(super) enum Files<'a> {
    /// In a tree; `None` for one that holds nothing.
    Tree { repository: &'a Repository, tree: Option<Oid> },
    /// In the index.
    Staged { repository: &'a Repository, index: &'a StagedIndex },
    /// In a folder on disk, but for those that were given. `tracked` are those that Git knows there.
    Folder { root: PathBuf, given: BTreeMap<RepoPath, Arc<[u8]>>, tracked: BTreeSet<RepoPath> },
}

/// One side of a push.
pub(super) struct World<'a> {
    pub(super) files: Files<'a>,
    pub(super) limits: &'a Limits,
    known: Option<Known<'a>>,
    index: OnceLock<Result<Index, TreeError>>,
    kustomized: OnceLock<Result<Arc<Kustomized>, TreeError>>,
    inventory: OnceLock<Result<Inventory, TreeError>>,
    pub(super) clusters: OnceLock<Result<ClusterNames, TreeError>>,
    /// Folders of a tree that have been looked into, by path.
    folders: Mutex<BTreeMap<RepoPath, Option<Arc<Folder>>>>,
    modules: terraform::Folders,
}

/// What is in a folder, by name.
pub(super) type Folder = BTreeMap<Vec<u8>, Inside>;

impl<'a> World<'a> {
    pub fn new(files: Files<'a>, limits: &'a Limits) -> Self {
        Self {
            files,
            limits,
            known: None,
            index: OnceLock::new(),
            kustomized: OnceLock::new(),
            inventory: OnceLock::new(),
            clusters: OnceLock::new(),
            folders: Mutex::default(),
            modules: terraform::Folders::default(),
        }
    }

    /// The same with a store of what is known about trees.
    pub fn knowing(mut self, known: Known<'a>) -> Self {
        self.known = Some(known);
        self
    }

    /// What earlier pushes left, where many are judged.
    pub(super) fn remembered(&self) -> Option<&'a Remembered> {
        self.known.and_then(|known| known.remembered)
    }

    /// The file at a path, links not followed; `None` where there is nothing, or a folder.
    pub fn file(&self, path: &RepoPath) -> Result<Option<File>, GateError> {
        match &self.files {
            Files::Tree { tree: None, .. } => Ok(None),
            Files::Tree { tree: Some(_), .. } => Ok(match self.inside(path)? {
                Some(Inside::File(file)) => Some(file),
                Some(Inside::Folder(_)) | None => None,
            }),
            Files::Staged { index, .. } => Ok(index.file_at(path).cloned()),
            Files::Folder { root, given, .. } => {
                if let Some(bytes) = given.get(path) {
                    return Ok(Some(File { mode: FileMode::Regular, content: Content::Bytes(bytes.clone()) }));
                }
                let full = on_disk(root, path);
                let Ok(metadata) = fs::metadata(&full).and_then(|_| fs::symlink_metadata(&full)) else {
                    return Ok(None);
                };
                let (mode, content) = if metadata.is_symlink() {
                    let target = fs::read_link(&full).map(|target| target.into_os_string().into_encoded_bytes());
                    (FileMode::Symlink, target.unwrap_or_default())
                } else if metadata.is_file() {
                    (FileMode::Regular, Vec::new())
                } else {
                    return Ok(None);
                };
                Ok(Some(File { mode, content: Content::Bytes(content.into()) }))
            }
        }
    }

    fn is_folder(&self, path: &RepoPath) -> Result<bool, GateError> {
        match &self.files {
            Files::Tree { tree: None, .. } => Ok(path.as_bytes().is_empty()),
            Files::Tree { tree: Some(_), .. } => Ok(self.folder(path)?.is_some()),
            Files::Staged { index, .. } => Ok(index.below(path).next().is_some()),
            Files::Folder { root, given, .. } => {
                Ok(on_disk(root, path).is_dir() || given.keys().any(|file| is_below(file, path)))
            }
        }
    }

    /// What is at a path of a tree.
    fn inside(&self, path: &RepoPath) -> Result<Option<Inside>, GateError> {
        let parent = path.parent().unwrap_or_else(|| RepoPath::new(""));
        Ok(self.folder(&parent)?.and_then(|folder| folder.get(path.file_name()).cloned()))
    }

    /// A folder of a tree. Each is read once: there may be thousands of questions about a wide one.
    fn folder(&self, path: &RepoPath) -> Result<Option<Arc<Folder>>, GateError> {
        let Files::Tree { repository, tree: Some(root) } = &self.files else { return Ok(None) };
        let known = || self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = known().get(path) {
            return Ok(folder.clone());
        }
        let tree = match path.as_bytes() {
            b"" => Some(*root),
            _ => match self.inside(path)? {
                Some(Inside::Folder(tree)) => Some(tree),
                Some(Inside::File(_)) | None => None,
            },
        };
        let folder = tree.map(|tree| self.read_folder(repository, tree)).transpose()?;
        known().insert(path.clone(), folder.clone());
        Ok(folder)
    }

    fn read_folder(&self, repository: &Repository, tree: Oid) -> Result<Arc<Folder>, GateError> {
        let remembered = self.remembered();
        if let Some(folder) = remembered.and_then(|remembered| remembered.folder(tree)) {
            return Ok(folder);
        }
        let folder = Arc::new(repository.read_folder(tree)?);
        if let Some(remembered) = remembered {
            remembered.keep_folder(tree, folder.clone());
        }
        Ok(folder)
    }

    /// The content of a file that is no link.
    pub fn bytes(&self, path: &RepoPath, file: &File) -> Result<Vec<u8>, GateError> {
        self.bytes_up_to(path, file, u64::MAX)
    }

    /// The same for a file that is not read if it has more bytes.
    pub fn bytes_up_to(&self, path: &RepoPath, file: &File, most: u64) -> Result<Vec<u8>, GateError> {
        match (&file.content, &self.files) {
            (Content::Object(id), Files::Tree { repository, .. } | Files::Staged { repository, .. }) => {
                Ok(repository.read_blob(path, *id, self.limits.file_size.min(most))?)
            }
            (Content::Bytes(bytes), Files::Folder { given, .. }) if given.contains_key(path) => Ok(bytes.to_vec()),
            (Content::Bytes(_), Files::Folder { root, .. }) => fs::read(on_disk(root, path))
                .map_err(|error| GateError::Unreadable { name: path.to_string(), reason: error.to_string() }),
            (Content::Bytes(bytes), Files::Tree { .. } | Files::Staged { .. }) => Ok(bytes.to_vec()),
            (Content::Object(_), Files::Folder { .. }) => Ok(Vec::new()),
        }
    }

    /// The value of a file's first document; nothing where it cannot be relied on.
    fn root(&self, path: &str, bytes: &[u8]) -> Option<Node> {
        let parsed = parse(Format::detect(path)?, bytes, &self.limits.parse());
        let sound = !parsed.problems.iter().any(|problem| problem.kind.is_fatal());
        parsed.documents.into_iter().next().filter(|_| sound).map(|document| document.root)
    }

    /// Follows links on the way to a path, and the one that it may be itself. Gives what is there,
    /// under the name that it really has.
    fn follow(&self, path: &str) -> Result<Option<(RepoPath, There)>, GateError> {
        let direct = RepoPath::new(path);
        match self.file(&direct)? {
            Some(file) if file.mode.is_file() => return Ok(Some((direct, There::File(file)))),
            None if self.is_folder(&direct)? => return Ok(Some((direct, There::Folder))),
            Some(_) | None => {}
        }
        let mut left: Vec<Vec<u8>> = components(path.as_bytes()).rev().map(<[u8]>::to_vec).collect();
        let mut reached: Vec<Vec<u8>> = Vec::new();
        let mut links = 0;
        while let Some(component) = left.pop() {
            if component == b".." {
                if reached.pop().is_none() {
                    return Ok(None);
                }
                continue;
            }
            reached.push(component);
            let here = RepoPath::new(reached.join(&b'/'));
            let Some(file) = self.file(&here)? else { continue };
            match file.mode {
                FileMode::Symlink => {
                    links += 1;
                    let target = match (&file.content, &self.files) {
                        (Content::Bytes(target), _) => target.to_vec(),
                        (Content::Object(_), _) => self.bytes(&here, &file)?,
                    };
                    // Where a link leads out of the repository nobody knows what is there.
                    if target.starts_with(b"/") || links > MAX_LINKS {
                        return Ok(Some((here, There::Elsewhere)));
                    }
                    reached.pop();
                    left.extend(components(&target).rev().map(<[u8]>::to_vec));
                }
                FileMode::Submodule => return Ok(Some((here, There::Elsewhere))),
                FileMode::Regular | FileMode::Executable if left.is_empty() => {
                    return Ok(Some((here, There::File(file))));
                }
                FileMode::Regular | FileMode::Executable => return Ok(None),
            }
        }
        let here = RepoPath::new(reached.join(&b'/'));
        Ok(self.is_folder(&here)?.then_some((here, There::Folder)))
    }
}

/// What is at a path, as far as it can be told from something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Nothing,
    File(Oid),
    Folder,
    Elsewhere,
    /// Something without a name of its own.
    Unknown,
}

/// What is at a path.
enum There {
    File(File),
    Folder,
    /// In a submodule, or out of the repository: nothing can be said about it.
    Elsewhere,
}

fn components(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".")
}

fn on_disk(root: &Path, path: &RepoPath) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    root.join(std::ffi::OsStr::from_bytes(path.as_bytes()))
}

fn is_below(file: &RepoPath, folder: &RepoPath) -> bool {
    let folder = folder.as_bytes();
    folder.is_empty() || file.as_bytes().strip_prefix(folder).is_some_and(|rest| rest.starts_with(b"/"))
}

pub(super) fn tree_error(error: &GateError) -> TreeError {
    match error {
        GateError::Git(GitError::FileTooLarge { .. }) => TreeError::too_large(error.to_string()),
        other => TreeError::new(other.to_string()),
    }
}

impl World<'_> {
    /// What is at a path, links followed.
    pub fn state(&self, path: &str) -> Result<State, TreeError> {
        Ok(match self.follow(path).map_err(|error| tree_error(&error))? {
            None => State::Nothing,
            Some((_, There::File(File { content: Content::Object(id), .. }))) => State::File(id),
            Some((_, There::File(_))) => State::Unknown,
            Some((_, There::Folder)) => State::Folder,
            Some((_, There::Elsewhere)) => State::Elsewhere,
        })
    }
}

impl Tree for World<'_> {
    fn at(&self, path: &str) -> Result<Option<At>, TreeError> {
        let there = self.follow(path).map_err(|error| tree_error(&error))?;
        Ok(there.map(|(_, there)| match there {
            There::File(_) => At::File,
            There::Folder => At::Folder,
            There::Elsewhere => At::Elsewhere,
        }))
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        match self.follow(path).map_err(|error| tree_error(&error))? {
            Some((path, There::File(file))) => self.bytes(&path, &file).map(Some).map_err(|error| tree_error(&error)),
            Some((_, There::Folder | There::Elsewhere)) | None => Ok(None),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, TreeError> {
        let Some((folder, There::Folder)) = self.follow(folder).map_err(|error| tree_error(&error))? else {
            return Ok(Vec::new());
        };
        let mut names: Vec<String> = match &self.files {
            Files::Tree { tree: None, .. } => Vec::new(),
            Files::Tree { tree: Some(_), .. } => {
                let folder = self.folder(&folder).map_err(|error| tree_error(&error))?;
                let names = folder.iter().flat_map(|folder| folder.keys());
                names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
            }
            Files::Staged { index, .. } => index.below(&folder).map(|file| first_below(file, &folder)).collect(),
            Files::Folder { root, given, .. } => {
                let entries = fs::read_dir(on_disk(root, &folder)).into_iter().flatten().flatten();
                let on_disk = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
                let given = given.keys().filter(|file| is_below(file, &folder)).map(|file| first_below(file, &folder));
                on_disk.chain(given).collect()
            }
        };
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// The name in a folder that the way to a file below it leads through.
fn first_below(file: &RepoPath, folder: &RepoPath) -> String {
    let skip = components(folder.as_bytes()).count();
    components(file.as_bytes()).nth(skip).map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default()
}

impl Surroundings for World<'_> {
    fn custom_resources(&self, group: &str, kind: &str) -> Result<Vec<Arc<CustomResource>>, TreeError> {
        self.index()?.definitions(self, group, kind).map_err(|error| tree_error(&error))
    }

    fn default_branch(&self) -> Option<RefName> {
        match &self.files {
            Files::Tree { repository, .. } | Files::Staged { repository, .. } => repository.head_branch(),
            Files::Folder { .. } => None,
        }
    }

    fn git_repositories(&self, name: &str) -> Result<Vec<GitRepository>, TreeError> {
        Ok(self.index()?.repositories(name))
    }

    fn pointing_at(&self, paths: &dyn Fn(&str) -> bool) -> Result<Vec<RepoPath>, TreeError> {
        Ok(self.index()?.pointing_at(paths))
    }

    fn calling(&self, folder: &str) -> Result<Vec<RepoPath>, TreeError> {
        Ok(self.index()?.calling(folder))
    }

    fn terraform_module(&self, folder: &str) -> Result<terraform::Module, TreeError> {
        let read = |path: &str, bytes: &[u8]| self.root(path, bytes);
        terraform::Modules::new(self, &read, &self.modules).module(folder)
    }

    fn terraform_estate(&self, folder: &str) -> Result<terraform::Estate, TreeError> {
        let read = |path: &str, bytes: &[u8]| self.root(path, bytes);
        terraform::Modules::new(self, &read, &self.modules).estate(folder)
    }

    fn text(&self, path: &str) -> Result<Option<FileText>, TreeError> {
        let known = Format::detect(path);
        if known.is_none() && !Format::depends_on_content(path) {
            return Ok(None);
        }
        let bytes = match self.read(path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(None),
            Err(error) if error.is_too_large() => return Ok(None),
            Err(error) => return Err(error),
        };
        let by_content = || Format::by_content(path, &String::from_utf8_lossy(&bytes));
        let Some(format) = known.or_else(by_content) else { return Ok(None) };
        let parsed = parse(format, &bytes, &self.limits.parse());
        if parsed.problems.iter().any(|problem| problem.kind.is_fatal()) {
            return Ok(None);
        }
        Ok(Some(FileText {
            path: RepoPath::new(path),
            source: Arc::new(parsed.source),
            format: format.name(),
            template: false,
            built: None,
            documents: parsed.documents.into(),
        }))
    }

    fn inventory(&self) -> Result<&Inventory, TreeError> {
        let is_one = |path: &RepoPath| Format::detect(&path.to_text()).is_some_and(Format::holds_manifests);
        let objects = |(path, file): &(RepoPath, File)| match self.bytes(path, file) {
            Ok(bytes) => Ok(self.objects(path, &bytes)),
            // It is judged, or refused, where it is changed.
            Err(GateError::Git(GitError::FileTooLarge { .. })) => Ok(Vec::new()),
            Err(error) => Err(tree_error(&error)),
        };
        let collect = || {
            let read = |path: &RepoPath, file: File| objects(&(path.clone(), file));
            if let Some(all) = self.objects_remembered(&is_one, &read) {
                return Ok(all.values().flat_map(|found| found.iter().cloned()).collect());
            }
            let found: Vec<Result<Vec<Object>, TreeError>> = self.all(&is_one)?.par_iter().map(objects).collect();
            Ok(found.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        };
        self.inventory.get_or_init(collect).as_ref().map_err(Clone::clone)
    }

    fn kustomized(&self) -> Result<&Kustomized, TreeError> {
        let read = || {
            if let Some(known) = self.kustomized_remembered() {
                return Ok(known);
            }
            // They are known for the tree before the push, and this one differs from it in a few files.
            if matches!(self.files, Files::Tree { tree: Some(_), .. })
                && self.known.is_some_and(|known| known.cache.is_some())
            {
                return Ok(Arc::new(self.index()?.kustomized()));
            }
            let mut kustomized = Kustomized::default();
            for (path, file) in self.kustomizations()? {
                if let Some(one) = self.kustomization(&path, &file)? {
                    kustomized.add(&path.to_text(), &one);
                }
            }
            Ok(Arc::new(kustomized))
        };
        self.kustomized.get_or_init(read).as_deref().map_err(Clone::clone)
    }

    fn standing(&self, words: &BTreeSet<String>) -> Result<Vec<Standing>, TreeError> {
        self.find_standing(words)
    }

    fn namespace_of(&self, path: &str, identity: &Identity) -> Result<Namespace, TreeError> {
        self.find_namespace(path, identity)
    }

    fn clusters_of(&self, path: &str) -> Result<Vec<Cluster>, TreeError> {
        self.find_clusters(path)
    }

    fn applied_in(&self, path: &str) -> Result<Vec<Vec<Cluster>>, TreeError> {
        self.find_appliers(path)
    }
}

impl World<'_> {
    /// What a file says as a kustomization; `None` where it is none.
    pub(super) fn kustomization(&self, path: &RepoPath, file: &File) -> Result<Option<Kustomization>, TreeError> {
        let bytes = match self.bytes(path, file) {
            Ok(bytes) => bytes,
            // Whatever it says, nobody has judged it.
            Err(GateError::Git(GitError::FileTooLarge { .. })) => return Ok(None),
            Err(error) => return Err(tree_error(&error)),
        };
        let parsed = parse(Format::Yaml, &bytes, &self.limits.parse());
        let Some(document) = parsed.documents.first() else { return Ok(None) };
        let path = path.to_text();
        let is_one = kustomize::is_kustomization(&path, &document.root);
        Ok(is_one.then(|| Kustomization::read(&path, &document.root)))
    }

    pub(super) fn index(&self) -> Result<&Index, TreeError> {
        let index = self.index.get_or_init(|| Index::of(self, self.known).map_err(|error| tree_error(&error)));
        index.as_ref().map_err(Clone::clone)
    }

    /// The objects in a file. What cannot be read as a whole says nothing; it is refused where it is changed.
    fn objects(&self, path: &RepoPath, bytes: &[u8]) -> Vec<Object> {
        let is_worth_it = std::str::from_utf8(bytes).is_ok_and(|text| text.contains("apiVersion"));
        let Some(format) = Format::detect(&path.to_text()).filter(|_| is_worth_it) else { return Vec::new() };
        let parsed = parse(format, bytes, &self.limits.parse());
        if parsed.problems.iter().any(|problem| problem.kind.is_fatal()) {
            return Vec::new();
        }
        let units = parsed.documents.iter().flat_map(units);
        units.filter_map(|unit| Object::new(unit.identity.as_ref()?, unit.node)).collect()
    }

    /// The files for which the predicate holds, in the order of paths; of a folder on disk those that were given.
    pub fn files(&self, wanted: &dyn Fn(&RepoPath) -> bool) -> Result<Vec<(RepoPath, File)>, GateError> {
        match &self.files {
            Files::Tree { tree: None, .. } => Ok(Vec::new()),
            Files::Tree { repository, tree: Some(tree) } => {
                Ok(repository.find_files(*tree, self.limits.files, wanted)?)
            }
            Files::Staged { index, .. } => {
                let all = index.files().filter(|(path, file)| wanted(path) && file.mode.is_file());
                Ok(all.map(|(path, file)| (path.clone(), file.clone())).collect())
            }
            Files::Folder { given, .. } => {
                let file = |bytes: &Arc<[u8]>| File { mode: FileMode::Regular, content: Content::Bytes(bytes.clone()) };
                let all = given.iter().filter(|(path, _)| wanted(path));
                Ok(all.map(|(path, bytes)| (path.clone(), file(bytes))).collect())
            }
        }
    }

    /// All files whose path says that they are of a kind, links left out. On disk those that were given and those that Git knows.
    pub(super) fn all(&self, is_one: &(dyn Fn(&RepoPath) -> bool + Sync)) -> Result<Vec<(RepoPath, File)>, TreeError> {
        match &self.files {
            Files::Tree { tree: None, .. } => Ok(Vec::new()),
            Files::Tree { repository, tree: Some(tree) } => {
                repository.find_files(*tree, self.limits.files, &is_one).map_err(|error| tree_error(&error.into()))
            }
            Files::Staged { index, .. } => {
                let all = index.files().filter(|(path, file)| is_one(path) && file.mode.is_file());
                Ok(all.map(|(path, file)| (path.clone(), file.clone())).collect())
            }
            Files::Folder { given, tracked, .. } => {
                let paths: BTreeSet<&RepoPath> = given.keys().chain(tracked).filter(|path| is_one(path)).collect();
                self.there(paths)
            }
        }
    }

    /// Those of some paths that are files.
    fn there<'p>(&self, paths: impl IntoIterator<Item = &'p RepoPath>) -> Result<Vec<(RepoPath, File)>, TreeError> {
        let mut all = Vec::new();
        for path in paths {
            let file = self.file(path).map_err(|error| tree_error(&error))?;
            all.extend(file.filter(|file| file.mode.is_file()).map(|file| (path.clone(), file)));
        }
        Ok(all)
    }

    /// All files that kustomize would read as kustomizations, by their names; on disk those above the given ones, too.
    fn kustomizations(&self) -> Result<Vec<(RepoPath, File)>, TreeError> {
        let is_one = |path: &RepoPath| kustomize::NAMES.iter().any(|name| path.file_name() == name.as_bytes());
        let Files::Folder { given, tracked, .. } = &self.files else { return self.all(&is_one) };
        let above = |path: &RepoPath| std::iter::successors(path.parent(), RepoPath::parent);
        let mut folders: BTreeSet<RepoPath> = given.keys().flat_map(above).collect();
        folders.insert(RepoPath::new(""));
        let beside = |folder: &RepoPath| kustomize::NAMES.map(|name| folder.join(name));
        let known = given.keys().chain(tracked).filter(|path| is_one(path)).cloned();
        self.there(&folders.iter().flat_map(beside).chain(known).collect::<BTreeSet<RepoPath>>())
    }
}
