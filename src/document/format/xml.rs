//! XML, in the shape of `goxml2json`.
//!
//! An element is a key with what it holds: attributes as `-name`, its text beside them as `#content`,
//! elements of one name as a list. An element with text alone is a string; prefixes of names are dropped.
//! All values are strings. Other than there, all text of an element counts, not only its last piece:
//! a comment or a child must not hide a value.
//!
//! Nothing outside of the file is read. An entity that the file itself declares as plain text is put in,
//! up to a limit. A reference to an entity that may be declared elsewhere stays as it is written. The
//! encoding in the declaration does not count: the bytes are UTF-8. Namespaces are not resolved.

use super::Reading;
use super::encoding::BOM;
use super::mapping::{Problems, shown, syntax, too_deep, too_many};
use crate::document::{Document, ParseLimits, Problem, Span};

mod element;
mod entity;
#[cfg(test)]
mod tests;

use element::{Element, named};
use entity::Entities;

/// Reads a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let at = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    // As it is made before anything is written into it.
    if text.get(at..).unwrap_or_default().trim().is_empty() {
        return Reading::default();
    }
    let mut reader = Reader {
        text,
        at,
        limits: *limits,
        nodes: 0,
        open: Vec::new(),
        root: None,
        entities: Entities::default(),
        problems: Problems::default(),
    };
    let root = reader.document();
    let mut problems = reader.problems.found;
    match root {
        Ok(root) => Reading { documents: vec![Document { index: 0, root: named(root, at, text.len()) }], problems },
        Err(problem) => {
            problems.push(problem);
            Reading { documents: Vec::new(), problems }
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    limits: ParseLimits,
    nodes: usize,
    /// Elements whose end has not come, the outermost first.
    open: Vec<Element<'t>>,
    root: Option<Element<'t>>,
    entities: Entities<'t>,
    problems: Problems,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Element<'t>, Problem> {
        while self.at < self.text.len() {
            let rest = self.rest();
            if rest.starts_with("<!--") {
                self.comment()?;
            } else if rest.starts_with("<![CDATA[") {
                self.cdata()?;
            } else if rest.starts_with("<!DOCTYPE") {
                self.doctype()?;
            } else if rest.starts_with("<!") {
                let help = "a comment begins with `<!--`, a section of plain text with `<![CDATA[`";
                return Err(self.wrong("no markup of XML begins like this", 2, help));
            } else if rest.starts_with("<?") {
                self.until("<?", "?>", "processing instruction")?;
            } else if rest.starts_with("</") {
                self.end_tag()?;
            } else if rest.starts_with('<') {
                self.start_tag()?;
            } else {
                self.characters()?;
            }
        }
        if let Some(element) = self.open.last() {
            let mut problem = self.wrong(
                &format!("expected `</{}>`, found the end of the file", shown(element.written)),
                0,
                "close the element",
            );
            problem.label = Some("the file ends here".to_owned());
            problem.related = Some((element.name_span, "this element is never closed".to_owned()));
            return Err(problem);
        }
        self.root
            .take()
            .ok_or_else(|| self.wrong("expected an element, found the end of the file", 0, "XML holds one element"))
    }

    /// Steps over something that has a begin and an end; returns where its inside is.
    fn until(&mut self, open: &str, close: &str, what: &str) -> Result<(usize, usize), Problem> {
        let start = self.at;
        let inside = start + open.len();
        let Some(length) = self.text.get(inside..).and_then(|rest| rest.find(close)) else {
            let message = format!("expected `{close}`, found the end of the file");
            let mut problem =
                syntax(&message, Span::new(self.text.len(), self.text.len()), &format!("close the {what}"));
            problem.related = Some((Span::new(start, inside), format!("this {what} is never closed")));
            return Err(problem);
        };
        self.at = inside + length + close.len();
        Ok((inside, inside + length))
    }

    fn comment(&mut self) -> Result<(), Problem> {
        let (start, end) = self.until("<!--", "-->", "comment")?;
        let inside = self.text.get(start..end).unwrap_or_default();
        // `--->` ends in `->`, too.
        let dashes = inside.find("--").or_else(|| inside.ends_with('-').then(|| inside.len() - 1));
        match dashes {
            Some(at) => {
                let span = Span::new(start + at, start + at + 2);
                Err(syntax("XML has no `--` inside of a comment", span, "write `- -`, or end the comment before it"))
            }
            None => Ok(()),
        }
    }

    fn cdata(&mut self) -> Result<(), Problem> {
        if self.open.is_empty() {
            return Err(self.outside(9));
        }
        let (start, end) = self.until("<![CDATA[", "]]>", "CDATA section")?;
        let text = self.text.get(start..end).unwrap_or_default();
        check_characters(text, start)?;
        if let Some(element) = self.open.last_mut() {
            push_lines(&mut element.text, text);
            element.note_text(text, start);
        }
        Ok(())
    }

    /// Text up to the next markup.
    fn characters(&mut self) -> Result<(), Problem> {
        let start = self.at;
        let length = self.rest().find('<').unwrap_or(self.rest().len());
        let raw = self.text.get(start..start + length).unwrap_or_default();
        if self.open.is_empty() {
            let blank = raw.len() - raw.trim_start().len();
            if blank < raw.len() {
                self.at += blank;
                let width = raw.trim().len();
                return Err(self.outside(width));
            }
            self.at += length;
            return Ok(());
        }
        if let Some(at) = raw.find("]]>") {
            let span = Span::new(start + at, start + at + 3);
            return Err(syntax("`]]>` stands outside of a CDATA section", span, "write `]]&gt;`"));
        }
        let text = self.unescape(raw, start)?;
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(&text);
            element.note_text(raw, start);
        }
        self.at += length;
        Ok(())
    }

    fn outside(&self, width: usize) -> Problem {
        let (message, help) = if self.root.is_some() {
            ("text behind the end of the root element", "XML holds one element")
        } else {
            ("expected `<`: text stands before the root element", "XML begins with an element, like `<config>`")
        };
        self.wrong(message, width, help)
    }

    fn start_tag(&mut self) -> Result<(), Problem> {
        let start = self.at;
        if self.open.is_empty() && self.root.is_some() {
            return Err(self.wrong("a second root element", 1, "XML holds one element; put both into another one"));
        }
        // Elements of one name become a list, so that an element may be two levels.
        if (self.open.len() + 1) * 2 > self.limits.depth {
            return Err(too_deep(self.limits.depth, Span::new(start, start + 1)));
        }
        self.at += 1;
        let written = self.name("an element")?;
        let mut element = Element::new(written, start);
        self.count(2)?;
        loop {
            let blanks = self.blanks();
            let rest = self.rest();
            if rest.starts_with("/>") {
                self.at += 2;
                element.end = self.at;
                self.close(element);
                return Ok(());
            }
            if rest.starts_with('>') {
                self.at += 1;
                self.open.push(element);
                return Ok(());
            }
            if rest.is_empty() || rest.starts_with('<') {
                let found = if rest.is_empty() { "the end of the file" } else { "`<`" };
                let message = format!("expected `>` or an attribute, found {found}");
                let mut problem = self.wrong(&message, usize::from(!rest.is_empty()), "close the tag with `>`");
                problem.related = Some((element.name_span, "the tag begins here".to_owned()));
                return Err(problem);
            }
            if blanks == 0 {
                let width = rest.chars().next().map_or(0, char::len_utf8);
                return Err(self.wrong("expected a space, `>` or `/>`", width, "attributes are set apart by spaces"));
            }
            self.attribute(&mut element)?;
        }
    }

    /// `name="value"`.
    fn attribute(&mut self, element: &mut Element<'t>) -> Result<(), Problem> {
        let start = self.at;
        let written = self.name("an attribute")?;
        let name_span = Span::new(start, self.at);
        self.blanks();
        let help = "an attribute is written `name=\"value\"`";
        if !self.rest().starts_with('=') {
            let message = format!("expected `=` behind the attribute `{}`", shown(written));
            let width = self.rest().chars().next().map_or(0, char::len_utf8);
            return Err(self.wrong(&message, width, help));
        }
        self.at += 1;
        self.blanks();
        let quote = match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => quote,
            other => {
                let message = format!("expected a quote behind `{}=`", shown(written));
                return Err(self.wrong(&message, other.map_or(0, char::len_utf8), help));
            }
        };
        let inside = self.at + 1;
        let raw = self.text.get(inside..).unwrap_or_default();
        let length = raw.find([quote, '<']).unwrap_or(raw.len());
        let end = inside + length;
        if !self.text.get(end..).unwrap_or_default().starts_with(quote) {
            let span = Span::new(end, (end + 1).min(self.text.len()));
            let message = match raw.get(length..) {
                Some(rest) if rest.starts_with('<') => "expected the closing quote, found `<`",
                _ => "expected the closing quote, found the end of the file",
            };
            let mut problem = syntax(message, span, "add the quote; in a value `<` is written `&lt;`");
            problem.related = Some((Span::new(inside - 1, inside), "this quote is never closed".to_owned()));
            return Err(problem);
        }
        let value = self.unescape(raw.get(..length).unwrap_or_default(), inside)?;
        self.at = end + 1;
        self.count(2)?;
        let again = element.attribute(written, name_span, value, Span::new(inside, end));
        if let Some(first) = again {
            self.problems.repeated_key(written, name_span, first);
        }
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), Problem> {
        let start = self.at;
        self.at += 2;
        let name = self.name("an element")?;
        let span = Span::new(start + 2, self.at);
        self.blanks();
        if !self.rest().starts_with('>') {
            let width = self.rest().chars().next().map_or(0, char::len_utf8);
            return Err(self.wrong(&format!("expected `>` behind `</{}`", shown(name)), width, "close the tag"));
        }
        self.at += 1;
        let Some(mut element) = self.open.pop() else {
            let message = format!("`</{}>` closes an element that was never opened", shown(name));
            return Err(syntax(&message, span, "remove it, or add its start tag"));
        };
        if element.written != name {
            let message = format!("expected `</{}>`, found `</{}>`", shown(element.written), shown(name));
            let mut problem = syntax(&message, span, "elements are closed in the reverse order of their opening");
            problem.related = Some((element.name_span, "the element to close is opened here".to_owned()));
            return Err(problem);
        }
        element.end = self.at;
        self.close(element);
        Ok(())
    }

    fn close(&mut self, element: Element<'t>) {
        match self.open.last_mut() {
            Some(parent) => parent.adopt(element),
            None => self.root = Some(element),
        }
    }

    fn name(&mut self, of: &str) -> Result<&'t str, Problem> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let first = rest.chars().next();
        if !first
            .is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | ':') || (!c.is_ascii() && !c.is_whitespace()))
        {
            let message = format!("expected the name of {of}");
            let help = "names begin with a letter; in text `<` is written `&lt;`";
            return Err(self.wrong(&message, first.map_or(0, char::len_utf8), help));
        }
        let is_inside = |c: char| {
            c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-' | '.') || (!c.is_ascii() && !c.is_whitespace())
        };
        let length = rest.find(|c| !is_inside(c)).unwrap_or(rest.len());
        self.at += length;
        Ok(rest.get(..length).unwrap_or_default())
    }

    fn count(&mut self, nodes: usize) -> Result<(), Problem> {
        self.nodes += nodes;
        if self.nodes > self.limits.nodes {
            return Err(too_many(self.limits.nodes, Span::new(self.at, self.at)));
        }
        Ok(())
    }

    fn blanks(&mut self) -> usize {
        let rest = self.rest();
        let length = rest.find(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).unwrap_or(rest.len());
        self.at += length;
        length
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong(&self, message: &str, width: usize, help: &str) -> Problem {
        syntax(message, Span::new(self.at, self.at + width), help)
    }
}

/// Refuses what no XML may hold.
fn check_characters(text: &str, start: usize) -> Result<(), Problem> {
    let is_wrong = |c: char| matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    match text.char_indices().find(|(_, c)| is_wrong(*c)) {
        Some((at, c)) => {
            let message = format!("the character U+{:04X} is not allowed in XML", u32::from(c));
            Err(syntax(&message, Span::new(start + at, start + at + c.len_utf8()), "remove it"))
        }
        None => Ok(()),
    }
}

/// Adds text with its line endings as `\n`.
fn push_lines(to: &mut String, text: &str) {
    for (at, line) in text.split('\r').enumerate() {
        if at > 0 && !line.starts_with('\n') {
            to.push('\n');
        }
        to.push_str(line);
    }
}
