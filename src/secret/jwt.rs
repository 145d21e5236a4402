//! Tokens that are JSON in base64: JWTs, and the token of a Cloudflare tunnel.

use serde_json::Value;

use super::{coding, dummy, shape::Alphabet};

/// How JSON in base64 begins: `{"`.
pub(super) const BEGIN: &str = "eyJ";
/// Longest part that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// A token that begins at a place.
pub(super) struct Token {
    pub length: usize,
    pub rule: &'static str,
    pub what: &'static str,
    pub certain: bool,
}

/// The token that the text begins with.
pub(super) fn token(text: &str) -> Option<Token> {
    let head = Alphabet::Word.run(text, LONGEST);
    let header = json(head)?;
    let Some(rest) = text.get(head.len()..)?.strip_prefix('.') else {
        // A tunnel token goes on with padding or ends.
        let is_tunnel = ["a", "t", "s"].iter().all(|key| header.get(key).is_some_and(Value::is_string));
        let length = Alphabet::Base64.run(text, LONGEST).len();
        return (is_tunnel && head.len() >= 100).then_some(Token {
            length,
            rule: "cloudflare-token",
            what: "a Cloudflare tunnel token",
            certain: true,
        });
    };
    let algorithm = header.get("alg").and_then(Value::as_str)?;
    let body = Alphabet::Word.run(rest, LONGEST);
    let claims = json(body)?;
    let signature = Alphabet::Word.run(rest.get(body.len()..)?.strip_prefix('.')?, LONGEST);
    if algorithm.eq_ignore_ascii_case("none")
        || signature.len() < 40
        || dummy::is_dummy(signature)
        || is_example(&claims)
    {
        return None;
    }
    let issuer = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
    let length = head.len() + 1 + body.len() + 1 + signature.len();
    // These do not expire.
    if issuer == "kubernetes/serviceaccount" {
        return Some(Token {
            length,
            rule: "kubernetes-token",
            what: "a token of a Kubernetes service account",
            certain: true,
        });
    }
    Some(Token { length, rule: "jwt", what: "a signed JSON Web Token", certain: false })
}

/// Whether the claims are those of documentation, or of a token that is made to be public.
fn is_example(claims: &Value) -> bool {
    let text = |key: &str| claims.get(key).and_then(Value::as_str).unwrap_or_default();
    text("sub") == "1234567890"
        || text("name") == "John Doe"
        || text("iss").contains("example")
        || text("aud").contains("example")
        // The key that a page of Supabase hands to every visitor.
        || text("role") == "anon"
}

fn json(part: &str) -> Option<Value> {
    let value: Value = serde_json::from_slice(&coding::base64(part)?).ok()?;
    value.is_object().then_some(value)
}
