//! Numbers, booleans, dates and times.

use super::{Reader, syntax};
use crate::document::format::mapping::shown;
use crate::document::{Number, Problem, Span, Value};

const HELP: &str = "text is written in double quotes";

impl Reader<'_> {
    pub(super) fn scalar(&mut self) -> Result<Value, Problem> {
        if let Some(b'"' | b'\'') = self.peek() {
            return self.string().map(Value::String);
        }
        let start = self.at;
        let mut length = self.word(start);
        // A date and its time may be set apart by a space.
        let is_date = |text: &str| length == 10 && fits(text, "0000-00-00");
        let time = start + length + 1;
        if self.text.get(start..start + length).is_some_and(is_date)
            && self.text.as_bytes().get(start + length) == Some(&b' ')
            && self.text.as_bytes().get(time).is_some_and(u8::is_ascii_digit)
        {
            length += 1 + self.word(time);
        }
        let word = self.text.get(start..start + length).unwrap_or_default();
        if word.is_empty() {
            return Err(self.expected("a value", HELP));
        }
        let span = Span::new(start, start + length);
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "inf" | "+inf" => Value::String("inf".to_owned()),
            "-inf" => Value::String("-inf".to_owned()),
            "nan" | "+nan" | "-nan" => Value::String("nan".to_owned()),
            _ if word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) => {
                number(word).or_else(|| moment(word).map(Value::String)).ok_or_else(|| not_a_number(word, span))?
            }
            _ => {
                let message = format!("expected a value, found `{}`", shown(word));
                return Err(syntax(&message, span, HELP));
            }
        };
        self.at += length;
        Ok(value)
    }

    /// The length of the word at `start`: up to a blank, a comma, a bracket or a comment.
    fn word(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        rest.find(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ']' | '}' | '#' | '[' | '{' | '='))
            .unwrap_or(rest.len())
    }
}

fn not_a_number(word: &str, span: Span) -> Problem {
    let written = shown(word);
    let bare = word.replace('_', "");
    let digits = bare.trim_start_matches(['+', '-']);
    let is_decimal = digits.bytes().all(|byte| byte.is_ascii_digit());
    let radix = ["0x", "0o", "0b"].iter().any(|prefix| digits.starts_with(prefix));
    let (message, help) = if digits.contains(':') || (digits.len() >= 8 && digits.get(4..5) == Some("-")) {
        (format!("`{written}` is no date or time of TOML"), "write `1979-05-27T07:32:00Z`, or a part of it")
    } else if is_decimal && digits.starts_with('0') && digits.len() > 1 {
        (format!("`{written}` is no number of TOML: it begins with a zero"), "an octal number is written `0o17`")
    } else if (is_decimal || radix) && digits.len() > 16 && !word.contains("__") {
        (format!("`{written}` does not fit in 64 bits"), HELP)
    } else {
        (format!("`{written}` is no number of TOML"), HELP)
    };
    syntax(&message, span, help)
}

fn number(word: &str) -> Option<Value> {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    let prefix = unsigned.get(..2).and_then(|prefix| match prefix {
        "0x" => Some(16),
        "0o" => Some(8),
        "0b" => Some(2),
        _ => None,
    });
    if let Some(radix) = prefix {
        let digits = plain(unsigned.get(2..)?, |byte| char::from(byte).is_digit(radix))?;
        let value = i64::from_str_radix(&digits, radix).ok().filter(|_| unsigned == word)?;
        return Some(Value::Number(Number::Int(value)));
    }
    let whole_end = unsigned.find(['.', 'e', 'E']).unwrap_or(unsigned.len());
    let (whole, tail) = unsigned.split_at_checked(whole_end)?;
    let whole = plain(whole, |byte| byte.is_ascii_digit())?;
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    let sign = if word.starts_with('-') { "-" } else { "" };
    if tail.is_empty() {
        return format!("{sign}{whole}").parse().ok().map(|int| Value::Number(Number::Int(int)));
    }
    let (fraction, exponent) = match tail.find(['e', 'E']) {
        Some(at) => (tail.get(..at)?, Some(tail.get(at + 1..)?)),
        None => (tail, None),
    };
    let mut text = format!("{sign}{whole}");
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(&plain(fraction.strip_prefix('.')?, |byte| byte.is_ascii_digit())?);
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        text.push_str(if exponent.starts_with('-') { "e-" } else { "e" });
        text.push_str(&plain(digits, |byte| byte.is_ascii_digit())?);
    }
    let float = text.parse().ok().and_then(Number::from_f64);
    Some(float.map_or(Value::String(text), Value::Number))
}

/// Digits without the `_` between them; `None` if there is anything else.
fn plain(text: &str, is_digit: impl Fn(u8) -> bool) -> Option<String> {
    let bytes = text.as_bytes();
    let around = |at: usize| at.checked_sub(1).and_then(|at| bytes.get(at)).zip(bytes.get(at + 1));
    let good = bytes.iter().enumerate().all(|(at, byte)| {
        is_digit(*byte) || (*byte == b'_' && around(at).is_some_and(|(a, b)| is_digit(*a) && is_digit(*b)))
    });
    (good && !bytes.is_empty()).then(|| text.replace('_', ""))
}

/// A date, a time or both, as RFC 3339 has it.
fn moment(word: &str) -> Option<String> {
    if fits(word.get(..3)?, "00:") {
        return Some(format!("0000-01-01T{}Z", clock(word)?));
    }
    let date = word.get(..10)?;
    if !fits(date, "0000-00-00") {
        return None;
    }
    let part = |from: usize, to: usize| date.get(from..to).and_then(|digits| digits.parse::<u32>().ok());
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let days = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    let Some(time) = word.get(10..).filter(|time| !time.is_empty()) else {
        return Some(format!("{date}T00:00:00Z"));
    };
    let time = time.strip_prefix(['T', 't', ' '])?;
    let behind = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at_checked(behind)?;
    let zone = match zone {
        "" | "Z" | "z" | "+00:00" | "-00:00" => "Z",
        _ => {
            let offset = zone.get(1..).filter(|offset| fits(offset, "00:00"))?;
            (offset.get(..2)? < "24" && offset.get(3..)? < "60").then_some(zone)?
        }
    };
    Some(format!("{date}T{}{zone}", clock(time)?))
}

/// `07:32`, `07:32:00` or `07:32:00.5`, with seconds and without zeros at the end.
fn clock(text: &str) -> Option<String> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if whole.len() == 8 && !fraction.is_empty() => (whole, fraction),
        Some(_) => return None,
        None => (text, ""),
    };
    let in_range = |from: usize, most: &str| whole.get(from..from + 2).is_some_and(|digits| digits <= most);
    let good = (fits(whole, "00:00") || (fits(whole, "00:00:00") && in_range(6, "60")))
        && in_range(0, "23")
        && in_range(3, "59")
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !good {
        return None;
    }
    let seconds = if whole.len() == 5 { ":00" } else { "" };
    // Finer than a nanosecond is cut.
    let fraction = fraction.get(..9).unwrap_or(fraction).trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{whole}{seconds}{point}{fraction}"))
}

/// Whether the text has a digit where the pattern has a `0`, and else is the pattern.
fn fits(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(a, b)| if b == b'0' { a.is_ascii_digit() } else { a == b })
}
