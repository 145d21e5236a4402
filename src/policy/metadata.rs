//! OPA's `# METADATA` annotations: what a rule says about itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::{Place, PolicyError};

/// The annotations of a rule that are shown to people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// `title`
    pub title: Option<String>,
    /// `description`
    pub description: Option<String>,
    /// `custom.id`: the rule's stable id.
    pub id: Option<String>,
    /// `custom.help`, else `custom.remediation`: what to do about a violation.
    pub help: Option<String>,
    /// `custom.url` and the references of `related_resources`.
    pub links: Vec<String>,
}

/// What a block belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Scope {
    #[default]
    Rule,
    Document,
    Package,
    Subpackages,
}

#[derive(Deserialize)]
struct Annotations {
    scope: Option<Scope>,
    title: Option<String>,
    description: Option<String>,
    #[serde(default)]
    related_resources: Vec<Related>,
    #[serde(default)]
    custom: BTreeMap<String, serde_yaml::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Related {
    Link(String),
    Described { r#ref: String },
}

/// The annotations of one file.
#[derive(Debug, Default)]
pub(super) struct Annotated {
    /// By the 1-based line of the rule they stand before.
    rules: BTreeMap<usize, Metadata>,
    package: Option<Metadata>,
}

impl Annotated {
    /// The annotations directly before the rule that begins on `line`.
    pub(super) fn rule(&self, line: usize) -> Option<&Metadata> {
        self.rules.get(&line)
    }

    /// The annotations of the package.
    pub(super) fn package(&self) -> Option<&Metadata> {
        self.package.as_ref()
    }
}

/// Reads the annotations of a file.
///
/// # Errors
/// Every block that is not YAML of the shape OPA defines.
pub(super) fn read(name: &str, text: &Arc<str>) -> Result<Annotated, Vec<PolicyError>> {
    let mut annotated = Annotated::default();
    // Most files have none, and looking at every line costs more than this.
    if !text.contains("METADATA") {
        return Ok(annotated);
    }
    let mut errors = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((opening, line)) = lines.next() {
        if comment(line).map(str::trim) != Some("METADATA") {
            continue;
        }
        let mut yaml = String::new();
        while let Some(comment) = lines.peek().and_then(|(_, line)| comment(line)) {
            yaml.push_str(comment);
            yaml.push('\n');
            lines.next();
        }
        let subject = loop {
            match lines.peek() {
                Some((_, line)) if line.trim().is_empty() => {}
                Some((_, line)) if comment(line).is_some_and(|comment| comment.trim() != "METADATA") => {}
                other => break other.copied(),
            }
            lines.next();
        };
        let annotations: Annotations = match serde_yaml::from_str(&yaml) {
            Ok(annotations) => annotations,
            Err(error) => {
                errors.push(invalid(name, text, opening, &error));
                continue;
            }
        };
        let Some((subject, line)) = subject else { continue };
        let default = if line.starts_with("package ") { Scope::Package } else { Scope::Rule };
        match annotations.scope.unwrap_or(default) {
            Scope::Package => annotated.package = Some(annotations.into()),
            Scope::Rule | Scope::Document => {
                annotated.rules.insert(subject + 1, annotations.into());
            }
            Scope::Subpackages => {}
        }
    }
    if errors.is_empty() { Ok(annotated) } else { Err(errors) }
}

fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix('#')
}

fn invalid(name: &str, text: &Arc<str>, opening: usize, error: &serde_yaml::Error) -> PolicyError {
    let location = error.location();
    let line = opening + 1 + location.as_ref().map_or(0, serde_yaml::Location::line);
    let message = error.to_string();
    let message = message.split_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    PolicyError::new(format!("METADATA is not valid: {message}")).at(Place {
        source: name.to_owned(),
        text: Arc::clone(text),
        line,
        column: 1,
        length: text.lines().nth(line - 1).map_or(1, |line| line.chars().count().max(1)),
    })
}

impl From<Annotations> for Metadata {
    fn from(mut annotations: Annotations) -> Self {
        let mut text = |key: &str| match annotations.custom.remove(key) {
            Some(serde_yaml::Value::String(text)) => Some(text),
            Some(_) | None => None,
        };
        let id = text("id");
        let (help, remediation) = (text("help"), text("remediation"));
        let links = text("url")
            .into_iter()
            .chain(annotations.related_resources.into_iter().map(|related| match related {
                Related::Link(link) | Related::Described { r#ref: link } => link,
            }))
            .collect();
        Self { title: annotations.title, description: annotations.description, id, help: help.or(remediation), links }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Annotated, Vec<PolicyError>> {
        super::read("a.rego", &text.into())
    }

    #[test]
    fn a_block_belongs_to_the_next_rule() {
        let annotated = read(
            "# METADATA\n# title: All of it\npackage a\n\n# METADATA\n# title: No root\n# description: |\n#   Two\n#   lines\n\
             # related_resources:\n# - https://a.example\n# - ref: https://b.example\n# custom:\n#   id: no-root\n\
             #   remediation: set runAsNonRoot\n\n# an aside\ndeny contains msg if {\n",
        )
        .unwrap();
        let rule = annotated.rule(18).unwrap();
        assert_eq!(rule.title.as_deref(), Some("No root"));
        assert_eq!(rule.description.as_deref(), Some("Two\nlines\n"));
        assert_eq!(rule.id.as_deref(), Some("no-root"));
        assert_eq!(rule.help.as_deref(), Some("set runAsNonRoot"));
        assert_eq!(rule.links, ["https://a.example", "https://b.example"]);
        assert_eq!(annotated.package().unwrap().title.as_deref(), Some("All of it"));
        assert_eq!(annotated.rules.len(), 1);
    }

    #[test]
    fn a_broken_block_is_an_error_at_its_line() {
        let errors =
            read("package a\n\n# METADATA\n# title: x\n# scope: galaxy\ndeny contains 1 if true\n").unwrap_err();
        let [error] = errors.as_slice() else { panic!("{errors:?}") };
        assert!(error.message.starts_with("METADATA is not valid: "), "{}", error.message);
        assert_eq!(error.place.as_ref().unwrap().line, 5);
    }
}
