//! Numbers, quantities, sizes and durations, exactly: no digit is lost.

use std::cmp::Ordering;

use crate::document::{Node, Value};

/// An exact amount: `0.d₁d₂d₃… × 10^exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    negative: bool,
    /// Decimal digits without zeros at either end; none for zero.
    digits: Vec<u8>,
    exponent: i128,
}

/// Most digits that are worked with: nothing that counts anything has more.
const MOST_DIGITS: usize = 1_000;

impl Amount {
    /// A quantity of Kubernetes: `1`, `0.5`, `500m`, `1Gi`, `1e3`. At least one digit has to be there.
    #[must_use]
    pub fn quantity(text: &str) -> Option<Self> {
        let text = text.trim_matches(' ');
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, rest) = split_digits(rest);
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => split_digits(rest),
            None => ("", rest),
        };
        if (whole.is_empty() && fraction.is_empty()) || whole.len() + fraction.len() > MOST_DIGITS {
            return None;
        }
        let digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
        let exponent = i128::try_from(whole.len()).ok()?;
        let plain = Self { negative, digits, exponent };
        let (thousands, binary) = match suffix {
            "" => (0, 0),
            "n" => (-9, 0),
            "u" => (-6, 0),
            "m" => (-3, 0),
            "k" => (3, 0),
            "M" => (6, 0),
            "G" => (9, 0),
            "T" => (12, 0),
            "P" => (15, 0),
            "E" => (18, 0),
            "Ki" => (0, 1),
            "Mi" => (0, 2),
            "Gi" => (0, 3),
            "Ti" => (0, 4),
            "Pi" => (0, 5),
            "Ei" => (0, 6),
            _ => (i128::from(suffix.strip_prefix(['e', 'E'])?.parse::<i64>().ok()?), 0),
        };
        let scaled = (0..binary).fold(plain, |amount, _| amount.times(1024));
        Some(Self { exponent: scaled.exponent + thousands, ..scaled }.trimmed())
    }

    /// A quantity, or a size in bytes that ends in `B`: `10GB`, `512 MiB`.
    fn size(text: &str) -> Option<Self> {
        let Some(number) = text.trim().strip_suffix('B') else { return Self::quantity(text) };
        let number: String = number.split_whitespace().collect();
        Self::quantity(&match number.strip_suffix('K') {
            Some(number) => format!("{number}k"),
            None => number,
        })
    }

    /// A duration as Go writes it, or with days, weeks and years: `1h30m`, `500ms`, `15d`.
    #[must_use]
    pub fn duration(text: &str) -> Option<Self> {
        let (sign, mut rest) = match text.trim().strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text.trim()),
        };
        if rest.is_empty() {
            return None;
        }
        // Attoseconds: nanoseconds with nine decimals.
        let mut total: i128 = 0;
        while !rest.is_empty() {
            let (whole, behind) = split_digits(rest);
            let (fraction, behind) = behind.strip_prefix('.').map_or(("", behind), split_digits);
            let unit = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
            let (unit, behind) = behind.split_at_checked(unit)?;
            let nanoseconds: i128 = match unit {
                "ns" => 1,
                "us" | "µs" | "μs" => 1_000,
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60 * 1_000_000_000,
                "h" => 3_600 * 1_000_000_000,
                "d" => 86_400 * 1_000_000_000,
                "w" => 604_800 * 1_000_000_000,
                "y" => 31_536_000 * 1_000_000_000,
                _ => return None,
            };
            if (whole.is_empty() && fraction.is_empty()) || fraction.len() > 18 {
                return None;
            }
            let unit = nanoseconds * 1_000_000_000;
            let number = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<i128>().ok() };
            let decimals = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
            total = total.checked_add(number(whole)?.checked_mul(unit)?)?;
            total = total.checked_add(number(fraction)?.checked_mul(unit)?.checked_div(decimals)?)?;
            rest = behind;
        }
        Self::quantity(&format!("{sign}{total}"))
    }

    /// This amount so many times.
    fn times(mut self, factor: u32) -> Self {
        let mut carry = 0_u32;
        for digit in self.digits.iter_mut().rev() {
            carry += u32::from(*digit) * factor;
            *digit = u8::try_from(carry % 10).unwrap_or_default();
            carry /= 10;
        }
        let mut front = Vec::new();
        while carry > 0 {
            front.push(u8::try_from(carry % 10).unwrap_or_default());
            carry /= 10;
        }
        front.reverse();
        self.exponent += i128::try_from(front.len()).unwrap_or_default();
        front.append(&mut self.digits);
        Self { digits: front, ..self }
    }

    /// Without zeros at the ends.
    fn trimmed(mut self) -> Self {
        let leading = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..leading);
        self.exponent -= i128::try_from(leading).unwrap_or_default();
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            return Self { negative: false, digits: Vec::new(), exponent: 0 };
        }
        self
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Amount {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// A scalar as a quantity.
#[must_use]
pub fn quantity_of(node: &Node) -> Option<Amount> {
    Amount::quantity(&scalar_text(node)?)
}

/// The text of a number or string.
fn scalar_text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Bool(_) | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// Whether a scalar is a number, a quantity, a size or a duration.
#[must_use]
pub fn is_amount(node: &Node) -> bool {
    scalar_text(node).is_some_and(|text| Amount::size(&text).is_some() || Amount::duration(&text).is_some())
}

/// How two scalars compare as numbers, quantities or sizes, else as durations; `None` where they do not, or where it
/// depends on what they are: `1.9` and `1.10` as numbers or as versions.
#[must_use]
pub fn ordering(a: &Node, b: &Node) -> Option<Ordering> {
    let (left, right) = (scalar_text(a)?, scalar_text(b)?);
    let by_size = Amount::size(&left).zip(Amount::size(&right)).map(|(a, b)| a.cmp(&b));
    let ordering = by_size.or_else(|| Some(Amount::duration(&left)?.cmp(&Amount::duration(&right)?)))?;
    let are_texts = a.as_str().is_some() && b.as_str().is_some();
    match (version(&left), version(&right)) {
        (Some(a), Some(b)) if are_texts && a.cmp(&b) != ordering => None,
        (_, _) => Some(ordering),
    }
}

/// A version of two numbers, which looks like one number.
fn version(text: &str) -> Option<(u64, u64)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Amount {
        Amount::quantity(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn equal_quantities_are_equal() {
        for (a, b) in [
            ("1Gi", "1024Mi"),
            ("0.5", "500m"),
            ("1", "1.000"),
            ("1e3", "1k"),
            ("1Ti", "1099511627776"),
            ("0", "-0"),
            ("0Gi", "0"),
            ("1.5Gi", "1536Mi"),
            ("7Ei", "8070450532247928832"),
            ("100000000000000000000", "100E"),
            ("1n", "0.000000001"),
            (" 1Gi ", "+1Gi"),
            ("1e-3", "1m"),
            ("9999999999999999999999Ki", "10239999999999999999998976"),
        ] {
            assert_eq!(quantity(a), quantity(b), "{a} {b}");
            assert_eq!(quantity(a).cmp(&quantity(b)), Ordering::Equal, "{a} {b}");
        }
    }

    #[test]
    fn quantities_are_in_order() {
        let sorted = [
            "-1Gi",
            "-2",
            "-1.5",
            "-1n",
            "0",
            "1n",
            "999m",
            "1",
            "1.0000001",
            "2",
            "10",
            "1k",
            "1Ki",
            "1M",
            "1Gi",
            "5e99999999999",
        ];
        for pair in sorted.windows(2) {
            assert!(quantity(pair[0]) < quantity(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn what_is_no_quantity() {
        for text in ["", "Gi", ".", "1K", "1 Gi", "abc", "1e", "--1", "1GiB", "1h", "0x10"] {
            assert_eq!(Amount::quantity(text), None, "{text}");
        }
    }

    #[test]
    fn durations_and_sizes() {
        let scalar =
            |text: &str| Node { value: Value::String(text.to_owned()), span: crate::document::Span::default() };
        for (a, b, expected) in [
            ("1h", "60m", Some(Ordering::Equal)),
            ("30m", "1h", Some(Ordering::Less)),
            ("15d", "2w", Some(Ordering::Greater)),
            ("1.5h", "1h30m", Some(Ordering::Equal)),
            ("500ms", "1s", Some(Ordering::Less)),
            ("10GB", "10GiB", Some(Ordering::Less)),
            ("1 KB", "1kB", Some(Ordering::Equal)),
            ("1.9", "1.10", None),
            ("1.9", "2.0", Some(Ordering::Less)),
            ("1.9", "1.95", Some(Ordering::Less)),
            ("big", "small", None),
            ("1h", "1Gi", None),
            ("", "1h", None),
        ] {
            assert_eq!(ordering(&scalar(a), &scalar(b)), expected, "{a} {b}");
        }
    }
}
