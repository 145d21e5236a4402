//! From text to what is written in it.

use super::super::mapping::syntax;
use super::joined;
use super::model::{Expr, Layer, Model, ObjectId, Substitution};
use crate::document::format::mapping::{shown, too_deep, too_many};
use crate::document::{ParseLimits, Problem, Span};

/// A file, not yet resolved.
pub(super) struct File {
    pub(super) model: Model,
    pub(super) root: Expr,
    /// The object that substitutions are looked up in.
    pub(super) top: ObjectId,
    pub(super) substitutions: usize,
}

/// Characters that stand in quotes only.
const RESERVED: &str = "$\"{}[]:=,+#`^?!@*&\\";

pub(super) fn parse(text: &str, start: usize, limits: &ParseLimits) -> Result<File, Problem> {
    let mut reader =
        Reader { text, at: start, limits: *limits, nodes: 1, depth: 0, substitutions: 0, model: Model::default() };
    let top = reader.model.new_object(None);
    reader.lines();
    let root = match reader.peek() {
        Some('{') => {
            reader.object(top)?;
            Expr::Object(top)
        }
        Some('[') => reader.list()?,
        _ => {
            reader.fields(top, None)?;
            let here = Span::new(start, start);
            if reader.model.object(top).is_some_and(|object| object.span.is_none()) {
                reader.model.cover(top, here);
            }
            Expr::Object(top)
        }
    };
    reader.lines();
    if reader.at < text.len() {
        return Err(reader.expected("the end of the file", "a file holds one object or one list"));
    }
    Ok(File { model: reader.model, root, top, substitutions: reader.substitutions })
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    limits: ParseLimits,
    nodes: usize,
    depth: usize,
    substitutions: usize,
    model: Model,
}

impl<'t> Reader<'t> {
    /// `{…}`
    fn object(&mut self, object: ObjectId) -> Result<(), Problem> {
        let start = self.at;
        self.enter(1, start)?;
        self.at += 1;
        self.fields(object, Some(start))?;
        self.depth -= 1;
        self.model.cover(object, Span::new(start, self.at));
        Ok(())
    }

    /// The fields of an object, up to its bracket or the end of the file.
    fn fields(&mut self, object: ObjectId, open: Option<usize>) -> Result<(), Problem> {
        loop {
            self.lines();
            match (self.peek(), open) {
                (Some('}'), Some(_)) => {
                    self.at += 1;
                    return Ok(());
                }
                (Some('}'), None) => {
                    return Err(self.wrong("`}` closes nothing", 1, "remove it, or add the `{` that opens"));
                }
                (None, None) => return Ok(()),
                (None, Some(start)) => return Err(self.unclosed("`}`", start, '{')),
                (Some(_), _) => {}
            }
            if !self.include()? {
                let span = self.field(object)?;
                if open.is_none() {
                    self.model.cover(object, span);
                }
            }
            self.separator('}', open)?;
        }
    }

    /// `a.b = value`, `a.b { … }` or `a.b += value`; returns its place.
    fn field(&mut self, object: ObjectId) -> Result<Span, Problem> {
        let start = self.at;
        let path = self.path("a key")?;
        self.lines();
        let rest = self.rest();
        let is_append = rest.starts_with("+=");
        match rest.chars().next() {
            Some(':' | '=') => self.at += 1,
            Some('+') if is_append => self.at += 2,
            Some('{') => {}
            _ => {
                let key = path.last().map(|part| shown(&part.name)).unwrap_or_default();
                let help = "a field is written `key = value`";
                return Err(self.expected(&format!("`=`, `:` or `{{` behind the key `{key}`"), help));
            }
        }
        self.lines();
        let levels = path.len() - 1;
        self.enter(levels, start)?;
        self.count(path.len() * 2, start)?;
        let before = self.substitutions;
        let value = if rest.starts_with('{') {
            let inner = self.model.new_object(None);
            self.object(inner)?;
            Expr::Object(inner)
        } else {
            self.value()?
        };
        self.depth -= levels;
        let is_fixed = self.substitutions == before;
        let span = value.span(&self.model);
        let mut object = object;
        let Some((last, way)) = path.split_last() else { return Ok(span) };
        for (at, part) in way.iter().enumerate() {
            let field = self.model.field_of(object, &part.name);
            object = self.model.object_in(field, part.span);
            let inner = path.get(at + 1).map_or(part.span, |part| part.span);
            self.model.cover(object, joined(inner, span));
        }
        let field = self.model.field_of(object, &last.name);
        if is_append {
            self.model.append(field, last.span, value, span);
        } else {
            let hides = is_fixed && matches!(value, Expr::Scalar(..) | Expr::List(..));
            self.model.write(field, Layer { key_span: last.span, expr: value }, hides);
        }
        Ok(joined(path.first().map_or(last.span, |part| part.span), span))
    }

    /// `[…]`
    fn list(&mut self) -> Result<Expr, Problem> {
        let start = self.at;
        self.enter(1, start)?;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.lines();
            match self.peek() {
                Some(']') => break,
                None => return Err(self.unclosed("`]`", start, '[')),
                Some(_) => {}
            }
            self.count(1, self.at)?;
            items.push(self.value()?);
            self.separator(']', Some(start))?;
        }
        self.at += 1;
        self.depth -= 1;
        Ok(Expr::List(items, Span::new(start, self.at)))
    }

    /// What stands between two fields or items: a comma, a new line, or both.
    fn separator(&mut self, close: char, open: Option<usize>) -> Result<(), Problem> {
        let before = self.at;
        self.lines();
        let is_new_line = self.text.get(before..self.at).is_some_and(|blank| blank.contains('\n'));
        match self.peek() {
            Some(',') => {
                self.at += 1;
                self.lines();
                if self.peek() == Some(',') {
                    return Err(self.wrong("two commas in a row", 1, "remove one of them"));
                }
                Ok(())
            }
            None => Ok(()),
            Some(c) if is_new_line || c == close => Ok(()),
            Some(_) => {
                let what = if open.is_some() {
                    format!("`,`, `{close}` or a new line")
                } else {
                    "`,` or a new line".to_owned()
                };
                let mut problem = self.expected(&what, "");
                problem.related = open.map(|start| (Span::new(start, start + 1), "opened here".to_owned()));
                Err(problem)
            }
        }
    }

    /// A value: its pieces up to a comma, a bracket or the end of the line.
    fn value(&mut self) -> Result<Expr, Problem> {
        let start = self.at;
        let mut pieces = Vec::new();
        loop {
            let rest = self.rest();
            let at = self.at;
            let Some(first) = rest.chars().next() else { break };
            let piece = match first {
                '\n' | ',' | '}' | ']' | '#' => break,
                '/' if rest.starts_with("//") => break,
                '{' => {
                    let object = self.model.new_object(None);
                    self.object(object)?;
                    Expr::Object(object)
                }
                '[' => self.list()?,
                '"' => self.string_expr()?,
                '$' if rest.starts_with("${") => self.substitution()?,
                c if is_blank(c) => {
                    self.blanks();
                    Expr::Blank(Span::new(at, self.at))
                }
                c if RESERVED.contains(c) => {
                    let message = format!("`{c}` stands in quotes only");
                    return Err(self.wrong(&message, c.len_utf8(), "put the text between double quotes"));
                }
                _ => self.unquoted(),
            };
            pieces.push(piece);
        }
        while matches!(pieces.last(), Some(Expr::Blank(_))) {
            pieces.pop();
        }
        let Some(last) = pieces.last() else {
            return Err(self.expected("a value", "an empty text is written `\"\"`"));
        };
        let span = joined(Span::new(start, start), last.span(&self.model));
        let kind = |piece: &Expr| match piece {
            Expr::Object(_) => Some("an object"),
            Expr::List(..) => Some("a list"),
            Expr::Scalar(..) => Some("text"),
            Expr::Blank(_) | Expr::Pieces(..) | Expr::Substitution(_) | Expr::Before(_) => None,
        };
        let mut kinds = pieces.iter().filter_map(kind);
        if let Some(first) = kinds.next()
            && let Some(other) = kinds.find(|kind| *kind != first)
        {
            let message = format!("{first} and {other} cannot be put together");
            return Err(syntax(&message, span, "set them apart by a comma or a new line"));
        }
        match (pieces.len(), pieces.pop()) {
            (1, Some(only)) => Ok(only),
            (_, last) => {
                pieces.extend(last);
                self.count(pieces.len(), start)?;
                Ok(Expr::Pieces(pieces, span))
            }
        }
    }

    /// `${path}` or `${?path}`
    fn substitution(&mut self) -> Result<Expr, Problem> {
        let start = self.at;
        self.at += 2;
        let is_optional = self.peek() == Some('?');
        self.at += usize::from(is_optional);
        self.blanks();
        let path = self.path("a name")?;
        self.blanks();
        if self.rest().starts_with("[]") {
            // The environment's lists: `${NAMES[]}`.
            self.at += 2;
        }
        if self.peek() != Some('}') {
            let mut problem = self.expected("`}`", "a substitution is written `${name}`");
            problem.related = Some((Span::new(start, start + 2), "the substitution begins here".to_owned()));
            return Err(problem);
        }
        self.at += 1;
        self.substitutions += 1;
        Ok(Expr::Substitution(Substitution {
            number: self.substitutions - 1,
            path: path.into_iter().map(|part| part.name).collect(),
            is_optional,
            span: Span::new(start, self.at),
        }))
    }

    /// `include "file"`, `include required(file("file"))`: stepped over. Returns whether there was one.
    fn include(&mut self) -> Result<bool, Problem> {
        let start = self.at;
        let Some(behind) = self.rest().strip_prefix("include") else { return Ok(false) };
        let inside = behind.trim_start();
        if inside.starts_with([':', '=', '{']) || inside.starts_with("+=") {
            self.at += "include".len();
            return Err(
                self.expected("the name of a file behind `include`", "put the key `\"include\"` between quotes")
            );
        }
        let kinds = ["\"", "file(", "url(", "classpath(", "required("];
        if !kinds.iter().any(|kind| inside.starts_with(kind))
            || (inside.len() == behind.len() && !inside.starts_with('"'))
        {
            return Ok(false);
        }
        self.at += self.rest().len() - inside.len();
        let mut open = 0;
        while let Some(kind) = kinds.iter().skip(1).find(|kind| self.rest().starts_with(**kind)) {
            self.at += kind.len();
            self.lines();
            open += 1;
        }
        if self.peek() != Some('"') {
            return Err(self.expected("the name of a file in double quotes", "write `include \"name\"`"));
        }
        self.string()?;
        for _ in 0..open {
            self.lines();
            if self.peek() != Some(')') {
                let mut problem = self.expected("`)`", "close the bracket");
                problem.related =
                    Some((Span::new(start, start + "include".len()), "the include begins here".to_owned()));
                return Err(problem);
            }
            self.at += 1;
        }
        Ok(true)
    }

    fn enter(&mut self, levels: usize, start: usize) -> Result<(), Problem> {
        self.depth += levels;
        if self.depth > self.limits.depth {
            return Err(too_deep(self.limits.depth, Span::new(start, start + 1)));
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize, at: usize) -> Result<(), Problem> {
        self.nodes += nodes;
        if self.nodes > self.limits.nodes {
            return Err(too_many(self.limits.nodes, Span::new(at, at)));
        }
        Ok(())
    }

    /// Blanks, line endings and comments.
    pub(super) fn lines(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.find(|c| !is_blank(c) && c != '\n').unwrap_or(rest.len());
            let rest = self.rest();
            if !rest.starts_with('#') && !rest.starts_with("//") {
                return;
            }
            self.at += rest.find('\n').unwrap_or(rest.len());
        }
    }

    /// Blanks within the line.
    pub(super) fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.find(|c| !is_blank(c)).unwrap_or(rest.len());
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn unclosed(&self, close: &str, start: usize, open: char) -> Problem {
        let mut problem = self.expected(close, "add the closing bracket");
        problem.related = Some((Span::new(start, start + 1), format!("this `{open}` is never closed")));
        problem
    }

    pub(super) fn expected(&self, what: &str, help: &str) -> Problem {
        let (found, width) = match self.peek() {
            None => ("the end of the file".to_owned(), 0),
            Some('\n' | '\r') => ("the end of the line".to_owned(), 0),
            Some(c) => (format!("`{}`", shown(c.encode_utf8(&mut [0; 4]))), c.len_utf8()),
        };
        self.wrong(&format!("expected {what}, found {found}"), width, help)
    }

    pub(super) fn wrong(&self, message: &str, width: usize, help: &str) -> Problem {
        syntax(message, Span::new(self.at, self.at + width), help)
    }
}

/// Whether the character is a blank; the line feed is none.
pub(super) fn is_blank(c: char) -> bool {
    c != '\n' && (c.is_whitespace() || matches!(c, '\u{feff}' | '\u{1c}'..='\u{1f}'))
}

/// Whether the character may stand outside of quotes.
pub(super) fn is_plain(c: char) -> bool {
    !RESERVED.contains(c) && c != '\n' && !is_blank(c)
}
