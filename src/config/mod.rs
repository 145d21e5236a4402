//! The configuration: what `pushgate.yaml` says.
//!
//! This room reads the text of a configuration into a [`Config`] that can be relied on, or says
//! everything that is wrong with it, each mistake at its line. It is strict: what is unknown, not
//! built yet or without effect is a mistake, because a rule that is not enforced looks exactly like
//! a rule that is kept. It must not know Git objects or the file system; who calls it brings the
//! bytes. Next, `gate.rs` opens the policies and judges pushes by them.

mod decode;
mod field_path;
mod fields;
mod fitting;
mod glob;
mod keys;
mod limits;
mod model;
mod problem;
mod read;
mod resources;
mod schema;
mod show;
#[cfg(test)]
mod tests;
mod words;

pub use field_path::{FieldPath, FieldPathError, Part as FieldPart};
pub use glob::GlobList;
pub use limits::Limits;
pub use model::{
    Alone, Catalogue, CatalogueRule, Check, Compat, Config, Enforce, Existing, FieldEntry, FieldMatch, FieldRule,
    FileAction, FileRule, Host, Immutability, InputKind, JudgeConfig, Match, Motion, PathAction, PathRule, Pin,
    PolicySourceConfig, RefAction, RefRule, RegoConfig, RegoVersion, RuleConfig, SchemaKind, States, Transition,
};
pub use problem::{ConfigErrors, ConfigProblem};
pub use resources::{Label, NEEDED_KINDS, ResourceAction, ResourceMatch, ResourceRule};
pub use schema::json_schema;
pub use show::show;

use crate::document::format::{self, Format};
use crate::document::{ParseLimits, Source, Span, Value};

/// Where a configuration comes from, and so what it may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The server's own file, which no push can change.
    Server,
    /// A file of the repository, from a protected ref as it is before the push. It may add rules; who
    /// the pusher is, where policies come from and what a push may cost is not for it to say.
    Repository,
    /// The file a person or a CI job judges by before anything is pushed.
    Client,
}

/// Bounds on the file itself: enough for any configuration, and small enough to read before every push.
const FILE_SIZE: usize = 1 << 20;
const FILE_LIMITS: ParseLimits = ParseLimits { depth: 64, alias_nodes: 10_000, documents: 16, nodes: 100_000 };

impl Config {
    /// Reads a configuration. `name` is what its file is called in reports.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn from_text(name: &str, bytes: &[u8], layer: Layer) -> Result<Self, ConfigErrors> {
        if bytes.len() > FILE_SIZE {
            let problem = ConfigProblem::new(Span::default(), "the file is larger than 1MiB");
            let problem = problem.help("move lists that long into the policies' data");
            return Err(ConfigErrors::new(name, Source::default(), vec![problem]));
        }
        let parsed = format::parse(Format::Yaml, bytes, &FILE_LIMITS);
        let fatal = parsed.problems.iter().any(|problem| problem.kind.is_fatal());
        let mut problems: Vec<ConfigProblem> = parsed.problems.into_iter().map(ConfigProblem::from).collect();
        let mut config = None;
        if !fatal {
            let mut documents = parsed.documents.iter();
            match documents.next().filter(|document| !matches!(document.root.value, Value::Null)) {
                None => problems.push(
                    ConfigProblem::new(Span::default(), "the file is empty")
                        .help("start with `version: 1` and `rules`"),
                ),
                Some(document) => {
                    let mut decoder = decode::Decoder::new(parsed.source.text(), layer);
                    config = read::config(&mut decoder, &document.root, layer);
                    problems.extend(decoder.into_problems());
                }
            }
            if let Some(second) = documents.next() {
                let problem = ConfigProblem::new(second.root.span, "a second document");
                problems.push(problem.help("a configuration is one document: remove what follows `---`"));
            }
        }
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            Some(_) | None => Err(ConfigErrors::new(name, parsed.source, problems)),
        }
    }

    /// What policies alone say: one rule, over every file that is given. Standard input is called `-`; `format` is what
    /// every file is read as, if anything is said.
    #[must_use]
    pub fn for_policies(rego: RegoConfig, format: Option<Format>) -> Self {
        let mut compiled = glob::Compiled::default();
        let mut file = |pattern: &str, format| {
            let patterns = vec![(pattern.to_owned(), Span::default())];
            let matches = GlobList::new(patterns, &mut compiled).ok()?;
            Some(FileRule { matches, action: FileAction::Format(format) })
        };
        let all = format.and_then(|format| file("**", format));
        let files = all.into_iter().chain(file("-", Format::Yaml)).collect();
        let rule = RuleConfig {
            judge: JudgeConfig::Rego(rego),
            selection: Match::default(),
            enforce: Enforce::Deny,
            layer: Layer::Client,
            span: Span::default(),
        };
        Self {
            version: 1,
            host: Host::Plain,
            policy_source: PolicySourceConfig::Directory,
            repository_urls: Vec::new(),
            files,
            rules: vec![rule],
            immutability: Immutability::default(),
            existing: Existing::Report,
            existing_written: false,
            limits: Limits::default(),
        }
    }

    /// Whether it is one of [`Config::for_policies`].
    #[must_use]
    pub fn is_policies_alone(&self) -> bool {
        self.rules.iter().any(|rule| matches!(&rule.judge, JudgeConfig::Rego(RegoConfig { alone: Some(_), .. })))
    }

    /// The server's configuration with what the repository's adds: its entries follow the server's,
    /// and its `existing` counts where the server's file does not say.
    ///
    /// # Errors
    ///
    /// That both together refuse nothing.
    pub fn merge(server: Self, repository: Self) -> Result<Self, ConfigErrors> {
        let Self { mut repository_urls, mut files, mut rules, mut immutability, .. } = server;
        repository_urls.extend(repository.repository_urls);
        files.extend(repository.files);
        rules.extend(repository.rules);
        immutability.refs.extend(repository.immutability.refs);
        immutability.paths.extend(repository.immutability.paths);
        immutability.fields.extend(repository.immutability.fields);
        immutability.resources.extend(repository.immutability.resources);
        if rules.is_empty() && immutability.is_empty() {
            let problem = read::refuses_nothing(Span::default());
            let name = "the server's and the repository's configuration together";
            return Err(ConfigErrors::new(name, Source::default(), vec![problem]));
        }
        let existing = if server.existing_written { server.existing } else { repository.existing };
        let existing_written = server.existing_written || repository.existing_written;
        Ok(Self { repository_urls, files, rules, immutability, existing, existing_written, ..server })
    }
}
