//! `rego.metadata.rule()` and `rego.metadata.chain()`: what the METADATA blocks around a rule say.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Draft;
use super::token::Fault;

/// The annotations of a set.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    packages: BTreeMap<Vec<String>, Value>,
    subpackages: BTreeMap<Vec<String>, Value>,
    documents: BTreeMap<Vec<String>, Value>,
    /// By the index of the file and the offset of the rule, in the order of the file.
    rules: BTreeMap<(usize, usize), Vec<Value>>,
}

impl Annotations {
    /// Reads those of a file.
    pub(super) fn add(&mut self, file: usize, draft: &Draft) -> Result<(), Fault> {
        let Draft { text, module, .. } = draft;
        let mut offset = 0;
        let mut lines = text.split_inclusive('\n').peekable();
        while let Some(line) = lines.next() {
            let opening = offset;
            offset += line.len();
            if comment(line).map(str::trim) != Some("METADATA") {
                continue;
            }
            let mut yaml = String::new();
            while let Some(line) = lines.next_if(|line| comment(line).is_some()) {
                offset += line.len();
                yaml.push_str(comment(line).unwrap_or(""));
                yaml.push('\n');
            }
            let of_package = offset <= module.package_end;
            let annotations: Value = serde_yaml::from_str(&yaml)
                .map_err(|error| Fault::new(opening, format!("METADATA is not valid: {error}")))?;
            let annotations = normal(annotations, of_package).map_err(|wrong| Fault::new(opening, wrong))?;
            let scope = annotations.get("scope").and_then(Value::as_str).unwrap_or("").to_owned();
            let package = module.package.clone();
            let rule = module.rules.iter().find(|rule| rule.span.start >= offset);
            match (scope.as_str(), rule) {
                ("package", _) => drop(self.packages.insert(package, annotations)),
                ("subpackages", _) => drop(self.subpackages.insert(package, annotations)),
                ("document", Some(rule)) => {
                    let path = package.into_iter().chain(super::components(text, &rule.head.name).unwrap_or_default());
                    self.documents.insert(path.collect(), annotations);
                }
                (_, Some(rule)) => self.rules.entry((file, rule.span.start)).or_default().push(annotations),
                (_, None) => {}
            }
        }
        Ok(())
    }

    /// What `rego.metadata.rule()` gives in a rule.
    pub(super) fn rule(&self, file: usize, start: usize) -> Value {
        self.rules.get(&(file, start)).and_then(|all| all.first()).cloned().unwrap_or_else(|| json!({}))
    }

    /// What `rego.metadata.chain()` gives in a rule: from the rule outwards.
    pub(super) fn chain(&self, file: usize, start: usize, package: &[String], name: &[String]) -> Value {
        let path: Vec<String> = package.iter().chain(name).cloned().collect();
        let mut chain: Vec<Value> = match self.rules.get(&(file, start)) {
            Some(all) => all.iter().rev().map(|annotations| entry(annotations, &path)).collect(),
            None => vec![json!({ "path": path })],
        };
        chain.extend(self.documents.get(&path).map(|annotations| entry(annotations, &path)));
        chain.extend(self.packages.get(package).map(|annotations| entry(annotations, package)));
        for length in (1..=package.len()).rev() {
            let outer = package.get(..length).unwrap_or_default();
            chain.extend(self.subpackages.get(outer).map(|annotations| entry(annotations, outer)));
        }
        Value::Array(chain)
    }
}

fn entry(annotations: &Value, path: &[String]) -> Value {
    json!({ "annotations": annotations, "path": path })
}

fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix('#').map(|rest| rest.trim_end_matches(['\n', '\r']))
}

/// Annotations in the shape in which OPA gives them.
fn normal(annotations: Value, of_package: bool) -> Result<Value, String> {
    let fields = match annotations {
        Value::Object(fields) => fields,
        Value::Null => Map::new(),
        _ => return Err("METADATA is not an object".to_owned()),
    };
    let mut normal = Map::new();
    let entrypoint = fields.get("entrypoint") == Some(&Value::Bool(true));
    let scope = match (of_package, entrypoint) {
        (true, _) => "package",
        (false, true) => "document",
        (false, false) => "rule",
    };
    normal.insert("scope".to_owned(), scope.into());
    for (key, value) in fields {
        let value = match (key.as_str(), value) {
            (_, Value::Null) | ("entrypoint", Value::Bool(false)) => continue,
            ("related_resources", Value::Array(items)) => Value::Array(
                items.into_iter().map(|item| if item.is_string() { json!({ "ref": item }) } else { item }).collect(),
            ),
            ("authors", Value::Array(items)) => Value::Array(items.into_iter().map(author).collect()),
            ("scope" | "title" | "description" | "organizations" | "custom" | "entrypoint", value) => value,
            (other, _) => return Err(format!("`{other}` of METADATA cannot be given by rego.metadata")),
        };
        normal.insert(key, value);
    }
    Ok(Value::Object(normal))
}

/// `Name <mail>` as an object.
fn author(author: Value) -> Value {
    let Value::String(text) = &author else { return author };
    let mut fields = Map::new();
    let words: Vec<&str> = text.split_whitespace().collect();
    let (name, email) = match words.split_last() {
        Some((last, names)) => match last.strip_prefix('<').and_then(|last| last.strip_suffix('>')) {
            Some(email) => (names.join(" "), Some(email)),
            None => (words.join(" "), None),
        },
        None => (String::new(), None),
    };
    if !name.is_empty() {
        fields.insert("name".to_owned(), name.into());
    }
    if let Some(email) = email {
        fields.insert("email".to_owned(), email.into());
    }
    Value::Object(fields)
}
