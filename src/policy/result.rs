//! Reading what a judging rule gives: strings, or objects with `msg`.

use std::collections::BTreeMap;

use regorus::Value;
use serde_json::Value as Json;

use super::error::EvalError;
use crate::document::{Route, Step};

/// One element of a judging rule's value.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Index into `PolicySet::rules`.
    pub rule: usize,
    /// The message, never empty.
    pub message: String,
    /// The id the element gives itself (`id`, kebab-case); it wins over the rule's.
    pub id: Option<String>,
    /// The place in the document (`path`), where it leads somewhere in the input.
    pub route: Option<Route>,
    /// The file (`_loc.file`).
    pub file: Option<String>,
    /// The 1-based line (`_loc.line`).
    pub line: Option<usize>,
    /// What to do (`help`, else `remediation`).
    pub help: Option<String>,
    /// Every key but `msg` and `_loc`, as conftest reports it.
    pub metadata: BTreeMap<String, Json>,
}

/// Reads the value of a rule, in a fixed order and without repetition. `Undefined` is no violation.
pub(super) fn violations(rule: usize, path: &str, value: &Value, input: &Value) -> Result<Vec<Violation>, EvalError> {
    let elements: Vec<&Value> = match value {
        Value::Undefined => Vec::new(),
        Value::Set(items) => items.iter_sorted().collect(),
        Value::Array(items) => items.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            return Err(EvalError::NotASet { rule: path.to_owned(), got: shown(value) });
        }
    };
    let mut violations =
        elements.into_iter().map(|element| one(rule, path, element, input)).collect::<Result<Vec<_>, _>>()?;
    // By message, then as Rego orders the elements (the sort is stable).
    violations.sort_by(|a, b| a.message.cmp(&b.message));
    violations.dedup();
    Ok(violations)
}

/// The same as conftest reads it (`policy/engine.go`: `query`): what is neither a message nor an object with one is
/// passed. What that was comes second.
pub(super) fn violations_of_conftest(
    rule: usize,
    path: &str,
    value: &Value,
    input: &Value,
) -> Result<(Vec<Violation>, Vec<String>), EvalError> {
    let elements: Vec<Value> = match value {
        Value::Undefined | Value::Bool(false) => return Ok((Vec::new(), Vec::new())),
        Value::Set(items) => items.iter_sorted().cloned().collect(),
        Value::Array(items) => items.iter().cloned().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            return Ok((Vec::new(), vec![format!("gives {}, no set of messages", shown(value))]));
        }
    };
    let is_empty =
        |value: Option<&Value>| value.and_then(|text| text.as_string().ok()).is_some_and(|text| text.is_empty());
    let mut passed = Vec::new();
    let mut messages = Vec::new();
    for element in elements {
        match &element {
            Value::String(_) if is_empty(Some(&element)) => passed.push("gives an empty message".to_owned()),
            Value::Object(fields) if is_empty(fields.get(&Value::from("msg"))) => {
                passed.push(format!("gives an empty message: {}", shown(&element)));
            }
            Value::String(_) | Value::Object(_) => messages.push(element),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Set(_) | Value::Undefined => {
                passed.push(format!("gives {}, no message", shown(&element)));
            }
        }
    }
    Ok((violations(rule, path, &Value::from(messages), input)?, passed))
}

/// Reads one element of the value of a rule.
pub(super) fn one(rule: usize, path: &str, element: &Value, input: &Value) -> Result<Violation, EvalError> {
    let bare = |message: &str| Violation {
        rule,
        // conftest counts an empty message as passed; the rule fired, so this is none.
        message: if message.is_empty() { "rule fired without a message".to_owned() } else { message.to_owned() },
        id: None,
        route: None,
        file: None,
        line: None,
        help: None,
        metadata: BTreeMap::new(),
    };
    let fields = match element {
        Value::String(message) => return Ok(bare(message)),
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Set(_) | Value::Undefined => {
            return Err(EvalError::Element { rule: path.to_owned(), got: shown(element) });
        }
    };
    let field = |name: &str| fields.get(&Value::from(name));
    let text = |name: &str| field(name).and_then(|value| value.as_string().ok()).map(ToString::to_string);
    let Some(message) = text("msg") else {
        return Err(EvalError::Message { rule: path.to_owned(), got: shown(element) });
    };
    let place = |name: &str| field("_loc").and_then(|place| place.as_object().ok()?.get(&Value::from(name)));
    let line = place("line")
        .and_then(|line| line.as_u64().ok())
        .and_then(|line| usize::try_from(line).ok())
        .filter(|line| *line > 0);
    let file = place("file").and_then(|file| file.as_string().ok()).map(ToString::to_string);
    Ok(Violation {
        id: text("id").filter(|id| is_id(id)),
        route: field("path").and_then(|path| route(path, input)),
        file,
        line,
        help: text("help").or_else(|| text("remediation")),
        metadata: fields
            .iter_sorted()
            .map(|(key, value)| (key_text(key), json(value)))
            .filter(|(key, _)| key != "msg" && key != "_loc")
            .collect(),
        ..bare(&message)
    })
}

fn is_id(text: &str) -> bool {
    text.split('-')
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// A value for an error message: Rego notation, not longer than a line.
fn shown(value: &Value) -> String {
    let text = super::builtins::notation(value);
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

/// A value as JSON; a set is a list.
pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Undefined => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Number(number) => number.format_decimal().parse().map_or(Json::Null, Json::Number),
        Value::String(text) => Json::from(text.as_ref()),
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Set(items) => items.iter_sorted().map(json).collect(),
        Value::Object(fields) => fields.iter_sorted().map(|(key, value)| (key_text(key), json(value))).collect(),
    }
}

fn key_text(key: &Value) -> String {
    match key {
        Value::String(text) => text.to_string(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Set(_)
        | Value::Object(_)
        | Value::Undefined => super::builtins::notation(key),
    }
}

/// The route a violation's `path` means: a list of keys and indexes, a JSON Pointer
/// (`/spec/containers/0`) or a reference (`spec.containers[0]`, with or without `input.`). `None`
/// unless it leads into the input: policies call other things `path` too, such as file names.
fn route(path: &Value, input: &Value) -> Option<Route> {
    let steps = match path {
        Value::Array(items) => items.iter().map(step_text).collect::<Option<Vec<_>>>()?,
        Value::String(text) => match text.strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(|token| token.replace("~1", "/").replace("~0", "~")).collect(),
            None => reference(text)?,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Set(_) | Value::Object(_) | Value::Undefined => {
            return None;
        }
    };
    let root =
        steps.first().is_some_and(|first| matches!(first.as_str(), "input" | "$") && child(input, first).is_none());
    let mut here = Some(input);
    let mut route = Vec::new();
    for text in steps.into_iter().skip(usize::from(root)) {
        let index = text.parse().ok().filter(|_| matches!(here, Some(Value::Array(_)) | None));
        here = here.and_then(|here| child(here, &text));
        if route.is_empty() && here.is_none() {
            return None;
        }
        route.push(index.map_or(Step::Key(text), Step::Index));
    }
    (root || !route.is_empty()).then_some(Route(route))
}

fn child<'a>(value: &'a Value, step: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(step.parse().ok()?),
        Value::Object(fields) => fields.get(&Value::from(step)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Set(_) | Value::Undefined => None,
    }
}

fn step_text(step: &Value) -> Option<String> {
    match step {
        Value::String(text) => Some(text.to_string()),
        Value::Number(number) if number.is_integer() => Some(number.format_decimal()),
        Value::Number(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Array(_)
        | Value::Set(_)
        | Value::Object(_)
        | Value::Undefined => None,
    }
}

/// `a.b[0]["c.d"]` taken apart; `None` for anything else.
fn reference(text: &str) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(bracket) = rest.strip_prefix('[') {
            let quote = bracket.chars().next().filter(|c| matches!(c, '"' | '\''));
            let close = quote.map_or_else(|| "]".to_owned(), |quote| format!("{quote}]"));
            let (inside, after) = bracket.get(usize::from(quote.is_some())..)?.split_once(close.as_str())?;
            steps.push(inside.to_owned());
            rest = after;
        } else {
            let name = if steps.is_empty() { rest } else { rest.strip_prefix('.')? };
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, after) = name.split_at_checked(end)?;
            if name.is_empty() {
                return None;
            }
            steps.push(name.to_owned());
            rest = after;
        }
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        Value::from_json_str(json).unwrap()
    }

    #[test]
    fn paths_that_lead_into_the_input() {
        let input = value(r#"{"spec": {"containers": [{"name": "a"}], "a.b/c": 1, "0": 2}, "input": {"x": 1}}"#);
        for (path, expected) in [
            (r#"["spec", "containers", 0, "name"]"#, "/spec/containers/0/name"),
            (r#"["spec", "containers", "0"]"#, "/spec/containers/0"),
            (r#""spec.containers[0].name""#, "/spec/containers/0/name"),
            (r#""spec.containers[0].missing[3]""#, "/spec/containers/0/missing/3"),
            (r#""/spec/containers/0/name""#, "/spec/containers/0/name"),
            (r#""/spec/a.b~1c""#, "/spec/a.b~1c"),
            (r#""spec[\"a.b/c\"]""#, "/spec/a.b~1c"),
            (r#""spec['a.b/c']""#, "/spec/a.b~1c"),
            (r#""$.spec""#, "/spec"),
            (r#""input.x""#, "/input/x"),
        ] {
            assert_eq!(route(&value(path), &input).map(|route| route.to_string()).as_deref(), Some(expected), "{path}");
        }
        assert_eq!(route(&value(r#"["spec", "0"]"#), &input).unwrap().0[1], Step::Key("0".to_owned()));
        let bare = value(r#"{"spec": 1}"#);
        assert_eq!(route(&value(r#""input.spec""#), &bare).unwrap().to_string(), "/spec");
    }

    #[test]
    fn paths_of_something_else() {
        let input = value(r#"{"spec": 1}"#);
        for path in [
            r#""""#,
            r#""/etc/passwd""#,
            r#""deploy.yaml""#,
            r#""spec..a""#,
            r#""spec[0""#,
            "[]",
            "1",
            "[null]",
            r#"{"a": 1}"#,
        ] {
            assert_eq!(route(&value(path), &input), None, "{path}");
        }
    }

    #[test]
    fn an_element_is_a_string_or_an_object_with_msg() {
        let read = |json: &str| violations(3, "main.deny", &value(json), &Value::Null);
        let found = read(
            r#"["b", {"msg": "a", "_loc": {"file": "x", "line": 7}, "help": "h", "id": "no-root", "n": [1, {"k": 1.5}]}, "b", ""]"#,
        )
        .unwrap();
        let messages: Vec<_> = found.iter().map(|violation| violation.message.as_str()).collect();
        assert_eq!(messages, ["a", "b", "rule fired without a message"]);
        assert_eq!(found[0].line, Some(7));
        assert_eq!(found[0].help.as_deref(), Some("h"));
        assert_eq!(found[0].id.as_deref(), Some("no-root"));
        assert_eq!(found[0].metadata.keys().collect::<Vec<_>>(), ["help", "id", "n"]);
        assert_eq!(found[0].metadata["n"].to_string(), r#"[1,{"k":1.5}]"#);
        assert_eq!(read(r#"[{"msg": "a", "id": "KSV 1"}]"#).unwrap()[0].id, None);
        assert!(matches!(read(r#"[{"message": "x"}]"#), Err(EvalError::Message { .. })));
        assert!(matches!(read(r#"[{"msg": 1}]"#), Err(EvalError::Message { .. })));
        assert!(matches!(read("[1]"), Err(EvalError::Element { .. })));
        assert!(matches!(read(r#"[["x"]]"#), Err(EvalError::Element { .. })));
        assert!(matches!(read("true"), Err(EvalError::NotASet { .. })));
        assert!(matches!(read(r#"{"a": "b"}"#), Err(EvalError::NotASet { .. })));
        assert_eq!(violations(0, "main.deny", &Value::Undefined, &Value::Null), Ok(Vec::new()));
    }
}
