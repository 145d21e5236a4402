//! Version constraints (`~> 5.0, != 5.3.1`), as `go-version` reads them.

/// Why a text is no version constraint; `None` where it is one.
pub(super) fn mistake(constraint: &str) -> Option<String> {
    constraint.split(',').find_map(|part| {
        let part = part.trim();
        let operator = part.find(|char| !matches!(char, '=' | '!' | '<' | '>' | '~')).unwrap_or(part.len());
        let (operator, version) = part.split_at_checked(operator)?;
        if !matches!(operator, "" | "=" | "!=" | ">" | ">=" | "<" | "<=" | "~>") {
            return Some(format!("`{operator}` is no operator: there are `=`, `!=`, `>`, `>=`, `<`, `<=` and `~>`"));
        }
        let version = version.trim();
        if version.is_empty() {
            return Some("a version is missing".to_owned());
        }
        (!is_version(version)).then(|| format!("`{}` is no version", crate::text::shortened(version, 60)))
    })
}

/// `v`? numbers with dots, then what comes before a release behind `-`, then metadata behind `+`.
fn is_version(text: &str) -> bool {
    let (text, metadata) = match text.split_once('+') {
        Some((text, metadata)) => (text, Some(metadata)),
        None => (text, None),
    };
    let text = text.strip_prefix('v').unwrap_or(text);
    let numbers = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
    let Some((numbers, pre)) = text.split_at_checked(numbers) else { return false };
    let word = |text: &str| {
        !text.is_empty() && text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '~'))
    };
    // `1.beta` is `1` and `beta` with a dot that belongs to neither.
    numbers.split('.').all(|number| !number.is_empty() && number.len() <= 18)
        && (pre.is_empty() || pre.strip_prefix('-').unwrap_or(pre).split('.').all(word))
        && metadata.is_none_or(|metadata| metadata.split('.').all(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_read() {
        for good in [
            "1.0",
            "~> 5.0",
            ">=1.2.3, < 2",
            "= 1",
            "!=1.2.3-beta.1",
            ">= 0.12.0-rc1",
            "v1.2",
            "1.2.3+meta",
            "~>1",
            "1.0.0beta2",
            " >= 1 , < 2 ",
        ] {
            assert_eq!(mistake(good), None, "{good}");
        }
        for bad in [
            "",
            "foo",
            "> a",
            "=> 1.0",
            "~ 1",
            "1.",
            ">= 1.0,",
            "1.x",
            "1.0 2.0",
            "^1.0",
            ">= 1.0 < 2.0",
            "*",
            "latest",
        ] {
            assert!(mistake(bad).is_some(), "{bad}");
        }
    }
}
