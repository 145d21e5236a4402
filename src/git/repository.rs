//! A repository opened for judging.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use gix::{bstr::ByteSlice as _, objs::Kind, prelude::FindExt as _};

use super::{GitError, Oid, Quarantine, RefName, RepoPath};

/// A repository, read-only, without replacement refs and without anybody's configuration but its own.
pub struct Repository {
    inner: gix::ThreadSafeRepository,
    /// Handles that no thread uses at the moment, with what they have decoded last.
    idle: Mutex<Vec<gix::Repository>>,
    pub(super) commit_graph: Option<gix::commitgraph::Graph>,
    git_dir: PathBuf,
    /// The folder that names the object folders of a push; kept until the last object is read.
    view: Option<tempfile::TempDir>,
}

/// What an object id comes down to when tags are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peeled {
    /// A commit and its tree.
    Commit {
        /// The commit.
        commit: Oid,
        /// Its root tree.
        tree: Oid,
    },
    /// A tree that no commit names.
    Tree(Oid),
    /// A single file without a name.
    Blob(Oid),
}

impl Peeled {
    /// The tree to judge; a blob has none.
    #[must_use]
    pub fn tree(self) -> Option<Oid> {
        match self {
            Self::Commit { tree, .. } | Self::Tree(tree) => Some(tree),
            Self::Blob(_) => None,
        }
    }

    /// The commit, if it is one.
    #[must_use]
    pub fn commit(self) -> Option<Oid> {
        match self {
            Self::Commit { commit, .. } => Some(commit),
            Self::Tree(_) | Self::Blob(_) => None,
        }
    }
}

/// What a repository is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To judge a push. All of its objects have to be there.
    Push,
    /// To judge much of its history. An object that is not there costs the commits that need it, so a partial clone
    /// will do; and more of what was decoded is kept, for most commits read what those before them did.
    History,
}

/// Longest chain of tags of tags that is followed.
const MAX_TAG_CHAIN: usize = 50;
/// Largest single object that is read at all, whatever `limits.file-size` says.
const MAX_OBJECT: usize = 2 << 30;
/// Bytes of objects that each thread keeps to judge a history: as they are, and as what others are deltas of.
const KEPT_OBJECTS: usize = 32 << 20;
const KEPT_BASES: usize = 96 << 20;

impl Repository {
    /// Opens the repository whose Git folder this is, with the pushed objects where Git has them
    /// in quarantine.
    ///
    /// # Errors
    /// [`GitError::Open`], [`GitError::View`], and [`GitError::Unsupported`] for repositories that
    /// gix would read wrongly without saying so: reftable (no refs), partial clones (no objects).
    pub fn open(git_dir: &Path, quarantine: Option<&Quarantine>) -> Result<Self, GitError> {
        Self::open_for(Purpose::Push, git_dir, quarantine)
    }

    /// The same for a purpose.
    ///
    /// # Errors
    /// As [`Repository::open`].
    pub fn open_for(purpose: Purpose, git_dir: &Path, quarantine: Option<&Quarantine>) -> Result<Self, GitError> {
        let git_dir = fs::canonicalize(git_dir)
            .map_err(|error| GitError::Open { path: git_dir.to_owned(), reason: error.to_string() })?;
        let failed = |reason: String| GitError::Open { path: git_dir.clone(), reason };
        let options = gix::open::Options::isolated()
            .open_path_as_is(true)
            // Git has asked whether the account may use this repository (safe.directory) before it
            // runs a hook. We read objects and refs, and run nothing that the repository names.
            .with(gix::sec::Trust::Full)
            .config_overrides(["core.useReplaceRefs=false", "core.commitGraph=true"]);
        let mut repository = options.open(&git_dir).map_err(|error| failed(one_line(&error)))?.to_thread_local();
        refuse_unsupported(&repository, &git_dir, purpose)?;
        let kind = repository.object_hash();
        let store = gix::odb::store::init::Options { alloc_limit_bytes: Some(MAX_OBJECT), ..Default::default() };
        let view = quarantine.map(Quarantine::view).transpose()?;
        let objects = match &view {
            Some(view) => view.path().to_owned(),
            None => repository.common_dir().join("objects"),
        };
        let mut handle = gix::odb::at_opts(objects, kind, None, store).map_err(|error| failed(error.to_string()))?;
        match purpose {
            Purpose::Push => {
                handle.set_pack_cache(|| Box::<gix::odb::pack::cache::lru::StaticLinkedList<64>>::default());
            }
            Purpose::History => {
                use gix::odb::pack::cache::{lru, object};
                handle.set_pack_cache(|| Box::new(lru::MemoryCappedHashmap::new(KEPT_BASES)));
                handle.set_object_cache(|| Box::new(object::MemoryCappedHashmap::new(KEPT_OBJECTS)));
            }
        }
        // Nothing that matters appears while the hook runs; looking for it again at every miss is
        // what costs.
        handle.refresh_never();
        repository.objects = handle.into();
        repository.objects.ignore_replacements = true;
        // The view has no commit-graph of its own: it lies beside the permanent objects.
        let info = repository.common_dir().join("objects/info");
        let commit_graph = gix::commitgraph::Graph::at(&info, kind, Some(MAX_OBJECT)).ok();
        let idle = Mutex::new(Vec::new());
        Ok(Self { inner: repository.into_sync(), idle, commit_graph, git_dir, view })
    }

    /// Finds and opens the repository that a folder belongs to.
    ///
    /// # Errors
    /// As [`Repository::open`].
    pub fn discover(folder: &Path) -> Result<Self, GitError> {
        Self::discover_for(Purpose::Push, folder)
    }

    /// The same for a purpose.
    ///
    /// # Errors
    /// As [`Repository::open`].
    pub fn discover_for(purpose: Purpose, folder: &Path) -> Result<Self, GitError> {
        let failed = |reason: String| GitError::Open { path: folder.to_owned(), reason };
        let (path, _trust) =
            gix::discover::upwards(folder).map_err(|_| failed("there is none here or above".to_owned()))?;
        let (git_dir, _work_tree) = path.into_repository_and_work_tree_directories();
        Self::open_for(purpose, &git_dir, None)
    }

    /// The Git folder, absolute.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The folder of the files, absolute; `None` for a bare repository.
    #[must_use]
    pub fn work_dir(&self) -> Option<PathBuf> {
        self.local().workdir().and_then(|path| fs::canonicalize(path).ok())
    }

    /// Removes what lies outside of the repository, for a process that ends without more ado.
    pub fn abandon(&self) {
        if let Some(view) = &self.view {
            let _ = fs::remove_dir_all(view.path());
        }
    }

    /// Length of an object id in hexadecimal digits: 40 or 64.
    #[must_use]
    pub fn id_length(&self) -> usize {
        self.local().object_hash().len_in_hex()
    }

    /// A handle of its own.
    pub(super) fn local(&self) -> gix::Repository {
        self.inner.to_thread_local()
    }

    /// Lends a handle that may have been used before: what it has decoded last makes the next
    /// object of the same pack cheaper.
    pub(super) fn with<T>(&self, work: impl FnOnce(&gix::Repository) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let handle = taken.unwrap_or_else(|| self.local());
        let result = work(&handle);
        idle().push(handle);
        result
    }

    /// Follows tags to what they are about.
    ///
    /// # Errors
    /// [`GitError::Object`] when something on the way cannot be read, or the chain is too long.
    pub fn peel(&self, id: Oid) -> Result<Peeled, GitError> {
        self.with(|repository| peel(repository, id))
    }

    /// The ref that a push to `name` would really change: where the server has a symbolic ref of
    /// that name, the one it points to.
    ///
    /// # Errors
    /// [`GitError::Refs`].
    pub fn resolve(&self, name: &RefName) -> Result<RefName, GitError> {
        let repository = self.local();
        let mut current = name.clone();
        for _ in 0..10 {
            let found =
                repository.try_find_reference(current.as_str()).map_err(|error| GitError::Refs(one_line(&error)))?;
            let Some(target) = found.as_ref().and_then(|found| found.target().try_name().map(ToOwned::to_owned)) else {
                return Ok(current);
            };
            current =
                RefName::try_from(target.as_bstr().as_bytes()).map_err(|error| GitError::Refs(error.to_string()))?;
        }
        Err(GitError::Refs(format!("{name} is a symbolic ref that leads nowhere")))
    }

    /// The object a ref points to; `None` when there is no such ref.
    ///
    /// # Errors
    /// [`GitError::Refs`].
    pub fn find_ref(&self, name: &RefName) -> Result<Option<Oid>, GitError> {
        let name = self.resolve(name)?;
        let repository = self.local();
        let found = repository.try_find_reference(name.as_str()).map_err(|error| GitError::Refs(one_line(&error)))?;
        Ok(found.and_then(|found| found.target().try_id().map(ToOwned::to_owned)))
    }

    /// All refs under a prefix (`refs/`, `refs/remotes/origin/`) that are not symbolic, by name.
    ///
    /// # Errors
    /// [`GitError::Refs`].
    pub fn refs(&self, prefix: &str) -> Result<BTreeMap<RefName, Oid>, GitError> {
        let repository = self.local();
        let failed = |error: &dyn std::error::Error| GitError::Refs(one_line(error));
        let platform = repository.references().map_err(|error| failed(&error))?;
        let mut refs = BTreeMap::new();
        for reference in platform.prefixed(prefix.as_bytes().as_bstr()).map_err(|error| failed(&error))? {
            let reference = reference.map_err(|error| GitError::Refs(error.to_string()))?;
            // A ref that we would not let in counts as not there: nothing is compared with it.
            if let (Some(id), Ok(name)) =
                (reference.target().try_id(), RefName::try_from(reference.name().as_bstr().as_bytes()))
            {
                refs.insert(name, id.to_owned());
            }
        }
        Ok(refs)
    }

    /// The branch that is checked out (or the server's default), even if it has no commit yet.
    #[must_use]
    pub fn head_branch(&self) -> Option<RefName> {
        let name = self.local().head_name().ok()??;
        RefName::try_from(name.as_bstr().as_bytes()).ok()
    }

    /// The commit that is checked out; `None` before the first.
    #[must_use]
    pub fn head_commit(&self) -> Option<Oid> {
        self.local().head_id().ok().map(gix::Id::detach)
    }

    /// The commit that a revision names (`origin/main`, `HEAD~2`, an id).
    ///
    /// # Errors
    /// [`GitError::Revision`].
    pub fn commit_of(&self, revision: &str) -> Result<Oid, GitError> {
        let failed = |reason: String| GitError::Revision { name: crate::text::shortened(revision, 100), reason };
        let repository = self.local();
        let id = repository.rev_parse_single(revision).map_err(|_| failed("no such revision".to_owned()))?.detach();
        self.peel(id)?.commit().ok_or_else(|| failed("it is no commit".to_owned()))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// [`GitError::FileTooLarge`] beyond `limit` bytes (known before anything is unpacked), and
    /// [`GitError::Object`].
    pub fn read_blob(&self, path: &RepoPath, id: Oid, limit: u64) -> Result<Vec<u8>, GitError> {
        self.with(|repository| {
            let size = repository.find_header(id).map_err(|error| unreadable("file", id, &error))?.size();
            if size > limit {
                return Err(GitError::FileTooLarge { path: path.clone(), size, limit });
            }
            let mut buffer = Vec::new();
            repository.objects.find_blob(&id, &mut buffer).map_err(|error| unreadable("file", id, &error))?;
            Ok(buffer)
        })
    }
}

fn peel(repository: &gix::Repository, id: Oid) -> Result<Peeled, GitError> {
    let mut current = id;
    let mut buffer = Vec::new();
    for _ in 0..MAX_TAG_CHAIN {
        let kind = repository.find_header(current).map_err(|error| unreadable("object", current, &error))?.kind();
        match kind {
            Kind::Commit => {
                let commit = repository
                    .objects
                    .find_commit(&current, &mut buffer)
                    .map_err(|error| unreadable("commit", current, &error))?;
                return Ok(Peeled::Commit { commit: current, tree: commit.tree() });
            }
            Kind::Tree => return Ok(Peeled::Tree(current)),
            Kind::Blob => return Ok(Peeled::Blob(current)),
            Kind::Tag => {
                let tag = repository
                    .objects
                    .find_tag(&current, &mut buffer)
                    .map_err(|error| unreadable("tag", current, &error))?;
                current = tag.target();
            }
        }
    }
    Err(GitError::Object { what: "tag", id, reason: format!("more than {MAX_TAG_CHAIN} tags of tags") })
}

/// An object that cannot be read, with gix's reason.
pub(super) fn unreadable(what: &'static str, id: Oid, error: &dyn std::error::Error) -> GitError {
    GitError::Object { what, id, reason: one_line(error) }
}

/// An error and its causes in one line.
pub(super) fn one_line(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string().replace('\n', " ");
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string().replace('\n', " ");
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    crate::text::shortened(&text, 400)
}

/// Refuses what gix would read wrongly and silently.
fn refuse_unsupported(repository: &gix::Repository, git_dir: &Path, purpose: Purpose) -> Result<(), GitError> {
    let unsupported = |what, help| GitError::Unsupported { path: git_dir.to_owned(), what, help };
    let config = repository.config_snapshot();
    let reftable =
        config.string("extensions.refStorage").is_some_and(|storage| !storage.eq_ignore_ascii_case(b"files"))
            || fs::read(git_dir.join("HEAD")).is_ok_and(|head| head.starts_with(b"ref: refs/heads/.invalid"));
    if reftable {
        return Err(unsupported(
            "keeps its refs as reftable, which pushgate cannot read yet",
            "migrate it: git refs migrate --ref-format=files",
        ));
    }
    let promised = config.plumbing().sections_by_name("remote").is_some_and(|mut remotes| {
        remotes.any(|remote| remote.value("promisor").is_some_and(|value| value.eq_ignore_ascii_case(b"true")))
    });
    let partial = promised || config.string("extensions.partialClone").is_some();
    if partial && purpose == Purpose::Push {
        return Err(unsupported(
            "is a partial clone, so objects that the gate has to see may be missing",
            "clone it again without --filter, or fetch what is missing: git fetch --refetch --no-filter",
        ));
    }
    Ok(())
}
