//! Values that stand for a secret kept elsewhere, or hold one that is encrypted.

use super::dummy::looks_random;

/// How a value begins that some tool replaces by the secret it names, or decrypts.
const REFERENCES: [&str; 15] = [
    "vault:",
    "ref+",
    "op://",
    "secretref+",
    "secretref:",
    "awssm://",
    "aws-sm://",
    "gcp-sm://",
    "azkv://",
    "arn:aws:",
    "ssm:",
    "-----BEGIN AGE ENCRYPTED FILE-----",
    "age-encryption.org/v1",
    "-----BEGIN PGP MESSAGE-----",
    "AQICAH",
];

/// Whether the text holds no secret itself: it is empty, ciphertext (SOPS, age, PGP, Ansible
/// Vault), or a name of a secret that a tool puts in (argocd-vault-plugin, Flux, Helm, vals,
/// 1Password, bank-vaults).
///
/// `avp`: whether the manifest asks argocd-vault-plugin for values, so that `<key>` is a name as well.
pub(super) fn is_protected(text: &str, avp: bool) -> bool {
    let text = text.trim();
    if text.is_empty()
        || is_ciphertext(text)
        || is_of_vault(text)
        || REFERENCES.iter().any(|start| text.starts_with(start))
    {
        return true;
    }
    let Some(rest) = without_references(text, avp) else { return false };
    // What stands around a reference (`postgres://app:${PASSWORD}@db`) must not be a secret of its own.
    !looks_random(rest.trim())
}

/// A value that Ansible Vault has encrypted: behind the first line only digits.
fn is_of_vault(text: &str) -> bool {
    let mut lines = text.lines();
    let is_header = lines.next().is_some_and(|line| line.starts_with("$ANSIBLE_VAULT;"));
    is_header && lines.all(|line| line.trim().bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A value that SOPS has encrypted.
pub(super) fn is_ciphertext(text: &str) -> bool {
    text.strip_prefix("ENC[AES256_GCM,data:").is_some_and(|rest| rest.ends_with(']') && rest.contains(",tag:"))
}

/// The text without the references in it; `None` when there are none.
fn without_references(text: &str, avp: bool) -> Option<String> {
    let mut rest = String::new();
    let mut found = false;
    let mut left = text;
    while let Some(at) = left.find(['$', '{', '<', '#', '%', '@', '_', '!']) {
        let (before, here) = left.split_at(at);
        rest.push_str(before);
        if let Some((length, default)) = reference(here, avp) {
            found = true;
            rest.push_str(default);
            left = here.get(length..).unwrap_or_default();
        } else {
            let mut chars = here.chars();
            rest.extend(chars.next());
            left = chars.as_str();
        }
    }
    rest.push_str(left);
    found.then_some(rest)
}

/// The length of the reference at the start of the text, and what it stands for where nothing is set.
fn reference(text: &str, avp: bool) -> Option<(usize, &str)> {
    // Names are short; the bound keeps a text of opening braces cheap.
    const LONGEST: usize = 512;
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let near = text.get(..end)?;
    let between = |open: &str, close: &str| {
        let inner = near.strip_prefix(open)?;
        let length = inner.find(close)?;
        Some((open.len() + length + close.len(), inner.get(..length)?))
    };
    if let Some((length, inner)) = between("${{", "}}").or_else(|| between("{{", "}}")) {
        return Some((length, inner)).map(|(length, _)| (length, ""));
    }
    if let Some((length, inner)) = between("${", "}") {
        let name = inner.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-'));
        let default = name.and_then(|at| inner.get(at..)).unwrap_or_default();
        return Some((length, default.trim_start_matches([':', '=', '-', '?'])));
    }
    if let Some((length, _)) = between("$(", ")").or_else(|| between("#{", "}")).or_else(|| between("@@", "@@")) {
        return Some((length, ""));
    }
    if let Some((length, inner)) = between("<", ">") {
        let is_path = inner.strip_prefix("path:").is_some_and(|path| path.contains('#'));
        return (is_path || avp).then_some((length, ""));
    }
    if let Some((length, inner)) = between("%", "%").or_else(|| between("__", "__")) {
        let is_name = inner.len() >= 3 && inner.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        return is_name.then_some((length, ""));
    }
    let name =
        near.strip_prefix('$').or_else(|| near.strip_prefix("!env_var ")).or_else(|| near.strip_prefix("!secret "))?;
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && length >= 3;
    let is_upper = name.bytes().take(length).all(|byte| !byte.is_ascii_lowercase());
    (is_name && is_upper).then_some((near.len() - name.len() + length, ""))
}

/// Whether a value only says where a secret would stand: it is no secret, and no protection either.
pub(super) fn is_placeholder(text: &str) -> bool {
    const WHOLE: [&str; 10] =
        ["todo", "tbd", "fixme", "none", "null", "example", "placeholder", "redacted", "dummy", "n/a"];
    let lower = text.trim().to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let same = bytes.first().is_some_and(|first| bytes.iter().all(|byte| byte == first))
        && !lower.starts_with(|c: char| c.is_ascii_digit());
    let bracketed =
        [('<', '>'), ('[', ']')].iter().any(|(open, close)| lower.starts_with(*open) && lower.ends_with(*close));
    let said = [
        "replace_me",
        "replace-me",
        "replaceme",
        "replace with",
        "insert_",
        "your_",
        "your-",
        "example_",
        "example-",
        "xxxx",
    ];
    same || bracketed || WHOLE.contains(&lower.as_str()) || said.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_ciphertext_are_protected() {
        let protected = [
            "",
            "  \n",
            "ENC[AES256_GCM,data:aGk=,iv:x=,tag:y=,type:str]",
            "<path:secret/data/db#password>",
            "<path:secret/data/db#password | base64encode>",
            "${DB_PASSWORD}",
            "${DB_PASSWORD:=}",
            "$DB_PASSWORD",
            "$(DB_PASSWORD)",
            "{{ .Values.password }}",
            "{{ .a }}{{ .b }}",
            "vault:secret/data/db#password",
            "ref+vault://secret/db#/password",
            "op://vault/item/field",
            "postgres://app:${DB_PASSWORD}@db/shop",
            "$ANSIBLE_VAULT;1.1;AES256\n6162",
            "#{Password}",
            "${DB_PASSWORD:-changeme}",
            "%DB_PASSWORD%",
            "__DB_PASSWORD__",
            "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl",
        ];
        for text in protected {
            assert!(is_protected(text, false), "{text}");
        }
        assert!(is_protected("<password>", true));
    }

    #[test]
    fn secrets_in_clear_are_not() {
        let clear = [
            "changeme",
            "<password>",
            "hunter2",
            "p$ssword",
            "$2y$10$abc",
            "a<b>c",
            "100%",
            "ENC[no]",
            "{{",
            "${",
            "$ecret",
            "pass_word",
            "${DB_PASSWORD:=q7Zr3WmXc9LpT2vKdY5n}",
            "q7Zr3WmXc9LpT2vKdY5n${SUFFIX}",
        ];
        for text in clear {
            assert!(!is_protected(text, false), "{text}");
        }
    }

    #[test]
    fn many_open_braces_are_read_quickly() {
        let text = "${<".repeat(300_000);
        assert!(!is_protected(&text, true));
    }

    #[test]
    fn placeholders_are_told() {
        for text in ["<password>", "REPLACE_ME", "xxx", "example", "your-token-here", "TODO", "****"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["changeme", "password", "hunter2", "1111"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
