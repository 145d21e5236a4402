//! Lines of an inventory, and what can be told of one alone.

use super::super::encoding::BOM;
use super::super::mapping::shown;
use super::syntax;
use crate::document::{Problem, Span};

/// A line without the blanks around it, that is neither empty nor a comment.
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    /// Offset of its first byte.
    pub(super) start: usize,
}

impl Line<'_> {
    pub(super) fn span(&self) -> Span {
        Span::new(self.start, self.start + self.text.len())
    }

    /// The place of a part of the line.
    pub(super) fn part(&self, from: usize, to: usize) -> Span {
        Span::new(self.start + from, self.start + to)
    }
}

/// What the lines of a section say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// `[web]`
    Hosts,
    /// `[web:vars]`
    Vars,
    /// `[web:children]`
    Children,
}

/// The first line of a section.
pub(super) struct Header<'t> {
    pub(super) name: &'t str,
    pub(super) name_span: Span,
    pub(super) section: Section,
    /// Where the kind of section is written, or the name if it is not.
    pub(super) section_span: Span,
}

/// The lines that say something. They end where Python's `splitlines` ends them.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let ends = |c: char| {
        matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    let mut at = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let body = text.get(at..).unwrap_or_default();
    body.split_inclusive(ends).filter_map(move |whole| {
        let start = at;
        at += whole.len();
        let trimmed = whole.trim_start_matches(is_blank);
        let start = start + (whole.len() - trimmed.len());
        let text = trimmed.trim_end_matches(is_blank);
        (!text.is_empty() && !text.starts_with(['#', ';'])).then_some(Line { text, start })
    })
}

/// What Python's `str.strip` takes for a blank.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// The header that a line is; `None` for any other line.
pub(super) fn section<'t>(line: &Line<'t>) -> Result<Option<Header<'t>>, Problem> {
    let Some(inner) = line.text.strip_prefix('[') else { return Ok(None) };
    let Some((name, kind)) = header(inner) else {
        if !line.text.ends_with(']') {
            return Ok(None);
        }
        let message = format!("`{}` is no name of a section", shown(line.text));
        let help = "a section is written `[group]`, `[group:vars]` or `[group:children]`, without blanks";
        return Err(syntax(message, line.span(), "expected the name of a group", help));
    };
    let name_span = line.part(1, 1 + name.len());
    let kind_span = |kind: &str| line.part(2 + name.len(), 2 + name.len() + kind.len());
    let (section, section_span) = match kind {
        None => (Section::Hosts, name_span),
        Some(kind @ "hosts") => (Section::Hosts, kind_span(kind)),
        Some(kind @ "vars") => (Section::Vars, kind_span(kind)),
        Some(kind @ "children") => (Section::Children, kind_span(kind)),
        Some(kind) => {
            let message = format!("a section of a group is `vars` or `children`, not `{}`", shown(kind));
            let help = format!("write `[{name}:vars]` or `[{name}:children]`", name = shown(name));
            return Err(syntax(message, kind_span(kind), "unknown kind of section", &help));
        }
    };
    Ok(Some(Header { name, name_span, section, section_span }))
}

/// `[name]` or `[name:kind]`, behind the bracket; nothing may follow it but a comment.
fn header(inner: &str) -> Option<(&str, Option<&str>)> {
    let name_end = inner.find(|c: char| c == ':' || c == ']' || is_blank(c))?;
    let (name, rest) = inner.split_at_checked(name_end)?;
    if name.is_empty() {
        return None;
    }
    let (kind, rest) = match rest.strip_prefix(':') {
        Some(rest) => {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
            let (kind, rest) = rest.split_at_checked(end)?;
            if kind.is_empty() {
                return None;
            }
            (Some(kind), rest)
        }
        None => (None, rest),
    };
    ends_here(rest.strip_prefix(']')?).then_some((name, kind))
}

/// Whether nothing follows but a comment.
fn ends_here(rest: &str) -> bool {
    let rest = rest.trim_start_matches(is_blank);
    rest.is_empty() || rest.starts_with('#')
}

/// The name of a group, in a section of `children`.
pub(super) fn child<'t>(line: &Line<'t>) -> Result<(&'t str, Span), Problem> {
    let end = line.text.find(|c: char| c == ':' || c == ']' || is_blank(c)).unwrap_or(line.text.len());
    match line.text.split_at_checked(end) {
        Some((name, rest)) if !name.is_empty() && ends_here(rest) => Ok((name, line.part(0, end))),
        Some(_) | None => {
            let message = format!("expected the name of a group, found `{}`", shown(line.text));
            let help = "a line in a section of `children` is the name of one group, and nothing else";
            Err(syntax(message, line.span(), "no name of a group", help))
        }
    }
}

/// A variable of a group.
pub(super) struct Variable<'t> {
    pub(super) name: &'t str,
    pub(super) name_span: Span,
    pub(super) value: &'t str,
    pub(super) value_span: Span,
}

/// The variable that a line in a section of `vars` is.
pub(super) fn variable<'t>(line: &Line<'t>) -> Result<Variable<'t>, Problem> {
    let Some((before, behind)) = line.text.split_once('=') else {
        let message = format!("expected `name=value`, found `{}`", shown(line.text));
        let help = "a line in a section of `vars` is a variable; hosts are written in the section of their group";
        return Err(syntax(message, line.span(), "no `=`", help));
    };
    let name = before.trim_end_matches(is_blank);
    let value = behind.trim_start_matches(is_blank);
    let from = line.text.len() - value.len();
    Ok(Variable { name, name_span: line.part(0, name.len()), value, value_span: line.part(from, line.text.len()) })
}
