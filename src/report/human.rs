//! What a pusher sees.

use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity as Level, SourceCode};

use super::{Style, WIDTH, excerpt::Shown};
use crate::{
    config::Existing,
    git::RefKind,
    push::RefChange,
    text::{counted, escaped, shortened},
    verdict::{Decision, Finding, Severity, Status, Verdict},
};

/// Findings shown in full; whoever broke more has enough to begin with.
const SHOWN: usize = 20;

/// Longest message and help shown, in characters: what a policy puts into them comes from the push.
const MESSAGE: usize = 800;

/// Where the verdict was asked for, which decides how it is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A hook on the server: the pusher sees it behind `remote: `.
    Server,
    /// A hook before a push.
    PrePush,
    /// A hook before a commit.
    PreCommit,
    /// A command.
    Check,
    /// A command that names the policies, and reads no configuration.
    Policies,
}

/// Writes a verdict for people; empty when there is nothing to say.
#[must_use]
pub fn verdict(verdict: &Verdict, existing: Existing, door: Door, style: Style) -> String {
    let blocking: Vec<&Finding> = verdict.findings.iter().filter(|finding| finding.blocks(existing)).collect();
    let is_warning = |finding: &Finding| finding.severity == Severity::Warn && finding.status == Status::New;
    let warnings: Vec<&Finding> = verdict.findings.iter().filter(|finding| is_warning(finding)).collect();
    let others: Vec<&Finding> =
        verdict.findings.iter().filter(|finding| !finding.blocks(existing) && !is_warning(finding)).collect();
    let mut out = String::new();
    match verdict.decision {
        Decision::Reject => out.push_str(&heading(&blocking, door)),
        Decision::Accept(_) if !warnings.is_empty() => {
            out.push_str(&format!("warning: {}\n\n", counted(warnings.len(), "warning")));
        }
        Decision::Accept(_) => {}
    }
    let mut rest: Vec<&Finding> = Vec::new();
    let shown = blocking.iter().chain(&warnings).chain(others.iter().filter(|_| style.verbose));
    for (number, finding) in shown.enumerate() {
        if number < SHOWN {
            out.push_str(&diagnostic(finding, style));
            out.push('\n');
        } else {
            rest.push(finding);
        }
    }
    if !rest.is_empty() {
        let refusing = rest.iter().filter(|finding| finding.blocks(existing)).count();
        let other = rest.len() - refusing;
        let parts = [(refusing, "finding"), (other, if style.verbose { "note" } else { "warning" })];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(*count, noun)).collect();
        out.push_str(&format!("hint: and {} more\n", parts.join(" and ")));
    }
    let is_old = |finding: &&&Finding| finding.status == Status::Existing && finding.severity != Severity::Info;
    let quiet = others.iter().filter(is_old).count();
    if quiet > 0 && !style.verbose {
        out.push_str(&format!("hint: {} in the changed files, not counted\n", counted(quiet, "older finding")));
    }
    let waived = verdict.count(|finding| finding.waiver.is_some());
    if waived > 0 && !style.verbose && matches!(door, Door::Check | Door::Policies) {
        out.push_str(&format!("hint: {} waived by exceptions: -v names them\n", counted(waived, "finding")));
    }
    let not_judged = verdict.count(Finding::is_not_judged);
    if not_judged > 0 && !style.verbose {
        out.push_str(&format!(
            "hint: {} not judged (templates, encrypted, programs): check -v\n",
            counted(not_judged, "file")
        ));
    }
    let not_validated = verdict.count(Finding::is_not_validated);
    // Whoever pushes can do nothing about it, and would read it at every push.
    if not_validated > 0 && !style.verbose && door == Door::Check {
        out.push_str(&format!(
            "hint: {} without a definition here: not validated; -v names them\n",
            counted(not_validated, "custom resource")
        ));
    }
    if verdict.decision == Decision::Reject {
        out.push_str(&next_step(verdict, &blocking, door));
    }
    out
}

/// One line on what was judged, for commands that end well.
#[must_use]
pub fn summary(verdict: &Verdict) -> String {
    let new = |severity| verdict.count(|finding| finding.status == Status::New && finding.severity == severity);
    let parts = [(new(Severity::Deny), "finding"), (new(Severity::Warn), "warning")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(*count, noun)).collect();
    let found = if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") };
    format!("{} in {}: {found}\n", counted(verdict.counts.documents, "document"), counted(verdict.counts.files, "file"))
}

fn heading(blocking: &[&Finding], door: Door) -> String {
    let mut refs: Vec<_> = blocking.iter().filter_map(|finding| finding.ref_name.as_ref()).collect();
    refs.sort();
    refs.dedup();
    let what = match door {
        Door::Server | Door::PrePush => "push refused",
        Door::PreCommit => "commit refused",
        Door::Check | Door::Policies => "refused",
    };
    let place = match refs.as_slice() {
        [] => String::new(),
        [only] => format!(" in {}", shortened(only.as_str(), 60)),
        several => format!(" in {}", counted(several.len(), "ref")),
    };
    format!("error: {what}: {}{place}\n\n", counted(blocking.len(), "finding"))
}

/// What to do next, in one line.
fn next_step(verdict: &Verdict, blocking: &[&Finding], door: Door) -> String {
    match door {
        Door::Server => {
            match blocking.iter().find_map(|finding| Some((finding.place.as_ref()?, finding.ref_name.as_ref()?))) {
                Some((place, name)) => {
                    let forward = verdict.push.updates.iter().any(|update| {
                        update.name == *name
                            && matches!(update.change, RefChange::Update { .. })
                            && name.kind() == RefKind::Branch
                    });
                    // What is about the push as a whole shows in no file as it lies.
                    if !forward && place.document.is_none() && place.excerpt.is_none() {
                        return explain(blocking);
                    }
                    let what = if forward { format!("--base origin/{}", name.short()) } else { place.path.to_string() };
                    let command = format!("pushgate check {}", shortened(&what, 200));
                    let line = format!("hint: see it before pushing: {command}\n");
                    // A command is not broken; it gets a line of its own.
                    if line.len() > WIDTH { format!("hint: see it before pushing:\nhint: {command}\n") } else { line }
                }
                None => explain(blocking),
            }
        }
        Door::Check => explain(blocking),
        // Nobody could explain them without a configuration that names them.
        Door::Policies => String::new(),
        Door::PrePush => "hint: the server will judge the same way\n".to_owned(),
        Door::PreCommit => "hint: mend it, git add it, and commit again\n".to_owned(),
    }
}

/// Names the command that says what the first rule wants.
fn explain(blocking: &[&Finding]) -> String {
    let rule = blocking.first().map_or("RULE", |finding| finding.rule.as_str());
    format!("hint: what it wants: pushgate explain {}\n", shortened(rule, 120))
}

/// One finding, drawn by miette.
#[must_use]
pub fn diagnostic(finding: &Finding, style: Style) -> String {
    let shown = finding
        .place
        .as_ref()
        .and_then(|place| place.excerpt.as_ref().map(|excerpt| Shown::new(place.path.to_string(), excerpt)));
    let mut help = finding.help.as_deref().map(|help| shortened(help, MESSAGE));
    for (line, label) in shown.iter().flat_map(|shown| &shown.far) {
        let also = format!("line {line}: {}", escaped(label));
        help = Some(help.map_or(also.clone(), |help| format!("{also}; {help}")));
    }
    let place = match (&finding.place, &shown) {
        (Some(place), None) if !finding.message.contains(&place.path.to_string()) => format!("{}: ", place.path),
        (_, _) => String::new(),
    };
    let standing = match (&finding.waiver, finding.status) {
        (Some(waiver), _) => format!(" (waived by {})", shortened(waiver, 120)),
        (None, Status::Existing) => " (not new)".to_owned(),
        (None, Status::New) => String::new(),
    };
    let message =
        format!("{}: {place}{}{standing}", shortened(&finding.rule, 120), shortened(&finding.message, MESSAGE));
    let level = match (finding.severity, finding.status) {
        (Severity::Deny, Status::New) => Level::Error,
        (Severity::Deny, Status::Existing) | (Severity::Warn, _) => Level::Warning,
        (Severity::Info, _) => Level::Advice,
    };
    let drawn = Drawn { message, help, shown, level };
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let mut out = String::new();
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(WIDTH)
        .with_links(false)
        .with_context_lines(1)
        // Names and paths stay whole: what is cut in two cannot be searched for.
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .with_word_separator(textwrap::WordSeparator::AsciiSpace);
    match handler.render_report(&mut out, &drawn) {
        Ok(()) => trimmed(&out),
        // Drawing failed; the message matters more than the drawing.
        Err(fmt::Error) => format!("  {}\n", drawn.message),
    }
}

/// The text without spaces at the ends of its lines.
#[must_use]
pub fn trimmed(text: &str) -> String {
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

#[derive(Debug)]
struct Drawn {
    message: String,
    help: Option<String>,
    shown: Option<Shown>,
    level: Level,
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl Diagnostic for Drawn {
    fn severity(&self) -> Option<Level> {
        Some(self.level)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display + 'a>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.shown.as_ref().map(|shown| shown as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.shown.as_ref().map(|shown| Box::new(shown.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}
