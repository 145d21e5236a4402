//! From a structural schema (`OpenAPI` v3, as `CustomResourceDefinition`s restrict it) to [`Schema`].

use super::Unreadable;
use crate::{
    document::{Node, Number, Route, Step, Value},
    kubernetes::schema::{Accepts, Bounds, Format, Link, ListKind, Others, Property, Rare, Schema, Text},
};

/// Schemas nested deeper are given up; those of real definitions end far above.
const DEEPEST: usize = 250;

/// How many fields may be gone through to find what the structure says of an alternative's fields.
/// Keys of mappings are found one after the other: this bounds the time for a hostile file.
const LOOKUPS: usize = 20_000_000;

/// Reads the schema of a custom resource. `kept` is for definitions that keep unknown fields
/// everywhere; CEL rules are added to `rules`.
pub(super) fn read(node: &Node, route: &Route, kept: bool, rules: &mut usize) -> Result<Schema, Unreadable> {
    let mut reader = Reader { kept, rules, route: route.0.clone(), depth: 0, lookups: LOOKUPS };
    let mut schema = reader.structural(node)?;
    schema.accepts = Accepts::Object;
    schema.nullable = false;
    schema.embedded = true;
    Ok(schema)
}

struct Reader<'r> {
    kept: bool,
    rules: &'r mut usize,
    route: Vec<Step>,
    depth: usize,
    lookups: usize,
}

impl Reader<'_> {
    /// A schema of the structure: it says which fields there are.
    fn structural(&mut self, node: &Node) -> Result<Schema, Unreadable> {
        self.enter(node)?;
        self.count_rules(node);
        let embedded = flag(node, "x-kubernetes-embedded-resource");
        let preserved = self.kept || flag(node, "x-kubernetes-preserve-unknown-fields");
        let (accepts, mixed) = accepts(node);
        let mut properties = self.properties(node, embedded)?;
        let others = match node.get("additionalProperties") {
            _ if accepts != Accepts::Object => Others::Kept,
            Some(Node { value: Value::Mapping(_), .. }) => {
                Others::Each(self.child(node, "additionalProperties", Self::structural)?)
            }
            Some(Node { value: Value::Bool(true), .. }) => Others::Kept,
            Some(_) | None if preserved => Others::Kept,
            Some(_) | None => Others::Refused,
        };
        let items = match node.get("items") {
            Some(items) if matches!(items.value, Value::Mapping(_)) => {
                Some(self.child(node, "items", Self::structural)?)
            }
            Some(_) | None => None,
        };
        let mut required = names(node, "required");
        self.spend(node, required.len())?;
        required.retain(|name| !has_default(node, name));
        let nullable = flag(node, "nullable");
        let rare = self.rare(node, Some(node), mixed)?;
        self.depth -= 1;
        properties.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Schema {
            accepts,
            nullable,
            properties,
            required,
            others,
            items,
            list: list(node),
            choices: choices(node),
            format: format(node, accepts),
            embedded,
            default: scalar_default(node),
            rare,
        })
    }

    fn properties(&mut self, node: &Node, embedded: bool) -> Result<Vec<Property>, Unreadable> {
        let Some(Value::Mapping(entries)) = node.get("properties").map(|node| &node.value) else {
            return Ok(Vec::new());
        };
        let object = embedded || self.depth == 1;
        self.route.push(Step::Key("properties".to_owned()));
        let mut properties = Vec::with_capacity(entries.len());
        for entry in entries {
            // The API server knows these itself. Of `metadata` only restrictions are taken.
            if object && matches!(entry.key.as_str(), "apiVersion" | "kind") {
                continue;
            }
            self.route.push(Step::Key(entry.key.clone()));
            let schema = if object && entry.key == "metadata" {
                self.branch(&entry.value, None)?
            } else {
                self.structural(&entry.value)?
            };
            self.route.pop();
            properties.push(Property { name: entry.key.clone().into(), schema: Link::Inline(Box::new(schema)) });
        }
        self.route.pop();
        Ok(properties)
    }

    /// A schema in an alternative: it restricts values and makes no field known. `structure` is what
    /// the structure says of the same value.
    fn branch(&mut self, node: &Node, structure: Option<&Node>) -> Result<Schema, Unreadable> {
        self.enter(node)?;
        let (accepts, mixed) = accepts(node);
        let of_structure = |keys: &[&str]| keys.iter().try_fold(structure?, |node, key| node.get(key));
        let mut properties = Vec::new();
        if let Some(Value::Mapping(entries)) = node.get("properties").map(|node| &node.value) {
            self.route.push(Step::Key("properties".to_owned()));
            if let Some(structure) = structure {
                self.spend(structure, entries.len())?;
            }
            for entry in entries {
                self.route.push(Step::Key(entry.key.clone()));
                let structure = of_structure(&["properties", &entry.key]);
                let mut schema = self.branch(&entry.value, structure)?;
                self.route.pop();
                schema.default = structure.and_then(scalar_default);
                schema.nullable |= structure.is_some_and(|structure| flag(structure, "nullable"));
                properties.push(Property { name: entry.key.clone().into(), schema: Link::Inline(Box::new(schema)) });
            }
            self.route.pop();
        }
        // Defaults are filled in before alternatives are tried.
        let mut required = names(node, "required");
        if let Some(structure) = structure {
            self.spend(structure, 2 * required.len())?;
            required.retain(|name| !has_default(structure, name));
            let given = properties.len();
            for name in &required {
                let nullable = of_structure(&["properties", name.as_ref()]).is_some_and(|node| flag(node, "nullable"));
                if nullable && !properties.iter().take(given).any(|property| property.name == *name) {
                    let schema = Link::Inline(Box::new(Schema::anything()));
                    properties.push(Property { name: name.clone(), schema });
                }
            }
        }
        properties.sort_by(|a, b| a.name.cmp(&b.name));
        let items = match node.get("items") {
            Some(items) if matches!(items.value, Value::Mapping(_)) => {
                self.route.push(Step::Key("items".to_owned()));
                let schema = self.branch(items, of_structure(&["items"]))?;
                self.route.pop();
                Some(Link::Inline(Box::new(schema)))
            }
            Some(_) | None => None,
        };
        let rare = self.rare(node, structure, mixed)?;
        self.depth -= 1;
        Ok(Schema {
            accepts,
            nullable: flag(node, "nullable"),
            properties,
            required,
            others: Others::Kept,
            items,
            list: ListKind::Atomic,
            choices: choices(node),
            format: format(node, accepts),
            embedded: false,
            default: None,
            rare,
        })
    }

    fn rare(&mut self, node: &Node, structure: Option<&Node>, mixed: bool) -> Result<Option<Box<Rare>>, Unreadable> {
        let mut branches = |key: &str| -> Result<Vec<Schema>, Unreadable> {
            // `anyOf` of a number and a string is how `IntOrString` is spelt.
            if mixed && key == "anyOf" {
                return Ok(Vec::new());
            }
            let items = node.get(key).and_then(Node::as_sequence).unwrap_or_default();
            self.route.push(Step::Key(key.to_owned()));
            let schemas = items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    self.route.push(Step::Index(index));
                    let schema = self.branch(item, structure);
                    self.route.pop();
                    schema
                })
                .collect::<Result<Vec<Schema>, Unreadable>>()?;
            self.route.pop();
            Ok(schemas)
        };
        let (mut all_of, any_of, mut one_of) = (branches("allOf")?, branches("anyOf")?, branches("oneOf")?);
        if mixed {
            all_of.retain(|schema| !is_int_or_string(schema));
        }
        let mut not = match node.get("not") {
            Some(not) => {
                self.route.push(Step::Key("not".to_owned()));
                let schema = self.branch(not, structure)?;
                self.route.pop();
                Some(schema)
            }
            None => None,
        };
        if let Some(structure) = structure {
            self.spend(structure, 1)?;
        }
        // A default that is a list or a mapping is not looked at. What it decides is left open.
        if structure.is_some_and(has_large_default) {
            one_of.clear();
            not = None;
        }
        let limit = |key: &str, exclusive: &str| Some((number(node, key)?, flag(node, exclusive)));
        let bounds = |min: &str, max: &str| Bounds { min: count(node, min), max: count(node, max) };
        let rare = Rare {
            minimum: limit("minimum", "exclusiveMinimum"),
            maximum: limit("maximum", "exclusiveMaximum"),
            multiple_of: number(node, "multipleOf"),
            length: bounds("minLength", "maxLength"),
            items: bounds("minItems", "maxItems"),
            fields: bounds("minProperties", "maxProperties"),
            pattern: node.get("pattern").and_then(Node::as_str).filter(|text| !text.is_empty()).map(str::to_owned),
            all_of,
            any_of,
            one_of,
            not,
        };
        Ok((rare != Rare::default()).then(|| Box::new(rare)))
    }

    fn child(
        &mut self,
        node: &Node,
        key: &str,
        read: impl FnOnce(&mut Self, &Node) -> Result<Schema, Unreadable>,
    ) -> Result<Link, Unreadable> {
        let Some(child) = node.get(key) else { return Ok(Link::Inline(Box::new(Schema::anything()))) };
        self.route.push(Step::Key(key.to_owned()));
        let schema = read(self, child)?;
        self.route.pop();
        Ok(Link::Inline(Box::new(schema)))
    }

    fn enter(&mut self, node: &Node) -> Result<(), Unreadable> {
        self.depth += 1;
        let wrong = |reason: &str| Err(Unreadable::new(Route(self.route.clone()), reason));
        match &node.value {
            _ if self.depth > DEEPEST => wrong("the schema is nested too deeply"),
            Value::Mapping(_) => Ok(()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => {
                wrong("a schema must be a mapping")
            }
        }
    }

    /// Counts so many look-ups among the fields of a schema.
    fn spend(&mut self, node: &Node, times: usize) -> Result<(), Unreadable> {
        let fields = match node.get("properties").map(|node| &node.value) {
            Some(Value::Mapping(entries)) => entries.len(),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_)) | None => 1,
        };
        match self.lookups.checked_sub(fields.saturating_mul(times)) {
            Some(left) => self.lookups = left,
            None => return Err(Unreadable::new(Route(self.route.clone()), "the schema is too large")),
        }
        Ok(())
    }

    fn count_rules(&mut self, node: &Node) {
        let rules = node.get("x-kubernetes-validations").and_then(Node::as_sequence);
        *self.rules += rules.map_or(0, <[Node]>::len);
    }
}

/// Which sort of value, and whether it is a number or a string.
fn accepts(node: &Node) -> (Accepts, bool) {
    if flag(node, "x-kubernetes-int-or-string") {
        return (Accepts::IntOrString, true);
    }
    let accepts = match node.get("type").and_then(Node::as_str) {
        Some("object") => Accepts::Object,
        Some("array") => Accepts::Array,
        Some("string") => Accepts::String,
        Some("integer") => Accepts::Integer,
        Some("number") => Accepts::Number,
        Some("boolean") => Accepts::Boolean,
        Some(_) | None => Accepts::Anything,
    };
    (accepts, false)
}

/// `anyOf: [{type: integer}, {type: string}]` inside of `allOf`, the other spelling.
fn is_int_or_string(schema: &Schema) -> bool {
    schema.rare.as_ref().is_some_and(|rare| {
        matches!(rare.any_of.as_slice(), [a, b] if a.accepts == Accepts::Integer && b.accepts == Accepts::String)
    })
}

fn flag(node: &Node, key: &str) -> bool {
    matches!(node.get(key).map(|node| &node.value), Some(Value::Bool(true)))
}

fn number(node: &Node, key: &str) -> Option<f64> {
    match &node.get(key)?.value {
        Value::Number(number) => number.to_string().parse().ok(),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

fn count(node: &Node, key: &str) -> Option<u64> {
    match &node.get(key)?.value {
        Value::Number(Number::Int(int)) => u64::try_from(*int).ok(),
        Value::Number(Number::UInt(int)) => Some(*int),
        Value::Number(Number::Big(_) | Number::Float(_))
        | Value::Null
        | Value::Bool(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Mapping(_) => None,
    }
}

/// The strings of a list, sorted, each once.
fn names(node: &Node, key: &str) -> Vec<Text> {
    let items = node.get(key).and_then(Node::as_sequence).unwrap_or_default();
    let mut names: Vec<Text> = items.iter().filter_map(|item| Some(item.as_str()?.to_owned().into())).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn default(node: &Node) -> Option<&Value> {
    node.get("default").map(|default| &default.value).filter(|value| !matches!(value, Value::Null))
}

fn scalar_default(node: &Node) -> Option<Value> {
    default(node).filter(|value| !matches!(value, Value::Sequence(_) | Value::Mapping(_))).cloned()
}

fn has_default(node: &Node, name: &str) -> bool {
    node.get("properties").and_then(|properties| properties.get(name)).and_then(default).is_some()
}

/// Whether a field has a default that is a list or a mapping.
fn has_large_default(node: &Node) -> bool {
    match node.get("properties").map(|node| &node.value) {
        Some(Value::Mapping(entries)) => {
            entries.iter().any(|entry| matches!(default(&entry.value), Some(Value::Sequence(_) | Value::Mapping(_))))
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_)) | None => false,
    }
}

fn choices(node: &Node) -> Vec<Value> {
    node.get("enum")
        .and_then(Node::as_sequence)
        .map(|items| items.iter().map(|item| item.value.clone()).collect())
        .unwrap_or_default()
}

fn list(node: &Node) -> ListKind {
    match node.get("x-kubernetes-list-type").and_then(Node::as_str) {
        Some("set") => ListKind::Set,
        Some("map") => {
            let keys = node.get("x-kubernetes-list-map-keys").and_then(Node::as_sequence).unwrap_or_default();
            let keys: Vec<Text> = keys.iter().filter_map(|key| Some(key.as_str()?.to_owned().into())).collect();
            if keys.is_empty() { ListKind::Atomic } else { ListKind::Map(keys) }
        }
        Some(_) | None => ListKind::Atomic,
    }
}

/// The format, where it is one for this sort of value.
fn format(node: &Node, accepts: Accepts) -> Option<Format> {
    let name = node.get("format").and_then(Node::as_str)?;
    let format = match (name, accepts) {
        ("int32", Accepts::Integer) => Format::Int32,
        ("int64", Accepts::Integer) => Format::Int64,
        ("byte", Accepts::String) => Format::Byte,
        ("date-time" | "datetime", Accepts::String) => Format::DateTime,
        ("date", Accepts::String) => Format::Date,
        ("duration", Accepts::String) => Format::Duration,
        _ => Format::Other(name.to_owned()),
    };
    Some(format)
}
