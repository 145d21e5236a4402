//! `io.jwt.decode_verify`: a token that keeps to what is asked of it.

use std::cmp::Ordering;

use anyhow::{Result, bail};
use regorus::Value;

use super::super::NOW;
use super::super::crypto::{Hash, PublicKey, Salt, beyond, lossy, same};
use super::keys::{self, Key, Material};
use super::{Header, Token, field, object, part, signed_by_any};

/// What a policy asks of a token.
#[derive(Default)]
struct Constraints {
    keys: Option<Vec<Key>>,
    secret: String,
    alg: String,
    iss: String,
    aud: String,
    /// In nanoseconds.
    time: f64,
}

impl Constraints {
    fn new(value: &Value) -> Result<Self> {
        // Nanoseconds of our time have room in 53 bits but for some hundred of them, as in OPA.
        #[allow(clippy::cast_precision_loss)]
        let mut out = Self { time: NOW.get() as f64, ..Self::default() };
        for (name, value) in value.as_object()?.iter() {
            let text = || value.as_string().map(ToString::to_string);
            match name {
                Value::String(name) => match name.as_ref() {
                    "cert" => out.keys = Some(keys::parse(&text()?)?),
                    "secret" => out.secret = text()?,
                    "alg" => out.alg = text()?,
                    "iss" => out.iss = text()?,
                    "aud" => out.aud = text()?,
                    // Rounded where it is an integer of more than 53 bits.
                    "time" => out.time = value.as_number()?.format_decimal().parse()?,
                    _ => bail!("unknown constraint of a token"),
                },
                _ => return Err(beyond("a constraint of a token has a name that is no string")),
            }
        }
        if out.time < 0.0 {
            bail!("a negative time");
        }
        if out.keys.is_some() != out.secret.is_empty() {
            bail!("wants either a key or a secret");
        }
        Ok(out)
    }

    /// Whether the token was signed by one of the keys, or with the secret.
    fn signed(&self, header: &Header, signed: &[u8], signature: &[u8]) -> Result<bool> {
        match &self.keys {
            Some(keys) => signed_by_any(keys, header, |material| is_signed(material, &header.alg, signed, signature)),
            None => is_signed(&Material::Secret(self.secret.clone().into_bytes()), &header.alg, signed, signature),
        }
    }

    /// Whether the claims about issuer, audience and time hold.
    fn hold_for(&self, payload: &Value) -> Result<bool> {
        if !self.iss.is_empty() {
            match field(payload, "iss") {
                Some(Value::String(issuer)) if issuer.as_ref() == self.iss => {}
                None | Some(Value::String(_)) => return Ok(false),
                Some(_) => return Err(beyond("the `iss` of a token is no string")),
            }
        }
        let is_audience = |value: &Value| matches!(value, Value::String(text) if text.as_ref() == self.aud);
        let audience = match field(payload, "aud") {
            None => self.aud.is_empty(),
            Some(Value::Array(items)) => items.iter().any(is_audience),
            Some(value) => is_audience(value),
        };
        if !audience {
            return Ok(false);
        }
        let now = Value::from(self.time / 1e9);
        let compared = |name| match field(payload, name) {
            None => Ok(None),
            Some(time @ Value::Number(_)) => Ok(Some(now.cmp(time))),
            Some(_) => bail!("a time of a token is no number"),
        };
        if compared("exp")?.is_some_and(|order| order != Ordering::Less) {
            return Ok(false);
        }
        Ok(compared("nbf")? != Some(Ordering::Less))
    }
}

/// Whether a key signed a text with the algorithm that the token names.
fn is_signed(material: &Material, alg: &str, signed: &[u8], signature: &[u8]) -> Result<bool> {
    let hash = match alg.get(2..) {
        Some("256") => Hash::Sha256,
        Some("384") => Hash::Sha384,
        Some("512") => Hash::Sha512,
        _ if matches!(alg, "EdDSA" | "Ed25519") => Hash::Sha512,
        _ => return Ok(false),
    };
    let public = match material {
        Material::Secret(secret) => {
            return Ok(alg.starts_with("HS") && same(&hash.hmac(secret, signed), signature));
        }
        Material::Public(public)
        | Material::Rsa { public, .. }
        | Material::Ecdsa(public)
        | Material::Ed25519 { public, .. } => public,
    };
    match (alg.get(..2), public) {
        (Some("RS"), _) => public.verify_pkcs1(hash, &hash.digest(&[signed]), signature),
        (Some("PS"), _) => public.verify_pss(hash, &hash.digest(&[signed]), signature, Salt::AsHash),
        (Some("ES"), PublicKey::Ecdsa(point)) => {
            Ok(signature.len() == 2 * point.curve.size() && public.verify_halves(&hash.digest(&[signed]), signature))
        }
        (Some("Ed"), _) => Ok(public.verify_ed25519(signed, signature)),
        _ => Ok(false),
    }
}

pub(super) fn decode_verify(arguments: &[Value]) -> Result<Value> {
    let [text, constraints] = arguments else { bail!("wants a token and constraints") };
    let constraints = Constraints::new(constraints)?;
    let mut text = text.as_string()?.to_string();
    let unverified = || Value::from(vec![Value::from(false), Value::new_object(), Value::new_object()]);
    loop {
        let token = Token::new(&text)?;
        let header = token.header()?;
        let said = Header::new(&header)?;
        if !said.is_valid() || !constraints.alg.is_empty() && constraints.alg != said.alg {
            return Ok(unverified());
        }
        let signature = part(token.signature)?;
        if !constraints.signed(&said, &token.signed(), &signature)? {
            return Ok(unverified());
        }
        let payload = part(token.payload)?;
        if said.cty.eq_ignore_ascii_case("JWT") {
            // A token in a token.
            text = lossy(&payload);
            continue;
        }
        let payload = object(&payload)?;
        if !constraints.hold_for(&payload)? {
            return Ok(unverified());
        }
        return Ok(Value::from(vec![Value::from(true), header, payload]));
    }
}
