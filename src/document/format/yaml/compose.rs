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
    /// The outermost collections in brackets that are closed, of all documents.
    brackets: Vec<Span>,
}

impl<'t> Composer<'t> {
    pub(super) fn new(text: &'t str, depth: usize) -> Self {
        Self {
            text,
            depth,
            graph: Graph::default(),
            open: Vec::new(),
            anchors: HashMap::new(),
            cursor: 0,
            brackets: Vec::new(),
        }
    }

    /// Begins a document at its `---`, or without one.
    pub(super) fn start_document(&mut self, marker: Option<Span>) {
        self.graph = Graph::default();
        self.open.clear();
        self.anchors.clear();
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
                let tag = tag.map_or(Tag::None, |tag| Tag::new(tag.handle(), tag.suffix()));
                self.scalar(text, style, anchor, tag, at)
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
            Event::Anchor(_, name) => message::check_anchor(&name, at),
            // No nodes: the stream's own start and end. Others the options turn off.
            _ => Ok(()),
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
                (text, true, at)
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (text, false, at),
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
        self.add(Piece { shape: Shape::Scalar { text, plain }, span, tag }, anchor);
        Ok(())
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
            if !self.in_brackets() {
                self.brackets.push(Span::new(start, self.cursor));
            }
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use crate::document::format::Format;
    use crate::document::format::testing::{problem, read, slice, values};
    use crate::document::{Route, Step};

    /// What stands at the value of a route, given as a JSON Pointer without escapes.
    #[track_caller]
    fn at(text: &str, pointer: &str) -> String {
        let parsed = read(Format::Yaml, text);
        assert_eq!(parsed.problems, []);
        let steps = pointer.split('/').skip(1);
        let steps = steps.map(|step| step.parse().map_or_else(|_| Step::Key(step.to_owned()), Step::Index)).collect();
        let located = Route(steps).locate(&parsed.documents[0].root).node.span;
        slice(&parsed, located).to_owned()
    }

    #[test]
    fn scalars_stand_where_they_are_written() {
        let text = "ä: é # c\nö: \"ü\\n\"\ns: 'it''s'\nm: a\n  b\nd: \"x\n  y\"\n";
        assert_eq!(at(text, "/ä"), "é");
        assert_eq!(at(text, "/ö"), "\"ü\\n\"");
        assert_eq!(at(text, "/s"), "'it''s'");
        assert_eq!(at(text, "/m"), "a\n  b");
        assert_eq!(at(text, "/d"), "\"x\n  y\"");
    }

    #[test]
    fn block_scalars_stand_from_their_indicator() {
        let text = "a: # c\n  |-\n  ü\n  x\n\n# c\nb: !t >\n\n  y\nc: |\nd:\n- |+\n  z\n\n\n";
        assert_eq!(at(text, "/a"), "|-\n  ü\n  x");
        assert_eq!(at(text, "/b"), ">\n\n  y");
        assert_eq!(at(text, "/c"), "|");
        assert_eq!(at(text, "/d/0"), "|+\n  z");
        assert_eq!(at("--- |\n x\n", ""), "|\n x");
        assert_eq!(at("# |\n|\n x\n", ""), "|\n x");
    }

    #[test]
    fn collections_stand_from_first_to_last() {
        let text = "# c\na:\n  b: 1\n  c:\n  - x # c\n  - y\n\n# c\nf: {d: [1, 2 ], e: }\ng:\n  - - 1\n    - 2\n  -  h: 3\n     i:\n";
        assert_eq!(at(text, "/a"), "b: 1\n  c:\n  - x # c\n  - y");
        assert_eq!(at(text, "/a/c"), "- x # c\n  - y");
        assert_eq!(at(text, "/f"), "{d: [1, 2 ], e: }");
        assert_eq!(at(text, "/f/d"), "[1, 2 ]");
        assert_eq!(at(text, "/g"), "- - 1\n    - 2\n  -  h: 3\n     i:");
        assert_eq!(at(text, "/g/0"), "- 1\n    - 2");
        assert_eq!(at(text, "/g/1"), "h: 3\n     i:");
        assert!(at(text, "").starts_with("a:\n"));
        assert_eq!(at("[a: b]", "/0"), "a: b");
    }

    #[test]
    fn properties_are_no_part_of_a_value() {
        let text = "a: &x !t b\nc: &y\n  d: 1\ne: !s\n- 1\n";
        assert_eq!(at(text, "/a"), "b");
        assert_eq!(at(text, "/c"), "d: 1");
        assert_eq!(at(text, "/e"), "- 1");
    }

    #[test]
    fn nothing_stands_right_behind_the_colon_or_dash() {
        let places = |text: &str, pointer: &str| {
            let parsed = read(Format::Yaml, text);
            let steps = pointer.split('/').skip(1);
            let steps =
                steps.map(|step| step.parse().map_or_else(|_| Step::Key(step.to_owned()), Step::Index)).collect();
            let span = Route(steps).locate(&parsed.documents[0].root).node.span;
            (span.start, span.end)
        };
        assert_eq!(places("a:   \nb: 1\n", "/a"), (2, 2));
        assert_eq!(places("a  : # c\nb: 1\n", "/a"), (4, 4));
        assert_eq!(places("-  # c\n- 1\n", "/0"), (1, 1));
        assert_eq!(places("- 1\n# - c\n-\n", "/1"), (11, 11));
        assert_eq!(places("{a, b: }", "/a"), (2, 2));
        assert_eq!(places("{a, b: }", "/b"), (6, 6));
        assert_eq!(places("? a\n? b\n", "/a"), (3, 3));
        assert_eq!(places("a: &x  \n", "/a"), (5, 5));
    }

    #[test]
    fn keys_stand_where_they_are_written() {
        let parsed = read(Format::Yaml, "&x ä: 1\n\"b c\" : 2\n? d\n: 3\n*x : 4\n");
        let root = &parsed.documents[0].root;
        let crate::document::Value::Mapping(entries) = &root.value else { panic!("{root:?}") };
        let keys: Vec<_> = entries.iter().map(|entry| slice(&parsed, entry.key_span)).collect();
        assert_eq!(keys, ["*x", "\"b c\"", "d"], "the alias writes the key `ä` again");
    }

    #[test]
    fn an_alias_stands_where_it_is_written() {
        let text = "a: &x {b: 1}\nc: *x\n";
        assert_eq!(at(text, "/c"), "*x");
        assert_eq!(at(text, "/c/b"), "1");
    }

    #[test]
    fn what_readers_see_differently_in_brackets_is_refused() {
        assert_eq!(problem(Format::Yaml, "a: {?b: 1}").1, "?b");
        assert_eq!(problem(Format::Yaml, "[:x]").1, ":x");
        assert_eq!(problem(Format::Yaml, "{a: 1, b:}").1, ":");
        assert_eq!(problem(Format::Yaml, "[a:, b]").1, ":");
        assert!(problem(Format::Yaml, "[!t, b]").0.contains("a tag right before"));
        assert_eq!(problem(Format::Yaml, "a: &b:c d").1, "&b:c");
        assert!(problem(Format::Yaml, "|\nx\n").0.contains("not indented"));
        // The same is clear outside of brackets, or with a blank or quotes.
        assert_eq!(values(Format::Yaml, "?b: 1\nc: :x\nd: [!t , ? x]\ne: {\"f\":}\ng: {h: , i: }\n").len(), 1);
    }
}
