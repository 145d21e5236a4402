//! Minor versions of Kubernetes.

use std::fmt;

/// A minor version of Kubernetes: 1.25 to 1.37.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

impl Version {
    /// The oldest whose types are known.
    pub const OLDEST: Self = Self(25);
    /// The newest whose types are known.
    pub const NEWEST: Self = Self(37);

    /// The version written as `1.36`; `None` for anything else, and for a version that is not known.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|version| version.to_string() == text)
    }

    /// Every version, oldest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        (Self::OLDEST.0..=Self::NEWEST.0).map(Self)
    }

    /// Its column in the table: 0 for the oldest.
    pub(super) fn column(self) -> u8 {
        self.0 - Self::OLDEST.0
    }

    /// The number behind the `1.`.
    pub(in crate::kubernetes) fn minor(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}
