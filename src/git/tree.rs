//! What changed between two trees.
//!
//! Both trees are walked side by side, entry by entry, and only where their ids differ. We do it
//! ourselves, not by `gix_diff`, because what is compared comes from a stranger: every tree that
//! is new to the comparison is checked for names that would be read differently by whoever checks
//! it out, and the number of files is bounded before they are listed (a tree of ten levels that
//! names one subtree ten times over has 10^10 paths).

use std::{cmp::Ordering, collections::BTreeMap};

use gix::{
    bstr::{BStr, BString},
    objs::{TreeRefIter, tree::EntryKind},
    prelude::FindExt as _,
};

use super::{GitError, Oid, RepoPath, Repository, names::quoted, repository::unreadable};

/// How a path is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileMode {
    /// A file.
    Regular,
    /// A file that may be executed.
    Executable,
    /// A symbolic link; its content is its target.
    Symlink,
    /// A commit of another repository.
    Submodule,
}

impl FileMode {
    /// Whether there is a content to parse: a link's target or a submodule's commit is none.
    #[must_use]
    pub fn is_file(self) -> bool {
        match self {
            Self::Regular | Self::Executable => true,
            Self::Symlink | Self::Submodule => false,
        }
    }

    /// The mode in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Regular => "a file",
            Self::Executable => "an executable file",
            Self::Symlink => "a symbolic link",
            Self::Submodule => "a submodule",
        }
    }
}

/// Where the bytes of a file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// In the repository.
    Object(Oid),
    /// Here.
    Bytes(std::sync::Arc<[u8]>),
}

/// One side of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// How it is stored.
    pub mode: FileMode,
    /// What it holds.
    pub content: Content,
}

/// One thing in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inside {
    /// A file, link or submodule.
    File(File),
    /// A folder, by its tree.
    Folder(Oid),
}

/// A path whose file is not the same before and after. A file that moved is two changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path, on both sides.
    pub path: RepoPath,
    /// The file before; `None` when it is new.
    pub before: Option<File>,
    /// The file after; `None` when it is deleted.
    pub after: Option<File>,
}

/// One entry of a tree, owned.
struct TreeEntry {
    name: BString,
    kind: EntryKind,
    id: Oid,
}

impl TreeEntry {
    /// The file that the entry stands for; `None` for a folder.
    fn file(&self) -> Option<File> {
        let mode = match self.kind {
            EntryKind::Tree => return None,
            EntryKind::Blob => FileMode::Regular,
            EntryKind::BlobExecutable => FileMode::Executable,
            EntryKind::Link => FileMode::Symlink,
            EntryKind::Commit => FileMode::Submodule,
        };
        Some(File { mode, content: Content::Object(self.id) })
    }

    /// The folder's tree; `None` for anything else.
    fn tree(&self) -> Option<Oid> {
        match self.kind {
            EntryKind::Tree => Some(self.id),
            EntryKind::Blob | EntryKind::BlobExecutable | EntryKind::Link | EntryKind::Commit => None,
        }
    }

    /// Git's order of tree entries: a folder sorts as if its name ended in `/`
    /// (`tree.c: base_name_compare`).
    fn order(&self, other: &Self) -> Ordering {
        let key = |entry: &Self| entry.kind == EntryKind::Tree;
        let (a, b): (&[u8], &[u8]) = (&self.name, &other.name);
        let common = a.len().min(b.len());
        a.iter().take(common).cmp(b.iter().take(common)).then_with(|| {
            let next = |name: &[u8], folder: bool| name.get(common).copied().unwrap_or(if folder { b'/' } else { 0 });
            next(a, key(self)).cmp(&next(b, key(other)))
        })
    }
}

impl Repository {
    /// The files that differ between two trees, in the order of their paths; `None` stands for an
    /// empty tree.
    ///
    /// # Errors
    /// [`GitError::TooManyFiles`] beyond `limit`, [`GitError::BadTreeEntry`] for a name in the new
    /// tree that is no file name, [`GitError::Object`].
    pub fn changes(&self, before: Option<Oid>, after: Option<Oid>, limit: usize) -> Result<Vec<Change>, GitError> {
        self.with(|repository| {
            let mut walk = Walk { repository, buffer: Vec::new(), changes: Vec::new(), visited: 0, limit };
            // Depth first with a stack of our own: nesting is the pusher's to choose. Folders are put
            // on the stack and their turn comes at once, so the changes are in the order of paths.
            let mut folders = vec![(BString::default(), before, after)];
            while let Some((path, before, after)) = folders.pop() {
                let below = walk.compare(path.as_ref(), before, after)?;
                folders.extend(below.into_iter().rev());
            }
            walk.changes.sort_by(|a, b| a.path.cmp(&b.path));
            Ok(walk.changes)
        })
    }

    /// The file at a path of a tree; `None` when there is nothing, or a folder.
    ///
    /// # Errors
    /// [`GitError::Object`].
    pub fn file_at(&self, tree: Oid, path: &RepoPath) -> Result<Option<File>, GitError> {
        Ok(self.entry_at(tree, path)?.and_then(|entry| entry.file()))
    }

    /// The tree of a folder; `None` when there is no such folder.
    ///
    /// # Errors
    /// [`GitError::Object`].
    pub fn folder_at(&self, tree: Oid, path: &RepoPath) -> Result<Option<Oid>, GitError> {
        if path.as_bytes().is_empty() {
            return Ok(Some(tree));
        }
        Ok(self.entry_at(tree, path)?.and_then(|entry| entry.tree()))
    }

    /// What is directly in a folder, given as a tree, by name.
    ///
    /// # Errors
    /// [`GitError::Object`].
    pub fn read_folder(&self, tree: Oid) -> Result<BTreeMap<Vec<u8>, Inside>, GitError> {
        self.with(|repository| {
            let entries = entries(repository, tree, &mut Vec::new())?;
            let inside = |entry: TreeEntry| {
                let inside = match (entry.file(), entry.tree()) {
                    (Some(file), _) => Inside::File(file),
                    (None, tree) => Inside::Folder(tree.unwrap_or(entry.id)),
                };
                (entry.name.into(), inside)
            };
            Ok(entries.into_iter().map(inside).collect())
        })
    }

    /// All files of a tree that `wanted` takes by their path.
    ///
    /// # Errors
    /// [`GitError::TooManyFiles`] when the tree holds more than `limit` entries, [`GitError::Object`].
    pub fn find_files(
        &self,
        tree: Oid,
        limit: usize,
        wanted: &dyn Fn(&RepoPath) -> bool,
    ) -> Result<Vec<(RepoPath, File)>, GitError> {
        self.with(|repository| {
            let (mut found, mut buffer, mut visited) = (Vec::new(), Vec::new(), 0);
            let mut folders = vec![(BString::default(), tree)];
            while let Some((path, tree)) = folders.pop() {
                for entry in entries(repository, tree, &mut buffer)? {
                    visited += 1;
                    if visited > limit {
                        return Err(GitError::TooManyFiles { limit });
                    }
                    let below = joined(path.as_ref(), entry.name.as_ref());
                    if let Some(tree) = entry.tree() {
                        folders.push((below, tree));
                    } else if let Some(file) = entry.file().filter(|file| file.mode.is_file()) {
                        found.extend(Some((RepoPath::new(below), file)).filter(|(path, _)| wanted(path)));
                    }
                }
            }
            found.sort_by(|(a, _), (b, _)| a.cmp(b));
            Ok(found)
        })
    }

    fn entry_at(&self, tree: Oid, path: &RepoPath) -> Result<Option<TreeEntry>, GitError> {
        self.with(|repository| {
            let mut buffer = Vec::new();
            let mut current = tree;
            let mut components = path.as_bytes().split(|byte| *byte == b'/').peekable();
            while let Some(component) = components.next() {
                let entry =
                    entries(repository, current, &mut buffer)?.into_iter().find(|entry| entry.name == component);
                match (entry, components.peek()) {
                    (Some(entry), None) => return Ok(Some(entry)),
                    (Some(TreeEntry { kind: EntryKind::Tree, id, .. }), Some(_)) => current = id,
                    (Some(_) | None, _) => return Ok(None),
                }
            }
            Ok(None)
        })
    }
}

/// A folder to compare: its path and its tree on both sides.
type Folder = (BString, Option<Oid>, Option<Oid>);

struct Walk<'r> {
    repository: &'r gix::Repository,
    buffer: Vec<u8>,
    changes: Vec<Change>,
    visited: usize,
    limit: usize,
}

impl Walk<'_> {
    /// Compares one folder; the folders below it that differ are returned, in order.
    fn compare(&mut self, path: &BStr, before: Option<Oid>, after: Option<Oid>) -> Result<Vec<Folder>, GitError> {
        let mut read = |tree: Option<Oid>| match tree {
            Some(tree) => entries(self.repository, tree, &mut self.buffer),
            None => Ok(Vec::new()),
        };
        let (old, new) = (read(before)?, read(after)?);
        if let Some(tree) = after {
            check_entries(tree, &new)?;
        }
        let mut below = Vec::new();
        let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return Ok(below),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => old.order(new),
            };
            let (left, right) = match order {
                Ordering::Less => (old.next(), None),
                Ordering::Greater => (None, new.next()),
                Ordering::Equal => (old.next(), new.next()),
            };
            if let (Some(left), Some(right)) = (&left, &right)
                && (left.kind, left.id) == (right.kind, right.id)
            {
                continue;
            }
            self.visited += 1;
            if self.visited > self.limit {
                return Err(GitError::TooManyFiles { limit: self.limit });
            }
            let Some(name) = left.as_ref().or(right.as_ref()).map(|entry| entry.name.clone()) else { continue };
            let path = joined(path, name.as_ref());
            let folders = (left.as_ref().and_then(TreeEntry::tree), right.as_ref().and_then(TreeEntry::tree));
            let files = (left.as_ref().and_then(TreeEntry::file), right.as_ref().and_then(TreeEntry::file));
            if folders != (None, None) {
                below.push((path.clone(), folders.0, folders.1));
            }
            if files != (None, None) {
                self.changes.push(Change { path: RepoPath::new(path), before: files.0, after: files.1 });
            }
        }
    }
}

fn joined(folder: &BStr, name: &BStr) -> BString {
    let mut path = BString::from(folder);
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

fn entries(repository: &gix::Repository, tree: Oid, buffer: &mut Vec<u8>) -> Result<Vec<TreeEntry>, GitError> {
    // The empty tree need not be stored.
    if tree.is_empty_tree() {
        return Ok(Vec::new());
    }
    let iter: TreeRefIter<'_> =
        repository.objects.find_tree_iter(&tree, buffer).map_err(|error| unreadable("tree", tree, &error))?;
    iter.map(|entry| {
        let entry = entry.map_err(|error| unreadable("tree", tree, &error))?;
        Ok(TreeEntry { name: entry.filename.to_owned(), kind: entry.mode.kind(), id: entry.oid.to_owned() })
    })
    .collect()
}

/// Refuses a tree whose entries a checkout would read differently than we do: names that repeat or
/// are not in order (`fsck.c: verify_ordered`), and names that are no file names. Git itself checks
/// this only with `receive.fsckObjects`, which is off by default.
fn check_entries(tree: Oid, entries: &[TreeEntry]) -> Result<(), GitError> {
    let bad = |entry: &TreeEntry, why| Err(GitError::BadTreeEntry { tree, name: quoted(entry.name.as_ref()), why });
    for entry in entries {
        let name: &[u8] = &entry.name;
        if name.is_empty() || name == b"." || name == b".." {
            return bad(entry, "no file can have this name");
        }
        if name.contains(&b'/') || name.contains(&0) {
            return bad(entry, "a name holds no slash and no NUL");
        }
        if name.eq_ignore_ascii_case(b".git") {
            return bad(entry, "it would overwrite the repository's own folder");
        }
    }
    // A file and a folder of one name need not be neighbours, so the names are sorted first.
    let mut names: Vec<&TreeEntry> = entries.iter().collect();
    names.sort_by(|a, b| a.name.cmp(&b.name));
    for pair in names.windows(2) {
        if let [first, second] = pair
            && first.name == second.name
        {
            return bad(second, "the same name twice in one folder");
        }
    }
    for pair in entries.windows(2) {
        if let [first, second] = pair
            && first.order(second) != Ordering::Less
        {
            return bad(second, "entries are not in Git's order");
        }
    }
    Ok(())
}
