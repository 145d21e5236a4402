//! Which variable a name is.
//!
//! A name that is declared (`some`, `:=`, `every`, a parameter) belongs to the body that declares it. Any
//! other belongs to the outermost body that mentions it outside comprehensions and `every`.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Span};

use super::ir::Slot;

/// The bodies around what is being read, outermost first.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    open: Vec<Scope>,
    /// How many variables the clause has so far.
    pub(super) slots: usize,
    /// For messages.
    names: BTreeMap<Slot, String>,
    /// Where a variable is mentioned first.
    spans: BTreeMap<Slot, Span>,
}

#[derive(Debug, Default)]
struct Scope {
    names: BTreeMap<String, Slot>,
    /// Names that this body declares somewhere; they are no rules in it.
    declared: BTreeSet<String>,
    /// Names that its statements mention outside bodies of their own.
    mentioned: BTreeSet<String>,
    /// Names that `some` declares and only bodies within mention: to OPA each of those has a variable of its own.
    left: BTreeSet<String>,
    /// Variables from here on belong to this body.
    start: Slot,
}

impl Scopes {
    pub(super) fn open(&mut self) {
        self.open.push(Scope { start: self.slots, ..Scope::default() });
    }

    /// Ends a body; variables from the answer on were its own.
    pub(super) fn close(&mut self) -> Slot {
        self.open.pop().map_or(0, |scope| scope.start)
    }

    pub(super) fn fresh(&mut self) -> Slot {
        self.slots += 1;
        self.slots - 1
    }

    pub(super) fn declare(&mut self, name: &str) -> Slot {
        let slot = self.fresh();
        if name != "_" {
            self.names.insert(slot, name.to_owned());
            if let Some(scope) = self.open.last_mut() {
                scope.names.insert(name.to_owned(), slot);
            }
        }
        slot
    }

    /// What the body under way declares and mentions.
    pub(super) fn expect(&mut self, declared: BTreeSet<String>, mentioned: BTreeSet<String>) {
        if let Some(scope) = self.open.last_mut() {
            (scope.declared, scope.mentioned) = (declared, mentioned);
        }
    }

    /// Declares a name of `some` without `in`.
    pub(super) fn declare_bare(&mut self, name: &str) {
        match self.open.last_mut() {
            Some(scope) if !scope.mentioned.contains(name) => {
                scope.left.insert(name.to_owned());
            }
            Some(_) | None => {
                self.declare(name);
            }
        }
    }

    /// The variable of this name.
    pub(super) fn find(&self, name: &str) -> Option<Slot> {
        let scope = self.open.iter().rev().find(|scope| scope.names.contains_key(name) || scope.left.contains(name))?;
        scope.names.get(name).copied()
    }

    /// Whether a body around declares the name, be it later on.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.open.iter().any(|scope| scope.declared.contains(name))
    }

    /// Notes where a variable is mentioned.
    pub(super) fn mention(&mut self, slot: Slot, span: &Span) {
        self.spans.entry(slot).or_insert_with(|| span.clone());
    }

    /// Where a variable is mentioned first.
    pub(super) fn span(&self, slot: Slot) -> Option<&Span> {
        self.spans.get(&slot)
    }

    /// The name of a variable, `_` for one without.
    pub(super) fn name(&self, slot: Slot) -> &str {
        self.names.get(&slot).map_or("_", String::as_str)
    }
}

/// Names that the statements of a body declare, and those they mention outside bodies of their own.
pub(super) fn names(statements: &[LiteralStmt]) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut declared, mut mentioned) = (BTreeSet::new(), BTreeSet::new());
    for statement in statements {
        match &statement.literal {
            Literal::SomeVars { vars, .. } => declared.extend(vars.iter().map(|name| name.text().to_owned())),
            Literal::SomeIn { key, value, collection, .. } => {
                key.iter().chain([value]).for_each(|pattern| pattern_names(pattern, &mut declared));
                mention(collection, &mut mentioned);
                key.iter().chain([value]).for_each(|pattern| mention(pattern, &mut mentioned));
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = expr.as_ref() {
                    pattern_names(lhs, &mut declared);
                }
                mention(expr, &mut mentioned);
            }
            Literal::Every { domain, .. } => mention(domain, &mut mentioned),
        }
        statement.with_mods.iter().for_each(|modifier| mention(&modifier.r#as, &mut mentioned));
    }
    (declared, mentioned)
}

/// Names that a pattern declares.
pub(super) fn pattern_names(pattern: &Expr, into: &mut BTreeSet<String>) {
    match pattern {
        Expr::Var { span, .. } => {
            into.insert(span.text().to_owned());
        }
        Expr::Array { items, .. } => items.iter().for_each(|item| pattern_names(item, into)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| pattern_names(value, into)),
        _ => {}
    }
}

/// Names in an expression, but for those in bodies within it.
fn mention(expression: &Expr, into: &mut BTreeSet<String>) {
    match expression {
        Expr::Var { span, .. } => {
            into.insert(span.text().to_owned());
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().for_each(|item| mention(item, into)),
        Expr::Object { fields, .. } => {
            for (_, key, value) in fields {
                mention(key, into);
                mention(value, into);
            }
        }
        Expr::Call { params, .. } => params.iter().for_each(|parameter| mention(parameter, into)),
        Expr::UnaryExpr { expr, .. } => mention(expr, into),
        Expr::RefDot { refr, .. } => mention(refr, into),
        Expr::RefBrack { refr, index, .. } => {
            mention(refr, into);
            mention(index, into);
        }
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => {
            mention(lhs, into);
            mention(rhs, into);
        }
        Expr::Membership { key, value, collection, .. } => {
            if let Some(key) = key {
                mention(key, into);
            }
            mention(value, into);
            mention(collection, into);
        }
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::ArrayCompr { .. }
        | Expr::SetCompr { .. }
        | Expr::ObjectCompr { .. } => {}
    }
}
