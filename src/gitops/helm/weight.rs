//! How much work a JSON Schema from a stranger can make.
//!
//! Schemas that refer to themselves, or to others many times over, can take for ever on a few
//! bytes of values. So a schema is weighed before it is used: it counts as if every reference were
//! written out.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Why a schema is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heavy {
    /// It names a schema that is in another file or on the network.
    Remote,
    /// It is part of itself.
    Recursive,
    /// It is too large, written out, or too deep.
    Large,
}

/// Nesting of a schema with every reference written out; more than any chart has, and little
/// enough for the stack.
const DEEPEST: usize = 150;

/// The number of schemas in a schema with every reference written out.
pub(super) fn weigh(schema: &Json) -> Result<u64, Heavy> {
    let mut scale = Scale { root: schema, known: BTreeMap::new() };
    scale.schema(schema, 0).map(|size| size.weight)
}

/// What a schema comes to with every reference written out.
#[derive(Clone, Copy)]
struct Size {
    /// Number of schemas.
    weight: u64,
    /// Levels below it.
    height: usize,
}

struct Scale<'a> {
    root: &'a Json,
    /// What references come to; `None` while one is being weighed.
    known: BTreeMap<&'a str, Option<Size>>,
}

impl<'a> Scale<'a> {
    fn schema(&mut self, schema: &'a Json, depth: usize) -> Result<Size, Heavy> {
        if depth > DEEPEST {
            return Err(Heavy::Large);
        }
        let mut whole = Size { weight: 1, height: 0 };
        let mut add = |part: Size| {
            whole.weight = whole.weight.saturating_add(part.weight);
            whole.height = whole.height.max(part.height + 1);
        };
        match schema {
            Json::Object(fields) => {
                for (name, value) in fields {
                    match (name.as_str(), value) {
                        ("$ref", Json::String(target)) => add(self.reference(target, depth + 1)?),
                        ("$dynamicRef" | "$recursiveRef", Json::String(_)) => return Err(Heavy::Recursive),
                        // With an id of its own, a part is the root of the references in it.
                        ("$id" | "id", Json::String(_)) if depth > 0 => return Err(Heavy::Remote),
                        // These count where they are referred to; but they have to be read, too.
                        ("$defs" | "definitions", _) => {
                            self.schema(value, depth + 1)?;
                        }
                        ("enum" | "const" | "default" | "examples", _) => {}
                        (_, value) => add(self.schema(value, depth + 1)?),
                    }
                }
            }
            Json::Array(items) => {
                for item in items {
                    add(self.schema(item, depth + 1)?);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
        Ok(whole)
    }

    fn reference(&mut self, target: &'a str, depth: usize) -> Result<Size, Heavy> {
        let size = match self.known.get(target) {
            Some(Some(size)) => *size,
            Some(None) => return Err(Heavy::Recursive),
            None => {
                // An anchor, or a pointer written in another way, is not followed here.
                let pointer = target.strip_prefix('#').ok_or(Heavy::Remote)?;
                let schema = self.root.pointer(pointer).ok_or(Heavy::Remote)?;
                self.known.insert(target, None);
                let size = self.schema(schema, depth)?;
                self.known.insert(target, Some(size));
                size
            }
        };
        if depth + size.height > DEEPEST { Err(Heavy::Large) } else { Ok(size) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_count_as_often_as_they_stand() {
        assert_eq!(weigh(&json!({})), Ok(1));
        let doubled = |levels: usize| {
            let mut definitions = serde_json::Map::new();
            for level in 0..levels {
                let next = format!("#/$defs/d{}", level + 1);
                definitions.insert(format!("d{level}"), json!({"allOf": [{"$ref": next}, {"$ref": next}]}));
            }
            definitions.insert(format!("d{levels}"), json!(true));
            json!({"$ref": "#/$defs/d0", "$defs": definitions})
        };
        assert!(weigh(&doubled(10)).unwrap() > 1 << 10);
        assert!(weigh(&doubled(40)).unwrap() > 1 << 40);
        assert_eq!(weigh(&doubled(100)), Err(Heavy::Large));
    }

    #[test]
    fn what_cannot_be_weighed_is_said() {
        assert_eq!(weigh(&json!({"properties": {"a": {"$ref": "#"}}})), Err(Heavy::Recursive));
        assert_eq!(weigh(&json!({"$ref": "https://example.org/x.json"})), Err(Heavy::Remote));
        assert_eq!(weigh(&json!({"$ref": "other.json#/x"})), Err(Heavy::Remote));
        assert_eq!(weigh(&json!({"$ref": "#/$defs/a%20b", "$defs": {"a b": {"$ref": "#"}}})), Err(Heavy::Remote));
        let mut deep = json!(true);
        for _ in 0..200 {
            deep = json!({ "items": deep });
        }
        assert_eq!(weigh(&deep), Err(Heavy::Large));
        assert!(weigh(&json!({"properties": {"id": {"type": "string"}, "$ref": {"type": "string"}}})).is_ok());
    }
}
