//! What is said of a document while it is checked.

use crate::document::{Entry, Node, Route, Step, Value, Violation};
use crate::iac::Said;
use crate::text::letters_lost;
pub(super) use crate::text::quoted;

/// How much is said of one document at most, of each sort: whoever made more will see the rest next time.
const MOST: usize = 50;

/// Findings while they are gathered.
#[derive(Default)]
pub(super) struct Saying {
    said: Said,
}

impl Saying {
    pub(super) fn wrong(&mut self, violation: Violation) {
        if self.said.wrong.len() < MOST {
            self.said.wrong.push(violation);
        }
    }

    pub(super) fn doubtful(&mut self, violation: Violation) {
        if self.said.doubtful.len() < MOST {
            self.said.doubtful.push(violation);
        }
    }

    pub(super) fn finish(self) -> Said {
        self.said
    }
}

/// The route to the value under a key.
pub(super) fn below(route: &Route, key: &str) -> Route {
    route.child(Step::Key(key.to_owned()))
}

/// The route to an item.
pub(super) fn item(route: &Route, index: usize) -> Route {
    route.child(Step::Index(index))
}

/// The entries of a mapping; none where there is no mapping.
pub(super) fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => &[],
    }
}

/// Whether a value is `y` or `n`: the YAML of Ansible reads them as the text that they are, other readers as
/// a boolean.
pub(super) fn is_letter(node: &Node) -> bool {
    matches!(node.value, Value::Bool(_)) && node.span.end - node.span.start == 1
}

/// Whether a value is a mapping.
pub(super) fn is_mapping(node: &Node) -> bool {
    match node.value {
        Value::Mapping(_) => true,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => false,
    }
}

/// Whether a text holds a template, so that nobody knows its value.
pub(super) fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// Whether a text is nothing but a template.
pub(super) fn is_whole_template(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("#jinja2:")
        || [("{{", "}}"), ("{%", "%}"), ("{#", "#}")].iter().any(|(open, _)| text.starts_with(open))
            && ["}}", "%}", "#}"].iter().any(|close| text.ends_with(close))
}

/// The name nearest to one that is wrong, if any is near enough to be meant.
pub(super) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Distances take the product of both lengths.
    const LONGEST: usize = 60;
    if wrong.len() > LONGEST {
        return None;
    }
    let lower = wrong.to_ascii_lowercase();
    let allowed = (wrong.chars().count() / 3).clamp(1, 2);
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&lower, name), name))
        .filter(|(distance, name)| *distance <= allowed && distance * 2 < name.chars().count())
        .min_by_key(|(distance, name)| (*distance, letters_lost(&lower, name)))
        .map(|(_, name)| name)
}

/// The name that is one slip away from one that is not known.
pub(super) fn one_slip<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest(wrong, known).filter(|name| name.len() > 2 && strsim::osa_distance(wrong, name) == 1)
}

/// `did you mean `x`? `, or nothing.
pub(super) fn did_you_mean(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("did you mean `{name}`? "))
}

/// What is wrong with a value that has to be something else.
pub(super) fn mismatch(route: Route, subject: &str, expected: &str, node: &Node) -> Violation {
    let found = node.kind_name();
    Violation::of_value(route, format!("{subject} has to be {expected}, found {found}"))
        .labelled(format!("this is {found}"))
}
