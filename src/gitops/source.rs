//! Where Flux and Argo CD get what they apply: sources, how firmly they are pinned, and the names
//! of repositories.

use crate::document::Route;

/// A folder or file that an object expects to find in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathReference {
    /// Way to the path, from the object's root.
    pub route: Route,
    /// The path, from the root of the source, with neither `.` nor `..`; the root itself is empty.
    pub path: String,
    /// The source that it is in.
    pub origin: Origin,
    /// What has to be there.
    pub expected: Expected,
}

/// The source of a [`PathReference`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An object of the cluster (Flux): whether it is this repository is said by its `url`.
    Object {
        /// Its kind: `GitRepository`, `OCIRepository`, `Bucket`, `ExternalArtifact`.
        kind: String,
        /// Its name.
        name: String,
        /// Its namespace, as far as the file says: its own, else that of the object that names it.
        namespace: Option<String>,
    },
    /// A repository by its address (Argo CD).
    Repository {
        /// The address as written.
        url: String,
        /// Branch, tag or commit, as written; `None` for the default branch.
        revision: Option<String>,
    },
}

/// What has to be at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// One of the two: a chart, packed or not.
    Either,
}

/// Something from elsewhere that an object takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceReference {
    /// Way to the value that pins it, or to the source where nothing does.
    pub route: Route,
    /// What it is.
    pub what: What,
    /// Its address as written, if the object has one: a URL, or the image without tag and digest.
    pub url: Option<String>,
    /// Name of the chart, for a chart.
    pub name: Option<String>,
    /// How firmly it is pinned.
    pub pin: Pin,
}

/// Sorts of things that are taken from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A Git repository.
    Git,
    /// An OCI artifact.
    Oci,
    /// A Helm chart of a chart repository.
    Chart,
    /// A chart repository. It has no version, so that its pin is always [`Pin::None`].
    ChartRepository,
    /// A bucket. It has no version, so that its pin is always [`Pin::None`].
    Bucket,
    /// A container image.
    Image,
}

/// How firmly something from elsewhere is pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pin {
    /// A whole commit id: it cannot change.
    Commit(String),
    /// A digest: it cannot change.
    Digest(String),
    /// A tag: it should not change.
    Tag(String),
    /// One version of a chart.
    Version(String),
    /// Any version of a range; an empty or absent version of a chart is the range `*`.
    Range(String),
    /// A branch, or what could be one: a name alone does not say whether it is a tag.
    Branch(String),
    /// Nothing: whatever the default is, at the time.
    None,
}

impl Pin {
    /// What a revision of a Git repository says, by its looks: whole commit ids, versions, ranges of
    /// versions and full ref names are recognised, everything else may be a branch.
    #[must_use]
    pub fn of_revision(revision: &str) -> Self {
        let owned = revision.to_owned();
        if revision.is_empty() || revision == "HEAD" {
            Self::None
        } else if is_commit(revision) {
            Self::Commit(owned)
        } else if revision.starts_with("refs/tags/") {
            Self::Tag(owned)
        } else if revision.starts_with("refs/") {
            Self::Branch(owned)
        } else if is_version(revision.rsplit('/').next().unwrap_or(revision)) {
            Self::Tag(owned)
        } else if is_range(revision) {
            Self::Range(owned)
        } else {
            Self::Branch(owned)
        }
    }

    /// What the version of a chart says.
    #[must_use]
    pub fn of_chart(version: &str) -> Self {
        if version.is_empty() {
            Self::Range("*".to_owned())
        } else if is_version(version) {
            Self::Version(version.to_owned())
        } else {
            Self::Range(version.to_owned())
        }
    }

    /// Whether what is meant is one thing, today and tomorrow, as far as names can promise it.
    #[must_use]
    pub fn is_firm(&self) -> bool {
        match self {
            Self::Commit(_) | Self::Digest(_) | Self::Version(_) => true,
            Self::Tag(tag) => tag != "latest",
            Self::Range(_) | Self::Branch(_) | Self::None => false,
        }
    }
}

/// A commit id of SHA-1 or SHA-256, in full.
pub(super) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// One whole version: three numbers, maybe a `v` before and a pre-release or build behind.
pub(super) fn is_version(text: &str) -> bool {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let (core, rest) = match text.find(['-', '+']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let mut numbers = 0_usize;
    let all = core.split('.').all(|number| {
        numbers += 1;
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
    all && numbers == 3 && rest.len() != 1 && rest.bytes().all(legal)
}

fn is_range(text: &str) -> bool {
    let bare = text.strip_prefix('v').unwrap_or(text);
    text.contains(['*', '^', '~', '<', '>', '=', '|', ','])
        || text.contains(" - ")
        || matches!(bare, "x" | "X")
        || (bare.starts_with(|c: char| c.is_ascii_digit())
            && bare.split('.').any(|part| matches!(part, "x" | "X"))
            && bare.split('.').all(|part| matches!(part, "x" | "X") || part.bytes().all(|byte| byte.is_ascii_digit())))
}

/// The normal form `host/path` of a repository's address, for telling whether two mean the same:
/// without scheme, user, port, query, final slash and `.git`, and with a lowercase host. Also takes
/// `git@host:path`. `None` for what names no host, such as a path.
#[must_use]
pub fn url_name(url: &str) -> Option<String> {
    let url = url.trim();
    let url = url.strip_prefix("git::").unwrap_or(url);
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let (authority, path) = if let Some((scheme, rest)) = url.split_once("://") {
        if scheme.is_empty() || scheme.eq_ignore_ascii_case("file") {
            return None;
        }
        let (authority, path) = rest.split_once('/')?;
        (without_port(without_user(authority)), path)
    } else {
        let slash = url.find('/').unwrap_or(url.len());
        match url.find(':').filter(|colon| *colon < slash) {
            // Not `C:\`.
            Some(colon) if colon > 1 => {
                let (host, path) = url.split_at(colon);
                (without_user(host), path.get(1..)?)
            }
            Some(_) => return None,
            None => {
                let (host, path) = url.split_once('/')?;
                if !host.contains('.') || host.starts_with('.') {
                    return None;
                }
                (without_user(host), path)
            }
        }
    };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let path = parts.join("/");
    let path = path.strip_suffix(".git").unwrap_or(&path);
    if authority.is_empty() || path.is_empty() || path.split('/').any(|part| matches!(part, "." | "..")) {
        return None;
    }
    Some(format!("{}/{path}", authority.to_ascii_lowercase()))
}

fn without_user(authority: &str) -> &str {
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_one_name() {
        for url in [
            "https://github.com/org/repo",
            "https://GitHub.com/org/repo.git",
            "https://user:token@github.com:443/org/repo.git/",
            "http://github.com//org/repo",
            "ssh://git@github.com:22/org/repo.git",
            "ssh://git@github.com/org/repo",
            "git@github.com:org/repo.git",
            "git@github.com:/org/repo",
            "github.com:org/repo",
            "git::https://github.com/org/repo?ref=main",
            "git://github.com/org/repo#x",
            "github.com/org/repo",
            " https://github.com/org/repo ",
        ] {
            assert_eq!(url_name(url).as_deref(), Some("github.com/org/repo"), "{url}");
        }
        assert_eq!(url_name("https://git.example.org/a/B/c.d").as_deref(), Some("git.example.org/a/B/c.d"));
        assert_eq!(url_name("ssh://git@[::1]:22/a").as_deref(), Some("[::1]/a"));
        assert_eq!(url_name("oci://ghcr.io/org/x").as_deref(), Some("ghcr.io/org/x"));
    }

    #[test]
    fn what_names_no_host_has_no_name() {
        for url in [
            "",
            "/srv/git/repo",
            "./repo",
            "../repo",
            "file:///srv/repo",
            "C:\\x",
            "https://github.com",
            "repo",
            "a/b",
            ":",
            "@:",
            "://x/y",
            "https://h/../x",
        ] {
            assert_eq!(url_name(url), None, "{url}");
        }
    }

    #[test]
    fn revisions_are_told_apart_by_their_looks() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let cases = [
            ("", Pin::None),
            ("HEAD", Pin::None),
            (commit, Pin::Commit(commit.into())),
            ("0123456", Pin::Branch("0123456".into())),
            ("main", Pin::Branch("main".into())),
            ("v1.2.3", Pin::Tag("v1.2.3".into())),
            ("1.2.3-rc.1+5", Pin::Tag("1.2.3-rc.1+5".into())),
            ("kustomize/v5.0.0", Pin::Tag("kustomize/v5.0.0".into())),
            ("v1.2", Pin::Branch("v1.2".into())),
            ("refs/heads/v1.2.3", Pin::Branch("refs/heads/v1.2.3".into())),
            ("refs/tags/x", Pin::Tag("refs/tags/x".into())),
            ("1.x", Pin::Range("1.x".into())),
            ("v1.2.X", Pin::Range("v1.2.X".into())),
            ("*", Pin::Range("*".into())),
            (">=1.0.0 <2", Pin::Range(">=1.0.0 <2".into())),
            ("1.0.0 - 2.0.0", Pin::Range("1.0.0 - 2.0.0".into())),
            ("release-1.x", Pin::Branch("release-1.x".into())),
            ("x11", Pin::Branch("x11".into())),
        ];
        for (revision, pin) in cases {
            assert_eq!(Pin::of_revision(revision), pin, "{revision}");
        }
        assert_eq!(Pin::of_chart("1.2"), Pin::Range("1.2".into()));
        assert_eq!(Pin::of_chart("v1.2.3"), Pin::Version("v1.2.3".into()));
        assert_eq!(Pin::of_chart(""), Pin::Range("*".into()));
        assert!(!Pin::Tag("latest".into()).is_firm());
    }

    #[test]
    fn versions_are_whole() {
        for (text, expected) in [
            ("1.2.3", true),
            ("v0.0.0", true),
            ("1.2", false),
            ("1.2.3.4", false),
            ("1.2.3-", false),
            ("1..3", false),
            ("", false),
            ("v", false),
            ("1.2.3 ", false),
        ] {
            assert_eq!(is_version(text), expected, "{text}");
        }
    }
}
