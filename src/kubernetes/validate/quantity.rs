//! Quantities (`resource.Quantity`): the grammar, and what a bad one was meant to be.

/// Whether the API server reads this as a quantity: sign, digits with a point, and a suffix of
/// thousands (`k`), of 1,024s (`Ki`) or an exponent (`e3`). Blanks around it do not count. As there,
/// the digits may be missing.
pub(super) fn is_quantity(text: &str) -> bool {
    let text = text.trim_matches(' ');
    if text.is_empty() {
        return false;
    }
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let behind = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let suffix = behind.strip_prefix('.').map_or(behind, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    is_suffix(suffix)
}

fn is_suffix(suffix: &str) -> bool {
    match suffix {
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" => true,
        _ => suffix.strip_prefix(['e', 'E']).is_some_and(|exponent| {
            // Rust, too, takes a sign in front of the digits.
            exponent.parse::<i64>().is_ok()
        }),
    }
}

/// What to write instead.
pub(super) fn help(text: &str) -> String {
    const FORM: &str = "write digits and a suffix: `500m`, `2`, `512Mi`, `10G`";
    if text.len() > 40 {
        return FORM.to_owned();
    }
    let joined: String = text.split_whitespace().collect();
    if is_quantity(&joined) {
        return format!("write it without blanks: `{joined}`");
    }
    let pointed = joined.replace(',', ".");
    if pointed.matches('.').count() == 1 && is_quantity(&pointed) {
        return format!("write the decimals behind a point: `{pointed}`");
    }
    let digits = pointed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffix = pointed.get(digits.len()..).unwrap_or("").to_ascii_lowercase();
    if digits.is_empty() || !is_quantity(digits) {
        return FORM.to_owned();
    }
    let (binary, decimal) = match suffix.trim_end_matches("bytes").trim_end_matches("byte").trim_end_matches('b') {
        "k" | "kilo" => ("Ki", "k"),
        "m" | "mega" => ("Mi", "M"),
        "g" | "giga" => ("Gi", "G"),
        "t" | "tera" => ("Ti", "T"),
        "p" => ("Pi", "P"),
        "ki" | "kibi" => return format!("write `{digits}Ki`"),
        "mi" | "mebi" => return format!("write `{digits}Mi`"),
        "gi" | "gibi" => return format!("write `{digits}Gi`"),
        "ti" => return format!("write `{digits}Ti`"),
        "pi" => return format!("write `{digits}Pi`"),
        "" if !suffix.is_empty() => return format!("a number alone counts bytes: `{digits}`"),
        _ => return FORM.to_owned(),
    };
    format!("write `{digits}{binary}` (steps of 1,024) or `{digits}{decimal}` (steps of 1,000)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_that_of_the_api_server() {
        let good = [
            "0",
            "1",
            "+1",
            "-1",
            "1.",
            ".5",
            "0.5",
            "100m",
            "1k",
            "1Ki",
            "1M",
            "1Mi",
            "1G",
            "1Gi",
            "1T",
            "1Ti",
            "1P",
            "1Pi",
            "1E",
            "1Ei",
            "1n",
            "1u",
            "1e3",
            "1E3",
            "1e-3",
            "1e+3",
            " 1Gi ",
            "0001",
            "12345678901234567890",
            "Gi",
        ];
        for text in good {
            assert!(is_quantity(text), "{text}");
        }
        let bad = [
            "",
            " ",
            "1 Gi",
            "512mb",
            "1K",
            "1ki",
            "1GB",
            "1gi",
            "1,5",
            "1e",
            "1e3.5",
            "1..5",
            "a",
            "10%",
            "1GiB",
            "1mi",
            "--1",
            "1e++3",
            "0x10",
            "1_000",
            "1\n",
            "1e99999999999999999999",
        ];
        for text in bad {
            assert!(!is_quantity(text), "{text}");
        }
    }

    #[test]
    fn mistakes_are_understood() {
        let cases = [
            ("512mb", "write `512Mi` (steps of 1,024) or `512M` (steps of 1,000)"),
            ("1 Gi", "write it without blanks: `1Gi`"),
            ("500 m", "write it without blanks: `500m`"),
            ("1K", "write `1Ki` (steps of 1,024) or `1k` (steps of 1,000)"),
            ("1GB", "write `1Gi` (steps of 1,024) or `1G` (steps of 1,000)"),
            ("1gib", "write `1Gi`"),
            ("128mi", "write `128Mi`"),
            ("0,5", "write the decimals behind a point: `0.5`"),
            ("100b", "a number alone counts bytes: `100`"),
            ("10%", "write digits and a suffix: `500m`, `2`, `512Mi`, `10G`"),
        ];
        for (text, said) in cases {
            assert_eq!(help(text), said, "{text}");
        }
    }
}
