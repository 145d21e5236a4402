//! Tasks and handlers.

use super::action;
use super::keyword::{self, BLOCK, PLAY, TASK};
use super::names::{self, LOOKUPS, MODULES, NO_SLIPS, builtin, short};
use super::say::{Saying, below, did_you_mean, entries, nearest, one_slip, quoted};
use crate::document::{Entry, Node, Route, Value, Violation};

/// Where a task stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Among handlers.
    pub(super) handlers: bool,
    /// In a block.
    pub(super) nested: bool,
    /// In a file that is included by another.
    pub(super) included: bool,
}

impl Place {
    /// Among the tasks of a play or a role.
    pub(super) const TASKS: Self = Self { handlers: false, nested: false, included: false };
    /// Among their handlers.
    pub(super) const HANDLERS: Self = Self { handlers: true, ..Self::TASKS };
}

/// What tasks with `include_tasks` and `include_role` may have; of handlers also `listen`.
const OF_INCLUDES: &[&str] = &[
    "action",
    "args",
    "collections",
    "debugger",
    "ignore_errors",
    "listen",
    "loop",
    "loop_control",
    "name",
    "no_log",
    "register",
    "run_once",
    "tags",
    "timeout",
    "vars",
    "when",
];

/// Checks a task, which is a mapping.
pub(super) fn check(saying: &mut Saying, node: &Node, route: &Route, place: Place) {
    if node.get("hosts").is_some() && ["tasks", "roles"].iter().any(|key| node.get(key).is_some()) {
        let message = "a play stands in a list of tasks";
        let help = "move the play to a playbook; a playbook cannot be included among tasks";
        saying.wrong(
            Violation::of_key(below(route, "hosts"), message).labelled("`hosts` makes it a play").with_help(help),
        );
        return;
    }
    let is_keyword = |key: &str| keyword::holds(TASK, key).is_some();
    // Ansible takes any other key for a module, but for one keyword that it forgot to forget.
    let is_module = |key: &str| !is_keyword(key) && !key.starts_with("with_") && key != "static";
    let modules: Vec<&Entry> = entries(node).iter().filter(|entry| is_module(&entry.key)).collect();
    let found = action_of(saying, node, route, &modules);
    for entry in entries(node) {
        let route = below(route, &entry.key);
        if let Some(holds) = keyword::holds(TASK, &entry.key) {
            if entry.key == "listen" && !place.handlers {
                let message = "`listen` is only for handlers";
                let help = "remove it, or move the task to the handlers";
                saying.wrong(Violation::of_key(route.clone(), message).labelled("not for tasks").with_help(help));
            }
            keyword::check(saying, holds, entry, &route);
        } else if entry.key == "static" {
            keyword::unknown(saying, TASK, "a task", &entry.key, route);
        }
    }
    loops(saying, node, route);
    if let Some(found) = found {
        action::check(saying, node, route, &found, place);
        included(saying, node, route, &found, place);
    }
    if place.handlers
        && !place.included
        && node.get("name").is_none()
        && node.get("listen").is_none()
        && !is_include(node)
    {
        let message = "the handler has neither `name` nor `listen`: no task can notify it";
        let violation = Violation::of_value(route.clone(), message).labelled("cannot be notified");
        saying.doubtful(violation.with_help("give it the name that tasks notify"));
    }
}

fn is_include(node: &Node) -> bool {
    entries(node).iter().any(|entry| matches!(short(&entry.key), "include_tasks" | "import_tasks" | "include"))
        || node.get("action").is_some()
}

/// What a task runs.
pub(super) struct Action<'n> {
    /// The module.
    pub(super) name: String,
    /// Where it is named.
    pub(super) key: &'n str,
    /// Its parameters.
    pub(super) value: Parameters<'n>,
}

/// The parameters of an action.
pub(super) enum Parameters<'n> {
    /// What stands under the name of the module.
    Node(&'n Node),
    /// What stands behind the name of the module, in one text.
    Text(String),
}

/// Finds the one thing that a task runs, and says so where it is not one.
fn action_of<'n>(saying: &mut Saying, node: &'n Node, route: &Route, modules: &[&'n Entry]) -> Option<Action<'n>> {
    let old: Vec<&Entry> = ["action", "local_action"].iter().filter_map(|key| node.entry(key)).collect();
    let mut found = Vec::new();
    for entry in
        old.iter().chain(modules.iter().filter(|entry| !is_misplaced(saying, entry, modules.len() + old.len(), route)))
    {
        found.push(*entry);
    }
    match found.as_slice() {
        [] if modules.is_empty() => {
            let violation = Violation::of_value(route.clone(), "the task runs no module").labelled("no module here");
            saying.wrong(violation.lacking("module").with_help("name a module, such as `ansible.builtin.debug`"));
            None
        }
        [] => None,
        [entry] => action::read(saying, entry, &below(route, &entry.key)),
        [first, others @ ..] => {
            for entry in others {
                let (one, other) = (quoted(&first.key), quoted(&entry.key));
                let message = format!("the task runs both {one} and {other}");
                let help = "make a task of each of them; if one is a parameter, move it below the module";
                saying.wrong(
                    Violation::of_key(below(route, &entry.key), message)
                        .labelled("the second module")
                        .related(below(route, &first.key), "the other one")
                        .with_help(help),
                );
            }
            None
        }
    }
}

/// Says what is wrong with a key that is taken for a module and hardly is one. `all` is how many such keys
/// the task has: Ansible takes a key that stands alone for a module, which may be there.
fn is_misplaced(saying: &mut Saying, entry: &Entry, all: usize, route: &Route) -> bool {
    let (key, name) = (entry.key.as_str(), quoted(&entry.key));
    let at = below(route, key);
    if short(key) == "include" {
        let help =
            "write `ansible.builtin.include_tasks` or `ansible.builtin.import_tasks`; for a playbook `import_playbook`";
        saying.wrong(Violation::of_key(at, "`include` was removed from Ansible").labelled("removed").with_help(help));
        return true;
    }
    if short(key) == "import_playbook" {
        let message = "`import_playbook` cannot be a task";
        let help = "move it to the top of a playbook, beside the plays; tasks are included by `include_tasks`";
        saying.wrong(Violation::of_key(at, message).labelled("not for tasks").with_help(help));
        return true;
    }
    // Thousands of modules that moved to collections are still found under this name; a slip of the pen is not.
    let own = key.strip_prefix("ansible.builtin.").filter(|name| builtin(name).is_none());
    if let Some(name) = own.filter(|name| !NO_SLIPS.contains(name))
        && let Some(near) = one_slip(name, MODULES.iter().copied())
    {
        let message = format!("ansible.builtin has no module {}", quoted(name));
        let violation = Violation::of_key(at, message).labelled("no such module");
        saying.wrong(
            violation.with_help(format!("did you mean `{near}`? Modules of other collections are named by theirs")),
        );
        return true;
    }
    if builtin(key).is_some() || key.contains('.') {
        return false;
    }
    if all > 1 {
        let elsewhere = [("plays", PLAY), ("blocks", BLOCK)]
            .iter()
            .find(|(_, keywords)| keywords.iter().any(|(keyword, _)| *keyword == key))
            .map(|(what, _)| format!("it is a keyword of {what}"));
        let near = nearest(key, keyword::names(TASK))
            .filter(|near| strsim::osa_distance(key, near) < near.len().min(key.len()));
        let help = match (names::removed(key), elsewhere, near) {
            (Some(instead), _, _) => format!("{instead}; {name} was removed from Ansible"),
            (None, Some(elsewhere), _) => elsewhere,
            (None, None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None, None) => return false,
        };
        let message = format!("{name} is not a keyword of a task");
        saying.wrong(Violation::of_key(at, message).labelled("unknown keyword").with_help(help));
        return true;
    }
    let known = MODULES.iter().copied().chain(keyword::names(TASK));
    if !NO_SLIPS.contains(&key)
        && let Some(near) = one_slip(key, known)
    {
        let message = format!("{name} is neither a keyword nor a module of Ansible");
        let help = format!("did you mean `{near}`? A module of a collection is better written in full");
        saying.doubtful(Violation::of_key(at, message).labelled("one slip from a known name").with_help(help));
    }
    false
}

/// Checks `loop` and `with_…`.
fn loops(saying: &mut Saying, node: &Node, route: &Route) {
    let mut earlier: Option<&str> = None;
    for entry in entries(node) {
        let Some(lookup) = entry.key.strip_prefix("with_") else {
            if entry.key == "loop" && entry.value.value != Value::Null {
                if let Some(first) = earlier {
                    let message = format!("`loop` takes the place of {}", quoted(first));
                    let violation = Violation::of_key(below(route, "loop"), message).labelled("a second loop");
                    let violation = violation.related(below(route, first), "this is dropped without a word");
                    saying.doubtful(violation.with_help("keep one of them"));
                }
                earlier = Some("loop");
            }
            continue;
        };
        let at = below(route, &entry.key);
        let name = quoted(&entry.key);
        let is_known = LOOKUPS.contains(&short(lookup));
        if is_known && entry.value.value == Value::Null {
            let violation =
                Violation::of_key(at.clone(), format!("{name} has no value")).labelled("nothing to loop over");
            saying.wrong(violation.with_help("write the items below it, or remove it"));
        }
        if is_known && let Some(first) = earlier {
            let violation = Violation::of_key(at.clone(), "the task has two loops").labelled("a second loop");
            let violation = violation.related(below(route, first), "the first");
            saying.wrong(
                violation.with_help("keep one of them; nested lists are looped over by an inner `include_tasks`"),
            );
        }
        if is_known {
            earlier = Some(&entry.key);
        } else if !lookup.contains('.')
            && let Some(near) = one_slip(lookup, LOOKUPS.iter().copied())
        {
            let help = format!("did you mean `with_{near}`? What stands behind `with_` is the name of a lookup plugin");
            let message = format!("{name} names no lookup plugin of Ansible");
            saying.doubtful(Violation::of_key(at, message).labelled("one slip from a known name").with_help(help));
        }
    }
}

/// Checks which keywords stand beside an include.
fn included(saying: &mut Saying, node: &Node, route: &Route, action: &Action<'_>, place: Place) {
    let name = short(&action.name);
    if place.handlers && matches!(name, "include_role" | "import_role") {
        let message = format!("`{name}` cannot be a handler");
        let violation = Violation::of_key(below(route, action.key), message).labelled("not for handlers");
        saying.wrong(violation.with_help("include the tasks of the role with `include_tasks`, or notify its handlers"));
    }
    if matches!(name, "import_tasks" | "import_role") {
        let looped = entries(node).iter().find(|entry| {
            (entry.key == "loop" && entry.value.value != Value::Null)
                || entry.key.strip_prefix("with_").is_some_and(|lookup| LOOKUPS.contains(&short(lookup)))
        });
        if let Some(entry) = looped {
            let instead = name.replace("import", "include");
            let message = format!("`{name}` cannot be looped over");
            let violation = Violation::of_key(below(route, &entry.key), message).labelled("the loop");
            saying.wrong(violation.with_help(format!("write `{instead}`: it is read when the task runs")));
        }
    }
    if !matches!(name, "include_tasks" | "include_role") {
        return;
    }
    for entry in entries(node) {
        let key = entry.key.as_str();
        let is_bad = keyword::holds(TASK, key).is_some_and(|_| !OF_INCLUDES.contains(&key) && key != "local_action");
        if is_bad && !(key == "listen" && place.handlers) {
            let message = format!("{} cannot stand beside `{name}`", quoted(key));
            let help = "put it below `apply` in the parameters of the include, so that it reaches the tasks, or around \
                        it in a block";
            let violation = Violation::of_key(below(route, key), message).labelled("not for includes");
            saying.wrong(violation.with_help(help));
        }
    }
}

/// Suggests a field for one that is not known.
pub(super) fn unknown_field(key: &str, known: &[&str]) -> String {
    format!("{}it knows {}", did_you_mean(nearest(key, known.iter().copied())), listed(known))
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
