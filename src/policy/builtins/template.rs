//! `strings.render_template`: templates of Go's `text/template`.
//!
//! Fields, variables, pipelines, `if`, `with`, `range`, comments, trimming and the functions that only look at
//! values. What else there is (`define`, `call`, `html`, `js` …) makes no verdict rather than another text.

mod lexer;
mod render;
mod tree;

use anyhow::{Result, bail};
use regorus::Value;

use super::Own;
use super::arguments::text;

pub(super) const TABLE: &[Own] = &[own!("strings.render_template", 2, render_template)];

fn render_template(arguments: &[Value]) -> Result<Value> {
    let [template, values @ Value::Object(_)] = arguments else { bail!("wants a string and an object") };
    if has_set(values) {
        bail!("a set is no value of a template");
    }
    let nodes = tree::parse(text(template)?)?;
    let text = render::render(&nodes, values)?;
    // Go writes `<no value>`, OPA that it is undefined.
    Ok(Value::from(text.replace("<no value>", "<undefined>")))
}

fn has_set(value: &Value) -> bool {
    match value {
        Value::Set(_) => true,
        Value::Array(items) => items.iter().any(has_set),
        Value::Object(fields) => fields.iter_sorted().any(|(key, value)| has_set(key) || has_set(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Undefined => false,
    }
}
