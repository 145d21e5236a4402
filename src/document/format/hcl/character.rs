//! Characters: which of them names are made of, and what those are called that cannot be seen.

use std::sync::LazyLock;

use regex::Regex;

/// Whether a name may begin with this character outside of ASCII (`ID_Start` of Unicode).
pub(super) fn begins_name(c: char) -> bool {
    static START: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^[\p{L}\p{Nl}\u{1885}\u{1886}\u{2118}\u{212E}\u{309B}\u{309C}--\u{2E2F}]$").ok());
    !c.is_ascii() && matches(START.as_ref(), c)
}

/// Whether a name may go on with this character outside of ASCII (`ID_Continue` of Unicode).
pub(super) fn continues_name(c: char) -> bool {
    static CONTINUE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"^[\p{Mn}\p{Mc}\p{Nd}\p{Pc}\u{B7}\u{387}\u{1369}-\u{1371}\u{19DA}\u{200C}\u{200D}\u{30FB}\u{FF65}]$",
        )
        .ok()
    });
    begins_name(c) || (!c.is_ascii() && matches(CONTINUE.as_ref(), c))
}

fn matches(set: Option<&Regex>, c: char) -> bool {
    set.is_some_and(|set| set.is_match(c.encode_utf8(&mut [0; 4])))
}

/// What a character is called that would not be seen in a message.
pub(super) fn name(c: char) -> Option<&'static str> {
    match c {
        '\0' => Some("a NUL character"),
        '\r' => Some("a carriage return without a line feed"),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => Some("a space that is not the usual one"),
        '\u{feff}' => Some("a byte order mark inside of the file"),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}' => Some("an invisible character"),
        '\u{2028}' | '\u{2029}' | '\u{85}' => Some("a line break of another sort"),
        '\u{b}' | '\u{c}' => Some("a form feed or vertical tab"),
        c if c.is_control() => Some("a control character"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_any_script() {
        for c in ['é', 'ß', '名', 'ª', 'Ⅷ', '\u{2118}'] {
            assert!(begins_name(c) && continues_name(c), "{c}");
        }
        for c in ['\u{301}', '٣', '‿', '\u{b7}'] {
            assert!(!begins_name(c) && continues_name(c), "{c}");
        }
        for c in ['€', '\u{a0}', '\u{2e2f}', '“', 'a', '-', '\u{feff}'] {
            assert!(!begins_name(c) && !continues_name(c), "{c}");
        }
    }

    #[test]
    fn what_cannot_be_seen_has_a_name() {
        for c in ['\0', '\r', '\u{a0}', '\u{feff}', '\u{200b}', '\u{2028}', '\u{c}', '\u{7}'] {
            assert!(name(c).is_some(), "{c:?}");
        }
        assert_eq!(name('é'), None);
    }
}
