//! Base64, hexadecimal and URL queries as OPA has them, which is as Go has them.
//!
//! What is decoded may be no text; see `strings::lossy`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use regorus::Value;

use super::Own;
use super::strings::lossy;

pub(super) const TABLE: &[Own] = &[
    own!("base64.decode", 1, base64_decode),
    own!("base64.encode", 1, base64_encode),
    own!("base64.is_valid", 1, base64_is_valid),
    own!("base64url.decode", 1, base64url_decode),
    own!("base64url.encode", 1, base64url_encode),
    own!("base64url.encode_no_pad", 1, base64url_encode_no_pad),
    own!("hex.decode", 1, hex_decode),
    own!("hex.encode", 1, hex_encode),
    own!("urlquery.decode", 1, urlquery_decode),
    own!("urlquery.decode_object", 1, urlquery_decode_object),
    own!("urlquery.encode", 1, urlquery_encode),
    own!("urlquery.encode_object", 1, urlquery_encode_object),
];

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn text<'a>(arguments: &'a [Value], name: &str) -> Result<&'a str> {
    match arguments {
        [Value::String(text)] => Ok(text),
        _ => bail!("{name}: wants a string"),
    }
}

fn encode(bytes: &[u8], alphabet: &[u8; 64], pad: bool) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| group.get(index).map_or(0, |byte| u32::from(*byte));
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let letter = usize::try_from((bits >> shift) & 63).ok().and_then(|at| alphabet.get(at));
            if index <= group.len() {
                out.extend(letter.map(|letter| char::from(*letter)));
            } else if pad {
                out.push('=');
            }
        }
    }
    out
}

/// Padded base64: line ends are left out, and what is left of the last bits may be anything.
fn decode(text: &str, alphabet: &[u8; 64]) -> Option<Vec<u8>> {
    let mut values = [None; 256];
    for (value, letter) in (0_u32..).zip(alphabet) {
        if let Some(slot) = values.get_mut(usize::from(*letter)) {
            *slot = Some(value);
        }
    }
    let letters: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    if !letters.len().is_multiple_of(4) {
        return None;
    }
    let mut out = Vec::with_capacity(letters.len() / 4 * 3);
    let last = (letters.len() / 4).checked_sub(1);
    for (index, group) in letters.chunks(4).enumerate() {
        let padding = match group {
            [_, _, b'=', b'='] => 2,
            [_, _, _, b'='] => 1,
            _ => 0,
        };
        if padding > 0 && Some(index) != last {
            return None;
        }
        let mut bits = 0;
        for letter in group.iter().take(4 - padding) {
            bits = (bits << 6) | values.get(usize::from(*letter)).copied().flatten()?;
        }
        bits <<= 6 * padding;
        let [_, bytes @ ..] = bits.to_be_bytes();
        out.extend(bytes.iter().take(3 - padding));
    }
    Some(out)
}

fn base64_decode(arguments: &[Value]) -> Result<Value> {
    let bytes = decode(text(arguments, "base64.decode")?, STANDARD).context("base64.decode: no base64")?;
    Ok(Value::from(lossy(&bytes)))
}

fn base64_encode(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(encode(text(arguments, "base64.encode")?.as_bytes(), STANDARD, true)))
}

#[expect(clippy::unnecessary_wraps, reason = "the type of a builtin")]
fn base64_is_valid(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(text(arguments, "base64.is_valid").is_ok_and(|text| decode(text, STANDARD).is_some())))
}

/// With padding, or without any.
fn base64url_decode(arguments: &[Value]) -> Result<Value> {
    let mut text = text(arguments, "base64url.decode")?.to_owned();
    if !text.ends_with('=') {
        match text.len() % 4 {
            0 => {}
            2 => text.push_str("=="),
            3 => text.push('='),
            _ => bail!("base64url.decode: no base64"),
        }
    }
    Ok(Value::from(lossy(&decode(&text, URL).context("base64url.decode: no base64")?)))
}

fn base64url_encode(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(encode(text(arguments, "base64url.encode")?.as_bytes(), URL, true)))
}

fn base64url_encode_no_pad(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(encode(text(arguments, "base64url.encode_no_pad")?.as_bytes(), URL, false)))
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn hex_decode(arguments: &[Value]) -> Result<Value> {
    let text = text(arguments, "hex.decode")?;
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some((digit(*high)? << 4) | digit(*low)?),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(pair).collect();
    Ok(Value::from(lossy(&bytes.context("hex.decode: no hexadecimal digits")?)))
}

fn hex_encode(arguments: &[Value]) -> Result<Value> {
    let mut out = String::new();
    for byte in text(arguments, "hex.encode")?.bytes() {
        let _ = write!(out, "{byte:02x}");
    }
    Ok(Value::from(out))
}

/// `url.QueryUnescape`
fn unescape(text: &str) -> Result<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut next = || bytes.next().and_then(digit);
                let (high, low) = (next(), next());
                (high.context("a wrong escape")? << 4) | low.context("a wrong escape")?
            }
            other => other,
        });
    }
    Ok(lossy(&out))
}

/// `url.QueryEscape`
fn escape(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

fn urlquery_decode(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(unescape(text(arguments, "urlquery.decode")?)?))
}

fn urlquery_encode(arguments: &[Value]) -> Result<Value> {
    let mut out = String::new();
    escape(&mut out, text(arguments, "urlquery.encode")?);
    Ok(Value::from(out))
}

fn urlquery_decode_object(arguments: &[Value]) -> Result<Value> {
    let mut fields: BTreeMap<Value, Vec<Value>> = BTreeMap::new();
    for pair in text(arguments, "urlquery.decode_object")?.split('&').filter(|pair| !pair.is_empty()) {
        if pair.contains(';') {
            bail!("urlquery.decode_object: a semicolon between parameters");
        }
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        fields.entry(Value::from(unescape(key)?)).or_default().push(Value::from(unescape(value)?));
    }
    Ok(Value::from(fields.into_iter().map(|(key, values)| (key, Value::from(values))).collect::<BTreeMap<_, _>>()))
}

fn urlquery_encode_object(arguments: &[Value]) -> Result<Value> {
    let [Value::Object(fields)] = arguments else { bail!("urlquery.encode_object: wants an object") };
    let mut out = String::new();
    for (key, value) in fields.iter_sorted() {
        let Value::String(key) = key else { bail!("urlquery.encode_object: wants strings for keys") };
        let values: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            Value::Set(items) => items.iter_sorted().collect(),
            other => vec![other],
        };
        for value in values {
            let Value::String(value) = value else { bail!("urlquery.encode_object: wants strings") };
            if !out.is_empty() {
                out.push('&');
            }
            escape(&mut out, key);
            out.push('=');
            escape(&mut out, value);
        }
    }
    Ok(Value::from(out))
}
