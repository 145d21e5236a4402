//! The words for an API that is Kubernetes' own by its group and that a version does not have.

use std::sync::OnceLock;

use super::table::{Api, EMBEDDED};
use super::{Version, removed};
use crate::text::shortened;

/// Why an object has no definition, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Which field is wrong.
    pub field: Field,
    /// What is wrong, in one line, without the place and without a final full stop.
    pub message: String,
    /// What stands there, in a few words.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

/// The fields that name an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `apiVersion`.
    ApiVersion,
    /// `kind`.
    Kind,
}

/// Characters of a name from a file that are shown.
const SHOWN: usize = 60;
/// Bytes of a name beyond which it is not compared with others: no name of Kubernetes is that long.
const COMPARED: usize = 64;

/// Why a version does not have an API; `None` where it is none of Kubernetes' own.
pub(super) fn explain(version: Version, api_version: &str, kind: &str) -> Option<Unknown> {
    let (group, number) = api_version.split_once('/').unwrap_or(("", api_version));
    if number.contains('/') {
        return None;
    }
    if let Some(api) = EMBEDDED.api_named(api_version, kind) {
        return other_versions(version, &api);
    }
    if let Some(removed) = removed::find(api_version, kind) {
        return Some(gone(version, api_version, kind, removed.minor));
    }
    if !is_own(group) || (group.is_empty() && !looks_like_version(number)) {
        return mistyped_group(version, api_version, kind);
    }
    let here = |api: &Api| api.group() == group;
    if let Some(api) = best(version, |api| api.kind == kind && here(api))
        .or_else(|| best(version, |api| api.kind == kind && is_stable(api)))
    {
        return Some(elsewhere(api_version, &api));
    }
    if let Some(api) = nearest(version, kind, here).or_else(|| nearest(version, kind, is_stable)) {
        return Some(mistyped_kind(version, api_version, kind, &api));
    }
    // `v1` alone does not say that a file is for Kubernetes: other programs number theirs as well.
    if group.is_empty() { None } else { Some(nothing_like_it(version, api_version, group, kind)) }
}

/// It is there before or after this version.
fn other_versions(version: Version, api: &Api) -> Option<Unknown> {
    let name = format!("`{}` {}", api.group_version, api.kind);
    let Some(first) = Version::all().find(|later| *later > version && api.is_in(*later)) else {
        let last = Version::all().rfind(|earlier| api.is_in(*earlier))?;
        return Some(gone(version, api.group_version, api.kind, Some(last.minor() + 1)));
    };
    let last = Version::all().rfind(|later| api.is_in(*later))?;
    let when = if last == Version::NEWEST {
        format!("in Kubernetes {first} and later")
    } else if last == first {
        format!("in Kubernetes {first} only")
    } else {
        format!("in Kubernetes {first} to {last} only")
    };
    let help = match best(version, |other| other.group() == api.group() && other.kind == api.kind) {
        Some(other) => format!("use `{}`, or set `version` to that of the cluster", other.group_version),
        None => "set `version` to that of the cluster, or leave the object out".to_owned(),
    };
    Some(Unknown {
        field: Field::ApiVersion,
        message: format!("{name} is {when}; `version` says {version}"),
        label: format!("not in {version}"),
        help: Some(help),
    })
}

/// It is there no more. `minor` is the first version without it, where that is known.
fn gone(version: Version, api_version: &str, kind: &str, minor: Option<u8>) -> Unknown {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let successor = best(version, |api| api.kind == kind && api.group() == group)
        .or_else(|| best(version, |api| api.kind == kind && is_stable(api)));
    let help = match (successor, removed::hint(api_version, kind)) {
        (Some(api), Some(hint)) => format!("use `{}`; {hint}", api.group_version),
        (Some(api), None) => format!("use `{}`", api.group_version),
        (None, _) => removed::instead(kind).to_owned(),
    };
    let (message, label) = match minor {
        Some(minor) => {
            (format!("`{api_version}` {kind} was removed in Kubernetes 1.{minor}"), format!("removed in 1.{minor}"))
        }
        None => (format!("`{api_version}` {kind} is not in Kubernetes any more"), "removed long ago".to_owned()),
    };
    Unknown { field: Field::ApiVersion, message, label, help: Some(help) }
}

/// The kind is right, and in another API.
fn elsewhere(api_version: &str, api: &Api) -> Unknown {
    Unknown {
        field: Field::ApiVersion,
        message: format!("`{}` is not in `{}`", api.kind, shortened(api_version, SHOWN)),
        label: format!("has no `{}`", api.kind),
        help: Some(format!("use `{}`", api.group_version)),
    }
}

/// The kind is nearly right.
fn mistyped_kind(version: Version, api_version: &str, kind: &str, api: &Api) -> Unknown {
    let help = if api.group_version == api_version
        || EMBEDDED.api_named(api_version, api.kind).is_some_and(|api| api.is_in(version))
    {
        format!("did you mean `{}`?", api.kind)
    } else {
        format!("did you mean `{}` of `{}`?", api.kind, api.group_version)
    };
    Unknown { help: Some(help), ..unknown_kind(api_version, kind) }
}

fn unknown_kind(api_version: &str, kind: &str) -> Unknown {
    Unknown {
        field: Field::Kind,
        message: format!("`{}` has no kind `{}`", shortened(api_version, SHOWN), shortened(kind, SHOWN)),
        label: "unknown kind".to_owned(),
        help: None,
    }
}

/// The group is Kubernetes' own, and that is all there is to say.
fn nothing_like_it(version: Version, api_version: &str, group: &str, kind: &str) -> Unknown {
    let there = || apis().filter(|api| api.is_in(version));
    let kinds: Vec<&str> = there()
        .filter(|api| api.group_version == api_version && !api.kind.ends_with("List"))
        .map(|api| api.kind)
        .collect();
    if !kinds.is_empty() {
        return Unknown { help: Some(format!("it has {}", listed(&kinds))), ..unknown_kind(api_version, kind) };
    }
    let mut versions: Vec<&str> = there().filter(|api| api.group() == group).map(|api| api.group_version).collect();
    versions.dedup();
    let help = if versions.is_empty() { None } else { Some(format!("{version} has {}", listed(&versions))) };
    Unknown {
        field: Field::ApiVersion,
        message: format!("`{}` is not in Kubernetes {version}", shortened(api_version, SHOWN)),
        label: "no such API".to_owned(),
        help,
    }
}

/// The group is not Kubernetes' own, but it nearly is, and there it has that very kind. (Groups of
/// custom resources are not that alike: `x-k8s.io` is two letters away from `k8s.io`.)
fn mistyped_group(version: Version, api_version: &str, kind: &str) -> Option<Unknown> {
    let group = api_version.split_once('/').map_or(api_version, |(group, _)| group);
    if group.len() > COMPARED {
        return None;
    }
    let alike = |api: &Api| {
        // A core API without its number is just some word.
        !api.group().is_empty()
            && (api.group().eq_ignore_ascii_case(group)
                || (api_version.contains('/') && strsim::osa_distance(api.group(), group) == 1))
    };
    let api = best(version, |api| api.kind == kind && is_stable(api) && alike(api))?;
    Some(elsewhere(api_version, &api))
}

/// The API with a kind that is written nearly like this one; `None` where nothing is near enough to
/// be meant. The nearest, then the first by name.
fn nearest(version: Version, kind: &str, eligible: impl Fn(&Api) -> bool) -> Option<Api> {
    if kind.len() > COMPARED {
        return None;
    }
    // Short names are like many words.
    let limit = match kind.len() {
        0..=5 => 0,
        6..=9 => 1,
        _ => 2,
    };
    let written = kind.to_ascii_lowercase();
    let (_, near) = apis()
        // Cheapest first: few names are about as long.
        .filter(|api| api.kind.len().abs_diff(kind.len()) <= limit)
        .filter(|api| api.is_in(version) && eligible(api) && api.kind.ends_with("List") == kind.ends_with("List"))
        .map(|api| (strsim::osa_distance(&api.kind.to_ascii_lowercase(), &written), api))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)?;
    best(version, |api| eligible(api) && api.kind == near.kind && api.group() == near.group())
}

/// Every API, read from the table once: here all of them are gone through, for each object.
fn apis() -> impl Iterator<Item = Api> {
    static READ: OnceLock<Vec<Api>> = OnceLock::new();
    READ.get_or_init(|| EMBEDDED.apis().collect()).iter().copied()
}

/// The best of the APIs of a version: stable before beta before alpha, newer before older.
fn best(version: Version, eligible: impl Fn(&Api) -> bool) -> Option<Api> {
    apis().filter(|api| eligible(api) && api.is_in(version)).max_by_key(|api| {
        let number = api.group_version.rsplit('/').next().unwrap_or_default();
        // Of two as good (`Event`) the first by name.
        (maturity(number), std::cmp::Reverse(api.group_version))
    })
}

/// How mature a version such as `v2beta1` is: stable 2, beta 1, alpha 0; then its numbers.
fn maturity(number: &str) -> Option<(u8, u32, u32)> {
    let text = number.strip_prefix('v')?;
    let (stage, parts) = match (text.split_once("beta"), text.split_once("alpha")) {
        (Some(parts), _) => (1, parts),
        (None, Some(parts)) => (0, parts),
        (None, None) => (2, (text, "0")),
    };
    Some((stage, parts.0.parse().ok()?, parts.1.parse().ok()?))
}

fn is_stable(api: &Api) -> bool {
    api.group_version.rsplit('/').next().and_then(maturity).is_some_and(|(stage, _, _)| stage == 2)
}

fn looks_like_version(number: &str) -> bool {
    maturity(number).is_some() || number == "V1"
}

/// Whether a group is Kubernetes' own, in any version.
fn is_own(group: &str) -> bool {
    removed::is_gone(group) || apis().any(|api| api.group() == group)
}

/// `a`, `b` and 3 more.
fn listed(names: &[&str]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
