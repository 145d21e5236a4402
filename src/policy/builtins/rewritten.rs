//! Builtins that rewriting brings into policies (see `policy/rewrite`).

use anyhow::{Result, bail};
use regorus::Value;

use super::{Own, notation};

/// Names no policy can know; they may change.
pub(super) const TABLE: &[Own] = &[own!("internal.template_string", 1, template_string)];

/// Joins strings, and sets with the value of an expression or nothing.
fn template_string(arguments: &[Value]) -> Result<Value> {
    let [Value::Array(parts)] = arguments else { bail!("template string: wants an array") };
    let mut text = String::new();
    for part in parts.iter() {
        match part {
            Value::String(piece) => text.push_str(piece),
            Value::Set(values) => {
                let mut values = values.iter_sorted();
                match (values.next(), values.next()) {
                    (None, _) => text.push_str("<undefined>"),
                    (Some(Value::String(value)), None) => text.push_str(value),
                    (Some(value), None) => text.push_str(&notation(value)),
                    // An error in OPA as well, and not one that is undefined.
                    (Some(_), Some(_)) => {
                        super::fault::fault("template-strings must not produce multiple outputs".to_owned());
                        bail!("template string: several values");
                    }
                }
            }
            _ => bail!("template string: wants strings and sets"),
        }
    }
    Ok(Value::from(text))
}
