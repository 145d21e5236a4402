//! Keywords of plays, blocks, tasks and roles, and what they hold.

use super::names::is_variable;
use super::say::{
    Saying, below, did_you_mean, entries, is_letter, is_mapping, is_template, item, mismatch, nearest, quoted,
};
use super::variables;
use crate::document::{Entry, Node, Number, Route, Value, Violation};

/// What a keyword holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Anything; or whoever knows the keyword looks at it.
    Any,
    /// A text: also a number or a boolean, which become one.
    Text,
    /// A boolean, or a word for one.
    Flag,
    /// A whole number.
    Whole,
    /// A number.
    Decimal,
    /// A number, or one with `%`.
    Percent,
    /// A text, or a list of texts.
    Texts,
    /// Tags: texts and numbers, in a list or with commas between them.
    Tags,
    /// Conditions: one, or a list of them.
    Conditions,
    /// Variables by name.
    Variables,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The name of a variable.
    Name,
    /// Default parameters by module, in a mapping or a list of them.
    Defaults,
    /// The fields that rule a loop.
    LoopControl,
}

/// A keyword and what it holds.
pub(super) type Keyword = (&'static str, Holds);

/// Keywords that everything has.
pub(super) const BASE: &[Keyword] = &[
    ("any_errors_fatal", Holds::Flag),
    ("become", Holds::Flag),
    ("become_exe", Holds::Text),
    ("become_flags", Holds::Text),
    ("become_method", Holds::Text),
    ("become_user", Holds::Text),
    ("check_mode", Holds::Flag),
    ("connection", Holds::Text),
    ("debugger", Holds::Word(&["always", "on_failed", "on_unreachable", "on_skipped", "never"])),
    ("diff", Holds::Flag),
    ("environment", Holds::Any),
    ("ignore_errors", Holds::Flag),
    ("ignore_unreachable", Holds::Flag),
    ("module_defaults", Holds::Defaults),
    ("name", Holds::Text),
    ("no_log", Holds::Flag),
    ("port", Holds::Whole),
    ("remote_user", Holds::Text),
    ("run_once", Holds::Flag),
    ("throttle", Holds::Whole),
    ("timeout", Holds::Whole),
    ("vars", Holds::Variables),
];

/// Keywords of plays alone.
pub(super) const PLAY: &[Keyword] = &[
    ("collections", Holds::Texts),
    ("fact_path", Holds::Text),
    ("force_handlers", Holds::Flag),
    ("gather_facts", Holds::Flag),
    ("gather_subset", Holds::Texts),
    ("gather_timeout", Holds::Whole),
    ("handlers", Holds::Any),
    ("hosts", Holds::Any),
    ("max_fail_percentage", Holds::Percent),
    ("order", Holds::Word(&["inventory", "reverse_inventory", "sorted", "reverse_sorted", "shuffle"])),
    ("post_tasks", Holds::Any),
    ("pre_tasks", Holds::Any),
    ("roles", Holds::Any),
    ("serial", Holds::Any),
    ("strategy", Holds::Text),
    ("tags", Holds::Tags),
    ("tasks", Holds::Any),
    // The old name of `remote_user`.
    ("user", Holds::Text),
    ("vars_files", Holds::Any),
    ("vars_prompt", Holds::Any),
];

/// Keywords of blocks alone.
pub(super) const BLOCK: &[Keyword] = &[
    ("always", Holds::Any),
    ("block", Holds::Any),
    ("collections", Holds::Texts),
    ("delegate_facts", Holds::Flag),
    ("delegate_to", Holds::Text),
    ("notify", Holds::Any),
    ("rescue", Holds::Any),
    ("tags", Holds::Tags),
    ("when", Holds::Conditions),
];

/// Keywords of tasks alone.
pub(super) const TASK: &[Keyword] = &[
    ("action", Holds::Any),
    ("args", Holds::Any),
    ("async", Holds::Whole),
    ("changed_when", Holds::Any),
    ("collections", Holds::Texts),
    ("delay", Holds::Decimal),
    ("delegate_facts", Holds::Flag),
    ("delegate_to", Holds::Text),
    ("failed_when", Holds::Any),
    ("listen", Holds::Texts),
    ("local_action", Holds::Any),
    ("loop", Holds::Any),
    ("loop_control", Holds::LoopControl),
    ("notify", Holds::Any),
    ("poll", Holds::Whole),
    ("register", Holds::Name),
    ("retries", Holds::Whole),
    ("tags", Holds::Tags),
    ("until", Holds::Any),
    ("when", Holds::Conditions),
];

/// Keywords of an entry of `roles` alone; anything else there is a parameter.
pub(super) const ROLE: &[Keyword] = &[
    ("collections", Holds::Texts),
    ("delegate_facts", Holds::Flag),
    ("delegate_to", Holds::Text),
    ("role", Holds::Any),
    ("tags", Holds::Tags),
    ("when", Holds::Conditions),
];

/// Keywords of an import of a playbook alone.
pub(super) const IMPORT: &[Keyword] = &[("tags", Holds::Tags), ("when", Holds::Conditions)];

/// Keywords of `meta/main.yml` alone.
pub(super) const META: &[Keyword] = &[
    ("allow_duplicates", Holds::Flag),
    ("argument_specs", Holds::Any),
    ("collections", Holds::Texts),
    ("dependencies", Holds::Any),
    ("galaxy_info", Holds::Any),
];

const LOOP_CONTROL: &[Keyword] = &[
    ("break_when", Holds::Any),
    ("extended", Holds::Flag),
    ("extended_allitems", Holds::Flag),
    ("index_var", Holds::Text),
    ("label", Holds::Text),
    ("loop_var", Holds::Text),
    ("pause", Holds::Decimal),
];

/// What a keyword holds that is one of these or one that everything has.
pub(super) fn holds(own: &[Keyword], name: &str) -> Option<Holds> {
    own.iter().chain(BASE).find(|(keyword, _)| *keyword == name).map(|(_, holds)| *holds)
}

/// The names of these keywords and of those that everything has.
pub(super) fn names(own: &'static [Keyword]) -> impl Iterator<Item = &'static str> {
    own.iter().chain(BASE).map(|(name, _)| *name)
}

/// Says that a keyword is not known.
pub(super) fn unknown(saying: &mut Saying, own: &'static [Keyword], subject: &str, key: &str, route: Route) {
    let name = quoted(key);
    let violation =
        Violation::of_key(route, format!("{name} is not a keyword of {subject}")).labelled("unknown keyword");
    let help = if let Some(instead) = super::names::removed(key) {
        format!("{instead}; {name} was removed from Ansible")
    } else {
        let near = did_you_mean(nearest(key, names(own)));
        format!("{near}Ansible refuses {subject} with a keyword that it does not know")
    };
    saying.wrong(violation.with_help(help));
}

/// Checks what a keyword holds.
pub(super) fn check(saying: &mut Saying, holds: Holds, entry: &Entry, route: &Route) {
    let (node, subject) = (&entry.value, quoted(&entry.key));
    let text = match &node.value {
        Value::String(text) => Some(text.as_str()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => None,
    };
    if is_letter(node) {
        return;
    }
    // What tags, rules of loops and the names of variables are is not left to a template.
    match holds {
        Holds::Any => {}
        Holds::Name => {
            let good = match &node.value {
                Value::String(text) => is_variable(text),
                Value::Null => true,
                Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => false,
            };
            if !good {
                let message = format!("{subject} has to be the name of a variable");
                let help = "a name begins with a letter or `_`, and goes on with letters, digits and `_`; templates are \
                            not filled in here";
                saying.wrong(Violation::of_value(route.clone(), message).labelled("no such name").with_help(help));
            }
        }
        Holds::Variables => variables::check_inline(saying, node, route, &subject),
        Holds::LoopControl => loop_control(saying, node, route),
        Holds::Tags => tags(saying, node, route, &subject),
        Holds::Conditions => {
            let is_bad = |node: &Node| is_mapping(node);
            if is_bad(node) {
                let help = "put the condition in quotes: a `: ` in it makes it a mapping";
                saying.wrong(mismatch(route.clone(), &subject, "a condition or a list of them", node).with_help(help));
            }
            for (index, condition) in node.as_sequence().unwrap_or_default().iter().enumerate() {
                if is_bad(condition) {
                    let help = "put the condition in quotes: a `: ` in it makes it a mapping";
                    let route = item(route, index);
                    saying.wrong(mismatch(route, "a condition", "a text", condition).with_help(help));
                }
            }
        }
        Holds::Defaults => defaults(saying, node, route, &subject),
        _ if node.value == Value::Null || text.is_some_and(is_template) => {}
        Holds::Text => {
            if is_mapping(node) || node.as_sequence().is_some() {
                saying.wrong(mismatch(route.clone(), &subject, "a text", node));
            }
        }
        Holds::Texts => {
            let items = node.as_sequence().unwrap_or(std::slice::from_ref(node));
            for bad in items.iter().filter(|item| item.as_str().is_none()) {
                let place = items.iter().position(|other| std::ptr::eq(other, bad)).unwrap_or_default();
                let route = if node.as_sequence().is_some() { item(route, place) } else { route.clone() };
                saying.wrong(mismatch(route, &subject, "a text or a list of texts", bad).with_help("put it in quotes"));
            }
        }
        Holds::Flag => {
            if !is_flag(node) {
                let violation = mismatch(route.clone(), &subject, "`true` or `false`", node);
                let shown = text.map(|text| format!("{} is neither", quoted(text)));
                saying.wrong(violation.labelled(shown.unwrap_or_else(|| format!("this is {}", node.kind_name()))));
            }
        }
        Holds::Whole | Holds::Decimal | Holds::Percent => {
            if !is_number(holds, node) {
                let expected = if holds == Holds::Whole { "a whole number" } else { "a number" };
                saying.wrong(mismatch(route.clone(), &subject, expected, node));
            }
        }
        Holds::Word(words) => {
            if !text.is_some_and(|text| words.contains(&text)) {
                let list = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
                let near = did_you_mean(text.and_then(|text| nearest(text, words.iter().copied())));
                let message = format!("{subject} has to be one of {list}");
                saying.wrong(
                    Violation::of_value(route.clone(), message)
                        .labelled("no such word")
                        .with_help(format!("{near}write one of these words")),
                );
            }
        }
    }
}

fn is_flag(node: &Node) -> bool {
    match &node.value {
        Value::Bool(_) => true,
        Value::Number(number) => matches!(number, Number::Int(0 | 1)),
        Value::String(text) => matches!(
            text.trim().to_lowercase().as_str(),
            "y" | "yes" | "on" | "1" | "true" | "t" | "n" | "no" | "off" | "0" | "false" | "f"
        ),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => false,
    }
}

fn is_number(holds: Holds, node: &Node) -> bool {
    match &node.value {
        Value::Bool(_) => true,
        Value::Number(number) => {
            holds != Holds::Whole || !matches!(number, Number::Float(value) if value.fract() != 0.0)
        }
        Value::String(text) => {
            let text = if holds == Holds::Percent { text.replace('%', "") } else { text.clone() };
            let number = text.trim().replace('_', "").parse::<f64>();
            number.is_ok_and(|number| holds != Holds::Whole || (number.is_finite() && number.fract() == 0.0))
        }
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => false,
    }
}

fn tags(saying: &mut Saying, node: &Node, route: &Route, subject: &str) {
    match &node.value {
        Value::String(_) => {}
        Value::Sequence(items) => {
            for (index, tag) in items.iter().enumerate().filter(|(_, tag)| is_mapping(tag) || tag.value == Value::Null)
            {
                saying.wrong(mismatch(item(route, index), "a tag", "a text", tag));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Mapping(_) => {
            let help = "write `tags: [name]`, or remove it";
            saying.wrong(mismatch(route.clone(), subject, "a list or a text", node).with_help(help));
        }
    }
}

fn defaults(saying: &mut Saying, node: &Node, route: &Route, subject: &str) {
    if node.value == Value::Null || is_mapping(node) {
        return;
    }
    let items = node.as_sequence();
    for (index, bad) in items.unwrap_or(std::slice::from_ref(node)).iter().enumerate() {
        if !is_mapping(bad) {
            let route = if items.is_some() { item(route, index) } else { route.clone() };
            let help = "write a mapping from the names of modules to their parameters; only these may be templates";
            saying.wrong(mismatch(route, subject, "a mapping", bad).with_help(help));
        }
    }
}

fn loop_control(saying: &mut Saying, node: &Node, route: &Route) {
    if !is_mapping(node) {
        let help = "write a mapping with `loop_var`, `label` and the like; templates may only stand in its values";
        saying.wrong(mismatch(route.clone(), "`loop_control`", "a mapping", node).with_help(help));
    }
    for entry in entries(node) {
        let route = below(route, &entry.key);
        if let Some((_, holds)) = LOOP_CONTROL.iter().find(|(name, _)| *name == entry.key) {
            check(saying, *holds, entry, &route);
        } else {
            let near = did_you_mean(nearest(&entry.key, LOOP_CONTROL.iter().map(|(name, _)| *name)));
            let message = format!("{} is not a field of `loop_control`", quoted(&entry.key));
            let help = format!("{near}Ansible refuses a field that it does not know");
            saying.wrong(Violation::of_key(route, message).labelled("unknown field").with_help(help));
        }
    }
}
