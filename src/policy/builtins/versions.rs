//! `semver.*`: versions as <https://semver.org> has them, with or without a `v` in front.

use std::cmp::Ordering;

use anyhow::{Context, Result, bail};
use regorus::Value;

use super::Own;
use super::arguments::text;

pub(super) const TABLE: &[Own] = &[own!("semver.compare", 2, compare), own!("semver.is_valid", 1, is_valid)];

#[derive(Debug, PartialEq, Eq)]
struct Version<'t> {
    /// Major, minor and patch.
    numbers: [i64; 3],
    /// The parts of the pre-release; none for a release.
    pre: Vec<&'t str>,
}

fn identifiers(text: &str) -> Option<Vec<&str>> {
    let known = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    text.split('.').map(|part| Some(part).filter(known)).collect()
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && is_number(text) && (text.len() == 1 || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

fn parse(text: &str) -> Option<Version<'_>> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, metadata) = text.split_once('+').map_or((text, None), |(text, metadata)| (text, Some(metadata)));
    if let Some(metadata) = metadata {
        identifiers(metadata)?;
    }
    let (text, pre) = text.split_once('-').map_or((text, None), |(text, pre)| (text, Some(pre)));
    let pre = match pre {
        Some(pre) => identifiers(pre)?,
        None => Vec::new(),
    };
    if pre.iter().any(|part| part.len() > 1 && part.starts_with('0') && is_number(part)) {
        return None;
    }
    let mut numbers = text.split('.').map(number);
    let version = Version { numbers: [numbers.next()??, numbers.next()??, numbers.next()??], pre };
    numbers.next().is_none().then_some(version)
}

fn order(a: &str, b: &str) -> Ordering {
    match (is_number(a), is_number(b)) {
        (true, true) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    }
}

impl Version<'_> {
    fn order(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                let differing = self.pre.iter().zip(&other.pre).map(|(a, b)| order(a, b)).find(|order| order.is_ne());
                differing.unwrap_or_else(|| self.pre.len().cmp(&other.pre.len()))
            }
        })
    }
}

fn compare(arguments: &[Value]) -> Result<Value> {
    let [a, b] = arguments else { bail!("wrong number of arguments") };
    let (a, b) = (text(a)?, text(b)?);
    let wrong = |at: usize, text: &str| format!("operand {at}: string {text} is not a valid SemVer");
    let (a, b) = (parse(a).with_context(|| wrong(1, a))?, parse(b).with_context(|| wrong(2, b))?);
    Ok(Value::from(match a.order(&b) {
        Ordering::Less => -1_i64,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "builtins may fail")]
fn is_valid(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(matches!(arguments, [Value::String(text)] if parse(text).is_some())))
}
