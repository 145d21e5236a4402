//! From events to a graph: what is written in one document, and exactly where.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, ScalarStyle, StructureStyle};

use super::scalar::Tag;
use super::{gap, message};
use crate::document::format::mapping::too_deep;
use crate::document::{Problem, Span};

/// A node's number in its [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PieceId(usize);

/// A node as it is written.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    pub(super) shape: Shape<'t>,
    pub(super) span: Span,
    /// Only of scalars; a tag on a collection changes nothing.
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
}

/// Puts the events of one document after another into graphs.
pub(super) struct Composer<'t> {
    text: &'t str,
    depth: usize,
    graph: Graph<'t>,
    open: Vec<Open>,
    /// The anchored pieces of this document by the parser's numbers; an anchor that is written
    /// again has a new number. Never iterated.
    anchors: HashMap<usize, PieceId>,
    /// Behind the last token seen that is a node, or the end of one.
    cursor: usize,
}

impl<'t> Composer<'t> {
    pub(super) fn new(text: &'t str, depth: usize) -> Self {
        Self { text, depth, graph: Graph::default(), open: Vec::new(), anchors: HashMap::new(), cursor: 0 }
    }

    /// Begins a document at its `---`, or without one.
    pub(super) fn start_document(&mut self, at: Span) {
        self.graph = Graph::default();
        self.open.clear();
        self.anchors.clear();
        self.cursor = at.end as usize;
    }

    /// Ends the document.
    pub(super) fn finish_document(&mut self) -> Graph<'t> {
        std::mem::take(&mut self.graph)
    }

    /// Takes an event inside of a document.
    pub(super) fn take(&mut self, event: Event<'t>, at: Span) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map_or(Tag::None, |tag| Tag::new(tag.handle(), tag.suffix()));
                self.scalar(text, style, anchor, tag, at);
                Ok(())
            }
            Event::Alias(anchor) => {
                let Some(target) = self.anchors.get(&anchor) else {
                    return Err(message::endless_alias(self.text, at));
                };
                let shape = Shape::Alias(*target);
                self.cursor = at.end as usize;
                self.add(Piece { shape, span: at, tag: Tag::None }, 0);
                Ok(())
            }
            Event::SequenceStart(style, anchor, _) => self.start(false, style, anchor, at),
            Event::MappingStart(style, anchor, _) => self.start(true, style, anchor, at),
            Event::SequenceEnd | Event::MappingEnd => {
                self.end(at);
                Ok(())
            }
            // No nodes: the stream's own start and end. Others the options turn off.
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, text: Cow<'t, str>, style: ScalarStyle, anchor: usize, tag: Tag, at: Span) {
        let (start, end) = (at.start as usize, at.end as usize);
        let (text, plain, span) = match style {
            ScalarStyle::Plain if start == end => {
                let place = if anchor == 0 && tag == Tag::None { self.empty_place(start) } else { start };
                // The parser writes `~` for nothing.
                (Cow::Borrowed(""), true, Span::new(place, place))
            }
            ScalarStyle::Plain => (text, true, at),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (text, false, at),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let (start, end) = gap::block_scalar(self.text, self.cursor, end).unwrap_or((start, end));
                (text, false, Span::new(start, end))
            }
        };
        self.cursor = self.cursor.max(span.end as usize);
        let holds_nothing = span.start == span.end && plain && tag == Tag::None && anchor == 0;
        if holds_nothing && self.open.is_empty() {
            return;
        }
        self.add(Piece { shape: Shape::Scalar { text, plain }, span, tag }, anchor);
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

    fn start(&mut self, is_mapping: bool, style: StructureStyle, anchor: usize, at: Span) -> Result<(), Problem> {
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
        self.open.push(Open { children: Vec::new(), is_mapping, style, start, anchor });
        Ok(())
    }

    fn end(&mut self, at: Span) {
        let Some(Open { children, is_mapping, style, start, anchor }) = self.open.pop() else { return };
        let closed = style == StructureStyle::Flow && at.start < at.end;
        let end = if closed {
            self.cursor = at.end as usize;
            self.cursor
        } else {
            let last = children.last().and_then(|last| self.graph.piece(*last));
            last.map_or(start, |piece| piece.span.end as usize)
        };
        let shape = if is_mapping { Shape::Mapping(children) } else { Shape::Sequence(children) };
        self.add(Piece { shape, span: Span::new(start, end), tag: Tag::None }, anchor);
    }

    fn add(&mut self, piece: Piece<'t>, anchor: usize) {
        let id = PieceId(self.graph.pieces.len());
        self.graph.pieces.push(piece);
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(id),
            None => self.graph.root = Some(id),
        }
    }
}
