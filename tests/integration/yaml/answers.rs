//! What our reader says of a text, in a form that can be compared.

use pushgate::document::dump::value_json;
use pushgate::document::format::{Format, parse};
use pushgate::document::{ParseLimits, Problem};
use serde_json::Value;

/// What is made of a text.
pub struct Answer {
    /// The values of its documents; null for one that holds nothing.
    pub docs: Vec<Value>,
    pub problems: Vec<Problem>,
}

impl Answer {
    pub fn of(text: &str) -> Self {
        let parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
        let mut docs = Vec::new();
        for document in &parsed.documents {
            docs.resize(document.index, Value::Null);
            docs.push(value_json(&document.root));
        }
        Self { docs, problems: parsed.problems }
    }

    /// The problem that the text is refused for.
    pub fn refused(&self) -> Option<&Problem> {
        self.problems.iter().find(|problem| problem.kind.is_fatal())
    }

    /// Whether the documents are these, those at the end that hold nothing aside.
    pub fn says(&self, docs: &[Value], equal: impl Fn(&Value, &Value) -> bool) -> bool {
        let nulls = |from: usize, docs: &[Value]| docs.iter().skip(from).all(Value::is_null);
        nulls(docs.len(), &self.docs)
            && nulls(self.docs.len(), docs)
            && self.docs.iter().zip(docs).all(|(ours, theirs)| equal(ours, theirs))
    }
}

/// Whether both are the same JSON: the order of keys and the notation of numbers do not count. Numbers that need
/// more than `number` allows are compared by it.
pub fn same(a: &Value, b: &Value, number: &impl Fn(&str, &str) -> bool) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.to_string(), b.to_string());
            a == b || number(&a, &b)
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, number)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b, number)))
        }
        _ => a == b,
    }
}

/// Whether two notations with a point or an exponent are one float.
pub fn same_float(a: &str, b: &str) -> bool {
    (a.contains(['.', 'e', 'E']) || b.contains(['.', 'e', 'E']))
        && a.parse::<f64>().is_ok_and(|a| b.parse::<f64>().is_ok_and(|b| a == b))
}
