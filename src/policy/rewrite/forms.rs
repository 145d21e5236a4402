//! What OPA takes and regorus does not, or takes otherwise, written in another way.

use std::collections::BTreeMap;

use super::edit::Edits;
use super::tree::{Body, BodyKind, Literal, LiteralKind, Operator, Rule, Span, Step, Term, TermKind};
use super::{Set, token::Fault};

/// Rewrites the rules of one file.
pub(super) struct Forms<'t> {
    pub(super) text: &'t str,
    pub(super) set: &'t Set,
    /// Its index in the set.
    file: usize,
    /// Offset and name of the rule under way.
    rule: (usize, Vec<String>),
    pub(super) package: &'t [String],
    aliases: &'t BTreeMap<String, Vec<String>>,
    /// Whether `print` statements are taken out.
    without_prints: bool,
    pub(super) edits: Edits,
    /// How many names were made.
    made: usize,
    pub(super) faults: Vec<Fault>,
}

impl<'t> Forms<'t> {
    pub(super) fn new(
        text: &'t str,
        set: &'t Set,
        file: usize,
        package: &'t [String],
        aliases: &'t BTreeMap<String, Vec<String>>,
        without_prints: bool,
    ) -> Self {
        let (edits, made, faults) = (Edits::default(), 0, Vec::new());
        Self { text, set, file, rule: (0, Vec::new()), package, aliases, without_prints, edits, made, faults }
    }

    pub(super) fn of(&self, span: Span) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or("")
    }

    /// A name that no policy has.
    pub(super) fn name(&mut self) -> String {
        self.made += 1;
        format!("pushgate{}{}", super::RENAMED, self.made)
    }

    pub(super) fn rule(&mut self, rule: &Rule) {
        self.rule = (rule.span.start, super::components(self.text, &rule.head.name).unwrap_or_default());
        if let Some(first) = self.rule.1.first()
            && super::is_keyword(first)
            // Of the others, regorus takes some.
            && !matches!(first.as_str(), "contains" | "every" | "if" | "in")
        {
            let message = format!("`{first}` is a keyword, with which the name of a rule cannot begin here");
            self.faults.push(Fault::new(rule.head.span.start, message));
        }
        if let TermKind::Ref(_, steps) = &rule.head.name.kind {
            self.steps(steps);
        }
        for parameter in rule.head.parameters.iter().flatten() {
            if matches!(parameter.kind, TermKind::Template(_)) {
                let message = "a template string cannot be a parameter here; compare the parameter in the body";
                self.faults.push(Fault::new(parameter.span.start, message));
            }
            self.term(parameter);
        }
        for term in rule.head.contains.iter().chain(rule.head.value.as_ref().map(|(_, value)| value)) {
            self.term(term);
        }
        for body in &rule.bodies {
            if let Some(value) = &body.value {
                self.term(value);
            }
            self.query(&body.query);
        }
    }

    fn query(&mut self, query: &[Literal]) {
        for (index, literal) in query.iter().enumerate() {
            if let Some(before) = index.checked_sub(1).and_then(|before| query.get(before)) {
                self.separate(before, literal);
            }
            self.literal(literal);
        }
    }

    /// An expression that begins with `(` ends the one before it; regorus would read a call.
    fn separate(&mut self, before: &Literal, literal: &Literal) {
        let gap = self.of(Span { start: before.span.end, end: literal.span.start });
        let begins = self.of(literal.span).starts_with('(') || parenthesised(literal);
        if begins && !gap.trim_start().starts_with(';') {
            self.edits.insert(before.span.end, ";");
        }
    }

    pub(super) fn literal(&mut self, literal: &Literal) {
        if self.without_prints && self.is_print(literal) {
            self.edits.cut(self.text, literal.span, "true");
            return;
        }
        for (_, value) in &literal.with {
            self.term(value);
        }
        match &literal.kind {
            LiteralKind::Term(term) => {
                if let TermKind::Call(function, arguments) = &term.kind
                    && is_of_metadata(self.of(function.span))
                    && self.captures(function, arguments.len())
                {
                    self.captured(term, function, arguments);
                } else {
                    self.keyword(term);
                    self.term(term);
                }
            }
            LiteralKind::Bind { left, right, .. } => {
                if matches!(left.kind, TermKind::Infix(..)) {
                    self.edits.insert(left.span.start, "(");
                    self.term(left);
                    self.edits.insert(left.span.end, ")");
                } else {
                    self.keyword(left);
                    self.term(left);
                }
                self.term(right);
            }
            LiteralKind::SomeVars(_) => {}
            LiteralKind::SomeIn { key, value, domain } => {
                for term in key.iter().chain([value, domain]) {
                    self.term(term);
                }
            }
            LiteralKind::Every { domain, body, .. } => {
                self.term(domain);
                self.query(body);
            }
        }
    }

    fn is_print(&self, literal: &Literal) -> bool {
        match &literal.kind {
            LiteralKind::Term(Term { kind: TermKind::Call(function, _), .. }) => {
                !literal.negated && self.of(function.span) == "print" && !self.set.has_rule(self.package, "print")
            }
            _ => false,
        }
    }

    /// Whether a call has one argument more than its function: a term for the result.
    fn captures(&self, function: &Term, arguments: usize) -> bool {
        let arity = self.set.arity(self.text, self.package, self.aliases, function);
        arity.is_some_and(|arity| arity + 1 == arguments)
    }

    /// `rego.metadata.rule(out)` is `… = out`.
    fn captured(&mut self, call: &Term, function: &Term, arguments: &[Term]) {
        let Some((result, _)) = arguments.split_last() else { return };
        let before = Span { start: call.span.start, end: result.span.start };
        self.edits.replace(before, format!("{} = ", self.metadata(function)));
        self.term(result);
        self.edits.replace(Span { start: result.span.end, end: call.span.end }, "");
    }

    /// What a call of `rego.metadata` gives.
    fn metadata(&self, function: &Term) -> String {
        let (start, name) = &self.rule;
        let annotations = &self.set.annotations;
        if self.of(function.span).ends_with("rule") {
            annotations.rule(self.file, *start).to_string()
        } else {
            annotations.chain(self.file, *start, self.package, name).to_string()
        }
    }

    /// `if.x` at the beginning of an expression is a rule of the package.
    fn keyword(&mut self, term: &Term) {
        match &term.kind {
            TermKind::Ref(head, _) if matches!(head.kind, TermKind::Var) && super::is_keyword(self.of(head.span)) => {
                let package = std::iter::once("data").chain(self.package.iter().map(String::as_str));
                let path = crate::policy::syntax::path(package.chain([self.of(head.span)]));
                self.edits.replace(head.span, path);
            }
            TermKind::Call(function, _) => self.keyword(function),
            TermKind::Ref(head, _) => self.keyword(head),
            TermKind::Infix(_, operands) => {
                if let Some(first) = operands.first() {
                    self.keyword(first);
                }
            }
            _ => {}
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            if let Step::Bracket(index) = step {
                self.term(index);
            }
        }
    }

    pub(super) fn term(&mut self, term: &Term) {
        match &term.kind {
            TermKind::Scalar => self.scalar(term.span),
            TermKind::Template(parts) => self.template(parts),
            TermKind::Comprehension(comprehension) => {
                comprehension.heads.iter().for_each(|head| self.term(head));
                self.query(&comprehension.body);
            }
            TermKind::Minus(operand) => {
                self.edits.replace(Span { start: term.span.start, end: operand.span.start }, "(0 - ");
                self.term(operand);
                self.edits.insert(term.span.end, ")");
            }
            TermKind::Call(function, arguments) if arguments.is_empty() && is_of_metadata(self.of(function.span)) => {
                self.edits.replace(term.span, self.metadata(function));
            }
            TermKind::Call(_, arguments) => {
                for argument in arguments {
                    self.term(argument);
                }
            }
            TermKind::Infix(operator, operands) => {
                for operand in operands {
                    // `x -1` is `x - 1`.
                    let sign = operand.span.start.checked_sub(1).and_then(|at| self.text.as_bytes().get(at));
                    if *operator == Operator::Sub && sign == Some(&b'-') && operand.span.start > term.span.start {
                        self.edits.insert(operand.span.start, " ");
                    }
                    self.term(operand);
                }
            }
            TermKind::Var
            | TermKind::Ref(..)
            | TermKind::Array(_)
            | TermKind::Set(_)
            | TermKind::Object(_)
            | TermKind::Parens(_) => term.each(&mut |inner| self.term(inner)),
        }
    }

    /// `- 1` and `.5` are numbers.
    fn scalar(&mut self, span: Span) {
        let text = self.of(span);
        let (sign, number) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
        let digits = number.trim_start();
        if digits.starts_with('.') {
            self.edits.replace(span, format!("{sign}0{digits}"));
        } else if digits.len() != number.len() {
            self.edits.replace(span, format!("{sign}{digits}"));
        }
    }

    /// The second and later bodies of `p { … } { … }` as rules of their own.
    pub(super) fn chained(&mut self, rule: &Rule) {
        if !rule.bodies.iter().any(|body| body.kind == BodyKind::Chained) {
            return;
        }
        let head = self.one_line(rule.head.span);
        let head = if rule.has_if { format!(" {head} if ") } else { format!(" {head} ") };
        for Body { kind, span, .. } in &rule.bodies {
            if *kind == BodyKind::Chained {
                self.edits.insert(span.start, head.clone());
            }
        }
    }

    /// Text without its line ends and comments; raw strings with line ends as quoted ones.
    pub(super) fn one_line(&self, span: Span) -> String {
        flat(self.of(span))
    }
}

/// Whether `left = right` gets parentheses: regorus takes only a reference on the left.
fn parenthesised(literal: &Literal) -> bool {
    match &literal.kind {
        LiteralKind::Bind { assign: false, left, .. } => !literal.negated && matches!(left.kind, TermKind::Infix(..)),
        _ => false,
    }
}

/// Whether a function gives the annotations of the rule that calls it.
pub(super) fn is_of_metadata(function: &str) -> bool {
    matches!(function, "rego.metadata.rule" | "rego.metadata.chain")
}

/// Code in one line: without comments, and raw strings over several lines as quoted ones.
pub(super) fn flat(code: &str) -> String {
    if !code.contains(['\n', '#']) {
        return code.to_owned();
    }
    let Ok(tokens) = super::token::tokens(code) else { return code.replace('\n', " ") };
    let mut line = String::with_capacity(code.len());
    for token in tokens {
        let word = code.get(token.start..token.end).unwrap_or("");
        if token.spaced && !line.is_empty() {
            line.push(' ');
        }
        if word.contains('\n') {
            let inner = word.trim_matches('`');
            line.push_str(&serde_json::Value::from(inner).to_string());
        } else {
            line.push_str(word);
        }
    }
    line
}
