//! Private keys in PEM and its like, wherever they are written: over many lines, in one string
//! with `\n`, in quoted pieces, or in base64.

use super::coding;

/// How every block begins.
pub(super) const BEGIN: &str = "-----BEGIN ";
/// How every block begins once it is encoded in base64.
pub(super) const BEGIN_BASE64: &str = "LS0tLS1CRUdJTiB";
/// Longest block that is looked at, in bytes.
const LONGEST: usize = 64 * 1024;

/// A private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// Its length in the text, from `-----BEGIN` to `END …-----`.
    pub length: usize,
    /// What it is, as a noun.
    pub what: &'static str,
    /// Whether a passphrase is needed to use it.
    pub locked: bool,
}

/// The private key that the text begins with. A block whose content is no key (elided, cut short, a
/// placeholder) is none, nor is a certificate or a public key.
pub(super) fn key(text: &str) -> Option<Key> {
    let rest = text.strip_prefix(BEGIN)?;
    let name = rest.get(..rest.bytes().take(40).position(|byte| byte == b'-')?)?;
    let what = match name {
        "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => "a private key",
        "RSA PRIVATE KEY" => "an RSA private key",
        "EC PRIVATE KEY" => "an EC private key",
        "DSA PRIVATE KEY" => "a DSA private key",
        "OPENSSH PRIVATE KEY" => "an OpenSSH private key",
        "PGP PRIVATE KEY BLOCK" => "a PGP private key",
        other if other.ends_with(" PRIVATE KEY") => "a private key",
        _ => return None,
    };
    let body_start = BEGIN.len() + name.len() + 5;
    let body_text = text.get(BEGIN.len() + name.len()..)?.strip_prefix("-----")?;
    let mut near = body_text.len().min(LONGEST);
    while !body_text.is_char_boundary(near) {
        near -= 1;
    }
    let body_text = body_text.get(..near)?;
    // The next dashes end it, so that a text of nothing but beginnings is read once.
    let end = body_text.find("-----")?;
    let after = body_text.get(end..)?;
    let closing = after
        .strip_prefix("-----END ")
        .and_then(|after| after.strip_prefix(name))
        .and_then(|after| after.strip_prefix("-----"))?;
    let body = body(body_text.get(..end)?)?;
    let locked = body.locked || name.starts_with("ENCRYPTED");
    let locked = match name {
        "OPENSSH PRIVATE KEY" => is_openssh(&body.bytes)?,
        "PGP PRIVATE KEY BLOCK" if is_pgp(&body.bytes) => false,
        "PGP PRIVATE KEY BLOCK" => return None,
        _ if body.locked && body.bytes.len() >= 48 => true,
        _ if is_der(&body.bytes) => locked,
        _ => return None,
    };
    Some(Key { length: body_start + end + (after.len() - closing.len()), what, locked })
}

/// The private key in a text of base64.
pub(super) fn key_in_base64(text: &str) -> Option<Key> {
    // The name of the first block is among the first bytes; a bundle may have the key behind.
    let bytes =
        coding::base64(text.trim_end_matches('=')).or_else(|| coding::base64(text.get(..text.len() / 4 * 4)?))?;
    let decoded = String::from_utf8_lossy(&bytes);
    let found = decoded.match_indices(BEGIN).find_map(|(at, _)| key(decoded.get(at..)?))?;
    Some(Key { length: text.len(), ..found })
}

struct Body {
    bytes: Vec<u8>,
    /// Whether a header says that it is encrypted.
    locked: bool,
}

/// What a block holds; `None` where it holds anything but base64 and headers.
fn body(text: &str) -> Option<Body> {
    let unescaped;
    let text = if text.contains('\\') {
        unescaped = text.replace("\\\\n", "\n").replace("\\n", "\n").replace("\\r", "").replace("\\t", "");
        &unescaped
    } else {
        text
    };
    let mut base64 = String::with_capacity(text.len());
    let mut locked = false;
    for line in text.lines() {
        if line.contains(": ") {
            locked |= line.contains("ENCRYPTED");
            continue;
        }
        // Pieces of a string in source code: quotes around, and what joins them.
        let line = line.trim();
        let line = match line.strip_suffix('+').map(str::trim_end) {
            Some(piece) if piece.is_empty() || piece.ends_with(['"', '\'', '`']) => piece,
            Some(_) | None => line,
        };
        let line = line.trim_matches([' ', '\t', '"', '\'', '`', ',', ';', '\\', '|', '>', '#', '*', '(', ')']);
        // The checksum of PGP.
        if line.starts_with('=') && line.len() == 5 {
            continue;
        }
        base64.extend(line.chars().filter(|c| !matches!(c, ' ' | '\t')));
    }
    Some(Body { bytes: coding::base64(&base64)?, locked })
}

/// Whether it is a sequence of ASN.1 that is all there.
fn is_der(bytes: &[u8]) -> bool {
    let (start, length) = match bytes {
        [0x30, length @ 0..=0x7f, ..] => (2, usize::from(*length)),
        [0x30, 0x81, length, ..] => (3, usize::from(*length)),
        [0x30, 0x82, high, low, ..] => (4, usize::from(*high) << 8 | usize::from(*low)),
        _ => return false,
    };
    length >= 40 && bytes.len() >= start + length
}

/// Whether a key of OpenSSH needs a passphrase; `None` where it is no such key.
fn is_openssh(bytes: &[u8]) -> Option<bool> {
    let rest = bytes.strip_prefix(b"openssh-key-v1\0")?;
    let cipher = rest.strip_prefix(b"\0\0\0\x04none");
    (bytes.len() >= 150).then_some(cipher.is_none())
}

/// Whether it is a secret key packet of `OpenPGP`.
fn is_pgp(bytes: &[u8]) -> bool {
    let tag = bytes.first().map(|first| if first & 0x40 == 0 { (first >> 2) & 0x0f } else { first & 0x3f });
    bytes.len() >= 80 && bytes.first().is_some_and(|first| first & 0x80 != 0) && tag == Some(5)
}
