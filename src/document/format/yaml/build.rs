//! From the graph of a document to the tree of its values: aliases and merge keys are expanded,
//! scalars read, keys made strings.

use std::slice;

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
        let message = format!("the aliases of this file stand for more than {} values", self.all);
        Err(limit(message, alias, Some("use fewer aliases inside of what other aliases name")))
    }
}

/// The tree of values below `root`.
///
/// Without recursion, so that the stack holds whatever the limit on depth is. It ends, because an
/// alias never stands inside of what it names.
pub(super) fn tree(
    graph: &Graph<'_>,
    root: PieceId,
    depth: usize,
    budget: &mut Budget,
    problems: &mut Problems,
) -> Result<Node, Problem> {
    let mut builder = Builder { graph, depth, budget, problems, alias: None };
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
            if let Some(Open { span, outer_alias, content }) = open.pop() {
                builder.alias = outer_alias;
                done = Some(Node { value: content.finish(), span });
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
    graph: &'g Graph<'t>,
    depth: usize,
    budget: &'b mut Budget,
    problems: &'b mut Problems,
    /// The outermost alias that is being expanded.
    alias: Option<Span>,
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
        let content = match &target.shape {
            Shape::Scalar { text, plain } => {
                self.spend(text.len())?;
                self.alias = outer_alias;
                return Ok(Begun::Whole(Node { value: value(read(target, text, *plain)?), span }));
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
        Ok(Begun::Open(Open { span, outer_alias, content }))
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
                Ok((scalar::key(read(target, text, *plain)?), piece.span))
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
            Shape::Scalar { .. } if piece.tag == Tag::Other => Ok(None),
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

fn read(piece: &Piece<'_>, text: &str, plain: bool) -> Result<Scalar, Problem> {
    scalar::resolve(text, plain, piece.tag).ok_or_else(|| message::not_of_its_tag(text, piece.tag, piece.span))
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
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use std::fmt::Write;

    use crate::document::format::testing::{problem, read, slice, values};
    use crate::document::format::{Format, parse};
    use crate::document::{ParseLimits, Problem, ProblemKind};

    fn value(text: &str) -> String {
        values(Format::Yaml, text).remove(0)
    }

    #[test]
    fn aliases_stand_for_the_last_anchor_before_them() {
        assert_eq!(value("a: &x 1\nb: *x\nc: &x [2]\nd: *x\n"), r#"{"a":1,"b":1,"c":[2],"d":[2]}"#);
        assert_eq!(value("a: &x k\n*x : 1\n"), r#"{"a":"k","k":1}"#);
        assert_eq!(value("&k a: 1\nb: *k\n"), r#"{"a":1,"b":"a"}"#);
        assert_eq!(value("a: &x\nb: *x\n"), r#"{"a":null,"b":null}"#);
    }

    #[test]
    fn aliases_without_anchor_are_refused() {
        assert_eq!(problem(Format::Yaml, "a: *ä\n"), ("no anchor of the name `*ä`".to_owned(), "*ä".to_owned()));
        assert_eq!(problem(Format::Yaml, "a: &x 1\n---\nb: *x\n").1, "*x", "anchors end with their document");
    }

    #[test]
    fn values_that_hold_themselves_are_refused() {
        assert_eq!(
            problem(Format::Yaml, "&a [1, *a]"),
            ("`*a` stands inside of the value it names".to_owned(), "*a".to_owned())
        );
        assert_eq!(problem(Format::Yaml, "x: &a\n  <<: *a\n").1, "*a");
    }

    #[test]
    fn merge_keys_bring_in_mappings() {
        assert_eq!(value("a: &a {x: 1}\nb: {<<: *a, z: 2}\n"), r#"{"a":{"x":1},"b":{"x":1,"z":2}}"#);
        assert_eq!(value("<<: {a: 1}\n<<: {b: 2}\n"), r#"{"a":1,"b":2}"#);
        assert_eq!(
            value("a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc: {<<: [*a, *b]}\n"),
            r#"{"a":{"x":1},"b":{"x":2,"z":3},"c":{"x":1,"z":3}}"#
        );
        assert_eq!(value("!!merge <<: {a: 1}"), r#"{"a":1}"#);
    }

    #[test]
    fn the_later_of_merged_and_written_keys_counts() {
        assert_eq!(value("{<<: {a: 1}, a: 2}"), r#"{"a":2}"#);
        // What `sigs.k8s.io/yaml` does, other than the specification of merge keys.
        assert_eq!(value("{a: 2, <<: {a: 1}}"), r#"{"a":1}"#);
    }

    #[test]
    fn merge_keys_need_mappings() {
        for text in ["<<: 1", "<<: [1]", "<<: [[{a: 1}]]", "a: &x 1\n<<: *x"] {
            assert_eq!(problem(Format::Yaml, text).0, "`<<` can only merge mappings", "{text}");
        }
    }

    #[test]
    fn a_merge_key_that_is_data_stays_a_key() {
        assert_eq!(value("\"<<\": 1"), r#"{"<<":1}"#);
        assert_eq!(value("<<: !include x.yaml"), r#"{"<<":"x.yaml"}"#);
    }

    #[test]
    fn unknown_tags_are_data() {
        assert_eq!(
            value("a: !Ref 1\nb: !vault |\n  x\nc: !!python/name:os.x\nd: !t {x: 1}\ne: !s [1]\nf: !x\n"),
            r#"{"a":"1","b":"x\n","c":"","d":{"x":1},"e":[1],"f":""}"#
        );
        assert_eq!(
            value("a: !!set {x, z}\nb: !!omap [x: 1]\nc: !!timestamp 2001-01-01\n"),
            r#"{"a":{"x":null,"z":null},"b":[{"x":1}],"c":"2001-01-01"}"#
        );
        assert_eq!(problem(Format::Yaml, "a: !!int x").0, "`x` is tagged `!!int` and is not an integer");
    }

    #[test]
    fn keys_become_strings() {
        assert_eq!(
            value("1: a\n1.5: b\ntrue: c\n~: d\n2001-01-01: e\n"),
            r#"{"1":"a","1.5":"b","true":"c","null":"d","2001-01-01":"e"}"#
        );
        assert_eq!(value("on: push"), r#"{"true":"push"}"#);
    }

    #[test]
    fn collections_are_no_keys() {
        assert_eq!(problem(Format::Yaml, "a: {{ x }}").0, "a mapping cannot be a key");
        assert_eq!(problem(Format::Yaml, "? [a]\n: 1").0, "a list cannot be a key");
        assert_eq!(problem(Format::Yaml, "a: &x [1]\n*x : 1").1, "*x");
    }

    #[test]
    fn repeated_keys_are_told_at_both_places() {
        let parsed = read(Format::Yaml, "a: 1\nb:\n  1: x\n  '1': y\na: 2\na: 3\n");
        assert_eq!(parsed.documents.len(), 1);
        let told: Vec<_> = parsed.problems.iter().map(|p| (p.span, p.related.clone().unwrap().0)).collect();
        assert_eq!(
            told.iter().map(|(again, first)| (slice(&parsed, *again), first.start)).collect::<Vec<_>>(),
            [("'1'", 10), ("a", 0), ("a", 0)]
        );
        let Problem { kind, message, label, help, .. } = parsed.problems[1].clone();
        assert_eq!(kind, ProblemKind::DuplicateKey);
        assert_eq!(message, "key `a` is written twice in one mapping");
        assert_eq!(label.as_deref(), Some("written again here"));
        assert!(help.unwrap().contains("remove one"));
        assert_eq!(
            parsed.documents[0].root.get("a").unwrap().value,
            crate::document::Value::Number(crate::document::Number::Int(3))
        );
    }

    #[test]
    fn a_repeated_key_of_an_anchored_mapping_is_told_once() {
        assert_eq!(read(Format::Yaml, "a: &x {b: 1, b: 2}\nc: *x\nd: {<<: *x}\n").problems.len(), 1);
    }

    #[test]
    fn keys_behind_an_alias_are_checked_again() {
        for anchored in ["1", "[1]", "{x: 1}"] {
            let text = format!("a: &x {anchored}\nb: *x\nb: 2\n");
            assert_eq!(problem(Format::Yaml, &text).0, "key `b` is written twice in one mapping");
        }
    }

    #[test]
    fn problems_are_told_in_the_order_of_the_text() {
        let parsed = read(Format::Yaml, "a: 1\na: {b: 1, b: 2}\n");
        let told: Vec<_> = parsed.problems.iter().map(|problem| slice(&parsed, problem.span)).collect();
        assert_eq!(told, ["a", "b"]);
    }

    #[test]
    fn a_key_that_overrides_a_merged_one_is_not_repeated() {
        assert_eq!(value("a: &x {b: 1}\nc: {<<: *x, b: 2}\n"), r#"{"a":{"b":1},"c":{"b":2}}"#);
    }

    #[test]
    fn expansion_is_bounded() {
        let mut bomb = "a0: &a0 x\n".to_owned();
        for level in 1..30 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            writeln!(bomb, "a{level}: &a{level} [{aliases}]").unwrap();
        }
        assert_eq!(read(Format::Yaml, &bomb).problems[0].kind, ProblemKind::Limit);
        let merges = format!("a: &a {{{}}}\nb:\n{}", "k: 1", "- <<: [*a, *a, *a, *a]\n".repeat(30_000));
        assert_eq!(read(Format::Yaml, &merges).problems[0].kind, ProblemKind::Limit);
        // A few large texts are as much as many small ones.
        let texts = format!("a: &a {}\nb:\n{}", "x".repeat(1 << 20), "- *a\n".repeat(1_000));
        assert_eq!(read(Format::Yaml, &texts).problems[0].kind, ProblemKind::Limit);
        let keys = format!("a: &a {}\nb:\n{}", "x".repeat(1 << 20), "- *a : 1\n".repeat(1_000));
        assert_eq!(read(Format::Yaml, &keys).problems[0].kind, ProblemKind::Limit);
        // The limit is for all documents of a file together, and counts exactly.
        let limits = ParseLimits { alias_nodes: 6, ..ParseLimits::default() };
        let good = "a: &a [1, 2]\nb: *a\n---\na: &a [1, 2]\nb: *a\n";
        assert_eq!(parse(Format::Yaml, good.as_bytes(), &limits).problems, []);
        let more = format!("{good}---\na: &a 1\nb: *a\n");
        let parsed = parse(Format::Yaml, more.as_bytes(), &limits);
        assert_eq!((parsed.problems[0].kind, parsed.documents.len()), (ProblemKind::Limit, 2));
    }

    #[test]
    fn aliases_cannot_nest_past_the_limit() {
        let limits = ParseLimits { depth: 50, ..ParseLimits::default() };
        let mut text = "a0: &a0 [1]\n".to_owned();
        for level in 1..48 {
            writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
        }
        assert_eq!(parse(Format::Yaml, text.as_bytes(), &limits).problems, []);
        for level in 48..50 {
            writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
        }
        let problems = parse(Format::Yaml, text.as_bytes(), &limits).problems;
        assert_eq!(problems[0].kind, ProblemKind::Limit);
        assert!(problems[0].message.contains("nested deeper than 50"), "{problems:?}");
    }
}
