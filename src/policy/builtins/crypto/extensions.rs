//! What the extensions of a certificate say.

use std::net::IpAddr;

use anyhow::{Context, Result, bail};
use num_bigint::BigUint;

use super::certificate::Certificate;
use super::der::{Der, Oid, tag};
use super::text;
use super::uri::Uri;

/// An extension as it stands in the certificate.
#[derive(Clone, Debug)]
pub(super) struct Extension<'d> {
    pub(super) id: Oid,
    pub(super) critical: bool,
    pub(super) value: &'d [u8],
}

impl<'d> Extension<'d> {
    pub(super) fn parse(mut der: Der<'d>) -> Result<Self> {
        let id = der.oid().context("malformed extension")?;
        let critical = if der.peek(tag::BOOLEAN) { der.boolean().context("malformed extension")? } else { false };
        let value = der.read(tag::OCTET_STRING).context("malformed extension")?.0;
        Ok(Self { id, critical, value })
    }
}

/// Names a certificate is for.
#[derive(Clone, Debug, Default)]
pub(super) struct AltNames {
    pub(super) dns: Vec<String>,
    pub(super) emails: Vec<String>,
    pub(super) ips: Vec<Vec<u8>>,
    pub(super) uris: Vec<Uri>,
}

impl AltNames {
    pub(super) fn parse(value: &[u8]) -> Result<Self> {
        let mut names = Self::default();
        let mut sequence = Der(value).read(tag::SEQUENCE).context("wrong alternative names")?;
        while !sequence.is_empty() {
            let name = sequence.any().context("wrong alternative name")?;
            let ascii = || ascii(name.content.0);
            match name.tag {
                0x81 => names.emails.push(ascii()?),
                0x82 => names.dns.push(ascii()?),
                0x86 => {
                    let uri = Uri::parse(&ascii()?)?;
                    if !is_domain(&uri.host, false) {
                        bail!("wrong host in a URI");
                    }
                    names.uris.push(uri);
                }
                0x87 => match name.content.0.len() {
                    4 | 16 => names.ips.push(name.content.0.to_vec()),
                    length => bail!("an IP address of {length} bytes"),
                },
                _ => {}
            }
        }
        Ok(names)
    }

    fn is_empty(&self) -> bool {
        self.dns.is_empty() && self.emails.is_empty() && self.ips.is_empty() && self.uris.is_empty()
    }
}

/// What names a certificate authority may, or may not, give.
#[derive(Clone, Debug, Default)]
pub(super) struct Subtrees {
    pub(super) dns: Vec<String>,
    /// Address and mask.
    pub(super) ips: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) emails: Vec<String>,
    pub(super) uris: Vec<String>,
}

impl Subtrees {
    /// The subtrees, and whether there was one of a kind that is not known.
    fn parse(mut der: Der) -> Result<(Self, bool)> {
        let (mut subtrees, mut unhandled) = (Self::default(), false);
        while !der.is_empty() {
            let mut subtree = der.read(tag::SEQUENCE).context("malformed name constraints")?;
            let base = subtree.any().context("malformed name constraints")?;
            let ascii = || ascii(base.content.0);
            let domain = |text: &str| if is_domain(text, true) { Ok(()) } else { bail!("malformed constraint") };
            match base.tag {
                0x82 => {
                    let name = ascii()?;
                    domain(&name)?;
                    subtrees.dns.push(name);
                }
                0x87 => {
                    let bytes = base.content.0;
                    if !matches!(bytes.len(), 8 | 32) {
                        bail!("an IP constraint of the wrong length");
                    }
                    let (ip, mask) = bytes.split_at(bytes.len() / 2);
                    let ones: u32 = mask.iter().map(|byte| byte.count_ones()).sum();
                    let first: u32 = {
                        let full = mask.iter().take_while(|byte| **byte == 0xff).count();
                        let next = mask.get(full).map_or(0, |byte| byte.leading_ones());
                        u32::try_from(full * 8).unwrap_or(0) + next
                    };
                    if ones != first {
                        bail!("an IP constraint with a wrong mask");
                    }
                    subtrees.ips.push((ip.to_vec(), mask.to_vec()));
                }
                0x81 => {
                    let mail = ascii()?;
                    if mail.contains('@') {
                        if mailbox(&mail)?.is_none() {
                            bail!("malformed constraint of a mailbox");
                        }
                    } else {
                        domain(&mail)?;
                    }
                    subtrees.emails.push(mail);
                }
                0x86 => {
                    let host = ascii()?;
                    if host.parse::<IpAddr>().is_ok() {
                        bail!("a constraint of URIs that is an IP address");
                    }
                    domain(&host)?;
                    subtrees.uris.push(host);
                }
                _ => unhandled = true,
            }
        }
        Ok((subtrees, unhandled))
    }
}

pub(super) fn ascii(bytes: &[u8]) -> Result<String> {
    if bytes.is_ascii() { Ok(text::lossy(bytes)) } else { bail!("a name that is not ASCII") }
}

/// Whether a name could be a domain, as far as Go looks.
pub(super) fn is_domain(name: &str, constraint: bool) -> bool {
    let labels = if constraint { name.strip_prefix('.').unwrap_or(name) } else { name };
    name.is_empty()
        || !labels.is_empty()
            && labels.split('.').all(|label| !label.is_empty() && label.bytes().all(|byte| (33..=126).contains(&byte)))
}

/// What stands before and after the `@` of a mailbox; `None` where a text is none.
pub(super) fn mailbox(text: &str) -> Result<Option<(&str, &str)>> {
    if text.contains(['"', '\\']) {
        return Err(super::beyond("a certificate has a quoted mailbox"));
    }
    let Some((local, domain)) = text.split_once('@') else { return Ok(None) };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    let fine = !local.is_empty() && !dots && local.bytes().all(plain) && is_domain(domain, false);
    Ok(fine.then_some((local, domain)))
}

/// An object identifier of numbers of any size, with dots; `None` where it is malformed.
fn dotted(bytes: &[u8]) -> Option<String> {
    let mut numbers = Vec::new();
    let mut value = BigUint::ZERO;
    let mut fresh = true;
    for byte in bytes {
        if fresh && *byte == 0x80 {
            return None;
        }
        value = (value << 7_u32) + BigUint::from(byte & 0x7f);
        fresh = byte & 0x80 == 0;
        if fresh {
            numbers.push(std::mem::take(&mut value));
        }
    }
    let (first, rest) = numbers.split_first().filter(|_| fresh)?;
    let first = match first.to_string().parse::<u32>() {
        Ok(small) if small < 80 => format!("{}.{}", small / 40, small % 40),
        Ok(_) | Err(_) => format!("2.{}", first - BigUint::from(80_u32)),
    };
    Some(rest.iter().fold(first, |text, number| format!("{text}.{number}")))
}

/// Reads all extensions into a certificate.
pub(super) fn process(certificate: &mut Certificate) -> Result<()> {
    for extension in certificate.extensions.clone() {
        let unhandled = match extension.id.as_slice() {
            [2, 5, 29, number] => standard(certificate, &extension, *number)?,
            [1, 3, 6, 1, 5, 5, 7, 1, 1] => {
                authority_information(certificate, &extension)?;
                false
            }
            _ => true,
        };
        if extension.critical && unhandled {
            certificate.unhandled.push(extension.id);
        }
    }
    Ok(())
}

/// Reads an extension of the standard; says whether it is unknown.
fn standard(out: &mut Certificate, extension: &Extension, number: u32) -> Result<bool> {
    let mut der = Der(extension.value);
    match number {
        14 => {
            if extension.critical {
                bail!("a subject key identifier marked critical");
            }
            out.subject_key = Some(der.read(tag::OCTET_STRING).context("malformed key identifier")?.0.to_vec());
        }
        15 => {
            let bits = der.bits().context("malformed key usage")?;
            out.key_usage = (0..9).filter(|index| bits.at(*index)).map(|index| 1 << index).sum();
        }
        17 => {
            out.names = AltNames::parse(extension.value)?;
            return Ok(out.names.is_empty());
        }
        19 => {
            let mut constraints = der.read(tag::SEQUENCE).context("malformed basic constraints")?;
            out.is_ca =
                constraints.peek(tag::BOOLEAN) && constraints.boolean().context("malformed basic constraints")?;
            out.max_path = if constraints.peek(tag::INTEGER) {
                constraints.int64().filter(|length| *length >= 0).context("malformed basic constraints")?
            } else {
                -1
            };
            out.basic_valid = true;
            out.max_path_zero = out.max_path == 0;
        }
        30 => return name_constraints(out, extension),
        31 => distribution_points(out, der)?,
        32 => policies(out, der)?,
        33 => policy_mappings(out, der)?,
        35 => {
            if extension.critical {
                bail!("an authority key identifier marked critical");
            }
            let mut sequence = der.read(tag::SEQUENCE).context("malformed key identifier")?;
            out.authority_key = None;
            if sequence.peek(tag::context(0)) {
                let id = sequence.read(tag::context(0)).context("malformed key identifier")?;
                out.authority_key = Some(id.0.to_vec());
            }
        }
        36 => {
            let mut sequence = der.read(tag::SEQUENCE).context("malformed policy constraints")?;
            let mut number = |index| {
                if !sequence.peek(tag::context(index)) {
                    return Ok(None);
                }
                sequence.int64_tagged(tag::context(index)).context("malformed policy constraints").map(Some)
            };
            let (explicit, mapping) = (number(0)?, number(1)?);
            out.explicit_policy = explicit.or(out.explicit_policy);
            out.inhibit_mapping = mapping.or(out.inhibit_mapping);
        }
        37 => {
            let mut sequence = der.read(tag::SEQUENCE).context("malformed extended key usage")?;
            while !sequence.is_empty() {
                let id = sequence.oid().context("malformed extended key usage")?;
                match extended_usage(&id) {
                    Some(usage) => out.extended_usage.push(usage),
                    None => out.unknown_usage.push(id),
                }
            }
        }
        54 => out.inhibit_any = Some(der.int64().context("malformed inhibition of any policy")?),
        _ => return Ok(true),
    }
    Ok(false)
}

/// Go's number of an extended key usage.
fn extended_usage(id: &[u32]) -> Option<u64> {
    match id {
        [2, 5, 29, 37, 0] => Some(0),
        [1, 3, 6, 1, 5, 5, 7, 3, number @ 1..=9] => Some(u64::from(*number)),
        [1, 3, 6, 1, 4, 1, 311, 10, 3, 3] => Some(10),
        [2, 16, 840, 1, 113_730, 4, 1] => Some(11),
        [1, 3, 6, 1, 4, 1, 311, 2, 1, 22] => Some(12),
        [1, 3, 6, 1, 4, 1, 311, 61, 1, 1] => Some(13),
        _ => None,
    }
}

fn name_constraints(out: &mut Certificate, extension: &Extension) -> Result<bool> {
    let malformed = "malformed name constraints";
    let mut outer = Der(extension.value);
    let mut sequence = outer.read(tag::SEQUENCE).context(malformed)?;
    let permitted = sequence.optional(tag::constructed(0)).context(malformed)?.unwrap_or_default();
    let excluded = sequence.optional(tag::constructed(1)).context(malformed)?.unwrap_or_default();
    if !outer.is_empty() || !sequence.is_empty() || permitted.is_empty() && excluded.is_empty() {
        bail!(malformed);
    }
    let unhandled;
    (out.permitted, unhandled) = Subtrees::parse(permitted)?;
    let more;
    (out.excluded, more) = Subtrees::parse(excluded)?;
    out.constraints_critical = extension.critical;
    Ok(unhandled || more)
}

fn distribution_points(out: &mut Certificate, mut der: Der) -> Result<()> {
    let malformed = "malformed CRL distribution point";
    let mut points = der.read(tag::SEQUENCE).context(malformed)?;
    while !points.is_empty() {
        let mut point = points.read(tag::SEQUENCE).context(malformed)?;
        let Some(mut name) = point.optional(tag::constructed(0)).context(malformed)? else { continue };
        let mut names = name.read(tag::constructed(0)).context(malformed)?;
        while names.peek(tag::context(6)) {
            let uri = names.read(tag::context(6)).context(malformed)?;
            out.crls.push(text::lossy(uri.0));
        }
    }
    Ok(())
}

fn policies(out: &mut Certificate, mut der: Der) -> Result<()> {
    let malformed = "malformed certificate policies";
    let mut sequence = der.read(tag::SEQUENCE).context(malformed)?;
    let mut seen = Vec::new();
    out.has_policies = true;
    while !sequence.is_empty() {
        let mut policy = sequence.read(tag::SEQUENCE).context(malformed)?;
        let whole = policy.element(tag::OID).context(malformed)?;
        let text = dotted(whole.content.0).context(malformed)?;
        if seen.contains(&text) {
            bail!(malformed);
        }
        // Those of small numbers appear once more.
        out.policy_ids.extend(small(whole.content.0));
        seen.push(text);
    }
    out.policies = seen;
    Ok(())
}

/// An object identifier whose numbers have no more than 31 bits each.
fn small(bytes: &[u8]) -> Option<Oid> {
    let text = dotted(bytes)?;
    let numbers: Option<Oid> = text.split('.').map(|number| number.parse().ok()).collect();
    numbers.filter(|numbers| numbers.iter().skip(2).chain(numbers.get(1)).all(|number| *number < 1 << 31))
}

fn policy_mappings(out: &mut Certificate, mut der: Der) -> Result<()> {
    let malformed = "malformed policy mappings";
    let mut sequence = der.read(tag::SEQUENCE).context(malformed)?;
    while !sequence.is_empty() {
        let mut mapping = sequence.read(tag::SEQUENCE).context(malformed)?;
        let mut id = || mapping.read(tag::OID).context(malformed);
        let (issuer, subject) = (id()?, id()?);
        match (dotted(issuer.0), dotted(subject.0)) {
            (Some(issuer), Some(subject)) => out.mappings.push((issuer, subject)),
            _ => return Err(super::beyond("a certificate has a policy mapping of malformed identifiers")),
        }
    }
    Ok(())
}

fn authority_information(out: &mut Certificate, extension: &Extension) -> Result<()> {
    let malformed = "malformed authority information";
    if extension.critical {
        bail!("authority information marked critical");
    }
    let mut sequence = Der(extension.value).read(tag::SEQUENCE).context(malformed)?;
    while !sequence.is_empty() {
        let mut access = sequence.read(tag::SEQUENCE).context(malformed)?;
        let method = access.oid().context(malformed)?;
        if !access.peek(tag::context(6)) {
            continue;
        }
        let location = text::lossy(access.read(tag::context(6)).context(malformed)?.0);
        match method.as_slice() {
            [1, 3, 6, 1, 5, 5, 7, 48, 1] => out.ocsp.push(location),
            [1, 3, 6, 1, 5, 5, 7, 48, 2] => out.issuers.push(location),
            _ => {}
        }
    }
    Ok(())
}
