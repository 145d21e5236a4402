//! How a token looks: a fixed beginning, and then so many characters of an alphabet.

use super::{coding, dummy};

/// A token that is known by how it begins.
pub(super) struct Shape {
    /// What sort of secret, in kebab-case.
    pub rule: &'static str,
    /// What it is, as a noun.
    pub what: &'static str,
    /// What it begins with. No other shape begins with the same.
    pub prefix: &'static str,
    /// What follows.
    pub alphabet: Alphabet,
    /// Fewest characters that follow.
    pub min: usize,
    /// Most characters that follow.
    pub max: usize,
    /// What else must be true.
    pub check: Check,
    /// Whether it cannot be anything else.
    pub certain: bool,
}

/// Characters that a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// `0-9A-Za-z`.
    Alnum,
    /// `0-9A-Za-z_-`.
    Word,
    /// `0-9A-Za-z_.-`; does not end with a dot.
    Dotted,
    /// `0-9a-f`.
    Hex,
    /// `A-Z2-7`.
    Base32,
    /// `0-9A-Za-z+/_-`, and `=` at the end.
    Base64,
}

/// What must be true of the characters behind the prefix, apart from being varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Nothing.
    None,
    /// The last six are the CRC-32 of the others to base 62 (GitHub, npm).
    Crc62,
    /// `_` and eight hex digits at the end: the CRC-32 of what is before (Grafana).
    Grafana,
    /// With the prefix it is Bech32 (age).
    Bech32,
    /// Parts of these lengths, with one of `.`, `-`, `_` in between.
    Parts(&'static [usize]),
    /// 20 characters, or a long part and two short ones (GitLab's routable tokens).
    GitLab,
    /// Numbers, then a part that is random (Slack).
    Slack,
    /// An encoded structure, which may well repeat itself: it need not be varied.
    Structured,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::Base32 => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-' | b'='),
        }
    }

    /// The characters of this alphabet that the text begins with, `most` and one more at most.
    pub(super) fn run(self, text: &str, most: usize) -> &str {
        let length = text.bytes().take(most + 1).take_while(|byte| self.has(*byte)).count();
        let run = text.get(..length).unwrap_or_default();
        match self {
            // The full stop of a sentence.
            Self::Dotted => run.trim_end_matches('.'),
            Self::Alnum | Self::Word | Self::Hex | Self::Base32 | Self::Base64 => run,
        }
    }

    /// The characters of this alphabet that the text ends with, `most` and one more at most.
    pub(super) fn run_before(self, text: &str, most: usize) -> &str {
        let length = text.bytes().rev().take(most + 1).take_while(|byte| self.has(*byte)).count();
        text.get(text.len() - length..).unwrap_or_default()
    }
}

impl Shape {
    /// Length of the token that begins at `start`, where its prefix has been found.
    pub(super) fn length(&self, text: &str, start: usize) -> Option<usize> {
        if !begins_word(text, start) {
            return None;
        }
        let rest = text.get(start + self.prefix.len()..)?;
        let body = self.alphabet.run(rest, self.max);
        let after = rest.as_bytes().get(body.len());
        let cut = after.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        ((self.min..=self.max).contains(&body.len()) && !cut && self.holds(body))
            .then_some(self.prefix.len() + body.len())
    }

    fn holds(&self, body: &str) -> bool {
        match self.check {
            Check::None => !dummy::is_dummy(body),
            Check::Crc62 => body
                .len()
                .checked_sub(6)
                .and_then(|at| body.split_at_checked(at))
                .is_some_and(|(random, sum)| coding::base62(coding::crc32(random.as_bytes())) == *sum.as_bytes()),
            Check::Grafana => body.rsplit_once('_').is_some_and(|(random, sum)| {
                let crc = coding::crc32([self.prefix, random].concat().as_bytes());
                random.len() == 32 && u32::from_str_radix(sum, 16).is_ok_and(|sum| sum.swap_bytes() == crc)
            }),
            Check::Bech32 => coding::is_bech32(&[self.prefix, body].concat()),
            Check::Parts(lengths) => {
                !dummy::is_dummy(body) && body.split(['.', '-', '_']).map(str::len).eq(lengths.iter().copied())
            }
            Check::GitLab => {
                let routable = || {
                    let mut parts = body.split('.').map(str::len);
                    matches!(
                        (parts.next(), parts.next(), parts.next(), parts.next()),
                        (Some(27..), Some(2), Some(7..=9), None)
                    )
                };
                !dummy::is_dummy(body) && ((body.len() == 20 && !body.contains('.')) || routable())
            }
            Check::Slack => {
                let random = body.rsplit('-').next().unwrap_or_default();
                let numbers =
                    body.split('-').filter(|part| part.len() >= 9 && part.bytes().all(|b| b.is_ascii_digit()));
                random.len() >= 23 && !dummy::is_dummy(random) && numbers.count() >= 1
            }
            Check::Structured => {
                !body.to_ascii_lowercase().contains("example") && !body.contains("xxxx") && has_variety(body)
            }
        }
    }
}

/// An encoded structure has zeros in a row, but not only these.
fn has_variety(body: &str) -> bool {
    let mut seen = [false; 128];
    for byte in body.bytes() {
        if let Some(seen) = seen.get_mut(usize::from(byte)) {
            *seen = true;
        }
    }
    seen.iter().filter(|seen| **seen).count() >= 16
}

/// Whether no word goes on at this place of the text.
pub(super) fn begins_word(text: &str, at: usize) -> bool {
    let mut before = text.as_bytes().get(..at).unwrap_or_default().iter().rev();
    match before.next() {
        // The `n` of an escaped line feed is no part of the word.
        Some(b'n' | b't' | b'r') => before.next() == Some(&b'\\'),
        Some(byte) => !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-'),
        None => true,
    }
}
