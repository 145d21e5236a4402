//! Strings that are no values yet: something fills them in before the object is applied.

/// Whether the text holds a `${NAME}` (Flux replaces it in the text of the file, so it may become any
/// scalar) or a `$(NAME)` (kustomize does the same to values), is a value encrypted by SOPS, or holds a `{{ … }}` where those are filled in.
#[must_use]
pub fn is_filled_in(text: &str, templated: bool) -> bool {
    // Nearly every string ends here.
    if !text.bytes().any(|byte| matches!(byte, b'$' | b'{' | b'[')) {
        return false;
    }
    substituted(text, "${", '}') || substituted(text, "$(", ')') || encrypted(text) || (templated && template(text))
}

/// Whether nothing but one `${NAME}` (or `{{ … }}`) is there: it can become a list or a mapping, too.
#[must_use]
pub fn is_whole(text: &str, templated: bool) -> bool {
    let text = text.trim();
    let one = |start: &str, end: &str| {
        text.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).is_some_and(|within| !within.contains(start))
    };
    (one("${", "}") && substituted(text, "${", '}')) || (templated && one("{{", "}}"))
}

/// `${NAME}`, `${NAME:=default}` and whatever else may stand behind the name.
fn substituted(text: &str, open: &str, close: char) -> bool {
    let Some(end) = text.rfind(close) else { return false };
    text.get(..end).unwrap_or("").match_indices(open).any(|(at, open)| {
        let rest = text.get(at + open.len()..).unwrap_or("");
        let name = rest.strip_prefix('#').unwrap_or(rest);
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    })
}

fn encrypted(text: &str) -> bool {
    text.starts_with("ENC[AES256_GCM,") && text.ends_with(']')
}

fn template(text: &str) -> bool {
    text.split_once("{{").is_some_and(|(_, rest)| rest.contains("}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_later_is_recognised() {
        for text in ["${A}", "a-${B_1}-c", "${x:=3}", "${x:-a b}", "${#x}", "$(a-b)", "ENC[AES256_GCM,data:x,type:int]"]
        {
            assert!(is_filled_in(text, false), "{text}");
        }
        for text in ["", "$A", "${}", "${1}", "$(A", "$()", "{{ x }}", "${a", "ENC[", "[x]"] {
            assert!(!is_filled_in(text, false), "{text}");
        }
        assert!(is_filled_in("a{{ x }}", true));
        assert!(!is_filled_in("}} {{", true));
    }

    #[test]
    fn one_placeholder_alone_can_be_anything() {
        assert!(is_whole("${A}", false) && is_whole("{{ .A }}", true));
        assert!(!is_whole("${A}${B}", false) && !is_whole("x${A}", false) && !is_whole("{{ .A }}", false));
    }
}
