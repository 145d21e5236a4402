//! Requests for certificates, read as Go's `encoding/asn1` reads them.

use anyhow::{Context, Result, bail};
use regorus::Value;

use super::certificate::{self, ip_address};
use super::der::{Der, Element, tag};
use super::extensions::{AltNames, Extension};
use super::key::{KeyInfo, PublicKey};
use super::name::Name;
use super::text::{Alphabet, base64, pem};
use super::uri::Uri;
use super::{beyond, if_strict, json};

/// The attribute that asks for extensions.
const REQUESTED: &[u32] = &[1, 2, 840, 113_549, 1, 9, 14];

pub(super) fn parse(arguments: &[Value]) -> Result<Value> {
    let [Value::String(text)] = arguments else { bail!("wants a string") };
    let mut bytes = if text.starts_with("-----BEGIN CERTIFICATE REQUEST-----") {
        text.as_bytes().to_vec()
    } else {
        base64(text.as_bytes(), Alphabet::Standard, true).context("malformed base64")?
    };
    if let Some((block, _)) = pem(&bytes) {
        if block.label != b"CERTIFICATE REQUEST" {
            bail!("a PEM block that is no request");
        }
        bytes = block.bytes;
    }
    let mut der = Der(&bytes);
    let whole = der.element(tag::SEQUENCE).context("malformed request")?;
    if !der.is_empty() {
        bail!("data after a request");
    }
    if_strict(&bytes, request(whole))
}

fn request(whole: Element) -> Result<Value> {
    let malformed = "malformed request";
    let mut input = whole.content;
    let tbs_element = input.element(tag::SEQUENCE).context(malformed)?;
    let mut tbs = tbs_element.content;
    let version = tbs.int64().context(malformed)?;
    let subject = tbs.any().context(malformed)?;
    let key_element = tbs.element(tag::SEQUENCE).context(malformed)?;
    let info = KeyInfo::parse(key_element.content)?;
    let mut attributes = tbs.read(tag::constructed(0)).context(malformed)?;
    let mut raw_attributes = Vec::new();
    while !attributes.is_empty() {
        raw_attributes.push(attributes.any().context(malformed)?);
    }
    let algorithm = certificate::signature_algorithm(input.read(tag::SEQUENCE).context(malformed)?)?;
    let signature = input.bits().context(malformed)?.right_aligned();
    let key = if info.number() == 0 { None } else { Some(info.public_key()?) };
    let name = Name::parse(subject.whole).context("malformed name")?;
    // Of T.61, all bytes stay as they are.
    if subject.whole.contains(&20) && name.0.iter().any(|attribute| !attribute.value.is_ascii()) {
        return Err(beyond("a certificate request has a name of T.61"));
    }
    let values = raw_attributes.iter().filter_map(|raw| attribute(*raw).transpose()).collect::<Result<Vec<_>>>()?;
    let extensions = extensions(&raw_attributes)?;
    let mut names = AltNames::default();
    for extension in &extensions {
        if extension.id == [2, 5, 29, 17] {
            names = AltNames::parse(extension.value)?;
        }
    }
    Ok(json::object([
        ("Raw", json::bytes(whole.whole)),
        ("RawTBSCertificateRequest", json::bytes(tbs_element.whole)),
        ("RawSubjectPublicKeyInfo", json::bytes(key_element.whole)),
        ("RawSubject", json::bytes(subject.whole)),
        ("Version", Value::from(version)),
        ("Signature", json::bytes(&signature)),
        ("SignatureAlgorithm", Value::from(algorithm)),
        ("PublicKeyAlgorithm", Value::from(info.number())),
        ("PublicKey", key.as_ref().map_or(Value::Null, PublicKey::value)),
        ("Subject", name.value()),
        ("Attributes", json::list(&values, Clone::clone)),
        ("Extensions", json::list(&extensions, certificate::extension)),
        ("ExtraExtensions", Value::Null),
        ("DNSNames", json::texts(&names.dns)),
        ("EmailAddresses", json::texts(&names.emails)),
        ("IPAddresses", json::list(&names.ips, |ip| ip_address(ip))),
        ("URIs", json::list(&names.uris, Uri::value)),
    ]))
}

/// An attribute that is a set of sequences of types and values, as Go shows it; `None` for any other.
fn attribute(raw: Element) -> Result<Option<Value>> {
    let mut der = raw.content;
    let (tag::SEQUENCE, Some(id), Some(mut set)) = (raw.tag, der.oid(), der.read(tag::SET)) else { return Ok(None) };
    let mut sequences = Vec::new();
    while !set.is_empty() {
        let Some(mut sequence) = set.read(tag::SEQUENCE) else { return Ok(None) };
        let mut pairs = Vec::new();
        while !sequence.is_empty() {
            let Some(mut pair) = sequence.read(tag::SEQUENCE) else { return Ok(None) };
            let (Some(id), Some(element)) = (pair.oid(), pair.any()) else { return Ok(None) };
            let value = match (element.tag, element.content.0) {
                (tag::BOOLEAN, [0]) => Value::from(false),
                (tag::BOOLEAN, [0xff]) => Value::from(true),
                (tag::OCTET_STRING, bytes) => json::bytes(bytes),
                _ => return Err(beyond("a certificate request has an attribute of an unusual type")),
            };
            pairs.push(json::object([("Type", json::oid(&id)), ("Value", value)]));
        }
        sequences.push(Value::from(pairs));
    }
    Ok(Some(json::object([("Type", json::oid(&id)), ("Value", Value::from(sequences))])))
}

/// The extensions that are asked for.
fn extensions<'d>(attributes: &[Element<'d>]) -> Result<Vec<Extension<'d>>> {
    let mut all: Vec<Extension<'d>> = Vec::new();
    for raw in attributes {
        let mut der = raw.content;
        let (tag::SEQUENCE, Some(id), Some(mut set)) = (raw.tag, der.oid(), der.read(tag::SET)) else { continue };
        if id != REQUESTED || set.is_empty() {
            continue;
        }
        let Some(first) = set.any() else { continue };
        let mut sequence = Der(first.whole).read(tag::SEQUENCE).context("malformed extensions")?;
        while !sequence.is_empty() {
            let extension = Extension::parse(sequence.read(tag::SEQUENCE).context("malformed extension")?)?;
            if all.iter().any(|other| other.id == extension.id) {
                bail!("an extension is asked for twice");
            }
            all.push(extension);
        }
    }
    Ok(all)
}
