//! What a scalar says: YAML 1.1, as `sigs.k8s.io/yaml` (the `resolve` of go.yaml.in/yaml/v2) reads it.
//!
//! Where this differs from that library, on purpose: integers outside of 64 bits stay exact (there
//! they become floats), infinities and not-a-number become strings (there they are refused), and so
//! does a `null` that is a key.

use crate::document::{Number, Span};

/// A tag, as far as it changes what a scalar says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// None was written.
    None,
    Str,
    Int,
    Float,
    Bool,
    Null,
    Binary,
    /// `!!merge`, which only `<<` carries.
    Merge,
    /// A tag of somebody's own, and where it is written. In templates of `CloudFormation` the short form of a
    /// function, named where it is known; a string or a collection like any other elsewhere.
    Function(Option<&'static str>, Span),
    /// Any other (`!!timestamp`, `!`): the scalar is a string.
    Other,
}

impl Tag {
    /// The tag with this resolved name.
    pub(super) fn new(handle: &str, suffix: &str) -> Self {
        const CORE: &str = "tag:yaml.org,2002:";
        if handle == "!" && !suffix.is_empty() {
            return Self::Function(function(suffix), Span::default());
        }
        let name = format!("{handle}{suffix}");
        match name.strip_prefix(CORE) {
            Some("str") => Self::Str,
            Some("int") => Self::Int,
            Some("float") => Self::Float,
            Some("bool") => Self::Bool,
            Some("null") => Self::Null,
            Some("binary") => Self::Binary,
            Some("merge") => Self::Merge,
            _ => Self::Other,
        }
    }

    /// How it is written and what it stands for, for a message.
    pub(super) fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Str => ("!!str", "a string"),
            Self::Int => ("!!int", "an integer"),
            Self::Float => ("!!float", "a number"),
            Self::Bool => ("!!bool", "a boolean"),
            Self::Null => ("!!null", "null"),
            Self::Binary => ("!!binary", "base64"),
            Self::Merge => ("!!merge", "a merge key"),
            Self::None | Self::Function(..) | Self::Other => ("a tag", "anything"),
        }
    }
}

/// The function that a short form of `CloudFormation` stands for.
fn function(short: &str) -> Option<&'static str> {
    match short {
        "Ref" => Some("Ref"),
        "Condition" => Some("Condition"),
        "And" => Some("Fn::And"),
        "Base64" => Some("Fn::Base64"),
        "Cidr" => Some("Fn::Cidr"),
        "Contains" => Some("Fn::Contains"),
        "EachMemberEquals" => Some("Fn::EachMemberEquals"),
        "EachMemberIn" => Some("Fn::EachMemberIn"),
        "Equals" => Some("Fn::Equals"),
        "FindInMap" => Some("Fn::FindInMap"),
        "GetAZs" => Some("Fn::GetAZs"),
        "GetAtt" => Some("Fn::GetAtt"),
        "If" => Some("Fn::If"),
        "ImportValue" => Some("Fn::ImportValue"),
        "Join" => Some("Fn::Join"),
        "Length" => Some("Fn::Length"),
        "Not" => Some("Fn::Not"),
        "Or" => Some("Fn::Or"),
        "RefAll" => Some("Fn::RefAll"),
        "Select" => Some("Fn::Select"),
        "Split" => Some("Fn::Split"),
        "Sub" => Some("Fn::Sub"),
        "ToJsonString" => Some("Fn::ToJsonString"),
        "Transform" => Some("Fn::Transform"),
        "ValueOf" => Some("Fn::ValueOf"),
        "ValueOfAll" => Some("Fn::ValueOfAll"),
        _ => None,
    }
}

/// What a scalar says, before numbers are brought into canonical form: a key keeps its notation.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    /// An integer of any size.
    Int(Number),
    /// A finite float.
    Float(f64),
    String(String),
}

/// Reads a scalar; `None` when it cannot be what its tag says.
pub(super) fn resolve(text: &str, plain: bool, tag: Tag) -> Option<Scalar> {
    match tag {
        Tag::None if plain => Some(implicit(text)),
        Tag::None | Tag::Str | Tag::Merge | Tag::Function(..) | Tag::Other => Some(Scalar::String(text.to_owned())),
        Tag::Binary => base64(text).map(|bytes| Scalar::String(lossy(&bytes))),
        Tag::Int => match implicit(text) {
            int @ Scalar::Int(_) => Some(int),
            Scalar::Null | Scalar::Bool(_) | Scalar::Float(_) | Scalar::String(_) => None,
        },
        Tag::Float => match implicit(text) {
            number @ (Scalar::Int(_) | Scalar::Float(_)) => Some(number),
            Scalar::String(name) if special_float(text) => Some(Scalar::String(name)),
            Scalar::Null | Scalar::Bool(_) | Scalar::String(_) => None,
        },
        Tag::Bool => match implicit(text) {
            bool @ Scalar::Bool(_) => Some(bool),
            Scalar::Null | Scalar::Int(_) | Scalar::Float(_) | Scalar::String(_) => None,
        },
        Tag::Null => match implicit(text) {
            Scalar::Null => Some(Scalar::Null),
            Scalar::Bool(_) | Scalar::Int(_) | Scalar::Float(_) | Scalar::String(_) => None,
        },
    }
}

/// Whether `text` is an infinity or not-a-number.
fn special_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

/// Reads a plain scalar without a tag.
fn implicit(text: &str) -> Scalar {
    let read = match text.as_bytes().first() {
        None => Some(Scalar::Null),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => word(text),
        Some(b'.' | b'+' | b'-') if special_float(text) => Some(Scalar::String(special_name(text).to_owned())),
        Some(b'.') => leading_point(text),
        Some(b'+' | b'-' | b'0'..=b'9') => number(text),
        Some(_) => None,
    };
    read.unwrap_or_else(|| Scalar::String(text.to_owned()))
}

/// One name for every notation of an infinity or not-a-number.
fn special_name(text: &str) -> &'static str {
    match text.as_bytes() {
        [b'-', ..] => "-.inf",
        [b'.', b'n' | b'N', ..] => ".nan",
        _ => ".inf",
    }
}

/// The words of YAML 1.1. No other capitals count: `yEs` is a string.
fn word(text: &str) -> Option<Scalar> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(Scalar::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Scalar::Bool(false))
        }
        "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
        _ => None,
    }
}

/// `.5`, `.5e3`. Go allows `_` between digits here.
fn leading_point(text: &str) -> Option<Scalar> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let between = |at: usize| at.checked_sub(1).is_some_and(digit) && digit(at + 1);
    if bytes.iter().enumerate().any(|(at, byte)| *byte == b'_' && !between(at)) {
        return None;
    }
    float(&text.replace('_', ""))
}

/// Anything that begins with a sign or a digit. Times (`1:30`) and dates are strings.
fn number(text: &str) -> Option<Scalar> {
    let without: String;
    let plain = if text.contains('_') {
        without = text.replace('_', "");
        &without
    } else {
        text
    };
    prefixed(plain).or_else(|| decimal(plain)).or_else(|| float(plain)).or_else(|| lenient_binary(plain))
}

/// Integers with a prefix: `0x1F`, `0o17`, `0b11`, and `017`, which is octal too.
fn prefixed(plain: &str) -> Option<Scalar> {
    let (negative, magnitude) = match plain.as_bytes().first()? {
        b'-' => (true, plain.get(1..)?),
        b'+' => (false, plain.get(1..)?),
        _ => (false, plain),
    };
    let (radix, digits) = match magnitude.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, magnitude.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, magnitude.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, magnitude.get(2..)?),
        [b'0', _, ..] => (8, magnitude.get(1..)?),
        _ => return None,
    };
    // A second sign would be accepted by the parsing below.
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let number = radix_int(digits, radix, negative)?;
    // With a plus the unsigned range cannot be used.
    let is_signed = magnitude.len() < plain.len();
    (!is_signed || !matches!(number, Scalar::Int(Number::UInt(_)))).then_some(number)
}

/// An integer of 64 bits; a signed one cannot use the unsigned range.
fn radix_int(digits: &str, radix: u32, negative: bool) -> Option<Scalar> {
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    let number = if negative {
        Number::Int(0_i64.checked_sub_unsigned(magnitude)?)
    } else {
        i64::try_from(magnitude).map_or(Number::UInt(magnitude), Number::Int)
    };
    Some(Scalar::Int(number))
}

/// Decimal digits; also the ones that look octal and are not (`08`), which Go reads as floats.
fn decimal(plain: &str) -> Option<Scalar> {
    Number::from_decimal(plain).map(Scalar::Int)
}

/// `0b-1` and `-0b+1`: nobody means these, but Go reads them.
fn lenient_binary(plain: &str) -> Option<Scalar> {
    let (outer, rest) = plain.strip_prefix('-').map_or((false, plain), |rest| (true, rest));
    let rest = rest.strip_prefix("0b")?;
    let digits = rest.strip_prefix(['+', '-'])?;
    if outer || !digits.bytes().all(|byte| matches!(byte, b'0' | b'1')) {
        return None;
    }
    radix_int(digits, 2, rest.starts_with('-'))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`; one that is too large is a string.
fn float(plain: &str) -> Option<Scalar> {
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let some_digits = !whole.is_empty() || !fraction.is_empty();
    let good_exponent = exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    if !(some_digits && digits(whole) && digits(fraction) && good_exponent) {
        return None;
    }
    plain.parse::<f64>().ok().filter(|float| float.is_finite()).map(Scalar::Float)
}

/// The key that a scalar is once the mapping is JSON.
pub(super) fn key(scalar: Scalar) -> String {
    match scalar {
        // The library refuses this one. As a string it cannot be mistaken for another key.
        Scalar::Null => "null".to_owned(),
        Scalar::Bool(bool) => bool.to_string(),
        Scalar::Int(number) => number.to_string(),
        Scalar::Float(float) => float_key(float),
        Scalar::String(text) => text,
    }
}

/// Go's `strconv.FormatFloat(float, 'g', -1, 32)`: the fewest digits that tell it from other floats
/// of 32 (not 64) bits, with an exponent below -4 and from 6 on.
fn float_key(float: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "the library formats keys with 32 bits")]
    let narrow = float as f32;
    if narrow.is_infinite() {
        return if narrow > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{narrow:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
        }
        Ok(_) | Err(_) => narrow.to_string(),
    }
}

/// Decodes base64 with its padding; blanks and line breaks between the characters do not count.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count, mut padding) = (0_u32, 0_u32, 0_u32);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        bits = bits << 6 | u32::from(six);
        count += 1;
        if count == 4 {
            bytes.extend(bits.to_be_bytes().get(1..)?);
            (bits, count) = (0, 0);
        }
    }
    match (count, padding) {
        (0, 0) => {}
        (2, 2) => bytes.extend((bits << 12).to_be_bytes().get(1..2)?),
        (3, 1) => bytes.extend((bits << 6).to_be_bytes().get(1..3)?),
        _ => return None,
    }
    Some(bytes)
}

/// Bytes as Go's JSON writes them: every byte that is no UTF-8 is one replacement character.
fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

#[cfg(test)]
mod tests;
