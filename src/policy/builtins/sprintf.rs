//! `sprintf` as OPA has it: Go's `fmt.Sprintf` over integers, floats and strings.
//!
//! regorus brings its own, which fails on formats Go accepts (`%5.2f`, `%[1]v`, a wrong number of
//! arguments) and prints nothing where Go prints `%!d(string=x)`. A failing builtin is "undefined",
//! so a rule whose message it builds would silently not fire. This is a port of `doPrintf` of Go's
//! `fmt/print.go`; it never fails for any format, as Go's does not.
//!
//! OPA (`topdown/strings.go`, `builtinSprintf`) hands numbers over as `int64`, `*big.Int` or
//! `float64`, strings as `string` and everything else as the string of its Rego notation; so
//! `%t` of `true` is `%!t(string=true)`. One difference is left: to OPA `1.0` and `1e21` are floats
//! because of how they are written; here, as in regorus, equal numbers are the same number.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use regorus::Value;

use super::go_format::{self, Flags};
use super::notation;

/// `sprintf(format, values)`
pub(super) fn builtin(arguments: &[Value]) -> Result<Value> {
    match arguments {
        [Value::String(format), Value::Array(items)] => Ok(Value::from(sprintf(format, items.as_slice()))),
        _ => bail!("sprintf: wants a string and an array"),
    }
}

/// An argument as Go would see it.
#[derive(Clone, Debug, PartialEq)]
enum Argument {
    Int(i64),
    /// An integer beyond 64 bits with sign: its sign and its magnitude in bases 2, 8, 10 and 16.
    Big(Box<BigDigits>),
    Float(f64),
    Text(String),
}

#[derive(Clone, Debug, PartialEq)]
struct BigDigits {
    negative: bool,
    binary: String,
    octal: String,
    decimal: String,
    hexadecimal: String,
}

impl Argument {
    fn from_value(value: &Value) -> Self {
        match value {
            Value::Number(number) => {
                if let Some(int) = number.as_i64() {
                    return Self::Int(int);
                }
                if number.is_integer() && number.format_decimal().parse::<f64>().is_ok_and(f64::is_infinite) {
                    return Self::Text(too_big_for_a_float(&number.format_decimal()));
                }
                if number.is_integer() {
                    let magnitude = |text: String| text.trim_start_matches('-').to_owned();
                    let decimal = number.format_decimal();
                    return Self::Big(Box::new(BigDigits {
                        negative: decimal.starts_with('-'),
                        binary: magnitude(number.format_bin()),
                        octal: magnitude(number.format_octal()),
                        hexadecimal: magnitude(number.format_hex()),
                        decimal: magnitude(decimal),
                    }));
                }
                match number.as_f64() {
                    Some(float) => Self::Float(float),
                    None => Self::Text(number.format_decimal()),
                }
            }
            Value::String(text) => Self::Text(text.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Set(_) | Value::Object(_) | Value::Undefined => {
                Self::Text(notation::rego(value))
            }
        }
    }

    /// The name of its Go type, as `%T` prints it.
    fn type_name(&self) -> &'static str {
        match self {
            Self::Int(_) => "int64",
            Self::Big(_) => "*big.Int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
        }
    }

    fn print(&self, out: &mut String, verb: char, flags: &mut Flags) {
        if verb == 'T' {
            go_format::text(out, self.type_name(), flags);
            return;
        }
        let known = verb != 'p'
            && verb != 'w'
            && match self {
                Self::Int(int) => go_format::integer(out, *int, verb, flags),
                Self::Big(digits) => {
                    big(out, digits, verb, flags);
                    true
                }
                Self::Float(float) => go_format::float(out, *float, verb, flags),
                Self::Text(text) => go_format::string(out, text, verb, flags),
            };
        if !known {
            // `badVerb`: the flags stay as they are, so a width applies to the value shown.
            let _ = write!(out, "%!{verb}({}=", self.type_name());
            self.print(out, 'v', flags);
            out.push(')');
        }
    }
}

/// An integer beyond all floats: OPA has such a one as it was written, and that was `2e308` rather than 309 digits.
fn too_big_for_a_float(decimal: &str) -> String {
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |digits| ("-", digits));
    let significant = digits.trim_end_matches('0');
    let Some((first, rest)) = significant.split_at_checked(1) else { return decimal.to_owned() };
    if digits.len() - significant.len() < 100 {
        return decimal.to_owned();
    }
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}e{}", digits.len() - 1)
}

/// `(*big.Int).Format` of Go's `math/big/intconv.go`.
fn big(out: &mut String, number: &BigDigits, verb: char, flags: &Flags) {
    let (digits, prefix) = match verb {
        'b' => (number.binary.clone(), "0b"),
        'o' => (number.octal.clone(), "0"),
        'O' => (number.octal.clone(), "0o"),
        'd' | 's' | 'v' => (number.decimal.clone(), ""),
        'x' => (number.hexadecimal.clone(), "0x"),
        'X' => (number.hexadecimal.to_uppercase(), "0X"),
        _ => {
            let sign = if number.negative { "-" } else { "" };
            let _ = write!(out, "%!{verb}(big.Int={sign}{})", number.decimal);
            return;
        }
    };
    let prefix = if flags.sharp || verb == 'O' { prefix } else { "" };
    let sign = match () {
        () if number.negative => "-",
        () if flags.plus || flags.plus_v => "+",
        () if flags.space => " ",
        () => "",
    };
    let mut zeros = flags.precision.map_or(0, |precision| precision.saturating_sub(digits.len()));
    let length = sign.len() + prefix.len() + zeros + digits.len();
    let missing = flags.width.map_or(0, |width| width.saturating_sub(length));
    let (mut left, mut right) = (0, 0);
    if flags.minus {
        right = missing;
    } else if flags.zero && flags.precision.is_none() {
        zeros = missing;
    } else {
        left = missing;
    }
    out.extend(std::iter::repeat_n(' ', left));
    out.push_str(sign);
    out.push_str(prefix);
    out.extend(std::iter::repeat_n('0', zeros));
    out.push_str(&digits);
    out.extend(std::iter::repeat_n(' ', right));
}

/// Formats `arguments` by `format`; never fails.
pub(super) fn sprintf(format: &str, arguments: &[Value]) -> String {
    let arguments: Vec<Argument> = arguments.iter().map(Argument::from_value).collect();
    Printer {
        format,
        at: 0,
        arguments: &arguments,
        next: 0,
        reordered: false,
        good_index: true,
        out: String::with_capacity(format.len() + 32),
    }
    .run()
}

struct Printer<'a> {
    format: &'a str,
    /// Byte offset into `format`.
    at: usize,
    arguments: &'a [Argument],
    /// Index of the argument the next verb takes.
    next: usize,
    reordered: bool,
    good_index: bool,
    out: String,
}

impl Printer<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.as_bytes().get(self.at).copied()
    }

    fn run(mut self) -> String {
        while let Some(rest) = self.format.get(self.at..).filter(|rest| !rest.is_empty()) {
            let literal = rest.find('%').unwrap_or(rest.len());
            self.out.push_str(rest.get(..literal).unwrap_or(""));
            self.at += literal;
            if self.peek().is_none() {
                break;
            }
            self.at += 1;
            if !self.verb() {
                break;
            }
        }
        let extra = self.arguments.get(self.next..).unwrap_or_default();
        if !self.reordered && !extra.is_empty() {
            self.out.push_str("%!(EXTRA ");
            for (index, argument) in extra.iter().enumerate() {
                if index > 0 {
                    self.out.push_str(", ");
                }
                self.out.push_str(argument.type_name());
                self.out.push('=');
                argument.print(&mut self.out, 'v', &mut Flags::default());
            }
            self.out.push(')');
        }
        self.out
    }

    /// One `%…`; `false` when the format ends inside it.
    fn verb(&mut self) -> bool {
        self.good_index = true;
        let mut flags = Flags::default();
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        let mut after_index = self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.star() {
                Some(width) => {
                    if width < 0 {
                        flags.minus = true;
                        flags.zero = false;
                    }
                    flags.width = usize::try_from(width.unsigned_abs()).ok();
                }
                None => self.out.push_str("%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            flags.width = self.number();
            if after_index && flags.width.is_some() {
                self.good_index = false;
            }
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if after_index {
                self.good_index = false;
            }
            after_index = self.index();
            if self.peek() == Some(b'*') {
                self.at += 1;
                flags.precision = self.star().and_then(|precision| usize::try_from(precision).ok());
                if flags.precision.is_none() {
                    self.out.push_str("%!(BADPREC)");
                }
                after_index = false;
            } else {
                flags.precision = Some(self.number().unwrap_or(0));
            }
        }
        if !after_index {
            self.index();
        }
        let Some(verb) = self.format.get(self.at..).and_then(|rest| rest.chars().next()) else {
            self.out.push_str("%!(NOVERB)");
            return false;
        };
        self.at += verb.len_utf8();
        if verb == '%' {
            self.out.push('%');
        } else if !self.good_index {
            let _ = write!(self.out, "%!{verb}(BADINDEX)");
        } else if let Some(argument) = self.arguments.get(self.next) {
            if verb == 'v' {
                flags.sharp_v = std::mem::take(&mut flags.sharp);
                flags.plus_v = std::mem::take(&mut flags.plus);
            }
            argument.print(&mut self.out, verb, &mut flags);
            self.next += 1;
        } else {
            let _ = write!(self.out, "%!{verb}(MISSING)");
        }
        true
    }

    /// `[n]`; whether there was a well-formed one.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = self.format.get(self.at..).unwrap_or("");
        let Some(close) = rest.find(']').filter(|_| rest.len() >= 3) else {
            self.good_index = false;
            self.at += 1;
            return false;
        };
        let digits = rest.get(1..close).unwrap_or("");
        let number = decimal(digits).filter(|(_, used)| *used == digits.len()).map(|(number, _)| number);
        self.at += close + 1;
        match number {
            Some(number) if (1..=self.arguments.len()).contains(&number) => {
                self.next = number - 1;
                true
            }
            Some(_) => {
                self.good_index = false;
                true
            }
            None => {
                self.good_index = false;
                false
            }
        }
    }

    /// The argument of a `*`: an integer of at most a million, as in Go.
    fn star(&mut self) -> Option<i64> {
        let argument = self.arguments.get(self.next)?;
        self.next += 1;
        match argument {
            Argument::Int(int) if (-LARGEST..=LARGEST).contains(int) => Some(*int),
            Argument::Int(_) | Argument::Big(_) | Argument::Float(_) | Argument::Text(_) => None,
        }
    }

    fn number(&mut self) -> Option<usize> {
        let rest = self.format.get(self.at..).unwrap_or("");
        if !rest.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let Some((number, used)) = decimal(rest) else {
            // `parsenum` gives up on the rest of the format when the number is too large.
            self.at = self.format.len();
            return None;
        };
        self.at += used;
        Some(number)
    }
}

/// Largest width and precision Go accepts (`tooLarge` of `fmt/print.go`).
const LARGEST: i64 = 1_000_000;

/// The number at the start of `text` and how many bytes it has; `None` for none or one too large.
fn decimal(text: &str) -> Option<(usize, usize)> {
    let mut number = 0_usize;
    let mut used = 0;
    for digit in text.bytes().map_while(|byte| byte.is_ascii_digit().then(|| usize::from(byte - b'0'))) {
        if i64::try_from(number).is_ok_and(|number| number > LARGEST) {
            return None;
        }
        number = number * 10 + digit;
        used += 1;
    }
    (used > 0).then_some((number, used))
}

#[cfg(test)]
#[path = "sprintf_test.rs"]
mod tests;
