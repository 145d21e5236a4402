//! Regular expressions of Go's syntax, and the builtins over them that regorus has not.

use std::cell::RefCell;
use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use regex::{Regex, RegexBuilder};
use regorus::Value;

use super::Own;
use super::arguments::{text, too_much};

pub(super) const TABLE: &[Own] = &[own!("regex.template_match", 4, template_match)];

/// Bytes of a compiled expression.
const LARGEST: usize = 4 << 20;

/// Expressions one thread keeps.
const MOST_KEPT: usize = 100;

thread_local! {
    /// Never iterated.
    static KEPT: RefCell<HashMap<String, Regex>> = RefCell::default();
}

/// Compiles an expression of Go's syntax, where `\d`, `\w`, `\s` and `\b` are of ASCII.
pub(super) fn compile(pattern: &str) -> Result<Regex> {
    if let Some(known) = KEPT.with_borrow(|kept| kept.get(pattern).cloned()) {
        return Ok(known);
    }
    let built = RegexBuilder::new(&translated(pattern)).size_limit(LARGEST).nest_limit(200).build();
    let regex = match built {
        Ok(regex) => regex,
        Err(regex::Error::CompiledTooBig(_)) => return Err(too_much("regular expression is too large")),
        Err(error) => return Err(error).with_context(|| format!("invalid regular expression {pattern}")),
    };
    KEPT.with_borrow_mut(|kept| {
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(pattern.to_owned(), regex.clone());
    });
    Ok(regex)
}

/// Go's syntax in that of the crate.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    let mut at_start = false;
    while let Some(c) = chars.next() {
        let first = std::mem::take(&mut at_start);
        match c {
            '\\' => match chars.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('s') => out.push_str("[\\t\\n\\f\\r ]"),
                Some('S') => out.push_str("[^\\t\\n\\f\\r ]"),
                Some('b') if !in_class => out.push_str("(?-u:\\b)"),
                Some('Q') if !in_class => {
                    let mut literal = String::new();
                    while let Some(c) = chars.next() {
                        if c == '\\' && chars.peek() == Some(&'E') {
                            chars.next();
                            break;
                        }
                        literal.push(c);
                    }
                    out.push_str(&regex::escape(&literal));
                }
                Some(other) => {
                    out.push('\\');
                    out.push(other);
                }
                None => out.push('\\'),
            },
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                if chars.peek() == Some(&'^') {
                    chars.next();
                    out.push('^');
                }
                at_start = true;
            }
            // The crate has classes in classes and operations on them; Go has not.
            '[' if chars.peek() != Some(&':') => out.push_str("\\["),
            '[' => {
                out.push('[');
                for c in chars.by_ref() {
                    out.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            ']' if in_class && first => out.push_str("\\]"),
            ']' => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn template_match(arguments: &[Value]) -> Result<Value> {
    let [template, value, start, end] = arguments else { bail!("wrong number of arguments") };
    let (template, value, start, end) = (text(template)?, text(value)?, text(start)?, text(end)?);
    let ([start], [end]) = (start.as_bytes(), end.as_bytes()) else { bail!("delimiters are one character each") };
    let unbalanced = || format!("unbalanced braces in {template}");
    let mut pattern = String::from("^");
    let (mut level, mut open, mut done) = (0_usize, 0, 0);
    for (at, byte) in template.bytes().enumerate() {
        if byte == *start {
            level += 1;
            if level == 1 {
                open = at;
            }
        } else if byte == *end {
            level = level.checked_sub(1).with_context(unbalanced)?;
            if level == 0 {
                let literal = template.get(done..open).with_context(unbalanced)?;
                let part = template.get(open + 1..at).with_context(unbalanced)?;
                compile(&format!("^{part}$"))?;
                pattern.push_str(&regex::escape(literal));
                pattern.push_str(&format!("({part})"));
                done = at + 1;
            }
        }
    }
    if level != 0 {
        bail!(unbalanced());
    }
    pattern.push_str(&regex::escape(template.get(done..).unwrap_or("")));
    pattern.push('$');
    Ok(Value::from(compile(&pattern)?.is_match(value)))
}
