//! What is written in one text: ports, durations, sizes, variables. Each says what is wrong with a text
//! that holds no variable; with one nothing is known.

use std::net::IpAddr;

/// Whether a text is replaced, in part or whole, before Compose reads it: by its variables, or by what
/// makes the file of a template.
pub(super) fn has_variable(text: &str) -> bool {
    text.contains('$') || ["{{", "{%", "<%"].iter().any(|open| text.contains(open))
}

/// What is wrong with the variables in a text: one that is opened and not closed, or has no name.
pub(super) fn variable(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find('$')) {
        at += next + 1;
        match bytes.get(at) {
            Some(b'$') => at += 1,
            Some(b'{') => {
                let inner = text.get(at + 1..).unwrap_or_default();
                let name = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
                if name == 0 || inner.starts_with(|c: char| c.is_ascii_digit()) {
                    return Some("a variable has no name");
                }
                let rest = inner.get(name..).unwrap_or_default();
                at += 1 + name;
                if rest.starts_with('}') {
                    continue;
                }
                let operator = rest.strip_prefix(':').unwrap_or(rest);
                if !operator.starts_with(['-', '+', '?']) {
                    return Some(if rest.is_empty() {
                        "a variable is not closed"
                    } else {
                        "a variable is not well-formed"
                    });
                }
                // What it holds is looked at on the way.
                if !rest.contains('}') {
                    return Some("a variable is not closed");
                }
            }
            Some(_) | None => {}
        }
    }
    None
}

/// What is wrong with a port in the short notation: `[[IP:]PUBLISHED:]TARGET[/PROTOCOL]`.
pub(super) fn port(text: &str) -> Option<String> {
    let (before, target) = text.rsplit_once(':').map_or((None, text), |(before, target)| (Some(before), target));
    let (ip, published) = match before {
        Some(before) => before.rsplit_once(':').map_or(("", before), |(ip, published)| (ip, published)),
        None => ("", ""),
    };
    let mut parts = target.split('/');
    let target = parts.next().unwrap_or_default();
    let protocol = parts.next().unwrap_or_default().to_ascii_lowercase();
    if !ip.is_empty() {
        let bare = ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']'));
        let good = match bare {
            Some(bare) => bare.parse::<IpAddr>().is_ok(),
            None => !ip.contains(':') && ip.parse::<IpAddr>().is_ok(),
        };
        if !good {
            return Some("expected an IP address before the ports (one of IPv6 in brackets)".to_owned());
        }
    }
    let Some(inner) = range(target).filter(|(start, _)| *start > 0) else {
        return Some("expected a port of the container, 1 to 65535, or a range of them".to_owned());
    };
    if !matches!(protocol.as_str(), "" | "tcp" | "udp" | "sctp") {
        return Some("expected `tcp`, `udp` or `sctp` behind the port".to_owned());
    }
    if published.is_empty() {
        return None;
    }
    let Some(outer) = range(published) else {
        return Some("expected a port of the host, 0 to 65535, or a range of them".to_owned());
    };
    (inner.1 > inner.0 && inner.1 - inner.0 != outer.1 - outer.0)
        .then(|| "both ranges of ports must be of the same size".to_owned())
}

fn range(text: &str) -> Option<(u16, u16)> {
    let number = |text: &str| if text.starts_with('+') { None } else { text.parse::<u16>().ok() };
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let (start, end) = (number(start)?, number(end)?);
    (start <= end).then_some((start, end))
}

/// Whether this is a mount: a target, or a source and a target, and options that are not looked at.
pub(super) fn is_mount(text: &str) -> bool {
    // What is that short is a target.
    text.len() == 1 || text.len() == 2 || text.split(':').all(|part| !part.is_empty())
}

/// Whether a container can have this name: two characters of those allowed stand in a row in it, which is
/// all that is asked.
pub(super) fn is_container_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().zip(bytes.iter().skip(1)).any(|(first, second)| {
        first.is_ascii_alphanumeric() && (second.is_ascii_alphanumeric() || matches!(second, b'_' | b'.' | b'-'))
    })
}

/// Whether this says when an image is pulled.
pub(super) fn is_pull_policy(text: &str) -> bool {
    const WORDS: [&str; 8] = ["always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"];
    let every = text.strip_prefix("every_").is_some_and(|rest| {
        let mut parts = rest.split_inclusive(['w', 'd', 'h', 'm', 's']);
        !rest.is_empty()
            && parts.all(|part| {
                let number = part.trim_end_matches(['w', 'd', 'h', 'm', 's']);
                number.len() < part.len() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            })
    });
    WORDS.contains(&text) || every
}

/// Whether this is a duration: `1m30s`, `10ms`, `1d`.
pub(super) fn is_duration(text: &str) -> bool {
    const UNITS: [&str; 10] = ["ns", "us", "µs", "μs", "ms", "s", "m", "h", "d", "w"];
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (number, after) = rest.split_at_checked(length).unwrap_or(("", rest));
        let unit = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(unit).unwrap_or((after, ""));
        let is_number = number.bytes().any(|byte| byte.is_ascii_digit()) && number.matches('.').count() <= 1;
        if !is_number || !UNITS.contains(&unit) {
            return false;
        }
        rest = after;
    }
    true
}

/// Whether this is a size in bytes: `10`, `1.5g`, `64 MiB`.
pub(super) fn is_size(text: &str) -> bool {
    let Some(last) = text.rfind(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' ')) else { return false };
    let (number, suffix) = text.split_at_checked(last + 1).unwrap_or(("", text));
    let number = number.strip_suffix(' ').unwrap_or(number);
    let suffix = suffix.to_ascii_lowercase();
    let mut chars = suffix.chars();
    let good = match chars.next() {
        None => true,
        Some('b') => chars.as_str().is_empty(),
        Some('k' | 'm' | 'g' | 't' | 'p') => matches!(chars.as_str(), "" | "b" | "ib"),
        Some(_) => false,
    };
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'_'));
    good && plain && number.parse::<f64>().is_ok()
}

/// Whether this is a boolean, in a text.
pub(super) fn is_flag(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "y" | "yes" | "on" | "n" | "no" | "off")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports() {
        for good in [
            "80",
            "80:80",
            "127.0.0.1:80:80",
            "127.0.0.1::80",
            ":80",
            "80-82:80",
            "80-82:90-92/udp",
            "[::1]:80:80",
            "80/TCP",
            "80/",
        ] {
            assert_eq!(port(good), None, "{good}");
        }
        for bad in
            ["", "a", "80:a", "99999:80", "80:80-82", "80:80/foo", "1.2.3.400:80:80", "::1:80:80", "82-80", "+1", "80:"]
        {
            assert!(port(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn durations_and_sizes() {
        for good in ["1m30s", "10ms", "1d", "0", "1.5h", "-1s", "2w", "10µs"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["", "10", "foo", "1x", "s", "1.2.3s", "1m 30s", "-"] {
            assert!(!is_duration(bad), "{bad}");
        }
        for good in ["10", "10m", "10MB", "10 MiB", "1.5g", "512b", "2T"] {
            assert!(is_size(good), "{good}");
        }
        for bad in ["", "m", "10x", "10mbb", "-1", "10  mb", "inf", "ä"] {
            assert!(!is_size(bad), "{bad}");
        }
    }

    #[test]
    fn mounts_and_names() {
        for good in ["a:/b", "/a", "a", "C:\\a:/b", "a:/b:ro", "a:b:c:d", ":a"] {
            assert!(is_mount(good), "{good}");
        }
        for bad in ["", "a::/b", ":/abc", "a:"] {
            assert!(!is_mount(bad) || bad.len() == 2, "{bad}");
        }
        assert!(
            is_container_name("a1") && is_container_name("/a.b") && !is_container_name("a") && !is_container_name("-")
        );
        for good in ["always", "every_1d", "every_1d12h"] {
            assert!(is_pull_policy(good), "{good}");
        }
        for bad in ["sometimes", "every_", "every_d", "every_1", "every_1dd", "Always"] {
            assert!(!is_pull_policy(bad), "{bad}");
        }
    }

    #[test]
    fn variables() {
        for good in
            ["$A", "${A}", "${A:-b}", "${A?b c}", "${A:-${B}}", "$$", "5$", "$(date)", "a ${A} b", "$1", "${A:+}"]
        {
            assert_eq!(variable(good), None, "{good}");
        }
        for bad in ["${A", "${}", "${1}", "${A b}", "${A:-b", "x ${", "${A:-${B"] {
            assert!(variable(bad).is_some(), "{bad}");
        }
        assert!(variable(&"${A:-".repeat(100_000)).is_some());
    }
}
