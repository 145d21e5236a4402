//! Globs: those of file names (`glob.*`), and whether two have a text in common (`regex.globs_match`).

use anyhow::{Result, bail};
use regorus::Value;

use super::Own;
use super::arguments::{MOST_BYTES, text, too_much};
use super::{overlap, patterns};

pub(super) const TABLE: &[Own] = &[
    own!("glob.match", 3, matches),
    own!("glob.quote_meta", 1, quote_meta),
    own!("regex.globs_match", 2, overlap::builtin),
];

fn matches(arguments: &[Value]) -> Result<Value> {
    let [pattern, delimiters, value] = arguments else { bail!("wrong number of arguments") };
    let pattern = text(pattern)?;
    let separators = match delimiters {
        Value::Null => Vec::new(),
        Value::Array(items) if items.is_empty() => vec!['.'],
        Value::Array(items) => items.iter().map(character).collect::<Result<_>>()?,
        _ => bail!("delimiters are an array or null"),
    };
    let value = text(value)?;
    Ok(Value::from(patterns::compile(&expression(pattern, &separators)?)?.is_match(value)))
}

fn character(value: &Value) -> Result<char> {
    let mut characters = text(value)?.chars();
    match (characters.next(), characters.next()) {
        (Some(c), None) => Ok(c),
        _ => bail!("a delimiter is one character"),
    }
}

fn quote_meta(arguments: &[Value]) -> Result<Value> {
    let [pattern] = arguments else { bail!("wrong number of arguments") };
    let pattern = text(pattern)?;
    if pattern.len() > MOST_BYTES {
        return Err(too_much("glob.quote_meta: the text is too long"));
    }
    let mut out = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        if matches!(c, '*' | '?' | '\\' | '[' | ']' | '{' | '}') {
            out.push('\\');
        }
        out.push(c);
    }
    Ok(Value::from(out))
}

fn literal(out: &mut String, c: char) {
    let mut buffer = [0; 4];
    out.push_str(&regex::escape(c.encode_utf8(&mut buffer)));
}

fn code(c: char) -> String {
    format!("\\x{{{:x}}}", u32::from(c))
}

/// A glob as a regular expression.
fn expression(pattern: &str, separators: &[char]) -> Result<String> {
    let one = if separators.is_empty() {
        "(?s:.)".to_owned()
    } else {
        format!("[^{}]", separators.iter().copied().map(code).collect::<String>())
    };
    let mut out = String::from("^");
    let mut open = 0_usize;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
                out.push_str("(?s:.*)");
            }
            '*' => {
                out.push_str(&one);
                out.push('*');
            }
            '?' => out.push_str(&one),
            '[' => class(&mut chars, &mut out)?,
            '{' => {
                open += 1;
                out.push_str("(?:");
            }
            ',' if open > 0 => out.push('|'),
            '}' if open > 0 => {
                open -= 1;
                out.push(')');
            }
            '\\' => match chars.next() {
                Some(c) => literal(&mut out, c),
                None => bail!("trailing backslash"),
            },
            c => literal(&mut out, c),
        }
    }
    if open > 0 {
        bail!("unclosed `{{`");
    }
    out.push('$');
    Ok(out)
}

/// What stands between `[` and `]`: a range or a list, after `!` those that are not in it.
fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) -> Result<()> {
    let Some(mut first) = chars.next() else { bail!("unclosed `[`") };
    out.push('[');
    if first == '!' {
        out.push('^');
        let Some(next) = chars.next() else { bail!("unclosed `[`") };
        first = next;
    }
    if chars.peek() == Some(&'-') {
        chars.next();
        match (chars.next(), chars.next()) {
            (Some(high), Some(']')) if first <= high => out.push_str(&format!("{}-{}]", code(first), code(high))),
            _ => bail!("could not parse range"),
        }
        return Ok(());
    }
    let mut listed = 0;
    let mut next = Some(first);
    loop {
        match next {
            None => bail!("unclosed `[`"),
            Some(']') if listed == 0 => bail!("could not parse range"),
            Some(']') => break,
            Some('\\') => match chars.next() {
                Some(c) => out.push_str(&code(c)),
                None => bail!("trailing backslash"),
            },
            Some(c) => out.push_str(&code(c)),
        }
        listed += 1;
        next = chars.next();
    }
    out.push(']');
    Ok(())
}
