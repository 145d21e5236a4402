//! Public keys, and whether a signature is theirs.

use anyhow::{Context, Result, bail};
use ed25519_dalek::Verifier as _;
use num_bigint::{BigInt, BigUint, Sign};
use regorus::Value;

use super::der::{Der, tag};
use super::hash::Hash;
use super::{json, rsa};

/// The NIST curves that Go knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Curve {
    P224,
    P256,
    P384,
    P521,
}

impl Curve {
    pub(super) fn from_oid(oid: &[u32]) -> Option<Self> {
        match oid {
            [1, 3, 132, 0, 33] => Some(Self::P224),
            [1, 2, 840, 10045, 3, 1, 7] => Some(Self::P256),
            [1, 3, 132, 0, 34] => Some(Self::P384),
            [1, 3, 132, 0, 35] => Some(Self::P521),
            _ => None,
        }
    }

    /// Bytes of a coordinate.
    pub(in super::super) fn size(self) -> usize {
        match self {
            Self::P224 => 28,
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// Calls a macro with the crate of a curve.
macro_rules! with_curve {
    ($curve:expr, $body:ident) => {
        match $curve {
            Curve::P224 => $body!(p224),
            Curve::P256 => $body!(p256),
            Curve::P384 => $body!(p384),
            Curve::P521 => $body!(p521),
        }
    };
}

/// A point of a curve, as `04 x y`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Point {
    pub(in super::super) curve: Curve,
    bytes: Vec<u8>,
}

impl Point {
    /// Reads `04 x y`, if it lies on the curve.
    pub(in super::super) fn uncompressed(curve: Curve, bytes: &[u8]) -> Option<Self> {
        if bytes.first() != Some(&4) || bytes.len() != 1 + 2 * curve.size() {
            return None;
        }
        macro_rules! is_on_curve {
            ($krate:ident) => {
                $krate::PublicKey::from_sec1_bytes(bytes).is_ok()
            };
        }
        with_curve!(curve, is_on_curve).then(|| Self { curve, bytes: bytes.to_vec() })
    }

    /// The public point of a private key of as many bytes as a coordinate.
    pub(super) fn of_private(curve: Curve, private: &[u8]) -> Option<Self> {
        if private.len() != curve.size() {
            return None;
        }
        macro_rules! multiply {
            ($krate:ident) => {{
                use $krate::elliptic_curve::sec1::ToEncodedPoint as _;
                let key = $krate::SecretKey::from_slice(private).ok()?;
                key.public_key().to_encoded_point(false).as_bytes().to_vec()
            }};
        }
        let bytes = with_curve!(curve, multiply);
        Some(Self { curve, bytes })
    }

    pub(super) fn coordinates(&self) -> (&[u8], &[u8]) {
        self.bytes.get(1..).unwrap_or_default().split_at(self.curve.size())
    }

    /// Whether `r` and `s`, big-endian numbers, are a signature of a digest.
    pub(super) fn verify(&self, digest: &[u8], r: &[u8], s: &[u8]) -> bool {
        let size = self.curve.size();
        let (Some(mut signature), Some(s)) = (rsa::padded(r, size), rsa::padded(s, size)) else { return false };
        signature.extend(s);
        let mut digest = digest.to_vec();
        if digest.len() < size {
            digest.splice(0..0, std::iter::repeat_n(0, size - digest.len()));
        }
        macro_rules! verify {
            ($krate:ident) => {{
                use $krate::ecdsa::signature::hazmat::PrehashVerifier as _;
                let key = $krate::ecdsa::VerifyingKey::from_sec1_bytes(&self.bytes);
                let signature = $krate::ecdsa::Signature::from_slice(&signature);
                matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_prehash(&digest, &signature).is_ok())
            }};
        }
        with_curve!(self.curve, verify)
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum PublicKey {
    Rsa(rsa::PublicKey),
    Ecdsa(Point),
    Ed25519([u8; 32]),
    X25519,
    Dsa { y: BigInt, p: BigInt, q: BigInt, g: BigInt },
}

pub(super) const OID_RSA: &[u32] = &[1, 2, 840, 113_549, 1, 1, 1];
pub(super) const OID_DSA: &[u32] = &[1, 2, 840, 10040, 4, 1];
pub(super) const OID_ECDSA: &[u32] = &[1, 2, 840, 10045, 2, 1];
pub(super) const OID_X25519: &[u32] = &[1, 3, 101, 110];
pub(super) const OID_ED25519: &[u32] = &[1, 3, 101, 112];

/// A `SubjectPublicKeyInfo` without its outermost header.
#[derive(Clone, Debug)]
pub(super) struct KeyInfo<'d> {
    pub(super) algorithm: Vec<u32>,
    /// With their header; empty where there are none.
    pub(super) parameters: &'d [u8],
    pub(super) key: Vec<u8>,
}

/// Reads an algorithm: its identifier, and its parameters with their header.
pub(super) fn algorithm<'d>(der: &mut Der<'d>) -> Result<(Vec<u32>, &'d [u8])> {
    let oid = der.oid().context("malformed algorithm")?;
    let parameters = if der.is_empty() { &[] } else { der.any().context("malformed algorithm")?.whole };
    Ok((oid, parameters))
}

impl<'d> KeyInfo<'d> {
    pub(super) fn parse(mut der: Der<'d>) -> Result<Self> {
        let mut identifier = der.read(tag::SEQUENCE).context("malformed public key")?;
        let (algorithm, parameters) = algorithm(&mut identifier)?;
        let key = der.bits().context("malformed public key")?.right_aligned();
        Ok(Self { algorithm, parameters, key })
    }

    /// Go's number for the algorithm; 0 for one it does not know in a certificate.
    pub(super) fn number(&self) -> u64 {
        match self.algorithm.as_slice() {
            OID_RSA => 1,
            OID_DSA => 2,
            OID_ECDSA => 3,
            OID_ED25519 => 4,
            _ => 0,
        }
    }

    pub(super) fn public_key(&self) -> Result<PublicKey> {
        let mut key = Der(&self.key);
        let mut parameters = Der(self.parameters);
        match self.algorithm.as_slice() {
            OID_RSA => {
                if self.parameters != [5, 0] {
                    bail!("an RSA key without its parameter NULL");
                }
                let mut key = key.read(tag::SEQUENCE).context("wrong RSA key")?;
                let n = key.integer().context("wrong RSA modulus")?;
                let e = key.int64().context("wrong RSA exponent")?;
                if n.sign() != Sign::Plus || e <= 0 {
                    bail!("an RSA key with a number that is not positive");
                }
                Ok(PublicKey::Rsa(rsa::PublicKey { n: n.magnitude().clone(), e }))
            }
            OID_ECDSA => {
                let oid = parameters.oid().context("wrong curve")?;
                let curve = Curve::from_oid(&oid).context("unsupported curve")?;
                Point::uncompressed(curve, &self.key).map(PublicKey::Ecdsa).context("wrong point of a curve")
            }
            OID_ED25519 | OID_X25519 => {
                let bytes: [u8; 32] = self.key.as_slice().try_into().context("a key of the wrong length")?;
                if !self.parameters.is_empty() {
                    bail!("a key with parameters that has none");
                }
                Ok(if self.algorithm == OID_ED25519 { PublicKey::Ed25519(bytes) } else { PublicKey::X25519 })
            }
            OID_DSA => {
                let y = key.integer().context("wrong DSA key")?;
                let mut parameters = parameters.read(tag::SEQUENCE).context("wrong DSA parameters")?;
                let mut number = || parameters.integer().context("wrong DSA parameters");
                let (p, q, g) = (number()?, number()?, number()?);
                if [&y, &p, &q, &g].iter().any(|number| number.sign() != Sign::Plus) {
                    bail!("a DSA key with a number that is not positive");
                }
                Ok(PublicKey::Dsa { y, p, q, g })
            }
            _ => bail!("unknown algorithm of a public key"),
        }
    }
}

impl PublicKey {
    /// Reads what stands in a PEM block `PUBLIC KEY`.
    pub(in super::super) fn from_info(bytes: &[u8]) -> Result<Self> {
        let mut der = Der(bytes);
        let info = der.read(tag::SEQUENCE).context("malformed public key")?;
        if !der.is_empty() {
            bail!("data after a public key");
        }
        KeyInfo::parse(info)?.public_key()
    }

    /// Whether this is what signed a text with `r s`, halves of equal length.
    pub(in super::super) fn verify_halves(&self, digest: &[u8], signature: &[u8]) -> bool {
        let (r, s) = signature.split_at(signature.len() / 2);
        matches!(self, Self::Ecdsa(point) if point.verify(digest, r, s))
    }

    pub(in super::super) fn verify_ed25519(&self, message: &[u8], signature: &[u8]) -> bool {
        let Self::Ed25519(key) = self else { return false };
        let key = ed25519_dalek::VerifyingKey::from_bytes(key);
        let signature = ed25519_dalek::Signature::from_slice(signature);
        matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(message, &signature).is_ok())
    }

    pub(in super::super) fn verify_pkcs1(&self, hash: Hash, digest: &[u8], signature: &[u8]) -> Result<bool> {
        match self {
            Self::Rsa(key) => key.verify_pkcs1(hash, digest, signature),
            Self::Ecdsa(_) | Self::Ed25519(_) | Self::X25519 | Self::Dsa { .. } => Ok(false),
        }
    }

    pub(in super::super) fn verify_pss(
        &self,
        hash: Hash,
        digest: &[u8],
        signature: &[u8],
        salt: rsa::Salt,
    ) -> Result<bool> {
        match self {
            Self::Rsa(key) => key.verify_pss(hash, digest, signature, salt),
            Self::Ecdsa(_) | Self::Ed25519(_) | Self::X25519 | Self::Dsa { .. } => Ok(false),
        }
    }

    /// The fields of the key as Go writes them.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Rsa(key) => json::object([("N", json::natural(&key.n)), ("E", Value::from(key.e))]),
            Self::Ecdsa(point) => {
                let (x, y) = point.coordinates();
                let number = |bytes| json::natural(&BigUint::from_bytes_be(bytes));
                json::object([("Curve", Value::new_object()), ("X", number(x)), ("Y", number(y))])
            }
            Self::Ed25519(bytes) => json::bytes(bytes),
            Self::X25519 => Value::new_object(),
            Self::Dsa { y, p, q, g } => json::object([
                ("P", json::integer(p)),
                ("Q", json::integer(q)),
                ("G", json::integer(g)),
                ("Y", json::integer(y)),
            ]),
        }
    }
}
