//! `ConfigMaps` and Secrets that a kustomization generates.

use std::collections::BTreeSet;

use crate::document::{Entry, Node, Span, Value};

use super::{Object, edit, edit::entry};

/// What is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// `configMapGenerator`.
    ConfigMap,
    /// `secretGenerator`.
    Secret,
}

impl Sort {
    /// The key in the kustomization.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::ConfigMap => "configMapGenerator",
            Self::Secret => "secretGenerator",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
        }
    }
}

/// A key and a value, and where in the kustomization they are from.
struct Pair {
    key: String,
    value: Vec<u8>,
    span: Span,
}

/// Makes the object of one generator. `read` gives the content of a file. `file` is the kustomization.
pub(super) fn generate<E: From<String>>(
    sort: Sort,
    generator: &Node,
    defaults: Option<&Node>,
    file: u32,
    read: &mut dyn FnMut(&str) -> Result<Vec<u8>, E>,
) -> Result<Object, E> {
    let Some(name) = generator.get("name").filter(|name| name.as_str().is_some_and(|name| !name.is_empty())) else {
        return Err(format!("an item of `{}` has no name", sort.key()).into());
    };
    let span = generator.span;
    let mut metadata = vec![entry("name", name.clone())];
    if let Some(namespace) =
        generator.get("namespace").filter(|node| node.as_str().is_some_and(|text| !text.is_empty()))
    {
        metadata.push(entry("namespace", namespace.clone()));
    }
    let options = Options { own: generator.get("options"), defaults };
    for key in ["labels", "annotations"] {
        let pairs = options.pairs(key);
        if !pairs.is_empty() {
            metadata.push(entry(key, edit::mapping(pairs, span)));
        }
    }
    let mut root = vec![
        entry("apiVersion", edit::text("v1", span)),
        entry("kind", edit::text(sort.kind(), span)),
        entry("metadata", edit::mapping(metadata, span)),
    ];
    let (mut data, mut binary): (Vec<Entry>, Vec<Entry>) = (Vec::new(), Vec::new());
    let mut known: BTreeSet<String> = BTreeSet::new();
    for Pair { key, value, span } in pairs(generator, read)? {
        if !known.insert(key.clone()) {
            let text = name.as_str().unwrap_or("");
            return Err(format!("`{}` gives {text} the key `{key}` twice", sort.key()).into());
        }
        match (sort, String::from_utf8(value)) {
            (Sort::ConfigMap, Ok(value)) => data.push(entry(key, edit::text(value, span))),
            (Sort::ConfigMap, Err(value)) => binary.push(entry(key, edit::text(base64(value.as_bytes()), span))),
            (Sort::Secret, Ok(value)) => data.push(entry(key, edit::text(base64(value.as_bytes()), span))),
            (Sort::Secret, Err(value)) => data.push(entry(key, edit::text(base64(value.as_bytes()), span))),
        }
    }
    if sort == Sort::Secret {
        let given = generator.get("type").filter(|node| node.as_str().is_some_and(|text| !text.is_empty()));
        root.push(entry("type", given.cloned().unwrap_or_else(|| edit::text("Opaque", span))));
    }
    if sort == Sort::Secret || !data.is_empty() {
        root.push(entry("data", edit::mapping(data, span)));
    }
    if !binary.is_empty() {
        root.push(entry("binaryData", edit::mapping(binary, span)));
    }
    if let Some(immutable) = options.flag("immutable") {
        root.push(entry("immutable", immutable.clone()));
    }
    let mut object = Object::new(edit::mapping(root, span), file, 0);
    object.hashed = options.flag("disableNameSuffixHash").is_none();
    Ok(object)
}

/// The options of a generator, and those that the kustomization has for all.
struct Options<'a> {
    own: Option<&'a Node>,
    defaults: Option<&'a Node>,
}

impl<'a> Options<'a> {
    fn all(&self, key: &str) -> impl Iterator<Item = &'a Node> {
        [self.own, self.defaults]
            .into_iter()
            .flatten()
            .filter_map(move |options| options.get(key))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// A flag that is set in either.
    fn flag(&self, key: &str) -> Option<&'a Node> {
        self.all(key).find(|node| node.value == Value::Bool(true))
    }

    fn pairs(&self, key: &str) -> Vec<Entry> {
        let mut pairs: Vec<Entry> = Vec::new();
        for pair in self.all(key).flat_map(Node::entries) {
            if pairs.iter().all(|known| known.key != pair.key) {
                let value = edit::text(pair.value.as_str().unwrap_or(""), pair.value.span);
                pairs.push(Entry { value, ..pair.clone() });
            }
        }
        pairs
    }
}

fn pairs<E: From<String>>(generator: &Node, read: &mut dyn FnMut(&str) -> Result<Vec<u8>, E>) -> Result<Vec<Pair>, E> {
    let listed = |key| generator.get(key).and_then(Node::as_sequence).unwrap_or_default();
    let mut pairs = Vec::new();
    for item in listed("envs").iter().chain(generator.get("env").filter(|env| env.as_str() != Some(""))) {
        let path = item.as_str().unwrap_or("");
        for (key, value) in variables(&read(path)?).map_err(|problem| format!("{path}: {problem}"))? {
            pairs.push(Pair { key, value: value.into_bytes(), span: item.span });
        }
    }
    for item in listed("literals") {
        let text = item.as_str().unwrap_or("");
        let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(format!("the literal `{text}` is not of the form key=value").into());
        };
        pairs.push(Pair { key: key.to_owned(), value: unquoted(value).as_bytes().to_vec(), span: item.span });
    }
    for item in listed("files") {
        let text = item.as_str().unwrap_or("");
        let (key, path) = match text.split_once('=') {
            None => (text.trim_end_matches('/').rsplit('/').next().unwrap_or(text), text),
            Some((key, path)) if !key.is_empty() && !path.is_empty() && !path.contains('=') => (key, path),
            Some(_) => return Err(format!("the file `{text}` is not of the form key=path").into()),
        };
        pairs.push(Pair { key: key.to_owned(), value: read(path)?, span: item.span });
    }
    Ok(pairs)
}

/// The variables of an env file.
fn variables(content: &[u8]) -> Result<Vec<(String, String)>, String> {
    /// kustomize stops at a line that is longer, and says nothing.
    const LONGEST: usize = 65_535;
    let mut variables = Vec::new();
    for (number, line) in content.split(|byte| *byte == b'\n').enumerate() {
        if line.len() > LONGEST {
            break;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = std::str::from_utf8(line).map_err(|_| format!("line {} is not UTF-8", number + 1))?;
        let line = if number == 0 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
        let line = line.trim_start();
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if !key.is_empty() && !line.starts_with('#') {
            variables.push((key.to_owned(), value.to_owned()));
        }
    }
    Ok(variables)
}

/// A text without the quotes around it, if there are any.
fn unquoted(text: &str) -> &str {
    ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(text)
}

/// Base64, in lines of 70 where it is longer than that.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = ALPHABET.get((bits >> shift & 63) as usize).copied().unwrap_or(b'=');
            text.push(if at > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    if text.len() < LINE {
        return text;
    }
    let mut lines = String::new();
    for (at, c) in text.chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            lines.push('\n');
        }
        lines.push(c);
    }
    lines.push('\n');
    lines
}
