//! `io.jwt.*`: JSON Web Tokens, with the answers of OPA.

mod constraints;
mod keys;
mod sign;

use anyhow::{Context, Result, bail};
use regorus::Value;
use serde::de::IgnoredAny;

use self::keys::{Key, Material};
use super::Own;
use super::crypto::{Alphabet, Hash, Salt, base64, beyond, hex, lossy, same};

pub(super) const TABLE: &[Own] = &[
    own!("io.jwt.decode", 1, decode),
    own!("io.jwt.decode_verify", 2, constraints::decode_verify),
    own!("io.jwt.verify_hs256", 2, verify_hs256),
    own!("io.jwt.verify_hs384", 2, verify_hs384),
    own!("io.jwt.verify_hs512", 2, verify_hs512),
    own!("io.jwt.verify_rs256", 2, verify_rs256),
    own!("io.jwt.verify_rs384", 2, verify_rs384),
    own!("io.jwt.verify_rs512", 2, verify_rs512),
    own!("io.jwt.verify_ps256", 2, verify_ps256),
    own!("io.jwt.verify_ps384", 2, verify_ps384),
    own!("io.jwt.verify_ps512", 2, verify_ps512),
    own!("io.jwt.verify_es256", 2, verify_es256),
    own!("io.jwt.verify_es384", 2, verify_es384),
    own!("io.jwt.verify_es512", 2, verify_es512),
    own!("io.jwt.verify_eddsa", 2, verify_eddsa),
    own!("io.jwt.encode_sign", 3, sign::encode_sign),
    own!("io.jwt.encode_sign_raw", 3, sign::encode_sign_raw),
];

/// A token in its three parts.
struct Token<'t> {
    header: &'t str,
    payload: &'t str,
    signature: &'t str,
}

impl<'t> Token<'t> {
    fn new(text: &'t str) -> Result<Self> {
        let mut parts = text.split('.');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(header), Some(payload), Some(signature), None) => Ok(Self { header, payload, signature }),
            _ => bail!("a token has three parts"),
        }
    }

    /// What is signed.
    fn signed(&self) -> Vec<u8> {
        [self.header, ".", self.payload].concat().into_bytes()
    }

    fn header(&self) -> Result<Value> {
        let header = object(&part(self.header)?)?;
        if field(&header, "enc").is_some() {
            bail!("an encrypted token");
        }
        Ok(header)
    }
}

/// Decodes a part, padded or not.
fn part(text: &str) -> Result<Vec<u8>> {
    let padding = match text.len() % 4 {
        _ if text.ends_with('=') => "",
        // Line breaks count here, but nowhere else.
        1 => bail!("a part is no base64"),
        2 => "==",
        3 => "=",
        _ => "",
    };
    base64([text, padding].concat().as_bytes(), Alphabet::Url, true).context("a part is no base64")
}

/// The field of an object.
fn field<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    object.as_object().ok()?.get(&Value::from(name))
}

/// Reads an object of JSON.
fn object(bytes: &[u8]) -> Result<Value> {
    let text = lossy(bytes);
    match Value::from_json_str(&text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => bail!("JSON that is no object"),
        // Go reads half of a surrogate pair, numbers of any size, and any depth.
        Err(_) if serde_json::from_str::<IgnoredAny>(&text).is_ok() => {
            Err(beyond("a token has JSON with an unusual number, character or depth"))
        }
        Err(_) => bail!("a part is no JSON"),
    }
}

fn decode(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text)] = arguments else { bail!("wants a string") };
    let mut text = text.to_string();
    loop {
        let token = Token::new(&text)?;
        let header = token.header()?;
        let payload = part(token.payload)?;
        match field(&header, "cty") {
            Some(Value::String(kind)) if kind.as_ref() == "JWT" => {
                // A token in a token may stand in quotes.
                let inner = lossy(&payload).trim_matches(['"', '\'']).to_owned();
                text = inner;
                continue;
            }
            None | Some(Value::String(_)) => {}
            Some(_) => return Err(beyond("the `cty` of a token is no string")),
        }
        let payload = object(&payload)?;
        let signature = Value::from(hex(&part(token.signature)?));
        return Ok(Value::from(vec![header, payload, signature]));
    }
}

/// What the header of a token says.
#[derive(Default)]
struct Header {
    alg: String,
    kid: String,
    cty: String,
    critical: Vec<String>,
    unknown: Vec<String>,
}

impl Header {
    fn new(header: &Value) -> Result<Self> {
        let mut out = Self::default();
        for (name, value) in header.as_object()?.iter() {
            let name = name.as_string()?.to_string();
            let text = || value.as_string().map(ToString::to_string);
            match name.as_str() {
                "alg" => out.alg = text()?,
                "kid" => out.kid = text()?,
                "cty" => out.cty = text()?,
                "typ" => drop(text()?),
                "crit" => {
                    let names = value.as_array()?.iter().map_while(|name| name.as_string().ok());
                    out.critical = names.map(ToString::to_string).collect();
                    if out.critical.is_empty() {
                        bail!("`crit` is empty");
                    }
                }
                _ => out.unknown.push(name),
            }
        }
        Ok(out)
    }

    /// Whether the algorithm is named, and nothing unknown is critical.
    fn is_valid(&self) -> bool {
        !self.alg.is_empty() && !self.unknown.iter().any(|name| self.critical.contains(name))
    }
}

/// Whether any of the keys that may be meant signed the token.
fn signed_by_any(keys: &[Key], header: &Header, signed: impl Fn(&Material) -> Result<bool>) -> Result<bool> {
    if !header.kid.is_empty()
        && let Some(key) = keys.iter().find(|key| key.kid == header.kid)
    {
        return signed(&key.material);
    }
    for key in keys {
        if (key.alg.is_empty() || key.alg == header.alg) && signed(&key.material)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Checks a token with a certificate, a public key, or a set of keys.
fn verify(arguments: &[Value], check: impl Fn(&Material, &[u8], &[u8]) -> Result<bool>) -> Result<Value> {
    let [Value::String(text), Value::String(keys)] = arguments else { bail!("wants two strings") };
    let token = Token::new(text)?;
    let keys = keys::parse(keys)?;
    let signature = part(token.signature)?;
    let header = Header::new(&token.header()?)?;
    let signed = token.signed();
    signed_by_any(&keys, &header, |material| check(material, &signed, &signature)).map(Value::from)
}

fn verify_hs(arguments: &[Value], hash: Hash) -> Result<Value> {
    let [Value::String(text), Value::String(secret)] = arguments else { bail!("wants two strings") };
    let token = Token::new(text)?;
    let code = hash.hmac(secret.as_bytes(), &token.signed());
    Ok(Value::from(same(&code, &part(token.signature)?)))
}

fn verify_rs(arguments: &[Value], hash: Hash) -> Result<Value> {
    verify(arguments, |material, signed, signature| match material {
        Material::Public(key) => key.verify_pkcs1(hash, &hash.digest(&[signed]), signature),
        Material::Rsa { .. } | Material::Ecdsa(_) | Material::Ed25519 { .. } | Material::Secret(_) => Ok(false),
    })
}

fn verify_ps(arguments: &[Value], hash: Hash) -> Result<Value> {
    verify(arguments, |material, signed, signature| match material {
        Material::Public(key) => key.verify_pss(hash, &hash.digest(&[signed]), signature, Salt::Any),
        Material::Rsa { .. } | Material::Ecdsa(_) | Material::Ed25519 { .. } | Material::Secret(_) => Ok(false),
    })
}

fn verify_es(arguments: &[Value], hash: Hash) -> Result<Value> {
    verify(arguments, |material, signed, signature| match material {
        Material::Public(key) => Ok(key.verify_halves(&hash.digest(&[signed]), signature)),
        Material::Rsa { .. } | Material::Ecdsa(_) | Material::Ed25519 { .. } | Material::Secret(_) => Ok(false),
    })
}

fn verify_eddsa(arguments: &[Value]) -> Result<Value> {
    verify(arguments, |material, signed, signature| match material {
        Material::Public(key) => Ok(key.verify_ed25519(signed, signature)),
        Material::Rsa { .. } | Material::Ecdsa(_) | Material::Ed25519 { .. } | Material::Secret(_) => Ok(false),
    })
}

/// A builtin for each digest.
macro_rules! with_hash {
    ($($name:ident = $family:ident, $hash:ident;)*) => {
        $(fn $name(arguments: &[Value]) -> Result<Value> {
            $family(arguments, Hash::$hash)
        })*
    };
}

with_hash! {
    verify_hs256 = verify_hs, Sha256;
    verify_hs384 = verify_hs, Sha384;
    verify_hs512 = verify_hs, Sha512;
    verify_rs256 = verify_rs, Sha256;
    verify_rs384 = verify_rs, Sha384;
    verify_rs512 = verify_rs, Sha512;
    verify_ps256 = verify_ps, Sha256;
    verify_ps384 = verify_ps, Sha384;
    verify_ps512 = verify_ps, Sha512;
    verify_es256 = verify_es, Sha256;
    verify_es384 = verify_es, Sha384;
    verify_es512 = verify_es, Sha512;
}
