//! Formats of strings.

use std::net::IpAddr;

use anyhow::Result;

use super::super::arguments::too_much;
use super::super::{patterns, times, uri};

/// Whether a string has a format; any string has one that is not known.
pub(super) fn is_of(format: &str, text: &str) -> Result<bool> {
    let time = |layouts: &[&str]| layouts.iter().any(|layout| times::parse::parse(layout, text).is_ok());
    let address = || text.parse::<IpAddr>().is_ok();
    let like = |pattern: &str| anyhow::Ok(patterns::compile(pattern)?.is_match(text));
    Ok(match format {
        "date" => time(&["2006-01-02"]),
        "time" => time(&["15:04:05Z07:00", "15:04:05"]),
        "date-time" => time(&["15:04:05", "15:04:05Z07:00", "2006-01-02", "2006-01-02T15:04:05Z07:00"]),
        "hostname" => {
            let label = "([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\\-]{0,61}[a-zA-Z0-9])";
            text.len() < 256 && like(&format!("^{label}(\\.{label})*$"))?
        }
        "email" | "idn-email" => email(text)?,
        "ipv4" => text.contains('.') && address(),
        "ipv6" => text.contains(':') && address(),
        "uri" | "iri" => !text.contains('\\') && uri::read(text).is_ok_and(|uri| !uri.scheme.is_empty()),
        "uri-reference" | "iri-reference" => !text.contains('\\') && uri::read(text).is_ok(),
        "uri-template" => match uri::read(text) {
            Ok(uri) if !text.contains('\\') => patterns::compile("^([^{]*(\\{[^}]*\\})?)*$")?.is_match(&uri.path),
            Ok(_) | Err(_) => false,
        },
        "uuid" => like("^(?i)[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$")?,
        "regex" => text.is_empty() || patterns::compile(text).is_ok(),
        "json-pointer" => like("^(?:/(?:[^~/]|~0|~1)*)*$")?,
        "relative-json-pointer" => like("^(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~0|~1)*)*)$")?,
        _ => true,
    })
}

/// An address of mail. OPA takes all of RFC 5322 for one, comments and names and quotes too: of those no answer is
/// given.
fn email(text: &str) -> Result<bool> {
    let Some((local, domain)) = text.rsplit_once('@') else { return Ok(false) };
    if text.contains(['"', '(', '<', '[', '\\', ',', ';', ':']) || text.contains(char::is_whitespace) {
        return Err(too_much("json.match_schema: format `email` of an address with quotes, names or comments"));
    }
    let atom = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
    };
    Ok(local.split('.').all(atom) && domain.split('.').all(atom))
}
