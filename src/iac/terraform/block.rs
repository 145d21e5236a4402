//! Blocks: where they stand in the tree that a file is parsed into.
//!
//! In native syntax a block `resource "a" "b" {}` is at `/resource/a/b/0`: one mapping a label, and
//! always a list of bodies. In JSON the body may stand there without the list, and a list may stand
//! in the place of any of the mappings.

use crate::document::{Node, Route, Step, Value};

use super::words::entries;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// HCL.
    Native,
    /// JSON.
    Json,
}

impl Syntax {
    /// The syntax of a file, by its name.
    pub(super) fn of(path: &str) -> Self {
        if path.strip_suffix(".json").is_some() { Self::Json } else { Self::Native }
    }
}

/// One block.
#[derive(Clone, Debug)]
pub(super) struct Block<'a> {
    /// Its labels.
    pub(super) labels: Vec<&'a str>,
    /// Way to its body.
    pub(super) route: Route,
    /// Its body: a mapping, in a good file.
    pub(super) body: &'a Node,
}

impl<'a> Block<'a> {
    /// The first label; nothing where there is none.
    pub(super) fn first(&self) -> &'a str {
        self.labels.first().copied().unwrap_or("")
    }

    /// The labels with dots between them: how the block is referred to.
    pub(super) fn dotted(&self) -> String {
        self.labels.join(".")
    }

    /// Way to what is under a key of the body.
    pub(super) fn to(&self, key: &str) -> Route {
        self.route.child(Step::Key(key.to_owned()))
    }

    /// Way to the name: the last label, or the block's type where it has no label.
    pub(super) fn name_route(&self) -> Route {
        let mut route = self.route.clone();
        while matches!(route.0.last(), Some(Step::Index(_))) {
            route.0.pop();
        }
        route
    }

    /// The blocks of a type in this block's body.
    pub(super) fn inner(&self, kind: &str, labels: usize, syntax: Syntax) -> Vec<Self> {
        blocks(self.body, &self.route, kind, labels, syntax).good
    }
}

/// What is found under the key of a type of blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct Found<'a> {
    /// The blocks with as many labels as they must have.
    pub(super) good: Vec<Block<'a>>,
    /// Ways to blocks with fewer.
    pub(super) few: Vec<Route>,
    /// Ways to blocks with more.
    pub(super) many: Vec<Route>,
    /// Ways to what is no block at all.
    pub(super) other: Vec<Route>,
}

/// The blocks of a type that has this many labels.
pub(super) fn blocks<'a>(body: &'a Node, at: &Route, kind: &str, labels: usize, syntax: Syntax) -> Found<'a> {
    let mut found = Found::default();
    if let Some(entry) = body.entry(kind) {
        let route = at.child(Step::Key(entry.key.clone()));
        collect(&entry.value, route, &mut Vec::new(), labels, syntax, &mut found);
    }
    found
}

/// Goes no deeper than there are labels, and lists in between: the tree's depth bounds those.
fn collect<'a>(
    node: &'a Node,
    route: Route,
    labels: &mut Vec<&'a str>,
    left: usize,
    syntax: Syntax,
    found: &mut Found<'a>,
) {
    match (&node.value, left, syntax) {
        (Value::Null, _, Syntax::Json) => {}
        (Value::Mapping(entries), 1.., _) => {
            for entry in entries {
                if syntax == Syntax::Json && entry.key == "//" {
                    continue;
                }
                labels.push(&entry.key);
                collect(&entry.value, route.child(Step::Key(entry.key.clone())), labels, left - 1, syntax, found);
                labels.pop();
            }
        }
        (Value::Sequence(items), 1.., Syntax::Json) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, route.child(Step::Index(index)), labels, left, syntax, found);
            }
        }
        (Value::Sequence(_), 1.., Syntax::Native) => found.few.push(route),
        (Value::Mapping(_), 0, Syntax::Native) if !labels.is_empty() => found.many.push(route),
        (Value::Mapping(_), 0, _) => found.good.push(Block { labels: labels.clone(), route, body: node }),
        (Value::Sequence(items), 0, _) => {
            for (index, item) in items.iter().enumerate() {
                let route = route.child(Step::Index(index));
                match &item.value {
                    Value::Mapping(_) => found.good.push(Block { labels: labels.clone(), route, body: item }),
                    Value::Null => {}
                    Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => {
                        found.other.push(route);
                    }
                }
            }
        }
        (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_), _, _) => found.other.push(route),
    }
}

/// The keys of a body that say something: without the comments of JSON.
pub(super) fn arguments(body: &Node, syntax: Syntax) -> impl Iterator<Item = &crate::document::Entry> {
    entries(body).iter().filter(move |entry| !(syntax == Syntax::Json && entry.key == "//"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::iac::terraform::testing::json;

    fn ways(text: &str, kind: &str, labels: usize, syntax: Syntax) -> (Vec<String>, [usize; 3]) {
        let root = json(text);
        let found = blocks(&root, &Route::default(), kind, labels, syntax);
        let good = found.good.iter().map(|block| format!("{} {}", block.dotted(), block.route)).collect();
        (good, [found.few.len(), found.many.len(), found.other.len()])
    }

    #[test]
    fn blocks_are_found_by_their_labels() {
        let native = r#"{"resource": {"a": {"x": [{}, {}], "y": [{}]}, "b": [{}], "c": {"z": {"q": [{}]}}}}"#;
        let (good, rest) = ways(native, "resource", 2, Syntax::Native);
        assert_eq!(good, ["a.x /resource/a/x/0", "a.x /resource/a/x/1", "a.y /resource/a/y/0"]);
        assert_eq!(rest, [1, 1, 0]);
        assert_eq!(ways(r#"{"locals": [{}, {}]}"#, "locals", 0, Syntax::Native).0.len(), 2);
        assert_eq!(ways(r#"{"locals": 1}"#, "locals", 0, Syntax::Native).1, [0, 0, 1]);
    }

    #[test]
    fn json_has_lists_anywhere_or_nowhere() {
        let written = r#"{"resource": [{"//": "x", "a": {"x": {}}}, {"a": [{"y": [{}]}], "b": null}]}"#;
        let (good, rest) = ways(written, "resource", 2, Syntax::Json);
        assert_eq!(good, ["a.x /resource/0/a/x", "a.y /resource/1/a/0/y/0"]);
        assert_eq!(rest, [0, 0, 0]);
    }
}
