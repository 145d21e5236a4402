//! Documents as JSON: their values, and where these are written.

use serde_json::{Map, Value as Json, json};

use super::{Node, Number, Route, Source, Span, Step, Value};

/// The value of a node as JSON, with its keys in the order of the text and its integers exact.
#[must_use]
pub fn value_json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(bool) => Json::Bool(*bool),
        Value::Number(number) => number_json(number),
        Value::String(text) => Json::String(text.clone()),
        Value::Sequence(items) => items.iter().map(value_json).collect(),
        Value::Mapping(entries) => entries.iter().map(|entry| (entry.key.clone(), value_json(&entry.value))).collect(),
    }
}

fn number_json(number: &Number) -> Json {
    match number {
        Number::Int(int) => (*int).into(),
        Number::UInt(int) => (*int).into(),
        // With `arbitrary_precision` a number is its digits; these are always a JSON number.
        Number::Big(digits) => digits.parse().map_or_else(|_| Json::String(digits.clone()), Json::Number),
        Number::Float(float) => (*float).into(),
    }
}

/// Where everything in a document is written, by JSON Pointer: `{"/spec/replicas": {"key": […], "value": […]}}`.
///
/// A place is line and column of its first character, and line and column behind its last one, all
/// counted from 1 and columns in characters. Items of lists and the root have no `key`.
#[must_use]
pub fn positions_json(source: &Source, node: &Node) -> Json {
    let mut places = Map::new();
    add(source, &Route::default(), None, node, &mut places);
    Json::Object(places)
}

fn add(source: &Source, route: &Route, key: Option<Span>, node: &Node, places: &mut Map<String, Json>) {
    let mut place = Map::new();
    if let Some(key) = key {
        place.insert("key".to_owned(), range(source, key));
    }
    place.insert("value".to_owned(), range(source, node.span));
    places.insert(route.to_string(), Json::Object(place));
    match &node.value {
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                add(source, &route.child(Step::Index(index)), None, item, places);
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                let route = route.child(Step::Key(entry.key.clone()));
                add(source, &route, Some(entry.key_span), &entry.value, places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn range(source: &Source, span: Span) -> Json {
    let (start, end) = source.range(span);
    json!([start.line, start.column, end.line, end.column])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::document::ParseLimits;
    use crate::document::format::{Format, parse};

    #[test]
    fn values_keep_order_and_digits() {
        let text = "z: 123456789012345678901234567890\na: [18446744073709551615, -1, 1.5, ~, on, x]\n";
        let parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
        assert_eq!(
            value_json(&parsed.documents[0].root).to_string(),
            r#"{"z":123456789012345678901234567890,"a":[18446744073709551615,-1,1.5,null,true,"x"]}"#
        );
    }

    #[test]
    fn places_are_lines_and_columns_in_characters() {
        let text = "# c\nspec:\n  ä/b: \"ü\" # c\n  l:\n  - x\n  e:\n";
        let parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
        assert_eq!(
            positions_json(&parsed.source, &parsed.documents[0].root),
            json!({
                "": {"value": [2, 1, 6, 5]},
                "/spec": {"key": [2, 1, 2, 5], "value": [3, 3, 6, 5]},
                "/spec/ä~1b": {"key": [3, 3, 3, 6], "value": [3, 8, 3, 11]},
                "/spec/l": {"key": [4, 3, 4, 4], "value": [5, 3, 5, 6]},
                "/spec/l/0": {"value": [5, 5, 5, 6]},
                "/spec/e": {"key": [6, 3, 6, 4], "value": [6, 5, 6, 5]},
            })
        );
    }
}
