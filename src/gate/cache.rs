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
};

use sha2::{Digest as _, Sha256};

use crate::policy::PolicySet;

/// Name of the folder in the Git folder.
const FOLDER: &str = "pushgate-cache";
/// Most entries kept.
const KEPT: usize = 24;

/// Compiled policies on disk, and what else is found out once for many pushes.
#[derive(Clone)]
pub struct Cache {
    folder: PathBuf,
    build: Vec<u8>,
}

impl Cache {
    /// The cache of a repository, by its Git folder. `build` tells one build of pushgate from
    /// another, which may compile otherwise.
    #[must_use]
    pub fn of(git_dir: &Path, build: Vec<u8>) -> Self {
        Self { folder: git_dir.join(FOLDER), build }
    }

    /// What was kept under a name by this build; `None` when there is nothing, or it is damaged.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.content(&self.named(name))
    }

    fn content(&self, key: &Key) -> Option<Vec<u8>> {
        let bytes = fs::read(self.folder.join(&key.0)).ok()?;
        let (checksum, content) = bytes.split_first_chunk::<32>()?;
        (Sha256::digest(content).as_slice() == checksum).then(|| content.to_vec())
    }

    /// Keeps something under a name, in place of what was kept there. A failure costs time, no more.
    pub(super) fn write(&self, name: &str, content: &[u8]) {
        let _ = self.store(&self.named(name), content);
    }

    fn named(&self, name: &str) -> Key {
        let mut key = self.key();
        key.add(name.as_bytes());
        key.finish()
    }

    fn store(&self, key: &Key, content: &[u8]) -> std::io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        self.make_room()?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        std::io::Write::write_all(&mut file, &Sha256::digest(content))?;
        std::io::Write::write_all(&mut file, content)?;
        // Another push may have kept the same at the same time; either is good.
        file.persist(self.folder.join(&key.0)).map(|_| ()).map_err(|error| error.error)
    }

    /// Begins the key of a set.
    pub(super) fn key(&self) -> KeyMaker {
        let mut maker = KeyMaker(Sha256::new());
        maker.add(&self.build);
        maker
    }

    /// The set that was kept under a key; `None` when there is none, or it is damaged.
    pub(super) fn get(&self, key: &Key) -> Option<PolicySet> {
        self.content(key).and_then(|set| PolicySet::from_bytes(&set))
    }

    /// Keeps a set under a key, if it can be kept. A failure costs time at the next push, no more.
    pub(super) fn put(&self, key: &Key, set: &PolicySet) {
        let Some(bytes) = set.to_bytes() else { return };
        let _ = self.store(key, &bytes);
    }

    /// Removes the oldest entries, so that one more fits.
    fn make_room(&self) -> std::io::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
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
