//! `pushgate policy lint`: every mistake and doubt in policies, at its line.

use std::path::PathBuf;

use super::{
    Global, Output, environment,
    outcome::{Outcome, no_verdict, say, style, tell},
};
use crate::{
    config::InputKind,
    gate::{GateError, beside},
    git::Repository,
    policy::{Advice, AdviceLevel, AdviceOptions, advise},
    report::{advice as written, human::Door},
    text::counted,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Errors are what keeps policies from being loaded, and what would end without a verdict. Warnings are what may be meant
otherwise: what is never used, what can never fire, names that are nearly right. Exit codes: 0 no error, 1 errors (with
--strict: or warnings), 2 a file cannot be read.

Examples:
  pushgate policy lint                 the policies of the configuration, else those below policies/
  pushgate policy lint --strict lib    everything, documentation and unused functions of libraries too
  pushgate policy lint -o json         for editors and CI")]
pub(super) struct LintArgs {
    /// Count warnings as errors; look at documentation and at what libraries have without use
    #[arg(long)]
    strict: bool,
    /// Packages that judge [default: those of the configuration, else all]
    #[arg(short, long, value_name = "PACKAGE")]
    namespace: Vec<String>,
    /// Policies: files and folders [default: those of the configuration, else policies]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &LintArgs, global: &Global) -> Outcome {
    let (files, advice) = match advice(args, global) {
        Ok(found) => found,
        Err(error) => return no_verdict(&error, "policies not looked at", Door::Check, global),
    };
    if files == 0 {
        tell("error: no .rego file there\nhint: name files or folders: pushgate policy lint PATH\n");
        return Outcome::NoVerdict;
    }
    let count = |level| advice.iter().filter(|advice| advice.level == level).count();
    let (errors, warnings) = (count(AdviceLevel::Error), count(AdviceLevel::Warning));
    match global.output {
        Output::Human | Output::Jsonl | Output::Junit | Output::Tap => {
            tell(&written::human(&advice, style(global)));
            if !(global.quiet && advice.is_empty()) {
                let found = match (errors, warnings) {
                    (0, 0) => "nothing found".to_owned(),
                    (_, _) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
                };
                tell(&format!("{}: {found}\n", counted(files, "policy file")));
            }
        }
        Output::Json => say(&written::json(&advice)),
    }
    if errors > 0 || (args.strict && warnings > 0) { Outcome::Refused } else { Outcome::Accepted }
}

/// Number of files looked at, and what there is to say.
fn advice(args: &LintArgs, global: &Global) -> Result<(usize, Vec<Advice>), GateError> {
    let options = |namespaces: Vec<String>, judges_documents| AdviceOptions {
        namespaces: if args.namespace.is_empty() { namespaces } else { args.namespace.clone() },
        judges_documents,
        strict: args.strict,
    };
    let config = if args.paths.is_empty() { config_file(global)? } else { None };
    let Some(config) = config else {
        let default = [PathBuf::from("policies")];
        let beside = beside::read(if args.paths.is_empty() { &default } else { &args.paths })?;
        let advice = advise(&beside.sources, &[], &options(Vec::new(), None));
        return Ok((beside.sources.len(), advice));
    };
    let mut files = 0;
    let mut all = Vec::new();
    for set in beside::configured(&config)? {
        files += set.sources.len();
        let judges_documents = match set.input {
            InputKind::Document => true,
            InputKind::Documents | InputKind::Change | InputKind::Push => false,
        };
        all.extend(advise(&set.sources, &set.data, &options(set.namespaces, Some(judges_documents))));
    }
    Ok((files, all))
}

/// The configuration that names the policies; `None` where there is none.
fn config_file(global: &Global) -> Result<Option<PathBuf>, GateError> {
    let repository = Repository::discover(&environment::current_dir()?).ok();
    let found = match &repository {
        Some(repository) if repository.work_dir().is_none() => {
            environment::server_config(global.config.as_deref(), repository)
        }
        Some(repository) => environment::client_config(global.config.as_deref(), repository.work_dir().as_deref()),
        None => environment::client_config(global.config.as_deref(), None),
    };
    match found {
        Ok(file) => Ok(Some(file)),
        Err(GateError::NoConfig { .. }) if global.config.is_none() => Ok(None),
        Err(error) => Err(error),
    }
}
