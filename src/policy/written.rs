//! What is written at a span: regorus leaves the quotes of strings out of theirs.

use regorus::unstable::{LiteralStmt, Span};

/// The text of a span, with the quotes at both ends.
pub(super) fn written(span: &Span) -> &str {
    between(span, span.start, span.end)
}

/// `with input as {…}` of a statement; empty where it has none.
pub(super) fn modifiers(statement: &LiteralStmt) -> &str {
    statement.with_mods.first().map_or("", |first| between(&first.span, first.span.start, statement.span.end))
}

/// The text of a span in one line, not longer than `limit` characters.
pub(super) fn shown(span: &Span, limit: usize) -> String {
    let text = written(span).split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

fn between(span: &Span, start: u32, end: u32) -> &str {
    let (start, end) = bounds(span, start, end);
    span.source.contents().get(start..end).unwrap_or("").trim_end()
}

fn bounds(span: &Span, start: u32, end: u32) -> (usize, usize) {
    let text = span.source.contents();
    let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    let (mut start, mut end) = (at(start), at(end));
    if text.get(..start).is_some_and(|before| before.ends_with(['"', '`'])) {
        start -= 1;
    }
    if text.get(start..end).is_some_and(ends_inside_string) {
        end += 1;
    }
    (start, end)
}

/// Whether a text that begins outside of a string ends in one.
fn ends_inside_string(text: &str) -> bool {
    let mut open = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (open, c) {
            (None, '"' | '`') => open = Some(c),
            (None, '#') => while characters.next().is_some_and(|c| c != '\n') {},
            (Some('"'), '\\') => {
                characters.next();
            }
            (Some(quote), _) if quote == c => open = None,
            (None | Some(_), _) => {}
        }
    }
    open.is_some()
}

#[cfg(test)]
mod tests {
    use super::ends_inside_string;

    #[test]
    fn strings_that_are_open_at_the_end() {
        for (text, open) in [
            ("x == \"a", true),
            ("x == \"a\"", false),
            ("x == \"a\\\"", true),
            ("x == `a\\`", false),
            ("x # \"\n", false),
            ("\"", true),
            ("", false),
        ] {
            assert_eq!(ends_inside_string(text), open, "{text}");
        }
    }
}
