//! What the text of a value means.

use crate::document::{Number, Value};

/// The text without quotes around it, if the same quote is not in it once more.
pub(super) fn unquoted(text: &str) -> &str {
    let inner = |quote: char| {
        text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).filter(|inner| !inner.contains(quote))
    };
    inner('\'').or_else(|| inner('"')).unwrap_or(text)
}

/// A number, a boolean or a string: what Go's `ParseFloat` and `ParseBool` take. Integers are exact;
/// what JSON has no number for stays a string.
pub(super) fn typed(text: &str) -> Value {
    if let Some(number) = number(text) {
        return Value::Number(number);
    }
    match text {
        "t" | "T" | "TRUE" | "true" | "True" => Value::Bool(true),
        "f" | "F" | "FALSE" | "false" | "False" => Value::Bool(false),
        _ => Value::String(text.to_owned()),
    }
}

fn number(text: &str) -> Option<Number> {
    let joined;
    let text = if text.contains('_') && !text.contains(['x', 'X']) {
        joined = without_separators(text)?;
        &joined
    } else {
        text
    };
    if let Some(number) = Number::from_decimal(text) {
        // As great as this is no float.
        return text.parse::<f64>().is_ok_and(f64::is_finite).then_some(number);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if let Some(digits) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        let number = hexadecimal(digits)?;
        return Number::from_f64(if text.starts_with('-') { -number } else { number });
    }
    // Rust takes `inf` and `nan` as well.
    let is_decimal = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    text.parse::<f64>().ok().filter(|_| is_decimal).and_then(Number::from_f64)
}

/// The text without `_`, each of which must stand between digits.
fn without_separators(text: &str) -> Option<String> {
    let mut parts = text.split('_').peekable();
    let mut joined = String::new();
    while let Some(part) = parts.next() {
        let is_first = joined.is_empty();
        let is_last = parts.peek().is_none();
        let begins = is_first || part.starts_with(|c: char| c.is_ascii_digit());
        let ends = is_last || part.ends_with(|c: char| c.is_ascii_digit());
        if !begins || !ends {
            return None;
        }
        joined.push_str(part);
    }
    Some(joined)
}

/// `1.8p3`: the exponent of two is needed.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{}{}", whole.replace('_', ""), fraction);
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits.is_empty() || digits.len() > 13 || !is_hex || whole.ends_with('_') || whole.contains("__") {
        return None;
    }
    let scale = exponent.parse::<i32>().ok()?.checked_sub(i32::try_from(fraction.len()).ok()? * 4)?;
    let mantissa = u64::from_str_radix(&digits, 16).ok()?;
    #[expect(clippy::cast_precision_loss, reason = "13 digits are 52 bits")]
    let number = mantissa as f64 * 2f64.powi(scale);
    Some(number).filter(|number| number.is_finite())
}
