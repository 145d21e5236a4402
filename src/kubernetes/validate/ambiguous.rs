//! Strings without quotes that other readers of YAML take for something else.

use super::{
    Context,
    trail::{Crumb, Trail},
    written::Written,
};
use crate::{
    document::{Node, Value, Violation},
    kubernetes::schema::{Accepts, Format, Link, Others, Schema},
    text::shortened,
};

/// Strings that are good here, and would not be strings to other readers of YAML: one violation
/// each, at most [`super::MOST`]. A file in JSON has none.
#[must_use]
pub fn ambiguous(schema: &Schema, node: &Node, context: &Context<'_>) -> Vec<Violation> {
    let mut search = Search { context, trail: Trail::default(), found: Vec::new() };
    search.look(schema, node);
    search.found
}

struct Search<'a> {
    context: &'a Context<'a>,
    trail: Trail<'a>,
    found: Vec<Violation>,
}

impl<'a> Search<'a> {
    fn look(&mut self, schema: &'a Schema, node: &'a Node) {
        if self.found.len() >= super::MOST {
            return;
        }
        match &node.value {
            Value::String(_) if schema.accepts == Accepts::String => self.string(schema, node),
            Value::Mapping(entries) => {
                for entry in entries {
                    let metadata = self.context.metadata.filter(|_| schema.embedded && entry.key == "metadata");
                    let link = schema.property(&entry.key).or(match &schema.others {
                        Others::Each(link) => Some(link),
                        Others::Refused | Others::Kept => None,
                    });
                    if let Some(inner) = metadata.or_else(|| link.and_then(|link| self.follow(link))) {
                        self.trail.push(Crumb::Key(&entry.key));
                        self.look(inner, &entry.value);
                        self.trail.pop();
                    }
                }
            }
            Value::Sequence(items) => {
                let Some(inner) = schema.items.as_ref().and_then(|link| self.follow(link)) else { return };
                for (index, item) in items.iter().enumerate() {
                    self.trail.push(Crumb::Index(index));
                    self.look(inner, item);
                    self.trail.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn string(&mut self, schema: &Schema, node: &Node) {
        // Who writes a time where one is asked for is understood by all.
        if matches!(schema.format, Some(Format::DateTime | Format::Date)) {
            return;
        }
        let Written::Plain(plain) = Written::of(node, self.context.source) else { return };
        let Some(reading) = readings(plain) else { return };
        let plain = if self.context.secret { String::new() } else { shortened(plain, 40) };
        let value = if plain.is_empty() { "the string".to_owned() } else { format!("the string `{plain}`") };
        let quoted =
            if plain.is_empty() { "put it in quotes".to_owned() } else { format!("put it in quotes: \"{plain}\"") };
        let message = format!("{value} of {} is {reading} to other readers of YAML", self.trail.name());
        self.found.push(Violation::of_value(self.trail.route(), message).labelled("without quotes").with_help(quoted));
    }

    fn follow(&self, link: &'a Link) -> Option<&'a Schema> {
        match link {
            Link::Inline(schema) => Some(schema),
            Link::Definition(number) => self.context.definitions.get(*number),
        }
    }
}

/// What readers other than `sigs.k8s.io/yaml` make of a plain scalar that is a string there: those
/// of YAML 1.1 in full (`PyYAML`, Ansible) or of YAML 1.2. `None` when all agree on a string.
#[must_use]
pub fn readings(plain_text: &str) -> Option<&'static str> {
    match plain_text {
        "=" => return Some("the default key of YAML 1.1"),
        "<<" => return Some("the merge key"),
        _ => {}
    }
    let unsigned = plain_text.strip_prefix(['+', '-']).unwrap_or(plain_text);
    match unsigned.as_bytes() {
        [b'0', b'o', digits @ ..] if !digits.is_empty() && digits.iter().all(|byte| matches!(byte, b'0'..=b'7')) => {
            Some("an octal number")
        }
        [b'.', b'i' | b'I', ..] if matches!(unsigned, ".inf" | ".Inf" | ".INF") => Some("infinity"),
        [b'.', b'n' | b'N', ..] if matches!(plain_text, ".nan" | ".NaN" | ".NAN") => Some("not a number"),
        [b'.', b'0'..=b'9', ..] if is_fraction(unsigned) => Some("a number"),
        [b'0'..=b'9', ..] if unsigned.contains(':') && is_base_60(unsigned) => Some("a number to the base 60"),
        [b'0'..=b'9', ..] if is_timestamp(plain_text) => Some("a date"),
        [b'0'..=b'9', ..] if is_number(unsigned) => Some("a number"),
        _ => None,
    }
}

/// `1:30`, `12:30:45`, `1:30.5`: parts below 60 behind digits that do not begin with `0`, unless there
/// is a fraction.
fn is_base_60(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or("");
    let good_first = first.starts_with(|c: char| c.is_ascii_digit() && (c != '0' || fraction.is_some()))
        && first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let good_part = |part: &str| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    let good_fraction =
        fraction.is_none_or(|fraction| fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_'));
    good_first && parts.all(good_part) && good_fraction
}

/// `.5`, `.5_0`, `.5e+3`.
fn is_fraction(text: &str) -> bool {
    let digits = text.strip_prefix('.').unwrap_or(text);
    let (digits, exponent) =
        digits.split_once(['e', 'E']).map_or((digits, "0"), |(digits, exponent)| (digits, exponent));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
        && !exponent.is_empty()
        && exponent.bytes().all(|byte| byte.is_ascii_digit())
}

/// A decimal number that YAML 1.2 reads, also one that is too large for a float.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) =
        text.split_once(['e', 'E']).map_or((text, "0"), |(mantissa, exponent)| (mantissa, exponent));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !whole.is_empty() && digits(whole) && digits(fraction) && !exponent.is_empty() && digits(exponent)
}

/// `2024-01-01`, `2024-1-1 12:30:45 +2`, `2024-01-01T12:30:45.5Z`.
fn is_timestamp(text: &str) -> bool {
    let end = text.find(['T', 't', ' ', '\t']);
    let date = end.map_or(text, |end| text.get(..end).unwrap_or(text));
    let number = |part: &str, least: usize, most: usize| {
        (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts: Vec<&str> = date.splitn(4, '-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let Some(end) = end else { return number(year, 4, 4) && number(month, 2, 2) && number(day, 2, 2) };
    if !(number(year, 4, 4) && number(month, 1, 2) && number(day, 1, 2)) {
        return false;
    }
    let time = text.get(end + 1..).unwrap_or("").trim_start();
    let clock_end = time.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(clock_end).unwrap_or((time, ""));
    let clock = clock.split_once('.').map_or(clock, |(clock, _)| clock);
    let parts: Vec<&str> = clock.splitn(4, ':').collect();
    let [hours, minutes, seconds] = parts.as_slice() else { return false };
    let zone = zone.trim_start();
    let offset =
        zone.strip_prefix(['+', '-']).map(|offset| offset.bytes().all(|byte| byte.is_ascii_digit() || byte == b':'));
    number(hours, 1, 2)
        && number(minutes, 2, 2)
        && number(seconds, 2, 2)
        && (matches!(zone, "" | "Z") || offset == Some(true))
}

#[cfg(test)]
mod tests {
    use super::readings;

    #[test]
    fn other_readers_differ() {
        let cases = [
            ("1:30", "a number to the base 60"),
            ("12:30:45", "a number to the base 60"),
            ("22:22", "a number to the base 60"),
            ("-1:30", "a number to the base 60"),
            ("0:30.5", "a number to the base 60"),
            ("0o17", "an octal number"),
            ("=", "the default key of YAML 1.1"),
            ("<<", "the merge key"),
            ("2024-01-01", "a date"),
            ("2024-1-1 12:30:45", "a date"),
            ("2024-01-01T12:30:45.5Z", "a date"),
            ("2024-01-01 12:30:45 +02:00", "a date"),
            (".5_", "a number"),
            (".5_0", "a number"),
            ("1e400", "a number"),
            (".inf", "infinity"),
            ("-.Inf", "infinity"),
            (".NaN", "not a number"),
        ];
        for (text, reading) in cases {
            assert_eq!(readings(text), Some(reading), "{text}");
        }
        let strings = [
            "",
            "a",
            "1:60",
            "01:30",
            "8080:80",
            "1:2:3:x",
            "0o8",
            "0o",
            "2024-1-1",
            "2024-01",
            "2024-01-01x",
            "1.2.3",
            "v1",
            "10.0.0.1",
            "1.5.",
            ".5.",
            "..",
            ".",
            "-",
            "== 1",
            "http://a:80",
            "24h",
            "1e",
            "sha256:12",
            "5m",
            "2024-01-01T12",
            ".info",
            "::1",
            "1:30:",
            "0x",
            "1_000x",
            "/",
            "12:30:45:99",
        ];
        for text in strings {
            assert_eq!(readings(text), None, "{text}");
        }
    }
}
