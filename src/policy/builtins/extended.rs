//! Numbers with a mantissa of 64 bits: what OPA computes with where an operand is no integer.
//!
//! OPA keeps numbers as decimal text, reads them into `big.Float`s of 64 bits for a computation and
//! writes the shortest text of the result, so `0.1 + 0.2 == 0.3` holds. Our numbers are `f64`s; a
//! computation on their shortest decimals in 64 bits gives OPA's answer to the last digit of an `f64`.

use anyhow::{Context as _, Result};
use regorus::Value;

/// `±mantissa × 2^exponent`; the highest bit of the mantissa is set but for zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extended {
    negative: bool,
    mantissa: u64,
    exponent: i32,
}

/// Digits that every `f64` keeps: a number with more is a result, not a text that somebody wrote.
const KEPT_DIGITS: usize = 15;

const ZERO: Extended = Extended { negative: false, mantissa: 0, exponent: 0 };

/// Rounds `(wide + a little if sticky) × 2^exponent` to 64 bits, half to even.
fn rounded(negative: bool, wide: u128, exponent: i32, sticky: bool) -> Extended {
    if wide == 0 {
        return ZERO;
    }
    let excess = 64 - i32::try_from(wide.leading_zeros()).unwrap_or(0);
    if excess <= 0 {
        let mantissa = u64::try_from(wide << excess.unsigned_abs()).unwrap_or(u64::MAX);
        return Extended { negative, mantissa, exponent: exponent + excess };
    }
    let kept = wide >> excess;
    let lost = wide & ((1_u128 << excess) - 1);
    let half = 1_u128 << (excess - 1);
    let up = lost > half || (lost == half && (sticky || kept & 1 == 1));
    match u64::try_from(kept + u128::from(up)) {
        Ok(mantissa) => Extended { negative, mantissa, exponent: exponent + excess },
        Err(_) => Extended { negative, mantissa: 1 << 63, exponent: exponent + excess + 1 },
    }
}

impl Extended {
    pub(super) fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// A number of ours, and whether it stands for itself: not for a longer one.
    pub(super) fn read(number: &Value) -> Result<(Self, bool)> {
        let Value::Number(number) = number else { anyhow::bail!("wants a number") };
        if let Some(int) = number.as_i64() {
            return Ok((rounded(int < 0, u128::from(int.unsigned_abs()), 0, false), true));
        }
        if number.is_integer() {
            return Ok((Self::from_decimal(&number.format_decimal(), 0)?, true));
        }
        let float = number.as_f64().context("no float")?;
        let text = format!("{float:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let is_exact = digits.trim_start_matches('-').len() <= KEPT_DIGITS;
        if !is_exact {
            return Ok((Self::from_binary(float), false));
        }
        let exponent: i32 = exponent.parse()?;
        Ok((Self::from_decimal(&digits, exponent - i32::try_from(fraction.len())?)?, true))
    }

    fn from_binary(float: f64) -> Self {
        let bits = float.to_bits();
        let biased = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
        let fraction = bits & ((1 << 52) - 1);
        let mantissa = if biased == 0 { fraction } else { fraction | (1 << 52) };
        rounded(float.is_sign_negative(), u128::from(mantissa), biased.max(1) - 1075, false)
    }

    /// `digits × 10^exponent`
    fn from_decimal(digits: &str, exponent: i32) -> Result<Self> {
        let negative = digits.starts_with('-');
        let number = |text: &str| Value::from_numeric_string(text);
        let zeros = |count: i32| "0".repeat(usize::try_from(count.max(0)).unwrap_or(0));
        let above = number(&format!("{}{}", digits.trim_start_matches('-'), zeros(exponent)))?;
        let below = number(&format!("1{}", zeros(-exponent)))?;
        let (Value::Number(above), Value::Number(below)) = (above, below) else { anyhow::bail!("no number") };
        let bits = |big: Option<u64>| i32::try_from(big.unwrap_or(0)).unwrap_or(i32::MAX);
        let length = bits(Some(above.to_big()?.bits())) - bits(Some(below.to_big()?.bits()));
        // A quotient of 66 or 67 bits.
        let shift = 66 - length;
        let power = |shift: i32| {
            let Value::Number(one) = Value::from(1_u64) else { anyhow::bail!("no number") };
            let Value::Number(by) = Value::from(i64::from(shift.max(0))) else { anyhow::bail!("no number") };
            one.lsh(&by).context("no power")
        };
        let above = above.mul(&power(shift)?)?;
        let below = below.mul(&power(-shift)?)?;
        let rest = above.clone().modulo(&below)?;
        let quotient = above.sub(&rest)?.divide(&below)?.as_u128().context("too wide")?;
        Ok(rounded(negative, quotient, -shift, rest.is_positive()))
    }

    pub(super) fn add(self, other: Self) -> Self {
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        let (large, small) = if (self.exponent, self.mantissa) >= (other.exponent, other.mantissa) {
            (self, other)
        } else {
            (other, self)
        };
        let distance = large.exponent.abs_diff(small.exponent);
        let (wide, exponent) = (u128::from(large.mantissa) << 62, large.exponent.saturating_sub(62));
        let (shifted, sticky) = match distance {
            0..=62 => (u128::from(small.mantissa) << (62 - distance), false),
            63..=126 => {
                let by = distance - 62;
                (u128::from(small.mantissa) >> by, u128::from(small.mantissa) & ((1_u128 << by) - 1) != 0)
            }
            _ => (0, true),
        };
        if large.negative == small.negative {
            rounded(large.negative, wide + shifted, exponent, sticky)
        } else {
            // What is lost makes the difference a little smaller.
            rounded(large.negative, wide - shifted - u128::from(sticky), exponent, sticky)
        }
    }

    pub(super) fn negated(self) -> Self {
        Self { negative: !self.negative, ..self }
    }

    pub(super) fn mul(self, other: Self) -> Self {
        let wide = u128::from(self.mantissa) * u128::from(other.mantissa);
        rounded(self.negative != other.negative, wide, self.exponent.saturating_add(other.exponent), false)
    }

    /// The quotient; `other` is not zero.
    pub(super) fn div(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return ZERO;
        }
        // 63 or 64 bits, then two more.
        let divisor = u128::from(other.mantissa);
        let first = u128::from(self.mantissa) << 63;
        let (mut quotient, mut rest) = (first / divisor, first % divisor);
        for _ in 0..3 {
            rest <<= 1;
            quotient = (quotient << 1) | u128::from(rest >= divisor);
            if rest >= divisor {
                rest -= divisor;
            }
        }
        let exponent = self.exponent.saturating_sub(other.exponent).saturating_sub(66);
        rounded(self.negative != other.negative, quotient, exponent, rest != 0)
    }

    /// As a number of ours. `exact`: the operands stood for themselves, so that a result near to a number that
    /// somebody wrote is not that number, unless it is.
    ///
    /// # Errors
    /// There is no room for it: it is too large or too small.
    pub(super) fn number(self, exact: bool) -> Result<Value> {
        if self.is_zero() {
            return Ok(Value::from(0_u64));
        }
        if let Some(int) = self.int() {
            return Ok(int);
        }
        if self.exponent > 0 {
            return self.large();
        }
        let Self { negative, mantissa, exponent } = self;
        #[expect(clippy::cast_precision_loss, reason = "rounded to even, as it is to be")]
        let float = mantissa as f64;
        // In two steps: one alone may be too small for an `f64`.
        let scaled = float * 2_f64.powi(exponent / 2) * 2_f64.powi(exponent - exponent / 2);
        let mut float = if negative { -scaled } else { scaled };
        if float == 0.0 {
            anyhow::bail!("a number is too small");
        }
        if exact {
            let (written, stands) = Self::read(&Value::from(float))?;
            if stands && written != self {
                float = if self.is_below(written) { float.next_down() } else { float.next_up() };
            }
        }
        // An integral float is an integer.
        Ok(if float.fract() == 0.0 { Value::from_numeric_string(&format!("{float}"))? } else { Value::from(float) })
    }

    fn is_below(self, other: Self) -> bool {
        let difference = self.add(other.negated());
        !difference.is_zero() && difference.negative
    }

    /// An integer below 2^64.
    fn int(self) -> Option<Value> {
        let shift = u32::try_from(-self.exponent).ok().filter(|shift| *shift < 64)?;
        if shift > 0 && self.mantissa & ((1 << shift) - 1) != 0 {
            return None;
        }
        let magnitude = i128::from(self.mantissa >> shift);
        Some(Value::from(if self.negative { -magnitude } else { magnitude }))
    }

    /// The integer that this is, in full.
    pub(super) fn integer(self) -> Result<Value> {
        match self.int() {
            Some(int) => Ok(int),
            None => Value::from_numeric_string(&self.digits()?),
        }
    }

    /// All digits of an integer from 2^64.
    fn digits(self) -> Result<String> {
        if self.exponent > 20_000 {
            anyhow::bail!("a number is too large");
        }
        let (Value::Number(mantissa), Value::Number(by)) =
            (Value::from(self.mantissa), Value::from(u64::from(self.exponent.unsigned_abs())))
        else {
            anyhow::bail!("no number")
        };
        let sign = if self.negative { "-" } else { "" };
        Ok(format!("{sign}{}", mantissa.lsh(&by).context("no power")?.format_decimal()))
    }

    /// An integer from 2^64: the shortest digits that are read as this, and zeros.
    fn large(self) -> Result<Value> {
        let exact = Self { negative: false, ..self }.digits()?;
        let sign = if self.negative { "-" } else { "" };
        for count in 1..=21_usize {
            let digits = shortened(&exact, count);
            if Self::from_decimal(&digits, 0)?.mantissa == self.mantissa {
                return Value::from_numeric_string(&format!("{sign}{digits}"));
            }
        }
        Value::from_numeric_string(&format!("{sign}{exact}"))
    }
}

/// A decimal integer with so many digits, the last of them rounded, and zeros.
fn shortened(exact: &str, count: usize) -> String {
    let Some((head, tail)) = exact.split_at_checked(count) else { return exact.to_owned() };
    let mut digits: Vec<u8> = head.bytes().collect();
    let half = format!("5{}", "0".repeat(tail.len().saturating_sub(1)));
    let odd = digits.last().is_some_and(|digit| digit % 2 == 1);
    if !tail.is_empty() && (tail > half.as_str() || (tail == half && odd)) {
        let mut at = digits.len();
        loop {
            match at.checked_sub(1).and_then(|index| digits.get_mut(index)) {
                Some(digit) if *digit == b'9' => *digit = b'0',
                Some(digit) => {
                    *digit += 1;
                    break;
                }
                None => {
                    digits.insert(0, b'1');
                    break;
                }
            }
            at -= 1;
        }
    }
    let mut text: String = digits.into_iter().map(char::from).collect();
    text.push_str(&"0".repeat(tail.len()));
    text
}
