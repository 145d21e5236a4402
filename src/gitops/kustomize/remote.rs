//! What a kustomization takes from elsewhere.

use crate::{
    document::{Node, Violation},
    gitops::{
        source::{Pin, is_commit, is_version},
        words::quoted,
    },
};

use super::references::{Reference, Target, references};

/// A repository as kustomize reads it out of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitSource {
    /// The address that is cloned.
    pub url: String,
    /// The folder in it; may be empty.
    pub folder: String,
    /// Branch, tag or commit; `None` for the default branch.
    pub reference: Option<String>,
}

/// Something from elsewhere: it is built in, and nobody here has judged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Where the kustomization names it.
    pub reference: Reference,
    /// How firmly it is pinned.
    pub pin: Pin,
    /// The same in words.
    pub violation: Violation,
}

/// Everything that a kustomization takes from elsewhere, in the order of [`references`].
#[must_use]
pub fn remote(path: &str, node: &Node) -> Vec<Remote> {
    references(path, node).into_iter().filter_map(described).collect()
}

fn described(reference: Reference) -> Option<Remote> {
    let Target::Remote(address) = &reference.target else { return None };
    let pin = match git_source(address) {
        Some(_) if is_manifest(address) => pin_of_file(address),
        Some(source) => source.reference.as_deref().map_or(Pin::None, Pin::of_revision),
        None => pin_of_file(address),
    };
    let shown = quoted(&without_credentials(address));
    let (message, help) = match &pin {
        Pin::Commit(_) | Pin::Digest(_) | Pin::Tag(_) | Pin::Version(_) => {
            (format!("{shown} is from elsewhere and not judged"), "copy it into the repository to have it judged")
        }
        Pin::Branch(branch) | Pin::Range(branch) => (
            format!("{shown} is from elsewhere, not judged, and may change with {}", quoted(branch)),
            "name a commit or a tag, or copy it into the repository",
        ),
        Pin::None => (
            format!("{shown} is from elsewhere, not judged, and may change at any time"),
            "name a commit or a tag (`?ref=`), or copy it into the repository",
        ),
    };
    let violation = Violation::of_value(reference.route.clone(), message).with_help(help);
    Some(Remote { reference, pin, violation })
}

/// Whether the address is surely that of a single file: kustomize tries `http` addresses as a file
/// first, and clones only if that fails.
fn is_manifest(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let name = path.rsplit('/').next().unwrap_or(path);
    is_web(address) && [".yaml", ".yml", ".json"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending))
}

/// What the address of a file says about its version: a commit or a version among its parts.
fn pin_of_file(address: &str) -> Pin {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    if let Some(commit) = parts.iter().find(|part| is_commit(part)) {
        return Pin::Commit((*commit).to_owned());
    }
    if let Some(version) = parts.iter().find(|part| is_version(part)) {
        return Pin::Tag((*version).to_owned());
    }
    // `raw.githubusercontent.com/org/repo/BRANCH/path`
    match parts.get(2) {
        Some(branch) if path.to_ascii_lowercase().starts_with("raw.githubusercontent.com/") => Pin::of_revision(branch),
        Some(_) | None => Pin::None,
    }
}

/// The address without the user and password that may be in it.
fn without_credentials(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// Whether kustomize fetches this as a single file (`loader.IsRemoteFile`).
pub(super) fn is_web(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
}

/// The repository that kustomize would clone for this text; `None` for a text that it takes for a
/// path (`git.NewRepoSpecFromURL`).
#[must_use]
pub fn git_source(text: &str) -> Option<GitSource> {
    if text.starts_with('/') {
        return None;
    }
    let (address, query) = text.split_once('?').unwrap_or((text, ""));
    let reference = parameter(query, "ref").or_else(|| parameter(query, "version"));
    let address = strip(address, "git::").unwrap_or(address);
    let (scheme, rest) = ["ssh://", "https://", "http://", "file://"]
        .into_iter()
        .find_map(|scheme| strip(address, scheme).map(|rest| (scheme, rest)))
        .unwrap_or(("", address));
    let (user, rest) = split_user(rest);
    let github = strip(rest, "github.com/").is_some() || strip(rest, "github.com:").is_some();
    let scp_like = scheme.is_empty() && (!user.is_empty() || github);
    if scheme.is_empty() && !scp_like {
        return None;
    }
    let (host, path, whole) = if scheme == "file://" {
        (scheme.to_owned(), format!("{user}{rest}"), true)
    } else {
        let slash = rest.find('/');
        let colon =
            rest.find(':').filter(|colon| scp_like && (slash.is_none() || (0 < *colon && Some(*colon) < slash)));
        let (host, path) = match colon.or(slash) {
            Some(end) => (rest.get(..=end)?, rest.get(end + 1..)?),
            None => (rest, ""),
        };
        if host.is_empty() {
            return None;
        }
        (format!("{scheme}{user}{host}"), path.to_owned(), false)
    };
    let (repository, folder) = split_path(&path, whole)?;
    let folder = folder.strip_prefix('/').unwrap_or(folder);
    if repository.is_empty() || leaves(folder) {
        return None;
    }
    Some(GitSource { url: format!("{host}{repository}"), folder: folder.to_owned(), reference })
}

/// Where the repository ends and the folder in it begins: at `_git/NAME`, `//` or `.git`, else
/// behind two parts.
fn split_path(path: &str, whole: bool) -> Option<(&str, &str)> {
    if let Some(at) = path.find("_git/") {
        let name = at + "_git/".len();
        let end = path.get(name..)?.find('/').map_or(path.len(), |slash| name + slash);
        return Some(path.split_at(end));
    }
    if let Some(at) = path.find("//") {
        return Some((path.get(..at)?, path.get(at + 2..)?));
    }
    if let Some(at) = path.find(".git") {
        return Some(path.split_at(at + ".git".len()));
    }
    if whole {
        return Some((path, ""));
    }
    let first = path.find('/')?;
    let second = path.get(first + 1..)?.find('/').map_or(path.len(), |slash| first + 1 + slash);
    Some(path.split_at(second))
}

/// Whether a folder, cleaned, begins with `..`.
fn leaves(folder: &str) -> bool {
    let mut depth = 0_usize;
    for part in folder.split('/') {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix))?;
    text.get(prefix.len()..)
}

/// The `user@` at the start of a text, and what is behind it.
fn split_user(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.get(end..).is_some_and(|rest| rest.starts_with('@'))
    {
        text.split_at(end + 1)
    } else {
        ("", text)
    }
}

/// The first value of a parameter that is not empty.
fn parameter(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}
