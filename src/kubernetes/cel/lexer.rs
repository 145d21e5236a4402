//! Words of CEL.

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Int(i64),
    Double(f64),
    Text(String),
    /// An operator or bracket.
    Sign(&'static str),
}

const SIGNS: [&str; 27] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]",
    "{", "}", "=", "&", "|",
];

/// The words of a text; `None` where there is something else in it.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
        } else if first == '"' || first == '\'' {
            let (token, behind) = quoted(rest, false)?;
            found.push(Token::Text(token));
            rest = behind;
        } else if let Some(raw) = rest.strip_prefix(['r', 'R']).filter(|raw| raw.starts_with(['"', '\''])) {
            let (token, behind) = quoted(raw, true)?;
            found.push(Token::Text(token));
            rest = behind;
        } else if first.is_ascii_digit() {
            let (token, behind) = number(rest)?;
            found.push(token);
            rest = behind;
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let (name, behind) = rest.split_at_checked(end)?;
            // Bytes are not known here.
            if behind.starts_with(['"', '\'']) {
                return None;
            }
            found.push(Token::Name(name.to_owned()));
            rest = behind;
        } else {
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign))?;
            found.push(Token::Sign(sign));
            rest = rest.strip_prefix(sign)?;
        }
        rest = rest.trim_start();
    }
    Some(found)
}

fn number(text: &str) -> Option<(Token, &str)> {
    if let Some(hex) = text.strip_prefix("0x") {
        let end = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
        let (digits, rest) = hex.split_at_checked(end)?;
        return Some((Token::Int(i64::from_str_radix(digits, 16).ok()?), rest));
    }
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut end = digits(text);
    let mut is_whole = true;
    if let Some(fraction) =
        text.get(end..)?.strip_prefix('.').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        is_whole = false;
        end += 1 + digits(fraction);
    }
    if let Some(exponent) = text.get(end..)?.strip_prefix(['e', 'E']) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        is_whole = false;
        end += 1 + exponent.len() - unsigned.len() + digits(unsigned);
    }
    let (digits, rest) = text.split_at_checked(end)?;
    let token = if is_whole { Token::Int(digits.parse().ok()?) } else { Token::Double(digits.parse().ok()?) };
    Some((token, rest.strip_prefix(['u', 'U']).unwrap_or(rest)))
}

fn quoted(text: &str, raw: bool) -> Option<(String, &str)> {
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| text.starts_with(quote))?;
    let mut rest = text.strip_prefix(quote)?;
    let mut out = String::new();
    loop {
        if let Some(behind) = rest.strip_prefix(quote) {
            return Some((out, behind));
        }
        let mut chars = rest.chars();
        match chars.next()? {
            '\\' if !raw => out.push(match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                escaped @ ('\\' | '\'' | '"' | '`' | '?') => escaped,
                // Others are rare.
                _ => return None,
            }),
            other => out.push(other),
        }
        rest = chars.as_str();
    }
}
