//! How names, labels and keys are spelt.

/// A way to spell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// DNS-1123 subdomain: most names.
    Subdomain,
    /// DNS-1123 label.
    Label,
    /// What can stand between two slashes of an address.
    PathSegment,
    /// Name of a port (IANA service name).
    Port,
    /// Name of an environment variable, as freely as the newest API server takes it.
    Variable,
    /// Key of a label or annotation: a name, with a domain and `/` before it or not.
    QualifiedName,
    /// Value of a label.
    LabelValue,
    /// Key of the data of a `ConfigMap` or `Secret`.
    DataKey,
}

impl Syntax {
    /// What such a text is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Subdomain => "a DNS subdomain name",
            Self::Label => "a DNS label",
            Self::PathSegment => "a name",
            Self::Port => "a port name",
            Self::Variable => "a variable name",
            Self::QualifiedName => "a key",
            Self::LabelValue => "a label value",
            Self::DataKey => "a data key",
        }
    }

    /// What a text lacks to be such a one; `None` when it is.
    pub(super) fn refusal(self, text: &str) -> Option<&'static str> {
        let bytes = text.as_bytes();
        match self {
            Self::Subdomain | Self::DataKey if text.len() > 253 => Some("at most 253 characters are allowed"),
            Self::Subdomain => (!text.split('.').all(is_label)).then_some(
                "only lower-case letters, digits, `-` and `.`, each part beginning and ending with a letter or digit",
            ),
            Self::Label | Self::LabelValue if text.len() > 63 => Some("at most 63 characters are allowed"),
            Self::Label => (!is_label(text))
                .then_some("only lower-case letters, digits and `-`, beginning and ending with a letter or digit"),
            Self::PathSegment => (matches!(text, "." | "..") || text.contains(['/', '%']))
                .then_some("`.`, `..`, and names with `/` or `%` are not allowed"),
            Self::Port if text.len() > 15 => Some("at most 15 characters are allowed"),
            Self::Port => (!is_label(text) || text.contains("--") || !bytes.iter().any(u8::is_ascii_lowercase))
                .then_some("only lower-case letters, digits and single `-` between them, with at least one letter"),
            Self::Variable => (bytes.is_empty()
                || !bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'='))
            .then_some("only printable ASCII characters without `=`"),
            Self::QualifiedName => qualified_name(text),
            Self::LabelValue => (!bytes.is_empty() && !is_name(bytes))
                .then_some("only letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit"),
            Self::DataKey => {
                let spelt = !bytes.is_empty()
                    && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
                (!spelt || text == "." || text.starts_with(".."))
                    .then_some("only letters, digits, `-`, `_` and `.`, not beginning with `..`")
            }
        }
    }

    /// The text changed so that it is good, when little has to be changed.
    pub(super) fn mended(self, text: &str) -> Option<String> {
        let mended = match self {
            Self::Subdomain => text.to_ascii_lowercase().replace(['_', ' '], "-"),
            Self::Label | Self::Port => text.to_ascii_lowercase().replace(['_', ' ', '.'], "-"),
            Self::LabelValue | Self::DataKey => text.replace([' ', '/', ':', '@', '+'], "_"),
            Self::QualifiedName => text.replace(' ', "-"),
            Self::PathSegment | Self::Variable => return None,
        };
        (mended != text && self.refusal(&mended).is_none()).then_some(mended)
    }
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
fn is_label(text: &str) -> bool {
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    match text.as_bytes() {
        [only] => alphanumeric(only),
        [first, within @ .., last] => {
            alphanumeric(first) && alphanumeric(last) && within.iter().all(|byte| alphanumeric(byte) || *byte == b'-')
        }
        [] => false,
    }
}

/// `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`
fn is_name(bytes: &[u8]) -> bool {
    match bytes {
        [only] => only.is_ascii_alphanumeric(),
        [first, within @ .., last] => {
            first.is_ascii_alphanumeric()
                && last.is_ascii_alphanumeric()
                && within.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        }
        [] => false,
    }
}

fn qualified_name(text: &str) -> Option<&'static str> {
    let name = match text.split_once('/') {
        Some((_, name)) if name.contains('/') => return Some("only one `/` is allowed"),
        Some((prefix, _)) if Syntax::Subdomain.refusal(prefix).is_some() => {
            return Some("what stands before `/` has to be a domain in lower-case letters");
        }
        Some((_, name)) => name,
        None => text,
    };
    if name.len() > 63 {
        return Some("at most 63 characters are allowed behind the domain");
    }
    (!is_name(name.as_bytes()))
        .then_some("only letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit, after a domain and `/` or without")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_spelt_as_the_api_server_asks() {
        use Syntax::{DataKey, Label, LabelValue, PathSegment, Port, QualifiedName, Subdomain, Variable};
        let long = "a".repeat(64);
        let good = [
            (Subdomain, "a.b-c.1"),
            (Subdomain, long.as_str()),
            (Label, "1-a"),
            (PathSegment, "system:foo A"),
            (Port, "http-1"),
            (Port, "1a"),
            (Variable, "a.b-c d"),
            (QualifiedName, "app.kubernetes.io/Name_1"),
            (QualifiedName, "A"),
            (LabelValue, ""),
            (LabelValue, "v1.2_3-A"),
            (DataKey, ".env"),
            (DataKey, "a..b"),
        ];
        for (syntax, text) in good {
            assert_eq!(syntax.refusal(text), None, "{syntax:?} {text}");
        }
        let bad = [
            (Subdomain, "A"),
            (Subdomain, "a_b"),
            (Subdomain, "a..b"),
            (Subdomain, "-a"),
            (Subdomain, "a."),
            (Subdomain, ""),
            (Label, "a.b"),
            (Label, long.as_str()),
            (PathSegment, "a/b"),
            (PathSegment, ".."),
            (PathSegment, "a%"),
            (Port, "80"),
            (Port, "a--b"),
            (Port, "abcdefghijklmnop"),
            (Port, "Http"),
            (Variable, "a=b"),
            (Variable, "ä"),
            (Variable, ""),
            (QualifiedName, "a/b/c"),
            (QualifiedName, "A.io/x"),
            (QualifiedName, "/x"),
            (QualifiedName, "x/"),
            (QualifiedName, "-x"),
            (QualifiedName, long.as_str()),
            (LabelValue, "a b"),
            (LabelValue, "a-"),
            (LabelValue, long.as_str()),
            (DataKey, ".."),
            (DataKey, "a/b"),
            (DataKey, ""),
            (DataKey, "..a"),
        ];
        for (syntax, text) in bad {
            assert!(syntax.refusal(text).is_some(), "{syntax:?} {text}");
        }
    }

    #[test]
    fn little_mistakes_are_mended() {
        assert_eq!(Syntax::Subdomain.mended("My_App").as_deref(), Some("my-app"));
        assert_eq!(Syntax::Label.mended("a.b").as_deref(), Some("a-b"));
        assert_eq!(Syntax::Label.mended("-"), None);
    }
}
