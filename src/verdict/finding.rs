//! A finding: one thing that a rule has to say about one place.

use std::sync::Arc;

use crate::{
    config::Existing,
    document::{Identity, Position, Route, Source, Span},
    git::{RefName, RepoPath},
};

/// Rules that only say that a file could not be judged by its nature.
pub const NOT_JUDGED: [&str; 6] =
    ["encrypted-file", "helm-template", "large-file", "lfs-pointer", "unfilled-template", "unread-format"];

/// The rule that only says that nobody here knows what an object has to look like.
pub const NOT_VALIDATED: &str = "unknown-resource";

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It refuses the push.
    Deny,
    /// It is shown.
    Warn,
    /// It is shown to whoever asks: dry runs, files that cannot be judged by their nature.
    Info,
}

impl Severity {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Warn => "warn",
            Self::Info => "info",
        }
    }
}

/// How a finding compares with the old side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The push brings it.
    New,
    /// The old side of what the push changes has it, too.
    Existing,
}

impl Status {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Existing => "existing",
        }
    }
}

/// Part of a text to show.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The text.
    pub source: Arc<Source>,
    /// What is concerned.
    pub span: Span,
    /// What to say of it, in a few words.
    pub label: Option<String>,
    /// Other places in the same text, with what to say of each.
    pub related: Vec<(Span, String)>,
}

/// Where a finding is.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub path: RepoPath,
    /// 0-based number of the document in it.
    pub document: Option<usize>,
    /// Way from the document's root to the value.
    pub route: Option<Route>,
    /// The text itself, where the file has one.
    pub excerpt: Option<Excerpt>,
}

impl Place {
    /// A file as a whole.
    #[must_use]
    pub fn file(path: RepoPath) -> Self {
        Self { path, document: None, route: None, excerpt: None }
    }

    /// First and last place of what is concerned.
    #[must_use]
    pub fn range(&self) -> Option<(Position, Position)> {
        self.excerpt.as_ref().map(|excerpt| excerpt.source.range(excerpt.span))
    }
}

/// Where the old side says what the new side may not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldPlace {
    /// The file in the old tree.
    pub path: RepoPath,
    /// 1-based line in it.
    pub line: usize,
}

/// One thing that a rule has to say about one place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Id of the rule, kebab-case.
    pub rule: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Whether the push brings it.
    pub status: Status,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where; `None` when it is about the ref itself.
    pub place: Option<Place>,
    /// The object concerned.
    pub resource: Option<Identity>,
    /// The ref that would hold it; `None` where no ref is involved.
    pub ref_name: Option<RefName>,
    /// The commit that would hold it.
    pub commit: Option<crate::git::Oid>,
    /// The place on the old side.
    pub old: Option<OldPlace>,
    /// What to do.
    pub help: Option<String>,
    /// By what it was waived; what is waived does not count.
    pub waiver: Option<String>,
    /// What tells it from others that read the same: the digest of a secret that is not to be shown.
    pub subject: Option<[u8; 32]>,
}

/// By what findings are sorted: refs, then what blocks, then files and lines.
type Order<'a> = (Option<&'a RefName>, Severity, Option<&'a RepoPath>, Option<Position>, &'a str, &'a str);

impl Finding {
    /// A finding that refuses, without a place.
    #[must_use]
    pub fn new(rule: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            rule: rule.into(),
            severity: Severity::Deny,
            status: Status::New,
            message: message.into(),
            place: None,
            resource: None,
            ref_name: None,
            commit: None,
            old: None,
            help: None,
            waiver: None,
            subject: None,
        }
    }

    /// The same finding at a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same finding with what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether it refuses the push.
    #[must_use]
    pub fn blocks(&self, existing: Existing) -> bool {
        let counts = match self.status {
            Status::New => true,
            Status::Existing => existing == Existing::Deny,
        };
        counts && self.severity == Severity::Deny
    }

    /// Whether it says that a file could not be judged by its nature.
    #[must_use]
    pub fn is_not_judged(&self) -> bool {
        self.severity == Severity::Info && NOT_JUDGED.contains(&self.rule.as_str())
    }

    /// Whether it says that an object could not be compared with anything.
    #[must_use]
    pub fn is_not_validated(&self) -> bool {
        self.rule == NOT_VALIDATED
    }

    pub(super) fn order(&self) -> Order<'_> {
        (
            self.ref_name.as_ref(),
            self.severity,
            self.place.as_ref().map(|place| &place.path),
            self.place.as_ref().and_then(Place::range).map(|(start, _)| start),
            &self.rule,
            &self.message,
        )
    }
}
