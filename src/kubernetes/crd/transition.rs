//! Rules of a `CustomResourceDefinition` over a value before and after: `x-kubernetes-validations` with `oldSelf`.

use crate::document::{Node, Value};

/// What a schema says of changes, as far as it says anything: other parts are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transitions {
    /// Rules over this value.
    pub rules: Vec<TransitionRule>,
    /// What is said of the fields of a mapping.
    pub fields: Vec<(String, Transitions)>,
    /// What is said of each value of a mapping with any keys.
    pub each: Option<Box<Transitions>>,
    /// What is said of the items of a list that have a name: the fields that name them, and the rest.
    pub items: Option<(Vec<String>, Box<Transitions>)>,
    /// What stands for the value where it is not there; only where a rule may ask for it.
    pub default: Option<Node>,
}

/// A rule over a value before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransitionRule {
    /// The expression.
    pub rule: String,
    /// What to tell someone who broke it.
    pub message: Option<String>,
    /// Whether it holds for what is new, too (`optionalOldSelf`).
    pub optional: bool,
}

/// Schemas nested deeper are left.
const DEEPEST: usize = 100;

impl Transitions {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.fields.is_empty() && self.each.is_none() && self.items.is_none()
    }
}

/// Reads what a schema says of changes.
pub(super) fn read(schema: &Node) -> Transitions {
    of(schema, false, 0).unwrap_or_default()
}

/// `asked`: a rule further up may ask for what is here.
fn of(schema: &Node, asked: bool, depth: usize) -> Option<Transitions> {
    if depth > DEEPEST {
        return None;
    }
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let is_true = |node: &Node, key: &str| node.get(key).is_some_and(|node| node.value == Value::Bool(true));
    let rules = schema.get("x-kubernetes-validations").and_then(Node::as_sequence).unwrap_or_default();
    let rules = rules.iter().filter_map(|item| {
        let rule = text(item, "rule").filter(|rule| rule.contains("oldSelf"))?;
        Some(TransitionRule { rule, message: text(item, "message"), optional: is_true(item, "optionalOldSelf") })
    });
    let rules: Vec<TransitionRule> = rules.collect();
    let asked = asked || !rules.is_empty();
    let properties = schema.get("properties").map(Node::entries).unwrap_or_default();
    let field = |entry: &crate::document::Entry| Some((entry.key.clone(), of(&entry.value, asked, depth + 1)?));
    // A whole object has fields of its own that no rule is about.
    let is_known = |key: &str| depth > 0 || !matches!(key, "apiVersion" | "kind" | "metadata" | "status");
    let fields: Vec<_> = properties.iter().filter(|entry| is_known(&entry.key)).filter_map(field).collect();
    let each = schema.get("additionalProperties").and_then(|each| of(each, asked, depth + 1)).map(Box::new);
    let keys = schema.get("x-kubernetes-list-map-keys").and_then(Node::as_sequence).unwrap_or_default();
    let keys: Vec<String> = keys.iter().filter_map(|key| key.as_str().map(str::to_owned)).collect();
    let items = schema.get("items").and_then(|items| of(items, asked, depth + 1)).filter(|_| !keys.is_empty());
    let items = items.map(|items| (keys, Box::new(items)));
    let default = schema.get("default").filter(|default| asked && default.value != Value::Null).cloned();
    let found = Transitions { rules, fields, each, items, default };
    (!found.is_empty() || found.default.is_some()).then_some(found)
}

/// Fills in defaults, so that rules see what the API server sees.
pub fn fill(node: &mut Node, transitions: &Transitions) {
    let span = node.span;
    if let Value::Sequence(items) = &mut node.value {
        for item in items {
            if let Some((_, inner)) = &transitions.items {
                fill(item, inner);
            }
        }
        return;
    }
    let Value::Mapping(entries) = &mut node.value else { return };
    for (key, inner) in &transitions.fields {
        if let Some(default) = &inner.default
            && !entries.iter().any(|entry| entry.key == *key)
        {
            let value = Node { value: default.value.clone(), span };
            entries.push(crate::document::Entry { key: key.clone(), key_span: span, value });
        }
        if let Some(entry) = entries.iter_mut().find(|entry| entry.key == *key) {
            fill(&mut entry.value, inner);
        }
    }
    if let Some(inner) = &transitions.each {
        for entry in entries.iter_mut().filter(|entry| !transitions.fields.iter().any(|(key, _)| *key == entry.key)) {
            fill(&mut entry.value, inner);
        }
    }
}
