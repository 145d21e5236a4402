//! Go's `fmt/format.go`: how one value is printed under one verb and its flags.

use std::fmt::Write as _;

/// Flags, width and precision of one verb.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "Go's fmtFlags: independent flags of one verb")]
pub(super) struct Flags {
    pub(super) sharp: bool,
    pub(super) zero: bool,
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) space: bool,
    /// `%#v`
    pub(super) sharp_v: bool,
    /// `%+v`
    pub(super) plus_v: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

fn padding(out: &mut String, count: usize, flags: &Flags) {
    let filler = if flags.zero && !flags.minus { '0' } else { ' ' };
    out.extend(std::iter::repeat_n(filler, count));
}

fn pad(out: &mut String, text: &str, flags: &Flags) {
    let missing = flags.width.map_or(0, |width| width.saturating_sub(text.chars().count()));
    if flags.minus {
        out.push_str(text);
        padding(out, missing, flags);
    } else {
        padding(out, missing, flags);
        out.push_str(text);
    }
}

fn truncated<'a>(text: &'a str, flags: &Flags) -> &'a str {
    let end = flags.precision.and_then(|precision| text.char_indices().nth(precision)).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// `%s`
pub(super) fn text(out: &mut String, text: &str, flags: &Flags) {
    pad(out, truncated(text, flags), flags);
}

/// A string under any verb; `false` for a verb strings do not have.
pub(super) fn string(out: &mut String, value: &str, verb: char, flags: &Flags) -> bool {
    match verb {
        'v' if flags.sharp_v => quoted(out, value, flags),
        'v' | 's' => text(out, value, flags),
        'x' => hexadecimal(out, value, flags, false),
        'X' => hexadecimal(out, value, flags, true),
        'q' => quoted(out, value, flags),
        _ => return false,
    }
    true
}

fn quoted(out: &mut String, value: &str, flags: &Flags) {
    let value = truncated(value, flags);
    let can_backquote = || value.chars().all(|c| c == '\t' || (!c.is_control() && c != '`' && c != '\u{feff}'));
    let text = if flags.sharp && can_backquote() { format!("`{value}`") } else { quote(value, '"', flags.plus) };
    pad(out, &text, flags);
}

/// `strconv.Quote`, or `strconv.QuoteToASCII`.
pub(super) fn quote(text: &str, delimiter: char, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(delimiter);
    for c in text.chars() {
        match c {
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\\' => out.push_str("\\\\"),
            c if c == delimiter => {
                out.push('\\');
                out.push(c);
            }
            c if is_print(c) && (c.is_ascii() || !ascii) => out.push(c),
            c => {
                let code = u32::from(c);
                let _ = match code {
                    0..0x20 | 0x7f => write!(out, "\\x{code:02x}"),
                    0x20..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push(delimiter);
    out
}

/// `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
fn is_print(c: char) -> bool {
    // A leading letter keeps `escape_debug` from escaping combining marks for their own sake.
    let mut probe = String::from("a");
    probe.push(c);
    matches!(c, '"' | '\'') || probe.escape_debug().count() == 2
}

fn hexadecimal(out: &mut String, value: &str, flags: &Flags, upper: bool) {
    let bytes = value.as_bytes();
    let bytes = bytes.get(..flags.precision.unwrap_or(bytes.len())).unwrap_or(bytes);
    let mut text = String::with_capacity(bytes.len() * 2);
    for (index, byte) in bytes.iter().enumerate() {
        if flags.space && index > 0 {
            text.push(' ');
        }
        if flags.sharp && (flags.space || index == 0) {
            text.push_str(if upper { "0X" } else { "0x" });
        }
        let _ = if upper { write!(text, "{byte:02X}") } else { write!(text, "{byte:02x}") };
    }
    pad(out, &text, flags);
}

/// An integer under any verb; `false` for a verb integers do not have.
pub(super) fn integer(out: &mut String, value: i64, verb: char, flags: &Flags) -> bool {
    let magnitude = value.unsigned_abs();
    let (digits, prefix) = match verb {
        'v' | 'd' => (magnitude.to_string(), ""),
        'b' => (format!("{magnitude:b}"), "0b"),
        'o' => (format!("{magnitude:o}"), "0"),
        'O' => (format!("{magnitude:o}"), "0o"),
        'x' => (format!("{magnitude:x}"), "0x"),
        'X' => (format!("{magnitude:X}"), "0X"),
        'c' => {
            pad(out, &rune(value).to_string(), flags);
            return true;
        }
        'q' => {
            pad(out, &quote(&rune(value).to_string(), '\'', flags.plus), flags);
            return true;
        }
        'U' => {
            unicode(out, value, flags);
            return true;
        }
        _ => return false,
    };
    // `writePadding` of a zero with precision 0: nothing but the width, in spaces.
    if flags.precision == Some(0) && magnitude == 0 {
        out.extend(std::iter::repeat_n(' ', flags.width.unwrap_or(0)));
        return true;
    }
    let signed = value < 0 || flags.plus || flags.space;
    let least = flags.precision.unwrap_or_else(|| {
        let width = if flags.zero && !flags.minus { flags.width.unwrap_or(0) } else { 0 };
        width.saturating_sub(usize::from(signed))
    });
    let mut text = String::new();
    if value < 0 {
        text.push('-');
    } else if flags.plus {
        text.push('+');
    } else if flags.space {
        text.push(' ');
    }
    let zeros = least.saturating_sub(digits.len());
    let octal_already = verb == 'o' && (zeros > 0 || digits.starts_with('0'));
    if (flags.sharp && !octal_already) || verb == 'O' {
        text.push_str(prefix);
    }
    text.extend(std::iter::repeat_n('0', zeros));
    text.push_str(&digits);
    pad(out, &text, &Flags { zero: false, ..*flags });
    true
}

fn rune(value: i64) -> char {
    u32::try_from(value).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn unicode(out: &mut String, value: i64, flags: &Flags) {
    #[expect(clippy::cast_sign_loss, reason = "Go prints the two's complement of a negative rune")]
    let code = value as u64;
    let digits = flags.precision.unwrap_or(4).max(4);
    let mut text = format!("U+{code:0digits$X}");
    if flags.sharp
        && let Some(c) = u32::try_from(value).ok().and_then(char::from_u32).filter(|c| is_print(*c))
    {
        let _ = write!(text, " '{c}'");
    }
    pad(out, &text, &Flags { zero: false, ..*flags });
}

/// A float under any verb; `false` for a verb floats do not have.
pub(super) fn float(out: &mut String, value: f64, verb: char, flags: &Flags) -> bool {
    let magnitude = value.abs();
    let mut text = match verb {
        'v' | 'g' => general(magnitude, flags.precision, 'e'),
        'G' => general(magnitude, flags.precision, 'E'),
        'f' | 'F' => format!("{magnitude:.*}", flags.precision.unwrap_or(6)),
        'e' => exponential(magnitude, Some(flags.precision.unwrap_or(6)), 'e'),
        'E' => exponential(magnitude, Some(flags.precision.unwrap_or(6)), 'E'),
        'b' => binary(magnitude),
        'x' => hexadecimal_float(magnitude, flags.precision),
        'X' => hexadecimal_float(magnitude, flags.precision).to_uppercase(),
        _ => return false,
    };
    if flags.sharp && verb != 'b' {
        text = with_point(&text, verb, flags.precision);
    }
    let sign = match () {
        () if value.is_sign_negative() => "-",
        () if flags.plus => "+",
        () if flags.space => " ",
        () => "",
    };
    let length = sign.len() + text.len();
    if !sign.is_empty() && flags.zero && !flags.minus {
        out.push_str(sign);
        padding(out, flags.width.map_or(0, |width| width.saturating_sub(length)), flags);
        out.push_str(&text);
    } else {
        pad(out, &format!("{sign}{text}"), flags);
    }
    true
}

/// Significant decimal digits and the exponent of the first of them; shortest when `digits` is none.
fn digits_of(value: f64, digits: Option<usize>) -> (String, i32) {
    let text = match digits {
        Some(digits) => format!("{value:.*e}", digits.saturating_sub(1)),
        None => format!("{value:e}"),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

fn exponential(value: f64, precision: Option<usize>, letter: char) -> String {
    let (digits, exponent) = digits_of(value, precision.map(|precision| precision + 1));
    exponent_form(&digits, exponent, letter)
}

fn exponent_form(digits: &str, exponent: i32, letter: char) -> String {
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}{letter}{sign}{:02}", exponent.unsigned_abs())
}

/// `%g` of `strconv.FormatFloat`.
fn general(value: f64, precision: Option<usize>, letter: char) -> String {
    let wanted = precision.map(|precision| precision.max(1));
    let (mut digits, exponent) = digits_of(value, wanted);
    let kept = digits.trim_end_matches('0').len().max(1);
    digits.truncate(kept);
    let threshold = match wanted {
        None => 6,
        Some(wanted) => {
            let integral = i32::try_from(digits.len()).is_ok_and(|count| count > exponent);
            if wanted > digits.len() && integral { digits.len() } else { wanted }
        }
    };
    if exponent < -4 || exponent >= i32::try_from(threshold).unwrap_or(i32::MAX) {
        return exponent_form(&digits, exponent, letter);
    }
    match usize::try_from(exponent) {
        Err(_) => {
            let zeros = usize::try_from(exponent.unsigned_abs()).unwrap_or(1).saturating_sub(1);
            format!("0.{}{digits}", "0".repeat(zeros))
        }
        Ok(exponent) => match digits.split_at_checked(exponent + 1) {
            Some((whole, "")) => whole.to_owned(),
            Some((whole, fraction)) => format!("{whole}.{fraction}"),
            None => format!("{digits}{}", "0".repeat(exponent + 1 - digits.len())),
        },
    }
}

fn mantissa_and_exponent(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let biased = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
    let fraction = bits & ((1 << 52) - 1);
    if biased == 0 { (fraction, -1074) } else { (fraction | (1 << 52), biased - 1075) }
}

fn binary(value: f64) -> String {
    let (mantissa, exponent) = mantissa_and_exponent(value);
    format!("{mantissa}p{exponent:+}")
}

fn hexadecimal_float(value: f64, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = mantissa_and_exponent(value);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // One hexadecimal digit before the point, 13 behind it.
        let shift = mantissa.leading_zeros() - 11;
        mantissa <<= shift;
        exponent += 52 - i64::from(shift);
    }
    if let Some(precision) = precision.filter(|precision| *precision < 13) {
        let dropped = u32::try_from((13 - precision) * 4).unwrap_or(0);
        let (half, rest) = (1_u64 << (dropped - 1), mantissa & ((1 << dropped) - 1));
        mantissa >>= dropped;
        if rest > half || (rest == half && mantissa & 1 == 1) {
            mantissa += 1;
        }
        mantissa <<= dropped;
        if mantissa >> 53 == 1 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:013x}", mantissa & ((1 << 52) - 1));
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(precision) => format!("{fraction:0<precision$}").chars().take(precision).collect(),
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("0x{}{point}{fraction}p{sign}{:02}", mantissa >> 52, exponent.unsigned_abs())
}

/// The `#` flag of `fmtFloat`: a decimal point always, and the trailing zeros of `%g`.
fn with_point(text: &str, verb: char, precision: Option<usize>) -> String {
    let split = text.find(['e', 'E', 'p', 'P']).unwrap_or(text.len());
    let (number, tail) = text.split_at_checked(split).unwrap_or((text, ""));
    let mut number = number.to_owned();
    let wanted = if matches!(verb, 'g' | 'G' | 'v' | 'x' | 'X') { precision.unwrap_or(6) } else { 0 };
    let significant = number.chars().filter(char::is_ascii_hexdigit).skip_while(|c| *c == '0').count();
    let mut missing = wanted.saturating_sub(significant);
    if !number.contains('.') {
        if number == "0" {
            missing = missing.saturating_sub(1);
        }
        number.push('.');
    }
    number.extend(std::iter::repeat_n('0', missing));
    number + tail
}
