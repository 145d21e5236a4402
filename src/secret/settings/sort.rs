//! What a name says of the value under it.

use super::super::name;

/// What a name says of the value under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A password: people choose them, so they need not look random.
    Password,
    /// A key or token that a machine made, and that is always secret.
    Made,
    /// Something that has the name of a secret, and is often only the name of one, or public.
    Perhaps,
}

/// Words in a name that make what is under it no secret: it is encrypted, hashed, public, or an example.
const HARMLESS: [&str; 19] = [
    "encrypted",
    "hashed",
    "hash",
    "digest",
    "checksum",
    "sha256",
    "sealed",
    "public",
    "pub",
    "gpg",
    "pgp",
    "publishable",
    "example",
    "dummy",
    "fake",
    "sample",
    "update",
    "no",
    "nopasswd",
];

/// Words in the names of tokens and keys that whoever uses a program may see.
const SHOWN: [&str; 8] = ["csrf", "xsrf", "next", "page", "continuation", "search", "site", "idempotency"];

/// Words before `token` that leave no doubt.
const TOKENS: [&str; 33] = [
    "sas",
    "access",
    "auth",
    "api",
    "bearer",
    "bot",
    "refresh",
    "service",
    "deploy",
    "github",
    "gitlab",
    "gh",
    "npm",
    "pypi",
    "vault",
    "consul",
    "do",
    "digitalocean",
    "hcloud",
    "cloudflare",
    "datadog",
    "slack",
    "telegram",
    "discord",
    "grafana",
    "influxdb",
    "admin",
    "root",
    "user",
    "join",
    "runner",
    "registration",
    "security",
];

/// Words before `secret` that leave no doubt.
const SECRETS: [&str; 13] = [
    "client", "app", "jwt", "oauth", "oauth2", "consumer", "webhook", "session", "shared", "cookie", "auth", "api",
    "hmac",
];

/// A name without what is put behind it: numbers, `_wo` of what Terraform only writes, `_BASE` of Rails.
fn bare(name: &str) -> &str {
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['_', '-']);
    let ends = ["_wo", "_WO", "_base", "_BASE"];
    ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

/// What the name of a value says; `None` for names of anything but a secret.
pub(super) fn sort(name: &str) -> Option<Sort> {
    let name = bare(name);
    // Both may end in the name of what they were: the text of an XML element, a property of a property.
    if !name::is_secret(name) {
        let whole = name.to_ascii_lowercase();
        let known =
            matches!(whole.as_str(), "secretstring" | "secret_string" | "secretdata" | "secret_data" | "pgpass");
        return known.then_some(Sort::Password);
    }
    let words = name::words(name);
    let (last, before) = words.split_last()?;
    let previous = before.last().map(String::as_str).unwrap_or_default();
    let any = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    if any(&HARMLESS) || (matches!(last.as_str(), "token" | "key" | "secret") && any(&SHOWN)) {
        return None;
    }
    Some(match last.as_str() {
        // The folder a shell is in; and where a server passes requests on to.
        "pwd" if matches!(previous, "" | "old") && name.bytes().all(|byte| byte.is_ascii_uppercase()) => return None,
        "oldpwd" => return None,
        "pass" if matches!(previous, "proxy" | "fastcgi" | "uwsgi" | "scgi" | "grpc" | "memcached" | "by" | "ask") => {
            return None;
        }
        "password" | "passwd" if matches!(previous, "ask" | "random" | "generate") => return None,
        "token" if TOKENS.contains(&previous) => Sort::Made,
        "secret" if SECRETS.contains(&previous) => Sort::Made,
        "key" if matches!(previous, "api" | "secret" | "private" | "encryption" | "signing") => Sort::Made,
        "key"
            if previous == "access"
                && before.iter().any(|word| matches!(word.as_str(), "secret" | "shared" | "storage" | "primary")) =>
        {
            Sort::Made
        }
        "token" | "secret" | "credential" | "credentials" | "key" | "dbtoken" => Sort::Perhaps,
        "apikey" | "secretkey" | "authtoken" | "accesstoken" | "bottoken" | "clientsecret" | "appsecret" => Sort::Made,
        _ => Sort::Password,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted() {
        for name in ["db_password", "MasterUserPassword", "ansible_become_pass", "MYSQL_PWD", "ADMIN_PASSPHRASE"] {
            assert_eq!(sort(name), Some(Sort::Password), "{name}");
        }
        for name in ["api_key", "apiKey", "clientSecret", "GITHUB_TOKEN", "aws_secret_access_key", "private_key"] {
            assert_eq!(sort(name), Some(Sort::Made), "{name}");
        }
        for name in ["DB_PASSWORD2", "POSTGRES_PASSWORD_1", "password_wo", "SEARCH_PASSWORD", "secret_string"] {
            assert_eq!(sort(name), Some(Sort::Password), "{name}");
        }
        assert_eq!(sort("SECRET_KEY_BASE"), Some(Sort::Made));
        for name in ["csrf_token", "next_token", "site_key", "search_key"] {
            assert_eq!(sort(name), None, "{name}");
        }
        for name in ["token", "secret", "access_key", "encryption_credentials", "license_key"] {
            assert_eq!(sort(name), Some(Sort::Perhaps), "{name}");
        }
        for name in [
            "min_password_length",
            "password_file",
            "PWD",
            "OLDPWD",
            "proxy_pass",
            "update_password",
            "encrypted_password",
            "password_hash",
            "public_api_key",
            "GPG_KEY",
            "next_token",
            "user",
            "ask_pass",
        ] {
            assert_eq!(sort(name), None, "{name}");
        }
    }
}
