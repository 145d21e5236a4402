//! Paths to fields, as people write them: `.spec.containers[*].image`.

use std::fmt;
use std::str::FromStr;

use super::words::Complaint;
use crate::document::{Node, Route, Step, Value};

/// A path to fields of a document, in the notation of jq: `.spec.selector`, `.spec.containers[*].image`,
/// `.metadata.annotations["example.org/x"]`, `.args[0]`; `.` is the document itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldPath(Vec<Part>);

/// A step of a [`FieldPath`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Into a mapping.
    Key(String),
    /// Into a list.
    Index(usize),
    /// Every item of a list, every value of a mapping.
    Each,
}

impl FieldPath {
    /// Its steps.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The values the path leads to in a document, with their routes, in the order of the text.
    /// Where a key, an item or a collection does not exist, nothing is found.
    #[must_use]
    pub fn select<'n>(&self, root: &'n Node) -> Vec<(Route, &'n Node)> {
        let mut found = vec![(Route::default(), root)];
        for part in &self.0 {
            found = found.into_iter().flat_map(|(route, node)| part.select(route, node)).collect();
        }
        found
    }
}

impl From<Vec<Part>> for FieldPath {
    fn from(parts: Vec<Part>) -> Self {
        Self(parts)
    }
}

impl Part {
    /// Whether it leads through a step.
    #[must_use]
    pub fn takes(&self, step: &Step) -> bool {
        match (self, step) {
            (Self::Each, _) => true,
            (Self::Key(key), Step::Key(other)) => key == other,
            (Self::Index(index), Step::Index(other)) => index == other,
            (Self::Key(_), Step::Index(_)) | (Self::Index(_), Step::Key(_)) => false,
        }
    }

    fn select<'n>(&self, route: Route, node: &'n Node) -> Vec<(Route, &'n Node)> {
        match self {
            Self::Key(key) => {
                node.get(key).map(|value| (extended(route, Step::Key(key.clone())), value)).into_iter().collect()
            }
            Self::Index(index) => {
                let item = node.as_sequence().and_then(|items| items.get(*index));
                item.map(|item| (extended(route, Step::Index(*index)), item)).into_iter().collect()
            }
            Self::Each => match &node.value {
                Value::Sequence(items) => {
                    items.iter().enumerate().map(|(index, item)| (route.child(Step::Index(index)), item)).collect()
                }
                Value::Mapping(entries) => {
                    entries.iter().map(|entry| (route.child(Step::Key(entry.key.clone())), &entry.value)).collect()
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
            },
        }
    }
}

fn extended(mut route: Route, step: Step) -> Route {
    route.0.push(step);
    route
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !matches!(self.0.first(), Some(Part::Key(key)) if is_word(key)) {
            f.write_str(".")?;
        }
        self.0.iter().try_for_each(|part| match part {
            Part::Key(key) if is_word(key) => write!(f, ".{key}"),
            Part::Key(key) => write!(f, "[{}]", serde_json::Value::from(key.as_str())),
            Part::Index(index) => write!(f, "[{index}]"),
            Part::Each => f.write_str("[*]"),
        })
    }
}

impl serde::Serialize for FieldPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why a text is no [`FieldPath`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FieldPathError {
    message: String,
    help: String,
    part: (usize, usize),
}

impl From<FieldPathError> for Complaint {
    fn from(FieldPathError { message, help, part: (start, end) }: FieldPathError) -> Self {
        Self::new(message).help(help).at(start, end)
    }
}

impl FromStr for FieldPath {
    type Err = FieldPathError;

    fn from_str(text: &str) -> Result<Self, FieldPathError> {
        let mut reader = Reader { text, at: 0 };
        if !text.starts_with('.') {
            let path = text.trim_start_matches(['/', '$']).trim_start_matches('.').replace('/', ".");
            return Err(reader.wrong(text.len(), "a path starts with `.`", format!("write `.{path}`")));
        }
        if text == "." {
            return Ok(Self(Vec::new()));
        }
        let mut parts = Vec::new();
        while !reader.rest().is_empty() {
            parts.push(reader.part(parts.is_empty())?);
        }
        Ok(Self(parts))
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// A complaint about the next `len` bytes.
    fn wrong(&self, len: usize, message: impl Into<String>, help: impl Into<String>) -> FieldPathError {
        let end = (self.at + len).min(self.text.len());
        FieldPathError { message: message.into(), help: help.into(), part: (self.at.min(end), end) }
    }

    fn part(&mut self, first: bool) -> Result<Part, FieldPathError> {
        let rest = self.rest();
        if let Some(inside) = rest.strip_prefix('[') {
            return self.bracket(inside);
        }
        let Some(behind) = rest.strip_prefix('.') else {
            let len = rest.find(['.', '[']).unwrap_or(rest.len());
            return Err(self.wrong(len, "a key holds letters, digits, `_` and `-`", "write other keys as `[\"…\"]`"));
        };
        if first && behind.starts_with('[') {
            self.at += 1;
            return self.bracket(behind.strip_prefix('[').unwrap_or(behind));
        }
        let len = behind.find(|char: char| !is_word_char(char)).unwrap_or(behind.len());
        let key = behind.get(..len).unwrap_or("");
        if key.starts_with(|char: char| char.is_ascii_digit()) {
            let help = format!("write `[{key}]` for an item of a list, `[\"{key}\"]` for a key");
            return Err(self.wrong(1 + len, "a key does not start with a digit", help));
        }
        if key.is_empty() {
            return Err(match behind.chars().next() {
                None => self.wrong(1, "nothing follows the last `.`", "remove it"),
                Some('*') => self.wrong(2, "`.*` is not a key", "write `[*]` for every item or value"),
                Some('.') => self.wrong(2, "`..` is not supported", "name every key on the way"),
                Some('[') => self.wrong(1, "a `.` before `[`", "remove the `.`"),
                Some('"' | '\'') => self.wrong(2, "a quoted key stands in brackets", "write `[\"…\"]`"),
                Some(char) => self.wrong(
                    1 + char.len_utf8(),
                    "a key holds letters, digits, `_` and `-`",
                    "write other keys as `[\"…\"]`",
                ),
            });
        }
        self.at += 1 + len;
        Ok(Part::Key(key.to_owned()))
    }

    /// Reads a part in brackets; `inside` is what follows the `[` at the reader's place.
    fn bracket(&mut self, inside: &str) -> Result<Part, FieldPathError> {
        if inside.starts_with(['"', '\'']) {
            return self.quoted(inside);
        }
        let Some(end) = inside.find(']') else {
            return Err(self.wrong(1, "`[` is not closed", "write `[*]`, `[0]` or `[\"key\"]`"));
        };
        let word = inside.get(..end).unwrap_or("");
        let part = if word == "*" {
            Part::Each
        } else if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
            let index =
                word.parse().map_err(|_| self.wrong(end + 2, format!("`{word}` is too large"), "counted from 0"))?;
            Part::Index(index)
        } else {
            let help = match word {
                "" => "write `[*]` for every item or value".to_owned(),
                _ if word.starts_with('-') => "items are counted from the start, the first is `[0]`".to_owned(),
                _ => format!("write `[\"{word}\"]` for a key, `[0]` for an item, `[*]` for all"),
            };
            return Err(self.wrong(end + 2, format!("`[{word}]` is not supported"), help));
        };
        self.at += end + 2;
        Ok(part)
    }

    /// Reads a quoted key with its bracket: a JSON string, or a text in single quotes without escapes.
    fn quoted(&mut self, inside: &str) -> Result<Part, FieldPathError> {
        let not_closed = || self.wrong(self.text.len(), "the quoted key is not closed", "write `[\"key\"]`");
        let (key, len) = if let Some(text) = inside.strip_prefix('\'') {
            let (key, _) = text.split_once('\'').ok_or_else(not_closed)?;
            (key.to_owned(), key.len() + 2)
        } else {
            let mut strings = serde_json::Deserializer::from_str(inside).into_iter::<String>();
            let key = strings.next().and_then(Result::ok).ok_or_else(not_closed)?;
            (key, strings.byte_offset())
        };
        if !inside.get(len..).is_some_and(|behind| behind.starts_with(']')) {
            return Err(not_closed());
        }
        self.at += 1 + len + 1;
        Ok(Part::Key(key))
    }
}

fn is_word_char(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-')
}

/// Whether a key can stand behind a `.` without quotes.
fn is_word(key: &str) -> bool {
    !key.is_empty() && key.chars().all(is_word_char) && !key.starts_with(|char: char| char.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{ParseLimits, format};

    fn path(text: &str) -> FieldPath {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn paths_are_written_as_they_are_read() {
        for (text, shown) in [
            (".", "."),
            (".spec.selector", ".spec.selector"),
            (".spec.containers[*].image", ".spec.containers[*].image"),
            (r#".metadata.annotations["example.org/x"]"#, r#".metadata.annotations["example.org/x"]"#),
            (".a['b c'].d-e_f", r#".a["b c"].d-e_f"#),
            (r#".["a"]"#, ".a"),
            (r#".["1"][2]"#, r#".["1"][2]"#),
            (".[0][*]", ".[0][*]"),
            (r#".a["\u00e9\"]\n"]"#, ".a[\"é\\\"]\\n\"]"),
            (r#".a[""]"#, r#".a[""]"#),
            (".größe", ".größe"),
        ] {
            assert_eq!(path(text).to_string(), shown);
            assert_eq!(path(shown), path(text));
        }
    }

    #[test]
    fn what_is_no_path_is_told_with_its_place() {
        let mut report = String::new();
        for text in [
            "",
            "a.b",
            "/spec/a",
            "$.a",
            "[0]",
            ".a.",
            ".a..b",
            ".a.*",
            ".a[]",
            ".a[-1]",
            ".a[b]",
            ".a[1:2]",
            ".a[",
            ".a.[0]",
            ".a.0",
            ".a.\"b\"",
            ".a[\"b]",
            ".a['b]",
            ".a[\"b\"c]",
            ".a b",
            ".a[0]b",
            ".a/b",
            ".a[99999999999999999999]",
            ".a | .b",
        ] {
            let error = text.parse::<FieldPath>().expect_err(text);
            let (start, end) = error.part;
            report.extend([format!("{text} » {} » {error} ({})\n", text.get(start..end).unwrap(), error.help)]);
        }
        insta::assert_snapshot!(report, @r#"
         »  » a path starts with `.` (write `.`)
        a.b » a.b » a path starts with `.` (write `.a.b`)
        /spec/a » /spec/a » a path starts with `.` (write `.spec.a`)
        $.a » $.a » a path starts with `.` (write `.a`)
        [0] » [0] » a path starts with `.` (write `.[0]`)
        .a. » . » nothing follows the last `.` (remove it)
        .a..b » .. » `..` is not supported (name every key on the way)
        .a.* » .* » `.*` is not a key (write `[*]` for every item or value)
        .a[] » [] » `[]` is not supported (write `[*]` for every item or value)
        .a[-1] » [-1] » `[-1]` is not supported (items are counted from the start, the first is `[0]`)
        .a[b] » [b] » `[b]` is not supported (write `["b"]` for a key, `[0]` for an item, `[*]` for all)
        .a[1:2] » [1:2] » `[1:2]` is not supported (write `["1:2"]` for a key, `[0]` for an item, `[*]` for all)
        .a[ » [ » `[` is not closed (write `[*]`, `[0]` or `["key"]`)
        .a.[0] » . » a `.` before `[` (remove the `.`)
        .a.0 » .0 » a key does not start with a digit (write `[0]` for an item of a list, `["0"]` for a key)
        .a."b" » ." » a quoted key stands in brackets (write `["…"]`)
        .a["b] » ["b] » the quoted key is not closed (write `["key"]`)
        .a['b] » ['b] » the quoted key is not closed (write `["key"]`)
        .a["b"c] » ["b"c] » the quoted key is not closed (write `["key"]`)
        .a b »  b » a key holds letters, digits, `_` and `-` (write other keys as `["…"]`)
        .a[0]b » b » a key holds letters, digits, `_` and `-` (write other keys as `["…"]`)
        .a/b » /b » a key holds letters, digits, `_` and `-` (write other keys as `["…"]`)
        .a[99999999999999999999] » [99999999999999999999] » `99999999999999999999` is too large (counted from 0)
        .a | .b »  |  » a key holds letters, digits, `_` and `-` (write other keys as `["…"]`)
        "#);
    }

    #[test]
    fn every_match_is_found_in_the_order_of_the_text() {
        let text = b"z: {a: [{i: 1}, {j: 2}, {i: 3}], b: {i: 4}, c: x, 'd/e': {i: 5}}\n";
        let parsed = format::parse(format::Format::Yaml, text, &ParseLimits::default());
        let root = &parsed.documents.first().unwrap().root;
        let found = |text: &str| {
            path(text)
                .select(root)
                .into_iter()
                .map(|(route, node)| {
                    assert!(std::ptr::eq(route.locate(root).node, node));
                    route.to_string()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(found("."), [""]);
        assert_eq!(found(".z.a[*].i"), ["/z/a/0/i", "/z/a/2/i"]);
        assert_eq!(found(".z[*].i"), ["/z/b/i", "/z/d~1e/i"]);
        assert_eq!(found(".z.a[1]"), ["/z/a/1"]);
        assert_eq!(found(".z[*]"), ["/z/a", "/z/b", "/z/c", "/z/d~1e"]);
        for nothing in [".y", ".z.a[3]", ".z.a.i", ".z.b[0]", ".z.c[*]", ".z.c.x", ".z.a[\"0\"]"] {
            assert!(found(nothing).is_empty(), "{nothing}");
        }
    }
}
