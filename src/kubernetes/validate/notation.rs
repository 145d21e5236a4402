//! Notations of strings (`format`).

/// Whether this is base64 as Go decodes it: standard alphabet, padded; line breaks do not count.
pub(super) fn is_base64(text: &str) -> bool {
    let (mut digits, mut padding) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'\r' | b'\n' => {}
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => digits += 1,
            _ => return false,
        }
    }
    matches!((digits % 4, padding), (0, 0) | (2, 2) | (3, 1))
}

/// Whether this is a date and time of RFC 3339. Everything that one of the readers takes is good.
pub(super) fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else { return false };
    is_date(date) && is_time(time)
}

/// Whether this is a date of RFC 3339 that there is.
pub(super) fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// `12:30:00.5Z`, `12:30:00+02:00`.
fn is_time(text: &str) -> bool {
    let (clock, zone) = match text.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, None),
        None => match text.rfind(['+', '-']).and_then(|at| text.split_at_checked(at)) {
            Some((clock, zone)) => (clock, zone.get(1..)),
            None => return false,
        },
    };
    let good_zone = zone
        .is_none_or(|zone| zone.split_once(':').is_some_and(|(hours, minutes)| below(hours, 25) && below(minutes, 61)));
    let (clock, fraction) = clock.split_once(['.', ',']).map_or((clock, "0"), |(clock, fraction)| (clock, fraction));
    let mut parts = clock.split(':');
    let (Some(hours), Some(minutes), Some(seconds), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    // Go takes one digit for hours, others a leap second.
    let good_hours = below(hours, 24) || digits(hours, 1).is_some();
    let good_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    good_zone && good_hours && below(minutes, 60) && below(seconds, 61) && good_fraction
}

/// Whether this is a duration: as Go writes it (`1h30m`), or in words (`22 ns`, `5 minutes`).
pub(super) fn is_duration(text: &str) -> bool {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned == "0" {
        return true;
    }
    let mut rest = unsigned;
    while !rest.is_empty() {
        let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim_start();
        let unit_end = behind.trim_start_matches(char::is_alphabetic);
        let number = rest.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        if !number || unit_end.len() == behind.len() {
            return false;
        }
        rest = unit_end.trim_start();
    }
    !unsigned.is_empty()
}

fn below(text: &str, end: u32) -> bool {
    digits(text, 2).is_some_and(|number| number < end)
}

fn digits(text: &str, count: usize) -> Option<u32> {
    if text.len() != count || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded_and_may_be_broken_into_lines() {
        for text in ["", "Cg==", "YWI=", "YWJj", "YW\nJj\n", "+/+/"] {
            assert!(is_base64(text), "{text:?}");
        }
        for text in ["C", "Cg", "Cg=", "Cg===", "YW Jj", "-_-_", "pass word", "YWJj=", "=YWJ", "hunter2"] {
            assert!(!is_base64(text), "{text:?}");
        }
    }

    #[test]
    fn dates_and_times_exist() {
        for text in ["2024-02-29T12:30:00Z", "2024-01-01t1:02:03.5+02:00", "2024-12-31T23:59:60z"] {
            assert!(is_date_time(text), "{text}");
        }
        for text in [
            "2023-02-29T00:00:00Z",
            "2024-01-01",
            "2024-01-01T00:00:00",
            "2024-01-01 00:00:00Z",
            "2024-1-1T00:00:00Z",
            "2024-01-01T25:00:00Z",
            "",
        ] {
            assert!(!is_date_time(text), "{text}");
        }
        assert!(is_date("2024-01-31") && !is_date("2024-13-01") && !is_date("2024-01-00"));
    }

    #[test]
    fn durations_have_units() {
        for text in ["0", "1h30m", "1.5s", "-5ms", "22 ns", "5 minutes", "1d"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["", "5", "h", "1h30", "-"] {
            assert!(!is_duration(text), "{text}");
        }
    }
}
