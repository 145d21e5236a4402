//! The policies that a configuration names, read and compiled.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{
    GateError,
    cache::{Cache, KeyMaker},
    data::{below_folders, without_old_booleans},
    sources::{Digester, Files},
};
use crate::{
    config::{Compat, Config, JudgeConfig, Layer, Limits, RegoConfig, RegoVersion},
    document::{
        Node, ParseLimits,
        format::{Format, parse},
    },
    policy::{self, CompileOptions, PolicyError, PolicySet, PolicySource, read_config_files},
};

/// Compiles the policies of every rule; rules that name the same ones share them.
pub(super) fn compile_all(
    config: &Config,
    own: &Files<'_>,
    repository: Option<&Files<'_>>,
    cache: Option<&Cache>,
    digest: &mut Digester,
) -> Result<Vec<Arc<PolicySet>>, GateError> {
    type Key<'c> = (Layer, &'c str, &'c [String], &'c [String], Option<Compat>, Option<RegoVersion>);
    let mut compiled: BTreeMap<Key<'_>, Arc<PolicySet>> = BTreeMap::new();
    let mut all = Vec::new();
    let mut mistakes = Vec::new();
    for rule in &config.rules {
        let JudgeConfig::Rego(rego) = &rule.judge else { continue };
        let files = match (rule.layer, repository) {
            (Layer::Repository, Some(files)) => files,
            (Layer::Server | Layer::Client | Layer::Repository, _) => own,
        };
        let of = (rego.namespaces.as_slice(), rego.data.as_slice());
        let key = (rule.layer, rego.path.as_str(), of.0, of.1, rego.compat, rego.rego_version);
        if let Some(set) = compiled.get(&key) {
            all.push(set.clone());
            continue;
        }
        match compile(rego, files, &config.limits, cache, digest) {
            Ok(set) => {
                let set = Arc::new(set);
                compiled.insert(key, set.clone());
                all.push(set);
            }
            Err(GateError::Policies(errors)) => mistakes.extend(errors),
            Err(GateError::Unreadable { name, reason }) => mistakes.push(PolicyError {
                message: format!("cannot read {name}: {reason}"),
                place: None,
                help: Some(match rego.alone {
                    Some(_) => "named by --policy or --data".to_owned(),
                    None => "named by `rego` or `data` of a rule in pushgate.yaml".to_owned(),
                }),
            }),
            Err(error) => return Err(error),
        }
    }
    if mistakes.is_empty() { Ok(all) } else { Err(GateError::Policies(mistakes)) }
}

fn compile(
    rule: &RegoConfig,
    files: &Files<'_>,
    limits: &Limits,
    cache: Option<&Cache>,
    digest: &mut Digester,
) -> Result<PolicySet, GateError> {
    let mut key = cache.map(Cache::key);
    let mut made_from = |bytes: &[u8]| {
        if let Some(key) = &mut key {
            key.add(bytes);
        }
    };
    let (mut sources, mut names) = (Vec::new(), Vec::new());
    let also = rule.alone.iter().flat_map(|alone| &alone.also);
    let paths: Vec<&str> = std::iter::once(&rule.path).chain(also).map(String::as_str).collect();
    for path in &paths {
        let mut found = false;
        for name in files.list(path)? {
            // Unit tests judge nothing.
            let judges = is_rego(&name) && !name.ends_with("_test.rego");
            found |= judges;
            if judges && !names.contains(&name) {
                let (source, of_file) = policy_source(files, &name, digest)?;
                made_from(source.name.as_bytes());
                made_from(&of_file);
                sources.push(source);
                names.push(name);
            }
        }
        if !found {
            let reason = "no .rego file there, so nothing would be enforced".to_owned();
            return Err(GateError::Unreadable { name: files.full_name(path), reason });
        }
    }
    let mut data = Vec::new();
    for entry in &rule.data {
        for name in files.list(entry)? {
            if let Some(format) = Format::detect(&name).filter(|format| format.holds_manifests()) {
                let (node, of_file) = data_file(files, &name, format, digest)?;
                made_from(name.as_bytes());
                made_from(&of_file);
                let node = below_folders(entry, &name, node);
                data.push((name, node));
            } else if name == *entry && !is_rego(&name) {
                // One that is named, and not only found beside others.
                let reason = "data is YAML or JSON, by its name".to_owned();
                return Err(GateError::Unreadable { name: files.full_name(&name), reason });
            }
        }
    }
    let mut read = |number: usize, path: &str| {
        let policy = names.get(number).map_or("", String::as_str);
        let (name, bytes) = files.read_beside(policy, &paths, path)?;
        made_from(name.as_bytes());
        made_from(&digest.add(&name, &bytes));
        Ok(bytes)
    };
    data.extend(read_config_files(&mut sources, &mut read).map_err(GateError::Policies)?);
    let options = CompileOptions {
        namespaces: rule.namespaces.clone(),
        conftest: rule.compat == Some(Compat::Conftest),
        rego_version: rule.rego_version.map(|version| match version {
            RegoVersion::V0 => policy::RegoVersion::V0,
            RegoVersion::V1 => policy::RegoVersion::V1,
        }),
        max_instructions: usize::try_from(limits.policy_instructions).unwrap_or(usize::MAX),
        ..CompileOptions::default()
    };
    made_from(format!("{options:?}").as_bytes());
    let compile = || PolicySet::compile(&sources, &data, &options).map_err(GateError::Policies);
    let Some((cache, key)) = cache.zip(key.map(KeyMaker::finish)) else { return compile() };
    if let Some(set) = cache.get(&key) {
        return Ok(set);
    }
    let set = compile()?;
    cache.put(&key, &set);
    Ok(set)
}

pub(super) fn policy_source(
    files: &Files<'_>,
    name: &str,
    digest: &mut Digester,
) -> Result<(PolicySource, [u8; 32]), GateError> {
    let bytes = files.read(name)?;
    let of_file = digest.add(name, &bytes);
    let name = files.full_name(name);
    match String::from_utf8(bytes) {
        Ok(text) => Ok((PolicySource { name, text }, of_file)),
        Err(_) => Err(GateError::Unreadable { name, reason: "it is not UTF-8".to_owned() }),
    }
}

pub(super) fn data_file(
    files: &Files<'_>,
    name: &str,
    format: Format,
    digest: &mut Digester,
) -> Result<(Node, [u8; 32]), GateError> {
    let bytes = files.read(name)?;
    let of_file = digest.add(name, &bytes);
    let unusable = |reason: String| GateError::Unreadable { name: files.full_name(name), reason };
    let parsed = parse(format, &bytes, &ParseLimits::default());
    if let Some(problem) = parsed.problems.first() {
        let line = parsed.source.position(problem.span.start as usize).line;
        return Err(unusable(format!("line {line}: {}", problem.message)));
    }
    let mut documents = parsed.documents.into_iter();
    match (documents.next(), documents.next()) {
        (Some(mut document), None) => {
            if format == Format::Yaml {
                without_old_booleans(&mut document.root, &parsed.source);
            }
            Ok((document.root, of_file))
        }
        (None, _) => Err(unusable("it is empty".to_owned())),
        (Some(_), Some(_)) => Err(unusable("a data file is one document".to_owned())),
    }
}

/// Whether a file is a policy, by its name.
#[must_use]
pub fn is_rego(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "rego")
}
