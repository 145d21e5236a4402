//! Certificates, read as Go's `crypto/x509` reads them.

use std::net::IpAddr;

use anyhow::{Context, Result, bail};
use num_bigint::{BigInt, Sign};
use regorus::Value;

use super::der::{Der, Oid, tag};
use super::extensions::{AltNames, Extension, Subtrees, process};
use super::hash::Hash;
use super::key::{self, KeyInfo, PublicKey};
use super::name::{self, Name, Time};
use super::{json, uri::Uri};

/// A certificate.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)]
pub(super) struct Certificate<'d> {
    pub(super) raw: &'d [u8],
    pub(super) raw_tbs: &'d [u8],
    pub(super) raw_issuer: &'d [u8],
    pub(super) raw_subject: &'d [u8],
    pub(super) raw_key: &'d [u8],
    pub(super) signature: Vec<u8>,
    pub(super) signature_algorithm: u64,
    key_algorithm: u64,
    pub(super) key: Option<PublicKey>,
    pub(super) version: i64,
    serial: BigInt,
    issuer: Name,
    pub(super) subject: Name,
    pub(super) not_before: Time,
    pub(super) not_after: Time,
    pub(super) extensions: Vec<Extension<'d>>,
    pub(super) unhandled: Vec<Oid>,
    pub(super) key_usage: u64,
    pub(super) extended_usage: Vec<u64>,
    pub(super) unknown_usage: Vec<Oid>,
    pub(super) basic_valid: bool,
    pub(super) is_ca: bool,
    pub(super) max_path: i64,
    pub(super) max_path_zero: bool,
    pub(super) subject_key: Option<Vec<u8>>,
    pub(super) authority_key: Option<Vec<u8>>,
    pub(super) ocsp: Vec<String>,
    pub(super) issuers: Vec<String>,
    pub(super) names: AltNames,
    pub(super) constraints_critical: bool,
    pub(super) permitted: Subtrees,
    pub(super) excluded: Subtrees,
    pub(super) crls: Vec<String>,
    pub(super) has_policies: bool,
    pub(super) policies: Vec<String>,
    pub(super) policy_ids: Vec<Oid>,
    pub(super) mappings: Vec<(String, String)>,
    pub(super) inhibit_any: Option<i64>,
    pub(super) inhibit_mapping: Option<i64>,
    pub(super) explicit_policy: Option<i64>,
}

/// Certificates one after the other.
pub(super) fn all(mut bytes: &[u8]) -> Result<Vec<Certificate<'_>>> {
    let mut certificates = Vec::new();
    while !bytes.is_empty() {
        let certificate = Certificate::parse(bytes)?;
        bytes = bytes.get(certificate.raw.len()..).unwrap_or_default();
        certificates.push(certificate);
    }
    Ok(certificates)
}

/// The key of exactly one certificate.
pub(in super::super) fn public_key(bytes: &[u8]) -> Result<Option<PublicKey>> {
    let certificate = Certificate::parse(bytes)?;
    if certificate.raw.len() != bytes.len() {
        bail!("data after a certificate");
    }
    Ok(certificate.key)
}

impl<'d> Certificate<'d> {
    /// Reads the certificate that the bytes begin with.
    pub(super) fn parse(bytes: &'d [u8]) -> Result<Self> {
        let malformed = "malformed certificate";
        let whole = Der(bytes).element(tag::SEQUENCE).context(malformed)?;
        let mut input = whole.content;
        let tbs_element = input.element(tag::SEQUENCE).context(malformed)?;
        let mut tbs = tbs_element.content;
        let version = match tbs.optional(tag::constructed(0)).context(malformed)? {
            None => 1,
            Some(mut explicit) => {
                let version = explicit.int64().filter(|_| explicit.is_empty()).context("malformed version")?;
                version.checked_add(1).filter(|version| (1..=3).contains(version)).context("malformed version")?
            }
        };
        let serial = tbs.integer().context("malformed serial number")?;
        if serial.sign() == Sign::Minus {
            bail!("negative serial number");
        }
        let algorithm = tbs.read(tag::SEQUENCE).context("malformed algorithm")?;
        if input.read(tag::SEQUENCE).context("malformed algorithm")?.0 != algorithm.0 {
            bail!("two algorithms of one signature");
        }
        let signature_algorithm = signature_algorithm(algorithm)?;
        let raw_issuer = tbs.element(tag::SEQUENCE).context("malformed issuer")?.whole;
        let issuer = Name::parse(raw_issuer)?;
        let mut validity = tbs.read(tag::SEQUENCE).context("malformed validity")?;
        let not_before = name::time(&mut validity)?;
        let not_after = name::time(&mut validity)?;
        let raw_subject = tbs.element(tag::SEQUENCE).context("malformed subject")?.whole;
        let subject = Name::parse(raw_subject)?;
        let key_element = tbs.element(tag::SEQUENCE).context("malformed public key")?;
        let info = KeyInfo::parse(key_element.content)?;
        let mut certificate = Self {
            raw: whole.whole,
            raw_tbs: tbs_element.whole,
            raw_issuer,
            raw_subject,
            raw_key: key_element.whole,
            signature: Vec::new(),
            signature_algorithm,
            key_algorithm: info.number(),
            key: if info.number() == 0 { None } else { Some(info.public_key()?) },
            version,
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            extensions: Vec::new(),
            unhandled: Vec::new(),
            key_usage: 0,
            extended_usage: Vec::new(),
            unknown_usage: Vec::new(),
            basic_valid: false,
            is_ca: false,
            max_path: 0,
            max_path_zero: false,
            subject_key: None,
            authority_key: None,
            ocsp: Vec::new(),
            issuers: Vec::new(),
            names: AltNames::default(),
            constraints_critical: false,
            permitted: Subtrees::default(),
            excluded: Subtrees::default(),
            crls: Vec::new(),
            has_policies: false,
            policies: Vec::new(),
            policy_ids: Vec::new(),
            mappings: Vec::new(),
            inhibit_any: None,
            inhibit_mapping: None,
            explicit_policy: None,
        };
        certificate.after_key(tbs)?;
        certificate.signature = input.bits().context("malformed signature")?.right_aligned();
        Ok(certificate)
    }

    /// What may follow the public key.
    fn after_key(&mut self, mut tbs: Der<'d>) -> Result<()> {
        if self.version > 1 {
            tbs.optional(tag::context(1)).context("malformed identifier of an issuer")?;
            tbs.optional(tag::context(2)).context("malformed identifier of a subject")?;
        }
        if self.version == 3
            && let Some(mut explicit) = tbs.optional(tag::constructed(3)).context("malformed extensions")?
        {
            let mut sequence = explicit.read(tag::SEQUENCE).context("malformed extensions")?;
            while !sequence.is_empty() {
                let extension = Extension::parse(sequence.read(tag::SEQUENCE).context("malformed extension")?)?;
                if self.extensions.iter().any(|other| other.id == extension.id) {
                    bail!("an extension stands twice");
                }
                self.extensions.push(extension);
            }
            process(self)?;
        }
        Ok(())
    }

    /// All fields, as Go's JSON has them; `uri_strings` is what OPA adds to some of its answers.
    pub(super) fn value(&self, uri_strings: bool) -> Value {
        let number = |value: Option<i64>| Value::from(value.unwrap_or(0));
        let zero = |value: Option<i64>| Value::from(value == Some(0));
        let mut value = json::object([
            ("Raw", json::bytes(self.raw)),
            ("RawTBSCertificate", json::bytes(self.raw_tbs)),
            ("RawSubjectPublicKeyInfo", json::bytes(self.raw_key)),
            ("RawSubject", json::bytes(self.raw_subject)),
            ("RawIssuer", json::bytes(self.raw_issuer)),
            ("Signature", json::bytes(&self.signature)),
            ("SignatureAlgorithm", Value::from(self.signature_algorithm)),
            ("PublicKeyAlgorithm", Value::from(self.key_algorithm)),
            ("PublicKey", self.key.as_ref().map_or(Value::Null, PublicKey::value)),
            ("Version", Value::from(self.version)),
            ("SerialNumber", json::integer(&self.serial)),
            ("Issuer", self.issuer.value()),
            ("Subject", self.subject.value()),
            ("NotBefore", json::text(&self.not_before.text)),
            ("NotAfter", json::text(&self.not_after.text)),
            ("KeyUsage", Value::from(self.key_usage)),
            ("Extensions", json::list(&self.extensions, extension)),
            ("ExtraExtensions", Value::Null),
            ("UnhandledCriticalExtensions", json::list(&self.unhandled, |id| json::oid(id))),
            ("ExtKeyUsage", json::list(&self.extended_usage, |usage| Value::from(*usage))),
            ("UnknownExtKeyUsage", json::list(&self.unknown_usage, |id| json::oid(id))),
            ("BasicConstraintsValid", Value::from(self.basic_valid)),
            ("IsCA", Value::from(self.is_ca)),
            ("MaxPathLen", Value::from(self.max_path)),
            ("MaxPathLenZero", Value::from(self.max_path_zero)),
            ("SubjectKeyId", json::bytes_or_null(self.subject_key.as_deref())),
            ("AuthorityKeyId", json::bytes_or_null(self.authority_key.as_deref())),
            ("OCSPServer", json::texts(&self.ocsp)),
            ("IssuingCertificateURL", json::texts(&self.issuers)),
            ("DNSNames", json::texts(&self.names.dns)),
            ("EmailAddresses", json::texts(&self.names.emails)),
            ("IPAddresses", json::list(&self.names.ips, |ip| ip_address(ip))),
            ("URIs", json::list(&self.names.uris, Uri::value)),
            ("PermittedDNSDomainsCritical", Value::from(self.constraints_critical)),
            ("PermittedDNSDomains", json::texts(&self.permitted.dns)),
            ("ExcludedDNSDomains", json::texts(&self.excluded.dns)),
            ("PermittedIPRanges", json::list(&self.permitted.ips, ip_range)),
            ("ExcludedIPRanges", json::list(&self.excluded.ips, ip_range)),
            ("PermittedEmailAddresses", json::texts(&self.permitted.emails)),
            ("ExcludedEmailAddresses", json::texts(&self.excluded.emails)),
            ("PermittedURIDomains", json::texts(&self.permitted.uris)),
            ("ExcludedURIDomains", json::texts(&self.excluded.uris)),
            ("CRLDistributionPoints", json::texts(&self.crls)),
            (
                "PolicyIdentifiers",
                if self.has_policies { json::all(&self.policy_ids, |id| json::oid(id)) } else { Value::Null },
            ),
            ("Policies", json::texts(&self.policies)),
            ("InhibitAnyPolicy", number(self.inhibit_any)),
            ("InhibitAnyPolicyZero", zero(self.inhibit_any)),
            ("InhibitPolicyMapping", number(self.inhibit_mapping)),
            ("InhibitPolicyMappingZero", zero(self.inhibit_mapping)),
            ("RequireExplicitPolicy", number(self.explicit_policy)),
            ("RequireExplicitPolicyZero", zero(self.explicit_policy)),
            (
                "PolicyMappings",
                json::list(&self.mappings, |(issuer, subject)| {
                    json::object([
                        ("IssuerDomainPolicy", json::text(issuer)),
                        ("SubjectDomainPolicy", json::text(subject)),
                    ])
                }),
            ),
        ]);
        if uri_strings && let Ok(fields) = value.as_object_mut() {
            let strings = json::list(&self.names.uris, |uri| Value::from(uri.text()));
            fields.insert(Value::from("URIStrings"), strings);
        }
        value
    }
}

pub(super) fn extension(extension: &Extension) -> Value {
    json::object([
        ("Id", json::oid(&extension.id)),
        ("Critical", Value::from(extension.critical)),
        ("Value", json::bytes(extension.value)),
    ])
}

pub(super) fn ip_address(bytes: &[u8]) -> Value {
    let address =
        <[u8; 4]>::try_from(bytes).map(IpAddr::from).or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from));
    address.map_or(Value::Null, |address| Value::from(address.to_canonical().to_string()))
}

fn ip_range((ip, mask): &(Vec<u8>, Vec<u8>)) -> Value {
    json::object([("IP", ip_address(ip)), ("Mask", json::bytes(mask))])
}

const ID_HASH: &[u32] = &[2, 16, 840, 1, 101, 3, 4, 2];

/// Go's number of a signature's algorithm; 0 for one it does not know.
pub(super) fn signature_algorithm(mut der: Der) -> Result<u64> {
    let (id, parameters) = key::algorithm(&mut der)?;
    Ok(match id.as_slice() {
        [1, 2, 840, 113_549, 1, 1, 4] => 2,
        [1, 2, 840, 113_549, 1, 1, 5] | [1, 3, 14, 3, 2, 29] => 3,
        [1, 2, 840, 113_549, 1, 1, 11] => 4,
        [1, 2, 840, 113_549, 1, 1, 12] => 5,
        [1, 2, 840, 113_549, 1, 1, 13] => 6,
        [1, 2, 840, 113_549, 1, 1, 10] => pss(parameters).unwrap_or(0),
        [1, 2, 840, 10040, 4, 3] => 7,
        [2, 16, 840, 1, 101, 3, 4, 3, 2] => 8,
        [1, 2, 840, 10045, 4, 1] => 9,
        [1, 2, 840, 10045, 4, 3, 2] => 10,
        [1, 2, 840, 10045, 4, 3, 3] => 11,
        [1, 2, 840, 10045, 4, 3, 4] => 12,
        [1, 3, 101, 112] if parameters.is_empty() => 16,
        _ => 0,
    })
}

/// The digest of a signature of PSS, if its parameters are the usual ones.
fn pss(parameters: &[u8]) -> Option<u64> {
    let mut sequence = Der(parameters).read(tag::SEQUENCE)?;
    let mut explicit = |index| sequence.read(tag::constructed(index));
    let (mut hash, mut mask, mut salt) = (explicit(0)?, explicit(1)?, explicit(2)?);
    let trailer = match sequence.optional(tag::constructed(3))? {
        Some(mut trailer) => trailer.int64()?,
        None => 1,
    };
    let algorithm =
        |der: &mut Der| key::algorithm(&mut der.read(tag::SEQUENCE)?).ok().map(|(id, rest)| (id, rest.to_vec()));
    let (hash, hash_parameters) = algorithm(&mut hash)?;
    let (function, function_parameters) = algorithm(&mut mask)?;
    let (inner, inner_parameters) = algorithm(&mut Der(&function_parameters))?;
    let usual = |parameters: &[u8]| parameters.is_empty() || parameters == [5, 0];
    if !usual(&hash_parameters)
        || !usual(&inner_parameters)
        || function != [1, 2, 840, 113_549, 1, 1, 8]
        || inner != hash
        || trailer != 1
    {
        return None;
    }
    match (hash.strip_prefix(ID_HASH)?, salt.int64()?) {
        ([1], 32) => Some(13),
        ([2], 48) => Some(14),
        ([3], 64) => Some(15),
        _ => None,
    }
}

/// The digest of a signature's algorithm that Go still trusts, for checking it.
pub(super) fn digest_of(signature_algorithm: u64) -> Option<Hash> {
    match signature_algorithm {
        4 | 10 | 13 => Some(Hash::Sha256),
        5 | 11 | 14 => Some(Hash::Sha384),
        6 | 12 | 15 => Some(Hash::Sha512),
        _ => None,
    }
}
