//! What a replay comes to: by rule, by month, and why commits have no verdict.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::record::{Answer, Record, Told};
use crate::config::Existing;

/// A commit with its day, as it is named in a summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub commit: String,
    pub day: String,
}

impl Named {
    fn of(record: &Record) -> Self {
        Self { commit: record.commit.clone(), day: record.day().to_owned() }
    }

    fn json(&self) -> Value {
        json!({"commit": self.commit, "date": self.day})
    }
}

/// What one rule said.
#[derive(Clone, Debug, Default)]
pub(super) struct OfRule {
    /// Commits that it would have refused.
    pub refuses: usize,
    /// New findings by severity, and those that were there before.
    pub deny: usize,
    pub warn: usize,
    pub info: usize,
    pub existing: usize,
    /// The first and the last commit with a new finding.
    pub first: Option<Named>,
    pub last: Option<Named>,
}

/// What happened in one month.
#[derive(Clone, Debug, Default)]
pub(super) struct OfMonth {
    pub commits: usize,
    pub refused: usize,
    pub errors: usize,
    /// New findings that refuse or warn, by rule.
    pub rules: BTreeMap<String, usize>,
}

/// All that is counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    pub commits: usize,
    pub accepted: usize,
    pub refused: usize,
    pub errors: usize,
    pub first: Option<Named>,
    pub last: Option<Named>,
    pub rules: BTreeMap<String, OfRule>,
    pub months: BTreeMap<String, OfMonth>,
    /// Why commits have no verdict: how many, and the first of them.
    pub reasons: BTreeMap<String, (usize, Named)>,
}

impl Summary {
    /// Adds a commit.
    pub fn add(&mut self, record: &Record, existing: Existing) {
        let named = Named::of(record);
        let month = self.months.entry(record.month().to_owned()).or_default();
        self.commits += 1;
        month.commits += 1;
        self.first.get_or_insert_with(|| named.clone());
        self.last = Some(named.clone());
        match record.verdict {
            Answer::Accept => self.accepted += 1,
            Answer::Reject => {
                self.refused += 1;
                month.refused += 1;
            }
            Answer::Error => {
                self.errors += 1;
                month.errors += 1;
            }
        }
        if let Some(error) = &record.error {
            self.reasons.entry(error.message.clone()).or_insert_with(|| (0, named.clone())).0 += 1;
        }
        let mut refusing: Vec<&str> = Vec::new();
        for finding in record.findings.iter().map(Told) {
            let id = finding.text("rule");
            let rule = self.rules.entry(id.to_owned()).or_default();
            if finding.refuses(existing) && !refusing.contains(&id) {
                refusing.push(id);
                rule.refuses += 1;
            }
            if finding.is_old() {
                rule.existing += 1;
                continue;
            }
            match finding.text("severity") {
                "deny" => rule.deny += 1,
                "warn" => rule.warn += 1,
                _ => rule.info += 1,
            }
            if finding.text("severity") != "info" {
                *month.rules.entry(id.to_owned()).or_default() += 1;
            }
            rule.first.get_or_insert_with(|| named.clone());
            rule.last = Some(named.clone());
        }
    }

    /// The rules, those first that refuse most.
    pub fn rules(&self) -> Vec<(&str, &OfRule)> {
        let mut rules: Vec<_> = self.rules.iter().map(|(id, rule)| (id.as_str(), rule)).collect();
        rules.sort_by_key(|(_, rule)| std::cmp::Reverse((rule.refuses, rule.deny, rule.warn, rule.info)));
        rules
    }

    pub fn json(&self) -> Value {
        let named = |named: &Option<Named>| named.as_ref().map(Named::json);
        let rule = |(id, rule): &(&str, &OfRule)| {
            json!({
                "rule": id,
                "refused": rule.refuses,
                "deny": rule.deny,
                "warn": rule.warn,
                "info": rule.info,
                "existing": rule.existing,
                "first": named(&rule.first),
                "last": named(&rule.last),
            })
        };
        let month = |(name, month): (&String, &OfMonth)| {
            json!({
                "month": name,
                "commits": month.commits,
                "refused": month.refused,
                "errors": month.errors,
                "rules": month.rules,
            })
        };
        let reason = |(message, (commits, first)): (&String, &(usize, Named))| json!({"message": message, "commits": commits, "first": first.json()});
        json!({
            "commits": self.commits,
            "accepted": self.accepted,
            "refused": self.refused,
            "errors": self.errors,
            "first": named(&self.first),
            "last": named(&self.last),
            "rules": self.rules().iter().map(rule).collect::<Vec<_>>(),
            "months": self.months.iter().map(month).collect::<Vec<_>>(),
            "reasons": self.reasons.iter().map(reason).collect::<Vec<_>>(),
        })
    }
}
