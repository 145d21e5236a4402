//! Regular expressions as Go reads them, written again for the `regex` crate.
//!
//! The two read many patterns alike and some otherwise: to Go `\d`, `\w`, `\s` and `\b` are about
//! ASCII, `[a&&b]` is a class of two characters, `(?x)` is a mistake and `\Q…\E` is a literal. So
//! a pattern is read here by Go's rules (`regexp/syntax`), and every element is written in a form
//! that has one meaning only.

use std::fmt::Write as _;

/// Why there is no expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It is none to Go, either.
    Invalid,
    /// Go reads it, and we cannot say the same.
    Unsupported,
}

use super::go_classes::{ANYTHING, NOTHING, unicode_class};
use Unreadable::{Invalid, Unsupported};

/// A pattern written for the `regex` crate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Translated {
    pub(super) pattern: String,
    /// The names of its groups, from the first; empty where a group has none.
    pub(super) names: Vec<String>,
}

/// The most repetitions, and products of nested ones.
const MOST_REPETITIONS: u32 = 1000;

/// Groups in groups: what the `regex` crate takes.
const MOST_NESTED: usize = 200;

/// What was written last, and can be repeated.
#[derive(Clone, Copy)]
struct Atom {
    /// Where it begins in what is written.
    start: usize,
    /// The largest product of nested repetitions in it.
    repetitions: u32,
    /// It is a repetition itself.
    repeated: bool,
    /// Flags were changed since.
    behind: bool,
}

/// An open group.
struct Group {
    start: usize,
    repetitions: u32,
}

struct Reader<'p> {
    rest: &'p str,
    out: String,
    names: Vec<String>,
    atom: Option<Atom>,
    groups: Vec<Group>,
    /// The largest product of repetitions in the group being read.
    repetitions: u32,
}

/// Translates a pattern of Go.
pub(super) fn translate(pattern: &str) -> Result<Translated, Unreadable> {
    let mut reader = Reader {
        rest: pattern,
        out: String::with_capacity(pattern.len() * 2),
        names: Vec::new(),
        atom: None,
        groups: Vec::new(),
        repetitions: 1,
    };
    while let Some(first) = reader.next() {
        reader.element(first)?;
    }
    if !reader.groups.is_empty() {
        return Err(Invalid);
    }
    Ok(Translated { pattern: reader.out, names: reader.names })
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let first = characters.next()?;
        self.rest = characters.as_str();
        Some(first)
    }

    fn eat(&mut self, prefix: &str) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn element(&mut self, first: char) -> Result<(), Unreadable> {
        match first {
            '(' if self.eat("?") => self.perl_group()?,
            '(' => self.open("(", Some(String::new()))?,
            '|' => {
                self.out.push('|');
                self.atom = None;
            }
            ')' => self.close()?,
            '^' | '$' | '.' => self.atom(&first.to_string()),
            '[' => {
                let class = self.class()?;
                self.atom(&class);
            }
            '*' | '+' | '?' => self.repeat(&first.to_string(), 1)?,
            '{' => match self.bounds()? {
                Some((text, most)) => self.repeat(&text, most)?,
                None => self.atom(&literal('{')),
            },
            '\\' => self.escape()?,
            other => self.atom(&literal(other)),
        }
        Ok(())
    }

    fn atom(&mut self, text: &str) {
        let start = self.out.len();
        self.out.push_str(text);
        self.atom = Some(Atom { start, repetitions: 1, repeated: false, behind: false });
    }

    fn open(&mut self, text: &str, name: Option<String>) -> Result<(), Unreadable> {
        if self.groups.len() >= MOST_NESTED {
            return Err(Unsupported);
        }
        self.groups.push(Group { start: self.out.len(), repetitions: self.repetitions });
        self.names.extend(name);
        self.out.push_str(text);
        self.repetitions = 1;
        self.atom = None;
        Ok(())
    }

    fn close(&mut self) -> Result<(), Unreadable> {
        let Group { start, repetitions } = self.groups.pop().ok_or(Invalid)?;
        self.out.push(')');
        self.atom = Some(Atom { start, repetitions: self.repetitions, repeated: false, behind: false });
        self.repetitions = self.repetitions.max(repetitions);
        Ok(())
    }

    /// What follows `(?`.
    fn perl_group(&mut self) -> Result<(), Unreadable> {
        if self.eat("P<") || self.eat("<") {
            let (name, rest) = self.rest.split_once('>').ok_or(Invalid)?;
            if name.is_empty() || !name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()) {
                return Err(Invalid);
            }
            self.rest = rest;
            return self.open("(", Some(name.to_owned()));
        }
        let (mut flags, mut negative, mut seen) = (Vec::<(char, bool)>::new(), false, false);
        loop {
            match self.next() {
                Some(flag @ ('i' | 'm' | 's' | 'U')) => {
                    flags.retain(|(other, _)| *other != flag);
                    flags.push((flag, !negative));
                    seen = true;
                }
                Some('-') if !negative => (negative, seen) = (true, false),
                Some(end @ (':' | ')')) if !negative || seen => return self.flags(&flags, end),
                Some(_) | None => return Err(Invalid),
            }
        }
    }

    fn flags(&mut self, flags: &[(char, bool)], end: char) -> Result<(), Unreadable> {
        let set: String = flags.iter().filter(|(_, on)| *on).map(|(flag, _)| *flag).collect();
        let cleared: String = flags.iter().filter(|(_, on)| !on).map(|(flag, _)| *flag).collect();
        let minus = if cleared.is_empty() { "" } else { "-" };
        if end == ':' {
            return self.open(&format!("(?{set}{minus}{cleared}:"), None);
        }
        if !flags.is_empty() {
            let _ = write!(self.out, "(?{set}{minus}{cleared})");
            // To Go a repetition after flags is one of what comes before them.
            if let Some(atom) = &mut self.atom {
                atom.behind = true;
            }
        }
        if let Some(atom) = &mut self.atom {
            atom.repeated = false;
        }
        Ok(())
    }

    /// A repetition of the last atom.
    fn repeat(&mut self, operator: &str, most: u32) -> Result<(), Unreadable> {
        let lazy = if self.eat("?") { "?" } else { "" };
        let Some(Atom { start, repetitions, repeated, behind }) = self.atom else { return Err(Invalid) };
        if repeated {
            return Err(Invalid);
        }
        let repetitions = if most == 0 { 1 } else { repetitions.saturating_mul(most) };
        if repetitions > MOST_REPETITIONS {
            return Err(Invalid);
        }
        if behind {
            return Err(Unsupported);
        }
        self.out.insert_str(start, "(?:");
        let _ = write!(self.out, "){operator}{lazy}");
        self.repetitions = self.repetitions.max(repetitions);
        self.atom = Some(Atom { start, repetitions, repeated: true, behind: false });
        Ok(())
    }

    /// `n}`, `n,}` or `n,m}`, with the largest number; a `{` that begins nothing else is itself.
    fn bounds(&mut self) -> Result<Option<(String, u32)>, Unreadable> {
        let Some((inside, rest)) = self.rest.split_once('}') else { return Ok(None) };
        let (least, most) = match inside.split_once(',') {
            Some((least, "")) => (least, None),
            Some((least, most)) => (least, Some(most)),
            None => (inside, Some(inside)),
        };
        let is_number = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_digit())
                && (text == "0" || !text.starts_with('0'))
        };
        if !is_number(least) || !most.is_none_or(is_number) {
            return Ok(None);
        }
        let number = |text: &str| text.parse::<u32>().ok().filter(|count| *count <= MOST_REPETITIONS).ok_or(Invalid);
        let least = number(least)?;
        let most = most.map(number).transpose()?;
        if most.is_some_and(|most| most < least) {
            return Err(Invalid);
        }
        self.rest = rest;
        let text = most.map_or_else(|| format!("{{{least},}}"), |most| format!("{{{least},{most}}}"));
        Ok(Some((text, most.unwrap_or(least))))
    }

    /// What follows a `\` outside of classes.
    fn escape(&mut self) -> Result<(), Unreadable> {
        for (letter, written) in [("A", r"\A"), ("z", r"\z"), ("b", r"(?-u:\b)"), ("B", r"(?-u:\B)")] {
            if self.eat(letter) {
                self.atom(written);
                return Ok(());
            }
        }
        if self.eat("Q") {
            let (quoted, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
            self.rest = rest;
            for character in quoted.chars() {
                self.atom(&literal(character));
            }
            if quoted.is_empty()
                && let Some(atom) = &mut self.atom
            {
                atom.repeated = false;
            }
            return Ok(());
        }
        let text = match self.class_escape()? {
            Some(class) => format!("[{class}]"),
            None => literal_code(self.character_escape()?),
        };
        self.atom(&text);
        Ok(())
    }

    /// `\d`, `\pL` and their like, as elements of a class.
    fn class_escape(&mut self) -> Result<Option<String>, Unreadable> {
        for (letter, class) in [
            ("d", "0-9"),
            ("D", "[^0-9]"),
            ("s", r"\t\n\x{C}\r "),
            ("S", r"[^\t\n\x{C}\r ]"),
            ("w", "0-9A-Za-z_"),
            ("W", "[^0-9A-Za-z_]"),
        ] {
            if self.eat(letter) {
                return Ok(Some(class.to_owned()));
            }
        }
        let negated = self.eat("P");
        if !negated && !self.eat("p") {
            return Ok(None);
        }
        let name = if self.eat("{") {
            let (name, rest) = self.rest.split_once('}').ok_or(Invalid)?;
            self.rest = rest;
            name.to_owned()
        } else {
            self.next().ok_or(Invalid)?.to_string()
        };
        let (name, inverted) = match name.strip_prefix('^') {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        unicode_class(name, negated != inverted).map(Some)
    }

    /// What follows a `\` that stands for one character.
    fn character_escape(&mut self) -> Result<u32, Unreadable> {
        let first = self.next().ok_or(Invalid)?;
        let octal = |text: &str| text.chars().next().and_then(|next| next.to_digit(8));
        match first {
            '1'..='7' if octal(self.rest).is_none() => Err(Invalid),
            '0'..='7' => {
                let mut code = first.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    let Some(digit) = octal(self.rest) else { break };
                    self.next();
                    code = code * 8 + digit;
                }
                Ok(code)
            }
            'x' if self.eat("{") => {
                let (digits, rest) = self.rest.split_once('}').ok_or(Invalid)?;
                self.rest = rest;
                hexadecimal(digits).filter(|code| *code <= 0x0010_ffff).ok_or(Invalid)
            }
            'x' => {
                let digits = self.rest.get(..2).ok_or(Invalid)?;
                self.rest = self.rest.get(2..).unwrap_or("");
                hexadecimal(digits).ok_or(Invalid)
            }
            'a' => Ok(7),
            'f' => Ok(12),
            'n' => Ok(10),
            'r' => Ok(13),
            't' => Ok(9),
            'v' => Ok(11),
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => Ok(u32::from(other)),
            _ => Err(Invalid),
        }
    }

    /// What follows a `[`.
    fn class(&mut self) -> Result<String, Unreadable> {
        let mut class = String::from(if self.eat("^") { "[^" } else { "[" });
        let mut first = true;
        while first || !self.rest.starts_with(']') {
            first = false;
            if self.rest.starts_with("[:")
                && let Some((name, rest)) = self.rest.get(2..).and_then(|inside| inside.split_once(":]"))
            {
                let (name, negated) = name.strip_prefix('^').map_or((name, ""), |name| (name, "^"));
                if !POSIX.contains(&name) {
                    return Err(Invalid);
                }
                let _ = write!(class, "[:{negated}{name}:]");
                self.rest = rest;
                continue;
            }
            if self.rest.starts_with('\\') {
                let before = self.rest;
                self.next();
                if let Some(element) = self.class_escape()? {
                    class.push_str(&element);
                    continue;
                }
                self.rest = before;
            }
            let low = self.class_character()?;
            let mut high = low;
            if self.rest.starts_with('-') && self.rest.len() > 1 && !self.rest.starts_with("-]") {
                self.next();
                high = self.class_character()?;
                if high < low {
                    return Err(Invalid);
                }
            }
            range(&mut class, low, high);
        }
        self.next();
        class.push(']');
        Ok(match class.as_str() {
            "[]" => NOTHING.to_owned(),
            "[^]" => ANYTHING.to_owned(),
            _ => class,
        })
    }

    fn class_character(&mut self) -> Result<u32, Unreadable> {
        match self.next() {
            Some('\\') => self.character_escape(),
            Some(other) => Ok(u32::from(other)),
            None => Err(Invalid),
        }
    }
}

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

fn hexadecimal(digits: &str) -> Option<u32> {
    let is_hexadecimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hexadecimal.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

fn literal(character: char) -> String {
    literal_code(u32::from(character))
}

/// A character; a surrogate is in no text.
fn literal_code(code: u32) -> String {
    match char::from_u32(code) {
        Some(character) if character.is_ascii_alphanumeric() => character.to_string(),
        Some(_) => format!("\\x{{{code:X}}}"),
        None => NOTHING.to_owned(),
    }
}

/// A range of characters without the surrogates, as an element of a class.
fn range(class: &mut String, low: u32, high: u32) {
    let low = if (0xd800..0xe000).contains(&low) { 0xe000 } else { low };
    let high = if (0xd800..0xe000).contains(&high) { 0xd7ff } else { high };
    if low <= high {
        let _ = write!(class, "\\x{{{low:X}}}-\\x{{{high:X}}}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pattern: &str) -> Result<String, Unreadable> {
        translate(pattern).map(|translated| translated.pattern)
    }

    #[test]
    fn what_means_something_else() {
        assert_eq!(written(r"\d").as_deref(), Ok("[0-9]"));
        assert_eq!(written("[a&&b]").as_deref(), Ok(r"[\x{61}-\x{61}\x{26}-\x{26}\x{26}-\x{26}\x{62}-\x{62}]"));
        assert_eq!(written(r"\Qa.\E").as_deref(), Ok(r"a\x{2E}"));
        assert_eq!(written("(?ii-s:a)").as_deref(), Ok("(?i-s:a)"));
    }

    #[test]
    fn what_is_none() {
        for pattern in ["(?x)a", "(?=a)", "a**", "(x{100}){100}", r"\Z", "(", ")", "[z-a]", r"\p{Foo}", r"\1", "*"] {
            assert_eq!(written(pattern), Err(Invalid), "{pattern}");
        }
        assert_eq!(written("a(?i)*"), Err(Unsupported));
    }

    #[test]
    fn groups_have_names() {
        let names = translate("(?P<a>x)(y)(?<b_1>z)(?:w)").unwrap().names;
        assert_eq!(names, ["a", "", "b_1"]);
    }
}
