//! Checking a document.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Map, Value as Json};

use super::super::arguments::too_much;
use super::format;
use super::json::{Decimal, go};
use super::node::{Additional, Bound, Dependency, Id, Node, Schemas};

/// Something wrong with a document.
#[derive(Debug)]
pub(super) struct Error {
    pub(super) kind: &'static str,
    /// `(Root)`, or `(Root).spec.name`.
    pub(super) context: String,
    pub(super) description: String,
}

/// What one schema says of one value. Of several alternatives that fail, the errors of the one with the highest
/// score are shown.
#[derive(Default)]
struct Verdict {
    errors: Vec<Error>,
    score: i64,
}

impl Verdict {
    fn add(&mut self, kind: &'static str, context: &str, description: impl Into<String>) {
        self.errors.push(Error { kind, context: context.to_owned(), description: description.into() });
        self.score -= 2;
    }

    fn merge(&mut self, other: Self) {
        self.errors.extend(other.errors);
        self.score += other.score;
    }

    fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }
}

struct Checker<'s> {
    schemas: &'s Schemas,
    depth: usize,
    steps: usize,
}

const DEEPEST: usize = 300;
const MOST_STEPS: usize = 5_000_000;

pub(super) fn check(schemas: &Schemas, document: &Json) -> Result<Vec<Error>> {
    let mut checker = Checker { schemas, depth: 0, steps: 0 };
    Ok(checker.verdict(0, document, "(Root)")?.errors)
}

fn better(best: &mut Option<Verdict>, verdict: Verdict) {
    if best.as_ref().is_none_or(|best| verdict.score > best.score) {
        *best = Some(verdict);
    }
}

/// The type of a value as errors name it.
fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => match Decimal::of(value) {
            Some(number) if number.is_integer() => "integer",
            Some(_) | None => "number",
        },
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

impl Checker<'_> {
    fn verdict(&mut self, id: Id, value: &Json, context: &str) -> Result<Verdict> {
        let mut verdict = Verdict::default();
        self.check(id, value, context, &mut verdict)?;
        Ok(verdict)
    }

    fn check(&mut self, id: Id, value: &Json, context: &str, verdict: &mut Verdict) -> Result<()> {
        self.depth += 1;
        self.steps += 1;
        if self.depth > DEEPEST || self.steps > MOST_STEPS {
            return Err(too_much("json.match_schema: the schema asks for too much"));
        }
        let schemas = self.schemas;
        if let Some(node) = schemas.nodes.get(id) {
            self.node(node, value, context, verdict)?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn node(&mut self, node: &Node, value: &Json, context: &str, verdict: &mut Verdict) -> Result<()> {
        if let Some(pass) = node.pass {
            if !pass {
                verdict.add("false", context, "False always fails validation");
            }
            return Ok(());
        }
        if let Some(reference) = node.reference {
            return self.check(reference, value, context, verdict);
        }
        let given = type_of(value);
        let fits = |name: &String| name == given || (name == "number" && given == "integer");
        if !node.types.is_empty() && !node.types.iter().any(fits) {
            let expected = match node.types.as_slice() {
                [one] => one.clone(),
                several => format!("[{}]", several.join(",")),
            };
            verdict.add("invalid_type", context, format!("Invalid type. Expected: {expected}, given: {given}"));
            return Ok(());
        }
        self.combined(node, value, context, verdict)?;
        match value {
            Json::Null | Json::Bool(_) => common(node, value, context, verdict)?,
            Json::Number(_) => {
                number(node, value, context, verdict)?;
                common(node, value, context, verdict)?;
            }
            Json::String(text) => {
                common(node, value, context, verdict)?;
                string(node, text, context, verdict);
            }
            Json::Array(items) => {
                self.array(node, items, context, verdict)?;
                common(node, value, context, verdict)?;
            }
            Json::Object(fields) => {
                self.object(node, fields, context, verdict)?;
                common(node, value, context, verdict)?;
                for (name, schema) in &node.properties {
                    if let Some(value) = fields.get(name) {
                        self.check(*schema, value, &format!("{context}.{name}"), verdict)?;
                    }
                }
            }
        }
        verdict.score += 1;
        Ok(())
    }

    fn combined(&mut self, node: &Node, value: &Json, context: &str, verdict: &mut Verdict) -> Result<()> {
        if !node.any_of.is_empty() {
            let (mut valid, mut best) = (false, None);
            for schema in &node.any_of {
                let one = self.verdict(*schema, value, context)?;
                if one.is_valid() {
                    valid = true;
                    break;
                }
                better(&mut best, one);
            }
            if !valid {
                verdict.add("number_any_of", context, "Must validate at least one schema (anyOf)");
                verdict.merge(best.unwrap_or_default());
            }
        }
        if !node.one_of.is_empty() {
            let (mut valid, mut best) = (0, None);
            for schema in &node.one_of {
                let one = self.verdict(*schema, value, context)?;
                if one.is_valid() {
                    valid += 1;
                } else if valid == 0 {
                    better(&mut best, one);
                }
            }
            if valid != 1 {
                verdict.add("number_one_of", context, "Must validate one and only one schema (oneOf)");
                if valid == 0 {
                    verdict.merge(best.unwrap_or_default());
                }
            }
        }
        if !node.all_of.is_empty() {
            let mut all = true;
            for schema in &node.all_of {
                let one = self.verdict(*schema, value, context)?;
                all &= one.is_valid();
                verdict.merge(one);
            }
            if !all {
                verdict.add("number_all_of", context, "Must validate all the schemas (allOf)");
            }
        }
        if let Some(schema) = node.not
            && self.verdict(schema, value, context)?.is_valid()
        {
            verdict.add("number_not", context, "Must not validate the schema (not)");
        }
        if let Json::Object(fields) = value {
            self.dependencies(node, value, fields, context, verdict)?;
        }
        if let Some(condition) = node.condition {
            let holds = self.verdict(condition, value, context)?.is_valid();
            let (schema, kind, description) = if holds {
                (node.then, "condition_then", "Must validate \"then\" as \"if\" was valid")
            } else {
                (node.otherwise, "condition_else", "Must validate \"else\" as \"if\" was not valid")
            };
            if let Some(schema) = schema {
                let one = self.verdict(schema, value, context)?;
                if !one.is_valid() {
                    verdict.add(kind, context, description);
                    verdict.merge(one);
                }
            }
        }
        verdict.score += 1;
        Ok(())
    }

    fn dependencies(
        &mut self,
        node: &Node,
        value: &Json,
        fields: &Map<String, Json>,
        context: &str,
        verdict: &mut Verdict,
    ) -> Result<()> {
        for (name, dependency) in &node.dependencies {
            if !fields.contains_key(name) {
                continue;
            }
            match dependency {
                Dependency::Names(names) => {
                    for name in names.iter().filter(|name| !fields.contains_key(*name)) {
                        verdict.add("missing_dependency", context, format!("Has a dependency on {name}"));
                    }
                }
                Dependency::Schema(schema) => self.check(*schema, value, context, verdict)?,
            }
        }
        Ok(())
    }

    fn array(&mut self, node: &Node, items: &[Json], context: &str, verdict: &mut Verdict) -> Result<()> {
        let inner = |index: usize| format!("{context}.{index}");
        if node.items_for_all {
            for schema in &node.items {
                for (index, item) in items.iter().enumerate() {
                    verdict.merge(self.verdict(*schema, item, &inner(index))?);
                }
            }
        } else if !node.items.is_empty() {
            for (index, (schema, item)) in node.items.iter().zip(items).enumerate() {
                verdict.merge(self.verdict(*schema, item, &inner(index))?);
            }
            if node.items.len() < items.len() {
                match &node.additional_items {
                    Some(Additional::Allowed(false)) => {
                        verdict.add("array_no_additional_items", context, "No additional items allowed on array");
                    }
                    Some(Additional::Schema(schema)) => {
                        for (index, item) in items.iter().enumerate().skip(node.items.len()) {
                            verdict.merge(self.verdict(*schema, item, &inner(index))?);
                        }
                    }
                    Some(Additional::Allowed(true)) | None => {}
                }
            }
        }
        if let Some(min) = node.min_items.filter(|min| items.len() < *min) {
            verdict.add("array_min_items", context, format!("Array must have at least {min} items"));
        }
        if let Some(max) = node.max_items.filter(|max| items.len() > *max) {
            verdict.add("array_max_items", context, format!("Array must have at most {max} items"));
        }
        if node.unique_items {
            let mut seen = BTreeMap::new();
            for (index, item) in items.iter().enumerate() {
                if let Some(first) = seen.insert(go(item), index) {
                    verdict.add("unique", context, format!("array items[{first},{index}] must be unique"));
                }
            }
        }
        if let Some(schema) = node.contains {
            let (mut valid, mut best) = (false, None);
            for (index, item) in items.iter().enumerate() {
                let one = self.verdict(schema, item, &inner(index))?;
                if one.is_valid() {
                    valid = true;
                    break;
                }
                better(&mut best, one);
            }
            if !valid {
                verdict.add("contains", context, "At least one of the items must match");
                verdict.merge(best.unwrap_or_default());
            }
        }
        verdict.score += 1;
        Ok(())
    }

    fn object(&mut self, node: &Node, fields: &Map<String, Json>, context: &str, verdict: &mut Verdict) -> Result<()> {
        if let Some(min) = node.min_properties.filter(|min| fields.len() < *min) {
            verdict.add("array_min_properties", context, format!("Must have at least {min} properties"));
        }
        if let Some(max) = node.max_properties.filter(|max| fields.len() > *max) {
            verdict.add("array_max_properties", context, format!("Must have at most {max} properties"));
        }
        for name in &node.required {
            if fields.contains_key(name) {
                verdict.score += 1;
            } else {
                verdict.add("required", context, format!("{name} is required"));
            }
        }
        // The order is that of the names: in OPA it is another one each time.
        let sorted: BTreeMap<&String, &Json> = fields.iter().collect();
        for (name, value) in &sorted {
            let inner = format!("{context}.{name}");
            let known = node.properties.iter().any(|(property, _)| property == *name);
            let mut matched = false;
            for (pattern, schema) in &node.pattern_properties {
                if pattern.is_match(name) {
                    matched = true;
                    verdict.merge(self.verdict(*schema, value, &inner)?);
                }
            }
            if matched {
                verdict.score += 1;
            }
            if !known && !matched {
                match &node.additional_properties {
                    Some(Additional::Allowed(false)) => {
                        let description = format!("Additional property {name} is not allowed");
                        verdict.add("additional_property_not_allowed", context, description);
                    }
                    Some(Additional::Schema(schema)) => verdict.merge(self.verdict(*schema, value, &inner)?),
                    Some(Additional::Allowed(true)) | None => {}
                }
            }
        }
        if let Some(schema) = node.property_names {
            for name in sorted.keys() {
                let one = self.verdict(schema, &Json::String((*name).clone()), context)?;
                if !one.is_valid() {
                    let description = format!("Property name of \"{name}\" does not match");
                    verdict.add("invalid_property_name", context, description);
                    verdict.merge(one);
                }
            }
        }
        verdict.score += 1;
        Ok(())
    }
}

fn field(context: &str) -> &str {
    context.strip_prefix("(Root).").unwrap_or(context)
}

fn common(node: &Node, value: &Json, context: &str, verdict: &mut Verdict) -> Result<()> {
    if let Some(allowed) = node.constant.as_ref().filter(|allowed| go(value) != **allowed) {
        verdict.add("const", context, format!("{} does not match: {allowed}", field(context)));
    }
    if let Some(allowed) = &node.enumeration
        && !allowed.contains(&go(value))
    {
        let allowed = allowed.join(", ");
        verdict.add("enum", context, format!("{} must be one of the following: {allowed}", field(context)));
    }
    if let (Some(format), Json::String(text)) = (&node.format, value)
        && !format::is_of(format, text)?
    {
        verdict.add("format", context, format!("Does not match format '{format}'"));
    }
    verdict.score += 1;
    Ok(())
}

fn string(node: &Node, text: &str, context: &str, verdict: &mut Verdict) {
    let length = text.chars().count();
    if let Some(min) = node.min_length.filter(|min| length < *min) {
        verdict.add("string_gte", context, format!("String length must be greater than or equal to {min}"));
    }
    if let Some(max) = node.max_length.filter(|max| length > *max) {
        verdict.add("string_lte", context, format!("String length must be less than or equal to {max}"));
    }
    if let Some((_, pattern)) = node.pattern.as_ref().filter(|(regex, _)| !regex.is_match(text)) {
        verdict.add("pattern", context, format!("Does not match pattern '{pattern}'"));
    }
    verdict.score += 1;
}

fn number(node: &Node, value: &Json, context: &str, verdict: &mut Verdict) -> Result<()> {
    let Some(number) = Decimal::of(value) else {
        return Err(too_much("json.match_schema: a number is too long"));
    };
    if let Some(of) = node.multiple_of.as_ref().filter(|of| !number.is_multiple_of(&of.number)) {
        verdict.add("multiple_of", context, format!("Must be a multiple of {}", of.shown));
    }
    let order = |bound: &Bound| number.order(&bound.number);
    if let Some(max) = node.maximum.as_ref().filter(|max| order(max) == Ordering::Greater) {
        verdict.add("number_lte", context, format!("Must be less than or equal to {}", max.shown));
    }
    if let Some(max) = node.exclusive_maximum.as_ref().filter(|max| order(max) != Ordering::Less) {
        verdict.add("number_lt", context, format!("Must be less than {}", max.shown));
    }
    if let Some(min) = node.minimum.as_ref().filter(|min| order(min) == Ordering::Less) {
        verdict.add("number_gte", context, format!("Must be greater than or equal to {}", min.shown));
    }
    if let Some(min) = node.exclusive_minimum.as_ref().filter(|min| order(min) != Ordering::Greater) {
        verdict.add("number_gt", context, format!("Must be greater than {}", min.shown));
    }
    verdict.score += 1;
    Ok(())
}
