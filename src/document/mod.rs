//! Documents: what files say, and where.
//!
//! One parse turns the bytes of a file into [`Document`]s: values with the place of every key and
//! value. This room knows syntaxes and how resources are named in them. It must not know policies
//! or rules. Next, `rule/` judges the documents.

pub mod dump;
pub mod format;
mod node;
mod resource;
mod source;
mod violation;

pub use node::{Entry, Located, Node, Number, Route, Span, Step, Value};
pub use resource::{Identity, Role, Unit, identity_of, units};
pub use source::{Position, Source};
pub use violation::{Part, Violation};

/// One document of a file.
#[derive(Clone, Debug)]
pub struct Document {
    /// 0-based number of the document in its file, counting those that hold nothing.
    pub index: usize,
    /// Its value.
    pub root: Node,
}

/// What is wrong with a file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// What is wrong, in one line, without the place and without a final full stop.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What stands at `span`, in a few words.
    pub label: Option<String>,
    /// A second place that belongs to it, with what stands there.
    pub related: Option<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
}

/// Sorts of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Not UTF-8 (or UTF-16, or binary).
    Encoding,
    /// Not well-formed.
    Syntax,
    /// A key stands twice in one mapping: well-formed for most readers, and read differently by each.
    DuplicateKey,
    /// A limit was passed; the file may be good.
    Limit,
}

impl ProblemKind {
    /// Whether the documents read cannot be relied on.
    #[must_use]
    pub fn is_fatal(self) -> bool {
        match self {
            Self::Encoding | Self::Syntax | Self::Limit => true,
            Self::DuplicateKey => false,
        }
    }
}

/// A parsed file.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The text the spans point into; lossily decoded if the bytes are not UTF-8.
    pub source: Source,
    /// Its documents, in order. Where a problem is fatal, those before it at most.
    pub documents: Vec<Document>,
    /// What is wrong with it, in the order of the text.
    pub problems: Vec<Problem>,
}

/// How much a single file may hold.
#[derive(Clone, Copy, Debug)]
pub struct ParseLimits {
    /// Nesting of collections.
    pub depth: usize,
    /// Keys and values written in one file, lists and mappings among them: each takes memory, however short it is.
    pub nodes: usize,
    /// Nodes made by expanding aliases (`*x`, `<<: *x`) in one file.
    pub alias_nodes: usize,
    /// Documents in one file.
    pub documents: usize,
}

impl Default for ParseLimits {
    fn default() -> Self {
        Self { depth: 512, nodes: 5_000_000, alias_nodes: 100_000, documents: 100_000 }
    }
}
