//! Base64, PEM and bytes that stand for text, read as Go's standard library reads them.

/// Which two characters stand for 62 and 63.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Alphabet {
    /// `+` and `/`
    Standard,
    /// `-` and `_`
    Url,
}

/// Decodes base64. Line breaks count for nothing, and neither do left-over bits at the end.
pub(in super::super) fn base64(text: &[u8], alphabet: Alphabet, padded: bool) -> Option<Vec<u8>> {
    let mut digits: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    if padded {
        if !digits.len().is_multiple_of(4) {
            return None;
        }
        for _ in 0..2 {
            if digits.last() == Some(&b'=') {
                digits.pop();
            }
        }
    }
    if digits.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for digit in digits {
        let value = match (digit, alphabet) {
            (b'A'..=b'Z', _) => digit - b'A',
            (b'a'..=b'z', _) => digit - b'a' + 26,
            (b'0'..=b'9', _) => digit - b'0' + 52,
            (b'+', Alphabet::Standard) | (b'-', Alphabet::Url) => 62,
            (b'/', Alphabet::Standard) | (b'_', Alphabet::Url) => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.extend(u8::try_from((bits >> count) & 0xff));
        }
    }
    Some(out)
}

/// Encodes base64.
pub(in super::super) fn to_base64(bytes: &[u8], alphabet: Alphabet, padded: bool) -> String {
    let digits: &[u8; 64] = match alphabet {
        Alphabet::Standard => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        Alphabet::Url => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    };
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_u32, |group, at| (group << 8) | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..=chunk.len() {
            let index = usize::try_from((group >> (18 - 6 * at)) & 63).unwrap_or(0);
            out.extend(digits.get(index).map(|digit| char::from(*digit)));
        }
        if padded {
            (chunk.len()..3).for_each(|_| out.push('='));
        }
    }
    out
}

/// Bytes in hexadecimal.
pub(in super::super) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect()
}

/// Bytes as text: each byte that is no UTF-8 becomes U+FFFD, as in Go (Rust takes some together).
pub(in super::super) fn lossy(mut bytes: &[u8]) -> String {
    let mut out = String::new();
    loop {
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                out.push_str(text);
                return out;
            }
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                out.push_str(std::str::from_utf8(valid).unwrap_or_default());
                out.push('\u{fffd}');
                bytes = rest.get(1..).unwrap_or_default();
            }
        }
    }
}

/// A block of PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Block {
    /// What stands after `BEGIN`.
    pub(in super::super) label: Vec<u8>,
    pub(in super::super) bytes: Vec<u8>,
    /// Whether lines like `Proc-Type: 4,ENCRYPTED` come before the text.
    pub(in super::super) headers: bool,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn find_last(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|window| window == needle)
}

/// The first line without blanks at its end, and what follows it.
fn line(data: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match data.iter().position(|byte| *byte == b'\n') {
        None => (data, [].as_slice()),
        Some(end) => {
            let (line, rest) = data.split_at(end);
            (line.strip_suffix(b"\r").unwrap_or(line), rest.get(1..).unwrap_or_default())
        }
    };
    let blanks = line.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    (line.get(..line.len() - blanks).unwrap_or_default(), rest)
}

/// The first block of PEM, and what follows it.
pub(in super::super) fn pem(data: &[u8]) -> Option<(Block, &[u8])> {
    let mut rest = data;
    loop {
        // The first end, and the last beginning before it: beginnings without an end are skipped.
        let end = find(rest, END)?;
        let after_end = rest.get(end + END.len()..)?;
        let before = rest.get(..end)?;
        rest = match find_last(before, BEGIN) {
            Some(begin) if begin == 0 || before.get(begin - 1) == Some(&b'\n') => {
                match block(rest.get(begin + BEGIN.len()..)?, after_end)? {
                    Some(found) => return Some(found),
                    None => after_end,
                }
            }
            Some(_) | None => after_end,
        };
    }
}

/// A block from after its `BEGIN `; `Some(None)` where it is none and the search goes on.
#[allow(clippy::option_option)]
fn block<'d>(from: &'d [u8], after_end: &'d [u8]) -> Option<Option<(Block, &'d [u8])>> {
    let (first, mut body) = line(from);
    let Some(label) = first.strip_suffix(DASHES) else { return Some(None) };
    let mut headers = false;
    loop {
        if body.is_empty() {
            return None;
        }
        let (text, next) = line(body);
        if !text.contains(&b':') {
            break;
        }
        headers = true;
        body = next;
    }
    // Without a text, the line break before the end is the one after the beginning.
    let consumed = from.len() - body.len();
    let to_end = (from.len() - after_end.len()).checked_sub(END.len());
    let length = to_end.and_then(|to_end| to_end.checked_sub(consumed));
    if headers && length.is_none() {
        return Some(None);
    }
    let trailer = after_end.strip_prefix(label).and_then(|trailer| trailer.strip_prefix(DASHES));
    let Some(trailer) = trailer else { return Some(None) };
    let (odd, next) = line(trailer);
    if !odd.is_empty() {
        return Some(None);
    }
    let text: Vec<u8> = body
        .get(..length.unwrap_or(0))
        .unwrap_or_default()
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b' ' | b'\t'))
        .collect();
    Some(base64(&text, Alphabet::Standard, true).map(|bytes| (Block { label: label.to_vec(), bytes, headers }, next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_lenient_as_go_is() {
        let std = |text: &str| base64(text.as_bytes(), Alphabet::Standard, true);
        assert_eq!(std("aGk="), Some(b"hi".to_vec()));
        assert_eq!(std("aG\r\nk=\n"), Some(b"hi".to_vec()), "line breaks");
        assert_eq!(std("aGl="), Some(b"hi".to_vec()), "left-over bits");
        assert_eq!(std(""), Some(Vec::new()));
        for wrong in ["aGk", "a===", "aG=k", "aGk=aGk=", "====", "aGk_", "aGkh=", "a"] {
            assert_eq!(std(wrong), None, "{wrong}");
        }
        assert_eq!(base64(b"_-8", Alphabet::Url, false), Some(vec![0xff, 0xef]));
        assert_eq!(base64(b"_-8=", Alphabet::Url, false), None);
        for length in 0..20_u8 {
            let bytes: Vec<u8> = (0..length).map(|n: u8| n.wrapping_mul(37)).collect();
            let text = to_base64(&bytes, Alphabet::Url, true);
            assert_eq!(base64(text.as_bytes(), Alphabet::Url, true), Some(bytes));
        }
    }

    #[test]
    fn one_sign_for_each_byte_that_is_no_text() {
        assert_eq!(lossy(b"a\xe2\x82b\xff"), "a\u{fffd}\u{fffd}b\u{fffd}");
        assert_eq!(lossy("é".as_bytes()), "é");
    }

    #[test]
    fn pem_blocks() {
        let labels = |text: &str| {
            let (mut rest, mut labels) = (text.as_bytes(), Vec::new());
            while let Some((block, next)) = pem(rest) {
                labels.push(String::from_utf8(block.label).unwrap_or_default());
                rest = next;
            }
            labels
        };
        let good = "-----BEGIN A-----\naGk=\n-----END A-----\n";
        assert_eq!(labels(&format!("{good}text\n{good}")), ["A", "A"]);
        assert_eq!(labels(&format!("-----BEGIN B-----\n{good}")), ["A"], "a beginning without an end");
        assert_eq!(labels(&format!("x{good}")), Vec::<String>::new());
        assert_eq!(labels("-----BEGIN A-----\n-----END A-----"), ["A"], "empty");
        assert_eq!(labels("-----BEGIN A-----\naGk=\n-----END B-----\n"), Vec::<String>::new());
        assert_eq!(labels("-----BEGIN A-----\na?k=\n-----END A-----\n"), Vec::<String>::new());
        assert_eq!(labels("-----BEGIN A-----\nK: v\n\naGk=\n-----END A----- \t\n"), ["A"]);
        assert_eq!(labels("-----BEGIN A-----\nK: v\n-----END A-----\n"), Vec::<String>::new());
        assert_eq!(labels("-----BEGIN A-----\naGk=\n-----END A-----x\n"), Vec::<String>::new());
    }
}
