//! EDN: maps, lists, and scalars that are all strings.
//!
//! Keywords keep their colon, numbers are written as Go writes them, a character is its number, `nil` is
//! `<nil>`. A tagged scalar is one string (`#env HOME`), a tagged collection a mapping with the tag as
//! its key. Lists, vectors and sets are lists in the order of the text; a collection that is a key is its text.
//! Each form at the top level is a document.
//!
//! What Clojure's own reader knows beyond EDN is read, too, since files for Clojure use it: `#:ns{…}`, `^meta`,
//! ratios, numbers with a radix, `##Inf`.

use super::Reading;
use super::encoding::BOM;
use super::mapping::{MappingBuilder, Problems, limit, shown, syntax, too_deep, too_many};
use crate::document::{Document, Entry, Node, ParseLimits, Problem, Span, Value};

mod scalar;
#[cfg(test)]
mod tests;

/// Reads a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let at = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut reader = Reader {
        text,
        at,
        limits: *limits,
        nodes: 0,
        open: Vec::new(),
        documents: Vec::new(),
        problems: Problems::default(),
    };
    let done = reader.forms();
    let Reader { mut documents, problems: Problems { found: mut problems, .. }, .. } = reader;
    if let Err(problem) = done {
        problems.push(problem);
        documents.clear();
    }
    Reading { documents, problems }
}

/// Something whose end has not come.
struct Open {
    start: usize,
    kind: Kind,
}

enum Kind {
    /// `(…)`, `[…]` and `#{…}` by the bracket that closes them.
    List(char, Vec<Node>),
    /// `{…}`, with the key whose value comes next, and the namespace of `#:ns{…}`.
    Map(MappingBuilder, Option<(String, Span)>, Option<String>),
    /// `#tag`: takes the form behind it. The name without its `#`.
    Tag(String),
    /// `#_`: drops the form behind it.
    Discard,
    /// `^`: drops the form behind it, which says something about the next one.
    Meta,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    limits: ParseLimits,
    nodes: usize,
    open: Vec<Open>,
    documents: Vec<Document>,
    problems: Problems,
}

impl<'t> Reader<'t> {
    fn forms(&mut self) -> Result<(), Problem> {
        loop {
            self.skip_blanks();
            let start = self.at;
            let rest = self.rest();
            let Some(first) = rest.chars().next() else { break };
            match first {
                '(' => self.push(1, Kind::List(')', Vec::new()))?,
                '[' => self.push(1, Kind::List(']', Vec::new()))?,
                '{' => self.push(1, Kind::Map(MappingBuilder::default(), None, None))?,
                ')' | ']' | '}' => self.close(first)?,
                '^' => self.push(1, Kind::Meta)?,
                '"' => {
                    let text = self.string()?;
                    self.accept(text, start)?;
                }
                '\\' => {
                    let text = self.character()?;
                    self.accept(text, start)?;
                }
                '#' => self.dispatch(rest)?,
                _ => {
                    let text = self.token()?;
                    self.accept(text, start)?;
                }
            }
        }
        match self.open.last() {
            Some(open) => Err(self.unclosed(open)),
            None if self.documents.is_empty() => {
                let at = Span::new(self.at, self.at);
                Err(syntax("expected a value, found the end of the file", at, "an empty value is written `{}`"))
            }
            None => Ok(()),
        }
    }

    /// What begins with `#`.
    fn dispatch(&mut self, rest: &'t str) -> Result<(), Problem> {
        let start = self.at;
        let second = rest.chars().nth(1);
        match second {
            Some('{') => self.push(2, Kind::List('}', Vec::new())),
            Some('_') => self.push(2, Kind::Discard),
            Some('#') => {
                self.at += 2;
                let word = self.word();
                if !matches!(word, "Inf" | "-Inf" | "NaN") {
                    let help = "EDN knows `##Inf`, `##-Inf` and `##NaN`";
                    return Err(syntax("no value of EDN begins with `##`", Span::new(start, self.at), help));
                }
                self.accept(format!("##{word}"), start)
            }
            Some(':') => {
                self.at += 2;
                let namespace = self.word().to_owned();
                self.skip_blanks();
                if namespace.is_empty() || !self.rest().starts_with('{') {
                    let help = "a map with a namespace is written `#:name{…}`";
                    return Err(self.wrong("expected a namespace and `{` behind `#:`", help));
                }
                self.push_from(start, 1, Kind::Map(MappingBuilder::default(), None, Some(namespace)))
            }
            Some(c) if c.is_alphabetic() => {
                self.at += 1;
                let tag = self.word().to_owned();
                self.push_from(start, 0, Kind::Tag(tag))
            }
            _ => {
                let width = 1 + second.map_or(0, char::len_utf8);
                let help = "`#` begins a set `#{`, a tag `#name` or a discarded form `#_`";
                Err(syntax("no form of EDN begins like this", Span::new(start, start + width), help))
            }
        }
    }

    fn push(&mut self, width: usize, kind: Kind) -> Result<(), Problem> {
        self.push_from(self.at, width, kind)
    }

    fn push_from(&mut self, start: usize, width: usize, kind: Kind) -> Result<(), Problem> {
        if self.open.len() >= self.limits.depth {
            return Err(too_deep(self.limits.depth, Span::new(start, start + 1)));
        }
        self.at += width;
        self.open.push(Open { start, kind });
        Ok(())
    }

    fn close(&mut self, bracket: char) -> Result<(), Problem> {
        let span = Span::new(self.at, self.at + 1);
        let Some(Open { start, kind }) = self.open.pop() else {
            let message = format!("`{bracket}` closes nothing");
            return Err(syntax(&message, span, "remove it, or add the bracket that opens"));
        };
        let (wanted, value) = match kind {
            Kind::List(close, items) => (close, Value::Sequence(items)),
            Kind::Map(_, Some((key, key_span)), _) if bracket == '}' => {
                let mut problem = syntax("expected a value, found `}`", span, "a map holds keys and values in turn");
                problem.related = Some((key_span, format!("the key `{}` has no value", shown(&key))));
                return Err(problem);
            }
            Kind::Map(mapping, ..) => ('}', Value::Mapping(mapping.finish())),
            kind @ (Kind::Tag(_) | Kind::Discard | Kind::Meta) => {
                let message = format!("expected a value, found `{bracket}`");
                let mut problem = syntax(&message, span, "add the value, or remove what announces it");
                problem.related = Some(self.announced(&Open { start, kind }));
                return Err(problem);
            }
        };
        if wanted != bracket {
            let mut problem =
                syntax(format!("expected `{wanted}`, found `{bracket}`"), span, "close what is open first");
            problem.related = Some((Span::new(start, start + 1), "opened here".to_owned()));
            return Err(problem);
        }
        self.at += 1;
        self.accept_node(Node { value, span: Span::new(start, self.at) })
    }

    fn accept(&mut self, text: String, start: usize) -> Result<(), Problem> {
        self.accept_node(Node { value: Value::String(text), span: Span::new(start, self.at) })
    }

    /// Hands a form that is done to what holds it.
    fn accept_node(&mut self, mut node: Node) -> Result<(), Problem> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            return Err(too_many(self.limits.nodes, Span { start: node.span.start, end: node.span.start }));
        }
        // Tags take the form; the last of them stands next to it.
        let mut tags = Vec::new();
        while let Some(open) = self.open.pop_if(|open| matches!(open.kind, Kind::Tag(_))) {
            if let Kind::Tag(tag) = open.kind {
                tags.push((open.start, tag));
            }
        }
        if !tags.is_empty() {
            node = scalar::tagged(tags, node);
        }
        let text = self.text;
        match self.open.last_mut() {
            None => {
                let index = self.documents.len();
                if index >= self.limits.documents {
                    let message =
                        format!("the file holds more than {} documents (`limits.documents`)", self.limits.documents);
                    return Err(limit(message, node.span, None));
                }
                self.documents.push(Document { index, root: node });
            }
            Some(Open { kind: Kind::Discard | Kind::Meta, .. }) => {
                self.open.pop();
            }
            Some(Open { kind: Kind::List(_, items), .. }) => items.push(node),
            Some(Open { kind: Kind::Map(mapping, pending, namespace), .. }) => match pending.take() {
                None => {
                    let key = match node.value {
                        Value::String(key) => key,
                        _ => text.get(node.span.start as usize..node.span.end as usize).unwrap_or_default().to_owned(),
                    };
                    let written = text.as_bytes().get(node.span.start as usize);
                    let key = match namespace {
                        Some(namespace) if written == Some(&b':') => scalar::within(namespace, &key),
                        _ => key,
                    };
                    *pending = Some((key, node.span));
                }
                Some((key, key_span)) => {
                    if let Some((key, first)) = mapping.write(Entry { key, key_span, value: node }) {
                        self.problems.repeated_key(key, key_span, first);
                    }
                }
            },
            // Taken above.
            Some(Open { kind: Kind::Tag(_), .. }) => {}
        }
        Ok(())
    }

    fn announced(&self, open: &Open) -> (Span, String) {
        match &open.kind {
            Kind::Tag(tag) => (Span::new(open.start, open.start + 1 + tag.len()), "this tag has no value".to_owned()),
            Kind::Discard => (Span::new(open.start, open.start + 2), "this discards nothing".to_owned()),
            Kind::Meta => (Span::new(open.start, open.start + 1), "nothing follows this".to_owned()),
            Kind::List(..) | Kind::Map(..) => {
                let rest = self.text.get(open.start..).unwrap_or_default();
                let width = rest.find(['(', '[', '{']).map_or(0, |at| at + 1);
                (Span::new(open.start, open.start + width), "this is never closed".to_owned())
            }
        }
    }

    fn unclosed(&self, open: &Open) -> Problem {
        let end = Span::new(self.text.len(), self.text.len());
        let wanted = match &open.kind {
            Kind::List(close, _) => format!("`{close}`"),
            Kind::Map(..) => "`}`".to_owned(),
            Kind::Tag(_) | Kind::Discard | Kind::Meta => "a value".to_owned(),
        };
        let help = "add what is missing";
        let mut problem = syntax(format!("expected {wanted}, found the end of the file"), end, help);
        problem.related = Some(self.announced(open));
        problem
    }

    /// White space, commas and comments.
    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.find(|c: char| !c.is_whitespace() && c != ',').unwrap_or(rest.len());
            self.at += blank;
            let rest = self.rest();
            if !rest.starts_with(';') && !rest.starts_with("#!") {
                return;
            }
            self.at += rest.find('\n').unwrap_or(rest.len());
        }
    }

    /// The text up to the next blank or bracket.
    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let length = rest.find(ends_word).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn wrong(&self, message: &str, help: &str) -> Problem {
        let width = self.rest().chars().next().map_or(0, char::len_utf8);
        syntax(message, Span::new(self.at, self.at + width), help)
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | ';' | '\\')
}
