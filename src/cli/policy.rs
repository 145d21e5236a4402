//! `pushgate policy`: whether policies, and what runs them, can be trusted.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value as Json, json};

use super::{
    Global, Output,
    outcome::{Outcome, say, tell},
    policy_lint,
};
use crate::{
    policy::compliance::{Compared, compare},
    text::{counted, shortened},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum PolicyCommand {
    /// Say everything that is wrong or doubtful in policies, at its line
    Lint(policy_lint::LintArgs),
    /// Run OPA's compliance suite, and compare the answers
    ///
    /// DIR holds the suite's files of cases, as YAML or JSON, at any depth. Builtins that fail are undefined, as OPA
    /// has it unless it is asked to be strict; cases about strictness pass when the answer is undefined. Exit code 1
    /// says that an answer differs silently.
    Compliance(ComplianceArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct ComplianceArgs {
    /// Folder with files of cases
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(command: &PolicyCommand, global: &Global) -> Outcome {
    match command {
        PolicyCommand::Lint(args) => policy_lint::run(args, global),
        PolicyCommand::Compliance(args) => compliance(args, global),
    }
}

/// What became of all cases.
#[derive(Default)]
struct Score {
    cases: usize,
    passed: usize,
    /// By reason.
    refused: BTreeMap<String, Vec<String>>,
    listed: Vec<(String, &'static str)>,
    /// Name, our answer, OPA's.
    different: Vec<(String, String, String)>,
}

fn compliance(args: &ComplianceArgs, global: &Global) -> Outcome {
    let mut files = Vec::new();
    if let Err(error) = find(&args.folder, &mut files) {
        tell(&format!("error: {}: {error}\n", args.folder.display()));
        return Outcome::NoVerdict;
    }
    let mut score = Score::default();
    for file in &files {
        match cases(file) {
            Ok(cases) => cases.iter().for_each(|case| score.add(case)),
            Err(error) => {
                tell(&format!("error: {}: {error}\n", file.display()));
                return Outcome::NoVerdict;
            }
        }
    }
    if score.cases == 0 {
        tell(&format!(
            "error: no cases below {}\nhint: files of cases have `cases` at their root\n",
            args.folder.display()
        ));
        return Outcome::NoVerdict;
    }
    match global.output {
        Output::Json => say(&format!("{:#}\n", score.json())),
        Output::Human | Output::Jsonl | Output::Junit | Output::Tap => say(&score.human(global.verbose)),
    }
    if score.different.is_empty() { Outcome::Accepted } else { Outcome::Refused }
}

/// Files of cases below a folder, in order.
fn find(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            find(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "json" || extension == "yaml") {
            into.push(path);
        }
    }
    Ok(())
}

/// The cases of a file; a file of another kind has none.
fn cases(path: &Path) -> Result<Vec<Json>, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let file: Json = if path.extension().is_some_and(|extension| extension == "json") {
        serde_json::from_str(&text).map_err(|error| error.to_string())?
    } else {
        serde_yaml::from_str(&text).map_err(|error| error.to_string())?
    };
    Ok(file.get("cases").and_then(Json::as_array).cloned().unwrap_or_default())
}

impl Score {
    fn add(&mut self, case: &Json) {
        let name = case.get("note").and_then(Json::as_str).unwrap_or("a case without a name").to_owned();
        self.cases += 1;
        match compare(case) {
            Compared::Same => self.passed += 1,
            Compared::Refused(why) => self.refused.entry(group(&why)).or_default().push(name),
            Compared::Listed(why) => self.listed.push((name, why)),
            Compared::Different { got, want } => self.different.push((name, got, want)),
        }
    }

    /// Reasons with their cases, the most frequent first.
    fn reasons(&self) -> Vec<(&str, &[String])> {
        let mut reasons: Vec<_> = self.refused.iter().map(|(why, names)| (why.as_str(), names.as_slice())).collect();
        reasons.sort_by_key(|(why, names)| (std::cmp::Reverse(names.len()), *why));
        reasons
    }

    fn human(&self, verbose: bool) -> String {
        let mut out = String::new();
        for (why, names) in self.reasons() {
            out.push_str(&format!("refused: {}: {}\n", counted(names.len(), "case"), shortened(why, 120)));
            for name in names.iter().filter(|_| verbose) {
                out.push_str(&format!("  {}\n", shortened(name, 120)));
            }
        }
        for (name, why) in &self.listed {
            out.push_str(&format!("listed: {}: {why}\n", shortened(name, 120)));
        }
        for (name, got, want) in &self.different {
            let name = shortened(name, 120);
            out.push_str(&format!(
                "DIFFERENT: {name}\n  got  {}\n  want {}\n",
                shortened(got, 300),
                shortened(want, 300)
            ));
        }
        out.push_str(&format!(
            "{}: {} passed, {} refused, {} listed, {} silently different\n",
            counted(self.cases, "case"),
            self.passed,
            self.refused.values().map(Vec::len).sum::<usize>(),
            self.listed.len(),
            self.different.len()
        ));
        out
    }

    fn json(&self) -> Json {
        let refused: Vec<Json> =
            self.reasons().into_iter().map(|(why, names)| json!({"reason": why, "cases": names})).collect();
        let listed: Vec<Json> = self.listed.iter().map(|(name, why)| json!({"case": name, "reason": why})).collect();
        let different: Vec<Json> =
            self.different.iter().map(|(name, got, want)| json!({"case": name, "got": got, "want": want})).collect();
        json!({
            "cases": self.cases,
            "passed": self.passed,
            "refused": refused,
            "listed": listed,
            "different": different,
        })
    }
}

/// A reason without what is particular to a case: names in it, and places.
fn group(why: &str) -> String {
    let mut parts = why.split('`');
    let mut text = parts.next().unwrap_or_default().to_owned();
    while let Some(_name) = parts.next() {
        text.push_str("`…`");
        text.push_str(parts.next().unwrap_or_default());
    }
    // `name.rego:3:5: what`
    match text.split_once(".rego:").and_then(|(_, rest)| rest.split_once(": ")) {
        Some((_, what)) => what.to_owned(),
        None => text,
    }
}
