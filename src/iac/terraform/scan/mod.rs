//! What the texts of a file refer to: the traversals (`var.x`, `aws_s3_bucket.b.id`) in the
//! interpolations of a template.
//!
//! No expression is parsed: tokens are enough to tell references from strings, comments, names of
//! functions, keys of objects, attributes, and the variables of `for`.

use super::words::{continues_name, starts_name};

/// A traversal: its root, and the attributes behind it up to the first index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    /// The names, the root first; never empty. No more than [`PARTS`] are kept.
    pub(super) names: Vec<&'a str>,
}

/// What nothing looks at is not kept.
const PARTS: usize = 4;

/// Nesting, and names in scope, past which a text is left alone.
const DEEPEST: usize = 400;

/// The references in a template; none where it is nested too deeply to follow.
pub(super) fn references(template: &str) -> Vec<Reference<'_>> {
    // Most texts have none.
    if !template.contains("${") && !template.contains("%{") {
        return Vec::new();
    }
    let mut scan = Scan {
        text: template,
        at: 0,
        frames: vec![Frame::new(Inside::Template(Until::End), 0)],
        names: Vec::new(),
        found: Vec::new(),
    };
    if scan.run() { scan.found } else { Vec::new() }
}

/// What a template ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until<'a> {
    End,
    Quote,
    Marker(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside<'a> {
    Template(Until<'a>),
    /// `${` or `%{`, to its `}`.
    Interpolation,
    Parens,
    Brackets,
    /// Braces of an object; whether a key may come now.
    Braces {
        key: bool,
    },
    /// Brackets or braces of a `for` expression.
    For {
        brace: bool,
    },
}

#[derive(Clone, Copy, Debug)]
struct Frame<'a> {
    inside: Inside<'a>,
    /// How many names were in scope outside.
    names: usize,
}

impl<'a> Frame<'a> {
    fn new(inside: Inside<'a>, names: usize) -> Self {
        Self { inside, names }
    }
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    frames: Vec<Frame<'a>>,
    /// Names that `for` made, innermost last.
    names: Vec<&'a str>,
    found: Vec<Reference<'a>>,
}

impl<'a> Scan<'a> {
    /// Whether the whole text was followed.
    fn run(&mut self) -> bool {
        while self.at < self.text.len() {
            if self.frames.len() > DEEPEST || self.names.len() > DEEPEST {
                return false;
            }
            let Some(frame) = self.frames.last().copied() else { return true };
            match frame.inside {
                Inside::Template(until) => self.template(until),
                Inside::Interpolation
                | Inside::Parens
                | Inside::Brackets
                | Inside::Braces { .. }
                | Inside::For { .. } => self.expression(),
            }
        }
        true
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self) {
        self.at += self.next().map_or(1, char::len_utf8);
    }

    fn push(&mut self, inside: Inside<'a>) {
        self.frames.push(Frame::new(inside, self.names.len()));
    }

    fn pop(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.names.truncate(frame.names);
        }
    }

    fn template(&mut self, until: Until<'a>) {
        let rest = self.rest();
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            self.at += 3;
        } else if rest.starts_with("${") {
            self.at += 2;
            self.push(Inside::Interpolation);
        } else if rest.starts_with("%{") {
            self.at += 2;
            self.directive();
        } else if until == Until::Quote && rest.starts_with('\\') {
            self.at += 1;
            self.skip();
        } else if until == Until::Quote && rest.starts_with('"') {
            self.at += 1;
            self.pop();
        } else if let (Until::Marker(marker), Some(line)) = (until, rest.strip_prefix('\n')) {
            self.at += 1;
            let line = line.split('\n').next().unwrap_or(line);
            // The marker stands alone in its line, or before what closes the expression.
            if line.trim_start().strip_prefix(marker).is_some_and(|rest| !rest.starts_with(continues_name)) {
                self.at += line.len() - line.trim_start().len() + marker.len();
                self.pop();
            }
        } else {
            self.skip();
        }
    }

    /// Behind `%{`.
    fn directive(&mut self) {
        if self.rest().starts_with('~') {
            self.at += 1;
        }
        self.blanks();
        let start = self.at;
        match self.name() {
            Some("for") => {
                let made = self.for_names();
                // What is iterated over is outside of the scope, but never has these names.
                self.names.extend(made);
            }
            // Names in scope are left to the end of the template: at worst a mistake is overlooked.
            Some("endfor" | "if" | "else" | "endif") => {}
            Some(_) | None => self.at = start,
        }
        let outside = self.names.len();
        self.frames.push(Frame::new(Inside::Interpolation, outside));
    }

    fn expression(&mut self) {
        let Some(next) = self.next() else { return };
        let rest = self.rest();
        match next {
            '\n' | ',' => {
                self.expect_key();
                self.at += 1;
            }
            ' ' | '\t' | '\r' => self.at += 1,
            '#' => self.comment(),
            '/' if rest.starts_with("//") || rest.starts_with("/*") => self.comment(),
            '"' => {
                self.no_key();
                self.at += 1;
                self.push(Inside::Template(Until::Quote));
            }
            '<' if rest.starts_with("<<") => self.heredoc(),
            '(' => {
                self.no_key();
                self.at += 1;
                self.push(Inside::Parens);
            }
            '[' | '{' => self.open(next == '{'),
            ')' | ']' | '}' => self.close(next),
            '.' => self.attribute(),
            '0'..='9' => {
                self.no_key();
                let digits = rest.find(|char: char| !char.is_ascii_alphanumeric()).unwrap_or(rest.len());
                self.at += digits;
            }
            char if starts_name(char) => self.named(),
            _ => {
                self.no_key();
                self.skip();
            }
        }
    }

    fn expect_key(&mut self) {
        if let Some(Frame { inside: Inside::Braces { key }, .. }) = self.frames.last_mut() {
            *key = true;
        }
    }

    /// Tells whether a key could come, and that none can any more.
    fn no_key(&mut self) -> bool {
        match self.frames.last_mut() {
            Some(Frame { inside: Inside::Braces { key }, .. }) => std::mem::replace(key, false),
            Some(_) | None => false,
        }
    }

    fn comment(&mut self) {
        let rest = self.rest();
        self.at += if let Some(inner) = rest.strip_prefix("/*") {
            inner.find("*/").map_or(rest.len(), |end| end + 4)
        } else {
            rest.find('\n').unwrap_or(rest.len())
        };
    }

    /// White space and comments.
    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            match rest.chars().next() {
                Some(char) if char.is_ascii_whitespace() => self.at += 1,
                Some('#') => self.comment(),
                Some('/') if rest.starts_with("//") || rest.starts_with("/*") => self.comment(),
                Some(_) | None => return,
            }
        }
    }

    fn heredoc(&mut self) {
        self.no_key();
        let rest = self.rest();
        let Some(after) = rest.strip_prefix("<<-").or_else(|| rest.strip_prefix("<<")) else { return };
        let line = after.split('\n').next().unwrap_or(after);
        let marker = line.trim_end();
        if super::words::is_name(marker) {
            // The template begins at the end of this line, so that its first line may be the marker.
            self.at += rest.len() - after.len() + line.len();
            self.push(Inside::Template(Until::Marker(marker)));
        } else {
            self.at += 2;
        }
    }

    fn open(&mut self, brace: bool) {
        self.no_key();
        self.at += 1;
        let start = self.at;
        self.blanks();
        let is_for = self.name() == Some("for") && self.next().is_some_and(|next| next.is_ascii_whitespace());
        self.blanks();
        if is_for && self.next().is_some_and(starts_name) {
            self.push(Inside::For { brace });
            let made = self.for_names();
            self.names.extend(made);
        } else {
            self.at = start;
            self.push(if brace { Inside::Braces { key: true } } else { Inside::Brackets });
        }
    }

    /// The names between `for` and `in`, and the way behind `in`.
    fn for_names(&mut self) -> Vec<&'a str> {
        let mut made = Vec::new();
        loop {
            self.blanks();
            match self.name() {
                Some("in") | None => return made,
                Some(name) => made.push(name),
            }
            self.blanks();
            if self.rest().starts_with(',') {
                self.at += 1;
            }
        }
    }

    /// Closes what is open; what nothing opened is passed over: `hcl2json` cuts parentheses.
    fn close(&mut self, closing: char) {
        self.at += 1;
        let fits = |inside: &Inside<'_>| match inside {
            Inside::Parens => closing == ')',
            Inside::Brackets => closing == ']',
            Inside::Braces { .. } | Inside::Interpolation => closing == '}',
            Inside::For { brace } => closing == if *brace { '}' } else { ']' },
            Inside::Template(_) => false,
        };
        let open = self.frames.iter().rev().take_while(|frame| !matches!(frame.inside, Inside::Template(_)));
        if let Some(above) = open.map(|frame| &frame.inside).position(fits) {
            for _ in 0..=above {
                self.pop();
            }
        }
    }

    /// An attribute of something that is no plain traversal: behind an index or a call.
    fn attribute(&mut self) {
        self.no_key();
        self.at += 1;
        let start = self.at;
        self.blanks();
        if self.name().is_none() {
            self.at = start;
        }
    }

    /// The name that stands here, and the way behind it.
    fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        if !rest.starts_with(starts_name) {
            return None;
        }
        let end = rest.find(|char| !continues_name(char)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end)
    }

    /// The way to an attribute's name, over white space.
    fn next_attribute(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.blanks();
        if self.rest().starts_with('.') {
            self.at += 1;
            self.blanks();
            if let Some(name) = self.name() {
                return Some(name);
            }
        }
        self.at = start;
        None
    }

    fn named(&mut self) {
        let key = self.no_key();
        let Some(root) = self.name() else { return self.skip() };
        let behind = self.at;
        self.blanks();
        let rest = self.rest();
        // `if` of a `for` expression.
        let comprehends = matches!(self.frames.last(), Some(Frame { inside: Inside::For { .. }, .. }));
        let is_word = matches!(root, "true" | "false" | "null") || (comprehends && root == "if");
        let is_key = key && ((rest.starts_with('=') && !rest.starts_with("==")) || rest.starts_with(':'));
        if rest.starts_with("::") {
            while self.rest().starts_with("::") {
                self.at += 2;
                self.name();
                self.blanks();
            }
            return;
        }
        if is_word || is_key || rest.starts_with('(') {
            self.at = behind;
            return;
        }
        self.at = behind;
        let mut names = vec![root];
        while let Some(name) = self.next_attribute() {
            if names.len() < PARTS {
                names.push(name);
            }
        }
        if !self.names.contains(&root) {
            self.found.push(Reference { names });
        }
    }
}

#[cfg(test)]
mod tests;
