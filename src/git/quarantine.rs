//! The objects of a push that is not accepted yet.
//!
//! Git keeps them in a folder of their own until the hook says yes, and tells the hook by
//! `GIT_OBJECT_DIRECTORY` and `GIT_ALTERNATE_OBJECT_DIRECTORIES` (`tmp-objdir.c`). gix 0.90 reads
//! neither, so we make a folder of our own whose `info/alternates` names them, and open that.
//! Nothing is ever written into the quarantine: what is in it moves into the repository.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Path, PathBuf},
};

use super::GitError;

/// Where Git says the pushed objects lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantine {
    /// Folder of the pushed objects, absolute.
    pub objects: PathBuf,
    /// Further object folders, absolute; the repository's own is among them.
    pub alternates: Vec<PathBuf>,
}

impl Quarantine {
    /// Reads the values of `GIT_OBJECT_DIRECTORY` and `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
    /// Relative folders count from `current_dir`. `None` when Git named no quarantine (as for a
    /// push that only deletes).
    ///
    /// # Errors
    /// [`GitError::Quarantine`] for a folder outside of `git_dir` or an alternates list that is
    /// not well-formed: a client that can set the variable could show the gate other objects than
    /// those that Git will keep.
    pub fn from_git(
        object_directory: Option<&OsStr>,
        alternates: Option<&OsStr>,
        git_dir: &Path,
        current_dir: &Path,
    ) -> Result<Option<Self>, GitError> {
        let Some(objects) = object_directory.filter(|value| !value.is_empty()) else { return Ok(None) };
        let wrong = |variable, value: &OsStr| GitError::Quarantine {
            variable,
            value: crate::text::escaped(&value.to_string_lossy()).into_owned(),
        };
        let not_here = || wrong("GIT_OBJECT_DIRECTORY", objects);
        let folder = fs::canonicalize(current_dir.join(objects)).map_err(|_| not_here())?;
        // Linked work trees and namespaces share the objects of the common folder; a server's
        // repository has just the one.
        let own = fs::canonicalize(git_dir.join("objects")).map_err(|_| not_here())?;
        if !folder.starts_with(&own) {
            return Err(not_here());
        }
        let mut list = Vec::new();
        for element in alternates
            .map(split_list)
            .transpose()
            .map_err(|()| wrong("GIT_ALTERNATE_OBJECT_DIRECTORIES", alternates.unwrap_or_default()))?
            .unwrap_or_default()
        {
            list.push(current_dir.join(element));
        }
        // Where the repository's own folder is not named, the old side would be unreadable.
        if !list.iter().any(|path| fs::canonicalize(path).is_ok_and(|path| path == own)) {
            list.push(own);
        }
        Ok(Some(Self { objects: folder, alternates: list }))
    }

    /// Makes the private view: a new folder, readable by this user alone, that ends with the value.
    pub(super) fn view(&self) -> Result<tempfile::TempDir, GitError> {
        let make = || -> io::Result<tempfile::TempDir> {
            let view = tempfile::Builder::new().prefix("pushgate-").tempdir()?;
            let info = view.path().join("info");
            fs::create_dir(&info)?;
            let mut lines = Vec::new();
            for folder in std::iter::once(&self.objects).chain(&self.alternates) {
                write_alternate(&mut lines, folder);
            }
            fs::write(info.join("alternates"), lines)?;
            Ok(view)
        };
        make().map_err(GitError::View)
    }
}

/// One line of `info/alternates`, quoted as Git quotes where it has to be.
fn write_alternate(lines: &mut Vec<u8>, folder: &Path) {
    let bytes = folder.as_os_str().as_bytes();
    if bytes.first().is_some_and(|b| *b == b'"' || *b == b'#') || bytes.iter().any(u8::is_ascii_control) {
        lines.push(b'"');
        for byte in bytes {
            match byte {
                b'"' | b'\\' => lines.extend([b'\\', *byte]),
                byte if byte.is_ascii_control() => lines.extend(format!("\\{byte:03o}").bytes()),
                byte => lines.push(*byte),
            }
        }
        lines.push(b'"');
    } else {
        lines.extend(bytes);
    }
    lines.push(b'\n');
}

/// Splits a `:`-separated list whose elements may be C-quoted (`odb.c: parse_alt_odb_entry`).
fn split_list(list: &OsStr) -> Result<Vec<PathBuf>, ()> {
    let mut rest = list.as_bytes();
    let mut folders = Vec::new();
    while !rest.is_empty() {
        let element = if rest.starts_with(b"\"") {
            let (unquoted, used) = gix::quote::ansi_c::undo(rest.into()).map_err(|_| ())?;
            let element = unquoted.into_owned();
            rest = rest.get(used..).unwrap_or_default();
            Vec::from(element)
        } else {
            let end = rest.iter().position(|byte| *byte == b':').unwrap_or(rest.len());
            let element = rest.get(..end).unwrap_or_default().to_vec();
            rest = rest.get(end..).unwrap_or_default();
            element
        };
        match rest.split_first() {
            Some((b':', after)) => rest = after,
            Some(_) => return Err(()),
            None => {}
        }
        if !element.is_empty() {
            folders.push(PathBuf::from(std::ffi::OsString::from_vec(element)));
        }
    }
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_as_git_splits_them() {
        let split = |list: &str| split_list(OsStr::new(list));
        assert_eq!(split("/a:/b"), Ok(vec!["/a".into(), "/b".into()]));
        assert_eq!(split(r#""/a:b":/c"#), Ok(vec!["/a:b".into(), "/c".into()]));
        assert_eq!(split(":"), Ok(vec![]));
        assert_eq!(split(r#""/a"x"#), Err(()));
    }

    #[test]
    fn a_folder_outside_of_the_repository_is_refused() {
        let repository = tempfile::tempdir().expect("a folder");
        let elsewhere = tempfile::tempdir().expect("a folder");
        fs::create_dir(repository.path().join("objects")).expect("objects");
        let read =
            |value: &Path| Quarantine::from_git(Some(value.as_os_str()), None, repository.path(), Path::new("/"));
        assert!(read(&repository.path().join("objects")).is_ok());
        assert!(matches!(read(elsewhere.path()), Err(GitError::Quarantine { .. })));
        assert!(matches!(read(Path::new("/does/not/exist")), Err(GitError::Quarantine { .. })));
    }
}
