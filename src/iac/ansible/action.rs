//! What a task runs, and its parameters.

use super::freeform::{self, parameter};
use super::names::{META, is_command, short, takes_text};
use super::say::{
    Saying, below, did_you_mean, entries, is_letter, is_mapping, is_template, is_whole_template, mismatch, nearest,
    quoted,
};
use super::task::{Action, Parameters, Place, unknown_field};
use crate::document::{Entry, Node, Route, Value, Violation};

const OF_TASKS: &[&str] = &["file", "apply"];
const OF_ROLES: &[&str] = &[
    "name",
    "role",
    "tasks_from",
    "vars_from",
    "defaults_from",
    "handlers_from",
    "apply",
    "public",
    "allow_duplicates",
    "rolespec_validate",
];

/// Reads the entry that says what a task runs.
pub(super) fn read<'n>(saying: &mut Saying, entry: &'n Entry, route: &Route) -> Option<Action<'n>> {
    let key = entry.key.as_str();
    if !matches!(key, "action" | "local_action") {
        return Some(Action { name: key.to_owned(), key, value: Parameters::Node(&entry.value) });
    }
    let (text, node) = match &entry.value.value {
        Value::String(text) => (text.as_str(), None),
        Value::Mapping(_) => {
            let Some(module) = entry.value.get("module").and_then(Node::as_str) else {
                let violation = Violation::of_key(route.clone(), format!("{} names no module", quoted(key)));
                let help = "name it in `module`, or write the module itself as the key of the task";
                saying.wrong(violation.labelled("no `module` in it").lacking("module").with_help(help));
                return None;
            };
            (module, Some(&entry.value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) => {
            let help = "write the module and its parameters, or the module itself as the key of the task";
            saying.wrong(mismatch(route.clone(), &quoted(key), "a text or a mapping", &entry.value).with_help(help));
            return None;
        }
    };
    let Ok(words) = freeform::words(text) else {
        saying.wrong(unbalanced(route.clone()));
        return None;
    };
    let mut words = words.into_iter();
    let name = words.next()?;
    let rest = words.collect::<Vec<_>>().join(" ");
    let value = node.map_or(Parameters::Text(rest), Parameters::Node);
    Some(Action { name, key, value })
}

/// Checks the parameters of what a task runs.
pub(super) fn check(saying: &mut Saying, task: &Node, route: &Route, action: &Action<'_>, place: Place) {
    let at = below(route, action.key);
    if is_template(&action.name) {
        return;
    }
    let mut parameters = Vec::new();
    match &action.value {
        Parameters::Node(node) => match &node.value {
            Value::Mapping(entries) => {
                for entry in entries {
                    reserved(saying, &action.name, &entry.key, below(&at, &entry.key));
                    parameters.push((entry.key.clone(), Some(&entry.value)));
                }
            }
            Value::String(text) => free(saying, action, text, &at, &mut parameters),
            Value::Null => {}
            Value::Bool(_) if is_letter(node) => {}
            Value::Bool(_) | Value::Number(_) | Value::Sequence(_) => {
                let subject = format!("what {} is given", quoted(&action.name));
                let help =
                    "write its parameters as `name: value`; a text that reads as something else goes into quotes";
                saying.wrong(mismatch(at.clone(), &subject, "a mapping or a text", node).with_help(help));
                return;
            }
        },
        Parameters::Text(text) => free(saying, action, text, &at, &mut parameters),
    }
    let is_open = extra(saying, task, route, &mut parameters);
    match short(&action.name) {
        "include_tasks" | "import_tasks" => files(saying, action, &at, &parameters, is_open),
        "include_role" | "import_role" => roles(saying, action, &at, &parameters, is_open),
        "meta" => meta(saying, action, &at, place),
        _ => {}
    }
}

/// Parameters by name; what has no name is called `_raw_params`.
type Known<'n> = Vec<(String, Option<&'n Node>)>;

const RAW: &str = "_raw_params";

/// Reads parameters that are written in one text.
fn free(saying: &mut Saying, action: &Action<'_>, text: &str, at: &Route, parameters: &mut Known<'_>) {
    let Ok(words) = freeform::words(text) else {
        saying.wrong(unbalanced(at.clone()));
        return;
    };
    let mut rest: Vec<&str> = Vec::new();
    for word in &words {
        match parameter(word).filter(|(name, _)| !is_command(&action.name) || is_of_command(name)) {
            Some((name, _)) => {
                reserved(saying, &action.name, name, at.clone());
                parameters.push((name.to_owned(), None));
            }
            None => rest.push(word),
        }
    }
    let rest = rest.join(" ");
    if rest.trim().is_empty() {
        return;
    }
    parameters.push((RAW.to_owned(), None));
    if !takes_text(&action.name) && !is_whole_template(&rest) {
        let message = format!("{} takes no text that is not `name=value`", quoted(short(&action.name)));
        let help = "write its parameters below it, as `name: value`";
        let label = format!("{} is no parameter", quoted(rest.trim()));
        saying.wrong(Violation::of_value(at.clone(), message).labelled(label).with_help(help));
    }
}

/// Parameters of commands that may stand in the command line.
fn is_of_command(name: &str) -> bool {
    matches!(
        name,
        "creates" | "removes" | "chdir" | "executable" | "warn" | "stdin" | "stdin_add_newline" | "strip_empty_ends"
    )
}

fn unbalanced(at: Route) -> Violation {
    Violation::of_value(at, "quotes or `{{ }}` in the text are not closed").labelled("not balanced").with_help(
        "close them; quotes in a text are told by a backslash before them, or write the parameters below the module",
    )
}

fn reserved(saying: &mut Saying, module: &str, name: &str, at: Route) {
    if name.starts_with("_ansible_") && !is_command(module) {
        let message = format!("{} is reserved for Ansible", quoted(name));
        saying.wrong(Violation::of_key(at, message).labelled("reserved").with_help("remove it"));
    }
}

/// Reads `args`; returns whether a template may add more.
fn extra<'n>(saying: &mut Saying, task: &'n Node, route: &Route, parameters: &mut Known<'n>) -> bool {
    let Some(args) = task.get("args") else { return false };
    match &args.value {
        Value::Mapping(entries) => {
            parameters.extend(entries.iter().map(|entry| (entry.key.clone(), Some(&entry.value))));
            false
        }
        Value::Null => false,
        Value::String(text) if is_whole_template(text) => true,
        Value::String(_) | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) => {
            let help = "write a mapping of parameters, or one template that becomes one";
            saying.wrong(mismatch(below(route, "args"), "`args`", "a mapping", args).with_help(help));
            true
        }
    }
}

/// A parameter, with its value where that stands alone.
fn named<'p, 'n>(parameters: &'p Known<'n>, name: &str) -> Option<&'p (String, Option<&'n Node>)> {
    parameters.iter().find(|(parameter, _)| parameter == name)
}

/// Says which parameters an include does not know.
fn unknown(saying: &mut Saying, action: &Action<'_>, at: &Route, parameters: &Known<'_>, known: &[&str]) {
    for (name, node) in parameters.iter().filter(|(name, _)| name != RAW && !known.contains(&name.as_str())) {
        let message = format!("{} is not a parameter of `{}`", quoted(name), short(&action.name));
        let route = if node.is_some() && action_has(action, name) { below(at, name) } else { at.clone() };
        let help = format!("{}; variables go below `vars` of the task", unknown_field(name, known));
        saying.wrong(Violation::of_key(route, message).labelled("unknown parameter").with_help(help));
    }
}

fn action_has(action: &Action<'_>, name: &str) -> bool {
    match &action.value {
        Parameters::Node(node) => node.get(name).is_some(),
        Parameters::Text(_) => false,
    }
}

fn files(saying: &mut Saying, action: &Action<'_>, at: &Route, parameters: &Known<'_>, is_open: bool) {
    let name = short(&action.name);
    unknown(saying, action, at, parameters, OF_TASKS);
    let is_named =
        [RAW, "file"].iter().any(|key| named(parameters, key).is_some_and(|(_, node)| !node.is_some_and(is_unset)));
    if !is_named && !is_open {
        let violation = Violation::of_key(at.clone(), format!("`{name}` names no file")).labelled("no file");
        saying.wrong(violation.lacking("file").with_help("write the path of the file with the tasks behind it"));
    }
    applied(saying, action, at, parameters);
}

fn roles(saying: &mut Saying, action: &Action<'_>, at: &Route, parameters: &Known<'_>, is_open: bool) {
    let name = short(&action.name);
    unknown(saying, action, at, parameters, OF_ROLES);
    let role = ["name", "role"].iter().find_map(|key| named(parameters, key));
    if !is_open && role.is_none_or(|(_, node)| node.is_some_and(|node| node.value == Value::Null)) {
        let violation = Violation::of_key(at.clone(), format!("`{name}` names no role")).labelled("no `name`");
        saying.wrong(violation.lacking("name").with_help("write the name of the role below it: `name: …`"));
    }
    for (key, node) in parameters.iter().filter(|(key, _)| key.ends_with("_from") && OF_ROLES.contains(&key.as_str())) {
        if let Some(node) = node.filter(|node| node.as_str().is_none()) {
            let help = "write the name of a file of the role";
            saying.wrong(mismatch(below(at, key), &quoted(key), "a text", node).with_help(help));
        }
    }
    applied(saying, action, at, parameters);
}

fn is_unset(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => false,
    }
}

/// Checks `apply`.
fn applied(saying: &mut Saying, action: &Action<'_>, at: &Route, parameters: &Known<'_>) {
    let name = short(&action.name);
    let Some((_, Some(node))) = named(parameters, "apply") else { return };
    let route = if action_has(action, "apply") { below(at, "apply") } else { at.clone() };
    if name.starts_with("import") && !entries(node).is_empty() {
        let message = format!("`apply` is not for `{name}`");
        let help = "write its keywords beside the import: the tasks that are imported have them all";
        saying.wrong(Violation::of_key(route, message).labelled("only for includes").with_help(help));
    } else if !is_mapping(node) && node.value != Value::Null {
        saying.wrong(mismatch(route, "`apply`", "a mapping", node));
    }
}

fn meta(saying: &mut Saying, action: &Action<'_>, at: &Route, place: Place) {
    let text = match &action.value {
        Parameters::Node(node) => node.as_str().or_else(|| node.get(RAW).and_then(Node::as_str)).unwrap_or_default(),
        Parameters::Text(text) => text,
    }
    .trim();
    if text.is_empty() || is_template(text) || text.contains('=') {
        return;
    }
    if !META.contains(&text) {
        let near = did_you_mean(nearest(text, META.iter().copied()));
        let list = META.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let violation = Violation::of_value(at.clone(), format!("{} is nothing that `meta` does", quoted(text)));
        saying.wrong(violation.labelled("unknown").with_help(format!("{near}it does {list}")));
    } else if text == "end_role" && place.handlers {
        let violation = Violation::of_value(at.clone(), "a handler cannot end a role").labelled("not for handlers");
        saying.wrong(violation.with_help("end the role in one of its tasks"));
    }
}
