//! Settings in a text that cannot be read as its format, by its lines.

use super::{Found, MOST, Settings, Walk, is_example_path, is_name_of_secret, judge::judge};
use crate::document::Span;

/// The values in the lines of a text that stand behind the name of a secret: `password: x`, `"token": "x"`,
/// `DB_PASSWORD=x`. The text may be broken.
#[must_use]
pub(in super::super) fn named_in_lines(text: &str) -> Vec<Span> {
    /// More separators of a line are not looked at.
    const MOST_IN_LINE: usize = 32;
    let mut spans = Vec::new();
    let mut start = 0;
    // Indentation of a name whose value goes on in the lines below it, and whether only as a list.
    let mut open: Option<(usize, bool)> = None;
    for line in text.split_inclusive('\n') {
        let (indent, bare) = (line.len() - line.trim_start().len(), line.trim());
        if let Some((level, list)) = open {
            let goes_on =
                if list { bare.starts_with('-') && indent >= level } else { indent > level || bare.is_empty() };
            if goes_on && spans.len() < MOST {
                if !bare.is_empty() {
                    spans.push(Span::new(start + indent, start + indent + bare.len()));
                }
                start += line.len();
                continue;
            }
            open = None;
        }
        for (at, _) in line.match_indices([':', '=']).take(MOST_IN_LINE) {
            let name = line.get(..at).unwrap_or_default().trim_end().trim_end_matches(['"', '\'']);
            let from =
                name.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).map_or(0, |at| at + 1);
            let name = name.get(from..).unwrap_or_default();
            if name.is_empty() || !is_name_of_secret(name) {
                continue;
            }
            let rest = line.get(at + 1..).unwrap_or_default();
            let value = rest.trim_start_matches(['=', ':']).trim();
            let inner = value.trim_matches(['"', '\'', ',']);
            // A reference says no more than a name.
            let is_harmless = !value.contains(char::is_whitespace) && judge(name, inner).is_none();
            let before = rest.find(value).unwrap_or_default();
            if matches!(value, "" | "|" | ">" | "|-" | ">-" | "|+" | ">+" | "[") || value.starts_with("<<") {
                open = Some((indent, matches!(value, "" | "[")));
            } else if !is_harmless && spans.len() < MOST {
                spans.push(Span::new(start + at + 1 + before, start + at + 1 + before + value.len()));
            }
            break;
        }
        start += line.len();
    }
    spans
}

/// The secrets in a file of settings that cannot be read as its format, by its lines.
#[must_use]
pub fn in_lines(kind: Settings, path: &str, text: &str) -> Vec<Found> {
    let mut walk = Walk { kind, lenient: is_example_path(path), way: Vec::new(), found: Vec::new() };
    for span in named_in_lines(text) {
        let (start, end) = (span.start as usize, span.end as usize);
        let before = text.get(..start).unwrap_or_default();
        let line =
            before.rsplit('\n').next().unwrap_or_default().trim_end().trim_end_matches([':', '=', '"', '\'', ' ']);
        let from = line.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).map_or(0, |at| at + 1);
        let (name, value) = (line.get(from..).unwrap_or_default(), text.get(start..end).unwrap_or_default());
        let value = value.trim_matches(['"', '\'', ',']);
        if let Some(certain) = judge(name, value) {
            walk.found(name, value, span, certain);
        }
    }
    // There is no value that a route would lead to.
    walk.found.iter_mut().for_each(|one| one.route = None);
    walk.found
}
