//! A condition over two documents: an expression of a configuration, not a file.

use regorus::Value;

use super::{CompileOptions, EvalError, PolicyError, PolicySet, PolicySource, input_value};
use crate::document::{Node, Source};

/// The name of the source, as errors say it.
const NAME: &str = "when";
/// What stands before the expression, with its rules for `old` and `new`.
const BEFORE: &str = "package pushgate.when\n\nimport rego.v1\n\nold := input.old\nnew := input.new\n\ndeny contains \"it holds\" if {\n";
/// What stands behind it.
const BEHIND: &str = "\n}\n";

/// An expression in Rego over `old` and `new`, compiled.
#[derive(Clone, Debug)]
pub struct Condition {
    text: String,
    set: PolicySet,
}

/// What is wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// In one line.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Which bytes of the expression are meant; `None` for all of it.
    pub part: Option<(usize, usize)>,
}

impl Condition {
    /// Compiles an expression. `steps` bounds what evaluating it may take.
    ///
    /// # Errors
    /// What is wrong with it, one thing.
    pub fn compile(text: &str, steps: usize) -> Result<Self, ConditionError> {
        names(text)?;
        let source = PolicySource { name: NAME.to_owned(), text: format!("{BEFORE}{text}{BEHIND}") };
        let options = CompileOptions { max_instructions: steps, ..CompileOptions::default() };
        let set = PolicySet::compile(&[source], &[], &options).map_err(|errors| {
            errors.first().map_or_else(
                || ConditionError { message: "it cannot be compiled".to_owned(), help: None, part: None },
                |error| told(text, error),
            )
        })?;
        set.tell_builtin_errors();
        Ok(Self { text: text.to_owned(), set })
    }

    /// The expression.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds. What is not there is `null`; what is undefined does not hold.
    ///
    /// # Errors
    /// It could not be evaluated, or a function in it failed on the way to its not holding.
    pub fn holds(&self, old: Option<&Node>, new: Option<&Node>, now: i64) -> Result<bool, EvalError> {
        let side = |node: Option<&Node>| node.map_or(Value::Null, input_value);
        let mut input = Value::new_object();
        if let Ok(fields) = input.as_object_mut() {
            fields.insert(Value::from("old"), side(old));
            fields.insert(Value::from("new"), side(new));
        }
        let outcome = self.set.evaluator(now).evaluate(&input, &Value::Undefined, None)?;
        match outcome.builtin_errors.first() {
            Some(error) if outcome.violations.is_empty() => Err(EvalError::Failed {
                rule: format!("`when: {}`", crate::text::shortened(self.text.trim(), 60)),
                message: format!("`{}` failed: {}", error.name, error.message),
                place: None,
            }),
            Some(_) | None => Ok(!outcome.violations.is_empty()),
        }
    }
}

impl PartialEq for Condition {
    /// By the text: equal texts are compiled to the same.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Condition {}

impl serde::Serialize for Condition {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// An error at its place in the expression.
fn told(text: &str, error: &PolicyError) -> ConditionError {
    let part = error.place.as_ref().and_then(|place| {
        let whole = Source::new(place.text.to_string());
        let (start, end) = (
            whole.offset(place.line, place.column).checked_sub(BEFORE.len())?,
            whole.offset(place.line, place.column + place.length).checked_sub(BEFORE.len())?,
        );
        (start < text.len()).then(|| (start, end.min(text.len())))
    });
    let help =
        || error.message.contains("unsafe").then(|| "`old` and `new` are the documents before and after".to_owned());
    ConditionError { message: error.message.clone(), help: error.help.clone().or_else(help), part }
}

/// Refuses an expression that does not ask for `old` or `new`, and one that asks for what is never there: it would hold
/// always, or never.
fn names(text: &str) -> Result<(), ConditionError> {
    let mut asks = false;
    for (start, word) in words(text) {
        let behind = text.get(start + word.len()..).unwrap_or_default();
        let is_field = text.get(..start).is_some_and(|before| before.ends_with('.'));
        let wrong = |message: &str| ConditionError {
            message: message.to_owned(),
            help: Some("`old` and `new` are the documents before and after".to_owned()),
            part: Some((start, start + word.len())),
        };
        match word {
            _ if is_field => {}
            "old" | "new" => asks = true,
            "input" if [".old", ".new", "[\"old\"]", "[\"new\"]"].iter().any(|side| behind.starts_with(side)) => {
                asks = true;
            }
            "input" => return Err(wrong("`input` has nothing but `old` and `new`")),
            "data" => return Err(wrong("there is no `data` in a condition")),
            _ => {}
        }
    }
    if asks {
        return Ok(());
    }
    Err(ConditionError {
        message: "the condition asks for neither `old` nor `new`".to_owned(),
        help: Some("they are the documents before and after, as in `new.spec.tier == \"prod\"`".to_owned()),
        part: None,
    })
}

/// The words of an expression with their places, but for what is in strings and comments.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let start = text.len() - rest.len();
        let length = match first {
            '"' => string_length(rest),
            '`' => rest.get(1..).and_then(|inside| inside.find('`')).map_or(rest.len(), |end| end + 2),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                found.push((start, rest.get(..end).unwrap_or_default()));
                end
            }
            c => c.len_utf8(),
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

/// Bytes of the string that a text begins with.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{ParseLimits, format};

    fn node(text: &str) -> Node {
        let parsed = format::parse(format::Format::Yaml, text.as_bytes(), &ParseLimits::default());
        parsed.documents.into_iter().next().expect("a document").root
    }

    fn holds(text: &str, old: &str, new: &str) -> Result<bool, EvalError> {
        let condition = Condition::compile(text, 1_000_000).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        condition.holds(Some(&node(old)), Some(&node(new)), 0)
    }

    #[test]
    fn it_holds_where_it_is_true() {
        for (text, expected) in [
            ("new.tier == \"prod\"", true),
            ("old.tier == \"prod\"", false),
            ("old.tier", true),
            ("new.no.such", false),
            ("new.flag", false),
            ("input.new.tier == \"prod\"", true),
            ("new.size > old.size", true),
            ("some x in new.list; x == \"b\"", true),
            ("not old.list", true),
            ("old.tier == \"dev\"\nnew.tier == \"prod\"", true),
            ("new.tier == \"prod\" # data", true),
            ("every x in new.list { x != \"c\" }", true),
        ] {
            let found = holds(text, "{tier: dev, size: 1}", "{tier: prod, size: 2, list: [a, b], flag: false}");
            assert_eq!(found, Ok(expected), "{text}");
        }
        let condition = Condition::compile("old == null", 1_000).expect("an expression");
        assert_eq!(condition.holds(None, Some(&node("a: 1")), 0), Ok(true));
    }

    #[test]
    fn a_function_that_fails_is_no_answer() {
        let error = holds("to_number(new.size) > 1", "{}", "{size: big}").expect_err("no number");
        assert!(error.to_string().contains("to_number"), "{error}");
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_its_place() {
        for (text, part, says) in [
            ("new.tier == tierr", Some("tierr"), "unsafe"),
            ("new.tier ==", None, ""),
            ("new.tier = = 1", None, ""),
            ("true", None, "neither"),
            ("data.x == new.y", Some("data"), "no `data`"),
            ("input.x == new.y", Some("input"), "nothing but"),
            ("nope(new.x)", Some("nope"), "nope"),
        ] {
            let error = Condition::compile(text, 1_000).expect_err(text);
            assert!(error.message.contains(says), "{text}: {error:?}");
            if let Some(part) = part {
                let (start, end) = error.part.unwrap_or_else(|| panic!("{text}: {error:?}"));
                assert!(text.get(start..end).is_some_and(|found| found.contains(part)), "{text}: {error:?}");
            }
        }
    }
}
