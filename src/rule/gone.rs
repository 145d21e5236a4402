//! A resource that is gone, and what rules may ask about it.

use super::{Rule, Scope, Side, Surroundings};
use crate::{
    document::{Identity, Node},
    git::RepoPath,
};

/// A resource that the push removes: nothing in the repository is the same one any more.
#[derive(Clone, Copy)]
pub struct Gone<'a> {
    /// What it was.
    pub old: Side<'a>,
    /// What came in its place under another name.
    pub became: Option<Side<'a>>,
    /// Why it cannot be told whether it is gone, in a few words; `None` where it is.
    pub unsure: Option<&'static str>,
    /// The repository before the push.
    pub before: &'a dyn Surroundings,
}

/// The namespace that an object is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// It is of a kind that lives in none.
    Outside,
    /// This one.
    Named(String),
    /// What applies it decides.
    Unknown,
}

/// An object as it stands somewhere in the repository.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The file.
    pub path: RepoPath,
    /// 1-based line where it begins.
    pub line: usize,
    /// What it is, where it says so.
    pub identity: Option<Identity>,
    /// What it says.
    pub node: Node,
}

/// Whether any of these rules would have something to say if a resource were gone.
pub fn is_protected(rules: &[&dyn Rule], scope: &Scope<'_>, side: Side<'_>) -> bool {
    rules.iter().any(|rule| rule.protects(scope, side))
}
