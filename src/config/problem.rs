//! What is wrong with a configuration, and how a person reads it.

use std::fmt::{self, Write as _};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::document::{Position, Problem, Source, Span};
use crate::text::{counted, is_unsafe, shortened};

/// Problems written out in one report; the others are counted.
const SHOWN: usize = 50;

/// Characters of a message, a label or a help; they repeat what the file says.
const LONGEST: usize = 400;

/// One mistake in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// What is wrong, in one line, without the place and without a final full stop.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What stands at `span`, in a few words.
    pub label: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// A second place that belongs to it, with what stands there.
    pub related: Option<(Span, String)>,
}

impl ConfigProblem {
    /// A problem with a message and a place only.
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { message: message.into(), span, label: None, help: None, related: None }
    }

    /// Says what stands at the place.
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Says what to do.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Names a second place.
    pub(super) fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related = Some((span, label.into()));
        self
    }
}

impl From<Problem> for ConfigProblem {
    fn from(problem: Problem) -> Self {
        let Problem { kind: _, message, span, label, related, help } = problem;
        Self { message, span, label, help, related }
    }
}

/// Everything that is wrong with one configuration file, in the order of its text. Never empty.
#[derive(Clone, Debug)]
pub struct ConfigErrors {
    name: String,
    source: Source,
    problems: Vec<ConfigProblem>,
}

impl ConfigErrors {
    /// Gathers problems of the file `name` and puts them in the order of its text.
    pub(super) fn new(name: &str, source: Source, mut problems: Vec<ConfigProblem>) -> Self {
        problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
        problems.dedup();
        Self { name: name.to_owned(), source, problems }
    }

    /// The file's name as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of the file; the spans of the problems point into it.
    #[must_use]
    pub fn text(&self) -> &Source {
        &self.source
    }

    /// The problems, in the order of the text.
    #[must_use]
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }

    /// First and last place of a problem, for reports that machines read.
    #[must_use]
    pub fn range(&self, problem: &ConfigProblem) -> (Position, Position) {
        self.source.range(problem.span)
    }

    /// The whole report: a heading, then every problem under its source lines. Ends with a line feed.
    ///
    /// Control characters and direction marks in the file are made visible: the file may come from
    /// a repository, and the report goes to a terminal.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(80).with_links(false).with_context_lines(1);
        let (text, places) = visible(self.source.text());
        let source = NamedSource::new(shortened(&self.name, LONGEST), text);
        let (red, reset) = if color { ("\u{1b}[31;1m", "\u{1b}[0m") } else { ("", "") };
        let mut report = format!("{red}error{reset}: {}\n", shortened(&self.to_string(), LONGEST));
        for problem in self.problems.iter().take(SHOWN) {
            let rendered = Rendered { problem, source: &source, places: &places };
            report.push('\n');
            if handler.render_report(&mut report, &rendered).is_err() {
                // Only a place outside of the text makes the drawing fail; the words still count.
                let _ = writeln!(report, "  × {rendered}");
            }
        }
        if let Some(more) = self.problems.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            let _ = writeln!(report, "\n  … and {more} more");
        }
        report
    }
}

impl fmt::Display for ConfigErrors {
    /// Writes the heading: `pushgate.yaml: 3 mistakes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, counted(self.problems.len(), "mistake"))
    }
}

impl std::error::Error for ConfigErrors {}

/// A problem as miette draws it.
#[derive(Debug)]
struct Rendered<'a> {
    problem: &'a ConfigProblem,
    source: &'a NamedSource<String>,
    places: &'a Places,
}

impl fmt::Display for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shortened(&self.problem.message, LONGEST))
    }
}

impl std::error::Error for Rendered<'_> {}

impl Diagnostic for Rendered<'_> {
    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.problem.help.as_ref().map(|help| Box::new(shortened(help, LONGEST)) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.source.inner().is_empty()).then_some(self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.source.inner().is_empty() {
            return None;
        }
        let place = |span: Span| {
            let start = self.places.of(span.start as usize);
            let text = self.source.inner().get(start..self.places.of(span.end as usize)).unwrap_or("");
            // Of a value over several lines its first line is enough to find it.
            (start, text.lines().next().unwrap_or("").len())
        };
        let first = LabeledSpan::new_primary_with_span(
            self.problem.label.as_ref().map(|label| shortened(label, LONGEST)),
            place(self.problem.span),
        );
        let second = self
            .problem
            .related
            .iter()
            .map(move |(span, label)| LabeledSpan::new_with_span(Some(shortened(label, LONGEST)), place(*span)));
        Some(Box::new(std::iter::once(first).chain(second)))
    }
}

/// Where the bytes of a text went when it was made visible.
#[derive(Debug, Default)]
struct Places {
    /// Offset behind a replaced character in the original, and by how many bytes what follows moved.
    moved: Vec<(usize, isize)>,
    /// Length of the visible text.
    len: usize,
}

impl Places {
    /// The offset in the visible text of an offset in the original.
    fn of(&self, offset: usize) -> usize {
        let after = self.moved.partition_point(|(at, _)| *at <= offset);
        let by = after.checked_sub(1).and_then(|index| self.moved.get(index)).map_or(0, |(_, by)| *by);
        offset.saturating_add_signed(by).min(self.len)
    }
}

/// The text with characters that steer a terminal or reorder a line replaced by their escapes.
fn visible(text: &str) -> (String, Places) {
    let mut shown = String::with_capacity(text.len());
    let mut moved = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '\n' | '\t' => shown.push(char),
            '\u{feff}' if at == 0 => {}
            '\r' if chars.peek().is_some_and(|(_, next)| *next == '\n') => {}
            _ if is_unsafe(char) => shown.extend(char.escape_unicode()),
            _ => shown.push(char),
        }
        let behind = at + char.len_utf8();
        let by = shown.len().cast_signed() - behind.cast_signed();
        if moved.last().map_or(0, |(_, by)| *by) != by {
            moved.push((behind, by));
        }
    }
    let len = shown.len();
    (shown, Places { moved, len })
}
