//! Where configuration, policies and data come from: folders of the server, or a tree of the
//! repository.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::GateError;
use crate::{
    git::{Content, Oid, RepoPath, Repository},
    policy::normal_path,
};

/// Most files that a policy folder may hold.
const MAX_POLICY_FILES: usize = 10_000;
/// Largest policy or data file, in bytes.
const MAX_POLICY_FILE: u64 = 16 << 20;

/// Where configuration, policies and data are read from. Names are relative and use `/`.
pub(super) enum Files<'a> {
    /// A folder on disk.
    Folder(PathBuf),
    /// A folder of a tree in the repository.
    Tree { repository: &'a Repository, tree: Oid, folder: String },
    /// Nothing may be read.
    Nowhere,
}

impl Files<'_> {
    /// The name as people know it.
    pub fn full_name(&self, name: &str) -> String {
        match self {
            Self::Folder(folder) => folder.join(name).display().to_string(),
            Self::Tree { folder, .. } if folder == "." || folder.is_empty() => name.to_owned(),
            Self::Tree { folder, .. } if name == "." => folder.clone(),
            Self::Tree { folder, .. } => format!("{folder}/{name}"),
            Self::Nowhere => name.to_owned(),
        }
    }

    /// The bytes of a file.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, GateError> {
        let unreadable = |reason: String| GateError::Unreadable { name: self.full_name(name), reason };
        match self {
            Self::Folder(folder) => fs::read(folder.join(name)).map_err(|error| unreadable(error.to_string())),
            Self::Tree { repository, tree, .. } => {
                let path = RepoPath::new(self.full_name(name));
                let file = repository.file_at(*tree, &path)?.filter(|file| file.mode.is_file());
                match file.map(|file| file.content) {
                    Some(Content::Object(id)) => Ok(repository.read_blob(&path, id, MAX_POLICY_FILE)?),
                    Some(Content::Bytes(_)) | None => Err(unreadable("no such file in the policy ref".to_owned())),
                }
            }
            Self::Nowhere => Err(unreadable("nothing may be read from here".to_owned())),
        }
    }

    /// The bytes of a file that a policy reads, told from the policy's folder: one of the same source, or below one of
    /// the folders that the policies were named by. Nothing leads out of there, no link either.
    pub fn read_beside(&self, policy: &str, named: &[&str], path: &str) -> Result<(String, Vec<u8>), String> {
        if path.starts_with('/') {
            return Err("the path is absolute".to_owned());
        }
        let folder = policy.rsplit_once('/').map_or("", |(folder, _)| folder);
        let name = normal_path(&if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") });
        let out = || "it is not where policies may read from".to_owned();
        match self {
            Self::Folder(root) => {
                let real = |path: &Path| {
                    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
                    fs::canonicalize(path).map_err(|error| error.to_string())
                };
                let file = real(&root.join(&name))?;
                let folders = named.iter().map(|named| root.join(named)).map(|named| {
                    if named.is_dir() { named } else { named.parent().map(Path::to_owned).unwrap_or_default() }
                });
                let mut allowed = std::iter::once(root.clone()).chain(folders).filter_map(|folder| real(&folder).ok());
                if !allowed.any(|folder| file.starts_with(folder)) {
                    return Err(out());
                }
                if fs::metadata(&file).map_err(|error| error.to_string())?.len() > MAX_POLICY_FILE {
                    return Err(format!("it has more than {MAX_POLICY_FILE} bytes"));
                }
                fs::read(&file).map(|bytes| (name, bytes)).map_err(|error| error.to_string())
            }
            Self::Tree { .. } if name.split('/').any(|part| part == "..") => Err(out()),
            Self::Tree { .. } | Self::Nowhere => match self.read(&name) {
                Ok(bytes) => Ok((name, bytes)),
                Err(GateError::Unreadable { reason, .. }) => Err(reason),
                Err(error) => Err(error.to_string()),
            },
        }
    }

    /// The files below a folder, or the file itself, in order.
    pub fn list(&self, name: &str) -> Result<Vec<String>, GateError> {
        let unreadable = |reason: String| GateError::Unreadable { name: self.full_name(name), reason };
        match self {
            Self::Folder(folder) => {
                let mut found = Vec::new();
                list_folder(&folder.join(name), name, &mut found, 0).map_err(|error| unreadable(error.to_string()))?;
                found.sort();
                Ok(found)
            }
            Self::Tree { repository, tree, .. } => {
                let full = self.full_name(name);
                let path = RepoPath::new(if full == "." { "" } else { full.as_str() });
                let Some(below) = repository.folder_at(*tree, &path)? else { return Ok(vec![name.to_owned()]) };
                let under = |path: String| if name == "." { path } else { format!("{name}/{path}") };
                let changes = repository.changes(None, Some(below), MAX_POLICY_FILES)?;
                Ok(changes.into_iter().map(|change| under(change.path.to_text())).collect())
            }
            Self::Nowhere => Err(unreadable("nothing may be read from here".to_owned())),
        }
    }
}

/// Symbolic links are followed: whoever writes into the folder of the configuration is trusted.
fn list_folder(path: &Path, name: &str, found: &mut Vec<String>, depth: usize) -> std::io::Result<()> {
    if depth > 32 || found.len() > MAX_POLICY_FILES {
        return Err(std::io::Error::other(format!("more than {MAX_POLICY_FILES} files, or folders without end")));
    }
    if !fs::metadata(path)?.is_dir() {
        found.push(name.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let entry_name = entry.file_name();
        let Some(text) = entry_name.to_str() else {
            return Err(std::io::Error::other(format!("the name of {} is not UTF-8", entry.path().display())));
        };
        let below = if name == "." { text.to_owned() } else { format!("{name}/{text}") };
        if entry.file_type()?.is_file() {
            found.push(below);
        } else {
            list_folder(&entry.path(), &below, found, depth + 1)?;
        }
    }
    Ok(())
}

/// The digest of everything that decides a verdict but the push.
#[derive(Default)]
pub(super) struct Digester(BTreeMap<String, [u8; 32]>);

impl Digester {
    /// Adds a file; its own digest is returned.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> [u8; 32] {
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        self.0.insert(name.to_owned(), digest);
        digest
    }

    /// SHA-256 over names and digests of all files, in the order of their names.
    pub fn finish(self) -> String {
        let mut all = Sha256::new();
        for (name, digest) in self.0 {
            all.update((name.len() as u64).to_be_bytes());
            all.update(name.as_bytes());
            all.update(digest);
        }
        format!("sha256:{}", hexadecimal(&all.finalize()))
    }
}

/// Bytes as hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}
