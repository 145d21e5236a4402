//! Literals: what escapes and numbers stand for.

use unicode_normalization::UnicodeNormalization as _;

use crate::document::{Number, Value};

/// A number as it is written: its digits, and where the point stands among them.
///
/// The text is in positional notation without zeros that say nothing: `1.50e1` is `15`.
/// `None` where the token is no number.
pub(super) fn number(written: &str) -> Option<String> {
    let (mantissa, exponent) = match written.find(['e', 'E']) {
        Some(at) => {
            let exponent = written.get(at + 1..)?;
            (written.get(..at)?, exponent.strip_prefix('+').unwrap_or(exponent).parse::<i64>().ok()?)
        }
        None => (written, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = [whole, fraction].concat();
    if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // How many of the digits stand before the point.
    let mut point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let leading = digits.bytes().take_while(|byte| *byte == b'0').count();
    let digits = digits.trim_start_matches('0').trim_end_matches('0');
    point = point.checked_sub(i64::try_from(leading).ok()?)?;
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    let count = i64::try_from(digits.len()).ok()?;
    // A short exponent must not become a long text.
    if point.saturating_sub(count).max(point.saturating_neg()) > MOST_ZEROS {
        return Some(written.to_owned());
    }
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    Some(if point >= count {
        format!("{digits}{}", zeros(point - count))
    } else if point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (whole, fraction) = digits.split_at_checked(usize::try_from(point).ok()?)?;
        format!("{whole}.{fraction}")
    })
}

/// So many zeros are written for an exponent; more stay an exponent.
const MOST_ZEROS: i64 = 64;

/// The value of a text that [`number`] made. One that 64 bits cannot hold is kept as a string, as in JSON.
pub(super) fn number_value(text: &str) -> Value {
    if let Some(number) = Number::from_decimal(text) {
        return Value::Number(number);
    }
    let number = text.parse().ok().and_then(Number::from_f64);
    number.map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

/// A piece of a heredoc as it is meant.
pub(super) fn heredoc_text(piece: &str) -> &str {
    unescaped_sequence(piece).unwrap_or(piece)
}

/// `${` for `$${`, `%{` for `%%{`: a piece that begins like this is nothing else.
fn unescaped_sequence(piece: &str) -> Option<&str> {
    if piece.starts_with("$${") || piece.starts_with("%%{") { piece.get(1..) } else { None }
}

/// A piece of a quoted string as it is meant; or where in it a wrong escape begins, how long that is,
/// and what would be right.
pub(super) fn quoted_text(piece: &str) -> Result<String, (usize, usize, &'static str)> {
    if let Some(rest) = unescaped_sequence(piece) {
        return Ok(rest.to_owned());
    }
    if !piece.contains('\\') {
        return Ok(piece.to_owned());
    }
    let mut text = String::with_capacity(piece.len());
    let mut at = 0;
    while let Some(rest) = piece.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find('\\').unwrap_or(rest.len());
        text.push_str(rest.get(..plain).unwrap_or_default());
        at += plain;
        let Some(escape) = rest.get(plain..).and_then(|rest| rest.strip_prefix('\\')) else { break };
        let Some(selector) = escape.chars().next() else { break };
        let (character, length) = match selector {
            'n' => ('\n', 2),
            'r' => ('\r', 2),
            't' => ('\t', 2),
            '"' => ('"', 2),
            '\\' => ('\\', 2),
            'u' => (code(escape, 4).map_err(|length| (at, length, "`\\u` and four hexadecimal digits"))?, 6),
            'U' => (code(escape, 8).map_err(|length| (at, length, "`\\U` and eight hexadecimal digits"))?, 10),
            _ => return Err((at, 1 + selector.len_utf8(), "`\\\\` for a backslash")),
        };
        text.push(character);
        at += length;
    }
    Ok(text)
}

/// The character of a `u` or `U` and its digits; the length of the escape where they are wrong.
fn code(escape: &str, digits: usize) -> Result<char, usize> {
    let found = escape.bytes().skip(1).take(digits).take_while(u8::is_ascii_hexdigit).count();
    let written = escape.get(1..=found).filter(|_| found == digits);
    let code = written.and_then(|written| u32::from_str_radix(written, 16).ok()).and_then(char::from_u32);
    code.ok_or(2 + found)
}

/// Terraform takes texts in Unicode's normal form C, in which some characters are characters of ASCII.
pub(super) fn normalised(text: String) -> String {
    if text.is_ascii() { text } else { text.nfc().collect() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lose_what_says_nothing() {
        let cases = [
            ("0", "0"),
            ("007", "7"),
            ("1.50", "1.5"),
            ("1.", "1"),
            ("1.e5", "100000"),
            ("1.10e1", "11"),
            ("12.5e-1", "1.25"),
            ("0.001", "0.001"),
            ("1e-3", "0.001"),
            ("100e-2", "1"),
            ("0e99", "0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1e21", "1000000000000000000000"),
            ("1e400", "1e400"),
            ("1e-400", "1e-400"),
        ];
        for (written, text) in cases {
            assert_eq!(number(written).as_deref(), Some(text), "{written}");
        }
        for wrong in ["1.2.3", "1e5e6", "1e2.3", "1e99999999999999999999", ""] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
        assert_eq!(number_value("1e400"), Value::String("1e400".to_owned()));
        assert_eq!(number_value("0.5"), Value::Number(Number::Float(0.5)));
    }

    #[test]
    fn escapes_are_read() {
        assert_eq!(quoted_text(r#"a\n\r\t\"\\\u00e9\U0001F600b"#).unwrap(), "a\n\r\t\"\\é😀b");
        assert_eq!(quoted_text("$${~").unwrap(), "${~");
        assert_eq!(normalised(quoted_text("\u{212a}\\u212ae\u{301}").unwrap()), "KKé");
        for (wrong, place) in [
            (r"ab\q", (2, 2)),
            (r"\é", (0, 3)),
            (r"\u12", (0, 4)),
            (r"\ud800", (0, 6)),
            (r"\U0001F60", (0, 9)),
            (r"\U00110000", (0, 10)),
        ] {
            let (at, length, _) = quoted_text(wrong).unwrap_err();
            assert_eq!((at, length), place, "{wrong}");
        }
    }
}
