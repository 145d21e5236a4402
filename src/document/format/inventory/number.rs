//! Numbers as Python writes them.

use crate::document::{Number, Value};

/// Python gives up on integers with more digits.
const MOST_DIGITS: usize = 4_300;

/// A number of Python; an imaginary one is the text that it is written as.
pub(super) fn number(written: &str, negative: bool) -> Option<Value> {
    let sign = if negative { "-" } else { "" };
    let lower = written.to_ascii_lowercase();
    if let Some((radix, digits)) = [(16, "0x"), (8, "0o"), (2, "0b")]
        .into_iter()
        .find_map(|(radix, prefix)| lower.strip_prefix(prefix).map(|digits| (radix, digits)))
    {
        let digits = ungrouped(digits, |c| c.is_digit(radix), true)?;
        let value = u128::from_str_radix(&digits, radix).ok()?;
        return Number::from_decimal(&format!("{sign}{value}")).map(Value::Number);
    }
    let plain = ungrouped(&lower, |c| c.is_ascii_digit(), false);
    if let Some(digits) = plain {
        // `010` is no number, `00` is.
        if digits.len() > MOST_DIGITS || (digits.starts_with('0') && digits.bytes().any(|byte| byte != b'0')) {
            return None;
        }
        return Number::from_decimal(&format!("{sign}{digits}")).map(Value::Number);
    }
    let (real, imaginary) = lower.strip_suffix('j').map_or((lower.as_str(), false), |real| (real, true));
    let (mantissa, exponent) =
        real.split_once('e').map_or((real, None), |(mantissa, exponent)| (mantissa, Some(exponent)));
    let is_digit = |c: char| c.is_ascii_digit();
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let part = |part: &str| if part.is_empty() { Some(String::new()) } else { ungrouped(part, is_digit, false) };
    let (whole, fraction) = (part(whole)?, part(fraction)?);
    let exponent = match exponent {
        None => "0".to_owned(),
        Some(exponent) => {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            let minus = if exponent.starts_with('-') { "-" } else { "" };
            format!("{minus}{}", ungrouped(digits, is_digit, false)?)
        }
    };
    if imaginary {
        return Some(Value::String(format!("{sign}{written}")));
    }
    let text = format!("{sign}{whole}.{fraction}e{exponent}");
    let text = if whole.is_empty() { text.replacen('.', "0.", 1) } else { text };
    let value: f64 = text.parse().ok()?;
    Some(Number::from_f64(value).map_or_else(|| Value::String(format!("{sign}{written}")), Value::Number))
}

/// Digits without the `_` that may stand between them (`leading`: also before the first).
fn ungrouped(digits: &str, is_digit: impl Fn(char) -> bool, leading: bool) -> Option<String> {
    let digits = if leading { digits.strip_prefix('_').unwrap_or(digits) } else { digits };
    let good = digits.split('_').all(|group| !group.is_empty() && group.chars().all(&is_digit));
    good.then(|| digits.replace('_', ""))
}
