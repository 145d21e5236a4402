//! `crypto.*`: digests, certificates, requests for them, and keys.
//!
//! Answers are those of OPA, which are those of Go's standard library. What is known to be answered otherwise ends
//! the evaluation without a verdict (`beyond`). No secret gets into a message.

mod certificate;
mod chain;
#[cfg(test)]
mod compare_test;
mod constraints;
mod der;
mod extensions;
mod hash;
mod json;
mod key;
mod name;
mod private;
mod request;
mod rsa;
mod text;
mod uri;

use anyhow::{Context, Result, bail};
use regorus::Value;

use self::der::{Der, tag};
use super::{Own, fault};

pub(super) use certificate::public_key;
pub(super) use hash::{Hash, same};
pub(super) use key::{Curve, Point, PublicKey};
pub(super) use private::{Rsa as RsaSecret, ed25519_public};
pub(super) use rsa::{PublicKey as RsaKey, Salt};
pub(super) use text::{Alphabet, base64, hex, lossy, pem, to_base64};

pub(super) const TABLE: &[Own] = &[
    own!("crypto.md5", 1, hash::md5),
    own!("crypto.sha1", 1, hash::sha1),
    own!("crypto.sha256", 1, hash::sha256),
    own!("crypto.hmac.md5", 2, hash::hmac_md5),
    own!("crypto.hmac.sha1", 2, hash::hmac_sha1),
    own!("crypto.hmac.sha256", 2, hash::hmac_sha256),
    own!("crypto.hmac.sha512", 2, hash::hmac_sha512),
    own!("crypto.hmac.equal", 2, hash::hmac_equal),
    own!("crypto.x509.parse_certificates", 1, parse_certificates),
    own!("crypto.x509.parse_and_verify_certificates", 1, chain::parse_and_verify),
    own!("crypto.x509.parse_and_verify_certificates_with_options", 2, chain::parse_and_verify_with_options),
    own!("crypto.x509.parse_certificate_request", 1, request::parse),
    own!("crypto.x509.parse_rsa_private_key", 1, private::jwk),
    own!("crypto.x509.parse_keypair", 2, private::pair),
    own!("crypto.parse_private_keys", 1, private::parse_all),
];

/// The error of what we know to answer otherwise than OPA: there will be no verdict.
pub(super) fn beyond(what: &str) -> anyhow::Error {
    fault::fault(format!("pushgate cannot tell what OPA would answer: {what}"));
    anyhow::anyhow!("{what}")
}

/// What Go reads with `encoding/asn1`, which is not as strict as `cryptobyte`: where such a structure is malformed
/// inside of its outermost header, Go may still read it.
fn if_strict<T>(bytes: &[u8], result: Result<T>) -> Result<T> {
    let is_sequence = || Der(bytes).element(tag::SEQUENCE).is_some_and(|whole| whole.whole.len() == bytes.len());
    match result {
        Err(error) if error.to_string().starts_with("malformed") && is_sequence() => {
            Err(beyond("a private key or certificate request is malformed"))
        }
        other => other,
    }
}

/// The bytes of all certificates in a text of PEM, of base64 of PEM, or of base64 of DER.
fn certificate_bytes(text: &str) -> Result<Vec<u8>> {
    if text.starts_with("-----BEGIN") {
        return from_pem(text.as_bytes());
    }
    let bytes = base64(text.as_bytes(), Alphabet::Standard, true).context("malformed base64")?;
    if bytes.starts_with(b"-----BEGIN") { from_pem(&bytes) } else { Ok(bytes) }
}

fn from_pem(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some((block, next)) = pem(rest) {
        if block.label != b"CERTIFICATE" {
            bail!("a PEM block that is no certificate");
        }
        bytes.extend(block.bytes);
        rest = next;
    }
    Ok(bytes)
}

fn parse_certificates(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text)] = arguments else { bail!("wants a string") };
    let bytes = certificate_bytes(text)?;
    let certificates = certificate::all(&bytes)?;
    Ok(json::all(&certificates, |certificate| certificate.value(true)))
}
