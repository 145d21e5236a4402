//! `io.jwt.encode_sign`: signatures that are always the same for the same text.

use anyhow::{Context, Result, bail};
use ed25519_dalek::Signer as _;
use regorus::Value;
use serde::de::IgnoredAny;
use serde_json::Value as Json;

use super::super::crypto::{Alphabet, Hash, PublicKey, beyond, to_base64};
use super::super::json;
use super::keys::{self, ALGORITHMS, Material};

pub(super) fn encode_sign(arguments: &[Value]) -> Result<Value> {
    let [header, payload, key] = arguments else { bail!("wants header, payload and key") };
    token(&marshal(header)?, &marshal(payload)?, &marshal(key)?)
}

pub(super) fn encode_sign_raw(arguments: &[Value]) -> Result<Value> {
    let [Value::String(header), Value::String(payload), Value::String(key)] = arguments else {
        bail!("wants three strings")
    };
    token(header, payload, key)
}

fn token(header: &str, payload: &str, key: &str) -> Result<Value> {
    let keys = keys::web_keys(key)?;
    let key = keys.first().context("no key")?;
    let Ok(json) = serde_json::from_str::<Json>(header) else {
        if header.trim_start().starts_with('{') {
            return Err(beyond("the header of a token to sign is malformed"));
        }
        bail!("the header of a token is no JSON");
    };
    if ["\"alg\"", "\"typ\""].iter().any(|name| header.matches(name).count() > 1) {
        return Err(beyond("the header of a token to sign may say something twice"));
    }
    let alg = json.get("alg").and_then(Json::as_str).context("a token without algorithm")?;
    if !ALGORITHMS.contains(&alg) {
        bail!("unknown algorithm");
    }
    let is_json = json.get("typ").and_then(Json::as_str).is_none_or(|kind| kind == "JWT");
    if is_json && serde_json::from_str::<IgnoredAny>(payload).is_err() {
        bail!("a payload that is no JSON");
    }
    let encoded = |bytes: &[u8]| to_base64(bytes, Alphabet::Url, false);
    let text = format!("{}.{}", encoded(header.as_bytes()), encoded(payload.as_bytes()));
    let signature = encoded(&signature(&key.material, alg, text.as_bytes())?);
    Ok(Value::from(format!("{text}.{signature}")))
}

fn signature(material: &Material, alg: &str, text: &[u8]) -> Result<Vec<u8>> {
    let (family, digits) = alg.split_at_checked(2).context("unknown algorithm")?;
    let hash = match digits {
        "256" => Hash::Sha256,
        "384" => Hash::Sha384,
        _ => Hash::Sha512,
    };
    match (family, material) {
        ("HS", Material::Secret(secret)) => Ok(hash.hmac(secret, text)),
        // The bytes of such a key are taken for a secret.
        ("HS", Material::Ed25519 { seed, public: PublicKey::Ed25519(public) }) => {
            Ok(hash.hmac(&[seed.as_slice(), public].concat(), text))
        }
        ("RS", Material::Rsa { secret, .. }) => {
            let secret = secret.checked().context("an RSA key that contradicts itself")?;
            secret.sign(hash, &hash.digest(&[text]))?.context("an RSA key that is too short")
        }
        ("Ed", Material::Ed25519 { seed, .. }) => {
            Ok(ed25519_dalek::SigningKey::from_bytes(seed).sign(text).to_bytes().to_vec())
        }
        ("PS", Material::Rsa { .. }) | ("ES", Material::Ecdsa(_)) => {
            Err(beyond("signatures of PS* and ES* are random, and the same push must always get the same verdict"))
        }
        _ => bail!("a key of the wrong type"),
    }
}

/// A value as JSON, as Go writes it: keys sorted, sets as arrays, and what matters to HTML escaped.
fn marshal(value: &Value) -> Result<String> {
    let mut out = String::new();
    write(&mut out, value)?;
    Ok(out)
}

fn write(out: &mut String, value: &Value) -> Result<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) if number.is_integer() => out.push_str(&number.format_decimal()),
        Value::Number(_) => return Err(beyond("a token to sign has a number that may be written in several ways")),
        Value::String(text) => json::string(out, text),
        Value::Array(items) => list(out, items.iter())?,
        Value::Set(items) => list(out, items.iter_sorted())?,
        Value::Object(fields) => {
            out.push('{');
            for (index, (key, value)) in fields.iter_sorted().enumerate() {
                let Value::String(key) = key else {
                    return Err(beyond("a token to sign has an object with keys that are no strings"));
                };
                if index > 0 {
                    out.push(',');
                }
                json::string(out, key);
                out.push(':');
                write(out, value)?;
            }
            out.push('}');
        }
        Value::Undefined => bail!("undefined"),
    }
    Ok(())
}

fn list<'v>(out: &mut String, items: impl Iterator<Item = &'v Value>) -> Result<()> {
    out.push('[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item)?;
    }
    out.push(']');
    Ok(())
}
