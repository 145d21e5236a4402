//! The syntax tree of a Rego file with the places of all its words. It follows OPA's grammar, and
//! is what rewriting works on; evaluation works on regorus's own.

/// A range of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A term or an expression.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) span: Span,
    pub(super) kind: TermKind,
}

#[derive(Clone, Debug)]
pub(super) enum TermKind {
    /// A number, string, boolean or null.
    Scalar,
    Template(Vec<Part>),
    Var,
    Ref(Box<Term>, Vec<Step>),
    /// A function (a name or a reference) and its arguments.
    Call(Box<Term>, Vec<Term>),
    Array(Vec<Term>),
    Set(Vec<Term>),
    Object(Vec<(Term, Term)>),
    Comprehension(Box<Comprehension>),
    /// Two operands, or three of `k, v in xs`.
    Infix(Operator, Vec<Term>),
    /// `-x`
    Minus(Box<Term>),
    Parens(Box<Term>),
}

#[derive(Clone, Debug)]
pub(super) struct Comprehension {
    /// One term, or key and value.
    pub(super) heads: Vec<Term>,
    pub(super) body: Vec<Literal>,
}

/// A piece of the text of a template string, or an expression in it.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Piece { span: Span, raw: bool, first: bool, last: bool },
    Expression(Box<Literal>),
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The name behind a dot.
    Dot(Span),
    Bracket(Term),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    In,
    Compare,
    /// `==`
    Equal,
    Or,
    And,
    Add,
    Sub,
    Factor,
}

#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub(super) span: Span,
    pub(super) negated: bool,
    pub(super) kind: LiteralKind,
    /// Targets and values.
    pub(super) with: Vec<(Term, Term)>,
    /// Where the modifiers begin: the end of the rest.
    pub(super) with_start: usize,
}

#[derive(Clone, Debug)]
pub(super) enum LiteralKind {
    Term(Term),
    /// `:=`, or `=`
    Bind {
        assign: bool,
        left: Term,
        right: Term,
    },
    SomeVars(Vec<Span>),
    SomeIn {
        key: Option<Term>,
        value: Term,
        domain: Term,
    },
    Every {
        key: Option<Span>,
        value: Span,
        domain: Term,
        body: Vec<Literal>,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) span: Span,
    /// A name or a path; `p[x]`.
    pub(super) name: Term,
    pub(super) parameters: Option<Vec<Term>>,
    pub(super) contains: Option<Term>,
    /// Whether it is `:=`, and the value.
    pub(super) value: Option<(bool, Term)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyKind {
    First,
    /// `} {`
    Chained,
    Else,
}

#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) span: Span,
    pub(super) kind: BodyKind,
    /// Of an `else`.
    pub(super) value: Option<Term>,
    /// None for `else := x` alone.
    pub(super) query: Vec<Literal>,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) span: Span,
    pub(super) head: Head,
    pub(super) has_if: bool,
    pub(super) bodies: Vec<Body>,
}

#[derive(Clone, Debug)]
pub(super) struct Import {
    pub(super) span: Span,
    pub(super) path: Vec<String>,
    pub(super) alias: Option<String>,
    /// Whether it comes after a rule.
    pub(super) late: bool,
}

impl Import {
    /// Whether it only makes words keywords.
    pub(super) fn is_of_keywords(&self) -> bool {
        matches!(self.path.first().map(String::as_str), Some("rego" | "future"))
    }

    /// The name it gives.
    pub(super) fn name(&self) -> &str {
        self.alias.as_deref().or(self.path.last().map(String::as_str)).unwrap_or("")
    }
}

/// A file.
#[derive(Clone, Debug)]
pub(super) struct Module {
    pub(super) package: Vec<String>,
    /// Where its declaration ends.
    pub(super) package_end: usize,
    pub(super) imports: Vec<Import>,
    pub(super) rules: Vec<Rule>,
}

impl Term {
    /// Calls `see` for the terms this one is made of, but for those in the bodies of comprehensions and templates.
    pub(super) fn each<'t>(&'t self, see: &mut dyn FnMut(&'t Term)) {
        match &self.kind {
            TermKind::Scalar | TermKind::Template(_) | TermKind::Var | TermKind::Comprehension(_) => {}
            TermKind::Ref(head, steps) => {
                see(head);
                for step in steps {
                    if let Step::Bracket(index) = step {
                        see(index);
                    }
                }
            }
            // The function is no term of its own.
            TermKind::Call(_, terms) | TermKind::Array(terms) | TermKind::Set(terms) | TermKind::Infix(_, terms) => {
                terms.iter().for_each(see);
            }
            TermKind::Object(fields) => {
                for (key, value) in fields {
                    see(key);
                    see(value);
                }
            }
            TermKind::Minus(term) | TermKind::Parens(term) => see(term),
        }
    }
}
