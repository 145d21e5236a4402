//! Names, times and strings of a certificate.

use anyhow::{Context, Result, bail};
use regorus::Value;

use super::der::{Der, Oid, tag};
use super::json;
use super::text;

/// An attribute of a name: its type, and its value as text.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) id: Oid,
    pub(super) value: String,
}

/// A distinguished name: its attributes in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Name(pub(super) Vec<Attribute>);

impl Name {
    /// Reads a name from its element.
    pub(super) fn parse(raw: &[u8]) -> Result<Self> {
        let mut sequence = Der(raw).read(tag::SEQUENCE).context("malformed name")?;
        let mut attributes = Vec::new();
        while !sequence.is_empty() {
            let mut set = sequence.read(tag::SET).context("malformed name")?;
            while !set.is_empty() {
                let mut attribute = set.read(tag::SEQUENCE).context("malformed name")?;
                let id = attribute.oid().context("malformed name")?;
                let element = attribute.any().context("malformed name")?;
                attributes.push(Attribute { id, value: string(element.tag, element.content.0)? });
            }
        }
        Ok(Self(attributes))
    }

    /// Values of the attribute `2.5.4.n`.
    fn of(&self, number: u32) -> impl DoubleEndedIterator<Item = &str> {
        let is_it = move |attribute: &&Attribute| attribute.id == [2, 5, 4, number];
        self.0.iter().filter(is_it).map(|attribute| attribute.value.as_str())
    }

    pub(super) fn value(&self) -> Value {
        let all = |number| json::list(&self.of(number).collect::<Vec<_>>(), |value| json::text(value));
        let last = |number| json::text(self.of(number).next_back().unwrap_or_default());
        json::object([
            ("Country", all(6)),
            ("Organization", all(10)),
            ("OrganizationalUnit", all(11)),
            ("Locality", all(7)),
            ("Province", all(8)),
            ("StreetAddress", all(9)),
            ("PostalCode", all(17)),
            ("SerialNumber", last(5)),
            ("CommonName", last(3)),
            (
                "Names",
                json::list(&self.0, |Attribute { id, value }| {
                    json::object([("Type", json::oid(id)), ("Value", json::text(value))])
                }),
            ),
            ("ExtraNames", Value::Null),
        ])
    }
}

/// A string of any of the types that names use.
fn string(tag: u8, bytes: &[u8]) -> Result<String> {
    let of_all = |allowed: fn(u8) -> bool| bytes.iter().all(|byte| allowed(*byte)).then(|| text::lossy(bytes));
    let text = match tag {
        12 => std::str::from_utf8(bytes).ok().map(str::to_owned),
        18 => of_all(|byte| byte.is_ascii_digit() || byte == b' '),
        19 => of_all(|byte| byte.is_ascii_alphanumeric() || b"'()+,-./ :=?*&".contains(&byte)),
        // T.61, taken for Latin-1.
        20 => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        22 => of_all(|byte| byte.is_ascii()),
        30 => ucs2(bytes),
        other => bail!("unsupported type of string: {other}"),
    };
    text.context("malformed string in a name")
}

/// Two bytes each character, and none that UCS-2 has not.
fn ucs2(bytes: &[u8]) -> Option<String> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let bytes = bytes.strip_suffix(&[0, 0]).unwrap_or(bytes);
    bytes
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => match u32::from(*high) << 8 | u32::from(*low) {
                0xfffe | 0xffff | 0xfdd0..=0xfdef => None,
                point => char::from_u32(point),
            },
            _ => None,
        })
        .collect()
}

/// A time of a certificate, in seconds since 1970 and as RFC 3339 writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) seconds: i64,
    pub(super) text: String,
}

/// Reads a `UTCTime` or `GeneralizedTime`.
pub(super) fn time(der: &mut Der) -> Result<Time> {
    let element = der.any().context("malformed time")?;
    let bytes = element.content.0;
    let short = match element.tag {
        tag::UTC_TIME => true,
        tag::GENERALIZED_TIME => false,
        _ => bail!("unsupported format of time"),
    };
    let text = std::str::from_utf8(bytes).ok().context("malformed time")?;
    let Some(digits) = text.strip_suffix('Z') else {
        let zone = text.len().checked_sub(5).and_then(|at| text.split_at_checked(at));
        if let Some((digits, zone)) = zone
            && zone.starts_with(['+', '-'])
            && digits.bytes().chain(zone.bytes().skip(1)).all(|byte| byte.is_ascii_digit())
        {
            return Err(super::beyond("a certificate's time is in a zone that is not UTC"));
        }
        bail!("malformed time");
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        bail!("malformed time");
    }
    let (year, rest) = digits.split_at_checked(if short { 2 } else { 4 }).context("malformed time")?;
    let mut year: i64 = year.parse().context("malformed time")?;
    if short {
        // 50 to 99 are of the last century.
        year += if year >= 50 { 1900 } else { 2000 };
    }
    let parts: Vec<i64> = rest
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?.parse().ok())
        .collect();
    let (month, day, hour, minute, second) = match parts.as_slice() {
        [month, day, hour, minute, second] if rest.len() == 10 => (*month, *day, *hour, *minute, *second),
        [month, day, hour, minute] if short && rest.len() == 8 => (*month, *day, *hour, *minute, 0),
        _ => bail!("malformed time"),
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=12).contains(&month) || !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        bail!("malformed time");
    }
    Ok(Time {
        seconds: days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second,
        text: format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
    })
}

/// Days from 1970-01-01 to a day of the Gregorian calendar, with years that begin in March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(kind: u8, text: &str) -> Option<(i64, String)> {
        let mut bytes = vec![kind, u8::try_from(text.len()).unwrap()];
        bytes.extend(text.as_bytes());
        time(&mut Der(&bytes)).ok().map(|time| (time.seconds, time.text))
    }

    #[test]
    fn times() {
        assert_eq!(read(23, "700101000000Z"), Some((0, "1970-01-01T00:00:00Z".to_owned())));
        assert_eq!(read(23, "491231235959Z"), Some((2_524_607_999, "2049-12-31T23:59:59Z".to_owned())));
        assert_eq!(read(23, "500101000000Z").unwrap().1, "1950-01-01T00:00:00Z");
        assert_eq!(read(23, "2402290101Z").unwrap().1, "2024-02-29T01:01:00Z", "without seconds");
        assert_eq!(read(24, "99991231235959Z").unwrap().0, 253_402_300_799);
        assert_eq!(read(24, "00000229000000Z").unwrap().1, "0000-02-29T00:00:00Z");
        for wrong in ["230229000000Z", "231301000000Z", "230101240000Z", "2301010000", "230101000000", "2301010000.1Z"]
        {
            assert_eq!(read(23, wrong), None, "{wrong}");
        }
        assert_eq!(read(24, "202301010000Z"), None, "seconds are needed");
    }

    #[test]
    fn strings() {
        assert_eq!(string(30, &[0, 0x41, 0x20, 0xac, 0, 0]).unwrap(), "A€");
        assert!(string(30, &[0xd8, 0]).is_err());
        assert_eq!(string(20, b"\xe9").unwrap(), "é");
        assert_eq!(string(19, b"*.a&b").unwrap(), "*.a&b");
        assert!(string(19, b"a@b").is_err());
        assert!(string(12, b"\xff").is_err());
        assert!(string(4, b"a").is_err());
    }
}
