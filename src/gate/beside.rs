//! Policies as they lie in a folder, with their tests and the data beside them: for commands that need no
//! configuration.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    GateError,
    load::{folder_of, read_config},
    policies::{data_file, is_rego, policy_source},
    sources::{Digester, Files},
};
use crate::{
    config::{InputKind, JudgeConfig, Layer},
    document::{Entry, Node, Span, Value, format::Format},
    policy::{PolicySource, data_value, normal_path, read_config_files},
};

/// Policies, data, and what was passed over.
#[derive(Debug, Default)]
pub struct Beside {
    /// Every `.rego` file.
    pub sources: Vec<PolicySource>,
    /// Data files by name. Those in folders below a path that was named stand under the names of the folders, as for
    /// `opa test`; those that were named themselves at the root.
    pub data: Vec<(String, Node)>,
    /// Files beside the policies that look like data and are none, each with the reason.
    pub passed_over: Vec<(String, String)>,
}

/// Reads policies below each path, and the data files beside them.
///
/// # Errors
/// [`GateError::Unreadable`] for paths and policies; for data files only when they were named.
pub fn read(paths: &[PathBuf]) -> Result<Beside, GateError> {
    let mut beside = Beside::default();
    for path in paths {
        beside.add(path)?;
    }
    // Files that only lie beside policies, such as test fixtures, may contradict each other.
    if data_value(&beside.data).is_err() {
        let mut kept = Vec::new();
        for file in std::mem::take(&mut beside.data) {
            kept.push(file);
            if let Err(errors) = data_value(&kept)
                && let Some((name, _)) = kept.pop()
            {
                let reason = errors.first().map(ToString::to_string).unwrap_or_default();
                beside.passed_over.push((name, reason));
            }
        }
        beside.data = kept;
    }
    Ok(beside)
}

/// Reads data files: the whole of each at the root, as for `conftest --data`.
///
/// # Errors
/// [`GateError::Unreadable`] for everything that is no data.
pub fn data(paths: &[PathBuf]) -> Result<Vec<(String, Node)>, GateError> {
    let files = Files::Folder(PathBuf::new());
    let mut digest = Digester::default();
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        for name in files.list(&path.display().to_string())? {
            if let Some(format) = Format::detect(&name).filter(|format| format.holds_manifests()) {
                found.push((name.clone(), data_file(&files, &name, format, &mut digest)?.0));
            }
        }
        if found.len() == before {
            let reason = "no data file there (JSON, YAML)".to_owned();
            return Err(GateError::Unreadable { name: path.display().to_string(), reason });
        }
    }
    Ok(found)
}

/// The policies of one rule of a configuration.
#[derive(Debug)]
pub struct ConfiguredSet {
    /// Every `.rego` file, tests too.
    pub sources: Vec<PolicySource>,
    /// The data of the rule.
    pub data: Vec<(String, Node)>,
    /// Packages that judge; empty for all.
    pub namespaces: Vec<String>,
    /// What the policies are given.
    pub input: InputKind,
}

/// Reads the policies that a configuration in a folder names, without compiling them. Rules over the same files are
/// one set.
///
/// # Errors
/// [`GateError`] for a configuration or a file that cannot be read.
pub fn configured(config_file: &Path) -> Result<Vec<ConfiguredSet>, GateError> {
    let mut digest = Digester::default();
    let config = read_config(config_file, Layer::Client, &mut digest)?;
    let files = Files::Folder(folder_of(config_file));
    let mut sets: BTreeMap<&str, ConfiguredSet> = BTreeMap::new();
    for rule in &config.rules {
        let JudgeConfig::Rego(rego) = &rule.judge else { continue };
        if let Some(set) = sets.get_mut(rego.path.as_str()) {
            // Where one of the rules asks all packages, all are asked.
            if rego.namespaces.is_empty() || set.namespaces.is_empty() {
                set.namespaces.clear();
            } else {
                set.namespaces.extend(rego.namespaces.iter().cloned());
            }
            continue;
        }
        let mut set = ConfiguredSet {
            sources: Vec::new(),
            data: Vec::new(),
            namespaces: rego.namespaces.clone(),
            input: rego.input,
        };
        for name in files.list(&rego.path)?.iter().filter(|name| is_rego(name)) {
            set.sources.push(policy_source(&files, name, &mut digest)?.0);
        }
        for entry in &rego.data {
            for name in files.list(entry)? {
                if let Some(format) = Format::detect(&name).filter(|format| format.holds_manifests()) {
                    set.data.push((files.full_name(&name), data_file(&files, &name, format, &mut digest)?.0));
                }
            }
        }
        sets.insert(&rego.path, set);
    }
    Ok(sets.into_values().collect())
}

impl Beside {
    fn add(&mut self, path: &Path) -> Result<(), GateError> {
        let files = Files::Folder(PathBuf::new());
        let mut digest = Digester::default();
        let root = path.display().to_string();
        let (policies, others): (Vec<_>, Vec<_>) = files.list(&root)?.into_iter().partition(|name| is_rego(name));
        let mut sources = Vec::with_capacity(policies.len());
        for name in &policies {
            sources.push(policy_source(&files, name, &mut digest)?.0);
        }
        let mut read_by_policies = Vec::new();
        let mut read = |number: usize, path: &str| {
            let policy = policies.get(number).map_or("", String::as_str);
            let (name, bytes) = files.read_beside(policy, &[&root], path)?;
            read_by_policies.push(name);
            Ok(bytes)
        };
        self.data.extend(read_config_files(&mut sources, &mut read).map_err(GateError::Policies)?);
        self.sources.append(&mut sources);
        // What a policy reads as an example of what is pushed is no data.
        for name in others.into_iter().filter(|name| !read_by_policies.contains(&normal_path(name))) {
            if let Some(format) = data_format(&name) {
                match data_file(&files, &name, format, &mut digest) {
                    Ok((node, _)) => {
                        let node = below(&folders(path, &name), node);
                        if matches!(node.value, Value::Mapping(_)) {
                            self.data.push((name, node));
                        } else {
                            self.passed_over.push((name, "it holds no mapping".to_owned()));
                        }
                    }
                    Err(error) if name == root => return Err(error),
                    Err(GateError::Unreadable { reason, .. }) => self.passed_over.push((name, reason)),
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

fn data_format(name: &str) -> Option<Format> {
    let is_data = Path::new(name)
        .extension()
        .is_some_and(|extension| ["json", "yaml", "yml"].iter().any(|known| extension.eq_ignore_ascii_case(known)));
    Format::detect(name).filter(|format| is_data && format.holds_manifests())
}

/// Folders between a path that was named and a file below it.
fn folders(path: &Path, name: &str) -> Vec<String> {
    let inside = Path::new(name).strip_prefix(path).ok().and_then(Path::parent);
    inside.into_iter().flat_map(Path::components).map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
}

/// A value under the keys that lead to it.
fn below(keys: &[String], node: Node) -> Node {
    keys.iter().rev().fold(node, |node, key| {
        let span = node.span;
        let entry = Entry { key: key.clone(), key_span: Span::new(0, 0), value: node };
        Node { value: Value::Mapping(vec![entry]), span }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_keys() {
        assert_eq!(folders(Path::new("policies"), "policies/a/b/data.json"), ["a", "b"]);
        assert_eq!(folders(Path::new("policies"), "policies/data.json"), [""; 0]);
        assert_eq!(folders(Path::new("data.json"), "data.json"), [""; 0]);
        assert_eq!(folders(Path::new("."), "./a/data.json"), ["a"]);
    }
}
