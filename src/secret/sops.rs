//! Files that SOPS has encrypted, and what of them it was told to encrypt.

use crate::document::Node;

/// What the `sops` mapping of a file says is encrypted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sops<'a> {
    metadata: &'a Node,
}

impl<'a> Sops<'a> {
    /// The metadata of an encrypted file; `None` where there is none, or no code (`mac`) by which SOPS
    /// would see that somebody changed it.
    pub fn of(root: &'a Node) -> Option<Self> {
        let metadata = root.get("sops")?;
        let mac = metadata.get("mac")?.as_str()?;
        (!mac.is_empty()).then_some(Self { metadata })
    }

    /// Whether a value with these keys above it has to be encrypted; `None` where that is left to
    /// a regular expression that is not understood here.
    pub fn covers(self, keys: &[&str]) -> Option<bool> {
        let text = |key: &str| self.metadata.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
        let any = |pattern: &str| {
            let pattern = Pattern::read(pattern)?;
            Some(keys.iter().any(|key| pattern.matches(key)))
        };
        if let Some(pattern) = text("encrypted_regex") {
            return any(pattern);
        }
        if let Some(pattern) = text("unencrypted_regex") {
            return any(pattern).map(|matches| !matches);
        }
        if let Some(suffix) = text("encrypted_suffix") {
            return Some(keys.iter().any(|key| key.ends_with(suffix)));
        }
        let suffix = text("unencrypted_suffix").unwrap_or("_unencrypted");
        Some(!keys.iter().any(|key| key.ends_with(suffix)))
    }
}

/// The regular expressions that people write for SOPS: words, joined by `|`.
struct Pattern {
    any_case: bool,
    words: Vec<Word>,
}

struct Word {
    text: String,
    from_start: bool,
    to_end: bool,
}

impl Pattern {
    /// `None` for what goes beyond words, anchors and `.*` around them.
    fn read(pattern: &str) -> Option<Self> {
        let (any_case, pattern) = pattern.strip_prefix("(?i)").map_or((false, pattern), |rest| (true, rest));
        let (start, rest) = pattern.strip_prefix('^').map_or((false, pattern), |rest| (true, rest));
        let (end, inner) = rest.strip_suffix('$').map_or((false, rest), |rest| (true, rest));
        let words = match inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
            Some(group) => {
                let group = group.strip_prefix("?:").unwrap_or(group);
                group.split('|').map(|word| Word::read(word, start, end)).collect::<Option<_>>()?
            }
            // Without a group the anchors belong to the first and the last word.
            None => pattern.split('|').map(|word| Word::read(word, false, false)).collect::<Option<_>>()?,
        };
        Some(Self { any_case, words })
    }

    fn matches(&self, key: &str) -> bool {
        let lower;
        let key = if self.any_case {
            lower = key.to_lowercase();
            &lower
        } else {
            key
        };
        self.words.iter().any(|word| {
            let text = if self.any_case { &word.text.to_lowercase() } else { &word.text };
            match (word.from_start, word.to_end) {
                (true, true) => key == text,
                (true, false) => key.starts_with(text),
                (false, true) => key.ends_with(text),
                (false, false) => key.contains(text),
            }
        })
    }
}

impl Word {
    fn read(word: &str, start: bool, end: bool) -> Option<Self> {
        let (start, word) = word.strip_prefix('^').map_or((start, word), |rest| (true, rest));
        let (end, word) = word.strip_suffix('$').map_or((end, word), |rest| (true, rest));
        let (from_start, word) = word.strip_prefix(".*").map_or((start, word), |rest| (false, rest));
        let (to_end, word) = word.strip_suffix(".*").map_or((end, word), |rest| (false, rest));
        let text = word.replace("\\.", ".").replace("\\-", "-");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/');
        // A dot that is not escaped matches itself as well, and names have few others.
        text.chars().all(|c| is_plain(c) || c == '.').then_some(Self { text, from_start, to_end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::testing::root;

    #[track_caller]
    fn covers(setting: &str, keys: &[&str]) -> Option<bool> {
        let root = root(&format!("sops:\n  mac: ENC[x]\n  {setting}\n"));
        Sops::of(&root).unwrap().covers(keys)
    }

    #[test]
    fn only_files_with_a_code_are_encrypted() {
        for text in ["a: 1", "sops: {}", "sops: {mac: ''}", "sops: {mac: 1}", "sops: [mac]", "sops: mac"] {
            assert!(Sops::of(&root(text)).is_none(), "{text}");
        }
    }

    #[test]
    fn settings_say_what_is_covered() {
        let cases = [
            ("version: 3", "data", true),
            ("version: 3", "data_unencrypted", false),
            ("unencrypted_suffix: _clear", "data_clear", false),
            ("encrypted_suffix: _secret", "data", false),
            ("encrypted_suffix: _secret", "data_secret", true),
            ("encrypted_regex: ^(data|stringData)$", "data", true),
            ("encrypted_regex: ^(data|stringData)$", "stringData", true),
            ("encrypted_regex: ^(data|stringData)$", "metadata", false),
            ("encrypted_regex: ^(?:data|stringData)$", "data", true),
            ("encrypted_regex: '^data$|^stringData$'", "stringData", true),
            ("encrypted_regex: '^data$|^stringData$'", "xstringData", false),
            ("encrypted_regex: data", "metadata", true),
            ("encrypted_regex: (?i)^DATA$", "data", true),
            ("encrypted_regex: '^.*[Pp]assword$'", "data", true),
            ("encrypted_regex: '.*word.*'", "passwords", true),
            ("unencrypted_regex: ^(apiVersion|metadata|kind|type)$", "data", true),
            ("unencrypted_regex: ^(apiVersion|metadata|kind|type)$", "type", false),
        ];
        for (setting, key, expected) in cases {
            let expected = (!setting.contains('[')).then_some(expected);
            assert_eq!(covers(setting, &[key]), expected, "{setting} {key}");
        }
        assert_eq!(covers("encrypted_regex: ^(data|stringData)$", &["data", "password"]), Some(true));
    }
}
