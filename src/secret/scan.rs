//! Reading a text for secrets, once and from front to back.
//!
//! An automaton finds the places where a secret may be (the beginning of a token, `://`, the name of
//! a key); only there anything else is looked at, and never further than a bound.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::{
    Found,
    context::{self, Hit, Keyed, Mark, Webhook},
    jwt, merged, pem,
    services::{AWS_KEY_ID, SHAPES},
    shape::{Alphabet, Shape, begins_word},
};
use crate::document::Span;

/// Most secrets that are told of one text. One is enough to refuse it.
const MOST: usize = 10_000;

/// What a place where a secret may be is looked at for.
enum Anchor {
    Token(&'static Shape),
    Pem,
    PemInBase64,
    Json,
    Url,
    Keyed(Keyed),
    Mark(Mark),
    Webhook(Webhook),
}

/// What is searched for, apart from the beginnings of tokens.
static ANCHORS: [(&str, Anchor); 22] = [
    (pem::BEGIN, Anchor::Pem),
    (pem::BEGIN_BASE64, Anchor::PemInBase64),
    (jwt::BEGIN, Anchor::Json),
    ("://", Anchor::Url),
    ("ecret_access_key", Anchor::Keyed(Keyed::AwsSecret)),
    ("ECRET_ACCESS_KEY", Anchor::Keyed(Keyed::AwsSecret)),
    ("ecretAccessKey", Anchor::Keyed(Keyed::AwsSecret)),
    ("aws_secret_key", Anchor::Keyed(Keyed::AwsSecret)),
    ("AWS_SECRET_KEY", Anchor::Keyed(Keyed::AwsSecret)),
    ("AccountKey=", Anchor::Keyed(Keyed::AzureAccount)),
    ("SharedAccessKey=", Anchor::Keyed(Keyed::AzureShared)),
    ("_authToken", Anchor::Keyed(Keyed::Npm)),
    ("PrivateKey", Anchor::Keyed(Keyed::WireGuard)),
    ("T3BlbkFJ", Anchor::Mark(Mark::OpenAi)),
    ("Q~", Anchor::Mark(Mark::AzureClient)),
    ("JQQJ99", Anchor::Mark(Mark::AzureKey)),
    (".atlasv1.", Anchor::Mark(Mark::Terraform)),
    (":AA", Anchor::Mark(Mark::Telegram)),
    ("hooks.slack.com/services/", Anchor::Webhook(Webhook::Slack)),
    ("discord.com/api/webhooks/", Anchor::Webhook(Webhook::Discord)),
    ("discordapp.com/api/webhooks/", Anchor::Webhook(Webhook::Discord)),
    ("webhook.office.com/webhookb2/", Anchor::Webhook(Webhook::Teams)),
];

struct Scanner {
    automaton: AhoCorasick,
    /// What the patterns of the automaton stand for, by number.
    anchors: Vec<&'static Anchor>,
}

static TOKENS: LazyLock<Vec<Anchor>> = LazyLock::new(|| SHAPES.iter().map(Anchor::Token).collect());

/// `None` cannot be: the patterns are few and fixed, and a test builds it.
static SCANNER: LazyLock<Option<Scanner>> = LazyLock::new(|| {
    let patterns = ANCHORS.iter().map(|(pattern, _)| *pattern).chain(SHAPES.iter().map(|shape| shape.prefix));
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(patterns)
        .ok()?;
    let anchors = ANCHORS.iter().map(|(_, anchor)| anchor).chain(TOKENS.iter()).collect();
    Some(Scanner { automaton, anchors })
});

/// Every secret in a text, by place, none over another. The text can be of any sort: what is
/// encrypted, hashed, public or an example is passed over.
#[must_use]
pub fn in_text(text: &str) -> Vec<Found> {
    let Some(scanner) = SCANNER.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    // A secret is not searched for others.
    let mut behind = 0;
    // Nor is what has been decoded once decoded again from further on.
    let mut decoded = 0;
    for place in scanner.automaton.find_iter(text) {
        if found.len() >= MOST {
            break;
        }
        if place.start() < behind {
            continue;
        }
        let Some(anchor) = scanner.anchors.get(place.pattern().as_usize()) else { continue };
        if matches!(anchor, Anchor::PemInBase64) {
            if place.start() < decoded {
                continue;
            }
            decoded = place.start() + base64_run(text, place.start()).len();
        }
        if let Some(hit) = hit(text, place.start(), place.end(), anchor) {
            behind = hit.end;
            if hit.rule == AWS_KEY_ID {
                pair(text, &hit, &mut found);
            } else {
                found.push(made(text, &hit));
            }
        }
    }
    merged(found)
}

fn hit(text: &str, start: usize, end: usize, anchor: &Anchor) -> Option<Hit> {
    let rest = text.get(start..)?;
    match anchor {
        Anchor::Token(shape) => {
            let length = shape.length(text, start)?;
            Some(Hit { start, end: start + length, rule: shape.rule, what: shape.what, certain: shape.certain })
        }
        Anchor::Pem => pem::key(rest).map(|key| private_key(start, key)),
        Anchor::PemInBase64 => pem::key_in_base64(base64_run(text, start)).map(|key| private_key(start, key)),
        Anchor::Json => {
            let token = begins_word(text, start).then(|| jwt::token(rest))??;
            Some(Hit { start, end: start + token.length, rule: token.rule, what: token.what, certain: token.certain })
        }
        Anchor::Url => context::password_in_url(text, start),
        Anchor::Keyed(keyed) => context::behind_name(text, end, *keyed),
        Anchor::Mark(mark) => context::around_mark(text, start, *mark),
        Anchor::Webhook(service) => context::webhook(text, end, *service),
    }
}

/// The base64 that begins here, as far as it is looked at.
fn base64_run(text: &str, start: usize) -> &str {
    Alphabet::Base64.run(text.get(start..).unwrap_or_default(), 1 << 18)
}

fn private_key(start: usize, key: pem::Key) -> Hit {
    Hit { start, end: start + key.length, rule: "private-key", what: key.what, certain: !key.locked }
}

/// A key id of AWS, and the secret that belongs to it where it stands near.
fn pair(text: &str, id: &Hit, found: &mut Vec<Found>) {
    let secret = context::aws_secret_near(text, id.start, id.end);
    found.push(Found { certain: secret.is_some(), ..made(text, id) });
    found.extend(secret.map(|secret| made(text, &secret)));
}

fn made(text: &str, hit: &Hit) -> Found {
    let secret = text.get(hit.start..hit.end).unwrap_or_default();
    Found::new(hit.rule, hit.what, Span::new(hit.start, hit.end), secret, hit.certain)
}
