//! The file that a replay goes on from: what is replayed, and the record of every commit judged so far.
//!
//! Records are written in the order of history, each in one go. Whatever ends the process, the file holds whole
//! lines, and at most one that is not: that one is cut off.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::record::{Failure, Record};
use crate::{
    git::{MainLine, Oid, RefName},
    text::shortened,
    verdict::PolicyStamp,
};

/// What is replayed, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// Version of this program.
    pub pushgate: String,
    /// What is replayed.
    pub replay: Replay,
}

/// What is replayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Replay {
    /// The ref that the commits are judged for.
    #[serde(rename = "ref")]
    pub name: String,
    /// What the first commit is compared with.
    pub from: Option<String>,
    /// The last commit.
    pub to: Option<String>,
    /// Number of commits.
    pub commits: usize,
    /// Digest of configuration and policies.
    pub digest: String,
    /// Where they came from.
    pub source: String,
}

impl Header {
    pub fn new(line: &MainLine, name: &RefName, stamp: &PolicyStamp) -> Self {
        let replay = Replay {
            name: name.to_string(),
            from: line.before.map(|id| id.to_string()),
            to: line.commits.last().map(ToString::to_string),
            commits: line.commits.len(),
            digest: stamp.digest.clone(),
            source: stamp.source.clone(),
        };
        Self { pushgate: env!("CARGO_PKG_VERSION").to_owned(), replay }
    }

    fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// What makes the records of another header none of this one.
    fn differs(&self, there: &Self) -> Option<String> {
        let (here, was) = (&self.replay, &there.replay);
        let id = |id: &Option<String>| id.as_deref().map_or("the beginning".to_owned(), |id| shortened(id, 10));
        let digest = |digest: &str| shortened(digest, 19);
        if self.pushgate != there.pushgate {
            return Some(format!("of pushgate {}, this is {}", shortened(&there.pushgate, 20), self.pushgate));
        }
        if here.digest != was.digest {
            return Some(format!(
                "by other rules: configuration and policies were {}, now {}",
                digest(&was.digest),
                digest(&here.digest)
            ));
        }
        if here.name != was.name {
            return Some(format!("for another ref: {}, not {}", shortened(&was.name, 80), here.name));
        }
        if (&here.from, &here.to, here.commits) != (&was.from, &was.to, was.commits) {
            return Some(format!(
                "of another range: {} to {}, not {} to {}",
                id(&was.from),
                id(&was.to),
                id(&here.from),
                id(&here.to)
            ));
        }
        None
    }
}

/// The file, open for the records to come.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Opens or makes the file. What it holds already is passed to `each`.
    pub fn open(path: &Path, header: &Header, line: &MainLine, each: &mut dyn FnMut(Record)) -> Result<Self, Failure> {
        let failed = |error: &std::io::Error| refused(path, &format!("cannot be used: {error}"), None);
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = open.map_err(|error| failed(&error))?;
        // Two replays at once would write into each other.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            let help = "wait for it, or name another file";
            return Err(refused(path, "is being written by another replay", Some(help)));
        }
        let mut reader = BufReader::new(&file);
        let mut text = Vec::new();
        let mut good = reader.read_until(b'\n', &mut text).map_err(|error| failed(&error))? as u64;
        if text.is_empty() || !text.ends_with(b"\n") && header.line().as_bytes().starts_with(&text) {
            file.set_len(0).and_then(|()| file.rewind()).map_err(|error| failed(&error))?;
            let mut journal = Self { file, path: path.to_owned() };
            journal.write(&header.line())?;
            return Ok(journal);
        }
        let Ok(there) = serde_json::from_slice::<Header>(&text) else {
            return Err(refused(path, "is no record of a replay", Some("name a file that does not exist yet")));
        };
        if let Some(what) = header.differs(&there) {
            let help = "name another file, or remove this one to judge all commits again";
            return Err(refused(path, &format!("holds a replay {what}"), Some(help)));
        }
        for commit in &line.commits {
            text.clear();
            let length = reader.read_until(b'\n', &mut text).map_err(|error| failed(&error))? as u64;
            let record = serde_json::from_slice::<Record>(&text).ok().filter(|_| text.ends_with(b"\n"));
            // What cannot be read, and all that follows, is judged again.
            let Some(record) = record.filter(|record| is_id(&record.commit, *commit)) else { break };
            good += length;
            each(record);
        }
        file.set_len(good).and_then(|()| file.seek(SeekFrom::Start(good))).map_err(|error| failed(&error))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Adds whole lines.
    pub fn write(&mut self, lines: &str) -> Result<(), Failure> {
        self.file
            .write_all(lines.as_bytes())
            .map_err(|error| refused(&self.path, &format!("cannot be written: {error}"), None))
    }
}

fn is_id(text: &str, id: Oid) -> bool {
    Oid::from_hex(text.as_bytes()).is_ok_and(|there| there == id)
}

fn refused(path: &Path, what: &str, help: Option<&str>) -> Failure {
    Failure {
        message: format!("{} {what}", shortened(&path.display().to_string(), 200)),
        help: help.map(ToOwned::to_owned),
    }
}
