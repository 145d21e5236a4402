//! Fields that may not change: `immutability.fields`.

use super::{Pair, Rule, RuleError, Scope};
use crate::{
    config::{FieldRule, Transition as FieldTransition},
    document::{Node, Route, Step, Value},
    git::RefName,
    secret,
    verdict::{Finding, OldPlace},
};

/// Id of the rule.
pub const ID: &str = "immutable-field";

/// One entry of `immutability.fields`.
pub struct FieldImmutability(FieldRule);

impl FieldImmutability {
    pub(super) fn new(rule: FieldRule) -> Self {
        Self(rule)
    }

    fn selects(&self, pair: &Pair<'_>) -> bool {
        let selection = &self.0.selection;
        let unit = pair.shown().unit;
        let identity = pair.identity();
        let kinds =
            selection.kinds.is_empty() || unit.kind().is_some_and(|kind| selection.kinds.iter().any(|k| k == kind));
        let group = selection.group.as_ref().is_none_or(|group| identity.is_some_and(|id| id.group == *group));
        let namespace = selection.namespace.as_ref().is_none_or(|globs| {
            identity.is_some_and(|id| globs.matches(id.namespace.as_deref().unwrap_or_default().as_bytes()))
        });
        let name =
            selection.name.as_ref().is_none_or(|globs| identity.is_some_and(|id| globs.matches(id.name.as_bytes())));
        // A document that moved out of the guarded paths is still the same one.
        let paths = selection.paths.as_ref().is_none_or(|globs| {
            [pair.before(), pair.after()].into_iter().flatten().any(|side| globs.matches(side.file.path.as_bytes()))
        });
        kinds && group && namespace && name && paths
    }
}

impl Rule for FieldImmutability {
    fn selects_ref(&self, name: &RefName) -> bool {
        self.0.selection.refs.as_ref().is_none_or(|globs| globs.matches(name.as_str().as_bytes()))
    }

    fn compares(&self) -> bool {
        true
    }

    fn on_pair(&self, _scope: &Scope<'_>, pair: &Pair<'_>, findings: &mut Vec<Finding>) -> Result<(), RuleError> {
        let Pair::Both { old, new } = pair else { return Ok(()) };
        if !self.selects(pair) {
            return Ok(());
        }
        match self.0.transition {
            FieldTransition::Immutable => {}
        }
        for (route, before, after) in
            differences(&self.0.path.select(old.unit.node), &self.0.path.select(new.unit.node))
        {
            let subject = match pair.identity() {
                Some(identity) => identity.to_string(),
                None => new.file.path.to_string(),
            };
            let field = dotted(&route);
            let deepest = deepest(&route, before, after);
            let label = match deepest.before {
                // What a Secret held is not for everybody who may push.
                Some(_) if pair.identity().is_some_and(|identity| identity.kind == "Secret") => {
                    "was another value".to_owned()
                }
                Some(before) if names_secret(&deepest.route, before) => "was another value".to_owned(),
                Some(before) if before.value != Value::Null => match (&deepest.gone, after) {
                    (Some(entry), _) => format!("{entry} is gone"),
                    (None, Some(_)) => format!("was {}", brief(before)),
                    (None, None) => format!("{} is gone, was {}", last_key(&deepest.route), brief(before)),
                },
                Some(_) | None => "was not set".to_owned(),
            };
            let message = match after {
                Some(_) => format!("{field} of {subject} is immutable"),
                None => format!("{field} of {subject} is immutable and may not be removed"),
            };
            let mut place = new.file.place(new.unit, &deepest.route);
            place.route = new.file.place(new.unit, &route).route;
            if let Some(excerpt) = &mut place.excerpt {
                excerpt.label = Some(label);
            }
            let help = self.0.help.clone().unwrap_or_else(|| match pair.identity() {
                Some(identity) => format!(
                    "restore the old value, or create a new {} under another name and delete this one",
                    identity.kind
                ),
                None => "restore the old value".to_owned(),
            });
            let mut finding = Finding::new(ID, message).at(place).with_help(help);
            finding.resource = pair.identity().cloned();
            finding.old = Some(OldPlace { path: old.file.path.clone(), line: old.file.line(old.unit, &deepest.route) });
            findings.push(finding);
        }
        Ok(())
    }
}

/// Whether any key on the way to a value, or in it, is the name of a secret.
fn names_secret(route: &Route, node: &Node) -> bool {
    let on_the_way = route.0.iter().any(|step| match step {
        Step::Key(key) => secret::is_name_of_secret(key),
        Step::Index(_) => false,
    });
    let within = |node: &Node| {
        node.entries().iter().any(|entry| names_secret(&Route(vec![Step::Key(entry.key.clone())]), &entry.value))
    };
    on_the_way
        || within(node)
        || node.as_sequence().unwrap_or_default().iter().any(|item| names_secret(&Route::default(), item))
}

/// The last key on the way to a value.
fn last_key(route: &Route) -> String {
    let last = route.0.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    crate::text::shortened(last.unwrap_or("it"), 30)
}

/// The routes whose values are not the same on both sides, with the values. Nothing, `null` and an
/// empty collection are the same to the API server (`apiequality.Semantic`), so they are here.
fn differences<'a>(
    old: &[(Route, &'a Node)],
    new: &[(Route, &'a Node)],
) -> Vec<(Route, Option<&'a Node>, Option<&'a Node>)> {
    let find = |side: &[(Route, &'a Node)], route: &Route| side.iter().find(|(r, _)| r == route).map(|(_, node)| *node);
    let mut different = Vec::new();
    for (route, before) in old {
        match find(new, route) {
            Some(after) if same(before, after) => {}
            Some(after) => different.push((route.clone(), Some(*before), Some(after))),
            None if is_empty(before) => {}
            None => different.push((route.clone(), Some(*before), None)),
        }
    }
    for (route, after) in new {
        if find(old, route).is_none() && !is_empty(after) {
            different.push((route.clone(), None, Some(*after)));
        }
    }
    different
}

/// A difference, as far down as it can be narrowed.
struct Deepest<'a> {
    route: Route,
    before: Option<&'a Node>,
    /// What is not there any more, where nothing is in its place.
    gone: Option<String>,
}

/// Follows a difference down for as long as only one entry or item is concerned, so that the place
/// shown is the one that was edited.
fn deepest<'a>(route: &Route, before: Option<&'a Node>, after: Option<&'a Node>) -> Deepest<'a> {
    let here = Deepest { route: route.clone(), before, gone: None };
    let (Some(old), Some(new)) = (before, after) else { return here };
    let steps: Vec<Step> = match (&old.value, &new.value) {
        (Value::Mapping(old), Value::Mapping(new)) => {
            let mut keys: Vec<&str> = old.iter().chain(new).map(|entry| entry.key.as_str()).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.into_iter().map(|key| Step::Key(key.to_owned())).collect()
        }
        (Value::Sequence(old), Value::Sequence(new)) if old.len() == new.len() => {
            (0..old.len()).map(Step::Index).collect()
        }
        (_, _) => return here,
    };
    let child = |node: &'a Node, step: &Step| {
        let located = Route(vec![step.clone()]).locate(node);
        located.exact.then_some(located.node)
    };
    let mut differing = steps.into_iter().filter(|step| match (child(old, step), child(new, step)) {
        (Some(a), Some(b)) => !same(a, b),
        (Some(only), None) | (None, Some(only)) => !is_empty(only),
        (None, None) => false,
    });
    match (differing.next(), differing.next()) {
        (Some(step), None) => match (child(old, &step), child(new, &step)) {
            // There is no place to show but what it was taken out of.
            (Some(before), None) => {
                let gone = format!("{}: {}", dotted(&Route(vec![step])), brief(before));
                Deepest { gone: Some(crate::text::shortened(&gone, 44)), ..here }
            }
            (old, new) => deepest(&route.child(step), old, new),
        },
        (_, _) => here,
    }
}

/// Whether both mean the same to the API server: keys without a value are as good as absent.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Mapping(left), Value::Mapping(right)) => {
            left.iter().chain(right).all(|entry| match (a.get(&entry.key), b.get(&entry.key)) {
                (Some(a), Some(b)) => same(a, b),
                (Some(only), None) | (None, Some(only)) => is_empty(only),
                (None, None) => true,
            })
        }
        (Value::Sequence(left), Value::Sequence(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))
        }
        (_, _) => a.same_value(b) || (is_empty(a) && is_empty(b)),
    }
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// A route as people write it: `spec.ports[0].name`.
fn dotted(route: &Route) -> String {
    let mut text = String::new();
    for step in &route.0 {
        match step {
            Step::Key(key) if key.contains(['.', '/', ' ', '[', '"']) || key.is_empty() => {
                text.push_str(&format!("[\"{}\"]", crate::text::shortened(key, 60)));
            }
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&crate::text::shortened(key, 60));
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    if text.is_empty() { "the document".to_owned() } else { text }
}

/// A value in a few words, for the label beside the new one.
fn brief(node: &Node) -> String {
    fn write(node: &Node, out: &mut String) {
        if out.len() > 48 {
            return;
        }
        match &node.value {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(&value.to_string()),
            Value::Number(number) => out.push_str(&number.to_string()),
            Value::String(text) => out.push_str(&crate::text::shortened(text, 60)),
            Value::Sequence(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    write(item, out);
                }
                out.push(']');
            }
            Value::Mapping(entries) => {
                out.push('{');
                for (index, entry) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    out.push_str(&crate::text::shortened(&entry.key, 60));
                    out.push_str(": ");
                    write(&entry.value, out);
                }
                out.push('}');
            }
        }
    }
    let mut out = String::new();
    write(node, &mut out);
    crate::text::shortened(&out, 40)
}
