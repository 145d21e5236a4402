//! One instruction: its keyword, its flags and its arguments.

use std::ops::Range;

use super::heredoc::{self, Heredoc};
use super::words::{self, Token, first_word, is_blank};
use crate::document::format::json;
use crate::document::format::mapping::shown;
use crate::document::format::parts::{Logical, Word, helped};
use crate::document::{ParseLimits, Problem, ProblemKind, Span, Value};

/// An instruction as it is written.
pub(super) struct Instruction {
    pub(super) keyword: Word,
    /// What `ONBUILD` puts off.
    pub(super) sub: Option<Word>,
    /// Whether its arguments are a JSON list.
    pub(super) json: bool,
    /// `None` where there is nothing behind the keyword.
    pub(super) flags: Option<Vec<Word>>,
    pub(super) values: Vec<Word>,
    /// Where the arguments stand.
    pub(super) arguments: Span,
}

impl Instruction {
    /// The keyword in lower case.
    pub(super) fn name(&self) -> String {
        self.keyword.text.to_lowercase()
    }

    /// The here-documents its line opens.
    pub(super) fn heredocs(&self, line: &str) -> Vec<Heredoc> {
        let name = self.name();
        let name = if name == "onbuild" { self.sub.as_ref().map_or(name, |sub| sub.text.to_lowercase()) } else { name };
        if self.json || !matches!(name.as_str(), "add" | "copy" | "run") || !line.contains("<<") {
            return Vec::new();
        }
        heredoc::of_line(line)
    }
}

/// Reads the instruction that a line is.
pub(super) fn read(line: &Logical, escape: char, limits: &ParseLimits) -> Result<Instruction, Problem> {
    let reader = Reader { line, escape, limits };
    let whole = trimmed(&line.text, 0..line.text.len());
    let outer = reader.split(&whole);
    if outer.name() != "onbuild" || outer.rest.is_empty() {
        return reader.arguments(outer, None);
    }
    let inner = reader.split(&outer.rest);
    if inner.name() == "onbuild" {
        return Err(helped("`ONBUILD` cannot put off another `ONBUILD`", inner.keyword.span, "remove one of them"));
    }
    // The flags of what is put off are no part of the command.
    let sub = inner.keyword.clone();
    let inner = reader.arguments(inner, Some(sub))?;
    Ok(Instruction { keyword: outer.keyword, flags: outer.flags, ..inner })
}

/// The range without blanks at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = text.get(range.clone()).unwrap_or_default();
    let start = range.end - slice.trim_start().len();
    start..start + slice.trim().len()
}

/// A keyword, its flags and where the rest is.
struct Split {
    keyword: Word,
    flags: Option<Vec<Word>>,
    rest: Range<usize>,
}

impl Split {
    fn name(&self) -> String {
        self.keyword.text.to_lowercase()
    }
}

struct Reader<'l> {
    line: &'l Logical,
    escape: char,
    limits: &'l ParseLimits,
}

impl Reader<'_> {
    fn slice(&self, range: &Range<usize>) -> &str {
        self.line.text.get(range.clone()).unwrap_or_default()
    }

    fn word(&self, token: Token, from: usize) -> Word {
        let span = self.line.span(&(from + token.range.start..from + token.range.end));
        Word { text: token.text, span }
    }

    fn split(&self, range: &Range<usize>) -> Split {
        let text = self.slice(range);
        let (end, next) = first_word(text, is_blank);
        let keyword = range.start..range.start + end;
        let keyword = Word::new(self.slice(&keyword), self.line.span(&keyword));
        let Some(next) = next else { return Split { keyword, flags: None, rest: range.end..range.end } };
        let from = range.start + next;
        let (flags, behind) = words::flags(self.slice(&(from..range.end)), self.escape);
        let flags = flags.into_iter().map(|token| self.word(token, from)).collect();
        Split { keyword, flags: Some(flags), rest: trimmed(&self.line.text, from + behind..range.end) }
    }

    fn arguments(&self, split: Split, sub: Option<Word>) -> Result<Instruction, Problem> {
        let name = split.name();
        let rest = &split.rest;
        let arguments = self.line.span(rest);
        let (values, json) = match name.as_str() {
            "cmd" | "entrypoint" | "run" | "shell" => self.maybe_json(rest, Otherwise::Whole)?,
            "add" | "copy" | "volume" => self.maybe_json(rest, Otherwise::Words)?,
            "env" | "label" => (self.pairs(&split.keyword, rest)?, false),
            "arg" => (self.quoted(rest), false),
            "expose" | "from" => (self.words(rest), false),
            "healthcheck" => self.healthcheck(rest)?,
            "maintainer" | "stopsignal" | "user" | "workdir" => (self.whole(rest), false),
            // Of another frontend.
            _ if sub.is_none() => (self.whole(rest), false),
            _ => (vec![Word::new("", arguments)], false),
        };
        Ok(Instruction { keyword: split.keyword, sub, json, flags: split.flags, values, arguments })
    }

    fn whole(&self, rest: &Range<usize>) -> Vec<Word> {
        if rest.is_empty() { Vec::new() } else { vec![Word::new(self.slice(rest), self.line.span(rest))] }
    }

    fn words(&self, rest: &Range<usize>) -> Vec<Word> {
        words::split(self.slice(rest)).into_iter().map(|token| self.word(token, rest.start)).collect()
    }

    fn quoted(&self, rest: &Range<usize>) -> Vec<Word> {
        words::quoted(self.slice(rest), self.escape).into_iter().map(|token| self.word(token, rest.start)).collect()
    }

    /// A JSON list of strings, or what else stands there.
    fn maybe_json(&self, rest: &Range<usize>, otherwise: Otherwise) -> Result<(Vec<Word>, bool), Problem> {
        if let Some(values) = self.json(rest)? {
            return Ok((values, true));
        }
        let values = match otherwise {
            Otherwise::Whole => self.whole(rest),
            Otherwise::Words => self.words(rest),
        };
        Ok((values, false))
    }

    fn json(&self, rest: &Range<usize>) -> Result<Option<Vec<Word>>, Problem> {
        let text = self.slice(rest);
        if !text.starts_with('[') {
            return Ok(None);
        }
        let reading = json::read(text, json::Dialect::Strict, self.limits);
        let place = |span: Span| self.line.span(&(rest.start + span.start as usize..rest.start + span.end as usize));
        for problem in reading.problems {
            match problem.kind {
                ProblemKind::Limit => return Err(Problem { span: place(problem.span), ..problem }),
                ProblemKind::Syntax | ProblemKind::Encoding => return Ok(None),
                ProblemKind::DuplicateKey => {}
            }
        }
        let Some(document) = reading.documents.into_iter().next() else { return Ok(None) };
        let Value::Sequence(items) = document.root.value else { return Ok(None) };
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let span = place(item.span);
            match item.value {
                Value::String(text) => values.push(Word { text, span }),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Sequence(_) | Value::Mapping(_) => {
                    let help = "put it in double quotes";
                    return Err(helped("a command written as a JSON list holds strings only", span, help));
                }
            }
        }
        Ok(Some(values))
    }

    /// `name value`, or `name=value` any number of times: each is three values, the last of them the `=`.
    fn pairs(&self, keyword: &Word, rest: &Range<usize>) -> Result<Vec<Word>, Problem> {
        let tokens = words::quoted(self.slice(rest), self.escape);
        let Some(first) = tokens.first() else { return Ok(Vec::new()) };
        let upper = keyword.text.to_uppercase();
        if !first.text.contains('=') {
            let text = self.slice(rest);
            let (end, next) = first_word(text, is_blank);
            let Some(next) = next else {
                let message = format!("`{upper}` needs a name and a value");
                let help = format!("write `{upper} {}=value`", shown(text));
                return Err(helped(message, self.line.span(rest), help));
            };
            let name = rest.start..rest.start + end;
            let value = rest.start + next..rest.end;
            let behind = self.line.span(&(rest.end..rest.end));
            let values = [&name, &value].map(|range| Word::new(self.slice(range), self.line.span(range)));
            return Ok(values.into_iter().chain([Word::new("", behind)]).collect());
        }
        let mut values = Vec::with_capacity(tokens.len() * 3);
        for token in tokens {
            let Token { text, range } = &token;
            let written = self.slice(&(rest.start + range.start..rest.start + range.end));
            let (Some((name, value)), Some(at)) = (text.split_once('='), written.find('=')) else {
                let help = format!("write `name=value`; a value with blanks stands in quotes: `{upper} name=\"a b\"`");
                let message = format!("expected `name=value`, found `{}`", shown(text));
                return Err(helped(message, self.word(token, rest.start).span, help));
            };
            let at = rest.start + range.start + at;
            let name_span = self.line.span(&(rest.start + range.start..at));
            let value_span = self.line.span(&(at + 1..rest.start + range.end));
            values.push(Word::new(name, name_span));
            values.push(Word::new(value, value_span));
            values.push(Word::new("=", self.line.span(&(at..at + 1))));
        }
        Ok(values)
    }

    /// `NONE`, or `CMD` with a command.
    fn healthcheck(&self, rest: &Range<usize>) -> Result<(Vec<Word>, bool), Problem> {
        let text = self.slice(rest);
        if text.is_empty() {
            return Ok((Vec::new(), false));
        }
        let (end, next) = first_word(text, char::is_whitespace);
        let kind = rest.start..rest.start + end;
        let behind = rest.start + next.unwrap_or(text.len())..rest.end;
        let mut values = vec![Word::new(self.slice(&kind), self.line.span(&kind))];
        let (command, json) = self.maybe_json(&behind, Otherwise::Whole)?;
        values.extend(command);
        Ok((values, json))
    }
}

/// What arguments are when they are no JSON list.
#[derive(Clone, Copy)]
enum Otherwise {
    Whole,
    Words,
}
