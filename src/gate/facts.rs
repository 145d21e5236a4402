//! What files of a tree say that others depend on: definitions of custom resources, Git repositories
//! that Flux knows, folders that objects point at.
//!
//! To find them all files have to be searched, which costs what the repository costs. So what was
//! found is kept for the tree that a branch had before the push: the next push asks about a tree that
//! differs from it in a few files.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    Cache, GateError, Remembered,
    world::{Files, World},
};
use crate::{
    document::{
        Node, ParseLimits, Unit,
        format::{Format, parse},
        units,
    },
    git::{Content, File, GitError, Oid, RepoPath, Repository},
    gitops::{argocd, flux, kustomize},
    iac::terraform,
    kubernetes::crd::{self, CustomResource},
    rule::{GitRepository, Kustomization, Kustomized},
};

/// One of these stands in every file that there is a fact about.
const MARKS: [&str; 3] = ["CustomResourceDefinition", ".toolkit.fluxcd.io/", "argoproj.io/"];

/// What one file says that others depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facts {
    path: Vec<u8>,
    /// What tells its content from others: the object id, or nothing for what is in no repository.
    content: String,
    /// Groups and kinds that it defines.
    defines: Vec<(String, String)>,
    /// Git repositories that it tells Flux about.
    repositories: Vec<GitRepository>,
    /// Paths that it points at, in whatever repository.
    points_at: Vec<String>,
    /// Folders that it has applied, each with the namespace that what says none is put into.
    applies: Vec<(String, Option<String>)>,
    /// Folders of modules of Terraform that it calls.
    calls: Vec<String>,
    /// What it says of others as a kustomization.
    kustomization: Option<Kustomization>,
}

impl Facts {
    fn is_empty(&self) -> bool {
        self.defines.is_empty()
            && self.repositories.is_empty()
            && self.points_at.is_empty()
            && self.calls.is_empty()
            && self.kustomization.is_none()
    }
}

/// What was found in a tree, as it is kept.
#[derive(Debug, Deserialize)]
struct Kept {
    tree: String,
    files: Vec<Facts>,
}

/// The same to be written.
#[derive(Debug, Serialize)]
struct KeptRef<'f> {
    tree: String,
    files: Vec<&'f Facts>,
}

fn shared(files: Vec<Facts>) -> Vec<Arc<Facts>> {
    files.into_iter().map(Arc::new).collect()
}

/// Where facts are kept, and the tree that the push begins at.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub cache: Option<&'a Cache>,
    /// The tree before the push.
    pub base: Option<Oid>,
    /// What earlier pushes left, where many are judged.
    pub remembered: Option<&'a Remembered>,
}

/// Name under which the facts of a repository are kept: what is too large is no fact.
fn kept_as(world: &World<'_>) -> String {
    format!("facts, with namespaces {:?}", world.limits)
}

/// The definitions in a file.
pub(super) type Definitions = Arc<Vec<Arc<CustomResource>>>;

/// Definitions that were read, by file.
type Read = BTreeMap<RepoPath, Definitions>;

/// All facts of one tree.
pub(super) struct Index {
    files: Vec<Arc<Facts>>,
    read: Mutex<Read>,
}

impl Index {
    /// Finds them all.
    pub fn of(world: &World<'_>, known: Option<Known<'_>>) -> Result<Self, GateError> {
        let search = Search { world, read: Mutex::default() };
        let files = match &world.files {
            Files::Tree { tree: None, .. } => Vec::new(),
            Files::Tree { repository, tree: Some(tree) } => search.tree(repository, *tree, known)?,
            Files::Staged { index, .. } => {
                let all: Vec<_> = index.files().map(|(path, file)| (path.clone(), file.clone())).collect();
                search.files(&all)?
            }
            Files::Folder { given, tracked, .. } => {
                let file = |path: &RepoPath| Ok(world.file(path)?.map(|file| (path.clone(), file)));
                let paths: BTreeSet<&RepoPath> = given.keys().chain(tracked).collect();
                let all: Vec<_> = paths.into_iter().map(file).collect::<Result<_, GateError>>()?;
                search.files(&all.into_iter().flatten().collect::<Vec<_>>())?
            }
        };
        Ok(Self { files, read: search.read })
    }

    /// The definitions of a kind in all its versions, each content once, in the order of paths.
    pub fn definitions(
        &self,
        world: &World<'_>,
        group: &str,
        kind: &str,
    ) -> Result<Vec<Arc<CustomResource>>, GateError> {
        let (mut contents, mut all): (Vec<&str>, Vec<_>) = (Vec::new(), Vec::new());
        for file in &self.files {
            let defines = file.defines.iter().any(|(g, k)| g == group && k == kind);
            if defines && (file.content.is_empty() || !contents.contains(&file.content.as_str())) {
                contents.push(&file.content);
                let definitions = self.read(world, file)?;
                all.extend(definitions.iter().filter(|one| one.group == group && one.kind == kind).cloned());
            }
        }
        Ok(all)
    }

    fn read(&self, world: &World<'_>, facts: &Facts) -> Result<Definitions, GateError> {
        let path = &RepoPath::new(facts.path.clone());
        let lock = || self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = lock().get(path) {
            return Ok(read.clone());
        }
        let remembered = world.remembered().filter(|_| !facts.content.is_empty());
        if let Some(read) = remembered.and_then(|remembered| remembered.definitions(&facts.content)) {
            return Ok(read);
        }
        let found = match world.file(path)? {
            Some(file) => facts_in(path, &world.bytes(path, &file)?).1,
            None => Vec::new(),
        };
        let found = Arc::new(found);
        lock().insert(path.clone(), found.clone());
        if let Some(remembered) = remembered {
            remembered.keep_definitions(&facts.content, found.clone());
        }
        Ok(found)
    }

    /// The Git repositories that Flux would know by a name.
    pub fn repositories(&self, name: &str) -> Vec<GitRepository> {
        let all = self.files.iter().flat_map(|file| &file.repositories);
        all.filter(|repository| repository.name == name).cloned().collect()
    }

    /// What all kustomizations point at.
    pub fn kustomized(&self) -> Kustomized {
        let mut all = Kustomized::default();
        for file in &self.files {
            if let Some(kustomization) = &file.kustomization {
                all.add(&RepoPath::new(file.path.clone()).to_text(), kustomization);
            }
        }
        all
    }

    /// The files that call a module in this folder.
    pub fn calling(&self, folder: &str) -> Vec<RepoPath> {
        let calls = |file: &&Arc<Facts>| file.calls.iter().any(|called| called == folder);
        self.files.iter().filter(calls).map(|file| RepoPath::new(file.path.clone())).collect()
    }

    /// The namespaces that what says none is put into by the objects that have a folder applied: those nearest
    /// above it.
    pub fn namespaces_at(&self, folder: &str) -> BTreeSet<Option<&str>> {
        let covers = |path: &str| {
            path.is_empty() || folder.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let all = || self.files.iter().flat_map(|file| &file.applies).filter(|(path, _)| covers(path));
        let nearest = all().map(|(path, _)| path.len()).max();
        all().filter(|(path, _)| Some(path.len()) == nearest).map(|(_, namespace)| namespace.as_deref()).collect()
    }

    /// The files that point at any of these paths.
    pub fn pointing_at(&self, paths: &dyn Fn(&str) -> bool) -> Vec<RepoPath> {
        let points = |file: &&Arc<Facts>| file.points_at.iter().any(|path| paths(path));
        self.files.iter().filter(points).map(|file| RepoPath::new(file.path.clone())).collect()
    }
}

/// Whether a file may hold a fact, by its name.
fn may_hold_any(path: &str) -> bool {
    is_kustomization(path)
        || Format::detect(path).is_some_and(|format| format.holds_manifests() || terraform::is_configuration(path))
}

/// Whether kustomize would read a file as a kustomization, by its name.
fn is_kustomization(path: &str) -> bool {
    kustomize::NAMES.contains(&path.rsplit_once('/').map_or(path, |(_, name)| name))
}

/// The search for facts in files.
struct Search<'a> {
    world: &'a World<'a>,
    /// Definitions of the tree asked about, as far as they were read on the way.
    read: Mutex<Read>,
}

impl Search<'_> {
    /// Searches a tree, beginning with what is known about the one before the push.
    fn tree(&self, repository: &Repository, tree: Oid, known: Option<Known<'_>>) -> Result<Vec<Arc<Facts>>, GateError> {
        if let Some(remembered) = known.and_then(|known| known.remembered) {
            let (before, files) = remembered.facts(tree).unzip();
            if before == Some(tree) {
                return Ok(files.unwrap_or_default());
            }
            let files = self.between(repository, before, tree, files.unwrap_or_default())?;
            remembered.keep_facts(tree, files.clone());
            return Ok(files);
        }
        let Some((cache, base)) = known.and_then(|known| Some((known.cache, known.base?))) else {
            return self.between(repository, None, tree, Vec::new());
        };
        let name = kept_as(self.world);
        let kept = cache.and_then(|cache| cache.read(&name));
        let kept: Option<Kept> = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let of_base = match kept {
            Some(kept) if Oid::from_hex(kept.tree.as_bytes()).is_ok_and(|tree| tree == base) => shared(kept.files),
            kept => {
                // The tree that it was kept for may be gone by now.
                let from_kept = kept.and_then(|kept| {
                    let before = Oid::from_hex(kept.tree.as_bytes()).ok()?;
                    self.between(repository, Some(before), base, shared(kept.files)).ok()
                });
                let files = match from_kept {
                    Some(files) => files,
                    None => self.between(repository, None, base, Vec::new())?,
                };
                let kept = KeptRef { tree: base.to_string(), files: files.iter().map(AsRef::as_ref).collect() };
                if let (Some(cache), Ok(bytes)) = (cache, serde_json::to_vec(&kept)) {
                    cache.write(&name, &bytes);
                }
                files
            }
        };
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.between(repository, Some(base), tree, of_base)
    }

    /// What is known of one tree, brought up to another.
    fn between(
        &self,
        repository: &Repository,
        before: Option<Oid>,
        after: Oid,
        mut files: Vec<Arc<Facts>>,
    ) -> Result<Vec<Arc<Facts>>, GateError> {
        let changes = repository.changes(before, Some(after), self.world.limits.files)?;
        files.retain(|file| changes.binary_search_by(|change| change.path.as_bytes().cmp(&file.path)).is_err());
        let after: Vec<(RepoPath, File)> =
            changes.into_iter().filter_map(|change| Some((change.path, change.after?))).collect();
        files.extend(self.files(&after)?);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    fn files(&self, files: &[(RepoPath, File)]) -> Result<Vec<Arc<Facts>>, GateError> {
        let one = |(path, file): &(RepoPath, File)| {
            if !file.mode.is_file() || !may_hold_any(&path.to_text()) {
                return Ok(None);
            }
            let bytes = match self.world.bytes(path, file) {
                Ok(bytes) => bytes,
                // Too large to be read; it is judged, or refused, where it is changed.
                Err(GateError::Git(GitError::FileTooLarge { .. })) => return Ok(None),
                Err(error) => return Err(error),
            };
            let (mut facts, definitions) = facts_in(path, &bytes);
            if let Content::Object(id) = &file.content {
                facts.content = id.to_string();
            }
            if !definitions.is_empty() {
                let definitions = Arc::new(definitions);
                if let Some(remembered) = self.world.remembered().filter(|_| !facts.content.is_empty()) {
                    remembered.keep_definitions(&facts.content, definitions.clone());
                }
                let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
                read.insert(path.clone(), definitions);
            }
            Ok(Some(facts).filter(|facts| !facts.is_empty()).map(Arc::new))
        };
        let found: Vec<Result<Option<Arc<Facts>>, GateError>> = files.par_iter().map(one).collect();
        found.into_iter().filter_map(Result::transpose).collect()
    }
}

/// What a file says that others depend on, and the definitions in it.
fn facts_in(path: &RepoPath, bytes: &[u8]) -> (Facts, Vec<Arc<CustomResource>>) {
    let mut facts = Facts { path: path.as_bytes().to_vec(), ..Facts::default() };
    let mut definitions = Vec::new();
    if is_kustomization(&path.to_text()) {
        let parsed = parse(Format::Yaml, bytes, &ParseLimits::default());
        let first = parsed.documents.first().filter(|one| kustomize::is_kustomization(&path.to_text(), &one.root));
        facts.kustomization = first.map(|document| Kustomization::read(&path.to_text(), &document.root));
    }
    let marked = std::str::from_utf8(bytes).is_ok_and(|text| MARKS.iter().any(|mark| text.contains(mark)));
    let name = path.to_text();
    let is_module = terraform::is_configuration(&name) && bytes.windows(6).any(|word| word == b"module");
    let format = Format::detect(&name).filter(|_| is_module || (marked && may_hold_any(&name)));
    let Some(format) = format else { return (facts, definitions) };
    // What cannot be read as a whole says nothing; it is refused where it is changed.
    let parsed = parse(format, bytes, &ParseLimits::default());
    if is_module {
        facts.calls = parsed.documents.iter().flat_map(|document| terraform::calls(&name, &document.root)).collect();
        return (facts, definitions);
    }
    for unit in parsed.documents.iter().flat_map(units) {
        if unit.kind() == Some("CustomResourceDefinition") {
            // One that cannot be understood is a finding where it is changed.
            definitions.extend(crd::read(unit.node).unwrap_or_default().into_iter().map(Arc::new));
        }
        facts.repositories.extend(git_repository(&unit));
        let paths = flux::paths(unit.node).into_iter().chain(argocd::paths(unit.node));
        facts.points_at.extend(paths.map(|reference| reference.path));
        facts.applies.extend(flux::applied(unit.node).into_iter().chain(argocd::applied(unit.node)));
    }
    facts.defines = definitions.iter().map(|one| (one.group.clone(), one.kind.clone())).collect();
    facts.defines.sort();
    facts.defines.dedup();
    (facts, definitions)
}

/// The Git repository that a unit tells Flux about.
fn git_repository(unit: &Unit<'_>) -> Option<GitRepository> {
    let identity = unit.identity.as_ref()?;
    if identity.kind != "GitRepository" || identity.group != "source.toolkit.fluxcd.io" {
        return None;
    }
    let spec = unit.node.get("spec")?;
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let reference = spec.get("ref");
    Some(GitRepository {
        namespace: identity.namespace.clone(),
        name: identity.name.clone(),
        url: text(spec, "url")?,
        branch: reference.and_then(|reference| text(reference, "branch")),
        fixed: reference.is_some_and(|reference| {
            ["commit", "tag", "semver", "name"].iter().any(|key| reference.get(key).is_some())
        }),
    })
}
