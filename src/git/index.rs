//! The index: what the next commit would hold.

use std::{collections::BTreeMap, path::Path};

use gix::index::entry::{Mode, Stage};

use super::{Change, Content, File, FileMode, GitError, Oid, RepoPath, Repository, repository::one_line};

/// The files of an index, by path. Read from the file that Git names, which for `git commit -a`
/// or `git commit -- PATH` is a lock file, not `.git/index`.
pub struct StagedIndex(BTreeMap<RepoPath, File>);

impl StagedIndex {
    /// Reads an index file. A file that does not exist is an index without files.
    ///
    /// # Errors
    /// [`GitError::Index`], also while a merge is not resolved.
    pub fn read(repository: &Repository, path: &Path) -> Result<Self, GitError> {
        let failed = |reason: String| GitError::Index { path: path.to_owned(), reason };
        if !path.exists() {
            return Ok(Self(BTreeMap::new()));
        }
        let hash = repository.local().object_hash();
        let state = gix::index::File::at(path, hash, false, gix::index::decode::Options::default())
            .map_err(|error| failed(one_line(&error)))?;
        if state.is_sparse() {
            return Err(failed("it is sparse; run: git sparse-checkout disable".to_owned()));
        }
        let mut files = BTreeMap::new();
        for entry in state.entries() {
            if entry.stage() != Stage::Unconflicted {
                return Err(failed("a merge is not resolved yet".to_owned()));
            }
            let mode = match entry.mode {
                Mode::FILE => FileMode::Regular,
                Mode::FILE_EXECUTABLE => FileMode::Executable,
                Mode::SYMLINK => FileMode::Symlink,
                Mode::COMMIT => FileMode::Submodule,
                other => return Err(failed(format!("unknown file mode {:o}", other.bits()))),
            };
            // `git add --intent-to-add` stages a name without a content.
            if entry.flags.contains(gix::index::entry::Flags::INTENT_TO_ADD) {
                continue;
            }
            files.insert(RepoPath::new(entry.path(&state).to_vec()), File { mode, content: Content::Object(entry.id) });
        }
        Ok(Self(files))
    }

    /// The file staged at a path.
    #[must_use]
    pub fn file_at(&self, path: &RepoPath) -> Option<&File> {
        self.0.get(path)
    }

    /// All files, in the order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (&RepoPath, &File)> {
        self.0.iter()
    }

    /// The paths of the files below a folder, in order; all of them for the root.
    pub fn below(&self, folder: &RepoPath) -> impl Iterator<Item = &RepoPath> {
        let mut start = folder.as_bytes().to_vec();
        if !start.is_empty() {
            start.push(b'/');
        }
        let first = RepoPath::new(start.clone());
        self.0.range(first..).map(|(path, _)| path).take_while(move |path| path.as_bytes().starts_with(&start))
    }

    /// What the index changes in a tree (`None`: before the first commit).
    ///
    /// # Errors
    /// As [`Repository::changes`].
    pub fn changes(&self, repository: &Repository, tree: Option<Oid>, limit: usize) -> Result<Vec<Change>, GitError> {
        let mut before: BTreeMap<RepoPath, File> = repository
            .changes(None, tree, limit)?
            .into_iter()
            .filter_map(|change| change.after.map(|file| (change.path, file)))
            .collect();
        let mut changes = Vec::new();
        for (path, after) in &self.0 {
            let before = before.remove(path);
            if before.as_ref() != Some(after) {
                changes.push(Change { path: path.clone(), before, after: Some(after.clone()) });
            }
        }
        changes.extend(before.into_iter().map(|(path, file)| Change { path, before: Some(file), after: None }));
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }
}
