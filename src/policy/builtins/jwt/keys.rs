//! Keys of tokens: a certificate or public key of PEM, a JSON Web Key, or a set of them.

use anyhow::{Context, Result, bail};
use num_bigint::BigUint;
use serde_json::{Map, Value as Json};

use super::super::crypto::{
    Alphabet, Curve, Point, PublicKey, RsaKey, RsaSecret, base64, beyond, ed25519_public, pem, public_key,
};

/// A key, and what its set says of it.
pub(super) struct Key {
    /// Empty where it is not said.
    pub(super) alg: String,
    pub(super) kid: String,
    pub(super) material: Material,
}

/// The key itself.
pub(super) enum Material {
    Public(PublicKey),
    /// With its public half.
    Rsa {
        public: PublicKey,
        secret: RsaNumbers,
    },
    /// The public half of a private key; signing with it is random.
    Ecdsa(PublicKey),
    Ed25519 {
        public: PublicKey,
        seed: [u8; 32],
    },
    Secret(Vec<u8>),
}

/// Numbers of a private RSA key: `n e d p q`, and the rest where it is said.
pub(super) struct RsaNumbers {
    numbers: [BigUint; 4],
    e: i64,
    rest: [Option<BigUint>; 3],
}

impl RsaNumbers {
    /// The key, if the numbers belong together.
    pub(super) fn checked(&self) -> Option<RsaSecret> {
        RsaSecret::of_numbers(&self.numbers, self.e, &self.rest)
    }
}

/// The algorithms of signatures a token may have.
pub(super) const ALGORITHMS: [&str; 13] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "EdDSA",
];

/// Names a key's `alg` may have beside these. All others make the key malformed.
const OTHER_ALGORITHMS: &[&str] = &[
    "ES256K",
    "Ed25519",
    "none",
    "RSA1_5",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "RSA-OAEP-384",
    "RSA-OAEP-512",
    "A128KW",
    "A192KW",
    "A256KW",
    "A128GCMKW",
    "A192GCMKW",
    "A256GCMKW",
    "dir",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
    "PBES2-HS256+A128KW",
    "PBES2-HS384+A192KW",
    "PBES2-HS512+A256KW",
    "A128GCM",
    "A192GCM",
    "A256GCM",
    "A128CBC-HS256",
    "A192CBC-HS384",
    "A256CBC-HS512",
];

/// What a set of keys may hold at most.
const MOST_KEYS: usize = 1000;

/// The keys in a text; those for other algorithms than a token's are left out.
pub(super) fn parse(text: &str) -> Result<Vec<Key>> {
    if let Some((block, rest)) = pem(text.as_bytes()) {
        if !rest.is_empty() {
            bail!("data after a block of PEM");
        }
        let public = match block.label.as_slice() {
            b"CERTIFICATE" => public_key(&block.bytes)?,
            b"PUBLIC KEY" => Some(PublicKey::from_info(&block.bytes)?),
            _ => bail!("a block of PEM that is no public key"),
        };
        // Nothing is signed by a key of an unknown algorithm.
        let material = Material::Public(public.unwrap_or(PublicKey::X25519));
        return Ok(vec![Key { alg: String::new(), kid: String::new(), material }]);
    }
    let mut keys = web_keys(text)?;
    keys.retain(|key| key.alg.is_empty() || ALGORITHMS.contains(&key.alg.as_str()));
    Ok(keys)
}

/// The keys of a JSON Web Key, or of a set.
pub(super) fn web_keys(text: &str) -> Result<Vec<Key>> {
    let json: Json = serde_json::from_str(text).context("a key is no JSON")?;
    let object = json.as_object().context("a key is no object")?;
    match object.get("keys") {
        Some(Json::Array(keys)) if keys.len() <= MOST_KEYS => {
            keys.iter().map(|key| web_key(key.as_object().context("a key is no object")?)).collect()
        }
        Some(_) => bail!("malformed set of keys"),
        None => web_key(object).map(|key| vec![key]),
    }
}

/// A text; `null` is the empty one.
fn string<'j>(object: &'j Map<String, Json>, name: &str) -> Result<Option<&'j str>> {
    match object.get(name) {
        None => Ok(None),
        Some(Json::Null) => Ok(Some("")),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => bail!("a field of a key is no string"),
    }
}

/// Bytes in base64 of any kind.
fn bytes(object: &Map<String, Json>, name: &str) -> Result<Option<Vec<u8>>> {
    let Some(text) = string(object, name)? else { return Ok(None) };
    let alphabet = if text.contains(['+', '/']) { Alphabet::Standard } else { Alphabet::Url };
    base64(text.as_bytes(), alphabet, text.ends_with('=')).map(Some).context("a field of a key is no base64")
}

fn web_key(object: &Map<String, Json>) -> Result<Key> {
    if object.keys().any(|name| ["kty", "d"].iter().any(|it| name.eq_ignore_ascii_case(it) && name != it)) {
        return Err(beyond("a JSON Web Key has a field in capital letters"));
    }
    let alg = string(object, "alg")?.unwrap_or_default();
    if object.contains_key("alg") && !ALGORITHMS.contains(&alg) && !OTHER_ALGORITHMS.contains(&alg) {
        bail!("unknown algorithm of a key");
    }
    for name in ["use", "x5t", "x5t#S256", "x5u"] {
        string(object, name)?;
    }
    match object.get("key_ops") {
        None | Some(Json::Null) => {}
        Some(Json::Array(items)) if items.iter().all(|item| item.is_string() || item.is_null()) => {}
        Some(_) => bail!("malformed operations of a key"),
    }
    chain(object.get("x5c"))?;
    let kid = string(object, "kid")?.unwrap_or_default().to_owned();
    let private = object.get("d").is_some_and(|d| !d.is_null());
    if object.get("d").is_some_and(Json::is_null) {
        return Err(beyond("a JSON Web Key has `null` for a secret"));
    }
    let material = match string(object, "kty")? {
        Some("RSA") => rsa(object, private)?,
        Some("EC") => ecdsa(object, private)?,
        Some("OKP") => okp(object, private)?,
        Some("oct") => {
            Material::Secret(bytes(object, "k")?.filter(|key| !key.is_empty()).context("a key without its secret")?)
        }
        _ => bail!("unknown type of a key"),
    };
    Ok(Key { alg: alg.to_owned(), kid, material })
}

/// Certificates of a key are not used, but must be well-formed.
fn chain(value: Option<&Json>) -> Result<()> {
    let Some(value) = value else { return Ok(()) };
    let unusual = || beyond("a JSON Web Key has unusual certificates");
    let items = value.as_array().ok_or_else(unusual)?;
    for item in items {
        let text = item.as_str().ok_or_else(unusual)?;
        let bytes = base64(text.as_bytes(), Alphabet::Standard, true).ok_or_else(unusual)?;
        public_key(&bytes).map_err(|_| unusual())?;
    }
    if items.len() > 8 { Err(unusual()) } else { Ok(()) }
}

#[allow(clippy::many_single_char_names)]
fn rsa(object: &Map<String, Json>, private: bool) -> Result<Material> {
    let missing = "a number of an RSA key is missing";
    let number = |name: &str| bytes(object, name).map(|bytes| bytes.map(|bytes| BigUint::from_bytes_be(&bytes)));
    let (n, e) = (number("n")?.context(missing)?, number("e")?.context(missing)?);
    if n.bits() == 0 || !e.bit(0) || e.bits() > 63 {
        bail!("malformed RSA key");
    }
    let e = i64::try_from(&e)?;
    let public = PublicKey::Rsa(RsaKey { n: n.clone(), e });
    if !private {
        return Ok(Material::Public(public));
    }
    let wanted = |name| number(name)?.context(missing);
    let (d, p, q) = (wanted("d")?, wanted("p")?, wanted("q")?);
    if bytes(object, "d")?.is_none_or(|d| d.is_empty()) {
        bail!(missing);
    }
    let rest = [number("dp")?, number("dq")?, number("qi")?];
    Ok(Material::Rsa { public, secret: RsaNumbers { numbers: [n, d, p, q], e, rest } })
}

fn ecdsa(object: &Map<String, Json>, private: bool) -> Result<Material> {
    let curve = match string(object, "crv")? {
        Some("P-256") => Curve::P256,
        Some("P-384") => Curve::P384,
        Some("P-521") => Curve::P521,
        _ => bail!("unknown curve of a key"),
    };
    let coordinate = |name| {
        let bytes = bytes(object, name)?.filter(|bytes| bytes.len() == curve.size());
        bytes.context("a number of an EC key has the wrong length")
    };
    let (x, y) = (coordinate("x")?, coordinate("y")?);
    let point = Point::uncompressed(curve, &[[4].as_slice(), &x, &y].concat()).context("a point not on its curve")?;
    let public = PublicKey::Ecdsa(point);
    if !private {
        return Ok(Material::Public(public));
    }
    coordinate("d")?;
    Ok(Material::Ecdsa(public))
}

fn okp(object: &Map<String, Json>, private: bool) -> Result<Material> {
    let curve = string(object, "crv")?;
    let number = |name| -> Result<[u8; 32]> {
        let bytes = bytes(object, name)?.context("a number of a key is missing")?;
        bytes.try_into().ok().context("a number of a key has the wrong length")
    };
    let x = number("x")?;
    match curve {
        Some("Ed25519") if private => {
            let seed = number("d")?;
            if ed25519_public(&seed) != x {
                bail!("a key that contradicts itself");
            }
            Ok(Material::Ed25519 { public: PublicKey::Ed25519(x), seed })
        }
        Some("Ed25519") => Ok(Material::Public(PublicKey::Ed25519(x))),
        Some("X25519") => {
            if private {
                number("d")?;
            }
            Ok(Material::Public(PublicKey::X25519))
        }
        _ => bail!("unknown curve of a key"),
    }
}
