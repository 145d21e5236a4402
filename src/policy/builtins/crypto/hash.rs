//! Digests, and codes made with a key.

use anyhow::{Result, bail};
use hmac::{Hmac, Mac};
use md5::Md5;
use regorus::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::text::hex;

/// The digests of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(in super::super) fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        fn all<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            parts.iter().fold(D::new(), Digest::chain_update).finalize().to_vec()
        }
        match self {
            Self::Sha256 => all::<Sha256>(parts),
            Self::Sha384 => all::<Sha384>(parts),
            Self::Sha512 => all::<Sha512>(parts),
        }
    }

    pub(super) fn size(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// What PKCS #1 writes before a digest: its algorithm.
    pub(super) fn prefix(self) -> Vec<u8> {
        let (number, size) = match self {
            Self::Sha256 => (1, 32),
            Self::Sha384 => (2, 48),
            Self::Sha512 => (3, 64),
        };
        vec![0x30, 17 + size, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, number, 5, 0, 4, size]
    }

    pub(in super::super) fn hmac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => code::<Hmac<Sha256>>(key, message),
            Self::Sha384 => code::<Hmac<Sha384>>(key, message),
            Self::Sha512 => code::<Hmac<Sha512>>(key, message),
        }
    }
}

fn code<M: Mac + hmac::digest::KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    // A key of any length is fine.
    <M as Mac>::new_from_slice(key)
        .map(|code| code.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// Whether two texts are the same, in a time that only their lengths decide.
pub(in super::super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

fn one(arguments: &[Value], digest: impl Fn(&[u8]) -> Vec<u8>) -> Result<Value> {
    let [Value::String(text)] = arguments else { bail!("wants a string") };
    Ok(Value::from(hex(&digest(text.as_bytes()))))
}

fn two(arguments: &[Value], code: impl Fn(&[u8], &[u8]) -> Vec<u8>) -> Result<Value> {
    let [Value::String(message), Value::String(key)] = arguments else { bail!("wants two strings") };
    Ok(Value::from(hex(&code(key.as_bytes(), message.as_bytes()))))
}

pub(super) fn md5(arguments: &[Value]) -> Result<Value> {
    one(arguments, |text| Md5::digest(text).to_vec())
}

pub(super) fn sha1(arguments: &[Value]) -> Result<Value> {
    one(arguments, |text| Sha1::digest(text).to_vec())
}

pub(super) fn sha256(arguments: &[Value]) -> Result<Value> {
    one(arguments, |text| Sha256::digest(text).to_vec())
}

pub(super) fn hmac_md5(arguments: &[Value]) -> Result<Value> {
    two(arguments, code::<Hmac<Md5>>)
}

pub(super) fn hmac_sha1(arguments: &[Value]) -> Result<Value> {
    two(arguments, code::<Hmac<Sha1>>)
}

pub(super) fn hmac_sha256(arguments: &[Value]) -> Result<Value> {
    two(arguments, code::<Hmac<Sha256>>)
}

pub(super) fn hmac_sha512(arguments: &[Value]) -> Result<Value> {
    two(arguments, code::<Hmac<Sha512>>)
}

pub(super) fn hmac_equal(arguments: &[Value]) -> Result<Value> {
    let [Value::String(a), Value::String(b)] = arguments else { bail!("wants two strings") };
    Ok(Value::from(same(a.as_bytes(), b.as_bytes())))
}
