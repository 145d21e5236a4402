//! Makes a [`Gate`] from a configuration and the policies that it names.
//!
//! The configuration is a file of the server, or of whoever runs a client command. It may say that
//! the rest lies in a ref of the repository: then `pushgate.yaml` and the policies are read from
//! that ref's tip as it is before the push, so nothing in a push decides how it is judged.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest as _, Sha256};

use super::{Gate, GateError};
use crate::{
    config::{Config, Layer, Limits, PolicySourceConfig, RuleConfig},
    document::{
        Node, Source, Span,
        format::{Format, parse},
    },
    git::{Content, Oid, RefName, RepoPath, Repository},
    policy::{CompileOptions, PolicyError, PolicySet, PolicySource},
    rule::{Rules, builtin},
    verdict::{Excerpt, Finding, Place, PolicyStamp},
};

/// Name of the configuration file.
pub const CONFIG_NAME: &str = "pushgate.yaml";
/// Most files that a policy folder may hold.
const MAX_POLICY_FILES: usize = 10_000;
/// Largest policy or data file, in bytes.
const MAX_POLICY_FILE: u64 = 16 << 20;

impl Gate {
    /// Loads the configuration of a server, with what it says lies in the repository.
    ///
    /// # Errors
    /// [`GateError`] for every mistake in configuration or policies.
    pub fn for_server(repository: &Repository, config_file: &Path) -> Result<Self, GateError> {
        let mut digest = Digester::default();
        let server = read_config(config_file, Layer::Server, &mut digest)?;
        let (folder, name) = (folder_of(config_file), config_file.display().to_string());
        let server_files = Files::Folder(folder);
        match server.policy_source.clone() {
            PolicySourceConfig::Directory => Self::assemble(server, &server_files, None, digest, name),
            PolicySourceConfig::Ref { name: source, path } => {
                let ref_name = RefName::try_from(source.as_str())?;
                let Some(tip) = repository.find_ref(&ref_name)? else {
                    return Err(GateError::NoPolicyRef { name: source });
                };
                let tree = repository.peel(tip)?.tree();
                let files = Files::Tree {
                    repository,
                    tree: tree.ok_or(GateError::NoPolicyRef { name: source.clone() })?,
                    folder: path,
                };
                let config = read_repository_config(&files, server, &mut digest)?;
                Self::assemble(config, &server_files, Some(&files), digest, format!("{source} at {tip}"))
            }
        }
    }

    /// Loads the configuration for a client command. Where it says that policies come from a ref,
    /// the folder of the file counts: that is where they are written before they are pushed.
    ///
    /// # Errors
    /// As [`Gate::for_server`].
    pub fn for_client(config_file: &Path) -> Result<Self, GateError> {
        let mut digest = Digester::default();
        let config = read_config(config_file, Layer::Client, &mut digest)?;
        let files = Files::Folder(folder_of(config_file));
        Self::assemble(config, &files, None, digest, config_file.display().to_string())
    }

    fn assemble(
        config: Config,
        own: &Files<'_>,
        repository: Option<&Files<'_>>,
        mut digest: Digester,
        source: String,
    ) -> Result<Self, GateError> {
        let policies = compile_all(&config, own, repository, &mut digest)?;
        let rules = Rules::build(&config, policies.clone());
        let stamp = PolicyStamp { digest: digest.finish(), source };
        Ok(Self { config, rules, policies, stamp })
    }
}

/// Checks that a tree which is about to become the policy source works, and says what does not.
pub(super) fn check_tree(
    repository: &Repository,
    tree: Oid,
    folder: &str,
    findings: &mut Vec<Finding>,
) -> Result<(), GateError> {
    let files = Files::Tree { repository, tree, folder: folder.to_owned() };
    // What the server's own file adds is checked at every push; here only what would change.
    let mut digest = Digester::default();
    let checked = read_tree_config(&files, &mut digest)
        .and_then(|config| compile_all(&config, &Files::Nowhere, Some(&files), &mut digest).map(|_| ()));
    let help = "run `pushgate config check` before pushing; see `pushgate explain policy-source`";
    match checked {
        Ok(()) => {}
        Err(GateError::Config(errors)) => {
            let source = Arc::new(errors.text().clone());
            for problem in errors.problems() {
                let excerpt = Excerpt {
                    source: source.clone(),
                    span: problem.span,
                    label: problem.label.clone(),
                    related: problem.related.clone().into_iter().collect(),
                };
                let place = Place {
                    path: RepoPath::new(files.full_name(CONFIG_NAME)),
                    document: None,
                    route: None,
                    excerpt: Some(excerpt),
                };
                let mut finding = Finding::new(builtin::POLICY_SOURCE, problem.message.clone()).at(place);
                finding.help = problem.help.clone().or_else(|| Some(help.to_owned()));
                findings.push(finding);
            }
        }
        Err(GateError::Policies(errors)) => {
            findings.extend(errors.iter().map(|error| {
                let mut finding = policy_finding(builtin::POLICY_SOURCE, error);
                finding.help.get_or_insert_with(|| help.to_owned());
                finding
            }));
        }
        Err(GateError::Git(error)) => return Err(error.into()),
        Err(error) => findings.push(Finding::new(builtin::POLICY_SOURCE, error.to_string()).with_help(help)),
    }
    Ok(())
}

/// A mistake in a policy as a finding of the given rule.
#[must_use]
pub fn policy_finding(rule: &str, error: &PolicyError) -> Finding {
    let mut finding = Finding::new(rule, error.message.clone());
    finding.help.clone_from(&error.help);
    if let Some(place) = &error.place {
        let source = Source::new(place.text.to_string());
        let start = source.offset(place.line, place.column);
        let end = source.offset(place.line, place.column + place.length);
        finding.place = Some(Place {
            path: RepoPath::new(place.source.clone()),
            document: None,
            route: None,
            excerpt: Some(Excerpt {
                source: Arc::new(source),
                span: Span::new(start, end),
                label: None,
                related: Vec::new(),
            }),
        });
    }
    finding
}

/// Where configuration, policies and data are read from. Names are relative and use `/`.
enum Files<'a> {
    /// A folder on disk.
    Folder(PathBuf),
    /// A folder of a tree in the repository.
    Tree { repository: &'a Repository, tree: Oid, folder: String },
    /// Nothing may be read.
    Nowhere,
}

impl Files<'_> {
    /// The name as people know it.
    fn full_name(&self, name: &str) -> String {
        match self {
            Self::Folder(folder) => folder.join(name).display().to_string(),
            Self::Tree { folder, .. } if folder == "." => name.to_owned(),
            Self::Tree { folder, .. } if name == "." => folder.clone(),
            Self::Tree { folder, .. } => format!("{folder}/{name}"),
            Self::Nowhere => name.to_owned(),
        }
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, GateError> {
        let unreadable = |reason: String| GateError::Unreadable { name: self.full_name(name), reason };
        match self {
            Self::Folder(folder) => fs::read(folder.join(name)).map_err(|error| unreadable(error.to_string())),
            Self::Tree { repository, tree, .. } => {
                let path = RepoPath::new(self.full_name(name));
                let file = repository.file_at(*tree, &path)?.filter(|file| file.mode.is_file());
                match file.map(|file| file.content) {
                    Some(Content::Object(id)) => Ok(repository.read_blob(&path, id, MAX_POLICY_FILE)?),
                    Some(Content::Bytes(_)) | None => Err(unreadable("no such file in the policy ref".to_owned())),
                }
            }
            Self::Nowhere => Err(unreadable("nothing may be read from here".to_owned())),
        }
    }

    /// The files below a folder, or the file itself, in order.
    fn list(&self, name: &str) -> Result<Vec<String>, GateError> {
        let unreadable = |reason: String| GateError::Unreadable { name: self.full_name(name), reason };
        match self {
            Self::Folder(folder) => {
                let mut found = Vec::new();
                list_folder(&folder.join(name), name, &mut found, 0).map_err(|error| unreadable(error.to_string()))?;
                found.sort();
                Ok(found)
            }
            Self::Tree { repository, tree, .. } => {
                let full = self.full_name(name);
                let path = RepoPath::new(if full == "." { "" } else { full.as_str() });
                let Some(below) = repository.folder_at(*tree, &path)? else { return Ok(vec![name.to_owned()]) };
                let under = |path: String| if name == "." { path } else { format!("{name}/{path}") };
                let changes = repository.changes(None, Some(below), MAX_POLICY_FILES)?;
                Ok(changes.into_iter().map(|change| under(change.path.to_text())).collect())
            }
            Self::Nowhere => Err(unreadable("nothing may be read from here".to_owned())),
        }
    }
}

/// Symbolic links are followed: whoever writes into the folder of the configuration is trusted.
fn list_folder(path: &Path, name: &str, found: &mut Vec<String>, depth: usize) -> std::io::Result<()> {
    if depth > 32 || found.len() > MAX_POLICY_FILES {
        return Err(std::io::Error::other(format!("more than {MAX_POLICY_FILES} files, or folders without end")));
    }
    if !fs::metadata(path)?.is_dir() {
        found.push(name.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let entry_name = entry.file_name();
        let Some(text) = entry_name.to_str() else { continue };
        let below = if name == "." { text.to_owned() } else { format!("{name}/{text}") };
        list_folder(&entry.path(), &below, found, depth + 1)?;
    }
    Ok(())
}

fn folder_of(config_file: &Path) -> PathBuf {
    config_file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

fn read_config(file: &Path, layer: Layer, digest: &mut Digester) -> Result<Config, GateError> {
    let name = file.display().to_string();
    let bytes =
        fs::read(file).map_err(|error| GateError::Unreadable { name: name.clone(), reason: error.to_string() })?;
    digest.add(CONFIG_NAME, &bytes);
    Ok(Config::from_text(&name, &bytes, layer)?)
}

fn read_tree_config(files: &Files<'_>, digest: &mut Digester) -> Result<Config, GateError> {
    let bytes = files.read(CONFIG_NAME)?;
    digest.add(&format!("repository/{CONFIG_NAME}"), &bytes);
    Ok(Config::from_text(&files.full_name(CONFIG_NAME), &bytes, Layer::Repository)?)
}

fn read_repository_config(files: &Files<'_>, server: Config, digest: &mut Digester) -> Result<Config, GateError> {
    let repository = read_tree_config(files, digest)?;
    Ok(Config::merge(server, repository)?)
}

/// Compiles the policies of every rule; rules that name the same ones share them.
fn compile_all(
    config: &Config,
    own: &Files<'_>,
    repository: Option<&Files<'_>>,
    digest: &mut Digester,
) -> Result<Vec<Arc<PolicySet>>, GateError> {
    type Key<'c> = (Layer, &'c str, &'c [String], &'c [String]);
    let mut compiled: BTreeMap<Key<'_>, Arc<PolicySet>> = BTreeMap::new();
    let mut all = Vec::new();
    let mut mistakes = Vec::new();
    for rule in &config.rules {
        let files = match (rule.layer, repository) {
            (Layer::Repository, Some(files)) => files,
            (Layer::Server | Layer::Client | Layer::Repository, _) => own,
        };
        let key = (rule.layer, rule.rego.as_str(), rule.namespaces.as_slice(), rule.data.as_slice());
        if let Some(set) = compiled.get(&key) {
            all.push(set.clone());
            continue;
        }
        match compile(rule, files, &config.limits, digest) {
            Ok(set) => {
                let set = Arc::new(set);
                compiled.insert(key, set.clone());
                all.push(set);
            }
            Err(GateError::Policies(errors)) => mistakes.extend(errors),
            Err(error) => return Err(error),
        }
    }
    if mistakes.is_empty() { Ok(all) } else { Err(GateError::Policies(mistakes)) }
}

fn compile(
    rule: &RuleConfig,
    files: &Files<'_>,
    limits: &Limits,
    digest: &mut Digester,
) -> Result<PolicySet, GateError> {
    let mut sources = Vec::new();
    for name in files.list(&rule.rego)? {
        if is_rego(&name) {
            sources.push(policy_source(files, &name, digest)?);
        }
    }
    if sources.is_empty() {
        let reason = "no .rego file there, so nothing would be enforced".to_owned();
        return Err(GateError::Unreadable { name: files.full_name(&rule.rego), reason });
    }
    let mut data = Vec::new();
    for entry in &rule.data {
        for name in files.list(entry)? {
            if let Some(format) = Format::detect(&name) {
                data.push((name.clone(), data_file(files, &name, format, digest)?));
            }
        }
    }
    let options = CompileOptions {
        namespaces: rule.namespaces.clone(),
        max_instructions: usize::try_from(limits.policy_instructions).unwrap_or(usize::MAX),
        ..CompileOptions::default()
    };
    PolicySet::compile(&sources, &data, &options).map_err(GateError::Policies)
}

fn policy_source(files: &Files<'_>, name: &str, digest: &mut Digester) -> Result<PolicySource, GateError> {
    let bytes = files.read(name)?;
    digest.add(name, &bytes);
    let name = files.full_name(name);
    match String::from_utf8(bytes) {
        Ok(text) => Ok(PolicySource { name, text }),
        Err(_) => Err(GateError::Unreadable { name, reason: "it is not UTF-8".to_owned() }),
    }
}

fn data_file(files: &Files<'_>, name: &str, format: Format, digest: &mut Digester) -> Result<Node, GateError> {
    let bytes = files.read(name)?;
    digest.add(name, &bytes);
    let unusable = |reason: String| GateError::Unreadable { name: files.full_name(name), reason };
    let parsed = parse(format, &bytes, &crate::document::ParseLimits::default());
    if let Some(problem) = parsed.problems.first() {
        let line = parsed.source.position(problem.span.start as usize).line;
        return Err(unusable(format!("line {line}: {}", problem.message)));
    }
    let mut documents = parsed.documents.into_iter();
    match (documents.next(), documents.next()) {
        (Some(document), None) => Ok(document.root),
        (None, _) => Err(unusable("it is empty".to_owned())),
        (Some(_), Some(_)) => Err(unusable("a data file is one document".to_owned())),
    }
}

/// The digest of everything that decides a verdict but the push.
#[derive(Default)]
struct Digester(BTreeMap<String, Vec<u8>>);

impl Digester {
    fn add(&mut self, name: &str, bytes: &[u8]) {
        self.0.insert(name.to_owned(), Sha256::digest(bytes).to_vec());
    }

    /// SHA-256 over names and digests of all files, in the order of their names.
    fn finish(self) -> String {
        let mut all = Sha256::new();
        for (name, digest) in self.0 {
            all.update((name.len() as u64).to_be_bytes());
            all.update(name.as_bytes());
            all.update(digest);
        }
        all.finalize().iter().fold("sha256:".to_owned(), |mut text, byte| {
            text.push_str(&format!("{byte:02x}"));
            text
        })
    }
}

/// Whether a file is a policy, by its name.
#[must_use]
pub fn is_rego(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "rego")
}

/// Policies, and the data files beside them by name.
pub type Sources = (Vec<PolicySource>, Vec<(String, Node)>);

/// Where policies are for commands that need no configuration: the sources below a path, with the
/// names people know, and the data files among them.
///
/// # Errors
/// [`GateError::Unreadable`].
pub fn policy_sources(path: &Path) -> Result<Sources, GateError> {
    let files = Files::Folder(PathBuf::new());
    let mut digest = Digester::default();
    let (mut sources, mut data) = (Vec::new(), Vec::new());
    for name in files.list(&path.display().to_string())? {
        if is_rego(&name) {
            sources.push(policy_source(&files, &name, &mut digest)?);
        } else if let Some(format) = Format::detect(&name) {
            data.push((name.clone(), data_file(&files, &name, format, &mut digest)?));
        }
    }
    Ok((sources, data))
}
