//! Compiled policies, kept between pushes: compiling a library takes milliseconds, reading what it
//! compiled to takes a fraction of one.
//!
//! The folder lies in the Git folder beside the hooks and the configuration: whoever can write
//! there decides the verdict anyway, and a push cannot. An entry is named by everything that it was
//! made from, so it is never stale, and carries a checksum, so what is damaged is not used. Without
//! a folder to write to, policies are compiled for every push.

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use sha2::{Digest as _, Sha256};

use crate::policy::PolicySet;

/// Name of the folder in the Git folder.
const FOLDER: &str = "pushgate-cache";
/// Most entries kept.
const KEPT: usize = 24;

/// Compiled policies on disk.
pub(super) struct Cache(PathBuf);

impl Cache {
    /// The cache of a repository, by its Git folder.
    pub fn of(git_dir: &Path) -> Self {
        Self(git_dir.join(FOLDER))
    }

    /// The set that was kept under a key; `None` when there is none, or it is damaged.
    pub fn get(&self, key: &Key) -> Option<PolicySet> {
        let bytes = fs::read(self.0.join(&key.0)).ok()?;
        let (checksum, set) = bytes.split_first_chunk::<32>()?;
        (Sha256::digest(set).as_slice() == checksum).then(|| PolicySet::from_bytes(set)).flatten()
    }

    /// Keeps a set under a key, if it can be kept. A failure costs time at the next push, no more.
    pub fn put(&self, key: &Key, set: &PolicySet) {
        let Some(bytes) = set.to_bytes() else { return };
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(&self.0)?;
            self.make_room()?;
            let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
            std::io::Write::write_all(&mut file, &Sha256::digest(&bytes))?;
            std::io::Write::write_all(&mut file, &bytes)?;
            // Another push may have kept the same at the same time; either is good.
            file.persist(self.0.join(&key.0)).map(|_| ()).map_err(|error| error.error)
        };
        let _ = write();
    }

    /// Removes the oldest entries, so that one more fits.
    fn make_room(&self) -> std::io::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            entries.push((entry.metadata()?.modified()?, entry.path()));
        }
        entries.sort();
        let surplus = (entries.len() + 1).saturating_sub(KEPT);
        for (_, path) in entries.into_iter().take(surplus) {
            fs::remove_file(path)?;
        }
        Ok(())
    }
}

/// What a compiled set is made from, as a name.
pub(super) struct Key(String);

/// Makes a [`Key`].
pub(super) struct KeyMaker(Sha256);

impl KeyMaker {
    /// Begins with the program itself: another build may compile otherwise.
    pub fn new() -> Self {
        let mut maker = Self(Sha256::new());
        maker.add(env!("CARGO_PKG_VERSION").as_bytes());
        let program = std::env::current_exe().and_then(fs::metadata);
        let build = program.and_then(|program| Ok((program.len(), program.modified()?)));
        if let Ok((length, modified)) = build {
            maker.add(&length.to_be_bytes());
            maker.add(&modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_be_bytes());
        }
        maker
    }

    /// Adds something that the set is made from.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    /// The key.
    pub fn finish(self) -> Key {
        Key(super::sources::hexadecimal(&self.0.finalize()))
    }
}
