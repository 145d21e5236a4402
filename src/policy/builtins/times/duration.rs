//! Durations: `1h30m`, and with OPA's days, weeks and years `1w2d`.

use anyhow::{Result, bail};

const LARGEST: u64 = 1 << 63;

pub(super) fn parse(text: &str) -> Result<i64> {
    let wrong = || anyhow::anyhow!("time: invalid duration {text}");
    if !text.contains(['d', 'w', 'y']) {
        return of_go(text);
    }
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let mut hours = String::from(sign);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let (number, behind) = rest.split_at_checked(digits).ok_or_else(wrong)?;
        let end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(end).ok_or_else(wrong)?;
        let factor = match unit {
            "d" => 24.0,
            "w" => 7.0 * 24.0,
            "y" => 365.0 * 24.0,
            _ => 0.0,
        };
        if factor == 0.0 {
            hours.push_str(number);
            hours.push_str(unit);
        } else {
            let number: f64 = number.parse().map_err(|_| wrong())?;
            hours.push_str(&format!("{}h", number * factor));
        }
        rest = behind;
    }
    of_go(&hours)
}

/// `time.ParseDuration`
fn of_go(text: &str) -> Result<i64> {
    let wrong = || anyhow::anyhow!("time: invalid duration {text}");
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        bail!(wrong());
    }
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, behind) = rest.split_at_checked(digits).ok_or_else(wrong)?;
        let (fraction, behind) = match behind.strip_prefix('.') {
            Some(behind) => {
                let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
                behind.split_at_checked(digits).ok_or_else(wrong)?
            }
            None => ("", behind),
        };
        if whole.is_empty() && fraction.is_empty() {
            bail!(wrong());
        }
        let end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(end).ok_or_else(wrong)?;
        let unit: u64 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => bail!(wrong()),
        };
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| wrong())? };
        let mut value = whole.checked_mul(unit).filter(|value| *value <= LARGEST).ok_or_else(wrong)?;
        value = value.checked_add(part(fraction, unit)).ok_or_else(wrong)?;
        sum = sum.checked_add(value).filter(|sum| *sum <= LARGEST).ok_or_else(wrong)?;
        rest = behind;
    }
    let sum = i128::from(sum);
    i64::try_from(if negative { -sum } else { sum }).map_err(|_| wrong())
}

/// What digits behind the point are of a unit.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "as Go does it"
)]
fn part(fraction: &str, unit: u64) -> u64 {
    let (mut number, mut scale) = (0_u64, 1.0_f64);
    for digit in fraction.bytes().map(|byte| u64::from(byte - b'0')) {
        // Digits beyond 63 bits are dropped.
        let Some(next) = number.checked_mul(10).and_then(|number| number.checked_add(digit)) else { break };
        if next > LARGEST {
            break;
        }
        number = next;
        scale *= 10.0;
    }
    (number as f64 * (unit as f64 / scale)) as u64
}
