//! Names that a certificate authority may give.

use std::net::IpAddr;

use anyhow::Result;

use super::certificate::Certificate;
use super::extensions::{is_domain, mailbox};

const NAME_CONSTRAINTS: &[u32] = &[2, 5, 29, 30];
const ALT_NAMES: &[u32] = &[2, 5, 29, 17];

/// The names of a certificate as constraints look at them.
struct Names<'c> {
    dns: &'c [String],
    ips: &'c [Vec<u8>],
    /// Hosts.
    uris: Vec<String>,
    /// What stands before and after the `@`.
    emails: Vec<(String, String)>,
}

/// Whether every name in a chain is one that all authorities above may give.
pub(super) fn hold(chain: &[&Certificate]) -> Result<bool> {
    let has = |certificate: &Certificate, id: &[u32]| certificate.extensions.iter().any(|other| other.id == id);
    for (index, certificate) in chain.iter().enumerate() {
        let mut above = chain.iter().skip(index + 1).filter(|other| has(other, NAME_CONSTRAINTS)).peekable();
        if !has(certificate, ALT_NAMES) || above.peek().is_none() {
            continue;
        }
        let Some(names) = names(certificate)? else { return Ok(false) };
        if !above.all(|authority| allows(authority, &names)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `None` where a name cannot be compared.
fn names<'c>(certificate: &'c Certificate) -> Result<Option<Names<'c>>> {
    let mut uris = Vec::new();
    for uri in &certificate.names.uris {
        // A port after the only colon; an address is never allowed.
        let host = match uri.host.split_once(':') {
            Some((_, port)) if port.contains(':') => return Ok(None),
            Some((host, _)) => host,
            None => &uri.host,
        };
        if uri.host.is_empty() || host.parse::<IpAddr>().is_ok() {
            return Ok(None);
        }
        // As Go does: of a host with a port, the case stays.
        uris.push(if host.len() == uri.host.len() { host.to_lowercase() } else { host.to_owned() });
    }
    let mut emails = Vec::new();
    for email in &certificate.names.emails {
        let Some((local, domain)) = mailbox(email)? else { return Ok(None) };
        emails.push((local.to_owned(), domain.to_lowercase()));
    }
    Ok(Some(Names { dns: &certificate.names.dns, ips: &certificate.names.ips, uris, emails }))
}

/// Whether nothing is said of a kind of names, or one of what is said fits; and nothing that is excluded.
fn fine<T>(permitted: &[T], excluded: &[T], fits: impl Fn(&T, bool) -> bool) -> bool {
    (permitted.is_empty() || permitted.iter().any(|it| fits(it, true))) && !excluded.iter().any(|it| fits(it, false))
}

fn allows(authority: &Certificate, names: &Names) -> bool {
    let Certificate { permitted, excluded, .. } = authority;
    let ips = |ip: &Vec<u8>| fine(&permitted.ips, &excluded.ips, |range, _| is_in_range(ip, range));
    let domain = |name: &str, permitted: &[String], excluded: &[String]| {
        is_domain(name, false) && fine(permitted, excluded, |domain, allowed| is_below(name, domain, allowed))
    };
    let emails = |(local, host): &(String, String)| {
        let fits = |constraint: &String, allowed: bool| match constraint.split_once('@') {
            Some((name, at)) => name == local && at.to_lowercase() == *host,
            None => is_below(host, constraint, allowed),
        };
        is_domain(host, false) && fine(&permitted.emails, &excluded.emails, fits)
    };
    names.ips.iter().all(ips)
        && names.dns.iter().all(|name| domain(name, &permitted.dns, &excluded.dns))
        && names.uris.iter().all(|host| domain(host, &permitted.uris, &excluded.uris))
        && names.emails.iter().all(emails)
}

fn is_in_range(ip: &[u8], (address, mask): &(Vec<u8>, Vec<u8>)) -> bool {
    ip.len() == address.len()
        && ip.iter().zip(address).zip(mask).all(|((ip, address), mask)| ip & mask == address & mask)
}

/// Whether a name is a domain, or below it. A wildcard is taken for the name itself where something is excluded.
fn is_below(name: &str, domain: &str, allowed: bool) -> bool {
    let (name, domain) = (name.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let below = name
        .strip_suffix(&domain)
        .is_some_and(|rest| domain.is_empty() || rest.is_empty() || domain.starts_with('.') || rest.ends_with('.'));
    let wild = || {
        let parent = domain.find('.').and_then(|dot| domain.get(dot..));
        parent.is_some_and(|parent| {
            name.starts_with('*') && name.find('.').and_then(|dot| name.get(dot..)) == Some(parent)
        })
    };
    below || !allowed && wild()
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn domains() {
        for (name, domain) in [("a.b", "a.b"), ("x.A.b", "a.B"), ("x.a.b", ".a.b"), ("x", ""), ("*.a.b", "a.b")] {
            assert!(is_below(name, domain, true), "{name} {domain}");
        }
        for (name, domain) in [("xa.b", "a.b"), ("a.b", ".a.b"), ("b", "a.b"), ("*.b", "a.b")] {
            assert!(!is_below(name, domain, true), "{name} {domain}");
        }
        assert!(is_below("*.b", "a.b", false), "it might be it");
    }
}
