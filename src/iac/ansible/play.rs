//! Playbooks and plays.

use super::block;
use super::keyword::{self, IMPORT, PLAY};
use super::names::short;
use super::role;
use super::say::{Saying, below, did_you_mean, entries, is_letter, is_mapping, item, mismatch, nearest, quoted};
use super::task::Place;
use crate::document::{Node, Route, Value, Violation};

const PROMPT: &[&str] = &["name", "prompt", "default", "private", "confirm", "encrypt", "salt_size", "salt", "unsafe"];

/// Checks a playbook.
pub(super) fn check_all(saying: &mut Saying, root: &Node) {
    let route = Route::default();
    match root.as_sequence() {
        None => {
            let help = "begin each play with `- hosts: …`";
            saying.wrong(mismatch(route, "a playbook", "a list of plays", root).with_help(help));
        }
        Some([]) => {
            let violation = Violation::of_value(route, "the playbook has no plays").labelled("an empty list");
            saying.wrong(violation.with_help("add a play, or remove the file"));
        }
        Some(plays) => {
            for (index, node) in plays.iter().enumerate() {
                let route = item(&route, index);
                if !is_mapping(node) {
                    let help = "write a play with `hosts`, or an `import_playbook`";
                    saying.wrong(mismatch(route, "a play", "a mapping", node).with_help(help));
                } else if entries(node).iter().any(|entry| is_import(&entry.key)) {
                    import(saying, node, &route);
                } else {
                    play(saying, node, &route);
                }
            }
        }
    }
}

/// Whether a key imports a playbook.
pub(super) fn is_import(key: &str) -> bool {
    short(key) == "import_playbook"
}

fn import(saying: &mut Saying, node: &Node, route: &Route) {
    let mut earlier: Option<&str> = None;
    for entry in entries(node) {
        let at = below(route, &entry.key);
        if is_import(&entry.key) {
            if entry.value.as_str().is_none_or(str::is_empty) {
                let help = "write the path of the playbook";
                saying.wrong(
                    mismatch(at.clone(), "`import_playbook`", "the path of a playbook", &entry.value).with_help(help),
                );
            }
            if let Some(first) = earlier {
                let violation =
                    Violation::of_key(at, "two playbooks are imported in one item").labelled("a second one");
                let violation = violation.related(below(route, first), "the first");
                saying.wrong(violation.with_help("make an item of each of them"));
            }
            earlier = Some(&entry.key);
        } else if let Some(holds) = keyword::holds(IMPORT, &entry.key) {
            keyword::check(saying, holds, entry, &at);
        } else {
            keyword::unknown(saying, IMPORT, "an import of a playbook", &entry.key, at);
        }
    }
}

fn play(saying: &mut Saying, node: &Node, route: &Route) {
    for entry in entries(node) {
        let at = below(route, &entry.key);
        match entry.key.as_str() {
            "hosts" => hosts(saying, &entry.value, &at),
            "tasks" | "pre_tasks" | "post_tasks" => block::tasks(saying, &entry.value, &at, Place::TASKS),
            "handlers" => block::tasks(saying, &entry.value, &at, Place::HANDLERS),
            "roles" => role::check_list(saying, &entry.value, &at, "`roles`"),
            "vars_prompt" => prompts(saying, &entry.value, &at),
            "include" => {
                let help = "write `import_playbook`";
                let violation = Violation::of_key(at, "`include` was removed from Ansible").labelled("removed");
                saying.wrong(violation.with_help(help));
            }
            "user" if node.get("remote_user").is_some() => {
                let violation =
                    Violation::of_key(at, "`user` and `remote_user` are one keyword").labelled("its old name");
                let violation = violation.related(below(route, "remote_user"), "written again");
                saying.wrong(violation.with_help("remove `user`"));
            }
            key => match keyword::holds(PLAY, key) {
                Some(holds) => keyword::check(saying, holds, entry, &at),
                None => keyword::unknown(saying, PLAY, "a play", key, at),
            },
        }
    }
    if node.get("hosts").is_none() && node.get("include").is_none() {
        let violation = Violation::of_value(route.clone(), "the play has no `hosts`").labelled("no `hosts` here");
        let help =
            "write `hosts` with a host, a group or a pattern of them, or import a playbook with `import_playbook`";
        saying.wrong(violation.lacking("hosts").with_help(help));
    }
}

fn hosts(saying: &mut Saying, node: &Node, route: &Route) {
    if is_letter(node) {
        return;
    }
    let help = "name a host, a group, a pattern of them, or `all`";
    match &node.value {
        Value::String(text) if !text.trim().is_empty() => {}
        Value::Sequence(items) if !items.is_empty() => {
            for (index, host) in items.iter().enumerate() {
                if host.as_str().is_none() {
                    let violation = mismatch(item(route, index), "each of `hosts`", "a text", host);
                    saying.wrong(violation.with_help("put it in quotes"));
                } else if host.as_str().is_some_and(|host| host.trim().is_empty()) {
                    let violation = Violation::of_value(item(route, index), "one of `hosts` is empty");
                    saying.wrong(violation.labelled("no name").with_help(help));
                }
            }
        }
        Value::Null | Value::String(_) | Value::Sequence(_) => {
            saying.wrong(Violation::of_key(route.clone(), "`hosts` is empty").labelled("no hosts").with_help(help));
        }
        Value::Bool(_) | Value::Number(_) | Value::Mapping(_) => {
            saying.wrong(mismatch(route.clone(), "`hosts`", "a text or a list of texts", node).with_help(help));
        }
    }
}

fn prompts(saying: &mut Saying, node: &Node, route: &Route) {
    if node.value == Value::Null {
        return;
    }
    let items = node.as_sequence();
    for (index, prompt) in items.unwrap_or(std::slice::from_ref(node)).iter().enumerate() {
        let route = if items.is_some() { item(route, index) } else { route.clone() };
        if !is_mapping(prompt) {
            saying
                .wrong(mismatch(route, "an item of `vars_prompt`", "a mapping", prompt).with_help("write `- name: …`"));
            continue;
        }
        if prompt.get("name").is_none() {
            let violation = Violation::of_value(route.clone(), "an item of `vars_prompt` has no `name`");
            let violation = violation.labelled("no `name` here").lacking("name");
            saying.wrong(violation.with_help("name the variable that it asks for"));
        }
        for entry in entries(prompt).iter().filter(|entry| !PROMPT.contains(&entry.key.as_str())) {
            let message = format!("{} is not a field of `vars_prompt`", quoted(&entry.key));
            let near = did_you_mean(nearest(&entry.key, PROMPT.iter().copied()));
            let help = format!("{near}Ansible refuses a field that it does not know");
            let violation = Violation::of_key(below(&route, &entry.key), message).labelled("unknown field");
            saying.wrong(violation.with_help(help));
        }
    }
}
