//! `json.match_schema` and `json.verify_schema`, with the answers of the validator that OPA brings: drafts 4, 6
//! and 7, or all of them at once where a schema does not say.

mod check;
mod fields;
mod format;
mod json;
mod node;
mod parse;

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};
use regorus::Value;
use serde_json::Value as Json;

use super::Own;
use fields::Mistake;

pub(super) const TABLE: &[Own] =
    &[own!("json.match_schema", 2, match_schema), own!("json.verify_schema", 1, verify_schema)];

/// A schema or a document: JSON in a string, or a value.
fn loaded(value: &Value) -> Result<Json> {
    match value {
        Value::String(text) => serde_json::from_str(text).map_err(|_| anyhow!("invalid JSON string")),
        Value::Object(_) | Value::Array(_) => Ok(crate::policy::result::json(value)),
        _ => bail!("wrong type, expected string or object"),
    }
}

fn verify_schema(arguments: &[Value]) -> Result<Value> {
    let [schema] = arguments else { bail!("wrong number of arguments") };
    let mistake = match loaded(schema) {
        Err(error) => error.to_string(),
        Ok(schema) => match parse::parse(&schema) {
            Ok(_) => return Ok(Value::from(vec![Value::from(true), Value::Null])),
            Err(Mistake(mistake)) => mistake,
        },
    };
    Ok(Value::from(vec![Value::from(false), Value::from(format!("jsonschema: {mistake}"))]))
}

fn match_schema(arguments: &[Value]) -> Result<Value> {
    let [document, schema] = arguments else { bail!("wrong number of arguments") };
    let document = loaded(document)?;
    let schema = parse::parse(&loaded(schema)?).map_err(|Mistake(mistake)| anyhow!(mistake))?;
    let errors = check::check(&schema, &document)?;
    let valid = errors.is_empty();
    let shown = |error: &check::Error| {
        let field = error.context.strip_prefix("(Root).").unwrap_or(&error.context);
        Value::from(BTreeMap::from([
            (Value::from("error"), Value::from(format!("{field}: {}", error.description))),
            (Value::from("type"), Value::from(error.kind)),
            (Value::from("field"), Value::from(field)),
            (Value::from("desc"), Value::from(error.description.as_str())),
        ]))
    };
    Ok(Value::from(vec![Value::from(valid), Value::from(errors.iter().map(shown).collect::<Vec<_>>())]))
}
