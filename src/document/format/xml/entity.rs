//! References (`&lt;`, `&#65;`, `&name;`) and the document type declaration, where entities are declared.

use std::collections::HashMap;

use super::{Reader, check_characters, push_lines, shown, syntax};
use crate::document::format::mapping::limit;
use crate::document::{Problem, Span};

/// Text that declared entities may add to one file, in bytes.
const MOST_EXPANDED: usize = 1 << 20;

/// The entities of a file.
#[derive(Default)]
pub(super) struct Entities<'t> {
    /// Replacement texts by name; `None` for one that is not plain text. Never iterated.
    declared: HashMap<&'t str, Option<&'t str>>,
    /// Whether a name that is not in `declared` may be declared outside of the file.
    may_be_elsewhere: bool,
    /// Bytes put in so far.
    expanded: usize,
}

impl Reader<'_> {
    /// The text that is meant by `raw`, which stands at `start`.
    pub(super) fn unescape(&mut self, raw: &str, start: usize) -> Result<String, Problem> {
        check_characters(raw, start)?;
        let mut text = String::with_capacity(raw.len());
        let mut at = 0;
        while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = rest.find('&').unwrap_or(rest.len());
            push_lines(&mut text, rest.get(..plain).unwrap_or_default());
            let Some(reference) = rest.get(plain..).filter(|rest| !rest.is_empty()) else { break };
            let length = self.reference(reference, start + at + plain, &mut text)?;
            at += plain + length;
        }
        Ok(text)
    }

    /// Adds what the reference at the begin of `rest` means. Returns its length.
    fn reference(&mut self, rest: &str, start: usize, text: &mut String) -> Result<usize, Problem> {
        let body = rest.get(1..).unwrap_or_default();
        let length = body.find(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !"#_:-.".contains(c));
        let length = length.unwrap_or(body.len());
        let name = body.get(..length).unwrap_or_default();
        if name.is_empty() || !body.get(length..).unwrap_or_default().starts_with(';') {
            let message = if name.is_empty() {
                "a `&` alone is no XML".to_owned()
            } else {
                format!("expected `;` behind `&{}`", shown(name))
            };
            return Err(syntax(&message, Span::new(start, start + 1 + length), "a `&` in text is written `&amp;`"));
        }
        let span = Span::new(start, start + length + 2);
        match name {
            "lt" => text.push('<'),
            "gt" => text.push('>'),
            "amp" => text.push('&'),
            "apos" => text.push('\''),
            "quot" => text.push('"'),
            _ if name.starts_with('#') => {
                if let Some(c) = character(name) {
                    text.push(c);
                } else {
                    let message = format!("`&{};` is no character", shown(name));
                    return Err(syntax(&message, span, "write the number of a character, like `&#65;` or `&#x41;`"));
                }
            }
            _ => self.declared(name, span, text)?,
        }
        Ok(length + 2)
    }

    fn declared(&mut self, name: &str, span: Span, text: &mut String) -> Result<(), Problem> {
        match self.entities.declared.get(name) {
            Some(Some(replacement)) => {
                self.entities.expanded += replacement.len();
                if self.entities.expanded > MOST_EXPANDED {
                    let message = format!("entities add more than {MOST_EXPANDED} bytes to the file");
                    return Err(limit(message, span, Some("write the text out")));
                }
                let replacement = *replacement;
                let mut rest = replacement;
                while let Some(at) = rest.find('&') {
                    let end = rest.get(at..).and_then(|rest| rest.find(';')).map_or(rest.len(), |end| at + end);
                    push_lines(text, rest.get(..at).unwrap_or_default());
                    text.extend(rest.get(at + 1..end).and_then(character));
                    rest = rest.get(end + 1..).unwrap_or_default();
                }
                push_lines(text, rest);
                Ok(())
            }
            None if !self.entities.may_be_elsewhere => {
                let message = format!("the entity `&{};` is not declared", shown(name));
                let help =
                    "XML knows `&lt;`, `&gt;`, `&amp;`, `&apos;` and `&quot;`; write the character itself, or `&#…;`";
                Err(syntax(&message, span, help))
            }
            // Made of markup, of other entities, or of another file: kept as it is written.
            Some(None) | None => {
                text.extend(["&", name, ";"]);
                Ok(())
            }
        }
    }

    /// `<!DOCTYPE name SYSTEM "…" [ declarations ]>`.
    pub(super) fn doctype(&mut self) -> Result<(), Problem> {
        let start = self.at;
        if self.root.is_some() || !self.open.is_empty() {
            return Err(self.wrong("`<!DOCTYPE` stands behind the begin of the root element", 9, "move it to the top"));
        }
        self.at += "<!DOCTYPE".len();
        let mut inside = false;
        loop {
            let rest = self.rest();
            let Some(at) = rest.find(['"', '\'', '[', ']', '>', '<', '%']) else { return Err(unclosed(self, start)) };
            let before = rest.get(..at).unwrap_or_default();
            self.entities.may_be_elsewhere |= !inside && (before.contains("SYSTEM") || before.contains("PUBLIC"));
            self.at += at;
            let rest = self.rest();
            match rest.chars().next() {
                Some('>') if !inside => {
                    self.at += 1;
                    return Ok(());
                }
                Some('[') if !inside => inside = true,
                Some(']') if inside => inside = false,
                Some('%') => self.entities.may_be_elsewhere = true,
                Some('<') if rest.starts_with("<!--") => {
                    self.until("<!--", "-->", "comment")?;
                    continue;
                }
                Some('<') if rest.starts_with("<?") => {
                    self.until("<?", "?>", "processing instruction")?;
                    continue;
                }
                Some('<') if inside && rest.starts_with("<!") => {
                    self.declaration()?;
                    continue;
                }
                Some(quote @ ('"' | '\'')) => {
                    let quote = quote.to_string();
                    self.until(&quote, &quote, "string")?;
                    continue;
                }
                _ => {
                    return Err(self.wrong("this does not belong into a document type declaration", 1, "remove it"));
                }
            }
            self.at += 1;
        }
    }

    /// `<!ENTITY name "text">`, or a declaration that does not matter here.
    fn declaration(&mut self) -> Result<(), Problem> {
        let start = self.at;
        let mut strings = Vec::new();
        self.at += 2;
        loop {
            let rest = self.rest();
            let Some(at) = rest.find(['"', '\'', '>']) else { return Err(unclosed(self, start)) };
            self.at += at;
            let Some(quote @ ('"' | '\'')) = self.rest().chars().next() else { break };
            let quote = quote.to_string();
            let (begin, end) = self.until(&quote, &quote, "string")?;
            strings.push((begin, self.text.get(begin..end).unwrap_or_default()));
        }
        let behind = strings.first().map_or(self.at, |(begin, _)| *begin - 1);
        let head = self.text.get(start..behind).unwrap_or_default();
        self.at += 1;
        let Some(head) = head.strip_prefix("<!ENTITY") else { return Ok(()) };
        let mut words = head.split_ascii_whitespace();
        let (Some(name), kind) = (words.next(), words.next()) else { return Ok(()) };
        if name == "%" {
            return Ok(());
        }
        let replacement = match (kind, strings.as_slice()) {
            (None, [(_, text)]) if is_plain(text) => Some(*text),
            _ => None,
        };
        // The first declaration counts.
        self.entities.declared.entry(name).or_insert(replacement);
        Ok(())
    }
}

fn unclosed(reader: &Reader<'_>, start: usize) -> Problem {
    let end = reader.text.len();
    let mut problem = syntax("expected `>`, found the end of the file", Span::new(end, end), "close the declaration");
    problem.related = Some((Span::new(start, start + 2), "this declaration is never closed".to_owned()));
    problem
}

/// Whether a replacement text holds characters only: no markup and no further entities.
fn is_plain(text: &str) -> bool {
    let is_reference =
        |rest: &str| rest.split_once(';').and_then(|(name, _)| character(name)).is_some_and(|c| !"<&".contains(c));
    !text.contains(['<', '%']) && text.split('&').skip(1).all(is_reference)
}

/// The character that `#65` or `#x41` is.
fn character(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    let digits = digits.trim_start_matches('x');
    let c = char::from_u32(code.ok()?).filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    (!matches!(c, '\0' | '\u{fffe}' | '\u{ffff}')).then_some(c)
}
