//! `parse_config(parser, text)` of conftest: a text in one of the formats that files are read in, in the same shape.

use anyhow::{Result, bail};
use regorus::Value;

use super::{Own, fault};
use crate::document::format::{Format, parse};
use crate::document::{Document, ParseLimits, ProblemKind};
use crate::policy::value::input_value;

pub(super) const TABLE: &[Own] = &[own!("parse_config", 2, parse_config)];

/// The format that conftest's name of a parser means.
pub(in super::super) fn format_named(name: &str) -> Option<Format> {
    Format::from_name(name)
}

/// Undefined where the text cannot be read, as in conftest. A parser that this tool has not may be one that conftest
/// has, so there is no verdict then.
fn parse_config(arguments: &[Value]) -> Result<Value> {
    let [Value::String(parser), Value::String(text)] = arguments else {
        bail!("parse_config: wants the name of a parser and a text");
    };
    let Some(format) = format_named(parser) else {
        fault::fault(format!("parse_config: unknown parser `{parser}`"));
        bail!("parse_config: unknown parser");
    };
    let parsed = parse(format, text.as_bytes(), &ParseLimits::default());
    if let Some(problem) = parsed.problems.iter().find(|problem| problem.kind.is_fatal()) {
        if problem.kind == ProblemKind::Limit {
            fault::fault(format!("parse_config: {}", problem.message));
        }
        bail!("parse_config: {}", problem.message);
    }
    Ok(value_of(&parsed.documents))
}

/// Documents as conftest has them: one as it is, several as a list.
fn value_of(documents: &[Document]) -> Value {
    match documents {
        [] => Value::Null,
        [only] => input_value(&only.root),
        several => Value::from(several.iter().map(|document| input_value(&document.root)).collect::<Vec<_>>()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn read(parser: &str, text: &str) -> Result<Value> {
        parse_config(&[Value::from(parser), Value::from(text)])
    }

    #[test]
    fn texts_have_the_shape_that_files_have() {
        for (parser, text, expected) in [
            ("yaml", "a: yes\n", r#"{"a": true}"#),
            ("yaml", "a: 1\n---\nb: 2\n", r#"[{"a": 1}, {"b": 2}]"#),
            ("hcl2", "a \"b\" {\n  c = 1\n}\n", r#"{"a": {"b": [{"c": 1}]}}"#),
            ("json", "[1]", "[1]"),
            ("ignore", "a", r#"[[{"Kind": "Path", "Value": "a", "Original": "a"}]]"#),
        ] {
            let value = read(parser, text).unwrap_or_else(|error| panic!("{parser} {text:?}: {error}"));
            assert_eq!(value, Value::from_json_str(expected).unwrap(), "{parser} {text:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_undefined_and_what_nobody_knows_is_no_verdict() {
        fault::begin();
        assert!(read("json", "{").is_err());
        assert_eq!(fault::current_fault(), None);
        fault::begin();
        assert!(read("cue", "a: 1").is_err());
        assert_eq!(fault::current_fault().unwrap(), "parse_config: unknown parser `cue`");
    }
}
