//! `pushgate test`: unit tests of policies.

use std::{
    io::IsTerminal as _,
    path::PathBuf,
    sync::Mutex,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::{
    Color, Global, Output,
    outcome::{self, Outcome, no_verdict, say, tell},
};
use crate::{
    gate::{GateError, beside},
    policy::{TestOptions, TestReport, run_tests},
    report::{Style, human::Door, test as written},
    text::{counted, shortened},
};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
A test is a rule named `test_…`, anywhere; one named `todo_test_…` is skipped. Data files (JSON, YAML) beside the
policies are read as `opa test` reads them: those in folders stand under the names of the folders.

Examples:
  pushgate test                                     everything below policies/
  pushgate test --run 'deny_root' -v policies       some tests, the passed ones shown too
  pushgate test --coverage --threshold 90           refuse when less than 90 % of the lines are reached
  pushgate test -o junit > report.xml               for CI")]
pub(super) struct TestArgs {
    /// Run only tests whose name `<package>.<rule>` matches this regular expression
    #[arg(short, long, value_name = "REGEX")]
    run: Option<String>,
    /// More data: files and folders, merged at the root of `data` as conftest does
    #[arg(short, long, value_name = "PATH")]
    data: Vec<PathBuf>,
    /// Say which lines of the policies the tests reach
    #[arg(short, long)]
    coverage: bool,
    /// Fail when less than this part of the lines is reached
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    threshold: Option<f64>,
    /// What one test may take
    #[arg(short, long, value_name = "DURATION", default_value = "5s", value_parser = duration)]
    timeout: Duration,
    /// Policies with their tests, and data files
    #[arg(value_name = "PATH", default_value = "policies")]
    paths: Vec<PathBuf>,
}

fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim().parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        Ok(_) | Err(_) => Err("a number from 0 to 100".to_owned()),
    }
}

/// `5s`, `500ms`, `1m`, or a number of seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end).unwrap_or((text, ""));
    let factor = match unit {
        "ms" => 0.001,
        "s" | "" => 1.0,
        "m" => 60.0,
        _ => return Err("a duration such as 5s, 500ms or 1m".to_owned()),
    };
    let seconds = number.parse::<f64>().ok().filter(|number| *number > 0.0).map(|number| number * factor);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "a duration such as 5s, 500ms or 1m".to_owned())
}

pub(super) fn run(args: &TestArgs, global: &Global) -> Outcome {
    let filter = match args.run.as_deref().map(regex::Regex::new).transpose() {
        Ok(filter) => filter,
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
            tell(&format!("error: --run is no regular expression: {}\n", shortened(&reason, 200)));
            return Outcome::NoVerdict;
        }
    };
    let refused = |error: GateError| no_verdict(&error, "no tests run", Door::Check, global);
    let mut beside = match beside::read(&args.paths) {
        Ok(beside) => beside,
        Err(error) => return refused(error),
    };
    match beside::data(&args.data) {
        Ok(data) => beside.data.extend(data),
        Err(error) => return refused(error),
    }
    let line = ProgressLine::new(global);
    let progress = |done, all| line.show(done, all);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|now| i64::try_from(now.as_nanos()).ok());
    let options = TestOptions {
        filter,
        timeout: Some(args.timeout),
        coverage: args.coverage || args.threshold.is_some(),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        now: now.unwrap_or(0),
        progress: Some(&progress),
    };
    let report = run_tests(&beside.sources, &beside.data, &options);
    line.clear();
    let report = match report {
        Ok(report) => report,
        Err(errors) => return refused(GateError::Policies(errors)),
    };
    if report.cases.is_empty() {
        match &args.run {
            Some(text) => tell(&format!("error: no test's name matches `{}`\n", shortened(text, 80))),
            None => tell("error: no tests found\nhint: a test is a rule named `test_…`, in a file beside the policy\n"),
        }
        return Outcome::NoVerdict;
    }
    print(&report, global);
    if !report.is_success() || global.verbose {
        tell_passed_over(&beside.passed_over);
    }
    let low = report.coverage.as_ref().zip(args.threshold).filter(|(coverage, least)| coverage.percent() < *least);
    if let Some((coverage, least)) = low {
        tell(&format!("error: coverage is {:.1} %, less than {least} %\n", coverage.percent()));
    }
    if report.is_success() && low.is_none() { Outcome::Accepted } else { Outcome::Refused }
}

fn print(report: &TestReport, global: &Global) {
    match global.output {
        Output::Human => {
            let color = match global.color {
                Color::Always | Color::Never => outcome::style(global).color,
                Color::Auto => outcome::style(global).color && std::io::stdout().is_terminal(),
            };
            say(&written::human(report, Style { color, verbose: global.verbose }, global.quiet));
        }
        Output::Json | Output::Jsonl => say(&written::json(report)),
        Output::Junit => say(&written::junit(report)),
        Output::Tap => say(&written::tap(report)),
    }
}

/// A test may fail because a file beside it is not the data that it seems to be.
fn tell_passed_over(files: &[(String, String)]) {
    if let Some((name, reason)) = files.first() {
        tell(&format!(
            "hint: {} beside the policies not read as data: {}: {}\n",
            counted(files.len(), "file"),
            shortened(name, 200),
            shortened(reason, 200)
        ));
    }
}

/// How far a long run has got, in one line that is written over and taken away at the end.
struct ProgressLine {
    shown: Option<Mutex<Shown>>,
}

struct Shown {
    last: Instant,
    any: bool,
}

impl ProgressLine {
    const INTERVAL: Duration = Duration::from_millis(500);

    fn new(global: &Global) -> Self {
        let is_wanted = std::io::stderr().is_terminal() && !global.quiet;
        Self { shown: is_wanted.then(|| Mutex::new(Shown { last: Instant::now(), any: false })) }
    }

    fn show(&self, done: usize, all: usize) {
        // Whoever comes while another writes has nothing to add.
        let Some(Ok(mut shown)) = self.shown.as_ref().map(Mutex::try_lock) else { return };
        if shown.last.elapsed() >= Self::INTERVAL {
            *shown = Shown { last: Instant::now(), any: true };
            tell(&format!("\r{done} of {all} tests\u{1b}[K"));
        }
    }

    fn clear(&self) {
        if self.shown.as_ref().and_then(|shown| shown.lock().ok()).is_some_and(|shown| shown.any) {
            tell("\r\u{1b}[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, expected) in [("5s", 5000), ("500ms", 500), ("1m", 60_000), ("2", 2000), ("1.5s", 1500)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(expected)), "{text}");
        }
        for text in ["", "s", "-1s", "0", "5h", "1e999s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
