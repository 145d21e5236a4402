//! What the tests of this room use.

use std::collections::BTreeMap;

use super::tree::{At, Tree, TreeError};
use crate::document::{
    Node, ParseLimits, Violation,
    format::{Format, parse},
};

/// A repository made of texts by path; a path that ends in `/` is something that is elsewhere.
pub(crate) struct Files(pub(crate) BTreeMap<String, String>);

impl Files {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }
}

impl Tree for Files {
    fn at(&self, path: &str) -> Result<Option<At>, TreeError> {
        if path == "unreadable" {
            return Err(TreeError::new("the disk is gone"));
        }
        let below = format!("{path}/");
        Ok(if self.0.contains_key(path) {
            Some(At::File)
        } else if self.0.contains_key(&below) {
            Some(At::Elsewhere)
        } else if path.is_empty() || self.0.keys().any(|file| file.starts_with(&below)) {
            Some(At::Folder)
        } else {
            None
        })
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(self.0.get(path).map(|text| text.clone().into_bytes()))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, TreeError> {
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut names: Vec<String> = self
            .0
            .keys()
            .filter_map(|file| file.strip_prefix(&below))
            .map(|rest| rest.split('/').next().unwrap_or(rest).to_owned())
            .collect();
        names.dedup();
        Ok(names)
    }
}

/// The first document of a text that is good YAML.
#[track_caller]
pub(crate) fn yaml(text: &str) -> Node {
    let parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
    assert_eq!(parsed.problems, [], "{text}");
    parsed.documents[0].root.clone()
}

/// Violations as `route: message (help)`.
pub(super) fn told(violations: &[Violation]) -> Vec<String> {
    violations
        .iter()
        .map(|violation| {
            let help = violation.help.as_deref().map_or(String::new(), |help| format!(" ({help})"));
            format!("{}: {}{help}", violation.route, violation.message)
        })
        .collect()
}
