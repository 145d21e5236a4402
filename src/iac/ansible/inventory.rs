//! Inventories, in the shape that they have in YAML.

use super::say::{Saying, below, did_you_mean, entries, is_mapping, mismatch, nearest, quoted};
use crate::document::{Entry, Node, Route, Value, Violation};

/// What a group has.
const PARTS: &[&str] = &["hosts", "vars", "children"];

/// Checks an inventory.
pub(super) fn check(saying: &mut Saying, root: &Node) {
    let route = Route::default();
    if !is_mapping(root) {
        let help = "begin with `all:` and its `hosts` and `children`";
        saying.wrong(mismatch(route, "an inventory", "a mapping of groups", root).with_help(help));
        return;
    }
    for entry in entries(root) {
        group(saying, entry, &below(&route, &entry.key));
    }
}

/// Checks a group and those in it; their depth is bounded by that of the document.
fn group(saying: &mut Saying, entry: &Entry, route: &Route) {
    let (node, name) = (&entry.value, quoted(&entry.key));
    if node.value == Value::Null {
        return;
    }
    if !is_mapping(node) {
        let help = "write `hosts`, `vars` and `children` below it; Ansible skips a group that is something else";
        saying.wrong(mismatch(route.clone(), &format!("group {name}"), "a mapping", node).with_help(help));
        return;
    }
    for part in entries(node) {
        let at = below(route, &part.key);
        if !PARTS.contains(&part.key.as_str()) {
            let near = did_you_mean(nearest(&part.key, PARTS.iter().copied()));
            let message = format!("{} is neither `hosts`, `vars` nor `children` of group {name}", quoted(&part.key));
            let help = format!("{near}Ansible skips anything else: move hosts below `hosts`, groups below `children`");
            saying.wrong(Violation::of_key(at, message).labelled("skipped").with_help(help));
            continue;
        }
        match &part.value.value {
            // One name without anything below it.
            Value::Null | Value::String(_) => {}
            Value::Mapping(_) if part.key == "vars" => {}
            Value::Mapping(children) if part.key == "children" => {
                for child in children {
                    group(saying, child, &below(&at, &child.key));
                }
            }
            Value::Mapping(hosts) => {
                for host in hosts {
                    check_host(saying, host, &below(&at, &host.key));
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::Sequence(_) => {
                let help = "write one name a line and `:` behind each, without `- `";
                let subject = format!("`{}` of group {name}", part.key);
                saying.wrong(mismatch(at, &subject, "a mapping", &part.value).with_help(help));
            }
        }
    }
}

fn check_host(saying: &mut Saying, entry: &Entry, route: &Route) {
    let is_unset = match &entry.value.value {
        Value::Null | Value::Mapping(_) | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Sequence(items) => items.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    };
    if !is_unset {
        let help = "write the variables of the host below it, as `name: value`";
        saying.wrong(
            mismatch(route.clone(), &format!("host {}", quoted(&entry.key)), "a mapping", &entry.value).with_help(help),
        );
    }
    if let Some((from, to)) = range(&entry.key)
        && from > to
    {
        let message = format!("the range in {} is empty: it names no host", quoted(&entry.key));
        let help = format!("write `[{to}:{from}]`");
        saying.wrong(Violation::of_key(route.clone(), message).labelled("it ends before it begins").with_help(help));
    }
}

/// The first range of numbers in the name of a host.
fn range(name: &str) -> Option<(u64, u64)> {
    let inner = name.split_once('[')?.1.split_once(']')?.0;
    let mut parts = inner.split(':');
    let (from, to) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    // A step may lead backwards.
    parts.next().is_none().then_some((from, to))
}

/// The hosts of an inventory with the routes to them, and whether something is said of them there.
pub(super) fn hosts(root: &Node) -> Vec<(&str, Route, bool)> {
    let mut found = Vec::new();
    for entry in entries(root) {
        collect(&entry.value, &below(&Route::default(), &entry.key), &mut found);
    }
    found
}

fn collect<'n>(group: &'n Node, route: &Route, found: &mut Vec<(&'n str, Route, bool)>) {
    for host in group.get("hosts").map(entries).unwrap_or_default() {
        let is_said = is_mapping(&host.value);
        found.push((&host.key, below(&below(route, "hosts"), &host.key), is_said));
    }
    for child in group.get("children").map(entries).unwrap_or_default() {
        collect(&child.value, &below(&below(route, "children"), &child.key), found);
    }
}
