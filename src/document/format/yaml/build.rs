//! From the graph of a document to the tree of its values: aliases and merge keys are expanded,
//! scalars read, keys made strings.

use std::{borrow::Cow, slice};

use super::compose::{Graph, Piece, PieceId, Shape};
use super::message;
use super::scalar::{self, Scalar, Tag};
use crate::document::format::mapping::{MappingBuilder, Problems, limit, too_deep};
use crate::document::{Entry, Node, Number, Problem, Span, Value};

/// What is left to spend on nodes that only exist because an alias was expanded.
pub(super) struct Budget {
    all: usize,
    left: usize,
}

impl Budget {
    /// Long texts cost as much as several nodes, so that memory is bounded too.
    const BYTES_PER_NODE: usize = 256;

    pub(super) fn new(nodes: usize) -> Self {
        Self { all: nodes, left: nodes }
    }

    fn spend(&mut self, bytes: usize, alias: Span) -> Result<(), Problem> {
        if let Some(left) = self.left.checked_sub(1 + bytes / Self::BYTES_PER_NODE) {
            self.left = left;
            return Ok(());
        }
        let message = format!("the aliases of this file stand for more than {} values (`limits.aliases`)", self.all);
        Err(limit(message, alias, Some("use fewer aliases inside of what other aliases name")))
    }
}

/// The tree of values below `root`.
///
/// Without recursion, so that the stack holds whatever the limit on depth is. It ends, because an
/// alias never stands inside of what it names.
pub(super) fn tree(
    text: &str,
    graph: &Graph<'_>,
    root: PieceId,
    depth: usize,
    budget: &mut Budget,
    problems: &mut Problems,
) -> Result<Node, Problem> {
    let template = is_template(graph, root);
    let mut builder = Builder { text, graph, depth, budget, problems, alias: None, template, functions: 0 };
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut next = root;
    loop {
        let mut done = match builder.begin(next, open.len())? {
            Begun::Whole(node) => Some(node),
            Begun::Open(collection) => {
                open.push(collection);
                None
            }
        };
        // Hands what is done to what holds it, until something holds one piece more.
        next = loop {
            let Some(holder) = open.last_mut() else {
                return Ok(done.unwrap_or(Node { value: Value::Null, span: Span::default() }));
            };
            if let Some(node) = done.take() {
                builder.accept(holder, node);
            }
            if let Some(piece) = builder.advance(holder)? {
                break piece;
            }
            if let Some(Open { span, outer_alias, content, function }) = open.pop() {
                builder.alias = outer_alias;
                builder.functions -= usize::from(function.is_some());
                done = Some(called(function, Node { value: content.finish(), span }));
            }
        };
    }
}

/// A collection of which some pieces are not built yet.
struct Open<'g> {
    span: Span,
    /// The alias that was being expanded outside of this collection.
    outer_alias: Option<Span>,
    content: Content<'g>,
    /// The function that it is given to, by a short form.
    function: Option<(Cow<'static, str>, Span)>,
}

enum Content<'g> {
    Sequence { left: slice::Iter<'g, PieceId>, nodes: Vec<Node> },
    Mapping { left: slice::ChunksExact<'g, PieceId>, mapping: MappingBuilder, pending: Pending },
}

/// What the piece that is being built is for its mapping.
enum Pending {
    /// The value of a key.
    Value(String, Span),
    /// A mapping to merge; the ones to merge after it, the last first.
    Merge(Vec<PieceId>),
}

impl Content<'_> {
    fn finish(self) -> Value {
        match self {
            Self::Sequence { nodes, .. } => Value::Sequence(nodes),
            Self::Mapping { mapping, .. } => Value::Mapping(mapping.finish()),
        }
    }
}

enum Begun<'g> {
    Whole(Node),
    Open(Open<'g>),
}

struct Builder<'g, 't, 'b> {
    text: &'b str,
    graph: &'g Graph<'t>,
    depth: usize,
    budget: &'b mut Budget,
    problems: &'b mut Problems,
    /// The outermost alias that is being expanded.
    alias: Option<Span>,
    /// Whether the document is a template of `CloudFormation`.
    template: bool,
    /// Open collections that are given to a function, and so lie one level deeper.
    functions: usize,
}

impl<'g, 't> Builder<'g, 't, '_> {
    /// Begins with a piece inside of `level` collections.
    fn begin(&mut self, id: PieceId, level: usize) -> Result<Begun<'g>, Problem> {
        let Some(piece) = self.graph.piece(id) else {
            return Ok(Begun::Whole(Node { value: Value::Null, span: Span::default() }));
        };
        let outer_alias = self.alias;
        let span = piece.span;
        let target = self.target(piece);
        if matches!(piece.shape, Shape::Alias(_)) {
            self.alias = outer_alias.or(Some(span));
        }
        let function = match target.tag {
            // The template itself is nobody's argument.
            Tag::Function(name, at) if self.template && level > 0 => Some((self.name_of(name, at), at)),
            Tag::Function(..)
            | Tag::None
            | Tag::Str
            | Tag::Int
            | Tag::Float
            | Tag::Bool
            | Tag::Null
            | Tag::Binary
            | Tag::Merge
            | Tag::Other => None,
        };
        let level = level + self.functions + usize::from(function.is_some());
        let content = match &target.shape {
            Shape::Scalar { text, plain } => {
                if function.is_some() && level > self.depth {
                    return Err(too_deep(self.depth, span));
                }
                self.spend(text.len())?;
                self.alias = outer_alias;
                let node = Node { value: value(self.read(target, text, *plain)?), span };
                return Ok(Begun::Whole(called(function, node)));
            }
            Shape::Sequence(items) => {
                self.enter(level, span)?;
                Content::Sequence { left: items.iter(), nodes: Vec::with_capacity(items.len()) }
            }
            Shape::Mapping(children) => {
                self.enter(level, span)?;
                let mapping = MappingBuilder::with_capacity(children.len() / 2);
                Content::Mapping { left: children.chunks_exact(2), mapping, pending: Pending::Merge(Vec::new()) }
            }
            // An alias always names the node that carries the anchor.
            Shape::Alias(_) => return Ok(Begun::Whole(Node { value: Value::Null, span })),
        };
        self.functions += usize::from(function.is_some());
        Ok(Begun::Open(Open { span, outer_alias, content, function }))
    }

    /// Puts a node that is done into the collection that holds it.
    fn accept(&mut self, holder: &mut Open<'g>, node: Node) {
        match &mut holder.content {
            Content::Sequence { nodes, .. } => nodes.push(node),
            Content::Mapping { mapping, pending, .. } => {
                match std::mem::replace(pending, Pending::Merge(Vec::new())) {
                    Pending::Value(key, key_span) => {
                        let repeated = mapping.write(Entry { key, key_span, value: node });
                        // What is wrong in an anchored mapping is told where it is written, once.
                        if let (Some((key, first)), None) = (repeated, self.alias) {
                            self.problems.repeated_key(key, key_span, first);
                        }
                    }
                    // As in `sigs.k8s.io/yaml`, what stands later replaces what stands before: a merge
                    // key behind `a: 1` replaces `a`, although the specification of merge keys says
                    // otherwise.
                    Pending::Merge(left) => {
                        *pending = Pending::Merge(left);
                        if let Value::Mapping(entries) = node.value {
                            for entry in entries {
                                mapping.merge(entry);
                            }
                        }
                    }
                }
            }
        }
    }

    /// The next piece that a collection holds; `None` when it is whole.
    fn advance(&mut self, holder: &mut Open<'g>) -> Result<Option<PieceId>, Problem> {
        match &mut holder.content {
            Content::Sequence { left, .. } => Ok(left.next().copied()),
            Content::Mapping { left, pending, .. } => loop {
                if let Pending::Merge(sources) = pending
                    && let Some(source) = sources.pop()
                {
                    return Ok(Some(source));
                }
                let Some([key, value]) = left.next() else { return Ok(None) };
                if self.is_merge(*key)
                    && let Some(sources) = self.merge_sources(*value)?
                {
                    *pending = Pending::Merge(sources);
                    continue;
                }
                let (key, key_span) = self.key(*key)?;
                *pending = Pending::Value(key, key_span);
                return Ok(Some(*value));
            },
        }
    }

    /// What a scalar says. `CloudFormation` takes single letters for the text that they are.
    fn read(&self, piece: &Piece<'_>, text: &str, plain: bool) -> Result<Scalar, Problem> {
        let plain = plain && !(self.template && matches!(text, "y" | "Y" | "n" | "N"));
        scalar::resolve(text, plain, piece.tag).ok_or_else(|| message::not_of_its_tag(text, piece.tag, piece.span))
    }

    /// The name of a function by its tag: of one that is not known, what it would be called.
    fn name_of(&self, known: Option<&'static str>, at: Span) -> Cow<'static, str> {
        known.map_or_else(
            || {
                let tag = self.text.get(at.start as usize..at.end as usize).unwrap_or_default();
                let short = tag.trim_start_matches('!');
                // What a preprocessor replaces has a name of its own: `!Rain::Embed`.
                if short.contains("::") { short.to_owned() } else { format!("Fn::{short}") }.into()
            },
            Cow::Borrowed,
        )
    }

    /// The key of an entry and where it is written.
    fn key(&mut self, id: PieceId) -> Result<(String, Span), Problem> {
        let Some(piece) = self.graph.piece(id) else { return Ok((String::new(), Span::default())) };
        let target = self.target(piece);
        match &target.shape {
            Shape::Scalar { text, plain } => {
                if matches!(piece.shape, Shape::Alias(_)) {
                    self.budget.spend(text.len(), piece.span)?;
                } else {
                    self.spend(text.len())?;
                }
                Ok((scalar::key(self.read(target, text, *plain)?), piece.span))
            }
            Shape::Sequence(_) | Shape::Alias(_) => Err(message::collection_as_key("a list", piece.span)),
            Shape::Mapping(_) => Err(message::collection_as_key("a mapping", piece.span)),
        }
    }

    /// Whether a key is the merge key: `<<` without quotes.
    fn is_merge(&self, key: PieceId) -> bool {
        self.graph.piece(key).is_some_and(|piece| match &piece.shape {
            Shape::Scalar { text, plain } => {
                text == "<<" && (*plain && piece.tag == Tag::None || piece.tag == Tag::Merge)
            }
            Shape::Sequence(_) | Shape::Mapping(_) | Shape::Alias(_) => false,
        })
    }

    /// The mappings that a merge key brings in, in the order of the text: of a list the last is merged
    /// first, because a merged key replaces one with its name. `None` when the value has a tag of its
    /// application (`<<: !include x.yaml`), which is data like any other.
    fn merge_sources(&self, id: PieceId) -> Result<Option<Vec<PieceId>>, Problem> {
        let Some(piece) = self.graph.piece(id) else { return Ok(Some(Vec::new())) };
        match &self.target(piece).shape {
            Shape::Mapping(_) => Ok(Some(vec![id])),
            Shape::Sequence(items) => {
                for item in items.iter().filter_map(|item| self.graph.piece(*item)) {
                    if !matches!(self.target(item).shape, Shape::Mapping(_)) {
                        return Err(message::merge_of_no_mapping(item.span));
                    }
                }
                Ok(Some(items.clone()))
            }
            Shape::Scalar { .. } if matches!(piece.tag, Tag::Other | Tag::Function(..)) => Ok(None),
            Shape::Scalar { .. } | Shape::Alias(_) => Err(message::merge_of_no_mapping(piece.span)),
        }
    }

    /// The piece itself, or what it is an alias of.
    fn target(&self, piece: &'g Piece<'t>) -> &'g Piece<'t> {
        match piece.shape {
            Shape::Alias(target) => self.graph.piece(target).unwrap_or(piece),
            Shape::Scalar { .. } | Shape::Sequence(_) | Shape::Mapping(_) => piece,
        }
    }

    /// Counts a collection against the limits.
    fn enter(&mut self, level: usize, span: Span) -> Result<(), Problem> {
        if level >= self.depth {
            return Err(too_deep(self.depth, self.alias.unwrap_or(span)));
        }
        self.spend(0)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Problem> {
        self.alias.map_or(Ok(()), |alias| self.budget.spend(bytes, alias))
    }
}

/// Whether a document is a template of `CloudFormation`: only there short forms are functions (other tools
/// have a `!If` of their own).
fn is_template(graph: &Graph<'_>, root: PieceId) -> bool {
    let text = |id: PieceId| match &resolved(graph, id)?.shape {
        Shape::Scalar { text, .. } => Some(text.as_ref()),
        Shape::Sequence(_) | Shape::Mapping(_) | Shape::Alias(_) => None,
    };
    let entries = |id: PieceId| match resolved(graph, id).map(|piece| &piece.shape) {
        Some(Shape::Mapping(children)) => children.as_slice(),
        Some(Shape::Scalar { .. } | Shape::Sequence(_) | Shape::Alias(_)) | None => &[],
    };
    let is_kind = |kind: &str| ["AWS::", "Custom::", "Alexa::"].iter().any(|prefix| kind.starts_with(prefix));
    let says_kind = |resource: PieceId| {
        entries(resource)
            .as_chunks::<2>()
            .0
            .iter()
            .any(|[key, value]| text(*key) == Some("Type") && text(*value).is_some_and(is_kind))
    };
    entries(root).as_chunks::<2>().0.iter().any(|[key, value]| match text(*key) {
        Some("AWSTemplateFormatVersion") => true,
        Some("Transform") => text(*value).is_some_and(is_kind),
        Some("Resources") => entries(*value).as_chunks::<2>().0.iter().any(|[_, resource]| says_kind(*resource)),
        Some(_) | None => false,
    })
}

/// The piece itself, or what it is an alias of.
fn resolved<'g, 't>(graph: &'g Graph<'t>, id: PieceId) -> Option<&'g Piece<'t>> {
    let piece = graph.piece(id)?;
    match piece.shape {
        Shape::Alias(target) => graph.piece(target),
        Shape::Scalar { .. } | Shape::Sequence(_) | Shape::Mapping(_) => Some(piece),
    }
}

/// A node as what its short form makes of it: `!Sub x` is `{"Fn::Sub": "x"}`.
fn called(function: Option<(Cow<'static, str>, Span)>, argument: Node) -> Node {
    let Some((name, at)) = function else { return argument };
    let span =
        if at.start <= argument.span.start { Span { start: at.start, end: argument.span.end } } else { argument.span };
    let value = match (&*name, argument.value) {
        // `Resource.Attribute`; an attribute may have dots itself.
        ("Fn::GetAtt", Value::String(text)) if text.contains('.') => {
            let from = argument.span;
            let part = |text: &str| Node { value: Value::String(text.to_owned()), span: from };
            let (resource, attribute) = text.split_once('.').unwrap_or((&text, ""));
            Node { value: Value::Sequence(vec![part(resource), part(attribute)]), span: from }
        }
        (_, value) => Node { value, span: argument.span },
    };
    Node { value: Value::Mapping(vec![Entry { key: name.into_owned(), key_span: at, value }]), span }
}

fn value(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(bool) => Value::Bool(bool),
        Scalar::Int(number) => Value::Number(number),
        // `resolve` makes no float that is not finite.
        Scalar::Float(float) => Number::from_f64(float).map_or(Value::Null, Value::Number),
        Scalar::String(text) => Value::String(text),
    }
}

#[cfg(test)]
mod tests;
