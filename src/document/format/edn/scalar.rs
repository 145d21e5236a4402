//! Scalars of EDN as strings.

use super::{Reader, ends_word, shown, syntax};
use crate::document::{Entry, Node, Number, Problem, Span, Value};

impl Reader<'_> {
    /// A number, keyword or symbol, as it is written into JSON.
    pub(super) fn token(&mut self) -> Result<String, Problem> {
        let start = self.at;
        let word = self.word();
        let span = Span::new(start, self.at);
        let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
        if unsigned.starts_with(|c: char| c.is_ascii_digit()) {
            return number(word, unsigned).ok_or_else(|| {
                let message = format!("`{}` is no number of EDN", shown(word));
                syntax(&message, span, "text is written in double quotes")
            });
        }
        if let Some(name) = word.strip_prefix(':') {
            if name.is_empty() || name.starts_with([':', '/']) || name.ends_with([':', '/']) {
                let message = format!("`{}` is no keyword of EDN", shown(word));
                let help = "a keyword is `:name` or `:namespace/name`";
                return Err(syntax(&message, span, help));
            }
            return Ok(word.to_owned());
        }
        let is_odd = |c: char| c.is_control() || matches!(c, '`' | '~' | '@' | '^');
        if word.contains(is_odd) || (word.len() > 1 && (word.starts_with('/') || word.ends_with([':', '/']))) {
            let message = format!("`{}` is no symbol of EDN", shown(word));
            return Err(syntax(&message, span, "text is written in double quotes"));
        }
        Ok(if word == "nil" { "<nil>".to_owned() } else { word.to_owned() })
    }

    /// `\a`, `\newline`, `\u0041`: the number of the character.
    pub(super) fn character(&mut self) -> Result<String, Problem> {
        let start = self.at;
        self.at += 1;
        // The first character counts whatever it is.
        let first = self.rest().chars().next();
        let width = first.filter(|c| !c.is_whitespace()).map_or(0, char::len_utf8);
        let rest = self.rest().get(width..).unwrap_or_default();
        let length = width + rest.find(ends_word).unwrap_or(rest.len());
        let name = self.rest().get(..length).unwrap_or_default();
        self.at += length;
        let code = |digits: Option<&str>, radix| {
            let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            u32::from_str_radix(digits, radix).ok()
        };
        let mut characters = name.chars();
        let number = match (characters.next(), characters.next()) {
            (Some(only), None) => Some(u32::from(only)),
            _ => match name {
                "newline" => Some(10),
                "return" => Some(13),
                "space" => Some(32),
                "tab" => Some(9),
                "formfeed" => Some(12),
                "backspace" => Some(8),
                _ if name.len() == 5 => code(name.strip_prefix('u'), 16),
                _ if name.len() <= 4 => code(name.strip_prefix('o'), 8).filter(|code| *code < 0o400),
                _ => None,
            },
        };
        number.map(|number| number.to_string()).ok_or_else(|| {
            let message = format!("`\\{}` is no character of EDN", shown(name));
            let help = "a character is one like `\\a`, a name like `\\newline`, or `\\u` with four digits";
            syntax(&message, Span::new(start, self.at), help)
        })
    }

    pub(super) fn string(&mut self) -> Result<String, Problem> {
        let open = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(plain) = rest.find(['"', '\\']) else {
                let end = Span::new(self.text.len(), self.text.len());
                let mut problem = syntax("expected `\"`, found the end of the file", end, "add the closing quote");
                problem.related = Some((Span::new(open, open + 1), "this quote is never closed".to_owned()));
                return Err(problem);
            };
            text.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain + 1;
            if rest.get(plain..).unwrap_or_default().starts_with('"') {
                return Ok(text);
            }
            self.escape(&mut text)?;
        }
    }

    /// What stands behind a backslash in a string.
    fn escape(&mut self, text: &mut String) -> Result<(), Problem> {
        let start = self.at - 1;
        let letter = self.rest().chars().next();
        self.at += letter.map_or(0, char::len_utf8);
        let plain = match letter {
            Some(c @ ('"' | '\\' | '/')) => Some(c),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => self.unicode(),
            Some('0'..='7') => {
                self.at -= 1;
                let rest = self.rest();
                let length = rest.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                self.at += length;
                let code = u32::from_str_radix(rest.get(..length).unwrap_or_default(), 8).ok();
                code.filter(|code| *code < 0o400).and_then(char::from_u32)
            }
            Some(_) | None => None,
        };
        let Some(c) = plain else {
            let written = self.text.get(start..self.at).unwrap_or_default();
            let message = format!("`{}` is no escape of EDN", shown(written));
            return Err(syntax(&message, Span::new(start, self.at), "a backslash is written `\\\\`"));
        };
        text.push(c);
        Ok(())
    }

    /// The four digits of `\uXXXX`, and the other half of a surrogate pair.
    fn unicode(&mut self) -> Option<char> {
        let unit = self.hex4()?;
        if (0xd800..0xdc00).contains(&unit) && self.rest().starts_with("\\u") {
            let behind = self.at;
            self.at += 2;
            if let Some(low @ 0xdc00..=0xdfff) = self.hex4() {
                return char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            }
            self.at = behind;
        }
        Some(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

/// A number as Go writes it; one that Go cannot hold, as it is written.
fn number(word: &str, unsigned: &str) -> Option<String> {
    let sign = if word.starts_with('-') { "-" } else { "" };
    let all = |text: &str, kind: fn(&u8) -> bool| !text.is_empty() && text.bytes().all(|byte| kind(&byte));
    let whole = unsigned.strip_suffix('N').unwrap_or(unsigned);
    if all(whole, u8::is_ascii_digit) {
        if whole.len() > 1 && whole.starts_with('0') {
            // Octal, as in Clojure.
            let octal = u128::from_str_radix(whole, 8).ok()?;
            return Some(format!("{sign}{octal}"));
        }
        return Number::from_decimal(&format!("{sign}{whole}")).map(|number| number.to_string());
    }
    if let Some((above, below)) = whole.split_once('/') {
        return (all(above, u8::is_ascii_digit) && all(below, u8::is_ascii_digit)).then(|| word.to_owned());
    }
    let (radix, digits) = match whole.strip_prefix("0x").or_else(|| whole.strip_prefix("0X")) {
        Some(digits) => (Some(16), digits),
        None => match whole.split_once(['r', 'R']) {
            Some((radix, digits)) => (radix.parse().ok().filter(|radix| (2..=36).contains(radix)), digits),
            None => (None, ""),
        },
    };
    if let Some(radix) = radix {
        return match u128::from_str_radix(digits, radix) {
            Ok(value) if all(digits, u8::is_ascii_alphanumeric) => Some(format!("{sign}{value}")),
            _ => None,
        };
    }
    let decimal = word.strip_suffix('M').unwrap_or(word);
    let good = unsigned.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-' | b'M'));
    let float = decimal.parse::<f64>().ok().filter(|_| good)?;
    Some(if float.is_finite() { go_float(float) } else { word.to_owned() })
}

/// A float as Go's `%v` writes it.
pub(super) fn go_float(float: f64) -> String {
    let shortest = format!("{float:e}");
    let exponent = shortest.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok()).unwrap_or(0);
    // The six of `%g`, which Go keeps for the shortest digits.
    if (-4..6).contains(&exponent) {
        return float.to_string();
    }
    let mantissa = shortest.split_once('e').map_or(shortest.as_str(), |(mantissa, _)| mantissa);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// A form with its tags, the innermost first: a string for a scalar, else a mapping with the tag as its key.
pub(super) fn tagged(tags: Vec<(usize, String)>, node: Node) -> Node {
    let end = node.span.end;
    let over = |start: usize| Span { start: Span::new(start, start).start, end };
    let Value::String(text) = node.value else {
        return tags.into_iter().fold(node, |value, (start, tag)| {
            let key_span = Span::new(start, start + 1 + tag.len());
            let entry = Entry { key: format!("#{tag}"), key_span, value };
            Node { value: Value::Mapping(vec![entry]), span: over(start) }
        });
    };
    let time = tags.first().filter(|(_, tag)| tag == "inst").and_then(|_| instant(&text));
    let shown = usize::from(time.is_some());
    let mut whole: String = tags.iter().skip(shown).rev().flat_map(|(_, tag)| ["#", tag, " "]).collect();
    whole.push_str(&time.unwrap_or(text));
    let start = tags.last().map_or(0, |(start, _)| *start);
    Node { value: Value::String(whole), span: over(start) }
}

/// A keyword within the namespace of its map.
pub(super) fn within(namespace: &str, keyword: &str) -> String {
    match keyword.strip_prefix(":_/") {
        Some(name) => format!(":{name}"),
        None if keyword.contains('/') => keyword.to_owned(),
        None => format!(":{namespace}/{}", keyword.trim_start_matches(':')),
    }
}

/// A point in time of RFC 3339 as Go writes it; `None` for anything else.
fn instant(text: &str) -> Option<String> {
    let (date, time) = text.split_once('T')?;
    let behind = time.find(['Z', '+', '-'])?;
    let (clock, zone) = time.split_at_checked(behind)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let fits = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(a, b)| if b == b'0' { a.is_ascii_digit() } else { a == b })
    };
    let is_offset = fits(zone.get(1..)?, "00:00") && !zone.starts_with('Z');
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !fits(date, "0000-00-00") || !fits(clock, "00:00:00") || !digits || !(zone == "Z" || is_offset) {
        return None;
    }
    let fraction = fraction.get(..9).unwrap_or(fraction).trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let offset = zone.replace(':', "");
    let (offset, name) = match offset.as_str() {
        "Z" | "+0000" | "-0000" => ("+0000", "UTC"),
        offset => (offset, offset),
    };
    Some(format!("{date} {clock}{point}{fraction} {offset} {name}"))
}
