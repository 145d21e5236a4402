//! A configuration that has been found good.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::words::{Keyword, keywords};
use super::{FieldPath, GlobList, Layer, Limits, ResourceRule};
use crate::document::Span;
use crate::document::format::Format;
use crate::kubernetes::Version as KubernetesVersion;
use crate::policy::Condition;

/// What to judge, by which rules, within which limits. Only [`Config::from_text`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Version of the file's format; 1 is the only one.
    pub version: u32,
    /// Who tells who the pusher is.
    pub host: Host,
    /// Where policies and their data come from.
    pub policy_source: PolicySourceConfig,
    /// URLs by which Flux and Argo CD know this repository.
    pub repository_urls: Vec<String>,
    /// Which files are judged as which format; the first that matches counts. A file that none
    /// matches is judged by its name and content.
    pub files: Vec<FileRule>,
    /// Rules over the content of files, in the order of the file.
    pub rules: Vec<RuleConfig>,
    /// What must not change.
    pub immutability: Immutability,
    /// What happens to findings that the old side has already.
    pub existing: Existing,
    /// Whether the file says `existing` itself, and the default does not just apply.
    pub existing_written: bool,
    /// Bounds on the work for one push.
    pub limits: Limits,
}

keywords! {
    /// Who tells who the pusher is; never guessed.
    Host {
        /// Git over SSH or HTTP without a forge around it.
        Plain = "plain",
    } planned ["gitlab", "gitea", "forgejo", "gitolite", "ghes", "bitbucket", "gerrit"]
}

/// Where policies and their data come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PolicySourceConfig {
    /// The directory of the configuration file.
    #[default]
    Directory,
    /// A tree in the repository itself, as it is before the push.
    Ref {
        /// Full name of the ref.
        name: String,
        /// Directory in its tree, without a trailing slash; `.` is the root.
        path: String,
    },
}

/// One entry of `files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRule {
    /// Paths it is about.
    pub matches: GlobList,
    /// What to do with them.
    pub action: FileAction,
}

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileAction {
    /// Leave it unread.
    Ignore,
    /// Read it as this format.
    Format(Format),
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Keyword for Format {
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("yaml", Self::Yaml, "YAML, any number of documents."),
        ("json", Self::Json, "JSON, strictly."),
        ("jsonc", Self::Jsonc, "JSON with comments and trailing commas."),
        ("hcl", Self::Hcl, "HCL: Terraform, OpenTofu, Terragrunt, Packer."),
        ("toml", Self::Toml, "TOML."),
        ("ini", Self::Ini, "INI."),
        ("inventory", Self::Inventory, "An inventory of Ansible that is not YAML."),
        ("dotenv", Self::Dotenv, "NAME=value."),
        ("properties", Self::Properties, "Properties of Java."),
        ("xml", Self::Xml, "XML."),
        ("hocon", Self::Hocon, "HOCON."),
        ("dockerfile", Self::Dockerfile, "A Dockerfile."),
        ("ignore", Self::Ignore, "A file like .gitignore."),
        ("edn", Self::Edn, "EDN."),
        ("nginx", Self::Nginx, "Configuration of nginx."),
        ("vcl", Self::Vcl, "Configuration of Varnish."),
    ];
    const PLANNED: &'static [&'static str] = &["kubernetes"];
}

/// One entry of `rules`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleConfig {
    /// What judges.
    pub judge: JudgeConfig,
    /// What it judges.
    pub selection: Match,
    /// What its findings do.
    pub enforce: Enforce,
    /// Which file the rule is written in, and so what its paths are relative to.
    pub layer: Layer,
    /// Where it is written in that file.
    pub span: Span,
}

/// What judges in one entry of `rules`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JudgeConfig {
    /// Policies.
    Rego(RegoConfig),
    /// What a tool takes.
    Schema {
        /// Which tools. Never empty.
        kinds: Vec<SchemaKind>,
        /// The version of Kubernetes.
        version: KubernetesVersion,
    },
    /// Checks that come with pushgate. Never empty.
    Checks(Vec<Check>),
    /// How sources may be pinned. Never empty.
    Pins(Vec<Pin>),
}

/// Policies of one entry of `rules`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegoConfig {
    /// Policy file or directory, relative to the source of its layer.
    pub path: String,
    /// Packages to evaluate; empty for all that refuse or warn.
    pub namespaces: Vec<String>,
    /// What a policy is given.
    pub input: InputKind,
    /// Data files or directories, relative to the source of its layer.
    pub data: Vec<String>,
    /// Whose judgement counts where they differ in what is a mistake.
    pub compat: Option<Compat>,
    /// The version of Rego that all policies are written in; found out for each where it is not said.
    pub rego_version: Option<RegoVersion>,
    /// What a command line says where there is no configuration.
    pub alone: Option<Alone>,
}

/// Policies that a command line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alone {
    /// Further files or directories of the same set.
    pub also: Vec<String>,
    /// The folder that the names of files are told from.
    pub folder: String,
}

keywords! {
    /// Another tool, whose answers count.
    Compat {
        /// What conftest counts as passed is passed: rules that give no messages, namespaces that do not exist.
        Conftest = "conftest",
    } planned []
}

keywords! {
    /// A version of Rego.
    RegoVersion {
        /// As before OPA 1.0.
        V0 = "v0",
        /// As since OPA 1.0.
        V1 = "v1",
    } planned []
}

keywords! {
    /// What files are validated against.
    SchemaKind {
        /// The Kubernetes API: types that come with pushgate, and those of the repository's own definitions.
        Kubernetes = "kubernetes",
        /// What Terraform and OpenTofu take, whatever the provider.
        Terraform = "terraform",
        /// CloudFormation: sections, references, types of resources and their properties.
        CloudFormation = "cloudformation",
        /// Ansible: playbooks, tasks, variables, inventories, requirements.
        Ansible = "ansible",
        /// Compose files.
        Compose = "compose",
    } planned []
}

keywords! {
    /// Checks that come with pushgate.
    Check {
        /// Kustomizations are what kustomize accepts.
        Kustomization = "kustomization",
        /// Charts are what Helm accepts, and their values what `values.schema.json` says.
        HelmChart = "helm-chart",
        /// What kustomizations, Flux and Argo CD objects point at is in the repository.
        MissingReference = "missing-reference",
        /// No secret comes in unencrypted.
        PlaintextSecret = "plaintext-secret",
    } planned []
}

keywords! {
    /// How the revision of a source is given.
    Pin {
        /// A full commit id.
        Commit = "commit",
        /// The digest of an artifact.
        Digest = "digest",
        /// The name of a tag.
        Tag = "tag",
        /// An exact version.
        Version = "version",
        /// A range of versions.
        Range = "range",
        /// The name of a branch.
        Branch = "branch",
    } planned []
}

keywords! {
    /// What a policy is given as `input`.
    InputKind {
        /// Each document itself, as conftest does.
        Document = "document",
        /// All documents at once, as conftest does with --combine: a list of `path` and `contents`.
        Documents = "documents",
        /// Each resource or document before and after the push.
        Change = "change",
        /// All that is pushed, once.
        Push = "push",
    } planned []
}

keywords! {
    /// What findings do to the push.
    Enforce {
        /// Refuse it.
        Deny = "deny",
        /// Show them and accept.
        Warn = "warn",
        /// Record them and accept.
        DryRun = "dry-run",
    } planned []
}

impl Enforce {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    fn is_deny(&self) -> bool {
        *self == Self::Deny
    }
}

keywords! {
    /// What happens to findings that are on the old side already.
    Existing {
        /// Show them and accept.
        Report = "report",
        /// Refuse the push as for new ones.
        Deny = "deny",
        /// Leave them out.
        Ignore = "ignore",
    } planned []
}

/// What a rule judges; everything that is not narrowed down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Match {
    /// Paths of files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paths: Option<GlobList>,
    /// Refs that are pushed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refs: Option<GlobList>,
    /// Kinds of resources, exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<String>>,
    /// Formats that files are read as.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "names")]
    pub formats: Option<Vec<Format>>,
}

#[expect(clippy::ref_option, reason = "as serde calls it")]
fn names<S: Serializer>(formats: &Option<Vec<Format>>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(formats.iter().flatten().map(|format| format.name()))
}

/// What must not change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Immutability {
    /// Rules over refs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refs: Vec<RefRule>,
    /// Rules over files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<PathRule>,
    /// Rules over fields of documents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldEntry>,
    /// Rules over resources as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceRule>,
}

impl Immutability {
    /// Whether there is no rule at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.refs.is_empty() && self.paths.is_empty() && self.fields.is_empty() && self.resources.is_empty()
    }
}

/// What must not happen to some refs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefRule {
    /// The refs.
    #[serde(rename = "match")]
    pub matches: GlobList,
    /// What is refused. Never empty.
    pub forbid: Vec<RefAction>,
}

keywords! {
    /// What a push can do to a ref.
    RefAction {
        /// Make it.
        Create = "create",
        /// Move it, wherever to.
        Update = "update",
        /// Move it to a commit that does not descend from where it was.
        Rewrite = "rewrite",
        /// Remove it.
        Delete = "delete",
    } planned ["merge-commits", "unsigned"]
}

/// What may happen to some files; everything else is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathRule {
    /// The files.
    #[serde(rename = "match")]
    pub matches: GlobList,
    /// Refs it holds on; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refs: Option<GlobList>,
    /// What is allowed; empty for nothing.
    pub allow: Vec<PathAction>,
}

keywords! {
    /// What a push can do to a file.
    PathAction {
        /// Add it where there was nothing.
        Create = "create",
    } planned []
}

/// One entry of `immutability.fields`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FieldEntry {
    /// Rules that come with pushgate.
    Catalogue(CatalogueRule),
    /// A rule of the file's own.
    Own(FieldRule),
}

/// A catalogue of rules over fields that comes with pushgate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogueRule {
    /// Which.
    pub catalogue: Catalogue,
    /// Minor version of the cluster that the manifests are for; of `kubernetes` alone.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "version")]
    pub version: Option<KubernetesVersion>,
    /// The documents; all if absent.
    #[serde(rename = "match", skip_serializing_if = "FieldMatch::is_all")]
    pub selection: FieldMatch,
    /// What its findings do.
    #[serde(skip_serializing_if = "Enforce::is_deny")]
    pub enforce: Enforce,
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn version<S: Serializer>(version: &Option<KubernetesVersion>, serializer: S) -> Result<S::Ok, S::Error> {
    match version {
        Some(version) => serializer.collect_str(version),
        None => serializer.serialize_none(),
    }
}

keywords! {
    /// Rules over fields that come with pushgate.
    Catalogue {
        /// What the API server of Kubernetes does not let change.
        Kubernetes = "kubernetes",
        /// What CloudFormation replaces resources for.
        CloudFormation = "cloudformation",
        /// What Terraform destroys or replaces resources for.
        Terraform = "terraform",
    } planned []
}

/// How some fields may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldRule {
    /// The documents.
    #[serde(rename = "match")]
    pub selection: FieldMatch,
    /// The fields.
    pub path: FieldPath,
    /// How they may change.
    pub transition: Transition,
    /// What has to hold of both sides for it to count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What to tell someone who has tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What its findings do.
    #[serde(skip_serializing_if = "Enforce::is_deny")]
    pub enforce: Enforce,
}

/// Which documents a rule over fields is about: those that everything written here holds for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldMatch {
    /// Kinds, exact; any if empty.
    #[serde(rename = "kind", skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// API group without version, exact; empty for the core group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<GlobList>,
    /// Names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<GlobList>,
    /// Paths of files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paths: Option<GlobList>,
    /// Refs that are pushed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refs: Option<GlobList>,
}

impl FieldMatch {
    /// Whether it is about all documents.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

/// How a field may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// As a word says.
    Motion(Motion),
    /// Not at all, but for these fields below it. Never empty.
    Only(Vec<FieldPath>),
    /// From state to state.
    States(States),
}

impl Serialize for Transition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, mut map) = match self {
            Self::Motion(motion) => return motion.serialize(serializer),
            Self::Only(_) => ("only", serializer.serialize_map(Some(1))?),
            Self::States(_) => ("states", serializer.serialize_map(Some(1))?),
        };
        match self {
            Self::Motion(_) => {}
            Self::Only(fields) => map.serialize_entry(key, fields)?,
            Self::States(states) => map.serialize_entry(key, states)?,
        }
        map.end()
    }
}

/// A state machine: each state with those that may follow it, in the order of the file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct States(pub Vec<(String, Vec<String>)>);

impl Serialize for States {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(state, next)| (state, next)))
    }
}

keywords! {
    /// How a field may change, in a word.
    Motion {
        /// Not at all: not set, not changed, not removed.
        Immutable = "immutable",
        /// Set where nothing was; then not at all.
        SetOnce = "set-once",
        /// To a larger number, quantity or duration; a list or mapping gets new entries.
        GrowOnly = "grow-only",
        /// To a smaller number, quantity or duration; a list or mapping loses entries.
        ShrinkOnly = "shrink-only",
        /// To anything but nothing.
        Keep = "keep",
        /// A list or mapping gets new entries; those it has stay as they are.
        AddOnly = "add-only",
        /// A list or mapping loses entries; those it keeps stay as they are.
        RemoveOnly = "remove-only",
    } planned []
}

impl Serialize for FileRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("match", &self.matches)?;
        match &self.action {
            FileAction::Ignore => map.serialize_entry("ignore", &true)?,
            FileAction::Format(format) => map.serialize_entry("format", format.name())?,
        }
        map.end()
    }
}
