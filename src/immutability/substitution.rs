//! Texts that are no values yet: something fills them in before they are applied.

/// What can be said of two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// They say the same.
    Equal,
    /// They do not, whatever is filled in.
    Different,
    /// That depends on what is filled in.
    Unknown,
}

/// Whether something in the text is filled in before it is applied: `${NAME}` (Flux, envsubst), `{{ … }}` (templates),
/// `<path:…#key>` (argocd-vault-plugin), `ref+…://…` (vals), and what SOPS encrypted, which differs each time.
#[must_use]
pub fn is_substituted(text: &str) -> bool {
    Around::of(text).is_some()
}

/// Whether nothing but what is filled in is there: it can become anything, nothing among it.
#[must_use]
pub fn is_whole(text: &str) -> bool {
    Around::of(text).is_some_and(|around| around.before.trim().is_empty() && around.behind.trim().is_empty())
}

/// Compares two texts.
#[must_use]
pub fn likeness(a: &str, b: &str) -> Likeness {
    if a == b {
        return Likeness::Equal;
    }
    match (Around::of(a), Around::of(b)) {
        (None, None) => Likeness::Different,
        (Some(a), Some(b)) => {
            let begins = a.before.starts_with(b.before) || b.before.starts_with(a.before);
            let ends = a.behind.ends_with(b.behind) || b.behind.ends_with(a.behind);
            if begins && ends { Likeness::Unknown } else { Likeness::Different }
        }
        (Some(around), None) => around.can_be(b),
        (None, Some(around)) => around.can_be(a),
    }
}

/// What stands around all that is filled in.
#[derive(Clone, Copy)]
struct Around<'t> {
    before: &'t str,
    behind: &'t str,
}

impl<'t> Around<'t> {
    fn of(text: &'t str) -> Option<Self> {
        // Nearly every text ends here.
        if !text.bytes().any(|byte| matches!(byte, b'$' | b'{' | b'<' | b'[' | b'+')) {
            return None;
        }
        if is_reference(text) || is_encrypted(text) {
            return Some(Self { before: "", behind: "" });
        }
        let found =
            [spans(text, "${", "}", is_name), spans(text, "{{", "}}", |_| true), spans(text, "<path:", ">", |_| true)];
        let start = found.iter().flatten().map(|(start, _)| *start).min()?;
        let end = found.iter().flatten().map(|(_, end)| *end).max()?;
        Some(Self { before: text.get(..start)?, behind: text.get(end..)? })
    }

    fn can_be(self, text: &str) -> Likeness {
        let fits = text.len() >= self.before.len() + self.behind.len()
            && text.starts_with(self.before)
            && text.ends_with(self.behind);
        if fits { Likeness::Unknown } else { Likeness::Different }
    }
}

/// From the first opening with something that counts behind it to the last closing.
fn spans(text: &str, open: &str, close: &str, counts: impl Fn(&str) -> bool) -> Option<(usize, usize)> {
    let end = text.rfind(close)? + close.len();
    let start = text
        .match_indices(open)
        .map(|(at, _)| at)
        .find(|at| at + open.len() < end && text.get(at + open.len()..).is_some_and(&counts))?;
    Some((start, end))
}

fn is_name(text: &str) -> bool {
    text.trim_start_matches('#').starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// A reference of vals: a scheme behind `ref+`.
fn is_reference(text: &str) -> bool {
    let rest = text.strip_prefix("secret").unwrap_or(text).strip_prefix("ref+");
    rest.and_then(|rest| rest.split_once("://")).is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

fn is_encrypted(text: &str) -> bool {
    text.starts_with("ENC[AES256_GCM,") && text.ends_with(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_later_is_recognised() {
        for text in [
            "${A}",
            "a-${B_1}-c",
            "${x:=3}",
            "{{ .Values.x }}",
            "a{{x}}",
            "<path:kv/data/a#b>",
            "x <path:a#b> y",
            "ref+vault://a/b#/c",
            "secretref+awsssm://x",
            "ENC[AES256_GCM,data:x,type:str]",
        ] {
            assert!(is_substituted(text), "{text}");
        }
        for text in ["", "$A", "${}", "${1}", "$(A)", "{ x }", "}} {{", "a<b>", "ref+", "ref+a", "[x]", "1+1", "${a"] {
            assert!(!is_substituted(text), "{text}");
        }
    }

    #[test]
    fn what_stands_around_can_decide() {
        use Likeness::{Different, Equal, Unknown};
        for (a, b, expected) in [
            ("${A}", "${A}", Equal),
            ("${A}", "${B}", Unknown),
            ("${A}", "x", Unknown),
            ("a-${A}", "b-${A}", Different),
            ("a-${A}", "a-1", Unknown),
            ("a-${A}", "b-1", Different),
            ("${A}-a", "1-b", Different),
            ("ab${A}b", "ab", Different),
            ("ab${A}b", "abb", Unknown),
            ("postgres-{{ v }}", "postgres-${V}", Unknown),
            ("x", "y", Different),
            ("ref+vault://a", "y", Unknown),
        ] {
            assert_eq!(likeness(a, b), expected, "{a} {b}");
            assert_eq!(likeness(b, a), expected, "{b} {a}");
        }
    }
}
