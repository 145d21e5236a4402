//! Secrets that are known by what stands around them: passwords in addresses, values behind a name.

use super::{
    dummy,
    reference::{is_placeholder, is_protected},
    shape::{Alphabet, begins_word},
};

/// A secret in a text: where it begins and ends, and what it is.
pub(super) struct Hit {
    pub start: usize,
    pub end: usize,
    pub rule: &'static str,
    pub what: &'static str,
    pub certain: bool,
}

/// Longest password in an address.
const LONGEST: usize = 300;

/// The password in an address, `at` being the place of its `://`.
pub(super) fn password_in_url(text: &str, at: usize) -> Option<Hit> {
    let start = at + 3;
    let rest = text.get(start..)?.as_bytes();
    let is_end = |byte: u8| {
        byte <= b' ' || matches!(byte, b'/' | b'?' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b'|' | b',')
    };
    // To the last `@` before the path: a password may hold one.
    let length = rest.iter().take(LONGEST).take_while(|byte| !is_end(**byte)).count();
    let authority = text.get(start..start + length)?;
    let (user_info, host) = authority.rsplit_once('@')?;
    let (user, password) = user_info.split_once(':')?;
    let scheme = Alphabet::Word.run_before(text.get(..at)?, 20);
    if scheme.is_empty() || host.is_empty() || is_no_password(user, password) {
        return None;
    }
    let random = dummy::looks_random(password);
    if !random && (is_example_host(host) || password.len() < 6) {
        return None;
    }
    let start = start + user.len() + 1;
    let certain = random && !is_example_host(host);
    Some(Hit { start, end: start + password.len(), rule: "password-in-url", what: "a password in an address", certain })
}

fn is_no_password(user: &str, password: &str) -> bool {
    const DEFAULTS: [&str; 26] = [
        "password",
        "passwd",
        "pass",
        "pwd",
        "secret",
        "token",
        "user",
        "username",
        "admin",
        "root",
        "guest",
        "postgres",
        "mysql",
        "redis",
        "rabbitmq",
        "mongo",
        "mongodb",
        "minio",
        "minioadmin",
        "minio123",
        "changeme",
        "test",
        "p4ssw0rd",
        "passw0rd",
        "hunter2",
        "s3cret",
    ];
    let lower = password.to_ascii_lowercase();
    password.is_empty()
        || user == password
        || is_protected(password, true)
        || is_placeholder(password)
        || lower.starts_with(['$', '{', '[', '%', '<', '*', '('])
        || lower.contains(['{', '}', '(', ')', '[', ']'])
        // `host:80@sha256…`, ports and numbers of no length.
        || (password.len() < 8 && password.bytes().all(|byte| byte.is_ascii_digit()))
        || DEFAULTS.contains(&lower.as_str())
        || ["password", "passwd", "secret", "token", "example", "_pass", "-pass", "mypass", "yourpass", "dbpass", "userpass"].iter().any(|word| lower.contains(word))
        || !dummy::is_varied(password) && password.len() >= 6
}

fn is_example_host(host: &str) -> bool {
    let name = host.split([':', '#', ';', ')']).next().unwrap_or_default().to_ascii_lowercase();
    let bare =
        !name.contains('.') || name.starts_with("127.") || name.starts_with("192.168.") || name.starts_with("10.");
    let told = ["example", "localhost", "domain", "host.", "hostname", "myserver", "foo.", "bar.", "1.2.3.4", "test."];
    bare || matches!(name.rsplit('.').next(), Some("test" | "local")) || told.iter().any(|word| name.contains(word))
}

/// A secret behind a name that says what it is; `end` is the end of the name.
pub(super) fn behind_name(text: &str, end: usize, keyed: Keyed) -> Option<Hit> {
    let rest = text.get(end..)?;
    let gap = rest
        .bytes()
        .take(16)
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b':' | b'=' | b'>' | b'\\' | b'`'))
        .count();
    let gap_text = rest.get(..gap)?;
    let value = rest.get(gap..)?;
    let (rule, what, run, certain) = match keyed {
        Keyed::AwsSecret => {
            let run = Alphabet::Base64.run(value, 40);
            (is_aws_secret(run) && gap_text.contains([':', '=', ' '])).then_some((
                "aws-secret-key",
                "an AWS secret access key",
                run,
                true,
            ))?
        }
        Keyed::AzureAccount => {
            let run = Alphabet::Base64.run(value, 88);
            let is_key = run.len() == 88 && run.ends_with("==") && !is_emulator(run) && !dummy::is_dummy(run);
            is_key.then_some(("azure-key", "a key of an Azure storage account", run, true))?
        }
        Keyed::AzureShared => {
            let run = Alphabet::Base64.run(value, 44);
            let is_key = run.len() == 44 && run.ends_with('=') && !dummy::is_dummy(run);
            is_key.then_some(("azure-key", "a shared access key of Azure", run, true))?
        }
        Keyed::Npm => {
            let run = Alphabet::Base64.run(value, 400);
            // Every token of today has a shape of its own, or is a UUID.
            (!run.trim_end_matches('=').contains('=') && dummy::looks_random(run)).then_some((
                "npm-token",
                "a token of a package registry",
                run,
                true,
            ))?
        }
        Keyed::WireGuard => {
            let run = Alphabet::Base64.run(value, 44);
            let is_key = run.len() == 44 && gap_text.contains(['=', ':']) && is_curve_key(run) && !dummy::is_dummy(run);
            is_key.then_some(("wireguard-key", "a WireGuard private key", run, true))?
        }
    };
    let start = end + gap;
    Some(Hit { start, end: start + run.len(), rule, what, certain })
}

/// Names that a secret follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyed {
    /// `secret_access_key` and its spellings.
    AwsSecret,
    /// `AccountKey=` of a connection string.
    AzureAccount,
    /// `SharedAccessKey=` of a connection string.
    AzureShared,
    /// `_authToken=` of an `.npmrc`.
    Npm,
    /// `PrivateKey =` of a configuration of `WireGuard`.
    WireGuard,
}

/// 40 characters of base64 with everything in them; a commit id has no capitals.
pub(super) fn is_aws_secret(run: &str) -> bool {
    let has = |is: fn(&u8) -> bool| run.as_bytes().iter().any(&is);
    run.len() == 40
        && !run.contains(['=', '_', '-'])
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && !dummy::is_dummy(run)
}

/// The secret of an AWS access key id, where it stands near: in the next lines, or just before.
pub(super) fn aws_secret_near(text: &str, start: usize, end: usize) -> Option<Hit> {
    let bound = |at: usize| {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let from = bound(start.saturating_sub(200));
    let to = bound(end + 300);
    [(end, to), (from, start)].into_iter().find_map(|(from, to)| {
        let window = text.get(from..to)?;
        let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-');
        window
            .split(|c| !is_key(c))
            .filter_map(|word| word.rsplit('=').next())
            .find(|word| is_aws_secret(word))
            .and_then(|word| {
                let at = from + window.find(word)?;
                let whole = at > 0 && begins_word(text, at);
                whole.then_some(Hit {
                    start: at,
                    end: at + word.len(),
                    rule: "aws-secret-key",
                    what: "an AWS secret access key",
                    certain: true,
                })
            })
    })
}

/// The keys of the emulators of Azure, which are the same everywhere.
fn is_emulator(key: &str) -> bool {
    key.starts_with("Eby8vdM02xNOcqFl") || key.starts_with("C2y6yDjf5/R+ob0N")
}

/// A key of Curve25519 as `wg genkey` makes it: some of its bits are always the same.
fn is_curve_key(run: &str) -> bool {
    let bytes = super::coding::base64(run).unwrap_or_default();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    bytes.len() == 32 && first.trailing_zeros() >= 3 && last & 0xc0 == 0x40
}

/// Secrets that are known by a mark in their middle; `at` is its place.
pub(super) fn around_mark(text: &str, at: usize, mark: Mark) -> Option<Hit> {
    let (name, before_most, after_most) = match mark {
        Mark::OpenAi => ("T3BlbkFJ", 120, 120),
        Mark::AzureClient => ("Q~", 4, 34),
        Mark::AzureKey => ("JQQJ99", 52, 26),
        Mark::Terraform => (".atlasv1.", 14, 80),
        Mark::Telegram => (":AA", 10, 33),
    };
    let after_start = at + name.len();
    let alphabet = match mark {
        Mark::OpenAi | Mark::Telegram => Alphabet::Word,
        Mark::AzureClient => Alphabet::Dotted,
        Mark::AzureKey | Mark::Terraform => Alphabet::Alnum,
    };
    let before = match mark {
        // The number of the bot may follow the `bot` of an address.
        Mark::Telegram => {
            let run = Alphabet::Alnum.run_before(text.get(..at)?, before_most + 3);
            run.strip_prefix("bot").unwrap_or(run)
        }
        Mark::OpenAi | Mark::AzureClient | Mark::AzureKey | Mark::Terraform => {
            alphabet.run_before(text.get(..at)?, before_most)
        }
    };
    let after = match mark {
        Mark::Terraform => Alphabet::Word.run(text.get(after_start..)?, after_most),
        Mark::AzureClient => {
            let run = text.get(after_start..)?;
            let length = run
                .bytes()
                .take(after_most + 1)
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'~' | b'-'))
                .count();
            run.get(..length)?
        }
        Mark::OpenAi | Mark::AzureKey | Mark::Telegram => alphabet.run(text.get(after_start..)?, after_most),
    };
    let good = match mark {
        Mark::OpenAi => before.starts_with("sk-") && before.len() >= 23 && after.len() >= 20,
        Mark::AzureClient => before.len() == 4 && before.ends_with(['7', '8']) && (31..=34).contains(&after.len()),
        Mark::AzureKey => before.len() == 52 && after.len() == 26,
        Mark::Terraform => before.len() == 14 && (60..=80).contains(&after.len()),
        Mark::Telegram => {
            (8..=10).contains(&before.len()) && before.bytes().all(|byte| byte.is_ascii_digit()) && after.len() == 33
        }
    };
    if !good || dummy::is_dummy(before) && before.len() > 12 || dummy::is_dummy(after) {
        return None;
    }
    let (rule, what) = match mark {
        Mark::OpenAi => ("openai-key", "an OpenAI API key"),
        Mark::AzureClient => ("azure-key", "a client secret of Microsoft Entra"),
        Mark::AzureKey => ("azure-key", "a key of an Azure service"),
        Mark::Terraform => ("terraform-token", "an HCP Terraform token"),
        Mark::Telegram => ("telegram-token", "a token of a Telegram bot"),
    };
    Some(Hit { start: at - before.len(), end: after_start + after.len(), rule, what, certain: true })
}

/// Marks in the middle of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// `T3BlbkFJ`.
    OpenAi,
    /// `Q~` behind a `7` or an `8`.
    AzureClient,
    /// `JQQJ99`.
    AzureKey,
    /// `.atlasv1.`.
    Terraform,
    /// `:AA`.
    Telegram,
}

/// The secret part of the address of a webhook, which whoever knows it can post to; `end` is the
/// end of what every such address has.
pub(super) fn webhook(text: &str, end: usize, service: Webhook) -> Option<Hit> {
    let rest = text.get(end..)?;
    let length = rest
        .bytes()
        .take(400)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'@'))
        .count();
    let path = rest.get(..length)?.trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let (good, what) = match (service, parts.as_slice()) {
        (Webhook::Slack, [team, app, secret]) => (
            team.len() >= 9 && app.len() >= 9 && secret.len() == 24 && !dummy::is_dummy(secret),
            "the address of a Slack webhook",
        ),
        (Webhook::Discord, [id, secret, ..]) => (
            (17..=20).contains(&id.len()) && secret.len() >= 60 && !dummy::is_dummy(secret),
            "the address of a Discord webhook",
        ),
        (Webhook::Teams, [_, kind, secret, _, ..]) => (
            *kind == "IncomingWebhook" && secret.len() == 32 && !dummy::is_dummy(secret),
            "the address of a Teams webhook",
        ),
        (Webhook::Slack | Webhook::Discord | Webhook::Teams, _) => return None,
    };
    good.then_some(Hit { start: end, end: end + path.len(), rule: "webhook-url", what, certain: true })
}

/// Services with webhooks whose address is the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Webhook {
    /// `hooks.slack.com`.
    Slack,
    /// `discord.com`.
    Discord,
    /// `webhook.office.com`.
    Teams,
}
