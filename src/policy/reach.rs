//! Which rules of a set lead to which.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::Rule;

use super::parse::File;
use super::{recursion, syntax};

/// What each rule name of a set refers to.
pub(super) struct Reach<'f> {
    /// By path: `data.main.deny`.
    nodes: BTreeMap<String, Node<'f>>,
}

#[derive(Default)]
struct Node<'f> {
    definitions: Vec<(&'f File, &'f Rule)>,
    /// Paths it refers to, as far as they are known before evaluation.
    uses: BTreeSet<String>,
}

impl<'f> Reach<'f> {
    pub(super) fn new(files: &'f [File]) -> Self {
        let mut nodes: BTreeMap<String, Node<'f>> = BTreeMap::new();
        for file in files {
            for rule in &file.module.policy {
                if let Some(name) = syntax::root_name(syntax::head_reference(rule)) {
                    let node = nodes.entry(file.path_to([name])).or_default();
                    node.definitions.push((file, rule));
                    node.uses.extend(recursion::uses(file, rule));
                }
            }
        }
        Self { nodes }
    }

    /// Paths of the rules that are reached from those that `is_root` says, themselves among them.
    pub(super) fn from(&self, is_root: impl Fn(&File, &str) -> bool) -> BTreeSet<&str> {
        let roots = self.nodes.iter().filter(|(_, node)| {
            node.definitions.iter().any(|(file, rule)| names(rule).iter().any(|name| is_root(file, name)))
        });
        let mut open: Vec<&str> = roots.map(|(path, _)| path.as_str()).collect();
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        while let Some(path) = open.pop() {
            if reached.insert(path) {
                open.extend(self.targets(path));
            }
        }
        reached
    }

    /// The rules a rule uses: those at, above or below the paths it refers to.
    fn targets(&self, path: &str) -> Vec<&str> {
        let uses = self.nodes.get(path).into_iter().flat_map(|node| &node.uses);
        uses.flat_map(|used| self.at(used)).collect()
    }

    /// The rules at, above or below a path.
    pub(super) fn at<'a>(&'a self, used: &'a str) -> impl Iterator<Item = &'a str> {
        let ends = used.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(at, _)| at);
        let above = ends.filter_map(move |end| self.nodes.get_key_value(used.get(..end)?));
        let below = self.nodes.range(used.to_owned()..).take_while(move |(path, _)| path.starts_with(used));
        let below = below.filter(move |(path, _)| {
            path.get(used.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        });
        above.chain(below).map(|(path, _)| path.as_str())
    }

    /// Whether there is a rule of this path.
    pub(super) fn is_rule(&self, path: &str) -> bool {
        self.nodes.contains_key(path)
    }
}

/// The names in a rule's head: `a` and `test_x` of `a.test_x`.
fn names(rule: &Rule) -> Vec<String> {
    let reference = syntax::head_reference(rule);
    match syntax::components(reference) {
        Some(names) => names,
        None => syntax::root_name(reference).map(str::to_owned).into_iter().collect(),
    }
}
