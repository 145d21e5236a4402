//! The configuration as it counts, written as a configuration.

use serde::Serialize;
use serde::ser::{SerializeStruct as _, Serializer};

use super::Limits;
use super::limits::Unit;
use super::model::{
    Check, Compat, Config, Enforce, Existing, FileRule, Host, Immutability, InputKind, JudgeConfig, Match, Pin,
    PolicySourceConfig, RegoConfig, RegoVersion, RuleConfig, SchemaKind,
};
use crate::document::ParseLimits;
use crate::document::format::{Format, parse};
use crate::text::is_unsafe;

/// The configuration as YAML with every default written out. Read again, it is the same configuration;
/// where YAML would be misread, it is written as JSON, which is YAML too.
///
/// That rules come from the directory of the file has no notation: `policy` is left out then.
#[must_use]
pub fn show(config: &Config) -> String {
    let Config {
        version,
        host,
        policy_source,
        repository_urls,
        files,
        rules,
        immutability,
        existing,
        existing_written: _,
        limits,
    } = config;
    let policy = match policy_source {
        PolicySourceConfig::Directory => None,
        PolicySourceConfig::Ref { name, path } => Some(Policy { source: Source { name, path } }),
    };
    let rules = rules.iter().map(Rule::from).collect();
    let shown = Shown {
        version: *version,
        host: *host,
        policy,
        repository: (!repository_urls.is_empty()).then_some(RepositoryUrls { url: repository_urls }),
        files,
        rules,
        immutability,
        existing: *existing,
        limits: Amounts(limits),
    };
    let yaml = serde_yaml::to_string(&shown).unwrap_or_default();
    let json = serde_json::to_string_pretty(&shown).unwrap_or_default();
    if is_plain(&yaml, &json) { yaml } else { harmless(&json) }
}

/// Whether a person and every reader understand the YAML as it is meant. The emitter follows YAML 1.2
/// and leaves `on` unquoted, which is read as a boolean here; and it writes direction marks as they are.
fn is_plain(yaml: &str, json: &str) -> bool {
    let read = |text: &str| parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
    let (yaml_read, json_read) = (read(yaml), read(json));
    let same = match (yaml_read.documents.as_slice(), json_read.documents.as_slice()) {
        ([yaml], [json]) => yaml.root.same_value(&json.root),
        ([..], [..]) => false,
    };
    same && yaml_read.problems.is_empty() && !yaml.contains(|char| char != '\n' && is_unsafe(char))
}

/// JSON, which is YAML too and quotes every string, with characters that mislead a terminal escaped.
/// Between its strings it has none but line feeds.
fn harmless(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 1);
    for char in json.chars() {
        if char != '\n' && is_unsafe(char) {
            let mut units = [0; 2];
            text.extend(char.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(char);
        }
    }
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Shown<'c> {
    version: u32,
    host: Host,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Policy<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<RepositoryUrls<'c>>,
    #[serde(skip_serializing_if = "<[FileRule]>::is_empty")]
    files: &'c [FileRule],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<Rule<'c>>,
    #[serde(skip_serializing_if = "Immutability::is_empty")]
    immutability: &'c Immutability,
    existing: Existing,
    limits: Amounts<'c>,
}

#[derive(Serialize)]
struct Policy<'c> {
    source: Source<'c>,
}

#[derive(Serialize)]
struct Source<'c> {
    #[serde(rename = "ref")]
    name: &'c str,
    path: &'c str,
}

#[derive(Serialize)]
struct RepositoryUrls<'c> {
    url: &'c [String],
}

#[derive(Serialize)]
struct Rule<'c> {
    #[serde(flatten)]
    judge: Judge<'c>,
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    selection: Option<&'c Match>,
    enforce: Enforce,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Judge<'c> {
    Rego {
        rego: &'c str,
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        namespaces: &'c [String],
        input: InputKind,
        #[serde(skip_serializing_if = "Option::is_none")]
        compat: Option<Compat>,
        #[serde(rename = "rego-version", skip_serializing_if = "Option::is_none")]
        rego_version: Option<RegoVersion>,
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        data: &'c [String],
    },
    Schema {
        schema: &'c [SchemaKind],
        #[serde(skip_serializing_if = "Option::is_none")]
        version: Option<String>,
    },
    Checks {
        check: &'c [Check],
    },
    Pins {
        pins: &'c [Pin],
    },
}

impl<'c> From<&'c RuleConfig> for Rule<'c> {
    fn from(rule: &'c RuleConfig) -> Self {
        let RuleConfig { judge, selection, enforce, layer: _, span: _ } = rule;
        let selection = (*selection != Match::default()).then_some(selection);
        let judge = match judge {
            JudgeConfig::Rego(RegoConfig { path, namespaces, input, data, compat, rego_version, alone: _ }) => {
                Judge::Rego {
                    rego: path,
                    namespaces,
                    input: *input,
                    compat: *compat,
                    rego_version: *rego_version,
                    data,
                }
            }
            JudgeConfig::Schema { kinds, version } => Judge::Schema {
                schema: kinds,
                version: kinds.contains(&SchemaKind::Kubernetes).then(|| version.to_string()),
            },
            JudgeConfig::Checks(check) => Judge::Checks { check },
            JudgeConfig::Pins(pins) => Judge::Pins { pins },
        };
        Self { judge, selection, enforce: *enforce }
    }
}

/// Limits with readable amounts.
struct Amounts<'c>(&'c Limits);

impl Serialize for Amounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Limits { time, file_size, total_size, documents, files, depth, aliases, nodes, policy_instructions } =
            *self.0;
        let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let mut map = serializer.serialize_struct("Limits", 9)?;
        map.serialize_field("time", &Unit::Time.write(milliseconds))?;
        map.serialize_field("file-size", &Unit::Size.write(file_size))?;
        map.serialize_field("total-size", &Unit::Size.write(total_size))?;
        map.serialize_field("documents", &documents)?;
        map.serialize_field("files", &files)?;
        map.serialize_field("depth", &depth)?;
        map.serialize_field("aliases", &aliases)?;
        map.serialize_field("nodes", &nodes)?;
        map.serialize_field("policy-instructions", &policy_instructions)?;
        map.end()
    }
}
