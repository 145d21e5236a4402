//! `yaml.marshal`: YAML as `go.yaml.in/yaml/v3` writes it, which is what OPA uses.

use std::cmp::Ordering;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use regorus::Value;

use super::fault::{self, MOST_TEXT};
use super::go_format::{self, Flags};
use super::regexes;
use super::{Own, json};

pub(super) const TABLE: &[Own] = &[own!("yaml.marshal", 1, marshal)];

/// Spaces of a level.
const INDENT: usize = 2;

/// The longest key that stands on one line with its value.
const LONGEST_KEY: usize = 128;

fn marshal(arguments: &[Value]) -> Result<Value> {
    let [value] = arguments else { bail!("yaml.marshal: wants a value") };
    let mut out = String::new();
    write(&mut out, value, 0, 0)?;
    Ok(Value::from(out))
}

fn unsupported(what: &str) -> anyhow::Error {
    fault::fault(format!("`yaml.marshal` cannot write {what}"));
    anyhow::anyhow!("yaml.marshal: {what}")
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// Writes a value and ends its line. A collection stands at `indent`, its first line where `out` ends; the lines of
/// a text are at `below` and two more.
fn write(out: &mut String, value: &Value, indent: usize, below: usize) -> Result<()> {
    fault::room("yaml.marshal", out.len(), MOST_TEXT)?;
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => {
            if number.is_integer() && (number.as_i64().is_some() || number.as_u64().is_some()) {
                out.push_str(&number.format_decimal());
            } else {
                let float = number.format_decimal().parse().context("yaml.marshal: no number")?;
                go_format::float(out, float, 'g', &Flags::default());
            }
        }
        Value::String(text) => return scalar(out, text, below + INDENT, false),
        Value::Array(items) => return list(out, &items.iter().collect::<Vec<_>>(), indent),
        Value::Set(items) => return list(out, &items.iter_sorted().collect::<Vec<_>>(), indent),
        Value::Object(fields) => {
            let mut entries = Vec::with_capacity(fields.len());
            for (key, value) in fields.iter_sorted() {
                entries.push((json::key_text(key)?, value));
            }
            entries.sort_by(|a, b| natural(&a.0, &b.0));
            return mapping(out, &entries, indent);
        }
        Value::Undefined => bail!("yaml.marshal: an undefined value"),
    }
    out.push('\n');
    Ok(())
}

fn list(out: &mut String, items: &[&Value], indent: usize) -> Result<()> {
    if items.is_empty() {
        out.push_str("[]\n");
    }
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            spaces(out, indent);
        }
        out.push_str("- ");
        write(out, item, indent + INDENT, indent)?;
    }
    Ok(())
}

fn mapping(out: &mut String, entries: &[(String, &Value)], indent: usize) -> Result<()> {
    if entries.is_empty() {
        out.push_str("{}\n");
    }
    for (index, (key, value)) in entries.iter().enumerate() {
        if index > 0 {
            spaces(out, indent);
        }
        if key.contains('\n') || key.len() > LONGEST_KEY {
            return Err(unsupported("a key that is long or has several lines"));
        }
        scalar(out, key, 0, true)?;
        out.push(':');
        let nested = match value {
            Value::Array(items) => !items.is_empty(),
            Value::Set(items) => !items.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Undefined => false,
        };
        if nested {
            out.push('\n');
            spaces(out, indent + INDENT);
        } else {
            out.push(' ');
        }
        write(out, value, indent + INDENT, indent)?;
    }
    Ok(())
}

/// The order of keys: numbers in them by their value.
fn natural(left: &str, right: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut digits = false;
    for (index, (x, y)) in a.iter().zip(&b).enumerate() {
        if x == y {
            digits = x.is_ascii_digit();
            continue;
        }
        match (x.is_alphabetic(), y.is_alphabetic()) {
            (true, true) => return x.cmp(y),
            (true, false) => return if digits { Ordering::Less } else { Ordering::Greater },
            (false, true) => return if digits { Ordering::Greater } else { Ordering::Less },
            (false, false) => {}
        }
        let before = a.get(..index).unwrap_or_default().iter().rev().take_while(|c| c.is_ascii_digit());
        let start = i64::from((*x == '0' || *y == '0') && before.into_iter().any(|c| *c != '0'));
        let run = |text: &[char]| {
            let run = text.get(index..).unwrap_or_default().iter().map_while(|c| c.to_digit(10));
            let count = run.clone().count();
            (run.fold(start, |number, digit| number.wrapping_mul(10).wrapping_add(i64::from(digit))), count)
        };
        return run(&a).cmp(&run(&b)).then_with(|| x.cmp(y));
    }
    a.len().cmp(&b.len())
}

/// What a text holds that decides how it is written.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties of one text")]
struct Shape {
    /// It means something else where it stands plain.
    indicators: bool,
    special: bool,
    tabs: bool,
    lines: bool,
    /// It begins or ends with a space or a line end.
    edges: bool,
    ends_with_space: bool,
    space_before_line_end: bool,
    space_after_line_end: bool,
}

fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

fn shape(text: &str) -> Shape {
    let mut shape = Shape { indicators: text.starts_with("---") || text.starts_with("..."), ..Shape::default() };
    let mut characters = text.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        let blank = |other: Option<char>| other.is_none_or(|other| matches!(other, ' ' | '\t' | '\n' | '\r'));
        let next = characters.peek().copied();
        shape.indicators |= match character {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`'
                if before.is_none() =>
            {
                true
            }
            '?' | '-' if before.is_none() => blank(next),
            ':' => blank(next),
            '#' => blank(before),
            _ => false,
        };
        match character {
            '\t' => shape.tabs = true,
            character => shape.special |= !is_printable(character),
        }
        if matches!(character, ' ' | '\n') && (before.is_none() || next.is_none()) {
            shape.edges = true;
        }
        shape.ends_with_space |= character == ' ' && next.is_none();
        shape.lines |= character == '\n';
        shape.space_before_line_end |= character == '\n' && before == Some(' ');
        shape.space_after_line_end |= character == ' ' && before == Some('\n');
        before = Some(character);
    }
    shape
}

fn scalar(out: &mut String, text: &str, indent: usize, is_key: bool) -> Result<()> {
    if text.contains(['\u{85}', '\u{2028}', '\u{2029}']) {
        return Err(unsupported("a line end of Unicode"));
    }
    // OPA reads JSON as YAML on the way, and YAML has none of these.
    if text.contains(|c| matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')) {
        bail!("yaml.marshal: a control character");
    }
    let shape = shape(text);
    let odd = shape.space_before_line_end || shape.special;
    if text.contains('\n') {
        if odd || shape.ends_with_space { double_quoted(out, text) } else { literal(out, text, indent) }
    } else if is_other(text) {
        double_quoted(out, text);
    } else if !shape.indicators && !shape.edges && !odd && !shape.tabs {
        out.push_str(text);
    } else if !odd && !shape.tabs && !shape.space_after_line_end {
        let _ = write!(out, "'{}'", text.replace('\'', "''"));
    } else {
        double_quoted(out, text);
    }
    if !is_key && !text.contains('\n') || (text.contains('\n') && (odd || shape.ends_with_space)) {
        out.push('\n');
    }
    Ok(())
}

/// A text by its lines. It ends its own last line.
fn literal(out: &mut String, text: &str, indent: usize) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        let _ = write!(out, "{INDENT}");
    }
    let kept = match text.strip_suffix('\n') {
        None => "-",
        Some(rest) if rest.is_empty() || rest.ends_with('\n') => "+",
        Some(_) => "",
    };
    out.push_str(kept);
    out.push('\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            spaces(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn double_quoted(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        let code = u32::from(character);
        let escape = match character {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' | '\\' => character,
            character if is_printable(character) => {
                out.push(character);
                continue;
            }
            _ => {
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                };
                continue;
            }
        };
        out.push('\\');
        out.push(escape);
    }
    out.push('"');
}

/// Whether a plain text is read as something else than a string, now or in YAML 1.1.
fn is_other(text: &str) -> bool {
    const WORDS: &str = "^(?:|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|\
         off|Off|OFF|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN))$";
    const SIXTIES: &str = r"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$";
    const DATE: &str = r"^[0-9]{4}-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12][0-9]|3[01])(?:[Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})| [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?)?$";
    const FLOAT: &str = r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$";
    let matches = |pattern: &str, text: &str| regexes::pattern(pattern).is_ok_and(|it| it.regex.is_match(text));
    if text.len() > 64 && !text.starts_with(['+', '-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
        return false;
    }
    if [WORDS, SIXTIES, DATE].into_iter().any(|pattern| matches(pattern, text)) {
        return true;
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return false;
    }
    let plain = text.replace('_', "");
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain).to_ascii_lowercase();
    let integer = [("0x", 16), ("0o", 8), ("0b", 2)].into_iter().any(|(prefix, radix)| {
        digits.strip_prefix(prefix).is_some_and(|rest| u64::from_str_radix(rest, radix).is_ok())
    });
    integer || (matches(FLOAT, &plain) && plain.parse::<f64>().is_ok_and(f64::is_finite))
}
