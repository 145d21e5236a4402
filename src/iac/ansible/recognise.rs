//! What a file is to Ansible: by what it says, and where that does not tell, by its place.
//!
//! Much else is YAML with lists of tasks and variables. Nothing is taken for Ansible's that does not
//! say so itself or lies where nobody else puts files.

use super::keyword::{self, PLAY, TASK};
use super::names::builtin;
use super::play::is_import;
use super::say::{entries, is_mapping, one_slip};
use super::{Kind, is_vault};
use crate::document::{Entry, Node, Value};

/// What a document of a file is to Ansible; `None` for what is nothing to it.
#[must_use]
pub fn kind_of(path: &str, root: &Node) -> Option<Kind> {
    let place = Place::of(path);
    // Objects of Kubernetes say what they are.
    if root.get("apiVersion").is_some() && root.get("kind").is_some() {
        return None;
    }
    match &root.value {
        Value::String(text) if is_vault(text) => Some(Kind::Vault),
        Value::Sequence(items) => of_list(&place, items),
        Value::Mapping(_) => of_mapping(&place, root),
        Value::Null => place.is_sure().then(|| place.kind()).flatten().filter(|kind| *kind == Kind::Vars),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            place.kind().filter(|kind| place.is_sure() && *kind == Kind::Vars)
        }
    }
}

fn of_list(place: &Place<'_>, items: &[Node]) -> Option<Kind> {
    if items.iter().any(is_play) {
        return Some(Kind::Playbook);
    }
    match place.kind() {
        // In a role there is nothing else.
        Some(kind @ (Kind::Tasks | Kind::Handlers)) => {
            let is_sure = place.is_sure() && items.iter().all(|item| is_mapping(item) || item.value == Value::Null);
            let are_named = !items.is_empty() && items.iter().all(is_named_task);
            return (is_sure || are_named || items.iter().any(is_like_task)).then_some(kind);
        }
        Some(Kind::Requirements) => return items.iter().any(is_role_requirement).then_some(Kind::Requirements),
        Some(Kind::Vars) if place.is_sure() => return Some(Kind::Vars),
        Some(_) | None => {}
    }
    let is_list_of_tasks = !items.is_empty() && items.iter().all(is_task) && items.iter().any(is_clearly_task);
    is_list_of_tasks.then_some(Kind::Tasks)
}

fn of_mapping(place: &Place<'_>, root: &Node) -> Option<Kind> {
    let has = |key: &str| root.get(key).is_some();
    let is_list = |key: &str| root.get(key).is_some_and(|node| node.as_sequence().is_some());
    match place.kind() {
        Some(Kind::Vars) => return Some(Kind::Vars),
        Some(Kind::Galaxy) => return (has("namespace") && (has("name") || has("version"))).then_some(Kind::Galaxy),
        Some(Kind::Requirements) => return (is_list("roles") || is_list("collections")).then_some(Kind::Requirements),
        Some(Kind::RoleMeta) => {
            let says_so = has("galaxy_info") || has("argument_specs") || has("allow_duplicates");
            return (place.is_sure() || says_so).then_some(Kind::RoleMeta);
        }
        Some(Kind::ArgumentSpecs) => {
            return (place.is_sure() || has("argument_specs")).then_some(Kind::ArgumentSpecs);
        }
        // A task or a play without its list.
        Some(kind @ (Kind::Tasks | Kind::Handlers)) => return place.is_sure().then_some(kind),
        Some(Kind::Inventory | Kind::Playbook | Kind::Vault) | None => {}
    }
    is_inventory(root, place.kind() == Some(Kind::Inventory)).then_some(Kind::Inventory)
}

/// An inventory has groups alone, and one of them has hosts. Plugins are configured in such files, too, and
/// what a script prints has `_meta`.
fn is_inventory(root: &Node, is_named_so: bool) -> bool {
    let part =
        |group: &Node, key: &str| group.get(key).is_some_and(|part| is_mapping(part) || part.value == Value::Null);
    let is_group = |node: &Node| ["hosts", "children"].iter().any(|key| part(node, key));
    let groups = entries(root);
    if root.get("plugin").is_some() || root.get("_meta").is_some() || groups.is_empty() {
        return false;
    }
    let all = root.get("all").is_some_and(|all| is_group(all) || (groups.len() == 1 && part(all, "vars")));
    // Lists of hosts are refused, and are meant as an inventory all the same.
    let lists = |node: &Node| ["hosts", "children"].iter().any(|key| node.get(key).is_some());
    let is_plain = groups.iter().all(|entry| is_mapping(&entry.value) || entry.value.value == Value::Null);
    let others =
        |parts: &Node| entries(parts).iter().all(|entry| matches!(entry.key.as_str(), "hosts" | "children" | "vars"));
    // `all: {}` is what is left of an empty one.
    let is_empty = groups.len() == 1 && root.get("all").is_some_and(|all| is_mapping(all) && entries(all).is_empty());
    all && (is_plain || is_named_so)
        || is_named_so
            && is_plain
            && (is_empty
                || root.get("all").is_some_and(lists)
                || groups.iter().any(|entry| is_group(&entry.value) && others(&entry.value)))
}

/// A play has `hosts` and something that only plays have, or imports a playbook.
fn is_play(node: &Node) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    if entries(node).iter().any(|entry| is_import(&entry.key) && entry.value.as_str().is_some()) {
        return true;
    }
    let own = [
        "tasks",
        "roles",
        "pre_tasks",
        "post_tasks",
        "handlers",
        "gather_facts",
        "vars_files",
        "vars_prompt",
        "become",
        "become_user",
        "remote_user",
        "serial",
        "strategy",
        "any_errors_fatal",
        "gather_subset",
        "sudo",
        "max_fail_percentage",
        "force_handlers",
        "module_defaults",
    ];
    if node.get("hosts").is_some() {
        let is_known = |entry: &Entry| keyword::holds(PLAY, &entry.key).is_some();
        // A play whose only tasks stand under a misspelt name is one that does nothing.
        let is_meant = |entry: &Entry| one_slip(&entry.key, own).is_some() && entry.value.as_sequence().is_some();
        return has(&own) || entries(node).iter().all(|entry| is_known(entry) || is_meant(entry));
    }
    has(&["tasks", "roles", "pre_tasks", "post_tasks"])
        && has(&["gather_facts", "vars_files", "become", "become_user", "remote_user", "any_errors_fatal"])
        && ["tasks", "pre_tasks", "post_tasks"]
            .iter()
            .filter_map(|key| node.get(key))
            .all(|tasks| tasks.as_sequence().is_some_and(|tasks| tasks.iter().any(is_like_task)))
}

/// Whether a key names a module: one of Ansible, or one in full.
fn is_module(entry: &Entry) -> bool {
    let parts = entry.key.split('.').count();
    let is_name = entry.key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
    builtin(&entry.key).is_some() || (parts == 3 && is_name) || matches!(entry.key.as_str(), "include" | "local_action")
}

/// A block, or a mapping of keywords and one module.
fn is_task(node: &Node) -> bool {
    let is_known = |entry: &&Entry| keyword::holds(TASK, &entry.key).is_some() || entry.key.starts_with("with_");
    let others: Vec<&Entry> = entries(node).iter().filter(|entry| !is_known(entry)).collect();
    is_block(node) || (!others.is_empty() && others.iter().all(|entry| is_module(entry)))
}

/// A mapping with a name, keywords and one thing more.
fn is_named_task(node: &Node) -> bool {
    let others = entries(node).iter().filter(|entry| keyword::holds(TASK, &entry.key).is_none());
    node.get("name").is_some() && others.filter(|entry| !entry.key.starts_with("with_")).count() == 1
}

fn is_block(node: &Node) -> bool {
    node.get("block").and_then(Node::as_sequence).is_some_and(|tasks| tasks.iter().any(is_like_task))
}

/// What only a task has.
fn is_clearly_task(node: &Node) -> bool {
    let own = |key: &str| {
        matches!(
            key,
            "register"
                | "become"
                | "notify"
                | "changed_when"
                | "failed_when"
                | "delegate_to"
                | "local_action"
                | "loop_control"
                | "become_user"
                | "ignore_errors"
                | "no_log"
                | "run_once"
                | "with_items"
        )
    };
    let is_full = |key: &str| key.starts_with("ansible.") || key.starts_with("community.");
    is_block(node) || entries(node).iter().any(|entry| own(&entry.key) || (is_full(&entry.key) && is_module(entry)))
}

/// What looks like a task where tasks are expected.
fn is_like_task(node: &Node) -> bool {
    is_mapping(node) && (is_block(node) || is_clearly_task(node) || entries(node).iter().any(is_module))
}

fn is_role_requirement(node: &Node) -> bool {
    match &node.value {
        Value::Mapping(_) => {
            let has = |key: &str| node.get(key).is_some_and(|value| value.as_str().is_some());
            has("src") || has("role") || (has("name") && (has("version") || entries(node).len() == 1))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => false,
    }
}

/// The parts of a path that tell what a file is.
struct Place<'p> {
    /// The folders, from the inmost.
    folders: Vec<&'p str>,
    name: &'p str,
}

impl<'p> Place<'p> {
    fn of(path: &'p str) -> Self {
        let mut parts = path.rsplit('/');
        let name = parts.next().unwrap_or_default();
        Self { folders: parts.collect(), name }
    }

    fn stem(&self) -> &'p str {
        ["yml", "yaml", "json", "ini"]
            .iter()
            .find_map(|extension| self.name.strip_suffix(extension)?.strip_suffix('.'))
            .unwrap_or(self.name)
    }

    fn inside(&self, folder: &str) -> bool {
        self.folders.contains(&folder)
    }

    /// The folder of a role that the file is in, however deep: the one right below the role.
    fn of_role(&self) -> Option<&'p str> {
        let roles = self.folders.iter().position(|folder| *folder == "roles")?;
        roles.checked_sub(2).and_then(|place| self.folders.get(place)).copied()
    }

    /// Whether the place alone tells.
    fn is_sure(&self) -> bool {
        self.inside("group_vars")
            || self.inside("host_vars")
            || matches!(self.of_role(), Some("tasks" | "handlers" | "defaults" | "vars" | "meta"))
    }

    /// What files here mostly are.
    fn kind(&self) -> Option<Kind> {
        let is_yaml = self.stem() != self.name;
        if self.inside("group_vars") || self.inside("host_vars") {
            // The names of hosts have dots in them; JSON is read as well.
            let other = [".md", ".txt", ".j2", ".sh", ".py"].iter().any(|end| self.name.ends_with(end));
            return (is_yaml || !other).then_some(Kind::Vars);
        }
        if self.inside("templates") || self.inside("files") {
            return None;
        }
        let folder = self.folders.first().copied().unwrap_or_default();
        let stem = self.stem();
        match self.of_role().unwrap_or(folder) {
            "tasks" => return Some(Kind::Tasks),
            "handlers" => return Some(Kind::Handlers),
            "defaults" | "vars" if self.of_role().is_some() || stem == "main" => return Some(Kind::Vars),
            "meta" if stem == "main" => return Some(Kind::RoleMeta),
            "meta" if stem == "argument_specs" => return Some(Kind::ArgumentSpecs),
            _ => {}
        }
        let named = |word: &str| {
            stem.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
        };
        match stem {
            "requirements" => Some(Kind::Requirements),
            "galaxy" => Some(Kind::Galaxy),
            _ if named("hosts") || named("inventory") => Some(Kind::Inventory),
            _ if ["inventory", "inventories"].iter().any(|folder| self.inside(folder)) => Some(Kind::Inventory),
            _ => None,
        }
    }
}
