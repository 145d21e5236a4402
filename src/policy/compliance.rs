//! Cases of OPA's own compliance suite: policies, an input, data, a query, and what OPA answers.
//!
//! The worst there is, is another answer without a word. A case that is refused says so, as a policy would be when it is
//! loaded.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Rule};
use regorus::{Engine, Value};
use serde_json::Value as Json;

use super::parse::{self, Parsed, Printing};
use super::run::Runner;
use super::syntax::Walk;
use super::{PolicySource, engine, lint};

/// Cases that differ, and are known to: their names, and why.
const LISTED: &[(&str, &str)] = &[
    ("reachable_paths/cycle_1022_3", "the suite has the answer of an older OPA; OPA 1.22 answers as we do"),
    ("sprintf/float/zero_fraction", WRITTEN),
    ("sprintf/float/exponent", WRITTEN),
    ("comparisonexpr/decimals order like the numbers they denote", PRECISION),
    ("jsonbuiltins/unmarshal number with too big an exponent is undefined", PRECISION),
    (
        "jsonbuiltins/yaml is_valid unreachable content",
        "what stands behind the end of a YAML document is not looked at",
    ),
    ("withkeyword/builtin: indirect call, arity 0, query package", REPLACED),
    ("withkeyword/builtin: indirect call through function, query package", REPLACED),
];

/// How a number was written is not kept: `100.0` is the integer 100, which Go's `%f` does not take.
const WRITTEN: &str = "a number is not known to be written with a fraction of nothing: `%f` of it says so";

const PRECISION: &str = "numbers that are no integers are 64-bit floats, whatever they are written like";

const REPLACED: &str = "a function that `with` replaces by a value is no value of its package then";

/// Steps that one case may take.
const MAX_STEPS: usize = 50_000_000;

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The same answer. Where OPA gives an error only when asked to be strict with builtins, undefined is the same.
    Same,
    /// No answer, with the reason.
    Refused(String),
    /// Another answer, which is known; why.
    Listed(&'static str),
    /// Another answer without a word.
    Different {
        /// Ours.
        got: String,
        /// OPA's.
        want: String,
    },
}

/// What a query gives.
enum Answer {
    Rows(Vec<Value>),
    Refused(String),
}

/// Runs one case of the suite, as its files write it.
#[must_use]
pub fn compare(case: &Json) -> Compared {
    let answer = match ask(case) {
        Ok(rows) => Answer::Rows(rows),
        Err(message) => Answer::Refused(message),
    };
    let compared = judge(case, answer);
    match &compared {
        Compared::Different { .. } => {
            let note = case.get("note").and_then(Json::as_str).unwrap_or_default();
            let listed = LISTED.iter().find(|(name, _)| *name == note);
            listed.map_or(compared, |(_, why)| Compared::Listed(why))
        }
        Compared::Same | Compared::Refused(_) | Compared::Listed(_) => compared,
    }
}

fn judge(case: &Json, answer: Answer) -> Compared {
    let has = |key: &str| case.get(key).is_some_and(|value| !value.is_null());
    let is = |key: &str| case.get(key).and_then(Json::as_bool).unwrap_or(false);
    let wants_error = has("want_error") || has("want_error_code");
    let rows = match answer {
        Answer::Refused(_) if wants_error => return Compared::Same,
        Answer::Refused(message) => return Compared::Refused(message),
        Answer::Rows(rows) => rows,
    };
    if wants_error {
        // A builtin that fails is undefined: what OPA does unless it is asked to be strict.
        if is("strict_error") {
            return Compared::Same;
        }
        let want =
            case.get("want_error").or_else(|| case.get("want_error_code")).map_or_else(String::new, Json::to_string);
        return Compared::Different { got: Value::from(rows).to_string(), want: format!("an error: {want}") };
    }
    if let Some(want) = case.get("want_result").filter(|want| !want.is_null()) {
        let sort = is("sort_bindings");
        let want = Value::from_json_str(&want.to_string()).unwrap_or(Value::Null);
        let want = want.as_array().map(|rows| rows.iter().map(|row| binding(row, sort)).collect()).unwrap_or_default();
        let got = rows.iter().map(|row| binding(row, sort)).collect();
        return same(got, want);
    }
    match case.get("want_defined").and_then(Json::as_bool) {
        Some(defined) if defined == rows.is_empty() => {
            let word = |defined: bool| if defined { "defined" } else { "undefined" }.to_owned();
            Compared::Different { got: word(!defined), want: word(defined) }
        }
        Some(_) | None => Compared::Same,
    }
}

/// Rows have no order.
fn same(mut got: Vec<Value>, mut want: Vec<Value>) -> Compared {
    got.sort();
    want.sort();
    if got == want {
        Compared::Same
    } else {
        Compared::Different { got: Value::from(got).to_string(), want: Value::from(want).to_string() }
    }
}

/// A row as JSON, which knows no sets and no keys but text; with `sort`, the order of its arrays does not matter.
fn binding(row: &Value, sort: bool) -> Value {
    let mut plain = plain(row);
    if sort && let Ok(fields) = plain.as_object_mut() {
        for (_, value) in fields.iter_mut() {
            if let Ok(items) = value.as_array_mut() {
                items.sort();
            }
        }
    }
    plain
}

/// A value as OPA writes it as JSON: sets as arrays in their order, keys that are no text as their JSON.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::from(items.iter().map(plain).collect::<Vec<_>>()),
        Value::Set(items) => {
            let mut items: Vec<&Value> = items.iter_sorted().collect();
            items.sort_by(|a, b| super::builtins::compare(a, b));
            Value::from(items.into_iter().map(plain).collect::<Vec<_>>())
        }
        Value::Object(fields) => {
            let key = |key: &Value| match key {
                Value::String(_) => key.clone(),
                other => Value::from(serde_json::to_string(&plain(other)).unwrap_or_default().as_str()),
            };
            Value::from(fields.iter_sorted().map(|(name, value)| (key(name), plain(value))).collect::<BTreeMap<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Undefined => value.clone(),
    }
}

/// The rows that the query of a case gives: its variables, as objects.
fn ask(case: &Json) -> Result<Vec<Value>, String> {
    let text = |key: &str| case.get(key).and_then(Json::as_str);
    let query = text("query").ok_or("the case has no query")?;
    let modules = case.get("modules").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut sources: Vec<PolicySource> = modules
        .iter()
        .enumerate()
        .map(|(number, module)| PolicySource {
            name: format!("{number}.rego"),
            text: module.as_str().unwrap_or_default().to_owned(),
        })
        .collect();
    sources.push(question(query, &variables(query)?));
    let sources: Vec<&PolicySource> = sources.iter().collect();
    let Parsed { files, mut errors } = parse::parse(&sources, Printing::Off);
    if errors.is_empty() {
        errors.extend(lint::references(&files));
    }
    if let Some(error) = errors.first() {
        return Err(error.to_string());
    }
    let json = |json: &Json| Value::from_json_str(&json.to_string()).map_err(|error| error.to_string());
    let data = case.get("data").filter(|data| !data.is_null()).map_or_else(|| Ok(Value::new_object()), json)?;
    let input = match (text("input_term"), case.get("input").filter(|_| case.get("input").is_some())) {
        (Some(term), _) => term_value(term)?,
        (None, Some(input)) => json(input)?,
        (None, None) => Value::Undefined,
    };
    let program = engine::compile(&files, &data)
        .map_err(|errors| errors.first().map_or_else(String::new, ToString::to_string))?;
    let mut runner = Runner::new(program.into(), MAX_STEPS, None, now());
    runner.set_input(&input);
    match runner.run("data.pushgate_query.rows").map_err(|error| error.to_string())? {
        Value::Array(rows) => Ok(rows.to_vec()),
        _ => Ok(Vec::new()),
    }
}

/// The clock: cases about certificates and tokens were made to be true today.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// A module that asks a query, with the values of these variables.
fn question(query: &str, variables: &BTreeSet<String>) -> PolicySource {
    let fields: Vec<String> = variables.iter().map(|name| format!("\"{name}\": {name}")).collect();
    PolicySource {
        name: "query.rego".to_owned(),
        text: format!("package pushgate_query\n\nimport rego.v1\n\nrows := [{{{}}} | {query}]\n", fields.join(", ")),
    }
}

/// The variables of a query.
fn variables(query: &str) -> Result<BTreeSet<String>, String> {
    let question = question(query, &BTreeSet::new());
    let Parsed { files, errors } = parse::parse(&[&question], Printing::Off);
    if let Some(error) = errors.first() {
        return Err(format!("query: {error}"));
    }
    let mut variables = BTreeSet::new();
    let mut see = |expression: &Expr| {
        if let Expr::Var { span, .. } = expression
            && !matches!(span.text(), "input" | "data" | "_" | "rows")
            && !span.text().contains(super::rewrite::RENAMED)
        {
            variables.insert(span.text().to_owned());
        }
    };
    for rule in files.iter().flat_map(|file| &file.module.policy) {
        let rule: &Rule = rule;
        Walk { see: &mut see, statement: &mut |_| {} }.rule_without_name(rule);
    }
    Ok(variables)
}

/// An input written in Rego.
fn term_value(term: &str) -> Result<Value, String> {
    let results = Engine::new().eval_query(term.to_owned(), false).map_err(|error| format!("input_term: {error}"))?;
    let first = results.result.first().and_then(|row| row.expressions.first());
    Ok(first.map_or(Value::Undefined, |expression| expression.value.clone()))
}

#[cfg(test)]
#[path = "compliance_test.rs"]
mod tests;
