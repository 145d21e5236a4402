//! What is said of one commit, as one line of JSON: the shape is part of the contract with users.

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    config::Existing,
    gate::GateError,
    git::{CommitFacts, GitError, Oid},
    report::{failure, json},
    verdict::{Decision, Verdict},
};

/// What a push of a commit would have got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Answer {
    /// It would have been accepted.
    Accept,
    /// It would have been refused.
    Reject,
    /// There is no verdict.
    Error,
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// One commit with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// The commit.
    pub commit: String,
    /// Its first parent, which it is compared with.
    pub parent: Option<String>,
    /// When it was committed, in UTC; nothing where the commit does not say it, as for the next two.
    pub date: Option<String>,
    /// Name of its author.
    pub author: Option<String>,
    /// First line of its message.
    pub subject: Option<String>,
    /// What a push would have got.
    pub verdict: Answer,
    /// The findings as on the wire everywhere.
    pub findings: Vec<Value>,
    /// What was looked at.
    pub counts: Option<Value>,
    /// Why there is no verdict.
    pub error: Option<Failure>,
}

impl Record {
    /// What came of judging a commit.
    pub fn new(
        commit: Oid,
        parent: Option<Oid>,
        facts: Option<&CommitFacts>,
        judged: Result<&Verdict, Failure>,
    ) -> Self {
        let (verdict, findings, counts, error) = match judged {
            Ok(verdict) => {
                let answer = match verdict.decision {
                    Decision::Accept(_) => Answer::Accept,
                    Decision::Reject => Answer::Reject,
                };
                (answer, json::findings(verdict), Some(json::counts(verdict)), None)
            }
            Err(failure) => (Answer::Error, Vec::new(), None, Some(failure)),
        };
        Self {
            commit: commit.to_string(),
            parent: parent.map(|parent| parent.to_string()),
            date: facts.and_then(|facts| date(facts.committer.time)),
            author: facts.map(|facts| facts.author.name.clone()),
            subject: facts.map(|facts| facts.message.lines().next().unwrap_or_default().trim().to_owned()),
            verdict,
            findings,
            counts,
            error,
        }
    }

    /// The record as one line, with its end.
    pub fn line(&self) -> String {
        // Texts and numbers can always be written.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// The month: `2023-11`.
    pub fn month(&self) -> &str {
        self.date.as_deref().and_then(|date| date.get(..7)).unwrap_or("unknown")
    }

    /// The day: `2023-11-14`.
    pub fn day(&self) -> &str {
        self.date.as_deref().and_then(|date| date.get(..10)).unwrap_or("unknown")
    }
}

/// A time as everybody writes it.
fn date(seconds: i64) -> Option<String> {
    let date: DateTime<Utc> = DateTime::from_timestamp(seconds, 0)?;
    let (year, month, day) = (date.year(), date.month(), date.day());
    Some(format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", date.hour(), date.minute(), date.second()))
}

/// A finding of a record, as far as it is counted and shown.
pub(super) struct Told<'r>(pub &'r Value);

impl<'r> Told<'r> {
    pub fn text(&self, key: &str) -> &'r str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn number(&self, key: &str) -> Option<u64> {
        self.0.get(key).and_then(Value::as_u64)
    }

    /// Whether it was there before.
    pub fn is_old(&self) -> bool {
        self.text("status") == "existing"
    }

    /// Whether it refuses the push.
    pub fn refuses(&self, existing: Existing) -> bool {
        self.text("severity") == "deny" && (!self.is_old() || existing == Existing::Deny)
    }
}

impl From<&GateError> for Failure {
    fn from(error: &GateError) -> Self {
        let help = if matches!(error, GateError::Git(GitError::Object { .. })) {
            // Nobody can push it again.
            let help = "git fetch --unshallow, or --refetch in a partial clone; git fsck names what is damaged";
            Some(format!("bring it here: {help}"))
        } else if matches!(error, GateError::Time { .. }) {
            Some("raise `limits.time` to judge it".to_owned())
        } else {
            error.help()
        };
        Self { message: failure::plain(error), help }
    }
}
