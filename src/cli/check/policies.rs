//! `pushgate check --policy`: the command line of conftest. The policies that it names judge, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::ffi::OsStrExt as _,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use crate::{
    cli::{
        Global, Output, environment,
        outcome::{self, Outcome},
    },
    config::{Alone, Compat, Existing, InputKind, RegoConfig, RegoVersion},
    document::format::{self, Format},
    gate::{Gate, GateError},
    git::RepoPath,
    push::Push,
    report::human::Door,
    text::counted,
    verdict::{Decision, Severity, Status, Verdict},
};

/// Files by their names.
type Files = BTreeMap<RepoPath, Arc<[u8]>>;

/// What standard input is called. conftest reads it as YAML, too.
const STDIN: &str = "-";

/// The package that conftest takes where none is named.
const PACKAGE: &str = "main";

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Policies instead of the configuration, as with conftest")]
pub(super) struct PolicyArgs {
    /// Judge by the policies in this file or folder; no configuration is read
    #[arg(short, long, value_name = "PATH", value_delimiter = ',', conflicts_with_all = ["base", "staged"], requires = "paths")]
    policy: Vec<String>,
    /// Packages that judge; `*`, `?` and `[a-z]` are patterns [default: main]
    #[arg(short, long, value_name = "NS", value_delimiter = ',', requires = "policy")]
    namespace: Vec<String>,
    /// Every package with a rule that judges does
    #[arg(long, requires = "policy", conflicts_with = "namespace")]
    all_namespaces: bool,
    /// Files and folders of YAML and JSON that make up `data`
    #[arg(short, long, value_name = "PATH", value_delimiter = ',', requires = "policy")]
    data: Vec<String>,
    /// Read every file as this format, whatever its name says
    #[arg(long, value_name = "FORMAT", requires = "policy", value_parser = parser_named)]
    parser: Option<Format>,
    /// Judge all documents together: `input` is a list of `path` and `contents`
    #[arg(long, requires = "policy")]
    combine: bool,
    /// Refuse for warnings as well
    #[arg(long, requires = "policy")]
    fail_on_warn: bool,
    /// The version of Rego that all policies are written in [default: found out for each]
    #[arg(long, value_name = "VERSION", requires = "policy", value_parser = version_named)]
    rego_version: Option<RegoVersion>,
    /// Count as passed what this tool counts as passed
    #[arg(long, value_name = "TOOL", requires = "policy", value_parser = compat_named)]
    compat: Option<Compat>,
}

fn parser_named(name: &str) -> Result<Format, String> {
    // A bill of materials of CycloneDX in JSON is seen as it is; in XML it is no JSON, and told.
    let name = if name == "cyclonedx" { "json" } else { name };
    Format::from_name(name).ok_or_else(|| format::advice_on(name))
}

fn version_named(name: &str) -> Result<RegoVersion, String> {
    match name {
        "v0" | "V0" => Ok(RegoVersion::V0),
        "v1" | "V1" => Ok(RegoVersion::V1),
        _ => Err("write v0 or v1".to_owned()),
    }
}

fn compat_named(name: &str) -> Result<Compat, String> {
    if name == "conftest" { Ok(Compat::Conftest) } else { Err("the only one is conftest".to_owned()) }
}

impl PolicyArgs {
    /// Whether the command line names policies.
    pub(super) fn are_given(&self) -> bool {
        !self.policy.is_empty()
    }

    fn rego(&self, folder: &Path) -> Option<RegoConfig> {
        let mut policies = self.policy.iter().map(|path| plain(path));
        let namespaces = match (self.all_namespaces, self.namespace.as_slice()) {
            (true, _) => Vec::new(),
            (false, []) => vec![PACKAGE.to_owned()],
            (false, named) => named.to_vec(),
        };
        Some(RegoConfig {
            path: policies.next()?,
            namespaces,
            input: if self.combine { InputKind::Documents } else { InputKind::Document },
            data: self.data.iter().map(|path| plain(path)).collect(),
            compat: self.compat,
            rego_version: self.rego_version,
            alone: Some(Alone { also: policies.collect(), folder: folder.display().to_string() }),
        })
    }
}

pub(super) fn run(args: &PolicyArgs, paths: &[PathBuf], stdin_name: Option<&str>, global: &Global) -> Outcome {
    if global.config.is_some() {
        outcome::tell(
            "error: --policy and --config exclude each other\nhint: with --policy no configuration is read\n",
        );
        return Outcome::NoVerdict;
    }
    match judge(args, paths, stdin_name) {
        Ok((gate, verdict)) => report(args, &gate, verdict, global),
        Err(error) => outcome::no_verdict(&error, "no verdict", Door::Policies, global),
    }
}

fn judge(args: &PolicyArgs, paths: &[PathBuf], stdin_name: Option<&str>) -> Result<(Gate, Verdict), GateError> {
    let here = environment::current_dir()?;
    let Some(rego) = args.rego(&here) else {
        return Err(unreadable("--policy", "it names nothing".to_owned()));
    };
    let gate = Gate::for_policies(rego, args.parser)?;
    let mut files = Files::new();
    for path in paths {
        if path.as_os_str() == "-" {
            add(&mut files, RepoPath::new(stdin_name.unwrap_or(STDIN)), super::read_stdin()?)?;
        } else {
            collect(path, args.parser, &mut files)?;
        }
    }
    if files.is_empty() {
        let names = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        return Err(unreadable(&names, "no files there that are read".to_owned()));
    }
    let verdict = gate.judge_files(here, files, BTreeSet::new(), Push::by_this_process())?;
    Ok((gate, verdict))
}

fn report(args: &PolicyArgs, gate: &Gate, mut verdict: Verdict, global: &Global) -> Outcome {
    let warnings = verdict.count(|finding| finding.severity == Severity::Warn && finding.status == Status::New);
    let accepted = matches!(verdict.decision, Decision::Accept(_));
    let by_warnings = args.fail_on_warn && warnings > 0 && accepted;
    if by_warnings && global.output == Output::Json {
        verdict.decision = Decision::Reject;
    }
    if global.output == Output::Human && global.verbose {
        for note in gate.policies().iter().flat_map(|set| set.notes()) {
            outcome::tell(&format!("note: {note}: passed, as conftest counts it\n"));
        }
    }
    let outcome = outcome::report(&verdict, Existing::Report, Door::Policies, global);
    if by_warnings && global.output == Output::Human {
        outcome::tell(&format!("error: refused: {} (--fail-on-warn)\n", counted(warnings, "warning")));
    }
    if by_warnings { Outcome::Refused } else { outcome }
}

/// Reads a file that is named, or below a folder those whose names say what they are. Links are followed, as conftest
/// does. A file that somebody names is judged or is an error.
fn collect(path: &Path, parser: Option<Format>, files: &mut Files) -> Result<(), GateError> {
    let name = path.display().to_string();
    let metadata = fs::metadata(path).map_err(|error| unreadable(&name, error.to_string()))?;
    if metadata.is_dir() {
        return walk(path, files, &mut BTreeSet::new());
    }
    let bytes = read(path)?;
    let by_content = || Format::by_content(&name, &String::from_utf8_lossy(&bytes));
    if parser.or_else(|| Format::detect(&name)).or_else(by_content).is_none() {
        let reason = if format::is_unread(&name) {
            "files of its language are not read"
        } else {
            "its name does not say what it is: name its format, --parser yaml"
        };
        return Err(unreadable(&name, reason.to_owned()));
    }
    add(files, name_of(path), bytes)
}

fn walk(folder: &Path, files: &mut Files, seen: &mut BTreeSet<PathBuf>) -> Result<(), GateError> {
    let failed = |path: &Path, error: &std::io::Error| unreadable(&path.display().to_string(), error.to_string());
    // A link to a folder above would never end.
    if !seen.insert(fs::canonicalize(folder).map_err(|error| failed(folder, &error))?) {
        return Ok(());
    }
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    let mut below = entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(|error| failed(folder, &error)))
        .collect::<Result<Vec<_>, _>>()?;
    below.sort();
    for path in below {
        let metadata = fs::metadata(&path).map_err(|error| failed(&path, &error))?;
        let name = path.display().to_string();
        if metadata.is_dir() {
            if path.file_name().is_none_or(|name| name != ".git") {
                walk(&path, files, seen)?;
            }
        } else if Format::detect(&name).is_some() || format::is_unread(&name) {
            add(files, name_of(&path), read(&path)?)?;
        } else if Format::depends_on_content(&name) {
            let bytes = read(&path)?;
            if Format::by_content(&name, &String::from_utf8_lossy(&bytes)).is_some() {
                add(files, name_of(&path), bytes)?;
            }
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Arc<[u8]>, GateError> {
    fs::read(path).map(Into::into).map_err(|error| unreadable(&path.display().to_string(), error.to_string()))
}

fn unreadable(name: &str, reason: String) -> GateError {
    GateError::Unreadable { name: name.to_owned(), reason }
}

/// Adds a file to those that are judged. Two that are called the same would be one, and the other not judged.
fn add(files: &mut Files, name: RepoPath, bytes: Arc<[u8]>) -> Result<(), GateError> {
    match files.get(&name) {
        Some(known) if *known != bytes => {
            Err(unreadable(&name.to_string(), "standard input is called the same: --stdin-name".to_owned()))
        }
        Some(_) | None => {
            files.insert(name, bytes);
            Ok(())
        }
    }
}

/// A path without `./`.
fn without_dots(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

fn name_of(path: &Path) -> RepoPath {
    RepoPath::new(without_dots(path).as_os_str().as_bytes().to_vec())
}

/// The same as a text; the folder itself is `.`.
fn plain(path: &str) -> String {
    let path = without_dots(Path::new(path)).display().to_string();
    if path.is_empty() { ".".to_owned() } else { path }
}
