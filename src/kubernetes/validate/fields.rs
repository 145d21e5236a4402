//! Fields that should not be there, and fields that should.

use super::walk::Checker;
use crate::{
    document::{Entry, Node, Step, Value, Violation},
    kubernetes::{
        schema::{Accepts, Others, Schema},
        validate::MOST,
    },
    text::shortened,
};

/// Names that are longer are not compared: the time for that grows with the square.
const LONGEST: usize = 64;

/// The known name that was most likely meant; `None` when none is near.
pub(super) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    if name.len() > LONGEST {
        return None;
    }
    let plain = plain(name);
    let most = (name.len() / 3).clamp(1, 4);
    known
        .filter(|known| known.len() <= LONGEST && *known != name)
        .filter_map(|known| {
            // Only capitals or dashes differ: nothing can be nearer.
            let distance = if self::plain(known) == plain { 0 } else { strsim::osa_distance(name, known) };
            (distance <= most && distance < known.len()).then_some((distance, known))
        })
        .min()
        .map(|(_, known)| known)
}

/// A name without what people spell differently: capitals, `-` and `_`.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

impl<'a> Checker<'a> {
    /// The violation of a field that no schema names.
    pub(super) fn unknown(&self, schema: &'a Schema, entry: &Entry) -> Violation {
        let route = self.trail.route().child(Step::Key(entry.key.clone()));
        let message = format!("unknown field `{}` in {}", shortened(&entry.key, 60), self.place());
        let violation = Violation::of_key(route, message).labelled("no such field");
        if self.trying {
            return violation;
        }
        let embedded = if schema.embedded { &["apiVersion", "kind", "metadata"][..] } else { &[] };
        let names = || schema.properties.iter().map(|property| property.name.as_ref()).chain(embedded.iter().copied());
        let similar = nearest(&entry.key, names());
        let help = match similar {
            Some(similar) if plain(similar) == plain(&entry.key) => did_you_mean(similar),
            Some(_) | None => match (self.elsewhere(schema, &entry.key), similar) {
                (Some(place), _) => format!("`{}` belongs {place}", shortened(&entry.key, 60)),
                (None, Some(similar)) => did_you_mean(similar),
                (None, None) => {
                    let known: Vec<String> = names().take(9).map(|name| format!("`{}`", shortened(name, 60))).collect();
                    match known.len() {
                        0 => "take it away: this mapping has no fields".to_owned(),
                        1..=8 => format!("take it away; known fields: {}", known.join(", ")),
                        _ => "take it away, or check its name and how far it is indented".to_owned(),
                    }
                }
            },
        };
        violation.with_help(help)
    }

    /// Where else a field of this name is known: in a mapping around, beside or inside of this one.
    /// `None` when that is nowhere, or more than one place.
    fn elsewhere(&self, schema: &'a Schema, key: &str) -> Option<String> {
        let mut places: Vec<String> = Vec::new();
        let depth = self.trail.len();
        let around = self.around.iter().map(|(schema, node)| (*schema, Some(*node)));
        for (level, (around, node)) in around.chain([(schema, None)]).enumerate() {
            if level < depth && around.property(key).is_some() {
                let place = self.trail.place(level, None);
                places.push(if place.is_empty() { "at the top".to_owned() } else { format!("in `{place}`") });
            }
            for property in &around.properties {
                // What the cluster writes is not what was meant, nor is one of many fields around it that
                // the file does not have.
                let meant = node.is_none_or(|node| node.get(&property.name).is_some());
                if !meant || property.name == "status" || property.name == "managedFields" {
                    continue;
                }
                let inner = self.follow(&property.schema);
                if inner.is_some_and(|inner| inner.accepts == Accepts::Object && inner.property(key).is_some()) {
                    places.push(format!("in `{}`", self.trail.place(level, Some(&property.name))));
                }
            }
        }
        match places.as_slice() {
            [place] => Some(place.clone()),
            [] | [_, ..] => None,
        }
    }

    /// Tells the fields that have to be there and are not.
    pub(super) fn missing(&mut self, schema: &'a Schema, node: &Node, entries: &[Entry]) {
        let here = |name: &str| entries.iter().any(|entry| entry.key == name);
        if schema.embedded && !self.trail.is_root() {
            for name in ["apiVersion", "kind"].into_iter().filter(|name| !here(name)) {
                self.tell_missing(name, Some(Accepts::String));
            }
        }
        if schema.required.is_empty() {
            return;
        }
        // Keys stand once in a mapping. Counting takes one pass, however many are asked for.
        let required = |entry: &&Entry| schema.required.binary_search_by(|name| name.as_ref().cmp(&entry.key)).is_ok();
        let present = entries.iter().filter(required).filter(|entry| self.counts(schema, entry)).count();
        if present == schema.required.len() {
            return;
        }
        for name in &schema.required {
            if self.is_full() {
                return;
            }
            let inner = schema.property(name).and_then(|link| self.follow(link));
            let there = node.entry(name).is_some_and(|entry| self.counts(schema, entry));
            if inner.is_some_and(|inner| inner.default.is_some()) || there {
                continue;
            }
            // Somebody misspelt it, and has been told so.
            let is_meant = |entry: &Entry| {
                schema.property(&entry.key).is_none()
                    && nearest(&entry.key, schema.properties.iter().map(|property| property.name.as_ref()))
                        == Some(name.as_ref())
            };
            if schema.others == Others::Refused && entries.iter().take(MOST).any(is_meant) {
                continue;
            }
            self.tell_missing(name, inner.map(|inner| inner.accepts));
        }
    }

    /// Whether a field is there. In an alternative one that holds `null` is not: the API server drops it
    /// before it tries them. Elsewhere the `null` itself is told.
    fn counts(&self, schema: &'a Schema, entry: &Entry) -> bool {
        !self.trying
            || !matches!(entry.value.value, Value::Null)
            || schema.property(&entry.key).and_then(|link| self.follow(link)).is_some_and(|inner| inner.nullable)
    }

    fn tell_missing(&mut self, name: &str, accepts: Option<Accepts>) {
        let name = shortened(name, 60);
        let message = format!("required field `{name}` is missing in {}", self.place());
        let help = match accepts {
            Some(Accepts::Anything) | None => format!("add `{name}`"),
            Some(accepts) => format!("add `{name}`, {}", super::scalar::expected(accepts)),
        };
        let violation = Violation::of_key(self.trail.route(), message);
        self.tell(violation.labelled(format!("has no `{name}`")).with_help(help).lacking(name));
    }

    /// The mapping that is looked at, for "in …".
    fn place(&self) -> String {
        self.trail.name()
    }
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean `{}`?", shortened(name, 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let known = ["image", "imagePullPolicy", "imagePullSecrets", "env", "envFrom", "args"];
        let cases = [
            ("imagePullpolicy", Some("imagePullPolicy")),
            ("image_pull_policy", Some("imagePullPolicy")),
            ("imagePullSecret", Some("imagePullSecrets")),
            ("iamge", Some("image")),
            ("enf", Some("env")),
            ("arguments", None),
            ("x", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, known.into_iter()), expected, "{name}");
        }
    }
}
