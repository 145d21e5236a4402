//! `pushgate parse`: what a policy sees.

use std::{fs, io::Read as _, path::PathBuf, sync::Arc};

use serde_json::{Value, json};

use super::outcome::{Outcome, say, tell};
use crate::{
    document::{
        ParseLimits,
        dump::{positions_json, value_json},
        format::{self, Format, parse},
    },
    gate::problem_finding,
    git::RepoPath,
    recognise,
    report::{Style, human},
    rule::FileText,
};

#[derive(Debug, clap::Args)]
pub(super) struct ParseArgs {
    /// Add the place of every key and value: line, column, end line, end column
    #[arg(long)]
    positions: bool,
    /// Print what each document is recognised as instead: a manifest, a kustomization, plain data …
    #[arg(long, conflicts_with = "positions")]
    kinds: bool,
    /// Read as this format, whatever the name says
    #[arg(long, value_name = "FORMAT", value_parser = format_named)]
    parser: Option<Format>,
    /// Files; `-` is standard input, as YAML
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

fn format_named(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| {
        format!("known formats: {}", Format::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", "))
    })
}

pub(super) fn run(args: &ParseArgs) -> Outcome {
    let mut documents = Vec::new();
    let mut outcome = Outcome::Accepted;
    for file in &args.files {
        let name = file.display().to_string();
        let is_stdin = name == "-";
        let bytes = if is_stdin {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            fs::read(file)
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => {
                tell(&format!("error: cannot read {name}: {error}\n"));
                return Outcome::NoVerdict;
            }
        };
        let by_name = || if is_stdin { Some(Format::Yaml) } else { Format::detect(&name) };
        let by_content = || Format::by_content(&name, &String::from_utf8_lossy(&bytes));
        let Some(format) = args.parser.or_else(by_name).or_else(by_content) else {
            let hint = if format::is_unread(&name) {
                "it is of a language that pushgate does not read; pushes report it as not judged"
            } else {
                "name its format: --parser yaml"
            };
            tell(&format!("error: cannot tell what {name} is\nhint: {hint}\n"));
            return Outcome::NoVerdict;
        };
        let parsed = parse(format, &bytes, &ParseLimits::default());
        let source = Arc::new(parsed.source);
        let text = FileText {
            path: RepoPath::new(name),
            source: source.clone(),
            format: format.name(),
            template: false,
            built: None,
            documents: parsed.documents.into(),
        };
        for problem in &parsed.problems {
            tell(&human::diagnostic(&problem_finding(&text, problem), Style { color: false, verbose: false }));
            outcome = Outcome::Refused;
        }
        for document in text.documents.iter() {
            if args.kinds {
                let kind = recognise::kind_of_file(&text.path.to_text(), &document.root);
                documents.push(json!({
                    "path": text.path.to_text(), "document": document.index,
                    "kind": kind.name(), "manifest": kind.is_manifest(),
                }));
                continue;
            }
            let value = value_json(&document.root);
            documents.push(if args.positions {
                json!({"document": document.index, "value": value, "positions": positions_json(&source, &document.root)})
            } else {
                value
            });
        }
    }
    let printed = if documents.len() == 1 { documents.pop().unwrap_or_default() } else { Value::Array(documents) };
    say(&format!("{printed:#}\n"));
    outcome
}
