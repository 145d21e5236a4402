//! Files that policies read: `parse_config_file` and `parse_combined_config_files` of conftest.
//!
//! A policy sees nothing but what was pushed and what it was loaded with. So these files are read when the policy is
//! loaded, from where the policy comes from, and become data: each call gives way to a reference to it, in a text of
//! the same length. Only paths that are constant strings can be known then; other calls are left, and refused.

use regorus::unstable::{Expr, Span};

use super::PolicySource;
use super::builtins;
use super::error::{Place, PolicyError};
use super::parse;
use super::syntax::Walk;
use crate::document::format::{self, Format};
use crate::document::{Document, Entry, Node, ParseLimits, Span as DocumentSpan, Value};

/// The key of `data` under which these files are. No policy can ask for it by chance.
const KEY: &str = "__files";

/// Reads a file for the policy of this number by the path that it has there; or says why not.
pub type ReadFile<'a> = dyn FnMut(usize, &str) -> Result<Vec<u8>, String> + 'a;

/// Reads the files that policies ask for by constant paths, and puts what they hold in place of the calls. What has to
/// be added to the data then is returned. `read` is asked for a path as a policy has it, relative to the folder of the
/// source of this number.
///
/// # Errors
/// Every file that cannot be read, and every parser that is not known.
pub fn read_config_files(
    sources: &mut [PolicySource],
    read: &mut ReadFile<'_>,
) -> Result<Option<(String, Node)>, Vec<PolicyError>> {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    for (index, source) in sources.iter_mut().enumerate() {
        let mut calls = calls(source);
        // From the end, so that places before stay what they are.
        calls.sort_by_key(|call| std::cmp::Reverse(call.start));
        for call in calls {
            let mut one = |path: &str| documents(path, &mut |path| read(index, path));
            let value = match &call.asks {
                Asks::Parser(name) => {
                    errors.extend(unknown_parser(name).map(|error| (index, error.at(call.place(source)))));
                    continue;
                }
                Asks::File(path) => one(path).map(value_of),
                Asks::Combined(paths) => combined(&source.name, paths, &mut one),
            };
            match value {
                Ok(value) => {
                    call.replace(source, files.len());
                    files.push(value);
                }
                Err(message) => {
                    let help =
                        "the path is relative to the folder of the policy, and leads to what lies with the policies";
                    errors.push((index, PolicyError::new(message).at(call.place(source)).help(help)));
                }
            }
        }
    }
    if !errors.is_empty() {
        errors.sort_by_key(|(number, error)| (*number, error.place.as_ref().map(|place| place.line)));
        return Err(errors.into_iter().map(|(_, error)| error).collect());
    }
    let data = |files| ("files of policies".to_owned(), mapping(vec![(KEY, node(Value::Sequence(files)))]));
    Ok(Some(files).filter(|files| !files.is_empty()).map(data))
}

/// A call whose arguments are constants.
struct Call {
    start: usize,
    end: usize,
    asks: Asks,
}

enum Asks {
    /// `parse_config(name, …)`
    Parser(String),
    /// `parse_config_file(path)`
    File(String),
    /// `parse_combined_config_files(paths)`
    Combined(Vec<String>),
}

impl Call {
    fn new(span: &Span, function: &Expr, arguments: &[&Expr]) -> Option<Self> {
        let Expr::Var { span: name, .. } = function else { return None };
        let asks = match (name.text(), arguments) {
            ("parse_config", [parser, ..]) => Asks::Parser(constant(parser)?),
            ("parse_config_file", [path]) => Asks::File(constant(path)?),
            ("parse_combined_config_files", [Expr::Array { items, .. }]) => {
                Asks::Combined(items.iter().map(|item| constant(item)).collect::<Option<_>>()?)
            }
            _ => return None,
        };
        let offset = |at: u32| usize::try_from(at).ok();
        Some(Self { start: offset(span.start)?, end: offset(span.end)?, asks })
    }

    fn place(&self, source: &PolicySource) -> Place {
        Place::of(&source.name, &source.text.as_str().into(), self.start, self.end)
    }

    /// Puts a reference to the file of this number in place of the call. The lines of the text, and what stands behind
    /// the call, stay where they are: what is left of it is filled up before the bracket closes.
    fn replace(&self, source: &mut PolicySource, number: usize) {
        let Some(call) = source.text.get(self.start..self.end) else { return };
        let mut text = format!("data.{KEY}[{number}");
        // The name of the function is longer than this, so no line ends before.
        text.extend(call.chars().skip(text.len() + 1).map(|c| if c == '\n' { '\n' } else { ' ' }));
        text.push_str(&" ".repeat(call.len().saturating_sub(text.len() + 1)));
        text.push(']');
        source.text.replace_range(self.start..self.end, &text);
    }
}

fn constant(expression: &Expr) -> Option<String> {
    match expression {
        Expr::String { value, .. } | Expr::RawString { value, .. } => Some(value.as_string().ok()?.to_string()),
        _ => None,
    }
}

fn calls(source: &PolicySource) -> Vec<Call> {
    let mut calls = Vec::new();
    if !source.text.contains("parse_co") {
        return calls;
    }
    let Some(module) = parse::module(source) else { return calls };
    let mut see = |expression: &Expr| {
        if let Expr::Call { span, fcn, params, .. } = expression {
            let arguments: Vec<&Expr> = params.iter().map(AsRef::as_ref).collect();
            calls.extend(Call::new(span, fcn, &arguments));
        }
    };
    Walk { see: &mut see, statement: &mut |_| {} }.module(&module);
    calls
}

fn unknown_parser(name: &str) -> Option<PolicyError> {
    if builtins::format_named(name).is_some() {
        return None;
    }
    let error = PolicyError::new(format!("unknown parser `{name}`"));
    Some(error.help(format::advice_on(name)))
}

/// The documents of a file.
fn documents(path: &str, read: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>) -> Result<Vec<Document>, String> {
    let wrong = |reason: &str| format!("cannot read {path}: {reason}");
    let bytes = read(path).map_err(|reason| wrong(&reason))?;
    let by_content = || Format::by_content(path, &String::from_utf8_lossy(&bytes));
    let Some(format) = Format::detect(path).or_else(by_content) else {
        return Err(wrong("its name says no format that is read"));
    };
    let parsed = format::parse(format, &bytes, &ParseLimits::default());
    if let Some(problem) = parsed.problems.iter().find(|problem| problem.kind.is_fatal()) {
        let line = parsed.source.position(problem.span.start as usize).line;
        return Err(wrong(&format!("line {line}: {}", problem.message)));
    }
    Ok(parsed.documents)
}

/// As conftest has them: one document as it is, several as a list.
fn value_of(mut documents: Vec<Document>) -> Node {
    match documents.len() {
        0 => node(Value::Null),
        1 => documents.remove(0).root,
        _ => node(Value::Sequence(documents.into_iter().map(|document| document.root).collect())),
    }
}

/// An entry for each document, in the order of the paths; a file that is one list has one for each of its items.
fn combined(
    source: &str,
    paths: &[String],
    one: &mut dyn FnMut(&str) -> Result<Vec<Document>, String>,
) -> Result<Node, String> {
    let mut all = Vec::new();
    for path in paths {
        let whole = match source.rsplit_once('/') {
            Some((folder, _)) => normal_path(&format!("{folder}/{path}")),
            None => normal_path(path),
        };
        let contents = match value_of(one(path)?) {
            Node { value: Value::Sequence(items), .. } => items,
            other => vec![other],
        };
        all.push((whole, contents));
    }
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    let entry =
        |path: &str, contents| mapping(vec![("path", node(Value::String(path.to_owned()))), ("contents", contents)]);
    let entries = all.into_iter().flat_map(|(path, contents)| {
        contents.into_iter().map(move |contents| entry(&path, contents)).collect::<Vec<_>>()
    });
    Ok(node(Value::Sequence(entries.collect())))
}

/// A path without `.` and, as far as there is something to go back to, `..`.
#[must_use]
pub fn normal_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

fn node(value: Value) -> Node {
    Node { value, span: DocumentSpan::default() }
}

fn mapping(entries: Vec<(&str, Node)>) -> Node {
    let entry = |(key, value): (&str, Node)| Entry { key: key.to_owned(), key_span: DocumentSpan::default(), value };
    node(Value::Mapping(entries.into_iter().map(entry).collect()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::policy::{CompileOptions, PolicySet, empty_input};

    fn source(text: &str) -> PolicySource {
        PolicySource { name: "policy/a.rego".to_owned(), text: text.to_owned() }
    }

    fn messages(text: &str, files: &[(&str, &str)]) -> Result<Vec<String>, Vec<PolicyError>> {
        let mut sources = [source(text)];
        let data = read_config_files(&mut sources, &mut |_, path| {
            let found = files.iter().find(|(name, _)| *name == path);
            found.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| "no such file".to_owned())
        })?;
        assert_eq!(sources[0].text.len(), text.len());
        let set = PolicySet::compile(&sources, &data.into_iter().collect::<Vec<_>>(), &CompileOptions::default())?;
        let outcome = set.evaluator(0).evaluate(&empty_input(), &empty_input(), None).unwrap();
        Ok(outcome.violations.into_iter().map(|violation| violation.message).collect())
    }

    #[test]
    fn constant_paths_are_read() {
        let text = "package main\n\ndeny contains json.marshal(x) if {\n\tx := parse_config_file(\n\t\t\"dä.yaml\",\n\t)\n}\n\ndeny contains json.marshal(parse_combined_config_files([\"b.json\", `../a.yaml`]))\n";
        let files = [("dä.yaml", "a: 1\n---\nb: 2\n"), ("b.json", "[1, {}]"), ("../a.yaml", "c: x\n")];
        assert_eq!(
            messages(text, &files).unwrap(),
            [
                r#"[{"a":1},{"b":2}]"#,
                r#"[{"contents":{"c":"x"},"path":"a.yaml"},{"contents":1,"path":"policy/b.json"},{"contents":{},"path":"policy/b.json"}]"#,
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_at_load_is_refused() {
        for (call, files, message) in [
            ("parse_config_file(\"a.yaml\")", &[][..], "cannot read a.yaml: no such file"),
            ("parse_config_file(\"a.yaml\")", &[("a.yaml", "a: [")], "cannot read a.yaml: line 1: "),
            ("parse_config_file(\"a.blob\")", &[("a.blob", "x")], "cannot read a.blob: its name says no format"),
            ("parse_config_file(input.path)", &[], "`parse_config_file` is not allowed"),
            ("parse_combined_config_files([input.path])", &[], "`parse_combined_config_files` is not allowed"),
            ("parse_config(\"ymal\", \"a: 1\")", &[], "unknown parser `ymal`"),
        ] {
            let text = format!("package main\n\ndeny contains \"x\" if {call}\n");
            let errors = messages(&text, files).unwrap_err();
            assert!(errors[0].message.starts_with(message), "{call}: {errors:?}");
            assert_eq!(errors[0].place.as_ref().map(|place| place.line), Some(3), "{call}");
            assert!(errors[0].help.is_some(), "{call}");
        }
    }

    #[test]
    fn paths_are_put_together() {
        for (path, expected) in
            [("a/../b", "b"), ("./a//b/./c", "a/b/c"), ("../a", "../a"), ("a/../../b", "../b"), ("/a/../b", "/b")]
        {
            assert_eq!(normal_path(path), expected, "{path}");
        }
    }
}
