//! Text and actions of a template, and the words of an action.

use anyhow::{Context, Result, bail};

use super::super::arguments::too_much;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    Action(Vec<Word>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// `if`, `eq`, `true`.
    Name(String),
    /// `.`, `.a.b`: the names.
    Field(Vec<String>),
    /// `$`, `$x`, `$x.a`: the variable and the names.
    Variable(String, Vec<String>),
    Text(String),
    Number(String),
    Pipe,
    Open,
    Close,
    Declare,
    Assign,
    Comma,
}

/// Cuts a template.
pub(super) fn pieces(template: &str) -> Result<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    let mut trim = false;
    while let Some((before, behind)) = rest.split_once("{{") {
        let before = if trim { before.trim_start_matches(is_space) } else { before };
        let (left, behind) = match behind.strip_prefix('-').filter(|behind| behind.starts_with(is_space)) {
            Some(behind) => (true, behind),
            None => (false, behind),
        };
        let before = if left { before.trim_end_matches(is_space) } else { before };
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        let start = behind.trim_start_matches(is_space);
        if let Some(comment) = start.strip_prefix("/*") {
            let (_, after) = comment.split_once("*/").context("unclosed comment")?;
            (trim, rest) = closed(after).context("comment ends before closing delimiter")?;
            continue;
        }
        let (words, after, right) = action(behind)?;
        pieces.push(Piece::Action(words));
        (trim, rest) = (right, after);
    }
    let last = if trim { rest.trim_start_matches(is_space) } else { rest };
    if !last.is_empty() {
        pieces.push(Piece::Text(last));
    }
    Ok(pieces)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Whether the text behind is to be trimmed, and that text, where an action ends.
fn closed(text: &str) -> Option<(bool, &str)> {
    if let Some(rest) = text.strip_prefix("}}") {
        return Some((false, rest));
    }
    let trimmed = text.trim_start_matches(is_space);
    (trimmed.len() < text.len()).then(|| trimmed.strip_prefix("-}}")).flatten().map(|rest| (true, rest))
}

fn action(text: &str) -> Result<(Vec<Word>, &str, bool)> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        if let Some((trim, after)) = closed(rest) {
            return Ok((words, after, trim));
        }
        let c = rest.chars().next().context("unclosed action")?;
        if is_space(c) {
            rest = rest.trim_start_matches(is_space);
            continue;
        }
        let (word, after) = word(rest, c)?;
        words.push(word);
        rest = after;
    }
}

fn symbol(rest: &str) -> Option<(Word, &str)> {
    let symbols = [
        ("|", Word::Pipe),
        ("(", Word::Open),
        (")", Word::Close),
        (":=", Word::Declare),
        ("=", Word::Assign),
        (",", Word::Comma),
    ];
    symbols.into_iter().find_map(|(text, word)| Some((word, rest.strip_prefix(text)?)))
}

fn word(rest: &str, c: char) -> Result<(Word, &str)> {
    if let Some(found) = symbol(rest) {
        return Ok(found);
    }
    match c {
        '"' => quoted(rest),
        '`' => {
            let (text, after) =
                rest.get(1..).and_then(|rest| rest.split_once('`')).context("unterminated raw string")?;
            Ok((Word::Text(text.replace('\r', "")), after))
        }
        '.' if !rest.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) => {
            let (names, after) = names(rest)?;
            Ok((Word::Field(names), after))
        }
        '$' => {
            let behind = rest.get(1..).unwrap_or("");
            let end = behind.find(|c| !is_name(c)).unwrap_or(behind.len());
            let (name, after) = behind.split_at_checked(end).context("bad variable")?;
            let (names, after) = names(after)?;
            Ok((Word::Variable(name.to_owned(), names), after))
        }
        c if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => {
            let end = rest.find(|c: char| !(is_name(c) || matches!(c, '.' | '-' | '+'))).unwrap_or(rest.len());
            let (number, after) = rest.split_at_checked(end).context("bad number")?;
            let plain = number.strip_prefix('-').unwrap_or(number);
            if plain.is_empty()
                || !plain.bytes().all(|byte| byte.is_ascii_digit())
                || (plain.len() > 1 && plain.starts_with('0'))
            {
                return Err(too_much(format!(
                    "strings.render_template: number {number} in a template is not supported"
                )));
            }
            Ok((Word::Number(number.to_owned()), after))
        }
        '\'' => Err(too_much("strings.render_template: character constants in a template are not supported")),
        c if is_name(c) => {
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            let (name, after) = rest.split_at_checked(end).context("bad name")?;
            Ok((Word::Name(name.to_owned()), after))
        }
        c => bail!("unexpected {c} in an action"),
    }
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// `.a.b`, or only `.`.
fn names(text: &str) -> Result<(Vec<String>, &str)> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(behind) = rest.strip_prefix('.') {
        let end = behind.find(|c| !is_name(c)).unwrap_or(behind.len());
        let (name, after) = behind.split_at_checked(end).context("bad field")?;
        if name.is_empty() {
            if names.is_empty() && !after.starts_with('.') {
                return Ok((names, after));
            }
            bail!("bad field");
        }
        names.push(name.to_owned());
        rest = after;
    }
    Ok((names, rest))
}

fn quoted(text: &str) -> Result<(Word, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((Word::Text(out), text.get(at + 1..).unwrap_or(""))),
            '\n' => bail!("unterminated quoted string"),
            '\\' => out.push(match chars.next().context("unterminated quoted string")?.1 {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '\\' => '\\',
                '"' => '"',
                other => {
                    return Err(too_much(format!("strings.render_template: \\{other} in a template is not supported")));
                }
            }),
            c => out.push(c),
        }
    }
    bail!("unterminated quoted string")
}
