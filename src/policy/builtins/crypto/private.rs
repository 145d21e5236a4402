//! Private keys. What is in them appears in the answer, never in a message.

use anyhow::{Context, Result, bail};
use num_bigint::{BigUint, Sign};
use regorus::Value;

use super::certificate::Certificate;
use super::der::{Der, tag};
use super::hash::Hash;
use super::key::{Curve, OID_ECDSA, OID_ED25519, OID_RSA, OID_X25519, Point, PublicKey};
use super::text::{Alphabet, base64, pem, to_base64};
use super::{beyond, if_strict, json, rsa};

/// A private key.
enum Private {
    Rsa(Rsa),
    /// The secret in as many bytes as a coordinate, and the public point.
    Ecdsa(Vec<u8>, Point),
    /// The seed and the public key.
    Ed25519([u8; 32], [u8; 32]),
    X25519,
}

/// An RSA key of two primes.
pub(in super::super) struct Rsa {
    public: rsa::PublicKey,
    d: BigUint,
    p: BigUint,
    q: BigUint,
    dp: BigUint,
    dq: BigUint,
    qinv: BigUint,
}

impl Rsa {
    /// Reads a key of PKCS #1.
    // The numbers have these names everywhere.
    #[allow(clippy::many_single_char_names)]
    fn parse(bytes: &[u8]) -> Result<Self> {
        let mut der = Der(bytes);
        let mut sequence = der.read(tag::SEQUENCE).context("malformed RSA key")?;
        if !der.is_empty() {
            bail!("data after an RSA key");
        }
        let version = sequence.int64().context("malformed RSA key")?;
        if version > 1 {
            bail!("unsupported version of an RSA key");
        }
        let mut number = || -> Result<BigUint> {
            let number = sequence.integer().context("malformed RSA key")?;
            if number.sign() == Sign::Plus { Ok(number.magnitude().clone()) } else { bail!("a number not positive") }
        };
        let n = number()?;
        let e = number()?;
        let (d, p, q) = (number()?, number()?, number()?);
        // What may be left out is left out if it looks otherwise.
        let mut rest = sequence;
        if version != 0 || !(0..3).all(|_| rest.element(tag::INTEGER).is_some()) || !rest.is_empty() {
            return Err(beyond("an RSA key is without precomputed numbers, or has more than two primes"));
        }
        let mut number = || -> Result<BigUint> {
            let number = sequence.integer().context("malformed RSA key")?;
            if number.sign() == Sign::Plus { Ok(number.magnitude().clone()) } else { bail!("a number not positive") }
        };
        let (dp, dq, qinv) = (number()?, number()?, number()?);
        let e = i64::try_from(&e).ok().context("a large exponent")?;
        let key = Self { public: rsa::PublicKey { n, e }, d, p, q, dp, dq, qinv };
        if key.is_consistent() { Ok(key) } else { bail!("an RSA key that contradicts itself") }
    }

    /// A key of the numbers `n d p q`, and of `dp dq qinv` where all of them are known.
    #[allow(clippy::many_single_char_names)]
    pub(in super::super) fn of_numbers(
        [n, d, p, q]: &[BigUint; 4],
        e: i64,
        rest: &[Option<BigUint>; 3],
    ) -> Option<Self> {
        let one = BigUint::from(1_u32);
        if *p <= one || *q <= one {
            return None;
        }
        let (dp, dq, qinv) = match rest {
            [Some(dp), Some(dq), Some(qinv)] => (dp.clone(), dq.clone(), qinv.clone()),
            _ => (d % (p - &one), d % (q - &one), q.modinv(p)?),
        };
        let public = rsa::PublicKey { n: n.clone(), e };
        let key = Self { public, d: d.clone(), p: p.clone(), q: q.clone(), dp, dq, qinv };
        key.is_consistent().then_some(key)
    }

    /// A signature of PKCS #1 1.5; `None` where the key is too short.
    pub(in super::super) fn sign(&self, hash: Hash, digest: &[u8]) -> Result<Option<Vec<u8>>> {
        self.public.sign_pkcs1(&self.d, hash, digest)
    }

    /// Whether the numbers belong together, and the key is none that is known to be weak.
    fn is_consistent(&self) -> bool {
        let Self { public: rsa::PublicKey { n, e }, d, p, q, dp, dq, qinv } = self;
        let one = BigUint::from(1_u32);
        if !n.bit(0) || !(2..=i64::from(i32::MAX)).contains(e) || e & 1 == 0 || *p <= one || *q <= one || p * q != *n {
            return false;
        }
        let e = BigUint::from(e.unsigned_abs());
        let (p1, q1) = (p - &one, q - &one);
        let apart = if p > q { p - q } else { q - p };
        let half = n.bits() / 2;
        *dp < p1
            && *dq < q1
            && qinv < p
            && (dp * &e) % &p1 == one
            && (dq * &e) % &q1 == one
            && (qinv * q) % p == one
            && d < n
            && d % &p1 == *dp
            && d % &q1 == *dq
            && apart.bits() + 100 > half
            && d.bits() > half
    }
}

impl Private {
    /// Reads a key of SEC 1; the curve is known from outside, or stands in the key.
    fn sec1(curve: Option<Curve>, bytes: &[u8]) -> Result<Self> {
        let malformed = "malformed EC key";
        let mut sequence = Der(bytes).read(tag::SEQUENCE).context(malformed)?;
        if sequence.int64().context(malformed)? != 1 {
            bail!("unsupported version of an EC key");
        }
        let secret = sequence.read(tag::OCTET_STRING).context(malformed)?.0;
        let named = match sequence.optional(tag::constructed(0)).context(malformed)? {
            Some(mut named) => Curve::from_oid(&named.oid().context(malformed)?),
            None => None,
        };
        if let Some(mut point) = sequence.optional(tag::constructed(1)).context(malformed)? {
            point.bits().context(malformed)?;
        }
        if !sequence.is_empty() {
            return Err(beyond("an EC key has something after it"));
        }
        let curve = curve.or(named).context("unknown curve")?;
        let secret = rsa::padded(secret, curve.size()).context("a secret that is too large")?;
        let point = Point::of_private(curve, &secret).context("a secret that is none of the curve")?;
        Ok(Self::Ecdsa(secret, point))
    }

    /// Reads a key of PKCS #8.
    fn pkcs8(bytes: &[u8]) -> Result<Self> {
        let malformed = "malformed private key";
        let mut sequence = Der(bytes).read(tag::SEQUENCE).context(malformed)?;
        sequence.int64().context(malformed)?;
        let mut algorithm = sequence.read(tag::SEQUENCE).context(malformed)?;
        let id = algorithm.oid().context(malformed)?;
        let mut parameters = algorithm;
        if !algorithm.is_empty() {
            algorithm.any().context(malformed)?;
        }
        let key = sequence.read(tag::OCTET_STRING).context(malformed)?.0;
        match id.as_slice() {
            OID_RSA => Rsa::parse(key).map(Self::Rsa),
            OID_ECDSA => match parameters.oid() {
                Some(id) => Self::sec1(Some(Curve::from_oid(&id).context("unknown curve")?), key),
                None => Self::sec1(None, key),
            },
            OID_ED25519 | OID_X25519 => {
                if !parameters.is_empty() {
                    bail!("a key with parameters that has none");
                }
                let secret = Der(key).read(tag::OCTET_STRING).context(malformed)?.0;
                let seed: [u8; 32] = secret.try_into().context("a key of the wrong length")?;
                if id == OID_X25519 {
                    return Ok(Self::X25519);
                }
                Ok(Self::Ed25519(seed, ed25519_public(&seed)))
            }
            _ => bail!("unknown algorithm of a private key"),
        }
    }

    /// The key that goes with this one.
    fn public(&self) -> PublicKey {
        match self {
            Self::Rsa(key) => PublicKey::Rsa(key.public.clone()),
            Self::Ecdsa(_, point) => PublicKey::Ecdsa(point.clone()),
            Self::Ed25519(_, public) => PublicKey::Ed25519(*public),
            Self::X25519 => PublicKey::X25519,
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Rsa(Rsa { public, d, p, q, dp, dq, qinv }) => json::object([
                ("N", json::natural(&public.n)),
                ("E", Value::from(public.e)),
                ("D", json::natural(d)),
                ("Primes", Value::from(vec![json::natural(p), json::natural(q)])),
                (
                    "Precomputed",
                    json::object([
                        ("Dp", json::natural(dp)),
                        ("Dq", json::natural(dq)),
                        ("Qinv", json::natural(qinv)),
                        ("CRTValues", Value::new_array()),
                    ]),
                ),
            ]),
            Self::Ecdsa(secret, point) => {
                let (x, y) = point.coordinates();
                let number = |bytes| json::natural(&BigUint::from_bytes_be(bytes));
                json::object([
                    ("Curve", Value::new_object()),
                    ("X", number(x)),
                    ("Y", number(y)),
                    ("D", number(secret)),
                ])
            }
            Self::Ed25519(seed, public) => json::bytes(&[seed.as_slice(), public].concat()),
            Self::X25519 => Value::new_object(),
        }
    }

    /// The key as a JSON Web Key.
    fn jwk(&self) -> Result<Value> {
        let text = |bytes: &[u8]| Value::from(to_base64(bytes, Alphabet::Url, false));
        let number = |number: &BigUint| text(&number.to_bytes_be());
        Ok(match self {
            Self::Rsa(Rsa { public, d, p, q, dp, dq, qinv }) => json::object([
                ("kty", json::text("RSA")),
                ("n", number(&public.n)),
                ("e", number(&BigUint::from(public.e.unsigned_abs()))),
                ("d", number(d)),
                ("p", number(p)),
                ("q", number(q)),
                ("dp", number(dp)),
                ("dq", number(dq)),
                ("qi", number(qinv)),
            ]),
            Self::Ecdsa(secret, point) => {
                let name = match point.curve {
                    Curve::P224 => bail!("no JSON Web Key has this curve"),
                    Curve::P256 => "P-256",
                    Curve::P384 => "P-384",
                    Curve::P521 => "P-521",
                };
                let (x, y) = point.coordinates();
                json::object([
                    ("kty", json::text("EC")),
                    ("crv", json::text(name)),
                    ("x", text(x)),
                    ("y", text(y)),
                    ("d", text(secret)),
                ])
            }
            Self::Ed25519(seed, public) => json::object([
                ("kty", json::text("OKP")),
                ("crv", json::text("Ed25519")),
                ("x", text(public)),
                ("d", text(seed)),
            ]),
            Self::X25519 => return Err(beyond("a private key is one of X25519")),
        })
    }
}

/// The public key of a seed.
pub(in super::super) fn ed25519_public(seed: &[u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// All private keys in a text of PEM, or of base64 of it; blocks of anything else are skipped.
fn keys(text: &[u8]) -> Result<Vec<Private>> {
    let decoded = base64(text, Alphabet::Standard, true);
    let mut rest = decoded.as_deref().unwrap_or(text);
    let mut keys = Vec::new();
    while let Some((block, next)) = pem(rest) {
        let mut add = |key| if_strict(&block.bytes, key).map(|key| keys.push(key));
        match block.label.as_slice() {
            b"RSA PRIVATE KEY" => add(Rsa::parse(&block.bytes).map(Private::Rsa))?,
            b"PRIVATE KEY" => add(Private::pkcs8(&block.bytes))?,
            b"EC PRIVATE KEY" => add(Private::sec1(None, &block.bytes))?,
            _ => {}
        }
        rest = next;
    }
    Ok(keys)
}

pub(super) fn parse_all(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text)] = arguments else { bail!("wants a string") };
    if text.is_empty() {
        return Ok(Value::Null);
    }
    Ok(json::all(&keys(text.as_bytes())?, Private::value))
}

pub(super) fn jwk(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text)] = arguments else { bail!("wants a string") };
    if text.is_empty() {
        bail!("no key");
    }
    let bytes = if text.starts_with("-----BEGIN") {
        text.as_bytes().to_vec()
    } else {
        base64(text.as_bytes(), Alphabet::Standard, true).context("malformed base64")?
    };
    keys(&bytes)?.first().map_or(Ok(Value::Null), Private::jwk)
}

/// PEM as it is, or base64 of it, or base64 of what stands in one block.
fn blocks(text: &str) -> Result<(Vec<u8>, bool)> {
    let begins = |bytes: &[u8]| bytes.starts_with(b"-----BEGIN ");
    if begins(text.as_bytes()) {
        return Ok((text.as_bytes().to_vec(), true));
    }
    let bytes = base64(text.as_bytes(), Alphabet::Standard, true).context("malformed base64")?;
    let is_pem = begins(&bytes);
    Ok((bytes, is_pem))
}

/// A certificate with others that lead to its issuer, and its private key.
pub(super) fn pair(arguments: &[Value]) -> Result<Value> {
    let [Value::String(certificates), Value::String(key)] = arguments else { bail!("wants two strings") };
    let (certificates, is_pem) = blocks(certificates)?;
    let mut chain = Vec::new();
    if is_pem {
        let mut rest = certificates.as_slice();
        while let Some((block, next)) = pem(rest) {
            if block.label == b"CERTIFICATE" {
                chain.push(block.bytes);
            }
            rest = next;
        }
    } else {
        chain.push(certificates);
    }
    let first = chain.first().context("no certificate")?;
    let leaf = Certificate::parse(first)?;
    if leaf.raw.len() != first.len() {
        bail!("data after a certificate");
    }
    let (key, is_pem) = blocks(key)?;
    let secret = if is_pem {
        let mut rest = key.as_slice();
        loop {
            let (block, next) = pem(rest).context("no private key")?;
            if block.label == b"PRIVATE KEY" || block.label.ends_with(b" PRIVATE KEY") {
                break block.bytes;
            }
            rest = next;
        }
    } else {
        key
    };
    // The first of the formats that fits.
    let private = Rsa::parse(&secret)
        .map(Private::Rsa)
        .or_else(|_| Private::pkcs8(&secret))
        .or_else(|_| Private::sec1(None, &secret));
    let private = if_strict(&secret, private)?;
    if matches!(private, Private::X25519) || leaf.key.as_ref() != Some(&private.public()) {
        bail!("a private key that is not the certificate's");
    }
    Ok(json::object([
        ("Certificate", json::all(&chain, |bytes| json::bytes(bytes))),
        ("PrivateKey", private.value()),
        ("Leaf", leaf.value(false)),
        ("OCSPStaple", Value::Null),
        ("SignedCertificateTimestamps", Value::Null),
        ("SupportedSignatureAlgorithms", Value::Null),
    ]))
}
