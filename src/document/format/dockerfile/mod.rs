//! Dockerfiles, in the shape of `BuildKit`'s commands: `[[{Cmd, SubCmd, JSON, Flags, Value, Stage}…]]`.
//!
//! A comment before an instruction is a command of its own, `comment`. What `BuildKit` refuses is refused,
//! with one exception: where `# syntax=` names another frontend, instructions and flags are its own matter.
//! Unlike there, the texts of here-documents are shown: `Heredocs` of a command that has any.

mod check;
mod heredoc;
mod instruction;
mod line;
mod words;

use std::ops::Range;

use super::Reading;
use super::encoding::BOM;
use super::parts::{Budget, Logical, Word, entry, helped, list, span, syntax};
use crate::document::{Document, Node, Number, ParseLimits, Problem, Span, Value};
use instruction::Instruction;
use line::{Lines, continued, is_comment};

/// So many wrong instructions are told.
const MOST_TOLD: usize = 100;

/// Reads the instructions of a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut reader = Reader {
        lines: Lines { text, at: start },
        limits,
        budget: Budget::new(limits),
        directives: Some(Vec::new()),
        escape: '\\',
        frontend: None,
        comments: Vec::new(),
        commands: Vec::new(),
        stages: 0,
        any: false,
        problems: Vec::new(),
    };
    if let Err(problem) = reader.file() {
        reader.problems.push(problem);
    }
    if !reader.problems.is_empty() {
        return Reading { documents: Vec::new(), problems: reader.problems };
    }
    let end = reader.commands.iter().map(|command| command.span.end as usize).max().unwrap_or(start);
    let first = reader.commands.iter().map(|command| command.span.start as usize).min().unwrap_or(start);
    let place = Span::new(first, end);
    let commands = Node { value: Value::Sequence(reader.commands), span: place };
    let root = Node { value: Value::Sequence(vec![commands]), span: place };
    Reading { documents: vec![Document { index: 0, root }], problems: Vec::new() }
}

#[cfg(test)]
mod tests;

struct Reader<'t> {
    lines: Lines<'t>,
    limits: &'t ParseLimits,
    budget: Budget,
    /// Names of the directives read, while there may be more.
    directives: Option<Vec<String>>,
    escape: char,
    /// What `# syntax=` says.
    frontend: Option<String>,
    /// Comments since the last instruction.
    comments: Vec<Word>,
    commands: Vec<Node>,
    stages: usize,
    any: bool,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn file(&mut self) -> Result<(), Problem> {
        while let Some(range) = self.lines.next()? {
            let raw = self.slice(&range);
            let comment = is_comment(raw);
            let content = raw.trim_end_matches(['\r', '\n']);
            let indent = content.len() - content.trim_start().len();
            let body = range.start + indent..range.start + content.len();
            if comment {
                self.comment(&range);
            }
            if self.directive(&body)? {
                self.comments.pop();
            }
            if !comment && !body.is_empty() {
                self.instruction(&body)?;
            }
        }
        if !self.any {
            let help = "a Dockerfile begins with `FROM`";
            return Err(helped("the Dockerfile holds no instruction", Span::new(self.lines.at, self.lines.at), help));
        }
        Ok(())
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.lines.text.get(range.clone()).unwrap_or_default()
    }

    /// Keeps a comment for the instruction behind it; an empty one parts those before from it.
    fn comment(&mut self, range: &Range<usize>) {
        let raw = self.slice(range);
        let rest = raw.char_indices().nth(1).map_or(raw.len(), |(at, _)| at);
        let behind = raw.get(rest..).unwrap_or_default();
        let start = range.start + raw.len() - behind.trim_start().len();
        let comment = behind.trim().to_owned();
        if comment.is_empty() {
            self.comments.clear();
        } else {
            let span = Span::new(start, start + comment.len());
            self.comments.push(Word { text: comment, span });
        }
    }

    /// Whether a line is a directive: `# escape=…` and the like, before everything else.
    fn directive(&mut self, body: &Range<usize>) -> Result<bool, Problem> {
        let Some(mut seen) = self.directives.take() else { return Ok(false) };
        let Some((name, value)) = directive(self.slice(body)) else { return Ok(false) };
        let name = name.to_ascii_lowercase();
        if !matches!(name.as_str(), "syntax" | "escape" | "check") {
            return Ok(false);
        }
        if seen.contains(&name) {
            let help = "remove one of them";
            return Err(helped(format!("the directive `{name}` is written twice"), span(body), help));
        }
        match name.as_str() {
            "escape" => match value {
                "\\" => self.escape = '\\',
                "`" => self.escape = '`',
                _ => {
                    let help = "write `# escape=\\` or ``# escape=` ``";
                    return Err(helped("the escape character must be `\\` or a backtick", span(body), help));
                }
            },
            "syntax" => self.frontend = Some(value.to_owned()),
            _ => {}
        }
        seen.push(name);
        self.directives = Some(seen);
        Ok(true)
    }

    /// An instruction, from the first of its lines.
    fn instruction(&mut self, body: &Range<usize>) -> Result<(), Problem> {
        let mut line = Logical::default();
        let mut end = body.end;
        let mut more = self.push(&mut line, body);
        while more {
            let Some(range) = self.lines.next()? else { break };
            let raw = self.slice(&range);
            let text = raw.trim_end_matches(['\r', '\n']);
            if is_comment(raw) || text.trim_start().is_empty() {
                continue;
            }
            end = range.start + text.len();
            more = self.push(&mut line, &(range.start..end));
        }
        if line.text.trim().is_empty() {
            let place = Span::new(body.start, body.end);
            return Err(helped("expected an instruction, found a lone line continuation", place, "remove it"));
        }
        let whole = |end: usize| Span::new(body.start, end);
        let instruction = match instruction::read(&line, self.escape, self.limits) {
            Ok(instruction) => instruction,
            Err(problem) => return self.refuse(problem),
        };
        self.any = true;
        let mut texts = Vec::new();
        for heredoc in instruction.heredocs(&line.text) {
            let (text, behind) = self.heredoc(&heredoc, whole(end))?;
            texts.push(text);
            end = behind;
        }
        let is_foreign = self.frontend.as_deref().is_some_and(|name| !check::is_official(name));
        if !is_foreign && let Err(problem) = check::instruction(&instruction) {
            return self.refuse(problem);
        }
        self.stages += usize::from(instruction.name() == "from");
        self.emit(instruction, texts, whole(end))
    }

    /// Notes what is wrong with an instruction; those behind it are still read.
    fn refuse(&mut self, problem: Problem) -> Result<(), Problem> {
        self.any = true;
        if self.problems.len() >= MOST_TOLD {
            return Err(problem);
        }
        self.problems.push(problem);
        Ok(())
    }

    /// Adds a line to an instruction. Returns whether it is continued on the next one.
    fn push(&self, line: &mut Logical, range: &Range<usize>) -> bool {
        let text = self.slice(range);
        let before = continued(text, self.escape);
        line.push(before.unwrap_or(text), range.start);
        before.is_some()
    }

    /// Reads a here-document. Returns its text, and where the line ends that ends it.
    fn heredoc(&mut self, heredoc: &heredoc::Heredoc, opened: Span) -> Result<(Word, usize), Problem> {
        let start = self.lines.at;
        while let Some(range) = self.lines.next()? {
            let line = self.slice(&range).trim_end_matches(['\r', '\n']);
            if heredoc.ends_with(line) {
                let text = self.slice(&(start..range.start)).to_owned();
                return Ok((Word { text, span: Span::new(start, range.start) }, range.start + line.len()));
            }
        }
        let at = Span::new(self.lines.at, self.lines.at);
        let message = format!("expected the end of the here-document, `{}`, found the end of the file", heredoc.name);
        Err(Problem {
            label: Some("the file ends here".to_owned()),
            related: Some((opened, "opened here".to_owned())),
            help: Some(format!("write `{}` alone on the line behind its text", heredoc.name)),
            ..syntax(message, at)
        })
    }

    /// Adds an instruction to the commands, with the comments before it.
    fn emit(&mut self, instruction: Instruction, heredocs: Vec<Word>, whole: Span) -> Result<(), Problem> {
        for comment in std::mem::take(&mut self.comments) {
            let place = comment.span;
            let command = Command { cmd: Word::new("comment", place), sub: None, json: false, flags: None };
            let node = self.command(command, Some((vec![comment], place)), place)?;
            self.commands.push(node);
        }
        let Instruction { keyword, sub, json, flags, values, arguments } = instruction;
        let cmd = Word { text: keyword.text.to_lowercase(), span: keyword.span };
        let values = (!values.is_empty()).then_some((values, arguments));
        let mut node = self.command(Command { cmd, sub, json, flags }, values, whole)?;
        if let (Some(first), Some(last), Value::Mapping(entries)) = (heredocs.first(), heredocs.last(), &mut node.value)
        {
            self.budget.take(2 + heredocs.len(), whole)?;
            let place = Span { end: last.span.end, ..first.span };
            entries.push(entry("Heredocs", first.span, list(heredocs, place)));
        }
        self.commands.push(node);
        Ok(())
    }

    fn command(&mut self, command: Command, values: Option<(Vec<Word>, Span)>, whole: Span) -> Result<Node, Problem> {
        let Command { cmd, sub, json, flags } = command;
        let items = values.as_ref().map_or(0, |(values, _)| values.len()) + flags.as_ref().map_or(0, Vec::len);
        self.budget.take(13 + items, whole)?;
        let key = cmd.span;
        let none = Span { end: key.start, ..key };
        let at = |value: Value| Node { value, span: key };
        let sub = sub.unwrap_or(Word::new("", key));
        let sub_span = sub.span;
        let flags = flags.map_or(Node { value: Value::Null, span: none }, |flags| {
            let place = flags.first().zip(flags.last()).map(|(first, last)| Span { end: last.span.end, ..first.span });
            list(flags, place.unwrap_or(key))
        });
        let value = values.map_or(at(Value::Null), |(values, place)| list(values, place));
        let stage = i64::try_from(self.stages.saturating_sub(1)).unwrap_or(i64::MAX);
        let entries = vec![
            entry("Cmd", key, cmd.into_node()),
            entry("SubCmd", sub_span, sub.into_node()),
            entry("JSON", key, at(Value::Bool(json))),
            entry("Flags", key, flags),
            entry("Value", key, value),
            entry("Stage", key, at(Value::Number(Number::Int(stage)))),
        ];
        Ok(Node { value: Value::Mapping(entries), span: whole })
    }
}

struct Command {
    cmd: Word,
    sub: Option<Word>,
    json: bool,
    flags: Option<Vec<Word>>,
}

/// The name and value of `#name=value`.
fn directive(line: &str) -> Option<(&str, &str)> {
    let is_blank = |c: char| matches!(c, '\t' | '\n' | '\u{c}' | '\r' | ' ');
    let line = line.strip_prefix('#')?.trim_start();
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end_matches(is_blank);
    let value = value.trim_matches(is_blank);
    let mut chars = name.chars();
    let is_name = chars.next()?.is_ascii_alphabetic() && chars.all(|c| c.is_ascii_alphanumeric());
    (is_name && !value.is_empty()).then_some((name, value))
}
