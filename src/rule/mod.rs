//! Rules: what is said about a change.
//!
//! A rule family is one file and one line in [`Rules::build`]. Rules see refs, paths and documents; they
//! must not know how findings are shown. What they find goes to `verdict/`.

mod breach;
pub mod builtin;
mod catalogue;
mod fields;
mod file;
mod gone;
mod helm;
mod iac;
mod kustomize;
mod kustomized;
mod pair;
mod paths;
mod pins;
mod push;
mod references;
mod refs;
mod rego;
mod resources;
mod schema;
mod secrets;
mod together;

pub use file::{Construction, FileText};
pub use gone::{Gone, Namespace, Standing, is_protected};
pub use kustomized::{Added, Kustomization, Kustomized, Wholeness};
pub use pair::{ChangeKind, Pair, Side};
pub use push::{ChangedPath, Overview, UpdateOverview, Wanted};
pub use together::Gathered;

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    config::{Check, Config, Enforce, FieldEntry, FieldMatch, JudgeConfig, Match, SchemaKind},
    document::{Identity, Role, Span, Unit, format::Format},
    git::{Change, GitError, Oid, RefKind, RefName, RepoPath},
    gitops::{Tree, TreeError, clusters::Cluster},
    iac::terraform,
    kubernetes::crd::CustomResource,
    policy::{EvalError, Inventory},
    push::{Pusher, RefChange},
    verdict::{Finding, Severity},
};

/// One family of rules, as configured.
pub trait Rule: Send + Sync {
    /// Whether the rule has anything to say about pushes to this ref.
    fn selects_ref(&self, name: &RefName) -> bool;

    /// Whether what it says of a document can depend on the ref that would hold it.
    fn depends_on_ref(&self) -> bool {
        false
    }

    /// Whether what it says of a document can depend on other files.
    fn depends_on_tree(&self) -> bool {
        false
    }

    /// Says what it has to say about the ref itself.
    fn on_ref(&self, _transition: &Transition<'_>, _findings: &mut Vec<Finding>) {}

    /// Says what it has to say about a changed path, whatever its file holds.
    fn on_path(&self, _scope: &Scope<'_>, _change: &Change, _findings: &mut Vec<Finding>) {}

    /// Whether it is asked about a unit at all.
    fn looks_at(&self, unit: &Unit<'_>) -> bool {
        unit.role == Role::Judged
    }

    /// Says what it has to say about one side of a document: called for the new side, and for the
    /// old side to tell what was there before.
    ///
    /// # Errors
    /// [`RuleError`] when it could not be judged.
    fn on_unit(
        &self,
        _scope: &Scope<'_>,
        _file: &FileText,
        _unit: &Unit<'_>,
        _findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        Ok(())
    }

    /// Says what it has to say about a file of a format that holds no document at all.
    fn on_empty(&self, _file: &FileText, _findings: &mut Vec<Finding>) {}

    /// Whether the rule looks at the text of every file, declarative or not.
    fn reads_text(&self) -> bool {
        false
    }

    /// Says what it has to say about the text of a file, with the units in it where it is
    /// declarative: called for both sides, as [`Rule::on_unit`]. What it returns is not to be shown
    /// to anybody.
    ///
    /// # Errors
    /// [`RuleError`] when it could not be judged.
    fn on_text(
        &self,
        _scope: &Scope<'_>,
        _file: &FileText,
        _units: &[&Unit<'_>],
        _findings: &mut Vec<Finding>,
    ) -> Result<Vec<Span>, RuleError> {
        Ok(Vec::new())
    }

    /// Files that did not change but of which the rule may say something else now: they point at
    /// what changed. Files that do not exist any more may be among them. `before` is the repository
    /// before the push.
    ///
    /// # Errors
    /// [`RuleError`] when they could not be found out.
    fn affected(
        &self,
        _scope: &Scope<'_>,
        _before: &dyn Surroundings,
        _changes: &[Change],
    ) -> Result<Vec<RepoPath>, RuleError> {
        Ok(Vec::new())
    }

    /// What the rule wants to know of the push as a whole; nothing where it has nothing to say about that.
    fn wants_push(&self) -> Option<Wanted> {
        None
    }

    /// Says what it has to say about the push as a whole, after all its refs were judged.
    ///
    /// # Errors
    /// [`RuleError`] when it could not be judged.
    fn on_push(
        &self,
        _scope: &Scope<'_>,
        _overview: &Overview<'_>,
        _findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        Ok(())
    }

    /// Whether a file at this path is judged together with all others of the repository for which that holds.
    fn gathers(&self, _path: &RepoPath) -> bool {
        false
    }

    /// Says what it has to say about all documents of those files at once: called for the new side when any of them
    /// changed, and for the old side to tell what was there before.
    ///
    /// # Errors
    /// [`RuleError`] when they could not be judged.
    fn on_all(&self, _scope: &Scope<'_>, _all: &[Gathered<'_>], _findings: &mut Vec<Finding>) -> Result<(), RuleError> {
        Ok(())
    }

    /// Says what it has to say about all changed files together, where both sides are compared. `before` is the
    /// repository before the push. Files that the configuration leaves out are not among them.
    ///
    /// # Errors
    /// [`RuleError`] when they could not be judged.
    fn on_changes(
        &self,
        _scope: &Scope<'_>,
        _before: &dyn Surroundings,
        _changes: &[&Change],
        _findings: &mut Vec<Finding>,
    ) -> Result<(), RuleError> {
        Ok(())
    }

    /// Whether the rule looks at both sides of documents.
    fn compares(&self) -> bool {
        false
    }

    /// Whether it is about objects as they are applied: where kustomize builds them, it is told of those that are
    /// built, and not of what they are built from.
    fn compares_applied(&self) -> bool {
        false
    }

    /// Says what it has to say about a document before and after.
    ///
    /// # Errors
    /// [`RuleError`] when it could not be judged.
    fn on_pair(&self, _scope: &Scope<'_>, _pair: &Pair<'_>, _findings: &mut Vec<Finding>) -> Result<(), RuleError> {
        Ok(())
    }

    /// Whether [`Rule::on_gone`] may have something to say of a resource of the old side: what is told here costs
    /// a search of the repository when the resource is gone.
    fn protects(&self, _scope: &Scope<'_>, _old: Side<'_>) -> bool {
        false
    }

    /// Says what it has to say about a resource that is gone, or has another name.
    ///
    /// # Errors
    /// [`RuleError`] when it could not be judged.
    fn on_gone(&self, _scope: &Scope<'_>, _gone: &Gone<'_>, _findings: &mut Vec<Finding>) -> Result<(), RuleError> {
        Ok(())
    }
}

/// Why a rule could not judge. There is no verdict then.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// A policy failed.
    #[error("{path}: {source}")]
    Policy {
        /// The file that was judged.
        path: RepoPath,
        /// What happened.
        #[source]
        source: EvalError,
    },
    /// A policy about the push as a whole failed.
    #[error("the push: {0}")]
    PushPolicy(#[source] EvalError),
    /// What a file points at could not be looked up.
    #[error("{0}")]
    Tree(#[from] TreeError),
}

/// The repository as it is on the side that is judged, as far as rules ask about it.
pub trait Surroundings: Tree + Sync {
    /// What the repository's own definitions say of a kind, in all its versions.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn custom_resources(&self, group: &str, kind: &str) -> Result<Vec<Arc<CustomResource>>, TreeError>;

    /// The repository's default branch; `None` where there is no repository, or it says none.
    fn default_branch(&self) -> Option<RefName>;

    /// The Git repositories that objects in this one tell Flux about, by the name of the object.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn git_repositories(&self, name: &str) -> Result<Vec<GitRepository>, TreeError>;

    /// The files of Terraform that call the module in a folder.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn calling(&self, folder: &str) -> Result<Vec<RepoPath>, TreeError>;

    /// The module of Terraform in a folder, with those that it calls.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn terraform_module(&self, folder: &str) -> Result<terraform::Module, TreeError>;

    /// All that the root module in a folder makes.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn terraform_estate(&self, folder: &str) -> Result<terraform::Estate, TreeError>;

    /// A file of configuration, parsed; nothing where there is none, or it cannot be relied on.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn text(&self, path: &str) -> Result<Option<FileText>, TreeError>;

    /// The files with Flux or Argo CD objects that point at any of some paths.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn pointing_at(&self, paths: &dyn Fn(&str) -> bool) -> Result<Vec<RepoPath>, TreeError>;

    /// All objects of Kubernetes in it.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn inventory(&self) -> Result<&Inventory, TreeError>;

    /// What all kustomizations point at.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn kustomized(&self) -> Result<&Kustomized, TreeError>;

    /// The objects in all manifests in which any of some words stands, in the order of paths.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn standing(&self, words: &BTreeSet<String>) -> Result<Vec<Standing>, TreeError>;

    /// The namespace that an object in a file is in.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn namespace_of(&self, path: &str, identity: &Identity) -> Result<Namespace, TreeError>;

    /// The clusters and environments that the folders of a path name.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn clusters_of(&self, path: &str) -> Result<Vec<Cluster>, TreeError>;

    /// Those of the kustomizations and of the objects of Flux and Argo CD that have a file applied, each with what
    /// its own path names; nothing for those that name none.
    ///
    /// # Errors
    /// [`TreeError`] when the repository cannot be read.
    fn applied_in(&self, path: &str) -> Result<Vec<Vec<Cluster>>, TreeError>;
}

/// A `GitRepository` of Flux.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitRepository {
    /// Its namespace, as far as the file says.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The branch that Flux follows, where it says one.
    pub branch: Option<String>,
    /// Whether it names a commit, a tag or the like: what is on a branch says nothing about it.
    pub fixed: bool,
}

/// What happens to a ref, with what rules may ask about it.
pub struct Transition<'a> {
    /// The ref that really changes.
    pub name: &'a RefName,
    /// What should become of it.
    pub change: RefChange,
    /// Whether the old tip stays reachable from the new one; asked only where a rule needs it.
    pub forward: &'a dyn Fn() -> Result<bool, GitError>,
    /// Where a failed question is kept: a ref rule has no verdict of its own then.
    pub failure: &'a std::cell::RefCell<Option<GitError>>,
}

impl Transition<'_> {
    /// Whether history would be lost. An unanswered question counts as yes, and is kept as failure.
    #[must_use]
    pub fn rewrites(&self) -> bool {
        match self.change {
            RefChange::Create { .. } | RefChange::Delete { .. } => false,
            RefChange::Update { .. } => match (self.forward)() {
                Ok(forward) => !forward,
                Err(error) => {
                    *self.failure.borrow_mut() = Some(error);
                    true
                }
            },
        }
    }
}

/// Where a change would land.
#[derive(Clone)]
pub struct Scope<'a> {
    /// The ref; `None` when files are judged as they lie.
    pub ref_name: Option<&'a RefName>,
    /// Who asks.
    pub pusher: &'a Pusher,
    /// The values of `git push -o`.
    pub options: &'a [String],
    /// When, in nanoseconds since 1970.
    pub time: i64,
    /// The old tip.
    pub old: Option<Oid>,
    /// The new tip.
    pub new: Option<Oid>,
    /// The repository with what is judged: after the push for the new side, before it for the old.
    pub tree: &'a dyn Surroundings,
}

impl Scope<'_> {
    /// What the ref is for, on the wire.
    #[must_use]
    pub fn ref_kind(&self) -> &'static str {
        match self.ref_name.map(RefName::kind) {
            Some(RefKind::Branch) => "branch",
            Some(RefKind::Tag) => "tag",
            Some(RefKind::Other) => "other",
            None => "none",
        }
    }
}

/// Whether an entry of `rules` is about pushes to a ref.
fn selects_ref(selection: &Match, name: &RefName) -> bool {
    selection.refs.as_ref().is_none_or(|globs| globs.matches(name.as_str().as_bytes()))
}

/// Whether an entry of `rules` is about a file.
fn selects_path(selection: &Match, path: &RepoPath) -> bool {
    selection.paths.as_ref().is_none_or(|globs| globs.matches(path.as_bytes()))
}

/// Whether an entry of `rules` is about a unit of a file.
fn selects(selection: &Match, file: &FileText, unit: &Unit<'_>) -> bool {
    let is_of = |formats: &Vec<Format>| formats.iter().any(|format| format.name() == file.format);
    let is_wanted = |kinds: &Vec<String>| unit.kind().is_some_and(|kind| kinds.iter().any(|wanted| wanted == kind));
    selects_path(selection, &file.path)
        && selection.kinds.as_ref().is_none_or(is_wanted)
        && selection.formats.as_ref().is_none_or(is_of)
}

/// Whether an entry of `immutability` is about a document, on either side.
fn selects_pair(selection: &FieldMatch, pair: &Pair<'_>) -> bool {
    let unit = pair.shown().unit;
    let sides = [pair.before(), pair.after()].into_iter().flatten().map(|side| &side.file.path);
    selects_object(selection, unit.kind(), pair.identity(), &sides.collect::<Vec<_>>())
}

/// Whether an entry of `immutability` is about an object that stands in these files.
fn selects_object(
    selection: &FieldMatch,
    kind: Option<&str>,
    identity: Option<&Identity>,
    files: &[&RepoPath],
) -> bool {
    let kinds = selection.kinds.is_empty() || kind.is_some_and(|kind| selection.kinds.iter().any(|k| k == kind));
    let group = selection.group.as_ref().is_none_or(|group| identity.is_some_and(|id| id.group == *group));
    let namespace = selection.namespace.as_ref().is_none_or(|globs| {
        identity.is_some_and(|id| globs.matches(id.namespace.as_deref().unwrap_or_default().as_bytes()))
    });
    let name = selection.name.as_ref().is_none_or(|globs| identity.is_some_and(|id| globs.matches(id.name.as_bytes())));
    // A document that moved out of the guarded paths is still the same one.
    let paths = selection.paths.as_ref().is_none_or(|globs| files.iter().any(|path| globs.matches(path.as_bytes())));
    kinds && group && namespace && name && paths
}

/// The bytes of a file that a rule can do without if it is too large: where such a file is declarative
/// and changed, its push is refused for that.
fn read_if_small(tree: &dyn Surroundings, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
    match tree.read(path) {
        Err(error) if error.is_too_large() => Ok(None),
        read => read,
    }
}

/// Lowers a finding to what its rule is allowed to do.
fn enforce(finding: &mut Finding, enforce: Enforce) {
    match enforce {
        Enforce::Deny => {}
        Enforce::Warn => finding.severity = finding.severity.max(Severity::Warn),
        Enforce::DryRun => finding.severity = Severity::Info,
    }
}

/// Everything that judges, in the order of the configuration.
pub struct Rules {
    rules: Vec<Box<dyn Rule>>,
}

impl Rules {
    /// Takes the rules of a configuration. Its policies are compiled already, in the order of those
    /// entries of `config.rules` that name any.
    #[must_use]
    pub fn build(config: &Config, policies: Vec<Arc<crate::policy::PolicySet>>) -> Self {
        let mut rules: Vec<Box<dyn Rule>> = Vec::new();
        rules.push(Box::new(refs::RefRules::new(config)));
        for rule in &config.immutability.paths {
            rules.push(Box::new(paths::PathImmutability::new(rule.clone())));
        }
        for entry in &config.immutability.fields {
            rules.push(match entry {
                FieldEntry::Own(rule) => Box::new(fields::FieldImmutability::new(rule.clone())),
                FieldEntry::Catalogue(rule) => catalogue::rule(rule.clone()),
            });
        }
        for rule in &config.immutability.resources {
            rules.push(Box::new(resources::ResourceProtection::new(rule.clone())));
        }
        let mut policies = policies.into_iter();
        for rule in &config.rules {
            match &rule.judge {
                JudgeConfig::Rego(rego) => {
                    rules.extend(policies.next().map(|policies| -> Box<dyn Rule> {
                        Box::new(rego::RegoRule::new(rule.clone(), rego.clone(), policies))
                    }));
                }
                JudgeConfig::Schema { kinds, version } => rules.extend(kinds.iter().map(|kind| -> Box<dyn Rule> {
                    match kind {
                        SchemaKind::Kubernetes => Box::new(schema::KubernetesSchema::new(rule.clone(), *version)),
                        SchemaKind::Terraform => Box::new(iac::ToolSchema::new(rule.clone(), iac::Tool::Terraform)),
                        SchemaKind::CloudFormation => {
                            Box::new(iac::ToolSchema::new(rule.clone(), iac::Tool::CloudFormation))
                        }
                        SchemaKind::Ansible => Box::new(iac::ToolSchema::new(rule.clone(), iac::Tool::Ansible)),
                        SchemaKind::Compose => Box::new(iac::ToolSchema::new(rule.clone(), iac::Tool::Compose)),
                    }
                })),
                JudgeConfig::Checks(checks) => rules.extend(checks.iter().map(|check| -> Box<dyn Rule> {
                    match check {
                        Check::Kustomization => Box::new(kustomize::Kustomizations::new(rule.clone(), &config.files)),
                        Check::HelmChart => Box::new(helm::Charts::new(rule.clone())),
                        Check::MissingReference => {
                            Box::new(references::References::new(rule.clone(), &config.repository_urls))
                        }
                        Check::PlaintextSecret => Box::new(secrets::PlaintextSecrets::new(rule.clone())),
                    }
                })),
                JudgeConfig::Pins(pins) => {
                    rules.push(Box::new(pins::Pins::new(rule.clone(), pins.clone(), &config.repository_urls)));
                }
            }
        }
        Self { rules }
    }

    /// The rules that have something to say about a ref, by number.
    #[must_use]
    pub fn selected(&self, name: &RefName) -> BTreeSet<usize> {
        self.rules.iter().enumerate().filter(|(_, rule)| rule.selects_ref(name)).map(|(index, _)| index).collect()
    }

    /// Number of rules that do not hold for a ref.
    #[must_use]
    pub fn passed_over(&self, name: &RefName) -> usize {
        self.rules.len() - self.selected(name).len()
    }

    /// Whether any of these rules can say otherwise of another ref.
    #[must_use]
    pub fn depends_on_ref(&self, selected: &BTreeSet<usize>) -> bool {
        selected.iter().filter_map(|index| self.rules.get(*index)).any(|rule| rule.depends_on_ref())
    }

    /// The rules for a ref; all of them where no ref is involved.
    pub fn for_ref<'a>(&'a self, name: Option<&'a RefName>) -> impl Iterator<Item = &'a dyn Rule> {
        self.rules.iter().filter(move |rule| name.is_none_or(|name| rule.selects_ref(name))).map(AsRef::as_ref)
    }
}
