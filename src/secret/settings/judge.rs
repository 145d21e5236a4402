//! Whether a value under a name is a secret, by both.

use super::{
    super::{
        dummy::looks_random,
        reference::{is_placeholder, is_protected},
    },
    sort::{Sort, sort},
    strength::{has_word, is_strong},
};

/// Whether the value is a secret: `None` where it is none, `Some(false)` where it may be, or is one that
/// anybody could guess.
pub(super) fn judge(name: &str, text: &str) -> Option<bool> {
    // The type of something, as in a schema.
    let sort = sort(name).filter(|_| !name.contains("::"))?;
    let text = text.trim();
    if !(3..=4096).contains(&text.len()) || is_no_value(name, text) {
        return None;
    }
    let random = looks_random(text) && !is_id(text);
    match sort {
        Sort::Password => {
            let certain = ((random && !has_word(text)) || is_strong(text)) && !is_hash(text);
            // What is no word of its own can still be a name of something, or a sentence.
            (certain || is_hash(text) || !text.contains(char::is_whitespace)).then_some(certain)
        }
        Sort::Made if text.to_ascii_lowercase().contains("example") => None,
        // Names and words stand there as often as keys, where they are not random.
        Sort::Made if random => Some(true),
        // The key of a KMS.
        Sort::Made if is_id(text) && name.to_ascii_lowercase().contains("encryption") => None,
        Sort::Made => (text.len() >= 8 && is_mixed(text) && !text.contains(char::is_whitespace)).then_some(false),
        Sort::Perhaps => random.then_some(false),
    }
}

/// Whether the value is no secret whatever its name: an example, the name of something, or a way to it.
fn is_no_value(name: &str, text: &str) -> bool {
    const WORDS: [&str; 41] = [
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "none",
        "null",
        "nil",
        "undefined",
        "present",
        "absent",
        "required",
        "optional",
        "random",
        "prompt",
        "auto",
        "always",
        "on_create",
        "never",
        "all",
        "any",
        "string",
        "text",
        "password",
        "plain",
        "basic",
        "bearer",
        "default",
        "disabled",
        "enabled",
        "enable",
        "disable",
        "empty",
        "unset",
        "hidden",
        "sensitive",
        "generated",
        "generate",
        "locked",
        "unused",
    ];
    const STARTS: [&str; 32] = [
        // Ciphertext of Cirrus.
        "ENCRYPTED[",
        // Ciphertext of the KMS of Google.
        "CiQ",
        "./",
        "../",
        "arn:",
        "var.",
        "local.",
        "module.",
        "data.",
        "each.",
        "env.",
        "env:",
        "env(",
        "file:",
        "file(",
        "ENC(",
        "{cipher}",
        "secret://",
        "sm://",
        "ssm:",
        "keyring:",
        "keepass:",
        "process.env",
        "%env",
        "lookup(",
        "query(",
        "kms:",
        "projects/",
        "vault:",
        "secretsmanager:",
        "!vault",
        "!Ref",
    ];
    let lower = text.to_ascii_lowercase();
    // `password: password` is a password that some program starts with.
    let is_word = WORDS.contains(&lower.as_str()) && !(lower == "password" && sort(name) == Some(Sort::Password));
    is_word
        || STARTS.iter().any(|start| text.starts_with(start))
        || text.contains("://")
        || ["{{", "{%", "<%", "${", "$("].iter().any(|open| text.contains(open))
        || is_protected(text, true)
        || is_placeholder(text)
        || lower.contains("your")
        || ["replace", "change me", "to be ", "insert", "..."].iter().any(|mark| lower.contains(mark))
        || is_bracketed(text)
        || is_public_key(text)
        || is_file(text)
        || is_version(text)
        || is_name(text)
        || is_call(text)
        || is_address(text)
        || is_sign(text)
}

/// Something that begins with a sign that means something to a program, and does not look like a password.
fn is_sign(text: &str) -> bool {
    let variable = text.strip_prefix(['$', '%', '&', '@']).is_some_and(|name| {
        let name = name.strip_suffix('%').unwrap_or(name);
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    let sign = text.starts_with(['"', '\'', '`', '%', '|', '&', '/', '~', '\\', '@']);
    let behind = text.get(1..).is_some_and(|rest| is_strong(rest) || looks_random(rest));
    !is_hash(text) && (variable || text.starts_with("~/") || ((sign || text.starts_with('$')) && !behind))
}

/// A name in brackets: `the <name> of it`. A password may hold both signs as well.
fn is_bracketed(text: &str) -> bool {
    let inner = text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(inner, _)| inner);
    let of_name = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'_' | b'-' | b'.');
    inner.is_some_and(|inner| inner.len() >= 3 && inner.bytes().all(of_name))
}

/// A variable (`DB_PASSWORD`), or a way through settings (`app.db.password`).
fn is_name(text: &str) -> bool {
    let upper = text.contains('_')
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let mut parts = text.split('.');
    let dotted = parts.clone().count() >= 2
        && parts.all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-'));
    upper || dotted
}

/// The version of a package that has such a name: `^1.0.0`.
fn is_version(text: &str) -> bool {
    let number = text.trim_start_matches(['^', '~', '>', '<', '=', 'v', ' ']);
    number.contains('.') && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The name of a file that has it: `cart-7c48d.json`.
fn is_file(text: &str) -> bool {
    const ENDS: [&str; 16] = [
        "json", "yaml", "yml", "pem", "key", "crt", "cer", "txt", "p12", "pfx", "jks", "env", "conf", "ini", "gpg",
        "pub",
    ];
    text.rsplit_once('.').is_some_and(|(stem, end)| !stem.is_empty() && ENDS.contains(&end))
}

/// A function that is called: `random_password.result()`, `lookup('env', 'X')`.
fn is_call(text: &str) -> bool {
    let name = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count();
    name >= 2 && text.get(name..).is_some_and(|rest| rest.starts_with('(')) && text.ends_with(')')
}

/// `127.0.0.1:9000`, `db:5432`.
fn is_address(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.len() <= 5 && part.bytes().all(|byte| byte.is_ascii_digit());
    let (host, port) = text.split_once(':').unwrap_or((text, "1"));
    let parts = host.split('.');
    is_number(port)
        && ((parts.clone().count() == 4 && parts.clone().all(is_number))
            || (text.contains(':')
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))))
}

fn is_public_key(text: &str) -> bool {
    ["ssh-", "ecdsa-sha2-", "sk-ssh-", "age1"].iter().any(|start| text.starts_with(start))
        || (text.contains("-----BEGIN ") && !text.contains("PRIVATE KEY"))
}

/// A number that names something: keys of a KMS, tenants, accounts.
fn is_id(text: &str) -> bool {
    let uuid = text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    uuid && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Whether it is no password, but what one is checked with.
pub(super) fn is_hash(text: &str) -> bool {
    ["$2a$", "$2b$", "$2y$", "$argon2", "$1$", "$5$", "$6$", "$y$", "$apr1$", "{SSHA", "{SHA", "pbkdf2", "$scrypt$"]
        .iter()
        .any(|start| text.starts_with(start))
}

/// Whether letters and digits are both there.
fn is_mixed(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_judged_by_what_they_are() {
        let judged = [
            ("db_password", "gT7#mW2@qL", Some(true)),
            ("db_password", "admin123", Some(false)),
            ("db_password", "changeme", Some(false)),
            ("password", "password", Some(false)),
            ("password", "$6$rounds=4096$abc$def", Some(false)),
            ("password", "", None),
            ("password", "yes", None),
            ("password", "{{ vault_password }}", None),
            ("password", "${var.password}", None),
            ("password", "var.password", None),
            ("password", "$ANSIBLE_VAULT;1.1;AES256", None),
            ("password", "/run/secrets/password", None),
            ("password", "DB_PASSWORD", None),
            ("password", "app.db.password", None),
            ("password", "lookup('env', 'PASSWORD')", None),
            ("password", "<password>", None),
            ("password", "your_password", None),
            ("password", "Enter the password", None),
            ("proxy_password", "127.0.0.1:9000", None),
            ("password", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db", None),
            ("password", "ENC(abcdef)", None),
            ("parse-passwd", "^1.0.0", None),
            ("github_token", "CiQAyrREbPgXJOeT7M3t+WlxkhXwlMPudixBeiyWTjmLOMLqdK4", None),
            ("password", "/etc/ssl/Key1.Pass", None),
            ("password", "/gT7#mW2@qL", Some(false)),
            ("password", "a<T7#mW2@qL", Some(true)),
            ("password", "the <name> of it", None),
            ("password", "$gT7mW2qL", None),
            ("password", "'\"$X\"", None),
            ("password", "@format {this.secret}", None),
            ("password", "AdminPassword123!", Some(false)),
            ("password", "cN8IrZTSBMgcu++k", Some(true)),
            ("client_secret", "shop-7c48d-e078848c9fb0.json", None),
            ("secret_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None),
            ("api_key", "q7Zr3WmXc9LpT2vKdY5n", Some(true)),
            ("api_key", "my-api-key", None),
            ("api_key", "shopkey2024", Some(false)),
            ("secret", "my-tls-secret", None),
            ("secret", "q7Zr3WmXc9LpT2vKdY5n", Some(false)),
            ("encryption_key", "a1f0c3de-77b2-4c1e-9d3a-5be0f2c4a816", None),
            ("private_key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI", None),
            ("min_password_length", "gT7#mW2@qL", None),
        ];
        for (name, text, expected) in judged {
            assert_eq!(judge(name, text), expected, "{name}: {text}");
        }
    }
}
