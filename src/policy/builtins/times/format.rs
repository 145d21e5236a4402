//! Writing times.

use std::fmt::Write as _;

use super::civil::{Civil, MONTHS};
use super::layout::{Offset, Pad, Part, Text, next};

pub(super) fn format(layout: &str, time: &Civil, offset: i64, abbreviation: &str) -> String {
    let mut out = String::with_capacity(layout.len() + 16);
    let mut rest = layout;
    while !rest.is_empty() {
        let (before, part, behind) = next(rest);
        out.push_str(before);
        if let Some(part) = part {
            write_part(&mut out, part, time, offset, abbreviation);
        }
        rest = behind;
    }
    out
}

fn padded(out: &mut String, number: i64, width: usize, pad: Pad) {
    let _ = match pad {
        Pad::None => write!(out, "{number}"),
        Pad::Zero => write!(out, "{number:0width$}"),
        Pad::Space => write!(out, "{number:width$}"),
    };
}

fn named(out: &mut String, name: &str, length: Text) {
    out.push_str(match length {
        Text::Long => name,
        Text::Short => name.get(..3).unwrap_or(name),
    });
}

fn write_part(out: &mut String, part: Part, time: &Civil, offset: i64, abbreviation: &str) {
    let hour12 = if time.hour % 12 == 0 { 12 } else { time.hour % 12 };
    match part {
        Part::Month(length) => {
            let month = usize::try_from(time.month - 1).ok().and_then(|month| MONTHS.get(month));
            named(out, month.copied().unwrap_or(""), length);
        }
        Part::NumericMonth(pad) => padded(out, time.month, 2, pad),
        Part::Weekday(length) => named(out, time.weekday(), length),
        Part::Day(pad) => padded(out, time.day, 2, pad),
        Part::DayOfYear(pad) => padded(out, time.day_of_year(), 3, pad),
        Part::Hour24 => padded(out, time.hour, 2, Pad::Zero),
        Part::Hour12(pad) => padded(out, hour12, 2, pad),
        Part::Minute(pad) => padded(out, time.minute, 2, pad),
        Part::Second(pad) => padded(out, time.second, 2, pad),
        Part::ShortYear => padded(out, time.year.max(0) % 100, 2, Pad::Zero),
        Part::LongYear => padded(out, time.year, 4, Pad::Zero),
        Part::Noon { upper } => out.push_str(match (time.hour >= 12, upper) {
            (true, true) => "PM",
            (false, true) => "AM",
            (true, false) => "pm",
            (false, false) => "am",
        }),
        Part::Abbreviation => out.push_str(abbreviation),
        Part::Offset(form) => write_offset(out, form, offset),
        Part::Fraction { digits, comma, trimmed } => {
            let mut text = format!("{:09}", time.nanosecond);
            text.truncate(digits);
            if trimmed {
                text.truncate(text.trim_end_matches('0').len());
            }
            if !text.is_empty() {
                out.push(if comma { ',' } else { '.' });
                out.push_str(&text);
            }
        }
    }
}

fn write_offset(out: &mut String, form: Offset, offset: i64) {
    if form.z && offset == 0 {
        out.push('Z');
        return;
    }
    let minutes = offset / 60;
    out.push(if minutes < 0 { '-' } else { '+' });
    let colon = if form.colon { ":" } else { "" };
    let _ = write!(out, "{:02}", minutes.abs() / 60);
    if form.minutes {
        let _ = write!(out, "{colon}{:02}", minutes.abs() % 60);
    }
    if form.seconds {
        let _ = write!(out, "{colon}{:02}", offset.abs() % 60);
    }
}
