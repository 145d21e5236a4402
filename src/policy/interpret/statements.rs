//! From syntax trees to `ir`: statements of a body.

use regorus::Value;
use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, WithModifier};

use super::super::syntax;
use super::ir::{Function, Goal, Operator, Replacement, Root, Step, Target, Term, With};
use super::lower::{Lower, Wrong, site};
use super::scope::pattern_names;

impl Lower<'_> {
    pub(super) fn statement(&mut self, statement: &LiteralStmt, steps: &mut Vec<Step>) -> Result<(), Wrong> {
        let goal = match &statement.literal {
            Literal::SomeVars { vars, .. } => {
                for name in vars {
                    self.scopes.declare_bare(name.text());
                }
                return Ok(());
            }
            Literal::SomeIn { key, value, collection, .. } => {
                let collection = self.term(collection)?;
                for pattern in key.iter().chain([value]) {
                    self.declare_pattern(pattern);
                }
                let key = key.as_ref().map(|key| self.term(key)).transpose()?;
                Goal::SomeIn { key, value: self.term(value)?, collection }
            }
            Literal::Expr { expr, .. } => self.goal(expr)?,
            Literal::NotExpr { expr, .. } => {
                if self.negates_whole() && matches!(expr.as_ref(), Expr::Set { .. } | Expr::SetCompr { .. }) {
                    let message = "a body after `not` is not supported";
                    return Err(self.wrong(expr.span(), message));
                }
                let goal = self.goal(expr)?;
                return self.negation(goal, statement, steps);
            }
            Literal::Every { key, value, domain, query, .. } => {
                let domain = self.term(domain)?;
                self.scopes.open();
                let key = key.as_ref().map(|key| self.scopes.declare(key.text()));
                let value = self.scopes.declare(value.text());
                let (mut body, (), _) = self.body(Some(query), |_| Ok(()))?;
                let start = self.scopes.close();
                body.free.retain(|slot| *slot < start);
                Goal::Every { key, value, domain, body }
            }
        };
        // As in OPA, what is printed is worked out without them.
        let prints = matches!(&goal, Goal::Term(Term::Call(call)) if matches!(call.function, Function::Operator(Operator::Print)));
        let with = if prints { Vec::new() } else { self.modifiers(&statement.with_mods)? };
        steps.push(Step { goal, with, site: site(self.index, &statement.span), bound: false });
        Ok(())
    }

    /// Whether the file imports the `not` that negates calls in its arguments, too.
    fn negates_whole(&self) -> bool {
        self.file
            .module
            .imports
            .iter()
            .any(|import| syntax::components(&import.refr).is_some_and(|path| path == ["future", "keywords", "not"]))
    }

    fn declare_pattern(&mut self, pattern: &Expr) {
        let mut names = std::collections::BTreeSet::new();
        pattern_names(pattern, &mut names);
        for name in names.iter().filter(|name| *name != "_") {
            self.scopes.declare(name);
        }
    }

    fn goal(&mut self, expression: &Expr) -> Result<Goal, Wrong> {
        match expression {
            Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } => {
                let value = self.term(rhs)?;
                self.declare_pattern(lhs);
                Ok(Goal::Unify(self.term(lhs)?, value))
            }
            Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => Ok(Goal::Unify(self.term(lhs)?, self.term(rhs)?)),
            Expr::Call { span, fcn, params, .. } => {
                let mut output = None;
                let call = self.call(span, fcn, params, Some(&mut output))?;
                Ok(match output {
                    Some(output) => Goal::Unify(output, call),
                    None => unified(call),
                })
            }
            other => Ok(Goal::Term(self.term(other)?)),
        }
    }

    /// As OPA's compiler does: calls and references in what is negated are worked out before it, but for
    /// the references that are compared or asked for as such.
    fn negation(&mut self, mut goal: Goal, statement: &LiteralStmt, steps: &mut Vec<Step>) -> Result<(), Wrong> {
        let mut before = Vec::new();
        match &mut goal {
            // `import future.keywords.not`: all of it is negated.
            _ if self.negates_whole() => {}
            Goal::Term(Term::Call(call)) if matches!(call.function, Function::Operator(Operator::Equal)) => {
                call.arguments.iter_mut().for_each(|argument| self.move_operand(argument, &mut before, false));
            }
            Goal::Term(Term::Call(call)) => {
                call.arguments.iter_mut().for_each(|argument| self.move_term(argument, &mut before, false));
            }
            Goal::Term(term) => self.move_operand(term, &mut before, false),
            // `not f(x, y)` with `y` for the result: only what is given is moved.
            Goal::Unify(output, Term::Call(call)) if matches!(&statement.literal, Literal::NotExpr { expr, .. } if matches!(expr.as_ref(), Expr::Call { .. })) =>
            {
                self.move_operand(output, &mut before, false);
                call.arguments.iter_mut().for_each(|argument| self.move_term(argument, &mut before, false));
            }
            Goal::Unify(left, right) => {
                self.move_operand(left, &mut before, false);
                self.move_operand(right, &mut before, false);
            }
            Goal::Not(_) | Goal::SomeIn { .. } | Goal::Every { .. } => {}
        }
        let site = site(self.index, &statement.span);
        for Moved { slot, term, bound } in before {
            let with = self.modifiers(&statement.with_mods)?;
            steps.push(Step { goal: Goal::Unify(Term::Local(slot), term), with, site, bound });
        }
        let with = self.modifiers(&statement.with_mods)?;
        steps.push(Step { goal: Goal::Not(Box::new(goal)), with, site, bound: false });
        Ok(())
    }

    /// Moves what is inside a term, not the term itself.
    fn move_operand(&mut self, term: &mut Term, before: &mut Vec<Moved>, called: bool) {
        match term {
            Term::Call(_) => self.move_term(term, before, called),
            Term::Reference(reference) => {
                if let Root::Term(root) = &mut reference.root
                    && !matches!(root, Term::Local(_))
                {
                    self.move_term(root, before, called);
                }
                reference.path.iter_mut().for_each(|key| self.move_term(key, before, called));
            }
            Term::Array(items) | Term::Set(items) => {
                for item in items {
                    self.move_term(item, before, called);
                }
            }
            Term::Object(fields) => {
                for (key, value) in fields {
                    self.move_term(key, before, called);
                    self.move_term(value, before, called);
                }
            }
            Term::Constant(_) | Term::Local(_) | Term::Comprehension(_) => {}
        }
    }

    /// Moves a term that is worked out, and what is inside it. What is `called` is inside of a call that is moved.
    fn move_term(&mut self, term: &mut Term, before: &mut Vec<Moved>, called: bool) {
        let mut bound = !called;
        match term {
            Term::Call(call) => {
                call.arguments.iter_mut().for_each(|argument| self.move_term(argument, before, true));
                bound = false;
            }
            Term::Reference(_) => self.move_operand(term, before, called),
            Term::Comprehension(_) => {}
            Term::Array(_) | Term::Set(_) | Term::Object(_) => return self.move_operand(term, before, called),
            Term::Constant(_) | Term::Local(_) => return,
        }
        let slot = self.scopes.fresh();
        before.push(Moved { slot, term: std::mem::replace(term, Term::Local(slot)), bound });
    }

    fn modifiers(&mut self, modifiers: &[WithModifier]) -> Result<Vec<With>, Wrong> {
        modifiers.iter().map(|modifier| self.modifier(modifier)).collect()
    }

    fn modifier(&mut self, modifier: &WithModifier) -> Result<With, Wrong> {
        let function = self.function(&modifier.refr);
        let target = if let Some((_, name, _)) = &function {
            Target::Function(name.clone())
        } else {
            let (root, keys) = match self.term(&modifier.refr)? {
                Term::Reference(reference) => (reference.root, reference.path),
                _ => return Err(self.wrong(modifier.refr.span(), "`with` replaces parts of `input` and `data`")),
            };
            let keys = keys.into_iter().map(|key| match key {
                Term::Constant(value) => Some(value),
                _ => None,
            });
            match (root, keys.collect::<Option<Vec<Value>>>()) {
                (Root::Input, Some(path)) => Target::Input(path),
                (Root::Data, Some(path)) => Target::Data(path),
                (_, _) => {
                    return Err(self.wrong(modifier.refr.span(), "`with` replaces parts of `input` and `data`"));
                }
            }
        };
        let replaces = matches!(target, Target::Function(_)) && syntax::components(&modifier.r#as).is_some();
        let replacement = if replaces { self.function(&modifier.r#as) } else { None };
        let value = match replacement {
            Some((function, name, _)) => Replacement::Function(function, name),
            None => Replacement::Term(self.term(&modifier.r#as)?),
        };
        Ok(With { target, value })
    }
}

/// `eq(x, y)` and `assign` are unifications.
fn unified(term: Term) -> Goal {
    match term {
        Term::Call(mut call) if call.name == "eq" && call.arguments.len() == 2 => {
            let right = call.arguments.pop();
            match (call.arguments.pop(), right) {
                (Some(left), Some(right)) => Goal::Unify(left, right),
                (_, _) => Goal::Term(Term::Call(call)),
            }
        }
        other => Goal::Term(other),
    }
}

/// What was moved out of a negation.
struct Moved {
    slot: usize,
    term: Term,
    /// Whether it must not give names a value.
    bound: bool,
}
