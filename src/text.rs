//! Text from a push, made safe to print.

use std::borrow::Cow;

/// Whether a terminal, a log or a reader could be misled by this character: control characters,
/// and those that change the direction or hide.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{e0000}'..='\u{e007f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// The text with every unsafe character escaped (`\n`, `\u{1b}`).
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out.into()
}

/// At most `limit` characters of the text, escaped; an ellipsis says that there was more.
#[must_use]
pub fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", escaped(text.get(..at).unwrap_or(text))),
        None => escaped(text).into_owned(),
    }
}

/// A text from a push as it is put into a message.
#[must_use]
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 120;
    format!("`{}`", shortened(text, LONGEST))
}

/// The name nearest to one that is wrong, if any is near enough to be meant.
#[must_use]
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Distances take the product of both lengths, and there may be many names.
    const LONGEST: usize = 120;
    const COMPARED: usize = 5_000;
    if wrong.len() > LONGEST {
        return None;
    }
    let lower = wrong.to_ascii_lowercase();
    let allowed = (wrong.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .take(COMPARED)
        // A character has up to four bytes.
        .filter(|name| name.len() <= LONGEST && name.len().abs_diff(lower.len()) <= 4 * allowed)
        .map(|name| (strsim::osa_distance(&lower, &name.to_ascii_lowercase()), name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.chars().count())
        .min_by_key(|(distance, name)| (*distance, letters_lost(&lower, name)))
        .map(|(_, name)| name)
}

/// How many characters of a wrong name are not in another: of `tags` and `tasks`, who writes `taks` means
/// the one that has all its letters.
#[must_use]
pub fn letters_lost(wrong: &str, name: &str) -> usize {
    wrong.chars().filter(|c| !name.chars().any(|other| other.eq_ignore_ascii_case(c))).count()
}

/// `1 finding`, `2 findings`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
