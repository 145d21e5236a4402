//! From source text to syntax trees: every file by itself, in the Rego version it is written in.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;

use regorus::unstable::{Expr, Literal, LiteralStmt, Module, Parser, Ref, Source, Span};
use regorus::{Engine, PolicyLengthConfig};

use super::PolicySource;
use super::error::{Place, PolicyError};
use super::syntax::{self, Walk};

/// Our own limits on file size come before; these keep regorus from refusing long lines.
const LENGTHS: PolicyLengthConfig =
    PolicyLengthConfig { max_col: NonZeroU32::MAX, max_file_bytes: NonZeroUsize::MAX, max_lines: NonZeroUsize::MAX };

/// A parsed Rego file.
pub(super) struct File {
    pub(super) name: String,
    pub(super) text: Arc<str>,
    /// Components of the package path, without `data`.
    pub(super) package: Vec<String>,
    pub(super) module: Ref<Module>,
}

impl File {
    /// The package as people write it: `kubernetes.admission`.
    pub(super) fn package_name(&self) -> String {
        syntax::path(self.package.iter().map(String::as_str))
    }

    /// The path of something in the package: `data.kubernetes.admission.deny`.
    pub(super) fn path_to<'a>(&'a self, rest: impl IntoIterator<Item = &'a str>) -> String {
        syntax::path(std::iter::once("data").chain(self.package.iter().map(String::as_str)).chain(rest))
    }

    pub(super) fn place(&self, span: &Span) -> Place {
        let offset = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        Place::of(&self.name, &self.text, offset(span.start), offset(span.end))
    }
}

/// Whether `print` does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Printing {
    /// For unit tests.
    On,
    /// For judging: the VM has no `print`, and what it prints would go to nobody.
    Off,
}

/// What became of the files of a set.
pub(super) struct Parsed {
    /// Holds those that parsed.
    pub(super) engine: Engine,
    /// Those that parsed, in the order given.
    pub(super) files: Vec<File>,
    /// What is wrong with the others.
    pub(super) errors: Vec<PolicyError>,
}

/// Parses all files into one engine.
pub(super) fn parse(sources: &[&PolicySource], printing: Printing) -> Parsed {
    let mut engine = Engine::new();
    engine.set_policy_length_config(LENGTHS);
    let mut errors = Vec::new();
    let mut parsed = Vec::with_capacity(sources.len());
    for source in sources {
        let text = match printing {
            Printing::Off if mentions_print(&source.text) => without_prints(source),
            Printing::Off | Printing::On => source.text.clone(),
        };
        match add(&mut engine, source, text) {
            Ok(()) => parsed.push(*source),
            Err(error) => errors.push(error),
        }
    }
    let mut files = Vec::with_capacity(parsed.len());
    for (source, module) in parsed.iter().zip(engine.get_modules()) {
        let text: Arc<str> = source.text.as_str().into();
        match syntax::components(&module.package.refr) {
            Some(package) => {
                files.push(File { name: source.name.clone(), text, package, module: module.clone() });
            }
            None => errors.push(PolicyError::new("package path is not made of names")),
        }
    }
    Parsed { engine, files, errors }
}

/// Adds a file as Rego v1 (the default of OPA since 1.0 and of conftest), else as v0.
fn add(engine: &mut Engine, source: &PolicySource, text: String) -> Result<(), PolicyError> {
    engine.set_rego_v0(false);
    let Err(v1) = engine.add_policy(source.name.clone(), text.clone()) else { return Ok(()) };
    engine.set_rego_v0(true);
    let Err(v0) = engine.add_policy(source.name.clone(), text) else { return Ok(()) };
    let (shown, version, other, other_version) =
        if looks_like_v1(&source.text) { (v1, "v1", v0, "v0") } else { (v0, "v0", v1, "v1") };
    let error = from_regorus(&shown.to_string(), &[source]);
    let other = from_regorus(&other.to_string(), &[source]);
    if error.message == other.message || error.help.is_some() {
        return Err(error);
    }
    let at = other.place.map_or_else(String::new, |place| format!("line {}: ", place.line));
    Err(error.help(format!("read as Rego {version}; read as Rego {other_version} it fails too: {at}{}", other.message)))
}

fn looks_like_v1(text: &str) -> bool {
    text.lines().map(str::trim).filter(|line| !line.starts_with('#')).any(|line| {
        line.starts_with("import rego.v1")
            || line.contains(" contains ")
            || line.contains(" if ")
            || line.ends_with(" if")
    })
}

/// Whether there may be a call of `print`; parsing twice for every `sprintf` would cost too much.
fn mentions_print(text: &str) -> bool {
    text.match_indices("print").any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The text with every `print(…)` statement replaced by `true`, at the same length: all places
/// stay what they are. The text itself when it does not parse; the error is found later.
fn without_prints(source: &PolicySource) -> String {
    let mut text = source.text.clone();
    let Ok(contents) =
        Source::from_contents_with_limits(source.name.clone(), text.clone(), LENGTHS.max_file_bytes, LENGTHS.max_lines)
    else {
        return text;
    };
    let parse = |v1: bool| {
        let mut parser = Parser::new(&contents).ok()?;
        parser.set_max_col(LENGTHS.max_col);
        if v1 {
            parser.enable_rego_v1().ok()?;
        }
        parser.parse().ok()
    };
    let Some(module) = parse(true).or_else(|| parse(false)) else { return text };
    let mut spans = Vec::new();
    Walk { see: &mut |_| {}, statement: &mut |statement| spans.extend(print_call(statement)) }.module(&module);
    for (start, end) in spans {
        if let Some(call) = text.get(start..end) {
            let blank: String = call.chars().skip(4).map(blanked).collect();
            let filler = call.len().saturating_sub(4 + blank.len());
            text.replace_range(start..end, &format!("true{blank}{}", " ".repeat(filler)));
        }
    }
    text
}

fn blanked(c: char) -> char {
    if c == '\n' { '\n' } else { ' ' }
}

fn print_call(statement: &LiteralStmt) -> Option<(usize, usize)> {
    let Literal::Expr { expr, .. } = &statement.literal else { return None };
    let Expr::Call { span, fcn, .. } = expr.as_ref() else { return None };
    let Expr::Var { span: name, .. } = fcn.as_ref() else { return None };
    let offset = |at: u32| usize::try_from(at).ok();
    (name.text() == "print").then_some((offset(span.start)?, offset(span.end)?))
}

/// Takes a message of regorus apart: place, what is wrong, and our advice where we have some.
pub(super) fn from_regorus(text: &str, sources: &[&PolicySource]) -> PolicyError {
    // `\n--> name:line:col\n  |\n3 | the line\n  | ^\nerror: what`
    let message = text.split_once("error: ").map_or(text, |(_, message)| message);
    let message = message.lines().next().unwrap_or(message).trim().trim_end_matches('.').to_owned();
    let head = text.split_once("--> ").and_then(|(_, rest)| rest.lines().next()).unwrap_or("");
    let place = sources.iter().find_map(|source| {
        let (line, column) = head.strip_prefix(&source.name)?.strip_prefix(':')?.split_once(':')?;
        let (line, column) = (line.parse().ok()?, column.parse().ok()?);
        Some(place_at(source, line, column))
    });
    let help = advice(&message);
    let message = match message.as_str() {
        "else cannot be used with set rules" => "chained rule bodies (`} {`) are not supported".to_owned(),
        _ => message,
    };
    PolicyError { message, place, help: help.map(str::to_owned) }
}

/// A place from a line and column of regorus, which counts a tab as four columns.
fn place_at(source: &PolicySource, line: usize, column: usize) -> Place {
    let text = source.text.split('\n').nth(line.saturating_sub(1)).unwrap_or("");
    let mut counted = 1;
    let characters = text.chars().take_while(|c| {
        let before = counted < column;
        counted += if *c == '\t' { 4 } else { 1 };
        before
    });
    let column = characters.count() + 1;
    let word = text.chars().skip(column - 1).take_while(|c| c.is_alphanumeric() || *c == '_').count();
    Place { source: source.name.clone(), text: source.text.as_str().into(), line, column, length: word.max(1) }
}

fn advice(message: &str) -> Option<&'static str> {
    if message.contains("else cannot be used with set rules") {
        return Some("write each body as a rule of its own, with the same head");
    }
    if message.contains("used before definition") {
        return Some("something else of this name is defined further down: give one of the two another name");
    }
    if message.contains("unary -") {
        return Some("write `0 - x`");
    }
    if message.contains("is unsafe") {
        return Some("the name has no value here: bind it with `:=` or `some`, or check its spelling");
    }
    None
}
