//! `uri.*`: addresses as Go's `net/url` takes them apart.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use regorus::Value;

use super::Own;
use super::arguments::text;

pub(super) const TABLE: &[Own] = &[own!("uri.is_valid", 1, is_valid), own!("uri.parse", 1, parse)];

#[derive(Debug, Default)]
pub(super) struct Uri {
    pub(super) scheme: String,
    host: String,
    pub(super) path: String,
    /// As it was written, where that is another way than usual.
    raw_path: String,
    query: String,
    fragment: String,
}

#[expect(clippy::unnecessary_wraps, reason = "builtins may fail")]
fn is_valid(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(matches!(arguments, [Value::String(text)] if !text.is_empty() && read(text).is_ok())))
}

fn parse(arguments: &[Value]) -> Result<Value> {
    let [value] = arguments else { bail!("wrong number of arguments") };
    let uri = read(text(value)?)?;
    let (hostname, port) = uri.hostname_and_port();
    let raw_path = if uri.raw_path.is_empty() { &uri.path } else { &uri.raw_path };
    let fields = [
        ("scheme", uri.scheme.as_str()),
        ("hostname", hostname),
        ("port", port),
        ("path", &uri.path),
        ("raw_path", raw_path),
        ("raw_query", &uri.query),
        ("fragment", &uri.fragment),
    ];
    let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
    Ok(Value::from(fields.map(|(key, value)| (Value::from(key), Value::from(value))).collect::<BTreeMap<_, _>>()))
}

impl Uri {
    fn hostname_and_port(&self) -> (&str, &str) {
        let (host, port) = match self.host.rfind(':').and_then(|at| self.host.split_at_checked(at)) {
            Some((host, port)) if is_port(port) => (host, port.trim_start_matches(':')),
            Some(_) | None => (self.host.as_str(), ""),
        };
        (host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host), port)
    }
}

fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Path,
    Host,
    Zone,
    User,
    Fragment,
}

/// Whether a byte is written as `%xx` there.
fn is_escaped(byte: u8, place: Place) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return false;
    }
    match place {
        Place::Host | Place::Zone => !b"!$&'()*+,;=:[]<>\"".contains(&byte),
        Place::Path => !b"$&+,/:;=@".contains(&byte),
        Place::Fragment => !b"$&+,/:;=?@!()*".contains(&byte),
        Place::User => !b"$&+,;=".contains(&byte),
    }
}

fn unescaped(text: &str, place: Place) -> Result<String> {
    Ok(String::from_utf8_lossy(&bytes_of(text, place)?).into_owned())
}

fn bytes_of(text: &str, place: Place) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at).copied() {
        let in_host = matches!(place, Place::Host | Place::Zone);
        if byte == b'%' {
            let digits = text.get(at + 1..at + 3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let digits = digits.context("invalid URL escape")?;
            let value = u8::from_str_radix(digits, 16)?;
            let allowed = match place {
                Place::Host => value >= 0x80 || digits == "25",
                Place::Zone => digits == "25" || value == b' ' || !is_escaped(value, Place::Host),
                Place::Path | Place::User | Place::Fragment => true,
            };
            if !allowed {
                bail!("invalid URL escape");
            }
            out.push(value);
            at += 3;
        } else {
            if in_host && byte < 0x80 && is_escaped(byte, place) {
                bail!("invalid character in host name");
            }
            out.push(byte);
            at += 1;
        }
    }
    Ok(out)
}

fn escaped(bytes: &[u8], place: Place) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes.iter().copied() {
        if is_escaped(byte, place) {
            out.push_str(&format!("%{byte:02X}"));
        } else {
            out.push(char::from(byte));
        }
    }
    out
}

/// The scheme, if there is one, and the rest.
fn scheme(text: &str) -> Result<(&str, &str)> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => bail!("missing protocol scheme"),
            b':' => return Ok((text.get(..at).unwrap_or(""), text.get(at + 1..).unwrap_or(""))),
            _ => break,
        }
    }
    Ok(("", text))
}

/// `url.Parse`
pub(super) fn read(text: &str) -> Result<Uri> {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        bail!("invalid control character in URL");
    }
    let mut uri = Uri { fragment: unescaped(fragment, Place::Fragment)?, ..Uri::default() };
    if text == "*" {
        "*".clone_into(&mut uri.path);
        return Ok(uri);
    }
    let (scheme, rest) = scheme(text)?;
    uri.scheme = scheme.to_ascii_lowercase();
    let (mut rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    query.clone_into(&mut uri.query);
    if !rest.starts_with('/') {
        if !uri.scheme.is_empty() {
            return Ok(uri);
        }
        if rest.split('/').next().is_some_and(|first| first.contains(':')) {
            bail!("first path segment in URL cannot contain colon");
        }
    }
    if let Some(authority) = rest.strip_prefix("//").filter(|_| !uri.scheme.is_empty() || !rest.starts_with("///")) {
        let end = authority.find('/').unwrap_or(authority.len());
        let (authority, path) = authority.split_at_checked(end).unwrap_or((authority, ""));
        uri.host = host(authority)?;
        rest = path;
    }
    let path = bytes_of(rest, Place::Path)?;
    uri.path = String::from_utf8_lossy(&path).into_owned();
    if escaped(&path, Place::Path) != rest {
        rest.clone_into(&mut uri.raw_path);
    }
    Ok(uri)
}

fn host(authority: &str) -> Result<String> {
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let host = if host.contains('[') {
        let close = host.rfind(']').context("missing ']' in host")?;
        let (inside, port) = (host.get(..close).unwrap_or(""), host.get(close + 1..).unwrap_or(""));
        if !is_port(port) {
            bail!("invalid port");
        }
        let address = inside.strip_prefix('[').context("invalid IP-literal")?;
        let address_only = address.split_once("%25").map_or(address, |(address, _)| address);
        if address_only.parse::<std::net::Ipv6Addr>().is_err() {
            bail!("invalid host: not an address");
        }
        match inside.split_once("%25") {
            Some((before, zone)) => format!(
                "{}{}{}",
                unescaped(before, Place::Host)?,
                unescaped(&format!("%25{zone}"), Place::Zone)?,
                unescaped(host.get(close..).unwrap_or(""), Place::Host)?
            ),
            None => unescaped(host, Place::Host)?,
        }
    } else {
        if host.rfind(':').and_then(|at| host.get(at..)).is_some_and(|port| !is_port(port)) {
            bail!("invalid port");
        }
        unescaped(host, Place::Host)?
    };
    if let Some(user) = user {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
        if !user.bytes().all(known) {
            bail!("invalid userinfo");
        }
        unescaped(user, Place::User)?;
    }
    Ok(host)
}
