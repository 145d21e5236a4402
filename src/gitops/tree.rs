//! The files of a repository, and the paths that lead to them.

/// The files of the repository as they are after the push. Paths are relative to its root, with
/// `/` between their parts and neither `.` nor `..` among them; the root itself is the empty path.
pub trait Tree {
    /// What is at a path; `None` for nothing.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn at(&self, path: &str) -> Result<Option<At>, TreeError>;

    /// The bytes of the file at a path; `None` for anything that is no file.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError>;

    /// The names directly in a folder, sorted; none for anything that is no folder.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn list(&self, folder: &str) -> Result<Vec<String>, TreeError>;
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// A file, or a link to one.
    File,
    /// A folder, or a link to one.
    Folder,
    /// Something whose content is not in this repository: a submodule, whatever is below one, and
    /// a link that leads out of the repository. Nothing is said about it.
    Elsewhere,
}

/// The repository cannot be read; the message says why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct TreeError {
    reason: String,
    too_large: bool,
}

impl TreeError {
    /// An error with its reason, in one line.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), too_large: false }
    }

    /// The error for a file that is larger than what is read.
    #[must_use]
    pub fn too_large(reason: impl Into<String>) -> Self {
        Self { too_large: true, ..Self::new(reason) }
    }

    /// Whether only the file's size is in the way: whoever may do without it can go on.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.too_large
    }
}

/// Where a written path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// To this path of the repository.
    Inside(String),
    /// Out of the repository.
    Outside,
}

/// Where `written` leads when it is read in `folder`, by its letters alone as `path.Clean` does
/// it. An absolute path leads outside.
#[must_use]
pub fn place(folder: &str, written: &str) -> Place {
    if written.starts_with('/') {
        return Place::Outside;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Place::Outside;
                }
            }
            name => parts.push(name),
        }
    }
    Place::Inside(parts.join("/"))
}

/// Where `written` leads when `folder` is a root that cannot be left: a leading `/` is that root,
/// and `..` at the root stays there. It is how Flux joins paths.
#[must_use]
pub fn within(folder: &str, written: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    joined(folder, &parts.join("/"))
}

/// Two paths in one; either may be empty.
pub(super) fn joined(folder: &str, below: &str) -> String {
    match (folder, below) {
        ("", below) => below.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, below) => format!("{folder}/{below}"),
    }
}

/// The folder and the name of a path.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_by_their_letters() {
        let cases = [
            ("apps/cart", "deploy.yaml", Some("apps/cart/deploy.yaml")),
            ("apps/cart", "./deploy.yaml", Some("apps/cart/deploy.yaml")),
            ("apps/cart", "../../base//x/", Some("base/x")),
            ("apps/cart", "../..", Some("")),
            ("apps/cart", "../../..", None),
            ("", "../x", None),
            ("", ".", Some("")),
            ("apps", "/etc/passwd", None),
            ("apps", "a/../../b/..", Some("")),
        ];
        for (folder, written, expected) in cases {
            let expected = expected.map_or(Place::Outside, |path| Place::Inside(path.to_owned()));
            assert_eq!(place(folder, written), expected, "{written} in {folder}");
        }
    }

    #[test]
    fn a_root_is_not_left() {
        assert_eq!(within("", "/clusters/./prod/"), "clusters/prod");
        assert_eq!(within("", "./"), "");
        assert_eq!(within("a", "../../x"), "a/x");
        assert_eq!(within("a/b", "c"), "a/b/c");
    }
}
