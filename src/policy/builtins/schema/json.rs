//! JSON as Go writes it, and its numbers.

use std::cmp::Ordering;

use num_bigint::BigInt;
use serde_json::Value as Json;

/// Digits before or behind the point.
const LARGEST: i64 = 4_000;

/// A decimal number, exactly: digits, and how many of them are behind the point.
#[derive(Clone, Debug)]
pub(super) struct Decimal {
    digits: BigInt,
    scale: i64,
}

impl Decimal {
    /// `None` for what is no number, and for one that is too long.
    pub(super) fn of(value: &Json) -> Option<Self> {
        let Json::Number(number) = value else { return None };
        let text = number.to_string();
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
        let exponent: i64 = exponent.parse().ok()?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        if scale.abs() > LARGEST || whole.len() > 4 * 4_000 {
            return None;
        }
        let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
        if scale < 0 {
            return Some(Self { digits: digits * ten(-scale), scale: 0 });
        }
        Some(Self { digits, scale })
    }

    fn scaled(&self, scale: i64) -> BigInt {
        &self.digits * ten(scale - self.scale)
    }

    pub(super) fn order(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        self.scaled(scale).cmp(&other.scaled(scale))
    }

    pub(super) fn is_integer(&self) -> bool {
        &self.digits % ten(self.scale) == BigInt::ZERO
    }

    pub(super) fn is_positive(&self) -> bool {
        self.digits > BigInt::ZERO
    }

    pub(super) fn is_multiple_of(&self, other: &Self) -> bool {
        let scale = self.scale.max(other.scale);
        let by = other.scaled(scale);
        by != BigInt::ZERO && self.scaled(scale) % by == BigInt::ZERO
    }
}

fn ten(power: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(power).unwrap_or(0))
}

/// `json.Marshal` of Go, with all numbers as floats.
pub(super) fn go(value: &Json) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Json) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => match number.as_f64() {
            Some(float) => out.push_str(&go_float(float)),
            None => out.push_str(&number.to_string()),
        },
        Json::String(text) => string(out, text),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(out, item);
            }
            out.push(']');
        }
        Json::Object(fields) => {
            out.push('{');
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by(|a, b| a.0.cmp(b.0));
            for (index, (key, value)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                string(out, key);
                out.push(':');
                write(out, value);
            }
            out.push('}');
        }
    }
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn go_float(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        let text = format!("{value:e}");
        return match text.split_once("e-") {
            Some((mantissa, exponent)) => format!("{mantissa}e-{exponent}"),
            None => text.replace('e', "e+"),
        };
    }
    format!("{value}")
}
