//! The JSON Schema of the file, for editors. What it cannot express, [`super::Config::from_text`] still refuses.

use serde_json::{Map, Value, json};

use super::keys::{Key, ROOT, Shape, Table};
use super::limits::Unit;
use super::words::Vocabulary;

/// The schema of `pushgate.yaml` in the dialect of 2020-12.
#[must_use]
pub fn json_schema() -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".to_owned(), "pushgate.yaml".into());
    schema.extend(table(&ROOT));
    // A file that refuses nothing is a mistake; one with `policy` can leave the rules to its source.
    let any = ["rules", "immutability", "policy"].map(|name| json!({ "required": [name] }));
    schema.insert("anyOf".to_owned(), any.to_vec().into());
    Value::Object(schema)
}

fn table(table: &Table) -> Map<String, Value> {
    let built = |name: &&str| table.key(name).is_some();
    let alternatives: Vec<&str> = table.one_of.iter().copied().filter(built).collect();
    let mut required: Vec<&str> = table.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut one_of = Vec::new();
    match alternatives.as_slice() {
        [] => {}
        [only] => required.push(only),
        [..] => one_of = alternatives.iter().map(|name| json!({ "required": [name] })).collect(),
    }

    let properties: Map<String, Value> = table.keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("additionalProperties".to_owned(), false.into());
    schema.insert("minProperties".to_owned(), 1.into());
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    if !one_of.is_empty() {
        schema.insert("oneOf".to_owned(), one_of.into());
    }
    let dependent = table.keys.iter().map(|key| {
        let others: Vec<&str> = key.only_with.iter().chain(key.needs).copied().collect();
        (key.name.to_owned(), json!(others))
    });
    let dependent: Map<String, Value> = dependent.filter(|(_, others)| *others != json!([])).collect();
    if !dependent.is_empty() {
        schema.insert("dependentRequired".to_owned(), dependent.into());
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = Map::new();
    schema.insert("title".to_owned(), key.name.into());
    let where_from = if key.server_only { " In the server's file only." } else { "" };
    schema.insert("description".to_owned(), format!("{}{where_from}", key.says).into());
    schema.extend(shape(&key.shape));
    Value::Object(schema)
}

fn shape(shape: &Shape) -> Map<String, Value> {
    let schema = match shape {
        Shape::Version => json!({ "const": 1 }),
        Shape::True => json!({ "const": true }),
        Shape::One(text) => json!({ "type": "string", "pattern": text.regex() }),
        Shape::Many(text) => one_or_many(&json!({ "type": "string", "pattern": text.regex() }), 1),
        Shape::Word(known) => word(&known()),
        Shape::Words { known, may_be_empty } => one_or_many(&word(&known()), u64::from(!may_be_empty)),
        Shape::WordOrTable { known, table: inner } => json!({ "anyOf": [word(&known()), table(inner)] }),
        Shape::Machine => json!({
            "type": "object",
            "minProperties": 1,
            "propertyNames": { "pattern": r"\S" },
            "additionalProperties": one_or_many(&json!({ "type": "string", "pattern": r"\S" }), 0),
        }),
        Shape::Amount { unit, min, max } => amount(*unit, *min, *max),
        Shape::Table(inner) => Value::Object(table(inner)),
        Shape::Tables(inner) => json!({ "type": "array", "minItems": 1, "items": table(inner) }),
    };
    match schema {
        Value::Object(schema) => schema,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

fn one_or_many(item: &Value, at_least: u64) -> Value {
    json!({ "anyOf": [item, { "type": "array", "minItems": at_least, "uniqueItems": true, "items": item }] })
}

/// Alternatives rather than an `enum`, so that editors show what each of the words says.
fn word(known: &Vocabulary) -> Value {
    let words = known.words.iter().map(|(word, says)| json!({ "const": word, "description": says }));
    json!({ "oneOf": words.collect::<Vec<_>>() })
}

fn amount(unit: Unit, min: u64, max: u64) -> Value {
    let plain = json!({
        "type": "integer",
        "minimum": min.div_ceil(unit.plain()),
        "maximum": max / unit.plain(),
    });
    match unit.regex() {
        Some(regex) => json!({ "anyOf": [plain, { "type": "string", "pattern": regex }] }),
        None => plain,
    }
}
