//! Classes of Unicode by Go's names, written for the `regex` crate.

use super::go_regex::Unreadable::{self, Invalid};

/// The class of all characters.
pub(super) const ANYTHING: &str = r"[\x{0}-\x{10FFFF}]";

/// The class of none.
pub(super) const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

/// `\p{name}`, as an element of a class. Names are read without case, spaces, `_` and `-`.
pub(super) fn unicode_class(name: &str, negated: bool) -> Result<String, Unreadable> {
    let plain: String =
        name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).map(|c| c.to_ascii_lowercase()).collect();
    let letter = if negated { 'P' } else { 'p' };
    let is_known = |text: &str| regex::Regex::new(text).is_ok();
    match plain.as_str() {
        "" => return Err(Invalid),
        // The `regex` crate reads `IsGreek`.
        name if name.starts_with("is") => return Err(Invalid),
        "any" if negated => return Ok(NOTHING.to_owned()),
        "any" => return Ok(ANYTHING.to_owned()),
        "ascii" if negated => return Ok("[^[:ascii:]]".to_owned()),
        "ascii" => return Ok("[[:ascii:]]".to_owned()),
        "assigned" => return Ok(format!("\\{}{{gc=Cn}}", if negated { 'p' } else { 'P' })),
        // No text has a surrogate in it.
        "cs" | "surrogate" => return Ok(if negated { ANYTHING } else { NOTHING }.to_owned()),
        _ => {}
    }
    if !plain.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Invalid);
    }
    // Short names of scripts (`Grek`) and of what is neither are none to Go.
    let kinds =
        if plain.len() == 4 && !SCRIPTS_OF_FOUR.contains(&plain.as_str()) { &["gc"][..] } else { &["gc", "sc"] };
    kinds.iter().map(|kind| format!("\\{letter}{{{kind}={plain}}}")).find(|text| is_known(text)).ok_or(Invalid)
}

/// Scripts whose names, not only their codes, have four letters.
const SCRIPTS_OF_FOUR: [&str; 9] = ["ahom", "cham", "kawi", "lisu", "miao", "modi", "newa", "thai", "toto"];
