//! From the keys of the file to [`Config`].

use std::collections::BTreeMap;
use std::time::Duration;

use super::decode::Decoder;
use super::fields::Fields;
use super::glob::GlobList;
use super::keys::ROOT;
use super::model::{
    Catalogue, CatalogueRule, Check, Compat, Config, Enforce, Existing, FieldEntry, FieldMatch, FieldRule, FileAction,
    FileRule, Host, Immutability, InputKind, JudgeConfig, Match, Motion, PathRule, Pin, PolicySourceConfig, RefRule,
    RegoConfig, RegoVersion, RuleConfig, SchemaKind, States, Transition,
};
use super::problem::ConfigProblem;
use super::words::{Complaint, below};
use super::{Layer, Limits, fitting};
use crate::document::format::Format;
use crate::document::{Node, Span};
use crate::kubernetes::Version;
use crate::policy::{Condition, ConditionError};

/// The directory of policies in a repository's tree, where the file does not say.
const POLICY_PATH: &str = ".pushgate";

/// Reads the whole file; what is wrong is noted in the decoder, and what is returned then counts for nothing.
pub(super) fn config(decoder: &mut Decoder<'_>, root: &Node, layer: Layer) -> Option<Config> {
    let fields = decoder.fields(root, &ROOT, "the file")?;
    let version = decoder.version(&fields, "version");
    let host = decoder.word::<Host>(&fields, "host").unwrap_or(Host::Plain);
    let policy_source = policy_source(decoder, &fields);
    let repository_urls = decoder
        .table(&fields, "repository")
        .and_then(|repository| strings(decoder, &repository, "url"))
        .unwrap_or_default();
    let files = decoder.tables(&fields, "files", |decoder, fields, _| file(decoder, fields));
    repeated_patterns(decoder, &files);
    let rules = decoder.tables(&fields, "rules", |decoder, fields, span| rule(decoder, fields, span, layer));
    let limits = limits(decoder, &fields);
    let immutability = immutability(decoder, &fields, &limits);
    let existing = decoder.word::<Existing>(&fields, "existing");

    // What a repository's file lacks the server's may have, and the other way round: see `Config::merge`.
    let alone = match layer {
        Layer::Server | Layer::Client => !fields.has("policy"),
        Layer::Repository => false,
    };
    if alone && !fields.has("rules") && !fields.has("immutability") {
        decoder.note(refuses_nothing(root.span));
    }
    Some(Config {
        version: version?,
        host,
        policy_source,
        repository_urls,
        files,
        rules,
        immutability,
        existing: existing.unwrap_or(Existing::Report),
        existing_written: existing.is_some(),
        limits,
    })
}

/// The problem of a configuration without any rule.
pub(super) fn refuses_nothing(span: Span) -> ConfigProblem {
    ConfigProblem::new(span, "this configuration refuses nothing").help("add an entry to `rules` or `immutability`")
}

fn policy_source(decoder: &mut Decoder<'_>, root: &Fields<'_>) -> PolicySourceConfig {
    let source = decoder.table(root, "policy").and_then(|policy| decoder.table(&policy, "source"));
    let Some(source) = source else { return PolicySourceConfig::Directory };
    let name = decoder.text(&source, "ref");
    let path = decoder.text(&source, "path").unwrap_or_else(|| POLICY_PATH.to_owned());
    match name {
        Some(name) => PolicySourceConfig::Ref { name, path: normal(&path) },
        None => PolicySourceConfig::Directory,
    }
}

/// A relative path without `.` parts and doubled or trailing slashes; `.` if nothing is left.
fn normal(path: &str) -> String {
    let parts: Vec<_> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

fn file(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> Option<FileRule> {
    let matches = globs(decoder, fields, "match");
    let format = decoder.word::<Format>(fields, "format");
    let ignored = decoder.is_true(fields, "ignore");
    let action = match format {
        Some(format) => FileAction::Format(format),
        None if ignored => FileAction::Ignore,
        None => return None,
    };
    Some(FileRule { matches: matches?, action })
}

/// Notes patterns of `files` that can never count, because an earlier entry takes all they match.
fn repeated_patterns(decoder: &mut Decoder<'_>, files: &[FileRule]) {
    let mut earlier: BTreeMap<&str, Span> = BTreeMap::new();
    for file in files {
        for (pattern, span) in file.matches.spans() {
            let (message, first) = match (earlier.get(pattern.as_str()), earlier.get("**")) {
                (Some(first), _) => (format!("`{pattern}` stands in an earlier entry of `files`"), *first),
                (None, Some(all)) => (format!("`{pattern}` never counts: an earlier entry takes every file"), *all),
                (None, None) => continue,
            };
            let problem = ConfigProblem::new(*span, message).related(first, "the first match counts");
            decoder.note(problem.help("remove it, or move its entry up"));
        }
        for (pattern, span) in file.matches.spans() {
            earlier.entry(pattern).or_insert(*span);
        }
    }
}

fn rule(decoder: &mut Decoder<'_>, fields: &Fields<'_>, span: Span, layer: Layer) -> Option<RuleConfig> {
    let judge = judge(decoder, fields);
    let selection = match decoder.table(fields, "match") {
        Some(fields) => Match {
            paths: globs(decoder, &fields, "paths"),
            refs: globs(decoder, &fields, "refs"),
            kinds: strings(decoder, &fields, "kinds"),
            formats: decoder.words::<Format>(&fields, "formats"),
        },
        None => Match::default(),
    };
    let enforce = decoder.word(fields, "enforce").unwrap_or(Enforce::Deny);
    Some(RuleConfig { judge: judge?, selection, enforce, layer, span })
}

fn judge(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> Option<JudgeConfig> {
    // All of them are read, so that all mistakes are found; `Fields` notes when there is more than one.
    let rego = decoder.text(fields, "rego");
    let namespaces = strings(decoder, fields, "namespaces").unwrap_or_default();
    let input = decoder.word(fields, "input").unwrap_or(InputKind::Document);
    let compat = decoder.word::<Compat>(fields, "compat");
    let rego_version = decoder.word::<RegoVersion>(fields, "rego-version");
    let data = strings(decoder, fields, "data").unwrap_or_default();
    let data = data.iter().map(|path| normal(path)).collect();
    let schema = decoder.words::<SchemaKind>(fields, "schema");
    let version = decoder.text(fields, "version").and_then(|version| Version::parse(&version));
    if let Some(kinds) = &schema
        && version.is_some()
        && !kinds.contains(&SchemaKind::Kubernetes)
        && let Some((_, entry)) = fields.find("version")
    {
        let problem = ConfigProblem::new(entry.key_span, "`version` is that of Kubernetes, which is not named here");
        decoder.note(problem.help("remove it"));
    }
    let checks = decoder.words::<Check>(fields, "check");
    let pins = decoder.words::<Pin>(fields, "pins");
    if let Some(path) = rego {
        let path = normal(&path);
        let rego = RegoConfig { path, namespaces, input, data, compat, rego_version, alone: None };
        return Some(JudgeConfig::Rego(rego));
    }
    if let Some(kinds) = schema {
        return Some(JudgeConfig::Schema { kinds, version: version.unwrap_or(Version::NEWEST) });
    }
    checks.map(JudgeConfig::Checks).or(pins.map(JudgeConfig::Pins))
}

fn immutability(decoder: &mut Decoder<'_>, root: &Fields<'_>, limits: &Limits) -> Immutability {
    let Some(fields) = decoder.table(root, "immutability") else { return Immutability::default() };
    Immutability {
        refs: decoder.tables(&fields, "refs", |decoder, fields, _| {
            let (matches, forbid) = (globs(decoder, fields, "match"), decoder.words(fields, "forbid"));
            Some(RefRule { matches: matches?, forbid: forbid? })
        }),
        paths: decoder.tables(&fields, "paths", |decoder, fields, _| {
            let (matches, refs) = (globs(decoder, fields, "match"), globs(decoder, fields, "refs"));
            let allow = decoder.words(fields, "allow");
            Some(PathRule { matches: matches?, refs, allow: allow? })
        }),
        fields: decoder.tables(&fields, "fields", |decoder, fields, _| field(decoder, fields, limits)),
        resources: decoder.tables(&fields, "resources", |decoder, fields, _| super::resources::read(decoder, fields)),
    }
}

fn field(decoder: &mut Decoder<'_>, fields: &Fields<'_>, limits: &Limits) -> Option<FieldEntry> {
    let selection = decoder.table(fields, "match").map(|fields| field_match(decoder, &fields));
    let catalogue = decoder.word::<Catalogue>(fields, "catalogue");
    let version = decoder.text(fields, "version").and_then(|version| Version::parse(&version));
    let path = decoder.text(fields, "path");
    let transition = transition(decoder, fields);
    let when = condition(decoder, fields, limits);
    let help = decoder.text(fields, "help");
    let enforce = decoder.word(fields, "enforce").unwrap_or(Enforce::Deny);
    if catalogue.is_some_and(|catalogue| catalogue != Catalogue::Kubernetes)
        && let Some((_, entry)) = fields.find("version")
    {
        let problem = ConfigProblem::new(entry.key_span, "`version` is that of Kubernetes, which is not named here");
        decoder.note(problem.help("remove it"));
    }
    if let Some(catalogue) = catalogue {
        let selection = selection.unwrap_or_default();
        fitting::catalogue(decoder, fields, catalogue, &selection);
        return Some(FieldEntry::Catalogue(CatalogueRule { catalogue, version, selection, enforce }));
    }
    let path = path?.parse().ok()?;
    let rule = FieldRule { selection: selection?, path, transition: transition?, when: when?, help, enforce };
    fitting::check(decoder, fields, &rule);
    Some(FieldEntry::Own(rule))
}

fn transition(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> Option<Transition> {
    let more = match decoder.word_or_table::<Motion>(fields, "transition")? {
        Ok(motion) => return Some(Transition::Motion(motion)),
        Err(more) => more,
    };
    let only = decoder.texts(&more, "only");
    if let Some(fields) = only {
        let paths: Option<Vec<_>> = fields.iter().map(|(text, _)| below(text).ok()).collect();
        return paths.map(Transition::Only);
    }
    decoder.machine(&more, "states").map(|states| Transition::States(States(states)))
}

/// The condition of a rule; `None` where what stands there is wrong.
#[expect(clippy::option_option, reason = "wrong is something else than absent")]
fn condition(decoder: &mut Decoder<'_>, fields: &Fields<'_>, limits: &Limits) -> Option<Option<Condition>> {
    let Some((_, entry)) = fields.find("when") else { return Some(None) };
    let text = decoder.text(fields, "when")?;
    let steps = usize::try_from(limits.policy_instructions).unwrap_or(usize::MAX);
    match Condition::compile(&text, steps) {
        Ok(condition) => Some(Some(condition)),
        Err(ConditionError { message, help, part }) => {
            decoder.complain(entry.value.span, &text, Complaint { message, help, part });
            None
        }
    }
}

fn field_match(decoder: &mut Decoder<'_>, fields: &Fields<'_>) -> FieldMatch {
    FieldMatch {
        kinds: strings(decoder, fields, "kind").unwrap_or_default(),
        group: decoder.text(fields, "group"),
        namespace: globs(decoder, fields, "namespace"),
        name: globs(decoder, fields, "name"),
        paths: globs(decoder, fields, "paths"),
        refs: globs(decoder, fields, "refs"),
    }
}

fn limits(decoder: &mut Decoder<'_>, root: &Fields<'_>) -> Limits {
    let default = Limits::default();
    let Some(fields) = decoder.table(root, "limits") else { return default };
    let mut bytes = |name, default| decoder.amount(&fields, name).unwrap_or(default);
    let file_size = bytes("file-size", default.file_size);
    let total_size = bytes("total-size", default.total_size);
    let policy_instructions = bytes("policy-instructions", default.policy_instructions);
    let mut count =
        |name, default| decoder.amount(&fields, name).and_then(|n| usize::try_from(n).ok()).unwrap_or(default);
    let documents = count("documents", default.documents);
    let files = count("files", default.files);
    let depth = count("depth", default.depth);
    let aliases = count("aliases", default.aliases);
    let nodes = count("nodes", default.nodes);
    let time = decoder.amount(&fields, "time").map_or(default.time, Duration::from_millis);
    if file_size > total_size {
        let written = if fields.has("file-size") { "file-size" } else { "total-size" };
        if let Some((_, entry)) = fields.find(written) {
            let problem = ConfigProblem::new(entry.value.span, "`file-size` is larger than `total-size`");
            decoder.note(problem.help("a file of that size could never be read"));
        }
    }
    Limits { time, file_size, total_size, documents, files, depth, aliases, nodes, policy_instructions }
}

pub(super) fn strings(decoder: &mut Decoder<'_>, fields: &Fields<'_>, name: &str) -> Option<Vec<String>> {
    Some(decoder.texts(fields, name)?.into_iter().map(|(text, _)| text).collect())
}

pub(super) fn globs(decoder: &mut Decoder<'_>, fields: &Fields<'_>, name: &str) -> Option<GlobList> {
    let patterns = decoder.texts(fields, name)?;
    let span = patterns.first().map_or_else(Span::default, |(_, span)| *span);
    match GlobList::new(patterns, &mut decoder.globs) {
        Ok(list) => Some(list),
        Err(complaint) => {
            decoder.complain(span, "", complaint);
            None
        }
    }
}
