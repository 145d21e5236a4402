//! Lists of tasks and blocks.

use super::keyword::{self, BLOCK};
use super::names::builtin;
use super::say::{Saying, below, entries, is_mapping, item, mismatch, quoted};
use super::task::{self, Place};
use crate::document::{Node, Route, Value, Violation};

/// The parts of a block.
const PARTS: &[&str] = &["block", "rescue", "always"];

/// Checks a list of tasks and blocks.
pub(super) fn tasks(saying: &mut Saying, node: &Node, route: &Route, place: Place) {
    let noun = if place.handlers { "handlers" } else { "tasks" };
    let items = match &node.value {
        Value::Sequence(items) => items,
        // Only a block insists on a list.
        Value::Null if !place.nested => return,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_) => {
            let violation = mismatch(route.clone(), &format!("a list of {noun}"), "a list", node);
            saying.wrong(violation.with_help("begin each of them with `- `"));
            return;
        }
    };
    for (index, node) in items.iter().enumerate() {
        let route = item(route, index);
        let is_block = PARTS.iter().any(|part| node.get(part).is_some());
        if is_block {
            block(saying, node, &route, place);
        } else if is_mapping(node) {
            task::check(saying, node, &route, place);
        } else if node.value != Value::Null || place.nested {
            let violation = mismatch(route, "a task", "a mapping", node);
            saying.wrong(violation.with_help("write the module and its parameters as `name: value`"));
        }
    }
}

/// Checks a block.
fn block(saying: &mut Saying, node: &Node, route: &Route, place: Place) {
    if place.handlers && place.nested {
        let message = "a block cannot be a handler";
        let help = "list its tasks as handlers of their own";
        let key = PARTS.iter().find(|part| node.get(part).is_some()).unwrap_or(&"block");
        saying.wrong(Violation::of_key(below(route, key), message).labelled("a block").with_help(help));
    }
    for entry in entries(node) {
        let route = below(route, &entry.key);
        match keyword::holds(BLOCK, &entry.key) {
            Some(_) if PARTS.contains(&entry.key.as_str()) => {
                tasks(saying, &entry.value, &route, Place { nested: true, ..place });
            }
            Some(holds) => keyword::check(saying, holds, entry, &route),
            None if builtin(&entry.key).is_some() || entry.key.contains('.') => {
                let message = format!("{} stands beside a block: a block runs no module itself", quoted(&entry.key));
                let help = "make it a task of the block, or of the list that the block is in";
                saying.wrong(Violation::of_key(route, message).labelled("a module").with_help(help));
            }
            None => keyword::unknown(saying, BLOCK, "a block", &entry.key, route),
        }
    }
    let is_empty = |part: &str| node.get(part).and_then(Node::as_sequence).is_none_or(<[Node]>::is_empty);
    let has_tasks = !is_empty("block");
    for part in ["rescue", "always"] {
        if !has_tasks && !is_empty(part) {
            let message = format!("`{part}` stands without `block`");
            let help = "put the tasks that it belongs to under `block`";
            let violation = Violation::of_key(below(route, part), message).labelled("no `block` with tasks");
            saying.wrong(violation.with_help(help));
        }
    }
    if !has_tasks
        && PARTS.iter().all(|part| is_empty(part))
        && node.get("block").is_some_and(|block| block.as_sequence().is_some())
    {
        let violation = Violation::of_key(below(route, "block"), "the block is empty").labelled("no tasks");
        saying.doubtful(violation.with_help("remove it, or add its tasks"));
    }
}
