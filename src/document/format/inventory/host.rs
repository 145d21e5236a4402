//! The names of hosts: with ranges (`web[01:50].example.org`), and with a port behind them.

use super::super::mapping::shown;
use super::syntax;
use super::words::Word;
use crate::document::{Problem, Span};

/// A host, or a range of them.
pub(super) struct Host<'w> {
    pub(super) name: String,
    pub(super) span: Span,
    /// The port behind it, and where that is written.
    pub(super) port: Option<(&'w str, Span)>,
}

/// The host that a word names.
pub(super) fn read(word: &Word) -> Result<Host<'_>, Problem> {
    let text = word.text.as_str();
    if text.is_empty() {
        let message = "the name of a host is empty".to_owned();
        return Err(syntax(message, word.span, "no name", "remove the quotes, or name the host"));
    }
    let (from, name, port) = with_port(text);
    let known = is_address(name);
    let (from, name, port) = if known { (from, name, port) } else { (0, text, None) };
    if port.is_none() && text.trim_end().ends_with(':') {
        let message = format!("`{}` ends with `:`, and no port follows", shown(text));
        let help =
            "remove the `:`, or write the port behind it; in a file in YAML syntax, give it the extension `.yml`";
        return Err(syntax(message, word.span, "a port is missing", help));
    }
    if text.trim() == "---" {
        let message = "`---` begins a YAML file, and this is read as an inventory in INI syntax".to_owned();
        return Err(syntax(message, word.span, "no host", "give a YAML inventory the extension `.yml`"));
    }
    // What is no address is taken as it is, and its brackets still are ranges.
    let mut rest = name;
    while rest.contains('[') {
        rest = range(rest).map_err(|why| {
            let message = format!("`{}` holds a range that cannot be read: {why}", shown(name));
            let help = "a range is written `[1:9]`, `[01:50]`, `[a:f]` or with a step `[0:10:2]`";
            syntax(message, word.span, "this range", help)
        })?;
    }
    let behind = from + name.len();
    let digits = port.map(|port| (port, word.part(text.len() - port.len(), text.len())));
    Ok(Host { name: name.to_owned(), span: word.part(from, behind), port: digits })
}

/// `[address]:port` or `name:port`: where the name begins, the name, and the port.
fn with_port(text: &str) -> (usize, &str, Option<&str>) {
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let Some((before, port)) = text.rsplit_once(':').filter(|(_, port)| digits(port)) else { return (0, text, None) };
    if let Some(inner) = before.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'))
        && !inner.is_empty()
    {
        return (1, inner, Some(port));
    }
    // Outside of brackets there may be no other colon.
    let mut inside = false;
    for byte in before.bytes() {
        match (byte, inside) {
            (b'[', false) => inside = true,
            (b']', true) => inside = false,
            (b':' | b']', false) => return (0, text, None),
            _ => {}
        }
    }
    if inside { (0, text, None) } else { (0, before, Some(port)) }
}

/// Whether a name is an address, and not only some word.
pub(super) fn is_address(name: &str) -> bool {
    is_name(name) || is_ipv6(name)
}

/// A name in DNS or an IPv4 address: labels of letters, digits, `_`, `-` and ranges, which neither begin
/// with `-` nor end with `-` or `_`.
fn is_name(text: &str) -> bool {
    let mut rest = text;
    let mut last = None;
    loop {
        let Some(c) = rest.chars().next() else { return matches!(last, Some('x')) };
        match c {
            '[' => {
                let Some((inner, behind)) = rest.get(1..).and_then(|rest| rest.split_once(']')) else { return false };
                if !is_plain_range(inner) {
                    return false;
                }
                last = Some('x');
                rest = behind;
                continue;
            }
            '.' => match last {
                Some('x') => last = None,
                Some(_) | None => return false,
            },
            '-' if last.is_none() => return false,
            '-' | '_' => last = Some('-'),
            _ if c.is_alphanumeric() => last = Some('x'),
            _ => return false,
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
}

/// `a:f`, `1:9`, and with a step behind.
fn is_plain_range(inner: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_letter = |part: &str| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let parts: Vec<&str> = inner.splitn(4, ':').collect();
    match parts.as_slice() {
        [from, to] => (is_number(from) && is_number(to)) || (is_letter(from) && is_letter(to)),
        [from, to, step] => {
            is_number(step) && ((is_number(from) && is_number(to)) || (is_letter(from) && is_letter(to)))
        }
        _ => false,
    }
}

/// An IPv6 address, whose parts may be ranges.
fn is_ipv6(text: &str) -> bool {
    if !text.contains(':') {
        return false;
    }
    // Ranges of a part stand for one of its values.
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('[') {
        plain.push_str(before);
        let Some((inner, behind)) = behind.split_once(']') else { return false };
        if inner.split(':').count() > 3 || !inner.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':') {
            return false;
        }
        plain.push('0');
        rest = behind;
    }
    plain.push_str(rest);
    plain.parse::<std::net::Ipv6Addr>().is_ok()
}

/// Reads the first range of a name; returns what stands behind it.
fn range(text: &str) -> Result<&str, &'static str> {
    if text.contains('|') {
        return Err("`|` cannot stand in a name with a range");
    }
    let (head, rest) = text.split_once('[').unwrap_or((text, ""));
    if head.contains(']') {
        return Err("`]` stands before `[`");
    }
    let (inner, tail) = rest.split_once(']').ok_or("`]` is missing")?;
    let parts: Vec<&str> = inner.split(':').collect();
    let (from, to, step) = match parts.as_slice() {
        [from, to] => (*from, *to, "1"),
        [from, to, step] => (*from, *to, *step),
        _ => return Err("it needs a begin and an end"),
    };
    if to.is_empty() {
        return Err("its end is missing");
    }
    let from = if from.is_empty() { "0" } else { from };
    if from.starts_with('0') && from.len() > 1 && from.chars().count() != to.chars().count() {
        return Err("its begin has a leading zero, and its end has another number of digits");
    }
    let is_number = |part: &str| {
        let digits = part.trim().trim_start_matches(['-', '+']);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_letter = |part: &str| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_number(step) || step.trim().trim_start_matches('+').bytes().all(|byte| byte == b'0') {
        return Err("its step is no number");
    }
    if is_letter(from) && is_letter(to) {
        // Small letters come before capitals.
        let place = |part: &str| part.bytes().next().map_or(0, |byte| (byte.is_ascii_uppercase(), byte).into_place());
        if place(from) > place(to) {
            return Err("it ends before it begins");
        }
    } else if !is_number(from) || !is_number(to) {
        return Err("its begin and end are neither two numbers nor two letters");
    }
    Ok(tail)
}

/// The place of a letter in Python's `string.ascii_letters`.
trait IntoPlace {
    fn into_place(self) -> u16;
}

impl IntoPlace for (bool, u8) {
    fn into_place(self) -> u16 {
        u16::from(self.1) + if self.0 { 256 } else { 0 }
    }
}
