//! Compose files: what Docker Compose would make of them, and what it would refuse.
//!
//! The facts are those of the Compose specification. What a variable (`${X}`) stands for is not known, so
//! nothing is said of it.

mod deploy;
mod references;
mod scalar;
mod shape;
mod tables;
#[cfg(test)]
mod tests;

use crate::{
    document::{Entry, Identity, Node, Route, Step, Value},
    gitops::{Tree, TreeError},
    iac::{Resource, Said},
};

/// How many things are said of one file at most.
const MOST: usize = 50;

/// Names that `docker compose` looks for itself.
const NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// Top-level mappings of what a file defines, and what each of it is called.
const SECTIONS: [(&str, &str); 7] = [
    ("services", "service"),
    ("jobs", "job"),
    ("networks", "network"),
    ("volumes", "volume"),
    ("configs", "config"),
    ("secrets", "secret"),
    ("models", "model"),
];

/// Whether a document is a Compose file: it has the name of one (`compose.yaml`, `docker-compose.prod.yml`,
/// `shop-compose.yml`), and says something of the kind.
#[must_use]
pub fn is_compose(path: &str, root: &Node) -> bool {
    let Value::Mapping(entries) = &root.value else { return false };
    let Some(name) = compose_name(path) else { return false };
    // Workflows about Compose, and variables and tasks of roles that run it.
    let elsewhere =
        [".github", ".gitlab", ".circleci", "vars", "defaults", "group_vars", "host_vars", "tasks", "handlers"];
    if path.split('/').any(|folder| elsewhere.contains(&folder)) {
        return false;
    }
    // Something of Kubernetes about Compose, or of a Helm chart.
    if root.get("apiVersion").is_some() || root.get("kind").is_some() {
        return false;
    }
    let is_section = |entry: &Entry| {
        let is_mapping = matches!(entry.value.value, Value::Mapping(_) | Value::Null);
        match entry.key.as_str() {
            "include" | "version" => true,
            key => is_mapping && SECTIONS.iter().any(|(section, _)| *section == key),
        }
    };
    NAMES.contains(&name.as_str()) || entries.iter().any(is_section)
}

/// The name of a Compose file in lower case; `None` for files of other names.
fn compose_name(path: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    let begins =
        |word: &str| stem.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']));
    let ends =
        |word: &str| stem.strip_suffix(word).is_some_and(|rest| rest.ends_with(['.', '-', '_']) && rest.len() > 1);
    (begins("compose") || begins("docker-compose") || ends("compose")).then_some(name)
}

/// Whether Compose reads the file on its own: it has a name that Compose looks for, and no other Compose
/// file lies beside it that could be merged into it.
///
/// # Errors
/// [`TreeError`] when the repository cannot be read.
pub fn is_whole(path: &str, tree: &dyn Tree) -> Result<bool, TreeError> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if !NAMES.contains(&name) {
        return Ok(false);
    }
    Ok(!tree.list(folder)?.iter().any(|other| other != name && compose_name(other).is_some()))
}

/// What the file defines: services, volumes, networks, secrets, configs, jobs and models. Each belongs to
/// its file, whose path is the namespace.
#[must_use]
pub fn resources(path: &str, root: &Node) -> Vec<Resource> {
    let mut resources = Vec::new();
    for (section, kind) in SECTIONS {
        for entry in root.get(section).map(entries).unwrap_or_default() {
            if entry.key.starts_with("x-") {
                continue;
            }
            resources.push(Resource {
                identity: Identity {
                    group: "compose".to_owned(),
                    kind: kind.to_owned(),
                    namespace: Some(path.to_owned()),
                    name: entry.key.clone(),
                },
                route: Route(vec![Step::Key(section.to_owned()), Step::Key(entry.key.clone())]),
            });
        }
    }
    resources
}

/// What Compose would refuse in a file. `whole`: that it reads the file on its own ([`is_whole`]);
/// otherwise what is not there may stand in another file.
#[must_use]
pub fn check(root: &Node, whole: bool) -> Said {
    let mut said = Said { wrong: shape::check(&tables::FILE, root), doubtful: Vec::new() };
    references::check(root, whole, &mut said);
    said.wrong.truncate(MOST);
    said.doubtful.truncate(MOST);
    said
}

/// The entries of a mapping; none where there is no mapping.
fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => &[],
    }
}
