//! Reading schemas.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::super::arguments::too_much;
use super::super::patterns;
use super::{
    fields::{Mistake, Parsed, bound, decoded, invalid_type, list, mistake, pointed, size, sorted, string, types},
    json::go,
    node::{Additional, Bound, Dependency, Id, Node, Schemas},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Draft {
    Four,
    Six,
    Seven,
    /// None is named: all at once.
    Hybrid,
}

struct Parser<'s> {
    root: &'s Json,
    nodes: Vec<Node>,
    /// By reference; never iterated.
    references: HashMap<String, Id>,
    /// Schemas by an id that begins with `#`; never iterated.
    anchors: HashMap<&'s str, &'s Json>,
    draft: Draft,
    depth: usize,
}

const DEEPEST: usize = 200;

pub(super) fn parse(root: &Json) -> Parsed<Schemas> {
    let draft = match root {
        Json::Bool(_) => Draft::Hybrid,
        Json::Object(fields) => match fields.get("$schema") {
            None => Draft::Hybrid,
            Some(Json::String(url)) => match url.trim_end_matches('#') {
                "http://json-schema.org/draft-04/schema" => Draft::Four,
                "http://json-schema.org/draft-06/schema" => Draft::Six,
                "http://json-schema.org/draft-07/schema" => Draft::Seven,
                _ => Draft::Hybrid,
            },
            Some(_) => return mistake("$schema must be of type string"),
        },
        Json::Null | Json::Number(_) | Json::String(_) | Json::Array(_) => return mistake("schema is invalid"),
    };
    let mut anchors = HashMap::new();
    if anchored(root, true, &mut anchors) {
        too_much("a schema with an `$id` inside it is not supported");
    }
    let mut parser = Parser { root, nodes: Vec::new(), references: HashMap::new(), anchors, draft, depth: 0 };
    parser.schema(root)?;
    Ok(Schemas { nodes: parser.nodes })
}

/// Collects ids; whether there is one inside that changes what references are relative to.
fn anchored<'s>(value: &'s Json, outermost: bool, anchors: &mut HashMap<&'s str, &'s Json>) -> bool {
    match value {
        Json::Object(fields) => {
            let mut found = false;
            for key in ["id", "$id"] {
                if let Some(Json::String(id)) = fields.get(key)
                    && !outermost
                    && fields.keys().any(|key| KEYWORDS.contains(&key.as_str()))
                {
                    if id.starts_with('#') {
                        anchors.insert(id, value);
                    } else {
                        found |= refers(value);
                    }
                }
            }
            for (key, inner) in fields {
                match inner {
                    Json::Object(children)
                        if matches!(key.as_str(), "properties" | "dependencies" | "patternProperties") =>
                    {
                        for child in children.values() {
                            found |= anchored(child, false, anchors);
                        }
                    }
                    _ if matches!(key.as_str(), "const" | "enum") => {}
                    _ => found |= anchored(inner, false, anchors),
                }
            }
            found
        }
        Json::Array(items) => {
            let mut found = false;
            for item in items {
                found |= anchored(item, false, anchors);
            }
            found
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

/// What tells a schema from a map of them.
const KEYWORDS: &[&str] =
    &["type", "properties", "$ref", "items", "allOf", "anyOf", "oneOf", "enum", "pattern", "minimum"];

fn refers(value: &Json) -> bool {
    match value {
        Json::Object(fields) => fields.iter().any(|(key, inner)| key == "$ref" || refers(inner)),
        Json::Array(items) => items.iter().any(refers),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

impl<'s> Parser<'s> {
    fn node(&mut self, id: Id) -> Parsed<&mut Node> {
        self.nodes.get_mut(id).ok_or_else(|| Mistake("schema is invalid".to_owned()))
    }

    fn schema(&mut self, value: &'s Json) -> Parsed<Id> {
        let id = self.nodes.len();
        self.nodes.push(Node::default());
        self.fill(id, value)?;
        Ok(id)
    }

    fn fill(&mut self, id: Id, value: &'s Json) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            too_much("a schema is nested too deeply");
            return mistake("schema is nested too deeply");
        }
        let node = self.read(value)?;
        self.depth -= 1;
        *self.node(id)? = node;
        Ok(())
    }

    fn read(&mut self, value: &'s Json) -> Parsed<Node> {
        let mut node = Node::default();
        let fields = match value {
            Json::Bool(pass) if self.draft >= Draft::Six => {
                node.pass = Some(*pass);
                return Ok(node);
            }
            Json::Object(fields) => fields,
            _ => return mistake("Expected: Valid Schema, given: Invalid JSON"),
        };
        let id = match self.draft {
            Draft::Four => "id",
            Draft::Hybrid if fields.contains_key("id") => "id",
            Draft::Six | Draft::Seven | Draft::Hybrid => "$id",
        };
        string(fields, id)?;
        match fields.get("definitions") {
            None => {}
            Some(Json::Object(definitions)) => {
                for definition in sorted(definitions).into_iter().map(|(_, definition)| definition) {
                    if !matches!(definition, Json::Bool(_) | Json::Object(_)) {
                        return invalid_type("Array Of Schemas", "definitions");
                    }
                    self.schema(definition)?;
                }
            }
            Some(_) => return invalid_type("Array Of Schemas", "definitions"),
        }
        string(fields, "title")?;
        string(fields, "description")?;
        if let Some(reference) = string(fields, "$ref")? {
            node.reference = Some(self.reference(reference)?);
            return Ok(node);
        }
        types(fields, &mut node)?;
        self.of_objects(fields, &mut node)?;
        self.of_arrays(fields, &mut node)?;
        self.numbers(fields, &mut node)?;
        Self::lengths(fields, &mut node)?;
        self.combined(fields, &mut node)?;
        Ok(node)
    }

    fn reference(&mut self, reference: &'s str) -> Parsed<Id> {
        if let Some(known) = self.references.get(reference) {
            return Ok(*known);
        }
        let local = match (self.root.get("$id").or_else(|| self.root.get("id")), reference.split_once('#')) {
            (Some(Json::String(id)), Some((url, pointer))) if !url.is_empty() && url == id.trim_end_matches('#') => {
                pointer
            }
            (_, Some(("", pointer))) => pointer,
            _ => {
                too_much(format!("a schema refers to `{reference}`, which is outside of it"));
                return mistake(format!("Reference {reference} must be canonical"));
            }
        };
        let anchor = self.anchors.get(format!("#{local}").as_str()).copied();
        let target = match anchor {
            Some(target) => target,
            None => pointed(self.root, &decoded(local))?,
        };
        if !matches!(target, Json::Bool(_) | Json::Object(_)) {
            return mistake("Valid Schema must be of type object");
        }
        let id = self.nodes.len();
        self.nodes.push(Node::default());
        self.references.insert(reference.to_owned(), id);
        self.fill(id, target)?;
        Ok(id)
    }

    fn of_objects(&mut self, fields: &'s Map<String, Json>, node: &mut Node) -> Parsed<()> {
        match fields.get("properties") {
            None => {}
            Some(Json::Object(properties)) => {
                for (name, schema) in sorted(properties) {
                    node.properties.push((name.clone(), self.schema(schema)?));
                }
            }
            Some(_) => return mistake("Properties must be of type object"),
        }
        node.additional_properties = self.additional(fields, "additionalProperties")?;
        match fields.get("patternProperties") {
            None => {}
            Some(Json::Object(properties)) => {
                for (pattern, schema) in sorted(properties) {
                    let Ok(regex) = patterns::compile(pattern) else {
                        return mistake(format!("Invalid regex pattern '{pattern}'"));
                    };
                    node.pattern_properties.push((regex, self.schema(schema)?));
                }
            }
            Some(_) => return invalid_type("Valid Schema", "patternProperties"),
        }
        match fields.get("propertyNames").filter(|_| self.draft >= Draft::Six) {
            None => {}
            Some(schema @ (Json::Bool(_) | Json::Object(_))) => node.property_names = Some(self.schema(schema)?),
            Some(_) => return invalid_type("Valid Schema", "patternProperties"),
        }
        let wrong = "Dependency must be of type Schema Or Array Of Strings";
        match fields.get("dependencies") {
            None => {}
            Some(Json::Object(dependencies)) => {
                for (name, dependency) in sorted(dependencies) {
                    let dependency = match dependency {
                        Json::Array(names) => {
                            let names = names.iter().map(|name| name.as_str().map(str::to_owned));
                            match names.collect::<Option<Vec<_>>>() {
                                Some(names) => Dependency::Names(names),
                                None => return mistake(wrong),
                            }
                        }
                        Json::Bool(_) | Json::Object(_) => Dependency::Schema(self.schema(dependency)?),
                        Json::Null | Json::Number(_) | Json::String(_) => return mistake(wrong),
                    };
                    node.dependencies.push((name.clone(), dependency));
                }
            }
            Some(_) => return mistake("dependencies must be of type object"),
        }
        Ok(())
    }

    fn additional(&mut self, fields: &'s Map<String, Json>, key: &str) -> Parsed<Option<Additional>> {
        Ok(match fields.get(key) {
            None => None,
            Some(Json::Bool(allowed)) => Some(Additional::Allowed(*allowed)),
            Some(schema @ Json::Object(_)) => Some(Additional::Schema(self.schema(schema)?)),
            Some(_) => return invalid_type("boolean/Valid Schema", key),
        })
    }

    fn of_arrays(&mut self, fields: &'s Map<String, Json>, node: &mut Node) -> Parsed<()> {
        match fields.get("items") {
            None => {}
            Some(Json::Array(items)) => {
                for item in items {
                    if !matches!(item, Json::Bool(_) | Json::Object(_)) {
                        return invalid_type("Valid Schema/Array Of Schemas", "items");
                    }
                    node.items.push(self.schema(item)?);
                }
            }
            Some(schema @ (Json::Bool(_) | Json::Object(_))) => {
                node.items.push(self.schema(schema)?);
                node.items_for_all = true;
            }
            Some(_) => return invalid_type("Valid Schema/Array Of Schemas", "items"),
        }
        node.additional_items = self.additional(fields, "additionalItems")?;
        Ok(())
    }

    fn numbers(&mut self, fields: &'s Map<String, Json>, node: &mut Node) -> Parsed<()> {
        if let Some(value) = fields.get("multipleOf") {
            let Some(bound) = bound(value) else { return invalid_type("Number", "multipleOf") };
            if !bound.number.is_positive() {
                return mistake("multipleOf must be strictly greater than 0");
            }
            node.multiple_of = Some(bound);
        }
        for (key, exclusive, least) in [("minimum", "exclusiveMinimum", true), ("maximum", "exclusiveMaximum", false)] {
            let (inclusive, strict) = self.limits(fields, key, exclusive)?;
            if least {
                (node.minimum, node.exclusive_minimum) = (inclusive, strict);
            } else {
                (node.maximum, node.exclusive_maximum) = (inclusive, strict);
            }
        }
        Ok(())
    }

    fn limits(&self, fields: &Map<String, Json>, key: &str, exclusive: &str) -> Parsed<(Option<Bound>, Option<Bound>)> {
        let inclusive = match fields.get(key) {
            None => None,
            Some(value) => match bound(value) {
                None => return mistake(format!("{key} must be of a Number")),
                some => some,
            },
        };
        Ok(match fields.get(exclusive) {
            None => (inclusive, None),
            Some(Json::Bool(strict)) if matches!(self.draft, Draft::Four | Draft::Hybrid) => match inclusive {
                None => return mistake(format!("{exclusive} cannot be used without {key}")),
                some if *strict => (None, some),
                some => (some, None),
            },
            Some(value @ Json::Number(_)) if self.draft != Draft::Four => (inclusive, bound(value)),
            Some(_) => {
                let expected = match self.draft {
                    Draft::Four => "boolean",
                    Draft::Hybrid => "boolean/number",
                    Draft::Six | Draft::Seven => "number",
                };
                return invalid_type(expected, exclusive);
            }
        })
    }

    fn lengths(fields: &Map<String, Json>, node: &mut Node) -> Parsed<()> {
        node.min_length = size(fields, "minLength")?;
        node.max_length = size(fields, "maxLength")?;
        let above = |a: Option<usize>, b: Option<usize>| a.zip(b).is_some_and(|(a, b)| a > b);
        if above(node.min_length, node.max_length) {
            return mistake("minLength cannot be greater than maxLength");
        }
        if let Some(pattern) = string(fields, "pattern")? {
            match patterns::compile(pattern) {
                Ok(regex) => node.pattern = Some((regex, pattern.to_owned())),
                Err(_) => return mistake("pattern must be a valid regex"),
            }
        }
        node.format = string(fields, "format")?.filter(|format| !format.is_empty()).map(str::to_owned);
        node.min_properties = size(fields, "minProperties")?;
        node.max_properties = size(fields, "maxProperties")?;
        if above(node.min_properties, node.max_properties) {
            return mistake("minProperties cannot be greater than maxProperties");
        }
        for name in list(fields, "required")?.unwrap_or_default() {
            let Json::String(name) = name else { return invalid_type("string", "required") };
            if node.required.contains(name) {
                return mistake("required items must be unique");
            }
            node.required.push(name.clone());
        }
        node.min_items = size(fields, "minItems")?;
        node.max_items = size(fields, "maxItems")?;
        match fields.get("uniqueItems") {
            None => {}
            Some(Json::Bool(unique)) => node.unique_items = *unique,
            Some(_) => return mistake("uniqueItems must be of a boolean"),
        }
        Ok(())
    }

    fn combined(&mut self, fields: &'s Map<String, Json>, node: &mut Node) -> Parsed<()> {
        if let Some(schema) = fields.get("contains").filter(|_| self.draft >= Draft::Six) {
            node.contains = Some(self.schema(schema)?);
        }
        if let Some(value) = fields.get("const").filter(|_| self.draft >= Draft::Six) {
            node.constant = Some(go(value));
        }
        if let Some(values) = list(fields, "enum")? {
            let mut known: Vec<String> = Vec::with_capacity(values.len());
            for value in values.iter().map(go) {
                if known.contains(&value) {
                    return mistake("enum items must be unique");
                }
                known.push(value);
            }
            node.enumeration = Some(known);
        }
        node.one_of = self.all(fields, "oneOf")?;
        node.any_of = self.all(fields, "anyOf")?;
        node.all_of = self.all(fields, "allOf")?;
        node.not = self.one(fields, "not")?;
        if self.draft >= Draft::Seven {
            node.condition = self.one(fields, "if")?;
            node.then = self.one(fields, "then")?;
            node.otherwise = self.one(fields, "else")?;
        }
        Ok(())
    }

    fn all(&mut self, fields: &'s Map<String, Json>, key: &str) -> Parsed<Vec<Id>> {
        list(fields, key)?.unwrap_or_default().iter().map(|schema| self.schema(schema)).collect()
    }

    fn one(&mut self, fields: &'s Map<String, Json>, key: &str) -> Parsed<Option<Id>> {
        match fields.get(key) {
            None => Ok(None),
            Some(schema @ (Json::Bool(_) | Json::Object(_))) => self.schema(schema).map(Some),
            Some(_) => mistake(format!("{key} must be of an object")),
        }
    }
}
