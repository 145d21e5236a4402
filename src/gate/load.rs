//! Makes a [`Gate`] from a configuration and the policies that it names.
//!
//! The configuration is a file of the server, or of whoever runs a client command. It may say that
//! the rest lies in a ref of the repository: then `pushgate.yaml` and the policies are read from
//! that ref's tip as it is before the push, so nothing in a push decides how it is judged.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Gate, GateError,
    cache::Cache,
    policies::compile_all,
    render::Builds,
    sources::{Digester, Files},
};
use crate::{
    config::{Config, Layer, PolicySourceConfig, RegoConfig},
    document::{Source, Span, format::Format},
    git::{Oid, RefName, RepoPath, Repository},
    policy::{EvalError, PolicyError, PolicySet},
    rule::{Rules, builtin},
    verdict::{Excerpt, Finding, Place, PolicyStamp},
};

/// Folder of a repository in which its configuration and policies lie by custom.
pub const REPOSITORY_FOLDER: &str = ".pushgate";
/// Name of the configuration file.
pub const CONFIG_NAME: &str = "pushgate.yaml";

impl Gate {
    /// Loads the configuration of a server, with what it says lies in the repository.
    ///
    /// # Errors
    /// [`GateError`] for every mistake in configuration or policies.
    pub fn for_server(repository: &Repository, config_file: &Path, cache: Option<&Cache>) -> Result<Self, GateError> {
        let mut digest = Digester::default();
        let server = read_config(config_file, Layer::Server, &mut digest)?;
        let (folder, name) = (folder_of(config_file), config_file.display().to_string());
        let server_files = Files::Folder(folder);
        match server.policy_source.clone() {
            PolicySourceConfig::Directory => Self::assemble(server, &server_files, None, cache, digest, name),
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
                let own = server.clone();
                let config = read_repository_config(&files, server, &mut digest)?;
                let from = format!("{source} at {tip}");
                let gate = Self::assemble(config, &server_files, Some(&files), cache, digest, from)?;
                Ok(Self { server: Some(own), ..gate })
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
        // In a repository's own folder it is the file that the server reads, with what that may say.
        let folder = folder_of(config_file);
        let layer = if folder.file_name().is_some_and(|name| name == REPOSITORY_FOLDER) {
            Layer::Repository
        } else {
            Layer::Client
        };
        let config = read_config(config_file, layer, &mut digest)?;
        let files = Files::Folder(folder);
        Self::assemble(config, &files, None, None, digest, config_file.display().to_string())
    }

    /// Policies without a configuration, as a command line names them. `format`: what every file is read as.
    ///
    /// # Errors
    /// As [`Gate::for_server`].
    pub fn for_policies(rego: RegoConfig, format: Option<Format>) -> Result<Self, GateError> {
        let name = rego.path.clone();
        let config = Config::for_policies(rego, format);
        Self::assemble(config, &Files::Folder(PathBuf::new()), None, None, Digester::default(), name)
    }

    fn assemble(
        config: Config,
        own: &Files<'_>,
        repository: Option<&Files<'_>>,
        cache: Option<&Cache>,
        mut digest: Digester,
        source: String,
    ) -> Result<Self, GateError> {
        let policies = compile_all(&config, own, repository, cache, &mut digest)?;
        let rules = Rules::build(&config, policies.clone());
        let stamp = PolicyStamp { digest: digest.finish(), source };
        Ok(Self { config, rules, policies, stamp, server: None, cache: cache.cloned(), builds: Builds::default() })
    }
}

/// Checks that a tree which is about to become the policy source works, and says what does not.
pub(super) fn check_tree(
    server: Option<&Config>,
    repository: &Repository,
    tree: Oid,
    folder: &str,
    findings: &mut Vec<Finding>,
) -> Result<(), GateError> {
    let files = Files::Tree { repository, tree, folder: folder.to_owned() };
    // What the server's own file adds is checked at every push; here only what would change.
    let mut digest = Digester::default();
    let checked = read_tree_config(&files, &mut digest).and_then(|config| {
        let policies = compile_all(&config, &Files::Nowhere, Some(&files), None, &mut digest)?;
        if let Some(server) = server {
            Config::merge(server.clone(), config)?;
        }
        Ok(policies)
    });
    let help = "run `pushgate config check` before pushing; see `pushgate explain policy-source`";
    match checked {
        // One that never ends would refuse every push that follows; here it refuses its own.
        Ok(policies) => findings.extend(policies.iter().filter_map(|set| trial(set))),
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
        Err(GateError::NoPolicyConfig { name }) => findings.push(
            Finding::new(builtin::POLICY_SOURCE, format!("this push would leave the server without {name}"))
                .with_help("the server reads its rules from there: restore it"),
        ),
        Err(GateError::Git(error)) => return Err(error.into()),
        Err(error) => findings.push(Finding::new(builtin::POLICY_SOURCE, error.to_string()).with_help(help)),
    }
    Ok(())
}

/// Evaluates policies once, over nothing in particular; what a document of another shape would
/// make of them, nobody knows.
fn trial(set: &PolicySet) -> Option<Finding> {
    let nothing = crate::policy::empty_input();
    match set.evaluator(0).evaluate(&nothing, &nothing, None) {
        Err(error @ EvalError::Limit { .. }) => Some(Finding::new(builtin::POLICY_SOURCE, error.to_string())),
        Ok(_) | Err(_) => None,
    }
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

pub(super) fn folder_of(config_file: &Path) -> PathBuf {
    config_file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

pub(super) fn read_config(file: &Path, layer: Layer, digest: &mut Digester) -> Result<Config, GateError> {
    let name = file.display().to_string();
    let bytes =
        fs::read(file).map_err(|error| GateError::Unreadable { name: name.clone(), reason: error.to_string() })?;
    digest.add(CONFIG_NAME, &bytes);
    Ok(Config::from_text(&name, &bytes, layer)?)
}

fn read_tree_config(files: &Files<'_>, digest: &mut Digester) -> Result<Config, GateError> {
    let name = files.full_name(CONFIG_NAME);
    let bytes = files.read(CONFIG_NAME).map_err(|error| match error {
        GateError::Unreadable { .. } => GateError::NoPolicyConfig { name },
        other => other,
    })?;
    digest.add(&format!("repository/{CONFIG_NAME}"), &bytes);
    Ok(Config::from_text(&files.full_name(CONFIG_NAME), &bytes, Layer::Repository)?)
}

fn read_repository_config(files: &Files<'_>, server: Config, digest: &mut Digester) -> Result<Config, GateError> {
    let repository = read_tree_config(files, digest)?;
    Ok(Config::merge(server, repository)?)
}
