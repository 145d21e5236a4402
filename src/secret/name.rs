//! Names that secrets are kept under, and names of what is kept beside them.

/// What the last word of a name is, when the name is that of a secret.
const LAST: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "pass",
    "secret",
    "token",
    "apikey",
    "secretkey",
    "credential",
    "credentials",
];

/// Words before `key` that make it a secret.
const KEYS: [&str; 14] = [
    "api",
    "access",
    "secret",
    "private",
    "encryption",
    "signing",
    "auth",
    "master",
    "license",
    "app",
    "shared",
    "session",
    "crypt",
    "jwt",
];

/// How long a name can be before it is no name.
const LONGEST: usize = 128;

/// Whether a name is that of a secret: its last word says so (`DB_PASSWORD`, `apiKey`,
/// `client-secret`), not a word in the middle (`passwordFile`, `tokenSecretRef`).
pub(super) fn is_secret(name: &str) -> bool {
    // Most names end in something else: nothing is allocated for them.
    let ends = matches!(
        name.as_bytes().last(),
        Some(b'd' | b'D' | b'e' | b'E' | b's' | b'S' | b't' | b'T' | b'n' | b'N' | b'y' | b'Y' | b'l' | b'L')
    );
    if !ends || name.len() > LONGEST {
        return false;
    }
    let words = words(name);
    let Some((last, before)) = words.split_last() else { return false };
    if last == "key" {
        return before.last().is_some_and(|word| KEYS.contains(&word.as_str()));
    }
    LAST.contains(&last.as_str())
        || ["password", "passwd", "apikey"].iter().any(|end| last.ends_with(end))
        || ["dbtoken", "authtoken", "accesstoken", "bottoken", "clientsecret", "appsecret"].contains(&last.as_str())
}

/// Whether a name in a `Secret` is that of what is secret in it. Few keep settings under such names
/// there, so a word in any place will do, but for names that end in what a setting is called.
pub(super) fn is_secret_in_secret(name: &str) -> bool {
    const SETTINGS: [&str; 22] = [
        "name",
        "url",
        "uri",
        "file",
        "path",
        "dir",
        "ttl",
        "ref",
        "length",
        "type",
        "expiry",
        "endpoint",
        "host",
        "port",
        "count",
        "enabled",
        "algorithm",
        "issuer",
        "audience",
        "header",
        "prefix",
        "lifetime",
    ];
    const PARTS: [&str; 8] = ["password", "passwd", "passphrase", "secret", "token", "private", "credential", "apikey"];
    const ENDS: [&str; 8] = ["key", "pass", "pwd", "salt", "auth", "cookie", "dsn", "identity"];
    let lower = name.to_ascii_lowercase();
    let setting = words(name).last().is_some_and(|last| SETTINGS.contains(&last.as_str()));
    if setting && !is_secret(name) {
        return false;
    }
    is_secret(name) || PARTS.iter().any(|part| lower.contains(part)) || ENDS.iter().any(|end| lower.ends_with(end))
}

/// Whether what a `Secret` keeps under this name is usually no secret: names of users, hosts and
/// the like, certificates, public keys.
pub(super) fn is_public(name: &str) -> bool {
    const WHOLE: [&str; 27] = [
        "type",
        "name",
        "url",
        "uri",
        "host",
        "hosts",
        "hostname",
        "port",
        "database",
        "dbname",
        "namespace",
        "namespaces",
        "email",
        "region",
        "endpoint",
        "project",
        "server",
        "insecure",
        "proxy",
        "known_hosts",
        "bucket",
        "enablelfs",
        "enableoci",
        "description",
        "expiration",
        "token-id",
        "realm",
    ];
    const END: [&str; 28] = [
        ".crt",
        ".pem.pub",
        ".pub",
        "username",
        "user",
        "hostname",
        "_host",
        "_port",
        "-host",
        "-port",
        "_url",
        "-url",
        "_region",
        "_bucket",
        "_endpoint",
        "certdata",
        "appid",
        "installationid",
        "baseurl",
        "database",
        "-id",
        "_id",
        "clientid",
        "accountname",
        "username_in",
        "_db",
        "-db",
        "address",
    ];
    const START: [&str; 5] = ["usage-bootstrap-", "auth-extra-groups", "cert.pem", "ca.pem", "ca-bundle"];
    let lower = name.to_ascii_lowercase();
    WHOLE.contains(&lower.as_str())
        || END.iter().any(|end| lower.ends_with(end))
        || START.iter().any(|start| lower.starts_with(start))
}

/// Whether a name is that of a file with settings: it ends like one.
pub(super) fn is_config_file(name: &str) -> bool {
    const ENDS: [&str; 16] = [
        "yaml",
        "yml",
        "json",
        "ini",
        "conf",
        "toml",
        "xml",
        "cfg",
        "properties",
        "env",
        "config",
        "cnf",
        "sql",
        "sh",
        "tmpl",
        "hcl",
    ];
    name.rsplit_once('.').is_some_and(|(_, end)| ENDS.contains(&end.to_ascii_lowercase().as_str()))
}

/// The words of a name, in lower case: `clientSecret`, `CLIENT_SECRET` and `client-secret` have the same.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut previous_lower = false;
    for c in name.chars() {
        let ends = !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && previous_lower);
        if ends && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        }
        previous_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_by_their_last_word() {
        let secret = [
            "password",
            "DB_PASSWORD",
            "apiKey",
            "API_KEY",
            "client-secret",
            "clientSecret",
            "rootpassword",
            "AWS_SECRET_ACCESS_KEY",
            "token",
            "GITHUB_TOKEN",
            "auth.token",
            "adminPassword",
            "secretKey",
            "privateKey",
            "authToken",
            "APIKEY",
            "passphrase",
            "credentials",
        ];
        for name in secret {
            assert!(is_secret(name), "{name}");
        }
        let other = [
            "",
            "passwordFile",
            "tokenSecretRef",
            "existingSecretName",
            "secretName",
            "key",
            "publicKey",
            "sort_key",
            "AWS_ACCESS_KEY_ID",
            "compass",
            "bypass",
            "tokens",
            "maxTokens",
            "hostKey",
            "passwordKey",
        ];
        for name in other {
            assert!(!is_secret(name), "{name}");
        }
        assert!(!is_secret(&format!("{}password", "a_".repeat(100))));
    }

    #[test]
    fn what_is_kept_beside_secrets_is_known() {
        for name in [
            "username",
            "DB_USER",
            "tls.crt",
            "ca.crt",
            "url",
            "tlsClientCertData",
            "identity.pub",
            "token-id",
            "PGHOST_HOST",
        ] {
            assert!(is_public(name), "{name}");
        }
        for name in ["password", "tls.key", "identity", "token", "token-secret", "sshPrivateKey", "config"] {
            assert!(!is_public(name), "{name}");
        }
    }
}
