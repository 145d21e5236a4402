//! Values of a chart against its `values.schema.json`.

use jsonschema::{PatternOptions, ValidationError, error::ValidationErrorKind};
use serde_json::Value as Json;

use crate::{
    document::{Node, Route, Step, Value, Violation, dump::value_json},
    gitops::words::{MOST, is_placeholder, is_unset, items, nearest, quoted, text},
    text::shortened,
};

use super::weight::{Heavy, weigh};

/// What came of checking values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// They were checked; this is what they hold that the schema forbids.
    Done(Vec<Violation>),
    /// They were not, for this reason: in one line, without a final full stop.
    NotChecked(String),
}

/// How many times values are looked at, at most: schemas, references written out, times values.
/// Some tenths of a second.
const MOST_WORK: u64 = 20_000_000;

/// Checks the values of a chart against its schema (the parsed `values.schema.json`). Nothing is
/// ever fetched.
///
/// Values are only half of what a chart gets: what is absent, `null` or an empty text may be filled
/// in by whoever installs it, and is no finding; nor is the value of another program's placeholder.
/// `chart` is the chart's `Chart.yaml`, where there is one: the values of its dependencies stand
/// under their names, and are not unknown.
#[must_use]
pub fn check_values(values: &Node, schema: &Node, chart: Option<&Node>) -> Checked {
    if let Some(draft) = text(schema, "$schema").filter(|draft| !is_known_draft(draft)) {
        return Checked::NotChecked(format!("the schema is written in {}, which is not known", quoted(draft)));
    }
    let schema = value_json(schema);
    let values_json = match &values.value {
        // No values are an empty mapping for Helm.
        Value::Null => Json::Object(serde_json::Map::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => {
            value_json(values)
        }
    };
    match weigh(&schema) {
        Err(Heavy::Remote) => {
            return Checked::NotChecked("the schema refers to another one, which is never fetched".to_owned());
        }
        Err(Heavy::Recursive) => return Checked::NotChecked("the schema is part of itself".to_owned()),
        Err(Heavy::Large) => return Checked::NotChecked("the schema is nested too deeply".to_owned()),
        Ok(weight) if weight.saturating_mul(size(&values_json)) > MOST_WORK => {
            return Checked::NotChecked("the schema is too large for these values".to_owned());
        }
        Ok(_) => {}
    }
    let built = jsonschema::options()
        .offline()
        // Drafts disagree about them, and so do programs.
        .should_validate_formats(false)
        // As Go does it: linear in the length of the text.
        .with_pattern_options(PatternOptions::regex().size_limit(1 << 20).dfa_size_limit(1 << 20))
        .build(&schema);
    let validator = match built {
        Ok(validator) => validator,
        Err(error) => {
            return Checked::NotChecked(format!("the schema cannot be used: {}", shortened(&error.to_string(), 120)));
        }
    };
    let mut violations = Vec::new();
    for error in validator.iter_errors(&values_json) {
        if violations.len() >= MOST {
            break;
        }
        add(values, chart, &error, &mut violations);
    }
    violations.sort_by(|a, b| a.route.cmp(&b.route));
    Checked::Done(violations)
}

fn is_known_draft(draft: &str) -> bool {
    let name = draft.trim_end_matches('#');
    let name = name.strip_prefix("https://").or_else(|| name.strip_prefix("http://")).unwrap_or(name);
    matches!(
        name,
        "json-schema.org/draft-04/schema"
            | "json-schema.org/draft-06/schema"
            | "json-schema.org/draft-07/schema"
            | "json-schema.org/draft/2019-09/schema"
            | "json-schema.org/draft/2020-12/schema"
            | "json-schema.org/schema"
    )
}

fn size(value: &Json) -> u64 {
    match value {
        Json::Array(items) => items.iter().map(size).sum::<u64>() + 1,
        Json::Object(fields) => fields.values().map(size).sum::<u64>() + 1,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 1,
    }
}

fn add(values: &Node, chart: Option<&Node>, error: &ValidationError<'_>, violations: &mut Vec<Violation>) {
    let route = route(values, error.instance_path().as_str());
    let node = route.locate(values).node;
    if is_unset(node) || node.as_str().is_some_and(is_placeholder) {
        return;
    }
    let subject = match route.0.last() {
        Some(Step::Key(key)) => quoted(key),
        Some(Step::Index(index)) => format!("item {} of the list", index + 1),
        None => "the values".to_owned(),
    };
    let value = |message: String| Violation::of_value(route.clone(), message);
    let violation = match error.kind() {
        // More values may make it good, or it is for the installer to say.
        ValidationErrorKind::Required { .. }
        | ValidationErrorKind::AnyOf { .. }
        | ValidationErrorKind::OneOfNotValid { .. }
        | ValidationErrorKind::OneOfMultipleValid { .. }
        | ValidationErrorKind::Not { .. }
        | ValidationErrorKind::Contains
        | ValidationErrorKind::MinProperties { .. }
        | ValidationErrorKind::MinItems { .. }
        | ValidationErrorKind::UnevaluatedItems { .. }
        | ValidationErrorKind::UnevaluatedProperties { .. }
        // Not certain, or not about the values.
        | ValidationErrorKind::Format { .. }
        | ValidationErrorKind::ContentEncoding { .. }
        | ValidationErrorKind::ContentMediaType { .. }
        | ValidationErrorKind::FromUtf8 { .. }
        | ValidationErrorKind::Custom { .. }
        | ValidationErrorKind::BacktrackLimitExceeded { .. }
        | ValidationErrorKind::RegexEngineFailure { .. }
        | ValidationErrorKind::Referencing(_) => return,
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            for key in unexpected {
                if violations.len() < MOST && !(route.0.is_empty() && belongs_to_dependency(key, chart)) {
                    let message = format!("{} is not a value that the chart knows", quoted(key));
                    let known = error.schema_path().as_str();
                    let help = format!("`values.schema.json` forbids it at `{}`", shortened(known, 120));
                    let route = route.child(Step::Key(key.clone()));
                    violations.push(Violation::of_key(route, message).labelled("unknown value").with_help(help));
                }
            }
            return;
        }
        ValidationErrorKind::Type { kind } => {
            let kinds: Vec<String> = match kind {
                jsonschema::error::TypeKind::Single(kind) => vec![kind.to_string()],
                jsonschema::error::TypeKind::Multiple(kinds) => kinds.iter().map(|kind| kind.to_string()).collect(),
            };
            let kinds: Vec<&str> = kinds.iter().map(|kind| in_words(kind)).collect();
            value(format!("{subject} has to be {}, found {}", kinds.join(" or "), node.kind_name()))
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            let message = format!("{subject} is not one of the values that there are");
            let near = node.as_str().and_then(|found| nearest(found, options.iter().copied()));
            let list = shortened(&options.join(", "), 120);
            return violations.push(match near {
                Some(near) => value(message).with_help(format!("did you mean {}?", quoted(near))),
                None if list.is_empty() => value(message),
                None => value(message).with_help(format!("there are: {list}")),
            });
        }
        ValidationErrorKind::AdditionalItems { .. }
        | ValidationErrorKind::Constant { .. }
        | ValidationErrorKind::ExclusiveMaximum { .. }
        | ValidationErrorKind::ExclusiveMinimum { .. }
        | ValidationErrorKind::FalseSchema
        | ValidationErrorKind::MaxItems { .. }
        | ValidationErrorKind::Maximum { .. }
        | ValidationErrorKind::MaxLength { .. }
        | ValidationErrorKind::MaxProperties { .. }
        | ValidationErrorKind::Minimum { .. }
        | ValidationErrorKind::MinLength { .. }
        | ValidationErrorKind::MultipleOf { .. }
        | ValidationErrorKind::Pattern { .. }
        | ValidationErrorKind::PropertyNames { .. }
        | ValidationErrorKind::UniqueItems => {
            // The value itself stays out of it: values of charts hold passwords.
            let masked = error.masked_with("the value").to_string();
            value(format!("{subject} is not what the schema asks for: {}", shortened(&masked, 160)))
        }
    };
    let place = shortened(error.schema_path().as_str(), 120);
    violations.push(violation.with_help(format!("see `{place}` in `values.schema.json`")));
}

/// Whether values under this name at the root are for a part of the chart, or for all of them.
fn belongs_to_dependency(key: &str, chart: Option<&Node>) -> bool {
    key == "global"
        || chart.is_some_and(|chart| {
            items(chart, "dependencies")
                .iter()
                .any(|dependency| text(dependency, "alias").or_else(|| text(dependency, "name")) == Some(key))
        })
}

fn in_words(kind: &str) -> &str {
    match kind {
        "object" => "a mapping",
        "array" => "a list",
        "string" => "a string",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "a boolean",
        "null" => "nothing",
        other => other,
    }
}

/// The route that a JSON Pointer stands for: whether a number is an index is seen by the values.
fn route(values: &Node, pointer: &str) -> Route {
    let mut node = Some(values);
    let mut steps = Vec::new();
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        let index = node.and_then(Node::as_sequence).and_then(|_| name.parse::<usize>().ok());
        if let Some(index) = index {
            node = node.and_then(Node::as_sequence).and_then(|items| items.get(index));
            steps.push(Step::Index(index));
        } else {
            node = node.and_then(|node| node.get(&name));
            steps.push(Step::Key(name));
        }
    }
    Route(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        document::{
            ParseLimits,
            format::{Format, parse},
        },
        gitops::testing::{told, yaml},
    };

    fn checked(values: &str, schema: &str) -> Checked {
        let parsed = parse(Format::Json, schema.as_bytes(), &ParseLimits::default());
        assert_eq!(parsed.problems, []);
        let chart = yaml("dependencies: [{name: redis, alias: cache}, {name: db}]");
        check_values(&yaml(values), &parsed.documents[0].root, Some(&chart))
    }

    #[track_caller]
    fn done(values: &str, schema: &str) -> Vec<String> {
        match checked(values, schema) {
            Checked::Done(violations) => told(&violations),
            Checked::NotChecked(why) => panic!("{why}"),
        }
    }

    const SCHEMA: &str = r##"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
        "required": ["password"], "additionalProperties": false, "properties": {
        "replicas": {"type": "integer", "minimum": 1}, "password": {"type": "string", "minLength": 8},
        "pull": {"enum": ["Always", "Never"]}, "ports": {"type": "array", "items": {"type": ["integer", "string"]}},
        "name": {"$ref": "#/definitions/name"}, "big": {"const": 1}},
        "definitions": {"name": {"type": "string", "pattern": "^[a-z]+$"}}}"##;

    #[test]
    fn values_are_checked() {
        assert_eq!(
            done("replicas: two\npull: always\nports: [80, http, {a: b}]\nname: A1\nreplica: 1\nredis: {}", SCHEMA),
            [
                "/name: `name` is not what the schema asks for: the value does not match \"^[a-z]+$\" (see `/definitions/name/pattern` in `values.schema.json`)",
                "/ports/2: item 3 of the list has to be a whole number or a string, found a mapping (see `/properties/ports/items/type` in `values.schema.json`)",
                "/pull: `pull` is not one of the values that there are (did you mean `Always`?)",
                "/redis: `redis` is not a value that the chart knows (`values.schema.json` forbids it at `/additionalProperties`)",
                "/replica: `replica` is not a value that the chart knows (`values.schema.json` forbids it at `/additionalProperties`)",
                "/replicas: `replicas` has to be a whole number, found a string (see `/properties/replicas/type` in `values.schema.json`)",
            ]
        );
    }

    #[test]
    fn what_may_still_be_filled_in_is_good() {
        for values in [
            "{}",
            "null",
            "password: ''",
            "password: null\nreplicas:",
            "password: ${PASSWORD}\nreplicas: '{{ n }}'",
            "cache: {a: b}\ndb: {}\nglobal: {x: y}",
            "big: 1.0",
        ] {
            assert_eq!(done(values, SCHEMA), [""; 0], "{values}");
        }
        assert_eq!(done("a: 1", r#"{"anyOf": [{"required": ["b"]}, {"required": ["c"]}]}"#), [""; 0]);
    }

    #[test]
    fn values_are_not_printed() {
        let told = done("password: hunter2", SCHEMA);
        assert_eq!(told.len(), 1);
        assert!(!told[0].contains("hunter2"), "{told:?}");
    }

    #[test]
    fn nothing_is_fetched_and_nothing_takes_for_ever() {
        for (schema, reason) in [
            (r#"{"$ref": "https://example.org/s.json"}"#, "the schema refers to another one, which is never fetched"),
            (r##"{"properties": {"a": {"$ref": "#"}}}"##, "the schema is part of itself"),
            (
                r#"{"$schema": "https://example.org/own"}"#,
                "the schema is written in `https://example.org/own`, which is not known",
            ),
        ] {
            assert_eq!(checked("a: 1", schema), Checked::NotChecked(reason.to_owned()), "{schema}");
        }
        for schema in [
            r#"{"type": 5}"#,
            r#"{"pattern": "("}"#,
            r#"{"pattern": "(?=a)"}"#,
            r#"{"pattern": "((a{999}){999}){999}"}"#,
        ] {
            assert!(
                matches!(checked("a: 1", schema), Checked::NotChecked(why) if why.starts_with("the schema cannot be used")),
                "{schema}"
            );
        }
        assert_eq!(checked("a: 1", "true"), Checked::Done(vec![]));
        let slow = r#"{"properties": {"a": {"pattern": "^(a+)+$"}}}"#;
        let values = format!("a: {}b", "a".repeat(10_000));
        assert_eq!(done(&values, slow).len(), 1);
    }

    #[test]
    fn as_deep_a_schema_as_is_taken_fits_the_stack() {
        let (mut schema, mut values) = ("true".to_owned(), "1".to_owned());
        for _ in 0..74 {
            schema = format!("{{\"properties\": {{\"a\": {schema}}}}}");
            values = format!("{{a: {values}}}");
        }
        assert_eq!(done(&values, &schema), [""; 0]);
    }
}
