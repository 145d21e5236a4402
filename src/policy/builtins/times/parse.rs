//! Reading times by a layout.

use anyhow::{Context, Result, bail};

use super::civil::{self, MONTHS, WEEKDAYS};
use super::layout::{Offset, Pad, Part, Text, next};

/// What has been read.
#[derive(Default)]
struct Read {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: i64,
    afternoon: Option<bool>,
    /// Seconds east of Greenwich.
    offset: i64,
}

/// A text to be read, from its start on.
struct Input<'t>(&'t str);

impl<'t> Input<'t> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.0.as_bytes().get(at).copied()
    }

    fn digit(&self, at: usize) -> bool {
        self.byte(at).is_some_and(|byte| byte.is_ascii_digit())
    }

    fn take(&mut self, count: usize) -> Result<&'t str> {
        let (taken, rest) = self.0.split_at_checked(count).context("too short")?;
        self.0 = rest;
        Ok(taken)
    }

    /// The literal text of a layout; any number of spaces for some.
    fn skip(&mut self, literal: &str) -> Result<()> {
        let mut literal = literal;
        while let Some(c) = literal.chars().next() {
            if c == ' ' {
                if !self.0.is_empty() && !self.0.starts_with(' ') {
                    bail!("no space");
                }
                literal = literal.trim_start_matches(' ');
                self.0 = self.0.trim_start_matches(' ');
            } else {
                self.0 = self.0.strip_prefix(c).context("other text")?;
                literal = literal.get(c.len_utf8()..).unwrap_or("");
            }
        }
        Ok(())
    }

    /// A number of at least one digit and at most `most`; of all of them if `fixed`.
    fn number(&mut self, most: usize, fixed: bool) -> Result<i64> {
        let digits = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if digits == 0 || (fixed && digits != most) {
            bail!("no number");
        }
        Ok(self.take(digits)?.parse()?)
    }

    fn name(&mut self, names: &[&str], length: Text) -> Result<i64> {
        for (index, name) in names.iter().enumerate() {
            let name = if length == Text::Short { name.get(..3).unwrap_or(name) } else { name };
            if self.0.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name)) {
                self.take(name.len())?;
                return Ok(i64::try_from(index)?);
            }
        }
        bail!("no name")
    }

    /// `.123`, of so many bytes.
    fn fraction(&mut self, length: usize) -> Result<i64> {
        let text = self.take(length)?;
        let digits = text.get(1..length.min(10)).context("too short")?;
        if !text.starts_with(['.', ',']) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!("no fraction");
        }
        Ok(format!("{digits:0<9}").parse()?)
    }
}

fn limited(number: i64, most: i64) -> Result<i64> {
    if number > most {
        bail!("out of range");
    }
    Ok(number)
}

/// Nanoseconds since 1970.
pub(in super::super) fn parse(layout: &str, value: &str) -> Result<i128> {
    let (mut layout, mut text) = (layout, Input(value));
    let mut read = Read::default();
    loop {
        let (before, part, rest) = next(layout);
        text.skip(before)?;
        let Some(part) = part else {
            if !text.0.is_empty() {
                bail!("extra text");
            }
            break;
        };
        layout = rest;
        read.part(part, &mut text, rest)?;
    }
    read.time()
}

impl Read {
    fn part(&mut self, part: Part, text: &mut Input<'_>, rest: &str) -> Result<()> {
        match part {
            Part::ShortYear => {
                let year = text.number(2, true)?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Part::LongYear => self.year = text.number(4, true)?,
            Part::Month(length) => self.month = Some(text.name(&MONTHS, length)? + 1),
            Part::NumericMonth(pad) => {
                let month = limited(text.number(2, pad == Pad::Zero)?, 12)?;
                if month == 0 {
                    bail!("month out of range");
                }
                self.month = Some(month);
            }
            Part::Weekday(length) => {
                text.name(&WEEKDAYS, length)?;
            }
            Part::Day(pad) => {
                if pad == Pad::Space {
                    text.0 = text.0.strip_prefix(' ').unwrap_or(text.0);
                }
                self.day = Some(text.number(2, pad == Pad::Zero)?);
            }
            Part::DayOfYear(pad) => {
                for _ in 0..2 {
                    if pad == Pad::Space {
                        text.0 = text.0.strip_prefix(' ').unwrap_or(text.0);
                    }
                }
                self.day_of_year = Some(text.number(3, pad == Pad::Zero)?);
            }
            Part::Hour24 => self.hour = limited(text.number(2, false)?, 23)?,
            Part::Hour12(pad) => self.hour = limited(text.number(2, pad == Pad::Zero)?, 12)?,
            Part::Minute(pad) => self.minute = limited(text.number(2, pad == Pad::Zero)?, 59)?,
            Part::Second(pad) => {
                self.second = limited(text.number(2, pad == Pad::Zero)?, 59)?;
                // A fraction may follow where the layout has none.
                let fraction = matches!(text.byte(0), Some(b'.' | b',')) && text.digit(1);
                if fraction && !matches!(next(rest).1, Some(Part::Fraction { .. })) {
                    let length = 1 + text.0.bytes().skip(1).take_while(u8::is_ascii_digit).count();
                    self.nanosecond = text.fraction(length)?;
                }
            }
            Part::Fraction { digits, trimmed: false, .. } => self.nanosecond = text.fraction(digits + 1)?,
            Part::Fraction { .. } => {
                if matches!(text.byte(0), Some(b'.' | b',')) && text.digit(1) {
                    let length = 1 + text.0.bytes().skip(1).take_while(u8::is_ascii_digit).count();
                    self.nanosecond = text.fraction(length)?;
                }
            }
            Part::Noon { upper } => {
                let (am, pm) = if upper { ("AM", "PM") } else { ("am", "pm") };
                let read = text.take(2)?;
                if read != am && read != pm {
                    bail!("neither {am} nor {pm}");
                }
                self.afternoon = Some(read == pm);
            }
            Part::Offset(form) => self.offset = offset(form, text)?,
            Part::Abbreviation => {
                let length = abbreviation(text.0).context("no zone")?;
                text.take(length)?;
            }
        }
        Ok(())
    }

    fn time(mut self) -> Result<i128> {
        match self.afternoon {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            Some(_) | None => {}
        }
        if let Some(day_of_year) = self.day_of_year {
            let year = if civil::is_leap(self.year) { 366 } else { 365 };
            if !(1..=year).contains(&day_of_year) {
                bail!("day of year out of range");
            }
            let (mut month, mut day) = (1, day_of_year);
            while day > civil::days_of(self.year, month) {
                day -= civil::days_of(self.year, month);
                month += 1;
            }
            if self.month.is_some_and(|other| other != month) || self.day.is_some_and(|other| other != day) {
                bail!("day of year does not match");
            }
            (self.month, self.day) = (Some(month), Some(day));
        }
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        if !(1..=civil::days_of(self.year, month)).contains(&day) {
            bail!("day out of range");
        }
        let days = civil::days(self.year, month) + i128::from(day - 1);
        let seconds = days * 86_400 + i128::from(self.hour * 3_600 + self.minute * 60 + self.second - self.offset);
        Ok(seconds * super::SECOND + i128::from(self.nanosecond))
    }
}

fn offset(form: Offset, text: &mut Input<'_>) -> Result<i64> {
    if form.z && text.0.starts_with('Z') {
        text.take(1)?;
        return Ok(0);
    }
    let sign = match text.take(1)? {
        "+" => 1,
        "-" => -1,
        _ => bail!("no sign"),
    };
    let mut seconds = limited(text.number(2, true)?, 24)? * 3_600;
    for (wanted, factor) in [(form.minutes, 60), (form.seconds, 1)] {
        if wanted {
            if form.colon && text.take(1)? != ":" {
                bail!("no colon");
            }
            seconds += limited(text.number(2, true)?, 60)? * factor;
        }
    }
    Ok(sign * seconds)
}

/// How long the abbreviation of a zone is. What it stands for nobody knows: it counts as UTC.
fn abbreviation(text: &str) -> Option<usize> {
    if text.starts_with("UTC") {
        return Some(3);
    }
    if text.len() < 3 {
        return None;
    }
    if text.starts_with("ChST") || text.starts_with("MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix("GMT") {
        return Some(3 + signed_hours(rest));
    }
    if text.starts_with(['+', '-']) {
        return Some(signed_hours(text)).filter(|length| *length > 0);
    }
    let bytes = text.as_bytes();
    match bytes.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        3 => Some(3),
        4 => Some(4).filter(|_| bytes.get(3) == Some(&b'T') || text.starts_with("WITA")),
        5 => Some(5).filter(|_| bytes.get(4) == Some(&b'T')),
        _ => None,
    }
}

fn signed_hours(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['+', '-']) else { return 0 };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let hours = rest.get(..digits).and_then(|digits| digits.parse::<u64>().ok());
    if hours.is_some_and(|hours| hours <= 23) { digits + 1 } else { 0 }
}
