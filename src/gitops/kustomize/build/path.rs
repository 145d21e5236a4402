//! Paths of fields as replacements and variables write them: `spec.template.[name=x].image`.

use crate::document::{Node, Value};

use super::patch::scalar;

/// The parts of a path, at dots; those in brackets and behind a backslash do not separate.
pub(super) fn split(path: &str) -> Vec<String> {
    let mut parts = escaped_split(path).into_iter();
    let mut found = Vec::new();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            found.push(part);
            continue;
        }
        let mut bracketed = part;
        for part in parts.by_ref() {
            bracketed.push('.');
            bracketed.push_str(&part);
            if part.ends_with(']') {
                break;
            }
        }
        let is_search = bracketed.contains('=');
        found.push(if is_search { bracketed } else { bracketed.trim_matches(['[', ']']).to_owned() });
    }
    found
}

fn escaped_split(path: &str) -> Vec<String> {
    let mut parts: Vec<&str> = path.split('.').collect();
    if parts.len() > 1 && parts.first().is_some_and(|part| part.is_empty()) {
        parts.remove(0);
    }
    let mut found: Vec<String> = Vec::new();
    for part in parts {
        match found.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('.');
                last.push_str(part);
            }
            Some(_) | None => found.push(part.to_owned()),
        }
    }
    found
}

/// Field and value of `[field=value]`; `None` for a part that is no search.
pub(super) fn search(part: &str) -> Option<Result<(&str, &str), String>> {
    let inner = part.strip_prefix('[')?;
    part.ends_with(']').then_some(())?;
    let inner = inner.strip_suffix(']').unwrap_or(inner);
    Some(inner.split_once('=').ok_or_else(|| "a part of a path in brackets has to be `[field=value]`".to_owned()))
}

/// The value at a path; `None` where there is nothing.
pub(super) fn lookup<'a>(root: &'a Node, path: &[String]) -> Result<Option<&'a Node>, String> {
    let mut node = root;
    for part in path.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        let next = if let Ok(index) = part.parse::<i64>() {
            let index = usize::try_from(index).map_err(|_| "an index of a path is negative".to_owned())?;
            list(node)?.get(index)
        } else if part == "-" {
            Some(list(node)?.last().ok_or("a path asks for the last item of an empty list")?)
        } else if part == "*" {
            return Err("`*` is not possible in the path of a source".to_owned());
        } else if let Some(search) = search(part) {
            let (field, value) = search?;
            list(node)?.iter().find(|item| {
                let item = if field.is_empty() { Some(*item) } else { item.get(field) };
                item.is_some_and(|item| text(item) == value)
            })
        } else {
            entry(node, part)?
        };
        let Some(next) = next else { return Ok(None) };
        node = next;
    }
    Ok(Some(node))
}

/// The items of a list; none of nothing.
pub(super) fn list(node: &Node) -> Result<&[Node], String> {
    match &node.value {
        Value::Sequence(items) => Ok(items),
        Value::Null => Ok(&[]),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_) => {
            Err(format!("a path expects a list where there is {}", node.kind_name()))
        }
    }
}

/// The value of a key; `None` where there is none, or nothing.
pub(super) fn entry<'a>(node: &'a Node, key: &str) -> Result<Option<&'a Node>, String> {
    match &node.value {
        Value::Mapping(_) => Ok(node.get(key)),
        Value::Null => Ok(None),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => {
            Err(format!("a path expects a mapping where there is {}", node.kind_name()))
        }
    }
}

/// The text of a scalar; empty for collections.
pub(super) fn text(node: &Node) -> String {
    match node.value {
        Value::Null => scalar::null_text(node.span).to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) | Value::Mapping(_) => {
            scalar::text(&node.value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_split_at_dots_outside_of_brackets() {
        for (path, parts) in [
            ("metadata.name", &["metadata", "name"][..]),
            (".a.b", &["a", "b"]),
            ("a.[b.c=d.e].f", &["a", "[b.c=d.e]", "f"]),
            ("metadata.annotations.[x.y/z]", &["metadata", "annotations", "x.y/z"]),
            (r"metadata.annotations.x\.y", &["metadata", "annotations", "x.y"]),
            ("a.[0]", &["a", "[0]"]),
        ] {
            assert_eq!(split(path), parts, "{path}");
        }
    }
}
