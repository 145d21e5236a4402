//! Regular expressions of schemas: RE2 syntax, tried with a crate that differs in places.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

/// How large a compiled expression may become, in bytes.
const LARGEST: usize = 1 << 20;

/// How many expressions of one value are compiled; a good schema has fewer.
const MOST: usize = 2_000;

/// Longer texts are not searched; the API server bounds them by other means.
const LONGEST: usize = 1 << 20;

/// Expressions that are compiled already.
#[derive(Default)]
pub(super) struct Patterns(BTreeMap<String, Option<Regex>>);

impl Patterns {
    /// Whether a text is as the expression says; also when that cannot be known here.
    pub(super) fn allow(&mut self, pattern: &str, text: &str) -> bool {
        if text.len() > LONGEST {
            return true;
        }
        // `\w`, `\d`, `\s` and `\b` know more letters here than in RE2.
        if !text.is_ascii() && (pattern.contains('\\') || pattern.contains("(?")) {
            return true;
        }
        if !self.0.contains_key(pattern) {
            if self.0.len() >= MOST {
                return true;
            }
            self.0.insert(pattern.to_owned(), compile(pattern));
        }
        self.0.get(pattern).and_then(Option::as_ref).is_none_or(|regex| regex.is_match(text))
    }
}

fn compile(pattern: &str) -> Option<Regex> {
    if pattern.len() > 16 * 1024 || means_something_else(pattern) {
        return None;
    }
    RegexBuilder::new(pattern).size_limit(LARGEST).dfa_size_limit(LARGEST).build().ok()
}

/// Whether the crate would read the expression differently than RE2 does.
fn means_something_else(pattern: &str) -> bool {
    // Sets of sets, repetitions without a lower end, and the boundaries of words `\<`, `\>`, `\b{start}`.
    if ["&&", "--", "~~", "{,", "\\<", "\\>", "\\b{", "(?x", "(?R"].iter().any(|odd| pattern.contains(odd)) {
        return true;
    }
    let mut within = false;
    let mut bytes = pattern.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            // A bracket in brackets is a letter to RE2, unless it begins `[:alpha:]`.
            b'[' if within && bytes.peek() != Some(&b':') => return true,
            b'[' if within => {
                // Its end is not the end of the class.
                for byte in bytes.by_ref() {
                    if byte == b']' {
                        break;
                    }
                }
            }
            b'[' => {
                within = true;
                if bytes.peek() == Some(&b'^') {
                    bytes.next();
                }
                // The first bracket in a class is a letter to both.
                if bytes.peek() == Some(&b']') {
                    bytes.next();
                }
            }
            b']' => within = false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_searched_for() {
        let mut patterns = Patterns::default();
        assert!(patterns.allow("^[a-z]+$", "abc") && !patterns.allow("^[a-z]+$", "aBc"));
        assert!(patterns.allow("b", "abc"), "not anchored");
        assert!(!patterns.allow(r"^\d+$", "a") && !patterns.allow("^[[:digit:]]+$", "a"));
        assert_eq!(patterns.0.len(), 4, "compiled once each");
    }

    #[test]
    fn what_cannot_be_known_is_good() {
        let mut patterns = Patterns::default();
        for pattern in ["(", "a{,2}", r"\Qa\E", "[a[b]", "[a&&b]", "(?=x)", r"\<", "a{1000}{1000}{1000}"] {
            assert!(patterns.allow(pattern, "zzz"), "{pattern}");
        }
        assert!(patterns.allow(r"^\W$", "ü"), "RE2 knows no letters outside of ASCII");
        assert!(!patterns.allow("^a$", "ü"));
    }
}
