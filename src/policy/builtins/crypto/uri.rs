//! URIs of a certificate, as Go's `net/url` takes them apart and puts them together.

use std::net::Ipv6Addr;

use anyhow::{Context, Result, bail};
use regorus::Value;

use super::json;
use super::text;

/// A URI in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Uri {
    scheme: String,
    opaque: String,
    user: Option<String>,
    pub(super) host: String,
    path: Vec<u8>,
    raw_path: String,
    fragment: Vec<u8>,
    raw_fragment: String,
    query: String,
    force_query: bool,
    omit_host: bool,
}

impl Uri {
    /// Takes apart a URI of ASCII.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut uri = Self::default();
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            bail!("control character in a URI");
        }
        if text == "*" {
            uri.path = b"*".to_vec();
        } else {
            uri.before_fragment(text)?;
        }
        uri.fragment = unescape(fragment)?;
        if escape(&uri.fragment, is_plain_in_fragment) != fragment {
            fragment.clone_into(&mut uri.raw_fragment);
        }
        Ok(uri)
    }

    fn before_fragment(&mut self, text: &str) -> Result<()> {
        let (scheme, mut rest) = scheme(text)?;
        self.scheme = scheme.to_ascii_lowercase();
        if let Some(before) = rest.strip_suffix('?').filter(|before| !before.contains('?')) {
            self.force_query = true;
            rest = before;
        } else if let Some((before, query)) = rest.split_once('?') {
            query.clone_into(&mut self.query);
            rest = before;
        }
        if !rest.starts_with('/') {
            if !self.scheme.is_empty() {
                rest.clone_into(&mut self.opaque);
                return Ok(());
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                bail!("colon in the first segment of a URI");
            }
        }
        if let Some(after) = rest.strip_prefix("//").filter(|after| !self.scheme.is_empty() || !after.starts_with('/'))
        {
            let slash = after.find('/').unwrap_or(after.len());
            let (authority, path) = after.split_at(slash);
            self.authority(authority)?;
            rest = path;
        } else if !self.scheme.is_empty() && rest.starts_with('/') {
            self.omit_host = true;
        }
        self.path = unescape(rest)?;
        if escape(&self.path, is_plain_in_path) != rest {
            rest.clone_into(&mut self.raw_path);
        }
        Ok(())
    }

    fn authority(&mut self, authority: &str) -> Result<()> {
        let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        if host.contains('%') {
            return Err(super::beyond("a certificate has a URI with an unusual host"));
        }
        let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(literal) = host.strip_prefix('[') {
            let (address, rest) = literal.rsplit_once(']').context("wrong address in a URI")?;
            if address.parse::<Ipv6Addr>().is_err() || !rest.is_empty() && !rest.strip_prefix(':').is_some_and(is_port)
            {
                bail!("wrong address in a URI");
            }
        } else if host.contains('[') {
            bail!("wrong address in a URI");
        } else if let Some((_, port)) = host.split_once(':') {
            let last = host.rsplit(':').next().unwrap_or_default();
            // Of more than one colon, only these two schemes make an error.
            let port = if matches!(self.scheme.as_str(), "http" | "https") { port } else { last };
            if !is_port(port) {
                bail!("wrong port in a URI");
            }
        }
        if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"".contains(&byte)) {
            bail!("wrong character in the host of a URI");
        }
        host.clone_into(&mut self.host);
        if let Some(user) = user {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~$&+,;=:".contains(&byte);
            if !user.bytes().all(plain) || user.matches(':').count() > 1 {
                return Err(super::beyond("a certificate has a URI with an unusual user"));
            }
            self.user = Some(user.to_owned());
        }
        Ok(())
    }

    pub(super) fn value(&self) -> Value {
        json::object([
            ("Scheme", json::text(&self.scheme)),
            ("Opaque", json::text(&self.opaque)),
            ("User", if self.user.is_some() { Value::new_object() } else { Value::Null }),
            ("Host", json::text(&self.host)),
            ("Path", Value::from(text::lossy(&self.path))),
            ("Fragment", Value::from(text::lossy(&self.fragment))),
            ("RawQuery", json::text(&self.query)),
            ("RawPath", json::text(&self.raw_path)),
            ("RawFragment", json::text(&self.raw_fragment)),
            ("ForceQuery", Value::from(self.force_query)),
            ("OmitHost", Value::from(self.omit_host)),
        ])
    }

    /// The URI put together again, which need not be how it was written.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        if !self.scheme.is_empty() {
            out.push_str(&self.scheme);
            out.push(':');
        }
        if self.opaque.is_empty() {
            let has_host = !self.host.is_empty();
            let named = !self.scheme.is_empty() || has_host || self.user.is_some();
            if named && (!self.omit_host || has_host || self.user.is_some()) {
                if has_host || !self.path.is_empty() || self.user.is_some() {
                    out.push_str("//");
                }
                if let Some(user) = &self.user {
                    out.push_str(user);
                    out.push('@');
                }
                out.push_str(&self.host);
            }
            let path = if !self.raw_path.is_empty() && is_valid(&self.raw_path, is_plain_in_path) {
                self.raw_path.clone()
            } else if self.path == b"*" {
                "*".to_owned()
            } else {
                escape(&self.path, is_plain_in_path)
            };
            if !path.is_empty() && !path.starts_with('/') && has_host {
                out.push('/');
            }
            if out.is_empty() && path.split('/').next().is_some_and(|segment| segment.contains(':')) {
                out.push_str("./");
            }
            out.push_str(&path);
        } else {
            out.push_str(&self.opaque);
        }
        if self.force_query || !self.query.is_empty() {
            out.push('?');
            out.push_str(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push('#');
            if !self.raw_fragment.is_empty() && is_valid(&self.raw_fragment, is_plain_in_fragment) {
                out.push_str(&self.raw_fragment);
            } else {
                out.push_str(&escape(&self.fragment, is_plain_in_fragment));
            }
        }
        out
    }
}

/// The scheme, and what follows its colon.
fn scheme(text: &str) -> Result<(&str, &str)> {
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => bail!("no scheme in a URI"),
            b':' => return Ok((text.get(..index).unwrap_or_default(), text.get(index + 1..).unwrap_or_default())),
            _ => break,
        }
    }
    Ok(("", text))
}

fn is_plain_in_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte)
}

fn is_plain_in_fragment(byte: u8) -> bool {
    is_plain_in_path(byte) || b"?!()*".contains(&byte)
}

/// Whether an escaped text may stay as it is.
fn is_valid(text: &str, is_plain: fn(u8) -> bool) -> bool {
    text.bytes().all(|byte| b"!$&'()*+,;=:@[]%".contains(&byte) || is_plain(byte))
}

fn escape(bytes: &[u8], is_plain: fn(u8) -> bool) -> String {
    let one = |byte: &u8| if is_plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    bytes.iter().map(one).collect()
}

fn unescape(text: &str) -> Result<Vec<u8>> {
    let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let (Some(high), Some(low)) = (digit(bytes.next()), digit(bytes.next())) else {
                bail!("wrong escape in a URI");
            };
            out.extend(u8::try_from(high * 16 + low));
        } else {
            out.push(byte);
        }
    }
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn put_together_again() {
        for (text, expected) in [
            ("spiffe://td.example/ns/a", "spiffe://td.example/ns/a"),
            ("HTTPS://u:p@h:80/a%20b?q=%#f%41", "https://u:p@h:80/a%20b?q=%#f%41"),
            ("urn:uuid:1-2?", "urn:uuid:1-2?"),
            ("http://h/a b", "http://h/a%20b"),
            ("http://h/a(b)%2f", "http://h/a(b)%2f"),
            ("http://h/a^b%2f", "http://h/a%5Eb/"),
            ("a/b", "a/b"),
            ("http://[::1]:80/", "http://[::1]:80/"),
            ("x:/p", "x:/p"),
            ("x:///p", "x:///p"),
            ("//h/p#", "//h/p"),
            ("*", "*"),
            ("", ""),
        ] {
            assert_eq!(Uri::parse(text).unwrap().text(), expected, "{text}");
        }
        for wrong in [
            ":a",
            "http://h:x/",
            "http://h/%zz",
            "http://a b/",
            "a:b\u{1}",
            "http://h:1:2/",
            "1a:b",
            "http://[1]/",
            "http://a[::1]/",
        ] {
            assert!(Uri::parse(wrong).is_err(), "{wrong}");
        }
    }
}
