//! A replay for people.

use super::{
    journal::Header,
    record::{Answer, Record, Told},
    summary::{Named, OfMonth, Summary},
};
use crate::{
    config::Existing,
    text::{counted, shortened},
};

/// Findings of a commit that are shown.
const SHOWN: usize = 5;
/// Rules of a month, and reasons, that are named.
const NAMED: usize = 5;
const REASONS: usize = 20;
/// Longest line of a message, in characters.
const MESSAGE: usize = 160;

fn short(id: &str) -> String {
    shortened(id, 10).trim_end_matches('…').to_owned()
}

/// A commit that would be refused or has no verdict; `all`: those with warnings, too. Empty for others.
pub(super) fn commit(record: &Record, existing: Existing, all: bool) -> String {
    let (refusing, others): (Vec<Told<'_>>, Vec<Told<'_>>) =
        record.findings.iter().map(Told).partition(|finding| finding.refuses(existing));
    let warning = |finding: &&Told<'_>| finding.text("severity") == "warn" && !finding.is_old();
    let warnings: Vec<&Told<'_>> = others.iter().filter(warning).filter(|_| all).collect();
    let head = match record.verdict {
        Answer::Accept if warnings.is_empty() => return String::new(),
        Answer::Accept => "accepted  ",
        Answer::Reject => "refused   ",
        Answer::Error => "no verdict",
    };
    let subject = record.subject.as_deref().unwrap_or_default();
    let mut out = format!("{head} {} {} {}\n", short(&record.commit), record.day(), shortened(subject, 60));
    for finding in refusing.iter().chain(warnings.iter().copied()).take(SHOWN) {
        out.push_str(&format!("  {}: {}", finding.text("severity"), shortened(finding.text("rule"), 80)));
        let path = finding.text("path");
        if !path.is_empty() {
            out.push_str(&format!(" {}", shortened(path, 120)));
            for number in ["line", "column"].iter().filter_map(|key| finding.number(key)) {
                out.push_str(&format!(":{number}"));
            }
        }
        out.push_str(&format!(": {}\n", shortened(finding.text("message"), MESSAGE)));
    }
    let more = (refusing.len() + warnings.len()).saturating_sub(SHOWN);
    if more > 0 {
        out.push_str(&format!("  and {more} more\n"));
    }
    if let Some(error) = &record.error {
        out.push_str(&format!("  error: {}\n", shortened(&error.message, MESSAGE)));
        if let Some(help) = &error.help {
            out.push_str(&format!("  hint: {}\n", shortened(help, MESSAGE)));
        }
    }
    out
}

/// What all of it comes to.
pub(super) fn summary(summary: &Summary, header: &Header) -> String {
    let replay = &header.replay;
    let mut out = format!("{} judged as pushes to {}", counted(summary.commits, "commit"), replay.name);
    if let (Some(first), Some(last)) = (&summary.first, &summary.last) {
        out.push_str(&format!(", {} {} to {} {}", short(&first.commit), first.day, short(&last.commit), last.day));
    }
    out.push_str(&format!(
        "\nby {} ({}): {} accepted, {} would be refused, {} without a verdict\n",
        shortened(&replay.source, 120),
        shortened(&replay.digest, 19).trim_end_matches('…'),
        summary.accepted,
        summary.refused,
        summary.errors
    ));
    if !summary.rules.is_empty() {
        let heads = ["rule", "refuses", "deny", "warn", "info", "existing", "first", "last"];
        let day = |named: &Option<Named>| {
            named.as_ref().map_or("-".to_owned(), |named| format!("{} {}", named.day, short(&named.commit)))
        };
        let rows = summary.rules().into_iter().map(|(id, rule)| {
            let numbers = [rule.refuses, rule.deny, rule.warn, rule.info, rule.existing].map(|n| n.to_string());
            let mut row = vec![shortened(id, 60)];
            row.extend(numbers);
            row.extend([day(&rule.first), day(&rule.last)]);
            row
        });
        out.push('\n');
        out.push_str(&table(&heads, rows.collect()));
    }
    if !summary.months.is_empty() {
        let heads = ["month", "commits", "refused", "no verdict", "new findings"];
        let rows = summary.months.iter().map(|(name, month)| {
            let numbers = [month.commits, month.refused, month.errors].map(|number| number.to_string());
            let mut row = vec![name.clone()];
            row.extend(numbers);
            row.push(named_rules(month));
            row
        });
        out.push('\n');
        out.push_str(&table(&heads, rows.collect()));
    }
    if !summary.reasons.is_empty() {
        out.push_str("\nwithout a verdict:\n");
        for (message, (commits, first)) in summary.reasons.iter().take(REASONS) {
            let message = shortened(message, MESSAGE);
            out.push_str(&format!("  {}, first {}: {message}\n", counted(*commits, "commit"), short(&first.commit)));
        }
        let more = summary.reasons.len().saturating_sub(REASONS);
        if more > 0 {
            out.push_str(&format!("  and {} more\n", counted(more, "reason")));
        }
    }
    out
}

/// The rules that said most in a month.
fn named_rules(month: &OfMonth) -> String {
    let mut rules: Vec<(&String, &usize)> = month.rules.iter().collect();
    rules.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let more = rules.len().saturating_sub(NAMED);
    let mut named: Vec<String> =
        rules.iter().take(NAMED).map(|(id, count)| format!("{count} {}", shortened(id, 60))).collect();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    named.join(", ")
}

/// Columns below each other: texts to the left, numbers to the right.
fn table(heads: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut all = vec![heads.iter().map(|head| (*head).to_owned()).collect::<Vec<_>>()];
    all.extend(rows);
    let width = |column: usize| all.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..heads.len()).map(|column| width(column).unwrap_or(0)).collect();
    let is_number = |column: usize| {
        let mut cells = all.iter().skip(1).filter_map(|row| row.get(column));
        cells.all(|cell| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let numeric: Vec<bool> = (0..heads.len()).map(is_number).collect();
    let mut out = String::new();
    for row in &all {
        let mut line = String::new();
        for ((cell, width), numeric) in row.iter().zip(&widths).zip(&numeric) {
            let padded = if *numeric { format!("{cell:>width$}") } else { format!("{cell:width$}") };
            line.push_str(&padded);
            line.push_str("  ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
