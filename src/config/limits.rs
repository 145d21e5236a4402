//! How much a push may cost before the gate gives up and refuses, and how amounts are written.

use std::time::Duration;

use super::words::Complaint;
use crate::document::ParseLimits;

/// Bounds on the work a single push can cause. Past any of them there is no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Wall-clock time for the whole push.
    pub time: Duration,
    /// Bytes of a single file that is read.
    pub file_size: u64,
    /// Bytes of all files that are read.
    pub total_size: u64,
    /// Documents in all files.
    pub documents: usize,
    /// Changed files, whether they are read or not.
    pub files: usize,
    /// Nesting of collections in a document.
    pub depth: usize,
    /// Nodes made by expanding aliases in one file.
    pub aliases: usize,
    /// Keys and values in one file.
    pub nodes: usize,
    /// Instructions of all policy evaluations.
    pub policy_instructions: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(4),
            file_size: 64 << 20,
            total_size: 256 << 20,
            documents: 100_000,
            files: 1_000_000,
            depth: 512,
            aliases: 100_000,
            nodes: 5_000_000,
            policy_instructions: 50_000_000,
        }
    }
}

impl Limits {
    /// What of this bounds the parsing of one file.
    #[must_use]
    pub fn parse(&self) -> ParseLimits {
        ParseLimits { depth: self.depth, alias_nodes: self.aliases, documents: self.documents, nodes: self.nodes }
    }
}

/// What an amount counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Milliseconds; a plain number counts seconds.
    Time,
    /// Bytes.
    Size,
    /// Things.
    Count,
}

/// Suffixes with their factors, most readable first for equal amounts.
type Suffixes = &'static [(&'static str, u64)];

impl Unit {
    const fn suffixes(self) -> Suffixes {
        match self {
            Self::Time => &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)],
            Self::Size => &[
                ("B", 1),
                ("kB", 1_000),
                ("KiB", 1 << 10),
                ("MB", 1_000_000),
                ("MiB", 1 << 20),
                ("GB", 1_000_000_000),
                ("GiB", 1 << 30),
            ],
            Self::Count => &[],
        }
    }

    /// The factor of a number without a suffix.
    pub(super) const fn plain(self) -> u64 {
        match self {
            Self::Time => 1_000,
            Self::Size | Self::Count => 1,
        }
    }

    /// A regular expression (ECMA 262) for amounts with a suffix; `None` when there are none.
    pub(super) const fn regex(self) -> Option<&'static str> {
        match self {
            Self::Time => Some("^[0-9]+( *(ms|s|m|h))?$"),
            Self::Size => Some("^[0-9]+( *(B|kB|KiB|MB|MiB|GB|GiB))?$"),
            Self::Count => None,
        }
    }

    /// How such amounts are written.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::Time => "such as `4s` or `500ms`",
            Self::Size => "such as `8MiB` or `500kB`",
            Self::Count => "a whole number such as `1000`",
        }
    }

    /// Reads an amount with or without a suffix.
    pub(super) fn read(self, text: &str) -> Result<u64, Complaint> {
        let wrong = |message: String| Complaint::new(message).help(self.example());
        let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
        let (number, suffix) = text.split_at_checked(digits).unwrap_or((text, ""));
        let suffix_text = suffix.trim_start_matches(' ');
        if number.is_empty() {
            return Err(wrong(format!("`{text}` is not {}", self.called())));
        }
        if suffix.starts_with(['.', ',', '_']) {
            return Err(wrong(format!("`{text}` is not a whole number")));
        }
        let factor = if suffix_text.is_empty() {
            self.plain()
        } else {
            let found = self.suffixes().iter().find(|(known, _)| *known == suffix_text);
            let Some((_, factor)) = found else {
                let known = super::words::listed(self.suffixes().iter().map(|(suffix, _)| *suffix));
                return Err(Complaint::new(format!("unknown unit `{suffix_text}`")).help(if known.is_empty() {
                    self.example().to_owned()
                } else {
                    format!("known: {known}")
                }));
            };
            *factor
        };
        let amount = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
        amount.ok_or_else(|| wrong(format!("`{text}` is too large")))
    }

    /// Writes an amount with the largest suffix that leaves it whole.
    pub(super) fn write(self, amount: u64) -> String {
        let fits = |(_, factor): &&(&str, u64)| amount >= *factor && amount.is_multiple_of(*factor);
        match self.suffixes().iter().rev().find(fits) {
            Some((suffix, factor)) => format!("{}{suffix}", amount / factor),
            None => amount.to_string(),
        }
    }

    /// What such an amount is called.
    pub(super) const fn called(self) -> &'static str {
        match self {
            Self::Time => "a duration",
            Self::Size => "a size",
            Self::Count => "a number",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_written() {
        for (unit, text, amount, written) in [
            (Unit::Time, "4s", 4_000, "4s"),
            (Unit::Time, "500ms", 500, "500ms"),
            (Unit::Time, "4", 4_000, "4s"),
            (Unit::Time, "90s", 90_000, "90s"),
            (Unit::Time, "120s", 120_000, "2m"),
            (Unit::Size, "8MiB", 8 << 20, "8MiB"),
            (Unit::Size, "1GB", 1_000_000_000, "1GB"),
            (Unit::Size, "1500 kB", 1_500_000, "1500kB"),
            (Unit::Size, "1023", 1_023, "1023B"),
            (Unit::Count, "12000", 12_000, "12000"),
        ] {
            assert_eq!(unit.read(text), Ok(amount), "{text}");
            assert_eq!(unit.write(amount), written);
            assert_eq!(unit.read(written), Ok(amount));
        }
    }

    #[test]
    fn what_is_no_amount_is_told() {
        for (unit, text, message) in [
            (Unit::Time, "", "`` is not a duration"),
            (Unit::Time, "soon", "`soon` is not a duration"),
            (Unit::Time, "1.5s", "`1.5s` is not a whole number"),
            (Unit::Time, "4S", "unknown unit `S`"),
            (Unit::Size, "8M", "unknown unit `M`"),
            (Unit::Size, "-1", "`-1` is not a size"),
            (Unit::Size, "99999999999GiB", "`99999999999GiB` is too large"),
            (Unit::Size, "99999999999999999999", "`99999999999999999999` is too large"),
            (Unit::Count, "5k", "unknown unit `k`"),
        ] {
            assert_eq!(unit.read(text).map_err(|complaint| complaint.message), Err(message.to_owned()));
        }
    }
}
