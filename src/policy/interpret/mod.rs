//! An interpreter of Rego, with OPA's answers.
//!
//! `lower` turns syntax trees into `ir`, `order` puts the statements of a body into an order in
//! which each has what it needs, and `machine` runs them: a search for all solutions, in which
//! every step calls what comes after it once for each of its own solutions.

pub(super) mod clash;
mod data;
mod ir;
mod lower;
mod machine;
mod names;
mod operators;
mod order;
mod question;
mod rules;
mod scope;
mod state;
mod statements;
mod terms;
mod unify;
mod values;
mod watch;

pub(super) use ir::Site;
pub(super) use machine::{Fault, FaultKind};
pub(super) use question::Question;
pub(super) use state::State;
pub(super) use watch::Watch;

use std::collections::BTreeMap;

use regorus::Value;

use super::error::PolicyError;
use super::parse::File;
use ir::{Group, Node};
use names::Names;

/// Rules that can be run.
#[derive(Debug)]
pub(super) struct Program {
    groups: Vec<Group>,
    tree: Node,
    files: Vec<String>,
    data: Value,
    /// All paths as they are written.
    paths: BTreeMap<String, Vec<Value>>,
    /// For questions.
    names: Names,
}

impl Program {
    /// Reads files that parsed, over `data`.
    pub(super) fn new(files: &[File], data: &Value) -> Result<Self, Vec<PolicyError>> {
        let (groups, tree, names) = lower::lower(files)?;
        let mut paths = BTreeMap::new();
        tree.collect(&mut Vec::new(), &mut paths);
        let files = files.iter().map(|file| file.name.clone()).collect();
        Ok(Self { groups, tree, files, data: data.clone(), paths, names })
    }

    /// The name of a file.
    pub(super) fn file(&self, site: Site) -> &str {
        self.files.get(site.file).map_or("", String::as_str)
    }

    /// The path of a rule, or of something above rules, that is written like this: `data.a.b`.
    pub(super) fn path(&self, written: &str) -> Option<&[Value]> {
        self.paths.get(written).map(Vec::as_slice)
    }
}

impl Node {
    fn collect(&self, path: &mut Vec<Value>, paths: &mut BTreeMap<String, Vec<Value>>) {
        paths.insert(lower::name(path), path.clone());
        for (key, child) in &self.children {
            path.push(key.clone());
            child.collect(path, paths);
            path.pop();
        }
    }
}

#[cfg(test)]
mod tests;
