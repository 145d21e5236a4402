//! Documents as the values a policy sees.

use std::collections::{BTreeMap, HashMap};

use regorus::Value as Rego;

use super::error::{Place, PolicyError};
use crate::document::{Node, Number, Value};

/// The value a policy sees as `input` for a document: the document itself, nothing added.
#[must_use]
pub fn input_value(node: &Node) -> Rego {
    /// Documents from so many bytes say much more than once: a plan of 60 MB takes half the memory.
    const LARGE: u32 = 1 << 16;
    if node.span.end.saturating_sub(node.span.start) < LARGE {
        value_of(node, &mut |text| Rego::from(text))
    } else {
        // Never iterated.
        let mut known: HashMap<&str, Rego> = HashMap::new();
        value_of(node, &mut |text| known.entry(text).or_insert_with(|| Rego::from(text)).clone())
    }
}

fn value_of<'n>(node: &'n Node, string: &mut impl FnMut(&'n str) -> Rego) -> Rego {
    match &node.value {
        Value::Null => Rego::Null,
        Value::Bool(value) => Rego::from(*value),
        Value::Number(Number::Int(int)) => Rego::from(*int),
        Value::Number(Number::UInt(int)) => Rego::from(*int),
        Value::Number(Number::Float(float)) => Rego::from(*float),
        // Decimal digits are always a number to regorus; a text keeps the value visible if not.
        Value::Number(Number::Big(digits)) => {
            Rego::from_numeric_string(digits).unwrap_or_else(|_| Rego::from(digits.as_str()))
        }
        Value::String(text) => string(text),
        Value::Sequence(items) => Rego::from(items.iter().map(|item| value_of(item, string)).collect::<Vec<_>>()),
        Value::Mapping(entries) => Rego::from(
            entries
                .iter()
                .map(|entry| (string(&entry.key), value_of(&entry.value, string)))
                .collect::<BTreeMap<_, _>>(),
        ),
    }
}

/// An input that says nothing: the empty object.
#[must_use]
pub fn empty_input() -> Rego {
    Rego::new_object()
}

/// Merges data files into one `data` document, as OPA's loader does: mappings merge at every
/// level, anything else may stand only once.
///
/// # Errors
/// Every file that is no mapping at its root, and every key two files give different values.
pub fn data_value(files: &[(String, Node)]) -> Result<Rego, Vec<PolicyError>> {
    let mut merged = BTreeMap::new();
    let mut errors = Vec::new();
    for (name, root) in files {
        match &root.value {
            Value::Mapping(_) => merge(&mut merged, root, name, &mut Vec::new(), &mut errors),
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => errors.push(
                PolicyError::new(format!("data file must hold a mapping, not {}", root.kind_name())).at(start_of(name)),
            ),
        }
    }
    if errors.is_empty() { Ok(tree_value(merged)) } else { Err(errors) }
}

/// Data being merged: where each leaf came from is known, to name both files of a conflict.
enum Tree<'a> {
    Branch(BTreeMap<&'a str, Tree<'a>>),
    Leaf(&'a str, &'a Node),
}

fn merge<'a>(
    into: &mut BTreeMap<&'a str, Tree<'a>>,
    node: &'a Node,
    file: &'a str,
    path: &mut Vec<&'a str>,
    errors: &mut Vec<PolicyError>,
) {
    let Value::Mapping(entries) = &node.value else { return };
    for entry in entries {
        let key = entry.key.as_str();
        path.push(key);
        let is_mapping = matches!(entry.value.value, Value::Mapping(_));
        match into.get_mut(key) {
            None if is_mapping => {
                let mut branch = BTreeMap::new();
                merge(&mut branch, &entry.value, file, path, errors);
                into.insert(key, Tree::Branch(branch));
            }
            None => {
                into.insert(key, Tree::Leaf(file, &entry.value));
            }
            Some(Tree::Branch(branch)) if is_mapping => merge(branch, &entry.value, file, path, errors),
            Some(Tree::Leaf(_, first)) if first.same_value(&entry.value) => {}
            Some(Tree::Leaf(other, _)) => errors.push(conflict(path, file, Some(other))),
            Some(Tree::Branch(_)) => errors.push(conflict(path, file, None)),
        }
        path.pop();
    }
}

fn conflict(path: &[&str], file: &str, other: Option<&str>) -> PolicyError {
    let other = other.unwrap_or("another data file");
    PolicyError::new(format!("data.{} has one value here and another in {other}", path.join(".")))
        .at(start_of(file))
        .help("data files are merged into one document; give each value in one file only")
}

fn start_of(file: &str) -> Place {
    Place { source: file.to_owned(), text: "".into(), line: 1, column: 1, length: 1 }
}

fn tree_value(tree: BTreeMap<&str, Tree<'_>>) -> Rego {
    Rego::from(
        tree.into_iter()
            .map(|(key, value)| {
                let value = match value {
                    Tree::Branch(branch) => tree_value(branch),
                    Tree::Leaf(_, node) => input_value(node),
                };
                (Rego::from(key), value)
            })
            .collect::<BTreeMap<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Entry, Span};

    fn node(value: Value) -> Node {
        Node { value, span: Span::default() }
    }

    fn mapping(entries: Vec<(&str, Node)>) -> Node {
        let entry = |(key, value): (&str, Node)| Entry { key: key.to_owned(), key_span: Span::default(), value };
        node(Value::Mapping(entries.into_iter().map(entry).collect()))
    }

    fn int(value: i64) -> Node {
        node(Value::Number(Number::Int(value)))
    }

    #[test]
    fn every_kind_of_value() {
        let big = "123456789012345678901234567890";
        let document = mapping(vec![
            ("n", node(Value::Null)),
            ("b", node(Value::Bool(true))),
            ("i", int(-1)),
            ("u", node(Value::Number(Number::UInt(u64::MAX)))),
            ("f", node(Value::Number(Number::Float(1.5)))),
            ("g", node(Value::Number(Number::Big(big.to_owned())))),
            ("s", node(Value::Sequence(vec![node(Value::String("x".to_owned()))]))),
        ]);
        let expected =
            format!(r#"{{"n": null, "b": true, "i": -1, "u": {}, "f": 1.5, "g": {big}, "s": ["x"]}}"#, u64::MAX);
        assert_eq!(input_value(&document), Rego::from_json_str(&expected).unwrap());
    }

    #[test]
    fn data_files_merge() {
        let files = [
            ("a.yaml".to_owned(), mapping(vec![("x", mapping(vec![("a", int(1))])), ("same", int(1))])),
            ("b.yaml".to_owned(), mapping(vec![("x", mapping(vec![("b", int(2))])), ("same", int(1))])),
            ("empty.yaml".to_owned(), node(Value::Null)),
        ];
        let expected = Rego::from_json_str(r#"{"x": {"a": 1, "b": 2}, "same": 1}"#).unwrap();
        assert_eq!(data_value(&files), Ok(expected));
    }

    #[test]
    fn data_files_that_contradict_each_other() {
        let files = [
            ("a.yaml".to_owned(), mapping(vec![("x", mapping(vec![("a", int(1))])), ("y", int(1))])),
            ("b.yaml".to_owned(), mapping(vec![("x", mapping(vec![("a", int(2))])), ("y", mapping(vec![]))])),
            ("c.yaml".to_owned(), int(1)),
        ];
        let messages: Vec<_> = data_value(&files).unwrap_err().into_iter().map(|error| error.message).collect();
        assert_eq!(
            messages,
            [
                "data.x.a has one value here and another in a.yaml",
                "data.y has one value here and another in a.yaml",
                "data file must hold a mapping, not a number",
            ]
        );
    }
}
