//! Images.

use regex::Regex;

use crate::document::{Node, Span, Value};

use super::{
    Object,
    config::Config,
    field_spec::{Made, set_text},
};

/// Changes images as `images` does.
pub(super) fn images(objects: &mut [Object], kustomization: &Node, config: &Config) -> Result<(), String> {
    for key in ["images", "imageTags"] {
        for image in kustomization.get(key).and_then(Node::as_sequence).unwrap_or_default() {
            let change = Change::new(image)?;
            for object in objects.iter_mut() {
                // Schemas have fields that are called like those of containers.
                if object.node.get("kind").and_then(Node::as_str) == Some("CustomResourceDefinition") {
                    continue;
                }
                containers(&mut object.node, &change)?;
                for field in &config.images {
                    field.visit(&mut object.node, Made::Nothing, image.span, &mut |node| change.apply(node))?;
                }
            }
        }
    }
    Ok(())
}

/// All images of whatever is called `containers` or `initContainers`, wherever it stands.
fn containers(node: &mut Node, change: &Change<'_>) -> Result<(), String> {
    match &mut node.value {
        Value::Mapping(entries) => {
            for entry in entries {
                containers(&mut entry.value, change)?;
                if matches!(entry.key.as_str(), "containers" | "initContainers")
                    && let Value::Sequence(items) = &mut entry.value.value
                {
                    for item in items {
                        container(item, change)?;
                    }
                }
            }
            Ok(())
        }
        Value::Sequence(items) => items.iter_mut().try_for_each(|item| containers(item, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn container(item: &mut Node, change: &Change<'_>) -> Result<(), String> {
    match &item.value {
        Value::Mapping(_) => super::edit::get_mut(item, "image").map_or(Ok(()), |image| change.apply(image)),
        Value::Null => Ok(()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => {
            Err(format!("an item of a list of containers is {}, and `images` looks for a mapping", item.kind_name()))
        }
    }
}

/// What an item of `images` asks for.
struct Change<'a> {
    matches: Regex,
    name: &'a str,
    tag: &'a str,
    digest: &'a str,
    suffix: &'a str,
    /// Where it is asked for.
    span: Span,
}

impl<'a> Change<'a> {
    fn new(image: &'a Node) -> Result<Self, String> {
        let part = |key| image.get(key).filter(|node| node.as_str().is_some_and(|text| !text.is_empty()));
        let text = |key| part(key).and_then(Node::as_str).unwrap_or("");
        // kustomize reads the name as a regular expression, too.
        let pattern = format!(r"^{}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$", text("name"));
        let matches = Regex::new(&pattern).map_err(|_| format!("`{}` names no image", text("name")))?;
        let changed = ["newTag", "digest", "newName", "tagSuffix"].into_iter().find_map(part);
        Ok(Self {
            matches,
            name: text("newName"),
            tag: text("newTag"),
            digest: text("digest"),
            suffix: text("tagSuffix"),
            span: changed.unwrap_or(image).span,
        })
    }

    fn apply(&self, node: &mut Node) -> Result<(), String> {
        let image = match &node.value {
            Value::String(image) if self.matches.is_match(image) => image.clone(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Ok(()),
            Value::Mapping(_) | Value::Sequence(_) => {
                return Err(format!("an image is a string, found {}", node.kind_name()));
            }
        };
        let (name, tag, digest) = split(&image);
        let mut changed = if self.name.is_empty() { name } else { self.name }.to_owned();
        let (tag, digest) = match (self.tag, self.digest) {
            ("", "") if !self.suffix.is_empty() => (format!("{tag}{}", self.suffix), ""),
            ("", "") => (tag.to_owned(), digest),
            ("", digest) => (String::new(), digest),
            (tag, digest) => (tag.to_owned(), digest),
        };
        if !tag.is_empty() {
            changed.push(':');
            changed.push_str(&tag);
        }
        if !digest.is_empty() {
            changed.push('@');
            changed.push_str(digest);
        }
        if changed == image { Ok(()) } else { set_text(node, &changed, self.span) }
    }
}

/// Name, tag and digest of an image. A `:` before the first `/` belongs to a port.
fn split(image: &str) -> (&str, &str, &str) {
    let from = image.find('/').unwrap_or(0);
    let find = |mark: char| image.get(from..).and_then(|rest| rest.find(mark)).map(|at| at + from);
    let part = |start: usize, end: usize| image.get(start..end).unwrap_or("");
    match (find('@'), find(':')) {
        (None, None) => (image, "", ""),
        (Some(at), colon) if colon.is_none_or(|colon| at < colon) => (part(0, at), "", part(at + 1, image.len())),
        (Some(at), Some(colon)) => (part(0, colon), part(colon + 1, at), part(at + 1, image.len())),
        (Some(at), None) => (part(0, at), "", part(at + 1, image.len())),
        (None, Some(colon)) => (part(0, colon), part(colon + 1, image.len()), ""),
    }
}
