//! Configuration of Varnish.
//!
//! `{acl: {name: [entry]}, backend: {name: {field: value}}, probe: {name: {field: value}}}` as conftest shows it where
//! it can read a file: entries without quotes (`!10.0.0.1`, `10.0.0.0/8`), fields without their point, times in
//! seconds and sizes in bytes. The body of a `sub`, and of every other block (`director`, `table`), is the text
//! that is written, in a list: a `sub` may be written in parts. What ends with `;` is a list of texts
//! (`import: ["std"]`).

mod text;

use std::collections::HashMap;
use std::ops::Range;

use super::Reading;
use super::encoding::BOM;
use super::mapping::{MappingBuilder, Problems, shown};
use super::parts::{Budget, Word, entry, helped, span, syntax};
use crate::document::{Document, Node, ParseLimits, Problem, Span, Value};
use text::{Scanner, Token};

#[cfg(test)]
mod tests;

/// Reads the declarations of a file.
pub(super) fn read(text: &str, limits: &ParseLimits) -> Reading {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut reader = Reader {
        scanner: Scanner { text, at: start },
        budget: Budget::new(limits),
        problems: Problems::default(),
        kinds: Vec::new(),
        places: HashMap::new(),
    };
    match reader.file() {
        Ok(()) => {
            let kinds = reader.kinds.into_iter().map(Kind::finish).collect();
            let root = Node { value: Value::Mapping(kinds), span: Span::new(start, text.len()) };
            Reading { documents: vec![Document { index: 0, root }], problems: reader.problems.found }
        }
        Err(problem) => {
            reader.problems.found.push(problem);
            Reading { documents: Vec::new(), problems: reader.problems.found }
        }
    }
}

/// All declarations that begin with one word.
struct Kind {
    name: String,
    key: Span,
    place: Span,
    content: Content,
}

enum Content {
    /// Each has a name and a value.
    Named(MappingBuilder),
    /// Each has a name, and is written in parts: names, with their bodies.
    Parts(Parts),
    /// Each is a text.
    Texts(Vec<Word>),
}

/// Names, with the bodies written for each.
#[derive(Default)]
struct Parts {
    parts: Vec<(Word, Vec<Word>)>,
    /// Places in `parts`. Never iterated.
    places: HashMap<String, usize>,
}

impl Parts {
    fn add(&mut self, name: Word, body: Option<Word>) {
        let place = *self.places.entry(name.text.clone()).or_insert(self.parts.len());
        match self.parts.get_mut(place) {
            Some((_, bodies)) => bodies.extend(body),
            None => self.parts.push((name, body.into_iter().collect())),
        }
    }
}

impl Kind {
    fn finish(self) -> crate::document::Entry {
        let value = match self.content {
            Content::Named(entries) => Value::Mapping(entries.finish()),
            Content::Texts(texts) => Value::Sequence(texts.into_iter().map(Word::into_node).collect()),
            Content::Parts(parts) => {
                let mut entries = MappingBuilder::default();
                for (name, bodies) in parts.parts {
                    let place = bodies.first().zip(bodies.last());
                    let place = place.map_or(name.span, |(first, last)| Span { end: last.span.end, ..first.span });
                    let bodies = bodies.into_iter().map(Word::into_node).collect();
                    entries.merge(entry(name.text, name.span, Node { value: Value::Sequence(bodies), span: place }));
                }
                Value::Mapping(entries.finish())
            }
        };
        entry(self.name, self.key, Node { value, span: self.place })
    }
}

struct Reader<'t> {
    scanner: Scanner<'t>,
    budget: Budget,
    problems: Problems,
    kinds: Vec<Kind>,
    /// Places in `kinds`. Never iterated.
    places: HashMap<String, usize>,
}

impl Reader<'_> {
    fn file(&mut self) -> Result<(), Problem> {
        while let Some(token) = self.scanner.next()? {
            match token {
                Token::Word(range) => self.declaration(range)?,
                Token::CCode(_) => {}
                Token::Text(range) | Token::Mark(_, range) => {
                    let found = shown(self.scanner.slice(&range));
                    let message = format!("expected a declaration, found `{found}`");
                    return Err(helped(message, span(&range), "one begins with `sub`, `backend`, `acl` and the like"));
                }
            }
        }
        Ok(())
    }

    /// A declaration from its first word.
    fn declaration(&mut self, kind: Range<usize>) -> Result<(), Problem> {
        let mut head = Vec::new();
        loop {
            match self.scanner.next()? {
                Some(Token::Mark(b';', _)) => return self.statement(&kind, &head),
                Some(Token::Mark(b'{', brace)) => return self.block(&kind, &head, &brace),
                Some(token @ (Token::Word(_) | Token::Text(_) | Token::Mark(b'-' | b'+' | b',' | b'=', _))) => {
                    head.push(token);
                }
                token => {
                    let name = shown(self.scanner.slice(&kind));
                    let end = self.scanner.text.len();
                    let range = token.as_ref().map_or(end..end, Token::range);
                    let found = match token {
                        Some(_) => format!("`{}`", shown(self.scanner.slice(&range))),
                        None => "the end of the file".to_owned(),
                    };
                    let message = format!("expected `;` or `{{` behind `{name}`, found {found}");
                    return Err(Problem {
                        related: Some((span(&kind), "the declaration begins here".to_owned())),
                        ..syntax(message, span(&range))
                    });
                }
            }
        }
    }

    /// `import std;`
    fn statement(&mut self, kind: &Range<usize>, head: &[Token]) -> Result<(), Problem> {
        self.budget.take(3, span(kind))?;
        let place = head.first().zip(head.last()).map(|(first, last)| first.range().start..last.range().end);
        let place = place.unwrap_or(kind.end..kind.end);
        if let ("backend", [Token::Word(name), ..]) = (self.scanner.slice(kind), head) {
            // `backend default none;`
            let none = Node { value: Value::Null, span: Span::new(name.end, place.end) };
            self.named(kind, &name.clone(), none, place.end);
            return Ok(());
        }
        let text = match head {
            [Token::Text(range)] => text::unquoted(self.scanner.slice(range)),
            _ => self.scanner.slice(&place),
        };
        let word = Word::new(text, span(&place));
        self.add(
            kind,
            place.end,
            || Content::Texts(Vec::new()),
            |content| match content {
                Content::Texts(texts) => texts.push(word),
                Content::Parts(parts) => parts.add(word, None),
                Content::Named(entries) => {
                    let none = Node { value: Value::Null, span: word.span };
                    entries.merge(entry(word.text, word.span, none));
                }
            },
        );
        Ok(())
    }

    fn block(&mut self, kind: &Range<usize>, head: &[Token], brace: &Range<usize>) -> Result<(), Problem> {
        let name = match head {
            // A name, and flags or a type behind it.
            [Token::Word(name), ..] => name.clone(),
            _ => brace.start..brace.start,
        };
        self.budget.take(4, span(kind))?;
        match self.scanner.slice(kind) {
            "acl" => {
                let value = self.entries(brace)?;
                self.named(kind, &name, value, self.scanner.at);
            }
            "backend" | "probe" => {
                let value = self.fields(brace, true)?;
                self.named(kind, &name, value, self.scanner.at);
            }
            _ => {
                let body = self.scanner.body(brace)?;
                let slice = self.scanner.slice(&body);
                let start = body.end - slice.trim_start().len();
                let slice = slice.trim();
                let body = Word::new(slice, Span::new(start.min(body.end), start.min(body.end) + slice.len()));
                let name = Word::new(self.scanner.slice(&name), span(&name));
                self.add(
                    kind,
                    self.scanner.at,
                    || Content::Parts(Parts::default()),
                    |content| match content {
                        Content::Parts(parts) => parts.add(name, Some(body)),
                        Content::Texts(texts) => texts.push(body),
                        Content::Named(_) => {}
                    },
                );
            }
        }
        Ok(())
    }

    /// Adds to the declarations that begin with a word, which are `content` where this is the first of them.
    fn add(
        &mut self,
        kind: &Range<usize>,
        end: usize,
        content: impl FnOnce() -> Content,
        add: impl FnOnce(&mut Content),
    ) {
        let name = self.scanner.slice(kind);
        let place = Span::new(kind.start, end);
        let at = *self.places.entry(name.to_owned()).or_insert(self.kinds.len());
        if at == self.kinds.len() {
            self.kinds.push(Kind { name: name.to_owned(), key: span(kind), place, content: content() });
        }
        if let Some(kind) = self.kinds.get_mut(at) {
            kind.place.end = kind.place.end.max(place.end);
            add(&mut kind.content);
        }
    }

    fn named(&mut self, kind: &Range<usize>, name: &Range<usize>, value: Node, end: usize) {
        let written = self.scanner.slice(name).to_owned();
        let key = span(name);
        let mut first = None;
        self.add(
            kind,
            end,
            || Content::Named(MappingBuilder::default()),
            |content| {
                if let Content::Named(entries) = content {
                    first = entries.write(entry(written.clone(), key, value)).map(|(_, first)| first);
                }
            },
        );
        if let Some(first) = first {
            self.problems.repeated_key(&written, key, first);
        }
    }

    /// The entries of an ACL, behind its `{`.
    fn entries(&mut self, brace: &Range<usize>) -> Result<Node, Problem> {
        let mut entries = Vec::new();
        loop {
            let first = match self.scanner.next()? {
                None => return Err(text::unclosed(brace)),
                Some(Token::Mark(b'}', close)) => {
                    let value = Value::Sequence(entries);
                    return Ok(Node { value, span: Span::new(brace.start, close.end) });
                }
                Some(token) => token,
            };
            let start = first.range().start;
            let mut end = first.range().end;
            let mut out = String::new();
            let mut token = Some(first);
            loop {
                match token {
                    Some(Token::Mark(b';', _)) if !out.is_empty() => break,
                    Some(Token::Text(range)) => {
                        out.push_str(text::unquoted(self.scanner.slice(&range)));
                        end = range.end;
                    }
                    Some(Token::Word(range) | Token::Mark(b'!' | b'/' | b'(' | b')', range)) => {
                        let slice = self.scanner.slice(&range);
                        out.push_str(if matches!(slice, "(" | ")") { "" } else { slice });
                        end = range.end;
                    }
                    Some(other) => {
                        let range = other.range();
                        let found = shown(self.scanner.slice(&range));
                        let help = "an entry is written `\"192.0.2.0\"/24;`";
                        return Err(helped(format!("expected an address, found `{found}`"), span(&range), help));
                    }
                    None => return Err(text::unclosed(brace)),
                }
                token = self.scanner.next()?;
            }
            let place = Span::new(start, end);
            self.budget.take(1, place)?;
            entries.push(Word::new(out, place).into_node());
        }
    }

    /// `.name = value;` any number of times, behind a `{`.
    fn fields(&mut self, brace: &Range<usize>, may_nest: bool) -> Result<Node, Problem> {
        let mut fields = MappingBuilder::default();
        loop {
            let name = match self.scanner.next()? {
                None => return Err(text::unclosed(brace)),
                Some(Token::Mark(b'}', close)) => {
                    let value = Value::Mapping(fields.finish());
                    return Ok(Node { value, span: Span::new(brace.start, close.end) });
                }
                Some(Token::Word(range)) if self.scanner.slice(&range).starts_with('.') => range,
                Some(token) => {
                    let range = token.range();
                    let message = format!("expected `.field = value;`, found `{}`", shown(self.scanner.slice(&range)));
                    return Err(helped(message, span(&range), "a field begins with a point: `.host = \"192.0.2.1\";`"));
                }
            };
            self.budget.take(2, span(&name))?;
            match self.scanner.next()? {
                Some(Token::Mark(b'=', _)) => {}
                token => {
                    let range = token.as_ref().map_or(name.end..name.end, Token::range);
                    let message = format!("expected `=` behind `{}`", shown(self.scanner.slice(&name)));
                    return Err(helped(message, span(&range), "write `.field = value;`"));
                }
            }
            let value = self.value(&name, may_nest)?;
            let key = self.scanner.slice(&name).trim_start_matches('.').to_owned();
            let key_span = span(&name);
            if let Some((key, first)) = fields.write(entry(key, key_span, value)) {
                self.problems.repeated_key(key, key_span, first);
            }
        }
    }

    /// A value up to its `;`.
    fn value(&mut self, name: &Range<usize>, may_nest: bool) -> Result<Node, Problem> {
        let mut tokens: Vec<Token> = Vec::new();
        loop {
            match self.scanner.next()? {
                Some(Token::Mark(b';', end)) => {
                    let place = tokens.first().zip(tokens.last());
                    let Some(place) = place.map(|(first, last)| first.range().start..last.range().end) else {
                        let message = format!("`{}` has no value", shown(self.scanner.slice(name)));
                        return Err(helped(message, span(&end), "write one before `;`"));
                    };
                    let value = text::value(&self.scanner, &tokens, &place);
                    if let Value::Sequence(items) = &value {
                        self.budget.take(items.len(), span(&place))?;
                    }
                    return Ok(Node { value, span: span(&place) });
                }
                Some(Token::Mark(b'{', brace)) if tokens.is_empty() && may_nest => {
                    let value = self.fields(&brace, false)?;
                    // A `;` behind the block may be left out, or not.
                    self.scanner.skip_mark(b';')?;
                    return Ok(value);
                }
                Some(Token::Mark(b'{', brace)) if tokens.is_empty() => {
                    let body = self.scanner.body(&brace)?;
                    self.scanner.skip_mark(b';')?;
                    return Ok(Word::new(self.scanner.slice(&body), span(&body)).into_node());
                }
                Some(Token::Mark(b'}', range)) => {
                    let message = format!("expected `;` behind `{}`, found `}}`", shown(self.scanner.slice(name)));
                    return Err(helped(message, span(&range), "add `;` at the end of the field"));
                }
                Some(token) => tokens.push(token),
                None => return Err(text::unclosed(name)),
            }
        }
    }
}
