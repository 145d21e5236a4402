//! `pushgate config`: the configuration itself.

use clap::Subcommand;

use super::{
    Global, environment,
    outcome::{Outcome, no_verdict, say},
};
use crate::{
    config::{self, JudgeConfig, RuleConfig},
    gate::{Gate, GateError},
    git::Repository,
    report::human::Door,
    text::counted,
};

/// Configuration: where it is looked for, and what is in it.
///
/// On a server: `--config`, else `pushgate.yaml` in the Git folder of the repository, else
/// `/etc/pushgate/pushgate.yaml`. Elsewhere: `--config`, else `$PUSHGATE_CONFIG`, else
/// `.pushgate/pushgate.yaml`, else `pushgate.yaml` at the root of the work tree.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Say everything that is wrong with the configuration and its policies
    Check,
    /// Print the configuration with every default filled in
    Show,
    /// Print the JSON Schema of pushgate.yaml, for editors
    Schema,
}

pub(super) fn run(command: &ConfigCommand, global: &Global) -> Outcome {
    match command {
        ConfigCommand::Schema => {
            say(&format!("{:#}\n", config::json_schema()));
            Outcome::Accepted
        }
        ConfigCommand::Check => with_gate(global, |gate| {
            let rules: usize = gate.policies().iter().map(|set| set.rules().len()).sum();
            let immutability = &gate.config().immutability;
            let fixed = immutability.refs.len() + immutability.paths.len() + immutability.fields.len();
            let built_in = |rule: &RuleConfig| match &rule.judge {
                JudgeConfig::Rego(_) => 0,
                JudgeConfig::Schema { .. } | JudgeConfig::Pins(_) => 1,
                JudgeConfig::Checks(checks) => checks.len(),
            };
            let checks: usize = gate.config().rules.iter().map(built_in).sum();
            let checks = if checks > 0 { format!(", {}", counted(checks, "built-in check")) } else { String::new() };
            format!("ok: {}{checks}, {}\n", counted(rules, "policy rule"), counted(fixed, "immutability rule"))
        }),
        ConfigCommand::Show => with_gate(global, |gate| config::show(gate.config())),
    }
}

fn with_gate(global: &Global, print: impl FnOnce(&Gate) -> String) -> Outcome {
    match gate(global) {
        Ok(gate) => {
            say(&print(&gate));
            Outcome::Accepted
        }
        Err(error) => no_verdict(&error, "no verdict", Door::Check, global),
    }
}

/// Loads the configuration as the place where the command runs would: a bare repository is a server.
pub(super) fn gate(global: &Global) -> Result<Gate, GateError> {
    let repository = Repository::discover(&environment::current_dir()?);
    match repository {
        Ok(repository) if repository.work_dir().is_none() => {
            Gate::for_server(&repository, &environment::server_config(global.config.as_deref(), &repository)?, None)
        }
        Ok(repository) => {
            Gate::for_client(&environment::client_config(global.config.as_deref(), repository.work_dir().as_deref())?)
        }
        Err(_) => Gate::for_client(&environment::client_config(global.config.as_deref(), None)?),
    }
}
