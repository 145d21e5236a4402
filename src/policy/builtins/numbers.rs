//! `numbers.range*` and `units.*`.

use anyhow::{Context, Result, bail};
use num_bigint::BigUint;
use regorus::Value;

use super::Own;
use super::arguments::{MOST_ELEMENTS, text, too_much};
use super::fault::arithmetic;

pub(super) const TABLE: &[Own] =
    &[own!("numbers.range_step", 3, range_step), own!("units.parse", 1, units), own!("units.parse_bytes", 1, bytes)];

fn range_step(arguments: &[Value]) -> Result<Value> {
    let [from, to, step] = arguments else { bail!("wrong number of arguments") };
    steps("numbers.range_step", from, to, step)
}

#[expect(clippy::redundant_closure_for_method_calls, reason = "the type of numbers has no public name")]
fn steps(name: &str, from: &Value, to: &Value, step: &Value) -> Result<Value> {
    if ![from, to, step].into_iter().all(|value| value.as_number().is_ok_and(|number| number.is_integer())) {
        bail!("{name}: must be integer number");
    }
    if *step <= Value::from(0_u64) {
        bail!("{name}: step must be a positive integer");
    }
    let up = from <= to;
    let mut numbers = Vec::new();
    let mut at = from.clone();
    while if up { at <= *to } else { at >= *to } {
        numbers.push(at.clone());
        if numbers.len() > MOST_ELEMENTS {
            return Err(too_much(format!("{name}: more than {MOST_ELEMENTS} numbers")));
        }
        at = arithmetic(if up { '+' } else { '-' }, &[at, step.clone()])?;
    }
    Ok(Value::from(numbers))
}

/// Digits of an exponent beyond which OPA gives up.
const EXPONENT_DIGITS: usize = 6;

/// The largest exponent there is room for.
const LARGEST_EXPONENT: usize = 4_000;

/// An amount and its unit, as they stand in the text.
fn split<'t>(name: &str, value: &'t str) -> Result<(&'t str, &'t str)> {
    let bytes = value.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let sign = |at: usize| matches!(bytes.get(at), Some(b'+' | b'-'));
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' | b'.' | b'+' | b'-' => {}
            b'e' | b'E' if digit(at + 1) || sign(at + 1) => {
                if sign(at + 1) {
                    at += 1;
                }
                let digits = bytes.iter().skip(at + 1).take_while(|byte| byte.is_ascii_digit()).count();
                if digits > EXPONENT_DIGITS {
                    bail!("{name}: exponent too large");
                }
            }
            _ => break,
        }
        at += 1;
    }
    let (amount, unit) = value.split_at_checked(at).context("not at a character")?;
    if amount.is_empty() {
        bail!("{name}: no amount provided");
    }
    Ok((amount, unit))
}

/// A decimal number: its digits and how many of them are behind the point (or, below zero, are missing before it).
struct Decimal {
    negative: bool,
    digits: String,
    scale: i64,
}

impl Decimal {
    fn parse(name: &str, value: &str) -> Result<Self> {
        let wrong = || format!("{name}: could not parse amount to a number");
        let (negative, rest) = match value.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, value.strip_prefix('+').unwrap_or(value)),
        };
        let (mantissa, exponent) = rest.split_once(['e', 'E']).map_or((rest, None), |(m, e)| (m, Some(e)));
        let exponent: i64 = match exponent {
            Some(exponent) => exponent.parse().ok().with_context(wrong)?,
            None => 0,
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!(wrong());
        }
        let scale = i64::try_from(fraction.len())?.saturating_sub(exponent);
        if usize::try_from(scale.unsigned_abs()).map_or(true, |scale| scale > LARGEST_EXPONENT)
            || digits.len() > LARGEST_EXPONENT
        {
            return Err(too_much(format!("{name}: the number is too long")));
        }
        Ok(Self { negative, digits, scale })
    }

    /// Its whole part and the rest, in digits.
    fn parts(&self) -> (String, String) {
        let mut digits = self.digits.clone();
        let size = usize::try_from(self.scale.unsigned_abs()).unwrap_or(0);
        if self.scale < 0 {
            digits.push_str(&"0".repeat(size));
            return (digits, String::new());
        }
        if digits.len() <= size {
            digits.insert_str(0, &"0".repeat(size + 1 - digits.len()));
        }
        let fraction = digits.split_off(digits.len() - size);
        (digits, fraction)
    }

    fn number(&self) -> Result<BigUint> {
        integer(&self.digits)
    }
}

fn integer(digits: &str) -> Result<BigUint> {
    Ok(digits.parse()?)
}

/// What `m` stands for: the float nearest to 0.001, as in OPA, over 2^60.
const MILLI: u64 = 1_152_921_504_606_847;

fn units(arguments: &[Value]) -> Result<Value> {
    let name = "units.parse";
    let [value] = arguments else { bail!("wrong number of arguments") };
    let value = text(value)?.replace('"', "");
    if value.contains(' ') {
        bail!("{name}: spaces not allowed in resource strings");
    }
    let (amount, unit) = split(name, &value)?;
    let mut chars = unit.chars();
    let unit: String = chars.next().into_iter().chain(chars.as_str().chars().flat_map(char::to_lowercase)).collect();
    let factor: Option<u64> = match unit.as_str() {
        "m" => None,
        "" => Some(1),
        "k" | "K" => Some(1_000),
        "ki" | "Ki" => Some(1 << 10),
        "M" => Some(1_000_u64.pow(2)),
        "mi" | "Mi" => Some(1 << 20),
        "g" | "G" => Some(1_000_u64.pow(3)),
        "gi" | "Gi" => Some(1 << 30),
        "t" | "T" => Some(1_000_u64.pow(4)),
        "ti" | "Ti" => Some(1 << 40),
        "p" | "P" => Some(1_000_u64.pow(5)),
        "pi" | "Pi" => Some(1 << 50),
        "e" | "E" => Some(1_000_u64.pow(6)),
        "ei" | "Ei" => Some(1 << 60),
        _ => bail!("{name}: unit {unit} not recognized"),
    };
    let mut amount = Decimal::parse(name, amount)?;
    let mut number = amount.number()?;
    if let Some(factor) = factor {
        number *= factor;
    } else {
        // A division by 2^60 is one by 10^60 of 5^60 times as much.
        number *= BigUint::from(MILLI) * BigUint::from(5_u64).pow(60);
        amount.scale += 60;
    }
    amount.digits = number.to_string();
    let (whole, fraction) = amount.parts();
    let sign = if amount.negative { "-" } else { "" };
    if fraction.bytes().all(|byte| byte == b'0') {
        return Value::from_numeric_string(&format!("{sign}{}", integer(&whole)?));
    }
    // Ten digits behind the point, the last one rounded.
    let kept = format!("{whole}{fraction:0<10}");
    let (kept, dropped) = kept.split_at_checked(whole.len() + 10).context("no digits")?;
    let mut rounded = integer(kept)?;
    if dropped.as_bytes().first().is_some_and(|digit| *digit >= b'5') {
        rounded += 1_u64;
    }
    let digits = format!("{:0>11}", rounded.to_string());
    let (whole, fraction) = digits.split_at_checked(digits.len() - 10).context("no digits")?;
    Value::from_numeric_string(&format!("{sign}{whole}.{fraction}"))
}

fn bytes(arguments: &[Value]) -> Result<Value> {
    let name = "units.parse_bytes";
    let [value] = arguments else { bail!("wrong number of arguments") };
    let value = text(value)?.to_lowercase().replace('"', "");
    if value.contains(' ') {
        bail!("{name}: spaces not allowed in resource strings");
    }
    let (amount, unit) = split(name, &value)?;
    let factor: u64 = match unit {
        "" => 1,
        "kb" | "k" => 1_000,
        "kib" | "ki" => 1 << 10,
        "mb" | "m" => 1_000_u64.pow(2),
        "mib" | "mi" => 1 << 20,
        "gb" | "g" => 1_000_u64.pow(3),
        "gib" | "gi" => 1 << 30,
        "tb" | "t" => 1_000_u64.pow(4),
        "tib" | "ti" => 1 << 40,
        "pb" | "p" => 1_000_u64.pow(5),
        "pib" | "pi" => 1 << 50,
        "eb" | "e" => 1_000_u64.pow(6),
        "eib" | "ei" => 1 << 60,
        _ => bail!("{name}: byte unit {unit} not recognized"),
    };
    let amount = Decimal::parse(name, amount)?;
    let ten = |power: i64| BigUint::from(10_u64).pow(u32::try_from(power).unwrap_or(0));
    // OPA computes with floats of 64 bits: the amount is one, and the product.
    let (mantissa, exponent) = rounded(&(amount.number()? * ten(-amount.scale)), &ten(amount.scale));
    let (mantissa, further) = rounded(&(BigUint::from(mantissa) * factor), &BigUint::from(1_u64));
    let exponent = exponent + further;
    let (whole, shift) = (BigUint::from(mantissa), usize::try_from(exponent.unsigned_abs())?);
    let whole = if exponent < 0 { whole >> shift } else { whole << shift };
    let sign = if amount.negative { "-" } else { "" };
    Value::from_numeric_string(&format!("{sign}{whole}"))
}

/// The fraction as 64 bits and an exponent of two, rounded to the nearest, halves to even.
fn rounded(number: &BigUint, divisor: &BigUint) -> (u64, i64) {
    let bits = |big: &BigUint| i64::try_from(big.bits()).unwrap_or(i64::MAX);
    // At least 66 bits: two more than are kept.
    let shift = 67 - (bits(number) - bits(divisor));
    let by = usize::try_from(shift.unsigned_abs()).unwrap_or(0);
    let (scaled, below) = if shift >= 0 { (number << by, divisor.clone()) } else { (number.clone(), divisor << by) };
    let quotient = &scaled / &below;
    let exact = &quotient * &below == scaled;
    let mut quotient = u128::try_from(quotient).unwrap_or(0);
    if quotient == 0 {
        return (0, 0);
    }
    let extra = 64_u32.saturating_sub(quotient.leading_zeros());
    let (half, mask) = (1_u128 << (extra - 1), (1_u128 << extra) - 1);
    let rest = quotient & mask;
    quotient >>= extra;
    if rest > half || (rest == half && (!exact || quotient & 1 == 1)) {
        quotient += 1;
    }
    let mut exponent = i64::from(extra) - shift;
    if quotient >> 64 != 0 {
        quotient >>= 1;
        exponent += 1;
    }
    (u64::try_from(quotient).unwrap_or(u64::MAX), exponent)
}
