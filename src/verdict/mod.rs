//! Verdicts: what the findings come to.
//!
//! The only place that can say "accept". It knows findings, not how they came about or how they
//! are shown. Next, `report/` tells people and machines.

mod finding;

pub use finding::{Excerpt, Finding, NOT_JUDGED, NOT_VALIDATED, OldPlace, Place, Severity, Status};

use crate::{config::Existing, push::Push};

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files whose content was read.
    pub files: usize,
    /// Documents in them.
    pub documents: usize,
    /// Rules that could have objected.
    pub rules: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.documents += other.documents;
        self.rules = self.rules.max(other.rules);
    }
}

/// The answer to a push.
#[derive(Debug)]
pub struct Verdict {
    /// Whether the push may enter.
    pub decision: Decision,
    /// All findings, in the order of refs, paths and places.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub counts: Counts,
    /// The push.
    pub push: Push,
    /// What it was judged by.
    pub policy: PolicyStamp,
}

/// What a verdict was reached by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyStamp {
    /// `sha256:` and the digest of configuration and policies.
    pub digest: String,
    /// Where they came from.
    pub source: String,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The push may enter.
    Accept(Accept),
    /// It may not.
    Reject,
}

/// Says that a push was judged and nothing in it is refused. Only [`decide`] can make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accept(());

/// Weighs the findings of a push that was judged to the end. A caller that could not judge all of
/// it has no findings to weigh, and no verdict.
#[must_use]
pub fn decide(
    push: Push,
    mut findings: Vec<Finding>,
    counts: Counts,
    existing: Existing,
    policy: PolicyStamp,
) -> Verdict {
    if existing == Existing::Ignore {
        findings.retain(|finding| finding.status != Status::Existing);
    }
    // What is said of a list and of the item in it is one finding: the one that names the object.
    findings.sort_by(|a, b| (a.order(), a.resource.is_none()).cmp(&(b.order(), b.resource.is_none())));
    findings.dedup_by(|later, earlier| later.order() == earlier.order() && later.status == earlier.status);
    let refused = findings.iter().any(|finding| finding.blocks(existing));
    let decision = if refused { Decision::Reject } else { Decision::Accept(Accept(())) };
    Verdict { decision, findings, counts, push, policy }
}

impl Verdict {
    /// Number of findings for which the predicate holds.
    #[must_use]
    pub fn count(&self, predicate: impl Fn(&Finding) -> bool) -> usize {
        self.findings.iter().filter(|finding| predicate(finding)).count()
    }
}
