//! How many instances a block makes: `count`, `for_each`, or neither.

use std::collections::BTreeSet;

use crate::document::{Node, Number, Value};

use super::words::bare;

/// How a resource, or a call of a module, makes its instances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Repetition {
    /// There is one, without a key.
    #[default]
    Once,
    /// As many as a number says, where it is written.
    Count(Option<u64>),
    /// One for each key, where all are written.
    Each(Option<BTreeSet<String>>),
}

impl Repetition {
    /// What a block says; nothing where it says nothing of it.
    #[must_use]
    pub fn of(body: &Node) -> Option<Self> {
        if let Some(count) = body.get("count") {
            return Some(Self::Count(number(count)));
        }
        if let Some(each) = body.get("for_each") {
            return Some(Self::Each(keys(each)));
        }
        // OpenTofu has a switch of its own.
        let lifecycle = body.get("lifecycle")?;
        let blocks = lifecycle.as_sequence().unwrap_or(std::slice::from_ref(lifecycle));
        blocks.iter().any(|block| block.get("enabled").is_some_and(is_false)).then_some(Self::Count(Some(0)))
    }

    /// What the block has, in words.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Once => "neither `count` nor `for_each`",
            Self::Count(_) => "`count`",
            Self::Each(_) => "`for_each`",
        }
    }

    /// Whether it makes nothing at all, as far as it is written.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Once => false,
            Self::Count(number) => *number == Some(0),
            Self::Each(keys) => keys.as_ref().is_some_and(BTreeSet::is_empty),
        }
    }
}

fn is_false(node: &Node) -> bool {
    match &node.value {
        Value::Bool(value) => !value,
        Value::String(text) => bare(text) == "false",
        Value::Null | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => false,
    }
}

fn number(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Number(Number::Int(number)) => u64::try_from(*number).ok(),
        Value::String(text) => bare(text).parse().ok(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// The keys of an object, or of a set made of a list, where all of them are written.
fn keys(node: &Node) -> Option<BTreeSet<String>> {
    let plain =
        |key: &str| (!key.contains("${") && !key.contains("%{") && !key.starts_with('(')).then(|| key.to_owned());
    match &node.value {
        Value::Mapping(entries) => entries.iter().map(|entry| plain(&entry.key)).collect(),
        Value::Sequence(items) => items.iter().map(|item| plain(item.as_str()?)).collect(),
        Value::String(text) => listed(bare(text).strip_prefix("toset(")?.strip_suffix(')')?),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The texts of a list in an expression: `["a", "b"]`.
fn listed(text: &str) -> Option<BTreeSet<String>> {
    let mut rest = text.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    let mut keys = BTreeSet::new();
    while !rest.is_empty() {
        let (key, behind) = rest.strip_prefix('"')?.split_once('"')?;
        if key.contains(['\\', '$', '%']) {
            return None;
        }
        keys.insert(key.to_owned());
        let behind = behind.trim_start();
        rest = match behind.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if behind.is_empty() => behind,
            None => return None,
        };
    }
    Some(keys)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::iac::terraform::testing::json;

    #[test]
    fn instances_are_counted_where_they_are_written() {
        let each = |keys: &[&str]| Some(Repetition::Each(Some(keys.iter().map(|key| (*key).to_owned()).collect())));
        for (body, expected) in [
            ("{}", None),
            (r#"{"count": 2}"#, Some(Repetition::Count(Some(2)))),
            (r#"{"count": "${0}"}"#, Some(Repetition::Count(Some(0)))),
            (r#"{"count": "${var.on ? 1 : 0}"}"#, Some(Repetition::Count(None))),
            (r#"{"for_each": {"a": 1, "b": {}}}"#, each(&["a", "b"])),
            (r#"{"for_each": {"${var.x}": 1}}"#, Some(Repetition::Each(None))),
            (r#"{"for_each": {}}"#, each(&[])),
            (r#"{"for_each": "${toset([\"a\", \"b\",])}"}"#, each(&["a", "b"])),
            (r#"{"for_each": "${toset([])}"}"#, each(&[])),
            (r#"{"for_each": "${toset([var.a])}"}"#, Some(Repetition::Each(None))),
            (r#"{"for_each": "${toset([\"a\"] + x)}"}"#, Some(Repetition::Each(None))),
            (r#"{"for_each": "${var.keys}"}"#, Some(Repetition::Each(None))),
            (r#"{"lifecycle": [{"enabled": false}]}"#, Some(Repetition::Count(Some(0)))),
            (r#"{"lifecycle": [{"enabled": true}]}"#, None),
        ] {
            assert_eq!(Repetition::of(&json(body)), expected, "{body}");
        }
    }
}
