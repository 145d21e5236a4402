//! Parameters of a module in one text: `src=a dest="b c"`.

/// Quotes or templates in a text are not closed.
pub(super) struct Unbalanced;

/// The words of such a text. Blanks in quotes and in templates do not part words, and backslashes only
/// keep the quote behind them from counting.
pub(super) fn words(text: &str) -> Result<Vec<String>, Unbalanced> {
    let mut words: Vec<String> = Vec::new();
    let mut quote: Option<char> = None;
    // How many of `{{`, `{%` and `{#` are open.
    let mut depths = [0_usize; 3];
    for line in text.split('\n') {
        for (index, token) in line.split(' ').enumerate() {
            if (token.is_empty() && index > 0) || (token == "\\" && quote.is_none()) {
                continue;
            }
            let was_open = quote.is_some() || depths.iter().any(|depth| *depth > 0);
            quote = quote_behind(token, quote);
            let mut changed = false;
            for (depth, (open, close)) in depths.iter_mut().zip([("{{", "}}"), ("{%", "%}"), ("{#", "#}")]) {
                let (opened, closed) = (token.matches(open).count(), token.matches(close).count());
                let now = (*depth + opened).saturating_sub(closed);
                changed |= opened != closed && now != *depth;
                *depth = now;
            }
            if was_open && let Some(last) = words.last_mut() {
                last.push(' ');
                last.push_str(token);
            } else if !token.is_empty() || changed {
                words.push(token.to_owned());
            }
        }
    }
    if quote.is_some() || depths.iter().any(|depth| *depth > 0) { Err(Unbalanced) } else { Ok(words) }
}

/// The quote that is open behind a token.
fn quote_behind(token: &str, mut quote: Option<char>) -> Option<char> {
    let mut previous = None;
    for c in token.chars() {
        if matches!(c, '"' | '\'') && previous != Some('\\') {
            match quote {
                Some(open) if open == c => quote = None,
                Some(_) => {}
                None => quote = Some(c),
            }
        }
        previous = Some(c);
    }
    quote
}

/// The name and the value of a word that is a parameter.
pub(super) fn parameter(word: &str) -> Option<(&str, &str)> {
    let mut from = 1;
    loop {
        let at = from + word.get(from..)?.find('=')?;
        if word.as_bytes().get(at.checked_sub(1)?) != Some(&b'\\') {
            return Some((word.get(..at)?.trim(), word.get(at + 1..)?));
        }
        from = at + 1;
    }
}
