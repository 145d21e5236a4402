//! Layouts of times: how Monday, the second of January 2006, four minutes past three would be written.

/// A part of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Month(Text),
    NumericMonth(Pad),
    Weekday(Text),
    Day(Pad),
    /// Three digits.
    DayOfYear(Pad),
    Hour24,
    Hour12(Pad),
    Minute(Pad),
    Second(Pad),
    /// With two digits.
    ShortYear,
    LongYear,
    Noon {
        upper: bool,
    },
    Abbreviation,
    Offset(Offset),
    Fraction {
        digits: usize,
        comma: bool,
        /// `.999`: without trailing zeros.
        trimmed: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Long,
    Short,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pad {
    None,
    Zero,
    Space,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent properties of a notation")]
pub(super) struct Offset {
    /// `Z` for none.
    pub(super) z: bool,
    pub(super) colon: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
}

/// The layout that a name stands for, or the layout itself.
pub(super) fn known(layout: &str) -> &str {
    match layout {
        "ANSIC" => "Mon Jan _2 15:04:05 2006",
        "UnixDate" => "Mon Jan _2 15:04:05 MST 2006",
        "RubyDate" => "Mon Jan 02 15:04:05 -0700 2006",
        "RFC822" => "02 Jan 06 15:04 MST",
        "RFC822Z" => "02 Jan 06 15:04 -0700",
        "RFC850" => "Monday, 02-Jan-06 15:04:05 MST",
        "RFC1123" => "Mon, 02 Jan 2006 15:04:05 MST",
        "RFC1123Z" => "Mon, 02 Jan 2006 15:04:05 -0700",
        "RFC3339" => "2006-01-02T15:04:05Z07:00",
        "RFC3339Nano" => "2006-01-02T15:04:05.999999999Z07:00",
        other => other,
    }
}

const OFFSETS: [(&str, bool, bool, bool); 5] = [
    // Digits behind the sign, then: colons, minutes, seconds.
    ("070000", false, true, true),
    ("07:00:00", true, true, true),
    ("0700", false, true, false),
    ("07:00", true, true, false),
    ("07", false, false, false),
];

/// The text before the first part, the part, and the rest.
pub(super) fn next(layout: &str) -> (&str, Option<Part>, &str) {
    for (at, _) in layout.char_indices() {
        let (before, here) = layout.split_at_checked(at).unwrap_or((layout, ""));
        // `_2006` is a year behind a line.
        if here.starts_with("_2006") {
            let (line, rest) = (layout.get(..=at).unwrap_or(before), here.get(5..).unwrap_or(""));
            return (line, Some(Part::LongYear), rest);
        }
        if let Some((part, length)) = part(here) {
            return (before, Some(part), here.get(length..).unwrap_or(""));
        }
    }
    (layout, None, "")
}

fn part(here: &str) -> Option<(Part, usize)> {
    let lower_behind = |length: usize| here.as_bytes().get(length).is_some_and(u8::is_ascii_lowercase);
    let digit_at = |at: usize| here.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let fixed: [(&str, Part); 23] = [
        ("January", Part::Month(Text::Long)),
        ("Monday", Part::Weekday(Text::Long)),
        ("MST", Part::Abbreviation),
        ("002", Part::DayOfYear(Pad::Zero)),
        ("01", Part::NumericMonth(Pad::Zero)),
        ("02", Part::Day(Pad::Zero)),
        ("03", Part::Hour12(Pad::Zero)),
        ("04", Part::Minute(Pad::Zero)),
        ("05", Part::Second(Pad::Zero)),
        ("06", Part::ShortYear),
        ("15", Part::Hour24),
        ("1", Part::NumericMonth(Pad::None)),
        ("2006", Part::LongYear),
        ("2", Part::Day(Pad::None)),
        ("__2", Part::DayOfYear(Pad::Space)),
        ("_2", Part::Day(Pad::Space)),
        ("3", Part::Hour12(Pad::None)),
        ("4", Part::Minute(Pad::None)),
        ("5", Part::Second(Pad::None)),
        ("PM", Part::Noon { upper: true }),
        ("pm", Part::Noon { upper: false }),
        // Only where no lower-case letter follows: see below.
        ("Jan", Part::Month(Text::Short)),
        ("Mon", Part::Weekday(Text::Short)),
    ];
    for (text, part) in fixed {
        let name = matches!(text, "Jan" | "Mon");
        if here.starts_with(text) && !(name && lower_behind(3)) {
            return Some((part, text.len()));
        }
    }
    if let Some(behind) = here.strip_prefix(['-', 'Z']) {
        let z = here.starts_with('Z');
        let found = OFFSETS.into_iter().find(|(text, ..)| behind.starts_with(text));
        return found.map(|(text, colon, minutes, seconds)| {
            (Part::Offset(Offset { z, colon, minutes, seconds }), text.len() + 1)
        });
    }
    if here.starts_with(['.', ',']) {
        let digit = here.as_bytes().get(1).copied().filter(|digit| matches!(digit, b'0' | b'9'))?;
        let digits = here.bytes().skip(1).take_while(|byte| *byte == digit).count();
        if !digit_at(digits + 1) {
            let comma = here.starts_with(',');
            return Some((Part::Fraction { digits, comma, trimmed: digit == b'9' }, digits + 1));
        }
    }
    None
}
