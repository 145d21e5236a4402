//! Files that are made into a `Secret` by a generator.

use super::{content, dummy, name, reference};

/// Marks of what is encrypted as a whole.
const ENCRYPTED: [&str; 3] = ["ENC[AES256_GCM", "-----BEGIN AGE ENCRYPTED FILE-----", "-----BEGIN PGP MESSAGE-----"];

/// Whether a file that goes into a `Secret` holds any secret in clear: not if it is encrypted, public
/// or nothing, and of `NAME=value` lines not if every value is empty, a placeholder, or no secret by its
/// name.
#[must_use]
pub fn is_clear_input(content: &[u8]) -> bool {
    if content::is_git_crypt(content) {
        return false;
    }
    let text = String::from_utf8_lossy(content);
    let public = text.contains("-----BEGIN CERTIFICATE-----") || text.contains("-----BEGIN PUBLIC KEY-----");
    if (public && !text.contains("PRIVATE KEY")) || ENCRYPTED.iter().any(|mark| text.contains(mark)) {
        return false;
    }
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pair = |line: &str| {
        let (name, value) = line.split_once('=')?;
        let is_name = name.trim().bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        is_name.then(|| (name.trim().to_owned(), value.trim().trim_matches(['"', '\'']).to_owned()))
    };
    if lines().all(|line| pair(line).is_some()) {
        return lines().filter_map(pair).any(|(name, value)| !name::is_public(&name) && is_value(&value));
    }
    is_value(text.trim())
}

fn is_value(text: &str) -> bool {
    let bracketed = text.starts_with(['[', '<']) && text.ends_with([']', '>']);
    let lower = text.to_ascii_lowercase();
    let is_example = ["your", "changeme", "change-me", "replace", "placeholder", "example"];
    !(text.is_empty()
        || bracketed
        || reference::is_placeholder(text)
        || reference::is_protected(text, true)
        || (is_example.iter().any(|word| lower.contains(word)) && !dummy::looks_random(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_in_clear_are_told_from_others() {
        for clear in
            ["DB_PASSWORD=hunter2\n", "tr0ub4dor", "# x\nA_TOKEN='kJ8mQ2vX9pLz4Rt6'\n", "user: a\npassword: b3Jl\n"]
        {
            assert!(is_clear_input(clear.as_bytes()), "{clear}");
        }
        for other in [
            "",
            "# nothing yet\n",
            "HF_API_KEY=\n",
            "clientId=\nclientSecret=\n",
            "username=root\npassword=\n",
            "YOUR_RDS_PASSWORD",
            "[SQLPASS]",
            "<APP_ID_secret>",
            "TOKEN=ENC[AES256_GCM,data:x]\n",
            "your-huggingface-api-key-here",
            "\0GITCRYPT\0\x01\u{fffd}",
        ] {
            assert!(!is_clear_input(other.as_bytes()), "{other}");
        }
    }
}
