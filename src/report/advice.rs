//! What is said about policies, for people and machines.

use serde_json::json;

use super::{Style, human::diagnostic};
use crate::{
    gate::load::policy_finding,
    policy::{Advice, AdviceLevel},
    verdict::Severity,
};

/// Writes mistakes and doubts as a compiler does.
#[must_use]
pub fn human(advice: &[Advice], style: Style) -> String {
    let mut out = String::new();
    for advice in advice {
        let mut finding = policy_finding(advice.kind, &advice.error);
        finding.severity = match advice.level {
            AdviceLevel::Error => Severity::Deny,
            AdviceLevel::Warning => Severity::Warn,
        };
        out.push_str(&diagnostic(&finding, style));
        out.push('\n');
    }
    out
}

/// Writes them as one JSON object.
#[must_use]
pub fn json(advice: &[Advice]) -> String {
    let problem = |advice: &Advice| {
        let place = advice.error.place.as_ref();
        json!({
            "kind": advice.kind,
            "level": level(advice.level),
            "message": advice.error.message,
            "path": place.map(|place| place.source.as_str()),
            "line": place.map(|place| place.line),
            "column": place.map(|place| place.column),
            "end_column": place.map(|place| place.column + place.length),
            "help": advice.error.help,
        })
    };
    let count = |level| advice.iter().filter(|advice| advice.level == level).count();
    let object = json!({
        "pushgate": env!("CARGO_PKG_VERSION"),
        "problems": advice.iter().map(problem).collect::<Vec<_>>(),
        "counts": {"errors": count(AdviceLevel::Error), "warnings": count(AdviceLevel::Warning)},
    });
    format!("{object:#}\n")
}

fn level(level: AdviceLevel) -> &'static str {
    match level {
        AdviceLevel::Error => "error",
        AdviceLevel::Warning => "warning",
    }
}
