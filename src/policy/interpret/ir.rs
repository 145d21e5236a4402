//! What rules become before they run: names are resolved, variables are slots, and the statements of
//! a body stand in an order in which each has what it needs.

use std::collections::{BTreeMap, BTreeSet};

use regorus::Value;
use regorus::unstable::{Expr, Ref, Span};

use super::super::builtins::Builtin;

/// A place in a policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Site {
    /// Index of the file.
    pub(in super::super) file: usize,
    /// 1-based.
    pub(in super::super) line: usize,
    /// 1-based.
    pub(in super::super) column: usize,
}

/// A variable of a clause.
pub(super) type Slot = usize;

/// What has a value, or several.
#[derive(Debug)]
pub(super) enum Term {
    Constant(Value),
    Local(Slot),
    Reference(Box<Reference>),
    Array(Vec<Term>),
    Set(Vec<Term>),
    Object(Vec<(Term, Term)>),
    Comprehension(Box<Comprehension>),
    Call(Box<Call>),
}

#[derive(Debug)]
pub(super) struct Reference {
    pub(super) root: Root,
    pub(super) path: Vec<Term>,
}

#[derive(Debug)]
pub(super) enum Root {
    Input,
    Data,
    Term(Term),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collected {
    Array,
    Set,
    Object,
}

#[derive(Debug)]
pub(super) struct Comprehension {
    pub(super) collected: Collected,
    /// Only of objects.
    pub(super) key: Option<Term>,
    pub(super) value: Term,
    pub(super) body: Body,
    pub(super) site: Site,
}

/// Operators, which are no builtins of regorus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
    And,
    Or,
    /// `value in collection`
    Member,
    /// `key, value in collection`
    MemberWithKey,
    /// Has a value for each part of its argument.
    Walk,
    /// `print`, which says something only when someone listens.
    Print,
}

#[derive(Clone, Debug)]
pub(super) enum Function {
    Operator(Operator),
    Builtin(Builtin),
    /// Index into `Program::groups`.
    Rule(usize),
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) function: Function,
    /// As `with` names it: `count`, `data.lib.f`.
    pub(super) name: String,
    pub(super) arguments: Vec<Term>,
    pub(super) site: Site,
    /// What builtins of regorus want for their messages.
    pub(super) span: Span,
    pub(super) expressions: Vec<Ref<Expr>>,
}

#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) steps: Vec<Step>,
    /// Variables of clauses around this body that it reads.
    pub(super) free: BTreeSet<Slot>,
}

#[derive(Debug)]
pub(super) struct Step {
    pub(super) goal: Goal,
    pub(super) with: Vec<With>,
    pub(super) site: Site,
    /// Must not bind anything: what was moved out of a negation.
    pub(super) bound: bool,
}

#[derive(Debug)]
pub(super) enum Goal {
    /// Holds unless it is false or undefined.
    Term(Term),
    Unify(Term, Term),
    Not(Box<Goal>),
    SomeIn {
        key: Option<Term>,
        value: Term,
        collection: Term,
    },
    Every {
        key: Option<Slot>,
        value: Slot,
        domain: Term,
        body: Body,
    },
}

#[derive(Debug)]
pub(super) struct With {
    pub(super) target: Target,
    pub(super) value: Replacement,
}

#[derive(Debug)]
pub(super) enum Target {
    Input(Vec<Value>),
    Data(Vec<Value>),
    /// By `Call::name`.
    Function(String),
}

#[derive(Debug)]
pub(super) enum Replacement {
    Term(Term),
    Function(Function, String),
}

/// One `head if body`, or one `else`.
#[derive(Debug)]
pub(super) struct Clause {
    pub(super) slots: usize,
    pub(super) arguments: Vec<Term>,
    /// The keys in the head that are worked out: `x` of `p.q[x] := 1`.
    pub(super) keys: Vec<Term>,
    pub(super) value: Term,
    pub(super) body: Body,
    pub(super) site: Site,
}

/// A definition with all its `else`.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) clauses: Vec<Clause>,
    /// `p contains x`
    pub(super) contains: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Complete,
    Partial,
    Function,
}

/// All definitions of one path.
#[derive(Debug)]
pub(super) struct Group {
    /// `data.lib.f`
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) definitions: Vec<Definition>,
    pub(super) default: Option<Clause>,
    /// No definition can give another value than this.
    pub(super) always: Option<Value>,
    /// What a partial rule without results is.
    pub(super) empty: Value,
}

/// The tree of packages and rules.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) children: BTreeMap<Value, Node>,
    /// Index into `Program::groups`.
    pub(super) group: Option<usize>,
}
