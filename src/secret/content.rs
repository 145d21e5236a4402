//! Which bytes are text at all.

use std::borrow::Cow;

/// Git looks at so many bytes to tell text from binary (`buffer_is_binary`).
const LOOKED_AT: usize = 8_000;

/// Whether a file is text: few zero bytes and other controls among the first 8,000, or UTF-16 with its
/// mark. Git takes a single zero byte for binary, which would be an easy way to hide a text.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let controls = head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=31 | 127)).count();
    is_utf16(bytes) || (controls * 20 <= head.len() && !is_git_crypt(bytes))
}

/// Whether a file is ciphertext of git-crypt: its mark, and nothing that reads as text behind it.
#[must_use]
pub fn is_git_crypt(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"\0GITCRYPT\0") else { return false };
    let head = rest.get(..LOOKED_AT).unwrap_or(rest);
    head.len() < 64 || std::str::from_utf8(head.get(..64).unwrap_or(head)).is_err()
}

/// The text of a file, for [`super::in_text`]; `None` for binary ones. UTF-16 is decoded; what is
/// not UTF-8 either is read as far as it goes. Spans point into this text.
#[must_use]
pub fn text_of(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if !is_text(bytes) {
        return None;
    }
    if !is_utf16(bytes) {
        return Some(String::from_utf8_lossy(bytes));
    }
    let little = bytes.starts_with(b"\xff\xfe");
    let units = bytes.chunks_exact(2).filter_map(|pair| {
        let pair = <[u8; 2]>::try_from(pair).ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    });
    let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Some(Cow::Owned(text))
}

fn is_utf16(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    marked && !bytes.starts_with(b"\xff\xfe\0\0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_files_are_not_text() {
        assert!(is_text(b""));
        assert!(is_text("ä: 1\n".as_bytes()));
        assert!(!is_text(b"a\0b"));
        assert!(!is_text(b"\0GITCRYPT\0\x01"));
        let mut late = vec![b'a'; LOOKED_AT];
        late.push(0);
        assert!(is_text(&late), "Git does not look further");
        assert_eq!(text_of(b"a\0b"), None);
    }

    #[test]
    fn other_encodings_are_read() {
        assert_eq!(text_of(b"\xff\xfea\0b\0").as_deref(), Some("\u{feff}ab"));
        assert_eq!(text_of(b"\xfe\xff\0a\0b").as_deref(), Some("\u{feff}ab"));
        assert_eq!(text_of(b"\xff\xfea\0b\0\0").as_deref(), Some("\u{feff}ab"), "half a unit at the end");
        assert_eq!(text_of(b"a\xe4b").as_deref(), Some("a\u{fffd}b"));
        assert_eq!(text_of(b"\xff\xfe\0\0a\0\0\0"), None, "UTF-32");
    }

    #[test]
    fn ciphertext_is_told_by_its_first_bytes() {
        assert!(is_git_crypt(b"\0GITCRYPT\0\x01\x02"));
        assert!(!is_git_crypt(b"GITCRYPT"));
    }
}
