//! A document before and after.

use crate::{
    document::{Identity, Unit},
    rule::FileText,
};

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is in the same file as before.
    Modified,
    /// It is gone.
    Deleted,
    /// It is in another file than before.
    Moved,
}

impl ChangeKind {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::Moved => "moved",
        }
    }
}

/// One side of a pair.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The file.
    pub file: &'a FileText,
    /// What stands in it.
    pub unit: &'a Unit<'a>,
}

/// A document on both sides of a change, or on the one that it is on.
#[derive(Clone, Copy, Debug)]
pub enum Pair<'a> {
    /// It is new.
    Added(Side<'a>),
    /// It is gone.
    Deleted(Side<'a>),
    /// It is on both sides.
    Both {
        /// Before.
        old: Side<'a>,
        /// After.
        new: Side<'a>,
    },
}

impl<'a> Pair<'a> {
    /// The old side.
    #[must_use]
    pub fn before(&self) -> Option<Side<'a>> {
        match self {
            Self::Added(_) => None,
            Self::Deleted(old) | Self::Both { old, .. } => Some(*old),
        }
    }

    /// The new side.
    #[must_use]
    pub fn after(&self) -> Option<Side<'a>> {
        match self {
            Self::Deleted(_) => None,
            Self::Added(new) | Self::Both { new, .. } => Some(*new),
        }
    }

    /// The new side, or the old one of what is gone.
    #[must_use]
    pub fn shown(&self) -> Side<'a> {
        match self {
            Self::Added(side) | Self::Deleted(side) | Self::Both { new: side, .. } => *side,
        }
    }

    /// What became of it.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::Added(_) => ChangeKind::Added,
            Self::Deleted(_) => ChangeKind::Deleted,
            Self::Both { old, new } if old.file.path == new.file.path => ChangeKind::Modified,
            Self::Both { .. } => ChangeKind::Moved,
        }
    }

    /// The object that it describes.
    #[must_use]
    pub fn identity(&self) -> Option<&'a Identity> {
        self.shown().unit.identity.as_ref()
    }
}
