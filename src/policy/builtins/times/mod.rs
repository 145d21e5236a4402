//! `time.*`, as Go's package has it. The zones are those of the IANA, compiled in; the host's own is no part of a
//! push.

mod civil;
mod duration;
mod format;
mod layout;
pub(super) mod parse;

use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{OffsetName, Tz};
use regorus::Value;

use super::Own;
use super::arguments::{integer, text, too_much};
use civil::Civil;

pub(super) const TABLE: &[Own] = &[
    own!("time.add_date", 4, add_date),
    own!("time.clock", 1, clock),
    own!("time.date", 1, date),
    own!("time.diff", 2, diff),
    own!("time.format", 1, format),
    own!("time.parse_duration_ns", 1, parse_duration),
    own!("time.parse_ns", 2, parse_ns),
    own!("time.parse_rfc3339_ns", 1, parse_rfc3339),
    own!("time.weekday", 1, weekday),
];

const SECOND: i128 = 1_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    Utc,
    Named(Tz),
}

impl Zone {
    fn named(name: &str) -> Result<Self> {
        match name {
            "" | "UTC" => Ok(Self::Utc),
            "Local" => bail!("the host's time zone is no part of the push: name a zone"),
            name => Ok(Self::Named(name.parse().map_err(|_| anyhow!("unknown time zone {name}"))?)),
        }
    }

    /// Seconds east of Greenwich at a time in seconds since 1970, and the abbreviation.
    fn offset(self, seconds: i64) -> (i64, String) {
        let Self::Named(zone) = self else { return (0, "UTC".to_owned()) };
        let Some(time) = DateTime::from_timestamp(seconds, 0) else { return (0, "UTC".to_owned()) };
        let offset = zone.offset_from_utc_datetime(&time.naive_utc());
        let seconds = i64::from(offset.fix().local_minus_utc());
        let name = offset.abbreviation().map_or_else(|| unnamed(seconds), str::to_owned);
        (seconds, name)
    }
}

/// What stands for the abbreviation of a zone that has none: `-03`, `+0530`.
fn unnamed(offset: i64) -> String {
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
    let rest = if minutes % 60 == 0 { String::new() } else { format!("{:02}", minutes % 60) };
    format!("{sign}{:02}{rest}", minutes / 60)
}

/// A point in time and where it is looked at from.
#[derive(Clone, Copy, Debug)]
struct Time {
    nanoseconds: i64,
    zone: Zone,
}

impl Time {
    fn civil(self) -> Civil {
        let seconds = self.nanoseconds.div_euclid(1_000_000_000);
        let (offset, _) = self.zone.offset(seconds);
        Civil::of(seconds + offset, self.nanoseconds.rem_euclid(1_000_000_000))
    }
}

/// `ns`, `[ns, zone]` or `[ns, zone, layout]`.
fn time(value: &Value) -> Result<(Time, &str)> {
    let wrong = || anyhow!("wants nanoseconds or [nanoseconds, zone]");
    let (number, zone, layout) = match value {
        Value::Number(_) => (value, Zone::Utc, ""),
        Value::Array(items) => match items.as_slice() {
            [] => return Err(wrong()),
            [number] => (number, Zone::Utc, ""),
            [number, zone] => (number, Zone::named(text(zone)?)?, ""),
            [number, zone, layout, ..] => (number, Zone::named(text(zone)?)?, text(layout)?),
        },
        _ => return Err(wrong()),
    };
    Ok((Time { nanoseconds: integer(number).context("timestamp too big")?, zone }, layout))
}

fn nanoseconds(value: i128) -> Result<Value> {
    i64::try_from(value).map(Value::from).map_err(|_| anyhow!("time outside of valid range"))
}

fn numbers(values: impl IntoIterator<Item = i64>) -> Value {
    Value::from(values.into_iter().map(Value::from).collect::<Vec<_>>())
}

fn one(arguments: &[Value]) -> Result<&Value> {
    match arguments {
        [value] => Ok(value),
        _ => bail!("wrong number of arguments"),
    }
}

fn date(arguments: &[Value]) -> Result<Value> {
    let civil = time(one(arguments)?)?.0.civil();
    Ok(numbers([civil.year, civil.month, civil.day]))
}

fn clock(arguments: &[Value]) -> Result<Value> {
    let civil = time(one(arguments)?)?.0.civil();
    Ok(numbers([civil.hour, civil.minute, civil.second]))
}

fn weekday(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(time(one(arguments)?)?.0.civil().weekday()))
}

fn format(arguments: &[Value]) -> Result<Value> {
    let (time, layout) = time(one(arguments)?)?;
    let layout = if layout.is_empty() { "RFC3339Nano" } else { layout };
    let (offset, abbreviation) = time.zone.offset(time.nanoseconds.div_euclid(1_000_000_000));
    Ok(Value::from(format::format(layout::known(layout), &time.civil(), offset, &abbreviation)))
}

fn parse_ns(arguments: &[Value]) -> Result<Value> {
    let [layout, value] = arguments else { bail!("wrong number of arguments") };
    nanoseconds(parse::parse(layout::known(text(layout)?), text(value)?)?)
}

fn parse_rfc3339(arguments: &[Value]) -> Result<Value> {
    nanoseconds(parse::parse(layout::known("RFC3339"), text(one(arguments)?)?)?)
}

fn parse_duration(arguments: &[Value]) -> Result<Value> {
    duration::parse(text(one(arguments)?)?).map(Value::from)
}

/// Beyond this Go's numbers overflow.
const MOST: i64 = 1_000_000_000_000_000;

fn add_date(arguments: &[Value]) -> Result<Value> {
    let [start, years, months, days] = arguments else { bail!("wrong number of arguments") };
    let (start, _) = time(start)?;
    let (years, months, days) = (integer(years)?, integer(months)?, integer(days)?);
    if [years, months, days].into_iter().any(|number| !(-MOST..=MOST).contains(&number)) {
        return Err(too_much("time.add_date: too many years, months or days"));
    }
    let civil = start.civil();
    let months = civil.month - 1 + months;
    let first = civil::days(civil.year + years + months.div_euclid(12), months.rem_euclid(12) + 1);
    let days = first + i128::from(civil.day - 1 + days);
    let local = days * 86_400 + i128::from(civil.hour * 3_600 + civil.minute * 60 + civil.second);
    let mut seconds = local;
    if let Ok(guess) = i64::try_from(local) {
        // The offset of the local time taken for one of UTC, or else of the time that gives.
        let (offset, _) = start.zone.offset(guess);
        if offset != 0 {
            seconds = local - i128::from(start.zone.offset(guess - offset).0);
        }
    }
    nanoseconds(seconds * SECOND + i128::from(civil.nanosecond))
}

fn diff(arguments: &[Value]) -> Result<Value> {
    let [a, b] = arguments else { bail!("wrong number of arguments") };
    let (mut a, mut b) = (time(a)?.0, time(b)?.0);
    b.zone = a.zone;
    if a.nanoseconds > b.nanoseconds {
        std::mem::swap(&mut a, &mut b);
    }
    let (a, b) = (a.civil(), b.civil());
    let (mut year, mut month, mut day) = (b.year - a.year, b.month - a.month, b.day - a.day);
    let (mut hour, mut minute, mut second) = (b.hour - a.hour, b.minute - a.minute, b.second - a.second);
    if second < 0 {
        second += 60;
        minute -= 1;
    }
    if minute < 0 {
        minute += 60;
        hour -= 1;
    }
    if hour < 0 {
        hour += 24;
        day -= 1;
    }
    if day < 0 {
        day += civil::days_of(a.year, a.month);
        month -= 1;
    }
    if month < 0 {
        month += 12;
        year -= 1;
    }
    Ok(numbers([year, month, day, hour, minute, second]))
}
