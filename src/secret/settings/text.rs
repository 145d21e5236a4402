//! Names and values within a text.

use super::super::name;

/// How far a name, and a value, can reach.
const LONGEST: usize = 256;

/// Where a text is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// Everywhere: arguments such as `password=x`.
    Words,
    /// Only in connection strings: `Server=db;User Id=a;Password=x`.
    Connections,
}

/// The `name=value`s in a text, in order.
pub(super) fn assignments(text: &str, reads: Reads) -> impl Iterator<Item = (&str, &str)> {
    let wanted = match reads {
        Reads::Words => true,
        // One line, and more than one setting.
        Reads::Connections => text.contains([';', '&']) && !text.contains('\n') && text.matches('=').count() >= 2,
    };
    let text = if wanted { text } else { "" };
    text.match_indices('=').filter_map(move |(at, _)| {
        let before = text.get(..at)?;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let length = before.bytes().rev().take(LONGEST).take_while(is_name).count();
        let name = before.get(at - length..)?.trim_start_matches('-');
        if !name::is_secret(name) {
            return None;
        }
        Some((name, value(text.get(at + 1..)?)?))
    })
}

/// The value at the start of a text: in quotes, or to the next blank or separator.
fn value(rest: &str) -> Option<&str> {
    let bytes = rest.as_bytes();
    let quote = bytes.first().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let inner = rest.get(usize::from(quote.is_some())..)?;
    let ends = |byte: u8| match quote {
        Some(quote) => byte == quote,
        None => byte.is_ascii_whitespace() || matches!(byte, b';' | b'&' | b'"' | b'\'' | b'`' | b'\\'),
    };
    let length = inner.bytes().take(LONGEST).take_while(|byte| !ends(*byte)).count();
    inner.get(..length)
}

/// Whether this can be the name of a variable.
pub(super) fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Whether `BuildKit` takes the name of a variable for that of a secret: one of its words says so, and
/// none says that it is public.
pub(super) fn is_named_by_buildkit(name: &str) -> bool {
    const WORDS: [&str; 10] =
        ["apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token"];
    let has = |wanted: &[&str]| name.split('_').any(|word| wanted.contains(&word.to_ascii_lowercase().as_str()));
    // The key that a release is signed with is for everybody to check it.
    has(&WORDS) && !has(&["public", "gpg", "pgp"])
}

/// The texts in quotes in an expression that are its value, each with the name that is set to it, if any:
/// `jsonencode({ password = "…" })`, `nonsensitive("…")`, `var.x ? "…" : null`. Not what is compared, looked up
/// or filled in.
pub(super) fn quoted(text: &str) -> Vec<(Option<&str>, &str)> {
    /// Functions that give what they are given.
    const THROUGH: [&str; 7] = ["", "nonsensitive", "sensitive", "base64encode", "tostring", "trimspace", "chomp"];
    let mut found = Vec::new();
    // The functions that are open, with the number of commas read in each.
    let mut calls: Vec<(&str, usize)> = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find(['"', '(', ')', ','])).map(|next| at + next) {
        let before = text.get(..next).unwrap_or_default();
        at = next + 1;
        match text.as_bytes().get(next) {
            Some(b'(') => calls.push((word_before(before), 0)),
            Some(b')') => {
                calls.pop();
            }
            Some(b',') => {
                if let Some((_, commas)) = calls.last_mut() {
                    *commas += 1;
                }
            }
            _ => {
                let Some(length) = text.get(at..).and_then(|rest| rest.find('"')) else { break };
                let literal = text.get(at..at + length).unwrap_or_default();
                at += length + 1;
                let behind = text.get(at..).unwrap_or_default().trim_start();
                let before = before.trim_end();
                let is_compared = ["==", "!="].iter().any(|sign| before.ends_with(sign) || behind.starts_with(sign));
                if is_compared || literal.contains("${") || before.ends_with('[') {
                    continue;
                }
                let set = before.strip_suffix(['=', ':']).map(str::trim_end);
                let name = set.map(word_before).filter(|name| !name.is_empty());
                let of_map =
                    set.is_some_and(|set| set.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"'));
                let is_branch = before.ends_with('?') || (before.ends_with(':') && before.contains('?'));
                let through = match calls.last() {
                    Some((call, commas)) => {
                        THROUGH.contains(call)
                            || (matches!(*call, "try" | "coalesce") && behind.starts_with(')'))
                            || (*call == "lookup" && *commas == 2)
                    }
                    None => false,
                };
                if is_branch {
                    found.push((None, literal));
                } else if of_map {
                    found.push((name, literal));
                } else if through && before.ends_with(['(', ',']) {
                    found.push((None, literal));
                }
            }
        }
    }
    found
}

/// The word that a text ends with.
fn word_before(text: &str) -> &str {
    let start = text.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).map_or(0, |at| at + 1);
    text.get(start..).unwrap_or_default()
}

/// What stands in for variables that are not set: `${NAME:-this}`.
pub(super) fn stand_ins(text: &str) -> Vec<&str> {
    let rests = text.split("${").skip(1);
    let value = |rest: &'_ str| -> Option<(usize, usize)> {
        let end = rest.find('}')?;
        let from = rest.get(..end)?.find('-')?;
        Some((from + 1, end))
    };
    rests
        .filter_map(|rest| value(rest).and_then(|(from, end)| rest.get(from..end)))
        .filter(|text| !text.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, reads: Reads) -> Vec<(&str, &str)> {
        assignments(text, reads).collect()
    }

    #[test]
    fn settings_are_found_in_texts() {
        let text = "name=app password='a b' priv=*.*:ALL login_password=\"x\"";
        assert_eq!(all(text, Reads::Words), [("password", "a b"), ("login_password", "x")]);
        assert_eq!(all("--password=x y", Reads::Words), [("password", "x")]);
        let text = "Server=db;User Id=sa;Password=gT7#;Database=x";
        assert_eq!(all(text, Reads::Connections), [("Password", "gT7#")]);
        assert_eq!(all("password=x y", Reads::Connections), []);
        assert_eq!(all("password=ä", Reads::Words), [("password", "ä")]);
        assert_eq!(all("ä=x =", Reads::Words), []);
    }

    #[test]
    fn long_texts_are_read_once() {
        let text = "password=".repeat(200_000);
        assert!(assignments(&text, Reads::Words).count() > 0);
        let text = "a".repeat(1_000_000) + "=";
        assert_eq!(assignments(&text, Reads::Words).count(), 0);
    }

    #[test]
    fn names_are_those_of_buildkit() {
        for name in ["API_KEY", "apikey", "GITHUB_TOKEN", "secret_message", "AUTH", "my_key_id"] {
            assert!(is_named_by_buildkit(name), "{name}");
        }
        for name in ["KEYS", "tokens", "PUBLIC_KEY", "MONKEY", "GPG_KEY", "PASS"] {
            assert!(!is_named_by_buildkit(name), "{name}");
        }
    }
}
