//! What the tests of this room use: texts and tokens that are made, so that none stands in the code.
#![allow(clippy::unwrap_used)]

use super::{Found, coding, in_manifest};
use crate::document::{
    Node, ParseLimits,
    format::{Format, parse},
    units,
};

/// Characters that look random, the same each time.
pub(super) fn random(alphabet: &str, length: usize, seed: u64) -> String {
    let chars: Vec<char> = alphabet.chars().collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            chars[usize::try_from((state >> 20) % chars.len() as u64).unwrap()]
        })
        .collect()
}

pub(super) const ALNUM: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
pub(super) const HEX: &str = "0123456789abcdef";

/// A token with the checksum of GitHub and npm.
pub(super) fn summed(prefix: &str, seed: u64) -> String {
    let body = random(ALNUM, 30, seed);
    let sum = coding::base62(coding::crc32(body.as_bytes()));
    format!("{prefix}{body}{}", std::str::from_utf8(&sum).unwrap())
}

/// The standard base64 of bytes.
pub(super) fn encoded(bytes: &[u8]) -> String {
    const CHARS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
            (0..4).map(move |at| if at > chunk.len() { '=' } else { char::from(CHARS[(bits >> (18 - 6 * at)) & 63]) })
        })
        .collect()
}

/// The first document of a YAML text.
pub(super) fn root(text: &str) -> Node {
    parse(Format::Yaml, text.as_bytes(), &ParseLimits::default()).documents.into_iter().next().unwrap().root
}

/// What is found in the manifests of a YAML text.
#[track_caller]
pub(super) fn in_yaml(text: &str) -> Vec<Found> {
    let parsed = parse(Format::Yaml, text.as_bytes(), &ParseLimits::default());
    assert_eq!(parsed.problems, [], "{text}");
    let documents = parsed.documents.iter();
    documents
        .flat_map(|document| {
            units(document).into_iter().flat_map(|unit| in_manifest(&unit, &document.root)).collect::<Vec<_>>()
        })
        .collect()
}
