//! What is wrong with a text, as a finding.

use crate::{
    document::{Problem, ProblemKind},
    rule::{FileText, builtin},
    verdict::{Excerpt, Finding, Place},
};

/// What is wrong with a text, as a finding.
#[must_use]
pub fn problem_finding(text: &FileText, problem: &Problem) -> Finding {
    let rule = match problem.kind {
        ProblemKind::DuplicateKey => builtin::DUPLICATE_KEY,
        ProblemKind::Encoding | ProblemKind::Syntax | ProblemKind::Limit => builtin::SYNTAX,
    };
    let line = text.source.position(problem.span.start as usize).line;
    let conflict = problem.kind == ProblemKind::Syntax
        && text.source.text().contains("<<<<<<< ")
        && (line.saturating_sub(1)..=line + 1).any(|line| is_conflict(text.source.line(line)));
    let message = if conflict { "a merge conflict that was not resolved".to_owned() } else { problem.message.clone() };
    let mut finding = Finding::new(rule, message).at(Place {
        path: text.path.clone(),
        document: None,
        route: None,
        excerpt: Some(Excerpt {
            source: text.source.clone(),
            span: problem.span,
            label: problem.label.clone(),
            related: problem.related.clone().into_iter().collect(),
        }),
    });
    let help = || format!("mend the file; `pushgate check {}` says whether it is good", text.path);
    finding.help = Some(problem.help.clone().unwrap_or_else(help));
    if conflict {
        finding.help =
            Some("decide between both sides and remove the lines `<<<<<<<`, `=======` and `>>>>>>>`".to_owned());
    }
    let head = || text.source.text().chars().take(400);
    let garbled = head().filter(|c| matches!(c, '\0' | '\u{fffd}')).count();
    if problem.kind == ProblemKind::Encoding
        && garbled * 4 > head().count()
        && let Some(place) = &mut finding.place
    {
        // What cannot be decoded cannot be shown.
        place.excerpt = None;
    }
    finding
}

/// Whether a line is one that Git writes around the sides of a conflict.
fn is_conflict(line: &str) -> bool {
    ["<<<<<<< ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark)) || line == "======="
}
