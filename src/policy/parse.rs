//! From source text to syntax trees: every file by itself, in the Rego version it is written in.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;

use regorus::unstable::{Module, Parser, Ref, Source, Span};
use regorus::{Engine, PolicyLengthConfig};

use super::PolicySource;
use super::compile::RegoVersion;
use super::error::{Place, PolicyError};
use super::rewrite::{self, BackMap, Mistake, Rewritten};
use super::syntax;

/// Our own limits on file size come before; these keep regorus from refusing long lines.
const LENGTHS: PolicyLengthConfig =
    PolicyLengthConfig { max_col: NonZeroU32::MAX, max_file_bytes: NonZeroUsize::MAX, max_lines: NonZeroUsize::MAX };

/// A parsed Rego file.
pub(super) struct File {
    pub(super) name: String,
    /// As it was written; the tree is of the rewritten text.
    pub(super) text: Arc<str>,
    map: BackMap,
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
        let (start, end) = self.map.range(offset(span.start), offset(span.end));
        Place::of(&self.name, &self.text, start, end)
    }
}

/// Whether `print` does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Printing {
    /// For unit tests.
    On,
    /// For judging: what is printed would go to nobody.
    Off,
}

/// What became of the files of a set.
pub(super) struct Parsed {
    /// Those that parsed, in the order given.
    pub(super) files: Vec<File>,
    /// What is wrong with the others.
    pub(super) errors: Vec<PolicyError>,
}

/// Parses all files, each in the version of Rego that it is written in.
pub(super) fn parse(sources: &[&PolicySource], printing: Printing) -> Parsed {
    parse_as(sources, printing, None)
}

/// The same with the version given.
pub(super) fn parse_as(sources: &[&PolicySource], printing: Printing, version: Option<RegoVersion>) -> Parsed {
    let mut engine = Engine::new();
    engine.set_policy_length_config(LENGTHS);
    let mut errors = Vec::new();
    let mut parsed = Vec::with_capacity(sources.len());
    for (source, file) in sources.iter().zip(rewrite::rewrite(sources, printing == Printing::Off)) {
        match add(&mut engine, source, file, version) {
            Ok(map) => parsed.push((*source, map)),
            Err(error) => errors.push(error),
        }
    }
    let mut files = Vec::with_capacity(parsed.len());
    for ((source, map), module) in parsed.into_iter().zip(engine.get_modules()) {
        let text: Arc<str> = source.text.as_str().into();
        match syntax::components(&module.package.refr) {
            Some(package) => {
                files.push(File { name: source.name.clone(), text, map, package, module: module.clone() });
            }
            None => errors.push(PolicyError::new("package path is not made of names")),
        }
    }
    Parsed { files, errors }
}

/// Adds a file as Rego v1 (the default of OPA since 1.0 and of conftest), else as v0.
fn add(
    engine: &mut Engine,
    source: &PolicySource,
    file: rewrite::File,
    version: Option<RegoVersion>,
) -> Result<BackMap, PolicyError> {
    let rewrite::File { v1, v0 } = file;
    if let Some(version) = version {
        let is_old = version == RegoVersion::V0;
        let (is, other) = if is_old { ("v0", "v1") } else { ("v1", "v0") };
        return read(engine, source, if is_old { v0 } else { v1 }, is_old).map_err(|wrong| {
            let help =
                wrong.help.clone().unwrap_or_else(|| format!("read as Rego {is}, as asked for; {other} is the other"));
            wrong.help(help)
        });
    }
    // What OPA's grammar of v1 takes is v1, and what is wrong with it is wrong: read as v0 it would say something else.
    let is_v1 = v1.as_ref().map_or_else(|mistake| mistake.meaning, |_| true);
    let v1 = match read(engine, source, v1, false) {
        Ok(map) => return Ok(map),
        Err(v1) if is_v1 => return Err(v1),
        Err(v1) => v1,
    };
    // regorus complains aloud of what it takes for a name in v0.
    if v0.is_err() && looks_like_v1(&source.text) {
        return Err(v1);
    }
    let v0 = match read(engine, source, v0, true) {
        Ok(map) => return Ok(map),
        Err(v0) => v0,
    };
    let (shown, version, other, other_version) =
        if looks_like_v1(&source.text) { (v1, "v1", v0, "v0") } else { (v0, "v0", v1, "v1") };
    if shown.message == other.message || shown.help.is_some() {
        return Err(shown);
    }
    let at = other.place.map_or_else(String::new, |place| format!("line {}: ", place.line));
    Err(shown.help(format!("read as Rego {version}; read as Rego {other_version} it fails too: {at}{}", other.message)))
}

/// Adds a file in one version of Rego.
fn read(
    engine: &mut Engine,
    source: &PolicySource,
    file: Result<Rewritten, Mistake>,
    v0: bool,
) -> Result<BackMap, PolicyError> {
    engine.set_rego_v0(v0);
    match file {
        Ok(Rewritten { text, map }) => match engine.add_policy(source.name.clone(), text.clone()) {
            Ok(_) => Ok(map),
            Err(error) => Err(from_text(&error.to_string(), source, &text, &map)),
        },
        Err(Mistake { at, message, meaning }) => {
            let ours = || PolicyError::new(message).at(Place::of(&source.name, &source.text.as_str().into(), at, at));
            if meaning {
                return Err(ours());
            }
            // Its own message says more, where regorus refuses the file as well.
            let mut trial = Engine::new();
            trial.set_policy_length_config(LENGTHS);
            trial.set_rego_v0(v0);
            match trial.add_policy(source.name.clone(), source.text.clone()) {
                Ok(_) => Err(ours()),
                Err(error) => Err(from_text(&error.to_string(), source, &source.text, &BackMap::default())),
            }
        }
    }
}

fn looks_like_v1(text: &str) -> bool {
    text.lines().map(str::trim).filter(|line| !line.starts_with('#')).any(|line| {
        line.starts_with("import rego.v1")
            || line.contains(" contains ")
            || line.contains(" if ")
            || line.ends_with(" if")
    })
}

/// A file by itself, in whichever version of Rego it is; `None` where it is in none.
pub(super) fn module(source: &PolicySource) -> Option<Module> {
    let (name, text) = (source.name.clone(), source.text.clone());
    let contents = Source::from_contents_with_limits(name, text, LENGTHS.max_file_bytes, LENGTHS.max_lines).ok()?;
    let parse = |v1: bool| {
        let mut parser = Parser::new(&contents).ok()?;
        parser.set_max_col(LENGTHS.max_col);
        if v1 {
            parser.enable_rego_v1().ok()?;
        }
        parser.parse().ok()
    };
    // What is broken in the newer version is not read in the older, which would complain aloud.
    parse(true).or_else(|| if looks_like_v1(&source.text) { None } else { parse(false) })
}

/// A file whose text is rewritten already; `None` where it does not parse.
pub(super) fn as_it_is(name: &str, text: String, v0: bool) -> Option<File> {
    let mut engine = Engine::new();
    engine.set_policy_length_config(LENGTHS);
    engine.set_rego_v0(v0);
    engine.add_policy(name.to_owned(), text.clone()).ok()?;
    let module = engine.get_modules().first()?.clone();
    let package = syntax::components(&module.package.refr)?;
    Some(File { name: name.to_owned(), text: text.into(), map: BackMap::default(), package, module })
}

/// Takes a message of regorus apart: place, what is wrong, and our advice where we have some.
pub(super) fn from_regorus(text: &str, sources: &[&PolicySource]) -> PolicyError {
    let (message, head) = parts(text);
    let place = sources.iter().position(|source| line_and_column(head, &source.name).is_some()).and_then(|index| {
        let source = sources.get(index)?;
        // Messages are few: the text that regorus has seen is made again for them.
        let file = rewrite::rewrite(sources, true).into_iter().nth(index)?;
        let Rewritten { text, map } = file.v1.or(file.v0).ok()?;
        let (line, column) = line_and_column(head, &source.name)?;
        Some(place_at(source, &text, &map, line, column))
    });
    worded(&message, place)
}

/// The same about one file whose rewritten text is known.
fn from_text(text: &str, source: &PolicySource, rewritten: &str, map: &BackMap) -> PolicyError {
    let (message, head) = parts(text);
    let place =
        line_and_column(head, &source.name).map(|(line, column)| place_at(source, rewritten, map, line, column));
    worded(&message, place)
}

/// What is wrong, and the line that says where.
fn parts(text: &str) -> (String, &str) {
    // `\n--> name:line:col\n  |\n3 | the line\n  | ^\nerror: what`
    let message = text.split_once("error: ").map_or(text, |(_, message)| message);
    let message = message.lines().next().unwrap_or(message).trim().trim_end_matches('.').to_owned();
    let head = text.split_once("--> ").and_then(|(_, rest)| rest.lines().next()).unwrap_or("");
    (message, head)
}

fn line_and_column(head: &str, name: &str) -> Option<(usize, usize)> {
    let (line, column) = head.strip_prefix(name)?.strip_prefix(':')?.split_once(':')?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

fn worded(message: &str, place: Option<Place>) -> PolicyError {
    let message = as_written(message);
    let help = advice(&message);
    PolicyError { message, place, help: help.map(str::to_owned) }
}

/// A message with the names as they were before rewriting.
fn as_written(message: &str) -> String {
    let mut pieces = message.split(rewrite::RENAMED);
    let mut text = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        text.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    text
}

/// A place from a line and column of regorus in rewritten text; it counts a tab as four columns.
fn place_at(source: &PolicySource, rewritten: &str, map: &BackMap, line: usize, column: usize) -> Place {
    let mut start = 0;
    let mut text = "";
    for (index, this) in rewritten.split('\n').enumerate() {
        text = this;
        if index + 1 >= line {
            break;
        }
        start += this.len() + 1;
    }
    let mut counted = 1;
    let before: usize = text
        .chars()
        .take_while(|c| {
            let before = counted < column;
            counted += if *c == '\t' { 4 } else { 1 };
            before
        })
        .map(char::len_utf8)
        .sum();
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
    let (offset, _) = map.range(start + before, start + before);
    let length: usize = source.text.get(offset..).map_or(0, word);
    Place::of(&source.name, &source.text.as_str().into(), offset, offset + length)
}

fn advice(message: &str) -> Option<&'static str> {
    if message.contains("used before definition") {
        return Some("something else of this name is defined further down: give one of the two another name");
    }
    if message.contains("is unsafe") {
        return Some("the name has no value here: bind it with `:=` or `some`, or check its spelling");
    }
    None
}
