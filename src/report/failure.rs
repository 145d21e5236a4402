//! What is said when there is no verdict.

use super::Style;
use crate::{
    gate::GateError,
    policy::PolicyError,
    text::{counted, escaped},
};

/// Writes why there is no verdict. `refused` is what that means here: `push refused` in a hook.
#[must_use]
pub fn human(error: &GateError, refused: &str, style: Style) -> String {
    let mut out = match error {
        GateError::Config(errors) => {
            format!("error: {refused}: the configuration cannot be used\n\n{}", errors.render(style.color))
        }
        GateError::Policies(errors) => {
            let mut out = format!("error: {refused}: {} in the policies\n\n", counted(errors.len(), "mistake"));
            for error in errors {
                out.push_str(&policy_error(error, style));
                out.push('\n');
            }
            out
        }
        GateError::Git(_)
        | GateError::Push(_)
        | GateError::RefName(_)
        | GateError::NoConfig { .. }
        | GateError::Unreadable { .. }
        | GateError::NoPolicyRef { .. }
        | GateError::NoPolicyConfig { .. }
        | GateError::Rule(_)
        | GateError::FileLimit { .. }
        | GateError::Time { .. }
        | GateError::Limit { .. } => format!("error: {refused}: {}\n", escaped(&error.to_string())),
    };
    if !out.ends_with('\n') {
        out.push('\n');
    }
    if let Some(help) = error.help() {
        out.push_str(&format!("hint: {}\n", escaped(&help)));
    }
    out
}

/// One mistake in a policy, drawn like a finding.
#[must_use]
pub fn policy_error(error: &PolicyError, style: Style) -> String {
    super::human::diagnostic(&crate::gate::load::policy_finding("policy", error), style)
}

/// Why there is no verdict, as plain text with every mistake in it.
#[must_use]
pub fn plain(error: &GateError) -> String {
    match error {
        GateError::Config(errors) => errors
            .problems()
            .iter()
            .map(|problem| {
                let (start, _) = errors.range(problem);
                format!("{}:{}:{}: {}", errors.name(), start.line, start.column, problem.message)
            })
            .collect::<Vec<_>>()
            .join("\n"),
        GateError::Policies(errors) => errors
            .iter()
            .map(|error| match &error.place {
                Some(place) => format!("{}:{}:{}: {}", place.source, place.line, place.column, error.message),
                None => error.message.clone(),
            })
            .collect::<Vec<_>>()
            .join("\n"),
        GateError::Git(_)
        | GateError::Push(_)
        | GateError::RefName(_)
        | GateError::NoConfig { .. }
        | GateError::Unreadable { .. }
        | GateError::NoPolicyRef { .. }
        | GateError::NoPolicyConfig { .. }
        | GateError::Rule(_)
        | GateError::FileLimit { .. }
        | GateError::Time { .. }
        | GateError::Limit { .. } => error.to_string(),
    }
}
