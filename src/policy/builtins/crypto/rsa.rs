//! RSA over big numbers: what a signature says, and signatures of PKCS #1, which are always the same.
//!
//! Checking one needs no secret. Signing is for keys that a policy has in its own text or data: whoever pushes
//! sees no more of the time it takes than of the rest of the push.

use anyhow::Result;
use num_bigint::BigUint;

use super::hash::Hash;

/// Beyond this many bits, arithmetic takes too long.
const MOST_BITS: u64 = 16_384;

/// How long the salt of a PSS signature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Salt {
    Any,
    AsHash,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct PublicKey {
    pub(in super::super) n: BigUint,
    pub(in super::super) e: i64,
}

/// A big-endian number in so many bytes, if it fits.
pub(super) fn padded(bytes: &[u8], size: usize) -> Option<Vec<u8>> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = bytes.get(zeros..)?;
    let mut out = vec![0; size.checked_sub(digits.len())?];
    out.extend(digits);
    Some(out)
}

/// What is signed by PKCS #1 1.5: the digest and its algorithm, filled up; `None` where the key is too short for it.
fn encoded(hash: Hash, digest: &[u8], size: usize) -> Option<Vec<u8>> {
    let prefix = hash.prefix();
    let filling = size.checked_sub(prefix.len() + digest.len() + 3).filter(|filling| *filling >= 8)?;
    let mut out = vec![0, 1];
    out.extend(std::iter::repeat_n(0xff, filling));
    out.push(0);
    out.extend(prefix);
    out.extend(digest);
    Some(out)
}

/// MGF1: as many bytes as wanted from a seed.
fn mask(hash: Hash, seed: &[u8], length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(length + hash.size());
    for counter in 0_u32.. {
        if out.len() >= length {
            break;
        }
        out.extend(hash.digest(&[seed, &counter.to_be_bytes()]));
    }
    out.truncate(length);
    out
}

impl PublicKey {
    fn size(&self) -> usize {
        usize::try_from(self.n.bits().div_ceil(8)).unwrap_or(usize::MAX)
    }

    /// Whether Go takes the key for safe and sound.
    fn is_usable(&self) -> Result<bool> {
        if self.n.bits() > MOST_BITS {
            return Err(super::beyond("an RSA key has more than 16384 bits"));
        }
        let odd = self.n.bit(0) && self.e & 1 == 1;
        Ok(odd && self.n.bits() >= 1024 && (2..=i64::from(i32::MAX)).contains(&self.e))
    }

    /// What was signed, in as many bytes as the key has.
    fn open(&self, signature: &[u8]) -> Result<Option<Vec<u8>>> {
        if !self.is_usable()? || signature.len() != self.size() {
            return Ok(None);
        }
        let number = BigUint::from_bytes_be(signature);
        let exponent = BigUint::from(self.e.unsigned_abs());
        Ok((number < self.n)
            .then(|| number.modpow(&exponent, &self.n))
            .and_then(|message| padded(&message.to_bytes_be(), self.size())))
    }

    pub(super) fn verify_pkcs1(&self, hash: Hash, digest: &[u8], signature: &[u8]) -> Result<bool> {
        let message = self.open(signature)?;
        Ok(message.is_some() && message == encoded(hash, digest, self.size()))
    }

    pub(super) fn verify_pss(&self, hash: Hash, digest: &[u8], signature: &[u8], salt: Salt) -> Result<bool> {
        let opened = self.open(signature)?;
        Ok(opened.and_then(|message| self.is_pss(hash, digest, &message, salt)).unwrap_or(false))
    }

    fn is_pss(&self, hash: Hash, digest: &[u8], message: &[u8], salt: Salt) -> Option<bool> {
        let bits = self.n.bits() - 1;
        let length = usize::try_from(bits.div_ceil(8)).ok()?;
        let (zeros, message) = message.split_at_checked(message.len().checked_sub(length)?)?;
        let (message, end) = message.split_at_checked(length.checked_sub(1)?)?;
        let (masked, sum) = message.split_at_checked(message.len().checked_sub(hash.size())?)?;
        let unused = u32::try_from(8 * u64::try_from(length).ok()? - bits).ok()?;
        let first = 0xff_u8 >> unused;
        if end != [0xbc] || zeros.iter().any(|byte| *byte != 0) || masked.first()? & !first != 0 {
            return None;
        }
        let mask = mask(hash, sum, masked.len());
        let mut plain: Vec<u8> = masked.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
        *plain.first_mut()? &= first;
        let (filling, found) = plain.split_at_checked(plain.iter().position(|byte| *byte == 1)?)?;
        let found = found.get(1..)?;
        let right = match salt {
            Salt::Any => true,
            Salt::AsHash => found.len() == hash.size(),
        };
        let empty = filling.iter().all(|byte| *byte == 0);
        Some(right && empty && hash.digest(&[&[0; 8], digest, found]) == sum)
    }

    /// Signs with a private exponent; `None` where the key is too short.
    pub(super) fn sign_pkcs1(&self, d: &BigUint, hash: Hash, digest: &[u8]) -> Result<Option<Vec<u8>>> {
        if !self.is_usable()? {
            return Ok(None);
        }
        let Some(message) = encoded(hash, digest, self.size()) else { return Ok(None) };
        let signature = BigUint::from_bytes_be(&message).modpow(d, &self.n);
        Ok(padded(&signature.to_bytes_be(), self.size()))
    }
}
