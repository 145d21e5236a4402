//! Names of objects, refs and files, checked once where they come in.

use std::fmt;

use gix::bstr::{BStr, BString, ByteSlice as _};

/// An object id, SHA-1 or SHA-256.
pub type Oid = gix::ObjectId;

/// A full ref name that Git would accept: `refs/…`, checked by the rules of `git check-ref-format`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefName(String);

/// What a ref is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefKind {
    /// `refs/heads/…`
    Branch,
    /// `refs/tags/…`
    Tag,
    /// Anything else.
    Other,
}

/// Why a ref name is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is no valid ref name: {reason}", quoted(name.as_bstr()))]
pub struct InvalidRefName {
    name: BString,
    reason: &'static str,
}

impl TryFrom<&[u8]> for RefName {
    type Error = InvalidRefName;

    fn try_from(name: &[u8]) -> Result<Self, InvalidRefName> {
        let invalid = |reason| InvalidRefName { name: name.into(), reason };
        // Git hands names to hooks before it checks them (`builtin/receive-pack.c`), and `HEAD` or
        // `config` as a ref name would escape every pattern that begins with `refs/`.
        if !name.starts_with(b"refs/") {
            return Err(invalid("it does not begin with refs/"));
        }
        gix::validate::reference::name(name.as_bstr()).map_err(|_| invalid("git check-ref-format refuses it"))?;
        // Git allows any byte above 0x7f; patterns, policies and logs need text.
        let text = std::str::from_utf8(name).map_err(|_| invalid("it is not UTF-8"))?;
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<&str> for RefName {
    type Error = InvalidRefName;

    fn try_from(name: &str) -> Result<Self, InvalidRefName> {
        Self::try_from(name.as_bytes())
    }
}

impl RefName {
    /// The full name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the ref is for, by its name.
    #[must_use]
    pub fn kind(&self) -> RefKind {
        if self.0.starts_with("refs/heads/") {
            RefKind::Branch
        } else if self.0.starts_with("refs/tags/") {
            RefKind::Tag
        } else {
            RefKind::Other
        }
    }

    /// The name people use: `main` for `refs/heads/main`, `tags/v1` for `refs/tags/v1`.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.strip_prefix("refs/heads/").or_else(|| self.0.strip_prefix("refs/")).unwrap_or(&self.0)
    }
}

impl fmt::Display for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The path of a file in a tree: bytes, `/` between folders, relative to the root.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(BString);

impl RepoPath {
    /// Takes the bytes of a path.
    #[must_use]
    pub fn new(path: impl Into<Vec<u8>>) -> Self {
        Self(BString::from(path.into()))
    }

    /// The bytes of the path.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text, with `U+FFFD` for what is not UTF-8. For matching use the bytes.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0.to_str_lossy().into_owned()
    }

    /// The last component.
    #[must_use]
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }

    /// The path of what has this name in the folder that this path is; the root is empty.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        let mut path = self.0.clone();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name.as_bytes());
        Self(path)
    }

    /// The folder; `None` at the root.
    #[must_use]
    pub fn parent(&self) -> Option<RepoPath> {
        self.0.rfind_byte(b'/').and_then(|at| self.0.get(..at)).map(RepoPath::new)
    }
}

impl fmt::Display for RepoPath {
    /// As text, quoted the way Git quotes it where it holds anything a terminal should not see.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(self.0.as_bstr()))
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A name as Git prints it (`quote.c`): as it is, or in double quotes with C escapes where it
/// holds control characters, quotes, backslashes or bytes that are not UTF-8.
pub(crate) fn quoted(name: &BStr) -> String {
    let plain =
        name.to_str().is_ok_and(|text| !text.chars().any(|c| crate::text::is_unsafe(c) || c == '"' || c == '\\'));
    if plain {
        return name.to_string();
    }
    let mut out = String::from("\"");
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' => {
                    out.push('\\');
                    out.push(c);
                }
                c if crate::text::is_unsafe(c) => out.extend(c.escape_default()),
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\{byte:03o}"));
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ref_names_that_would_escape_a_pattern_are_refused() {
        for bad in [
            "HEAD",
            "refs/heads/../../config",
            "refs/heads/a\nb",
            "refs/heads/\u{1b}[2J",
            "refs/heads/",
            "main",
            "refs/heads/x.lock",
        ] {
            assert!(RefName::try_from(bad).is_err(), "{bad:?}");
        }
        for good in ["refs/heads/main", "refs/tags/v1.0", "refs/heads/feature/ünïcode", "refs/for/main"] {
            assert!(RefName::try_from(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn paths_are_quoted_as_git_quotes_them() {
        assert_eq!(RepoPath::new("apps/ü.yaml").to_string(), "apps/ü.yaml");
        assert_eq!(RepoPath::new("a\nb.yaml").to_string(), r#""a\nb.yaml""#);
        assert_eq!(RepoPath::new(b"a\xff.yaml".to_vec()).to_string(), r#""a\377.yaml""#);
        assert_eq!(RepoPath::new("\u{202e}x").to_string(), r#""\u{202e}x""#);
    }
}
