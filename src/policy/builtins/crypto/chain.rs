//! Chains of certificates, checked as Go's `crypto/x509` checks them.

use std::net::IpAddr;

use anyhow::{Result, bail};
use regorus::Value;

use super::super::NOW;
use super::certificate::{self, Certificate, digest_of};
use super::constraints;
use super::der::{Der, tag};
use super::key::PublicKey;
use super::rsa::Salt;
use super::{beyond, json};

/// How many signatures may be checked to find a chain.
const MOST_SIGNATURES: usize = 100;

/// What is asked of a chain.
struct Options {
    dns_name: String,
    /// Nanoseconds since 1970.
    now: i64,
    usages: Vec<u64>,
}

/// Extended key usages by the names OPA gives them.
const USAGES: [(&str, u64); 14] = [
    ("KeyUsageAny", 0),
    ("KeyUsageServerAuth", 1),
    ("KeyUsageClientAuth", 2),
    ("KeyUsageCodeSigning", 3),
    ("KeyUsageEmailProtection", 4),
    ("KeyUsageIPSECEndSystem", 5),
    ("KeyUsageIPSECTunnel", 6),
    ("KeyUsageIPSECUser", 7),
    ("KeyUsageTimeStamping", 8),
    ("KeyUsageOCSPSigning", 9),
    ("KeyUsageMicrosoftServerGatedCrypto", 10),
    ("KeyUsageNetscapeServerGatedCrypto", 11),
    ("KeyUsageMicrosoftCommercialCodeSigning", 12),
    ("KeyUsageMicrosoftKernelCodeSigning", 13),
];

impl Options {
    fn new() -> Self {
        Self { dns_name: String::new(), now: NOW.get(), usages: Vec::new() }
    }

    fn read(value: &Value) -> Result<Self> {
        let mut options = Self::new();
        for (key, value) in value.as_object()?.iter() {
            let Value::String(key) = key else { continue };
            match key.as_ref() {
                "DNSName" => value.as_string()?.trim_matches('"').clone_into(&mut options.dns_name),
                "CurrentTime" => options.now = value.as_i64()?,
                // Read, and nothing else.
                "MaxConstraintComparisons" => drop(value.as_i64()?),
                "KeyUsages" => {
                    let items: Vec<&Value> = match value {
                        Value::Array(items) => items.iter().collect(),
                        Value::Set(items) => items.iter_sorted().collect(),
                        _ => bail!("wants an array or a set of usages"),
                    };
                    for item in items {
                        let Value::String(name) = item else { continue };
                        let known = USAGES.iter().find(|(known, _)| *known == name.trim_matches('"'));
                        options.usages.push(known.map(|(_, usage)| *usage).ok_or_else(|| anyhow::anyhow!("a usage"))?);
                    }
                }
                _ => bail!("unknown option"),
            }
        }
        Ok(options)
    }
}

fn failed() -> Value {
    Value::from(vec![Value::from(false), Value::new_array()])
}

pub(super) fn parse_and_verify(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text)] = arguments else { bail!("wants a string") };
    verified(text, || Ok(Options::new()), true)
}

pub(super) fn parse_and_verify_with_options(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text), options @ Value::Object(_)] = arguments else { bail!("wants a string and an object") };
    verified(text, || Options::read(options), false)
}

fn verified(text: &str, options: impl Fn() -> Result<Options>, uri_strings: bool) -> Result<Value> {
    let Ok(bytes) = super::certificate_bytes(text) else { return Ok(failed()) };
    let Ok(all) = certificate::all(&bytes) else { return Ok(failed()) };
    let options = options()?;
    let (Some((root, rest)), true) = (all.split_first(), all.len() > 1) else { return Ok(failed()) };
    let Some((leaf, intermediates)) = rest.split_last() else { return Ok(failed()) };
    let mut pool: Vec<&Certificate> = Vec::new();
    for certificate in intermediates {
        if !pool.iter().any(|other| other.raw == certificate.raw) {
            pool.push(certificate);
        }
    }
    let mut search = Search { root, intermediates: pool, options: &options, signatures: 0, chains: Vec::new() };
    Ok(match search.chain(leaf)? {
        Some(chain) => {
            Value::from(vec![Value::from(true), json::all(&chain, |certificate| certificate.value(uri_strings))])
        }
        None => failed(),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Root,
    Intermediate,
    Leaf,
}

struct Search<'c, 'd> {
    root: &'c Certificate<'d>,
    intermediates: Vec<&'c Certificate<'d>>,
    options: &'c Options,
    signatures: usize,
    chains: Vec<Vec<&'c Certificate<'d>>>,
}

impl<'c, 'd> Search<'c, 'd> {
    /// The first chain from a leaf to the root that is fine.
    fn chain(&mut self, leaf: &'c Certificate<'d>) -> Result<Option<Vec<&'c Certificate<'d>>>> {
        if !self.is_valid(leaf, Role::Leaf, &[]) {
            return Ok(None);
        }
        if !self.options.dns_name.is_empty() && !is_for_host(leaf, &self.options.dns_name) {
            return Ok(None);
        }
        if leaf.raw == self.root.raw {
            self.chains.push(vec![leaf]);
        } else {
            self.extend(&[leaf])?;
        }
        for chain in std::mem::take(&mut self.chains) {
            check_policies(&chain)?;
            if self.usages_are_fine(&chain) && constraints::hold(&chain)? {
                return Ok(Some(chain));
            }
        }
        Ok(None)
    }

    /// Every way to the root from the last certificate of a chain.
    fn extend(&mut self, chain: &[&'c Certificate<'d>]) -> Result<()> {
        let Some(child) = chain.last() else { return Ok(()) };
        for (role, pool) in [(Role::Root, vec![self.root]), (Role::Intermediate, self.intermediates.clone())] {
            let mut parents: Vec<_> =
                pool.into_iter().filter(|parent| parent.raw_subject == child.raw_issuer).collect();
            parents.sort_by_key(|parent| likelihood(parent, child));
            for parent in parents {
                self.signatures += 1;
                if self.signatures > MOST_SIGNATURES {
                    return Err(beyond("a chain of certificates takes more than 100 signatures to check"));
                }
                if parent.key.is_none()
                    || is_in(parent, chain)
                    || !is_signed_by(child, parent)?
                    || !self.is_valid(parent, role, chain)
                {
                    continue;
                }
                let longer = [chain, &[parent]].concat();
                if role == Role::Root {
                    self.chains.push(longer);
                } else {
                    self.extend(&longer)?;
                }
            }
        }
        Ok(())
    }

    fn is_valid(&self, certificate: &Certificate, role: Role, chain: &[&Certificate]) -> bool {
        let now = i128::from(self.options.now);
        let nanoseconds = |time: &super::name::Time| i128::from(time.seconds) * 1_000_000_000;
        let intermediates = i64::try_from(chain.len()).unwrap_or(i64::MAX) - 1;
        certificate.unhandled.is_empty()
            && now >= nanoseconds(&certificate.not_before)
            && now <= nanoseconds(&certificate.not_after)
            && (role != Role::Intermediate || certificate.basic_valid && certificate.is_ca)
            && !(certificate.basic_valid && certificate.max_path >= 0 && intermediates > certificate.max_path)
    }

    /// Whether one of the wanted usages is allowed all along the chain.
    fn usages_are_fine(&self, chain: &[&Certificate]) -> bool {
        let mut wanted = self.options.usages.clone();
        if wanted.contains(&0) {
            return true;
        }
        if wanted.is_empty() {
            wanted.push(1);
        }
        for certificate in chain.iter().rev() {
            let usages = &certificate.extended_usage;
            if usages.is_empty() && certificate.unknown_usage.is_empty() || usages.contains(&0) {
                continue;
            }
            wanted.retain(|usage| usages.contains(usage));
            if wanted.is_empty() {
                return false;
            }
        }
        true
    }
}

/// Parents whose key identifier fits come first, then those that have none.
fn likelihood(parent: &Certificate, child: &Certificate) -> u8 {
    let subject = parent.subject_key.as_deref().unwrap_or_default();
    let authority = child.authority_key.as_deref().unwrap_or_default();
    match (subject == authority, subject.is_empty() != authority.is_empty()) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => 2,
    }
}

/// Whether a chain has a certificate for the same subject, key and names.
fn is_in(candidate: &Certificate, chain: &[&Certificate]) -> bool {
    fn names<'d>(certificate: &Certificate<'d>) -> Option<&'d [u8]> {
        certificate.extensions.iter().find(|extension| extension.id == [2, 5, 29, 17]).map(|extension| extension.value)
    }
    for other in chain {
        if candidate.raw_subject != other.raw_subject || candidate.raw_key != other.raw_key {
            continue;
        }
        match (names(candidate), names(other)) {
            (None, None) => return true,
            (Some(one), Some(two)) if one == two => return true,
            (Some(_), Some(_)) => {}
            (None, Some(_)) | (Some(_), None) => return false,
        }
    }
    false
}

/// Whether a certificate may sign others, and signed this one.
fn is_signed_by(child: &Certificate, parent: &Certificate) -> Result<bool> {
    const SIGNS_CERTIFICATES: u64 = 1 << 5;
    if parent.version == 3 && !parent.basic_valid || parent.basic_valid && !parent.is_ca {
        return Ok(false);
    }
    if parent.key_usage != 0 && parent.key_usage & SIGNS_CERTIFICATES == 0 {
        return Ok(false);
    }
    let Some(key) = &parent.key else { return Ok(false) };
    let (algorithm, signature) = (child.signature_algorithm, child.signature.as_slice());
    let Some(hash) = digest_of(algorithm) else {
        return Ok(algorithm == 16 && key.verify_ed25519(child.raw_tbs, signature));
    };
    let digest = hash.digest(&[child.raw_tbs]);
    match algorithm {
        4..=6 => key.verify_pkcs1(hash, &digest, signature),
        13..=15 => key.verify_pss(hash, &digest, signature, Salt::AsHash),
        _ => Ok(is_ecdsa(key, &digest, signature).unwrap_or(false)),
    }
}

/// Whether a signature of DER, a sequence of two numbers, is one of ECDSA.
fn is_ecdsa(key: &PublicKey, digest: &[u8], signature: &[u8]) -> Option<bool> {
    let mut der = Der(signature);
    let mut sequence = der.read(tag::SEQUENCE)?;
    let (r, s) = (sequence.integer()?, sequence.integer()?);
    if !der.is_empty() || !sequence.is_empty() {
        return None;
    }
    let (r, s) = (r.to_biguint()?, s.to_biguint()?);
    let PublicKey::Ecdsa(point) = key else { return None };
    Some(point.verify(digest, &r.to_bytes_be(), &s.to_bytes_be()))
}

/// Without a demand for policies, only odd mappings of them can make a chain invalid.
fn check_policies(chain: &[&Certificate]) -> Result<()> {
    let Some((_, below)) = chain.split_last() else { return Ok(()) };
    let demands =
        |certificate: &&Certificate| certificate.explicit_policy.is_some() || !certificate.mappings.is_empty();
    if below.iter().any(demands) {
        return Err(beyond("a chain of certificates demands policies, or maps them"));
    }
    Ok(())
}

/// Whether a certificate is for a host name, or an address.
fn is_for_host(certificate: &Certificate, host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).filter(|bare| !bare.is_empty());
    if let Ok(address) = bare.unwrap_or(host).parse::<IpAddr>() {
        let is_it = |bytes: &Vec<u8>| {
            let of_four = <[u8; 4]>::try_from(bytes.as_slice()).map(IpAddr::from);
            let other = of_four.or_else(|_| <[u8; 16]>::try_from(bytes.as_slice()).map(IpAddr::from));
            other.is_ok_and(|other| other.to_canonical() == address.to_canonical())
        };
        return certificate.names.ips.iter().any(is_it);
    }
    let host = host.to_ascii_lowercase();
    let bare = host.strip_suffix('.').unwrap_or(&host);
    let plain = is_host(bare, false);
    certificate.names.dns.iter().any(|name| {
        let name = name.to_ascii_lowercase();
        if plain && is_host(&name, true) {
            match name.strip_prefix("*.") {
                Some(rest) => bare.split_once('.').is_some_and(|(_, after)| after == rest),
                None => name == bare,
            }
        } else {
            !matches!(host.as_str(), "" | ".") && !matches!(name.as_str(), "" | ".") && name == host
        }
    })
}

/// Whether a text is a host name, or a pattern of them.
fn is_host(host: &str, pattern: bool) -> bool {
    let plain = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    host != "*"
        && host.split('.').enumerate().all(|(index, label)| pattern && index == 0 && label == "*" || plain(label))
}
