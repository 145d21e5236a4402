//! From events to a graph: what is written in one document, and exactly where.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, ScalarStyle, StructureStyle};

use super::lenient::{Changes, StandsFor};
use super::message::Progress;
use super::scalar::Tag;
use super::{gap, message};
use crate::document::format::mapping::{too_deep, too_many};
use crate::document::{ParseLimits, Problem, Span};

/// A node's number in its [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PieceId(usize);

/// A node as it is written.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    pub(super) shape: Shape<'t>,
    pub(super) span: Span,
    /// On a collection only a short form changes anything.
    pub(super) tag: Tag,
}

/// What a node is written as.
#[derive(Debug)]
pub(super) enum Shape<'t> {
    Scalar {
        text: Cow<'t, str>,
        /// Without quotes, and no block scalar.
        plain: bool,
    },
    Sequence(Vec<PieceId>),
    /// Keys and values in turn.
    Mapping(Vec<PieceId>),
    /// Another name for a piece that stands before it, and does not hold it.
    Alias(PieceId),
}

/// One document.
#[derive(Debug, Default)]
pub(super) struct Graph<'t> {
    pieces: Vec<Piece<'t>>,
    /// `None` for a document that holds nothing.
    root: Option<PieceId>,
}

impl<'t> Graph<'t> {
    pub(super) fn root(&self) -> Option<PieceId> {
        self.root
    }

    pub(super) fn piece(&self, id: PieceId) -> Option<&Piece<'t>> {
        self.pieces.get(id.0)
    }
}

/// A collection whose end has not come.
struct Open {
    children: Vec<PieceId>,
    is_mapping: bool,
    style: StructureStyle,
    start: usize,
    anchor: usize,
    tag: Tag,
}

/// Puts the events of one document after another into graphs.
pub(super) struct Composer<'t> {
    text: &'t str,
    changes: Changes,
    depth: usize,
    /// Nodes that the file may still hold, and all that it may hold.
    nodes_left: usize,
    nodes: usize,
    graph: Graph<'t>,
    open: Vec<Open>,
    /// The anchored pieces of this document by the parser's numbers; an anchor that is written
    /// again has a new number. Never iterated.
    anchors: HashMap<usize, PieceId>,
    /// The numbers of the anchors by name; only where an alias could not be left to the parser.
    names: HashMap<String, usize>,
    /// Behind the last token seen that is a node, or the end of one.
    cursor: usize,
    /// The outermost collections in brackets that are closed, of all documents.
    brackets: Vec<Span>,
}

impl<'t> Composer<'t> {
    pub(super) fn new(text: &'t str, changes: Changes, limits: &ParseLimits) -> Self {
        Self {
            text,
            changes,
            depth: limits.depth,
            nodes_left: limits.nodes,
            nodes: limits.nodes,
            graph: Graph::default(),
            open: Vec::new(),
            anchors: HashMap::new(),
            names: HashMap::new(),
            cursor: 0,
            brackets: Vec::new(),
        }
    }

    /// Begins a document at its `---`, or without one.
    pub(super) fn start_document(&mut self, marker: Option<Span>) {
        self.graph = Graph::default();
        self.open.clear();
        self.anchors.clear();
        self.names.clear();
        if let Some(marker) = marker {
            self.cursor = marker.end as usize;
        }
    }

    /// Ends the document at its `...`, or at the next one.
    pub(super) fn finish_document(&mut self, at: Span) -> Graph<'t> {
        self.cursor = self.cursor.max(at.end as usize);
        std::mem::take(&mut self.graph)
    }

    /// Behind the last token seen that is a node, or the end of one.
    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    /// What is read so far, for a message about what comes next.
    pub(super) fn progress(&self) -> Progress {
        let bracket = self.open.last().filter(|open| open.style == StructureStyle::Flow).map(|open| open.start);
        Progress { cursor: self.cursor, bracket }
    }

    /// Keys and values read so far, of all documents.
    pub(super) fn nodes_read(&self) -> usize {
        self.nodes - self.nodes_left
    }

    /// What was changed in the text.
    pub(super) fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Where the outermost bracket stands that is open.
    pub(super) fn open_bracket(&self) -> Option<usize> {
        self.open.iter().find(|open| open.style == StructureStyle::Flow).map(|open| open.start)
    }

    /// Whether an outermost collection in brackets is at exactly this place.
    pub(super) fn has_brackets(&self, at: Span) -> bool {
        self.brackets.binary_search(&at).is_ok()
    }

    /// Takes an event inside of a document.
    pub(super) fn take(&mut self, event: Event<'t>, at: Span) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), at);
                self.scalar(text, style, anchor, tag, at)
            }
            Event::Alias(anchor) => {
                let Some(target) = self.anchors.get(&anchor) else {
                    return Err(message::endless_alias(self.text, at));
                };
                let shape = Shape::Alias(*target);
                self.cursor = at.end as usize;
                self.add(Piece { shape, span: at, tag: Tag::None }, 0)
            }
            Event::SequenceStart(style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), at);
                self.start(false, style, (anchor, tag), at)
            }
            Event::MappingStart(style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), at);
                self.start(true, style, (anchor, tag), at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Anchor(number, name) => {
                if self.changes.underscores.iter().any(|(_, stands_for)| *stands_for == StandsFor::Star) {
                    self.names.insert(name.to_string(), number);
                }
                message::check_anchor(&name, at)
            }
            // No nodes: the stream's own start and end. Others the options turn off.
            _ => Ok(()),
        }
    }

    /// A tag on the node at `at`.
    fn tag(&self, tag: Option<&granit_parser::Tag>, at: Span) -> Tag {
        match tag.map_or(Tag::None, |tag| Tag::new(tag.handle(), tag.suffix())) {
            Tag::Function(name, _) => {
                let before = self.text.get(self.cursor..at.start as usize).unwrap_or_default();
                let found = before.rfind('!').map(|from| {
                    let tag = before.get(from..).unwrap_or_default();
                    let length = tag.find(char::is_whitespace).unwrap_or(tag.len());
                    Span::new(self.cursor + from, self.cursor + from + length)
                });
                Tag::Function(name, found.unwrap_or(Span { end: at.start, ..at }))
            }
            other => other,
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Tag,
        at: Span,
    ) -> Result<(), Problem> {
        let (start, end) = (at.start as usize, at.end as usize);
        let (text, plain, span) = match style {
            ScalarStyle::Plain if start == end => {
                let place = if anchor == 0 && tag == Tag::None { self.empty_place(start) } else { start };
                self.check_colon(place)?;
                if tag != Tag::None
                    && self.in_brackets()
                    && matches!(self.text.as_bytes().get(start), Some(b',' | b']' | b'}'))
                {
                    return Err(message::tag_in_brackets(at));
                }
                // The parser writes `~` for nothing.
                (Cow::Borrowed(""), true, Span::new(place, place))
            }
            ScalarStyle::Plain => {
                if self.in_brackets() && text.starts_with(['?', ':']) {
                    return Err(message::indicator_in_brackets(&text, at));
                }
                message::check_comments(self.text, at)?;
                match self.changes.begins(start) {
                    Some(StandsFor::Dash) => (Cow::Borrowed("-"), true, at),
                    Some(StandsFor::Star) => return self.alias_as_key(&text, at),
                    None => (text, true, at),
                }
            }
            ScalarStyle::DoubleQuoted => match self.changes.apostrophe {
                Some(stand_in) if text.contains(stand_in) => (text.replace(stand_in, "'").into(), false, at),
                Some(_) | None => (text, false, at),
            },
            ScalarStyle::SingleQuoted => (text, false, at),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let (start, end) = gap::block_scalar(self.text, self.cursor, end).unwrap_or((start, end));
                let is_indented = |line: &str| line.is_empty() || line.starts_with([' ', '\t', '\r']);
                let mut lines = self.text.get(start..end).unwrap_or_default().split('\n').skip(1);
                if self.open.is_empty() && !lines.all(is_indented) {
                    return Err(message::block_scalar_without_indent(at));
                }
                (text, false, Span::new(start, end))
            }
        };
        self.cursor = self.cursor.max(span.end as usize);
        let holds_nothing = span.start == span.end && plain && tag == Tag::None && anchor == 0;
        if holds_nothing && self.open.is_empty() {
            return Ok(());
        }
        self.add(Piece { shape: Shape::Scalar { text, plain }, span, tag }, anchor)
    }

    /// Takes `_name` for the alias `*name` that was written.
    fn alias_as_key(&mut self, text: &str, at: Span) -> Result<(), Problem> {
        let number = text.get(1..).and_then(|name| self.names.get(name)).copied();
        match number {
            Some(number) => self.take(Event::Alias(number), at),
            None => Err(message::key_without_anchor(at)),
        }
    }

    fn in_brackets(&self) -> bool {
        self.open.last().is_some_and(|open| open.style == StructureStyle::Flow)
    }

    /// Refuses `{key:}` for the empty value at `place`: readers of YAML 1.1 take the colon for a part
    /// of the key.
    fn check_colon(&self, place: usize) -> Result<(), Problem> {
        let Some(open) = self.open.last().filter(|open| open.style == StructureStyle::Flow && open.is_mapping) else {
            return Ok(());
        };
        let bytes = self.text.as_bytes();
        let colon = place.checked_sub(1).filter(|at| bytes.get(*at) == Some(&b':'));
        let key = open.children.last().filter(|_| open.children.len() % 2 == 1);
        let key_is_plain = key
            .and_then(|key| self.graph.piece(*key))
            .is_some_and(|key| matches!(key.shape, Shape::Scalar { plain: true, .. }) && key.span.start < key.span.end);
        match colon {
            Some(colon) if key_is_plain && matches!(bytes.get(place), Some(b',' | b']' | b'}')) => {
                Err(message::colon_in_brackets(Span::new(colon, place)))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Where an empty value without properties is, as the parser only says `near`.
    fn empty_place(&self, near: usize) -> usize {
        match self.open.last() {
            Some(open) if open.is_mapping && open.children.len() % 2 == 1 => {
                gap::behind_colon(self.text, self.cursor).unwrap_or(self.cursor)
            }
            Some(open) if !open.is_mapping => gap::behind_dash(self.text, self.cursor).unwrap_or(near),
            Some(_) | None => near,
        }
    }

    fn start(
        &mut self,
        is_mapping: bool,
        style: StructureStyle,
        properties: (usize, Tag),
        at: Span,
    ) -> Result<(), Problem> {
        if self.open.len() >= self.depth {
            return Err(too_deep(self.depth, at));
        }
        let within_mapping = self.open.last().is_some_and(|open| open.is_mapping);
        let start = match style {
            StructureStyle::Flow => {
                self.cursor = at.end as usize;
                at.start as usize
            }
            StructureStyle::Block if is_mapping => at.start as usize,
            StructureStyle::Block => {
                let near = at.start as usize;
                let dash = if within_mapping { gap::dash(self.text, self.cursor).unwrap_or(near) } else { near };
                // Before the dash, which is the first item's.
                self.cursor = dash;
                dash
            }
        };
        let (anchor, tag) = properties;
        self.open.push(Open { children: Vec::new(), is_mapping, style, start, anchor, tag });
        Ok(())
    }

    fn end(&mut self, at: Span) -> Result<(), Problem> {
        let Some(Open { children, is_mapping, style, start, anchor, tag }) = self.open.pop() else { return Ok(()) };
        let closed = style == StructureStyle::Flow && at.start < at.end;
        let end = if closed {
            self.cursor = at.end as usize;
            if !self.in_brackets() {
                self.brackets.push(Span::new(start, self.cursor));
            }
            self.cursor
        } else {
            let last = children.last().and_then(|last| self.graph.piece(*last));
            last.map_or(start, |piece| piece.span.end as usize)
        };
        let shape = if is_mapping { Shape::Mapping(children) } else { Shape::Sequence(children) };
        self.add(Piece { shape, span: Span::new(start, end), tag }, anchor)
    }

    fn add(&mut self, piece: Piece<'t>, anchor: usize) -> Result<(), Problem> {
        self.nodes_left = self.nodes_left.checked_sub(1).ok_or_else(|| too_many(self.nodes, piece.span))?;
        let id = PieceId(self.graph.pieces.len());
        self.graph.pieces.push(piece);
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(id),
            None => self.graph.root = Some(id),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
