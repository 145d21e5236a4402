//! The command line: types, help texts, one file a subcommand.
//!
//! With `main.rs` the only room that knows the environment, standard input and output, and exit
//! codes. It must not know how anything is judged.

mod check;
mod config;
mod demo;
mod environment;
mod explain;
mod hook;
mod outcome;
mod parse;
mod policy;
mod policy_lint;
mod replay;
mod test;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};

use outcome::Outcome;

/// Judges what a Git push would change, by Rego policies and immutability rules.
#[derive(Debug, Parser)]
#[command(
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 accepted, 1 refused by findings, 2 no verdict (in a hook 1 and 2 both refuse)."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// Options that every command takes.
#[derive(Debug, clap::Args)]
struct Global {
    /// Configuration file [default: see `pushgate help config`]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How results are written
    #[arg(short, long, global = true, value_enum, default_value_t = Output::Human, value_name = "FORMAT")]
    output: Output,
    /// Whether results are coloured
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
    /// Say nothing when the verdict is "accepted"
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Show findings that do not count, too
    #[arg(short, long, global = true)]
    verbose: bool,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people
    Human,
    /// One JSON object
    Json,
    /// JSON, one object a line (replay)
    Jsonl,
    /// XML for CI (test)
    Junit,
    /// Test Anything Protocol (test)
    Tap,
}

/// Whether results are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    /// When standard error is a terminal and `NO_COLOR` is not set
    Auto,
    /// Yes
    Always,
    /// No
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run as a hook of Git
    #[command(subcommand)]
    Hook(hook::HookCommand),
    /// Judge a range of commits, the index, or files as they lie
    Check(check::CheckArgs),
    /// Judge every commit of a history as if it had been pushed
    Replay(replay::ReplayArgs),
    /// Print what a policy sees of files, as JSON
    Parse(parse::ParseArgs),
    /// Run the unit tests of policies
    Test(test::TestArgs),
    /// Look at policies themselves
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Print what a rule wants and how to fix what it finds
    Explain(explain::ExplainArgs),
    /// Show the whole thing: a repository with the hook, pushes accepted and refused
    Demo(demo::DemoArgs),
    /// Check, print or describe the configuration
    ///
    /// On a server: `--config`, else `pushgate.yaml` in the Git folder of the repository, else
    /// `/etc/pushgate/pushgate.yaml`. Elsewhere: `--config`, else `$PUSHGATE_CONFIG`, else
    /// `.pushgate/pushgate.yaml`, else `pushgate.yaml` at the root of the work tree.
    ///
    /// A first one:
    ///
    ///   version: 1
    ///   immutability:
    ///     refs:
    ///       - {match: [refs/heads/main], forbid: [delete, rewrite]}
    ///   rules:
    ///     - rego: policies
    ///
    /// docs/configuration.md lists every key.
    #[command(subcommand, verbatim_doc_comment)]
    Config(config::ConfigCommand),
}

impl Command {
    /// Whether the command can write this.
    fn writes(&self, output: Output) -> bool {
        match (self, output) {
            (_, Output::Human)
            | (Self::Test(_), Output::Json | Output::Junit | Output::Tap)
            | (Self::Replay(_), Output::Json | Output::Jsonl)
            | (
                Self::Hook(_)
                | Self::Check(_)
                | Self::Parse(_)
                | Self::Policy(_)
                | Self::Config(config::ConfigCommand::Schema),
                Output::Json,
            ) => true,
            (_, Output::Json | Output::Jsonl | Output::Junit | Output::Tap) => false,
        }
    }
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        // Help and version are no mistakes; everything else is usage, and no verdict.
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Outcome::NoVerdict.into() } else { Outcome::Accepted.into() };
        }
    };
    let global = cli.global;
    if !cli.command.writes(global.output) {
        outcome::tell(match global.output {
            Output::Human | Output::Json => {
                "error: this command has no JSON output\nhint: hook, check, replay, test and policy have; parse and config schema write nothing else\n"
            }
            Output::Jsonl => "error: this command has no such output\nhint: replay has jsonl\n",
            Output::Junit | Output::Tap => "error: this command has no such output\nhint: test has junit and tap\n",
        });
        return Outcome::NoVerdict.into();
    }
    let outcome = match cli.command {
        Command::Hook(command) => hook::run(&command, &global),
        Command::Check(args) => check::run(&args, &global),
        Command::Replay(args) => replay::run(&args, &global),
        Command::Parse(args) => parse::run(&args),
        Command::Test(args) => test::run(&args, &global),
        Command::Policy(command) => policy::run(&command, &global),
        Command::Explain(args) => explain::run(&args, &global),
        Command::Demo(args) => demo::run(&args),
        Command::Config(command) => config::run(&command, &global),
    };
    outcome.into()
}
